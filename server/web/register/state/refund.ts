/*
 * Giving money back for a receipt, with the approval of a second person where the role's limit asks for one. It goes to the
 * server at once: what is left of a sale only the server knows. Words: remainder (quantity not given back yet), approval.
 */
import { computed, signal } from '@preact/signals';
import { ApiError, get, post } from '../../shared/api/client';
import type { Order } from '../../shared/api/types';
import { decimalText, decimalUnits } from '../../shared/core/bytes';
import { newId } from '../../shared/ids/ids';

const qtyScale = 6;
const receiptsShown = 100;

export interface RefundLine {
  readonly id: string;
  readonly name: string;
  /** Millionths that may still come back. */
  readonly remainder: number;
  /** Millionths that come back now. */
  readonly back: number;
}

export interface Refunding {
  readonly id: string;
  readonly order: Order;
  readonly lines: readonly RefundLine[];
  readonly reason: string;
  /** Set when the server asked for a second person: what the refund comes to is not said, so the paid amount is asked for. */
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

function remaindersOf(order: Order, refunds: readonly Refund[]): RefundLine[] {
  const gone = new Map<string, number>();
  for (const { line_id, qty } of refunds.flatMap((r) => r.lines)) {
    gone.set(line_id, (gone.get(line_id) ?? 0) + decimalUnits(qty, qtyScale));
  }
  return (order.lines ?? [])
    .filter((l) => !l.parent_id && l.state !== 'voided')
    .map((l) => ({ id: l.id, name: l.name, remainder: decimalUnits(l.qty, qtyScale) - (gone.get(l.id) ?? 0), back: 0 }));
}

/** Starts giving back: all lines with what is left of them. */
export async function startRefund(of: Order): Promise<void> {
  const [order, refunds] = await Promise.all([
    get<Order>(`/v1/orders/${of.id}`),
    get<{ refunds: Refund[] }>(`/v1/orders/${of.id}/refunds`),
  ]);
  const found = order.body;
  refunding.value = { id: newId(), order: found, lines: remaindersOf(found, refunds.body.refunds), reason: '', asks: false, problem: '' };
}

export function change(part: Partial<Refunding>): void {
  refunding.value = { ...refunding.value!, problem: '', ...part };
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
  return (await post<{ refund: Refund }>(`/v1/orders/${order.id}/refunds`, body)).body.refund;
}

async function approve(staff: string, pin: string): Promise<string> {
  const { order } = refunding.value!;
  const body = { staff, pin, permission: 'refund.write', amount: order.total, order_id: order.id };
  return (await post<{ approval: string }>('/v1/approvals', body)).body.approval;
}

/** Gives back; answers what was paid out, null when it was not done (the problem then stands in refunding). */
export async function refund(second: { staff: string; pin: string } | null): Promise<Refund | null> {
  try {
    const done = await send(second ? await approve(second.staff, second.pin) : null);
    refunding.value = null;
    return done;
  } catch (e) {
    const code = e instanceof ApiError ? e.problem.code : 'network';
    if (code === 'approval_required' && !second) change({ asks: true });
    else change({ problem: e instanceof ApiError ? `${e.message} (${code})` : code });
    return null;
  }
}
