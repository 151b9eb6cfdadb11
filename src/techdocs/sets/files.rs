//! Which files of a repository are pages of a doc set, and under which paths.

use super::{Mount, below, in_folder};
use crate::source::Repo;
use crate::techdocs::mkdocs::MkDocs;
use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use std::collections::BTreeMap;

/// Files further down are no pages, in folders.
const DEEPEST: usize = 64;

/// What MkDocs leaves out before `exclude_docs` says more.
const EXCLUDED: &[&str] = &[".*", "/templates/"];

/// The pages of a set: paths in it and in the repository. Where two mounts hold a path, the later one counts.
pub(super) fn of(mounts: &[Mount], config: &MkDocs, repo: &Repo) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for mount in mounts {
        for file in repo.below(&mount.docs_dir) {
            let Some(rest) = below(&mount.docs_dir, &file.path).filter(|rest| is_page(rest)) else { continue };
            files.insert(in_folder(&mount.prefix, rest), file.path.to_string());
        }
    }
    let left_out = ignored(EXCLUDED, &config.exclude_docs);
    let by_plugin = patterns(&config.plugins.excluded);
    files.retain(|path, _| !left_out.has(path) && !by_plugin.is_match(path));
    // As in MkDocs, a README is the page of its folder only where there is no index.
    let overruled: Vec<String> = files
        .keys()
        .filter(|path| {
            let folder = path.strip_suffix("README.md").filter(|folder| folder.is_empty() || folder.ends_with('/'));
            folder.is_some_and(|folder| files.contains_key(&format!("{folder}index.md")))
        })
        .cloned()
        .collect();
    for path in overruled {
        files.remove(&path);
    }
    files
}

/// Whether MkDocs takes a file of that name for a page.
pub(super) fn is_page(path: &str) -> bool {
    const ENDINGS: [&str; 5] = [".md", ".markdown", ".mdown", ".mkdn", ".mkd"];
    path.matches('/').count() < DEEPEST && ENDINGS.iter().any(|ending| path.ends_with(ending))
}

/// Patterns as in `.gitignore`; the last one that matches decides.
pub(super) struct Ignored {
    globs: GlobSet,
    /// For each of `globs`, whether it takes files back in.
    taken_back: Vec<bool>,
}

/// Patterns that are read.
const MOST_LINES: usize = 1_000;

/// Patterns, one a line; those that are none are passed over.
pub(super) fn ignored(usual: &[&str], more: &str) -> Ignored {
    let mut globs = GlobSetBuilder::new();
    let mut taken_back = Vec::new();
    for line in usual.iter().copied().chain(more.lines()).take(MOST_LINES) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (is_back, line) = line.strip_prefix('!').map_or((false, line), |line| (true, line));
        let pattern = line.trim_end_matches('/');
        // A pattern with a `/` inside or in front counts from the top, any other one from every folder.
        let rooted = pattern.trim_start_matches('/');
        let rooted = if pattern.contains('/') { rooted.to_owned() } else { format!("**/{rooted}") };
        let whole = (!line.ends_with('/')).then(|| rooted.clone());
        for pattern in whole.into_iter().chain([format!("{rooted}/**")]) {
            if let Ok(glob) = GlobBuilder::new(&pattern).literal_separator(true).build() {
                globs.add(glob);
                taken_back.push(is_back);
            }
        }
    }
    match globs.build() {
        Ok(globs) => Ignored { globs, taken_back },
        Err(_) => Ignored { globs: GlobSet::empty(), taken_back: Vec::new() },
    }
}

impl Ignored {
    pub(super) fn has(&self, path: &str) -> bool {
        self.globs.matches(path).last().is_some_and(|at| !self.taken_back[*at])
    }
}

/// Patterns in which `*` stands for `/`, too.
pub(super) fn patterns(patterns: &[String]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for glob in patterns.iter().take(MOST_LINES).filter_map(|pattern| Glob::new(pattern).ok()) {
        builder.add(glob);
    }
    builder.build().unwrap_or_else(|_| GlobSet::empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_git() {
        let left_out = ignored(EXCLUDED, "# note\ndrafts/\n/top.md\n*.tmp.md\na/b\n!keep.tmp.md\n!.well-known\n");
        let has = |path| left_out.has(path);
        assert!(has(".github/a.md") && has("x/.hidden.md") && has("templates/a.md"));
        assert!(!has("x/templates/a.md") && !has(".well-known/a.md"));
        assert!(has("drafts/a.md") && has("x/drafts/y/a.md") && !has("drafts.md"));
        assert!(has("top.md") && !has("x/top.md"));
        assert!(has("x/a.tmp.md") && !has("x/keep.tmp.md"));
        assert!(has("a/b/c.md") && !has("x/a/b/c.md"));
    }
}
