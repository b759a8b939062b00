/* What a promotion is about: items and categories; neither is everything. */
import type { JSX } from 'preact';
import { o } from '../i18n/words';
import { categories } from '../state/catalogue';
import { findItems, itemName, itemsFound, rememberItems } from '../state/items';
import type { Targets } from '../state/rules';
import { PickMany, type Option } from './fields';

const fits = (name: string, words: string): boolean => words.toLocaleLowerCase().split(/\s+/).filter(Boolean).every((word) => name.toLocaleLowerCase().includes(word));

export const findCategories = (words: string): Option[] =>
  (categories.rows.value ?? []).filter((c) => c.active && fits(c.name, words)).map((c) => ({ value: c.id, label: c.name }));

export const categoryName = (id: string): string => categories.rows.value?.find((c) => c.id === id)?.name ?? '…';

export function TargetFields({ targets, locked, onChange }: { targets: Targets; locked: boolean; onChange: (targets: Targets) => void }): JSX.Element {
  rememberItems(targets.item_ids ?? []);
  return (
    <div class="fields">
      <PickMany
        label={o('target.items')}
        hint={o('target.items.hint')}
        chosen={targets.item_ids ?? []}
        nameOf={itemName}
        find={() => itemsFound.value.map((i) => ({ value: i.id, label: i.name }))}
        onWords={findItems}
        locked={locked}
        onChange={(item_ids) => onChange({ ...targets, item_ids })}
      />
      <PickMany label={o('target.categories')} hint={o('target.categories.hint')} chosen={targets.category_ids ?? []} nameOf={categoryName} find={findCategories} locked={locked} onChange={(category_ids) => onChange({ ...targets, category_ids })} />
    </div>
  );
}
