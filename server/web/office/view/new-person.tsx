/* A new person: number, name, role, and at best the PIN at once. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post } from '../../shared/api/client';
import { newId } from '../../shared/ids/ids';
import { say, warn } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { people, roles } from '../state/lists';
import type { Person } from '../state/model';
import { refusal, type Refusal } from '../state/problem';
import { covers } from '../state/rights';
import { go } from '../state/route';
import { at, FormProblem, SelectInput, TextInput } from './field';
import { ThingHead } from './parts';

export const roleChoices = (): { value: string; label: string; disabled: boolean }[] =>
  (roles.rows.value ?? []).map((r) => ({ value: r.id, label: covers(r) ? r.name : o('role.above', { name: r.name }), disabled: !covers(r) }));

/** Gives a person a PIN; throws when it is refused. */
export async function setPin(id: string, pin: string): Promise<void> {
  people.put((await post<{ staff: Person }>(`/v1/staff/${id}/pin`, { pin })).body.staff);
}

export function NewPerson(): JSX.Element {
  const draft = useSignal({ number: '', name: '', role_id: '', pin: '' });
  const problem = useSignal<Refusal | null>(null);
  const busy = useSignal(false);
  const key = useSignal(newId());
  const put = (name: string) => (value: string) => {
    draft.value = { ...draft.value, [name]: value };
    key.value = newId();
  };
  const { pin, ...person } = draft.value;
  const ready = person.number.trim() !== '' && person.name.trim() !== '' && person.role_id !== '';

  const submit = async (): Promise<void> => {
    if (busy.value || !ready) return;
    busy.value = true;
    problem.value = null;
    try {
      const body = { number: person.number.trim(), name: person.name.trim(), role_id: person.role_id };
      const made = (await post<{ staff: Person }>('/v1/staff', body, key.value)).body.staff;
      people.put(made);
      if (pin) await setPin(made.id, pin).catch((e: unknown) => warn(o('person.added.nopin', { e: refusal(e).text })));
      say(o('person.added', { name: made.name }));
      go(`people/${made.id}`);
    } catch (e) {
      problem.value = refusal(e);
    } finally {
      busy.value = false;
    }
  };

  return (
    <form
      class="thing"
      aria-label={o('people.add')}
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <ThingHead title={o('people.add')} back={o('nav.people')} backTo="#/people" />
      <div class="fields">
        <TextInput label={o('field.name')} value={person.name} maxLength={64} onValue={put('name')} problem={at(problem.value, 'name')} />
        <TextInput label={o('field.number')} hint={o('person.number.hint')} inputMode="numeric" maxLength={16} value={person.number} onValue={put('number')} problem={at(problem.value, 'number')} />
        <SelectInput
          label={o('field.role')}
          value={person.role_id}
          choices={[{ value: '', label: o('role.choose') }, ...roleChoices()]}
          onValue={put('role_id')}
          problem={at(problem.value, 'role_id')}
        />
        <TextInput label={o('person.pin')} hint={o('person.pin.hint')} type="password" autocomplete="new-password" inputMode="numeric" maxLength={12} pattern="[0-9]{4,12}" title={o('person.pin.hint')} value={pin} onValue={put('pin')} />
      </div>
      <FormProblem problem={problem.value} fields={['name', 'number', 'role_id']} />
      <footer class="actions">
        <a class="button" href="#/people">
          {o('action.cancel')}
        </a>
        <button type="submit" class="button primary large" disabled={!ready || busy.value}>
          {o('people.add')}
        </button>
      </footer>
    </form>
  );
}
