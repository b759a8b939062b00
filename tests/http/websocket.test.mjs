// What a kitchen screen sees: everything, once, in order, whatever happens to its connection.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, cafe, cook, integrator, manager, menu, suite, world } from './lib/context.mjs';
import { Client, ok } from './lib/client.mjs';
import { head, Subscriber, stream } from './lib/socket.mjs';

const genesis = { epoch: 0, seq: -1, h8: '0'.repeat(16) };

async function sell(client, count = 1) {
  const { kitchen } = await menu();
  let seq;
  for (let i = 0; i < count; i += 1) {
    const body = { send: true, lines: [{ item_id: kitchen.id, qty: '1' }] };
    seq = ok(await client.post('/v1/orders', body), 201).journal[0].seq;
  }
  return seq;
}

async function subscriber(client, cursor, topics) {
  const one = await new Subscriber(client).open();
  const answer = await one.subscribe(cursor, { topics });
  assert.equal(answer.k, 'sub_ok', JSON.stringify(answer));
  return Object.assign(one, { mode: answer.mode });
}

async function epoch(client) {
  return (await head(client)).epoch;
}

suite('websocket', () => {
  test('live: two screens see the ticket of an order', async () => {
    const client = await integrator();
    const screen = await as(cafe, cook, { register: 'K1' });
    const cursor = await head(client);
    const screens = [await subscriber(screen, cursor, ['kitchen']), await subscriber(screen, cursor, ['kitchen'])];
    const seq = await sell(client);
    for (const one of screens) {
      assert.equal(one.mode, 'live');
      await one.reached(seq);
      assert.ok(one.changes.some((change) => change[1] === 'kitchen' && change[2] === 'ticket' && change[4] === 'U'));
      assert.ok(one.changes.every((change) => change[1] === 'kitchen'), 'only the topic asked for');
    }
    assert.deepEqual(screens[0].changes, screens[1].changes);
    await Promise.all(screens.map((one) => one.close()));
  });

  test('replay from the beginning equals what was seen live', async () => {
    const client = await integrator();
    const live = await subscriber(client, await head(client));
    const from = live.cursor;
    const seq = await sell(client, 5);
    await live.reached(seq);
    const replayed = await subscriber(client, { ...genesis, epoch: await epoch(client) });
    assert.equal(replayed.mode, 'replay');
    await replayed.reached(seq);
    assert.deepEqual(replayed.changes.filter((change) => change[0] > from), live.changes);
    await Promise.all([live.close(), replayed.close()]);
  });

  test('subscribing in the middle of traffic has neither hole nor repetition', async () => {
    const client = await integrator();
    const start = await head(client);
    let selling = true;
    const seller = (async () => {
      let seq = start.seq;
      while (selling) seq = await sell(client);
      return seq;
    })();
    const late = [];
    for (let i = 0; i < 8; i += 1) late.push(await subscriber(client, start));
    selling = false;
    const seq = await seller;
    for (const one of late) {
      await one.reached(seq);
      assert.deepEqual(one.changes, late[0].changes);
    }
    await Promise.all(late.map((one) => one.close()));
  });

  test('a cursor of another history is reset, not served', async () => {
    const client = await integrator();
    await sell(client);
    const cursor = await head(client);
    const one = await new Subscriber(client).open();
    const answer = await one.subscribe({ ...cursor, h8: cursor.h8.replace(/./, (c) => (c === '0' ? '1' : '0')) });
    assert.equal(answer.mode, 'reset', JSON.stringify(answer));
    await one.close();
  });

  test('a screen that stops reading is told so and then gets everything once', async () => {
    const client = await integrator();
    const { stack } = await world();
    const slow = await subscriber(client, await head(client));
    const other = await subscriber(client, await head(client));
    slow.socket._socket.pause();
    const { journal_id: journal, outlet } = client.session;
    // Far more than the kernel's buffers and the cap of the connection hold together.
    for (let i = 0; i < 16; i += 1) {
      await stack.psql(`DO $$ DECLARE first uuid := (SELECT order_id FROM pos.orders WHERE outlet_id = '${outlet.id}' LIMIT 1);
        BEGIN FOR n IN 1..1000 LOOP
          UPDATE pos.orders SET table_label = rpad(n::text, 32, '.'), version = version + 1 WHERE order_id = first;
        END LOOP; END $$`);
    }
    const seq = Number(await stack.psql(`SELECT next_seq - 1 FROM journal.head WHERE journal_id = '${journal}'`));
    await other.reached(seq);
    slow.socket._socket.resume();
    await slow.reached(seq);
    assert.equal(slow.lags, 1, 'it was told');
    assert.equal(other.lags, 0);
    assert.equal(slow.changes.filter((change) => change[2] === 'orders').length, 16000);
    assert.deepEqual(slow.changes, other.changes);
    await Promise.all([slow.close(), other.close()]);
  });

  test('after a restart of the server the screen resumes at its cursor', async () => {
    const client = await integrator();
    const { stack } = await world();
    const before = await subscriber(client, await head(client));
    await before.reached(await sell(client));
    const closed = before.next((message) => message.k === 'close');
    await stack.restartMposd();
    await closed;
    const again = new Client(stack.url, client.session);
    const seq = await sell(again, 3);
    const after = await subscriber(again, { epoch: before.epoch, seq: before.cursor, h8: before.h8 });
    await after.reached(seq);
    assert.deepEqual([...new Set(after.changes.map((change) => change[0]))], [seq - 2, seq - 1, seq]);
    await after.close();
  });

  test('a ticket opens one socket', async () => {
    const client = await integrator();
    const { ticket } = ok(await client.post('/v1/ws-tickets', undefined, { key: null }));
    const reuse = Object.assign(Object.create(client), {
      url: client.url, session: client.session, post: async () => ({ status: 200, json: { ticket }, bytes: Buffer.alloc(0) }),
    });
    const first = await new Subscriber(reuse).open();
    await assert.rejects(new Subscriber(reuse).open(), /4401|unauthenticated/);
    await first.close();
  });

  test('the server listens for announcements, and again after the connection has gone', async () => {
    const { stack } = await world();
    const listeners = () => stack.psql("SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN mpos_journal' AND state = 'idle'");
    const other = async (than) => {
      for (;;) {
        const pid = await listeners();
        if (pid !== '' && pid !== than) return pid;
      }
    };
    const first = await other('');
    await stack.psql(`SELECT pg_terminate_backend(${first})`);
    assert.match(await other(first), /^[0-9]+$/, 'one thread listens for all');
  });

  test('foreign, unknown and malformed streams are refused alike', async () => {
    const client = await integrator();
    const { url } = await world();
    const other = await as({ tenant: 'demo-shop', outlet: 'main' }, manager);
    assert.equal(other.url, url);
    const one = await new Subscriber(client).open();
    const answers = [];
    for (const s of [stream(other), 'o:00000000-0000-7000-8000-000000000000']) {
      answers.push(await one.subscribe({ ...genesis, epoch: 1 }, { s, id: 5 }));
    }
    assert.equal(answers[0].code, 'not_found');
    assert.deepEqual(answers[0], answers[1]);
    await one.close();
  });
});
