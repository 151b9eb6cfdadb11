//! Where the links of documentation lead: to a page, an entity, a file, the web. Knows no routes.
//!
//! The same answers serve the check of all links before pages are made, and the pages themselves.

use super::assets;
use super::sets::{DocPage, DocSet, Docs, Moved};
use crate::catalog::{Catalog, EntityId, EntityRef};
use crate::source::{Addresses, RepoId, Snapshot, file_name, join, parent};
use std::collections::HashMap;
use url::Url;

/// Everything that links may lead to.
pub struct Leads<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) snapshot: &'a Snapshot,
    pub(super) docs: &'a Docs,
    addresses: Addresses<'a>,
    /// Where the portal stands.
    base_url: Option<&'a Url>,
    /// Whether a ref that is not in the catalog may be somewhere else.
    is_elsewhere: &'a (dyn Fn(&str) -> bool + Sync),
    /// Set and page of each file that is a page; where several are, the first.
    by_file: HashMap<(RepoId, &'a str), PageAt>,
}

impl Lead {
    /// It leads to something that was read.
    fn is_here(&self) -> bool {
        !matches!(self, Lead::Elsewhere | Lead::Nowhere)
    }
}

/// What a web address means within the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inside {
    pub lead: Lead,
    pub anchor: Option<String>,
    /// It names a file on a forge, so that its anchor is one that the forge makes.
    pub is_of_forge: bool,
}

/// What a [`Leads`] is made from.
#[derive(Clone, Copy)]
pub struct LeadsOf<'a> {
    pub catalog: &'a Catalog,
    pub snapshot: &'a Snapshot,
    pub docs: &'a Docs,
    pub base_url: Option<&'a Url>,
    pub is_elsewhere: &'a (dyn Fn(&str) -> bool + Sync),
}

/// A page by the numbers of its set and of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageAt {
    pub set: usize,
    pub page: usize,
}

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// To a page of documentation; to this anchor of it, where the page has moved there.
    Page(PageAt, Option<String>),
    Entity(EntityId),
    /// To a file of the set's repository that may be published.
    File(String),
    /// To this address.
    Web(String),
    /// To a file of the repository that no reader can reach: it is no page, and where the repository is on the web is
    /// not known.
    Unpublished,
    /// To something of the portal that was not read.
    Elsewhere,
    Nowhere,
}

impl<'a> Leads<'a> {
    pub fn new(of: LeadsOf<'a>) -> Self {
        let LeadsOf { catalog, snapshot, docs, base_url, is_elsewhere } = of;
        let mut by_file = HashMap::new();
        for (set, docs) in docs.sets.iter().enumerate() {
            for (page, file) in docs.pages.iter().enumerate() {
                by_file.entry((docs.repo, &*file.file)).or_insert(PageAt { set, page });
            }
        }
        Leads { catalog, snapshot, docs, addresses: Addresses::of(snapshot), base_url, is_elsewhere, by_file }
    }

    /// A link to a relative path, or to one that begins with `/`.
    pub fn link(&self, from: PageAt, target: &str) -> Lead {
        self.place(from).link(target).unwrap_or(Lead::Nowhere)
    }

    /// An image at a relative path.
    pub fn image(&self, from: PageAt, target: &str) -> Lead {
        self.place(from).image(target).unwrap_or(Lead::Nowhere)
    }

    /// An entity by a ref with its kind; `None` where there is no such kind.
    pub fn entity(&self, reference: &str) -> Option<Lead> {
        let kind = reference.split(':').next()?.to_lowercase();
        self.catalog.kinds.iter().find(|known| known.id == kind)?;
        let canonical = match EntityRef::parse(reference, None, "default") {
            Ok(reference) => reference.canonical(),
            Err(_) => return Some(Lead::Nowhere),
        };
        Some(match self.catalog.find(&canonical) {
            Some(id) => Lead::Entity(id),
            None if (self.is_elsewhere)(&canonical) => Lead::Elsewhere,
            None => Lead::Nowhere,
        })
    }

    /// The place within the portal that a web address means: a page by the address of the portal, or by that of its file
    /// on a forge. `None` where it means none.
    pub fn web(&self, from: PageAt, address: &str) -> Option<Inside> {
        let url = Url::parse(address).ok()?;
        let anchor = url.fragment().filter(|anchor| !anchor.is_empty()).map(str::to_owned);
        if let Some(path) = self.in_portal(&url) {
            return self.of_portal(&path).map(|lead| Inside { lead, anchor, is_of_forge: false });
        }
        if url.query().is_some() {
            return None;
        }
        let (repo, _) = self.addresses.find(address)?;
        let without_anchor = address.split('#').next().unwrap_or_default();
        // Another branch or tag is meant as it is.
        let file = self.snapshot.repo(repo).web.as_ref()?.path_of(without_anchor)?;
        let set = self.docs.set(from.set);
        let own = (set.repo == repo).then(|| set.page_of(&file)).flatten();
        let own = own.map(|page| PageAt { set: from.set, page });
        let at = own.or_else(|| self.by_file.get(&(repo, &*file)).copied())?;
        Some(Inside { lead: Lead::Page(at, None), anchor, is_of_forge: true })
    }

    /// The path below the portal's own address.
    fn in_portal(&self, url: &Url) -> Option<String> {
        let base = self.base_url?;
        let same = (base.host_str(), base.port_or_known_default()) == (url.host_str(), url.port_or_known_default());
        let inside = url.path().strip_prefix(base.path().trim_end_matches('/')).filter(|_| same)?;
        inside.starts_with('/').then(|| super::address::unescape(inside))
    }

    /// What an address of Backstage means: `/docs/default/component/x/guide/`, `/catalog/…`. `None` where it is neither.
    pub fn of_portal(&self, target: &str) -> Option<Lead> {
        let mut parts = target.strip_prefix('/')?.splitn(5, '/');
        let (area, namespace, kind, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if !matches!(area, "catalog" | "docs") || name.is_empty() {
            return None;
        }
        let reference = EntityRef { kind: kind.into(), namespace: namespace.into(), name: name.into() }.canonical();
        let Some(id) = self.catalog.find(&reference) else {
            return Some(if (self.is_elsewhere)(&reference) { Lead::Elsewhere } else { Lead::Nowhere });
        };
        if area == "catalog" {
            return Some(Lead::Entity(id));
        }
        let Some(shown) = self.docs.shown.get(&id) else { return Some(Lead::Nowhere) };
        let path = parts.next().unwrap_or_default().trim_matches('/');
        if let Some(versioned) = path.strip_prefix("-/v/") {
            return Some(self.of_version(shown.set, versioned).unwrap_or(Lead::Nowhere));
        }
        let set = &self.docs.sets[shown.set];
        let page = set.opened(path);
        Some(match (page, set.moved(path)) {
            (Some(page), _) => Lead::Page(PageAt { set: shown.set, page }, None),
            (None, Some(moved)) => moved_to(shown.set, moved),
            (None, None) => Lead::Nowhere,
        })
    }

    /// A page of a version, by `name/path`; `latest` is the newest release.
    fn of_version(&self, of: usize, address: &str) -> Option<Lead> {
        let (name, path) = address.split_once('/').unwrap_or((address, ""));
        let mut versions = self.docs.versions.iter().enumerate().filter(|(_, version)| version.of == of);
        let found = match name {
            "latest" => versions.find(|(_, version)| version.is_release),
            name => versions.find(|(_, version)| version.name.replace('/', "-") == name),
        };
        let number = match found {
            Some((index, _)) => self.docs.sets.len() + index,
            None => (name == "latest").then_some(of)?,
        };
        let set = self.docs.set(number);
        let page = set.opened(path);
        Some(Lead::Page(PageAt { set: number, page: page? }, None))
    }

    fn place(&self, at: PageAt) -> Place<'_> {
        let set = self.docs.set(at.set);
        Place { leads: self, at, set, page: &set.pages[at.page] }
    }
}

/// The page on which a link stands.
struct Place<'a> {
    leads: &'a Leads<'a>,
    at: PageAt,
    set: &'a DocSet,
    page: &'a DocPage,
}

impl Place<'_> {
    fn link(&self, target: &str) -> Option<Lead> {
        let by_path = || join(parent(&self.page.path), target).and_then(|path| self.inside(&path));
        let by_file = || self.in_repository(target).and_then(|file| self.of_file(file));
        // A README outside of the folder of pages was written where it lies.
        let found = if self.page.is_readme { by_file().or_else(by_path) } else { by_path() };
        found
            .or_else(|| self.by_address(target).and_then(|path| self.inside(&path)))
            .or_else(by_file)
            .or_else(|| self.leads.of_portal(target).filter(Lead::is_here))
            .or_else(|| self.elsewhere(target))
            .or_else(|| self.leads.of_portal(target).or_else(|| self.beside(target)))
    }

    fn image(&self, target: &str) -> Option<Lead> {
        let by_path = || join(parent(&self.page.path), target).and_then(|path| self.asset(&path));
        let by_file = || self.in_repository(target).and_then(|path| self.published(path));
        let found = if self.page.is_readme { by_file().or_else(by_path) } else { by_path() };
        found.or_else(|| self.by_address(target).and_then(|path| self.asset(&path))).or_else(by_file)
    }

    /// A page or file at a path of the set, or what a page that was there has become.
    fn inside(&self, path: &str) -> Option<Lead> {
        if let Some(page) = self.set.find(path) {
            return Some(self.to_page(page));
        }
        self.asset(path).or_else(|| Some(moved_to(self.at.set, self.set.moved(path)?)))
    }

    /// A page or file by its path in the repository.
    fn of_file(&self, file: String) -> Option<Lead> {
        match self.set.page_of(&file) {
            Some(page) => Some(self.to_page(page)),
            None => self.published(file),
        }
    }

    fn to_page(&self, page: usize) -> Lead {
        Lead::Page(PageAt { set: self.at.set, page }, None)
    }

    /// A target as some authors write it: from the page's address, which is a folder, instead of its file.
    fn by_address(&self, target: &str) -> Option<String> {
        join(self.address()?, target)
    }

    /// The page's address below that of its set.
    fn address(&self) -> Option<&str> {
        let stem = self.page.path.strip_suffix(".md")?;
        let is_index = matches!(file_name(stem), "index" | "README");
        Some(if is_index { parent(stem) } else { stem })
    }

    /// Another documentation, from the page's address in Backstage: `../../other-component/`.
    fn beside(&self, target: &str) -> Option<Lead> {
        let entity = &self.leads.catalog.entity(self.set.entity);
        let here = format!("docs/{}/{}/{}/{}", entity.namespace, entity.kind.id, entity.name, self.address()?);
        self.leads.of_portal(&format!("/{}", join(&here, target)?))
    }

    /// A file at a path of the set that is copied beside the pages.
    fn asset(&self, path: &str) -> Option<Lead> {
        self.set.files_at(path).find_map(|file| self.published(file))
    }

    /// A file of the repository that may be published.
    fn published(&self, file: String) -> Option<Lead> {
        let repo = self.leads.snapshot.repo(self.set.repo);
        (repo.has(&file) && assets::is_allowed(&file)).then_some(Lead::File(file))
    }

    /// A target as a path of the repository, which may lie outside the documentation.
    fn in_repository(&self, target: &str) -> Option<String> {
        join(parent(&self.page.file), target)
    }

    /// A file or folder of the repository outside the documentation: another documentation's page, else shown on the
    /// forge.
    fn elsewhere(&self, target: &str) -> Option<Lead> {
        let path = self.in_repository(target)?;
        if let Some(at) = self.leads.by_file.get(&(self.set.repo, &*path)) {
            return Some(Lead::Page(*at, None));
        }
        let repo = self.leads.snapshot.repo(self.set.repo);
        let (is_file, is_folder) = (repo.has(&path), repo.has_folder(&path));
        match &repo.web {
            Some(web) if is_file => Some(Lead::Web(web.file(&path, 0))),
            Some(web) if is_folder => Some(Lead::Web(web.folder(&path))),
            None if is_file || is_folder => Some(Lead::Unpublished),
            _ => None,
        }
    }
}

fn moved_to(set: usize, moved: &Moved) -> Lead {
    match moved {
        Moved::Page(page, anchor) => Lead::Page(PageAt { set, page: *page }, anchor.clone()),
        Moved::Url(url) => Lead::Web(url.clone()),
    }
}
