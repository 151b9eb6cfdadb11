//! A page of an entity's documentation, its images and its search documents.

use super::super::frame::{About, last_change};
use super::super::view::{DocsPage, Link, NavNode as NavView, SafeHtml, TocEntry, View};
use super::super::{Linker, Rendered, Site, route};
use crate::catalog::EntityRef;
use crate::diagnostics::suggestion::nearest;
use crate::diagnostics::{Finding, Place, rules};
use crate::search::SearchDocument;
use crate::source::{Repo, join, parent};
use crate::techdocs::sets::{DocSet, MAX_PAGE};
use crate::techdocs::{self, ENGLISH, Links, NavNode, PageInput, RenderedPage, Resolved, assets};
use std::cell::RefCell;
use std::collections::BTreeMap;

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
    let resolver = Resolver { site, set, set_number, repo, page: &page.path, links: &links, used: RefCell::default() };
    let input = PageInput {
        text: &text,
        place,
        links: &resolver,
        highlighter: site.highlighter,
        labels: &ENGLISH,
        diagrams: site.diagrams,
    };
    let mut rendered = techdocs::render(&input);
    let findings: Vec<_> =
        std::mem::take(&mut rendered.findings).into_iter().map(|finding| finding.about(&*entity.reference)).collect();
    let (files, asset_findings) = copied(site, set, repo, resolver.used.into_inner());
    let documents = documents(set, page_number, &rendered, &route, &entity.reference);
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
        nav: set.nav.iter().map(|node| nav(node, set, page_number, &to)).collect(),
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

fn nav(node: &NavNode, set: &DocSet, current: usize, to: &dyn Fn(usize) -> String) -> NavView {
    match node {
        NavNode::Page { title, page } => NavView {
            text: title.clone().unwrap_or_else(|| set.pages[*page].title.clone()),
            url: Some(to(*page)),
            current: *page == current,
            open: *page == current,
            children: Vec::new(),
        },
        NavNode::Section { title, children } => {
            let children: Vec<NavView> = children.iter().map(|node| nav(node, set, current, to)).collect();
            let open = children.iter().any(|child| child.open);
            NavView { text: title.clone(), url: None, current: false, open, children }
        }
        NavNode::Url { title, url } => NavView {
            text: title.clone().unwrap_or_else(|| url.clone()),
            url: crate::html::outside_address(url),
            current: false,
            open: false,
            children: Vec::new(),
        },
    }
}

/// One document per stretch of text, so that a hit leads to its heading.
fn documents(set: &DocSet, page: usize, rendered: &RenderedPage, route: &str, reference: &str) -> Vec<SearchDocument> {
    let title = rendered.title.as_deref().unwrap_or(&set.pages[page].title);
    let words = set.pages[page].path.trim_end_matches(".md").replace(['/', '-', '_'], " ");
    let mut documents: Vec<SearchDocument> = rendered
        .sections
        .iter()
        .map(|section| {
            let heading = section.heading.map(|at| &rendered.headings[at]).filter(|heading| heading.level > 1);
            SearchDocument {
                kind: "docs".to_string(),
                url: heading.map_or_else(|| route.to_string(), |heading| format!("{route}#{}", heading.id)),
                title: title.to_string(),
                section: heading.map_or_else(String::new, |heading| heading.text.clone()),
                reference: reference.to_string(),
                words: words.clone(),
                body: section.text.clone(),
            }
        })
        .collect();
    if documents.is_empty() {
        documents.push(SearchDocument {
            kind: "docs".to_string(),
            url: route.to_string(),
            title: title.to_string(),
            reference: reference.to_string(),
            words,
            ..SearchDocument::default()
        });
    }
    documents
}

/// Says where the links of one page lead, and notes which files it uses.
struct Resolver<'a> {
    site: &'a Site<'a>,
    set: &'a DocSet,
    set_number: usize,
    repo: &'a Repo,
    page: &'a str,
    links: &'a Linker,
    /// By path in the repository: the bytes to publish, or why there are none.
    used: RefCell<BTreeMap<String, Result<Vec<u8>, String>>>,
}

impl Resolver<'_> {
    fn resolve(&self, target: &str) -> Option<Resolved> {
        let from_file = join(parent(self.page), target).and_then(|path| self.inside(&path));
        from_file
            .or_else(|| self.by_address(target).and_then(|path| self.inside(&path)))
            .or_else(|| self.of_portal(target))
            .or_else(|| self.elsewhere(target))
    }

    /// A page or file at a path below the set's folder.
    fn inside(&self, path: &str) -> Option<Resolved> {
        match self.set.find(path) {
            Some(page) => Some(Resolved::Url(self.links.to(&self.site.docs_route(self.set_number, page)))),
            None => self.asset(path),
        }
    }

    /// A target as some authors write it: from the page's address, which is a folder, instead of its file.
    fn by_address(&self, target: &str) -> Option<String> {
        let stem = self.page.strip_suffix(".md")?;
        let address = if is_index(stem.rsplit('/').next()?) { parent(stem) } else { stem };
        join(address, target)
    }

    /// A page of the portal by its address in Backstage: `/docs/default/component/x/guide/`, `/catalog/…`.
    fn of_portal(&self, target: &str) -> Option<Resolved> {
        let mut parts = target.strip_prefix('/')?.splitn(5, '/');
        let (area, namespace, kind, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let reference = EntityRef { kind: kind.into(), namespace: namespace.into(), name: name.into() }.canonical();
        let id = self.site.catalog.find(&reference)?;
        let route = match area {
            "catalog" => route::entity(self.site.catalog.entity(id)),
            "docs" => {
                let set = self.site.docs_of(id)?;
                let page = match parts.next().map(|path| path.trim_matches('/')).filter(|path| !path.is_empty()) {
                    Some(path) => self.site.docs[set].find(path)?,
                    None => self.site.docs[set].first(),
                };
                self.site.docs_route(set, page)
            }
            _ => return None,
        };
        Some(Resolved::Url(self.links.to(&route)))
    }

    /// A file below the set's folder that is copied beside the pages.
    fn asset(&self, path: &str) -> Option<Resolved> {
        self.copied(in_folder(&self.set.docs_dir, path))
    }

    /// A file of the repository that may be published.
    fn copied(&self, file: String) -> Option<Resolved> {
        if !self.repo.has(&file) || !assets::is_allowed(&file) {
            return None;
        }
        let route = asset_route(self.site, self.set, &file);
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

    /// A target as a path of the repository, which may lie outside the documentation.
    fn in_repository(&self, target: &str) -> Option<String> {
        join(&in_folder(&self.set.docs_dir, parent(self.page)), target)
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
        same_name.or_else(|| nearest(target, names)).map(|path| relative(parent(self.page), path))
    }
}

fn is_index(stem: &str) -> bool {
    matches!(stem, "index" | "README")
}

impl Links for Resolver<'_> {
    fn page(&self, target: &str) -> Resolved {
        self.resolve(target).unwrap_or_else(|| Resolved::Broken { guess: self.guess(target) })
    }

    fn image(&self, target: &str) -> Resolved {
        let from_file = join(parent(self.page), target).and_then(|path| self.asset(&path));
        let found = from_file
            .or_else(|| self.by_address(target).and_then(|path| self.asset(&path)))
            .or_else(|| self.in_repository(target).and_then(|path| self.copied(path)));
        found.unwrap_or(Resolved::Broken { guess: None })
    }
}

fn in_folder(folder: &str, path: &str) -> String {
    match (folder, path) {
        ("", path) => path.to_string(),
        (folder, "") => folder.to_string(),
        (folder, path) => format!("{folder}/{path}"),
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

/// Where a file is published: beside the pages, or behind `-` when it lies outside the set's folder.
fn asset_route(site: &Site<'_>, set: &DocSet, file: &str) -> String {
    let base = route::docs(site.catalog.entity(set.entity));
    let inside = match set.docs_dir.as_str() {
        "" => Some(file),
        folder => file.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')),
    };
    match inside {
        Some(path) => format!("{base}{}", route::file(path)),
        None => format!("{base}-/{}", route::file(file)),
    }
}

/// The files that a page uses, with where they go. Several pages may bring the same file: its bytes are the same.
fn copied(
    site: &Site<'_>,
    set: &DocSet,
    repo: &Repo,
    used: BTreeMap<String, Result<Vec<u8>, String>>,
) -> (Vec<(String, Vec<u8>)>, Vec<Finding>) {
    let mut files = Vec::new();
    let mut findings = Vec::new();
    for (file, asset) in used {
        match asset {
            Ok(bytes) => files.push((asset_route(site, set, &file), bytes)),
            Err(why) => {
                let place = Place::file(repo.id.clone(), file.as_str());
                findings.push(rules::techdocs::asset_refused(place, &file, &why));
            }
        }
    }
    (files, findings)
}
