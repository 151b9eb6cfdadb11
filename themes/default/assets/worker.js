// Brings the service worker, which keeps what was read. A portal that gave it up takes the old one away.
"use strict";
(async () => {
  const { root, policy } = globalThis.callboard;
  const workers = navigator.serviceWorker;
  if (!workers || location.protocol === "file:") return;
  if ("worker" in document.documentElement.dataset) {
    const isFirst = !workers.controller;
    // What the reader does first has the network for itself.
    if (isFirst) await new Promise((resolve) => { setTimeout(resolve, 2000); });
    await workers.register(policy.createScriptURL("sw.js"));
    const { active } = await workers.ready;
    const files = performance.getEntriesByType("resource").map((entry) => entry.name);
    if (isFirst) active.postMessage({ page: location.href, files });
    return;
  }
  const old = await workers.getRegistration(root);
  if (old?.scope !== root.href) return;
  await old.unregister();
  for (const name of await caches.keys()) if (name.startsWith(`callboard ${root.pathname} `)) await caches.delete(name);
})().catch(() => { /* Private windows and hosts that forbid it read with a network only. */ });
