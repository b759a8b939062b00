// A device's log is applied exactly once, in order, whatever the network does to it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCatalogue } from '../lib/catalogue.mjs';
import { as, cafe, cashier, manager, menu, shop, suite } from './lib/context.mjs';
import { Device } from './lib/device.mjs';
import { ok, problem, uuid7 } from './lib/client.mjs';

async function register(code = 'R1') {
  return new Device(await as(cafe, cashier, { register: code })).load();
}

async function sale() {
  const { plain } = await menu();
  return { lines: [{ item_id: plain[0].id, qty: '1' }], payments: [{ tender: 'cash', amount: plain[0].price }] };
}

async function stored(id) {
  return (await as(cafe, manager)).get(`/v1/orders/${id}`);
}

suite('sync', () => {
  test('a batch is applied, its repetition answers the same results as duplicates', async () => {
    const device = await register();
    const ops = [device.sale(await sale()), device.sale(await sale())];
    const first = ok(await device.push(ops));
    assert.equal(first.last_seq, device.seq);
    assert.equal(first.last_hash, device.hash);
    assert.ok(first.results.every((result) => !result.dup));
    for (const op of ops) assert.equal(ok(await stored(op.id)).payment_state, 'paid');
    const again = ok(await device.push(ops));
    assert.deepEqual(again.results, first.results.map((result) => ({ ...result, dup: true })));
    assert.deepEqual(again.journal, []);
  });

  test('overlapping batches apply only what is new', async () => {
    const device = await register();
    const ops = [];
    for (let i = 0; i < 6; i += 1) ops.push(device.sale(await sale()));
    ok(await device.push(ops.slice(0, 4)));
    const { results } = ok(await device.push(ops.slice(2)));
    assert.deepEqual(results.map((result) => Boolean(result.dup)), [true, true, false, false]);
  });

  test('a gap is refused and nothing is applied out of order', async () => {
    const device = await register();
    const [missing, later] = [device.sale(await sale()), device.sale(await sale())];
    problem(await device.push(later), 409, 'gap');
    problem(await stored(later.id), 404, 'not_found');
    ok(await device.push([missing, later]));
    assert.equal(ok(await stored(later.id)).payment_state, 'paid');
  });

  test('an operation that does not chain is refused and consumes nothing', async () => {
    const device = await register();
    const { seq, hash, receipt } = device;
    device.hash = 'f'.repeat(64);
    const op = device.sale(await sale());
    problem(await device.push(op), 422, 'bad_chain');
    problem(await stored(op.id), 404, 'not_found');
    Object.assign(device, { seq, hash, receipt });
    ok(await device.push(device.sale(await sale())));
  });

  test('ten identical pushes in parallel sell once', async () => {
    const device = await register();
    const ops = [device.sale(await sale()), device.sale(await sale()), device.sale(await sale())];
    const answers = await Promise.all(Array.from({ length: 10 }, () => device.push(ops)));
    const applied = answers.filter((answer) => answer.status === 200);
    answers.filter((answer) => answer.status !== 200).forEach((answer) => problem(answer, 409, 'push_in_progress'));
    const fresh = applied.filter((answer) => answer.json.results.every((result) => !result.dup));
    assert.equal(fresh.length, 1);
    assert.ok(applied.length + answers.filter((answer) => answer.status === 409).length === 10);
    assert.equal(ok(await device.push(ops)).results.every((result) => result.dup), true);
  });

  test('a business refusal consumes its number and does not stop the queue', async () => {
    const device = await register();
    const paid = device.sale(await sale());
    const { plain } = await menu();
    const late = device.op('order.line.add', paid.id, { order_id: paid.id, lines: [{ item_id: plain[0].id, qty: '1' }] });
    const next = device.sale(await sale());
    const { results } = ok(await device.push([paid, late, next]));
    assert.deepEqual(results.map((result) => result.st), ['ok', 'rej', 'ok']);
    assert.equal(results[1].code, 'order_state');
  });

  test('an operation type nobody knows is suspended, what hangs on it is held', async () => {
    const device = await register();
    const root = uuid7();
    const unknown = device.op('sale.levitate', root, {});
    const held = device.op('order.send', root, { order_id: root });
    const next = device.sale(await sale());
    const { results } = ok(await device.push([unknown, held, next]));
    assert.deepEqual(results.map((result) => result.st), ['susp', 'held', 'ok']);
  });

  test('the whole life of an order through the log', async () => {
    const device = await register();
    const { kitchen } = await menu();
    const id = uuid7();
    const lineId = uuid7();
    const paymentId = uuid7();
    const ops = [
      device.op('order.place', id, { id, lines: [{ id: lineId, item_id: kitchen.id, qty: '1' }] }),
      device.op('order.line.add', id, { order_id: id, lines: [{ item_id: kitchen.id, qty: '1' }] }),
      device.op('order.line.void', id, { order_id: id, line_id: lineId, reason: 'wrong' }),
      device.op('order.send', id, { order_id: id }),
      device.op('order.pay', id, { id: paymentId, order_id: id, tender: 'cash', amount: kitchen.price, tendered: kitchen.price }),
    ];
    const { results } = ok(await device.push(ops));
    assert.deepEqual(results.map((result) => result.st), ['ok', 'ok', 'ok', 'ok', 'ok']);
    const order = ok(await stored(id));
    assert.equal(order.payment_state, 'paid');
    assert.equal(order.total, kitchen.price);
  });

  test('a wrong price hash is flagged, never refused', async () => {
    const device = await register();
    const op = device.sale({ ...await sale(), priced_hash: 'a'.repeat(64) });
    const [result] = ok(await device.push(op)).results;
    assert.equal(result.st, 'flag');
    assert.ok(result.flags.includes('price_diff'));
    assert.ok(ok(await stored(op.id)).flags.includes('price_diff'));
  });

  test('a batch of another device is refused', async () => {
    const mine = await register('R1');
    const other = await register('R2');
    const op = other.sale(await sale());
    const answer = await mine.client.post('/v1/sync/push', other.batch([op]), { key: null });
    assert.ok([403, 404].includes(answer.status), answer.bytes.toString());
    problem(await stored(op.id), 404, 'not_found');
  });

  test('another story under a used number locks the device', async () => {
    const client = await as(shop, manager, { register: 'R2' });
    const [item] = (await readCatalogue(client)).items;
    const sold = { lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
    const device = await new Device(client).load();
    const clone = Object.assign(new Device(client), device);
    ok(await device.push(device.sale(sold)));
    problem(await clone.push(clone.sale(sold)), 409, 'device_forked');
    problem(await device.push(device.sale(sold)), 409, 'device_forked');
  });
});
