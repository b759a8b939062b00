/* Sign-in with staff number and PIN pad; where we are comes from the page's address and can be corrected. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { ApiError, request, setSession } from '../api/client';
import type { Session } from '../api/types';
import type { MessageKey } from '../i18n/en';
import { t } from '../i18n/i18n';
import { Numpad, padKeyOf, type PadKey } from './numpad';

const staffMax = 16;
const pinMax = 12;

function remember(place: Record<string, string>): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(place)) url.searchParams.set(name, value);
  history.replaceState(null, '', url);
}

export function SignIn(props: { title: MessageKey; device: MessageKey }): JSX.Element {
  const asked = new URLSearchParams(location.search);
  const place = useSignal({
    tenant: asked.get('tenant') ?? '',
    outlet: asked.get('outlet') ?? '',
    register: asked.get('register') ?? '',
  });
  const editPlace = useSignal(!place.value.tenant || !place.value.outlet || !place.value.register);
  const staff = useSignal(asked.get('staff') ?? '');
  const pin = useSignal('');
  const at = useSignal<'staff' | 'pin'>(staff.value ? 'pin' : 'staff');
  const notice = useSignal('');
  const busy = useSignal(false);

  const submit = async (): Promise<void> => {
    if (busy.value) return;
    if (at.value === 'staff' && pin.value === '') {
      at.value = 'pin';
      return;
    }
    busy.value = true;
    try {
      const body = { ...place.value, staff: staff.value, pin: pin.value };
      const answer = await request<Session>('/v1/auth/pin', { method: 'POST', body });
      remember(place.value);
      setSession(answer.body);
    } catch (e) {
      const known = e instanceof ApiError;
      notice.value = !known ? t('signin.offline') : e.problem.code === 'locked_out' ? t('signin.locked', { n: Math.ceil(e.retryAfterMs / 1000) }) : e.problem.status === 401 ? t('signin.wrong') : `${e.message} (${e.problem.code})`;
      pin.value = '';
      at.value = 'pin';
    } finally {
      busy.value = false;
    }
  };

  const onKey = (key: PadKey): void => {
    notice.value = '';
    const [entry, max] = at.value === 'staff' ? ([staff, staffMax] as const) : ([pin, pinMax] as const);
    if (key === 'clear') entry.value = '';
    else if (key === 'delete') entry.value = entry.value.slice(0, -1);
    else entry.value = (entry.value + key).slice(0, max);
  };

  /* Before the first paint: who sees the page may type. */
  useLayoutEffect(() => {
    const listen = (e: KeyboardEvent): void => {
      if (e.target instanceof HTMLInputElement) return;
      const key = padKeyOf(e);
      if (key) onKey(key);
      else if (e.key === 'Enter' && !(e.target instanceof HTMLButtonElement)) void submit();
      else if (e.key === 'ArrowUp' || e.key === 'ArrowDown') at.value = at.value === 'staff' ? 'pin' : 'staff';
      else return;
      e.preventDefault();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);

  const placeField = (name: 'tenant' | 'outlet' | 'register', label: string): JSX.Element => (
    <label class="field">
      <span>{label}</span>
      <input
        class="input"
        value={place.value[name]}
        autocapitalize="off"
        spellcheck={false}
        onInput={(e) => (place.value = { ...place.value, [name]: e.currentTarget.value.trim() })}
      />
    </label>
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
          <h1>{t(props.title)}</h1>
          {!editPlace.value && (
            <span class="place">
              {place.value.tenant} · {place.value.outlet} · {place.value.register}
            </span>
          )}
        </header>
        {editPlace.value && (
          <div class="place-fields">
            {placeField('tenant', t('signin.business'))}
            {placeField('outlet', t('signin.outlet'))}
            {placeField('register', t(props.device))}
          </div>
        )}
        <div class="who">
          <button type="button" class="entry" aria-pressed={at.value === 'staff'} onClick={() => (at.value = 'staff')}>
            <span>{t('signin.staff')}</span>
            <b>{staff.value}</b>
          </button>
          <button
            type="button"
            class="entry"
            aria-pressed={at.value === 'pin'}
            aria-label={`${t('signin.pin')}, ${t('signin.digits', { n: pin.value.length })}`}
            onClick={() => (at.value = 'pin')}
          >
            <span>{t('signin.pin')}</span>
            <b aria-hidden="true">{'•'.repeat(pin.value.length)}</b>
          </button>
        </div>
        <Numpad wide={false} onKey={onKey} />
        <button type="submit" class="button primary large" disabled={busy.value || staff.value === ''}>
          {t('signin.go')}
        </button>
        <p class="notice" role="alert">
          {notice.value}
        </p>
      </form>
    </main>
  );
}
