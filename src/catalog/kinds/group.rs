//! Group: a team, department or any other unit of people.

use super::Shape::{Map, Text, Texts};
use super::{CORE, Kind, optional, relation, required, user};
use crate::catalog::relation::RelationType::{ChildOf, HasMember, ParentOf};

pub(super) const KIND: Kind = Kind {
    name: "Group",
    plural: "Groups",
    id: "group",
    api_versions: CORE,
    fields: &[
        required("type", Text),
        required("children", Texts),
        optional("profile", Map),
        optional("parent", Text),
        optional("members", Texts),
    ],
    relations: &[
        relation("parent", "Group", ChildOf),
        relation("children", "Group", ParentOf),
        relation("members", "User", HasMember),
    ],
    orders_lists: true,
    check: user::profile_faults,
};
