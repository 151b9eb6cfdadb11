// Stars and recent pages, kept in this browser: of pages that can have them, and on the first page.
"use strict";
(() => {
  const { root, el, glyph, url, store, t } = globalThis.callboard;
  const shelf = (name) => {
    const key = `callboard:${name}:${root.pathname}`;
    return {
      read() {
        try {
          const found = JSON.parse(store.get(key) ?? "[]");
          return Array.isArray(found) ? found.filter((e) => e && typeof e.url === "string" && typeof e.text === "string") : [];
        } catch { return []; }
      },
      write(entries) { store.set(key, JSON.stringify(entries)); },
    };
  };
  const starred = shelf("starred");
  const recent = shelf("recent");
  const here = location.pathname.startsWith(root.pathname)
    ? location.pathname.slice(root.pathname.length).replace(/index\.html$/, "")
    : null;
  const head = document.querySelector("[data-entity]");
  const doc = document.querySelector("[data-doc]");
  const me = here === null ? null
    : head ? { url: here, text: head.dataset.text, glyph: head.dataset.glyph, reference: head.dataset.entity }
    : doc ? { url: here, text: doc.dataset.doc, glyph: "docs", reference: "" }
    : null;
  if (me) {
    const same = (e) => e.url === me.url || (me.reference !== "" && e.reference === me.reference);
    recent.write([me, ...recent.read().filter((e) => !same(e))].slice(0, 12));
    const button = document.querySelector("[data-star]");
    if (button) {
      const show = () => {
        const on = starred.read().some(same);
        button.setAttribute("aria-pressed", String(on));
        button.querySelector("span").textContent = on ? t("word.starred") : t("word.star");
      };
      button.addEventListener("click", () => {
        const all = starred.read();
        starred.write(all.some(same) ? all.filter((e) => !same(e)) : [me, ...all].slice(0, 200));
        show();
      });
      show();
    }
  }
  for (const [name, limit] of [["starred", 12], ["recent", 6]]) {
    const box = document.querySelector(`[data-mine="${name}"]`);
    const entries = box ? shelf(name).read().slice(0, limit) : [];
    if (!entries.length) continue;
    const list = el("ul", { class: "entities is-grid" });
    for (const e of entries) {
      list.append(el("li", {}, el("a", { class: "entity", href: url(e.url), title: e.reference || null }, glyph(e.glyph), el("bdi", {}, e.text))));
    }
    box.append(list);
    box.hidden = false;
  }
})();
