//! How far the code of an entity moved on since a page of its documentation was last changed.
//!
//! Only the dates of commits count, never a clock: the same commits give the same answer on any day.

use super::sets::DocSet;
use crate::catalog::{Catalog, Entity};
use crate::source::{Repo, RepoId, Snapshot, file_name, parent};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

const DAY: i64 = 86_400;

/// Names of files that programs write when somebody updates a dependency, which changes nothing that docs describe.
const LOCK_FILES: &[&str] = &[
    "Cargo.lock",
    "Gemfile.lock",
    "bun.lock",
    "composer.lock",
    "go.sum",
    "package-lock.json",
    "pnpm-lock.yaml",
    "poetry.lock",
    "uv.lock",
    "yarn.lock",
];

/// When the files of an entity's code were last changed, oldest first, in seconds since 1970.
#[derive(Debug, Clone)]
pub struct CodeAge {
    changes: Arc<[i64]>,
    after: i64,
}

/// What happened to the code since a page was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovedOn {
    /// Files that were changed since.
    pub files: usize,
    /// When the last of them was.
    pub last: i64,
}

impl CodeAge {
    /// What happened since `page`, where the last of it came long enough after.
    pub fn since(&self, page: i64) -> Option<MovedOn> {
        let last = self.changes.last().copied()?;
        let files = self.changes.len() - self.changes.partition_point(|change| *change <= page);
        (last.saturating_sub(page) > self.after).then_some(MovedOn { files, last })
    }
}

/// The age of the code of each doc set's entity. `after` is how many days code may be newer than docs; without it nothing is
/// ever stale.
pub fn code_ages(catalog: &Catalog, snapshot: &Snapshot, sets: &[DocSet], after: Option<u32>) -> Vec<Option<CodeAge>> {
    let Some(days) = after else { return vec![None; sets.len()] };
    let mut not_code: HashMap<RepoId, NotCode<'_>> = HashMap::new();
    for set in sets {
        not_code.entry(set.repo).or_default().docs.insert(&set.docs_dir);
    }
    for entity in &catalog.entities {
        if let Some(not_code) = not_code.get_mut(&entity.written.repo) {
            not_code.descriptors.insert(&entity.written.place.path);
            not_code.folders.insert(folder(entity));
        }
    }
    // Many entities may share a folder; its files are looked at once.
    let places: Vec<_> = sets.iter().map(|set| (set.repo, folder(catalog.entity(set.entity)))).collect();
    let wanted: BTreeMap<_, ()> = places.iter().map(|place| (*place, ())).collect();
    let wanted: Vec<_> = wanted.into_keys().collect();
    let changes: Vec<Arc<[i64]>> =
        wanted.par_iter().map(|(repo, folder)| not_code[repo].changes(snapshot.repo(*repo), folder)).collect();
    let age = |place: &(RepoId, &str)| {
        let changes = changes[wanted.binary_search(place).ok()?].clone();
        (!changes.is_empty()).then_some(CodeAge { changes, after: i64::from(days) * DAY })
    };
    places.iter().map(age).collect()
}

/// The folder whose files an entity stands for: that of its descriptor, or the one around a hidden folder.
fn folder(entity: &Entity) -> &str {
    let mut folder = parent(&entity.written.place.path);
    while file_name(folder).starts_with('.') {
        folder = parent(folder);
    }
    folder
}

/// What in a repository is no code of one entity.
#[derive(Default)]
struct NotCode<'a> {
    docs: HashSet<&'a str>,
    descriptors: HashSet<&'a str>,
    /// Folders of entities: what lies in one belongs to no entity further up.
    folders: HashSet<&'a str>,
}

impl NotCode<'_> {
    fn changes(&self, repo: &Repo, folder: &str) -> Arc<[i64]> {
        let files = repo.below(folder).map(|file| &*file.path).filter(|path| self.is_code(path, folder));
        let mut changes: Vec<i64> = files.filter_map(|path| repo.last_change(path)).map(|change| change.time).collect();
        changes.sort_unstable();
        changes.into()
    }

    fn is_code(&self, path: &str, folder: &str) -> bool {
        let name = file_name(path);
        let is_text = name.ends_with(".md") || matches!(name, "mkdocs.yml" | "mkdocs.yaml");
        if is_text || LOCK_FILES.contains(&name) || self.descriptors.contains(path) {
            return false;
        }
        if path[folder.len()..].split('/').any(|part| part.starts_with('.')) {
            return false;
        }
        let mut above = parent(path);
        while above.len() > folder.len() {
            if self.docs.contains(above) || self.folders.contains(above) {
                return false;
            }
            above = parent(above);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_may_be_newer_for_a_while() {
        let age = CodeAge { changes: [10 * DAY, 20 * DAY, 200 * DAY].into(), after: 180 * DAY };
        assert_eq!(age.since(20 * DAY), None);
        assert_eq!(age.since(15 * DAY), Some(MovedOn { files: 2, last: 200 * DAY }));
    }
}
