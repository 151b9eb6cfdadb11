//! What a typed word may mean: itself, a synonym, a beginning of other words, a part of a name, or a mistyped word.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use super::analysis::is_unspaced;
use super::query::{Reader, containing, spanning};
use super::ranking::{SHARE, STOP_SHARE, factor};
use super::shard::{Surface, key_order};

/// How many shards of terms a beginning may span, and how many words it may stand for.
const PREFIX_SHARDS: usize = 3;
const PREFIX_WORDS: usize = 12;
/// A beginning has so many letters, unless its script has no spaces.
const SHORTEST_PREFIX: usize = 2;
/// So many letters of a mistyped word are right at its beginning or its ending; for longer words, and how long these
/// are.
const RIGHT_LETTERS: usize = 2;
const RIGHT_LETTERS_OF_LONG: usize = 3;
const LONG: usize = 8;
/// How many shards of spellings before and after a word's own place are read, and how many words it may stand for.
const SPELLING_SHARDS: (usize, usize) = (1, 2);
const MISTYPED_WORDS: usize = 4;
/// Parts of names have so many letters, and stand for so many words.
const SHORTEST_PART: usize = 3;
const PART_WORDS: usize = 12;

/// What one query word stands for.
#[derive(Default)]
pub(super) struct Word {
    pub(super) typed: String,
    /// In sixteenths.
    pub(super) share: u64,
    /// Best first.
    pub(super) meanings: Vec<Meaning>,
    /// Known words of those stems, with the factor of the stem.
    pub(super) surfaces: BTreeMap<String, u64>,
    /// The likeliest word, if the typed one is unknown.
    pub(super) correction: Option<String>,
}

pub(super) struct Meaning {
    pub(super) stem: String,
    /// In sixteenths.
    pub(super) factor: u64,
    /// How it comes from the typed word.
    pub(super) why: &'static str,
}

/// Looks up each word of a query, the last one also as a beginning if it may be unfinished.
pub(super) fn expand(words: &[String], is_open: bool, reader: &Reader<'_>) -> io::Result<Vec<Word>> {
    let is_stop = |word: &String| reader.root.stops.binary_search(word).is_ok();
    let has_other = words.iter().any(|word| !is_stop(word));
    let expand = |(place, word): (usize, &String)| {
        let mut lookup = Lookup { reader, known: Vec::new(), word: Word { typed: word.clone(), ..Word::default() } };
        lookup.expand(is_open && place + 1 == words.len(), words.len() == 1)?;
        let mut expanded = lookup.finish();
        expanded.share = if has_other && is_stop(word) { STOP_SHARE } else { SHARE };
        Ok(expanded)
    };
    words.iter().enumerate().map(expand).collect()
}

struct Lookup<'a> {
    reader: &'a Reader<'a>,
    /// Every word of the shards that were looked at.
    known: Vec<Surface>,
    word: Word,
}

impl Lookup<'_> {
    fn expand(&mut self, is_prefix: bool, is_alone: bool) -> io::Result<()> {
        let typed = self.word.typed.clone();
        let length = typed.chars().count();
        let home = self.shards_of(&typed);
        let shards =
            if is_prefix { prefix_shards(&self.reader.root.terms, &typed, PREFIX_SHARDS) } else { home.clone() };
        let shards = home.start.min(shards.start)..home.end.max(shards.end);
        let entries = self.read(shards.clone())?;
        if let Some(entry) = entries.iter().find(|entry| entry.word == typed) {
            self.push(&entry.stem, factor::WHOLE, "the word");
        }
        let is_known = !self.word.meanings.is_empty();
        for synonym in self.reader.root.synonyms.get(&typed).into_iter().flatten() {
            self.push_word(synonym, factor::SYNONYM, "a synonym")?;
        }
        if is_prefix && (length >= SHORTEST_PREFIX || typed.contains(is_unspaced)) {
            self.push_prefixed(&entries);
        }
        if length >= SHORTEST_PART && (is_alone || self.word.meanings.is_empty()) {
            self.push_parts(shards)?;
        }
        if !is_known && self.word.meanings.is_empty() {
            self.push_with_other_ending(&entries);
            self.push_mistyped()?;
        }
        Ok(())
    }

    fn finish(mut self) -> Word {
        for surface in self.known {
            if let Some(meaning) = self.word.meanings.iter().find(|meaning| meaning.stem == surface.stem) {
                self.word.surfaces.insert(surface.word, meaning.factor);
            }
        }
        self.word
    }

    fn shards_of(&self, word: &str) -> Range<usize> {
        spanning(&self.reader.root.terms, word)
    }

    /// The words of these shards.
    fn read(&mut self, shards: Range<usize>) -> io::Result<Vec<Surface>> {
        let entries = self.reader.surfaces(shards)?;
        self.known.extend(entries.iter().cloned());
        Ok(entries)
    }

    fn push(&mut self, stem: &str, factor: u64, why: &'static str) {
        if !self.word.meanings.iter().any(|meaning| meaning.stem == stem) {
            self.word.meanings.push(Meaning { stem: stem.to_owned(), factor, why });
        }
    }

    /// Adds a word that is known, and nothing otherwise.
    fn push_word(&mut self, word: &str, factor: u64, why: &'static str) -> io::Result<()> {
        let entries = self.read(self.shards_of(word))?;
        if let Some(entry) = entries.iter().find(|entry| entry.word == word) {
            self.push(&entry.stem, factor, why);
        }
        Ok(())
    }

    /// Adds the most frequent words that begin with the typed one.
    fn push_prefixed(&mut self, entries: &[Surface]) {
        let factor = if self.word.meanings.is_empty() { factor::PREFIX } else { factor::PREFIX_BESIDE_WORD };
        let typed = self.word.typed.clone();
        let mut longer: Vec<_> =
            entries.iter().filter(|entry| entry.word != typed && entry.word.starts_with(&typed)).collect();
        longer.sort_by_key(|entry| std::cmp::Reverse(entry.frequency));
        for entry in longer.into_iter().take(PREFIX_WORDS) {
            self.push(&entry.stem, factor, "begins with it");
        }
    }

    /// Adds words of entities' names that hold the typed one, as these shards of terms know them.
    fn push_parts(&mut self, shards: Range<usize>) -> io::Result<()> {
        let typed = self.word.typed.clone();
        let parts = self.reader.parts(shards)?;
        let found: Vec<String> = parts
            .iter()
            .filter(|(rest, _)| rest.starts_with(&typed))
            .take(PART_WORDS)
            .map(|(rest, before)| format!("{before}{rest}"))
            .collect();
        for word in found {
            self.push_word(&word, factor::PART, "a name holds it")?;
        }
        Ok(())
    }

    /// Adds the stem of which only the typed ending is unknown.
    fn push_with_other_ending(&mut self, entries: &[Surface]) {
        let typed: Vec<char> = self.word.typed.chars().collect();
        let is_meant = |entry: &&Surface| {
            let stem = entry.stem.chars().count();
            stem >= 4 && typed.len() - stem.min(typed.len()) <= 3 && self.word.typed.starts_with(&entry.stem)
        };
        if let Some(longest) = entries.iter().filter(is_meant).max_by_key(|entry| entry.stem.len()) {
            self.push(&longest.stem, factor::ENDING, "another ending");
        }
    }

    /// Adds the words that differ least from the typed one, and corrects it to the first.
    fn push_mistyped(&mut self) -> io::Result<()> {
        let typed: Vec<char> = self.word.typed.chars().collect();
        let allowed = match typed.len() {
            0..4 => return Ok(()),
            4..9 => 1,
            _ => 2,
        };
        let right = if typed.len() < LONG { RIGHT_LETTERS } else { RIGHT_LETTERS_OF_LONG };
        let reversed: String = typed.iter().rev().collect();
        let mut known = self.reader.spellings("beginnings", &self.word.typed, right)?;
        for mut surface in self.reader.spellings("endings", &reversed, right)? {
            surface.word = surface.word.chars().rev().collect();
            known.push(surface);
        }
        let mut similar: Vec<(usize, bool, Surface)> = known
            .into_iter()
            .filter_map(|surface| {
                let letters: Vec<char> = surface.word.chars().collect();
                if letters.len().abs_diff(typed.len()) > allowed {
                    return None;
                }
                let distance = edit_distance(&typed, &letters);
                (1..=allowed).contains(&distance).then(|| (distance, letters[0] != typed[0], surface))
            })
            .collect();
        similar.sort_by(|a, b| {
            (a.0, a.1)
                .cmp(&(b.0, b.1))
                .then(b.2.frequency.cmp(&a.2.frequency))
                .then_with(|| key_order(&a.2.word, &b.2.word))
        });
        similar.dedup_by(|a, b| a.2.word == b.2.word);
        similar.truncate(MISTYPED_WORDS);
        if self.word.meanings.is_empty() {
            self.word.correction = similar.first().map(|(_, _, surface)| surface.word.clone());
        }
        for (distance, is_at_first, surface) in similar {
            let factors = if is_at_first { factor::MISTYPED_AT_FIRST } else { factor::MISTYPED };
            self.push_word(&surface.word, factors[distance - 1], "mistyped")?;
        }
        Ok(())
    }
}

/// The shards which may hold keys that begin with `prefix`, at most `most`.
pub(super) fn prefix_shards(firsts: &[String], prefix: &str, most: usize) -> Range<usize> {
    let start = containing(firsts, prefix);
    let more = firsts.iter().skip(start + 1).take_while(|first| first.starts_with(prefix)).count();
    start..(start + (1 + more).min(most)).min(firsts.len())
}

/// The shards around the word's place whose words share its first letters.
pub(super) fn neighbours(firsts: &[String], word: &str, letters: usize) -> Range<usize> {
    let prefix: String = word.chars().take(letters).collect();
    let sharing = prefix_shards(firsts, &prefix, usize::MAX);
    let home = containing(firsts, word);
    let (before, after) = SPELLING_SHARDS;
    home.saturating_sub(before).max(sharing.start)..(home + 1 + after).min(sharing.end)
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
