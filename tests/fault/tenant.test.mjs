// The life of a business after it was made: suspended and resumed, taken along, erased while another one goes on selling.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Client, closeConnections, ok, problem, signIn } from '../http/lib/client.mjs';
import { Device } from '../http/lib/device.mjs';
import { personal } from '../http/lib/personal.mjs';
import { root, startStack } from '../lib/stack.mjs';
import { until } from './lib/until.mjs';

const mpos = `${root}/build/bin/mpos`;
const manager = { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234' };
const run = promisify(execFile);
let stack;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mpos-tenant-'));
  stack = await startStack({ tenants: ['cafe'], signer: true });
});
after(async () => {
  closeConnections();
  rmSync(folder, { recursive: true, force: true });
  await stack?.stop();
});

/** {status, out, err} of the tool. */
function tool(...args) {
  return new Promise((done) => {
    execFile(mpos, args, { env: stack.psqlEnv, maxBuffer: 1 << 26 }, (error, out, err) => done({ status: error ? error.code : 0, out: out.trimEnd(), err: err.trimEnd() }));
  });
}

async function clean() {
  const { status, out } = await tool('verify');
  assert.equal(status, 0, out);
  return out;
}

/** Holds a table locked until release(). */
async function holdLock(table) {
  const psql = spawn('psql', ['-XAtq', '-d', 'mpos'], { env: stack.psqlEnv, stdio: ['pipe', 'pipe', 'inherit'] });
  psql.stdin.write(`BEGIN; LOCK ${table} IN ACCESS EXCLUSIVE MODE; SELECT 'locked';\n`);
  await once(psql.stdout, 'data');
  return {
    async release() {
      const gone = once(psql, 'exit');
      psql.stdin.end('ROLLBACK;\n');
      await gone;
    },
  };
}

async function cartOf(client) {
  const { items } = ok(await client.get('/v1/catalogue'));
  const item = items.find((one) => !one.combo.length && one.group_ids.length === 0);
  return { lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
}

test('suspended: nobody works or gets in, tills sell on, and nothing of it is lost', async () => {
  const { url } = stack;
  const client = await signIn(url, manager);
  const till = await new Device(await signIn(url, { ...manager, register: 'R1' })).load();
  const cart = await cartOf(client);
  ok(await till.push([till.sale(cart)]));

  const { status, out, err } = await tool('tenant', 'suspend', 'demo-cafe', '--reason', 'invoice 4711');
  assert.equal(status, 0, err);
  assert.equal(out, 'demo-cafe\tsuspended\t2');
  assert.equal((await tool('tenant', 'suspend', 'demo-cafe')).out, 'demo-cafe\tsuspended\t0', 'again changes nothing');
  assert.match((await tool('tenant', 'list')).out, /^demo-cafe\t.*\tsuspended$/m);

  problem(await client.get('/v1/catalogue'), 401, 'session_ended');
  const sold = [till.sale(cart), till.sale(cart), till.sale(cart)];
  problem(await till.push(sold), 401, 'session_ended');
  problem(await new Client(url).post('/v1/auth/pin', manager, { key: null }), 403, 'tenant_suspended');
  problem(await new Client(url).post('/v1/auth/pin', { ...manager, pin: '9999' }, { key: null }), 401, 'bad_credentials');

  assert.equal((await tool('tenant', 'resume', 'demo-cafe')).out, 'demo-cafe\tactive\t0');
  till.client = await signIn(url, { ...manager, register: 'R1' });
  const { results } = ok(await till.push(sold));
  assert.deepEqual(results.map(({ st }) => st), ['ok', 'ok', 'ok']);
  await clean();
});

test('both are in the journal of the business, with the reason', async () => {
  const payloads = await stack.psql(`SELECT encode(mpos.unpack(packed), 'escape') FROM journal.entry e JOIN journal.journal j USING (journal_id)
    WHERE j.origin = 'mpos/demo-cafe' ORDER BY seq`);
  assert.match(payloads, /"suspended: invoice 4711"/);
  assert.match(payloads, /"state":"suspended"/);
  assert.match(payloads, /"resumed: "/);
  assert.doesNotMatch(payloads, /argon2id/, 'no verifier is in the books');
});

/** Lines of a table of an export, as objects. */
function rowsOf(folder, name) {
  const manifest = JSON.parse(readFileSync(`${folder}/manifest.json`, 'utf8'));
  const { file, columns, rows } = manifest.tables.find((table) => table.name === name);
  const lines = readFileSync(`${folder}/${file}`, 'utf8').split('\n').slice(0, -1);
  assert.equal(lines.length, rows);
  return lines.map((line) => Object.fromEntries(JSON.parse(line).map((value, i) => [columns[i].name, value])));
}

test('an export is whole: every row, every entry, logs that any software checks', async () => {
  const { status, out, err } = await tool('tenant', 'export', 'demo-cafe', '--to', `${folder}/one`);
  assert.equal(status, 0, err);
  assert.equal(err, '', 'everything is signed');
  const manifest = JSON.parse(readFileSync(`${folder}/one/manifest.json`, 'utf8'));
  assert.equal(out.split('\t').at(-1), createHash('sha256').update(readFileSync(`${folder}/one/manifest.json`)).digest('hex'));

  const check = await tool('tenant', 'export', '--check', `${folder}/one`);
  assert.equal(check.status, 0, check.out);
  assert.match(check.out, /^whole: \d+ files, \d+ rows, \d+ entries, 0 faults$/m);
  await run('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: `${folder}/one` });

  for (const { name, rows } of manifest.tables.filter((table) => table.file)) {
    assert.equal(await stack.psql(`SELECT count(*) FROM ${name} WHERE tenant_id = '${manifest.tenant_id}'`), String(rows), name);
  }
  const named = (await stack.psql('SELECT name FROM pos.tenant_tables()')).split('\n').sort();
  assert.deepEqual(manifest.tables.map(({ name }) => name).sort(), named);
  const [{ total }] = rowsOf(`${folder}/one`, 'pos.orders');
  assert.equal(await stack.psql(`SELECT total FROM pos.orders WHERE tenant_id = '${manifest.tenant_id}' ORDER BY order_id LIMIT 1`), total);

  const journals = await stack.psql(`SELECT count(*) FROM journal.journal WHERE tenant_id = '${manifest.tenant_id}'`);
  assert.equal(String(manifest.journals.length), journals);
  for (const { origin, epochs } of manifest.journals) {
    for (const { epoch, folder: place, checkpoint_size: size, next_seq: next } of epochs) {
      const vkey = (await stack.signerTool('vkey', `${origin}/${epoch}`)).trim();
      const verdict = await tool('log', 'verify', '--dir', `${folder}/one/${place}`, '--vkey', vkey);
      assert.equal(verdict.status, 0, verdict.out);
      assert.equal(size, next, 'the newest entry is signed too');
      assert.match(verdict.out, new RegExp(`size ${size}, .*entries ${size}`));
    }
  }
});

test('secrets never leave, names of people only when asked for', async () => {
  await stack.psql(`SELECT mpos.assume(tenant_id) FROM pos.directory; UPDATE pos.staff SET name = 'Marlene Secretname' WHERE number = '102'`);
  const client = await signIn(stack.url, manager);
  const body = await cartOf(client);
  const { pii, members } = personal({ '/customer/name': 'Konrad Privatmann' });
  ok(await client.post('/v1/orders', { ...body, ...members, pii }), 201);

  const grep = (place, text) => run('grep', ['-rlF', text, place]).then(({ stdout }) => stdout.trim().split('\n'), () => []);
  assert.equal((await tool('tenant', 'export', 'demo-cafe', '--to', `${folder}/plain`)).status, 0);
  assert.deepEqual(await grep(`${folder}/plain`, 'Konrad Privatmann'), []);
  assert.deepEqual(await grep(`${folder}/plain/tables`, 'Marlene Secretname'), []);
  assert.deepEqual(await grep(`${folder}/plain`, '$argon2id$'), []);

  const before = await stack.psql("SELECT next_seq FROM journal.head JOIN journal.journal USING (journal_id) WHERE origin = 'mpos/demo-cafe'");
  assert.equal((await tool('tenant', 'export', 'demo-cafe', '--to', `${folder}/full`, '--with-personal-data')).status, 0);
  assert.deepEqual(await grep(`${folder}/full`, 'Konrad Privatmann'), [`${folder}/full/tables/pos.pii.jsonl`]);
  assert.deepEqual(await grep(`${folder}/full/tables`, 'Marlene Secretname'), [`${folder}/full/tables/pos.staff.jsonl`]);
  assert.deepEqual(await grep(`${folder}/full`, '$argon2id$'), []);
  const noted = await stack.psql(`SELECT encode(mpos.unpack(packed), 'escape') FROM journal.entry JOIN journal.journal j USING (journal_id)
    WHERE j.origin = 'mpos/demo-cafe' AND seq = ${before}`);
  assert.match(noted, /exported with personal data/);
});

test('no half export looks whole, and damage is named', async () => {
  const again = await tool('tenant', 'export', 'demo-cafe', '--to', `${folder}/one`);
  assert.deepEqual([again.status, again.err], [3, `mpos: ${folder}/one is there already: an export makes its own directory`]);

  // Held up in its middle by a lock, then killed: the target never appears, and the next one sweeps up.
  const holder = await holdLock('pos.orders');
  const child = spawn(mpos, ['tenant', 'export', 'demo-cafe', '--to', `${folder}/killed`], { env: stack.psqlEnv, stdio: 'ignore' });
  const gone = once(child, 'exit');
  try {
    await until(() => existsSync(`${folder}/killed.part/tables/pos.orders.jsonl`));
  } finally {
    child.kill('SIGKILL');
    await gone;
    await holder.release();
  }
  assert.ok(!existsSync(`${folder}/killed`));
  assert.equal((await tool('tenant', 'export', '--check', `${folder}/killed.part`)).status, 1);
  assert.equal((await tool('tenant', 'export', 'demo-cafe', '--to', `${folder}/killed`)).status, 0);
  assert.ok(!existsSync(`${folder}/killed.part`));

  const { journals } = JSON.parse(readFileSync(`${folder}/one/manifest.json`, 'utf8'));
  const entries = `${journals[0].epochs[0].folder}/entries.jsonl`;
  const edit = (change) => (path) => writeFileSync(path, change(readFileSync(path, 'utf8')));
  const damages = [
    ['tables/pos.item.jsonl', edit((text) => text.replace('Espresso', 'Espresse')), /^bad: tables\/pos.item.jsonl: its sum is another$/m],
    ['tables/pos.item.jsonl', edit((text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)), /^bad: tables\/pos.item.jsonl: \d+ rows, the manifest says \d+$/m],
    ['tables/pos.item.jsonl', rmSync, /^bad: tables\/pos.item.jsonl: No such file/m],
    ['tables/more.jsonl', (path) => writeFileSync(path, ''), /^bad: \d+ files are there, \d+ are named$/m],
    [entries, edit((text) => text.split('\n').filter((_, i) => i !== 1).join('\n')), /entries.jsonl: line 2: not entry 1$/m],
    [entries, edit((text) => text.replace(/"payload":"(.)/, (_, c) => `"payload":"${c === 'A' ? 'B' : 'A'}`)), /entries.jsonl: line 1: the payload is not the one/m],
    ['SHA256SUMS', edit((text) => text.split('\n').slice(1).join('\n')), /^bad: SHA256SUMS: its sum is not the one in the manifest$/m],
    ['manifest.json', edit((text) => text.replace('"rows": 1', '"rows": 2')), /the manifest says/],
    ['manifest.json', edit((text) => text.slice(0, -5)), /^bad: manifest.json: line \d+/m],
  ];
  for (const [place, damage, line] of damages) {
    rmSync(`${folder}/damaged`, { recursive: true, force: true });
    cpSync(`${folder}/one`, `${folder}/damaged`, { recursive: true });
    damage(`${folder}/damaged/${place}`);
    const { status, out } = await tool('tenant', 'export', '--check', `${folder}/damaged`);
    assert.equal(status, 1, place);
    assert.match(out, line);
  }
});
