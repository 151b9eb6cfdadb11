//! `callboard.lock`, beside the configuration.

use super::Talk;
use crate::config::Loaded;
use crate::diagnostics::Stop;
use crate::source::{Lockfile, Snapshot};
use std::io::Write;
use std::path::{Path, PathBuf};

const NAME: &str = "callboard.lock";

/// In the folder of the first configuration file, else in the portal's.
fn path(loaded: &Loaded) -> PathBuf {
    let folder = loaded.config.files.first().and_then(|file| file.parent());
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or_else(|| loaded.config.dir.join(NAME), |folder| folder.join(NAME))
}

/// The file that `--locked` is about.
pub(super) fn read(loaded: &Loaded) -> Result<Lockfile, Stop> {
    let path = path(loaded);
    let stop = |what: &str| Stop::usage(format!("`{}` {what}", path.display()));
    let text = std::fs::read_to_string(&path).map_err(|error| {
        stop("cannot be read").cause(error).hint("`callboard sync` writes it, and every build with sources on servers.")
    })?;
    Lockfile::parse(&text).map_err(|why| stop("cannot be used").cause(why).hint("`callboard sync` writes a new one."))
}

/// Notes what was read. A folder that cannot be written is no reason to stop.
pub(super) fn write(loaded: &Loaded, snapshot: &Snapshot, talk: &Talk) {
    let Some(lock) = Lockfile::of(snapshot) else { return };
    let path = path(loaded);
    let text = lock.to_text();
    if std::fs::read_to_string(&path).is_ok_and(|known| known == text) {
        return;
    }
    if let Err(error) = replace(&path, &text) {
        talk.say(&format!("`{}` cannot be written: {error}", path.display()));
    }
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(path.parent().unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    #[cfg(unix)]
    std::fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    file.persist(path)?;
    Ok(())
}

/// A run that read anything else than the lock says publishes nothing.
pub(super) fn refuse_others(lock: &Lockfile, snapshot: &Snapshot) -> Result<(), Stop> {
    let read = Lockfile::of(snapshot).unwrap_or_default();
    match lock.difference(&read) {
        None => Ok(()),
        Some(difference) => Err(Stop::environment("the sources are not those of `callboard.lock`")
            .cause(difference)
            .hint("Run `callboard sync` to note what there is now, or build without `--locked`.")),
    }
}
