// The reader's place in a documentation: pages of the set on the phone, the current heading in the contents.
"use strict";
(() => {
  const phone = matchMedia("(max-width: 48rem)");
  const pages = document.getElementById("docnav");
  const opener = document.querySelector(".docnav-toggle");
  if (pages && opener) {
    opener.setAttribute("role", "button");
    opener.setAttribute("aria-expanded", "false");
    const flip = (event) => {
      event.preventDefault();
      opener.setAttribute("aria-expanded", String(pages.classList.toggle("is-open")));
      if (pages.classList.contains("is-open")) pages.scrollIntoView({ block: "nearest" });
    };
    opener.addEventListener("click", flip);
    opener.addEventListener("keydown", (event) => { if (event.key === " ") flip(event); });
    if (!phone.matches) {
      const current = pages.querySelector("[aria-current]");
      if (current && current.offsetTop > pages.clientHeight) pages.scrollTop = current.offsetTop - pages.clientHeight / 2;
    }
  }
  const toc = document.querySelector(".toc");
  if (toc) {
    if (matchMedia("(max-width: 75rem)").matches) toc.open = false;
    const links = new Map();
    for (const link of toc.querySelectorAll("a")) {
      const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (heading) links.set(heading, link);
    }
    const headings = [...links.keys()];
    const mark = () => {
      let current = headings[0];
      for (const heading of headings) {
        if (heading.getBoundingClientRect().top > 120) break;
        current = heading;
      }
      if (innerHeight + scrollY >= document.documentElement.scrollHeight - 2 && scrollY > 0) current = headings.at(-1);
      for (const [heading, link] of links) {
        if (heading === current) link.setAttribute("aria-current", "true"); else link.removeAttribute("aria-current");
      }
    };
    if (headings.length) {
      const watcher = new IntersectionObserver(mark, { rootMargin: "-100px 0px 0px 0px", threshold: [0, 1] });
      for (const heading of headings) watcher.observe(heading);
      addEventListener("scrollend", mark, { passive: true });
      mark();
    }
  }
})();
