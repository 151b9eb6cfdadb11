//! The order in which a documentation is read.

use super::mkdocs::NavItem;
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The navigation of one documentation.
#[derive(Debug, Default)]
pub struct Navigation {
    pub roots: Vec<NavNode>,
    /// Pages by their index, each once, in the order of previous and next.
    pub order: Vec<usize>,
    pub findings: Vec<Finding>,
}

/// An entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NavNode {
    /// A page by its index. Without a title it takes the page's own.
    Page { title: Option<String>, page: usize },
    /// Entries under a heading.
    Section { title: String, children: Vec<NavNode> },
    /// A web address.
    Url { title: Option<String>, url: String },
}

/// The navigation as `nav` gives it, else by the pages' paths as MkDocs orders them: in each folder its index, its files by
/// name, then its folders by name. `pages` are paths below `docs_dir`; their order gives the indices. `mkdocs` is the
/// place of mkdocs.yml.
pub fn navigation(nav: Option<&[NavItem]>, pages: &[&str], mkdocs: &Place) -> Navigation {
    let mut navigation = Navigation::default();
    match nav {
        Some(items) => {
            let known: HashMap<&str, usize> = pages.iter().enumerate().map(|(index, path)| (*path, index)).collect();
            let given = Given { known, pages, mkdocs };
            navigation.roots = given.nodes(items, &mut navigation.findings);
        }
        None => navigation.roots = Folder::of(pages).nodes(),
    }
    let mut seen = BTreeSet::new();
    collect(&navigation.roots, &mut |page| {
        if seen.insert(page) {
            navigation.order.push(page);
        }
    });
    navigation
}

fn collect(nodes: &[NavNode], visit: &mut impl FnMut(usize)) {
    for node in nodes {
        match node {
            NavNode::Page { page, .. } => visit(*page),
            NavNode::Section { children, .. } => collect(children, visit),
            NavNode::Url { .. } => {}
        }
    }
}

struct Given<'n> {
    known: HashMap<&'n str, usize>,
    pages: &'n [&'n str],
    mkdocs: &'n Place,
}

impl Given<'_> {
    fn nodes(&self, items: &[NavItem], findings: &mut Vec<Finding>) -> Vec<NavNode> {
        let mut nodes = Vec::with_capacity(items.len());
        for item in items {
            match item {
                NavItem::Page { title, path, line } => match self.find(path) {
                    Some(page) => nodes.push(NavNode::Page { title: title.clone(), page }),
                    None => {
                        let guess = did_you_mean(path, self.pages.iter().copied());
                        findings.push(rules::mkdocs_nav_missing(self.mkdocs.at(*line, 1, 0), path, guess));
                    }
                },
                NavItem::Section { title, items } => {
                    let children = self.nodes(items, findings);
                    if !children.is_empty() {
                        nodes.push(NavNode::Section { title: title.clone(), children });
                    }
                }
                NavItem::Url { title, url } => nodes.push(NavNode::Url { title: title.clone(), url: url.clone() }),
            }
        }
        nodes
    }

    /// A page by its path as written: `./a.md` is `a.md`, and a folder is its index.
    fn find(&self, written: &str) -> Option<usize> {
        let path = written.trim_start_matches("./").trim_start_matches('/').split('#').next().unwrap_or_default();
        let folder = path.trim_end_matches('/');
        let join = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        let named = self.known.get(path).copied();
        named.or_else(|| INDEX_NAMES.iter().find_map(|name| self.known.get(join(name).as_str()).copied()))
    }
}

/// Names of a folder's own page, the first found counts.
const INDEX_NAMES: &[&str] = &["index.md", "README.md"];

#[derive(Default)]
struct Folder<'p> {
    files: BTreeMap<&'p str, usize>,
    folders: BTreeMap<&'p str, Folder<'p>>,
}

impl<'p> Folder<'p> {
    fn of(pages: &[&'p str]) -> Self {
        let mut root = Folder::default();
        for (index, path) in pages.iter().enumerate() {
            let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
            let parts = folders.split('/').filter(|part| !part.is_empty());
            let folder = parts.fold(&mut root, |folder, part| folder.folders.entry(part).or_default());
            folder.files.insert(file, index);
        }
        root
    }

    fn nodes(&self) -> Vec<NavNode> {
        let index = INDEX_NAMES.iter().find(|name| self.files.contains_key(**name));
        let first = index.and_then(|name| self.files.get(*name)).copied();
        let others = self.files.iter().filter(|(name, _)| !INDEX_NAMES.contains(*name)).map(|(_, page)| *page);
        let pages = first.into_iter().chain(others).map(|page| NavNode::Page { title: None, page });
        let folders = self
            .folders
            .iter()
            .map(|(name, folder)| NavNode::Section { title: folder_title(name), children: folder.nodes() })
            .filter(|node| !matches!(node, NavNode::Section { children, .. } if children.is_empty()));
        pages.chain(folders).collect()
    }
}

/// `user-guide` reads "User guide"; a name with capitals stays as it is.
fn folder_title(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    if words.chars().any(char::is_uppercase) { words } else { capitalised(&words) }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(page: usize) -> NavNode {
        NavNode::Page { title: None, page }
    }

    fn section(title: &str, children: Vec<NavNode>) -> NavNode {
        NavNode::Section { title: title.into(), children }
    }

    #[test]
    fn without_nav_files_come_first_and_the_index_before_them() {
        let pages =
            ["a/z.md", "setup.md", "user-guide/README.md", "index.md", "about.md", "user-guide/b.md", "API/x.md"];
        let navigation = navigation(None, &pages, &Place::file("", "mkdocs.yml"));
        assert_eq!(
            navigation.roots,
            [
                page(3),
                page(4),
                page(1),
                section("API", vec![page(6)]),
                section("A", vec![page(0)]),
                section("User guide", vec![page(2), page(5)]),
            ]
        );
        assert_eq!(navigation.order, [3, 4, 1, 6, 0, 2, 5]);
    }

    #[test]
    fn with_nav_the_author_decides_and_missing_pages_are_named() {
        let item = |path: &str, line| NavItem::Page { title: None, path: path.into(), line };
        let items = [
            item("./b.md", 2),
            NavItem::Section { title: "S".into(), items: vec![item("ops/", 4), item("b.md", 5)] },
            item("indx.md", 6),
        ];
        let navigation =
            navigation(Some(&items), &["index.md", "b.md", "ops/README.md"], &Place::file("", "mkdocs.yml"));
        assert_eq!(navigation.roots, [page(1), section("S", vec![page(2), page(1)])]);
        assert_eq!(navigation.order, [1, 2]);
        assert_eq!(navigation.findings.len(), 1);
        assert_eq!(navigation.findings[0].hints, ["Did you mean `index.md`?"]);
        assert_eq!(navigation.findings[0].place.as_ref().map(|place| place.line), Some(6));
    }
}
