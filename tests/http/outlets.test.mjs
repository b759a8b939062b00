// Outlets as their business edits them, and the differences between what a register charged and what the rules make.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { as, cafe, cashier, manager, menu, rows, shop, suite } from './lib/context.mjs';
import { ok, problem, uuid7 } from './lib/client.mjs';
import { Device } from './lib/device.mjs';

const boss = () => as(cafe, manager);
const facts = { name: 'Harbour', timezone: 'Europe/Lisbon', stations: ['bar', 'kitchen'] };
const fresh = () => `o${randomUUID().slice(0, 8)}`;

suite('outlets', () => {
  test('an outlet is added with a journal and devices of its own, and sold at', async () => {
    const client = await boss();
    const code = fresh();
    const { outlet } = ok(await client.post('/v1/outlets', { code, ...facts }), 201);
    assert.deepEqual(outlet, { id: outlet.id, code, ...facts, devices: 0, journal_id: outlet.journal_id, version: 1 });
    problem(await client.post('/v1/outlets', { code, ...facts }), 409, 'name_taken', '/code');
    problem(await client.post('/v1/outlets', { id: outlet.id, code: fresh(), ...facts }), 409, 'id_taken', '/id');
    ok(await client.post('/v1/devices', { outlet_id: outlet.id, code: 'R1', kind: 'register' }), 201);
    assert.equal(ok(await client.get(`/v1/outlets/${outlet.id}`)).outlet.devices, 1);
    const there = await as({ tenant: 'demo-cafe', outlet: code }, manager, { register: 'R1' });
    assert.equal(there.session.outlet.timezone, 'Europe/Lisbon');
    ok(await there.post('/v1/shifts', { float: 0 }), 201);
    const { plain } = await menu();
    const { order, journal } = ok(await there.post('/v1/orders', { lines: [{ item_id: plain[0].id, qty: '1' }], payments: [{ tender: 'cash', amount: plain[0].price }] }), 201);
    assert.match(order.receipt, new RegExp(`^${code}-`));
    assert.ok(journal.some((entry) => entry.id === outlet.journal_id && entry.seq >= 0));
  });

  test('name, time zone and stations are changed with the version that was read', async () => {
    const client = await boss();
    const { outlet } = ok(await client.post('/v1/outlets', { code: fresh(), ...facts }), 201);
    const write = (change, version = outlet.version) => client.post(`/v1/outlets/${outlet.id}`, { version, ...facts, ...change });
    problem(await write({ timezone: 'Mars/Olympus' }), 400, 'invalid_value', '/timezone');
    problem(await write({ stations: ['bar', 'bar'] }), 400, 'invalid_value', '/stations/1');
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => write({ name })));
    assert.deepEqual(answers.map((one) => one.status).sort(), [200, 409, 409]);
    problem(await write({ name: 'late' }), 409, 'version_conflict', '/version');
    const { outlet: written } = ok(await write({ name: 'Pier', stations: [] }, 2));
    assert.deepEqual(written, { ...outlet, name: 'Pier', stations: [], version: 3 });
    assert.deepEqual(ok(await client.get('/v1/outlets')).outlets.find((one) => one.id === outlet.id), written);
    const { edits } = ok(await client.get(`/v1/catalogue/history/${outlet.id}`));
    assert.deepEqual([edits.length, edits[0].entity, edits[0].changes.stations, edits[2].made], [3, 'outlet', [['bar', 'kitchen'], []], true]);
  });

  test('who may not change settings reads outlets only, and another business reads none of them', async () => {
    const { outlet } = ok(await (await boss()).post('/v1/outlets', { code: fresh(), ...facts }), 201);
    const clerk = await as(cafe, cashier);
    ok(await clerk.get(`/v1/outlets/${outlet.id}`));
    problem(await clerk.post(`/v1/outlets/${outlet.id}`, { version: 1, ...facts }), 403, 'forbidden');
    problem(await clerk.post('/v1/outlets', { code: fresh(), ...facts }), 403, 'forbidden');
    const other = await as(shop, manager);
    problem(await other.get(`/v1/outlets/${outlet.id}`), 404, 'not_found');
    problem(await other.post(`/v1/outlets/${outlet.id}`, { version: 1, ...facts }), 404, 'not_found');
    assert.ok(!ok(await other.get('/v1/outlets')).outlets.some((one) => one.id === outlet.id));
  });
});

/** A sale of one that the register priced as two. */
async function sellWrong(device, item) {
  const id = uuid7();
  const priced = ok(await device.client.post('/v1/price/preview', { lines: [{ id, item_id: item.id, qty: '2' }] }, { key: null }));
  const op = device.sale({ lines: [{ id, item_id: item.id, qty: '1' }], payments: [{ id: uuid7(), tender: 'cash', amount: item.price }], priced_hash: priced.priced_hash, priced_form: priced.priced_form });
  const [result] = ok(await device.push(op)).results;
  assert.ok(result.flags.includes('price_diff'), JSON.stringify(result));
  return op.id;
}

suite('differing prices', () => {
  test('both prices of an order are told line by line with their reasons, and noted as seen', async () => {
    const client = await boss();
    const device = await new Device(await as(cafe, manager, { register: 'R2' })).load();
    const item = (await menu()).plain[0];
    const first = await sellWrong(device, item);
    const second = await sellWrong(device, item);
    const list = async (query) => ok(await client.get(`/v1/price-diffs?${query}`));
    const { price_diffs: [newest], next } = await list('limit=1');
    assert.deepEqual([newest.order_id, newest.total, newest.device_total, newest.difference, newest.device, newest.seen_at], [second, item.price, 2 * item.price, item.price, 'R2', null]);
    assert.equal((await list(`limit=1&after=${next}`)).price_diffs[0].order_id, first);
    const { price_diff: told } = ok(await client.get(`/v1/price-diffs/${second}`));
    for (const [side, qty, total] of [[told.rules, '1', item.price], [told.register, '2', 2 * item.price]]) {
      assert.deepEqual(side.lines.map((line) => [line.name, line.qty, line.total]), [[item.name, qty, total]]);
      assert.deepEqual(side.trace.filter((one) => one.step === 'gross').map((one) => [one.line_id, one.amount]), [[side.lines[0].id, total]]);
      assert.equal(side.total, total);
    }
    const { price_diff: seen } = ok(await client.post(`/v1/price-diffs/${second}/seen`, { note: 'Typed twice' }));
    assert.deepEqual([seen.note, seen.seen_by, typeof seen.seen_at], ['Typed twice', client.session.staff.name, 'string']);
    const open = (await list(`seen=no&outlet_id=${newest.outlet_id}`)).price_diffs.map((one) => one.order_id);
    assert.ok(open.includes(first) && !open.includes(second));
    assert.equal((await list(`outlet_id=${randomUUID()}`)).price_diffs.length, 0);
    problem(await (await as(cafe, cashier)).get(`/v1/price-diffs/${second}`), 403, 'forbidden');
    problem(await (await as(shop, manager)).post(`/v1/price-diffs/${second}/seen`, {}), 404, 'not_found');
    const [{ n }] = await rows(`SELECT count(*) AS n FROM pos.price_diff_seen WHERE order_id = '${second}'`);
    assert.equal(Number(n), 1);
  });

  test('a register that sent no form has no side to tell', async () => {
    const device = await new Device(await as(cafe, manager, { register: 'R2' })).load();
    const item = (await menu()).plain[0];
    const op = device.sale({ lines: [{ item_id: item.id, qty: '1' }], payments: [{ id: uuid7(), tender: 'cash', amount: item.price }], priced_hash: 'a'.repeat(64) });
    ok(await device.push(op));
    const { price_diff: told } = ok(await (await boss()).get(`/v1/price-diffs/${op.id}`));
    assert.deepEqual([told.register, told.device_total, told.difference, told.rules.total], [null, null, null, item.price]);
  });
});
