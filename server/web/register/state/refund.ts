/*
 * Giving money back for a receipt, with the approval of a second person where the role's limit asks for one. It goes to the
 * server at once: what is left of a sale only the server knows. Words: remainder (quantity not given back yet), approval.
 */
import { computed, signal } from '@preact/signals';
import { ApiError, get, post } from '../../shared/api/client';
import type { Order } from '../../shared/api/types';
import { t } from '../../shared/i18n/i18n';
import { decimalText, decimalUnits } from '../../shared/core/bytes';
import { newId } from '../../shared/ids/ids';
import { approve, whyNot, type SecondPerson } from './approval';
import { qtyOne } from './order';

const qtyScale = 6;
const receiptsShown = 100;

export interface RefundLine {
  readonly id: string;
  readonly name: string;
  /** Millionths that may still come back. */
  readonly remainder: number;
  /** Millionths that come back now. */
  readonly back: number;
  /** Of the whole line as it was sold. */
  readonly qty: number;
  /** Of a combo that of each component. */
  readonly totals: readonly number[];
}

export interface Refunding {
  readonly id: string;
  readonly order: Order;
  readonly lines: readonly RefundLine[];
  readonly reason: string;
  /** Set when the server asked for a second person. */
  readonly asks: boolean;
  readonly problem: string;
}

interface Refund {
  receipt: string;
  amount: number;
  lines: { line_id: string; qty: string }[];
}

export const refunding = signal<Refunding | null>(null);
export const refundable = computed(() => refunding.value?.lines.some((l) => l.back > 0) ?? false);

/** Paid orders of the outlet, latest first. */
export async function readReceipts(): Promise<Order[]> {
  const { orders } = (await get<{ orders: Order[] }>(`/v1/orders?limit=${receiptsShown}`)).body;
  return orders.filter((o) => o.receipt && (o.payment_state === 'paid' || o.payment_state === 'partly_refunded'));
}

/* A combo with what its components cost; charges that stand on the bill as lines of their own. */
function soldLines({ lines = [], charges = [] }: Order): Omit<RefundLine, 'remainder' | 'back'>[] {
  const whole = lines.filter((l) => !l.parent_id && l.state !== 'voided').map((l) => ({
    id: l.id,
    name: l.name,
    qty: decimalUnits(l.qty, qtyScale),
    totals: lines.filter((part) => part.id === l.id || part.parent_id === l.id).map((part) => part.total),
  }));
  const charged = charges.flatMap((c) => (c.line_id ? [{ id: c.line_id, name: c.name, qty: qtyOne, totals: [c.total] }] : []));
  return [...whole, ...charged];
}

function remaindersOf(order: Order, refunds: readonly Refund[]): RefundLine[] {
  const gone = new Map<string, number>();
  for (const { line_id, qty } of refunds.flatMap((r) => r.lines)) {
    gone.set(line_id, (gone.get(line_id) ?? 0) + decimalUnits(qty, qtyScale));
  }
  return soldLines(order).map((l) => ({ ...l, remainder: l.qty - (gone.get(l.id) ?? 0), back: 0 }));
}

async function readLeft(id: string): Promise<Pick<Refunding, 'order' | 'lines'>> {
  const [order, refunds] = await Promise.all([get<Order>(`/v1/orders/${id}`), get<{ refunds: Refund[] }>(`/v1/orders/${id}/refunds`)]);
  return { order: order.body, lines: remaindersOf(order.body, refunds.body.refunds) };
}

/** Starts giving back: all lines with what is left of them. */
export async function startRefund(of: Order): Promise<void> {
  refunding.value = { id: newId(), ...(await readLeft(of.id)), reason: '', asks: false, problem: '' };
}

export function change(part: Partial<Refunding>): void {
  refunding.value = { ...refunding.value!, problem: '', ...part };
}

/** Everything that is left. */
export function giveBackAll(): void {
  change({ lines: refunding.value!.lines.map((l) => ({ ...l, back: l.remainder })), asks: false });
}

export function giveBack(line: string, back: number): void {
  const lines = refunding.value!.lines.map((l) => (l.id === line ? { ...l, back: Math.max(0, Math.min(l.remainder, back)) } : l));
  change({ lines, asks: false });
}

async function send(approval: string | null): Promise<Refund> {
  const { id, order, lines, reason } = refunding.value!;
  const body: Record<string, unknown> = {
    id,
    lines: lines.filter((l) => l.back > 0).map((l) => ({ line_id: l.id, qty: decimalText(l.back, qtyScale) })),
    tender: 'cash',
    reason,
  };
  if (approval) body['approval'] = approval;
  /* Repeated after a lost answer it is answered again, not paid out again. */
  return (await post<{ refund: Refund }>(`/v1/orders/${order.id}/refunds`, body, `${id}:${approval ?? ''}`)).body.refund;
}

/* What has come back of an amount when so much of the quantity has, as extension/core/refund.h rounds it. */
const backOf = (total: number, back: number, qty: number): number => Number((BigInt(total) * BigInt(back) * 2n + BigInt(qty)) / (BigInt(qty) * 2n));

/** What giving back comes to, for whoever approves it; the server pays out by its own figure. */
export const comesTo = ({ lines }: Refunding): number =>
  lines.reduce((sum, { totals, qty, remainder, back }) => {
    const before = qty - remainder;
    return totals.reduce((all, total) => all + backOf(total, before + back, qty) - backOf(total, before, qty), sum);
  }, 0);

async function consent(second: SecondPerson): Promise<string> {
  const asked = refunding.value!;
  return approve({ permission: 'refund.write', amount: comesTo(asked), order_id: asked.order.id }, second);
}

/* What somebody else has given back meanwhile is gone. */
async function tellGone(): Promise<void> {
  change({ id: newId(), ...(await readLeft(refunding.value!.order.id)), asks: false, problem: t('refund.gone') });
}

async function explain(e: unknown, second: SecondPerson | null): Promise<void> {
  const code = e instanceof ApiError ? e.problem.code : 'network';
  if (code === 'approval_required' && !second) change({ asks: true });
  else if (code === 'refund_exceeded' || code === 'id_taken') await tellGone();
  else change({ problem: code === 'network' ? t('refund.offline') : whyNot(e) });
}

/** Gives back; answers what was paid out, null when it was not done (the problem then stands in refunding). */
export async function refund(second: SecondPerson | null): Promise<Refund | null> {
  try {
    const done = await send(second ? await consent(second) : null);
    refunding.value = null;
    return done;
  } catch (e) {
    await explain(e, second);
    return null;
  }
}
