//! An API's definition, highlighted, with the file to download.

use super::super::frame::{About, summary};
use super::super::view::{DefinitionPage, SafeHtml, View};
use super::super::{Rendered, Site, route};
use super::entity::tabs;
use crate::catalog::{Entity, RelationType};
use crate::search::{SearchDocument, SearchSection};
use serde_json::Value as Json;

/// Longer definitions are cut on the page, in bytes; the file holds all of it.
const LONGEST_SHOWN: usize = 256 << 10;
/// Text that search knows of a definition, in bytes.
const LONGEST_SEARCHED: usize = 64 << 10;

pub(super) fn count(site: &Site<'_>) -> usize {
    site.of_kind("api").len()
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let Some(id) = site.of_kind("api").get(number).copied() else { return Rendered::default() };
    let entity = site.catalog.entity(id);
    if !has_one(entity) {
        return Rendered::default();
    }
    let data: Json = serde_json::from_str(&entity.data).unwrap_or_default();
    let definition = data["spec"]["definition"].as_str().unwrap_or_default();
    let format = entity.r#type.as_deref().unwrap_or_default();
    let (language, ending) = language(format, definition);
    let base = route::entity(entity);
    let route = format!("{base}definition/");
    let links = site.linker(&route);
    let raw = format!("{route}{}.{ending}", route::segment(&entity.name));
    let shown = cut(definition, LONGEST_SHOWN);
    let above = site.above_entity(entity);
    let uses = |relation| matches!(relation, RelationType::ApiProvidedBy | RelationType::ApiConsumedBy);
    let view = DefinitionPage {
        page: site.frame(
            &links,
            About {
                title: &site.tell("definition.title", &[("entity", &entity.display_name())]),
                description: &summary(entity),
                section: site.section_of(entity),
                above: &above,
            },
        ),
        entity: site.entity_link(id, &links),
        title: entity.display_name().to_string(),
        earlier: site.earlier(entity.written.repo),
        is_archived: site.repo(entity.written.repo).is_archived,
        tabs: tabs(site, id, "definition", &links),
        format: format.to_string(),
        code: SafeHtml(format!(
            "<div class=\"highlight\"><pre tabindex=\"0\"><code class=\"language-{language}\">{}</code></pre></div>",
            site.highlighter.highlight(language, shown).html
        )),
        lines: definition.lines().count(),
        raw_url: format!("{}{raw}", links.root()),
        raw_name: format!("{}.{ending}", entity.name),
        relations: site.relation_groups(id, &links, uses),
    };
    let document = SearchDocument {
        kind: "api".to_string(),
        is_entity: false,
        url: route.clone(),
        title: site.tell("definition.title", &[("entity", &entity.display_name())]),
        reference: entity.reference.to_string(),
        words: String::new(),
        sections: vec![SearchSection {
            text: cut(definition, LONGEST_SEARCHED).to_string(),
            ..SearchSection::default()
        }],
        facets: site.facets(id),
        uses: 0,
    };
    Rendered {
        pages: vec![(route, View::Definition(Box::new(view)))],
        files: vec![(raw, definition.as_bytes().to_vec())],
        documents: vec![document],
        ..Rendered::default()
    }
}

/// Whether entities of this kind and type have a definition. An MCP server has addresses instead.
pub(super) fn has_one(entity: &Entity) -> bool {
    let fields = entity.kind.of_type(entity.r#type.as_deref()).0;
    entity.kind.id == "api" && fields.iter().any(|field| field.name == "definition")
}

/// The language to highlight and the file's ending, by the API's type and how the text starts.
fn language(format: &str, definition: &str) -> (&'static str, &'static str) {
    match format {
        "graphql" => ("graphql", "graphql"),
        "grpc" => ("protobuf", "proto"),
        "openapi" | "asyncapi" if definition.trim_start().starts_with('{') => ("json", "json"),
        "openapi" | "asyncapi" => ("yaml", "yaml"),
        _ => ("text", "txt"),
    }
}

fn cut(text: &str, limit: usize) -> &str {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
