// My team: chosen on a group's page, kept in this browser, and told on the first page how it fares.
"use strict";
(() => {
  const { root, el, icon, glyph, url, store, t } = globalThis.callboard;
  const KEY = `callboard:team:${root.pathname}`;
  const read = () => {
    try {
      const team = JSON.parse(store.get(KEY) ?? "null");
      return team && [team.reference, team.text, team.url, team.data].every((part) => typeof part === "string") ? team : null;
    } catch { return null; }
  };

  // ---- On a group's page.

  const button = document.querySelector("[data-team]");
  if (button) {
    const head = document.querySelector("[data-entity]");
    const here = decodeURI(location.pathname.slice(root.pathname.length)).replace(/index\.html$/, "");
    const team = { reference: head.dataset.entity, text: head.dataset.text, url: here, data: button.dataset.team };
    const show = () => {
      const on = read()?.reference === team.reference;
      button.setAttribute("aria-pressed", String(on));
      button.querySelector("span").textContent = on ? t("entity.my_team") : t("team.make");
    };
    button.addEventListener("click", () => {
      store.set(KEY, JSON.stringify(read()?.reference === team.reference ? null : team));
      show();
    });
    button.hidden = false;
    show();
  }

  // ---- On the first page.

  const box = document.getElementById("my-team");
  const team = box ? read() : null;
  if (!team) return;
  const header = box.querySelector("header");
  header.append(el("a", { href: url(`health/?owner=${encodeURIComponent(team.reference)}`) }, t("word.health")));
  const name = el("p", { class: "row-title" }, el("a", { class: "entity", href: url(team.url), title: team.reference }, glyph("group"), el("bdi", {}, team.text)));
  box.append(name);
  box.hidden = false;
  const said = new Map();
  const before = globalThis.callboardData;
  globalThis.callboardData = (set, key, value) => {
    if (set === "teams") said.set(key, value);
    else before?.(set, key, value);
  };
  const findingsOf = (count) => t("team.findings", { count });
  globalThis.callboardLoad(team.data).then(() => {
    const told = said.get(team.reference);
    if (!told) return;
    name.append(el("a", { class: "row-end", href: url(`catalog/?owner=${encodeURIComponent(team.reference)}`) }, t("team.owns", { count: told.owned })));
    const counts = el("p", { class: "health-counts" });
    if (told.failing) counts.append(el("span", { class: "severity is-error" }, icon("error"), t("team.failing", { count: told.failing })));
    if (told.findings) counts.append(el("span", { class: "severity is-warning" }, icon("warning"), findingsOf(told.findings)));
    if (told.inUse) counts.append(el("span", { class: "severity is-warning" }, icon("warning"), t("team.in_use", { count: told.inUse })));
    if (!told.failing && !told.findings && !told.inUse) counts.append(el("span", { class: "severity is-good" }, icon("check"), t("team.fine")));
    box.append(counts);
    if (!told.worst.length) return;
    const rows = told.worst.map(([text, path, kind, findings, failing]) =>
      el("li", {}, el("p", { class: "row-title" }, el("a", { class: "entity", href: url(path) }, glyph(kind), el("bdi", {}, text)), el("span", { class: "row-end" }, [failing && t("team.failing", { count: failing }), findings && findingsOf(findings)].filter(Boolean).join(" · ")))));
    box.append(el("ul", { class: "rows is-tight" }, ...rows));
  }).catch(() => box.append(el("p", { class: "empty" }, t("team.gone"))));
})();
