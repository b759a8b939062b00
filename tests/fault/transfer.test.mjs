// Goods that move between two outlets, both ways at once: every transfer is in both journals under one transaction uuid, and
// no two ever wait for each other.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startStack } from '../lib/stack.mjs';

const run = promisify(execFile);
const mpos = fileURLToPath(new URL('../../build/bin/mpos', import.meta.url));
const transfers = process.env.MPOS_FULL ? 100000 : 2000;
const clients = 16;

// A note of goods that leave or come, on paper: rows of two outlets that nobody else writes.
const note = `
  CREATE TABLE pos.transfer_note (tenant_id uuid, outlet_id uuid, transfer_id uuid, item_id uuid NOT NULL, qty bigint NOT NULL,
    PRIMARY KEY (tenant_id, outlet_id, transfer_id));
  SELECT mpos.isolate('pos.transfer_note');
  SELECT mpos.journal('pos.transfer_note', topic => 'stock', outlet => 'outlet_id', feed => '{item_id,qty}');`;

let stack;
let folder;
let outlets;
let items;
let start;

async function json(sql) {
  return JSON.parse(await stack.psql(`SELECT coalesce(json_agg(x), '[]') FROM (${sql}) x`));
}

/** Both rows in one transaction, the one of `first` before the other's. */
function noteScript(first, second) {
  const row = (outlet, sign) => `INSERT INTO pos.transfer_note SELECT '${outlet.tenant_id}', '${outlet.outlet_id}', ':id'::uuid, '${items[0]}', ${sign}:qty;`;
  return `\\set qty random(1, 9)
\\set a random(0, 9223372036854775806)
\\set b random(0, 9223372036854775806)
SELECT overlay(md5(':a :b') PLACING '7' FROM 13)::uuid AS id \\gset
BEGIN;
${row(first, '-')}
${row(second, '')}
COMMIT;
`;
}

/** The stock levels themselves. Rows are locked in one order, as everybody does who wants no deadlock; the journals look after themselves. */
function stockScript(first, second) {
  const change = (outlet, sign) => `UPDATE pos.stock SET on_hand = on_hand ${sign} :qty, version = version + 1
  WHERE tenant_id = '${outlet.tenant_id}' AND outlet_id = '${outlet.outlet_id}' AND item_id = (:items)[:i];`;
  return `\\set qty random(1, 9)
\\set i random(1, ${items.length})
BEGIN;
SELECT FROM pos.stock WHERE item_id = (:items)[:i] ORDER BY outlet_id FOR UPDATE;
${change(first, '-')}
${change(second, '+')}
COMMIT;
`.replaceAll(':items', `ARRAY['${items.join("','")}']::uuid[]`);
}

describe('transfers between two outlets', { timeout: 1800000 }, () => {
  before(async () => {
    stack = await startStack({ tenants: ['cafe'] });
    folder = mkdtempSync(join(tmpdir(), 'mpos-transfer-'));
    await stack.psql(note);
    outlets = await json('SELECT tenant_id, outlet_id, journal_id FROM pos.outlet ORDER BY code');
    items = (await json(`SELECT item_id FROM pos.stock GROUP BY 1 HAVING count(*) = 2 ORDER BY 1 LIMIT 5`)).map((row) => row.item_id);
    assert.equal(outlets.length, 2);
    assert.equal(items.length, 5);
    start = await json('SELECT journal_id, next_seq FROM journal.head');
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await stack.stop();
  });

  let earlier;

  test(`${transfers} in both directions without a deadlock`, async (t) => {
    earlier = await json('SELECT item_id, sum(on_hand) AS on_hand FROM pos.stock GROUP BY 1 ORDER BY 1');
    const [main, other] = outlets;
    const scripts = { note: noteScript, stock: stockScript };
    const files = Object.entries(scripts).flatMap(([name, make]) => [[main, other], [other, main]].map(([first, second], way) => {
      const file = join(folder, `${name}${way}.sql`);
      writeFileSync(file, make(first, second));
      return ['-f', file];
    }));
    const args = ['-n', '-c', clients, '-j', 2, '-t', transfers / clients, ...files.flat(), 'mpos'].map(String);
    const { stdout } = await run('pgbench', args, { env: stack.psqlEnv, maxBuffer: 1 << 26 });
    t.diagnostic(stdout.match(/tps = \S+/)[0]);
    assert.match(stdout, new RegExp(`actually processed: ${transfers}/${transfers}\n`));
    assert.match(stdout, /number of failed transactions: 0 /);
    // Statistics come with the end of a session at the latest; these have ended.
    assert.equal(await stack.psql(`SELECT deadlocks FROM pg_stat_database WHERE datname = 'mpos'`), '0');
  });

  test('both parts of each are there, under one transaction uuid', async () => {
    const since = outlets.map(({ journal_id: id }) =>
      `(journal_id = '${id}' AND seq >= ${start.find((head) => head.journal_id === id).next_seq})`).join(' OR ');
    const [sums] = await json(`SELECT count(*) AS transactions, sum(parts) AS entries, count(*) FILTER (WHERE parts = 2 AND journals = 2) AS whole
      FROM (SELECT count(*) AS parts, count(DISTINCT journal_id) AS journals FROM journal.entry WHERE ${since} GROUP BY substr(header, 73, 16)) x`);
    assert.deepEqual(sums, { transactions: transfers, entries: 2 * transfers, whole: transfers });
  });

  test('nothing appeared and nothing vanished on the way', async () => {
    assert.deepEqual(await json('SELECT item_id, sum(on_hand) AS on_hand FROM pos.stock GROUP BY 1 ORDER BY 1'), earlier);
    const [sums] = await json(`SELECT sum(qty) AS qty, count(*) AS rows, count(DISTINCT transfer_id) AS transfers,
      (SELECT sum(version - 1) FROM pos.stock WHERE item_id = ANY ('{${items.join(',')}}')) AS moves FROM pos.transfer_note`);
    assert.equal(sums.qty, 0);
    assert.equal(sums.rows, 2 * sums.transfers);
    assert.equal(sums.transfers + sums.moves / 2, transfers);
    assert.ok(sums.transfers > 0 && sums.moves > 0);
  });

  test('mpos verify finds nothing', async () => {
    const { stdout } = await run(mpos, ['verify'], { env: stack.psqlEnv, maxBuffer: 1 << 26 });
    assert.doesNotMatch(stdout, /^finding/m);
  });
});
