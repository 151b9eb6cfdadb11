//! What a closed snapshot says of itself: sources whose list is not whole, repositories that are gone, and states that
//! nobody confirmed for long.

use super::Snapshot;
use super::date::DAY;
use crate::diagnostics::{Finding, Place, rules};

/// How many days a state may be old where nobody says otherwise.
pub const MAX_STALE: u32 = 30;

/// Findings that follow from the snapshot alone. Ages are counted from what the cache remembers and not from the clock,
/// so that the same cache gives the same findings on any day.
pub(super) fn findings(snapshot: &Snapshot, max_stale: u32) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in &snapshot.sources {
        if let Some(fault) = &source.fault {
            findings.push(rules::source::incomplete(source.place.clone(), &source.id, fault));
        }
    }
    let now = snapshot.now();
    for repo in &snapshot.repos {
        let Some(stale) = repo.status.stale() else { continue };
        let place = Place::file(repo.id.clone(), "");
        let age = now.zip(stale.since).map(|(now, since)| now.saturating_sub(since));
        if stale.is_gone {
            findings.push(rules::source::gone(place, &repo.id, &stale.reason));
        } else if age.is_some_and(|age| age > i64::from(max_stale) * DAY) {
            findings.push(rules::source::stale_long(place, &repo.id, max_stale, &stale.reason));
        }
    }
    let gone = snapshot.absent.iter().filter(|absent| absent.is_gone);
    findings
        .extend(gone.map(|absent| rules::source::gone(Place::file(absent.id.clone(), ""), &absent.id, &absent.reason)));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Absent, Repo, SourceState, Stale, Status};

    fn stale(id: &str, since: Option<i64>, is_gone: bool) -> Repo {
        let status = Status::Stale(Stale { reason: "no route to the host".to_string(), since, is_gone });
        Repo { status, ..Repo::in_memory(id, []) }
    }

    fn told(snapshot: &Snapshot) -> Vec<(&'static str, String)> {
        let place = |finding: &Finding| finding.place.as_ref().map(Place::display).unwrap_or_default();
        findings(snapshot, 30).iter().map(|finding| (finding.rule.name, place(finding))).collect()
    }

    #[test]
    fn a_state_is_old_by_what_the_cache_remembers() {
        let day = |number: i64| Some(number * DAY);
        let repos = vec![
            stale("old", day(69), false),
            stale("recent", day(70), false),
            stale("undated", None, false),
            stale("gone", day(1), true),
            Repo::in_memory("fresh", []),
        ];
        let mut snapshot = Snapshot { repos, asked_at: day(100), ..Snapshot::default() };
        let gone = ("repository-gone", "gone/".to_string());
        assert_eq!(told(&snapshot), [("repository-stale-long", "old/".to_string()), gone.clone()]);
        // Without a time of the cache's own, the newest of the states says how long the others are behind.
        snapshot.asked_at = None;
        assert_eq!(told(&snapshot), std::slice::from_ref(&gone));
        snapshot.repos.push(stale("newest", day(100), false));
        assert_eq!(told(&snapshot), [("repository-stale-long", "old/".to_string()), gone]);
    }

    #[test]
    fn lists_that_are_not_whole_and_what_left_them_are_told() {
        let source = |id: &str, fault: Option<&str>| SourceState {
            id: id.to_string(),
            place: Place::file("", "app-config.yaml").at(3, 1, 1),
            repos: 2,
            fault: fault.map(str::to_string),
            stale_since: None,
            requests: 1,
            waited: 0,
            cron: None,
        };
        let absent = |id: &str, is_gone: bool| Absent { id: id.into(), is_gone, reason: "why".to_string() };
        let snapshot = Snapshot {
            sources: vec![source("github:whole", None), source("github:half", Some("status 502"))],
            absent: vec![absent("left", true), absent("never", false)],
            ..Snapshot::default()
        };
        let incomplete = ("source-incomplete", "app-config.yaml:3:1".to_string());
        assert_eq!(told(&snapshot), [incomplete, ("repository-gone", "left/".to_string())]);
    }
}
