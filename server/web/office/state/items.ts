/*
 * Items. There may be a hundred thousand of them, so lists are searched by the server and read in pages, and items that are
 * named somewhere are read one by one and remembered.
 */
import { effect, signal } from '@preact/signals';
import { get, post, session } from '../../shared/api/client';
import { root } from './catalogue';
import { refusal, type Refusal } from './problem';
import type { Item } from './rules';

interface Page {
  items: Item[];
  next: string | null;
}

export const itemSorts = ['name', 'price', 'code'] as const;
export type ItemSort = (typeof itemSorts)[number];

export interface ItemQuery {
  search: string;
  category: string;
  archived: boolean;
  sort: ItemSort;
  down: boolean;
}

const path = `${root}/items`;
const pageSize = 100;
const foundSize = 8;
/* Typing does not ask for every letter. */
const quietMs = 150;
const rememberedAtOnce = 40;

/** The list as far as it was read; null until then. */
export const items = signal<Item[] | null>(null);
export const itemsFailed = signal<Refusal | null>(null);
/** True when there is more than was read. */
export const moreToRead = signal(false);
/** What was found for a field that picks items. */
export const itemsFound = signal<Item[]>([]);

const known = signal(new Map<string, Item>());
const asked = new Set<string>();
let next: string | null = null;
let reading = 0;
let timer = 0;

export function putItem(item: Item): void {
  known.value = new Map(known.value).set(item.id, item);
  items.value = items.value?.map((i) => (i.id === item.id ? item : i)) ?? null;
}

function remember(some: Item[]): void {
  const all = new Map(known.value);
  for (const item of some) all.set(item.id, item);
  known.value = all;
}

const address = ({ search, category, archived, sort, down }: Partial<ItemQuery>, limit: number, after: string | null): string => {
  const query = new URLSearchParams({ limit: String(limit) });
  if (sort) query.set('sort', sort);
  if (down) query.set('way', 'down');
  if (search?.trim()) query.set('search', search.trim().slice(0, 64));
  if (category) query.set('category_id', category);
  if (archived) query.set('archived', 'all');
  if (after) query.set('after', after);
  return `${path}?${query}`;
};

async function read(query: ItemQuery, from: string | null): Promise<void> {
  const mine = ++reading;
  try {
    const page = (await get<Page>(address(query, pageSize, from))).body;
    if (mine !== reading) return;
    items.value = from ? [...(items.value ?? []), ...page.items] : page.items;
    next = page.next;
    moreToRead.value = next !== null;
    itemsFailed.value = null;
    remember(page.items);
  } catch (e) {
    if (mine === reading) itemsFailed.value = refusal(e);
  }
}

/** Reads the list anew; `soon` waits for more letters. */
export function loadItems(query: ItemQuery, soon = false): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void read(query, null), soon ? quietMs : 0);
}

let more: Promise<void> | null = null;

/** The next page of the list. */
export function moreItems(query: ItemQuery): void {
  if (next === null) return;
  more ??= read(query, next).finally(() => {
    more = null;
  });
}

let finding = 0;
let findTimer = 0;

export async function searchItems(words: string): Promise<Item[]> {
  const page = (await get<Page>(address({ search: words }, foundSize, null))).body;
  remember(page.items);
  return page.items;
}

/** Looks for items that a field picks from; what is found arrives in itemsFound. */
export function findItems(words: string): void {
  clearTimeout(findTimer);
  const mine = ++finding;
  if (words.trim() === '') {
    itemsFound.value = [];
    return;
  }
  const run = async (): Promise<void> => {
    const found = await searchItems(words).catch(() => []);
    if (mine === finding) itemsFound.value = found;
  };
  findTimer = window.setTimeout(() => void run(), quietMs);
}

export async function readItem(id: string): Promise<Item> {
  const { item } = (await get<{ item: Item }>(`${path}/${id}`)).body;
  remember([item]);
  return item;
}

/** An item that was read before. */
export const knownItem = (id: string): Item | undefined => known.value.get(id);

export const itemName = (id: string): string => known.value.get(id)?.name ?? '…';

/** Reads items that are named somewhere, so that they have a name. */
export function rememberItems(ids: string[]): void {
  const missing = ids.filter((id) => !known.peek().has(id) && !asked.has(id)).slice(0, rememberedAtOnce);
  for (const id of missing) {
    asked.add(id);
    void readItem(id).catch(() => asked.delete(id));
  }
}

export async function writeItem(item: Item | null, body: Record<string, unknown>, key?: string): Promise<Item> {
  const sent = item ? { ...body, id: item.id, version: item.version } : body;
  const saved = (await post<{ item: Item }>(path, sent, key)).body.item;
  putItem(saved);
  return saved;
}

export async function setItemActive(item: Item, active: boolean): Promise<Item> {
  const saved = (await post<{ item: Item }>(`${path}/${item.id}/archive`, { version: item.version, active })).body.item;
  putItem(saved);
  return saved;
}

effect(() => {
  if (session.value) return;
  items.value = null;
  itemsFailed.value = null;
  itemsFound.value = [];
  known.value = new Map();
  asked.clear();
});
