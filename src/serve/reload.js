// Reloads this page when it, or something that it loaded, was built anew. Served by `callboard serve` only.
(() => {
  "use strict";
  const script = document.currentScript;
  const { page, base } = script.dataset;
  let generation = script.dataset.generation;
  let source = null;
  let retry = null;

  const SCROLL = "callboard-serve-scroll";

  // Browsers restore the position on reload, but too early on pages that grow while they load.
  const restore = () => {
    const saved = JSON.parse(sessionStorage.getItem(SCROLL) || "null");
    if (saved && saved.path === location.pathname) scrollTo(saved.x, saved.y);
  };

  const reload = () => {
    disconnect();
    try {
      sessionStorage.setItem(SCROLL, JSON.stringify({ path: location.pathname, x: scrollX, y: scrollY }));
    } catch {
      // Without storage the browser's own way has to do.
    }
    location.reload();
  };

  const pathOf = (url) => decodeURIComponent(new URL(url, location.href).pathname);

  const isAt = (url, path) => {
    try {
      const parsed = new URL(url, location.href);
      return parsed.origin === location.origin && pathOf(url) === path;
    } catch {
      return false;
    }
  };

  const stylesheets = () => [...document.querySelectorAll('link[rel~="stylesheet"][href]')];

  // The new sheet is loaded beside the old one, so that the page is never bare.
  const swap = (link) => {
    const url = new URL(link.href);
    url.searchParams.set("generation", generation);
    const fresh = link.cloneNode();
    fresh.href = url.href;
    fresh.addEventListener("load", () => link.remove());
    fresh.addEventListener("error", () => fresh.remove());
    link.after(fresh);
  };

  const changed = (event) => {
    const { generation: now, all, paths } = JSON.parse(event.data);
    generation = now;
    if (all || (page === "*" && paths.length > 0) || paths.includes(page)) return reload();
    const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
    const sheets = new Set();
    for (const path of paths.map((path) => base + "/" + path)) {
      const links = stylesheets().filter((link) => isAt(link.href, path));
      if (links.length > 0) links.forEach((link) => sheets.add(link));
      else if (loaded.some((url) => isAt(url, path))) return reload();
    }
    sheets.forEach(swap);
  };

  const disconnect = () => {
    clearTimeout(retry);
    if (source) source.close();
    source = null;
  };

  const connect = () => {
    disconnect();
    source = new EventSource("/-/events?since=" + encodeURIComponent(generation));
    source.addEventListener("changed", changed);
    // Not the browser's own retry: that would ask with the generation of the first connection.
    source.addEventListener("error", () => {
      disconnect();
      retry = setTimeout(connect, 1000);
    });
  };

  // A browser opens six connections to one host: tabs in the background must not use them up. What a tab missed is told
  // when it connects again.
  const follow = () => (document.visibilityState === "hidden" ? disconnect() : connect());

  performance.setResourceTimingBufferSize(5000);
  try {
    restore();
    addEventListener("load", () => {
      restore();
      sessionStorage.removeItem(SCROLL);
    });
  } catch {
    // As above.
  }
  document.addEventListener("visibilitychange", follow);
  addEventListener("pagehide", disconnect);
  addEventListener("pageshow", (event) => event.persisted && follow());
  follow();
})();
