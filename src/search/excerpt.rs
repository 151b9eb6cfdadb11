//! The part of a text that shows best why it was found.

use std::collections::BTreeSet;
use std::ops::Range;

use super::analysis::Run;

/// How many words an excerpt has at most, and how many of them stand before the first marked one.
const WORDS: usize = 28;
const WORDS_BEFORE: usize = 4;

/// The words of a text, each with what is to be marked of it.
pub(super) struct Marked<'a>(Vec<(&'a Run, Vec<Mark<'a>>)>);

type Mark<'a> = (Range<usize>, &'a str);

impl<'a> Marked<'a> {
    /// Marks whole words, or else their parts.
    pub(super) fn new(runs: &'a [Run], is_sought: impl Fn(&str) -> bool) -> Self {
        let mark = |run: &'a Run| {
            if is_sought(&run.word) {
                return (run, vec![(run.place.clone(), run.word.as_str())]);
            }
            let parts = run.parts.iter().filter(|(_, part)| is_sought(part));
            (run, parts.map(|(place, part)| (place.clone(), part.as_str())).collect())
        };
        Marked(runs.iter().map(mark).collect())
    }

    /// The first marked word from which an excerpt shows the most different ones.
    fn best_start(&self) -> usize {
        let mut best = (0, 0);
        for (start, _) in self.0.iter().enumerate().filter(|(_, (_, marks))| !marks.is_empty()) {
            let shown = self.0[start..].iter().take(WORDS - WORDS_BEFORE);
            let different = shown.flat_map(|(_, marks)| marks.iter().map(|(_, word)| *word)).collect::<BTreeSet<_>>();
            if different.len() > best.0 {
                best = (different.len(), start);
            }
        }
        best.1
    }
}

/// Consecutive pieces of the text around the marked words, and whether each is such a word; the beginning of the text
/// if there are none.
pub(super) fn excerpt(text: &str, marked: &Marked<'_>) -> Vec<(String, bool)> {
    let all = &marked.0;
    let start = marked.best_start().saturating_sub(WORDS_BEFORE);
    let words = &all[start..all.len().min(start + WORDS)];
    let (Some((first, _)), Some((last, _))) = (words.first(), words.last()) else {
        return Vec::new();
    };
    let mut at = if start == 0 { 0 } else { first.place.start };
    let mut pieces = Pieces::default();
    pieces.push(if start == 0 { "" } else { "…" }, false);
    for (place, _) in words.iter().flat_map(|(_, marks)| marks) {
        pieces.push(&text[at..place.start.max(at)], false);
        pieces.push(&text[place.start.max(at)..place.end], true);
        at = place.end;
    }
    let is_end = start + words.len() == all.len();
    let end = if is_end { text.len() } else { last.place.end };
    pieces.push(&text[at.min(end)..end], false);
    pieces.push(if is_end { "" } else { "…" }, false);
    pieces.0
}

/// Pieces of text, where neighbours of the same sort are one.
#[derive(Default)]
struct Pieces(Vec<(String, bool)>);

impl Pieces {
    fn push(&mut self, text: &str, is_marked: bool) {
        match self.0.last_mut() {
            _ if text.is_empty() => {}
            Some((last, was_marked)) if *was_marked == is_marked => last.push_str(text),
            _ => self.0.push((text.to_owned(), is_marked)),
        }
    }
}
