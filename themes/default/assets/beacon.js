// Tells the counter that the page names of each page view: the page's address and title, nothing about the reader. Only
// portals that name a counter have this file.
"use strict";
(() => {
  const { counter, to, site } = document.currentScript.dataset;
  const path = location.pathname.replace(/(^|\/)index\.html$/, "$1");
  const url = location.origin + path;
  const { title } = document;

  // What each program takes for a page view, as its own script sends it.
  const requests = {
    goatcounter: () => ({ query: { p: path, t: title } }),
    matomo: () => ({ query: { idsite: site, rec: 1, url, action_name: title, apiv: 1, send_image: 0 } }),
    plausible: () => ({ type: "text/plain", body: { name: "pageview", url, domain: site } }),
    umami: () => ({
      type: "application/json",
      body: { type: "event", payload: { website: site, hostname: location.hostname, url: path, title } },
    }),
  };

  function tell() {
    const { query, type, body } = requests[counter]();
    const address = new URL(to);
    for (const [name, value] of Object.entries(query ?? {})) address.searchParams.set(name, value);
    const options = { credentials: "omit", cache: "no-store", keepalive: true, referrerPolicy: "origin" };
    if (body) Object.assign(options, { method: "POST", headers: { "Content-Type": type }, body: JSON.stringify(body) });
    // Only what is no plain request needs the counter's consent; of the others nobody reads the answer.
    if (type !== "application/json") options.mode = "no-cors";
    fetch(address, options).catch(() => { /* a counter that is away is missed by nobody here */ });
  }

  const isRefused = Boolean(navigator.globalPrivacyControl) || navigator.doNotTrack === "1";
  if (isRefused || !location.protocol.startsWith("http")) return;
  if (document.prerendering) document.addEventListener("prerenderingchange", tell, { once: true });
  else tell();
})();
