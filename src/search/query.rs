//! The reader of shards in Rust, for agents and tests; `search-engine.js` mirrors it step by step.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::ops::Range;

use serde::de::DeserializeOwned;

use super::analysis::query_words;
use super::excerpt::excerpt;
use super::expansion::{Expansion, expand};
use super::ranking::{FIELDS, document_score, field_score};
use super::shard::{
    DocumentRecord, LENGTHS, LexiconEntry, NameRecord, Root, StemRecord, VERSION, decode, key_order, parse, path,
};
use super::{Hit, Results, Shards};

/// Of one page, no more documents are shown.
const MOST_PER_PAGE: usize = 3;
/// So many documents are looked at for each hit asked for, before the rest counts as more of the same pages.
const LOOKED_AT_PER_HIT: usize = 20;

/// Finds the documents that fit the query best, at most `limit` of them.
///
/// Words are found by stem, the last one also as a beginning, and unknown ones with one or two typing errors.
///
/// # Errors
/// When a shard cannot be read, is broken, or was written by another version (`InvalidData`).
pub fn query(shards: &dyn Shards, query: &str, limit: usize) -> io::Result<Results> {
    let reader = Reader::open(shards)?;
    let words = expand(query, &reader)?;
    let ranked = rank(query, &words, &reader)?;
    let surfaces: BTreeSet<String> = words.iter().flat_map(|(_, expansion)| expansion.surfaces.clone()).collect();
    Ok(Results { total: ranked.len(), hits: show(&ranked, &surfaces, limit, &reader)?, suggestion: suggestion(&words) })
}

/// Reads shards by family.
pub(super) struct Reader<'a> {
    shards: &'a dyn Shards,
    pub(super) root: Root,
}

impl<'a> Reader<'a> {
    fn open(shards: &'a dyn Shards) -> io::Result<Self> {
        let root: Root = parse("root", &shards.read(&path("root"))?)?;
        if root.version != VERSION || !is_sound(&root) {
            let message = format!("search shards of version {}, not {VERSION}, or broken", root.version);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        Ok(Reader { shards, root })
    }

    /// The entries of consecutive lexicon shards, in order.
    pub(super) fn lexicon(&self, numbers: Range<usize>) -> io::Result<Vec<LexiconEntry>> {
        let numbers = numbers.start..numbers.end.min(self.root.lexicon.len());
        self.rows("lexicon", numbers)
    }

    fn stem(&self, stem: &str) -> io::Result<Vec<StemRecord>> {
        let mut records: Vec<StemRecord> = self.rows("postings", spanning(&self.root.postings, stem))?;
        records.retain(|record| record.0 == stem && record.1 < FIELDS.len());
        Ok(records)
    }

    fn name(&self, name: &str) -> io::Result<Vec<NameRecord>> {
        let mut records: Vec<NameRecord> = self.rows("names", spanning(&self.root.names, name))?;
        records.retain(|record| record.0 == name);
        Ok(records)
    }

    fn document(&self, number: u32) -> io::Result<DocumentRecord> {
        self.row("documents", number as usize, self.root.documents_per_shard)
    }

    fn text(&self, number: u32) -> io::Result<String> {
        self.row("text", number as usize, self.root.texts_per_shard)
    }

    fn rows<T: DeserializeOwned>(&self, family: &str, numbers: Range<usize>) -> io::Result<Vec<T>> {
        let mut rows = Vec::new();
        for number in numbers {
            let name = format!("{family}/{number}");
            rows.append(&mut parse(&name, &self.shards.read(&path(&name))?)?);
        }
        Ok(rows)
    }

    fn row<T: DeserializeOwned>(&self, family: &str, number: usize, per_shard: usize) -> io::Result<T> {
        let shard = number / per_shard;
        let row = self.rows(family, shard..shard + 1)?.into_iter().nth(number % per_shard);
        row.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("no row {number} in `{family}`")))
    }
}

/// Whether the ranking can compute with these numbers.
fn is_sound(root: &Root) -> bool {
    root.averages.len() == FIELDS.len()
        && root.weights.len() == FIELDS.len()
        && root.lengths.len() == LENGTHS
        && root.averages.iter().all(|average| *average > 0)
        && root.documents_per_shard > 0
        && root.texts_per_shard > 0
}

/// The number of the shard that holds `key`, if any does.
pub(super) fn containing(firsts: &[String], key: &str) -> usize {
    firsts.partition_point(|first| key_order(first, key).is_le()).saturating_sub(1)
}

/// The shards that hold all records of `key`, of which there may be too many for one.
fn spanning(firsts: &[String], key: &str) -> Range<usize> {
    let before = firsts.partition_point(|first| key_order(first, key).is_lt()).saturating_sub(1);
    let end = firsts.partition_point(|first| key_order(first, key).is_le());
    before..end
}

/// A document that holds at least one word.
#[derive(Default)]
struct Candidate {
    sum: u64,
    held: u64,
    is_entity: bool,
    is_named: bool,
}

/// The score and number of every document that holds a word of the query, best first.
fn rank(query: &str, words: &[(String, Expansion)], reader: &Reader) -> io::Result<Vec<(u64, u32)>> {
    let mut candidates = BTreeMap::<u32, Candidate>::new();
    let mut counted = 0;
    for (_, expansion) in words {
        let word = score_word(expansion, reader)?;
        counted += u64::from(!word.is_capped);
        for (document, (score, is_entity)) in word.documents {
            let candidate = candidates.entry(document).or_default();
            candidate.sum += score;
            candidate.held += u64::from(!word.is_capped);
            candidate.is_entity = is_entity;
        }
    }
    for (_, postings) in reader.name(&query_words(query).join(" "))? {
        for posting in decode(&postings) {
            let candidate = candidates.entry(posting.document).or_default();
            candidate.is_entity = posting.is_entity;
            candidate.is_named = true;
        }
    }
    let score = |(document, candidate): (u32, Candidate)| {
        let Candidate { sum, held, is_entity, is_named } = candidate;
        (document_score(sum, held, counted, is_entity, is_named), document)
    };
    let mut ranked: Vec<(u64, u32)> = candidates.into_iter().map(score).collect();
    ranked.sort_by_key(|(score, document)| (std::cmp::Reverse(*score), *document));
    Ok(ranked)
}

/// A query word's score, and whether it is an entity, by document.
#[derive(Default)]
struct WordScores {
    is_capped: bool,
    documents: BTreeMap<u32, (u64, bool)>,
}

fn score_word(expansion: &Expansion, reader: &Reader) -> io::Result<WordScores> {
    let mut word = WordScores::default();
    for (stem, factor) in &expansion.stems {
        let mut scores = BTreeMap::<u32, (u64, bool)>::new();
        for (_, field, idf, is_capped, postings) in reader.stem(stem)? {
            word.is_capped |= is_capped == 1;
            for posting in decode(&postings) {
                let length = reader.root.lengths[usize::from(posting.length)];
                let (weight, average) = (reader.root.weights[field], reader.root.averages[field]);
                let score = field_score(weight, idf, posting.occurrences, length, average);
                scores.entry(posting.document).or_insert((0, posting.is_entity)).0 += score;
            }
        }
        for (document, (score, is_entity)) in scores {
            let best = word.documents.entry(document).or_insert((0, is_entity));
            best.0 = best.0.max(score * factor / 16);
        }
    }
    Ok(word)
}

fn show(ranked: &[(u64, u32)], surfaces: &BTreeSet<String>, limit: usize, reader: &Reader) -> io::Result<Vec<Hit>> {
    let mut shown = BTreeMap::<String, usize>::new();
    let mut hits = Vec::new();
    for (score, number) in ranked.iter().take(limit.saturating_mul(LOOKED_AT_PER_HIT)) {
        let (title, section, url, kind, reference) = reader.document(*number)?;
        let of_page = shown.entry(page_of(&url).to_owned()).or_default();
        if *of_page == MOST_PER_PAGE {
            continue;
        }
        *of_page += 1;
        let excerpt = excerpt(&reader.text(*number)?, surfaces);
        hits.push(Hit { title, section, url, kind, reference, score: *score, excerpt });
        if hits.len() == limit {
            break;
        }
    }
    Ok(hits)
}

fn page_of(url: &str) -> &str {
    url.split('#').next().unwrap_or_default()
}

fn suggestion(words: &[(String, Expansion)]) -> Option<String> {
    words.iter().any(|(_, expansion)| expansion.correction.is_some()).then(|| {
        let corrected = |(word, expansion): &(String, Expansion)| expansion.correction.clone().unwrap_or(word.clone());
        words.iter().map(corrected).collect::<Vec<_>>().join(" ")
    })
}
