/*
 * From a published catalogue and the lines as they are sent to the server, to the core's basket form. The server builds the
 * same bytes from the same lines (extension/src/cart_line.c), so the rules are fixed:
 *
 * - lines in the given order; a combo's components directly after it, in the given order;
 * - a component has the quantity of its combo and its own item's price, modifiers and taxes, no book prices and no floor; the
 *   combo has no taxes;
 * - modifiers in the given order, per unit, at the price beside the line's variant, else their own; groups in the item's order;
 * - taxes and book prices in the item's order; a price for all variants is left out where the book has one for the line's
 *   variant from the same quantity on;
 * - a line that was chosen after the order was begun has its minute; a component has its combo's;
 * - discounts in the given order; coupons and waived charges by their bytes, each once.
 *
 * The layout is that of extension/core/basket.h. Prices, promotions, taxes and charges are the core's business.
 */
import { sha256 } from '@noble/hashes/sha2';
import type { BookPrice, Channel, ComponentIn, DiscountIn, Item, LineIn, Modifier, ModifierGroup, ModifierIn, Place } from '../api/types';
import { ByteWriter, decimalUnits, hexBytes, uuidBytes } from './bytes';
import { readRules, type Rules } from './rules';

export const qtyScale = 6;
export const rateScale = 9;

const noParent = 0xffff;
const noAmount = -1;
const laterFlag = 2;
const places: readonly Place[] = ['dine_in', 'take_away', 'delivery'];
const channels: readonly Channel[] = ['counter', 'dine_in', 'takeaway', 'kiosk', 'qr', 'web', 'delivery', 'fridge', 'api'];

/** In what circumstances something is sold. */
export interface Circumstances {
  readonly outlet: string;
  /** Minutes since 1970 on the clock of the outlet; see localMinute. */
  readonly at: number;
  readonly channel: Channel;
  /** Default by channel: takeaway and delivery as they say, else dine_in. */
  readonly place?: Place;
  readonly guests?: number;
  readonly customerGroup?: string;
  readonly coupons?: readonly string[];
  readonly exempt?: boolean;
  readonly waive?: readonly string[];
}

/** What the builder looks up. Items may be fetched one by one, so they come through a function. */
export interface SaleBook {
  /** SHA-256 of the manifest, hex. */
  readonly hash: string;
  readonly rules: Rules;
  readonly item: (id: string) => Item | undefined;
  readonly groups: ReadonlyMap<string, ModifierGroup>;
}

export function saleBook(hash: string, rules: Uint8Array, groups: readonly ModifierGroup[], item: SaleBook['item']): SaleBook {
  return { hash, rules: readRules(rules), item, groups: new Map(groups.map((group) => [group.id, group])) };
}

/** "2026-11-21T14:05" on the clock of that zone. */
export function localText(time: number, timezone: string): string {
  const options = { timeZone: timezone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  const parts = new Intl.DateTimeFormat('en-GB', options).formatToParts(time);
  const part = (type: string): string => parts.find((one) => one.type === type)!.value;
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** Minutes since 1970 of such a text. */
export function localMinute(text: string): number {
  return Date.parse(`${text}:00Z`) / 60000;
}

function found<T>(value: T | undefined, what: string, id: string): T {
  if (value === undefined) throw new RangeError(`the catalogue has no ${what} ${id}`);
  return value;
}

interface BasketModifier {
  readonly id: string;
  readonly group: number;
  readonly price: number;
  readonly qty: number;
}

interface BasketLine {
  readonly id: string;
  readonly item: Item;
  readonly variant: string | null;
  readonly qty: string;
  readonly price: number;
  readonly openPrice: number;
  readonly floor: number;
  readonly parent: number;
  /** Its own minute, where that is later than the order's; else 0. */
  readonly at: number;
  readonly components: number;
  readonly taxes: readonly number[];
  readonly prices: readonly BookPrice[];
  readonly groups: readonly number[];
  readonly modifiers: readonly BasketModifier[];
  readonly discounts: readonly DiscountIn[];
}

/** A price for all variants does not count beside one of the same book and quantity for this variant. */
function bookPrices(book: SaleBook, item: Item, variant: string | null): BookPrice[] {
  const covered = (price: BookPrice): boolean =>
    variant !== null &&
    price.variant_id === null &&
    item.prices.some((one) => one.variant_id === variant && one.book_id === price.book_id && one.min_qty === price.min_qty);
  return item.prices.filter(
    (price) =>
      (price.variant_id === null || price.variant_id === variant) && !covered(price) && book.rules.books.has(price.book_id),
  );
}

/** The modifier of that id and the place of its group among those of the item. */
function findModifier(book: SaleBook, item: Item, id: string): { modifier: Modifier; group: number } {
  for (const [group, groupId] of item.group_ids.entries()) {
    const modifier = book.groups.get(groupId)?.modifiers.find((one) => one.id === id);
    if (modifier) return { modifier, group };
  }
  throw new RangeError(`the catalogue has no modifier ${id}`);
}

function basketModifiers(book: SaleBook, item: Item, variant: string | null, chosen: readonly ModifierIn[] | undefined): BasketModifier[] {
  return (chosen ?? []).map(({ modifier_id: id, qty }) => {
    const { modifier, group } = findModifier(book, item, id);
    const price = modifier.prices?.find((one) => one.variant_id === variant)?.price ?? modifier.price;
    return { id, group, price, qty: qty ?? 1 };
  });
}

function common(book: SaleBook, item: Item): Pick<BasketLine, 'item' | 'taxes' | 'groups'> {
  const taxes = item.tax_ids.map((id) => book.rules.taxes.get(id)).filter((tax) => tax !== undefined);
  return { item, taxes, groups: item.group_ids.map((id) => book.groups.get(id)?.free ?? 0) };
}

function basketLine(book: SaleBook, line: LineIn, index: number, begun: number): BasketLine {
  const item = found(book.item(line.item_id), 'item', line.item_id);
  const variant = line.variant_id ?? null;
  const price = variant === null ? item.price : found(item.variants.find((one) => one.id === variant), 'variant', variant).price;
  const components = line.components?.length ?? 0;
  const at = line.at === undefined ? begun : localMinute(line.at);
  return {
    ...common(book, item),
    ...(components > 0 ? { taxes: [] } : {}),
    id: found(line.id, 'id of line', String(index)),
    variant,
    qty: line.qty,
    price,
    openPrice: line.unit_price ?? noAmount,
    floor: item.floor ?? noAmount,
    parent: noParent,
    at: at > begun ? at : 0,
    components,
    prices: bookPrices(book, item, variant),
    modifiers: basketModifiers(book, item, variant, line.modifiers),
    discounts: line.discounts ?? [],
  };
}

function basketComponent(book: SaleBook, component: ComponentIn, qty: string, parent: number): BasketLine {
  const item = found(book.item(component.item_id), 'item', component.item_id);
  return {
    ...common(book, item),
    id: found(component.id, 'id of component of line', String(parent)),
    variant: null,
    qty,
    price: item.price,
    openPrice: noAmount,
    floor: noAmount,
    parent,
    at: 0,
    components: 0,
    prices: [],
    modifiers: basketModifiers(book, item, null, component.modifiers),
    discounts: [],
  };
}

function basketLines(book: SaleBook, lines: readonly LineIn[], begun: number): BasketLine[] {
  const all: BasketLine[] = [];
  for (const line of lines) {
    const parent = all.push(basketLine(book, line, all.length, begun)) - 1;
    for (const component of line.components ?? []) all.push(basketComponent(book, component, line.qty, parent));
  }
  return all;
}

/** Each once, by their bytes. */
function distinct(list: readonly Uint8Array[]): Uint8Array[] {
  const compare = (a: Uint8Array, b: Uint8Array): number => {
    const at = a.findIndex((byte, i) => byte !== b[i]);
    return at < 0 ? 0 : a[at]! - b[at]!;
  };
  return [...list].sort(compare).filter((one, i, all) => i === 0 || compare(all[i - 1]!, one) !== 0);
}

/** The first 16 bytes of the SHA-256 of the code with a to z as A to Z. */
function couponHash(code: string): Uint8Array {
  const capitals = code.replace(/[a-z]/g, (c) => c.toUpperCase());
  return sha256(new TextEncoder().encode(capitals)).slice(0, 16);
}

function idOrZero(id: string | null | undefined): Uint8Array {
  return id ? uuidBytes(id) : new Uint8Array(16);
}

function placeOf({ place, channel }: Circumstances): Place {
  return place ?? (channel === 'takeaway' ? 'take_away' : channel === 'delivery' ? 'delivery' : 'dine_in');
}

function writeHeader(out: ByteWriter, book: SaleBook, circumstances: Circumstances, counts: readonly number[]): void {
  out.ascii('MPOSBSK1');
  out.raw(uuidBytes(circumstances.outlet));
  out.raw(idOrZero(circumstances.customerGroup));
  out.i64(circumstances.at);
  out.u16(circumstances.guests ?? 0);
  out.u8(places.indexOf(placeOf(circumstances)));
  out.u8(channels.indexOf(circumstances.channel));
  out.u8(circumstances.exempt ? 1 : 0);
  out.zero(3);
  out.raw(hexBytes(book.hash));
  for (const count of counts) out.u16(count);
}

function writeDiscount(out: ByteWriter, discount: DiscountIn): void {
  const percent = discount.type === 'percent';
  out.u8(percent ? 0 : 1);
  out.zero(7);
  out.i64(percent ? decimalUnits(discount.rate ?? '', rateScale) : (discount.amount ?? 0));
}

function writeModifier(out: ByteWriter, modifier: BasketModifier): void {
  out.raw(uuidBytes(modifier.id));
  out.i64(modifier.price);
  out.u32(modifier.qty);
  out.u16(modifier.group);
  out.zero(2);
}

function writeLineHead(out: ByteWriter, line: BasketLine): void {
  out.raw(uuidBytes(line.id));
  out.raw(uuidBytes(line.item.id));
  out.raw(idOrZero(line.variant));
  out.raw(uuidBytes(line.item.category_id));
  out.i64(decimalUnits(line.qty, qtyScale));
  out.i64(line.price);
  out.i64(line.openPrice);
  out.i64(line.floor);
  out.u16(line.parent);
  out.u16(line.components);
  out.u16(line.at > 0 ? laterFlag : 0);
  for (const list of [line.taxes, line.prices, line.groups, line.modifiers, line.discounts]) out.u16(list.length);
  if (line.at > 0) out.i64(line.at);
}

function writeLine(out: ByteWriter, book: SaleBook, line: BasketLine): void {
  writeLineHead(out, line);
  for (const tax of line.taxes) out.u16(tax);
  for (const price of line.prices) {
    out.u16(book.rules.books.get(price.book_id)!);
    out.i64(price.min_qty);
    out.i64(price.price);
  }
  for (const free of line.groups) out.u16(free);
  for (const modifier of line.modifiers) writeModifier(out, modifier);
  for (const discount of line.discounts) writeDiscount(out, discount);
}

/**
 * The basket form of these lines (all with ids) and discounts of the order. Throws RangeError or TypeError for ids that the
 * catalogue does not have and for malformed decimals.
 */
export function basketForm(book: SaleBook, circumstances: Circumstances, lines: readonly LineIn[], discounts: readonly DiscountIn[]): Uint8Array {
  const out = new ByteWriter();
  const coupons = distinct((circumstances.coupons ?? []).map(couponHash));
  const waived = distinct((circumstances.waive ?? []).map(uuidBytes));
  const all = basketLines(book, lines, circumstances.at);
  writeHeader(out, book, circumstances, [coupons.length, waived.length, discounts.length, all.length]);
  for (const id of [...coupons, ...waived]) out.raw(id);
  for (const discount of discounts) writeDiscount(out, discount);
  for (const line of all) writeLine(out, book, line);
  return out.done();
}
