//! A stretch of Markdown that still knows where each of its characters stands in the file.

use std::borrow::Cow;
use std::cell::OnceCell;

/// Whole lines of a page, perhaps cut out of an indented body.
#[derive(Debug)]
pub(super) struct Source<'a> {
    text: Cow<'a, str>,
    /// The line of the file that the first line is, from 1.
    first_line: u32,
    /// How many characters were cut from the front of each line; lines beyond the end lost none.
    margins: Vec<u32>,
    /// Bytes of `text` that come from the file; what follows was added.
    own: usize,
    line_starts: OnceCell<Vec<usize>>,
}

impl<'a> Source<'a> {
    /// Lines that stand in the file as they are, beginning with `first_line`.
    pub(super) fn new(text: impl Into<Cow<'a, str>>, first_line: u32) -> Self {
        Source::with_margins(text, first_line, Vec::new())
    }

    /// Lines of which each lost its margin.
    pub(super) fn with_margins(text: impl Into<Cow<'a, str>>, first_line: u32, margins: Vec<u32>) -> Self {
        let text = text.into();
        Source { own: text.len(), text, first_line, margins, line_starts: OnceCell::new() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// Whether the character at `offset` comes from the file.
    pub(super) fn owns(&self, offset: usize) -> bool {
        offset < self.own
    }

    /// Adds text that stands nowhere in the file.
    pub(super) fn append(&mut self, addition: &str) {
        self.text.to_mut().push_str(addition);
    }

    /// The line (counted from 0 within this source) as the file counts it, and the characters cut from its front.
    pub(super) fn line(&self, index: usize) -> (u32, u32) {
        let margin = self.margins.get(index).copied().unwrap_or(0);
        (self.first_line.saturating_add(u32::try_from(index).unwrap_or(u32::MAX)), margin)
    }

    /// The margins of `count` lines from line `index` on, each widened by `more`.
    pub(super) fn margins(&self, index: usize, widened_by: &[u32]) -> Vec<u32> {
        widened_by.iter().enumerate().map(|(line, more)| self.line(index + line).1 + more).collect()
    }

    /// The bytes `start..end`, which begin with line `index`, as a source of their own.
    pub(super) fn slice(&self, start: usize, end: usize, index: usize) -> Source<'a> {
        let text: Cow<'a, str> = match &self.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[start..end]),
            Cow::Owned(text) => Cow::Owned(text[start..end].to_owned()),
        };
        let margins = self.margins.get(index..).unwrap_or_default();
        let lines = if margins.is_empty() { 0 } else { text.lines().count().min(margins.len()) };
        Source::with_margins(text, self.line(index).0, margins[..lines].to_vec())
    }

    /// Line, column and length in the file of the bytes `start..end`; the length counts what stands on the first line.
    pub(super) fn locate(&self, start: usize, end: usize) -> (u32, u32, u32) {
        let starts = self.line_starts.get_or_init(|| {
            let breaks = self.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            std::iter::once(0).chain(breaks.map(|(at, _)| at + 1)).collect()
        });
        let index = starts.partition_point(|line| *line <= start).saturating_sub(1);
        let (line, margin) = self.line(index);
        let before = characters(&self.text[starts[index]..start]);
        let on_line = self.text[start..end.max(start)].lines().next().unwrap_or_default();
        (line, margin + before + 1, characters(on_line))
    }
}

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_and_characters_from_one() {
        let source = Source::new("é[a]\nb [c](d)\n", 1);
        assert_eq!(source.locate(2, 5), (1, 2, 3));
        assert_eq!(source.locate(8, 14), (2, 3, 6));
    }

    #[test]
    fn adds_the_margin_that_was_cut() {
        let source = Source::with_margins("one\ntwo\n", 10, vec![4, 8]);
        assert_eq!(source.locate(0, 3), (10, 5, 3));
        assert_eq!(source.locate(4, 7), (11, 9, 3));
        assert_eq!(source.slice(4, 8, 1).locate(0, 3), (11, 9, 3));
    }
}
