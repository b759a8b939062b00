/* Orders that a register sold at another price than the rules make. Words: side (a price with its lines and reasons). */
import { effect, signal } from '@preact/signals';
import { get, post, session } from '../../shared/api/client';
import type { Priced } from './preview';
import { refusal, type Refusal } from './problem';

export type Side = Omit<Priced, 'at'>;

export interface Difference {
  order_id: string;
  outlet_id: string;
  device: string;
  device_name: string;
  receipt: string | null;
  call_number: string | null;
  created_at: string;
  total: number;
  device_total: number | null;
  difference: number | null;
  seen_at: string | null;
  seen_by: string | null;
  note: string | null;
}

export interface BothSides extends Difference {
  rules: Side;
  register: Side | null;
}

export interface DifferenceQuery {
  outlet: string;
  open: boolean;
}

const path = '/v1/price-diffs';
const pageSize = 50;

/** The list as far as it was read; null until then. */
export const differences = signal<Difference[] | null>(null);
export const differencesFailed = signal<Refusal | null>(null);

let next: string | null = null;
let reading = 0;
let more: Promise<void> | null = null;

async function read({ outlet, open }: DifferenceQuery, after: string | null): Promise<void> {
  const mine = ++reading;
  const query = new URLSearchParams({ limit: String(pageSize), ...(outlet ? { outlet_id: outlet } : {}), ...(open ? { seen: 'no' } : {}), ...(after ? { after } : {}) });
  try {
    const page = (await get<{ price_diffs: Difference[]; next: string | null }>(`${path}?${query}`)).body;
    if (mine !== reading) return;
    differences.value = after ? [...(differences.value ?? []), ...page.price_diffs] : page.price_diffs;
    next = page.next;
    differencesFailed.value = null;
  } catch (e) {
    if (mine === reading) differencesFailed.value = refusal(e);
  }
}

export const loadDifferences = (query: DifferenceQuery): Promise<void> => read(query, null);

/** The next page of the list. */
export function moreDifferences(query: DifferenceQuery): void {
  if (next === null) return;
  more ??= read(query, next).finally(() => {
    more = null;
  });
}

export const readDifference = async (order: string): Promise<BothSides> => (await get<{ price_diff: BothSides }>(`${path}/${order}`)).body.price_diff;

export async function markSeen(order: string, note: string, key: string): Promise<Difference> {
  const saved = (await post<{ price_diff: Difference }>(`${path}/${order}/seen`, { note }, key)).body.price_diff;
  differences.value = differences.value?.map((one) => (one.order_id === order ? saved : one)) ?? null;
  return saved;
}

effect(() => {
  if (session.value) return;
  differences.value = null;
  differencesFailed.value = null;
});
