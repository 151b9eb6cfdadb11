//! What a change reaches: everything that depends on an entity, or that it depends on, by distance.
//!
//! In: the graph and where to start. Out: entities in order of distance, each with the step that first led there, so
//! that paths can be told. Only relations by which a fault travels are followed; ownership and membership are not.

use super::Graph;
use crate::catalog::{EntityId, RelationType};
use std::collections::{BTreeMap, HashMap};

/// Which way to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// What would notice a change of the entity.
    Dependents,
    /// What the entity would notice a change of.
    Dependencies,
}

impl Direction {
    /// The relations that are followed. An API depends on what provides it. Parts are those of the start alone: a fault
    /// of one part is none of its neighbours'.
    pub fn relations(self) -> &'static [RelationType] {
        match self {
            Direction::Dependents => &[
                RelationType::DependencyOf,
                RelationType::ApiConsumedBy,
                RelationType::ProvidesApi,
                RelationType::HasPart,
            ],
            Direction::Dependencies => &[
                RelationType::DependsOn,
                RelationType::ConsumesApi,
                RelationType::ApiProvidedBy,
                RelationType::HasPart,
            ],
        }
    }
}

/// An entity that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub entity: EntityId,
    /// How many relations lead from the start to it, from 1.
    pub distance: usize,
    /// The entity before it on a shortest path, and the relation from there to it.
    pub from: EntityId,
    pub relation: RelationType,
}

/// What is reached from an entity.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// By distance, then in the order in which they were met: that of relation types and refs.
    pub steps: Vec<Step>,
    /// There is more than was asked for.
    pub is_cut: bool,
}

impl Graph {
    /// Everything that is reached from `start` over at most `depth` relations, at most `most` entities of it.
    pub fn reach(&self, start: EntityId, direction: Direction, depth: usize, most: usize) -> Reach {
        let mut reach = Reach::default();
        // Distance, and whether it is the start or a part of it.
        let mut seen = HashMap::from([(start, (0, true))]);
        let mut at = 0;
        let mut here = start;
        loop {
            let (distance, is_part) = seen[&here];
            let distance = distance + 1;
            if distance <= depth {
                let followed = |relation: &&RelationType| is_part || **relation != RelationType::HasPart;
                for relation in direction.relations().iter().filter(followed) {
                    for entity in self.targets(here, *relation) {
                        if seen.contains_key(&entity) {
                            continue;
                        }
                        if reach.steps.len() == most {
                            reach.is_cut = true;
                            return reach;
                        }
                        seen.insert(entity, (distance, *relation == RelationType::HasPart));
                        reach.steps.push(Step { entity, distance, from: here, relation: *relation });
                    }
                }
            }
            let Some(next) = reach.steps.get(at) else { return reach };
            (here, at) = (next.entity, at + 1);
        }
    }

    /// Who owns what is reached: owners with their entities, those with most of them first. Last, without an owner, what
    /// has none in the catalog.
    pub fn owners(&self, reach: &Reach) -> Vec<(Option<EntityId>, Vec<EntityId>)> {
        let mut owned: BTreeMap<Option<EntityId>, Vec<EntityId>> = BTreeMap::new();
        for step in &reach.steps {
            let mut owners = self.targets(step.entity, RelationType::OwnedBy).peekable();
            if owners.peek().is_none() {
                owned.entry(None).or_default().push(step.entity);
            }
            owners.for_each(|owner| owned.entry(Some(owner)).or_default().push(step.entity));
        }
        let mut owners: Vec<_> = owned.into_iter().collect();
        owners.sort_by_key(|(owner, entities)| (owner.is_none(), std::cmp::Reverse(entities.len()), *owner));
        owners
    }

    /// Whether anything is reached at all.
    pub fn reaches(&self, start: EntityId, direction: Direction) -> bool {
        direction.relations().iter().any(|relation| self.targets(start, *relation).any(|target| target != start))
    }
}

impl Reach {
    /// The steps of a shortest path to an entity, from the start on; empty where it is not reached.
    pub fn path_to(&self, entity: EntityId) -> Vec<Step> {
        let by_entity: HashMap<EntityId, &Step> = self.steps.iter().map(|step| (step.entity, step)).collect();
        let mut path = Vec::new();
        let mut at = by_entity.get(&entity);
        while let Some(step) = at {
            path.push(**step);
            at = by_entity.get(&step.from);
        }
        path.reverse();
        path
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Edge, End, Graph};
    use super::{Direction, EntityId, RelationType};

    /// `pairs` of (user, what it depends on) among `count` entities.
    fn graph(count: u32, pairs: &[(u32, u32)]) -> Graph {
        let mut graph = Graph::default();
        for id in 0..count {
            graph.offsets.push(graph.edges.len() as u32);
            let mut edge = |relation, target| {
                graph.edges.push(Edge { relation, target: End::Entity(EntityId(target)) });
            };
            pairs.iter().filter(|pair| pair.0 == id).for_each(|pair| edge(RelationType::DependsOn, pair.1));
            pairs.iter().filter(|pair| pair.1 == id).for_each(|pair| edge(RelationType::DependencyOf, pair.0));
        }
        graph.offsets.push(graph.edges.len() as u32);
        graph
    }

    fn reached(graph: &Graph, direction: Direction, depth: usize, most: usize) -> (Vec<(u32, usize)>, bool) {
        let reach = graph.reach(EntityId(0), direction, depth, most);
        (reach.steps.iter().map(|step| (step.entity.0, step.distance)).collect(), reach.is_cut)
    }

    #[test]
    fn each_entity_is_reached_once_on_a_shortest_path_and_circles_end() {
        let graph = graph(5, &[(1, 0), (2, 1), (3, 1), (3, 2), (0, 3), (4, 4)]);
        assert_eq!(reached(&graph, Direction::Dependents, 9, 9), (vec![(1, 1), (2, 2), (3, 2)], false));
        assert_eq!(reached(&graph, Direction::Dependencies, 9, 9), (vec![(3, 1), (1, 2), (2, 2)], false));
        let path = graph.reach(EntityId(0), Direction::Dependents, 9, 9).path_to(EntityId(3));
        assert_eq!(path.iter().map(|step| step.entity.0).collect::<Vec<_>>(), [1, 3]);
        assert!(graph.reach(EntityId(0), Direction::Dependents, 9, 9).path_to(EntityId(4)).is_empty());
        assert!(graph.reaches(EntityId(0), Direction::Dependents));
        assert!(!graph.reaches(EntityId(4), Direction::Dependents), "itself does not count");
    }

    #[test]
    fn depth_and_number_are_limits() {
        let graph = graph(4, &[(1, 0), (2, 1), (3, 2)]);
        assert_eq!(reached(&graph, Direction::Dependents, 2, 9), (vec![(1, 1), (2, 2)], false));
        assert_eq!(reached(&graph, Direction::Dependents, 9, 2), (vec![(1, 1), (2, 2)], true));
        assert_eq!(reached(&graph, Direction::Dependents, 9, 3), (vec![(1, 1), (2, 2), (3, 3)], false));
    }
}
