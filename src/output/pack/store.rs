//! The file of a pack with its index.

use super::Key;
use super::format::{self, HEADER, Slot};
use super::rewrite::Extent;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// An open pack: where each value lies, and which were asked for in this run.
#[derive(Debug, Default)]
pub(super) struct Store {
    file: Option<File>,
    inode: u64,
    index: HashMap<Key, Known>,
    /// Where the next batch goes.
    end: u64,
    bad: u64,
    /// The file is not ours to append to: another version, or no pack at all.
    foreign: bool,
}

#[derive(Debug)]
struct Known {
    slot: Slot,
    used: AtomicBool,
}

/// What reading gave.
pub(super) enum Read {
    Value(Vec<u8>),
    Absent,
    Bad,
}

impl Store {
    /// The pack at `path`; one that does not exist yet is an empty one.
    pub(super) fn open(path: &Path) -> io::Result<Store> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Store::default()),
            Err(error) => return Err(error),
        };
        Store::read_index(file)
    }

    pub(super) fn bad(&self) -> u64 {
        self.bad
    }

    pub(super) fn is_foreign(&self) -> bool {
        self.foreign
    }

    pub(super) fn contains(&self, key: &Key) -> bool {
        self.index.contains_key(key)
    }

    pub(super) fn forget(&mut self, key: &Key) {
        self.index.remove(key);
    }

    pub(super) fn read(&self, key: &Key) -> Read {
        let (Some(known), Some(file)) = (self.index.get(key), &self.file) else { return Read::Absent };
        known.used.store(true, Ordering::Relaxed);
        known.slot.read(file, key).map_or(Read::Bad, Read::Value)
    }

    /// How much of the file this run had a use for, `added` bytes of new values included.
    pub(super) fn extent(&self, added: u64) -> Extent {
        let used = self.index.values().filter(|known| known.used.load(Ordering::Relaxed));
        let used: u64 = used.map(|known| u64::from(known.slot.length)).sum();
        Extent { file: self.end + added, used: used + added }
    }

    /// The entries that are worth keeping in a file of `room` bytes: those used, then the newest.
    pub(super) fn worth_keeping(&self, room: u64) -> Vec<(Key, Arc<[u8]>)> {
        let Some(file) = &self.file else { return Vec::new() };
        let mut known: Vec<(&Key, &Known)> = self.index.iter().collect();
        known.sort_unstable_by_key(|(_, known)| {
            (!known.used.load(Ordering::Relaxed), std::cmp::Reverse(known.slot.offset))
        });
        let mut taken = 0;
        known
            .into_iter()
            .take_while(|(_, known)| {
                taken += u64::from(known.slot.length);
                known.used.load(Ordering::Relaxed) || taken <= room
            })
            .filter_map(|(key, known)| Some((*key, known.slot.read(file, key)?.into())))
            .collect()
    }

    /// Catches up with what other processes did to the file, and opens it for writing. The caller holds the lock.
    pub(super) fn refresh(&mut self, path: &Path) -> io::Result<()> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        let metadata = file.metadata()?;
        let grown = self.file.is_some() && metadata.ino() == self.inode && metadata.len() >= self.end && !self.foreign;
        if grown && self.end >= HEADER.len() as u64 {
            let index = &mut self.index;
            let scan = format::scan(&file, self.end, metadata.len(), |key, slot| {
                // What somebody else found worth adding just now is in use.
                index.insert(key, Known { slot, used: AtomicBool::new(true) });
            })?;
            self.end = scan.end;
            self.file = Some(file);
            return Ok(());
        }
        let mut fresh = Store::read_index(file)?;
        for (key, known) in &mut fresh.index {
            let used = self.index.get(key).is_none_or(|old| old.used.load(Ordering::Relaxed));
            known.used = AtomicBool::new(used);
        }
        *self = fresh;
        Ok(())
    }

    /// Appends one batch. The caller holds the lock and has refreshed.
    pub(super) fn append(&mut self, entries: &[(&Key, &Arc<[u8]>)]) -> io::Result<()> {
        let Some(file) = &self.file else { return Err(io::Error::other("the pack is not open")) };
        if entries.is_empty() {
            return Ok(());
        }
        // What lies behind the last whole batch comes from a writer that died: nobody can read it.
        file.set_len(self.end)?;
        let mut at = self.end;
        if at < HEADER.len() as u64 {
            file.write_all_at(HEADER, 0)?;
            at = HEADER.len() as u64;
        }
        let (batch, slots) = format::encode(at, entries.iter().map(|(key, value)| (*key, &***value)));
        if let Err(error) = file.write_all_at(&batch, at) {
            // A torn batch is no danger, only waste; the first error is the one that counts.
            let _ = file.set_len(self.end);
            return Err(error);
        }
        self.end = at + batch.len() as u64;
        self.index.extend(slots.into_iter().map(|(key, slot)| (key, Known { slot, used: AtomicBool::new(true) })));
        Ok(())
    }

    fn read_index(file: File) -> io::Result<Store> {
        let metadata = file.metadata()?;
        let length = metadata.len();
        let mut store = Store { inode: metadata.ino(), ..Store::default() };
        let mut header = [0; HEADER.len()];
        if length >= HEADER.len() as u64 {
            file.read_exact_at(&mut header, 0)?;
            store.foreign = header != *HEADER;
        } else if length > 0 {
            store.foreign = true;
        }
        if length > 0 && !store.foreign {
            let index = &mut store.index;
            let scan = format::scan(&file, HEADER.len() as u64, length, |key, slot| {
                index.insert(key, Known { slot, used: AtomicBool::new(false) });
            })?;
            store.end = scan.end;
            store.bad = scan.bad;
        }
        store.file = Some(file);
        Ok(store)
    }
}
