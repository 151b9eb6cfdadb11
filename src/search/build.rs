//! From documents to shards: tantivy indexes, then its one segment is written out.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use tantivy::directory::RamDirectory;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{Index, IndexSettings, SingleSegmentIndexWriter, TantivyDocument, TantivyError};

use super::analysis::{Stops, document_analyzer, folding_table, name_key, with_joined_names, without_marks, words};
use super::facets::{ALL, Facets};
use super::ranking::{FIELDS, boost, coarse, level_of};
use super::segment::{Impact, Segment};
use super::shard::{
    DOCUMENTS_PER_SHARD, DocumentRecord, Line, List, NameRecord, Posting, Root, Shelf, Surface, TextRecord, VERSION,
    encode, fingerprint, key_order, path, script,
};
use super::{SearchDocument, SearchSection, Settings, slots};

/// Decides the size of tantivy's first hash table, no limit.
const INDEX_MEMORY: usize = 50_000_000;
/// Text of a section and of a page beyond these many bytes is found but never quoted.
const LONGEST_QUOTED_SECTION: usize = 8_000;
const LONGEST_QUOTED_PAGE: usize = 48_000;
/// Sections after these are found as a part of their page, but never named.
const MOST_SECTIONS: usize = 400;
/// A shard of texts ends when it is larger, in bytes before compression.
const TEXT_SHARD: usize = 10_000;
/// The least sizes of the other shards.
const TERM_SHARD: usize = 20_000;
const NAME_SHARD: usize = 8_000;
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
/// A page's text is dropped before the next document is asked for.
///
/// # Errors
/// When tantivy cannot index or read back what it indexed in memory.
pub fn build(
    documents: impl Iterator<Item = SearchDocument>,
    settings: &Settings,
    emit: &mut dyn FnMut(&str, Vec<u8>),
) -> Result<(), TantivyError> {
    let collected = collect(documents, emit)?;
    let urls: Vec<&str> = collected.pages.iter().map(|page| page.record.1.as_str()).collect();
    let (numbers, slots) = slots::number(&urls);
    let mut root = empty_root(slots, settings);
    write_documents(&collected.pages, &numbers, slots, emit);
    root.names = write_names(&collected, &numbers, emit);
    root.parts = write_parts(&collected.name_words, emit);
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
        let boosts: Vec<u64> = collected.pages.iter().map(|page| page.record.5).collect();
        root.terms = write_terms(&surfaces, &segment, &boosts, &numbers, emit)?;
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
        documents_per_shard: DOCUMENTS_PER_SHARD,
        section: 1,
        rarities: Vec::new(),
        fold: folding_table(),
        stops: Vec::new(),
        synonyms: synonyms.collect(),
        terms: Vec::new(),
        beginnings: Vec::new(),
        endings: Vec::new(),
        parts: Vec::new(),
        names: Vec::new(),
        facets: Vec::new(),
    }
}

/// What is known once all documents have passed.
struct Collected {
    index: Index,
    pages: Vec<Page>,
    sections: usize,
    /// What a whole query may equal, and which pages it names.
    names: BTreeMap<String, Vec<u32>>,
    /// The words of entities' names.
    name_words: BTreeSet<String>,
    facets: Facets,
}

struct Page {
    is_entity: bool,
    record: DocumentRecord,
}

fn collect(
    documents: impl Iterator<Item = SearchDocument>,
    emit: &mut dyn FnMut(&str, Vec<u8>),
) -> Result<Collected, TantivyError> {
    let (mut writer, fields) = index_writer()?;
    let mut pages = Vec::new();
    let mut names = BTreeMap::<String, Vec<u32>>::new();
    let mut name_words = BTreeSet::new();
    let mut facets = Facets::default();
    let mut sections = 0;
    let mut texts = Texts::default();
    for document in documents {
        let page = pages.len() as u32;
        for name in names_of(&document) {
            names.entry(name).or_default().push(page);
        }
        if document.is_entity {
            name_words.extend(words(&document.title).into_iter().chain(words(name_in(&document.reference))));
        }
        facets.add(ALL, "", page);
        facets.add("kind", &document.kind, page);
        for (key, value) in &document.facets {
            facets.add(key, value, page);
        }
        writer.add_document(to_index(&document, &fields))?;
        sections += document.sections.len();
        let (shard, row) = texts.push(&document, emit);
        let lifecycle = document.facet("lifecycle").to_owned();
        let boost = boost(document.is_entity, &lifecycle, document.uses);
        let SearchDocument { kind, is_entity, url, title, reference, .. } = document;
        pages.push(Page { is_entity, record: (title, url, kind, reference, lifecycle, boost, shard, row) });
    }
    texts.flush(emit);
    Ok(Collected { index: writer.finalize()?, pages, sections, names, name_words, facets })
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

/// Writes the texts of pages as they come, into shards that are named by their first page.
#[derive(Default)]
struct Texts {
    name: String,
    rows: Vec<TextRecord>,
    size: usize,
}

impl Texts {
    /// Returns the shard and the row of the document's text.
    fn push(&mut self, document: &SearchDocument, emit: &mut dyn FnMut(&str, Vec<u8>)) -> (String, usize) {
        let row = quotable(&document.sections);
        let size: usize = row.iter().map(|(anchor, heading, text)| anchor.len() + heading.len() + text.len() + 9).sum();
        let hash = fingerprint(&document.url);
        let may_end = self.size > TEXT_SHARD / 2 && hash.is_multiple_of(2);
        if may_end || self.size + size > TEXT_SHARD {
            self.flush(emit);
        }
        if self.rows.is_empty() {
            self.name = format!("text/{hash:016x}");
        }
        self.size += size;
        self.rows.push(row);
        (self.name.clone(), self.rows.len() - 1)
    }

    fn flush(&mut self, emit: &mut dyn FnMut(&str, Vec<u8>)) {
        if !self.rows.is_empty() {
            emit(&path(&self.name), script(&self.name, &self.rows));
        }
        self.rows.clear();
        self.size = 0;
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

fn write_documents(pages: &[Page], numbers: &[u32], slots: usize, emit: &mut dyn FnMut(&str, Vec<u8>)) {
    let mut by_number: Vec<Option<&DocumentRecord>> = vec![None; slots];
    for (page, number) in pages.iter().zip(numbers) {
        by_number[*number as usize] = Some(&page.record);
    }
    for (shard, rows) in by_number.chunks(DOCUMENTS_PER_SHARD).enumerate() {
        let name = format!("documents/{shard}");
        emit(&path(&name), script(&name, &rows));
    }
}

fn write_names(collected: &Collected, numbers: &[u32], emit: &mut dyn FnMut(&str, Vec<u8>)) -> Vec<String> {
    let mut names: Vec<_> = collected.names.iter().collect();
    names.sort_by(|a, b| key_order(a.0, b.0));
    let mut shelf = Shelf::<NameRecord>::new("names", NAME_SHARD, emit);
    for (name, pages) in names {
        let posting = |page: &u32| Posting {
            page: numbers[*page as usize],
            level: u32::from(collected.pages[*page as usize].is_entity),
            is_titled: false,
        };
        let mut postings: Vec<Posting> = pages.iter().map(posting).collect();
        postings.sort_unstable_by_key(|posting| posting.page);
        postings.truncate(POSTINGS_PER_RECORD);
        let postings = encode(&postings);
        shelf.push(name, name.len() + postings.len() + 8, (name.clone(), postings));
    }
    shelf.finish()
}

/// Writes where words of names can be entered: `[rest of the word, what stands before it]`, sorted.
fn write_parts(words: &BTreeSet<String>, emit: &mut dyn FnMut(&str, Vec<u8>)) -> Vec<String> {
    let mut parts: Vec<(&str, &str)> = Vec::new();
    for word in words.iter().filter(|word| SPELLED.contains(&word.chars().count())) {
        let starts = word.char_indices().skip(1).map(|(start, _)| word.split_at(start));
        let starts = starts.filter(|(_, rest)| rest.chars().count() >= SHORTEST_PART);
        parts.extend(starts.map(|(before, rest)| (rest, before)));
    }
    parts.sort_by(|a, b| key_order(a.0, b.0).then_with(|| key_order(a.1, b.1)));
    let mut shelf = Shelf::new("parts", NAME_SHARD, emit);
    for part in parts {
        shelf.push(part.0, part.0.len() + part.1.len() + 8, part);
    }
    shelf.finish()
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
    let mut shelf = Shelf::of_lines(family, NAME_SHARD, emit);
    for surface in words {
        shelf.push(&surface.word, surface.word.len() / 2 + 4, Line::of(surface.clone()));
    }
    shelf.finish()
}

/// Writes words and stems in one order, so that most stems stand beside their words.
fn write_terms(
    surfaces: &[Surface],
    segment: &Segment,
    boosts: &[u64],
    numbers: &[u32],
    emit: &mut dyn FnMut(&str, Vec<u8>),
) -> io::Result<Vec<String>> {
    let mut by_stem: Vec<&Surface> = surfaces.iter().collect();
    by_stem.sort_by(|a, b| key_order(&a.stem, &b.stem));
    let mut shelf = Shelf::of_lines("terms", TERM_SHARD, emit);
    let mut words = surfaces.iter().peekable();
    for of_stem in by_stem.chunk_by(|a, b| a.stem == b.stem) {
        let stem = &of_stem[0].stem;
        while let Some(surface) = words.next_if(|surface| key_order(&surface.word, stem).is_lt()) {
            push_line(Line::of(surface.clone()), &mut shelf);
        }
        let mut surface = words.next_if(|surface| surface.word == *stem).cloned();
        for list in postings(segment.impacts(of_stem, boosts)?, numbers) {
            push_line(Line { word: stem.clone(), surface: surface.take(), list: Some(list) }, &mut shelf);
        }
    }
    words.for_each(|surface| push_line(Line::of(surface.clone()), &mut shelf));
    Ok(shelf.finish())
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

fn push_line(line: Line, shelf: &mut Shelf<'_, Line>) {
    let size = line.word.len() / 2 + 5 + line.list.as_ref().map_or(0, |list| list.postings.len() + 3);
    let key = line.word.clone();
    shelf.push(&key, size, line);
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
