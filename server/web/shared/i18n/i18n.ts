/* The message catalogue: `t('cart.pay', { m })` in the chosen language, English where a language is unknown. */
import { computed, effect, signal } from '@preact/signals';
import { de } from './de';
import { en, type MessageKey } from './en';

const catalogues = { en, de } as const;
export type Language = keyof typeof catalogues;

export const languages: readonly { code: Language; name: string }[] = [
  { code: 'en', name: 'English' },
  { code: 'de', name: 'Deutsch' },
];

const storageKey = 'mpos.language';

function wanted(): Language {
  const asked = [new URLSearchParams(location.search).get('lang'), localStorage.getItem(storageKey), ...navigator.languages];
  for (const tag of asked) {
    const code = tag?.slice(0, 2).toLowerCase();
    if (code && code in catalogues) return code as Language;
  }
  return 'en';
}

export const language = signal<Language>(wanted());

/** Tag for Intl: the browser's own regional form of the chosen language where it has one. */
export const locale = computed(
  () => navigator.languages.find((tag) => tag.toLowerCase().startsWith(language.value)) ?? language.value,
);

effect(() => {
  document.documentElement.lang = language.value;
});

export function chooseLanguage(code: Language): void {
  language.value = code;
  localStorage.setItem(storageKey, code);
}

/** Looks messages up in the catalogues of a page: `{x}` is replaced. */
export function translator<Key extends string>(
  messages: Record<Language, Record<Key, string>>,
): (key: Key, values?: Record<string, string | number>) => string {
  return (key, values = {}) =>
    messages[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export const t = translator<MessageKey>(catalogues);
