//! Temporary trees: their names, and how they go away.
//!
//! A tree is deleted only by its marker, and the marker goes last: whenever a deletion dies half-way, the rest can still
//! be recognised by the next build. Without a marker only empty folders are removed.

use super::marker::marker_path;
use super::path::OWN;
use rayon::prelude::*;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A path for a new tree beside the output called `name`. The lock admits one build per output, so a free name stays
/// free; process ids alone are not unique, as every container begins anew with 1.
pub(super) fn free_temporary(parent: &Path, name: &OsStr) -> PathBuf {
    let mut number = 0_u32;
    loop {
        let mut temporary = prefix(name);
        temporary.push(format!("{}-{number}", std::process::id()));
        let path = parent.join(temporary);
        if path.symlink_metadata().is_err() {
            return path;
        }
        number += 1;
    }
}

/// Whether `file` is a temporary tree of the output called `name`, and not of one whose name merely begins like it.
pub(super) fn is_temporary(file: &OsStr, name: &OsStr) -> bool {
    file.as_encoded_bytes()
        .strip_prefix(prefix(name).as_encoded_bytes())
        .is_some_and(|rest| !rest.is_empty() && rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-'))
}

/// Deletes what killed builds of this output left behind. The caller holds the output's lock, so none of them lives.
/// What cannot be deleted is left: it costs space, nothing else.
pub(super) fn sweep(parent: &Path, name: &OsStr) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    for entry in entries.flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && is_temporary(&entry.file_name(), name) {
            let _ = remove_tree(&entry.path());
        }
    }
}

/// Deletes a tree that carries our marker, or that holds nothing.
pub(super) fn remove_tree(tree: &Path) -> io::Result<()> {
    let own = tree.join(OWN);
    let marker = marker_path(tree);
    if marker.symlink_metadata().is_ok() {
        let (folders, files) = list(tree, &own)?;
        folders.par_iter().try_for_each(|folder| remove_folder(folder))?;
        files.par_iter().try_for_each(fs::remove_file)?;
        let (folders, files) = list(&own, &marker)?;
        folders.iter().try_for_each(fs::remove_dir_all)?;
        files.iter().try_for_each(fs::remove_file)?;
        fs::remove_file(&marker)?;
    }
    if own.symlink_metadata().is_ok() {
        fs::remove_dir(&own)?;
    }
    fs::remove_dir(tree)
}

/// One level is opened up for the sake of parallelism: most files of a site lie below two or three top folders.
fn remove_folder(folder: &Path) -> io::Result<()> {
    let (folders, files) = list(folder, Path::new(""))?;
    folders.par_iter().try_for_each(fs::remove_dir_all)?;
    files.par_iter().try_for_each(fs::remove_file)?;
    fs::remove_dir(folder)
}

/// The folders and the other entries of `folder`, links unfollowed, without `except`.
fn list(folder: &Path, except: &Path) -> io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if path == except {
            continue;
        }
        if entry.file_type()?.is_dir() { folders.push(path) } else { files.push(path) }
    }
    Ok((folders, files))
}

fn prefix(name: &OsStr) -> OsString {
    let mut prefix = OsString::from(".");
    prefix.push(name);
    prefix.push(".callboard-tmp-");
    prefix
}

#[cfg(test)]
mod tests {
    use super::super::marker::create_marked;
    use super::super::scratch::Scratch;
    use super::*;

    #[test]
    fn names_of_other_outputs_are_not_ours() {
        let name = OsStr::new("public");
        assert!(is_temporary(free_temporary(Path::new("/nowhere"), name).file_name().unwrap(), name));
        for other in
            [".public.callboard-tmp-", ".public.callboard-tmp-1.callboard-tmp-2", ".public2.callboard-tmp-1", "public"]
        {
            assert!(!is_temporary(OsStr::new(other), name), "{other}");
        }
    }

    #[test]
    fn leftovers_go_and_foreign_folders_stay() {
        let scratch = Scratch::new("sweep");
        let at = |name: &str| scratch.path().join(name);
        create_marked(&at(".out.callboard-tmp-1-0")).unwrap();
        scratch.write(".out.callboard-tmp-1-0/a/b/c.html", b"x");
        fs::create_dir_all(at(".out.callboard-tmp-2-0/.callboard")).unwrap();
        scratch.write(".out.callboard-tmp-3-0/precious", b"x");
        create_marked(&at(".other.callboard-tmp-4-0")).unwrap();
        sweep(scratch.path(), OsStr::new("out"));
        assert_eq!(scratch.list(), [".other.callboard-tmp-4-0", ".out.callboard-tmp-3-0"]);
    }

    #[test]
    fn a_link_inside_a_leftover_is_not_followed() {
        let scratch = Scratch::new("sweep-link");
        scratch.write("precious/file", b"x");
        let tree = scratch.path().join(".out.callboard-tmp-1-0");
        create_marked(&tree).unwrap();
        std::os::unix::fs::symlink(scratch.path().join("precious"), tree.join("link")).unwrap();
        remove_tree(&tree).unwrap();
        assert_eq!(scratch.read("precious/file"), b"x");
    }
}
