/* Outlets: what they are called, their clock and stations, the devices there, and new ones as far as the licence goes. */
import type { JSX } from 'preact';
import { useId } from 'preact/hooks';
import { post, session } from '../../shared/api/client';
import { t } from '../../shared/i18n/i18n';
import { Empty } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { say, warn } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { devices, outlets } from '../state/lists';
import type { Outlet } from '../state/model';
import { refusal, wrong, type Refusal } from '../state/problem';
import { may } from '../state/rights';
import { go, route } from '../state/route';
import { kindWord, seen, useFreshDevices } from '../view/devices';
import { at, FormProblem, TextInput } from '../view/field';
import { NewForm, useForm, type Form } from '../view/form';
import { lists, ListHead, Loaded, ThingHead } from '../view/parts';
import { Rows } from '../view/rows';
import { Cell, Lines, Part } from './fields';
import { History } from './history';
import { codeOf } from './rule-form';

interface Draft {
  name: string;
  code: string;
  timezone: string;
  stations: { name: string }[];
}

const draftOf = (row: Outlet | null): Draft => ({
  name: row?.name ?? '',
  code: row?.code ?? '',
  timezone: row?.timezone ?? session.value!.outlet.timezone,
  stations: (row?.stations ?? []).map((name) => ({ name })),
});

/* What is sent, or the field that cannot be. */
function bodyOf(draft: Draft): Record<string, unknown> | Refusal {
  const stations = draft.stations.map((s) => s.name.trim()).filter(Boolean);
  if (new Set(stations).size < stations.length) return wrong('stations', o('outlet.station.twice'));
  return { name: draft.name.trim(), timezone: draft.timezone.trim(), stations };
}

const isRefusal = (read: Record<string, unknown> | Refusal): read is Refusal => 'text' in read;

/* The zone is known to the server or not; its own words would say less. */
const zoneProblem = (problem: Refusal | null): Refusal | null => {
  const found = at(problem, 'timezone');
  return found ? { ...found, text: o('outlet.zone.wrong') } : null;
};

const zones = (): string[] => (Intl as unknown as { supportedValuesOf?: (key: string) => string[] }).supportedValuesOf?.('timeZone') ?? [];

function Facts({ form, locked, isNew }: { form: Form<Draft>; locked: boolean; isNew: boolean }): JSX.Element {
  const { draft, problem, put } = form;
  const listId = useId();
  const follows = isNew && draft.code === codeOf(draft.name);
  return (
    <>
      <div class="fields">
        <TextInput label={o('field.name')} value={draft.name} maxLength={64} required disabled={locked} problem={at(problem, 'name')} onValue={(name) => put(follows ? { name, code: codeOf(name) } : { name })} />
        <TextInput label={o('row.code')} hint={o('outlet.code.hint')} value={draft.code} maxLength={32} required disabled={locked || !isNew} problem={at(problem, 'code')} onValue={(code) => put({ code })} />
        <TextInput label={o('outlet.zone')} hint={o('outlet.zone.hint')} value={draft.timezone} list={listId} required disabled={locked} problem={zoneProblem(problem)} onValue={(timezone) => put({ timezone })} />
        <datalist id={listId}>
          {zones().map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </div>
      <Part title={o('outlet.stations')} hint={o('outlet.stations.hint')}>
        <Lines
          label={o('outlet.stations')}
          heads={[o('outlet.station')]}
          rows={draft.stations}
          blank={() => ({ name: '' })}
          add={o('outlet.station.add')}
          locked={locked}
          cells={(row, change) => [<Cell key="name" label={o('outlet.station')} value={row.name} locked={locked} onValue={(name) => change({ name })} />]}
          onChange={(stations) => put({ stations })}
        />
        <p class="form-problem" role="alert">
          {at(problem, 'stations')?.text ?? ''}
        </p>
      </Part>
    </>
  );
}

function NewOutlet(): JSX.Element {
  const form = useForm<Draft>(() => draftOf(null));
  const { name, code, timezone } = form.draft;
  const submit = async (key: string): Promise<void> => {
    const body = bodyOf(form.draft);
    if (isRefusal(body)) return form.refuse(body);
    const { outlet } = (await post<{ outlet: Outlet }>('/v1/outlets', { ...body, code: code.trim() }, key)).body;
    outlets.put(outlet);
    say(o('outlet.added', { name: outlet.name }));
    go(`outlets/${outlet.id}`);
  };
  return (
    <NewForm form={form} title={o('outlets.add')} list={o('outlets.title')} page="outlets" fields={['name', 'code', 'timezone', 'stations']} ready={[name, code, timezone].every((text) => text.trim() !== '')} submit={() => void form.run(submit)}>
      <Facts form={form} locked={false} isNew />
    </NewForm>
  );
}

function DevicesHere({ outlet }: { outlet: Outlet }): JSX.Element {
  useFreshDevices();
  const here = (devices.rows.value ?? []).filter((d) => d.outlet_id === outlet.id && d.state === 'active');
  return (
    <Part title={o('outlet.devices')}>
      {here.length === 0 && <p>{o('outlet.devices.none')}</p>}
      <ul class="outlet-devices" aria-label={o('outlet.devices')}>
        {here.map((device) => (
          <li key={device.id}>
            <a href={`#/devices/${device.id}`}>{device.name && device.name !== device.code ? `${device.code} · ${device.name}` : device.code}</a>
            <span>
              {kindWord(device.kind)} · {seen(device)}
            </span>
            <span class={`tag ${device.paired_at ? '' : 'warn'}`}>{o(device.paired_at ? 'device.paired' : 'device.unpaired')}</span>
          </li>
        ))}
      </ul>
      {may('device.write') && (
        <a class="button" href={`#/devices/new?outlet=${outlet.id}`}>
          <Icon name="plus" />
          {o('outlet.devices.add')}
        </a>
      )}
    </Part>
  );
}

async function write(outlet: Outlet, body: Record<string, unknown>, key?: string): Promise<Outlet> {
  const saved = (await post<{ outlet: Outlet }>(`/v1/outlets/${outlet.id}`, { ...body, version: outlet.version }, key)).body.outlet;
  outlets.put(saved);
  return saved;
}

function Buttons({ form, locked }: { form: Form<Draft>; locked: boolean }): JSX.Element {
  const conflict = form.problem?.code === 'version_conflict';
  const back = (): void => {
    form.discard();
    if (conflict) void outlets.load();
  };
  return (
    <footer class="actions">
      <FormProblem problem={form.problem} fields={['name', 'timezone', 'stations']} />
      {(form.dirty || conflict) && (
        <button type="button" class="button" onClick={back}>
          {o(conflict ? 'row.reload' : 'row.discard')}
        </button>
      )}
      <button type="submit" class="button primary large" disabled={locked || form.busy || !form.dirty}>
        {t('action.apply')}
      </button>
    </footer>
  );
}

function OutletForm({ outlet }: { outlet: Outlet }): JSX.Element {
  const form = useForm<Draft>(() => draftOf(outlet), `outlets/${outlet.id}/${outlet.version}`);
  const locked = !may('settings.write');
  const submit = (): void => {
    const body = bodyOf(form.draft);
    if (isRefusal(body)) return form.refuse(body);
    void form.run(async (key) => {
      const saved = await write(outlet, body, key);
      const { name, timezone, stations } = outlet;
      say(o('outlet.saved', { name: saved.name }), () => void write(saved, { name, timezone, stations }).catch((e: unknown) => warn(refusal(e).text)));
    });
  };
  return (
    <form
      class="thing"
      aria-label={o('outlets.form')}
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        submit();
      }}
    >
      <ThingHead title={outlet.name} back={o('outlets.title')} backTo="#/outlets">
        <span class="tags">
          {outlet.id === session.value?.outlet.id && <span class="tag">{o('outlet.here')}</span>}
          {form.dirty && <span class="tag warn">{o('row.unsaved')}</span>}
        </span>
      </ThingHead>
      {locked && <p class="reason">{o('outlet.readonly')}</p>}
      <Facts form={form} locked={locked} isNew={false} />
      <DevicesHere outlet={outlet} />
      {may('catalogue.write') && (
        <p>
          <a class="button" href="#/rounding">
            {o('outlet.rounding')}
          </a>
        </p>
      )}
      <History row={outlet.id} version={outlet.version} />
      <Buttons form={form} locked={locked} />
    </form>
  );
}

function OutletList(): JSX.Element {
  return (
    <section class="page" aria-label={o('outlets.title')}>
      <ListHead title={o('outlets.title')} search={o('outlets.search')}>
        {may('settings.write') && (
          <a class="button primary" href="#/outlets/new">
            <Icon name="plus" />
            {o('outlets.add')}
          </a>
        )}
      </ListHead>
      <Loaded lists={lists(outlets)}>
        {() => (
          <Rows
            label={o('outlets.title')}
            rows={outlets.rows.value!}
            columns={[
              { key: 'name', title: o('field.name'), value: (one) => one.name },
              { key: 'zone', title: o('outlet.zone'), value: (one) => one.timezone },
              { key: 'devices', title: o('outlet.devices'), value: (one) => o('outlet.devices.n', { n: one.devices }) },
            ]}
            idOf={(one) => one.id}
            href={(one) => `#/outlets/${one.id}`}
            tags={(one) => one.id === session.value?.outlet.id && <span class="tag">{o('outlet.here')}</span>}
            none={<Empty title={o('outlets.none')} />}
          />
        )}
      </Loaded>
    </section>
  );
}

export function OutletsPage(): JSX.Element {
  const { id } = route.value;
  if (id === null) return <OutletList />;
  const show = (): JSX.Element => {
    if (id === 'new') return <NewOutlet />;
    const outlet = outlets.rows.value!.find((one) => one.id === id);
    return outlet ? <OutletForm key={`${id}/${outlet.version}`} outlet={outlet} /> : <Empty title={o('lost.title')} hint={o('lost.text')} />;
  };
  return (
    <section class="page" aria-label={o('outlets.title')}>
      <Loaded lists={lists(outlets, devices)}>{show}</Loaded>
    </section>
  );
}
