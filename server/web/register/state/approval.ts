/*
 * What goes beyond one's own role, and the second person who approves it on this register. Words: permission, share (what is
 * given by hand as a fraction of the order), approval (good for one operation, within two minutes).
 */
import { ApiError, post, reachable, session } from '../../shared/api/client';
import { decimalText, decimalUnits } from '../../shared/core/bytes';
import { rateScale } from '../../shared/core/basket';
import { t } from '../../shared/i18n/i18n';
import { order } from './order';
import { allowanceOf, priced } from './pricing';

/** What is asked for; as POST /v1/approvals has it. */
export type Wanted =
  | { readonly permission: 'discount.write'; readonly rate: string; readonly order_id: string }
  | { readonly permission: 'refund.write'; readonly amount: number; readonly order_id: string }
  | { readonly permission: 'order.void'; readonly order_id: string };

export interface SecondPerson {
  readonly staff: string;
  readonly pin: string;
}

/** Discounts of the order that somebody has approved. */
export interface Approved {
  /** For the next operation; null once one has named it. */
  readonly id: string | null;
  readonly share: number;
  readonly amount: number;
  readonly until: number;
}

const one = 10 ** rateScale;
const approvalLastsMs = 110_000;

/** Asks the server whether they may; its answer goes into the operation. */
export async function approve(wanted: Wanted, second: SecondPerson): Promise<string> {
  return (await post<{ approval: string }>('/v1/approvals', { ...second, ...wanted })).body.approval;
}

/** Why it was not approved, for the cashier. */
export function whyNot(e: unknown): string {
  if (!(e instanceof ApiError)) return t('approve.offline');
  const { code, field } = e.problem;
  if (code === 'locked_out') return t('signin.locked', { n: Math.ceil(e.retryAfterMs / 1000) });
  if (code === 'approval_invalid') return t('approve.wrong');
  return code === 'forbidden' && field === '/staff' ? t('approve.forbidden') : `${e.message} (${code})`;
}

export const mayVoid = (): boolean => session.value!.scopes.includes('order.void');

/* As the role has it; who may give none has a limit of nothing. */
function ownLimit(): number | null {
  const { scopes, limits } = session.value!;
  if (!scopes.includes('discount.write')) return 0;
  return limits?.discount ? decimalUnits(limits.discount, rateScale) : null;
}

interface Given {
  readonly amount: number;
  readonly share: number;
}

function given(): Given {
  const figures = priced.value;
  const amount = figures?.discounts.find((part) => part.rule === null)?.amount ?? 0;
  const gross = BigInt(figures?.gross ?? 0);
  const share = gross > 0n ? Number((BigInt(amount) * BigInt(one) + gross - 1n) / gross) : 0;
  return { amount, share: Math.min(share, one) };
}

function isApproved({ amount, share }: Given): boolean {
  const { approved } = order.value;
  if (!approved || share > approved.share) return false;
  return approved.id === null ? amount <= approved.amount : approved.until > Date.now();
}

/** What somebody else has to approve before the order's discounts are written; null when nobody has to. */
export function discountToApprove(): Wanted | null {
  const now = given();
  const limit = ownLimit();
  if (now.amount === 0 || limit === null || now.amount <= allowanceOf(order.value, limit) || isApproved(now)) return null;
  return { permission: 'discount.write', rate: decimalText(now.share, rateScale), order_id: order.value.id };
}

/** Somebody has approved the discounts as they are now. */
export function noteApproved(id: string): void {
  order.value = { ...order.value, approved: { id, ...given(), until: Date.now() + approvalLastsMs } };
}

/** Whether one may go on without, and leave it to the office: money that moves is not held up by a missing connection. */
export const unreachable = (): boolean => !reachable.value;
