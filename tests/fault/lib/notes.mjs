// What a reader of the public log saw while things went wrong: every note over HTTP and in the database is kept, and compared
// in the end with the tree of the entries, recomputed here.
import assert from 'node:assert/strict';
import { Client } from '../../http/lib/client.mjs';
import * as log from '../../lib/public_log.mjs';

export class Notes {
  constructor(stack) {
    this.stack = stack;
    this.seen = new Map(); // bytes of a note -> the note, parsed
    this.largest = new Map(); // origin -> size last served over HTTP
    this.proofs = 0;
  }

  async #rows(sql) {
    return JSON.parse(await this.stack.psql(`SELECT coalesce(json_agg(x), '[]') FROM (${sql}) x`));
  }

  #keep(bytes) {
    const key = bytes.toString();
    if (!this.seen.has(key)) {
      const note = log.parseNote(bytes);
      this.seen.set(key, { ...note, ...log.parseCheckpoint(note.text) });
    }
    return this.seen.get(key);
  }

  /** Over HTTP a log never becomes smaller again. */
  #served(note) {
    const last = this.largest.get(note.origin) ?? 0;
    assert.ok(note.size >= last, `${note.origin}: ${note.size} after ${last}`);
    this.largest.set(note.origin, note.size);
  }

  /** One look at a journal and the proof of one of its entries; a server that is down or has none yet has no answer. */
  async look({ id, epoch, seq, leaf }) {
    const client = new Client(this.stack.url);
    const checkpoint = await client.get(`/v1/journals/${id}/epochs/${epoch}/checkpoint`).catch(() => undefined);
    if (checkpoint?.status === 200) this.#served(this.#keep(checkpoint.bytes));
    const answer = await client.get(`/v1/journals/${id}/epochs/${epoch}/proof?seq=${seq}`).catch(() => undefined);
    if (answer?.status !== 200) return;
    const proof = log.parseProof(answer.bytes);
    const { origin, size, root } = log.parseCheckpoint(proof.note.text);
    assert.equal(proof.index, seq);
    assert.ok(log.includes(seq, size, Buffer.from(leaf, 'hex'), proof.hashes, root), `${seq} in ${origin} of ${size}`);
    this.#served({ origin, size });
    this.proofs += 1;
  }

  /** Keeps what is stored now. */
  async lookInside() {
    for (const { note } of await this.#rows('SELECT note FROM journal.checkpoint')) this.#keep(Buffer.from(note));
  }

  /** Every note is one of a tree of the entries that there are now, stored and signed by the key. Resolves to their number. */
  async check(vkey) {
    const seen = [...this.seen.values()];
    await this.lookInside();
    const stored = await this.#rows(`SELECT j.origin || '/' || c.epoch AS origin, c.size FROM journal.checkpoint c JOIN journal.journal j USING (journal_id)`);
    const sizes = new Set(stored.map(({ origin, size }) => `${origin} ${size}`));
    for (const { origin, size } of seen) assert.ok(sizes.has(`${origin} ${size}`), `${origin} of ${size} was seen and is stored`);
    const logs = await this.#rows(`SELECT DISTINCT j.origin || '/' || c.epoch AS origin, c.journal_id, c.epoch
      FROM journal.checkpoint c JOIN journal.journal j USING (journal_id)`);
    let checked = 0;
    for (const { origin, journal_id: id, epoch } of logs) {
      const [{ leaves }] = await this.#rows(`SELECT string_agg(encode(leaf, 'hex'), '' ORDER BY seq) AS leaves
        FROM journal.entry WHERE journal_id = '${id}' AND epoch = ${epoch}`);
      checked += this.#checkLog(origin, Buffer.from(leaves, 'hex'), vkey);
    }
    assert.equal(checked, this.seen.size);
    return checked;
  }

  #checkLog(origin, leaves, vkey) {
    const notes = [...this.seen.values()].filter((note) => note.origin === origin).sort((a, b) => a.size - b.size);
    const tree = new log.Tree();
    for (const note of notes) {
      assert.ok(note.size * 32 <= leaves.length, `${origin}: ${note.size} entries were signed`);
      while (tree.size < note.size) tree.add(leaves.subarray(tree.size * 32, tree.size * 32 + 32));
      assert.ok(tree.root().equals(note.root), `${origin} of ${note.size} is the tree of its entries`);
      assert.ok(log.signedBy(note, log.renameVkey(vkey, origin)), `${origin} of ${note.size} is signed`);
    }
    return notes.length;
  }
}
