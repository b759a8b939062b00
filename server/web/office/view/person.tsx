/* One person: every field saves by itself and can be taken back; PIN; deactivating. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post, session } from '../../shared/api/client';
import { Empty } from '../../shared/ui/controls';
import { say, Sheet, warn } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { people, roles } from '../state/lists';
import type { Person } from '../state/model';
import { refusal, type Refusal } from '../state/problem';
import { covers, may } from '../state/rights';
import { FormProblem, SavedField, SelectInput, TextInput } from './field';
import { roleChoices, setPin } from './new-person';
import { ThingHead } from './parts';
import { OfficeAccess } from './staff-password';

type Change = Partial<Pick<Person, 'number' | 'name' | 'role_id' | 'active'>>;

async function change(id: string, body: Change): Promise<void> {
  people.put((await post<{ staff: Person }>(`/v1/staff/${id}`, body)).body.staff);
}

/* Saves and offers the way back. */
async function save(person: Person, body: Change, said: string): Promise<void> {
  const before = Object.fromEntries(Object.keys(body).map((name) => [name, person[name as keyof Change]])) as Change;
  await change(person.id, body);
  say(said, () => void change(person.id, before).catch((e: unknown) => warn(refusal(e).text)));
}

function PinSheet({ person, onClose }: { person: Person; onClose: () => void }): JSX.Element {
  const pin = useSignal('');
  const problem = useSignal<Refusal | null>(null);
  const submit = async (): Promise<void> => {
    try {
      await setPin(person.id, pin.value);
      say(o('person.pin.set', { name: person.name }));
      onClose();
    } catch (e) {
      problem.value = refusal(e);
    }
  };
  return (
    <Sheet title={o('person.pin.title', { name: person.name })} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <p>{o('person.pin.ends')}</p>
        <TextInput
          label={o('person.pin')}
          hint={o('person.pin.hint')}
          type="password"
          autocomplete="new-password"
          inputMode="numeric"
          maxLength={12}
          value={pin.value}
          problem={problem.value}
          onValue={(value) => (pin.value = value.replace(/\D/g, ''))}
        />
        <button type="submit" class="button primary large" disabled={pin.value.length < 4}>
          {o('person.pin.go')}
        </button>
      </form>
    </Sheet>
  );
}

function Activity({ person, locked }: { person: Person; locked: boolean }): JSX.Element {
  const problem = useSignal<Refusal | null>(null);
  const run = async (work: () => Promise<void>): Promise<void> => {
    problem.value = null;
    try {
      await work();
    } catch (e) {
      problem.value = refusal(e);
    }
  };
  const deactivate = async (): Promise<void> => {
    people.put((await post<{ staff: Person }>(`/v1/staff/${person.id}/deactivate`, {})).body.staff);
    say(o('person.deactivated', { name: person.name }), () => void run(() => change(person.id, { active: true })));
  };
  return (
    <div class="block">
      <h2>{o(person.active ? 'person.active' : 'person.inactive')}</h2>
      <p>{o(person.active ? 'person.deactivate.text' : 'person.activate.text')}</p>
      {person.active ? (
        <button type="button" class="button stop" disabled={locked} onClick={() => void run(deactivate)}>
          {o('person.deactivate')}
        </button>
      ) : (
        <button type="button" class="button" disabled={locked} onClick={() => void run(() => save(person, { active: true }, o('person.activated', { name: person.name })))}>
          {o('person.activate')}
        </button>
      )}
      <FormProblem problem={problem.value} fields={[]} />
    </div>
  );
}

/* Why a person cannot be changed here, or null. */
function lockReason(person: Person): string | null {
  const role = roles.rows.value!.find((r) => r.id === person.role_id);
  if (!may('staff.write')) return o('person.readonly');
  return role && !covers(role) ? o('person.above') : null;
}

function Details({ person, locked }: { person: Person; locked: boolean }): JSX.Element {
  const problem = useSignal<Refusal | null>(null);
  const saveRole = async (role_id: string): Promise<void> => {
    problem.value = null;
    try {
      await save(person, { role_id }, o('saved'));
    } catch (e) {
      problem.value = refusal(e);
    }
  };
  return (
    <div class="fields">
      <SavedField label={o('field.name')} value={person.name} maxLength={64} disabled={locked} save={(name) => save(person, { name }, o('saved'))} />
      <SavedField
        label={o('field.number')}
        hint={o('person.number.hint')}
        value={person.number}
        maxLength={16}
        disabled={locked}
        save={(number) => save(person, { number }, o('saved'))}
      />
      <SelectInput
        label={o('field.role')}
        hint={o('person.role.hint')}
        disabled={locked}
        value={person.role_id}
        choices={roleChoices()}
        problem={problem.value}
        onValue={(id) => void saveRole(id)}
      />
    </div>
  );
}

export function PersonPage({ id }: { id: string }): JSX.Element {
  const pinning = useSignal(false);
  const person = people.rows.value!.find((p) => p.id === id);
  if (!person) return <Empty title={o('lost.title')} hint={o('lost.text')} />;
  const reason = lockReason(person);
  return (
    <div class="thing">
      <ThingHead title={person.name} back={o('nav.people')} backTo="#/people">
        {person.id === session.value!.staff?.id && <span class="tag">{o('person.you')}</span>}
      </ThingHead>
      {reason && <p class="reason">{reason}</p>}
      <Details person={person} locked={reason !== null} />
      <div class="block">
        <h2>{o('person.pin')}</h2>
        <p>{o(person.has_pin ? 'person.pin.has' : 'person.pin.none')}</p>
        <button type="button" class="button" disabled={reason !== null} onClick={() => (pinning.value = true)}>
          {o(person.has_pin ? 'person.pin.change' : 'person.pin.give')}
        </button>
      </div>
      <OfficeAccess person={person} locked={reason !== null} />
      <Activity person={person} locked={reason !== null} />
      {pinning.value && <PinSheet person={person} onClose={() => (pinning.value = false)} />}
    </div>
  );
}
