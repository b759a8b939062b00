/* What the session may: the server decides, the page only does not offer what would be refused. */
import { session } from '../../shared/api/client';
import type { Role } from './model';

export const may = (scope: string): boolean => session.value?.scopes.includes(scope) ?? false;

/** Highest discount that this session may give to others, a fraction; null is no limit. */
export const ownDiscount = (): number | null => {
  const limit = session.value?.limits?.discount ?? null;
  return limit === null ? null : Number(limit);
};

export const ownRefund = (): number | null => session.value?.limits?.refund ?? null;

const within = (limit: number | null, own: number | null): boolean => own === null || (limit !== null && limit <= own);

/** True when the session holds all that the role allows; only then may it be given or changed. */
export function covers(role: Pick<Role, 'scopes' | 'discount_limit' | 'refund_limit'>): boolean {
  const discount = role.discount_limit === null ? null : Number(role.discount_limit);
  return role.scopes.every(may) && within(discount, ownDiscount()) && within(role.refund_limit, ownRefund());
}

/** Scopes as they are shown, in groups; `session` belongs to every role and is not asked for. */
export const scopeGroups = {
  sell: ['catalogue.read', 'order.read', 'order.write', 'order.void', 'payment.write', 'discount.write', 'refund.write', 'sync.push'],
  kitchen: ['kitchen.read', 'kitchen.write'],
  shift: ['shift.read', 'shift.write', 'stock.read', 'clock.use', 'clock.read'],
  manage: ['staff.read', 'staff.write', 'device.read', 'device.write', 'key.write', 'settings.write', 'catalogue.write'],
  books: ['event.read', 'journal.read', 'pii.read', 'pii.erase', 'tenant.export'],
} as const;

export type ScopeGroup = keyof typeof scopeGroups;
export type ShownScope = (typeof scopeGroups)[ScopeGroup][number];
