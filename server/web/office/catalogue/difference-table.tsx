/* Both calculations of an order beside each other: every amount opens the way to it. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { money, percent, quantity, type Currency } from '../../shared/money/money';
import type { Figure, Names } from '../../shared/why/trace';
import { WhySheet } from '../../shared/why/why';
import { o } from '../i18n/words';
import { books, charges, groups, promotions, taxes, taxMaps } from '../state/catalogue';
import type { BothSides, Side } from '../state/differences';

const currency = (): Currency => ({ code: session.value!.outlet.currency, exponent: session.value!.outlet.exponent });
const m = (minor: number): string => money(minor, currency(), locale.value);

type Which = 'register' | 'rules';

/* One row of the table: what it is about, and on each side the amount and the figure that explains it. */
interface Row {
  key: string;
  label: string;
  kind: string;
  amounts: Record<Which, { amount: number; note?: string; figure: Figure } | null>;
}

/* What the trace has only the ids of. */
function names(side: Side): Names {
  const known = [...side.promotions, ...side.charges, ...side.taxes];
  const rule = (id: string): string => {
    const listed = known.find((one) => one.id === id)?.name ?? side.trace.find((e) => e.rule_id === id && e.name)?.name;
    if (listed) return listed;
    const row = [promotions, charges, books, taxMaps, taxes].flatMap((list) => (list.rows.value as { id: string; name: string }[] | null) ?? []).find((one) => one.id === id);
    const option = groups.rows.value?.flatMap((g) => g.modifiers).find((one) => one.id === id);
    return row?.name ?? option?.name ?? side.lines.find((l) => l.variant_id === id || l.item_id === id)?.name ?? '…';
  };
  return {
    line: (id) => side.lines.find((l) => l.id === id)?.name ?? side.charges.find((c) => c.line_id === id)?.name ?? '…',
    rule,
    lines: side.lines.filter((l) => l.parent_id === null).map((l) => l.id),
    included: (id) => side.taxes.find((one) => one.id === id)?.included ?? true,
  };
}

/* The rows of one side, in the order of a bill. */
function rowsOf(side: Side): { key: string; label: string; kind: string; amount: number; note?: string; figure: Figure }[] {
  const taxLabel = (one: Side['taxes'][number]): string => {
    const label = `${one.name} ${Number(one.rate) > 0 ? percent(one.rate, locale.value) : ''}`.trim();
    return one.included ? o('preview.in', { name: label }) : label;
  };
  return [
    ...side.lines.filter((l) => l.parent_id === null).map((l) => ({ key: `line ${l.id}`, label: l.name, kind: '', amount: l.total, note: l.qty === '1' ? '' : `${quantity(l.qty)} ×`, figure: { of: 'line', line: l.id } as Figure })),
    ...side.promotions.map((p) => ({ key: `promotion ${p.id}`, label: p.name, kind: 'soft', amount: -p.amount, figure: { of: 'discount', rule: p.id } as Figure })),
    ...side.charges.filter((c) => c.line_id).map((c) => ({ key: `charge ${c.id}`, label: c.name, kind: '', amount: c.total, figure: { of: 'charge', line: c.line_id } as Figure })),
    ...side.taxes.map((one) => ({ key: `tax ${one.id}`, label: taxLabel(one), kind: 'soft', amount: one.tax, figure: { of: 'tax', rule: one.id } as Figure })),
    { key: 'total', label: o('diffs.total'), kind: 'whole', amount: side.total, figure: { of: 'total' } as Figure },
  ];
}

/* What both have comes once; what only one has stands where a bill has it. */
function merged(of: BothSides): Row[] {
  const all = new Map<string, Row>();
  for (const which of ['register', 'rules'] as const) {
    for (const { key, label, kind, ...rest } of of[which] ? rowsOf(of[which]) : []) {
      const row = all.get(key) ?? { key, label, kind, amounts: { register: null, rules: null } };
      row.amounts[which] = rest;
      all.set(key, row);
    }
  }
  const order = ['line', 'promotion', 'charge', 'tax', 'total'];
  const place = (row: Row): number => order.indexOf(row.key.split(' ')[0]!);
  return [...all.values()].sort((a, b) => place(a) - place(b));
}

function differenceText({ amounts }: Row): string {
  const by = (amounts.register?.amount ?? 0) - (amounts.rules?.amount ?? 0);
  if (by === 0) return '–';
  return by > 0 ? `+${m(by)}` : m(by);
}

export function BothPrices({ of }: { of: BothSides }): JSX.Element {
  const asked = useSignal<{ which: Which; figure: Figure } | null>(null);
  const sides: Which[] = of.register ? ['register', 'rules'] : ['rules'];
  useEffect(() => {
    for (const list of [promotions, charges, books, taxes, taxMaps, groups]) if (!list.rows.value) void list.load();
  }, []);
  const cell = (row: Row, which: Which): JSX.Element => {
    const found = row.amounts[which];
    return (
      <td key={which}>
        {found && (
          <button type="button" class="why-row money" aria-label={`${row.label}, ${o(`diffs.${which}`)}, ${m(found.amount)}: ${o('preview.why')}`} onClick={() => (asked.value = { which, figure: found.figure })}>
            <small>{found.note}</small>
            <span class="money">{m(found.amount)}</span>
          </button>
        )}
      </td>
    );
  };
  const shown = asked.value && of[asked.value.which];
  return (
    <>
      <table class="shadow both" aria-label={o('diffs.table')}>
        <thead>
          <tr>
            <td />
            {sides.map((which) => (
              <th scope="col" key={which}>
                {o(`diffs.${which}`)}
              </th>
            ))}
            {of.register && <th scope="col">{o('diffs.difference')}</th>}
          </tr>
        </thead>
        <tbody>
          {merged(of).map((row) => (
            <tr key={row.key} class={`${row.kind} ${differenceText(row) === '–' ? 'same' : ''}`}>
              <th scope="row">{row.label}</th>
              {sides.map((which) => cell(row, which))}
              {of.register && <td class="money">{differenceText(row)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {shown && asked.value && <WhySheet figure={asked.value.figure} trace={shown.trace} names={names(shown)} currency={currency()} onClose={() => (asked.value = null)} />}
    </>
  );
}
