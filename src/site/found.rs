//! What search knows of every page of an entity: the facets to filter by, and how much uses it.

use super::Site;
use crate::catalog::{EntityId, RelationType};
use std::borrow::Cow;

/// Relations by which others use an entity.
const USES: [RelationType; 3] = [RelationType::ApiConsumedBy, RelationType::DependencyOf, RelationType::HasPart];

impl Site<'_> {
    /// The values of the entity's facets, without its kind.
    pub(super) fn facets(&self, id: EntityId) -> Vec<(Cow<'static, str>, String)> {
        let entity = self.catalog.entity(id);
        let mut facets: Vec<(Cow<'static, str>, String)> = Vec::new();
        for (key, value) in [("type", &entity.r#type), ("lifecycle", &entity.lifecycle)] {
            facets.extend(value.as_deref().map(|value| (key.into(), value.to_owned())));
        }
        for (key, relation, kind) in [("owner", RelationType::OwnedBy, ""), ("system", RelationType::PartOf, "system:")]
        {
            let targets = self.graph.targets(id, relation).map(|target| &*self.catalog.entity(target).reference);
            let targets = targets.filter(|reference| reference.starts_with(kind));
            facets.extend(targets.map(|reference| (key.into(), short(reference).to_owned())));
        }
        facets.extend(entity.tags.iter().map(|tag| ("tag".into(), tag.to_string())));
        facets.push(("namespace".into(), entity.namespace.to_string()));
        let told = self.plugins.facts(id).map_or(&[][..], |facts| &facts.facets);
        facets.extend(told.iter().map(|(key, value)| (key.clone().into(), value.clone())));
        facets
    }

    /// How many entities use this one or are a part of it.
    pub(super) fn uses(&self, id: EntityId) -> usize {
        USES.iter().map(|relation| self.graph.targets(id, *relation).count()).sum()
    }
}

/// A ref as people say it: without its kind, and without the namespace `default`.
fn short(reference: &str) -> &str {
    let name = reference.split_once(':').map_or(reference, |(_, name)| name);
    name.strip_prefix("default/").unwrap_or(name)
}
