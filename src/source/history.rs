//! When each file last changed, by whom, in which commit: one pass of the `git` program, remembered by commit.

use super::{Change, Repo};
use crate::cache::Cache;
use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Changes with the meaning of the stored bytes.
const VERSION: &str = "callboard history 2";

/// Fills in `repo.history` from the repository at `path`. Where git cannot tell, the history stays empty and the
/// reason is returned.
pub(super) fn fill(repo: &mut Repo, path: &Path, cache: &dyn Cache) -> Result<(), String> {
    let Some(commit) = &repo.commit else { return Ok(()) };
    let boundary = boundary(path);
    let key = *blake3::hash(format!("{VERSION}\n{}\n{boundary}", commit.id).as_bytes()).as_bytes();
    if let Some(history) = cache.get(&key).and_then(|bytes| postcard::from_bytes(&bytes).ok()) {
        repo.history = history;
        return Ok(());
    }
    let wanted: HashSet<&str> = repo.files.iter().map(|file| &*file.path).collect();
    repo.history = log(path, &commit.id, wanted)?;
    let unknown: HashSet<&str> = boundary.lines().collect();
    repo.history.retain(|_, change| !unknown.contains(&*change.commit));
    if let Ok(bytes) = postcard::to_stdvec(&repo.history) {
        cache.put(&key, &bytes);
    }
    Ok(())
}

/// The commits at which a shallow clone ends, a line each. They seem to bring every file that is older, so nobody knows
/// when and by whom those were changed.
fn boundary(path: &Path) -> String {
    let shallow = git2::Repository::open(path).ok().map(|repository| repository.commondir().join("shallow"));
    shallow.and_then(|file| std::fs::read_to_string(file).ok()).unwrap_or_default()
}

/// Walks the log until every wanted file was seen. Merges count where a file differs from every parent.
fn log(path: &Path, commit: &str, mut wanted: HashSet<&str>) -> Result<BTreeMap<Box<str>, Change>, String> {
    let mut history = BTreeMap::new();
    let mut child = command(path)
        .args(["log", "-c", "--no-renames", "--name-only", "-z", "--format=%x01%H%x02%ct%x02%aN%x03", commit, "--"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("the `git` program cannot be run: {error}"))?;
    let Some(stdout) = child.stdout.take() else { return Ok(history) };
    let mut reader = BufReader::new(stdout);
    let mut chunk = Vec::new();
    let mut current: Option<(i64, Arc<str>, Arc<str>)> = None;
    while !wanted.is_empty() {
        chunk.clear();
        match reader.read_until(0, &mut chunk) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) => return Err(error.to_string()),
        }
        let text = String::from_utf8_lossy(chunk.strip_suffix(&[0]).unwrap_or(&chunk));
        let name = match text.rsplit_once('\u{3}') {
            Some((head, rest)) => {
                current = header(head);
                rest
            }
            None => &text,
        };
        let name = name.trim_start_matches('\n');
        if let (Some((time, author, commit)), Some(name)) = (&current, wanted.take(name)) {
            let change = Change { time: *time, author: author.clone(), commit: commit.clone() };
            history.insert(name.into(), change);
        }
    }
    drop(reader);
    let _ = child.kill();
    let _ = child.wait();
    Ok(history)
}

fn header(text: &str) -> Option<(i64, Arc<str>, Arc<str>)> {
    let (_, text) = text.split_once('\u{1}')?;
    let mut parts = text.split('\u{2}');
    let (commit, time, author) = (parts.next()?, parts.next()?, parts.next()?);
    Some((time.parse().ok()?, author.into(), commit.into()))
}

/// The `git` program on a repository that nobody vouches for: no configuration but the repository's own, and the
/// keys in it that could run something are overridden.
fn command(path: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_NO_LAZY_FETCH", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .args(["--no-pager", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"])
        .args(["-c", "log.showSignature=false", "-c", "safe.directory=*", "-C"])
        .arg(path);
    command
}
