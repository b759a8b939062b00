/* Service charges: service, cover, delivery, small-order fees. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { money, percent } from '../../shared/money/money';
import { o } from '../i18n/words';
import { charges, customerGroups, taxes } from '../state/catalogue';
import { chargeBases, chargeKinds, type Charge, type ChargeBase, type ChargeKind, type ChargeRule, type When } from '../state/rules';
import { at, SelectInput } from '../view/field';
import { Check, MoneyInput, OneOf, Part, PercentInput, Toggles } from './fields';
import { KindPage, type FieldsProps, type Kind } from './kind';
import { Naming, Priority } from './naming';
import { amountText, given, percentText, ranked, Reader, type Ranked } from './rule-form';
import { taxName } from './taxes';
import { tidy, WhenPart } from './when';
import { whenText } from './when-words';

interface Draft extends Ranked {
  kind: ChargeKind;
  rate: string;
  amount: string;
  base: ChargeBase;
  tax_ids: string[];
  apportioned: boolean;
  waivable: boolean;
  when: When;
}

function chargeText(rule: ChargeRule): string {
  const { currency, exponent } = session.value!.outlet;
  if (rule.kind === 'percent') return o('charge.is.percent', { rate: percent(rule.rate ?? '0', locale.value) });
  return o(rule.kind === 'fixed' ? 'charge.is.fixed' : 'charge.is.per_guest', { m: money(rule.amount ?? 0, { code: currency, exponent }, locale.value) });
}

function draftOf(row: Charge | null): Draft {
  const rule: ChargeRule = row?.definition ?? { kind: 'percent' };
  return {
    ...ranked(row),
    kind: rule.kind,
    rate: percentText(rule.rate),
    amount: amountText(rule.amount),
    base: rule.base ?? 'left',
    tax_ids: rule.tax_ids ?? [],
    apportioned: rule.apportioned ?? false,
    waivable: rule.waivable ?? false,
    when: rule.when ?? {},
  };
}

const taxed = (draft: Draft): boolean => !draft.apportioned && !(draft.kind === 'percent' && draft.base === 'total');

function bodyOf(draft: Draft): ReturnType<Reader['done']> {
  const read = new Reader();
  const when = tidy(draft.when);
  const percentage = draft.kind === 'percent';
  const definition = given({
    kind: draft.kind,
    rate: percentage ? read.percent('rate', draft.rate, true) : undefined,
    amount: percentage ? undefined : read.amount('amount', draft.amount, true),
    base: percentage ? draft.base : undefined,
    tax_ids: taxed(draft) && draft.tax_ids.length > 0 ? draft.tax_ids : undefined,
    apportioned: draft.apportioned,
    waivable: draft.waivable || undefined,
    when: Object.keys(when).length > 0 ? when : undefined,
  });
  return read.done({ code: draft.code.trim(), name: draft.name.trim(), priority: read.whole('priority', draft.priority, true), definition });
}

function Fields({ form, locked, row }: FieldsProps<Charge, Draft>): JSX.Element {
  const { draft, problem, put } = form;
  const bases = chargeBases.filter((base) => base !== 'total' || !draft.apportioned);
  const usable = taxes.rows.value!.filter((tax) => tax.active || draft.tax_ids.includes(tax.id));
  return (
    <>
      <div class="fields">
        <Naming form={form} locked={locked} isNew={row === null} hint={o('charge.name.hint')} />
      </div>
      <Part title={o('charge.amount')}>
        <OneOf label={o('charge.kind')} choices={chargeKinds.map((value) => ({ value, label: o(`charge.kind.${value}`) }))} value={draft.kind} locked={locked} onChange={(kind) => put({ kind })} />
        <div class="fields two">
          {draft.kind === 'percent' ? (
            <PercentInput label={o('charge.rate')} value={draft.rate} locked={locked} problem={at(problem, 'rate')} onValue={(rate) => put({ rate })} />
          ) : (
            <MoneyInput label={o('charge.amount')} value={draft.amount} locked={locked} problem={at(problem, 'amount')} onValue={(amount) => put({ amount })} />
          )}
          {draft.kind === 'percent' && (
            <SelectInput label={o('charge.base')} value={draft.base} disabled={locked} choices={bases.map((value) => ({ value, label: o(`charge.base.${value}`) }))} problem={at(problem, 'base')} onValue={(base) => put({ base: base as ChargeBase })} />
          )}
        </div>
        <Check label={o('charge.apportioned')} hint={o('charge.apportioned.hint')} checked={draft.apportioned} locked={locked} onChange={(apportioned) => put(apportioned && draft.base === 'total' ? { apportioned, base: 'left' } : { apportioned })} />
        {taxed(draft) && <Toggles label={o('charge.taxes')} hint={o('charge.taxes.hint')} choices={usable.map((tax) => ({ value: tax.id, label: taxName(tax) }))} chosen={draft.tax_ids} locked={locked} onChange={(tax_ids) => put({ tax_ids })} />}
      </Part>
      <Part title={o('charge.order')}>
        <Check label={o('charge.waivable')} hint={o('charge.waivable.hint')} checked={draft.waivable} locked={locked} onChange={(waivable) => put({ waivable })} />
        <div class="fields">
          <Priority form={form} locked={locked} />
        </div>
      </Part>
      <WhenPart when={draft.when} locked={locked} onChange={(when) => put({ when })} />
    </>
  );
}

const kind: Kind<Charge, Draft> = {
  page: 'charges',
  words: 'charges',
  resource: charges,
  needs: [taxes, customerGroups],
  columns: () => [
    { key: 'name', title: o('field.name'), value: (c) => c.name },
    { key: 'amount', title: o('charge.amount'), value: (c) => chargeText(c.definition) },
    { key: 'when', title: o('when.title'), value: (c) => whenText(c.definition.when) },
  ],
  draftOf,
  bodyOf,
  fields: ['name', 'code', 'priority', 'rate', 'amount', 'base'],
  Fields,
};

export const ChargesPage = (): JSX.Element => <KindPage kind={kind} />;
