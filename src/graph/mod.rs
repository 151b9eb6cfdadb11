//! Relations between entities, both ways, in dense columns.
//!
//! In: the catalog. Out: for each entity its edges, ordered by relation type and target ref, each declared relation on
//! both ends, repeats collapsed. A ref to nothing keeps its edge and points at a dangling name.

mod clusters;
mod drawing;
mod impact;
mod layered;
mod map;

use crate::catalog::{Catalog, EntityId, RelationType};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

pub use clusters::{Clusters, Domain, Link, Parts, System, clusters};
pub use drawing::{Box as DrawnBox, draw};
pub use impact::{Direction, Reach, Step};
pub use map::{Card, CardRow, Detail, Line, map};

/// Where an edge leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    Entity(EntityId),
    /// Index into the names of [`Graph::dangling`].
    Dangling(u32),
}

/// One relation, seen from its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    pub relation: RelationType,
    pub target: End,
}

/// All relations of a catalog.
#[derive(Debug, Default)]
pub struct Graph {
    edges: Vec<Edge>,
    /// `edges[offsets[i]..offsets[i + 1]]` belong to entity `i`.
    offsets: Vec<u32>,
    dangling: Vec<Arc<str>>,
}

/// Builds the graph of a catalog.
pub fn build(catalog: &Catalog) -> Graph {
    let mut dangling: Vec<Arc<str>> = Vec::new();
    let mut dangling_ids: HashMap<Arc<str>, u32> = HashMap::new();
    let mut pairs: Vec<(EntityId, Edge)> = Vec::new();
    for id in catalog.ids() {
        for reference in &catalog.entity(id).refs {
            let relation = reference.relation;
            match reference.entity {
                Some(target) => {
                    pairs.push((id, Edge { relation, target: End::Entity(target) }));
                    pairs.push((target, Edge { relation: relation.opposite(), target: End::Entity(id) }));
                }
                None => {
                    let number = *dangling_ids.entry(reference.target.clone()).or_insert_with(|| {
                        dangling.push(reference.target.clone());
                        dangling.len() as u32 - 1
                    });
                    pairs.push((id, Edge { relation, target: End::Dangling(number) }));
                }
            }
        }
    }
    pairs.par_sort_unstable();
    pairs.dedup();
    let mut offsets = Vec::with_capacity(catalog.len() + 1);
    let mut at = 0;
    for id in catalog.ids() {
        offsets.push(at as u32);
        while pairs.get(at).is_some_and(|(source, _)| *source == id) {
            at += 1;
        }
    }
    offsets.push(at as u32);
    Graph { edges: pairs.into_iter().map(|(_, edge)| edge).collect(), offsets, dangling }
}

impl Graph {
    /// The edges of an entity, by relation type, then target.
    pub fn edges(&self, id: EntityId) -> &[Edge] {
        let at = id.0 as usize;
        match (self.offsets.get(at), self.offsets.get(at + 1)) {
            (Some(start), Some(end)) => &self.edges[*start as usize..*end as usize],
            _ => &[],
        }
    }

    /// Entities at the other end of one relation type.
    pub fn targets(&self, id: EntityId, relation: RelationType) -> impl Iterator<Item = EntityId> + '_ {
        self.edges(id).iter().filter(move |edge| edge.relation == relation).filter_map(|edge| match edge.target {
            End::Entity(target) => Some(target),
            End::Dangling(_) => None,
        })
    }

    /// The ref of a dangling end.
    pub fn dangling(&self, number: u32) -> &str {
        &self.dangling[number as usize]
    }

    /// Number of edges, each relation counted at each end that exists.
    pub fn len(&self) -> usize {
        self.edges.len()
    }

    pub fn is_empty(&self) -> bool {
        self.edges.is_empty()
    }
}
