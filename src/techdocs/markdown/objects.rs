//! What is taken out of a page before its lines are read.

use super::buffer::Lines;
use super::tree::{Attributes, Code};
use std::ops::Range;

/// A block that stands as one line among the others.
#[derive(Debug)]
pub(super) enum Object {
    /// A fenced block, its lines as they were, and how many characters of their front are not its own.
    Code { code: Code, original: Lines, prefix: usize, at: Range<usize> },
    /// HTML that is no Markdown.
    Html(Vec<Part>),
    /// An element of HTML that holds Markdown.
    Element(Box<Element>),
}

/// A part of a block of HTML.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Bytes of the buffer.
    Source(Range<usize>),
    /// A fenced block within, by its number.
    Object(usize),
}

/// `<div markdown>` and its like.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) tag: &'static str,
    pub(super) attributes: Attributes,
    /// Its content is blocks; else it is text only.
    pub(super) holds_blocks: bool,
    pub(super) lines: Lines,
    pub(super) at: Range<usize>,
}
