//! `plugins`: which of them are honoured, which change nothing here, and which are missed.
//!
//! No plugin runs. A few are honoured by code of our own; some do what the portal does anyway.

use super::characters;
use super::yaml::{Named, Node};
use crate::diagnostics::Place;

/// What the plugins of an mkdocs.yml ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plugins {
    /// `techdocs-core` is among them.
    pub techdocs_core: bool,
    /// Its option of that name: blocks are written `/// note`.
    pub use_pymdownx_blocks: bool,
    /// `redirects`, in the order of the file.
    pub redirects: Vec<Redirect>,
    /// `awesome-pages` or `awesome-nav`: files in the folders order the navigation.
    pub awesome: Option<Awesome>,
    /// `exclude`: patterns of paths below `docs_dir` that are no part of the documentation. `*` stands for `/`, too.
    pub excluded: Vec<String>,
    /// `exclude-search`: the same for pages that search does not find.
    pub unsearched: Vec<String>,
    /// Plugins whose work is missed.
    pub ignored: Option<Ignored>,
}

/// A row of `redirect_maps`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// The path of the page that was, below `docs_dir`.
    pub from: String,
    /// A page, perhaps with an anchor, or a web address.
    pub to: String,
    /// Where `to` is written.
    pub place: Place,
}

/// How files in folders order the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Awesome {
    /// `awesome-pages`: the files' name and the options that hold where a file says nothing.
    Pages { filename: String, usual: Arrangement },
    /// `awesome-nav`: the files' name.
    Nav { filename: String },
}

/// How `awesome-pages` arranges a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Arrangement {
    /// `sort_type: natural`: numbers in names count as numbers.
    pub natural: bool,
    /// `order_by: title`
    pub by_title: bool,
    pub ignore_case: bool,
    /// `order`: whether to turn it round; none where the order is left alone.
    pub descending: Option<bool>,
    pub collapse_single_pages: bool,
}

/// Plugins that are named and not honoured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// In the order of the file.
    pub names: Vec<String>,
    /// Where the first is named.
    pub place: Place,
}

/// Plugins that change nothing here: they belong to techdocs-core, only group others, or do what the portal does for
/// every page. Those of `material/` beside them.
const SILENT: &[&str] = &[
    "techdocs-core",
    "search",
    "monorepo",
    "redirects",
    "group",
    "meta",
    "info",
    "offline",
    "privacy",
    "optimize",
    "social",
    "typeset",
    "minify",
    "mermaid2",
    "git-revision-date",
    "git-revision-date-localized",
    "github-admonitions",
    "gh-admonitions",
];

/// Most rows of `redirect_maps` that are honoured.
const MOST_REDIRECTS: usize = 10_000;

/// Reads the list of plugins. `mkdocs` is the file as a whole.
pub(super) fn read(node: &Node, mkdocs: &Place) -> Plugins {
    let mut plugins = Plugins::default();
    for plugin in node.named() {
        take(&mut plugins, &plugin, mkdocs);
    }
    plugins
}

fn take(plugins: &mut Plugins, plugin: &Named<'_>, mkdocs: &Place) {
    let Named { name, options, .. } = plugin;
    match name.as_str() {
        "techdocs-core" => {
            plugins.techdocs_core = true;
            plugins.use_pymdownx_blocks = options.is("use_pymdownx_blocks").unwrap_or(false);
        }
        "redirects" => plugins.redirects = redirects(options, mkdocs),
        "awesome-pages" => {
            let filename = options.text("filename").unwrap_or(".pages").to_owned();
            plugins.awesome = Some(Awesome::Pages { filename, usual: Arrangement::default().over(options) });
        }
        "awesome-nav" => {
            let filename = options.text("filename").unwrap_or(".nav.yml").to_owned();
            plugins.awesome = Some(Awesome::Nav { filename });
        }
        "exclude" => {
            plugins.excluded.extend(options.texts("glob").into_iter().map(str::to_owned));
            if options.get("regex").is_some() {
                plugins.ignore(plugin, mkdocs);
            }
        }
        "exclude-search" => plugins.unsearched.extend(options.texts("exclude").into_iter().map(str::to_owned)),
        "group" | "material/group" => {
            for inner in options.get("plugins").map(|node| node.value.named()).unwrap_or_default() {
                take(plugins, &inner, mkdocs);
            }
        }
        name if SILENT.contains(&name) || name.starts_with("material/") => {}
        _ => plugins.ignore(plugin, mkdocs),
    }
}

impl Plugins {
    fn ignore(&mut self, plugin: &Named<'_>, mkdocs: &Place) {
        let place = || mkdocs.at(plugin.line, plugin.column, characters(&plugin.name));
        let ignored = self.ignored.get_or_insert_with(|| Ignored { names: Vec::new(), place: place() });
        if !ignored.names.contains(&plugin.name) {
            ignored.names.push(plugin.name.clone());
        }
    }
}

impl Arrangement {
    /// This with what a mapping says over it: the plugin's options, or a `.pages` file.
    pub(in crate::techdocs) fn over(mut self, node: &Node) -> Self {
        if let Some(order) = node.text("order") {
            self.descending = Some(order == "desc");
        }
        if let Some(by) = node.text("order_by") {
            self.by_title = by == "title";
            self.descending = self.descending.or(Some(false));
        }
        if let Some(sort) = node.text("sort_type") {
            self.natural = sort == "natural";
            self.descending = self.descending.or(Some(false));
        }
        self.ignore_case = node.is("ignore_case").unwrap_or(self.ignore_case);
        self.collapse_single_pages = node.is("collapse_single_pages").unwrap_or(self.collapse_single_pages);
        self
    }
}

fn redirects(options: &Node, mkdocs: &Place) -> Vec<Redirect> {
    let Some(Node::Map(rows)) = options.get("redirect_maps").map(|node| &node.value) else { return Vec::new() };
    let row = |row: &super::yaml::Entry| {
        let to = row.value.value.as_text().filter(|to| !to.trim().is_empty())?;
        Some(Redirect { from: row.key.clone(), to: to.trim().to_owned(), place: super::at(mkdocs, &row.value) })
    };
    rows.iter().filter_map(row).take(MOST_REDIRECTS).collect()
}
