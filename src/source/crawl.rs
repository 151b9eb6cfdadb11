//! The crawl: a worklist of locations, followed until nothing new turns up. Then the snapshot is closed.
//!
//! Each wave reads its descriptor files in parallel; what they point at becomes the next wave. Order is that of the
//! configuration, then of paths, whatever the thread count.

mod remotes;

use super::Outside;
use super::folder::{self, Nature, Pattern};
use super::forge::{Credentials, Patience};
use super::lockfile::{Entry, Lockfile};
use super::path::file_name;
use super::remote::Fault;
use super::sync::Listener;
use super::web::{self, WebFile};
use super::{Absent, Repo, RepoId, Snapshot, SourceState, Status, bundle, faults, git, history};
use crate::cache::Cache;
use crate::config::{Config, Location, LocationKind, Source};
use crate::diagnostics::{Finding, Place, rules};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// A descriptor larger than this is refused.
const MAX_DESCRIPTOR: u64 = 2 << 20;
/// How many Locations may lead to one another.
const MAX_DEPTH: usize = 10;

/// What the crawl was told beside the configuration.
pub struct CrawlOptions<'a> {
    /// Read work trees as they lie on disk instead of their last commit.
    pub working_tree: bool,
    /// Fetch nothing.
    pub offline: bool,
    /// What is read will be shown to readers.
    pub publishes: bool,
    /// Read the versions that documentation asks for.
    pub versions: bool,
    pub outside: Outside,
    /// How long hosts are waited for that ask for it, in all.
    pub max_wait: Duration,
    /// Read what it says of every source, and nothing newer.
    pub locked: Option<&'a Lockfile>,
    pub listener: &'a dyn Listener,
    /// False once nobody wants anything more: waits and fetches end.
    pub goes_on: Arc<dyn Fn() -> bool + Send + Sync>,
    /// Days after which a state that could not be confirmed is an error.
    pub max_stale: u32,
    /// Remember which files are read of local repositories, and take this for the address that they are cloned from.
    pub noted_as: Option<&'a str>,
    pub cache_dir: &'a Path,
    pub cache: &'a dyn Cache,
}

/// Where a descriptor came from in the end: the index in `catalog.locations`, and the location as Backstage writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    pub location: Option<usize>,
    /// `file` or `url`.
    pub kind: &'static str,
    /// For files the path below the portal's folder.
    pub target: String,
    /// A provider of the configuration made its entities: rules for kinds are not for them.
    pub is_trusted: bool,
}

/// Index of an [`Emitter`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EmitterId(pub u32);

/// What brings descriptors: a location of the configuration, a scanned file, or a Location entity. Backstage stores
/// what one of them brings as a whole or not at all.
#[derive(Debug, Clone)]
pub struct Emitter {
    /// The one that brought the Location entity.
    pub parent: Option<EmitterId>,
    /// The ref of the Location entity.
    pub location: Option<Arc<str>>,
    pub origin: Arc<Origin>,
    /// The first of its targets that could not be followed.
    pub broken_at: Option<Place>,
}

/// A descriptor file about to be read.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    pub repo: &'a Repo,
    pub id: RepoId,
    pub path: &'a str,
    pub origin: &'a Origin,
    /// False when it was reached from another repository: such a source may not bring Users and Groups.
    pub configured: bool,
}

/// One descriptor file that was read.
#[derive(Debug)]
pub struct Ingested<T> {
    pub emitter: EmitterId,
    pub parsed: T,
}

/// What a Location entity points at.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Target {
    pub target: String,
    /// The `type`, where it is one that nothing follows.
    pub of_type: Option<String>,
    /// `presence: optional`
    pub optional: bool,
    pub place: Place,
    /// The ref of the Location entity.
    pub of: Arc<str>,
}

/// A closed snapshot, the descriptors in it and what went wrong on the way.
#[derive(Debug)]
pub struct Crawl<T> {
    pub snapshot: Snapshot,
    pub files: Vec<Ingested<T>>,
    pub emitters: Vec<Emitter>,
    pub findings: Vec<Finding>,
}

/// Turns a descriptor's text into whatever the caller keeps of it and the targets it points at.
pub type ReadDescriptor<'a, T> = dyn Fn(&Reading<'_>, &str) -> (T, Vec<Target>) + Sync + 'a;

/// Follows every location of `config`. `read` turns a descriptor's text into whatever the caller keeps of it and the
/// targets it points at.
pub fn crawl<T: Send>(config: &Config, options: &CrawlOptions<'_>, read: &ReadDescriptor<'_, T>) -> Crawl<T> {
    let mut worklist = Worklist {
        config,
        options,
        repos: Vec::new(),
        known: HashMap::new(),
        seen: BTreeSet::new(),
        emitters: Vec::new(),
        by_location: HashMap::new(),
        wave: Vec::new(),
        findings: Vec::new(),
        sources: Vec::new(),
        absent: Vec::new(),
        ids: HashSet::new(),
        brought: HashMap::new(),
        credentials: Credentials::new(Patience {
            longest: options.max_wait,
            goes_on: options.goes_on.clone(),
            ..Patience::default()
        }),
        resolved: Vec::new(),
        asks: false,
    };
    worklist.seed();
    let mut files = Vec::new();
    for depth in 0.. {
        let wave = std::mem::take(&mut worklist.wave);
        if wave.is_empty() {
            break;
        }
        let done = worklist.read(wave, read);
        worklist.bring_targets(done.iter().flat_map(|(_, _, targets)| targets));
        for (item, parsed, targets) in done {
            for target in targets {
                let emitter = worklist.location(&item, &target.of);
                if depth >= MAX_DEPTH {
                    worklist.fault(emitter, rules::source::too_deep(target.place.clone(), MAX_DEPTH));
                    continue;
                }
                worklist.follow(&item, emitter, &target);
            }
            files.push(Ingested { emitter: item.emitter, parsed });
        }
    }
    worklist.close(files)
}

/// A descriptor file that waits to be read.
struct Item {
    repo: RepoId,
    path: String,
    emitter: EmitterId,
    origin: Arc<Origin>,
    configured: bool,
    /// Found by name in a scan: silently passed over when it is not a descriptor.
    scanned: bool,
}

/// What brings a file, and with which rights.
#[derive(Debug, Clone)]
struct From {
    emitter: EmitterId,
    origin: Arc<Origin>,
    configured: bool,
}

/// What a repository is known by, so that it is opened once.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Known {
    Folder(PathBuf),
    Remote(String, Option<String>),
    /// By where it is read on the web, in lower case.
    Bundle(String),
}

/// A repository and what was met on opening it.
struct Opened {
    repo: Repo,
    findings: Vec<Finding>,
}

struct Worklist<'a> {
    config: &'a Config,
    options: &'a CrawlOptions<'a>,
    repos: Vec<Repo>,
    known: HashMap<Known, Option<RepoId>>,
    seen: BTreeSet<(RepoId, String)>,
    emitters: Vec<Emitter>,
    by_location: HashMap<(EmitterId, Arc<str>), EmitterId>,
    wave: Vec<Item>,
    findings: Vec<Finding>,
    sources: Vec<SourceState>,
    absent: Vec<Absent>,
    ids: HashSet<Arc<str>>,
    /// Fetched, and not taken yet.
    brought: HashMap<Known, Result<Opened, Fault>>,
    credentials: Credentials,
    resolved: Vec<Entry>,
    /// Some server was asked.
    asks: bool,
}

impl Worklist<'_> {
    fn seed(&mut self) {
        // Locations of the configuration may lead into them.
        let mut bundled = self.open_bundles().into_iter();
        let discovered = self.discover();
        self.bring_configured(discovered.iter().map(|(_, given)| given));
        if !self.config.names_sources() {
            let origin = Arc::new(Origin { location: None, kind: "file", target: ".".to_string(), is_trusted: false });
            self.scan(&self.config.dir.clone(), None, &origin);
        }
        for (index, location) in self.config.locations.iter().enumerate() {
            match location.kind {
                LocationKind::File => self.seed_file(index, location),
                LocationKind::Url => self.seed_url(index, location),
            }
        }
        for source in &self.config.sources {
            match source {
                Source::Filesystem { path, place } => {
                    let origin = Arc::new(Origin {
                        location: None,
                        kind: "file",
                        target: below(&self.config.dir, path),
                        is_trusted: false,
                    });
                    self.scan(path, Some(place), &origin);
                }
                Source::Git { url, branch, place } => {
                    let origin = Arc::new(Origin {
                        location: None,
                        kind: "url",
                        target: without_userinfo(url),
                        is_trusted: false,
                    });
                    if let Some(repo) = self.remote(url, branch.as_deref(), place) {
                        self.take_all(repo, &origin);
                    }
                }
                Source::Bundles { .. } => {
                    for (repo, origin) in bundled.next().unwrap_or_default() {
                        self.take_all(repo, &origin);
                    }
                }
            }
        }
        for (id, given) in discovered {
            self.take_given(given, &id);
        }
    }

    /// The repositories of each entry of `callboard.sources.bundles`.
    fn open_bundles(&mut self) -> Vec<Vec<(RepoId, Arc<Origin>)>> {
        let entries = bundle::open(self.config, self.options);
        let mut opened = Vec::new();
        for bundle::FromBundles { taken, findings, absent, state } in entries {
            self.findings.extend(findings);
            self.absent.extend(absent);
            let from = state.id.clone();
            self.sources.push(state);
            let mut of_entry = Vec::new();
            for bundle::Taken { repo, base, shown, place } in taken {
                let key = Known::Bundle(base.to_lowercase());
                if self.known.contains_key(&key) {
                    self.findings.push(rules::source::bundle_given_twice(place, &shown, &repo.id));
                    continue;
                }
                let state = repo.bundle_mark().unwrap_or_default();
                self.resolved.push(Entry { state, ..Entry::of(&from, &base) });
                let origin = Arc::new(Origin { location: None, kind: "url", target: base, is_trusted: false });
                of_entry.extend(self.keep(key, Ok(Opened { repo, findings: Vec::new() })).map(|repo| (repo, origin)));
            }
            opened.push(of_entry);
        }
        opened
    }

    /// Every repository below a folder, with every descriptor in it.
    fn scan(&mut self, folder: &Path, place: Option<&Place>, origin: &Arc<Origin>) {
        if folder.is_file() {
            self.scan_file(folder, origin);
            return;
        }
        if !folder.is_dir() {
            self.findings.push(rules::source::no_such_folder(place.cloned(), &below(&self.config.dir, folder)));
            return;
        }
        let found = folder::find(folder);
        if found.is_empty() {
            self.findings.push(rules::source::nothing_found(place.cloned(), &repo_id(folder, &self.config.dir)));
        }
        let top = folder.to_path_buf();
        let opened: Vec<_> = found
            .par_iter()
            .map(|root| {
                let id = repo_id(root, &top);
                (root.clone(), self.open_folder(&id, root))
            })
            .collect();
        for (root, opened) in opened {
            if let Some(repo) = self.keep(Known::Folder(root), opened) {
                self.take_all(repo, origin);
            }
        }
    }

    /// One descriptor, whatever its name.
    fn scan_file(&mut self, file: &Path, origin: &Arc<Origin>) {
        let file = lexical(file);
        // A relative path does not show a work tree above the current folder.
        let is_in_git = |file: &Path| file.ancestors().skip(1).any(|folder| folder.join(".git").exists());
        let file = match std::path::absolute(&file).map(|absolute| lexical(&absolute)) {
            Ok(absolute) if !is_in_git(&file) && is_in_git(&absolute) => absolute,
            _ => file,
        };
        let Some((repo, path)) = self.repo_of(&file, &file) else { return };
        let emitter = self.emitter(origin.clone());
        self.queue(Item { repo, path, emitter, origin: origin.clone(), configured: true, scanned: false });
    }

    /// The repository of a file on disk, and the file's path in it.
    fn repo_of(&mut self, file: &Path, top: &Path) -> Option<(RepoId, String)> {
        let root = folder::enclosing(file, top);
        let path = file.strip_prefix(&root).ok()?.to_str()?.replace('\\', "/");
        let here = Path::new(".");
        Some((self.folder(if root.as_os_str().is_empty() { here } else { &root })?, path))
    }

    /// Every descriptor of a repository, by its usual names.
    fn take_all(&mut self, id: RepoId, origin: &Arc<Origin>) {
        self.take_files(id, origin, is_descriptor);
    }

    /// The files of a repository whose paths are those of descriptors.
    fn take_files(&mut self, id: RepoId, origin: &Arc<Origin>, is_descriptor: impl Fn(&str) -> bool) {
        let repo = &self.repos[id.0 as usize];
        let paths: Vec<String> = repo
            .files()
            .iter()
            .map(|file| &*file.path)
            .filter(|path| is_descriptor(path))
            .map(str::to_string)
            .collect();
        for path in paths {
            let emitter = self.emitter(origin.clone());
            self.queue(Item { repo: id, path, emitter, origin: origin.clone(), configured: true, scanned: true });
        }
    }

    fn seed_file(&mut self, index: usize, location: &Location) {
        let shown = Arc::new(Origin {
            location: Some(index),
            kind: "file",
            target: location.target.clone(),
            is_trusted: false,
        });
        let emitter = self.emitter(shown);
        let bases = [location.base.clone(), location.base.join("packages/backend")];
        let mut files = Vec::new();
        for base in &bases {
            files = on_disk(base, &location.target);
            if !files.is_empty() {
                break;
            }
        }
        if files.is_empty() {
            self.fault(emitter, rules::source::no_such_file(location.place.clone(), &location.target));
        }
        for file in files {
            let target = below(&self.config.dir, &file);
            let origin = Arc::new(Origin { location: Some(index), kind: "file", target, is_trusted: false });
            let Some((repo, path)) = self.repo_of(&file, &lexical(&self.config.dir)) else { continue };
            if !self.repos[repo.0 as usize].has(&path) {
                self.fault(emitter, rules::source::not_committed(location.place.clone(), &path));
                continue;
            }
            self.queue(Item { repo, path, emitter, origin, configured: true, scanned: false });
        }
    }

    fn seed_url(&mut self, index: usize, location: &Location) {
        let origin = Arc::new(Origin {
            location: Some(index),
            kind: "url",
            target: without_userinfo(&location.target),
            is_trusted: false,
        });
        let (place, of) = (location.place.clone(), "".into());
        let target = Target { target: location.target.clone(), of_type: None, optional: false, place, of };
        let from = From { emitter: self.emitter(origin.clone()), origin, configured: true };
        self.follow_url(&target, &from, None);
    }

    /// Reads one wave in parallel, in order.
    fn read<T: Send>(&mut self, wave: Vec<Item>, read: &ReadDescriptor<'_, T>) -> Vec<(Item, T, Vec<Target>)> {
        let repos = &self.repos;
        let results: Vec<_> = wave
            .into_par_iter()
            .map(|item| {
                let repo = &repos[item.repo.0 as usize];
                let (id, path, configured) = (item.repo, item.path.as_str(), item.configured);
                let reading = Reading { repo, id, path, origin: &item.origin, configured };
                let place = Place::file(repo.id.clone(), item.path.as_str());
                match repo.read(&item.path, MAX_DESCRIPTOR).map(|bytes| (invalid_line(&bytes), super::decode(bytes))) {
                    Ok((_, text)) if item.scanned && !holds_entities(&item.path, &text) => Ok(None),
                    Ok((invalid, text)) => {
                        let (parsed, targets) = read(&reading, &text);
                        let finding = invalid.map(|line| rules::source::invalid_encoding(place.at(line, 1, 0)));
                        Ok(Some((item, parsed, targets, finding)))
                    }
                    Err(fault) => Err((
                        item.emitter,
                        rules::source::unreadable(place, &fault.to_string()).of_limit(fault.is_limit()),
                    )),
                }
            })
            .collect();
        let mut done = Vec::new();
        for result in results {
            match result {
                Ok(read) => done.extend(read.map(|(item, parsed, targets, finding)| {
                    self.findings.extend(finding);
                    (item, parsed, targets)
                })),
                Err((emitter, finding)) => self.fault(emitter, finding),
            }
        }
        done
    }

    fn queue(&mut self, item: Item) {
        if self.seen.insert((item.repo, item.path.clone())) {
            self.wave.push(item);
        }
    }

    fn emitter(&mut self, origin: Arc<Origin>) -> EmitterId {
        self.emitters.push(Emitter { parent: None, location: None, origin, broken_at: None });
        EmitterId(self.emitters.len() as u32 - 1)
    }

    /// The emitter that a Location entity of a descriptor is.
    fn location(&mut self, from: &Item, reference: &Arc<str>) -> EmitterId {
        let key = (from.emitter, reference.clone());
        if let Some(known) = self.by_location.get(&key) {
            return *known;
        }
        let id = self.emitter(from.origin.clone());
        let emitter = &mut self.emitters[id.0 as usize];
        (emitter.parent, emitter.location) = (Some(from.emitter), Some(reference.clone()));
        self.by_location.insert(key, id);
        id
    }

    /// A target that cannot be followed.
    fn fault(&mut self, emitter: EmitterId, finding: Finding) {
        self.emitters[emitter.0 as usize]
            .broken_at
            .get_or_insert_with(|| finding.place.clone().unwrap_or_else(|| Place::file("", "")));
        self.findings.push(finding);
    }

    /// What a Location entity of a descriptor points at.
    fn follow(&mut self, from: &Item, emitter: EmitterId, target: &Target) {
        if let Some(of_type) = &target.of_type {
            self.fault(emitter, rules::source::location_type(target.place.clone(), of_type));
            return;
        }
        if target.target.contains("://") {
            let brought = From { emitter, origin: from.origin.clone(), configured: false };
            self.follow_url(target, &brought, Some(from.repo));
            return;
        }
        let base = super::parent(&from.path);
        let Some(path) = super::join(base, &target.target) else {
            self.fault(emitter, rules::source::leaves_repository(target.place.clone(), &target.target));
            return;
        };
        let brought = From { emitter, origin: from.origin.clone(), configured: from.configured };
        self.take(from.repo, &path, target, &brought);
    }

    fn follow_url(&mut self, target: &Target, brought: &From, from: Option<RepoId>) {
        let place = target.place.clone();
        let Ok(address) = Url::parse(&target.target) else {
            self.fault(brought.emitter, rules::source::not_a_url(place, &target.target));
            return;
        };
        let Some(file) = web::parse_file(&address, self.config) else {
            let host = web::host_of(&address).unwrap_or_default();
            let known = self.config.integration(&host).is_some();
            self.fault(brought.emitter, rules::source::not_fetched(place, &target.target, &host, known));
            return;
        };
        let Some(repo) = self.local_twin(&file, from).or_else(|| self.remote_of(&file, &place)) else {
            self.emitters[brought.emitter.0 as usize].broken_at.get_or_insert(place);
            return;
        };
        let configured = brought.configured || from == Some(repo);
        self.take(repo, &file.path, target, &From { configured, ..brought.clone() });
    }

    /// A repository of this crawl that the address means.
    fn local_twin(&self, file: &WebFile, from: Option<RepoId>) -> Option<RepoId> {
        let is_twin = |repo: &Repo| {
            repo.web.as_ref().is_some_and(|web| {
                web.base.eq_ignore_ascii_case(&file.web.base)
                    && (web.reference == file.web.reference || file.web.reference == "HEAD")
            })
        };
        // An address of the very repository it stands in means its files as they are read now.
        let is_own = |repo: &Repo| repo.web.as_ref().is_some_and(|web| web.base.eq_ignore_ascii_case(&file.web.base));
        from.filter(|id| is_own(&self.repos[id.0 as usize]))
            .or_else(|| self.repos.iter().position(is_twin).map(|at| RepoId(at as u32)))
    }

    fn remote_of(&mut self, file: &WebFile, place: &Place) -> Option<RepoId> {
        let branch = (file.web.reference != "HEAD").then_some(file.web.reference.as_str());
        self.remote(&format!("{}.git", file.web.base), branch, place)
    }

    /// Queues the files of `repo` that match `path`.
    fn take(&mut self, repo: RepoId, path: &str, target: &Target, from: &From) {
        let held = &self.repos[repo.0 as usize];
        let paths: Vec<String> = if path.contains('*') {
            let Some(pattern) = Pattern::new(path) else {
                self.fault(from.emitter, rules::source::bad_glob(target.place.clone(), path));
                return;
            };
            held.files().iter().filter(|file| pattern.is_match(&file.path)).map(|file| file.path.to_string()).collect()
        } else {
            held.has(path).then(|| path.to_string()).into_iter().collect()
        };
        if paths.is_empty() && !target.optional {
            let near: Vec<&str> = held.files().iter().map(|file| &*file.path).filter(|path| is_yaml(path)).collect();
            let finding = rules::source::target_missing(target.place.clone(), path, &near);
            self.fault(from.emitter, finding);
        }
        for path in paths {
            let From { emitter, origin, configured } = from.clone();
            self.queue(Item { repo, path, emitter, origin, configured, scanned: false });
        }
    }

    fn folder(&mut self, root: &Path) -> Option<RepoId> {
        if let Some(known) = self.known.get(&Known::Folder(root.to_path_buf())) {
            return *known;
        }
        let id = repo_id(root, &lexical(&self.config.dir));
        let opened = self.open_folder(&id, root);
        self.keep(Known::Folder(root.to_path_buf()), opened)
    }

    fn open_folder(&self, id: &str, root: &Path) -> Result<Opened, Finding> {
        match folder::nature(root) {
            Some(Nature::Bare) => self.open_git(id, root, None, self.options.noted_as),
            Some(Nature::WorkTree) if self.options.working_tree => {
                let Opened { repo: committed, findings } = self.open_git(id, root, None, self.options.noted_as)?;
                let Repo { commit, web, history, branch, .. } = committed;
                Ok(Opened { repo: Repo { commit, web, history, branch, ..folder::open(id, root) }, findings })
            }
            Some(Nature::WorkTree) => {
                let mut opened = self.open_git(id, root, None, self.options.noted_as)?;
                let changed = git::uncommitted(root);
                if changed > 0 {
                    opened.findings.push(rules::source::uncommitted(Place::file(id, ""), id, changed));
                }
                Ok(opened)
            }
            Some(Nature::Plain) | None => Ok(Opened { repo: folder::open(id, root), findings: Vec::new() }),
        }
    }

    fn open_git(
        &self,
        id: &str,
        path: &Path,
        reference: Option<&str>,
        remote: Option<&str>,
    ) -> Result<Opened, Finding> {
        let place = Place::file(id, "");
        let mut repo = git::open(id, path, reference, remote, self.config)
            .map_err(|cause| rules::source::git_unreadable(place.clone(), id, &without_path(&cause)))?;
        let findings = match history::fill(&mut repo, path, self.options.cache) {
            Ok(()) => Vec::new(),
            Err(cause) => vec![rules::source::no_history(place, id, &cause)],
        };
        Ok(Opened { repo, findings })
    }

    fn keep(&mut self, key: Known, opened: Result<Opened, Finding>) -> Option<RepoId> {
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = match opened {
            Ok(Opened { mut repo, findings }) => {
                self.findings.extend(findings);
                repo.id = self.unique(&repo.id);
                if self.options.noted_as.is_some() {
                    repo = repo.noting();
                }
                if repo.status == Status::Empty && !matches!(key, Known::Remote(..)) {
                    self.findings.push(rules::source::empty(Place::file(repo.id.clone(), ""), &repo.id));
                }
                self.repos.push(repo);
                Some(RepoId(self.repos.len() as u32 - 1))
            }
            Err(finding) => {
                self.findings.push(finding);
                None
            }
        };
        self.known.insert(key, id);
        id
    }

    fn unique(&mut self, id: &str) -> Arc<str> {
        let numbered = (2..).map(|number| format!("{id}~{number}"));
        let free = std::iter::once(id.to_string()).chain(numbered).find(|id| !self.ids.contains(id.as_str()));
        let id: Arc<str> = free.unwrap_or_default().into();
        self.ids.insert(id.clone());
        id
    }

    fn close<T>(mut self, files: Vec<Ingested<T>>) -> Crawl<T> {
        self.findings.extend(self.credentials.findings());
        self.absent.sort_by(|a, b| a.id.cmp(&b.id));
        let snapshot = Snapshot {
            asked_at: self.asked_at(),
            secrets: self.credentials.given(),
            repos: self.repos,
            sources: self.sources,
            absent: self.absent,
            resolved: self.resolved,
            versions: Vec::new(),
        };
        self.findings.extend(faults::findings(&snapshot, self.options.max_stale));
        Crawl { snapshot, files, emitters: self.emitters, findings: self.findings }
    }
}

/// Files on disk that a `file` target of the configuration means.
fn on_disk(base: &Path, target: &str) -> Vec<PathBuf> {
    if !target.contains(['*', '?', '{', '[']) {
        let path = lexical(&base.join(target));
        return if path.is_file() { vec![path] } else { Vec::new() };
    }
    let wild = target.split('/').position(|part| part.contains(['*', '?', '{', '['])).unwrap_or_default();
    let parts: Vec<&str> = target.split('/').collect();
    let mut prefix = parts[..wild].join("/");
    if target.starts_with('/') && prefix.is_empty() {
        prefix.push('/');
    }
    folder::matching(&lexical(&base.join(prefix)), &parts[wild..].join("/"))
}

/// The same path without `.` and with `..` taken back where a name stands before it.
fn lexical(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            part => out.push(part),
        }
    }
    if out.as_os_str().is_empty() { PathBuf::from(".") } else { out }
}

/// A path as it may be shown: below the portal's folder, else its last name only.
pub(super) fn below(dir: &Path, path: &Path) -> String {
    let (dir, path) = (lexical(dir), lexical(path));
    let here = Path::new(".");
    if dir == here && path.is_relative() && path != here && !path.starts_with("..") {
        return path.to_string_lossy().replace('\\', "/");
    }
    match path.strip_prefix(&dir) {
        Ok(inside) if inside.as_os_str().is_empty() => ".".to_string(),
        Ok(inside) => inside.to_string_lossy().replace('\\', "/"),
        Err(_) => path.file_name().map_or_else(|| ".".to_string(), |name| name.to_string_lossy().into_owned()),
    }
}

/// The id of a local repository: its path below the scanned folder, or the folder's own name.
fn repo_id(root: &Path, top: &Path) -> String {
    let shown = below(top, root);
    let name = if shown == "." {
        let real = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
        real.file_name().map_or_else(|| "repository".to_string(), |name| name.to_string_lossy().into_owned())
    } else {
        shown
    };
    name.trim_end_matches(".git").to_string()
}

fn remote_id(url: &str) -> String {
    match web::split_remote(url) {
        Some((host, path)) => format!("{host}/{}", path.trim_matches('/').trim_end_matches(".git")),
        None => url.rsplit('/').find(|part| !part.is_empty()).unwrap_or(url).trim_end_matches(".git").to_string(),
    }
}

fn without_userinfo(address: &str) -> String {
    match Url::parse(address) {
        Ok(mut url) if !url.username().is_empty() || url.password().is_some() => {
            let cleared = url.set_username("").and_then(|()| url.set_password(None));
            if cleared.is_ok() { url.to_string() } else { String::new() }
        }
        _ => address.to_string(),
    }
}

/// Git's words without the paths of this machine in them: quoted ones are cut out with the `at` before them.
fn without_path(cause: &str) -> String {
    let parts: Vec<&str> = cause.split('\'').collect();
    let kept = parts.iter().enumerate().filter(|(at, part)| at % 2 == 0 || !part.contains('/')).map(|(_, part)| *part);
    kept.collect::<String>().trim_end_matches([' ', ':']).trim_end_matches(" at").to_string()
}

fn is_descriptor(path: &str) -> bool {
    let name = file_name(path);
    matches!(name, "catalog-info.yaml" | "catalog-info.yml" | "template.yaml" | "template.yml")
}

/// The line of the first byte that is not UTF-8. Files with the mark of UTF-16 are read as such.
fn invalid_line(bytes: &[u8]) -> Option<u32> {
    if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return None;
    }
    let error = std::str::from_utf8(bytes).err()?;
    Some(memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count() as u32 + 1)
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json")
}

/// A scan meets files that only look like descriptors: skeletons of templates, whose names are still to be filled in,
/// and other tools' `template.yaml`.
fn holds_entities(path: &str, text: &str) -> bool {
    let is_template = file_name(path).starts_with("template.");
    if is_template {
        return text.contains("scaffolder.backstage.io/");
    }
    let unfilled = |document: &str| {
        let mut lines = document.lines().map(str::trim_start);
        lines.any(|line| line.starts_with("name:") && (line.contains("${{") || line.contains("{{")))
    };
    let mut documents = text.split("\n---").filter(|document| document.contains("kind:"));
    !text.contains("{{") || documents.any(|document| !unfilled(document))
}
