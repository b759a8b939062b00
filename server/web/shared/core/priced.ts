/* The priced form as an object. The layout is that of extension/core/priced_form.h. */
import { ByteReader, decimalText, hexText } from './bytes';
import { qtyScale, rateScale } from './basket';

export interface PricedTax {
  readonly id: string;
  readonly included: boolean;
  /** A rate as a decimal fraction, "0.19". */
  readonly rate: string;
  readonly base: number;
  readonly amount: number;
}

export interface PricedDiscount {
  readonly type: 'percent' | 'fixed';
  /** percent: a rate, scale 9; fixed: minor units. */
  readonly value: number;
  /** Of a surcharge below zero. */
  readonly amount: number;
  readonly surcharge: boolean;
  /** The promotion or charge that it is of, null when somebody gave it. */
  readonly rule: string | null;
}

export interface PricedModifier {
  readonly id: string;
  readonly price: number;
  readonly qty: number;
}

export interface PricedLineTax {
  /** Index into the form's taxes. */
  readonly tax: number;
  readonly base: number;
  readonly amount: number;
}

export interface PricedLine {
  readonly id: string;
  readonly itemId: string;
  readonly qty: string;
  readonly unitPrice: number;
  /** A charge: an amount per quantity (guests) or a percentage; its itemId is the charge's. */
  readonly kind: 'item' | 'charge';
  readonly variantId: string | null;
  /** The price book that the unit price is of, null for the item's own. */
  readonly bookId: string | null;
  /** Index of the combo line, null for a line of its own. */
  readonly parent: number | null;
  readonly gross: number;
  readonly lineDiscount: number;
  readonly orderDiscount: number;
  readonly net: number;
  readonly tax: number;
  readonly total: number;
  readonly modifiers: readonly PricedModifier[];
  readonly discounts: readonly PricedDiscount[];
  /** Share of each discount of the order. */
  readonly shares: readonly number[];
  readonly taxes: readonly PricedLineTax[];
}

export interface PricedCart {
  readonly currency: string;
  readonly exponent: number;
  readonly cashIncrement: number;
  /** Hash of the catalogue the prices were taken from, hex. */
  readonly catalogue: string;
  readonly gross: number;
  readonly discount: number;
  readonly net: number;
  readonly tax: number;
  readonly total: number;
  readonly taxes: readonly PricedTax[];
  readonly discounts: readonly PricedDiscount[];
  readonly lines: readonly PricedLine[];
}

const noParent = 0xffff;

function list<T>(count: number, read: () => T): T[] {
  return Array.from({ length: count }, read);
}

function readTax(form: ByteReader): PricedTax {
  const id = form.uuid();
  form.skip(1);
  const included = (form.u8() & 1) === 1;
  const brackets = form.u16();
  form.skip(4);
  const tax = { id, included, rate: decimalText(form.i64(), rateScale), base: form.i64(), amount: form.i64() };
  form.skip(24 * brackets);
  return tax;
}

function readDiscount(form: ByteReader): PricedDiscount {
  const type = form.u8() === 0 ? 'percent' : 'fixed';
  const flags = form.u8();
  form.skip(6);
  const discount = { value: form.i64(), amount: form.i64(), rule: (flags & 4) !== 0 ? form.uuid() : null };
  return { type, surcharge: (flags & 2) !== 0, ...discount };
}

function readModifier(form: ByteReader): PricedModifier {
  const modifier = { id: form.uuid(), price: form.i64(), qty: form.u32() };
  form.skip(4);
  return modifier;
}

function readLineTax(form: ByteReader): PricedLineTax {
  const tax = form.u16();
  form.skip(6);
  return { tax, base: form.i64(), amount: form.i64() };
}

function readLine(form: ByteReader, orderDiscounts: number): PricedLine {
  const head = { id: form.uuid(), itemId: form.uuid(), qty: decimalText(form.i64(), qtyScale), unitPrice: form.i64() };
  const parent = form.u16();
  form.skip(2);
  const counts = { modifiers: form.u16(), discounts: form.u16(), taxes: form.u16() };
  const kind = form.u8() === 0 ? 'item' : 'charge';
  form.skip(1);
  const extras = form.u8();
  form.skip(3);
  const amounts = {
    gross: form.i64(),
    lineDiscount: form.i64(),
    orderDiscount: form.i64(),
    net: form.i64(),
    tax: form.i64(),
    total: form.i64(),
  };
  const sources = {
    variantId: (extras & 1) !== 0 ? form.uuid() : null,
    bookId: (extras & 2) !== 0 ? form.uuid() : null,
  };
  if ((extras & 4) !== 0) form.skip(8);
  return {
    ...head,
    ...sources,
    ...amounts,
    kind,
    parent: parent === noParent ? null : parent,
    modifiers: list(counts.modifiers, () => readModifier(form)),
    discounts: list(counts.discounts, () => readDiscount(form)),
    shares: list(orderDiscounts, () => form.i64()),
    taxes: list(counts.taxes, () => readLineTax(form)),
  };
}

/** Reads a priced form that the core wrote. Throws RangeError when it is not one. */
export function readPriced(bytes: Uint8Array): PricedCart {
  const form = new ByteReader(bytes);
  if (form.ascii(8) !== 'MPOSPRC1') throw new RangeError('not a priced form');
  const currency = form.ascii(3);
  const exponent = form.u8();
  form.skip(12); // rounding mode and level, inclusive, sequence count, increment
  const cashIncrement = form.i64();
  const catalogue = hexText(form.raw(32));
  form.skip(8); // sequence
  const counts = { taxes: form.u16(), discounts: form.u16(), lines: form.u16() };
  form.skip(2);
  const totals = { gross: form.i64(), discount: form.i64(), net: form.i64(), tax: form.i64(), total: form.i64() };
  const taxes = list(counts.taxes, () => readTax(form));
  const discounts = list(counts.discounts, () => readDiscount(form));
  const lines = list(counts.lines, () => readLine(form, counts.discounts));
  if (!form.ended) throw new RangeError('the form is too long');
  return { currency, exponent, cashIncrement, catalogue, ...totals, taxes, discounts, lines };
}
