//! Documentation at other tags and branches: its pages, those that lead to the latest, and the way from one to another.
//!
//! Pages of versions are for readers only: search, twins, prints and findings know what is read today.

use super::super::super::view::{Link, OldVersion, Picker, VersionLink};
use super::render_page;
use crate::site::{Linker, Rendered, Site};

pub(in crate::site::pages) fn count(site: &Site<'_>) -> usize {
    site.version_pages()
}

pub(in crate::site::pages) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let (set, page) = site.docs_page(site.docs_pages() + number);
    render_page(site, set, page)
}

pub(in crate::site::pages) fn latest_count(site: &Site<'_>) -> usize {
    site.latest_pages()
}

/// A page of the alias `latest`: it sends readers on to the version that has this name today.
pub(in crate::site::pages) fn render_latest(site: &Site<'_>, number: usize) -> Rendered {
    let (set, page, route) = site.latest_page(number);
    let url = site.linker(&route).to(&site.docs_route(set, page));
    super::super::moved::sent_on(site, route, url, site.set(set).pages[page].title.clone())
}

/// The versions of a page's documentation, where there are several.
pub(super) fn picker(site: &Site<'_>, set: usize, page: usize, links: &Linker) -> Option<Picker> {
    let current = current(site, set);
    let versions = site.versions_of(current);
    if versions.is_empty() {
        return None;
    }
    let latest = site.latest(current);
    let all = std::iter::once(current).chain(versions);
    let links = all.map(|number| VersionLink {
        text: name(site, number),
        url: links
            .to(&site.docs_route(number, counterpart(site, set, page, number).unwrap_or(site.set(number).first()))),
        is_latest: number == latest,
        is_shown: number == set,
    });
    Some(Picker { shown: name(site, set), links: links.collect() })
}

/// What a page of a version that is not the latest says of itself.
pub(super) fn old(site: &Site<'_>, set: usize, page: usize, links: &Linker) -> Option<OldVersion> {
    let version = site.version(set)?;
    let latest = site.latest(version.of);
    if latest == set {
        return None;
    }
    let same = counterpart(site, set, page, latest);
    let route = site.docs_route(latest, same.unwrap_or_else(|| site.set(latest).first()));
    let latest = Link { text: name(site, latest), url: links.to(&route) };
    Some(OldVersion { name: version.name.clone(), latest, has_page: same.is_some() })
}

/// The address by which others should know a page of a version: that of the same page in the latest one.
pub(super) fn canonical(site: &Site<'_>, set: usize, page: usize, links: &Linker) -> Option<String> {
    let latest = site.latest(site.version(set)?.of);
    let route = site.docs_route(latest, counterpart(site, set, page, latest)?);
    let absolute = site.config.base_url.as_ref().and_then(|base| base.join(&route).ok());
    Some(absolute.map_or_else(|| links.to(&route), |address| address.to_string()))
}

fn current(site: &Site<'_>, set: usize) -> usize {
    site.version(set).map_or(set, |version| version.of)
}

/// The same page of another version.
fn counterpart(site: &Site<'_>, set: usize, page: usize, other: usize) -> Option<usize> {
    let (from, to) = (site.set(set), site.set(other));
    if set == other {
        return Some(page);
    }
    if page == from.first() {
        return Some(to.first());
    }
    to.same_page(&from.pages[page].path)
}

/// What a version is called; what the portal shows anyway, by its branch.
fn name(site: &Site<'_>, set: usize) -> String {
    match site.version(set) {
        Some(version) => version.name.clone(),
        None => site.repo(site.set(set).repo).branch.clone().unwrap_or_else(|| "current".to_string()),
    }
}
