// Devices: made, named, listed, revoked; each belongs to one outlet and one business.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, cafe, cashier, manager, menu, rows, shop, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn, uuid7 } from './lib/client.mjs';
import { Device } from './lib/device.mjs';
import { paired, proven, signInAsDevice } from './lib/key.mjs';
import { Subscriber } from './lib/socket.mjs';

const unique = () => `T${uuid7().slice(-12)}`;

async function make(client, more = {}) {
  return ok(await client.post('/v1/devices', { outlet_id: client.session.outlet.id, code: unique(), kind: 'register', ...more }), 201).device;
}

async function find(client, id) {
  return ok(await client.get('/v1/devices')).devices.find((one) => one.id === id);
}

suite('devices', () => {
  test('a new device has everything that one of the template has', async () => {
    const client = await as(cafe, manager);
    for (const kind of ['register', 'kitchen', 'kiosk', 'fridge', 'display']) {
      const device = await make(client, { kind, name: `A ${kind}` });
      assert.deepEqual([device.kind, device.name, device.series, device.state, device.key_alg, device.online],
        [kind, `A ${kind}`, 'A', 'active', null, false]);
      assert.deepEqual(await find(client, device.id), device);
      const [cursor] = await rows(`SELECT kind, receipt_prefix, gen, last_seq FROM pos.device_cursor WHERE device_id = '${device.id}'`);
      assert.deepEqual(cursor, { kind, receipt_prefix: `main-${device.code}-A`, gen: 1, last_seq: 0 });
    }
    // The café's pairing is open: whoever knows the code may sell on it.
    const device = await make(client);
    const till = await signIn((await world()).url, { ...cafe, ...manager, register: device.code });
    const { plain } = await menu();
    const log = await new Device(till).load();
    const sale = log.sale({ lines: [{ item_id: plain[0].id, qty: '1' }], payments: [{ tender: 'cash', amount: plain[0].price }] });
    const { results } = ok(await log.push(sale));
    assert.equal(results[0].ref.receipt, `main-${device.code}-A-1`);
  });

  test('the virtual register of sales without a device is nobody\'s to see or change', async () => {
    const client = await as(cafe, manager);
    const [{ device_id: id }] = await rows(`SELECT device_id FROM pos.device WHERE kind = 'channel' AND outlet_id = '${client.session.outlet.id}'`);
    assert.equal(await find(client, id), undefined);
    problem(await client.post(`/v1/devices/${id}`, { name: 'x' }), 404, 'not_found');
    problem(await client.post(`/v1/devices/${id}/revoke`, {}), 404, 'not_found');
    problem(await client.post(`/v1/devices/${id}/pairing`, {}, { key: null }), 404, 'not_found');
    problem(await client.post('/v1/devices', { outlet_id: client.session.outlet.id, code: 'API', kind: 'register' }), 409, 'name_taken', '/code');
    problem(await client.post('/v1/devices', { outlet_id: client.session.outlet.id, code: unique(), kind: 'channel' }), 400, 'invalid_value', '/kind');
  });

  test('codes and ids are given once', async () => {
    const client = await as(cafe, manager);
    const device = await make(client);
    const again = { outlet_id: device.outlet_id, code: device.code, kind: 'kitchen' };
    problem(await client.post('/v1/devices', again), 409, 'name_taken', '/code');
    problem(await client.post('/v1/devices', { ...again, code: unique(), id: device.id }), 409, 'id_taken', '/id');
    problem(await client.post('/v1/devices', { ...again, code: 'a b' }), 400, 'invalid_value', '/code');
    problem(await client.post('/v1/devices', { ...again, code: 'x'.repeat(17) }), 400, 'out_of_range', '/code');
    problem(await client.post('/v1/devices', { ...again, name: 'x'.repeat(65) }), 400, 'out_of_range', '/name');
    assert.equal((await make(client, { code: 'x'.repeat(16), name: 'x'.repeat(64) })).name.length, 64);
    // Many at once: one of them gets the code.
    const code = unique();
    const answers = await Promise.all(Array.from({ length: 8 }, () =>
      client.post('/v1/devices', { outlet_id: device.outlet_id, code, kind: 'register' })));
    assert.deepEqual(answers.map((one) => one.status).sort(), [201, ...Array(7).fill(409)]);
  });

  test('a name can be changed, by those who may', async () => {
    const client = await as(cafe, manager);
    const device = await make(client);
    const { device: renamed } = ok(await client.post(`/v1/devices/${device.id}`, { name: 'By the door' }));
    assert.deepEqual([renamed.name, renamed.version], ['By the door', device.version + 1]);
    problem(await client.post(`/v1/devices/${device.id}`, { name: '' }), 400, 'out_of_range', '/name');
    const weak = await as(cafe, cashier);
    problem(await weak.get('/v1/devices'), 403, 'forbidden');
    problem(await weak.post('/v1/devices', { outlet_id: device.outlet_id, code: unique(), kind: 'register' }), 403, 'forbidden');
    problem(await weak.post(`/v1/devices/${device.id}`, { name: 'x' }), 403, 'forbidden');
    problem(await weak.post(`/v1/devices/${device.id}/revoke`, {}), 403, 'forbidden');
    problem(await weak.post(`/v1/devices/${device.id}/pairing`, {}, { key: null }), 403, 'forbidden');
    const other = await as(shop, manager);
    problem(await other.post(`/v1/devices/${device.id}/revoke`, {}), 404, 'not_found');
    assert.equal((await find(client, device.id)).state, 'active');
  });

  test('a device is seen while it calls, with the name of its program', async () => {
    const client = await as(cafe, manager);
    const device = await make(client);
    const till = await signIn((await world()).url, { ...cafe, ...cashier, register: device.code });
    ok(await till.get('/v1/orders', { headers: { 'mpos-app': 'register/9.9' } }));
    let seen;
    do seen = await find(client, device.id); while (seen.last_seen_at === null);
    assert.deepEqual([seen.online, seen.app], [true, 'register/9.9']);
    await (await world()).stack.psql(`UPDATE pos.device_status SET last_seen_at = now() - interval '61 s' WHERE device_id = '${device.id}'`);
    assert.equal((await find(client, device.id)).online, false);
    // The next call within half a minute is not written down again.
    ok(await till.get('/v1/orders'));
    assert.equal((await find(client, device.id)).online, false);
  });

  test('revoking ends sessions and sockets at once; the code goes on in the next series', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const device = await paired(client);
    const credentials = { ...cafe, ...cashier, register: device.code };
    const till = new Client(url, ok(await proven(url, device.key, device.id, '/v1/auth/pin', credentials)));
    const alone = await signInAsDevice(url, 'demo-cafe', device);
    const socket = await new Subscriber(alone).open();
    ok(await till.get('/v1/orders'));
    const { device: gone } = ok(await client.post(`/v1/devices/${device.id}/revoke`, {}));
    assert.equal(gone.state, 'revoked');
    problem(await till.get('/v1/orders'), 401, 'session_ended');
    problem(await alone.get('/v1/orders'), 401, 'session_ended');
    assert.equal((await socket.next((message) => message.k === 'close')).code, 4403);
    problem(await proven(url, device.key, device.id, '/v1/auth/pin', credentials), 401, 'bad_credentials');
    problem(await client.post(`/v1/devices/${device.id}/pairing`, {}, { key: null }), 409, 'device_state');
    ok(await client.post(`/v1/devices/${device.id}/revoke`, {}));

    const next = await paired(client, { code: device.code });
    assert.equal(next.device.series, 'B');
    ok(await proven(url, next.key, next.id, '/v1/auth/pin', credentials));
    problem(await proven(url, device.key, next.id, '/v1/auth/pin', credentials), 401, 'device_key_invalid');
    problem(await proven(url, device.key, device.id, '/v1/auth/pin', credentials), 401, 'device_key_invalid');
  });

  test('what a revoked device did before it knew goes to suspense, and nothing is booked', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const device = await paired(client);
    const log = await new Device(await signInAsDevice(url, 'demo-cafe', device)).load();
    const { plain } = await menu();
    const sell = () => log.sale({ lines: [{ item_id: plain[0].id, qty: '1' }], payments: [{ tender: 'cash', amount: plain[0].price }] });
    assert.match(ok(await log.push(sell())).results[0].st, /ok|flag/);
    const offline = [sell(), sell(), sell()];
    ok(await client.post(`/v1/devices/${device.id}/revoke`, {}));
    problem(await log.push(offline), 401, 'session_ended');

    const drain = await signInAsDevice(url, 'demo-cafe', device);
    assert.deepEqual(drain.session.scopes, ['sync.push']);
    for (const path of ['/v1/orders', '/v1/catalogue', '/v1/stock', '/v1/kitchen/tickets']) problem(await drain.get(path), 403, 'forbidden');
    problem(await drain.post('/v1/ws-tickets', undefined, { key: null }), 403, 'forbidden');
    log.client = drain;
    const { results } = ok(await log.push(offline));
    assert.deepEqual(results.map((one) => [one.st, one.code]), Array(3).fill(['susp', 'device_revoked']));
    const kept = await rows(`SELECT seq, code, state, operation FROM pos.suspense WHERE device_id = '${device.id}' ORDER BY seq`);
    assert.deepEqual(kept.map((one) => [one.seq, one.code, one.state, one.operation]), offline.map((op) => [op.seq, 'device_revoked', 'open', op.s]));
    const [booked] = await rows(`SELECT count(*)::int AS n FROM pos.orders WHERE device_id = '${device.id}'`);
    assert.equal(booked.n, 1);
    assert.deepEqual(ok(await log.push(offline)).results.map((one) => one.dup), [true, true, true]);
  });
});
