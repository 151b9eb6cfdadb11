//! Views of the graph.

use super::{EntityLink, Frame, SafeHtml};
use serde::Serialize;

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
