/* The receipt, from the priced form that was sold; the journal reference appears when the server has answered. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import type { JournalRef } from '../../shared/api/types';
import { hexBytes } from '../../shared/core/bytes';
import { locale, t } from '../../shared/i18n/i18n';
import { receiptPath } from '../../shared/receipt/link';
import { Qr } from '../../shared/ui/qr';
import type { CartLine } from '../state/order';
import { lineName } from '../state/sheet';
import { journalOrigin, type Sale } from '../state/till';
import { discountText, lineQty, optionNames } from './cart';
import { asAmount, asMoney, asMoneyOf, currency, taxLabel } from '../state/format';
import type { Paid } from '../state/payment';

function Line({ line, sale }: { line: CartLine; sale: Sale }): JSX.Element {
  const amounts = sale.priced.lines.get(line.id);
  return (
    <>
      <li>
        <span>
          {lineQty(line, sale.order)} × {lineName(line, sale.order)}
        </span>
        <span class="money">{amounts ? asAmount(amounts.gross) : ''}</span>
      </li>
      {optionNames(line, sale.order).map((name, i) => (
        <li class="sub" key={i}>
          {name}
        </li>
      ))}
      {amounts && amounts.lineDiscount > 0 && (
        <li class="sub">
          <span>
            {t('cart.discount')} {line.discount ? discountText(line.discount) : ''}
          </span>
          <span class="money">{asAmount(-amounts.lineDiscount)}</span>
        </li>
      )}
    </>
  );
}

function Payment({ paid }: { paid: Paid }): JSX.Element {
  const { tip, rounding, tendered, other, settled } = paid;
  const own = currency.value.code;
  const rows: [string, string][] = [];
  if (tip > 0) rows.push([t('receipt.tip'), asAmount(tip)]);
  if (rounding !== 0) rows.push([t('receipt.rounding'), asAmount(rounding)]);
  if (other) {
    rows.push([t('receipt.cash.in', { code: other.code }), asMoneyOf(tendered, other)]);
    rows.push([t('pay.rate', { code: other.code, rate: other.text, own }), asAmount(settled.value)]);
    if (settled.changeOther > 0) rows.push([t('receipt.change.in', { code: other.code }), asMoneyOf(settled.changeOther, other)]);
  } else rows.push([t('receipt.cash'), asAmount(tendered)]);
  if (settled.changeHome > 0 || settled.changeOther === 0) rows.push([t('receipt.change'), asAmount(settled.changeHome)]);
  return (
    <>
      {rows.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </>
  );
}

function Figures({ sale }: { sale: Sale }): JSX.Element {
  const { priced, order } = sale;
  return (
    <dl class="pairs">
      {[...priced.surcharges, ...priced.charges].map((part) => (
        <>
          <dt>{part.name}</dt>
          <dd>{asAmount(part.amount)}</dd>
        </>
      ))}
      {priced.orderDiscounts.map((part) => (
        <>
          <dt>{part.name || `${t('cart.discount')} ${order.discount ? discountText(order.discount) : ''}`}</dt>
          <dd>{asAmount(-part.amount)}</dd>
        </>
      ))}
      <dt class="strong">{t('cart.total')}</dt>
      <dd class="strong">{asMoney(priced.total)}</dd>
      <Payment paid={sale.paid} />
      {priced.taxes.map((tax) => (
        <>
          <dt>
            {taxLabel(tax)} {t('receipt.base', { m: asAmount(tax.base) })}
          </dt>
          <dd>{asAmount(tax.amount)}</dd>
        </>
      ))}
    </dl>
  );
}

function checkAddress({ id, epoch, seq, leaf }: JournalRef): string {
  const link = { journal: id, epoch, seq, leaf: hexBytes(leaf), origin: `${journalOrigin.value}/${epoch}` };
  return new URL(receiptPath(link), location.origin).href;
}

/* Room for the code is kept from the start: nothing moves when the answer comes. */
function Proof({ sale }: { sale: Sale }): JSX.Element {
  const journal = sale.ack?.journal;
  return (
    <div class="proof num" aria-live="polite">
      <div class="qr-frame">
        {journal && (
          <a href={checkAddress(journal)} target="_blank" rel="noopener">
            <Qr text={checkAddress(journal)} label={t('receipt.check')} />
          </a>
        )}
      </div>
      <p>{journal ? t('receipt.check.text') : t('receipt.pending')}</p>
      <p>
        {journal ? t('receipt.journal', { epoch: journal.epoch, seq: journal.seq }) : ' '}
        <br />
        {journal ? t('receipt.leaf', { leaf: journal.leaf.slice(0, 24) }) : ' '}
      </p>
    </div>
  );
}

export function Receipt({ sale }: { sale: Sale }): JSX.Element {
  const { tenant, outlet, staff } = session.value!;
  const when = new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short', timeZone: outlet.timezone });
  const call = sale.ack?.result.ref?.call_number ?? sale.order.callNumber;
  return (
    <article class="receipt" aria-label={t('receipt.title')} data-order={sale.order.id} data-priced-hash={sale.priced.hash}>
      <header>
        <strong>{tenant.name}</strong>
        <span>{outlet.name}</span>
        <span class="num">{when.format(sale.at)}</span>
        <span class="num">{sale.ack?.result.ref?.receipt ?? sale.receipt}</span>
      </header>
      <p class="call">
        <span>{t('receipt.call')}</span>
        <b class="num">{call ?? '–'}</b>
      </p>
      <ul class="receipt-lines">
        {sale.order.lines
          .filter((l) => !l.voided)
          .map((line) => (
            <Line key={line.id} line={line} sale={sale} />
          ))}
      </ul>
      <Figures sale={sale} />
      <footer>
        <p>{t('receipt.served', { name: staff.name })}</p>
        <p>{t('receipt.thanks')}</p>
        <Proof sale={sale} />
      </footer>
    </article>
  );
}
