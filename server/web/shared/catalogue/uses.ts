/*
 * Which catalogues the pages of this browser need. Each page holds a lock for each of its own; a lock ends with its page,
 * so what a closed page needed is not kept for ever. Without Web Locks a page only knows of itself.
 */
export class CatalogueUses {
  private readonly held = new Map<string, () => void>();
  private readonly prefix: string;

  constructor(tenant: string) {
    this.prefix = `mpos-catalogue-${tenant}-`;
  }

  /** This page needs exactly these from now on. */
  set(hashes: ReadonlySet<string>): void {
    for (const [hash, release] of this.held) {
      if (hashes.has(hash)) continue;
      this.held.delete(hash);
      release();
    }
    for (const hash of hashes) if (!this.held.has(hash)) this.hold(hash);
  }

  private hold(hash: string): void {
    let release = (): void => undefined;
    const released = new Promise<void>((done) => (release = done));
    this.held.set(hash, release);
    if ('locks' in navigator) void navigator.locks.request(this.prefix + hash, { mode: 'shared' }, () => released);
  }

  /** Those of this page and of all others. */
  async all(): Promise<ReadonlySet<string>> {
    const locks = 'locks' in navigator ? ((await navigator.locks.query()).held ?? []) : [];
    const names = locks.map(({ name }) => name ?? '').filter((name) => name.startsWith(this.prefix));
    return new Set([...this.held.keys(), ...names.map((name) => name.slice(this.prefix.length))]);
  }
}
