/*
 * The order under the cashier's hands and the orders waiting for payment. Plain data and pure changes; prices are not
 * kept here, they come from the core (pricing.ts).
 */
import { computed, signal } from '@preact/signals';
import type { Channel, ComponentIn, DiscountIn, LineIn, ModifierIn, Place } from '../../shared/api/types';
import type { Catalogue } from '../../shared/catalogue/catalogue';
import { localMinute } from '../../shared/core/basket';
import { decimalText } from '../../shared/core/bytes';
import { newId } from '../../shared/ids/ids';
import type { Approved } from './approval';

/** What was chosen, before it is a line. */
export interface Choice {
  readonly itemId: string;
  readonly variantId: string | null;
  /** Typed in or read from a code; null is the catalogue's price. */
  readonly openPrice: number | null;
  readonly modifiers: readonly ModifierIn[];
  readonly components: readonly ComponentIn[];
}

export interface CartLine extends Choice {
  readonly id: string;
  /** Millionths. */
  readonly qty: number;
  /** Counted in pieces; others are weighed or measured. */
  readonly pieces: boolean;
  readonly discount: DiscountIn | null;
  /** Minute at which it was chosen; empty is that of the order. */
  readonly at: string;
  /** Known to the server; its quantity and options no longer change. */
  readonly sent: boolean;
  readonly voided: boolean;
}

export interface CartOrder {
  readonly id: string;
  readonly place: Place;
  readonly table: string;
  readonly guests: number;
  readonly coupons: readonly string[];
  readonly lines: readonly CartLine[];
  readonly discount: DiscountIn | null;
  /** A second person's consent to the discounts. */
  readonly approved: Approved | null;
  /** Minute of the outlet's clock at which it was begun, with its first line. Each line is priced by its own. */
  readonly at: string;
  /** What it is made by, once that must not change any more. */
  readonly catalogue: Catalogue | null;
  /** True once an order.place operation was written for it. */
  readonly placed: boolean;
  readonly callNumber: string | null;
}

export const qtyOne = 1_000_000;
export const qtyMax = 999;
export const guestsMax = 999;
export const couponsMax = 10;
/** What is chosen within so many minutes joins one line, at the price of its first. */
const joinMinutes = 5;
const qtyScale = 6;

export const wholeQty = (pieces: number): number => pieces * qtyOne;
/** "0.345", "2" */
export const qtyText = (qty: number): string => decimalText(qty, qtyScale);

export function emptyOrder(place: Place = 'dine_in'): CartOrder {
  return {
    id: newId(), place, table: '', guests: 0, coupons: [], lines: [], discount: null, approved: null, at: '', catalogue: null, placed: false,
    callNumber: null,
  };
}

/** Where the order comes from, as the API names it. */
export function channelOf({ place, table }: CartOrder): Channel {
  if (place === 'take_away') return 'takeaway';
  if (place === 'delivery') return 'delivery';
  return table ? 'dine_in' : 'counter';
}

export const order = signal<CartOrder>(emptyOrder());
/** Orders sent to the kitchen and not paid yet, oldest first; the current one may be among them. */
export const openOrders = signal<readonly CartOrder[]>([]);
export const selected = signal<string | null>(null);
/** How many of the next item are added. */
export const nextQty = signal(1);

export const activeLines = computed(() => order.value.lines.filter((l) => !l.voided));
export const unsentLines = computed(() => activeLines.value.filter((l) => !l.sent));
export const itemCount = computed(() => activeLines.value.reduce((n, l) => n + (l.pieces ? l.qty / qtyOne : 1), 0));

export function lineIn(line: CartLine): LineIn {
  const out: LineIn = { id: line.id, item_id: line.itemId, qty: qtyText(line.qty) };
  if (line.variantId) out.variant_id = line.variantId;
  if (line.openPrice !== null) out.unit_price = line.openPrice;
  if (line.modifiers.length > 0) out.modifiers = [...line.modifiers];
  if (line.discount) out.discounts = [line.discount];
  if (line.components.length > 0) out.components = [...line.components];
  if (line.at) out.at = line.at;
  return out;
}

function sameChoice(a: CartLine, b: Choice): boolean {
  return (
    a.itemId === b.itemId &&
    a.variantId === b.variantId &&
    a.openPrice === b.openPrice &&
    a.components.length === 0 &&
    b.components.length === 0 &&
    JSON.stringify(a.modifiers) === JSON.stringify(b.modifiers)
  );
}

function changeLines(lines: readonly CartLine[]): void {
  order.value = { ...order.value, lines };
}

/** Begins the order when it is empty: what it costs is a matter of when that was. */
function beginAt(minute: string): void {
  if (order.value.lines.length === 0) order.value = { ...order.value, at: minute };
}

/* The same item with the same options joins the last unsent line; what was weighed stays a line of its own. */
function joins(last: CartLine | undefined, choice: Choice, qty: number, minute: string): last is CartLine {
  return (
    last !== undefined && last.pieces && !last.sent && !last.voided && !last.discount && sameChoice(last, choice) &&
    last.qty + qty <= wholeQty(qtyMax) && localMinute(minute) - localMinute(last.at || order.value.at) < joinMinutes
  );
}

/** Adds to the order at that minute, `measured` millionths of it or as many as were asked for. Answers the line's id. */
export function addLine(choice: Choice, minute: string, measured: number | null = null): string {
  const qty = measured ?? wholeQty(nextQty.value);
  const pieces = measured === null;
  nextQty.value = 1;
  beginAt(minute);
  const lines = order.value.lines;
  const last = lines[lines.length - 1];
  if (pieces && joins(last, choice, qty, minute)) {
    setQty(last.id, last.qty + qty);
    return last.id;
  }
  const line: CartLine = {
    id: newId(), qty, pieces, discount: null, at: minute > order.value.at ? minute : '', sent: false, voided: false, ...choice,
  };
  changeLines([...lines, line]);
  return line.id;
}

export function updateLine(id: string, change: Partial<CartLine>): void {
  changeLines(order.value.lines.map((l) => (l.id === id ? { ...l, ...change } : l)));
}

/** Pieces only. */
export function setQty(id: string, qty: number): void {
  updateLine(id, { qty: Math.max(qtyOne, Math.min(wholeQty(qtyMax), qty)) });
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
