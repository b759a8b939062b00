/* Publishing: what changes, what yesterday's orders would have cost, and making it count. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { newId } from '../../shared/ids/ids';
import { locale } from '../../shared/i18n/i18n';
import { money } from '../../shared/money/money';
import { say } from '../../shared/ui/overlay';
import type { OfficeKey } from '../i18n/en';
import { dateTime, o } from '../i18n/words';
import { books, charges, promotions, taxes, taxMaps } from '../state/catalogue';
import { freshPreview } from '../state/preview';
import { refusal, type Refusal } from '../state/problem';
import { changes, check, publish, readChanges, runShadow, shadow, stopShadow, type Difference, type Mistake, type Shadow, type ShadowOrder, type ShadowRule } from '../state/publish';
import { TextInput } from '../view/field';
import { pages } from '../view/pages';
import { ListHead } from '../view/parts';
import { Part } from './fields';
import { Progress } from './progress';
import { taxNameOf } from './taxes';

const m = (minor: number): string => money(minor, { code: session.value!.outlet.currency, exponent: session.value!.outlet.exponent }, locale.value);

/* A difference with its sign, also when it is more. */
const signed = (minor: number): string => (minor > 0 ? `+${m(minor)}` : m(minor));

const pageOf: Record<string, string> = { tax: 'taxes', tax_map: 'tax-maps', book: 'books', promotion: 'promotions', charge: 'charges', currency: 'currencies' };

function Mistakes({ list }: { list: Mistake[] }): JSX.Element {
  return (
    <>
      <p class="reason">{o('publish.mistakes')}</p>
      <ul class="line-errors" aria-label={o('publish.mistakes.list')}>
        {list.map((mistake, n) => (
          <li key={n}>
            <b>{mistake.kind && mistake.id ? <a href={`#/${pageOf[mistake.kind]}/${mistake.id}`}>{mistake.row}</a> : mistake.place}</b>
            <span>{mistake.place.split('/').pop()}</span>
            <span>{mistake.detail}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Changes({ list, items }: { list: Difference[]; items: boolean }): JSX.Element {
  if (list.length === 0 && !items) return <p>{o('publish.same')}</p>;
  return (
    <ul class="changes" aria-label={o('publish.changes')}>
      {list.map((one) => (
        <li key={one.id}>
          <span class={`tag ${one.how === 'gone' ? 'warn' : 'ok'}`}>{o(`publish.${one.how}`)}</span>
          <a href={`#/${one.page}/${one.id}`}>{one.name}</a>
          <span>{o(pages[one.page]!.title)}</span>
        </li>
      ))}
      {items && (
        <li>
          <span class="tag ok">{o('publish.changed')}</span>
          <a href="#/items">{o('publish.items')}</a>
          <span>{o('items.title')}</span>
        </li>
      )}
    </ul>
  );
}

function ruleName({ kind, id }: ShadowRule): string {
  if (kind === 'by_hand') return o('publish.by_hand');
  if (kind === 'tax') return id ? taxNameOf(id) : o('taxes.title');
  const lists = { charge: charges, promotion: promotions, book: books, tax_map: taxMaps };
  const rows = lists[kind].rows.value as { id: string; name: string }[] | null;
  const name = rows?.find((rule) => rule.id === id)?.name ?? '…';
  return kind === 'book' || kind === 'tax_map' ? o(`publish.of.${kind}`, { name }) : name;
}

function ShadowTable({ of }: { of: Shadow }): JSX.Element {
  const row = (name: string, { before, after, difference }: { before: number; after: number; difference: number }, kind = ''): JSX.Element => (
    <tr key={name} class={`${kind} ${difference === 0 ? 'same' : ''}`}>
      <th scope="row">{name}</th>
      <td class="money">{m(before)}</td>
      <td class="money">{m(after)}</td>
      <td class="money">{difference === 0 ? '–' : signed(difference)}</td>
    </tr>
  );
  return (
    <table class="shadow" aria-label={o('publish.shadow')}>
      <thead>
        <tr>
          <td />
          {(['before', 'after', 'difference'] as const).map((name) => (
            <th scope="col" key={name}>
              {o(`publish.${name}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {row(o('publish.of.items'), of.items)}
        {of.rules.map((rule) => row(ruleName(rule), rule))}
        {row(o('publish.of.total'), of.total, 'whole')}
      </tbody>
    </table>
  );
}

/* Orders by what people know them by: what they cost, and what they would have. */
function Examples({ list }: { list: ShadowOrder[] }): JSX.Element {
  const zone = session.value?.outlet.timezone;
  return (
    <>
      <h3>{o('publish.examples')}</h3>
      <ul class="changes examples" aria-label={o('publish.examples')}>
        {list.map((order) => (
          <li key={order.order_id}>
            <span>
              {order.receipt ?? o('publish.example.call', { n: order.call_number ?? '' })} <small>{dateTime(order.created_at, zone)}</small>
            </span>
            <span class="money">
              {m(order.before)} → {m(order.after)}
            </span>
            <span class="money">{signed(order.difference)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

const day = (date: string): string => new Intl.DateTimeFormat(locale.value, { dateStyle: 'full', timeZone: 'UTC' }).format(new Date(`${date}T00:00:00Z`));

function ShadowRun({ onProblem }: { onProblem: (problem: Refusal | null) => void }): JSX.Element {
  const date = useSignal('');
  const found = shadow.value;
  const busy = found !== null && !found.done;
  const run = async (): Promise<void> => {
    onProblem(null);
    try {
      await runShadow(date.value);
    } catch (e) {
      shadow.value = null;
      onProblem(refusal(e));
    }
  };
  return (
    <Part title={o('publish.shadow')} hint={o('publish.shadow.hint')}>
      <div class="shadow-ask">
        <TextInput label={o('publish.date')} hint={o('publish.date.hint')} type="date" value={date.value} onValue={(value) => (date.value = value)} />
        <button type="button" class="button" disabled={busy} onClick={() => void run()}>
          {o('publish.shadow.go')}
        </button>
      </div>
      {found && <Progress label={o('publish.shadow')} at={found.orders} total={found.done ? found.orders : null} startedAt={found.startedAt} {...(busy ? { onStop: stopShadow } : {})} />}
      {found && (
        <p role="status">
          {o('publish.orders', { n: found.orders, d: found.date ? day(found.date) : '' })} {found.skipped > 0 && o('publish.skipped', { n: found.skipped })}
        </p>
      )}
      {found && found.orders > 0 && <ShadowTable of={found} />}
      {found && found.examples.length > 0 && <Examples list={found.examples} />}
    </Part>
  );
}

function Publish({ onProblem }: { onProblem: (problem: Refusal | null) => void }): JSX.Element {
  const busy = useSignal(false);
  const same = changes.value?.length === 0 && check.value?.items_changed === false;
  const wrong = (check.value?.mistakes.length ?? 0) > 0;
  const run = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    onProblem(null);
    try {
      const made = await publish(newId());
      say(o(made.changed ? 'publish.done' : 'publish.nothing', { version: made.version, n: made.chunks, of: made.of, kb: Math.ceil(made.bytes / 1024) }));
      shadow.value = null;
      await readChanges();
      freshPreview();
    } catch (e) {
      onProblem(refusal(e));
    }
    busy.value = false;
  };
  return (
    <button type="button" class="button primary large" disabled={busy.value || wrong || same || check.value === null} onClick={() => void run()}>
      {o('publish.go')}
    </button>
  );
}

export function PublishPage(): JSX.Element {
  const problem = useSignal<Refusal | null>(null);
  const tell = (next: Refusal | null): void => {
    problem.value = next;
  };
  useEffect(() => {
    void readChanges().catch((e: unknown) => tell(refusal(e)));
    for (const list of [promotions, charges, taxes, books, taxMaps]) void list.load();
  }, []);
  const found = check.value;
  return (
    <section class="page" aria-label={o('publish.title')}>
      <ListHead title={o('publish.title')}>{found && <span class="tag num">{o(found.version > 0 ? 'publish.version' : ('publish.never' as OfficeKey), { n: found.version })}</span>}</ListHead>
      <div class="thing">
        <Part title={o('publish.changes')} hint={o('publish.changes.hint')}>
          {!found || !changes.value ? <p class="waiting-part">{problem.value ? '' : o('load.wait')}</p> : <Changes list={changes.value} items={found.items_changed} />}
          {found && found.mistakes.length > 0 && <Mistakes list={found.mistakes} />}
        </Part>
        <ShadowRun onProblem={tell} />
        <footer class="actions">
          <p class="form-problem" role="alert">
            {problem.value?.text ?? ''}
          </p>
          <Publish onProblem={tell} />
        </footer>
      </div>
    </section>
  );
}
