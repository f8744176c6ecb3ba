/**
 * The service worker of the page: after one visit it works without a network. All its files are kept, and the build
 * puts their names in front of this one.
 */

export {};

declare const self: ServiceWorkerGlobalScope;
/** What the page is made of, relative to this file. */
declare const FILES: readonly string[];
/** Another one where any file has changed. */
declare const VERSION: string;

const PREFIX = "hooksieve-preview-";
const NAME = PREFIX + VERSION;

self.addEventListener("install", (event) => {
  event.waitUntil(keep());
});

async function keep(): Promise<void> {
  const cache = await caches.open(NAME);
  await cache.addAll(FILES);
  // Nothing is lost for a page that is open: it has loaded what it needs.
  await self.skipWaiting();
}

self.addEventListener("activate", (event) => {
  event.waitUntil(takeOver());
});

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(older.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  // What other pages of this server ask for is none of ours.
  if (method === "GET" && FILES.some((file) => address(file) === url.replace(/[?#].*$/, ""))) {
    event.respondWith(answer(event.request));
  }
});

/** The names of assets change with what is in them; of all else there may be a newer one. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(NAME);
  const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
  if (kept && request.url.startsWith(address("assets/"))) return kept;
  try {
    return await fetch(request);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

function address(file: string): string {
  return new URL(file, self.location.href).href;
}
