//! Code between backticks, and escaped characters.

use super::super::tree::Kind;
use super::Inline;
use std::ops::Range;

/// Longer runs of backticks are text.
const LONGEST_RUN: usize = 64;

/// What a backslash takes the meaning of.
const ESCAPABLE: &[u8] = b"\\`*_{}[]()>#+-.!|^ :=~";

impl Inline<'_> {
    /// `` `code` `` and `` `#!python code` ``.
    pub(super) fn code(&mut self, range: Range<usize>) {
        // The last run of each length: behind it, no run of that length can close anything.
        let mut last = [0_usize; LONGEST_RUN + 1];
        let mut at = range.start;
        while let Some(run) = self.find(at..range.end, b'`') {
            let length = self.run(run, range.end);
            if length <= LONGEST_RUN {
                last[length] = run;
            }
            at = run + length;
        }
        at = range.start;
        while let Some(mut run) = self.find(at..range.end, b'`') {
            let mut length = self.run(run, range.end);
            let backslashes = self.mask[range.start..run].iter().rev().take_while(|byte| **byte == b'\\').count();
            if backslashes % 2 == 1 {
                // The first backtick is escaped; the others may still open.
                run += 1;
                length -= 1;
            }
            at = run + length;
            let opened = (1..=length.min(LONGEST_RUN))
                .rev()
                .filter(|size| last[*size] > run)
                .find_map(|size| Some((size, self.closing_run(run + length, range.end, size)?)));
            if let Some((size, close)) = opened {
                self.take_code(run..close + size, run + size..close);
                at = close + size;
            }
        }
    }

    fn run(&self, at: usize, end: usize) -> usize {
        self.mask[at..end].iter().take_while(|byte| **byte == b'`').count()
    }

    fn closing_run(&self, mut at: usize, end: usize, size: usize) -> Option<usize> {
        loop {
            let run = self.find(at..end, b'`')?;
            let length = self.run(run, end);
            if length == size {
                return Some(run);
            }
            at = run + length;
        }
    }

    fn take_code(&mut self, range: Range<usize>, content: Range<usize>) {
        let written = &self.text[content];
        let (mut language, mut text) = ("", written.trim());
        let marked = written.strip_prefix("#!").or_else(|| written.strip_prefix(":::"));
        if let Some(rest) = marked {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || "_#.+-".contains(c))).unwrap_or(rest.len());
            if rest[end..].starts_with([' ', '\n']) && !rest[end..].trim().is_empty() {
                (language, text) = (&rest[..end], rest[end..].trim());
            }
        }
        let (language, text) = (self.tree.keep(language), self.tree.keep(text));
        let node = self.make(Kind::InlineCode { language, text }, range.clone());
        self.take(range, node);
    }

    /// `\*`.
    pub(super) fn escapes(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(slash) = self.find(at..range.end, b'\\') {
            at = slash + 2;
            let escaped = self.mask.get(slash + 1).copied().filter(|_| slash + 1 < range.end);
            let extra = self.known.dialect.math && escaped == Some(b'$');
            if escaped.is_some_and(|byte| ESCAPABLE.contains(&byte)) || extra {
                let span = self.keep(slash + 1..slash + 2);
                let node = self.make(Kind::Literal(span), slash..slash + 2);
                self.take(slash..slash + 2, node);
            }
        }
    }
}
