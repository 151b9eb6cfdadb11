//! The order in which a documentation is read.

use super::mkdocs::NavItem;
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place};
use crate::source::file_name;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The navigation of one documentation.
#[derive(Debug, Default)]
pub struct Navigation {
    pub roots: Vec<NavNode>,
    /// Pages by their index, each once, in the order of previous and next.
    pub order: Vec<usize>,
}

/// An entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NavNode {
    /// A page by its index. Without a title it takes the page's own.
    Page { title: Option<String>, page: usize },
    /// Entries under a heading.
    Section { title: String, children: Vec<NavNode> },
    /// A web address, or a path of the portal that starts with `/`.
    Url { title: Option<String>, url: String },
}

impl Navigation {
    pub(super) fn of(roots: Vec<NavNode>) -> Self {
        let mut navigation = Navigation { roots, order: Vec::new() };
        let mut seen = BTreeSet::new();
        collect(&navigation.roots, &mut |page| {
            if seen.insert(page) {
                navigation.order.push(page);
            }
        });
        navigation
    }
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

/// A part of the pages as they lie in folders.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// By its index.
    Page(usize),
    /// A folder by its path below `docs_dir`.
    Folder { path: String, items: Vec<Item> },
}

/// Pages in folders as MkDocs orders them: in each folder its index, its files by name, then its folders by name. `pages`
/// are paths below `docs_dir` with their indices.
pub(super) fn tree<'p>(pages: impl Iterator<Item = (usize, &'p str)>) -> Vec<Item> {
    let mut root = Folder::default();
    for (index, path) in pages {
        let (folders, file) = path.rsplit_once('/').unwrap_or(("", path));
        let parts = folders.split('/').filter(|part| !part.is_empty());
        let folder = parts.fold(&mut root, |folder, part| folder.folders.entry(part).or_default());
        folder.files.insert(file, index);
    }
    root.items("")
}

#[derive(Default)]
struct Folder<'p> {
    files: BTreeMap<&'p str, usize>,
    folders: BTreeMap<&'p str, Folder<'p>>,
}

impl Folder<'_> {
    fn items(&self, path: &str) -> Vec<Item> {
        let index = INDEX_NAMES.iter().find(|name| self.files.contains_key(**name));
        let first = index.and_then(|name| self.files.get(*name)).copied();
        let others = self.files.iter().filter(|(name, _)| Some(*name) != index).map(|(_, page)| *page);
        let pages = first.into_iter().chain(others).map(Item::Page);
        let folders = self.folders.iter().map(|(name, folder)| {
            let path = if path.is_empty() { (*name).to_owned() } else { format!("{path}/{name}") };
            Item::Folder { items: folder.items(&path), path }
        });
        pages.chain(folders).collect()
    }
}

/// Folders as sections, under titles made from their names.
pub(super) fn nodes(items: Vec<Item>) -> Vec<NavNode> {
    let node = |item| match item {
        Item::Page(page) => NavNode::Page { title: None, page },
        Item::Folder { path, items } => NavNode::Section { title: folder_title(&path), children: nodes(items) },
    };
    items.into_iter().map(node).collect()
}

/// What a `nav` may name beside pages, and what stands for `...` in it.
pub(super) struct Given<'n> {
    /// Paths below `docs_dir`; their order gives the indices.
    pub(super) pages: &'n [&'n str],
    pub(super) known: HashMap<&'n str, usize>,
    /// The address of something that is no page of the set, by its path as written.
    pub(super) elsewhere: &'n dyn Fn(&str) -> Option<String>,
    /// Pages that are not named, for a `...` and what stands behind it; none where nothing is to stand for it.
    pub(super) rest: Option<&'n Rest<'n>>,
    /// How many more entries that lead nowhere are compared with all pages for a guess.
    pub(super) guesses: Cell<usize>,
}

/// Entries that are compared with all pages: both may be many.
const MOST_GUESSES: usize = 100;

/// The pages that a `...` stands for, by what is written behind it and the pages that are named.
pub(super) type Rest<'n> = dyn Fn(&str, &BTreeSet<usize>) -> Vec<NavNode> + 'n;

impl<'n> Given<'n> {
    pub(super) fn new(pages: &'n [&'n str], elsewhere: &'n dyn Fn(&str) -> Option<String>) -> Self {
        let known = pages.iter().enumerate().map(|(index, path)| (*path, index)).collect();
        Given { pages, known, elsewhere, rest: None, guesses: Cell::new(MOST_GUESSES) }
    }

    /// The navigation as `nav` gives it. Entries that lead nowhere are left out with a finding.
    pub(super) fn nodes(&self, items: &[NavItem], findings: &mut Vec<Finding>) -> Vec<NavNode> {
        let mut named = BTreeSet::new();
        self.collect(items, &mut named);
        self.nodes_with(items, &named, findings)
    }

    fn collect(&self, items: &[NavItem], named: &mut BTreeSet<usize>) {
        for item in items {
            match item {
                NavItem::Page { path, .. } => named.extend(self.find(path)),
                NavItem::Section { items, .. } => self.collect(items, named),
                NavItem::Url { .. } | NavItem::Include { .. } | NavItem::Rest { .. } => {}
            }
        }
    }

    fn nodes_with(&self, items: &[NavItem], named: &BTreeSet<usize>, findings: &mut Vec<Finding>) -> Vec<NavNode> {
        let mut nodes = Vec::with_capacity(items.len());
        for item in items {
            match item {
                NavItem::Page { title, path, place } => match self.find(path) {
                    Some(page) => nodes.push(NavNode::Page { title: title.clone(), page }),
                    None => nodes.extend(self.other(title.as_deref(), path, place, findings)),
                },
                NavItem::Section { title, items } => {
                    let children = self.nodes_with(items, named, findings);
                    if !children.is_empty() {
                        nodes.push(NavNode::Section { title: title.clone(), children });
                    }
                }
                NavItem::Url { title, url } => nodes.push(NavNode::Url { title: title.clone(), url: url.clone() }),
                NavItem::Rest { pattern, place } => match self.rest {
                    Some(rest) => nodes.extend(rest(pattern, named)),
                    None => findings.push(rules::mkdocs_nav_missing(place.clone(), "...", None)),
                },
                // Includes were replaced by what they mount before.
                NavItem::Include { .. } => {}
            }
        }
        nodes
    }

    /// An entry that names no page where it was looked for: one from the top of the set, something else, or nothing.
    pub(super) fn other(
        &self,
        title: Option<&str>,
        path: &str,
        place: &Place,
        findings: &mut Vec<Finding>,
    ) -> Option<NavNode> {
        if let Some(page) = self.find(path) {
            return Some(NavNode::Page { title: title.map(str::to_owned), page });
        }
        let url = (self.elsewhere)(path);
        if url.is_none() {
            let left = self.guesses.get();
            self.guesses.set(left.saturating_sub(1));
            let guess = if left > 0 { did_you_mean(path, self.pages.iter().copied()) } else { None };
            findings.push(rules::mkdocs_nav_missing(place.clone(), path, guess));
        }
        let title = title.unwrap_or_else(|| file_name(path));
        Some(NavNode::Url { title: Some(title.to_owned()), url: url? })
    }

    /// A page by its path as written: `./a.md` is `a.md`, and a folder is its index.
    pub(super) fn find(&self, written: &str) -> Option<usize> {
        let path = written.trim_start_matches("./").trim_start_matches('/').split('#').next().unwrap_or_default();
        let folder = path.trim_end_matches('/');
        let join = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
        // A README that stands for the index is found as the index, too.
        let as_readme = || path.strip_suffix("index.md").map(|folder| format!("{folder}README.md"));
        let named = self.known.get(path).or_else(|| self.known.get(as_readme()?.as_str())).copied();
        named.or_else(|| INDEX_NAMES.iter().find_map(|name| self.known.get(join(name).as_str()).copied()))
    }
}

/// Names of a folder's own page, the first found counts.
pub(super) const INDEX_NAMES: &[&str] = &["index.md", "README.md"];

/// `guide/user-guide` reads "User guide"; a name with capitals stays as it is.
pub(super) fn folder_title(path: &str) -> String {
    let name = file_name(path);
    let words = name.replace(['-', '_'], " ");
    if words.chars().any(char::is_uppercase) { words } else { capitalised(&words) }
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
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
        let navigation = Navigation::of(nodes(tree(pages.into_iter().enumerate())));
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
        let file = Place::file("", "mkdocs.yml");
        let item = |path: &str, line| NavItem::Page { title: None, path: path.into(), place: file.at(line, 5, 0) };
        let items = [
            item("./b.md", 2),
            NavItem::Section { title: "S".into(), items: vec![item("ops/", 4), item("b.md", 5)] },
            item("indx.md", 6),
            item("/catalog", 7),
        ];
        let pages = ["index.md", "b.md", "ops/README.md"];
        let elsewhere = |path: &str| path.starts_with('/').then(|| path.to_owned());
        let mut findings = Vec::new();
        let navigation = Navigation::of(Given::new(&pages, &elsewhere).nodes(&items, &mut findings));
        let link = NavNode::Url { title: Some("catalog".into()), url: "/catalog".into() };
        assert_eq!(navigation.roots, [page(1), section("S", vec![page(2), page(1)]), link]);
        assert_eq!(navigation.order, [1, 2]);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].hints, ["Did you mean `index.md`?"]);
        assert_eq!(findings[0].place, Some(file.at(6, 5, 0)));
    }
}
