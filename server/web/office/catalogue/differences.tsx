/* Differing prices: which orders, and both calculations of one side by side with the reasons of every amount. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { useSignal } from '@preact/signals';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { money } from '../../shared/money/money';
import { Empty } from '../../shared/ui/controls';
import { say } from '../../shared/ui/overlay';
import { dateTime, o } from '../i18n/words';
import { differences, differencesFailed, loadDifferences, markSeen, moreDifferences, readDifference, type BothSides, type Difference, type DifferenceQuery } from '../state/differences';
import { outlets } from '../state/lists';
import { refusal, type Refusal } from '../state/problem';
import { may } from '../state/rights';
import { route, setQuery } from '../state/route';
import { TextInput, FormProblem } from '../view/field';
import { useForm } from '../view/form';
import { ThingHead } from '../view/parts';
import { Rows } from '../view/rows';
import { BothPrices } from './difference-table';
import { Part } from './fields';

const m = (minor: number): string => money(minor, { code: session.value!.outlet.currency, exponent: session.value!.outlet.exponent }, locale.value);

/* More has its sign as well. */
const signed = (minor: number): string => (minor > 0 ? `+${m(minor)}` : m(minor));

const outletOf = (id: string): { name: string; timezone: string } | undefined => outlets.rows.value?.find((one) => one.id === id);
const orderName = (one: Difference): string => one.receipt ?? (one.call_number ? o('publish.example.call', { n: one.call_number }) : o('diffs.unpaid'));
const soldAt = (one: Difference): string => dateTime(one.created_at, outletOf(one.outlet_id)?.timezone ?? session.value?.outlet.timezone);

function changeText(one: Difference): string {
  if (one.difference === null) return o('diffs.unknown');
  return one.difference === 0 ? o('diffs.same') : signed(one.difference);
}

function Filters({ query }: { query: DifferenceQuery }): JSX.Element {
  const all = outlets.rows.value ?? [];
  return (
    <div class="filters">
      <button type="button" class="chip" aria-pressed={query.open} onClick={() => setQuery('open', query.open ? '' : '1')}>
        {o('diffs.open')}
      </button>
      {all.length > 1 && (
        <select class="input" aria-label={o('diffs.outlet')} value={query.outlet} onChange={(e) => setQuery('outlet', e.currentTarget.value)}>
          <option value="">{o('diffs.outlets')}</option>
          {all.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}

function List(): JSX.Element {
  const query = { outlet: route.value.query.get('outlet') ?? '', open: route.value.query.get('open') === '1' };
  useEffect(() => void loadDifferences(query), [query.outlet, query.open]);
  useEffect(() => void outlets.load(), []);
  const rows = differences.value;
  return (
    <section class="page" aria-label={o('diffs.title')}>
      <header class="page-head">
        <h1>{o('diffs.title')}</h1>
      </header>
      <p class="page-text">{o('diffs.text')}</p>
      <Filters query={query} />
      {differencesFailed.value && !rows && <Empty title={o('load.failed')} hint={differencesFailed.value.text} />}
      {!rows && !differencesFailed.value && <p class="waiting">{o('load.wait')}</p>}
      {rows && (
        <Rows
          label={o('diffs.title')}
          rows={rows}
          searched
          more={() => moreDifferences(query)}
          columns={[
            { key: 'order', title: o('diffs.order'), value: orderName },
            { key: 'device', title: o('diffs.device'), value: (one) => [outletOf(one.outlet_id)?.name, one.device].filter(Boolean).join(' · ') },
            { key: 'when', title: o('diffs.when'), value: soldAt },
          ]}
          idOf={(one) => one.order_id}
          href={(one) => `#/differences/${one.order_id}`}
          tags={(one) => (
            <>
              {one.seen_at && <span class="tag ok">{o('diffs.seen')}</span>}
              <span class={`tag num ${one.difference ? 'warn' : ''}`}>{changeText(one)}</span>
            </>
          )}
          none={<Empty title={o('diffs.none')} hint={o('diffs.none.hint')} />}
        />
      )}
    </section>
  );
}

function Seen({ of, onSeen }: { of: Difference; onSeen: (saved: Difference) => void }): JSX.Element {
  const form = useForm<{ note: string }>(() => ({ note: of.note ?? '' }), `differences/${of.order_id}/${of.seen_at ?? ''}`);
  const locked = !may('catalogue.write');
  const submit = async (key: string): Promise<void> => {
    onSeen(await markSeen(of.order_id, form.draft.note.trim(), key));
    say(o('saved'));
  };
  return (
    <Part title={o('diffs.seen')} hint={of.seen_at ? o('diffs.seen.by', { name: of.seen_by ?? o('history.nobody'), t: dateTime(of.seen_at, session.value?.outlet.timezone) }) : undefined}>
      <form
        class="fields"
        onSubmit={(e) => {
          e.preventDefault();
          void form.run(submit);
        }}
      >
        <TextInput label={o('diffs.note')} hint={o('diffs.note.hint')} maxLength={200} disabled={locked} value={form.draft.note} onValue={(note) => form.put({ note })} />
        <div class="see">
          <button type="submit" class="button primary" disabled={locked || form.busy || (of.seen_at !== null && !form.dirty)}>
            {o(of.seen_at ? 'diffs.see.again' : 'diffs.see')}
          </button>
        </div>
        <FormProblem problem={form.problem} fields={[]} />
      </form>
    </Part>
  );
}

function One({ id }: { id: string }): JSX.Element {
  const found = useSignal<BothSides | null>(null);
  const failed = useSignal<Refusal | null>(null);
  useEffect(() => {
    void outlets.load();
    void readDifference(id).then(
      (one) => (found.value = one),
      (e: unknown) => (failed.value = refusal(e)),
    );
  }, [id]);
  if (failed.value) return <Empty title={failed.value.code === 'not_found' ? o('lost.title') : o('load.failed')} hint={failed.value.text} />;
  if (!found.value) return <p class="waiting">{o('load.wait')}</p>;
  const one = found.value;
  const facts: [string, string][] = [
    [o('diffs.device'), [outletOf(one.outlet_id)?.name, one.device_name].filter(Boolean).join(' · ')],
    [o('diffs.when'), soldAt(one)],
    [o('diffs.difference'), changeText(one)],
  ];
  return (
    <div class="thing">
      <ThingHead title={orderName(one)} back={o('diffs.title')} backTo="#/differences" />
      <dl class="pairs facts-list">{facts.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name}-value`}>{value}</dd>])}</dl>
      <Part title={o('diffs.table')} hint={o(one.register ? 'diffs.why' : 'diffs.noform')}>
        <BothPrices of={one} />
      </Part>
      <Seen key={one.seen_at ?? ''} of={one} onSeen={(saved) => (found.value = { ...one, ...saved })} />
    </div>
  );
}

export function DifferencesPage(): JSX.Element {
  const { id } = route.value;
  if (id === null) return <List />;
  return (
    <section class="page" aria-label={o('diffs.title')}>
      <One key={id} id={id} />
    </section>
  );
}
