//! tantivy's one segment, read back: its words, and what each stem adds to which pages.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentReader;
use tantivy::postings::Postings;
use tantivy::schema::IndexRecordOption;
use tantivy::tokenizer::Language;
use tantivy::{DocSet, InvertedIndexReader, TERMINATED, TantivyError};

use super::analysis::Stems;
use super::ranking::{FIELDS, class_of, coarse, field_score, inverse_frequency, least_of};
use super::shard::{Surface, key_order};

/// The number of tantivy's schema's title.
const TITLE: usize = 0;

/// The readable parts of tantivy's segment, by field number.
pub(super) struct Segment {
    /// Rounded.
    documents: u64,
    terms: Vec<Arc<InvertedIndexReader>>,
    lengths: Vec<FieldNormReader>,
    /// Mean length of each field in words * 2^8, rounded, at least 1.
    averages: Vec<u64>,
}

/// What a stem adds to one page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Impact {
    /// By the order in which tantivy got the pages.
    pub(super) document: u32,
    pub(super) score: u64,
    pub(super) is_titled: bool,
}

impl Segment {
    pub(super) fn open(reader: &SegmentReader) -> Result<Self, TantivyError> {
        let documents = u64::from(reader.max_doc());
        let mut segment =
            Segment { documents: coarse(documents), terms: Vec::new(), lengths: Vec::new(), averages: Vec::new() };
        for (field, _) in reader.schema().fields() {
            let terms = reader.inverted_index(field)?;
            segment.averages.push(coarse(terms.total_num_tokens() * 256 / documents.max(1)).max(1));
            segment.terms.push(terms);
            segment.lengths.push(reader.get_fieldnorms_reader(field)?);
        }
        Ok(segment)
    }

    /// Every word of every field with its stem, sorted by word.
    pub(super) fn surfaces(&self, language: Language) -> io::Result<Vec<Surface>> {
        let mut frequencies = HashMap::<String, u64>::new();
        for terms in &self.terms {
            let mut stream = terms.terms().stream()?;
            while let Some((word, info)) = stream.next() {
                let word = String::from_utf8_lossy(word);
                match frequencies.get_mut(word.as_ref()) {
                    Some(frequency) => *frequency += u64::from(info.doc_freq),
                    None => drop(frequencies.insert(word.into_owned(), u64::from(info.doc_freq))),
                }
            }
        }
        let mut stems = Stems::new(language);
        let mut surfaces: Vec<Surface> = frequencies
            .into_iter()
            .map(|(word, frequency)| {
                let stem = Some(stems.stem(&word)).filter(|stem| !stem.is_empty()).unwrap_or_else(|| word.clone());
                Surface { stem, frequency: (frequency.saturating_mul(frequency).ilog2()).min(35) as u8, word }
            })
            .collect();
        surfaces.sort_unstable_by(|a, b| key_order(&a.word, &b.word));
        Ok(surfaces)
    }

    /// What the stem of these words adds to every page that holds one, by document.
    pub(super) fn impacts(&self, surfaces: &[&Surface], boosts: &[u64]) -> io::Result<Vec<Impact>> {
        let mut impacts = Vec::<Impact>::new();
        for (field, (_, weight)) in FIELDS.iter().enumerate() {
            let occurrences = self.occurrences(surfaces, field)?;
            let idf = inverse_frequency(occurrences.len() as u64, self.documents);
            impacts.extend(occurrences.into_iter().map(|(document, occurrences)| {
                let length = u64::from(self.lengths[field].fieldnorm(document));
                let score = field_score(*weight, idf, occurrences, length, self.averages[field]);
                Impact { document, score, is_titled: field == TITLE }
            }));
        }
        impacts.sort_by_key(|impact| impact.document);
        let of_pages = impacts.chunk_by(|a, b| a.document == b.document);
        Ok(of_pages
            .map(|fields| Impact {
                document: fields[0].document,
                score: fields.iter().map(|field| field.score).sum::<u64>() * boosts[fields[0].document as usize] / 64,
                is_titled: fields.iter().any(|field| field.is_titled),
            })
            .collect())
    }

    /// The inverse frequency of what is in so many pages, whatever the field, by class of that number.
    pub(super) fn rarities(&self) -> Vec<u64> {
        (0..=class_of(self.documents)).map(|class| inverse_frequency(least_of(class), self.documents)).collect()
    }

    /// Sorted documents which hold one of the words in the field, with the occurrences of all of them.
    fn occurrences(&self, surfaces: &[&Surface], field: usize) -> io::Result<Vec<(u32, u32)>> {
        let terms = &self.terms[field];
        let mut found = Vec::<(u32, u32)>::new();
        for surface in surfaces {
            let Some(info) = terms.terms().get(surface.word.as_bytes())? else {
                continue;
            };
            let mut postings = terms.read_postings_from_terminfo(&info, IndexRecordOption::WithFreqs)?;
            while postings.doc() != TERMINATED {
                found.push((postings.doc(), postings.term_freq()));
                postings.advance();
            }
        }
        if surfaces.len() > 1 {
            found.sort_unstable();
            found.dedup_by(|next, kept| {
                let is_same = next.0 == kept.0;
                if is_same {
                    kept.1 += next.1;
                }
                is_same
            });
        }
        Ok(found)
    }

    /// The mean number of words of `sections` in headings and text together, * 2^8, rounded, at least 1.
    pub(super) fn section(&self, sections: usize) -> u64 {
        let words: u64 = FIELDS
            .iter()
            .zip(&self.terms)
            .filter(|((name, _), _)| matches!(*name, "headings" | "body"))
            .map(|(_, terms)| terms.total_num_tokens())
            .sum();
        coarse(words * 256 / sections.max(1) as u64).max(1)
    }
}
