// The anchor of an old address goes along to the new one, which the refresh of the page itself would drop.
(() => {
  "use strict";
  const link = document.querySelector("a[data-moved]");
  if (link && location.hash && !link.hash) {
    link.hash = location.hash;
    location.replace(link.href);
  }
})();
