// The search page: results in tens, filters with counts, and all of it in the address.
"use strict";
(() => {
  const { el, url, t } = globalThis.callboard;
  const { ask, grouped, row, name, summary, newest, suggest, chips, within, without, recent, clearRecent, missed } = globalThis.callboardSearchParts;
  const STEP = 10;
  const FEW = 8;
  /** A text with a link where it says `{catalog}`. */
  function withCatalog(text) {
    const [before, after] = text.split("{catalog}");
    return el("p", { class: "empty" }, before, el("a", { href: url("catalog/") }, t("search.browse")), after);
  }
  const TITLES = new Map([["kind", t("word.kind")], ["type", t("word.type")], ["lifecycle", t("word.lifecycle")], ["owner", t("word.owner")], ["system", t("word.system")], ["tag", t("word.tags")], ["namespace", t("word.namespace")]]);
  const byId = (id) => document.getElementById(id);
  const [form, input, status, results, active, panel, toggle] =
    ["search-form", "search-input", "search-status", "search-results", "search-chips", "search-facets", "search-filters"].map(byId);

  const keep = (query, isStep) => {
    const here = new URL(location.href);
    if (query) here.searchParams.set("q", query); else here.searchParams.delete("q");
    if (here.href === location.href) return;
    try { history[isStep ? "pushState" : "replaceState"](null, "", here); } catch { /* file:// in some browsers */ }
  };
  /** Another query than by typing: a step that the reader can go back. */
  const use = (query) => {
    input.value = query;
    keep(query, true);
    run(query, 0);
  };

  // ---- Filters.

  const wide = new Set();
  function drawFacets(found, query) {
    const focus = document.activeElement?.dataset?.key;
    const filters = (found?.filters ?? []).filter(({ negative }) => !negative);
    const shown = (found?.facets ?? []).filter(({ key, values }) => values.length > 1 || filters.some((filter) => filter.key === key));
    panel.replaceChildren();
    for (const { key, title, values } of shown) {
      const chosen = (value) => filters.find((filter) => filter.key === key && filter.value === value);
      const items = values.filter(({ value }, index) => index < FEW || wide.has(key) || chosen(value)).map(({ value, count }) => {
        const box = el("input", { type: "checkbox", "data-key": `${key}:${value}` });
        box.checked = Boolean(chosen(value));
        box.addEventListener("change", () => use(box.checked ? within(query, key, value) : without(query, chosen(value))));
        return el("li", {}, el("label", {}, box, el("span", {}, el("bdi", { title: value }, key === "kind" ? name(value) : value.replace(/^[a-z]+:default\//, ""))), el("span", { class: "count" }, String(count))));
      });
      const group = el("details", { class: "facet", open: true }, el("summary", {}, TITLES.get(key) ?? title), el("ul", {}, ...items));
      if (values.length > FEW) {
        const button = el("button", { type: "button", class: "textbutton", "data-key": `${key}+` }, wide.has(key) ? t("word.fewer") : t("word.show_all", { count: values.length }));
        button.addEventListener("click", () => { if (!wide.delete(key)) wide.add(key); drawFacets(found, query); });
        group.append(button);
      }
      panel.append(group);
    }
    panel.hidden = toggle.hidden = !shown.length;
    toggle.textContent = filters.length ? t("word.filters_on", { count: filters.length }) : t("word.filters");
    if (focus) [...panel.querySelectorAll("[data-key]")].find((node) => node.dataset.key === focus)?.focus({ preventScroll: true });
  }

  // ---- Results.

  function item(hit) {
    const more = (hit.more ?? []).map(({ section, url: path }) => el("li", {}, el("a", { href: url(path) }, el("bdi", {}, section))));
    return el("li", {}, row(hit, {}), more.length ? el("ul", { class: "hit-more", "aria-label": t("search.also", { title: hit.title }) }, ...more) : null);
  }
  /** Ten hits and what follows them. Those above stay where they are. */
  function draw(query, found, from) {
    if (from) results.append(el("p", { class: "hits-from" }, t("search.from", { from: from + 1, to: found.hits.length })));
    for (const [kind, hits] of grouped(found.hits.slice(from))) {
      const label = from ? t("search.kind_from", { kind: name(kind), from: from + 1, to: found.hits.length }) : name(kind);
      results.append(el("section", { "aria-label": label }, el("h2", {}, name(kind)), el("ul", {}, ...hits.map(item))));
    }
    if (found.hits.length >= found.total || found.hits.length === from) return;
    const button = el("button", { type: "button", class: "button" }, t("search.more"));
    const box = el("div", { class: "more" }, button);
    button.addEventListener("click", () => { button.disabled = true; run(query, 0, found.hits.length, box); });
    results.append(box);
  }
  function drawRecent() {
    const searches = recent.read();
    drawFacets(null, "");
    active.replaceChildren();
    status.textContent = "";
    results.replaceChildren(el("p", { class: "empty" }, t("search.start")));
    if (!searches.length) return;
    const links = searches.map((query) => {
      const link = el("a", { href: `?q=${encodeURIComponent(query)}` }, el("bdi", {}, query));
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        use(query);
        input.focus();
      });
      return el("li", {}, link);
    });
    const clear = clearRecent(() => { drawRecent(); input.focus(); });
    results.append(el("section", { class: "recent", "aria-label": t("me.searches") }, el("h2", {}, t("me.searches"), " ", clear), el("ul", {}, ...links)));
  }

  const run = newest(async (query, current, from = 0, box = null) => {
    keep(query, false);
    if (!query) return drawRecent();
    let found;
    try {
      found = await ask(query, from + STEP, { facets: true });
    } catch {
      if (!current()) return;
      status.textContent = "";
      results.replaceChildren(withCatalog(t("search.failed_try")));
      return;
    }
    if (!current() || !found) return;
    status.textContent = summary(query, found);
    if (from) {
      const above = box.previousElementSibling;
      box.remove();
      draw(query, found, from);
      [...results.querySelectorAll("a.hit")].find((link) => above.compareDocumentPosition(link) & Node.DOCUMENT_POSITION_FOLLOWING && !above.contains(link))?.focus();
      return;
    }
    drawFacets(found, query);
    const filters = chips(found, query, (words) => { use(words); input.focus(); });
    active.replaceChildren(...filters);
    results.replaceChildren(...[suggest(found, use)].filter(Boolean));
    draw(query, found, 0);
    if (!found.total) results.append(withCatalog(filters.length ? t("search.none_filtered") : t("search.none_try")));
    const note = await missed(found.total ? "" : query);
    if (note && current()) results.append(el("p", { class: "hits-head" }, note));
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = input.value.trim();
    recent.add(query);
    use(query);
  });
  input.addEventListener("input", () => { missed(""); run(input.value.trim(), 120); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { event.preventDefault(); results.querySelector("a.hit")?.focus(); }
  });
  results.addEventListener("click", (event) => {
    if (event.target.closest(".hit, .hit-more a")) recent.add(input.value.trim());
  });
  results.addEventListener("keydown", (event) => {
    const all = [...results.querySelectorAll("a.hit")];
    const here = all.indexOf(document.activeElement);
    if (here < 0 || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    const next = here + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    (next < 0 ? input : all[Math.min(next, all.length - 1)]).focus();
  });
  toggle.addEventListener("click", () => toggle.setAttribute("aria-expanded", String(panel.classList.toggle("is-open"))));
  for (const link of document.querySelectorAll(".search-help a")) {
    link.addEventListener("click", (event) => { event.preventDefault(); use(link.textContent); input.focus(); });
  }
  const read = () => {
    input.value = new URL(location.href).searchParams.get("q") ?? "";
    run(input.value.trim(), 0);
  };
  addEventListener("popstate", read);
  read();
  if (!location.hash) input.focus();

  globalThis.callboardSearchOpen = () => { input.focus(); input.select(); };

  // ---- The whole portal without a network.

  const offline = byId("search-offline");
  if (!offline || location.protocol === "file:" || !navigator.serviceWorker || !globalThis.caches) return;
  offline.hidden = false;
  offline.addEventListener("toggle", () => {
    globalThis.callboardLoad("assets/offline.js").catch(() => offline.append(el("p", { class: "empty" }, t("search.needs_network"))));
  }, { once: true });
})();
