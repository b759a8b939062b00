/* Categories: how items are found at the till. */
import type { JSX } from 'preact';
import { o } from '../i18n/words';
import { categories } from '../state/catalogue';
import type { Category } from '../state/rules';
import { at, Field, TextInput } from '../view/field';
import { KindPage, type FieldsProps, type Kind } from './kind';
import { Naming } from './naming';
import { named, Reader, type Named } from './rule-form';

interface Draft extends Named {
  colour: string;
  sort: string;
}

const draftOf = (row: Category | null): Draft => ({ ...named(row), colour: row?.colour ?? '#555555', sort: String(row?.sort ?? 0) });

function bodyOf(draft: Draft): ReturnType<Reader['done']> {
  const read = new Reader();
  return read.done({ code: draft.code.trim(), name: draft.name.trim(), colour: draft.colour, sort: read.whole('sort', draft.sort, true) });
}

function Fields({ form, locked, row }: FieldsProps<Category, Draft>): JSX.Element {
  const { draft, problem, put } = form;
  return (
    <div class="fields">
      <Naming form={form} locked={locked} isNew={row === null} />
      <Field label={o('category.colour')} hint={o('category.colour.hint')} problem={at(problem, 'colour')}>
        {(ids) => <input class="input colour" type="color" {...ids} disabled={locked} value={draft.colour} onInput={(e) => put({ colour: e.currentTarget.value })} />}
      </Field>
      <TextInput label={o('row.sort')} hint={o('row.sort.hint')} inputMode="numeric" value={draft.sort} disabled={locked} problem={at(problem, 'sort')} onValue={(sort) => put({ sort })} />
    </div>
  );
}

const kind: Kind<Category, Draft> = {
  page: 'categories',
  words: 'categories',
  resource: categories,
  needs: [],
  columns: () => [
    { key: 'name', title: o('field.name'), value: (c) => c.name },
    { key: 'code', title: o('row.code'), value: (c) => c.code },
    { key: 'sort', title: o('row.sort'), value: (c) => String(c.sort) },
  ],
  tags: (c) => <span class="swatch" style={{ background: c.colour }} />,
  draftOf,
  bodyOf,
  fields: ['name', 'code', 'colour', 'sort'],
  Fields,
};

export const CategoriesPage = (): JSX.Element => <KindPage kind={kind} />;
