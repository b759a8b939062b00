/* Cash payment: quick amounts finish at a touch, other amounts through the pad. Enter takes the exact amount. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { t } from '../../shared/i18n/i18n';
import { quickCash } from '../../shared/money/money';
import { IconButton } from '../../shared/ui/controls';
import { Numpad, padDigits, padKeyOf } from '../../shared/ui/numpad';
import { priced } from '../state/pricing';
import { mode, payCash } from '../state/till';
import { asMoney, currency } from '../state/format';

const digitsMax = 9;
const quickCount = 5;

/** Digits typed on the pad; empty means exact. */
const entry = signal('');

const due = (): number => priced.value?.total ?? 0;
const tendered = (): number => (entry.value === '' ? due() : Number(entry.value));

export function leavePay(): void {
  entry.value = '';
  mode.value = 'sell';
}

export function confirmPay(): void {
  if (tendered() >= due()) take(tendered());
}

function take(amount: number): void {
  entry.value = '';
  payCash(amount);
}

/** Keys while paying; true when used. */
export function payKey(e: KeyboardEvent): boolean {
  const key = padKeyOf(e);
  if (key) entry.value = padDigits(entry.value, key, digitsMax);
  else if (e.key === 'Enter') confirmPay();
  else if (e.key === 'Escape') leavePay();
  else return false;
  return true;
}

function Outcome(): JSX.Element {
  const change = tendered() - due();
  if (change < 0) return <span class="short">{t('pay.short', { m: asMoney(-change) })}</span>;
  return <span>{t('pay.change.preview', { m: asMoney(change) })}</span>;
}

export function Pay(): JSX.Element {
  const exact = due();
  return (
    <section class="pay" aria-label={t('pay.title')}>
      <header>
        <IconButton icon="back" label={t('action.back')} class="quiet" onClick={leavePay} />
        <h2>{t('pay.title')}</h2>
      </header>
      <div class="pay-body">
        <div class="pay-due">
          <span>{t('pay.due')}</span>
          <output class="num" aria-label={t('pay.due')}>
            {asMoney(exact)}
          </output>
          <div class="quick">
            {quickCash(exact, currency.value.exponent, quickCount).map((sum) => (
              <button type="button" class="button large" key={sum} onClick={() => take(sum)}>
                {sum === exact ? t('pay.exact') : asMoney(sum)}
              </button>
            ))}
          </div>
        </div>
        <div class="pay-pad">
          <div class="pay-entry" aria-live="polite">
            <span>{t('pay.cash')}</span>
            <output class="num" aria-label={t('pay.cash')}>
              {asMoney(tendered())}
            </output>
            <Outcome />
          </div>
          <Numpad onKey={(key) => (entry.value = padDigits(entry.value, key, digitsMax))} />
          <button type="button" class="button primary large" disabled={tendered() < exact} onClick={confirmPay}>
            {entry.value === '' ? t('pay.take.exact') : t('pay.take', { m: asMoney(tendered()) })}
          </button>
        </div>
      </div>
    </section>
  );
}
