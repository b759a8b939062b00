/* A new device of the outlet that the session is at. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post, session } from '../../shared/api/client';
import { newId } from '../../shared/ids/ids';
import { say } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { devices } from '../state/lists';
import { deviceKinds, type Device, type DeviceKind } from '../state/model';
import { refusal, type Refusal } from '../state/problem';
import { go } from '../state/route';
import { kindWord } from './devices';
import { at, FormProblem, SelectInput, TextInput } from './field';
import { ThingHead } from './parts';

const letters: Record<DeviceKind, string> = { register: 'R', kitchen: 'K', kiosk: 'S', fridge: 'F', display: 'D' };

/* The next code that nothing in use has: R3 after R1 and R2. */
function freeCode(kind: DeviceKind): string {
  const { id } = session.value!.outlet;
  const taken = new Set(devices.rows.value!.filter((d) => d.outlet_id === id && d.state === 'active').map((d) => d.code));
  let n = 1;
  while (taken.has(`${letters[kind]}${n}`)) n += 1;
  return `${letters[kind]}${n}`;
}

export function NewDevice(): JSX.Element {
  const draft = useSignal<{ kind: DeviceKind; code: string; name: string }>({ kind: 'register', code: freeCode('register'), name: '' });
  const problem = useSignal<Refusal | null>(null);
  const busy = useSignal(false);
  const key = useSignal(newId());
  const put = (change: Partial<typeof draft.value>): void => {
    draft.value = { ...draft.value, ...change };
    key.value = newId();
  };
  const { kind, code, name } = draft.value;
  const submit = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      const body = { outlet_id: session.value!.outlet.id, kind, code: code.trim(), ...(name.trim() ? { name: name.trim() } : {}) };
      const { device } = (await post<{ device: Device }>('/v1/devices', body, key.value)).body;
      devices.put(device);
      say(o('device.added', { code: device.code }));
      go(`devices/${device.id}`);
    } catch (e) {
      problem.value = refusal(e);
    } finally {
      busy.value = false;
    }
  };
  return (
    <form
      class="thing"
      aria-label={o('devices.add')}
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <ThingHead title={o('devices.add')} back={o('nav.devices')} backTo="#/devices" />
      <p class="reason calm">{o('device.add.text', { outlet: session.value!.outlet.name })}</p>
      <div class="fields">
        <SelectInput
          label={o('device.kind')}
          value={kind}
          choices={deviceKinds.map((k) => ({ value: k, label: kindWord(k) }))}
          problem={at(problem.value, 'kind')}
          onValue={(next) => put({ kind: next as DeviceKind, code: freeCode(next as DeviceKind) })}
        />
        <TextInput label={o('device.code')} hint={o('device.code.hint')} maxLength={16} value={code} problem={at(problem.value, 'code')} onValue={(next) => put({ code: next })} />
        <TextInput label={o('device.name')} hint={o('device.name.hint')} maxLength={64} value={name} problem={at(problem.value, 'name')} onValue={(next) => put({ name: next })} />
      </div>
      <FormProblem problem={problem.value} fields={['kind', 'code', 'name']} />
      <footer class="actions">
        <a class="button" href="#/devices">
          {o('action.cancel')}
        </a>
        <button type="submit" class="button primary large" disabled={busy.value || code.trim() === ''}>
          {o('devices.add')}
        </button>
      </footer>
    </form>
  );
}
