/* Sign-in with staff number and PIN pad; where we are comes from the page's address and can be corrected. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { ApiError, request, setSession } from '../api/client';
import type { Session } from '../api/types';
import type { Paired } from '../device/device-key';
import { proofOf, type Place } from '../device/proof';
import type { MessageKey } from '../i18n/en';
import { t } from '../i18n/i18n';
import { say } from './overlay';
import { Numpad, padKeyOf, type PadKey } from './numpad';
import { Pair } from './pair';

const staffMax = 16;
const pinMax = 12;

function remember(place: Record<string, string>): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(place)) url.searchParams.set(name, value);
  history.replaceState(null, '', url);
}

const path = '/v1/auth/pin';

/* With the proof of the device where this browser has its key; once more by the server's clock when ours is wrong. */
async function signIn(place: Place, who: { staff: string; pin: string }): Promise<Session> {
  const body = { ...place, ...who };
  const attempt = async (offsetMs: number): Promise<Session> =>
    (await request<Session>(path, { method: 'POST', body, device: await proofOf(place, path, body, offsetMs) })).body;
  try {
    return await attempt(0);
  } catch (e) {
    if (!(e instanceof ApiError) || e.problem.code !== 'clock_skew' || e.serverTimeUs === null) throw e;
    return attempt(e.serverTimeUs / 1000 - Date.now());
  }
}

function said(e: unknown): string {
  if (!(e instanceof ApiError)) return t('signin.offline');
  const { code, status } = e.problem;
  if (code === 'locked_out') return t('signin.locked', { n: Math.ceil(e.retryAfterMs / 1000) });
  if (code === 'pairing_required' || code === 'device_key_invalid') return t('signin.unpaired');
  return status === 401 ? t('signin.wrong') : `${e.message} (${code})`;
}

/* A screen that was paired on the register's page is a screen all the same. */
function pageOf(paired: Paired): string {
  const query = new URLSearchParams({ tenant: paired.tenant.slug, outlet: paired.outlet.code, register: paired.code });
  return `/${paired.kind === 'kitchen' ? 'kitchen' : 'register'}/?${query}`;
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
  const pairing = useSignal(false);
  const busy = useSignal(false);

  const submit = async (): Promise<void> => {
    if (busy.value) return;
    if (at.value === 'staff' && pin.value === '') {
      at.value = 'pin';
      return;
    }
    busy.value = true;
    try {
      const session = await signIn(place.value, { staff: staff.value, pin: pin.value });
      remember(place.value);
      setSession(session);
    } catch (e) {
      notice.value = said(e);
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
      if (pairing.value || e.target instanceof HTMLInputElement) return;
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

  const onPaired = (paired: Paired): void => {
    const page = pageOf(paired);
    if (!location.pathname.startsWith(page.split('?')[0]!)) {
      location.assign(page);
      return;
    }
    place.value = { tenant: paired.tenant.slug, outlet: paired.outlet.code, register: paired.code };
    remember(place.value);
    editPlace.value = false;
    pairing.value = false;
    say(t('pair.done', { code: paired.code, name: paired.tenant.name }));
  };

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
  if (pairing.value) {
    return (
      <main class="signin">
        <Pair tenant={place.value.tenant} onPaired={onPaired} onBack={() => (pairing.value = false)} />
      </main>
    );
  }
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
        <button type="button" class="button quiet" onClick={() => (pairing.value = true)}>
          {t('pair.title')}
        </button>
        <p class="notice" role="alert">
          {notice.value}
        </p>
      </form>
    </main>
  );
}
