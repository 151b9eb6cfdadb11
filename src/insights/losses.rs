//! What a build would take away from a published portal.

use super::Elsewhere;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Fewer lost entities than this are everyday work, unless they are all.
const FEW: usize = 10;

/// A repository by its web address, where that is known, how many of its entities are lost, and how many are published.
pub type Loss = (Option<Box<str>>, usize, usize);

/// Entities of a published portal that a build lacks.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Losses {
    pub lost: usize,
    /// How many are published.
    pub of: usize,
    /// Repositories that lose some, the one that loses most first.
    pub repos: Vec<Loss>,
}

impl Losses {
    /// Everything that is published and does not stay, by its ref.
    pub fn of(published: &Elsewhere, stays: impl Fn(&str) -> bool) -> Losses {
        let mut repos: BTreeMap<Option<&str>, (usize, usize)> = BTreeMap::new();
        for (reference, known) in published.rows() {
            let (lost, of) = repos.entry(known.repo.as_deref()).or_default();
            *lost += usize::from(!stays(reference));
            *of += 1;
        }
        let losing = repos.iter().filter(|(_, (lost, _))| *lost > 0);
        let mut losing: Vec<_> = losing.map(|(repo, (lost, of))| (repo.map(Box::from), *lost, *of)).collect();
        losing.sort_by_key(|(_, lost, _)| Reverse(*lost));
        Losses { lost: losing.iter().map(|(_, lost, _)| lost).sum(), of: published.len(), repos: losing }
    }

    /// More than a fifth, or everything: more than anybody deletes between two builds.
    pub fn is_mass_loss(&self) -> bool {
        self.lost > 0 && (self.lost == self.of || self.lost >= FEW && self.lost * 5 > self.of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_is_everyday_work_and_more_is_not() {
        let is_refused = |lost, of| Losses { lost, of, repos: Vec::new() }.is_mass_loss();
        assert!(!is_refused(0, 0) && !is_refused(0, 100));
        assert!(!is_refused(10, 50) && is_refused(11, 50));
        assert!(!is_refused(9, 12), "few");
        assert!(is_refused(1, 1) && is_refused(9, 9), "all");
    }

    #[test]
    fn repositories_that_lose_most_come_first() {
        let row = |name: &str, repo: &str| format!("[\"component:default/{name}\",null,null,\"{repo}\",1]");
        let rows = [row("a", "https://x/one"), row("b", "https://x/two"), row("c", "https://x/two")].join(",");
        let published = Elsewhere::parse(&format!("{{\"schema\":1,\"entities\":[{rows}]}}")).unwrap();
        let losses = Losses::of(&published, |_| false);
        let repos = vec![(Some("https://x/two".into()), 2, 2), (Some("https://x/one".into()), 1, 1)];
        assert_eq!(losses, Losses { lost: 3, of: 3, repos });
    }
}
