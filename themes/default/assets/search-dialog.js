// The search dialog, which every page but the search page opens.
"use strict";
(() => {
  const { el, icon, t } = globalThis.callboard;
  const { ready, ask, grouped, row, name, summary, newest, suggest, chips, recent, clearRecent, missed } = globalThis.callboardSearchParts;
  const LIMIT = 10;

  let parts = null;
  function build() {
    const input = el("input", { type: "search", role: "combobox", "aria-label": t("word.search_portal"), "aria-expanded": "false", "aria-controls": "search-hits",
      "aria-autocomplete": "list", autocomplete: "off", autocapitalize: "none", spellcheck: "false", placeholder: t("search.placeholder"), enterkeyhint: "search" });
    const status = el("span", { role: "status" });
    const hint = el("div", { class: "search-hint" });
    const list = el("div", { class: "search-list", id: "search-hits", role: "listbox", "aria-label": t("search.results") });
    const close = el("button", { type: "button", class: "iconbutton", "aria-label": t("search.close") }, icon("close"));
    const dialog = el("dialog", { class: "search", "aria-label": t("word.search") },
      el("div", { class: "search-head" }, icon("search"), input, close),
      hint, list,
      el("div", { class: "search-foot" }, status, el("span", {}, el("kbd", {}, "↑"), " ", el("kbd", {}, "↓"), ` ${t("search.key_choose")}  `, el("kbd", {}, "Enter"), ` ${t("search.key_open")}  `, el("kbd", {}, "Esc"), ` ${t("search.key_close")}`)));
    document.body.append(dialog);

    let options = [];
    let at = -1;
    const choose = (index) => {
      options[at]?.setAttribute("aria-selected", "false");
      at = options.length ? (index + options.length) % options.length : -1;
      const option = options[at];
      if (!option) return input.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", option.id);
    };
    const clear = () => {
      options = [];
      list.replaceChildren();
      hint.replaceChildren();
      input.setAttribute("aria-expanded", "false");
      choose(-1);
    };
    const offer = (option, group) => {
      option.setAttribute("role", "option");
      option.setAttribute("id", `search-hit-${options.length}`);
      option.setAttribute("aria-selected", "false");
      options.push(option);
      group.append(option);
    };
    const use = (words) => { input.value = words; input.focus(); run(words, 0); };
    const showRecent = () => {
      clear();
      const searches = recent.read();
      status.textContent = searches.length ? t("search.type_or") : t("search.type");
      if (!searches.length) return;
      const group = el("div", { role: "group", "aria-label": t("me.searches") });
      for (const query of searches) {
        const option = el("div", { class: "hit" }, icon("search"), el("span", { class: "hit-title" }, el("bdi", {}, query)));
        option.addEventListener("click", () => use(query));
        offer(option, group);
      }
      hint.replaceChildren(el("p", { class: "hits-head" }, t("me.searches"), " ", clearRecent(() => { showRecent(); input.focus(); })));
      list.append(group);
      input.setAttribute("aria-expanded", "true");
    };
    const run = newest(async (query, current) => {
      if (!query) return showRecent();
      let found;
      try {
        found = await ask(query, LIMIT);
      } catch {
        if (!current()) return;
        clear();
        status.textContent = t("search.failed");
        return;
      }
      if (!current() || !found) return;
      clear();
      for (const [kind, hits] of grouped(found.hits)) {
        const label = `search-${options.length}-label`;
        const group = el("div", { role: "group", "aria-labelledby": label }, el("div", { class: "hits-head", id: label, role: "presentation" }, name(kind)));
        for (const hit of hits) {
          const option = row(hit, { tabindex: "-1" });
          option.addEventListener("click", () => { recent.add(query); dialog.close(); });
          offer(option, group);
        }
        list.append(group);
      }
      input.setAttribute("aria-expanded", String(options.length > 0));
      const filters = chips(found, query, use);
      hint.replaceChildren(...[filters.length ? el("div", { class: "chips" }, ...filters) : null, suggest(found, use)].filter(Boolean));
      status.textContent = summary(query, found);
      list.scrollTop = 0;
      choose(0);
      const note = await missed(found.total ? "" : query);
      if (note && current()) hint.append(el("p", { class: "hits-head" }, note));
    });
    input.addEventListener("input", () => {
      missed("");
      if (list.querySelector("div.hit")) clear();
      run(input.value.trim(), 80);
    });
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "ArrowDown") choose(at + 1);
      else if (event.key === "ArrowUp") choose(Math.max(at, 0) - 1);
      else if (event.key === "Enter") {
        const option = options[at];
        if (option) option.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey, shiftKey: event.shiftKey }));
      } else if (event.key === "Escape") dialog.close();
      else return;
      event.preventDefault();
    });
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => globalThis.callboardNoResults?.leave());
    return { dialog, input, run };
  }
  function open() {
    parts ??= build();
    if (parts.dialog.open) return;
    parts.dialog.showModal();
    parts.input.select();
    parts.run(parts.input.value.trim(), 0);
    ready().catch(() => {});
  }
  globalThis.callboardSearchOpen = open;
})();
