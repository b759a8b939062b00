/*
 * Keyboard and barcode scanner. A scanner is a keyboard that types faster than a person and ends with Enter; a scan is
 * taken wherever the focus is. Slow digits are the quantity of the next item.
 */
import { padKeyOf } from '../../shared/ui/numpad';
import { query } from '../state/catalogue';
import { activeLines, nextQty, order, qtyMax, qtyOne, selected, setQty, unsentLines } from '../state/order';
import { askItem, finishPicking, missing, picking } from '../state/picker';
import { takeScan } from '../state/scan';
import { closeSale, selectedLine, sheet, startPay, startSend, startVoid, takeOut, tellGone } from '../state/sheet';
import { goesToKitchen, mayPrint, mode, sale, shift } from '../state/till';
import { inBurst, scanOf, settleMs } from '../state/wedge';
import { payKey } from './pay';
import { typeKey } from './picker';
import { searchId } from './top-bar';

const typedPauseMs = 1_500;

let typed = '';
let typedAt = 0;

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
  if (line && !line.sent && line.pieces) setQty(line.id, line.qty + by * qtyOne);
}

function voidSelected(): void {
  const line = selectedLine();
  if (!line) return;
  if (line.sent) startVoid(line);
  else takeOut(line);
}

function discountSelected(): void {
  const line = selectedLine();
  if (line && !line.sent) sheet.value = { kind: 'discount', line: line.id };
}

function optionsOfFocused(): void {
  const at = (document.activeElement as HTMLElement | null)?.dataset['item'];
  if (at) askItem(at, tellGone);
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
  t: () => void (!order.value.placed && (sheet.value = { kind: 'details' })),
  c: () => void (!order.value.placed && (sheet.value = { kind: 'coupon' })),
  o: () => void (sheet.value = { kind: 'orders' }),
  k: () => void (unsentLines.value.length > 0 && goesToKitchen() && startSend()),
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
  else if (e.key === 'p' && mayPrint(sale.value!)) print();
  else return false;
  return true;
}

function pickKey(e: KeyboardEvent): boolean {
  const digit = picking.value!.field ? padKeyOf(e) : null;
  if (digit) typeKey(digit);
  else if (e.key === 'Enter' && !(onButton(e) && missing.value)) finishPicking();
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

let settling: ReturnType<typeof setTimeout> | undefined;
let settled = (): void => undefined;

/* A letter may be the first of a code: it acts when no other key has followed at a scanner's pace. */
function handleLater(e: KeyboardEvent): void {
  settled = () => {
    clearTimeout(settling);
    settled = () => undefined;
    handle(e);
  };
  settling = setTimeout(() => settled(), settleMs);
}

function onKey(e: KeyboardEvent): void {
  if (!shift.value) return;
  if (inBurst() && /^[a-z]$/i.test(e.key)) {
    clearTimeout(settling);
    settled = () => undefined;
  } else if (/^[a-z]$/i.test(e.key) && !e.repeat && !sheet.value && !(e.target instanceof HTMLInputElement)) {
    settled();
    handleLater(e);
  } else {
    settled();
    if (handle(e)) e.preventDefault();
  }
}

function onScan(e: KeyboardEvent): void {
  const { key, ctrlKey, timeStamp } = e;
  const code = shift.value ? scanOf({ key, ctrlKey, timeStamp, inField: e.target instanceof HTMLInputElement }) : null;
  if (code === null) return;
  e.preventDefault();
  e.stopPropagation();
  takeScan(code);
}

/** Starts listening; the answer stops it. Scans are seen first, before any field or button gets the key. */
export function listenForKeys(): () => void {
  addEventListener('keydown', onScan, true);
  addEventListener('keydown', onKey);
  return () => {
    removeEventListener('keydown', onScan, true);
    removeEventListener('keydown', onKey);
  };
}
