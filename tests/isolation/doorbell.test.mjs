// The doorbell: a commit in one session reaches a listener in another as one coalesced notification; a rollback does not.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { startCluster } from '../lib/stack.mjs';

let cluster;
let listener;
let heard = '';
let waiting = () => {};

before(async () => {
  cluster = await startCluster({ settings: "mpos.doorbell_database = 'mpos'" });
  await cluster.psqlFile(new URL('setup.sql', import.meta.url).pathname);
  listener = spawn('psql', ['-XAtq', '-d', 'mpos'], { env: cluster.psqlEnv, stdio: ['pipe', 'pipe', 'inherit'] });
  listener.stdout.setEncoding('utf8').on('data', (text) => {
    heard += text;
    waiting();
  });
  await cluster.psql(`DO $$ BEGIN
    WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'mpos doorbell' AND wait_event = 'Extension') LOOP
      PERFORM pg_stat_clear_snapshot();
    END LOOP; END $$`);
});

after(async () => {
  if (listener) {
    listener.stdin.end();
    await once(listener, 'close');
  }
  await cluster?.stop();
});

/** Lines heard until `done` appears; psql reports notifications after each statement, so it is asked again and again. */
async function listenUntil(done) {
  const end = Date.now() + 10000;
  while (!done(heard)) {
    assert.ok(Date.now() < end, `heard only: ${heard}`);
    const next = new Promise((resolve) => {
      waiting = resolve;
    });
    listener.stdin.write("SELECT 'asked';\n");
    await next;
  }
  const lines = heard.split('\n').filter((line) => line.includes('mpos_journal'));
  heard = '';
  return lines;
}

const shortId = async (origin) =>
  cluster.psql(`SELECT translate(rtrim(encode(uuid_send(journal_id), 'base64'), '='), '+/', '-_')
    FROM journal.journal WHERE origin = 'tests/${origin}'`);

test('a commit is announced with its journal, a rollback is not', async () => {
  listener.stdin.write("LISTEN mpos_journal;\nSELECT 'listening';\n");
  await listenUntil((text) => text.includes('listening'));
  await cluster.psql("BEGIN; SELECT tests.add('b', 'lost'); SELECT mpos.flush(); ROLLBACK");
  await cluster.psql("SELECT tests.add('a', 'kept')");
  const lines = await listenUntil((text) => text.includes('mpos_journal'));
  assert.equal(lines.length, 1);
  assert.match(lines[0], new RegExp(`payload "${await shortId('a')}"`));
});

test('many commits in a short time are few notifications', async () => {
  const count = 300;
  const pause = 20; // ms that the doorbell waits after it rang, PAUSE_MS of doorbell.c
  const start = Date.now();
  await cluster.psql(`DO $$ BEGIN FOR i IN 1..${count} LOOP PERFORM tests.add('a', 'n'); COMMIT; END LOOP; END $$`);
  await cluster.psql("SELECT tests.add('b', 'last')");
  const last = await shortId('b');
  const lines = await listenUntil((text) => text.includes(last));
  const most = 2 + 2 * Math.ceil((Date.now() - start) / pause);
  assert.ok(lines.length < count && lines.length <= most, `${lines.length} notifications for ${count} commits, at most ${most} in that time`);
});
