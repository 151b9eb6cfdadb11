//! From documents to shards: tantivy indexes, then its one segment is written out.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::iter::Peekable;
use std::vec::IntoIter;

use tempfile::{SpooledTempFile, spooled_tempfile};

use tantivy::directory::RamDirectory;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{Index, IndexSettings, SingleSegmentIndexWriter, TantivyDocument, TantivyError};

use super::analysis::{Stops, document_analyzer, folding_table, name_key, with_joined_names, without_marks, words};
use super::facets::{BOOST, Facets};
use super::ranking::{FIELDS, boost, coarse, level_of};
use super::segment::{Impact, Segment};
use super::shard::{
    Line, List, Posting, Root, Shelf, Surface, TextRecord, VERSION, encode, fingerprint, key_order, name_line,
    page_shard, part_line, path, push_number, script, script_of_json,
};
use super::{SearchDocument, SearchSection, Settings, slots};

/// Decides the size of tantivy's first hash table, no limit.
const INDEX_MEMORY: usize = 50_000_000;
/// Text of a section and of a page beyond these many bytes is found but never quoted.
const LONGEST_QUOTED_SECTION: usize = 8_000;
const LONGEST_QUOTED_PAGE: usize = 48_000;
/// Sections after these are found as a part of their page, but never named.
const MOST_SECTIONS: usize = 400;
/// A shard of pages ends when it would be larger, in bytes before compression.
const PAGE_SHARD: usize = 12_000;
/// The least sizes of the shards of words.
const TERM_SHARD: usize = 20_000;
const SPELLING_SHARD: usize = 8_000;
/// What pages say is kept in memory up to here, and on the disk beyond.
const PAGES_IN_MEMORY: usize = 32_000_000;
/// How many postings one record holds, and how many records one stem may have.
const POSTINGS_PER_RECORD: usize = 8_192;
const RECORDS_PER_STEM: usize = 3;
/// Words that may be what a mistyped one means: neither of fewer letters nor of more, and in a large portal not those
/// that only one page holds.
const SPELLED: std::ops::RangeInclusive<usize> = 4..=24;
const SMALL_PORTAL: usize = 500;
/// Parts of entity names are found from so many letters on.
const SHORTEST_PART: usize = 3;

/// Indexes the documents, one a page, and hands every shard to `emit`, with its path relative to the site's root.
///
/// What pages say waits in a temporary file until all have come and have their numbers.
///
/// # Errors
/// When tantivy cannot index or read back what it indexed in memory, or the temporary file cannot be written.
pub fn build(
    documents: impl Iterator<Item = SearchDocument>,
    settings: &Settings,
    emit: &mut dyn FnMut(&str, Vec<u8>),
) -> Result<(), TantivyError> {
    let mut collected = collect(documents)?;
    let urls: Vec<&str> = collected.pages.iter().map(|page| page.url.as_str()).collect();
    let (numbers, slots) = slots::number(&urls);
    let mut root = empty_root(slots, settings);
    root.pages = write_pages(&mut collected.said, &collected.pages, &numbers, slots, emit)?;
    let mut extras = name_lines(&collected, &numbers);
    extras.extend(part_lines(&collected.name_words));
    extras.sort_by(|a, b| key_order(&a.word, &b.word));
    let mut is_taken = vec![false; slots];
    numbers.iter().for_each(|number| is_taken[*number as usize] = true);
    root.facets = collected.facets.write(&numbers, &is_taken, emit);
    if let Some(segment) = collected.index.reader()?.searcher().segment_readers().first() {
        let segment = Segment::open(segment)?;
        root.section = segment.section(collected.sections);
        root.rarities = segment.rarities();
        let surfaces = segment.surfaces(settings.language)?;
        let mut stops = Stops::new(settings.language);
        root.stops = surfaces.iter().map(|surface| &surface.word).filter(|word| stops.contain(word)).cloned().collect();
        let is_small = collected.pages.len() < SMALL_PORTAL;
        (root.beginnings, root.endings) = write_spelling(&surfaces, is_small, emit);
        let boosts: Vec<u64> = collected.pages.iter().map(|page| page.boost).collect();
        root.terms = write_terms(&surfaces, extras, &segment, &boosts, &numbers, emit)?;
    }
    emit(&path("root"), script("root", &root));
    Ok(())
}

fn empty_root(slots: usize, settings: &Settings) -> Root {
    let synonyms = settings.synonyms.iter().map(|(word, meant)| {
        let meant = meant.iter().flat_map(|word| words(word)).collect();
        (name_key(word), meant)
    });
    Root {
        version: VERSION,
        slots,
        section: 1,
        rarities: Vec::new(),
        fold: folding_table(),
        stops: Vec::new(),
        synonyms: synonyms.collect(),
        terms: Vec::new(),
        beginnings: Vec::new(),
        endings: Vec::new(),
        facets: Vec::new(),
        keys: settings.keys.clone(),
        pages: String::new(),
    }
}

/// What is known once all documents have passed.
struct Collected {
    index: Index,
    pages: Vec<Page>,
    said: Said,
    sections: usize,
    /// What a whole query may equal, and which pages it names.
    names: BTreeMap<String, Vec<u32>>,
    /// The words of entities' names.
    name_words: BTreeSet<String>,
    facets: Facets,
}

struct Page {
    is_entity: bool,
    url: String,
    boost: u64,
}

fn collect(documents: impl Iterator<Item = SearchDocument>) -> Result<Collected, TantivyError> {
    let (mut writer, fields) = index_writer()?;
    let mut pages = Vec::new();
    let mut names = BTreeMap::<String, Vec<u32>>::new();
    let mut name_words = BTreeSet::new();
    let mut facets = Facets::default();
    let mut sections = 0;
    let mut said = Said { file: spooled_tempfile(PAGES_IN_MEMORY), ends: vec![0] };
    for document in documents {
        let page = pages.len() as u32;
        for name in names_of(&document) {
            names.entry(name).or_default().push(page);
        }
        if document.is_entity {
            name_words.extend(words(&document.title).into_iter().chain(words(name_in(&document.reference))));
        }
        let lifecycle = document.facet("lifecycle").to_owned();
        let boost = boost(document.is_entity, &lifecycle, document.uses);
        facets.add(BOOST, &boost.to_string(), page);
        facets.add("kind", &document.kind, page);
        for (key, value) in &document.facets {
            facets.add(key.clone(), value, page);
        }
        writer.add_document(to_index(&document, &fields))?;
        sections += document.sections.len();
        let text = quotable(&document.sections);
        let SearchDocument { kind, is_entity, url, title, reference, .. } = document;
        said.push(&(title, &url, kind, reference, lifecycle, boost, text))?;
        pages.push(Page { is_entity, url, boost });
    }
    Ok(Collected { index: writer.finalize()?, pages, said, sections, names, name_words, facets })
}

fn index_writer() -> Result<(SingleSegmentIndexWriter, Vec<Field>), TantivyError> {
    let analysis = TextFieldIndexing::default()
        .set_tokenizer("words")
        .set_index_option(IndexRecordOption::WithFreqs)
        .set_fieldnorms(true);
    let options = TextOptions::default().set_indexing_options(analysis);
    let mut schema = Schema::builder();
    let fields = FIELDS.iter().map(|(name, _)| schema.add_text_field(name, options.clone())).collect();
    let tokenizers = TokenizerManager::new();
    tokenizers.register("words", document_analyzer());
    let writer = Index::builder()
        .schema(schema.build())
        .settings(IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() })
        .tokenizers(tokenizers)
        .single_segment_index_writer(RamDirectory::create(), INDEX_MEMORY)?;
    Ok((writer, fields))
}

fn to_index(document: &SearchDocument, fields: &[Field]) -> TantivyDocument {
    let joined = |part: fn(&SearchSection) -> &str| {
        let parts: Vec<&str> = document.sections.iter().map(part).filter(|text| !text.is_empty()).collect();
        parts.join("\n")
    };
    let texts = [
        with_joined_names(&document.title),
        joined(|section| &section.heading),
        with_joined_names(&document.words),
        joined(|section| &section.text),
    ];
    let mut indexed = TantivyDocument::default();
    for (field, text) in fields.iter().zip(&texts) {
        indexed.add_text(*field, without_marks(text));
    }
    indexed
}

/// Everything the page is called: its title, and for entities also name, kind and name, and full reference.
fn names_of(document: &SearchDocument) -> BTreeSet<String> {
    let mut names = BTreeSet::from([name_key(&document.title)]);
    if document.is_entity {
        let name = name_in(&document.reference);
        names.insert(name_key(name));
        names.insert(name_key(&format!("{} {name}", document.kind)));
        names.insert(name_key(&document.reference));
    }
    names.remove("");
    names
}

fn name_in(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

/// What pages say, as JSON, one after the other.
struct Said {
    file: SpooledTempFile,
    ends: Vec<u64>,
}

impl Said {
    fn push(&mut self, record: &impl serde::Serialize) -> io::Result<()> {
        let json = serde_json::to_vec(record)?;
        self.file.write_all(&json)?;
        self.ends.push(self.ends[self.ends.len() - 1] + json.len() as u64);
        Ok(())
    }

    fn size(&self, page: usize) -> usize {
        (self.ends[page + 1] - self.ends[page]) as usize
    }

    fn read(&mut self, page: usize) -> io::Result<String> {
        let mut json = vec![0; self.size(page)];
        self.file.seek(SeekFrom::Start(self.ends[page]))?;
        self.file.read_exact(&mut json)?;
        Ok(String::from_utf8_lossy(&json).into_owned())
    }
}

/// The sections with single spaces in their text, cut to what excerpts are taken from.
fn quotable(sections: &[SearchSection]) -> TextRecord {
    let mut left = LONGEST_QUOTED_PAGE;
    let quote = |section: &SearchSection| {
        let end = section.text.floor_char_boundary(LONGEST_QUOTED_SECTION.min(left));
        let text = section.text[..end].split_whitespace().collect::<Vec<_>>().join(" ");
        left -= text.len();
        (section.anchor.clone(), section.heading.clone(), text)
    };
    sections.iter().take(MOST_SECTIONS).map(quote).collect()
}

/// Writes what pages say into shards that are named by their first page's number. Returns where each begins, as
/// distances.
///
/// Where a shard ends depends mostly on the pages themselves, so an edited page moves few of the others.
fn write_pages(
    said: &mut Said,
    pages: &[Page],
    numbers: &[u32],
    slots: usize,
    emit: &mut dyn FnMut(&str, Vec<u8>),
) -> io::Result<String> {
    let mut by_number: Vec<Option<usize>> = vec![None; slots];
    numbers.iter().enumerate().for_each(|(page, number)| by_number[*number as usize] = Some(page));
    let taken: Vec<(usize, usize)> =
        by_number.iter().enumerate().filter_map(|(number, page)| page.map(|page| (number, page))).collect();
    let mut starts = String::new();
    let (mut at, mut before) = (0, 0);
    while at < taken.len() {
        let (start, mut size) = (at, 0);
        while let Some((_, page)) = taken.get(at) {
            let may_end = size > PAGE_SHARD / 2 && fingerprint(&pages[*page].url).is_multiple_of(2);
            if at > start && (may_end || size + said.size(*page) > PAGE_SHARD) {
                break;
            }
            size += said.size(*page);
            at += 1;
        }
        let first = taken[start].0;
        let rows = by_number[first..=taken[at - 1].0].iter();
        let rows = rows.map(|page| page.map_or_else(|| Ok("null".to_owned()), |page| said.read(page)));
        let name = page_shard(first);
        emit(&path(&name), script_of_json(&name, &format!("[{}]", rows.collect::<io::Result<Vec<_>>>()?.join(","))));
        push_number(&mut starts, (first - before) as u32);
        before = first;
    }
    Ok(starts)
}

/// What a whole query may equal; the level of a posting is 1 for entities.
fn name_lines(collected: &Collected, numbers: &[u32]) -> Vec<Line> {
    let line = |(name, pages): (&String, &Vec<u32>)| {
        let posting = |page: &u32| Posting {
            page: numbers[*page as usize],
            level: u32::from(collected.pages[*page as usize].is_entity),
            is_titled: false,
        };
        let mut postings: Vec<Posting> = pages.iter().map(posting).collect();
        postings.sort_unstable_by_key(|posting| posting.page);
        postings.truncate(POSTINGS_PER_RECORD);
        let list = List { peak: 1, is_capped: false, postings: encode(&postings) };
        Line { word: name_line(name), surface: None, list: Some(list) }
    };
    collected.names.iter().map(line).collect()
}

/// Where words of names can be entered.
fn part_lines(words: &BTreeSet<String>) -> impl Iterator<Item = Line> {
    let words = words.iter().filter(|word| SPELLED.contains(&word.chars().count()));
    let parts = words.flat_map(|word| word.char_indices().skip(1).map(|(start, _)| word.split_at(start)));
    let parts = parts.filter(|(_, rest)| rest.chars().count() >= SHORTEST_PART);
    parts.map(|(before, rest)| Line { word: part_line(rest, before), surface: None, list: None })
}

/// Writes the words that mistyped ones may mean, once by their beginning and once, reversed, by their ending.
fn write_spelling(
    surfaces: &[Surface],
    is_small: bool,
    emit: &mut dyn FnMut(&str, Vec<u8>),
) -> (Vec<String>, Vec<String>) {
    let is_spelled = |surface: &&Surface| {
        (is_small || surface.frequency > 0)
            && SPELLED.contains(&surface.word.chars().count())
            && surface.word.chars().all(char::is_alphabetic)
    };
    let mut words: Vec<Surface> = surfaces
        .iter()
        .filter(is_spelled)
        .map(|surface| Surface { stem: surface.word.clone(), ..surface.clone() })
        .collect();
    let beginnings = write_words("beginnings", &words, emit);
    for surface in &mut words {
        surface.word = surface.word.chars().rev().collect();
        surface.stem.clone_from(&surface.word);
    }
    words.sort_by(|a, b| key_order(&a.word, &b.word));
    (beginnings, write_words("endings", &words, emit))
}

fn write_words(family: &'static str, words: &[Surface], emit: &mut dyn FnMut(&str, Vec<u8>)) -> Vec<String> {
    let mut shelf = Shelf::of_lines(family, SPELLING_SHARD, emit);
    for surface in words {
        shelf.push(&surface.word, surface.word.len() / 2 + 4, Line::of(surface.clone()));
    }
    shelf.finish()
}

/// Lines in one order: those that come, and between them those that were known before.
struct Terms<'a> {
    extras: Peekable<IntoIter<Line>>,
    shelf: Shelf<'a, Line>,
}

impl Terms<'_> {
    fn push(&mut self, line: Line) {
        while let Some(extra) = self.extras.next_if(|extra| key_order(&extra.word, &line.word).is_lt()) {
            self.shelve(extra);
        }
        self.shelve(line);
    }

    fn shelve(&mut self, line: Line) {
        let size = line.word.len() / 2 + 5 + line.list.as_ref().map_or(0, |list| list.postings.len() + 3);
        let key = line.word.clone();
        self.shelf.push(&key, size, line);
    }

    fn finish(mut self) -> Vec<String> {
        while let Some(extra) = self.extras.next() {
            self.shelve(extra);
        }
        self.shelf.finish()
    }
}

/// Writes words, stems, names and their parts in one order, so that what a query needs stands together.
fn write_terms(
    surfaces: &[Surface],
    extras: Vec<Line>,
    segment: &Segment,
    boosts: &[u64],
    numbers: &[u32],
    emit: &mut dyn FnMut(&str, Vec<u8>),
) -> io::Result<Vec<String>> {
    let mut by_stem: Vec<&Surface> = surfaces.iter().collect();
    by_stem.sort_by(|a, b| key_order(&a.stem, &b.stem));
    let shelf = Shelf::of_lines("terms", TERM_SHARD, emit);
    let mut terms = Terms { extras: extras.into_iter().peekable(), shelf };
    let mut words = surfaces.iter().peekable();
    for of_stem in by_stem.chunk_by(|a, b| a.stem == b.stem) {
        let stem = &of_stem[0].stem;
        while let Some(surface) = words.next_if(|surface| key_order(&surface.word, stem).is_lt()) {
            terms.push(Line::of(surface.clone()));
        }
        let mut surface = words.next_if(|surface| surface.word == *stem).cloned();
        for list in postings(segment.impacts(of_stem, boosts)?, numbers) {
            terms.push(Line { word: stem.clone(), surface: surface.take(), list: Some(list) });
        }
    }
    words.for_each(|surface| terms.push(Line::of(surface.clone())));
    Ok(terms.finish())
}

/// The postings of a stem, in lists that are not too long.
fn postings(mut impacts: Vec<Impact>, numbers: &[u32]) -> Vec<List> {
    let peak = coarse(impacts.iter().map(|impact| impact.score).max().unwrap_or(0)).max(1);
    let is_capped = cap(&mut impacts);
    let mut postings: Vec<Posting> = impacts
        .iter()
        .map(|impact| Posting {
            page: numbers[impact.document as usize],
            level: level_of(impact.score, peak),
            is_titled: impact.is_titled,
        })
        .collect();
    postings.sort_unstable_by_key(|posting| posting.page);
    let list = |postings: &[Posting]| List { peak, is_capped, postings: encode(postings) };
    postings.chunks(POSTINGS_PER_RECORD).map(list).collect()
}

/// Keeps the impacts that score highest, and tells whether any were dropped.
fn cap(impacts: &mut Vec<Impact>) -> bool {
    const MOST: usize = POSTINGS_PER_RECORD * RECORDS_PER_STEM;
    if impacts.len() <= MOST {
        return false;
    }
    impacts.sort_by_key(|impact| (std::cmp::Reverse(impact.score), impact.document));
    impacts.truncate(MOST);
    true
}
