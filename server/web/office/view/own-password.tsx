/* Another password for oneself. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { ApiError, post } from '../../shared/api/client';
import { say } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { refusal, type Refusal } from '../state/problem';
import { at, FormProblem, TextInput } from './field';

const fields = ['current_password', 'new_password', 'code'];

/* A wrong password or code names no field. */
function fieldOf(e: unknown): Refusal {
  const found = refusal(e);
  const field = { bad_credentials: 'current_password', second_factor_required: 'code' }[found.code];
  return field ? { ...found, field } : found;
}

export function OwnPassword(): JSX.Element {
  const blank = { current_password: '', new_password: '', code: '' };
  const draft = useSignal(blank);
  const problem = useSignal<Refusal | null>(null);
  const factor = useSignal(false);
  const put = (name: keyof typeof blank) => (value: string) => {
    draft.value = { ...draft.value, [name]: value };
  };
  const submit = async (): Promise<void> => {
    const { code, ...body } = draft.value;
    try {
      await post('/v1/auth/password/change', code ? { ...body, code } : body);
      problem.value = null;
      draft.value = blank;
      say(o('password.changed'));
    } catch (e) {
      const asks = e instanceof ApiError && e.problem.code === 'second_factor_required' && !factor.value;
      problem.value = asks ? null : fieldOf(e);
      factor.value ||= asks;
    }
  };
  const { current_password, new_password, code } = draft.value;
  return (
    <form
      class="block wide"
      aria-label={o('password.title')}
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <h2>{o('password.title')}</h2>
      <p>{o('password.text')}</p>
      <div class="fields">
        <TextInput label={o('password.current')} type="password" autocomplete="current-password" maxLength={128} value={current_password} problem={at(problem.value, 'current_password')} onValue={put('current_password')} />
        <TextInput label={o('password.new')} hint={o('password.hint')} type="password" autocomplete="new-password" maxLength={128} value={new_password} problem={at(problem.value, 'new_password')} onValue={put('new_password')} />
        {factor.value && <TextInput label={o('field.code')} hint={o('field.code.hint')} autocomplete="one-time-code" maxLength={32} value={code} problem={at(problem.value, 'code')} onValue={put('code')} />}
      </div>
      <FormProblem problem={problem.value} fields={fields} />
      <button type="submit" class="button" disabled={!current_password || !new_password}>
        {o('password.go')}
      </button>
    </form>
  );
}
