// The phone page without a connection: its own files, and nothing that the hub answers. `shell.build.ts`
// writes FILES and VERSION before it as the pages are built. What the browser keeps is the same for whoever signs in.
const CACHE = `qianshao-guard-${VERSION}`;
const PAGE = "/guard/";
/** A line that carries nothing is given up after so long, and the page comes from what is kept. */
const PAGE_WITHIN_MS = 3_000;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })))),
  );
});

/** The build before stays: a page that was opened with it may still need one of its files, which the hub has no more. */
self.addEventListener("activate", (event) => {
  const clear = async () => {
    const kept = (await caches.keys()).filter((name) => name.startsWith("qianshao-guard-") && name !== CACHE);
    await Promise.all(kept.slice(0, -1).map((name) => caches.delete(name)));
    await self.clients.claim();
  };
  event.waitUntil(clear());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (pathname.startsWith("/assets/")) event.respondWith(file(request));
});

/** The newest page that there is: the hub's, else the one that is kept. */
async function page(request) {
  const kept = () => caches.open(CACHE).then((cache) => cache.match(PAGE, { ignoreVary: true }));
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PAGE_WITHIN_MS) });
    return answer.status < 500 ? answer : ((await kept()) ?? answer);
  } catch (error) {
    const found = await kept();
    if (found === undefined) throw error;
    return found;
  }
}

/** A file's name changes with what is in it: what is kept under it is right. */
const file = async (request) => (await caches.match(request.url, { ignoreVary: true })) ?? fetch(request);
