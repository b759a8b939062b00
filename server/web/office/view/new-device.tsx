/* A new device of the outlet that the session is at. */
import type { JSX } from 'preact';
import { post, session } from '../../shared/api/client';
import { say } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { devices } from '../state/lists';
import { deviceKinds, type Device, type DeviceKind } from '../state/model';
import { go } from '../state/route';
import { kindWord } from './devices';
import { at, SelectInput, TextInput } from './field';
import { NewForm, useForm } from './form';

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
  const form = useForm<{ kind: DeviceKind; code: string; name: string }>(() => ({ kind: 'register', code: freeCode('register'), name: '' }));
  const { kind, code, name } = form.draft;
  const submit = async (key: string): Promise<void> => {
    const body = { outlet_id: session.value!.outlet.id, kind, code: code.trim(), ...(name.trim() ? { name: name.trim() } : {}) };
    const { device } = (await post<{ device: Device }>('/v1/devices', body, key)).body;
    devices.put(device);
    say(o('device.added', { code: device.code }));
    go(`devices/${device.id}`);
  };
  return (
    <NewForm form={form} title={o('devices.add')} list={o('nav.devices')} page="devices" fields={['kind', 'code', 'name']} ready={code.trim() !== ''} submit={() => void form.run(submit)}>
      <p class="reason calm">{o('device.add.text', { outlet: session.value!.outlet.name })}</p>
      <div class="fields">
        <SelectInput
          label={o('device.kind')}
          value={kind}
          choices={deviceKinds.map((k) => ({ value: k, label: kindWord(k) }))}
          problem={at(form.problem, 'kind')}
          onValue={(next) => form.put({ kind: next as DeviceKind, code: freeCode(next as DeviceKind) })}
        />
        <TextInput label={o('device.code')} hint={o('device.code.hint')} maxLength={16} value={code} problem={at(form.problem, 'code')} onValue={(next) => form.put({ code: next })} />
        <TextInput label={o('device.name')} hint={o('device.name.hint')} maxLength={64} value={name} problem={at(form.problem, 'name')} onValue={(next) => form.put({ name: next })} />
      </div>
    </NewForm>
  );
}
