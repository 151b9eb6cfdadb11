// What every page has: rail, colour scheme, search, links on file://, dates.
"use strict";
(() => {
  const html = document.documentElement;
  const root = new URL(html.dataset.root || "./", location.href);

  // ---- Small tools, shared with the other scripts.

  function el(tag, attributes = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value === true) node.setAttribute(name, "");
      else if (value !== false && value != null) node.setAttribute(name, value);
    }
    node.append(...children.filter((child) => child != null && child !== ""));
    return node;
  }
  const KINDS = new Set(["component", "api", "resource", "system", "domain", "group", "user", "location", "template", "docs"]);
  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#i-${name}`);
    svg.append(use);
    return svg;
  }
  function glyph(kind) {
    const name = KINDS.has(kind) ? kind : "other";
    const svg = icon(name);
    svg.classList.add(`kind-${name}`);
    return svg;
  }
  /** Address of a path below the root; anything that would leave the root becomes the root. */
  function url(path) {
    const found = new URL(path, root);
    return found.href.startsWith(root.href) ? found.href : root.href;
  }
  const store = {
    get(key) {
      try { return localStorage.getItem(key); } catch { return null; }
    },
    set(key, value) {
      try { localStorage.setItem(key, value); } catch { /* none */ }
    },
  };
  /** A text of the portal's language with `{name}` filled in; of two forms, the one that fits `count`. */
  function t(text, values = {}) {
    const form = Array.isArray(text) ? text[values.count === 1 ? 0 : 1] : text;
    return form.replace(/\{(\w+)\}/g, (whole, name) => (values[name] ?? whole).toLocaleString(html.lang));
  }
  globalThis.callboard = { root, el, icon, glyph, url, store, t };

  // ---- Our own scripts. Nothing else can become one.

  const LOADABLE = /^(sw|(assets|search|data)\/[a-z0-9\/._-]+)\.js$/;
  const address = (path) => {
    if (!LOADABLE.test(path) || path.includes("..")) throw new TypeError(`not a script of this portal: ${path}`);
    return new URL(path, root).href;
  };
  const policy = globalThis.trustedTypes
    ? globalThis.trustedTypes.createPolicy("callboard", { createScriptURL: address })
    : { createScriptURL: address };
  const loading = new Map();
  globalThis.callboardLoad = (path) => {
    if (!loading.has(path)) {
      loading.set(path, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = policy.createScriptURL(path);
        script.onload = () => { script.remove(); resolve(); };
        script.onerror = () => { script.remove(); loading.delete(path); reject(new Error(`cannot load ${path}`)); };
        document.head.append(script);
      }));
    }
    return loading.get(path);
  };

  callboard.policy = policy;
  addEventListener("load", () => callboardLoad("assets/worker.js").catch(() => {}));

  // ---- Search: its script comes with the first use.

  const openSearch = async () => {
    if (!globalThis.callboardSearchOpen) await globalThis.callboardLoad("assets/search.js");
    globalThis.callboardSearchOpen();
  };
  for (const link of document.querySelectorAll("[data-search]")) {
    link.setAttribute("role", "button");
    if (!document.getElementById("search-input")) link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      openSearch();
    });
    link.addEventListener("keydown", (event) => {
      if (event.key === " ") { event.preventDefault(); openSearch(); }
    });
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!slash && !((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k")) return;
    event.preventDefault();
    openSearch();
  });

  // ---- file:// knows no index files.

  if (location.protocol === "file:") {
    const complete = (event) => {
      const link = event.target.closest?.("a[href]");
      const href = typeof link?.href === "string" ? link.href : link?.href?.baseVal;
      if (!href) return;
      const target = new URL(href, location.href);
      if (target.protocol !== "file:" || !target.pathname.endsWith("/")) return;
      target.pathname += "index.html";
      link.setAttribute("href", target.href);
    };
    for (const type of ["click", "auxclick", "contextmenu"]) document.addEventListener(type, complete, true);
  }

  // ---- Tabs: the current one is seen where they scroll.

  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;

  // ---- Rail: narrow on the desk, a drawer on the phone.

  const rail = document.getElementById("rail");
  const toggle = document.querySelector("[data-rail-toggle]");
  const phone = matchMedia("(max-width: 48rem)");
  if (rail && toggle) {
    const scrim = el("div", { class: "scrim" });
    document.body.append(scrim);
    for (const link of rail.querySelectorAll("a")) link.title = link.textContent.trim();
    const sheet = document.querySelector(".sheet");
    const drawer = (open) => {
      if (open) html.dataset.drawer = "open"; else delete html.dataset.drawer;
      sheet.inert = open;
      toggle.setAttribute("aria-expanded", String(open));
      if (open) (rail.querySelector("[aria-current]") ?? rail.querySelector("a"))?.focus();
    };
    const settle = () => {
      drawer(false);
      if (!phone.matches) toggle.setAttribute("aria-expanded", String(html.dataset.rail !== "narrow"));
    };
    toggle.addEventListener("click", () => {
      if (phone.matches) return drawer(html.dataset.drawer !== "open");
      const narrow = html.dataset.rail !== "narrow";
      if (narrow) html.dataset.rail = "narrow"; else delete html.dataset.rail;
      store.set("callboard:rail", narrow ? "narrow" : "wide");
      toggle.setAttribute("aria-expanded", String(!narrow));
    });
    scrim.addEventListener("click", () => drawer(false));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && html.dataset.drawer === "open") { drawer(false); toggle.focus(); }
    });
    phone.addEventListener("change", settle);
    settle();
  }

  // ---- Colour scheme: as the system, light, dark.

  const schemeButton = document.querySelector("[data-scheme-toggle]");
  if (schemeButton) {
    const words = { auto: t("frame.scheme_auto"), light: t("frame.scheme_light"), dark: t("frame.scheme_dark") };
    const order = Object.keys(words);
    const current = () => html.dataset.scheme ?? "auto";
    const show = () => {
      schemeButton.querySelector("use").setAttribute("href", `#i-${current()}`);
      const label = t("frame.scheme_is", { scheme: words[current()] });
      schemeButton.setAttribute("aria-label", label);
      schemeButton.title = label;
    };
    schemeButton.addEventListener("click", () => {
      const next = order[(order.indexOf(current()) + 1) % order.length];
      if (next === "auto") delete html.dataset.scheme; else html.dataset.scheme = next;
      store.set("callboard:scheme", next);
      show();
    });
    show();
  }

  // ---- Dates as people say them; the exact one is in the title.

  const UNITS = [["year", 31557600], ["month", 2629800], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];
  const say = new Intl.RelativeTimeFormat(html.lang, { numeric: "auto" });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.valueOf())) continue;
    const dayOnly = time.dateTime.length <= 10;
    const seconds = (date - Date.now()) / 1000;
    const [unit, size] = (dayOnly && Math.abs(seconds) < 86400 ? [] : UNITS).find(([, length]) => Math.abs(seconds) >= length) ?? ["day", 86400];
    const words = say.format(Math.round(seconds / size), unit);
    if ("keep" in time.dataset) time.textContent += ` (${words})`;
    else time.textContent = words;
    time.title = date.toLocaleString(html.lang, dayOnly ? { dateStyle: "full", timeZone: "UTC" } : { dateStyle: "full", timeStyle: "short" });
  }

  // A link opens what hides its target.
  const reveal = () => {
    const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    for (let box = target?.closest("details"); box; box = box.parentElement?.closest("details")) box.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
