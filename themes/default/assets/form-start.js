// Shows the form of a template and folds up what it says about the questions.
"use strict";
(() => {
  const load = globalThis.callboardLoad;
  const host = document.getElementById("form");
  const asks = document.getElementById("asks");
  const data = document.getElementById("template-data");
  if (!host || !data) return;
  const asked = (word) => data.textContent.includes(`"${word}`);
  // Each needs what those before it give; what a template does not ask for stays away.
  const SCRIPTS = ["form-schema", asked("pattern") && "form-pattern", "form-fields", asked("ui:field") && "form-pickers", "form"].filter(Boolean);
  const start = async () => {
    try {
      for (const name of [...SCRIPTS, "preview"]) await load(`assets/${name}.js`);
      host.hidden = false;
      asks.open = false;
      globalThis.callboard.form.open(JSON.parse(data.textContent), host.querySelector(".form"));
    } catch (error) {
      // The page says all the same what the template asks.
      host.hidden = true;
      asks.open = true;
      console.warn(`callboard: ${error.message}`);
    }
  };
  start();
})();
