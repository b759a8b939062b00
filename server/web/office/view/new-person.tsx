/* A new person: number, name, role, and at best the PIN at once. */
import type { JSX } from 'preact';
import { post } from '../../shared/api/client';
import { say, warn } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { people, roles } from '../state/lists';
import type { Person } from '../state/model';
import { refusal } from '../state/problem';
import { covers } from '../state/rights';
import { go } from '../state/route';
import { at, SelectInput, TextInput } from './field';
import { NewForm, useForm } from './form';

export const roleChoices = (): { value: string; label: string; disabled: boolean }[] =>
  (roles.rows.value ?? []).map((r) => ({ value: r.id, label: covers(r) ? r.name : o('role.above', { name: r.name }), disabled: !covers(r) }));

/** Gives a person a PIN; throws when it is refused. */
export async function setPin(id: string, pin: string): Promise<void> {
  people.put((await post<{ staff: Person }>(`/v1/staff/${id}/pin`, { pin })).body.staff);
}

export function NewPerson(): JSX.Element {
  const form = useForm(() => ({ number: '', name: '', role_id: '', pin: '' }));
  const { pin, ...person } = form.draft;
  const ready = person.number.trim() !== '' && person.name.trim() !== '' && person.role_id !== '';
  const submit = async (key: string): Promise<void> => {
    const body = { number: person.number.trim(), name: person.name.trim(), role_id: person.role_id };
    const made = (await post<{ staff: Person }>('/v1/staff', body, key)).body.staff;
    people.put(made);
    if (pin) await setPin(made.id, pin).catch((e: unknown) => warn(o('person.added.nopin', { e: refusal(e).text })));
    say(o('person.added', { name: made.name }));
    go(`people/${made.id}`);
  };
  return (
    <NewForm form={form} title={o('people.add')} list={o('nav.people')} page="people" fields={['name', 'number', 'role_id']} ready={ready} submit={() => void form.run(submit)}>
      <div class="fields">
        <TextInput label={o('field.name')} value={person.name} maxLength={64} onValue={(name) => form.put({ name })} problem={at(form.problem, 'name')} />
        <TextInput label={o('field.number')} hint={o('person.number.hint')} inputMode="numeric" maxLength={16} value={person.number} onValue={(number) => form.put({ number })} problem={at(form.problem, 'number')} />
        <SelectInput
          label={o('field.role')}
          value={person.role_id}
          choices={[{ value: '', label: o('role.choose') }, ...roleChoices()]}
          onValue={(role_id) => form.put({ role_id })}
          problem={at(form.problem, 'role_id')}
        />
        <TextInput label={o('person.pin')} hint={o('person.pin.hint')} type="password" autocomplete="new-password" inputMode="numeric" maxLength={12} pattern="[0-9]{4,12}" title={o('person.pin.hint')} value={pin} onValue={(next) => form.put({ pin: next })} />
      </div>
    </NewForm>
  );
}
