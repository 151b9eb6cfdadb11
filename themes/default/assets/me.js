// What this browser keeps of its reader, to see and to clear.
"use strict";
(() => {
  const { root, el, glyph, icon, url, store, t } = globalThis.callboard;
  const keyOf = (name) => `callboard:${name}:${root.pathname}`;
  const read = (name) => {
    try { return [JSON.parse(store.get(keyOf(name)) ?? "[]")].flat().filter(Boolean); } catch { return []; }
  };

  /** A search, or a page. */
  function shown(name, entry) {
    if (name === "searches") return typeof entry === "string" ? el("a", { class: "entity", href: url(`search/?q=${encodeURIComponent(entry)}`) }, icon("search"), el("bdi", {}, entry)) : null;
    if (typeof entry.url !== "string" || typeof entry.text !== "string") return null;
    return el("a", { class: "entity", href: url(entry.url), title: entry.reference || null }, glyph(name === "team" ? "group" : entry.glyph), el("bdi", {}, entry.text));
  }

  for (const box of document.querySelectorAll("[data-kept]")) {
    const name = box.dataset.kept;
    const [list, empty, button] = ["ul", ".empty", "button"].map((found) => box.querySelector(found));
    const title = box.querySelector("h2").textContent;
    const draw = () => {
      const entries = read(name);
      list.replaceChildren(...entries.map((entry, at) => {
        const link = shown(name, entry);
        if (!link) return "";
        const remove = el("button", { type: "button", class: "iconbutton", "aria-label": t("me.remove", { name: link.textContent, list: title }) }, icon("close"));
        remove.addEventListener("click", () => {
          store.set(keyOf(name), JSON.stringify(name === "team" ? null : read(name).filter((_, other) => other !== at)));
          draw();
          (list.querySelectorAll("button")[at] ?? button).focus();
        });
        return el("li", {}, link, remove);
      }));
      empty.hidden = entries.length > 0;
      button.hidden = entries.length === 0;
    };
    button.setAttribute("aria-label", t("me.clear", { list: title }));
    button.addEventListener("click", () => { store.set(keyOf(name), name === "team" ? "null" : "[]"); draw(); });
    draw();
    box.hidden = false;
  }
})();
