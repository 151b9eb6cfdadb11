//! Lifecycles: what is deprecated or experimental and still in use, and words that are no lifecycle.

use super::{World, held};
use crate::catalog::RelationType::{self, ConsumesApi, DependencyOf, DependsOn};
use crate::catalog::well_known::{LIFECYCLES, REPLACED_BY};
use crate::catalog::{Entity, EntityId, EntityRef};
use crate::diagnostics::rules::insights::Held;
use crate::diagnostics::{Finding, rules};
use crate::graph::Graph;

pub(super) fn findings(world: &World<'_>, people: &[bool]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entity in &world.catalog.entities {
        findings.extend(unknown(world, entity));
        findings.extend(successor(world, entity));
        if entity.is_deprecated() {
            continue;
        }
        for reference in uses(world, entity) {
            let Some(target) = world.facts(reference.target, people) else { continue };
            match (entity.lifecycle.as_deref(), target.lifecycle) {
                (_, Some("deprecated")) => {
                    findings.push(rules::insights::deprecated_in_use(reference, target.successor));
                }
                (Some("production"), Some("experimental")) => {
                    findings.push(rules::insights::experimental_in_production(reference));
                }
                _ => {}
            }
        }
    }
    findings
}

/// What an entity depends on or consumes: by its own refs, and by those of what names it as a user.
fn uses<'a>(world: &World<'a>, entity: &'a Entity) -> Vec<Held<'a>> {
    let own = entity.refs.iter().filter(|reference| matches!(reference.relation, DependsOn | ConsumesApi));
    let mut uses: Vec<Held<'a>> = own.map(|reference| held(entity, reference)).collect();
    let Some(id) = world.catalog.find(&entity.reference) else { return uses };
    for target in world.graph.targets(id, DependsOn).map(|target| world.catalog.entity(target)) {
        let named = target
            .refs
            .iter()
            .find(|reference| reference.relation == DependencyOf && reference.target == entity.reference);
        if let Some(reference) = named.filter(|_| uses.iter().all(|held| *held.target != *target.reference)) {
            let place = target.place_of(reference.span);
            uses.push(Held { place, from: &entity.reference, field: reference.field, target: &target.reference });
        }
    }
    uses
}

fn unknown(world: &World<'_>, entity: &Entity) -> Option<Finding> {
    let own = world.config.lifecycles.iter().map(String::as_str);
    let known = LIFECYCLES.into_iter().chain(own);
    let found = entity.lifecycle.as_deref()?;
    if known.clone().any(|word| word == found) {
        return None;
    }
    let place = entity.place_of(entity.lifecycle_span.unwrap_or_default());
    Some(rules::insights::unknown_lifecycle(place, &entity.reference, found, known))
}

/// A `replaced-by` that leads nowhere.
fn successor(world: &World<'_>, entity: &Entity) -> Option<Finding> {
    let text = entity.annotation(REPLACED_BY)?;
    let why = match EntityRef::parse(text, Some(entity.kind.name), &entity.namespace) {
        Ok(reference) if world.knows(&reference.canonical()) => return None,
        Ok(_) if !world.is_whole && world.elsewhere.is_none() => return None,
        Ok(_) => "is not in the catalog",
        Err(_) => "is not an entity ref",
    };
    let place = entity.place_of(entity.annotation_span(REPLACED_BY).unwrap_or_default());
    Some(rules::insights::unknown_successor(place, &entity.reference, REPLACED_BY, text, why))
}

/// Entities that depend on or consume another one.
pub fn users(graph: &Graph, id: EntityId) -> Vec<EntityId> {
    let mut users: Vec<EntityId> = [RelationType::DependencyOf, RelationType::ApiConsumedBy]
        .into_iter()
        .flat_map(|relation| graph.targets(id, relation))
        .collect();
    users.sort_unstable();
    users.dedup();
    users
}
