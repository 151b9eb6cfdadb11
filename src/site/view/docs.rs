//! Views of documentation.

use super::{EarlierState, EntityLink, FindingRow, Frame, LastChange, Link, Reported, SafeHtml};
use serde::Serialize;

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
    /// Of its repository: stale, gone, archived, or empty.
    pub state: &'static str,
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
    /// Its repository could not be refreshed.
    pub earlier: Option<EarlierState>,
    /// The code was changed long after the page.
    pub stale: Option<Stale>,
    /// Where readers say what is wrong with the page.
    pub report: Option<ReportLink>,
    /// What they said.
    pub reported: Option<Reported>,
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

#[derive(Debug, Clone, Default, Serialize)]
pub struct NavNode {
    pub text: String,
    /// None for a section heading.
    pub url: Option<String>,
    pub current: bool,
    /// This node or one below it is current.
    pub open: bool,
    /// A section of which only this entry is shown.
    pub is_folded: bool,
    pub children: Vec<NavNode>,
}

#[derive(Debug, Clone, Serialize)]
pub struct TocEntry {
    pub text: String,
    pub anchor: String,
    /// 2 or 3
    pub level: u8,
}
