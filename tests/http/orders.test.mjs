// The life of an order over HTTP: placed, changed, sent, paid, printed.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { integrator, menu, suite, world } from './lib/context.mjs';
import { ok, problem, uuid7 } from './lib/client.mjs';

const line = (item, more = {}) => ({ item_id: item.id, qty: '1', ...more });

async function placed(body) {
  const client = await integrator();
  return ok(await client.post('/v1/orders', body), 201).order;
}

suite('orders', () => {
  test('an order is placed with the id its maker gave and read back the same', async () => {
    const client = await integrator();
    const { plain } = await menu();
    const id = uuid7();
    const answer = ok(await client.post('/v1/orders', { id, lines: [line(plain[0], { qty: '2' }), line(plain[1])] }), 201);
    assert.equal(answer.order.id, id);
    assert.equal(answer.order.state, 'open');
    assert.equal(answer.order.payment_state, 'unpaid');
    assert.equal(answer.order.lines[0].gross, 2 * plain[0].price);
    assert.equal(answer.order.gross, 2 * plain[0].price + plain[1].price);
    assert.equal(answer.journal.length, 1);
    assert.equal(answer.journal[0].id, client.session.journal_id);
    assert.deepEqual(ok(await client.get(`/v1/orders/${id}`)), answer.order);
  });

  test('an unchanged order is not sent twice', async () => {
    const client = await integrator();
    const { plain } = await menu();
    const order = await placed({ lines: [line(plain[0])] });
    const first = await client.get(`/v1/orders/${order.id}`);
    const headers = { 'if-none-match': first.headers.etag };
    const second = await client.get(`/v1/orders/${order.id}`, { headers });
    assert.equal(second.status, 304);
    assert.equal(second.bytes.length, 0);
    ok(await client.post(`/v1/orders/${order.id}/lines`, { lines: [line(plain[1])] }), 201);
    assert.notEqual(ok(await client.get(`/v1/orders/${order.id}`, { headers })).version, order.version);
  });

  test('a line costs what it did when it was chosen, and says no other time', async () => {
    const client = await integrator();
    const { plain: [item] } = await menu();
    const order = await placed({ lines: [line(item)] });
    const minute = (n) => new Date(Date.parse(`${order.at}:00Z`) + n * 60000).toISOString().slice(0, 16);
    const { book } = ok(await client.post('/v1/catalogue/books', { code: 'soon', name: 'Soon', priority: 0, definition: { from: minute(14) } }), 201);
    const { stack } = await world();
    await stack.psql(`INSERT INTO pos.price (tenant_id, price_id, item_id, book_id, min_qty, price)
      VALUES ('${client.session.tenant.id}', gen_random_uuid(), '${item.id}', '${book.id}', 0, ${item.price + 1})`);
    ok(await client.post('/v1/catalogue/publish', {}));
    const add = (more) => client.post(`/v1/orders/${order.id}/lines`, { lines: [line(item, more)] });
    const changed = ok(await add({ at: minute(14) }), 201).order;
    assert.deepEqual(changed.lines.map((one) => one.unit_price), [item.price, item.price + 1]);
    assert.equal(ok(await add({}), 201).order.lines[2].unit_price, item.price);
    problem(await add({ at: minute(-1) }), 422, 'price_time', '/lines/0/at');
    problem(await add({ at: minute(17) }), 422, 'price_time', '/lines/0/at');
    problem(await client.post('/v1/orders', { at: order.at, lines: [line(item), line(item, { at: minute(-1) })] }), 422, 'price_time', '/lines/1/at');
    ok(await client.post(`/v1/catalogue/books/${book.id}/archive`, { version: 1, active: false }));
    ok(await client.post('/v1/catalogue/publish', {}));
  });

  test('an id is used once', async () => {
    const client = await integrator();
    const { plain } = await menu();
    const order = await placed({ lines: [line(plain[0])] });
    problem(await client.post('/v1/orders', { id: order.id, lines: [line(plain[1])] }), 409, 'id_taken');
  });

  test('the list is newest first and pages without hole or repetition', async () => {
    const client = await integrator();
    const { plain } = await menu();
    for (let i = 0; i < 5; i += 1) await placed({ lines: [line(plain[0])] });
    const whole = ok(await client.get('/v1/orders?limit=5')).orders.map((order) => order.id);
    const paged = [];
    let after = '';
    for (let page = 0; page < 3 && after !== null; page += 1) {
      const answer = ok(await client.get(`/v1/orders?limit=2${after && `&after=${after}`}`));
      paged.push(...answer.orders.map((order) => order.id));
      after = answer.next;
    }
    assert.deepEqual(paged.slice(0, 5), whole);
    assert.equal(new Set(paged).size, paged.length);
  });

  test('lines are added and voided, the totals follow', async () => {
    const client = await integrator();
    const { plain } = await menu();
    const order = await placed({ lines: [line(plain[0])] });
    const added = ok(await client.post(`/v1/orders/${order.id}/lines`, { lines: [line(plain[1])] }), 201).order;
    assert.equal(added.gross, plain[0].price + plain[1].price);
    const path = `/v1/orders/${order.id}/lines/${added.lines[0].id}/void`;
    const voided = ok(await client.post(path, { reason: 'dropped' })).order;
    assert.equal(voided.lines.find((one) => one.id === added.lines[0].id).state, 'voided');
    assert.equal(voided.total, added.total - added.lines[0].total);
    problem(await client.post(path, {}), 409, 'line_state');
    problem(await client.post(`/v1/orders/${order.id}/lines/${uuid7()}/void`, {}), 404, 'not_found');
  });

  test('additions of two waiters at the same moment both survive', async () => {
    const client = await integrator();
    const { plain } = await menu();
    const order = await placed({ lines: [line(plain[0])] });
    const add = (item) => client.post(`/v1/orders/${order.id}/lines`, { lines: [line(item)] });
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => add(plain[i % 3])));
    answers.forEach((answer) => ok(answer, 201));
    assert.equal(ok(await client.get(`/v1/orders/${order.id}`)).lines.length, 9);
  });

  test('paid in parts, then closed; more than due and too little cash are refused', async () => {
    const client = await integrator();
    const { plain } = await menu();
    const order = await placed({ lines: [line(plain[0], { qty: '2' })] });
    const pay = (amount, tendered) => client.post('/v1/payments', { order_id: order.id, tender: 'cash', amount, tendered });
    problem(await pay(order.total + 1, order.total + 1), 422, 'amount_above_due');
    problem(await pay(order.total, order.total - 1), 422, 'tender_too_small');
    problem(await client.get(`/v1/orders/${order.id}/receipt`), 409, 'order_state');
    const partial = ok(await pay(1, 1), 201).order;
    assert.equal(partial.payment_state, 'partial');
    const paid = ok(await pay(order.total - 1, order.total + 500), 201).order;
    assert.equal(paid.payment_state, 'paid');
    assert.equal(paid.due, 0);
    assert.equal(paid.payments.at(-1).change, 501);
    problem(await pay(1, 1), 409, 'nothing_due');
    problem(await client.post(`/v1/orders/${order.id}/lines`, { lines: [line(plain[0])] }), 409, 'order_state');
  });

  test('a sale in one call has a receipt with its priced form and journal entry', async () => {
    const client = await integrator();
    const { plain } = await menu();
    const price = plain[0].price;
    const answer = ok(await client.post('/v1/orders', {
      lines: [line(plain[0])], payments: [{ tender: 'cash', amount: price, tendered: price + 100 }],
    }), 201);
    assert.equal(answer.order.payment_state, 'paid');
    const receipt = ok(await client.get(`/v1/orders/${answer.order.id}/receipt`));
    const form = Buffer.from(receipt.priced_form, 'base64');
    assert.equal(form.subarray(0, 8).toString(), 'MPOSPRC1');
    assert.equal(createHash('sha256').update(form).digest('hex'), receipt.priced_hash);
    assert.equal(receipt.priced_hash, answer.order.priced_hash);
    assert.equal(receipt.receipt, answer.order.receipt);
    const { origin, ...ref } = receipt.journal;
    assert.deepEqual(ref, answer.journal[0]);
    const bytes = (hex) => Buffer.from(hex.replaceAll('-', ''), 'hex').toString('base64url');
    assert.equal(receipt.check, `/receipt/#1.${bytes(ref.id)}.${ref.epoch}.${ref.seq}.${bytes(ref.leaf)}.${origin}`);
    for (const text of receipt.text) assert.ok([...text].length <= 42, text);
    assert.deepEqual(receipt.order, ok(await client.get(`/v1/orders/${answer.order.id}`)));
  });

  test('what is sent once is not sent again', async () => {
    const client = await integrator();
    const { kitchen, other } = await menu();
    const order = await placed({ lines: [line(kitchen)] });
    assert.equal(ok(await client.post(`/v1/orders/${order.id}/send`, {})).order.lines[0].state, 'sent');
    const tickets = async () => ok(await client.get('/v1/kitchen/tickets')).tickets
      .filter((ticket) => ticket.order_id === order.id).flatMap((ticket) => ticket.items.map((item) => item.line_id));
    assert.deepEqual(await tickets(), [order.lines[0].id]);
    ok(await client.post(`/v1/orders/${order.id}/lines`, { lines: [line(other)] }), 201);
    ok(await client.post(`/v1/orders/${order.id}/send`, {}));
    const lines = ok(await client.get(`/v1/orders/${order.id}`)).lines.map((one) => one.id);
    assert.deepEqual((await tickets()).sort(), lines.sort());
  });
});
