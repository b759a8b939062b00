// Refresh tokens: used once, replaced, and their theft noticed.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { as, cafe, cashier, manager, rows, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn, withoutRequestId } from './lib/client.mjs';
import { DeviceKey, paired, proven } from './lib/key.mjs';

const refresh = async (token) => new Client((await world()).url).post('/v1/auth/refresh', { refresh_token: token }, { key: null });
const fresh = async (who = cashier, more = {}) => signIn((await world()).url, { ...cafe, ...who, ...more });
const hash = (token) => createHash('sha256').update(token).digest('hex');

async function change(token, assignment) {
  await (await world()).stack.psql(`UPDATE pos.refresh SET ${assignment} WHERE hash = '\\x${hash(token)}'`);
}

suite('refresh', () => {
  test('gives a new pair of tokens for the same session', async () => {
    const { url } = await world();
    const { session } = await fresh(cashier, { register: 'R1' });
    const next = ok(await refresh(session.refresh_token));
    assert.notEqual(next.refresh_token, session.refresh_token);
    assert.deepEqual([next.staff, next.device, next.scopes, next.limits], [session.staff, session.device, session.scopes, session.limits]);
    assert.ok(Date.parse(next.expires_at) <= Date.now() + 901_000);
    ok(await new Client(url, next).get('/v1/orders'));
    ok(await refresh(next.refresh_token));
  });

  test('a token that was used before ends the session, for whoever holds what', async () => {
    const { url } = await world();
    const { session } = await fresh();
    const thief = ok(await refresh(session.refresh_token));
    ok(await refresh(thief.refresh_token));
    problem(await refresh(session.refresh_token), 401, 'refresh_reused');
    problem(await new Client(url, thief).get('/v1/orders'), 401, 'session_ended');
    problem(await refresh(thief.refresh_token), 401, 'session_ended');
    const claims = JSON.parse(Buffer.from(session.token.split('.')[1], 'base64url'));
    const [row] = await rows(`SELECT ended_at FROM pos.session WHERE session_id = '${claims.sid}'`);
    assert.ok(row.ended_at);
  });

  test('a lost answer is given again within ten seconds, not after', async () => {
    const { session } = await fresh();
    const first = ok(await refresh(session.refresh_token));
    assert.equal(ok(await refresh(session.refresh_token)).refresh_token, first.refresh_token);
    await change(session.refresh_token, "used_at = used_at - interval '11 seconds'");
    problem(await refresh(session.refresh_token), 401, 'refresh_reused');
    problem(await refresh(first.refresh_token), 401, 'session_ended');
  });

  test('in parallel one token becomes one token', async () => {
    const { session } = await fresh();
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(session.refresh_token)));
    assert.equal(new Set(answers.map((answer) => ok(answer).refresh_token)).size, 1);
    const [{ n }] = await rows(`SELECT count(*)::int n FROM pos.refresh WHERE session_id =
      (SELECT session_id FROM pos.refresh WHERE hash = '\\x${hash(session.refresh_token)}')`);
    assert.equal(n, 2);
  });

  test('what is expired, unknown, another business’s or no token is refused', async () => {
    const { session } = await fresh();
    const bytes = Buffer.from(session.refresh_token.slice(4), 'base64url');
    bytes[0] ^= 1; // the business
    const elsewhere = `mpr_${bytes.toString('base64url')}`;
    bytes[0] ^= 1;
    bytes[47] ^= 1;
    const unknown = `mpr_${bytes.toString('base64url')}`;
    for (const token of [elsewhere, unknown, 'mpr_', 'x', session.token.slice(0, 200), `${session.refresh_token}A`]) {
      problem(await refresh(token), 401, 'unauthenticated');
    }
    problem(await refresh(7), 400, 'wrong_type', '/refresh_token');
    problem(await refresh('x'.repeat(257)), 400, 'out_of_range', '/refresh_token');
    await change(session.refresh_token, "expires_at = now() - interval '1 second'");
    problem(await refresh(session.refresh_token), 401, 'unauthenticated');
  });

  test('after signing out nothing can be refreshed', async () => {
    const client = await fresh();
    ok(await client.post('/v1/auth/sign-out', {}));
    problem(await refresh(client.session.refresh_token), 401, 'session_ended');
  });

  test('changed rights end the token; a refresh has the new ones', async () => {
    const { stack, url } = await world();
    const client = await fresh(manager);
    const { sid, scope } = JSON.parse(Buffer.from(client.token.split('.')[1], 'base64url'));
    assert.ok(scope.split(' ').includes('order.write'));
    await stack.psql(`UPDATE pos.session SET rights_version = rights_version + 1, scopes = mpos.scopes('{session,order.read}') WHERE session_id = '${sid}'`);
    problem(await client.get('/v1/orders'), 401, 'session_ended');
    const next = ok(await refresh(client.session.refresh_token));
    assert.deepEqual(next.scopes.sort(), ['order.read', 'session']);
    ok(await new Client(url, next).get('/v1/orders'));
    problem(await new Client(url, next).get('/v1/kitchen/tickets'), 403, 'forbidden');
  });

  test('at a paired device the token alone is worth nothing', async () => {
    const { url, stack } = await world();
    const boss = await as(cafe, manager);
    const [device, other] = [await paired(boss), await paired(boss, { alg: 'p256' })];
    const signedIn = async () => ok(await proven(url, device.key, device.id, '/v1/auth/pin', { ...cafe, ...cashier, register: device.code }));
    const prove = (token, { key, id } = device, how) => proven(url, key, id, '/v1/auth/refresh', { refresh_token: token }, how);
    const session = await signedIn();
    const { refresh_token: token } = session;
    // A thief without the key, with another key or with what was signed for something else.
    const used = device.key.proof(device.id, 'POST', '/v1/auth/refresh', JSON.stringify({ refresh_token: token }));
    const thefts = [refresh(token), prove(token, other), prove(token, { key: other.key, id: device.id }),
      prove(token, device, { forge: ({ body }) => ({ body, proof: device.key.proof(device.id, 'POST', '/v1/auth/pin', body) }) }),
      prove(token, device, { forge: ({ proof }) => ({ proof, body: JSON.stringify({ refresh_token: token.replace(/.$/, 'A') }) }) })];
    const answers = await Promise.all(thefts);
    for (const answer of answers.slice(0, 4)) {
      problem(answer, 401, 'device_key_invalid');
      assert.equal(withoutRequestId(answer), withoutRequestId(answers[0]));
    }
    assert.equal(answers[4].status, 401);
    problem(await prove(token, device, { at: (Date.now() - 65000) * 1000 }), 401, 'clock_skew');
    // None of that has used the token up or ended the session.
    const send = (proof) => new Client(url).post('/v1/auth/refresh', { refresh_token: token }, { key: null, headers: { 'mpos-device': proof } });
    const next = ok(await send(used));
    problem(await send(used), 401, 'device_key_invalid');
    assert.equal(ok(await prove(token)).refresh_token, next.refresh_token, 'a lost answer is had by a new proof');
    // Somebody who has stolen tokens cannot even end it by using an old one; the device itself can.
    const third = ok(await prove(next.refresh_token));
    problem(await refresh(token), 401, 'device_key_invalid');
    ok(await new Client(url, third).get('/v1/orders'));
    problem(await prove(token), 401, 'refresh_reused');
    problem(await prove(third.refresh_token), 401, 'session_ended');
    // A device that gets a key while somebody is signed in at it.
    const plain = ok(await boss.post('/v1/devices', { outlet_id: boss.session.outlet.id, code: `Q${device.code.slice(1)}`, kind: 'register' }), 201).device;
    const before = await fresh(cashier, { register: plain.code });
    const after = ok(await refresh(before.session.refresh_token));
    const key = new DeviceKey();
    const { code } = ok(await boss.post(`/v1/devices/${plain.id}/pairing`, {}, { key: null }));
    ok(await new Client(url).post('/v1/auth/pair', { tenant: 'demo-cafe', code, public_key: key.public, alg: key.alg }, { key: null }));
    problem(await refresh(after.refresh_token), 401, 'device_key_invalid');
    ok(await prove(after.refresh_token, { key, id: plain.id }));
    await stack.psql('DELETE FROM pos.sign_in_guard');
  });

  test('the database has hashes only, and the journal not even those', async () => {
    const { stack } = await world();
    const { session } = await fresh();
    const next = ok(await refresh(session.refresh_token));
    const secrets = [session.refresh_token, next.refresh_token, session.token, next.token];
    const dump = await stack.psql(`SELECT string_agg(x::text, '') FROM (SELECT r::text FROM pos.refresh r UNION ALL SELECT s::text FROM pos.session s
      UNION ALL SELECT encode(mpos.unpack(packed), 'escape') FROM journal.entry WHERE packed IS NOT NULL UNION ALL SELECT g::text FROM pos.sign_in_guard g) x (x)`);
    assert.ok(dump.includes(hash(session.refresh_token)));
    for (const secret of secrets) {
      assert.ok(!dump.includes(secret) && !dump.includes(secret.slice(4, 60)));
      assert.ok(!stack.log().includes(secret.slice(4, 60)));
    }
  });
});
