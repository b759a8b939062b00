/*
 * Keeps a device's catalogue current. The manifest is asked for; parts that are not here are fetched by their hashes and
 * checked against them; when all are here the new catalogue is taken into use at once. Until then, and without a server,
 * the one before goes on. Parts that nothing names any more are dropped.
 */
import { signal } from '@preact/signals';
import { ApiError, request } from '../api/client';
import { sha256Hex } from '../core/core';
import { Catalogue } from './catalogue';
import { dropOthers, missingParts, openCatalogueDb, type CatalogueDb } from './db';
import type { Rows } from './rows';
import type { CatalogueManifest } from '../api/types';
import type { Question } from './worker/worker';

const fetchesAtOnce = 6;
const batchParts = 12;
const attemptsMax = 5;

export class DamagedPart extends Error {}

/** Parts fetched and wanted, while a catalogue is on its way; null otherwise. */
export const loading = signal<{ readonly done: number; readonly all: number } | null>(null);

function buildInWorker(question: Question): Promise<Rows | null> {
  const worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Rows | null>((resolve, reject) => {
    worker.onerror = (e) => reject(new Error(e.message));
    worker.onmessage = ({ data }: MessageEvent<{ rows: Rows | null } | { error: string }>) =>
      'error' in data ? reject(new Error(data.error)) : resolve(data.rows);
    worker.postMessage(question);
  }).finally(() => worker.terminate());
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function fetchPart(hash: string): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { body } = await request<Uint8Array>(`/v1/published/${hash}`, { bytes: true });
      if (sha256Hex(body) !== hash) throw new DamagedPart(`the part ${hash} is damaged`);
      return body;
    } catch (e) {
      if (!(e instanceof ApiError) || e.problem.status !== 429 || attempt === attemptsMax) throw e;
      await pause(e.retryAfterMs);
    }
  }
}

/* A few at a time; what has come is stored as it comes, so that an interrupted load goes on where it was. */
async function fetchParts(db: CatalogueDb, wanted: readonly string[]): Promise<void> {
  const queue = [...wanted];
  let done = 0;
  const take = async (): Promise<void> => {
    for (let batch = queue.splice(0, batchParts); batch.length > 0; batch = queue.splice(0, batchParts)) {
      const parts = await Promise.all(batch.map(async (hash) => [hash, await fetchPart(hash)] as const));
      const tx = db.transaction('parts', 'readwrite');
      await Promise.all(parts.map(([hash, bytes]) => tx.store.put(bytes, hash)));
      await tx.done;
      done += parts.length;
      loading.value = { done, all: wanted.length };
    }
  };
  loading.value = { done, all: wanted.length };
  try {
    await Promise.all(Array.from({ length: fetchesAtOnce }, take));
  } finally {
    loading.value = null;
  }
}

export class CatalogueStore {
  private checking: Promise<Catalogue | null> | null = null;
  private again = false;
  private current: Catalogue | null = null;

  private constructor(
    private readonly tenant: string,
    private readonly db: CatalogueDb,
  ) {}

  static async open(tenant: string): Promise<CatalogueStore> {
    return new CatalogueStore(tenant, await openCatalogueDb(tenant));
  }

  close(): void {
    this.db.close();
  }

  /** The catalogue that is here from before; null when there is none. */
  async kept(): Promise<Catalogue | null> {
    const tx = this.db.transaction(['heads', 'rows', 'manifests']);
    const hash = await tx.objectStore('heads').get('head');
    const rows = await tx.objectStore('rows').get('head');
    const manifest = hash ? await tx.objectStore('manifests').get(hash) : undefined;
    await tx.done;
    if (!hash || !rows || !manifest) return null;
    this.current = await Catalogue.open(this.db, hash, manifest, rows);
    return this.current;
  }

  /** Looks for a newer catalogue; answers it when there is one, else null. Asked while it looks it looks once more. */
  refresh(): Promise<Catalogue | null> {
    if (this.checking) {
      this.again = true;
      return this.checking;
    }
    this.checking = this.look().finally(() => {
      this.checking = null;
    });
    return this.checking;
  }

  private async look(): Promise<Catalogue | null> {
    let found: Catalogue | null = null;
    do {
      this.again = false;
      found = (await this.lookOnce()) ?? found;
    } while (this.again);
    return found;
  }

  private async lookOnce(): Promise<Catalogue | null> {
    const call = this.current ? { bytes: true, etag: `"${this.current.hash}"` } : { bytes: true };
    const answer = await request<Uint8Array>('/v1/catalogue', call);
    if (answer.status === 304) return null;
    const hash = sha256Hex(answer.body);
    if (hash === this.current?.hash) return null;
    const manifest = JSON.parse(new TextDecoder().decode(answer.body)) as CatalogueManifest;
    this.current = await Catalogue.open(this.db, hash, manifest, await this.bring(hash, manifest));
    return this.current;
  }

  private async bring(hash: string, manifest: CatalogueManifest): Promise<Rows> {
    for (;;) {
      const missing = await missingParts(this.db, manifest);
      if (missing.length > 0) await fetchParts(this.db, missing);
      const rows = await buildInWorker({ tenant: this.tenant, hash, manifest });
      if (rows) return rows;
    }
  }

  /** Drops what neither the catalogue in use nor one of these needs; not while parts of the next one are coming in. */
  async tidy(inUse: ReadonlySet<string>): Promise<void> {
    if (!this.checking) await dropOthers(this.db, inUse);
  }
}
