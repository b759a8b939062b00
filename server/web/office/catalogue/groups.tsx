/* Option groups: what may or must be chosen with an item, and what that costs. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { money } from '../../shared/money/money';
import { o } from '../i18n/words';
import { groups } from '../state/catalogue';
import type { Group, Modifier } from '../state/rules';
import { at, TextInput } from '../view/field';
import { Cell, Lines, Part } from './fields';
import { KindPage, type FieldsProps, type Kind } from './kind';
import { Naming } from './naming';
import { amountText, codeOf, named, Reader, type Named } from './rule-form';

interface OptionDraft {
  /* What is there already keeps its id and its prices beside variants. */
  before: Modifier | null;
  code: string;
  name: string;
  price: string;
}

interface Draft extends Named {
  min: string;
  max: string;
  free: string;
  modifiers: OptionDraft[];
}

const draftOf = (row: Group | null): Draft => ({
  ...named(row),
  min: String(row?.min ?? 0),
  max: String(row?.max ?? 1),
  free: String(row?.free ?? 0),
  modifiers: (row?.modifiers ?? []).map((m) => ({ before: m, code: m.code, name: m.name, price: amountText(m.price) })),
});

function bodyOf(draft: Draft): ReturnType<Reader['done']> {
  const read = new Reader();
  const modifiers = draft.modifiers.map(({ before, code, name, price }) => ({
    ...(before?.id ? { id: before.id, prices: before.prices ?? [] } : {}),
    code: code.trim() || codeOf(name),
    name: name.trim(),
    price: read.signed('modifiers', price),
  }));
  const [min, max, free] = (['min', 'max', 'free'] as const).map((name) => read.whole(name, draft[name], true));
  return read.done({ code: draft.code.trim(), name: draft.name.trim(), min, max, free, modifiers });
}

function choiceText(group: Group): string {
  if (group.min === group.max) return o('group.exactly', { n: group.min });
  return group.min === 0 ? o('group.upto', { n: group.max }) : o('group.between', { a: group.min, b: group.max });
}

function optionsText(group: Group): string {
  const { currency, exponent } = session.value!.outlet;
  return group.modifiers.map((m) => (m.price === 0 ? m.name : `${m.name} ${money(m.price, { code: currency, exponent }, locale.value)}`)).join(', ');
}

function Fields({ form, locked, row }: FieldsProps<Group, Draft>): JSX.Element {
  const { draft, problem, put } = form;
  const count = (name: 'min' | 'max' | 'free'): JSX.Element => (
    <TextInput label={o(`group.${name}`)} hint={o(`group.${name}.hint`)} inputMode="numeric" value={draft[name]} disabled={locked} problem={at(problem, name)} onValue={(value) => put({ [name]: value })} />
  );
  const heads = [o('field.name'), o('field.price')];
  return (
    <>
      <div class="fields">
        <Naming form={form} locked={locked} isNew={row === null} />
        {count('min')}
        {count('max')}
        {count('free')}
      </div>
      <Part title={o('group.options')} hint={o('group.options.hint')}>
        <Lines
          label={o('group.options')}
          heads={heads}
          rows={draft.modifiers}
          blank={() => ({ before: null, code: '', name: '', price: '' })}
          add={o('group.option.add')}
          locked={locked}
          cells={(option, change) => [
            <Cell key="name" label={heads[0]!} value={option.name} locked={locked} onValue={(name) => change({ name })} />,
            <Cell key="price" num label={heads[1]!} value={option.price} placeholder={amountText(0)} locked={locked} onValue={(price) => change({ price })} />,
          ]}
          onChange={(modifiers) => put({ modifiers })}
        />
        <p class="form-problem" role="alert">
          {at(problem, 'modifiers')?.text ?? ''}
        </p>
      </Part>
    </>
  );
}

const kind: Kind<Group, Draft> = {
  page: 'options',
  words: 'groups',
  resource: groups,
  needs: [],
  columns: () => [
    { key: 'name', title: o('field.name'), value: (g) => g.name },
    { key: 'choice', title: o('group.choice'), value: choiceText },
    { key: 'options', title: o('group.options'), value: optionsText },
  ],
  draftOf,
  bodyOf,
  fields: ['name', 'code', 'min', 'max', 'free', 'modifiers'],
  Fields,
};

export const GroupsPage = (): JSX.Element => <KindPage kind={kind} />;
