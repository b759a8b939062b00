/*
 * The order under the cashier's hands and the orders waiting for payment. Plain data and pure changes; prices are not
 * kept here, they come from the core (pricing.ts).
 */
import { computed, signal } from '@preact/signals';
import type { ComponentIn, DiscountIn, LineIn, ModifierIn } from '../../shared/api/types';
import { newId } from '../../shared/ids/ids';

export interface CartLine {
  readonly id: string;
  readonly itemId: string;
  readonly qty: number;
  readonly modifiers: readonly ModifierIn[];
  readonly components: readonly ComponentIn[];
  readonly discount: DiscountIn | null;
  /** Known to the server; its quantity and options no longer change. */
  readonly sent: boolean;
  readonly voided: boolean;
}

export interface CartOrder {
  readonly id: string;
  readonly channel: string;
  readonly table: string;
  readonly lines: readonly CartLine[];
  readonly discount: DiscountIn | null;
  /** True once an order.place operation was written for it. */
  readonly placed: boolean;
  readonly callNumber: string | null;
}

export const qtyMax = 999;

export function emptyOrder(channel = 'counter'): CartOrder {
  return { id: newId(), channel, table: '', lines: [], discount: null, placed: false, callNumber: null };
}

export const order = signal<CartOrder>(emptyOrder());
/** Orders sent to the kitchen and not paid yet, oldest first; the current one may be among them. */
export const openOrders = signal<readonly CartOrder[]>([]);
export const selected = signal<string | null>(null);
/** Quantity the next item is added with. */
export const nextQty = signal(1);

export const activeLines = computed(() => order.value.lines.filter((l) => !l.voided));
export const unsentLines = computed(() => activeLines.value.filter((l) => !l.sent));
export const itemCount = computed(() => activeLines.value.reduce((n, l) => n + l.qty, 0));

export function lineIn(line: CartLine): LineIn {
  const out: LineIn = { id: line.id, item_id: line.itemId, qty: String(line.qty) };
  if (line.modifiers.length > 0) out.modifiers = [...line.modifiers];
  if (line.discount) out.discounts = [line.discount];
  if (line.components.length > 0) out.components = [...line.components];
  return out;
}

function sameChoice(a: CartLine, b: Pick<CartLine, 'itemId' | 'modifiers' | 'components'>): boolean {
  return (
    a.itemId === b.itemId &&
    a.components.length === 0 &&
    b.components.length === 0 &&
    JSON.stringify(a.modifiers) === JSON.stringify(b.modifiers)
  );
}

function changeLines(lines: readonly CartLine[]): void {
  order.value = { ...order.value, lines };
}

/** Adds to the order; the same item with the same options joins the last unsent line. Answers the line's id. */
export function addLine(choice: Pick<CartLine, 'itemId' | 'modifiers' | 'components'>): string {
  const qty = nextQty.value;
  nextQty.value = 1;
  const lines = order.value.lines;
  const last = lines[lines.length - 1];
  if (last && !last.sent && !last.voided && !last.discount && sameChoice(last, choice) && last.qty + qty <= qtyMax) {
    setQty(last.id, last.qty + qty);
    return last.id;
  }
  const line: CartLine = { id: newId(), qty, discount: null, sent: false, voided: false, ...choice };
  changeLines([...lines, line]);
  return line.id;
}

export function updateLine(id: string, change: Partial<CartLine>): void {
  changeLines(order.value.lines.map((l) => (l.id === id ? { ...l, ...change } : l)));
}

export function setQty(id: string, qty: number): void {
  updateLine(id, { qty: Math.max(1, Math.min(qtyMax, qty)) });
}

export function removeLine(id: string): void {
  changeLines(order.value.lines.filter((l) => l.id !== id));
}

/** Puts a removed line back where it was. */
export function restoreLine(line: CartLine, at: number): void {
  changeLines([...order.value.lines.slice(0, at), line, ...order.value.lines.slice(at)]);
}

/** Keeps the list of open orders in step with the current one. */
export function keepOpen(changed: CartOrder): void {
  const others = openOrders.value.filter((o) => o.id !== changed.id);
  openOrders.value = changed.placed ? [...others, changed] : others;
}

export function dropOpen(id: string): void {
  openOrders.value = openOrders.value.filter((o) => o.id !== id);
}
