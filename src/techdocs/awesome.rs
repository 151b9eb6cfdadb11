//! Navigation that files in the folders of pages arrange: `.pages` of the plugin `awesome-pages`, `.nav.yml` of
//! `awesome-nav`.

mod nav_yml;
mod order;

use super::front_matter::{yaml_message, yaml_place};
use super::mkdocs::nav::items as nav_items;
use super::mkdocs::yaml::Node;
use super::mkdocs::{Arrangement, NavItem};
use super::nav::{Given, Item, NavNode, folder_title, tree};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use crate::source::{file_name, join};
use globset::{GlobBuilder, GlobMatcher};
use order::Key;
use std::collections::{BTreeMap, BTreeSet};

pub(super) use nav_yml::by_nav_files;

/// What arranging needs to know of a doc set.
pub(super) struct Pages<'a> {
    pub(super) given: &'a Given<'a>,
    /// A page's own title, by its index.
    pub(super) title: &'a dyn Fn(usize) -> String,
    /// The text and place of a file, by its path below `docs_dir`.
    pub(super) read: &'a dyn Fn(&str) -> Option<(String, Place)>,
}

/// Patterns of one file that are read: each is compared with every page.
pub(super) const MOST_PATTERNS: usize = 100;

/// The pages as `.pages` files arrange them.
pub(super) fn by_pages_files(
    items: Vec<Item>,
    filename: &str,
    usual: Arrangement,
    pages: &Pages<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<NavNode> {
    let mut arranging = Arranging { filename, usual, pages, findings };
    let meta = arranging.meta("");
    arranging.children("", items, &meta, usual.collapse_single_pages)
}

/// Pages that a `nav` of mkdocs.yml takes by the pattern of a `...`, so that a bare one does not.
pub(super) fn by_patterns(nav: &[NavItem], paths: &[&str]) -> BTreeSet<usize> {
    let mut rests = Vec::new();
    patterns(nav, &mut rests);
    let matched = |page: &usize| rests.iter().any(|rest| rest.matches(paths[*page]));
    (0..paths.len()).filter(matched).collect()
}

fn patterns(nav: &[NavItem], rests: &mut Vec<Rest>) {
    for item in nav {
        match item {
            NavItem::Section { items, .. } => patterns(items, rests),
            NavItem::Rest { pattern, .. } if rests.len() < MOST_PATTERNS => {
                rests.extend(Rest::parse(pattern).ok().filter(|rest| rest.pattern.is_some()));
            }
            NavItem::Rest { .. } | NavItem::Page { .. } | NavItem::Url { .. } | NavItem::Include { .. } => {}
        }
    }
}

/// What stands for a `...` in the `nav` of mkdocs.yml: pages that it does not name, of the pattern only. `by_patterns` are
/// those that go to a `...` with a pattern.
pub(super) fn rest(
    pattern: &str,
    (named, by_patterns): (&BTreeSet<usize>, &BTreeSet<usize>),
    filename: &str,
    usual: Arrangement,
    pages: &Pages<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<NavNode> {
    let Ok(rest) = Rest::parse(pattern) else { return Vec::new() };
    let all = pages.given.pages.iter().copied().enumerate();
    let left = all.filter(|(page, path)| {
        let is_taken = rest.pattern.is_none() && by_patterns.contains(page);
        !named.contains(page) && !is_taken && rest.matches(path)
    });
    if rest.flat {
        return left.map(|(page, _)| NavNode::Page { title: None, page }).collect();
    }
    let mut arranging = Arranging { filename, usual, pages, findings };
    let children = tree(left).into_iter().map(|item| arranging.child(item, None)).collect();
    arranging.finished(children, usual.collapse_single_pages)
}

/// A `.pages` file.
#[derive(Default)]
struct Meta {
    title: Option<String>,
    nav: Option<Vec<NavItem>>,
    arrangement: Arrangement,
    /// Said in the file itself, so that it holds for folders below.
    collapse_single_pages: Option<bool>,
    collapse: Option<bool>,
    hide: bool,
}

struct Arranging<'a, 'f> {
    filename: &'a str,
    usual: Arrangement,
    pages: &'a Pages<'a>,
    findings: &'f mut Vec<Finding>,
}

/// An entry on its way into the navigation.
enum Child {
    Done(NavNode),
    Folder {
        title: Option<String>,
        path: String,
        items: Vec<Item>,
    },
    /// A section of a `nav` list.
    Section {
        title: String,
        children: Vec<Child>,
    },
    /// To be filled with what nothing else names: the number of its pattern.
    Rest(usize),
}

impl Arranging<'_, '_> {
    fn meta(&mut self, folder: &str) -> Meta {
        let path = below(folder, self.filename);
        let Some((text, place)) = (self.pages.read)(&path) else {
            return Meta { arrangement: self.usual, ..Meta::default() };
        };
        let node = match serde_yaml::from_str::<Node>(&text) {
            Ok(node) => node,
            Err(fault) => {
                self.findings.push(rules::pages_file_broken(yaml_place(&fault, &place, 0), &yaml_message(&fault)));
                Node::Null
            }
        };
        let mut meta = Meta {
            title: node.text("title").map(str::to_owned),
            arrangement: self.usual.over(&node),
            collapse_single_pages: node.is("collapse_single_pages"),
            collapse: node.is("collapse"),
            hide: node.is("hide").unwrap_or(false),
            nav: None,
        };
        let Node::Map(entries) = node else { return meta };
        for entry in entries {
            let is_arrange = entry.key == "arrange";
            match entry.value.value {
                Node::List(list) if entry.key == "nav" || (is_arrange && meta.nav.is_none()) => {
                    let mut items = nav_items(list, &place, self.findings);
                    if is_arrange && !items.iter().any(|item| matches!(item, NavItem::Rest { .. })) {
                        items.push(NavItem::Rest { pattern: String::new(), place: place.clone() });
                    }
                    meta.nav = Some(items);
                }
                _ => {}
            }
        }
        meta
    }

    fn children(&mut self, folder: &str, mut items: Vec<Item>, meta: &Meta, collapse: bool) -> Vec<NavNode> {
        self.sort(&mut items, &meta.arrangement);
        let children = match &meta.nav {
            None => items.into_iter().map(|item| self.child(item, None)).collect(),
            Some(nav) => self.given(folder, items, nav),
        };
        self.finished(children, collapse)
    }

    fn sort(&self, items: &mut [Item], arrangement: &Arrangement) {
        let Some(descending) = arrangement.descending else { return };
        let name = |item: &Item| match item {
            Item::Page(page) if arrangement.by_title => (self.pages.title)(*page),
            Item::Page(page) => file_name(self.pages.given.pages[*page]).to_owned(),
            Item::Folder { path, .. } if arrangement.by_title => folder_title(path),
            Item::Folder { path, .. } => file_name(path).to_owned(),
        };
        let key = |item: &Item| {
            let name = if arrangement.ignore_case { name(item).to_lowercase() } else { name(item) };
            if arrangement.natural { Key::natural(&name) } else { Key::plain(&name) }
        };
        items.sort_by_cached_key(key);
        if descending {
            items.reverse();
        }
    }

    fn child(&mut self, item: Item, title: Option<String>) -> Child {
        match item {
            Item::Page(page) => Child::Done(NavNode::Page { title, page }),
            Item::Folder { path, items } => Child::Folder { title, path, items },
        }
    }

    /// A folder's items as the `nav` of its file orders them.
    fn given(&mut self, folder: &str, items: Vec<Item>, nav: &[NavItem]) -> Vec<Child> {
        let name = |item: &Item| {
            let path = match item {
                Item::Page(page) => self.pages.given.pages[*page],
                Item::Folder { path, .. } => path,
            };
            file_name(path).to_owned()
        };
        let order: Vec<String> = items.iter().map(name).collect();
        let mut left: BTreeMap<String, Item> = order.iter().cloned().zip(items).collect();
        let mut rests = Vec::new();
        let mut children = self.listed(folder, nav, &mut left, &mut rests);
        let mut filled: Vec<Vec<Child>> = rests.iter().map(|_| Vec::new()).collect();
        let is_open = |rest: &Rest| rest.pattern.is_none();
        for name in order {
            // Patterns take what they match before a bare `...` takes the rest.
            let at = rests.iter().position(|rest| !is_open(rest) && rest.matches(&name));
            let at = at.or_else(|| rests.iter().position(is_open));
            if let Some((at, item)) = at.and_then(|at| Some((at, left.remove(&name)?))) {
                filled[at].push(self.child(item, None));
            }
        }
        fill(&mut children, &mut filled);
        children
    }

    fn listed(
        &mut self,
        folder: &str,
        nav: &[NavItem],
        left: &mut BTreeMap<String, Item>,
        rests: &mut Vec<Rest>,
    ) -> Vec<Child> {
        let mut children = Vec::new();
        for item in nav {
            match item {
                NavItem::Rest { .. } if rests.len() >= MOST_PATTERNS => {}
                NavItem::Rest { pattern, place } => match Rest::parse(pattern) {
                    Ok(rest) => {
                        children.push(Child::Rest(rests.len()));
                        rests.push(rest);
                    }
                    Err(problem) => self.findings.push(rules::mkdocs_nav_entry(place.clone(), problem)),
                },
                NavItem::Section { title, items } => {
                    let inner = self.listed(folder, items, left, rests);
                    children.push(Child::Section { title: title.clone(), children: inner });
                }
                NavItem::Url { title, url } => {
                    children.push(Child::Done(NavNode::Url { title: title.clone(), url: url.clone() }));
                }
                NavItem::Page { title, path, place } => {
                    let written = path.trim_start_matches("./").trim_end_matches('/');
                    let elsewhere = || join(folder, path).and_then(|path| self.pages.given.find(&path));
                    if let Some(item) = left.remove(written) {
                        children.push(self.child(item, title.clone()));
                    } else if let Some(page) = elsewhere() {
                        children.push(Child::Done(NavNode::Page { title: title.clone(), page }));
                    } else {
                        let node = self.pages.given.other(title.as_deref(), path, place, self.findings);
                        children.extend(node.map(Child::Done));
                    }
                }
                NavItem::Include { target, place, .. } => {
                    self.findings.push(rules::mkdocs_nav_missing(place.clone(), target, None));
                }
            }
        }
        children
    }

    fn finished(&mut self, children: Vec<Child>, collapse: bool) -> Vec<NavNode> {
        let mut nodes = Vec::new();
        for child in children {
            match child {
                Child::Done(node) => nodes.push(node),
                Child::Rest(_) => {}
                Child::Section { title, children } => {
                    let children = self.finished(children, collapse);
                    if !children.is_empty() {
                        nodes.push(NavNode::Section { title, children });
                    }
                }
                Child::Folder { title, path, items } => nodes.extend(self.folder(title, &path, items, collapse)),
            }
        }
        nodes
    }

    fn folder(&mut self, title: Option<String>, path: &str, items: Vec<Item>, collapse: bool) -> Option<NavNode> {
        let meta = self.meta(path);
        if meta.hide {
            return None;
        }
        let below = meta.collapse_single_pages.unwrap_or(collapse);
        let mut children = self.children(path, items, &meta, below);
        match children.len() {
            0 => None,
            1 if meta.collapse.unwrap_or(below) => children.pop(),
            _ => {
                let title = meta.title.or(title).unwrap_or_else(|| folder_title(path));
                Some(NavNode::Section { title, children })
            }
        }
    }
}

/// Puts what each `...` stands for in its place.
fn fill(children: &mut Vec<Child>, filled: &mut [Vec<Child>]) {
    let mut whole = Vec::with_capacity(children.len());
    for child in children.drain(..) {
        match child {
            Child::Rest(at) => whole.append(&mut filled[at]),
            Child::Section { title, mut children } => {
                fill(&mut children, filled);
                whole.push(Child::Section { title, children });
            }
            child => whole.push(child),
        }
    }
    *children = whole;
}

/// `...`, `... | flat`, `... | guide-*.md`, `... | flat | glob=*.md`
struct Rest {
    flat: bool,
    /// None: everything.
    pattern: Option<GlobMatcher>,
}

impl Rest {
    /// Reads what stands behind `...`. The error says what is wrong with the entry.
    fn parse(text: &str) -> Result<Rest, &'static str> {
        let mut rest = Rest { flat: false, pattern: None };
        for part in text.split('|').map(str::trim).filter(|part| !part.is_empty()) {
            if part == "flat" {
                rest.flat = true;
            } else if part.starts_with("regex=") {
                return Err("is a regular expression, which is not supported,");
            } else {
                let pattern = part.strip_prefix("glob=").unwrap_or(part);
                rest.pattern = Some(glob(pattern).ok_or("is no pattern")?);
            }
        }
        Ok(rest)
    }

    fn matches(&self, path: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(path))
    }
}

/// `*` stays in a folder, `**` does not.
fn glob(pattern: &str) -> Option<GlobMatcher> {
    GlobBuilder::new(pattern).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
