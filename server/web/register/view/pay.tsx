/* Cash payment: tip and currency, quick amounts that finish at a touch, other amounts through the pad. Enter takes what is asked for. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { locale, t } from '../../shared/i18n/i18n';
import { percent, quickCash } from '../../shared/money/money';
import { IconButton, Segmented } from '../../shared/ui/controls';
import { Numpad, padDigits, padKeyOf, type PadKey } from '../../shared/ui/numpad';
import { asMoney, asMoneyOf, currency } from '../state/format';
import { asked, changeInOther, currencyCode, other, others, payable, resetPayment, settled, tip, tipPercents } from '../state/payment';
import { priced } from '../state/pricing';
import { mode, payCash } from '../state/till';

const digitsMax = 9;
const quickCount = 5;

/** Digits typed on the pad; empty means what is asked for. */
const entry = signal('');
/** The pad types a tip. */
const typingTip = signal(false);

const total = (): number => priced.value?.total ?? 0;
const inHand = (): { code: string; exponent: number } => other.value ?? currency.value;
const tendered = (): number => (entry.value === '' ? asked.value : Number(entry.value));
const enough = (): boolean => tip.value <= total() && settled(tendered())?.left === 0;

export function leavePay(): void {
  entry.value = '';
  typingTip.value = false;
  resetPayment();
  mode.value = 'sell';
}

export function confirmPay(): void {
  if (typingTip.value) typingTip.value = false;
  else if (enough()) take(tendered());
}

function take(amount: number): void {
  entry.value = '';
  typingTip.value = false;
  payCash(amount);
}

function put(key: PadKey): void {
  if (typingTip.value) tip.value = Number(padDigits(String(tip.value || ''), key, digitsMax));
  else entry.value = padDigits(entry.value, key, digitsMax);
}

/** Keys while paying; true when used. */
export function payKey(e: KeyboardEvent): boolean {
  const key = padKeyOf(e);
  if (key) put(key);
  else if (e.key === 'Enter') confirmPay();
  else if (e.key === 'Escape') leavePay();
  else return false;
  return true;
}

function giveTip(amount: number): void {
  typingTip.value = false;
  tip.value = amount;
}

/* A suggestion: to a tenth of the main unit, as people give it. */
function suggested(rate: number): number {
  const step = Math.max(10 ** (currency.value.exponent - 1), 1);
  return Math.round((total() * rate) / 100 / step) * step;
}

function Tips(): JSX.Element {
  const sums = tipPercents.map((rate) => ({ rate, sum: suggested(rate) }));
  const own = tip.value > 0 && !sums.some(({ sum }) => sum === tip.value);
  return (
    <div class="tips" role="group" aria-label={t('pay.tip')}>
      <button type="button" class="button" aria-pressed={tip.value === 0 && !typingTip.value} onClick={() => giveTip(0)}>
        {t('pay.tip.none')}
      </button>
      {sums.map(({ rate, sum }) => (
        <button type="button" class="button" key={rate} disabled={sum === 0} aria-pressed={sum > 0 && tip.value === sum && !typingTip.value} onClick={() => giveTip(sum)}>
          <span>{percent(String(rate / 100), locale.value)}</span>
          <small class="num">{asMoney(sum)}</small>
        </button>
      ))}
      <button type="button" class="button" aria-pressed={typingTip.value || own} onClick={() => (typingTip.value = true)}>
        {t('pay.tip.other')}
      </button>
    </div>
  );
}

function chooseCurrency(code: string): void {
  entry.value = '';
  currencyCode.value = code;
  changeInOther.value = false;
}

function Currencies(): JSX.Element | null {
  if (others.value.length === 0) return null;
  const of = other.value;
  const own = currency.value.code;
  const choices = [{ value: '', label: own }, ...others.value.map(({ code }) => ({ value: code, label: code }))];
  return (
    <div class="currencies">
      <Segmented label={t('pay.currency')} value={currencyCode.value} choices={choices} onChange={chooseCurrency} />
      {of && (
        <>
          <span class="num">{t('pay.rate', { code: of.code, rate: of.text, own })}</span>
          <span>
            {t('pay.change.in')}
            <Segmented
              label={t('pay.change.in')}
              value={changeInOther.value ? of.code : own}
              choices={[own, of.code].map((code) => ({ value: code, label: code }))}
              onChange={(code) => (changeInOther.value = code === of.code)}
            />
          </span>
        </>
      )}
    </div>
  );
}

function Outcome(): JSX.Element {
  if (tip.value > total()) return <span class="short">{t('pay.tip.high')}</span>;
  const found = settled(tendered());
  if (!found || found.left > 0) return <span class="short">{t('pay.short', { m: asMoney(found?.left ?? payable.value) })}</span>;
  const parts = other.value && changeInOther.value ? [asMoneyOf(found.changeOther, other.value)] : [];
  if (found.changeHome > 0 || parts.length === 0) parts.push(asMoney(found.changeHome));
  return <span>{t('pay.change.preview', { m: parts.join(' + ') })}</span>;
}

function Due(): JSX.Element {
  const ask = asked.value;
  return (
    <div class="pay-due">
      <span>{t('pay.due')}</span>
      <output class="num" aria-label={t('pay.due')}>
        {asMoneyOf(ask, inHand())}
      </output>
      {tip.value > 0 && <p class="num">{t('pay.due.tip', { total: asMoney(total()), tip: asMoney(tip.value) })}</p>}
      <span>{t('pay.tip')}</span>
      <Tips />
      <Currencies />
      <div class="quick">
        {quickCash(ask, inHand().exponent, quickCount).map((sum) => (
          <button type="button" class="button large" key={sum} disabled={tip.value > total()} onClick={() => take(sum)}>
            {sum === ask ? t('pay.exact') : asMoneyOf(sum, inHand())}
          </button>
        ))}
      </div>
    </div>
  );
}

function Entry(): JSX.Element {
  if (typingTip.value) {
    return (
      <div class="pay-entry" aria-live="polite">
        <span>{t('pay.tip')}</span>
        <output class="num" aria-label={t('pay.tip')}>
          {asMoney(tip.value)}
        </output>
        <Outcome />
      </div>
    );
  }
  return (
    <div class="pay-entry" aria-live="polite">
      <span>{t('pay.cash')}</span>
      <output class="num" aria-label={t('pay.cash')}>
        {asMoneyOf(tendered(), inHand())}
      </output>
      <Outcome />
    </div>
  );
}

function Confirm(): JSX.Element {
  if (typingTip.value) {
    return (
      <button type="button" class="button primary large" onClick={confirmPay}>
        {t('pay.tip.done')}
      </button>
    );
  }
  return (
    <button type="button" class="button primary large" disabled={!enough()} onClick={confirmPay}>
      {entry.value === '' ? t('pay.take.exact') : t('pay.take', { m: asMoneyOf(tendered(), inHand()) })}
    </button>
  );
}

export function Pay(): JSX.Element {
  return (
    <section class="pay" aria-label={t('pay.title')}>
      <header>
        <IconButton icon="back" label={t('action.back')} class="quiet" onClick={leavePay} />
        <h2>{t('pay.title')}</h2>
      </header>
      <div class="pay-body">
        <Due />
        <div class="pay-pad">
          <Entry />
          <Numpad onKey={put} />
          <Confirm />
        </div>
      </div>
    </section>
  );
}
