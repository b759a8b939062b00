/*
 * Choosing modifiers and combo components of one item, before it is added or while its line is changed. A group of the
 * item has its own id as key; a group of a combo component has "slot:group".
 */
import { computed, signal } from '@preact/signals';
import type { ComponentIn, Item, ModifierGroup, ModifierIn } from '../../shared/api/types';
import { newId } from '../../shared/ids/ids';
import { catalogue, groupsOf, mustChoose } from './catalogue';
import { addLine, selected, updateLine, type CartLine } from './order';

export interface Picking {
  readonly item: Item;
  /** The line that is changed; null adds a new one. */
  readonly line: CartLine | null;
  readonly chosen: Readonly<Record<string, readonly string[]>>;
  readonly parts: Readonly<Record<string, string>>;
}

export interface Section {
  readonly key: string;
  readonly title: string;
  readonly slot: string | null;
  readonly group: ModifierGroup | null;
  readonly min: number;
  readonly max: number;
  readonly options: readonly { id: string; name: string; price: number }[];
}

export const picking = signal<Picking | null>(null);

function groupSection(group: ModifierGroup, slot: string | null): Section {
  const { name, min, max, modifiers } = group;
  const key = slot ? `${slot}:${group.id}` : group.id;
  return { key, title: name, slot, group, min, max: max || modifiers.length, options: modifiers };
}

/* Slots come first, each followed by the groups of the component chosen for it. */
function sectionsOf(p: Picking): Section[] {
  const index = catalogue.value!;
  const out: Section[] = [];
  for (const slot of p.item.combo) {
    const options = slot.item_ids
      .map((id) => index.items.get(id))
      .filter((i): i is Item => i !== undefined)
      .map((i) => ({ id: i.id, name: i.name, price: 0 }));
    out.push({ key: slot.id, title: slot.name, slot: slot.id, group: null, min: 1, max: 1, options });
    const part = index.items.get(p.parts[slot.id] ?? '');
    if (part) out.push(...groupsOf(index, part).map((g) => groupSection(g, slot.id)));
  }
  return out.concat(groupsOf(index, p.item).map((g) => groupSection(g, null)));
}

export const sections = computed(() => (picking.value ? sectionsOf(picking.value) : []));

/** First section that still needs a choice. */
export const missing = computed(() => sections.value.find((s) => chosenIn(s).length < s.min) ?? null);

export function chosenIn(section: Section): readonly string[] {
  const p = picking.value!;
  if (section.slot && !section.group) return p.parts[section.slot] ? [p.parts[section.slot]!] : [];
  return p.chosen[section.key] ?? [];
}

/* A slot with one component only needs no question. */
function startParts(item: Item): Record<string, string> {
  return Object.fromEntries(item.combo.filter((s) => s.item_ids.length === 1).map((s) => [s.id, s.item_ids[0]!]));
}

/** Touching an item: adds it at once, or opens what must be chosen. */
export function touchItem(item: Item): void {
  if (mustChoose(catalogue.value!, item)) openPicker(item);
  else selected.value = addLine({ itemId: item.id, modifiers: [], components: [] });
}

export function openPicker(item: Item): void {
  picking.value = { item, line: null, chosen: {}, parts: startParts(item) };
}

export function editLine(line: CartLine): void {
  const index = catalogue.value!;
  const item = index.items.get(line.itemId)!;
  const chosen: Record<string, string[]> = {};
  const take = (owner: Item, mods: readonly ModifierIn[], prefix: string): void => {
    for (const group of groupsOf(index, owner)) {
      const of = group.modifiers.map((m) => m.id);
      chosen[prefix + group.id] = mods.map((m) => m.modifier_id).filter((id) => of.includes(id));
    }
  };
  take(item, line.modifiers, '');
  for (const part of line.components) take(index.items.get(part.item_id)!, part.modifiers ?? [], `${part.slot_id}:`);
  picking.value = { item, line, chosen, parts: Object.fromEntries(line.components.map((c) => [c.slot_id, c.item_id])) };
}

/* The only question is one choice of one: choosing answers it, no further touch needed. */
function answersAll(section: Section): boolean {
  return sections.value.length === 1 && section.min === 1 && section.max === 1 && picking.value?.line === null;
}

export function choose(section: Section, option: string): void {
  const p = picking.value!;
  if (section.slot && !section.group) {
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
  if (!p || missing.value) return;
  const choice = { itemId: p.item.id, modifiers: modifiersOf(null), components: componentsOf(p) };
  if (p.line) updateLine(p.line.id, choice);
  else selected.value = addLine(choice);
  picking.value = null;
}
