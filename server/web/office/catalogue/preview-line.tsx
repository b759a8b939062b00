/* One line of the preview, changed: how many, which variant, which options, what is in a menu. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { locale, t } from '../../shared/i18n/i18n';
import { money } from '../../shared/money/money';
import { Sheet } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { groups } from '../state/catalogue';
import { itemName, knownItem, rememberItems } from '../state/items';
import { minorOf } from '../state/limits';
import { dropLine, putLine, type PreviewLineIn } from '../state/preview';
import type { Group, Item } from '../state/rules';
import { SelectInput, TextInput } from '../view/field';
import { MoneyInput, OneOf } from './fields';
import type { ModifierIn } from './preview-add';
import { amountText, exponent } from './rule-form';
import { useSignal } from '@preact/signals';

const price = (minor: number): string => {
  const { currency, exponent: places } = session.value!.outlet;
  return minor === 0 ? '' : ` ${money(minor, { code: currency, exponent: places }, locale.value)}`;
};

/* The options of one group; of a group that takes one, touching another replaces it. */
function GroupChoice({ group, chosen, onChange }: { group: Group; chosen: ModifierIn[]; onChange: (chosen: ModifierIn[]) => void }): JSX.Element {
  const here = chosen.filter((c) => group.modifiers.some((m) => m.id === c.modifier_id));
  const others = chosen.filter((c) => !here.includes(c));
  const touch = (id: string): void => {
    const on = here.some((c) => c.modifier_id === id);
    const next = on ? here.filter((c) => c.modifier_id !== id) : group.max === 1 ? [{ modifier_id: id }] : [...here, { modifier_id: id }];
    if (next.length <= group.max && (next.length >= group.min || !on)) onChange([...others, ...next]);
  };
  return (
    <div class="form-field" role="group" aria-label={group.name}>
      <span class="label">{group.name}</span>
      <div class="toggles">
        {group.modifiers.map((m) => (
          <button type="button" key={m.id} class="chip" aria-pressed={here.some((c) => c.modifier_id === m.id)} onClick={() => touch(m.id!)}>
            {m.name}
            <span class="extra">{price(m.price)}</span>
          </button>
        ))}
      </div>
    </div>
  );
}

function Choices({ item, chosen, onChange }: { item: Item; chosen: ModifierIn[]; onChange: (chosen: ModifierIn[]) => void }): JSX.Element {
  const of = item.group_ids.map((id) => groups.rows.value?.find((g) => g.id === id)).filter((g): g is Group => g !== undefined);
  return (
    <>
      {of.map((group) => (
        <GroupChoice key={group.id} group={group} chosen={chosen} onChange={onChange} />
      ))}
    </>
  );
}

function Components({ line, item }: { line: PreviewLineIn; item: Item }): JSX.Element {
  const components = line.components ?? [];
  rememberItems(item.combo.flatMap((slot) => slot.item_ids));
  const put = (n: number, item_id: string): void => putLine({ ...line, components: components.map((c, i) => (i === n ? { ...c, item_id, modifiers: [] } : c)) });
  return (
    <>
      {item.combo.map((slot, n) => (
        <SelectInput key={slot.id} label={slot.name} value={components[n]?.item_id ?? ''} choices={slot.item_ids.map((id) => ({ value: id, label: itemName(id) }))} onValue={(id) => put(n, id)} />
      ))}
    </>
  );
}

export function LineSheet({ line, onClose }: { line: PreviewLineIn; onClose: () => void }): JSX.Element {
  const item = knownItem(line.item_id);
  const qty = useSignal(line.qty);
  const typed = useSignal(amountText(line.unit_price ?? 0));
  useEffect(() => void groups.load(), []);
  const setQty = (text: string): void => {
    qty.value = text;
    const plain = text.trim().replace(',', '.');
    if (/^\d{1,6}(\.\d{1,6})?$/.test(plain) && Number(plain) > 0) putLine({ ...line, qty: plain });
  };
  const setPrice = (text: string): void => {
    typed.value = text;
    const minor = minorOf(text, exponent());
    if (minor !== null) putLine({ ...line, unit_price: minor });
  };
  const remove = (): void => {
    dropLine(line.id);
    onClose();
  };
  const step = (by: number): void => setQty(String(Math.max(1, Math.round(Number(qty.value.replace(',', '.')) + by))));
  return (
    <Sheet title={itemName(line.item_id)} onClose={onClose}>
      <div class="stepper">
        <button type="button" class="button" aria-label={t('cart.less')} onClick={() => step(-1)}>
          −
        </button>
        <TextInput label={t('cart.qty')} inputMode="decimal" value={qty.value} onValue={setQty} />
        <button type="button" class="button" aria-label={t('cart.more')} onClick={() => step(1)}>
          +
        </button>
      </div>
      {item?.open_price && <MoneyInput label={o('field.price')} value={typed.value} onValue={setPrice} />}
      {item && item.variants.length > 0 && (
        <OneOf label={o('item.variant')} choices={item.variants.map((v) => ({ value: v.id!, label: v.name + price(v.price) }))} value={line.variant_id ?? ''} onChange={(variant_id) => putLine({ ...line, variant_id })} />
      )}
      {item && <Choices item={item} chosen={line.modifiers ?? []} onChange={(modifiers) => putLine({ ...line, modifiers })} />}
      {item && item.combo.length > 0 && <Components line={line} item={item} />}
      <div class="sheet-actions">
        <button type="button" class="button stop" onClick={remove}>
          {o('preview.remove')}
        </button>
        <button type="button" class="button primary" onClick={onClose}>
          {t('action.close')}
        </button>
      </div>
    </Sheet>
  );
}
