//! The catalog as Backstage's catalog API gives it.
//!
//! In: the catalog and its graph. Out: entities as clients of that API expect them, what brought each one in, the values
//! of facets, the locations. The room knows no paths and no pages.

mod ancestry;
mod facets;
mod identity;

use crate::catalog::{Catalog, EntityId};
use crate::graph::{End, Graph};
use crate::source::Snapshot;
use crate::source::date::rfc3339;
use serde_json::{Value as Json, json};

pub use ancestry::{Location, ancestry, locations};
pub use facets::{FACETS, FacetCount, facets};
pub use identity::uid;

/// An entity with what a server adds to it: its relations, its status where an earlier state of it is shown, a `uid` that
/// is the same in every build, and an `etag` that changes with the content.
pub fn entity(catalog: &Catalog, snapshot: &Snapshot, graph: &Graph, id: EntityId) -> Json {
    let stored = catalog.entity(id);
    let mut data: Json = serde_json::from_str(&stored.data).unwrap_or_default();
    if let Some(stale) = snapshot.repo(stored.written.repo).status.stale() {
        data["status"] = json!({ "items": [{
            "type": if stale.is_gone { "callboard.dev/repository-gone" } else { "callboard.dev/repository-stale" },
            "level": "warning",
            "message": format!("an earlier state is shown: {}", stale.reason),
            "stale_since": stale.since.and_then(rfc3339),
            "stale_reason": stale.reason,
        }] });
    }
    finished(data, &stored.reference, relations(catalog, graph, id))
}

/// A stored entity with its relations and its identity. As in Backstage a given `uid` is replaced, a given `etag` kept.
fn finished(mut data: Json, reference: &str, relations: Vec<Json>) -> Json {
    data["relations"] = Json::Array(relations);
    if let Some(metadata) = data.get_mut("metadata").and_then(Json::as_object_mut) {
        metadata.insert("uid".to_string(), identity::uid(reference).to_string().into());
    }
    if data["metadata"]["etag"].is_null() {
        let etag = identity::etag(&data);
        data["metadata"]["etag"] = etag.into();
    }
    data
}

/// Sorted by type, then target.
fn relations(catalog: &Catalog, graph: &Graph, id: EntityId) -> Vec<Json> {
    let mut relations: Vec<(&str, &str)> = graph
        .edges(id)
        .iter()
        .map(|edge| {
            let target = match edge.target {
                End::Entity(target) => &*catalog.entity(target).reference,
                End::Dangling(number) => graph.dangling(number),
            };
            (edge.relation.name(), target)
        })
        .collect();
    relations.sort_unstable();
    relations.into_iter().map(|(name, target)| json!({ "type": name, "targetRef": target })).collect()
}
