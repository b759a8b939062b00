/* What an order is besides its lines: where it is consumed, table, guests, coupons. */
import { useSignal } from '@preact/signals';
import type { Place } from '../../shared/api/types';
import type { JSX } from 'preact';
import { t } from '../../shared/i18n/i18n';
import { IconButton } from '../../shared/ui/controls';
import { say, Sheet } from '../../shared/ui/overlay';
import { couponsMax, guestsMax, order } from '../state/order';
import { priced } from '../state/pricing';
import { sheet } from '../state/sheet';

const couponChars = 64;

const close = (): void => {
  sheet.value = null;
};

function Guests(props: { count: number; onChange: (count: number) => void }): JSX.Element {
  const set = (count: number): void => props.onChange(Math.max(0, Math.min(guestsMax, count)));
  return (
    <div class="stepper" role="group" aria-label={t('order.guests.label')}>
      <span>{t('order.guests.label')}</span>
      <IconButton icon="minus" label={t('order.guests.less')} disabled={props.count === 0} onClick={() => set(props.count - 1)} />
      <output class="num" aria-label={t('order.guests.label')}>
        {props.count}
      </output>
      <IconButton icon="plus" label={t('order.guests.more')} onClick={() => set(props.count + 1)} />
    </div>
  );
}

export function DetailsSheet(): JSX.Element {
  const table = useSignal(order.value.table);
  const guests = useSignal(order.value.guests);
  const apply = (place: Place): void => {
    order.value = { ...order.value, place, guests: guests.value, table: place === 'dine_in' ? table.value.trim() : '' };
    close();
  };
  const onKey = (e: KeyboardEvent): boolean => {
    if (e.key === 'Enter' && e.target instanceof HTMLInputElement) apply('dine_in');
    else if (e.target instanceof HTMLInputElement) return false;
    else if (/^[1-3]$/.test(e.key)) apply((['dine_in', 'take_away', 'delivery'] as const)[Number(e.key) - 1]!);
    else if (e.key === '+') guests.value = Math.min(guestsMax, guests.value + 1);
    else if (e.key === '-') guests.value = Math.max(0, guests.value - 1);
    else return false;
    return true;
  };
  const choice = (place: Place, label: string, key: string): JSX.Element => (
    <button type="button" class={`button large ${order.value.place === place ? 'primary' : ''}`} aria-pressed={order.value.place === place} onClick={() => apply(place)}>
      {label}
      <kbd aria-hidden="true">{key}</kbd>
    </button>
  );
  return (
    <Sheet title={t('order.details')} onClose={close} onKey={onKey}>
      <Guests count={guests.value} onChange={(count) => (guests.value = count)} />
      <label class="field">
        <span>{t('cart.table')}</span>
        <input class="input" maxLength={32} value={table.value} onInput={(e) => (table.value = e.currentTarget.value)} />
      </label>
      <div class="place-choices">
        {choice('dine_in', t('order.dine_in'), '1')}
        {choice('take_away', t('order.take_away'), '2')}
        {choice('delivery', t('order.delivery'), '3')}
      </div>
    </Sheet>
  );
}

export function CouponSheet(): JSX.Element {
  const code = useSignal('');
  const { coupons } = order.value;
  const asked = code.value.trim().toUpperCase();
  const add = (): void => {
    if (asked === '' || coupons.length >= couponsMax) return;
    const before = priced.value?.total;
    if (!coupons.includes(asked)) order.value = { ...order.value, coupons: [...coupons, asked] };
    close();
    if (before !== undefined && priced.value?.total === before) say(t('coupon.none', { c: asked }));
  };
  const remove = (coupon: string): void => {
    order.value = { ...order.value, coupons: coupons.filter((c) => c !== coupon) };
  };
  const onKey = (e: KeyboardEvent): boolean => {
    if (e.key !== 'Enter' || !(e.target instanceof HTMLInputElement)) return false;
    add();
    return true;
  };
  return (
    <Sheet title={t('coupon.title')} onClose={close} onKey={onKey}>
      {coupons.length > 0 && (
        <ul class="coupons">
          {coupons.map((coupon) => (
            <li key={coupon}>
              <span class="num">{coupon}</span>
              <IconButton icon="trash" label={t('coupon.remove', { c: coupon })} class="stop" onClick={() => remove(coupon)} />
            </li>
          ))}
        </ul>
      )}
      <label class="field">
        <span>{t('coupon.code')}</span>
        <input
          class="input num"
          maxLength={couponChars}
          autocapitalize="characters"
          autocomplete="off"
          spellcheck={false}
          ref={(input) => input?.focus()}
          value={code.value}
          onInput={(e) => (code.value = e.currentTarget.value)}
        />
      </label>
      <button type="button" class="button primary large" disabled={asked === '' || coupons.length >= couponsMax} onClick={add}>
        {t('coupon.go')}
      </button>
    </Sheet>
  );
}
