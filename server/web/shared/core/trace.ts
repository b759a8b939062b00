/* Why an amount is what it is: the trace of a sale as objects. The layout and what each step means are those of extension/core/explain.h. */
import { ByteReader } from './bytes';

/** In the order of mpos_explain_step, which begins at 1. The same words as in the answer of a preview. */
const steps = [
  'price',
  'open_price',
  'book',
  'tax_map',
  'modifier',
  'combo_share',
  'gross',
  'line_discount',
  'order_discount',
  'discount_share',
  'surcharge',
  'surcharge_share',
  'charge',
  'tax',
  'tax_total',
  'line_total',
  'total',
] as const;
const units = ['amount', 'rate', 'quantity', 'count'] as const;

export type TraceStep = (typeof steps)[number];
export type TraceUnit = (typeof units)[number];

export interface TraceEntry {
  /** Index of the line in the priced form; null of the whole order. */
  readonly line: number | null;
  readonly step: TraceStep;
  /** Place in the list that the entry is of: modifiers, discounts or taxes. */
  readonly index: number;
  /** Item, modifier, book, tax map, promotion, charge or tax, by its step; null for what was done by hand. */
  readonly ruleId: string | null;
  /** What value is: minor units, a rate (scale 9), a quantity (scale 6) or a number. */
  readonly unit: TraceUnit;
  readonly value: number;
  readonly base: number;
  readonly amount: number;
  /** Millionths of a minor unit that rounding (or a floor) took off the exact result. */
  readonly remainder: number;
}

const ofOrder = 0xffff;
const noRule = '00000000-0000-0000-0000-000000000000';

function readEntry(form: ByteReader): TraceEntry {
  const line = form.u16();
  const step = steps[form.u8() - 1];
  const unit = units[form.u8()];
  const index = form.u16();
  form.skip(2);
  const rule = form.uuid();
  if (step === undefined || unit === undefined) throw new RangeError('an unknown step of a trace');
  const amounts = { value: form.i64(), base: form.i64(), amount: form.i64(), remainder: form.i64() };
  return { line: line === ofOrder ? null : line, step, index, ruleId: rule === noRule ? null : rule, unit, ...amounts };
}

/** Reads what Core.explain gave. Throws RangeError when it is no trace. */
export function readTrace(bytes: Uint8Array): TraceEntry[] {
  const form = new ByteReader(bytes);
  if (form.ascii(8) !== 'MPOSWHY1') throw new RangeError('not a trace');
  const count = form.u32();
  form.skip(4);
  const entries = Array.from({ length: count }, () => readEntry(form));
  if (!form.ended) throw new RangeError('the trace is too long');
  return entries;
}
