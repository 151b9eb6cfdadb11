//! `.nav.yml` files of the plugin `awesome-nav`: every folder lists pages, folders and patterns; each page is taken once.

use super::order::Key;
use super::{Pages, below, glob};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use crate::source::{file_name, join, parent};
use crate::techdocs::front_matter::{yaml_message, yaml_place};
use crate::techdocs::mkdocs::at;
use crate::techdocs::mkdocs::yaml::Node;
use crate::techdocs::nav::{NavNode, folder_title};
use globset::GlobMatcher;
use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;

/// The navigation that the files give.
pub(in crate::techdocs) fn by_nav_files(
    filename: &str,
    pages: &Pages<'_>,
    findings: &mut Vec<Finding>,
) -> Vec<NavNode> {
    let mut folders = BTreeSet::new();
    for path in pages.given.pages {
        let mut folder = parent(path);
        while !folder.is_empty() && folders.insert(folder.to_owned()) {
            folder = parent(folder);
        }
    }
    let mut walk = Walk {
        filename,
        pages,
        findings,
        folders,
        seen_pages: HashSet::new(),
        seen_folders: HashSet::new(),
        left: MOST_COMPARED,
    };
    let settings = walk.settings("", None);
    walk.section("", &settings)
}

/// What a `.nav.yml` says, with what it takes over from the folders above.
struct Settings {
    title: Option<String>,
    hide: bool,
    entries: Vec<Entry>,
    flatten: bool,
    keep_names: bool,
    index_title: bool,
    append: bool,
    sort: Sort,
    ignore: Vec<String>,
}

#[derive(Clone, Default)]
struct Sort {
    by: Option<By>,
    descending: Option<bool>,
    natural: Option<bool>,
    sections: Option<Sections>,
    ignore_case: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Path,
    Name,
    Title,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sections {
    First,
    Last,
    Mixed,
}

/// An entry of `nav`.
enum Entry {
    /// A page, folder or pattern.
    Name(String, Place),
    Titled(String, String, Place),
    Section(String, Vec<Entry>),
    Pattern {
        pattern: String,
        own: Rc<Settings>,
        place: Option<Place>,
    },
}

struct Walk<'a, 'f> {
    filename: &'a str,
    pages: &'a Pages<'a>,
    findings: &'f mut Vec<Finding>,
    folders: BTreeSet<String>,
    seen_pages: HashSet<usize>,
    seen_folders: HashSet<String>,
    /// How many more paths are compared with patterns.
    left: usize,
}

/// Paths of one set that are compared with patterns. By default each is compared twice for every folder above it.
const MOST_COMPARED: usize = 20_000_000;

/// An entry on its way into the navigation.
enum Slot {
    Done(Vec<NavNode>),
    Folder { path: String, title: Option<String> },
    Pattern { pattern: String, own: Option<Rc<Settings>>, place: Option<Place> },
    Section { title: String, slots: Vec<Slot> },
}

impl Walk<'_, '_> {
    fn settings(&mut self, folder: &str, above: Option<&Settings>) -> Settings {
        let Some((text, place)) = (self.pages.read)(&below(folder, self.filename)) else {
            return read(&Node::Null, folder, above, &Place::file("", ""));
        };
        let node = serde_yaml::from_str::<Node>(&text).unwrap_or_else(|fault| {
            self.findings.push(rules::pages_file_broken(yaml_place(&fault, &place, 0), &yaml_message(&fault)));
            Node::Null
        });
        read(&node, folder, above, &place)
    }

    fn section(&mut self, folder: &str, settings: &Settings) -> Vec<NavNode> {
        let mut slots = self.slots(folder, &settings.entries);
        if settings.append {
            slots.push(Slot::Pattern { pattern: "*".to_owned(), own: None, place: None });
        }
        self.open_folders(&mut slots, settings);
        self.open_patterns(&mut slots, folder, settings);
        flat(slots)
    }

    /// Pages are taken first, so that no pattern takes them.
    fn slots(&mut self, folder: &str, entries: &[Entry]) -> Vec<Slot> {
        let mut slots = Vec::new();
        for entry in entries {
            slots.push(match entry {
                Entry::Name(name, place) => match self.named(folder, name, None) {
                    Some(slot) => slot,
                    None => Slot::Pattern { pattern: name.clone(), own: None, place: Some(place.clone()) },
                },
                Entry::Titled(title, target, place) => match self.named(folder, target, Some(title)) {
                    Some(slot) => slot,
                    None if target.contains("://") || target.starts_with("mailto:") => {
                        Slot::Done(vec![NavNode::Url { title: Some(title.clone()), url: target.clone() }])
                    }
                    None => {
                        let node = self.pages.given.other(Some(title), target, place, self.findings);
                        Slot::Done(node.into_iter().collect())
                    }
                },
                Entry::Section(title, inner) => {
                    Slot::Section { title: title.clone(), slots: self.slots(folder, inner) }
                }
                Entry::Pattern { pattern, own, place } => {
                    Slot::Pattern { pattern: pattern.clone(), own: Some(own.clone()), place: place.clone() }
                }
            });
        }
        slots
    }

    fn named(&mut self, folder: &str, written: &str, title: Option<&String>) -> Option<Slot> {
        let path = join(folder, written.trim_start_matches('/'))?;
        if let Some(page) = self.pages.given.known.get(path.as_str()).copied() {
            self.seen_pages.insert(page);
            return Some(Slot::Done(vec![NavNode::Page { title: title.cloned(), page }]));
        }
        let is_folder = self.folders.contains(&path);
        is_folder.then(|| Slot::Folder { path, title: title.cloned() })
    }

    /// Inner folders come first, then those that stand first in their list.
    fn open_folders(&mut self, slots: &mut [Slot], settings: &Settings) {
        let mut found = Vec::new();
        open_slots(slots, &mut found);
        let mut folders: Vec<(usize, &mut Slot)> =
            found.into_iter().filter(|(_, slot)| matches!(slot, Slot::Folder { .. })).collect();
        folders.sort_by_key(|(at, slot)| match slot {
            Slot::Folder { path, .. } => (usize::MAX - path.matches('/').count(), *at),
            _ => (0, *at),
        });
        for (_, slot) in folders {
            if let Slot::Folder { path, title } = slot {
                let node = self.folder(path, title.clone(), settings);
                *slot = Slot::Done(node.into_iter().collect());
            }
        }
    }

    /// Those that stand first in their list come first, be it the folder's own or that of a section.
    fn open_patterns(&mut self, slots: &mut [Slot], folder: &str, settings: &Settings) {
        let mut found = Vec::new();
        open_slots(slots, &mut found);
        found.sort_by_key(|(at, _)| *at);
        for (_, slot) in found {
            if let Slot::Pattern { pattern, own, place } = slot {
                let settings = own.as_deref().unwrap_or(settings);
                let nodes = self.matching(folder, pattern, settings);
                if let Some(place) = place
                    && nodes.is_empty()
                {
                    self.findings.push(rules::mkdocs_nav_missing(place.clone(), pattern, None));
                }
                *slot = Slot::Done(nodes);
            }
        }
    }

    /// A folder as a section, as its only entry where that is wanted, or nothing where nothing is left of it.
    fn folder(&mut self, path: &str, title: Option<String>, above: &Settings) -> Option<NavNode> {
        if !self.seen_folders.insert(path.to_owned()) {
            return None;
        }
        let settings = self.settings(path, Some(above));
        let mut children = self.section(path, &settings);
        let only_page = children.len() == 1 && !matches!(children[0], NavNode::Url { .. });
        match children.len() {
            0 => None,
            1 if settings.flatten && only_page => children.pop(),
            _ => {
                let index = || {
                    let page = self.pages.given.known.get(format!("{path}/index.md").as_str())?;
                    settings.index_title.then(|| (self.pages.title)(*page))
                };
                let name = || file_name(path).to_owned();
                let title = title
                    .or_else(|| settings.title.clone())
                    .or_else(|| settings.keep_names.then(name))
                    .or_else(index)
                    .unwrap_or_else(|| folder_title(path));
                Some(NavNode::Section { title, children })
            }
        }
    }

    /// What is left of a pattern's matches, in order. Pages are taken before folders, inner folders before outer ones.
    fn matching(&mut self, folder: &str, pattern: &str, settings: &Settings) -> Vec<NavNode> {
        let only_folders = pattern.ends_with('/');
        let Some(wanted) = glob(&alternatives(&below(&escaped(folder), pattern.trim_end_matches('/')))) else {
            return Vec::new();
        };
        let ignored: Vec<GlobMatcher> = settings.ignore.iter().filter_map(|pattern| glob(pattern)).collect();
        let is_wanted = |path: &str| wanted.is_match(path) && !ignored.iter().any(|ignored| ignored.is_match(path));
        let inside = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let all = self.pages.given.pages;
        let first = all.partition_point(|path| *path < inside.as_str());
        let first_behind = first + all[first..].partition_point(|path| path.starts_with(&inside));
        if self.left == 0 {
            return Vec::new();
        }
        let pages: Vec<usize> = (first..first_behind)
            .filter(|page| !only_folders && !self.seen_pages.contains(page))
            .filter(|page| is_wanted(all[*page]))
            .collect();
        self.seen_pages.extend(&pages);
        self.left = self.left.saturating_sub(first_behind - first);
        let mut folders: Vec<String> = self
            .folders
            .range(inside.clone()..)
            .take_while(|path| path.starts_with(&inside))
            .filter(|path| !self.seen_folders.contains(*path) && is_wanted(path))
            .cloned()
            .collect();
        folders.sort_by_key(|path| usize::MAX - path.matches('/').count());
        let mut found: Vec<(String, NavNode)> = Vec::new();
        for page in pages {
            found.push((self.pages.given.pages[page].to_owned(), NavNode::Page { title: None, page }));
        }
        for path in folders {
            if self.settings(&path, Some(settings)).hide {
                continue;
            }
            if let Some(node) = self.folder(&path, None, settings) {
                found.push((path, node));
            }
        }
        self.sort(&mut found, &settings.sort);
        found.into_iter().map(|(_, node)| node).collect()
    }

    fn sort(&self, found: &mut [(String, NavNode)], sort: &Sort) {
        let ignore_case = sort.ignore_case.unwrap_or(false);
        let text = |(path, node): &(String, NavNode)| match (sort.by.unwrap_or(By::Path), node) {
            (By::Path, _) => path.clone(),
            (By::Title, NavNode::Page { page, .. }) => (self.pages.title)(*page),
            (By::Title, NavNode::Section { title, .. }) => title.clone(),
            (By::Name | By::Title, _) => file_name(path).to_owned(),
        };
        found.sort_by_cached_key(|entry| match sort.natural.unwrap_or(true) {
            true => Key::of_path(&text(entry), ignore_case),
            false if ignore_case => Key::plain(&text(entry).to_lowercase()),
            false => Key::plain(&text(entry)),
        });
        if sort.descending.unwrap_or(false) {
            found.reverse();
        }
        let is_section = |node: &NavNode| matches!(node, NavNode::Section { .. });
        match sort.sections.unwrap_or(Sections::Last) {
            Sections::Last => found.sort_by_key(|(_, node)| is_section(node)),
            Sections::First => found.sort_by_key(|(_, node)| !is_section(node)),
            Sections::Mixed => {}
        }
    }
}

/// Entries that are not settled, each with its place in its own list.
fn open_slots<'s>(slots: &'s mut [Slot], found: &mut Vec<(usize, &'s mut Slot)>) {
    for (at, slot) in slots.iter_mut().enumerate() {
        match slot {
            Slot::Section { slots, .. } => open_slots(slots, found),
            Slot::Folder { .. } | Slot::Pattern { .. } => found.push((at, slot)),
            Slot::Done(_) => {}
        }
    }
}

fn flat(slots: Vec<Slot>) -> Vec<NavNode> {
    let mut nodes = Vec::new();
    for slot in slots {
        match slot {
            Slot::Done(done) => nodes.extend(done),
            Slot::Section { title, slots } => {
                let children = flat(slots);
                if !children.is_empty() {
                    nodes.push(NavNode::Section { title, children });
                }
            }
            Slot::Folder { .. } | Slot::Pattern { .. } => {}
        }
    }
    nodes
}

fn read(node: &Node, folder: &str, above: Option<&Settings>, place: &Place) -> Settings {
    let kept = |key: &str, of: fn(&Settings) -> bool| node.is(key).or_else(|| above.map(of)).unwrap_or(false);
    let mut settings = Settings {
        title: node.text("title").map(str::to_owned),
        hide: node.is("hide").unwrap_or(false),
        flatten: kept("flatten_single_child_sections", |above| above.flatten),
        keep_names: kept("preserve_directory_names", |above| above.keep_names),
        index_title: kept("use_index_title", |above| above.index_title),
        append: kept("append_unmatched", |above| above.append),
        sort: sort(node, above.map(|above| &above.sort)),
        ignore: ignore(node, folder, above),
        entries: Vec::new(),
    };
    settings.entries = match node.get("nav").map(|nav| &nav.value) {
        Some(Node::List(items)) => {
            items.iter().filter_map(|item| entry(&item.value, at(place, item), folder, &settings)).collect()
        }
        _ => ["{index,README}.md", "*"]
            .map(|pattern| Entry::Pattern {
                pattern: pattern.to_owned(),
                own: Rc::new(read_pattern(&Node::Null, folder, &settings)),
                place: None,
            })
            .into(),
    };
    settings
}

/// The settings of a pattern, which has no entries of its own.
fn read_pattern(node: &Node, folder: &str, above: &Settings) -> Settings {
    let kept = |key: &str, usual: bool| node.is(key).unwrap_or(usual);
    Settings {
        title: None,
        hide: false,
        entries: Vec::new(),
        flatten: kept("flatten_single_child_sections", above.flatten),
        keep_names: kept("preserve_directory_names", above.keep_names),
        index_title: above.index_title,
        append: kept("append_unmatched", above.append),
        sort: sort(node, Some(&above.sort)),
        ignore: ignore(node, folder, Some(above)),
    }
}

fn entry(node: &Node, place: Place, folder: &str, above: &Settings) -> Option<Entry> {
    match node {
        Node::Text(name) => Some(Entry::Name(name.clone(), place)),
        Node::Map(_) if node.get("glob").is_some() => {
            let quiet = node.is("ignore_no_matches").unwrap_or(false);
            Some(Entry::Pattern {
                pattern: node.text("glob")?.to_owned(),
                own: Rc::new(read_pattern(node, folder, above)),
                place: (!quiet).then_some(place),
            })
        }
        Node::Map(entries) => {
            let entry = entries.first()?;
            let value_at = at(&place, &entry.value);
            match &entry.value.value {
                Node::Text(target) => Some(Entry::Titled(entry.key.clone(), target.clone(), value_at)),
                Node::List(items) => {
                    let inner =
                        items.iter().filter_map(|item| self::entry(&item.value, at(&place, item), folder, above));
                    Some(Entry::Section(entry.key.clone(), inner.collect()))
                }
                Node::Map(_) | Node::Null => None,
            }
        }
        Node::List(_) | Node::Null => None,
    }
}

fn sort(node: &Node, above: Option<&Sort>) -> Sort {
    let usual = above.cloned().unwrap_or_default();
    let Some(sort) = node.get("sort").map(|sort| &sort.value) else { return usual };
    let by = match sort.text("by") {
        Some("path") => Some(By::Path),
        Some("filename") => Some(By::Name),
        Some("title") => Some(By::Title),
        _ => None,
    };
    let sections = match sort.text("sections") {
        Some("first") => Some(Sections::First),
        Some("last") => Some(Sections::Last),
        Some("mixed") => Some(Sections::Mixed),
        _ => None,
    };
    Sort {
        by: by.or(usual.by),
        descending: sort.text("direction").map(|direction| direction == "desc").or(usual.descending),
        natural: sort.text("type").map(|kind| kind == "natural").or(usual.natural),
        sections: sections.or(usual.sections),
        ignore_case: sort.is("ignore_case").or(usual.ignore_case),
    }
}

/// Patterns of paths below `docs_dir` that no pattern of `nav` matches.
fn ignore(node: &Node, folder: &str, above: Option<&Settings>) -> Vec<String> {
    const INHERIT: &str = "$inherit";
    let inherited = || above.map(|above| above.ignore.clone()).unwrap_or_default();
    if node.get("ignore").is_none() {
        return inherited();
    }
    let mut patterns = Vec::new();
    for pattern in node.texts("ignore") {
        match pattern.strip_prefix('/') {
            _ if pattern == INHERIT => patterns.extend(inherited()),
            Some(rooted) => patterns.push(alternatives(&below(&escaped(folder), rooted))),
            None => patterns.push(alternatives(&below(&escaped(folder), &format!("**/{pattern}")))),
        }
    }
    patterns
}

/// `@(a|b)` as our patterns write it: `{a,b}`.
fn alternatives(pattern: &str) -> String {
    let Some((before, rest)) = pattern.split_once("@(") else { return pattern.to_owned() };
    match rest.split_once(')') {
        Some((inner, after)) => format!("{before}{{{}}}{after}", inner.replace('|', ",")),
        None => pattern.to_owned(),
    }
}

/// A folder's path as a pattern that matches it alone.
fn escaped(folder: &str) -> String {
    globset::escape(folder)
}
