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
import { readCatalogue } from '../lib/catalogue.mjs';
import { Client, closeConnections, ok, problem, signIn } from '../http/lib/client.mjs';
import { Device } from '../http/lib/device.mjs';
import { personal } from '../http/lib/personal.mjs';
import { Subscriber } from '../http/lib/socket.mjs';
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

/** Holds what a statement locks until release(). */
async function holdLock(statement) {
  const psql = spawn('psql', ['-XAtq', '-d', 'mpos'], { env: stack.psqlEnv, stdio: ['pipe', 'pipe', 'inherit'] });
  psql.stdin.write(`BEGIN; ${statement}; SELECT 'locked';\n`);
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
  const { items } = await readCatalogue(client);
  const item = items.find((one) => !one.combo.length && one.group_ids.length === 0);
  return { lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
}

test('suspended: nobody works or gets in, tills sell on, and nothing of it is lost', async () => {
  const { url } = stack;
  const client = await signIn(url, manager);
  const till = await new Device(await signIn(url, { ...manager, register: 'R1' })).load();
  const cart = await cartOf(client);
  ok(await till.push([till.sale(cart)]));
  const socket = await new Subscriber(client).open();

  const { status, out, err } = await tool('tenant', 'suspend', 'demo-cafe', '--reason', 'invoice 4711');
  assert.equal(status, 0, err);
  assert.equal(out, 'demo-cafe\tsuspended\t2');
  assert.equal((await socket.next((message) => message.k === 'close')).code, 4403, 'who listens is told at once');
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
  const holder = await holdLock('LOCK pos.orders IN ACCESS EXCLUSIVE MODE');
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

// ---- erased, while another business goes on selling

/** Sells in a business of its own until stop(); resolves to the number of sales, each of which was taken. */
function sellOn(client, cart) {
  let going = true;
  const done = (async () => {
    let sales = 0;
    for (; going; sales += 1) ok(await client.post('/v1/orders', cart), 201);
    return sales;
  })();
  return { stop() { going = false; return done; } };
}

/** Everything the database holds as text: a dump, with the payloads of all journals unpacked. */
async function wholeDatabase() {
  const { stdout: dump } = await run('pg_dump', ['-d', 'mpos', '--inserts'], { env: stack.psqlEnv, maxBuffer: 1 << 29, encoding: 'latin1' });
  const payloads = await stack.psql("SELECT encode(mpos.unpack(packed), 'escape') FROM journal.entry WHERE packed IS NOT NULL");
  const answers = await stack.psql("SELECT encode(mpos.unpack(answer), 'escape') FROM pos.idempotency");
  return dump + payloads + answers;
}

/** How an id may be written: canonical, as bytes of COPY and INSERT, base64url of journals. */
const spellings = (id) => [id, id.replaceAll('-', ''), Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')];

test('erased: nothing of the business is left, others sell on, and it can be proven', async () => {
  const { url } = stack;
  await tool('tenant', 'create', '--template', 'diner-us', '--demo');
  const other = await signIn(url, { ...manager, tenant: 'demo-diner' });
  const selling = sellOn(other, await cartOf(other));
  const [id, names] = (await stack.psql(`SELECT d.tenant_id, (SELECT string_agg(name, '|') FROM (SELECT name FROM pos.staff s WHERE s.tenant_id = d.tenant_id
    UNION SELECT name FROM pos.outlet o WHERE o.tenant_id = d.tenant_id UNION SELECT name FROM pos.tenant t WHERE t.tenant_id = d.tenant_id) n)
    FROM pos.directory d WHERE slug = 'demo-cafe'`)).split(/\|(.*)/s);
  const ids = (await stack.psql(`SELECT journal_id FROM journal.journal WHERE tenant_id = '${id}' UNION SELECT outlet_id FROM pos.outlet WHERE tenant_id = '${id}'
    UNION SELECT order_id FROM pos.orders WHERE tenant_id = '${id}' UNION SELECT staff_id FROM pos.staff WHERE tenant_id = '${id}'
    UNION SELECT session_id FROM pos.session WHERE tenant_id = '${id}' UNION SELECT item_id FROM pos.item WHERE tenant_id = '${id}'`)).split('\n');
  const before = await wholeDatabase();
  for (const text of ['demo-cafe', 'Terrace', ...spellings(id)]) assert.ok(before.includes(text), `${text} can be found`);

  // Every condition is asked for, one after the other.
  const target = `${folder}/last`;
  const erase = (...change) => tool('tenant', 'delete', 'demo-cafe', '--export-checked', target, '--confirm', 'demo-cafe', ...change);
  assert.equal((await erase()).status, 3, 'without an export');
  await tool('tenant', 'export', 'demo-cafe', '--to', target);
  assert.match((await erase()).err, /suspend the business first/);
  await tool('tenant', 'suspend', 'demo-cafe', '--reason', 'notice given');
  assert.match((await erase()).err, /the books have gone on since the export: export and check again/);
  rmSync(target, { recursive: true });
  await tool('tenant', 'export', 'demo-cafe', '--to', target);
  assert.equal((await erase('--confirm', 'demo-diner')).status, 2);
  cpSync(target, `${target}-damaged`, { recursive: true });
  writeFileSync(`${target}-damaged/tables/pos.tax.jsonl`, '');
  assert.match((await erase('--export-checked', `${target}-damaged`)).err, /is not whole: nothing was done/);
  assert.match((await tool('tenant', 'delete', 'demo-diner', '--export-checked', target, '--confirm', 'demo-diner')).err, /is the export of another business/);
  await clean();

  // Killed in its middle, at rows that somebody else has locked; the same command goes on.
  const holder = await holdLock(`SELECT count(*) FROM (SELECT FROM pos.outlet WHERE tenant_id = '${id}' FOR UPDATE) o`);
  const child = spawn(mpos, ['tenant', 'delete', 'demo-cafe', '--export-checked', target, '--confirm', 'demo-cafe'], { env: stack.psqlEnv, stdio: 'ignore' });
  const gone = once(child, 'exit');
  try {
    await until(async () => (await stack.psql(`SELECT count(*) FROM pos.item WHERE tenant_id = '${id}'`)) === '0');
  } finally {
    child.kill('SIGKILL');
    await gone;
    await holder.release();
  }
  const half = await tool('verify');
  assert.equal(half.status, 0, half.out);
  assert.match(half.out, new RegExp(`^business ${id}  is being erased: 3 journals`, 'm'));
  problem(await new Client(url).post('/v1/auth/pin', manager, { key: null }), 401, 'bad_credentials');
  assert.notEqual((await tool('tenant', 'resume', 'demo-cafe')).status, 0);
  const done = await erase();
  assert.equal(done.status, 0, done.err);
  assert.equal(done.out.split('\n').at(-1), `demo-cafe\terased\t${target}.erased.json`);

  assert.ok(await selling.stop() > 5, 'the other business sold meanwhile');
  const stone = /^INSERT INTO journal\.erased |"op":"erase_(begin|end)".*"tenant":"[\w-]{22}"/;
  const lines = (await wholeDatabase()).split('\n');
  assert.equal(lines.filter((line) => stone.test(line)).length, 3);
  const after = lines.filter((line) => !stone.test(line)).join('\n');
  for (const text of ['demo-cafe', 'Terrace', ...names.split('|').filter((name) => name.length > 5), ...spellings(id), ...ids.flatMap(spellings)]) {
    assert.ok(!after.includes(text), `${text} is left: ${after.slice(after.indexOf(text) - 200).slice(0, 400)}`);
  }
  const verified = await clean();
  assert.match(verified, new RegExp(`^business ${id}  erased: 3 journals, \\d+ entries$`, 'm'));
  assert.equal(await stack.psql("SELECT string_agg(v.kind || place, ',') FROM journal.journal j, mpos.verify(j.journal_id) v"), '');
  assert.equal(await stack.psql("SELECT string_agg(kind || detail, ',') FROM journal.alarm WHERE resolved_at IS NULL"), '');

  const certificate = JSON.parse(readFileSync(`${target}.erased.json`, 'utf8'));
  assert.equal(certificate.tenant_id, id);
  assert.equal(certificate.removed['pos.item'] > 80, true);
  const { entry, proof, vkeys } = certificate;
  const judge = spawn(mpos, ['proof', 'verify', '--vkey', vkeys[0], '--entry', entry.header], { stdio: ['pipe', 'pipe', 'inherit'] });
  judge.stdin.end(proof);
  const [code] = await once(judge, 'exit');
  assert.equal(code, 0, 'the proof of the erasure is in order');

  assert.match((await tool('tenant', 'create', '--template', 'cafe', '--demo')).err, /the short name "demo-cafe" is taken/);
  assert.equal((await erase()).status, 0, 'again writes the certificate again');
});

test('a journal that was closed or removed by hand is a finding', async () => {
  const outlet = await stack.psql("SELECT journal_id FROM journal.journal WHERE origin = 'mpos/demo-diner/main'");
  await stack.psql(`UPDATE journal.journal SET state = 'closed' WHERE journal_id = '${outlet}'`);
  const closed = await tool('verify');
  assert.equal(closed.status, 1);
  assert.match(closed.out, new RegExp(`^finding closed journal=${outlet}`, 'm'));
  await stack.psql(`UPDATE journal.journal SET state = 'open' WHERE journal_id = '${outlet}'`);
  await clean();
  await until(async () => (await stack.psql(`SELECT count(*) FROM journal.checkpoint WHERE journal_id = '${outlet}'`)) !== '0');
  await stack.psql(`DELETE FROM journal.cosignature WHERE journal_id = '${outlet}'; DELETE FROM journal.journal WHERE journal_id = '${outlet}'`);
  const lost = await tool('verify');
  assert.equal(lost.status, 1);
  assert.match(lost.out, /^finding journal_lost /m);
});
