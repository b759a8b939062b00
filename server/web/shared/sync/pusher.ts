/*
 * Drains the log: one batch in flight, several triggers, and a timer that every failure arms again. Only an answer with
 * results, or the server's own state, takes an operation out of the queue.
 */
import { effect, signal } from '@preact/signals';
import { ApiError, get, reachable, request, session } from '../api/client';
import type { PushAnswer, SyncState } from '../api/types';
import type { Operation, OperationLog } from './log';

const batchOps = 50;
const batchBytes = 480 * 1024;
const retryMinMs = 1_000;
const retryMaxMs = 60_000;
const pushTimeoutMs = 20_000;

/** Why the queue does not move by itself any more; needs a person. */
export type Stuck = 'forked' | 'bad_chain' | null;

export class Pusher {
  readonly stuck = signal<Stuck>(null);
  private busy = false;
  private failures = 0;
  private sizeMax = batchOps;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stop: () => void;

  constructor(readonly log: OperationLog) {
    const now = (): void => this.kick();
    const seen = (): void => {
      if (document.visibilityState === 'visible') this.kick();
    };
    addEventListener('online', now);
    document.addEventListener('visibilitychange', seen);
    const dispose = effect(() => {
      if (this.log.length.value > 0 && session.value && reachable.value) queueMicrotask(now);
    });
    this.stop = () => {
      removeEventListener('online', now);
      document.removeEventListener('visibilitychange', seen);
      dispose();
      clearTimeout(this.timer);
    };
  }

  dispose(): void {
    this.stop();
  }

  /** Tries now, unless a batch is under way. */
  kick(): void {
    if (this.busy || this.stuck.value || !session.value || this.log.length.value === 0) return;
    clearTimeout(this.timer);
    this.busy = true;
    void this.drain().finally(() => {
      this.busy = false;
    });
  }

  private async drain(): Promise<void> {
    while (this.log.length.value > 0 && session.value && !this.stuck.value) {
      try {
        await this.pushOnce();
        this.failures = 0;
      } catch (e) {
        if (!(await this.recover(e))) return;
      }
    }
  }

  private batch(): Operation[] {
    const out: Operation[] = [];
    let bytes = 0;
    for (const op of this.log.queue.value.slice(0, this.sizeMax)) {
      bytes += op.bytes.length * 2;
      if (out.length > 0 && bytes > batchBytes) break;
      out.push(op);
    }
    return out;
  }

  private async pushOnce(): Promise<void> {
    const ops = this.batch();
    const body = {
      dev: this.log.device,
      gen: this.log.gen,
      first: ops[0]!.seq,
      count: ops.length,
      ops: ops.map((op) => (op.mark ? { s: op.bytes, mark: op.mark } : { s: op.bytes })),
    };
    const key = `push:${this.log.device}:${this.log.gen}:${ops[0]!.seq}:${ops.length}`;
    const answer = await request<PushAnswer>('/v1/sync/push', { method: 'POST', body, key, timeoutMs: pushTimeoutMs });
    this.log.settle(answer.body.results, answer.body.journal[0] ?? null);
    this.sizeMax = batchOps;
  }

  /* True when the loop may go on at once; otherwise a timer is armed or the queue waits for a person. */
  private async recover(e: unknown): Promise<boolean> {
    const code = e instanceof ApiError ? e.problem.code : 'network';
    if (e instanceof ApiError && e.problem.status === 413 && this.sizeMax > 1) {
      this.sizeMax = Math.ceil(this.sizeMax / 2);
      return true;
    }
    if (code.includes('fork')) this.stuck.value = 'forked';
    else if (code.includes('gap') || code.includes('chain')) await this.realign();
    if (!this.stuck.value) this.arm(e instanceof ApiError ? e.retryAfterMs : 0);
    return false;
  }

  private async realign(): Promise<void> {
    try {
      const state = (await get<SyncState>('/v1/sync/state')).body;
      if (!this.log.reconcile(state.last_seq, state.last_hash)) this.stuck.value = 'bad_chain';
    } catch {
      /* the armed timer tries again */
    }
  }

  private arm(atLeastMs: number): void {
    const ceiling = Math.min(retryMaxMs, retryMinMs * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 10);
    const wait = Math.max(atLeastMs, retryMinMs, ceiling * (0.5 + Math.random() / 2));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.kick(), wait);
  }
}
