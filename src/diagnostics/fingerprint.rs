//! What makes a finding the same one after its file was edited.
//!
//! Rule, path, entity and message, and which of several equal ones it is: neither line nor severity, which change while
//! the fault stays.

use super::{Finding, Place};
use std::collections::HashMap;

/// The fingerprint of the `nth` finding, from 0, that says the same of the same thing: 32 hex digits.
pub fn fingerprint(finding: &Finding, path: &str, nth: usize) -> String {
    let entity = finding.entity.as_deref().unwrap_or_default();
    let nth = nth.to_string();
    let mut hasher = blake3::Hasher::new();
    for part in [finding.rule.name, path, entity, &finding.message, &nth] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..LENGTH].to_string()
}

/// The fingerprint of each finding, no two of them the same. `path` must give a file the same path in every run.
pub fn fingerprints(findings: &[Finding], path: &dyn Fn(&Place) -> String) -> Vec<String> {
    let mut met: HashMap<String, usize> = HashMap::new();
    let mut each = Vec::with_capacity(findings.len());
    for finding in findings {
        let path = finding.place.as_ref().map(path).unwrap_or_default();
        let first = fingerprint(finding, &path, 0);
        let nth = met.entry(first.clone()).or_default();
        each.push(if *nth == 0 { first } else { fingerprint(finding, &path, *nth) });
        *nth += 1;
    }
    each
}

/// Hex digits of a fingerprint.
pub(super) const LENGTH: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::rules;

    fn dangling(line: u32, from: &str, target: &str) -> Finding {
        rules::insights::dangling(
            rules::insights::Held {
                place: Place::file("shop", "a.yaml").at(line, 3, 4),
                from,
                field: "system",
                target,
            },
            None,
            None,
        )
    }

    fn prints(findings: &[Finding]) -> Vec<String> {
        fingerprints(findings, &|place| place.path.to_string())
    }

    #[test]
    fn a_line_that_moves_changes_nothing() {
        let before = prints(&[dangling(3, "component:default/a", "x"), dangling(9, "component:default/b", "x")]);
        let after = prints(&[dangling(5, "component:default/a", "x"), dangling(40, "component:default/b", "x")]);
        assert_eq!(before, after);
        assert!(before.iter().all(|print| print.len() == LENGTH), "{before:?}");
    }

    #[test]
    fn each_finding_has_its_own() {
        let same = || dangling(3, "component:default/a", "x");
        let mut all = prints(&[
            same(),
            same(),
            same(),
            dangling(3, "component:default/a", "y"),
            dangling(3, "component:b/a", "x"),
        ]);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 5);
    }

    #[test]
    fn they_stay_what_they_are() {
        // Baselines are files of other people: a change here makes every line of them worthless.
        let prints = prints(&[dangling(3, "component:default/a", "x")]);
        assert_eq!(prints, ["84475e6c64e9e85434224b36fa1c28f5"]);
    }
}
