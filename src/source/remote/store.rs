//! What the cache holds of one branch of a remote repository: a bare repository, and a note of what was read last.
//!
//! A program may be killed at any moment. Objects are only ever added, the note is replaced in one step and names the
//! commit that is whole, and locks that git left behind are taken away by whoever holds ours.

use crate::source::kept;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The reference that keeps what was fetched last, so that the next fetch brings only what is new.
pub(in crate::source) const FETCHED: &str = "refs/callboard/fetched";
/// With more packs a repository is fetched anew.
const MOST_PACKS: usize = 60;

/// The note.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    /// None where the repository was empty.
    pub(super) commit: Option<String>,
    /// The branch that was read.
    pub(super) branch: Option<String>,
    /// When the server last said that this is its newest state, in seconds since 1970.
    pub(super) confirmed: i64,
    /// What its organisation's list said then.
    pub(super) mark: Option<i64>,
    /// Its history is there; otherwise only its last commit.
    pub(super) is_whole: bool,
    /// Why the last look failed.
    pub(super) fault: Option<String>,
    /// Where the server said it is now.
    pub(super) moved_to: Option<String>,
    /// Names and sizes of what its objects lay in.
    pub(super) packs: Vec<(String, u64)>,
}

/// The folder of one branch, ours until this value is dropped.
pub(super) struct Store {
    pub(super) path: PathBuf,
    _lock: File,
}

impl Store {
    /// Waits for whoever holds it.
    pub(super) fn open(path: PathBuf) -> Result<Store, String> {
        let words = |error: std::io::Error| format!("the cache cannot be written: {error}");
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(words)?;
        let lock = File::create(path.with_extension("lock")).map_err(words)?;
        lock.lock().map_err(words)?;
        Ok(Store { path, _lock: lock })
    }

    /// What was read last. A note without its commit is none.
    pub(super) fn state(&self) -> Option<State> {
        // Only a swap that was cut short leaves this.
        if !self.path.exists() && self.old().exists() {
            std::fs::rename(self.old(), &self.path).ok()?;
        }
        kept::read(&self.note())
    }

    pub(super) fn write(&self, state: &State) -> Result<(), String> {
        // What a failed look met is not what should be there.
        let packs = if state.fault.is_none() { packs(&self.path) } else { state.packs.clone() };
        let state = State { packs, ..state.clone() };
        kept::write(&self.note(), &state).map_err(|error| format!("the cache cannot be written: {error}"))
    }

    /// Why nothing was ever fetched.
    pub(super) fn reason(&self) -> Option<String> {
        kept::read(&self.path.with_extension("fault"))
    }

    pub(super) fn note_reason(&self, reason: &String) {
        // A cache that cannot be written was told of already.
        let _ = kept::write(&self.path.with_extension("fault"), reason);
    }

    /// The next look fetches everything anew. Until then, what can still be read is.
    pub(super) fn forget(path: &Path) {
        let _ = File::create(path.join(DAMAGED));
    }

    /// Nobody met damage, and what was there is there. Costs no reading: most repositories have not changed.
    pub(super) fn is_intact(&self, state: &State) -> bool {
        let now = packs(&self.path);
        !self.path.join(DAMAGED).exists() && state.packs.iter().all(|pack| now.contains(pack))
    }

    /// A new, empty repository beside the old one.
    pub(super) fn quarantine(&self) -> Result<PathBuf, String> {
        let path = self.path.with_extension("new");
        let words = |error: std::io::Error| format!("the cache cannot be written: {error}");
        if path.exists() {
            std::fs::remove_dir_all(&path).map_err(words)?;
        }
        let mut options = git2::RepositoryInitOptions::new();
        options.bare(true).external_template(false);
        git2::Repository::init_opts(&path, &options).map_err(|error| error.message().to_string())?;
        Ok(path)
    }

    /// Puts the quarantined repository in the place of the old one.
    pub(super) fn replace(&self, quarantined: &Path) -> Result<(), String> {
        let words = |error: std::io::Error| format!("the cache cannot be written: {error}");
        let old = self.old();
        if old.exists() {
            std::fs::remove_dir_all(&old).map_err(words)?;
        }
        if self.path.exists() {
            std::fs::rename(&self.path, &old).map_err(words)?;
        }
        std::fs::rename(quarantined, &self.path).map_err(words)?;
        let _ = std::fs::remove_dir_all(&old);
        Ok(())
    }

    /// Takes away what a killed git left, and says whether the repository can be fetched into.
    pub(super) fn is_sound(&self, state: &State) -> bool {
        sweep(&self.path);
        let Ok(repository) = git2::Repository::open_bare(&self.path) else { return false };
        let packs = packs(&self.path).iter().filter(|(name, _)| name.ends_with(".pack")).count();
        let has = |commit: &String| {
            let id = git2::Oid::from_str(commit).ok()?;
            repository.find_commit(id).ok()?.tree().ok()
        };
        self.is_intact(state) && packs <= MOST_PACKS && state.commit.as_ref().is_none_or(|commit| has(commit).is_some())
    }

    fn note(&self) -> PathBuf {
        self.path.join(NOTE)
    }

    fn old(&self) -> PathBuf {
        self.path.with_extension("old")
    }
}

const NOTE: &str = "callboard-state";
/// Lies in a repository in which somebody met damage.
const DAMAGED: &str = "callboard-damaged";

/// Packs and their indices, by name.
fn packs(path: &Path) -> Vec<(String, u64)> {
    let files = std::fs::read_dir(path.join("objects/pack")).into_iter().flatten().flatten();
    let of = |file: std::fs::DirEntry| Some((file.file_name().into_string().ok()?, file.metadata().ok()?.len()));
    let mut packs: Vec<(String, u64)> = files.filter_map(of).collect();
    packs.retain(|(name, _)| name.ends_with(".pack") || name.ends_with(".idx"));
    packs.sort();
    packs
}

/// Locks and half-written packs of a program that is gone: nobody else writes here while we hold our own lock.
fn sweep(path: &Path) {
    let left = |file: &Path| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.ends_with(".lock") || name.starts_with("tmp_") || name.starts_with(".tmp")
    };
    let folders = ["", "refs/callboard", "refs/callboard/versions", "objects/pack"];
    for file in folders.iter().filter_map(|folder| std::fs::read_dir(path.join(folder)).ok()).flatten().flatten() {
        if left(&file.path()) {
            let _ = std::fs::remove_file(file.path());
        }
    }
}
