//! The kinds: one file each, one row here. A row says which fields a kind has and which relations they give.

mod ai_resource;
mod api;
mod component;
mod declared;
mod domain;
mod group;
mod location;
mod resource;
mod system;
mod template;
mod user;

use super::relation::RelationType;
use crate::config::{Config, DeclaredKind};
use crate::diagnostics::{Finding, rules};

pub use declared::{SpecSchema, words};
pub use location::targets as location_targets;

/// One kind of entity.
#[derive(Debug)]
pub struct Kind {
    /// As entities write it; case counts.
    pub name: &'static str,
    /// `Components`
    pub plural: &'static str,
    /// Lower-case name: used in refs and addresses.
    pub id: &'static str,
    /// Name of its glyph in the theme.
    pub glyph: &'static str,
    /// What it is, in one sentence.
    pub about: &'static str,
    pub api_versions: &'static [&'static str],
    pub fields: &'static [Field],
    pub relations: &'static [RelationField],
    /// Values of `spec.type` that have fields and relations of their own.
    pub variants: &'static [Variant],
    /// The schema of a declared kind's `spec`.
    pub schema: Option<&'static SpecSchema>,
}

/// What `spec` looks like for one value of `spec.type`, in place of the kind's own fields and relations.
#[derive(Debug)]
pub struct Variant {
    pub of_type: &'static str,
    pub fields: &'static [Field],
    pub relations: &'static [RelationField],
}

/// A field of `spec`, or of a mapping in it.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub shape: Shape,
    pub required: bool,
    /// What it says, in one sentence.
    pub about: &'static str,
    /// Values that are usual; others are allowed.
    pub examples: &'static [&'static str],
}

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A non-empty string.
    Text,
    /// A non-empty string of at most so many UTF-16 code units.
    ShortText(usize),
    /// A string, empty or not.
    AnyText,
    /// A string, a boolean.
    TextOrBool,
    OneOf(&'static [&'static str]),
    /// A mapping. Fields beyond these are allowed.
    Map(&'static [Field]),
    /// A mapping whose other fields hold strings.
    MapOfTexts(&'static [Field]),
    List(&'static Shape),
    /// A list with at least one item.
    FilledList(&'static Shape),
    /// One such value, or a list of them.
    OneOrMore(&'static Shape),
}

/// A list of non-empty strings; may be empty.
const TEXTS: Shape = Shape::List(&Shape::Text);

/// A field whose refs give relations.
#[derive(Debug)]
pub struct RelationField {
    pub field: &'static str,
    /// The kind of a ref that names none; `None` where one must be written.
    pub default_kind: Option<&'static str>,
    /// Kinds that the field is meant for; empty for any.
    pub kinds: &'static [&'static str],
    pub relation: RelationType,
}

/// Every kind that Backstage knows without further modules, in the order of lists and cards.
const STOCK: [&Kind; 9] = [
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

/// The same with what Backstage's `ai-model` module adds.
const EXTENDED: [&Kind; 10] = [
    &component::KIND,
    &api::WITH_MCP_SERVERS,
    &resource::KIND,
    &system::KIND,
    &domain::KIND,
    &template::KIND,
    &ai_resource::KIND,
    &group::KIND,
    &user::KIND,
    &location::KIND,
];

/// Versions of the core kinds.
const CORE: &[&str] = &["backstage.io/v1alpha1", "backstage.io/v1beta1"];

/// Kinds that may own things.
const OWNERS: &[&str] = &["Group", "User"];

/// The kinds of one portal.
#[derive(Debug, Clone)]
pub struct Kinds(Vec<&'static Kind>);

impl Kinds {
    /// What stock Backstage knows.
    pub fn stock() -> Kinds {
        Kinds(STOCK.to_vec())
    }

    /// Every built-in kind.
    pub fn built_in() -> Kinds {
        Kinds(EXTENDED.to_vec())
    }

    /// Every built-in kind and the declared ones. What is wrong with a declaration is a finding, and the declaration
    /// is left out.
    pub fn with_declared(declared: &[DeclaredKind]) -> (Kinds, Vec<Finding>) {
        let mut kinds = Kinds::built_in();
        let mut findings = Vec::new();
        for declaration in declared {
            match declared::kind(declaration, &kinds) {
                Ok(kind) => kinds.0.push(kind),
                Err(finding) => findings.push(finding),
            }
        }
        (kinds, findings)
    }

    /// Kinds that the configuration's `catalog.rules` let in and that do not exist.
    pub fn unknown_in(&self, config: &Config) -> Vec<Finding> {
        let named = config.rules.iter().chain(config.locations.iter().flat_map(|location| &location.rules));
        let allowed = named.filter_map(|rule| rule.allow.as_ref()).flatten();
        let unknown = allowed.filter(|allowed| self.by_id(&allowed.kind).is_none());
        let known = || self.iter().map(|kind| kind.name);
        unknown.map(|allowed| rules::config::unknown_kind(allowed.place.clone(), &allowed.kind, known())).collect()
    }

    /// In the order of lists and cards.
    pub fn iter(&self) -> impl Iterator<Item = &'static Kind> + '_ {
        self.0.iter().copied()
    }

    /// The kind with this exact name.
    pub fn named(&self, name: &str) -> Option<&'static Kind> {
        self.iter().find(|kind| kind.name == name)
    }

    /// The kind with this name in any case.
    pub fn by_id(&self, id: &str) -> Option<&'static Kind> {
        self.iter().find(|kind| kind.id.eq_ignore_ascii_case(id))
    }
}

impl Kind {
    /// The fields and relations of an entity of this kind with this `spec.type`.
    pub fn of_type(&self, r#type: Option<&str>) -> (&'static [Field], &'static [RelationField]) {
        let variant = self.variants.iter().find(|variant| Some(variant.of_type) == r#type);
        variant.map_or((self.fields, self.relations), |variant| (variant.fields, variant.relations))
    }

    /// Whether entities of this kind can have an owner.
    pub fn has_owner(&self) -> bool {
        self.relations.iter().any(|row| row.relation == RelationType::OwnedBy)
    }
}

impl RelationField {
    /// Whether the field is meant for entities of a kind, by its lower-case name.
    pub fn expects(&self, kind: &str) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|name| name.eq_ignore_ascii_case(kind))
    }
}

const fn required(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, shape, required: true, about, examples: &[] }
}

const fn optional(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, shape, required: false, about, examples: &[] }
}

impl Field {
    const fn such_as(self, examples: &'static [&'static str]) -> Field {
        Field { examples, ..self }
    }
}

/// A field whose refs are of the first of `kinds` where they name none.
const fn relation(field: &'static str, kinds: &'static [&'static str], relation: RelationType) -> RelationField {
    RelationField { field, default_kind: Some(kinds[0]), kinds, relation }
}

const fn relation_of_any_kind(field: &'static str, relation: RelationType) -> RelationField {
    RelationField { field, default_kind: None, kinds: &[], relation }
}
