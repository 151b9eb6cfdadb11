//! Who was listed before. What is missing from a whole list is shown once more, marked as gone: by one build, or for a day
//! where a list is read by other commands.

use super::discovery::{Listed, Listing};
use super::kept;
use crate::config::{Provider, Repositories};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Changes with the meaning of what is kept.
const VERSION: &str = "callboard roster 2";

/// What a provider has, those among it that its list lacks, and those that are shown no more.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// With true for those that are gone.
    pub(super) repos: Vec<(Listed, bool)>,
    pub(super) left: Vec<Listed>,
    /// Old and new path of what has another name now.
    pub(super) renamed: Vec<(Listed, String)>,
}

/// How long what is missing is shown, in seconds, whoever reads lists meanwhile.
const GRACE: i64 = 24 * 3600;

/// How a run deals with what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notes {
    /// It asks nobody.
    Nothing,
    /// It notes when something was missing first.
    Missing,
    /// It shows what is missing, so that the next run that does so need not.
    Shown,
}

/// A repository, and the time of the list that lacked it first.
type Row = (Listed, Option<i64>);

/// Compares a list with those of earlier runs.
pub(super) fn roster(
    provider: &Provider,
    what: &Repositories,
    listing: &Listing,
    cache: &Path,
    notes: Notes,
) -> Roster {
    let file = file(provider, what, cache);
    let known: Vec<(Row, bool)> = kept::read(&file).unwrap_or_default();
    let now: HashMap<&str, &Listed> = listing.repos.iter().map(|listed| (listed.id.as_str(), listed)).collect();
    let given = listing.whole_at.filter(|_| listing.fault.is_none() && notes != Notes::Nothing);
    let mut roster = Roster::default();
    let mut rows: Vec<(Row, bool)> = listing.repos.iter().map(|listed| ((listed.clone(), None), false)).collect();
    for ((listed, since), was_shown) in known {
        if let Some(now) = now.get(listed.id.as_str()) {
            if now.path != listed.path {
                roster.renamed.push(((*now).clone(), listed.path));
            }
            continue;
        }
        let is_over =
            given.zip(since).is_some_and(|(given, since)| given - since >= GRACE || was_shown && notes == Notes::Shown);
        if is_over {
            roster.left.push(listed);
        } else {
            let since = since.or(given);
            let is_shown = was_shown || since.is_some() && notes == Notes::Shown;
            rows.push(((listed, since), is_shown));
        }
    }
    rows.sort_by(|((a, _), _), ((b, _), _)| a.path.cmp(&b.path));
    if notes != Notes::Nothing {
        // A cache that cannot be written costs only the mark of what is gone.
        let _ = kept::write(&file, &rows);
    }
    roster.repos = rows.into_iter().map(|((listed, since), _)| (listed, since.is_some())).collect();
    roster
}

/// Another question has another answer: what a new filter takes away is not gone.
fn file(provider: &Provider, what: &Repositories, cache: &Path) -> PathBuf {
    let key = blake3::hash(format!("{VERSION}\n{}\n{}\n{what:?}", provider.id, provider.host).as_bytes()).to_hex();
    cache.join("rosters").join(&key.as_str()[..32])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Forge, Lists};
    use crate::diagnostics::Place;

    fn listed(id: &str, path: &str) -> Listed {
        Listed {
            id: id.to_string(),
            path: path.to_string(),
            branch: Some("main".to_string()),
            mark: None,
            is_archived: false,
            is_fork: false,
            topics: Vec::new(),
            visibility: "public".to_string(),
        }
    }

    #[test]
    fn what_leaves_a_list_is_gone_once_and_then_left() {
        let cache = tempfile::tempdir().expect("a folder");
        let what = Repositories::default();
        let provider = Provider {
            id: "github:default".to_string(),
            forge: Forge::GitHub,
            host: "github.com".to_string(),
            place: Place::file("", "app-config.yaml"),
            lists: Lists::Repositories(what.clone()),
            cron: None,
        };
        let look = |rows: &[(&str, &str)], fault: Option<&str>, given: i64, notes: Notes| {
            let repos = rows.iter().map(|(id, path)| listed(id, path)).collect();
            let (fault, whole_at) = (fault.map(str::to_string), Some(given));
            let listing = Listing { repos, fault, whole_at, ..Listing::default() };
            let roster = roster(&provider, &what, &listing, cache.path(), notes);
            let shown: Vec<_> = roster.repos.iter().map(|(listed, gone)| (listed.path.clone(), *gone)).collect();
            (shown, roster.left.len(), roster.renamed.len())
        };
        let is = |path: &str, gone: bool| (path.to_string(), gone);
        let (build, sync) = (Notes::Shown, Notes::Missing);
        let both = vec![is("a/x", false), is("a/y", false)];
        assert_eq!(look(&[("1", "a/x"), ("2", "a/y")], None, 0, build), (both.clone(), 0, 0));
        assert_eq!(look(&[], Some("status 502"), 10, build), (both, 0, 0));
        let gone = vec![is("a/y", true), is("a/z", false)];
        assert_eq!(look(&[("1", "a/z")], None, 20, sync), (gone.clone(), 0, 1));
        // However often lists are read, one build shows it.
        assert_eq!(look(&[("1", "a/z")], None, 30, sync), (gone.clone(), 0, 0));
        assert_eq!(look(&[("1", "a/z")], None, 40, Notes::Nothing), (gone.clone(), 0, 0));
        assert_eq!(look(&[("1", "a/z")], None, 50, build), (gone.clone(), 0, 0));
        assert_eq!(look(&[("1", "a/z")], Some("status 502"), 60, build), (gone.clone(), 0, 0));
        assert_eq!(look(&[("1", "a/z")], None, 70, build), (vec![is("a/z", false)], 1, 0));
        assert_eq!(look(&[("1", "a/z")], None, 80, build), (vec![is("a/z", false)], 0, 0));
        assert_eq!(look(&[], None, 90, sync), (vec![is("a/z", true)], 0, 0));
        assert_eq!(look(&[], None, 90 + GRACE, sync), (vec![], 1, 0));
    }
}
