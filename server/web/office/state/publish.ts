/*
 * Publishing: what differs from what sales use now, what yesterday's orders would have cost, and making it count. Words: shadow
 * run (pricing the orders of a day by the rows as they are being edited).
 */
import { signal } from '@preact/signals';
import { get, post } from '../../shared/api/client';
import { books, categories, charges, currencies, customerGroups, groups, promotions, root, taxes, taxMaps, type Resource } from './catalogue';
import type { Row } from './rules';

export interface Mistake {
  place: string;
  code: string;
  detail: string;
  kind?: string;
  id?: string;
  row?: string;
}

export interface Check {
  version: number;
  items_changed: boolean;
  mistakes: Mistake[];
}

export interface ShadowMoney {
  before: number;
  after: number;
  difference: number;
}

export interface ShadowRule extends ShadowMoney {
  kind: 'book' | 'promotion' | 'by_hand' | 'charge' | 'tax_map' | 'tax';
  id: string | null;
}

export interface ShadowOrder extends ShadowMoney {
  order_id: string;
  receipt: string | null;
  call_number: string | null;
  created_at: string;
}

interface ShadowPage {
  date: string;
  orders: number;
  skipped: number;
  total: ShadowMoney;
  items: ShadowMoney;
  rules: ShadowRule[];
  examples: ShadowOrder[];
  next: string | null;
}

export interface Shadow {
  date: string;
  orders: number;
  skipped: number;
  total: ShadowMoney;
  items: ShadowMoney;
  rules: ShadowRule[];
  /** Orders that change most. */
  examples: ShadowOrder[];
  startedAt: number;
  done: boolean;
}

export interface Published {
  hash: string;
  version: number;
  changed: boolean;
  chunks: number;
  of: number;
  bytes: number;
}

export interface Difference {
  /** Page of the row in the office. */
  page: string;
  id: string;
  name: string;
  how: 'new' | 'changed' | 'gone';
}

type Shown = Record<string, unknown> & { id: string; name: string };

/* Of a row what the published menu shows of it, so that both can be compared. */
const ruleFields = ['code', 'name', 'priority', 'definition'];
const compared: [page: string, member: string, list: () => Resource<Row>, fields: string[]][] = [
  ['categories', 'categories', () => categories as unknown as Resource<Row>, ['code', 'name', 'colour', 'sort']],
  ['options', 'groups', () => groups as unknown as Resource<Row>, ['code', 'name', 'min', 'max', 'free', 'modifiers']],
  ['books', 'books', () => books as unknown as Resource<Row>, ruleFields],
  ['promotions', 'promotions', () => promotions as unknown as Resource<Row>, ruleFields],
  ['charges', 'charges', () => charges as unknown as Resource<Row>, ruleFields],
  ['taxes', 'taxes', () => taxes as unknown as Resource<Row>, ['code', 'name']],
  ['tax-maps', 'tax_maps', () => taxMaps as unknown as Resource<Row>, ruleFields],
  ['customers', 'customer_groups', () => customerGroups, ['code', 'name']],
  ['currencies', 'currencies', () => currencies as unknown as Resource<Row>, ruleFields],
];

/* Alike whatever the order of the members; codes of coupons are not in what is published. */
function form(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((v) => form(v));
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([key, v]) => v !== undefined && !(name === 'definition' && key === 'coupons'));
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, v]) => [key, form(v, key)]));
}

const alike = (a: Shown, b: Shown, fields: string[]): boolean =>
  fields.every((field) => JSON.stringify(form(a[field], field)) === JSON.stringify(form(b[field], field)));

function differences(page: string, draft: Shown[], published: Shown[], fields: string[]): Difference[] {
  const before = new Map(published.map((row) => [row.id, row]));
  const now = new Set(draft.map((row) => row.id));
  const told = (row: Shown, how: Difference['how']): Difference => ({ page, id: row.id, name: row.name, how });
  const changed = draft.flatMap((row) => {
    const old = before.get(row.id);
    return old ? (alike(row, old, fields) ? [] : [told(row, 'changed')]) : [told(row, 'new')];
  });
  return [...changed, ...published.filter((row) => !now.has(row.id)).map((row) => told(row, 'gone'))];
}

async function publishedMenu(): Promise<Record<string, Shown[]>> {
  const manifest = (await get<{ menu?: { hash: string } }>('/v1/catalogue')).body;
  return manifest.menu ? (await get<Record<string, Shown[]>>(`/v1/published/${manifest.menu.hash}`)).body : {};
}

export const check = signal<Check | null>(null);
export const changes = signal<Difference[] | null>(null);
export const shadow = signal<Shadow | null>(null);

/** Reads what is wrong and what differs. Taxes are published as long as they exist, archived or not. */
export async function readChanges(): Promise<void> {
  const [found, menu] = await Promise.all([get<Check>(`${root}/check`), publishedMenu(), ...compared.map(([, , list]) => list().load())]);
  check.value = found.body;
  changes.value = compared.flatMap(([page, member, list, fields]) => {
    const rows = (list().rows.value ?? []).filter((row) => row.active || member === 'taxes');
    return differences(page, rows as unknown as Shown[], menu[member] ?? [], fields);
  });
}

const sum = (a: ShadowMoney, b: ShadowMoney): ShadowMoney => ({ before: a.before + b.before, after: a.after + b.after, difference: a.difference + b.difference });

function withRules(known: ShadowRule[], more: ShadowRule[]): ShadowRule[] {
  const all = new Map(known.map((rule) => [`${rule.kind} ${rule.id}`, rule]));
  for (const rule of more) {
    const key = `${rule.kind} ${rule.id}`;
    const before = all.get(key);
    all.set(key, before ? { ...before, ...sum(before, rule) } : rule);
  }
  return [...all.values()];
}

const examplesShown = 10;

const mostChanged = (orders: ShadowOrder[]): ShadowOrder[] => [...orders].sort((a, b) => Math.abs(b.difference) - Math.abs(a.difference)).slice(0, examplesShown);

let running = 0;

export function stopShadow(): void {
  running += 1;
}

/** Prices every order of a day, page by page; stopping keeps what was found so far. */
export async function runShadow(date: string): Promise<void> {
  const mine = ++running;
  const none: ShadowMoney = { before: 0, after: 0, difference: 0 };
  shadow.value = { date, orders: 0, skipped: 0, total: none, items: none, rules: [], examples: [], startedAt: Date.now(), done: false };
  for (let after: string | null = ''; after !== null && mine === running; ) {
    const query = new URLSearchParams({ ...(date ? { date } : {}), ...(after ? { after } : {}) });
    const page: ShadowPage = (await get<ShadowPage>(`${root}/shadow?${query}`)).body;
    const known: Shadow = shadow.value!;
    shadow.value = {
      ...known,
      date: page.date,
      orders: known.orders + page.orders,
      skipped: known.skipped + page.skipped,
      total: sum(known.total, page.total),
      items: sum(known.items, page.items),
      rules: withRules(known.rules, page.rules),
      examples: mostChanged([...known.examples, ...page.examples]),
    };
    after = page.next;
  }
  shadow.value = { ...shadow.value!, done: true };
}

export async function publish(key: string): Promise<Published> {
  return (await post<{ published: Published }>(`${root}/publish`, {}, key, 60_000)).body.published;
}
