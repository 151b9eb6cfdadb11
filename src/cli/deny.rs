//! `--deny`: what may not be published, or fetched.

use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Rule, Stop, StopKind, count, rules};
use crate::site::pages::Counts;

/// What keeps a build from publishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deny {
    Warnings,
    Errors,
    Stale,
    Gone,
    Incomplete,
    Rule(&'static Rule),
}

/// What a build says that was refused.
pub(super) const UNPUBLISHED: &str = "nothing was published";

/// Words that are no rules.
const WORDS: [(&str, Deny); 5] = [
    ("warnings", Deny::Warnings),
    ("errors", Deny::Errors),
    ("stale", Deny::Stale),
    ("gone", Deny::Gone),
    ("incomplete", Deny::Incomplete),
];

impl Deny {
    /// Reads one of the words, or the name of a rule.
    pub(super) fn parse(text: &str) -> Result<Deny, String> {
        let word = WORDS.iter().find(|(word, _)| *word == text).map(|(_, deny)| *deny);
        word.or_else(|| rules::all().find(|rule| rule.name == text).map(Deny::Rule)).ok_or_else(|| {
            let known = WORDS.iter().map(|(word, _)| *word).chain(rules::all().map(|rule| rule.name));
            let guess = did_you_mean(text, known).map(|guess| format!("{guess} ")).unwrap_or_default();
            format!(
                "{guess}It takes `warnings`, `errors`, `stale`, `gone`, `incomplete`, or a rule that `callboard explain` lists"
            )
        })
    }

    fn word(self) -> &'static str {
        match self {
            Deny::Rule(rule) => rule.name,
            _ => WORDS.iter().find(|(_, deny)| *deny == self).map_or("", |(word, _)| word),
        }
    }

    /// What it meets, and how much of it.
    fn met(self, counts: &Counts, findings: &[Finding]) -> Option<String> {
        let (number, met) = match self {
            Deny::Warnings => (counts.errors + counts.warnings, ("finding", "")),
            Deny::Errors => (counts.errors, ("error", "")),
            Deny::Stale => (counts.stale, ("stale repository", "")),
            Deny::Gone => (counts.gone, ("repository", " gone")),
            Deny::Incomplete => (counts.incomplete, ("incomplete source", "")),
            Deny::Rule(rule) => (findings.iter().filter(|finding| finding.rule == rule).count(), ("finding", "")),
        };
        (number > 0).then(|| format!("{}{}, which `--deny {}` refuses", count(number, met.0), met.1, self.word()))
    }
}

/// Refuses what is denied, and says everything that is met after what it led to.
pub(super) fn refuse_denied(denied: &[Deny], counts: &Counts, findings: &[Finding], outcome: &str) -> Result<(), Stop> {
    let met: Vec<String> = denied.iter().filter_map(|deny| deny.met(counts, findings)).collect();
    if met.is_empty() {
        return Ok(());
    }
    Err(Stop::new(StopKind::Denied, format!("{outcome}: {}", met.join("; "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_rules_are_known_and_others_guessed() {
        assert_eq!(Deny::parse("gone"), Ok(Deny::Gone));
        assert_eq!(Deny::parse("repository-stale").map(Deny::word), Ok("repository-stale"));
        assert!(Deny::parse("repositry-stale").is_err_and(|said| said.contains("Did you mean `repository-stale`?")));
        assert!(Deny::parse("incomplet").is_err_and(|said| said.contains("Did you mean `incomplete`?")));
    }

    #[test]
    fn everything_that_is_refused_is_said() {
        let counts = Counts { gone: 1, incomplete: 2, ..Counts::default() };
        let findings = [rules::source::empty(crate::diagnostics::Place::file("a", ""), "a")];
        let denied = ["errors", "gone", "incomplete", "repository-empty", "repository-stale"];
        let denied = denied.map(|word| Deny::parse(word).unwrap());
        let stop = refuse_denied(&denied, &counts, &findings, UNPUBLISHED).unwrap_err();
        assert_eq!(
            stop.message,
            "nothing was published: 1 repository gone, which `--deny gone` refuses; 2 incomplete sources, \
             which `--deny incomplete` refuses; 1 finding, which `--deny repository-empty` refuses"
        );
        assert!(refuse_denied(&denied[..1], &counts, &findings, UNPUBLISHED).is_ok());
    }
}
