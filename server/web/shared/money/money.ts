/* Amounts as people read them. Amounts are integers in minor units; nothing here calculates prices. */

/** What is needed to print or read an amount: ISO code and number of decimals of the outlet's currency. */
export interface Currency {
  code: string;
  exponent: number;
}

const formats = new Map<string, Intl.NumberFormat>();

function format(locale: string, currency: Currency, symbol: boolean): Intl.NumberFormat {
  const key = `${locale}|${currency.code}|${currency.exponent}|${symbol}`;
  let found = formats.get(key);
  if (!found) {
    const digits = { minimumFractionDigits: currency.exponent, maximumFractionDigits: currency.exponent };
    found = new Intl.NumberFormat(
      locale,
      symbol ? { style: 'currency', currency: currency.code, ...digits } : { style: 'decimal', ...digits },
    );
    formats.set(key, found);
  }
  return found;
}

/* Digits go to Intl as a decimal string, so that no amount passes through binary fractions. */
function decimal(minor: number, exponent: number): string {
  const sign = minor < 0 ? '-' : '';
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const cut = digits.length - exponent;
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, cut)}.${digits.slice(cut)}`;
}

/** "€12.30" in the reader's language. */
export function money(minor: number, currency: Currency, locale: string): string {
  return format(locale, currency, true).format(decimal(minor, currency.exponent) as unknown as number);
}

/** "12.30" without the symbol, for columns that name the currency once. */
export function amount(minor: number, currency: Currency, locale: string): string {
  return format(locale, currency, false).format(decimal(minor, currency.exponent) as unknown as number);
}

/** "1" for "1.000000", "0.345" as it is. */
export function quantity(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** "0.19" as "19 %". */
export function percent(rate: string, locale: string): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 3 }).format(Number(rate));
}

/**
 * Amounts a guest is likely to hand over for `due`: exact, then the next round sums and notes, at most `count`.
 * Steps are 1, 2, 5, 10, 20, 50 ... of the currency's main unit.
 */
export function quickCash(due: number, exponent: number, count: number): number[] {
  const unit = 10 ** exponent;
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].map((n) => n * unit);
  const found = new Set<number>([due]);
  for (const step of steps) {
    const next = Math.ceil(due / step) * step;
    if (step * 10 >= due && next > due && next <= due * 4 + 10 * unit) found.add(next);
  }
  const sorted = [...found].sort((a, b) => a - b);
  return sorted.slice(0, count);
}
