/* One device: its name, pairing it, and taking it out of use. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post, session } from '../../shared/api/client';
import { Empty } from '../../shared/ui/controls';
import { say, Sheet, warn } from '../../shared/ui/overlay';
import { dateTime, o } from '../i18n/words';
import { devices } from '../state/lists';
import type { Device } from '../state/model';
import { refusal, type Refusal } from '../state/problem';
import { may } from '../state/rights';
import { DeviceTags, kindWord, seen, useFreshDevices } from './devices';
import { SavedField, TextInput } from './field';
import { Pairing } from './pairing';
import { ThingHead } from './parts';

async function rename(id: string, name: string): Promise<void> {
  devices.put((await post<{ device: Device }>(`/v1/devices/${id}`, { name })).body.device);
}

async function saveName(device: Device, name: string): Promise<void> {
  await rename(device.id, name);
  say(o('saved'), () => void rename(device.id, device.name).catch((e: unknown) => warn(refusal(e).text)));
}

/* For good, so it takes another gesture than the touch that opened this: writing the code. */
function RevokeSheet({ device, onClose }: { device: Device; onClose: () => void }): JSX.Element {
  const typed = useSignal('');
  const problem = useSignal<Refusal | null>(null);
  const same = typed.value.trim().toUpperCase() === device.code.toUpperCase();
  const submit = async (): Promise<void> => {
    if (!same) return;
    try {
      devices.put((await post<{ device: Device }>(`/v1/devices/${device.id}/revoke`, {})).body.device);
      say(o('device.revoke.done', { code: device.code }));
      onClose();
    } catch (e) {
      problem.value = refusal(e);
    }
  };
  return (
    <Sheet title={o('device.revoke.title', { code: device.code })} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(e) => {
          e.preventDefault();
          void submit();
        }}
      >
        <ul class="consequences">
          <li>{o('device.revoke.sessions')}</li>
          <li>{o('device.revoke.log')}</li>
          <li>{o('device.revoke.good', { code: device.code })}</li>
        </ul>
        <TextInput label={o('device.revoke.type', { code: device.code })} value={typed.value} problem={problem.value} onValue={(value) => (typed.value = value)} />
        <button type="submit" class="button stop large" disabled={!same}>
          {o('device.revoke.go', { code: device.code })}
        </button>
      </form>
    </Sheet>
  );
}

function Facts({ device }: { device: Device }): JSX.Element {
  const zone = session.value?.outlet.timezone;
  const facts: [string, string][] = [
    [o('device.kind'), kindWord(device.kind)],
    [o('device.series'), device.series],
    [o('device.lastseen'), seen(device)],
    [o('device.pairedat'), device.paired_at ? dateTime(device.paired_at, zone) : o('device.unpaired')],
    [o('device.app'), device.app ?? '–'],
  ];
  return (
    <dl class="pairs facts-list">
      {facts.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}-value`}>{value}</dd>])}
    </dl>
  );
}

export function DevicePage({ id }: { id: string }): JSX.Element {
  const revoking = useSignal(false);
  useFreshDevices();
  const device = devices.rows.value!.find((d) => d.id === id);
  if (!device) return <Empty title={o('lost.title')} hint={o('lost.text')} />;
  const locked = !may('device.write') || device.state === 'revoked';
  return (
    <div class="thing">
      <ThingHead title={device.code} back={o('nav.devices')} backTo="#/devices">
        <span class="tags">
          <DeviceTags device={device} />
        </span>
      </ThingHead>
      {device.state === 'revoked' ? <p class="reason">{o('device.revoked.text')}</p> : locked && <p class="reason">{o('device.readonly')}</p>}
      <div class="fields">
        <SavedField label={o('device.name')} hint={o('device.name.hint')} maxLength={64} value={device.name} disabled={locked} save={(name) => saveName(device, name)} />
      </div>
      <Facts device={device} />
      {!locked && <Pairing device={device} />}
      {!locked && (
        <div class="block">
          <h2>{o('device.revoke')}</h2>
          <p>{o('device.revoke.text')}</p>
          <button type="button" class="button stop" onClick={() => (revoking.value = true)}>
            {o('device.revoke.open')}
          </button>
        </div>
      )}
      {revoking.value && <RevokeSheet device={device} onClose={() => (revoking.value = false)} />}
    </div>
  );
}
