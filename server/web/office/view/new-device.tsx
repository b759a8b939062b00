/* A new device of the outlet that the address names, or that the session is at. */
import type { JSX } from 'preact';
import { post, session } from '../../shared/api/client';
import { say } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { devices, outlets } from '../state/lists';
import { deviceKinds, type Device, type DeviceKind } from '../state/model';
import { go, route } from '../state/route';
import { kindWord } from './devices';
import { at, SelectInput, TextInput } from './field';
import { NewForm, useForm } from './form';

const letters: Record<DeviceKind, string> = { register: 'R', kitchen: 'K', kiosk: 'S', fridge: 'F', display: 'D' };

function outlet(): { id: string; name: string } {
  const asked = route.value.query.get('outlet');
  return outlets.rows.value?.find((one) => one.id === asked) ?? session.value!.outlet;
}

/* The next code that nothing in use has: R3 after R1 and R2. */
function freeCode(kind: DeviceKind): string {
  const { id } = outlet();
  const taken = new Set(devices.rows.value!.filter((d) => d.outlet_id === id && d.state === 'active').map((d) => d.code));
  let n = 1;
  while (taken.has(`${letters[kind]}${n}`)) n += 1;
  return `${letters[kind]}${n}`;
}

export function NewDevice(): JSX.Element {
  const form = useForm<{ kind: DeviceKind; code: string; name: string }>(() => ({ kind: 'register', code: freeCode('register'), name: '' }));
  const { kind, code, name } = form.draft;
  const submit = async (key: string): Promise<void> => {
    const body = { outlet_id: outlet().id, kind, code: code.trim(), ...(name.trim() ? { name: name.trim() } : {}) };
    const { device } = (await post<{ device: Device }>('/v1/devices', body, key)).body;
    devices.put(device);
    say(o('device.added', { code: device.code }));
    go(`devices/${device.id}`);
  };
  return (
    <NewForm form={form} title={o('devices.add')} list={o('nav.devices')} page="devices" fields={['kind', 'code', 'name']} ready={code.trim() !== ''} submit={() => void form.run(submit)}>
      <p class="reason calm">{o('device.add.text', { outlet: outlet().name })}</p>
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
