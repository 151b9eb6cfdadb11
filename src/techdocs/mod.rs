//! Documentation as its authors wrote it: mkdocs.yml and Markdown pages in, safe HTML, headings and plain text out.
//!
//! The room is pure. It knows neither files nor routes: the caller hands in text, says through [`Links`] where a link
//! leads, and keeps highlighted blocks behind [`Cache`](crate::cache::Cache). Nothing a page holds stops it; what is wrong becomes a
//! finding with its line and column.

mod address;
pub mod assets;
mod awesome;
mod commonmark;
pub mod crosslinks;
pub mod diagram;
pub mod dialect;
mod edit;
mod front_matter;
pub mod highlight;
mod inline;
mod labels;
pub mod leads;
mod markdown;
pub mod math;
pub mod mkdocs;
pub mod nav;
mod page;
mod raw_html;
pub mod sets;
mod slug;
pub mod stale;
pub mod survey;
mod svg;
#[cfg(test)]
mod tests;
mod twin;
mod writer;

pub use diagram::{Diagrams, Drawing};
pub use dialect::Dialect;
pub use highlight::Highlighter;
pub use inline::{inline_text, plain_text};
pub use labels::{ENGLISH, Labels};
pub use markdown::snippets::{NoSnippets, Snippets};
pub use mkdocs::{MkDocs, NavItem, read_mkdocs};
pub use nav::{NavNode, Navigation};
pub use page::{Heading, Links, PageInput, RenderedPage, Section, render};
pub use twin::{TwinLinks, twin};
