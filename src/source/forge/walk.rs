//! A list, page by page: what did not change is not sent again, and a walk that broke off goes on where it stopped.

use super::{Answer, Api, Fault};
use crate::source::kept;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Pages of one list.
const MOST_PAGES: u32 = 1000;
/// For how many seconds the pages of a walk that broke off are taken as they were.
const LASTS: i64 = 3600;
/// Questions under way at a time, about pages that were there the last time.
const AT_ONCE: usize = 4;

/// Which list is walked.
pub(in crate::source) struct Walk<'a> {
    /// Below the API, percent-encoded where it must be.
    pub(in crate::source) path: &'a str,
    /// What is asked beside the number of the page, its size among it.
    pub(in crate::source) query: &'a [(&'a str, &'a str)],
    /// How many rows a full page has.
    pub(in crate::source) size: usize,
    /// Where pages are kept: below this folder.
    pub(in crate::source) folder: &'a Path,
    /// The type of rows, a name that changes with it.
    pub(in crate::source) form: &'a str,
}

/// One row of a list.
pub(in crate::source) trait Row: Clone + Send + Sync + Serialize + DeserializeOwned {
    /// What it is known by for ever.
    fn id(&self) -> &str;
}

/// What became of a walk.
#[derive(Debug)]
pub(in crate::source) struct Walked<T> {
    /// In the order of the list. Where the walk is not whole, rows of the last whole one follow.
    pub(in crate::source) rows: Vec<T>,
    /// Why it is not whole.
    pub(in crate::source) fault: Option<Fault>,
    /// When the list was whole the last time, by the host's clock.
    pub(in crate::source) whole_at: Option<i64>,
}

/// The rows of one page.
pub(in crate::source) struct Rows<T> {
    pub(in crate::source) rows: Vec<T>,
    /// How many the page had, with those that say nothing.
    pub(in crate::source) of: usize,
}

/// Turns the body of a page into rows.
pub(in crate::source) type ReadRows<'a, T> = dyn Fn(&[u8]) -> Result<Rows<T>, Fault> + Sync + 'a;

/// What is kept of a list.
#[derive(Serialize, Deserialize)]
#[serde(bound = "T: Row")]
struct Kept<T> {
    whole: Vec<KeptPage<T>>,
    whole_at: Option<i64>,
    /// The pages of a walk that broke off, and when it began.
    begun: Vec<KeptPage<T>>,
    begun_at: Option<i64>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(bound = "T: Row")]
struct KeptPage<T> {
    mark: Option<String>,
    has_next: bool,
    rows: Vec<T>,
}

/// A page, and when the host gave or confirmed it.
type Found<T> = Result<(KeptPage<T>, Option<i64>), Fault>;

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Kept { whole: Vec::new(), whole_at: None, begun: Vec::new(), begun_at: None }
    }
}

/// Walks a list to its end.
pub(in crate::source) fn walk<T: Row>(api: &Api, walk: &Walk<'_>, read: &ReadRows<'_, T>) -> Walked<T> {
    let file = file_of(api, walk);
    let mut kept: Kept<T> = kept::read(&file).unwrap_or_default();
    let mut step = Step { api, walk, read, pages: std::mem::take(&mut kept.begun), begun_at: kept.begun_at };
    let fault = step.finish(&kept.whole).err();
    let Step { pages, begun_at, .. } = step;
    match fault {
        None => kept = Kept { whole: pages, whole_at: begun_at, ..Kept::default() },
        Some(_) => (kept.begun, kept.begun_at) = (pages, begun_at),
    }
    // A cache that cannot be written costs only the next run some questions.
    let _ = kept::write(&file, &kept);
    kept.walked(fault)
}

/// What the last walks of a list brought; nobody is asked.
pub(in crate::source) fn kept_rows<T: Row>(api: &Api, walk: &Walk<'_>) -> Walked<T> {
    kept::read::<Kept<T>>(&file_of(api, walk)).unwrap_or_default().walked(None)
}

impl<T: Row> Kept<T> {
    fn walked(self, fault: Option<Fault>) -> Walked<T> {
        let mut seen = BTreeSet::new();
        let rows = self.begun.into_iter().chain(self.whole).flat_map(|page| page.rows);
        let rows = rows.filter(|row| seen.insert(row.id().to_string())).collect();
        Walked { rows, fault, whole_at: self.whole_at }
    }
}

fn file_of(api: &Api, walk: &Walk<'_>) -> PathBuf {
    let key = format!("{}\n{}\n{}\n{:?}", walk.form, api.base(), walk.path, walk.query);
    walk.folder.join(&blake3::hash(key.as_bytes()).to_hex().as_str()[..32])
}

struct Step<'a, T> {
    api: &'a Api,
    walk: &'a Walk<'a>,
    read: &'a ReadRows<'a, T>,
    /// The pages of this walk.
    pages: Vec<KeptPage<T>>,
    begun_at: Option<i64>,
}

impl<T: Row> Step<'_, T> {
    fn finish(&mut self, whole: &[KeptPage<T>]) -> Result<(), Fault> {
        // Pages that are too old to be taken as they are still have their marks.
        let mut known = whole.to_vec();
        let resumed = self.pages.len();
        while self.pages.last().is_none_or(|page| page.has_next) {
            let at = self.pages.len();
            if at as u32 >= MOST_PAGES {
                return Err(Fault::of_question(format!("its list has more than {MOST_PAGES} pages")));
            }
            // The first answer says whether the pages before it are still good.
            let count = if at == resumed { 1 } else { known.len().saturating_sub(at).clamp(1, AT_ONCE) };
            for found in self.round(at, count, &known) {
                let (page, time) = found?;
                if at == resumed && resumed > 0 && self.is_old(time) {
                    let begun = std::mem::take(&mut self.pages);
                    let rest = known.split_off(begun.len().min(known.len()));
                    known = [begun, rest].concat();
                    self.begun_at = None;
                    return self.finish(&known);
                }
                if self.pages.is_empty() {
                    self.begun_at = time;
                }
                let has_next = page.has_next;
                self.pages.push(page);
                if !has_next {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether this walk began too long ago to go on with.
    fn is_old(&self, now: Option<i64>) -> bool {
        match (self.begun_at, now) {
            (Some(begun), Some(now)) => !(0..LASTS).contains(&now.saturating_sub(begun)),
            _ => true,
        }
    }

    /// Pages that follow one another, asked for at once.
    fn round(&self, at: usize, count: usize, known: &[KeptPage<T>]) -> Vec<Found<T>> {
        if count == 1 {
            return vec![self.page(at, known.get(at))];
        }
        std::thread::scope(|scope| {
            let ask = |at: usize| scope.spawn(move || self.page(at, known.get(at)));
            let threads: Vec<_> = (at..at + count).map(ask).collect();
            let lost = |_| Err(Fault::of_question("asking for it failed"));
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(lost)).collect()
        })
    }

    fn page(&self, at: usize, known: Option<&KeptPage<T>>) -> Found<T> {
        let number = (at + 1).to_string();
        let query = [self.walk.query, &[("page", number.as_str())]].concat();
        match self.api.get(self.walk.path, &query, known.and_then(|page| page.mark.as_deref()))? {
            Answer::Same { time } => {
                let known = known.ok_or_else(|| Fault::of_question("it names an answer that it never gave"))?;
                // What is behind a full page is not known by its mark.
                let has_next = known.has_next || known.rows.len() >= self.walk.size;
                Ok((KeptPage { has_next, ..known.clone() }, time))
            }
            Answer::New(page) => {
                let Rows { rows, of } = (self.read)(&page.body)?;
                // A page without rows ends every list, whatever it says.
                Ok((KeptPage { mark: page.mark, has_next: page.has_next && of > 0, rows }, page.time))
            }
            Answer::Gone => Err(Fault::of_question("it is not there any more (status 410)")),
        }
    }
}
