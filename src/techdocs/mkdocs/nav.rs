//! `nav`: the order in which pages are read, as its author wrote it down.

use super::yaml::{Entry, Node};
use super::{at, characters};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use serde_yaml::Spanned;

/// An entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NavItem {
    /// A page, by its path below `docs_dir` as written.
    Page { title: Option<String>, path: String, place: Place },
    /// Entries under a heading.
    Section { title: String, items: Vec<NavItem> },
    /// A web address.
    Url { title: Option<String>, url: String },
    /// `!include` mounts another mkdocs.yml here, `*include` every one that a pattern finds.
    Include { title: Option<String>, target: String, every: bool, place: Place },
    /// `...`: what no other entry names, perhaps of one pattern only. For the plugin `awesome-pages`.
    Rest { pattern: String, place: Place },
}

const INCLUDE: &str = "!include ";
const INCLUDE_EVERY: &str = "*include ";

/// Reads a list of entries.
pub(in crate::techdocs) fn items(
    items: Vec<Spanned<Node>>,
    place: &Place,
    findings: &mut Vec<Finding>,
) -> Vec<NavItem> {
    let mut nav = Vec::with_capacity(items.len());
    for item in items {
        let here = at(place, &item);
        match item.value {
            Node::Map(entries) => {
                if entries.is_empty() {
                    findings.push(rules::mkdocs_nav_entry(here, "is empty"));
                }
                for entry in entries {
                    nav.extend(titled(entry, place, findings));
                }
            }
            node => match node.into_text() {
                Some(target) => nav.push(leaf(None, target, here)),
                None => findings.push(rules::mkdocs_nav_entry(here, "has no title")),
            },
        }
    }
    nav
}

fn titled(entry: Entry, place: &Place, findings: &mut Vec<Finding>) -> Option<NavItem> {
    let key_at = place.at(entry.line, entry.column, characters(&entry.key));
    let value_at = at(place, &entry.value);
    match entry.value.value {
        Node::List(list) => Some(NavItem::Section { title: entry.key, items: items(list, place, findings) }),
        Node::Text(target) if !target.trim().is_empty() => Some(leaf(Some(entry.key), target, value_at)),
        Node::Null | Node::Text(_) => {
            findings.push(rules::mkdocs_nav_entry(key_at, "names no page"));
            None
        }
        Node::Map(_) => {
            findings.push(rules::mkdocs_nav_entry(key_at, "holds keys where a page or a list was expected"));
            None
        }
    }
}

fn leaf(title: Option<String>, target: String, place: Place) -> NavItem {
    for (word, every) in [(INCLUDE, false), (INCLUDE_EVERY, true)] {
        if let Some(path) = target.strip_prefix(word) {
            return NavItem::Include { title, target: path.trim().to_owned(), every, place };
        }
    }
    if title.is_none()
        && let Some(pattern) = target.strip_prefix("...")
    {
        return NavItem::Rest { pattern: pattern.trim().to_owned(), place };
    }
    match target.split_once(':') {
        Some(("http" | "https", rest)) if rest.starts_with("//") => NavItem::Url { title, url: target },
        Some(("mailto", _)) => NavItem::Url { title, url: target },
        _ => NavItem::Page { title, path: target, place },
    }
}
