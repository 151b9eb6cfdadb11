//! What fails now, as plugins tell: by owner, then by entity.

use super::super::super::view::{FailingOwner, FailingRow, ProblemRow};
use super::super::super::{Linker, Site};
use super::super::plugin::tab_url;
use super::MOST_ROWS;
use crate::catalog::{EntityId, RelationType};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Problems told of one entity.
const MOST_PROBLEMS: usize = 5;

/// What fails of one owner.
pub(super) struct Failing {
    /// `None` for what has no owner.
    owner: Option<Arc<str>>,
    /// Of all its entities.
    pub(super) problems: usize,
    /// Those with most problems first.
    entities: Vec<EntityId>,
}

/// Every owner of something that fails, those with most problems first.
pub(super) fn owners(site: &Site<'_>) -> Vec<Failing> {
    let mut owners: BTreeMap<Option<Arc<str>>, Vec<EntityId>> = BTreeMap::new();
    for (id, facts) in site.plugins.all_facts() {
        if !facts.problems.is_empty() {
            let owner = site.catalog.entity(id).target(RelationType::OwnedBy).cloned();
            owners.entry(owner).or_default().push(id);
        }
    }
    let count = |id: &EntityId| site.problems_of(*id).len();
    let failing = |(owner, mut entities): (Option<Arc<str>>, Vec<EntityId>)| {
        entities.sort_by_key(|id| (Reverse(count(id)), *id));
        Failing { owner, problems: entities.iter().map(count).sum(), entities }
    };
    let mut failing: Vec<Failing> = owners.into_iter().map(failing).collect();
    failing.sort_by_key(|of| Reverse(of.problems));
    failing
}

/// Entities of which something fails.
pub(super) fn entities(failing: &[Failing]) -> usize {
    failing.iter().map(|of| of.entities.len()).sum()
}

/// The first of them, a row for each entity.
pub(super) fn rows(site: &Site<'_>, failing: &[Failing], links: &Linker) -> Vec<FailingOwner> {
    let mut left = MOST_ROWS;
    let mut owners = Vec::new();
    for of in failing {
        let shown = &of.entities[..left.min(of.entities.len())];
        if shown.is_empty() {
            break;
        }
        left -= shown.len();
        owners.push(FailingOwner {
            owner: of.owner.as_ref().map(|owner| site.ref_link(owner, links)),
            problems: of.problems,
            entities: shown.iter().map(|id| row(site, *id, links)).collect(),
        });
    }
    owners
}

fn row(site: &Site<'_>, id: EntityId, links: &Linker) -> FailingRow {
    let problems = site.problems_of(id);
    FailingRow {
        entity: site.entity_link(id, links),
        more: problems.len().saturating_sub(MOST_PROBLEMS),
        problems: problems
            .iter()
            .take(MOST_PROBLEMS)
            .map(|problem| ProblemRow {
                title: problem.title.clone(),
                // Many begin with their tool's name, for where it does not stand before them.
                text: problem.text.strip_prefix(&format!("{}: ", problem.title)).unwrap_or(&problem.text).to_string(),
                url: tab_url(site, id, &problem.plugin, links),
            })
            .collect(),
    }
}
