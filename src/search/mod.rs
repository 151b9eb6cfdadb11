//! Search without a server: a catalog's pages become static shards, and a query reads only the few it needs.
//!
//! In come [`SearchDocument`]s, one a page, in a stable order; out go files below `search/`. [`build`] lets tantivy
//! analyse and index the text in memory, then walks the finished segment and writes it as scripts. [`query`] reads
//! those scripts back; `search-engine.js` in the theme is its twin for the browser. Both compute what `ranking.rs`
//! specifies and give the same hits with the same scores. This room knows no files, no site and no catalog.
//!
//! | shard | holds |
//! |---|---|
//! | `search/root.js` | counts, the folding table, stop words, synonyms, the first key of every shard below |
//! | `search/terms/N.js` | in one order: words with their stems, the postings of each stem, names of pages and their parts |
//! | `search/beginnings/N.js`, `endings/N.js` | words that mistyped ones may mean, the latter reversed |
//! | `search/facets/N.js` | `[key, value, number of pages, runs]` |
//! | `search/pages/N.js` | title, url, kind, reference and sections of a few pages from number N on, for what is shown, for phrases and for the last step of the ranking |

mod analysis;
mod ask;
mod build;
mod excerpt;
mod expansion;
mod facets;
mod query;
mod ranking;
mod refine;
mod segment;
mod shard;
mod slots;
#[cfg(test)]
mod tests;

pub use analysis::language;
pub use build::build;
pub use query::query;
pub use tantivy::tokenizer::Language;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::{fmt, io};

use serde::Serialize;

/// One page that can be found: an entity's, or one of documentation.
#[derive(Clone, Debug, Default)]
pub struct SearchDocument {
    /// Lower-case entity kind such as `component`, or `docs` for documentation.
    pub kind: String,
    /// Whether it is the entity's own page, which its name leads to.
    pub is_entity: bool,
    /// Relative to the site's root, such as `docs/default/component/x/guide/`.
    pub url: String,
    /// The entity's title, or the documentation page's.
    pub title: String,
    /// The entity this belongs to, such as `component:default/x`.
    pub reference: String,
    /// Further words to be found by: name, words of the url, tags.
    pub words: String,
    pub sections: Vec<SearchSection>,
    /// Keys and values to filter by. The kind is one without being listed here.
    pub facets: Vec<(Cow<'static, str>, String)>,
    /// How many entities use this one.
    pub uses: usize,
}

impl SearchDocument {
    /// The first value of a facet, or nothing.
    fn facet(&self, key: &str) -> &str {
        self.facets.iter().find(|(known, _)| *known == key).map_or("", |(_, value)| value)
    }
}

/// A stretch of a page's text.
#[derive(Clone, Debug, Default)]
pub struct SearchSection {
    /// The id of the section's heading, empty at the page's beginning.
    pub anchor: String,
    /// Empty at the page's beginning.
    pub heading: String,
    /// Plain text. White space is not significant.
    pub text: String,
}

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whose stems and stop words are known.
    pub language: Language,
    /// What words mean beside themselves: `k8s` to `kubernetes`.
    pub synonyms: BTreeMap<String, Vec<String>>,
    /// Keys of facets beside those that every portal has, and what they are called.
    pub keys: Vec<(String, String)>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { language: Language::English, synonyms: BTreeMap::new(), keys: Vec::new() }
    }
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

/// A question.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Words, `"exact phrases"`, `-exclusions`, and filters such as `kind:api` or `-lifecycle:deprecated`.
    pub query: &'a str,
    /// How many hits to show.
    pub limit: usize,
    /// Whether to count the facets of all that was found.
    pub facets: bool,
    /// Whether to say of each hit why it stands where it does.
    pub explain: bool,
}

/// What a query found, best first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Results {
    /// How many pages fit; more than `hits` shows. Of a query with phrases, only the best hundred are looked at.
    pub total: usize,
    /// At most as many as were asked for.
    pub hits: Vec<Hit>,
    /// The query's words with unknown ones replaced by known ones, where there were any.
    pub suggestion: Option<String>,
    /// The filters that were read from the query.
    pub filters: Vec<Filter>,
    /// Empty unless they were asked for.
    pub facets: Vec<Facet>,
}

/// One found page. The text fields are plain text as the document gave it, safe for no markup language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    pub title: String,
    /// The heading of the best section, empty at the page's beginning.
    pub section: String,
    /// Leads to the best section.
    pub url: String,
    pub kind: String,
    pub reference: String,
    pub lifecycle: String,
    /// Comparable within one query only; below 2^53.
    pub score: u64,
    /// Consecutive pieces of text; `true` marks a piece that matched the query.
    pub excerpt: Vec<(String, bool)>,
    /// Other sections of the page that fit nearly as well.
    pub more: Vec<OtherSection>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// Another section of a found page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OtherSection {
    pub section: String,
    pub url: String,
}

/// A filter of a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Filter {
    pub key: String,
    /// Lower case.
    pub value: String,
    pub negative: bool,
    /// Whether any page has this value.
    pub known: bool,
}

/// How often each value of a key occurs in what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Facet {
    pub key: String,
    /// What it is called, where not every portal has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Most frequent first.
    pub values: Vec<FacetValue>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FacetValue {
    pub value: String,
    pub count: u64,
}

/// Why a hit has its score; the terms are those of `ranking.rs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    pub words: Vec<ExplainedWord>,
    /// The page score.
    pub page: u64,
    /// What the page score is made of: the words' scores, and their shares.
    pub sum: u64,
    pub held: u64,
    pub titled: u64,
    pub all: u64,
    /// In 64ths.
    pub boost: u64,
    /// Whether the whole query is a name of the page.
    pub is_named: bool,
    /// The best section's score.
    pub section: u64,
    /// Neighbours in the query that are neighbours in the best section.
    pub pairs: u64,
    /// How many words of the title were looked for, and how many it has.
    pub title: (u64, u64),
}

/// What one query word adds to a hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainedWord {
    pub word: String,
    /// What the word was taken for on this page.
    pub stem: Option<String>,
    pub why: &'static str,
    /// In sixteenths.
    pub factor: u64,
    /// In sixteenths; 0 if the word counts for no page's coverage.
    pub share: u64,
    pub score: u64,
    pub is_titled: bool,
}

/// What is wrong with shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SearchError {
    Version,
    Broken,
}

impl std::error::Error for SearchError {}

impl fmt::Display for SearchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            SearchError::Version => "the index was written by another version of callboard",
            SearchError::Broken => "the index is broken",
        })
    }
}
