//! The catalog as classic-script shards, for the list's own script: `data/catalog/root.js`, `data/catalog/0.js`, ….

use super::super::frame::summary;
use super::super::{Rendered, Site, route};
use super::page_count;
use crate::catalog::{EntityId, RelationType};
use serde_json::{Value as Json, json};

/// Rows of one shard: about 24 KB gzip.
const PER_SHARD: usize = 500;
const LONGEST_DESCRIPTION: usize = 160;

const FIELDS: [&str; 14] = [
    "reference",
    "title",
    "kind",
    "type",
    "lifecycle",
    "owner",
    "ownerTitle",
    "system",
    "systemTitle",
    "tags",
    "description",
    "namespace",
    "url",
    "findings",
];

/// The root is number 0, the shards follow.
pub(super) fn count(site: &Site<'_>) -> usize {
    shards(site) + 1
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let file = match number.checked_sub(1) {
        None => {
            let root = json!({ "shards": shards(site), "total": site.catalog.len(), "fields": FIELDS });
            ("data/catalog/root.js".to_string(), script("catalog", "\"root\"", &root))
        }
        Some(shard) => {
            let ids = site.catalog.ids().skip(shard * PER_SHARD).take(PER_SHARD);
            let rows: Json = ids.map(|id| row(site, id)).collect();
            (format!("data/catalog/{shard}.js"), script("catalog", &shard.to_string(), &rows))
        }
    };
    Rendered { files: vec![file], ..Rendered::default() }
}

fn shards(site: &Site<'_>) -> usize {
    page_count(site.catalog.len(), PER_SHARD)
}

/// One call that hands a value to the page, with everything escaped that could end the script or a line in it.
pub(super) fn script(family: &str, key: &str, value: &Json) -> Vec<u8> {
    let mut json = value.to_string();
    for (c, escaped) in
        [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")]
    {
        if json.contains(c) {
            json = json.replace(c, escaped);
        }
    }
    format!("callboardData(\"{family}\",{key},{json});\n").into_bytes()
}

fn row(site: &Site<'_>, id: EntityId) -> Json {
    let entity = site.catalog.entity(id);
    let named = |relation, kind: &str| {
        let mut refs = entity.refs.iter().filter(|reference| reference.relation == relation);
        let reference = refs.find(|reference| kind.is_empty() || reference.target.starts_with(kind));
        let target = reference.map_or("", |reference| &reference.target);
        let title = site.catalog.find(target).map_or(target, |id| site.catalog.entity(id).display_name());
        (target.to_string(), title.to_string())
    };
    let (owner, owner_title) = named(RelationType::OwnedBy, "");
    let (system, system_title) = named(RelationType::PartOf, "system:");
    let description: String = summary(entity).chars().take(LONGEST_DESCRIPTION).collect();
    json!([
        &*entity.reference,
        entity.display_name(),
        entity.kind.id,
        entity.r#type.as_deref().unwrap_or_default(),
        entity.lifecycle.as_deref().unwrap_or_default(),
        owner,
        owner_title,
        system,
        system_title,
        entity.tags.iter().map(|tag| &**tag).collect::<Vec<_>>(),
        description,
        &*entity.namespace,
        route::entity(entity),
        site.findings_of(&entity.reference).count(),
    ])
}
