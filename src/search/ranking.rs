//! The ranking: one specification, computed here and in `search-engine.js` with the same integers.
//!
//! All divisions round down. No intermediate value reaches 2^53, so that a browser's numbers are exact; a quotient of
//! two such integers, rounded down, is exact there too.
//!
//! **Field score.** A stem in a field of a page scores BM25 with k1 = 1.2 and b = 0.75:
//!
//! ```text
//! norm  = 9 * length * 2^18 / average                      length in words, average in words * 2^8
//! score = weight * idf * 22 * tf * 2^10 / ((10 * tf + 3) * 2^10 + norm)
//! ```
//!
//! `weight` is in sixteenths, `idf` in 1/4096 and of this field alone: a word that is rare in titles says more there
//! than in the text. Averages and the number of pages are rounded to a few bits, so that one more page changes no
//! score of the others.
//!
//! **Impact.** What a stem adds to a page: the sum of its field scores, times the page's `boost` in 64ths. The build
//! computes it, and a posting holds it as one of 12 levels below the stem's peak: `peak * LEVELS[level] / 2^16`. The
//! peak is rounded down to its five highest bits.
//!
//! **Word score.** A query word stands for several stems, each with a factor in sixteenths: see [`factor`]. The word's
//! score in a page is the best of `impact * factor / 16`. Its `share` is 16, or 8 for a stop word beside others.
//!
//! **Page score.** `sum` adds `word score * share / 16` of the words which the page holds; `held` and `titled` add
//! their shares, `titled` only of those in its title; `all` adds the shares of all words.
//!
//! ```text
//! score = sum * held^2 / all^2 * (all + titled) / all
//! score = score + 2^33                                     if the whole query is a name of it; 2^34 for entities
//! ```
//!
//! Where there are no words but filters, the score is the page's `boost`.
//!
//! **Refinement.** Each ten pages in this order are sorted again by what their text says, which is read for excerpts
//! anyway. A section scores, for words at weight 1, a heading's words counting twice, with `tf` in sixteenths of the
//! factor of what was found and `idf` that of the class of how many pages hold
//! the word's first stem:
//!
//! ```text
//! section = sum of (16 * idf * 22 * tf * 2^10 / ((10 * tf + 48) * 2^10 + 16 * norm)) * share / 16
//! section = section * (held + all) / (2 * all)
//! section = section * (words - 1 + pairs) / (words - 1)    pairs: neighbours in the query that are neighbours in it
//! score   = score + 3 * best section * boost / 64
//!         + score * 3 * (words of the title that were looked for) / (10 * its words)
//! ```
//!
//! `all`, `held` and `titled` leave out words whose postings were capped: they are in most pages, and their lists do
//! not say in which. Higher scores come first, then lower page numbers.

/// Fields in the order of tantivy's schema, with the weight of each in sixteenths.
pub(super) const FIELDS: [(&str, u64); 4] = [("title", 32), ("headings", 20), ("words", 16), ("body", 16)];

/// How many pages are refined together.
pub(super) const REFINED: usize = 10;

/// The share of a query word in sixteenths, and that of a stop word beside others.
pub(super) const SHARE: u64 = 16;
pub(super) const STOP_SHARE: u64 = 8;

/// How surely a stem is what a query word means, in sixteenths.
pub(super) mod factor {
    /// The word itself.
    pub(in super::super) const WHOLE: u64 = 16;
    /// A synonym from the configuration.
    pub(in super::super) const SYNONYM: u64 = 14;
    /// An unknown word that begins with a known stem.
    pub(in super::super) const ENDING: u64 = 12;
    /// The last word as a beginning, where it is no word itself.
    pub(in super::super) const PREFIX: u64 = 10;
    /// The same beside the word itself.
    pub(in super::super) const PREFIX_BESIDE_WORD: u64 = 5;
    /// A part of a word in an entity's name.
    pub(in super::super) const PART: u64 = 6;
    /// By number of typing errors, less one; and where the first letter is wrong too.
    pub(in super::super) const MISTYPED: [u64; 2] = [10, 6];
    pub(in super::super) const MISTYPED_AT_FIRST: [u64; 2] = [8, 5];
}

/// The levels of impact, in 1/65536 of the peak: five octaves in equal steps. More levels find nothing better.
pub(super) const LEVELS: [u64; 12] = [2048, 2806, 3846, 5270, 7222, 9897, 13562, 18585, 25467, 34899, 47824, 65536];

/// English words of questions, beside tantivy's stop words.
pub(super) const QUESTION_WORDS: [&str; 29] = [
    "am", "can", "could", "did", "do", "does", "from", "had", "has", "have", "how", "i", "its", "me", "my", "our",
    "should", "so", "than", "we", "what", "when", "where", "which", "who", "why", "would", "you", "your",
];

/// The inverse document frequency `ln((2N + 2) / (2n + 1))` in 1/4096, from integers alone.
///
/// Rust computes it at build time and shards carry it, so that no reader needs a logarithm.
pub(super) fn inverse_frequency(holding: u64, documents: u64) -> u64 {
    const LN_2: u128 = 45_426; // in 1/65536
    let ratio = (u128::from(2 * documents + 2) << 32) / u128::from(2 * holding.min(documents) + 1);
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

/// The value rounded down to its five highest bits: it stays the same while it grows by a few percent.
pub(super) fn coarse(value: u64) -> u64 {
    least_of(class_of(value))
}

/// The number of the value's five highest bits: [`least_of`] it is the value itself up to 31, and later at most a
/// sixteenth less.
pub(super) fn class_of(value: u64) -> u32 {
    let dropped = value.checked_ilog2().unwrap_or(0).saturating_sub(4);
    dropped * 32 + (value >> dropped) as u32
}

/// The least value of a class.
pub(super) fn least_of(class: u32) -> u64 {
    u64::from(class % 32) << (class / 32).min(32)
}

/// `norm` of the specification.
pub(super) fn norm(length: u64, average: u64) -> u64 {
    ((9 * length) << 18) / average
}

/// What one field of one page adds to a stem's score: see the module's specification for the units.
pub(super) fn field_score(weight: u64, idf: u64, occurrences: u32, length: u64, average: u64) -> u64 {
    let occurrences = u64::from(occurrences);
    weight * idf * ((22 * occurrences) << 10) / (((10 * occurrences + 3) << 10) + norm(length, average))
}

/// What one query word adds to a section's score; `occurrences` in sixteenths.
pub(super) fn section_score(idf: u64, occurrences: u64, length: u64, average: u64) -> u64 {
    16 * idf * ((22 * occurrences) << 10) / (((10 * occurrences + 48) << 10) + 16 * norm(length, average))
}

/// The level that is nearest to `impact`.
pub(super) fn level_of(impact: u64, peak: u64) -> u32 {
    let above = LEVELS.partition_point(|level| (peak * level) >> 16 < impact).min(LEVELS.len() - 1);
    let below = above.saturating_sub(1);
    let distance = |level: usize| ((peak * LEVELS[level]) >> 16).abs_diff(impact);
    if distance(below) < distance(above) { below as u32 } else { above as u32 }
}

/// How much more than others a page counts, in 64ths: entities an eighth, and up to as much again for what many use;
/// what is deprecated counts five eighths, what is experimental a little less.
pub(super) fn boost(is_entity: bool, lifecycle: &str, uses: usize) -> u64 {
    let entity = if is_entity { 8 } else { 0 };
    let used = u64::from((uses + 1).ilog2()).min(4) * 2;
    let boost = 64 + entity + used;
    match lifecycle {
        "deprecated" => boost * 5 / 8,
        "experimental" => boost * 15 / 16,
        _ => boost,
    }
}
