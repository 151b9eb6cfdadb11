// Writes the index of MiniSearch: node minisearch-index.mjs PAGES INDEX
import { readFileSync, writeFileSync } from "node:fs";
import MiniSearch from "minisearch";
import "./minisearch-options.js";

const { language, pages } = JSON.parse(readFileSync(process.argv[2], "utf8"));
const index = new MiniSearch(globalThis.minisearchOptions(language));
index.addAll(pages);
writeFileSync(process.argv[3], JSON.stringify(index));
