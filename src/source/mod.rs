//! The only door to repositories: folders, git object stores and remote git servers become one closed [`Snapshot`].
//!
//! In: the configuration. Out: repositories with their files (read on demand), what git knows about each, and the
//! descriptor files the crawl met; and the issues that readers reported. The room does not know what an entity is: it asks the caller what a descriptor
//! points at.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this room is the door to repositories")]

mod addresses;
mod bundle;
mod codeowners;
mod crawl;
mod data;
pub mod date;
mod discovery;
#[cfg(test)]
#[path = "../../tests/support/forge/mod.rs"]
#[expect(dead_code, reason = "tests of the program ask more of it")]
mod fake_forge;
mod faults;
mod folder;
mod forge;
mod git;
mod history;
mod issues;
mod kept;
pub mod kubernetes;
mod local;
mod lockfile;
mod path;
mod people;
mod programs;
mod remote;
mod roster;
mod sync;
mod versions;
mod web;

use crate::config::Secret;
use crate::diagnostics::Place;
use codeowners::CodeOwnersFile;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use addresses::Addresses;
pub use bundle::{BundleOf, Written, write_bundle};
pub use crawl::{Crawl, CrawlOptions, Emitter, EmitterId, Ingested, Origin, ReadDescriptor, Reading, Target, crawl};
pub use data::{Answers, DataAsked, Given, filled_address, read_data, unfit};
pub use faults::MAX_STALE;
pub use forge::instant;
pub use history::{History, PastCommit};
pub use issues::{Issue, Issues, StaleAnswer, Tracker, read_issues};
pub use local::{Local, Remote, git_around, local};
pub use lockfile::{Entry as LockEntry, Lockfile};
pub use path::{file_name, join, normalize, parent};
pub use programs::{ProgramFault, Programs};
pub use sync::{Listener, Silence};
pub use versions::{Version, VersionsFound, VersionsWanted, at_commit, is_version_pattern, read_versions};
pub use web::{NewFile, NewIssue, Web};

/// Where that comes from what others know of entities: open issues, the data of plugins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outside {
    /// Nobody wants it.
    Nowhere,
    /// Earlier builds.
    Cache,
    /// Earlier builds, and servers where those have no answer.
    Unknown,
    Servers,
}

/// Every repository of one build. Closed: nothing is added once the crawl has ended.
#[derive(Debug, Default)]
pub struct Snapshot {
    pub repos: Vec<Repo>,
    /// Some of them at other tags and branches. Their ids follow those of `repos`.
    pub versions: Vec<Repo>,
    /// Sources of the configuration that list repositories, in its order.
    pub sources: Vec<SourceState>,
    /// Repositories that are known of and cannot be shown, by id.
    pub absent: Vec<Absent>,
    /// Tokens that forges gave to this run: nothing that is published may hold them.
    pub secrets: Vec<Secret>,
    /// What was read of each source that is not of this machine.
    pub resolved: Vec<LockEntry>,
    /// When hosts were asked the last time, with or without an answer, as the cache remembers it: seconds since 1970. Ages
    /// are counted from here, so that they follow from the cache and not from the clock.
    pub asked_at: Option<i64>,
}

/// What became of a source that lists repositories: an organisation of a forge, or a folder of bundles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceState {
    /// `github:default`
    pub id: String,
    pub place: Place,
    /// How many repositories it gave.
    pub repos: usize,
    /// Why the list is not whole; nothing that is missing from it counts as gone.
    pub fault: Option<String>,
    /// When a list was whole the last time, in seconds since 1970, where this one is not.
    pub stale_since: Option<i64>,
    /// Questions to its API.
    pub requests: usize,
    /// Seconds spent waiting because the host asked for it.
    pub waited: u64,
    /// The line of a crontab for its `schedule`.
    pub cron: Option<String>,
}

/// A repository that has no state to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absent {
    pub id: Arc<str>,
    /// It was in an earlier list and is in none now; otherwise it could never be fetched.
    pub is_gone: bool,
    pub reason: String,
}

/// Index of a repository in its [`Snapshot`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoId(pub u32);

/// One repository: its files at one state, and what git knows of them.
#[derive(Debug)]
pub struct Repo {
    /// Stable and unique: the path below the scanned folder, or `host/org/name`.
    pub id: Arc<str>,
    pub status: Status,
    /// The commit that was read; none for plain folders.
    pub commit: Option<Commit>,
    /// Where people read it on the web, when that is known.
    pub web: Option<Web>,
    /// What git's log tells.
    pub history: History,
    /// Its forge says that nobody works on it any more.
    pub is_archived: bool,
    /// This run brought a commit of it that the cache did not have.
    pub has_moved: bool,
    /// The branch that was read, or the tag; none for plain folders and where git names none.
    pub branch: Option<String>,
    /// When its server last said that this is its newest state, in seconds since 1970; none where no server is asked.
    pub confirmed: Option<i64>,
    files: Vec<File>,
    store: Store,
    code_owners: OnceLock<Option<CodeOwnersFile>>,
}

/// What became of a repository in this build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Fresh,
    /// An older state is shown.
    Stale(Stale),
    /// It has no commit or no file.
    Empty,
}

impl Status {
    /// The word used in reports.
    pub fn word(&self) -> &'static str {
        match self {
            Status::Fresh => "fresh",
            Status::Stale(stale) if stale.is_gone => "gone",
            Status::Stale(_) => "stale",
            Status::Empty => "empty",
        }
    }

    /// Why an older state is shown, where one is.
    pub fn stale(&self) -> Option<&Stale> {
        match self {
            Status::Stale(stale) => Some(stale),
            Status::Fresh | Status::Empty => None,
        }
    }

    /// Its organisation does not list it any more.
    pub fn is_gone(&self) -> bool {
        self.stale().is_some_and(|stale| stale.is_gone)
    }
}

/// Why an older state of a repository is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    pub reason: String,
    /// When the state was confirmed the last time, in seconds since 1970.
    pub since: Option<i64>,
    /// The list of its organisation lacks it: it is shown for the last time.
    pub is_gone: bool,
}

/// A commit, as pages mention it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Commit {
    pub id: String,
    /// Seconds since 1970, UTC.
    pub time: i64,
    pub author: String,
    /// First line of the message.
    pub summary: String,
}

/// The last commit that touched a file.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// Seconds since 1970, UTC.
    pub time: i64,
    pub author: Arc<str>,
    pub commit: Arc<str>,
}

/// One file: its path inside the repository, with `/`.
#[derive(Debug, Clone)]
pub struct File {
    pub path: Box<str>,
    pub executable: bool,
    blob: Blob,
}

/// Where a file's bytes lie.
#[derive(Debug, Clone)]
enum Blob {
    /// Below the store's root, at this path (another one than the file's for links).
    Path(Box<str>),
    Object(git2::Oid),
    Memory(Arc<[u8]>),
    /// In a bundle. Of a file that it only lists there are no bytes, and perhaps no size.
    Bundled {
        size: Option<u64>,
        hash: Option<[u8; 32]>,
    },
}

enum Store {
    Folder(PathBuf),
    /// Versions of a repository share it.
    Git(Arc<git::Objects>),
    Memory,
    Bundle(Box<bundle::Archive>),
    /// Another store, and the paths of the files that were read of it.
    Noting(Box<Store>, Mutex<BTreeSet<Box<str>>>),
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Store::Folder(_) => "Folder",
            Store::Git(_) => "Git",
            Store::Memory => "Memory",
            Store::Bundle(_) => "Bundle",
            Store::Noting(..) => "Noting",
        })
    }
}

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadFault {
    Missing,
    /// Its size and the limit, in bytes.
    TooLarge(u64, u64),
    /// The machine's or git's own words.
    Failed(String),
}

impl ReadFault {
    /// A limit keeps it from being read.
    pub fn is_limit(&self) -> bool {
        matches!(self, ReadFault::TooLarge(..))
    }
}

impl From<String> for ReadFault {
    fn from(cause: String) -> Self {
        ReadFault::Failed(cause)
    }
}

impl std::fmt::Display for ReadFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            ReadFault::Missing => f.write_str("there is no such file"),
            ReadFault::TooLarge(size, limit) => write!(f, "it has {size} bytes, the limit is {limit}"),
            ReadFault::Failed(cause) => f.write_str(cause),
        }
    }
}

/// Whether a folder is a repository itself, rather than a folder of repositories.
pub fn is_repository(folder: &Path) -> bool {
    folder::nature(folder).is_some()
}

impl Repo {
    /// The folder whose files are read, where they are files on disk.
    pub fn root(&self) -> Option<&Path> {
        match self.store() {
            Store::Folder(root) => Some(root),
            _ => None,
        }
    }

    /// A repository held in memory, for tests and bundles.
    pub fn in_memory<'a>(id: &str, files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Repo {
        let mut files: Vec<File> = files
            .into_iter()
            .map(|(path, text)| File {
                path: path.into(),
                executable: false,
                blob: Blob::Memory(text.as_bytes().into()),
            })
            .collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Repo {
            id: id.into(),
            status: Status::Fresh,
            commit: None,
            web: None,
            history: History::default(),
            is_archived: false,
            has_moved: false,
            branch: None,
            confirmed: None,
            files,
            store: Store::Memory,
            code_owners: OnceLock::new(),
        }
    }

    /// Every file, by path.
    pub fn files(&self) -> &[File] {
        &self.files
    }

    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.binary_search_by(|file| (*file.path).cmp(path)).ok().map(|at| &self.files[at])
    }

    pub fn has(&self, path: &str) -> bool {
        self.file(path).is_some()
    }

    /// Files below a folder (`""` for all), by path.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a File> + use<'a> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let start = self.files.partition_point(|file| *file.path < *prefix);
        self.files[start..].iter().take_while(move |file| file.path.starts_with(&prefix))
    }

    /// True when a folder of that path holds files.
    pub fn has_folder(&self, folder: &str) -> bool {
        self.below(folder).next().is_some()
    }

    /// The bytes of a file of at most `limit` bytes.
    pub fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, ReadFault> {
        let file = self.file(path).ok_or(ReadFault::Missing)?;
        let bytes = self.bytes(file, limit)?;
        if let Store::Noting(_, read) = &self.store {
            read.lock().unwrap_or_else(PoisonError::into_inner).insert(path.into());
        }
        Ok(bytes)
    }

    fn bytes(&self, file: &File, limit: u64) -> Result<Vec<u8>, ReadFault> {
        match (self.store(), &file.blob) {
            (Store::Folder(root), Blob::Path(inner)) => folder::read(root, inner, limit),
            (Store::Git(objects), Blob::Object(id)) => objects.read(&self.files, &file.path, *id, limit),
            (Store::Bundle(archive), Blob::Bundled { size, hash }) => archive.read(*size, hash.as_ref(), limit),
            (_, Blob::Memory(bytes)) if bytes.len() as u64 > limit => {
                Err(ReadFault::TooLarge(bytes.len() as u64, limit))
            }
            (_, Blob::Memory(bytes)) => Ok(bytes.to_vec()),
            _ => Err(ReadFault::Missing),
        }
    }

    /// The text of a file: byte order mark dropped, UTF-16 decoded, broken UTF-8 replaced.
    pub fn text(&self, path: &str, limit: u64) -> Result<String, ReadFault> {
        self.read(path, limit).map(decode)
    }

    /// Adds files of the folder `root` that git does not know, such as reports of another job: regular ones of at most
    /// `limit` bytes whose path is `wanted`.
    pub fn add_from(&mut self, root: &Path, limit: u64, wanted: &dyn Fn(&str) -> bool) -> std::io::Result<()> {
        let is_git = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name() == ".git";
        for entry in walkdir::WalkDir::new(root).into_iter().filter_entry(|entry| !is_git(entry)) {
            let entry = entry?;
            let Ok(inside) = entry.path().strip_prefix(root) else { continue };
            let path = inside.to_string_lossy().replace('\\', "/");
            if !entry.file_type().is_file() || !wanted(&path) || self.has(&path) || entry.metadata()?.len() > limit {
                continue;
            }
            let blob = Blob::Memory(std::fs::read(entry.path())?.into());
            self.files.push(File { path: path.into(), executable: false, blob });
        }
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(())
    }

    /// The size of a file, where it can be told without reading it.
    fn size(&self, file: &File) -> Option<u64> {
        match (self.store(), &file.blob) {
            (Store::Folder(root), Blob::Path(inner)) => folder::size(root, inner),
            (Store::Git(objects), Blob::Object(id)) => objects.size(*id),
            (_, Blob::Bundled { size, .. }) => *size,
            (_, Blob::Memory(bytes)) => Some(bytes.len() as u64),
            _ => None,
        }
    }

    /// Where the bytes are, whoever watches.
    fn store(&self) -> &Store {
        match &self.store {
            Store::Noting(store, _) => store,
            store => store,
        }
    }

    /// From now on, remembers which files are read.
    fn noting(self) -> Repo {
        Repo { store: Store::Noting(Box::new(self.store), Mutex::default()), ..self }
    }

    /// The files that were read, where the crawl was told to remember them.
    pub fn read_files(&self) -> BTreeSet<Box<str>> {
        match &self.store {
            Store::Noting(_, read) => read.lock().unwrap_or_else(PoisonError::into_inner).clone(),
            _ => BTreeSet::new(),
        }
    }

    /// Who owns a file by CODEOWNERS: the path of that file, the line that says so, and the owners as written there.
    pub fn code_owners(&self, path: &str) -> Option<(&'static str, u32, Vec<String>)> {
        let file = self.code_owners.get_or_init(|| CodeOwnersFile::of(self)).as_ref()?;
        file.owners(path).map(|(line, owners)| (file.path, line, owners))
    }

    /// The hash of the bundle that it was read from.
    fn bundle_mark(&self) -> Option<String> {
        match self.store() {
            Store::Bundle(archive) => Some(blake3::Hash::from_bytes(*archive.mark()).to_hex().to_string()),
            _ => None,
        }
    }

    /// A server has it, and the cache holds what was fetched.
    pub fn is_remote(&self) -> bool {
        self.confirmed.is_some()
    }

    /// The last change of a file, where git knows it.
    pub fn last_change(&self, path: &str) -> Option<&Change> {
        self.history.last_change(path)
    }

    /// Something that changes whenever a file may have changed and costs no reading where git knows.
    pub fn fingerprint(&self, hasher: &mut blake3::Hasher) {
        hasher.update(self.id.as_bytes());
        hasher.update(format!("{:?} {}", self.status, self.is_archived).as_bytes());
        hasher.update(self.branch.as_deref().unwrap_or_default().as_bytes());
        if let (Some(commit), Store::Git(_)) = (&self.commit, self.store()) {
            hasher.update(commit.id.as_bytes());
            return;
        }
        if let Store::Bundle(archive) = self.store() {
            hasher.update(archive.mark());
            return;
        }
        for file in &self.files {
            hasher.update(file.path.as_bytes());
            hasher.update(&[0, u8::from(file.executable)]);
            if let Ok(bytes) = self.read(&file.path, u64::MAX) {
                hasher.update(blake3::hash(&bytes).as_bytes());
            }
        }
    }
}

impl Snapshot {
    pub fn repo(&self, id: RepoId) -> &Repo {
        let at = id.0 as usize;
        self.repos.get(at).unwrap_or_else(|| &self.versions[at - self.repos.len()])
    }

    /// The time from which ages are counted, in seconds since 1970.
    fn now(&self) -> Option<i64> {
        let stale = self.repos.iter().filter_map(|repo| repo.status.stale()?.since);
        self.asked_at.into_iter().chain(stale).max()
    }

    /// The newest commit time of all repositories, in seconds since 1970.
    pub fn newest_commit(&self) -> Option<i64> {
        self.repos.iter().filter_map(|repo| repo.commit.as_ref()).map(|commit| commit.time).max()
    }
}

fn decode(bytes: Vec<u8>) -> String {
    match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => match String::from_utf8_lossy(error.as_bytes()) {
                Cow::Owned(text) => text,
                Cow::Borrowed(text) => text.to_string(),
            },
        },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
