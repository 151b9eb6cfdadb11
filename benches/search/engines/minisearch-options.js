// How MiniSearch indexes and searches, for both who make the index and who read it: what its documentation
// recommends. Japanese has no spaces, so words are what the platform's segmenter takes for words.
"use strict";
globalThis.minisearchOptions = (language) => {
  const options = {
    fields: ["title", "headings", "text"],
    storeFields: ["title", "text"],
    searchOptions: {
      prefix: (term, place, terms) => place === terms.length - 1,
      fuzzy: 0.2,
      boost: { title: 2, headings: 1.5 },
    },
  };
  if (language === "ja") {
    const segmenter = new Intl.Segmenter("ja", { granularity: "word" });
    options.tokenize = (text) => [...segmenter.segment(text)].filter((part) => part.isWordLike).map((part) => part.segment);
  }
  return options;
};
