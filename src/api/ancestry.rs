//! What brought an entity into the catalog, up to what the configuration names.

use super::{finished, identity};
use crate::catalog::{Catalog, Entity, EntityId, Parent};
use crate::graph::Graph;
use crate::source::{Origin, Snapshot};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// An entity that weighs more, in bytes, is given short. A Location may name thousands of files and stands in the
/// ancestry of every entity in them: given in full, the files would grow with the square of the catalog.
const LONGEST: usize = 16 << 10;
/// Bytes that one relation takes.
const RELATION: usize = 100;

const BY_LOCATION: &str = "backstage.io/managed-by-location";
const BY_ORIGIN: &str = "backstage.io/managed-by-origin-location";

/// `{rootEntityRef, items: [{entity, parentEntityRefs}]}`: the entity, the Locations that lead to it, and at last the
/// one that Backstage generates for each location that a configuration names. `entity` is the JSON of the entity, which
/// the caller has: the answer is put together as text, so that no entity is written twice.
pub fn ancestry(catalog: &Catalog, snapshot: &Snapshot, graph: &Graph, id: EntityId, entity: &str) -> String {
    let root = Json::from(&*catalog.entity(id).reference);
    let mut text = format!("{{\"rootEntityRef\":{root},\"items\":[");
    let mut seen = Vec::new();
    let mut at = id;
    loop {
        seen.push(at);
        let stored = catalog.entity(at);
        let shown = if weight(stored, graph, at) > LONGEST {
            Cow::Owned(short(stored).to_string())
        } else if at == id {
            Cow::Borrowed(entity)
        } else {
            Cow::Owned(super::entity(catalog, snapshot, graph, at).to_string())
        };
        match &stored.parent {
            Some(Parent::Location(reference)) => {
                push(&mut text, &shown, Some(reference));
                // Locations that name one another's files end where the first stands again.
                match catalog.find(reference).filter(|parent| !seen.contains(parent)) {
                    Some(parent) => {
                        text.push(',');
                        at = parent;
                    }
                    None => break,
                }
            }
            Some(Parent::Configured(origin)) => {
                let (reference, location) = generated(origin);
                push(&mut text, &shown, Some(&reference));
                text.push(',');
                push(&mut text, &location.to_string(), None);
                break;
            }
            None => {
                push(&mut text, &shown, None);
                break;
            }
        }
    }
    text.push_str("]}");
    text
}

/// A location that the configuration names, or the folder of a scan.
#[derive(Debug, Serialize)]
pub struct Location<'a> {
    /// The uid of the Location that is generated for it.
    pub id: String,
    pub r#type: &'static str,
    pub target: &'a str,
}

/// Every such location that brought something, by type and target.
pub fn locations(catalog: &Catalog) -> Vec<Location<'_>> {
    let mut origins: BTreeMap<(&str, &str), &Origin> = BTreeMap::new();
    for entity in &catalog.entities {
        if let Some(Parent::Configured(origin)) = &entity.parent {
            origins.insert((origin.kind, &origin.target), origin);
        }
    }
    let listed = origins.into_values().map(|origin| Location {
        id: identity::uid(&generated_ref(origin)).to_string(),
        r#type: origin.kind,
        target: &origin.target,
    });
    listed.collect()
}

/// One item: an entity and what brought it.
fn push(text: &mut String, entity: &str, parent: Option<&str>) {
    text.push_str("{\"entity\":");
    text.push_str(entity);
    text.push_str(",\"parentEntityRefs\":[");
    text.extend(parent.map(|parent| Json::from(parent).to_string()));
    text.push_str("]}");
}

/// About how long an entity's JSON is, without making it.
fn weight(entity: &Entity, graph: &Graph, id: EntityId) -> usize {
    entity.data.len() + graph.edges(id).len() * RELATION
}

/// What says which entity it is and where it came from.
fn short(entity: &Entity) -> Json {
    let annotations: BTreeMap<&str, &str> =
        [BY_LOCATION, BY_ORIGIN].into_iter().filter_map(|name| Some((name, entity.annotation(name)?))).collect();
    json!({
        "apiVersion": entity.kind.api_versions.first(),
        "kind": entity.kind.name,
        "metadata": {
            "namespace": entity.namespace,
            "name": entity.name,
            "annotations": annotations,
            "uid": identity::uid(&entity.reference).to_string(),
        },
    })
}

/// The Location that Backstage makes of a location, with its ref. It stands in no list.
fn generated(origin: &Origin) -> (String, Json) {
    let reference = generated_ref(origin);
    let location = format!("{}:{}", origin.kind, origin.target);
    let data = json!({
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Location",
        "metadata": {
            "namespace": "default",
            "name": generated_name(origin),
            "annotations": { BY_LOCATION: location, BY_ORIGIN: location },
        },
        "spec": { "type": origin.kind, "target": origin.target },
    });
    let entity = finished(data, &reference, Vec::new());
    (reference, entity)
}

fn generated_ref(origin: &Origin) -> String {
    format!("location:default/{}", generated_name(origin))
}

fn generated_name(origin: &Origin) -> String {
    format!("generated-{}", identity::sha1(format!("{}:{}", origin.kind, origin.target).as_bytes()))
}
