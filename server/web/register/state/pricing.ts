/* The price of the current order, made by the core. The page only adds up amounts of the priced form for showing. */
import { computed, signal } from '@preact/signals';
import { coreHash, coreUrl } from 'virtual:mpos-core';
import type { DiscountIn, LineIn } from '../../shared/api/types';
import type { Catalogue } from '../../shared/catalogue/catalogue';
import { cartForm, PriceBook } from '../../shared/core/cart';
import { Core, CoreError, sha256Hex } from '../../shared/core/core';
import { readPriced, type PricedCart, type PricedLine } from '../../shared/core/priced';
import { catalogue, catalogueOf } from './catalogue';
import { activeLines, lineIn, order } from './order';

export interface PricedTax {
  readonly id: string;
  readonly name: string;
  readonly rate: string;
  readonly included: boolean;
  readonly base: number;
  readonly amount: number;
}

/** A priced form as the page shows it. */
export interface Priced {
  /** SHA-256 of the form; travels with the sale. */
  readonly hash: string;
  readonly gross: number;
  readonly discount: number;
  readonly orderDiscount: number;
  readonly total: number;
  readonly taxes: readonly PricedTax[];
  readonly lines: ReadonlyMap<string, PricedLine>;
}

export const core = signal<Core | null>(null);

const bookOf = (of: Catalogue, lines: LineIn[]): PriceBook => {
  const ids = lines.flatMap((l) => [l.item_id, ...(l.components ?? []).map((c) => c.item_id)]);
  const { currency, exponent } = of.manifest;
  return new PriceBook({ currency, exponent, ...of.menu, items: ids.map((id) => of.item(id)!) } as never, of.hash);
};

/** Loads the core once; its bytes must be the ones this page was built with. */
export async function loadPricing(): Promise<void> {
  core.value ??= await Core.fetch(coreUrl, coreHash);
}

function shown(form: PricedCart, hash: string, of: Catalogue): Priced {
  const { gross, discount, total } = form;
  return {
    hash,
    gross,
    discount,
    orderDiscount: form.discounts.reduce((sum, d) => sum + d.amount, 0),
    total,
    taxes: form.taxes.map((x) => ({ ...x, name: of.menu.taxes.find((tax) => tax.id === x.id)?.name ?? '' })),
    lines: new Map(form.lines.map((line) => [line.id, line])),
  };
}

function priceOf(of: Catalogue, lines: LineIn[], discounts: DiscountIn[]): Priced | string {
  try {
    const bytes = core.value!.price(cartForm(bookOf(of, lines), lines, discounts));
    return shown(readPriced(bytes), sha256Hex(bytes), of);
  } catch (e) {
    return e instanceof CoreError ? e.code : String(e);
  }
}

const outcome = computed<Priced | string | null>(() => {
  if (!core.value || !catalogue.value || activeLines.value.length === 0) return null;
  const { discount } = order.value;
  return priceOf(catalogueOf(order.value), activeLines.value.map(lineIn), discount ? [discount] : []);
});

/** The priced order; null while it is empty or cannot be priced. */
export const priced = computed(() => (typeof outcome.value === 'object' ? outcome.value : null));
/** Why the order cannot be priced. */
export const pricingError = computed(() => (typeof outcome.value === 'string' ? outcome.value : ''));
