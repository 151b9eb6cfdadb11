// Newer data for a plugin's tab, read by the reader's browser. The snapshot is shown first and stays where reading fails.
//
// `data-live="path.to.value"` on an element of the tab takes the text at that path. A plugin's own script may listen to
// `callboard:data` on the tab and do more with `event.detail`.
"use strict";
(() => {
  const { el, t } = globalThis.callboard;
  const LARGEST = 2_000_000;
  const section = document.querySelector("[data-live-url]");
  // From disk there is nothing but the snapshot.
  if (!section || location.protocol === "file:") return;
  const every = Math.max(5, Number(section.dataset.liveEvery) || 60) * 1000;
  const asOf = section.querySelector("[data-asof]");
  const at = (json, path) => path.split(".").reduce((value, part) => value?.[part], json);

  async function read() {
    const answer = await fetch(section.dataset.liveUrl, {
      credentials: "omit", referrerPolicy: "no-referrer", headers: { accept: "application/json" }, signal: AbortSignal.timeout(20_000),
    });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    const text = await answer.text();
    if (text.length > LARGEST) throw new Error("too large");
    return JSON.parse(text);
  }
  function show(json) {
    for (const node of section.querySelectorAll("[data-live]")) {
      const value = at(json, node.dataset.live);
      if (["string", "number", "boolean"].includes(typeof value)) node.textContent = String(value);
    }
    section.dispatchEvent(new CustomEvent("callboard:data", { detail: json, bubbles: true }));
    const now = new Date();
    asOf?.replaceChildren(t("plugin.live"), " ", el("time", { datetime: now.toISOString() }, now.toLocaleTimeString(document.documentElement.lang)));
  }
  let note = null;
  async function refresh() {
    if (document.hidden) return;
    try {
      show(await read());
      note?.remove();
      note = null;
    } catch {
      if (!note) {
        note = el("span", { class: "plugin-unlive" }, ` ${t("plugin.not_live")}`);
        asOf?.append(note);
      }
    }
  }
  refresh();
  setInterval(refresh, every);
})();
