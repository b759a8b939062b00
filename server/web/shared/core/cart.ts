/*
 * From a published catalogue and the lines as they are sent to the server, to the core's cart form. The server builds
 * the same bytes from the same lines, so the rules are fixed:
 *
 * - lines in the given order; a combo's components directly after it, in the given order;
 * - a component has the quantity of its combo and its own item's price, modifiers and taxes; the combo has no taxes;
 * - modifiers in the given order, per unit, at the catalogue's price;
 * - taxes of a line in the order of its item; taxes of the cart in the order in which lines first name them;
 * - discounts in the given order; the default sequence.
 *
 * The layout is that of extension/core/cart_form.h.
 */
import type { Catalogue, ComponentIn, DiscountIn, Item, LineIn, ModifierIn, Tax } from '../api/types';
import { ByteWriter, decimalUnits, hexBytes, uuidBytes } from './bytes';

export const qtyScale = 6;
export const rateScale = 9;

const modes = ['half_up', 'half_even', 'half_down', 'up', 'down', 'ceiling', 'floor'];
const levels = ['unit', 'line', 'rate', 'order', 'line_tax'];
const defaultSequence = [1, 2, 3, 4];
const noParent = 0xffff;

interface CartModifier {
  id: string;
  price: number;
  qty: number;
}

interface CartLine {
  id: string;
  item: Item;
  qty: string;
  parent: number;
  components: number;
  modifiers: CartModifier[];
  discounts: readonly DiscountIn[];
  taxes: number[];
}

/** A published catalogue with what pricing looks up, made once per catalogue. */
export class PriceBook {
  readonly items: ReadonlyMap<string, Item>;
  readonly taxes: ReadonlyMap<string, Tax>;
  private readonly modifierPrices = new Map<string, number>();

  /** hash: SHA-256 of the catalogue's exact bytes, hex. */
  constructor(
    readonly catalogue: Catalogue,
    readonly hash: string,
  ) {
    this.items = new Map(catalogue.items.map((item) => [item.id, item]));
    this.taxes = new Map(catalogue.taxes.map((tax) => [tax.id, tax]));
    for (const group of catalogue.groups) {
      for (const modifier of group.modifiers) this.modifierPrices.set(modifier.id, modifier.price);
    }
  }

  item(id: string): Item {
    return found(this.items.get(id), 'item', id);
  }

  tax(id: string): Tax {
    return found(this.taxes.get(id), 'tax', id);
  }

  modifiers(chosen: readonly ModifierIn[] | undefined): CartModifier[] {
    return (chosen ?? []).map((m) => ({
      id: m.modifier_id,
      price: found(this.modifierPrices.get(m.modifier_id), 'modifier', m.modifier_id),
      qty: m.qty ?? 1,
    }));
  }
}

function found<T>(value: T | undefined, what: string, id: string): T {
  if (value === undefined) throw new RangeError(`the catalogue has no ${what} ${id}`);
  return value;
}

/** The lines as the core sees them, and the taxes they use. */
class CartBuilder {
  readonly taxes: Tax[] = [];
  readonly lines: CartLine[] = [];

  constructor(private readonly book: PriceBook) {}

  add(line: LineIn): void {
    const item = this.book.item(line.item_id);
    const components = line.components ?? [];
    const parent = this.lines.length;
    this.lines.push({
      id: found(line.id, 'id of line', String(parent)),
      item,
      qty: line.qty,
      parent: noParent,
      components: components.length,
      modifiers: this.book.modifiers(line.modifiers),
      discounts: line.discounts ?? [],
      taxes: components.length > 0 ? [] : this.taxIndexes(item),
    });
    for (const component of components) this.addComponent(component, line.qty, parent);
  }

  private addComponent(component: ComponentIn, qty: string, parent: number): void {
    const item = this.book.item(component.item_id);
    this.lines.push({
      id: found(component.id, 'id of component of line', String(parent)),
      item,
      qty,
      parent,
      components: 0,
      modifiers: this.book.modifiers(component.modifiers),
      discounts: [],
      taxes: this.taxIndexes(item),
    });
  }

  private taxIndexes(item: Item): number[] {
    return item.tax_ids.map((id) => {
      const tax = this.book.tax(id);
      const at = this.taxes.indexOf(tax);
      return at >= 0 ? at : this.taxes.push(tax) - 1;
    });
  }
}

function indexIn(list: readonly string[], text: string): number {
  const at = list.indexOf(text);
  if (at < 0) throw new RangeError(`unknown setting ${text}`);
  return at;
}

function writeHeader(out: ByteWriter, book: PriceBook, taxes: number, discounts: number, lines: number): void {
  const { currency, exponent, rounding } = book.catalogue;
  out.ascii('MPOSCRT1');
  out.ascii(currency);
  out.u8(exponent);
  out.u8(indexIn(modes, rounding.mode));
  out.u8(indexIn(levels, rounding.level));
  out.u8(indexIn(['tax', 'net'], rounding.inclusive));
  out.u8(defaultSequence.length);
  out.i64(rounding.increment);
  out.i64(rounding.cash_increment);
  out.raw(hexBytes(book.hash));
  for (const step of defaultSequence) out.u8(step);
  out.zero(8 - defaultSequence.length);
  out.u16(taxes);
  out.u16(discounts);
  out.u16(lines);
  out.zero(2);
}

function writeTax(out: ByteWriter, tax: Tax): void {
  out.raw(uuidBytes(tax.id));
  out.u8(0);
  out.u8(tax.included ? 1 : 0);
  out.zero(6);
  out.i64(decimalUnits(tax.rate, rateScale));
}

function writeDiscount(out: ByteWriter, discount: DiscountIn): void {
  const percent = discount.type === 'percent';
  out.u8(percent ? 0 : 1);
  out.zero(7);
  out.i64(percent ? decimalUnits(discount.rate ?? '', rateScale) : (discount.amount ?? 0));
}

function writeModifier(out: ByteWriter, modifier: CartModifier): void {
  out.raw(uuidBytes(modifier.id));
  out.i64(modifier.price);
  out.u32(modifier.qty);
  out.zero(4);
}

function writeLine(out: ByteWriter, line: CartLine): void {
  out.raw(uuidBytes(line.id));
  out.raw(uuidBytes(line.item.id));
  out.i64(decimalUnits(line.qty, qtyScale));
  out.i64(line.item.price);
  out.u16(line.parent);
  out.u16(line.components);
  out.u16(line.modifiers.length);
  out.u16(line.discounts.length);
  out.u16(line.taxes.length);
  out.zero(6);
  for (const modifier of line.modifiers) writeModifier(out, modifier);
  for (const discount of line.discounts) writeDiscount(out, discount);
  for (const tax of line.taxes) out.u16(tax);
}

/**
 * The cart form of these lines (all with ids) and discounts of the order.
 * Throws RangeError or TypeError for ids that the catalogue does not have and for malformed decimals.
 */
export function cartForm(book: PriceBook, lines: readonly LineIn[], discounts: readonly DiscountIn[]): Uint8Array {
  const cart = new CartBuilder(book);
  const out = new ByteWriter();
  for (const line of lines) cart.add(line);
  writeHeader(out, book, cart.taxes.length, discounts.length, cart.lines.length);
  for (const tax of cart.taxes) writeTax(out, tax);
  for (const discount of discounts) writeDiscount(out, discount);
  for (const line of cart.lines) writeLine(out, line);
  return out.done();
}
