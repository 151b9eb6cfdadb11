//! What is not shown as it is now: repositories that could not be refreshed, that left the list of their organisation or
//! that are archived, and what the whole portal says where these are many.

use super::view::EarlierState;
use super::{Site, date};
use crate::source::{Repo, RepoId};

/// The portal speaks of stale repositories from one in so many.
const SPOKEN_OF: usize = 20;

/// What every page says of the build.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Notice {
    pub(super) text: String,
    /// The part of the build report that tells more.
    pub(super) route: &'static str,
}

impl Site<'_> {
    /// Why a page shows an earlier state of its repository, where it does.
    pub(super) fn earlier(&self, repo: RepoId) -> Option<EarlierState> {
        let stale = self.repo(repo).status.stale()?;
        Some(EarlierState {
            since: stale.since.and_then(date::rfc3339).unwrap_or_default(),
            reason: stale.reason.clone(),
            is_gone: stale.is_gone,
        })
    }

    /// One notice for all pages: more than one in twenty repositories is stale, or a list of repositories is not whole.
    pub(super) fn notice(&self) -> Option<Notice> {
        let repos = self.snapshot.repos.len();
        let stale = self.snapshot.repos.iter().filter(|repo| state(repo) == "stale").count();
        let incomplete = self.snapshot.sources.iter().filter(|source| source.fault.is_some()).count();
        let mut said = Vec::new();
        if stale * SPOKEN_OF > repos {
            said.push(self.tell("faults.portal_stale", &[("count", &stale), ("repositories", &repos)]));
        }
        if incomplete > 0 {
            said.push(self.tell("faults.portal_incomplete", &[("count", &incomplete)]));
        }
        let route = if incomplete > 0 { "build-report/#sources" } else { "build-report/#repositories" };
        (!said.is_empty()).then(|| Notice { text: said.join(" "), route })
    }
}

/// How lists mark what comes from a repository: stale, gone, archived, or not at all.
pub(super) fn state(repo: &Repo) -> &'static str {
    match repo.status.stale() {
        Some(stale) if stale.is_gone => "gone",
        Some(_) => "stale",
        None if repo.is_archived => "archived",
        None => "",
    }
}
