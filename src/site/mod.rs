//! What the portal consists of: every route, and for each page its inputs and its view.
//!
//! In: everything the joins gave. Out: for each page a plain view struct ([`view`]) and the search documents that lead
//! to it. The room knows no HTML beyond what Markdown, highlighting and drawing made, and writes nothing.

mod activity;
mod adoption;
mod date;
mod earlier;
mod feedback;
mod found;
mod frame;
mod freshness;
mod link;
pub mod mirror;
pub mod pages;
mod reported;
pub mod route;
mod scorecard;
mod usage;
pub mod view;

use crate::catalog::{Catalog, EntityId, Kind, RelationType};
use crate::config::Config;
use crate::diagnostics::{Finding, Severity};
use crate::graph::{self, Clusters, Graph};
use crate::plugins::Plugins;
use crate::search::SearchDocument;
use crate::source::{Issues, Repo, RepoId, Snapshot};
use crate::strings::Strings;
use crate::techdocs::crosslinks::Crosslinks;
use crate::techdocs::leads::Leads;
use crate::techdocs::sets::{DocSet, Docs, Moved, Shown, VersionSet};
use crate::techdocs::stale::{CodeAge, code_ages};
use crate::techdocs::{Diagrams, Highlighter};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use activity::Activity;
use adoption::Adoption;
pub use feedback::trackers;
pub use link::Linker;
pub use pages::{CLOSING, PAGE_TYPES, PageType, Press, Sheet, print};
use reported::Reported;
use usage::EntityViews;
use view::View;

/// How the site is to be written.
#[derive(Debug, Clone, Default)]
pub struct SiteOptions {
    /// Write `index.html` into links.
    pub file_links: bool,
    /// Pages may talk to their own origin: for live reload.
    pub live: bool,
    /// The build instant in seconds since 1970, where one is known.
    pub instant: Option<i64>,
}

/// Everything pages are made from.
pub struct Site<'a> {
    pub config: &'a Config,
    pub strings: &'a Strings,
    pub snapshot: &'a Snapshot,
    pub catalog: &'a Catalog,
    pub graph: &'a Graph,
    pub docs: &'a [DocSet],
    pub leads: &'a Leads<'a>,
    pub crosslinks: &'a Crosslinks,
    /// Other versions of `docs`. Where sets are numbered, they follow those.
    versions: &'a [VersionSet],
    pub highlighter: &'a Highlighter<'a>,
    pub diagrams: &'a Diagrams<'a>,
    pub options: &'a SiteOptions,
    /// Findings of the stages before, sorted.
    pub findings: &'a [Finding],
    /// What readers reported.
    pub issues: &'a Issues,
    /// What plugins show.
    pub plugins: &'a Plugins<'a>,
    /// Their tabs: whose, and who asks.
    plugin_tabs: Vec<(EntityId, usize)>,
    /// Lists by kind: `None` for all, then each kind that has entities.
    lists: Vec<EntityList>,
    by_entity: HashMap<Arc<str>, Vec<u32>>,
    /// The row of each entity in the list of all.
    rows: Vec<u32>,
    /// Every entity, those of one file together.
    by_file: Vec<EntityId>,
    shown: &'a BTreeMap<EntityId, Shown>,
    /// Where the pages of each set are, versions too.
    docs_bases: Vec<String>,
    /// Routes of each set's pages below the set's own.
    docs_routes: Vec<Vec<String>>,
    /// `latest_starts[i]` is the number of pages before those that lead to the latest version of the `i`th set that has
    /// versions; one more entry holds the total.
    latest_starts: Vec<u32>,
    /// Sets that have versions, in order.
    versioned: Vec<usize>,
    /// The same for pages that have moved, in the order of the set's list of them.
    moved_routes: Vec<Vec<String>>,
    /// `moved_starts[i]` is the number of moved pages before set `i`; one more entry holds the total.
    moved_starts: Vec<u32>,
    /// `docs_starts[i]` is the number of pages before set `i`; one more entry holds the total.
    docs_starts: Vec<u32>,
    /// Of each set, when the code of its entity was changed; `None` where git does not know or nobody asks.
    code_ages: Vec<Option<CodeAge>>,
    /// Templates fetch entities, so that pages need them as scripts.
    fetches_entities: bool,
    activity: Activity,
    adoption: Adoption,
    views: EntityViews,
    reported: Reported<'a>,
    /// Entities of the groups tree that have no parent in the catalog.
    roots: Vec<EntityId>,
    /// The catalog by domains and systems.
    clusters: Clusters,
}

/// The entities of one list, in the order of its pages.
#[derive(Debug)]
pub struct EntityList {
    pub kind: Option<&'static Kind>,
    pub ids: Vec<EntityId>,
}

/// What one page brings.
#[derive(Default)]
pub struct Rendered {
    /// Route and view of each HTML page.
    pub pages: Vec<(String, View)>,
    /// Path and bytes of each other file.
    pub files: Vec<(String, Vec<u8>)>,
    pub documents: Vec<SearchDocument>,
    pub findings: Vec<Finding>,
    /// What goes into the pages that show a whole documentation for printing.
    pub sheets: Vec<Sheet>,
}

impl<'a> Site<'a> {
    /// Decides every route. For pages beyond documentation, [`Site::with_overviews`] follows.
    pub fn new(parts: SiteParts<'a>) -> Self {
        let SiteParts {
            config,
            strings,
            snapshot,
            catalog,
            graph,
            docs,
            leads,
            crosslinks,
            highlighter,
            diagrams,
            options,
            findings,
            issues,
            plugins,
        } = parts;
        let mut by_entity: HashMap<Arc<str>, Vec<u32>> = HashMap::new();
        for (at, finding) in findings.iter().enumerate() {
            if let Some(id) = finding.entity.as_deref().and_then(|entity| catalog.find(entity)) {
                by_entity.entry(catalog.entity(id).reference.clone()).or_default().push(at as u32);
            }
        }
        let Docs { sets: docs, versions, shown } = docs;
        let all = || docs.iter().chain(versions.iter().map(|version| &version.docs));
        let (mut docs_starts, mut moved_starts) = (vec![0], vec![0]);
        for set in all() {
            docs_starts.push(docs_starts[docs_starts.len() - 1] + set.pages.len() as u32);
            moved_starts.push(moved_starts[moved_starts.len() - 1] + set.moved.len() as u32);
        }
        let mut docs_bases: Vec<String> = docs.iter().map(|set| route::docs(catalog.entity(set.entity))).collect();
        for of_set in versions.chunk_by(|a, b| a.of == b.of) {
            let names: Vec<&str> = of_set.iter().map(|version| version.name.as_str()).collect();
            let segments = route::versions(&names);
            let base = docs_bases[of_set[0].of].clone();
            docs_bases.extend(segments.iter().map(|segment| format!("{base}{}", route::version(segment))));
        }
        let mut docs_routes = Vec::with_capacity(docs_bases.len());
        let mut moved_routes = Vec::with_capacity(docs_bases.len());
        for set in all() {
            let pages = set.pages.iter().map(|page| page.path.as_str());
            let mut routes = route::pages(pages.chain(set.moved.keys().map(String::as_str)));
            moved_routes.push(routes.split_off(set.pages.len()));
            docs_routes.push(routes);
        }
        let versioned = versions.chunk_by(|a, b| a.of == b.of).map(|of_set| of_set[0].of).collect();
        let mut site = Site {
            lists: lists(catalog),
            by_entity,
            rows: Vec::new(),
            by_file: Vec::new(),
            shown,
            versions,
            docs_bases,
            latest_starts: vec![0],
            versioned,
            docs_routes,
            moved_routes,
            moved_starts,
            docs_starts,
            code_ages: code_ages(catalog, snapshot, docs, config.docs_stale_after),
            fetches_entities: false,
            activity: Activity::default(),
            adoption: Adoption::default(),
            views: EntityViews::default(),
            reported: Reported::default(),
            roots: roots(catalog, graph),
            clusters: Clusters::default(),
            config,
            strings,
            snapshot,
            catalog,
            graph,
            docs,
            leads,
            crosslinks,
            highlighter,
            diagrams,
            options,
            findings,
            issues,
            plugin_tabs: plugins.tabs().collect(),
            plugins,
        };
        for set in site.versioned.clone() {
            let pages = site.set(site.latest(set)).pages.len() as u32;
            site.latest_starts.push(site.latest_starts[site.latest_starts.len() - 1] + pages);
        }
        site
    }

    /// Adds what only pages beyond documentation tell, so that a check of the docs does not pay for it.
    #[must_use]
    pub fn with_overviews(mut self) -> Self {
        self.rows = vec![0; self.catalog.len()];
        for (row, id) in self.lists.first().into_iter().flat_map(|list| &list.ids).enumerate() {
            self.rows[id.0 as usize] = row as u32;
        }
        self.by_file = by_file(self.catalog);
        let templates = self.of_kind("template").iter().map(|id| &self.catalog.entity(*id).data);
        self.fetches_entities = templates.into_iter().any(|data| data.contains("\"catalog:fetch\""));
        self.activity = Activity::new(self.config, self.catalog, self.snapshot, self.options.instant);
        self.clusters = graph::clusters(self.catalog, self.graph);
        self.adoption = Adoption::new(&self);
        self.views = EntityViews::new(&self);
        self.reported = Reported::new(&self);
        self
    }

    /// A set by its number, which may be that of a version.
    pub(crate) fn set(&self, number: usize) -> &'a DocSet {
        self.docs.get(number).unwrap_or_else(|| &self.versions[number - self.docs.len()].docs)
    }

    /// The version that a set is; `None` for the documentation of what the portal shows.
    pub(crate) fn version(&self, set: usize) -> Option<&'a VersionSet> {
        self.versions.get(set.checked_sub(self.docs.len())?)
    }

    /// The numbers of a set's versions, the newest first.
    pub(crate) fn versions_of(&self, set: usize) -> std::ops::Range<usize> {
        let before = |of: usize| self.docs.len() + self.versions.partition_point(|version| version.of < of);
        before(set)..before(set + 1)
    }

    /// The version of a set that readers are sent to: the newest release, else the set itself.
    pub(crate) fn latest(&self, set: usize) -> usize {
        self.versions_of(set)
            .find(|number| self.version(*number).is_some_and(|version| version.is_release))
            .unwrap_or(set)
    }

    /// Number of pages that lead to the latest version.
    pub(crate) fn latest_pages(&self) -> usize {
        self.latest_starts.last().map_or(0, |total| *total as usize)
    }

    /// Set and page of the latest version that such a page leads to, and its own route.
    pub(crate) fn latest_page(&self, number: usize) -> (usize, usize, String) {
        let row = self.latest_starts.partition_point(|start| *start as usize <= number) - 1;
        let (of, page) = (self.versioned[row], number - self.latest_starts[row] as usize);
        let latest = self.latest(of);
        let route =
            format!("{}{}{}", self.docs_bases[of], route::version(route::LATEST), self.docs_routes[latest][page]);
        (latest, page, route)
    }

    pub fn lists(&self) -> &[EntityList] {
        &self.lists
    }

    /// The row of an entity in the list of all.
    pub(crate) fn row_of(&self, id: EntityId) -> u32 {
        self.rows[id.0 as usize]
    }

    /// The list of a kind, by its lower-case name.
    pub(crate) fn list_of(&self, kind: &str) -> Option<&EntityList> {
        self.lists.iter().find(|list| list.kind.is_some_and(|listed| listed.id == kind))
    }

    /// The entities of a kind, in the order of its list.
    pub(crate) fn of_kind(&self, kind: &str) -> &[EntityId] {
        self.list_of(kind).map_or(&[], |list| &list.ids)
    }

    /// Number of documentation pages, without those of versions.
    pub fn docs_pages(&self) -> usize {
        self.docs_starts[self.docs.len()] as usize
    }

    /// Number of pages of versions; their numbers follow those of the documentation.
    pub(crate) fn version_pages(&self) -> usize {
        self.docs_starts.last().map_or(0, |total| *total as usize) - self.docs_pages()
    }

    /// Groups at the top of the tree.
    pub(crate) fn roots(&self) -> &[EntityId] {
        &self.roots
    }

    pub(crate) fn clusters(&self) -> &Clusters {
        &self.clusters
    }

    /// The documentation of an entity: its own, or the one its `techdocs-entity` annotation leads to.
    pub(crate) fn docs_of(&self, id: EntityId) -> Option<usize> {
        self.shown.get(&id).map(|shown| shown.set)
    }

    /// The route of the page at which an entity's documentation starts; it may carry an anchor.
    pub(crate) fn docs_start(&self, id: EntityId) -> Option<String> {
        let Shown { set, page, anchor } = self.shown.get(&id)?;
        let route = self.docs_route(*set, *page);
        Some(anchor.as_ref().map_or_else(|| route.clone(), |anchor| format!("{route}#{anchor}")))
    }

    /// Number of pages that have moved.
    pub(crate) fn moved_pages(&self) -> usize {
        self.moved_starts.last().map_or(0, |total| *total as usize)
    }

    /// Set and place in its list of a moved page's number.
    pub(crate) fn moved_page(&self, number: usize) -> (usize, usize) {
        let set = self.moved_starts.partition_point(|start| *start as usize <= number) - 1;
        (set, number - self.moved_starts[set] as usize)
    }

    /// The old route of a page that has moved, by its place in the set's list of them.
    pub(crate) fn moved_route(&self, set: usize, row: usize) -> String {
        format!("{}{}", self.docs_bases[set], self.moved_routes[set][row])
    }

    /// Where a page of a set is now.
    pub(crate) fn moved_address(&self, set: usize, moved: &Moved, links: &Linker) -> String {
        match moved {
            Moved::Page(page, anchor) => {
                let route = self.docs_route(set, *page);
                links.to(&anchor.as_ref().map_or_else(|| route.clone(), |anchor| format!("{route}#{anchor}")))
            }
            Moved::Url(url) => url.clone(),
        }
    }

    /// Set and page of a documentation page's number.
    pub(crate) fn docs_page(&self, number: usize) -> (usize, usize) {
        let set = self.docs_starts.partition_point(|start| *start as usize <= number) - 1;
        (set, number - self.docs_starts[set] as usize)
    }

    /// The route of a page of a documentation set.
    pub(crate) fn docs_route(&self, set: usize, page: usize) -> String {
        format!("{}{}", self.docs_bases[set], self.docs_routes[set][page])
    }

    /// Where the pages of a set are.
    pub(crate) fn docs_base(&self, set: usize) -> &str {
        &self.docs_bases[set]
    }

    /// When the code that a set describes was changed.
    pub(crate) fn code_age(&self, set: usize) -> Option<&CodeAge> {
        self.code_ages[set].as_ref()
    }

    pub(crate) fn repo(&self, id: RepoId) -> &'a Repo {
        self.snapshot.repo(id)
    }

    /// The entities of the file that an entity is written in, itself among them, by ref.
    pub(crate) fn colocated(&self, id: EntityId) -> &[EntityId] {
        let file = file_of(self.catalog, id);
        let start = self.by_file.partition_point(|other| file_of(self.catalog, *other) < file);
        let end = self.by_file.partition_point(|other| file_of(self.catalog, *other) <= file);
        &self.by_file[start..end]
    }

    /// What is wrong with an entity, of warning or error.
    pub(crate) fn findings_of(&self, reference: &str) -> impl Iterator<Item = &'a Finding> + '_ {
        self.by_entity
            .get(reference)
            .into_iter()
            .flatten()
            .map(|at| &self.findings[*at as usize])
            .filter(|finding| finding.severity() > Severity::Info)
    }
}

/// What [`Site::new`] borrows.
pub struct SiteParts<'a> {
    pub config: &'a Config,
    pub strings: &'a Strings,
    pub snapshot: &'a Snapshot,
    pub catalog: &'a Catalog,
    pub graph: &'a Graph,
    pub docs: &'a Docs,
    pub leads: &'a Leads<'a>,
    pub crosslinks: &'a Crosslinks,
    pub highlighter: &'a Highlighter<'a>,
    pub diagrams: &'a Diagrams<'a>,
    pub options: &'a SiteOptions,
    pub findings: &'a [Finding],
    pub issues: &'a Issues,
    pub plugins: &'a Plugins<'a>,
}

fn lists(catalog: &Catalog) -> Vec<EntityList> {
    let mut all: Vec<EntityId> = catalog.ids().collect();
    let key = |id: &EntityId| catalog.entity(*id).display_name().to_lowercase();
    all.sort_by_cached_key(|id| (key(id), *id));
    let mut lists = vec![EntityList { kind: None, ids: all.clone() }];
    for kind in catalog.kinds.iter() {
        let ids: Vec<EntityId> = all.iter().copied().filter(|id| catalog.entity(*id).kind.id == kind.id).collect();
        if !ids.is_empty() || kind.id == "api" {
            lists.push(EntityList { kind: Some(kind), ids });
        }
    }
    lists
}

fn by_file(catalog: &Catalog) -> Vec<EntityId> {
    let mut ids: Vec<EntityId> = catalog.ids().collect();
    ids.sort_by_key(|id| (file_of(catalog, *id), *id));
    ids
}

/// Repository and path of the file that an entity is written in.
fn file_of(catalog: &Catalog, id: EntityId) -> (RepoId, &str) {
    let written = &catalog.entity(id).written;
    (written.repo, &written.place.path)
}

fn roots(catalog: &Catalog, graph: &Graph) -> Vec<EntityId> {
    catalog
        .ids()
        .filter(|id| catalog.entity(*id).kind.id == "group")
        .filter(|id| graph.targets(*id, RelationType::ChildOf).next().is_none())
        .collect()
}
