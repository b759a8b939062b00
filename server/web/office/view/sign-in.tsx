/* Signing in to the back office: with staff number and PIN, as at a register. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { ApiError, request, setSession } from '../../shared/api/client';
import type { Session } from '../../shared/api/types';
import { t } from '../../shared/i18n/i18n';
import { o } from '../i18n/words';
import { refusal } from '../state/problem';
import { TextInput } from './field';

function remember(place: Record<string, string>): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(place)) url.searchParams.set(name, value);
  history.replaceState(null, '', url);
}

function said(e: unknown): string {
  if (!(e instanceof ApiError)) return t('signin.offline');
  return e.problem.code === 'bad_credentials' ? t('signin.wrong') : refusal(e).text;
}

export function SignIn(): JSX.Element {
  const asked = new URLSearchParams(location.search);
  const draft = useSignal({ tenant: asked.get('tenant') ?? '', outlet: asked.get('outlet') ?? '', staff: asked.get('staff') ?? '', pin: '' });
  const notice = useSignal('');
  const busy = useSignal(false);
  const put = (name: string) => (value: string) => {
    draft.value = { ...draft.value, [name]: value };
  };
  const { tenant, outlet, staff, pin } = draft.value;
  const submit = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    notice.value = '';
    try {
      const body = { tenant: tenant.trim(), outlet: outlet.trim(), staff: staff.trim(), pin };
      const answer = await request<Session>('/v1/auth/pin', { method: 'POST', body });
      remember({ tenant: body.tenant, outlet: body.outlet });
      setSession(answer.body);
    } catch (e) {
      notice.value = said(e);
      put('pin')('');
    } finally {
      busy.value = false;
    }
  };
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
        <div class="fields tight">
          <TextInput label={t('signin.business')} value={tenant} maxLength={63} required autocomplete="organization" onValue={put('tenant')} />
          <TextInput label={t('signin.outlet')} value={outlet} maxLength={32} required onValue={put('outlet')} />
          <TextInput label={t('signin.staff')} value={staff} maxLength={16} required inputMode="numeric" autocomplete="username" autofocus={tenant !== ''} onValue={put('staff')} />
          <TextInput label={t('signin.pin')} value={pin} maxLength={12} required type="password" inputMode="numeric" autocomplete="current-password" onValue={put('pin')} />
        </div>
        <button type="submit" class="button primary large" disabled={busy.value}>
          {t('signin.go')}
        </button>
        <p class="notice" role="alert">
          {notice.value}
        </p>
      </form>
    </main>
  );
}
