//! The guard against mass loss: a build that would take much of the published portal away does not publish.

use super::{Portal, Talk};
use crate::diagnostics::{Stop, StopKind, count};
use crate::insights::{Loss, Losses};
use crate::output::Stage;
use crate::pipeline::Gathered;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

/// Repositories that are named.
const NAMED: usize = 3;
/// Of more than so many repositories, what they have in common says more: the organisation, to which a token belongs.
const MANY: usize = 10;

/// Refuses a catalog that lacks much of what is published: in the portal that was named, else in the one that the output
/// holds. A portal that cannot be read is said and guards nothing; a finding would put what lies in the output into what
/// is made from the sources.
pub(super) fn refuse_mass_loss(
    named: Option<&str>,
    (stage, out): (&Stage, &Path),
    gathered: &Gathered,
    talk: &Talk,
) -> Result<(), Stop> {
    let portal = match named {
        Some(named) => Portal::at(named),
        None if stage.previous().is_some() => Portal::at(&out.to_string_lossy()),
        None => return Ok(()),
    };
    let published = match portal.refs() {
        Ok(published) => published,
        Err(stop) => {
            let cause = stop.cause.map(|cause| format!(": {cause}")).unwrap_or_default();
            talk.say(&format!("warning: {}{cause}; whether entities are lost is not checked", stop.message));
            return Ok(());
        }
    };
    let Gathered { snapshot, catalog, .. } = gathered;
    // What a build shows for the last time is as good as lost: the next one would have no reason to stop.
    let is_gone = |id| snapshot.repo(catalog.entity(id).written.repo).status.is_gone();
    let losses = Losses::of(&published, |reference| catalog.find(reference).is_some_and(|id| !is_gone(id)));
    if losses.is_mass_loss() { Err(refused(&losses)) } else { Ok(()) }
}

fn refused(losses: &Losses) -> Stop {
    let Losses { lost, of, repos } = losses;
    let lost = match (lost, of) {
        (lost, of) if lost < of => format!("{lost} of {}", count(*of, "published entity")),
        (_, 1) => "the only published entity".to_string(),
        (_, of) => format!("all {}", count(*of, "published entity")),
    };
    let losing: Vec<(Option<&str>, String)> = if repos.len() > MANY {
        organisations(repos).into_iter().map(|(above, lost)| (above, count(lost, "entity"))).collect()
    } else {
        repos.iter().map(|(repo, lost, of)| (repo.as_deref(), format!("{lost} of {of}"))).collect()
    };
    let named: Vec<String> =
        losing.iter().filter_map(|(place, lost)| Some(format!("`{}` ({lost})", (*place)?))).take(NAMED).collect();
    let mut stop = Stop::new(StopKind::MassLoss, format!("nothing was published: {lost} would be lost"));
    if !named.is_empty() {
        let more = match losing.len() - named.len() {
            0 => String::new(),
            more => format!(" and {}", count(more, "other")),
        };
        stop = stop.hint(format!("Most is lost of {}{more}.", named.join(", ")));
    }
    stop.hint("Often a token expired or lost access: see whether those under `integrations` may still read everything.")
        .hint("Where so much was deleted on purpose, publish it with `--allow-shrink`.")
}

/// How many entities are lost below the address above that of a repository, the most first.
fn organisations(repos: &[Loss]) -> Vec<(Option<&str>, usize)> {
    let mut sums: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for (repo, lost, _) in repos {
        let above = repo.as_deref().map(|repo| repo.rsplit_once('/').map_or(repo, |(above, _)| above));
        *sums.entry(above).or_default() += lost;
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, lost)| Reverse(*lost));
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_names_numbers_and_repositories() {
        let repo = |name: &str, lost| (Some(format!("https://git.example/{name}").into()), lost, 9);
        let mut losses =
            Losses { lost: 20, of: 40, repos: vec![repo("a", 9), (None, 8, 8), repo("b", 2), repo("c", 1)] };
        let stop = refused(&losses);
        assert_eq!(stop.exit_code(), 4);
        assert_eq!(stop.message, "nothing was published: 20 of 40 published entities would be lost");
        assert_eq!(
            stop.hints[0],
            "Most is lost of `https://git.example/a` (9 of 9), `https://git.example/b` (2 of 9), \
             `https://git.example/c` (1 of 9) and 1 other."
        );
        losses.repos.truncate(1);
        assert_eq!(refused(&losses).hints[0], "Most is lost of `https://git.example/a` (9 of 9).");
        assert_eq!(
            refused(&Losses { lost: 2, of: 2, repos: vec![(None, 2, 2)] }).message,
            "nothing was published: all 2 published entities would be lost"
        );
    }

    #[test]
    fn of_many_repositories_their_organisations_are_named() {
        let repos = (0..12).map(|at| {
            let organisation = if at < 8 { "payments" } else { "lights" };
            (Some(format!("https://git.example/{organisation}/{at}").into()), 1, 2)
        });
        let stop = refused(&Losses { lost: 12, of: 40, repos: repos.collect() });
        assert_eq!(
            stop.hints[0],
            "Most is lost of `https://git.example/payments` (8 entities), `https://git.example/lights` (4 entities)."
        );
    }
}
