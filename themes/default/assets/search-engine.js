// Search in the browser, over the static shards below search/. It mirrors src/search/ step by step: the ranking is
// specified in src/search/ranking.rs, and both sides give the same hits with the same integer scores.
//
// The page provides callboardLoad(path), which adds the shard's script to the page and resolves when it ran. Needs
// nothing else of the page, and never touches it: hits are plain text. Shards that ran before this script are expected
// in the map callboardEarlyShards, if there are any.
(() => {
  "use strict";

  const VERSION = 4;
  const KEYS = ["kind", "type", "lifecycle", "owner", "system", "tag", "namespace"];
  const MOST_WORDS = 12;
  const PREFIX_SHARDS = 3;
  const PREFIX_WORDS = 12;
  const SHORTEST_PREFIX = 2;
  const SHORTEST_PART = 3;
  const PART_WORDS = 12;
  const SPELLING_SHARDS = [1, 2];
  const MISTYPED_WORDS = 4;
  const SHARE = 16;
  const STOP_SHARE = 8;
  const FACTOR = { whole: 16, synonym: 14, ending: 12, prefix: 10, prefixBesideWord: 5, part: 6, mistyped: [10, 6], mistypedAtFirst: [8, 5] };
  const LEVELS = [2048, 2806, 3846, 5270, 7222, 9897, 13562, 18585, 25467, 34899, 47824, 65536];
  const REFINED = 10;
  const MOST_VERIFIED = 100;
  const MOST_OTHERS = 2;
  const MOST_OCCURRENCES = 65536;
  const MOST_FACET_SHARDS = 12;
  const MOST_FACET_VALUES = 100;
  const EXCERPT_WORDS = 28;
  const EXCERPT_WORDS_BEFORE = 4;
  const MOST_PAGES_KEPT = 1500;
  const NAMED = 2 ** 33;
  const ALPHABET = " !#$%'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
  const SYMBOLS = new Uint8Array(128);
  for (let symbol = 0; symbol < ALPHABET.length; symbol += 1) SYMBOLS[ALPHABET.charCodeAt(symbol)] = symbol;

  const inOrder = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

  // Shards

  const shards = globalThis.callboardEarlyShards ?? new Map();
  const loading = new Map();

  /** Called by each shard's script. */
  globalThis.callboardShard = (name, value) => {
    shards.set(name, value);
  };

  /** The value of a shard, such as "terms/0"; loads it once. Rejects when it cannot be loaded. */
  function shard(name) {
    if (!loading.has(name)) {
      const loaded = load(name);
      loading.set(name, loaded);
      loaded.catch(() => loading.delete(name));
    }
    return loading.get(name);
  }

  async function load(name) {
    if (!shards.has(name)) await globalThis.callboardLoad(`search/${name}.js`);
    if (!shards.has(name)) throw new Error(`search/${name}.js brought nothing`);
    return shards.get(name);
  }

  /** The number of each shard's first page. */
  let pageStarts = null;

  async function openRoot() {
    const root = await shard("root");
    if (root.version !== VERSION) throw new Error(`search shards of version ${root.version}, not ${VERSION}`);
    if (!pageStarts) {
      const cursor = { text: root.pages, at: 0 };
      pageStarts = [];
      for (let start = 0; cursor.at < root.pages.length; pageStarts.push(start)) start += readNumber(cursor);
    }
    return root;
  }

  /** The rows of consecutive shards, in order. */
  async function rows(family, range) {
    const found = await Promise.all(namesOf(family, range).map(shard));
    return found.length === 1 ? found[0] : found.flat();
  }

  function namesOf(family, [start, end]) {
    return Array.from({ length: Math.max(0, end - start) }, (_, offset) => `${family}/${start + offset}`);
  }

  /** How many of the sorted keys, from the first on, satisfy the condition. */
  function count(firsts, isBefore) {
    let [low, high] = [0, firsts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(firsts[middle])) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The number of the shard that holds the key, if any does. */
  function containing(firsts, key) {
    return Math.max(0, count(firsts, (first) => first <= key) - 1);
  }

  /** The shards that hold all rows of the key, of which there may be too many for one. */
  function spanning(firsts, key) {
    return [Math.max(0, count(firsts, (first) => first < key) - 1), count(firsts, (first) => first <= key)];
  }

  /** The shards which may hold keys that begin with the prefix. */
  function prefixShards(firsts, prefix, most) {
    const start = containing(firsts, prefix);
    let more = 0;
    while (start + 1 + more < firsts.length && firsts[start + 1 + more].startsWith(prefix)) more += 1;
    return [start, Math.min(start + Math.min(1 + more, most), firsts.length)];
  }

  /** The shards around the word's place whose words share its first letters. */
  function neighbours(firsts, word, letters) {
    const [start, end] = prefixShards(firsts, Array.from(word).slice(0, letters).join(""), Infinity);
    const home = containing(firsts, word);
    return [Math.max(home - SPELLING_SHARDS[0], 0, start), Math.min(home + 1 + SPELLING_SHARDS[1], end)];
  }

  const parsed = new Map();

  /**
   * A shard of words, parsed once: its surfaces, {word, stem, frequency}; lists by stem or name, {peak, isCapped,
   * postings}; and the parts of names' words, [rest, before].
   */
  async function linesOf(name) {
    let known = parsed.get(name);
    if (!known) {
      known = { surfaces: [], lists: new Map(), parts: [] };
      let before = "";
      for (const line of (await shard(name)).split("\n")) if (line !== "") before = parseLine(line, before, known);
      parsed.set(name, known);
    }
    return known;
  }

  /** Reads SHARED REST[,FREQUENCY[,CUT ADDED]][ PEAK POSTINGS], and returns the word. */
  function parseLine(line, before, { surfaces, lists, parts }) {
    const space = line.indexOf(" ", 1);
    const head = space < 0 ? line : line.slice(0, space);
    const shared = parseInt(head[0], 36);
    const comma = head.indexOf(",");
    const rest = comma < 0 ? head.slice(1) : head.slice(1, comma);
    const word = (shared === 0 ? "" : firstLetters(before, shared)) + rest;
    const frequency = comma < 0 ? "0" : head[comma + 1];
    if (frequency !== "-") {
      const isChanged = comma >= 0 && head[comma + 2] === ",";
      surfaces.push({ word, stem: isChanged ? stemOf(word, head.slice(comma + 3)) : word, frequency: parseInt(frequency, 36) });
    }
    if (space >= 0) {
      const code = SYMBOLS[line.charCodeAt(space + 1)] * 90 + SYMBOLS[line.charCodeAt(space + 2)];
      const list = { peak: leastOf(code >> 1), isCapped: (code & 1) === 1, postings: line.slice(space + 3) };
      if (lists.has(word)) lists.get(word).push(list);
      else lists.set(word, [list]);
    } else if (frequency === "-") {
      parts.push(word.split("+"));
    }
    return word;
  }

  function firstLetters(text, count) {
    return IS_ASCII.test(text) ? text.slice(0, count) : Array.from(text).slice(0, count).join("");
  }

  function stemOf(word, change) {
    const [, cut, added] = /^(\d*)(.*)$/s.exec(change);
    const letters = Array.from(word);
    return letters.slice(0, Math.max(0, letters.length - Number(cut))).join("") + added;
  }

  /** The least value of a class. */
  function leastOf(valueClass) {
    return (valueClass % 32) * 2 ** Math.min(Math.floor(valueClass / 32), 32);
  }

  /** The number of the value's five highest bits. */
  function classOf(value) {
    const dropped = value < 32 ? 0 : 27 - Math.clz32(value);
    return dropped * 32 + (value >> dropped);
  }

  function wordShards(family, range) {
    return Promise.all(namesOf(family, range).map(linesOf));
  }

  async function surfacesOf(family, range) {
    const found = await wordShards(family, range);
    return found.length === 1 ? found[0].surfaces : found.flatMap(({ surfaces }) => surfaces);
  }

  async function listsOf(stem, root) {
    return (await wordShards("terms", spanning(root.terms, stem))).flatMap(({ lists }) => lists.get(stem) ?? []);
  }

  // Words

  const RUN = /[\p{Alphabetic}\p{N}]+/gu;
  const UNSPACED = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
  const SCRIPT = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, "gu");
  const IS_UNSPACED = new RegExp(`[${UNSPACED}]`, "u");
  const PART = /(?<=\P{Uppercase})(?=\p{Uppercase})|(?<=\p{Uppercase})(?=\p{Uppercase}\p{Lowercase})/u;
  // eslint-disable-next-line no-control-regex
  const IS_ASCII = /^[\x00-\x7f]*$/;

  const RUN_HERE = /[\p{Alphabetic}\p{N}]+/uy;
  const IS_LETTER = Uint8Array.from({ length: 128 }, (_, code) => (/[0-9A-Za-z]/.test(String.fromCharCode(code)) ? 1 : 0));

  const foldings = new WeakMap();

  /** The table from a lower-case letter to what it is folded to. */
  function foldingOf(root) {
    let folding = foldings.get(root);
    if (!folding) {
      folding = new Map();
      for (const [folded, letters] of Object.entries(root.fold)) {
        for (const letter of letters) folding.set(letter, folded);
      }
      foldings.set(root, folding);
    }
    return folding;
  }

  function fold(word, folding) {
    if (IS_ASCII.test(word)) return word.toLowerCase();
    const lower = Array.from(word, (letter) => letter.toLowerCase()).join("");
    return Array.from(lower, (letter) => folding.get(letter) ?? letter).join("");
  }

  /** Every word of a text: {start, end, word, parts}, parts being those of a compound word, or null. */
  function runsOf(text, folding) {
    const runs = [];
    for (const run of text.matchAll(RUN)) {
      const whole = run[0];
      if (!IS_UNSPACED.test(whole)) {
        runs.push(runOf(whole, run.index, folding));
      } else {
        for (const script of whole.matchAll(SCRIPT)) {
          for (const [offset, piece] of piecesOf(script[0])) {
            const start = run.index + script.index + offset;
            runs.push({ start, end: start + piece.length, word: fold(piece, folding), parts: null });
          }
        }
      }
    }
    return runs;
  }

  function runOf(whole, start, folding) {
    const run = { start, end: start + whole.length, word: fold(whole, folding), parts: null };
    const pieces = /\p{Uppercase}/u.test(whole.slice(1)) ? whole.split(PART) : [];
    if (pieces.length > 1) {
      let at = start;
      run.parts = pieces.map((piece) => ({ start: at, end: (at += piece.length), word: fold(piece, folding) }));
    }
    return run;
  }

  /** Overlapping pairs of characters for scripts without spaces, else the whole. */
  function piecesOf(script) {
    const characters = Array.from(script);
    if (!IS_UNSPACED.test(script) || characters.length === 1) return [[0, script]];
    const pieces = [];
    let offset = 0;
    for (let index = 0; index + 1 < characters.length; index += 1) {
      pieces.push([offset, characters[index] + characters[index + 1]]);
      offset += characters[index].length;
    }
    return pieces;
  }

  /** The whole words of a query or a title. */
  function wordsOf(text, folding) {
    return runsOf(text.replace(/[\u0300-\u036f]/g, ""), folding).map(({ word }) => word);
  }

  // Queries: {words, isOpen, excluded, phrases, excludedPhrases, filters: [{key, value, negative}]}

  /** `more` keys are those of this portal's plugins, with what they are called. */
  function read(query, folding, more) {
    const asked = { words: [], isOpen: false, excluded: [], phrases: [], excludedPhrases: [], filters: [] };
    let rest = query.trimStart();
    while (rest !== "") {
      const isNegative = /^-\S/u.test(rest);
      rest = take(isNegative ? rest.slice(1) : rest, isNegative, asked, folding, more).trimStart();
    }
    asked.words.length = Math.min(asked.words.length, MOST_WORDS);
    return asked;
  }

  /** Reads one part, and returns what follows it. */
  function take(text, isNegative, asked, folding, more) {
    if (text.startsWith('"')) {
      const [phrase, rest] = untilQuote(text.slice(1));
      addPhrase(wordsOf(phrase, folding), isNegative, asked);
      return rest;
    }
    const token = /^\S*/u.exec(text)[0];
    let rest = text.slice(token.length);
    const filter = filterOf(token, more);
    if (filter) {
      const [key, value] = filter;
      let values = value.split(",").filter((one) => one !== "");
      if (value.startsWith('"')) {
        let quoted;
        [quoted, rest] = untilQuote(text.slice(text.indexOf('"') + 1));
        values = [quoted];
      }
      asked.filters.push(...values.map((one) => ({ key, value: knownAs(key, one), negative: isNegative })));
    } else if (isNegative) {
      asked.excluded.push(...wordsOf(token, folding));
    } else {
      asked.words.push(...wordsOf(token, folding));
      asked.isOpen = asked.words.length <= MOST_WORDS;
    }
    return rest;
  }

  function untilQuote(text) {
    const end = text.indexOf('"');
    return end < 0 ? [text, ""] : [text.slice(0, end), text.slice(end + 1)];
  }

  function addPhrase(phrase, isNegative, asked) {
    if (phrase.length === 0) return;
    if (!isNegative) {
      asked.words.push(...phrase);
      asked.phrases.push(phrase);
      asked.isOpen = false;
    } else if (phrase.length === 1) asked.excluded.push(...phrase);
    else asked.excludedPhrases.push(phrase);
  }

  /** The value as facets have it: in lower case, and refs as people say them. */
  function knownAs(key, value) {
    const lower = value.toLowerCase();
    return key === "owner" || key === "system" ? lower.slice(lower.indexOf(":") + 1).replace(/^default\//, "") : lower;
  }

  /** Key and value or values, unless the token is text: a ref such as system:default/shop is. */
  function filterOf(token, more) {
    const colon = token.indexOf(":");
    const key = token.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = token.slice(colon + 1);
    const isRef = key === "system" && /^[^":]*\/[^":]*$/u.test(value);
    if (!(KEYS.includes(key) || more.some(([known]) => known === key)) || /^,*$/u.test(value) || isRef) return null;
    return [key, value];
  }

  // Expansion: {typed, share, meanings: Map from stem to factor, surfaces: Map from word to factor, correction}

  async function expand({ words, isOpen }, root) {
    const stops = new Set(root.stops);
    const hasOther = words.some((word) => !stops.has(word));
    return Promise.all(words.map(async (typed, place) => {
      const word = { typed, share: hasOther && stops.has(typed) ? STOP_SHARE : SHARE, meanings: new Map(), surfaces: new Map(), correction: null };
      const known = new Set();
      await expandWord(word, isOpen && place + 1 === words.length, words.length === 1, known, root);
      for (const found of known) {
        for (const { word: text, stem } of found) {
          const factor = word.meanings.get(stem);
          if (factor !== undefined) word.surfaces.set(text, factor);
        }
      }
      return word;
    }));
  }

  async function expandWord(word, isPrefix, isAlone, known, root) {
    const { typed, meanings } = word;
    const length = Array.from(typed).length;
    const home = spanning(root.terms, typed);
    const longer = isPrefix ? prefixShards(root.terms, typed, PREFIX_SHARDS) : home;
    const range = [Math.min(home[0], longer[0]), Math.max(home[1], longer[1])];
    const entries = await surfaces(range, known);
    const entry = entries.find((surface) => surface.word === typed);
    if (entry) meanings.set(entry.stem, FACTOR.whole);
    for (const synonym of Object.hasOwn(root.synonyms, typed) ? root.synonyms[typed] : []) {
      await addWord(synonym, FACTOR.synonym, word, known, root);
    }
    if (isPrefix && (length >= SHORTEST_PREFIX || IS_UNSPACED.test(typed))) addPrefixed(word, entries);
    if (length >= SHORTEST_PART && (isAlone || meanings.size === 0)) await addParts(word, range, known, root);
    if (!entry && meanings.size === 0) {
      addWithOtherEnding(word, entries);
      await addMistyped(word, known, root);
    }
  }

  async function surfaces(range, known) {
    const found = await surfacesOf("terms", range);
    known.add(found);
    return found;
  }

  function add(stem, factor, { meanings }) {
    if (!meanings.has(stem)) meanings.set(stem, factor);
  }

  /** Adds a word that is known, and nothing otherwise. */
  async function addWord(text, factor, word, known, root) {
    const entries = await surfaces(spanning(root.terms, text), known);
    const entry = entries.find((surface) => surface.word === text);
    if (entry) add(entry.stem, factor, word);
  }

  function addPrefixed(word, entries) {
    const factor = word.meanings.size === 0 ? FACTOR.prefix : FACTOR.prefixBesideWord;
    const longer = entries.filter((surface) => surface.word !== word.typed && surface.word.startsWith(word.typed));
    longer.sort((a, b) => b.frequency - a.frequency);
    for (const { stem } of longer.slice(0, PREFIX_WORDS)) add(stem, factor, word);
  }

  async function addParts(word, range, known, root) {
    const parts = (await wordShards("terms", range)).flatMap((shard) => shard.parts);
    const found = parts.filter(([rest]) => rest.startsWith(word.typed)).slice(0, PART_WORDS);
    for (const [rest, before] of found) await addWord(before + rest, FACTOR.part, word, known, root);
  }

  function addWithOtherEnding(word, entries) {
    const length = Array.from(word.typed).length;
    let longest = null;
    for (const { stem } of entries) {
      if (!word.typed.startsWith(stem) || (longest !== null && bytes(stem) < bytes(longest))) continue;
      const letters = Array.from(stem).length;
      if (letters >= 4 && length - letters <= 3) longest = stem;
    }
    if (longest !== null) add(longest, FACTOR.ending, word);
  }

  const encoder = new TextEncoder();
  const bytes = (text) => encoder.encode(text).length;

  /** Adds the words that differ least from the typed one, and corrects it to the first. */
  async function addMistyped(word, known, root) {
    const typed = Array.from(word.typed);
    if (typed.length < 4) return;
    const allowed = typed.length < 9 ? 1 : 2;
    const right = typed.length < 8 ? 2 : 3;
    const reversed = typed.slice().reverse().join("");
    const [beginnings, endings] = await Promise.all([
      surfacesOf("beginnings", neighbours(root.beginnings, word.typed, right)),
      surfacesOf("endings", neighbours(root.endings, reversed, right)),
    ]);
    const similar = new Map();
    const compare = (letters, frequency) => {
      if (Math.abs(letters.length - typed.length) > allowed) return;
      const distance = editDistance(typed, letters);
      const text = letters.join("");
      if (distance < 1 || distance > allowed) return;
      similar.set(text, { text, distance, isAtFirst: letters[0] !== typed[0], frequency });
    };
    for (const surface of beginnings) compare(Array.from(surface.word), surface.frequency);
    for (const surface of endings) compare(Array.from(surface.word).reverse(), surface.frequency);
    const nearest = [...similar.values()].sort((a, b) =>
      a.distance - b.distance || a.isAtFirst - b.isAtFirst || b.frequency - a.frequency || inOrder(a.text, b.text));
    if (word.meanings.size === 0 && nearest.length > 0) word.correction = nearest[0].text;
    for (const { text, distance, isAtFirst } of nearest.slice(0, MISTYPED_WORDS)) {
      await addWord(text, (isAtFirst ? FACTOR.mistypedAtFirst : FACTOR.mistyped)[distance - 1], word, known, root);
    }
  }

  /** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
  function editDistance(a, b) {
    let beforeLast = [];
    let last = Array.from({ length: b.length + 1 }, (_, index) => index);
    for (let i = 0; i < a.length; i += 1) {
      const next = [i + 1];
      for (let j = 0; j < b.length; j += 1) {
        let best = Math.min(last[j] + (a[i] === b[j] ? 0 : 1), last[j + 1] + 1, next[j] + 1);
        if (i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j]) best = Math.min(best, beforeLast[j - 1] + 1);
        next.push(best);
      }
      [beforeLast, last] = [last, next];
    }
    return last[b.length];
  }

  // Filters and facets

  /** Calls visit(start, end) for each run of pages. */
  function decodeRuns(text, visit) {
    const cursor = { text, at: 0 };
    let page = 0;
    while (cursor.at < text.length) {
      const start = page + readNumber(cursor);
      page = start + readNumber(cursor);
      visit(start, page);
    }
  }

  function readNumber(cursor) {
    let [number, scale, symbol] = [0, 1, 45];
    while (symbol >= 45) {
      symbol = SYMBOLS[cursor.text.charCodeAt(cursor.at++)];
      number += (symbol % 45) * scale;
      scale *= 45;
    }
    return number;
  }

  /** Rows of one key, with this value or, where it ends with *, with values that begin so. */
  async function facetRows(key, value, root) {
    const isBeginning = value.endsWith("*");
    const wanted = `${key} ${isBeginning ? value.slice(0, -1) : value}`;
    const range = isBeginning ? prefixShards(root.facets, wanted, Infinity) : spanning(root.facets, wanted);
    return (await rows("facets", range)).filter((row) => {
      const found = `${row[0]} ${row[1]}`;
      return isBeginning ? found.startsWith(wanted) : found === wanted;
    });
  }

  function pagesOf(facet, slots) {
    const pages = new Uint8Array(slots);
    for (const [, , , runs] of facet) decodeRuns(runs, (start, end) => pages.fill(1, start, end));
    return pages;
  }

  function readFilters(asked, root) {
    return Promise.all(asked.filters.map(async ({ key, value, negative }) => {
      const facet = await facetRows(key, value, root);
      return { key, value, negative, known: facet.length > 0, pages: pagesOf(facet, root.slots) };
    }));
  }

  /** Different keys must all hold, of the values of one key any; no negative filter may. */
  function letsThrough(filters, page) {
    return filters.every(({ key, negative, pages }) =>
      negative ? !pages[page] : filters.some((other) => !other.negative && other.key === key && other.pages[page]));
  }

  async function countFacets(pages, root) {
    const before = new Uint32Array(root.slots + 1);
    for (const page of pages) before[page + 1] = 1;
    for (let slot = 0; slot < root.slots; slot += 1) before[slot + 1] += before[slot];
    const clamp = (page) => Math.min(page, root.slots);
    const keys = [...KEYS.map((key) => [key]), ...(root.keys ?? [])];
    const facets = await Promise.all(keys.map(async ([key, title]) => {
      const range = prefixShards(root.facets, `${key} `, Infinity);
      const counts = new Map();
      if (range[1] - range[0] > MOST_FACET_SHARDS) return { key, values: [] };
      for (const [found, value, , runs] of await rows("facets", range)) {
        if (found !== key) continue;
        let total = counts.get(value) ?? 0;
        decodeRuns(runs, (start, end) => { total += before[clamp(end)] - before[clamp(start)]; });
        counts.set(value, total);
      }
      const values = [...counts].filter(([, total]) => total > 0).map(([value, total]) => ({ value, count: total }));
      values.sort((a, b) => b.count - a.count || inOrder(a.value, b.value));
      return { key, title, values: values.slice(0, MOST_FACET_VALUES) };
    }));
    return facets.filter(({ values }) => values.length > 0);
  }

  // Ranking

  /** Calls visit(page, level, whether it is in the title) for each posting. */
  function decode(text, visit) {
    const length = text.length;
    let at = 0;
    let page = 0;
    while (at < length) {
      let scale = 1;
      let symbol = SYMBOLS[text.charCodeAt(at++)];
      while (symbol >= 45) {
        page += (symbol - 45) * scale;
        scale *= 45;
        symbol = SYMBOLS[text.charCodeAt(at++)];
      }
      page += symbol * scale;
      symbol = SYMBOLS[text.charCodeAt(at++)];
      visit(page, symbol >> 1, (symbol & 1) === 1);
    }
  }

  /** Every page that fits: {pages: [[score, page]], rarities, counts}, best first. */
  async function rank(asked, words, filters, root) {
    const isBare = asked.words.length === 0 && filters.length + asked.excluded.length + asked.excludedPhrases.length > 0;
    const [records, names, excluded, every] = await Promise.all([
      Promise.all(words.map(({ meanings }) => Promise.all([...meanings.keys()].map((stem) => listsOf(stem, root))))),
      isNameable(asked) ? listsOf(nameLine(asked), root) : [],
      Promise.all(asked.excluded.map((word) => excludedLists(word, root))),
      isBare ? facetRows("", "*", root) : [],
    ]);
    const slots = root.slots;
    const [sums, held, titled] = [new Float64Array(slots), new Uint16Array(slots), new Uint16Array(slots)];
    const [wordsOn, named, isFound] = [new Uint16Array(slots), new Uint8Array(slots), new Uint8Array(slots)];
    const [scores, titles] = [new Float64Array(slots), new Uint8Array(slots)];
    const rarities = [];
    const counts = [];
    let all = 0;
    words.forEach((word, place) => {
      const found = scoreWord(word, records[place], scores, titles, root);
      rarities.push(found.rarity);
      counts.push(!found.isCapped);
      const counted = found.isCapped ? 0 : word.share;
      all += counted;
      for (const page of found.pages) {
        isFound[page] = 1;
        sums[page] += Math.floor((scores[page] * word.share) / 16);
        held[page] += counted;
        if (titles[page] === 2) titled[page] += counted;
        wordsOn[page] |= 1 << place;
        scores[page] = 0;
        titles[page] = 0;
      }
    });
    for (const { postings } of names) {
      decode(postings, (page, level) => {
        isFound[page] = 1;
        named[page] = Math.min(level, 1) + 1;
      });
    }
    for (const [, boost, , runs] of every) {
      decodeRuns(runs, (start, end) => {
        isFound.fill(1, start, end);
        sums.fill(Number(boost), start, end);
      });
    }
    for (const { postings } of excluded.flat()) decode(postings, (page) => { isFound[page] = 0; });
    let required = 0;
    words.forEach(({ typed }, place) => {
      if (asked.phrases.some((phrase) => phrase.includes(typed))) required |= 1 << place;
    });
    const pages = [];
    for (let page = 0; page < slots; page += 1) {
      if (isFound[page] === 0 || (wordsOn[page] & required) !== required || !letsThrough(filters, page)) continue;
      let score = sums[page];
      if (all > 0) {
        score = Math.floor((Math.floor((score * (held[page] * held[page])) / (all * all)) * (all + titled[page])) / all);
      }
      pages.push([score + named[page] * NAMED, page]);
    }
    return { pages, rarities, counts };
  }

  /** Whether the whole query may be a name. */
  function isNameable({ words, phrases }) {
    return phrases.length === 0 && words.length > 0;
  }

  /** The line of the query as a name: beside that of its first word. */
  function nameLine({ words }) {
    return `${words.join("-")}-`;
  }

  /** Fills in a query word's scores, and in titles 1, or 2 where it is in the title. */
  function scoreWord({ meanings }, records, scores, titles, root) {
    const found = { pages: [], rarity: 0, isCapped: false };
    [...meanings.values()].forEach((factor, place) => {
      let pages = 0;
      for (const { peak, isCapped, postings } of records[place]) {
        if (isCapped) found.isCapped = true;
        const ofLevel = LEVELS.map((level) => Math.floor((Math.floor((Math.min(peak, 2 ** 30) * level) / 65536) * factor) / 16));
        decode(postings, (page, level, isTitled) => {
          pages += 1;
          if (page >= scores.length) return;
          if (titles[page] === 0) {
            titles[page] = 1;
            found.pages.push(page);
          }
          if (ofLevel[level] > scores[page]) scores[page] = ofLevel[level];
          if (isTitled) titles[page] = 2;
        });
      }
      if (place === 0) found.rarity = root.rarities[classOf(pages)] ?? 0;
    });
    return found;
  }

  async function excludedLists(word, root) {
    const surface = (await surfacesOf("terms", spanning(root.terms, word))).find((known) => known.word === word);
    return surface ? listsOf(surface.stem, root) : [];
  }

  /** The first `most`, best first. Sorting bare numbers first is many times faster than sorting pairs. */
  function best(pages, most) {
    if (most >= pages.length) return pages.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
    const scores = Float64Array.from(pages, ([score]) => score).sort();
    const least = scores[scores.length - most];
    return pages.filter(([score]) => score >= least).sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, most);
  }

  // Texts

  // Words of texts have numbers, so that a query looks each of them up once, however often it occurs.
  const tokens = [];
  const numbers = new Map();

  /** The number of a word, of which compound ones have parts. */
  function numberOf(run, original) {
    const key = run.parts ? `/${original}` : run.word;
    let number = numbers.get(key);
    if (number === undefined) {
      number = tokens.length;
      tokens.push({ word: run.word, parts: run.parts?.map(({ word }) => word) ?? null });
      numbers.set(key, number);
    }
    return number;
  }

  /** The numbers of a text's words. What is ASCII, which is most, goes without regular expressions. */
  function numbersOf(text, folding) {
    const found = [];
    let at = 0;
    while (at < text.length) {
      const start = at;
      let hasCapital = false;
      let code = text.charCodeAt(at);
      while (code < 128 && IS_LETTER[code] === 1) {
        if (code > 64 && code < 91) hasCapital = true;
        at += 1;
        code = at < text.length ? text.charCodeAt(at) : 0;
      }
      if (code < 128) {
        if (at > start) {
          const original = text.slice(start, at);
          const known = hasCapital ? undefined : numbers.get(original);
          found.push(known ?? numberOf(runOf(original, 0, folding), original));
        }
        at += 1;
        continue;
      }
      RUN_HERE.lastIndex = start;
      const whole = RUN_HERE.exec(text)?.[0] ?? "";
      for (const run of runsOf(whole, folding)) found.push(numberOf(run, whole.slice(run.start, run.end)));
      at = whole === "" ? at + (code >= 0xd800 && code < 0xdc00 ? 2 : 1) : start + whole.length;
    }
    return Int32Array.from(found);
  }

  // Those used last.
  const pages = new Map();

  /** A page as it is shown, {title, url, kind, reference, lifecycle, boost, sections}, and its words as numbers. */
  async function pageOf(number, folding) {
    let page = pages.get(number);
    if (page) pages.delete(number);
    else {
      const start = pageStarts[count(pageStarts, (first) => first <= number) - 1];
      const [title, url, kind, reference, lifecycle, boost, text] = (await shard(`pages/${start}`))[number - start];
      const sections = text.map(([anchor, heading, body]) =>
        ({ anchor, heading, text: body, ofHeading: numbersOf(heading, folding), ofText: numbersOf(body, folding), runs: null }));
      page = { title, url, kind, reference, lifecycle, boost, sections };
    }
    pages.set(number, page);
    if (pages.size > MOST_PAGES_KEPT) pages.delete(pages.keys().next().value);
    return page;
  }

  function fits({ title, sections }, asked, folding) {
    if (asked.phrases.length + asked.excludedPhrases.length === 0) return true;
    const parts = [numbersOf(title, folding), ...sections.flatMap(({ ofHeading, ofText }) => [ofHeading, ofText])];
    const holds = (phrase) => parts.some((part) => isIn(phrase, part));
    return asked.phrases.every(holds) && !asked.excludedPhrases.some(holds);
  }

  function isIn(phrase, part) {
    for (let start = 0; start + phrase.length <= part.length; start += 1) {
      if (phrase.every((word, offset) => tokens[part[start + offset]].word === word)) return true;
    }
    return false;
  }

  /** What the query looks for: places and factors of query words by known word; and by number, as it is met. */
  function soughtOf(words) {
    const places = new Map();
    words.forEach(({ surfaces: ofWord }, place) => {
      for (const [surface, factor] of ofWord) {
        if (!places.has(surface)) places.set(surface, []);
        places.get(surface).push([place, factor]);
      }
    });
    return { places, met: new Map(), has: (word) => places.has(word) };
  }

  /** The query words that a word of a text may be, their bits and factors, or null: the whole word, or else its parts. */
  function meet(number, { places, met }) {
    const { word, parts } = tokens[number];
    const matches = places.get(word) ?? (parts ?? []).flatMap((part) => places.get(part) ?? []);
    let found = null;
    if (matches.length > 0) {
      const factors = new Map();
      for (const [place, factor] of matches) factors.set(place, Math.max(factor, factors.get(place) ?? 0));
      found = { bits: [...factors.keys()].reduce((bits, place) => bits | (1 << place), 0), factors: [...factors] };
    }
    met.set(number, found);
    return found;
  }

  function scoreSection(section, words, sought, ranked, root) {
    const occurrences = new Array(words.length).fill(0);
    let pairs = 0;
    for (const [part, weight] of [[section.ofHeading, 2], [section.ofText, 1]]) {
      let before = 0;
      for (let at = 0; at < part.length; at += 1) {
        let found = sought.met.get(part[at]);
        if (found === undefined) found = meet(part[at], sought);
        if (found === null) {
          before = 0;
          continue;
        }
        for (const [place, factor] of found.factors) {
          occurrences[place] = Math.min(occurrences[place] + weight * factor, MOST_OCCURRENCES);
        }
        pairs |= (before << 1) & found.bits;
        before = found.bits;
      }
    }
    const norm = Math.floor((9 * (section.ofHeading.length + section.ofText.length) * 262144) / root.section);
    let [sum, held, all] = [0, 0, 0];
    words.forEach(({ share }, place) => {
      const counted = ranked.counts[place] ? share : 0;
      all += counted;
      if (occurrences[place] === 0) return;
      held += counted;
      const most = 16 * ranked.rarities[place] * (22 * occurrences[place] * 1024);
      sum += Math.floor((Math.floor(most / ((10 * occurrences[place] + 48) * 1024 + 16 * norm)) * share) / 16);
    });
    const covered = all === 0 ? sum : Math.floor((sum * (held + all)) / (2 * all));
    if (words.length < 2) return covered;
    let adjacent = 0;
    for (; pairs !== 0; pairs &= pairs - 1) adjacent += 1;
    return Math.floor((covered * (words.length - 1 + adjacent)) / (words.length - 1));
  }

  function hit(score, { title, url, kind, reference, lifecycle, boost, sections }, words, sought, ranked, root) {
    const scores = sections.map((section) => scoreSection(section, words, sought, ranked, root));
    let bestAt = 0;
    scores.forEach((found, at) => { if (found > scores[bestAt]) bestAt = at; });
    const most = scores[bestAt] ?? 0;
    const others = scores.map((_, at) => at)
      .filter((at) => at !== bestAt && scores[at] > 0 && scores[at] * 2 >= most && sections[at].heading !== "");
    others.sort((a, b) => scores[b] - scores[a] || a - b);
    const titleWords = wordsOf(title, foldingOf(root));
    const titled = titleWords.filter((word) => sought.has(word)).length;
    const ofPage = score % NAMED;
    const at = (anchor) => (anchor === "" ? url : `${url}#${anchor}`);
    const section = sections[bestAt] ?? { anchor: "", heading: "", text: "", runs: [] };
    section.runs ??= runsOf(section.text, foldingOf(root));
    return {
      title,
      section: section.heading,
      url: at(section.anchor),
      kind,
      reference,
      lifecycle,
      score: score + Math.floor((3 * most * boost) / 64) + Math.floor((ofPage * 3 * titled) / (10 * Math.max(titleWords.length, 1))),
      excerpt: excerpt(section.text, section.runs, sought),
      more: others.slice(0, MOST_OTHERS).map((other) => ({ section: sections[other].heading, url: at(sections[other].anchor) })),
    };
  }

  /** Consecutive pieces of the text around the marked words: [{text, mark}]. */
  function excerpt(text, runs, sought) {
    const marks = runs.map((run) => {
      if (sought.has(run.word)) return [run];
      return run.parts ? run.parts.filter(({ word }) => sought.has(word)) : [];
    });
    const start = Math.max(0, bestStart(marks) - EXCERPT_WORDS_BEFORE);
    const end = Math.min(runs.length, start + EXCERPT_WORDS);
    if (start >= end) return [];
    const pieces = [];
    let at = start === 0 ? 0 : runs[start].start;
    pushPiece(pieces, start === 0 ? "" : "…", false);
    for (const mark of marks.slice(start, end).flat()) {
      pushPiece(pieces, text.slice(at, Math.max(at, mark.start)), false);
      pushPiece(pieces, text.slice(Math.max(at, mark.start), mark.end), true);
      at = mark.end;
    }
    const isEnd = end === runs.length;
    pushPiece(pieces, text.slice(at, isEnd ? text.length : runs[end - 1].end), false);
    pushPiece(pieces, isEnd ? "" : "…", false);
    return pieces;
  }

  /** The first marked word from which an excerpt shows the most different ones. */
  function bestStart(marks) {
    let [most, start] = [0, 0];
    marks.forEach((ofRun, at) => {
      if (ofRun.length === 0) return;
      const shown = marks.slice(at, at + EXCERPT_WORDS - EXCERPT_WORDS_BEFORE).flat();
      const different = new Set(shown.map(({ word }) => word)).size;
      if (different > most) [most, start] = [different, at];
    });
    return start;
  }

  function pushPiece(pieces, text, mark) {
    const last = pieces[pieces.length - 1];
    if (text === "") return;
    if (last && last.mark === mark) last.text += text;
    else pieces.push({ text, mark });
  }

  /** The total, and the hits to show: each ten in the order of what their text says. */
  async function show(asked, words, ranked, limit, root, isOutdated) {
    const folding = foldingOf(root);
    const sought = soughtOf(words);
    const mustVerify = asked.phrases.length + asked.excludedPhrases.length > 0;
    const lookedAt = mustVerify ? MOST_VERIFIED : Math.ceil(limit / REFINED) * REFINED;
    const total = ranked.pages.length;
    const top = best(ranked.pages, lookedAt).slice(0, lookedAt);
    const shown = await Promise.all(top.map(([, number]) => pageOf(number, folding)));
    if (isOutdated()) return null;
    const found = [];
    top.forEach(([score, number], place) => {
      const page = shown[place];
      if (fits(page, asked, folding)) found.push([number, hit(score, page, words, sought, ranked, root)]);
    });
    const hits = [];
    for (let start = 0; start < found.length; start += REFINED) {
      const ten = found.slice(start, start + REFINED);
      ten.sort((a, b) => b[1].score - a[1].score || a[0] - b[0]);
      hits.push(...ten.map(([, one]) => one));
    }
    return { total: mustVerify ? found.length : total, hits: hits.slice(0, limit) };
  }

  // Searches

  let latest = 0;

  /**
   * Finds the pages that fit the query best: {total, hits, suggestion, filters, facets}, hits at most `limit`; facets
   * are counted if `options.facets` asks for it. Resolves to null when another search began before this one was done;
   * rejects when a shard cannot be loaded.
   */
  async function search(query, limit, options = {}) {
    const turn = (latest += 1);
    const isOutdated = () => turn !== latest;
    const root = await openRoot();
    const asked = read(query, foldingOf(root), root.keys ?? []);
    if (isOutdated()) return null;
    const [words, filters] = await Promise.all([
      expand(asked, root),
      readFilters(asked, root),
      isNameable(asked) ? listsOf(nameLine(asked), root) : [],
    ]);
    if (isOutdated()) return null;
    const ranked = await rank(asked, words, filters, root);
    if (isOutdated()) return null;
    const pages = options.facets ? ranked.pages.map(([, page]) => page) : [];
    const shown = await show(asked, words, ranked, limit, root, isOutdated);
    if (shown === null) return null;
    const facets = options.facets ? await countFacets(pages, root) : [];
    if (isOutdated()) return null;
    return {
      ...shown,
      suggestion: suggestion(words),
      filters: filters.map(({ key, value, negative, known }) => ({ key, value, negative, known })),
      facets,
    };
  }

  function suggestion(words) {
    if (words.every(({ correction }) => correction === null)) return null;
    return words.map(({ typed, correction }) => correction ?? typed).join(" ");
  }

  globalThis.callboardSearch = { search, knownAs };
})();
