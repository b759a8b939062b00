/* Keeps page and proofs for when the network is away. Browsers allow the page part on https (and localhost) only. */

const cacheName = 'mpos-receipt';
const proofsMax = 50;
const prefix = 'mpos.proof.';

/** What the server said when a receipt was found good. */
export interface Evidence {
  proof: string;
  keys: string[];
  at: number;
}

/** Puts this page and all that it loaded into the cache that the service worker serves from. */
export async function keepPage(): Promise<void> {
  if (!('serviceWorker' in navigator) || !('caches' in globalThis)) return;
  try {
    await navigator.serviceWorker.register('./worker.js');
    await navigator.serviceWorker.ready;
    const loaded = performance.getEntriesByType('resource').map((entry) => new URL(entry.name));
    const own = loaded.filter((url) => url.origin === location.origin && /^\/(assets|core)\//.test(url.pathname));
    const wanted = [location.pathname, ...new Set(own.map((url) => url.pathname))];
    const cache = await caches.open(cacheName);
    await cache.addAll(wanted);
    for (const request of await cache.keys()) {
      if (!wanted.includes(new URL(request.url).pathname)) await cache.delete(request);
    }
    document.documentElement.dataset['kept'] = 'yes';
  } catch {
    /* The page works; it only will not open without network. */
  }
}

export function evidenceOf(id: string): Evidence | null {
  try {
    return JSON.parse(localStorage.getItem(prefix + id) ?? 'null') as Evidence | null;
  } catch {
    return null;
  }
}

export function keepEvidence(id: string, evidence: Evidence): void {
  try {
    localStorage.setItem(prefix + id, JSON.stringify(evidence));
    const kept = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    const age = (key: string): number => evidenceOf(key.slice(prefix.length))?.at ?? 0;
    for (const key of kept.sort((a, b) => age(b) - age(a)).slice(proofsMax)) localStorage.removeItem(key);
  } catch {
    /* storage is full or forbidden */
  }
}

const keysKey = 'mpos.log-keys';

/** What this browser remembers of the key that signs a journal: a server that changes it has to explain. */
export type KeyMemory = 'first' | 'known' | 'changed';

export function rememberKey(journal: string, publicKey: string): KeyMemory {
  try {
    const known = JSON.parse(localStorage.getItem(keysKey) ?? '{}') as Record<string, string>;
    const before = known[journal];
    if (before === undefined) localStorage.setItem(keysKey, JSON.stringify({ ...known, [journal]: publicKey }));
    return before === undefined ? 'first' : before === publicKey ? 'known' : 'changed';
  } catch {
    return 'first';
  }
}
