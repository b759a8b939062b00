/*
 * The register as a whole: what is loaded at sign-in, the operation log, the shift, and what the cashier's actions
 * write. Every action appends its operation first and changes the page after.
 */
import { effect, signal, untracked } from '@preact/signals';
import { ApiError, get, post, session, setSession } from '../../shared/api/client';
import type { OpResult, PaymentIn, Shift, SyncState } from '../../shared/api/types';
import { t } from '../../shared/i18n/i18n';
import { newId } from '../../shared/ids/ids';
import type { Ack, Operation, OperationLog } from '../../shared/sync/log';
import { SecondTab } from '../../shared/sync/only-tab';
import { Pusher } from '../../shared/sync/pusher';
import { clearSaid, say, warn } from '../../shared/ui/overlay';
import { Feed } from '../../shared/ws/feed';
import { catalogueOf, loadCatalogue, queuedCatalogues } from './catalogue';
import { asMoney } from './format';
import { openLog, serverState, type OpenedLog } from './device-log';
import { followOutlet } from './outlet-feed';
import { activeLines, channelOf, dropOpen, emptyOrder, keepOpen, lineIn, nextQty, openOrders, order, selected, unsentLines, type CartLine, type CartOrder } from './order';
import { paymentOf, resetPayment, type Paid } from './payment';
import { loadPricing, priced, type Priced } from './pricing';

export type Phase = 'loading' | 'failed' | 'ready';

/** A finished sale as the receipt shows it: the order, the priced form's figures, and what the server answered. */
export interface Sale {
  readonly opSeq: number;
  readonly receipt: string;
  readonly order: CartOrder;
  readonly priced: Priced;
  readonly paid: Paid;
  readonly at: number;
  readonly ack: Ack | null;
}

export const phase = signal<Phase>('loading');
export const failure = signal('');
export const pusher = signal<Pusher | null>(null);
export const feed = signal<Feed | null>(null);
export const shift = signal<Pick<Shift, 'id' | 'float'> | null>(null);
export const mode = signal<'sell' | 'pay'>('sell');
export const sale = signal<Sale | null>(null);
/** Name of the outlet's journal; with the epoch it names the log that a receipt is in. */
export const journalOrigin = signal('');

/** Number of the last receipt; kept with the log. */
const receiptN = signal(0);
let stopWatching = (): void => undefined;

function log(): OperationLog {
  return pusher.value!.log;
}

/** Loads everything a sale needs. Signing in again at the same register goes on with the log that is here. */
export async function startTill(): Promise<void> {
  phase.value = 'loading';
  try {
    const [state] = await Promise.all([serverState(), loadCatalogue(), loadPricing()]);
    await adoptState(state);
    feed.value?.dispose();
    feed.value = followOutlet(session.value!.outlet.id, state);
    phase.value = 'ready';
  } catch (e) {
    failure.value = e instanceof ApiError ? `${e.message} (${e.problem.code})` : t(e instanceof SecondTab ? 'load.other' : 'signin.offline');
    phase.value = 'failed';
  }
}

async function adoptState(state: SyncState | null): Promise<void> {
  const known = pusher.value;
  if (known?.log.device === session.value!.device.id) {
    if (state && !known.log.reconcile(state.last_seq, state.last_hash)) known.stuck.value = 'bad_chain';
    if (state && known.log.length.value === 0) shift.value = state.shift;
    known.kick();
    return;
  }
  known?.dispose();
  const opened = await openLog(state);
  opened.log.onAck(acknowledged);
  receiptN.value = opened.facts.receiptN;
  shift.value = opened.facts.shift;
  journalOrigin.value = opened.facts.origin;
  pusher.value = new Pusher(opened.log);
  if (opened.other) pusher.value.stuck.value = 'bad_chain';
  watchLog(opened);
}

/* What is kept beside the log, what the queue needs, and whether the disk takes it. */
function watchLog({ log: opened, store }: OpenedLog): void {
  stopWatching();
  const stops = [
    effect(() => {
      queuedCatalogues.value = opened.queue.value.flatMap((op) => /"catalogue":"([0-9a-f]{64})"/.exec(op.bytes)?.[1] ?? []);
    }),
    effect(() => store.note({ receiptN: receiptN.value, shift: shift.value && { id: shift.value.id, float: shift.value.float } })),
    effect(() => {
      if (opened.unkept.value) untracked(() => warn(t('log.unkept')));
    }),
  ];
  stopWatching = () => stops.forEach((stop) => stop());
}

function acknowledged(op: Operation, ack: Ack): void {
  const { result } = ack;
  if (sale.value?.opSeq === op.seq) sale.value = { ...sale.value, ack };
  const call = result.ref?.call_number;
  if (call) {
    const known = openOrders.value.find((o) => o.id === op.root);
    if (known) keepOpen({ ...known, callNumber: call });
    if (order.value.id === op.root) order.value = { ...order.value, callNumber: call };
  }
  if (result.st === 'rej') takeBack(op);
  report(op, result);
  if (op.type === 'shift.close' && result.st === 'ok') void tellVariance(op.root);
}

/* What the server refused has not happened: the order stands as it did before. */
function takeBack(op: Operation): void {
  const { b } = JSON.parse(op.bytes) as { b: { line_id?: string; lines?: { id: string }[] } };
  const named = new Set(b.lines?.map((l) => l.id) ?? [b.line_id]);
  const before = (l: CartLine): CartLine => (op.type === 'order.line.void' ? { ...l, voided: false } : { ...l, sent: false });
  const restored = (of: CartOrder): CartOrder => {
    if (of.id !== op.root || !['order.place', 'order.line.add', 'order.line.void'].includes(op.type)) return of;
    return { ...of, placed: of.placed && op.type !== 'order.place', lines: of.lines.map((l) => (named.has(l.id) ? before(l) : l)) };
  };
  order.value = restored(order.value);
  openOrders.value = openOrders.value.map(restored);
}

/* The difference is the server's figure: it knows every sale of the shift. */
async function tellVariance(shiftId: string): Promise<void> {
  try {
    say(t('shift.closed', { m: asMoney((await readShift(shiftId)).variance ?? 0) }));
  } catch {
    /* the closed shift's report stays available in the office */
  }
}

function report(op: Operation, result: OpResult): void {
  if (result.st === 'rej') warn(t('op.rej', { code: result.code ?? '', what: op.type }));
  else if (result.st === 'susp' || result.st === 'held') warn(t('op.susp', { code: result.code ?? result.st }));
  else if (result.st === 'flag') say(t('op.flag', { flags: (result.flags ?? []).join(', ') }));
}

export function openShift(float: number): void {
  const id = newId();
  log().append('shift.open', id, { id, float });
  shift.value = { id, float };
}

/** Closes the shift; the counted cash is recorded with it, of other currencies as well. */
export function closeShift(counted: number, currencies: { currency: string; counted: number }[]): void {
  const { id } = shift.value!;
  log().append('shift.close', id, { shift_id: id, counted, ...(currencies.length > 0 && { currencies }) });
  shift.value = null;
}

export const readShift = async (id: string): Promise<Shift> => (await get<Shift>(`/v1/shifts/${id}`)).body;

/* Of whoever approved the discounts, while no operation has named it. */
const consent = (): { approval?: string } => (order.value.approved?.id ? { approval: order.value.approved.id } : {});

/* The order as order.place and sale.commit write it. */
function placeBody(figures: Priced): Record<string, unknown> {
  const { id, table, discount, place, guests, coupons, at } = order.value;
  const body: Record<string, unknown> = {
    id,
    channel: channelOf(order.value),
    place,
    at,
    lines: activeLines.value.map(lineIn),
    send: goesToKitchen(),
    catalogue: catalogueOf(order.value).hash,
    priced_hash: figures.hash,
  };
  if (table) body['table'] = table;
  if (guests > 0) body['guests'] = guests;
  if (coupons.length > 0) body['coupons'] = coupons;
  if (discount) body['discounts'] = [discount];
  return { ...body, ...consent() };
}

/** True when an unsent line (or a component of it) is made at a station. */
export function goesToKitchen(): boolean {
  const of = catalogueOf(order.value);
  return unsentLines.value.some((l) => [l.itemId, ...l.components.map((c) => c.item_id)].some((id) => of.item(id)?.station));
}

/** Writes what is new on the order and sends what the kitchen makes of it. The order stays open. */
export function sendOrder(): void {
  const figures = priced.value;
  if (!figures || unsentLines.value.length === 0) return;
  const { id } = order.value;
  if (!order.value.placed) {
    log().append('order.place', id, { ...placeBody(figures), send: true });
  } else {
    log().append('order.line.add', id, { order_id: id, lines: unsentLines.value.map(lineIn), ...consent() });
    if (goesToKitchen()) log().append('order.send', id, { order_id: id });
  }
  const { approved } = order.value;
  order.value = {
    ...order.value,
    placed: true,
    approved: approved && { ...approved, id: null },
    catalogue: catalogueOf(order.value),
    lines: order.value.lines.map((l) => ({ ...l, sent: true })),
  };
  keepOpen(order.value);
}

/** Voids a line the server knows; the kitchen sees it struck. */
export function voidSentLine(lineId: string, approval: string | null): void {
  const { id } = order.value;
  log().append('order.line.void', id, { order_id: id, line_id: lineId, ...(approval ? { approval } : {}) });
  order.value = { ...order.value, lines: order.value.lines.map((l) => (l.id === lineId ? { ...l, voided: true } : l)) };
  keepOpen(order.value);
}

function nextReceipt(): string {
  const { outlet, device } = session.value!;
  receiptN.value += 1;
  return `${outlet.code}-${device.code}-${device.series}-${receiptN.value}`;
}

/** A receipt of this register that the server made: the next one follows it. */
export function noteReceipt(receipt: string): void {
  receiptN.value = Math.max(receiptN.value, Number(receipt.split('-').pop()));
}

/* A sale paid at once is one operation; an order that was sent before gets its payment. */
function appendPayment(figures: Priced, payment: PaymentIn): Operation {
  const { id } = order.value;
  if (!order.value.placed) {
    return log().append('sale.commit', id, { ...placeBody(figures), payments: [payment], receipt_n: receiptN.value });
  }
  return log().append('order.pay', id, { order_id: id, ...payment });
}

/** Takes `tendered` in cash, of the chosen currency, for the whole order. The operation is in the log before the receipt shows. */
export function payCash(tendered: number): void {
  if (order.value.placed && unsentLines.value.length > 0) sendOrder();
  const figures = priced.value;
  const payment = figures ? paymentOf(tendered) : null;
  if (!figures || !payment) return;
  const receipt = nextReceipt();
  const op = appendPayment(figures, payment.body);
  const sold = { ...order.value, catalogue: catalogueOf(order.value) };
  sale.value = { opSeq: op.seq, receipt, order: sold, priced: figures, paid: payment.paid, at: op.at, ack: null };
  dropOpen(order.value.id);
  clearSaid();
  newOrder();
}

/** A receipt is printed when its sale cannot get lost any more: it is on this device's disk, or at the server. */
export const mayPrint = ({ opSeq, ack }: Sale): boolean => ack !== null || log().keptSeq.value >= opSeq;

/** Pays an order that another page placed, by the server's own figure. */
export function payForeign(orderId: string, due: number): void {
  receiptN.value += 1;
  log().append('order.pay', orderId, { order_id: orderId, id: newId(), tender: 'cash', amount: due, tendered: due });
}

export function newOrder(): void {
  resetPayment();
  order.value = emptyOrder(order.value.place);
  selected.value = null;
  nextQty.value = 1;
  mode.value = 'sell';
}

/** Takes up an open order again; what was on the page before stays open if it was sent. */
export function resumeOrder(id: string): void {
  const found = openOrders.value.find((o) => o.id === id);
  if (!found) return;
  if (order.value.placed) keepOpen(order.value);
  order.value = found;
  selected.value = null;
  sale.value = null;
  mode.value = 'sell';
}

/** Ends the session. What is still in the queue stays on this page and goes out after the next sign-in. */
export async function signOut(): Promise<void> {
  try {
    await post('/v1/auth/sign-out', {});
  } catch {
    /* the token is dropped here in any case */
  }
  feed.value?.dispose();
  feed.value = null;
  setSession(null);
}
