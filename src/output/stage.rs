//! A site under construction on disk.
//!
//! Files are written into a temporary tree beside the output. Only [`Stage::finish`] touches the output itself, in one
//! step; a stage that is dropped before leaves it as it was.

use super::fault::fault;
use super::lock::{self, Lock};
use super::manifest::{self, Manifest, Record};
use super::marker::{create_marked, refuse_foreign};
use super::swap::{self, Place};
use super::sweep::{free_temporary, remove_tree, sweep};
use super::{Fingerprint, Interrupt, Sink, path};
use crate::diagnostics::Stop;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

/// How to open a stage.
#[derive(Debug, Clone, Default)]
pub struct StageOptions {
    /// How long to wait for another build of the same output.
    pub lock_wait: Duration,
    /// Asked before each file and before the swap.
    pub interrupt: Interrupt,
}

/// A site under construction. Several threads may put files into it.
#[derive(Debug)]
pub struct Stage {
    // Order matters: fields are dropped from top to bottom, and the lock must outlive the temporary tree.
    tree: Tree,
    place: Place,
    interrupt: Interrupt,
    previous: Option<Manifest>,
    files: Mutex<HashMap<Box<str>, Record>>,
    folders: RwLock<HashSet<PathBuf>>,
    written: AtomicUsize,
    /// A write failed, so this tree must never be published, whatever the caller does with the error.
    broken: AtomicBool,
    _lock: Lock,
}

/// What a build changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Files of the new site.
    pub files: usize,
    /// Their size together.
    pub bytes: u64,
    /// Files whose content is new.
    pub written: usize,
    /// Files taken over from the old site.
    pub kept: usize,
    /// Files of the old site that are gone.
    pub removed: usize,
    /// What went wrong after the site was published, each a sentence; the site itself is complete.
    pub notes: Vec<String>,
}

impl Stage {
    /// Takes the output's lock, clears what killed builds left, and opens a new tree. Refuses, before any work is done,
    /// an output that is not ours to replace.
    pub fn open(out: &Path, options: StageOptions) -> Result<Stage, Stop> {
        let place = locate(out)?;
        refuse_foreign(&place.out)?;
        fs::create_dir_all(&place.parent).map_err(|error| fault("create", &place.parent, &error))?;
        let lock = lock::acquire(&place.companion("lock"), options.lock_wait, &options.interrupt)?;
        swap::recover(&place)?;
        // Somebody may have filled the folder while we waited.
        refuse_foreign(&place.out)?;
        sweep(&place.parent, &place.name);
        let root = free_temporary(&place.parent, &place.name);
        create_marked(&root).map_err(|error| fault("create", &root, &error))?;
        Ok(Stage {
            tree: Tree { root },
            previous: manifest::read(&place.out),
            place,
            interrupt: options.interrupt,
            files: Mutex::default(),
            folders: RwLock::default(),
            written: AtomicUsize::new(0),
            broken: AtomicBool::new(false),
            _lock: lock,
        })
    }

    /// The site published last, if there is one and its manifest is whole.
    pub fn previous(&self) -> Option<&Manifest> {
        self.previous.as_ref()
    }

    /// Syncs the tree, swaps it into place and deletes the old one. On an error the old site is untouched.
    pub fn finish(self, input: Fingerprint) -> Result<Published, Stop> {
        self.interrupt.check()?;
        if self.broken.load(Ordering::Relaxed) {
            return Err(Stop::environment("a file could not be written, so the site was not published"));
        }
        let files = std::mem::take(&mut *self.files.lock().unwrap_or_else(PoisonError::into_inner));
        let manifest = Manifest { input, files: files.into_iter().map(|(path, r)| (path.into(), r)).collect() };
        let root = &self.tree.root;
        manifest::write(root, &manifest).map_err(|error| fault("write the manifest into", root, &error))?;
        copy_mode(&self.place.out, root).map_err(|error| fault("set the permissions of", root, &error))?;
        sync(root).map_err(|error| fault("sync", root, &error))?;
        self.interrupt.check()?;
        let old = swap::publish(&self.place, root)?;

        // From here on the new site is public: nothing may be reported as a failure.
        let mut notes = Vec::new();
        if let Err(error) = swap::settle(&self.place) {
            notes.push(format!("`{}` could not be synced: {error}.", self.place.parent.display()));
        }
        if let Some(old) = old
            && let Err(error) = remove_tree(&old)
        {
            notes.push(format!("The old site could not be deleted from `{}`: {error}.", old.display()));
        }
        let written = self.written.load(Ordering::Relaxed);
        let removed = self
            .previous
            .as_ref()
            .map_or(0, |previous| previous.files.keys().filter(|path| !manifest.files.contains_key(*path)).count());
        Ok(Published {
            files: manifest.files.len(),
            bytes: manifest.files.values().map(|record| record.size).sum(),
            written,
            kept: manifest.files.len() - written,
            removed,
            notes,
        })
    }

    fn store(&self, path: &str, bytes: &[u8]) -> Result<(), Stop> {
        self.interrupt.check()?;
        let record = Record { hash: *blake3::hash(bytes).as_bytes(), size: bytes.len() as u64 };
        if !self.claim(path, &record)? {
            return Ok(());
        }
        let stored = match self.old(path) {
            Some(old) if old.hash == record.hash && self.take_over(path, bytes).is_ok() => Ok(()),
            _ => self.write(path, bytes),
        };
        stored.inspect_err(|_| self.broken.store(true, Ordering::Relaxed))
    }

    /// Notes the file down; `false` if the very same is there already.
    fn claim(&self, path: &str, record: &Record) -> Result<bool, Stop> {
        if !path::is_safe(path) {
            return Err(ours(format!("`{}` is not a path inside the site", path.escape_debug())));
        }
        match self.files.lock().unwrap_or_else(PoisonError::into_inner).entry(path.into()) {
            Entry::Vacant(vacant) => {
                vacant.insert(record.clone());
                Ok(true)
            }
            Entry::Occupied(there) if there.get().hash == record.hash => Ok(false),
            Entry::Occupied(_) => Err(ours(format!("two different files were rendered as `{path}`"))),
        }
    }

    fn old(&self, path: &str) -> Option<&Record> {
        self.previous.as_ref()?.files.get(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Stop> {
        let target = self.tree.root.join(path);
        // A new file always: writing into an existing one could reach the old site through a hard link.
        self.folder_of(&target)
            .and_then(|()| File::create_new(&target)?.write_all(bytes))
            .map_err(|error| fault("write", &target, &error))?;
        self.written.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Brings a file of the old site into the new one as a second name. Somebody may have edited the old site by hand, so
    /// its bytes are compared.
    fn take_over(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let source = self.place.out.join(path);
        let target = self.tree.root.join(path);
        let metadata = source.symlink_metadata()?;
        let same = metadata.is_file()
            && metadata.len() == bytes.len() as u64
            && fs::read(&source).is_ok_and(|old| old == bytes);
        if !same {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.folder_of(&target)?;
        fs::hard_link(&source, &target)
    }

    /// Creates the folder of `file`, once per build.
    fn folder_of(&self, file: &Path) -> io::Result<()> {
        let Some(folder) = file.parent() else { return Ok(()) };
        if self.folders.read().unwrap_or_else(PoisonError::into_inner).contains(folder) {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        self.folders.write().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
        Ok(())
    }
}

impl Sink for Stage {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Stop> {
        self.store(path, bytes)
    }

    fn files(&self) -> BTreeMap<String, Record> {
        let files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        files.iter().map(|(path, record)| (path.to_string(), record.clone())).collect()
    }
}

/// The temporary tree, deleted with its owner unless the swap moved it away.
#[derive(Debug)]
struct Tree {
    root: PathBuf,
}

impl Drop for Tree {
    fn drop(&mut self) {
        // After a swap nothing lies here any more. What cannot be deleted now is swept by the next build.
        let _ = remove_tree(&self.root);
    }
}

/// Finds the real folder behind `out` (it may be a link) and its companions' place. Refuses what can never be swapped.
fn locate(out: &Path) -> Result<Place, Stop> {
    let absolute = std::path::absolute(out).map_err(|error| fault("find", out, &error))?;
    let out = match absolute.canonicalize() {
        Ok(real) => real,
        Err(_) if absolute.symlink_metadata().is_ok() => {
            return Err(Stop::usage(format!("the output `{}` is a link to nothing", out.display()))
                .hint("Remove the link, or create the folder that it names."));
        }
        Err(_) => absolute,
    };
    let (Some(parent), Some(name)) = (out.parent(), out.file_name()) else {
        return Err(Stop::usage(format!("`{}` cannot be an output folder", out.display())).hint("Name a folder."));
    };
    if let (Ok(inner), Ok(outer)) = (fs::metadata(&out), fs::metadata(parent)) {
        use std::os::unix::fs::MetadataExt;
        if inner.is_dir() && inner.dev() != outer.dev() {
            return Err(Stop::usage(format!(
                "the output folder `{}` is a mount point, which cannot be replaced in one step",
                out.display()
            ))
            .hint("Name a folder inside it."));
        }
    }
    Ok(Place { parent: parent.to_owned(), name: name.to_owned(), out })
}

/// The site keeps the permissions that its operator gave to the folder.
fn copy_mode(from: &Path, to: &Path) -> io::Result<()> {
    match fs::metadata(from) {
        Ok(metadata) => fs::set_permissions(to, metadata.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// One call for the whole file system: syncing 20,000 files one by one takes minutes on a spinning disk.
#[cfg(target_os = "linux")]
fn sync(root: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(root)?)?)
}

#[cfg(not(target_os = "linux"))]
fn sync(root: &Path) -> io::Result<()> {
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if path.is_dir() { sync(&path)? } else { File::open(&path)?.sync_all()? }
    }
    File::open(root)?.sync_all()
}

/// A stop that no user can mend.
fn ours(message: String) -> Stop {
    Stop::environment(message).hint("This is a fault of callboard itself; please report it.")
}

#[cfg(test)]
mod tests;
