/* E-mail and password for somebody else; they change it themselves later. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post } from '../../shared/api/client';
import { say, Sheet } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import type { Person } from '../state/model';
import { refusal, type Refusal } from '../state/problem';
import { at, FormProblem, TextInput } from './field';

function PasswordSheet({ person, onClose }: { person: Person; onClose: () => void }): JSX.Element {
  const draft = useSignal({ email: '', password: '' });
  const problem = useSignal<Refusal | null>(null);
  const submit = async (): Promise<void> => {
    try {
      await post(`/v1/staff/${person.id}/password`, { email: draft.value.email.trim(), password: draft.value.password });
      say(o('access.given', { name: person.name }));
      onClose();
    } catch (e) {
      problem.value = refusal(e);
    }
  };
  const { email, password } = draft.value;
  return (
    <Sheet title={o('access.title', { name: person.name })} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <p>{o('access.ends')}</p>
        <TextInput label={o('field.email')} type="email" maxLength={254} value={email} problem={at(problem.value, 'email')} onValue={(value) => (draft.value = { ...draft.value, email: value })} />
        <TextInput label={o('password.new')} hint={o('password.hint')} type="password" autocomplete="new-password" maxLength={128} value={password} problem={at(problem.value, 'password')} onValue={(value) => (draft.value = { ...draft.value, password: value })} />
        <FormProblem problem={problem.value} fields={['email', 'password']} />
        <button type="submit" class="button primary large" disabled={!email.trim() || !password}>
          {o('access.go')}
        </button>
      </form>
    </Sheet>
  );
}

export function OfficeAccess({ person, locked }: { person: Person; locked: boolean }): JSX.Element {
  const open = useSignal(false);
  return (
    <div class="block">
      <h2>{o('access.head')}</h2>
      <p>{o('access.text')}</p>
      <button type="button" class="button" disabled={locked} onClick={() => (open.value = true)}>
        {o('access.open')}
      </button>
      {open.value && <PasswordSheet person={person} onClose={() => (open.value = false)} />}
    </div>
  );
}
