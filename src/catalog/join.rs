//! All accepted entities into one catalog: who may come in, and who wins when two have one ref.

use super::{Catalog, Entity};
use crate::config::Config;
use crate::diagnostics::{Finding, rules};
use crate::source::Origin;
use std::collections::HashMap;
use std::sync::Arc;

/// An accepted entity with what decides whether it comes in.
#[derive(Debug)]
pub struct Candidate {
    pub entity: Entity,
    pub origin: Arc<Origin>,
    /// Its repository is one that the configuration names.
    pub configured: bool,
}

/// Joins candidates, given in source order. Of two with one ref in one file the last wins, as in Backstage; otherwise
/// the first.
pub fn join(candidates: Vec<Candidate>, config: &Config) -> (Catalog, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut chosen: Vec<Entity> = Vec::with_capacity(candidates.len());
    let mut by_ref: HashMap<Arc<str>, usize> = HashMap::with_capacity(candidates.len());
    for Candidate { entity, origin, configured } in candidates {
        if let Some(finding) = refused(&entity, &origin, configured, config) {
            findings.push(finding);
            continue;
        }
        match by_ref.get(&entity.reference) {
            None => {
                by_ref.insert(entity.reference.clone(), chosen.len());
                chosen.push(entity);
            }
            Some(at) => {
                let first = &mut chosen[*at];
                let same_file = first.written.place.at(0, 0, 0) == entity.written.place.at(0, 0, 0);
                let loser = if same_file { std::mem::replace(first, entity) } else { entity };
                findings.push(rules::catalog::duplicate(
                    loser.written.place.clone(),
                    &loser.reference,
                    &first.written.place,
                ));
            }
        }
    }
    chosen.sort_by(|a, b| a.reference.cmp(&b.reference));
    (Catalog::new(chosen), findings)
}

fn refused(entity: &Entity, origin: &Origin, configured: bool, config: &Config) -> Option<Finding> {
    let kind = entity.kind.name;
    let place = || entity.written.place.clone();
    let from = (origin.kind, origin.target.as_str());
    if !config.allows(origin.location, from, kind, entity.r#type.as_deref()) {
        return Some(rules::catalog::kind_not_allowed(place(), kind, &entity.reference));
    }
    let person = matches!(entity.kind.id, "user" | "group");
    (person && !configured).then(|| rules::catalog::people_from_elsewhere(place(), kind, &entity.reference))
}
