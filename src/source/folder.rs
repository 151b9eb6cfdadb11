//! Plain folders: which of them are repositories, which files they hold.

use super::{Blob, File, History, ReadFault, Repo, Status, Store};
use globset::{GlobBuilder, GlobMatcher};
use ignore::WalkBuilder;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

/// Names that make a plain folder a repository.
const MARKS: [&str; 6] =
    ["catalog-info.yaml", "catalog-info.yml", "mkdocs.yml", "mkdocs.yaml", "template.yaml", "template.yml"];

/// Files of a repository beyond this number are not considered.
pub(super) const MAX_FILES: usize = 200_000;

/// What a folder is to the crawl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// It has a `.git`.
    WorkTree,
    /// It is a git directory itself.
    Bare,
    /// A plain folder that holds a descriptor or an mkdocs file.
    Plain,
}

/// What `folder` is, if it is a repository.
pub(super) fn nature(folder: &Path) -> Option<Nature> {
    if folder.join(".git").exists() {
        return Some(Nature::WorkTree);
    }
    if folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir() {
        return Some(Nature::Bare);
    }
    MARKS.iter().any(|mark| folder.join(mark).is_file()).then_some(Nature::Plain)
}

/// The repositories at or below `folder`, by path. Below a repository nothing else is looked for.
pub(super) fn find(folder: &Path) -> Vec<PathBuf> {
    if nature(folder).is_some() {
        return vec![folder.to_path_buf()];
    }
    let found = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&found);
    let walk = builder(folder)
        .hidden(true)
        .follow_links(true)
        .filter_entry(move |entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            if !is_folder || is_generated(entry.path()) {
                return false;
            }
            if entry.depth() > 0 && nature(entry.path()).is_some() {
                seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(entry.path().to_path_buf());
                return false;
            }
            true
        })
        .build();
    walk.for_each(drop);
    let mut found = found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).split_off(0);
    found.sort();
    found
}

/// The repository that a file belongs to: below `top`, the topmost one on the way down to it (git before plain);
/// elsewhere the nearest work tree above it, else its own folder.
pub(super) fn enclosing(file: &Path, top: &Path) -> PathBuf {
    let own = file.parent().unwrap_or(file);
    let top = if top == Path::new(".") { Path::new("") } else { top };
    if let Ok(inside) = own.strip_prefix(top) {
        let mut folder = top.to_path_buf();
        let mut plain = None;
        let mut parts = inside.components();
        loop {
            match nature(&folder) {
                Some(Nature::WorkTree | Nature::Bare) => return folder,
                Some(Nature::Plain) if plain.is_none() => plain = Some(folder.clone()),
                _ => {}
            }
            match parts.next() {
                Some(part) => folder.push(part),
                None => return plain.unwrap_or_else(|| own.to_path_buf()),
            }
        }
    }
    own.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(own).to_path_buf()
}

/// Opens a folder as a repository: its files as they lie on disk, `.gitignore` respected.
pub(super) fn open(id: &str, root: &Path) -> Repo {
    let mut files = Vec::new();
    let real_root = root.canonicalize().unwrap_or_else(|_| root.to_path_buf());
    for entry in builder(root)
        .hidden(false)
        .filter_entry(|entry| entry.file_name() != ".git" && !is_generated(entry.path()))
        .build()
        .flatten()
    {
        if files.len() >= MAX_FILES {
            break;
        }
        let Some(path) = relative(root, entry.path()) else { continue };
        let Some(kind) = entry.file_type() else { continue };
        let inner = if kind.is_file() {
            path.clone()
        } else if kind.is_symlink() {
            match resolve(&real_root, entry.path()) {
                Some(inner) => inner,
                None => continue,
            }
        } else {
            continue;
        };
        let executable = entry.metadata().is_ok_and(|metadata| is_executable(&metadata));
        files.push(File { path: path.into(), executable, blob: Blob::Path(inner.into()) });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Repo {
        id: id.into(),
        status: if files.is_empty() { Status::Empty } else { Status::Fresh },
        commit: None,
        web: None,
        history: History::default(),
        is_archived: false,
        has_moved: false,
        branch: None,
        confirmed: None,
        files,
        store: Store::Folder(root.to_path_buf()),
        code_owners: OnceLock::new(),
    }
}

/// Files of `folder` that match a pattern relative to it, by path; hidden ones only where the pattern names them.
pub(super) fn matching(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let Some(wanted) = Pattern::new(pattern) else { return Vec::new() };
    let depth = if pattern.contains("**") { usize::MAX } else { pattern.split('/').count() };
    let named_hidden = pattern.split('/').any(|part| part.starts_with('.') && part.len() > 1);
    walkdir::WalkDir::new(folder)
        .max_depth(depth)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| {
            let hidden = entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
            !hidden || (named_hidden && entry.file_name() != ".git")
        })
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| relative(folder, entry.path()).is_some_and(|path| wanted.is_match(&path)))
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// A pattern as Backstage's globs read it: `*` stays in a folder, `**` does not, and neither stands for a hidden name.
pub(super) struct Pattern {
    whole: GlobMatcher,
    /// Its parts that begin with a dot.
    hidden: Vec<GlobMatcher>,
}

impl Pattern {
    pub(super) fn new(pattern: &str) -> Option<Pattern> {
        let pattern = pattern.trim_start_matches("./");
        let glob =
            |text: &str| GlobBuilder::new(text).literal_separator(true).build().map(|glob| glob.compile_matcher());
        let parts = pattern.split('/').filter(|part| part.starts_with('.'));
        Some(Pattern { whole: glob(pattern).ok()?, hidden: parts.filter_map(|part| glob(part).ok()).collect() })
    }

    pub(super) fn is_match(&self, path: &str) -> bool {
        let is_named = |part: &str| self.hidden.iter().any(|hidden| hidden.is_match(part));
        self.whole.is_match(path) && path.split('/').all(|part| !part.starts_with('.') || is_named(part))
    }
}

/// The bytes of a regular file below `root`.
pub(super) fn read(root: &Path, inner: &str, limit: u64) -> Result<Vec<u8>, ReadFault> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => ReadFault::Missing,
        _ => ReadFault::Failed(error.to_string()),
    };
    let path = root.join(inner);
    let metadata = std::fs::symlink_metadata(&path).map_err(failed)?;
    if !metadata.is_file() {
        return Err(ReadFault::Failed("it is not a regular file".to_string()));
    }
    if metadata.len() > limit {
        return Err(ReadFault::TooLarge(metadata.len(), limit));
    }
    let mut bytes = Vec::with_capacity(metadata.len() as usize);
    let file = std::fs::File::open(&path).map_err(failed)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(ReadFault::TooLarge(bytes.len() as u64, limit));
    }
    Ok(bytes)
}

/// The size of a regular file below `root`.
pub(super) fn size(root: &Path, inner: &str) -> Option<u64> {
    std::fs::symlink_metadata(root.join(inner)).ok().filter(|metadata| metadata.is_file()).map(|file| file.len())
}

fn builder(folder: &Path) -> WalkBuilder {
    let mut builder = WalkBuilder::new(folder);
    builder.parents(false).git_global(false).git_exclude(false).ignore(false).require_git(false).follow_links(false);
    builder
}

/// What a build leaves beside the sources is no source: a portal, its temporary tree, its lock.
fn is_generated(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let is_ours = name.strip_prefix('.').is_some_and(|name| name.contains(".callboard-"));
    is_ours || path.join(".callboard/generated.txt").is_file()
}

fn relative(root: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(root).ok()?.to_str()?;
    (!inside.is_empty()).then(|| inside.replace(std::path::MAIN_SEPARATOR, "/"))
}

/// Where a link leads, if that is a regular file inside the same repository.
fn resolve(real_root: &Path, link: &Path) -> Option<String> {
    let real = link.canonicalize().ok()?;
    let inner = relative(real_root, &real)?;
    let hidden_git = inner.split('/').any(|part| part == ".git");
    (real.is_file() && !hidden_git).then_some(inner)
}

fn is_executable(metadata: &std::fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}
