// Runs before the first paint: colour scheme, width of the rail and size of text as the reader left them.
"use strict";
(() => {
  const html = document.documentElement;
  html.dataset.js = "";
  try {
    const scheme = localStorage.getItem("callboard:scheme");
    if (scheme === "light" || scheme === "dark") html.dataset.scheme = scheme;
    if (localStorage.getItem("callboard:rail") === "narrow") html.dataset.rail = "narrow";
    const text = localStorage.getItem("callboard:text");
    if (["90", "110", "125", "150"].includes(text)) html.dataset.text = text;
  } catch { /* no storage: the defaults stand */ }
})();
