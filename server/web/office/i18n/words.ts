/* The messages of the back office, apart from those that all pages share. */
import { locale, translator, type Language } from '../../shared/i18n/i18n';
import { de } from './de';
import { en, type OfficeKey } from './en';

const words = { en: { ...en }, de: { ...de } } as Record<Language, Record<OfficeKey, string>>;

export const o = translator<OfficeKey>(words);

/** Words of pages that are loaded later; before them none of those pages is shown. */
export function addWords(more: Record<Language, Partial<Record<OfficeKey, string>>>): void {
  for (const language of Object.keys(more) as Language[]) Object.assign(words[language], more[language]);
}

/** "21 Nov 2026, 11:45" in the reader's language and the outlet's time zone. */
export const dateTime = (iso: string, timeZone: string | undefined): string =>
  new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short', ...(timeZone ? { timeZone } : {}) }).format(new Date(iso));
