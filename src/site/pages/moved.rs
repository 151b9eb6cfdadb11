//! A page at the address that a documentation page had before: it sends readers on to where that page is now.

use super::super::frame::About;
use super::super::view::{MovedPage, View};
use super::super::{Rendered, Site};
use crate::techdocs::sets::Moved;

pub(super) fn count(site: &Site<'_>) -> usize {
    site.moved_pages()
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let (set, row) = site.moved_page(number);
    let Some(moved) = site.set(set).moved.values().nth(row) else { return Rendered::default() };
    let route = site.moved_route(set, row);
    let links = site.linker(&route);
    let title = match moved {
        Moved::Page(page, _) => site.set(set).pages[*page].title.clone(),
        Moved::Url(url) => url.clone(),
    };
    let url = site.moved_address(set, moved, &links);
    sent_on(site, route, url, title)
}

/// The page at `route` that sends readers on to `url`, which is called `to`.
pub(super) fn sent_on(site: &Site<'_>, route: String, url: String, to: String) -> Rendered {
    let above = [site.above("docs")];
    let about = About { title: &to, description: &site.say("moved.heading"), section: "docs", above: &above };
    let view = MovedPage { page: site.frame(&site.linker(&route), about), url, to };
    Rendered { pages: vec![(route, View::Moved(Box::new(view)))], ..Rendered::default() }
}
