//! Group: a team, department or any other unit of people.

use super::Shape::Text;
use super::{CORE, Kind, TEXTS, optional, relation, required, user};
use crate::catalog::relation::RelationType::{ChildOf, HasMember, ParentOf};

pub(super) const KIND: Kind = Kind {
    name: "Group",
    plural: "Groups",
    id: "group",
    glyph: "group",
    about: "A team, a department or any other unit of people.",
    api_versions: CORE,
    fields: &[
        required("type", Text, "What sort of group it is: team, department or another.")
            .such_as(&["team", "department"]),
        required("children", TEXTS, "Its subgroups; an empty list where it has none."),
        optional("profile", user::PROFILE, "How it is shown."),
        optional("parent", Text, "The group it is a part of."),
        optional("members", TEXTS, "Its members."),
    ],
    relations: &[
        relation("parent", &["Group"], ChildOf),
        relation("children", &["Group"], ParentOf),
        relation("members", &["User"], HasMember),
    ],
    variants: &[],
    schema: None,
};
