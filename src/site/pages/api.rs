//! The catalog as data: lists, facets and locations as Backstage's catalog API gives them, and the refs that other
//! repositories' checks need. Each entity's own files come with its page.

use super::super::mirror::{PAGE_SIZE, ROOT, entity_pages};
use super::super::{Rendered, Site};
use crate::api;
use crate::catalog::{Catalog, EntityId};
use crate::graph::Graph;
use crate::insights::Elsewhere;
use serde_json::{Value as Json, json};

/// The format of `index.json`.
const SCHEMA: u32 = 1;

/// What there is one of is number 0, the pages of the list follow.
pub(super) fn count(site: &Site<'_>) -> usize {
    entity_pages(site.catalog.len(), PAGE_SIZE).len() + 1
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let files = match number.checked_sub(1) {
        None => singles(site.catalog, site.graph),
        Some(page) => list_page(site, page, PAGE_SIZE).into_iter().collect(),
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

fn singles(catalog: &Catalog, graph: &Graph) -> Vec<(String, Vec<u8>)> {
    let file = |path: &str, text: String| (format!("{ROOT}{path}"), text.into_bytes());
    let pages: Vec<String> = entity_pages(catalog.len(), PAGE_SIZE)
        .into_iter()
        .map(|path| path.strip_prefix(ROOT).unwrap_or(&path).to_string())
        .collect();
    let index = json!({ "schema": SCHEMA, "total": catalog.len(), "pageSize": PAGE_SIZE, "pages": pages });
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
