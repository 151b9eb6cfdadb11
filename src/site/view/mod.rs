//! What a template sees: plain structs, complete, with every link already relative to the page.
//!
//! A template can look up nothing. Everything a reader will see on a page stands in the page's view, so a page depends
//! on its declared inputs and on nothing else. [`SafeHtml`] is the only text that is not escaped.

mod create;
mod docs;
mod entity;
mod graph;
mod plugin;
mod reports;

use serde::Serialize;

pub use create::*;
pub use docs::*;
pub use entity::*;
pub use graph::*;
pub use plugin::*;
pub use reports::*;

/// Text and route of a page above another one.
pub(super) type Crumbs = (String, String);

/// A page's view; a row per page type. Its name is also that of its template.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum View {
    Home(Box<Home>),
    Catalog(Box<CatalogList>),
    Entity(Box<EntityPage>),
    Definition(Box<DefinitionPage>),
    Dependencies(Box<DependenciesPage>),
    Plugin(Box<PluginTab>),
    PluginPage(Box<PluginPage>),
    DocsIndex(Box<DocsIndex>),
    Docs(Box<DocsPage>),
    Moved(Box<MovedPage>),
    DocsPrint(Box<DocsPrint>),
    CreateIndex(Box<CreateIndex>),
    Template(Box<TemplatePage>),
    Graph(Box<GraphPage>),
    GraphLinks(Box<GraphLinks>),
    Teams(Box<TeamsPage>),
    Activity(Box<ActivityPage>),
    Adoption(Box<AdoptionPage>),
    Me(Box<MePage>),
    Usage(Box<UsagePage>),
    Search(Box<SearchPage>),
    NotFound(Box<NotFound>),
    Report(Box<ReportPage>),
    Health(Box<HealthPage>),
}

impl View {
    /// The template that draws it.
    pub fn template(&self) -> &'static str {
        match self {
            View::Home(_) => "home.html",
            View::Catalog(_) => "catalog.html",
            View::Entity(_) => "entity.html",
            View::Definition(_) => "definition.html",
            View::Dependencies(_) => "dependencies.html",
            View::Plugin(_) => "plugin.html",
            View::PluginPage(_) => "plugin-page.html",
            View::DocsIndex(_) => "docs-index.html",
            View::Docs(_) => "docs.html",
            View::Moved(_) => "moved.html",
            View::DocsPrint(_) => "docs-print.html",
            View::CreateIndex(_) => "create-index.html",
            View::Template(_) => "template.html",
            View::Graph(_) => "graph.html",
            View::GraphLinks(_) => "graph-links.html",
            View::Teams(_) => "teams.html",
            View::Activity(_) => "activity.html",
            View::Adoption(_) => "adoption.html",
            View::Me(_) => "me.html",
            View::Usage(_) => "usage.html",
            View::Search(_) => "search.html",
            View::NotFound(_) => "404.html",
            View::Report(_) => "report.html",
            View::Health(_) => "health.html",
        }
    }
}

/// HTML that is safe to print as it is: made by the Markdown renderer, the highlighter or the graph drawing only, or JSON
/// in which everything is escaped that could end its element.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub struct SafeHtml(pub String);

/// What every page has. Templates see it as `page`.
#[derive(Debug, Clone, Serialize)]
pub struct Frame {
    /// Title of this page, without the portal's.
    pub title: String,
    /// One sentence for `<meta name=description>`; may be empty.
    pub description: String,
    /// `app.title`.
    pub portal: String,
    /// `organization.name`; may be empty.
    pub organization: String,
    /// Path from this page to the root of the site: `""` or `../../` (ends with a slash when not empty).
    pub root: String,
    /// The root's own address for a link to home: `./` or `../../` (with `index.html` when files are linked).
    pub home: String,
    /// Which entry of the rail is current: home, catalog, apis, docs, create, graph, teams, health, or empty.
    pub section: String,
    /// The rail's entries in order.
    pub rail: Vec<RailLink>,
    /// From the root to the page above this one.
    pub breadcrumbs: Vec<Link>,
    /// Address of the search page, of the build report.
    /// Pages that the foot leads to.
    pub foot: Vec<Link>,
    pub search_url: String,
    pub report_url: String,
    /// `Content-Security-Policy` for the meta element.
    pub csp: String,
    /// Language of the portal's own words, `en`.
    pub lang: String,
    /// The operator's logo, if there is one.
    pub logo: Option<String>,
    pub favicon: Favicon,
    /// Whether there is a service worker, `sw.js`.
    pub has_worker: bool,
    /// Where searches that found nothing are sent, if anywhere.
    pub no_results: Option<String>,
    /// What is told of page views, if anything.
    pub beacon: Option<Beacon>,
}

/// The operator's counter of page views.
#[derive(Debug, Clone, Serialize)]
pub struct Beacon {
    /// goatcounter, matomo, plausible, umami
    pub counter: &'static str,
    pub url: String,
    /// What the portal is called there; may be empty.
    pub site: String,
}

/// The picture of the browser's tab.
#[derive(Debug, Clone, Serialize)]
pub struct Favicon {
    pub url: String,
    pub r#type: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub struct RailLink {
    /// home, catalog, apis, docs, create, graph, teams, health, or the name of a plugin.
    pub id: String,
    pub text: String,
    pub url: String,
    /// The name of its icon.
    pub icon: String,
    pub is_plugin: bool,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct Link {
    pub text: String,
    pub url: String,
}

/// An entity as it is named on other pages.
#[derive(Debug, Clone, Serialize)]
pub struct EntityLink {
    /// `title`, else the display name of a profile, else `name`.
    pub text: String,
    /// Canonical ref, `component:default/payment-service`.
    pub reference: String,
    /// Lower-case kind: the glyph's name (component, api, resource, system, domain, group, user, location, template) or `other`.
    pub glyph: String,
    /// What the kind is called, `Component`.
    pub kind: String,
    /// `spec.type`; may be empty.
    pub r#type: String,
    /// `spec.lifecycle`; may be empty.
    pub lifecycle: String,
    /// Absent when nothing with that ref is in the catalog: shown as text, marked unresolved.
    pub url: Option<String>,
}

/// `index.html`
#[derive(Debug, Clone, Serialize)]
pub struct Home {
    pub page: Frame,
    /// One card per kind present, in the fixed order of kinds.
    pub kinds: Vec<KindCount>,
    /// At most six templates.
    pub templates: Vec<EntityLink>,
    /// Entities with docs, at most eight.
    pub docs: Vec<DocsRow>,
    /// Systems, at most twelve, with how many parts each has.
    pub systems: Vec<SystemCard>,
    /// What the last commits changed, newest first, at most eight; empty where git knows nothing.
    pub changes: Vec<ChangeRow>,
    /// The most read entities, at most six; empty where nobody counts.
    pub most_read: Vec<ReadRow>,
    pub usage_url: String,
    pub activity_url: String,
    pub feed_url: Option<String>,
    pub errors: usize,
    pub warnings: usize,
    pub health_url: String,
    pub me_url: String,
    pub report_url: String,
    pub adoption_url: String,
    pub catalog_url: String,
    pub create_url: String,
    pub docs_url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct KindCount {
    pub glyph: String,
    /// `Components`
    pub plural: String,
    pub count: usize,
    pub url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct SystemCard {
    pub entity: EntityLink,
    pub description: String,
    pub owner: Option<EntityLink>,
    pub parts: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct ChangeRow {
    pub repo: String,
    /// First line of the commit message.
    pub summary: String,
    pub author: String,
    /// RFC 3339 date and time, UTC.
    pub date: String,
    pub url: Option<String>,
}

/// `catalog.html`: one HTML page of the list. With script, `catalog.js` takes over from the data shards.
#[derive(Debug, Clone, Serialize)]
pub struct CatalogList {
    pub page: Frame,
    /// `Catalog`, `Components`, `APIs`.
    pub heading: String,
    /// Lower-case kind this list is limited to, or empty for all.
    pub kind: String,
    pub rows: Vec<CatalogRow>,
    /// How many entities the whole list holds.
    pub total: usize,
    /// Lists by kind, with counts; the current one marked.
    pub kinds: Vec<KindTab>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub number: usize,
    pub pages: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct KindTab {
    pub glyph: String,
    pub plural: String,
    pub count: usize,
    pub url: String,
    pub current: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct CatalogRow {
    pub entity: EntityLink,
    pub namespace: String,
    pub description: String,
    pub owner: Option<EntityLink>,
    pub may_have_owner: bool,
    pub system: Option<EntityLink>,
    pub tags: Vec<String>,
    /// How many findings of warning or error concern it.
    pub findings: usize,
    /// Of its repository: stale, gone, archived, or empty.
    pub state: &'static str,
    /// What plugins say; at most two.
    pub badges: Vec<PluginBadge>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RelationGroup {
    /// Relation type, `dependsOn`.
    pub r#type: String,
    /// In words: `Depends on`.
    pub text: String,
    pub targets: Vec<EntityLink>,
}

/// Why a page shows an earlier state of its repository.
#[derive(Debug, Clone, Serialize)]
pub struct EarlierState {
    /// When that state was confirmed the last time: RFC 3339, UTC; may be empty.
    pub since: String,
    pub reason: String,
    /// The repository is no longer listed: it is shown for the last time.
    pub is_gone: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct LastChange {
    /// RFC 3339, UTC.
    pub date: String,
    pub author: String,
    /// Abbreviated commit id.
    pub commit: String,
    pub url: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FindingRow {
    /// info, warning, error
    pub severity: &'static str,
    pub rule: &'static str,
    pub message: Vec<Piece>,
    pub place: String,
    /// The place in the repository's web view, when it has one.
    pub place_url: Option<String>,
    pub hints: Vec<Vec<Piece>>,
    pub entity: Option<EntityLink>,
}

/// A stretch of a message: words, or what stood in backticks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Piece {
    pub text: String,
    pub code: bool,
}

/// A message cut at its backticks.
pub(super) fn pieces(message: &str) -> Vec<Piece> {
    let cut = message.split('`').enumerate();
    cut.filter(|(_, text)| !text.is_empty())
        .map(|(at, text)| Piece { text: text.to_string(), code: at % 2 == 1 })
        .collect()
}

/// The form for a new issue about an entity, or a mail to its owner, begun.
#[derive(Debug, Clone, Serialize)]
pub struct Feedback {
    pub url: String,
    pub is_mail: bool,
}

/// Open issues about an entity or a page of documentation.
#[derive(Debug, Clone, Serialize)]
pub struct Reported {
    /// Those that name the page first, the newest of them first; at most six.
    pub issues: Vec<IssueRow>,
    pub more: usize,
    /// The forge's list of them, and what the forge is called.
    pub all: Link,
    /// The tracker could not be read: when its answer was given, if that is known.
    pub stale: Option<StaleIssues>,
}

#[derive(Debug, Clone, Serialize)]
pub struct StaleIssues {
    /// RFC 3339; may be empty.
    pub since: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct IssueRow {
    pub number: u64,
    pub title: String,
    pub url: String,
    /// RFC 3339; may be empty.
    pub date: String,
    pub labels: Vec<String>,
    /// On an entity's page, the page of its documentation that the issue is about.
    pub about: Option<Link>,
}

/// `teams.html`: the organisation as a tree.
#[derive(Debug, Clone, Serialize)]
pub struct TeamsPage {
    pub page: Frame,
    pub tree: Vec<TeamNode>,
    pub groups: usize,
    pub users: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct TeamNode {
    pub entity: EntityLink,
    pub description: String,
    pub members: usize,
    pub owned: usize,
    pub children: Vec<TeamNode>,
}

/// A commit and what it changed.
#[derive(Debug, Clone, Serialize)]
pub struct CommitRow {
    /// First line of the message; may be empty.
    pub summary: String,
    pub author: String,
    /// RFC 3339, UTC.
    pub date: String,
    /// Abbreviated id.
    pub commit: String,
    pub url: Option<String>,
    pub repo: Link,
    /// At most four.
    pub entities: Vec<EntityLink>,
    pub more_entities: usize,
}

/// `me.html`: what this browser keeps of its reader.
#[derive(Debug, Clone, Serialize)]
pub struct MePage {
    pub page: Frame,
}

/// `search.html`
#[derive(Debug, Clone, Serialize)]
pub struct SearchPage {
    pub page: Frame,
}

/// `404.html`; its links are absolute below the path of `app.baseUrl`.
#[derive(Debug, Clone, Serialize)]
pub struct NotFound {
    pub page: Frame,
}
