/*
 * The form of one row. It is saved as a whole, because its members depend on each other; saving can be taken back, and what
 * somebody else changed meanwhile is not overwritten.
 */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../../shared/i18n/i18n';
import { say, warn } from '../../shared/ui/overlay';
import type { OfficeKey } from '../i18n/en';
import { o } from '../i18n/words';
import { freshPreview, setTyping } from '../state/preview';
import { refusal, type Refusal } from '../state/problem';
import { may } from '../state/rights';
import { go } from '../state/route';
import type { Row } from '../state/rules';
import { FormProblem } from '../view/field';
import { useForm, type Form } from '../view/form';
import { ThingHead } from '../view/parts';
import { History } from './history';

type Read = Record<string, unknown> | Refusal;

interface Props<T extends Row, D> {
  /** Messages `words.title`, `words.add` and `words.form`. */
  words: string;
  page: string;
  row: T | null;
  draftOf: (row: T | null) => D;
  /** What is sent, or the field that cannot be read. */
  bodyOf: (draft: D) => Read;
  fields: string[];
  write: (row: T | null, body: Record<string, unknown>, key?: string) => Promise<T>;
  setActive: (row: T, active: boolean) => Promise<T>;
  /** Reads the row again, after somebody else has changed it. */
  reload: () => void;
  /** Beside the name. */
  head?: ComponentChildren;
  children: (form: Form<D>, locked: boolean) => ComponentChildren;
}

const isRefusal = (read: Read): read is Refusal => 'text' in read && 'field' in read;
const complain = (e: unknown): void => warn(refusal(e).text);

/* Saves, shows what that does in the preview, and offers the way back. */
async function save<T extends Row, D>({ row, write, draftOf, bodyOf }: Props<T, D>, body: Record<string, unknown>, key: string): Promise<T> {
  const saved = await write(row, body, key);
  const undo = async (): Promise<void> => {
    const before = bodyOf(draftOf(row));
    if (!isRefusal(before)) await write(saved, before);
    freshPreview();
  };
  say(o(row ? 'row.saved' : 'row.added', { name: saved.name }), row ? () => void undo().catch(complain) : undefined);
  freshPreview();
  return saved;
}

function Archive<T extends Row, D>({ row, form, setActive }: { row: T; form: Form<D>; setActive: Props<T, D>['setActive'] }): JSX.Element {
  const set = async (active: boolean): Promise<void> => {
    const saved = await setActive(row, active);
    say(o(active ? 'row.restored' : 'row.gone', { name: row.name }), () => void setActive(saved, !active).then(freshPreview, complain));
    freshPreview();
  };
  return (
    <div class="block">
      <p>{o(row.active ? 'row.archive.text' : 'row.restore.text')}</p>
      <button type="button" class={`button ${row.active ? 'stop' : ''}`} disabled={form.busy || form.dirty} onClick={() => void form.run(() => set(!row.active))}>
        {o(row.active ? 'row.archive' : 'row.restore')}
      </button>
    </div>
  );
}

function Actions<T extends Row, D>({ form, locked, props }: { form: Form<D>; locked: boolean; props: Props<T, D> }): JSX.Element {
  const { row } = props;
  const conflict = form.problem?.code === 'version_conflict';
  const back = (): void => {
    form.discard();
    if (conflict) props.reload();
  };
  return (
    <footer class="actions">
      <FormProblem problem={form.problem} fields={props.fields} />
      {(form.dirty || conflict) && row && (
        <button type="button" class="button" onClick={back}>
          {o(conflict ? 'row.reload' : 'row.discard')}
        </button>
      )}
      <button type="submit" class="button primary large" disabled={locked || form.busy || (row !== null && !form.dirty)}>
        {row ? t('action.apply') : o(`${props.words}.add` as OfficeKey)}
      </button>
    </footer>
  );
}

/* What the rows of each page are called where they are written. */
const entities: Record<string, string> = {
  items: 'item',
  categories: 'category',
  options: 'group',
  books: 'book',
  promotions: 'promotion',
  charges: 'charge',
  taxes: 'tax',
  'tax-maps': 'tax_map',
  customers: 'customer_group',
  currencies: 'currency',
};

/** The preview counts what is typed, as long as it can be read. */
function useTyping<T extends Row, D extends object>({ row, page, bodyOf }: Props<T, D>, form: Form<D>): void {
  const body = form.dirty ? bodyOf(form.draft) : null;
  const entity = entities[page];
  useEffect(() => {
    if (!entity || (body && isRefusal(body))) return;
    setTyping(body && { entity, row: row ? { ...body, id: row.id, version: row.version } : body });
  }, [form.draft, form.dirty]);
  useEffect(() => () => setTyping(null), []);
}

export function RowForm<T extends Row, D extends object>(props: Props<T, D>): JSX.Element {
  const { row, page, words } = props;
  const form = useForm<D>(() => props.draftOf(row), `${page}/${row ? `${row.id}/${row.version}` : 'new'}`);
  const locked = !may('catalogue.write');
  useTyping(props, form);
  const submit = (): void => {
    const body = props.bodyOf(form.draft);
    if (isRefusal(body)) return form.refuse(body);
    void form.run(async (key) => {
      const saved = await save(props, body, key);
      if (!row) go(`${page}/${saved.id}`);
    });
  };
  return (
    <form
      class="thing"
      aria-label={o(`${words}.form` as OfficeKey)}
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        submit();
      }}
    >
      <ThingHead title={row ? row.name : o(`${words}.add` as OfficeKey)} back={o(`${words}.title` as OfficeKey)} backTo={`#/${page}`}>
        <span class="tags">
          {row && !row.active && <span class="tag">{o('row.archived')}</span>}
          {form.dirty && row && <span class="tag warn">{o('row.unsaved')}</span>}
        </span>
        {props.head}
      </ThingHead>
      {locked && <p class="reason">{o('row.readonly')}</p>}
      {props.children(form, locked)}
      {row && <History row={row.id} version={row.version} />}
      {row && !locked && <Archive row={row} form={form} setActive={props.setActive} />}
      <Actions form={form} locked={locked} props={props} />
    </form>
  );
}
