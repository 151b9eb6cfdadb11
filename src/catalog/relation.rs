//! Relation types and their opposites.

/// A relation from one entity to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RelationType {
    OwnedBy,
    OwnerOf,
    PartOf,
    HasPart,
    ProvidesApi,
    ApiProvidedBy,
    ConsumesApi,
    ApiConsumedBy,
    DependsOn,
    DependencyOf,
    MemberOf,
    HasMember,
    ChildOf,
    ParentOf,
}

use RelationType::*;

/// Type, name in Backstage, words on a page, opposite.
const TABLE: [(RelationType, &str, &str, RelationType); 14] = [
    (OwnedBy, "ownedBy", "Owned by", OwnerOf),
    (OwnerOf, "ownerOf", "Owner of", OwnedBy),
    (PartOf, "partOf", "Part of", HasPart),
    (HasPart, "hasPart", "Has part", PartOf),
    (ProvidesApi, "providesApi", "Provides API", ApiProvidedBy),
    (ApiProvidedBy, "apiProvidedBy", "Provided by", ProvidesApi),
    (ConsumesApi, "consumesApi", "Consumes API", ApiConsumedBy),
    (ApiConsumedBy, "apiConsumedBy", "Consumed by", ConsumesApi),
    (DependsOn, "dependsOn", "Depends on", DependencyOf),
    (DependencyOf, "dependencyOf", "Dependency of", DependsOn),
    (MemberOf, "memberOf", "Member of", HasMember),
    (HasMember, "hasMember", "Has member", MemberOf),
    (ChildOf, "childOf", "Child of", ParentOf),
    (ParentOf, "parentOf", "Parent of", ChildOf),
];

impl RelationType {
    /// Every type, in the order of relation groups on a page.
    pub fn all() -> impl Iterator<Item = RelationType> {
        TABLE.iter().map(|row| row.0)
    }

    /// The name in Backstage's data: `dependsOn`.
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// The words on a page: `Depends on`.
    pub fn words(self) -> &'static str {
        TABLE[self as usize].2
    }

    /// The relation that the target has to the source.
    pub fn opposite(self) -> RelationType {
        TABLE[self as usize].3
    }

    /// True for the side that points at what an entity needs or belongs to.
    pub fn is_forward(self) -> bool {
        matches!(self, OwnedBy | PartOf | ProvidesApi | ConsumesApi | DependsOn | MemberOf | ChildOf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_opposites_agree() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.0 as usize, at);
            assert_eq!(row.3.opposite(), row.0);
            assert_ne!(row.0.is_forward(), row.3.is_forward());
        }
    }
}
