//! API: a boundary between components, with its definition.

use super::Shape::Text;
use super::{CORE, Kind, nothing_more, optional, relation, required};
use crate::catalog::relation::RelationType::{OwnedBy, PartOf};

pub(super) const KIND: Kind = Kind {
    name: "API",
    plural: "APIs",
    id: "api",
    api_versions: CORE,
    fields: &[
        required("type", Text),
        required("lifecycle", Text),
        required("owner", Text),
        required("definition", Text),
        optional("system", Text),
    ],
    relations: &[relation("owner", "Group", OwnedBy), relation("system", "System", PartOf)],
    orders_lists: false,
    check: nothing_more,
};
