/* Rounding, the order of discounts, and barcodes with a weight or price inside: how the whole business calculates. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { t } from '../../shared/i18n/i18n';
import { say, warn } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { outlets } from '../state/lists';
import { freshPreview } from '../state/preview';
import { refusal } from '../state/problem';
import { may } from '../state/rights';
import { apportionings, discountSteps, roundingLevels, roundingModes, symbologies, type BarcodePattern, type Rounding, type RuleSettings } from '../state/rules';
import { settings, writeSettings, type SettingsRow } from '../state/settings';
import { at, FormProblem, SelectInput } from '../view/field';
import { useForm, type Form } from '../view/form';
import { lists, ListHead, Loaded } from '../view/parts';
import { Cell, Check, Lines, MoneyInput, Part, SelectCell } from './fields';
import { History } from './history';
import { amountText, Reader } from './rule-form';

interface RoundingDraft extends Omit<Rounding, 'increment' | 'cash_increment'> {
  increment: string;
  cash_increment: string;
}

interface Draft {
  rounding: RoundingDraft;
  /** Of outlets that have their own. */
  outlets: { outlet_id: string; rounding: RoundingDraft }[];
  sequence: NonNullable<RuleSettings['sequence']>;
  apportion: NonNullable<RuleSettings['apportion']>;
  patterns: BarcodePattern[];
}

const roundingDraft = (r: Rounding): RoundingDraft => ({ ...r, increment: amountText(r.increment), cash_increment: amountText(r.cash_increment) });

function draftOf({ definition }: SettingsRow): Draft {
  return {
    rounding: roundingDraft(definition.rounding),
    outlets: (definition.outlets ?? []).map((one) => ({ ...one, rounding: roundingDraft(one.rounding) })),
    sequence: definition.sequence ?? [...discountSteps],
    apportion: definition.apportion ?? 'largest_remainder',
    patterns: (definition.barcode_patterns ?? []).map((p) => ({ ...p })),
  };
}

const roundingOf = (draft: RoundingDraft, read: Reader): Rounding => ({
  ...draft,
  increment: read.amount('increment', draft.increment, true) ?? 1,
  cash_increment: read.amount('cash_increment', draft.cash_increment, true) ?? 1,
});

function definitionOf(draft: Draft, read: Reader): RuleSettings {
  return {
    rounding: roundingOf(draft.rounding, read),
    outlets: draft.outlets.map((one) => ({ ...one, rounding: roundingOf(one.rounding, read) })),
    sequence: draft.sequence,
    apportion: draft.apportion,
    barcode_patterns: draft.patterns.map((p) => ({ ...p, name: p.name.trim(), pattern: p.pattern.trim() })),
  };
}

function RoundingFields(props: { value: RoundingDraft; locked: boolean; form: Form<Draft>; onChange: (value: RoundingDraft) => void }): JSX.Element {
  const { value, locked, form, onChange } = props;
  const put = (change: Partial<RoundingDraft>): void => onChange({ ...value, ...change });
  return (
    <div class="fields">
      <SelectInput label={o('rounding.mode')} value={value.mode} disabled={locked} choices={roundingModes.map((v) => ({ value: v, label: o(`rounding.mode.${v}`) }))} onValue={(mode) => put({ mode: mode as Rounding['mode'] })} />
      <SelectInput label={o('rounding.level')} hint={o('rounding.level.hint')} value={value.level} disabled={locked} choices={roundingLevels.map((v) => ({ value: v, label: o(`rounding.level.${v}`) }))} onValue={(level) => put({ level: level as Rounding['level'] })} />
      <SelectInput label={o('rounding.inclusive')} hint={o('rounding.inclusive.hint')} value={value.inclusive} disabled={locked} choices={(['tax', 'net'] as const).map((v) => ({ value: v, label: o(`rounding.inclusive.${v}`) }))} onValue={(inclusive) => put({ inclusive: inclusive as Rounding['inclusive'] })} />
      <SelectInput label={o('rounding.discount')} hint={o('rounding.discount.hint')} value={value.discount ?? 'amount'} disabled={locked} choices={(['amount', 'price'] as const).map((v) => ({ value: v, label: o(`rounding.discount.${v}`) }))} onValue={(discount) => put({ discount: discount as NonNullable<Rounding['discount']> })} />
      <MoneyInput label={o('rounding.increment')} hint={o('rounding.increment.hint')} value={value.increment} locked={locked} problem={at(form.problem, 'increment')} onValue={(increment) => put({ increment })} />
      <MoneyInput label={o('rounding.cash')} hint={o('rounding.cash.hint')} value={value.cash_increment} locked={locked} problem={at(form.problem, 'cash_increment')} onValue={(cash_increment) => put({ cash_increment })} />
    </div>
  );
}

interface PartProps {
  form: Form<Draft>;
  locked: boolean;
}

function Outlets({ form, locked }: PartProps): JSX.Element {
  const { outlets: own, rounding } = form.draft;
  const put = (id: string, value: RoundingDraft | null): void => {
    const others = own.filter((one) => one.outlet_id !== id);
    form.put({ outlets: value ? [...others, { outlet_id: id, rounding: value }] : others });
  };
  return (
    <Part title={o('rounding.outlets')}>
      {outlets.rows.value!.map(({ id, name }) => {
        const here = own.find((one) => one.outlet_id === id);
        return (
          <div key={id} role="group" aria-label={name}>
            <Check label={o('rounding.outlet', { outlet: name })} checked={here !== undefined} locked={locked} onChange={(on) => put(id, on ? rounding : null)} />
            {here && <RoundingFields value={here.rounding} locked={locked} form={form} onChange={(value) => put(id, value)} />}
          </div>
        );
      })}
    </Part>
  );
}

/* The order is changed by moving a step up; four steps need no dragging. */
function Sequence({ form, locked }: PartProps): JSX.Element {
  const { sequence } = form.draft;
  const up = (n: number): void => form.put({ sequence: sequence.map((step, i) => (i === n - 1 ? sequence[n]! : i === n ? sequence[n - 1]! : step)) });
  return (
    <ol class="sequence">
      {sequence.map((step, n) => (
        <li key={step}>
          <span>{o(`sequence.${step}`)}</span>
          <button type="button" class="button" disabled={locked || n === 0} aria-label={o('sequence.up', { step: o(`sequence.${step}`) })} onClick={() => up(n)}>
            ↑
          </button>
        </li>
      ))}
    </ol>
  );
}

function Discounts({ form, locked }: PartProps): JSX.Element {
  return (
    <Part title={o('sequence.title')} hint={o('sequence.hint')}>
      <Sequence form={form} locked={locked} />
      <div class="fields">
        <SelectInput label={o('apportion')} hint={o('apportion.hint')} value={form.draft.apportion} disabled={locked} choices={apportionings.map((v) => ({ value: v, label: o(`apportion.${v}`) }))} onValue={(value) => form.put({ apportion: value as Draft['apportion'] })} />
      </div>
    </Part>
  );
}

function Patterns({ form, locked }: PartProps): JSX.Element {
  const heads = [o('field.name'), o('pattern.pattern'), o('pattern.symbology'), o('pattern.value')];
  return (
    <Part title={o('pattern.title')} hint={o('pattern.hint')}>
      <Lines
        label={o('pattern.title')}
        heads={heads}
        rows={form.draft.patterns}
        blank={() => ({ name: '', pattern: '', symbology: 'ean13' as const, value: 'qty' as const })}
        add={o('pattern.add')}
        locked={locked}
        cells={(row, change) => [
          <Cell key="name" label={heads[0]!} value={row.name} locked={locked} onValue={(name) => change({ name })} />,
          <Cell key="pattern" label={heads[1]!} value={row.pattern} placeholder="21.....{NNDDD}." locked={locked} onValue={(pattern) => change({ pattern })} />,
          <SelectCell key="symbology" label={heads[2]!} value={row.symbology ?? 'any'} locked={locked} choices={symbologies.map((v) => ({ value: v, label: v === 'any' ? o('pattern.any') : v.toUpperCase() }))} onValue={(v) => change({ symbology: v as NonNullable<BarcodePattern['symbology']> })} />,
          <SelectCell key="value" label={heads[3]!} value={row.value} locked={locked} choices={(['qty', 'price'] as const).map((v) => ({ value: v, label: o(`pattern.value.${v}`) }))} onValue={(v) => change({ value: v as BarcodePattern['value'] })} />,
        ]}
        onChange={(patterns) => form.put({ patterns })}
      />
      <p class="form-problem" role="alert">
        {at(form.problem, 'barcode_patterns')?.text ?? ''}
      </p>
    </Part>
  );
}

function SettingsForm({ row }: { row: SettingsRow }): JSX.Element {
  const form = useForm<Draft>(() => draftOf(row), `rounding/${row.version}`);
  const locked = !may('catalogue.write');
  const save = async (definition: RuleSettings, key: string): Promise<void> => {
    const saved = await writeSettings(row, definition, key);
    say(o('saved'), () => void writeSettings(saved, row.definition).then(freshPreview, (e: unknown) => warn(refusal(e).text)));
    freshPreview();
  };
  const submit = (): void => {
    const read = new Reader();
    const definition = definitionOf(form.draft, read);
    if (read.problem) form.refuse(read.problem);
    else void form.run((key) => save(definition, key));
  };
  return (
    <form
      class="thing"
      aria-label={o('rounding.title')}
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        submit();
      }}
    >
      {locked && <p class="reason">{o('row.readonly')}</p>}
      <RoundingFields value={form.draft.rounding} locked={locked} form={form} onChange={(rounding) => form.put({ rounding })} />
      <Outlets form={form} locked={locked} />
      <Discounts form={form} locked={locked} />
      <Patterns form={form} locked={locked} />
      <History row={session.value!.tenant.id} version={row.version} />
      <footer class="actions">
        <FormProblem problem={form.problem} fields={['increment', 'cash_increment', 'barcode_patterns']} />
        {form.dirty && (
          <button type="button" class="button" onClick={form.discard}>
            {o('row.discard')}
          </button>
        )}
        <button type="submit" class="button primary large" disabled={locked || form.busy || !form.dirty}>
          {t('action.apply')}
        </button>
      </footer>
    </form>
  );
}

export function RoundingPage(): JSX.Element {
  return (
    <section class="page" aria-label={o('rounding.title')}>
      <ListHead title={o('rounding.title')} />
      <Loaded lists={lists(settings, outlets)}>
        {() => {
          const row = settings.rows.value![0]!;
          return <SettingsForm key={row.version} row={row} />;
        }}
      </Loaded>
    </section>
  );
}
