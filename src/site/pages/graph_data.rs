//! The graph as classic-script shards, for the explorer: `data/graph/root.js`, `data/graph/0.js`, …, and
//! `data/graph/find-0.js`, …, which tell the number of a ref.
//!
//! Entities of one system have numbers side by side, so that a neighbourhood needs few shards. The longest lists of an
//! entity's relations are cut, and say so.

use super::super::{Rendered, Site, route};
use super::data::script;
use super::page_count;
use crate::catalog::{EntityId, RelationType};
use crate::graph::End;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Rows of one shard: about 8 KB gzip.
const PER_SHARD: usize = 128;
/// Refs of one shard that tells numbers, on average.
const PER_FINDER: usize = 1000;
/// Ends of one relation type that a row names.
const MOST_ENDS: usize = 200;

/// The root is number 0, the rows follow, then the numbers of refs.
pub(super) fn count(site: &Site<'_>) -> usize {
    1 + shards(site) + finders(site)
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let order = &site.clusters().order;
    let file = match number.checked_sub(1) {
        None => ("data/graph/root.js".to_string(), script("graph", "\"root\"", &root(site))),
        Some(shard) if shard < shards(site) => {
            let rows: Json = order.iter().skip(shard * PER_SHARD).take(PER_SHARD).map(|id| row(site, *id)).collect();
            (format!("data/graph/{shard}.js"), script("graph", &shard.to_string(), &rows))
        }
        Some(number) => {
            let finder = number - shards(site);
            let numbers: BTreeMap<&str, usize> = order
                .iter()
                .enumerate()
                .map(|(number, id)| (&*site.catalog.entity(*id).reference, number))
                .filter(|(reference, _)| hash(reference) as usize % finders(site) == finder)
                .collect();
            let key = format!("\"find-{finder}\"");
            (format!("data/graph/find-{finder}.js"), script("graph", &key, &json!(numbers)))
        }
    };
    Rendered { files: vec![file], ..Rendered::default() }
}

fn shards(site: &Site<'_>) -> usize {
    page_count(site.catalog.len(), PER_SHARD)
}

fn finders(site: &Site<'_>) -> usize {
    page_count(site.catalog.len(), PER_FINDER)
}

/// FNV-1a over UTF-8, as the explorer has it.
fn hash(reference: &str) -> u32 {
    reference.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

fn root(site: &Site<'_>) -> Json {
    let relations = &site.clusters().relations;
    let rows = relations.iter().map(|relation| {
        let opposite = relations.iter().position(|other| *other == relation.opposite());
        json!([relation.name(), site.relation_words(*relation), opposite, relation.is_forward()])
    });
    let kinds = site.catalog.kinds.iter();
    let kinds: Map<String, Json> =
        kinds.map(|kind| (kind.id.to_string(), json!([site.kind_name(kind), kind.glyph]))).collect();
    json!({
        "total": site.catalog.len(),
        "perShard": PER_SHARD,
        "finders": finders(site),
        "relations": rows.collect::<Vec<_>>(),
        "kinds": kinds,
    })
}

/// Ref, title, kind, type, lifecycle, owner, tags, route, relations; each relation with its number in the root, its ends
/// and how many ends are not named. An end is a number, or a ref that the catalog does not have.
fn row(site: &Site<'_>, id: EntityId) -> Json {
    let entity = site.catalog.entity(id);
    let clusters = site.clusters();
    let edges = site.graph.edges(id).chunk_by(|a, b| a.relation == b.relation).map(|group| {
        let relation = clusters.relations.iter().position(|relation| *relation == group[0].relation);
        let ends: Vec<Json> = group
            .iter()
            .take(MOST_ENDS)
            .map(|edge| match edge.target {
                End::Entity(target) => json!(clusters.numbers[target.0 as usize]),
                End::Dangling(number) => json!(site.graph.dangling(number)),
            })
            .collect();
        json!([relation, ends, group.len().saturating_sub(MOST_ENDS)])
    });
    json!([
        &*entity.reference,
        entity.display_name(),
        entity.kind.id,
        entity.r#type.as_deref().unwrap_or_default(),
        entity.lifecycle.as_deref().unwrap_or_default(),
        entity.target(RelationType::OwnedBy).map_or("", |owner| owner),
        entity.tags.iter().map(|tag| &**tag).collect::<Vec<_>>(),
        route::entity(entity),
        edges.collect::<Vec<_>>(),
    ])
}

#[cfg(test)]
mod tests {
    #[test]
    fn refs_hash_as_the_explorer_has_it() {
        assert_eq!(super::hash(""), 0x811c_9dc5);
        assert_eq!(super::hash("a"), 0xe40c_292c);
        assert_eq!(super::hash("foobar"), 0xbf9c_f968);
    }
}
