/* Names and values of what was changed, as the forms have them. */
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { money, percent } from '../../shared/money/money';
import type { OfficeKey } from '../i18n/en';
import { o } from '../i18n/words';
import { books, categories, charges, customerGroups, groups, promotions, taxes } from '../state/catalogue';
import { knownItem, rememberItems } from '../state/items';
import { outlets } from '../state/lists';

/* Members whose name in a form is another one; the others are written as they are. */
const labels: Record<string, OfficeKey> = {
  name: 'field.name',
  code: 'row.code',
  priority: 'row.priority',
  sort: 'row.sort',
  active: 'history.active',
  price: 'field.price',
  prices: 'item.prices',
  category_id: 'item.category',
  category: 'item.category',
  tax_ids: 'item.taxes',
  taxes: 'item.taxes',
  group_ids: 'item.options',
  groups: 'item.options',
  variants: 'item.variants',
  barcodes: 'item.barcodes',
  station: 'item.station',
  stocked: 'item.stocked',
  open_price: 'item.open',
  unit: 'item.unit',
  floor: 'item.floor',
  combo: 'item.combo',
  rate: 'tax.rate',
  when: 'when.title',
  days: 'when.days',
  places: 'when.places',
  channels: 'when.channels',
  outlet_ids: 'when.outlets',
  timezone: 'outlet.zone',
  stations: 'outlet.stations',
  outlets: 'rounding.outlets',
  waivable: 'charge.waivable',
};
const amounts = new Set(['price', 'amount', 'floor', 'min_amount', 'max_amount', 'increment', 'cash_increment', 'from']);
const rates = new Set(['rate', 'spread']);
/* Parts of the way to a value that say nothing. */
const silent = new Set(['definition']);

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

function nameOfId(id: string): string {
  for (const list of [categories, taxes, groups, books, promotions, charges, customerGroups, outlets]) {
    const found = list.rows.value?.find((one) => one.id === id);
    if (found) return found.name;
  }
  return knownItem(id)?.name ?? '…';
}

const readable = (text: string): string => (uuid.test(text) ? nameOfId(text) : text.replace(/_/g, ' '));

export const labelOf = (path: string[]): string =>
  path
    .filter((part) => !silent.has(part))
    .map((part) => (labels[part] ? o(labels[part]) : readable(part)))
    .join(' · ');

function textOf(name: string, value: unknown, entity: string): string {
  if (value === null || value === undefined || value === '') return o('history.empty');
  if (typeof value === 'boolean') return o(value ? 'history.yes' : 'history.no');
  if (typeof value === 'number' && amounts.has(name) && !(name === 'rate' && entity === 'currency')) {
    const { currency, exponent } = session.value!.outlet;
    return money(value, { code: currency, exponent }, locale.value);
  }
  if (typeof value === 'string' && rates.has(name) && entity !== 'currency') return percent(value, locale.value);
  if (Array.isArray(value)) return value.length === 0 ? o('history.empty') : value.map((one) => textOf(name, one, entity)).join(', ');
  const text = String(value);
  if (uuid.test(text) && name.startsWith('item_id')) rememberItems([text]);
  return uuid.test(text) ? nameOfId(text) : text.replace('T00:00', '').replace(/_/g, ' ');
}

export const valueText = (path: string[], value: unknown, entity: string): string => textOf(path[path.length - 1] ?? '', value, entity);
