/* The pairing code of a device: large enough to be read across a counter, with the time that is left. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { post, session } from '../../shared/api/client';
import { Sheet } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { devices } from '../state/lists';
import type { Device, PairingCode } from '../state/model';
import { refusal, type Refusal } from '../state/problem';
import { FormProblem } from './field';

const validMs = 600_000;
const tickMs = 1_000;
const lookMs = 3_000;

const clock = (ms: number): string => {
  const s = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
};

const grouped = (code: string): string => code.replace(/^(.{4})(.{4})$/, '$1-$2');

function CodeSheet(props: { device: Device; code: string; untilMs: number; onClose: () => void; again: () => void }): JSX.Element {
  const left = useSignal(props.untilMs - Date.now());
  useEffect(() => {
    const tick = (): void => {
      left.value = props.untilMs - Date.now();
    };
    tick();
    const timers = [setInterval(tick, tickMs), setInterval(() => void devices.load(), lookMs)];
    return () => timers.forEach(clearInterval);
  }, [props.untilMs]);
  const paired = devices.rows.value?.find((d) => d.id === props.device.id)?.paired_at;
  const over = left.value <= 0;
  return (
    <Sheet title={o('pairing.title', { code: props.device.code })} onClose={props.onClose}>
      {paired ? (
        <p class="pairing-done" role="status">
          {o('pairing.done', { code: props.device.code })}
        </p>
      ) : (
        <>
          <output class={`pairing-code num ${over ? 'over' : ''}`} aria-label={o('pairing.code')}>
            {grouped(props.code)}
          </output>
          <p class="pairing-left num" role="timer">
            {over ? o('pairing.over') : o('pairing.left', { t: clock(left.value) })}
          </p>
          <ol class="pairing-steps">
            <li>{o('pairing.step.open')}</li>
            <li>{o('pairing.step.business', { tenant: session.value!.tenant.slug })}</li>
            <li>{o('pairing.step.code')}</li>
          </ol>
        </>
      )}
      <button type="button" class={`button large ${over && !paired ? 'primary' : ''}`} onClick={over && !paired ? props.again : props.onClose}>
        {over && !paired ? o('pairing.again') : o('pairing.close')}
      </button>
    </Sheet>
  );
}

export function Pairing({ device }: { device: Device }): JSX.Element {
  const code = useSignal<{ text: string; untilMs: number } | null>(null);
  const problem = useSignal<Refusal | null>(null);
  const ask = async (): Promise<void> => {
    problem.value = null;
    try {
      const made = (await post<PairingCode>(`/v1/devices/${device.id}/pairing`, {})).body;
      /* With a wrong clock here the time of its making counts. */
      const untilMs = Math.min(Date.parse(made.expires_at), Date.now() + validMs);
      code.value = { text: made.code, untilMs: untilMs > Date.now() ? untilMs : Date.now() + validMs };
    } catch (e) {
      problem.value = refusal(e);
    }
  };
  return (
    <div class="block">
      <h2>{o('pairing.head')}</h2>
      <p>{o(device.paired_at ? 'pairing.is' : 'pairing.text')}</p>
      {!device.paired_at && (
        <button type="button" class="button primary" onClick={() => void ask()}>
          {o('pairing.go')}
        </button>
      )}
      <FormProblem problem={problem.value} fields={[]} />
      {code.value && <CodeSheet device={device} code={code.value.text} untilMs={code.value.untilMs} again={() => void ask()} onClose={() => (code.value = null)} />}
    </div>
  );
}
