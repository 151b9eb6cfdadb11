//! Views of what the portal says of itself: activity, adoption, usage, health, the build report.

use super::{CommitRow, EntityLink, FindingRow, Frame, Link, Piece, SafeHtml};
use serde::Serialize;

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
    pub shares: Vec<(String, ShareCell)>,
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

/// `health.html`: lifecycles by owner, what ends and who still uses it, findings by rule. Tables hold at most a hundred
/// rows each.
#[derive(Debug, Clone, Serialize)]
pub struct HealthPage {
    pub page: Frame,
    /// Label, number and where on the page it is explained.
    pub figures: Vec<(String, usize, &'static str)>,
    /// Plugins tell what fails; how much they told of.
    pub knows_failing: bool,
    pub problems: usize,
    /// Those with most problems first; a hundred entities at most.
    pub failing: Vec<FailingOwner>,
    /// Entities that are left out.
    pub more_failing: usize,
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
    /// How the numbers moved, where the configuration names what earlier builds found.
    pub trend: Option<HealthTrend>,
    /// The levels of the scorecard, the lowest first.
    pub levels: Vec<String>,
    pub scores: Vec<ScoreRow>,
    pub more_scores: usize,
    /// Docs that the code left behind.
    pub behind: Vec<AgeRow>,
    pub more_behind: usize,
    /// Git tells the age of docs and code.
    pub knows_ages: bool,
    pub rules: Vec<RuleRow>,
    /// What is read, where that is known.
    pub reads: Option<HealthReads>,
    pub csv_url: String,
    /// The end dates for a calendar, where there are any.
    pub calendar_url: Option<String>,
}

/// What fails of an owner's entities now.
#[derive(Debug, Clone, Serialize)]
pub struct FailingOwner {
    /// `None` for what has no owner.
    pub owner: Option<EntityLink>,
    /// Of all its entities, those that are left out too.
    pub problems: usize,
    pub entities: Vec<FailingRow>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FailingRow {
    pub entity: EntityLink,
    /// At most five.
    pub problems: Vec<ProblemRow>,
    pub more: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct ProblemRow {
    /// The plugin's.
    pub title: String,
    pub text: String,
    /// Its tab; may be empty.
    pub url: String,
}

/// A team by the scorecard.
#[derive(Debug, Clone, Serialize)]
pub struct ScoreRow {
    /// `None` for everything that should have an owner and has none.
    pub owner: Option<EntityLink>,
    /// The level that all its entities reached, and the next one.
    pub level: Option<String>,
    pub next: Option<String>,
    /// How many entities reached no level, the first and no more, and so on.
    pub counts: Vec<usize>,
    /// What moves it to the next level.
    pub steps: Vec<ScoreStep>,
}

/// What some entities of a team lack.
#[derive(Debug, Clone, Serialize)]
pub struct ScoreStep {
    pub text: String,
    pub count: usize,
    /// At most three.
    pub entities: Vec<EntityLink>,
    pub more: usize,
}

/// A documentation that the code left behind. Days as `2026-11-22`.
#[derive(Debug, Clone, Serialize)]
pub struct AgeRow {
    /// The oldest of its pages that are behind.
    pub oldest: Link,
    pub entity: EntityLink,
    pub owner: Option<EntityLink>,
    /// Pages that are behind, of how many.
    pub pages: usize,
    pub of: usize,
    /// When that page was changed, how many files of the code were since, and when the last of them was.
    pub since: String,
    pub files: usize,
    pub last: String,
    pub days: i64,
}

/// How the numbers moved, week by week.
#[derive(Debug, Clone, Serialize)]
pub struct HealthTrend {
    pub curves: Vec<Curve>,
    /// Of each drawing.
    pub width: usize,
    pub height: usize,
    /// The Monday of the first week, as `2026-11-16`.
    pub since: String,
    /// There is only this week.
    pub is_first: bool,
    /// Newest first; at most 26.
    pub weeks: Vec<TrendWeek>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Curve {
    pub text: String,
    /// Of a line, in the drawing's box.
    pub points: String,
    pub now: usize,
    /// In the first week.
    pub before: usize,
}

#[derive(Debug, Clone, Serialize)]
pub struct TrendWeek {
    /// Its Monday.
    pub day: String,
    /// Entities, then a number for each curve.
    pub numbers: Vec<usize>,
}

/// What is read most and least: at most five entities each.
#[derive(Debug, Clone, Serialize)]
pub struct HealthReads {
    pub most: Vec<ReadRow>,
    pub least: Vec<ReadRow>,
    pub days: i64,
    pub until: String,
    /// The page that shows more.
    pub url: String,
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
    /// What fails now.
    pub failing: usize,
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
    pub counts: Vec<(String, usize)>,
    /// Those that list repositories.
    pub sources: Vec<SourceRow>,
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

/// A source that lists repositories.
#[derive(Debug, Clone, Serialize)]
pub struct SourceRow {
    pub id: String,
    pub repos: usize,
    /// Why its list is not whole.
    pub fault: Option<String>,
    /// When it was whole the last time: RFC 3339, UTC; may be empty.
    pub since: String,
    /// The line of a crontab for its schedule.
    pub cron: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct RepoRow {
    pub id: String,
    /// fresh, stale, empty, gone, failed
    pub status: &'static str,
    /// Why it is not fresh; may be empty.
    pub reason: String,
    /// When its state was confirmed the last time, where that is not now: RFC 3339, UTC; may be empty.
    pub since: String,
    pub is_archived: bool,
    /// Abbreviated commit id; empty for plain folders.
    pub commit: String,
    pub entities: usize,
    pub docs_pages: usize,
    pub url: Option<String>,
}
