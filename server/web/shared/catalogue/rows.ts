/*
 * What the register shows and searches of all items at once: a few typed arrays and two long strings instead of 100,000
 * objects, so that opening is one read and a search is one scan. Rows are in the order of the menu. Words: row, line
 * (of the text that is searched), code (item number, variant number or barcode).
 */
import { uuidText } from '../ids/ids';
import { uuidBytes } from '../core/bytes';
import type { Item } from '../api/types';

export interface Rows {
  /** Hashes of the chunks that the rows were made of, and how their numbers are found. */
  readonly bits: number;
  readonly chunks: readonly string[];
  readonly count: number;
  readonly ids: Uint8Array;
  readonly prices: Float64Array;
  /** Places in categoryIds. */
  readonly categories: Uint16Array;
  readonly categoryIds: readonly string[];
  readonly flags: Uint8Array;
  readonly chunkOf: Uint32Array;
  readonly sorts: Float64Array;
  readonly names: string;
  readonly nameAt: Uint32Array;
  readonly text: string;
  readonly textAt: Uint32Array;
}

/** One row as an object, while rows are made. */
export interface Row {
  readonly id: Uint8Array;
  readonly name: string;
  /** Name, then each code between tabs, then the names of variants. */
  readonly line: string;
  readonly price: number;
  readonly categoryId: string;
  readonly flags: number;
  readonly sort: number;
  readonly chunk: number;
}

export const rowFlag = { combo: 1, variants: 2, stocked: 4, openPrice: 8, unit: 16, groups: 32, booked: 64 } as const;

/** Accents and case do not matter when searching: "cafe" finds "Café". */
export const plain = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();

const oneField = (text: string): string => plain(text).replace(/[\t\n]/g, ' ');

function lineOf(item: Item): string {
  const codes = [item.code, ...item.barcodes, ...item.variants.flatMap((v) => [v.code, ...v.barcodes])];
  return [oneField(item.name), ...codes.map(oneField), item.variants.map((v) => oneField(v.name)).join(' ')].join('\t') + '\n';
}

function flagsOf(item: Item): number {
  return (
    (item.combo.length > 0 ? rowFlag.combo : 0) |
    (item.variants.length > 0 ? rowFlag.variants : 0) |
    (item.stocked ? rowFlag.stocked : 0) |
    (item.open_price ? rowFlag.openPrice : 0) |
    (item.unit !== null ? rowFlag.unit : 0) |
    (item.group_ids.length > 0 ? rowFlag.groups : 0) |
    (item.prices.length > 0 ? rowFlag.booked : 0)
  );
}

export function rowOf(item: Item, chunk: number): Row {
  const { name, price, sort, category_id: categoryId } = item;
  return { id: uuidBytes(item.id), name, line: lineOf(item), price, categoryId, flags: flagsOf(item), sort, chunk };
}

/** The rows of the chunks for which keep says so, as objects again. */
export function unpackRows(rows: Rows, keep: (chunk: number) => boolean): Row[] {
  const out: Row[] = [];
  for (let i = 0; i < rows.count; i++) {
    const chunk = rows.chunkOf[i]!;
    if (!keep(chunk)) continue;
    out.push({
      id: rows.ids.subarray(16 * i, 16 * i + 16),
      name: nameAt(rows, i),
      line: rows.text.slice(rows.textAt[i]!, rows.textAt[i + 1]!),
      price: rows.prices[i]!,
      categoryId: rows.categoryIds[rows.categories[i]!] ?? '',
      flags: rows.flags[i]!,
      sort: rows.sorts[i]!,
      chunk,
    });
  }
  return out;
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/* Rows in the order of the menu: category, the item's own place, text; and the place of each one's category. */
function inOrder(list: readonly Row[], categoryIds: readonly string[]): { row: Row; place: number }[] {
  const places = new Map(categoryIds.map((id, i) => [id, i]));
  return list
    .map((row) => ({ row, place: places.get(row.categoryId) ?? categoryIds.length }))
    .sort((a, b) => a.place - b.place || a.row.sort - b.row.sort || byText(a.row.line, b.row.line));
}

function endsOf(texts: readonly string[]): Uint32Array {
  const at = new Uint32Array(texts.length + 1);
  texts.forEach((text, i) => (at[i + 1] = at[i]! + text.length));
  return at;
}

export function packRows(list: readonly Row[], categoryIds: readonly string[], bits: number, chunks: readonly string[]): Rows {
  const sorted = inOrder(list, categoryIds);
  const count = sorted.length;
  const ids = new Uint8Array(16 * count);
  sorted.forEach(({ row }, i) => ids.set(row.id, 16 * i));
  const names = sorted.map(({ row }) => row.name);
  const lines = sorted.map(({ row }) => row.line);
  return {
    bits,
    chunks,
    count,
    ids,
    prices: Float64Array.from(sorted, ({ row }) => row.price),
    categories: Uint16Array.from(sorted, ({ place }) => place),
    categoryIds,
    flags: Uint8Array.from(sorted, ({ row }) => row.flags),
    chunkOf: Uint32Array.from(sorted, ({ row }) => row.chunk),
    sorts: Float64Array.from(sorted, ({ row }) => row.sort),
    names: names.join(''),
    nameAt: endsOf(names),
    text: lines.join(''),
    textAt: endsOf(lines),
  };
}

export const idAt = (rows: Rows, row: number): string => uuidText(rows.ids.subarray(16 * row, 16 * row + 16));
export const nameAt = (rows: Rows, row: number): string => rows.names.slice(rows.nameAt[row]!, rows.nameAt[row + 1]!);

/* The row of a place in the text, from a row at or before it: in growing steps, then between the last two. */
function rowAt({ textAt, count }: Rows, place: number, from: number): number {
  let low = from;
  let step = 1;
  while (low + step < count && textAt[low + step]! <= place) {
    low += step;
    step *= 2;
  }
  let high = Math.min(count, low + step);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (textAt[middle]! <= place) low = middle;
    else high = middle;
  }
  return low;
}

/** The row that has exactly this item number, variant number or barcode; -1 when none has. */
export function rowByCode(rows: Rows, code: string): number {
  const wanted = oneField(code.trim());
  const at = wanted === '' ? -1 : rows.text.indexOf(`\t${wanted}\t`);
  return at < 0 ? -1 : rowAt(rows, at, 0);
}

/** Rows whose line has all words: first the one that has the text as a code, then those that begin with the first word. */
export function searchRows(rows: Rows, query: string): number[] {
  const words = oneField(query).split(/ +/).filter(Boolean);
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a), '');
  const others = words.filter((w) => w !== longest);
  const exact = rowByCode(rows, query);
  const first: number[] = exact < 0 ? [] : [exact];
  const rest: number[] = [];
  const { text, textAt } = rows;
  if (longest === '') return [];
  for (let at = text.indexOf(longest), row = 0; at >= 0; at = text.indexOf(longest, textAt[row + 1])) {
    row = rowAt(rows, at, row);
    const begin = textAt[row]!;
    if (row === exact || (others.length > 0 && !hasAll(text.slice(begin, textAt[row + 1]!), others))) continue;
    (text.startsWith(words[0]!, begin) ? first : rest).push(row);
  }
  return first.concat(rest);
}

const hasAll = (line: string, words: readonly string[]): boolean => words.every((w) => line.includes(w));

/** Rows of one category, in the order of the menu. */
export function rowsOfCategory(rows: Rows, categoryId: string): number[] {
  const place = rows.categoryIds.indexOf(categoryId);
  const first = place < 0 ? -1 : rows.categories.indexOf(place);
  if (first < 0) return [];
  const count = rows.categories.lastIndexOf(place) - first + 1;
  return Array.from({ length: count }, (_, i) => first + i);
}
