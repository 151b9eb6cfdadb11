//! What a template sees: plain structs, complete, with every link already relative to the page.
//!
//! A template can look up nothing. Everything a reader will see on a page stands in the page's view, so a page depends
//! on its declared inputs and on nothing else. [`SafeHtml`] is the only text that is not escaped.

use serde::Serialize;

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

/// HTML that is safe to print as it is: made by the Markdown renderer, the highlighter or the graph drawing only.
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
    pub section: &'static str,
    /// The rail's entries in order.
    pub rail: Vec<RailLink>,
    /// From the root to the page above this one.
    pub breadcrumbs: Vec<Link>,
    /// Address of the search page, of the build report.
    pub search_url: String,
    pub report_url: String,
    /// `Content-Security-Policy` for the meta element.
    pub csp: String,
    /// Language of the portal's own words, `en`.
    pub lang: &'static str,
    /// The operator's logo, if there is one.
    pub logo: Option<String>,
    pub favicon: Favicon,
    /// Whether there is a service worker, `sw.js`.
    pub has_worker: bool,
    /// Where searches that found nothing are sent, if anywhere.
    pub no_results: Option<String>,
}

/// The picture of the browser's tab.
#[derive(Debug, Clone, Serialize)]
pub struct Favicon {
    pub url: String,
    pub r#type: &'static str,
}

#[derive(Debug, Clone, Serialize)]
pub struct RailLink {
    /// home, catalog, apis, docs, create, graph, teams, health: also the icon's name.
    pub id: &'static str,
    pub text: &'static str,
    pub url: String,
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
    /// The kind as the entity writes it, `Component`.
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
    /// Where the catalog's data shards lie, relative to the page: `../data/catalog/`.
    pub data: String,
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
    pub system: Option<EntityLink>,
    pub tags: Vec<String>,
    /// How many findings of warning or error concern it.
    pub findings: usize,
}

/// `entity.html`
#[derive(Debug, Clone, Serialize)]
pub struct EntityPage {
    pub page: Frame,
    pub entity: EntityLink,
    pub name: String,
    pub namespace: String,
    pub title: String,
    pub description: SafeHtml,
    pub owner: Option<EntityLink>,
    /// Entities of its kind can have one.
    pub may_have_owner: bool,
    pub system: Option<EntityLink>,
    pub domain: Option<EntityLink>,
    pub tags: Vec<Link>,
    /// Rows of the About card beyond those above: (label, value).
    pub about: Vec<(String, String)>,
    /// Tabs that exist: overview first; docs, API definition, source.
    pub tabs: Vec<Tab>,
    pub docs: Option<Link>,
    pub source_url: Option<String>,
    pub edit_url: Option<String>,
    /// Where readers say what is wrong with it.
    pub feedback: Option<Feedback>,
    pub links: Vec<LinkWithIcon>,
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    /// Deprecation notice, shown at the top.
    pub deprecation: Option<Deprecation>,
    /// Neighbourhood drawing; empty when nothing is related.
    pub graph: SafeHtml,
    /// The same in the explorer.
    pub explore_url: String,
    /// The drawing's list twin: one group per relation type, both directions.
    pub relations: Vec<RelationGroup>,
    /// What is wrong with this entity.
    /// At most fifty.
    pub findings: Vec<FindingRow>,
    pub more_findings: usize,
    /// Pages of other entities' documentation that link to it.
    pub mentions: Backlinks,
    /// Group and User pages only.
    pub people: Option<People>,
    /// Group pages only: the shard that the first page reads, below the root. Else empty.
    pub team_data: String,
    /// Template pages only: address of its page below /create/.
    pub create_url: Option<String>,
    /// Where it is written: `repo/path:line`.
    pub written_at: String,
    /// The last commit that touched its descriptor.
    pub last_change: Option<LastChange>,
    /// The newest commits in its folder, at most five.
    pub changes: Vec<CommitRow>,
    pub activity_url: String,
    /// How often it is read, where that is known.
    pub readers: Option<Readers>,
    /// The entity as YAML, highlighted.
    pub source: SafeHtml,
    pub inspector: Inspector,
}

/// What stands behind an entity.
#[derive(Debug, Clone, Serialize)]
pub struct Inspector {
    /// `metadata.uid`
    pub uid: String,
    /// The configured location that it was found through; may be empty.
    pub origin: String,
    /// The Locations between that one and the entity, the nearest first.
    pub ancestors: Vec<EntityLink>,
    /// Others of the same file.
    pub colocated: Vec<EntityLink>,
    pub more_colocated: usize,
    /// The entity as data.
    pub files: Vec<Link>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Tab {
    /// overview, definition, dependencies, docs, create
    pub id: &'static str,
    pub text: &'static str,
    pub url: String,
    pub current: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct LinkWithIcon {
    pub text: String,
    /// Checked: http, https, mailto or relative; `None` means the address is shown as text.
    pub url: Option<String>,
    pub shown: String,
    pub icon: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Deprecation {
    /// `callboard.dev/sunset-on`, as an ISO date; may be empty.
    pub sunset_on: String,
    pub replaced_by: Option<EntityLink>,
    /// Who still uses it (depends on it, consumes it).
    pub users: Vec<EntityLink>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RelationGroup {
    /// Relation type, `dependsOn`.
    pub r#type: String,
    /// In words: `Depends on`.
    pub text: String,
    pub targets: Vec<EntityLink>,
}

/// What a group or a user is to others.
#[derive(Debug, Clone, Serialize)]
pub struct People {
    pub is_group: bool,
    pub profile: Profile,
    pub members: Vec<EntityLink>,
    pub more_members: usize,
    /// Members of groups below.
    pub below: Vec<MemberRow>,
    pub more_below: usize,
    /// By kind.
    pub owned: Vec<OwnedGroup>,
    /// What groups below own, or a user's groups.
    pub indirect: Vec<OwnedGroup>,
    /// Of warning or error, of all that is owned.
    pub findings: usize,
    /// Deprecated entities among them that are still used.
    pub in_use: usize,
    pub health_url: String,
}

/// A person, and the group that they are a member of.
#[derive(Debug, Clone, Serialize)]
pub struct MemberRow {
    pub user: EntityLink,
    pub group: EntityLink,
}

#[derive(Debug, Clone, Serialize)]
pub struct OwnedGroup {
    pub plural: String,
    pub glyph: String,
    pub total: usize,
    /// The first of them.
    pub entities: Vec<EntityLink>,
    /// Where all of them are listed, if these are not all; may be empty.
    pub rest: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    pub display_name: String,
    pub email: String,
    pub picture: Option<String>,
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

/// `definition.html`: an API's definition, highlighted.
#[derive(Debug, Clone, Serialize)]
pub struct DefinitionPage {
    pub page: Frame,
    pub entity: EntityLink,
    pub title: String,
    pub tabs: Vec<Tab>,
    /// openapi, asyncapi, graphql, grpc or another type as written.
    pub format: String,
    pub code: SafeHtml,
    pub lines: usize,
    /// The definition as a file to download.
    pub raw_url: String,
    pub raw_name: String,
    /// Providers and consumers.
    pub relations: Vec<RelationGroup>,
}

/// `dependencies.html`: what a change of an entity reaches.
#[derive(Debug, Clone, Serialize)]
pub struct DependenciesPage {
    pub page: Frame,
    pub entity: EntityLink,
    pub title: String,
    pub tabs: Vec<Tab>,
    pub dependents: ReachSide,
    pub dependencies: ReachSide,
    /// Those of the dependents, with most of them first.
    pub owners: Vec<OwnerToTell>,
    pub more_owners: usize,
}

/// What is reached one way.
#[derive(Debug, Clone, Serialize)]
pub struct ReachSide {
    /// By distance.
    pub rows: Vec<ReachRow>,
    pub total: usize,
    /// How many of them are not listed.
    pub more: usize,
    /// There are more than `total`.
    pub is_cut: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct ReachRow {
    pub entity: EntityLink,
    /// From 1.
    pub distance: usize,
    /// From this entity to the one before it: `Depends on`.
    pub relation: String,
    /// The entity before it on a shortest path; `None` for the page's own.
    pub from: Option<EntityLink>,
    pub owner: Option<EntityLink>,
}

#[derive(Debug, Clone, Serialize)]
pub struct OwnerToTell {
    /// `None` for all that have no owner in the catalog.
    pub owner: Option<EntityLink>,
    /// May be empty.
    pub email: String,
    /// How many dependents it owns.
    pub entities: usize,
}

/// `docs-index.html`: every doc set.
#[derive(Debug, Clone, Serialize)]
pub struct DocsIndex {
    pub page: Frame,
    pub rows: Vec<DocsRow>,
    pub total: usize,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub number: usize,
    pub pages: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct DocsRow {
    /// Name and first page of the doc set.
    pub docs: Link,
    pub entity: EntityLink,
    pub owner: Option<EntityLink>,
    pub pages: usize,
}

/// `docs.html`
#[derive(Debug, Clone, Serialize)]
pub struct DocsPage {
    pub page: Frame,
    /// Name of the doc set.
    pub site_name: String,
    pub site_url: String,
    pub entity: EntityLink,
    pub nav: Vec<NavNode>,
    /// The MkDocs plugin that parts of the page were written for, where it is missed.
    pub notice: Option<String>,
    pub content: SafeHtml,
    /// True when the content itself starts with an h1.
    pub has_heading: bool,
    pub toc: Vec<TocEntry>,
    pub previous: Option<Link>,
    pub next: Option<Link>,
    pub source_url: Option<String>,
    pub edit_url: Option<String>,
    pub last_change: Option<LastChange>,
    /// The code was changed long after the page.
    pub stale: Option<Stale>,
    /// Where readers say what is wrong with the page.
    pub report: Option<ReportLink>,
    /// The page as Markdown.
    pub markdown_url: Option<String>,
    /// The whole doc set on one page.
    pub print_url: Option<String>,
    /// The versions of the documentation, where there are several.
    pub versions: Option<Picker>,
    /// The page is one of an older version.
    pub old_version: Option<OldVersion>,
    /// The same page in the latest version, for pages of versions.
    pub canonical: Option<String>,
    pub findings: Vec<FindingRow>,
    /// Pages of all documentation that link here.
    pub backlinks: Backlinks,
}

/// Pages that link to something, those of one documentation together.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Backlinks {
    pub total: usize,
    /// At most thirty pages in all.
    pub groups: Vec<BacklinkGroup>,
    /// How many are not shown.
    pub more: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct BacklinkGroup {
    /// Name of the doc set.
    pub site_name: String,
    pub pages: Vec<Link>,
}

/// The versions of a documentation, as a page of it leads to them.
#[derive(Debug, Clone, Serialize)]
pub struct Picker {
    /// The name of the page's own.
    pub shown: String,
    /// What the portal shows first, then the others, the newest first.
    pub links: Vec<VersionLink>,
}

/// The same page in a version; the first one where that version has no such page.
#[derive(Debug, Clone, Serialize)]
pub struct VersionLink {
    pub text: String,
    pub url: String,
    pub is_latest: bool,
    pub is_shown: bool,
}

/// What readers of an older version should know.
#[derive(Debug, Clone, Serialize)]
pub struct OldVersion {
    pub name: String,
    /// The same page there, or the first one.
    pub latest: Link,
    /// The latest version has this page.
    pub has_page: bool,
}

/// `moved.html`: what stands at the old address of a documentation page.
#[derive(Debug, Clone, Serialize)]
pub struct MovedPage {
    pub page: Frame,
    /// Where readers are sent.
    pub url: String,
    /// What is there: a title, or the address itself.
    pub to: String,
}

/// How far code moved on since a page was changed.
#[derive(Debug, Clone, Serialize)]
pub struct Stale {
    /// RFC 3339, UTC.
    pub since: String,
    pub files: usize,
    /// RFC 3339, UTC.
    pub last: String,
}

/// The form for a new issue about a page.
#[derive(Debug, Clone, Serialize)]
pub struct ReportLink {
    pub url: String,
    /// The parameter of the address that holds the text, which a script completes with what the reader selected.
    pub body: &'static str,
}

/// The form for a new issue about an entity, or a mail to its owner, begun.
#[derive(Debug, Clone, Serialize)]
pub struct Feedback {
    pub url: String,
    pub is_mail: bool,
}

/// `docs-print.html`: every page of a doc set below one another, or a part of them where they are many.
#[derive(Debug, Clone, Serialize)]
pub struct DocsPrint {
    pub page: Frame,
    pub site_name: String,
    pub site_url: String,
    pub entity: EntityLink,
    /// Every page, with links to where it stands.
    pub contents: Vec<NavNode>,
    pub sheets: Vec<PrintedPage>,
    /// Addresses of all parts; one where everything stands on this page.
    pub parts: Vec<String>,
    /// This part, from 1.
    pub part: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct PrintedPage {
    pub anchor: String,
    pub title: String,
    /// The page by itself.
    pub url: String,
    pub has_heading: bool,
    /// The doc set is too large for the page to be printed; its content is empty.
    pub left_out: bool,
    pub content: SafeHtml,
}

#[derive(Debug, Clone, Serialize)]
pub struct NavNode {
    pub text: String,
    /// None for a section heading.
    pub url: Option<String>,
    pub current: bool,
    /// This node or one below it is current.
    pub open: bool,
    pub children: Vec<NavNode>,
}

#[derive(Debug, Clone, Serialize)]
pub struct TocEntry {
    pub text: String,
    pub anchor: String,
    /// 2 or 3
    pub level: u8,
}

/// `create-index.html`: gallery of templates.
#[derive(Debug, Clone, Serialize)]
pub struct CreateIndex {
    pub page: Frame,
    pub templates: Vec<TemplateCard>,
}

#[derive(Debug, Clone, Serialize)]
pub struct TemplateCard {
    /// Its url leads to the page below /create/.
    pub entity: EntityLink,
    pub description: String,
    pub owner: Option<EntityLink>,
    pub tags: Vec<String>,
}

/// `template.html`: one template: what it asks, what it does, its starter to download.
#[derive(Debug, Clone, Serialize)]
pub struct TemplatePage {
    pub page: Frame,
    pub entity: EntityLink,
    pub entity_url: String,
    pub title: String,
    pub description: SafeHtml,
    pub owner: Option<EntityLink>,
    pub tags: Vec<String>,
    pub parameters: Vec<ParameterPage>,
    pub steps: Vec<StepRow>,
    /// The starter: template and skeleton as a zip; `None` when it has no files.
    pub starter: Option<Starter>,
    pub source_url: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ParameterPage {
    pub title: String,
    pub fields: Vec<ParameterField>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ParameterField {
    pub name: String,
    pub title: String,
    pub description: String,
    pub r#type: String,
    pub required: bool,
    /// Default as text; may be empty.
    pub default: String,
    /// Permitted values, when they are listed.
    pub choices: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct StepRow {
    pub name: String,
    pub action: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Starter {
    pub url: String,
    /// Suggested file name.
    pub name: String,
    /// Bytes of the zip.
    pub size: u64,
    /// Paths inside the zip, in order; at most 500 listed.
    pub files: Vec<String>,
    pub more: usize,
}

/// `graph.html`: domains with their systems. With script, `graph.js` explores what is around one entity.
#[derive(Debug, Clone, Serialize)]
pub struct GraphPage {
    pub page: Frame,
    /// The catalog from afar; on the first page only.
    pub map: SafeHtml,
    /// What the drawing leaves out, in sentences.
    pub left_out: Vec<String>,
    pub domains: Vec<DomainRow>,
    /// How many domains, systems and connections between systems there are.
    pub total_domains: usize,
    pub total_systems: usize,
    pub total_links: usize,
    pub links_url: String,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub number: usize,
    pub pages: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct DomainRow {
    /// Absent where entities have no domain.
    pub entity: Option<EntityLink>,
    pub explore_url: Option<String>,
    pub systems: Vec<SystemRow>,
    pub more_systems: usize,
    pub components: usize,
    pub apis: usize,
    pub resources: usize,
    pub others: usize,
    /// Domains that its entities lead to, the strongest first.
    pub leads_to: Vec<LeadsTo>,
    pub more_leads_to: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct SystemRow {
    /// Absent where entities have no system.
    pub text: Option<String>,
    pub url: Option<String>,
    pub parts: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct LeadsTo {
    pub text: String,
    pub count: usize,
}

/// `graph-links.html`: what leads from system to system, the strongest first.
#[derive(Debug, Clone, Serialize)]
pub struct GraphLinks {
    pub page: Frame,
    pub rows: Vec<GraphLink>,
    pub total: usize,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub number: usize,
    pub pages: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct GraphLink {
    /// Absent where entities have no system.
    pub from: Option<EntityLink>,
    pub to: Option<EntityLink>,
    pub count: usize,
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

/// `activity.html`: the commits of the last weeks, newest first.
#[derive(Debug, Clone, Serialize)]
pub struct ActivityPage {
    pub page: Frame,
    pub days: Vec<ActivityDay>,
    /// How many commits, in how many repositories, on all pages, and how many of them in the last seven days.
    pub commits: usize,
    pub this_week: usize,
    pub repos: usize,
    /// How far the list goes back.
    pub weeks: i64,
    /// The build instant in words, where one is known.
    pub until: Option<String>,
    /// Repositories with so many commits that the older ones are not told.
    pub cut: Vec<String>,
    pub feed_url: Option<String>,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub number: usize,
    pub pages: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct ActivityDay {
    /// `2026-11-23`
    pub date: String,
    /// `Monday, 23 November 2026`
    pub text: String,
    pub commits: Vec<CommitRow>,
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

/// `adoption.html`: everything at a glance, or one of its lists.
#[derive(Debug, Clone, Serialize)]
pub struct AdoptionPage {
    pub page: Frame,
    /// On the first page only.
    pub overview: Option<AdoptionOverview>,
    pub missing: Vec<Draft>,
    pub teams: Vec<CoverageRow>,
    pub repos: Vec<CoverageRow>,
    pub failed: Vec<FindingRow>,
    /// Where the whole of a list is, when the first page shows a part.
    pub all_missing: Option<Link>,
    pub all_teams: Option<Link>,
    pub all_repos: Option<Link>,
    pub all_failed: Option<Link>,
    pub number: usize,
    pub pages: usize,
    pub previous: Option<String>,
    pub next: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct AdoptionOverview {
    /// (what, how much of it)
    pub shares: Vec<(&'static str, ShareCell)>,
    pub trend: Option<Trend>,
}

/// So many of so many; `of` may be 0.
#[derive(Debug, Clone, Serialize)]
pub struct ShareCell {
    pub has: usize,
    pub of: usize,
    pub percent: usize,
}

/// What a team or a repository has.
#[derive(Debug, Clone, Serialize)]
pub struct CoverageRow {
    /// In the list of teams; `None` where nobody is named.
    pub team: Option<EntityLink>,
    /// In the list of repositories.
    pub repo: Option<Link>,
    /// yes, failed, none; empty for teams.
    pub described: &'static str,
    pub entities: usize,
    /// Owner, docs, API definitions, lifecycle.
    pub shares: Vec<ShareCell>,
}

/// How the catalog grew in the last months.
#[derive(Debug, Clone, Serialize)]
pub struct Trend {
    /// Of a line, in a box of `width` and `height`.
    pub points: String,
    pub width: usize,
    pub height: usize,
    /// The first and the last of the months, in words.
    pub since: String,
    pub until: String,
    pub entities: usize,
    /// Since the first of the months.
    pub added: usize,
    /// Newest first.
    pub months: Vec<TrendMonth>,
    /// Entities whose beginning git does not know.
    pub undated: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct TrendMonth {
    /// `2026-11`
    pub month: String,
    /// `November 2026`
    pub text: String,
    /// At its end.
    pub entities: usize,
    pub added: usize,
}

/// A descriptor that a repository lacks.
#[derive(Debug, Clone, Serialize)]
pub struct Draft {
    pub repo: Link,
    /// `catalog-info.yaml`
    pub file: &'static str,
    /// The forge's page for a new file, where it has one.
    pub add: Option<DraftLink>,
    /// Highlighted.
    pub source: SafeHtml,
}

#[derive(Debug, Clone, Serialize)]
pub struct DraftLink {
    pub url: String,
    /// `GitHub`
    pub forge: &'static str,
    /// The text stands there already.
    pub is_filled: bool,
}

/// `me.html`: what this browser keeps of its reader.
#[derive(Debug, Clone, Serialize)]
pub struct MePage {
    pub page: Frame,
}

/// `usage.html`: how often entities and their documentation are read.
#[derive(Debug, Clone, Serialize)]
pub struct UsagePage {
    pub page: Frame,
    /// At most fifty.
    pub most: Vec<ReadRow>,
    /// At most fifty others, the least read first.
    pub least: Vec<ReadRow>,
    /// The period that views are counted in, and its last day in words.
    pub days: i64,
    pub until: String,
    /// Of all pages.
    pub views: u64,
}

#[derive(Debug, Clone, Serialize)]
pub struct ReadRow {
    pub entity: EntityLink,
    pub owner: Option<EntityLink>,
    pub views: u64,
    /// In the period before.
    pub before: u64,
    /// Entities that use it, and how many others own those.
    pub users: usize,
    pub owners: usize,
}

/// Who reads an entity's pages and who depends on it.
#[derive(Debug, Clone, Serialize)]
pub struct Readers {
    pub views: u64,
    /// In the period before.
    pub before: u64,
    pub days: i64,
    pub until: String,
    pub users: usize,
    /// Owners of those; at most six.
    pub owners: Vec<EntityLink>,
    pub more_owners: usize,
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

/// `health.html`: lifecycles by owner, what ends and who still uses it, findings by rule. Tables hold at most a hundred
/// rows each.
#[derive(Debug, Clone, Serialize)]
pub struct HealthPage {
    pub page: Frame,
    /// Label, number and where on the page it is explained.
    pub figures: Vec<(&'static str, usize, &'static str)>,
    /// The columns of `owners`.
    pub lifecycles: Vec<String>,
    pub owners: Vec<OwnerRow>,
    pub more_owners: usize,
    /// Deprecated entities that are still used.
    pub retired: Vec<RetiredRow>,
    pub more_retired: usize,
    pub risky: Vec<RiskyRow>,
    pub more_risky: usize,
    pub ends: Vec<EndRow>,
    pub more_ends: usize,
    pub rules: Vec<RuleRow>,
    pub csv_url: String,
    /// The end dates for a calendar, where there are any.
    pub calendar_url: Option<String>,
}

/// What an owner has.
#[derive(Debug, Clone, Serialize)]
pub struct OwnerRow {
    /// `None` for everything that should have an owner and has none.
    pub owner: Option<EntityLink>,
    /// A number for each lifecycle, leading to the catalog; no address where it is 0.
    pub cells: Vec<Link>,
    pub total: Link,
    /// Deprecated entities that are still used.
    pub in_use: usize,
    pub findings: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct RetiredRow {
    pub entity: EntityLink,
    pub owner: Option<EntityLink>,
    /// `2027-03-31`; may be empty.
    pub day: String,
    pub successor: Option<EntityLink>,
    /// At most twenty.
    pub users: Vec<UserRow>,
    pub more: usize,
}

/// A user of something, and whom to tell.
#[derive(Debug, Clone, Serialize)]
pub struct UserRow {
    pub entity: EntityLink,
    pub owner: Option<EntityLink>,
}

/// A production entity that uses an experimental one.
#[derive(Debug, Clone, Serialize)]
pub struct RiskyRow {
    pub user: EntityLink,
    pub owner: Option<EntityLink>,
    pub target: EntityLink,
    pub target_owner: Option<EntityLink>,
}

/// An entity with an end.
#[derive(Debug, Clone, Serialize)]
pub struct EndRow {
    /// `2027-03-31`
    pub day: String,
    /// The build came later.
    pub is_past: bool,
    pub entity: EntityLink,
    pub owner: Option<EntityLink>,
    pub successor: Option<EntityLink>,
    pub users: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct RuleRow {
    /// warning, error
    pub severity: &'static str,
    pub rule: &'static str,
    pub summary: Vec<Piece>,
    pub count: usize,
}

/// `report.html`: what this build read and what it found.
#[derive(Debug, Clone, Serialize)]
pub struct ReportPage {
    pub page: Frame,
    /// (label, number) in reading order.
    pub counts: Vec<(&'static str, usize)>,
    pub repos: Vec<RepoRow>,
    pub more_repos: usize,
    /// Errors first; at most 500.
    pub findings: Vec<FindingRow>,
    pub more_findings: usize,
    /// Doc sets with links that lead nowhere, those with most of them first.
    pub docs: Vec<DocsHealth>,
    pub more_docs: usize,
    /// Version of callboard that built the site.
    pub version: &'static str,
    /// RFC 3339: newest commit or SOURCE_DATE_EPOCH; may be empty.
    pub instant: String,
    pub json_url: String,
}

/// What is wrong with the links of a doc set.
#[derive(Debug, Clone, Serialize)]
pub struct DocsHealth {
    pub docs: Link,
    pub entity: EntityLink,
    pub links: usize,
    pub anchors: usize,
    pub images: usize,
    /// The first of them, by file and line.
    pub findings: Vec<FindingRow>,
    pub more: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct RepoRow {
    pub id: String,
    /// fresh, empty, failed
    pub status: String,
    /// Abbreviated commit id; empty for plain folders.
    pub commit: String,
    pub entities: usize,
    pub docs_pages: usize,
    pub url: Option<String>,
}
