//! Skeletons that a step fetches and that are not there.

use super::template;
use crate::catalog::{Catalog, Entity};
use crate::diagnostics::{Finding, Place, rules};
use crate::source::{Repo, Snapshot, join, parent};
use std::collections::BTreeSet;

/// Largest template file that is searched for the place of a url.
const LARGEST: u64 = 2 << 20;

/// A finding per url of a step that leads nowhere in the template's repository. What answers decide, and what lies on
/// other hosts, nobody knows yet.
pub(super) fn findings(catalog: &Catalog, snapshot: &Snapshot) -> Vec<Finding> {
    let templates = catalog.entities.iter().filter(|entity| entity.kind.id == "template");
    templates.flat_map(|entity| of_template(entity, snapshot.repo(entity.written.repo))).collect()
}

fn of_template(entity: &Entity, repo: &Repo) -> Vec<Finding> {
    let base = parent(&entity.written.place.path);
    let urls = template(&entity.data).fetched.into_iter().filter(|url| !url.contains("://"));
    let missing = urls.filter(|url| !join(base, url).is_some_and(|path| repo.has(&path) || repo.has_folder(&path)));
    let missing: BTreeSet<String> = missing.collect();
    let folders = folders(repo, base);
    let finding = |url: &String| {
        let known = folders.iter().map(String::as_str);
        rules::scaffolder::missing_skeleton(place(entity, repo, url), &entity.reference, url, known)
    };
    missing.iter().map(finding).collect()
}

/// The folders right below one, as steps write them.
fn folders(repo: &Repo, base: &str) -> BTreeSet<String> {
    let start = if base.is_empty() { 0 } else { base.len() + 1 };
    let below = repo.below(base).filter_map(|file| file.path[start..].split_once('/'));
    below.map(|(folder, _)| format!("./{folder}")).collect()
}

/// Where the url is written, else where the template is.
fn place(entity: &Entity, repo: &Repo, url: &str) -> Place {
    let written = &entity.written;
    let text = repo.text(&written.place.path, LARGEST).unwrap_or_default();
    let lines = text.lines().enumerate().skip(written.first_line.saturating_sub(1) as usize);
    let length = (written.last_line - written.first_line.min(written.last_line) + 1) as usize;
    let found = lines.take(length).find_map(|(number, line)| {
        let after = line.find("url:")? + "url:".len();
        let column = after + line[after..].find(url)?;
        Some(written.place.at(number as u32 + 1, line[..column].chars().count() as u32 + 1, url.chars().count() as u32))
    });
    found.unwrap_or_else(|| written.place.clone())
}
