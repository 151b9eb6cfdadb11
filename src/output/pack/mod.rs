//! A cache of many small values in one file.
//!
//! In: keys that are hashes of everything a value was computed from. Out: the value put under that key, or nothing.
//! Each value carries a checksum, so a damaged, truncated or foreign file gives misses, never a wrong value, and no
//! fault of the cache ever stops a build. One file, because 100,000 small ones take longer to open than to compute.

mod format;
mod rewrite;
mod store;

use crate::cache::Cache;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rewrite::Limits;
use store::{Read, Store};

/// What a value is found by.
type Key = [u8; 32];

/// Values put but not yet in the file.
type Fresh = HashMap<Key, Arc<[u8]>>;

/// New values are written out whenever they add up to this.
const WRITE_OUT: u64 = 32 << 20;
/// Without a usable folder the cache lives in memory, up to here.
const MEMORY_ONLY: u64 = 256 << 20;
/// Longer values are not worth keeping.
const LONGEST: usize = 64 << 20;
/// How long to wait for another process that is writing out; it takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// A cache of small values, shared by threads and by processes.
#[derive(Debug)]
pub struct Pack {
    place: Option<Place>,
    store: RwLock<Store>,
    pending: RwLock<Pending>,
    limits: Limits,
    /// A write failed: from now on the file is only read.
    read_only: AtomicBool,
    note: Mutex<Option<String>>,
    hits: AtomicU64,
    misses: AtomicU64,
    bad: AtomicU64,
}

/// How useful a pack was in this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PackStats {
    pub hits: u64,
    /// Values that were not there; the bad ones among them.
    pub misses: u64,
    /// Entries, or whole stretches of the file, that failed their checksum.
    pub bad: u64,
}

#[derive(Debug)]
struct Place {
    file: PathBuf,
    lock: PathBuf,
}

#[derive(Debug, Default)]
struct Pending {
    fresh: Fresh,
    bytes: u64,
}

impl Pack {
    /// Opens `<dir>/<name>.pack`, or begins it. Never fails: without a usable folder values live in memory, and
    /// [`note`](Pack::note) says why.
    pub fn open(dir: &Path, name: &str) -> Pack {
        Pack::open_with(dir, name, Limits::default())
    }

    fn open_with(dir: &Path, name: &str, limits: Limits) -> Pack {
        let place = Place { file: dir.join(format!("{name}.pack")), lock: dir.join(format!("{name}.lock")) };
        let opened = std::fs::create_dir_all(dir).and_then(|()| Store::open(&place.file));
        let (place, store, note) = match opened {
            Ok(store) => (Some(place), store, None),
            Err(error) => {
                let note = format!("the cache `{}` is not used: {error}", place.file.display());
                (None, Store::default(), Some(note))
            }
        };
        Pack {
            place,
            bad: AtomicU64::new(store.bad()),
            store: RwLock::new(store),
            pending: RwLock::default(),
            limits,
            read_only: AtomicBool::new(false),
            note: Mutex::new(note),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }
    }

    /// Writes what is new, and makes the file smaller where that pays. Call it once, when the run is over.
    pub fn flush(&self) {
        self.write_out(End::OfRun);
    }

    pub fn stats(&self) -> PackStats {
        PackStats {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            bad: self.bad.load(Ordering::Relaxed),
        }
    }

    /// Why the cache is not used as it should be, if so.
    pub fn note(&self) -> Option<String> {
        self.note.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn writes(&self) -> bool {
        self.place.is_some() && !self.read_only.load(Ordering::Relaxed)
    }

    fn write_out(&self, end: End) {
        let Some(place) = self.place.as_ref().filter(|_| self.writes()) else { return };
        // Held to the end: a value must be found either here or in the store at any moment.
        let mut pending = self.pending.write().unwrap_or_else(PoisonError::into_inner);
        let mut store = self.store.write().unwrap_or_else(PoisonError::into_inner);
        let small = end == End::OfBatch || !self.limits.worth_rewriting(store.extent(pending.bytes));
        if pending.fresh.is_empty() && small {
            return;
        }
        match write_locked(place, &mut store, &pending.fresh, self.limits, end) {
            Ok(()) => *pending = Pending::default(),
            Err(error) => {
                self.read_only.store(true, Ordering::Relaxed);
                *self.note.lock().unwrap_or_else(PoisonError::into_inner) =
                    Some(format!("the cache `{}` could not be written: {error}", place.file.display()));
            }
        }
    }
}

impl Cache for Pack {
    /// The value put under `key`, in this run or an earlier one.
    fn get(&self, key: &[u8; 32]) -> Option<Vec<u8>> {
        let fresh = self.pending.read().unwrap_or_else(PoisonError::into_inner).fresh.get(key).cloned();
        if let Some(value) = fresh {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Some(value.to_vec());
        }
        let read = self.store.read().unwrap_or_else(PoisonError::into_inner).read(key);
        match read {
            Read::Value(value) => {
                self.hits.fetch_add(1, Ordering::Relaxed);
                return Some(value);
            }
            Read::Absent => {}
            Read::Bad => {
                // Forgotten, so that the next `put` writes it anew.
                self.store.write().unwrap_or_else(PoisonError::into_inner).forget(key);
                self.bad.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        None
    }

    /// Keeps `value` under `key`. A key must stand for one value only.
    fn put(&self, key: &[u8; 32], value: &[u8]) {
        if value.len() > LONGEST || self.store.read().unwrap_or_else(PoisonError::into_inner).contains(key) {
            return;
        }
        let full = {
            let mut pending = self.pending.write().unwrap_or_else(PoisonError::into_inner);
            if !self.writes() && pending.bytes + value.len() as u64 > MEMORY_ONLY {
                return;
            }
            if pending.fresh.insert(*key, value.into()).is_none() {
                pending.bytes += value.len() as u64;
            }
            pending.bytes > WRITE_OUT && self.writes()
        };
        if full {
            self.write_out(End::OfBatch);
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    OfBatch,
    OfRun,
}

fn write_locked(place: &Place, store: &mut Store, fresh: &Fresh, limits: Limits, end: End) -> io::Result<()> {
    // The lock is a file of its own, because the pack itself may be replaced.
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&place.lock)?;
    wait_for(&lock)?;
    store.refresh(&place.file)?;
    let fresh: Vec<(&Key, &Arc<[u8]>)> = fresh.iter().filter(|(key, _)| !store.contains(key)).collect();
    let added = fresh.iter().map(|(_, value)| value.len() as u64).sum();
    let rewrites = store.is_foreign() || (end == End::OfRun && limits.worth_rewriting(store.extent(added)));
    if rewrites { rewrite::rewrite(&place.file, store, &fresh) } else { store.append(&fresh) }
}

fn wait_for(lock: &File) -> io::Result<()> {
    let start = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(()),
            Err(std::fs::TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(std::fs::TryLockError::WouldBlock) => return Err(io::Error::other("another process keeps it locked")),
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests;
