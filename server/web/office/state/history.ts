/* Who changed what of one row, and its changes taken apart to single values. Words: edit, change, leaf (one value of it). */
import { get } from '../../shared/api/client';
import { root } from './catalogue';

export interface Edit {
  id: string;
  entity: string;
  made: boolean;
  /** Member: [before, after]. */
  changes: Record<string, [unknown, unknown]>;
  staff: string | null;
  transaction_id: string;
  at: string;
}

export interface EditPage {
  edits: Edit[];
  next: string | null;
}

const pageSize = 10;

export async function readHistory(row: string, after: string | null): Promise<EditPage> {
  const query = new URLSearchParams({ limit: String(pageSize), ...(after ? { after } : {}) });
  return (await get<EditPage>(`${root}/history/${row}?${query}`)).body;
}

export interface Leaf {
  /** From the member of the row to the value. */
  path: string[];
  before: unknown;
  after: unknown;
}

type Thing = Record<string, unknown>;

const isThing = (value: unknown): value is Thing => typeof value === 'object' && value !== null && !Array.isArray(value);
const isList = (value: unknown): value is Thing[] => Array.isArray(value) && value.length > 0 && value.every(isThing);
const alike = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/* What one of several is recognised by, and called. */
const keyOf = (one: Thing, n: number): string => String(one['id'] ?? one['code'] ?? one['outlet_id'] ?? (one['book_id'] ? [one['book_id'], one['variant_id'], one['min_qty']].join(' ') : (one['tax_id'] ?? n)));
const nameOf = (one: Thing, n: number): string => String(one['name'] ?? one['code'] ?? one['book_id'] ?? one['outlet_id'] ?? one['tax_id'] ?? n + 1);

function ofLists(path: string[], before: Thing[], after: Thing[]): Leaf[] {
  const old = new Map(before.map((one, n) => [keyOf(one, n), one]));
  const now = new Map(after.map((one, n) => [keyOf(one, n), one]));
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key, n) => {
    const [a, b] = [old.get(key), now.get(key)];
    return leaves([...path, nameOf((b ?? a)!, n)], a ?? {}, b ?? {});
  });
}

function leaves(path: string[], before: unknown, after: unknown): Leaf[] {
  if (alike(before, after)) return [];
  if (isThing(before) || isThing(after)) {
    const [a, b] = [isThing(before) ? before : {}, isThing(after) ? after : {}];
    const names = [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => name !== 'id');
    return names.flatMap((name) => leaves([...path, name], a[name], b[name]));
  }
  if (isList(before) || isList(after)) return ofLists(path, isList(before) ? before : [], isList(after) ? after : []);
  return [{ path, before, after }];
}

export const leavesOf = (edit: Edit): Leaf[] => Object.entries(edit.changes).flatMap(([name, [before, after]]) => leaves(name.split('/'), before, after));
