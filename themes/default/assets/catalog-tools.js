// What the catalog list needs once somebody uses it: queries, orders, the menu of columns, long facets, downloads, and
// the state in the address.
"use strict";
(() => {
  const list = globalThis.callboardCatalog;
  const { el, store, t } = globalThis.callboard;
  const { data, state, table, filter, note, cells, label, valueOf } = list;
  const { total } = data;

  // ---- Queries.

  let noteTimer = 0;
  function tell(parts, after = 0) {
    clearTimeout(noteTimer);
    const show = () => note.replaceChildren(...parts);
    if (after) noteTimer = setTimeout(show, after); else show();
  }
  /** Text whose parts in backticks are code. */
  const marked = (text) => text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part));
  const sentence = (text) => marked(`${text[0].toUpperCase()}${text.slice(1)}.`);
  /** What was asked for and is not there, and what may have been meant. */
  function doubt({ text, key, guess }) {
    const words = sentence(text);
    if (guess) {
      const button = el("button", { type: "button", class: "textbutton" }, el("code", {}, guess));
      button.addEventListener("click", () => {
        filter.value = filter.value.replace(`${key}:`, `${guess}:`);
        filter.focus();
        ask();
      });
      words.push(` ${t("search.meant")} `, button, "?");
    }
    return words;
  }
  /** Answers the query of the filter. A fault changes only the note: what is listed stays, and is not taken for an answer. */
  async function ask() {
    const q = state.q = filter.value.trim();
    filter.removeAttribute("aria-invalid");
    if (q === "") {
      list.pass = null;
      tell([]);
      return list.update();
    }
    try {
      const answer = globalThis.callboardAnswer(q);
      if (answer instanceof Promise) tell([t("query.reading")], 150);
      const { pass, doubts } = await answer;
      if (q !== state.q) return;
      list.pass = pass;
      tell(doubts.flatMap(doubt));
      list.update();
    } catch (error) {
      if (q !== state.q) return;
      filter.setAttribute("aria-invalid", "true");
      const { message, key, guess } = error;
      const isFault = error instanceof globalThis.callboardQuery.Fault;
      if (!isFault) console.warn(`callboard: ${error.message}`);
      const words = isFault ? doubt({ text: message, key, guess }) : [t("query.unreadable")];
      if (isFault && key && !guess) words.push(" ", ...marked(t("query.keys", { keys: [...globalThis.callboardQuery.KEYS, ...data.facets.keys()].join(", ") })));
      // Whoever types is not told of what is not finished.
      tell([...words, ` ${t("query.not_answered")}`], 400);
      write();
    }
  }
  function clear() {
    for (const chosen of state.chosen.values()) chosen.clear();
    filter.value = "";
    filter.focus();
    return ask();
  }

  // ---- Orders, each made once.

  const SORTS = new Set(["title", "kind", "type", "lifecycle", "owner", "system", "namespace", "findings"]);
  const made = new Map();
  const all = Uint32Array.from({ length: total }, (_, n) => n);
  /** Rows by their titles, sorted in runs that are put together in pauses. */
  const merge = (function* () {
    const { words } = data;
    let runs = [];
    for (let start = 0; start < total; start += 2000) {
      runs.push(all.slice(start, start + 2000).sort((a, b) => (words[a] < words[b] ? -1 : 1)));
      yield;
    }
    while (runs.length > 1) {
      const next = [];
      for (let i = 0; i < runs.length; i += 2) {
        const [a, b] = [runs[i], runs[i + 1] ?? []];
        const both = new Uint32Array(a.length + b.length);
        for (let i = 0, j = 0, k = 0; k < both.length; k++) both[k] = j === b.length || (i < a.length && words[a[i]] < words[b[j]]) ? a[i++] : b[j++];
        next.push(both);
        yield;
      }
      runs = next;
    }
    return runs[0];
  })();
  function titles() {
    for (;;) {
      const { done, value } = merge.next();
      if (done) return value;
    }
  }
  function byTitle() {
    if (!made.has("title")) made.set("title", titles());
    return made.get("title");
  }
  const byFindings = (down) => {
    const most = data.findings.reduce((most, findings) => Math.max(most, findings), 0);
    return list.bucketed(all, (n) => (down ? most - data.findings[n] : data.findings[n]), most);
  };
  function byValue(field, down) {
    const { ids } = data[field];
    const places = new Uint32Array(data[field].values.length);
    list.byLabel(field).forEach((value, place) => { places[value] = place; });
    const last = data[field].values.length;
    // What has no value comes last in both directions.
    return list.bucketed(all, (n) => (ids[n] === 0 ? last : down ? last - 1 - places[ids[n]] : places[ids[n]]), last);
  }
  function orderOf(sort) {
    const field = sort.replace(/^-/, "");
    const down = sort !== field;
    if (!SORTS.has(field)) return null;
    if (field === "title") return down ? byTitle().slice().reverse() : byTitle();
    if (!made.has(sort)) {
      made.set(sort, field === "findings" ? byFindings(down) : byValue(field, down));
    }
    return made.get(sort);
  }
  function order() {
    list.order = orderOf(state.sort);
    for (const head of table.querySelectorAll("th[data-col]")) {
      const isSorted = list.order && state.sort.replace(/^-/, "") === head.dataset.col;
      if (isSorted) head.setAttribute("aria-sort", state.sort.startsWith("-") ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    }
  }
  function sort(field) {
    const [first, second] = field === "findings" ? ["-findings", field] : [field, `-${field}`];
    state.sort = state.sort === first ? second : state.sort === second ? "" : first;
    order();
    list.update();
  }
  const idle = globalThis.requestIdleCallback ?? ((work) => setTimeout(() => work({ timeRemaining: () => 8 }), 20));
  idle(function pause(deadline) {
    while (!made.has("title") && deadline.timeRemaining() > 4) {
      const { done, value } = merge.next();
      if (done) made.set("title", value);
    }
    if (!made.has("title")) idle(pause);
  });

  // ---- Columns. The usual ones leave where there is less room; those that a reader chose stay.

  const TITLES = new Map([["title", t("word.name")], ...list.FACETS, ["tags", t("word.tags")], ["description", t("word.description")], ["findings", t("word.findings")]]);
  const COLUMNS = ["kind", "type", "lifecycle", "owner", "system", "namespace", "tags", "description", "findings"];
  cells.kind = (n) => [label("kind", valueOf("kind", n))];
  cells.namespace = (n) => [el("bdi", {}, valueOf("namespace", n))];
  cells.description = (n) => [el("p", { class: "about" }, el("bdi", {}, data.description[n]))];

  function arrange() {
    const names = state.columns.split(",");
    list.columns = COLUMNS.filter((name) => names.includes(name));
    const isUsual = list.columns.join(",") === list.USUAL;
    state.columns = isUsual ? list.USUAL : list.columns.join(",") || "name";
    list.room = isUsual ? list.ROOM : new Map([["findings", "num"]]);
    table.classList.toggle("is-chosen", !isUsual);
    table.tHead.rows[0].replaceChildren(...["title", ...list.columns].map((name) => {
      const title = TITLES.get(name);
      return el("th", { scope: "col", "data-col": name, class: list.room.get(name) }, SORTS.has(name) ? el("button", { type: "button" }, title) : title);
    }));
    order();
  }
  function choose(columns) {
    state.columns = columns;
    arrange();
    store.set("callboard:columns", state.columns);
    list.update();
  }
  let panel = null;
  function menu() {
    const button = list.columnsButton;
    if (!panel) {
      const boxes = COLUMNS.map((name) => {
        const box = el("input", { type: "checkbox", value: name });
        box.addEventListener("change", () => choose(COLUMNS.filter((_, at) => boxes[at].checked).join(",")));
        return box;
      });
      const reset = el("button", { type: "button", class: "textbutton" }, t("catalog.usual"));
      const show = () => boxes.forEach((box) => { box.checked = list.columns.includes(box.value); });
      reset.addEventListener("click", () => { choose(list.USUAL); show(); });
      panel = el("div", { class: "columns-menu", id: "catalog-columns", role: "group", "aria-label": t("catalog.columns"), hidden: true });
      panel.append(el("ul", {}, ...boxes.map((box) => el("li", {}, el("label", {}, box, TITLES.get(box.value))))), reset);
      panel.show = show;
      button.after(panel);
      button.setAttribute("aria-controls", panel.id);
      const around = button.parentNode;
      around.addEventListener("keydown", ({ key }) => {
        if (key !== "Escape" || panel.hidden) return;
        toggle(false);
        button.focus();
      });
      around.addEventListener("focusout", ({ relatedTarget }) => { if (relatedTarget && !around.contains(relatedTarget)) toggle(false); });
      document.addEventListener("pointerdown", ({ target }) => { if (!around.contains(target)) toggle(false); });
    }
    function toggle(open) {
      panel.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      if (open) panel.show();
    }
    toggle(panel.hidden);
  }

  // ---- Facets with all their values.

  const needle = new Map();
  function find({ id, title, group, entries, fill }) {
    const show = () => {
      const part = (needle.get(id) ?? "").toLowerCase();
      fill((part ? entries.filter(([value]) => label(id, value).toLowerCase().includes(part)) : entries).slice(0, 200));
    };
    if (entries.length > 20) {
      const input = el("input", { type: "text", "aria-label": t("catalog.find_in", { list: title }), placeholder: t("catalog.find"), "data-key": `${id}?` });
      input.value = needle.get(id) ?? "";
      input.addEventListener("input", () => { needle.set(id, input.value); show(); });
      group.querySelector("ul").before(input);
    }
    show();
  }

  // ---- The address.

  function write() {
    const { fixedKind } = list;
    const here = new URL(location.href);
    const query = new URLSearchParams();
    for (const [id, chosen] of state.chosen) {
      const isDefault = id === "kind" && fixedKind && chosen.size === 1 && chosen.has(fixedKind);
      if (!isDefault) for (const value of chosen) query.append(id, value);
      if (id === "kind" && fixedKind && !chosen.size) query.append("kind", "all");
    }
    if (state.q) query.set("q", state.q);
    if (state.sort) query.set("sort", state.sort);
    if (state.columns !== list.USUAL) query.set("cols", state.columns);
    here.search = query.toString().replaceAll("%2C", ",");
    try { history.replaceState(null, "", here); } catch { /* file:// in some browsers */ }
  }
  function begin() {
    arrange();
    write();
    if (!state.q) return ask();
    // Where the query has a fault, the list is whole.
    list.pass = null;
    list.update();
    return ask();
  }

  // ---- Downloads of exactly what is listed, with all fields.

  function* rows() {
    for (const n of list.shown) {
      const [owner, system] = [valueOf("owner", n), valueOf("system", n)];
      yield {
        reference: data.reference[n], title: data.title[n], kind: valueOf("kind", n), type: valueOf("type", n), lifecycle: valueOf("lifecycle", n),
        owner, ownerTitle: list.titleOf(owner), system, systemTitle: list.titleOf(system), tags: data.tags.lists[n].map((tag) => data.tags.values[tag]),
        description: data.description[n], namespace: valueOf("namespace", n), url: data.url[n], findings: data.findings[n],
        ...Object.fromEntries([...data.facets].map(([key, { values, lists }]) => [key, lists[n].map((id) => values[id]).filter(Boolean)])),
      };
    }
  }
  const FORMATS = {
    csv() {
      // A cell that a spreadsheet would run as a formula is made text.
      const cell = (value) => {
        const text = Array.isArray(value) ? value.join(" ") : String(value ?? "");
        const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
        return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
      };
      const all = [...rows()];
      const lines = [Object.keys(all[0] ?? {}), ...all.map((row) => Object.values(row).map(cell))].map((line) => `${line.join(",")}\r\n`);
      return [lines, "text/csv;charset=utf-8"];
    },
    json: () => [[`${JSON.stringify([...rows()], null, 2)}\n`], "application/json"],
  };
  function download(format) {
    const [text, type] = FORMATS[format]();
    const link = el("a", { href: URL.createObjectURL(new Blob(text, { type })), download: `catalog.${format}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  list.tools = { ask, clear, sort, menu, find, write, begin, download };
})();
