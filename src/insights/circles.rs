//! Circles of relations that should have a top: parts, groups, dependencies.

use super::World;
use crate::catalog::EntityId;
use crate::catalog::RelationType::{self, ChildOf, DependsOn, PartOf};
use crate::diagnostics::{Finding, Place, rules};
use std::collections::{HashMap, HashSet, VecDeque};

const WITH_A_TOP: [(RelationType, &str); 3] = [(PartOf, "parts"), (ChildOf, "groups"), (DependsOn, "dependencies")];

/// One finding per knot of entities that lead to themselves: the shortest circle through its first entity.
pub(super) fn findings(world: &World<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (relation, what) in WITH_A_TOP {
        for knot in knots(world, relation) {
            let circle = circle(world, relation, &knot);
            let refs: Vec<&str> = circle.iter().map(|id| &*world.catalog.entity(*id).reference).collect();
            findings.push(rules::insights::cycle(place(world, relation, &circle), what, &refs));
        }
    }
    findings
}

/// Sets of entities that all lead to one another, each in order of refs: Tarjan's strongly connected components, with
/// a stack of its own, since chains of hostile length must not use up the thread's.
fn knots(world: &World<'_>, relation: RelationType) -> Vec<Vec<EntityId>> {
    const UNSEEN: u32 = u32::MAX;
    let graph = world.graph;
    let total = world.catalog.len();
    let (mut number, mut low, mut on_path) = (vec![UNSEEN; total], vec![0u32; total], vec![false; total]);
    let mut path: Vec<EntityId> = Vec::new();
    let mut next = 0;
    let mut knots = Vec::new();
    for start in world.catalog.ids() {
        if number[start.0 as usize] != UNSEEN {
            continue;
        }
        let mut work = vec![(start, graph.targets(start, relation))];
        let enter = |id: EntityId, number: &mut Vec<u32>, low: &mut Vec<u32>, next: &mut u32| {
            (number[id.0 as usize], low[id.0 as usize]) = (*next, *next);
            *next += 1;
        };
        enter(start, &mut number, &mut low, &mut next);
        path.push(start);
        on_path[start.0 as usize] = true;
        while let Some((id, targets)) = work.last_mut() {
            let at = id.0 as usize;
            match targets.next() {
                Some(target) if number[target.0 as usize] == UNSEEN => {
                    enter(target, &mut number, &mut low, &mut next);
                    path.push(target);
                    on_path[target.0 as usize] = true;
                    work.push((target, graph.targets(target, relation)));
                }
                Some(target) if on_path[target.0 as usize] => low[at] = low[at].min(number[target.0 as usize]),
                Some(_) => {}
                None => {
                    let id = *id;
                    work.pop();
                    if let Some((above, _)) = work.last() {
                        let above = above.0 as usize;
                        low[above] = low[above].min(low[at]);
                    }
                    if low[at] == number[at] {
                        let from = path.iter().rposition(|other| *other == id).unwrap_or_default();
                        let mut knot = path.split_off(from);
                        knot.iter().for_each(|id| on_path[id.0 as usize] = false);
                        knot.sort_unstable();
                        if knot.len() > 1 || graph.targets(id, relation).any(|target| target == id) {
                            knots.push(knot);
                        }
                    }
                }
            }
        }
    }
    knots.sort_unstable();
    knots
}

/// The shortest way from the first entity of a knot back to itself.
fn circle(world: &World<'_>, relation: RelationType, knot: &[EntityId]) -> Vec<EntityId> {
    let Some(first) = knot.first().copied() else { return Vec::new() };
    let inside: HashSet<EntityId> = knot.iter().copied().collect();
    let mut came_from: HashMap<EntityId, EntityId> = HashMap::new();
    let mut open = VecDeque::from([first]);
    while let Some(id) = open.pop_front() {
        for target in world.graph.targets(id, relation).filter(|target| inside.contains(target)) {
            if target == first {
                let mut circle = vec![first, id];
                while let Some(before) = came_from.get(&circle[circle.len() - 1]) {
                    circle.push(*before);
                }
                circle.dedup();
                circle.reverse();
                circle.push(first);
                circle.dedup_by(|a, b| a == b && knot.len() > 1);
                return circle;
            }
            if let std::collections::hash_map::Entry::Vacant(entry) = came_from.entry(target) {
                entry.insert(id);
                open.push_back(target);
            }
        }
    }
    vec![first, first]
}

/// Where the first step of a circle is written, on either of its ends.
fn place(world: &World<'_>, relation: RelationType, circle: &[EntityId]) -> Place {
    let [first, second, ..] = circle else { return Place::file("", "") };
    let written = |id: EntityId, relation: RelationType, target: EntityId| {
        let (entity, target) = (world.catalog.entity(id), &world.catalog.entity(target).reference);
        let mut refs = entity.refs.iter();
        let held = refs.find(|reference| reference.relation == relation && reference.target == *target)?;
        Some(entity.place_of(held.span))
    };
    written(*first, relation, *second)
        .or_else(|| written(*second, relation.opposite(), *first))
        .unwrap_or_else(|| world.catalog.entity(*first).written.place.clone())
}
