//! What the Docs tab of an entity shows: `backstage.io/techdocs-entity` and `backstage.io/techdocs-entity-path`.

use super::{DocSet, Moved, PlanOptions};
use crate::catalog::well_known::{TECHDOCS_ENTITY, TECHDOCS_ENTITY_PATH};
use crate::catalog::{Catalog, EntityId, EntityRef};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::suggestion::{did_you_mean, slip_of};
use crate::diagnostics::{Finding, Place};
use std::collections::{BTreeMap, HashMap};

/// What an entity shows as its docs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// By its index.
    pub set: usize,
    /// The page to begin with.
    pub page: usize,
    pub anchor: Option<String>,
}

/// What every entity shows. An entity that names another one shows what that one shows, as far as there is an end.
pub(super) fn shown(
    catalog: &Catalog,
    sets: &[DocSet],
    options: &PlanOptions<'_>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<EntityId, Shown> {
    let own: HashMap<EntityId, usize> = sets.iter().enumerate().map(|(at, set)| (set.entity, at)).collect();
    let mut naming = Naming { catalog, options, own: &own, settled: HashMap::new(), findings, guesses: MOST_GUESSES };
    let mut shown = BTreeMap::new();
    for id in catalog.ids() {
        let entity = catalog.entity(id);
        if !own.contains_key(&id) && entity.annotation(TECHDOCS_ENTITY).is_none() {
            continue;
        }
        let Some(set) = naming.set(id) else { continue };
        let (page, anchor) = naming.start(id, &sets[set]);
        shown.insert(id, Shown { set, page, anchor });
    }
    shown
}

struct Naming<'a, 'f> {
    catalog: &'a Catalog,
    options: &'a PlanOptions<'a>,
    own: &'a HashMap<EntityId, usize>,
    /// What entities with an annotation show.
    settled: HashMap<EntityId, Option<usize>>,
    findings: &'f mut Vec<Finding>,
    /// How many more refs are compared with the catalog for a guess.
    guesses: usize,
}

impl Naming<'_, '_> {
    fn set(&mut self, id: EntityId) -> Option<usize> {
        let mut path: Vec<EntityId> = Vec::new();
        let mut at = id;
        let end = loop {
            if let Some(settled) = self.settled.get(&at) {
                break *settled;
            }
            if let Some(start) = path.iter().position(|seen| *seen == at) {
                self.circle(&path[start..]);
                for id in path.drain(start..) {
                    self.settled.insert(id, self.own.get(&id).copied());
                }
                break self.settled[&at];
            }
            match self.named(at) {
                Some(next) => {
                    path.push(at);
                    at = next;
                }
                None => {
                    let own = self.own.get(&at).copied();
                    self.settled.insert(at, own);
                    break own;
                }
            }
        };
        // From the end back to the start: who shows nothing through another shows its own.
        let mut set = end;
        while let Some(id) = path.pop() {
            if set.is_none() {
                let target = self.catalog.entity(id).annotation(TECHDOCS_ENTITY).unwrap_or_default().to_owned();
                self.say(id, |place| rules::techdocs_entity_without_docs(place, &target));
            }
            set = set.or_else(|| self.own.get(&id).copied());
            self.settled.insert(id, set);
        }
        set
    }

    /// The entity that an entity names; none where it names none, itself, or nobody.
    fn named(&mut self, id: EntityId) -> Option<EntityId> {
        let text = self.catalog.entity(id).annotation(TECHDOCS_ENTITY)?.trim().to_owned();
        let reference = match EntityRef::parse(&text, None, "default") {
            Ok(reference) => reference.canonical(),
            Err(problem) => {
                self.say(id, |place| rules::techdocs_entity_no_ref(place, &text, problem));
                return None;
            }
        };
        let found = self.catalog.find(&reference);
        if found.is_none() && !(self.options.is_elsewhere)(&reference) {
            let refs = self.catalog.entities.iter().map(|entity| &*entity.reference);
            let guess = if self.guesses > 0 { slip_of(&reference, refs) } else { None };
            let guess = guess.map(|guess| format!("Did you mean `{guess}`?"));
            self.guesses = self.guesses.saturating_sub(1);
            self.say(id, |place| rules::techdocs_entity_dangling(place, &text, guess));
        }
        found.filter(|found| *found != id)
    }

    fn circle(&mut self, circle: &[EntityId]) {
        let first = (0..circle.len()).min_by_key(|at| circle[*at]).unwrap_or(0);
        let names = (0..=circle.len()).map(|at| &self.catalog.entity(circle[(first + at) % circle.len()]).reference);
        let names = names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" → ");
        self.say(circle[first], |place| rules::techdocs_entity_circle(place, &names));
    }

    /// The page that an entity's docs begin with.
    fn start(&mut self, id: EntityId, set: &DocSet) -> (usize, Option<String>) {
        let usual = (set.first(), None);
        let Some(written) = self.catalog.entity(id).annotation(TECHDOCS_ENTITY_PATH) else { return usual };
        let (path, anchor) = match written.trim().split_once('#') {
            Some((path, anchor)) => (path, Some(anchor.to_owned()).filter(|anchor| !anchor.is_empty())),
            None => (written.trim(), None),
        };
        let path = path.trim_matches('/');
        if path.is_empty() {
            return (set.first(), anchor);
        }
        let moved = || match set.moved(path)? {
            Moved::Page(page, anchor) => Some((*page, anchor.clone())),
            Moved::Url(_) => None,
        };
        let found = set.find(path).map(|page| (page, None)).or_else(moved);
        if let Some((page, own)) = found {
            return (page, anchor.or(own));
        }
        let guess = did_you_mean(path, set.pages.iter().map(|page| page.path.trim_end_matches(".md")));
        self.findings.push(rules::techdocs_entity_path(self.place(id, TECHDOCS_ENTITY_PATH), written, guess));
        usual
    }

    fn say(&mut self, id: EntityId, finding: impl FnOnce(Place) -> Finding) {
        let finding = finding(self.place(id, TECHDOCS_ENTITY));
        self.findings.push(finding.about(&*self.catalog.entity(id).reference));
    }

    fn place(&self, id: EntityId, annotation: &str) -> Place {
        let entity = self.catalog.entity(id);
        entity.annotation_span(annotation).map_or_else(|| entity.written.place.clone(), |span| entity.place_of(span))
    }
}

/// Dangling refs that are compared with the whole catalog: both may be many.
const MOST_GUESSES: usize = 100;
