/*
 * Keyboard and barcode scanner. A scanner is a keyboard that types digits faster than a person and ends with Enter; a
 * scan is taken wherever the focus is. Slow digits are the quantity of the next item.
 */
import { t } from '../../shared/i18n/i18n';
import { warn } from '../../shared/ui/overlay';
import { catalogue, query } from '../state/catalogue';
import { activeLines, nextQty, order, qtyMax, selected, setQty, unsentLines } from '../state/order';
import { finishPicking, missing, openPicker, picking, touchItem } from '../state/picker';
import { closeSale, selectedLine, sheet, startPay, takeOut } from '../state/sheet';
import { goesToKitchen, mode, sale, shift, voidSentLine } from '../state/till';
import { sendAndSay } from './cart';
import { payKey } from './pay';
import { searchId } from './top-bar';

const scanGapMs = 80;
const scanDigitsMin = 6;
const typedPauseMs = 1_500;

let burst = '';
let burstAt = 0;
let typed = '';
let typedAt = 0;

/* Collects the burst; answers the code when Enter ends one. */
function scanOf(e: KeyboardEvent): string | null {
  const quick = e.timeStamp - burstAt < scanGapMs;
  burstAt = e.timeStamp;
  if (/^[0-9]$/.test(e.key)) {
    burst = quick ? burst + e.key : e.key;
    return null;
  }
  const code = e.key === 'Enter' && quick && burst.length >= scanDigitsMin ? burst : null;
  burst = '';
  return code;
}

function takeScan(code: string): void {
  const item = catalogue.value?.byCode.get(code);
  query.value = '';
  typed = '';
  nextQty.value = 1;
  if (!item) {
    warn(t('menu.unknown', { q: code }));
    return;
  }
  sale.value = null;
  mode.value = 'sell';
  picking.value = null;
  touchItem(item);
}

function typeQuantity(e: KeyboardEvent): void {
  typed = e.timeStamp - typedAt < typedPauseMs ? typed + e.key : e.key;
  typedAt = e.timeStamp;
  nextQty.value = Math.max(1, Math.min(qtyMax, Number(typed)));
}

function moveLine(by: number): void {
  const lines = activeLines.value;
  if (lines.length === 0) return;
  const at = lines.findIndex((l) => l.id === selected.value);
  const to = at < 0 ? lines.length - 1 : Math.max(0, Math.min(lines.length - 1, at + by));
  selected.value = lines[to]!.id;
}

function changeQty(by: number): void {
  const line = selectedLine();
  if (line && !line.sent) setQty(line.id, line.qty + by);
}

function voidSelected(): void {
  const line = selectedLine();
  if (!line) return;
  if (line.sent) voidSentLine(line.id);
  else takeOut(line);
}

function discountSelected(): void {
  const line = selectedLine();
  if (line && !line.sent) sheet.value = { kind: 'discount', line: line.id };
}

function optionsOfFocused(): void {
  const at = (document.activeElement as HTMLElement | null)?.dataset['item'];
  const item = at ? catalogue.value?.items.get(at) : undefined;
  if (item) openPicker(item);
}

/* Enter belongs to a button only while the keyboard put the focus there; after a touch it means pay. */
const onButton = (e: KeyboardEvent): boolean => (e.target as Element).matches?.('button:focus-visible') ?? false;

function pay(e: KeyboardEvent): boolean {
  if (onButton(e) || activeLines.value.length === 0) return false;
  startPay();
  return true;
}

function back(): void {
  if (picking.value) picking.value = null;
  else if (selected.value) selected.value = null;
  else query.value = '';
}

const sellKeys: Record<string, (e: KeyboardEvent) => boolean | void> = {
  '/': () => document.getElementById(searchId)?.focus(),
  '?': () => void (sheet.value = { kind: 'keys' }),
  Enter: pay,
  Escape: back,
  j: () => moveLine(1),
  l: () => moveLine(-1),
  '+': () => changeQty(1),
  '-': () => changeQty(-1),
  Delete: voidSelected,
  '%': discountSelected,
  d: () => void (activeLines.value.length > 0 && !order.value.placed && (sheet.value = { kind: 'discount', line: null })),
  o: () => void (sheet.value = { kind: 'orders' }),
  k: () => void (unsentLines.value.length > 0 && goesToKitchen() && sendAndSay()),
  m: optionsOfFocused,
};

function sellKey(e: KeyboardEvent): boolean {
  if (/^[0-9]$/.test(e.key)) {
    typeQuantity(e);
    return true;
  }
  const act = sellKeys[e.key.length === 1 ? e.key.toLowerCase() : e.key];
  return act ? act(e) !== false : false;
}

function doneKey(e: KeyboardEvent): boolean {
  if (e.key === 'Escape') closeSale();
  else if (e.key === 'p') print();
  else return false;
  return true;
}

function pickKey(e: KeyboardEvent): boolean {
  if (e.key === 'Enter' && !(onButton(e) && missing.value)) finishPicking();
  else if (e.key === 'Escape') back();
  else return false;
  return true;
}

function handle(e: KeyboardEvent): boolean {
  if (sheet.value && sheet.value.kind !== 'cart') return false;
  if (e.target instanceof HTMLInputElement || e.ctrlKey || e.metaKey || e.altKey) return false;
  if (e.key === '?') {
    sheet.value = { kind: 'keys' };
    return true;
  }
  if (sheet.value && e.key === 'Escape') {
    sheet.value = null;
    return true;
  }
  if (sale.value) return doneKey(e);
  if (mode.value === 'pay') return (e.key !== 'Enter' || !onButton(e)) && payKey(e);
  return picking.value ? pickKey(e) : sellKey(e);
}

/** Starts listening; the answer stops it. Scans are seen first, before any field or button gets the key. */
export function listenForKeys(): () => void {
  const scan = (e: KeyboardEvent): void => {
    const code = shift.value ? scanOf(e) : null;
    if (code === null) return;
    e.preventDefault();
    e.stopPropagation();
    takeScan(code);
  };
  const key = (e: KeyboardEvent): void => {
    if (shift.value && handle(e)) e.preventDefault();
  };
  addEventListener('keydown', scan, true);
  addEventListener('keydown', key);
  return () => {
    removeEventListener('keydown', scan, true);
    removeEventListener('keydown', key);
  };
}
