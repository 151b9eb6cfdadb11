//! When each file last changed, by whom, in which commit, and what the newest commits say: one pass of the `git` program,
//! remembered by commit.

use super::{Change, Repo, parent};
use crate::cache::Cache;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Changes with the meaning of the stored bytes.
const VERSION: &str = "callboard history 3";

/// Commits that are kept whatever their age.
const ALWAYS: usize = 30;
/// Commits that are kept of the last weeks before the newest.
const MOST: usize = 500;
const WEEKS: i64 = 5 * 7 * 86_400;
/// What is kept of one commit.
const MOST_TOUCHED: usize = 24;
const LONGEST_SUMMARY: usize = 200;
/// Commits that are read only to learn when descriptors came.
const FARTHEST: usize = 20_000;

/// What the log of a repository tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// Last change by path.
    last: BTreeMap<Box<str>, Change>,
    /// When a YAML file came, by path, in seconds since 1970; empty where the log is too long to know.
    first: BTreeMap<Box<str>, i64>,
    commits: Vec<PastCommit>,
}

/// One of the newest commits. Those that changed no file, as most merges, are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastCommit {
    pub id: Box<str>,
    /// Seconds since 1970, UTC.
    pub time: i64,
    pub author: Box<str>,
    /// First line of the message.
    pub summary: Box<str>,
    /// What it changed, at most the first few: YAML files, which may be descriptors, by their path, and of all others the
    /// folder, with a slash at its end where it has a name.
    pub touched: Vec<Box<str>>,
}

impl History {
    /// The last change of a file, where git knows it.
    pub fn last_change(&self, path: &str) -> Option<&Change> {
        self.last.get(path)
    }

    /// When a YAML file came, in seconds since 1970.
    pub fn first_seen(&self, path: &str) -> Option<i64> {
        self.first.get(path).copied()
    }

    /// The newest commits, newest first: thirty, and up to five hundred of the last five weeks before the newest.
    pub fn commits(&self) -> &[PastCommit] {
        &self.commits
    }

    /// Older commits of these weeks may be missing.
    pub fn is_cut(&self) -> bool {
        self.commits.len() == MOST
    }

    /// Whether git could have told this: what a bundle says is written by whoever made it.
    pub(super) fn is_plausible(&self) -> bool {
        let is_plain = |commit: &PastCommit| {
            is_commit_id(&commit.id)
                && commit.touched.len() <= MOST_TOUCHED
                && commit.summary.chars().take(LONGEST_SUMMARY + 1).count() <= LONGEST_SUMMARY
        };
        self.commits.len() <= MOST
            && self.commits.iter().all(is_plain)
            && self.last.values().all(|change| is_commit_id(&change.commit))
    }

    fn forget(&mut self, unknown: &HashSet<&str>) {
        self.last.retain(|_, change| !unknown.contains(&*change.commit));
        self.commits.retain(|commit| !unknown.contains(&*commit.id));
        if !unknown.is_empty() {
            self.first.clear();
        }
    }
}

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
    let wanted = repo.files.iter().map(|file| &*file.path).collect();
    repo.history = log(path, &commit.id, wanted)?;
    repo.history.forget(&boundary.lines().collect());
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

/// Walks the log until every wanted file was seen and enough is known of the newest commits. Merges count where a file
/// differs from every parent.
fn log(path: &Path, commit: &str, wanted: HashSet<&str>) -> Result<History, String> {
    let mut child = command(path)
        .args(["log", "-c", "--no-renames", "--name-only", "-z", "--format=%x01%H%x02%ct%x02%aN%x02%s%x03", commit])
        .arg("--")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("the `git` program cannot be run: {error}"))?;
    let Some(stdout) = child.stdout.take() else { return Ok(History::default()) };
    let mut reader = BufReader::new(stdout);
    let mut chunk = Vec::new();
    let mut walk = Walk::new(wanted);
    while !walk.is_over() {
        chunk.clear();
        match reader.read_until(0, &mut chunk) {
            Ok(0) => {
                walk.came_to_the_end = true;
                break;
            }
            Ok(_) => {}
            Err(error) => return Err(error.to_string()),
        }
        let text = String::from_utf8_lossy(chunk.strip_suffix(&[0]).unwrap_or(&chunk));
        let name = match text.rsplit_once('\u{3}') {
            Some((head, rest)) => {
                walk.enter(header(head));
                rest
            }
            None => &text,
        };
        let name = name.trim_start_matches('\n');
        if !name.is_empty() {
            walk.see(name);
        }
    }
    drop(reader);
    let _ = child.kill();
    let _ = child.wait();
    Ok(walk.end())
}

/// What is known on the way back through the log.
struct Walk<'a> {
    /// Files whose last change is not known yet.
    wanted: HashSet<&'a str>,
    /// When the YAML files among them were changed first, as far as the walk came.
    first: HashMap<&'a str, i64>,
    last: BTreeMap<Box<str>, Change>,
    commits: Vec<PastCommit>,
    newest: i64,
    current: Option<Entered>,
    /// Commits since there was nothing more to learn but when descriptors came.
    farther: usize,
    came_to_the_end: bool,
}

/// The commit whose files come.
struct Entered {
    change: Change,
    summary: Box<str>,
    touched: BTreeSet<Box<str>>,
}

impl<'a> Walk<'a> {
    fn new(wanted: HashSet<&'a str>) -> Self {
        let first = wanted.iter().filter(|path| is_yaml(path)).map(|path| (*path, 0)).collect();
        Walk {
            wanted,
            first,
            last: BTreeMap::new(),
            commits: Vec::new(),
            newest: i64::MIN,
            current: None,
            farther: 0,
            came_to_the_end: false,
        }
    }

    fn is_over(&self) -> bool {
        let has_time = self.current.as_ref().is_none_or(|current| self.keeps(current.change.time));
        self.wanted.is_empty() && !has_time && (self.first.is_empty() || self.farther > FARTHEST)
    }

    /// Whether a commit of that time is told of.
    fn keeps(&self, time: i64) -> bool {
        let most = if time >= self.newest.saturating_sub(WEEKS) { MOST } else { ALWAYS };
        self.commits.len() < most
    }

    fn enter(&mut self, entered: Option<Entered>) {
        self.leave();
        if let Some(Entered { change, .. }) = &entered {
            self.newest = self.newest.max(change.time);
            self.farther += usize::from(self.wanted.is_empty());
        }
        self.current = entered;
    }

    fn leave(&mut self) {
        let Some(Entered { change, summary, touched }) = self.current.take() else { return };
        if self.keeps(change.time) && !touched.is_empty() {
            let Change { time, author, commit } = change;
            let touched = touched.into_iter().collect();
            self.commits.push(PastCommit { id: (&*commit).into(), time, author: (&*author).into(), summary, touched });
        }
    }

    fn see(&mut self, path: &str) {
        let keeps = self.current.as_ref().is_some_and(|current| self.keeps(current.change.time));
        let Some(Entered { change, touched, .. }) = &mut self.current else { return };
        if let Some(path) = self.wanted.take(path) {
            self.last.insert(path.into(), change.clone());
        }
        if let Some(first) = self.first.get_mut(path) {
            *first = change.time;
        }
        if keeps && touched.len() < MOST_TOUCHED {
            touched.insert(match (is_yaml(path), parent(path)) {
                (true, _) => path.into(),
                (false, "") => "".into(),
                (false, folder) => format!("{folder}/").into(),
            });
        }
    }

    fn end(mut self) -> History {
        self.leave();
        let first = self.first.into_iter().filter(|(_, time)| self.came_to_the_end && *time > 0);
        let first = first.map(|(path, time)| (path.into(), time)).collect();
        History { last: self.last, first, commits: self.commits }
    }
}

/// Commits are named in addresses.
pub(super) fn is_commit_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

fn header(text: &str) -> Option<Entered> {
    let (_, text) = text.split_once('\u{1}')?;
    let mut parts = text.splitn(4, '\u{2}');
    let (commit, time, author, summary) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let change = Change { time: time.parse().ok()?, author: author.into(), commit: commit.into() };
    let summary: String = summary.chars().filter(|c| !c.is_control()).take(LONGEST_SUMMARY).collect();
    Some(Entered { change, summary: summary.into(), touched: BTreeSet::new() })
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
