// Makes the whole portal available without a network: the list below data/offline/, fetched by the service worker in
// batches into a copy of its own.
"use strict";
(() => {
  const { el, root, t } = globalThis.callboard;
  const BATCH = 60;
  const box = document.getElementById("search-offline");
  const copyName = (version) => `callboard ${root.pathname} copy ${version}`;
  const WHOLE = new URL("data/offline/whole", root).href;
  const number = (count) => count.toLocaleString(document.documentElement.lang);
  const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} KB` : `${(bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })} MB`);

  const lists = new Map();
  const before = globalThis.callboardData;
  globalThis.callboardData = (set, key, value) => {
    if (set === "offline") lists.set(key, value);
    else before?.(set, key, value);
  };
  async function list(key) {
    if (!lists.has(key)) await globalThis.callboardLoad(`data/offline/${key}.js`);
    return lists.get(key);
  }

  const text = el("p", {});
  const bar = el("progress", { max: "1", "aria-label": t("offline.progress") });
  const status = el("p", { class: "card-note", role: "status" });
  const make = el("button", { type: "button", class: "button" });
  const cancel = el("button", { type: "button", class: "button" }, t("offline.cancel"));
  const remove = el("button", { type: "button", class: "button" }, t("offline.remove"));
  box.append(text, bar, el("p", { class: "actions" }, make, cancel, remove), status);

  const copies = async () => (await caches.keys()).filter((name) => name.startsWith(copyName("")));
  async function wholeCopy() {
    for (const name of await copies()) {
      const mark = await caches.match(WHOLE, { cacheName: name });
      if (mark) return { name, ...(await mark.json()) };
    }
    return null;
  }
  const clear = async (except) => {
    for (const name of await copies()) if (name !== except) await caches.delete(name);
  };

  let isRunning = false;
  async function show() {
    const head = await list("root").catch(() => null);
    const copy = await wholeCopy();
    const isOld = copy && head && copy.name !== copyName(head.version);
    bar.hidden = cancel.hidden = !isRunning;
    make.hidden = isRunning || !head || Boolean(copy && !isOld);
    remove.hidden = isRunning || !copy;
    make.textContent = head ? t(isOld ? t("offline.update") : t("offline.make"), { size: size(head.bytes) }) : "";
    text.textContent = !copy ? (head ? t("offline.read_sized", { files: head.files }) : t("offline.read"))
      : isOld ? t("offline.old")
      : t("offline.kept", { files: copy.files, size: size(copy.bytes) });
  }

  function batch(worker, message) {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => resolve(data);
      worker.postMessage(message, [port2]);
    });
  }

  make.addEventListener("click", async () => {
    isRunning = true;
    bar.value = 0;
    status.textContent = "";
    await show();
    cancel.focus();
    let end = t("offline.cancelled");
    const head = await list("root");
    const name = copyName(head.version);
    try {
      const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
      if (quota - usage < head.bytes * 1.1) throw new Error(t("offline.no_room", { size: size(head.bytes) }));
      navigator.storage?.persist?.().catch(() => {});
      const { active } = await navigator.serviceWorker.ready;
      let [done, failed] = [0, 0];
      for (let shard = 0; shard < head.shards && isRunning; shard++) {
        const rows = await list(String(shard));
        for (let start = 0; start < rows.length && isRunning; start += BATCH) {
          const part = rows.slice(start, start + BATCH);
          const told = await batch(active, { copy: head.version, paths: part.map(([path]) => path) });
          if (told.isFull) throw new Error(t("offline.full"));
          failed += told.failed;
          done += part.reduce((sum, [, bytes]) => sum + bytes, 0);
          bar.value = done / head.bytes;
          text.textContent = t("offline.done_of", { done: size(done), size: size(head.bytes) });
        }
      }
      if (isRunning && failed) throw new Error(t("offline.failed", { count: failed }));
      if (isRunning) {
        await (await caches.open(name)).put(WHOLE, new Response(JSON.stringify({ files: head.files, bytes: head.bytes })));
        await clear(name);
        end = t("offline.done");
      } else await caches.delete(name);
    } catch (error) {
      end = error.message;
    }
    isRunning = false;
    await show();
    status.textContent = end;
    (make.hidden ? remove : make).focus();
  });
  cancel.addEventListener("click", () => { isRunning = false; });
  remove.addEventListener("click", async () => {
    await clear();
    await show();
    status.textContent = t("offline.removed");
    make.focus();
  });
  show();
})();
