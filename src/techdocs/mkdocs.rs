//! mkdocs.yml: where the pages lie and in which order they are read.
//!
//! Reading never fails. A file that is no YAML gives a finding and the usual settings; an entry that makes no sense is
//! left out with one. Tags such as `!ENV` and `!!python/name:` are data like any other.

mod yaml;

use super::front_matter::{yaml_message, yaml_place};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place};
use serde_yaml::Spanned;
use yaml::{Entry, Node};

/// The folder of the pages where nothing else is said.
const DOCS_DIR: &str = "docs";

/// Top-level keys that TechDocs keeps. We use some of them; the others change nothing that a reader sees.
const KEYS: &[&str] = &[
    "site_name",
    "site_url",
    "site_description",
    "site_author",
    "repo_url",
    "repo_name",
    "edit_uri",
    "edit_uri_template",
    "docs_dir",
    "site_dir",
    "nav",
    "exclude_docs",
    "not_in_nav",
    "theme",
    "plugins",
    "markdown_extensions",
    "extra",
    "extra_css",
    "use_directory_urls",
    "strict",
    "dev_addr",
    "watch",
    "copyright",
    "remote_branch",
    "remote_name",
    "validation",
    "google_analytics",
];

/// What an mkdocs.yml says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MkDocs {
    pub site_name: Option<String>,
    pub site_description: Option<String>,
    /// The folder of the pages, relative to the one of mkdocs.yml, with `/`; `.` for that folder itself.
    pub docs_dir: String,
    /// The navigation; without one it follows the files.
    pub nav: Option<Vec<NavItem>>,
    pub repo_url: Option<String>,
    pub edit_uri: Option<String>,
    /// `techdocs-core` is among the plugins.
    pub techdocs_core: bool,
}

/// An entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NavItem {
    /// A page, by its path below `docs_dir` as written, and the line that names it.
    Page { title: Option<String>, path: String, line: u32 },
    /// Entries under a heading.
    Section { title: String, items: Vec<NavItem> },
    /// A web address.
    Url { title: Option<String>, url: String },
}

impl Default for MkDocs {
    fn default() -> Self {
        MkDocs {
            site_name: None,
            site_description: None,
            docs_dir: DOCS_DIR.to_owned(),
            nav: None,
            repo_url: None,
            edit_uri: None,
            techdocs_core: false,
        }
    }
}

/// Reads an mkdocs.yml. `place` is the file as a whole.
pub fn read_mkdocs(text: &str, place: &Place) -> (MkDocs, Vec<Finding>) {
    let mut settings = MkDocs::default();
    let mut findings = Vec::new();
    if text.trim().is_empty() {
        return (settings, findings);
    }
    match serde_yaml::from_str::<Node>(text) {
        Ok(Node::Map(entries)) => {
            for entry in entries {
                take(&mut settings, entry, place, &mut findings);
            }
        }
        Ok(Node::Null) => {}
        Ok(_) => {
            findings.push(rules::mkdocs_broken(place.at(1, 1, 1), "a list of keys such as `site_name:` was expected"))
        }
        Err(fault) => findings.push(rules::mkdocs_broken(yaml_place(&fault, place, 0), &yaml_message(&fault))),
    }
    (settings, findings)
}

fn take(settings: &mut MkDocs, entry: Entry, place: &Place, findings: &mut Vec<Finding>) {
    let value_at = at(place, &entry.value);
    match entry.key.as_str() {
        "site_name" => settings.site_name = entry.value.value.into_text(),
        "site_description" => settings.site_description = entry.value.value.into_text(),
        "repo_url" => settings.repo_url = entry.value.value.into_text(),
        "edit_uri" => settings.edit_uri = entry.value.value.into_text(),
        "docs_dir" => {
            let Some(written) = entry.value.value.into_text() else { return };
            match below(&written) {
                Some(folder) => settings.docs_dir = folder,
                None => findings.push(rules::mkdocs_docs_dir(value_at, &written)),
            }
        }
        "plugins" => settings.techdocs_core = names(&entry.value.value).any(|name| name == "techdocs-core"),
        "nav" => match entry.value.value {
            Node::List(items) => settings.nav = Some(nav_items(items, place, findings)),
            Node::Null => {}
            _ => findings.push(rules::mkdocs_nav_entry(value_at, "is not a list")),
        },
        key if KEYS.contains(&key) => {}
        key => {
            let place = place.at(entry.line, entry.column, characters(key));
            findings.push(rules::mkdocs_key_ignored(place, key, did_you_mean(key, KEYS.iter().copied())));
        }
    }
}

/// A relative folder in its shortest form; none where it is absolute or climbs out.
fn below(written: &str) -> Option<String> {
    let drive = written.as_bytes().get(1) == Some(&b':');
    if written.starts_with('/') || written.contains('\\') || drive {
        return None;
    }
    let mut folder: Vec<&str> = Vec::new();
    for part in written.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                folder.pop()?;
            }
            part => folder.push(part),
        }
    }
    Some(if folder.is_empty() { ".".to_owned() } else { folder.join("/") })
}

/// Names of plugins: `- search` and `- search: {…}`, or the keys of a mapping.
fn names(node: &Node) -> Box<dyn Iterator<Item = &str> + '_> {
    match node {
        Node::Text(name) => Box::new(std::iter::once(name.as_str())),
        Node::Map(entries) => Box::new(entries.iter().map(|entry| entry.key.as_str())),
        Node::List(items) => Box::new(items.iter().flat_map(|item| match &item.value {
            Node::Text(name) => Some(name.as_str()),
            Node::Map(entries) => entries.first().map(|entry| entry.key.as_str()),
            Node::List(_) | Node::Null => None,
        })),
        Node::Null => Box::new(std::iter::empty()),
    }
}

fn nav_items(items: Vec<Spanned<Node>>, place: &Place, findings: &mut Vec<Finding>) -> Vec<NavItem> {
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
                Some(target) => nav.extend(leaf(None, target, here, findings)),
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
        Node::List(items) => Some(NavItem::Section { title: entry.key, items: nav_items(items, place, findings) }),
        Node::Text(target) => leaf(Some(entry.key), target, value_at, findings),
        Node::Null => {
            findings.push(rules::mkdocs_nav_entry(key_at, "names no page"));
            None
        }
        Node::Map(_) => {
            findings.push(rules::mkdocs_nav_entry(key_at, "holds keys where a page or a list was expected"));
            None
        }
    }
}

fn leaf(title: Option<String>, target: String, here: Place, findings: &mut Vec<Finding>) -> Option<NavItem> {
    if target.starts_with("!include") || target.starts_with("*include") {
        findings.push(rules::mkdocs_nav_include(here, &target));
        return None;
    }
    let web = target.split_once("://").is_some_and(|(scheme, _)| matches!(scheme, "http" | "https"));
    Some(if web { NavItem::Url { title, url: target } } else { NavItem::Page { title, path: target, line: here.line } })
}

fn at(place: &Place, node: &Spanned<Node>) -> Place {
    let number = |value: u64| u32::try_from(value).unwrap_or(0);
    let length = match &node.value {
        Node::Text(text) => characters(text),
        _ => 0,
    };
    place.at(number(node.referenced.line()), number(node.referenced.column()), length)
}

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (MkDocs, Vec<String>) {
        let (settings, findings) = read_mkdocs(text, &Place::file("r", "mkdocs.yml"));
        let said = findings
            .iter()
            .map(|finding| {
                let place = finding.place.as_ref().map(|place| (place.line, place.column)).unwrap_or_default();
                format!("{}:{} {}", place.0, place.1, finding.rule.name)
            })
            .collect();
        (settings, said)
    }

    fn page(title: Option<&str>, path: &str, line: u32) -> NavItem {
        NavItem::Page { title: title.map(str::to_owned), path: path.to_owned(), line }
    }

    #[test]
    fn an_ordinary_file() {
        let (settings, said) = read(
            "site_name: Payments\nrepo_url: https://a.example/b\ndocs_dir: ./handbook/\nplugins:\n  - techdocs-core\n\
             nav:\n  - index.md\n  - Setup: setup.md\n  - Ops:\n      - runbook.md\n  - Web: https://c.example/\n",
        );
        assert_eq!(said, [""; 0]);
        assert_eq!(settings.site_name.as_deref(), Some("Payments"));
        assert_eq!(settings.docs_dir, "handbook");
        assert!(settings.techdocs_core);
        assert_eq!(
            settings.nav,
            Some(vec![
                page(None, "index.md", 7),
                page(Some("Setup"), "setup.md", 8),
                NavItem::Section { title: "Ops".into(), items: vec![page(None, "runbook.md", 10)] },
                NavItem::Url { title: Some("Web".into()), url: "https://c.example/".into() },
            ])
        );
    }

    #[test]
    fn tags_of_mkdocs_plugins_are_data() {
        let (settings, said) = read(
            "site_name: !ENV [NAME, 'x']\nsite_url: !ENV URL\nmarkdown_extensions:\n  - pymdownx.emoji:\n      \
             emoji_index: !!python/name:material.extensions.emoji.twemoji\n      f: !!python/object/apply:a.b {x: y}\nnav: [a.md]\n",
        );
        assert_eq!(said, [""; 0]);
        assert_eq!(settings.site_name, None);
        assert_eq!(settings.nav, Some(vec![page(None, "a.md", 7)]));
    }

    #[test]
    fn a_broken_file_gives_its_place_and_the_usual_settings() {
        let (settings, said) = read("site_name: a\nnav:\n  - [\n");
        assert_eq!(settings, MkDocs::default());
        assert_eq!(said.len(), 1);
        assert!(said[0].ends_with("mkdocs-broken") && !said[0].starts_with("0:"), "{said:?}");
    }

    #[test]
    fn docs_dir_stays_below() {
        for written in ["/etc", "../up", "a/../../b", "C:\\\\x", "a\\\\b"] {
            let (settings, said) = read(&format!("docs_dir: \"{written}\"\n"));
            assert_eq!(
                (settings.docs_dir.as_str(), said),
                ("docs", vec!["1:11 mkdocs-docs-dir".to_owned()]),
                "{written}"
            );
        }
        assert_eq!(read("docs_dir: .\n").0.docs_dir, ".");
    }

    #[test]
    fn odd_entries_are_left_out_with_a_finding() {
        let (settings, said) = read(
            "nva: []\nhooks: [x.py]\nnav:\n  - A:\n  - B: {c: d}\n  - [e.md]\n  - F: '!include ./f/mkdocs.yml'\n  - 404.md\n  - 7: 8\n",
        );
        assert_eq!(
            said,
            [
                "1:1 mkdocs-key-ignored",
                "2:1 mkdocs-key-ignored",
                "4:5 mkdocs-nav-entry",
                "5:5 mkdocs-nav-entry",
                "6:5 mkdocs-nav-entry",
                "7:8 mkdocs-nav-entry",
            ]
        );
        assert_eq!(settings.nav, Some(vec![page(None, "404.md", 8), page(Some("7"), "8", 9)]));
    }
}
