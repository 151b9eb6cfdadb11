//! How often the pages of each entity are read, its documentation included, and who depends on it.

use super::view::{ReadRow, Readers};
use super::{Linker, Site, date, route};
use crate::catalog::{EntityId, RelationType};
use crate::config::{USAGE_PERIOD, Views};
use crate::insights;
use std::collections::{BTreeSet, HashMap};

/// Owners who are named on an entity's page.
const MOST_OWNERS: usize = 6;
/// Kinds that nobody reads for their own sake.
const NOT_READ: [&str; 3] = ["group", "user", "location"];

/// Views of each entity's pages; empty where the configuration names no file of them.
#[derive(Debug, Default)]
pub(super) struct EntityViews(Vec<Views>);

impl EntityViews {
    pub(super) fn new(site: &Site<'_>) -> EntityViews {
        let Some(usage) = &site.config.usage else { return EntityViews::default() };
        let mut bases: HashMap<String, EntityId> = HashMap::new();
        for id in site.catalog.ids() {
            let entity = site.catalog.entity(id);
            bases.insert(route::entity(entity), id);
            bases.insert(route::docs(entity), id);
            if entity.kind.id == "template" {
                bases.insert(route::template(entity), id);
            }
        }
        let mut views = vec![Views::default(); site.catalog.len()];
        for (page, seen) in &usage.pages {
            let ends = page.match_indices('/').map(|(at, _)| &page[..=at]);
            // Addresses of entities have three or four parts.
            if let Some(id) = ends.skip(2).take(2).find_map(|base| bases.get(base)) {
                let views = &mut views[id.0 as usize];
                views.last = views.last.saturating_add(seen.last);
                views.before = views.before.saturating_add(seen.before);
            }
        }
        EntityViews(views)
    }

    fn of(&self, id: EntityId) -> Option<Views> {
        self.0.get(id.0 as usize).copied()
    }

    /// The most read entities, and the least read of the others: of each at most so many.
    pub(super) fn ranked(&self, site: &Site<'_>, most: usize) -> (Vec<EntityId>, Vec<EntityId>) {
        let is_read = |id: &EntityId| !NOT_READ.contains(&site.catalog.entity(*id).kind.id);
        let views = |id: &EntityId| self.of(*id).map(|views| (views.last, views.before));
        let mut ids: Vec<EntityId> = site.catalog.ids().filter(|id| views(id).is_some() && is_read(id)).collect();
        ids.sort_by_key(|id| std::cmp::Reverse(views(id)));
        let end = ids.iter().take(most).filter(|id| views(id).is_some_and(|(last, _)| last > 0)).count();
        let mut others = ids.split_off(end);
        others.sort_by_key(views);
        others.truncate(most);
        (ids, others)
    }
}

impl Site<'_> {
    /// The last day that views are known of, in words.
    pub(super) fn views_until(&self) -> Option<String> {
        self.config.usage.as_ref().map(|usage| date::day(self.strings, usage.until * date::DAY))
    }

    /// What an entity's page says of its readers.
    pub(super) fn readers(&self, id: EntityId, links: &Linker) -> Option<Readers> {
        let views = self.views.of(id)?;
        let users = insights::users(self.graph, id);
        let owners = self.owners_of(&users, id);
        Some(Readers {
            views: views.last,
            before: views.before,
            days: USAGE_PERIOD,
            until: self.views_until()?,
            users: users.len(),
            more_owners: owners.len().saturating_sub(MOST_OWNERS),
            owners: owners.into_iter().take(MOST_OWNERS).map(|owner| self.entity_link(owner, links)).collect(),
        })
    }

    pub(super) fn read_row(&self, id: EntityId, links: &Linker) -> ReadRow {
        let views = self.views.of(id).unwrap_or_default();
        let users = insights::users(self.graph, id);
        ReadRow {
            entity: self.entity_link(id, links),
            owner: self.owner(id, links),
            views: views.last,
            before: views.before,
            users: users.len(),
            owners: self.owners_of(&users, id).len(),
        }
    }

    /// Who owns them, without the owners of the entity that they use.
    fn owners_of(&self, users: &[EntityId], used: EntityId) -> BTreeSet<EntityId> {
        let own: Vec<EntityId> = self.graph.targets(used, RelationType::OwnedBy).collect();
        let owners = users.iter().flat_map(|user| self.graph.targets(*user, RelationType::OwnedBy));
        owners.filter(|owner| !own.contains(owner)).collect()
    }
}
