//! The search page.

use super::super::frame::About;
use super::super::view::{SearchPage, View};
use super::super::{Rendered, Site};

pub(super) fn render(site: &Site<'_>, _: usize) -> Rendered {
    let route = "search/".to_string();
    let links = site.linker(&route);
    let about = About {
        title: &site.say("word.search"),
        description: &site.say("word.search_portal"),
        section: "",
        above: &[],
    };
    let view = SearchPage { page: site.frame(&links, about) };
    Rendered { pages: vec![(route, View::Search(Box::new(view)))], ..Rendered::default() }
}
