// The same key is the same sale, however often and however parallel it is sent.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { readCatalogue } from '../lib/catalogue.mjs';
import { integrator, menu, rows, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn } from './lib/client.mjs';

async function sale(qty = '1') {
  const { plain } = await menu();
  const amount = plain[0].price * Number(qty);
  return { table: randomUUID().slice(0, 31), lines: [{ item_id: plain[0].id, qty }], payments: [{ tender: 'cash', amount }] };
}

async function ordersAt(table) {
  return (await rows(`SELECT order_id FROM pos.orders WHERE table_label = '${table}'`)).length;
}

suite('idempotency', () => {
  test('ten times in parallel: one sale, the same bytes ten times', async () => {
    const client = await integrator();
    for (let round = 0; round < 5; round += 1) {
      const json = await sale();
      const key = randomUUID();
      const answers = await Promise.all(Array.from({ length: 10 }, () => client.request('POST', '/v1/orders', { json, key })));
      answers.forEach((answer) => ok(answer, 201));
      assert.equal(new Set(answers.map((answer) => answer.bytes.toString())).size, 1);
      assert.equal(await ordersAt(json.table), 1);
    }
  });

  test('the same key with another body or another address is refused', async () => {
    const client = await integrator();
    const json = await sale();
    const key = randomUUID();
    const first = ok(await client.request('POST', '/v1/orders', { json, key }), 201);
    problem(await client.request('POST', '/v1/orders', { json: await sale('2'), key }), 422, 'idempotency_mismatch');
    const path = `/v1/orders/${first.order.id}/lines`;
    problem(await client.request('POST', path, { json: { lines: json.lines }, key }), 422, 'idempotency_mismatch');
    assert.equal(await ordersAt(json.table), 1);
  });

  test('a refusal leaves the key free', async () => {
    const client = await integrator();
    const json = await sale();
    const key = randomUUID();
    problem(await client.request('POST', '/v1/orders', { json: { ...json, lines: [] }, key }), 400, 'out_of_range');
    ok(await client.request('POST', '/v1/orders', { json, key }), 201);
  });

  test('a write without a key, with an empty or an overlong one is refused', async () => {
    const client = await integrator();
    const json = await sale();
    problem(await client.request('POST', '/v1/orders', { json, key: null }), 400, 'idempotency_key_missing');
    problem(await client.request('POST', '/v1/orders', { json, key: '' }), 400, 'idempotency_key_invalid');
    problem(await client.request('POST', '/v1/orders', { json, key: 'k'.repeat(129) }), 400, 'idempotency_key_invalid');
    assert.equal(await ordersAt(json.table), 0);
  });

  test('the answer outlives the server process', async () => {
    const client = await integrator();
    const { stack } = await world();
    const json = await sale();
    const key = randomUUID();
    const first = await client.request('POST', '/v1/orders', { json, key });
    await stack.restartMposd();
    const again = await new Client(stack.url, client.session).request('POST', '/v1/orders', { json, key });
    assert.equal(again.bytes.toString(), first.bytes.toString());
  });

  test('keys of two businesses do not meet', async () => {
    const { url } = await world();
    const other = await signIn(url, { tenant: 'demo-shop', outlet: 'main', staff: '101', pin: '1234' });
    const [item] = (await readCatalogue(other)).items;
    const key = randomUUID();
    ok(await (await integrator()).request('POST', '/v1/orders', { json: await sale(), key }), 201);
    ok(await other.request('POST', '/v1/orders', { json: { lines: [{ item_id: item.id, qty: '1' }] }, key }), 201);
  });
});
