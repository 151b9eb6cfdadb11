//! Markdown as MkDocs reads it with techdocs-core: Python-Markdown and its extensions, in the order in which they act.
//!
//! ```text
//! text ─ snippets ─ fences ─ HTML ─ blocks ─ objects ─ tasks ─ inline ─ attributes, symbols, ids ─ tree
//! ```
//!
//! Text in, a tree out, whatever the text. Everything in the tree knows the bytes of the buffer it comes from, and the
//! buffer knows the file and line of each of its lines.

mod attributes;
mod blocks;
mod buffer;
pub(super) mod fences;
mod headings;
mod html_blocks;
mod inline;
mod objects;
pub(super) mod snippets;
mod tasks;
pub(super) mod tree;

use super::dialect::{Dialect, Snippets as Options, Toc};
use super::slug::Slugs;
pub(super) use blocks::DEEPEST;
use blocks::Parser;
pub(super) use blocks::{Doubt, DoubtKind};
pub(super) use buffer::{Buffer, Spot};
pub(super) use headings::level as heading_level;
use inline::{Inline, Known};
use snippets::{Failure, NoSnippets, Snippets};
use std::borrow::Cow;
use std::collections::HashMap;
use tree::{Kind, NodeId, Tree};

/// A page that has been read.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) tree: Tree,
    pub(super) buffer: Buffer,
    /// Labels of the footnotes, in the order of their definitions, each with the element of its text.
    pub(super) footnotes: Vec<(String, NodeId)>,
    /// Where blocks were nested deeper than the limit, as a byte of the buffer.
    pub(super) too_deep: Option<usize>,
    /// What its author most likely did not mean as it was read.
    pub(super) doubts: Vec<Doubt>,
    /// What was to be included and is not.
    pub(super) failures: Vec<Failure>,
}

/// Reads a page. `path` names its file, `first_line` is the line of it that `text` begins with.
pub(super) fn parse(text: &str, path: &str, first_line: u32, dialect: &Dialect, snippets: &dyn Snippets) -> Document {
    let (buffer, failures) = snippets::expand(text, path, first_line, snippets, &dialect.snippets);
    let mut objects = Vec::new();
    let lines = fences::take(&buffer, buffer.lines(), &mut objects, dialect.highlight.line_numbers);
    let lines = html_blocks::take(&buffer, lines, &mut objects);

    let mut parser = Parser::new(&buffer, objects, dialect);
    parser.read(Tree::ROOT, &lines);
    let footnotes = parser.read_footnotes();
    parser.place_objects();
    let Parser { mut tree, references, abbreviations, footnote_numbers, too_deep, doubts, .. } = parser;

    tasks::find(&mut tree, &buffer);
    let known = Known { references: &references, footnotes: &footnote_numbers, dialect };
    let unread: Vec<NodeId> = tree.walk(Tree::ROOT).filter(|id| matches!(tree.kind(*id), Kind::Unread(_))).collect();
    Inline::new(&mut tree, &known).read_all(&buffer, &unread);
    attributes::apply(&mut tree);
    inline::polish(&mut tree, &abbreviations, dialect);
    headings::name(&mut tree, &dialect.toc, Slugs::new(&dialect.toc.separator));
    Document { tree, buffer, footnotes, too_deep, doubts, failures }
}

/// The text of a page with what it includes; READMEs include nothing.
pub(super) fn expanded<'a>(text: &'a str, dialect: &Dialect, snippets: &dyn Snippets) -> Cow<'a, str> {
    if dialect.github || !snippets::includes(text, &dialect.snippets) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(snippets::expand(text, "", 1, snippets, &dialect.snippets).0.all().to_owned())
}

/// The lines of a page that includes nothing.
pub(super) fn plain_buffer(text: &str, path: &str, first_line: u32) -> Buffer {
    snippets::expand(text, path, first_line, &NoSnippets, &Options::default()).0
}

/// Makes a page of a tree that another parser built: bare addresses and `:name:` are read, headings get their ids.
pub(super) fn finish(
    mut tree: Tree,
    buffer: Buffer,
    footnotes: Vec<(String, NodeId)>,
    too_deep: Option<usize>,
) -> Document {
    let known = Known { references: &HashMap::new(), footnotes: &HashMap::new(), dialect: &Dialect::readme() };
    let texts: Vec<NodeId> = tree.walk(Tree::ROOT).filter(|id| matches!(tree.kind(*id), Kind::Text(_))).collect();
    Inline::new(&mut tree, &known).read_addresses(&texts);
    headings::name(&mut tree, &Toc::default(), Slugs::of_forge());
    Document { tree, buffer, footnotes, too_deep, doubts: Vec::new(), failures: Vec::new() }
}
