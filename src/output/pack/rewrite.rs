//! Making a pack smaller.
//!
//! A pack only grows, so old values must go at some time. "Not asked for in this run" alone is no reason: a build that
//! changes one page asks for almost nothing, and would throw away what the next full build needs. So the file is
//! rewritten after a run that used a fair part of it, or when it has become huge.

use super::Key;
use super::format::HEADER;
use super::store::Store;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// When to rewrite.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Smaller files stay as they are.
    pub(super) small: u64,
    /// Larger files are rewritten in any case.
    pub(super) huge: u64,
}

/// How large a pack is, and how much of it was used.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) file: u64,
    pub(super) used: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { small: 64 << 20, huge: 1 << 30 }
    }
}

impl Limits {
    pub(super) fn worth_rewriting(self, extent: Extent) -> bool {
        let mostly_unused = extent.used < extent.file / 2;
        let run_was_large = extent.used >= extent.file / 4;
        mostly_unused && ((extent.file > self.small && run_was_large) || extent.file > self.huge)
    }
}

/// Replaces the pack by one that holds `fresh`, what was used, and the newest of the rest up to half the old size.
/// The old file lives on for those who have it open. The caller holds the lock.
pub(super) fn rewrite(path: &Path, store: &mut Store, fresh: &[(&Key, &Arc<[u8]>)]) -> io::Result<()> {
    let extent = store.extent(0);
    let kept = store.worth_keeping(extent.file / 2);
    let temporary = path.with_extension("tmp");
    fs::write(&temporary, HEADER)?;
    let mut new = Store::open(&temporary)?;
    new.refresh(&temporary)?;
    let entries: Vec<(&Key, &Arc<[u8]>)> =
        kept.iter().map(|(key, value)| (key, value)).chain(fresh.iter().copied()).collect();
    // In several batches, so that the bytes of a large pack are not in memory twice.
    for batch in entries.chunks(1000) {
        new.append(batch)?;
    }
    fs::rename(&temporary, path)?;
    *store = new;
    Ok(())
}
