//! Versions of documentation: who asks for them, and the set of each tag or branch.
//!
//! A version is planned like any other set, from the same folder of its own commit. What is wrong in it stays unsaid,
//! since nobody can mend a tag.

use super::{DocSet, Docs, Planning, Surveying, folder, readme};
use crate::catalog::well_known::{DOCS_VERSIONS, TECHDOCS_REF};
use crate::catalog::{Catalog, Entity, EntityId};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use crate::source::{Addresses, RepoId, Snapshot, Version, VersionsFound, VersionsWanted, is_version_pattern, parent};
use globset::{GlobBuilder, GlobMatcher};
use rayon::prelude::*;

/// Patterns of an annotation that are read.
const MOST_PATTERNS: usize = 20;

/// What the configuration says of versions.
#[derive(Debug, Clone, Copy)]
pub struct VersionRules<'a> {
    /// Pattern of a repository's id or an entity's ref, and names of tags and branches. The first row counts.
    pub rows: &'a [(String, Vec<String>)],
    /// How many versions one documentation has at most.
    pub most: usize,
    /// READMEs are documentation, too.
    pub readmes: bool,
}

/// An entity whose documentation is to have versions.
#[derive(Debug)]
pub struct AskedVersions {
    entity: EntityId,
    repo: RepoId,
    home: Home,
    /// Names of tags and branches.
    patterns: Vec<String>,
    most: usize,
    place: Place,
    /// An annotation says so, rather than a row of the configuration that means many.
    is_own: bool,
}

/// What a version is made from.
#[derive(Debug)]
enum Home {
    /// The folder of mkdocs.yml.
    Folder(String),
    /// The only page.
    Readme(String),
}

/// An entity that asks for versions, and what there is of them.
#[derive(Debug)]
pub struct Versioned {
    pub asked: AskedVersions,
    pub found: VersionsFound,
}

/// The documentation of an entity at a tag or another branch.
#[derive(Debug)]
pub struct VersionSet {
    pub name: String,
    /// A tag whose name is that of a release.
    pub is_release: bool,
    /// The index of the entity's set.
    pub of: usize,
    pub docs: DocSet,
}

impl AskedVersions {
    pub fn wanted(&self) -> VersionsWanted<'_> {
        VersionsWanted { repo: self.repo, patterns: &self.patterns, most: self.most }
    }
}

/// Everybody who asks for versions, in the catalog's order.
pub fn asked(catalog: &Catalog, snapshot: &Snapshot, rules: &VersionRules<'_>) -> Vec<AskedVersions> {
    let is_asked = |id: &EntityId| catalog.entity(*id).annotation(DOCS_VERSIONS).is_some();
    if rules.rows.is_empty() && !catalog.ids().any(|id| is_asked(&id)) {
        return Vec::new();
    }
    let rows: Vec<(GlobMatcher, &Vec<String>)> = rules
        .rows
        .iter()
        .filter_map(|(of, refs)| {
            let glob = GlobBuilder::new(of).case_insensitive(true).build().ok()?;
            Some((glob.compile_matcher(), refs))
        })
        .collect();
    let addresses = Addresses::of(snapshot);
    let readmes = if rules.readmes { readme::beside_descriptors(catalog, snapshot) } else { Default::default() };
    let mut asked = Vec::new();
    for id in catalog.ids() {
        let entity = catalog.entity(id);
        let (repo, home) = match readmes.get(&id) {
            Some(file) => (entity.written.repo, Home::Readme(file.clone())),
            None if entity.annotation(TECHDOCS_REF).is_none() => continue,
            None => match folder::folder(entity, snapshot, &addresses) {
                Ok((repo, folder)) => (repo, Home::Folder(folder)),
                Err(_) => continue,
            },
        };
        let own = entity.annotation(DOCS_VERSIONS);
        let patterns = match own {
            Some(text) if text.trim() == "none" => continue,
            Some(text) => listed(text),
            None => {
                let names = [&*snapshot.repo(repo).id, &*entity.reference];
                let row = rows.iter().find(|(of, _)| names.iter().any(|name| of.is_match(name)));
                row.map_or_else(Vec::new, |(_, refs)| (*refs).clone())
            }
        };
        if own.is_none() && patterns.is_empty() {
            continue;
        }
        let span = entity.annotation_span(DOCS_VERSIONS);
        let place = span.map_or_else(|| entity.written.place.clone(), |span| entity.place_of(span));
        asked.push(AskedVersions { entity: id, repo, home, patterns, most: rules.most, place, is_own: own.is_some() });
    }
    asked
}

fn listed(text: &str) -> Vec<String> {
    let patterns = text.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
    patterns.take(MOST_PATTERNS).map(str::to_owned).collect()
}

/// The sets of all versions, those of one set together and in their order.
pub(super) fn plan(
    docs: &mut Docs,
    (catalog, snapshot): (&Catalog, &Snapshot),
    versioned: &[Versioned],
    surveying: &Surveying<'_>,
    findings: &mut Vec<Finding>,
) {
    for Versioned { asked, found } in versioned {
        let Ok(of) = docs.sets.binary_search_by_key(&asked.entity, |set| set.entity) else { continue };
        let entity = catalog.entity(asked.entity);
        let planned: Vec<Option<DocSet>> =
            found.versions.par_iter().map(|version| set_of(asked, entity, snapshot, version, surveying)).collect();
        let mut skipped: Vec<&str> = found.unreadable.iter().map(String::as_str).collect();
        for (version, docs_of) in found.versions.iter().zip(planned) {
            match docs_of {
                Some(set) => docs.versions.push(VersionSet {
                    name: version.name.clone(),
                    is_release: version.is_release,
                    of,
                    docs: set,
                }),
                None => skipped.push(&version.name),
            }
        }
        let said = say(asked, found, &skipped, &snapshot.repo(asked.repo).id);
        findings.extend(said.into_iter().map(|finding| finding.about(&*entity.reference)));
    }
}

fn set_of(
    asked: &AskedVersions,
    entity: &Entity,
    snapshot: &Snapshot,
    version: &Version,
    surveying: &Surveying<'_>,
) -> Option<DocSet> {
    let repo = snapshot.repo(version.repo);
    match &asked.home {
        Home::Folder(folder) => {
            let (id, repo_id, place) = (asked.entity, version.repo, Place::file(repo.id.clone(), ""));
            let planning = Planning { id, entity, repo_id, repo, folder: folder.clone(), place };
            planning.set(surveying, &mut Vec::new()).map(|(set, _)| set)
        }
        Home::Readme(file) => {
            let is_there = repo.has(file);
            is_there.then(|| readme::set_of(asked.entity, entity, (version.repo, repo), file, surveying).0)
        }
    }
}

fn say(asked: &AskedVersions, found: &VersionsFound, skipped: &[&str], repo: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let place = || asked.place.clone();
    if asked.is_own {
        for pattern in asked.patterns.iter().filter(|pattern| !is_version_pattern(pattern)) {
            findings.push(rules::docs_versions_pattern(place(), pattern));
        }
        if let Some(fault) = &found.fault {
            findings.push(rules::docs_versions_fault(place(), repo, fault, found.versions.len()));
        } else if found.versions.is_empty() && skipped.is_empty() {
            findings.push(rules::docs_versions_none(place(), repo, &asked.patterns));
        }
    }
    if found.left_out > 0 {
        findings.push(rules::docs_versions_limit(place(), found.left_out, asked.most));
    }
    if !skipped.is_empty() {
        let home = match &asked.home {
            Home::Folder(folder) => folder,
            Home::Readme(file) => parent(file),
        };
        findings.push(rules::docs_version_skipped(place(), skipped, home));
    }
    findings
}
