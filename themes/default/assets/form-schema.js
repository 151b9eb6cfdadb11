// What a template's parameters say: which values fit (JSON Schema, draft 7), which fields there are for the answers so
// far, and what they hold at first. Everything here was written by others: objects have no prototype, and work is limited.
"use strict";
(() => {
  /** Patterns have a script of their own, which comes where one is asked for. */
  const pattern = (source, text) => globalThis.callboardPattern?.(source, text) ?? null;
  const MOST_STEPS = 50000;
  const MOST_FIELDS = 2000;
  const MOST_ROWS = 200;
  const DEEPEST = 12;
  const BRANCHES = ["allOf", "anyOf", "oneOf", "if", "then", "else", "dependencies", "not"];

  // ---- Plain values.

  /** A value that is never stored, and never handed over with the others. */
  class Secret {
    constructor(text) { this.text = text; }
  }
  const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
  const mix = (...objects) => Object.assign(Object.create(null), ...objects);
  const without = (object, keys) => mix(Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key))));
  /** A copy without prototypes, secrets as asterisks, nothing deeper than a person would fill in. */
  function plain(value, depth = 0) {
    if (value instanceof Secret) return "*".repeat(value.text.length);
    if (typeof value !== "object" || value === null) return value;
    if (depth > 64) return null;
    if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1));
    const copy = Object.create(null);
    for (const [key, inner] of Object.entries(value)) if (inner !== undefined) copy[key] = plain(inner, depth + 1);
    return copy;
  }
  const canonical = (value) => JSON.stringify(value, (_, inner) =>
    (isObject(inner) ? mix(...Object.keys(inner).sort().map((key) => ({ [`=${key}`]: inner[key] }))) : inner));
  const same = (a, b) => canonical(a) === canonical(b);

  /** A schema with its `$ref` followed; what stands beside the `$ref` lies over its target. */
  function follow(schema, root) {
    let found = isObject(schema) ? schema : mix();
    for (const seen = new Set(); typeof found.$ref === "string" && !seen.has(found.$ref);) {
      seen.add(found.$ref);
      const target = pointed(root, found.$ref);
      found = mix(isObject(target) ? target : {}, without(found, ["$ref"]));
    }
    return found;
  }
  function pointed(root, reference) {
    if (reference[0] !== "#") return undefined;
    let found = root;
    for (const part of reference.slice(1).split("/").slice(1)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      if (typeof found !== "object" || found === null || !Object.hasOwn(found, key)) return undefined;
      found = found[key];
    }
    return found;
  }

  // ---- Which values fit.

  const daysOf = (year, month) => (month === 2 ? (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
  const isDate = (text) => {
    const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []).map(Number);
    return month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month);
  };
  const isTime = (text, zone) => {
    const found = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(z|[+-]\d\d(?::?\d\d)?)?$/i.exec(text);
    return found !== null && found[1] < 24 && found[2] < 60 && found[3] < 61 && (!zone || found[4] !== undefined);
  };
  const like = (form) => (text) => form.test(text);
  const isUri = (text) => /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(text) && !/%(?![0-9a-f]{2})/i.test(text);
  const FORMATS = new Map(Object.entries({
    date: isDate,
    time: (text) => isTime(text, false),
    "date-time": (text) => isDate(text.slice(0, 10)) && /^[t\s]$/i.test(text[10] ?? "") && isTime(text.slice(11), true),
    email: like(/^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*@(?:(?!-)[a-z0-9-]{1,63}\.)+[a-z0-9-]*[a-z0-9]$/i),
    uri: isUri,
    url: isUri,
    hostname: like(/^(?=.{1,253}$)(?!-)[a-z0-9-]{1,63}(?:\.(?!-)[a-z0-9-]{1,63})*$/i),
    ipv4: like(/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/),
    uuid: like(/^(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i),
    "entity-ref": like(/^(?:[^:/\s]+:)?(?:[^:/\s]+\/)?[^:/\s]+$/),
  }));
  const TYPES = new Map(Object.entries({
    string: (value) => typeof value === "string",
    number: (value) => typeof value === "number",
    integer: (value) => Number.isInteger(value),
    boolean: (value) => typeof value === "boolean",
    null: (value) => value === null,
    array: (value) => Array.isArray(value),
    object: isObject,
  }));
  const LIMITS = [
    ["number", "maximum", (value, limit) => value <= limit],
    ["number", "minimum", (value, limit) => value >= limit],
    ["number", "exclusiveMaximum", (value, limit) => value < limit],
    ["number", "exclusiveMinimum", (value, limit) => value > limit],
    ["number", "multipleOf", (value, limit) => Math.abs(Math.round(value / limit) - value / limit) < 1e-8],
    ["string", "maxLength", (value, limit) => [...value].length <= limit],
    ["string", "minLength", (value, limit) => [...value].length >= limit],
    ["array", "maxItems", (value, limit) => value.length <= limit],
    ["array", "minItems", (value, limit) => value.length >= limit],
    ["object", "maxProperties", (value, limit) => Object.keys(value).length <= limit],
    ["object", "minProperties", (value, limit) => Object.keys(value).length >= limit],
  ];

  /**
   * What is wrong with a value: `{path, rule, limit}` each. Of choices that all fail, what is wrong with the one that
   * `chosen` names, or that comes closest.
   */
  function validate(schema, value, { root = schema, chosen } = {}) {
    const state = { root, chosen, work: { steps: 0 }, within: new Set(), errors: [] };
    check(schema, value, [], state);
    return state.errors;
  }
  function attempt(schema, value, path, state) {
    const inner = { ...state, errors: [] };
    check(schema, value, path, inner);
    return inner.errors;
  }
  const fits = (schema, value, path, state) => attempt(schema, value, path, state).length === 0;

  function check(schema, value, path, state) {
    const fail = (rule, limit, at = path) => state.errors.push({ path: at, rule, limit, words: schema.errorMessage });
    if (schema === false) return void fail("never");
    if (!isObject(schema) || ++state.work.steps > MOST_STEPS) return;
    if (typeof schema.$ref === "string") {
      // Whoever comes by again without having gone deeper would go round for ever.
      const here = `${schema.$ref}\0${path.join("/")}`;
      if (state.within.has(here)) return;
      check(pointed(state.root, schema.$ref), value, path, { ...state, within: new Set(state.within).add(here) });
    }
    const types = [schema.type].flat().filter((type) => TYPES.has(type));
    if (types.length && !types.some((type) => TYPES.get(type)(value))) fail("type", types);
    if (Array.isArray(schema.enum) && !schema.enum.some((one) => same(one, value))) fail("enum", schema.enum);
    if ("const" in schema && !same(schema.const, value)) fail("const", schema.const);
    for (const [type, rule, holds] of LIMITS) {
      if (typeof schema[rule] === "number" && TYPES.get(type)(value) && !holds(value, schema[rule])) fail(rule, schema[rule]);
    }
    if (typeof value === "string") {
      if (typeof schema.pattern === "string" && pattern(schema.pattern, value) === false) fail("pattern", schema.pattern);
      if (FORMATS.has(schema.format) && !FORMATS.get(schema.format)(value)) fail("format", schema.format);
    }
    if (Array.isArray(value)) checkItems(schema, value, path, state, fail);
    if (isObject(value)) checkProperties(schema, value, path, state, fail);
    if (Array.isArray(schema.allOf)) for (const each of schema.allOf) check(each, value, path, state);
    for (const rule of ["anyOf", "oneOf"]) if (Array.isArray(schema[rule])) checkOptions(rule, schema[rule], value, path, state, fail);
    if ("not" in schema && fits(schema.not, value, path, state)) fail("not");
    if ("if" in schema) check(fits(schema.if, value, path, state) ? schema.then : schema.else, value, path, state);
  }
  function checkItems(schema, value, path, state, fail) {
    const isTuple = Array.isArray(schema.items);
    value.forEach((item, n) => check(isTuple ? (n < schema.items.length ? schema.items[n] : schema.additionalItems) : schema.items, item, [...path, n], state));
    if (schema.uniqueItems === true && new Set(value.map(canonical)).size < value.length) fail("uniqueItems");
    if ("contains" in schema && !value.some((item, n) => fits(schema.contains, item, [...path, n], state))) fail("contains");
  }
  function checkProperties(schema, value, path, state, fail) {
    const needs = (names) => { for (const name of names) if (!Object.hasOwn(value, name)) fail("required", name, [...path, name]); };
    if (Array.isArray(schema.required)) needs(schema.required);
    for (const [name, inner] of Object.entries(value)) {
      const at = [...path, name];
      const known = isObject(schema.properties) && Object.hasOwn(schema.properties, name);
      if (known) check(schema.properties[name], inner, at, state);
      const named = Object.entries(isObject(schema.patternProperties) ? schema.patternProperties : {}).filter(([source]) => pattern(source, name));
      for (const [, each] of named) check(each, inner, at, state);
      if (!known && !named.length && "additionalProperties" in schema) {
        if (schema.additionalProperties === false) fail("additionalProperties", name, at);
        else check(schema.additionalProperties, inner, at, state);
      }
      if ("propertyNames" in schema && !fits(schema.propertyNames, name, at, state)) fail("propertyNames", name, at);
    }
    for (const [name, needed] of Object.entries(isObject(schema.dependencies) ? schema.dependencies : {})) {
      if (!Object.hasOwn(value, name)) continue;
      if (Array.isArray(needed)) needs(needed);
      else check(needed, value, path, state);
    }
  }
  /** Errors that tell options apart weigh more than what is still missing. */
  const apart = (errors) => errors.filter(({ rule }) => ["const", "enum", "type"].includes(rule)).length;
  function checkOptions(rule, options, value, path, state, fail) {
    const results = options.map((option) => attempt(option, value, path, state));
    const passed = results.filter((errors) => !errors.length).length;
    if (rule === "oneOf" ? passed === 1 : passed > 0) return;
    if (passed > 1) return void fail("several");
    const weight = (errors) => 1000 * apart(errors) + errors.length;
    const closest = results[state.chosen?.(path, rule)] ?? results.reduce((a, b) => (weight(b) < weight(a) ? b : a), results[0] ?? []);
    const helps = closest.filter((error) => error.path.length > path.length);
    if (helps.length) state.errors.push(...helps);
    else fail(rule);
  }

  // ---- Which fields there are: what applies to the answers, put into one flat schema.

  function merge(target, more) {
    for (const [key, value] of Object.entries(more)) {
      if (key === "properties" && isObject(value)) {
        target.properties ??= mix();
        for (const [name, inner] of Object.entries(value)) {
          const known = target.properties[name];
          // Put together when the field itself is made.
          target.properties[name] = known === undefined || known === inner ? inner : mix({ allOf: [known, inner] });
        }
      } else if (key === "required" && Array.isArray(value)) target.required = [...new Set([...(target.required ?? []), ...value])];
      else if (key === "enum" && Array.isArray(target.enum) && Array.isArray(value)) target.enum = target.enum.filter((one) => value.some((other) => same(one, other)));
      else target[key] = value;
    }
  }
  const draws = (schema) => Object.keys(schema).some((key) => !["required", "not", "title", "description", "$comment"].includes(key));
  const isOneValue = (schema) => "const" in schema || (Array.isArray(schema.enum) && schema.enum.length === 1);
  const oneValue = (schema) => ("const" in schema ? schema.const : schema.enum[0]);

  /** The schema of what applies to `value`, without branches. `place` holds the root, the path, choices made and work done. */
  function flatten(schema, value, place, within = []) {
    const reference = isObject(schema) ? schema.$ref : undefined;
    if (within.length > 16 || (reference && within.includes(reference)) || ++place.work.steps > MOST_STEPS / 5) return mix({ required: [] });
    const whole = follow(schema, place.root);
    const flat = without(whole, BRANCHES);
    if (isObject(whole.properties)) flat.properties = mix(whole.properties);
    else delete flat.properties;
    if (!Array.isArray(flat.required)) flat.required = [];
    const state = { root: place.root, work: { steps: 0 }, within: new Set(), errors: [] };
    const add = (more) => merge(flat, without(flatten(more, value, place, [...within, reference]), ["definitions", "$defs"]));
    if (Array.isArray(whole.allOf)) whole.allOf.forEach(add);
    if ("if" in whole) add(fits(whole.if, value, [], state) ? whole.then : whole.else);
    for (const [name, needed] of Object.entries(isObject(whole.dependencies) ? whole.dependencies : {})) {
      if (!isObject(value) || value[name] === undefined) continue;
      if (Array.isArray(needed)) merge(flat, { required: needed });
      else dependent(name, follow(needed, place.root));
    }
    function dependent(name, needed) {
      add(without(needed, ["oneOf"]));
      if (!Array.isArray(needed.oneOf)) return;
      const options = needed.oneOf.map((option) => follow(option, place.root));
      const found = options.find(({ properties }) => !isObject(properties) || fits(properties[name], value[name], [], state));
      if (found) add(mix(found, isObject(found.properties) ? { properties: without(found.properties, [name]) } : {}));
    }
    for (const rule of ["oneOf", "anyOf"]) {
      if (!Array.isArray(whole[rule]) || !whole[rule].length) continue;
      const options = whole[rule].map((option) => follow(option, place.root));
      if (options.every(isOneValue)) {
        flat.enum = options.map(oneValue);
        flat.enumNames = options.map((option) => option.title ?? String(oneValue(option)));
        continue;
      }
      const real = options.filter(({ type }) => type !== "null");
      if (!real.some(draws)) continue;
      // Where a field says which option applies, nobody need be asked.
      const telling = Object.keys(flat.properties ?? {}).filter((name) =>
        real.every(({ properties }) => isObject(properties) && isObject(properties[name]) && (isOneValue(properties[name]) || properties[name].enum)));
      const { held = value } = place;
      const score = (option) => 1000 * apart(attempt(option, held, [], state))
        - (isObject(held) ? Object.keys(option.properties ?? {}).filter((name) => held[name] !== undefined).length : 0);
      const closest = real.reduce((best, option, n) => (score(option) < score(real[best]) ? n : best), 0);
      const key = `${place.page}|${place.path.join("/")}|${rule}`;
      const chosen = real[place.choices.get(key)] ? place.choices.get(key) : closest;
      if (!telling.length && real.length > 1 && !flat.choice) flat.choice = { key, chosen, options: real.map((option) => option.title) };
      const option = without(real[chosen], ["title", "description"]);
      add(isObject(option.properties) ? mix(option, { properties: without(option.properties, telling) }) : option);
    }
    return flat;
  }

  /** Options of the `ui:` keys, in both ways of writing them. */
  function uiOf(schema) {
    const found = mix(isObject(schema["ui:options"]) ? schema["ui:options"] : {});
    for (const [key, value] of Object.entries(schema)) if (key.startsWith("ui:") && key !== "ui:options") found[key.slice(3)] = value;
    return found;
  }
  function typeOf(schema) {
    const types = [schema.type].flat().filter((type) => TYPES.has(type));
    const said = types.find((type) => type !== "null") ?? types[0];
    if (said) return said;
    if (isObject(schema.properties) || isObject(schema.additionalProperties)) return "object";
    if (schema.items) return "array";
    const example = "const" in schema ? schema.const : schema.enum?.[0];
    return typeof example === "number" ? "number" : typeof example === "boolean" ? "boolean" : "string";
  }
  const isSecret = (ui) => ui.field === "Secret" || ui.widget === "password";
  const ONE_FIELD = new Set(["MultiEntityPicker", "EntityTagsPicker"]);
  /** Whether an array is one field: chosen from a list, or by an extension. */
  function isOneField(schema, ui, root) {
    const items = follow(schema.items, root);
    const isListed = Array.isArray(items.enum) || (items.oneOf ?? items.anyOf ?? [mix()]).every((option) => isOneValue(follow(option, root)));
    return ONE_FIELD.has(ui.field) || (isListed && (schema.uniqueItems === true || ["checkboxes", "select"].includes(ui.widget)));
  }
  function inOrder(names, order) {
    if (!Array.isArray(order)) return names;
    const rest = names.filter((name) => !order.includes(name));
    const at = order.indexOf("*");
    const [before, after] = at < 0 ? [order, []] : [order.slice(0, at), order.slice(at + 1)];
    const known = (list) => list.filter((name) => names.includes(name));
    return [...known(before), ...rest, ...known(after)];
  }

  /** A value as its field can hold it: numbers and truths may be written as texts, and the other way round. */
  function scalar(value, type, schema) {
    if (value === undefined || (value === null && type !== "null")) return undefined;
    if (typeof value === "object" && value !== null) return schema.enum ? value : undefined;
    if (schema.enum) return value;
    if (type === "string") return String(value);
    if (type === "boolean") return typeof value === "boolean" ? value : { true: true, false: false }[value];
    if ((type === "number" || type === "integer") && typeof value === "string" && value.trim() && Number.isFinite(Number(value))) return Number(value);
    return value;
  }

  /** What a field holds before anyone has answered; what can hold only one value holds that. */
  function seed(schema, holder, name, required, place) {
    const flat = flatten(schema, undefined, place);
    if ("const" in flat) holder[name] = plain(flat.const);
    if (Object.hasOwn(holder, name)) return;
    const type = typeOf(flat);
    const { widget = "checkbox" } = uiOf(flat);
    if (flat.default !== undefined && (flat.default !== null || type === "null")) holder[name] = plain(flat.default);
    else if (type === "object") holder[name] = mix();
    else if (type === "array") holder[name] = [];
    else if (type === "null") holder[name] = null;
    // A box that nobody ticked is an answer, where one is needed.
    else if (type === "boolean" && required && widget === "checkbox" && !flat.enum) holder[name] = false;
  }

  /** Flat schemas of `schemas` over one object, when the fields they show and those that decide on them agree. */
  function settle(schemas, holder, places) {
    let known = [];
    for (let round = 0; ; round++) {
      const seen = mix();
      for (const name of known) if (holder[name] !== undefined) seen[name] = plain(holder[name]);
      // Among options, also answers to questions that are not asked yet tell which is meant.
      const held = plain(holder);
      const flats = schemas.map((schema, n) => flatten(schema, seen, { ...places[n], held }));
      const names = [];
      flats.forEach((flat, n) => {
        for (const [name, inner] of Object.entries(flat.properties ?? {})) {
          if (!Object.hasOwn(holder, name) && isObject(flat.default) && Object.hasOwn(flat.default, name)) holder[name] = plain(flat.default[name]);
          seed(inner, holder, name, flat.required.includes(name), { ...places[n], path: [...places[n].path, name] });
          names.push(name);
        }
      });
      if (round > 8 || (round > 0 && names.join("\0") === known.join("\0"))) return flats;
      known = names;
    }
  }

  let ids = 0;
  /** Rows of an array keep their number when they move. */
  const rowIds = new WeakMap();
  function idsOf(rows) {
    const known = rowIds.get(rows) ?? [];
    while (known.length < rows.length) known.push(++ids);
    rowIds.set(rows, known);
    return known;
  }

  /** The fields below one key of `holder`; null where there is too much of it. */
  function grow(schema, holder, name, place, required) {
    const { path } = place;
    const reference = isObject(schema) ? schema.$ref : undefined;
    if (path.length > DEEPEST || ++place.work.fields > MOST_FIELDS || place.refs.includes(reference)) return null;
    const inside = { ...place, refs: reference ? [...place.refs, reference] : place.refs };
    const below = (part, refs = inside.refs) => ({ ...inside, refs, path: [...path, part] });
    seed(schema, holder, name, required, place);
    let flat = flatten(schema, plain(holder[name]), place);
    const ui = uiOf(flat);
    const type = typeOf(flat);
    const node = { name, path, required, type, ui, children: [], root: place.root, set: (value) => { holder[name] = value; } };
    if (type === "object") {
      if (!isObject(holder[name])) holder[name] = mix();
      const raw = holder[name];
      [flat] = settle([schema], raw, [inside]);
      const names = Object.keys(flat.properties ?? {});
      const grown = (each, inner) => grow(inner, raw, each, below(each), flat.required.includes(each));
      node.children = inOrder(names, ui.order).map((each) => grown(each, flat.properties[each]));
      const extra = flat.additionalProperties ?? (isObject(flat.patternProperties) ? Object.values(flat.patternProperties)[0] : false);
      if (extra === true || isObject(extra)) {
        node.extra = raw;
        for (const each of Object.keys(raw).filter((each) => !names.includes(each))) {
          const child = grown(each, extra === true ? mix({ type: "string" }) : extra);
          if (child) node.children.push(Object.assign(child, { isExtra: true }));
        }
      }
    } else if (type === "array" && !isOneField(flat, ui, place.root)) {
      if (!Array.isArray(holder[name])) holder[name] = [];
      const rows = holder[name];
      const itemOf = (n) => (Array.isArray(flat.items) ? flat.items[n] ?? flat.additionalItems : flat.items) ?? mix();
      while (rows.length < Math.min(flat.minItems ?? 0, MOST_ROWS)) rows.push(undefined);
      rows.length = Math.min(rows.length, MOST_ROWS);
      node.rows = rows;
      node.ids = idsOf(rows);
      node.children = Array.from(rows, (row, n) => {
        if (row === undefined) delete rows[n];
        const child = grow(itemOf(n), rows, n, below(n, []), true);
        return child && Object.assign(child, { id: node.ids[n] });
      });
    } else if (isSecret(ui)) {
      // Only what the reader types here counts.
      if (!(holder[name] instanceof Secret)) holder[name] = undefined;
      node.value = holder[name];
    } else if (type === "array") node.value = Array.isArray(holder[name]) ? plain(holder[name].slice(0, MOST_ROWS)) : [];
    else node.value = scalar(plain(holder[name]), type, flat);
    node.children = node.children.filter(Boolean);
    return Object.assign(node, { schema: flat });
  }

  /** The fields of all pages over one object of raw answers, which gets the defaults of those that appear. */
  function fields(pages, raw, choices) {
    const work = { steps: 0, fields: 0 };
    const places = pages.map((root, page) => ({ root, page, path: [], choices, work, refs: [] }));
    const flats = settle(pages, raw, places);
    return flats.map((schema, n) => {
      const ui = uiOf(schema);
      const names = inOrder(Object.keys(schema.properties ?? {}), ui.order);
      const children = names.map((name) => grow(schema.properties[name], raw, name, { ...places[n], path: [name] }, schema.required.includes(name)));
      // What kind of page it is comes first.
      if (schema.choice) children.unshift({ name: schema.title ?? "", path: [], type: "choice", schema: { choice: schema.choice }, ui: mix(), children: [] });
      return { path: [], type: "object", schema, ui, root: pages[n], children: children.filter(Boolean) };
    });
  }

  /** What a field and those below it hold; undefined is no answer. Secrets are asterisks, unless they are `open`. */
  function valueOf(node, open = false) {
    if (node.rows) {
      const values = node.children.map((child) => valueOf(child, open)).filter((value) => value !== undefined);
      // Rows that nobody asked for and nobody filled in are no answer.
      return !values.length && node.schema.minItems > 0 && !node.required ? undefined : values;
    }
    if (node.type === "object") return together(node.children, open);
    return open && node.value instanceof Secret ? node.value.text : plain(node.value);
  }
  function together(nodes, open) {
    const values = mix();
    for (const node of nodes) {
      const value = valueOf(node, open);
      if (value !== undefined) values[node.name] = value;
    }
    return values;
  }

  globalThis.callboardSchema = { Secret, plain, mix, same, isObject, isSecret, validate, fields, follow, flatten, uiOf, valueOf, together };
})();
