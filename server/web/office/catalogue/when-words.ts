/* When a rule holds, as a sentence. */
import { locale } from '../../shared/i18n/i18n';
import { o } from '../i18n/words';
import type { OfficeKey } from '../i18n/en';
import { days, type Channel, type Day, type Place, type When } from '../state/rules';

/* 2024-01-01 was a Monday. */
const dayName = (day: Day, style: 'long' | 'short'): string =>
  new Intl.DateTimeFormat(locale.value, { weekday: style, timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, 1 + days.indexOf(day))));

export const dayShort = (day: Day): string => dayName(day, 'short');
export const placeWord = (place: Place): string => o(`place.${place}` as OfficeKey);
export const channelWord = (channel: Channel): string => o(`channel.${channel}` as OfficeKey);

const list = (words: string[]): string => new Intl.ListFormat(locale.value, { type: 'disjunction' }).format(words);

/* "Monday to Friday" for neighbours, else the days one by one. */
function daysText(of: Day[]): string {
  const at = of.map((d) => days.indexOf(d));
  const run = at.length > 2 && at.every((n, i) => i === 0 || n === at[i - 1]! + 1);
  if (run) return o('when.run', { a: dayName(of[0]!, 'long'), b: dayName(of[of.length - 1]!, 'long') });
  return new Intl.ListFormat(locale.value).format(of.map((d) => dayName(d, of.length > 3 ? 'short' : 'long')));
}

const clock = (text: string): string =>
  new Intl.DateTimeFormat(locale.value, { hour: 'numeric', minute: '2-digit', timeZone: 'UTC' }).format(new Date(`2024-01-01T${text === '24:00' ? '00:00' : text}Z`));

const date = (text: string): string => {
  const day = text.endsWith('T00:00');
  const style: Intl.DateTimeFormatOptions = day ? { dateStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(locale.value, { ...style, timeZone: 'UTC' }).format(new Date(`${text}Z`));
};

/** "Monday to Friday, 16:00 to 18:00, dine in", or "Always". */
export function whenText(when: When | undefined, groupName: (id: string) => string = () => o('when.groups')): string {
  if (!when) return o('when.always');
  const parts: string[] = [];
  if (when.days?.length) parts.push(daysText(when.days));
  if (when.start !== undefined && when.end !== undefined) parts.push(o('when.run', { a: clock(when.start), b: clock(when.end) }));
  if (when.places?.length) parts.push(list(when.places.map(placeWord)));
  if (when.channels?.length) parts.push(list(when.channels.map(channelWord)));
  if (when.customer_group_ids?.length) parts.push(o('when.for', { who: list([...new Set(when.customer_group_ids.map(groupName))]) }));
  if (when.guests_min) parts.push(o('when.guests.n', { n: when.guests_min }));
  if (when.outlet_ids?.length) parts.push(when.outlet_ids.length === 1 ? o('when.outlets.one') : o('when.outlets.n', { n: when.outlet_ids.length }));
  if (when.from) parts.push(o('when.from.t', { t: date(when.from) }));
  if (when.until) parts.push(o('when.until.t', { t: date(when.until) }));
  const text = parts.join(', ');
  return text ? text.charAt(0).toLocaleUpperCase(locale.value) + text.slice(1) : o('when.always');
}
