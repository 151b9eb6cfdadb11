//! Which files of a repository are worth fetching before anybody asks, by their paths alone. What else is read is fetched
//! then, together with what lies beside it.

use crate::source::File;
use crate::source::path::{file_name, parent};
use std::collections::BTreeSet;

/// Files that are fetched of one repository before anybody asks.
pub(super) const MOST: usize = 20_000;
/// Files that are fetched together with one that is read.
const MOST_BESIDE: usize = 500;

/// Descriptors, and what says where documentation lies and who owns what.
pub(super) fn first(path: &str) -> bool {
    let name = file_name(path);
    let is_upper = |wanted: &str| name.to_ascii_uppercase().starts_with(wanted);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_root = !path.contains('/');
    matches!(stem, "catalog-info" | "template" | "mkdocs")
        || name == "CODEOWNERS"
        || is_upper("README")
        || is_root && (is_upper("LICEN") || is_manifest(name))
}

/// Says of a repository without a descriptor what it may be.
fn is_manifest(name: &str) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "toml" | "mod" | "xml" | "gradle" | "kts" | "yaml" | "yml" | "proto" | "graphql")
        || matches!(name, "package.json" | "composer.json" | "setup.py" | "setup.cfg" | "Dockerfile" | "openapi.json")
}

/// Folders whose files are documentation, by the mkdocs files, whose text `read` knows; and those of templates.
pub(super) fn folders(files: &[File], read: impl Fn(&File) -> Option<String>) -> BTreeSet<String> {
    let mut folders = BTreeSet::new();
    for file in files {
        let (folder, name) = (parent(&file.path), file_name(&file.path));
        let below = |name: &str| crate::source::join(folder, name).filter(|below| !below.is_empty());
        match name.rsplit_once('.').map_or(name, |(stem, _)| stem) {
            "mkdocs" => {
                let text = read(file).unwrap_or_default();
                let named = text.lines().find_map(|line| line.strip_prefix("docs_dir:"));
                let named = named.map_or("docs", |value| value.trim().trim_matches(['"', '\'']));
                folders.extend(below(named));
            }
            "catalog-info" => folders.extend(below("docs")),
            "template" if !folder.is_empty() => {
                folders.insert(folder.to_string());
            }
            _ => {}
        }
    }
    folders
}

/// Whether a file lies in one of the folders.
pub(super) fn is_below(folders: &BTreeSet<String>, path: &str) -> bool {
    path.match_indices('/').any(|(at, _)| folders.contains(&path[..at]))
}

/// A file that is read, and those that are likely to be read with it: of its folder and below, of its ending first.
pub(super) fn beside<'a>(files: &'a [File], path: &str) -> Vec<&'a File> {
    let ending = |path: &str| file_name(path).rsplit_once('.').map(|(_, ending)| ending.to_string());
    let wanted = ending(path);
    let folder = parent(path);
    let near =
        |file: &&File| file.path.strip_prefix(folder).is_some_and(|rest| folder.is_empty() || rest.starts_with('/'));
    let mut beside: Vec<&File> = files.iter().filter(near).collect();
    // A file at the root has the whole repository beside it.
    if folder.is_empty() {
        beside.retain(|file| !file.path.contains('/'));
    }
    beside.sort_by_key(|file| (&*file.path != path, ending(&file.path) != wanted));
    beside.truncate(MOST_BESIDE);
    beside
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Repo;

    #[test]
    fn what_a_portal_is_likely_to_read_is_known_by_path() {
        let repo = Repo::in_memory(
            "r",
            [
                ("app/catalog-info.yaml", ""),
                ("app/docs/index.md", ""),
                ("app/mkdocs.yml", "site_name: x\ndocs_dir: 'guide'\n"),
                ("app/guide/a/b.png", ""),
                ("app/guidelines/x.md", ""),
                ("src/main.rs", ""),
                ("templates/web/template.yaml", ""),
                ("templates/web/skeleton/a.rs", ""),
                ("Cargo.toml", ""),
                ("x/Cargo.toml", ""),
                ("x/README.md", ""),
            ],
        );
        let folders = folders(repo.files(), |file| repo.text(&file.path, 1000).ok());
        let wanted = |file: &&File| first(&file.path) || is_below(&folders, &file.path);
        let paths: Vec<&str> = repo.files().iter().filter(wanted).map(|file| &*file.path).collect();
        assert_eq!(
            paths,
            [
                "Cargo.toml",
                "app/catalog-info.yaml",
                "app/docs/index.md",
                "app/guide/a/b.png",
                "app/mkdocs.yml",
                "templates/web/skeleton/a.rs",
                "templates/web/template.yaml",
                "x/README.md"
            ]
        );
    }

    #[test]
    fn a_file_brings_those_beside_it() {
        let repo = Repo::in_memory(
            "r",
            [("a/x.json", ""), ("a/b/y.yaml", ""), ("a/z.yaml", ""), ("ab/q.yaml", ""), ("r", "")],
        );
        let paths = |path| beside(repo.files(), path).into_iter().map(|file| &*file.path).collect::<Vec<_>>();
        assert_eq!(paths("a/z.yaml"), ["a/z.yaml", "a/b/y.yaml", "a/x.json"]);
        assert_eq!(paths("r"), ["r"]);
    }
}
