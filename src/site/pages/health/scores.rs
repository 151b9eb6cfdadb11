//! Teams by the scorecard: the level that all of a team's entities reached, and what moves it to the next one.

use super::super::super::scorecard::Standing;
use super::super::super::view::{ScoreRow, ScoreStep};
use super::super::super::{Linker, Site};
use crate::catalog::{EntityId, RelationType};
use crate::config::Check;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Entities named of those that lack something.
const MOST_NAMED: usize = 3;

/// How the entities of a team stand.
#[derive(Debug, Default)]
pub(super) struct Team {
    /// Of each level, how many entities reached it and no higher one; those that reached none come first.
    at: Vec<usize>,
    lacking: Vec<(EntityId, Standing)>,
}

impl Team {
    /// The level that all of them reached.
    fn level(&self) -> usize {
        self.at.iter().position(|count| *count > 0).unwrap_or_default()
    }

    fn total(&self) -> usize {
        self.at.iter().sum()
    }

    /// What stops the team from reaching its next level, and whom; what most entities lack comes first.
    fn steps(&self, site: &Site<'_>) -> Vec<(Check, Vec<EntityId>)> {
        let Some(next) = site.config.scorecard.get(self.level()) else { return Vec::new() };
        let mut steps: Vec<(Check, Vec<EntityId>)> = next.checks.iter().map(|check| (*check, Vec::new())).collect();
        for (id, standing) in self.lacking.iter().filter(|(_, standing)| standing.level == self.level()) {
            for (_, lacking) in steps.iter_mut().filter(|(check, _)| standing.lacks.contains(check)) {
                lacking.push(*id);
            }
        }
        steps.retain(|(_, lacking)| !lacking.is_empty());
        steps.sort_by_key(|(_, lacking)| std::cmp::Reverse(lacking.len()));
        steps
    }
}

/// Every team with entities that are scored: those with the lowest level first, then those with most to do.
pub(super) fn teams(site: &Site<'_>) -> Vec<(Option<Arc<str>>, Team)> {
    let levels = site.config.scorecard.len();
    let mut teams: BTreeMap<Option<Arc<str>>, Team> = BTreeMap::new();
    for id in site.catalog.ids() {
        let Some(standing) = site.standing(id) else { continue };
        let owner = site.catalog.entity(id).target(RelationType::OwnedBy).cloned();
        let team = teams.entry(owner).or_default();
        team.at.resize(levels + 1, 0);
        team.at[standing.level] += 1;
        if standing.level < levels {
            team.lacking.push((id, standing));
        }
    }
    let mut teams: Vec<_> = teams.into_iter().collect();
    teams.sort_by_key(|(_, team)| (team.level(), std::cmp::Reverse(team.at[team.level()]), team.total()));
    teams
}

/// How many entities are scored, and how many of them reached the highest level.
pub(super) fn totals(teams: &[(Option<Arc<str>>, Team)]) -> (usize, usize) {
    let top = |team: &Team| team.at.last().copied().unwrap_or_default();
    teams.iter().fold((0, 0), |(all, at_top), (_, team)| (all + team.total(), at_top + top(team)))
}

pub(super) fn row(site: &Site<'_>, (owner, team): &(Option<Arc<str>>, Team), links: &Linker) -> ScoreRow {
    let level = team.level();
    let step = |(check, lacking): (Check, Vec<EntityId>)| ScoreStep {
        text: site.check_words(check),
        count: lacking.len(),
        more: lacking.len().saturating_sub(MOST_NAMED),
        entities: lacking.iter().take(MOST_NAMED).map(|id| site.entity_link(*id, links)).collect(),
    };
    ScoreRow {
        owner: owner.as_ref().map(|owner| site.ref_link(owner, links)),
        level: level.checked_sub(1).map(|level| site.level_name(level)),
        next: (level < site.config.scorecard.len()).then(|| site.level_name(level)),
        counts: team.at.clone(),
        steps: team.steps(site).into_iter().map(step).collect(),
    }
}
