//! What a page's text says of a query: its best section, and whether words stand together.

use super::analysis::{Cutter, Run};
use super::excerpt::{Marked, excerpt};
use super::expansion::Word;
use super::ranking::section_score;
use super::shard::TextRecord;

/// A section is named beside the best one if it scores at least half as much.
const MOST_OTHERS: usize = 2;
/// More are not told apart, in sixteenths.
const MOST_OCCURRENCES: u64 = 1 << 16;

/// What the query looks for, and how much each word counts.
pub(super) struct Sought<'a> {
    pub(super) words: &'a [Word],
    /// Each word's inverse frequency in 1/4096, by word.
    pub(super) rarities: Vec<u64>,
    /// Whether the word's postings are complete, by word.
    pub(super) counts: Vec<bool>,
    pub(super) phrases: &'a [Vec<String>],
    pub(super) excluded_phrases: &'a [Vec<String>],
    /// Mean length of a section in words * 2^8.
    pub(super) average: u64,
}

/// A page's text, cut into words.
pub(super) struct Text {
    sections: Vec<Section>,
}

struct Section {
    anchor: String,
    heading: String,
    text: String,
    heading_runs: Vec<Run>,
    runs: Vec<Run>,
}

/// What the text says of a query.
pub(super) struct Said {
    /// The best section's score.
    pub(super) score: u64,
    pub(super) anchor: String,
    pub(super) heading: String,
    pub(super) excerpt: Vec<(String, bool)>,
    /// Headings and anchors of other sections that fit.
    pub(super) others: Vec<(String, String)>,
    /// How many neighbours in the query are neighbours in the best section.
    pub(super) pairs: u64,
}

/// The query words which a word of the text may be, as bits, and their factors.
#[derive(Default)]
struct Matched {
    bits: u16,
    factors: [u64; 12],
}

impl Text {
    pub(super) fn new(record: TextRecord, cutter: &mut Cutter) -> Text {
        let sections = record
            .into_iter()
            .map(|(anchor, heading, text)| Section {
                anchor,
                heading_runs: cutter.runs(&heading),
                runs: cutter.runs(&text),
                heading,
                text,
            })
            .collect();
        Text { sections }
    }

    /// Whether the page holds all phrases and none of the excluded ones.
    pub(super) fn fits(&self, title: &str, sought: &Sought<'_>, cutter: &mut Cutter) -> bool {
        if sought.phrases.is_empty() && sought.excluded_phrases.is_empty() {
            return true;
        }
        let title = cutter.runs(title);
        let parts = || self.sections.iter().flat_map(|section| [&section.heading_runs, &section.runs]);
        let holds = |phrase: &Vec<String>| std::iter::once(&title).chain(parts()).any(|runs| is_in(phrase, runs));
        sought.phrases.iter().all(holds) && !sought.excluded_phrases.iter().any(holds)
    }

    pub(super) fn say(&self, sought: &Sought<'_>) -> Said {
        let scores: Vec<(u64, u64)> = self.sections.iter().map(|section| section.score(sought)).collect();
        let (mut best, mut most) = (0, (0, 0));
        for (at, score) in scores.iter().enumerate() {
            if score.0 > most.0 {
                (best, most) = (at, *score);
            }
        }
        let mut others: Vec<usize> =
            (0..scores.len()).filter(|at| *at != best && scores[*at].0 > 0 && scores[*at].0 * 2 >= most.0).collect();
        others.retain(|at| !self.sections[*at].heading.is_empty());
        others.sort_by_key(|at| (std::cmp::Reverse(scores[*at].0), *at));
        let named = |at: &usize| (self.sections[*at].heading.clone(), self.sections[*at].anchor.clone());
        let others = others.iter().take(MOST_OTHERS).map(named).collect();
        let Some(section) = self.sections.get(best) else {
            let (anchor, heading, excerpt) = Default::default();
            return Said { score: 0, anchor, heading, excerpt, others, pairs: 0 };
        };
        let marked =
            Marked::new(&section.runs, |word| sought.words.iter().any(|sought| sought.surfaces.contains_key(word)));
        Said {
            score: most.0,
            anchor: section.anchor.clone(),
            heading: section.heading.clone(),
            excerpt: excerpt(&section.text, &marked),
            others,
            pairs: most.1,
        }
    }
}

impl Section {
    /// The section's score, and how many neighbours in the query are neighbours in it.
    fn score(&self, sought: &Sought<'_>) -> (u64, u64) {
        let mut occurrences = [0_u64; 12];
        let mut pairs = 0_u16;
        for (runs, weight) in [(&self.heading_runs, 2), (&self.runs, 1)] {
            let mut before = 0_u16;
            for run in runs {
                let matched = matched(run, sought.words);
                if matched.bits != 0 {
                    for (occurrences, factor) in occurrences.iter_mut().zip(matched.factors) {
                        *occurrences = (*occurrences + weight * factor).min(MOST_OCCURRENCES);
                    }
                    pairs |= before << 1 & matched.bits;
                }
                before = matched.bits;
            }
        }
        let length = (self.heading_runs.len() + self.runs.len()) as u64;
        let (mut sum, mut held, mut all) = (0, 0, 0);
        for (at, word) in sought.words.iter().enumerate() {
            let share = if sought.counts[at] { word.share } else { 0 };
            all += share;
            if occurrences[at] > 0 {
                held += share;
                sum += section_score(sought.rarities[at], occurrences[at], length, sought.average) * word.share / 16;
            }
        }
        let covered = if all == 0 { sum } else { sum * (held + all) / (2 * all) };
        let pairs = u64::from(pairs.count_ones());
        match sought.words.len() as u64 {
            0 | 1 => (covered, 0),
            words => (covered * (words - 1 + pairs) / (words - 1), pairs),
        }
    }
}

/// The whole word counts, or else its parts.
fn matched(run: &Run, words: &[Word]) -> Matched {
    let mut matched = Matched::default();
    matched.add(&run.word, words);
    if matched.bits == 0 {
        run.parts.iter().for_each(|(_, part)| matched.add(part, words));
    }
    matched
}

impl Matched {
    fn add(&mut self, text: &str, words: &[Word]) {
        for (at, word) in words.iter().enumerate() {
            if let Some(factor) = word.surfaces.get(text) {
                self.bits |= 1 << at;
                self.factors[at] = self.factors[at].max(*factor);
            }
        }
    }
}

/// Whether the words of the phrase follow each other somewhere.
fn is_in(phrase: &[String], runs: &[Run]) -> bool {
    runs.windows(phrase.len()).any(|runs| runs.iter().zip(phrase).all(|(run, word)| run.word == *word))
}
