// Sends searches that found nothing to the address that the page names. Only portals that name one have this file.
"use strict";
(() => {
  const { root, t } = globalThis.callboard;
  const address = document.querySelector('meta[name="callboard-no-results"]').content;
  const PAUSE = 2000;
  const LONGEST = 200;
  const KEY = `callboard:told:${root.pathname}`;
  const isRefused = () => Boolean(navigator.globalPrivacyControl) || navigator.doNotTrack === "1";

  let told = [];
  try { told = JSON.parse(sessionStorage.getItem(KEY)) ?? []; } catch { /* no storage: this page remembers */ }
  let waiting = "";
  let timer = 0;
  function send() {
    clearTimeout(timer);
    const query = waiting;
    waiting = "";
    if (!query || isRefused() || told.includes(query.toLowerCase())) return;
    told.push(query.toLowerCase());
    try { sessionStorage.setItem(KEY, JSON.stringify(told)); } catch { /* no storage */ }
    const page = location.pathname.startsWith(root.pathname) ? location.pathname.slice(root.pathname.length) : "";
    navigator.sendBeacon(address, JSON.stringify({ query, page }));
  }
  /** Once the reader pauses. A search that found something, or goes on, takes the one before it back. */
  function note(query) {
    clearTimeout(timer);
    waiting = isRefused() ? "" : [...query].slice(0, LONGEST).join("");
    if (!waiting) return null;
    timer = setTimeout(send, PAUSE);
    return t("search.told", { host: new URL(address).host });
  }
  addEventListener("pagehide", send);
  document.addEventListener("visibilitychange", () => { if (document.hidden) send(); });
  globalThis.callboardNoResults = { note, leave: send };
})();
