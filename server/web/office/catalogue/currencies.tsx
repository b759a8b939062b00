/* Currencies that are taken besides the own one, and what they are worth. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { percent } from '../../shared/money/money';
import { o } from '../i18n/words';
import { currencies } from '../state/catalogue';
import { wrong } from '../state/problem';
import type { CurrencyRate } from '../state/rules';
import { at, TextInput } from '../view/field';
import { PercentInput, UnitInput } from './fields';
import { KindPage, type FieldsProps, type Kind } from './kind';
import { given, percentText, Reader, type Named } from './rule-form';

interface Draft extends Named {
  exponent: string;
  rate: string;
  spread: string;
  /** Smallest coin or note of it that is given, in its main unit: "1". */
  coin: string;
}

const own = (): string => session.value!.outlet.currency;

/* How many decimals a currency has, as far as the browser knows. */
function decimals(code: string): number {
  try {
    return new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits ?? 2;
  } catch {
    return 2;
  }
}

function nameOf(code: string): string {
  try {
    return new Intl.DisplayNames(locale.value, { type: 'currency' }).of(code) ?? code;
  } catch {
    return code;
  }
}

const draftOf = (row: CurrencyRate | null): Draft => ({
  code: row?.code ?? '',
  name: row?.name ?? '',
  exponent: String(row?.definition.exponent ?? 2),
  rate: row?.definition.rate ?? '',
  spread: percentText(row?.definition.spread),
  coin: row?.definition.cash_increment ? String(row.definition.cash_increment / 10 ** row.definition.exponent) : '',
});

/* In minor units; nothing typed is a minor unit. */
function coinOf(draft: Draft): number | undefined | null {
  const typed = draft.coin.trim().replace(',', '.');
  if (typed === '') return undefined;
  const minor = Number(typed) * 10 ** Number(draft.exponent);
  return /^\d{1,6}(\.\d{1,4})?$/.test(typed) && minor >= 1 && Math.abs(minor - Math.round(minor)) < 1e-6 ? Math.round(minor) : null;
}

function bodyOf(draft: Draft): ReturnType<Reader['done']> {
  const read = new Reader();
  const rate = draft.rate.trim().replace(',', '.');
  if (!/^\d{1,9}(\.\d{1,9})?$/.test(rate) || Number(rate) === 0) return wrong('rate', o('currency.rate.wrong'));
  const coin = coinOf(draft);
  if (coin === null) return wrong('cash_increment', o('currency.coin.wrong'));
  const spread = read.percent('spread', draft.spread);
  const definition = given({ exponent: read.whole('exponent', draft.exponent, true), rate, spread, cash_increment: coin });
  return read.done({ code: draft.code.trim().toUpperCase(), name: draft.name.trim(), definition });
}

function Fields({ form, locked, row }: FieldsProps<CurrencyRate, Draft>): JSX.Element {
  const { draft, problem, put } = form;
  const setCode = (text: string): void => {
    const code = text.toUpperCase().replace(/[^A-Z]/g, '').slice(0, 3);
    put(code.length === 3 && !row ? { code, name: nameOf(code), exponent: String(decimals(code)) } : { code });
  };
  return (
    <div class="fields">
      <TextInput label={o('currency.code')} hint={o('currency.code.hint')} value={draft.code} maxLength={3} autocapitalize="characters" disabled={locked} problem={at(problem, 'code')} onValue={setCode} />
      <TextInput label={o('field.name')} value={draft.name} maxLength={64} disabled={locked} problem={at(problem, 'name')} onValue={(name) => put({ name })} />
      <UnitInput label={o('currency.rate', { code: draft.code || '…' })} unit={own()} hint={o('currency.rate.hint')} value={draft.rate} locked={locked} problem={at(problem, 'rate')} onValue={(rate) => put({ rate })} />
      <PercentInput label={o('currency.spread')} hint={o('currency.spread.hint')} value={draft.spread} locked={locked} problem={at(problem, 'spread')} onValue={(spread) => put({ spread })} />
      <UnitInput label={o('currency.coin')} unit={draft.code || '…'} hint={o('currency.coin.hint')} value={draft.coin} locked={locked} problem={at(problem, 'cash_increment')} onValue={(coin) => put({ coin })} />
      <TextInput label={o('currency.exponent')} inputMode="numeric" value={draft.exponent} disabled={locked} problem={at(problem, 'exponent')} onValue={(exponent) => put({ exponent })} />
    </div>
  );
}

const kind: Kind<CurrencyRate, Draft> = {
  page: 'currencies',
  words: 'currencies',
  resource: currencies,
  needs: [],
  columns: () => [
    { key: 'name', title: o('field.name'), value: (c) => `${c.code} · ${c.name}` },
    { key: 'rate', title: o('currency.worth'), value: (c) => `${c.definition.rate} ${own()}` },
    { key: 'spread', title: o('currency.spread'), value: (c) => percent(c.definition.spread ?? '0', locale.value) },
  ],
  draftOf,
  bodyOf,
  fields: ['code', 'name', 'rate', 'spread', 'exponent'],
  Fields,
};

export const CurrenciesPage = (): JSX.Element => <KindPage kind={kind} />;
