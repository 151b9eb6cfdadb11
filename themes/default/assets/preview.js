// What a template makes of the answers, while they are typed: its files, what is left to do, and the zip.
"use strict";
(() => {
  const { root, el, icon, t } = globalThis.callboard;
  const host = document.getElementById("form");
  if (!host?.dataset.bundle) return;
  const reference = document.querySelector("[data-entity]").dataset.entity;
  const MOST_LINES = 2000;
  const label = JSON.parse(document.getElementById("template-data").textContent).labels?.createButtonText;

  // ---- The engine comes with the first answer.

  const bundles = new Map();
  const entities = new Map();
  /** Entities that were asked for. */
  const asked = new Set();
  const before = globalThis.callboardData;
  globalThis.callboardData = (family, key, value) => {
    if (family === "templates") bundles.set(key, JSON.parse(value));
    else if (family === "entities") entities.set(key, JSON.parse(value));
    else before?.(family, key, value);
  };
  let bundle;
  async function ready() {
    if (bundle) return bundle;
    await globalThis.callboardLoad("assets/template-language.js");
    await Promise.all(["assets/scaffold.js", "assets/next-steps.js", host.dataset.bundle].map(globalThis.callboardLoad));
    bundle = globalThis.callboard.scaffold.open(bundles.get(reference));
    return bundle;
  }
  /** Runs the template, again where it wants entities of the catalog. */
  async function make(values, secrets) {
    const { scaffold } = globalThis.callboard;
    for (;;) {
      const outcome = scaffold.run(bundle, { values, secrets, entities });
      const wanted = [...outcome.wanted].filter((ref) => !entities.has(ref) && !asked.has(ref));
      if (wanted.length === 0) return outcome;
      await Promise.all(wanted.map(async (ref) => {
        asked.add(ref);
        const [, kind, namespace, name] = /^([^:]+):([^/]+)\/(.+)$/.exec(ref) ?? [];
        if (name) await globalThis.callboardLoad(`data/entities/${kind}/${namespace}/${name}.js`).catch(() => {});
      }));
    }
  }

  // ---- One file, with its words in colour.

  const WORDS = /^(?:and|as|async|await|break|case|class|const|continue|def|do|elif|else|enum|export|extends|false|fn|for|from|func|function|go|if|impl|import|in|interface|let|match|module|mut|new|nil|none|not|null|or|package|private|protected|pub|public|return|self|static|struct|switch|this|throw|trait|true|try|type|use|var|while|with|yield)$/i;
  const TOKEN = /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`\n]*`)|((?<=^|\s)(?:#|\/\/|--\s).*$|\/\*.*?\*\/|<!--.*?-->)|(^\s*(?:- )?[\w."/-]+(?=:(?:\s|$)))|(\b\d[\w.]*)|([A-Za-z_]\w*)/g;
  // As the highlighter of pages names them.
  const CLASSES = [, "s", "c", "t", "n", "k"];
  const LONGEST_LINE = 1000;
  const PROSE = /(?:^|\/)(?:[^.\/]+|[^\/]*\.(?:md|mdx|txt|rst|adoc|csv|svg))$/i;
  function coloured(text) {
    if (text.length > LONGEST_LINE || PROSE.test(shown.path)) return [text];
    const nodes = [];
    let at = 0;
    for (const match of text.matchAll(TOKEN)) {
      const kind = match.findIndex((part, group) => group > 0 && part !== undefined);
      if (CLASSES[kind] === "k" && !WORDS.test(match[0])) continue;
      nodes.push(text.slice(at, match.index), el("span", { class: CLASSES[kind] }, match[0]));
      at = match.index + match[0].length;
    }
    nodes.push(text.slice(at));
    return nodes.filter((node) => node !== "");
  }
  /** The first and the last line that differ from what was there before. */
  function changedLines(lines, old) {
    if (old === undefined) return [0, -1];
    const was = old.split("\n");
    let start = 0;
    while (start < lines.length && start < was.length && lines[start] === was[start]) start++;
    let [end, last] = [lines.length - 1, was.length - 1];
    while (end >= start && last >= start && lines[end] === was[last]) { end--; last--; }
    return [start, end];
  }

  // ---- The tree of files beside the form.

  let shown = { files: new Map(), was: new Map(), path: "" };
  const tree = el("ul", { class: "tree" });
  const pane = el("div", { class: "made-file" });
  const state = el("p", { class: "card-note", role: "status" });
  let box;
  function place() {
    const preview = document.getElementById("preview");
    if (!preview) return false;
    if (box?.parentElement !== preview) {
      box = el("section", { class: "made", "aria-label": t("preview.title") }, el("h3", {}, t("preview.title")), state, el("div", { class: "made-split" }, tree, pane));
      preview.replaceChildren(box);
    }
    return true;
  }
  function draw() {
    const { files, was, path } = shown;
    const folders = new Map([["", tree]]);
    tree.replaceChildren();
    const folderOf = (folder) => {
      if (folders.has(folder)) return folders.get(folder);
      const cut = folder.lastIndexOf("/");
      const list = el("ul");
      folderOf(cut < 0 ? "" : folder.slice(0, cut)).append(el("li", {}, el("details", { open: true }, el("summary", {}, el("bdi", {}, folder.slice(cut + 1))), list)));
      folders.set(folder, list);
      return list;
    };
    for (const [file, made] of files) {
      const cut = file.lastIndexOf("/");
      const old = was.get(file);
      const mark = was.size === 0 ? "" : old === undefined ? "new" : old.text !== made.text ? "changed" : "";
      const button = el("button", { type: "button", class: "textbutton", "aria-current": file === path ? "true" : null, "data-path": file }, el("bdi", {}, file.slice(cut + 1)));
      folderOf(cut < 0 ? "" : file.slice(0, cut)).append(el("li", mark ? { class: `is-${mark}` } : {}, button,
        mark ? el("span", { class: "count" }, mark === "new" ? t("preview.new") : t("preview.changed")) : ""));
    }
    drawFile();
  }
  function drawFile() {
    const made = shown.files.get(shown.path);
    if (!made) return pane.replaceChildren();
    const head = el("p", { class: "made-path" }, el("bdi", {}, shown.path), made.executable ? el("span", { class: "count" }, t("preview.executable")) : "");
    if (made.text === undefined) return pane.replaceChildren(head, el("p", { class: "empty" }, t("preview.binary", { count: made.size })));
    const lines = made.text.split("\n");
    const [from, to] = shown.was.size === 0 ? [0, -1] : changedLines(lines, shown.was.get(shown.path)?.text);
    const code = el("code");
    for (const [at, text] of lines.slice(0, MOST_LINES).entries()) {
      const isLast = at === Math.min(lines.length, MOST_LINES) - 1;
      const parts = [...coloured(text), isLast ? "" : "\n"];
      if (at >= from && at <= to) code.append(el("mark", {}, ...parts)); else code.append(...parts);
    }
    const more = lines.length > MOST_LINES ? el("p", { class: "card-note" }, t("word.more", { count: lines.length - MOST_LINES })) : "";
    pane.replaceChildren(head, el("div", { class: "highlight" }, el("pre", { tabindex: "0", "aria-label": shown.path }, code)), more);
  }
  tree.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-path]");
    if (!button) return;
    tree.querySelector("[aria-current]")?.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    shown.path = button.dataset.path;
    drawFile();
  });

  // ---- What comes out.

  /** Values without the stars that stand for secrets, which have dotted paths. */
  function without(values, secrets, above = "") {
    const left = Object.create(null);
    for (const [name, value] of Object.entries(values)) {
      const isInner = value !== null && typeof value === "object" && !Array.isArray(value);
      if (!Object.hasOwn(secrets, above + name)) left[name] = isInner ? without(value, secrets, `${above}${name}.`) : value;
    }
    return left;
  }

  let latest;
  let turns = 0;
  async function update({ values, complete }) {
    if (!place()) return;
    const turn = ++turns;
    try {
      await ready();
    } catch {
      state.textContent = t("preview.unreadable");
      return;
    }
    const { scaffold, form } = globalThis.callboard;
    const secrets = form.secrets();
    const given = { values: without(values, secrets), secrets };
    const outcome = await make(given.values, secrets);
    if (turn !== turns) return;
    const files = scaffold.result(bundle, given, outcome);
    shown = { files, was: shown.files, path: files.has(shown.path) ? shown.path : first(files) };
    latest = { given, outcome, files };
    const words = [t("preview.files", { count: files.size })];
    if (!complete) words.push(t("preview.incomplete"));
    if (outcome.fault) words.push(t("preview.failed", { fault: outcome.fault }));
    state.textContent = words.join(" ");
    state.classList.toggle("is-error", Boolean(outcome.fault));
    draw();
    finish();
  }
  const first = (files) => [...files.keys()].find((path) => /^readme/i.test(path)) ?? [...files.keys()].find((path) => !path.startsWith(".")) ?? "";

  const word = (text) => (/^[\w./:@=,+][-\w./:@=,+]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const name = () => {
    const { values } = latest.given;
    const text = ["name", "component_id", "projectName"].map((key) => values[key]).find((value) => typeof value === "string" && value !== "");
    return (text ?? reference.slice(reference.lastIndexOf("/") + 1)).replace(/[^\w.-]+/g, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 80) || "new";
  };
  /** The command that makes the same files. */
  function commandLine() {
    const portal = root.protocol === "file:" ? decodeURIComponent(root.pathname) : root.href;
    const sets = Object.entries(latest.given.values).map(([key, value]) => `--set ${word(`${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)}`);
    const secrets = Object.keys(latest.given.secrets).map((key) => `--secret ${word(`${key}=${key}`)}`);
    return [`callboard new ${reference} ${word(name())} --defaults --portal ${word(portal)}`, ...sets, ...secrets].join(" \\\n  ");
  }
  function copyable(text) {
    return el("div", { class: "highlight" }, el("pre", { tabindex: "0" }, el("code", {}, text)), globalThis.callboard.copyButton(t("word.copy_code"), () => text));
  }
  /** Text whose parts in backticks are code. */
  const marked = (text) => text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part));
  const safe = (address) => { try { return /^(?:https?|mailto):$/.test(new URL(address).protocol) ? address : ""; } catch { return ""; } };
  function block({ kind, text, url }) {
    if (kind === "text") return el("p", {}, ...marked(text));
    if (kind === "link") return el("p", {}, el("a", { href: safe(url) }, text));
    return copyable(text.replace(/\n+$/, ""));
  }
  /** What the review page ends with: the zip, the command and what is left to do. */
  function finish() {
    const result = document.getElementById("result");
    if (!result || !latest) return;
    const { outcome, files } = latest;
    const download = el("button", { type: "button", class: "button is-primary", disabled: Boolean(outcome.fault) }, label ?? t("preview.download"));
    download.addEventListener("click", save);
    const parts = [el("div", { class: "actions" }, download, el("span", { class: "count" }, t("preview.files", { count: files.size })))];
    if (outcome.fault) parts.push(el("p", { class: "severity is-error", role: "alert" }, icon("error"), t("preview.failed", { fault: outcome.fault })));
    for (const { title, content } of outcome.texts) parts.push(el("h4", {}, title), el("p", { class: "made-text" }, ...marked(content)));
    const links = outcome.links.map(({ title, url, reference: ref }) => {
      const [, kind, namespace, entity] = /^([a-z0-9]+):([^/]+)\/(.+)$/i.exec(ref) ?? [];
      const address = safe(url) || (entity ? globalThis.callboard.url(`catalog/${encodeURIComponent(namespace)}/${encodeURIComponent(kind)}/${encodeURIComponent(entity)}/`) : "");
      return address ? el("li", {}, el("a", { href: address }, title || url || ref)) : "";
    }).filter(Boolean);
    if (links.length > 0 && outcome.next.length > 0) parts.push(el("p", {}, t("preview.links")));
    if (links.length > 0) parts.push(el("ul", { class: "links" }, ...links));
    parts.push(el("details", { class: "fold" }, el("summary", {}, t("preview.command")), el("p", {}, t("preview.command_note")), copyable(commandLine())));
    if (outcome.next.length > 0) {
      parts.push(el("h4", {}, t("preview.next")), el("p", {}, t("preview.next_note")),
        el("ol", { class: "next" }, ...outcome.next.map(({ title, action, blocks }) =>
          el("li", {}, el("p", {}, el("strong", {}, title), " ", el("code", {}, action)), ...blocks.map(block)))));
    }
    if (outcome.log.length > 0) parts.push(el("details", { class: "fold" }, el("summary", {}, t("preview.log")), el("pre", { tabindex: "0" }, outcome.log.join("\n"))));
    result.replaceChildren(...parts);
  }
  function save() {
    const folder = name();
    const parts = globalThis.callboard.scaffold.zip(latest.files, folder);
    const address = URL.createObjectURL(new Blob(parts, { type: "application/zip" }));
    const link = el("a", { href: address, download: `${folder}.zip` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }
  // Whoever only looks at the page does not pay for the engine: values wait until somebody comes near the form.
  let isUsed = false;
  let waiting;
  const use = () => {
    isUsed = true;
    if (waiting) update(waiting);
    waiting = undefined;
  };
  host.addEventListener("callboard:values", ({ detail }) => {
    if (isUsed) update(detail);
    else waiting = detail;
  });
  for (const near of ["pointerenter", "keydown", "input"]) host.addEventListener(near, use);
  host.addEventListener("callboard:review", () => { use(); finish(); });
})();
