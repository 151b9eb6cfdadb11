//! `!include` of the monorepo plugin: other sites of the repository, mounted below their names.

use super::{files, in_folder, read_config};
use crate::diagnostics::Place;
use crate::diagnostics::rules::techdocs::{self as rules, IncludeProblem};
use crate::diagnostics::{Finding, suggestion};
use crate::source::{Repo, join, normalize, parent};
use crate::techdocs::mkdocs::{MkDocs, NavItem};
use crate::techdocs::nav::{Item, folder_title, tree};
use globset::GlobBuilder;
use std::collections::HashSet;

/// A folder of pages and where it is mounted.
#[derive(Debug)]
pub(super) struct Mount {
    /// The path in the doc set; empty for the set's own.
    pub(super) prefix: String,
    /// The folder of pages, as a path of the repository.
    pub(super) docs_dir: String,
    pub(super) repo_url: Option<String>,
    pub(super) edit_uri: Option<String>,
    pub(super) edit_uri_template: Option<String>,
}

/// Sites in sites further down are left out.
const DEEPEST: usize = 10;

/// Includes of one set that are read; each may look through all files of the repository.
const MOST: usize = 1_000;

impl Mount {
    pub(super) fn root(docs_dir: String, config: &MkDocs) -> Self {
        Mount {
            prefix: String::new(),
            docs_dir,
            repo_url: config.repo_url.clone(),
            edit_uri: config.edit_uri.clone(),
            edit_uri_template: config.edit_uri_template.clone(),
        }
    }
}

/// A navigation whose includes are replaced by what they mount. `mkdocs` is the file that holds it, in `folder`.
pub(super) fn expand(
    nav: Vec<NavItem>,
    folder: &str,
    repo: &Repo,
    mkdocs: &Place,
    mounts: &mut Vec<Mount>,
    findings: &mut Vec<Finding>,
) -> Vec<NavItem> {
    let chain = vec![mkdocs.path.to_string()];
    let mut mounting = Mounting { repo, mounts, findings, seen: chain.iter().cloned().collect(), chain, read: 0 };
    mounting.items(nav, folder, "")
}

struct Mounting<'a, 'm> {
    repo: &'a Repo,
    mounts: &'m mut Vec<Mount>,
    findings: &'m mut Vec<Finding>,
    /// Paths of the files that are being read, the outermost first.
    chain: Vec<String>,
    /// Paths of all files that were mounted.
    seen: HashSet<String>,
    /// Includes that were read.
    read: usize,
}

impl Mounting<'_, '_> {
    /// Entries of a file in `folder` that is mounted at `prefix`.
    fn items(&mut self, items: Vec<NavItem>, folder: &str, prefix: &str) -> Vec<NavItem> {
        let mut out = Vec::with_capacity(items.len());
        for item in items {
            match item {
                NavItem::Page { title, path, place } => {
                    // Addresses of the portal stay what they are.
                    let kept = prefix.is_empty() || path.starts_with('/');
                    let path = if kept { path } else { in_folder(prefix, path.trim_start_matches("./")) };
                    out.push(NavItem::Page { title, path, place });
                }
                NavItem::Section { title, items } => {
                    out.push(NavItem::Section { title, items: self.items(items, folder, prefix) });
                }
                NavItem::Include { target, place, .. } if self.read >= MOST => {
                    if self.read == MOST {
                        let problem = IncludeProblem::TooMany(MOST);
                        self.findings.push(rules::mkdocs_include(place, &target, &problem, None));
                    }
                    self.read = MOST + 1;
                }
                NavItem::Include { title, target, every: false, place } => {
                    self.read += 1;
                    out.extend(self.site(title, &target, folder, prefix, &place));
                }
                NavItem::Include { title, target, every: true, place } => {
                    self.read += 1;
                    let sites = self.every(&target, folder, prefix, &place);
                    match title {
                        Some(title) => out.push(NavItem::Section { title, items: sites }),
                        None => out.extend(sites),
                    }
                }
                item @ (NavItem::Url { .. } | NavItem::Rest { .. }) => out.push(item),
            }
        }
        out
    }

    fn every(&mut self, pattern: &str, folder: &str, prefix: &str, place: &Place) -> Vec<NavItem> {
        let wanted = join(folder, pattern).filter(|_| is_yaml(pattern));
        let Some(wanted) = wanted.and_then(|wanted| GlobBuilder::new(&wanted).literal_separator(true).build().ok())
        else {
            let problem = if is_yaml(pattern) { IncludeProblem::Outside } else { IncludeProblem::NoConfig };
            self.findings.push(rules::mkdocs_include(place.clone(), pattern, &problem, None));
            return Vec::new();
        };
        let wanted = wanted.compile_matcher();
        let repo = self.repo;
        let found = repo.files().iter().filter(|file| is_yaml(&file.path) && wanted.is_match(&*file.path));
        let found: Vec<&str> = found.map(|file| &*file.path).filter(|path| !self.seen.contains(*path)).collect();
        if found.is_empty() {
            self.findings.push(rules::mkdocs_include(place.clone(), pattern, &IncludeProblem::Nothing, None));
        }
        found.into_iter().filter_map(|path| self.mount(None, path, prefix, place)).collect()
    }

    fn site(
        &mut self,
        title: Option<String>,
        target: &str,
        folder: &str,
        prefix: &str,
        place: &Place,
    ) -> Option<NavItem> {
        let problem = match join(folder, target) {
            None => IncludeProblem::Outside,
            Some(_) if !is_yaml(target) => IncludeProblem::NoConfig,
            Some(path) if !self.repo.has(&path) => IncludeProblem::Missing,
            Some(path) => return self.mount(title, &path, prefix, place),
        };
        let guess = match problem {
            IncludeProblem::Missing => self.guess(folder, target),
            _ => None,
        };
        self.findings.push(rules::mkdocs_include(place.clone(), target, &problem, guess));
        None
    }

    /// An mkdocs file near the one that is missing.
    fn guess(&self, folder: &str, target: &str) -> Option<String> {
        let files = self.repo.files().iter().map(|file| &*file.path);
        let configs = files.filter(|path| path.ends_with("mkdocs.yml") || path.ends_with("mkdocs.yaml"));
        let near: Vec<String> =
            configs.filter_map(|path| super::below(folder, path)).map(|path| format!("./{path}")).collect();
        suggestion::did_you_mean(target, near.iter().map(String::as_str))
    }

    /// Mounts the site of an mkdocs file that is there.
    fn mount(&mut self, title: Option<String>, path: &str, prefix: &str, place: &Place) -> Option<NavItem> {
        let problem = if let Some(start) = self.chain.iter().position(|open| open == path) {
            let circle = self.chain[start..].iter().map(String::as_str).chain([path]);
            Some(IncludeProblem::Circle(circle.map(|path| format!("`{path}`")).collect::<Vec<_>>().join(" → ")))
        } else if self.seen.contains(path) {
            Some(IncludeProblem::Twice)
        } else if self.chain.len() > DEEPEST {
            Some(IncludeProblem::TooDeep(DEEPEST))
        } else {
            None
        };
        if let Some(problem) = problem {
            self.findings.push(rules::mkdocs_include(place.clone(), path, &problem, None));
            return None;
        }
        let at = Place::file(self.repo.id.clone(), path);
        let config = read_config(self.repo, &at, self.findings);
        let name = config.site_name.clone();
        let alias = name.as_deref().and_then(alias).map(|alias| in_folder(prefix, &alias));
        let (Some(name), Some(alias)) = (name, alias) else {
            self.findings.push(rules::mkdocs_include(place.clone(), path, &IncludeProblem::NoName, None));
            return None;
        };
        if self.mounts.iter().any(|mount| mount.prefix == alias) {
            self.findings.push(rules::mkdocs_include(place.clone(), path, &IncludeProblem::SameName(name), None));
            return None;
        }
        let folder = parent(path).to_owned();
        let docs_dir = join(&folder, &config.docs_dir)?;
        let root = &self.mounts[0];
        let edit_uri = config.edit_uri.clone().or_else(|| {
            let uri = root.edit_uri.as_deref()?;
            (!root.docs_dir.is_empty()).then(|| uri.replace(&root.docs_dir, &docs_dir))
        });
        self.mounts.push(Mount {
            prefix: alias.clone(),
            docs_dir: docs_dir.clone(),
            repo_url: config.repo_url.clone().or_else(|| root.repo_url.clone()),
            edit_uri,
            edit_uri_template: config.edit_uri_template.clone(),
        });
        self.seen.insert(path.to_owned());
        self.chain.push(path.to_owned());
        let items = match config.nav {
            Some(nav) => self.items(nav, &folder, &alias),
            None => by_files(self.repo, &docs_dir, &alias, &at),
        };
        self.chain.pop();
        Some(NavItem::Section { title: title.unwrap_or(name), items })
    }
}

/// The pages of a folder in the order of their files.
fn by_files(repo: &Repo, docs_dir: &str, prefix: &str, mkdocs: &Place) -> Vec<NavItem> {
    let inside = repo.below(docs_dir).filter_map(|file| super::below(docs_dir, &file.path));
    let is_hidden = |path: &str| path.split('/').any(|part| part.starts_with('.'));
    let paths: Vec<String> =
        inside.filter(|path| files::is_page(path) && !is_hidden(path)).map(|path| in_folder(prefix, path)).collect();
    let page = |page: usize| NavItem::Page { title: None, path: paths[page].clone(), place: mkdocs.clone() };
    let mut items = tree(paths.iter().map(|path| &path[prefix.len() + 1..]).enumerate());
    // What has an index has no README beside it.
    items.retain(|item| !matches!(item, Item::Page(page) if paths[*page] == in_folder(prefix, "README.md") && paths.contains(&in_folder(prefix, "index.md"))));
    listed(items, &page)
}

fn listed(items: Vec<Item>, page: &dyn Fn(usize) -> NavItem) -> Vec<NavItem> {
    let entry = |item| match item {
        Item::Page(at) => page(at),
        Item::Folder { path, items } => NavItem::Section { title: folder_title(&path), items: listed(items, page) },
    };
    items.into_iter().map(entry).collect()
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

/// The path below which a site of that name is mounted; a name of letters, digits and `_.-/` is one itself.
fn alias(site_name: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/');
    let alias = if site_name.chars().all(is_plain) {
        normalize(site_name)?
    } else {
        let words = site_name.to_lowercase().replace('\'', "");
        let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join("-")
    };
    Some(alias).filter(|alias| !alias.is_empty())
}

#[cfg(test)]
mod tests {
    use super::alias;

    #[test]
    fn a_site_is_mounted_below_its_name() {
        assert_eq!(alias("payments/Core_v1.2").as_deref(), Some("payments/Core_v1.2"));
        assert_eq!(alias("Bob's Seat Plans!").as_deref(), Some("bobs-seat-plans"));
        assert_eq!(alias("../up"), None);
        assert_eq!(alias("/./"), None);
        assert_eq!(alias("!"), None);
    }
}
