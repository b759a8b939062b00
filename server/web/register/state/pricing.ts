/*
 * The price of the current order, made by the core from the published rules. The page only names and adds up amounts of the
 * priced form for showing.
 */
import { computed, signal } from '@preact/signals';
import { coreHash, coreUrl } from 'virtual:mpos-core';
import { session } from '../../shared/api/client';
import type { Item, LineIn } from '../../shared/api/types';
import type { Catalogue } from '../../shared/catalogue/catalogue';
import { basketForm, localMinute, saleBook, type Circumstances, type SaleBook } from '../../shared/core/basket';
import { Core, CoreError, sha256Hex } from '../../shared/core/core';
import { readPriced, type PricedCart, type PricedDiscount, type PricedLine } from '../../shared/core/priced';
import type { Rules } from '../../shared/core/rules';
import { readTrace } from '../../shared/core/trace';
import type { TraceEntry } from '../../shared/why/trace';
import { catalogue, catalogueOf } from './catalogue';
import { activeLines, channelOf, lineIn, order, type CartOrder } from './order';

export interface PricedTax {
  readonly id: string;
  readonly name: string;
  readonly rate: string;
  readonly included: boolean;
  readonly base: number;
  readonly amount: number;
}

/** What a rule, or somebody by hand (null), takes off or adds. */
export interface PricedPart {
  readonly rule: string | null;
  readonly name: string;
  readonly amount: number;
}

/** A priced form as the page shows it. */
export interface Priced {
  /** SHA-256 of the form; travels with the sale. */
  readonly hash: string;
  readonly gross: number;
  readonly total: number;
  /** Off the order and its lines, by promotion; what was given by hand comes last. */
  readonly discounts: readonly PricedPart[];
  /** Those of the order alone. */
  readonly orderDiscounts: readonly PricedPart[];
  readonly surcharges: readonly PricedPart[];
  readonly charges: readonly (PricedPart & { readonly line: string })[];
  readonly taxes: readonly PricedTax[];
  readonly lines: ReadonlyMap<string, PricedLine>;
  /** Ids of all lines in the order of the form, with components and charges. */
  readonly lineIds: readonly string[];
}

export const core = signal<Core | null>(null);

/** Loads the core once; its bytes must be the ones this page was built with. */
export async function loadPricing(): Promise<void> {
  core.value ??= await Core.fetch(coreUrl, coreHash);
}

const books = new WeakMap<Catalogue, SaleBook>();
let rulesLoaded: Uint8Array | null = null;

function bookOf(of: Catalogue): SaleBook {
  let book = books.get(of);
  if (!book) {
    book = saleBook(of.hash, of.rules, of.menu.groups, (id) => of.item(id));
    books.set(of, book);
  }
  return book;
}

/** The rules that an order is made by. */
export const rulesOf = (of: CartOrder): Rules => bookOf(catalogueOf(of)).rules;

function circumstancesOf(of: CartOrder): Circumstances {
  const { place, guests, coupons, at } = of;
  return { outlet: session.value!.outlet.id, at: localMinute(at), channel: channelOf(of), place, guests, coupons };
}

/* The core holds one set of rules; orders of an older catalogue have their own. */
function sell(of: CartOrder, lines: LineIn[]): Uint8Array {
  const book = bookOf(catalogueOf(of));
  if (rulesLoaded !== book.rules.bytes) {
    rulesLoaded = null;
    core.value!.loadRules(book.rules.bytes);
    rulesLoaded = book.rules.bytes;
  }
  return core.value!.sell(basketForm(book, circumstancesOf(of), lines, of.discount ? [of.discount] : []));
}

const nameIn = (list: readonly { id: string; name: string }[], id: string | null): string => list.find((one) => one.id === id)?.name ?? '';

/* Amounts of one rule together, in the order in which rules first come; by hand last. */
function parts(discounts: readonly PricedDiscount[], sign: 1 | -1, name: (rule: string) => string): PricedPart[] {
  const sums = new Map<string | null, number>();
  for (const { rule, amount } of discounts) sums.set(rule, (sums.get(rule) ?? 0) + sign * amount);
  const all = [...sums].map(([rule, amount]) => ({ rule, name: rule ? name(rule) : '', amount }));
  return [...all.filter((p) => p.rule !== null), ...all.filter((p) => p.rule === null)];
}

function shown(form: PricedCart, hash: string, { menu }: Catalogue): Priced {
  const all = [...form.lines.flatMap((l) => l.discounts), ...form.discounts];
  const charges = form.lines.filter((l) => l.kind === 'charge');
  return {
    hash,
    gross: form.gross,
    total: form.total,
    orderDiscounts: parts(form.discounts.filter((d) => !d.surcharge), 1, (rule) => nameIn(menu.promotions, rule)),
    discounts: parts(all.filter((d) => !d.surcharge), 1, (rule) => nameIn(menu.promotions, rule)),
    surcharges: parts(all.filter((d) => d.surcharge), -1, (rule) => nameIn(menu.charges, rule)),
    charges: charges.map((l) => ({ line: l.id, rule: l.itemId, name: nameIn(menu.charges, l.itemId), amount: l.gross })),
    taxes: form.taxes.map((x) => ({ ...x, name: nameIn(menu.taxes, x.id) })),
    lines: new Map(form.lines.map((line) => [line.id, line])),
    lineIds: form.lines.map((line) => line.id),
  };
}

function priceOf(of: CartOrder, lines: LineIn[]): Priced | string {
  try {
    const bytes = sell(of, lines);
    return shown(readPriced(bytes), sha256Hex(bytes), catalogueOf(of));
  } catch (e) {
    return e instanceof CoreError ? e.code : String(e);
  }
}

const soldLines = (of: CartOrder): LineIn[] => of.lines.filter((l) => !l.voided).map(lineIn);

const outcome = computed<Priced | string | null>(() => {
  if (!core.value || !catalogue.value || activeLines.value.length === 0) return null;
  return priceOf(order.value, activeLines.value.map(lineIn));
});

/** The priced order; null while it is empty or cannot be priced. */
export const priced = computed(() => (typeof outcome.value === 'object' ? outcome.value : null));
/** Why the order cannot be priced. */
export const pricingError = computed(() => (typeof outcome.value === 'string' ? outcome.value : ''));

/** What one of an item costs by itself in the circumstances of an order; null when it cannot be priced. */
export function unitPrice(of: CartOrder, item: Item, variant: string | null): number | null {
  const line: LineIn = { id: item.id, item_id: item.id, qty: '1', ...(variant ? { variant_id: variant } : {}) };
  try {
    const [sold] = readPriced(sell({ ...of, discount: null }, [line])).lines;
    return sold!.gross - sold!.lineDiscount;
  } catch {
    return null;
  }
}

/** The most that a limit (rate of scale 9) allows as discounts by hand on an order. */
export function allowanceOf(of: CartOrder, limit: number): number {
  sell(of, soldLines(of));
  return core.value!.allowance(limit);
}

/** How the price of an order came about. */
export function traceOf(of: CartOrder, figures: Priced): TraceEntry[] {
  sell(of, soldLines(of));
  return readTrace(core.value!.explain()).map(({ line, ruleId, ...entry }) => ({
    ...entry,
    line_id: line === null ? null : figures.lineIds[line]!,
    rule_id: ruleId,
  }));
}
