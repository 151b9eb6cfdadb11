//! Every documentation, in pages.

use super::super::earlier::state;
use super::super::frame::About;
use super::super::view::{DocsIndex, DocsRow, Link, View};
use super::super::{Linker, Rendered, Site};
use super::page_count;

const PER_PAGE: usize = 100;

pub(super) fn count(site: &Site<'_>) -> usize {
    page_count(site.docs.len(), PER_PAGE)
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let route = route(number);
    let links = site.linker(&route);
    let pages = count(site);
    let start = number * PER_PAGE;
    let end = (start + PER_PAGE).min(site.docs.len());
    let view = DocsIndex {
        page: site.frame(
            &links,
            About {
                title: &site.say("word.docs"),
                description: &site.say("docs.description"),
                section: "docs",
                above: &[],
            },
        ),
        rows: (start..end).map(|set| row(site, set, &links)).collect(),
        total: site.docs.len(),
        previous: (number > 0).then(|| links.to(&self::route(number - 1))),
        next: (number + 1 < pages).then(|| links.to(&self::route(number + 1))),
        number: number + 1,
        pages,
    };
    Rendered { pages: vec![(route, View::DocsIndex(Box::new(view)))], ..Rendered::default() }
}

pub(super) fn row(site: &Site<'_>, number: usize, links: &Linker) -> DocsRow {
    let set = &site.docs[number];
    DocsRow {
        docs: Link { text: set.site_name.clone(), url: links.to(&site.docs_route(number, set.first())) },
        entity: site.entity_link(set.entity, links),
        owner: site.owner(set.entity, links),
        pages: set.pages.len(),
        state: state(site.repo(set.repo)),
    }
}

fn route(number: usize) -> String {
    if number == 0 { "docs/".to_string() } else { format!("docs/-/{}/", number + 1) }
}
