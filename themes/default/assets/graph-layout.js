// Where the explorer's boxes, lines and labels stand: columns by distance from the root, few crossings, no label on another.
"use strict";
(() => {
  const WIDTH = 208;
  const HEIGHT = 44;
  const SPAN = 136;
  const GAP = 22;
  const LANE = 8;
  const SWEEPS = 14;
  /** Width of a letter of a label, and a label's height. */
  const LETTER = 6.2;
  const LABEL = 14;

  /** Puts the items of a column as near to where they are wanted as they fit; those that would overlap move together. */
  function settle(column, wanted) {
    const runs = [];
    const offsets = [];
    let offset = 0;
    for (const [at, item] of column.entries()) {
      offset += item.height / 2;
      offsets.push(offset);
      let run = { start: wanted[at] - offset, count: 1 };
      while (runs.length && runs.at(-1).start > run.start) {
        const before = runs.pop();
        const count = before.count + run.count;
        run = { start: (before.start * before.count + run.start * run.count) / count, count };
      }
      runs.push(run);
      offset += item.height / 2 + GAP;
    }
    let at = 0;
    for (const { start, count } of runs) for (let n = 0; n < count; n++, at++) column[at].y = start + offsets[at];
  }

  /**
   * Moves nodes away from the root, so that lines lead from left to right. `columns` has the steps from the root, the first
   * node; a line that closes a circle leads back.
   */
  function spread(columns, edges) {
    const FARTHEST = 9;
    const leads = columns.map(() => []);
    for (const { from, to } of edges) leads[from].push(to);
    const seen = new Map();
    const back = new Set();
    for (const start of columns.keys()) {
      if (seen.has(start)) continue;
      const way = [[start, 0]];
      seen.set(start, true);
      while (way.length) {
        const [node, next] = way.at(-1);
        if (next === leads[node].length) { way.pop(); seen.set(node, false); continue; }
        way.at(-1)[1]++;
        const to = leads[node][next];
        if (seen.get(to)) back.add(`${node} ${to}`);
        else if (!seen.has(to)) { seen.set(to, true); way.push([to, 0]); }
      }
    }
    for (let round = 0; round < FARTHEST; round++) {
      for (const { from, to } of edges) {
        if (columns[to] > columns[from] || back.has(`${from} ${to}`)) continue;
        if (to !== 0 && columns[to] >= 0 && columns[from] < FARTHEST) columns[to] = columns[from] + 1;
        else if (from !== 0 && columns[to] > -FARTHEST) columns[from] = columns[to] - 1;
      }
    }
  }

  /**
   * Places nodes, which have a `column`, and edges, which have the places of their ends as `from` and `to`. Nodes get the
   * middle of their box as `x` and `y`, edges their `points` and, where there is room, a `label` with its middle. With
   * `isFixed`, each node stays in its column.
   */
  function layout(nodes, edges, isFixed) {
    const spaced = nodes.map((node) => node.column);
    if (!isFixed) spread(spaced, edges);
    const used = [...new Set(spaced)].sort((a, b) => a - b);
    const columns = used.map(() => []);
    const items = nodes.map((node, at) => {
      const degree = edges.filter(({ from, to }) => from === at || to === at).length;
      const item = { node, column: used.indexOf(spaced[at]), height: Math.max(HEIGHT, Math.min(degree, 8) * 9), near: [], y: 0 };
      columns[item.column].push(item);
      return item;
    });
    const chains = edges.map(({ from, to }) => {
      const [start, end] = items[from].column <= items[to].column ? [items[from], items[to]] : [items[to], items[from]];
      const chain = [];
      let last = start;
      for (let column = start.column + 1; column < end.column; column++) {
        const lane = { column, height: LANE, near: [last], y: 0 };
        last.near.push(lane);
        columns[column].push(lane);
        chain.push(lane);
        last = lane;
      }
      if (start.column !== end.column) { last.near.push(end); end.near.push(last); }
      return start === items[from] ? chain : chain.reverse();
    });
    for (const column of columns) settle(column, column.map(() => 0));
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      for (let at = 0; at < columns.length; at++) {
        const column = columns[sweep % 2 ? columns.length - 1 - at : at];
        const wanted = new Map(column.map((item) => [item, item.near.length ? item.near.reduce((sum, other) => sum + other.y, 0) / item.near.length : item.y]));
        column.sort((a, b) => wanted.get(a) - wanted.get(b));
        settle(column, column.map((item) => wanted.get(item)));
      }
    }
    const left = (column) => column * (WIDTH + SPAN);
    for (const item of items) Object.assign(item.node, { x: left(item.column) + WIDTH / 2, y: item.y, width: WIDTH, height: HEIGHT });
    connect(items, edges, chains, left);
    label(edges);
    const lanes = chains.flat();
    const top = Math.min(...items.map((item) => item.y - HEIGHT / 2), ...lanes.map((lane) => lane.y));
    const bottom = Math.max(...items.map((item) => item.y + HEIGHT / 2), ...lanes.map((lane) => lane.y));
    const right = Math.max(left(columns.length - 1) + WIDTH, ...edges.map((edge) => (edge.isLoop ? edge.points[0][0] + reach(edge.points[0], edge.points[1]) : 0)));
    return { x: 0, y: top, width: right, height: bottom - top };
  }

  /** Gives every edge its points. The ends at one side of a box stand apart, in the order of where they lead. */
  function connect(items, edges, chains, left) {
    const sides = new Map();
    const end = (item, isRight, towards, set) => {
      const key = `${items.indexOf(item)}${isRight ? "r" : "l"}`;
      if (!sides.has(key)) sides.set(key, { item, ends: [] });
      sides.get(key).ends.push({ towards, set });
    };
    for (const [at, edge] of edges.entries()) {
      const [from, to] = [items[edge.from], items[edge.to]];
      const isLoop = from.column === to.column;
      const isOn = from.column < to.column;
      const chain = chains[at];
      edge.isLoop = isLoop;
      edge.isLeft = !isOn;
      edge.points = [[left(from.column) + (isOn || isLoop ? WIDTH : 0), 0]];
      for (const lane of chain) {
        const x = left(lane.column);
        edge.points.push([isOn ? x : x + WIDTH, lane.y], [isOn ? x + WIDTH : x, lane.y]);
      }
      edge.points.push([left(to.column) + (isOn ? 0 : WIDTH), 0]);
      const last = edge.points.at(-1);
      end(from, isOn || isLoop, chain[0]?.y ?? to.y, (y) => { edge.points[0][1] = y; });
      end(to, !isOn, chain.at(-1)?.y ?? from.y, (y) => { last[1] = y; });
    }
    for (const { item, ends } of sides.values()) {
      ends.sort((a, b) => a.towards - b.towards);
      const step = Math.min(9, (HEIGHT - 12) / Math.max(1, ends.length - 1));
      for (const [at, one] of ends.entries()) one.set(item.y + (at - (ends.length - 1) / 2) * step);
    }
  }

  const cubic = (a, b, c, d, t) => a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t ** 2 * (1 - t) + d * t ** 3;

  /** Finds a free place on its line for each label, nearest to the end that has fewest lines. */
  function label(edges) {
    const taken = [];
    const lines = new Map();
    for (const { from, to } of edges) for (const end of [from, to]) lines.set(end, (lines.get(end) ?? 0) + 1);
    for (const edge of edges) {
      const width = edge.text.length * LETTER + 6;
      const isAtEnd = lines.get(edge.to) <= lines.get(edge.from);
      const [start, end] = isAtEnd ? edge.points.slice(-2) : edge.points.slice(0, 2);
      const middle = edge.isLoop ? start[0] + reach(start, end) : (start[0] + end[0]) / 2;
      const [low, high] = edge.isLoop ? [start[0], start[0] + SPAN] : [Math.min(start[0], end[0]), Math.max(start[0], end[0])];
      edge.label = null;
      for (const t of isAtEnd ? [.68, .5, .8, .35, .2] : [.32, .5, .2, .65, .8]) {
        const x = cubic(start[0], middle, middle, end[0], t);
        const y = cubic(start[1], start[1], end[1], end[1], t);
        const centre = Math.min(Math.max(x, low + width / 2 + 2), high - width / 2 - 8);
        const place = { left: centre - width / 2, right: centre + width / 2, top: y - LABEL / 2, bottom: y + LABEL / 2 };
        if (taken.some((other) => place.left < other.right && other.left < place.right && place.top < other.bottom && other.top < place.bottom)) continue;
        taken.push(place);
        edge.label = { x: centre, y };
        break;
      }
    }
  }

  const reach = (start, end) => Math.min(SPAN - 40, 24 + Math.abs(end[1] - start[1]) / 6);

  /** An edge as the data of a path; `head` is kept free at its end. */
  function path({ points, isLoop, isLeft }, head) {
    let data = `M${points[0].map(Math.round).join(" ")}`;
    for (let at = 0; at + 1 < points.length; at++) {
      const [start, end] = [points[at], points[at + 1]];
      const x = end[0] + (at + 2 < points.length ? 0 : isLeft ? head : -head);
      if (at % 2) { data += `H${Math.round(x)}`; continue; }
      const [a, b] = isLoop ? [start[0] + reach(start, end), end[0] + reach(start, end)] : [(start[0] + end[0]) / 2, (start[0] + end[0]) / 2];
      data += `C${[a, start[1], b, end[1], x, end[1]].map(Math.round).join(" ")}`;
    }
    return data;
  }

  globalThis.callboardLayout = { layout, path };
})();
