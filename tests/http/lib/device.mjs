// A register: a hash-chained log of operations, pushed in order.
import { createHash, randomUUID } from 'node:crypto';
import { ok, uuid7 } from './client.mjs';

const core = '0'.repeat(64);

export class Device {
  constructor(client) {
    this.client = client;
    this.dev = client.session.device.id;
  }

  /** Continues from what the server knows. */
  async load() {
    const state = ok(await this.client.get('/v1/sync/state'));
    this.gen = state.gen;
    this.seq = state.last_seq;
    this.hash = state.last_hash;
    this.receipt = state.receipt_n;
    this.shift = state.shift;
    return this;
  }

  /** Appends an operation to the log; the log moves on at once, as on a register. */
  op(t, root, b) {
    const seq = this.seq + 1;
    const s = JSON.stringify({
      v: 1, id: uuid7(), dev: this.dev, gen: this.gen, seq, prev: this.hash, t,
      ts: new Date().toISOString().replace('Z', '000Z'), core, root, b,
    });
    this.seq = seq;
    this.hash = createHash('sha256').update(Buffer.from(this.hash, 'hex')).update(s).digest('hex');
    return { seq, s, hash: this.hash };
  }

  /** A whole cash sale. `order` is an OrderPlace without id and receipt number. */
  sale(order) {
    this.receipt += 1;
    const id = uuid7();
    return { id, ...this.op('sale.commit', id, { id, receipt_n: this.receipt, ...order }) };
  }

  batch(ops) {
    return { dev: this.dev, gen: this.gen, first: ops[0].seq, count: ops.length, ops: ops.map(({ s }) => ({ s })) };
  }

  push(ops) {
    return this.client.post('/v1/sync/push', this.batch([].concat(ops)), { key: null });
  }
}

export { randomUUID };
