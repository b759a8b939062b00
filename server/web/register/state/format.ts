/* Amounts in the outlet's currency and the reader's language. */
import { computed } from '@preact/signals';
import { session } from '../../shared/api/client';
import { locale, t } from '../../shared/i18n/i18n';
import { amount, money, percent, type Currency } from '../../shared/money/money';
import { qtyOne } from './order';

export const currency = computed<Currency>(() => {
  const outlet = session.value?.outlet;
  return { code: outlet?.currency ?? 'EUR', exponent: outlet?.exponent ?? 2 };
});

export const asMoney = (minor: number): string => money(minor, currency.value, locale.value);
/** An amount of another currency. */
export const asMoneyOf = (minor: number, of: Currency): string => money(minor, of, locale.value);
/** "0.345" in the reader's language, of millionths. */
export const asNumber = (qty: number): string =>
  new Intl.NumberFormat(locale.value, { maximumFractionDigits: 6 }).format(qty / qtyOne);
export const asAmount = (minor: number): string => amount(minor, currency.value, locale.value);

/** "incl. VAT 19 %"; a tax that is named by its rate alone reads "incl. tax 19 %". */
export function taxLabel(tax: { name: string; rate: string; included: boolean }): string {
  const rate = percent(tax.rate, locale.value);
  const name = /[0-9]/.test(tax.name) ? t('cart.tax.word', { rate }) : `${tax.name} ${rate}`;
  return tax.included ? t('cart.tax.included', { name }) : name;
}
