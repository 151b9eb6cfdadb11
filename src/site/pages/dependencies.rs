//! What an entity depends on, what depends on it, by distance, and whom to tell of a change.

use super::super::feedback::email;
use super::super::frame::{About, summary};
use super::super::view::{DependenciesPage, OwnerToTell, ReachRow, ReachSide, View};
use super::super::{Linker, Rendered, Site, route};
use super::entity::tabs;
use crate::catalog::EntityId;
use crate::graph::{Direction, Reach};

/// Entities listed each way.
const MOST: usize = 25;
/// Entities that are looked at each way: one on which everything depends would be walked from everywhere.
const MOST_REACHED: usize = 2_000;
const MOST_OWNERS: usize = 100;

pub(super) fn count(site: &Site<'_>) -> usize {
    site.catalog.len()
}

/// Whether there is anything to show.
pub(super) fn has_some(site: &Site<'_>, id: EntityId) -> bool {
    site.graph.reaches(id, Direction::Dependents) || site.graph.reaches(id, Direction::Dependencies)
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let id = EntityId(number as u32);
    if !has_some(site, id) {
        return Rendered::default();
    }
    let entity = site.catalog.entity(id);
    let base = route::entity(entity);
    let route = format!("{base}dependencies/");
    let links = site.linker(&route);
    let reach = |direction| site.graph.reach(id, direction, usize::MAX, MOST_REACHED);
    let (dependents, dependencies) = (reach(Direction::Dependents), reach(Direction::Dependencies));
    let owners = site.graph.owners(&dependents);
    let above = site.above_entity(entity);
    let view = DependenciesPage {
        page: site.frame(
            &links,
            About {
                title: &site.tell("dependencies.title", &[("entity", &entity.display_name())]),
                description: &summary(entity),
                section: site.section_of(entity),
                above: &above,
            },
        ),
        entity: site.entity_link(id, &links),
        title: entity.display_name().to_string(),
        tabs: tabs(site, id, "dependencies", &links),
        explore_url: super::graph::along_faults(site, id, None, &links),
        dependents: side(site, id, &dependents, &links),
        dependencies: side(site, id, &dependencies, &links),
        more_owners: owners.len().saturating_sub(MOST_OWNERS),
        owners: owners
            .iter()
            .take(MOST_OWNERS)
            .map(|(owner, entities)| OwnerToTell {
                owner: owner.map(|owner| site.entity_link(owner, &links)),
                email: owner.and_then(|owner| email(site.catalog.entity(owner))).unwrap_or_default(),
                entities: entities.len(),
            })
            .collect(),
    };
    Rendered { pages: vec![(route, View::Dependencies(Box::new(view)))], ..Rendered::default() }
}

fn side(site: &Site<'_>, start: EntityId, reach: &Reach, links: &Linker) -> ReachSide {
    let rows = reach.steps.iter().take(MOST).map(|step| ReachRow {
        entity: site.entity_link(step.entity, links),
        distance: step.distance,
        relation: site.relation_words(step.relation.opposite()),
        paths_url: (step.from != start).then(|| super::graph::along_faults(site, start, Some(step.entity), links)),
        from: (step.from != start).then(|| site.entity_link(step.from, links)),
        owner: site.owner(step.entity, links),
    });
    ReachSide {
        rows: rows.collect(),
        total: reach.steps.len(),
        more: reach.steps.len().saturating_sub(MOST),
        is_cut: reach.is_cut,
    }
}
