//! Refs that name nothing in the catalog.

use crate::catalog::Catalog;
use crate::diagnostics::suggestion::nearest;
use crate::diagnostics::{Finding, rules};
use std::collections::BTreeMap;

/// Guesses cost a comparison with every entity of the kind, so only so many are made.
const MOST_GUESSES: usize = 200;

/// One finding per dangling ref, at the ref.
pub(super) fn findings(catalog: &Catalog) -> Vec<Finding> {
    let mut by_kind: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entity in &catalog.entities {
        by_kind.entry(entity.kind.id).or_default().push(&entity.reference);
    }
    let mut findings = Vec::new();
    for entity in &catalog.entities {
        for reference in entity.refs.iter().filter(|reference| catalog.find(&reference.target).is_none()) {
            let kind = reference.target.split(':').next().unwrap_or_default();
            let guess = if findings.len() < MOST_GUESSES {
                nearest(&reference.target, by_kind.get(kind).into_iter().flatten().copied())
            } else {
                None
            };
            let place = entity.place_of(reference.span);
            findings.push(rules::catalog::dangling(
                place,
                &entity.reference,
                reference.field,
                &reference.target,
                guess,
            ));
        }
    }
    findings
}
