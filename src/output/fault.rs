//! What an error of the disk means to the person who reads it.

use crate::diagnostics::Stop;
use std::io::{Error, ErrorKind};
use std::path::Path;

/// `cannot <doing> <path>`, with advice where the error allows some.
pub(super) fn fault(doing: &str, path: &Path, error: &Error) -> Stop {
    let stop = Stop::environment(format!("cannot {doing} `{}`", path.display())).cause(error);
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            stop.hint("Free some space and build again; the site published before is untouched.")
        }
        ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => {
            stop.hint("Name an output folder whose parent this user may write to.")
        }
        _ => stop,
    }
}
