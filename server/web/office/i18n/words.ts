/* The messages of the back office, apart from those that all pages share. */
import { locale, translator } from '../../shared/i18n/i18n';
import { de } from './de';
import { en, type OfficeKey } from './en';

export const o = translator<OfficeKey>({ en, de });

/** "21 Nov 2026, 11:45" in the reader's language and the outlet's time zone. */
export const dateTime = (iso: string, timeZone: string | undefined): string =>
  new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short', ...(timeZone ? { timeZone } : {}) }).format(new Date(iso));
