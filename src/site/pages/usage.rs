//! What is read most and least, beside who depends on it. Only portals that know views have this page.

use super::super::frame::About;
use super::super::view::{UsagePage, View};
use super::super::{Rendered, Site};
use crate::catalog::EntityId;
use crate::config::USAGE_PERIOD;

const MOST: usize = 50;

pub(super) fn count(site: &Site<'_>) -> usize {
    usize::from(site.config.usage.is_some())
}

pub(super) fn render(site: &Site<'_>, _: usize) -> Rendered {
    let route = "usage/".to_string();
    let links = site.linker(&route);
    let (most, least) = site.views.ranked(site, MOST);
    let rows = |ids: Vec<EntityId>| ids.into_iter().map(|id| site.read_row(id, &links)).collect();
    let about = About {
        title: &site.say("word.usage"),
        description: &site.say("usage.description"),
        section: "usage",
        above: &[],
    };
    let view = UsagePage {
        page: site.frame(&links, about),
        most: rows(most),
        least: rows(least),
        days: USAGE_PERIOD,
        until: site.views_until().unwrap_or_default(),
        views: site.config.usage.iter().flat_map(|usage| usage.pages.values()).map(|views| views.last).sum(),
    };
    Rendered { pages: vec![(route, View::Usage(Box::new(view)))], ..Rendered::default() }
}
