// mpos verify --url against the running server: what everybody may read makes the tree that was signed, and with a right
// the payloads are those of the headers.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { noteKey } from '../vectors/tlog.mjs';
import { as, cafe, manager, suite, world } from './lib/context.mjs';

const mpos = fileURLToPath(new URL('../../build/bin/mpos', import.meta.url));

/** An outlet whose books no test here damages. */
const terrace = { ...cafe, outlet: 'terrace' };

async function verify(...args) {
  return verifyLog('mpos/demo-cafe/terrace/0', ...args);
}

async function verifyLog(origin, ...args) {
  const { stack, url } = await world();
  const session = (await as(terrace, manager)).session;
  const vkey = await stack.signerTool('vkey', origin);
  const all = ['verify', '--url', url, '--journal', session.journal_id, '--vkey', vkey, ...args];
  return new Promise((done) => {
    execFile(mpos, all, (error, stdout, stderr) => done({ status: error?.code ?? 0, out: stdout, err: stderr, token: session.token }));
  });
}

/** A journal of 300 entries, of which 280 would have been appended in January: recorded, prev and leaf made anew. */
const agedJournal = (tenant, outlet) => `
CREATE TABLE pos.aged (tenant_id uuid NOT NULL, outlet_id uuid, aged_id uuid NOT NULL, PRIMARY KEY (tenant_id, aged_id));
SELECT mpos.isolate('pos.aged');
SELECT mpos.journal('pos.aged', topic => 'aged', feed => '{}', outlet => 'outlet_id');
CREATE TABLE journal.entry_2026_01 PARTITION OF journal.entry FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
SELECT mpos.journal_create('${tenant}', '${outlet}', 'aged/main');
DO $$
DECLARE
  e record;
  h bytea;
  last bytea;
  journal uuid := (SELECT journal_id FROM journal.journal WHERE origin = 'aged/main');
BEGIN
  PERFORM mpos.assume('${tenant}');
  FOR i IN 1 .. 300 LOOP
    INSERT INTO pos.aged VALUES ('${tenant}', '${outlet}', md5('aged' || i)::uuid);
    PERFORM mpos.flush();
  END LOOP;
  FOR e IN SELECT * FROM journal.entry WHERE journal_id = journal ORDER BY seq LOOP
    h := CASE WHEN e.seq < 280 THEN overlay(e.header PLACING int8send(1767787200000000 + e.seq) FROM 65) ELSE e.header END;
    IF last IS NOT NULL THEN h := overlay(h PLACING last FROM 105); END IF;
    last := sha256('\\x00'::bytea || h);
    UPDATE journal.entry SET header = h, leaf = last, month = CASE WHEN e.seq < 280 THEN '2026-01-01' ELSE e.month END
     WHERE journal_id = journal AND seq = e.seq;
  END LOOP;
  UPDATE journal.head SET last_leaf = last WHERE journal_id = journal;
  UPDATE journal.segment SET first_seq = 280 WHERE journal_id = journal;
  INSERT INTO journal.segment VALUES (journal, 0, '2026-01-01', 0);
END $$`;

suite('verifying by address', () => {
  test('an intact journal is clean, with and without payloads', async () => {
    const { status, out, err, token } = await verify();
    assert.equal(status, 0, out + err);
    assert.match(out, /^journal .* mpos\/demo-cafe\/terrace\n.*, 1 checkpoints\n[^]*intact\n/m);
    const read = await verify('--token', token);
    assert.equal(read.status, 0, read.out + read.err);
    assert.match(read.out, /^clean: 1 journals/m);
  });

  test('a witness that has not cosigned is a finding', async () => {
    const { status, out } = await verify('--witness', noteKey('witness.example', 5, 4).vkey);
    assert.equal(status, 1);
    assert.match(out, /^finding note .*witness\.example has not cosigned/m);
  });

  test('a journal that is not there cannot be read', async () => {
    assert.equal((await verify('--journal', '00000000-0000-7000-8000-000000000000')).status, 3);
  });

  test('a token that is none is told', async () => {
    const { status, err } = await verify('--token', 'x');
    assert.equal(status, 3);
    assert.match(err, /HTTP status 401/);
  });

  test('a retired month counts by its tiles', async () => {
    const { stack } = await world();
    const [tenant, outlet] = ['0188a0f0-0000-7000-8000-0000000000a1', '0188a0f0-0000-7000-8000-0000000000a2'];
    const signed = async (id, size) => {
      await stack.psql(`SELECT mpos.checkpoint_ask('${id}')`);
      while (await stack.psql(`SELECT count(*) FROM journal.checkpoint WHERE journal_id = '${id}' AND size >= ${size}`) === '0') await stack.psql('SELECT 1');
    };
    await stack.psql(agedJournal(tenant, outlet));
    const id = await stack.psql(`SELECT journal_id FROM journal.journal WHERE origin = 'aged/main'`);
    await signed(id, 300);
    await stack.psql(`SELECT mpos.retire_month('2026-01-01'); DROP TABLE journal.entry_2026_01`);
    await signed(id, 301);
    const { status, out, err } = await verifyLog('aged/main/0', '--journal', id);
    assert.equal(status, 0, out + err);
    assert.match(out, /^301 entries are not shown, and no entry that retired them was seen$/m);
    await stack.psql(`DO $$ BEGIN PERFORM mpos.assume('${tenant}'); FOR i IN 301 .. 600 LOOP
      INSERT INTO pos.aged VALUES ('${tenant}', '${outlet}', md5('aged' || i)::uuid); PERFORM mpos.flush(); END LOOP; END $$`);
    await signed(id, 601);
    const later = await verifyLog('aged/main/0', '--journal', id);
    assert.equal(later.status, 0, later.out + later.err);
    assert.match(later.out, /89 entries after 512 retired/);
    await stack.psql(`SET session_replication_role = replica; DELETE FROM journal.entry WHERE journal_id = '${id}' AND seq = 590`);
    const gone = await verifyLog('aged/main/0', '--journal', id);
    assert.match(gone.out, /^601 entries are not shown, and no entry that retired them was seen$/m);
  });
});
