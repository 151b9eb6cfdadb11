// Search on a page of the portal. Each engine's script gives benchSearch(query, limit): the address and the excerpt of
// each hit. Nothing is loaded before the first call.
globalThis.benchSearch = async (query, limit) => {
  const early = (globalThis.callboardEarlyShards ??= new Map());
  globalThis.callboardShard ??= (name, value) => early.set(name, value);
  await Promise.all(["assets/search-engine.js", "search/root.js"].map(globalThis.callboardLoad));
  const { hits } = await globalThis.callboardSearch.search(query, limit);
  return hits.map((hit) => ({ url: hit.url, excerpt: hit.excerpt }));
};
