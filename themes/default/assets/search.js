// The search dialog and the search page. The engine is in search-engine.js and is loaded on first use.
"use strict";
(() => {
  const { el, icon, glyph, url, root } = globalThis.callboard;
  const LIMIT = 30;
  const NAMES = new Map([["component", "Components"], ["api", "APIs"], ["resource", "Resources"], ["system", "Systems"], ["domain", "Domains"],
    ["group", "Groups"], ["user", "People"], ["location", "Locations"], ["template", "Templates"], ["docs", "Docs"]]);
  const name = (kind) => NAMES.get(kind) ?? (kind ? kind[0].toUpperCase() + kind.slice(1) : "Other");

  async function ask(query, limit) {
    await globalThis.callboardLoad("assets/search-engine.js");
    return globalThis.callboardSearch.search(query, limit);
  }

  /** Hits in groups by kind; the group of the best hit comes first. */
  function grouped(hits) {
    const groups = new Map();
    for (const hit of hits) {
      if (!groups.has(hit.kind)) groups.set(hit.kind, []);
      groups.get(hit.kind).push(hit);
    }
    return groups;
  }

  function row(hit, attributes) {
    const link = el("a", { class: "hit", href: url(hit.url), ...attributes }, glyph(hit.kind),
      el("span", { class: "hit-title" },
        el("bdi", {}, hit.title),
        hit.section ? el("span", { class: "section" }, "› ", el("bdi", {}, hit.section)) : null,
        hit.reference ? el("span", { class: "ref" }, hit.reference) : null));
    if (hit.excerpt?.length) {
      link.append(el("span", { class: "hit-text" }, ...hit.excerpt.map((part) => (part.mark ? el("mark", {}, part.text) : part.text))));
    }
    return link;
  }

  function summary(query, found) {
    if (!found.total) return `Nothing found for “${query}”.`;
    const shown = found.hits.length < found.total ? `, the best ${found.hits.length} shown` : "";
    return `${found.total} result${found.total === 1 ? "" : "s"}${shown}`;
  }

  /** Runs only the newest question; answers that come late are dropped. */
  function newest(work) {
    let turn = 0;
    let timer = 0;
    return (query, wait) => {
      const mine = ++turn;
      clearTimeout(timer);
      timer = setTimeout(() => work(query, () => mine === turn), wait);
    };
  }

  function suggest(found, use) {
    if (!found.suggestion) return null;
    const button = el("button", { type: "button", class: "textbutton" }, found.suggestion);
    button.addEventListener("click", () => use(found.suggestion));
    return el("p", { class: "hits-head" }, "Did you mean ", button, "?");
  }

  // ---- The dialog.

  let parts = null;
  function build() {
    const input = el("input", { type: "search", role: "combobox", "aria-label": "Search the portal", "aria-expanded": "false", "aria-controls": "search-hits",
      "aria-autocomplete": "list", autocomplete: "off", autocapitalize: "none", spellcheck: "false", placeholder: "Services, APIs, docs, people", enterkeyhint: "search" });
    const status = el("span", { role: "status" });
    const hint = el("div", {});
    const list = el("div", { class: "search-list", id: "search-hits", role: "listbox", "aria-label": "Results" });
    const close = el("button", { type: "button", class: "iconbutton", "aria-label": "Close search" }, icon("close"));
    const dialog = el("dialog", { class: "search", "aria-label": "Search" },
      el("div", { class: "search-head" }, icon("search"), input, close),
      hint, list,
      el("div", { class: "search-foot" }, status, el("span", {}, el("kbd", {}, "↑"), " ", el("kbd", {}, "↓"), " choose  ", el("kbd", {}, "Enter"), " open  ", el("kbd", {}, "Esc"), " close")));
    document.body.append(dialog);

    let options = [];
    let at = -1;
    const choose = (index) => {
      options[at]?.setAttribute("aria-selected", "false");
      at = options.length ? (index + options.length) % options.length : -1;
      const option = options[at];
      if (!option) return input.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    };
    const clear = () => {
      options = [];
      list.replaceChildren();
      hint.replaceChildren();
      input.setAttribute("aria-expanded", "false");
      choose(-1);
    };
    const run = newest(async (query, current) => {
      if (!query) { clear(); status.textContent = "Type to search."; return; }
      let found;
      try {
        found = await ask(query, LIMIT);
      } catch {
        if (!current()) return;
        clear();
        status.textContent = "Search could not be loaded.";
        return;
      }
      if (!current()) return;
      clear();
      for (const [kind, hits] of grouped(found.hits)) {
        const label = `search-${options.length}-label`;
        const group = el("div", { role: "group", "aria-labelledby": label }, el("div", { class: "hits-head", id: label, role: "presentation" }, name(kind)));
        for (const hit of hits) {
          const option = row(hit, { role: "option", id: `search-hit-${options.length}`, tabindex: "-1", "aria-selected": "false" });
          option.addEventListener("click", () => dialog.close());
          options.push(option);
          group.append(option);
        }
        list.append(group);
      }
      input.setAttribute("aria-expanded", String(options.length > 0));
      hint.replaceChildren(...[suggest(found, (words) => { input.value = words; input.focus(); run(words, 0); })].filter(Boolean));
      status.textContent = summary(query, found);
      list.scrollTop = 0;
      choose(0);
    });
    input.addEventListener("input", () => run(input.value.trim(), 80));
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown") choose(at + 1);
      else if (event.key === "ArrowUp") choose(at - 1);
      else if (event.key === "Enter") {
        const option = options[at];
        if (option) option.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey, shiftKey: event.shiftKey }));
      } else if (event.key === "Escape") dialog.close();
      else return;
      event.preventDefault();
    });
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    return { dialog, input, run };
  }
  function open() {
    const field = document.getElementById("search-input");
    if (field) { field.focus(); field.select(); return; }
    parts ??= build();
    if (parts.dialog.open) return;
    parts.dialog.showModal();
    parts.input.select();
    parts.run(parts.input.value.trim(), 0);
    globalThis.callboardLoad("assets/search-engine.js").catch(() => {});
  }
  globalThis.callboardSearchOpen = open;

  // ---- The page.

  const form = document.getElementById("search-form");
  if (!form) return;
  const input = document.getElementById("search-input");
  const status = document.getElementById("search-status");
  const results = document.getElementById("search-results");
  const keep = (query) => {
    const here = new URL(location.href);
    if (query) here.searchParams.set("q", query); else here.searchParams.delete("q");
    try { history.replaceState(null, "", here); } catch { /* file:// in some browsers */ }
  };
  const run = newest(async (query, current) => {
    keep(query);
    if (!query) {
      status.textContent = "";
      results.replaceChildren(el("p", { class: "empty" }, "Type a name or a word from the docs."));
      return;
    }
    let found;
    try {
      found = await ask(query, LIMIT * 2);
    } catch {
      if (current()) { status.textContent = ""; results.replaceChildren(el("p", { class: "empty" }, "Search could not be loaded. ", el("a", { href: url("catalog/") }, "Browse the catalog"), " instead.")); }
      return;
    }
    if (!current()) return;
    status.textContent = summary(query, found);
    results.replaceChildren();
    const hint = suggest(found, (words) => { input.value = words; run(words, 0); });
    if (hint) results.append(hint);
    for (const [kind, hits] of grouped(found.hits)) {
      results.append(el("section", { "aria-label": name(kind) }, el("h2", {}, name(kind)), el("ul", {}, ...hits.map((hit) => el("li", {}, row(hit, {}))))));
    }
    if (!found.total) results.append(el("p", { class: "empty" }, "Try fewer words, or ", el("a", { href: url("catalog/") }, "browse the catalog"), "."));
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(input.value.trim(), 0);
  });
  input.addEventListener("input", () => run(input.value.trim(), 120));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); results.querySelector("a.hit")?.focus(); }
  });
  results.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const all = [...results.querySelectorAll("a.hit")];
    const next = all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    (next < 0 ? input : all[Math.min(next, all.length - 1)]).focus();
  });
  input.value = new URL(location.href).searchParams.get("q") ?? "";
  run(input.value.trim(), 0);
  if (!location.hash) input.focus();
})();
