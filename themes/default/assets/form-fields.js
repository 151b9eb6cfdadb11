// The fields of a form as controls. What is drawn is kept while its field stays what it is, so that nobody loses their
// place when an answer shows or hides others.
"use strict";
(() => {
  const { el, icon, t } = globalThis.callboard;
  const { Secret, same, isObject, isSecret, follow } = globalThis.callboardSchema;
  /** Field extensions by name: `(node, form, parts)` gives what stands below the label. */
  const extensions = new Map();
  const PLAIN = new Set(["RepoBranchPicker", "RepoOwnerPicker", "EntityNamePicker", "Secret"]);
  let count = 0;

  // ---- Words.

  const SAFE = /^(https?:|mailto:)/i;
  const PIECES = /`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|\*\*([^*]+)\*\*|(https?:\/\/[^\s<>()]*[^\s<>().,;:!?])/g;
  /** One line of text: code, bold and links, the rest as it is. */
  function inline(text) {
    const nodes = [];
    let done = 0;
    for (const found of text.matchAll(PIECES)) {
      const [whole, code, label, target, bold, address] = found;
      const link = (to, words) => (SAFE.test(to) ? el("a", { href: to, rel: "noreferrer", target: "_blank" }, words) : whole);
      nodes.push(text.slice(done, found.index), code ? el("code", {}, code) : bold ? el("strong", {}, bold) : link(target ?? address, label ?? address));
      done = found.index + whole.length;
    }
    return [...nodes, text.slice(done)].filter((node) => node !== "");
  }
  /** Text of a template, paragraph by paragraph. */
  const prose = (text) => String(text).split(/\n\s*\n/).filter((part) => part.trim()).map((part) => el("p", {}, el("bdi", {}, ...inline(part.trim()))));

  const titleOf = ({ ui, schema, name, isExtra }) => {
    const title = [ui.title, schema.title].find((text) => typeof text === "string" && text);
    if (isExtra) return title ?? t("form.value", { name });
    return typeof name === "number" ? (title ? `${title} ${name + 1}` : t("form.item", { number: name + 1 })) : title ?? name;
  };
  const shown = (value) => (typeof value === "object" ? JSON.stringify(value) : String(value));
  /** The values a field chooses from, with their titles. */
  function optionsOf({ schema, ui, root, type }) {
    let list = schema;
    if (type === "array") {
      list = follow(schema.items, root);
      const each = list.oneOf ?? list.anyOf;
      if (each) {
        const options = each.map((option) => follow(option, root));
        const value = (option) => ("const" in option ? option.const : option.enum[0]);
        list = { enum: options.map(value), enumNames: options.map((option) => option.title ?? shown(value(option))) };
      }
    } else if (type === "boolean" && !list.enum) list = { enum: [true, false], enumNames: schema.enumNames ?? [t("form.yes"), t("form.no")] };
    const names = ui.enumNames ?? list.enumNames ?? schema.enumNames;
    const off = Array.isArray(ui.enumDisabled) ? ui.enumDisabled : [];
    const titleAt = (value, n) => (Array.isArray(names) ? names[n] : isObject(names) ? names[value] : undefined) ?? shown(value);
    return (Array.isArray(list.enum) ? list.enum : []).map((value, n) => ({ value, title: String(titleAt(value, n)), disabled: off.some((one) => same(one, value)) }));
  }

  // ---- What surrounds a control: label, description, help, error.

  const marked = (node) => (node.required && typeof node.name !== "number" ? el("span", { class: "form-required" }, ` ${t("create.required")}`) : null);
  const unknown = ({ field }) => (typeof field !== "string" || extensions.has(field) || PLAIN.has(field) ? null
    : el("p", { class: "form-help" }, icon("info"), ` ${t("form.unknown_field")} `, el("code", {}, field)));
  function surround(node, form, make) {
    const id = `form-${++count}`;
    const { schema, ui } = node;
    const text = ui.description ?? schema.description;
    const about = typeof text === "string" && text ? el("div", { class: "form-about", id: `${id}-about` }, ...prose(text)) : null;
    const help = typeof ui.help === "string" && ui.help ? el("div", { class: "form-help", id: `${id}-help` }, ...prose(ui.help)) : null;
    const error = el("p", { class: "form-error", id: `${id}-error`, hidden: true });
    const note = unknown(ui);
    const parts = {
      id,
      title: titleOf(node),
      node,
      base: {
        "aria-describedby": [about && `${id}-about`, help && `${id}-help`, `${id}-error`].filter(Boolean).join(" "),
        disabled: ui.disabled === true,
        readonly: ui.readonly === true,
        autofocus: ui.autofocus === true,
      },
      commit(value, touched = false) {
        view.node.set(value);
        if (touched) view.touched = true;
        form.changed(view);
      },
    };
    const { control, inputs, group = false, inLabel = false } = make(node, form, parts);
    const named = [el("bdi", {}, parts.title), marked(node)];
    const hidden = ui.label === false ? " vh" : "";
    const element = group
      ? el("fieldset", { class: "form-field", ...(group === "radiogroup" ? { role: group, "aria-describedby": parts.base["aria-describedby"], "aria-required": String(node.required === true) } : {}) },
        el("legend", { class: `form-label${hidden}` }, ...named), about, control, note, help, error)
      : el("div", { class: `form-field${inLabel ? " is-check" : ""}` },
        inLabel ? control : null, el("label", { class: `form-label${hidden}`, for: id }, ...named), about, inLabel ? null : control, note, help, error);
    control.addEventListener("change", () => { view.touched = true; form.changed(view); });
    if (!group && node.required && !inLabel) inputs[0]?.setAttribute("aria-required", "true");
    const view = {
      node,
      element,
      focus: inputs[0],
      update(next) { view.node = next; },
      fail(words) {
        error.hidden = !words;
        error.replaceChildren(...(words ? [icon("error"), el("span", {}, ...words)] : []));
        element.classList.toggle("is-wrong", Boolean(words));
        // Of several, those that are empty.
        const isWrong = (input) => words && (!group || input === element || input.type === "checkbox" || !input.value);
        for (const input of group === "radiogroup" ? [element] : inputs) {
          if (isWrong(input)) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
        }
      },
    };
    return view;
  }

  // ---- Controls.

  const KINDS = { email: "email", uri: "url", url: "url", date: "date", "alt-date": "date", time: "time", color: "color", datetime: "datetime-local", "date-time": "datetime-local", "alt-datetime": "datetime-local" };
  const pad = (number) => String(number).padStart(2, "0");
  const local = (text) => {
    const date = new Date(text);
    return Number.isNaN(date.valueOf()) ? "" : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}T${pad(date.getHours())}:${pad(date.getMinutes())}`;
  };
  function line(node, form, { id, base, commit }) {
    const { schema, ui, type } = node;
    const isNumber = type === "number" || type === "integer";
    const kind = isSecret(ui) ? "password" : ui.widget === "range" ? "range" : ui.widget === "updown" ? "number" : ui.inputType === "tel" ? "tel" : (!isNumber && (KINDS[ui.widget] ?? KINDS[schema.format])) || "text";
    const empty = ui.emptyValue;
    const examples = Array.isArray(schema.examples) ? schema.examples : [];
    const attributes = {
      ...base, id, type: kind,
      autocomplete: kind === "password" ? "new-password" : typeof ui.autocomplete === "string" ? ui.autocomplete : "off",
      placeholder: ui.placeholder,
      inputmode: isNumber && kind === "text" ? (type === "integer" && !(schema.minimum < 0) ? "numeric" : "decimal") : null,
      list: examples.length ? `${id}-examples` : null,
      spellcheck: ui.widget === "textarea" ? null : "false",
      ...(kind === "number" || kind === "range" ? { min: schema.minimum, max: schema.maximum, step: schema.multipleOf ?? (type === "integer" ? 1 : "any") } : {}),
    };
    const input = ui.widget === "textarea" ? el("textarea", { ...attributes, type: null, rows: ui.rows ?? 4 }) : el("input", attributes);
    const value = node.value instanceof Secret ? node.value.text : node.value ?? "";
    input.value = kind === "datetime-local" ? local(value) : kind === "time" ? value.slice(0, 5) : value;
    const said = kind === "range" ? el("output", { for: id }, String(value)) : null;
    input.addEventListener("input", () => {
      const text = input.value;
      if (said) said.value = text;
      if (text === "") commit(empty);
      else if (isSecret(ui)) commit(new Secret(text));
      else if (isNumber) commit(Number.isFinite(Number(text)) && text.trim() ? Number(text) : text);
      else if (kind === "datetime-local") commit(new Date(text).toISOString());
      else commit(kind === "time" && text.length === 5 ? `${text}:00` : text);
    });
    const list = examples.length ? el("datalist", { id: `${id}-examples` }, ...examples.map((one) => el("option", { value: shown(one) }))) : null;
    const control = list || said ? el("div", { class: "form-line" }, input, said, list) : input;
    return { control, inputs: [input] };
  }
  function select(node, form, { id, base, commit }) {
    const options = optionsOf(node);
    const input = el("select", { ...base, readonly: null, disabled: base.disabled || base.readonly, id }, el("option", { value: "" }, node.ui.placeholder ?? t("form.choose")));
    options.forEach(({ value, title, disabled }, n) => {
      const option = el("option", { value: n, disabled }, title);
      option.selected = node.value !== undefined && same(node.value, value);
      input.append(option);
    });
    input.addEventListener("change", () => commit(input.value === "" ? node.ui.emptyValue : options[input.value].value, true));
    return { control: input, inputs: [input] };
  }
  /** Radio buttons, or boxes where several may be chosen. */
  function choices(node, form, { id, base, commit }) {
    const many = node.type === "array";
    const options = optionsOf(node);
    const inputs = options.map(({ value, disabled }, n) => {
      const input = el("input", { type: many ? "checkbox" : "radio", id: n ? `${id}-${n}` : id, name: id, disabled: disabled || base.disabled || base.readonly, autofocus: base.autofocus && n === 0, "aria-describedby": many ? base["aria-describedby"] : null });
      input.checked = many ? node.value.some((one) => same(one, value)) : node.value !== undefined && same(node.value, value);
      return input;
    });
    const control = el("div", { class: `form-choices${node.ui.inline ? " is-inline" : ""}` }, ...options.map(({ title }, n) =>
      el("label", {}, inputs[n], el("bdi", {}, title))));
    control.addEventListener("change", () => {
      const chosen = options.filter((_, n) => inputs[n].checked).map(({ value }) => value);
      commit(many ? chosen : chosen[0], true);
    });
    return { control, inputs, group: many ? "group" : "radiogroup" };
  }
  function checkbox(node, form, { id, base, commit }) {
    const input = el("input", { ...base, readonly: null, disabled: base.disabled || base.readonly, id, type: "checkbox" });
    input.checked = node.value === true;
    input.addEventListener("change", () => commit(input.checked, true));
    return { control: input, inputs: [input], inLabel: true };
  }
  /** What can only be one value is told, not asked. */
  function fixed(node, form, { id, base }) {
    const control = el("output", { id, class: "form-fixed", "aria-describedby": base["aria-describedby"] }, shown(node.schema.const));
    return { control, inputs: [] };
  }
  function controlOf({ schema, ui, type }) {
    if ("const" in schema) return fixed;
    const extension = extensions.get(ui.field);
    if (extension) return extension;
    const isListed = Array.isArray(schema.enum);
    if (type === "array" || (ui.widget === "radio" && (isListed || type === "boolean"))) return choices;
    if (isListed || (type === "boolean" && ui.widget === "select")) return select;
    return type === "boolean" ? checkbox : line;
  }

  // ---- Objects and rows.

  const button = (text, name, act, attributes = {}) => {
    const made = el("button", { type: "button", class: "button", ...attributes }, text, name ? el("span", { class: "vh" }, ` ${name}`) : null);
    made.addEventListener("click", act);
    return made;
  };
  const signatureOf = (node) => JSON.stringify([node.type, node.required, node.rows ? 1 : 0, node.isExtra, node.schema.choice?.options,
    node.type === "object" ? [node.schema.title, node.schema.description, node.ui, node.extra ? 1 : 0] : { ...node.schema, choice: 0 }]);

  /** Shows `nodes` in `box`, in their order, moving as little as can be. */
  function reconcile(box, views, nodes, form, wrap = (view) => view.element) {
    const kept = new Map(nodes.map((node) => {
      const key = node.id ?? node.name;
      const known = views.get(key);
      const signature = signatureOf(node);
      if (known?.signature === signature) { known.update(node); return [key, known]; }
      const view = Object.assign(draw(node, form), { signature });
      view.outer = wrap(view);
      return [key, view];
    }));
    const outers = new Set([...kept.values()].map((view) => view.outer));
    for (const child of [...box.children]) if (!outers.has(child)) child.remove();
    let at = box.firstChild;
    for (const outer of outers) { if (outer === at) at = at.nextSibling; else box.insertBefore(outer, at); }
    views.clear();
    for (const [key, view] of kept) views.set(key, view);
  }
  function container(node, body, below) {
    const id = `form-${++count}`;
    const text = node.ui.description ?? node.schema.description;
    const error = el("p", { class: "form-error", id: `${id}-error`, hidden: true });
    const legend = el("legend", { class: "form-label", id, tabindex: "-1" }, el("bdi", {}, titleOf(node)), node.rows ? marked(node) : null);
    const element = el("fieldset", { class: "form-group", "aria-describedby": `${id}-error`, disabled: node.ui.disabled === true },
      legend, typeof text === "string" && text ? el("div", { class: "form-about" }, ...prose(text)) : null, unknown(node.ui), body, below, error);
    const fail = (words) => {
      error.hidden = !words;
      error.replaceChildren(...(words ? [icon("error"), el("span", {}, ...words)] : []));
      element.classList.toggle("is-wrong", Boolean(words));
    };
    return { node, element, focus: legend, fail, views: new Map() };
  }
  function object(node, form) {
    const body = el("div", { class: "form-fields" });
    const add = node.extra ? button(t("form.add_entry"), "", () => {
      let name = "key";
      for (let n = 2; Object.hasOwn(view.node.extra, name); n++) name = `key${n}`;
      view.node.extra[name] = undefined;
      form.changed(view);
      view.views.get(name)?.outer.querySelector("input")?.select();
    }) : null;
    const view = container(node, body, add);
    /** Extra entries have their name before them, and can go. */
    const wrap = (child) => {
      if (!child.node.isExtra) return child.element;
      const name = el("input", { type: "text", id: `form-${++count}`, value: child.node.name, autocomplete: "off", spellcheck: "false" });
      name.addEventListener("change", () => {
        const raw = view.node.extra;
        if (Object.hasOwn(raw, name.value)) { name.value = child.node.name; return; }
        const old = child.node.name;
        for (const [key, value] of Object.entries(raw)) { delete raw[key]; raw[key === old ? name.value : key] = value; }
        view.views.delete(old);
        view.views.set(name.value, child);
        form.changed(view);
        child.element.querySelector("bdi").textContent = titleOf(child.node);
      });
      const remove = button("", t("form.remove", { name: child.node.name }), () => {
        delete view.node.extra[child.node.name];
        form.changed(view);
        add.focus();
      }, { class: "iconbutton" });
      remove.prepend(icon("close"));
      return el("div", { class: "form-entry" }, el("div", { class: "form-field" }, el("label", { class: "form-label", for: name.id }, t("form.entry")), name), child.element, remove);
    };
    view.update = (next) => { view.node = next; reconcile(body, view.views, next.children, form, wrap); };
    view.update(node);
    return view;
  }
  function rows(node, form) {
    const body = el("ol", { class: "form-rows" });
    const move = (child, by) => {
      const { rows: values, ids } = view.node;
      const [from, to] = [child.node.name, child.node.name + by];
      if (to < 0 || to >= values.length) return;
      for (const list of [values, ids]) list.splice(to, 0, ...list.splice(from, 1));
      form.changed(view);
      form.say(t("form.moved", { number: to + 1, count: values.length }));
    };
    const addButton = button(typeof node.ui.addLabel === "string" ? node.ui.addLabel : t("form.add"), titleOf(node), () => {
      view.node.rows.push(undefined);
      form.changed(view);
      const last = [...view.views.values()].at(-1);
      last?.outer.querySelector("input, select, textarea, button")?.focus();
    });
    const view = container(node, body, addButton);
    const wrap = (child) => {
      const act = (sign, words, run, attributes) => button(el("span", { "aria-hidden": "true" }, sign), words, run, { class: "iconbutton", ...attributes });
      const up = act("↑", t("form.up"), () => { move(child, -1); (up.disabled ? down : up).focus(); });
      const down = act("↓", t("form.down"), () => { move(child, 1); (down.disabled ? up : down).focus(); });
      const remove = act(icon("close"), t("form.remove_item"), () => {
        const at = child.node.name;
        for (const list of [view.node.rows, view.node.ids]) list.splice(at, 1);
        form.changed(view);
        form.say(t("form.removed"));
        ([...view.views.values()][at]?.buttons[2] ?? addButton).focus();
      });
      child.buttons = [up, down, remove];
      return el("li", { class: child.node.type === "object" ? "is-tall" : null }, child.element, el("div", { class: "form-rowbuttons" }, ...(node.ui.orderable === false ? [] : [up, down]), remove));
    };
    view.update = (next) => {
      view.node = next;
      reconcile(body, view.views, next.children, form, wrap);
      const many = next.rows.length;
      [...view.views.values()].forEach(({ buttons: [up, down, remove] }, n) => {
        up.hidden = down.hidden = many < 2;
        up.disabled = n === 0;
        down.disabled = n === many - 1;
        remove.hidden = node.ui.removable === false || many <= (next.schema.minItems ?? 0);
      });
      addButton.hidden = node.ui.addable === false || many >= (next.schema.maxItems ?? Infinity);
    };
    view.update(node);
    return view;
  }
  /** Asks which of several schemas applies. */
  function chooser(node, form) {
    const { options, chosen } = node.schema.choice;
    const id = `form-${++count}`;
    const input = el("select", { id }, ...options.map((title, n) => el("option", { value: n }, title ?? t("form.option", { number: n + 1 }))));
    input.value = chosen;
    input.addEventListener("change", () => { form.choices.set(view.node.schema.choice.key, Number(input.value)); form.changed(view); });
    const element = el("div", { class: "form-field" }, el("label", { class: "form-label", for: id }, t("form.which"), " ", el("bdi", {}, titleOf(node))), input);
    const view = { node, element, focus: input, fail() {}, update(next) { view.node = next; input.value = next.schema.choice.chosen; } };
    return view;
  }
  function withChoice(node, form) {
    const first = chooser(node, form);
    const body = el("div", {});
    const views = new Map();
    const inner = (next) => ({ ...next, schema: { ...next.schema, choice: undefined } });
    const view = {
      node, views, element: el("div", { class: "form-fields" }, first.element, body), focus: first.focus,
      update(next) { view.node = next; first.update(next); reconcile(body, views, [inner(next)], form); },
      fail: (words) => [...views.values()][0].fail(words),
    };
    view.update(node);
    return view;
  }
  function nothing(node) {
    const view = { node, element: el("div", { hidden: true }), update(next) { view.node = next; }, fail() {} };
    return view;
  }
  function draw(node, form) {
    const isQuiet = "const" in node.schema && !node.schema.title && !node.schema.description;
    if (node.ui.widget === "hidden" || node.type === "null" || isQuiet) return nothing(node);
    if (node.type === "choice") return chooser(node, form);
    if (node.schema.choice) return withChoice(node, form);
    if (node.rows) return rows(node, form);
    if (node.type === "object" && !extensions.has(node.ui.field)) return object(node, form);
    return surround(node, form, controlOf(node));
  }

  globalThis.callboardFields = { extensions, reconcile, inline, prose, titleOf, optionsOf, shown };
})();
