// Shift sums are kept with each sale; closing compares them with the counted cash.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, cafe, cashier, menu, suite } from './lib/context.mjs';
import { Device } from './lib/device.mjs';
import { ok, problem } from './lib/client.mjs';

suite('shifts', () => {
  test('float, two sales and the count give the variance', async () => {
    const client = await as(cafe, cashier, { register: 'R2' });
    const device = await new Device(client).load();
    if (device.shift) ok(await client.post(`/v1/shifts/${device.shift.id}/close`, { counted: 0 }));
    const { shift } = ok(await client.post('/v1/shifts', { float: 10000 }), 201);
    problem(await client.post('/v1/shifts', { float: 1 }), 409, 'shift_open');
    const { plain } = await menu();
    const price = plain[0].price;
    const sale = { lines: [{ item_id: plain[0].id, qty: '1' }], payments: [{ tender: 'cash', amount: price, tendered: price }] };
    const answer = ok(await device.push([device.sale(sale), device.sale(sale)]));
    assert.deepEqual(answer.results.map((result) => result.st), ['ok', 'ok']);
    const read = ok(await client.get(`/v1/shifts/${shift.id}`));
    assert.equal(read.sales, 2);
    assert.equal(read.total, 2 * price);
    assert.equal(read.expected_cash, 10000 + 2 * price);
    assert.equal(read.tenders.find((one) => one.tender === 'cash').amount, 2 * price);
    assert.equal(read.taxes.reduce((sum, one) => sum + one.tax, 0), read.tax);
    const closed = ok(await client.post(`/v1/shifts/${shift.id}/close`, { counted: 10000 + 2 * price - 7 })).shift;
    assert.equal(closed.state, 'closed');
    assert.equal(closed.variance, -7);
    problem(await client.post(`/v1/shifts/${shift.id}/close`, { counted: 1 }), 409, 'shift_not_open');
  });

  test('tips are beside the sales; a till that takes too high a one is believed', async () => {
    const client = await as(cafe, cashier, { register: 'R2' });
    const device = await new Device(client).load();
    const { shift } = ok(await client.post('/v1/shifts', { float: 0 }), 201);
    const { plain } = await menu();
    const price = plain[0].price;
    const sale = (tip) => ({ lines: [{ item_id: plain[0].id, qty: '1' }], payments: [{ tender: 'cash', amount: price, tip, tendered: price + tip + 30 }] });
    problem(await client.post('/v1/orders', sale(price + 1)), 422, 'tip_too_high', '/payments/0/tip');
    const { results } = ok(await device.push([device.sale(sale(50)), device.sale(sale(price + 1))]));
    assert.deepEqual(results.map((result) => [result.st, result.flags, result.ref.total, result.ref.change]), [['ok', undefined, price, 30], ['flag', ['tip'], price, 30]]);
    const closed = ok(await client.post(`/v1/shifts/${shift.id}/close`, { counted: 3 * price + 51 })).shift;
    assert.deepEqual(closed.tips, { count: 2, amount: price + 51, people: [{ staff_id: client.session.staff.id, count: 2, amount: price + 51 }] });
    assert.deepEqual([closed.total, closed.variance, closed.rounding, closed.currencies], [2 * price, 0, 0, []]);
  });

  test('a sale without an open shift is accepted, flagged, and opens one', async () => {
    const client = await as(cafe, cashier, { register: 'R2' });
    const device = await new Device(client).load();
    assert.equal(device.shift, null);
    const { plain } = await menu();
    const amount = plain[0].price;
    const sale = device.sale({ lines: [{ item_id: plain[0].id, qty: '1' }], payments: [{ tender: 'cash', amount }] });
    const [result] = ok(await device.push(sale)).results;
    assert.equal(result.st, 'flag');
    assert.ok(result.flags.includes('no_shift'));
    assert.equal((await device.load()).shift.state, 'open');
  });
});
