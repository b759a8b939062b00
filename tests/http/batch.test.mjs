// Writes that wait together go to the database together; what one of them meets must not touch the others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCatalogue } from '../lib/catalogue.mjs';
import { as, cafe, manager, menu, rows, shop, suite, world } from './lib/context.mjs';
import { ok, problem, send, uuid7 } from './lib/client.mjs';

// One sale of the middle outlet is refused by a statement's trigger, another when its transaction commits.
const refusals = `
  CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.table_label = TG_ARGV[0] THEN RAISE EXCEPTION 'refused' USING ERRCODE = 'check_violation'; END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER refuse_now AFTER INSERT ON pos.orders FOR EACH ROW EXECUTE FUNCTION public.refuse('now');
  CREATE CONSTRAINT TRIGGER refuse_late AFTER INSERT ON pos.orders DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.refuse('late');`;

async function counters() {
  const { url } = await world();
  const text = (await send(url, 'GET', '/metrics')).bytes.toString();
  return Object.fromEntries([...text.matchAll(/^(mpos_db_\w+) (\d+)/gm)].map(([, name, value]) => [name, Number(value)]));
}

async function sellers() {
  const { document, plain } = await menu();
  const other = await as(shop, manager);
  const books = await readCatalogue(other);
  assert.ok(document.items.length);
  return [
    { client: await as(cafe, manager), item: plain[0] },
    { client: await as({ ...cafe, outlet: 'terrace' }, manager), item: plain[0] },
    { client: other, item: books.items.find((one) => one.group_ids.length === 0 && one.combo.length === 0) },
  ];
}

/** Rounds of orders at all outlets at once; label(n) may doom one. Resolves with [{id, label, answer}]. */
async function burst(rounds, label = () => 'fine') {
  const outlets = await sellers();
  const all = Array.from({ length: rounds * outlets.length }, (_, n) => {
    const { client, item } = outlets[n % outlets.length];
    const body = { id: uuid7(), table: label(n), lines: [{ item_id: item.id, qty: '1' }] };
    return client.post('/v1/orders', body).then((answer) => ({ id: body.id, label: body.table, answer }));
  });
  return Promise.all(all);
}

const stored = async (list) => {
  const ids = list.map(({ id }) => `'${id}'`).join(',');
  return new Set((await rows(`SELECT order_id FROM pos.orders WHERE order_id IN (${ids})`)).map((row) => row.order_id));
};

suite('batches of writes', () => {
  test('calls that wait together share transactions and each sells once', async () => {
    const before = await counters();
    const all = await burst(100);
    const after = await counters();
    for (const { answer } of all) ok(answer, 201);
    assert.equal((await stored(all)).size, all.length);
    const places = new Set(all.map(({ answer }) => `${answer.json.journal[0].id} ${answer.json.journal[0].seq}`));
    assert.equal(places.size, all.length, 'every sale has its own entry');
    const calls = after.mpos_db_calls_total - before.mpos_db_calls_total;
    const batches = after.mpos_db_batches_total - before.mpos_db_batches_total;
    assert.ok(batches < calls, `${calls} calls in ${batches} transactions`);
  });

  test('a refused call is refused alone', async () => {
    const { client } = (await sellers())[1];
    const doomed = Array.from({ length: 30 }, () => client.post('/v1/orders', { lines: [{ item_id: uuid7(), qty: '1' }] }));
    const all = await burst(60);
    for (const { answer } of all) ok(answer, 201);
    for (const answer of await Promise.all(doomed)) problem(answer, 422, 'unknown_item');
    assert.equal((await stored(all)).size, all.length);
  });

  for (const moment of ['now', 'late']) {
    test(`a call that fails unexpectedly fails alone: ${moment}`, async () => {
      const { stack } = await world();
      await stack.psql(refusals);
      try {
        const all = await burst(60, (n) => (n % 7 === 1 ? moment : 'fine'));
        const doomed = all.filter(({ label }) => label === moment);
        for (const { answer } of doomed) assert.equal(answer.status, 500, answer.bytes.toString());
        for (const { label, answer } of all) if (label === 'fine') ok(answer, 201);
        assert.deepEqual(await stored(doomed), new Set());
        assert.equal((await stored(all)).size, all.length - doomed.length);
      } finally {
        await stack.psql('DROP FUNCTION public.refuse() CASCADE');
      }
    });
  }

  test('definitions that are read anew in the middle of a sale do no harm', async () => {
    const { stack } = await world();
    // What every backend knows of these tables is forgotten and reloaded, again and again, without waiting for any lock.
    const disturbing = stack.psql(`DO $$ BEGIN
      FOR i IN 1..1500 LOOP
        UPDATE pg_class SET relname = relname WHERE oid = ANY ('{pos.orders,pos.order_line,pos.payment,pos.stock,journal.head}'::regclass[]);
        COMMIT;
      END LOOP; END $$`);
    try {
      for (let i = 0; i < 8; i += 1) for (const { answer } of await burst(40)) ok(answer, 201);
    } finally {
      await disturbing;
    }
  });

  test('the books of all outlets verify', async () => {
    assert.deepEqual(await rows('SELECT f.* FROM journal.journal j, journal.verify(j.journal_id) f'), []);
  });
});
