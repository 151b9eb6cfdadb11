//! What changed lately, as git tells it: for the whole portal, and for each entity.
//!
//! An entity's changes are those in the folder of its descriptor, down to where another entity begins. A folder with
//! several descriptor files is nobody's: there only the file itself counts.

use super::date;
use crate::catalog::{Catalog, EntityId};
use crate::source::{PastCommit, Repo, RepoId, Snapshot, file_name, parent};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// How far back the portal's activity goes, in days before the build instant.
pub(super) const DAYS: i64 = 28;
const DAY: i64 = 86_400;
/// Commits that an entity's page shows.
const MOST_OF_ENTITY: usize = 5;

/// Kinds whose descriptors stand for no code.
const WITHOUT_CODE: [&str; 3] = ["group", "user", "location"];

#[derive(Debug, Default)]
pub(super) struct Activity {
    /// The commits of the last weeks, newest first.
    recent: Vec<Recent>,
    /// Of each entity, the newest commits by their place in its repository's log.
    of_entities: Vec<Vec<u32>>,
}

/// A commit of the last weeks.
#[derive(Debug)]
pub(super) struct Recent {
    pub(super) repo: RepoId,
    /// Its place in the repository's log.
    commit: u32,
    /// What it changed.
    pub(super) entities: Vec<EntityId>,
}

impl Recent {
    pub(super) fn commit<'a>(&self, snapshot: &'a Snapshot) -> &'a PastCommit {
        &snapshot.repo(self.repo).history.commits()[self.commit as usize]
    }
}

impl Activity {
    pub(super) fn new(catalog: &Catalog, snapshot: &Snapshot, instant: Option<i64>) -> Activity {
        let mut by_repo: Vec<Vec<EntityId>> = vec![Vec::new(); snapshot.repos.len()];
        for id in catalog.ids() {
            let entity = catalog.entity(id);
            if let Some(of_repo) = by_repo.get_mut(entity.written.repo.0 as usize)
                && !WITHOUT_CODE.contains(&entity.kind.id)
            {
                of_repo.push(id);
            }
        }
        let touched: Vec<Vec<Vec<EntityId>>> = snapshot
            .repos
            .par_iter()
            .zip(&by_repo)
            .map(|(repo, entities)| Areas::new(catalog, entities).touched_by(repo))
            .collect();
        let mut activity = Activity { recent: Vec::new(), of_entities: vec![Vec::new(); catalog.len()] };
        let since = instant.map_or(i64::MAX, |instant| instant.saturating_sub(DAYS * DAY));
        let until = instant.unwrap_or(i64::MIN);
        for (at, (repo, of_commits)) in snapshot.repos.iter().zip(touched).enumerate() {
            for (number, (commit, entities)) in repo.history.commits().iter().zip(of_commits).enumerate() {
                for id in &entities {
                    let known = &mut activity.of_entities[id.0 as usize];
                    if known.len() < MOST_OF_ENTITY {
                        known.push(number as u32);
                    }
                }
                if (since..=until).contains(&commit.time) && date::rfc3339(commit.time).is_some() {
                    activity.recent.push(Recent { repo: RepoId(at as u32), commit: number as u32, entities });
                }
            }
        }
        activity.recent.sort_by_key(|recent| (-recent.commit(snapshot).time, recent.repo, recent.commit));
        activity
    }

    /// The commits of the last weeks, newest first.
    pub(super) fn recent(&self) -> &[Recent] {
        &self.recent
    }

    /// The newest commits that changed an entity.
    pub(super) fn of_entity<'a>(&'a self, id: EntityId, repo: &'a Repo) -> impl Iterator<Item = &'a PastCommit> {
        self.of_entities[id.0 as usize].iter().filter_map(|at| repo.history.commits().get(*at as usize))
    }
}

/// What in a repository belongs to which entities: by folder, `""` or with a slash at its end, or by descriptor file.
struct Areas(HashMap<String, Vec<EntityId>>);

impl Areas {
    fn new(catalog: &Catalog, entities: &[EntityId]) -> Self {
        let mut files: BTreeMap<&str, Vec<EntityId>> = BTreeMap::new();
        for id in entities {
            files.entry(&catalog.entity(*id).written.place.path).or_default().push(*id);
        }
        let mut in_folder: HashMap<String, usize> = HashMap::new();
        for file in files.keys() {
            *in_folder.entry(folder(file)).or_default() += 1;
        }
        let place = |file: &str| match folder(file) {
            own if in_folder[&own] == 1 => own,
            _ => file.to_string(),
        };
        Areas(files.into_iter().map(|(file, entities)| (place(file), entities)).collect())
    }

    /// Of each commit of a repository, the entities that it changed, in order.
    fn touched_by(&self, repo: &Repo) -> Vec<Vec<EntityId>> {
        let of_commit = |commit: &PastCommit| {
            let mut entities: Vec<EntityId> =
                commit.touched.iter().filter_map(|path| self.around(path)).flatten().copied().collect();
            entities.sort_unstable();
            entities.dedup();
            entities
        };
        repo.history.commits().iter().map(of_commit).collect()
    }

    /// The entities that a file, or a folder with a slash at its end, belongs to.
    fn around(&self, path: &str) -> Option<&Vec<EntityId>> {
        let mut place = path;
        loop {
            if let Some(found) = self.0.get(place) {
                return Some(found);
            }
            let end = place.trim_end_matches('/').rfind('/').map_or(0, |at| at + 1);
            if place.is_empty() {
                return None;
            }
            place = &place[..end];
        }
    }
}

/// The folder that a descriptor stands for: its own, or the one around a hidden folder.
fn folder(file: &str) -> String {
    let mut folder = parent(file);
    while file_name(folder).starts_with('.') {
        folder = parent(folder);
    }
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_descriptor_around_a_file_owns_it() {
        let areas = [("", 0), ("pay/", 1), ("org/a.yaml", 2)];
        let areas = Areas(areas.into_iter().map(|(place, id)| (place.to_string(), vec![EntityId(id)])).collect());
        let owner = |path| areas.around(path).map(|found| found[0].0);
        for (path, id) in
            [("", 0), ("src/deep/", 0), ("pay/", 1), ("pay/src/", 1), ("pay/x.yaml", 1), ("org/a.yaml", 2), ("org/", 0)]
        {
            assert_eq!(owner(path), Some(id), "{path}");
        }
        assert_eq!(Areas(HashMap::new()).around("a/b/"), None);
        assert_eq!(folder(".backstage/catalog-info.yaml"), "");
        assert_eq!(folder("pay/.config/deep.yaml"), "pay/");
    }
}
