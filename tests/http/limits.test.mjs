// Limits over HTTP: at the boundary, in pieces and in parallel, and a second person's approval.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, cafe, cashier, manager, menu, rows, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn, uuid7 } from './lib/client.mjs';

let number = 8100;

/** A cashier nobody else in the tests is, on the shared register of the terrace, with an open shift. */
async function newCashier(pin = '5162') {
  const { url } = await world();
  const boss = await as(cafe, manager);
  const { id } = ok(await boss.get('/v1/roles')).roles.find((one) => one.code === 'cashier');
  const { staff } = ok(await boss.post('/v1/staff', { number: String((number += 1)), name: 'Lim', role_id: id }), 201);
  ok(await boss.post(`/v1/staff/${staff.id}/pin`, { pin }, { key: null }));
  return signIn(url, { ...cafe, outlet: 'terrace', staff: staff.number, pin, register: 'R2' });
}

async function withShift() {
  const client = await newCashier();
  const opened = await client.post('/v1/shifts', { float: 0 });
  if (opened.status !== 201) problem(opened, 409, 'shift_open');
  return client;
}

const approve = (client, body) => client.post('/v1/approvals', { ...manager, ...body }, { key: null });

async function sold(client, qty, more = {}) {
  const { plain: [item] } = await menu();
  const line = { id: uuid7(), item_id: item.id, qty };
  const amount = item.price * Number(qty);
  const { order } = ok(await client.post('/v1/orders', { lines: [line], payments: [{ tender: 'cash', amount }], ...more }), 201);
  return { order, line, price: item.price };
}

const back = (client, { order, line }, qty, more = {}) =>
  client.post(`/v1/orders/${order.id}/refunds`, { lines: [{ line_id: line.id, qty }], tender: 'cash', reason: 'cold', ...more });

suite('limits', () => {
  test('a discount at the limit passes, one above asks for a second person, whose approval is good once', async () => {
    const client = await newCashier();
    const { plain: [item] } = await menu();
    const order = (rate, more) => client.post('/v1/orders', { lines: [{ item_id: item.id, qty: '10' }], discounts: [{ type: 'percent', rate }], ...more });
    ok(await order('0.1'), 201);
    problem(await order('0.11'), 403, 'approval_required');
    const { approval, approver } = ok(await approve(client, { permission: 'discount.write', rate: '0.2' }), 201);
    assert.equal(approver, 'Mara');
    problem(await order('0.21', { approval }), 403, 'approval_invalid');
    ok(await order('0.2', { approval }), 201);
    problem(await order('0.2', { approval }), 403, 'approval_invalid');
  });

  test('one approval named by two orders at once is good for one', async () => {
    const client = await newCashier();
    const { plain: [item] } = await menu();
    const { approval } = ok(await approve(client, { permission: 'discount.write', rate: '0.5' }), 201);
    const body = { lines: [{ item_id: item.id, qty: '1' }], discounts: [{ type: 'percent', rate: '0.5' }], approval };
    const answers = await Promise.all([1, 2, 3, 4].map(() => client.post('/v1/orders', body)));
    assert.deepEqual(answers.map((one) => one.status).sort(), [201, 403, 403, 403]);
  });

  test('discounts given in parallel count together', async () => {
    const client = await newCashier();
    const { plain: [item] } = await menu();
    const line = (amount) => ({ item_id: item.id, qty: '1', discounts: [{ type: 'fixed', amount }] });
    const most = Math.floor(item.price * 4 * 0.1);
    const { order } = ok(await client.post('/v1/orders', { lines: [{ item_id: item.id, qty: '1' }] }), 201);
    const answers = await Promise.all([1, 2, 3].map(() => client.post(`/v1/orders/${order.id}/lines`, { lines: [line(most)] })));
    const now = ok(await client.get(`/v1/orders/${order.id}`));
    assert.ok(answers.some((one) => one.json?.code === 'approval_required'), JSON.stringify(answers.map((one) => one.status)));
    assert.ok(now.discount <= Math.ceil(now.gross * 0.1), `${now.discount} of ${now.gross}`);
  });

  test('who approves must know the PIN, have the right, and be somebody else', async () => {
    const client = await newCashier();
    const wanted = { permission: 'refund.write', amount: 6000, order_id: uuid7() };
    problem(await approve(client, { ...wanted, pin: '0000' }), 403, 'approval_invalid');
    problem(await approve(client, { ...wanted, staff: '99999' }), 403, 'approval_invalid');
    problem(await approve(client, { ...wanted, ...cashier }), 403, 'forbidden', '/staff');
    problem(await approve(client, { ...wanted, staff: client.session.staff.number, pin: '5162' }), 403, 'forbidden', '/staff');
    problem(await approve(client, { ...wanted, amount: undefined }), 400, 'missing_field', '/amount');
    problem(await approve(client, { ...wanted, order_id: undefined }), 400, 'missing_field', '/order_id');
    problem(await approve(client, { permission: 'order.void' }), 400, 'missing_field', '/order_id');
    problem(await approve(client, { ...wanted, rate: '0.1' }), 400, 'unknown_field', '/rate');
    problem(await approve(client, { ...wanted, extra: 1 }), 400, 'unknown_field', '/extra');
    problem(await approve(client, { ...wanted, pin: undefined }), 400, 'missing_field', '/pin');
    ok(await approve(client, wanted), 201);
  });

  test('who made a key does not approve what it does', async () => {
    const { url } = await world();
    const boss = await as(cafe, manager);
    const { key } = ok(await boss.post('/v1/api-keys', { name: 'till link', scopes: ['session', 'order.write'] }, { key: null }), 201);
    const link = new Client(url, { token: key });
    const wanted = { permission: 'order.void', order_id: uuid7() };
    problem(await approve(link, wanted), 403, 'forbidden', '/staff');
    const { id } = ok(await boss.get('/v1/roles')).roles.find((one) => one.code === 'manager');
    const { staff } = ok(await boss.post('/v1/staff', { number: String((number += 1)), name: 'Vera', role_id: id }), 201);
    ok(await boss.post(`/v1/staff/${staff.id}/pin`, { pin: '5163' }, { key: null }));
    ok(await approve(link, { ...wanted, staff: staff.number, pin: '5163' }), 201);
  });

  test('wrong PINs of an approver lock them out as at sign-in', async () => {
    const { url } = await world();
    const client = await newCashier();
    const victim = (await newCashier('7777')).session.staff.number;
    const wrong = { staff: victim, pin: '0000', permission: 'order.void', order_id: uuid7() };
    const seen = [];
    for (let i = 0; i < 6; i += 1) seen.push((await approve(client, wrong)).json.code);
    assert.equal(seen[0], 'approval_invalid');
    assert.equal(seen.at(-1), 'locked_out');
    problem(await new Client(url).post('/v1/auth/pin', { ...cafe, staff: victim, pin: '7777' }, { key: null }), 429, 'locked_out');
  });

  test('no PIN of an approver is in the log or a journal', async () => {
    const { stack } = await world();
    const client = await newCashier();
    await approve(client, { pin: '918273640', permission: 'order.void', order_id: uuid7() });
    assert.ok(!stack.log().includes('918273640'));
    assert.deepEqual(await rows("SELECT 1 FROM journal.entry WHERE encode(mpos.unpack(packed), 'escape') LIKE '%918273640%'"), []);
  });
});

suite('refunds', () => {
  test('parts end at exactly what was paid, and the receipt of each is there', async () => {
    const client = await withShift();
    const sale = await sold(client, '3');
    const first = ok(await back(client, sale, '1'), 201);
    assert.equal(first.order.payment_state, 'partly_refunded');
    const last = ok(await back(client, sale, '2'), 201);
    assert.equal(last.order.payment_state, 'refunded');
    assert.equal(first.refund.total + last.refund.total, sale.order.total);
    assert.equal(first.refund.tax + last.refund.tax, sale.order.tax);
    const { refunds } = ok(await client.get(`/v1/orders/${sale.order.id}/refunds`));
    assert.deepEqual(refunds.map((one) => one.id), [first.refund.id, last.refund.id]);
    const receipt = ok(await client.get(`/v1/orders/${sale.order.id}/refunds/${first.refund.id}/receipt`));
    assert.equal(receipt.sale, sale.order.receipt);
    assert.ok(receipt.text.includes('cold'));
    problem(await back(client, sale, '0.000001'), 422, 'refund_exceeded');
  });

  test('of parallel refunds of one line just as much comes back as was sold', async () => {
    const client = await withShift();
    const sale = await sold(client, '3');
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => back(client, sale, '1')));
    assert.deepEqual(answers.map((one) => one.status).sort(), [201, 201, 201, 422, 422]);
    const [{ total }] = await rows(`SELECT sum(total) AS total FROM pos.refund WHERE order_id = '${sale.order.id}'`);
    assert.equal(Number(total), sale.order.total);
  });

  test('parallel refunds of a person stay within the limit of a shift together', async () => {
    const client = await withShift();
    const { plain: [item] } = await menu();
    const each = Math.floor(5000 / item.price / 2); // two of these fit, three do not
    const sales = [];
    for (let i = 0; i < 4; i += 1) sales.push(await sold(client, String(each)));
    const answers = await Promise.all(sales.map((sale) => back(client, sale, String(each))));
    assert.deepEqual(answers.map((one) => one.status).sort(), [201, 201, 403, 403], JSON.stringify(answers.map((one) => one.json?.code)));
    const [{ amount }] = await rows(`SELECT amount FROM pos.refund_sum WHERE staff_id = '${client.session.staff.id}'`);
    assert.ok(Number(amount) <= 5000);
    const refused = sales[answers.findIndex((one) => one.status === 403)];
    const { approval } = ok(await approve(client, { permission: 'refund.write', amount: refused.order.total, order_id: refused.order.id }), 201);
    const approved = ok(await back(client, refused, String(each), { approval }), 201);
    assert.notEqual(approved.refund.approver_id, null);
  });

  test('the same key pays out once', async () => {
    const client = await withShift();
    const sale = await sold(client, '1');
    const path = `/v1/orders/${sale.order.id}/refunds`;
    const body = { lines: [{ line_id: sale.line.id, qty: '1' }], tender: 'cash', reason: 'x' };
    const answers = await Promise.all([1, 2, 3].map(() => client.post(path, body, { key: 'refund-once' })));
    for (const answer of answers) assert.deepEqual(ok(answer, 201), answers[0].json);
  });

  test('wrong refunds are refused with field and code', async () => {
    const client = await withShift();
    const sale = await sold(client, '1');
    const path = `/v1/orders/${sale.order.id}/refunds`;
    const good = { lines: [{ line_id: sale.line.id, qty: '1' }], tender: 'cash', reason: 'x' };
    problem(await client.post(path, { ...good, lines: [] }), 400, 'out_of_range', '/lines');
    problem(await client.post(path, { ...good, reason: '' }), 400, 'out_of_range', '/reason');
    problem(await client.post(path, { ...good, tender: 'card' }), 400, 'invalid_value', '/tender');
    problem(await client.post(path, { ...good, lines: [{ line_id: uuid7(), qty: '1' }] }), 404, 'not_found', '/lines/0/line_id');
    problem(await client.post(path, { ...good, lines: [{ line_id: sale.line.id, qty: '0' }] }), 400, 'out_of_range', '/lines/0/qty');
    problem(await client.post(path, { ...good, lines: [{ line_id: sale.line.id, qty: '1.5' }] }), 422, 'refund_exceeded', '/lines/0');
  });
});

suite('time clock', () => {
  test('a person comes, pauses and goes; two stamps at once are one', async () => {
    const client = await newCashier();
    const stamp = (what) => client.post(`/v1/clock/${what}`, {});
    const came = await Promise.all([stamp('in'), stamp('in'), stamp('in')]);
    assert.deepEqual(came.map((one) => one.status).sort(), [201, 409, 409]);
    assert.equal(ok(await stamp('break')).clock.state, 'break');
    problem(await stamp('out'), 409, 'clock_state');
    assert.equal(ok(await stamp('resume')).clock.state, 'in');
    assert.equal(ok(await stamp('out')).clock.state, 'out');
    problem(await client.get('/v1/clock'), 403, 'forbidden');
    const { clock } = ok(await (await as(cafe, manager)).get(`/v1/clock?staff_id=${client.session.staff.id}`));
    assert.deepEqual(clock.map((one) => one.state), ['out']);
  });
});
