/*
 * The register's service worker: without a network the page opens from here, with all that it is made of. Files with a hash in
 * their names never change, so they come from the cache first; the page itself comes from the network while there is one, so
 * that nothing old hides something new. An open page is never changed under its sale: a release only fills a cache of its own,
 * and the one before stays for pages that are still made of it. Words: release (one build of the pages), patience.
 */
export {}; // a module of its own for the compiler; the built file is a plain script
declare const self: ServiceWorkerGlobalScope;

/** Put in by the build (vite.config.ts): all files of the register, and what the page of this release names. */
declare const __MPOS_RELEASE__: { readonly version: string; readonly entry: string; readonly files: string[] };

const { version, entry, files } = __MPOS_RELEASE__;
const prefix = 'mpos-register-';
const cacheName = prefix + version;
const page = '/register/';
const patienceMs = 4_000;
const releasesKept = 2;

async function fill(): Promise<void> {
  const cache = await caches.open(cacheName);
  const answer = await fetch(page, { cache: 'no-store' });
  if (!answer.ok || !(await answer.clone().text()).includes(entry)) throw new Error('the page is of another release');
  await cache.addAll(files);
  await cache.put(page, answer);
}

async function tidy(): Promise<void> {
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(names.slice(0, Math.max(0, names.length - releasesKept + 1)).map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener('install', (event) => {
  void self.skipWaiting();
  event.waitUntil(fill());
});
self.addEventListener('activate', (event) => event.waitUntil(tidy()));

const keptPage = (): Promise<Response | undefined> => caches.match(page, { cacheName });

/* A server that is down, or does not come to an answer, is no reason to wait. */
async function answerPage(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(patienceMs) });
    return answer.status < 500 ? answer : ((await keptPage()) ?? answer);
  } catch (error) {
    const kept = await keptPage();
    if (kept) return kept;
    throw error;
  }
}

const answerFile = async (request: Request): Promise<Response> => (await caches.match(request, { ignoreVary: true })) ?? fetch(request);

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin) return;
  if (request.mode === 'navigate' && pathname === page) event.respondWith(answerPage(request));
  else if (/^\/(assets|core)\//.test(pathname)) event.respondWith(answerFile(request));
});
