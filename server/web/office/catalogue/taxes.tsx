/* Taxes: percentages, fixed amounts, parts of the price, bracket tables. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { money, percent } from '../../shared/money/money';
import { o } from '../i18n/words';
import { taxes } from '../state/catalogue';
import { taxTypes, type Bracket, type Tax, type TaxType, type When } from '../state/rules';
import { at } from '../view/field';
import { Cell, Check, Lines, MoneyInput, OneOf, Part, PercentInput } from './fields';
import { KindPage, type FieldsProps, type Kind } from './kind';
import { Naming } from './naming';
import { amountText, given, named, percentText, Reader, type Named } from './rule-form';
import { tidy, WhenPart } from './when';
import { whenText } from './when-words';

interface BracketDraft {
  from: string;
  amount: string;
  rate: string;
}

interface Draft extends Named {
  type: TaxType;
  rate: string;
  amount: string;
  included: boolean;
  affects_next: boolean;
  base_unaffected: boolean;
  brackets: BracketDraft[];
  when: When;
}

function rateText({ definition }: Tax): string {
  const { currency, exponent } = session.value!.outlet;
  if (definition.type === 'fixed') return o('tax.is.fixed', { m: money(definition.amount ?? 0, { code: currency, exponent }, locale.value) });
  if (definition.type === 'bracket') return o('tax.is.bracket', { n: definition.brackets?.length ?? 0 });
  return percent(definition.rate ?? '0', locale.value);
}

const withRate = (tax: Tax): string => `${tax.name} ${rateText(tax)}`;

/** "VAT 19 %": names alone are often alike; with the code where rates are too. */
export function taxName(tax: Tax): string {
  const text = withRate(tax);
  const alike = taxes.rows.value?.some((other) => other.id !== tax.id && other.active && withRate(other) === text);
  return alike ? `${text} · ${tax.code}` : text;
}

export const taxNameOf = (id: string): string => {
  const tax = taxes.rows.value?.find((t) => t.id === id);
  return tax ? taxName(tax) : '…';
};

const bracketDraft = ({ from, amount, rate }: Bracket): BracketDraft => ({ from: amountText(from), amount: amountText(amount), rate: percentText(rate) });

function draftOf(row: Tax | null): Draft {
  const rule = row?.definition;
  return {
    ...named(row),
    type: rule?.type ?? 'percent',
    rate: percentText(rule?.rate),
    amount: amountText(rule?.amount),
    included: rule?.included ?? true,
    affects_next: rule?.affects_next ?? false,
    base_unaffected: rule?.base_unaffected ?? false,
    brackets: (rule?.brackets ?? []).map(bracketDraft),
    when: rule?.when ?? {},
  };
}

function bracketOf(draft: BracketDraft, read: Reader): Bracket {
  const from = read.amount('brackets', draft.from, true) ?? 0;
  return draft.rate.trim() ? { from, rate: read.percent('brackets', draft.rate, true) ?? '0' } : { from, amount: read.amount('brackets', draft.amount, true) ?? 0 };
}

function bodyOf(draft: Draft): ReturnType<Reader['done']> {
  const read = new Reader();
  const { type, included, affects_next, base_unaffected } = draft;
  const when = tidy(draft.when);
  const definition = given({
    type,
    rate: type === 'percent' || type === 'division' ? read.percent('rate', draft.rate, true) : undefined,
    amount: type === 'fixed' ? read.amount('amount', draft.amount, true) : undefined,
    brackets: type === 'bracket' ? draft.brackets.map((b) => bracketOf(b, read)) : undefined,
    included,
    affects_next,
    base_unaffected,
    when: Object.keys(when).length > 0 ? when : undefined,
  });
  return read.done({ code: draft.code.trim(), name: draft.name.trim(), definition });
}

function Brackets({ form, locked }: FieldsProps<Tax, Draft>): JSX.Element {
  const heads = [o('tax.bracket.from'), o('tax.bracket.amount'), o('tax.bracket.rate')];
  const fields = ['from', 'amount', 'rate'] as const;
  return (
    <>
      <Lines
        label={o('tax.brackets')}
        heads={heads}
        rows={form.draft.brackets}
        blank={() => ({ from: '', amount: '', rate: '' })}
        add={o('tax.bracket.add')}
        locked={locked}
        cells={(row, put) => fields.map((name, n) => <Cell key={name} num label={heads[n]!} value={row[name]} locked={locked} onValue={(value) => put({ [name]: value })} />)}
        onChange={(brackets) => form.put({ brackets })}
      />
      <p class="form-problem" role="alert">
        {at(form.problem, 'brackets')?.text ?? ''}
      </p>
    </>
  );
}

function Fields(props: FieldsProps<Tax, Draft>): JSX.Element {
  const { form, locked, row } = props;
  const { draft, problem, put } = form;
  return (
    <>
      <div class="fields">
        <Naming form={form} locked={locked} isNew={row === null} hint={o('tax.name.hint')} />
      </div>
      <Part title={o('tax.amount')} hint={o(`tax.type.${draft.type}.hint`)}>
        <OneOf label={o('tax.type')} choices={taxTypes.map((value) => ({ value, label: o(`tax.type.${value}`) }))} value={draft.type} locked={locked} onChange={(type) => put({ type })} />
        <div class="fields two">
          {(draft.type === 'percent' || draft.type === 'division') && <PercentInput label={o('tax.rate')} value={draft.rate} locked={locked} problem={at(problem, 'rate')} onValue={(rate) => put({ rate })} />}
          {draft.type === 'fixed' && <MoneyInput label={o('tax.fixed')} value={draft.amount} locked={locked} problem={at(problem, 'amount')} onValue={(amount) => put({ amount })} />}
        </div>
        {draft.type === 'bracket' && <Brackets {...props} />}
        <OneOf label={o('tax.how')} choices={[{ value: 'in', label: o('tax.included') }, { value: 'on', label: o('tax.added') }]} value={draft.included ? 'in' : 'on'} locked={locked} onChange={(how) => put({ included: how === 'in' })} />
      </Part>
      <Part title={o('tax.others')}>
        <Check label={o('tax.affects')} hint={o('tax.affects.hint')} checked={draft.affects_next} locked={locked} onChange={(affects_next) => put({ affects_next })} />
        <Check label={o('tax.unaffected')} hint={o('tax.unaffected.hint')} checked={draft.base_unaffected} locked={locked} onChange={(base_unaffected) => put({ base_unaffected })} />
      </Part>
      <WhenPart when={draft.when} locked={locked} onChange={(when) => put({ when })} />
    </>
  );
}

const kind: Kind<Tax, Draft> = {
  page: 'taxes',
  words: 'taxes',
  resource: taxes,
  needs: [],
  columns: () => [
    { key: 'name', title: o('field.name'), value: (t) => t.name },
    { key: 'rate', title: o('tax.amount'), value: rateText },
    { key: 'when', title: o('when.title'), value: (t) => whenText(t.definition.when) },
  ],
  tags: (t) => <span class="tag">{o(t.definition.included ? 'tax.included' : 'tax.added')}</span>,
  draftOf,
  bodyOf,
  fields: ['name', 'code', 'rate', 'amount', 'brackets'],
  Fields,
};

export const TaxesPage = (): JSX.Element => <KindPage kind={kind} />;
