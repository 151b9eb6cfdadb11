//! What the catalog says of clusters: which there are, and who runs on which.

use crate::catalog::{Catalog, Entity, RelationType};
use crate::config::{Config, ServiceLocator};
use crate::source::kubernetes::Declared;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Resources of type `kubernetes-cluster`, where the configuration asks for them.
pub fn clusters<'a>(config: &Config, catalog: &'a Catalog) -> Vec<Declared<'a>> {
    if config.kubernetes.as_ref().is_none_or(|kubernetes| kubernetes.catalogued.is_none()) {
        return Vec::new();
    }
    let is_cluster =
        |entity: &&Entity| entity.kind.name == "Resource" && entity.r#type.as_deref() == Some("kubernetes-cluster");
    let declared = |entity: &'a Entity| Declared {
        name: &entity.name,
        annotations: entity.annotations.iter().map(|(name, value)| (&**name, &**value)).collect(),
        place: Some(entity.written.place.clone()),
    };
    catalog.ids().map(|id| catalog.entity(id)).filter(is_cluster).map(declared).collect()
}

/// What entities depend on, by their refs: as they say themselves, and as what they depend on says.
pub(super) fn dependencies(config: &Config, catalog: &Catalog) -> BTreeMap<Arc<str>, Vec<Arc<str>>> {
    let mut found: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    if config.kubernetes.as_ref().is_none_or(|kubernetes| kubernetes.locator != ServiceLocator::CatalogRelation) {
        return found;
    }
    for entity in catalog.ids().map(|id| catalog.entity(id)) {
        for one in &entity.refs {
            let (from, to) = match one.relation {
                RelationType::DependsOn => (&entity.reference, &one.target),
                RelationType::DependencyOf => (&one.target, &entity.reference),
                _ => continue,
            };
            found.entry(from.clone()).or_default().push(to.clone());
        }
    }
    found
}
