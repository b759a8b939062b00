// The sealer beside appends: trees follow, survive a kill of the sealer and of the postmaster, and damage
// stops one journal with an alarm while the others go on.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { startCluster } from '../lib/stack.mjs';

let cluster;

before(async () => {
  cluster = await startCluster();
  await cluster.psqlFile(new URL('setup.sql', import.meta.url).pathname);
});

after(async () => {
  await cluster?.stop();
});

/** Asks until the answer is the wanted one; a server that is just starting again is asked again. */
async function until(sql, wanted, seconds = 20) {
  const end = Date.now() + seconds * 1000;
  let last;
  for (;;) {
    try {
      last = await cluster.psql(sql);
      if (last === wanted) return;
    } catch (error) {
      last = error.message;
    }
    assert.ok(Date.now() < end, `${sql}\nis ${last}\nand not ${wanted}`);
  }
}

const waiting = 'SELECT entries_waiting FROM mpos.seal_state()';

/** Sessions that append to one journal each until they are ended; resolves with them once all are well under way. */
async function writers(names) {
  const heads = `SELECT sum(next_seq) FROM journal.head h JOIN journal.journal j USING (journal_id)
    WHERE j.origin = ANY ('{${names.map((name) => `tests/${name}`).join(',')}}')`;
  const before = Number((await cluster.psql(heads)) || 0);
  const children = names.map((name) => {
    const child = spawn('psql', ['-XAtq', '-d', 'mpos'], { env: cluster.psqlEnv, stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.on('error', () => {});
    child.stdin.end(`SELECT tests.add('${name}', 'n');\n`.repeat(100000));
    return child;
  });
  await until(`SELECT (${heads}) > ${before + 300}`, 't');
  return children;
}

async function end(children) {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  await until("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT tests.add(%'", '0');
}

/** Every hash of every level, compared with what the entries say. */
async function assertTreesFit() {
  const wrong = await cluster.psql(`SELECT string_agg(DISTINCT j.origin, ' ') FROM journal.journal j
    JOIN journal.sealed s USING (journal_id) JOIN journal.head h USING (journal_id)
    LEFT JOIN LATERAL (SELECT string_agg(t.hashes, '' ORDER BY n) AS tiles FROM journal.tile t
      WHERE t.journal_id = j.journal_id AND t.epoch = s.epoch AND t.level = 0) t ON true
    LEFT JOIN LATERAL (SELECT string_agg(e.leaf, '' ORDER BY seq) AS leaves FROM journal.entry e
      WHERE e.journal_id = j.journal_id AND e.epoch = s.epoch) e ON true
    WHERE t.tiles IS DISTINCT FROM e.leaves OR s.size <> h.next_seq
       OR (SELECT coalesce(sum(width), 0) FROM journal.tile u WHERE u.journal_id = j.journal_id AND u.level = 1) <> s.size / 256`);
  assert.equal(wrong, '', 'trees differ from their entries');
  assert.equal(await cluster.psql('SELECT count(*) FROM journal.journal j, mpos.verify(j.journal_id)'), '0');
}

test('trees follow while appends go on', async () => {
  const children = await writers(['a', 'b']);
  for (let i = 0; i < 3; i++) {
    const heads = await cluster.psql(`SELECT array_agg(next_seq ORDER BY origin) FROM journal.head JOIN journal.journal USING (journal_id)
      WHERE origin IN ('tests/a', 'tests/b')`);
    await until(`SELECT bool_and(size >= seen) FROM (SELECT size, ('${heads}'::bigint[])[row_number() OVER (ORDER BY origin)] AS seen
      FROM journal.sealed JOIN journal.journal USING (journal_id) WHERE origin IN ('tests/a', 'tests/b')) s`, 't');
  }
  await end(children);
  await until(waiting, '0');
  await assertTreesFit();
});

const partition = "to_regclass('journal.entry_' || to_char(now() AT TIME ZONE 'UTC' + interval '2 months', 'YYYY_MM'))";

test('a killed sealer goes on where it stood, and makes the partitions that are missing', async () => {
  await cluster.psql(`DO $$ BEGIN EXECUTE format('DROP TABLE %s', ${partition}); END $$`);
  const children = await writers(['a', 'b']);
  const pid = Number(await cluster.psql("SELECT pid FROM pg_stat_activity WHERE backend_type = 'mpos sealer'"));
  process.kill(pid, 'SIGKILL');
  await until(`SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'mpos sealer' AND pid <> ${pid}`, '1');
  await end(children);
  await until(waiting, '0');
  await assertTreesFit();
  await until(`SELECT ${partition} IS NOT NULL`, 't');
});

test('a killed postmaster loses nothing of a tree', async () => {
  const children = await writers(['a', 'b']);
  process.kill(cluster.postmasterPid, 'SIGKILL');
  await cluster.restartPostgres();
  await end(children);
  await until(waiting, '0');
  await assertTreesFit();
});

test('damage stops its journal alone', async () => {
  await cluster.psql("SELECT tests.add('a', 'one'); SELECT tests.add('b', 'one')");
  await until(waiting, '0');
  await cluster.psql(`BEGIN; SELECT tests.add('a', 'two'); SELECT mpos.flush();
    UPDATE journal.entry e SET leaf = sha256(leaf) FROM journal.journal j, journal.head h
     WHERE j.origin = 'tests/a' AND e.journal_id = j.journal_id AND h.journal_id = j.journal_id AND e.seq = h.next_seq - 1; COMMIT`);
  await until(`SELECT a.kind || ' ' || (a.seq = s.size) || ' ' || s.state FROM journal.alarm a JOIN journal.sealed s USING (journal_id, epoch)
               JOIN journal.journal j USING (journal_id) WHERE j.origin = 'tests/a'`, 'leaf true stopped');
  await cluster.psql("SELECT tests.add('b', 'two')");
  await until(`SELECT s.size = h.next_seq FROM journal.sealed s JOIN journal.head h USING (journal_id) JOIN journal.journal j USING (journal_id)
               WHERE j.origin = 'tests/b'`, 't');
  assert.equal(await cluster.psql('SELECT journals_stopped || \' \' || alarms_open FROM mpos.seal_state()'), '1 1');
});
