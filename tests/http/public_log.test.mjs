// The public side of a journal, read by a second implementation that shares nothing with the writer: checkpoints, tiles,
// bundles and proofs of the café's outlet and of the others, and what is no address.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { as, cafe, integrator, manager, menu, rows, shop, suite, world } from './lib/context.mjs';
import { Client, ok, problem, send, uuid7 } from './lib/client.mjs';
import * as log from '../lib/public_log.mjs';

async function get(path) {
  const { url } = await world();
  return new Client(url).get(path);
}

/** Between two looks only; nothing depends on its length. */
const pause = () => new Promise((done) => setTimeout(done, 30));

/** Asks again as long as the answer is that a checkpoint is on its way. */
async function once(path) {
  for (;;) {
    const answer = await get(path);
    if (answer.status !== 503) return answer;
    assert.equal(problem(answer, 503, 'checkpoint_pending').status, 503);
    assert.equal(answer.headers['retry-after'], '1');
    await pause();
  }
}

const vkeys = new Map();

/** The public key of a log, as its operator hands it out. */
async function vkeyOf(origin) {
  const { stack } = await world();
  if (!vkeys.has(origin)) vkeys.set(origin, await stack.signerTool('vkey', origin));
  return vkeys.get(origin);
}

/** A checkpoint whose signature has been checked; of at least that size. */
async function checkpointOf(journal, least = 0) {
  for (;;) {
    const answer = await once(`/v1/journals/${journal}/checkpoint`);
    const note = log.parseNote(answer.bytes);
    const checkpoint = log.parseCheckpoint(note.text);
    assert.ok(log.signedBy(note, await vkeyOf(checkpoint.origin)), 'signed by the installation');
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assert.match(answer.headers['cache-control'], /no-cache/);
    if (checkpoint.size >= least) return checkpoint;
    await pause();
  }
}

/** Hashes of all tiles of a level. */
async function hashesOf(journal, size, level) {
  const hashes = [];
  for (const { width, path } of log.tilesOf(size, level)) {
    const answer = await get(`/v1/journals/${journal}/tile/${level}/${path}`);
    assert.equal(answer.status, 200, path);
    assert.equal(answer.type, 'application/octet-stream');
    assert.equal(answer.bytes.length, width * 32);
    assert.match(answer.headers['cache-control'], width === 256 ? /immutable/ : /max-age=\d\d?$/);
    for (let at = 0; at < answer.bytes.length; at += 32) hashes.push(answer.bytes.subarray(at, at + 32));
  }
  return hashes;
}

async function headersOf(journal, size) {
  const headers = [];
  for (const { width, path } of log.tilesOf(size, 0)) {
    const answer = await get(`/v1/journals/${journal}/tile/entries/${path}`);
    assert.equal(answer.status, 200, path);
    const entries = log.entriesOf(answer.bytes);
    assert.equal(entries.length, width);
    headers.push(...entries);
  }
  return headers;
}

/** Reads a whole log and recomputes it; returns its leaf hashes. */
async function readWhole(journal, { size, root }) {
  const headers = await headersOf(journal, size);
  const leaves = headers.map(log.leafHash);
  assert.ok(log.rootOf(leaves).equals(root), 'the root of the entries is the signed one');
  for (let level = 0; 256 ** level <= size; level += 1) {
    const hashes = await hashesOf(journal, size, level);
    const expected = Array.from({ length: Math.floor(size / 256 ** level) },
      (_, i) => log.rootOf(leaves.slice(i * 256 ** level, (i + 1) * 256 ** level)));
    assert.ok(Buffer.concat(hashes).equals(Buffer.concat(expected)), `tiles of level ${level}`);
  }
  headers.forEach((header, seq) => {
    assert.equal(header.length, 200);
    assert.equal(header.readBigUInt64BE(56), BigInt(seq));
    assert.equal(header.subarray(32, 48).toString('hex'), journal.replaceAll('-', ''));
    if (seq > 0) assert.ok(header.subarray(104, 136).equals(leaves[seq - 1]), `entry ${seq} names the one before`);
  });
  return leaves;
}

async function sell(client, count = 1) {
  const { plain } = await menu();
  const item = plain[0];
  const place = () => client.post('/v1/orders', { id: uuid7(), lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] });
  const sold = [];
  while (sold.length < count) sold.push(...await Promise.all(Array.from({ length: Math.min(16, count - sold.length) }, place)));
  return sold.map((answer) => ok(answer, 201).journal[0]);
}

suite('the public log', () => {
  test('every journal is recomputed from tiles and bundles, and its checkpoint is signed', async () => {
    await sell(await integrator());
    const journals = await rows(`SELECT h.journal_id AS id, h.epoch, j.origin FROM journal.head h JOIN journal.journal j USING (journal_id)
      WHERE next_seq > 0 AND NOT EXISTS (SELECT FROM journal.retired r WHERE r.journal_id = h.journal_id)`);
    assert.ok(journals.length >= 5, 'outlets, tenants, the platform');
    for (const { id, epoch, origin } of journals) {
      const checkpoint = await checkpointOf(id);
      assert.equal(checkpoint.origin, `${origin}/${epoch}`);
      await readWhole(id, checkpoint);
    }
  });

  test('full tiles of two levels, and a proof that each checkpoint continues the one before', async () => {
    const client = await integrator();
    const journal = client.session.journal_id;
    const before = await checkpointOf(journal);
    await sell(client, 300);
    const after = await checkpointOf(journal, before.size + 300);
    assert.ok(after.size > 256);
    const leaves = await readWhole(journal, after);
    assert.ok(log.rootOf(leaves.slice(0, before.size)).equals(before.root), 'the old root is that of the first leaves');
  });

  test('a sale is proven to be in a signed checkpoint a moment later', async () => {
    const client = await integrator();
    const [sold] = await sell(client);
    const answer = await once(`/v1/journals/${sold.id}/proof?seq=${sold.seq}`);
    assert.equal(answer.status, 200);
    const proof = log.parseProof(answer.bytes);
    const { origin, size, root } = log.parseCheckpoint(proof.note.text);
    assert.equal(proof.index, sold.seq);
    assert.ok(log.signedBy(proof.note, await vkeyOf(origin)));
    assert.ok(log.includes(sold.seq, size, Buffer.from(sold.leaf, 'hex'), proof.hashes, root));
    assert.ok(!log.includes(sold.seq, size, log.leafHash(Buffer.from('another')), proof.hashes, root), 'the check can fail');
  });

  test('every entry of a journal is proven under one checkpoint', async () => {
    const [{ id }] = await rows(`SELECT journal_id AS id FROM journal.journal WHERE origin = 'mpos/demo-cafe/main'`);
    const leaves = await readWhole(id, await checkpointOf(id));
    for (let seq = 0; seq < leaves.length; seq += 17) {
      const proof = log.parseProof((await once(`/v1/journals/${id}/proof?seq=${seq}`)).bytes);
      const { size, root } = log.parseCheckpoint(proof.note.text);
      assert.ok(log.includes(seq, size, leaves[seq], proof.hashes, root), `entry ${seq}`);
    }
  });

  test('the addresses of the present epoch are also those of its number', async () => {
    const { session } = await integrator();
    const base = `/v1/journals/${session.journal_id}`;
    const { epoch } = ok(await (await integrator()).get(base));
    const { size } = await checkpointOf(session.journal_id);
    const [{ path }] = log.tilesOf(size, 0);
    assert.ok((await get(`${base}/epochs/${epoch}/tile/0/${path}`)).bytes.equals((await get(`${base}/tile/0/${path}`)).bytes));
    assert.equal((await get(`${base}/epochs/${epoch}/checkpoint`)).status, 200);
    for (const other of [epoch + 1, '00', '-1', 'x']) problem(await get(`${base}/epochs/${other}/checkpoint`), 404, 'not_found');
  });

  test('only the one spelling of a tile is an address', async () => {
    const { session } = await integrator();
    const base = `/v1/journals/${session.journal_id}/tile`;
    const { size } = await checkpointOf(session.journal_id);
    const [{ path }] = log.tilesOf(size, 0);
    assert.equal((await get(`${base}/0/${path}`)).status, 200);
    for (const other of ['0/0', '0/00', '0/0000', '0/x000/000', '0/X001/000', '00/000', '8/000', '-1/000', '0/000.p', '0/000.p/', '0/000.p/0', '0/000.p/256',
      '0/000.p/01', '0/000.p/1/2', '0//000', '0/000/', 'entries', 'entries/0', 'entries/000.p/0', 'data/000', '0/%30%30%30', '0/x9999999999999999/000',
      'x'.repeat(200)]) {
      const answer = await get(`${base}/${other}`);
      assert.equal(answer.status, 404, other);
    }
    assert.equal((await get(`${base}/0/999`)).status, 404, 'beyond the tree');
    assert.equal((await get(`${base}/7/000.p/1`)).status, 404, 'above the tree');
  });

  test('unknown journals, and parameters that are none', async () => {
    const { session } = await integrator();
    for (const id of [randomUUID(), 'x', '0']) {
      for (const path of ['checkpoint', 'tile/0/000', 'tile/entries/000', 'proof?seq=0']) {
        problem(await get(`/v1/journals/${id}/${path}`), 404, 'not_found');
      }
    }
    const base = `/v1/journals/${session.journal_id}/proof`;
    for (const query of ['', '?seq=', '?seq=-1', '?seq=x', '?seq=0&seq=1', '?other=1']) assert.equal((await get(base + query)).status, 400, query);
    const { url } = await world();
    assert.equal((await send(url, 'POST', `/v1/journals/${session.journal_id}/checkpoint`, { body: '{}' })).status, 405);
  });

  test('the keys of a log are given under its own name', async () => {
    const { session } = await integrator();
    const { origin } = await checkpointOf(session.journal_id);
    for (const path of ['keys', 'epochs/0/keys']) {
      const answer = await get(`/v1/journals/${session.journal_id}/${path}`);
      assert.equal(answer.type, 'text/plain');
      assert.equal(answer.bytes.toString(), `${await vkeyOf(origin)}\n`);
    }
    problem(await get(`/v1/journals/${randomUUID()}/keys`), 404, 'not_found');
  });

  test('an entry that does not exist has no proof, now or later', async () => {
    const { session } = await integrator();
    const { size } = await checkpointOf(session.journal_id);
    problem(await get(`/v1/journals/${session.journal_id}/proof?seq=${size + 1000000}`), 404, 'not_found');
  });

  test('the metrics say how far sealing and signing are behind', async () => {
    const { url } = await world();
    const text = (await send(url, 'GET', '/metrics')).bytes.toString();
    const [{ n }] = await rows('SELECT count(*) AS n FROM journal.journal');
    assert.match(text, new RegExp(`^mpos_journals ${n}$`, 'm'));
    for (const name of ['mpos_unsealed_entries', 'mpos_seal_lag_seconds', 'mpos_unsigned_trees', 'mpos_sign_lag_seconds', 'mpos_journals_stopped', 'mpos_alarms_open']) {
      assert.match(text, new RegExp(`^${name} [0-9.e-]+$`, 'm'));
    }
  });

  test('pages of other sites may read the log', async () => {
    const { url } = await world();
    const { session } = await integrator();
    const answer = await send(url, 'GET', `/v1/journals/${session.journal_id}/checkpoint`, { headers: { origin: 'https://auditor.example' } });
    assert.equal(answer.headers['access-control-allow-origin'], '*');
  });

  test('entries with their payloads are for those with the right, of their own business', async () => {
    const client = await as(cafe, manager);
    const [sold] = await sell(client);
    const page = ok(await client.get(`/v1/journals/${sold.id}/entries?from=${sold.seq}&limit=1`));
    assert.equal(page.entries.length, 1);
    assert.equal(page.next, sold.seq + 1);
    const [entry] = page.entries;
    const header = Buffer.from(entry.header, 'base64');
    assert.equal(entry.leaf, sold.leaf);
    assert.equal(log.leafHash(header).toString('hex'), sold.leaf);
    assert.match(Buffer.from(entry.payload, 'base64').toString('latin1'), /^MPOSPAY1.*"op":"order\.place"/s, 'with its audit section');
    problem(await (await as(shop, manager)).get(`/v1/journals/${sold.id}/entries`), 404, 'not_found');
    problem(await get(`/v1/journals/${sold.id}/entries`), 401, 'unauthenticated');
  });

  test('all pages of entries together are the journal', async () => {
    const client = await as(cafe, manager);
    const journal = client.session.journal_id;
    const leaves = [];
    for (let from = 0; ;) {
      const page = ok(await client.get(`/v1/journals/${journal}/entries?from=${from}&limit=97`));
      leaves.push(...page.entries.map((entry) => Buffer.from(entry.leaf, 'hex')));
      from = page.next;
      if (page.entries.length === 0 || from >= page.size) break;
    }
    const checkpoint = await checkpointOf(journal);
    assert.ok(log.rootOf(leaves.slice(0, checkpoint.size)).equals(checkpoint.root));
  });
});
