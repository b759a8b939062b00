// The database guards itself: what is changed by hand is in the journal, what is changed behind it is found.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { integrator, menu, rows, suite, world } from './lib/context.mjs';
import { ok } from './lib/client.mjs';
import { head, Subscriber } from './lib/socket.mjs';

const mpos = fileURLToPath(new URL('../../build/bin/mpos', import.meta.url));

/** The café's own journal: other tests of this process damage others. */
async function verify() {
  const { stack } = await world();
  const { journal_id: journal } = (await integrator()).session;
  return new Promise((done) => {
    execFile(mpos, ['verify', '--journal', journal], { env: { ...process.env, ...stack.env }, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      done({ status: error ? error.code : 0, text: stdout + stderr });
    });
  });
}

async function order() {
  const { plain } = await menu();
  const client = await integrator();
  return ok(await client.post('/v1/orders', { lines: [{ item_id: plain[0].id, qty: '1' }] }), 201).order;
}

/** An id as the journal writes it. */
function short(id) {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

/** Superuser SQL that no capture trigger sees, done in the catalogue: ALTER TABLE would be recorded. */
async function behind(sql) {
  const { stack } = await world();
  const triggers = (state) => `UPDATE pg_trigger SET tgenabled = '${state}'
    WHERE NOT tgisinternal AND tgrelid IN ('pos.orders'::regclass, 'pos.order_line'::regclass)`;
  await stack.psql(`BEGIN; ${triggers('D')}; ${sql}; ${triggers('A')}; COMMIT`);
}

suite('guards', () => {
  test('a change by the table owner is journalled and reaches a subscriber', async () => {
    const { stack } = await world();
    const client = await integrator();
    const { id } = await order();
    const cursor = await head(client);
    const subscriber = await new Subscriber(client).open();
    await subscriber.subscribe(cursor);
    await stack.psql(`BEGIN; SET ROLE mpos_owner; SELECT mpos.assume('${client.session.tenant.id}');
      UPDATE pos.orders SET table_label = 'by hand', version = version + 1 WHERE order_id = '${id}'; COMMIT`);
    await subscriber.reached(cursor.seq + 1);
    const change = subscriber.changes.find((one) => one[2] === 'orders');
    assert.equal(Buffer.from(change[3], 'base64url').toString('hex'), id.replaceAll('-', ''));
    const [entry] = await rows(`SELECT get_byte(header, 11) AS flags FROM journal.entry
      WHERE journal_id = '${client.session.journal_id}' AND seq = ${cursor.seq + 1}`);
    assert.equal(entry.flags & 1, 1, 'marked as made outside of the service');
    await subscriber.close();
  });

  test('the table owner without a business sees and changes nothing', async () => {
    const { stack } = await world();
    await order();
    assert.equal(await stack.psql('SET ROLE mpos_owner; SELECT count(*) FROM pos.orders'), '0');
  });

  test('the application role sees no table and cannot take a business', async () => {
    const { stack } = await world();
    for (const sql of ['SELECT * FROM pos.orders', 'SELECT * FROM journal.entry',
      "SELECT mpos.assume('00000000-0000-7000-8000-000000000000')", 'SELECT * FROM pos.directory']) {
      await assert.rejects(stack.psql(`SET ROLE mpos_app; ${sql}`), /permission denied|42501/);
    }
  });

  test('verify is content with an honest history', async () => {
    const { status, text } = await verify();
    assert.equal(status, 0, text);
  });

  test('a row changed behind the triggers is reported with its place', async () => {
    const { id } = await order();
    await behind(`UPDATE pos.orders SET table_label = 'stolen' WHERE order_id = '${id}'`);
    const { status, text } = await verify();
    assert.notEqual(status, 0, text);
    assert.match(text, new RegExp(`row_changed .*\\borders ${short(id)}`));
    await behind(`UPDATE pos.orders SET table_label = NULL WHERE order_id = '${id}'`);
    assert.equal((await verify()).status, 0);
  });

  test('a changed entry is reported with journal and number', async () => {
    const { stack } = await world();
    const client = await integrator();
    const { journal_id: journal } = client.session;
    await order();
    const { seq } = await head(client);
    const flip = `BEGIN; SET LOCAL session_replication_role = replica;
      UPDATE journal.entry SET packed = set_byte(packed, 40, get_byte(packed, 40) # 1)
      WHERE journal_id = '${journal}' AND seq = ${seq}; COMMIT`;
    await stack.psql(flip);
    const { status, text } = await verify();
    assert.notEqual(status, 0, text);
    assert.match(text, new RegExp(`${journal}[^\\n]*\\b${seq}\\b`));
    await stack.psql(flip);
    assert.equal((await verify()).status, 0);
  });

  test('a change in replica mode is captured and reported', async () => {
    const { stack } = await world();
    const client = await integrator();
    const { id } = await order();
    const { seq } = await head(client);
    await stack.psql(`SET session_replication_role = replica;
      UPDATE pos.orders SET table_label = 'replica', version = version + 1 WHERE order_id = '${id}'`);
    assert.equal((await head(client)).seq, seq + 1);
    const { status, text } = await verify();
    assert.notEqual(status, 0, text);
    assert.match(text, /replica_mode/);
    assert.match(text, new RegExp(`\\b${seq + 1}\\b`));
  });

  test('a row removed and a row added behind the triggers are reported', async () => {
    const [removed, added] = [await order(), await order()];
    const copy = short(added.id).replace(/^./, 'B');
    const id = Buffer.from(copy, 'base64url').toString('hex');
    await behind(`DELETE FROM pos.order_line WHERE order_id = '${removed.id}';
      INSERT INTO pos.orders SELECT (jsonb_populate_record(o, jsonb_build_object('order_id', '${id}'::uuid))).*
      FROM pos.orders o WHERE order_id = '${added.id}'`);
    const { text } = await verify();
    assert.match(text, new RegExp(short(removed.lines[0].id)));
    assert.match(text, new RegExp(copy));
  });
});
