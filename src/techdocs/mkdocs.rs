//! mkdocs.yml: where the pages lie, in which order they are read, and how they are to be read.
//!
//! Reading never fails. A file that is no YAML gives a finding and the usual settings; an entry that makes no sense is
//! left out with one. Tags such as `!ENV` and `!!python/name:` are data like any other.

mod extensions;
pub(super) mod nav;
pub(super) mod plugins;
pub(super) mod yaml;

use super::dialect::Dialect;
use super::front_matter::{yaml_message, yaml_place};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place};
use serde_yaml::Spanned;
use yaml::{Entry, Node};

pub use nav::NavItem;
pub use plugins::{Arrangement, Awesome, Ignored, Plugins, Redirect};

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
    /// What the link to `repo_url` reads.
    pub repo_name: Option<String>,
    /// Empty where the author wants no edit links.
    pub edit_uri: Option<String>,
    pub edit_uri_template: Option<String>,
    /// Patterns as in `.gitignore`, one a line: files that are no part of the documentation.
    pub exclude_docs: String,
    /// The same for pages that are left out where the navigation follows the files.
    pub not_in_nav: String,
    pub plugins: Plugins,
    pub dialect: Dialect,
}

impl Default for MkDocs {
    fn default() -> Self {
        MkDocs {
            site_name: None,
            site_description: None,
            docs_dir: DOCS_DIR.to_owned(),
            nav: None,
            repo_url: None,
            repo_name: None,
            edit_uri: None,
            edit_uri_template: None,
            exclude_docs: String::new(),
            not_in_nav: String::new(),
            plugins: Plugins::default(),
            dialect: Dialect::default(),
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
            let mut extensions = None;
            for entry in entries {
                take(&mut settings, entry, &mut extensions, place, &mut findings);
            }
            settings.dialect = dialect(&settings.plugins, extensions, place, &mut findings);
        }
        Ok(Node::Null) => {}
        Ok(_) => {
            findings.push(rules::mkdocs_broken(place.at(1, 1, 1), "a list of keys such as `site_name:` was expected"))
        }
        Err(fault) => findings.push(rules::mkdocs_broken(yaml_place(&fault, place, 0), &yaml_message(&fault))),
    }
    (settings, findings)
}

fn take(
    settings: &mut MkDocs,
    entry: Entry,
    extensions: &mut Option<Spanned<Node>>,
    place: &Place,
    findings: &mut Vec<Finding>,
) {
    let value_at = at(place, &entry.value);
    let text = |entry: Entry| entry.value.value.into_text();
    match entry.key.as_str() {
        "site_name" => settings.site_name = text(entry),
        "site_description" => settings.site_description = text(entry),
        "repo_url" => settings.repo_url = text(entry),
        "repo_name" => settings.repo_name = text(entry),
        "edit_uri" => settings.edit_uri = entry.value.value.as_text().map(str::to_owned),
        "edit_uri_template" => settings.edit_uri_template = text(entry),
        "exclude_docs" => settings.exclude_docs = text(entry).unwrap_or_default(),
        "not_in_nav" => settings.not_in_nav = text(entry).unwrap_or_default(),
        "docs_dir" => {
            let Some(written) = text(entry) else { return };
            match below(&written) {
                Some(folder) => settings.docs_dir = folder,
                None => findings.push(rules::mkdocs_docs_dir(value_at, &written)),
            }
        }
        "plugins" => settings.plugins = plugins::read(&entry.value.value, place),
        "markdown_extensions" => *extensions = Some(entry.value),
        "nav" => match entry.value.value {
            Node::List(items) if items.is_empty() => {}
            Node::List(items) => settings.nav = Some(nav::items(items, place, findings)),
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

/// techdocs-core's dialect with what the file says over it.
fn dialect(
    plugins: &Plugins,
    extensions: Option<Spanned<Node>>,
    place: &Place,
    findings: &mut Vec<Finding>,
) -> Dialect {
    let mut dialect = Dialect::default();
    if !plugins.techdocs_core {
        (dialect.list_indent, dialect.truly_sane) = (4, false);
    }
    if plugins.use_pymdownx_blocks {
        (dialect.admonitions, dialect.details, dialect.tabs) = (false, false, false);
        (dialect.blocks.admonition, dialect.blocks.details, dialect.blocks.tab) = (true, true, true);
    }
    if let Some(node) = extensions {
        let outside = extensions::extend(&mut dialect, &node.value, &place.path);
        for (path, (line, column)) in outside {
            findings.push(rules::mkdocs_path_outside(place.at(line, column, 0), "base_path", &path));
        }
    }
    dialect
}

/// A relative folder in its shortest form; none where it is absolute or climbs out.
fn below(written: &str) -> Option<String> {
    let drive = written.as_bytes().get(1) == Some(&b':');
    if written.starts_with('/') || written.contains('\\') || drive {
        return None;
    }
    let folder = crate::source::normalize(written)?;
    Some(if folder.is_empty() { ".".to_owned() } else { folder })
}

pub(super) fn at(place: &Place, node: &Spanned<Node>) -> Place {
    let (line, column) = yaml::place(node);
    let length = node.value.as_text().map_or(0, |text| if text.contains('\n') { 0 } else { characters(text) });
    place.at(line, column, length)
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

    fn page(title: Option<&str>, path: &str, line: u32, column: u32) -> NavItem {
        let place = Place::file("r", "mkdocs.yml").at(line, column, characters(path));
        NavItem::Page { title: title.map(str::to_owned), path: path.to_owned(), place }
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
        assert!(settings.plugins.techdocs_core);
        assert_eq!(
            settings.nav,
            Some(vec![
                page(None, "index.md", 7, 5),
                page(Some("Setup"), "setup.md", 8, 12),
                NavItem::Section { title: "Ops".into(), items: vec![page(None, "runbook.md", 10, 9)] },
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
        assert_eq!(settings.nav, Some(vec![page(None, "a.md", 7, 7)]));
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
            ]
        );
        let include = NavItem::Include {
            title: Some("F".into()),
            target: "./f/mkdocs.yml".into(),
            every: false,
            place: Place::file("r", "mkdocs.yml").at(7, 8, 23),
        };
        let pages = [page(None, "404.md", 8, 5), page(Some("7"), "8", 9, 8)];
        assert_eq!(settings.nav, Some([vec![include], pages.into()].concat()));
    }
}
