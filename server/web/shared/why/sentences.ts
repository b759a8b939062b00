/* The sentence of one entry of a trace. */
import { locale } from '../i18n/i18n';
import { money, percent, type Currency } from '../money/money';
import type { Names, TraceEntry } from './trace';
import { w } from './words';

export interface Reason {
  text: string;
  /** Minor units; null where the sentence says all. */
  amount: number | null;
  /** What was rounded away, in words. */
  note?: string;
  /** Said on the way, but no part of the sum: a unit price before it is multiplied, a tax that is in the price. */
  aside?: boolean;
}

const qtyScale = 1_000_000;
const rateScale = 1_000_000_000;
const millionths = 1_000_000n;
const exactPlaces = 4;

const number = (value: number): string => new Intl.NumberFormat(locale.value, { maximumFractionDigits: 6 }).format(value);
const rate = (value: number): string => percent(String(value / rateScale), locale.value);

/* Digit by digit: binary fractions would show digits of their own. */
function exactText(e: TraceEntry, currency: Currency): string {
  const all = BigInt(e.amount) * millionths + BigInt(e.remainder);
  const digits = String(all < 0n ? -all : all).padStart(currency.exponent + 7, '0');
  const cut = digits.length - currency.exponent - 6;
  const text = `${all < 0n ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`;
  const format = new Intl.NumberFormat(locale.value, { style: 'currency', currency: currency.code, maximumFractionDigits: currency.exponent + exactPlaces });
  return format.format(text as unknown as number);
}

/** Sentences with the names and the currency of one bill. */
export class Sentences {
  constructor(
    readonly names: Names,
    readonly currency: Currency,
  ) {}

  money(minor: number): string {
    return money(minor, this.currency, locale.value);
  }

  rule(e: TraceEntry): string {
    return e.rule_id ? this.names.rule(e.rule_id) : w('why.by_hand');
  }

  line(e: TraceEntry): string {
    return e.line_id ? this.names.line(e.line_id) : '';
  }

  /** A reason with what was rounded away, or what a floor or the rest of the line did not allow. */
  reason(e: TraceEntry, text: string, amount: number | null = e.amount): Reason {
    if (e.remainder === 0) return { text, amount };
    const refused = Math.abs(e.remainder) >= Number(millionths);
    return { text, amount, note: w(refused ? 'why.refused' : 'why.exact', { m: exactText(e, this.currency) }) };
  }

  /** A discount, surcharge or charge with its percentage. */
  part(e: TraceEntry): string {
    return e.unit === 'rate' ? w('why.rate', { rule: this.rule(e), rate: rate(e.value), base: this.money(e.base) }) : this.rule(e);
  }

  tax(e: TraceEntry): string {
    const base = this.money(e.base);
    if (e.unit !== 'rate') return w('why.tax.fixed', { rule: this.rule(e), base });
    return w(this.names.included(e.rule_id ?? '') ? 'why.tax.in' : 'why.tax.on', { rule: this.rule(e), rate: rate(e.value), base });
  }

  private book(e: TraceEntry): string {
    return w(e.value > qtyScale ? 'why.book.from' : 'why.book', { rule: this.rule(e), n: number(e.value / qtyScale), base: this.money(e.base) });
  }

  private modifier(e: TraceEntry): string {
    return e.value === 1 ? this.rule(e) : w('why.modifier.n', { rule: this.rule(e), n: number(e.value), base: this.money(e.base) });
  }

  private gross(e: TraceEntry, of: TraceEntry[]): string {
    const options = of.some((o) => o.step === 'modifier');
    return w(options ? 'why.gross.with' : 'why.gross', { n: number(e.value / qtyScale), base: this.money(e.base) });
  }

  private text(e: TraceEntry, of: TraceEntry[]): string | null {
    const base = this.money(e.base);
    switch (e.step) {
      case 'price': return w('why.price', { rule: this.rule(e) });
      case 'open_price': return w('why.open_price', { line: this.line(e) });
      case 'book': return this.book(e);
      case 'tax_map': return e.rule_id ? w('why.tax_map', { rule: this.rule(e), base }) : w('why.exempt', { base });
      case 'modifier': return this.modifier(e);
      case 'combo_share': return w('why.combo_share', { base });
      case 'gross': return this.gross(e, of);
      case 'discount_share':
      case 'surcharge_share': return w('why.share', { rule: this.rule(e), base });
      case 'line_discount':
      case 'order_discount':
      case 'surcharge':
      case 'charge': return this.part(e);
      case 'tax':
      case 'tax_total': return this.tax(e);
      default: return null;
    }
  }

  /** The reason that an entry gives among those of its line; null for what is not told there. */
  tell(e: TraceEntry, of: TraceEntry[]): Reason | null {
    const text = this.text(e, of);
    const off = e.step === 'line_discount' || e.step === 'order_discount' || e.step === 'discount_share';
    return text === null ? null : this.reason(e, text, off ? -e.amount : e.amount);
  }
}
