//! The one moment in which the old site becomes the new one.
//!
//! Where the system can exchange two folders in one step (Linux, macOS on most file systems) there is no moment without
//! a site. Elsewhere two renames are needed: a note beside the output says what is going on, and the next build
//! completes what a crash between the two left undone.

use super::fault::fault;
use super::sweep::{free_temporary, is_temporary};
use crate::diagnostics::Stop;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Last words of a complete note; a torn one lacks them, and then no rename has happened yet.
const END: &str = "\nend\n";

/// Where the output lies, and how its companions are called.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) out: PathBuf,
    pub(super) parent: PathBuf,
    pub(super) name: std::ffi::OsString,
}

impl Place {
    /// `.<name>.callboard-<what>` beside the output.
    pub(super) fn companion(&self, what: &str) -> PathBuf {
        let mut file = std::ffi::OsString::from(".");
        file.push(&self.name);
        file.push(".callboard-");
        file.push(what);
        self.parent.join(file)
    }

    fn journal(&self) -> PathBuf {
        self.companion("journal")
    }
}

/// Puts the finished and synced `tree` in the output's place. Returns where the old site now lies, if there was one.
pub(super) fn publish(place: &Place, tree: &Path) -> Result<Option<PathBuf>, Stop> {
    let failed = |error: io::Error| {
        let stop = fault("replace the output folder", &place.out, &error);
        match error.kind() {
            io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices => {
                stop.hint("It seems to be a mount point, which cannot be replaced: name a folder inside it.")
            }
            _ => stop,
        }
    };
    if place.out.symlink_metadata().is_err() {
        fs::rename(tree, &place.out).map_err(failed)?;
        return Ok(None);
    }
    match renameat_with(CWD, tree, CWD, &place.out, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(Some(tree.to_owned())),
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => two_renames(place, tree).map(Some).map_err(failed),
        Err(error) => Err(failed(error.into())),
    }
}

/// Makes the renames themselves survive a power cut. An error here comes too late to stop anything.
pub(super) fn settle(place: &Place) -> io::Result<()> {
    File::open(&place.parent)?.sync_all()
}

/// Completes a swap by two renames that a crash interrupted. The caller holds the lock.
pub(super) fn recover(place: &Place) -> Result<(), Stop> {
    let journal = place.journal();
    let text = match fs::read_to_string(&journal) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(fault("read", &journal, &error)),
    };
    // The note is a file in a folder that others may write to: it may name a temporary tree of ours and nothing else.
    let tree = text.strip_suffix(END).filter(|name| is_temporary(OsStr::new(name), &place.name));
    if let Some(tree) = tree.map(|name| place.parent.join(name))
        && place.out.symlink_metadata().is_err()
        && tree.symlink_metadata().is_ok()
    {
        fs::rename(&tree, &place.out).map_err(|error| fault("complete the swap of", &place.out, &error))?;
    }
    fs::remove_file(&journal).map_err(|error| fault("remove", &journal, &error))
}

/// The old site aside, the new one in its place; should that fail, the old one back.
fn two_renames(place: &Place, tree: &Path) -> io::Result<PathBuf> {
    let aside = free_temporary(&place.parent, &place.name);
    let name = tree.file_name().and_then(OsStr::to_str).unwrap_or_default();
    let mut journal = File::create(place.journal())?;
    journal.write_all(format!("{name}{END}").as_bytes())?;
    journal.sync_all()?;
    settle(place)?;
    let swapped = fs::rename(&place.out, &aside).and_then(|()| {
        fs::rename(tree, &place.out).inspect_err(|_| {
            // The first error is the one to report; if this fails too, the note lets the next build finish.
            let _ = fs::rename(&aside, &place.out);
        })
    });
    if place.out.symlink_metadata().is_ok() {
        fs::remove_file(place.journal())?;
    }
    swapped.map(|()| aside)
}

#[cfg(test)]
mod tests {
    use super::super::scratch::Scratch;
    use super::*;

    fn place(scratch: &Scratch) -> Place {
        Place { out: scratch.path().join("out"), parent: scratch.path().to_owned(), name: "out".into() }
    }

    #[test]
    fn two_renames_do_the_same_as_an_exchange() {
        let scratch = Scratch::new("swap");
        let place = place(&scratch);
        scratch.write("out/page", b"old");
        scratch.write(".out.callboard-tmp-1-0/page", b"new");
        let aside = two_renames(&place, &scratch.path().join(".out.callboard-tmp-1-0")).unwrap();
        assert_eq!(scratch.read("out/page"), b"new");
        assert_eq!(fs::read(aside.join("page")).unwrap(), b"old");
        assert!(!place.journal().exists());
    }

    #[test]
    fn a_crash_between_two_renames_is_completed() {
        let scratch = Scratch::new("swap-crash");
        let place = place(&scratch);
        scratch.write(".out.callboard-tmp-1-0/page", b"new");
        scratch.write(".out.callboard-tmp-1-1/page", b"old");
        scratch.write(".out.callboard-journal", format!(".out.callboard-tmp-1-0{END}").as_bytes());
        recover(&place).unwrap();
        assert_eq!(scratch.read("out/page"), b"new");
        assert!(!place.journal().exists());
    }

    #[test]
    fn a_torn_or_foreign_note_moves_nothing() {
        for text in [".out.callboard-tmp-1", "", "precious\nend\n", "../precious\nend\n"] {
            let scratch = Scratch::new("swap-torn");
            let place = place(&scratch);
            scratch.write("precious/file", b"x");
            scratch.write(".out.callboard-journal", text.as_bytes());
            recover(&place).unwrap();
            assert_eq!(scratch.list(), ["precious"], "{text:?}");
        }
    }
}
