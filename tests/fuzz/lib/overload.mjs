// A full queue at whichever of an operation's calls: every way in that holds a credential answers 503 or does its work, and what
// it held goes with the request (the leak check at the server's end tells).
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { Client, ok, send, signIn } from '../../http/lib/client.mjs';
import { paired } from '../../http/lib/key.mjs';

const rounds = 24;
const password = 'correct horse battery';

/** Somebody with PIN, password and sessions by both, a paired device and an API key. */
async function somebody(url) {
  const boss = await signIn(url, { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234' });
  const role = ok(await boss.get('/v1/roles')).roles.find((one) => one.code === 'manager');
  const { staff } = ok(await boss.post('/v1/staff', { number: '9090', name: 'Ann', role_id: role.id }), 201);
  ok(await boss.post(`/v1/staff/${staff.id}/pin`, { pin: '907090' }, { key: null }));
  const device = await paired(boss);
  const { key } = ok(await boss.post('/v1/api-keys', { name: 'link', scopes: ['order.read'] }, { key: null }), 201);
  const email = 'ann@example.com';
  ok(await boss.post(`/v1/staff/${staff.id}/password`, { email, password }, { key: null }));
  const session = ok(await new Client(url).post('/v1/auth/password', { tenant: 'demo-cafe', email, password }, { key: null }));
  return { boss, staff: staff.id, email, device, key, session };
}

/** Each as [path, body, token]; what a round changes stays as it was or is made again. */
function requests({ boss, staff, email, key, session, device }) {
  const own = session.token;
  return [
    ['/v1/auth/pin', { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234', register: 'R1' }],
    ['/v1/auth/password', { tenant: 'demo-cafe', email, password }],
    ['/v1/auth/password', { tenant: 'demo-cafe', email, password, code: '123456' }],
    ['/v1/auth/password/change', { current_password: password, new_password: password }, own],
    ['/v1/auth/totp/enrol', { password }, own],
    ['/v1/auth/totp/confirm', { code: '123456' }, own],
    ['/v1/auth/totp/disable', { password, code: '123456' }, own],
    ['/v1/auth/refresh', { refresh_token: session.refresh_token }],
    ['/v1/auth/pair', { tenant: 'demo-cafe', code: 'ZZZZZZZZ', public_key: device.key.public, alg: device.key.alg }],
    ['/v1/auth/device', { tenant: 'demo-cafe' }],
    [`/v1/staff/${staff}/pin`, { pin: '907090' }, boss.token],
    ['/v1/approvals', { staff: '101', pin: '1234' }, boss.token],
    // Another one each time: those that are known are not asked for.
    ['/v1/orders', {}, key.slice(0, -8) + randomBytes(6).toString('base64url')],
  ];
}

/** Resolves to what must not have been answered. The server looks whether `file` is there. */
export async function overload(url, file) {
  const world = await somebody(url);
  const wrong = [];
  const seen = new Set();
  writeFileSync(file, '', { mode: 0o644 });
  for (let i = 0; i < rounds; i += 1) {
    await Promise.all(requests(world).map(async ([path, body, token]) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': `${i}`, ...(token && { authorization: `Bearer ${token}` }) };
      const { status, json } = await send(url, 'POST', path, { headers, body: JSON.stringify(body) });
      if (status === 503 && json?.code === 'overloaded') seen.add(path);
      else if (status >= 500) wrong.push(`${path} answered ${status}`);
    }));
  }
  rmSync(file);
  for (const [path] of requests(world)) if (!seen.has(path)) wrong.push(`${path} never met the full queue`);
  return wrong;
}
