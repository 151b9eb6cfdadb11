//! Where things are.

use std::path::{Path, PathBuf};

/// What is committed: lists, queries, scripts.
pub(crate) fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/search")
}

/// What is made.
pub(crate) fn work() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench-search")
}
