// A café that sells, signs and is read while its database is replaced by an older one: what is common to restore and promotion.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readCatalogue } from '../../lib/catalogue.mjs';
import { Client, closeConnections, ok, problem, signIn, uuid7 } from '../../http/lib/client.mjs';
import { Device } from '../../http/lib/device.mjs';
import { Subscriber } from '../../http/lib/socket.mjs';
import * as log from '../../lib/public_log.mjs';
import { until } from './until.mjs';

const run = promisify(execFile);
const mpos = fileURLToPath(new URL('../../../build/bin/mpos', import.meta.url));
const signedIn = { tenant: 'demo-cafe', staff: '101', pin: '1234' };

export class Business {
  constructor(stack) {
    this.stack = stack;
  }

  async open() {
    const { url } = this.stack;
    this.main = await signIn(url, { ...signedIn, outlet: 'main' });
    this.terrace = await signIn(url, { ...signedIn, outlet: 'terrace' });
    this.register = await new Device(await signIn(url, { ...signedIn, outlet: 'main', register: 'R1' })).load();
    const catalogue = await readCatalogue(this.main);
    this.item = catalogue.items.find((one) => one.stocked && !one.combo.length && one.group_ids.length === 0);
    this.vkey = await this.stack.signerTool('vkey', 'any');
    return this;
  }

  async rows(sql) {
    return JSON.parse(await this.stack.psql(`SELECT coalesce(json_agg(x), '[]') FROM (${sql}) x`));
  }

  get cart() {
    return { lines: [{ item_id: this.item.id, qty: '1' }], payments: [{ tender: 'cash', amount: this.item.price }] };
  }

  /** {id, key, receipt, journal: {id, epoch, seq, leaf}} of a sale over HTTP; the same sale again when one is given. */
  async sell(client = this.main, { id, key } = { id: uuid7(), key: uuid7() }) {
    const { order, journal } = ok(await this.trySell(client, { id, key }), 201);
    return { id, key, receipt: order.receipt, journal: journal[0] };
  }

  /** The answer, whatever it is. */
  trySell(client = this.main, { id, key } = { id: uuid7(), key: uuid7() }) {
    return client.post('/v1/orders', { id, ...this.cart }, { key });
  }

  /** A sale of the register, pushed; resolves to the operation. */
  async push(op = this.register.sale(this.cart)) {
    const { results } = ok(await this.register.push([op]));
    assert.ok(['ok', 'flag'].includes(results[0].st), JSON.stringify(results));
    return { ...op, result: results[0] };
  }

  /** The proof of an entry as a receipt has it checked, or undefined while there is none. */
  async #proof({ id, epoch, seq, leaf }) {
    const answer = await new Client(this.stack.url).get(`/v1/journals/${id}/epochs/${epoch}/proof?seq=${seq}`);
    if (answer.status === 503) return undefined;
    const proof = log.parseProof(answer.bytes);
    const checkpoint = log.parseCheckpoint(proof.note.text);
    assert.equal(proof.index, seq);
    assert.ok(log.signedBy(proof.note, log.renameVkey(this.vkey, checkpoint.origin)));
    assert.ok(log.includes(seq, checkpoint.size, Buffer.from(leaf, 'hex'), proof.hashes, checkpoint.root));
    assert.ok(checkpoint.origin.endsWith(`/${epoch}`));
    return checkpoint;
  }

  /** Resolves once the sale's receipt verifies; asking for the proof asks for the signature. */
  verified(sale) {
    return until(() => this.#proof(sale.journal), () => this.stack.signerLog().slice(-3000));
  }

  unsigned(sale) {
    return this.#proof(sale.journal).then((proof) => assert.equal(proof, undefined, 'held back'));
  }

  /** All events from a cursor on, and the cursor behind them. */
  async events(from) {
    const events = [];
    for (let next = from, more = true; ;) {
      const page = ok(await this.main.get(`/v1/events?limit=1000${next ? `&from=${next}` : ''}`));
      events.push(...page.events);
      ({ next, more } = page);
      if (!more) return { events, next };
    }
  }

  /** How a socket is answered that has this cursor, and what it is sent then up to an entry. */
  async subscribe(from, sale) {
    const [epoch, seq, h8] = from.split('.');
    const socket = await new Subscriber(this.main).open();
    try {
      // The seam of two epochs is checked by the caller: the frames begin anew there.
      const frames = [];
      socket.receive = ((receive) => function join(message) {
        if (message.k === 'ch') {
          frames.push(message);
          if (message.epoch > this.epoch) Object.assign(this, { cursor: message.from, epoch: message.epoch });
        }
        receive.call(this, message);
      })(socket.receive);
      const { mode } = await socket.subscribe({ epoch: Number(epoch), seq: Number(seq), h8 });
      if (mode === 'replay') await until(() => socket.epoch === sale.journal.epoch && socket.cursor >= sale.journal.seq);
      return { mode, frames };
    } finally {
      await socket.close();
    }
  }

  alarms() {
    return this.rows(`SELECT j.origin, a.epoch, a.kind, a.detail FROM journal.alarm a JOIN journal.journal j USING (journal_id) WHERE resolved_at IS NULL`);
  }

  async verify() {
    const { stdout } = await run(mpos, ['verify'], { env: this.stack.psqlEnv, maxBuffer: 1 << 26 });
    assert.doesNotMatch(stdout, /^finding/m);
  }

  /** What a reader keeps of the time before: called before the copy is taken from which the database comes back. */
  async keep() {
    for (let i = 0; i < 5; i += 1) await this.sell();
    this.earlier = [await this.sell(), await this.sell(this.terrace)];
    this.pushed = await this.push();
    await Promise.all(this.earlier.map((sale) => this.verified(sale)));
    // In the copy, but signed later if at all: that signature is lost with the rest.
    await this.sell();
    this.kept = (await this.events()).next;
  }

  /** What the copy does not have, though it was sold, signed and shown. Only the main outlet sold it. */
  async lose() {
    this.lost = [await this.sell(), await this.sell(), await this.sell()];
    this.lostPush = await this.push();
    const [{ next_seq: size }] = await this.rows(`SELECT next_seq FROM journal.head WHERE journal_id = '${this.lost[0].journal.id}'`);
    // So that the signer has seen it too.
    const { size: signed, origin } = await this.verified({ journal: { ...this.lost[2].journal } });
    this.lostLog = { origin, from: this.lost[0].journal.seq, until: signed, size };
    this.lostCursor = (await this.events()).next;
  }

  /** Everything that the design promises once the older copy serves; `reason` is that of the new epoch. */
  async assertGoesOn(reason) {
    const sale = await this.sell();
    assert.deepEqual([sale.journal.epoch, sale.journal.seq], [1, 1], 'at once, in the next epoch, behind its first entry');
    await this.#assertEpochOpen(sale.journal, reason);
    await this.#assertCursors(sale);
    await this.#assertLostIsSoldAgain();
    await this.#assertSigning(sale);
    await Promise.all(this.earlier.map((one) => this.verified(one)));
    await this.verify();
  }

  async #assertEpochOpen({ id }, reason) {
    const [first] = await this.rows(`SELECT get_byte(header, 8) AS kind, encode(mpos.unpack(packed), 'escape') AS payload FROM journal.entry
      WHERE journal_id = '${id}' AND epoch = 1 AND seq = 0`);
    const [end] = await this.rows(`SELECT max(seq) + 1 AS size, (array_agg(replace(translate(rtrim(encode(leaf, 'base64'), '='), '+/', '-_'), E'\\n', '')
      ORDER BY seq DESC))[1] AS leaf FROM journal.entry WHERE journal_id = '${id}' AND epoch = 0`);
    assert.equal(first.kind, 5);
    const opened = JSON.parse(first.payload.slice(first.payload.indexOf('{"from_epoch"')));
    assert.deepEqual([opened.op, opened.reason, opened.from_epoch, opened.from_size, opened.from_leaf], ['epoch_open', reason, 0, end.size, end.leaf]);
    assert.match(opened.from_note, /^[\w-]{43}$/);
    assert.equal(end.size, this.lostLog.from, 'the copy ends where the lost range begins');
  }

  /** A cursor whose entry survived reads on over the boundary; one of the lost range is reset. */
  async #assertCursors(sale) {
    const { events, next } = await this.events(this.kept);
    assert.ok(events.some((event) => event.id.startsWith(`${sale.journal.id}.1.${sale.journal.seq}.`)));
    assert.ok(events.every((event) => event.id.startsWith(`${sale.journal.id}.1.`)));
    assert.equal(next, `1.${sale.journal.seq}.${sale.journal.leaf.slice(0, 16)}`);
    problem(await this.main.get(`/v1/events?from=${this.lostCursor}`), 410, 'cursor_reset');
    const read = await this.subscribe(this.kept, sale);
    assert.equal(read.mode, 'replay');
    assert.deepEqual(read.frames.map(({ epoch, from, to }) => [epoch, from, to]), [[1, -1, 0], [1, 0, 1]]);
    assert.equal((await this.subscribe(this.lostCursor, sale)).mode, 'reset');
  }

  /** The same requests again sell again: nothing of them is left that would answer. */
  async #assertLostIsSoldAgain() {
    const again = await this.sell(this.main, this.lost[0]);
    assert.equal(again.journal.epoch, 1);
    const { result } = await this.push(this.lostPush);
    assert.equal(result.ref.receipt, this.lostPush.result.ref.receipt);
    const { last_hash: hash } = ok(await this.register.client.get('/v1/sync/state'));
    assert.equal(hash, this.register.hash);
  }

  /** The outlet that lost nothing is signed on; the other one is held back, its lost range named, until somebody accepts it. */
  async #assertSigning(sale) {
    const { journal } = sale;
    const elsewhere = await this.sell(this.terrace);
    assert.equal(elsewhere.journal.epoch, 1);
    await this.verified(elsewhere);
    await this.unsigned(sale);
    const { from, until: end, origin } = this.lostLog;
    const named = await until(async () => (await this.alarms()).find((one) => one.kind === 'signing_epoch_lost' && `${one.origin}/0` === origin));
    assert.equal(named.epoch, 1);
    assert.equal(named.detail, `entries ${from} to ${end - 1} of ${origin} were signed and are lost`);
    await this.stack.signerTool('accept', '--journal', journal.id, '--epoch', '1', '--reason', 'sold again from the receipts');
    await this.verified(sale);
    await until(async () => !(await this.alarms()).some((one) => `${one.origin}/0` === origin));
  }
}

export { closeConnections };
