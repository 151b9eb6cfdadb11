// The query language of `callboard list`: key:value, -key:value, alternatives, quotes, free text. Says what a query
// asks for, or what is wrong with it; where the values come from is the caller's business.
"use strict";
(() => {
  const { t } = globalThis.callboard;
  const KEYS = ["kind", "type", "lifecycle", "owner", "system", "tag", "namespace", "name", "title", "ref", "description", "uses", "provides"];
  const ROOTS = ["metadata.", "spec.", "relations."];
  const KEY = /^[\p{Alphabetic}\p{N}._/-]+$/u;
  // White space as Unicode has it, which \s is not.
  const SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u;

  /** What is wrong with a query; backticks stand around what is quoted. */
  class Fault extends Error {
    constructor(message, key = "", known = KEYS) {
      super(message);
      this.key = key;
      this.guess = key && nearest(key, known);
    }
  }

  /** The text in pieces at what `parts` finds outside of quotes. */
  function split(text, parts) {
    const pieces = [""];
    let quoted = false;
    for (const c of text) {
      if (c === '"') quoted = !quoted;
      if (!quoted && parts(c)) pieces.push("");
      else pieces[pieces.length - 1] += c;
    }
    if (quoted) throw new Fault(t("query.open_quote"));
    return pieces;
  }
  const unquoted = (text) => text.replaceAll('"', "");

  function fieldOf(key, facets) {
    const lower = key.toLowerCase();
    const name = lower === "tags" ? "tag" : lower;
    if (KEYS.includes(name) || facets.includes(name)) return name;
    if (ROOTS.some((root) => key.startsWith(root))) return key;
    throw new Fault(t("query.no_key", { key }), key, [...KEYS, ...facets]);
  }

  /**
   * Reads a query: {terms: [{field, values, negative}], words}; a field is a key or a dotted path. Plugins give it the keys
   * `facets`. Throws a Fault.
   */
  function parse(text, facets) {
    const query = { terms: [], words: [] };
    for (let word of split(text, (c) => SPACE.test(c))) {
      if (!unquoted(word)) continue;
      const negative = word.startsWith("-") && word.includes(":");
      if (negative) word = word.slice(1);
      const at = word.indexOf(":");
      const key = word.slice(0, Math.max(at, 0));
      if (!KEY.test(key)) {
        query.words.push(unquoted(word).toLowerCase());
        continue;
      }
      const field = fieldOf(key, facets);
      const values = split(word.slice(at + 1), (c) => c === ",").map((value) => unquoted(value).toLowerCase()).filter(Boolean);
      if (!values.length) throw new Fault(t("query.no_value", { key }));
      // Alternatives of one key; each exclusion stands for itself.
      const known = negative ? null : query.terms.find((term) => term.field === field && !term.negative);
      if (known) known.values.push(...values);
      else query.terms.push({ field, values, negative });
    }
    return query;
  }

  /**
   * Whether a value in lower case is one of those that are wanted: a ref also by its short forms, `default/a`, `a` and
   * `group:a` for `group:default/a`; a text also by a part.
   */
  function matcher(wanted, isText) {
    const tests = wanted.map((want) => {
      const test = want === "*" ? () => true : want.endsWith("*") ? beginning(want.slice(0, -1)) : whole(want);
      return isText ? (found) => found.includes(want) || test(found) : test;
    });
    return tests.length === 1 ? tests[0] : (found) => tests.some((test) => test(found));
  }
  const slashOf = (found, colon) => (colon < 0 ? -1 : found.indexOf("/", colon));
  function beginning(start) {
    return (found) => {
      if (found.startsWith(start)) return true;
      const colon = found.indexOf(":");
      const slash = slashOf(found, colon);
      if (slash < 0) return false;
      if (found.startsWith(start, colon + 1) || found.startsWith(start, slash + 1)) return true;
      return start.startsWith(found.slice(0, colon + 1)) && found.startsWith(start.slice(colon + 1), slash + 1);
    };
  }
  function whole(want) {
    // Most values are told apart by their end.
    const end = want.slice(Math.max(want.lastIndexOf(":"), want.lastIndexOf("/")) + 1);
    return (found) => {
      if (!found.endsWith(end)) return false;
      if (found === want) return true;
      const colon = found.indexOf(":");
      const slash = slashOf(found, colon);
      if (slash < 0) return false;
      const name = found.slice(slash + 1);
      return name === want || found.slice(colon + 1) === want || found.slice(0, colon + 1) + name === want;
    };
  }

  /** The nearest candidate, if at most a quarter of its letters differ. Ties go to the first. */
  function nearest(word, candidates) {
    const letters = [...word.toLowerCase()].slice(0, 128);
    let [best, least] = ["", Infinity];
    for (const candidate of candidates) {
      const other = [...candidate];
      const edits = distance(letters, other);
      if (edits <= Math.max(1, Math.floor(Math.max(letters.length, other.length) / 4)) && edits < least) [best, least] = [candidate, edits];
    }
    return best;
  }
  /** Edits between two words: insert, delete, replace, swap of neighbours. */
  function distance(a, b) {
    const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
    for (let i = 1; i <= a.length; i++) {
      rows.push([i]);
      for (let j = 1; j <= b.length; j++) {
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
    return rows[a.length][b.length];
  }

  globalThis.callboardQuery = { KEYS, Fault, parse, matcher, nearest };
})();
