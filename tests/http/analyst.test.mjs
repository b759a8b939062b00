// Analysts with connections of their own: what a login reads, and every way to read, take or hold more that needs a real
// connection. The rest is in tests/pgtap/analyst.sql.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { cafe, integrator, menu, suite, world } from './lib/context.mjs';
import { ok } from './lib/client.mjs';
import { SqlSession } from './lib/sql.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

async function run(command, args, env = {}) {
  const { stack } = await world();
  return new Promise((done) => {
    const child = execFile(command, args, { env: { ...stack.psqlEnv, ...env }, maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      done({ status: error ? error.code : 0, out: stdout.trimEnd(), err: stderr.trim() });
    });
    child.stdin.end();
  });
}

const tool = (...args) => run(`${root}/build/bin/mpos`, ['analyst', ...args]);

async function create(name, tenant) {
  const { status, out, err } = await tool('create', name, '--tenant', tenant);
  assert.equal(status, 0, err);
  const [, login, password] = out.split('\t');
  return { login, password };
}

const as = ({ login, password }) => ({ PGUSER: login, PGPASSWORD: password, PGPASSFILE: '/dev/null' });

/** psql with the analyst's own password. Errors are their SQLSTATE, one a line; out goes on after an error. */
function psql(analyst, sql, { database = 'mpos', options } = {}) {
  const args = ['-XAtq', '-v', 'VERBOSITY=sqlstate', '-d', database];
  for (const statement of [sql].flat()) args.push('-c', statement);
  return run('psql', args, { ...as(analyst), ...(options && { PGOPTIONS: options }) });
}

async function refused(analyst, sql, state, options) {
  const { err } = await psql(analyst, sql, options);
  assert.match(err, new RegExp(`(ERROR|FATAL): +${state}`), `${[sql].flat().join('; ')}: ${err}`);
}

/** A login that the server does not even let in. */
async function shutOut(analyst, message, options) {
  const { err, out } = await psql(analyst, 'SELECT 1', { options });
  assert.match(err, new RegExp(`FATAL:  ${message}`));
  assert.equal(out, '');
}

/** A setting of the server for the time of body, which begins when new sessions have it. */
async function withSetting(name, value, body) {
  const { stack } = await world();
  const current = () => stack.psql(`SELECT current_setting('${name}')`);
  const change = async (sql, want) => {
    await stack.psql(sql);
    await stack.psql('SELECT pg_reload_conf()');
    while (await current() !== want);
  };
  const before = await current();
  await change(`ALTER SYSTEM SET ${name} = '${value}'`, value);
  try {
    await body();
  } finally {
    await change(`ALTER SYSTEM RESET ${name}`, before);
  }
}

let anna;
let shopper;

suite('analysts', () => {
  after(async () => {
    await tool('drop', 'anna', '--tenant', 'demo-cafe');
    await tool('drop', 'anna', '--tenant', 'demo-shop');
  });

  test('a login reads its own business with its own password', async () => {
    const { stack } = await world();
    anna = await create('anna', 'demo-cafe');
    shopper = await create('anna', 'demo-shop');
    const client = await integrator();
    const { plain } = await menu();
    const { order } = ok(await client.post('/v1/orders', { lines: [{ item_id: plain[0].id, qty: '1' }] }), 201);
    const ids = 'SELECT count(*), count(*) FILTER (WHERE order_id = \'' + order.id + '\'), string_agg(DISTINCT business, \'\') FROM analytics.orders CROSS JOIN LATERAL (SELECT DISTINCT business FROM analytics.outlets) b';
    const all = await stack.psql('SELECT count(*) FROM pos.orders o JOIN pos.tenant t USING (tenant_id) WHERE t.slug = \'demo-cafe\'');
    assert.equal((await psql(anna, ids)).out, `${all}|1|demo-cafe`);
    assert.match((await psql(shopper, ids)).out, /^\d+\|0\|/);
    assert.match((await psql({ ...anna, password: 'x' }, 'SELECT 1')).err, /password authentication failed/);
    assert.match((await psql({ ...anna, password: shopper.password }, 'SELECT 1')).err, /password authentication failed/);
  });

  test('psql shows what there is', async () => {
    const { out, err } = await psql(anna, '\\d analytics.orders');
    assert.equal(err, '');
    assert.match(out, /^created_at\|timestamp with time zone/m);
    assert.match((await psql(anna, '\\dv analytics.*')).out, /kitchen_times/);
  });

  test('rows leave by COPY and cursor, and none comes in', async () => {
    const { out } = await psql(anna, 'COPY (SELECT DISTINCT business FROM analytics.outlets) TO STDOUT');
    assert.equal(out, 'demo-cafe');
    const cursor = await psql(anna, ['BEGIN', 'DECLARE c CURSOR FOR SELECT business FROM analytics.outlets', 'FETCH 1 FROM c', 'COMMIT']);
    assert.equal(cursor.out, 'demo-cafe');
    await refused(anna, 'COPY analytics.orders FROM STDIN', '(42809|42501|55000|25006)');
    await refused(anna, 'COPY pos.orders TO STDOUT', '42501');
    await refused(anna, 'COPY analytics.orders TO STDOUT', '42809');
  });

  test('nobody else can be acted as', async () => {
    for (const role of ['postgres', 'mpos_owner', 'mpos_app', shopper.login]) {
      await refused(anna, `SET SESSION AUTHORIZATION ${role}`, '42501');
      await refused(anna, `SET ROLE ${role}`, '42501');
    }
    await refused(anna, `ALTER ROLE ${anna.login} SET statement_timeout = 0`, '42501');
    await refused(anna, `ALTER ROLE ${anna.login} RESET ALL`, '42501');
    await shutOut(anna, 'permission denied to set parameter "mpos.tenant"', '-c mpos.tenant=none');
    await shutOut(anna, 'permission denied to set role "mpos_owner"', '-c role=mpos_owner');
    await shutOut(anna, 'permission denied to set session authorization', '-c session_authorization=mpos_app');
    await refused(anna, 'SELECT 1', '42501', { database: 'postgres' });
    await refused(anna, 'SELECT count(*) FROM pg_class', '42501', { database: 'template1' });
  });

  test('not even the server\'s superuser sets the tenant that plans carry', async () => {
    const { err } = await run('psql', ['-XAtq', '-v', 'VERBOSITY=sqlstate', '-c', 'SELECT 1'], { PGOPTIONS: '-c mpos.tenant=none' });
    assert.match(err, /FATAL/);
  });

  test('options of the connection lift no limit', async () => {
    const options = '-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c work_mem=1GB -c default_transaction_read_only=off';
    const shown = await psql(anna, ['SHOW statement_timeout', 'SHOW idle_in_transaction_session_timeout', 'SHOW work_mem', 'SHOW transaction_read_only'], { options });
    assert.deepEqual(shown.out.split('\n'), ['30s', '1min', '64MB', 'on']);
    await shutOut(anna, 'permission denied to set parameter "temp_file_limit"', '-c temp_file_limit=-1');
  });

  test('two connections, and not a third', async () => {
    const { stack } = await world();
    const env = { env: { ...stack.env, ...as(anna) } };
    const first = new SqlSession(env);
    const second = new SqlSession(env);
    assert.equal(await first.query('SELECT 1'), '1');
    assert.equal(await second.query('SELECT 1'), '1');
    assert.match((await psql(anna, 'SELECT 1')).err, /too many connections for role/);
    await first.end();
    await second.end();
  });

  test('a statement ends at the limit, whatever it is made of', async () => {
    await withSetting('mpos.analyst_statement_timeout', '400ms', async () => {
      const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 9 + 1 FROM n) SELECT count(*) FROM n';
      const lift = 'SELECT set_config(\'statement_timeout\', \'0\', false)';
      for (const sql of [endless, `COPY (${endless}) TO STDOUT`, `PREPARE p AS ${endless}; EXECUTE p`, `${lift}; SELECT pg_sleep(3600)`]) {
        await refused(anna, ['SET statement_timeout = 0', sql], '57014');
      }
      await refused(anna, 'SELECT pg_sleep(3600)', '57014', { options: '-c statement_timeout=0' });
      const less = await psql(anna, ['SET statement_timeout = \'50ms\'', 'SHOW statement_timeout']);
      assert.equal(less.out, '50ms');
    });
  });

  test('a transaction that idles is ended', async () => {
    const { stack } = await world();
    await withSetting('mpos.analyst_idle_timeout', '300ms', async () => {
      const session = new SqlSession({ env: { ...stack.env, ...as(anna) } });
      const pid = await session.query('SELECT pg_backend_pid()');
      await session.query('BEGIN');
      await session.query('SELECT set_config(\'idle_in_transaction_session_timeout\', \'0\', false)');
      await session.query('SELECT count(*) FROM analytics.orders');
      while (await stack.psql(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid}`) !== '0');
      assert.match(readFileSync(`${stack.runDir}/log/postgres.log`, 'utf8'), new RegExp(`\\[${pid}\\].*FATAL:  terminating connection due to idle-in-transaction timeout`));
      session.child.kill();
    });
  });

  test('a transaction that goes on and on is ended', async () => {
    await withSetting('mpos.analyst_transaction_timeout', '300ms', async () => {
      const busy = ['BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT pg_sleep(0.31)', 'SELECT count(*) FROM analytics.outlets'];
      await refused(anna, busy, '57014');
      await refused(anna, ['BEGIN', 'DECLARE c CURSOR FOR SELECT outlet FROM analytics.outlets', 'SELECT pg_sleep(0.31)', 'FETCH 1 FROM c'], '57014');
      assert.equal((await psql(anna, [...busy, 'ROLLBACK', 'SELECT 1'])).out.split('\n').at(-1), '1');
      assert.deepEqual((await psql(anna, ['SELECT pg_sleep(0.31)', 'SELECT 1'])).out.trim(), '1');
      assert.equal((await psql(anna, ['BEGIN', 'SELECT 1', 'COMMIT'])).out, '1');
    });
  });

  test('a transaction is not left behind prepared', async () => {
    await refused(anna, ['BEGIN', 'PREPARE TRANSACTION \'x\''], '42501');
    await refused(anna, 'ROLLBACK PREPARED \'x\'', '42501');
  });

  test('temporary files end at the limit', async () => {
    await withSetting('mpos.analyst_temp_file_limit', '1MB', async () => {
      const sort = 'SELECT count(*) FROM (SELECT g FROM generate_series(1, 300000) g ORDER BY random()) x';
      await refused(anna, ['SET work_mem = \'64kB\'', sort], '53400');
      const small = await psql(anna, 'SELECT count(*) FROM (SELECT g FROM generate_series(1, 1000) g ORDER BY random()) x');
      assert.equal(small.out, '1000');
    });
  });

  test('the protocol\'s function call is refused', async () => {
    const { stack } = await world();
    await stack.psql(`GRANT EXECUTE ON FUNCTION lo_unlink(oid), lo_open(oid, int), lo_close(int), lo_creat(int), lo_lseek(int, int, int), lo_tell(int), lowrite(int, bytea), loread(int, int) TO ${anna.login}`);
    try {
      const { err } = await run('psql', ['-XAtq', '-c', '\\lo_unlink 1'], as(anna));
      assert.match(err, /analysts may not run the protocol's function call/);
    } finally {
      await stack.psql(`REVOKE EXECUTE ON FUNCTION lo_unlink(oid), lo_open(oid, int), lo_close(int), lo_creat(int), lo_lseek(int, int, int), lo_tell(int), lowrite(int, bytea), loread(int, int) FROM ${anna.login}`);
    }
  });

  test('a binding that goes away ends with the next statement of an open session', async () => {
    const { stack } = await world();
    const session = new SqlSession({ env: { ...stack.env, ...as(anna) } });
    const count = 'SELECT count(*) FROM analytics.outlets';
    assert.notEqual(await session.query(count), '0');
    await stack.psql(`UPDATE pos.analyst SET role_name = 'other' WHERE role_name = '${anna.login}'`);
    assert.equal(await session.query(count), '0');
    await stack.psql(`UPDATE pos.analyst SET role_name = '${anna.login}' WHERE role_name = 'other'`);
    assert.notEqual(await session.query(count), '0');
    await stack.psql(`ALTER ROLE ${anna.login} RENAME TO another`);
    assert.equal(await session.query(count), '0');
    await stack.psql(`ALTER ROLE another RENAME TO ${anna.login}`);
    await session.end();
  });

  test('a new password replaces the old, and no log has either', async () => {
    const { stack } = await world();
    const { out } = await tool('password', 'anna', '--tenant', 'demo-cafe');
    const next = { login: anna.login, password: out.split('\t')[2] };
    assert.notEqual(next.password, anna.password);
    assert.match((await psql(anna, 'SELECT 1')).err, /password authentication failed/);
    assert.equal((await psql(next, 'SELECT 1')).out, '1');
    const log = readFileSync(`${stack.runDir}/log/postgres.log`, 'utf8');
    assert.ok(!log.includes(anna.password) && !log.includes(next.password));
    anna = next;
  });

  test('mpos analyst lists, and refuses what makes no sense', async () => {
    const { out } = await tool('list', '--tenant', cafe.tenant);
    assert.match(out, new RegExp(`^demo-cafe\tanna\t${anna.login}\t\\d{4}-\\d\\d-\\d\\dT`));
    assert.match((await tool('create', 'anna', '--tenant', 'demo-cafe')).err, /already/);
    assert.match((await tool('create', 'anna', '--tenant', 'nobody')).err, /no business "nobody"/);
    assert.equal((await tool('create', 'anna')).status, 2);
    assert.equal((await tool('create', '--tenant', 'demo-cafe')).status, 2);
    assert.equal((await tool('list', 'anna')).status, 2);
    assert.equal((await tool('rename')).status, 2);
    assert.equal((await tool('drop', 'nobody', '--tenant', 'demo-cafe')).status, 3);
  });

  test('one who is dropped is out at once', async () => {
    const { stack } = await world();
    const gone = await create('gone', 'demo-cafe');
    const session = new SqlSession({ env: { ...stack.env, ...as(gone) } });
    const pid = await session.query('SELECT pg_backend_pid()');
    assert.equal((await tool('drop', 'gone', '--tenant', 'demo-cafe')).status, 0);
    while (await stack.psql(`SELECT count(*) FROM pg_stat_activity WHERE pid = ${pid}`) !== '0');
    session.child.kill();
    assert.match((await psql(gone, 'SELECT 1')).err, /password authentication failed/);
    assert.doesNotMatch((await tool('list')).out, /gone/);
  });

  test('docs/reference/analytics.md is what the comments say', async () => {
    const { out } = await run(`${root}/server/run/analytics-reference.sh`, []);
    assert.equal(`${out}\n`, readFileSync(`${root}/docs/reference/analytics.md`, 'utf8'), 'run make reference');
    const { stack } = await world();
    assert.equal(await stack.psql(`SELECT string_agg(c.relname || '.' || a.attname, ' ') FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
      WHERE c.relnamespace = 'analytics'::regnamespace AND col_description(c.oid, a.attnum) IS NULL`), '', 'every column has a comment');
  });
});
