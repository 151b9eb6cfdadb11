//! System: components and resources that make up one product.

use super::Shape::Text;
use super::{CORE, Kind, nothing_more, optional, relation, required};
use crate::catalog::relation::RelationType::{OwnedBy, PartOf};

pub(super) const KIND: Kind = Kind {
    name: "System",
    plural: "Systems",
    id: "system",
    api_versions: CORE,
    fields: &[required("owner", Text), optional("domain", Text), optional("type", Text)],
    relations: &[relation("owner", "Group", OwnedBy), relation("domain", "Domain", PartOf)],
    orders_lists: false,
    check: nothing_more,
};
