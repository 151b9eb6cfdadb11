//! Lifecycles: what is deprecated or experimental and still in use, and words that are no lifecycle.

use super::{Facts, World, held};
use crate::catalog::RelationType::{self, ConsumesApi, DependencyOf, DependsOn};
use crate::catalog::well_known::{LIFECYCLES, REPLACED_BY};
use crate::catalog::{Entity, EntityId, EntityRef, Ref};
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
        for reference in entity.refs.iter().filter(|reference| matches!(reference.relation, DependsOn | ConsumesApi)) {
            let Some(target) = world.facts(reference, people) else { continue };
            findings.extend(use_of(entity, target, || held(entity, reference)));
        }
    }
    // A thing may name its users itself.
    for entity in &world.catalog.entities {
        for reference in entity.refs.iter().filter(|reference| reference.relation == DependencyOf) {
            let Some(user) = reference.entity.map(|id| world.catalog.entity(id)) else { continue };
            let told = |own: &Ref| own.relation == DependsOn && own.target == entity.reference;
            if user.is_deprecated() || user.refs.iter().any(told) {
                continue;
            }
            let target = Facts::of(entity);
            findings.extend(use_of(user, target, || Held {
                place: entity.place_of(reference.span),
                from: &user.reference,
                field: reference.field,
                target: &entity.reference,
            }));
        }
    }
    findings
}

/// What is wrong with an entity's use of another one.
fn use_of<'a>(user: &Entity, target: Facts<'_>, held: impl FnOnce() -> Held<'a>) -> Option<Finding> {
    match (user.lifecycle.as_deref(), target.lifecycle) {
        (_, Some("deprecated")) => Some(rules::insights::deprecated_in_use(held(), target.successor)),
        (Some("production"), Some("experimental")) => Some(rules::insights::experimental_in_production(held())),
        _ => None,
    }
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
    let span = entity.annotation_span(REPLACED_BY)?;
    let text = entity.annotation(REPLACED_BY)?;
    let why = match EntityRef::parse(text, Some(entity.kind.name), &entity.namespace) {
        Ok(reference) if world.knows(&reference.canonical()) => return None,
        Ok(_) if !world.is_whole && world.elsewhere.is_none() => return None,
        Ok(_) => "is not in the catalog",
        Err(_) => "is not an entity ref",
    };
    let place = entity.place_of(span);
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
