/* Which sheet is open, and the few actions that belong to several parts of the page. */
import { signal } from '@preact/signals';
import type { DiscountIn } from '../../shared/api/types';
import { t } from '../../shared/i18n/i18n';
import { say, warn } from '../../shared/ui/overlay';
import { catalogueOf } from './catalogue';
import { openOrders, order, removeLine, restoreLine, selected, updateLine, type CartLine, type CartOrder } from './order';
import { mode, newOrder, sale } from './till';

export type SheetName =
  | { kind: 'menu' | 'keys' | 'orders' | 'report' | 'close-shift' | 'next-qty' | 'cart' | 'details' | 'coupon' | 'refund' }
  | { kind: 'line-qty'; line: string }
  | { kind: 'discount'; line: string | null };

export const sheet = signal<SheetName | null>(null);

/** "T-shirt, large"; of the current order when no other is given. */
export function lineName(line: CartLine, of: CartOrder = order.value): string {
  const item = catalogueOf(of).item(line.itemId);
  const variant = item?.variants.find((v) => v.id === line.variantId);
  return [item?.name ?? '', variant?.name].filter(Boolean).join(', ');
}

export const selectedLine = (): CartLine | undefined =>
  order.value.lines.find((l) => l.id === selected.value && !l.voided);

/** An item of the menu is not in the catalogue that the order is made by. */
export function tellGone(): void {
  warn(t('menu.gone'));
}

/** Removes an unsent line; can be undone while the message shows. */
export function takeOut(line: CartLine): void {
  const at = order.value.lines.findIndex((l) => l.id === line.id);
  const of = order.value.id;
  removeLine(line.id);
  selected.value = null;
  say(t('cart.voided', { name: lineName(line) }), () => {
    if (order.value.id === of) restoreLine(line, at);
  });
}

/** Empties an order that was never sent; can be undone. A sent order is put aside and stays open. */
export function leaveOrder(): void {
  const left = order.value;
  newOrder();
  if (left.placed || left.lines.length === 0) return;
  say(t('cart.discarded'), () => {
    if (order.value.lines.length === 0) order.value = left;
  });
}

export function setDiscount(line: string | null, discount: DiscountIn | null): void {
  if (line) updateLine(line, { discount });
  else order.value = { ...order.value, discount };
}

export function startPay(): void {
  sheet.value = null;
  mode.value = 'pay';
}

/** After a sale: back to selling. */
export function closeSale(): void {
  sale.value = null;
}

export const otherOpenOrders = (): number => openOrders.value.filter((o) => o.id !== order.value.id).length;
