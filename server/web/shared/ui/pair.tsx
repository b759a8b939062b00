/* "Pair this device": the code that the back office shows makes this browser the device. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { ApiError } from '../api/client';
import { pairDevice, type Paired } from '../device/device-key';
import { canPair } from '../device/proof';
import { t } from '../i18n/i18n';

function said(e: unknown): string {
  if (!(e instanceof ApiError)) return t('signin.offline');
  if (e.problem.code === 'pairing_invalid') return t('pair.wrong');
  if (e.problem.code === 'locked_out') return t('signin.locked', { n: Math.ceil(e.retryAfterMs / 1000) });
  return `${e.message} (${e.problem.code})`;
}

export function Pair(props: { tenant: string; onPaired: (paired: Paired) => void; onBack: () => void }): JSX.Element {
  const tenant = useSignal(props.tenant);
  const code = useSignal('');
  const notice = useSignal(canPair() ? '' : t('pair.insecure'));
  const busy = useSignal(false);
  const submit = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    notice.value = '';
    try {
      props.onPaired(await pairDevice(tenant.value.trim(), code.value.trim()));
    } catch (e) {
      notice.value = said(e);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form
      aria-label={t('pair.title')}
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <header>
        <h1>{t('pair.title')}</h1>
        <span class="place">{t('pair.text')}</span>
      </header>
      <label class="field">
        <span>{t('signin.business')}</span>
        <input class="input" required autocapitalize="off" spellcheck={false} value={tenant.value} onInput={(e) => (tenant.value = e.currentTarget.value)} />
      </label>
      <label class="field">
        <span>{t('pair.code')}</span>
        <input class="input pair-code num" required autocapitalize="characters" autocomplete="off" spellcheck={false} maxLength={16} value={code.value} onInput={(e) => (code.value = e.currentTarget.value.toUpperCase())} />
      </label>
      <button type="submit" class="button primary large" disabled={busy.value || !canPair()}>
        {t('pair.go')}
      </button>
      <button type="button" class="button quiet" onClick={props.onBack}>
        {t('action.back')}
      </button>
      <p class="notice" role="alert">
        {notice.value}
      </p>
    </form>
  );
}
