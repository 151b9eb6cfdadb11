// Search in the browser, over the static shards below search/. It mirrors src/search/ step by step: the ranking is
// specified in src/search/ranking.rs, and both sides give the same hits with the same integer scores.
//
// The page provides callboardLoad(path), which adds the shard's script to the page and resolves when it ran. Needs
// nothing else of the page, and never touches it: hits are plain text.
(() => {
  "use strict";

  const VERSION = 1;
  const MOST_QUERY_WORDS = 12;
  const PREFIX_SHARDS = 3;
  const PREFIX_WORDS = 12;
  const SHARDS_BEFORE = 2;
  const SHARDS_AFTER = 3;
  const MISTYPED_WORDS = 4;
  const MOST_PER_PAGE = 3;
  const LOOKED_AT_PER_HIT = 20;
  const EXCERPT_WORDS = 28;
  const EXCERPT_WORDS_BEFORE = 4;
  const WHOLE = 16;
  const PREFIX = 10;
  const PREFIX_BESIDE_WORD = 8;
  const MISTYPED = [12, 8, 5];
  const ALPHABET = " !#$%'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
  const SYMBOLS = new Uint8Array(128);
  for (let symbol = 0; symbol < ALPHABET.length; symbol += 1) SYMBOLS[ALPHABET.charCodeAt(symbol)] = symbol;

  // Shards

  const shards = new Map();
  const loading = new Map();

  /** Called by each shard's script. */
  globalThis.callboardShard = (name, value) => {
    shards.set(name, value);
  };

  /** The value of a shard, such as "lexicon/0"; loads it once. Rejects when it cannot be loaded. */
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

  async function openRoot() {
    const root = await shard("root");
    if (root.version !== VERSION) throw new Error(`search shards of version ${root.version}, not ${VERSION}`);
    return root;
  }

  /** The rows of consecutive shards, in order. */
  async function rows(family, start, end) {
    const names = [];
    for (let number = start; number < end; number += 1) names.push(`${family}/${number}`);
    return (await Promise.all(names.map(shard))).flat();
  }

  /** Only the rows whose first column is the key, of which there may be too many for one shard. */
  async function rowsOf(family, firsts, key) {
    const start = Math.max(0, count(firsts, (first) => first < key) - 1);
    const end = count(firsts, (first) => first <= key);
    return (await rows(family, start, end)).filter((row) => row[0] === key);
  }

  async function row(family, number, perShard) {
    const found = (await shard(`${family}/${Math.floor(number / perShard)}`))[number % perShard];
    if (found === undefined) throw new Error(`no row ${number} in ${family}`);
    return found;
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

  // Words

  const RUN = /[\p{Alphabetic}\p{N}]+/gu;
  const UNSPACED = "\\u3040-\\u30ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
  const SCRIPT = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, "gu");
  const IS_UNSPACED = new RegExp(`^[${UNSPACED}]`, "u");

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
    const lower = Array.from(word, (letter) => letter.toLowerCase()).join("");
    return Array.from(lower, (letter) => folding.get(letter) ?? letter).join("");
  }

  /** Every word of a text: {start, end, word}. */
  function wordsOf(text, folding) {
    const words = [];
    for (const run of text.matchAll(RUN)) {
      for (const script of run[0].matchAll(SCRIPT)) {
        for (const [offset, piece] of piecesOf(script[0])) {
          const start = run.index + script.index + offset;
          words.push({ start, end: start + piece.length, word: fold(piece, folding) });
        }
      }
    }
    return words;
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

  function queryWords(query, folding) {
    const words = wordsOf(query.replace(/[\u0300-\u036f]/g, ""), folding);
    return words.slice(0, MOST_QUERY_WORDS).map(({ word }) => word);
  }

  // Expansion: {stems: [[stem, factor]], surfaces, correction} of a typed word

  const stemOf = ([surface, stem]) => stem || surface;

  async function expand(word, isLast, firsts) {
    const home = containing(firsts, word);
    const [start, end] = isLast ? prefixShards(firsts, word, PREFIX_SHARDS) : [home, home + 1];
    let entries = await lexicon(firsts, start, end);
    const stems = new Map();
    const known = entries.find(([surface]) => surface === word);
    if (known) stems.set(stemOf(known), WHOLE);
    if (isLast) addPrefixed(word, entries, stems);
    let correction = null;
    if (stems.size === 0) {
      entries = await lexicon(firsts, ...neighbours(firsts, word));
      correction = addMistyped(word, entries, stems);
    }
    const surfaces = entries.filter((entry) => stems.has(stemOf(entry))).map(([surface]) => surface);
    return { stems: [...stems], surfaces, correction };
  }

  function lexicon(firsts, start, end) {
    return rows("lexicon", start, Math.min(end, firsts.length));
  }

  function prefixShards(firsts, prefix, most) {
    const start = containing(firsts, prefix);
    let end = start + 1;
    while (end < firsts.length && end - start < most && firsts[end].startsWith(prefix)) end += 1;
    return [start, end];
  }

  function neighbours(firsts, word) {
    const home = containing(firsts, word);
    const [start, end] = prefixShards(firsts, Array.from(word)[0], Infinity);
    return [Math.max(home - SHARDS_BEFORE, start), Math.min(home + 1 + SHARDS_AFTER, end)];
  }

  function addPrefixed(word, entries, stems) {
    const factor = stems.size === 0 ? PREFIX : PREFIX_BESIDE_WORD;
    const longer = entries.filter(([surface]) => surface !== word && surface.startsWith(word));
    longer.sort((a, b) => b[2] - a[2]);
    for (const entry of longer.slice(0, PREFIX_WORDS)) addNew(stemOf(entry), factor, stems);
  }

  function addMistyped(word, entries, stems) {
    const typed = Array.from(word);
    if (typed.length < 4) return null;
    const allowed = typed.length < 9 ? 1 : 2;
    const similar = [];
    for (const entry of entries) {
      const wrong = mistakes(typed, word, entry, allowed);
      if (wrong !== null) similar.push([wrong, entry]);
    }
    similar.sort((a, b) => a[0] - b[0] || b[1][2] - a[1][2]);
    similar.length = Math.min(similar.length, MISTYPED_WORDS);
    for (const [wrong, entry] of similar) addNew(stemOf(entry), MISTYPED[wrong], stems);
    return similar.length > 0 && similar[0][0] > 0 ? similar[0][1][0] : null;
  }

  function addNew(stem, factor, stems) {
    if (!stems.has(stem)) stems.set(stem, factor);
  }

  function mistakes(typed, word, entry, allowed) {
    const stem = stemOf(entry);
    if (word.startsWith(stem)) {
      const length = Array.from(stem).length;
      if (length >= 4 && typed.length - length <= 3) return 0;
    }
    if (Math.abs(entry[0].length - word.length) > 2 * allowed) return null;
    const known = Array.from(entry[0]);
    if (known[0] !== typed[0] || Math.abs(known.length - typed.length) > allowed) return null;
    const distance = editDistance(typed, known);
    return distance <= allowed ? distance : null;
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

  // Ranking

  /** Calls visit(document, occurrences, isEntity, length step) for each posting. */
  function decode(text, visit) {
    let at = 0;
    let document = 0;
    while (at < text.length) {
      let scale = 1;
      let symbol;
      do {
        symbol = SYMBOLS[text.charCodeAt(at++)];
        document += (symbol % 45) * scale;
        scale *= 45;
      } while (symbol >= 45);
      const occurrences = SYMBOLS[text.charCodeAt(at++)];
      visit(document, occurrences >> 1, (occurrences & 1) === 1, SYMBOLS[text.charCodeAt(at++)]);
    }
  }

  const FOUND = 1;
  const ENTITY = 2;
  const NAMED = 4;

  /** How many documents hold a word of the query, and [score, document] of the best `most`, best first. */
  async function rank(words, expansions, root, most) {
    const recordsOf = ({ stems }) => Promise.all(stems.map(([stem]) => rowsOf("postings", root.postings, stem)));
    const [names, ...records] = await Promise.all([
      rowsOf("names", root.names, words.join(" ")),
      ...expansions.map(recordsOf),
    ]);
    const sums = new Float64Array(root.documents);
    const held = new Uint8Array(root.documents);
    const marks = new Uint8Array(root.documents);
    let counted = 0;
    expansions.forEach(({ stems }, place) => {
      const counts = records[place].flat().every(([, , , isCapped]) => isCapped === 0) ? 1 : 0;
      counted += counts;
      const scores = scoreWord(stems, records[place], root, marks);
      for (let document = 0; document < root.documents; document += 1) {
        if (scores[document] < 0) continue;
        sums[document] += scores[document];
        held[document] += counts;
      }
    });
    for (const [, postings] of names) markNamed(postings, marks);
    const found = marks.reduce((total, mark) => total + (mark === 0 ? 0 : 1), 0);
    for (let document = 0; document < root.documents; document += 1) {
      sums[document] = documentScore(sums[document], held[document], counted, marks[document]);
    }
    return { total: found, ranked: best(sums, Math.min(most, found)) };
  }

  /** A query word's score in each document, -1 where it is not. */
  function scoreWord(stems, records, root, marks) {
    const scores = new Float64Array(root.documents).fill(-1);
    const ofStem = new Float64Array(root.documents);
    stems.forEach(([, factor], index) => {
      ofStem.fill(-1);
      for (const record of records[index]) addField(record, root, ofStem, marks);
      for (let document = 0; document < root.documents; document += 1) {
        if (ofStem[document] < 0) continue;
        const score = Math.floor((ofStem[document] * factor) / 16);
        if (score > scores[document]) scores[document] = score;
      }
    });
    return scores;
  }

  function addField([, field, idf, , postings], root, scores, marks) {
    const norms = root.lengths.map((length) => Math.floor((9 * length * 262144) / root.averages[field]));
    const most = root.weights[field] * idf * 22 * 1024;
    decode(postings, (document, occurrences, isEntity, step) => {
      const score = Math.floor((most * occurrences) / ((10 * occurrences + 3) * 1024 + norms[step]));
      scores[document] = Math.max(scores[document], 0) + score;
      marks[document] |= isEntity ? FOUND | ENTITY : FOUND;
    });
  }

  function markNamed(postings, marks) {
    decode(postings, (document, _, isEntity) => {
      marks[document] |= isEntity ? FOUND | NAMED | ENTITY : FOUND | NAMED;
    });
  }

  /** A document's score, -1 if nothing was found in it. */
  function documentScore(sum, held, words, mark) {
    if (mark === 0) return -1;
    let score = Math.floor((sum * (held * held + 1)) / (words * words + 1));
    if (mark & ENTITY) score += Math.floor(score / 8);
    if (mark & NAMED) score += mark & ENTITY ? 2 ** 33 : 2 ** 32;
    return score;
  }

  /** [score, document] of the first `most`. Sorting bare numbers first is many times faster than sorting pairs. */
  function best(scores, most) {
    if (most === 0) return [];
    const least = scores.slice().sort()[scores.length - most];
    const pairs = [];
    for (let document = 0; document < scores.length; document += 1) {
      if (scores[document] >= least) pairs.push([scores[document], document]);
    }
    return pairs.sort((a, b) => b[0] - a[0] || a[1] - b[1]).slice(0, most);
  }

  // Hits

  /** The first `limit` hits; a page gives at most three. Looks at documents in batches, each loaded in parallel. */
  async function show(ranked, surfaces, limit, root, isOutdated) {
    const chosen = [];
    const shown = new Map();
    for (let start = 0; start < ranked.length && chosen.length < limit; start += limit) {
      const batch = ranked.slice(start, start + limit);
      const documents = await Promise.all(batch.map(([, number]) => row("documents", number, root.documentsPerShard)));
      if (isOutdated()) return [];
      batch.forEach(([score, number], index) => {
        const page = documents[index][2].split("#")[0];
        const ofPage = shown.get(page) ?? 0;
        if (ofPage === MOST_PER_PAGE || chosen.length === limit) return;
        shown.set(page, ofPage + 1);
        chosen.push({ score, number, document: documents[index] });
      });
    }
    return Promise.all(chosen.map((found) => hit(found, surfaces, root)));
  }

  async function hit({ score, number, document }, surfaces, root) {
    const [title, section, url, kind, reference] = document;
    const text = await row("text", number, root.textsPerShard);
    return { title, section, url, kind, reference, score, excerpt: excerpt(text, surfaces, foldingOf(root)) };
  }

  /** Consecutive pieces of the text around the marked words: [{text, mark}]. */
  function excerpt(text, surfaces, folding) {
    const words = wordsOf(text, folding);
    const start = Math.max(0, bestStart(words, surfaces) - EXCERPT_WORDS_BEFORE);
    const part = words.slice(start, start + EXCERPT_WORDS);
    if (part.length === 0) return [];
    const pieces = [];
    let at = start === 0 ? 0 : part[0].start;
    pushPiece(pieces, start === 0 ? "" : "…", false);
    for (const word of part) {
      if (!surfaces.has(word.word)) continue;
      pushPiece(pieces, text.slice(at, Math.max(at, word.start)), false);
      pushPiece(pieces, text.slice(Math.max(at, word.start), word.end), true);
      at = word.end;
    }
    const last = part[part.length - 1];
    const isEnd = start + part.length === words.length;
    pushPiece(pieces, text.slice(at, isEnd ? text.length : last.end), false);
    pushPiece(pieces, isEnd ? "" : "…", false);
    return pieces;
  }

  function bestStart(words, surfaces) {
    let best = 0;
    let bestStart = 0;
    words.forEach(({ word }, start) => {
      if (!surfaces.has(word)) return;
      const shown = words.slice(start, start + EXCERPT_WORDS - EXCERPT_WORDS_BEFORE);
      const different = new Set(shown.map((other) => other.word).filter((other) => surfaces.has(other))).size;
      if (different > best) [best, bestStart] = [different, start];
    });
    return bestStart;
  }

  function pushPiece(pieces, text, mark) {
    const last = pieces[pieces.length - 1];
    if (text === "") return;
    if (last && last.mark === mark) last.text += text;
    else pieces.push({ text, mark });
  }

  // Queries

  let latest = 0;

  /**
   * Finds what fits the query best: {total, hits, suggestion}, hits at most `limit`.
   * Resolves to null when another search began before this one was done; rejects when a shard cannot be loaded.
   */
  async function search(query, limit) {
    const turn = (latest += 1);
    const isOutdated = () => turn !== latest;
    const root = await openRoot();
    const words = queryWords(query, foldingOf(root));
    if (isOutdated()) return null;
    const isLast = (place) => place === words.length - 1;
    const expansions = await Promise.all(words.map((word, place) => expand(word, isLast(place), root.lexicon)));
    if (isOutdated()) return null;
    const { total, ranked } = await rank(words, expansions, root, limit * LOOKED_AT_PER_HIT);
    if (isOutdated()) return null;
    const surfaces = new Set(expansions.flatMap((expansion) => expansion.surfaces));
    const hits = await show(ranked, surfaces, limit, root, isOutdated);
    return isOutdated() ? null : { total, hits, suggestion: suggestion(words, expansions) };
  }

  function suggestion(words, expansions) {
    if (expansions.every(({ correction }) => correction === null)) return null;
    return words.map((word, place) => expansions[place].correction ?? word).join(" ");
  }

  globalThis.callboardSearch = { search };
})();
