//! Resource: what a component needs to run.

use super::Shape::{Text, Texts};
use super::{CORE, Kind, nothing_more, optional, relation, relation_of_any_kind, required};
use crate::catalog::relation::RelationType::{DependencyOf, DependsOn, OwnedBy, PartOf};

pub(super) const KIND: Kind = Kind {
    name: "Resource",
    plural: "Resources",
    id: "resource",
    api_versions: CORE,
    fields: &[required("type", Text), required("owner", Text), optional("system", Text), optional("dependsOn", Texts)],
    relations: &[
        relation("owner", "Group", OwnedBy),
        relation("system", "System", PartOf),
        relation_of_any_kind("dependsOn", DependsOn),
        relation_of_any_kind("dependencyOf", DependencyOf),
    ],
    orders_lists: false,
    check: nothing_more,
};
