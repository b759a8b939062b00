/* Amounts in the outlet's currency and the reader's language. */
import { computed } from '@preact/signals';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { amount, money, type Currency } from '../../shared/money/money';

export const currency = computed<Currency>(() => {
  const outlet = session.value?.outlet;
  return { code: outlet?.currency ?? 'EUR', exponent: outlet?.exponent ?? 2 };
});

export const asMoney = (minor: number): string => money(minor, currency.value, locale.value);
export const asAmount = (minor: number): string => amount(minor, currency.value, locale.value);
