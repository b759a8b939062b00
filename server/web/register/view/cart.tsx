/* The order: lines with their tools, totals, and the one big action. Every figure comes from the priced form. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { DiscountIn } from '../../shared/api/types';
import { locale, t } from '../../shared/i18n/i18n';
import { percent } from '../../shared/money/money';
import { Empty, IconButton } from '../../shared/ui/controls';
import { catalogueOf, modifierName } from '../state/catalogue';
import { asAmount, asMoney, asNumber, currency, taxLabel } from '../state/format';
import { activeLines, itemCount, nextQty, order, qtyOne, selected, setQty, unsentLines, type CartLine, type CartOrder } from '../state/order';
import { editLine, hasQuestions } from '../state/picker';
import { priced, pricingError, type Priced } from '../state/pricing';
import type { PricedLine } from '../../shared/core/priced';
import type { Figure } from '../../shared/why/trace';
import { WhyRow } from '../../shared/why/why';
import { w } from '../../shared/why/words';
import { asked } from './why';
import { leaveOrder, lineName, sheet, startPay, startSend, startVoid, takeOut } from '../state/sheet';
import { goesToKitchen, mode, sale } from '../state/till';

export const discountText = (d: DiscountIn): string =>
  d.type === 'percent' ? `−${percent(d.rate!, locale.value)}` : `−${asAmount(d.amount!)}`;

/** Components, each with its options, then the options of the line. */
export function optionNames(line: CartLine, of: CartOrder): string[] {
  const by = catalogueOf(of);
  const names = (list: CartLine['modifiers']): string[] => list.map((m) => modifierName(by, m.modifier_id));
  const parts = line.components.map((c) => [by.item(c.item_id)?.name ?? '', ...names(c.modifiers ?? [])].join(', '));
  return [...parts, ...names(line.modifiers)];
}

/** "2", "0.345 kg" */
export function lineQty(line: CartLine, of: CartOrder): string {
  const unit = line.pieces ? null : catalogueOf(of).item(line.itemId)?.unit;
  return unit ? `${asNumber(line.qty)} ${unit}` : asNumber(line.qty);
}

function hasOptions(line: CartLine): boolean {
  const item = catalogueOf(order.value).item(line.itemId);
  return !!item && hasQuestions(item);
}

/* Voiding what the kitchen has cannot be undone: it takes two touches in different places. */
function SentTools({ line }: { line: CartLine }): JSX.Element {
  const sure = useSignal(false);
  return (
    <div class="line-tools">
      <span class="sent-mark">{t('cart.sent')}</span>
      {sure.value ? (
        <>
          <button type="button" class="button stop confirm" onClick={() => startVoid(line)}>
            {t('cart.void')}
          </button>
          <button type="button" class="button" onClick={() => (sure.value = false)}>
            {t('action.cancel')}
          </button>
        </>
      ) : (
        <IconButton icon="trash" label={t('cart.void')} class="stop" onClick={() => (sure.value = true)} />
      )}
    </div>
  );
}

function PieceTools({ line }: { line: CartLine }): JSX.Element {
  return (
    <>
      <IconButton icon="minus" label={t('cart.less')} disabled={line.qty <= qtyOne} onClick={() => setQty(line.id, line.qty - qtyOne)} />
      <button
        type="button"
        class="button num"
        aria-label={t('qty.line', { name: lineName(line) })}
        onClick={() => (sheet.value = { kind: 'line-qty', line: line.id })}
      >
        {asNumber(line.qty)}
      </button>
      <IconButton icon="plus" label={t('cart.more')} onClick={() => setQty(line.id, line.qty + qtyOne)} />
    </>
  );
}

function LineTools({ line }: { line: CartLine }): JSX.Element {
  if (line.sent) return <SentTools line={line} />;
  return (
    <div class="line-tools">
      {line.pieces && <PieceTools line={line} />}
      <span class="spread" />
      {hasOptions(line) && <IconButton icon="options" label={t('cart.options')} onClick={() => editLine(line)} />}
      <IconButton
        icon="percent"
        label={t('cart.discount')}
        onClick={() => (sheet.value = { kind: 'discount', line: line.id })}
      />
      <IconButton icon="trash" label={t('cart.void')} class="stop" onClick={() => takeOut(line)} />
    </div>
  );
}

function Line({ line, figures }: { line: CartLine; figures: Priced | null }): JSX.Element {
  const row = useRef<HTMLLIElement>(null);
  const on = mode.value === 'sell' && selected.value === line.id && !line.voided;
  useEffect(() => {
    if (on) row.current?.scrollIntoView({ block: 'nearest' });
  }, [on, line.qty]);
  const amounts = figures?.lines.get(line.id);
  return (
    <li class={`line ${on ? 'on' : ''} ${line.voided ? 'voided' : ''} ${line.sent ? 'sent' : ''}`} ref={row}>
      <button
        type="button"
        class="line-main"
        aria-expanded={on}
        disabled={line.voided}
        onClick={() => (selected.value = on ? null : line.id)}
      >
        <span class="line-qty num">{line.pieces ? asNumber(line.qty) : ''}</span>
        <span class="line-text">
          <span class="line-name">{lineName(line)}</span>
          {!line.pieces && <span class="line-option num">{lineQty(line, order.value)}</span>}
          {optionNames(line, order.value).map((name, i) => (
            <span class="line-option" key={i}>
              {name}
            </span>
          ))}
          {line.discount && (
            <span class="line-option discount">
              {t('cart.discount')} {discountText(line.discount)}
            </span>
          )}
          {amounts && promotionsOf(amounts).map((name) => (
            <span class="line-option discount" key={name}>
              {name}
            </span>
          ))}
        </span>
      </button>
      <button
        type="button"
        class="line-amount money"
        disabled={!amounts}
        aria-label={amounts ? `${asAmount(amounts.gross - amounts.lineDiscount)}: ${w('why.ask')}` : ''}
        onClick={() => (asked.value = { of: 'line', line: line.id })}
      >
        {amounts ? asAmount(amounts.gross - amounts.lineDiscount) : ''}
        {amounts && amounts.lineDiscount > 0 && <s class="before">{asAmount(amounts.gross)}</s>}
      </button>
      {on && <LineTools line={line} />}
    </li>
  );
}

/* Promotions that take something off a line. */
function promotionsOf(line: PricedLine): string[] {
  const { promotions } = catalogueOf(order.value).menu;
  const rules = new Set(line.discounts.filter((d) => d.rule && !d.surcharge && d.amount > 0).map((d) => d.rule));
  return promotions.filter((p) => rules.has(p.id)).map((p) => p.name);
}

/* Between the lines and the total; each figure says why it is what it is. */
function Totals({ figures }: { figures: Priced }): JSX.Element {
  const { discounts, surcharges, charges, taxes } = figures;
  const row = (label: string, amount: number, figure: Figure): JSX.Element => (
    <WhyRow key={label} label={label} amount={amount} currency={currency.value} onAsk={() => (asked.value = figure)} />
  );
  const changed = discounts.length + surcharges.length + charges.length > 0;
  return (
    <div class="totals">
      {changed && row(t('cart.subtotal'), figures.gross, { of: 'gross' })}
      {discounts.map((d) => row(d.name || t('cart.discount'), -d.amount, { of: 'discount', rule: d.rule }))}
      {surcharges.map((d) => row(d.name, d.amount, { of: 'surcharge', rule: d.rule ?? '' }))}
      {charges.map((d) => row(d.name, d.amount, { of: 'charge', line: d.line }))}
      {taxes.map((tax) => row(taxLabel(tax), tax.amount, { of: 'tax', rule: tax.id }))}
    </div>
  );
}

/** Quantity the next item is added with; touch to change it. */
function NextQty(): JSX.Element {
  return (
    <button
      type="button"
      class={`button next-qty num ${nextQty.value > 1 ? 'primary' : 'quiet'}`}
      aria-label={`${t('qty.next')}: ${nextQty.value}`}
      onClick={() => (sheet.value = { kind: 'next-qty' })}
    >
      {nextQty.value} ×
    </button>
  );
}

const places = { dine_in: 'order.dine_in', take_away: 'order.take_away', delivery: 'order.delivery' } as const;

/** "Eat in", "Table 4", "Take away · 2 guests" */
export function placeText({ place, table, guests }: CartOrder): string {
  const where = place === 'dine_in' && table ? t('kitchen.table', { n: table }) : t(places[place]);
  return guests > 0 ? `${where} · ${guests === 1 ? t('order.guest') : t('order.guests', { n: guests })}` : where;
}

function Head(): JSX.Element {
  const { callNumber, placed, lines } = order.value;
  return (
    <header class="cart-head">
      <h2>{callNumber ? t('cart.call', { n: callNumber }) : t('cart.title')}</h2>
      {mode.value === 'sell' && <NextQty />}
      <button type="button" class="button quiet" disabled={placed} onClick={() => (sheet.value = { kind: 'details' })}>
        {placeText(order.value)}
      </button>
      <IconButton
        icon={placed ? 'plus' : 'trash'}
        label={t(placed ? 'cart.hold' : 'cart.discard')}
        class="quiet"
        disabled={lines.length === 0}
        onClick={leaveOrder}
      />
    </header>
  );
}

function Actions({ figures }: { figures: Priced | null }): JSX.Element {
  const empty = activeLines.value.length === 0;
  const total = figures?.total ?? 0;
  return (
    <div class="cart-actions">
      <IconButton
        icon="percent"
        label={t('cart.orderdiscount')}
        disabled={empty || order.value.placed}
        onClick={() => (sheet.value = { kind: 'discount', line: null })}
      />
      <button
        type="button"
        class="button large"
        aria-label={t('cart.send.label')}
        disabled={unsentLines.value.length === 0 || !figures || !goesToKitchen()}
        onClick={startSend}
      >
        {t('cart.send')}
      </button>
      <button type="button" class="button primary large pay-button" disabled={empty || !figures} onClick={startPay}>
        {t('cart.pay', { m: asMoney(total) })}
      </button>
    </div>
  );
}

function Coupons({ coupons }: { coupons: readonly string[] }): JSX.Element {
  return (
    <div class="cart-coupons">
      {coupons.map((coupon) => (
        <button type="button" class="chip num" key={coupon} disabled={order.value.placed} onClick={() => (sheet.value = { kind: 'coupon' })}>
          {coupon}
        </button>
      ))}
    </div>
  );
}

export function CartBody(): JSX.Element {
  const figures = priced.value;
  const lines = order.value.lines;
  return (
    <>
      <Head />
      <ol class="lines" aria-label={t('cart.title')}>
        {lines.length === 0 && (
          <li class="lines-empty">
            <Empty title={t('cart.empty')} hint={t('cart.empty.hint')} />
          </li>
        )}
        {lines.map((line) => (
          <Line key={line.id} line={line} figures={figures} />
        ))}
      </ol>
      <div class="cart-foot">
        {pricingError.value && (
          <p class="banner stop" role="alert">
            {t('cart.price', { e: pricingError.value })}
          </p>
        )}
        {order.value.coupons.length > 0 && <Coupons coupons={order.value.coupons} />}
        {figures && lines.length > 0 && <Totals figures={figures} />}
        <p class="cart-total">
          <button type="button" class="total-ask" disabled={!figures} aria-label={`${t('cart.total')}: ${w('why.ask')}`} onClick={() => (asked.value = { of: 'total' })}>
            {t('cart.total')}
          </button>
          <output class="money" aria-label={t('cart.total')}>
            {asMoney(figures?.total ?? 0)}
          </output>
        </p>
        {mode.value === 'sell' && <Actions figures={figures} />}
      </div>
    </>
  );
}

export function Cart(): JSX.Element | null {
  if (sale.value) return null;
  const shown = sheet.value?.kind === 'cart';
  return (
    <aside class={`cart ${shown ? 'shown' : ''}`} aria-label={t('cart.title')}>
      {shown && (
        <button type="button" class="button quiet cart-close" onClick={() => (sheet.value = null)}>
          {t('action.close')}
        </button>
      )}
      <CartBody />
    </aside>
  );
}

/** On narrow pages the order is a sheet; this bar opens it. */
export function CartBar(): JSX.Element {
  const n = itemCount.value;
  const total = priced.value?.total ?? 0;
  return (
    <div class="cart-bar">
      <NextQty />
      <button
        type="button"
        class="button large primary"
        disabled={order.value.lines.length === 0}
        aria-label={t('cart.show')}
        onClick={() => (sheet.value = { kind: 'cart' })}
      >
        <span>{n === 1 ? t('cart.items.one') : t('cart.items', { n })}</span>
        <span class="money">{asMoney(total)}</span>
      </button>
    </div>
  );
}
