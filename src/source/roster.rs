//! Who was listed before. What is missing from a whole list is shown once more, marked as gone; the next whole list that
//! lacks it ends that.

use super::discovery::{Listed, Listing};
use super::kept;
use crate::config::{Provider, Repositories};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Changes with the meaning of what is kept.
const VERSION: &str = "callboard roster 1";

/// What a provider has, those among it that its list lacks, and those that are shown no more.
#[derive(Debug, Default)]
pub(super) struct Roster {
    /// With true for those that are gone.
    pub(super) repos: Vec<(Listed, bool)>,
    pub(super) left: Vec<Listed>,
    /// Old and new path of what has another name now.
    pub(super) renamed: Vec<(Listed, String)>,
}

/// Compares a list with those of earlier runs. Where `is_settled`, what is missing from a whole list is noted.
pub(super) fn roster(
    provider: &Provider,
    what: &Repositories,
    listing: &Listing,
    cache: &Path,
    is_settled: bool,
) -> Roster {
    let file = file(provider, what, cache);
    let known: Vec<(Listed, bool)> = kept::read(&file).unwrap_or_default();
    let now: HashMap<&str, &Listed> = listing.repos.iter().map(|listed| (listed.id.as_str(), listed)).collect();
    let is_whole = listing.fault.is_none();
    let mut roster = Roster::default();
    roster.repos.extend(listing.repos.iter().map(|listed| (listed.clone(), false)));
    for (listed, was_missing) in known {
        if let Some(now) = now.get(listed.id.as_str()) {
            if now.path != listed.path {
                roster.renamed.push(((*now).clone(), listed.path));
            }
        } else if is_settled && is_whole && was_missing {
            roster.left.push(listed);
        } else {
            let is_gone = was_missing || (is_whole && is_settled);
            roster.repos.push((listed, is_gone));
        }
    }
    roster.repos.sort_by(|(a, _), (b, _)| a.path.cmp(&b.path));
    if is_settled {
        // A cache that cannot be written costs only the mark of what is gone.
        let _ = kept::write(&file, &roster.repos);
    }
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
        let look = |rows: &[(&str, &str)], fault: Option<&str>| {
            let repos = rows.iter().map(|(id, path)| listed(id, path)).collect();
            let listing = Listing { repos, fault: fault.map(str::to_string), ..Listing::default() };
            let roster = roster(&provider, &what, &listing, cache.path(), true);
            let shown: Vec<_> = roster.repos.iter().map(|(listed, gone)| (listed.path.clone(), *gone)).collect();
            (shown, roster.left.len(), roster.renamed.len())
        };
        let is = |path: &str, gone: bool| (path.to_string(), gone);
        assert_eq!(look(&[("1", "a/x"), ("2", "a/y")], None), (vec![is("a/x", false), is("a/y", false)], 0, 0));
        assert_eq!(look(&[], Some("status 502")), (vec![is("a/x", false), is("a/y", false)], 0, 0));
        assert_eq!(look(&[("1", "a/z")], None), (vec![is("a/y", true), is("a/z", false)], 0, 1));
        assert_eq!(look(&[("1", "a/z")], Some("status 502")), (vec![is("a/y", true), is("a/z", false)], 0, 0));
        assert_eq!(look(&[("1", "a/z")], None), (vec![is("a/z", false)], 1, 0));
        assert_eq!(look(&[("1", "a/z")], None), (vec![is("a/z", false)], 0, 0));
    }
}
