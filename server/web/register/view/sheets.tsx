/* The sheets of the register: quantity, discount, open orders, menu, keys, shift; those of the order are in details.tsx. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { get, session } from '../../shared/api/client';
import type { DiscountIn, Order } from '../../shared/api/types';
import { chooseLanguage, language, languages, locale, t } from '../../shared/i18n/i18n';
import { percent } from '../../shared/money/money';
import { Empty, KeyList, Segmented } from '../../shared/ui/controls';
import { Numpad, padDigits, padKeyOf, type PadKey } from '../../shared/ui/numpad';
import { Sheet, say } from '../../shared/ui/overlay';
import { nextQty, openOrders, order, setQty, wholeQty } from '../state/order';
import { signalsOn } from '../state/signals';
import { lineName, setDiscount, sheet } from '../state/sheet';
import { payForeign, pusher, resumeOrder, shift, signOut } from '../state/till';
import { asMoney } from '../state/format';
import { ApproveSheet } from './approve';
import { ClockButtons } from './clock';
import { CouponSheet, DetailsSheet } from './details';
import { RefundSheet } from './refund';
import { CloseShift, ShiftReport } from './shift';

const qtyDigits = 3;
const amountDigits = 9;
const quickPercents = [5, 10, 15, 20, 25, 50, 100];

const close = (): void => {
  sheet.value = null;
};

/* A sheet with a pad: digits from touch or keyboard, Enter applies. */
function PadSheet(props: {
  title: string;
  label: string;
  max: number;
  show: (digits: string) => string;
  onApply: (digits: string) => void;
  above?: JSX.Element;
  /** What is entered; another one starts with an empty entry. */
  entering?: string;
}): JSX.Element {
  const digits = useSignal('');
  useLayoutEffect(() => {
    digits.value = '';
  }, [props.entering]);
  const put = (key: PadKey): void => {
    digits.value = padDigits(digits.value, key, props.max);
  };
  const apply = (): void => {
    close();
    if (Number(digits.value) > 0) props.onApply(digits.value);
  };
  const onKey = (e: KeyboardEvent): boolean => {
    const key = padKeyOf(e);
    if (key) put(key);
    else if (e.key === 'Enter' && !(e.target instanceof HTMLButtonElement)) apply();
    else return false;
    return true;
  };
  return (
    <Sheet title={props.title} onClose={close} onKey={onKey}>
      {props.above}
      <output class="value" aria-label={props.label}>
        {props.show(digits.value)}
      </output>
      <Numpad onKey={put} />
      <button type="button" class="button primary large" onClick={apply}>
        {t('action.apply')}
      </button>
    </Sheet>
  );
}

function QtySheet({ line }: { line: string | null }): JSX.Element {
  const found = order.value.lines.find((l) => l.id === line);
  return (
    <PadSheet
      title={found ? t('qty.line', { name: lineName(found) }) : t('qty.next')}
      label={t('cart.qty')}
      max={qtyDigits}
      show={(d) => `${d || '0'} ×`}
      onApply={(d) => {
        if (found) setQty(found.id, wholeQty(Number(d)));
        else nextQty.value = Number(d);
      }}
    />
  );
}

/* 15 typed as percent is the fraction 0.15; two decimals at most. */
const rateOf = (digits: string): string => {
  const whole = digits.padStart(3, '0');
  return `${whole.slice(0, -2)}.${whole.slice(-2)}`.replace(/0$/, '');
};

function DiscountSheet({ line }: { line: string | null }): JSX.Element {
  const kind = useSignal<DiscountIn['type']>('percent');
  const found = order.value.lines.find((l) => l.id === line);
  const apply = (discount: DiscountIn | null): void => {
    close();
    setDiscount(line, discount);
  };
  const isPercent = kind.value === 'percent';
  const above = (
    <>
      <Segmented
        label={t('discount.value')}
        value={kind.value}
        choices={[
          { value: 'percent', label: t('discount.percent') },
          { value: 'fixed', label: t('discount.fixed') },
        ]}
        onChange={(value) => (kind.value = value)}
      />
      {isPercent && (
        <div class="chips">
          {quickPercents.map((n) => (
            <button type="button" class="chip" key={n} onClick={() => apply({ type: 'percent', rate: rateOf(String(n)) })}>
              {percent(rateOf(String(n)), locale.value)}
            </button>
          ))}
        </div>
      )}
      {(found ? found.discount : order.value.discount) && (
        <button type="button" class="button stop" onClick={() => apply(null)}>
          {t('discount.none')}
        </button>
      )}
      {!found && (
        <button type="button" class="button" onClick={() => (sheet.value = { kind: 'coupon' })}>
          {t('coupon.title')}
        </button>
      )}
    </>
  );
  return (
    <PadSheet
      entering={kind.value}
      title={t('discount.title', { name: found ? lineName(found) : t('cart.title') })}
      label={t('discount.value')}
      max={isPercent ? qtyDigits : amountDigits}
      show={(d) => (isPercent ? percent(rateOf(clampPercent(d)), locale.value) : asMoney(Number(d)))}
      above={above}
      onApply={(d) =>
        apply(isPercent ? { type: 'percent', rate: rateOf(clampPercent(d)) } : { type: 'fixed', amount: Number(d) })
      }
    />
  );
}

const clampPercent = (digits: string): string => String(Math.min(100, Number(digits || '0')));

function OrderRow(props: { title: string; detail: string; action: string; onClick: () => void }): JSX.Element {
  return (
    <li class="order-row">
      <span>
        <strong class="num">{props.title}</strong>
        <span>{props.detail}</span>
      </span>
      <button type="button" class="button" onClick={props.onClick}>
        {props.action}
      </button>
    </li>
  );
}

/* Orders of this page can be continued; others of the outlet can be paid by the server's figure. */
function OrdersSheet(): JSX.Element {
  const foreign = useSignal<Order[]>([]);
  useEffect(() => {
    get<{ orders: Order[] }>('/v1/orders?limit=200').then(
      (answer) => {
        const mine = new Set(openOrders.value.map((o) => o.id));
        foreign.value = answer.body.orders.filter(
          (o) => o.payment_state === 'unpaid' && o.state !== 'voided' && o.total > 0 && !mine.has(o.id),
        );
      },
      () => undefined,
    );
  }, []);
  const own = openOrders.value.filter((o) => o.id !== order.value.id);
  const names = (list: readonly string[]): string => list.slice(0, 4).join(', ');
  return (
    <Sheet title={t('orders.title')} onClose={close}>
      <ul class="order-rows">
        {own.map((o) => (
          <OrderRow
            key={o.id}
            title={o.callNumber ?? '…'}
            detail={names(o.lines.filter((l) => !l.voided).map((l) => lineName(l, o)))}
            action={t('orders.resume')}
            onClick={() => {
              close();
              resumeOrder(o.id);
            }}
          />
        ))}
        {foreign.value.map((o) => (
          <OrderRow
            key={o.id}
            title={o.call_number ?? ''}
            detail={[o.table ?? '', names((o.lines ?? []).filter((l) => !l.parent_id).map((l) => l.name))].filter(Boolean).join(' · ')}
            action={t('orders.pay', { m: asMoney(o.due ?? o.total) })}
            onClick={() => {
              close();
              payForeign(o.id, o.due ?? o.total);
              say(t('orders.paid', { n: o.call_number ?? '' }));
            }}
          />
        ))}
      </ul>
      {own.length + foreign.value.length === 0 && <Empty title={t('orders.none')} hint={t('orders.none.hint')} />}
    </Sheet>
  );
}

function MenuSheet(): JSX.Element {
  const { staff, tenant, outlet, device, scopes } = session.value!;
  return (
    <Sheet title={staff.name} onClose={close}>
      <p>
        {tenant.name} · {outlet.name} · {device.code}
      </p>
      <Segmented
        label={t('user.language')}
        value={language.value}
        choices={languages.map((l) => ({ value: l.code, label: l.name }))}
        onChange={chooseLanguage}
      />
      {scopes.includes('clock.use') && <ClockButtons />}
      {shift.value && scopes.includes('refund.write') && (
        <button type="button" class="button" disabled={pusher.value!.log.length.value > 0} onClick={() => (sheet.value = { kind: 'refund' })}>
          {t('refund.button')}
        </button>
      )}
      <button type="button" class="button" aria-pressed={signalsOn.value} onClick={() => (signalsOn.value = !signalsOn.value)}>
        {t(signalsOn.value ? 'signals.on' : 'signals.off')}
      </button>
      {shift.value && (
        <button type="button" class="button" onClick={() => (sheet.value = { kind: 'report' })}>
          {t('shift.report')}
        </button>
      )}
      <button type="button" class="button" onClick={() => (sheet.value = { kind: 'keys' })}>
        {t('keys.title')}
      </button>
      <button
        type="button"
        class="button"
        onClick={() => {
          close();
          void signOut();
        }}
      >
        {t('user.signout')}
      </button>
      {pusher.value!.log.length.value > 0 && <p>{t('status.queued', { n: pusher.value!.log.length.value })}</p>}
    </Sheet>
  );
}

function KeysSheet(): JSX.Element {
  const keys: [string, string][] = [
    ['/', t('keys.search')],
    ['Enter', t('keys.pay')],
    ['Esc', t('keys.back')],
    ['↑ ↓ ← →', t('keys.arrows')],
    ['1 … 999', t('keys.digits')],
    ['M', t('keys.options')],
    ['K', t('keys.send')],
    ['J  L', t('keys.lines')],
    ['+  −', t('keys.plusminus')],
    ['Del', t('keys.void')],
    ['%', t('keys.discount')],
    ['D', t('keys.orderdiscount')],
    ['T', t('keys.details')],
    ['C', t('keys.coupon')],
    ['O', t('keys.orders')],
    ['?', t('keys.help')],
  ];
  return (
    <Sheet title={t('keys.title')} onClose={close}>
      <KeyList keys={keys} />
    </Sheet>
  );
}

function CloseShiftSheet(): JSX.Element {
  const digits = useSignal('');
  const put = (key: PadKey): void => {
    digits.value = padDigits(digits.value, key, amountDigits);
  };
  const onKey = (e: KeyboardEvent): boolean => {
    const key = padKeyOf(e);
    if (key) put(key);
    return key !== null;
  };
  return (
    <Sheet title={t('shift.close')} onClose={close} onKey={onKey}>
      <CloseShift digits={digits.value} onKey={put} />
    </Sheet>
  );
}

export function Sheets(): JSX.Element | null {
  const open = sheet.value;
  switch (open?.kind) {
    case 'next-qty':
      return <QtySheet line={null} />;
    case 'line-qty':
      return <QtySheet line={open.line} />;
    case 'discount':
      return <DiscountSheet line={open.line} />;
    case 'details':
      return <DetailsSheet />;
    case 'refund':
      return <RefundSheet />;
    case 'approve':
      return <ApproveSheet asking={open.asking} />;
    case 'coupon':
      return <CouponSheet />;
    case 'orders':
      return <OrdersSheet />;
    case 'menu':
      return <MenuSheet />;
    case 'keys':
      return <KeysSheet />;
    case 'report':
      return (
        <Sheet title={t('shift.report')} onClose={close}>
          <ShiftReport />
        </Sheet>
      );
    case 'close-shift':
      return <CloseShiftSheet />;
    default:
      return null;
  }
}
