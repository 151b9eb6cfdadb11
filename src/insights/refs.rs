//! Refs that lead nowhere or to the wrong kind of thing, entities that nothing leads to, refs that are taken.

use super::elsewhere::repo_of;
use super::{World, held, kind_of};
use crate::catalog::EntityId;
use crate::catalog::RelationType::OwnedBy;
use crate::diagnostics::suggestion::nearest;
use crate::diagnostics::{Finding, rules};
use crate::graph::End;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Guesses cost a comparison with every entity of the kind, so only so many are made.
const MOST_GUESSES: usize = 200;

/// How many unknown targets are named as examples.
const EXAMPLES: usize = 3;

pub(super) fn findings(world: &World<'_>) -> Vec<Finding> {
    let names = OnceCell::new();
    let mut findings = Vec::new();
    let mut unknown: BTreeSet<&str> = BTreeSet::new();
    let mut unchecked = 0;
    let mut guesses = 0;
    for entity in &world.catalog.entities {
        let rows = entity.kind.of_type(entity.r#type.as_deref()).1;
        for reference in &entity.refs {
            if world.leads_somewhere(reference) {
                let row = rows.iter().find(|row| row.field == reference.field);
                let kind = kind_of(&reference.target);
                if let Some(row) = row.filter(|row| !row.expects(kind)) {
                    let shown = reference.entity.map(|id| world.catalog.entity(id).kind.name);
                    let found = held(entity, reference);
                    findings.push(rules::insights::wrong_kind(found, shown.unwrap_or(kind), row.kinds));
                }
                continue;
            }
            let left_out = world.left_out.get(&*reference.target);
            if !world.is_whole && world.elsewhere.is_none() && left_out.is_none() {
                unchecked += 1;
                unknown.insert(&reference.target);
                continue;
            }
            guesses += usize::from(left_out.is_none());
            let guess = if guesses <= MOST_GUESSES && left_out.is_none() {
                names.get_or_init(|| Names::of(world)).guess(&reference.target, &entity.reference)
            } else {
                None
            };
            findings.push(match reference.relation {
                OwnedBy => rules::insights::unknown_owner(held(entity, reference), left_out, guess),
                _ => rules::insights::dangling(held(entity, reference), left_out, guess),
            });
        }
    }
    if unchecked > 0 {
        let examples: Vec<&str> = unknown.iter().take(EXAMPLES).copied().collect();
        findings.push(rules::insights::not_checked(unchecked, unknown.len(), &examples));
    }
    findings.extend(orphans(world));
    findings.extend(taken(world));
    findings
}

/// Entities that nothing leads to and that lead to nothing that exists. In a part of a portal nobody can tell what
/// leads to an entity.
fn orphans(world: &World<'_>) -> Vec<Finding> {
    let is_other = |id: EntityId, target: End| match target {
        End::Entity(target) => target != id,
        End::Dangling(number) => world.knows(world.graph.dangling(number)),
    };
    let is_related = |id: EntityId| world.graph.edges(id).iter().any(|edge| is_other(id, edge.target));
    let ids = world.catalog.ids().filter(|id| world.is_whole && !is_related(*id));
    ids.map(|id| world.catalog.entity(id))
        .filter(|entity| entity.kind.id != "location")
        .map(|entity| rules::insights::orphan(entity.written.place.clone(), &entity.reference))
        .collect()
}

/// Entities whose ref the portal has from another repository.
fn taken(world: &World<'_>) -> Vec<Finding> {
    let Some(elsewhere) = world.elsewhere else { return Vec::new() };
    let mut findings = Vec::new();
    for entity in &world.catalog.entities {
        let (Some(known), Some(own)) = (elsewhere.find(&entity.reference), repo_of(entity)) else { continue };
        if let Some(other) = known.repo.as_deref().filter(|other| !other.eq_ignore_ascii_case(own)) {
            let place = entity.written.place.clone();
            findings.push(rules::catalog::duplicate_elsewhere(place, &entity.reference, other));
        }
    }
    findings
}

/// Refs by what people remember of them.
struct Names<'a> {
    by_name: BTreeMap<&'a str, &'a str>,
    by_kind: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
}

impl<'a> Names<'a> {
    fn of(world: &World<'a>) -> Self {
        let mut names = Names { by_name: BTreeMap::new(), by_kind: BTreeMap::new() };
        let here = world.catalog.entities.iter().map(|entity| &*entity.reference);
        for reference in here.chain(world.elsewhere.into_iter().flat_map(|elsewhere| elsewhere.refs())) {
            let name = name_of(reference);
            names.by_name.entry(name).or_insert(reference);
            names.by_kind.entry(kind_of(reference)).or_default().push((name, reference));
        }
        names
    }

    /// The same name in another kind or namespace, else a similar name of the same kind; never the entity that asks.
    fn guess(&self, target: &str, from: &str) -> Option<&'a str> {
        let name = name_of(target);
        if let Some(same) = self.by_name.get(name) {
            return Some(same);
        }
        let kind = self.by_kind.get(kind_of(target))?;
        let near = nearest(name, kind.iter().filter(|(_, reference)| *reference != from).map(|(name, _)| *name))?;
        kind.iter().find(|(name, _)| *name == near).map(|(_, reference)| *reference)
    }
}

fn name_of(reference: &str) -> &str {
    reference.split_once('/').map_or(reference, |(_, name)| name)
}
