//! System: components and resources that make up one product.

use super::Shape::Text;
use super::{CORE, Kind, OWNERS, optional, relation, required};
use crate::catalog::relation::RelationType::{OwnedBy, PartOf};

pub(super) const KIND: Kind = Kind {
    name: "System",
    plural: "Systems",
    id: "system",
    glyph: "system",
    about: "Components and resources that work together as one product.",
    api_versions: CORE,
    fields: &[
        required("owner", Text, "The group or user that is responsible for it."),
        optional("domain", Text, "The domain it belongs to."),
        optional("type", Text, "What sort of system it is."),
    ],
    relations: &[relation("owner", OWNERS, OwnedBy), relation("domain", &["Domain"], PartOf)],
    variants: &[],
    schema: None,
};
