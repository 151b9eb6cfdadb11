//! Domain: an area of the business.

use super::Shape::Text;
use super::{CORE, Kind, OWNERS, optional, relation, required};
use crate::catalog::relation::RelationType::{OwnedBy, PartOf};

pub(super) const KIND: Kind = Kind {
    name: "Domain",
    plural: "Domains",
    id: "domain",
    glyph: "domain",
    about: "An area of the business, with the systems that serve it.",
    api_versions: CORE,
    fields: &[
        required("owner", Text, "The group or user that is responsible for it."),
        optional("subdomainOf", Text, "The domain it is a part of."),
        optional("type", Text, "What sort of domain it is."),
    ],
    relations: &[relation("owner", OWNERS, OwnedBy), relation("subdomainOf", &["Domain"], PartOf)],
    variants: &[],
    schema: None,
};
