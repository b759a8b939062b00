/* "Why this amount": the calculation of one figure in words, on a sheet. */
import type { JSX } from 'preact';
import { locale } from '../i18n/i18n';
import { money, type Currency } from '../money/money';
import { Sheet } from '../ui/overlay';
import { explain } from './explain';
import type { Reason } from './sentences';
import type { Figure, Names, TraceEntry } from './trace';
import { w } from './words';
import './why.css';

export function WhySheet(props: { figure: Figure; trace: TraceEntry[]; names: Names; currency: Currency; onClose: () => void }): JSX.Element {
  const { reasons, result, within = [] } = explain(props.figure, props.trace, props.names, props.currency);
  const m = (minor: number): string => money(minor, props.currency, locale.value);
  const row = (reason: Reason, n: number): JSX.Element => (
    <li key={n} class={reason.aside ? 'aside' : undefined}>
      <span>
        {reason.text}
        {reason.note && <small>{reason.note}</small>}
      </span>
      {reason.amount !== null && <span class="money">{m(reason.amount)}</span>}
    </li>
  );
  return (
    <Sheet title={w('why.title', { m: m(result.amount ?? 0) })} onClose={props.onClose}>
      <ol class="why">
        {reasons.length === 0 && <li>{w('why.nothing')}</li>}
        {reasons.map(row)}
        <li class="why-result">
          <span>
            {result.text}
            {result.note && <small>{result.note}</small>}
          </span>
          <span class="money">{m(result.amount ?? 0)}</span>
        </li>
        {within.map((reason, n) => row({ ...reason, aside: true }, reasons.length + n))}
      </ol>
    </Sheet>
  );
}

/** A row of a bill that answers why its amount is what it is. */
export function WhyRow(props: { label: string; amount: number; currency: Currency; class?: string; onAsk: () => void }): JSX.Element {
  const text = money(props.amount, props.currency, locale.value);
  return (
    <button type="button" class={`why-row ${props.class ?? ''}`} aria-label={`${props.label}, ${text}: ${w('why.ask')}`} onClick={props.onAsk}>
      <span>{props.label}</span>
      <span class="money">{text}</span>
    </button>
  );
}
