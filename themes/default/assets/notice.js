// What every page says of the build, at its top. Portals that have nothing to say do not load this.
"use strict";
(() => {
  const { el, icon, url } = globalThis.callboard;
  globalThis.callboardNotice = ({ text, more, route }) => {
    const link = el("a", { href: url(route) }, more);
    const notice = el("aside", { class: "notice is-portal", "aria-label": more }, icon("warning"), el("span", {}, `${text} `, link));
    document.querySelector(".sheet")?.prepend(notice);
  };
})();
