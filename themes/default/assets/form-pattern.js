// Patterns of templates, matched in time that grows with pattern and text alone: they come from repositories, and the
// browser's own expressions can be made to run for hours. Lookarounds work, references back do not.
"use strict";
(() => {
  const LONGEST_PATTERN = 256;
  const LONGEST_TEXT = 10000;
  const MOST_CODE = 4000;
  const MOST_STEPS = 5000000;
  const ESCAPE = /^\\(?:u\{[^}]*\}|u[0-9a-f]{4}|x[0-9a-f]{2}|c[a-z]|p\{[^}]*\}|[^])/iu;

  // ---- From a pattern to code: each part is a function that appends its steps.

  function parse(source, flags) {
    let rest = source;
    const take = (length) => {
      const taken = rest.slice(0, length);
      rest = rest.slice(length);
      return taken;
    };
    const one = (text) => {
      const single = new RegExp(`^(?:${text})$`, flags);
      return (code) => code.push({ fits: (char) => single.test(char) });
    };
    const literal = (text) => (code) => code.push({ fits: (char) => char === text });
    function alternatives() {
      const options = [sequence()];
      while (rest[0] === "|") { take(1); options.push(sequence()); }
      return options.reduceRight((second, first) => (code) => {
        const split = { also: 0 };
        const jump = { to: 0 };
        code.push(split);
        first(code);
        code.push(jump);
        split.also = code.length;
        second(code);
        jump.to = code.length;
      });
    }
    function sequence() {
      const parts = [];
      while (rest && rest[0] !== "|" && rest[0] !== ")") parts.push(repeated(atom()));
      return (code) => { for (const part of parts) part(code); };
    }
    function group() {
      const look = /^\(\?(<?)([=!])/.exec(rest);
      take(look ? look[0].length : /^\((?:\?(?::|<[^>]*>))?/.exec(rest)[0].length);
      const inner = alternatives();
      take(1);
      if (!look) return inner;
      const within = [];
      inner(within);
      within.push({ end: true });
      return (code) => code.push({ within, behind: look[1] === "<", wanted: look[2] === "=" });
    }
    function atom() {
      const first = rest[0];
      if (first === "(") return group();
      if (first === "[") return one(take(/^\[(?:\\[^]|[^\]\\])*\]/.exec(rest)[0].length));
      if (first === "\\") {
        const escape = take(ESCAPE.exec(rest)[0].length);
        if (/^\\[k1-9]/.test(escape)) throw new RangeError("a reference back");
        return /^\\b$/i.test(escape) ? (code) => code.push({ edge: escape === "\\b" }) : one(escape);
      }
      if (first === "^" || first === "$") { take(1); return (code) => code.push({ at: first }); }
      if (first === ".") return one(take(1));
      return literal(take(flags ? String.fromCodePoint(rest.codePointAt(0)).length : 1));
    }
    function repeated(part) {
      const found = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(rest);
      if (!found) return part;
      take(found[0].length);
      const sign = found[0][0];
      const least = sign === "{" ? Number(found[1]) : Number(sign === "+");
      const most = sign === "{" ? (found[2] ? Number(found[3] || Infinity) : least) : sign === "?" ? 1 : Infinity;
      return (code) => {
        const append = () => {
          part(code);
          if (code.length > MOST_CODE) throw new RangeError("too much of it");
        };
        for (let i = 0; i < least; i++) append();
        const splits = [];
        for (let i = least; i < (most === Infinity ? least + 1 : most); i++) {
          splits.push(code.push({ also: 0 }) - 1);
          append();
        }
        if (most === Infinity) code.push({ to: splits[0] });
        for (const split of splits) code[split].also = code.length;
      };
    }
    const whole = alternatives();
    const code = [];
    whole(code);
    code.push({ end: true });
    return code;
  }

  // ---- All ways through the code at once, character by character.

  const isWord = (char) => char !== undefined && /\w/.test(char);
  /** Whether the code finds something from `start` on: right there, or anywhere; ending at `end`, where that is given. */
  function finds(code, chars, start, anywhere, end, work) {
    let now = new Set();
    const enter = (set, first, pos) => {
      const waiting = [first];
      while (waiting.length) {
        const at = waiting.pop();
        if (set.has(at)) continue;
        if (++work.steps > MOST_STEPS) throw new RangeError("too much work");
        set.add(at);
        const step = code[at];
        const passes = "also" in step || (step.at === "^" && pos === 0) || (step.at === "$" && pos === chars.length)
          || ("edge" in step && step.edge === (isWord(chars[pos - 1]) !== isWord(chars[pos])))
          || (step.within && step.wanted === (step.behind
            ? finds(step.within, chars, 0, true, pos, work) : finds(step.within, chars, pos, false, undefined, work)));
        if (passes) waiting.push(at + 1);
        if ("also" in step) waiting.push(step.also);
        if ("to" in step) waiting.push(step.to);
      }
    };
    for (let pos = start; ; pos++) {
      if (anywhere || pos === start) enter(now, 0, pos);
      if (now.has(code.length - 1) && (end === undefined || pos === end)) return true;
      if (pos >= (end ?? chars.length) || (!anywhere && !now.size)) return false;
      const next = new Set();
      for (const at of now) if (code[at].fits?.(chars[pos])) enter(next, at + 1, pos + 1);
      now = next;
    }
  }

  const known = new Map();
  function compiled(source) {
    if (source.length > LONGEST_PATTERN) return null;
    // With `u` first, as validators have it; older patterns escape more than that allows.
    for (const flags of ["u", ""]) {
      try {
        new RegExp(source, flags);
        return { code: parse(source, flags), flags };
      } catch (error) {
        if (!(error instanceof SyntaxError)) return null;
      }
    }
    return null;
  }

  /** Whether a pattern fits a text; null where that cannot be told: no pattern, too long, or too much work. */
  globalThis.callboardPattern = (source, text) => {
    if (!known.has(source)) known.set(source, compiled(source));
    const pattern = known.get(source);
    if (!pattern) return null;
    if (text.length > LONGEST_TEXT) return false;
    try {
      return finds(pattern.code, pattern.flags ? [...text] : text.split(""), 0, true, undefined, { steps: 0 });
    } catch {
      return null;
    }
  };
})();
