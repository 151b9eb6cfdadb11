// Field extensions of forms: entities of this portal's own catalog, tags, and the places of repositories.
"use strict";
(() => {
  const { root, el, icon, glyph, store, t } = globalThis.callboard;
  const { extensions } = globalThis.callboardFields;
  const { isObject, mix } = globalThis.callboardSchema;
  const MOST_SHOWN = 50;

  const entities = async (filter) => {
    await globalThis.callboardLoad("assets/form-catalog.js");
    return globalThis.callboardEntities(filter);
  };
  const myTeam = () => {
    try { return JSON.parse(store.get(`callboard:team:${root.pathname}`) ?? "null")?.reference; } catch { return undefined; }
  };

  // ---- A text field with a list to choose from.

  /** `find` gives the options, `read` the value of what was typed, undefined where that is none. */
  function combobox(node, { id, base, commit, title }, { find, read, many = false, autoSelect = true, help = null }) {
    const list = el("ul", { id: `${id}-list`, role: "listbox", "aria-label": title, hidden: true });
    const status = el("p", { class: "vh", role: "status" });
    const input = el("input", { ...base, id, type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`, autocomplete: "off", spellcheck: "false", placeholder: node.ui.placeholder });
    const chips = el("ul", { class: "form-chips", "aria-label": t("form.chosen"), hidden: true });
    const ref = el("p", { class: "ref form-ref" });
    const values = () => (many ? chosen : chosen.slice(0, 1));
    let chosen = many ? node.value.filter((one) => typeof one === "string") : node.value === undefined ? [] : [node.value];
    let finding = null;
    let options = [];
    let active = -1;
    let typed = false;
    const titles = new Map();
    const give = () => commit(many ? [...chosen] : chosen[0], true);
    function show() {
      const texts = values();
      if (!many) {
        input.value = titles.get(texts[0]) ?? texts[0] ?? "";
        ref.textContent = titles.has(texts[0]) && titles.get(texts[0]) !== texts[0] ? texts[0] : "";
        return;
      }
      chips.hidden = !texts.length;
      chips.replaceChildren(...texts.map((value, n) => {
        const remove = el("button", { type: "button", class: "chip", "aria-label": t("form.remove", { name: value }) }, el("bdi", {}, titles.get(value) ?? value), icon("close"));
        remove.addEventListener("click", () => { chosen.splice(n, 1); show(); give(); input.focus(); });
        return el("li", {}, remove);
      }));
    }
    function choose(value) {
      if (many) { if (!chosen.includes(value)) chosen.push(value); input.value = ""; }
      else chosen = [value];
      typed = false;
      show();
      give();
    }
    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function mark(n) {
      active = n;
      [...list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === n)));
      const item = list.children[n];
      if (!item) return input.removeAttribute("aria-activedescendant");
      input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    }
    async function open() {
      try { options = await (finding ??= find()); } catch { finding = null; status.textContent = t("form.no_catalog"); return; }
      if (!titles.size) for (const { value, title: name } of options) titles.set(value, name);
      if (document.activeElement !== input) return typed ? undefined : show();
      const words = typed ? input.value.trim().toLowerCase().split(/\s+/) : [];
      const fits = options.filter((option) => !(many && chosen.includes(option.value)) && words.every((word) => `${option.title} ${option.value}`.toLowerCase().includes(word)));
      list.replaceChildren(...fits.slice(0, MOST_SHOWN).map((option, n) => {
        const item = el("li", { id: `${id}-${n}`, role: "option", "aria-selected": "false" }, option.kind ? glyph(option.kind) : null, el("bdi", {}, option.title), el("span", { class: "ref" }, option.note));
        // The field keeps the focus.
        item.addEventListener("mousedown", (event) => event.preventDefault());
        item.addEventListener("click", () => { choose(option.value); close(); });
        item.callboardValue = option.value;
        return item;
      }));
      active = -1;
      list.hidden = !fits.length;
      input.setAttribute("aria-expanded", String(fits.length > 0));
      status.textContent = fits.length > MOST_SHOWN ? t("form.found_more", { count: fits.length, shown: MOST_SHOWN }) : t("form.found", { count: fits.length });
    }
    /** Takes what was typed: an option's name, or a value of its own. */
    function settle() {
      if (!typed) return;
      const text = input.value.trim();
      const same = options.find(({ value, title: name }) => [value, name].some((word) => word.toLowerCase() === text.toLowerCase()));
      typed = false;
      if (!text) { if (!many) { chosen = []; give(); } return; }
      // Where only what is listed counts, the one that is left is meant.
      const value = same ? same.value : read(text) ?? (list.children.length === 1 ? list.firstChild.callboardValue : undefined);
      if (value !== undefined) choose(value);
      else if (many) input.value = "";
      else choose(text);
    }
    input.addEventListener("focus", open);
    input.addEventListener("click", open);
    input.addEventListener("input", () => { typed = true; open(); });
    input.addEventListener("blur", () => {
      if (autoSelect && active >= 0) choose(list.children[active].callboardValue);
      settle();
      close();
    });
    input.addEventListener("keydown", (event) => {
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (move) {
        event.preventDefault();
        const many = list.children.length;
        if (list.hidden) open();
        else if (many) mark((active + move + (active < 0 && move < 0 ? 1 : 0) + many) % many);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if (event.key === "Enter" && (active >= 0 || typed)) {
        event.preventDefault();
        if (active >= 0) choose(list.children[active].callboardValue);
        else settle();
        close();
      } else if (event.key === "Backspace" && many && !input.value && chosen.length) {
        chosen.pop();
        show();
        give();
      }
    });
    show();
    return { control: el("div", { class: "form-combo" }, many ? chips : null, input, list, many ? null : ref, help, status), inputs: [input] };
  }

  // ---- Entities.

  /** A ref as it is kept, from one that leaves out what usually applies. */
  function complete(text, { defaultKind, defaultNamespace }) {
    const [, kind = defaultKind, namespace = defaultNamespace || "default", name] = /^(?:([^:/\s]+):)?(?:([^:/\s]+)\/)?([^:/\s]+)$/.exec(text) ?? [];
    return kind && name ? `${kind}:${namespace}/${name}`.toLowerCase() : text;
  }
  const kindsOf = (kinds) => (Array.isArray(kinds) && kinds.length ? { kind: kinds } : undefined);
  const picker = (usual) => (node, form, parts) => {
    const { ui } = node;
    const given = usual(ui);
    const filter = ui.catalogFilter ?? kindsOf(ui.allowedKinds) ?? given.filter;
    const settings = { defaultKind: ui.defaultKind ?? given.defaultKind, defaultNamespace: ui.defaultNamespace };
    const team = given.mine ? myTeam() : undefined;
    const find = async () => {
      let rows = await entities(filter);
      if (team) rows = rows.filter((row) => (given.mine === "owned" ? row.owners : [row.reference]).includes(team));
      return rows.map(({ reference, title, kind }) => ({ value: reference, title, kind, note: reference }));
    };
    const isFree = (ui.allowArbitraryValues ?? given.free) !== false;
    const help = given.mine && !team ? el("p", { class: "form-help" }, t("form.no_team")) : null;
    const read = (text) => (isFree ? complete(text, settings) : undefined);
    return combobox(node, parts, { find, read, help, many: node.type === "array", autoSelect: ui.autoSelect !== false });
  };
  extensions.set("EntityPicker", picker(() => ({})));
  extensions.set("MultiEntityPicker", picker(() => ({})));
  extensions.set("OwnerPicker", picker(() => ({ filter: { kind: ["Group", "User"] }, defaultKind: "Group" })));
  extensions.set("OwnedEntityPicker", picker(() => ({ mine: "owned" })));
  extensions.set("MyGroupsPicker", picker(() => ({ mine: "group", filter: { kind: "Group" }, free: false })));
  extensions.set("EntityTagsPicker", (node, form, parts) => {
    const { ui } = node;
    const find = async () => {
      const counts = new Map();
      for (const row of await entities(kindsOf(ui.kinds))) for (const tag of row.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
      return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, count]) => ({ value, title: value, note: ui.showCounts ? String(count) : "" }));
    };
    const help = ui.helperText ? el("p", { class: "form-help" }, ui.helperText) : null;
    return combobox(node, parts, { find, read: (text) => text, help, many: true });
  });

  // ---- Repositories: `host?owner=o&repo=r`.

  /** What names a repository on a host of a type, in Backstage's order. */
  const PARTS = {
    azure: ["organization", "project", "repo"],
    bitbucketServer: ["project", "repo"],
    bitbucketCloud: ["workspace", "project", "repo"],
    gerrit: ["owner", "repo", "workspace"],
  };
  const ORDER = ["owner", "repo", "organization", "workspace", "project"];
  const LISTS = { owner: "allowedOwners", repo: "allowedRepos", organization: "allowedOrganizations", project: "allowedProjects" };
  // Backstage knows this host without a word in its configuration.
  const partsOf = (hosts, host) => PARTS[hosts[host] ?? (host === "dev.azure.com" ? "azure" : "")] ?? ["owner", "repo"];
  const listed = (value) => (Array.isArray(value) ? value.map(String) : []);
  function place(value) {
    const at = typeof value === "string" ? value.indexOf("?") : -1;
    const found = mix({ host: at < 0 ? value ?? "" : value.slice(0, at) });
    for (const [key, part] of new URLSearchParams(at < 0 ? "" : value.slice(at))) if (ORDER.includes(key)) found[key] = part;
    return found;
  }
  extensions.set("RepoUrlPicker", (node, form, { id, base, commit }) => {
    const { ui } = node;
    const allowed = listed(ui.allowedHosts);
    const hosts = allowed.length ? allowed : Object.keys(form.hosts);
    const words = { owner: t("form.owner"), repo: t("word.repository"), organization: t("form.organization"), workspace: t("form.workspace"), project: t("form.project") };
    const state = place(node.value);
    if (!state.host && hosts.length) [state.host] = hosts;
    const body = el("div", { class: "form-parts" });
    const own = { ...base, autofocus: null };
    const inputs = [];
    const part = (name, label, options, set) => {
      const input = options.length > 1
        ? el("select", { ...own, id: `${id}-${name}` }, el("option", { value: "" }, t("form.choose")), ...options.map((one) => el("option", {}, one)))
        : el("input", { ...own, id: `${id}-${name}`, type: "text", autocomplete: "off", spellcheck: "false", readonly: options.length === 1 || base.readonly });
      input.value = state[name] ?? "";
      input.addEventListener(options.length > 1 ? "change" : "input", () => { set(input.value.trim()); give(); });
      inputs.push(input);
      return el("div", {}, el("label", { for: input.id }, label), input);
    };
    const give = () => {
      const query = new URLSearchParams();
      for (const name of ORDER) if (state[name] && partsOf(form.hosts, state.host).includes(name)) query.set(name, state[name]);
      commit(`${state.host}?${query}`);
    };
    function fill() {
      inputs.length = 0;
      const names = partsOf(form.hosts, state.host);
      for (const name of names) if (!state[name] && listed(ui[LISTS[name]]).length === 1) [state[name]] = listed(ui[LISTS[name]]);
      body.replaceChildren(
        part("host", t("form.host"), hosts, (value) => { state.host = value; fill(); body.querySelector("select, input").focus(); }),
        ...names.map((name) => part(name, words[name], listed(ui[LISTS[name]]), (value) => { state[name] = value; })),
      );
    }
    fill();
    return { control: body, inputs, group: "group" };
  });

  // ---- What is wrong with a value beyond its schema.

  const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
  const TAG = /^(?=.{1,63}$)[a-z0-9:+#]+(?:-[a-z0-9:+#]+)*$/;
  globalThis.callboardFaults = ({ ui, value }, hosts) => {
    if (value === undefined) return [];
    if (ui.field === "EntityNamePicker" && !NAME.test(value)) return [{ rule: "entityName" }];
    if (ui.field === "EntityTagsPicker") return value.filter((tag) => !TAG.test(tag)).slice(0, 1).map((tag) => ({ rule: "tag", limit: tag }));
    const isListed = ui.allowArbitraryValues === false || ui.field === "MyGroupsPicker";
    if (isListed && typeof value === "string" && !/^[^:]+:[^/]+\/./.test(value)) return [{ rule: "enum" }];
    if (ui.field !== "RepoUrlPicker") return [];
    const found = place(value);
    const missing = found.host ? partsOf(hosts, found.host).filter((name) => !found[name] && name !== "workspace") : ["host"];
    const lists = { ...LISTS, host: "allowedHosts" };
    const strange = Object.keys(lists).filter((name) => found[name] && listed(ui[lists[name]]).length && !listed(ui[lists[name]]).includes(found[name]));
    return [...missing.map((name) => ({ rule: name })), ...strange.map((name) => ({ rule: "among", limit: found[name] }))];
  };
})();
