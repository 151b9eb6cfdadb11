// An engine that finds 24 things whatever is asked, for what a portal of this size has too little of. Filters in the
// query are read and have no effect.
(async () => {
  await callboardLoad("assets/search-engine.js");
  const hostile = '<img src=x onerror=alert(1)> & "more"';
  const hit = (number) => ({
    title: number === 1 ? hostile : `Thing ${number}`,
    section: number % 3 ? "" : hostile,
    url: `docs/default/component/payment-service/#${number}`,
    kind: number % 4 ? "docs" : "component",
    reference: number % 4 ? "" : `component:default/thing-${number}`,
    lifecycle: number === 4 ? "deprecated" : "",
    score: 1000 - number,
    excerpt: [{ text: hostile, mark: number % 2 === 0 }],
    more: number === 2 ? [{ section: hostile, url: "docs/default/component/payment-service/#more" }] : [],
  });
  const all = Array.from({ length: 24 }, (_, index) => hit(index + 1));
  const values = (count, name) => Array.from({ length: count }, (_, index) => ({ value: `${name}${index}`, count: count - index }));
  callboardSearch.search = async (query, limit, options) => ({
    total: all.length,
    hits: all.slice(0, limit),
    suggestion: null,
    filters: [...query.matchAll(/(-?)(kind|type|owner|tag):(?:"([^"]*)"|(\S+))/g)].map(([, minus, key, quoted, plain]) =>
      ({ key, value: quoted ?? plain, negative: minus === "-", known: (quoted ?? plain) !== hostile.replaceAll('"', "") && plain !== "nobody" })),
    facets: options?.facets && [
      { key: "kind", values: [{ value: "docs", count: 18 }, { value: "component", count: 6 }] },
      { key: "type", values: values(11, "sort-") },
      { key: "owner", values: [{ value: "group:default/team-payments", count: 3 }, { value: hostile, count: 1 }] },
      { key: "tag", values: [] },
    ],
  });
})();
