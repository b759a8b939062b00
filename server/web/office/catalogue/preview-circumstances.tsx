/* Where, when and for whom the preview is sold. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { locale, t } from '../../shared/i18n/i18n';
import { Sheet } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { customerGroups } from '../state/catalogue';
import { circumstances, putCircumstances, type Circumstances } from '../state/preview';
import { places } from '../state/rules';
import { SelectInput, TextInput } from '../view/field';
import { Check, OneOf } from './fields';
import { placeWord } from './when-words';

/** "Dine in, now, 4 guests, SUMMER". */
export function circumstancesText({ place, at, guests, coupons, customer_group_id, exempt }: Circumstances): string {
  const when = at ? new Intl.DateTimeFormat(locale.value, { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit', timeZone: 'UTC' }).format(new Date(`${at}Z`)) : o('preview.now');
  const group = customerGroups.rows.value?.find((g) => g.id === customer_group_id)?.name;
  return [placeWord(place), when, ...(guests > 0 ? [o('preview.guests.n', { n: guests })] : []), ...(group ? [group] : []), ...coupons, ...(exempt ? [o('preview.exempt')] : [])].join(' · ');
}

export function CircumstancesSheet({ onClose }: { onClose: () => void }): JSX.Element {
  const { place, at, guests, coupons, customer_group_id, exempt } = circumstances.value;
  const groups = (customerGroups.rows.value ?? []).filter((g) => g.active);
  /* As typed: the blank between two codes is typed before the second one. */
  const codes = useSignal(coupons.join(' '));
  const setCodes = (text: string): void => {
    codes.value = text;
    putCircumstances({ coupons: text.split(/[\s,;]+/).filter(Boolean).slice(0, 10) });
  };
  useEffect(() => void customerGroups.load(), []);
  return (
    <Sheet title={o('preview.where')} onClose={onClose}>
      <OneOf label={o('when.places')} choices={places.map((value) => ({ value, label: placeWord(value) }))} value={place} onChange={(value) => putCircumstances({ place: value })} />
      <div class="fields tight">
        <TextInput label={o('preview.at')} hint={o('preview.at.hint')} type="datetime-local" value={at} onValue={(value) => putCircumstances({ at: value.slice(0, 16) })} />
        <TextInput label={o('preview.guests')} inputMode="numeric" value={guests > 0 ? String(guests) : ''} onValue={(n) => putCircumstances({ guests: Math.min(Number(n.replace(/\D/g, '')), 1000) })} />
        <TextInput label={o('preview.coupons')} hint={o('preview.coupons.hint')} autocapitalize="characters" value={codes.value} onValue={setCodes} />
        {groups.length > 0 && <SelectInput label={o('preview.customer')} value={customer_group_id} choices={[{ value: '', label: o('preview.anybody') }, ...groups.map((g) => ({ value: g.id, label: g.name }))]} onValue={(id) => putCircumstances({ customer_group_id: id })} />}
      </div>
      <Check label={o('preview.exempt.box')} hint={o('preview.exempt.hint')} checked={exempt} onChange={(value) => putCircumstances({ exempt: value })} />
      <div class="sheet-actions">
        <button type="button" class="button primary" onClick={onClose}>
          {t('action.close')}
        </button>
      </div>
    </Sheet>
  );
}
