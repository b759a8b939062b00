/*
 * From a trace to the few lines that explain one figure of a bill: each a sentence with an amount, the last one the result. It
 * only puts into words; every amount is one of the trace or a sum of them.
 */
import type { Currency } from '../money/money';
import { Sentences, type Reason } from './sentences';
import type { Figure, Names, Step, TraceEntry } from './trace';
import { w } from './words';

export interface Explanation {
  reasons: Reason[];
  result: Reason;
  /** What is in the result already. */
  within?: Reason[];
}

const sum = (of: TraceEntry[]): number => of.reduce((n, e) => n + e.amount, 0);
/* Told on the way to the gross, not added to it. */
const beforeGross = new Set<Step>(['price', 'open_price', 'book', 'tax_map', 'modifier', 'combo_share']);
const isDiscount = (e: TraceEntry): boolean => e.step === 'line_discount' || e.step === 'order_discount';

/** Explains figures of one bill. */
class Explainer {
  constructor(
    private readonly trace: TraceEntry[],
    private readonly names: Names,
    private readonly say: Sentences,
  ) {}

  private ofLine(id: string): TraceEntry[] {
    return this.trace.filter((e) => e.line_id === id);
  }

  private ofStep(step: Step, rule?: string): TraceEntry[] {
    return this.trace.filter((e) => e.step === step && (rule === undefined || e.rule_id === rule));
  }

  private lineTotal(id: string): number | null {
    return this.ofLine(id).find((e) => e.step === 'line_total')?.amount ?? null;
  }

  private all(of: TraceEntry[]): Reason[] {
    return of.map((e) => this.say.tell(e, of)).filter((r) => r !== null);
  }

  /* Of several lines, each with its name in front. */
  private perLine(of: TraceEntry[], word: (e: TraceEntry) => string, sign: 1 | -1): Reason[] {
    return of.map((e) => this.say.reason(e, e.line_id ? `${this.say.line(e)} · ${word(e)}` : word(e), sign * e.amount));
  }

  private eachLine(amount: (id: string) => number): Reason[] {
    return this.names.lines.map((id) => ({ text: this.names.line(id), amount: amount(id) }));
  }

  line(id: string): Explanation {
    const of = this.ofLine(id);
    const amount = this.lineTotal(id) ?? sum(of.filter((e) => e.step === 'gross' || e.step === 'charge'));
    const gross = of.find((e) => e.step === 'gross');
    const single = gross !== undefined && gross.amount === gross.base && !of.some((e) => e.step === 'modifier');
    const told = (e: TraceEntry): Reason[] => {
      const reason = e === gross && single ? null : this.say.tell(e, of);
      return reason ? [!single && gross && beforeGross.has(e.step) ? { ...reason, aside: true } : reason] : [];
    };
    const inside = of.filter((e) => e.step === 'tax' && this.isIncluded(e));
    return { reasons: of.filter((e) => !inside.includes(e)).flatMap(told), result: { text: this.names.line(id), amount }, within: inside.flatMap(told) };
  }

  private isIncluded(e: TraceEntry): boolean {
    return this.names.included(e.rule_id ?? '');
  }

  discount(rule: string | null): Explanation {
    const of = this.trace.filter((e) => isDiscount(e) && e.rule_id === rule);
    return { reasons: this.perLine(of, (e) => this.say.part(e), -1), result: { text: rule ? this.names.rule(rule) : w('why.by_hand'), amount: -sum(of) } };
  }

  surcharge(rule: string): Explanation {
    const of = this.ofStep('surcharge', rule);
    return { reasons: this.all(of), result: { text: this.names.rule(rule), amount: sum(of) } };
  }

  tax(rule: string): Explanation {
    const of = this.ofStep('tax', rule);
    const total = this.ofStep('tax_total', rule)[0];
    const result = total ? this.say.reason(total, this.names.rule(rule)) : { text: this.names.rule(rule), amount: sum(of) };
    return { reasons: this.perLine(of, (e) => this.say.tax(e), 1), result };
  }

  taxes(): Explanation {
    const of = this.ofStep('tax_total');
    return { reasons: this.all(of), result: { text: w('why.sum.taxes'), amount: sum(of) } };
  }

  gross(): Explanation {
    const reasons = this.eachLine((id) => sum(this.ofLine(id).filter((e) => e.step === 'gross')));
    return { reasons, result: { text: w('why.sum.gross'), amount: reasons.reduce((n, r) => n + (r.amount ?? 0), 0) } };
  }

  discounts(): Explanation {
    const of = this.trace.filter(isDiscount);
    return { reasons: this.perLine(of, (e) => this.say.part(e), -1), result: { text: w('why.sum.discounts'), amount: -sum(of) } };
  }

  private whole(): TraceEntry | undefined {
    return this.ofStep('total')[0];
  }

  net(): Explanation {
    const taxes = this.ofStep('tax_total').map((e) => this.say.reason(e, this.say.tax(e), -e.amount));
    return { reasons: [{ text: w('why.sum.total'), amount: this.whole()?.amount ?? 0 }, ...taxes], result: { text: w('why.sum.net'), amount: this.whole()?.value ?? 0 } };
  }

  total(): Explanation {
    const lines = this.eachLine((id) => this.lineTotal(id) ?? 0);
    const charges = this.ofStep('charge').map((e) => this.say.reason(e, this.say.part(e), (e.line_id && this.lineTotal(e.line_id)) || e.amount));
    const taxes = this.all(this.ofStep('tax_total'));
    return { reasons: [...lines, ...charges], within: taxes, result: { text: w('why.sum.total'), amount: this.whole()?.amount ?? 0 } };
  }
}

export function explain(figure: Figure, trace: TraceEntry[], names: Names, currency: Currency): Explanation {
  const to = new Explainer(trace, names, new Sentences(names, currency));
  switch (figure.of) {
    case 'line':
    case 'charge': return to.line(figure.line);
    case 'discount': return to.discount(figure.rule);
    case 'surcharge': return to.surcharge(figure.rule);
    case 'tax': return to.tax(figure.rule);
    default: return to[figure.of]();
  }
}
