//! The part of a text that shows best why it was found.

use std::collections::BTreeSet;
use std::ops::Range;

use super::analysis::word_analyzer;

/// How many words an excerpt has at most, and how many of them stand before the first marked one.
const WORDS: usize = 28;
const WORDS_BEFORE: usize = 4;

/// Consecutive pieces of the text around the words in `marked`, and whether each is such a word; the beginning of the
/// text if there are none.
pub(super) fn excerpt(text: &str, marked: &BTreeSet<String>) -> Vec<(String, bool)> {
    let all = words(text, marked);
    let start = best_start(&all).saturating_sub(WORDS_BEFORE);
    let words = &all[start..all.len().min(start + WORDS)];
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return Vec::new();
    };
    let mut at = if start == 0 { 0 } else { first.place.start };
    let mut pieces = Pieces::default();
    pieces.push(if start == 0 { "" } else { "…" }, false);
    for word in words.iter().filter(|word| word.mark.is_some()) {
        pieces.push(&text[at..word.place.start.max(at)], false);
        pieces.push(&text[word.place.start.max(at)..word.place.end], true);
        at = word.place.end;
    }
    let is_end = start + words.len() == all.len();
    let end = if is_end { text.len() } else { last.place.end };
    pieces.push(&text[at..end], false);
    pieces.push(if is_end { "" } else { "…" }, false);
    pieces.0
}

struct Word {
    place: Range<usize>,
    /// What was looked for, if this is it.
    mark: Option<String>,
}

fn words(text: &str, marked: &BTreeSet<String>) -> Vec<Word> {
    let mut words = Vec::new();
    let mut analyzer = word_analyzer();
    analyzer.token_stream(text).process(&mut |token| {
        let mark = marked.contains(&token.text).then(|| token.text.clone());
        words.push(Word { place: token.offset_from..token.offset_to, mark });
    });
    words
}

/// The first marked word from which an excerpt shows the most different ones.
fn best_start(words: &[Word]) -> usize {
    let mut best = (0, 0);
    for (start, _) in words.iter().enumerate().filter(|(_, word)| word.mark.is_some()) {
        let shown = words[start..].iter().take(WORDS - WORDS_BEFORE);
        let different = shown.filter_map(|word| word.mark.as_ref()).collect::<BTreeSet<_>>().len();
        if different > best.0 {
            best = (different, start);
        }
    }
    best.1
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
