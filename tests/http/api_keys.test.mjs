// Keys of integrators: told once, with no more rights than their maker's, over when they are revoked or too old.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { as, cafe, cashier, manager, menu, rows, shop, suite, world } from './lib/context.mjs';
import { Client, ok, problem, uuid7 } from './lib/client.mjs';
import { Subscriber } from './lib/socket.mjs';

async function make(client, more = {}) {
  return ok(await client.post('/v1/api-keys', { name: 'till link', scopes: ['order.read', 'order.write', 'payment.write', 'catalogue.read'], ...more }, { key: null }), 201);
}

const using = (url, key) => new Client(url, { token: key });

suite('api keys', () => {
  test('a key sells within its rights, in the outlet it is for', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const { api_key: made, key } = await make(client);
    assert.match(key, /^mpos_[\w-]{22}_[\w-]{43}$/);
    assert.deepEqual(made.scopes, ['catalogue.read', 'order.read', 'order.write', 'payment.write']);
    const shopper = using(url, key);
    const { plain } = await menu();
    const { order } = ok(await shopper.post('/v1/orders',
      { lines: [{ item_id: plain[0].id, qty: '1' }], payments: [{ tender: 'cash', amount: plain[0].price }] }), 201);
    const [stored] = await rows(`SELECT staff_id, outlet_id FROM pos.orders WHERE order_id = '${order.id}'`);
    assert.deepEqual(stored, { staff_id: made.id, outlet_id: client.session.outlet.id });
    for (const path of ['/v1/stock', '/v1/kitchen/tickets', '/v1/devices', '/v1/events']) problem(await shopper.get(path), 403, 'forbidden');
    problem(await shopper.post('/v1/ws-tickets', undefined, { key: null }), 403, 'forbidden');
    // Two first uses at once.
    const fresh = using(url, (await make(client)).key);
    for (const answer of await Promise.all([1, 2, 3, 4, 5, 6].map(() => fresh.get('/v1/orders')))) {
      ok(answer);
    }
  });

  test('the text is told once: not in lists, not stored, not in the books', async () => {
    const { stack } = await world();
    const client = await as(cafe, manager);
    const { api_key: made, key } = await make(client, { name: 'only once', days: 1 });
    const listed = ok(await client.get('/v1/api-keys')).api_keys.find((one) => one.id === made.id);
    assert.deepEqual(listed, made);
    assert.equal(Date.parse(made.expires_at) - Date.parse(made.created_at), 86400000);
    const [{ hash }] = await rows(`SELECT encode(key_hash, 'hex') AS hash FROM pos.api_key WHERE key_id = '${made.id}'`);
    assert.equal(hash, createHash('sha256').update(key).digest('hex'));
    const secret = key.slice(-43);
    const tables = await rows("SELECT oid::regclass::text AS name FROM pg_class WHERE relnamespace IN ('pos'::regnamespace, 'journal'::regnamespace) AND relkind IN ('r')");
    assert.deepEqual(await rows(tables.map(({ name }) => `SELECT '${name}' AS name FROM ${name} x WHERE x::text LIKE '%${secret}%'`).join(' UNION ALL ')), []);
    assert.ok(!stack.log().includes(secret));
  });

  test('nobody gives what they do not have, and no key makes keys or people', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const weak = await as(cafe, cashier);
    problem(await weak.post('/v1/api-keys', { name: 'x', scopes: ['order.read'] }, { key: null }), 403, 'forbidden');
    problem(await weak.get('/v1/api-keys'), 403, 'forbidden');
    for (const right of ['key.write', 'staff.write', 'settings.write']) {
      problem(await client.post('/v1/api-keys', { name: 'x', scopes: ['order.read', right] }, { key: null }), 400, 'invalid_value', '/scopes/1');
    }
    problem(await client.post('/v1/api-keys', { name: 'x', scopes: ['auth'] }, { key: null }), 400, 'invalid_value', '/scopes/0');
    problem(await client.post('/v1/api-keys', { name: 'x', scopes: [] }, { key: null }), 400, 'out_of_range', '/scopes');
    problem(await client.post('/v1/api-keys', { name: 'x', scopes: ['order.read'], days: 3651 }, { key: null }), 400, 'out_of_range', '/days');
    const foreign = (await as(shop, manager)).session.outlet.id;
    for (const outlet_id of [foreign, uuid7()]) {
      problem(await client.post('/v1/api-keys', { name: 'x', scopes: ['order.read'], outlet_id }, { key: null }), 404, 'not_found', '/outlet_id');
    }
    // A maker with fewer rights: the session of somebody whose role has lost one.
    const id = uuid7();
    await make(client, { id });
    problem(await client.post('/v1/api-keys', { name: 'x', scopes: ['order.read'], id }, { key: null }), 409, 'id_taken', '/id');
    const reader = using(url, (await make(client, { scopes: ['staff.read', 'session'] })).key);
    problem(await reader.post('/v1/api-keys', { name: 'x', scopes: ['staff.read'] }, { key: null }), 403, 'forbidden');
  });

  test('a maker whose session lost a right cannot give it', async () => {
    const { url, stack } = await world();
    const { signIn } = await import('./lib/client.mjs');
    const client = await signIn(url, { ...cafe, ...manager });
    await stack.psql(`UPDATE pos.session SET scopes = scopes & ~mpos.scopes('{order.read}')
      WHERE session_id = '${JSON.parse(Buffer.from(client.token.split('.')[1], 'base64url')).sid}'`);
    problem(await client.post('/v1/api-keys', { name: 'x', scopes: ['order.write', 'order.read'] }, { key: null }), 403, 'forbidden', '/scopes/1');
    ok(await client.post('/v1/api-keys', { name: 'x', scopes: ['order.write'] }, { key: null }), 201);
  });

  test('one changed character, a cut or longer key, another business: refused alike', async () => {
    const { url } = await world();
    const { key } = await make(await as(cafe, manager));
    const other = (await make(await as(shop, manager))).key;
    ok(await using(url, key).get('/v1/orders'));
    const change = (at) => key.slice(0, at) + (key[at] === 'A' ? 'B' : 'A') + key.slice(at + 1);
    const wrong = [...Array.from({ length: key.length - 1 }, (_, at) => change(at)).filter((_, at) => at !== 27),
      key.slice(0, -1), `${key}A`, `${other.slice(0, 28)}${key.slice(28)}`, 'mpos_', `mpos_${'A'.repeat(66)}`, key.toUpperCase()];
    for (const text of wrong) problem(await using(url, text).get('/v1/orders'), 401, 'unauthenticated');
    ok(await using(url, key).get('/v1/orders'));
  });

  test('a revoked key is over with the next call, known or not', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const used = await make(client, { scopes: ['session', 'order.read', 'kitchen.read'] });
    const unused = await make(client);
    const reader = using(url, used.key);
    ok(await reader.get('/v1/orders'));
    const session = { ...client.session, token: used.key };
    const socket = await new Subscriber(new Client(url, session)).open();
    for (const one of [used, unused]) {
      const { api_key: gone } = ok(await client.post(`/v1/api-keys/${one.api_key.id}/revoke`, {}));
      assert.ok(gone.revoked_at);
      ok(await client.post(`/v1/api-keys/${one.api_key.id}/revoke`, {}));
    }
    problem(await reader.get('/v1/orders'), 401, 'session_ended');
    problem(await using(url, unused.key).get('/v1/orders'), 401, 'unauthenticated');
    assert.equal((await socket.next((message) => message.k === 'close')).code, 4403);
    problem(await (await as(shop, manager)).post(`/v1/api-keys/${used.api_key.id}/revoke`, {}), 404, 'not_found');
    problem(await (await as(cafe, cashier)).post(`/v1/api-keys/${used.api_key.id}/revoke`, {}), 403, 'forbidden');
  });

  test('a key that is too old is over; one whose session has ended gets another', async () => {
    const { url, stack } = await world();
    const client = await as(cafe, manager);
    const old = await make(client);
    await stack.psql(`UPDATE pos.api_key SET expires_at = now() WHERE key_id = '${old.api_key.id}'`);
    problem(await using(url, old.key).get('/v1/orders'), 401, 'unauthenticated');
    // The session that it has ends with it.
    const soon = await make(client);
    ok(await using(url, soon.key).get('/v1/orders'));
    const [{ same }] = await rows(`SELECT s.expires_at <= k.expires_at AS same FROM pos.api_key k JOIN pos.session s USING (tenant_id, session_id)
      WHERE key_id = '${soon.api_key.id}'`);
    assert.ok(same);
    await stack.psql(`UPDATE pos.session SET expires_at = now() WHERE session_id = (SELECT session_id FROM pos.api_key WHERE key_id = '${soon.api_key.id}');
      UPDATE pos.api_key SET expires_at = now() WHERE key_id = '${soon.api_key.id}'`);
    let last = await using(url, soon.key).get('/v1/orders');
    for (let i = 0; i < 8 && last.json.code === 'session_ended'; i++) last = await using(url, soon.key).get('/v1/orders');
    problem(last, 401, 'unauthenticated');

    const live = await make(client);
    ok(await using(url, live.key).get('/v1/orders'));
    await stack.psql(`UPDATE pos.session SET ended_at = now() WHERE session_id = (SELECT session_id FROM pos.api_key WHERE key_id = '${live.api_key.id}')`);
    // Each thread of the server may have known the session.
    let answer = await using(url, live.key).get('/v1/orders');
    for (let i = 0; i < 8 && answer.status !== 200; i++) {
      problem(answer, 401, 'session_ended');
      answer = await using(url, live.key).get('/v1/orders');
    }
    ok(answer);
  });
});
