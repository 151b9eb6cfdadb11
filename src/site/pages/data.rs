//! The catalog as classic-script shards, for the list's own script.
//!
//! | file below `data/catalog/` | holds |
//! | --- | --- |
//! | `root.js` | how many shards there are, and the names of kinds and relations |
//! | `0.js`, … | columns of the list |
//! | `text-0.js`, … | texts that the columns shorten, loaded when a query asks for words |
//! | `relations-0.js`, … | relations, loaded when a query asks for one |
//! | `fields-0.js`, … | every other field, loaded when a query asks for one |

use super::super::earlier::state;
use super::super::frame::summary;
use super::super::{Rendered, Site, route};
use super::page_count;
use crate::catalog::{Entity, EntityId, RelationType};
use crate::graph::End;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Entities of one shard: about 30 KB gzip of columns.
const PER_SHARD: usize = 1000;
/// Entities of one shard of fields, which weigh several times as much.
const PER_FIELDS_SHARD: usize = 250;
const LONGEST_DESCRIPTION: usize = 160;
/// Words of plugins beside a name.
pub(super) const MOST_BADGES: usize = 2;
/// Characters of a field's value that a query in the browser can compare.
const LONGEST_VALUE: usize = 256;
/// Fields that are columns, or that no two builds of an entity share.
const NO_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.title",
    "metadata.description",
    "metadata.tags",
    "metadata.uid",
    "metadata.etag",
    "spec.type",
    "spec.lifecycle",
];

/// The root is number 0, the shards follow, family by family.
pub(super) fn count(site: &Site<'_>) -> usize {
    1 + 3 * shards(site) + page_count(site.catalog.len(), PER_FIELDS_SHARD)
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let shards = shards(site);
    let (name, value) = match number.checked_sub(1) {
        None => ("root".to_string(), root(site)),
        Some(at) if at < shards => (at.to_string(), columns(site, &ids(site, at, PER_SHARD))),
        Some(at) if at < 2 * shards => {
            let shard = at - shards;
            (format!("text-{shard}"), json!(texts(site, &ids(site, shard, PER_SHARD))))
        }
        Some(at) if at < 3 * shards => {
            let shard = at - 2 * shards;
            (format!("relations-{shard}"), ids(site, shard, PER_SHARD).iter().map(|id| relations(site, *id)).collect())
        }
        Some(at) => {
            let shard = at - 3 * shards;
            (format!("fields-{shard}"), fields(site, &ids(site, shard, PER_FIELDS_SHARD)))
        }
    };
    let bytes = script("catalog", &json!(name).to_string(), &value);
    Rendered { files: vec![(format!("data/catalog/{name}.js"), bytes)], ..Rendered::default() }
}

fn shards(site: &Site<'_>) -> usize {
    page_count(site.catalog.len(), PER_SHARD)
}

fn ids(site: &Site<'_>, shard: usize, per_shard: usize) -> Vec<EntityId> {
    let all = site.lists().first().map_or(&[][..], |list| &list.ids);
    all.iter().copied().skip(shard * per_shard).take(per_shard).collect()
}

/// One call that hands a value to the page.
pub(super) fn script(family: &str, key: &str, value: &Json) -> Vec<u8> {
    format!("callboardData(\"{family}\",{key},{});\n", inside_script(value)).into_bytes()
}

/// A value as JSON, with everything escaped that could end a script or a line in it.
pub(super) fn inside_script(value: &Json) -> String {
    let mut json = value.to_string();
    for (c, escaped) in
        [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")]
    {
        if json.contains(c) {
            json = json.replace(c, escaped);
        }
    }
    json
}

fn root(site: &Site<'_>) -> Json {
    let kinds: Map<String, Json> =
        site.catalog.kinds.iter().map(|kind| (kind.id.to_string(), site.kind_name(kind).into())).collect();
    let ownerless = site.catalog.kinds.iter().filter(|kind| !kind.has_owner()).map(|kind| kind.id);
    let relations = site.clusters().relations.iter();
    json!({
        "shards": shards(site),
        "fieldsShards": page_count(site.catalog.len(), PER_FIELDS_SHARD),
        "perShard": PER_SHARD,
        "perFieldsShard": PER_FIELDS_SHARD,
        "longestValue": LONGEST_VALUE,
        "total": site.catalog.len(),
        "kinds": kinds,
        "ownerless": ownerless.collect::<Vec<_>>(),
        "facets": site.facet_keys(),
        "relations": relations.map(|relation| [relation.name(), relation.opposite().name()]).collect::<Vec<_>>(),
    })
}

/// What the list shows. A title or an address that follows from the ref is empty; values that many share are numbers of
/// a list of them; owners and wholes beyond the first stand by their row.
fn columns(site: &Site<'_>, ids: &[EntityId]) -> Json {
    let entities: Vec<&Entity> = ids.iter().map(|id| site.catalog.entity(*id)).collect();
    let each = |value: &dyn Fn(&Entity) -> Json| -> Json { entities.iter().map(|entity| value(entity)).collect() };
    let shared = |value: &dyn Fn(&Entity) -> &str| {
        let mut values = Vec::new();
        let numbers: Vec<usize> = entities.iter().map(|entity| number_of(value(entity), &mut values)).collect();
        json!([values, numbers])
    };
    let mut tags = Vec::new();
    let tag_numbers: Vec<Vec<usize>> =
        entities.iter().map(|entity| entity.tags.iter().map(|tag| number_of(tag, &mut tags)).collect()).collect();
    json!({
        "reference": each(&|entity| (*entity.reference).into()),
        "title": each(&|entity| if entity.display_name() == plain_name(entity) { "" } else { entity.display_name() }.into()),
        "url": each(&|entity| {
            let route = route::entity(entity);
            let [kind, namespace, name] = parts(entity);
            if route == format!("catalog/{namespace}/{kind}/{name}/") { "".into() } else { route.into() }
        }),
        "description": each(&|entity| shown_description(entity).into()),
        "findings": each(&|entity| site.findings_of(&entity.reference).count().into()),
        "kind": shared(&|entity| entity.kind.id),
        "namespace": shared(&|entity| &entity.namespace),
        "type": shared(&|entity| entity.r#type.as_deref().unwrap_or_default()),
        "lifecycle": shared(&|entity| entity.lifecycle.as_deref().unwrap_or_default()),
        "owner": shared(&owner),
        "system": shared(&system),
        "tags": [json!(tags), json!(tag_numbers)],
        "owners": others(site, ids, RelationType::OwnedBy, &owner),
        "wholes": others(site, ids, RelationType::PartOf, &system),
        "states": states(site, ids),
        "badges": badges(site, ids),
        "facets": facets(site, ids),
    })
}

fn number_of<T: PartialEq>(value: T, values: &mut Vec<T>) -> usize {
    values.iter().position(|known| *known == value).unwrap_or_else(|| {
        values.push(value);
        values.len() - 1
    })
}

fn parts(entity: &Entity) -> [&str; 3] {
    let (kind, rest) = entity.reference.split_once(':').unwrap_or_default();
    let (namespace, name) = rest.split_once('/').unwrap_or_default();
    [kind, namespace, name]
}

fn plain_name(entity: &Entity) -> &str {
    parts(entity)[2]
}

fn shown_description(entity: &Entity) -> String {
    summary(entity).chars().take(LONGEST_DESCRIPTION).collect()
}

fn owner(entity: &Entity) -> &str {
    entity.target(RelationType::OwnedBy).map_or("", |owner| owner)
}

fn system(entity: &Entity) -> &str {
    let mut wholes = entity.refs.iter().filter(|reference| reference.relation == RelationType::PartOf);
    wholes.find(|whole| whole.target.starts_with("system:")).map_or("", |whole| &whole.target)
}

/// Targets of a relation beside the one that a column shows, by row.
fn others(site: &Site<'_>, ids: &[EntityId], relation: RelationType, shown: &dyn Fn(&Entity) -> &str) -> Json {
    let rows = ids.iter().enumerate().filter_map(|(row, id)| {
        let shown = shown(site.catalog.entity(*id));
        let edges = site.graph.edges(*id).iter().filter(|edge| edge.relation == relation);
        let targets: Vec<&str> = edges.map(|edge| target(site, edge.target)).filter(|name| *name != shown).collect();
        (!targets.is_empty()).then(|| (row.to_string(), json!(targets)))
    });
    Json::Object(rows.collect())
}

/// Marks of those whose repository is not shown as it is now, or that nobody works on, by row.
fn states(site: &Site<'_>, ids: &[EntityId]) -> Json {
    let rows = ids.iter().enumerate().filter_map(|(row, id)| {
        let state = state(site.repo(site.catalog.entity(*id).written.repo));
        (!state.is_empty()).then(|| (row.to_string(), json!(state)))
    });
    Json::Object(rows.collect())
}

/// Words of plugins beside the names: tone, plugin and word of each that occurs; by row, the numbers of its own. Nothing where
/// no row has one.
fn badges(site: &Site<'_>, ids: &[EntityId]) -> Json {
    let mut known: Vec<[&str; 3]> = Vec::new();
    let rows: Vec<Vec<usize>> = ids
        .iter()
        .map(|id| {
            let badges = site.worst_badges(*id).into_iter().take(MOST_BADGES);
            badges.map(|badge| number_of([badge.tone.word(), &badge.title, &badge.text], &mut known)).collect()
        })
        .collect();
    if known.is_empty() { Json::Null } else { json!([known, rows]) }
}

/// What plugins tell, by key: the values that occur, the first of them none, and by row the number of its own, or the numbers.
/// Keys that no row has are not there.
fn facets(site: &Site<'_>, ids: &[EntityId]) -> Json {
    let of_key = |key: &str| {
        let mut values = vec![""];
        let rows: Vec<Json> = ids
            .iter()
            .map(|id| {
                let all = site.plugins.facts(*id).map_or(&[][..], |facts| &facts.facets);
                let own = all.iter().filter(|(known, _)| known == key);
                let numbers: Vec<usize> = own.map(|(_, value)| number_of(value.as_str(), &mut values)).collect();
                match numbers.as_slice() {
                    [] => json!(0),
                    [number] => json!(number),
                    several => json!(several),
                }
            })
            .collect();
        (values.len() > 1).then(|| json!([values, rows]))
    };
    let keys = site.config.facet_keys().into_iter();
    Json::Object(keys.filter_map(|key| Some((key.clone(), of_key(&key)?))).collect())
}

fn target<'a>(site: &'a Site<'_>, end: End) -> &'a str {
    match end {
        End::Entity(id) => &site.catalog.entity(id).reference,
        End::Dangling(number) => site.graph.dangling(number),
    }
}

/// Texts that do not follow from the columns, by path, then row. A title that is none is null.
fn texts(site: &Site<'_>, ids: &[EntityId]) -> BTreeMap<&'static str, Map<String, Json>> {
    let mut texts: BTreeMap<&str, Map<String, Json>> = BTreeMap::new();
    for (row, id) in ids.iter().enumerate() {
        let entity = site.catalog.entity(*id);
        let shown = entity.display_name();
        // People are shown by the name in their profile.
        let is_titled = shown != plain_name(entity) && !["user", "group"].contains(&entity.kind.id);
        let follows = is_titled.then_some(shown);
        let mut note = |path, text: Option<&str>| {
            texts.entry(path).or_default().insert(row.to_string(), text.into());
        };
        if entity.title.as_deref() != follows {
            note("metadata.title", entity.title.as_deref());
        }
        let description = entity.description.as_deref().unwrap_or_default();
        if description != shown_description(entity) {
            note("metadata.description", Some(description));
        }
        if let Some(name) = entity.profile_name.as_deref().filter(|name| *name != shown) {
            note("spec.profile.displayName", Some(name));
        }
    }
    texts
}

/// Relations that point at what an entity needs or belongs to, with all their ends: a row's number, or a ref that the
/// catalog does not have. The other direction follows from them; only its dangling ends stand here too.
fn relations(site: &Site<'_>, id: EntityId) -> Json {
    let known = &site.clusters().relations;
    let groups = site.graph.edges(id).chunk_by(|a, b| a.relation == b.relation).filter_map(|group| {
        let relation = group[0].relation;
        let ends = group.iter().filter_map(|edge| match edge.target {
            End::Entity(target) => relation.is_forward().then(|| json!(site.row_of(target))),
            End::Dangling(number) => Some(json!(site.graph.dangling(number))),
        });
        let ends: Vec<Json> = ends.collect();
        let number = known.iter().position(|other| *other == relation);
        (!ends.is_empty()).then(|| json!([number, ends]))
    });
    groups.collect()
}

/// Values of all other fields by dotted path: row, value, row, value, …
fn fields(site: &Site<'_>, ids: &[EntityId]) -> Json {
    let mut fields: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for (row, id) in ids.iter().enumerate() {
        let data: Json = serde_json::from_str(&site.catalog.entity(*id).data).unwrap_or_default();
        for root in ["metadata", "spec"] {
            flatten(&data[root], root, &mut |path, value| {
                let cut: String = value.chars().take(LONGEST_VALUE).collect();
                fields.entry(path.to_string()).or_default().extend([json!(row), json!(cut)]);
            });
        }
    }
    json!(fields)
}

fn flatten(value: &Json, path: &str, found: &mut dyn FnMut(&str, &str)) {
    if NO_FIELDS.contains(&path) {
        return;
    }
    match value {
        Json::Array(items) => items.iter().for_each(|item| flatten(item, path, found)),
        Json::Object(map) => map.iter().for_each(|(key, inner)| flatten(inner, &format!("{path}.{key}"), found)),
        Json::String(text) => found(path, text),
        Json::Bool(_) | Json::Number(_) => found(path, &value.to_string()),
        Json::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_ends_its_script() {
        let value = json!({ "</script>": "<!--&\u{2028}\u{2029}" });
        let written = inside_script(&value);
        assert!(!written.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{written}");
        assert_eq!(serde_json::from_str::<Json>(&written).unwrap(), value);
    }
}
