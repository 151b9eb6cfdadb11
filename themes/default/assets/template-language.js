// The language of Scaffolder templates: Nunjucks 3.2 as far as Backstage lets templates use it. Nothing is compiled: a
// text becomes a tree, and the tree is walked under limits. Its twin in Rust is src/scaffolder/language; both are held
// equal by tests/template-language.json. Dicts have no prototype, and values have no members but those named here.
"use strict";
(() => {
  const STEPS = 1_000_000;
  const LENGTH = 10 * 1024 * 1024;
  const DEPTH = 100;
  const FRAMES = 250;
  const RANGE = 100_000;
  const PATTERN = 256;
  const PATTERN_TEXT = 10_000;
  const PATTERN_COST = 20_000_000;
  const PARSED = 2_000;

  /** What is wrong with a template, and where, counted from 1. */
  class Fault extends Error {
    constructor(message, at) {
      super(message);
      this.at = at;
    }
  }
  const fail = (message, at) => { throw new Fault(message, at); };

  /** What a template may call: `run` gets the values and, in a Map, those given by name. */
  class Callable {
    constructor(run) {
      this.run = run;
    }
  }
  class Cycler extends Callable {
    constructor(items) {
      super(() => fail("a cycler has `next()`, `reset()` and `current`"));
      Object.assign(this, { items, index: -1 });
    }
    get current() {
      return this.index < 0 ? null : this.items[this.index];
    }
  }

  /** A regular expression: only what ends soon on a short text. */
  class Pattern {
    constructor(source, flags) {
      this.source = source;
      this.flags = flags;
      this.cost = costOf(source);
      this.anchored = source.startsWith("^") && !source.includes("|") && !flags.includes("m");
      try {
        this.native = new RegExp(source, flags);
      } catch {
        fail("the pattern has a range out of order or a flag twice");
      }
    }
    on(text) {
      if (text.length > PATTERN_TEXT) fail("a pattern works on texts of up to 10,000 characters");
      const cost = this.cost(text.length) * (this.anchored ? 1 : text.length + 1);
      if (cost > PATTERN_COST) fail(`the pattern is too costly for a text of ${text.length} characters`);
      step(1 + Math.floor(cost / 200));
      this.native.lastIndex = 0;
      return this.native;
    }
  }

  const ESCAPE = "\\\\(?:[dDwWsSntrfv]|0(?!\\d)|x[\\da-fA-F]{2}|u[\\da-fA-F]{4}|[^\\w])";
  const CLASS = new RegExp(`\\[\\^?(?:${ESCAPE}|[^\\]\\\\])*\\]`, "y");
  const ATOM = new RegExp(`${ESCAPE}|[^\\\\[(*+?{]`, "y");
  const ASSERTION = /\\[bB]|[$^]/y;
  const REPEAT = /([*+?]|\{(\d{1,4})(,?)(\d{0,4})\})\??/y;
  /** How many ways there are to try a pattern at one place of a text, by the text's length. */
  function costOf(source) {
    if (source.length > PATTERN) fail("a pattern has up to 256 characters");
    let at = 0;
    const bad = (what) => fail(`the pattern has ${what}`);
    const next = (found) => {
      found.lastIndex = at;
      const match = found.exec(source);
      if (match) at = found.lastIndex;
      return match;
    };
    const one = () => 1;
    function choice(depth) {
      if (depth > 20) bad("too many brackets");
      let all = sequence(depth);
      while (source[at] === "|") {
        at++;
        const [left, right] = [all, sequence(depth)];
        all = { cost: (n) => left.cost(n) + right.cost(n), least: Math.min(left.least, right.least), varies: true };
      }
      return all;
    }
    function sequence(depth) {
      let all = { cost: one, least: 0, varies: false };
      while (at < source.length && source[at] !== "|" && source[at] !== ")") {
        const [before, part] = [all, repeated(atom(depth))];
        all = {
          cost: (n) => before.cost(n) * part.cost(n),
          least: before.least + part.least,
          varies: before.varies || part.varies,
        };
      }
      return all;
    }
    function repeated(part) {
      const found = next(REPEAT);
      if (!found) return part;
      const [, sign, count, comma, end] = found;
      const least = count ? Number(count) : sign === "+" ? 1 : 0;
      const most = sign === "?" ? 1 : !count || comma && !end ? Infinity : Number(end || count);
      if (most < least || part.least * least > PATTERN_TEXT || next(REPEAT)) bad("a repetition that cannot be");
      if (part.least === 0) bad("a repetition of what may be empty");
      if (part.varies && most > 1) bad("a repetition of what repeats or has a choice, such as `(a+)+`");
      const cost = most === 1 ? (n) => 1 - least + part.cost(n) : (n) => Math.max(1, Math.min(most, n) - least + 1);
      return { cost, least: part.least * least, varies: part.varies || most !== least };
    }
    function atom(depth) {
      if (next(ASSERTION)) return { cost: one, least: 0, varies: false };
      if (next(CLASS) || next(ATOM)) return { cost: one, least: 1, varies: false };
      if (source[at] !== "(") bad("an escape, a bracket or a repetition that is not known here");
      const kind = /\((\?[:=!]|(?!\?))/y;
      if (!next(kind)) bad("a group of a kind that is not known");
      const looks = /[=!]/.test(source[at - 1]) && source[at - 2] === "?";
      const inner = choice(depth + 1);
      if (source[at++] !== ")") bad("an open bracket");
      return looks ? { ...inner, least: 0 } : inner;
    }
    const whole = choice(0);
    if (at < source.length) bad("a bracket that is not open");
    return whole.cost;
  }

  // From text to tokens.

  const WORD = /[^ \n\t\r\xa0()[\]{}%*\-+~/#,:|.<>=!]+/y;
  const NAME = /^[\w$\u0080-\uffff]+$/;
  const OPERATOR = /===|!==|==|!=|<=|>=|\/\/|\*\*|[()[\]{}%*\-+~/#,:|.<>=!]/y;
  const SPACE = /[ \n\t\r\xa0]+/y;
  const RAW = /[ \n\t\r\xa0]*(raw|verbatim)[ \n\t\r\xa0]*-?%\}/y;

  /** Tokens of a text, with white space already taken off where the tags say so. */
  function tokens(text, { cookiecutter, trimBlocks, lstripBlocks }) {
    const open = cookiecutter ? "{{" : "${{";
    const tag = cookiecutter ? /\{%|\{\{|\{#|#\}/g : /\{%|\$\{\{|\{#|#\}/g;
    const found = [];
    let at = 0;
    let drop = false;
    const match = (pattern) => {
      pattern.lastIndex = at;
      const [all] = pattern.exec(text) ?? [""];
      at += all.length;
      return all;
    };
    const skipLine = () => {
      if (trimBlocks) at += text.startsWith("\r\n", at) ? 2 : text[at] === "\n" ? 1 : 0;
    };
    while (at < text.length) {
      tag.lastIndex = at;
      const start = tag.exec(text)?.index ?? text.length;
      const trims = text[start + (text.startsWith(open, start) ? open.length : 2)] === "-";
      let data = text.slice(at, start);
      if (lstripBlocks && text.startsWith("{%", start)) {
        const line = start ? text.lastIndexOf("\n", start - 1) + 1 : 0;
        if (line >= at && !text.slice(line, start).trim()) data = text.slice(at, line);
      }
      if (data) {
        // Data that is taken off leaves a node all the same: a case with it is not empty.
        if (drop) data = data.trimStart();
        drop = false;
        found.push({ kind: "text", value: trims ? data.trimEnd() : data, at });
      }
      at = start;
      if (at === text.length) break;
      if (text.startsWith("#}", at)) fail("a comment ends here that has no beginning", at);
      if (text.startsWith("{#", at)) {
        const end = text.indexOf("#}", at + 2);
        if (end < 0) fail("the comment is not closed", at);
        drop = text[end - 1] === "-";
        at = end + 2;
        continue;
      }
      drop = false;
      const isBlock = text.startsWith("{%", at);
      at += (isBlock ? 2 : open.length) + (trims ? 1 : 0);
      const before = at;
      if (isBlock && match(RAW)) {
        drop = text[at - 3] === "-";
        const word = text.slice(before, at).includes("raw") ? "raw" : "verbatim";
        skipLine();
        found.push({ kind: "text", value: raw(word, start), at });
        continue;
      }
      found.push({ kind: isBlock ? "{%" : "{{", at: start });
      const first = found.length;
      for (;;) {
        match(SPACE);
        if (at >= text.length) fail(isBlock ? "the tag is not closed" : "the expression is not closed", start);
        const place = at;
        const dash = text[at] === "-" ? 1 : 0;
        const ends = ["%}", "}}"].find((end) => text.startsWith(end, at + dash));
        if (ends) {
          at += dash + 2;
          found.push({ kind: ends, at: place });
          if (ends === "%}") skipLine();
          // A text between `set` and `endset` keeps its white space.
          const keeps = found[first].value === "set" && !found.slice(first).some((token) => token.kind === "=");
          drop = dash > 0 && !(isBlock && keeps);
          break;
        }
        found.push({ ...token(text[at]), at: place });
      }
    }
    return found;

    function token(c) {
      if (c === '"' || c === "'") return { kind: "text", value: quoted(c), quoted: true };
      if (c === "r" && text[at + 1] === "/") return regex();
      const operator = match(OPERATOR);
      if (operator) return { kind: operator };
      const place = at;
      const word = match(WORD);
      if (/^\d+$/.test(word)) {
        const rest = text[at] === "." ? /\.\d*/y : /(?!)/y;
        return { kind: "number", value: Number.parseFloat(word + match(rest)) };
      }
      if (word === "true" || word === "false") return { kind: "literal", value: word === "true" };
      if (word === "none" || word === "null") return { kind: "literal", value: null };
      if (!NAME.test(word)) fail(`\`${word}\` is not understood`, place);
      return { kind: "name", value: word };
    }
    function quoted(end) {
      const start = at++;
      let value = "";
      for (; text[at] !== end; at++) {
        if (text[at] === "\\") {
          at++;
          value += { n: "\n", t: "\t", r: "\r" }[text[at]] ?? text[at] ?? "";
        } else value += text[at];
        if (at >= text.length) fail("the quotes are not closed", start);
      }
      at++;
      return value;
    }
    function regex() {
      const start = at;
      do {
        at = text.indexOf("/", at + 2 - Math.min(at - start, 1));
        if (at < 0) fail("the pattern is not closed", start);
      } while (text[at - 1] === "\\");
      const source = text.slice(start + 2, at++);
      const flags = match(/[gimy]*/y);
      if (flags.includes("y")) fail("the flag `y` is not available", start);
      return { kind: "pattern", value: source, flags };
    }
    function raw(word, start) {
      const tags = new RegExp(`\\{%\\s*(end)?${word}\\s*%\\}`, "g");
      const begin = at;
      let level = 1;
      tags.lastIndex = at;
      for (let match; (match = tags.exec(text));) {
        level += match[1] ? -1 : 1;
        if (level > 0) continue;
        at = tags.lastIndex;
        return text.slice(begin, match.index);
      }
      return fail(`\`${word}\` has no \`end${word}\``, start);
    }
  }

  // From tokens to a tree.

  const LEVELS = [["*", "/", "%"], ["+", "-"], ["<", ">", "<=", ">="], ["==", "!=", "===", "!=="]];
  const FLAT = LEVELS.flat().filter((operator) => operator !== "%");
  const TAGS = ["call", "filter", "for", "if", "macro", "raw", "set", "switch", "verbatim"];
  const ELSEWHERE = ["block", "extends", "from", "import", "include"];
  const LATER = ["elif", "elseif", "else", "case", "default"];
  const parsed = new Map();

  /** The tree of a text, remembered by what it depends on. */
  function parse(text, settings) {
    const { cookiecutter, trimBlocks, lstripBlocks } = settings;
    const key = [cookiecutter, trimBlocks, lstripBlocks].map(Boolean).join();
    if (!parsed.has(key)) parsed.set(key, new Map());
    const known = parsed.get(key);
    let nodes = known.get(text);
    if (!nodes) {
      if (known.size >= PARSED) known.clear();
      known.set(text, nodes = tree(tokens(text, settings), text));
    }
    return nodes;
  }

  function tree(list, text) {
    const END = { kind: "end", at: text.length };
    let next = 0;
    let depth = 0;
    const peek = () => list[next] ?? END;
    const is = (kind) => !peek().quoted && peek().kind === kind;
    const isName = (name) => is("name") && peek().value === name;
    const skip = (kind) => is(kind) && list[next++];
    const skipName = (name) => isName(name) && list[next++];
    function shown({ kind, value, quoted }) {
      if (kind === "end") return "the end of the template";
      if (quoted || kind === "name" || kind === "number") return `\`${value}\``;
      if (kind === "literal") return `\`${value ?? "none"}\``;
      return kind === "pattern" ? "`r/`" : `\`${kind}\``;
    }
    const expected = (what) => fail(`expected ${what}, found ${shown(peek())}`, peek().at);
    const expect = (kind) => skip(kind) || expected(`\`${kind}\``);
    const name = (what) => (skip("name") || expected(what)).value;
    function deeper(read) {
      if (++depth > DEPTH) fail("the template is nested too deeply", peek().at);
      const node = read();
      depth--;
      return node;
    }
    const nodes = body([]);
    return nodes;

    /** Nodes up to a tag of one of these names, which is left to the caller. */
    function body(ends) {
      return deeper(() => {
        const nodes = [];
        while (next < list.length) {
          const token = list[next++];
          if (token.kind === "text") nodes.push(token);
          else if (token.kind === "{{") {
            nodes.push({ kind: "print", value: expression(), at: token.at });
            expect("}}");
          } else {
            if (is("name") && ends.includes(peek().value)) return nodes;
            nodes.push(statement());
          }
        }
        if (ends.length) fail(`expected \`${ends.at(-1)}\`, found the end of the template`, text.length);
        return nodes;
      });
    }
    function until(...ends) {
      expect("%}");
      return body(ends);
    }
    function close() {
      next++;
      expect("%}");
    }
    function statement() {
      const { at } = peek();
      const tag = name("the name of a tag");
      switch (tag) {
        case "if": return { ...condition(), at };
        case "for": return { ...loop(), at };
        case "set": return { ...set(), at };
        case "macro": {
          const macro = { kind: "macro", name: name("a name after `macro`"), at, ...parameters() };
          macro.body = until("endmacro");
          close();
          return macro;
        }
        case "call": {
          const taken = is("(") ? parameters() : { names: [], defaults: [] };
          const caller = { kind: "macro", at, ...taken, isCaller: true };
          const value = primary();
          if (value.kind !== "call") fail("expected a call of a macro after `call`", at);
          caller.body = until("endcall");
          close();
          value.named.push(["caller", caller]);
          return { kind: "print", value, at };
        }
        case "filter": {
          const filter = { kind: "filter", name: filterName(), at, args: [], named: [] };
          if (is("(")) Object.assign(filter, signature());
          filter.args.unshift({ kind: "capture", body: until("endfilter") });
          close();
          return { kind: "print", value: filter, at };
        }
        case "switch": return { ...choices(), at };
        default: {
          if (ELSEWHERE.includes(tag)) fail(`\`${tag}\` is not available: a template is one text`, at);
          if (LATER.includes(tag) || tag.startsWith("end")) fail(`\`${tag}\` has no beginning here`, at);
          return fail(`there is no tag \`${tag}\`${guess(tag, TAGS)}`, at);
        }
      }
    }
    function condition() {
      const branches = [];
      for (;;) {
        const test = expression();
        branches.push([test, until("elif", "elseif", "else", "endif")]);
        if (skipName("elif") || skipName("elseif")) continue;
        let otherwise = [];
        if (skipName("else")) otherwise = until("endif");
        close();
        return { kind: "if", branches, otherwise };
      }
    }
    function loop() {
      const names = [];
      do names.push(name("a name after `for`")); while (skip(","));
      if (!skipName("in")) expected("`in`");
      const value = expression();
      const inner = until("else", "endfor");
      let otherwise = [];
      if (skipName("else")) otherwise = until("endfor");
      close();
      return { kind: "for", names, value, body: inner, otherwise };
    }
    function set() {
      const names = [];
      do names.push(name("a name after `set`")); while (skip(","));
      if (skip("=")) {
        const value = expression();
        expect("%}");
        return { kind: "set", names, value };
      }
      const value = { kind: "capture", body: until("endset") };
      close();
      return { kind: "set", names, value };
    }
    function choices() {
      const value = expression();
      until("case", "default", "endswitch");
      const cases = [];
      while (skipName("case")) {
        const test = expression();
        cases.push([test, until("case", "default", "endswitch")]);
      }
      let otherwise = [];
      if (skipName("default")) otherwise = until("endswitch");
      if (!isName("endswitch")) expected("`endswitch`");
      close();
      return { kind: "switch", value, cases, otherwise };
    }
    /** The names of a macro: those without and those with a default. */
    function parameters() {
      const { at } = peek();
      const { args, named } = signature();
      if (args.some((arg) => arg.kind !== "name")) fail("the parameters of a macro are names", at);
      return { names: args.map((arg) => arg.name), defaults: named };
    }
    function signature() {
      const found = { args: [], named: [] };
      expect("(");
      while (!skip(")")) {
        if (found.args.length + found.named.length) expect(",");
        const { at } = peek();
        const value = expression();
        if (!skip("=")) found.args.push(value);
        else if (value.kind === "name") found.named.push([value.name, expression()]);
        else fail("expected a name before `=`", at);
      }
      return found;
    }
    function filterName() {
      let found = name("the name of a filter");
      while (skip(".")) found += `.${name("the name of a filter")}`;
      return found;
    }

    function expression() {
      return deeper(() => {
        const yes = or();
        if (!skipName("if")) return yes;
        const test = or();
        return { kind: "choice", test, yes, no: skipName("else") ? or() : { kind: "literal", value: "" } };
      });
    }
    function several(kind, read) {
      const items = [read()];
      while (skipName(kind)) items.push(read());
      return items.length > 1 ? { kind, items } : items[0];
    }
    function or() { return several("or", and); }
    function and() { return several("and", not); }
    function not() {
      return skipName("not") ? negated(deeper(not)) : membership();
    }
    /** As in Nunjucks, `not a == b` is `(not a) == b`. */
    function negated(node) {
      if (node.kind !== "chain") return { kind: "not", value: node };
      return { ...node, first: negated(node.first) };
    }
    function membership() {
      let node = test();
      for (let count = 0; ; count++) {
        const negative = isName("not") && list[next + 1]?.kind === "name" && list[next + 1].value === "in";
        if (!negative && !isName("in")) return node;
        if (count >= DEPTH) fail("the template is nested too deeply", peek().at);
        next += negative ? 2 : 1;
        node = { kind: "in", left: node, right: test() };
        if (negative) node = { kind: "not", value: node };
      }
    }
    function test() {
      const value = chain();
      if (!skipName("is")) return value;
      const negative = skipName("not");
      const { at } = peek();
      const found = is("literal") ? list[next++].value === null ? "null" : "" : name("the name of a test");
      const node = { kind: "test", name: found, at, value, args: [], named: [] };
      if (is("(")) Object.assign(node, signature());
      return negative ? { kind: "not", value: node } : node;
    }
    /** Binary operators bind as in JavaScript, which Nunjucks leaves them to. */
    function chain() {
      let items = [];
      let operators = [];
      for (;;) {
        const run = [power()];
        while (skip("%")) run.push(power());
        if (is("//")) {
          const rest = [];
          while (skip("//")) {
            const part = [power()];
            while (skip("%")) part.push(power());
            rest.push(part);
          }
          items.push({ kind: "floor", first: run, rest });
        } else {
          items.push(...run);
          operators.push(...run.slice(1).map(() => "%"));
        }
        if (skip("~")) {
          operators.push("+", "+");
          items.push({ kind: "literal", value: "" });
        } else if (FLAT.includes(peek().kind) && !peek().quoted) operators.push(list[next++].kind);
        else break;
      }
      for (const level of LEVELS) {
        const [lower, above] = [[items[0]], []];
        operators.forEach((operator, index) => {
          const last = lower.at(-1);
          if (!level.includes(operator)) {
            lower.push(items[index + 1]);
            above.push(operator);
          } else if (last.level === level) last.rest.push([operator, items[index + 1]]);
          else lower[lower.length - 1] = { kind: "chain", level, first: last, rest: [[operator, items[index + 1]]] };
        });
        [items, operators] = [lower, above];
      }
      return items[0];
    }
    function power() {
      const items = [unary()];
      while (skip("**")) items.push(unary());
      return items.length > 1 ? { kind: "power", items } : items[0];
    }
    function unary() {
      return filters(signed());
    }
    function signed() {
      if (!is("-") && !is("+")) return primary();
      const { kind: sign, at } = list[next++];
      const value = deeper(signed);
      if (value.sign === sign) fail("two signs in a row", at);
      return { kind: "signed", sign, value };
    }
    function filters(value) {
      let node = value;
      for (let count = 0; skip("|"); count++) {
        if (count >= DEPTH) fail("the template is nested too deeply", peek().at);
        const { at } = peek();
        const found = { kind: "filter", name: filterName(), at, args: [], named: [] };
        if (is("(")) Object.assign(found, signature());
        found.args.unshift(node);
        node = found;
      }
      return node;
    }
    function primary() {
      const { kind, value, at, quoted, flags } = peek();
      let node = null;
      if (quoted || kind === "number" || kind === "literal") node = { kind: "literal", value };
      else if (kind === "pattern") node = { kind, source: value, flags, at };
      else if (kind === "name") node = { kind, name: value, at };
      if (node) next++;
      else if (skip("(")) {
        node = { kind: "group", items: items(")") };
        if (!node.items.length) fail("the brackets are empty", at);
      } else if (skip("[")) node = { kind: "list", items: items("]") };
      else if (skip("{")) node = { kind: "dict", pairs: items("}", pair) };
      else expected("a value");
      for (let count = 0; ; count++) {
        const place = peek().at;
        if (count > DEPTH) fail("the template is nested too deeply", place);
        if (is("(")) node = { kind: "call", callee: node, at: place, ...signature() };
        else if (skip("[")) node = lookup(node, place);
        else if (skip(".")) node = { kind: "member", target: node, key: { kind: "literal", value: name("a name after `.`") }, at: place };
        else return node;
      }
    }
    function items(end, read = expression) {
      const found = [];
      while (!skip(end)) {
        if (found.length) expect(",");
        found.push(read());
      }
      return found;
    }
    function pair() {
      const key = peek().quoted || is("name") ? list[next++].value : expected("a name or text as key");
      expect(":");
      return [key, expression()];
    }
    function lookup(target, at) {
      const parts = [null];
      let key = null;
      for (;;) {
        if (!is(":") && !is("]")) parts[parts.length - 1] = key = expression();
        if (parts.length === 3 || !skip(":")) break;
        parts.push(null);
      }
      expect("]");
      if (parts.length > 1) return { kind: "slice", target, parts, at };
      if (!key) fail("expected a value, found `]`", at);
      return { kind: "member", target, key, at };
    }
  }

  // Values.

  /** Of the render that is under way. */
  let state = null;

  function step(count = 1) {
    state.steps += count;
    if (state.steps > STEPS) fail("the template takes more than 1,000,000 steps");
  }
  function room(length) {
    if (length > LENGTH) fail("a text is longer than 10 MiB");
  }
  /** Steps for touching a value, so that large ones are not cheaper than many. */
  function touch(value) {
    if (typeof value === "string") {
      room(value.length);
      step(value.length >>> 6);
    } else if (Array.isArray(value)) step(value.length >>> 2);
    return value;
  }
  function inside(run) {
    if (++state.depth > FRAMES) fail("the template is nested too deeply");
    const result = run();
    state.depth--;
    return result;
  }

  const isDict = (value) => typeof value === "object" && value !== null && Object.getPrototypeOf(value) === null;
  const isNone = (value) => value === null || value === undefined;
  function kind(value) {
    if (isNone(value)) return value === null ? "none" : "undefined";
    if (Array.isArray(value)) return "a list";
    if (isDict(value)) return "a dict";
    if (value instanceof Pattern) return "a pattern";
    return { string: "text", number: "a number", boolean: "a boolean" }[typeof value] ?? "a function";
  }
  /** JavaScript's idea of a value as text. */
  function text(value) {
    if (Array.isArray(value)) return joined(value, ",");
    if (isDict(value)) return "[object Object]";
    if (value instanceof Pattern) return `/${value.source || "(?:)"}/${value.native.flags}`;
    if (value instanceof Callable) fail("a function is not text");
    return String(value);
  }
  function joined(list, separator) {
    return inside(() => {
      step(list.length);
      let length = 0;
      const parts = list.map((item) => {
        const part = isNone(item) ? "" : text(item);
        room(length += part.length + separator.length);
        return part;
      });
      return parts.join(separator);
    });
  }
  const plain = (value) => typeof value === "object" && value !== null ? text(value) : value;
  const number = (value) => Number(plain(value));
  const isIndex = (key) => /^(?:0|[1-9]\d{0,9})$/.test(key);

  function member(target, key) {
    if (isNone(target)) return undefined;
    const name = typeof key === "number" ? String(key) : text(key);
    if (isDict(target)) return target[name];
    if (typeof target === "string" || Array.isArray(target)) return name === "length" || isIndex(name) ? target[name] : undefined;
    return target instanceof Cycler && name === "current" ? target.current : undefined;
  }
  /** The context's values as the language has them. */
  function own(value) {
    if (value === null || ["string", "number", "boolean"].includes(typeof value)) return value;
    if (typeof value !== "object") return undefined;
    return inside(() => {
      if (Array.isArray(value)) return value.map(own);
      const dict = Object.create(null);
      for (const [key, item] of Object.entries(value)) dict[key] = own(item);
      return dict;
    });
  }
  /** Fails for a value whose JSON is too large, before it is written. */
  function weigh(value) {
    let length = 0;
    (function add(item) {
      step();
      if (typeof item === "string") room(length += touch(item).length);
      if (Array.isArray(item)) inside(() => item.forEach(add));
      else if (isDict(item)) inside(() => Object.entries(item).forEach(([key, inner]) => [key, inner].forEach(add)));
    })(value);
  }
  function holds(value, list) {
    step();
    if (value === list) return true;
    const items = Array.isArray(value) ? value : isDict(value) ? Object.values(value) : value instanceof Cycler ? value.items : [];
    return inside(() => items.some((item) => holds(item, list)));
  }
  function dump(value, spaces) {
    weigh(value);
    return JSON.stringify(value, (key, item) => item instanceof Callable ? undefined : item instanceof Pattern ? {} : item, plain(spaces));
  }

  const OPERATORS = {
    "+": (a, b) => plain(a) + plain(b),
    "-": (a, b) => number(a) - number(b),
    "*": (a, b) => number(a) * number(b),
    "/": (a, b) => number(a) / number(b),
    "%": (a, b) => number(a) % number(b),
    "<": (a, b) => plain(a) < plain(b),
    ">": (a, b) => plain(a) > plain(b),
    "<=": (a, b) => plain(a) <= plain(b),
    ">=": (a, b) => plain(a) >= plain(b),
    "==": same,
    "!=": (a, b) => !same(a, b),
    "===": (a, b) => a === b,
    "!==": (a, b) => a !== b,
  };
  function same(a, b) {
    const objects = [a, b].filter((value) => typeof value === "object" && value !== null).length;
    return objects === 2 || isNone(a) || isNone(b) ? a == b : plain(a) == plain(b);
  }

  /** A stable order, the same in every engine whatever `compare` says. */
  function sorted(list, compare) {
    if (list.length < 2) return list.slice();
    const middle = list.length >>> 1;
    const [left, right] = [sorted(list.slice(0, middle), compare), sorted(list.slice(middle), compare)];
    const merged = [];
    let [i, j] = [0, 0];
    while (i < left.length && j < right.length) {
      step();
      merged.push(compare(left[i], right[j]) > 0 ? right[j++] : left[i++]);
    }
    return merged.concat(left.slice(i), right.slice(j));
  }

  /** The candidate nearest to a word, as a question. */
  function guess(word, candidates) {
    const letters = [...word.toLowerCase()].slice(0, 128);
    let [best, least] = ["", Infinity];
    for (const candidate of candidates) {
      const other = [...candidate.toLowerCase()];
      const edits = distance(letters, other);
      if (edits <= Math.max(1, Math.floor(Math.max(letters.length, other.length) / 4)) && edits < least) [best, least] = [candidate, edits];
    }
    return best && `; did you mean \`${best}\`?`;
  }
  function distance(a, b) {
    const rows = [b.map((_, j) => j).concat(b.length)];
    for (let i = 1; i <= a.length; i++) {
      rows.push([i]);
      for (let j = 1; j <= b.length; j++) {
        rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
    return rows[a.length][b.length];
  }

  // What filters, tests and methods take.

  const needs = (what, value) => fail(`\`${state.doing}\` needs ${what}, not ${kind(value)}`);
  const str = (value) => typeof value === "string" ? value : needs("text", value);
  const soft = (value) => isNone(value) || value === false ? "" : str(value);
  const array = (value) => Array.isArray(value) ? value : needs("a list", value);
  /** What has a length and places; other values are empty. */
  const sequence = (value) => isNone(value) ? needs("a list", value) : typeof value === "string" ? value.split("") : Array.isArray(value) ? value : [];
  const items = (value) => isNone(value) ? [] : sequence(value);
  const look = (value, key) => isNone(value) ? fail(`\`${state.doing}\` cannot look into ${kind(value)}`) : member(value, key);
  function lookAlong(attribute) {
    const parts = !attribute ? [] : typeof attribute === "string" ? attribute.split(".") : [attribute];
    return (item) => {
      let found = item;
      for (const part of parts) {
        found = look(found, part);
        if (found === undefined) break;
      }
      return found;
    };
  }
  function times(value, count) {
    if (!value || !(count > 0)) return "";
    room(value.length * count);
    let all = "";
    for (let i = 0; i < count; i++) all += value;
    return all;
  }
  function count(value, most = RANGE, least = -Infinity) {
    const found = number(value);
    if (found > most) fail(`\`${state.doing}\` takes numbers up to ${most}`);
    return found < least ? fail(`\`${state.doing}\` takes numbers from ${least}`) : found;
  }

  function capitalize(value) {
    const lower = soft(value).toLowerCase();
    return lower.charAt(0).toUpperCase() + lower.slice(1);
  }
  const HTML = { "&": "&amp;", '"': "&quot;", "'": "&#39;", "<": "&lt;", ">": "&gt;", "\\": "&#92;" };
  const escaped = (value) => (isNone(value) ? "" : text(value)).replace(/[&"'<>\\]/g, (c) => HTML[c]);

  /** What takes the place of a match: `$1`, `$&` and the like are filled in. */
  function filled(template, match, at, whole) {
    if (!template.includes("$")) return template;
    const found = /\$(?:([$&`'])|(\d\d?))/g;
    let [result, last] = ["", 0];
    for (let part; (part = found.exec(template));) {
      result += template.slice(last, part.index);
      last = found.lastIndex;
      const [all, sign, digits] = part;
      let group = Number(digits);
      if (digits?.length === 2 && (group >= match.length || group === 0)) {
        group = Number(digits[0]);
        last = found.lastIndex -= 1;
      }
      if (sign === "$") result += "$";
      else if (sign === "&") result += match[0];
      else if (sign === "`") result += whole.slice(0, at);
      else if (sign) result += whole.slice(at + match[0].length);
      else result += group > 0 && group < match.length ? match[group] ?? "" : all.slice(0, last - part.index);
      room(result.length);
    }
    return result + template.slice(last);
  }
  function replacePattern(value, pattern, template) {
    const native = pattern.on(value);
    let [result, last] = ["", 0];
    for (let match; (match = native.exec(value));) {
      result += value.slice(last, match.index) + filled(template, match, match.index, value);
      room(result.length);
      step();
      last = match.index + match[0].length;
      if (!native.global) break;
      if (!match[0]) native.lastIndex++;
    }
    return result + value.slice(last);
  }
  function replaceText(value, old, template, most) {
    let [result, last] = ["", 0];
    for (let done = 0, at = value.indexOf(old); at >= 0 && done < most; done++) {
      result += value.slice(last, at) + filled(template, [old], at, value);
      room(result.length);
      step();
      last = at + old.length;
      at = old ? value.indexOf(old, last) : at < value.length ? at + 1 : -1;
    }
    return result + value.slice(last);
  }

  /** The parts of a `repoUrl`, for forges that are configured. */
  function repository(value) {
    const [, host = "", query = ""] = /^([^/?#]*)[^?#]*\??([^#]*)/.exec(str(value));
    const name = host.toLowerCase().replace(/:443$/, "");
    const hosts = state.settings.hosts ?? {};
    if (!/^[\w.-]+(?::\d+)?$/.test(name)) fail(`\`${value}\` is no address of a repository`);
    const type = Object.hasOwn(hosts, name) ? hosts[name] : fail(`no integration is configured for the host \`${name}\``);
    const asked = new URLSearchParams(query);
    const found = Object.assign(Object.create(null), { host: name });
    for (const part of ["owner", "repo", "organization", "workspace", "project"]) found[part] = asked.get(part)?.replace(/^\/+|\/+$/g, "");
    const projects = ["bitbucket", "bitbucketServer", "azure"];
    let required = ["owner", "repo"];
    if (projects.includes(type)) required = ["project", "repo"];
    else if (type === "gerrit" || type === "gitea") required = ["repo"];
    else if (type === "gitlab" && found.project) required = [];
    for (const part of required) if (!found[part]) fail(`\`${value}\` has no \`${part}\``);
    return found;
  }
  function entityRef(value, defaults) {
    const given = (key) => isDict(defaults) ? defaults[key] : undefined;
    let { kind: found, namespace, name } = isDict(value) ? value : {};
    if (!isDict(value)) {
      const slash = str(value).indexOf("/");
      let colon = value.indexOf(":");
      if (slash >= 0 && slash < colon) colon = -1;
      if (colon >= 0) found = value.slice(0, colon);
      if (slash >= 0) namespace = value.slice(colon + 1, slash);
      name = value.slice(Math.max(colon, slash) + 1);
    }
    found ??= given("defaultKind");
    namespace ??= given("defaultNamespace") ?? "default";
    const whole = isDict(value) ? "the ref" : `\`${value}\``;
    for (const [part, what] of [[found, "kind"], [namespace, "namespace"], [name, "name"]]) if (!part) fail(`${whole} has no ${what}`);
    return Object.assign(Object.create(null), { kind: found, namespace, name });
  }
  function pick(value, path) {
    if (isNone(value)) return undefined;
    const direct = Array.isArray(path) ? undefined : member(value, path);
    if (direct !== undefined) return direct;
    const parts = Array.isArray(path) ? path : text(path).match(/[^.[\]"']+/g) ?? [];
    return parts.reduce(member, value);
  }

  const TAG = /<\/?([a-z][a-z0-9]*)\b[^>]*>|<!--[\s\S]*?-->/gi;
  function short(value) {
    return value.length > PATTERN_TEXT ? fail(`\`${state.doing}\` works on texts of up to 10,000 characters`) : value;
  }

  const FILTERS = {
    abs: (value) => Math.abs(number(value)),
    batch(value, size, fill) {
      const found = [];
      const width = number(size);
      sequence(value).forEach((item, index) => index % width === 0 || !found.length ? found.push([item]) : found.at(-1).push(item));
      if (fill && found.length) for (let left = count(size) - found.at(-1).length; left > 0; left--) found.at(-1).push(fill);
      return found;
    },
    capitalize,
    center(value, width) {
      const inner = soft(value);
      const spaces = (width ? number(width) : 80) - inner.length;
      return spaces > 0 ? times(" ", spaces / 2 - spaces % 2) + inner + times(" ", spaces / 2) : inner;
    },
    default: (value, other, falsy) => falsy ? value || other : value === undefined ? other : value,
    dictsort(value, withCase, by) {
      if (!isDict(value)) needs("a dict", value);
      const at = by === undefined || by === "key" ? 0 : by === "value" ? 1 : fail("`dictsort` sorts by `key` or by `value`");
      const of = (pair) => typeof pair[at] === "string" && !withCase ? pair[at].toUpperCase() : pair[at];
      return sorted(Object.entries(value), (one, other) => {
        const [a, b] = [of(one), of(other)];
        return OPERATORS[">"](a, b) ? 1 : a === b ? 0 : -1;
      });
    },
    dump,
    escape: escaped,
    first: (value) => look(value, 0),
    float(value, other) {
      const found = Number.parseFloat(text(value));
      return Number.isNaN(found) ? other : found;
    },
    forceescape: escaped,
    groupby(value, attribute) {
      const groups = Object.create(null);
      const of = lookAlong(attribute);
      for (const item of sequence(value)) (groups[text(of(item))] ??= []).push(item);
      return groups;
    },
    indent(value, width, first) {
      const pad = times(" ", count(width || 4));
      const lines = soft(value).split("\n");
      room(lines.length * pad.length);
      return value ? lines.map((line, index) => index || first ? pad + line : line).join("\n") : "";
    },
    int(value, other, base = 10) {
      const found = Number.parseInt(text(value), number(base));
      return Number.isNaN(found) ? other : found;
    },
    join(value, separator, attribute) {
      const list = attribute ? items(value).map((item) => look(item, attribute)) : array(value);
      return joined(list, separator ? text(separator) : "");
    },
    last: (value) => isNone(value) ? look(value) : member(value, number(member(value, "length")) - 1),
    length: (value) => isDict(value) ? Object.keys(value).length : isNone(value) || value === false ? 0 : member(value, "length"),
    list(value) {
      if (isDict(value)) return Object.entries(value).map(([key, item]) => Object.assign(Object.create(null), { key, value: item }));
      return typeof value === "string" ? value.split("") : array(value);
    },
    lower: (value) => soft(value).toLowerCase(),
    nl2br: (value) => isNone(value) ? "" : str(value).replace(/\r\n|\n/g, "<br />\n"),
    // The same choice in every build of the same template.
    random(value) {
      const list = isNone(value) ? needs("a list", value) : sequence(value);
      return list[((state.steps * 2654435761) >>> 0) % list.length];
    },
    reject: (value, test, arg) => chosen(value, test, arg, false),
    rejectattr: (value, key) => array(value).filter((item) => !look(item, key)),
    replace(value, old, other, most) {
      if (old instanceof Pattern) return replacePattern(str(value), old, text(other));
      const from = typeof old === "number" ? String(old) : old;
      if (typeof from !== "string") return value;
      const inner = typeof value === "number" ? String(value) : value;
      if (typeof inner !== "string") return value;
      const to = text(other);
      if (!from) {
        room((inner.length + 1) * to.length);
        return to + inner.split("").join(to) + to;
      }
      const limit = most === undefined || most === -1 ? Infinity : number(most);
      return limit === 0 ? inner : replaceText(inner, from, to.replaceAll("$", "$$$$"), limit);
    },
    reverse: (value) => typeof value === "string" ? value.split("").reverse().join("") : items(value).slice().reverse(),
    round(value, digits, method) {
      const factor = 10 ** (number(digits) || 0);
      const round = method === "ceil" ? Math.ceil : method === "floor" ? Math.floor : Math.round;
      return round(number(value) * factor) / factor;
    },
    safe: (value) => isNone(value) ? "" : text(value),
    select: (value, test, arg) => chosen(value, test, arg, true),
    selectattr: (value, key) => array(value).filter((item) => look(item, key)),
    slice(value, slices, fill) {
      const list = typeof value === "string" ? value : array(value);
      const parts = count(slices);
      const [size, extra] = [Math.floor(list.length / parts), list.length % parts];
      const found = [];
      for (let index = 0, start = 0; index < parts; index++) {
        const end = start + size + (index < extra ? 1 : 0);
        const part = list.slice(start, end);
        if (fill && index >= extra) array(part).push(fill);
        found.push(part);
        start = end;
      }
      return found;
    },
    sort(value, reverse, withCase, attribute) {
      const of = lookAlong(attribute);
      // What is undefined stands last, whatever it is sorted by.
      const [known, rest] = [true, false].map((wanted) => items(value).filter((item) => (item !== undefined) === wanted));
      return sorted(known, (one, other) => {
        let [a, b] = [of(one), of(other)];
        if (!withCase && typeof a === "string" && typeof b === "string") [a, b] = [a.toLowerCase(), b.toLowerCase()];
        return (OPERATORS["<"](a, b) ? -1 : OPERATORS[">"](a, b) ? 1 : 0) * (reverse ? -1 : 1);
      }).concat(rest);
    },
    string: (value) => isNone(value) ? needs("a value", value) : text(value),
    striptags(value, keepsLines) {
      const bare = short(soft(value)).replace(TAG, "").trim();
      if (!keepsLines) return bare.replace(/\s+/g, " ");
      return bare.replace(/^ +| +$/gm, "").replace(/ +/g, " ").replace(/\r\n/g, "\n").replace(/\n\n\n+/g, "\n\n");
    },
    sum(value, attribute, start = 0) {
      const list = attribute ? items(value).map((item) => look(item, attribute)) : array(value);
      return add(start, list.reduce(add, 0));
    },
    title: (value) => soft(value).split(" ").map(capitalize).join(" "),
    trim: (value) => str(value).trim(),
    truncate(value, length, kills, end) {
      const inner = soft(value);
      const most = number(length || 255);
      if (inner.length <= most) return inner;
      const space = kills ? most : inner.lastIndexOf(" ", most);
      return inner.substring(0, space === -1 ? most : space) + (isNone(end) ? "..." : text(end));
    },
    upper: (value) => soft(value).toUpperCase(),
    urlencode(value) {
      const encode = (part) => {
        try {
          return encodeURIComponent(text(part));
        } catch {
          return fail("half a character cannot be part of an address");
        }
      };
      if (typeof value === "string") return encode(value);
      const pairs = isDict(value) ? Object.entries(value) : Array.isArray(value) ? value : [];
      return pairs.map((pair) => [0, 1].map((at) => encode(look(pair, at))).join("=")).join("&");
    },
    urlize(value, length, nofollow) {
      const most = Number.isNaN(number(length)) ? Infinity : number(length);
      const rel = nofollow === true ? ' rel="nofollow"' : "";
      return short(str(value)).split(/(\s+)/).map((word) => {
        const [, url = word] = /^(?:\(|<|&lt;)?(.*?)(?:\.|,|\)|\n|&gt;)?$/.exec(word) ?? [];
        const link = (address, shown) => `<a href="${address}"${rel}>${shown}</a>`;
        if (/^https?:\/\//.test(url)) return link(url, url.substr(0, most));
        if (url.startsWith("www.")) return link(`http://${url}`, url.substr(0, most));
        if (/^[\w.!#$%&'*+\-/=?^`{|}~]+@[a-z\d-]+(?:\.[a-z\d-]+)+$/i.test(url)) return `<a href="mailto:${url}">${url}</a>`;
        return /\.(?:org|net|com)(?::|\/|$)/.test(url) ? link(`http://${url}`, url.substr(0, most)) : word;
      }).join("");
    },
    wordcount: (value) => soft(value).match(/\w+/g)?.length ?? null,
    parseEntityRef: entityRef,
    parseRepoUrl: repository,
    pick,
    projectSlug(value) {
      const { owner, repo } = repository(value);
      return `${owner}/${repo}`;
    },
  };
  FILTERS.d = FILTERS.default;
  FILTERS.e = FILTERS.escape;
  /** Filters whose arguments may be given by name. */
  const NAMED = { int: ["default", "base"], sort: ["reverse", "case_sensitive", "attribute"] };
  const ESCAPING = ["escape", "e", "forceescape", "safe"];

  const TESTS = {
    callable: (value) => value instanceof Callable,
    defined: (value) => value !== undefined,
    divisibleby: (value, by) => number(value) % number(by) === 0,
    escaped: () => false,
    equalto: (value, other) => value === other,
    even: (value) => number(value) % 2 === 0,
    falsy: (value) => !value,
    ge: OPERATORS[">="],
    greaterthan: OPERATORS[">"],
    iterable: (value) => isNone(value) ? needs("a value", value) : typeof value === "string" || Array.isArray(value),
    le: OPERATORS["<="],
    lessthan: OPERATORS["<"],
    lower: (value) => str(value).toLowerCase() === value,
    mapping: isDict,
    ne: (value, other) => value !== other,
    null: (value) => value === null,
    number: (value) => typeof value === "number",
    odd: (value) => number(value) % 2 === 1,
    string: (value) => typeof value === "string",
    truthy: Boolean,
    undefined: (value) => value === undefined,
    upper: (value) => str(value).toUpperCase() === value,
  };
  Object.assign(TESTS, { eq: TESTS.equalto, sameas: TESTS.equalto, gt: TESTS.greaterthan, lt: TESTS.lessthan });

  const native = (prototype, names) => Object.fromEntries(names.split(" ").map((name) => [name, (value, ...args) => {
    if (args.some((arg) => arg instanceof Pattern)) fail(`\`${name}\` takes no pattern`);
    return prototype[name].apply(value, args);
  }]));
  const needPattern = (value) => value instanceof Pattern ? value : needs("a pattern such as r/a/", value);
  const METHODS = {
    text: {
      ...native(String.prototype, "at charAt charCodeAt concat endsWith includes indexOf lastIndexOf slice startsWith substr substring toLowerCase toString toUpperCase trim trimEnd trimStart"),
      match: (value, pattern) => {
        const found = value.match(needPattern(pattern).on(value));
        return found && [...found];
      },
      padEnd: (value, width, pad) => value.padEnd(count(width, LENGTH), pad),
      padStart: (value, width, pad) => value.padStart(count(width, LENGTH), pad),
      repeat: (value, length) => times(value, Math.floor(count(length, LENGTH, 0))),
      replace: (value, old, other) => old instanceof Pattern ? replacePattern(value, old, text(other)) : replaceText(value, text(old), text(other), 1),
      replaceAll(value, old, other) {
        if (!(old instanceof Pattern)) return replaceText(value, text(old), text(other), Infinity);
        return old.native.global ? replacePattern(value, old, text(other)) : fail("`replaceAll` needs the flag `g`");
      },
      split: (value, separator, most) => value.split(separator instanceof Pattern ? separator.on(value) : separator, most),
    },
    "a list": {
      ...native(Array.prototype, "at slice"),
      concat: (value, ...args) => value.concat(...args),
      includes: (value, item, from) => value.includes(item, number(from)),
      indexOf: (value, item, from = 0) => value.indexOf(item, number(from)),
      join: (value, separator = ",") => joined(value, text(separator)),
      lastIndexOf: (value, item) => value.lastIndexOf(item),
      pop: (value) => value.pop(),
      push(value, ...args) {
        if (args.some((arg) => holds(arg, value))) fail("a list cannot be put into itself");
        return value.push(...args);
      },
      reverse: (value) => value.reverse(),
      toString: (value) => text(value),
    },
    "a number": {
      toFixed: (value, digits = 0) => value.toFixed(count(digits, 100, 0)),
      toString: (value, base) => base === undefined ? String(value) : fail("`toString` takes no base"),
    },
    "a pattern": { test: (value, other) => value.on(text(other)).test(text(other)) },
    "a dict": {},
    "a function": {
      next(value) {
        value.index = value.index + 1 < value.items.length ? value.index + 1 : 0;
        return value.current;
      },
      reset(value) {
        value.index = -1;
      },
    },
    "a boolean": { toString: String },
  };
  /** What Jinja has and Nunjucks has not, for templates of cookiecutter. */
  const JINJA = {
    "a list": {
      append: (value, item) => METHODS["a list"].push(value, item),
      count: (value, item) => value.filter((other) => other === item).length,
      index: (value, item) => value.includes(item) ? value.indexOf(item) : fail("`index` does not find the value"),
    },
    "a dict": {
      get: (value, key, other) => value[text(key)] ?? other,
      has_key: (value, key) => text(key) in value,
      items: (value) => Object.entries(value),
      keys: (value) => Object.keys(value),
      values: (value) => Object.values(value),
    },
  };
  const NAMES = { True: true, False: false, None: null };

  const unnamed = (run) => (args, named) => named.size ? fail(`\`${state.doing}\` takes no arguments by name`) : run(...args);
  const GLOBALS = {
    range: new Callable(unnamed((first, last, by) => {
      const given = last !== undefined;
      const [start, end, size] = [given ? number(first) : 0, number(given ? last : first), given && number(by) ? number(by) : 1];
      if ((end - start) / size > RANGE) fail("`range` gives up to 100,000 numbers");
      const list = [];
      for (let value = start; size > 0 ? value < end : value > end; value += size) list.push(value);
      return list;
    })),
    cycler: new Callable(unnamed((...list) => new Cycler(list))),
    joiner: new Callable(unnamed((separator) => {
      const between = separator ? text(separator) : ",";
      let first = true;
      return new Callable(unnamed(() => {
        const value = first ? "" : between;
        first = false;
        return value;
      }));
    })),
  };

  function add(a, b) {
    const [left, right] = [plain(a), plain(b)];
    return touch(left + right);
  }
  function chosen(value, test = "truthy", arg, wanted) {
    return sequence(value).filter((item) => {
      step();
      return tested(text(test), item, [arg]) === wanted;
    });
  }
  function tested(name, value, args) {
    if (!Object.hasOwn(TESTS, name)) fail(`there is no test \`${name}\`${guess(name, Object.keys(TESTS))}`);
    state.doing = name;
    return TESTS[name](value, ...args);
  }
  function filtered(name, args, named) {
    const list = NAMED[name];
    if (named.size && !list) fail(`\`${name}\` takes no arguments by name`);
    if (list) for (let at = args.length - 1; at < list.length; at++) args.push(named.get(list[at]));
    state.doing = name;
    args.forEach(touch);
    return touch(name === "jsonify" ? dump(...args) : FILTERS[name](...args));
  }
  function method(target, name, args) {
    const what = kind(target);
    const [of, more] = [METHODS, state.settings.cookiecutter ? JINJA : {}].map((table) => Object.hasOwn(table, what) ? table[what] : {});
    if (what === "a function" && !(target instanceof Cycler)) fail("a function has no methods");
    const from = Object.hasOwn(of, name) ? of : Object.hasOwn(more, name) ? more : null;
    if (!from) fail(`${what} has no method \`${name}\`${guess(name, Object.keys({ ...of, ...more }))}`);
    state.doing = name;
    [target, ...args].forEach(touch);
    const given = what === "text" ? args.map((arg) => arg instanceof Pattern ? arg : plain(arg)) : args;
    return touch(from[name](target, ...given));
  }

  // The walk.

  /** Names of a block; a set inside of a loop reaches a name around it. */
  class Scope {
    constructor(parent) {
      this.names = new Map();
      this.parent = parent;
    }
    holding(name) {
      let scope = this;
      while (scope && !scope.names.has(name)) scope = scope.parent;
      return scope;
    }
    get(name) {
      const scope = this.holding(name);
      if (scope) return scope.names.get(name);
      if (state.globals.has(name)) return state.globals.get(name);
      if (Object.hasOwn(state.context, name)) {
        state.globals.set(name, own(state.context[name]));
        return state.globals.get(name);
      }
      if (Object.hasOwn(GLOBALS, name)) return GLOBALS[name];
      return state.settings.cookiecutter && Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    }
    set(name, value) {
      (!this.isolated && this.holding(name) || this).names.set(name, value);
      if (this === state.top) state.globals.set(name, value);
    }
  }

  const value = (node, scope) => inside(() => {
    step();
    return VALUES[node.kind](node, scope);
  });
  const values = (nodes, scope) => nodes.map((node) => value(node, scope));
  function fold(first, rest, scope) {
    return rest.reduce((left, [operator, node]) => {
      const right = value(node, scope);
      if (operator !== "===" && operator !== "!==" || typeof left === "string") [left, right].forEach(touch);
      return touch(OPERATORS[operator](left, right));
    }, first);
  }
  const modulo = (nodes) => nodes.map((node) => ["%", node]);
  const namedOf = (node, scope) => new Map(node.named.map(([name, inner]) => [name, value(inner, scope)]));
  /** A callee as it is written. */
  function written(node) {
    if (node.kind === "name") return node.name;
    if (node.kind !== "member" || node.key.kind !== "literal") return "this";
    return `${written(node.target)}.${text(node.key.value)}`;
  }

  const VALUES = {
    literal: (node) => node.value,
    name: (node, scope) => scope.get(node.name),
    pattern(node) {
      state.at = node.at;
      return node.made ??= new Pattern(node.source, node.flags);
    },
    group: (node, scope) => values(node.items, scope).at(-1),
    list: (node, scope) => values(node.items, scope),
    dict(node, scope) {
      const dict = Object.create(null);
      for (const [key, inner] of node.pairs) dict[key] = value(inner, scope);
      return dict;
    },
    member: (node, scope) => member(value(node.target, scope), value(node.key, scope)),
    slice(node, scope) {
      const list = value(node.target, scope) || [];
      const parts = node.parts.map((part) => part && value(part, scope));
      state.at = node.at;
      state.doing = "[:]";
      const by = isNone(parts[2]) ? 1 : number(parts[2]);
      if (!by) fail("the third part of a slice is not 0");
      const { length } = sequence(list);
      let start = isNone(parts[0]) ? by < 0 ? length - 1 : 0 : number(parts[0]);
      let end = isNone(parts[1]) ? by < 0 ? -1 : length : number(parts[1]);
      if (!isNone(parts[1]) && end < 0) end += length;
      if (start < 0) start += length;
      const found = [];
      for (; start >= 0 && start < length && (by > 0 ? start < end : start > end); start += by) found.push(member(list, start));
      return touch(found);
    },
    call(node, scope) {
      const { callee } = node;
      if (callee.kind === "member") {
        const target = value(callee.target, scope);
        const key = value(callee.key, scope);
        const found = member(target, key);
        if (!isNone(target) && !(found instanceof Callable)) {
          const args = values(node.args, scope);
          state.at = node.at;
          if (node.named.length) fail("methods take no arguments by name");
          return method(target, text(key), args);
        }
        return call(node, found, scope);
      }
      return call(node, value(callee, scope), scope);
    },
    filter(node, scope) {
      state.at = node.at;
      const { name } = node;
      const isKnown = Object.hasOwn(FILTERS, name) || name === "jsonify" && state.settings.cookiecutter;
      if (!isKnown) fail(`there is no filter \`${name}\`${guess(name, Object.keys(FILTERS))}`);
      const args = values(node.args, scope);
      const named = namedOf(node, scope);
      state.at = node.at;
      // What is escaped stays as it is.
      if ((name === "e" || name === "escape") && node.args[0].kind === "filter" && ESCAPING.includes(node.args[0].name)) return args[0];
      return filtered(name, args, named);
    },
    test(node, scope) {
      state.at = node.at;
      const args = [value(node.value, scope), ...values(node.args, scope)];
      state.at = node.at;
      args.forEach(touch);
      return tested(node.name, args[0], args.slice(1)) === true;
    },
    in(node, scope) {
      const [item, list] = [value(node.left, scope), value(node.right, scope)].map(touch);
      if (typeof list === "string") return list.includes(plain(item));
      if (Array.isArray(list)) return list.indexOf(item) >= 0;
      return isDict(list) ? text(item) in list : fail(`\`in\` looks into text, lists and dicts, not ${kind(list)}`);
    },
    not: (node, scope) => !value(node.value, scope),
    and(node, scope) {
      let found;
      for (const item of node.items) if (!(found = value(item, scope))) break;
      return found;
    },
    or(node, scope) {
      let found;
      for (const item of node.items) if ((found = value(item, scope))) break;
      return found;
    },
    chain: (node, scope) => fold(value(node.first, scope), node.rest, scope),
    floor: (node, scope) => node.rest.reduce(
      (left, [by, ...rest]) => Math.floor(fold(left, [["/", by], ...modulo(rest)], scope)),
      fold(value(node.first[0], scope), modulo(node.first.slice(1)), scope),
    ),
    power: (node, scope) => values(node.items, scope).reduce((left, right) => number(left) ** number(right)),
    signed: (node, scope) => number(value(node.value, scope)) * (node.sign === "-" ? -1 : 1),
    choice: (node, scope) => value(value(node.test, scope) ? node.yes : node.no, scope),
    capture: (node, scope) => captured(node.body, scope),
    macro,
  };

  function call(node, callee, scope) {
    const args = values(node.args, scope);
    const named = namedOf(node, scope);
    state.at = node.at;
    const name = written(node.callee);
    if (!(callee instanceof Callable)) fail(callee ? `\`${name}\` is ${kind(callee)} and cannot be called` : `\`${name}\` is not defined and cannot be called`);
    state.doing = name;
    return touch(callee.run(args, named));
  }
  /** A macro sees what is set at the top; the body of a call sees what is around it. */
  function macro(node, scope) {
    return new Callable((args, named) => {
      const inner = new Scope(node.isCaller ? scope : null);
      inner.isolated = true;
      node.names.forEach((name, index) => inner.names.set(name, index < args.length ? args[index] : named.get(name)));
      node.defaults.forEach(([name, other], index) => {
        const place = node.names.length + index;
        inner.names.set(name, place < args.length ? args[place] : named.has(name) ? named.get(name) : value(other, inner));
      });
      if (named.has("caller")) inner.names.set("caller", named.get("caller"));
      return captured(node.body, inner);
    });
  }

  function captured(nodes, scope) {
    const before = state.out;
    state.out = "";
    walk(nodes, scope);
    const { out } = state;
    state.out = before;
    return out;
  }
  function walk(nodes, scope) {
    inside(() => {
      for (const node of nodes) {
        step();
        STATEMENTS[node.kind](node, scope);
      }
    });
  }
  function write(part) {
    state.out += part;
    room(state.out.length);
  }

  const STATEMENTS = {
    text: (node) => write(node.value),
    print(node, scope) {
      state.at = node.at;
      const found = value(node.value, scope);
      if (isNone(found)) return;
      write(touch(text(found)));
    },
    if(node, scope) {
      state.at = node.at;
      const branch = node.branches.find(([test]) => value(test, scope));
      walk(branch ? branch[1] : node.otherwise, scope);
    },
    for(node, scope) {
      state.at = node.at;
      const { names } = node;
      const inner = new Scope(scope);
      const list = value(node.value, inner);
      const pairs = names.length > 1 && (isDict(list) || typeof list === "string");
      const keys = pairs ? Object.keys(list) : [];
      const length = pairs ? keys.length : list ? sequence(list).length : 0;
      const count = () => Array.isArray(list) ? list.length : length;
      for (let index = 0; index < count(); index++) {
        step();
        const item = pairs ? [keys[index], member(list, keys[index])] : list[index];
        if (names.length === 1) inner.names.set(names[0], item);
        else {
          state.at = node.at;
          if (isNone(item)) fail(`\`for\` cannot take ${kind(item)} apart`);
          names.forEach((name, at) => inner.names.set(name, member(item, at)));
        }
        inner.names.set("loop", Object.assign(Object.create(null), {
          index: index + 1,
          index0: index,
          revindex: length - index,
          revindex0: length - index - 1,
          first: index === 0,
          last: index === length - 1,
          length,
        }));
        walk(node.body, inner);
      }
      if (!length) walk(node.otherwise, inner);
    },
    set(node, scope) {
      state.at = node.at;
      const found = value(node.value, scope);
      for (const name of node.names) scope.set(name, found);
    },
    macro(node, scope) {
      const found = macro(node, scope);
      if (scope === state.top) state.globals.set(node.name, found);
      scope.names.set(node.name, found);
    },
    switch(node, scope) {
      state.at = node.at;
      const found = value(node.value, scope);
      let at = node.cases.findIndex(([test]) => value(test, scope) === found);
      // An empty case leads on to the next one.
      while (at >= 0 && at < node.cases.length && !node.cases[at][1].length) at++;
      walk(at < 0 || at === node.cases.length ? node.otherwise : node.cases[at][1], scope);
    },
  };

  /** Runs under fresh limits and says where a fault is. */
  function guarded(source, context, settings, run) {
    const outer = state;
    state = { context, settings, globals: new Map(), steps: 0, depth: 0, at: 0, out: "", doing: "" };
    state.top = new Scope(null);
    try {
      return run(parse(source, settings));
    } catch (error) {
      if (error instanceof Fault) {
        const lines = source.slice(0, error.at ?? state.at).split("\n");
        error.line = lines.length;
        error.column = lines.at(-1).length + 1;
      }
      throw error;
    } finally {
      state = outer;
    }
  }
  function render(source, context, settings = {}) {
    return guarded(source, context, settings, (nodes) => captured(nodes, state.top).toWellFormed());
  }
  function only(source, context, settings = {}) {
    return guarded(source, context, settings, (nodes) => {
      if (nodes.length !== 1 || nodes[0].kind !== "print") return captured(nodes, state.top).toWellFormed();
      state.at = nodes[0].at;
      const json = dump(value(nodes[0].value, state.top));
      return json === undefined ? undefined : JSON.parse(json, (key, item) => typeof item === "string" ? item.toWellFormed() : item);
    });
  }

  globalThis.callboard.language = {
    Fault,
    render,
    value: only,
    isTrue: (found) => Boolean(found) && !(Array.isArray(found) && found.length === 0),
  };
})();
