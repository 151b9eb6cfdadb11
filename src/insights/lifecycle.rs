//! Deprecated entities and who still uses them.

use crate::catalog::{Catalog, EntityId, RelationType};
use crate::diagnostics::{Finding, rules};
use crate::graph::Graph;

/// The annotation that names a successor.
const REPLACED_BY: &str = "callboard.dev/replaced-by";

/// One finding per use of something deprecated by something that is not.
pub(super) fn findings(catalog: &Catalog) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entity in catalog.entities.iter().filter(|entity| !entity.is_deprecated()) {
        for reference in entity.refs.iter().filter(|reference| is_use(reference.relation)) {
            let Some(target) = catalog.find(&reference.target).map(|id| catalog.entity(id)) else { continue };
            if target.is_deprecated() {
                let place = entity.place_of(reference.span);
                let successor = target.annotation(REPLACED_BY);
                findings.push(rules::catalog::deprecated_in_use(
                    place,
                    &entity.reference,
                    reference.field,
                    &reference.target,
                    successor,
                ));
            }
        }
    }
    findings
}

/// Entities that depend on or consume another one.
pub fn users(graph: &Graph, id: EntityId) -> Vec<EntityId> {
    let mut users: Vec<EntityId> = [RelationType::DependencyOf, RelationType::ApiConsumedBy]
        .into_iter()
        .flat_map(|relation| graph.targets(id, relation))
        .collect();
    users.sort_unstable();
    users.dedup();
    users
}

fn is_use(relation: RelationType) -> bool {
    matches!(relation, RelationType::DependsOn | RelationType::ConsumesApi)
}
