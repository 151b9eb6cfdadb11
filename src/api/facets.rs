//! Which values a field has in the catalog, and how often.

use crate::catalog::{Catalog, Entity, EntityId, RelationType};
use crate::graph::{End, Graph};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The fields by which the catalog pages of Backstage let people choose.
pub const FACETS: [&str; 8] = [
    "kind",
    "metadata.namespace",
    "metadata.tags",
    "spec.type",
    "spec.lifecycle",
    "spec.owner",
    "relations.ownedBy",
    "relations.partOf",
];

/// Longer values, in characters, stand in no index of Backstage.
const LONGEST: usize = 200;

/// How many entities have a value.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FacetCount {
    /// In the case it is written in.
    pub value: String,
    pub count: usize,
}

/// The values of each of [`FACETS`], in their order; values are sorted.
pub fn facets(catalog: &Catalog, graph: &Graph) -> Vec<(&'static str, Vec<FacetCount>)> {
    let mut counts: [BTreeMap<Cow<'_, str>, usize>; FACETS.len()] = Default::default();
    for id in catalog.ids() {
        for (counts, mut values) in counts.iter_mut().zip(values(catalog, graph, id)) {
            values.sort_unstable();
            values.dedup();
            for value in values.into_iter().filter(|value| value.chars().count() <= LONGEST) {
                *counts.entry(value).or_default() += 1;
            }
        }
    }
    let listed = counts.into_iter().map(|counts| {
        counts.into_iter().map(|(value, count)| FacetCount { value: value.into_owned(), count }).collect()
    });
    FACETS.into_iter().zip(listed).collect()
}

/// What one entity has, in the order of [`FACETS`].
fn values<'a>(catalog: &'a Catalog, graph: &'a Graph, id: EntityId) -> [Vec<Cow<'a, str>>; FACETS.len()] {
    let entity = catalog.entity(id);
    let one = |text: &'a str| vec![Cow::Borrowed(text)];
    let few = |text: Option<&'a str>| text.map(Cow::Borrowed).into_iter().collect();
    let targets = |relation| {
        let edges = graph.edges(id).iter().filter(move |edge| edge.relation == relation);
        edges
            .map(|edge| match edge.target {
                End::Entity(target) => Cow::Borrowed(&*catalog.entity(target).reference),
                End::Dangling(number) => Cow::Borrowed(graph.dangling(number)),
            })
            .collect()
    };
    [
        one(entity.kind.name),
        one(&entity.namespace),
        entity.tags.iter().map(|tag| Cow::Borrowed(&**tag)).collect(),
        few(entity.r#type.as_deref()),
        few(entity.lifecycle.as_deref()),
        owner(entity).into_iter().collect(),
        targets(RelationType::OwnedBy),
        targets(RelationType::PartOf),
    ]
}

/// `spec.owner` as it is written. Only this field is read: the whole entity may be large.
fn owner(entity: &Entity) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Stored<'a> {
        #[serde(borrow)]
        spec: Option<Spec<'a>>,
    }
    #[derive(Deserialize)]
    struct Spec<'a> {
        #[serde(borrow)]
        owner: Option<Cow<'a, str>>,
    }
    // Kinds that the configuration declares may have an owner that is no text: then there is no such value.
    serde_json::from_str::<Stored<'_>>(&entity.data).ok()?.spec?.owner
}
