// A standby that follows asynchronously takes over after its primary was killed: sales go on at once in the next epoch, and
// what had not reached it is named.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, renameSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { gone, root, startStack } from '../lib/stack.mjs';
import { problem } from '../http/lib/client.mjs';
import { SqlSession } from '../http/lib/sql.mjs';
import { Business, closeConnections } from './lib/business.mjs';
import { until } from './lib/until.mjs';

const run = promisify(execFile);
const bin = execFileSync(process.env.PG_CONFIG ?? '/usr/lib/postgresql/15/bin/pg_config', ['--bindir']).toString().trim();
const standbyPort = '54105'; // names a socket in the folder of the stack

let stack;
let business;
let standby; // its data directory

/** A program of PostgreSQL as the user who owns the data. */
function service(program, ...args) {
  const asService = process.getuid() === 0 ? ['setpriv', '--reuid=mposrun', '--regid=mposrun', '--init-groups', '--'] : [];
  const [command, ...rest] = [...asService, `${bin}/${program}`, ...args];
  return run(command, rest, { env: { ...stack.psqlEnv, HOME: stack.runDir }, cwd: '/' });
}

async function startStandby() {
  standby = `${stack.runDir}/standby`;
  appendFileSync(`${stack.pgData}/pg_hba.conf`, 'local replication postgres scram-sha-256\n');
  await stack.psql('SELECT pg_reload_conf()');
  await until(() => service('pg_basebackup', '-D', standby, '-R', '-c', 'fast').then(() => true, () => false));
  await service('pg_ctl', '-D', standby, '-o', `-p ${standbyPort}`, '-l', `${stack.runDir}/log/standby.log`, '-w', '-s', 'start');
}

/** Everything that the primary has written until now is replayed. */
async function caughtUp() {
  const lsn = await stack.psql('SELECT pg_current_wal_flush_lsn()');
  await until(() => stack.psql(`SELECT count(*) FROM pg_stat_replication WHERE replay_lsn >= '${lsn}'`).then((count) => count === '1'));
}

describe('a promoted standby', { timeout: 300000 }, () => {
  before(async () => {
    stack = await startStack({ tenants: ['cafe'], signer: true });
    business = await new Business(stack).open();
  });
  after(async () => {
    closeConnections();
    await stack.stop();
  });

  const timeline = () => stack.psql('SELECT timeline_id FROM pg_control_checkpoint()').then(Number);

  test('serves analysts while it follows', async () => {
    await startStandby();
    const { stdout } = await run(`${root}/build/bin/mpos`, ['analyst', 'create', 'reports', '--tenant', 'demo-cafe'], { env: stack.psqlEnv });
    const [, login, password] = stdout.trim().split('\t');
    await caughtUp(); // with the login: psql connects at once
    const reader = new SqlSession({ env: { ...stack.env, PGPORT: standbyPort, PGUSER: login, PGPASSWORD: password, PGPASSFILE: '/dev/null' } });
    const sees = () => reader.query('SELECT business, (SELECT count(*) > 0 FROM analytics.journal) FROM analytics.outlets LIMIT 1');
    assert.equal(await sees(), 'demo-cafe|t');
    assert.equal(await reader.query('SET statement_timeout = 0; SHOW statement_timeout'), '30s');
    await stack.psql('UPDATE pos.analyst SET role_name = \'other\'');
    await caughtUp();
    assert.equal(await sees(), '', 'a binding that goes away on the primary is gone on the standby');
    await reader.end();
  });

  test('takes the place of its primary', async () => {
    await business.keep();
    await caughtUp();
    assert.equal(await timeline(), 1);
    await service('pg_ctl', '-D', standby, '-m', 'fast', '-w', '-s', 'stop');
    await business.lose();
    const { postmasterPid } = stack;
    process.kill(postmasterPid, 'SIGKILL');
    await gone(postmasterPid);
    renameSync(stack.pgData, `${stack.pgData}.lost`);
    renameSync(standby, stack.pgData);
    appendFileSync(`${stack.pgData}/postgresql.auto.conf`, "primary_conninfo = ''\n");
    await stack.restartPostgres();
    await stack.ready();
    problem(await business.trySell(), 503, 'unavailable');
    assert.equal(await stack.psql('SELECT pg_is_in_recovery() AND pg_promote()'), 't');
  });

  test('sales go on in the next epoch, receipts and cursors of before are good, the lost range is named', async () => {
    await business.assertGoesOn('promotion');
    await until(async () => await stack.psql('CHECKPOINT').then(timeline) === 2);
  });
});
