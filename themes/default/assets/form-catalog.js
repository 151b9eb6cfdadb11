// The catalog for the fields of forms: rows of the list, and other fields where a filter names one.
"use strict";
(() => {
  const { isObject } = globalThis.callboardSchema;
  const shards = new Map();
  const before = globalThis.callboardData;
  globalThis.callboardData = (set, key, value) => {
    if (set === "catalog") shards.set(String(key), value);
    else before?.(set, key, value);
  };
  const loaded = new Map();
  const once = (key, load) => {
    if (!loaded.has(key)) loaded.set(key, load().catch((error) => { loaded.delete(key); throw error; }));
    return loaded.get(key);
  };
  const take = async (name) => {
    await globalThis.callboardLoad(`data/catalog/${name}.js`);
    return shards.get(name);
  };
  const family = (name, count) => Promise.all(Array.from({ length: count }, (_, n) => take(name + n)));
  const catalog = () => once("rows", async () => {
    const head = await take("root");
    const rows = (await family("", head.shards)).flatMap((shard) => shard.reference.map((reference, n) => {
      const [kind, namespace, name] = reference.split(/[:/]/);
      const shared = (field) => shard[field][0][shard[field][1][n]];
      return {
        reference, kind, namespace, name, title: shard.title[n] || name, type: shared("type"), lifecycle: shared("lifecycle"),
        owners: [shared("owner"), ...(shard.owners[n] ?? [])], tags: shard.tags[1][n].map((tag) => shard.tags[0][tag]), more: new Map(),
      };
    }));
    return { head, rows, known: new Map(rows.map((row) => [row.reference, row])) };
  });
  const COLUMNS = { kind: "kind", "metadata.namespace": "namespace", "metadata.name": "name", "metadata.tags": "tags", "spec.type": "type", "spec.lifecycle": "lifecycle", "relations.ownedby": "owners" };
  const note = (row, key, value) => { if (row) row.more.set(key, [...(row.more.get(key) ?? []), value]); };
  const others = ({ head, rows, known }) => once("fields", async () => {
    (await family("fields-", head.fieldsShards)).forEach((shard, at) => {
      for (const [path, values] of Object.entries(shard)) {
        for (let i = 0; i < values.length; i += 2) note(rows[at * head.perFieldsShard + values[i]], path.toLowerCase(), values[i + 1]);
      }
    });
    (await family("relations-", head.shards)).forEach((shard, at) => shard.forEach((held, n) => {
      const row = rows[at * head.perShard + n];
      for (const [relation, ends] of held) {
        const [name, opposite] = head.relations[relation].map((word) => `relations.${word.toLowerCase()}`);
        for (const end of ends) {
          const target = typeof end === "number" ? rows[end].reference : end;
          note(row, name, target);
          note(known.get(target), opposite, row.reference);
        }
      }
    }));
  });
  const filtersOf = (filter) => [filter].flat().filter(isObject).map((each) => Object.entries(each).map(([key, value]) => [key.toLowerCase(), value]));
  /** Rows that pass one of the filters, as the catalog's API understands them. */
  globalThis.callboardEntities = async (filter) => {
    const found = await catalog();
    const filters = filtersOf(filter);
    if (filters.flat().some(([key]) => !Object.hasOwn(COLUMNS, key))) await others(found);
    const holds = (row) => ([key, wanted]) => {
      const held = (Object.hasOwn(COLUMNS, key) ? [row[COLUMNS[key]]].flat() : row.more.get(key) ?? []).filter(Boolean).map((value) => value.toLowerCase());
      if (isObject(wanted)) return (wanted.exists === true) === held.length > 0;
      return [wanted].flat().some((value) => held.includes(String(value).toLowerCase()));
    };
    return filters.length ? found.rows.filter((row) => filters.some((each) => each.every(holds(row)))) : found.rows;
  };
})();
