//! Resource: what a component needs to run.

use super::Shape::Text;
use super::{CORE, Kind, OWNERS, TEXTS, optional, relation, relation_of_any_kind, required};
use crate::catalog::relation::RelationType::{DependencyOf, DependsOn, OwnedBy, PartOf};

pub(super) const KIND: Kind = Kind {
    name: "Resource",
    plural: "Resources",
    id: "resource",
    glyph: "resource",
    about: "What components need to run, such as a database or a bucket.",
    api_versions: CORE,
    fields: &[
        required("type", Text, "What sort of resource it is: database, bucket, cluster or another.")
            .such_as(&["database", "bucket", "cluster"]),
        required("owner", Text, "The group or user that is responsible for it."),
        optional("system", Text, "The system it belongs to."),
        optional("dependsOn", TEXTS, "Components and resources it needs, each with its kind."),
    ],
    relations: &[
        relation("owner", OWNERS, OwnedBy),
        relation("system", &["System"], PartOf),
        relation_of_any_kind("dependsOn", DependsOn),
        relation_of_any_kind("dependencyOf", DependencyOf),
    ],
    variants: &[],
    schema: None,
};
