//! From documents to shards: tantivy indexes, then its one segment is written out.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use serde::Serialize;
use tantivy::directory::RamDirectory;
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TokenizerManager;
use tantivy::{Index, IndexSettings, SingleSegmentIndexWriter, TantivyDocument, TantivyError};

use super::SearchDocument;
use super::analysis::{document_analyzer, folding_table, name_key, with_joined_names, without_marks};
use super::ranking::{FIELDS, MOST_OCCURRENCES, field_score, inverse_frequency};
use super::segment::{Segment, length_of, read_lexicon, read_postings};
use super::shard::{
    DOCUMENTS_PER_SHARD, DocumentRecord, LENGTHS, LexiconEntry, NameRecord, Posting, Root, Shelf, StemRecord,
    TEXTS_PER_SHARD, VERSION, encode, key_order, path, script, stem_of,
};

/// Decides the size of tantivy's first hash table, no limit.
const INDEX_MEMORY: usize = 50_000_000;
/// Text beyond this many bytes is found but never quoted.
const LONGEST_QUOTED_TEXT: usize = 8_000;
/// How many postings one record holds, and how many records one stem may have in one field.
const POSTINGS_PER_RECORD: usize = 8_192;
const RECORDS_PER_LIST: usize = 3;

/// Indexes the documents and hands every shard to `emit`, with its path relative to the site's root.
///
/// Documents are numbered as they come; keep their order stable (sorted by url) and one edit changes few shards.
/// A body's text is dropped before the next document is asked for.
///
/// # Errors
/// When tantivy cannot index or read back what it indexed in memory.
pub fn build(
    documents: impl Iterator<Item = SearchDocument>,
    emit: &mut dyn FnMut(&str, Vec<u8>),
) -> Result<(), TantivyError> {
    let collected = collect(documents, emit)?;
    let mut root = empty_root(collected.are_entities.len());
    root.names = write_names(&collected, emit);
    if let Some(segment) = collected.index.reader()?.searcher().segment_readers().first() {
        let segment = Segment::open(segment)?;
        root.averages = segment.averages.clone();
        let mut lexicon = read_lexicon(&segment)?;
        root.lexicon = write_lexicon(&lexicon, emit);
        lexicon.sort_by(|a, b| key_order(stem_of(a), stem_of(b)));
        root.postings = write_postings(&lexicon, &segment, &collected.are_entities, emit)?;
    }
    emit(&path("root"), script("root", &root));
    Ok(())
}

fn empty_root(documents: usize) -> Root {
    Root {
        version: VERSION,
        documents,
        documents_per_shard: DOCUMENTS_PER_SHARD,
        texts_per_shard: TEXTS_PER_SHARD,
        averages: vec![1; FIELDS.len()],
        weights: FIELDS.iter().map(|(_, weight)| *weight).collect(),
        lengths: (0..LENGTHS as u8).map(length_of).collect(),
        fold: folding_table(),
        lexicon: Vec::new(),
        postings: Vec::new(),
        names: Vec::new(),
    }
}

/// What is known once all documents have passed.
struct Collected {
    index: Index,
    /// By document number.
    are_entities: Vec<bool>,
    /// What a whole query may equal, and which documents it names.
    names: BTreeMap<String, Vec<u32>>,
}

fn collect(
    documents: impl Iterator<Item = SearchDocument>,
    emit: &mut dyn FnMut(&str, Vec<u8>),
) -> Result<Collected, TantivyError> {
    let (mut writer, fields) = index_writer()?;
    let mut are_entities = Vec::new();
    let mut names = BTreeMap::<String, Vec<u32>>::new();
    let mut records = Rows::<DocumentRecord>::new("documents", DOCUMENTS_PER_SHARD);
    let mut texts = Rows::<String>::new("text", TEXTS_PER_SHARD);
    for document in documents {
        let number = are_entities.len() as u32;
        are_entities.push(document.kind != "docs");
        for name in names_of(&document) {
            names.entry(name).or_default().push(number);
        }
        writer.add_document(to_index(&document, &fields))?;
        texts.push(quotable(&document.body), emit);
        let SearchDocument { title, section, url, kind, reference, .. } = document;
        records.push((title, section, url, kind, reference), emit);
    }
    records.flush(emit);
    texts.flush(emit);
    Ok(Collected { index: writer.finalize()?, are_entities, names })
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
    let texts = [
        with_joined_names(&document.title),
        document.section.clone(),
        with_joined_names(&document.words),
        document.body.clone(),
    ];
    let mut indexed = TantivyDocument::default();
    for (field, text) in fields.iter().zip(&texts) {
        indexed.add_text(*field, without_marks(text));
    }
    indexed
}

/// Everything the document is called: its title, and for entities also name, kind and name, and full reference.
fn names_of(document: &SearchDocument) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    if document.section.is_empty() {
        names.insert(name_key(&document.title));
    }
    if document.kind != "docs" {
        let name = document.reference.rsplit('/').next().unwrap_or_default();
        names.insert(name_key(name));
        names.insert(name_key(&format!("{} {name}", document.kind)));
        names.insert(name_key(&document.reference));
    }
    names.remove("");
    names
}

/// The text with single spaces, cut to what excerpts are taken from.
fn quotable(body: &str) -> String {
    let end = body.floor_char_boundary(LONGEST_QUOTED_TEXT);
    body[..end].split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes rows into numbered shards of a fixed number of rows, as soon as one is full.
struct Rows<T> {
    family: &'static str,
    per_shard: usize,
    rows: Vec<T>,
    shards: usize,
}

impl<T: Serialize> Rows<T> {
    fn new(family: &'static str, per_shard: usize) -> Self {
        Rows { family, per_shard, rows: Vec::new(), shards: 0 }
    }

    fn push(&mut self, row: T, emit: &mut dyn FnMut(&str, Vec<u8>)) {
        self.rows.push(row);
        if self.rows.len() == self.per_shard {
            self.flush(emit);
        }
    }

    fn flush(&mut self, emit: &mut dyn FnMut(&str, Vec<u8>)) {
        if self.rows.is_empty() {
            return;
        }
        let name = format!("{}/{}", self.family, self.shards);
        emit(&path(&name), script(&name, &self.rows));
        self.rows.clear();
        self.shards += 1;
    }
}

fn write_lexicon(lexicon: &[LexiconEntry], emit: &mut dyn FnMut(&str, Vec<u8>)) -> Vec<String> {
    let mut shelf = Shelf::new("lexicon", emit);
    for entry in lexicon {
        shelf.push(&entry.0, entry.0.len() + entry.1.len() + 10, entry);
    }
    shelf.finish()
}

fn write_names(collected: &Collected, emit: &mut dyn FnMut(&str, Vec<u8>)) -> Vec<String> {
    let mut names: Vec<_> = collected.names.iter().collect();
    names.sort_by(|a, b| key_order(a.0, b.0));
    let mut shelf = Shelf::<NameRecord>::new("names", emit);
    for (name, documents) in names {
        let posting = |document: &u32| Posting {
            document: *document,
            occurrences: 1,
            is_entity: collected.are_entities[*document as usize],
            length: 0,
        };
        let postings: Vec<Posting> = documents.iter().take(POSTINGS_PER_RECORD).map(posting).collect();
        let postings = encode(&postings);
        shelf.push(name, name.len() + postings.len() + 8, (name.clone(), postings));
    }
    shelf.finish()
}

/// Writes the postings of a lexicon that is sorted by stem.
fn write_postings(
    lexicon: &[LexiconEntry],
    segment: &Segment,
    are_entities: &[bool],
    emit: &mut dyn FnMut(&str, Vec<u8>),
) -> io::Result<Vec<String>> {
    let mut shelf = Shelf::<StemRecord>::new("postings", emit);
    for surfaces in lexicon.chunk_by(|a, b| stem_of(a) == stem_of(b)) {
        let stem = stem_of(&surfaces[0]);
        for field in 0..FIELDS.len() {
            let mut postings = read_postings(surfaces, field, segment, are_entities)?;
            let idf = inverse_frequency(postings.len() as u64, segment.documents);
            let is_capped = cap(&mut postings, segment.averages[field]);
            for postings in postings.chunks(POSTINGS_PER_RECORD) {
                let postings = encode(postings);
                let size = stem.len() + postings.len() + 18;
                shelf.push(stem, size, (stem.to_owned(), field, idf, u8::from(is_capped), postings));
            }
        }
    }
    Ok(shelf.finish())
}

/// Keeps the postings that score highest, still sorted by document, and tells whether any were dropped.
fn cap(postings: &mut Vec<Posting>, average: u64) -> bool {
    const MOST: usize = POSTINGS_PER_RECORD * RECORDS_PER_LIST;
    if postings.len() <= MOST {
        return false;
    }
    let score = |posting: &Posting| {
        field_score(16, 4096, posting.occurrences.min(MOST_OCCURRENCES), length_of(posting.length), average)
    };
    postings.sort_by_cached_key(|posting| (std::cmp::Reverse(score(posting)), posting.document));
    postings.truncate(MOST);
    postings.sort_unstable_by_key(|posting| posting.document);
    true
}
