/* Limits as they are typed: percent and amounts, with either decimal sign, stored exactly. */
import { locale } from '../../shared/i18n/i18n';

const withSign = (text: string): string =>
  text.replace('.', new Intl.NumberFormat(locale.value).formatToParts(1.5).find((p) => p.type === 'decimal')?.value ?? '.');

/* "50,5" and "50.5" as digits before and behind the decimal sign; null when it is no number. */
function parts(text: string, places: number): [whole: string, fraction: string] | null {
  const plain = text.replace(/[\s%]/g, '');
  const cut = /^(\d{1,12})(?:[.,](\d+))?$/.exec(plain);
  if (!cut || (cut[2]?.length ?? 0) > places) return null;
  return [cut[1]!, (cut[2] ?? '').padEnd(places, '0')];
}

/** "50" or "50,00" as minor units; null when it is no amount of the currency. */
export function minorOf(text: string, exponent: number): number | null {
  const found = parts(text, exponent);
  return found ? Number(found.join('')) : null;
}

/** The same where it may be below zero. */
export function signedMinorOf(text: string, exponent: number): number | null {
  const plain = text.trim().replace('−', '-');
  const found = minorOf(plain.replace(/^-/, ''), exponent);
  return found !== null && plain.startsWith('-') ? -found : found;
}

/** 5000 as "50.00" or "50,00", without the groups that would have to be read again. */
export function typedAmount(minor: number, exponent: number): string {
  const digits = String(Math.abs(minor)).padStart(exponent + 1, '0');
  const cut = digits.length - exponent;
  return (minor < 0 ? '-' : '') + withSign(exponent === 0 ? digits : `${digits.slice(0, cut)}.${digits.slice(cut)}`);
}

const percentPlaces = 7;

/** "12.5" percent as the fraction "0.125"; null when it is not between 0 and 100. */
export function fractionOf(text: string): string | null {
  const found = parts(text, percentPlaces);
  if (!found) return null;
  const digits = found.join('').padStart(percentPlaces + 3, '0');
  const cut = digits.length - percentPlaces - 2;
  const fraction = `${Number(digits.slice(0, cut))}.${digits.slice(cut)}`.replace(/\.?0+$/, '');
  return Number(fraction) <= 1 ? fraction : null;
}

/** "0.125" as "12.5" or "12,5", without binary fractions. */
export function percentOf(fraction: string): string {
  const [whole = '0', behind = ''] = fraction.split('.');
  const digits = whole + behind.padEnd(2, '0');
  const cut = whole.length + 2;
  return withSign(`${Number(digits.slice(0, cut))}.${digits.slice(cut)}`.replace(/\.?0*$/, ''));
}
