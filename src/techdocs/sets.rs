//! Which entities have documentation, where its pages lie and in which order they are read.

use super::mkdocs::{MkDocs, read_mkdocs};
use super::nav::{NavNode, navigation};
use super::outline::outline;
use crate::catalog::well_known::TECHDOCS_REF;
use crate::catalog::{Catalog, Entity, EntityId};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use crate::source::{Repo, RepoId, Snapshot, join, parent};
use rayon::prelude::*;

/// The annotation that says where an entity's documentation lies.
/// Longer configuration files are refused, in bytes.
const MAX_CONFIG: u64 = 2 << 20;
/// Longer pages are refused, in bytes; shorter ones are cut with a notice.
pub const MAX_PAGE: u64 = 32 << 20;

/// The documentation of one entity.
#[derive(Debug)]
pub struct DocSet {
    pub entity: EntityId,
    pub repo: RepoId,
    pub site_name: String,
    /// The folder of the pages, as a path of the repository.
    pub docs_dir: String,
    /// Ordered by path.
    pub pages: Vec<DocPage>,
    pub nav: Vec<NavNode>,
    /// Indices of pages in the order of previous and next.
    pub order: Vec<usize>,
    pub config: MkDocs,
}

/// One Markdown page.
#[derive(Debug)]
pub struct DocPage {
    /// Path below the set's folder.
    pub path: String,
    /// The title that the navigation gives it, else its own, else one made from its path.
    pub title: String,
}

impl DocSet {
    /// A page's path in the repository.
    pub fn file(&self, page: &DocPage) -> String {
        if self.docs_dir.is_empty() { page.path.clone() } else { format!("{}/{}", self.docs_dir, page.path) }
    }

    /// The page at a path below the set's folder, as MkDocs lets authors write it: the file, its folder, or without its
    /// ending.
    pub fn find(&self, path: &str) -> Option<usize> {
        let stem = path.trim_matches('/');
        let joined = |name: &str| if stem.is_empty() { name.to_string() } else { format!("{stem}/{name}") };
        let candidates = [stem.to_string(), format!("{stem}.md"), joined("index.md"), joined("README.md")];
        candidates.iter().find_map(|wanted| self.pages.binary_search_by(|page| page.path.as_str().cmp(wanted)).ok())
    }

    /// The page that is shown first: the index, else the first of the navigation.
    pub fn first(&self) -> usize {
        let index = self.pages.iter().position(|page| is_index(&page.path));
        index.or_else(|| self.order.first().copied()).unwrap_or(0)
    }
}

/// True for the page of its folder: `index.md` or `README.md`.
pub fn is_index(path: &str) -> bool {
    matches!(path, "index.md" | "README.md")
}

/// The documentation of every entity that has one, in the catalog's order.
pub fn plan(catalog: &Catalog, snapshot: &Snapshot) -> (Vec<DocSet>, Vec<Finding>) {
    let ids: Vec<EntityId> =
        catalog.ids().filter(|id| catalog.entity(*id).annotation(TECHDOCS_REF).is_some()).collect();
    let planned: Vec<_> = ids
        .into_par_iter()
        .map(|id| {
            let entity = catalog.entity(id);
            let mut findings = Vec::new();
            let set = doc_set(id, entity, snapshot.repo(entity.written.repo), &mut findings);
            (set, findings.into_iter().map(|finding| finding.about(&*entity.reference)).collect::<Vec<_>>())
        })
        .collect();
    let mut sets = Vec::new();
    let mut findings = Vec::new();
    for (set, found) in planned {
        sets.extend(set);
        findings.extend(found);
    }
    (sets, findings)
}

fn doc_set(id: EntityId, entity: &Entity, repo: &Repo, findings: &mut Vec<Finding>) -> Option<DocSet> {
    let place = &entity
        .annotation_span(TECHDOCS_REF)
        .map_or_else(|| entity.written.place.clone(), |span| entity.place_of(span));
    let folder = folder(entity, repo, place).map_err(|finding| findings.push(*finding)).ok()?;
    let named = |name: &str| join(&folder, name).filter(|path| repo.has(path));
    let config_path = named("mkdocs.yaml").or_else(|| named("mkdocs.yml"));
    if let (Some(read), Some(passed_over)) = (named("mkdocs.yaml"), named("mkdocs.yml")) {
        findings.push(rules::mkdocs_twice(Place::file(repo.id.clone(), passed_over), &read));
    }
    let config_place = match &config_path {
        Some(path) => Place::file(repo.id.clone(), path.as_str()),
        None => place.clone(),
    };
    let config = match &config_path {
        Some(path) => match repo.text(path, MAX_CONFIG) {
            Ok(text) => {
                let (config, found) = read_mkdocs(&text, &config_place);
                findings.extend(found);
                config
            }
            Err(fault) => {
                findings.push(crate::diagnostics::rules::source::unreadable(config_place.clone(), &fault.to_string()));
                MkDocs::default()
            }
        },
        None => MkDocs::default(),
    };
    let docs_dir = join(&folder, &config.docs_dir)?;
    let paths: Vec<&str> = repo
        .below(&docs_dir)
        .map(|file| file.path[docs_dir.len()..].trim_start_matches('/'))
        .filter(|path| is_page(path))
        .collect();
    if paths.is_empty() {
        findings.push(rules::docs_missing(place.clone(), &docs_dir));
        return None;
    }
    let navigation = navigation(config.nav.as_deref(), &paths, &config_place);
    findings.extend(navigation.findings);
    let mut titles = vec![None; paths.len()];
    given_titles(&navigation.roots, &mut titles);
    let pages = paths
        .iter()
        .zip(titles)
        .map(|(path, title)| {
            let file = if docs_dir.is_empty() { path.to_string() } else { format!("{docs_dir}/{path}") };
            let own = || repo.text(&file, MAX_PAGE).ok().and_then(|text| outline(&text).title);
            DocPage { path: path.to_string(), title: title.or_else(own).unwrap_or_else(|| from_path(path)) }
        })
        .collect();
    let site_name = config.site_name.clone().unwrap_or_else(|| entity.display_name().to_string());
    let repo = entity.written.repo;
    Some(DocSet {
        entity: id,
        repo,
        site_name,
        docs_dir,
        pages,
        nav: navigation.roots,
        order: navigation.order,
        config,
    })
}

/// The folder that an entity's annotation names, as a path of its repository.
fn folder(entity: &Entity, repo: &Repo, place: &Place) -> Result<String, Box<Finding>> {
    let text = entity.annotation(TECHDOCS_REF).unwrap_or_default();
    let base = parent(&place.path);
    let inside = match text.split_once(':') {
        Some(("dir", target)) => join(base, target),
        Some(("url", target)) => repo.web.as_ref().and_then(|web| web.path_of(target)).and_then(|path| join("", &path)),
        _ => None,
    };
    inside.ok_or_else(|| Box::new(rules::bad_techdocs_ref(place.clone(), text)))
}

fn is_page(path: &str) -> bool {
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    !hidden && (path.ends_with(".md") || path.ends_with(".markdown"))
}

fn given_titles(nodes: &[NavNode], titles: &mut [Option<String>]) {
    for node in nodes {
        match node {
            NavNode::Page { title: Some(title), page } => titles[*page] = Some(title.clone()),
            NavNode::Section { children, .. } => given_titles(children, titles),
            NavNode::Page { .. } | NavNode::Url { .. } => {}
        }
    }
}

/// `getting-started.md` reads as `Getting started`.
fn from_path(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = if stem.eq_ignore_ascii_case("index") { parent(path).rsplit('/').next().unwrap_or("") } else { stem };
    let words = stem.replace(['-', '_'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Home".to_string(),
    }
}
