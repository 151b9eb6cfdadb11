// The reader's place and comfort in a documentation. The pages are complete without any of it.
"use strict";
(() => {
  const { el, icon, store, t } = globalThis.callboard;
  const html = document.documentElement;
  const prose = document.querySelector(".doc .prose");
  const decoded = (hash) => {
    try { return decodeURIComponent(hash.slice(1)); } catch { return hash.slice(1); }
  };

  // Words for a moment, for eyes and for screen readers.
  const said = el("p", { class: "said", role: "status" });
  document.getElementById("main").append(said);
  let silence;
  const say = (text) => {
    said.textContent = text;
    clearTimeout(silence);
    silence = setTimeout(() => { said.textContent = ""; }, 2000);
  };

  // ---- The pages of the set: what the reader folds stays folded, but for the branch of this page.

  const pages = document.getElementById("docnav");
  const opener = document.querySelector(".docnav-toggle");
  const current = pages?.querySelector(":scope > ul [aria-current]");
  if (pages) {
    const key = `callboard:nav:${pages.dataset.set}`;
    const folds = [...pages.querySelectorAll(":scope > ul details")];
    const name = (fold) => {
      const words = [];
      for (let at = fold; at; at = at.parentElement.closest("details")) words.unshift(at.firstElementChild.textContent.trim());
      return words.join("/");
    };
    let changed = new Map();
    try {
      changed = new Map(JSON.parse(store.get(key) ?? "[]"));
    } catch { /* someone else's words */ }
    const keep = () => store.set(key, JSON.stringify([...changed].slice(-200)));
    for (const fold of folds) {
      const open = changed.get(name(fold));
      if (typeof open === "boolean" && !fold.contains(current)) fold.open = open;
      fold.firstElementChild.addEventListener("click", (event) => {
        if (event.target.closest("a")) return;
        changed.set(name(fold), !fold.open);
        keep();
      });
    }
    if (folds.length > 1) {
      const all = el("button", { type: "button", class: "textbutton docnav-all" });
      const show = () => { all.textContent = folds.every((fold) => fold.open) ? t("docs.collapse") : t("docs.expand"); };
      all.addEventListener("click", () => {
        const open = !folds.every((fold) => fold.open);
        for (const fold of folds) {
          fold.open = open;
          changed.set(name(fold), open);
        }
        keep();
      });
      pages.addEventListener("toggle", show, true);
      pages.querySelector(":scope > ul").before(all);
      show();
    }
    const show = () => {
      if (!current || current.getBoundingClientRect().bottom < pages.getBoundingClientRect().bottom) return;
      pages.scrollTop += current.getBoundingClientRect().top - pages.getBoundingClientRect().top - pages.clientHeight / 2;
    };
    show();

    // On the phone they are a drawer.
    const phone = matchMedia("(max-width: 48rem)");
    const settle = () => {
      if (phone.matches) pages.setAttribute("popover", "auto"); else pages.removeAttribute("popover");
    };
    if (opener && "popover" in pages) {
      opener.setAttribute("role", "button");
      opener.setAttribute("aria-expanded", "false");
      const flip = (event) => {
        event.preventDefault();
        pages.showPopover();
      };
      opener.addEventListener("click", flip);
      opener.addEventListener("keydown", (event) => { if (event.key === " ") flip(event); });
      pages.addEventListener("toggle", (event) => {
        if (event.target !== pages) return;
        const open = event.newState === "open";
        opener.setAttribute("aria-expanded", String(open));
        if (open) {
          show();
          (current ?? pages.querySelector("a")).focus({ preventScroll: true });
        } else if (document.activeElement === document.body) opener.focus();
      });
      phone.addEventListener("change", settle);
      settle();
    }
  }

  // ---- The heading that is being read, in the contents.

  const toc = document.querySelector(".docside .toc");
  if (toc) {
    if (matchMedia("(max-width: 75rem)").matches) toc.open = false;
    const links = new Map();
    for (const link of toc.querySelectorAll("a")) {
      const heading = document.getElementById(decoded(link.hash));
      if (heading) links.set(heading, link);
    }
    const headings = [...links.keys()];
    let marked;
    const mark = () => {
      let now = headings[0];
      for (const heading of headings) {
        if (heading.getBoundingClientRect().top > 120) break;
        now = heading;
      }
      if (innerHeight + scrollY >= html.scrollHeight - 2 && scrollY > 0) now = headings.at(-1);
      if (now === marked) return;
      links.get(marked)?.removeAttribute("aria-current");
      links.get(now).setAttribute("aria-current", "true");
      marked = now;
      const side = toc.parentElement;
      const [link, box] = [links.get(now).getBoundingClientRect(), side.getBoundingClientRect()];
      if (link.bottom > box.bottom || link.top < box.top) side.scrollTop += link.top - box.top - box.height / 2;
    };
    if (headings.length) {
      let waiting = false;
      addEventListener("scroll", () => {
        if (waiting) return;
        waiting = true;
        requestAnimationFrame(() => { waiting = false; mark(); });
      }, { passive: true });
      mark();
    }
  }

  // ---- The size of the text.

  const sizes = [90, 100, 110, 125, 150];
  const control = document.querySelector(".textsize");
  if (control) {
    const size = () => Math.max(sizes.indexOf(Number(html.dataset.text ?? 100)), 0);
    const show = () => {
      control.querySelector("output").textContent = `${sizes[size()]} %`;
      for (const button of control.querySelectorAll("button")) {
        button.setAttribute("aria-disabled", String(!(size() + Number(button.dataset.step) in sizes)));
      }
    };
    control.addEventListener("click", (event) => {
      const next = sizes[size() + Number(event.target.closest("button")?.dataset.step ?? NaN)];
      if (!next) return;
      if (next === 100) delete html.dataset.text; else html.dataset.text = String(next);
      store.set("callboard:text", String(next));
      show();
    });
    control.hidden = false;
    show();
  }

  // ---- A heading's own link is copied as well.

  prose?.addEventListener("click", async (event) => {
    const link = event.target.closest(".headerlink");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    try {
      await navigator.clipboard.writeText(link.href);
      say(t("docs.link_copied"));
    } catch { /* not allowed here: the address bar has it */ }
  });

  // ---- Tabs of the same name go together, on every page.

  const wish = "callboard:tabs";
  const tabs = new Map();
  for (const label of document.querySelectorAll(".tabbed-labels > label")) {
    const input = document.getElementById(label.htmlFor);
    const text = label.textContent.trim();
    if (!input || !text) continue;
    if (!tabs.has(text)) tabs.set(text, []);
    tabs.get(text).push(input);
    input.addEventListener("change", () => {
      const top = label.getBoundingClientRect().top;
      for (const other of tabs.get(text)) other.checked = true;
      scrollBy({ top: label.getBoundingClientRect().top - top, behavior: "instant" });
      label.scrollIntoView({ block: "nearest", inline: "nearest" });
      store.set(wish, JSON.stringify([text, ...wishes().filter((other) => other !== text)].slice(0, 20)));
    });
  }
  function wishes() {
    try {
      const found = JSON.parse(store.get(wish) ?? "[]");
      return Array.isArray(found) ? found : [];
    } catch { return []; }
  }
  if (tabs.size) {
    for (const text of wishes().reverse()) for (const input of tabs.get(text) ?? []) input.checked = true;
  }
  // A link into a tab opens it.
  const reveal = () => {
    const target = location.hash.length > 1 ? document.getElementById(decoded(location.hash)) : null;
    let hidden = false;
    for (let block = target?.closest(".tabbed-block"); block; block = block.parentElement.closest(".tabbed-block")) {
      const number = [...block.parentElement.children].indexOf(block);
      const input = block.closest(".tabbed-set").querySelectorAll(":scope > input")[number];
      if (input && !input.checked) hidden = input.checked = true;
    }
    if (hidden) target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // ---- Images by themselves.

  let box;
  const enlarge = (image) => {
    const images = [...prose.querySelectorAll(".zoom img")];
    if (!box) {
      const shut = el("button", { type: "button", class: "iconbutton", "aria-label": t("word.close") }, icon("close"));
      box = el("dialog", { class: "lightbox", "aria-label": t("docs.image") }, el("figure", {}, el("img", { alt: "" }), el("figcaption")), shut);
      box.addEventListener("click", () => box.close());
      box.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) show(step);
      });
      document.body.append(box);
    }
    let at = images.indexOf(image);
    const show = (step) => {
      at = (at + step + images.length) % images.length;
      const picture = box.querySelector("img");
      picture.src = images[at].currentSrc || images[at].src;
      picture.alt = images[at].alt;
      // A drawing has no size of its own to keep to.
      picture.classList.toggle("is-drawing", new URL(picture.src).pathname.endsWith(".svg"));
      const number = images.length > 1 ? ` ${t("docs.image_of", { number: at + 1, count: images.length })}` : "";
      box.querySelector("figcaption").textContent = (images[at].title || images[at].alt) + number;
    };
    show(0);
    box.showModal();
  };
  const offer = (image) => {
    if (image.closest("a, button, .zoom") || image.naturalWidth < 240 || image.width < 120) return;
    const button = el("button", { type: "button", class: "zoom", "aria-label": t("docs.enlarge", { name: image.alt }).trim() });
    image.replaceWith(button);
    button.append(image);
    button.addEventListener("click", () => enlarge(image));
  };
  for (const image of prose?.querySelectorAll("img") ?? []) {
    if (image.complete && image.naturalWidth) offer(image); else image.addEventListener("load", () => offer(image), { once: true });
  }

  // ---- An issue about the selected words.

  const report = document.querySelector("a.report");
  if (report && prose) {
    const plain = report.href;
    const field = report.dataset.body;
    const selected = () => {
      const selection = getSelection();
      if (!selection.rangeCount || selection.isCollapsed) return null;
      const range = selection.getRangeAt(0);
      const text = selection.toString().trim();
      return text && prose.contains(range.commonAncestorContainer) ? { range, text } : null;
    };
    const address = ({ range, text }) => {
      let heading;
      for (const at of prose.querySelectorAll(":is(h1, h2, h3, h4, h5, h6)[id]")) {
        if (at.compareDocumentPosition(range.startContainer) & (Node.DOCUMENT_POSITION_FOLLOWING | Node.DOCUMENT_POSITION_CONTAINED_BY)) heading = at;
      }
      const link = heading?.querySelector(".headerlink");
      const quote = text.slice(0, 1000) + (text.length > 1000 ? " …" : "");
      const words = heading ? `- Section: ${(link ? heading.textContent.slice(0, -link.textContent.length) : heading.textContent).trim()} (#${heading.id})\n` : "";
      const url = new URL(plain);
      url.searchParams.set(field, `${quote.replace(/^/gm, "> ")}${url.searchParams.get(field)}${words}`);
      return url.href;
    };
    const bubble = el("a", { class: "button bubble", target: "_blank", rel: "noopener" }, icon("report"), t("word.report_issue"));
    const place = () => {
      const found = selected();
      report.href = found ? address(found) : plain;
      if (!found) return bubble.remove();
      bubble.href = report.href;
      // Behind the block that holds the end of the selection, where those who read with the keyboard look for it.
      let block = found.range.endContainer;
      while (block.parentNode !== prose) block = block.parentNode;
      if (bubble.previousSibling !== block) block.after(bubble);
      const rects = found.range.getClientRects();
      const rect = rects[rects.length - 1] ?? found.range.getBoundingClientRect();
      if (!bubble.offsetParent) return;
      const origin = bubble.offsetParent.getBoundingClientRect();
      bubble.style.top = `${rect.bottom - origin.top + 6}px`;
      bubble.style.left = `${Math.max(0, Math.min(rect.right - origin.left - bubble.offsetWidth / 2, prose.offsetLeft + prose.offsetWidth - bubble.offsetWidth))}px`;
    };
    let pause;
    document.addEventListener("selectionchange", () => {
      if (document.activeElement === bubble) return;
      clearTimeout(pause);
      pause = setTimeout(place, 200);
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") bubble.remove();
      // Browsers would go on from the start of the page, which a click into the text gives the focus.
      const isInText = ["BODY", "MAIN"].includes(document.activeElement?.tagName);
      if (event.key === "Tab" && !event.shiftKey && bubble.isConnected && isInText) {
        event.preventDefault();
        bubble.focus();
      }
    });
  }

  // ---- Paper.

  const printing = document.querySelector("[data-print]");
  if (printing) {
    printing.hidden = false;
    printing.addEventListener("click", () => print());
  }
})();
