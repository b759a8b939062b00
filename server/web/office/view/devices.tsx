/* Devices of the business: the list, read again while it is looked at. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { Empty } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import type { OfficeKey } from '../i18n/en';
import { dateTime, o } from '../i18n/words';
import { devices, outlets } from '../state/lists';
import type { Device, DeviceKind } from '../state/model';
import { may } from '../state/rights';
import { route } from '../state/route';
import { DevicePage } from './device';
import { NewDevice } from './new-device';
import { lists, ListHead, Loaded } from './parts';
import { Rows } from './rows';

const againMs = 10_000;

export const kindWord = (kind: DeviceKind): string => o(`device.kind.${kind}` as OfficeKey);

export function seen(device: Device): string {
  if (device.online) return o('device.online');
  if (!device.last_seen_at) return o('device.never');
  return o('device.seen', { t: dateTime(device.last_seen_at, session.value?.outlet.timezone) });
}

export function DeviceTags({ device }: { device: Device }): JSX.Element {
  if (device.state === 'revoked') return <span class="tag">{o('device.revoked')}</span>;
  return (
    <>
      {device.outlet_id !== session.value?.outlet.id && <span class="tag">{o('device.elsewhere')}</span>}
      {device.online && <span class="tag ok">{o('device.online')}</span>}
      <span class={`tag ${device.paired_at ? '' : 'warn'}`}>{o(device.paired_at ? 'device.paired' : 'device.unpaired')}</span>
    </>
  );
}

/** Reads the devices again and again while a page about them is open and seen. */
export function useFreshDevices(): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') void devices.load();
    }, againMs);
    return () => clearInterval(timer);
  }, []);
}

function DeviceList(): JSX.Element {
  useFreshDevices();
  return (
    <section class="page" aria-label={o('nav.devices')}>
      <ListHead title={o('nav.devices')} search={o('devices.search')}>
        {may('device.write') && (
          <a class="button primary" href="#/devices/new">
            <Icon name="plus" />
            {o('devices.add')}
          </a>
        )}
      </ListHead>
      <Loaded lists={lists(devices)}>
        {() => (
          <Rows
            label={o('nav.devices')}
            rows={devices.rows.value!}
            columns={[
              { key: 'code', title: o('device.code'), value: (d) => (d.name && d.name !== d.code ? `${d.code} · ${d.name}` : d.code) },
              { key: 'kind', title: o('device.kind'), value: (d) => kindWord(d.kind) },
              { key: 'seen', title: o('device.lastseen'), value: seen },
            ]}
            idOf={(d) => d.id}
            href={(d) => `#/devices/${d.id}`}
            tags={(d) => <DeviceTags device={d} />}
            none={<Empty title={o('devices.none')} hint={o('devices.none.hint')} />}
          />
        )}
      </Loaded>
    </section>
  );
}

export function DevicesPage(): JSX.Element {
  const { id } = route.value;
  if (id === null) return <DeviceList />;
  return (
    <section class="page" aria-label={o('nav.devices')}>
      <Loaded lists={lists(devices, ...(route.value.query.has('outlet') ? [outlets] : []))}>{() => (id === 'new' ? <NewDevice /> : <DevicePage key={id} id={id} />)}</Loaded>
    </section>
  );
}
