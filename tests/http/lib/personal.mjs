// Personal data beside an operation: commitments for its body and the values behind them.
import { createHmac, randomBytes } from 'node:crypto';

export function commitment(path, salt, value) {
  return createHmac('sha256', salt).update('mpos.pii.v1\0').update(path + value).digest('hex');
}

/** {"/note": "..."} -> {members: {note}, pii: [{path, salt, value}]} */
export function personal(values, id) {
  const pii = Object.entries(values).map(([path, value]) => ({ path, salt: randomBytes(32).toString('hex'), value }));
  const members = {};
  for (const { path, salt, value } of pii) {
    const promised = commitment(path, Buffer.from(salt, 'hex'), value);
    if (!path.startsWith('/customer/')) members[path.slice(1)] = promised;
    else members.customer = { ...members.customer, [path.split('/')[2]]: promised };
  }
  if (id) members.customer = { ...members.customer, id };
  return { members, pii };
}
