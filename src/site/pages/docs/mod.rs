//! A page of an entity's documentation, its Markdown, its images and its search documents.

mod backlinks;
mod found;
mod links;
mod nav;
mod print;
pub(super) mod versions;

use super::super::feedback::Subject;
use super::super::frame::{About, last_change};
use super::super::view::{DocsPage, Link, ReportLink, SafeHtml, Stale, TocEntry, View};
use super::super::{Linker, Rendered, Site, date, freshness};
use crate::diagnostics::{Finding, Place, rules};
use crate::techdocs::leads::PageAt;
use crate::techdocs::sets::{DocPage, DocSet, Included, MAX_PAGE};
use crate::techdocs::{self, Labels, PageInput, RenderedPage};
use links::Resolver;
use nav::Leads;

pub(super) use backlinks::backlinks;
pub use print::{Press, Sheet, print};

pub(super) fn count(site: &Site<'_>) -> usize {
    site.docs_pages()
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let (set_number, page_number) = site.docs_page(number);
    render_page(site, set_number, page_number)
}

fn render_page(site: &Site<'_>, set_number: usize, page_number: usize) -> Rendered {
    let set = site.set(set_number);
    let repo = site.repo(set.repo);
    let page = &set.pages[page_number];
    let file = set.file(page);
    let place = Place::file(repo.id.clone(), file);
    let entity = site.catalog.entity(set.entity);
    let text = match repo.text(file, MAX_PAGE) {
        Ok(text) => text,
        Err(fault) => {
            let finding = rules::source::unreadable(place, &fault.to_string()).of_limit(fault.is_limit());
            let finding = finding.about(&*entity.reference);
            let findings = if site.version(set_number).is_some() { Vec::new() } else { vec![finding] };
            return Rendered { findings, ..Rendered::default() };
        }
    };
    let route = site.docs_route(set_number, page_number);
    let links = site.linker(&route);
    let at = PageAt { set: set_number, page: page_number };
    let resolver = Resolver::new(site, at, &links);
    let input = PageInput {
        text: &text,
        place,
        dialect: &set.dialect(page),
        snippets: &Included { repo, base_paths: &set.config.dialect.snippets.base_paths },
        links: &resolver,
        highlighter: site.highlighter,
        labels: &labels(site),
        diagrams: site.diagrams,
    };
    let mut rendered = techdocs::render(&input);
    if site.version(set_number).is_some() {
        let (files, _) = resolver.copied();
        let mut view = view(site, at, &route, &links, rendered);
        view.source_url = repo.web.as_ref().map(|web| web.file(file, 0));
        return Rendered { pages: vec![(route, View::Docs(Box::new(view)))], files, ..Rendered::default() };
    }
    let findings: Vec<_> =
        std::mem::take(&mut rendered.findings).into_iter().map(|finding| finding.about(&*entity.reference)).collect();
    let title = (!rendered.has_heading).then(|| rendered.title.as_deref().unwrap_or(&page.title));
    let twin = techdocs::twin(&text, (input.dialect, input.snippets), title, &resolver);
    let (mut files, asset_findings) = resolver.copied();
    files.push((format!("{route}index.md"), twin.into_bytes()));
    let documents = match page.is_searched {
        true => vec![found::document(site, set, page_number, &rendered, &route)],
        false => Vec::new(),
    };
    let sheets = print::sheet(set_number, set, page_number, &rendered).into_iter().collect();
    let mut view = view(site, at, &route, &links, rendered);
    view.markdown_url = Some("index.md".to_string());
    view.print_url = print::has_print(set).then(|| links.to(&print::route(site, set, 0)));
    let mut told = [site.crosslinks.findings_of(at), &findings].concat();
    site.config.settle(&mut told);
    view.findings = told.iter().map(|finding| site.finding_row(finding, &links)).collect();
    view.last_change = last_change(repo, file);
    view.source_url = repo.web.as_ref().map(|web| web.file(file, 0));
    view.edit_url = set.edit_url(page, repo);
    view.stale = stale(site, set_number, file);
    view.report = report(site, set, page, &route);
    view.reported = site.reported_of_page(at, &links);
    let stale = (page_number == 0).then(|| stale_pages(site, set_number)).flatten();
    Rendered {
        pages: vec![(route, View::Docs(Box::new(view)))],
        files,
        documents,
        findings: findings.into_iter().chain(asset_findings).chain(stale).collect(),
        sheets,
    }
}

fn view(site: &Site<'_>, at: PageAt, route: &str, links: &Linker, rendered: RenderedPage) -> DocsPage {
    let PageAt { set: set_number, page: page_number } = at;
    let set = site.set(set_number);
    let page = &set.pages[page_number];
    let home = site.docs_route(set_number, set.first());
    let to = |page: usize| links.to(&site.docs_route(set_number, page));
    let neighbour = |page: usize| Link { text: set.pages[page].title.clone(), url: to(page) };
    let turn = set.order.iter().position(|page| *page == page_number);
    let mut above = vec![site.above("docs")];
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
        nav: nav::around(site, set, page_number, &Leads { page: &to, outside: &|url| outside(site, links, url) }),
        notice: page.needs.clone(),
        content: SafeHtml(rendered.html),
        has_heading: rendered.has_heading,
        toc: rendered
            .headings
            .iter()
            .filter(|heading| matches!(heading.level, 2 | 3))
            .map(|heading| TocEntry { text: heading.text.clone(), anchor: heading.id.clone(), level: heading.level })
            .collect(),
        previous: turn.and_then(|at| at.checked_sub(1)).map(|at| neighbour(set.order[at])),
        next: turn.and_then(|at| set.order.get(at + 1)).map(|page| neighbour(*page)),
        source_url: None,
        edit_url: None,
        last_change: None,
        earlier: site.earlier(set.repo),
        stale: None,
        report: None,
        reported: None,
        markdown_url: None,
        print_url: None,
        versions: versions::picker(site, set_number, page_number, links),
        old_version: versions::old(site, set_number, page_number, links),
        canonical: versions::canonical(site, set_number, page_number, links),
        findings: Vec::new(),
        backlinks: backlinks(site, Some(set_number), site.crosslinks.linking_to(at), links),
    }
}

/// The address of an entry of the navigation that is no page of the set.
fn outside(site: &Site<'_>, links: &Linker, url: &str) -> Option<String> {
    match url.starts_with('/') {
        true => links::of_portal(site, url).map(|route| links.to(&route)),
        false => crate::html::outside_address(url),
    }
}

/// How far the code moved on since a page was changed, where that is long.
fn stale(site: &Site<'_>, set: usize, file: &str) -> Option<Stale> {
    let (since, moved) = freshness::moved_on(site, set, file)?;
    Some(Stale { since: date::rfc3339(since)?, files: moved.files, last: date::rfc3339(moved.last)? })
}

/// One finding for all pages of a set that the code left behind. It names the oldest.
fn stale_pages(site: &Site<'_>, set_number: usize) -> Option<Finding> {
    let behind = freshness::behind(site, set_number)?;
    let set = &site.docs[set_number];
    let place = Place::file(site.repo(set.repo).id.clone(), behind.file);
    let (since, last) = (date::iso_day(behind.since)?, date::iso_day(behind.moved.last)?);
    let finding = rules::techdocs::docs_stale(place, behind.pages, &since, behind.moved.files, &last);
    Some(finding.about(&*site.catalog.entity(set.entity).reference))
}

/// Where readers report what is wrong with a page.
fn report(site: &Site<'_>, set: &DocSet, page: &DocPage, route: &str) -> Option<ReportLink> {
    let web = site.docs_tracker(set)?;
    let issue = site.new_issue(&web, &Subject { prefix: "Docs", title: &page.title, route, file: set.file(page) });
    Some(ReportLink { url: issue.url, body: issue.body })
}

/// What the portal itself says in text that it renders.
fn labels<'a>(site: &'a Site<'_>) -> Labels<'a> {
    let say = |key| site.strings.get(key);
    Labels {
        permanent_link: say("prose.permanent_link"),
        table: say("prose.table"),
        done: say("prose.done"),
        to_do: say("prose.to_do"),
        footnotes: say("prose.footnotes"),
        back_to_text: say("prose.back_to_text"),
        page_cut_title: say("prose.page_cut_title"),
        page_cut: say("prose.page_cut"),
        diagram: say("prose.diagram"),
        diagram_source: say("prose.diagram_source"),
    }
}
