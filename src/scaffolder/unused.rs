//! Skeletons that no step of a template fetches.

use super::{Template, template};
use crate::catalog::{Catalog, Entity};
use crate::diagnostics::{Finding, rules};
use crate::source::{Repo, RepoId, Snapshot, join, parent};
use std::collections::{BTreeMap, BTreeSet};

/// Files of a folder that are looked into for placeholders.
const MOST_FILES: usize = 50;
const LARGEST_FILE: u64 = 256 << 10;

/// A finding per folder beside a template that holds placeholders and that no template of the repository fetches.
pub(super) fn findings(catalog: &Catalog, snapshot: &Snapshot) -> Vec<Finding> {
    let mut by_repo: BTreeMap<RepoId, Vec<(&Entity, Template)>> = BTreeMap::new();
    for entity in catalog.entities.iter().filter(|entity| entity.kind.id == "template") {
        by_repo.entry(entity.written.repo).or_default().push((entity, template(&entity.data)));
    }
    let mut findings = Vec::new();
    for (id, templates) in by_repo {
        let repo = snapshot.repo(id);
        let fetched: Vec<String> =
            templates.iter().flat_map(|(entity, template)| paths(repo, entity, template)).collect();
        for (entity, template) in templates.iter().filter(|(_, template)| !template.fetches_by_answer) {
            for folder in unused(repo, parent(&entity.written.place.path), &fetched) {
                let place = entity.written.place.clone();
                let wanted = template.fetched.first().map(String::as_str);
                findings.push(rules::scaffolder::unused_skeleton(place, &entity.reference, &folder, wanted));
            }
        }
    }
    findings
}

/// What a template fetches, as paths of its repository.
fn paths(repo: &Repo, entity: &Entity, template: &Template) -> Vec<String> {
    let base = parent(&entity.written.place.path);
    let inside = |target: &String| match repo.web.as_ref().and_then(|web| web.path_of(target)) {
        Some(path) => Some(path),
        None if target.contains("://") => None,
        None => join(base, target),
    };
    template.fetched.iter().filter_map(inside).collect()
}

/// Folders right below `base` that are skeletons and overlap nothing that is fetched.
fn unused(repo: &Repo, base: &str, fetched: &[String]) -> Vec<String> {
    let prefix = if base.is_empty() { String::new() } else { format!("{base}/") };
    let folders: BTreeSet<String> = repo
        .below(base)
        .filter_map(|file| {
            file.path.strip_prefix(&prefix)?.split_once('/').map(|(folder, _)| format!("{prefix}{folder}"))
        })
        .collect();
    let below = |path: &str, folder: &str| path == folder || path.starts_with(&format!("{folder}/"));
    let reached =
        |folder: &str| fetched.iter().any(|path| path.is_empty() || below(path, folder) || below(folder, path));
    folders.into_iter().filter(|folder| !reached(folder) && is_skeleton(repo, folder)).collect()
}

/// Holds placeholders of the template language, and no template of its own.
fn is_skeleton(repo: &Repo, folder: &str) -> bool {
    let mut files = repo.below(folder);
    let is_template = |path: &str| path.ends_with("/template.yaml") || path.ends_with("/template.yml");
    if repo.below(folder).any(|file| is_template(&file.path)) {
        return false;
    }
    let marked =
        |text: &str| text.contains("${{ values.") || text.contains("${{values.") || text.contains("{{cookiecutter.");
    files.any(|file| file.path.contains("${{"))
        || repo
            .below(folder)
            .take(MOST_FILES)
            .any(|file| repo.text(&file.path, LARGEST_FILE).is_ok_and(|text| marked(&text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skeleton_that_nothing_fetches_is_found() {
        let repo = Repo::in_memory(
            "r",
            [
                ("t/template.yaml", "x"),
                ("t/skeleton/a.txt", "${{ values.name }}"),
                ("t/skeletn/a.txt", "${{ values.name }}"),
                ("t/docs/index.md", "plain"),
                ("t/other/template.yaml", "${{ values.name }}"),
            ],
        );
        assert_eq!(unused(&repo, "t", &["t/skeleton".to_string()]), ["t/skeletn"]);
        assert_eq!(unused(&repo, "t", &["t".to_string()]), Vec::<String>::new());
        assert_eq!(unused(&repo, "t", &["t/skeleton/sub".to_string()]), ["t/skeletn"]);
    }
}
