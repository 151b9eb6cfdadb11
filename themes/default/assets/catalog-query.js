// Answers a query from the columns of the catalog list. What only some queries ask for, relations and other fields,
// comes in shards of its own when one does.
"use strict";
(() => {
  const { t } = globalThis.callboard;
  const { Fault, parse, matcher, nearest } = globalThis.callboardQuery;
  // Fields of the entity that stand in columns.
  const COLUMNS = new Map([
    ["metadata.name", "name"], ["metadata.namespace", "namespace"], ["metadata.title", "title"], ["metadata.description", "description"],
    ["metadata.tags", "tag"], ["spec.type", "type"], ["spec.lifecycle", "lifecycle"], ["relations.ownedby", "owner"], ["relations.partof", "system"],
  ]);
  const SHARED = new Set(["kind", "type", "lifecycle", "namespace", "owner", "system"]);
  const RELATIONS = new Map([["uses", ["dependson", "consumesapi"]], ["provides", ["providesapi"]]]);
  const ALONE = ["metadata.uid", "metadata.etag"];
  const isRelation = (field) => RELATIONS.has(field) || field.startsWith("relations.");
  const isField = (field) => field.includes(".") && !isRelation(field);
  const isText = (field) => field === "title" || field === "description";
  /** The column that a path names, or what was asked for. Names of relations have no case. */
  const columnOf = (field) => {
    const path = field.startsWith("relations.") ? field.toLowerCase() : field;
    return COLUMNS.get(path) ?? path;
  };

  // ---- What comes later.

  let relations = null;
  let fields = null;
  let texts = null;
  const once = (load) => {
    let loading = null;
    return () => (loading ??= load().catch((error) => { loading = null; throw error; }));
  };
  /** Rows of each relation that an entity holds: name, opposite name, [row, ends] … */
  const loadRelations = once(async () => {
    const { head, parts } = globalThis.callboardCatalog;
    const found = head.relations.map(([name, opposite]) => ({ name: name.toLowerCase(), opposite: opposite.toLowerCase(), rows: [] }));
    await parts("relations-", Array(head.shards).keys(), (shard, at) => shard.forEach((row, n) => {
      for (const [relation, ends] of row) found[relation].rows.push([at * head.perShard + n, ends]);
    }));
    relations = found;
  });
  const loadFields = once(async () => {
    const { head, parts } = globalThis.callboardCatalog;
    const found = new Array(head.fieldsShards);
    await parts("fields-", Array(head.fieldsShards).keys(), (shard, at) => { found[at] = new Map(Object.entries(shard)); });
    fields = found;
  });
  /** Titles, descriptions and names that the columns shorten. */
  const loadTexts = once(async () => {
    const { head, parts, data } = globalThis.callboardCatalog;
    const found = new Map();
    const touched = new Set();
    await parts("text-", Array(head.shards).keys(), (shard, at) => {
      for (const [path, rows] of Object.entries(shard)) {
        if (!found.has(path)) found.set(path, new Map());
        for (const [row, text] of Object.entries(rows)) {
          const n = at * head.perShard + Number(row);
          found.get(path).set(n, text);
          touched.add(n);
        }
      }
    });
    for (const n of touched) {
      const written = [...found].map(([path, rows]) => (path === "metadata.description" ? rows.get(n) ?? data.description[n] : rows.get(n) ?? ""));
      const tags = data.tags.lists[n].map((tag) => data.tags.values[tag]);
      const shown = found.has("metadata.description") ? "" : data.description[n];
      data.words[n] = [data.title[n], data.reference[n], shown, ...written, ...tags].join("\0").toLowerCase();
    }
    texts = found;
  });

  // ---- One term: a test of a row.

  function values(names) {
    const { data } = globalThis.callboardCatalog;
    const found = new Map();
    const add = (row, value) => { if (found.has(row)) found.get(row).push(value); else found.set(row, [value]); };
    const nameOf = (end) => (typeof end === "number" ? data.reference[end] : end);
    for (const { name, opposite, rows } of relations) {
      if (names.includes(name)) for (const [row, ends] of rows) for (const end of ends) add(row, nameOf(end));
      if (names.includes(opposite)) for (const [row, ends] of rows) for (const end of ends) if (typeof end === "number") add(end, data.reference[row]);
    }
    return found;
  }
  function inField(path) {
    const { head } = globalThis.callboardCatalog;
    const found = new Map();
    fields.forEach((shard, at) => {
      const column = shard.get(path) ?? [];
      for (let i = 0; i < column.length; i += 2) {
        const row = at * head.perFieldsShard + column[i];
        if (found.has(row)) found.get(row).push(column[i + 1]);
        else found.set(row, [column[i + 1]]);
      }
    });
    return found;
  }
  const among = (found, fits) => {
    const hit = new Set();
    for (const [row, several] of found) if (several.some((value) => fits(value.toLowerCase()))) hit.add(row);
    return (n) => hit.has(n);
  };

  function test({ field, values: wanted }, doubts) {
    const { data } = globalThis.callboardCatalog;
    const column = columnOf(field);
    const fits = matcher(wanted, isText(field));
    const known = (value) => value !== "" && fits(value.toLowerCase());
    if (SHARED.has(column)) {
      const { values, ids } = data[column];
      const hits = Uint8Array.from(values, (value) => (known(value) ? 1 : 0));
      const others = column === "owner" ? data.owners : column === "system" ? data.wholes : new Map();
      return others.size ? (n) => hits[ids[n]] === 1 || (others.get(n) ?? []).some(known) : (n) => hits[ids[n]] === 1;
    }
    const several = column === "tag" ? data.tags : data.facets.get(column);
    if (several) {
      const hits = Uint8Array.from(several.values, (value) => (known(value) ? 1 : 0));
      return (n) => several.lists[n].some((id) => hits[id] === 1);
    }
    // Without a title an entity is shown by its name, people by that of their profile.
    const titleOf = (n) => (data.title[n] === nameOf(n) || /^(user|group):/.test(data.reference[n]) ? "" : data.title[n]);
    const nameOf = (n) => data.reference[n].slice(data.reference[n].indexOf("/") + 1);
    if (column === "name") return (n) => fits(nameOf(n));
    if (column === "ref") return (n) => fits(data.reference[n]);
    if (isText(column)) {
      const kept = texts.get(`metadata.${column}`) ?? new Map();
      const shown = column === "title" ? titleOf : (n) => data.description[n];
      return (n) => known((kept.has(n) ? kept.get(n) : shown(n)) ?? "");
    }
    if (isRelation(column)) {
      const names = RELATIONS.get(field) ?? [column.slice("relations.".length)];
      if (!relations.some(({ name, opposite }) => names.includes(name) || names.includes(opposite)) && !RELATIONS.has(field)) {
        doubts.push({ text: t("query.no_relation", { field }) });
      }
      return among(values(names), fits);
    }
    const found = inField(column);
    if (!found.size) doubts.push({ text: t("query.no_field", { field }), key: field, guess: nearest(field, new Set(fields.flatMap((shard) => [...shard.keys()]))) });
    return among(found, fits);
  }

  /**
   * Which rows a query finds: {pass, doubts}, `pass` a number for each row, doubts about what nothing has. A promise of it
   * where more of the catalog must be read first. Throws a Fault.
   */
  function answer(text) {
    const { head, data } = globalThis.callboardCatalog;
    const query = parse(text, [...data.facets.keys()]);
    const asks = (what) => query.terms.some(({ field }) => what(columnOf(field)));
    for (const { field, values: wanted } of query.terms) {
      if (ALONE.includes(field)) throw new Fault(t("query.only_list", { field }));
      if (isField(columnOf(field)) && wanted.some((want) => want.length >= head.longestValue)) {
        throw new Fault(t("query.too_long"));
      }
    }
    const result = () => {
      const doubts = [];
      const pass = new Uint8Array(data.total).fill(1);
      const keep = (fits) => { for (let n = 0; n < pass.length; n++) if (pass[n] === 1 && !fits(n)) pass[n] = 0; };
      for (const term of query.terms) {
        const fits = test(term, doubts);
        keep(term.negative ? (n) => !fits(n) : fits);
      }
      for (const word of query.words) keep((n) => data.words[n].includes(word));
      return { pass, doubts };
    };
    const waiting = [];
    if (!texts && (query.words.length || asks(isText))) waiting.push(loadTexts());
    if (!relations && asks(isRelation)) waiting.push(loadRelations());
    if (!fields && asks(isField)) waiting.push(loadFields());
    return waiting.length ? Promise.all(waiting).then(result) : result();
  }

  globalThis.callboardAnswer = answer;
})();
