/* A second person types number and PIN: for a discount or a void here, for a refund in its own sheet. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../shared/i18n/i18n';
import { Sheet } from '../../shared/ui/overlay';
import { asMoney } from '../state/format';
import { approve, unreachable, whyNot, type SecondPerson } from '../state/approval';
import { sheet, type Asking } from '../state/sheet';

/** The form; `busy` while the server is asked, `amount` what is at stake. */
export function SecondPersonForm(props: { busy: boolean; amount?: number; onGo: (second: SecondPerson) => void }): JSX.Element {
  const staff = useSignal('');
  const pin = useSignal('');
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <form
      class="second"
      aria-label={t('approve.title')}
      onSubmit={(e) => {
        e.preventDefault();
        if (props.busy) return;
        props.onGo({ staff: staff.value.trim(), pin: pin.value });
        pin.value = '';
      }}
    >
      <p>
        {t('approve.text')} {props.amount !== undefined && t('approve.amount', { m: asMoney(props.amount) })}
      </p>
      <label class="field">
        <span>{t('signin.staff')}</span>
        <input
          class="input num"
          required
          inputMode="numeric"
          autocomplete="off"
          maxLength={16}
          ref={first}
          value={staff.value}
          onInput={(e) => (staff.value = e.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>{t('signin.pin')}</span>
        <input
          class="input num"
          required
          type="password"
          inputMode="numeric"
          autocomplete="off"
          minLength={4}
          maxLength={12}
          value={pin.value}
          onInput={(e) => (pin.value = e.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button primary large" disabled={props.busy}>
        {t('approve.go')}
      </button>
    </form>
  );
}

export function ApproveSheet({ asking }: { asking: Asking }): JSX.Element {
  const busy = useSignal(false);
  const problem = useSignal('');
  const close = (): void => {
    sheet.value = null;
  };
  const go = async (second: SecondPerson): Promise<void> => {
    busy.value = true;
    problem.value = '';
    try {
      const approval = await approve(asking.wanted, second);
      if (sheet.value?.kind !== 'approve') return;
      close();
      asking.onApproved(approval);
    } catch (e) {
      problem.value = whyNot(e);
    } finally {
      busy.value = false;
    }
  };
  return (
    <Sheet title={asking.title} onClose={close}>
      <SecondPersonForm busy={busy.value} onGo={(second) => void go(second)} />
      {problem.value && (
        <p class="banner stop" role="alert">
          {problem.value}
        </p>
      )}
      {asking.onWithout && unreachable() && (
        <button
          type="button"
          class="button large"
          onClick={() => {
            close();
            asking.onWithout!();
          }}
        >
          {t('approve.without')}
        </button>
      )}
    </Sheet>
  );
}
