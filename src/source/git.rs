//! Git repositories, read from the object store through libgit2: no checkout, no hooks, no filters.

use super::remote::Supply;
use super::{Blob, Commit, File, History, ReadFault, Repo, Status, Store, Web, folder};
use crate::config::Config;
use git2::{ObjectType, Oid, Repository, RepositoryOpenFlags, TreeWalkMode, TreeWalkResult};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Object stores that are held open; each holds some files open, of which a process may have about a thousand.
const MOST_OPEN: usize = 64;
static OPEN: AtomicUsize = AtomicUsize::new(0);

/// An object store that a repository and its versions share. It is opened when somebody reads.
pub(super) struct Objects {
    path: PathBuf,
    repository: Mutex<Option<Repository>>,
    /// Where files come from that the store lacks.
    supply: Option<Supply>,
}

impl Objects {
    pub(super) fn new(repository: Repository, supply: Option<Supply>) -> Arc<Objects> {
        let path = repository.path().to_path_buf();
        OPEN.fetch_add(1, Ordering::Relaxed);
        let objects = Objects { path, repository: Mutex::new(Some(repository)), supply };
        objects.close_if_many(&mut objects.held());
        Arc::new(objects)
    }

    /// Reads of the store, one reader at a time.
    pub(super) fn with<T, E: From<String>>(&self, read: impl FnOnce(&Repository) -> Result<T, E>) -> Result<T, E> {
        let mut held = self.held();
        let repository = match held.take() {
            Some(repository) => repository,
            None => {
                let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
                let opened = Repository::open_ext(&self.path, flags, std::iter::empty::<&Path>());
                let opened = opened.map_err(|error| E::from(error.message().to_string()))?;
                OPEN.fetch_add(1, Ordering::Relaxed);
                opened
            }
        };
        let result = read(&repository);
        *held = Some(repository);
        self.close_if_many(&mut held);
        result
    }

    fn close_if_many(&self, held: &mut Option<Repository>) {
        if OPEN.load(Ordering::Relaxed) > MOST_OPEN && held.take().is_some() {
            OPEN.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn held(&self) -> MutexGuard<'_, Option<Repository>> {
        self.repository.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn supply(&self) -> Option<&Supply> {
        self.supply.as_ref()
    }

    /// The bytes of a file among `files`; its size is looked up before anything is unpacked.
    pub(super) fn read(&self, files: &[File], path: &str, id: Oid, limit: u64) -> Result<Vec<u8>, ReadFault> {
        let has = |repository: &Repository| Ok::<_, String>(repository.odb().is_ok_and(|objects| objects.exists(id)));
        match &self.supply {
            Some(supply) if !self.with(has).map_err(ReadFault::Failed)? => {
                supply.bring(files, path).map_err(ReadFault::Failed)?;
            }
            _ => {}
        }
        let read = self.with(|repository| read(repository, id, limit));
        if let (Err(ReadFault::Failed(_)), Some(supply)) = (&read, &self.supply) {
            supply.is_damaged();
        }
        read
    }

    /// The size of an object, where it is there.
    pub(super) fn size(&self, id: Oid) -> Option<u64> {
        let size = |repository: &Repository| {
            let objects = repository.odb().map_err(|error| error.message().to_string())?;
            let header = objects.exists(id).then(|| objects.read_header(id).ok()).flatten();
            Ok::<_, String>(header.map(|(size, _)| size as u64))
        };
        self.with(size).ok().flatten()
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        if self.held().take().is_some() {
            OPEN.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The object of a file of a commit.
pub(super) fn object(file: &File) -> Option<Oid> {
    match file.blob {
        Blob::Object(id) => Some(id),
        _ => None,
    }
}

/// The objects that say where links of a commit, or of a reference, lead.
pub(super) fn links(repository: &Repository, reference: &str) -> Result<Vec<Oid>, String> {
    const MOST: usize = 10_000;
    let words = |error: git2::Error| error.message().to_string();
    let tree = commit_at(repository, reference).and_then(|commit| commit.tree()).map_err(words)?;
    let mut links = Vec::new();
    let walked = tree.walk(TreeWalkMode::PreOrder, |_, entry| {
        if entry.filemode() == LINK {
            links.push(entry.id());
        }
        if links.len() < MOST { TreeWalkResult::Ok } else { TreeWalkResult::Abort }
    });
    if links.len() < MOST {
        walked.map_err(words)?;
    }
    Ok(links)
}

fn commit_at<'a>(repository: &'a Repository, reference: &str) -> Result<git2::Commit<'a>, git2::Error> {
    match Oid::from_str(reference) {
        Ok(id) => repository.find_commit(id),
        Err(_) => repository.find_reference(reference).and_then(|reference| reference.peel_to_commit()),
    }
}

/// Opens the repository at `path` at the commit of `reference` (HEAD when `None`). The error is git's own words.
pub(super) fn open(
    id: &str,
    path: &Path,
    reference: Option<&str>,
    remote: Option<&str>,
    config: &Config,
) -> Result<Repo, String> {
    let repository = repository(path)?;
    let branch = match reference {
        Some(reference) => Some(reference.rsplit('/').next().unwrap_or(reference).to_string()),
        None => repository.head().ok().and_then(|head| head.shorthand().ok().map(str::to_string)),
    };
    let Some(commit) = head(&repository, reference)? else {
        return Ok(assemble(id, Status::Empty, None, None, Vec::new(), Objects::new(repository, None)));
    };
    let origin = repository.find_remote("origin").ok().and_then(|origin| origin.url().ok().map(str::to_string));
    let branch = branch.filter(|branch| branch != "HEAD");
    let shown = branch.clone().unwrap_or_else(|| commit.id.clone());
    let web = remote.map(str::to_string).or(origin).and_then(|remote| Web::of_remote(&remote, &shown, config));
    let files = files(&repository, &commit.id)?;
    let status = if files.is_empty() { Status::Empty } else { Status::Fresh };
    let named = branch.filter(|_| reference.is_none());
    Ok(Repo { branch: named, ..assemble(id, status, Some(commit), web, files, Objects::new(repository, None)) })
}

/// Opens what the cache holds of a remote repository, at a commit. Its web pages and its branch are still to be told.
pub(super) fn open_kept(id: &str, path: &Path, commit: &str, supply: Option<Supply>) -> Result<Repo, String> {
    let repository = repository(path)?;
    let (commit, files) = at(&repository, commit)?;
    let status = if files.is_empty() { Status::Empty } else { Status::Fresh };
    Ok(assemble(id, status, Some(commit), None, files, Objects::new(repository, supply)))
}

/// Opens the object store at `path`, which may be that of a work tree.
pub(super) fn repository(path: &Path) -> Result<Repository, String> {
    let flags = RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
    let dot_git = path.join(".git");
    let path = if dot_git.exists() { dot_git.as_path() } else { path };
    let opened = if path.is_file() {
        Repository::open(path)
    } else {
        Repository::open_ext(path, flags, std::iter::empty::<&Path>())
    };
    opened.map_err(|error| error.message().to_string())
}

/// Commit and files at a reference, which may be a tag of anything.
pub(super) fn at(repository: &Repository, reference: &str) -> Result<(Commit, Vec<File>), String> {
    let found = commit_at(repository, reference);
    let commit = described(&found.map_err(|error| error.message().to_string())?);
    let files = files(repository, &commit.id)?;
    Ok((commit, files))
}

/// The address that the work tree at `path` was cloned from, and the names of its tags; nothing where git cannot tell.
pub(super) fn remote_and_tags(path: &Path) -> (Option<String>, Vec<String>) {
    let Ok(repository) = Repository::open_ext(path, RepositoryOpenFlags::NO_SEARCH, std::iter::empty::<&Path>()) else {
        return (None, Vec::new());
    };
    let names = repository.remotes().ok();
    let first = names.as_ref().and_then(|names| names.iter().flatten().flatten().next());
    let remote = ["origin", "upstream"].into_iter().chain(first).find_map(|name| {
        let remote = repository.find_remote(name).ok()?;
        remote.url().ok().map(str::to_string)
    });
    let tags = repository.tag_names(None).ok();
    let tags = tags.iter().flat_map(|tags| tags.iter()).flatten().flatten().map(str::to_string).collect();
    (remote, tags)
}

/// How many tracked files of a work tree differ from its last commit.
pub(super) fn uncommitted(path: &Path) -> usize {
    let mut options = git2::StatusOptions::new();
    options.include_untracked(false).include_ignored(false).exclude_submodules(true).no_refresh(true);
    let statuses = Repository::open(path)
        .and_then(|repository| repository.statuses(Some(&mut options)).map(|statuses| statuses.len()));
    statuses.unwrap_or_default()
}

fn assemble(
    id: &str,
    status: Status,
    commit: Option<Commit>,
    web: Option<Web>,
    files: Vec<File>,
    objects: Arc<Objects>,
) -> Repo {
    Repo {
        id: id.into(),
        status,
        commit,
        web,
        history: History::default(),
        is_archived: false,
        has_moved: false,
        branch: None,
        confirmed: None,
        files,
        store: Store::Git(objects),
        code_owners: OnceLock::new(),
    }
}

/// The commit to read; `None` when there is none yet.
fn head(repository: &Repository, reference: Option<&str>) -> Result<Option<Commit>, String> {
    let found = match reference {
        Some(name) => repository.revparse_single(name).and_then(|object| object.peel_to_commit()),
        None => repository.head().and_then(|head| head.peel_to_commit()),
    };
    match found {
        Ok(commit) => Ok(Some(described(&commit))),
        Err(error) if matches!(error.code(), git2::ErrorCode::UnbornBranch | git2::ErrorCode::NotFound) => Ok(None),
        Err(error) => Err(error.message().to_string()),
    }
}

fn described(commit: &git2::Commit<'_>) -> Commit {
    let summary = commit.summary_bytes().map(|summary| String::from_utf8_lossy(summary).into_owned());
    Commit {
        id: commit.id().to_string(),
        time: commit.time().seconds(),
        author: String::from_utf8_lossy(commit.author().name_bytes()).into_owned(),
        summary: summary.unwrap_or_default(),
    }
}

const LINK: i32 = 0o120_000;
const EXECUTABLE: i32 = 0o100_755;

fn files(repository: &Repository, commit: &str) -> Result<Vec<File>, String> {
    let words = |error: git2::Error| error.message().to_string();
    let tree = repository
        .find_commit(Oid::from_str(commit).map_err(words)?)
        .and_then(|commit| commit.tree())
        .map_err(words)?;
    let mut files = Vec::new();
    let mut links: Vec<(String, Oid)> = Vec::new();
    let walked = tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
        let (Ok(name), Some(ObjectType::Blob)) = (entry.name(), entry.kind()) else {
            return TreeWalkResult::Ok;
        };
        if files.len() >= folder::MAX_FILES {
            return TreeWalkResult::Abort;
        }
        let path = format!("{folder}{name}");
        if entry.filemode() == LINK {
            links.push((path, entry.id()));
        } else {
            let executable = entry.filemode() == EXECUTABLE;
            files.push(File { path: path.into(), executable, blob: Blob::Object(entry.id()) });
        }
        TreeWalkResult::Ok
    });
    if files.len() < folder::MAX_FILES {
        walked.map_err(words)?;
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let resolved: Vec<File> = links.iter().filter_map(|(path, id)| follow(repository, &files, path, *id)).collect();
    files.extend(resolved);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// A link as a file of its own, if it leads to a file of the same repository.
fn follow(repository: &Repository, files: &[File], path: &str, id: Oid) -> Option<File> {
    const LONGEST_TARGET: usize = 4096;
    let blob = repository.find_blob(id).ok()?;
    if blob.size() > LONGEST_TARGET || blob.content().first() == Some(&b'/') {
        return None;
    }
    let target = super::join(super::parent(path), std::str::from_utf8(blob.content()).ok()?)?;
    let at = files.binary_search_by(|file| (*file.path).cmp(&target)).ok()?;
    Some(File { path: path.into(), ..files[at].clone() })
}

fn read(repository: &Repository, id: Oid, limit: u64) -> Result<Vec<u8>, ReadFault> {
    let words = |error: git2::Error| ReadFault::Failed(error.message().to_string());
    let (size, _) = repository.odb().and_then(|odb| odb.read_header(id)).map_err(words)?;
    if size as u64 > limit {
        return Err(ReadFault::TooLarge(size as u64, limit));
    }
    let blob = repository.find_blob(id).map_err(words)?;
    Ok(blob.content().to_vec())
}
