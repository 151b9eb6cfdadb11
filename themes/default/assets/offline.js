// Makes the whole portal available without a network: the list below data/offline/, fetched by the service worker in
// batches into a copy of its own.
"use strict";
(() => {
  const { el, root } = globalThis.callboard;
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
  const bar = el("progress", { max: "1", "aria-label": "Progress" });
  const status = el("p", { class: "card-note", role: "status" });
  const make = el("button", { type: "button", class: "button" });
  const cancel = el("button", { type: "button", class: "button" }, "Cancel");
  const remove = el("button", { type: "button", class: "button" }, "Remove");
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
    make.textContent = head ? `${isOld ? "Update" : "Make available offline"} (${size(head.bytes)})` : "";
    text.textContent = !copy ? `Pages that you read are kept. The whole portal ${head ? `is ${number(head.files)} files and ` : ""}can be kept, too, with its search.`
      : isOld ? "The whole portal is kept, from an older build."
      : `The whole portal is kept: ${number(copy.files)} files, ${size(copy.bytes)}.`;
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
    let end = "Cancelled. Nothing was kept.";
    const head = await list("root");
    const name = copyName(head.version);
    try {
      const { quota = Infinity, usage = 0 } = (await navigator.storage?.estimate?.()) ?? {};
      if (quota - usage < head.bytes * 1.1) throw new Error(`There is no room for ${size(head.bytes)} in this browser.`);
      navigator.storage?.persist?.().catch(() => {});
      const { active } = await navigator.serviceWorker.ready;
      let [done, failed] = [0, 0];
      for (let shard = 0; shard < head.shards && isRunning; shard++) {
        const rows = await list(String(shard));
        for (let start = 0; start < rows.length && isRunning; start += BATCH) {
          const part = rows.slice(start, start + BATCH);
          const told = await batch(active, { copy: head.version, paths: part.map(([path]) => path) });
          if (told.isFull) throw new Error("There is no room left in this browser.");
          failed += told.failed;
          done += part.reduce((sum, [, bytes]) => sum + bytes, 0);
          bar.value = done / head.bytes;
          text.textContent = `${size(done)} of ${size(head.bytes)}`;
        }
      }
      if (isRunning && failed) throw new Error(`${number(failed)} files could not be fetched. Try again: what is here already is not fetched twice.`);
      if (isRunning) {
        await (await caches.open(name)).put(WHOLE, new Response(JSON.stringify({ files: head.files, bytes: head.bytes })));
        await clear(name);
        end = "Done. The whole portal can be read without a network.";
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
    status.textContent = "Removed.";
    make.focus();
  });
  show();
})();
