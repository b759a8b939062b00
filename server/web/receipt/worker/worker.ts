/*
 * The page's service worker: what the page has put into the cache is served when the network is away. The network comes
 * first, so that nothing old hides something new.
 */
export {}; // a module of its own for the compiler; the built file is a plain script
declare const self: ServiceWorkerGlobalScope;

const cacheName = 'mpos-receipt';

self.addEventListener('install', () => void self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

async function answer(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(request, { cacheName, ignoreSearch: request.mode === 'navigate' });
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method === 'GET' && !pathname.startsWith('/v1/')) event.respondWith(answer(event.request));
});
