/*
 * The trace of a price: one entry per step of the calculation, from the server's preview or from the core in the page. What
 * the figures of each step mean is said in extension/core/explain.h.
 */

export const steps = [
  'price', 'open_price', 'book', 'tax_map', 'modifier', 'combo_share', 'gross', 'line_discount', 'order_discount', 'discount_share',
  'surcharge', 'surcharge_share', 'charge', 'tax', 'tax_total', 'line_total', 'total',
] as const;
export type Step = (typeof steps)[number];

export interface TraceEntry {
  /** null is the whole order. */
  line_id: string | null;
  step: Step;
  /** What `value` is: minor units, a rate with nine decimals, a quantity with six, or a number. */
  unit: 'amount' | 'rate' | 'quantity' | 'count';
  /** The rule, item, option or tax behind the step; null is something given by hand. */
  rule_id: string | null;
  /** Its name, where whoever made the trace knows it. */
  name?: string | null;
  value: number;
  base: number;
  amount: number;
  /** Exact result less amount, millionths of a minor unit. */
  remainder: number;
}

/** The figure of a bill that is asked about. */
export type Figure =
  | { of: 'line'; line: string }
  | { of: 'discount'; rule: string | null }
  | { of: 'charge'; line: string }
  | { of: 'surcharge'; rule: string }
  | { of: 'tax'; rule: string }
  | { of: 'gross' | 'discounts' | 'taxes' | 'net' | 'total' };

/** What the trace only has the ids of. */
export interface Names {
  line: (id: string) => string;
  rule: (id: string) => string;
  /** Lines in the order of the bill, without components. */
  lines: string[];
  /** True when the tax is in the price already. */
  included: (tax: string) => boolean;
}
