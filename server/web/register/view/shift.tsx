/* Opening the shift before the first sale, its report, and closing it. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { locale, t } from '../../shared/i18n/i18n';
import type { Shift } from '../../shared/api/types';
import type { Currency } from '../../shared/money/money';
import { Numpad, padDigits, padKeyOf, type PadKey } from '../../shared/ui/numpad';
import { sheet } from '../state/sheet';
import { closeShift, openShift, readShift, shift } from '../state/till';
import { catalogue } from '../state/catalogue';
import { asMoney, asMoneyOf } from '../state/format';

const digitsMax = 9;

export function OpenShift(): JSX.Element {
  const digits = useSignal('');
  const put = (key: PadKey): void => {
    digits.value = padDigits(digits.value, key, digitsMax);
  };
  const open = (): void => openShift(Number(digits.value));
  useLayoutEffect(() => {
    const listen = (e: KeyboardEvent): void => {
      if (sheet.value || e.target instanceof HTMLInputElement) return;
      const key = padKeyOf(e);
      if (key) put(key);
      else if (e.key === 'Enter' && !(e.target instanceof HTMLButtonElement)) open();
      else return;
      e.preventDefault();
    };
    addEventListener('keydown', listen);
    return () => removeEventListener('keydown', listen);
  }, []);
  return (
    <section class="open-shift" aria-label={t('shift.open.title')}>
      <div>
        <h2>{t('shift.open.title')}</h2>
        <p>{t('shift.open.hint')}</p>
        <p class="amount">
          <span>{t('shift.float')}</span>
          <output class="num" aria-label={t('shift.float')}>
            {asMoney(Number(digits.value))}
          </output>
        </p>
        <Numpad onKey={put} />
        <button type="button" class="button primary large" onClick={open}>
          {t('shift.open.go', { m: asMoney(Number(digits.value)) })}
        </button>
      </div>
    </section>
  );
}

function Report({ report }: { report: Shift }): JSX.Element {
  const rows: [string, string][] = [
    [t('shift.sales'), String(report.sales)],
    [t('shift.gross'), asMoney(report.gross)],
    [t('shift.discount'), asMoney(-report.discount)],
    [t('shift.net'), asMoney(report.net)],
    [t('shift.tax'), asMoney(report.tax)],
    [t('shift.total'), asMoney(report.total)],
    ...(report.refunds.count > 0 ? [[t('shift.refunds', { n: report.refunds.count }), asMoney(-report.refunds.cash)] as [string, string]] : []),
    [t('shift.tips'), asMoney(report.tips.amount)],
    [t('shift.rounding'), asMoney(-report.rounding)],
    [t('shift.float'), asMoney(report.float)],
    [t('shift.expected'), asMoney(report.expected_cash)],
    ...report.currencies.map(({ currency: code, exponent, expected }): [string, string] => [
      t('shift.expected.in', { code }),
      asMoneyOf(expected, { code, exponent }),
    ]),
  ];
  const day = new Intl.DateTimeFormat(locale.value, { dateStyle: 'full', timeZone: 'UTC' });
  return (
    <dl class="pairs">
      <dt class="report-day">{t('shift.date', { d: day.format(new Date(report.business_date)) })}</dt>
      {rows.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

export function ShiftReport(): JSX.Element {
  const report = useSignal<Shift | null>(null);
  const failed = useSignal('');
  useEffect(() => {
    readShift(shift.value!.id).then(
      (found) => (report.value = found),
      (e: unknown) => (failed.value = e instanceof Error ? e.message : String(e)),
    );
  }, []);
  return (
    <>
      {report.value ? <Report report={report.value} /> : <p class="report-wait">{failed.value}</p>}
      <button type="button" class="button" onClick={() => (sheet.value = { kind: 'close-shift' })}>
        {t('shift.close')}
      </button>
    </>
  );
}

/* Counted blind: every currency that is taken, whether any of it came in or not. */
function takenCurrencies(): Currency[] {
  return (catalogue.value?.menu.currencies ?? []).map(({ code, definition }) => ({ code, exponent: Number(definition['exponent'] ?? 2) }));
}

export function CloseShift(props: { digits: string; onKey: (key: PadKey) => void }): JSX.Element {
  const counted = Number(props.digits);
  const others = takenCurrencies();
  const counts = useSignal<Record<string, string>>({});
  const close = (): void => {
    sheet.value = null;
    closeShift(counted, others.map(({ code }) => ({ currency: code, counted: Number(counts.value[code] ?? '') })));
  };
  return (
    <>
      <p>{t('shift.close.hint')}</p>
      <output class="value" aria-label={t('shift.counted')}>
        {asMoney(counted)}
      </output>
      <Numpad onKey={props.onKey} />
      {others.map((of) => (
        <label class="counted-in" key={of.code}>
          <span>{t('shift.counted.in', { code: of.code })}</span>
          <input
            class="num"
            inputMode="numeric"
            value={counts.value[of.code] ? asMoneyOf(Number(counts.value[of.code]), of) : ''}
            onInput={(e) => (counts.value = { ...counts.value, [of.code]: e.currentTarget.value.replace(/\D/g, '').replace(/^0+/, '').slice(0, digitsMax) })}
          />
        </label>
      ))}
      <button
        type="button"
        class="button primary large"
        disabled={props.digits === ''}
        onClick={close}
      >
        {t('shift.close.go', { m: asMoney(counted) })}
      </button>
    </>
  );
}
