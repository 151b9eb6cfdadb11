//! Where the links and images of a documentation page lead.

use crate::catalog::EntityRef;
use crate::diagnostics::suggestion::nearest;
use crate::diagnostics::{Finding, Place, rules};
use crate::site::{Linker, Site, route};
use crate::source::{Repo, join, parent};
use crate::techdocs::sets::{DocPage, DocSet, MAX_PAGE, Moved};
use crate::techdocs::{Links, Resolved, Snippets, TwinLinks, assets};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// What a link of a page leads to.
enum Found {
    /// A page of documentation, by its route. It has a twin.
    Page(String),
    Else(Resolved),
}

/// Says where the links of one page lead, and notes which files it uses.
pub(super) struct Resolver<'a> {
    site: &'a Site<'a>,
    set: &'a DocSet,
    set_number: usize,
    repo: &'a Repo,
    page_number: usize,
    page: &'a DocPage,
    links: &'a Linker,
    /// By path in the repository: the bytes to publish, or why there are none.
    used: RefCell<BTreeMap<String, Result<Vec<u8>, String>>>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(site: &'a Site<'a>, set_number: usize, page_number: usize, links: &'a Linker) -> Self {
        let set = site.set(set_number);
        let repo = site.repo(set.repo);
        let page = &set.pages[page_number];
        Resolver { site, set, set_number, repo, page_number, page, links, used: RefCell::default() }
    }

    /// The files that the page uses, with where they go, and what keeps the others back. Several pages may bring the same
    /// file: its bytes are the same.
    pub(super) fn copied(self) -> (Vec<(String, Vec<u8>)>, Vec<Finding>) {
        let mut files = Vec::new();
        let mut findings = Vec::new();
        for (file, asset) in self.used.take() {
            match asset {
                Ok(bytes) => files.push((self.asset_route(&file), bytes)),
                Err(why) => {
                    let place = Place::file(self.repo.id.clone(), file.as_str());
                    findings.push(rules::techdocs::asset_refused(place, &file, &why));
                }
            }
        }
        (files, findings)
    }

    fn resolve(&self, target: &str) -> Option<Found> {
        let by_path = || join(parent(&self.page.path), target).and_then(|path| self.inside(&path));
        let by_file = || self.in_repository(target).and_then(|file| self.of_file(file));
        // A README outside of the folder of pages was written where it lies.
        let found = if self.page.is_readme { by_file().or_else(by_path) } else { by_path() };
        found
            .or_else(|| self.by_address(target).and_then(|path| self.inside(&path)))
            .or_else(by_file)
            .or_else(|| self.in_portal(target))
            .or_else(|| self.elsewhere(target).map(Found::Else))
    }

    /// A page or file at a path of the set, or what a page that was there has become.
    fn inside(&self, path: &str) -> Option<Found> {
        if let Some(page) = self.set.find(path) {
            return Some(self.to_page(page));
        }
        self.asset(path).map(Found::Else).or_else(|| {
            let moved = self.set.moved(path)?;
            Some(Found::Else(Resolved::Url(self.site.moved_address(self.set_number, moved, self.links))))
        })
    }

    /// A page or file by its path in the repository.
    fn of_file(&self, file: String) -> Option<Found> {
        match self.set.page_of(&file) {
            Some(page) => Some(self.to_page(page)),
            None => self.published(file).map(Found::Else),
        }
    }

    fn to_page(&self, page: usize) -> Found {
        Found::Page(self.site.docs_route(self.set_number, page))
    }

    fn in_portal(&self, target: &str) -> Option<Found> {
        Some(match of_portal(self.site, target)? {
            InPortal::Docs(route) => Found::Page(route),
            InPortal::Entity(route) => Found::Else(Resolved::Url(self.links.to(&route))),
        })
    }

    /// A target as some authors write it: from the page's address, which is a folder, instead of its file.
    fn by_address(&self, target: &str) -> Option<String> {
        let stem = self.page.path.strip_suffix(".md")?;
        let address = if is_index(stem.rsplit('/').next()?) { parent(stem) } else { stem };
        join(address, target)
    }

    /// A file at a path of the set that is copied beside the pages.
    fn asset(&self, path: &str) -> Option<Resolved> {
        self.set.files_at(path).find_map(|file| self.published(file))
    }

    /// A file of the repository that may be published.
    fn published(&self, file: String) -> Option<Resolved> {
        if !self.repo.has(&file) || !assets::is_allowed(&file) {
            return None;
        }
        let route = self.asset_route(&file);
        let mut used = self.used.borrow_mut();
        let asset = used.entry(file).or_insert_with_key(|file| {
            let read = self.repo.read(file, assets::MAX_ASSET).map_err(|fault| fault.to_string());
            read.and_then(|bytes| assets::safe(file, bytes))
        });
        Some(match asset {
            Ok(_) => Resolved::Url(format!("{}{route}", self.links.root())),
            Err(_) => Resolved::Withheld,
        })
    }

    /// Where a file is published: beside the pages, or behind `-` when it lies outside the set's folders.
    fn asset_route(&self, file: &str) -> String {
        let base = self.site.docs_base(self.set_number);
        match self.set.path_of(file) {
            Some(path) => format!("{base}{}", route::file(&path)),
            None => format!("{base}-/{}", route::outside_file(file)),
        }
    }

    /// A target as a path of the repository, which may lie outside the documentation.
    fn in_repository(&self, target: &str) -> Option<String> {
        join(parent(&self.page.file), target)
    }

    /// A file or folder of the repository outside the documentation: shown on the forge.
    fn elsewhere(&self, target: &str) -> Option<Resolved> {
        let path = self.in_repository(target)?;
        let (is_file, is_folder) = (self.repo.has(&path), self.repo.has_folder(&path));
        match &self.repo.web {
            Some(web) if is_file => Some(Resolved::Url(web.file(&path, 0))),
            Some(web) if is_folder => Some(Resolved::Url(web.folder(&path))),
            None if is_file || is_folder => Some(Resolved::Unpublished),
            _ => None,
        }
    }

    fn guess(&self, target: &str) -> Option<String> {
        let name = target.rsplit('/').next().unwrap_or(target);
        let names = self.set.pages.iter().map(|page| page.path.as_str());
        let same_name = names.clone().find(|path| path.rsplit('/').next() == Some(name));
        same_name.or_else(|| nearest(target, names)).map(|path| relative(parent(&self.page.path), path))
    }
}

fn is_index(stem: &str) -> bool {
    matches!(stem, "index" | "README")
}

impl Links for Resolver<'_> {
    fn page(&self, target: &str) -> Resolved {
        match self.resolve(target) {
            Some(Found::Page(route)) => Resolved::Url(self.links.to(&route)),
            Some(Found::Else(resolved)) => resolved,
            None => Resolved::Broken { guess: self.guess(target) },
        }
    }

    fn image(&self, target: &str) -> Resolved {
        let by_path = || join(parent(&self.page.path), target).and_then(|path| self.asset(&path));
        let by_file = || self.in_repository(target).and_then(|path| self.published(path));
        let found = if self.page.is_readme { by_file().or_else(by_path) } else { by_path() };
        let found = found.or_else(|| self.by_address(target).and_then(|path| self.asset(&path))).or_else(by_file);
        found.unwrap_or(Resolved::Broken { guess: None })
    }
}

impl Snippets for Resolver<'_> {
    fn read(&self, name: &str) -> Option<(String, String)> {
        let bases = &self.set.config.dialect.snippets.base_paths;
        let path = bases.iter().find_map(|base| {
            if self.repo.has(base) {
                return (base.rsplit('/').next() == name.rsplit('/').next()).then(|| base.clone());
            }
            let path = join(base, name)?;
            let is_below =
                base.is_empty() || path.strip_prefix(base.as_str()).is_some_and(|rest| rest.starts_with('/'));
            (is_below && self.repo.has(&path)).then_some(path)
        })?;
        let text = self.repo.text(&path, MAX_PAGE).ok()?;
        Some((path, text.to_string()))
    }
}

impl TwinLinks for Resolver<'_> {
    fn link(&self, path: &str) -> Option<String> {
        match self.resolve(path)? {
            Found::Page(route) => {
                let here = self.site.docs_route(self.set_number, self.page_number);
                Some(relative(&here, &format!("{route}index.md")))
            }
            Found::Else(Resolved::Url(url)) => Some(url),
            Found::Else(_) => None,
        }
    }

    fn image(&self, path: &str) -> Option<String> {
        match Links::image(self, path) {
            Resolved::Url(url) => Some(url),
            _ => None,
        }
    }
}

/// A page of the portal.
pub(super) enum InPortal {
    Docs(String),
    Entity(String),
}

impl InPortal {
    pub(super) fn route(self) -> String {
        match self {
            InPortal::Docs(route) | InPortal::Entity(route) => route,
        }
    }
}

/// The page of the portal that an address of Backstage means: `/docs/default/component/x/guide/`, `/catalog/…`.
pub(super) fn of_portal(site: &Site<'_>, target: &str) -> Option<InPortal> {
    let mut parts = target.strip_prefix('/')?.splitn(5, '/');
    let (area, namespace, kind, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let reference = EntityRef { kind: kind.into(), namespace: namespace.into(), name: name.into() }.canonical();
    let id = site.catalog.find(&reference)?;
    match area {
        "catalog" => Some(InPortal::Entity(route::entity(site.catalog.entity(id)))),
        "docs" => {
            let set = site.docs_of(id)?;
            let path = parts.next().unwrap_or_default().trim_matches('/');
            let docs = &site.docs[set];
            let page = if path.is_empty() { Some(docs.first()) } else { docs.find(path) };
            let page = match (page, docs.moved(path)) {
                (Some(page), _) => page,
                (None, Some(Moved::Page(page, _))) => *page,
                (None, _) => return None,
            };
            Some(InPortal::Docs(site.docs_route(set, page)))
        }
        _ => None,
    }
}

/// `to` as a link from a page in `folder` would write it.
fn relative(folder: &str, to: &str) -> String {
    let mut from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let target: Vec<&str> = to.split('/').collect();
    let same = from.iter().zip(&target).take_while(|(a, b)| a == b).count();
    from.drain(..same);
    "../".repeat(from.len()) + &target[same..].join("/")
}
