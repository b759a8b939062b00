/* The published catalogue, indexed for selling: by id, by barcode, by words. */
import { computed, signal } from '@preact/signals';
import { readCatalogue } from '../../shared/api/catalogue';
import type { Catalogue, Category, Item, Modifier, ModifierGroup, Tax } from '../../shared/api/types';

export interface CatalogueIndex {
  readonly hash: string;
  readonly document: Catalogue;
  readonly items: ReadonlyMap<string, Item>;
  readonly groups: ReadonlyMap<string, ModifierGroup>;
  readonly modifiers: ReadonlyMap<string, Modifier>;
  readonly taxes: ReadonlyMap<string, Tax>;
  readonly categories: readonly Category[];
  readonly byCode: ReadonlyMap<string, Item>;
  readonly words: readonly { item: Item; text: string }[];
}

export const catalogue = signal<CatalogueIndex | null>(null);
export const category = signal<string | null>(null);
export const query = signal('');

/* Accents do not matter when searching: "cafe" finds "Café". */
const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();

export function indexCatalogue(document: Catalogue, hash: string): CatalogueIndex {
  const byCode = new Map<string, Item>();
  for (const item of document.items) {
    byCode.set(item.code, item);
    for (const barcode of item.barcodes) byCode.set(barcode, item);
  }
  return {
    hash,
    document,
    byCode,
    items: new Map(document.items.map((i) => [i.id, i])),
    groups: new Map(document.groups.map((g) => [g.id, g])),
    modifiers: new Map(document.groups.flatMap((g) => g.modifiers).map((m) => [m.id, m])),
    taxes: new Map(document.taxes.map((x) => [x.id, x])),
    categories: [...document.categories].sort((a, b) => a.sort - b.sort),
    words: document.items.map((item) => ({ item, text: plain(`${item.name} ${item.code} ${item.barcodes.join(' ')}`) })),
  };
}

export async function loadCatalogue(): Promise<void> {
  const found = await readCatalogue(catalogue.value?.hash);
  if (found) catalogue.value = indexCatalogue(found.document, found.hash);
}

/** Items whose words all occur; those whose name starts with the query come first. */
export function searchItems(index: CatalogueIndex, text: string): Item[] {
  const words = plain(text).split(/\s+/).filter(Boolean);
  const first: Item[] = [];
  const rest: Item[] = [];
  for (const entry of index.words) {
    if (!words.every((w) => entry.text.includes(w))) continue;
    (entry.text.startsWith(words[0]!) || entry.item.code === text ? first : rest).push(entry.item);
  }
  return first.concat(rest);
}

/** What the grid shows: the search when there is one, else the chosen category. */
export const shownItems = computed<readonly Item[]>(() => {
  const index = catalogue.value;
  if (!index) return [];
  if (query.value.trim()) return searchItems(index, query.value);
  if (category.value === null) return index.document.items;
  return index.document.items.filter((i) => i.category_id === category.value);
});

export function groupsOf(index: CatalogueIndex, item: Item): ModifierGroup[] {
  return item.group_ids.map((id) => index.groups.get(id)).filter((g): g is ModifierGroup => g !== undefined);
}

/** True when the item cannot be added without asking: a combo, or a group with a minimum. */
export function mustChoose(index: CatalogueIndex, item: Item): boolean {
  return item.combo.length > 0 || groupsOf(index, item).some((g) => g.min > 0);
}
