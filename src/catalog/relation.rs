//! Relation types and their opposites.

/// A relation from one entity to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
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
    /// A relation that the configuration declares, seen from the entity that holds the ref.
    Declared(&'static DeclaredRelation),
    /// The same, seen from the entity that the ref names.
    DeclaredOpposite(&'static DeclaredRelation),
}

/// A pair of relations that `callboard.kinds` declares.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeclaredRelation {
    /// As data has it: `shows`.
    pub name: String,
    /// As pages have it: `Shows`.
    pub words: String,
    pub opposite_name: String,
    pub opposite_words: String,
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
    /// The built-in type with this name.
    pub fn named(name: &str) -> Option<RelationType> {
        TABLE.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// The names of all built-in types.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|row| row.1)
    }

    /// The name in Backstage's data: `dependsOn`.
    pub fn name(self) -> &'static str {
        match self {
            Declared(pair) => &pair.name,
            DeclaredOpposite(pair) => &pair.opposite_name,
            built_in => built_in.row().1,
        }
    }

    /// The words on a page: `Depends on`.
    pub fn words(self) -> &'static str {
        match self {
            Declared(pair) => &pair.words,
            DeclaredOpposite(pair) => &pair.opposite_words,
            built_in => built_in.row().2,
        }
    }

    /// The relation that the target has to the source.
    pub fn opposite(self) -> RelationType {
        match self {
            Declared(pair) => DeclaredOpposite(pair),
            DeclaredOpposite(pair) => Declared(pair),
            built_in => built_in.row().3,
        }
    }

    /// True for the side that points at what an entity needs or belongs to.
    pub fn is_forward(self) -> bool {
        matches!(self, OwnedBy | PartOf | ProvidesApi | ConsumesApi | DependsOn | MemberOf | ChildOf | Declared(_))
    }

    fn row(self) -> &'static (RelationType, &'static str, &'static str, RelationType) {
        TABLE.iter().find(|row| row.0 == self).unwrap_or(&TABLE[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposites_agree() {
        for row in &TABLE {
            assert_eq!(row.0.row().1, row.1);
            assert_eq!(row.3.opposite(), row.0);
            assert_ne!(row.0.is_forward(), row.3.is_forward());
        }
    }
}
