//! The first page.

use super::super::frame::{About, summary};
use super::super::view::{ChangeRow, Home, KindCount, ReadRow, SystemCard, View};
use super::super::{Linker, Rendered, Site, date, route};
use super::{Closing, docs_index};
use crate::catalog::{EntityId, RelationType};

const MOST_TEMPLATES: usize = 6;
const MOST_DOCS: usize = 8;
const MOST_SYSTEMS: usize = 12;
const MOST_CHANGES: usize = 8;
const MOST_READ: usize = 6;

pub(super) fn render(site: &Site<'_>, closing: &Closing<'_>) -> Rendered {
    let links = site.linker("");
    let templates = site.of_kind("template").iter().take(MOST_TEMPLATES).map(|id| {
        let mut link = site.entity_link(*id, &links);
        link.url = Some(links.to(&route::template(site.catalog.entity(*id))));
        link
    });
    let view = Home {
        page: site.frame(
            &links,
            About { title: &site.say("word.home"), description: &site.config.title, section: "home", above: &[] },
        ),
        kinds: site
            .lists()
            .iter()
            .filter_map(|list| list.kind.map(|kind| (list, kind)))
            .filter(|(list, _)| !list.ids.is_empty())
            .map(|(list, kind)| KindCount {
                glyph: kind.glyph.to_string(),
                plural: site.plural(kind),
                count: list.ids.len(),
                url: links.to(&super::catalog::route(list, 0)),
            })
            .collect(),
        templates: templates.collect(),
        docs: (0..site.docs.len().min(MOST_DOCS)).map(|set| docs_index::row(site, set, &links)).collect(),
        systems: site.of_kind("system").iter().take(MOST_SYSTEMS).map(|id| system(site, *id, &links)).collect(),
        changes: changes(site),
        most_read: most_read(site, &links),
        usage_url: links.to("usage/"),
        activity_url: links.to("activity/"),
        feed_url: super::activity::feed_url(site, &links),
        errors: closing.counts.errors,
        warnings: closing.counts.warnings,
        report_url: links.to("build-report/"),
        health_url: links.to("health/"),
        me_url: links.to("me/"),
        adoption_url: links.to("adoption/"),
        catalog_url: links.to("catalog/"),
        create_url: links.to("create/"),
        docs_url: links.to("docs/"),
    };
    Rendered { pages: vec![(String::new(), View::Home(Box::new(view)))], ..Rendered::default() }
}

fn system(site: &Site<'_>, id: EntityId, links: &Linker) -> SystemCard {
    let entity = site.catalog.entity(id);
    SystemCard {
        entity: site.entity_link(id, links),
        description: summary(entity),
        owner: site.owner(id, links),
        parts: site.graph.targets(id, RelationType::HasPart).count(),
    }
}

fn most_read(site: &Site<'_>, links: &Linker) -> Vec<ReadRow> {
    let (most, _) = site.views.ranked(site, MOST_READ);
    most.into_iter().map(|id| site.read_row(id, links)).collect()
}

/// The newest commit of each repository, newest first.
fn changes(site: &Site<'_>) -> Vec<ChangeRow> {
    let mut commits: Vec<_> =
        site.snapshot.repos.iter().filter_map(|repo| repo.commit.as_ref().map(|commit| (repo, commit))).collect();
    commits.sort_by(|(a, x), (b, y)| y.time.cmp(&x.time).then_with(|| a.id.cmp(&b.id)));
    commits
        .into_iter()
        .filter_map(|(repo, commit)| {
            Some(ChangeRow {
                repo: repo.id.to_string(),
                summary: commit.summary.clone(),
                author: commit.author.clone(),
                date: date::rfc3339(commit.time)?,
                url: repo.web.as_ref().map(|web| web.commit(&commit.id)),
            })
        })
        .take(MOST_CHANGES)
        .collect()
}
