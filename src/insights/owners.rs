//! Owners: missing ones, groups without anybody in them, and what CODEOWNERS says instead.

use super::{Elsewhere, World, held};
use crate::catalog::RelationType::{ChildOf, HasMember, OwnedBy};
use crate::catalog::{Catalog, CodeOwner, Entity, EntityId};
use crate::diagnostics::{Finding, Place, rules};
use crate::graph::{End, Graph};
use std::collections::BTreeMap;

/// The annotation that names a group's team on GitHub.
const TEAM_SLUG: &str = "github.com/team-slug";

/// For each entity whether people are reached through it.
pub(super) fn people(world: &World<'_>) -> Vec<bool> {
    reached(world.catalog, world.graph, world.elsewhere)
}

/// Users, groups with members, and every group above those.
pub(super) fn reached(catalog: &Catalog, graph: &Graph, elsewhere: Option<&Elsewhere>) -> Vec<bool> {
    let mut reached = vec![false; catalog.len()];
    let mut open: Vec<EntityId> = catalog
        .ids()
        .filter(|id| {
            let edges = graph.edges(*id);
            let subgroup = |end| matches!(end, End::Dangling(at) if elsewhere.is_some_and(|all| has_people(all, graph.dangling(at))));
            catalog.entity(*id).kind.id == "user"
                || edges.iter().any(|edge| edge.relation == HasMember)
                || edges.iter().any(|edge| edge.relation == ChildOf.opposite() && subgroup(edge.target))
        })
        .collect();
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut reached[id.0 as usize], true) {
            open.extend(graph.targets(id, ChildOf));
        }
    }
    reached
}

fn has_people(elsewhere: &Elsewhere, reference: &str) -> bool {
    elsewhere.find(reference).is_some_and(|known| known.has_people)
}

pub(super) fn findings(world: &World<'_>, people: &[bool]) -> Vec<Finding> {
    // A portal without people says nothing about who is in its groups.
    let knows_people = world.is_whole && world.catalog.entities.iter().any(|entity| entity.kind.id == "user")
        || world.elsewhere.is_some();
    let mut findings = Vec::new();
    let mut empty: BTreeMap<&str, Vec<&Entity>> = BTreeMap::new();
    for entity in &world.catalog.entities {
        let Some(owner) = entity.refs.iter().find(|reference| reference.relation == OwnedBy) else {
            if entity.kind.has_owner() {
                findings.push(rules::insights::missing_owner(entity.written.place.clone(), &entity.reference));
            }
            continue;
        };
        let is_group = owner.target.starts_with("group:");
        if knows_people && is_group && world.facts(owner, people).is_some_and(|facts| !facts.has_people) {
            empty.entry(&*owner.target).or_default().push(entity);
        }
        if let Some(codeowner) = entity.codeowner.as_deref().filter(|line| !agrees(world, &owner.target, line)) {
            let source = Place::file(entity.written.place.repo.clone(), &*codeowner.path).at(codeowner.line, 1, 0);
            let owners: Vec<String> = codeowner.owners.iter().map(|owner| format!("`{owner}`")).collect();
            findings.push(rules::insights::codeowners_conflict(held(entity, owner), &owners.join(" and "), &source));
        }
    }
    for (group, owned) in empty {
        // Told where it can be mended: at the group, or at what names it.
        let written = world.catalog.find(group).map_or(owned[0], |id| world.catalog.entity(id));
        let examples: Vec<&str> = owned.iter().take(3).map(|entity| &*entity.reference).collect();
        findings.push(rules::insights::empty_owner(written.written.place.clone(), group, owned.len(), &examples));
    }
    findings
}

/// Whether an owner is one of those that CODEOWNERS names: by kind and name, by the group's team on GitHub, or a group
/// that one of them belongs to.
fn agrees(world: &World<'_>, owner: &str, line: &CodeOwner) -> bool {
    let without_namespace = |reference: &str| {
        let (kind, rest) = reference.split_once(':').unwrap_or(("", reference));
        format!("{kind}:{}", rest.split_once('/').map_or(rest, |(_, name)| name))
    };
    // On GitLab a name without a path may be a group, too.
    let groups = line.owners.iter().filter_map(|owner| owner.strip_prefix('@')).filter(|name| !name.contains('/'));
    let groups = groups.map(|name| format!("group:{name}"));
    let named: Vec<String> = line.refs().chain(groups).map(|reference| reference.to_lowercase()).collect();
    if named.contains(&without_namespace(owner)) {
        return true;
    }
    let Some(id) = world.catalog.find(owner) else { return false };
    let entity: &Entity = world.catalog.entity(id);
    let slug = entity.annotation(TEAM_SLUG).map(|slug| format!("@{}", slug.trim_start_matches('@').to_lowercase()));
    let is_team = slug.is_some_and(|slug| line.owners.iter().any(|owner| owner.to_lowercase() == slug));
    is_team
        || world
            .graph
            .targets(id, HasMember)
            .any(|member| named.contains(&without_namespace(&world.catalog.entity(member).reference)))
}
