//! Component: a piece of software.

use super::Shape::Text;
use super::{CORE, Kind, OWNERS, TEXTS, optional, relation, relation_of_any_kind, required};
use crate::catalog::relation::RelationType::{ConsumesApi, DependencyOf, DependsOn, OwnedBy, PartOf, ProvidesApi};
use crate::catalog::well_known::LIFECYCLES;

pub(super) const KIND: Kind = Kind {
    name: "Component",
    plural: "Components",
    id: "component",
    glyph: "component",
    about: "A piece of software, such as a service, a website or a library.",
    api_versions: CORE,
    fields: &[
        required("type", Text, "What sort of component it is: service, website, library or another.")
            .such_as(&["service", "website", "library"]),
        required("lifecycle", Text, "The state it is in, such as experimental or production.").such_as(&LIFECYCLES),
        required("owner", Text, "The group or user that is responsible for it."),
        optional("system", Text, "The system it belongs to."),
        optional("subcomponentOf", Text, "The component it is a part of."),
        optional("providesApis", TEXTS, "APIs it provides."),
        optional("consumesApis", TEXTS, "APIs it consumes."),
        optional("dependsOn", TEXTS, "Components and resources it needs, each with its kind."),
    ],
    relations: &[
        relation("owner", OWNERS, OwnedBy),
        relation("subcomponentOf", &["Component"], PartOf),
        relation("system", &["System"], PartOf),
        relation("providesApis", &["API"], ProvidesApi),
        relation("consumesApis", &["API"], ConsumesApi),
        relation_of_any_kind("dependsOn", DependsOn),
        relation_of_any_kind("dependencyOf", DependencyOf),
    ],
    variants: &[],
    schema: None,
};
