// The operation log of a page, without a page: numbering, chain, what happens after a gap.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { test } from 'node:test';
import { loadModule } from './module.mjs';

const { OperationLog } = await loadModule('shared/sync/log.ts');
const zero = '0'.repeat(64);
const start = { device: 'd', gen: 1, lastSeq: 0, lastHash: zero, coreHash: 'c', doer: () => null };
const hashOf = (prev, bytes) => createHash('sha256').update(Buffer.from(prev, 'hex')).update(bytes).digest('hex');

function filled(count) {
  const log = new OperationLog(start);
  const ops = Array.from({ length: count }, (_, i) => log.append('sale.commit', `order ${i}`, { note: 'Käse ☕' }));
  return { log, ops };
}

test('an operation says in whose session it was done, and proves it', () => {
  let doer = { session_id: 'mara', log_key: 'ab'.repeat(32) };
  const log = new OperationLog({ ...start, doer: () => doer });
  const first = log.append('sale.commit', 'order 1', {});
  doer = null;
  const second = log.append('sale.commit', 'order 2', {});
  assert.equal(JSON.parse(first.bytes).by, 'mara');
  assert.equal(first.mark, createHmac('sha256', Buffer.alloc(32, 0xab)).update(Buffer.from(first.hash, 'hex')).digest('hex'));
  assert.deepEqual([JSON.parse(second.bytes).by, second.mark], [undefined, null]);
});

test('operations are numbered without gaps and chained over their exact bytes', () => {
  const { ops } = filled(3);
  let prev = zero;
  ops.forEach((op, i) => {
    const told = JSON.parse(op.bytes);
    assert.equal(told.seq, i + 1);
    assert.equal(told.prev, prev);
    assert.equal(op.hash, hashOf(prev, op.bytes));
    prev = op.hash;
  });
});

test('only answered operations leave the queue', () => {
  const { log } = filled(3);
  const seen = [];
  log.onAck((op, ack) => seen.push([op.seq, ack.result.st]));
  log.settle([{ seq: 1, st: 'ok' }, { seq: 2, st: 'rej' }], null);
  assert.deepEqual(seen, [[1, 'ok'], [2, 'rej']]);
  assert.deepEqual(log.queue.value.map((op) => op.seq), [3]);
});

test('what a restored server has lost is queued again with the same bytes', () => {
  const { log, ops } = filled(3);
  log.settle(ops.map(({ seq }) => ({ seq, st: 'ok' })), null);
  assert.equal(log.reconcile(1, ops[0].hash), true);
  assert.deepEqual(log.queue.value.map((op) => op.bytes), [ops[1].bytes, ops[2].bytes]);
  assert.equal(log.reconcile(0, zero), true);
  assert.equal(log.length.value, 3);
});

test('another history on the server is not written over', () => {
  const { log } = filled(2);
  assert.equal(log.reconcile(2, 'f'.repeat(64)), false);
  assert.equal(log.reconcile(5, 'f'.repeat(64)), false);
  assert.equal(log.length.value, 2);
});
