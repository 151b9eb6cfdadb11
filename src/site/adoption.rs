//! How far the portal came: how much of what is written has an owner, docs, API definitions and a known lifecycle, by
//! team and by repository, and which repositories describe nothing yet.

use super::{Site, date};
use crate::catalog::{Entity, EntityId, RelationType};
use crate::config::Check;
use crate::diagnostics::rules::catalog::RULES;
use crate::diagnostics::{Finding, Severity};
use crate::source::{Repo, RepoId, Status};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Months of the trend.
const MONTHS: i64 = 12;

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) has: usize,
    pub(super) of: usize,
}

impl Share {
    fn one(has: bool) -> Share {
        Share { has: usize::from(has), of: 1 }
    }

    /// Rounded down, so that only all is a hundred.
    pub(super) fn percent(self) -> Option<usize> {
        (self.has * 100).checked_div(self.of)
    }
}

/// What some entities have.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Coverage {
    pub(super) entities: usize,
    /// Entities with an owner that is in the catalog.
    pub(super) owner: Share,
    /// Components with documentation.
    pub(super) docs: Share,
    /// Services that provide an API whose definition can be read.
    pub(super) apis: Share,
    /// Entities in a state that readers know.
    pub(super) lifecycle: Share,
}

impl Coverage {
    fn add(&mut self, other: &Coverage) {
        self.entities += other.entities;
        for (own, more) in [
            (&mut self.owner, other.owner),
            (&mut self.docs, other.docs),
            (&mut self.apis, other.apis),
            (&mut self.lifecycle, other.lifecycle),
        ] {
            own.has += more.has;
            own.of += more.of;
        }
    }

    /// Sorts what lacks most first; of equals the one with more to do.
    fn standing(&self) -> (usize, std::cmp::Reverse<usize>) {
        let shares = [self.owner, self.docs, self.apis, self.lifecycle];
        let (has, of) = shares.iter().fold((0, 0), |(has, of), share| (has + share.has, of + share.of));
        ((has * 10_000).checked_div(of).unwrap_or(if self.entities == 0 { 0 } else { 10_000 }), std::cmp::Reverse(of))
    }
}

/// Whether a repository describes what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Described {
    Yes,
    /// There is a descriptor, and nothing of it is in the portal.
    Failed,
    No,
}

#[derive(Debug, Default)]
pub(super) struct Adoption {
    pub(super) whole: Coverage,
    /// By the ref of the owner, `None` where nobody is named; what lacks most first.
    pub(super) teams: Vec<(Option<Arc<str>>, Coverage)>,
    /// What lacks most first.
    pub(super) repos: Vec<(RepoId, Described, Coverage)>,
    /// Repositories without a descriptor, by id; none that are archived or gone.
    pub(super) missing: Vec<RepoId>,
    /// Findings of entities that are left out, by their place in the site's list.
    pub(super) failed: Vec<usize>,
    /// The last months and how many entities there were at the end of each; empty where git does not know.
    pub(super) trend: Vec<(i64, usize)>,
    /// Entities whose beginning git does not know.
    pub(super) undated: usize,
}

impl Adoption {
    pub(super) fn new(site: &Site<'_>) -> Adoption {
        let failed: Vec<usize> = (0..site.findings.len()).filter(|at| left_out(&site.findings[*at])).collect();
        let with_fault: HashSet<&str> =
            failed.iter().filter_map(|at| site.findings[*at].place.as_ref()).map(|place| &*place.repo).collect();
        let mut teams: BTreeMap<Option<Arc<str>>, Coverage> = BTreeMap::new();
        let mut repos: Vec<Coverage> = vec![Coverage::default(); site.snapshot.repos.len()];
        let mut whole = Coverage::default();
        for id in site.catalog.ids() {
            let entity = site.catalog.entity(id);
            let coverage = coverage(site, id, entity);
            whole.add(&coverage);
            if let Some(of_repo) = repos.get_mut(entity.written.repo.0 as usize) {
                of_repo.add(&coverage);
            }
            if entity.kind.has_owner() {
                teams.entry(entity.target(RelationType::OwnedBy).cloned()).or_default().add(&coverage);
            }
        }
        let mut teams: Vec<_> = teams.into_iter().collect();
        teams.sort_by_key(|(_, coverage)| coverage.standing());
        let described = |at: usize, coverage: &Coverage| match &*site.snapshot.repos[at].id {
            _ if coverage.entities > 0 => Described::Yes,
            id if with_fault.contains(id) => Described::Failed,
            _ => Described::No,
        };
        let mut repos: Vec<(RepoId, Described, Coverage)> = repos
            .into_iter()
            .enumerate()
            .filter(|(at, _)| site.snapshot.repos[*at].status != Status::Empty)
            .map(|(at, coverage)| (RepoId(at as u32), described(at, &coverage), coverage))
            .collect();
        // Nobody adds a descriptor where nobody works, or to what is gone.
        let is_kept = |repo: &Repo| !repo.is_archived && !repo.status.is_gone();
        let without = repos
            .iter()
            .filter(|(repo, described, _)| *described == Described::No && is_kept(site.snapshot.repo(*repo)));
        let missing = without.map(|(repo, ..)| *repo).collect();
        repos.sort_by_key(|(_, _, coverage)| coverage.standing());
        let (trend, undated) = trend(site);
        Adoption { whole, teams, repos, missing, failed, trend, undated }
    }
}

/// Whether a finding says why something of a descriptor is not in the portal.
fn left_out(finding: &Finding) -> bool {
    finding.rule.severity == Severity::Error && RULES.contains(&finding.rule)
}

fn coverage(site: &Site<'_>, id: EntityId, entity: &Entity) -> Coverage {
    let share = |check: Check| site.passes(check, id).map(Share::one).unwrap_or_default();
    // Of definitions, services are asked alone: an API has one, or is not in the catalog.
    let apis = if entity.kind.id == "component" { share(Check::Definition) } else { Share::default() };
    Coverage {
        entities: 1,
        owner: share(Check::Owner),
        docs: share(Check::Docs),
        apis,
        lifecycle: share(Check::Lifecycle),
    }
}

/// How many of today's entities there were at the end of each of the last months, by the first commit of their
/// descriptor, and of how many nobody knows.
fn trend(site: &Site<'_>) -> (Vec<(i64, usize)>, usize) {
    let Some(last) = site.options.instant.map(date::month_of) else { return (Vec::new(), site.catalog.len()) };
    let mut by_month: HashMap<i64, usize> = HashMap::new();
    let mut undated = 0;
    for entity in &site.catalog.entities {
        match site.repo(entity.written.repo).history.first_seen(&entity.written.place.path) {
            Some(first) => *by_month.entry(date::month_of(first).clamp(last - MONTHS, last)).or_default() += 1,
            None => undated += 1,
        }
    }
    if by_month.is_empty() {
        return (Vec::new(), undated);
    }
    let mut there = by_month.get(&(last - MONTHS)).copied().unwrap_or_default();
    let months = (last - MONTHS + 1..=last).map(|month| {
        there += by_month.get(&month).copied().unwrap_or_default();
        (month, there)
    });
    (months.collect(), undated)
}
