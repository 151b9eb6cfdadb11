//! What the pages of groups and users show beyond those of other entities: people, what they own, and how it fares.

use super::super::link::encoded;
use super::super::view::{MemberRow, OwnedGroup, OwnedRow, People, PluginBadge, Profile};
use super::super::{Linker, Site, route};
use super::data::script;
use crate::catalog::{Entity, EntityId, RelationType};
use crate::plugins::Tone;
use serde_json::{Value as Json, json};
use std::collections::{BTreeSet, HashSet};

/// Groups below one that are looked at.
const MOST_GROUPS: usize = 2_000;
/// People named in each list, and entities of each kind.
const MOST_MEMBERS: usize = 200;
const MOST_OWNED: usize = 100;
/// Entities with problems or findings that the first page names to whoever chose the group as theirs.
const MOST_WORST: usize = 6;

/// What a group or a user owns, and how it fares.
pub(super) struct Holdings {
    owned: Vec<EntityId>,
    /// Through groups below a group, or the groups of a user.
    indirect: Vec<EntityId>,
    findings: usize,
    /// What plugins say fails now.
    failing: usize,
    /// Deprecated entities that are still used.
    in_use: usize,
}

impl Holdings {
    /// Of a group or a user; nothing of other kinds.
    pub(super) fn of(site: &Site<'_>, id: EntityId) -> Option<Holdings> {
        if !matches!(site.catalog.entity(id).kind.id, "group" | "user") {
            return None;
        }
        let (owned, indirect) = (owned(site, id), indirectly_owned(site, id));
        let all = || owned.iter().chain(&indirect);
        let (findings, in_use) = health(site, all());
        let failing = all().map(|id| site.problems_of(*id).len()).sum();
        Some(Holdings { owned, indirect, findings, failing, in_use })
    }
}

/// What the page of a group or user shows.
pub(super) fn people(site: &Site<'_>, id: EntityId, holdings: &Holdings, data: &Json, links: &Linker) -> People {
    let entity = site.catalog.entity(id);
    let members: Vec<EntityId> = site.graph.targets(id, RelationType::HasMember).collect();
    let below = members_below(site, id, &members);
    let profile = &data["spec"]["profile"];
    People {
        is_group: entity.kind.id == "group",
        profile: Profile {
            display_name: profile["displayName"].as_str().unwrap_or_default().to_string(),
            email: profile["email"].as_str().unwrap_or_default().to_string(),
            picture: None,
        },
        more_members: members.len().saturating_sub(MOST_MEMBERS),
        members: members.iter().take(MOST_MEMBERS).map(|id| site.entity_link(*id, links)).collect(),
        more_below: below.len().saturating_sub(MOST_MEMBERS),
        below: below
            .iter()
            .take(MOST_MEMBERS)
            .map(|(user, group)| MemberRow {
                user: site.entity_link(*user, links),
                group: site.entity_link(*group, links),
            })
            .collect(),
        owned: by_kind(site, &holdings.owned, Some(entity), links),
        indirect: by_kind(site, &holdings.indirect, None, links),
        findings: holdings.findings,
        failing: holdings.failing,
        in_use: holdings.in_use,
        health_url: format!("{}?owner={}", links.to("health/"), encoded(&entity.reference)),
    }
}

/// What the first page tells of a group to whoever chose it as theirs.
pub(super) fn shard(site: &Site<'_>, id: EntityId, holdings: &Holdings) -> Option<(String, Vec<u8>)> {
    let entity = site.catalog.entity(id);
    if entity.kind.id != "group" {
        return None;
    }
    let owned = || holdings.owned.iter().chain(&holdings.indirect);
    // What fails now comes before what should be better.
    let faults = |id: &EntityId| {
        let findings = site.findings_of(&site.catalog.entity(*id).reference).count();
        ((site.problems_of(*id).len(), findings), *id)
    };
    let mut worst: Vec<((usize, usize), EntityId)> = owned().map(faults).collect();
    worst.retain(|(faults, _)| *faults != (0, 0));
    worst.sort_by_key(|(faults, id)| (std::cmp::Reverse(*faults), *id));
    let worst: Vec<Json> = worst
        .iter()
        .take(MOST_WORST)
        .map(|((failing, findings), id)| {
            let entity = site.catalog.entity(*id);
            json!([entity.display_name(), route::entity(entity), entity.kind.glyph, findings, failing])
        })
        .collect();
    let told = json!({
        "owned": owned().count(),
        "findings": holdings.findings,
        "failing": holdings.failing,
        "inUse": holdings.in_use,
        "worst": worst,
    });
    let key = Json::from(&*entity.reference).to_string();
    Some((path(entity), script("teams", &key, &told)))
}

/// `data/teams/default/team-a.js`
fn path(entity: &Entity) -> String {
    format!("data/teams/{}/{}.js", route::segment(&entity.namespace), route::segment(&entity.name))
}

/// Where the page of a group finds its shard.
pub(super) fn shard_path(entity: &Entity) -> String {
    if entity.kind.id == "group" { path(entity) } else { String::new() }
}

fn owned(site: &Site<'_>, id: EntityId) -> Vec<EntityId> {
    site.graph.targets(id, RelationType::OwnerOf).collect()
}

/// What the groups below a group own, and what the groups of a user own.
fn indirectly_owned(site: &Site<'_>, id: EntityId) -> Vec<EntityId> {
    let groups: Vec<EntityId> = match site.catalog.entity(id).kind.id {
        "user" => site.graph.targets(id, RelationType::MemberOf).collect(),
        _ => groups_below(site, id),
    };
    let direct: HashSet<EntityId> = owned(site, id).into_iter().collect();
    let all: BTreeSet<EntityId> = groups.into_iter().flat_map(|group| owned(site, group)).collect();
    all.into_iter().filter(|owned| !direct.contains(owned)).collect()
}

/// Each group below a group, once.
fn groups_below(site: &Site<'_>, id: EntityId) -> Vec<EntityId> {
    let mut seen = HashSet::from([id]);
    let mut groups = Vec::new();
    let mut at = 0;
    let mut here = id;
    loop {
        let children = site.graph.targets(here, RelationType::ParentOf);
        groups.extend(children.filter(|child| seen.len() < MOST_GROUPS && seen.insert(*child)));
        let Some(next) = groups.get(at) else { return groups };
        (here, at) = (*next, at + 1);
    }
}

/// People of the groups below who are no members themselves, each with the first of their groups.
fn members_below(site: &Site<'_>, id: EntityId, members: &[EntityId]) -> Vec<(EntityId, EntityId)> {
    let mut seen: HashSet<EntityId> = members.iter().copied().collect();
    let mut below = Vec::new();
    for group in groups_below(site, id) {
        let people = site.graph.targets(group, RelationType::HasMember);
        below.extend(people.filter(|user| seen.insert(*user)).map(|user| (user, group)));
    }
    below
}

/// Findings, and deprecated entities that are still used.
fn health<'a>(site: &Site<'_>, owned: impl Iterator<Item = &'a EntityId>) -> (usize, usize) {
    owned.fold((0, 0), |(findings, in_use), id| {
        let entity = site.catalog.entity(*id);
        let is_used = entity.is_deprecated() && !crate::insights::users(site.graph, *id).is_empty();
        (findings + site.findings_of(&entity.reference).count(), in_use + usize::from(is_used))
    })
}

fn owned_row(site: &Site<'_>, id: EntityId, links: &Linker) -> OwnedRow {
    let is_bad = |badge: &PluginBadge| badge.tone == Tone::Bad.word() || badge.tone == Tone::Warn.word();
    let worst = super::plugin::badges(site, id, links).into_iter().next();
    OwnedRow { entity: site.entity_link(id, links), badges: worst.filter(is_bad).into_iter().collect() }
}

/// Entities by kind, with where the rest of a long list is, if they have one owner.
fn by_kind(site: &Site<'_>, owned: &[EntityId], owner: Option<&Entity>, links: &Linker) -> Vec<OwnedGroup> {
    let group = |kind: &crate::catalog::Kind| {
        let of_kind: Vec<EntityId> =
            owned.iter().copied().filter(|id| site.catalog.entity(*id).kind.id == kind.id).collect();
        let rest = owner.filter(|_| of_kind.len() > MOST_OWNED).map(|owner| {
            format!("{}?kind={}&owner={}", links.to("catalog/"), encoded(kind.id), encoded(&owner.reference))
        });
        (!of_kind.is_empty()).then(|| OwnedGroup {
            plural: site.plural(kind),
            glyph: kind.glyph.to_string(),
            total: of_kind.len(),
            entities: of_kind.iter().take(MOST_OWNED).map(|id| owned_row(site, *id, links)).collect(),
            rest: rest.unwrap_or_default(),
        })
    };
    site.catalog.kinds.iter().filter_map(group).collect()
}
