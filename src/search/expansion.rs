//! What a typed word may mean: itself, a beginning of other words, or a mistyped word.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;

use super::analysis::query_words;
use super::query::{Reader, containing};
use super::ranking::{MISTYPED, PREFIX, PREFIX_BESIDE_WORD, WHOLE};
use super::shard::{LexiconEntry, stem_of};

/// How many lexicon shards a beginning may span, and how many words it may stand for.
const PREFIX_SHARDS: usize = 3;
const PREFIX_WORDS: usize = 12;
/// How many lexicon shards before and after are searched for a mistyped word, and how many words it may stand for.
const SHARDS_BEFORE: usize = 2;
const SHARDS_AFTER: usize = 3;
const MISTYPED_WORDS: usize = 4;

/// What one query word stands for.
pub(super) struct Expansion {
    /// Stems and their factors in sixteenths, best first.
    pub(super) stems: Vec<(String, u64)>,
    /// Known words of those stems, for marking.
    pub(super) surfaces: BTreeSet<String>,
    /// The likeliest word, if the typed one is unknown.
    pub(super) correction: Option<String>,
}

/// Looks up each word of a query, the last one also as a beginning.
pub(super) fn expand(query: &str, reader: &Reader) -> io::Result<Vec<(String, Expansion)>> {
    let words = query_words(query);
    let last = words.len().saturating_sub(1);
    let expand = |(place, word): (usize, String)| {
        let expansion = expand_word(&word, place == last, reader)?;
        Ok((word, expansion))
    };
    words.into_iter().enumerate().map(expand).collect()
}

fn expand_word(word: &str, is_last: bool, reader: &Reader) -> io::Result<Expansion> {
    let firsts = &reader.root.lexicon;
    let home = containing(firsts, word);
    let shards = if is_last { prefix_shards(firsts, word, PREFIX_SHARDS) } else { home..home + 1 };
    let mut entries = reader.lexicon(shards)?;
    let mut stems = Vec::new();
    if let Some(entry) = entries.iter().find(|entry| entry.0 == word) {
        stems.push((stem_of(entry).to_owned(), WHOLE));
    }
    if is_last {
        push_prefixed(word, &entries, &mut stems);
    }
    let mut correction = None;
    if stems.is_empty() {
        entries = reader.lexicon(neighbours(firsts, word))?;
        correction = push_mistyped(word, &entries, &mut stems);
    }
    let is_meant = |entry: &&LexiconEntry| stems.iter().any(|(stem, _)| stem == stem_of(entry));
    let surfaces = entries.iter().filter(is_meant).map(|entry| entry.0.clone()).collect();
    Ok(Expansion { stems, surfaces, correction })
}

/// The shards which may hold words that begin with `prefix`, at most `most`.
fn prefix_shards(firsts: &[String], prefix: &str, most: usize) -> Range<usize> {
    let start = containing(firsts, prefix);
    let more = firsts.iter().skip(start + 1).take_while(|first| first.starts_with(prefix)).count();
    start..start + (1 + more).min(most)
}

/// The shards around the word's own whose words begin with the same letter.
fn neighbours(firsts: &[String], word: &str) -> Range<usize> {
    let home = containing(firsts, word);
    let letter: String = word.chars().take(1).collect();
    let same_letter = prefix_shards(firsts, &letter, usize::MAX);
    home.saturating_sub(SHARDS_BEFORE).max(same_letter.start)..(home + 1 + SHARDS_AFTER).min(same_letter.end)
}

/// Adds the most frequent words that begin with `word`.
fn push_prefixed(word: &str, entries: &[LexiconEntry], stems: &mut Vec<(String, u64)>) {
    let factor = if stems.is_empty() { PREFIX } else { PREFIX_BESIDE_WORD };
    let is_longer = |entry: &&LexiconEntry| entry.0.starts_with(word) && entry.0 != word;
    let mut longer: Vec<_> = entries.iter().filter(is_longer).collect();
    longer.sort_by_key(|entry| std::cmp::Reverse(entry.2));
    for entry in longer.into_iter().take(PREFIX_WORDS) {
        push_new(stem_of(entry), factor, stems);
    }
}

/// Adds the words that differ least from `word`. Returns the first of them, unless only its ending differs.
fn push_mistyped(word: &str, entries: &[LexiconEntry], stems: &mut Vec<(String, u64)>) -> Option<String> {
    let typed: Vec<char> = word.chars().collect();
    let allowed = match typed.len() {
        0..4 => return None,
        4..9 => 1,
        _ => 2,
    };
    let mut similar: Vec<(usize, &LexiconEntry)> =
        entries.iter().filter_map(|entry| Some((mistakes(&typed, entry, allowed)?, entry))).collect();
    similar.sort_by_key(|(mistakes, entry)| (*mistakes, std::cmp::Reverse(entry.2)));
    similar.truncate(MISTYPED_WORDS);
    for (mistakes, entry) in &similar {
        push_new(stem_of(entry), MISTYPED[*mistakes], stems);
    }
    similar.first().filter(|(mistakes, _)| *mistakes > 0).map(|(_, entry)| entry.0.clone())
}

fn push_new(stem: &str, factor: u64, stems: &mut Vec<(String, u64)>) {
    if !stems.iter().any(|(known, _)| known == stem) {
        stems.push((stem.to_owned(), factor));
    }
}

/// How many typing errors lie between the typed word and a known one, if they are few enough; none if the typed word
/// is the known one's stem with another ending.
fn mistakes(typed: &[char], entry: &LexiconEntry, allowed: usize) -> Option<usize> {
    let stem: Vec<char> = stem_of(entry).chars().collect();
    if stem.len() >= 4 && typed.starts_with(&stem) && typed.len() - stem.len() <= 3 {
        return Some(0);
    }
    let known: Vec<char> = entry.0.chars().collect();
    if known.first() != typed.first() || known.len().abs_diff(typed.len()) > allowed {
        return None;
    }
    let distance = edit_distance(typed, &known);
    (distance <= allowed).then_some(distance)
}

/// Insertions, deletions, replacements and swaps of neighbours that turn one word into the other.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(a[i] != b[j]);
            let mut best = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before_last[j - 1] + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}
