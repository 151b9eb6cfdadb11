//! The ranking: one specification, computed here and in `search-engine.js` with the same integers.
//!
//! All divisions round down. No intermediate value reaches 2^53, so that a browser's numbers are exact; a quotient of
//! two such integers, rounded down, is exact there too.
//!
//! **Field score.** A stem in a field of a document scores BM25 with k1 = 1.2 and b = 0.75:
//!
//! ```text
//! norm  = 9 * length * 2^18 / average                      length in words, average in words * 2^8
//! score = weight * idf * 22 * tf * 2^10 / ((10 * tf + 3) * 2^10 + norm)
//! ```
//!
//! `weight` is in sixteenths, `idf` in 1/4096. `tf` is at most 44 and `length` is one of 90 steps: both are one
//! character of a posting. A stem's score in a document is the sum over its fields.
//!
//! **Word score.** A query word stands for several stems, each with a factor in sixteenths: the word itself 16; the
//! last word as a prefix, 10, or 8 next to the word itself; an unknown word that begins with a known stem 12, or one
//! with one typing error 8, with two 5. The word's score in a document is the best of `stem score * factor / 16`.
//!
//! **Document score.** With `n` query words, `m` of them in the document, and `sum` of their word scores:
//!
//! ```text
//! score = sum * (m^2 + 1) / (n^2 + 1)                      then, for anything but documentation:
//! score = score + score / 8
//! score = score + 2^32                                     if the whole query is a name of it; 2^33 for entities
//! ```
//!
//! `n` and `m` leave out words whose postings were capped: they are in most documents, and their lists do not say in
//! which. Higher scores come first, then lower document numbers. Of one page, the best three documents are kept.

/// Fields in the order of their numbers in posting shards, with the weight of each in sixteenths.
pub(super) const FIELDS: [(&str, u64); 4] = [("title", 32), ("section", 16), ("words", 12), ("body", 16)];

/// The highest term frequency a posting can tell.
pub(super) const MOST_OCCURRENCES: u32 = 44;

pub(super) const WHOLE: u64 = 16;
pub(super) const PREFIX: u64 = 10;
pub(super) const PREFIX_BESIDE_WORD: u64 = 8;
/// By number of typing errors; none means that only the ending is unknown.
pub(super) const MISTYPED: [u64; 3] = [12, 8, 5];

/// The inverse document frequency `ln((2N + 2) / (2n + 1))` in 1/4096, from integers alone.
///
/// Rust computes it at build time and posting shards carry it, so that no reader needs a logarithm.
pub(super) fn inverse_frequency(holding: u64, documents: u64) -> u64 {
    const LN_2: u128 = 45_426; // in 1/65536
    let ratio = (u128::from(2 * documents + 2) << 32) / u128::from(2 * holding + 1);
    ((binary_logarithm(ratio) * LN_2) >> 20) as u64
}

/// The logarithm to base 2 of `value / 2^32`, in 1/65536, for values from 2^32 on.
fn binary_logarithm(value: u128) -> u128 {
    let whole = value.ilog2().saturating_sub(32);
    let mut mantissa = value >> whole;
    let mut logarithm = u128::from(whole);
    for _ in 0..16 {
        mantissa = (mantissa * mantissa) >> 32;
        let bit = mantissa >> 33;
        mantissa >>= bit;
        logarithm = (logarithm << 1) | bit;
    }
    logarithm
}

/// What one field of one document adds to a stem's score: see the module's specification for the units.
pub(super) fn field_score(weight: u64, idf: u64, occurrences: u32, length: u64, average: u64) -> u64 {
    let occurrences = u64::from(occurrences);
    let norm = ((9 * length) << 18) / average;
    weight * idf * ((22 * occurrences) << 10) / (((10 * occurrences + 3) << 10) + norm)
}

/// A document's score from the sum of its word scores; `held` of the `words` that count are in it.
pub(super) fn document_score(sum: u64, held: u64, words: u64, is_entity: bool, is_named: bool) -> u64 {
    let covered = sum * (held * held + 1) / (words * words + 1);
    let preferred = if is_entity { covered + covered / 8 } else { covered };
    match (is_named, is_entity) {
        (true, true) => preferred + (1 << 33),
        (true, false) => preferred + (1 << 32),
        (false, _) => preferred,
    }
}
