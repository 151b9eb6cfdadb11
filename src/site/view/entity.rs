//! Views of the pages of an entity.

use super::{
    Backlinks, CommitRow, EarlierState, EntityLink, Feedback, FindingRow, Frame, LastChange, Link, PluginBadge,
    PluginCard, Readers, RelationGroup, Reported, SafeHtml,
};
use serde::Serialize;

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
    /// Its repository could not be refreshed.
    pub earlier: Option<EarlierState>,
    /// Nobody works on its repository any more.
    pub is_archived: bool,
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
    /// What they said.
    pub reported: Option<Reported>,
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
    /// How it fares, where it is scored.
    pub scorecard: Option<Scorecard>,
    /// What plugins say of it in a word.
    pub badges: Vec<PluginBadge>,
    pub cards: Vec<PluginCard>,
    /// Stylesheets and scripts of the cards.
    pub plugin_styles: Vec<String>,
    pub plugin_scripts: Vec<String>,
    /// How often it is read, where that is known.
    pub readers: Option<Readers>,
    /// The entity as YAML, highlighted.
    pub source: SafeHtml,
    pub inspector: Inspector,
}

/// How an entity fares by the scorecard.
#[derive(Debug, Clone, Serialize)]
pub struct Scorecard {
    /// The highest level that it reached.
    pub level: Option<String>,
    /// The lowest first.
    pub levels: Vec<ScorecardLevel>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ScorecardLevel {
    pub name: String,
    pub reached: bool,
    /// Those that are asked of such entities.
    pub checks: Vec<ScorecardCheck>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ScorecardCheck {
    pub text: String,
    pub passed: bool,
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
    /// overview, definition, dependencies, docs, create, or the name of a plugin
    pub id: String,
    pub text: String,
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
    /// What plugins say fails now.
    pub failing: usize,
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
    pub entities: Vec<OwnedRow>,
    /// Where all of them are listed, if these are not all; may be empty.
    pub rest: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct OwnedRow {
    pub entity: EntityLink,
    /// The worst that plugins say, if somebody should look at it; at most one.
    pub badges: Vec<PluginBadge>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    pub display_name: String,
    pub email: String,
    pub picture: Option<String>,
}

/// `definition.html`: an API's definition, highlighted.
#[derive(Debug, Clone, Serialize)]
pub struct DefinitionPage {
    pub page: Frame,
    pub entity: EntityLink,
    pub title: String,
    pub earlier: Option<EarlierState>,
    pub is_archived: bool,
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
    /// The explorer around the entity, along the relations by which a fault travels.
    pub explore_url: String,
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
    /// The explorer with the ways between the two, where there is something between them.
    pub paths_url: Option<String>,
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
