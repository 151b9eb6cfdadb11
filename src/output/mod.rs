//! Where a build's files go.
//!
//! In: paths and bytes, from many threads at once. Out: a site that is at every moment exactly the old one or exactly
//! the new one ([`Stage`]), or a tree in memory ([`Memory`]). This module knows nothing of pages, entities or findings;
//! it knows the disk, and that disks fill up, processes die and two builds may want the same folder.
//!
//! [`Pack`] is the cache beside it: content-addressed, checked on every read, and never a reason to stop.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this room writes the site and the cache")]

mod fault;
mod fingerprint;
mod guard;
mod interrupt;
mod lock;
mod manifest;
mod marker;
mod memory;
mod pack;
mod path;
#[cfg(test)]
pub(crate) mod scratch;
mod stage;
mod swap;
mod sweep;

use crate::diagnostics::Stop;
use std::collections::BTreeMap;

pub use fingerprint::Fingerprint;
pub use guard::Guarded;
pub use interrupt::Interrupt;
pub use manifest::{Manifest, Record};
pub use memory::Memory;
pub use pack::{Pack, PackStats};
pub use stage::{Published, Stage, StageOptions};

/// Where rendered files go. Paths are relative, use `/` and are unique within a build.
pub trait Sink: Sync {
    /// Stores one file. Content that the last site already had under this path costs no write.
    fn put(&self, path: &str, bytes: &[u8]) -> Result<(), Stop>;

    /// Every file stored so far.
    fn files(&self) -> BTreeMap<String, Record>;
}
