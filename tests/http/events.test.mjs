// Domain events by cursor: complete, in order, stable ids.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { integrator, menu, suite } from './lib/context.mjs';
import { ok, problem } from './lib/client.mjs';

async function readAll(limit, from = '') {
  const client = await integrator();
  const events = [];
  let next = from;
  for (let more = true; more;) {
    const page = ok(await client.get(`/v1/events?limit=${limit}${next && `&from=${next}`}`));
    assert.ok(page.events.length <= limit || page.events.length > 0);
    events.push(...page.events);
    more = page.more;
    next = page.next;
  }
  return { events, next };
}

suite('events', () => {
  test('a sale tells of its order and its payment, from the cursor on', async () => {
    const client = await integrator();
    const { plain } = await menu();
    const start = (await readAll(1000)).next;
    const amount = plain[0].price;
    const { order } = ok(await client.post('/v1/orders', {
      lines: [{ item_id: plain[0].id, qty: '1' }], payments: [{ tender: 'cash', amount }],
    }), 201);
    const { events } = await readAll(100, start);
    const types = events.filter((event) => event.subject === order.id).map((event) => event.type);
    assert.deepEqual(types, ['ORDER_CREATED', 'ORDER_PAID']);
  });

  test('pages of every size give the same events once and in order', async () => {
    const { events } = await readAll(1000);
    assert.ok(events.length > 2);
    assert.equal(new Set(events.map((event) => event.id)).size, events.length);
    for (const limit of [1, 2, 7]) assert.deepEqual((await readAll(limit)).events, events);
  });

  test('an empty page leaves the cursor where it is', async () => {
    const client = await integrator();
    const { next } = await readAll(1000);
    const page = ok(await client.get(`/v1/events?from=${next}`));
    assert.deepEqual(page, { events: [], next, more: false });
  });

  test('a cursor of another history is refused', async () => {
    const client = await integrator();
    const { next } = await readAll(1000);
    const [epoch, seq, h8] = next.split('.');
    const other = h8.startsWith('0') ? `1${h8.slice(1)}` : `0${h8.slice(1)}`;
    problem(await client.get(`/v1/events?from=${epoch}.${seq}.${other}`), 410, 'cursor_reset');
    problem(await client.get(`/v1/events?from=${epoch}.${Number(seq) + 1000000}.${h8}`), 410, 'cursor_reset');
    problem(await client.get('/v1/events?from=nonsense'), 400, 'invalid_value');
  });
});
