//! Views of what plugins show.

use super::{EarlierState, EntityLink, Frame, SafeHtml, Tab};
use serde::Serialize;

/// `plugin.html`: a tab of an entity.
#[derive(Debug, Clone, Serialize)]
pub struct PluginTab {
    pub page: Frame,
    pub entity: EntityLink,
    pub title: String,
    pub earlier: Option<EarlierState>,
    pub is_archived: bool,
    pub tabs: Vec<Tab>,
    pub plugin: PluginView,
}

/// `plugin-page.html`: a page of its own.
#[derive(Debug, Clone, Serialize)]
pub struct PluginPage {
    pub page: Frame,
    pub description: String,
    pub plugin: PluginView,
}

/// What a plugin shows on a page.
#[derive(Debug, Clone, Serialize)]
pub struct PluginView {
    pub name: String,
    pub title: String,
    pub icon: String,
    /// Made by the operator's template, which escapes what it is given.
    pub html: SafeHtml,
    /// The template failed; the report says why.
    pub failed: bool,
    /// Nothing of it was ever read.
    pub is_unread: bool,
    /// When the oldest of the data were so, as an ISO time; may be empty.
    pub as_of: String,
    pub stale: Vec<StaleSource>,
    pub live: Option<PluginLive>,
    /// Files that its pages load; may be empty.
    pub style: String,
    pub script: String,
}

/// A source that gave nothing new.
#[derive(Debug, Clone, Serialize)]
pub struct StaleSource {
    pub name: String,
    pub reason: String,
    /// There is something older.
    pub has_data: bool,
}

/// Where browsers read newer data.
#[derive(Debug, Clone, Serialize)]
pub struct PluginLive {
    pub url: String,
    /// Seconds.
    pub every: u32,
}

/// A card on an entity's overview.
#[derive(Debug, Clone, Serialize)]
pub struct PluginCard {
    /// The tab; may be empty.
    pub url: String,
    pub plugin: PluginView,
}

/// A word beside the entity's name.
#[derive(Debug, Clone, Serialize)]
pub struct PluginBadge {
    /// The plugin's.
    pub title: String,
    pub text: String,
    /// good, warn, bad, busy, off
    pub tone: &'static str,
    /// The tab; may be empty.
    pub url: String,
}
