//! What stands behind an entity: its identity, how it was found, and what is written beside it.

use super::super::view::{Inspector, Link};
use super::super::{Linker, Site};
use crate::api;
use crate::catalog::{EntityId, Parent};

/// Entities of the same file that are named, and Locations that lead to it.
const MOST_COLOCATED: usize = 50;
const MOST_ANCESTORS: usize = 20;

pub(super) fn inspector(site: &Site<'_>, id: EntityId, address: &str, links: &Linker) -> Inspector {
    let entity = site.catalog.entity(id);
    let colocated = site.colocated(id);
    let others = colocated.iter().filter(|other| **other != id);
    let (ancestors, origin) = ancestors(site, id);
    Inspector {
        uid: api::uid(&entity.reference).to_string(),
        origin,
        ancestors: ancestors.iter().map(|id| site.entity_link(*id, links)).collect(),
        more_colocated: colocated.len().saturating_sub(1 + MOST_COLOCATED),
        colocated: others.take(MOST_COLOCATED).map(|id| site.entity_link(*id, links)).collect(),
        files: [("JSON", ".json"), ("Ancestry", "/ancestry.json")]
            .map(|(text, ending)| Link { text: text.to_string(), url: format!("{}{address}{ending}", links.root()) })
            .into(),
    }
}

/// The Locations that lead to an entity, the nearest first, and the configured one that leads to them; may be empty.
fn ancestors(site: &Site<'_>, id: EntityId) -> (Vec<EntityId>, String) {
    let mut found = Vec::new();
    let mut at = id;
    loop {
        match &site.catalog.entity(at).parent {
            Some(Parent::Configured(origin)) => return (found, format!("{}:{}", origin.kind, origin.target)),
            Some(Parent::Location(reference)) => match site.catalog.find(reference) {
                // Locations that name one another's files end where the first stands again.
                Some(parent) if parent != id && !found.contains(&parent) && found.len() < MOST_ANCESTORS => {
                    found.push(parent);
                    at = parent;
                }
                _ => return (found, String::new()),
            },
            None => return (found, String::new()),
        }
    }
}
