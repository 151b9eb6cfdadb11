//! Which files changed.
//!
//! Folders are watched one by one rather than recursively, so that a `node_modules` with 100,000 folders costs neither
//! time nor the kernel's limited watches. Folders that appear are watched as they come.

use notify::event::{EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode};
use notify_debouncer_full::{DebounceEventResult, DebouncedEvent, Debouncer, RecommendedCache, new_debouncer};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Editors write a file in several steps; this long after the last one it is whole.
const QUIET: Duration = Duration::from_millis(200);
/// Folders of tools, wherever they stand below a watched one.
const TOOLS: [&str; 3] = [".git", "target", "node_modules"];

/// A running watch.
pub(super) struct Watch {
    debouncer: Debouncer<RecommendedWatcher, RecommendedCache>,
    events: Receiver<DebounceEventResult>,
    roots: Vec<Root>,
    ignore: Vec<PathBuf>,
    notices: Vec<Notice>,
}

/// What the watch has to say.
#[derive(Debug)]
pub(super) enum Notice {
    Changed(PathBuf),
    /// Changes below this folder may go unnoticed.
    Unwatched {
        path: PathBuf,
        reason: String,
    },
}

#[derive(Debug)]
struct Root {
    /// A folder; for a single file, the one it lies in.
    folder: PathBuf,
    /// Set if only this file of the folder matters.
    only: Option<PathBuf>,
}

impl Watch {
    /// Begins to watch `paths`, folders or single files, without what lies below `ignore`.
    pub(super) fn start(paths: Vec<PathBuf>, ignore: Vec<PathBuf>) -> notify::Result<Watch> {
        let (sender, events) = channel();
        let debouncer = new_debouncer(QUIET, None, sender)?;
        let roots = paths.into_iter().map(Root::new).collect();
        let ignore = ignore.iter().map(|path| real(path)).collect();
        let mut watch = Watch { debouncer, events, roots, ignore, notices: Vec::new() };
        for number in 0..watch.roots.len() {
            let root = &watch.roots[number];
            let folder = root.folder.clone();
            if root.only.is_some() { watch.add(&folder) } else { watch.add_tree(&folder) }
        }
        Ok(watch)
    }

    /// Everything that happened; waits up to `patience` for something to happen.
    pub(super) fn wait(&mut self, patience: Duration) -> Vec<Notice> {
        let first = self.events.recv_timeout(patience).ok();
        let results: Vec<DebounceEventResult> = first.into_iter().chain(self.events.try_iter()).collect();
        for result in results {
            match result {
                Ok(events) => events.iter().for_each(|event| self.take(event)),
                Err(errors) => errors.into_iter().for_each(|error| self.complain(error)),
            }
        }
        std::mem::take(&mut self.notices)
    }

    fn take(&mut self, event: &DebouncedEvent) {
        if event.need_rescan() {
            // The system lost count, so anything may have changed.
            let folders: Vec<PathBuf> = self.roots.iter().map(|root| root.folder.clone()).collect();
            self.notices.extend(folders.into_iter().map(Notice::Changed));
            return;
        }
        // Reading a file is an event, too: a build that answered to it would never end.
        if matches!(event.kind, EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(_))) {
            return;
        }
        for path in &event.paths {
            if !self.matters(path) {
                continue;
            }
            if path.symlink_metadata().is_ok_and(|metadata| metadata.is_dir()) {
                self.add_tree(path);
            }
            self.notices.push(Notice::Changed(path.clone()));
        }
    }

    /// Whether `path` lies below a watched folder, outside of tools' folders and of what the caller ignores. Only what
    /// stands below the root counts: the whole project may lie in a folder called `target`.
    fn matters(&self, path: &Path) -> bool {
        if self.ignore.iter().any(|ignored| path.starts_with(ignored)) {
            return false;
        }
        self.roots.iter().any(|root| match (&root.only, path.strip_prefix(&root.folder)) {
            (Some(only), _) => path == only,
            (None, Ok(below)) => !below.iter().any(is_tool),
            (None, Err(_)) => false,
        })
    }

    fn add_tree(&mut self, folder: &Path) {
        let walk = walkdir::WalkDir::new(folder).follow_links(false).into_iter();
        let folders: Vec<_> = walk
            .filter_entry(|entry| entry.file_type().is_dir() && (entry.depth() == 0 || self.matters(entry.path())))
            .collect();
        for folder in folders {
            match folder {
                Ok(folder) => self.add(folder.path()),
                Err(error) => {
                    let path = error.path().unwrap_or(Path::new("")).to_owned();
                    self.notices.push(Notice::Unwatched { path, reason: error.to_string() });
                }
            }
        }
    }

    fn add(&mut self, folder: &Path) {
        if let Err(error) = self.debouncer.watch(folder, RecursiveMode::NonRecursive) {
            self.complain(error.add_path(folder.to_owned()));
        }
    }

    fn complain(&mut self, error: notify::Error) {
        let path = error.paths.first().cloned().unwrap_or_default();
        // One message is enough when the kernel has no watches left.
        let said = self.notices.iter().any(|notice| matches!(notice, Notice::Unwatched { .. }));
        // A folder that came and went has nothing to be watched.
        if !said && !matches!(error.kind, notify::ErrorKind::PathNotFound) {
            self.notices.push(Notice::Unwatched { path, reason: notify::Error::new(error.kind).to_string() });
        }
    }
}

impl Root {
    fn new(path: PathBuf) -> Root {
        let path = real(&path);
        match path.parent() {
            Some(parent) if path.is_file() => Root { folder: parent.to_owned(), only: Some(path) },
            _ => Root { folder: path, only: None },
        }
    }
}

/// A tool's folder, or what a build of ours puts beside its output.
fn is_tool(name: &OsStr) -> bool {
    TOOLS.iter().any(|tool| name == *tool) || name.to_str().is_some_and(|name| name.contains(".callboard-"))
}

/// The path as events will name it. What does not exist yet is found by its parent.
fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(real) = absolute.canonicalize() {
        return real;
    }
    match (absolute.parent().map(Path::canonicalize), absolute.file_name()) {
        (Some(Ok(parent)), Some(name)) => parent.join(name),
        _ => absolute,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::scratch::Scratch;
    use std::time::Instant;

    /// The names of files reported within two seconds of silence or until `expected` are there.
    fn reported(watch: &mut Watch, expected: usize) -> Vec<String> {
        let start = Instant::now();
        let mut names = Vec::new();
        while start.elapsed() < Duration::from_secs(3) && names.len() < expected {
            for notice in watch.wait(Duration::from_millis(50)) {
                let Notice::Changed(path) = notice else { panic!("{notice:?}") };
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if path.is_file() && !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names.sort();
        names
    }

    #[test]
    fn content_is_reported_and_tools_are_not() {
        let scratch = Scratch::new("watch");
        for path in ["target/docs/a.md", "target/docs/node_modules/b.js", "app.yaml", "other.yaml"] {
            scratch.write(path, b"old");
        }
        let root = scratch.path().join("target");
        let mut watch =
            Watch::start(vec![root.clone(), scratch.path().join("app.yaml")], vec![root.join("public")]).unwrap();
        std::fs::read(root.join("docs/a.md")).unwrap();
        for path in [
            "target/docs/node_modules/b.js",
            "target/.git/HEAD",
            "target/public/x.html",
            "target/.public.callboard-lock",
            "other.yaml",
        ] {
            scratch.write(path, b"new");
        }
        assert_eq!(reported(&mut watch, 1), Vec::<String>::new());
        scratch.write("target/docs/a.md", b"new");
        scratch.write("app.yaml", b"new");
        assert_eq!(reported(&mut watch, 2), ["a.md", "app.yaml"]);
        scratch.write("target/new/folder/c.md", b"new");
        std::thread::sleep(Duration::from_millis(600));
        watch.wait(Duration::ZERO);
        scratch.write("target/new/folder/c.md", b"newer");
        assert_eq!(reported(&mut watch, 1), ["c.md"]);
    }
}
