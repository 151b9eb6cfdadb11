//! The kinds: one file each, one row here. A row says which fields a kind has and which relations they give.

mod api;
mod component;
mod domain;
mod group;
mod location;
mod resource;
mod system;
mod template;
mod user;

use super::relation::RelationType;
use crate::yaml::Node;

pub use location::targets as location_targets;

/// One kind of entity.
#[derive(Debug)]
pub struct Kind {
    /// As entities write it; case counts.
    pub name: &'static str,
    /// `Components`
    pub plural: &'static str,
    /// Lower-case name: used in refs, addresses and as the name of its glyph.
    pub id: &'static str,
    pub api_versions: &'static [&'static str],
    pub fields: &'static [Field],
    pub relations: &'static [RelationField],
    /// Lists of refs are stored in order.
    pub orders_lists: bool,
    /// What the table cannot say: more faults of `spec`.
    pub check: fn(&Node) -> Vec<SpecFault>,
}

/// A field of `spec`.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
}

/// What a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A non-empty string.
    Text,
    /// A list of non-empty strings; may be empty.
    Texts,
    Map,
    List,
    /// A mapping, or a list of mappings.
    Maps,
}

/// A field whose refs give relations.
#[derive(Debug)]
pub struct RelationField {
    pub field: &'static str,
    /// The kind of a ref that names none; `None` where one must be written.
    pub default_kind: Option<&'static str>,
    pub relation: RelationType,
}

/// A fault of a spec that the table cannot express, at the value concerned.
#[derive(Debug)]
pub struct SpecFault {
    pub span: crate::yaml::Span,
    pub message: String,
}

/// Every kind, in the order of lists and cards.
pub const KINDS: [&Kind; 9] = [
    &component::KIND,
    &api::KIND,
    &resource::KIND,
    &system::KIND,
    &domain::KIND,
    &template::KIND,
    &group::KIND,
    &user::KIND,
    &location::KIND,
];

/// Versions of the core kinds.
const CORE: &[&str] = &["backstage.io/v1alpha1", "backstage.io/v1beta1"];

impl Kind {
    /// The kind with this exact name.
    pub fn named(name: &str) -> Option<&'static Kind> {
        KINDS.into_iter().find(|kind| kind.name == name)
    }

    /// The kind with this lower-case name.
    pub fn by_id(id: &str) -> Option<&'static Kind> {
        KINDS.into_iter().find(|kind| kind.id == id)
    }
}

const fn required(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true }
}

const fn optional(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false }
}

const fn relation(field: &'static str, default_kind: &'static str, relation: RelationType) -> RelationField {
    RelationField { field, default_kind: Some(default_kind), relation }
}

const fn relation_of_any_kind(field: &'static str, relation: RelationType) -> RelationField {
    RelationField { field, default_kind: None, relation }
}

fn nothing_more(_: &Node) -> Vec<SpecFault> {
    Vec::new()
}
