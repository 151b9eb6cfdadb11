//! Search without a server: a catalog's documents become static shards, and a query reads only the few it needs.
//!
//! In come [`SearchDocument`]s, in a stable order; out go files below `search/`. [`build`] lets tantivy analyse and
//! index the text in memory, then walks the finished segment and writes it as scripts. [`query`] reads those scripts
//! back; `search-engine.js` in the theme is its twin for the browser. Both compute what [`ranking`] specifies and
//! give the same hits with the same scores. This room knows no files, no site and no catalog.
//!
//! | shard | holds |
//! |---|---|
//! | `search/root.js` | counts, averages, the folding table, the first key of every shard below |
//! | `search/lexicon/N.js` | `[surface, stem or "" if equal, frequency]`, sorted by surface |
//! | `search/postings/N.js` | `[stem, field, idf, capped, postings]`, sorted by stem and field |
//! | `search/names/N.js` | `[name, postings]`: what a whole query may equal, sorted by name |
//! | `search/documents/N.js` | `[title, section, url, kind, reference]` of a fixed number of documents |
//! | `search/text/N.js` | the text of a fixed number of documents, for excerpts |

mod analysis;
mod build;
mod excerpt;
mod expansion;
mod query;
mod ranking;
mod segment;
mod shard;
#[cfg(test)]
mod tests;

pub use build::build;
pub use query::query;

use std::io;

use serde::Serialize;

/// One thing that can be found: an entity, or a section of a documentation page.
#[derive(Clone, Debug, Default)]
pub struct SearchDocument {
    /// Lower-case entity kind such as `component`, or `docs` for a section of a documentation page.
    pub kind: String,
    /// Relative to the site's root, such as `docs/default/component/x/guide/#install`.
    pub url: String,
    /// The entity's title, or the documentation page's.
    pub title: String,
    /// The heading of the documentation section, or empty at a page's beginning and for entities.
    pub section: String,
    /// The entity this belongs to, such as `component:default/x`.
    pub reference: String,
    /// Further words to be found by: name, words of the url, tags.
    pub words: String,
    /// Plain text. White space is not significant.
    pub body: String,
}

/// Where [`query`] gets the files which [`build`] emitted.
pub trait Shards {
    /// The bytes of one shard.
    ///
    /// `path` is relative to the site's root, such as `search/root.js`.
    ///
    /// # Errors
    /// When the shard is missing or unreadable; [`query`] then gives up with that error.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// What a query found, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Results {
    /// How many documents hold at least one of the query's words; more than `hits` shows.
    pub total: usize,
    /// At most as many as were asked for.
    pub hits: Vec<Hit>,
    /// The query with its unknown words replaced by known ones, where there were any.
    pub suggestion: Option<String>,
}

/// One found document. The text fields are plain text as the document gave it, safe for no markup language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    pub title: String,
    pub section: String,
    pub url: String,
    pub kind: String,
    pub reference: String,
    /// Comparable within one query only; below 2^53.
    pub score: u64,
    /// Consecutive pieces of text; `true` marks a piece that matched the query.
    pub excerpt: Vec<(String, bool)>,
}
