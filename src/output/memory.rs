//! A site in memory: what the development server answers from.

use super::{Interrupt, Record, Sink, path};
use crate::diagnostics::Stop;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

/// A site in memory. Filled like a [`Stage`](super::Stage), by many threads; then only read.
#[derive(Debug, Default)]
pub struct Memory {
    files: RwLock<HashMap<Box<str>, Held>>,
    last: Option<Arc<Memory>>,
    interrupt: Interrupt,
}

#[derive(Debug, Clone)]
struct Held {
    bytes: Arc<[u8]>,
    record: Record,
}

impl Memory {
    /// An empty tree.
    pub fn new(interrupt: Interrupt) -> Self {
        Memory { interrupt, ..Memory::default() }
    }

    /// An empty tree that shares unchanged bytes with `last`.
    pub fn after(last: Arc<Memory>, interrupt: Interrupt) -> Self {
        Memory { last: Some(last), interrupt, ..Memory::default() }
    }

    /// Lets go of the tree before this one, so that old trees do not pile up.
    pub fn forget_last(&mut self) {
        self.last = None;
    }

    /// One file's bytes.
    pub fn get(&self, path: &str) -> Option<Arc<[u8]>> {
        self.held(path).map(|held| held.bytes)
    }

    /// One file's bytes with their blake3 hash.
    pub fn get_with_hash(&self, path: &str) -> Option<(Arc<[u8]>, [u8; 32])> {
        self.held(path).map(|held| (held.bytes, held.record.hash))
    }

    pub fn contains(&self, path: &str) -> bool {
        self.files.read().unwrap_or_else(PoisonError::into_inner).contains_key(path)
    }

    pub fn len(&self) -> usize {
        self.files.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The paths that differ between the two trees: changed, new or gone, sorted.
    pub fn changed_since(&self, old: &Memory) -> Vec<String> {
        let new = self.files.read().unwrap_or_else(PoisonError::into_inner);
        let old = old.files.read().unwrap_or_else(PoisonError::into_inner);
        let hash = |held: &Held| held.record.hash;
        let mut changed: Vec<String> = new
            .iter()
            .filter(|(path, held)| old.get(*path).map(hash) != Some(held.record.hash))
            .map(|(path, _)| path)
            .chain(old.keys().filter(|path| !new.contains_key(*path)))
            .map(|path| path.to_string())
            .collect();
        changed.sort();
        changed
    }

    fn held(&self, path: &str) -> Option<Held> {
        self.files.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    fn insert(&self, path: &str, held: Held) -> Result<(), Stop> {
        let mut files = self.files.write().unwrap_or_else(PoisonError::into_inner);
        match files.get(path) {
            Some(there) if there.record.hash != held.record.hash => {
                Err(Stop::environment(format!("two different files were rendered as `{path}`"))
                    .hint("This is a fault of callboard itself; please report it."))
            }
            Some(_) => Ok(()),
            None => {
                files.insert(path.into(), held);
                Ok(())
            }
        }
    }

    fn store(&self, path: &str, bytes: &[u8]) -> Result<(), Stop> {
        self.interrupt.check()?;
        if !path::is_safe(path) {
            return Err(Stop::environment(format!("`{}` is not a path inside the site", path.escape_debug()))
                .hint("This is a fault of callboard itself; please report it."));
        }
        let record = Record { hash: *blake3::hash(bytes).as_bytes(), size: bytes.len() as u64 };
        // Unchanged bytes are shared with the last tree, so that two trees cost little more than one.
        let bytes = match self.last.as_ref().and_then(|last| last.held(path)) {
            Some(old) if old.record.hash == record.hash => old.bytes,
            _ => bytes.into(),
        };
        self.insert(path, Held { bytes, record })
    }
}

impl Sink for Memory {
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Stop> {
        self.store(path, bytes)
    }

    fn files(&self) -> BTreeMap<String, Record> {
        let files = self.files.read().unwrap_or_else(PoisonError::into_inner);
        files.iter().map(|(path, held)| (path.to_string(), held.record.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_trees_tell_what_changed() {
        let old = Memory::default();
        old.put("same", b"1").unwrap();
        old.put("changed", b"2").unwrap();
        old.put("gone", b"3").unwrap();
        let old = Arc::new(old);
        let mut new = Memory::after(old.clone(), Interrupt::new());
        new.put("same", b"1").unwrap();
        new.put("changed", b"two").unwrap();
        new.put("new", b"4").unwrap();
        new.forget_last();
        assert_eq!(new.changed_since(&old), ["changed", "gone", "new"]);
        assert_eq!(new.get("same").as_deref(), Some(&b"1"[..]));
        assert_eq!(new.get("../same"), None);
        assert_eq!(Arc::strong_count(&old), 1, "old trees do not pile up");
    }
}
