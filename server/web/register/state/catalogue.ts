/* The catalogue in use, what the grid shows of it, and what is looked up in it. */
import { computed, effect, signal } from '@preact/signals';
import { session } from '../../shared/api/client';
import type { Item, ModifierGroup } from '../../shared/api/types';
import { Catalogue } from '../../shared/catalogue/catalogue';
import { rowsOfCategory, searchRows } from '../../shared/catalogue/rows';
import { CatalogueStore } from '../../shared/catalogue/store';
import { CatalogueUses } from '../../shared/catalogue/uses';
import { openOrders, order, type CartOrder } from './order';

/** The newest catalogue that is here whole; new orders are made by it. */
export const catalogue = signal<Catalogue | null>(null);
export const category = signal<string | null>(null);
export const query = signal('');
/** Catalogues that queued operations name. */
export const queuedCatalogues = signal<readonly string[]>([]);

let store: CatalogueStore | null = null;
let uses: CatalogueUses | null = null;
let tenant = '';

/** The catalogue that an order is made by: its own once it has been sent, else the newest. */
export const catalogueOf = (of: CartOrder): Catalogue => of.catalogue ?? catalogue.value!;

const inUse = computed(() => {
  const orders = [order.value, ...openOrders.value].map((o) => o.catalogue?.hash);
  const all = [catalogue.value?.hash, ...orders, ...queuedCatalogues.value];
  return new Set(all.filter((hash): hash is string => hash !== undefined));
});

/* What nothing needs any more goes as soon as that is so. */
effect(() => {
  const now = inUse.value;
  if (!uses || !store) return;
  uses.set(now);
  const [tidied, of] = [store, uses];
  void of.all().then((needed) => tidied.tidy(needed));
});

const idsOf = (of: CartOrder): string[] => of.lines.flatMap((l) => [l.itemId, ...l.components.map((c) => c.item_id)]);

/* True when a catalogue has all that is in the order; it is at hand then. */
async function hasAll(next: Catalogue): Promise<boolean> {
  for (;;) {
    const missing = idsOf(order.value).filter((id) => !next.item(id));
    if (missing.length === 0) return true;
    const found = await Promise.all(missing.map((id) => next.load(id)));
    if (found.some((item) => item === undefined)) return false;
  }
}

/* An order that has an item which is no longer sold goes on with the catalogue that has it. */
async function carryOver(next: Catalogue): Promise<void> {
  if (!(await hasAll(next))) order.value = { ...order.value, catalogue: catalogueOf(order.value) };
}

/** An order in hand that kept its catalogue for a while, and was not sent, goes on with the newest. */
export async function goToNewest(): Promise<void> {
  const next = catalogue.peek();
  const { id, placed, catalogue: kept } = order.peek();
  if (!next || !kept || placed || !(await hasAll(next))) return;
  if (order.value.id === id && !order.value.placed && catalogue.value === next) order.value = { ...order.value, catalogue: null };
}

/** Looks for what has been published since; without a server the catalogue that is here goes on. */
export async function refreshCatalogue(): Promise<void> {
  const next = await store?.refresh();
  if (!next) return;
  if (catalogue.value && !order.value.catalogue) await carryOver(next);
  catalogue.value = next;
}

async function openStore(of: string): Promise<CatalogueStore> {
  store?.close();
  uses?.set(new Set());
  catalogue.value = null;
  store = await CatalogueStore.open(of);
  uses = new CatalogueUses(of);
  tenant = of;
  return store;
}

/** Opens the catalogue that this device has at once, else waits for the server's. What is newer comes with the feed. */
export async function loadCatalogue(): Promise<void> {
  const of = session.value!.tenant.id;
  const opened = store && tenant === of ? store : await openStore(of);
  catalogue.value ??= await opened.kept();
  if (!catalogue.value) await refreshCatalogue();
}

/** Rows that the grid shows: the search when there is one, else the chosen category; null is all of them. */
const shownRows = computed<readonly number[] | null>(() => {
  const rows = catalogue.value?.rows;
  if (!rows) return [];
  if (query.value.trim()) return searchRows(rows, query.value);
  return category.value === null ? null : rowsOfCategory(rows, category.value);
});

export const shownCount = computed(() => shownRows.value?.length ?? catalogue.value?.rows.count ?? 0);
/** The row at a place of the grid. */
export const rowShown = (at: number): number => (shownRows.value ? shownRows.value[at]! : at);

const groupsById = computed(() => new Map(catalogue.value?.menu.groups.map((g) => [g.id, g])));

export function groupsOf(of: Catalogue, item: Item): ModifierGroup[] {
  const known = of === catalogue.value ? groupsById.value : new Map(of.menu.groups.map((g) => [g.id, g]));
  return item.group_ids.map((id) => known.get(id)).filter((g): g is ModifierGroup => g !== undefined);
}

export function modifierName(of: Catalogue, id: string): string {
  return of.menu.groups.flatMap((g) => g.modifiers).find((m) => m.id === id)?.name ?? '';
}

/** True when the item cannot be added without asking. */
export function mustChoose(of: Catalogue, item: Item): boolean {
  return (
    item.combo.length > 0 ||
    item.variants.length > 0 ||
    item.open_price ||
    item.unit !== null ||
    groupsOf(of, item).some((g) => g.min > 0)
  );
}
