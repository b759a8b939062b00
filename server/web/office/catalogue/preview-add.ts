/* Putting items into the preview: with a choice made wherever one has to be, so that there is a price at once. */
import { newId } from '../../shared/ids/ids';
import { say } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { groups } from '../state/catalogue';
import { readItem } from '../state/items';
import { lines, putLine, showPreview, type PreviewLineIn } from '../state/preview';
import type { Item } from '../state/rules';

export type ModifierIn = { modifier_id: string; qty?: number };

/** The first options of every group that asks for some. */
function needed(item: Item): ModifierIn[] {
  const of = item.group_ids.map((id) => groups.rows.value?.find((g) => g.id === id));
  return of.flatMap((group) => (group?.modifiers ?? []).slice(0, group?.min ?? 0).map((m) => ({ modifier_id: m.id! })));
}

async function componentsOf(item: Item): Promise<NonNullable<PreviewLineIn['components']>> {
  return Promise.all(
    item.combo.map(async (slot) => {
      const first = await readItem(slot.item_ids[0]!);
      return { id: newId(), slot_id: slot.id!, item_id: first.id, modifiers: needed(first) };
    }),
  );
}

export async function lineOf(item: Item): Promise<PreviewLineIn> {
  if (!groups.rows.value) await groups.load();
  return {
    id: newId(),
    item_id: item.id,
    qty: '1',
    ...(item.variants[0] ? { variant_id: item.variants[0].id! } : {}),
    ...(item.open_price ? { unit_price: item.price } : {}),
    modifiers: needed(item),
    ...(item.combo.length > 0 ? { components: await componentsOf(item) } : {}),
  };
}

/** One more of an item, shown. */
export async function addItem(item: Item): Promise<void> {
  const same = lines.value.find((l) => l.item_id === item.id && item.variants.length === 0 && item.combo.length === 0);
  if (same && /^\d+$/.test(same.qty)) putLine({ ...same, qty: String(Number(same.qty) + 1) });
  else putLine(await lineOf(item));
}

export function tryItem(item: Item): void {
  void addItem(item).then(() => {
    showPreview();
    say(o('preview.added', { name: item.name }));
  });
}
