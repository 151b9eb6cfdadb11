//! The catalog as Backstage's API gives it.

use crate::catalog::{Catalog, EntityId};
use crate::graph::{End, Graph};
use serde_json::{Value as Json, json};

/// The entity with its relations.
pub fn entity(catalog: &Catalog, graph: &Graph, id: EntityId) -> Json {
    let mut data: Json = serde_json::from_str(&catalog.entity(id).data).unwrap_or_default();
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
    let relations = relations.into_iter().map(|(name, target)| json!({ "type": name, "targetRef": target })).collect();
    if let Some(entity) = data.as_object_mut() {
        entity.insert("relations".to_string(), Json::Array(relations));
    }
    data
}
