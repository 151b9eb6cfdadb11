//! Component: a piece of software.

use super::Shape::{Text, Texts};
use super::{CORE, Kind, nothing_more, optional, relation, relation_of_any_kind, required};
use crate::catalog::relation::RelationType::{ConsumesApi, DependencyOf, DependsOn, OwnedBy, PartOf, ProvidesApi};

pub(super) const KIND: Kind = Kind {
    name: "Component",
    plural: "Components",
    id: "component",
    api_versions: CORE,
    fields: &[
        required("type", Text),
        required("lifecycle", Text),
        required("owner", Text),
        optional("system", Text),
        optional("subcomponentOf", Text),
        optional("providesApis", Texts),
        optional("consumesApis", Texts),
        optional("dependsOn", Texts),
    ],
    relations: &[
        relation("owner", "Group", OwnedBy),
        relation("subcomponentOf", "Component", PartOf),
        relation("system", "System", PartOf),
        relation("providesApis", "API", ProvidesApi),
        relation("consumesApis", "API", ConsumesApi),
        relation_of_any_kind("dependsOn", DependsOn),
        relation_of_any_kind("dependencyOf", DependencyOf),
    ],
    orders_lists: true,
    check: nothing_more,
};
