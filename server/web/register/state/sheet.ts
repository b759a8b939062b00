/* Which sheet is open, and the few actions that belong to several parts of the page. */
import { signal } from '@preact/signals';
import type { DiscountIn } from '../../shared/api/types';
import { t } from '../../shared/i18n/i18n';
import { say, warn } from '../../shared/ui/overlay';
import { catalogueOf } from './catalogue';
import { discountToApprove, mayVoid, noteApproved, type Wanted } from './approval';
import { openOrders, order, removeLine, restoreLine, selected, unsentLines, updateLine, type CartLine, type CartOrder } from './order';
import { mode, newOrder, sale, sendOrder, voidSentLine } from './till';

/** What a second person is asked for, and what happens then. */
export interface Asking {
  readonly title: string;
  readonly wanted: Wanted;
  readonly onApproved: (approval: string) => void;
  /** Without a server; left out where there is no way round. */
  readonly onWithout?: () => void;
}

export type SheetName =
  | { kind: 'menu' | 'keys' | 'orders' | 'report' | 'close-shift' | 'next-qty' | 'cart' | 'details' | 'coupon' | 'refund' }
  | { kind: 'line-qty'; line: string }
  | { kind: 'discount'; line: string | null }
  | { kind: 'approve'; asking: Asking };

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

/* Discounts beyond the cashier's role are written when somebody has approved them. */
function withDiscounts(go: () => void, onWithout?: () => void): void {
  const wanted = discountToApprove();
  if (!wanted) return go();
  const onApproved = (approval: string): void => {
    noteApproved(approval);
    go();
  };
  sheet.value = { kind: 'approve', asking: { title: t('approve.discount'), wanted, onApproved, ...(onWithout ? { onWithout } : {}) } };
}

/** A sale happens at the customer: without a server it goes on, and the office sees what nobody approved. */
export function startPay(): void {
  const go = (): void => {
    sheet.value = null;
    mode.value = 'pay';
  };
  if (order.value.placed && unsentLines.value.length === 0) go();
  else withDiscounts(go, go);
}

/** Sends what is new to the kitchen. */
export function startSend(): void {
  withDiscounts(() => {
    sendOrder();
    say(t('sent.toast'));
  });
}

/** Voids what the kitchen has. */
export function startVoid(line: CartLine): void {
  if (mayVoid()) return voidSentLine(line.id, null);
  const { id } = order.value;
  const onApproved = (approval: string): void => {
    if (order.value.id === id) voidSentLine(line.id, approval);
  };
  sheet.value = { kind: 'approve', asking: { title: t('approve.void', { name: lineName(line) }), wanted: { permission: 'order.void', order_id: id }, onApproved } };
}

/** After a sale: back to selling. */
export function closeSale(): void {
  sale.value = null;
}

export const otherOpenOrders = (): number => openOrders.value.filter((o) => o.id !== order.value.id).length;
