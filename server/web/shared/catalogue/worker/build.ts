/*
 * Makes the rows of a catalogue from its chunks and takes it into use. Rows of chunks that the catalogue before had too
 * are taken over from it, so that a changed price costs one chunk.
 */
import { adoptCatalogue, type CatalogueDb } from '../db';
import { packRows, rowOf, unpackRows, type Row, type Rows } from '../rows';
import type { CatalogueItems, CatalogueManifest, CatalogueMenu } from '../../api/types';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Another page has tidied up while this one was reading. */
class PartGone extends Error {}

async function part(db: CatalogueDb, hash: string): Promise<unknown> {
  const bytes = await db.get('parts', hash);
  if (!bytes) throw new PartGone(`part ${hash} is not here`);
  return JSON.parse(text(bytes));
}

/** Chunks of the manifest whose rows are in known already. */
function sameChunks(known: Rows | undefined, manifest: CatalogueManifest): Set<number> {
  const same = new Set<number>();
  if (known?.bits !== manifest.bits) return same;
  manifest.items.forEach((chunk, k) => {
    if (known.chunks[k] === chunk.hash) same.add(k);
  });
  return same;
}

export async function buildRows(db: CatalogueDb, manifest: CatalogueManifest): Promise<Rows> {
  const known = await db.get('rows', 'head');
  const same = sameChunks(known, manifest);
  const list: Row[] = known && same.size > 0 ? unpackRows(known, (k) => same.has(k)) : [];
  for (const [k, chunk] of manifest.items.entries()) {
    if (same.has(k)) continue;
    const { items } = (await part(db, chunk.hash)) as CatalogueItems;
    for (const item of items) list.push(rowOf(item, k));
  }
  const menu = (await part(db, manifest.menu.hash)) as CatalogueMenu;
  const categories = [...menu.categories].sort((a, b) => a.sort - b.sort).map((c) => c.id);
  return packRows(list, categories, manifest.bits, manifest.items.map((chunk) => chunk.hash));
}

/** The rows when the catalogue is in use now; null when a part has gone meanwhile and has to be fetched again. */
export async function adopt(db: CatalogueDb, hash: string, manifest: CatalogueManifest): Promise<Rows | null> {
  try {
    const rows = await buildRows(db, manifest);
    return (await adoptCatalogue(db, hash, manifest, rows)) ? rows : null;
  } catch (e) {
    if (e instanceof PartGone) return null;
    throw e;
  }
}
