/* Tax maps: in some circumstances other taxes, such as the reduced rate for what is taken away. */
import type { JSX } from 'preact';
import { o } from '../i18n/words';
import { customerGroups, taxes, taxMaps } from '../state/catalogue';
import type { TaxMap, When } from '../state/rules';
import { at } from '../view/field';
import { OneOf, Part } from './fields';
import { KindPage, type FieldsProps, type Kind } from './kind';
import { Naming, Priority } from './naming';
import { given, ranked, Reader, type Ranked } from './rule-form';
import { taxName, taxNameOf } from './taxes';
import { tidy, WhenPart } from './when';
import { whenText } from './when-words';

interface Draft extends Ranked {
  /** Of each tax that is replaced, by what. */
  replace: Record<string, string[]>;
  keep: 'gross' | 'net';
  when: When;
}

const draftOf = (row: TaxMap | null): Draft => ({
  ...ranked(row),
  replace: Object.fromEntries((row?.definition.replace ?? []).map(({ tax_id, by }) => [tax_id, by])),
  keep: row?.definition.keep ?? 'gross',
  when: row?.definition.when ?? {},
});

function bodyOf(draft: Draft): ReturnType<Reader['done']> {
  const read = new Reader();
  const when = tidy(draft.when);
  const definition = given({
    replace: Object.entries(draft.replace).map(([tax_id, by]) => ({ tax_id, by })),
    keep: draft.keep,
    when: Object.keys(when).length > 0 ? when : undefined,
  });
  return read.done({ code: draft.code.trim(), name: draft.name.trim(), priority: read.whole('priority', draft.priority, true), definition });
}

const same = 'same';
const none = 'none';

/* Each tax on its own line: it stays, falls away, or another one takes its place. */
function Replacements({ form, locked }: FieldsProps<TaxMap, Draft>): JSX.Element {
  const { replace } = form.draft;
  const all = taxes.rows.value!.filter((tax) => tax.active || tax.id in replace);
  const set = (id: string, value: string): void => {
    const { [id]: _, ...others } = replace;
    form.put({ replace: value === same ? others : { ...others, [id]: value === none ? [] : value.split(' ') } });
  };
  return (
    <div class="replacements">
      {all.map((tax) => {
        const by = replace[tax.id];
        const value = by === undefined ? same : by.length === 0 ? none : by.join(' ');
        const several = by && by.length > 1 ? [{ value, label: by.map(taxNameOf).join(' + ') }] : [];
        const others = all.filter((t) => t.id !== tax.id).map((t) => ({ value: t.id, label: o('taxmap.by', { name: taxName(t) }) }));
        return (
          <label key={tax.id}>
            <span>{taxName(tax)}</span>
            <select class="input" disabled={locked} value={value} onChange={(e) => set(tax.id, e.currentTarget.value)}>
              <option value={same}>{o('taxmap.same')}</option>
              <option value={none}>{o('taxmap.none')}</option>
              {[...several, ...others].map((choice) => (
                <option key={choice.value} value={choice.value}>
                  {choice.label}
                </option>
              ))}
            </select>
          </label>
        );
      })}
    </div>
  );
}

function Fields(props: FieldsProps<TaxMap, Draft>): JSX.Element {
  const { form, locked, row } = props;
  const { draft, problem, put } = form;
  return (
    <>
      <div class="fields">
        <Naming form={form} locked={locked} isNew={row === null} hint={o('taxmap.name.hint')} />
      </div>
      <Part title={o('taxmap.replace')} hint={o('taxmap.replace.hint')}>
        <Replacements {...props} />
        <p class="form-problem" role="alert">
          {at(problem, 'replace')?.text ?? ''}
        </p>
        <OneOf label={o('taxmap.keep')} hint={o(`taxmap.keep.${draft.keep}.hint`)} choices={[{ value: 'gross', label: o('taxmap.keep.gross') }, { value: 'net', label: o('taxmap.keep.net') }]} value={draft.keep} locked={locked} onChange={(keep) => put({ keep })} />
      </Part>
      <WhenPart when={draft.when} locked={locked} onChange={(when) => put({ when })} />
      <Part title={o('taxmap.order')}>
        <div class="fields">
          <Priority form={form} locked={locked} />
        </div>
      </Part>
    </>
  );
}

const kind: Kind<TaxMap, Draft> = {
  page: 'tax-maps',
  words: 'taxmaps',
  resource: taxMaps,
  needs: [taxes, customerGroups],
  columns: () => [
    { key: 'name', title: o('field.name'), value: (m) => m.name },
    { key: 'replaces', title: o('taxmap.replace'), value: (m) => m.definition.replace.map((r) => `${taxNameOf(r.tax_id)} → ${r.by.map(taxNameOf).join(' + ') || o('taxmap.none')}`).join(', ') },
    { key: 'when', title: o('when.title'), value: (m) => whenText(m.definition.when) },
  ],
  draftOf,
  bodyOf,
  fields: ['name', 'code', 'priority', 'replace'],
  Fields,
};

export const TaxMapsPage = (): JSX.Element => <KindPage kind={kind} />;
