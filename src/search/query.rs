//! The reader of shards in Rust, for agents and tests; `search-engine.js` mirrors it step by step.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::ops::Range;
use std::rc::Rc;

use serde::de::{Deserialize, DeserializeOwned};
use serde_json::Value;

use super::analysis::{Cutter, words};
use super::ask::Asked;
use super::expansion::{Word, expand, neighbours, prefix_shards};
use super::facets::{self, BOOST, KEYS, row_key};
use super::ranking::{LEVELS, REFINED, class_of};
use super::refine::{Said, Sought, Text};
use super::shard::{
    FacetRecord, Line, List, PageRecord, Root, Surface, VERSION, decode, key_order, name_line, page_shard, page_starts,
    parse, part_of, path, read_lines,
};
use super::{
    Ask, ExplainedWord, Explanation, Facet, FacetValue, Filter, Hit, OtherSection, Results, SearchError, Shards,
};

/// So many pages are read to find the phrases of a query in their text.
const MOST_VERIFIED: usize = 100;
/// A facet whose values fill more shards than this is not counted, and of one so many values are.
const MOST_FACET_SHARDS: usize = 12;
const MOST_FACET_VALUES: usize = 100;
/// More pages than these are no portal of ours.
const MOST_SLOTS: usize = 50_000_000;

/// Finds the pages that fit the query best, at most [`Ask::limit`] of them.
///
/// Words are found by stem, the last one also as a beginning, and unknown ones with one or two typing errors.
///
/// # Errors
/// When a shard cannot be read, is broken, or was written by another version (`InvalidData`).
pub fn query(shards: &dyn Shards, ask: &Ask<'_>) -> io::Result<Results> {
    let reader = Reader::open(shards)?;
    let asked = Asked::read(ask.query, &reader.root.keys);
    let filters = read_filters(&asked, &reader)?;
    let words = expand(&asked.words, asked.is_open, &reader)?;
    let ranked = rank(&asked, &words, &filters, &reader)?;
    let sought = Sought {
        words: &words,
        rarities: ranked.words.iter().map(|word| word.rarity).collect(),
        counts: ranked.words.iter().map(|word| !word.is_capped).collect(),
        phrases: &asked.phrases,
        excluded_phrases: &asked.excluded_phrases,
        average: reader.root.section,
    };
    let (total, hits) = show(&ranked, &sought, ask, &reader)?;
    let facets = if ask.facets { count_facets(&ranked.pages, &reader)? } else { Vec::new() };
    let filters = filters.into_iter().map(|(filter, _)| filter).collect();
    Ok(Results { total, hits, suggestion: suggestion(&words), filters, facets })
}

/// Reads shards by family, each once.
pub(super) struct Reader<'a> {
    shards: &'a dyn Shards,
    pub(super) root: Root,
    /// The number of each shard's first page.
    page_starts: Vec<usize>,
    read: RefCell<HashMap<String, Rc<Value>>>,
    /// Shards of words, parsed.
    lines: RefCell<HashMap<String, Rc<Vec<Line>>>>,
}

impl<'a> Reader<'a> {
    fn open(shards: &'a dyn Shards) -> io::Result<Self> {
        let root: Value = parse("root", &shards.read(&path("root"))?)?;
        let version = root["version"].as_u64();
        if version != Some(u64::from(VERSION)) {
            return Err(invalid(SearchError::Version));
        }
        let root: Root = serde_json::from_value(root).map_err(invalid)?;
        if root.section == 0 || root.slots > MOST_SLOTS {
            return Err(invalid(SearchError::Broken));
        }
        let page_starts = page_starts(&root.pages);
        Ok(Reader { shards, root, page_starts, read: RefCell::default(), lines: RefCell::default() })
    }

    /// The words of consecutive shards of terms, in order.
    pub(super) fn surfaces(&self, numbers: Range<usize>) -> io::Result<Vec<Surface>> {
        self.surfaces_of("terms", numbers)
    }

    /// The words which share the first letters with this one, of the shards around its place.
    pub(super) fn spellings(&self, family: &str, word: &str, letters: usize) -> io::Result<Vec<Surface>> {
        let firsts = if family == "endings" { &self.root.endings } else { &self.root.beginnings };
        self.surfaces_of(family, neighbours(firsts, word, letters))
    }

    fn surfaces_of(&self, family: &str, numbers: Range<usize>) -> io::Result<Vec<Surface>> {
        let shards = self.lines(family, numbers)?;
        Ok(shards.iter().flat_map(|lines| lines.iter()).filter_map(|line| line.surface.clone()).collect())
    }

    /// The rest of a name's word, and what stands before it, for all that stand in these shards of terms.
    pub(super) fn parts(&self, numbers: Range<usize>) -> io::Result<Vec<(String, String)>> {
        let shards = self.lines("terms", numbers)?;
        let parts = shards.iter().flat_map(|lines| lines.iter()).filter_map(|line| part_of(&line.word));
        Ok(parts.map(|(rest, before)| (rest.to_owned(), before.to_owned())).collect())
    }

    /// The postings of a stem, or those at another line.
    fn lists(&self, stem: &str) -> io::Result<Vec<List>> {
        let shards = self.lines("terms", spanning(&self.root.terms, stem))?;
        let lines = shards.iter().flat_map(|lines| lines.iter()).filter(|line| line.word == stem);
        Ok(lines.filter_map(|line| line.list.clone()).collect())
    }

    /// The lines of consecutive shards of words, each parsed once.
    fn lines(&self, family: &str, numbers: Range<usize>) -> io::Result<Vec<Rc<Vec<Line>>>> {
        let parse = |number| {
            let name = format!("{family}/{number}");
            if let Some(known) = self.lines.borrow().get(&name) {
                return Ok(Rc::clone(known));
            }
            let shard = self.shard(&name)?;
            let lines = Rc::new(read_lines(shard.as_str().ok_or_else(|| invalid(SearchError::Broken))?));
            self.lines.borrow_mut().insert(name, Rc::clone(&lines));
            Ok(lines)
        };
        numbers.map(parse).collect()
    }

    /// Rows of one key, with this value or, where it ends with `*`, with values that begin so.
    fn facet(&self, key: &str, value: &str) -> io::Result<Vec<FacetRecord>> {
        let beginning = value.strip_suffix('*');
        let wanted = row_key(key, beginning.unwrap_or(value));
        let shards = match beginning {
            Some(_) => prefix_shards(&self.root.facets, &wanted, usize::MAX),
            None => spanning(&self.root.facets, &wanted),
        };
        let mut rows: Vec<FacetRecord> = self.rows("facets", shards)?;
        rows.retain(|row| {
            let found = row_key(&row.0, &row.1);
            if beginning.is_some() { found.starts_with(&wanted) } else { found == wanted }
        });
        Ok(rows)
    }

    fn page(&self, number: u32) -> io::Result<PageRecord> {
        let number = number as usize;
        let before = self.page_starts.partition_point(|start| *start <= number).checked_sub(1);
        let start = self.page_starts[before.ok_or_else(|| invalid(SearchError::Broken))?];
        let shard = self.shard(&page_shard(start))?;
        let row = shard.get(number - start).cloned().ok_or_else(|| invalid(SearchError::Broken))?;
        serde_json::from_value(row).map_err(invalid)
    }

    fn rows<T: DeserializeOwned>(&self, family: &str, numbers: Range<usize>) -> io::Result<Vec<T>> {
        let mut rows = Vec::new();
        for number in numbers {
            let shard = self.shard(&format!("{family}/{number}"))?;
            rows.append(&mut Vec::<T>::deserialize(&*shard).map_err(invalid)?);
        }
        Ok(rows)
    }

    fn shard(&self, name: &str) -> io::Result<Rc<Value>> {
        if let Some(known) = self.read.borrow().get(name) {
            return Ok(Rc::clone(known));
        }
        let value: Rc<Value> = Rc::new(parse(name, &self.shards.read(&path(name))?)?);
        self.read.borrow_mut().insert(name.to_owned(), Rc::clone(&value));
        Ok(value)
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// The number of the shard that holds `key`, if any does.
pub(super) fn containing(firsts: &[String], key: &str) -> usize {
    firsts.partition_point(|first| key_order(first, key).is_le()).saturating_sub(1)
}

/// The shards that hold all records of `key`, of which there may be too many for one.
pub(super) fn spanning(firsts: &[String], key: &str) -> Range<usize> {
    let before = firsts.partition_point(|first| key_order(first, key).is_lt()).saturating_sub(1);
    let end = firsts.partition_point(|first| key_order(first, key).is_le());
    before..end
}

/// Which numbers a filter lets through.
type Pages = Vec<bool>;

fn read_filters(asked: &Asked, reader: &Reader<'_>) -> io::Result<Vec<(Filter, Pages)>> {
    let read = |(key, value, is_negative): &(String, String, bool)| {
        let rows = reader.facet(key, value)?;
        let filter = Filter { key: key.clone(), value: value.clone(), negative: *is_negative, known: !rows.is_empty() };
        Ok((filter, pages_of(&rows, reader.root.slots)))
    };
    asked.filters.iter().map(read).collect()
}

fn pages_of(rows: &[FacetRecord], slots: usize) -> Pages {
    let mut pages = vec![false; slots];
    for (start, length) in rows.iter().flat_map(|row| facets::decode(&row.3)) {
        let (start, end) = (start as usize, start as usize + length as usize);
        pages[start.min(slots)..end.min(slots)].fill(true);
    }
    pages
}

/// A page that holds at least one word.
#[derive(Clone, Copy, Default)]
struct Candidate {
    sum: u64,
    /// Shares of the words it holds, and of those in its title.
    held: u64,
    titled: u64,
    /// The words it holds, as bits.
    words: u16,
    /// 2^33 or 2^34 if the whole query is a name of it.
    named: u64,
}

/// Every page that fits.
struct Ranked {
    /// Score and number, best first.
    pages: Vec<(u64, u32)>,
    candidates: BTreeMap<u32, Candidate>,
    words: Vec<WordScores>,
    /// The shares of all words that count.
    all: u64,
}

/// A query word's scores.
#[derive(Default)]
struct WordScores {
    is_capped: bool,
    rarity: u64,
    /// Score, whether it is in the title, and the meaning it comes from, by page.
    pages: BTreeMap<u32, (u64, bool, usize)>,
}

fn rank(asked: &Asked, words: &[Word], filters: &[(Filter, Pages)], reader: &Reader<'_>) -> io::Result<Ranked> {
    let slots = reader.root.slots;
    let mut candidates = BTreeMap::<u32, Candidate>::new();
    let scored = words.iter().map(|word| score_word(word, reader)).collect::<io::Result<Vec<_>>>()?;
    let mut all = 0;
    for (at, (word, scores)) in words.iter().zip(&scored).enumerate() {
        let counted = if scores.is_capped { 0 } else { word.share };
        all += counted;
        for (page, (score, is_titled, _)) in &scores.pages {
            let candidate = candidates.entry(*page).or_default();
            candidate.sum += score * word.share / 16;
            candidate.held += counted;
            candidate.titled += if *is_titled { counted } else { 0 };
            candidate.words |= 1 << at;
        }
    }
    if asked.phrases.is_empty() && !asked.words.is_empty() {
        for list in reader.lists(&name_line(&asked.words.join(" ")))? {
            for posting in decode(&list.postings) {
                candidates.entry(posting.page).or_default().named = 1 << (33 + posting.level.min(1));
            }
        }
    }
    let is_bare = asked.words.is_empty()
        && !(filters.is_empty() && asked.excluded.is_empty() && asked.excluded_phrases.is_empty());
    if is_bare {
        for (_, boost, _, runs) in reader.facet(BOOST, "*")? {
            let candidate = Candidate { sum: boost.parse().unwrap_or(0), ..Candidate::default() };
            for (start, length) in facets::decode(&runs) {
                let end = start.saturating_add(length).min(slots as u32);
                candidates.extend((start..end).map(|page| (page, candidate)));
            }
        }
    }
    let in_phrases =
        words.iter().enumerate().filter(|(_, word)| asked.phrases.iter().flatten().any(|part| *part == word.typed));
    let required: u16 = in_phrases.map(|(at, _)| 1 << at).sum();
    let excluded = excluded_pages(asked, reader)?;
    candidates.retain(|page, candidate| {
        (*page as usize) < slots
            && candidate.words & required == required
            && !excluded.contains(page)
            && lets_through(filters, *page)
    });
    let score = |(page, candidate): (&u32, &Candidate)| (candidate.score(all), *page);
    let mut pages: Vec<(u64, u32)> = candidates.iter().map(score).collect();
    pages.sort_by_key(|(score, page)| (std::cmp::Reverse(*score), *page));
    Ok(Ranked { pages, candidates, words: scored, all })
}

impl Candidate {
    fn score(&self, all: u64) -> u64 {
        let covered = match all {
            0 => self.sum,
            all => self.sum * (self.held * self.held) / (all * all) * (all + self.titled) / all,
        };
        covered + self.named
    }
}

fn score_word(word: &Word, reader: &Reader<'_>) -> io::Result<WordScores> {
    let mut scores = WordScores::default();
    for (at, meaning) in word.meanings.iter().enumerate() {
        let mut pages = 0;
        for List { peak, is_capped, postings } in reader.lists(&meaning.stem)? {
            scores.is_capped |= is_capped;
            for posting in decode(&postings) {
                pages += 1;
                let level = LEVELS.get(posting.level as usize).copied().unwrap_or(0);
                let score = ((peak.min(1 << 30) * level) >> 16) * meaning.factor / 16;
                let best = scores.pages.entry(posting.page).or_insert((0, false, at));
                if score > best.0 {
                    (best.0, best.2) = (score, at);
                }
                best.1 |= posting.is_titled;
            }
        }
        if at == 0 {
            scores.rarity = reader.root.rarities.get(class_of(pages) as usize).copied().unwrap_or(0);
        }
    }
    Ok(scores)
}

/// Different keys must all hold, of the values of one key any; no negative filter may.
fn lets_through(filters: &[(Filter, Pages)], page: u32) -> bool {
    let holds = |(_, pages): &(Filter, Pages)| pages[page as usize];
    let any_of_key = |key: &str| filters.iter().any(|found| !found.0.negative && found.0.key == key && holds(found));
    filters.iter().all(|found| if found.0.negative { !holds(found) } else { any_of_key(&found.0.key) })
}

/// The pages that hold a word which none may.
fn excluded_pages(asked: &Asked, reader: &Reader<'_>) -> io::Result<BTreeSet<u32>> {
    let mut pages = BTreeSet::new();
    for word in &asked.excluded {
        let known = reader.surfaces(spanning(&reader.root.terms, word))?;
        let Some(surface) = known.iter().find(|surface| surface.word == *word) else {
            continue;
        };
        for list in reader.lists(&surface.stem)? {
            pages.extend(decode(&list.postings).map(|posting| posting.page));
        }
    }
    Ok(pages)
}

/// How many pages there are, and the hits to show: each ten in the order of what their text says.
fn show(ranked: &Ranked, sought: &Sought<'_>, ask: &Ask<'_>, reader: &Reader<'_>) -> io::Result<(usize, Vec<Hit>)> {
    let mut cutter = Cutter::new();
    let must_verify = !(sought.phrases.is_empty() && sought.excluded_phrases.is_empty());
    let looked_at = if must_verify { MOST_VERIFIED } else { ask.limit.next_multiple_of(REFINED) };
    let mut found = Vec::new();
    for (score, number) in ranked.pages.iter().take(looked_at) {
        let (title, url, kind, reference, lifecycle, boost, text) = reader.page(*number)?;
        let text = Text::new(text, &mut cutter);
        if text.fits(&title, sought, &mut cutter) {
            let said = text.say(sought);
            found.push((*score, *number, Shown { title, url, kind, reference, lifecycle, boost, said }));
        }
    }
    let total = if must_verify { found.len() } else { ranked.pages.len() };
    let mut hits: Vec<(u32, Hit)> = found
        .into_iter()
        .map(|(score, number, shown)| (number, hit(score, number, shown, sought, ranked, ask)))
        .collect();
    for ten in hits.chunks_mut(REFINED) {
        ten.sort_by_key(|(number, hit)| (std::cmp::Reverse(hit.score), *number));
    }
    Ok((total, hits.into_iter().take(ask.limit).map(|(_, hit)| hit).collect()))
}

/// A page to show, and what it says of the query.
struct Shown {
    title: String,
    url: String,
    kind: String,
    reference: String,
    lifecycle: String,
    boost: u64,
    said: Said,
}

fn hit(score: u64, number: u32, shown: Shown, sought: &Sought<'_>, ranked: &Ranked, ask: &Ask<'_>) -> Hit {
    let Shown { title, url, kind, reference, lifecycle, boost, said } = shown;
    let title_words = words(&title);
    let is_sought = |word: &&String| sought.words.iter().any(|sought| sought.surfaces.contains_key(*word));
    let titled = title_words.iter().filter(is_sought).count() as u64;
    let title_length = (title_words.len() as u64).max(1);
    let named = score >> 33 << 33;
    let of_page = score - named;
    let refined = score + 3 * said.score * boost / 64 + of_page * 3 * titled / (10 * title_length);
    let at = |anchor: &str| if anchor.is_empty() { url.clone() } else { format!("{url}#{anchor}") };
    let more = said.others.iter().map(|(section, anchor)| OtherSection { section: section.clone(), url: at(anchor) });
    let more = more.collect();
    let explanation = ask.explain.then(|| Explanation {
        words: explained(number, sought.words, ranked),
        page: of_page,
        sum: ranked.candidates[&number].sum,
        held: ranked.candidates[&number].held,
        titled: ranked.candidates[&number].titled,
        all: ranked.all,
        boost,
        is_named: named > 0,
        section: said.score,
        pairs: said.pairs,
        title: (titled, title_words.len() as u64),
    });
    let section_url = at(&said.anchor);
    Hit {
        title,
        section: said.heading,
        url: section_url,
        kind,
        reference,
        lifecycle,
        score: refined,
        excerpt: said.excerpt,
        more,
        explanation,
    }
}

fn explained(number: u32, words: &[Word], ranked: &Ranked) -> Vec<ExplainedWord> {
    let explain = |(word, scores): (&Word, &WordScores)| {
        let found = scores.pages.get(&number);
        let meaning = found.map(|(.., meaning)| &word.meanings[*meaning]);
        ExplainedWord {
            word: word.typed.clone(),
            stem: meaning.map(|meaning| meaning.stem.clone()),
            why: meaning.map_or("not on this page", |meaning| meaning.why),
            factor: meaning.map_or(0, |meaning| meaning.factor),
            share: if ranked.all == 0 || scores.is_capped { 0 } else { word.share },
            score: found.map_or(0, |(score, ..)| *score),
            is_titled: found.is_some_and(|(_, is_titled, _)| *is_titled),
        }
    };
    words.iter().zip(&ranked.words).map(explain).collect()
}

/// How many of the pages have each value, of all keys that are not too many.
fn count_facets(pages: &[(u64, u32)], reader: &Reader<'_>) -> io::Result<Vec<Facet>> {
    let slots = reader.root.slots;
    let mut before = vec![0_u64; slots + 1];
    pages.iter().for_each(|(_, page)| before[*page as usize + 1] = 1);
    (0..slots).for_each(|slot| before[slot + 1] += before[slot]);
    let mut facets = Vec::new();
    let more = reader.root.keys.iter().map(|(key, title)| (key.as_str(), Some(title)));
    for (key, title) in KEYS.into_iter().map(|key| (key, None)).chain(more) {
        let wanted = row_key(key, "");
        let shards = prefix_shards(&reader.root.facets, &wanted, usize::MAX);
        if shards.len() > MOST_FACET_SHARDS {
            continue;
        }
        let rows: Vec<FacetRecord> = reader.rows("facets", shards)?;
        let mut values = BTreeMap::<String, u64>::new();
        for (_, value, _, runs) in rows.into_iter().filter(|row| row.0 == key) {
            let counted = facets::decode(&runs).map(|(start, length)| {
                let (start, end) = (start as usize, start as usize + length as usize);
                before[end.min(slots)] - before[start.min(slots)]
            });
            *values.entry(value).or_default() += counted.sum::<u64>();
        }
        let mut values: Vec<FacetValue> = values
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(value, count)| FacetValue { value, count })
            .collect();
        values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| key_order(&a.value, &b.value)));
        values.truncate(MOST_FACET_VALUES);
        if !values.is_empty() {
            facets.push(Facet { key: key.to_string(), title: title.cloned(), values });
        }
    }
    Ok(facets)
}

fn suggestion(words: &[Word]) -> Option<String> {
    words.iter().any(|word| word.correction.is_some()).then(|| {
        let corrected = |word: &Word| word.correction.clone().unwrap_or_else(|| word.typed.clone());
        words.iter().map(corrected).collect::<Vec<_>>().join(" ")
    })
}
