/* The parts of a bundle: so many of these. */
import type { JSX } from 'preact';
import { quantity } from '../../shared/money/money';
import { IconButton } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { o } from '../i18n/words';
import type { Refusal } from '../state/problem';
import type { Slot, Targets } from '../state/rules';
import { TextInput } from '../view/field';
import type { Reader } from './rule-form';
import { TargetFields } from './targets';

export interface SlotDraft {
  qty: string;
  targets: Targets;
}

export const slotDrafts = (slots: Slot[] = []): SlotDraft[] =>
  slots.map(({ qty, item_ids = [], category_ids = [] }) => ({ qty: quantity(qty), targets: { item_ids, category_ids } }));

export const slotsOf = (drafts: SlotDraft[], read: Reader): Slot[] =>
  drafts.map(({ qty, targets }) => ({ qty: read.qty('slots', qty, true) ?? '1', item_ids: targets.item_ids ?? [], category_ids: targets.category_ids ?? [] }));

export function Slots(props: { slots: SlotDraft[]; locked: boolean; problem: Refusal | null; onChange: (slots: SlotDraft[]) => void }): JSX.Element {
  const { slots, locked, onChange } = props;
  const put = (n: number, change: Partial<SlotDraft>): void => onChange(slots.map((s, i) => (i === n ? { ...s, ...change } : s)));
  return (
    <div class="slots">
      {slots.map((slot, n) => (
        <div class="slot" key={n} role="group" aria-label={o('slot.nth', { n: n + 1 })}>
          <div class="slot-head">
            <h3>{o('slot.nth', { n: n + 1 })}</h3>
            {!locked && <IconButton icon="close" class="quiet" label={o('lines.remove', { n: n + 1 })} onClick={() => onChange(slots.filter((_, i) => i !== n))} />}
          </div>
          <TextInput label={o('slot.qty')} inputMode="decimal" value={slot.qty} disabled={locked} onValue={(qty) => put(n, { qty })} />
          <TargetFields targets={slot.targets} locked={locked} onChange={(targets) => put(n, { targets })} />
        </div>
      ))}
      <p class="form-problem" role="alert">
        {props.problem?.text ?? ''}
      </p>
      {!locked && (
        <button type="button" class="button" onClick={() => onChange([...slots, { qty: '1', targets: {} }])}>
          <Icon name="plus" />
          {o('slot.add')}
        </button>
      )}
    </div>
  );
}
