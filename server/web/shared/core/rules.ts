/*
 * What a page needs to know of the compiled rules: which number a tax and a price book have in them. The layout is that of
 * extension/core/rules.h; what the rules say is the core's business.
 */
import { ByteReader } from './bytes';

/** How cash is rounded: the number of a rounding mode, and the smallest coin in minor units. */
export interface CashRounding {
  readonly mode: number;
  readonly coin: number;
}

/** Compiled rules with the numbers of their taxes and books, by id. */
export interface Rules {
  readonly bytes: Uint8Array;
  readonly cash: CashRounding;
  /** Of outlets that round otherwise. */
  readonly cashOf: ReadonlyMap<string, CashRounding>;
  readonly taxes: ReadonlyMap<string, number>;
  readonly books: ReadonlyMap<string, number>;
}

function readCash(form: ByteReader): CashRounding {
  const mode = form.u8();
  form.skip(15);
  return { mode, coin: Math.max(form.i64(), 1) };
}

function skipWhen(form: ByteReader): void {
  form.skip(26);
  const outlets = form.u16();
  const groups = form.u16();
  form.skip(2 + 16 * (outlets + groups));
}

function readTax(form: ByteReader): string {
  const id = form.uuid();
  form.skip(2);
  const brackets = form.u16();
  form.skip(12 + 24 * brackets);
  skipWhen(form);
  return id;
}

function skipMap(form: ByteReader): void {
  form.skip(22);
  const replacements = form.u16();
  skipWhen(form);
  for (let i = 0; i < replacements; i += 1) {
    form.skip(2);
    form.skip(2 * form.u16());
  }
}

function readBook(form: ByteReader): string {
  const id = form.uuid();
  form.skip(4);
  skipWhen(form);
  return id;
}

function numbered(count: number, read: () => string): ReadonlyMap<string, number> {
  return new Map(Array.from({ length: count }, (_, i) => [read(), i]));
}

/** Throws RangeError when the bytes are no rules. */
export function readRules(bytes: Uint8Array): Rules {
  const form = new ByteReader(bytes);
  if (form.ascii(8) !== 'MPOSRUL1') throw new RangeError('not a set of rules');
  form.skip(6);
  const roundings = form.u16();
  form.skip(8);
  const cash = readCash(form);
  const counts = { taxes: form.u16(), maps: form.u16(), books: form.u16() };
  form.skip(10);
  const cashOf = new Map(Array.from({ length: roundings }, () => [form.uuid(), readCash(form)] as const));
  const taxes = numbered(counts.taxes, () => readTax(form));
  for (let i = 0; i < counts.maps; i += 1) skipMap(form);
  const books = numbered(counts.books, () => readBook(form));
  return { bytes, cash, cashOf, taxes, books };
}
