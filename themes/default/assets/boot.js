// Runs before the first paint: colour scheme and width of the rail as the reader left them.
"use strict";
(() => {
  const html = document.documentElement;
  html.dataset.js = "";
  try {
    const scheme = localStorage.getItem("callboard:scheme");
    if (scheme === "light" || scheme === "dark") html.dataset.scheme = scheme;
    if (localStorage.getItem("callboard:rail") === "narrow") html.dataset.rail = "narrow";
  } catch { /* no storage: the defaults stand */ }
})();
