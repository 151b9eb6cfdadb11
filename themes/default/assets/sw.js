// The service worker: keeps what was read for reading without a network. The build writes it to the portal's root and
// puts BUILD before it: the version of the site, and the files of its frame. Whoever has a network gets what the host
// has; what is kept only stands in for it. So nobody reads yesterday's page, and search never mixes two builds.
(() => {
  "use strict";
  const MOST_PAGES = 600;
  const MOST_FILES = 2000;
  const AT_ONCE = 4;
  const QUIET = 300;
  const SEEN = new Set(["script", "style", "image", "font"]);

  const scope = registration.scope;
  const cacheName = (what) => `callboard ${new URL(scope).pathname} ${what}`;
  const PAGES = cacheName("pages");
  const FILES = cacheName(`files ${BUILD.version}`);
  const COPY = cacheName("copy ");
  const WHOLE = `${scope}data/offline/whole`;

  const addressOf = (path) => scope + path.split("/").map(encodeURIComponent).join("/");

  /** What a thing is kept under: queries mean nothing to a static host, and a folder is its index. */
  function keyOf(address) {
    const url = new URL(address);
    return url.origin + url.pathname.replace(/(^|\/)index\.html$/, "$1");
  }

  const isGood = (response) => response.status === 200 && response.type === "basic" && !response.redirected;
  const isPage = (response) => response.headers.get("Content-Type")?.startsWith("text/html");

  // What came and is not written yet: no reader waits for the disk.
  const waiting = new Map();
  let latest = 0;
  let writing = null;

  /** Keeps a response once no other has come for a while. */
  function keep(name, key, response) {
    waiting.set(key, { name, response });
    latest = performance.now();
    writing ??= write().finally(() => { writing = null; });
    return writing;
  }

  async function write() {
    const left = () => latest + QUIET - performance.now();
    while (waiting.size > 0) {
      while (left() > 0) await new Promise((resolve) => { setTimeout(resolve, left()); });
      const all = [...waiting];
      waiting.clear();
      for (const [name, most] of [[PAGES, MOST_PAGES], [FILES, MOST_FILES]]) {
        const come = all.filter(([, one]) => one.name === name);
        // A full disk costs only what would have been kept.
        if (come.length > 0) await writeInto(name, come, most).catch(() => {});
      }
    }
  }

  async function writeInto(name, come, most) {
    const cache = await caches.open(name);
    for (const [key, { response }] of come) {
      await cache.delete(key, { ignoreVary: true });
      await cache.put(key, response);
    }
    const keys = await cache.keys();
    for (const oldest of keys.slice(0, Math.max(0, keys.length - most))) await cache.delete(oldest, { ignoreVary: true });
  }

  /** Fetches what is not kept yet. */
  async function fill(name, addresses) {
    const cache = await caches.open(name);
    const missing = [...addresses];
    const answer = { failed: 0, isFull: false };
    const work = async () => {
      for (let address = missing.shift(); address; address = missing.shift()) {
        const key = keyOf(address);
        try {
          if (await cache.match(key, { ignoreVary: true })) continue;
          const response = await fetch(key, { cache: "no-cache" });
          if (isGood(response)) await cache.put(key, response);
          else answer.failed += 1;
        } catch (error) {
          answer.failed += 1;
          answer.isFull ||= error.name === "QuotaExceededError";
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return answer;
  }

  /** The whole copies that a reader asked for; one that is still being made does not count. */
  async function copies() {
    const names = (await caches.keys()).filter((name) => name.startsWith(COPY));
    const whole = await Promise.all(names.map((name) => caches.match(WHOLE, { cacheName: name })));
    return names.filter((_, index) => whole[index]);
  }

  async function kept(key, wantsPage) {
    const path = key.slice(scope.length);
    const whole = await copies();
    const isIndex = path.startsWith("search/") || path.startsWith("data/");
    const names = wantsPage ? [PAGES, ...whole] : isIndex ? [...whole, FILES] : [FILES, ...whole];
    for (const name of names) {
      const found = await caches.match(key, { cacheName: name, ignoreVary: true });
      if (found) return found;
    }
    return null;
  }

  function lost() {
    const t = (text) => text;
    const html = `<!doctype html><html lang="${t("offline.language")}"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t("offline.no_network")}</title><link rel="stylesheet" href="${scope}assets/callboard.css"><link rel="stylesheet" href="${scope}assets/brand.css">
<main class="page notfound"><div class="welcome"><h1>${t("offline.no_network")}</h1><p>${t("offline.not_kept")}</p>
<p><a class="button is-primary" href="${scope}">${t("offline.first")}</a></p></div></main></html>`;
    return new Response(html, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }

  async function answer(event) {
    const { request } = event;
    const wantsPage = request.mode === "navigate";
    const key = keyOf(request.url);
    try {
      const response = await fetch(request);
      const name = wantsPage && isPage(response) ? PAGES : SEEN.has(request.destination) ? FILES : null;
      if (name && isGood(response)) event.waitUntil(keep(name, key, response.clone()));
      return response;
    } catch (error) {
      const found = await kept(key, wantsPage);
      if (found) return found;
      if (wantsPage) return lost();
      throw error;
    }
  }

  addEventListener("install", (event) => {
    skipWaiting();
    event.waitUntil(fill(FILES, BUILD.frame.map(addressOf)));
  });
  addEventListener("activate", (event) => {
    const isOld = (name) => name.startsWith(cacheName("files ")) && name !== FILES;
    const clear = async () => {
      for (const name of await caches.keys()) if (isOld(name)) await caches.delete(name);
      await clients.claim();
    };
    event.waitUntil(clear());
  });
  addEventListener("fetch", (event) => {
    const { method, url, headers } = event.request;
    if (method === "GET" && url.startsWith(scope) && !headers.has("Range")) event.respondWith(answer(event));
  });
  // The page that brought the worker: { page, files }; a batch of a copy: { copy, paths }, answered on the port.
  addEventListener("message", (event) => {
    const { page, files, copy, paths } = event.data;
    const inside = (addresses) => addresses.filter((address) => address.startsWith(scope));
    if (page) event.waitUntil(Promise.all([fill(PAGES, inside([page])), fill(FILES, inside(files))]));
    if (copy) event.waitUntil(fill(COPY + copy, paths.map(addressOf)).then((told) => event.ports[0].postMessage(told)));
  });
})();
