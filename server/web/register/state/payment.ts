/*
 * How the order is paid: tip, currency, and what was handed over. The core says what is payable and what comes back, here as in
 * the database; what it is told are the published currencies and coins.
 */
import { computed, signal } from '@preact/signals';
import { session } from '../../shared/api/client';
import type { PaymentIn } from '../../shared/api/types';
import { decimalUnits } from '../../shared/core/bytes';
import { CoreError } from '../../shared/core/core';
import type { CashRounding } from '../../shared/core/rules';
import type { Settlement, TenderCurrency } from '../../shared/core/tender';
import { newId } from '../../shared/ids/ids';
import { catalogueOf } from './catalogue';
import { currency } from './format';
import { order } from './order';
import { core, priced, rulesOf } from './pricing';

/** Suggested tips, in per cent of the total. */
export const tipPercents = [5, 10, 15];

/** A currency that is taken beside the own one. */
export interface Other extends TenderCurrency {
  /** As it was published: "0.92". */
  readonly text: string;
}

/** What was handed over, and what it became. */
export interface Paid {
  readonly tip: number;
  /** What coins made of the sum: above zero the guest paid more. */
  readonly rounding: number;
  /** Handed over, in `other` when there is one. */
  readonly tendered: number;
  readonly other: Other | null;
  readonly settled: Settlement;
}

interface CurrencyDefinition {
  exponent: number;
  rate: string;
  spread?: string;
  cash_increment?: number;
}

const rateScale = 9;

export const tip = signal(0);
/** Code of the currency that is handed over; empty for the own one. */
export const currencyCode = signal('');
export const changeInOther = signal(false);

export const others = computed<readonly Other[]>(() => {
  if (!priced.value) return [];
  return catalogueOf(order.value).menu.currencies.map(({ code, definition }) => {
    const { exponent, rate, spread = '0', cash_increment: coin = 1 } = definition as unknown as CurrencyDefinition;
    return { code, exponent, rate: decimalUnits(rate, rateScale), spread: decimalUnits(spread, rateScale), coin, text: rate };
  });
});

export const other = computed<Other | null>(() => others.value.find((one) => one.code === currencyCode.value) ?? null);

export function resetPayment(): void {
  tip.value = 0;
  currencyCode.value = '';
  changeInOther.value = false;
}

function cashRounding(): CashRounding {
  const rules = rulesOf(order.value);
  return rules.cashOf.get(session.value!.outlet.id) ?? rules.cash;
}

function settle(tendered: number | null, of: Other | null, { mode, coin }: CashRounding): Settlement {
  const home = { ...currency.value, coin };
  return core.value!.settle({ total: priced.value!.total, tip: tip.value, mode, home, other: of, changeInOther: changeInOther.value, tendered });
}

/* What is less than the smallest coin is paid as it is. */
const rounding = computed<CashRounding>(() => {
  const cash = cashRounding();
  return settle(null, null, cash).payable > tip.value ? cash : { ...cash, coin: 1 };
});

/** What the order and its tip cost in cash of the own currency. */
export const payable = computed(() => (priced.value ? settle(null, null, rounding.value).payable : 0));

/** What the core makes of the sum handed over; null when it is beyond what it calculates with. */
export function settled(tendered: number): Settlement | null {
  try {
    return settle(tendered, other.value, rounding.value);
  } catch (e) {
    if (e instanceof CoreError) return null;
    throw e;
  }
}

/** The least that has to be handed over, in the chosen currency. */
export const asked = computed(() => {
  const of = other.value;
  if (!of) return payable.value;
  const worth = (of.rate / 10 ** rateScale) * (1 - of.spread / 10 ** rateScale) * 10 ** (currency.value.exponent - of.exponent);
  let sum = Math.max(Math.floor(payable.value / worth / of.coin) - 1, 0) * of.coin;
  while ((settled(sum)?.left ?? 0) > 0) sum += of.coin;
  return sum;
});

/** The payment of the whole order as it goes into the log, and what the page shows of it; null when it is too little. */
export function paymentOf(tendered: number): { body: PaymentIn; paid: Paid } | null {
  const found = settled(tendered);
  if (!found || found.left > 0) return null;
  const of = other.value;
  const body: PaymentIn = { id: newId(), tender: 'cash', amount: payable.value - tip.value, tendered };
  if (tip.value > 0) body.tip = tip.value;
  if (of) {
    body.currency = of.code;
    body.change_currency = changeInOther.value ? of.code : currency.value.code;
  }
  return { body, paid: { tip: tip.value, rounding: found.rounding, tendered, other: of, settled: found } };
}
