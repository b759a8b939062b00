// Two server processes on one database: what ends at one ends at the other, sockets too.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { as, cafe, cashier, manager, rows, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn } from './lib/client.mjs';
import { paired, proven, signInAsDevice } from './lib/key.mjs';
import { head, stream, Subscriber } from './lib/socket.mjs';

const closing = (socket) => socket.next((message) => message.k === 'close').then(({ code }) => code);

suite('two processes', () => {
  let other;
  before(async () => {
    other = await (await world()).stack.another();
  });
  after(() => other.stop());

  const there = (session) => new Client(other.url, session);

  test('a device revoked at one: its socket at the other closes, and nobody else\'s', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const device = await paired(client, { kind: 'kitchen' });
    const neighbour = await paired(client, { kind: 'kitchen' });
    const alone = await signInAsDevice(url, 'demo-cafe', device);
    const stays = await new Subscriber(there((await signInAsDevice(url, 'demo-cafe', neighbour)).session)).open();
    const socket = await new Subscriber(there(alone.session)).open();
    assert.equal((await socket.subscribe(await head(there(alone.session)))).k, 'sub_ok');
    ok(await there(alone.session).get('/v1/orders'));
    ok(await client.post(`/v1/devices/${device.id}/revoke`, {}));
    assert.equal(await closing(socket), 4403);
    problem(await there(alone.session).get('/v1/orders'), 401, 'session_ended');
    assert.equal((await stays.subscribe(await head(stays.client), { s: stream(stays.client) })).k, 'sub_ok');
    await stays.close();
  });

  test('rights that are others now, by SQL: sockets at both close', async () => {
    const { url, stack } = await world();
    const till = await signIn(url, { ...cafe, ...cashier });
    const sockets = [await new Subscriber(till).open(), await new Subscriber(there(till.session)).open()];
    const { sid } = JSON.parse(Buffer.from(till.token.split('.')[1], 'base64url'));
    await stack.psql(`UPDATE pos.session SET rights_version = rights_version + 1 WHERE session_id = '${sid}'`);
    assert.deepEqual(await Promise.all(sockets.map(closing)), [4403, 4403]);
  });

  test('signing out at one closes the socket at the other; a ticket from before opens none', async () => {
    const { url } = await world();
    const till = await signIn(url, { ...cafe, ...cashier });
    const socket = await new Subscriber(there(till.session)).open();
    const { ticket } = ok(await till.post('/v1/ws-tickets', undefined, { key: null }));
    ok(await till.post('/v1/auth/sign-out', {}));
    assert.equal(await closing(socket), 4403);
    const late = new WebSocket(`${other.url.replace('http', 'ws')}/v1/ws`, 'mpos.v1');
    const code = new Promise((done) => { late.on('close', done); });
    late.on('open', () => late.send(JSON.stringify({ k: 'auth', ticket })));
    assert.equal(await code, 4403);
  });

  test('a ticket that is shown to both opens one socket', async () => {
    const { url, stack } = await world();
    const client = await as(cafe, manager);
    /** 'auth_ok', or the code it is closed with. */
    const show = (at, ticket) => new Promise((done) => {
      const socket = new WebSocket(`${at.replace('http', 'ws')}/v1/ws`, 'mpos.v1');
      socket.on('open', () => socket.send(JSON.stringify({ k: 'auth', ticket })));
      socket.on('message', (data) => { if (JSON.parse(data).k === 'auth_ok') done('auth_ok'); });
      socket.on('close', done).on('error', done);
      setTimeout(() => socket.close(), 5000).unref();
    });
    for (let i = 0; i < 5; i++) {
      const { ticket } = ok(await client.post('/v1/ws-tickets', undefined, { key: null }));
      const shown = await Promise.all([url, other.url, url, other.url].map((at) => show(at, ticket)));
      assert.deepEqual(shown.sort(), [4401, 4401, 4401, 'auth_ok'].sort());
      assert.equal(await show(other.url, ticket), 4401);
    }
    // The database keeps count, and for no longer than a ticket could be good.
    await stack.psql("UPDATE pos.socket_ticket SET used_at = now() - interval '301 s'");
    const [before] = await rows('SELECT count(*)::int AS n FROM pos.socket_ticket');
    assert.ok(before.n >= 5);
    await (await new Subscriber(client).open()).close();
    await (await new Subscriber(client).open()).close();
    const [{ n }] = await rows("SELECT count(*)::int AS n FROM pos.socket_ticket WHERE used_at < now() - interval '300 s'");
    assert.equal(n, Math.max(0, before.n - 8));
  });

  test('a proof that is sent to both counts once', async () => {
    const { url } = await world();
    const device = await paired(await as(cafe, manager));
    for (let i = 0; i < 5; i++) {
      const how = { nonce: randomBytes(16), at: Date.now() * 1000 };
      const answers = await Promise.all([url, other.url, url, other.url].map((at) =>
        proven(at, device.key, device.id, '/v1/auth/device', { tenant: 'demo-cafe' }, how)));
      assert.deepEqual(answers.map((one) => one.status).sort(), [200, 401, 401, 401]);
    }
  });

  test('an API key that the other knows is over with its next call', async () => {
    const client = await as(cafe, manager);
    const { api_key: made, key } = ok(await client.post('/v1/api-keys', { name: 'two', scopes: ['order.read'] }, { key: null }), 201);
    const reader = there({ token: key });
    ok(await reader.get('/v1/orders'));
    ok(await client.post(`/v1/api-keys/${made.id}/revoke`, {}));
    assert.equal((await reader.get('/v1/orders')).status, 401);
  });
});
