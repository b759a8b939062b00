/*
 * The cart beside the editors: what its lines cost by the rows as they are now, published or not. Words: circumstances
 * (where, when and for whom it is sold), answer (what the server made of it).
 */
import { effect, signal } from '@preact/signals';
import { ApiError, post, session } from '../../shared/api/client';
import type { TraceEntry } from '../../shared/why/trace';
import { refusal, type Refusal } from './problem';
import type { Place } from './rules';


export interface PreviewLineIn {
  id: string;
  item_id: string;
  variant_id?: string;
  unit_price?: number;
  qty: string;
  modifiers?: { modifier_id: string; qty?: number }[];
  components?: { id: string; slot_id: string; item_id: string; modifiers?: { modifier_id: string; qty?: number }[] }[];
}

export interface Circumstances {
  place: Place;
  guests: number;
  /** Local minute of the outlet; empty is now. */
  at: string;
  coupons: string[];
  customer_group_id: string;
  exempt: boolean;
}

export interface PricedLine {
  id: string;
  item_id: string;
  variant_id?: string | null;
  parent_id: string | null;
  name: string;
  qty: string;
  unit_price: number;
  gross: number;
  discount: number;
  net: number;
  tax: number;
  total: number;
}

export interface Priced {
  at: string;
  lines: PricedLine[];
  promotions: { id: string; name: string; amount: number }[];
  charges: { line_id: string; id: string; name: string; net: number; tax: number; total: number }[];
  taxes: { id: string; name: string; rate: string; included: boolean; base: number; tax: number }[];
  gross: number;
  discount: number;
  net: number;
  tax: number;
  total: number;
  trace: TraceEntry[];
}

const usual: Circumstances = { place: 'dine_in', guests: 0, at: '', coupons: [], customer_group_id: '', exempt: false };
const storageKey = 'mpos.preview';
/* Typing does not ask for every letter. */
const quietMs = 120;
const typedQuietMs = 300;

function kept(): { lines: PreviewLineIn[]; circumstances: Circumstances } {
  try {
    const found = JSON.parse(sessionStorage.getItem(storageKey) ?? '{}') as { lines?: PreviewLineIn[]; circumstances?: Circumstances };
    return { lines: found.lines ?? [], circumstances: { ...usual, ...found.circumstances } };
  } catch {
    return { lines: [], circumstances: usual };
  }
}

const before = kept();
export const lines = signal(before.lines);
export const circumstances = signal(before.circumstances);
export const priced = signal<Priced | null>(null);
export const previewProblem = signal<Refusal | null>(null);

/** The row that is being typed, as it would be written; it counts for the preview until it is saved or forgotten. */
export const typing = signal<{ entity: string; row: Record<string, unknown> } | null>(null);
/** Why what is typed does not count yet. */
export const typingProblem = signal<Refusal | null>(null);

/** On screens where it does not stand beside the page. */
export const previewOpen = signal(false);

export function showPreview(): void {
  previewOpen.value = true;
}

let timer = 0;
let asked = 0;

function body(edited: boolean): Record<string, unknown> {
  const { at, customer_group_id, coupons, guests, place, exempt } = circumstances.value;
  return {
    draft: true,
    lines: lines.value,
    place,
    guests,
    exempt,
    coupons,
    ...(typing.value && edited ? { edit: typing.value } : {}),
    ...(at ? { at } : {}),
    ...(customer_group_id ? { customer_group_id } : {}),
  };
}

async function price(): Promise<void> {
  const mine = ++asked;
  if (lines.value.length === 0) {
    priced.value = null;
    previewProblem.value = null;
    return;
  }
  try {
    const answer = await ask(true);
    if (mine !== asked) return;
    priced.value = answer;
    previewProblem.value = null;
  } catch (e) {
    if (mine === asked) previewProblem.value = refusal(e);
  }
}

/* What is typed and cannot be sold yet is left out, and said. */
async function ask(edited: boolean): Promise<Priced> {
  try {
    const answer = (await post<Priced>('/v1/price/preview', body(edited))).body;
    if (edited) typingProblem.value = null;
    return answer;
  } catch (e) {
    if (!edited || !typing.value || !(e instanceof ApiError) || !e.problem.field?.startsWith('/edit')) throw e;
    typingProblem.value = refusal(e);
    return ask(false);
  }
}

/** What is typed in a form counts from now on; null is nothing. */
export function setTyping(next: typeof typing.value): void {
  if (JSON.stringify(next) === JSON.stringify(typing.value)) return;
  typing.value = next;
  if (!next) typingProblem.value = null;
  freshPreview();
}

/** Prices again; after a row has been saved, and by itself when the cart changes. */
export function freshPreview(): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void price(), typing.value ? typedQuietMs : quietMs);
}

export function putCircumstances(change: Partial<Circumstances>): void {
  circumstances.value = { ...circumstances.value, ...change };
}

export function putLine(line: PreviewLineIn): void {
  const known = lines.value.some((l) => l.id === line.id);
  lines.value = known ? lines.value.map((l) => (l.id === line.id ? line : l)) : [...lines.value, line];
}

export function dropLine(id: string): void {
  lines.value = lines.value.filter((l) => l.id !== id);
}

effect(() => {
  sessionStorage.setItem(storageKey, JSON.stringify({ lines: lines.value, circumstances: circumstances.value }));
  if (session.peek()) freshPreview();
});

/* Nothing of one business is left for the next one at the same screen. */
effect(() => {
  if (session.value) return;
  lines.value = [];
  circumstances.value = usual;
});
