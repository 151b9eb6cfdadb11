//! The catalog as data: lists, facets and locations as Backstage's catalog API gives them, and the refs that other
//! repositories' checks need. Each entity's own files come with its page.

use super::super::mirror::{PAGE_SIZE, ROOT, entity_pages, plugin_pages};
use super::super::{Rendered, Site};
use crate::api;
use crate::catalog::EntityId;
use crate::insights::Elsewhere;
use crate::plugins::Facts;
use serde_json::{Value as Json, json};

/// The format of `index.json`.
const SCHEMA: u32 = 1;

/// What there is one of is number 0, the pages of the list follow, then those of what plugins tell.
pub(super) fn count(site: &Site<'_>) -> usize {
    1 + entity_pages(site.catalog.len(), PAGE_SIZE).len() + plugin_pages(told(site).count(), PAGE_SIZE).len()
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let files = match number.checked_sub(1) {
        None => singles(site),
        Some(number) => {
            let pages = entity_pages(site.catalog.len(), PAGE_SIZE).len();
            let file = match number.checked_sub(pages) {
                None => list_page(site, number, PAGE_SIZE),
                Some(page) => plugin_page(site, page, PAGE_SIZE),
            };
            file.into_iter().collect()
        }
    };
    Rendered { files, ..Rendered::default() }
}

/// One page of all entities: an array, one line an entity.
fn list_page(site: &Site<'_>, page: usize, page_size: usize) -> Option<(String, Vec<u8>)> {
    let Site { catalog, snapshot, graph, .. } = *site;
    let path = entity_pages(catalog.len(), page_size).into_iter().nth(page)?;
    let mut text = "[".to_string();
    let ids: Vec<EntityId> = catalog.ids().skip(page * page_size).take(page_size).collect();
    for (at, id) in ids.into_iter().enumerate() {
        text.push_str(if at == 0 { "\n" } else { ",\n" });
        text.push_str(&api::entity(catalog, snapshot, graph, id).to_string());
    }
    text.push_str("\n]\n");
    Some((path, text.into_bytes()))
}

/// Entities of which plugins tell something under the keys of queries.
fn told<'a>(site: &'a Site<'_>) -> impl Iterator<Item = (EntityId, &'a Facts)> {
    site.plugins.all_facts().filter(|(_, facts)| !facts.facets.is_empty())
}

/// One page of what plugins tell: by ref, then by key, a list of texts; one line an entity.
fn plugin_page(site: &Site<'_>, page: usize, page_size: usize) -> Option<(String, Vec<u8>)> {
    let path = plugin_pages(told(site).count(), page_size).into_iter().nth(page)?;
    let lines = told(site)
        .skip(page * page_size)
        .take(page_size)
        .map(|(id, facts)| format!("{}: {}", Json::from(&*site.catalog.entity(id).reference), facts.facets_json()));
    Some((path, format!("{{\n{}\n}}\n", lines.collect::<Vec<_>>().join(",\n")).into_bytes()))
}

fn singles(site: &Site<'_>) -> Vec<(String, Vec<u8>)> {
    let Site { catalog, graph, .. } = *site;
    let file = |path: &str, text: String| (format!("{ROOT}{path}"), text.into_bytes());
    let listed = |pages: Vec<String>| -> Vec<String> {
        pages.into_iter().map(|path| path.strip_prefix(ROOT).unwrap_or(&path).to_string()).collect()
    };
    let pages = listed(entity_pages(catalog.len(), PAGE_SIZE));
    let mut index = json!({ "schema": SCHEMA, "total": catalog.len(), "pageSize": PAGE_SIZE, "pages": pages });
    let keys = site.config.facet_keys();
    if !keys.is_empty() {
        let pages = listed(plugin_pages(told(site).count(), PAGE_SIZE));
        index["facets"] = json!({ "keys": keys, "pages": pages });
    }
    let mut files = vec![
        file("index.json", index.to_string()),
        (Elsewhere::PATH.to_string(), Elsewhere::of(catalog, graph).into_bytes()),
    ];
    let locations = api::locations(catalog);
    for location in &locations {
        files.push(file(&format!("locations/{}.json", location.id), json!(location).to_string()));
    }
    let listed: Json = locations.into_iter().map(|location| json!({ "data": location })).collect();
    files.push(file("locations.json", listed.to_string()));
    let mut all = serde_json::Map::new();
    for (name, counts) in api::facets(catalog, graph) {
        let counts = json!(counts);
        files.push(file(&format!("entity-facets/{name}.json"), json!({ "facets": { name: counts } }).to_string()));
        all.insert(name.to_string(), counts);
    }
    files.push(file("entity-facets.json", json!({ "facets": all }).to_string()));
    files
}
