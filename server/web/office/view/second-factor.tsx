/* The second factor: its code for an authenticator, the first code back, recovery codes shown once; taking it away. */
import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { ApiError, post } from '../../shared/api/client';
import { say } from '../../shared/ui/overlay';
import { Sheet } from '../../shared/ui/overlay';
import { Qr } from '../../shared/ui/qr';
import { o } from '../i18n/words';
import { refusal, type Refusal } from '../state/problem';
import { TextInput } from './field';
import { Secret } from './secret';

type Step =
  | { at: 'ask' }
  /** Already there: it is taken away with a code. */
  | { at: 'remove' }
  | { at: 'scan'; secret: string; uri: string }
  | { at: 'codes'; codes: string[] };

function useAttempt(): { problem: Signal<Refusal | null>; run: (work: () => Promise<void>) => void } {
  const problem = useSignal<Refusal | null>(null);
  const run = (work: () => Promise<void>): void => {
    problem.value = null;
    work().catch((e: unknown) => {
      problem.value = refusal(e);
    });
  };
  return { problem, run };
}

function Ask({ step }: { step: Signal<Step> }): JSX.Element {
  const password = useSignal('');
  const { problem, run } = useAttempt();
  const submit = async (): Promise<void> => {
    try {
      const made = (await post<{ secret: string; uri: string }>('/v1/auth/totp/enrol', { password: password.value })).body;
      step.value = { at: 'scan', ...made };
    } catch (e) {
      if (!(e instanceof ApiError) || e.problem.code !== 'second_factor_required') throw e;
      step.value = { at: 'remove' };
    }
  };
  return (
    <form
      class="fields"
      onSubmit={(e) => {
        e.preventDefault();
        run(submit);
      }}
    >
      <TextInput label={o('field.password')} type="password" autocomplete="current-password" maxLength={128} value={password.value} problem={problem.value} onValue={(value) => (password.value = value)} />
      <button type="submit" class="button primary large" disabled={!password.value}>
        {o('factor.next')}
      </button>
    </form>
  );
}

function Scan({ step, secret, uri }: { step: Signal<Step>; secret: string; uri: string }): JSX.Element {
  const code = useSignal('');
  const { problem, run } = useAttempt();
  const submit = async (): Promise<void> => {
    const { recovery_codes: codes } = (await post<{ recovery_codes: string[] }>('/v1/auth/totp/confirm', { code: code.value.trim() })).body;
    step.value = { at: 'codes', codes };
  };
  return (
    <form
      class="fields"
      onSubmit={(e) => {
        e.preventDefault();
        run(submit);
      }}
    >
      <p>{o('factor.scan')}</p>
      <Qr text={uri} label={o('factor.qr')} />
      <p class="secret num">{secret.replace(/(.{4})(?=.)/g, '$1 ')}</p>
      <TextInput label={o('factor.code')} inputMode="numeric" autocomplete="one-time-code" maxLength={6} value={code.value} problem={problem.value} onValue={(value) => (code.value = value)} />
      <button type="submit" class="button primary large" disabled={code.value.trim().length !== 6}>
        {o('factor.confirm')}
      </button>
    </form>
  );
}

function Remove({ onClose }: { onClose: () => void }): JSX.Element {
  const password = useSignal('');
  const code = useSignal('');
  const { problem, run } = useAttempt();
  const submit = async (): Promise<void> => {
    await post('/v1/auth/totp/disable', { password: password.value, code: code.value.trim() });
    say(o('factor.removed'));
    onClose();
  };
  return (
    <form
      class="fields"
      onSubmit={(e) => {
        e.preventDefault();
        run(submit);
      }}
    >
      <p>{o('factor.there')}</p>
      <TextInput label={o('field.password')} type="password" autocomplete="current-password" maxLength={128} value={password.value} onValue={(value) => (password.value = value)} />
      <TextInput label={o('field.code')} hint={o('field.code.hint')} autocomplete="one-time-code" maxLength={32} value={code.value} problem={problem.value} onValue={(value) => (code.value = value)} />
      <button type="submit" class="button stop large" disabled={!password.value || code.value.trim().length < 6}>
        {o('factor.remove')}
      </button>
    </form>
  );
}

function FactorSheet({ onClose }: { onClose: () => void }): JSX.Element {
  const step = useSignal<Step>({ at: 'ask' });
  const now = step.value;
  return (
    <Sheet title={o('factor.title')} onClose={onClose}>
      {now.at === 'ask' && <Ask step={step} />}
      {now.at === 'scan' && <Scan step={step} secret={now.secret} uri={now.uri} />}
      {now.at === 'remove' && <Remove onClose={onClose} />}
      {now.at === 'codes' && <Secret text={now.codes.join('\n')} what={o('factor.codes')} hint={o('factor.codes.text')} onDone={onClose} />}
    </Sheet>
  );
}

export function SecondFactor(): JSX.Element {
  const open = useSignal(false);
  return (
    <div class="block">
      <h2>{o('factor.title')}</h2>
      <p>{o('factor.text')}</p>
      <button type="button" class="button" onClick={() => (open.value = true)}>
        {o('factor.open')}
      </button>
      {open.value && <FactorSheet onClose={() => (open.value = false)} />}
    </div>
  );
}
