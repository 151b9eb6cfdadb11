(() => {
  const load = (path) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.onload = resolve;
      script.onerror = reject;
      script.src = path;
      document.head.append(script);
    });

  let loading;
  const open = async () => {
    const [text] = await Promise.all([
      fetch("/minisearch.json").then((response) => response.text()),
      load("/minisearch.js"),
      load("/minisearch-options.js"),
    ]);
    return globalThis.MiniSearch.loadJSON(text, globalThis.minisearchOptions(document.documentElement.lang));
  };

  // MiniSearch makes no excerpts: some words around the first that was found.
  const excerpt = (text, terms) => {
    const lower = text.toLowerCase();
    const places = terms.map((term) => lower.indexOf(term)).filter((place) => place >= 0);
    const start = Math.max(0, Math.min(...(places.length ? places : [0])) - 30);
    return text.slice(start, start + 180);
  };

  globalThis.benchSearch = async (query, limit) => {
    const index = await (loading ??= open());
    return index.search(query).slice(0, limit).map((hit) => ({ url: hit.id, excerpt: excerpt(hit.text, hit.terms) }));
  };
})();
