//! What changed lately, as git tells it: for the whole portal, and for each entity.
//!
//! An entity's changes are those in the folder of its descriptor, down to where another entity begins. A folder with
//! several descriptor files is nobody's: there only the file itself counts. Where the source location of an entity is in
//! another repository, its changes are those there.

use super::date;
use crate::catalog::well_known::SOURCE_LOCATION;
use crate::catalog::{Catalog, Entity, EntityId};
use crate::config::Config;
use crate::source::{PastCommit, Repo, RepoId, Snapshot, Web, file_name, parent};
use rayon::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// How far back the portal's activity goes, in days before the build instant.
pub(super) const DAYS: i64 = 28;
/// Commits that an entity's page shows.
const MOST_OF_ENTITY: usize = 5;

/// Kinds whose descriptors stand for no code.
const WITHOUT_CODE: [&str; 3] = ["group", "user", "location"];

#[derive(Debug, Default)]
pub(super) struct Activity {
    /// The commits of the last weeks, newest first.
    recent: Vec<Recent>,
    /// Of each entity, the newest commits: the repository and the place in its log.
    of_entities: Vec<Vec<(RepoId, u32)>>,
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
    pub(super) fn new(config: &Config, catalog: &Catalog, snapshot: &Snapshot, instant: Option<i64>) -> Activity {
        let elsewhere = Elsewhere::new(config, snapshot);
        let mut described: Vec<Vec<EntityId>> = vec![Vec::new(); snapshot.repos.len()];
        let mut by_repo: Vec<Areas> = snapshot.repos.iter().map(|_| Areas::default()).collect();
        for id in catalog.ids() {
            let entity = catalog.entity(id);
            let repo = entity.written.repo;
            if WITHOUT_CODE.contains(&entity.kind.id) || repo.0 as usize >= described.len() {
                continue;
            }
            match elsewhere.code_of(entity) {
                Some((other, folder)) if other != repo => by_repo[other.0 as usize].add(folder, id),
                _ => described[repo.0 as usize].push(id),
            }
        }
        for (areas, entities) in by_repo.iter_mut().zip(&described) {
            areas.describe(catalog, entities);
        }
        let touched: Vec<Vec<Vec<EntityId>>> =
            snapshot.repos.par_iter().zip(&by_repo).map(|(repo, areas)| areas.touched_by(repo)).collect();
        let mut activity = Activity { recent: Vec::new(), of_entities: vec![Vec::new(); catalog.len()] };
        let since = instant.map_or(i64::MAX, |instant| instant.saturating_sub(DAYS * date::DAY));
        let until = instant.unwrap_or(i64::MIN);
        for (at, (repo, of_commits)) in snapshot.repos.iter().zip(touched).enumerate() {
            let repo_id = RepoId(at as u32);
            for (number, (commit, entities)) in repo.history.commits().iter().zip(of_commits).enumerate() {
                for id in &entities {
                    let known = &mut activity.of_entities[id.0 as usize];
                    if known.len() < MOST_OF_ENTITY {
                        known.push((repo_id, number as u32));
                    }
                }
                if (since..=until).contains(&commit.time) && date::rfc3339(commit.time).is_some() {
                    activity.recent.push(Recent { repo: repo_id, commit: number as u32, entities });
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

    /// The newest commits that changed an entity, with their repository.
    pub(super) fn of_entity<'a>(
        &'a self,
        id: EntityId,
        snapshot: &'a Snapshot,
    ) -> impl Iterator<Item = (&'a Repo, &'a PastCommit)> {
        self.of_entities[id.0 as usize].iter().filter_map(|(repo, at)| {
            let repo = snapshot.repo(*repo);
            Some((repo, repo.history.commits().get(*at as usize)?))
        })
    }
}

/// Repositories by their address, for entities that are described in one and live in another.
struct Elsewhere<'a> {
    config: &'a Config,
    snapshot: &'a Snapshot,
    by_base: HashMap<&'a str, RepoId>,
}

impl<'a> Elsewhere<'a> {
    fn new(config: &'a Config, snapshot: &'a Snapshot) -> Self {
        let mut by_base = HashMap::new();
        for (at, repo) in snapshot.repos.iter().enumerate() {
            if let Some(web) = &repo.web {
                by_base.entry(web.base.as_str()).or_insert(RepoId(at as u32));
            }
        }
        Elsewhere { config, snapshot, by_base }
    }

    /// Repository and folder of an entity's source location, where the portal reads that repository.
    fn code_of(&self, entity: &Entity) -> Option<(RepoId, String)> {
        let address = entity.annotation(SOURCE_LOCATION)?.trim().strip_prefix("url:")?;
        let repo = *self.by_base.get(Web::of_address(address, self.config)?.base.as_str())?;
        let web = self.snapshot.repo(repo).web.as_ref()?;
        let folder = web.path_of(address).or_else(|| web.path_on_any_branch(address)).unwrap_or_default();
        Some((repo, if folder.is_empty() { folder } else { format!("{folder}/") }))
    }
}

/// What in a repository belongs to which entities: by folder, `""` or with a slash at its end, or by descriptor file.
#[derive(Default)]
struct Areas(HashMap<String, Vec<EntityId>>);

impl Areas {
    fn add(&mut self, place: String, id: EntityId) {
        self.0.entry(place).or_default().push(id);
    }

    /// Adds the entities whose descriptors are in the repository.
    fn describe(&mut self, catalog: &Catalog, entities: &[EntityId]) {
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
        for (file, entities) in files {
            self.0.entry(place(file)).or_default().extend(entities);
        }
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
