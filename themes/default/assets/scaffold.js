// Makes files from a template and answers: the steps that need no server, what is left to do, and the zip. The command
// line does the same (src/scaffolder); tests hold both equal, byte by byte.
//
// Names and values come from repositories: mappings have no prototype, and paths are checked where files are put.
"use strict";
(() => {
  const { language } = globalThis.callboard;
  const MAX_FILES = 5000;
  const MAX_BYTES = 50 << 20;
  const LONGEST_PATH = 1000;
  const MOST_ROUNDS = 1000;
  const encoder = new TextEncoder();
  const has = (map, key) => map !== null && typeof map === "object" && Object.hasOwn(map, key);
  const get = (map, key) => (has(map, key) ? map[key] : undefined);
  const isMap = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  const dict = (entries = []) => {
    const map = Object.create(null);
    for (const [key, value] of entries) map[key] = value;
    return map;
  };
  const textOf = (map, key) => { const value = get(map, key); return typeof value === "string" ? value : undefined; };
  const textsOf = (map, key) => { const value = get(map, key); return Array.isArray(value) ? value.filter((item) => typeof item === "string") : []; };
  const isOn = (map, key) => get(map, key) === true;
  function fail(message) { throw new Error(message); }
  const needed = (input, key) => textOf(input, key) ?? fail(`\`${key}\` is missing`);
  /** The order of UTF-8, which is that of code points. */
  function order(a, b) {
    const isHalf = (unit) => unit >= 0xd800 && unit <= 0xdfff;
    for (let at = 0; at < Math.min(a.length, b.length); at++) {
      const [x, y] = [a.charCodeAt(at), b.charCodeAt(at)];
      if (x !== y) return isHalf(x) === isHalf(y) ? x - y : isHalf(x) ? 1 : -1;
    }
    return a.length - b.length;
  }
  /** A name from outside, short and without control characters. */
  function shown(text) {
    const letters = [...text];
    return letters.slice(0, 80).map((c) => (c < " " ? " " : c)).join("") + (letters.length > 80 ? "…" : "");
  }
  const line = (text) => text.replace(/[\u0000-\u001f\u007f]/g, " ");
  const fileName = (path) => path.slice(path.lastIndexOf("/") + 1);
  const parent = (path) => path.slice(0, Math.max(path.lastIndexOf("/"), 0));

  // ---- Paths of the bundle and of the workspace.

  function join(base, target) {
    if (/[\\\0]/.test(target)) return undefined;
    const parts = [];
    for (const part of (target.startsWith("/") ? target.slice(1) : `${base}/${target}`).split("/")) {
      if (part === "..") {
        if (parts.pop() === undefined) return undefined;
      } else if (part !== "" && part !== ".") parts.push(part);
    }
    return parts.join("/");
  }
  const RESERVED = /^(?:aux|con|nul|prn|com[1-9]|lpt[1-9])$/;
  const isPortable = (name) =>
    !/[\u0000-\u001f\u007f\\:*?"<>|]/.test(name) && !/[. ]$/.test(name)
    && !RESERVED.test(name.split(".")[0].replace(/[A-Z]/g, (c) => c.toLowerCase())) && !/^\.git$/i.test(name);
  /** A path below the workspace, `.` and `..` resolved; empty for the workspace itself. */
  function inside(path) {
    const outside = () => fail(`\`${shown(path)}\` is outside of the workspace`);
    if (path.startsWith("/")) outside();
    const parts = [];
    for (const part of path.split("/")) {
      if (part === "" || part === ".") continue;
      if (part === "..") {
        if (parts.pop() === undefined) outside();
      } else if (isPortable(part)) parts.push(part);
      else fail(`\`${shown(part)}\` is no name that every system can write`);
    }
    const clean = parts.join("/");
    if (encoder.encode(clean).length > LONGEST_PATH) fail(`\`${shown(clean)}\` is too long for a path`);
    return clean;
  }
  const child = (folder, path) => inside(folder === "" ? path : `${folder}/${path}`);

  class Workspace {
    files = new Map();
    size = 0;
    /** The file, or the files below the folder, of that name; all without one. */
    at(path = "") {
      return [...this.files.keys()].filter((file) => path === "" || file === path || file.startsWith(`${path}/`)).sort(order);
    }
    put(target, file) {
      const path = inside(target);
      if (path === "") fail("a file needs a name");
      for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) {
        const above = path.slice(0, at);
        if (this.files.has(above)) fail(`\`${shown(path)}\` cannot lie below the file \`${shown(above)}\``);
      }
      if (!this.files.has(path) && this.at(path).length > 0) fail(`\`${shown(path)}\` is a folder already`);
      this.size += file.size - (this.files.get(path)?.size ?? 0);
      this.files.set(path, file);
      if (this.files.size > MAX_FILES) fail(`more than ${MAX_FILES} files`);
      if (this.size > MAX_BYTES) fail(`more than ${MAX_BYTES >> 20} MiB of files`);
    }
    remove(path) {
      const file = this.files.get(path);
      if (file) this.size -= file.size;
      this.files.delete(path);
      return file;
    }
  }
  /** Text, or bytes of what is no text. */
  const ofText = (text, executable = false) => ({ text, executable, size: encoder.encode(text).length });
  const ofBytes = (bytes, executable) => ({ bytes, executable, size: bytes.length });
  const bytesOf = (file) => file.bytes ?? encoder.encode(file.text);

  /** The bundle of a template as its page reads it. */
  function open(data) {
    const files = new Map(data.files.map(([path, executable, text, encoded]) => [path, text === null
      ? ofBytes(Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0)), executable === 1)
      : ofText(text, executable === 1)]));
    return { ...data, files };
  }
  function below(bundle, folder) {
    const prefix = folder === "" ? "" : `${folder}/`;
    return [...bundle.files.keys()].filter((path) => path.startsWith(prefix)).map((path) => [path.slice(prefix.length), bundle.files.get(path)]);
  }
  /** The file or folder that a rendered `url` of a step means, if it is here. */
  function locate(bundle, url) {
    let path;
    if (url.includes("://")) {
      const address = url.replace(/\/+$/, "");
      for (const [start, folder] of bundle.addresses) {
        if (address !== start && !address.startsWith(`${start}/`)) continue;
        path = join(folder, address.slice(start.length + 1));
        break;
      }
    } else path = join(parent(bundle.path), url);
    return path !== undefined && (bundle.files.has(path) || below(bundle, path).length > 0) ? path : undefined;
  }

  // ---- Patterns of files: `*`, `?`, `**`, `[a-z]`, `{a,b}`. Matching never goes back more than one star.

  function alternatives(pattern, depth = 0) {
    let open = -1, level = 0;
    for (let at = 0; at < pattern.length; at++) {
      const c = pattern[at];
      if (c === "\\") at++;
      else if (c === "{" && level++ === 0) open = at;
      else if (c === "}" && (level === 0 || --level === 0)) {
        if (open < 0) return fail("");
        const parts = [];
        let start = open + 1, inner = 0;
        for (let i = open + 1; i <= at; i++) {
          if (pattern[i] === "\\") i++;
          else if (pattern[i] === "{") inner++;
          else if (pattern[i] === "}" && i < at) inner--;
          else if ((pattern[i] === "," && inner === 0) || i === at) { parts.push(pattern.slice(start, i)); start = i + 1; }
        }
        if (depth > 8 || parts.length > 64) fail("");
        return parts.flatMap((part) => alternatives(pattern.slice(0, open) + part + pattern.slice(at + 1), depth + 1));
      }
    }
    return level > 0 ? fail("") : [pattern];
  }
  /** The signs of one part of a path: letters, `*`, `?` and classes. */
  function signs(part) {
    const found = [];
    const letters = [...part];
    for (let at = 0; at < letters.length; at++) {
      const c = letters[at];
      if (c === "\\") {
        if (++at >= letters.length) fail("");
        found.push({ is: letters[at] });
      } else if (c === "*") {
        if (found.at(-1)?.star !== true) found.push({ star: true });
      } else if (c === "?") found.push({ any: true });
      else if (c === "[") {
        const not = letters[at + 1] === "!" || letters[at + 1] === "^";
        if (not) at++;
        const ranges = [];
        for (let first = true; ; first = false) {
          if (++at >= letters.length) fail("");
          if (letters[at] === "]" && !first) break;
          const from = letters[at];
          const isRange = letters[at + 1] === "-" && at + 2 < letters.length && letters[at + 2] !== "]";
          const to = isRange ? letters[at += 2] : from;
          if (order(from, to) > 0) fail("");
          ranges.push([from, to]);
        }
        found.push({ not, ranges });
      } else found.push({ is: c });
    }
    return found;
  }
  const fits = (sign, c) => sign.any || sign.is === c
    || (sign.ranges !== undefined && sign.ranges.some(([from, to]) => order(from, c) <= 0 && order(c, to) <= 0) !== sign.not);
  function partMatches(pattern, text) {
    const letters = [...text];
    let [at, sign, star, from] = [0, 0, -1, 0];
    while (at < letters.length) {
      if (sign < pattern.length && pattern[sign].star) [star, from] = [sign++, at];
      else if (sign < pattern.length && fits(pattern[sign], letters[at])) { sign++; at++; }
      else if (star >= 0) [sign, at] = [star + 1, ++from];
      else return false;
    }
    while (sign < pattern.length && pattern[sign].star) sign++;
    return sign === pattern.length;
  }
  function glob(text) {
    const patterns = alternatives(text).map((one) => one.split("/").map((part) => (part === "**" ? "**" : signs(part))));
    return (path) => {
      const parts = path.split("/");
      return patterns.some((pattern) => {
        // Which ends of the path the rest of the pattern matches, from the back.
        let ends = parts.map(() => false).concat([true]);
        for (let at = pattern.length - 1; at >= 0; at--) {
          const before = ends.map(() => false);
          for (let part = parts.length; part >= 0; part--) {
            if (pattern[at] === "**") before[part] = (at + 1 < pattern.length && ends[part]) || (part < parts.length && (before[part + 1] || (at + 1 === pattern.length)));
            else before[part] = part < parts.length && ends[part + 1] && partMatches(pattern[at], parts[part]);
          }
          ends = before;
        }
        return ends[0];
      });
    };
  }
  /** Whether a list of patterns means a file, or a folder above it; those that begin with `!` leave out. */
  function globs(patterns) {
    const compiled = patterns.map((pattern) => {
      const without = pattern.startsWith("!");
      const text = (without ? pattern.slice(1) : pattern).replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
      try {
        return { without, matches: glob(text) };
      } catch {
        return fail(`\`${shown(without ? pattern.slice(1) : pattern)}\` is no pattern of files`);
      }
    });
    return (path) => {
      const all = [path];
      for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) all.push(path.slice(0, at));
      const reaches = ({ matches }) => all.some(matches);
      return compiled.some((one) => !one.without && reaches(one)) && !compiled.some((one) => one.without && reaches(one));
    };
  }

  // ---- YAML.

  const isControl = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/;
  const WORDS = new Set(["", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n"]);
  const lower = (text) => text.replace(/[A-Z]/g, (c) => c.toLowerCase());
  function isNumber(text) {
    const rest = text.replace(/^[+\-.]+/, "");
    return (rest.length < text.length && /^(?:inf|nan)$/i.test(rest)) || /^[0-9][0-9a-fxo_.:+-]*$/i.test(rest);
  }
  const isPlain = (text) => !isControl.test(text) && !WORDS.has(lower(text)) && !/^[-?:,[\]{}#&*!|>'"%@`= \t]/.test(text)
    && !/[ :]$/.test(text) && !text.includes(": ") && !text.includes(" #") && !isNumber(text);
  const scalar = (text) => (isPlain(text) ? text : JSON.stringify(text));
  const isBlock = (text) => text.includes("\n") && !/^[ \n\t]/.test(text) && !text.endsWith("\n\n") && !isControl.test(text.replace(/[\n\t]/g, ""));
  function yamlNode(value, depth) {
    const indent = "  ".repeat(depth);
    if (Array.isArray(value)) {
      if (value.length === 0) return " []";
      return value.map((item) => {
        const inner = yamlNode(item, depth + 1);
        return `\n${indent}-${isMap(item) && Object.keys(item).length > 0 ? ` ${inner.trimStart()}` : inner}`;
      }).join("");
    }
    if (isMap(value)) {
      const keys = Object.keys(value);
      return keys.length === 0 ? " {}" : keys.map((key) => `\n${indent}${scalar(key)}:${yamlNode(value[key], depth + 1)}`).join("");
    }
    if (typeof value !== "string") return ` ${JSON.stringify(value ?? null)}`;
    if (!isBlock(value)) return ` ${scalar(value)}`;
    const isWhole = value.endsWith("\n");
    const lines = (isWhole ? value.slice(0, -1) : value).split("\n");
    return ` |${isWhole ? "" : "-"}${lines.map((one) => (one === "" ? "\n" : `\n${indent}${one}`)).join("")}`;
  }
  function yaml(value) {
    const text = yamlNode(value, 0);
    return `${text.startsWith("\n") ? text.slice(1) : text.replace(/^ +/, "")}\n`;
  }

  // ---- Actions.

  /** How files are rendered. */
  function rendering(input, settings) {
    const values = get(input, "values") ?? dict();
    const cookiecutter = isOn(input, "cookiecutterCompat");
    const extension = get(input, "templateFileExtension");
    const ending = extension === true ? ".njk" : typeof extension === "string" && extension !== "" ? extension : undefined;
    const asTheyAre = textsOf(input, "copyWithoutTemplating");
    if (ending !== undefined && (asTheyAre.length > 0 || cookiecutter)) {
      fail("`templateFileExtension` goes with neither `copyWithoutTemplating` nor `cookiecutterCompat`");
    }
    const context = dict([[cookiecutter ? "cookiecutter" : "values", values]]);
    const own = { ...settings, cookiecutter, trimBlocks: isOn(input, "trimBlocks"), lstripBlocks: isOn(input, "lstripBlocks") };
    const isKept = globs(asTheyAre);
    function render(what, text) {
      try {
        return language.render(text, context, own);
      } catch (fault) {
        if (!(fault instanceof language.Fault)) throw fault;
        return fail(`\`${shown(what)}\` cannot be rendered: ${fault.message} in line ${fault.line}, column ${fault.column}`);
      }
    }
    const made = {
      replace: isOn(input, "replace"),
      put(workspace, target, path, file, isRendered) {
        if (workspace.files.has(target) && !made.replace) return;
        workspace.put(target, isRendered && file.text !== undefined ? ofText(render(path, file.text), file.executable) : file);
      },
      file(workspace, folder, path, file) {
        const rest = ending !== undefined && path.endsWith(ending) ? path.slice(0, -ending.length) : undefined;
        const cut = rest !== undefined && fileName(rest) !== "" ? rest : undefined;
        const isRendered = ending === undefined ? !isKept(path) : cut !== undefined;
        const name = render(path, cut ?? path);
        // This is how an `if` in a name leaves a file or a folder out.
        if (name === "" || name.startsWith("/") || name.includes("//")) return;
        made.put(workspace, child(folder, name), path, file, isRendered);
      },
    };
    return made;
  }
  function fetched({ bundle }, input) {
    const url = needed(input, "url");
    return locate(bundle, url)
      ?? fail(`\`${shown(url)}\` is not among the files of the template; it would have to be fetched from somewhere else`);
  }
  const folderOf = (bundle, folder) => below(bundle, folder).filter(([path]) => !path.startsWith("@"));
  const fileOf = (bundle, path) => bundle.files.get(path) ?? fail(`\`${shown(path)}\` is a folder`);
  const target = (input) => inside(textOf(input, "targetPath") ?? "./");
  const canonical = (ref, kind = "component", namespace = "default") => {
    const colon = ref.indexOf(":");
    const [ofKind, rest] = colon < 0 ? [kind, ref] : [ref.slice(0, colon), ref.slice(colon + 1)];
    const slash = rest.indexOf("/");
    const [ofNamespace, name] = slash < 0 ? [namespace, rest] : [rest.slice(0, slash), rest.slice(slash + 1)];
    return `${ofKind}:${ofNamespace}/${name}`.toLowerCase();
  };
  const ACTIONS = new Map(Object.entries({
    "catalog:fetch"(task, input) {
      const fetch = (ref) => {
        const key = canonical(ref, textOf(input, "defaultKind"), textOf(input, "defaultNamespace"));
        const found = task.entities.get(key);
        if (found === undefined) task.wanted.add(key);
        if (found === undefined && !isOn(input, "optional")) fail(`the catalog has no \`${shown(ref)}\``);
        return found ?? null;
      };
      const output = dict();
      const ref = textOf(input, "entityRef");
      if (ref !== undefined) output.entity = fetch(ref);
      if (has(input, "entityRefs")) output.entities = textsOf(input, "entityRefs").map(fetch);
      return Object.keys(output).length > 0 ? output : fail("`entityRef` is missing");
    },
    "catalog:write"({ bundle, workspace }, input) {
      const path = inside(textOf(input, "filePath") ?? "catalog-info.yaml");
      const entity = get(input, "entity");
      if (!isMap(entity)) fail("`entity` is missing");
      const written = dict(Object.entries(entity));
      const metadata = get(entity, "metadata");
      if (isMap(metadata)) {
        const annotations = get(metadata, "annotations") ?? dict();
        const marked = isMap(annotations) ? dict([...Object.entries(annotations), ["backstage.io/source-template", bundle.reference]]) : annotations;
        written.metadata = dict([...Object.entries(metadata), ["annotations", marked]]);
      }
      workspace.put(path, ofText(yaml(written)));
    },
    "debug:log"({ workspace, log }, input) {
      const message = textOf(input, "message");
      if (message !== undefined) log.push(message);
      const list = get(input, "listWorkspace");
      if (typeof list === "boolean" || typeof list === "string") log.push(...(list === false ? [] : workspace.at()));
    },
    "debug:wait"() {},
    "fetch:plain"(task, input) {
      const [from, folder] = [fetched(task, input), target(input)];
      for (const [path, file] of folderOf(task.bundle, from)) task.workspace.put(child(folder, path), file);
    },
    "fetch:plain:file"(task, input) {
      const [from, to] = [fetched(task, input), inside(needed(input, "targetPath"))];
      task.workspace.put(to, fileOf(task.bundle, from));
    },
    "fetch:template"(task, input) {
      const [from, folder] = [fetched(task, input), target(input)];
      const made = rendering(input, task.settings);
      for (const [path, file] of folderOf(task.bundle, from)) made.file(task.workspace, folder, path, file);
    },
    "fetch:template:file"(task, input) {
      const [from, to] = [fetched(task, input), inside(needed(input, "targetPath"))];
      const made = rendering(input, task.settings);
      made.put(task.workspace, to, from, fileOf(task.bundle, from), true);
    },
    "fs:delete"({ workspace }, input) {
      const reach = globs(textsOf(input, "files"));
      for (const path of workspace.at().filter(reach)) workspace.remove(path);
    },
    "fs:readdir"({ workspace }, input) {
      const [files, folders] = [[], new Map()];
      const deep = isOn(input, "recursive");
      for (const written of has(input, "paths") ? textsOf(input, "paths") : ["./"]) {
        const folder = inside(written);
        for (const path of workspace.at(folder)) {
          const rest = path.slice(folder.length).replace(/^\/+/, "");
          if (deep || !rest.includes("/")) files.push(dict([["name", fileName(path)], ["path", folder], ["fullPath", path]]));
          for (let at = rest.indexOf("/"); at >= 0; at = deep ? rest.indexOf("/", at + 1) : -1) {
            folders.set(`${folder}\0${rest.slice(0, at)}`, [folder, rest.slice(0, at)]);
          }
        }
      }
      const rows = [...folders.values()].sort(([a, b], [c, d]) => order(a, c) || order(b, d));
      return dict([["files", files], ["folders", rows.map(([folder, rest]) =>
        dict([["name", fileName(rest)], ["path", folder], ["fullPath", child(folder, rest)]]))]]);
    },
    "fs:rename"({ workspace }, input) {
      const rows = get(input, "files");
      for (const row of Array.isArray(rows) ? rows : []) {
        if (!isMap(row)) fail("`files` is no list of mappings");
        const [from, to] = [inside(needed(row, "from")), inside(needed(row, "to"))];
        const paths = workspace.at(from);
        if (paths.length === 0) fail(`there is no \`${shown(from)}\``);
        const inTheWay = workspace.at(to);
        if (inTheWay.length > 0 && !isOn(row, "overwrite")) fail(`there is \`${shown(to)}\` already`);
        const moved = paths.map((path) => [path, workspace.remove(path)]);
        for (const path of inTheWay) workspace.remove(path);
        for (const [path, file] of moved) workspace.put(to + path.slice(from.length), file);
      }
    },
    "workspace:template"({ workspace, settings }, input) {
      const from = inside(textOf(input, "sourcePath") ?? "./");
      const folder = textOf(input, "targetPath") === undefined ? from : target(input);
      const made = rendering(input, settings);
      made.replace = true;
      for (const path of workspace.at(from)) {
        const file = workspace.files.get(path);
        if (file === undefined) continue;
        if (folder === from) workspace.remove(path);
        made.file(workspace, folder, path.slice(from.length).replace(/^\/+/, ""), file);
      }
    },
    "workspace:template:file"({ workspace, settings }, input) {
      const from = inside(needed(input, "sourcePath"));
      const to = textOf(input, "targetPath") === undefined ? from : target(input);
      const made = rendering(input, settings);
      made.replace = true;
      made.put(workspace, to, from, workspace.files.get(from) ?? fail(`there is no file \`${shown(from)}\``), true);
    },
  }));

  // ---- Steps.

  /** A value with each of its strings rendered. What cannot be rendered stays as it is. */
  function rendered(value, context, settings) {
    if (typeof value === "string") {
      try {
        return language.value(value, context, settings);
      } catch {
        return value;
      }
    }
    if (Array.isArray(value)) return value.map((item) => rendered(item, context, settings) ?? null);
    if (!isMap(value)) return value;
    return dict(Object.entries(value).map(([key, item]) => [key, rendered(item, context, settings)]).filter(([, item]) => item !== undefined));
  }
  function rounds(each) {
    const all = Array.isArray(each) ? each.map((item, at) => [at, item]) : isMap(each) ? Object.entries(each)
      : fail("`each` is neither a list nor a mapping");
    return all.length > MOST_ROUNDS ? fail(`\`each\` has more than ${MOST_ROUNDS} items`) : all;
  }
  /** Names of fields that hide what is typed and are parameters all the same: a `password` widget, which is no `Secret`. */
  function passwords(schema, found, depth) {
    if (schema === null || typeof schema !== "object" || depth >= 24) return;
    const properties = Array.isArray(schema) ? undefined : get(schema, "properties");
    for (const [name, property] of isMap(properties) ? Object.entries(properties) : []) {
      if (get(property, "ui:widget") === "password" && get(property, "ui:field") !== "Secret") found.add(name);
    }
    for (const value of Object.values(schema)) passwords(value, found, depth + 1);
  }
  /** What came of the answers: files, steps, links, texts, what is left to do, and why it failed. */
  function run(bundle, given) {
    const { values, secrets = dict(), entities = new Map() } = given;
    const settings = { hosts: bundle.hosts };
    const hidden = new Set();
    passwords(bundle.parameters, hidden, 0);
    const contextOf = (ofSecrets) => dict([
      ["parameters", dict([...Object.entries(values), ...Object.entries(ofSecrets).filter(([name]) => hidden.has(name))])], ["steps", dict()], ["secrets", ofSecrets], ["user", dict()],
      ["environment", dict([["parameters", dict()], ["secrets", dict()]])], ["context", dict([["task", dict([["id", "callboard"]])]])],
    ]);
    const context = contextOf(secrets);
    const veiled = contextOf(dict(Object.keys(secrets).map((name) => [name, `<secret ${name}>`])));
    const outcome = { files: new Map(), steps: [], links: [], texts: [], next: [], log: [], wanted: new Set(), fault: undefined };
    const task = { bundle, entities, workspace: new Workspace(), settings, log: outcome.log, wanted: outcome.wanted };
    const textIn = (text) => {
      const value = rendered(text, veiled, settings);
      return typeof value === "string" ? value : JSON.stringify(value ?? null);
    };
    function isWanted(step) {
      const condition = get(step, "if");
      if (typeof condition === "boolean") return condition;
      if (typeof condition !== "string") return true;
      try {
        return language.isTrue(language.value(condition.replaceAll("always()", "true").replaceAll("failure()", "false"), context, settings));
      } catch {
        return true;
      }
    }
    /** Whether a step fetches what only a network has. */
    function isElsewhere(step, action) {
      const written = textOf(get(step, "input") ?? null, "url");
      if (!action.startsWith("fetch:") || written === undefined) return false;
      const url = textIn(written);
      return url.includes("://") && locate(bundle, url) === undefined;
    }
    function act(step, name, action) {
      const known = isElsewhere(step, action) ? undefined : ACTIONS.get(action);
      const read = rendered(get(step, "input"), known ? context : veiled, settings);
      const input = isMap(read) ? read : dict();
      if (known) return ["done", known(task, input) ?? dict()];
      const { step: next, output } = globalThis.callboard.nextStep(action, name, input, bundle, yaml);
      outcome.next.push(next);
      return ["next", output];
    }
    function keep(id, output) {
      for (const one of [context, veiled]) one.steps[id] = dict([["output", output]]);
    }
    function runStep(step, id, name, action) {
      if (!has(step, "each")) {
        if (!isWanted(step)) return "skipped";
        const [state, output] = act(step, name, action);
        keep(id, output);
        return state;
      }
      const outputs = dict();
      let state = "skipped";
      for (const [key, value] of rounds(rendered(step.each, context, settings) ?? null)) {
        for (const one of [context, veiled]) one.each = dict([["key", key], ["value", value]]);
        if (!isWanted(step)) continue;
        const [ended, output] = act(step, name, action);
        state = ended;
        for (const [key, value] of Object.entries(output)) (outputs[key] ??= []).push(value);
      }
      for (const one of [context, veiled]) delete one.each;
      keep(id, outputs);
      return state;
    }
    for (const [at, step] of bundle.steps.entries()) {
      const id = textOf(step, "id") ?? `step-${at + 1}`;
      const action = textOf(step, "action") ?? "";
      const written = textOf(step, "name");
      const name = written === undefined ? id : textIn(written);
      let state;
      try {
        state = runStep(step, id, name, action);
      } catch (fault) {
        state = "failed";
        outcome.fault = `${name}: ${fault.message}`;
      }
      outcome.steps.push({ id, name, action, state });
      if (state === "failed") break;
    }
    const items = (key) => {
      const all = get(bundle.output, key);
      return (Array.isArray(all) ? all : []).filter(isWanted).map((item) => rendered(item, veiled, settings));
    };
    outcome.links = items("links")
      .map((item) => ({ title: textOf(item, "title") ?? "", url: textOf(item, "url") ?? "", reference: textOf(item, "entityRef") ?? "" }))
      .filter(({ url, reference }) => url !== "" || reference !== "");
    outcome.texts = items("text").map((item) => ({ title: textOf(item, "title") ?? "", content: textOf(item, "content") ?? "" }))
      .filter(({ content }) => content !== "");
    outcome.files = task.workspace.files;
    return outcome;
  }
  /** The files, with the answers and what to do next beside them, by path. */
  function result(bundle, given, outcome) {
    const files = new Map(outcome.files);
    const answers = dict([["template", bundle.reference], ["source", bundle.web || bundle.repo], ["commit", bundle.commit], ["values", dict(Object.entries(given.values).sort(([a], [b]) => order(a, b)))]]);
    const add = (path, text) => { if (!files.has(path)) files.set(path, ofText(text)); };
    add(".callboard-answers.yaml", `# What these files were made from. \`callboard template status\` reads it.\n${yaml(answers)}`);
    if (outcome.next.length > 0) add("NEXT-STEPS.md", globalThis.callboard.nextSteps(bundle, outcome.next));
    return new Map([...files].sort(([a], [b]) => order(a, b)));
  }

  // ---- The zip: nothing is compressed, so that the same files are the same bytes in every browser.

  let table;
  function checksum(bytes) {
    table ??= Uint32Array.from({ length: 256 }, (_, at) => {
      let value = at;
      for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
      return value;
    });
    let sum = 0xffffffff;
    for (const byte of bytes) sum = table[(sum ^ byte) & 255] ^ (sum >>> 8);
    return (sum ^ 0xffffffff) >>> 0;
  }
  /** `files` in one folder, as parts of a file. Executable files say so. */
  function zip(files, folder) {
    const [parts, directory] = [[], []];
    let offset = 0;
    const bytes = (...fields) => {
      const out = new Uint8Array(fields.reduce((size, [width]) => size + width, 0));
      const view = new DataView(out.buffer);
      let at = 0;
      for (const [width, value] of fields) {
        if (width === 2) view.setUint16(at, value, true); else view.setUint32(at, value, true);
        at += width;
      }
      return out;
    };
    // 1980-01-01, the first day that a zip knows.
    const DATE = 33;
    // Names are UTF-8.
    const FLAGS = 0x0800;
    for (const [path, file] of files) {
      const [name, body] = [encoder.encode(`${folder}/${path}`), bytesOf(file)];
      const common = [[2, 20], [2, FLAGS], [2, 0], [2, 0], [2, DATE], [4, checksum(body)], [4, body.length], [4, body.length], [2, name.length], [2, 0]];
      const head = bytes([4, 0x04034b50], ...common);
      parts.push(head, name, body);
      const mode = file.executable ? 0o100755 : 0o100644;
      directory.push(bytes([4, 0x02014b50], [2, 0x0314], ...common, [2, 0], [2, 0], [2, 0], [4, (mode << 16) >>> 0], [4, offset]), name);
      offset += head.length + name.length + body.length;
    }
    const size = directory.reduce((sum, part) => sum + part.length, 0);
    const end = bytes([4, 0x06054b50], [2, 0], [2, 0], [2, files.size], [2, files.size], [4, size], [4, offset], [2, 0]);
    return [...parts, ...directory, end];
  }

  globalThis.callboard.scaffold = { open, run, result, zip, bytesOf, yaml, glob };
})();
