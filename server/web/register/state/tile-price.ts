/*
 * What one of an item costs now: the core sells it by itself in the circumstances of the order in hand, so that books, happy
 * hours and coupons count. Words: situation (everything but the lines that a price depends on).
 */
import { computed, signal } from '@preact/signals';
import { session } from '../../shared/api/client';
import type { Item } from '../../shared/api/types';
import { localText } from '../../shared/core/basket';
import { now } from '../../shared/ui/status';
import { catalogue, catalogueOf } from './catalogue';
import { order, type CartOrder } from './order';
import { core, unitPrice } from './pricing';

const readAfterMs = 60;

/* What is chosen now is priced by this minute, whenever the order was begun. */
const minute = computed(() => localText(now.value, session.value!.outlet.timezone));

const situation = computed(() => {
  const { place, table, guests, coupons } = order.value;
  return JSON.stringify([minute.value, place, table !== '', guests, coupons, catalogueOf(order.value).hash]);
});

/* Prices of a situation, as they are asked for. */
const known = computed(() => {
  void situation.value;
  return { of: { ...order.peek(), at: minute.peek() } satisfies CartOrder, prices: new Map<string, number | null>() };
});

function lowest(of: CartOrder, item: Item): number | null {
  const variants = item.variants.length > 0 ? item.variants.map((v) => v.id) : [null];
  const prices = variants.map((variant) => unitPrice(of, item, variant)).filter((price) => price !== null);
  return prices.length > 0 ? Math.min(...prices) : null;
}

/** Counts up when items that were asked for are at hand. */
const arrived = signal(0);
let wanted = new Set<string>();
let reading: ReturnType<typeof setTimeout> | undefined;

/* Items of a large catalogue are read when the grid has come to rest; what has left the view by then is not. */
function readSoon(id: string): void {
  if (reading === undefined) {
    wanted = new Set();
    reading = setTimeout(() => {
      reading = undefined;
      const by = catalogueOf(order.peek());
      void Promise.all([...wanted].map((one) => by.load(one))).then(() => (arrived.value += 1));
    }, readAfterMs);
  }
  wanted.add(id);
}

/** True when rules may move prices of what stands in no book. */
const anyRules = computed(() => {
  const menu = catalogue.value?.menu;
  return !!menu && menu.promotions.length + menu.tax_maps.length > 0;
});

/** The price of one, of the cheapest variant; null while it is not known. `booked`: the item stands in a book. */
export function priceNow(id: string, booked: boolean): number | null {
  const { of, prices } = known.value;
  void arrived.value;
  const price = prices.get(id);
  if (price !== undefined || !core.value) return price ?? null;
  const item = catalogueOf(of).item(id);
  if (item) {
    const found = lowest(of, item);
    prices.set(id, found);
    return found;
  }
  if (booked || anyRules.value) readSoon(id);
  return null;
}
