//! User: a person.

use super::Shape::{Map, Texts};
use super::{CORE, Kind, SpecFault, optional, relation, required};
use crate::catalog::relation::RelationType::MemberOf;
use crate::yaml::Node;

pub(super) const KIND: Kind = Kind {
    name: "User",
    plural: "Users",
    id: "user",
    api_versions: CORE,
    fields: &[required("memberOf", Texts), optional("profile", Map)],
    relations: &[relation("memberOf", "Group", MemberOf)],
    orders_lists: true,
    check: profile_faults,
};

/// `profile` of users and groups: three optional non-empty strings.
pub(super) fn profile_faults(spec: &Node) -> Vec<SpecFault> {
    let Some(profile) = spec.get("profile") else { return Vec::new() };
    ["displayName", "email", "picture"]
        .into_iter()
        .filter_map(|name| profile.get(name).map(|value| (name, value)))
        .filter(|(_, value)| value.text().is_none_or(str::is_empty))
        .map(|(name, value)| SpecFault {
            span: value.span,
            message: match value.text() {
                Some(_) => format!("`spec.profile.{name}` should not be empty"),
                None => format!("`spec.profile.{name}` should be a string, but is {}", value.describe()),
            },
        })
        .collect()
}
