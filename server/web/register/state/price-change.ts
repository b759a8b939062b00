/*
 * What a newly published catalogue does to the order in hand: said with the total before and after. While an order is being
 * paid it keeps the prices that the customer was told.
 */
import { effect, untracked } from '@preact/signals';
import { t } from '../../shared/i18n/i18n';
import { say } from '../../shared/ui/overlay';
import { catalogue, catalogueOf, goToNewest } from './catalogue';
import { asMoney } from './format';
import { order } from './order';
import { priced } from './pricing';
import { mode } from './till';

interface Seen {
  readonly order: string;
  readonly catalogue: string;
  readonly total: number;
}

let seen: Seen | null = null;

effect(() => {
  const figures = priced.value;
  const of = order.value;
  const before = seen;
  seen = figures && catalogue.value ? { order: of.id, catalogue: catalogueOf(of).hash, total: figures.total } : null;
  if (!before || !seen || before.order !== seen.order || before.catalogue === seen.catalogue || before.total === seen.total) return;
  const text = t('catalogue.changed', { before: asMoney(before.total), after: asMoney(seen.total) });
  untracked(() => say(text));
});

effect(() => {
  if (mode.value === 'pay') {
    const of = order.peek();
    if (!of.catalogue && catalogue.peek()) order.value = { ...of, catalogue: catalogue.peek() };
  } else {
    void goToNewest();
  }
});
