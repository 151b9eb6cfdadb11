// Copy buttons on blocks of code and on refs.
"use strict";
(() => {
  const { el, icon, t } = globalThis.callboard;

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      const area = el("textarea", { class: "vh", "aria-hidden": "true", tabindex: "-1" });
      area.value = text;
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      return done;
    }
  }
  function copyButton(label, text, inline) {
    const button = el("button", { type: "button", class: `iconbutton copy${inline ? " is-inline" : ""}`, "aria-label": label, title: label }, icon("copy"));
    button.addEventListener("click", async () => {
      if (!(await copy(text()))) return;
      button.querySelector("use").setAttribute("href", "#i-check");
      button.setAttribute("aria-label", t("word.copied"));
      setTimeout(() => {
        button.querySelector("use").setAttribute("href", "#i-copy");
        button.setAttribute("aria-label", label);
      }, 1500);
    });
    return button;
  }
  globalThis.callboard.copyButton = copyButton;
  for (const pre of document.querySelectorAll("main pre")) {
    let box = pre.parentElement;
    if (!box.classList.contains("highlight")) {
      box = el("div", { class: "copyable" });
      pre.replaceWith(box);
      box.append(pre);
    }
    if (!pre.hasAttribute("tabindex")) pre.tabIndex = 0;
    pre.after(copyButton(t("word.copy_code"), () => (pre.querySelector("code") ?? pre).textContent));
  }
  for (const node of document.querySelectorAll("[data-copy-list]")) {
    const lines = () => [...document.querySelectorAll(`#${node.dataset.copyList} [data-line]`)].map((line) => line.dataset.line);
    node.append(copyButton(node.dataset.label, () => `${lines().join("\n")}\n`, true));
  }
  for (const node of document.querySelectorAll("[data-copy]")) {
    const text = node.textContent;
    node.append(copyButton(t("word.copy", { text }), () => text, true));
  }
})();
