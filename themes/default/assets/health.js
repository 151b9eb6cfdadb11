// The filter of the health page: rows of one owner, kept in the address.
"use strict";
(() => {
  const { t } = globalThis.callboard;
  const form = document.getElementById("health-filter");
  const input = document.getElementById("health-owner");
  const status = form.querySelector("[role=status]");
  const rows = [...document.querySelectorAll("[data-owners]")];

  function show() {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      row.hidden = wanted !== "" && !row.dataset.owners.includes(wanted);
      if (!row.hidden) shown += 1;
    }
    status.textContent = wanted === "" ? "" : t("health.rows", { shown, count: rows.length });
  }
  function keep() {
    const here = new URL(location.href);
    if (input.value.trim()) here.searchParams.set("owner", input.value.trim()); else here.searchParams.delete("owner");
    try { history.replaceState(null, "", here); } catch { /* file:// in some browsers */ }
  }

  if (!rows.length) return;
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("input", () => { show(); keep(); });
  input.value = new URL(location.href).searchParams.get("owner") ?? "";
  show();
})();
