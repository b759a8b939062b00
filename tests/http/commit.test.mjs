// Nothing leaves the server before the commit has decided.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { integrator, menu, rows, suite, world } from './lib/context.mjs';
import { ok, uuid7 } from './lib/client.mjs';
import { head, Subscriber } from './lib/socket.mjs';

// The refusal comes at commit, half a second after the rows and a notice have reached the server.
const refuseAtCommit = `
  CREATE FUNCTION public.refuse_late() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.table_label IS DISTINCT FROM 'doomed' THEN RETURN NULL; END IF;
    RAISE NOTICE 'rows are on their way';
    PERFORM pg_sleep(0.5);
    RAISE EXCEPTION 'refused at commit' USING ERRCODE = 'check_violation';
  END $$;
  CREATE CONSTRAINT TRIGGER refuse_late AFTER INSERT ON pos.orders
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.refuse_late();`;

async function doomed() {
  const { kitchen } = await menu();
  return { id: uuid7(), table: 'doomed', send: true, lines: [{ item_id: kitchen.id, qty: '1' }] };
}

suite('answer after commit', () => {
  test('a sale refused at commit is seen by nobody', async () => {
    const { stack } = await world();
    const client = await integrator();
    const cursor = await head(client);
    const subscriber = await new Subscriber(client).open();
    assert.equal((await subscriber.subscribe(cursor)).k, 'sub_ok');
    await stack.psql(refuseAtCommit);
    try {
      const body = await doomed();
      const started = Date.now();
      const [refused, sold] = await Promise.all([
        client.post('/v1/orders', body), client.post('/v1/orders', { ...body, id: uuid7(), table: 'fine' }),
      ]);
      assert.ok(Date.now() - started >= 450, 'the refusal really came at commit');
      assert.equal(refused.status, 500, refused.bytes.toString());
      assert.equal(refused.json.code, 'internal');
      assert.ok(!refused.bytes.includes('refused at commit'), 'no text of the database leaks');
      assert.ok(!refused.bytes.includes(body.id));
      const { journal } = ok(sold, 201);
      await subscriber.reached(journal[0].seq);
      assert.ok(!JSON.stringify(subscriber.changes).includes('doomed'));
      const orders = new Set(subscriber.changes.filter((change) => change[2] === 'orders').map((change) => change[3]));
      assert.equal(orders.size, 1);
      assert.equal(journal[0].seq, cursor.seq + 1, 'the refused sale has no number');
      assert.deepEqual(await rows(`SELECT 1 FROM pos.orders WHERE order_id = '${body.id}'`), []);
    } finally {
      await stack.psql('DROP FUNCTION public.refuse_late() CASCADE');
      await subscriber.close();
    }
  });

  test('the key of a sale refused at commit sells afterwards', async () => {
    const { stack } = await world();
    const client = await integrator();
    const key = randomUUID();
    const json = await doomed();
    await stack.psql(refuseAtCommit);
    try {
      assert.equal((await client.request('POST', '/v1/orders', { json, key })).status, 500);
    } finally {
      await stack.psql('DROP FUNCTION public.refuse_late() CASCADE');
    }
    assert.equal(ok(await client.request('POST', '/v1/orders', { json, key }), 201).order.id, json.id);
  });
});
