//! What the whole catalog shows that no single descriptor can: refs to nothing, owners who are nobody, circles,
//! deprecated things still in use.

mod circles;
mod elsewhere;
mod lifecycle;
mod losses;
mod owners;
mod refs;

use crate::catalog::well_known::REPLACED_BY;
use crate::catalog::{Catalog, Entity, Ref};
use crate::config::Config;
use crate::diagnostics::rules::insights::Held;
use crate::diagnostics::{Finding, Place, Severity};
use crate::graph::Graph;
use std::collections::BTreeMap;

pub use elsewhere::Elsewhere;
pub use lifecycle::users;
pub use losses::{Loss, Losses};

/// What the rules look at.
pub struct World<'a> {
    pub config: &'a Config,
    pub catalog: &'a Catalog,
    pub graph: &'a Graph,
    /// A published portal, for refs that lead out of what was read.
    pub elsewhere: Option<&'a Elsewhere>,
    /// Refs of documents that were refused, and where they stand.
    pub left_out: &'a BTreeMap<Box<str>, Place>,
    /// Everything the portal will hold was read: a ref to nothing leads nowhere. Otherwise it may lead elsewhere.
    pub is_whole: bool,
}

/// Refs that findings say were refused, and that nothing else has.
pub fn left_out(findings: &[Finding], catalog: &Catalog) -> BTreeMap<Box<str>, Place> {
    let errors = findings.iter().filter(|finding| finding.rule.severity == Severity::Error);
    let mut left_out = BTreeMap::new();
    for (reference, place) in errors.filter_map(|finding| Some((finding.entity.as_deref()?, finding.place.as_ref()?))) {
        if catalog.find(reference).is_none() {
            left_out.entry(reference.into()).or_insert_with(|| place.clone());
        }
    }
    left_out
}

/// What the rules want to know of the target of a ref.
#[derive(Debug, Clone, Copy)]
struct Facts<'a> {
    lifecycle: Option<&'a str>,
    successor: Option<&'a str>,
    /// It is a user, or a group with people in it.
    has_people: bool,
}

impl<'a> Facts<'a> {
    fn of(entity: &'a Entity) -> Self {
        // Nobody asks for the successor of anything else.
        let successor = entity.is_deprecated().then(|| entity.annotation(REPLACED_BY)).flatten();
        Facts { lifecycle: entity.lifecycle.as_deref(), successor, has_people: false }
    }
}

/// Every finding about the catalog as a whole.
pub fn findings(world: &World<'_>) -> Vec<Finding> {
    let people = owners::people(world);
    let mut findings = refs::findings(world);
    findings.extend(owners::findings(world, &people));
    findings.extend(circles::findings(world));
    findings.extend(lifecycle::findings(world, &people));
    findings
}

impl<'a> World<'a> {
    /// What is known of a ref's target, here or elsewhere.
    fn facts(&self, reference: &Ref, people: &[bool]) -> Option<Facts<'a>> {
        if let Some(id) = reference.entity {
            let has_people = people.get(id.0 as usize).copied().unwrap_or_default();
            return Some(Facts { has_people, ..Facts::of(self.catalog.entity(id)) });
        }
        let known = self.elsewhere?.find(&reference.target)?;
        Some(Facts {
            lifecycle: known.lifecycle.as_deref(),
            successor: known.successor.as_deref(),
            has_people: known.has_people,
        })
    }

    fn leads_somewhere(&self, reference: &Ref) -> bool {
        reference.entity.is_some() || self.elsewhere.is_some_and(|elsewhere| elsewhere.has(&reference.target))
    }

    fn knows(&self, reference: &str) -> bool {
        self.catalog.find(reference).is_some() || self.elsewhere.is_some_and(|elsewhere| elsewhere.has(reference))
    }
}

/// A ref of an entity, as rules name it.
fn held<'a>(entity: &'a Entity, reference: &'a Ref) -> Held<'a> {
    Held {
        place: entity.place_of(reference.span),
        from: &entity.reference,
        field: reference.field,
        target: &reference.target,
    }
}

/// The kind of a canonical ref.
fn kind_of(reference: &str) -> &str {
    reference.split(':').next().unwrap_or_default()
}
