/* Making rows takes a while for 100,000 items; here it keeps nobody waiting. One question, one answer. */
import { openCatalogueDb } from '../db';
import type { Rows } from '../rows';
import type { CatalogueManifest } from '../../api/types';
import { adopt } from './build';

export interface Question {
  readonly tenant: string;
  readonly hash: string;
  readonly manifest: CatalogueManifest;
}

/* What is sent is not needed here any more. */
const buffersOf = (rows: Rows): ArrayBuffer[] => Object.values(rows).filter(ArrayBuffer.isView).map((part) => part.buffer as ArrayBuffer);

addEventListener('message', (e: MessageEvent<Question>) => {
  const { tenant, hash, manifest } = e.data;
  openCatalogueDb(tenant)
    .then(async (db) => ({ rows: await adopt(db, hash, manifest) }))
    .catch((error: unknown) => ({ error: String(error) }))
    .then((answer) => postMessage(answer, { transfer: 'rows' in answer && answer.rows ? buffersOf(answer.rows) : [] }));
});
