/*
 * Choosing what an item needs before it is a line: variant, modifiers, combo components, weight, price. A group of the
 * item has its own id as key; a group of a combo component has "slot:group".
 */
import { computed, signal } from '@preact/signals';
import { session } from '../../shared/api/client';
import type { ComponentIn, Item, ModifierGroup, ModifierIn } from '../../shared/api/types';
import type { Catalogue } from '../../shared/catalogue/catalogue';
import { localText } from '../../shared/core/basket';
import { newId } from '../../shared/ids/ids';
import { catalogueOf, groupsOf, mustChoose } from './catalogue';
import { addLine, nextQty, order, qtyMax, qtyOne, selected, updateLine, type CartLine } from './order';

/** What is known of the choice already, by a scanned code. */
export interface Given {
  readonly variantId?: string | undefined;
  /** Millionths. */
  readonly qty?: number | undefined;
  readonly price?: number | undefined;
}

/** What is typed in: a quantity in thousandths of the item's unit, a price in minor units. */
export type FieldName = 'qty' | 'price';

export interface Picking {
  readonly item: Item;
  /** The line that is changed; null adds a new one. */
  readonly line: CartLine | null;
  readonly variant: string | null;
  readonly chosen: Readonly<Record<string, readonly string[]>>;
  readonly parts: Readonly<Record<string, string>>;
  /** Digits typed for each field of the item. */
  readonly typed: Readonly<Partial<Record<FieldName, string>>>;
  /** The field that digits go to. */
  readonly field: FieldName | null;
}

export interface Section {
  readonly key: string;
  readonly title: string;
  readonly slot: string | null;
  readonly group: ModifierGroup | null;
  readonly min: number;
  readonly max: number;
  /** Prices of options are added; of variants they are the price. */
  readonly options: readonly { id: string; name: string; price: number }[];
}

const variantKey = 'variant';
/** Millionths: the last digit of a typed quantity. */
export const thousandth = 1_000;

export const picking = signal<Picking | null>(null);

export const isVariant = (section: Section): boolean => section.key === variantKey;

const of = (): Catalogue => catalogueOf(order.value);

function groupSection(group: ModifierGroup, slot: string | null): Section {
  const { name, min, max, modifiers } = group;
  const key = slot ? `${slot}:${group.id}` : group.id;
  return { key, title: name, slot, group, min, max: max || modifiers.length, options: modifiers };
}

/* The variant first, then slots, each followed by the groups of the component chosen for it. */
function sectionsOf(p: Picking): Section[] {
  const out: Section[] = [];
  if (p.item.variants.length > 0) {
    out.push({ key: variantKey, title: '', slot: null, group: null, min: 1, max: 1, options: p.item.variants });
  }
  for (const slot of p.item.combo) {
    const options = slot.item_ids
      .map((id) => of().item(id))
      .filter((i): i is Item => i !== undefined)
      .map((i) => ({ id: i.id, name: i.name, price: 0 }));
    out.push({ key: slot.id, title: slot.name, slot: slot.id, group: null, min: 1, max: 1, options });
    const part = of().item(p.parts[slot.id] ?? '');
    if (part) out.push(...groupsOf(of(), part).map((g) => groupSection(g, slot.id)));
  }
  return out.concat(groupsOf(of(), p.item).map((g) => groupSection(g, null)));
}

export const sections = computed(() => (picking.value ? sectionsOf(picking.value) : []));

/** First section that still needs a choice. */
export const missing = computed(() => sections.value.find((s) => chosenIn(s).length < s.min) ?? null);
/** First field that still needs a number. */
export const missingField = computed(() => {
  const typed = Object.entries(picking.value?.typed ?? {}) as [FieldName, string][];
  return typed.find(([name, digits]) => (name === 'qty' ? Number(digits) === 0 : digits === ''))?.[0] ?? null;
});

export function chosenIn(section: Section): readonly string[] {
  const p = picking.value!;
  if (isVariant(section)) return p.variant ? [p.variant] : [];
  if (section.slot && !section.group) return p.parts[section.slot] ? [p.parts[section.slot]!] : [];
  return p.chosen[section.key] ?? [];
}

/* A slot with one component only needs no question. */
function startParts(item: Item): Record<string, string> {
  return Object.fromEntries(item.combo.filter((s) => s.item_ids.length === 1).map((s) => [s.id, s.item_ids[0]!]));
}

function startTyped(item: Item, given: Given): Partial<Record<FieldName, string>> {
  const typed: Partial<Record<FieldName, string>> = {};
  if (item.unit !== null && given.qty === undefined) typed.qty = '';
  if (item.open_price && given.price === undefined) typed.price = '';
  return typed;
}

let given: Given = {};

/** Adds an item at once, or opens what must be chosen. */
export function takeItem(item: Item, known: Given = {}): void {
  const asks = item.unit !== null && known.qty === undefined;
  const open = item.open_price && known.price === undefined;
  const chosen = item.variants.length === 0 || known.variantId !== undefined;
  const rest = item.combo.length > 0 || groupsOf(of(), item).some((g) => g.min > 0);
  if (asks || open || !chosen || rest) openPicker(item, known);
  else add(item, { variantId: known.variantId ?? null, modifiers: [], components: [] }, known);
}

function add(item: Item, made: Pick<CartLine, 'variantId' | 'modifiers' | 'components'>, known: Given): void {
  const pieces = item.unit === null;
  const now = localText(Date.now(), session.value!.outlet.timezone);
  if (pieces && known.qty !== undefined) nextQty.value = Math.max(1, Math.min(qtyMax, Math.floor(known.qty / qtyOne)));
  selected.value = addLine({ itemId: item.id, openPrice: known.price ?? null, ...made }, now, pieces ? null : known.qty!);
}

export function openPicker(item: Item, known: Given = {}): void {
  const typed = startTyped(item, known);
  given = known;
  picking.value = {
    item,
    line: null,
    variant: known.variantId ?? (item.variants.length === 1 ? item.variants[0]!.id : null),
    chosen: {},
    parts: startParts(item),
    typed,
    field: (Object.keys(typed)[0] as FieldName | undefined) ?? null,
  };
}

let waiting: Promise<void> = Promise.resolve();
let waitingCount = 0;

/* What is not at hand is read from the device; touches are taken in the order in which they came. */
function withItem(id: string, act: (item: Item) => void, none: () => void): void {
  const at = waitingCount === 0 ? of().item(id) : undefined;
  if (at && at.combo.length === 0) return act(at);
  waitingCount += 1;
  waiting = waiting
    .then(async () => {
      const item = await of().load(id);
      if (item) act(item);
      else none();
    })
    .finally(() => (waitingCount -= 1));
}

/** Touching an item of the catalogue: adds it, or opens what must be chosen. */
export function touchItem(id: string, known: Given, none: () => void): void {
  withItem(id, (item) => takeItem(item, known), none);
}

/** Opens the options of an item that has some. */
export function askItem(id: string, none: () => void): void {
  withItem(id, (item) => (hasQuestions(item) ? openPicker(item) : takeItem(item)), none);
}

export const hasQuestions = (item: Item): boolean => mustChoose(of(), item) || item.group_ids.length > 0;

export function editLine(line: CartLine): void {
  const item = of().item(line.itemId)!;
  const chosen: Record<string, string[]> = {};
  const take = (owner: Item, mods: readonly ModifierIn[], prefix: string): void => {
    for (const group of groupsOf(of(), owner)) {
      const all = group.modifiers.map((m) => m.id);
      chosen[prefix + group.id] = mods.map((m) => m.modifier_id).filter((id) => all.includes(id));
    }
  };
  take(item, line.modifiers, '');
  for (const part of line.components) take(of().item(part.item_id)!, part.modifiers ?? [], `${part.slot_id}:`);
  const typed: Partial<Record<FieldName, string>> = {};
  if (!line.pieces) typed.qty = String(Math.round(line.qty / thousandth));
  if (line.openPrice !== null) typed.price = String(line.openPrice);
  given = {};
  picking.value = {
    item,
    line,
    variant: line.variantId,
    chosen,
    parts: Object.fromEntries(line.components.map((c) => [c.slot_id, c.item_id])),
    typed,
    field: (Object.keys(typed)[0] as FieldName | undefined) ?? null,
  };
}

/* The only question is one choice of one: choosing answers it, no further touch needed. */
function answersAll(section: Section): boolean {
  const p = picking.value!;
  return sections.value.length === 1 && section.min === 1 && section.max === 1 && p.line === null && p.field === null;
}

export function choose(section: Section, option: string): void {
  const p = picking.value!;
  if (isVariant(section)) {
    picking.value = { ...p, variant: option };
  } else if (section.slot && !section.group) {
    picking.value = { ...p, parts: { ...p.parts, [section.slot]: option } };
  } else {
    const now = chosenIn(section);
    const off = now.includes(option);
    const kept = section.max === 1 ? [] : now.slice(-(section.max - 1));
    const next = off ? now.filter((id) => id !== option) : [...kept, option];
    picking.value = { ...p, chosen: { ...p.chosen, [section.key]: next } };
  }
  if (answersAll(section) && !missing.value) finishPicking();
}

export function typeInto(field: FieldName, change: (digits: string) => string): void {
  const p = picking.value!;
  picking.value = { ...p, field, typed: { ...p.typed, [field]: change(p.typed[field] ?? '') } };
}

/* Modifiers in the order of the catalogue, so that equal choices are equal lines. */
function modifiersOf(slot: string | null): ModifierIn[] {
  return sections.value
    .filter((s) => s.group && s.slot === slot)
    .flatMap((s) => s.options.filter((o) => chosenIn(s).includes(o.id)))
    .map((o) => ({ modifier_id: o.id, qty: 1 }));
}

function componentsOf(p: Picking): ComponentIn[] {
  return p.item.combo.map((slot) => {
    const id = p.line?.components.find((c) => c.slot_id === slot.id)?.id ?? newId();
    const part: ComponentIn = { id, slot_id: slot.id, item_id: p.parts[slot.id]! };
    const modifiers = modifiersOf(slot.id);
    return modifiers.length > 0 ? { ...part, modifiers } : part;
  });
}

/** Adds or changes the line; does nothing while a choice is missing. */
export function finishPicking(): void {
  const p = picking.value;
  if (!p || missing.value || missingField.value) return;
  const made = { variantId: p.variant, modifiers: modifiersOf(null), components: componentsOf(p) };
  const qty = p.typed.qty === undefined ? given.qty : Number(p.typed.qty) * thousandth;
  const price = p.typed.price === undefined ? given.price : Number(p.typed.price);
  if (p.line) updateLine(p.line.id, { ...made, openPrice: price ?? null, qty: qty ?? p.line.qty });
  else add(p.item, made, { qty, price });
  picking.value = null;
}
