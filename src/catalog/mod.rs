//! Descriptors become entities, entities become the catalog.
//!
//! Map: the text of a descriptor file gives entities, findings and what Locations point at ([`ingest`]). Join: all
//! entities into one [`Catalog`] with dense ids, ordered by ref. The rules are Backstage's; each kind is one file of [`kinds`] and one row of its table.

mod accept;
mod check;
mod codeowners;
mod doubts;
pub mod format;
mod ingest;
mod ingestion;
mod join;
pub mod kinds;
mod metadata;
mod placeholder;
mod reference;
mod relation;
mod search_keys;
mod spec;
mod stored;
pub mod well_known;

use crate::diagnostics::Place;
use crate::source::{Origin, RepoId};
use crate::yaml::{Node, Span};
use rayon::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;

pub use codeowners::CodeOwner;
pub use ingest::{Ingest, IngestOptions, ingest};
pub use join::{Batch, join};
pub use kinds::{Kind, Kinds};
pub use metadata::{LINK, METADATA};
pub use reference::{EntityRef, REF, REF_WITH_KIND};
pub use relation::RelationType;
pub use stored::IngestCache;

/// Index of an entity in its [`Catalog`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub u32);

/// An accepted entity.
#[derive(Debug, Clone)]
pub struct Entity {
    pub kind: &'static Kind,
    pub namespace: Box<str>,
    pub name: Box<str>,
    /// Canonical ref, lower case: `component:default/payment-service`.
    pub reference: Arc<str>,
    pub title: Option<Box<str>>,
    /// `spec.profile.displayName` of users and groups.
    pub profile_name: Option<Box<str>>,
    pub description: Option<Box<str>>,
    /// `spec.type`
    pub r#type: Option<Box<str>>,
    /// `spec.lifecycle`
    pub lifecycle: Option<Box<str>>,
    pub lifecycle_span: Option<Span>,
    pub tags: Vec<Box<str>>,
    /// By name, in order.
    pub annotations: Vec<(Box<str>, Box<str>)>,
    /// Where the values of some annotations stand that later rooms look at.
    pub spans: Vec<(&'static str, Span)>,
    /// Refs it holds in relation fields, in the order of its kind's table.
    pub refs: Vec<Ref>,
    /// The owner of its descriptor by CODEOWNERS, where the configuration wants to know.
    pub codeowner: Option<Arc<CodeOwner>>,
    /// What brought it; known once the catalog is joined.
    pub parent: Option<Parent>,
    /// The entity as Backstage would store it, without relations: JSON.
    pub data: Box<str>,
    pub written: Written,
}

/// A ref in a relation field.
#[derive(Debug, Clone)]
pub struct Ref {
    pub relation: RelationType,
    /// The field below `spec`.
    pub field: &'static str,
    /// Canonical.
    pub target: Arc<str>,
    /// The entity it names; known once the catalog is joined, where there is one.
    pub entity: Option<EntityId>,
    pub span: Span,
}

/// What brought an entity into the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// A Location entity, by its ref.
    Location(Arc<str>),
    /// The configuration, or a scan.
    Configured(Arc<Origin>),
}

/// Annotations whose place is kept.
const WATCHED: [&str; 5] = [
    well_known::TECHDOCS_REF,
    well_known::REPLACED_BY,
    well_known::TECHDOCS_ENTITY,
    well_known::TECHDOCS_ENTITY_PATH,
    well_known::DOCS_VERSIONS,
];

/// One document: a mapping that should be an entity.
#[derive(Debug)]
struct RawDocument {
    node: Node,
    /// Lines of the document, from 1, both included.
    first_line: u32,
    last_line: u32,
}

/// Where an entity is written.
#[derive(Debug, Clone)]
pub struct Written {
    pub repo: RepoId,
    /// Its file and the span of `metadata.name`.
    pub place: Place,
    /// Lines of its document, from 1, both included.
    pub first_line: u32,
    pub last_line: u32,
}

impl Entity {
    /// `title`, else the profile's display name, else `name`.
    pub fn display_name(&self) -> &str {
        self.title.as_deref().or(self.profile_name.as_deref()).unwrap_or(&self.name)
    }

    /// The canonical ref in the first relation of a type.
    pub fn target(&self, relation: RelationType) -> Option<&Arc<str>> {
        self.refs.iter().find(|reference| reference.relation == relation).map(|reference| &reference.target)
    }

    pub fn annotation(&self, name: &str) -> Option<&str> {
        let at = self.annotations.binary_search_by(|(key, _)| (**key).cmp(name)).ok()?;
        Some(&self.annotations[at].1)
    }

    /// Where an annotation's value stands, of those whose place is kept.
    pub fn annotation_span(&self, name: &str) -> Option<Span> {
        self.spans.iter().find(|(known, _)| *known == name).map(|(_, span)| *span)
    }

    pub fn is_deprecated(&self) -> bool {
        self.lifecycle.as_deref() == Some("deprecated")
    }

    /// The day after which it is gone, as `2027-03-31`, where its annotation is a date.
    pub fn sunset_on(&self) -> Option<&str> {
        self.annotation(well_known::SUNSET_ON).filter(|text| well_known::is_date(text))
    }

    /// What is to be used instead, as it is written.
    pub fn successor(&self) -> Option<&str> {
        self.annotation(well_known::REPLACED_BY)
    }

    /// A place in its file.
    pub fn place_of(&self, span: Span) -> Place {
        self.written.place.at(span.line, span.column, span.length)
    }
}

/// Every entity of the portal, by ref.
#[derive(Debug)]
pub struct Catalog {
    /// Ordered by ref; an [`EntityId`] is an index.
    pub entities: Vec<Entity>,
    /// Every kind that entities may be of.
    pub kinds: Kinds,
    by_ref: HashMap<Arc<str>, EntityId>,
}

impl Catalog {
    /// A catalog of entities that are ordered by ref and have distinct refs.
    fn new(mut entities: Vec<Entity>, kinds: Kinds) -> Self {
        let by_ref: HashMap<Arc<str>, EntityId> =
            entities.iter().enumerate().map(|(at, entity)| (entity.reference.clone(), EntityId(at as u32))).collect();
        entities.par_iter_mut().for_each(|entity| {
            for reference in &mut entity.refs {
                reference.entity = by_ref.get(&reference.target).copied();
            }
        });
        Catalog { entities, kinds, by_ref }
    }

    pub fn entity(&self, id: EntityId) -> &Entity {
        &self.entities[id.0 as usize]
    }

    /// The entity with a canonical ref.
    pub fn find(&self, reference: &str) -> Option<EntityId> {
        self.by_ref.get(reference).copied()
    }

    pub fn ids(&self) -> impl ExactSizeIterator<Item = EntityId> + use<> {
        (0..self.entities.len() as u32).map(EntityId)
    }

    pub fn len(&self) -> usize {
        self.entities.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entities.is_empty()
    }
}
