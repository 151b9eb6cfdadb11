//! Where the links and images of a documentation page lead.

use crate::diagnostics::{Finding, Place, rules};
use crate::site::{Linker, Site, route};
use crate::source::Repo;
use crate::techdocs::crosslinks::relative;
use crate::techdocs::leads::{Inside, Lead, PageAt};
use crate::techdocs::sets::DocSet;
use crate::techdocs::{Links, TwinLinks, assets};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Says where the links of one page lead, and notes which files it uses.
pub(super) struct Resolver<'a> {
    site: &'a Site<'a>,
    set: &'a DocSet,
    repo: &'a Repo,
    at: PageAt,
    links: &'a Linker,
    /// By path in the repository: the bytes to publish, or why there are none.
    used: RefCell<BTreeMap<String, Result<Vec<u8>, Refused>>>,
}

/// Why a file is not published.
struct Refused {
    why: String,
    is_limit: bool,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(site: &'a Site<'a>, at: PageAt, links: &'a Linker) -> Self {
        let set = site.set(at.set);
        Resolver { site, set, repo: site.repo(set.repo), at, links, used: RefCell::default() }
    }

    /// The files that the page uses, with where they go, and what keeps the others back. Several pages may bring the same
    /// file: its bytes are the same.
    pub(super) fn copied(self) -> (Vec<(String, Vec<u8>)>, Vec<Finding>) {
        let mut files = Vec::new();
        let mut findings = Vec::new();
        for (file, asset) in self.used.take() {
            match asset {
                Ok(bytes) => files.push((self.asset_route(&file), bytes)),
                Err(Refused { why, is_limit }) => {
                    let place = Place::file(self.repo.id.clone(), file.as_str());
                    findings.push(rules::techdocs::asset_refused(place, &file, &why).of_limit(is_limit));
                }
            }
        }
        (files, findings)
    }

    fn url(&self, lead: Lead, anchor: Option<&str>) -> Option<String> {
        match lead {
            Lead::Page(at, moved) => {
                let url = self.links.to(&self.site.docs_route(at.set, at.page));
                let anchor = moved.as_deref().or(anchor).map(|anchor| self.site.crosslinks.anchor(at, anchor));
                Some(with_anchor(url, anchor.as_deref()))
            }
            Lead::Entity(id) => Some(with_anchor(self.links.to(&route::entity(self.site.catalog.entity(id))), anchor)),
            Lead::File(file) => self.published(file).map(|url| with_anchor(url, anchor)),
            Lead::Web(url) => Some(with_anchor(url, anchor)),
            Lead::Unpublished | Lead::Elsewhere | Lead::Nowhere => None,
        }
    }

    /// The URL of a file that is copied beside the pages; none where its bytes may not be published.
    fn published(&self, file: String) -> Option<String> {
        let route = self.asset_route(&file);
        let mut used = self.used.borrow_mut();
        let asset = used.entry(file).or_insert_with_key(|file| {
            let read = self.repo.read(file, assets::MAX_ASSET);
            let read = read.map_err(|fault| Refused { why: fault.to_string(), is_limit: fault.is_limit() })?;
            assets::safe(file, read).map_err(|why| Refused { why, is_limit: false })
        });
        asset.is_ok().then(|| format!("{}{route}", self.links.root()))
    }

    /// Where a file is published: beside the pages, or behind `-` when it lies outside the set's folders.
    fn asset_route(&self, file: &str) -> String {
        let base = self.site.docs_base(self.at.set);
        match self.set.path_of(file) {
            Some(path) => format!("{base}{}", route::file(&path)),
            None => format!("{base}-/{}", route::outside_file(file)),
        }
    }
}

fn with_anchor(url: String, anchor: Option<&str>) -> String {
    match anchor {
        Some(anchor) if !url.contains('#') => format!("{url}#{anchor}"),
        _ => url,
    }
}

impl Links for Resolver<'_> {
    fn page(&self, path: &str, anchor: Option<&str>) -> Option<String> {
        self.url(self.site.leads.link(self.at, path), anchor)
    }

    fn image(&self, path: &str) -> Option<String> {
        self.url(self.site.leads.image(self.at, path), None)
    }

    fn entity(&self, reference: &str) -> Option<String> {
        let (reference, anchor) = match reference.split_once('#') {
            Some((reference, anchor)) => (reference, Some(anchor)),
            None => (reference, None),
        };
        self.url(self.site.leads.entity(reference)?, anchor)
    }

    fn web(&self, address: &str) -> Option<String> {
        let Inside { lead, anchor, is_of_forge } = self.site.leads.web(self.at, address)?;
        match (&lead, &anchor) {
            // What the forge has and the page has not, such as a line of the source, is meant as it is.
            (Lead::Page(at, _), Some(wanted)) if is_of_forge => {
                let anchor = self.site.crosslinks.anchor_of_forge(*at, wanted)?;
                self.url(lead.clone(), Some(anchor))
            }
            _ => self.url(lead, anchor.as_deref()),
        }
    }
}

impl TwinLinks for Resolver<'_> {
    fn link(&self, path: &str) -> Option<String> {
        match self.site.leads.link(self.at, path) {
            Lead::Page(at, None) => {
                let here = self.site.docs_route(self.at.set, self.at.page);
                Some(relative(&here, &format!("{}index.md", self.site.docs_route(at.set, at.page))))
            }
            lead => self.url(lead, None),
        }
    }

    fn image(&self, path: &str) -> Option<String> {
        Links::image(self, path)
    }
}

/// The page of the portal that an address of Backstage means: `/docs/default/component/x/guide/`, `/catalog/…`.
pub(super) fn of_portal(site: &Site<'_>, target: &str) -> Option<String> {
    match site.leads.of_portal(target)? {
        Lead::Page(at, anchor) => {
            let route = site.docs_route(at.set, at.page);
            Some(anchor.map_or_else(|| route.clone(), |anchor| format!("{route}#{anchor}")))
        }
        Lead::Entity(id) => Some(route::entity(site.catalog.entity(id))),
        _ => None,
    }
}
