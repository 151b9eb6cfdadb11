//! The organisation as a tree of groups.

use super::super::frame::{About, summary};
use super::super::view::{TeamNode, TeamsPage, View};
use super::super::{Linker, Rendered, Site};
use crate::catalog::{EntityId, RelationType};
use std::collections::HashSet;

pub(super) fn render(site: &Site<'_>, _: usize) -> Rendered {
    let route = "teams/".to_string();
    let links = site.linker(&route);
    let mut seen = HashSet::new();
    let mut tree: Vec<TeamNode> = site.roots().iter().filter_map(|id| node(site, *id, &links, &mut seen)).collect();
    let groups: Vec<EntityId> = site.catalog.ids().filter(|id| site.catalog.entity(*id).kind.id == "group").collect();
    tree.extend(groups.iter().filter_map(|id| node(site, *id, &links, &mut seen)).collect::<Vec<_>>());
    let users = site.of_kind("user").len();
    let view = TeamsPage {
        page: site.frame(
            &links,
            About {
                title: &site.say("word.teams"),
                description: &site.say("team.description"),
                section: "teams",
                above: &[],
            },
        ),
        tree,
        groups: groups.len(),
        users,
    };
    Rendered { pages: vec![(route, View::Teams(Box::new(view)))], ..Rendered::default() }
}

/// A group with the groups below it. Each group stands once, so a cycle ends where it began.
fn node(site: &Site<'_>, id: EntityId, links: &Linker, seen: &mut HashSet<EntityId>) -> Option<TeamNode> {
    const DEEPEST: usize = 64;
    fn build(
        site: &Site<'_>,
        id: EntityId,
        links: &Linker,
        seen: &mut HashSet<EntityId>,
        depth: usize,
    ) -> Option<TeamNode> {
        if depth > DEEPEST || site.catalog.entity(id).kind.id != "group" || !seen.insert(id) {
            return None;
        }
        let children: Vec<EntityId> = site.graph.targets(id, RelationType::ParentOf).collect();
        Some(TeamNode {
            entity: site.entity_link(id, links),
            description: summary(site.catalog.entity(id)),
            members: site.graph.targets(id, RelationType::HasMember).count(),
            owned: site.graph.targets(id, RelationType::OwnerOf).count(),
            children: children.into_iter().filter_map(|child| build(site, child, links, seen, depth + 1)).collect(),
        })
    }
    build(site, id, links, seen, 0)
}
