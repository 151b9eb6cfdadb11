// What the search dialog and the search page share. The engine is in search-engine.js and is loaded on first use.
"use strict";
(() => {
  const { el, icon, glyph, url, root, store, t } = globalThis.callboard;
  const NAMES = new Map([["component", t("kinds.component")], ["api", t("kinds.api")], ["resource", t("kinds.resource")], ["system", t("kinds.system")], ["domain", t("kinds.domain")],
    ["group", t("kinds.group")], ["user", t("search.people")], ["location", t("kinds.location")], ["template", t("kinds.template")], ["docs", t("word.docs")]]);
  /** What pages of a kind are called; those of a kind that the portal declares, by the rules of English. */
  function name(kind) {
    if (!kind || NAMES.has(kind)) return NAMES.get(kind) ?? t("graph.other");
    const plural = /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : /(s|x|ch|sh)$/.test(kind) ? `${kind}es` : `${kind}s`;
    return plural[0].toUpperCase() + plural.slice(1);
  }

  /** Loads the engine and the first shard side by side, whichever comes first. */
  function ready() {
    const early = (globalThis.callboardEarlyShards ??= new Map());
    globalThis.callboardShard ??= (shard, value) => early.set(shard, value);
    return Promise.all(["assets/search-engine.js", "search/root.js"].map(globalThis.callboardLoad));
  }

  async function ask(query, limit, options) {
    await ready();
    return globalThis.callboardSearch.search(query, limit, options);
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
        hit.lifecycle === "deprecated" ? el("span", { class: "badge is-deprecated" }, "deprecated") : null,
        hit.reference ? el("span", { class: "ref" }, hit.reference) : null));
    if (hit.excerpt?.length) {
      link.append(el("span", { class: "hit-text" }, ...hit.excerpt.map((part) => (part.mark ? el("mark", {}, part.text) : part.text))));
    }
    return link;
  }

  function summary(query, found) {
    if (!found.total) return t("search.none", { query });
    const [count, shown] = [found.total, found.hits.length];
    return shown < count ? t("search.best", { count, shown }) : t("search.count", { count });
  }

  /** Runs only the newest question; answers that come late are dropped. */
  function newest(work) {
    let turn = 0;
    let timer = 0;
    return (query, wait, ...rest) => {
      const mine = ++turn;
      clearTimeout(timer);
      timer = setTimeout(() => work(query, () => mine === turn, ...rest), wait);
    };
  }

  function suggest(found, use) {
    if (!found.suggestion) return null;
    const button = el("button", { type: "button", class: "textbutton" }, found.suggestion);
    button.addEventListener("click", () => use(found.suggestion));
    return el("p", { class: "hits-head" }, `${t("search.meant")} `, button, "?");
  }

  // ---- Filters in the box: key:value, -key:value.

  /** The query without a filter. Of several values after one key, the others stay. */
  function without(query, { key, value, negative }) {
    const { knownAs } = globalThis.callboardSearch;
    return query.replace(/(-?)([a-zA-Z][a-zA-Z-]*):(?:"([^"]*)"?|(\S+))(\s*)/g, (term, minus, itsKey, quoted, plain, space) => {
      if ((minus === "-") !== Boolean(negative) || itsKey.toLowerCase() !== key) return term;
      const isIt = (one) => knownAs(key, one) === value;
      if (plain === undefined) return isIt(quoted) ? "" : term;
      const others = plain.split(",").filter((one) => one !== "" && !isIt(one));
      return others.length ? `${minus}${itsKey}:${others.join(",")}${space}` : "";
    }).trim();
  }
  /** The query with a filter before it: the last word stays the one that may still be typed. */
  function within(query, key, value) {
    return `${key}:${/[\s",/]/.test(value) ? `"${value.replaceAll('"', "")}"` : value} ${query}`.trim();
  }
  function chips(found, query, use) {
    return (found.filters ?? []).map((filter) => {
      const { key, value, negative, known } = filter;
      const words = `${negative ? `${t("search.not")} ` : ""}${key}: `;
      const isUnknown = known === false;
      const chip = el("button", { type: "button", class: `chip${isUnknown ? " is-unknown" : ""}`, "aria-label": t("word.remove_filter", { filter: words + value }) + (isUnknown ? ` ${t("search.nothing_has")}` : "") },
        words, el("bdi", {}, value), isUnknown ? " " : null, isUnknown ? el("span", { class: "missing" }, t("search.nothing_has")) : null, icon("close"));
      chip.addEventListener("click", () => use(without(query, filter)));
      return chip;
    });
  }

  // ---- Searches that led somewhere, kept in this browser.

  const KEY = `callboard:searches:${root.pathname}`;
  const recent = {
    read() {
      try {
        const found = JSON.parse(store.get(KEY) ?? "[]");
        return Array.isArray(found) ? found.filter((query) => query && typeof query === "string").slice(0, 8) : [];
      } catch { return []; }
    },
    add(query) {
      if (query) store.set(KEY, JSON.stringify([query, ...recent.read().filter((other) => other !== query)].slice(0, 8)));
    },
    clear() { store.set(KEY, "[]"); },
  };
  function clearRecent(after) {
    const button = el("button", { type: "button", class: "textbutton" }, t("word.clear"));
    button.setAttribute("aria-label", t("search.clear_recent"));
    button.addEventListener("click", () => { recent.clear(); after(); });
    return button;
  }

  // ---- Searches without a result, where the portal names an address for them.

  const isCounted = document.querySelector('meta[name="callboard-no-results"]') && location.protocol !== "file:";
  /** Tells of a result; of none with the query. Gives what the reader is to know. */
  async function missed(query) {
    if (!isCounted) return null;
    try {
      await globalThis.callboardLoad("assets/no-results.js");
      return globalThis.callboardNoResults.note(query);
    } catch { return null; }
  }

  globalThis.callboardSearchOpen = async () => {
    await globalThis.callboardLoad("assets/search-dialog.js");
    globalThis.callboardSearchOpen();
  };
  globalThis.callboardSearchParts = { ready, ask, grouped, row, name, summary, newest, suggest, chips, within, without, recent, clearRecent, missed };
})();
