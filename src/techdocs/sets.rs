//! Which entities have documentation, where its pages lie and in which order they are read.
//!
//! A doc set is what MkDocs would build: pages under paths of their own, which are those of their files below `docs_dir`
//! unless another site is mounted. Links between pages follow these paths; everything that is read follows the files.

mod files;
mod folder;
mod included;
mod mounts;
mod needs;
mod readme;
mod shown;
mod versions;

use super::awesome;
use super::dialect::Dialect;
use super::edit::{Edit, Editing};
use super::mkdocs::{Awesome, MkDocs, read_mkdocs};
use super::nav::{Given, NavNode, Navigation, nodes, tree};
use super::survey::{Survey, SurveyInput, survey};
use crate::catalog::well_known::TECHDOCS_REF;
use crate::catalog::{Catalog, Entity, EntityId, IngestCache};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place};
use crate::source::{Addresses, Repo, RepoId, Snapshot, file_name, join, parent};
use mounts::Mount;
use rayon::prelude::*;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use url::Url;

pub use included::Included;
pub use shown::Shown;
pub use versions::{AskedVersions, VersionRules, VersionSet, Versioned, asked};

/// Longer configuration files are refused, in bytes.
const MAX_CONFIG: u64 = 2 << 20;
/// Longer pages are refused, in bytes; shorter ones are cut with a notice.
pub const MAX_PAGE: u64 = 32 << 20;

/// What is to be documented, and what may be left unsaid.
#[derive(Clone, Copy)]
pub struct PlanOptions<'a> {
    /// An entity without docs of its own shows the README beside its descriptor.
    pub readmes: bool,
    /// Whether a ref that is not in the catalog may be somewhere else.
    pub is_elsewhere: &'a (dyn Fn(&str) -> bool + Sync),
    /// Only a part of the portal is read, so that an address may mean a repository that is not.
    pub is_part: bool,
    /// Where the portal stands.
    pub base_url: Option<&'a Url>,
    /// Remembers what pages hold.
    pub cache: Option<IngestCache<'a>>,
    /// Who asks for versions, and what there is of them.
    pub versions: &'a [Versioned],
}

/// All documentation of a portal.
#[derive(Debug, Default)]
pub struct Docs {
    /// In the order of their entities.
    pub sets: Vec<DocSet>,
    /// Other versions of them, those of one set together, the newest first.
    pub versions: Vec<VersionSet>,
    /// What each entity with a Docs tab shows there: its own set, or that of the entity it names.
    pub shown: BTreeMap<EntityId, Shown>,
}

impl Docs {
    /// A set by its number, which may be that of a version: those follow the sets.
    pub fn set(&self, number: usize) -> &DocSet {
        self.sets.get(number).unwrap_or_else(|| &self.versions[number - self.sets.len()].docs)
    }
}

/// The documentation of one entity.
#[derive(Debug)]
pub struct DocSet {
    pub entity: EntityId,
    /// The repository of the pages, which need not be that of the entity.
    pub repo: RepoId,
    pub site_name: String,
    /// The folder of the pages, as a path of the repository. Sites that are mounted have folders of their own.
    pub docs_dir: String,
    /// Ordered by path.
    pub pages: Vec<DocPage>,
    pub nav: Vec<NavNode>,
    /// Indices of pages in the order of previous and next.
    pub order: Vec<usize>,
    pub config: MkDocs,
    /// Pages that have moved, by the path they had.
    pub moved: BTreeMap<String, Moved>,
    /// The set's own folder first, then what is mounted in it.
    mounts: Vec<Mount>,
}

/// One Markdown page.
#[derive(Debug)]
pub struct DocPage {
    /// Its path in the doc set, by which pages link to each other and which gives its route.
    pub path: String,
    /// Its path in the repository.
    pub file: String,
    /// The title that the navigation gives it, else its own, else one made from its path.
    pub title: String,
    /// A README that lies outside of the folder of pages: it was written for the forge.
    pub is_readme: bool,
    /// Whether search finds it.
    pub is_searched: bool,
    /// The MkDocs plugin that is missed on this page.
    pub needs: Option<String>,
}

/// Where a page has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moved {
    /// To a page by its index, perhaps to an anchor there.
    Page(usize, Option<String>),
    /// To a web address.
    Url(String),
}

impl DocSet {
    /// A page's path in the repository.
    pub fn file<'p>(&self, page: &'p DocPage) -> &'p str {
        &page.file
    }

    /// How a page is to be read.
    pub fn dialect(&self, page: &DocPage) -> Cow<'_, Dialect> {
        if page.is_readme { Cow::Owned(Dialect::readme()) } else { Cow::Borrowed(&self.config.dialect) }
    }

    /// The page at a path below the set's folder, as MkDocs lets authors write it: the file, its folder, its address, or
    /// without its ending.
    pub fn find(&self, path: &str) -> Option<usize> {
        let stem = path.trim_matches('/');
        let joined = |name: &str| if stem.is_empty() { name.to_string() } else { format!("{stem}/{name}") };
        let candidates = [stem.to_string(), format!("{stem}.md"), joined("index.md"), joined("README.md")];
        // A README that stands for the index is found as the index, too.
        let as_readme = || stem.strip_suffix("index.md").and_then(|folder| self.at(&format!("{folder}README.md")));
        let named = candidates.iter().find_map(|wanted| self.at(wanted)).or_else(as_readme);
        named.or_else(|| {
            let stem = stem.strip_suffix(".html")?;
            let folder = stem.strip_suffix("index").unwrap_or("-");
            self.at(&format!("{stem}.md")).or_else(|| self.at(&format!("{folder}README.md")))
        })
    }

    fn at(&self, path: &str) -> Option<usize> {
        self.pages.binary_search_by(|page| page.path.as_str().cmp(path)).ok()
    }

    /// Where the page that was at this path is now.
    pub fn moved(&self, path: &str) -> Option<&Moved> {
        let stem = path.trim_matches('/');
        [stem, &format!("{stem}.md"), &format!("{stem}/index.md")].into_iter().find_map(|path| self.moved.get(path))
    }

    /// The page that stands for one of another version: at the same path, or where that has moved.
    pub fn same_page(&self, path: &str) -> Option<usize> {
        let moved = || match self.moved(path)? {
            Moved::Page(page, _) => Some(*page),
            Moved::Url(_) => None,
        };
        self.at(path).or_else(moved).or_else(|| is_index(path).then(|| self.first()))
    }

    /// The page that is made from a file of the repository.
    pub fn page_of(&self, file: &str) -> Option<usize> {
        let is_it = |page: &usize| self.pages[*page].file == file;
        let own = self.path_of(file).and_then(|path| self.at(&path)).filter(is_it);
        own.or_else(|| self.pages.iter().position(|page| page.is_readme && page.file == file))
    }

    /// The path in the set of a file of the repository, where it lies in a folder of pages.
    pub fn path_of(&self, file: &str) -> Option<String> {
        let inside = self.mounts.iter().filter_map(|mount| Some((mount, below(&mount.docs_dir, file)?)));
        let (mount, rest) = inside.max_by_key(|(mount, _)| mount.docs_dir.len())?;
        Some(in_folder(&mount.prefix, rest))
    }

    /// The files of the repository that a path in the set may mean; what was mounted last comes first.
    pub fn files_at<'a>(&'a self, path: &'a str) -> impl Iterator<Item = String> + 'a {
        let inside = |mount: &'a Mount| Some(in_folder(&mount.docs_dir, below(&mount.prefix, path)?));
        self.mounts.iter().rev().filter_map(inside)
    }

    /// Where a page is edited.
    pub fn edit_url(&self, page: &DocPage, repo: &Repo) -> Option<String> {
        let of_forge = || repo.web.as_ref().and_then(|web| web.edit(&page.file));
        if page.is_readme {
            return of_forge();
        }
        let inside = self.mounts.iter().filter_map(|mount| Some((mount, below(&mount.docs_dir, &page.file)?)));
        let (mount, rest) = inside.max_by_key(|(mount, _)| mount.docs_dir.len())?;
        let editing = Editing {
            repo_url: mount.repo_url.as_deref(),
            edit_uri: mount.edit_uri.as_deref(),
            template: mount.edit_uri_template.as_deref(),
        };
        match editing.link(rest) {
            Edit::At(url) => Some(url),
            Edit::Never => None,
            Edit::Unsaid => of_forge().or_else(|| editing.guess(rest)),
        }
    }

    /// The page that opens at a path below the set's address: the first one at the address itself.
    pub fn opened(&self, path: &str) -> Option<usize> {
        if path.is_empty() { Some(self.first()) } else { self.find(path) }
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

/// The documentation of every entity that has one, in the catalog's order, and the surveys of the pages of each set.
pub fn plan(
    catalog: &Catalog,
    snapshot: &Snapshot,
    options: &PlanOptions<'_>,
) -> (Docs, Vec<Vec<Survey>>, Vec<Finding>) {
    let addresses = Addresses::of(snapshot);
    let hosts = inside_hosts(snapshot, options.base_url);
    let may_be_inside = |address: &str| host_of(address).is_some_and(|host| hosts.contains(&*host));
    let surveying = Surveying { may_be_inside: &may_be_inside, cache: options.cache };
    let readmes = if options.readmes { readme::beside_descriptors(catalog, snapshot) } else { BTreeMap::new() };
    let ids: Vec<EntityId> = catalog
        .ids()
        .filter(|id| catalog.entity(*id).annotation(TECHDOCS_REF).is_some() || readmes.contains_key(id))
        .collect();
    let planned: Vec<_> = ids
        .into_par_iter()
        .map(|id| {
            let entity = catalog.entity(id);
            let mut findings = Vec::new();
            let set = match readmes.get(&id) {
                Some(file) => Some(readme::set_of(id, entity, repo_of(entity, snapshot), file, &surveying)),
                None => planned(id, entity, (snapshot, &addresses, &surveying), options, &mut findings),
            };
            (set, findings.into_iter().map(|finding| finding.about(&*entity.reference)).collect::<Vec<_>>())
        })
        .collect();
    let (mut docs, mut surveys) = (Docs::default(), Vec::new());
    let mut findings = Vec::new();
    for (set, found) in planned {
        if let Some((set, surveyed)) = set {
            docs.sets.push(set);
            surveys.push(surveyed);
        }
        findings.extend(found);
    }
    versions::plan(&mut docs, (catalog, snapshot), options.versions, &surveying, &mut findings);
    docs.shown = shown::shown(catalog, &docs.sets, options, &mut findings);
    (docs, surveys, findings)
}

fn repo_of<'s>(entity: &Entity, snapshot: &'s Snapshot) -> (RepoId, &'s Repo) {
    (entity.written.repo, snapshot.repo(entity.written.repo))
}

fn planned(
    id: EntityId,
    entity: &Entity,
    (snapshot, addresses, surveying): (&Snapshot, &Addresses<'_>, &Surveying<'_>),
    options: &PlanOptions<'_>,
    findings: &mut Vec<Finding>,
) -> Option<(DocSet, Vec<Survey>)> {
    let place =
        entity.annotation_span(TECHDOCS_REF).map_or_else(|| entity.written.place.clone(), |span| entity.place_of(span));
    let (repo_id, folder) = match folder::folder(entity, snapshot, addresses) {
        Ok(found) => found,
        Err(problem) => {
            let text = entity.annotation(TECHDOCS_REF).unwrap_or_default();
            if !(options.is_part && problem.is_about_repositories()) {
                findings.push(rules::bad_techdocs_ref(place, text, problem));
            }
            return None;
        }
    };
    let planning = Planning { id, entity, repo_id, repo: snapshot.repo(repo_id), folder, place };
    planning.set(surveying, findings)
}

/// Hosts whose addresses may mean a page of the portal: its own and those of the repositories.
fn inside_hosts(snapshot: &Snapshot, base_url: Option<&Url>) -> BTreeSet<String> {
    let forges = snapshot.repos.iter().filter_map(|repo| host_of(&repo.web.as_ref()?.base));
    forges.chain(base_url.and_then(|url| url.host_str()).map(str::to_owned)).collect()
}

fn host_of(address: &str) -> Option<String> {
    Url::parse(address).ok()?.host_str().map(str::to_owned)
}

/// How pages are surveyed.
struct Surveying<'a> {
    may_be_inside: &'a (dyn Fn(&str) -> bool + Sync),
    cache: Option<IngestCache<'a>>,
}

impl Surveying<'_> {
    /// What a file holds as a page. Nothing is known of one that cannot be read.
    fn page(&self, repo: &Repo, file: &str, dialect: &Dialect) -> Survey {
        let Ok(text) = repo.text(file, MAX_PAGE) else { return Survey::default() };
        let base_paths = &dialect.snippets.base_paths;
        survey(&SurveyInput {
            text: &text,
            dialect,
            snippets: &Included { repo, base_paths },
            may_be_inside: self.may_be_inside,
            cache: self.cache,
        })
    }
}

/// One set on its way.
struct Planning<'a> {
    id: EntityId,
    entity: &'a Entity,
    repo_id: RepoId,
    repo: &'a Repo,
    /// Of mkdocs.yml.
    folder: String,
    /// Of the annotation.
    place: Place,
}

impl Planning<'_> {
    fn set(self, surveying: &Surveying<'_>, findings: &mut Vec<Finding>) -> Option<(DocSet, Vec<Survey>)> {
        let repo = self.repo;
        let (mut config, config_place) = self.config(findings);
        let docs_dir = join(&self.folder, &config.docs_dir)?;
        let mut mounts = vec![Mount::root(docs_dir.clone(), &config)];
        if let Some(nav) = config.nav.take() {
            config.nav = Some(mounts::expand(nav, &self.folder, repo, &config_place, &mut mounts, findings));
        }
        let mut files = files::of(&mounts, &config, repo);
        let readme = readme::home(&files, &self.folder, repo);
        files.extend(readme.iter().map(|file| ("index.md".to_owned(), file.clone())));
        if files.is_empty() {
            findings.push(rules::docs_missing(self.place, &docs_dir));
            return None;
        }
        let paths: Vec<&str> = files.keys().map(String::as_str).collect();
        let sources: Vec<&str> = files.values().map(String::as_str).collect();
        let forge = Dialect::readme();
        let dialect = |file: &str| if readme.as_deref() == Some(file) { &forge } else { &config.dialect };
        let surveys: Vec<Survey> = sources.par_iter().map(|file| surveying.page(repo, file, dialect(file))).collect();
        let own_title = |page: usize| surveys[page].title.clone().unwrap_or_else(|| readable(paths[page]));
        let navigation =
            navigation(&Reading { config: &config, mounts: &mounts, repo, paths: &paths }, &own_title, findings);
        let mut titles = vec![None; paths.len()];
        given_titles(&navigation.roots, &mut titles);
        let unsearched = files::patterns(&config.plugins.unsearched);
        let mut pages: Vec<DocPage> = titles
            .into_iter()
            .enumerate()
            .map(|(page, title)| DocPage {
                path: paths[page].to_owned(),
                file: sources[page].to_owned(),
                title: title.unwrap_or_else(|| own_title(page)),
                is_readme: readme.as_deref() == Some(sources[page]),
                is_searched: !unsearched.is_match(paths[page]),
                needs: None,
            })
            .collect();
        let plural = needs::look(&mut pages, &config.plugins, repo);
        if let Some(ignored) = &config.plugins.ignored {
            findings.push(rules::mkdocs_plugin_ignored(ignored.place.clone(), &ignored.names, plural));
        }
        let site_name = config.site_name.clone().unwrap_or_else(|| self.entity.display_name().to_string());
        let mut set = DocSet {
            entity: self.id,
            repo: self.repo_id,
            site_name,
            docs_dir,
            pages,
            nav: navigation.roots,
            order: navigation.order,
            config,
            moved: BTreeMap::new(),
            mounts,
        };
        set.moved = moved(&set, findings);
        Some((set, surveys))
    }

    /// What mkdocs.yml says, and where it is.
    fn config(&self, findings: &mut Vec<Finding>) -> (MkDocs, Place) {
        let repo = self.repo;
        let named = |name: &str| join(&self.folder, name).filter(|path| repo.has(path));
        let path = named("mkdocs.yaml").or_else(|| named("mkdocs.yml"));
        if let (Some(read), Some(passed_over)) = (named("mkdocs.yaml"), named("mkdocs.yml")) {
            findings.push(rules::mkdocs_twice(Place::file(repo.id.clone(), passed_over), &read));
        }
        match path {
            Some(path) => {
                let place = Place::file(repo.id.clone(), path);
                (read_config(repo, &place, findings), place)
            }
            None => (MkDocs::default(), self.place.clone()),
        }
    }
}

fn read_config(repo: &Repo, place: &Place, findings: &mut Vec<Finding>) -> MkDocs {
    match repo.text(&place.path, MAX_CONFIG) {
        Ok(text) => {
            let (config, found) = read_mkdocs(&text, place);
            findings.extend(found);
            config
        }
        Err(fault) => {
            findings.push(
                crate::diagnostics::rules::source::unreadable(place.clone(), &fault.to_string())
                    .of_limit(fault.is_limit()),
            );
            MkDocs::default()
        }
    }
}

/// What a navigation is made from.
struct Reading<'a> {
    config: &'a MkDocs,
    mounts: &'a [Mount],
    repo: &'a Repo,
    paths: &'a [&'a str],
}

fn navigation(set: &Reading<'_>, title: &dyn Fn(usize) -> String, findings: &mut Vec<Finding>) -> Navigation {
    let Reading { config, mounts, repo, paths } = *set;
    let docs_dir = &mounts[0].docs_dir;
    let elsewhere = |path: &str| {
        if path.starts_with('/') && !path.starts_with("//") && !path.contains('\\') && !path.ends_with(".md") {
            return Some(path.to_owned());
        }
        let file = join(docs_dir, path).filter(|_| !path.starts_with('/'))?;
        let web = repo.web.as_ref()?;
        if repo.has(&file) { Some(web.file(&file, 0)) } else { repo.has_folder(&file).then(|| web.folder(&file)) }
    };
    let read = |path: &str| {
        let inside =
            mounts.iter().rev().filter_map(|mount| Some(in_folder(&mount.docs_dir, below(&mount.prefix, path)?)));
        let file = inside.into_iter().find(|file| repo.has(file))?;
        Some((repo.text(&file, MAX_CONFIG).ok()?, Place::file(repo.id.clone(), file)))
    };
    let given = Given::new(paths, &elsewhere);
    let pages = awesome::Pages { given: &given, title, read: &read };
    let hidden = files::ignored(&[], &config.not_in_nav);
    let by_files = || {
        let listed = paths.iter().copied().enumerate();
        tree(listed.filter(|(_, path)| !hidden.has(path)))
    };
    let roots = match (&config.plugins.awesome, &config.nav) {
        (Some(Awesome::Nav { filename }), _) => awesome::by_nav_files(filename, &pages, findings),
        (None, Some(nav)) => given.nodes(nav, findings),
        (Some(Awesome::Pages { filename, usual }), Some(nav)) => {
            let found = RefCell::new(Vec::new());
            let by_patterns = awesome::by_patterns(nav, paths);
            let left = Cell::new(awesome::MOST_PATTERNS);
            let rest = |pattern: &str, named: &BTreeSet<usize>| {
                if left.get() == 0 {
                    return Vec::new();
                }
                left.set(left.get() - 1);
                awesome::rest(pattern, (named, &by_patterns), filename, *usual, &pages, &mut found.borrow_mut())
            };
            let with_rest = Given { rest: Some(&rest), ..Given::new(paths, &elsewhere) };
            let nodes = with_rest.nodes(nav, findings);
            findings.extend(found.take());
            nodes
        }
        (Some(Awesome::Pages { filename, usual }), None) => {
            awesome::by_pages_files(by_files(), filename, *usual, &pages, findings)
        }
        (None, None) => nodes(by_files()),
    };
    Navigation::of(roots)
}

/// Redirects whose old page is gone and whose new one is there.
fn moved(set: &DocSet, findings: &mut Vec<Finding>) -> BTreeMap<String, Moved> {
    const MOST_GUESSES: usize = 100;
    let mut moved = BTreeMap::new();
    let mut guesses = MOST_GUESSES;
    for redirect in &set.config.plugins.redirects {
        let from = crate::source::normalize(redirect.from.trim_start_matches('/'));
        let Some(from) = from.filter(|from| files::is_page(from)) else {
            findings.push(rules::mkdocs_redirect_no_page(redirect.place.clone(), &redirect.from));
            continue;
        };
        if set.at(&from).is_some() {
            findings.push(rules::mkdocs_redirect_of_page(redirect.place.clone(), &from));
            continue;
        }
        let to = if let Some(("http" | "https", _)) = redirect.to.split_once("://") {
            crate::html::outside_address(&redirect.to).map(Moved::Url)
        } else {
            let (path, anchor) = match redirect.to.split_once('#') {
                Some((path, anchor)) => (path, Some(anchor.to_owned())),
                None => (redirect.to.as_str(), None),
            };
            set.find(path).map(|page| Moved::Page(page, anchor))
        };
        match to {
            Some(to) => {
                moved.insert(from, to);
            }
            None => {
                let pages = set.pages.iter().map(|page| page.path.as_str());
                let guess = if guesses > 0 { did_you_mean(&redirect.to, pages) } else { None };
                guesses = guesses.saturating_sub(1);
                findings.push(rules::mkdocs_redirect_nowhere(redirect.place.clone(), &redirect.to, guess));
            }
        }
    }
    moved
}

/// What is left of `path` below `folder`.
fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

fn in_folder(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

/// Titles of the navigation, by page; where a page stands twice, the first counts.
fn given_titles(nodes: &[NavNode], titles: &mut [Option<String>]) {
    for node in nodes {
        match node {
            NavNode::Page { title: Some(title), page } => {
                titles[*page].get_or_insert_with(|| title.clone());
            }
            NavNode::Section { children, .. } => given_titles(children, titles),
            NavNode::Page { .. } | NavNode::Url { .. } => {}
        }
    }
}

/// `getting-started.md` reads as `Getting started`.
fn readable(path: &str) -> String {
    let name = file_name(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let stem = if stem.eq_ignore_ascii_case("index") { file_name(parent(path)) } else { stem };
    let words = stem.replace(['-', '_'], " ");
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Home".to_string(),
    }
}
