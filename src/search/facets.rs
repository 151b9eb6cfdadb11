//! Facets: the pages of each value as runs of their numbers, for filters and for counts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::shard::{FacetRecord, Shelf, key_order, push_number, read_number};

/// The keys a query may filter by in every portal, in the order they are shown.
pub(super) const KEYS: [&str; 7] = ["kind", "type", "lifecycle", "owner", "system", "tag", "namespace"];
/// The key of the rows that hold every page, by how much it counts.
pub(super) const BOOST: &str = "";
/// How many runs one row holds.
const RUNS_PER_ROW: usize = 8_192;

/// Which pages have which value, by key and value.
#[derive(Default)]
pub(super) struct Facets(BTreeMap<(Cow<'static, str>, String), Vec<u32>>);

impl Facets {
    pub(super) fn add(&mut self, key: impl Into<Cow<'static, str>>, value: &str, page: u32) {
        let pages = self.0.entry((key.into(), value.to_lowercase())).or_default();
        if pages.last() != Some(&page) {
            pages.push(page);
        }
    }

    /// Writes the rows, with pages numbered by `numbers`. Returns the first key of each shard.
    pub(super) fn write(self, numbers: &[u32], is_taken: &[bool], emit: &mut dyn FnMut(&str, Vec<u8>)) -> Vec<String> {
        // Runs of values pass over numbers that no page has; those of every page may not.
        let mut before = vec![0_u32; is_taken.len() + 1];
        for (number, is_taken) in is_taken.iter().enumerate() {
            before[number + 1] = before[number] + u32::from(*is_taken);
        }
        let mut shelf = Shelf::<FacetRecord>::new("facets", 8_000, emit);
        let mut rows: Vec<_> = self.0.into_iter().collect();
        rows.sort_by(|a, b| key_order(&row_key(&a.0.0, &a.0.1), &row_key(&b.0.0, &b.0.1)));
        for ((key, value), pages) in rows {
            let mut sorted: Vec<u32> = pages.iter().map(|page| numbers[*page as usize]).collect();
            sorted.sort_unstable();
            let is_next = |a: u32, b: u32| match &*key {
                BOOST => a + 1 == b,
                _ => before[a as usize + 1] == before[b as usize],
            };
            let runs: Vec<(u32, u32)> =
                sorted.chunk_by(|a, b| is_next(*a, *b)).map(|run| (run[0], run[run.len() - 1] - run[0] + 1)).collect();
            for runs in runs.chunks(RUNS_PER_ROW) {
                let runs = encode(runs);
                let key_of_row = row_key(&key, &value);
                shelf.push(
                    &key_of_row,
                    value.len() + runs.len() + 20,
                    (key.to_string(), value.clone(), sorted.len() as u64, runs),
                );
            }
        }
        shelf.finish()
    }
}

/// The key by which a row is found.
pub(super) fn row_key(key: &str, value: &str) -> String {
    format!("{key} {value}")
}

fn encode(runs: &[(u32, u32)]) -> String {
    let mut text = String::new();
    let mut at = 0;
    for (start, length) in runs {
        push_number(&mut text, start - at);
        push_number(&mut text, *length);
        at = start + length;
    }
    text
}

/// Start and length of each run; nothing after the first broken one.
pub(super) fn decode(text: &str) -> impl Iterator<Item = (u32, u32)> {
    let mut bytes = text.bytes();
    let mut at = 0_u32;
    std::iter::from_fn(move || {
        let start = at.wrapping_add(read_number(&mut bytes)?);
        let length = read_number(&mut bytes)?;
        at = start.wrapping_add(length);
        Some((start, length))
    })
}
