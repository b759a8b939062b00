/* A numpad. Amount entry fills from the right as on a till: 1 2 5 0 reads 12.50. */
import type { JSX } from 'preact';
import { t } from '../i18n/i18n';
import { Icon } from './icons';

/** A key: a digit, "00", "clear" or "delete". */
export type PadKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '00' | 'clear' | 'delete';

const keys: PadKey[] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '00', '0', 'delete'];

/** The digits after a key; at most `max` of them, no leading zeros. */
export function padDigits(digits: string, key: PadKey, max: number): string {
  if (key === 'clear') return '';
  if (key === 'delete') return digits.slice(0, -1);
  return (digits + key).replace(/^0+(?=\d)/, '').slice(0, max);
}

/** The pad key of a keyboard event, null for other keys. */
export function padKeyOf(e: KeyboardEvent): PadKey | null {
  if (e.ctrlKey || e.metaKey || e.altKey) return null;
  if (/^[0-9]$/.test(e.key)) return e.key as PadKey;
  if (e.key === 'Backspace') return 'delete';
  if (e.key === 'Delete') return 'clear';
  return null;
}

export function Numpad(props: { onKey: (key: PadKey) => void; wide?: boolean }): JSX.Element {
  const shown = props.wide === false ? keys.map((k) => (k === '00' ? 'clear' : k)) : keys;
  return (
    <div class="numpad">
      {shown.map((key) => (
        <button
          type="button"
          class="button"
          key={key}
          aria-label={key === 'delete' ? t('action.delete') : key === 'clear' ? t('action.clear') : key}
          onClick={() => props.onKey(key as PadKey)}
        >
          {key === 'delete' ? <Icon name="delete" /> : key === 'clear' ? 'C' : key}
        </button>
      ))}
    </div>
  );
}
