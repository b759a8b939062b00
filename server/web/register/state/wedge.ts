/*
 * Telling a scanner from a person: it types faster and ends with Enter. Words: burst (keys that came right after each
 * other), separator (FNC1 of element strings, which scanners type as Ctrl+]).
 */
const gapMs = 80;
const codeMin = 6;
const separator = '\x1d';
const modifiers = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'CapsLock']);

/** What of a key press matters here. */
export interface Press {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly timeStamp: number;
  /** The key goes into a field, where a person may type letters as fast. */
  readonly inField: boolean;
}

let burst = '';
let burstAt = -Infinity;

function characterOf({ key, ctrlKey }: Press): string {
  if (ctrlKey) return key === ']' ? separator : '';
  return key.length === 1 ? key : '';
}

function isCode(text: string, inField: boolean): boolean {
  if (text.length < codeMin) return false;
  return /^[0-9]+$/.test(text) || /^[\](\x1d]/.test(text) || !inField;
}

/** Takes a press into the burst; answers the code when it ends one. */
export function scanOf(press: Press): string | null {
  if (modifiers.has(press.key)) return null;
  const quick = press.timeStamp - burstAt < gapMs;
  const character = characterOf(press);
  burstAt = press.timeStamp;
  if (character !== '') {
    burst = quick ? burst + character : character;
    return null;
  }
  const code = press.key === 'Enter' && quick && isCode(burst, press.inField) ? burst : null;
  burst = '';
  return code;
}

/** True while keys follow each other as a scanner types them. */
export const inBurst = (): boolean => burst.length > 1;

/** How long a letter has to wait until it is sure that no scanner goes on after it. */
export const settleMs = gapMs;
