globalThis.benchSearch = async (query, limit) => {
  const pagefind = await import(`${location.origin}/pagefind/pagefind.js`);
  const { results } = await pagefind.search(query);
  const pages = await Promise.all(results.slice(0, limit).map((result) => result.data()));
  return pages.map((page) => ({ url: page.url, excerpt: page.excerpt }));
};
