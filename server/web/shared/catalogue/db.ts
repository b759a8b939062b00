/*
 * Where a device keeps catalogues: parts by their hashes, manifests by theirs, the rows of the one in use. One database
 * for each business. Words: part (rules, menu or a chunk of items), head (the catalogue in use).
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { CatalogueManifest } from '../api/types';
import type { Rows } from './rows';

interface Schema extends DBSchema {
  parts: { key: string; value: Uint8Array };
  manifests: { key: string; value: CatalogueManifest };
  /** Of the catalogue in use, under 'head': its hash, and its rows. */
  heads: { key: string; value: string };
  rows: { key: string; value: Rows };
}

export type CatalogueDb = IDBPDatabase<Schema>;

export const openCatalogueDb = (tenant: string): Promise<CatalogueDb> =>
  openDB<Schema>(`mpos-catalogue-${tenant}`, 2, {
    /* Rows of an older page lack flags: they are made again, from the parts that are here. */
    upgrade(db, before) {
      if (before > 0) for (const store of ['heads', 'rows'] as const) db.deleteObjectStore(store);
      if (before === 0) for (const store of ['parts', 'manifests'] as const) db.createObjectStore(store);
      db.createObjectStore('heads');
      db.createObjectStore('rows');
    },
    /* A page of a newer version wants to change the schema: let it. */
    blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
  });

/** Hashes of everything that a manifest names, each once. */
export const partsOf = (manifest: CatalogueManifest): string[] => [
  ...new Set([manifest.menu.hash, manifest.rules.hash, ...manifest.items.map((chunk) => chunk.hash)]),
];

/** What of a manifest is not here yet. */
export async function missingParts(db: CatalogueDb, manifest: CatalogueManifest): Promise<string[]> {
  const here = new Set(await db.getAllKeys('parts'));
  return partsOf(manifest).filter((hash) => !here.has(hash));
}

/**
 * Makes a catalogue the one in use, in one transaction: manifest and rows together, and only when every part is here.
 * False when one has gone meanwhile (another page tidied up).
 */
export async function adoptCatalogue(db: CatalogueDb, hash: string, manifest: CatalogueManifest, rows: Rows): Promise<boolean> {
  const tx = db.transaction(['parts', 'manifests', 'heads', 'rows'], 'readwrite');
  const here = new Set(await tx.objectStore('parts').getAllKeys());
  const whole = partsOf(manifest).every((part) => here.has(part));
  if (whole) {
    await Promise.all([
      tx.objectStore('manifests').put(manifest, hash),
      tx.objectStore('heads').put(hash, 'head'),
      tx.objectStore('rows').put(rows, 'head'),
    ]);
  }
  await tx.done;
  return whole;
}

/** Drops manifests that are not kept and parts that no manifest names any more. */
export async function dropOthers(db: CatalogueDb, kept: ReadonlySet<string>): Promise<void> {
  const tx = db.transaction(['parts', 'manifests', 'heads'], 'readwrite');
  const manifests = tx.objectStore('manifests');
  const parts = tx.objectStore('parts');
  const head = await tx.objectStore('heads').get('head');
  const needed = new Set<string>();
  for (const hash of await manifests.getAllKeys()) {
    if (hash !== head && !kept.has(hash)) await manifests.delete(hash);
    else partsOf((await manifests.get(hash))!).forEach((part) => needed.add(part));
  }
  for (const part of await parts.getAllKeys()) if (!needed.has(part)) await parts.delete(part);
  await tx.done;
}
