/*
 * The operation log on the device: each operation with what the next one is numbered by, in one transaction that waits for the
 * disk. One database for each device; its schema never changes, so that a page of any age reads it. Words: facts (what a page
 * goes on from without a server), base (the operation before the first that is kept).
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { Operation } from './log';

export interface Facts {
  readonly gen: number;
  /** The last operation that the server has answered. */
  readonly acked: number;
  readonly receiptN: number;
  readonly shift: { readonly id: string; readonly float: number } | null;
  /** Name of the outlet's journal. */
  readonly origin: string;
}

export interface Base {
  readonly seq: number;
  readonly hash: string;
}

interface Schema extends DBSchema {
  operations: { key: number; value: Operation };
  state: { key: string; value: unknown };
}

export interface Kept {
  readonly facts: Facts;
  readonly base: Base;
  /** From the base on, without gaps. */
  readonly operations: readonly Operation[];
}

/** Answered operations stay this long, and so many of them: a restored server is given them again. */
const keepMs = 14 * 24 * 60 * 60 * 1000;
const keepCount = 5_000;

const open = (device: string): Promise<IDBPDatabase<Schema>> =>
  openDB<Schema>(`mpos-log-${device}`, 1, {
    upgrade(db) {
      db.createObjectStore('operations', { keyPath: 'seq' });
      db.createObjectStore('state');
    },
  });

export class LogStore {
  private pending: Operation[] = [];
  private facts: Facts | null = null;
  private writing: Promise<void> | null = null;
  /** Called with the number up to which operations are on the disk. */
  onKept: (seq: number) => void = () => undefined;

  private constructor(
    private readonly device: string,
    private db: IDBPDatabase<Schema>,
  ) {}

  static async open(device: string): Promise<LogStore> {
    return new LogStore(device, await open(device));
  }

  /** What is here from before; null when there is nothing to go on from. */
  async read(): Promise<Kept | null> {
    const tx = this.db.transaction(['operations', 'state']);
    const [facts, base, operations] = await Promise.all([
      tx.objectStore('state').get('facts') as Promise<Facts | undefined>,
      tx.objectStore('state').get('base') as Promise<Base | undefined>,
      tx.objectStore('operations').getAll(),
    ]);
    await tx.done;
    this.facts = facts ?? null;
    return facts && base ? { facts, base, operations } : null;
  }

  /** Begins anew after `base`; what was here is gone. */
  async begin(base: Base, facts: Facts): Promise<void> {
    this.facts = facts;
    const tx = this.db.transaction(['operations', 'state'], 'readwrite', { durability: 'strict' });
    await Promise.all([
      tx.objectStore('operations').clear(),
      tx.objectStore('state').put(base, 'base'),
      tx.objectStore('state').put(facts, 'facts'),
      tx.done,
    ]);
  }

  /** Adds an operation; resolves when it is on the disk with the facts as they are by then, rejects when it is not. */
  append(operation: Operation): Promise<void> {
    this.pending.push(operation);
    return this.flush();
  }

  /** Changes facts; they are written with the next operation, and by themselves soon. */
  note(change: Partial<Facts>): void {
    if (!this.facts) return;
    this.facts = { ...this.facts, ...change };
    void this.flush().catch(() => undefined);
  }

  /* One transaction at a time; what comes meanwhile goes with the next one. */
  private flush(): Promise<void> {
    const after = this.writing ?? Promise.resolve();
    const next = after.catch(() => undefined).then(() => this.write());
    this.writing = next;
    return next;
  }

  private async write(): Promise<void> {
    try {
      await this.writeOnce();
    } catch {
      /* Browsers close databases behind our back; a new connection often works. */
      this.db = await open(this.device);
      await this.writeOnce();
    }
  }

  private async writeOnce(): Promise<void> {
    const operations = [...this.pending];
    const tx = this.db.transaction(['operations', 'state'], 'readwrite', { durability: 'strict' });
    await Promise.all([
      ...operations.map((operation) => tx.objectStore('operations').put(operation)),
      tx.objectStore('state').put(this.facts, 'facts'),
      tx.done,
    ]);
    this.pending = this.pending.slice(operations.length);
    if (operations.length > 0) this.onKept(operations[operations.length - 1]!.seq);
  }

  /** Drops what the server answered long ago. */
  async tidy({ facts, operations }: Kept): Promise<void> {
    const last = operations.length > 0 ? operations[operations.length - 1]!.seq : 0;
    const old = operations.filter((op) => op.seq <= facts.acked && op.seq <= last - keepCount && op.at < Date.now() - keepMs);
    const end = old[old.length - 1];
    if (!end) return;
    const tx = this.db.transaction(['operations', 'state'], 'readwrite', { durability: 'strict' });
    await Promise.all([
      tx.objectStore('operations').delete(IDBKeyRange.upperBound(end.seq)),
      tx.objectStore('state').put({ seq: end.seq, hash: end.hash } satisfies Base, 'base'),
      tx.done,
    ]);
  }
}
