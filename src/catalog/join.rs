//! All accepted entities into one catalog: who stays when Backstage would drop a whole location, and who wins when two
//! have one ref.

use super::ingest::Ingest;
use super::{Catalog, Entity, Kinds, Parent};
use crate::diagnostics::{Finding, Place, rules};
use crate::source::{Emitter, EmitterId};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

/// A descriptor file that was read, with what brought it.
#[derive(Debug)]
pub struct Batch {
    pub ingest: Ingest,
    pub emitter: EmitterId,
}

/// Joins batches, given in source order. Of two entities with one ref in one file the last wins, as in Backstage;
/// otherwise the first. With `compat`, what stock Backstage would drop is dropped. `findings` are those of the way
/// there; they come back with those of the join.
pub fn join(
    batches: Vec<Batch>,
    mut findings: Vec<Finding>,
    emitters: &[Emitter],
    kinds: &Kinds,
    compat: bool,
) -> (Catalog, Vec<Finding>) {
    let lost = lost(&batches, emitters);
    let mut chosen: Vec<Entity> = Vec::with_capacity(batches.iter().map(|batch| batch.ingest.entities.len()).sum());
    let mut by_ref: HashMap<Arc<str>, usize> = HashMap::with_capacity(chosen.capacity());
    let by_location: HashMap<(EmitterId, &Arc<str>), usize> = emitters
        .iter()
        .enumerate()
        .filter_map(|(at, emitter)| Some(((emitter.parent?, emitter.location.as_ref()?), at)))
        .collect();
    let mut losers = Vec::new();
    let mut kept: HashMap<&Place, Vec<Arc<str>>> = HashMap::new();
    for Batch { ingest: Ingest { entities, findings: found, .. }, emitter } in batches {
        findings.extend(found);
        let fault = lost[emitter.0 as usize].as_ref();
        let parent = parent(emitter, emitters);
        // In Backstage a Location that brings something faulty is not stored itself.
        let location_faults = |entity: &Entity| {
            let at = *by_location.get(&(emitter, &entity.reference))?;
            lost[at].as_ref()
        };
        for mut entity in entities {
            if let Some(fault) = fault.or_else(|| location_faults(&entity)).filter(|_| compat) {
                findings.push(rules::catalog::location_dropped(entity.written.place, &entity.reference, fault));
                continue;
            }
            if let Some(fault) = fault {
                kept.entry(fault).or_default().push(entity.reference.clone());
            }
            entity.parent = Some(parent.clone());
            match by_ref.get(&entity.reference) {
                None => {
                    by_ref.insert(entity.reference.clone(), chosen.len());
                    chosen.push(entity);
                }
                Some(at) => {
                    let first = &mut chosen[*at];
                    let same_file = first.written.place.at(0, 0, 0) == entity.written.place.at(0, 0, 0);
                    let loser = if same_file { std::mem::replace(first, entity) } else { entity };
                    losers.push((*at, loser.written.place));
                }
            }
        }
    }
    for (at, place) in losers {
        let winner = &chosen[at];
        findings.push(rules::catalog::duplicate(place, &winner.reference, &winner.written.place));
    }
    for finding in &mut findings {
        if let Some(kept) = finding.place.as_ref().and_then(|place| kept.get(place)) {
            finding.hints.push(rules::catalog::kept_beside(kept));
        }
    }
    (Catalog::new(in_order(chosen), kinds.clone()), findings)
}

/// Entities by ref. They are large, so their numbers are sorted and each of them moved once.
fn in_order(entities: Vec<Entity>) -> Vec<Entity> {
    let mut order: Vec<(Arc<str>, usize)> =
        entities.iter().enumerate().map(|(at, entity)| (entity.reference.clone(), at)).collect();
    order.par_sort_unstable();
    let mut entities: Vec<Option<Entity>> = entities.into_iter().map(Some).collect();
    order.into_iter().filter_map(|(_, at)| entities[at].take()).collect()
}

/// For each emitter the fault for which Backstage stores nothing of it: its own, or one of those that lead to it.
fn lost(batches: &[Batch], emitters: &[Emitter]) -> Vec<Option<Place>> {
    let mut lost: Vec<Option<Place>> = emitters.iter().map(|emitter| emitter.broken_at.clone()).collect();
    for Batch { ingest, emitter } in batches {
        if let (Some(place), fault @ None) = (&ingest.broken_at, &mut lost[emitter.0 as usize]) {
            *fault = Some(place.clone());
        }
    }
    // Those that lead to others come before them.
    for at in 0..emitters.len() {
        if let (None, Some(parent)) = (&lost[at], emitters[at].parent) {
            lost[at] = lost[parent.0 as usize].clone();
        }
    }
    lost
}

fn parent(id: EmitterId, emitters: &[Emitter]) -> Parent {
    let emitter = &emitters[id.0 as usize];
    match &emitter.location {
        Some(reference) => Parent::Location(reference.clone()),
        None => Parent::Configured(emitter.origin.clone()),
    }
}
