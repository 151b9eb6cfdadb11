//! The catalog's lists: all entities, and one list per kind, in pages.

use super::super::earlier::state;
use super::super::frame::{About, summary};
use super::super::view::{CatalogList, CatalogRow, KindTab, View};
use super::super::{EntityList, Linker, Rendered, Site};
use super::data::MOST_BADGES;
use super::page_count;
use crate::catalog::{EntityId, RelationType};

const PER_PAGE: usize = 100;

pub(super) fn count(site: &Site<'_>) -> usize {
    site.lists().iter().map(|list| page_count(list.ids.len(), PER_PAGE)).sum()
}

pub(super) fn render(site: &Site<'_>, mut number: usize) -> Rendered {
    for list in site.lists() {
        let pages = page_count(list.ids.len(), PER_PAGE);
        if number < pages {
            return Rendered { pages: vec![page(site, list, number, pages)], ..Rendered::default() };
        }
        number -= pages;
    }
    Rendered::default()
}

/// `catalog/`, `catalog/-/component/2/`, `api-docs/`
pub(super) fn route(list: &EntityList, number: usize) -> String {
    let base = match list.kind {
        None => "catalog/".to_string(),
        Some(kind) if kind.id == "api" => "api-docs/".to_string(),
        Some(kind) => format!("catalog/-/{}/", kind.id),
    };
    match (number, list.kind) {
        (0, _) => base,
        (_, Some(kind)) if kind.id != "api" => format!("{base}{}/", number + 1),
        _ => format!("{base}-/{}/", number + 1),
    }
}

fn page(site: &Site<'_>, list: &EntityList, number: usize, pages: usize) -> (String, View) {
    let route = route(list, number);
    let links = site.linker(&route);
    let heading = list.kind.map_or_else(|| site.say("word.catalog"), |kind| site.plural(kind));
    let is_api = list.kind.is_some_and(|kind| kind.id == "api");
    let above = match list.kind {
        Some(_) if !is_api => vec![site.above("catalog")],
        _ => Vec::new(),
    };
    let start = number * PER_PAGE;
    let end = (start + PER_PAGE).min(list.ids.len());
    let view = CatalogList {
        page: site.frame(
            &links,
            About {
                title: &heading,
                description: &site.tell("catalog.of", &[("list", &heading), ("portal", &site.config.title)]),
                section: if is_api { "apis" } else { "catalog" },
                above: &above,
            },
        ),
        heading: heading.clone(),
        kind: list.kind.map_or("", |kind| kind.id).to_string(),
        rows: list.ids[start..end].iter().map(|id| row(site, *id, &links)).collect(),
        total: list.ids.len(),
        kinds: tabs(site, list, &links),
        previous: (number > 0).then(|| links.to(&self::route(list, number - 1))),
        next: (number + 1 < pages).then(|| links.to(&self::route(list, number + 1))),
        number: number + 1,
        pages,
    };
    (route, View::Catalog(Box::new(view)))
}

fn tabs(site: &Site<'_>, current: &EntityList, links: &Linker) -> Vec<KindTab> {
    site.lists()
        .iter()
        .map(|list| KindTab {
            glyph: list.kind.map_or("other", |kind| kind.glyph).to_string(),
            plural: list.kind.map_or_else(|| site.say("word.all"), |kind| site.plural(kind)),
            count: list.ids.len(),
            url: links.to(&route(list, 0)),
            current: std::ptr::eq(list, current),
        })
        .collect()
}

fn row(site: &Site<'_>, id: EntityId, links: &Linker) -> CatalogRow {
    const LONGEST_DESCRIPTION: usize = 200;
    let entity = site.catalog.entity(id);
    CatalogRow {
        entity: site.entity_link(id, links),
        namespace: entity.namespace.to_string(),
        description: summary(entity).chars().take(LONGEST_DESCRIPTION).collect(),
        owner: site.owner(id, links),
        may_have_owner: entity.kind.has_owner(),
        system: site.related(id, RelationType::PartOf, "system", links),
        tags: entity.tags.iter().map(ToString::to_string).collect(),
        findings: site.findings_of(&entity.reference).count(),
        state: state(site.repo(entity.written.repo)),
        badges: super::plugin::badges(site, id, links).into_iter().take(MOST_BADGES).collect(),
    }
}
