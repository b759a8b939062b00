// Bump and recall: two screens meet on one ticket and end up equal.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, cafe, cook, integrator, menu, suite } from './lib/context.mjs';
import { ok, problem, uuid7 } from './lib/client.mjs';

async function ticket() {
  const client = await integrator();
  const { kitchen } = await menu();
  const body = { send: true, lines: [{ item_id: kitchen.id, qty: '1' }] };
  const { order } = ok(await client.post('/v1/orders', body), 201);
  const { tickets } = ok(await (await screen()).get('/v1/kitchen/tickets'));
  return tickets.find((one) => one.order_id === order.id);
}

function screen() {
  return as(cafe, cook, { register: 'K1' });
}

suite('kitchen', () => {
  test('of two bumps at once one moves the ticket, the other changes nothing', async () => {
    const client = await screen();
    const { id } = await ticket();
    const bump = () => client.post(`/v1/kitchen/tickets/${id}/bump`, { id: uuid7(), to: 'ready' });
    const answers = (await Promise.all([bump(), bump()])).map((answer) => ok(answer));
    assert.deepEqual(answers.map((answer) => answer.result).sort(), ['noop', 'ok']);
    const noop = answers.find((answer) => answer.result === 'noop');
    assert.deepEqual(noop.journal, []);
    assert.ok(noop.ticket.items.every((item) => item.state === 'ready'));
  });

  test('recall undoes the bump it names and nothing else', async () => {
    const client = await screen();
    const { id } = await ticket();
    const bump = async (to) => ok(await client.post(`/v1/kitchen/tickets/${id}/bump`, { id: uuid7(), to }));
    const recall = (undo) => client.post(`/v1/kitchen/tickets/${id}/recall`, { undo });
    const first = await bump('cooking');
    const second = await bump('ready');
    problem(await recall(first.bump_id), 409, 'recall_stale');
    assert.equal(ok(await recall(second.bump_id)).ticket.state, 'cooking');
    problem(await recall(uuid7()), 404, 'not_found');
  });

  test('a served ticket leaves the open list and stays in the list of all', async () => {
    const client = await screen();
    const { id } = await ticket();
    ok(await client.post(`/v1/kitchen/tickets/${id}/bump`, { to: 'served' }));
    const listed = async (query) => ok(await client.get(`/v1/kitchen/tickets${query}`)).tickets.some((one) => one.id === id);
    assert.equal(await listed(''), false);
    assert.equal(await listed('?state=all'), true);
  });

  test('a voided line is cancelled on its ticket', async () => {
    const client = await integrator();
    const { order_id: order, id, items } = await ticket();
    ok(await client.post(`/v1/orders/${order}/lines/${items[0].line_id}/void`, {}));
    const { tickets } = ok(await client.get('/v1/kitchen/tickets?state=all'));
    assert.equal(tickets.find((one) => one.id === id).items[0].state, 'cancelled');
  });
});
