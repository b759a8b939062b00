/*
 * One published catalogue, ready to sell by: menu and rules at hand, items read from the device when they are wanted and
 * kept from then on, so that what is in an order stays at hand.
 */
import { sha256 } from '@noble/hashes/sha2';
import { uuidBytes } from '../core/bytes';
import type { CatalogueDb } from './db';
import type { Rows } from './rows';
import type { CatalogueItems, CatalogueManifest, CatalogueMenu, Item } from '../api/types';

/** Catalogues up to this size are held whole: nothing of them is ever waited for. */
const wholeBytesMax = 4 * 1024 * 1024;
const chunksHeld = 32;

const json = <T>(bytes: Uint8Array): T => JSON.parse(new TextDecoder().decode(bytes)) as T;

/** Which chunk an item is in: the first bits of SHA-256 of its id. */
export function chunkOf(id: string, bits: number): number {
  const hash = sha256(uuidBytes(id));
  return bits === 0 ? 0 : new DataView(hash.buffer, hash.byteOffset).getUint32(0) >>> (32 - bits);
}

export class Catalogue {
  /** Items at hand by id. */
  private readonly items = new Map<string, Item>();
  /** Chunks read last, latest at the end. */
  private readonly held = new Map<number, ReadonlyMap<string, Item>>();

  private constructor(
    private readonly db: CatalogueDb,
    /** SHA-256 of the manifest; what a sale names. */
    readonly hash: string,
    readonly manifest: CatalogueManifest,
    readonly menu: CatalogueMenu,
    /** The compiled rules, for the core. */
    readonly rules: Uint8Array,
    readonly rows: Rows,
  ) {}

  /** Opens a catalogue that is here whole. */
  static async open(db: CatalogueDb, hash: string, manifest: CatalogueManifest, rows: Rows): Promise<Catalogue> {
    const [menu, rules] = await Promise.all([db.get('parts', manifest.menu.hash), db.get('parts', manifest.rules.hash)]);
    if (!menu || !rules) throw new RangeError('the catalogue is not whole');
    const opened = new Catalogue(db, hash, manifest, json<CatalogueMenu>(menu), rules, rows);
    const bytes = manifest.items.reduce((sum, chunk) => sum + chunk.size, 0);
    if (bytes <= wholeBytesMax) await Promise.all(manifest.items.map((_, k) => opened.readChunk(k, true)));
    return opened;
  }

  /** The item when it is at hand; load brings it. */
  item(id: string): Item | undefined {
    return this.items.get(id);
  }

  /** The item and everything that can be chosen with it (components of a combo); undefined when it is not in here. */
  async load(id: string): Promise<Item | undefined> {
    const item = await this.read(id);
    if (item) await Promise.all(item.combo.flatMap((slot) => slot.item_ids.map((part) => this.read(part))));
    return item;
  }

  private async read(id: string): Promise<Item | undefined> {
    const known = this.items.get(id);
    if (known) return known;
    const item = (await this.readChunk(chunkOf(id, this.manifest.bits), false)).get(id);
    if (item) this.items.set(id, item);
    return item;
  }

  private async readChunk(k: number, keep: boolean): Promise<ReadonlyMap<string, Item>> {
    let items = this.held.get(k);
    if (!items) {
      const bytes = await this.db.get('parts', this.manifest.items[k]!.hash);
      if (!bytes) throw new RangeError('the catalogue is not whole');
      items = new Map(json<CatalogueItems>(bytes).items.map((item) => [item.id, item]));
    }
    if (keep) for (const [id, item] of items) this.items.set(id, item);
    else this.hold(k, items);
    return items;
  }

  private hold(k: number, items: ReadonlyMap<string, Item>): void {
    this.held.delete(k);
    this.held.set(k, items);
    if (this.held.size > chunksHeld) this.held.delete(this.held.keys().next().value!);
  }
}
