// The signer under kill -9, a lost database, a full disk, forged trees and restored backups: it never signs two histories,
// and says what it refuses. Every note that was ever stored is checked against the entries by a second implementation.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { readCatalogue } from '../lib/catalogue.mjs';
import { root, startStack } from '../lib/stack.mjs';
import { closeConnections, ok, signIn, uuid7 } from '../http/lib/client.mjs';
import { SqlSession } from '../http/lib/sql.mjs';
import * as log from '../lib/public_log.mjs';

const rounds = Number(process.env.MPOS_SOAK_ROUNDS ?? (process.env.MPOS_FULL ? 200 : 15));

let stack;
let client;
let item;
let journal; // the outlet that sells
const vkeys = []; // every key that has signed, by its own public half

async function json(sql) {
  return JSON.parse(await stack.psql(`SELECT coalesce(json_agg(x), '[]') FROM (${sql}) x`));
}

const patience = 20000;

/** Resolves with what the function answers once it is truthy. */
async function until(ask) {
  for (const end = Date.now() + patience; ;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited in vain: ${ask}\n${stack.signerLog().slice(-3000)}`);
    // Between two looks only; nothing depends on its length.
    await new Promise((done) => setTimeout(done, 20));
  }
}

async function sell() {
  const sale = { id: uuid7(), lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
  return ok(await client.post('/v1/orders', sale), 201).journal[0];
}

async function ask(id = journal) {
  await stack.psql(`SELECT mpos.checkpoint_ask('${id}')`);
}

async function signedSize(id = journal, epoch = 0) {
  const [row] = await json(`SELECT max(size) AS size FROM journal.checkpoint WHERE journal_id = '${id}' AND epoch = ${epoch}`);
  return row.size ?? 0;
}

/** Sells and waits until that sale is signed. */
async function sellSigned() {
  const { seq, epoch } = await sell();
  await ask();
  return until(async () => await signedSize(journal, epoch) > seq);
}

/** What the signer remembers of a journal: {origin, size, root}. */
function remembered(id = journal, epoch = 0) {
  const line = readFileSync(`${stack.signerDir}/memory`, 'utf8').split('\n').find((one) => one.startsWith(`${id} ${epoch} `));
  if (!line) return null;
  const [, , origin, size, root] = line.split(' ');
  return { origin, size: Number(size), root };
}

const vkeyAs = (origin) => stack.signerTool('vkey', origin);

function alarms() {
  return json(`SELECT journal_id, epoch, kind, detail FROM journal.alarm WHERE resolved_at IS NULL AND kind LIKE 'signing%' ORDER BY alarm_id`);
}

/** Every stored checkpoint is the tree of the entries, signed by a key of ours. */
async function checkAllCheckpoints() {
  const checkpoints = await json(`SELECT journal_id, epoch, size, note FROM journal.checkpoint ORDER BY journal_id, epoch, size`);
  const entries = await json(`SELECT journal_id, epoch, array_agg(encode(leaf, 'hex') ORDER BY seq) AS leaves FROM journal.entry GROUP BY 1, 2`);
  for (const { journal_id: id, epoch, size, note: text } of checkpoints) {
    const note = log.parseNote(Buffer.from(text));
    const checkpoint = log.parseCheckpoint(note.text);
    const { leaves } = entries.find((one) => one.journal_id === id && one.epoch === epoch);
    assert.equal(checkpoint.size, size);
    assert.ok(log.rootOf(leaves.slice(0, size).map((leaf) => Buffer.from(leaf, 'hex'))).equals(checkpoint.root), `${checkpoint.origin} at ${size}`);
    assert.ok(note.signatures.length >= 1);
    assert.ok(vkeys.some((key) => log.signedBy(note, rename(key, checkpoint.origin))), `${checkpoint.origin} at ${size} is signed`);
  }
  return checkpoints.length;
}

/** The same key under another name. */
function rename(vkey, name) {
  return log.formatVkey(name, log.parseVkey(vkey));
}

describe('the signer', { timeout: 240000 + rounds * 4000 }, () => {
  before(async () => {
    stack = await startStack({ tenants: ['cafe'], signer: true });
    client = await signIn(stack.url, { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234' });
    const catalogue = await readCatalogue(client);
    item = catalogue.items.find((one) => !one.combo.length && one.group_ids.length === 0);
    journal = client.session.journal_id;
    vkeys.push(await vkeyAs('any'));
    await sellSigned();
  });
  after(async () => {
    closeConnections();
    await stack.stop();
  });

  test('the sale that make run shows is placed, paid and signed', async () => {
    const { stdout } = await promisify(execFile)(`${root}/server/run/sale.sh`, [stack.url]);
    assert.match(stdout, /Cheesecake/);
    assert.match(stdout, /^Signed {2}mpos\/demo-cafe\/main/m);
  });

  test('its key and memory are its own', () => {
    for (const name of ['signing.key', 'memory', 'pgpass']) {
      const mode = execFileSync('stat', ['-c', '%a', `${stack.signerDir}/${name}`]).toString().trim();
      assert.equal(mode, '600', name);
    }
    const secret = readFileSync(`${stack.signerDir}/signing.key`, 'utf8').split('\n')[1];
    assert.match(secret, /^[0-9a-f]{64}$/);
    assert.ok(!stack.signerLog().includes(secret), 'the key is not logged');
    if (process.getuid() !== 0) return;
    const owner = (path) => execFileSync('stat', ['-c', '%U', path]).toString().trim();
    assert.notEqual(owner(stack.signerDir), owner(stack.runDir));
    assert.throws(() => execFileSync('setpriv', ['--reuid=mposrun', '--regid=mposrun', '--init-groups', '--', 'ls', stack.signerDir], { stdio: 'ignore' }));
  });

  test('a second signer on the same memory is refused', async () => {
    await assert.rejects(stack.signerTool('run'), /another signer holds/);
  });

  test('killed between memory and note it signs the same again', async () => {
    const session = new SqlSession(stack);
    const before = await signedSize();
    // The note cannot be stored as long as this is held.
    await session.query('BEGIN; LOCK TABLE journal.checkpoint IN SHARE ROW EXCLUSIVE MODE');
    await sell();
    await ask();
    await until(() => remembered().size > before);
    await session.someoneWaits();
    const { size, root } = remembered();
    await stack.signer.kill('SIGKILL');
    await session.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mpos_signer'`);
    await until(async () => (await json(`SELECT pid FROM pg_stat_activity WHERE usename = 'mpos_signer'`)).length === 0);
    await session.query('ROLLBACK');
    await session.end();
    assert.equal(await signedSize(), before, 'the note never left');
    await stack.startSigner();
    await until(async () => await signedSize() >= size);
    const [stored] = await json(`SELECT encode(root, 'hex') AS root FROM journal.checkpoint WHERE journal_id = '${journal}' AND size = ${size}`);
    if (stored) assert.equal(stored.root, root);
    await checkAllCheckpoints();
  });

  test(`killed ${rounds} times at random moments while sales go on`, { timeout: 60000 + rounds * 4000 }, async () => {
    let selling = true;
    const seller = (async () => {
      while (selling) {
        await sell();
        await ask();
      }
    })();
    for (let round = 0; round < rounds; round += 1) {
      const size = await signedSize();
      await until(async () => await signedSize() > size);
      // The random part of the test: where in a round the kill falls.
      await new Promise((done) => setTimeout(done, randomInt(0, 60)));
      await stack.signer.kill('SIGKILL');
      await stack.startSigner();
    }
    selling = false;
    await seller;
    await sellSigned();
    assert.deepEqual(await alarms(), []);
    assert.ok(await checkAllCheckpoints() > rounds);
  });

  test('a database that goes away is waited for', async () => {
    const { pid } = stack.signer;
    process.kill(stack.postmasterPid, 'SIGKILL');
    await stack.restartPostgres();
    await stack.ready();
    await until(async () => (await client.get('/v1/catalogue')).status === 200);
    await sellSigned();
    assert.equal(stack.signer.pid, pid);
    assert.equal(stack.signerChild.exitCode, null);
  });

  test('without room for its memory it signs nothing', async () => {
    const size = await signedSize();
    execFileSync('chmod', ['500', stack.signerDir]);
    const { seq } = await sell();
    await ask();
    await until(async () => (await alarms()).some((one) => one.kind === 'signing_memory'));
    assert.equal(await signedSize(), size);
    execFileSync('chmod', ['700', stack.signerDir]);
    await until(async () => await signedSize() > seq);
    await until(async () => (await alarms()).length === 0);
  });

  test('a memory that is damaged or missing is not started with', async () => {
    await stack.signer.kill();
    const path = `${stack.signerDir}/memory`;
    const good = readFileSync(path);
    for (const at of [0, 40, good.length - 70, good.length - 2]) {
      const bad = Buffer.from(good);
      bad[at] ^= 1;
      writeFileSync(path, bad);
      await assert.rejects(stack.signerTool('run'), /memory is damaged/, `byte ${at}`);
    }
    writeFileSync(path, good.subarray(0, good.length - 30));
    await assert.rejects(stack.signerTool('run'), /memory is damaged/);
    writeFileSync(path, good);
    renameSync(path, `${path}.away`);
    await assert.rejects(stack.signerTool('run'), /cannot read/);
    await assert.rejects(stack.signerTool('init'), /there is a key already/);
    renameSync(`${path}.away`, path);
    await stack.startSigner();
    await sellSigned();
  });

  test('a forged tree is refused and named, and the other journals are signed on', async () => {
    const size = await signedSize();
    // The topmost tile: what lies below full tiles does not change the root any more.
    const [{ hashes, level }] = await json(`SELECT encode(hashes, 'hex') AS hashes, level FROM journal.tile
      WHERE journal_id = '${journal}' AND n = 0 ORDER BY level DESC LIMIT 1`);
    const forge = (hex) => stack.psql(`UPDATE journal.tile SET hashes = decode('${hex}', 'hex') || substr(hashes, ${hex.length / 2 + 1})
      WHERE journal_id = '${journal}' AND level = ${level} AND n = 0`);
    await forge('00'.repeat(32));
    await sell();
    await ask();
    const alarm = await until(async () => (await alarms()).find((one) => one.kind === 'signing_forked'));
    assert.equal(alarm.journal_id, journal);
    assert.equal(await signedSize(), size);
    const line = stack.signerLog().split('\n').filter(Boolean).map((one) => JSON.parse(one)).find((one) => one.kind === 'signing_forked');
    assert.equal(`${line.level} ${line.journal} ${line.epoch}`, `error ${journal} 0`);
    assert.ok(Number(line.size) > size);
    const metrics = await (await fetch(`${stack.url}/metrics`)).text();
    assert.match(metrics, /^mpos_alarms_open 1$/m);
    const other = await signIn(stack.url, { tenant: 'demo-cafe', outlet: 'terrace', staff: '101', pin: '1234' });
    const sale = { id: uuid7(), lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
    const [{ id, seq }] = ok(await other.post('/v1/orders', sale), 201).journal;
    await ask(id);
    await until(async () => await signedSize(id) > seq);
    await forge(hashes.slice(0, 64));
    await until(async () => await signedSize() > size);
    await until(async () => (await alarms()).length === 0);
    await checkAllCheckpoints();
  });

  test('a tree that was set back is refused', async () => {
    const size = await sellSigned() && await signedSize();
    await stack.signer.kill();
    const [kept] = await json(`SELECT c.size, c.note FROM journal.checkpoint c WHERE journal_id = '${journal}' AND size = ${size}`);
    const text = readFileSync(`${stack.signerDir}/memory`, 'utf8');
    // The memory says more than there is, as after an older backup was put back.
    writeFileSync(`${stack.signerDir}/memory`, log.sealMemory(text.replace(new RegExp(`^(${journal} 0 \\S+) ${kept.size} `, 'm'), `$1 ${size + 1000} `)));
    await stack.startSigner();
    await sell();
    await ask();
    const alarm = await until(async () => (await alarms()).find((one) => one.kind === 'signing_smaller'));
    assert.match(alarm.detail, new RegExp(`${size + 1000} were signed`));
    assert.equal(await signedSize(), size);
    await stack.signer.kill();
    writeFileSync(`${stack.signerDir}/memory`, text);
    await stack.startSigner();
    await until(async () => await signedSize() > size);
  });

  test('a new key is announced, vouched for by the old one, and the old notes stay good', async () => {
    const before = await signedSize();
    const fresh = await stack.signerTool('rotate');
    vkeys.push(fresh);
    const [key] = await json(`SELECT vkey FROM journal.signing_key WHERE retired_at IS NULL`);
    assert.equal(key.vkey, fresh);
    const announced = await json(`SELECT e.seq FROM journal.entry e JOIN journal.journal j USING (journal_id)
      WHERE j.kind = 'platform' AND get_byte(e.header, 8) = 7 AND substr(e.header, 169, 32) = sha256(convert_to('${fresh}', 'UTF8'))`);
    assert.equal(announced.length, 1, 'an entry of kind 7 in the platform journal');
    await sellSigned();
    await sellSigned();
    const notes = (await json(`SELECT note FROM journal.checkpoint WHERE journal_id = '${journal}' AND epoch = 0 AND size > ${before} ORDER BY size`))
      .map(({ note }) => log.parseNote(Buffer.from(note)));
    const { origin } = remembered();
    const by = (note, at) => log.signedBy(note, rename(vkeys[at], origin));
    const handover = notes.findIndex((note) => by(note, 1));
    assert.ok(by(notes[handover], 0), 'the first note of the new key is signed by the old one too');
    assert.ok(notes.slice(handover + 1).length > 0 && notes.slice(handover + 1).every((note) => by(note, 1) && !by(note, 0)));
    await checkAllCheckpoints();
  });

  test('an older copy of the database: sales go on, nothing is signed until the loss is accepted', async () => {
    await sellSigned();
    await stack.stopMposd();
    await stack.cluster('stop');
    execFileSync('cp', ['-a', stack.pgData, `${stack.pgData}.copy`]);
    await stack.cluster('up');
    await stack.startMposd();
    await sellSigned();
    const lost = await signedSize();
    await stack.stopMposd();
    await stack.cluster('stop');
    execFileSync('rm', ['-rf', stack.pgData]);
    renameSync(`${stack.pgData}.copy`, stack.pgData);
    await stack.cluster('up');
    await stack.startMposd();
    const size = await signedSize();
    assert.ok(size < lost);
    await sell();
    await ask();
    const stopped = ['signing_smaller', 'signing_forked'];
    await until(async () => (await alarms()).some((one) => stopped.includes(one.kind)));
    await stack.psql(`SELECT mpos.epoch_open('${journal}')`);
    const { epoch } = await sell();
    assert.equal(epoch, 1);
    await ask();
    const alarm = await until(async () => (await alarms()).find((one) => one.epoch === 1));
    assert.ok(['signing_epoch_lost', 'signing_epoch_forked'].includes(alarm.kind), alarm.kind);
    assert.equal(await signedSize(journal, 1), 0, 'held back');
    const last = await sell();
    await assert.rejects(stack.signerTool('accept', '--journal', journal, '--epoch', '1'), /--reason/);
    await assert.rejects(stack.signerTool('accept', '--journal', journal, '--epoch', '2', '--reason', 'too early'), /nothing is accepted: .*no epoch 2/);
    await stack.signerTool('accept', '--journal', journal, '--epoch', '1', '--reason', 'backup of the morning: "see the paper receipts"');
    const [{ audit }] = await json(`SELECT substr(encode(mpos.unpack(packed), 'escape'), strpos(encode(mpos.unpack(packed), 'escape'), '{')) AS audit
      FROM journal.entry JOIN journal.journal USING (journal_id) WHERE kind = 'platform' AND get_byte(header, 8) = 9`);
    assert.deepEqual(JSON.parse(audit.replaceAll('\\\\', '\\')), { epoch: 1, journal: Buffer.from(journal.replaceAll('-', ''), 'hex').toString('base64url'), op: 'accept',
      reason: 'backup of the morning: "see the paper receipts"' });
    await ask();
    await until(async () => await signedSize(journal, 1) > last.seq);
    await until(async () => (await alarms()).length === 0);
    assert.equal(await signedSize(journal, 0), size, 'the forked epoch stays as it was signed');
  });
});
