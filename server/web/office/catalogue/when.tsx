/* When a rule holds: days, hours, place; behind "more" dates, channels, customers, guests. What is not given does not matter. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { o } from '../i18n/words';
import { customerGroups } from '../state/catalogue';
import { outlets } from '../state/lists';
import { channels, days, places, type When } from '../state/rules';
import { TextInput } from '../view/field';
import { Part, Toggles } from './fields';
import { channelWord, dayShort, placeWord, whenText } from './when-words';

type Put = (change: Partial<When>) => void;

/** Without the members that limit nothing. */
export function tidy(when: When): When {
  const kept = Object.entries(when).filter(([, value]) => value !== undefined && value !== '' && value !== 0 && !(Array.isArray(value) && value.length === 0));
  return Object.fromEntries(kept) as When;
}

const more = (when: When): boolean =>
  Boolean(when.from ?? when.until ?? when.guests_min) || [when.channels, when.outlet_ids, when.customer_group_ids].some((l) => l && l.length > 0);

function Hours({ when, put, locked }: { when: When; put: Put; locked: boolean }): JSX.Element {
  const field = (label: string, name: 'start' | 'end', other: 'start' | 'end', usual: string): JSX.Element => (
    <TextInput
      label={label}
      type="time"
      disabled={locked}
      value={when[name] ?? ''}
      onValue={(value) => put(value ? { [name]: value, [other]: when[other] ?? usual } : { start: '', end: '' })}
    />
  );
  return (
    <>
      {field(o('when.start'), 'start', 'end', '23:59')}
      {field(o('when.end'), 'end', 'start', '00:00')}
    </>
  );
}

function More({ when, put, locked }: { when: When; put: Put; locked: boolean }): JSX.Element {
  const groups = (customerGroups.rows.value ?? []).filter((g) => g.active || when.customer_group_ids?.includes(g.id));
  const minute = (value: string): string => (value && value.length === 10 ? `${value}T00:00` : value);
  return (
    <details class="more" open={more(when)}>
      <summary>{o('when.more')}</summary>
      <div class="fields">
        <TextInput label={o('when.from')} type="datetime-local" disabled={locked} value={when.from ?? ''} onValue={(from) => put({ from: minute(from) })} />
        <TextInput label={o('when.until')} type="datetime-local" disabled={locked} value={when.until ?? ''} onValue={(until) => put({ until: minute(until) })} />
        <TextInput label={o('when.guests')} hint={o('when.guests.hint')} inputMode="numeric" disabled={locked} value={when.guests_min ? String(when.guests_min) : ''} onValue={(n) => put({ guests_min: Number(n.replace(/\D/g, '')) })} />
      </div>
      <Toggles label={o('when.channels')} choices={channels.map((value) => ({ value, label: channelWord(value) }))} chosen={when.channels ?? []} locked={locked} onChange={(chosen) => put({ channels: chosen })} />
      {groups.length > 0 && <Toggles label={o('when.customers')} choices={groups.map((g) => ({ value: g.id, label: g.name }))} chosen={when.customer_group_ids ?? []} locked={locked} onChange={(chosen) => put({ customer_group_ids: chosen })} />}
      {outlets.rows.value && (outlets.rows.value.length > 1 || (when.outlet_ids?.length ?? 0) > 0) && (
        <Toggles label={o('when.outlets')} choices={outlets.rows.value.map((one) => ({ value: one.id, label: one.name }))} chosen={when.outlet_ids ?? []} locked={locked} onChange={(chosen) => put({ outlet_ids: chosen })} />
      )}
    </details>
  );
}

export function WhenPart(props: { when: When; locked: boolean; title?: string; onChange: (when: When) => void }): JSX.Element {
  const { when, locked } = props;
  const put: Put = (change) => props.onChange(tidy({ ...when, ...change }));
  const groupName = (id: string): string => customerGroups.rows.value?.find((g) => g.id === id)?.name ?? o('when.groups');
  useEffect(() => {
    void customerGroups.load();
    void outlets.load();
  }, []);
  return (
    <Part title={props.title ?? o('when.title')} hint={whenText(when, groupName)}>
      <Toggles label={o('when.days')} choices={days.map((value) => ({ value, label: dayShort(value) }))} chosen={when.days ?? []} locked={locked} onChange={(chosen) => put({ days: chosen })} />
      <div class="fields two">
        <Hours when={when} put={put} locked={locked} />
      </div>
      <Toggles label={o('when.places')} choices={places.map((value) => ({ value, label: placeWord(value) }))} chosen={when.places ?? []} locked={locked} onChange={(chosen) => put({ places: chosen })} />
      <More when={when} put={put} locked={locked} />
    </Part>
  );
}
