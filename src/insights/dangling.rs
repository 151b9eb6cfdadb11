//! Refs that name nothing in the catalog.

use crate::catalog::Catalog;
use crate::diagnostics::suggestion::nearest;
use crate::diagnostics::{Finding, rules};
use std::collections::BTreeMap;

/// Guesses cost a comparison with every entity of the kind, so only so many are made.
const MOST_GUESSES: usize = 200;

/// One finding per dangling ref, at the ref.
pub(super) fn findings(catalog: &Catalog) -> Vec<Finding> {
    let names = Names::of(catalog);
    let mut findings = Vec::new();
    for entity in &catalog.entities {
        for reference in entity.refs.iter().filter(|reference| catalog.find(&reference.target).is_none()) {
            let guess =
                if findings.len() < MOST_GUESSES { names.guess(&reference.target, &entity.reference) } else { None };
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

/// Refs by what people remember of them.
struct Names<'a> {
    by_name: BTreeMap<&'a str, &'a str>,
    by_kind: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
}

impl<'a> Names<'a> {
    fn of(catalog: &'a Catalog) -> Self {
        let mut names = Names { by_name: BTreeMap::new(), by_kind: BTreeMap::new() };
        for entity in &catalog.entities {
            let name = name_of(&entity.reference);
            names.by_name.entry(name).or_insert(&entity.reference);
            names.by_kind.entry(entity.kind.id).or_default().push((name, &entity.reference));
        }
        names
    }

    /// The same name in another kind or namespace, else a similar name of the same kind; never the entity that asks.
    fn guess(&self, target: &str, from: &str) -> Option<&'a str> {
        let name = name_of(target);
        if let Some(same) = self.by_name.get(name) {
            return Some(same);
        }
        let kind = self.by_kind.get(target.split(':').next().unwrap_or_default())?;
        let near = nearest(name, kind.iter().filter(|(_, reference)| *reference != from).map(|(name, _)| *name))?;
        kind.iter().find(|(name, _)| *name == near).map(|(_, reference)| *reference)
    }
}

fn name_of(reference: &str) -> &str {
    reference.split_once('/').map_or(reference, |(_, name)| name)
}
