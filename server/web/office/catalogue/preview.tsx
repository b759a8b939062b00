/* The cart beside the editors: what it costs by the catalogue as it is being edited, and why. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { locale, t } from '../../shared/i18n/i18n';
import { money, percent, quantity, type Currency } from '../../shared/money/money';
import { Empty, IconButton } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { Sheet } from '../../shared/ui/overlay';
import type { Figure, Names } from '../../shared/why/trace';
import { WhyRow, WhySheet } from '../../shared/why/why';
import { o } from '../i18n/words';
import { books, charges, groups, promotions, taxes, taxMaps } from '../state/catalogue';
import { findItems, itemName, itemsFound, knownItem, rememberItems } from '../state/items';
import { circumstances, freshPreview, lines, previewOpen, previewProblem, priced, typing, typingProblem, type Priced, type PreviewLineIn } from '../state/preview';
import { broad } from '../state/screen';
import { addItem } from './preview-add';
import { CircumstancesSheet, circumstancesText } from './preview-circumstances';
import { LineSheet } from './preview-line';

const currency = (): Currency => ({ code: session.value!.outlet.currency, exponent: session.value!.outlet.exponent });

function lineName(line: PreviewLineIn): string {
  const item = knownItem(line.item_id);
  const variant = item?.variants.find((v) => v.id === line.variant_id);
  return variant ? `${itemName(line.item_id)}, ${variant.name}` : itemName(line.item_id);
}

const optionNames = (line: PreviewLineIn): string[] => {
  const all = (groups.rows.value ?? []).flatMap((g) => g.modifiers);
  return (line.modifiers ?? []).map((m) => all.find((one) => one.id === m.modifier_id)?.name ?? '…');
};

/* What the trace has only the ids of. */
function names(answer: Priced): Names {
  const ruleName = (id: string): string => {
    const tax = taxes.rows.value?.find((one) => one.id === id);
    if (tax) return tax.name;
    for (const list of [promotions, charges, books, taxMaps]) {
      const found = list.rows.value?.find((one) => one.id === id);
      if (found) return found.name;
    }
    const option = groups.rows.value?.flatMap((g) => g.modifiers).find((m) => m.id === id);
    const sold = answer.lines.find((l) => l.variant_id === id || l.item_id === id);
    return option?.name ?? sold?.name ?? answer.trace.find((e) => e.rule_id === id && e.name)?.name ?? '…';
  };
  const top = answer.lines.filter((l) => l.parent_id === null);
  return {
    line: (id) => {
      const line = answer.lines.find((l) => l.id === id);
      return line?.name ?? answer.charges.find((c) => c.line_id === id)?.name ?? '…';
    },
    rule: ruleName,
    lines: top.map((l) => l.id),
    included: (id) => answer.taxes.find((one) => one.id === id)?.included ?? true,
  };
}

function Find(): JSX.Element {
  const words = useSignal('');
  const open = words.value.trim() !== '';
  const type = (text: string): void => {
    words.value = text;
    findItems(text);
  };
  const add = (n: number): void => {
    const item = itemsFound.value[n];
    if (item) void addItem(item);
    type('');
  };
  const onKeyDown = (e: KeyboardEvent): void => {
    if (e.key === 'Enter' && open) add(0);
    else if (e.key === 'Escape' && open) type('');
    else return;
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div class="pick-many preview-find">
      <input class="input" type="search" placeholder={o('preview.find')} aria-label={o('preview.find')} autocomplete="off" value={words.value} onInput={(e) => type(e.currentTarget.value)} onKeyDown={onKeyDown} />
      <div class="found" role="listbox" aria-label={o('preview.find')} hidden={!open}>
        {itemsFound.value.map((item, n) => (
          <button type="button" role="option" aria-selected="false" key={item.id} onClick={() => add(n)}>
            {item.name}
          </button>
        ))}
        {itemsFound.value.length === 0 && <p>{o('list.nothing', { q: words.value.trim() })}</p>}
      </div>
    </div>
  );
}

function Line(props: { line: PreviewLineIn; total: number | null; onEdit: () => void; onWhy: () => void }): JSX.Element {
  const { line, total } = props;
  const options = optionNames(line);
  const parts = (line.components ?? []).map((c) => itemName(c.item_id));
  rememberItems([line.item_id, ...(line.components ?? []).map((c) => c.item_id)]);
  const text = total === null ? '' : money(total, currency(), locale.value);
  return (
    <li class="preview-line">
      <button type="button" class="preview-item" aria-label={o('preview.change', { name: lineName(line) })} onClick={props.onEdit}>
        <span>
          {line.qty !== '1' && <b class="num">{quantity(line.qty)} × </b>}
          {lineName(line)}
        </span>
        <small>{[...parts, ...options].join(', ')}</small>
      </button>
      <button type="button" class="why-row money" disabled={total === null} aria-label={`${lineName(line)}, ${text}: ${o('preview.why')}`} onClick={props.onWhy}>
        <span class="money">{text}</span>
      </button>
    </li>
  );
}

/* Of the lines, before discounts and charges. */
const grossOf = (answer: Priced): number => answer.trace.filter((e) => e.step === 'gross' && answer.lines.some((l) => l.id === e.line_id && l.parent_id === null)).reduce((n, e) => n + e.amount, 0);

/* Below the lines: what was given, charged and taxed; each figure answers for itself. */
function Sums({ answer, onWhy }: { answer: Priced; onWhy: (figure: Figure) => void }): JSX.Element {
  const known = names(answer);
  const row = (label: string, amount: number, figure: Figure, kind = ''): JSX.Element => (
    <WhyRow key={label} label={label} amount={amount} currency={currency()} class={kind} onAsk={() => onWhy(figure)} />
  );
  const surcharges = [...new Set(answer.trace.filter((e) => e.step === 'surcharge').map((e) => e.rule_id!))];
  const taxRow = (tax: Priced['taxes'][number]): JSX.Element => {
    const label = `${tax.name} ${Number(tax.rate) > 0 ? percent(tax.rate, locale.value) : ''}`.trim();
    return row(tax.included ? o('preview.in', { name: label }) : label, tax.tax, { of: 'tax', rule: tax.id }, tax.included ? 'soft' : '');
  };
  return (
    <div class="preview-sums">
      {(answer.discount !== 0 || answer.charges.length > 0) && row(o('preview.gross'), grossOf(answer), { of: 'gross' })}
      {answer.promotions.map((p) => row(p.name, -p.amount, { of: 'discount', rule: p.id }, 'off'))}
      {surcharges.map((id) => row(known.rule(id), answer.trace.filter((e) => e.step === 'surcharge' && e.rule_id === id).reduce((n, e) => n + e.amount, 0), { of: 'surcharge', rule: id }))}
      {answer.charges.map((c) => row(c.name, c.total, { of: 'charge', line: c.line_id }))}
      {answer.taxes.filter((tax) => !tax.included).map(taxRow)}
      {row(o('preview.total'), answer.total, { of: 'total' }, 'total')}
      {answer.taxes.filter((tax) => tax.included).map(taxRow)}
      {row(o('preview.net'), answer.net, { of: 'net' }, 'soft')}
    </div>
  );
}

function Cart(): JSX.Element {
  const editing = useSignal<string | null>(null);
  const asking = useSignal<Figure | null>(null);
  const telling = useSignal(false);
  const answer = priced.value;
  const edited = lines.value.find((l) => l.id === editing.value);
  const totalOf = (id: string): number | null => answer?.lines.find((l) => l.id === id)?.total ?? null;
  return (
    <>
      <Find />
      <button type="button" class="preview-where" onClick={() => (telling.value = true)}>
        <span>{circumstancesText(circumstances.value)}</span>
        <Icon name="options" />
      </button>
      {lines.value.length === 0 && <Empty title={o('preview.none')} hint={o('preview.none.hint')} />}
      <ul class="preview-lines" aria-label={o('preview.lines')}>
        {lines.value.map((line) => (
          <Line key={line.id} line={line} total={totalOf(line.id)} onEdit={() => (editing.value = line.id)} onWhy={() => (asking.value = { of: 'line', line: line.id })} />
        ))}
      </ul>
      <p class="form-problem" role="alert">
        {previewProblem.value?.text ?? ''}
      </p>
      {typingProblem.value && lines.value.length > 0 && (
        <p class="note" role="status">
          {o('preview.typed.not', { e: typingProblem.value.text })}
        </p>
      )}
      {answer && !previewProblem.value && lines.value.length > 0 && <Sums answer={answer} onWhy={(figure) => (asking.value = figure)} />}
      {edited && <LineSheet key={edited.id} line={edited} onClose={() => (editing.value = null)} />}
      {telling.value && <CircumstancesSheet onClose={() => (telling.value = false)} />}
      {asking.value && answer && <WhySheet figure={asking.value} trace={answer.trace} names={names(answer)} currency={currency()} onClose={() => (asking.value = null)} />}
    </>
  );
}

/** Beside the page where there is room, else behind a bar at the bottom. */
export function Preview(): JSX.Element {
  useEffect(() => {
    for (const list of [groups, promotions, charges, books, taxes, taxMaps]) if (!list.rows.value) void list.load();
    freshPreview();
  }, []);
  const total = priced.value && lines.value.length > 0 && !previewProblem.value ? money(priced.value.total, currency(), locale.value) : '';
  if (broad.value) {
    return (
      <aside class="preview" aria-label={o('preview.title')}>
        <header>
          <h2>{o('preview.title')}</h2>
          <span class="tag">{o(typing.value && !typingProblem.value ? 'preview.typed' : 'preview.draft')}</span>
          {lines.value.length > 0 && <IconButton icon="trash" class="quiet" label={t('action.clear')} onClick={() => (lines.value = [])} />}
        </header>
        <Cart />
      </aside>
    );
  }
  return (
    <aside class="preview-bar" aria-label={o('preview.title')}>
      <button type="button" class="button" onClick={() => (previewOpen.value = true)}>
        <span>{o('preview.title')}</span>
        <span class="money">{total}</span>
      </button>
      {previewOpen.value && (
        <Sheet title={o('preview.title')} onClose={() => (previewOpen.value = false)}>
          <Cart />
        </Sheet>
      )}
    </aside>
  );
}

