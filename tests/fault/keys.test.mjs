// The context key is rotated under load without a refused call; key files that others could read are refused; and nothing that
// a request carries reaches PostgreSQL's log, however somebody sets it.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readCatalogue } from '../lib/catalogue.mjs';
import { Client, closeConnections, ok, send, signIn, uuid7 } from '../http/lib/client.mjs';
import { personal } from '../http/lib/personal.mjs';
import { Subscriber } from '../http/lib/socket.mjs';
import { startStack } from '../lib/stack.mjs';
import { until } from './lib/until.mjs';

const run = promisify(execFile);
const mpos = fileURLToPath(new URL('../../build/bin/mpos', import.meta.url));
const manager = { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234' };
// Everything that makes PostgreSQL talk: the first four would show parameters.
const talkative = ['log_parameter_max_length = -1', 'log_parameter_max_length_on_error = -1', 'debug_print_plan = on', 'debug_print_parse = on',
  "shared_preload_libraries = 'mpos,auto_explain'", 'auto_explain.log_min_duration = 0', 'auto_explain.log_verbose = on', 'auto_explain.log_nested_statements = on',
  "log_statement = 'all'", 'log_min_duration_statement = 0', "log_min_messages = 'debug1'", "log_error_verbosity = 'verbose'"].join('\n');

let stack;
let client;
let item;

const key = (...args) => run(mpos, ['key', ...args, stack.contextKeyFile]).then(({ stdout }) => stdout.trim());
const log = () => readFileSync(`${stack.runDir}/log/postgres.log`, 'utf8');
const sale = () => ({ id: uuid7(), lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] });

async function hangUp() {
  stack.mposd.child.kill('SIGHUP');
}

/** mposd has read the key file as often as that. */
function reloaded(times) {
  return until(() => stack.log().split('"context keys reloaded"').length - 1 >= times, () => stack.log().slice(-2000));
}

/** The number of the key in a context that this server makes, as the database sees it. */
async function signingKey() {
  return Number((await key('list')).split('\n')[0].split(' ')[0]);
}

before(async () => {
  stack = await startStack({ tenants: ['cafe'], settings: talkative });
  client = await signIn(stack.url, manager);
  item = (await readCatalogue(client)).items.find((one) => !one.combo.length && !one.group_ids.length);
});
after(async () => {
  closeConnections();
  await stack.stop();
});

describe('rotation', () => {
  let told = 0;

  /** One step of a rotation while eight sellers sell and somebody opens sockets; every call must be answered as ever. */
  async function underLoad(step) {
    let going = true;
    let calls = 0;
    const seller = async () => {
      for (; going; calls += 1) ok(await client.post('/v1/orders', sale()), 201);
    };
    const listener = async () => {
      for (; going; calls += 1) await (await new Subscriber(client).open()).close();
    };
    const all = Promise.all([...Array.from({ length: 8 }, seller), listener()]);
    try {
      await until(() => calls >= 20);
      await step();
      const before = calls;
      await until(() => calls >= before + 200);
    } finally {
      going = false;
      await all;
    }
    return calls;
  }

  test('a key file without a number is key 1', async () => {
    assert.match(readFileSync(stack.contextKeyFile, 'utf8'), /^[0-9a-f]{64}\n$/);
    assert.equal(await key('list'), '1 signs');
  });

  test('a new key signs and the old one leaves, and no call is refused', async () => {
    const { mode, uid } = statSync(stack.contextKeyFile);
    for (let round = 0; round < 3; round += 1) {
      const before = await signingKey();
      const calls = await underLoad(async () => {
        await key('rotate');
        await hangUp();
        await reloaded(told += 1);
      });
      assert.ok(calls >= 200, `${calls} calls`);
      assert.equal(await key('list'), `${before + 1} signs\n${before}`);
      await underLoad(() => key('retire'));
      assert.equal(await key('list'), `${before + 1} signs`);
    }
    const now = statSync(stack.contextKeyFile);
    assert.deepEqual([now.mode, now.uid], [mode, uid], 'the file keeps owner and mode');
    // The server still has the retired keys beside the new one; told once more, it forgets them.
    await hangUp();
    await reloaded(told += 1);
    ok(await client.post('/v1/orders', sale()), 201);
  });

  test('a server that signs with a key that was taken away is refused at once, until it is told', async () => {
    const before = readFileSync(stack.contextKeyFile, 'utf8');
    await key('rotate');
    await key('retire');
    const answer = await client.get('/v1/shifts/current');
    assert.equal(`${answer.status} ${answer.json.code}`, '401 context_invalid');
    await hangUp();
    await reloaded(told += 1);
    assert.equal((await client.post('/v1/orders', sale())).status, 201);
    assert.notEqual(readFileSync(stack.contextKeyFile, 'utf8'), before);
  });

  test('a file that is no key file, or that others may read, changes nothing and is complained about', async () => {
    const good = readFileSync(stack.contextKeyFile);
    for (const [spoil, complaint] of [
      [() => writeFileSync(stack.contextKeyFile, 'no key\n'), /a changed key file is not used: it does not hold keys/],
      [() => { writeFileSync(stack.contextKeyFile, good); chmodSync(stack.contextKeyFile, 0o644); }, /a changed key file is not used: it must be a file of the database's user/],
    ]) {
      spoil();
      await hangUp();
      await until(() => /"context keys not reloaded"/.test(stack.log()));
      ok(await client.post('/v1/orders', sale()), 201);
      assert.match(log(), complaint);
    }
    chmodSync(stack.contextKeyFile, 0o600);
    ok(await client.post('/v1/orders', sale()), 201);
  });
});

describe('what others may read', () => {
  test('neither PostgreSQL nor mposd starts with an open key file', async () => {
    chmodSync(stack.contextKeyFile, 0o644);
    try {
      await stack.stopMposd();
      await assert.rejects(stack.startMposd(), /with mode 0600 or 0640/);
      await stack.cluster('stop');
      await assert.rejects(stack.cluster('up'));
      assert.match(log(), /FATAL:.* the file that mpos.context_key_file names cannot be used: it must be a file of the database's user/);
    } finally {
      chmodSync(stack.contextKeyFile, 0o640);
      await stack.cluster('up');
      await stack.startMposd();
    }
    client = await signIn(stack.url, manager);
    ok(await client.post('/v1/orders', sale()), 201);
  });

  test('a missing key file lets nobody in until it is there', async () => {
    await stack.cluster('stop');
    execFileSync('mv', [stack.contextKeyFile, `${stack.contextKeyFile}.away`]);
    await stack.cluster('up');
    const answer = await client.get('/v1/shifts/current');
    assert.equal(`${answer.status} ${answer.json.code}`, '401 context_invalid');
    execFileSync('mv', [`${stack.contextKeyFile}.away`, stack.contextKeyFile]);
    assert.notEqual((await client.get('/v1/shifts/current')).status, 401);
  });
});

describe('the log', () => {
  const marks = ['SecretOfTheNote', 'SecretInBadJson', 'SecretFieldValue', '31337', 'SecretToken'];

  test('holds no parameter, no context and no person, though everything is logged', async () => {
    const { members, pii } = personal({ '/note': marks[0] }, uuid7());
    ok(await client.post('/v1/orders', { ...sale(), ...members, pii }), 201);
    await send(stack.url, 'POST', '/v1/orders', { headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/json', 'idempotency-key': uuid7() },
      body: `{"lines": "${marks[1]}" oops` });
    await client.post('/v1/orders', { lines: [{ item_id: marks[2], qty: '1' }] });
    await new Client(stack.url).post('/v1/auth/pin', { ...manager, pin: marks[3] }, { key: null });
    // As somebody who has the password of the application, and a context.
    const asApp = (sql) => run('psql', ['-XAtq', '-d', stack.conninfo, '-c', sql], { env: stack.psqlEnv })
      .then(({ stdout }) => stdout, ({ stderr }) => stderr);
    assert.match(await asApp(`PREPARE p(jsonb) AS SELECT mpos.call(gen_random_uuid(), '', 'x', $1); EXECUTE p('{}')`), /context is not genuine/);
    // The text that is wrong is not in the statement; PostgreSQL tells it to the client, and would tell the log.
    assert.match(await asApp(`SELECT ('{"a": ' || reverse('${[...marks[4]].reverse().join('')}'))::jsonb`), new RegExp(marks[4]));
    const written = log();
    assert.match(written, /SELECT .* FROM mpos\.call\(\$1/, 'statements are logged');
    assert.match(written, /plan:\s+Query Text: SELECT [^\n]*mpos\.call\(\$1[^\n]*\n\s+Function Scan on call/, 'plans are logged');
    assert.match(written, /DETAIL: +withheld by mpos/, 'what is wrong with a value is for the client');
    for (const mark of marks) assert.ok(!written.includes(mark), `${mark} is in the log`);
    assert.doesNotMatch(written, /parameters: |\\x4d435831|4d435831|MCX1|paramvalue/i, 'no parameter and no context');
    for (const line of readFileSync(stack.contextKeyFile, 'utf8').trim().split('\n')) assert.ok(!written.includes(line.split(' ').at(-1)), 'no key');
  });

  test('nobody can set what would show parameters', async () => {
    const settings = ['log_parameter_max_length', 'log_parameter_max_length_on_error', 'debug_print_plan', 'debug_print_parse', 'debug_print_rewritten',
      'auto_explain.log_verbose', 'auto_explain.log_nested_statements'];
    for (const setting of settings) {
      const value = setting.startsWith('log_') ? '-1' : 'on';
      for (const how of [`SET ${setting} = ${value}`, `SELECT set_config('${setting}', '${value}', false)`, `ALTER SYSTEM SET ${setting} = '${value}'`,
        `ALTER ROLE mpos_app SET ${setting} = '${value}'`, `ALTER ROLE ALL SET ${setting} = '${value}'`, `ALTER DATABASE mpos SET ${setting} = '${value}'`,
        `CREATE FUNCTION public.f() RETURNS int LANGUAGE sql SET ${setting} = '${value}' AS 'SELECT 1'`,
        `UPDATE pg_settings SET setting = '${value}' WHERE name = '${setting}'`].slice(0, setting.startsWith('auto') ? 2 : undefined)) {
        await assert.rejects(stack.psql(how), /invalid value for parameter/, how);
      }
      const options = { env: { ...stack.psqlEnv, PGOPTIONS: `-c ${setting}=${value}` } };
      await assert.rejects(run('psql', ['-X', '-d', stack.conninfo, '-c', 'SELECT 1'], options), /invalid value for parameter|permission denied to set/);
      // The configuration file of this cluster says otherwise since it was made.
      assert.equal(await stack.psql(`SELECT pg_reload_conf(); SHOW ${setting}`), `t\n${value === 'on' ? 'off' : '0'}`);
    }
  });

  test('nobody sees where the keys lie, or what they are', async () => {
    const hex = readFileSync(stack.contextKeyFile, 'utf8').trim().split('\n')[0].split(' ').at(-1);
    const seen = await run('psql', ['-XAt', '-d', stack.conninfo, '-c', "SELECT name, setting FROM pg_settings WHERE name ~ '^mpos'", '-c',
      "SELECT current_setting('mpos.context_key_file', true)"], { env: stack.psqlEnv }).then(({ stdout }) => stdout, (error) => error.stdout + error.stderr);
    assert.ok(!seen.includes(stack.contextKeyFile) && !seen.includes('pii.key'), seen);
    await assert.rejects(run('psql', ['-XAt', '-d', stack.conninfo, '-c', 'SELECT * FROM pg_file_settings'], { env: stack.psqlEnv }), /permission denied/);
    const everything = await stack.psql('SELECT * FROM pg_settings; SELECT * FROM pg_file_settings; SHOW ALL');
    assert.ok(!everything.includes(hex));
  });
});
