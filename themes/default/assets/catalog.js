// The catalog list from the data shards. Filter, orders, columns and downloads come with their first use.
"use strict";
(() => {
  const { el, icon, glyph, url, store, t } = globalThis.callboard;
  const load = globalThis.callboardLoad;
  const box = document.getElementById("catalog");
  const table = box?.querySelector("table");
  if (!table) return;
  // A screenful; more come as soon as that is painted.
  const STEP = 24;
  const fixedKind = box.dataset.kind;

  // ---- Data: the columns of all rows, put together shard by shard.

  const shards = new Map();
  const before = globalThis.callboardData;
  globalThis.callboardData = (set, key, value) => {
    if (set === "catalog") shards.set(String(key), value);
    else before?.(set, key, value);
  };
  const take = async (name) => {
    await load(`data/catalog/${name}.js`);
    const found = shards.get(name);
    shards.delete(name);
    return found;
  };
  /** Hands over the shards of a family as they come. */
  async function parts(family, numbers, use) {
    const waiting = [...numbers];
    const work = async () => {
      for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) use(await take(family + at), at);
    };
    await Promise.all(Array.from({ length: 6 }, work));
  }

  const SHARED = ["kind", "type", "lifecycle", "owner", "system", "namespace"];
  /** Values that many rows share, by number; 0 is none. `give` tells the numbers of a shard's own. */
  function shared() {
    const known = new Map([["", 0]]);
    const values = [""];
    const give = (value) => {
      if (!known.has(value)) known.set(value, values.push(value) - 1);
      return known.get(value);
    };
    return { known, values, give };
  }
  async function read() {
    const head = await take("root");
    const { total, perShard } = head;
    const data = { total, reference: new Array(total), title: new Array(total), url: new Array(total), description: new Array(total), words: new Array(total), findings: new Uint32Array(total), owners: new Map(), wholes: new Map(), states: new Map(), badges: new Map(), facets: new Map(), rows: new Map() };
    for (const field of SHARED) data[field] = { ...shared(), ids: new Uint32Array(total) };
    data.tags = { ...shared(), lists: new Array(total) };
    // What plugins tell; most rows have none.
    const none = [0];
    for (const [key] of head.facets) data.facets.set(key, { ...shared(), lists: new Array(total).fill(none) });
    await parts("", Array(head.shards).keys(), (shard, at) => {
      const start = at * perShard;
      for (const field of SHARED) {
        const [values, numbers] = shard[field];
        const ids = values.map(data[field].give);
        for (let i = 0; i < numbers.length; i++) data[field].ids[start + i] = ids[numbers[i]];
      }
      const tags = shard.tags[0].map(data.tags.give);
      for (let i = 0; i < shard.reference.length; i++) {
        const n = start + i;
        const reference = shard.reference[i];
        const [kind, space, name] = reference.split(/[:/]/);
        data.reference[n] = reference;
        data.title[n] = shard.title[i] || name;
        data.url[n] = shard.url[i] || `catalog/${space}/${kind}/${name}/`;
        data.description[n] = shard.description[i];
        data.findings[n] = shard.findings[i];
        data.tags.lists[n] = shard.tags[1][i].map((tag) => tags[tag]);
        data.words[n] = [data.title[n], reference, data.description[n], ...shard.tags[1][i].map((tag) => shard.tags[0][tag])].join("\0").toLowerCase();
        data.rows.set(reference, n);
      }
      for (const [key, [values, numbers]] of Object.entries(shard.facets)) {
        const { lists, give } = data.facets.get(key);
        const ids = values.map(give);
        const alone = ids.map((id) => [id]);
        numbers.forEach((number, i) => { if (number) lists[start + i] = alone[number] ?? number.map((one) => ids[one]); });
      }
      shard.badges?.[1].forEach((numbers, i) => { if (numbers.length) data.badges.set(start + i, numbers.map((number) => shard.badges[0][number])); });
      for (const more of ["owners", "wholes", "states"]) for (const [row, names] of Object.entries(shard[more])) data[more].set(start + Number(row), names);
    });
    return { head, data };
  }

  const USUAL_FACETS = [["kind", t("word.kind")], ["type", t("word.type")], ["lifecycle", t("word.lifecycle")], ["owner", t("word.owner")], ["system", t("word.system")], ["tag", t("word.tags")], ["namespace", t("word.namespace")]];
  const USUAL = "type,lifecycle,owner,system,tags,findings";
  // Where there is less room, the usual columns leave in this order.
  const ROOM = new Map([["type", "wide"], ["system", "wide"], ["tags", "wider"], ["findings", "wide num"]]);

  function start({ head, data }) {
    const { total } = data;
    const FACETS = [...USUAL_FACETS, ...head.facets];
    const columnOf = (facet) => data.facets.get(facet) ?? data[facet === "tag" ? "tags" : facet];
    const titleOf = (reference) => (data.rows.has(reference) ? data.title[data.rows.get(reference)] : reference);
    const label = (facet, value) => {
      if (value === "") return t("word.none");
      return facet === "kind" ? head.kinds[value] ?? value : facet === "owner" || facet === "system" ? titleOf(value) : value;
    };

    /** Numbers by a key that is a small number, too; where keys are the same, in the order they had. */
    function bucketed(items, key, most) {
      const starts = new Uint32Array(most + 2);
      for (const item of items) starts[key(item) + 1]++;
      for (let k = 1; k < starts.length; k++) starts[k] += starts[k - 1];
      const sorted = new Uint32Array(items.length);
      for (const item of items) sorted[starts[key(item)]++] = item;
      return sorted;
    }
    /** The values of a facet in the order of their labels. */
    const labelled = new Map();
    function byLabel(facet) {
      if (!labelled.has(facet)) {
        const { values } = columnOf(facet);
        const labels = values.map((value) => label(facet, value).toLowerCase());
        labelled.set(facet, Uint32Array.from(values.keys()).sort((a, b) => (labels[a] < labels[b] ? -1 : Number(labels[a] > labels[b]))));
      }
      return labelled.get(facet);
    }

    // ---- State, kept in the address.

    const state = { q: "", chosen: new Map(FACETS.map(([id]) => [id, new Set()])), sort: "", columns: USUAL };
    function readAddress() {
      const query = new URL(location.href).searchParams;
      state.q = query.get("q") ?? "";
      state.sort = query.get("sort") ?? "";
      state.columns = query.get("cols") ?? store.get("callboard:columns") ?? USUAL;
      for (const [id, chosen] of state.chosen) {
        chosen.clear();
        for (const value of query.getAll(id)) chosen.add(id === "kind" ? value.toLowerCase() : value);
      }
      const kinds = state.chosen.get("kind");
      if (kinds.has("all")) kinds.clear();
      else if (!kinds.size && fixedKind) kinds.add(fixedKind);
    }

    // ---- One pass: which rows pass, and what each facet would give.

    let shown = [];
    let columns = [];
    function compute() {
      const { pass, order } = list;
      columns = FACETS.map(([id]) => {
        const { known, values, ids, lists } = columnOf(id);
        const chosen = state.chosen.get(id);
        const hits = chosen.size ? new Uint8Array(values.length) : null;
        for (const value of chosen) if (known.has(value)) hits[known.get(value)] = 1;
        return { ids, lists, hits, count: new Uint32Array(values.length) };
      });
      const active = columns.filter(({ hits }) => hits);
      const add = ({ ids, lists, count }, n) => {
        if (ids) count[ids[n]]++;
        else for (const id of lists[n]) count[id]++;
      };
      const passed = new Uint8Array(total);
      let found = 0;
      for (let n = 0; n < total; n++) {
        if (pass && pass[n] === 0) continue;
        let failed = null;
        let failures = 0;
        for (const one of active) {
          const { ids, lists, hits } = one;
          if (ids ? hits[ids[n]] === 1 : lists[n].some((id) => hits[id] === 1)) continue;
          failed = one;
          if (++failures > 1) break;
        }
        if (failures > 1) continue;
        if (failed) {
          add(failed, n);
          continue;
        }
        passed[n] = 1;
        found++;
      }
      for (const column of columns) for (let n = 0; n < total; n++) if (passed[n] === 1) add(column, n);
      shown = new Uint32Array(found);
      for (let i = 0, at = 0; at < found; i++) {
        const n = order ? order[i] : i;
        if (passed[n] === 1) shown[at++] = n;
      }
    }

    // ---- Page.

    const part = (selector) => box.querySelector("template").content.querySelector(selector);
    const [panel, bar, note, chips, nothing, moreBox] = [".facets", ".filterbar", ".filternote", ".chips", ".empty", ".more"].map(part);
    const [filter, facetToggle, columnsButton] = ["#catalog-filter", ".facets-toggle", ".columnsbox button"].map(part);
    const downloads = [...bar.querySelectorAll("[data-format]")];
    const side = table.closest(".catalog-list");
    const scroll = table.closest(".table-scroll");
    const status = document.getElementById("catalog-count");
    const body = table.tBodies[0];
    table.caption.textContent = document.querySelector("h1").textContent;
    side.querySelector(".pager")?.remove();
    side.prepend(bar, note, chips);
    side.append(nothing, moreBox);
    box.prepend(panel);
    for (const head of table.querySelectorAll("th[data-col]:not([data-col='tags'])")) head.replaceChildren(el("button", { type: "button" }, head.textContent));

    const entity = (kind, text, path, reference) => el(path ? "a" : "span", { class: "entity", href: path ? url(path) : null, title: reference }, glyph(kind), el("bdi", {}, text));
    const related = (reference) => entity(reference.slice(0, reference.indexOf(":")), titleOf(reference), data.url[data.rows.get(reference)], reference);
    const valueOf = (field, n) => data[field].values[data[field].ids[n]];
    const cells = {
      type: (n) => [el("bdi", {}, valueOf("type", n))],
      lifecycle: (n) => {
        const life = valueOf("lifecycle", n);
        return life ? [el("span", { class: `badge${/^(production|experimental|deprecated)$/.test(life) ? ` is-${life}` : ""}` }, el("bdi", {}, life))] : [];
      },
      owner: (n) => [valueOf("owner", n) ? related(valueOf("owner", n)) : head.ownerless.includes(valueOf("kind", n)) ? "" : el("span", { class: "none" }, t("word.no_owner"))],
      system: (n) => (valueOf("system", n) ? [related(valueOf("system", n))] : []),
      tags: (n) => data.tags.lists[n].flatMap((tag) => [el("span", { class: "tag" }, el("bdi", {}, data.tags.values[tag])), " "]),
      findings: (n) => {
        const findings = data.findings[n];
        return findings > 0 ? [el("span", { class: "severity is-warning" }, icon("warning"), String(findings), el("span", { class: "vh" }, ` ${t("word.findings_only", { count: findings })}`))] : [];
      },
    };
    const states = { stale: t("faults.stale"), gone: t("faults.gone"), archived: t("faults.archived") };
    function draw(n) {
      const names = list.columns;
      const space = valueOf("namespace", n);
      const name = el("th", { scope: "row" }, entity(valueOf("kind", n), data.title[n], data.url[n], data.reference[n]));
      if (space !== "default" && !names.includes("namespace")) name.append(" ", el("span", { class: "ref" }, space));
      const state = data.states.get(n);
      if (state) name.append(" ", el("span", { class: `state is-${state}` }, states[state]));
      const badges = data.badges.get(n)?.flatMap(([tone, title, text]) => [el("span", { class: `tone is-${tone}`, title }, el("span", { class: "tone-dot", "aria-hidden": "true" }), el("span", { class: "vh" }, el("bdi", {}, title), " "), el("bdi", {}, text)), " "]);
      if (badges) name.append(el("span", { class: "tones" }, ...badges));
      if (data.description[n] && !names.includes("description")) name.append(el("p", { class: "clamp" }, el("bdi", {}, data.description[n])));
      return el("tr", {}, name, ...names.map((column) => el("td", { class: list.room.get(column) }, ...cells[column](n))));
    }
    let drawn = 0;
    function extend() {
      const end = Math.min(drawn + STEP, shown.length);
      const rows = [];
      for (; drawn < end; drawn++) rows.push(draw(shown[drawn]));
      body.append(...rows);
      moreBox.hidden = drawn >= shown.length;
    }
    moreBox.firstChild.addEventListener("click", extend);
    const near = new IntersectionObserver((entries) => {
      if (!entries.some((e) => e.isIntersecting) || moreBox.hidden) return;
      extend();
      // It tells of changes only, and the end may still be near.
      near.unobserve(moreBox);
      near.observe(moreBox);
    }, { rootMargin: "900px" });

    // ---- Facets.

    const FEW = 7;
    const open = new Map();
    const wide = new Set();
    function drawFacets() {
      const focus = document.activeElement?.dataset?.key;
      const scrolled = panel.scrollTop;
      panel.replaceChildren();
      FACETS.forEach(([id, title], at) => {
        const chosen = state.chosen.get(id);
        const { known, values } = columnOf(id);
        const { count } = columns[at];
        // By number, then by name; none comes last.
        const sorted = bucketed(byLabel(id), (v) => (v ? total - count[v] : total + 1), total + 1);
        const entries = Array.from(sorted.filter((v) => count[v] || chosen.has(values[v])), (v) => [values[v], count[v]]);
        for (const value of chosen) if (!known.has(value)) entries.push([value, 0]);
        if (entries.length < (values.length > 2 ? 1 : 2) && !chosen.size) return;
        const group = el("details", { class: "facet" }, el("summary", { "data-key": `${id}:` }, title));
        group.open = open.get(id) ?? true;
        group.addEventListener("toggle", () => open.set(id, group.open));
        const items = el("ul", {});
        const fill = (entries) => items.replaceChildren(...entries.map(([value, count]) => {
          const input = el("input", { type: "checkbox", "data-key": `${id}:${value}` });
          input.checked = chosen.has(value);
          input.addEventListener("change", () => {
            if (input.checked) chosen.add(value); else chosen.delete(value);
            update();
          });
          return el("li", {}, el("label", {}, input, id === "kind" ? glyph(value) : null, el("span", {}, el("bdi", { class: value === "" ? "none" : null }, label(id, value))), el("span", { class: "count" }, String(count))));
        }));
        group.append(items);
        if (wide.has(id)) list.tools.find({ id, title, group, entries, fill });
        else fill(entries.filter(([value], index) => index < FEW || chosen.has(value)));
        if (entries.length > FEW) {
          const toggle = el("button", { type: "button", class: "textbutton", "data-key": `${id}+` }, wide.has(id) ? t("word.fewer") : t("word.show_all", { count: entries.length }));
          toggle.addEventListener("click", () => { if (!wide.delete(id)) wide.add(id); tools().then(drawFacets); });
          group.append(toggle);
        }
        panel.append(group);
      });
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
      clear.addEventListener("click", () => tool("clear"));
      chips.append(clear);
    }

    // ---- Updates: rows at once, counts after they are painted, the address when the reader pauses.

    let [facetsTimer, addressTimer] = [0, 0];
    let isLive = false;
    function update() {
      compute();
      clearTimeout(addressTimer);
      if (isLive) addressTimer = setTimeout(tool, 200, "write");
      cancelAnimationFrame(facetsTimer);
      facetsTimer = requestAnimationFrame(() => setTimeout(drawFacets));
      drawChips();
      const active = [...state.chosen.values()].reduce((sum, chosen) => sum + chosen.size, 0);
      facetToggle.textContent = active ? t("word.filters_on", { count: active }) : t("word.filters");
      status.textContent = shown.length === total
        ? t("word.count_entities", { count: total })
        : t("catalog.shown", { shown: shown.length, count: total });
      nothing.hidden = shown.length > 0;
      scroll.hidden = shown.length === 0;
      for (const button of downloads) button.disabled = shown.length === 0;
      body.replaceChildren();
      drawn = 0;
      extend();
    }

    // ---- What comes with its first use.

    const list = globalThis.callboardCatalog = {
      head, data, state, parts, cells, label, titleOf, valueOf, bucketed, byLabel, update, fixedKind, table, filter, note, columnsButton,
      pass: null, order: null, columns: USUAL.split(","), room: ROOM, FACETS, USUAL, ROOM,
      get shown() { return shown; },
    };
    // The second needs the first.
    const tools = () => load("assets/query.js").then(() => Promise.all([load("assets/catalog-query.js"), load("assets/catalog-tools.js")]));
    const tool = (name, what) => tools().then(() => list.tools[name](what));
    for (const part of [bar, table.tHead]) for (const type of ["focusin", "pointerover"]) part.addEventListener(type, () => tools().catch(() => {}), { once: true });
    filter.addEventListener("input", () => tool("ask"));
    columnsButton.addEventListener("click", () => tool("menu"));
    for (const button of downloads) button.addEventListener("click", () => tool("download", button.dataset.format));
    table.tHead.addEventListener("click", ({ target }) => {
      if (target.closest("button")) tool("sort", target.closest("th").dataset.col);
    });
    facetToggle.addEventListener("click", () => {
      if (bar.nextSibling !== panel) bar.after(panel);
      facetToggle.setAttribute("aria-expanded", String(panel.classList.toggle("is-open")));
    });

    const begin = async () => {
      readAddress();
      filter.value = state.q;
      if (list.tools || state.q || state.sort || state.columns !== USUAL) await tool("begin");
      else update();
    };
    addEventListener("popstate", begin);
    return begin().then(() => {
      isLive = true;
      document.querySelector("main").classList.add("is-live");
      near.observe(moreBox);
    });
  }

  read().then(start).catch((error) => {
    // The list of the page stays as it is.
    console.warn(`callboard: ${error.message}`);
  });
})();
