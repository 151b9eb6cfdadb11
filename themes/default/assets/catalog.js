// The catalog list with facets, filter, sorting and downloads, from the data shards. Without script the table of the page stands.
"use strict";
(() => {
  const { el, icon, glyph, url, t } = globalThis.callboard;
  const box = document.getElementById("catalog");
  if (!box) return;
  const STEP = 200;
  const fixedKind = box.dataset.kind;

  // ---- Data.

  const store = new Map();
  const before = globalThis.callboardData;
  globalThis.callboardData = (set, key, value) => {
    if (set === "catalog") store.set(String(key), value);
    else before?.(set, key, value);
  };
  async function load() {
    await globalThis.callboardLoad("data/catalog/root.js");
    const head = store.get("root");
    const waiting = Array.from({ length: head.shards }, (_, n) => n);
    const work = async () => {
      for (let n = waiting.shift(); n !== undefined; n = waiting.shift()) await globalThis.callboardLoad(`data/catalog/${n}.js`);
    };
    await Promise.all(Array.from({ length: 6 }, work));
    const column = new Map(head.fields.map((field, index) => [field, index]));
    const rows = [];
    for (let n = 0; n < head.shards; n++) for (const row of store.get(String(n))) rows.push(row);
    store.clear();
    return { rows, column };
  }

  const FACETS = [["kind", t("word.kind")], ["type", t("word.type")], ["lifecycle", t("word.lifecycle")], ["owner", t("word.owner")], ["system", t("word.system")], ["tag", t("word.tags")], ["namespace", t("word.namespace")]];
  const SORTS = new Set(["title", "type", "lifecycle", "owner", "system", "findings"]);
  const KEYS = new Set(["kind", "type", "lifecycle", "owner", "system", "tag", "namespace", "name"]);

  // ---- The query language: key:value, -key:value, "quoted text", words.

  function parse(text) {
    const terms = [];
    for (const [, minus, key, quoted, plain] of text.matchAll(/(-?)(?:([a-zA-Z]+):)?(?:"([^"]*)"?|(\S+))/g)) {
      const value = (quoted ?? plain ?? "").toLowerCase();
      const known = key && KEYS.has(key.toLowerCase());
      if (known) terms.push({ not: minus === "-", key: key.toLowerCase(), value });
      else if (value || key) terms.push({ not: minus === "-", key: "", value: key ? `${key.toLowerCase()}:${value}` : value });
    }
    return terms;
  }

  function start({ rows, column }) {
    const at = (field) => column.get(field);
    const [REF, TITLE, OWNER, SYSTEM, TAGS, TEXT, SPACE, FINDINGS] = ["reference", "title", "owner", "system", "tags", "description", "namespace", "findings"].map(at);
    const FIELD = new Map([["kind", at("kind")], ["type", at("type")], ["lifecycle", at("lifecycle")], ["owner", OWNER], ["system", SYSTEM], ["tag", TAGS], ["namespace", SPACE]]);
    const NAMED = new Map([["owner", at("ownerTitle")], ["system", at("systemTitle")]]);
    const names = new Map([["kind", new Map()], ["owner", new Map()], ["system", new Map()]]);
    for (const row of rows) for (const [facet, field] of NAMED) if (row[FIELD.get(facet)]) names.get(facet).set(row[FIELD.get(facet)], row[field]);
    const label = (facet, value) => (value === "" ? t("word.none") : names.get(facet)?.get(value) || value);
    for (const row of rows) names.get("kind").set(row[at("kind")].toLowerCase(), row[at("kind")]);
    const kindOf = (row) => row[FIELD.get("kind")].toLowerCase();
    const valuesOf = (facet, row) => {
      if (facet === "kind") return [kindOf(row)];
      const value = row[FIELD.get(facet)];
      if (!Array.isArray(value)) return [value ?? ""];
      return value;
    };
    const bare = (reference) => reference.slice(reference.lastIndexOf("/") + 1);
    const words = new Array(rows.length);
    const wordsOf = (n) => (words[n] ??= [rows[n][TITLE], rows[n][REF], rows[n][TEXT], ...(rows[n][TAGS] ?? [])].join("\n").toLowerCase());

    function meets(term, n) {
      const row = rows[n];
      const { key, value } = term;
      let yes;
      if (key === "") yes = wordsOf(n).includes(value);
      else if (key === "name") yes = bare(row[REF]).toLowerCase().includes(value);
      else if (key === "owner" || key === "system") {
        const reference = String(row[FIELD.get(key)] ?? "").toLowerCase();
        yes = reference === value || bare(reference) === value || reference.slice(reference.indexOf(":") + 1) === value || label(key, row[FIELD.get(key)]).toLowerCase() === value;
      } else yes = valuesOf(key, row).some((found) => String(found).toLowerCase() === value);
      return yes !== term.not;
    }

    // ---- State, kept in the address.

    const state = { q: "", chosen: new Map(FACETS.map(([id]) => [id, new Set()])), sort: "" };
    function read() {
      const query = new URL(location.href).searchParams;
      state.q = query.get("q") ?? "";
      const sort = query.get("sort") ?? "";
      state.sort = SORTS.has(sort.replace(/^-/, "")) ? sort : "";
      for (const [id, chosen] of state.chosen) {
        chosen.clear();
        for (const value of query.getAll(id)) chosen.add(id === "kind" ? value.toLowerCase() : value);
      }
      const kinds = state.chosen.get("kind");
      if (kinds.has("all")) kinds.clear();
      else if (!kinds.size && fixedKind) kinds.add(fixedKind);
    }
    function write() {
      const here = new URL(location.href);
      const query = new URLSearchParams();
      for (const [id, chosen] of state.chosen) {
        const isDefault = id === "kind" && fixedKind && chosen.size === 1 && chosen.has(fixedKind);
        if (!isDefault) for (const value of chosen) query.append(id, value);
        if (id === "kind" && fixedKind && !chosen.size) query.append("kind", "all");
      }
      if (state.q) query.set("q", state.q);
      if (state.sort) query.set("sort", state.sort);
      here.search = query.toString();
      try { history.replaceState(null, "", here); } catch { /* file:// in some browsers */ }
    }

    // ---- One pass: which rows pass, and what each facet would give.

    let shown = [];
    let counts = new Map();
    function compute() {
      const terms = parse(state.q);
      const active = FACETS.map(([id]) => id).filter((id) => state.chosen.get(id).size);
      counts = new Map(FACETS.map(([id]) => [id, new Map()]));
      shown = [];
      const add = (id, row) => {
        const into = counts.get(id);
        const values = valuesOf(id, row);
        for (const value of values) into.set(value, (into.get(value) ?? 0) + 1);
      };
      for (let n = 0; n < rows.length; n++) {
        const row = rows[n];
        let failed = "";
        let failures = 0;
        for (const id of active) {
          const chosen = state.chosen.get(id);
          if (!valuesOf(id, row).some((value) => chosen.has(value))) { failed = id; if (++failures > 1) break; }
        }
        if (failures > 1 || !terms.every((term) => meets(term, n))) continue;
        if (failures === 0) {
          shown.push(n);
          for (const [id] of FACETS) add(id, row);
        } else add(failed, row);
      }
      if (!state.sort) return;
      const down = state.sort.startsWith("-");
      const field = state.sort.replace(/^-/, "");
      const index = at(field);
      const key = field === "findings" ? (n) => rows[n][FINDINGS]
        : field === "owner" || field === "system" ? (n) => label(field, rows[n][index] ?? "").toLowerCase()
        : (n) => String(rows[n][index] ?? "").toLowerCase();
      const keys = new Map(shown.map((n) => [n, key(n)]));
      // What has no value comes last in both directions.
      shown.sort((a, b) => {
        const [x, y] = [keys.get(a), keys.get(b)];
        if (x === y) return a - b;
        if (field !== "findings" && (!rows[a][index] || !rows[b][index])) return rows[a][index] ? -1 : 1;
        return (x < y ? -1 : 1) * (down ? -1 : 1);
      });
    }

    // ---- Page.

    const list = box.querySelector(".catalog-list");
    let table = list.querySelector("table");
    const status = document.getElementById("catalog-count");
    const filter = el("input", { type: "search", id: "catalog-filter", autocomplete: "off", spellcheck: "false", "aria-label": t("catalog.filter"), placeholder: t("catalog.filter_hint") });
    const facetToggle = el("button", { type: "button", class: "button facets-toggle", "aria-expanded": "false", "aria-controls": "facets" }, t("word.filters"));
    const csv = el("button", { type: "button", class: "button" }, "CSV");
    const json = el("button", { type: "button", class: "button" }, "JSON");
    const bar = el("div", { class: "filterbar" }, el("span", { class: "field" }, icon("search"), filter), facetToggle, csv, json);
    for (const [button, words] of [[csv, t("catalog.download", { format: "CSV" })], [json, t("catalog.download", { format: "JSON" })]]) { button.title = words; button.setAttribute("aria-label", words); }
    const chips = el("div", { class: "chips", role: "group", "aria-label": t("word.active_filters") });
    const panel = el("aside", { class: "facets", id: "facets", "aria-label": t("word.filters") });
    const nothing = el("p", { class: "empty" }, t("catalog.no_match"));
    const more = el("button", { type: "button", class: "button" }, t("word.show_more"));
    const moreBox = el("div", { class: "more" }, more);
    if (!table) return;
    const scroll = table.closest(".table-scroll");
    const body = table.tBodies[0];
    table.caption.textContent = document.querySelector("h1").textContent;
    list.querySelector(".pager")?.remove();
    list.prepend(bar, chips);
    list.append(nothing, moreBox);
    box.prepend(panel);
    document.querySelector("main").classList.add("is-live");

    for (const head of table.querySelectorAll("th[data-sort]")) {
      const field = head.dataset.sort;
      const button = el("button", { type: "button" }, head.textContent);
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const first = field === "findings" ? `-${field}` : field;
        const second = field === "findings" ? field : `-${field}`;
        state.sort = state.sort === first ? second : state.sort === second ? "" : first;
        update();
      });
    }

    const entity = (kind, text, path, reference) => el(path ? "a" : "span", { class: "entity", href: path ? url(path) : null, title: reference }, glyph(kind), el("bdi", {}, text));
    const homes = new Map(rows.map((row) => [row[REF], row[at("url")]]));
    const related = (reference, text) => entity(reference.slice(0, reference.indexOf(":")), text || bare(reference), homes.get(reference), reference);
    const lifecycleClass = new Map([["production", " is-production"], ["experimental", " is-experimental"], ["deprecated", " is-deprecated"]]);
    function draw(n) {
      const row = rows[n];
      const name = el("th", { scope: "row" }, entity(kindOf(row), row[TITLE], row[at("url")], row[REF]));
      if (row[SPACE] !== "default") name.append(" ", el("span", { class: "ref" }, row[SPACE]));
      if (row[TEXT]) name.append(el("p", { class: "clamp" }, el("bdi", {}, row[TEXT])));
      const life = row[at("lifecycle")];
      const tags = el("td", { class: "wider" });
      for (const tag of row[TAGS] ?? []) tags.append(el("span", { class: "tag" }, el("bdi", {}, tag)), " ");
      const findings = row[FINDINGS];
      return el("tr", {}, name,
        el("td", { class: "wide" }, el("bdi", {}, row[at("type")])),
        el("td", {}, life ? el("span", { class: `badge${lifecycleClass.get(life) ?? ""}` }, el("bdi", {}, life)) : null),
        el("td", {}, row[OWNER] ? related(row[OWNER], row[at("ownerTitle")]) : el("span", { class: "none" }, t("word.no_owner"))),
        el("td", { class: "wide" }, row[SYSTEM] ? related(row[SYSTEM], row[at("systemTitle")]) : null),
        tags,
        el("td", { class: "wide num" }, findings > 0 ? el("span", { class: "severity is-warning" }, icon("warning"), String(findings), el("span", { class: "vh" }, ` ${t("word.findings_only", { count: findings })}`)) : null));
    }
    let drawn = 0;
    function extend() {
      const part = document.createDocumentFragment();
      const end = Math.min(drawn + STEP, shown.length);
      for (; drawn < end; drawn++) part.append(draw(shown[drawn]));
      body.append(part);
      moreBox.hidden = drawn >= shown.length;
    }
    more.addEventListener("click", extend);
    new IntersectionObserver((entries) => { if (entries.some((e) => e.isIntersecting) && !moreBox.hidden) extend(); }, { rootMargin: "600px" }).observe(moreBox);

    // ---- Facets.

    const FEW = 7;
    const open = new Map();
    const wide = new Set();
    const needle = new Map();
    function drawFacets() {
      const focus = document.activeElement?.dataset?.key;
      const scrolled = panel.scrollTop;
      panel.replaceChildren();
      for (const [id, title] of FACETS) {
        const chosen = state.chosen.get(id);
        const found = counts.get(id);
        for (const value of chosen) if (!found.has(value)) found.set(value, 0);
        if (found.size < 2 && !chosen.size) continue;
        const entries = [...found].sort((a, b) => (a[0] === "") - (b[0] === "") || b[1] - a[1] || (label(id, a[0]) < label(id, b[0]) ? -1 : 1));
        const group = el("details", { class: "facet" }, el("summary", { "data-key": `${id}:` }, title));
        group.open = open.get(id) ?? true;
        group.addEventListener("toggle", () => open.set(id, group.open));
        const all = wide.has(id);
        const items = el("ul", {});
        const fill = () => {
          const part = (needle.get(id) ?? "").toLowerCase();
          const fitting = all && part ? entries.filter(([value]) => label(id, value).toLowerCase().includes(part)) : entries;
          const visible = all ? fitting.slice(0, 200) : entries.filter(([value], index) => index < FEW || chosen.has(value));
          items.replaceChildren(...visible.map(([value, count]) => {
            const input = el("input", { type: "checkbox", "data-key": `${id}:${value}` });
            input.checked = chosen.has(value);
            input.addEventListener("change", () => {
              if (input.checked) chosen.add(value); else chosen.delete(value);
              update();
            });
            return el("li", {}, el("label", {}, input, id === "kind" ? glyph(value) : null, el("span", {}, el("bdi", { class: value === "" ? "none" : null }, label(id, value))), el("span", { class: "count" }, String(count))));
          }));
        };
        if (all && entries.length > 20) {
          const input = el("input", { type: "text", "aria-label": t("catalog.find_in", { list: title }), placeholder: t("catalog.find"), "data-key": `${id}?` });
          input.value = needle.get(id) ?? "";
          input.addEventListener("input", () => { needle.set(id, input.value); fill(); });
          group.append(input);
        }
        fill();
        group.append(items);
        if (entries.length > FEW) {
          const button = el("button", { type: "button", class: "textbutton", "data-key": `${id}+` }, all ? t("word.fewer") : t("word.show_all", { count: entries.length }));
          button.addEventListener("click", () => { if (all) wide.delete(id); else wide.add(id); drawFacets(); });
          group.append(button);
        }
        panel.append(group);
      }
      panel.scrollTop = scrolled;
      if (focus) for (const node of panel.querySelectorAll("[data-key]")) if (node.dataset.key === focus) { node.focus({ preventScroll: true }); break; }
    }
    function drawChips() {
      chips.replaceChildren();
      for (const [id, title] of FACETS) {
        for (const value of state.chosen.get(id)) {
          const chip = el("button", { type: "button", class: "chip", "aria-label": t("word.remove_filter", { filter: `${title}: ${label(id, value)}` }) }, `${title}: `, el("bdi", {}, label(id, value)), icon("close"));
          chip.addEventListener("click", () => { state.chosen.get(id).delete(value); update(); (chips.querySelector("button") ?? filter).focus(); });
          chips.append(chip);
        }
      }
      if (!chips.childElementCount && !state.q) return;
      const clear = el("button", { type: "button", class: "chip is-clear" }, t("catalog.clear_all"));
      clear.addEventListener("click", () => {
        for (const chosen of state.chosen.values()) chosen.clear();
        state.q = filter.value = "";
        update();
        filter.focus();
      });
      chips.append(clear);
    }
    function update() {
      compute();
      write();
      drawFacets();
      drawChips();
      const active = [...state.chosen.values()].reduce((sum, chosen) => sum + chosen.size, 0);
      facetToggle.textContent = active ? t("word.filters_on", { count: active }) : t("word.filters");
      for (const head of table.querySelectorAll("th[data-sort]")) {
        if (state.sort.replace(/^-/, "") === head.dataset.sort) head.setAttribute("aria-sort", state.sort.startsWith("-") ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      }
      status.textContent = shown.length === rows.length
        ? t("word.count_entities", { count: rows.length })
        : t("catalog.shown", { shown: shown.length, count: rows.length });
      nothing.hidden = shown.length > 0;
      scroll.hidden = shown.length === 0;
      csv.disabled = json.disabled = shown.length === 0;
      body.replaceChildren();
      drawn = 0;
      extend();
    }

    let timer = 0;
    filter.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { state.q = filter.value.trim(); update(); }, 150);
    });
    facetToggle.addEventListener("click", () => facetToggle.setAttribute("aria-expanded", String(panel.classList.toggle("is-open"))));

    // ---- Downloads of exactly what is listed.

    const FIELDS = [...column.keys()];
    function save(text, type, name) {
      const link = el("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    }
    csv.addEventListener("click", () => {
      // A cell that a spreadsheet would run as a formula is made text.
      const cell = (value) => {
        const text = Array.isArray(value) ? value.join(" ") : String(value ?? "");
        const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
        return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
      };
      const lines = [FIELDS.join(","), ...shown.map((n) => rows[n].map(cell).join(","))];
      save(`${lines.join("\r\n")}\r\n`, "text/csv;charset=utf-8", "catalog.csv");
    });
    json.addEventListener("click", () => {
      const all = shown.map((n) => Object.fromEntries(FIELDS.map((field, index) => [field, rows[n][index]])));
      save(`${JSON.stringify(all, null, 2)}\n`, "application/json", "catalog.json");
    });

    addEventListener("popstate", () => { read(); filter.value = state.q; update(); });
    read();
    filter.value = state.q;
    update();
  }

  load().then(start).catch((error) => {
    // The list of the page stays as it is.
    console.warn(`callboard: ${error.message}`);
  });
})();
