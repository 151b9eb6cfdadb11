//! The page types: one file each, one row here.
//!
//! A row says how many pages of the type there are and makes each from the site. Types in [`CLOSING`] need what all
//! others found and come last.

mod activity;
mod adoption;
mod api;
mod catalog;
mod create;
mod data;
mod definition;
mod dependencies;
mod docs;
mod docs_index;
mod entity;
mod graph;
mod graph_data;
mod health;
mod home;
mod inspector;
mod me;
mod moved;
mod not_found;
mod notice;
mod people;
mod plugin;
mod report;
mod schema;
mod search;
mod teams;
mod usage;

use super::{Rendered, Site};
use crate::diagnostics::Finding;

pub use docs::{Press, Sheet, print};
pub use report::Counts;

/// One type of page.
pub struct PageType {
    pub name: &'static str,
    /// How many pages there are.
    pub count: fn(&Site<'_>) -> usize,
    /// Makes one of them, by its number.
    pub render: fn(&Site<'_>, usize) -> Rendered,
}

/// Types whose pages stand on their own, in the order of their search documents.
pub const PAGE_TYPES: [PageType; 25] = [
    PageType { name: "catalog", count: catalog::count, render: catalog::render },
    PageType { name: "entity", count: entity::count, render: entity::render },
    PageType { name: "definition", count: definition::count, render: definition::render },
    PageType { name: "dependencies", count: dependencies::count, render: dependencies::render },
    PageType { name: "plugin", count: plugin::count, render: plugin::render },
    PageType { name: "plugin-page", count: plugin::page_count, render: plugin::render_page },
    PageType { name: "create", count: create::count, render: create::render },
    PageType { name: "docs-index", count: docs_index::count, render: docs_index::render },
    PageType { name: "docs", count: docs::count, render: docs::render },
    PageType { name: "docs-versions", count: docs::versions::count, render: docs::versions::render },
    PageType { name: "docs-latest", count: docs::versions::latest_count, render: docs::versions::render_latest },
    PageType { name: "moved", count: moved::count, render: moved::render },
    PageType { name: "graph", count: graph::count, render: graph::render },
    PageType { name: "teams", count: |_| 1, render: teams::render },
    PageType { name: "activity", count: activity::count, render: activity::render },
    PageType { name: "adoption", count: adoption::count, render: adoption::render },
    PageType { name: "me", count: |_| 1, render: me::render },
    PageType { name: "usage", count: usage::count, render: usage::render },
    PageType { name: "search", count: |_| 1, render: search::render },
    PageType { name: "404", count: |_| 1, render: not_found::render },
    PageType { name: "notice", count: |_| 1, render: notice::render },
    PageType { name: "data", count: data::count, render: data::render },
    PageType { name: "graph-data", count: graph_data::count, render: graph_data::render },
    PageType { name: "api", count: api::count, render: api::render },
    PageType { name: "schema", count: schema::count, render: schema::render },
];

/// What the closing pages know beside the site.
pub struct Closing<'a> {
    /// Every finding of the build, sorted.
    pub findings: &'a [Finding],
    pub counts: Counts,
}

/// A type of page that needs what all others found.
pub struct ClosingType {
    pub name: &'static str,
    pub render: fn(&Site<'_>, &Closing<'_>) -> Rendered,
}

/// Types that come last.
pub const CLOSING: [ClosingType; 3] = [
    ClosingType { name: "home", render: home::render },
    ClosingType { name: "health", render: health::render },
    ClosingType { name: "report", render: report::render },
];

/// The first page of a list.
pub(super) fn list_route(list: &super::EntityList) -> String {
    catalog::route(list, 0)
}

/// Pages that a list of `length` rows takes; an empty list has one.
fn page_count(length: usize, per_page: usize) -> usize {
    length.div_ceil(per_page).max(1)
}
