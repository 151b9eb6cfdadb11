//! A page of an entity's documentation, its images and its search documents.

mod found;
mod links;
mod nav;

use super::super::frame::{About, last_change};
use super::super::view::{DocsPage, Link, SafeHtml, TocEntry, View};
use super::super::{Linker, Rendered, Site};
use crate::diagnostics::{Place, rules};
use crate::techdocs::sets::MAX_PAGE;
use crate::techdocs::{self, ENGLISH, PageInput, RenderedPage};
use links::Resolver;

pub(super) fn count(site: &Site<'_>) -> usize {
    site.docs_pages()
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let (set_number, page_number) = site.docs_page(number);
    let set = &site.docs[set_number];
    let repo = site.repo(set.repo);
    let page = &set.pages[page_number];
    let file = set.file(page);
    let place = Place::file(repo.id.clone(), file.as_str());
    let entity = site.catalog.entity(set.entity);
    let text = match repo.text(&file, MAX_PAGE) {
        Ok(text) => text,
        Err(fault) => {
            let finding = rules::source::unreadable(place, &fault.to_string()).about(&*entity.reference);
            return Rendered { findings: vec![finding], ..Rendered::default() };
        }
    };
    let route = site.docs_route(set_number, page_number);
    let links = site.linker(&route);
    let resolver = Resolver::new(site, set_number, page_number, &links);
    let input = PageInput { text: &text, place, links: &resolver, highlighter: site.highlighter, labels: &ENGLISH };
    let mut rendered = techdocs::render(&input);
    let findings: Vec<_> =
        std::mem::take(&mut rendered.findings).into_iter().map(|finding| finding.about(&*entity.reference)).collect();
    let (files, asset_findings) = resolver.copied();
    let documents = found::documents(set, page_number, &rendered, &route, &entity.reference);
    let mut view = view(site, (set_number, page_number), &route, &links, rendered);
    view.findings = findings.iter().map(|finding| site.finding_row(finding, &links)).collect();
    view.last_change = last_change(repo, &file);
    view.source_url = repo.web.as_ref().map(|web| web.file(&file, 0));
    view.edit_url = repo.web.as_ref().and_then(|web| web.edit(&file));
    Rendered {
        pages: vec![(route, View::Docs(Box::new(view)))],
        files,
        documents,
        findings: findings.into_iter().chain(asset_findings).collect(),
    }
}

fn view(
    site: &Site<'_>,
    (set_number, page_number): (usize, usize),
    route: &str,
    links: &Linker,
    rendered: RenderedPage,
) -> DocsPage {
    let set = &site.docs[set_number];
    let page = &set.pages[page_number];
    let home = site.docs_route(set_number, set.first());
    let to = |page: usize| links.to(&site.docs_route(set_number, page));
    let neighbour = |page: usize| Link { text: set.pages[page].title.clone(), url: to(page) };
    let at = set.order.iter().position(|page| *page == page_number);
    let mut above = vec![("Docs".to_string(), "docs/".to_string())];
    if route != home {
        above.push((set.site_name.clone(), home.clone()));
    }
    let title = rendered.title.as_deref().unwrap_or(&page.title);
    let first = rendered.sections.first().map_or("", |section| section.text.as_str());
    DocsPage {
        page: site.frame(links, About { title, description: first, section: "docs", above: &above }),
        site_name: set.site_name.clone(),
        site_url: links.to(&home),
        entity: site.entity_link(set.entity, links),
        nav: nav::tree(set, page_number, &to),
        content: SafeHtml(rendered.html),
        has_heading: rendered.has_heading,
        toc: rendered
            .headings
            .iter()
            .filter(|heading| matches!(heading.level, 2 | 3))
            .map(|heading| TocEntry { text: heading.text.clone(), anchor: heading.id.clone(), level: heading.level })
            .collect(),
        previous: at.and_then(|at| at.checked_sub(1)).map(|at| neighbour(set.order[at])),
        next: at.and_then(|at| set.order.get(at + 1)).map(|page| neighbour(*page)),
        source_url: None,
        edit_url: None,
        last_change: None,
        findings: Vec::new(),
    }
}
