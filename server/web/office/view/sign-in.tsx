/* Signing in to the back office: e-mail and password, with the second factor of those who have one, or number and PIN. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { ApiError, request, setSession } from '../../shared/api/client';
import type { Session } from '../../shared/api/types';
import { t } from '../../shared/i18n/i18n';
import { Segmented } from '../../shared/ui/controls';
import { o } from '../i18n/words';
import { refusal } from '../state/problem';
import { ssoNotice, startSso } from '../state/sso';
import { TextInput } from './field';

type Way = 'pin' | 'password';

const remembered = ['tenant', 'outlet', 'way'] as const;
const blank = { tenant: '', outlet: '', staff: '', pin: '', email: '', password: '', code: '', way: 'pin' };
type Draft = typeof blank;

function start(): Draft {
  const asked = new URLSearchParams(location.search);
  const given = Object.fromEntries(['tenant', 'outlet', 'staff', 'way'].map((name) => [name, asked.get(name) ?? '']));
  return { ...blank, ...given, way: given['way'] === 'password' ? 'password' : 'pin' };
}

function remember(draft: Draft): void {
  const url = new URL(location.href);
  for (const name of remembered) if (draft[name]) url.searchParams.set(name, draft[name].trim());
  history.replaceState(null, '', url);
}

async function signIn(draft: Draft): Promise<Session> {
  const [tenant, outlet] = [draft.tenant.trim(), draft.outlet.trim()];
  const pin = { tenant, outlet, staff: draft.staff.trim(), pin: draft.pin };
  const { code } = draft;
  const password = { tenant, email: draft.email.trim(), password: draft.password, ...(outlet && { outlet }), ...(code && { code: code.trim() }) };
  const body = draft.way === 'pin' ? pin : password;
  return (await request<Session>(`/v1/auth/${draft.way}`, { method: 'POST', body })).body;
}

function said(e: unknown, way: Way): string {
  if (!(e instanceof ApiError)) return t('signin.offline');
  return e.problem.code === 'bad_credentials' ? (way === 'pin' ? t('signin.wrong') : o('signin.wrong.password')) : refusal(e).text;
}

export function SignIn(): JSX.Element {
  const draft = useSignal<Draft>(start());
  const factor = useSignal(false);
  const notice = useSignal('');
  const busy = useSignal(false);
  const put = (name: keyof Draft) => (value: string) => {
    draft.value = { ...draft.value, [name]: value };
  };
  const way = draft.value.way as Way;
  const submit = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    notice.value = '';
    ssoNotice.value = '';
    try {
      const session = await signIn(draft.value);
      remember(draft.value);
      setSession(session);
    } catch (e) {
      const asks = e instanceof ApiError && e.problem.code === 'second_factor_required';
      notice.value = asks && !factor.value ? '' : said(e, way);
      factor.value ||= asks;
      put(asks ? 'code' : way)('');
    } finally {
      busy.value = false;
    }
  };
  const text = (name: keyof Draft, label: string, more: Partial<Parameters<typeof TextInput>[0]> = {}): JSX.Element => (
    <TextInput key={name} label={label} required {...more} value={draft.value[name]} onValue={put(name)} />
  );
  return (
    <main class="signin">
      <form
        aria-label={t('signin.title')}
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <header>
          <h1>{o('app.office')}</h1>
        </header>
        <Segmented
          label={o('signin.way')}
          value={way}
          choices={[
            { value: 'pin', label: o('signin.way.pin') },
            { value: 'password', label: o('signin.way.password') },
          ]}
          onChange={(next) => {
            put('way')(next);
            notice.value = '';
          }}
        />
        <div class="fields tight">
          {text('tenant', t('signin.business'), { maxLength: 63, autocomplete: 'organization' })}
          {way === 'pin' && text('outlet', t('signin.outlet'), { maxLength: 32 })}
          {way === 'pin' && text('staff', t('signin.staff'), { maxLength: 16, inputMode: 'numeric', autocomplete: 'username' })}
          {way === 'pin' && text('pin', t('signin.pin'), { maxLength: 12, type: 'password', inputMode: 'numeric', autocomplete: 'current-password' })}
          {way === 'password' && text('email', o('field.email'), { maxLength: 254, type: 'email', autocomplete: 'username' })}
          {way === 'password' && text('password', o('field.password'), { maxLength: 128, type: 'password', autocomplete: 'current-password' })}
          {way === 'password' && factor.value && text('code', o('field.code'), { maxLength: 32, autocomplete: 'one-time-code', hint: o('field.code.hint') })}
        </div>
        <button type="submit" class="button primary large" disabled={busy.value}>
          {t('signin.go')}
        </button>
        {way === 'password' && (
          <button type="button" class="button" disabled={draft.value.tenant.trim() === ''} onClick={() => void startSso(draft.value.tenant.trim())}>
            {o('sso.go')}
          </button>
        )}
        <p class="notice" role="alert">
          {notice.value || ssoNotice.value}
        </p>
      </form>
    </main>
  );
}
