// The explorer: what is around one entity, in steps, with filters; all of it in the address. It comes with its first use.
"use strict";
(() => {
  const { el, icon, glyph, url, t } = globalThis.callboard;
  const SVG = "http://www.w3.org/2000/svg";
  const DEEPEST = 6;
  /** Steps of the longest path that is looked for, and entities that are looked at on the way. */
  const FARTHEST = 16;
  const MOST_ON_WAY = 20000;
  const STEP = 60;
  /** Neighbours looked at in one step; the rest is counted. */
  const MOST_LOOKED_AT = 600;
  const PEOPLE = new Set(["group", "user"]);
  /** Relations that nearly everything has: of others than the root they are drawn where somebody asks for them. */
  const OWNING = new Set(["ownedBy", "memberOf", "childOf"]);
  const DIRECTIONS = [["", t("graph.both_ways")], ["out", t("graph.outward")], ["in", t("graph.inward")]];
  const FACETS = [["kind", t("word.kind")], ["relation", t("graph.relation")], ["owner", t("word.owner")], ["lifecycle", t("word.lifecycle")], ["tag", t("word.tags")]];

  function svg(tag, attributes = {}, ...children) {
    const node = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) if (value != null && value !== false) node.setAttribute(name, value);
    node.append(...children);
    return node;
  }

  // ---- Data.

  const store = new Map();
  const before = globalThis.callboardData;
  globalThis.callboardData = (family, key, value) => {
    if (family === "graph") store.set(String(key), value);
    else before?.(family, key, value);
  };
  async function part(key) {
    if (!store.has(key)) await globalThis.callboardLoad(`data/graph/${key}.js`);
    return store.get(key);
  }
  const bare = (reference) => reference.slice(reference.lastIndexOf("/") + 1);
  function hash(reference) {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(reference)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    return hash;
  }
  async function numberOf(reference, root) {
    const numbers = await part(`find-${hash(reference) % root.finders}`);
    return Object.hasOwn(numbers, reference) ? numbers[reference] : undefined;
  }
  /** An entity by its number, or what stands for a ref that the catalog does not have. */
  function entity(end, root) {
    if (typeof end === "string") return { key: end, reference: end, title: end, kind: end.slice(0, end.indexOf(":")), type: "", lifecycle: "", owner: "", tags: [], path: null, edges: [] };
    const [reference, title, kind, type, lifecycle, owner, tags, path, edges] = store.get(String(Math.floor(end / root.perShard)))[end % root.perShard];
    return { key: end, reference, title, kind, type, lifecycle, owner, tags, path, edges };
  }

  // ---- State, kept in the address.

  function read() {
    const query = new URL(location.href).searchParams;
    const whole = (name, low, high, otherwise) => {
      const value = Number.parseInt(query.get(name) ?? "", 10);
      return Number.isNaN(value) ? otherwise : Math.min(Math.max(value, low), high);
    };
    return {
      root: (query.get("root") ?? "").toLowerCase(),
      to: (query.get("to") ?? "").toLowerCase(),
      depth: whole("depth", 1, DEEPEST, 2),
      direction: ["out", "in"].includes(query.get("direction")) ? query.get("direction") : "",
      merge: query.get("merge") !== "false",
      owners: query.get("owners") === "true",
      most: whole("most", STEP, 10 * STEP, STEP),
      chosen: new Map(FACETS.map(([id]) => [id, new Set(query.getAll(id))])),
    };
  }
  function write(state) {
    const here = new URL(location.href);
    const query = new URLSearchParams();
    query.set("root", state.root);
    if (state.to) query.set("to", state.to);
    query.set("depth", state.depth);
    if (state.direction) query.set("direction", state.direction);
    if (!state.merge) query.set("merge", "false");
    if (state.owners) query.set("owners", "true");
    if (state.most !== STEP) query.set("most", state.most);
    for (const [id, values] of state.chosen) for (const value of values) query.append(id, value);
    here.search = query.toString();
    try { history.replaceState(null, "", here); } catch { /* file:// in some browsers */ }
  }

  // ---- What is around the root.

  /**
   * Walks from the root step by step, along the relations that are asked for. Groups and people are gone through only where a
   * relation is chosen, since they lead to everything they own.
   */
  async function gather(state, root) {
    const start = await numberOf(state.root, root);
    if (start === undefined) return null;
    await part(String(Math.floor(start / root.perShard)));
    const to = state.to ? await numberOf(state.to, root) : undefined;
    if (state.to && to === undefined) return { unknown: state.to };
    const { chosen } = state;
    const forward = ([relation]) => (root.relations[relation][3] ? relation : root.relations[relation][2]);
    const kindOfRoot = entity(start, root).kind;
    const isEveryOwner = state.owners || PEOPLE.has(kindOfRoot) || state.to.startsWith("group:") || state.to.startsWith("user:");
    const isAsked = (edge, node) => {
      const name = root.relations[forward(edge)][0];
      return chosen.get("relation").size ? chosen.get("relation").has(name) : isEveryOwner || node.key === start || !OWNING.has(name);
    };
    const isOnWay = (edge, node) => isAsked(edge, node) && (state.direction === "" || root.relations[edge[0]][3] === (state.direction === "out"));
    const passes = (node) => (!chosen.get("kind").size || chosen.get("kind").has(node.kind))
      && (!chosen.get("owner").size || chosen.get("owner").has(node.owner))
      && (!chosen.get("lifecycle").size || chosen.get("lifecycle").has(node.lifecycle))
      && (!chosen.get("tag").size || node.tags.some((tag) => chosen.get("tag").has(tag)));
    const shown = new Map([[start, { ...entity(start, root), column: 0, distance: 0 }]]);
    const refused = new Map();
    const cut = new Set();
    if (to !== undefined) await walkTo(to, { shown, cut, most: state.most, root, isAsked, isOnWay, passes });
    let frontier = to === undefined ? [...shown.values()] : [];
    for (let distance = 1; distance <= state.depth && frontier.length; distance++) {
      const wanted = new Map();
      for (const node of frontier) {
        if (distance > 1 && PEOPLE.has(node.kind) && !chosen.get("relation").size) continue;
        for (const edge of node.edges.filter((edge) => isOnWay(edge, node))) {
          for (const end of edge[1]) {
            if (shown.has(end) || refused.has(end) || wanted.has(end)) continue;
            if (wanted.size < MOST_LOOKED_AT) wanted.set(end, node.column + (root.relations[edge[0]][3] ? 1 : -1));
            else cut.add(end);
          }
        }
      }
      const needed = new Set([...wanted.keys()].filter((end) => typeof end === "number").map((end) => String(Math.floor(end / root.perShard))));
      await Promise.all([...needed].map(part));
      frontier = [];
      for (const [end, column] of wanted) {
        const node = { ...entity(end, root), column, distance };
        if (!passes(node)) refused.set(end, node);
        else if (shown.size >= state.most) cut.add(end);
        else { shown.set(end, node); frontier.push(node); }
      }
    }
    const nodes = [...shown.values()];
    for (const node of nodes) {
      const beyond = new Set();
      let unnamed = 0;
      for (const edge of node.edges.filter((edge) => isOnWay(edge, node))) {
        unnamed += edge[2];
        for (const end of edge[1]) if (!shown.has(end) && !refused.has(end)) beyond.add(end);
      }
      node.more = beyond.size + unnamed;
    }
    const owned = to !== undefined || chosen.get("relation").size || isEveryOwner ? 0
      : nodes.slice(1).filter((node) => node.edges.some((edge) => OWNING.has(root.relations[edge[0]][0]) && edge[1].some((end) => end !== start))).length;
    // Of a path, only what is a step of it.
    const isStep = ({ from, to: end }) => to === undefined || Math.abs(nodes[from].distance - nodes[end].distance) === 1;
    return { nodes, edges: edgesOf(nodes, shown, state, root, isAsked).filter(isStep), refused: [...refused.values()], cut: cut.size, owned, isEveryOwner, to };
  }

  /**
   * Puts all shortest paths from the root to an entity into `shown`, in the order of their steps. Each relation is written at
   * both ends, but of an entity with very many not all: what is not found from the one side may be found from the other.
   */
  async function walkTo(to, { shown, cut, most, root, isAsked, isOnWay, passes }) {
    const [start] = shown.keys();
    const isBack = (edge, node) => isAsked(edge, node) && isOnWay([root.relations[edge[0]][2], edge[1]], node);
    const there = await steps(start, to, isOnWay, passes, root);
    const back = await steps(to, start, isBack, passes, root);
    const length = (found) => found?.get(found === there ? to : start)?.distance ?? Infinity;
    const found = length(there) <= length(back) ? there : back;
    if (!found) return;
    const [end, whole] = found === there ? [to, length(there)] : [start, length(back)];
    const onPath = new Set([end]);
    for (const key of onPath) for (const before of found.get(key).before) onPath.add(before);
    const rows = [...onPath].map((key) => ({ ...entity(key, root), distance: found === there ? found.get(key).distance : whole - found.get(key).distance }));
    rows.sort((a, b) => a.distance - b.distance || (a.reference < b.reference ? -1 : 1));
    // The ends stay, whatever else is cut.
    for (const row of rows) {
      if (shown.size >= most - 1 && row.key !== to) cut.add(row.key);
      else shown.set(row.key, { ...row, column: row.distance });
    }
  }
  /** Every entity up to the distance of `to`, each with those before it; `null` where no way leads there. */
  async function steps(from, to, isOnWay, passes, root) {
    const found = new Map([[from, { distance: 0, before: [] }]]);
    let frontier = [from];
    for (let distance = 1; distance <= FARTHEST && frontier.length && found.size < MOST_ON_WAY; distance++) {
      await Promise.all([...new Set(frontier.filter((end) => typeof end === "number").map((end) => String(Math.floor(end / root.perShard))))].map(part));
      const next = [];
      for (const key of frontier) {
        const node = entity(key, root);
        if (distance > 1 && !passes(node)) continue;
        for (const edge of node.edges) {
          if (!isOnWay(edge, node)) continue;
          for (const end of edge[1]) {
            const known = found.get(end);
            if (!known) { found.set(end, { distance, before: [key] }); next.push(end); }
            else if (known.distance === distance) known.before.push(key);
          }
        }
      }
      if (found.get(to)?.distance === distance) { await part(String(Math.floor(to / root.perShard))); return found; }
      frontier = next;
    }
    return null;
  }

  /** The relations among what is shown. Each is written at both ends; merged, opposites and parallels are one line. */
  function edgesOf(nodes, shown, state, root, isAsked) {
    const places = new Map(nodes.map((node, at) => [node.key, at]));
    const found = new Map();
    const add = (from, to, relation) => {
      const [name, words] = root.relations[relation];
      const key = state.merge ? `${from} ${to}` : `${from} ${to} ${name}`;
      if (!found.has(key)) found.set(key, { from, to, relations: [] });
      const edge = found.get(key);
      if (!edge.relations.some((other) => other.name === name)) edge.relations.push({ name, words });
    };
    for (const [at, node] of nodes.entries()) {
      for (const edge of node.edges.filter((edge) => isAsked(edge, node))) {
        const [, , opposite, isForward] = root.relations[edge[0]];
        for (const end of edge[1]) {
          if (!shown.has(end)) continue;
          const other = places.get(end);
          const [from, to] = isForward ? [at, other] : [other, at];
          add(from, to, isForward ? edge[0] : opposite);
          // What leads to a ref that nothing has is written at one end only.
          if (!state.merge && typeof end === "number") add(to, from, isForward ? opposite : edge[0]);
        }
      }
    }
    const edges = [...found.values()].filter(({ from, to }) => from !== to);
    edges.sort((a, b) => a.from - b.from || a.to - b.to);
    for (const edge of edges) {
      edge.words = edge.relations.map(({ words }) => words).join(", ");
      edge.text = shorten(edge.words, 22);
    }
    return edges;
  }

  /** Text of at most `room` letters, wide scripts counted double. */
  function shorten(text, room) {
    let used = 0;
    let out = "";
    for (const letter of text) {
      used += letter.codePointAt(0) >= 0x1100 ? 2 : 1;
      if (used > room) return `${out}…`;
      out += letter;
    }
    return out;
  }

  // ---- Drawing.

  const round = (node) => ({ component: 8, api: 22, resource: 2, system: 4, domain: 4, group: 14, user: 22 })[node.kind] ?? 8;
  const word = (text) => (/^[a-z-]+$/.test(text) ? ` lifecycle-${text}` : "");
  const about = (node) => [node.type, node.lifecycle].filter(Boolean).join(" · ");

  function drawNode(node, isRoot, root) {
    const [left, top] = [node.x - node.width / 2, node.y - node.height / 2].map(Math.round);
    const [kind, shape] = root.kinds[node.kind] ?? [node.kind, "other"];
    const said = [node.title, kind, node.reference, node.path ? "" : t("word.not_in_catalog"), node.more ? t("graph.more_around", { count: node.more }) : ""].filter(Boolean).join(", ");
    const second = node.path ? about(node) || kind : t("word.not_in_catalog");
    const box = svg(node.path ? "a" : "g", {
      class: `node kind-${shape}${word(node.lifecycle)}${isRoot ? " centre" : ""}${node.path ? "" : " unresolved"}`,
      href: node.path ? (isRoot ? url(node.path) : `?root=${encodeURIComponent(node.reference)}`) : null,
      role: node.path ? null : "img", tabindex: isRoot ? "0" : "-1", "aria-label": node.path ? null : said,
    });
    const isCluster = node.kind === "system" || node.kind === "domain";
    if (isCluster) box.append(svg("rect", { class: "behind", x: left + 4, y: top - 4, width: node.width, height: node.height, rx: round(node) }));
    box.append(
      svg("rect", { class: "face", x: left, y: top, width: node.width, height: node.height, rx: round(node) }),
      svg("svg", { class: `icon kind-${shape}`, x: left + 12, y: top + 8, width: 16, height: 16, "aria-hidden": "true" }, svg("use", { href: `#i-${shape}` })),
      svg("text", { x: left + 36, y: top + 19 }, shorten(node.title, 22)),
      svg("text", { class: "node-kind", x: left + 36, y: top + 35 }, shorten(second, 26)));
    if (node.more) {
      const text = `+${node.more}`;
      const width = 10 + text.length * 7;
      box.append(svg("rect", { class: "more-box", x: left + node.width - width + 6, y: top + node.height - 10, width, height: 17, rx: 8.5 }),
        svg("text", { class: "more", x: left + node.width - width / 2 + 6, y: top + node.height + 2.5, "text-anchor": "middle" }, text));
    }
    // A link is named by what it holds: what is drawn, then this.
    box.append(svg("rect", { class: "hit", x: left, y: top, width: node.width, height: node.height }, svg("title", {}, said)));
    return box;
  }

  function drawEdge(edge, nodes) {
    const { path } = globalThis.callboardLayout;
    const [x, y] = edge.points.at(-1).map(Math.round);
    const group = svg("g", { class: "line" }, svg("title", {}, `${nodes[edge.from].title}: ${edge.words}: ${nodes[edge.to].title}`), svg("path", { class: "edge", d: path(edge, 7) }), svg("path", { class: "edge-arrow", d: `M${x} ${y}l${edge.isLeft ? 7 : -7} -4v8z` }));
    if (edge.label) group.append(svg("text", { class: "edge-label", x: Math.round(edge.label.x), y: Math.round(edge.label.y) + 4, "text-anchor": "middle" }, edge.text));
    return group;
  }

  // ---- What can be taken away.

  const quoted = (text) => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replace(/[\r\n]+/g, " ")}"`;
  const entities = (text) => text.replace(/[^\p{L}\p{N} .,:\/_()+-]/gu, (letter) => (letter === "\n" || letter === "\r" ? " " : `#${letter.codePointAt(0)};`));
  const SHAPES = new Map([["api", ["([", "])"]], ["resource", ["[(", ")]"]], ["system", ["[[", "]]"]], ["domain", ["[[", "]]"]], ["group", ["(", ")"]], ["user", ["(", ")"]]]);
  const DOT_SHAPES = new Map([["api", "oval"], ["resource", "cylinder"], ["system", "folder"], ["domain", "tab"], ["group", "house"], ["user", "house"]]);

  function mermaid({ nodes, edges }) {
    const lines = nodes.map((node, at) => {
      const [open, close] = SHAPES.get(node.kind) ?? ["[", "]"];
      return `  n${at}${open}"${entities(node.title)}"${close}`;
    });
    lines.push(...edges.map(({ from, to, words }) => `  n${from} -->|"${entities(words)}"| n${to}`));
    const gone = nodes.flatMap((node, at) => (node.lifecycle === "deprecated" ? [`n${at}`] : []));
    if (gone.length) lines.push("  classDef deprecated stroke-dasharray: 4 3", `  class ${gone.join(",")} deprecated`);
    return `flowchart LR\n${lines.join("\n")}\n`;
  }
  function dot({ nodes, edges }) {
    const lines = nodes.map((node) => {
      const style = node.path ? (node.lifecycle === "deprecated" ? ", style=dashed" : "") : ", style=dotted";
      return `  ${quoted(node.reference)} [label=${quoted(node.title)}, shape=${DOT_SHAPES.get(node.kind) ?? "box"}${style}];`;
    });
    lines.push(...edges.map(({ from, to, words }) => `  ${quoted(nodes[from].reference)} -> ${quoted(nodes[to].reference)} [label=${quoted(words)}];`));
    return `digraph catalog {\n  rankdir=LR;\n${lines.join("\n")}\n}\n`;
  }
  function json({ nodes, edges }) {
    const plain = nodes.map(({ reference, title, kind, type, lifecycle, owner, tags, path, distance, more }) => ({ ref: reference, title, kind, type, lifecycle, owner, tags, inCatalog: path !== null, distance, more }));
    const related = edges.flatMap(({ from, to, relations }) => relations.map(({ name }) => ({ source: nodes[from].reference, type: name, target: nodes[to].reference })));
    return `${JSON.stringify({ root: nodes[0].reference, entities: plain, relations: related }, null, 2)}\n`;
  }
  /** A copy of the drawing that needs no style sheet: what the page's styles say becomes attributes. */
  function picture(world, box) {
    const copy = world.cloneNode(true);
    copy.removeAttribute("transform");
    const [theirs, ours] = [[world, ...world.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]];
    for (const hit of copy.querySelectorAll(".hit")) hit.remove();
    for (const [at, node] of theirs.entries()) {
      const style = getComputedStyle(node);
      for (const name of ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "font-family", "font-size", "font-weight", "text-decoration", "paint-order"]) {
        const value = style.getPropertyValue(name);
        if (value && node.localName !== "title") ours[at].setAttribute(name, value);
      }
      for (const name of ["class", "tabindex", "href", "aria-label", "role"]) if (node.localName !== "use" || name !== "href") ours[at].removeAttribute(name);
    }
    const used = new Set([...copy.querySelectorAll("use")].map((use) => use.getAttribute("href").slice(1)));
    for (const link of copy.querySelectorAll("a")) link.replaceWith(svgWith("g", link));
    const symbols = [...used].map((id) => document.getElementById(id)?.cloneNode(true)).filter(Boolean);
    const [x, y, width, height] = [box.x - 24, box.y - 24, box.width + 48, box.height + 48].map(Math.round);
    const paper = getComputedStyle(document.querySelector(".graph-stage")).backgroundColor;
    const whole = svg("svg", { xmlns: SVG, viewBox: `${x} ${y} ${width} ${height}`, width, height },
      svg("defs", {}, ...symbols), svg("rect", { x, y, width, height, fill: paper }), copy);
    return `${new XMLSerializer().serializeToString(whole)}\n`;
  }
  function svgWith(tag, node) {
    const other = svg(tag);
    for (const { name, value } of node.attributes) other.setAttribute(name, value);
    other.append(...node.childNodes);
    return other;
  }
  function save(text, type, name) {
    const link = el("a", { href: URL.createObjectURL(new Blob([text], { type })), download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  // ---- Page.

  let page = null;
  function build({ box, bar, go, finder }) {
    const button = (text, words, act, ...content) => {
      const made = el("button", { type: "button", class: "button", "aria-label": words, title: words }, ...content, text);
      made.addEventListener("click", act);
      return made;
    };
    const depth = el("select", { id: "graph-depth" }, ...Array.from({ length: DEEPEST }, (_, n) => el("option", { value: String(n + 1) }, t("graph.steps", { count: n + 1 }))));
    const direction = el("select", { id: "graph-direction" }, ...DIRECTIONS.map(([value, text]) => el("option", { value }, text)));
    const merge = el("input", { type: "checkbox", id: "graph-merge" });
    const owners = el("input", { type: "checkbox", id: "graph-owners" });
    const labelled = (text, control) => el("label", { class: "graph-control" }, el("span", {}, text), control);
    const filters = el("button", { type: "button", class: "button facets-toggle", "aria-expanded": "false", "aria-controls": "graph-filters" }, t("word.filters"));
    const overview = el("a", { class: "button" }, t("graph.overview"));
    bar.prepend(overview);
    bar.append(labelled(t("graph.depth"), depth), labelled(t("graph.direction"), direction), el("label", { class: "graph-control" }, merge, el("span", {}, t("graph.merge"))),
      el("label", { class: "graph-control" }, owners, el("span", {}, t("graph.all_owners"))), filters);
    bar.querySelector(".field").after(el("div", { class: "graph-to" }, finder("graph-to", t("graph.path_to"), (reference) => change((next) => { next.to = reference; }))));
    const exports = el("div", { class: "graph-exports", role: "group", "aria-label": t("graph.downloads") });
    const world = svg("g");
    const drawing = svg("svg", { class: "graph-drawing", role: "group", "aria-label": t("entity.drawing") }, world);
    const tools = el("div", { class: "graph-tools", role: "group", "aria-label": t("graph.view") });
    const stage = el("div", { class: "graph-stage" }, drawing, tools);
    const chips = el("div", { class: "chips", role: "group", "aria-label": t("word.active_filters") });
    const panel = el("aside", { class: "facets", id: "graph-filters", "aria-label": t("word.filters") });
    const cut = el("p", { class: "graph-cut" });
    const list = el("section", { class: "graph-list", "aria-labelledby": "graph-list-head" });
    const lost = el("p", { class: "empty", hidden: true });
    const body = el("div", { class: "graph-body" }, panel, el("div", { class: "graph-main" }, chips, stage, el("div", { class: "graph-under" }, cut, exports), list));
    box.append(lost, body);
    filters.addEventListener("click", () => filters.setAttribute("aria-expanded", String(panel.classList.toggle("is-open"))));
    document.querySelector("main").classList.add("is-exploring");
    const made = { box, bar, go, depth, direction, merge, owners, filters, overview, exports, world, drawing, tools, stage, chips, panel, cut, list, lost, body, button };
    look(made);
    return made;
  }

  /** Pan and zoom: by wheel, drag, two fingers, buttons and keys. */
  function look(made) {
    const EDGE = 28;
    const { drawing, world, tools, stage, button } = made;
    const view = { x: 0, y: 0, scale: 1 };
    const paint = () => world.setAttribute("transform", `translate(${view.x.toFixed(1)} ${view.y.toFixed(1)}) scale(${view.scale.toFixed(4)})`);
    const zoom = (factor, x = drawing.clientWidth / 2, y = drawing.clientHeight / 2) => {
      const scale = Math.min(Math.max(view.scale * factor, .1), 3);
      view.x = x - (x - view.x) * (scale / view.scale);
      view.y = y - (y - view.y) * (scale / view.scale);
      view.scale = scale;
      paint();
    };
    made.fit = () => {
      const { width, height, x, y } = made.extent;
      const [wide, high] = [drawing.clientWidth, drawing.clientHeight];
      // Small print is of no use: what does not fit at this size is cut, around the root.
      view.scale = Math.max(.7, Math.min(1.1, (wide - 2 * EDGE) / width, (high - 2 * EDGE) / height));
      const along = (room, start, length, root) => {
        const drawn = length * view.scale;
        if (drawn <= room - 2 * EDGE) return (room - drawn) / 2 - start * view.scale;
        return Math.min(Math.max(room / 2 - root * view.scale, room - EDGE - drawn - start * view.scale), EDGE - start * view.scale);
      };
      view.x = along(wide, x, width, made.rootAt.x);
      view.y = along(high, y, height, made.rootAt.y);
      paint();
    };
    /** Moves the view just so far that a node is in it. */
    made.reveal = (node) => {
      const [x, y] = [view.x + node.x * view.scale, view.y + node.y * view.scale];
      const [halfWidth, halfHeight] = [(node.width / 2 + 12) * view.scale, (node.height / 2 + 12) * view.scale];
      view.x += Math.max(0, halfWidth - x) - Math.max(0, x + halfWidth - drawing.clientWidth);
      view.y += Math.max(0, halfHeight - y) - Math.max(0, y + halfHeight - drawing.clientHeight);
      paint();
    };
    tools.append(button("", t("graph.zoom_in"), () => zoom(1.25), icon("create")), button("−", t("graph.zoom_out"), () => zoom(.8)), button(t("graph.fit"), t("graph.fit_long"), () => made.fit()));
    if (document.fullscreenEnabled) {
      tools.append(button(t("graph.full_screen"), t("graph.full_screen"), () => (document.fullscreenElement ? document.exitFullscreen() : stage.requestFullscreen())));
      stage.addEventListener("fullscreenchange", () => made.fit());
    }
    drawing.addEventListener("wheel", (event) => {
      event.preventDefault();
      const { left, top } = drawing.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY * (event.deltaMode ? .05 : event.ctrlKey ? .01 : .0015)), event.clientX - left, event.clientY - top);
    }, { passive: false });

    const fingers = new Map();
    let moved = 0;
    drawing.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      if (!fingers.size) moved = 0;
      fingers.set(event.pointerId, event);
    });
    drawing.addEventListener("pointermove", (event) => {
      const last = fingers.get(event.pointerId);
      if (!last) return;
      const others = [...fingers.values()].filter((finger) => finger.pointerId !== event.pointerId);
      const [dx, dy] = [event.clientX - last.clientX, event.clientY - last.clientY];
      moved += Math.abs(dx) + Math.abs(dy);
      if (moved > 6 && !drawing.hasPointerCapture(event.pointerId)) drawing.setPointerCapture(event.pointerId);
      if (others.length) {
        const [other] = others;
        const { left, top } = drawing.getBoundingClientRect();
        const apart = (finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY);
        zoom(apart(event) / Math.max(1, apart(last)), (event.clientX + other.clientX) / 2 - left, (event.clientY + other.clientY) / 2 - top);
        view.x += dx / 2;
        view.y += dy / 2;
      } else {
        view.x += dx;
        view.y += dy;
      }
      fingers.set(event.pointerId, event);
      paint();
    });
    for (const type of ["pointerup", "pointercancel"]) addEventListener(type, (event) => fingers.delete(event.pointerId));
    drawing.addEventListener("dragstart", (event) => event.preventDefault());
    // A drag that ends on a node is no click on it.
    drawing.addEventListener("click", (event) => { if (moved > 6) { event.preventDefault(); event.stopImmediatePropagation(); moved = 0; } }, true);
    stage.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "+" || event.key === "=") zoom(1.25);
      else if (event.key === "-") zoom(.8);
      else if (event.key === "0") made.fit();
      else if (event.shiftKey && event.key.startsWith("Arrow")) {
        view.x += { ArrowLeft: 60, ArrowRight: -60 }[event.key] ?? 0;
        view.y += { ArrowUp: 60, ArrowDown: -60 }[event.key] ?? 0;
        paint();
      } else return;
      event.preventDefault();
    });
  }

  /** The node that an arrow key leads to: what is related first, then what is near. */
  function neighbour(at, key, { nodes, edges }) {
    const here = nodes[at];
    const isAcross = key === "ArrowLeft" || key === "ArrowRight";
    const sign = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
    const related = new Set(edges.flatMap(({ from, to }) => (from === at ? [to] : to === at ? [from] : [])));
    let best = -1;
    let least = Infinity;
    for (const [other, node] of nodes.entries()) {
      const [dx, dy] = [(node.x - here.x) * sign, (node.y - here.y) * sign];
      const [along, aside] = isAcross ? [dx, Math.abs(dy)] : [dy, Math.abs(dx)];
      if (along <= 1 || (!isAcross && aside > 1)) continue;
      const cost = along + aside + (isAcross && !related.has(other) ? 10000 : 0);
      if (cost < least) { least = cost; best = other; }
    }
    return best;
  }

  // ---- One view.

  let drawn = null;
  let turn = 0;
  async function draw(isStep) {
    const mine = ++turn;
    const made = page;
    const state = read();
    const overview = document.getElementById("graph-overview");
    overview.hidden = Boolean(state.root);
    for (const node of [...made.bar.children]) if (!node.classList.contains("field")) node.hidden = !state.root;
    made.body.hidden = !state.root;
    document.querySelector("main").classList.toggle("is-exploring", Boolean(state.root));
    const status = document.getElementById("graph-status");
    made.said ??= status.textContent;
    made.titled ??= document.title;
    made.lost.hidden = true;
    document.title = made.titled;
    if (!state.root) { status.textContent = made.said; return; }
    await Promise.all([part("root"), globalThis.callboardLoad("assets/graph-layout.js")]);
    const root = store.get("root");
    const found = await gather(state, root);
    if (mine !== turn) return;
    if (!found) {
      made.body.hidden = true;
      made.lost.hidden = false;
      const [before, after] = t("graph.unknown").split("{ref}");
      made.lost.replaceChildren(before, el("code", {}, state.root), after);
      status.textContent = t("graph.not_in");
      return;
    }
    if (found.unknown) return change((next) => { next.to = ""; });
    write(state);
    drawn = found;
    const { nodes, edges } = found;
    const [centre] = nodes;
    document.title = `${centre.title} · ${made.titled}`;
    const here = new URL(location.href);
    here.search = "";
    made.overview.href = here.href;
    made.extent = globalThis.callboardLayout.layout(nodes, edges, found.to !== undefined);
    made.rootAt = { x: centre.x, y: centre.y };
    const lines = edges.map((edge) => drawEdge(edge, nodes));
    const boxes = nodes.map((node, at) => drawNode(node, at === 0, root));
    made.world.replaceChildren(...lines, ...boxes);
    made.drawing.setAttribute("aria-label", t("graph.around", { entity: centre.title }));
    walk(boxes, lines, nodes, edges);
    made.fit();
    if (isStep) boxes[0].focus({ preventScroll: true });
    controls(state, found);
    facets(state, found, root);
    takeaways(found);
    twin(found, root);
    const counts = { entities: t("word.count_entities", { count: nodes.length }), relations: t("graph.relations", { count: edges.length }), entity: centre.title };
    if (found.to !== undefined) {
      const target = nodes.find((node) => node.key === found.to);
      const told = { count: target?.distance ?? 0, from: centre.title, to: target?.title ?? state.to };
      status.textContent = target ? t("graph.path_found", told) : t("graph.no_path", told);
    } else status.textContent = found.cut ? t("graph.status_cut", { ...counts, count: found.cut }) : t("graph.status", counts);
    made.cut.replaceChildren();
    made.cut.hidden = !found.cut && !found.owned;
    if (found.owned) made.cut.append(`${t("graph.owned", { count: found.owned })} `);
    if (found.cut) {
      made.cut.append(`${t("graph.cut", { count: found.cut })} `);
      if (state.most < 10 * STEP) made.cut.append(made.button(t("graph.draw_more", { count: STEP }), t("graph.draw_more_long", { count: STEP }), () => change((next) => { next.most += STEP; })));
      else made.cut.append(t("graph.fewer_steps"));
    }
  }
  /** Changes the view in place. */
  function change(edit) {
    const state = read();
    edit(state);
    write(state);
    return draw(false);
  }

  function walk(boxes, lines, nodes, edges) {
    const made = page;
    for (const [at, box] of boxes.entries()) {
      const near = (isOn) => {
        for (const [index, { from, to }] of edges.entries()) if (from === at || to === at) lines[index].classList.toggle("is-near", isOn);
      };
      box.addEventListener("focus", () => {
        for (const other of boxes) other.setAttribute("tabindex", other === box ? "0" : "-1");
        near(true);
        made.reveal(nodes[at]);
        box.scrollIntoView({ block: "nearest", inline: "nearest" });
      });
      box.addEventListener("blur", () => near(false));
      box.addEventListener("pointerenter", () => near(true));
      box.addEventListener("pointerleave", () => near(document.activeElement === box));
      box.addEventListener("click", (event) => {
        if (at === 0 || !nodes[at].path || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        made.go(nodes[at].reference);
      });
      box.addEventListener("keydown", (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
        if (event.key === "o" && nodes[at].path) {
          const target = new URL(url(nodes[at].path));
          if (target.protocol === "file:") target.pathname += "index.html";
          location.assign(target);
          return;
        }
        const next = event.key.startsWith("Arrow") ? neighbour(at, event.key, { nodes, edges }) : event.key === "Home" ? 0 : -1;
        if (!event.key.startsWith("Arrow") && next < 0) return;
        event.preventDefault();
        if (next >= 0) boxes[next].focus({ preventScroll: true });
      });
    }
  }

  function controls(state, { isEveryOwner }) {
    const { depth, direction, merge, owners } = page;
    depth.value = String(state.depth);
    depth.disabled = Boolean(state.to);
    direction.value = state.direction;
    merge.checked = state.merge;
    owners.checked = isEveryOwner;
    owners.disabled = isEveryOwner !== state.owners || state.chosen.get("relation").size > 0;
    depth.onchange = () => change((next) => { next.depth = Number(depth.value); });
    direction.onchange = () => change((next) => { next.direction = direction.value; });
    merge.onchange = () => change((next) => { next.merge = merge.checked; });
    owners.onchange = () => change((next) => { next.owners = owners.checked; });
  }

  const wide = new Set();
  function facets(state, { nodes, edges, refused }, root) {
    const FEW = 7;
    const { panel, chips, filters } = page;
    const focus = document.activeElement?.dataset?.key;
    const all = [...nodes.slice(1), ...refused];
    const titles = new Map([...nodes, ...refused].map((node) => [node.reference, node.title]));
    const words = new Map(root.relations.map(([name, text]) => [name, text]));
    const label = (id, value) => (value === "" ? t("word.none") : id === "kind" ? root.kinds[value]?.[0] ?? value : id === "relation" ? words.get(value) ?? value : id === "owner" ? titles.get(value) ?? bare(value) : value);
    const values = { kind: (node) => [node.kind], owner: (node) => [node.owner], lifecycle: (node) => [node.lifecycle], tag: (node) => node.tags };
    panel.replaceChildren();
    chips.replaceChildren();
    if (state.to) {
      const target = nodes.find((node) => node.reference === state.to)?.title ?? state.to;
      const chip = el("button", { type: "button", class: "chip", "aria-label": t("word.remove_filter", { filter: `${t("graph.path_to")}: ${target}` }) }, `${t("graph.path_to")}: `, el("bdi", {}, target), icon("close"));
      chip.addEventListener("click", () => change((next) => { next.to = ""; }).then(() => page.depth.focus()));
      chips.append(chip);
    }
    for (const [id, title] of FACETS) {
      const chosen = state.chosen.get(id);
      const counts = new Map();
      const given = id === "relation" ? edges.flatMap(({ relations }) => relations.map(({ name }) => name)) : all.flatMap(values[id]);
      if (id === "relation") {
        for (const [relation, , opposite, isForward] of [...nodes, ...refused].flatMap((node) => node.edges).map(([n]) => root.relations[n])) counts.set(isForward ? relation : root.relations[opposite][0], 0);
      }
      for (const value of given) counts.set(value, (counts.get(value) ?? 0) + 1);
      for (const value of chosen) if (!counts.has(value)) counts.set(value, 0);
      const toggle = (value, isOn) => change((next) => { if (isOn) next.chosen.get(id).add(value); else next.chosen.get(id).delete(value); });
      for (const value of chosen) {
        const chip = el("button", { type: "button", class: "chip", "aria-label": t("word.remove_filter", { filter: `${title}: ${label(id, value)}` }) }, `${title}: `, el("bdi", {}, label(id, value)), icon("close"));
        chip.addEventListener("click", () => toggle(value, false).then(() => (chips.querySelector("button") ?? page.depth).focus()));
        chips.append(chip);
      }
      if (counts.size < 2 && !chosen.size) continue;
      const entries = [...counts].sort((a, b) => (a[0] === "") - (b[0] === "") || b[1] - a[1] || (label(id, a[0]) < label(id, b[0]) ? -1 : 1));
      const items = entries.filter(([value], at) => at < FEW || wide.has(id) || chosen.has(value)).map(([value, count]) => {
        const input = el("input", { type: "checkbox", "data-key": `${id}:${value}` });
        input.checked = chosen.has(value);
        input.addEventListener("change", () => toggle(value, input.checked));
        return el("li", {}, el("label", {}, input, id === "kind" ? glyph(value) : null, el("span", {}, el("bdi", { class: value === "" ? "none" : null }, label(id, value))), el("span", { class: "count" }, String(count))));
      });
      const group = el("details", { class: "facet", open: true }, el("summary", { "data-key": `${id}-` }, title), el("ul", {}, ...items));
      if (entries.length > FEW) {
        const more = el("button", { type: "button", class: "textbutton", "data-key": `${id}+` }, wide.has(id) ? t("word.fewer") : t("word.show_all", { count: entries.length }));
        more.addEventListener("click", () => { if (!wide.delete(id)) wide.add(id); facets(read(), { nodes, edges, refused }, root); });
        group.append(more);
      }
      panel.append(group);
    }
    filters.textContent = chips.childElementCount ? t("word.filters_on", { count: chips.childElementCount }) : t("word.filters");
    if (focus) [...panel.querySelectorAll("[data-key]")].find((node) => node.dataset.key === focus)?.focus({ preventScroll: true });
  }

  function takeaways(found) {
    const { exports, button, world } = page;
    const name = `${found.nodes[0].reference.replace(/[^a-z0-9]+/g, "-")}-graph`;
    const rows = [
      ["SVG", "image/svg+xml", "svg", () => picture(world, page.extent)],
      ["Mermaid", "text/plain;charset=utf-8", "mmd", () => mermaid(found)],
      ["DOT", "text/plain;charset=utf-8", "dot", () => dot(found)],
      ["JSON", "application/json", "json", () => json(found)],
    ];
    exports.replaceChildren(...rows.map(([text, type, ending, make]) => button(text, t("graph.download_as", { format: text }), () => save(make(), type, `${name}.${ending}`))));
  }

  /** The same as a table. */
  function twin({ nodes, edges }, root) {
    const named = (node, isPage) => (node.path
      ? el("a", { class: "entity", href: isPage ? url(node.path) : `?root=${encodeURIComponent(node.reference)}`, title: node.reference }, glyph(node.kind), el("bdi", {}, node.title))
      : el("span", { class: "entity unresolved", title: node.reference }, glyph(node.kind), el("span", {}, el("bdi", {}, node.title), " ", el("span", { class: "missing" }, t("word.not_in_catalog")))));
    const rows = nodes.map((node, at) => {
      const related = el("ul", {});
      for (const { from, to, words } of edges) if (from === at) related.append(el("li", {}, `${words} `, el("bdi", {}, nodes[to].title)));
      if (node.more) related.append(el("li", {}, `${t("graph.more_of", { count: node.more })} `, node.path ? explore(node) : ""));
      return el("tr", {}, el("th", { scope: "row" }, named(node, true)), el("td", { class: "wide" }, root.kinds[node.kind]?.[0] ?? node.kind), el("td", {}, node.lifecycle ? el("span", { class: `badge${{ production: " is-production", experimental: " is-experimental", deprecated: " is-deprecated" }[node.lifecycle] ?? ""}` }, el("bdi", {}, node.lifecycle)) : null),
        el("td", { class: "num wide" }, String(node.distance)), el("td", {}, related));
    });
    function explore(node) {
      const link = el("a", { href: `?root=${encodeURIComponent(node.reference)}` }, t("word.explore"), el("span", { class: "vh" }, " ", el("bdi", {}, node.title)));
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        page.go(node.reference);
      });
      return link;
    }
    const head = el("tr", {}, ...[[t("word.entity")], [t("word.kind"), "wide"], [t("word.lifecycle")], [t("graph.steps_away"), "num wide"], [t("graph.leads_to")]].map(([text, name]) => el("th", { scope: "col", class: name ?? null }, text)));
    page.list.replaceChildren(el("h2", { id: "graph-list-head" }, t("graph.as_list")),
      el("div", { class: "table-scroll", role: "region", "aria-label": t("graph.drawn_list"), tabindex: "0" },
        el("table", { class: "list" }, el("caption", { class: "vh" }, t("graph.drawn")), el("thead", {}, head), el("tbody", {}, ...rows))));
  }

  /** Shows what the address asks for. */
  globalThis.callboardExplore = async (given) => {
    page ??= build(given);
    await draw(given.isStep);
  };
  addEventListener("resize", () => { if (drawn && !page.body.hidden) page.fit(); });
})();
