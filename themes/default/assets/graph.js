// The graph's page: a field that finds entities; the explorer comes with the first of them. Without script the overview stands.
"use strict";
(() => {
  const { el, icon, glyph, t } = globalThis.callboard;
  const box = document.getElementById("graph");
  if (!box) return;
  const MOST = 8;

  const bar = el("div", { class: "graph-bar" });
  box.append(bar);

  /** Shows what is around an entity, as a step that the reader can go back. */
  async function go(reference) {
    const here = new URL(location.href);
    here.searchParams.set("root", reference);
    here.searchParams.delete("most");
    here.searchParams.delete("to");
    try { history.pushState(null, "", here); } catch { location.assign(here); return; }
    await explore(true);
  }
  async function explore(isStep) {
    if (!globalThis.callboardExplore) await globalThis.callboardLoad("assets/graph-explorer.js");
    await globalThis.callboardExplore({ box, bar, go, finder, isStep });
  }
  const failed = (error) => {
    document.getElementById("graph-overview").hidden = false;
    console.warn(`callboard: ${error.message}`);
  };

  // ---- Finding, by the portal's own search.

  /** A field that finds entities and hands the chosen one on. */
  function finder(id, words, take) {
    const input = el("input", { type: "text", id, role: "combobox", autocomplete: "off", spellcheck: "false", "aria-expanded": "false", "aria-controls": `${id}-found`, "aria-autocomplete": "list", "aria-label": words, placeholder: words });
    const list = el("ul", { class: "graph-found", id: `${id}-found`, role: "listbox", "aria-label": t("word.entities"), hidden: true });
    let found = [];
    let at = -1;
    function show(hits) {
      found = hits;
      at = hits.length ? 0 : -1;
      list.replaceChildren(...hits.map((hit, index) => {
        const option = el("li", { role: "option", id: `${list.id}-${index}` }, glyph(hit.kind), el("bdi", {}, hit.title), el("span", { class: "ref" }, hit.reference));
        option.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(index); });
        return option;
      }));
      if (!hits.length && input.value.trim()) list.append(el("li", { class: "none", role: "option", "aria-disabled": "true" }, t("graph.no_name")));
      list.hidden = !list.childElementCount;
      input.setAttribute("aria-expanded", String(!list.hidden));
      mark();
    }
    function mark() {
      for (const [index, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(index === at));
      if (at < 0) input.removeAttribute("aria-activedescendant");
      else input.setAttribute("aria-activedescendant", `${list.id}-${at}`);
    }
    function close() {
      found = [];
      list.replaceChildren();
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      mark();
    }
    function choose(index) {
      const hit = found[index];
      if (!hit) return;
      input.value = "";
      close();
      take(hit.reference).catch(failed);
    }
    let turn = 0;
    let timer = 0;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      const mine = ++turn;
      const query = input.value.trim();
      if (!query) return close();
      timer = setTimeout(async () => {
        await globalThis.callboardLoad("assets/search.js");
        const answer = await globalThis.callboardSearchParts.ask(`-kind:docs ${query}`, 3 * MOST);
        if (!answer || mine !== turn) return;
        const seen = new Set();
        // Definitions and the tabs of plugins are pages of their entity, with titles of their own.
        const isEntity = ({ reference, url }) => reference && /^catalog(\/[^/]+){3}\/$/.test(url) && !seen.has(reference) && seen.add(reference);
        show(answer.hits.filter(isEntity).slice(0, MOST));
      }, 120);
    });
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!found.length) return;
        event.preventDefault();
        at = (at + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length;
        mark();
      } else if (event.key === "Enter") choose(at);
      else if (event.key === "Escape") close();
    });
    input.addEventListener("blur", close);
    return el("span", { class: "field" }, icon("search"), input, list);
  }
  bar.append(finder("graph-find", t("graph.find"), go));

  addEventListener("popstate", () => {
    if (globalThis.callboardExplore || new URL(location.href).searchParams.get("root")) explore(false).catch(failed);
  });
  if (new URL(location.href).searchParams.get("root")) explore(false).catch(failed);
  // The overview's own links need no new page.
  document.getElementById("graph-overview").addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[href*='?root=']");
    if (!link) return;
    event.preventDefault();
    go(new URL(link.getAttribute("href"), location.href).searchParams.get("root")).catch(failed);
  });
})();
