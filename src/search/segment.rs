//! tantivy's one segment, read back: its words, and which documents hold them.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentReader;
use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader, TERMINATED, TantivyError};

use super::analysis::Stems;
use super::shard::{LENGTHS, LexiconEntry, Posting, key_order};

/// The readable parts of tantivy's segment, by field number.
pub(super) struct Segment {
    pub(super) documents: u64,
    terms: Vec<Arc<InvertedIndexReader>>,
    lengths: Vec<FieldNormReader>,
    /// Mean length of each field in words * 2^8, at least 1.
    pub(super) averages: Vec<u64>,
}

impl Segment {
    pub(super) fn open(reader: &SegmentReader) -> Result<Self, TantivyError> {
        let documents = u64::from(reader.max_doc());
        let mut segment = Segment { documents, terms: Vec::new(), lengths: Vec::new(), averages: Vec::new() };
        for (field, _) in reader.schema().fields() {
            let terms = reader.inverted_index(field)?;
            segment.averages.push((terms.total_num_tokens() * 256 / documents.max(1)).max(1));
            segment.terms.push(terms);
            segment.lengths.push(reader.get_fieldnorms_reader(field)?);
        }
        Ok(segment)
    }
}

/// Every surface form of every field with its stem, sorted by surface.
pub(super) fn read_lexicon(segment: &Segment) -> io::Result<Vec<LexiconEntry>> {
    let mut frequencies = HashMap::<String, u64>::new();
    for terms in &segment.terms {
        let mut stream = terms.terms().stream()?;
        while let Some((surface, info)) = stream.next() {
            let surface = String::from_utf8_lossy(surface);
            match frequencies.get_mut(surface.as_ref()) {
                Some(frequency) => *frequency += u64::from(info.doc_freq),
                None => drop(frequencies.insert(surface.into_owned(), u64::from(info.doc_freq))),
            }
        }
    }
    let mut stems = Stems::english();
    let mut lexicon: Vec<LexiconEntry> = frequencies
        .into_iter()
        .map(|(surface, frequency)| {
            let stem = stems.stem(&surface);
            let stem = if stem == surface { String::new() } else { stem };
            (surface, stem, frequency)
        })
        .collect();
    lexicon.sort_unstable_by(|a, b| key_order(&a.0, &b.0));
    Ok(lexicon)
}

/// The documents which hold one of the surfaces in the field, sorted, with the occurrences of all of them.
pub(super) fn read_postings(
    surfaces: &[LexiconEntry],
    field: usize,
    segment: &Segment,
    are_entities: &[bool],
) -> io::Result<Vec<Posting>> {
    let terms = &segment.terms[field];
    let mut found = Vec::<(u32, u32)>::new();
    for (surface, ..) in surfaces {
        let Some(info) = terms.terms().get(surface.as_bytes())? else {
            continue;
        };
        let mut postings = terms.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
        while postings.doc() != TERMINATED {
            found.push((postings.doc(), postings.term_freq()));
            postings.advance();
        }
    }
    found.sort_unstable();
    let in_one_document = found.chunk_by(|a, b| a.0 == b.0);
    Ok(in_one_document
        .map(|found| Posting {
            document: found[0].0,
            occurrences: found.iter().map(|(_, occurrences)| occurrences).sum(),
            is_entity: are_entities[found[0].0 as usize],
            length: segment.lengths[field].fieldnorm_id(found[0].0).min(LENGTHS as u8 - 1),
        })
        .collect())
}

/// The field length, in words, that a length step stands for.
pub(super) fn length_of(step: u8) -> u64 {
    u64::from(FieldNormReader::id_to_fieldnorm(step))
}
