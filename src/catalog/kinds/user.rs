//! User: a person.

use super::Shape::{Map, Text};
use super::{CORE, Kind, Shape, TEXTS, optional, relation, required};
use crate::catalog::relation::RelationType::MemberOf;

/// How users and groups are shown.
pub(super) const PROFILE: Shape = Map(&[
    optional("displayName", Text, "The name to show."),
    optional("email", Text, "An address to write to."),
    optional("picture", Text, "The address of a picture."),
]);

pub(super) const KIND: Kind = Kind {
    name: "User",
    plural: "Users",
    id: "user",
    glyph: "user",
    about: "A person.",
    api_versions: CORE,
    fields: &[
        required("memberOf", TEXTS, "Groups the person belongs to; an empty list where there are none."),
        optional("profile", PROFILE, "How the person is shown."),
    ],
    relations: &[relation("memberOf", &["Group"], MemberOf)],
    variants: &[],
    schema: None,
};
