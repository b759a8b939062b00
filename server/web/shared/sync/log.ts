/*
 * The device's operation log: numbered without gaps, each operation bound to the one before by a hash. An operation is
 * appended before anything is shown for it and pushed at once; what is not acknowledged yet is the queue. With a store the
 * device keeps the log (log-store.ts), without one a page that reloads goes on from the server's state.
 */
import { hmac } from '@noble/hashes/hmac';
import { sha256 } from '@noble/hashes/sha2';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils';
import { computed, signal } from '@preact/signals';
import type { JournalRef, OpResult, Session } from '../api/types';
import { newId } from '../ids/ids';
import type { Kept, LogStore } from './log-store';

export interface Operation {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly root: string;
  readonly bytes: string;
  readonly hash: string;
  /** That it was done in the session which it names: others may be signed in when it is pushed. */
  readonly mark: string | null;
  readonly at: number;
}

/** What the server said about an operation; `journal` is where it was recorded. */
export interface Ack {
  result: OpResult;
  journal: JournalRef | null;
}

export interface LogStart {
  device: string;
  gen: number;
  lastSeq: number;
  lastHash: string;
  coreHash: string;
  /** Where the device keeps it, and what was there when the page opened. */
  store?: LogStore;
  kept?: Kept;
  /** Who does what is written from now on; null for nobody. */
  doer: () => Pick<Session, 'session_id' | 'log_key'> | null;
}

export type AckListener = (op: Operation, ack: Ack) => void;

/** hash = SHA-256(hash before || exact bytes). */
export function chainHash(prev: string, bytes: string): string {
  return bytesToHex(sha256.create().update(hexToBytes(prev)).update(utf8ToBytes(bytes)).digest());
}

export class OperationLog {
  readonly queue = signal<readonly Operation[]>([]);
  /** When the server's state of this log was last seen. */
  readonly lastAckAt = signal(Date.now());
  readonly length = computed(() => this.queue.value.length);
  /** Up to this number operations are on the device's disk. */
  readonly keptSeq = signal(0);
  /** Why the device cannot keep what was written last; empty while it can. */
  readonly unkept = signal('');
  private readonly acked: Operation[] = [];
  private readonly listeners = new Set<AckListener>();
  private lastSeq: number;
  private lastHash: string;

  constructor(private readonly start: LogStart) {
    const operations = start.kept?.operations ?? [];
    const last = operations[operations.length - 1];
    this.lastSeq = last?.seq ?? start.lastSeq;
    this.lastHash = last?.hash ?? start.lastHash;
    const answered = start.kept?.facts.acked ?? start.lastSeq;
    this.acked.push(...operations.filter((op) => op.seq <= answered));
    this.queue.value = operations.filter((op) => op.seq > answered);
    this.keptSeq.value = this.lastSeq;
    if (start.store) start.store.onKept = (seq) => this.nowKept(seq);
  }

  private nowKept(seq: number): void {
    this.keptSeq.value = seq;
    this.unkept.value = '';
  }

  /* Not before the caller has done what belongs to the operation: facts that change with it are kept with it. */
  private keep(op: Operation): void {
    const { store } = this.start;
    if (store) queueMicrotask(() => void store.append(op).catch((e: unknown) => (this.unkept.value = String(e))));
    else this.keptSeq.value = op.seq;
  }

  get device(): string {
    return this.start.device;
  }

  get gen(): number {
    return this.start.gen;
  }

  /** Writes one operation; it is part of the log when this returns. */
  append(type: string, root: string, body: object): Operation {
    const seq = this.lastSeq + 1;
    const id = newId();
    const { device: dev, gen, coreHash: core } = this.start;
    const doer = this.start.doer();
    const key = doer?.log_key;
    const by = key ? doer.session_id : undefined;
    const bytes = JSON.stringify({
      v: 1, id, dev, gen, seq, prev: this.lastHash, t: type, ts: new Date().toISOString(), core, root, by, b: body,
    });
    const hash = chainHash(this.lastHash, bytes);
    const mark = key ? bytesToHex(hmac(sha256, hexToBytes(key), hexToBytes(hash))) : null;
    const op = { id, seq, type, root, bytes, hash, mark, at: Date.now() };
    this.lastSeq = seq;
    this.lastHash = op.hash;
    this.queue.value = [...this.queue.value, op];
    this.keep(op);
    return op;
  }

  onAck(listener: AckListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Moves the answered operations out of the queue and tells who waits for them. */
  settle(results: readonly OpResult[], journal: JournalRef | null): void {
    const bySeq = new Map(results.map((r) => [r.seq, r]));
    const done = this.queue.value.filter((op) => bySeq.has(op.seq));
    this.queue.value = this.queue.value.filter((op) => !bySeq.has(op.seq));
    this.acked.push(...done);
    this.noteAcked();
    this.lastAckAt.value = Date.now();
    for (const op of done) {
      const ack = { result: bySeq.get(op.seq)!, journal };
      for (const listener of this.listeners) listener(op, ack);
    }
  }

  private noteAcked(): void {
    const last = this.acked[this.acked.length - 1];
    this.start.store?.note({ acked: last?.seq ?? this.start.lastSeq });
  }

  /**
   * Puts the log in line with the server after a gap or a new sign-in: what the server has lost goes into the queue
   * again (same bytes). False when the server knows another operation under one of our numbers, or more than we do.
   */
  reconcile(serverSeq: number, serverHash: string): boolean {
    if (serverSeq > this.lastSeq) return false;
    const all = [...this.acked, ...this.queue.value];
    const at = all.find((op) => op.seq === serverSeq);
    const known = at ? at.hash : serverSeq === this.start.lastSeq ? this.start.lastHash : null;
    if (known !== serverHash) return false;
    this.queue.value = all.filter((op) => op.seq > serverSeq);
    this.acked.splice(0, this.acked.length, ...all.filter((op) => op.seq <= serverSeq));
    this.noteAcked();
    return true;
  }
}
