// The form of a template: its pages, what is wrong on them, a review, and a draft that stays in this browser.
"use strict";
(() => {
  const { root, el, icon, store, t } = globalThis.callboard;
  const { Secret, plain, mix, isObject, isSecret, validate, fields, valueOf, together } = globalThis.callboardSchema;
  const { reconcile, inline, prose, titleOf, optionsOf, shown } = globalThis.callboardFields;
  const PAUSE = 50;
  const LONGEST_DRAFT = 100000;
  let form = null;

  // ---- What is wrong, in words.

  const LIMITS = {
    maximum: (v) => t("form.maximum", v), minimum: (v) => t("form.minimum", v), exclusiveMaximum: (v) => t("form.below", v), exclusiveMinimum: (v) => t("form.above", v),
    multipleOf: (v) => t("form.multiple", v), maxLength: (v) => t("form.longest", v), minLength: (v) => t("form.shortest", v),
    maxItems: (v) => t("form.most_items", v), minItems: (v) => t("form.fewest_items", v), maxProperties: (v) => t("form.most_items", v), minProperties: (v) => t("form.fewest_items", v),
    required: (v) => t("form.needed", v), uniqueItems: (v) => t("form.twice", v), enum: (v) => t("form.not_listed", v), const: (v) => t("form.must_be", v),
    additionalProperties: (v) => t("form.not_allowed", v), entityName: (v) => t("form.entity_name", v), among: (v) => t("form.not_among", v), tag: (v) => t("form.tag", v), several: (v) => t("form.several", v),
    owner: (v) => t("form.lacks_owner", v), repo: (v) => t("form.lacks_repo", v), organization: (v) => t("form.lacks_organization", v), project: (v) => t("form.lacks_project", v), host: (v) => t("form.lacks_host", v),
  };
  const FORMATS = { email: () => t("form.email"), uri: () => t("form.address"), url: () => t("form.address"), date: () => t("form.date"), "date-time": () => t("form.date_time"), "entity-ref": () => t("form.entity_ref") };
  const TYPES = { number: () => t("form.number"), integer: () => t("form.integer"), string: () => t("form.text"), array: () => t("form.list"), boolean: () => t("form.truth") };
  /** One sentence about an error, as nodes; authors may have written their own. */
  function words({ rule, limit, words: own }, name) {
    let written = isObject(own) ? own[rule] : own;
    if (isObject(written)) written = written[limit];
    if (typeof written === "string") return [el("bdi", {}, ...inline(written))];
    if (rule === "pattern") return [t("form.pattern", { name }), " ", el("code", {}, limit)];
    const what = rule === "format" ? FORMATS[limit]?.() ?? String(limit) : rule === "type" ? limit.map((type) => TYPES[type]?.() ?? type).join(", ") : null;
    if (what) return [t("form.must_be", { name, limit: what })];
    const limitWords = typeof limit === "number" ? String(limit) : shown(limit ?? "");
    return [(LIMITS[rule] ?? ((v) => t("form.wrong", v)))({ name, limit: limitWords, count: limit })];
  }
  /** The deepest field on the way to a path. Rows without a value have no place in the values. */
  function nodeAt(page, path) {
    let node = page;
    for (const part of path) {
      const below = node.rows ? node.children.filter((child) => valueOf(child) !== undefined)[part] : node.children.find(({ name }) => name === part);
      if (!below) break;
      node = below;
    }
    return node;
  }
  function walk(node, use) {
    use(node);
    for (const child of node.children) walk(child, use);
  }
  /** What is wrong on a page, in the order of its fields: field and words. One fault a field is enough. */
  function faultsOf(page, at) {
    const found = new Map();
    const note = (node, said) => { if (!found.get(node)) found.set(node, said); };
    walk(page, (node) => found.set(node, null));
    walk(page, (node) => {
      // A row that was added waits for its value.
      if (node.rows && valueOf(node) !== undefined) for (const child of node.children) if (valueOf(child) === undefined) note(child, words({ rule: "required" }, titleOf(child)));
      for (const fault of globalThis.callboardFaults?.(node, form.hosts) ?? []) note(node, words(fault, titleOf(node)));
    });
    const chosen = (path, rule) => form.choices.get(`${at}|${path.join("/")}|${rule}`);
    for (const error of validate(form.schemas[at], together(form.pages.flatMap(({ children }) => children), true), { chosen })) {
      // Whatever the form does not ask for is not handed over either.
      if (error.rule === "additionalProperties") continue;
      const node = nodeAt(page, error.path);
      const isMissing = error.rule === "required" && node.name !== error.limit;
      note(isMissing ? { ...node, path: error.path } : node, words(error, isMissing ? error.limit : node === page ? form.titles[at] : titleOf(node)));
    }
    return new Map([...found].filter(([, said]) => said));
  }

  // ---- What is there.

  function read() {
    form.pages = fields(form.schemas, form.raw, form.choices);
    return form.pages;
  }
  const values = () => together(form.pages.flatMap(({ children }) => children));
  const isComplete = () => form.pages.every((page, at) => !faultsOf(page, at).size);
  function secrets() {
    const found = mix();
    for (const page of form.pages) walk(page, ({ path, value }) => { if (value instanceof Secret) found[path.join(".")] = value.text; });
    return found;
  }
  let timer = 0;
  function tell() {
    clearTimeout(timer);
    timer = setTimeout(() => form.host.dispatchEvent(new CustomEvent("callboard:values", { bubbles: true, detail: { values: values(), complete: isComplete() } })), PAUSE);
  }

  // ---- The draft.

  const keyOf = (reference) => `callboard:form:${root.pathname}:${reference}`;
  /** Raw answers without secrets. */
  const kept = (value) => (value instanceof Secret ? undefined : Array.isArray(value) ? value.map(kept)
    : isObject(value) ? mix(...Object.keys(value).map((key) => ({ [key]: kept(value[key]) }))) : value);
  function keep() {
    const text = JSON.stringify(kept(form.raw));
    if (text.length <= LONGEST_DRAFT) store.set(form.key, text);
  }
  function parsed(text) {
    try {
      const value = plain(JSON.parse(text));
      return isObject(value) ? value : null;
    } catch { return null; }
  }

  // ---- Pages.

  const views = new Map();
  function changed(view) {
    read();
    if (form.at < form.pages.length) {
      reconcile(form.box, views, form.pages[form.at].children, form);
      if ((view.touched || form.strict) && !form.isPressed) {
        const faults = mark();
        if (!form.summary.hidden) summary(faults, false);
      }
    }
    keep();
    tell();
  }
  const shownViews = () => {
    const all = [];
    const collect = (map) => { for (const view of map.values()) { all.push(view); if (view.views) collect(view.views); } };
    collect(views);
    return all;
  };
  const isAt = (view, path) => view.node.path.join("\0") === path.join("\0");
  /** Says beside the fields what is wrong: with all of them, or with those the reader has been at. */
  function mark() {
    const faults = faultsOf(form.pages[form.at], form.at);
    for (const view of shownViews()) {
      const said = form.strict || view.touched ? [...faults].find(([node]) => isAt(view, node.path))?.[1] : null;
      view.fail(said ? said.map((node) => (typeof node === "string" ? node : node.cloneNode(true))) : null);
    }
    return faults;
  }
  function summary(faults, isNew = true) {
    const list = el("ul", {}, ...[...faults].map(([node, said]) => {
      const view = shownViews().find((each) => isAt(each, node.path));
      if (!view?.focus) return el("li", {}, ...said);
      const link = el("a", { href: `#${view.focus.id}` }, ...said);
      link.addEventListener("click", (event) => { event.preventDefault(); view.focus.focus(); });
      return el("li", {}, link);
    }));
    form.summary.replaceChildren(el("h4", {}, icon("error"), t("form.to_fix", { count: faults.size })), list);
    form.summary.hidden = faults.size === 0;
    if (isNew) form.summary.focus();
  }
  function stepList() {
    const names = [...form.titles, t("form.review")];
    form.steps.replaceChildren(...names.map((name, n) => {
      const label = [el("span", { class: "form-step" }, n < form.at ? icon("check") : String(n + 1)), el("bdi", {}, name)];
      if (n >= form.at) return el("li", { "aria-current": n === form.at ? "step" : null }, el("span", {}, ...label));
      const back = el("button", { type: "button" }, ...label, el("span", { class: "vh" }, ` ${t("form.done")}`));
      back.addEventListener("click", () => go(n));
      return el("li", {}, back);
    }));
  }
  /** Draws the page afresh from the answers. */
  function go(at, focus = true) {
    form.at = at;
    form.strict = false;
    views.clear();
    form.box.replaceChildren();
    form.summary.hidden = true;
    if (at) form.note.replaceChildren();
    stepList();
    read();
    const isReview = at >= form.pages.length;
    const page = form.pages[at];
    const text = page?.schema.description;
    form.heading.replaceChildren(isReview ? t("form.review") : el("bdi", {}, form.titles[at]));
    form.about.replaceChildren(...(isReview ? [el("p", {}, t("form.review_about"))] : typeof text === "string" ? prose(text) : []));
    if (isReview) review();
    else reconcile(form.box, views, page.children, form);
    if (page && !page.children.length) form.box.append(el("p", { class: "empty" }, t("form.nothing")));
    form.back.hidden = at === 0;
    form.next.hidden = isReview;
    form.next.textContent = at === form.pages.length - 1 ? form.labels.reviewButtonText ?? t("form.review") : t("word.next");
    form.result.hidden = !isReview;
    if (focus) (form.box.querySelector("[autofocus]") ?? form.heading).focus();
    tell();
    if (isReview) form.host.dispatchEvent(new CustomEvent("callboard:review", { bubbles: true }));
  }
  function next() {
    form.strict = true;
    const faults = mark();
    if (faults.size) summary(faults);
    else go(form.at + 1);
  }

  // ---- Review.

  function told(node) {
    const value = valueOf(node);
    const { review = {} } = isObject(node.ui.backstage) ? node.ui.backstage : {};
    if (value === undefined || review.show === false) return [];
    const name = review.name ?? titleOf(node);
    const row = (...content) => [el("div", {}, el("dt", {}, el("bdi", {}, name)), el("dd", {}, ...content))];
    if (review.mask || isSecret(node.ui)) return row(typeof review.mask === "string" ? review.mask : "••••••");
    const isPlain = node.rows && node.children.every((child) => !child.rows && child.type !== "object");
    if ((node.rows && !isPlain) || node.type === "object") {
      const rows = node.children.flatMap(told);
      return rows.length ? row(el("dl", { class: "form-told" }, ...rows)) : [];
    }
    const options = node.type === "boolean" || node.schema.enum || node.schema.items ? optionsOf(node) : [];
    const say = (one) => options.find((option) => option.value === one)?.title ?? shown(one);
    const texts = [value].flat().map(say);
    return texts.length ? row(...texts.map((text) => el("bdi", { class: "form-value" }, text))) : [];
  }
  function review() {
    form.box.append(...form.pages.flatMap((page, at) => {
      const rows = page.children.flatMap(told);
      const change = el("button", { type: "button", class: "textbutton" }, t("form.change"), el("span", { class: "vh" }, ` ${form.titles[at]}`));
      change.addEventListener("click", () => go(at));
      return [el("section", {}, el("h4", {}, el("bdi", {}, form.titles[at]), change), rows.length ? el("dl", { class: "form-told" }, ...rows) : el("p", { class: "none" }, t("form.no_answers")))];
    }));
  }

  // ---- From outside.

  const say = (text) => { form.status.textContent = text; };
  function tellAbove(text, action, act) {
    form.note.replaceChildren(text);
    if (!action) return;
    const button = el("button", { type: "button", class: "textbutton" }, action);
    button.addEventListener("click", act);
    form.note.append(" ", button);
  }
  function startAgain() {
    const before = form.raw;
    form.raw = mix();
    form.choices.clear();
    go(0);
    store.set(form.key, "");
    tellAbove(t("form.started_again"), t("form.bring_back"), () => { form.raw = before; go(0); keep(); tellAbove(""); });
  }
  function open(data, host) {
    const { reference, parameters, hosts = {}, labels = {} } = plain(data);
    const flagged = (schema) => isObject(schema) && schema["backstage:featureFlag"] !== undefined;
    const schemas = [parameters].flat().filter((page) => isObject(page) && !flagged(page));
    // Nobody has switched a feature on here.
    for (const page of schemas) {
      if (!isObject(page.properties)) continue;
      for (const name of Object.keys(page.properties)) {
        if (!flagged(page.properties[name])) continue;
        delete page.properties[name];
        if (Array.isArray(page.required)) page.required = page.required.filter((one) => one !== name);
      }
    }
    form = { host, schemas, hosts, labels, raw: mix(), choices: new Map(), key: keyOf(reference), at: 0, strict: false, changed, say };
    form.titles = schemas.map(({ title }, n) => (typeof title === "string" && title ? title : t("form.step", { number: n + 1 })));
    form.note = el("p", { class: "form-note", role: "status" });
    form.status = el("p", { class: "vh", role: "status" });
    form.steps = el("ol", { class: "form-steps", "aria-label": t("form.steps") });
    form.heading = el("h3", { tabindex: "-1" });
    form.about = el("div", { class: "form-about" });
    form.summary = el("div", { class: "form-summary", tabindex: "-1", role: "group", "aria-label": t("form.summary"), hidden: true });
    form.box = el("div", { class: "form-fields" });
    form.result = el("div", { id: "result" });
    form.back = el("button", { type: "button", class: "button" }, form.labels.backButtonText ?? t("form.back"));
    form.next = el("button", { type: "submit", class: "button is-primary" });
    form.back.addEventListener("click", () => go(form.at - 1));
    const again = el("button", { type: "button", class: "textbutton" }, t("form.again"));
    again.addEventListener("click", startAgain);
    const buttons = el("div", { class: "form-buttons" }, form.back, form.next, again);
    // What is said beside a field that is left would move the button away from under the pointer.
    buttons.addEventListener("pointerdown", () => {
      form.isPressed = true;
      addEventListener("pointerup", () => setTimeout(() => { form.isPressed = false; }), { once: true });
    });
    const page = el("form", { class: "form-page", novalidate: true, autocomplete: "off" }, form.heading, form.about, form.summary, form.box, buttons);
    page.addEventListener("submit", (event) => { event.preventDefault(); if (form.at < form.pages.length) next(); });
    host.replaceChildren(form.note, form.status, schemas.length ? form.steps : "", el("div", { class: "form-body" }, page, el("div", { id: "preview" }), form.result));
    const asked = new URLSearchParams(location.search).get("formData");
    const draft = store.get(form.key);
    const given = parsed(asked ?? draft);
    if (given) form.raw = given;
    if (asked !== null) tellAbove(given ? t("form.from_link") : t("form.bad_link"));
    else if (given && Object.keys(given).length) tellAbove(t("form.from_draft"), t("form.again"), startAgain);
    go(0, false);
  }
  function show(given) {
    const copy = plain(given);
    form.raw = isObject(copy) ? copy : mix();
    go(0, false);
  }

  globalThis.callboard.form = { open, values, secrets, isComplete, show };
})();
