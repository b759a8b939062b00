/* The pages of one kind of row: its list, a new one, and one of them. */
import type { ComponentChildren, JSX } from 'preact';
import { Empty } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import type { OfficeKey } from '../i18n/en';
import { o } from '../i18n/words';
import type { Resource } from '../state/catalogue';
import type { Refusal } from '../state/problem';
import { may } from '../state/rights';
import { route } from '../state/route';
import type { Row } from '../state/rules';
import type { Form } from '../view/form';
import { lists, ListHead, Loaded } from '../view/parts';
import { Rows, type Column } from '../view/rows';
import { RowForm } from './row-form';

export interface FieldsProps<T, D> {
  form: Form<D>;
  locked: boolean;
  row: T | null;
}

export interface Kind<T extends Row, D> {
  /** Name of the page in the address. */
  page: string;
  /** `kind.page` and the like in the messages: title, add, search, none, none.hint. */
  words: string;
  resource: Resource<T>;
  /** What the forms need besides. */
  needs: unknown[];
  columns: () => Column<T>[];
  tags?: (row: T) => ComponentChildren;
  draftOf: (row: T | null) => D;
  /** What is sent, or the field that cannot be read. */
  bodyOf: (draft: D) => Record<string, unknown> | Refusal;
  /** Members whose refusals stand at their own fields. */
  fields: string[];
  Fields: (props: FieldsProps<T, D>) => JSX.Element;
}

const word = (kind: { words: string }, name: string): string => o(`${kind.words}.${name}` as OfficeKey);

function KindList<T extends Row, D>({ kind }: { kind: Kind<T, D> }): JSX.Element {
  const { page, resource } = kind;
  return (
    <section class="page" aria-label={word(kind, 'title')}>
      <ListHead title={word(kind, 'title')} search={word(kind, 'search')}>
        {may('catalogue.write') && (
          <a class="button primary" href={`#/${page}/new`}>
            <Icon name="plus" />
            {word(kind, 'add')}
          </a>
        )}
      </ListHead>
      <Loaded lists={lists(resource, ...kind.needs)}>
        {() => (
          <Rows
            label={word(kind, 'title')}
            rows={resource.rows.value!}
            columns={kind.columns()}
            idOf={(row) => row.id}
            href={(row) => `#/${page}/${row.id}`}
            tags={(row) => (
              <>
                {kind.tags?.(row)}
                {!row.active && <span class="tag">{o('row.archived')}</span>}
              </>
            )}
            none={<Empty title={word(kind, 'none')} hint={word(kind, 'none.hint')} />}
          />
        )}
      </Loaded>
    </section>
  );
}

function KindForm<T extends Row, D extends object>({ kind, row }: { kind: Kind<T, D>; row: T | null }): JSX.Element {
  const { Fields, resource, page } = kind;
  return (
    <RowForm
      words={kind.words}
      page={page}
      row={row}
      draftOf={kind.draftOf}
      bodyOf={kind.bodyOf}
      fields={kind.fields}
      write={resource.write}
      setActive={resource.setActive}
      reload={() => void resource.load()}
    >
      {(form, locked) => <Fields form={form} locked={locked} row={row} />}
    </RowForm>
  );
}

export function KindPage<T extends Row, D extends object>({ kind }: { kind: Kind<T, D> }): JSX.Element {
  const { id } = route.value;
  if (id === null) return <KindList kind={kind} />;
  const find = (): T | undefined => kind.resource.rows.value!.find((r) => r.id === id);
  const show = (): JSX.Element => {
    if (id === 'new') return <KindForm kind={kind} row={null} />;
    const row = find();
    /* Another version is another form: what was taken back shows at once. */
    return row ? <KindForm key={`${id}/${row.version}`} kind={kind} row={row} /> : <Empty title={o('lost.title')} hint={o('lost.text')} />;
  };
  return (
    <section class="page" aria-label={word(kind, 'title')}>
      <Loaded lists={lists(kind.resource, ...kind.needs)}>{show}</Loaded>
    </section>
  );
}
