//! The catalog from afar: domains, their systems, how much each holds, and what leads from one to another.
//!
//! In: the catalog and its graph. Out: every system in exactly one domain and every part in exactly one system; what has
//! none stands in one that has no name. The order of all entities keeps those of one system side by side.

use super::{End, Graph};
use crate::catalog::{Catalog, EntityId, RelationType};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A catalog in clusters.
#[derive(Debug, Default)]
pub struct Clusters {
    /// By name; what has none comes last.
    pub domains: Vec<Domain>,
    /// By domain, then by name.
    pub systems: Vec<System>,
    /// From system to system, the strongest first.
    pub links: Vec<Link>,
    /// All entities, the parts of a system side by side.
    pub order: Vec<EntityId>,
    /// The place of each entity in `order`.
    pub numbers: Vec<u32>,
    /// The types of relations there are, with their opposites.
    pub relations: Vec<RelationType>,
}

#[derive(Debug)]
pub struct Domain {
    pub id: Option<EntityId>,
    pub systems: Range<usize>,
    pub parts: Parts,
}

#[derive(Debug)]
pub struct System {
    pub id: Option<EntityId>,
    pub domain: usize,
    pub parts: Parts,
}

/// How many entities of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    pub components: usize,
    pub apis: usize,
    pub resources: usize,
    pub others: usize,
}

impl Parts {
    pub fn total(&self) -> usize {
        self.components + self.apis + self.resources + self.others
    }

    fn add(&mut self, kind: &str) {
        match kind {
            "component" => self.components += 1,
            "api" => self.apis += 1,
            "resource" => self.resources += 1,
            _ => self.others += 1,
        }
    }
}

/// How many relations lead from one system, or domain, to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub from: usize,
    pub to: usize,
    pub count: usize,
}

/// Sorts a catalog into its domains and systems.
pub fn clusters(catalog: &Catalog, graph: &Graph) -> Clusters {
    let kind = |id: EntityId| catalog.entity(id).kind.id;
    let by_name = |id: &EntityId| (catalog.entity(*id).display_name().to_lowercase(), *id);
    let above = |id, wanted: &str| graph.targets(id, RelationType::PartOf).find(|target| kind(*target) == wanted);
    let named: BTreeSet<(String, EntityId)> =
        catalog.ids().filter(|id| kind(*id) == "domain").map(|id| by_name(&id)).collect();
    let ids: Vec<Option<EntityId>> = named.iter().map(|(_, id)| Some(*id)).chain([None]).collect();
    let place: BTreeMap<EntityId, usize> = ids.iter().enumerate().filter_map(|(at, id)| Some(((*id)?, at))).collect();
    let nowhere = ids.len() - 1;

    let mut found: Vec<(usize, bool, String, Option<EntityId>)> = catalog
        .ids()
        .filter(|id| kind(*id) == "system")
        .map(|id| (above(id, "domain").map_or(nowhere, |domain| place[&domain]), false, by_name(&id).0, Some(id)))
        .collect();
    found.push((nowhere, true, String::new(), None));
    found.sort();
    let mut systems: Vec<System> =
        found.into_iter().map(|(domain, _, _, id)| System { id, domain, parts: Parts::default() }).collect();
    let homeless = systems.len() - 1;
    let mut home: Vec<Option<usize>> = vec![None; catalog.len()];
    for (at, system) in systems.iter().enumerate() {
        if let Some(id) = system.id {
            home[id.0 as usize] = Some(at);
        }
    }
    let mut parts = Vec::new();
    for id in catalog.ids().filter(|id| is_part(kind(*id))) {
        let system = system_of(id, &above, graph).and_then(|system| home[system.0 as usize]).unwrap_or(homeless);
        systems[system].parts.add(kind(id));
        parts.push((id, system));
    }
    for (id, system) in parts {
        home[id.0 as usize] = Some(system);
    }
    let mut domains: Vec<Domain> =
        ids.into_iter().map(|id| Domain { id, systems: 0..0, parts: Parts::default() }).collect();
    for (at, domain) in domains.iter_mut().enumerate() {
        domain.systems =
            systems.partition_point(|system| system.domain < at)..systems.partition_point(|system| system.domain <= at);
        for system in &systems[domain.systems.clone()] {
            domain.parts.components += system.parts.components;
            domain.parts.apis += system.parts.apis;
            domain.parts.resources += system.parts.resources;
            domain.parts.others += system.parts.others;
        }
    }
    let order = order(catalog, &home, &domains, &place);
    let mut numbers = vec![0; order.len()];
    for (number, id) in order.iter().enumerate() {
        numbers[id.0 as usize] = number as u32;
    }
    let (links, relations) = (links(catalog, graph, &home), relations(catalog, graph));
    Clusters { domains, systems, links, order, numbers, relations }
}

impl Clusters {
    /// What leads from domain to domain, the strongest first.
    pub fn domain_links(&self) -> Vec<Link> {
        let mut counts = BTreeMap::new();
        for link in &self.links {
            let ends = (self.systems[link.from].domain, self.systems[link.to].domain);
            if ends.0 != ends.1 {
                *counts.entry(ends).or_insert(0) += link.count;
            }
        }
        strongest_first(counts)
    }
}

/// Whether entities of a kind are parts of systems.
fn is_part(kind: &str) -> bool {
    !matches!(kind, "domain" | "system" | "group" | "user" | "location" | "template")
}

/// The system of an entity, or of the component that it is a part of.
fn system_of(id: EntityId, above: &impl Fn(EntityId, &str) -> Option<EntityId>, graph: &Graph) -> Option<EntityId> {
    const MOST_STEPS: usize = 8;
    let mut at = id;
    for _ in 0..MOST_STEPS {
        if let Some(system) = above(at, "system") {
            return Some(system);
        }
        at = graph.targets(at, RelationType::PartOf).next()?;
    }
    None
}

/// Entities of one system, then those of one group, one after the other: neighbours share few files.
fn order(
    catalog: &Catalog,
    home: &[Option<usize>],
    domains: &[Domain],
    place: &BTreeMap<EntityId, usize>,
) -> Vec<EntityId> {
    let mut order: Vec<EntityId> = catalog.ids().collect();
    order.sort_by_cached_key(|id| {
        let entity = catalog.entity(*id);
        let system = match place.get(id) {
            Some(domain) => Some(domains[*domain].systems.start),
            None => home[id.0 as usize],
        };
        let group = match entity.kind.id {
            "group" => Some(&entity.reference),
            "user" => entity.target(RelationType::MemberOf),
            _ => entity.target(RelationType::OwnedBy),
        };
        (system.unwrap_or(usize::MAX), group.cloned(), *id)
    });
    order
}

fn links(catalog: &Catalog, graph: &Graph, home: &[Option<usize>]) -> Vec<Link> {
    use RelationType::{ChildOf, MemberOf, OwnedBy, PartOf};
    let mut counts = BTreeMap::new();
    for id in catalog.ids() {
        let Some(from) = home[id.0 as usize] else { continue };
        for edge in graph.edges(id) {
            if !edge.relation.is_forward() || matches!(edge.relation, OwnedBy | PartOf | MemberOf | ChildOf) {
                continue;
            }
            let End::Entity(target) = edge.target else { continue };
            if let Some(to) = home[target.0 as usize].filter(|to| *to != from) {
                *counts.entry((from, to)).or_insert(0) += 1;
            }
        }
    }
    strongest_first(counts)
}

fn strongest_first(counts: BTreeMap<(usize, usize), usize>) -> Vec<Link> {
    let mut links: Vec<Link> = counts.into_iter().map(|((from, to), count)| Link { from, to, count }).collect();
    links.sort_by_key(|link| (std::cmp::Reverse(link.count), link.from, link.to));
    links
}

fn relations(catalog: &Catalog, graph: &Graph) -> Vec<RelationType> {
    let used = catalog.ids().flat_map(|id| graph.edges(id)).map(|edge| edge.relation);
    let all: BTreeSet<RelationType> = used.flat_map(|relation| [relation, relation.opposite()]).collect();
    all.into_iter().collect()
}
