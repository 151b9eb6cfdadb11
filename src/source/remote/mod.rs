//! Remote git servers: the `git` program fetches commits, trees and the files that a portal reads into bare repositories
//! of the cache.
//!
//! A failed fetch changes nothing that is read, so the last good state stays and is shown.

mod blobs;
mod program;
mod redirect;
mod refs;
mod store;

use super::discovery::Mark;
use super::folder::Pattern;
use super::{File, Stale, git};
use crate::config::{Config, Secret};
use git2::{Oid, Repository};
use program::{Call, REMOTE, run};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use store::{FETCHED, State, Store};

pub(super) use program::Server;
pub(super) use refs::{fetch_refs, fetched_refs, kept_as, list};

/// What is wanted of a server.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub(super) url: String,
    /// A branch, a tag or a commit; the default branch when `None`.
    pub(super) reference: Option<String>,
    /// This commit, whatever the server has by now.
    pub(super) locked: Option<String>,
    /// What a list of its organisation says of it.
    pub(super) told: Option<Told>,
    /// Opens it in place of the host's token.
    pub(super) credential: Option<Secret>,
    /// Without a file that matches, it is not brought with its history.
    pub(super) descriptors: Option<String>,
}

/// What a list says of a repository.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    pub(super) mark: Mark,
    /// When the list was given, by the same clock, in seconds since 1970.
    pub(super) given: i64,
}

/// What there is now in the cache.
#[derive(Debug, Clone)]
pub(super) struct Brought {
    /// The bare repository.
    pub(super) path: PathBuf,
    /// None where it is empty.
    pub(super) commit: Option<String>,
    pub(super) branch: Option<String>,
    /// When the server confirmed this state, in seconds since 1970.
    pub(super) confirmed: i64,
    pub(super) has_moved: bool,
    /// Its history is there.
    pub(super) is_whole: bool,
    pub(super) stale: Option<Stale>,
    /// The address that the server gave instead.
    pub(super) moved_to: Option<String>,
    pub(super) supply: Option<Supply>,
}

impl Brought {
    /// The same, for a server that is not asked.
    pub(super) fn not_confirmed(self, reason: String) -> Brought {
        let stale = Stale { reason, since: Some(self.confirmed), is_gone: false };
        Brought { stale: Some(stale), ..self }
    }
}

/// Why there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) reason: String,
    /// Other repositories of this host would fare no better.
    pub(super) is_of_host: bool,
    /// The host wants to be asked later.
    pub(super) is_busy: bool,
}

impl From<String> for Fault {
    fn from(reason: String) -> Fault {
        let of_host = [
            "resolve host",
            "Failed to connect",
            "Could not connect",
            "onnection refused",
            "onnection timed out",
            "onnection reset",
            "etwork is unreachable",
            "unable to connect",
            "SSL",
        ];
        let is_of_host = of_host.iter().any(|words| reason.contains(words));
        Fault { is_of_host, is_busy: reason.ends_with("error: 429"), reason }
    }
}

/// How a run speaks to servers.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) config: &'a Config,
    pub(super) cache: &'a Path,
    pub(super) offline: bool,
    pub(super) is_over: &'a (dyn Fn() -> bool + Sync),
}

/// Brings the cache up to what is wished for, and says what it holds then.
pub(super) fn bring(wish: &Wish, run: &Run<'_>) -> Result<Brought, Fault> {
    let server = Server::of(&wish.url, run.config, wish.credential.as_ref())?;
    let store = Store::open(folder(&wish.url, wish.reference.as_deref(), run.cache))?;
    let known = store.state();
    let brought = |state: State, has_moved: bool| Brought {
        path: store.path.clone(),
        stale: state.fault.clone().map(|reason| Stale { reason, since: Some(state.confirmed), is_gone: false }),
        commit: state.commit,
        branch: state.branch,
        confirmed: state.confirmed,
        has_moved,
        is_whole: state.is_whole,
        moved_to: state.moved_to,
        supply: Some(Supply::new(&server, &store.path, run.offline)),
    };
    if run.offline {
        let never = || store.reason().unwrap_or_else(|| "it was never fetched and this build is offline".to_string());
        let state = known.ok_or_else(never)?;
        return match &wish.locked {
            Some(locked) if state.commit.as_ref() != Some(locked) && !has(&store.path, locked) => {
                Err(format!("the commit `{locked}` was never fetched and this build is offline").into())
            }
            Some(locked) => Ok(brought(State { commit: Some(locked.clone()), fault: None, ..state }, false)),
            None => Ok(brought(state, false)),
        };
    }
    if let Some(state) = known.as_ref().filter(|state| is_current(state, wish) && store.is_intact(state)) {
        let state = State { confirmed: looked(wish), fault: None, ..state.clone() };
        store.write(&state)?;
        return Ok(brought(state, false));
    }
    match update(&server, &store, known.as_ref(), wish, run) {
        Ok(state) => {
            store.write(&state)?;
            let has_moved = known.is_none_or(|known| known.commit != state.commit);
            Ok(brought(state, has_moved))
        }
        Err(reason) => match known.filter(|_| wish.locked.is_none()) {
            Some(known) if !(run.is_over)() => {
                let state = State { fault: Some(reason), ..known };
                store.write(&state)?;
                Ok(brought(state, false))
            }
            known => {
                if known.is_none() && wish.locked.is_none() && !(run.is_over)() {
                    store.note_reason(&reason);
                }
                Err(reason.into())
            }
        },
    }
}

/// Whether the server need not be asked.
fn is_current(state: &State, wish: &Wish) -> bool {
    if let Some(locked) = &wish.locked {
        return state.commit.as_ref() == Some(locked);
    }
    wish.told.is_some_and(|told| state.mark == Some(told.mark.at) && told.mark.proves(state.confirmed))
}

/// What a server has at the reference that is wanted.
struct Head {
    commit: String,
    /// What a fetch names.
    full: String,
    branch: Option<String>,
}

fn update(server: &Server, store: &Store, known: Option<&State>, wish: &Wish, run: &Run<'_>) -> Result<State, String> {
    let (server, head) = redirect::followed(server, |server| look(server, wish, run.is_over))?;
    let moved_to = (server.url() != wish.url).then(|| server.url().to_string());
    let confirmed = looked(wish);
    let mark = wish.told.map(|told| told.mark.at);
    let known = known.filter(|state| store.is_sound(state));
    let Some(head) = head else {
        let path = match known {
            Some(_) => None,
            None => Some(store.quarantine()?),
        };
        if let Some(path) = path {
            store.replace(&path)?;
        }
        return Ok(State { confirmed, mark, moved_to, ..State::default() });
    };
    let state = |is_whole| State {
        commit: Some(head.commit.clone()),
        branch: head.branch.clone(),
        confirmed,
        mark,
        is_whole,
        fault: None,
        moved_to,
        packs: Vec::new(),
    };
    if let Some(known) = known {
        let is_same = known.commit.as_ref() == Some(&head.commit);
        if is_same && (known.is_whole || !is_described(&store.path, &head.commit, wish)?) {
            return Ok(state(known.is_whole));
        }
        return Ok(state(fetch(&server, &store.path, &head, known.is_whole, wish, run)?));
    }
    let path = store.quarantine()?;
    let is_whole = fetch(&server, &path, &head, wish.descriptors.is_none(), wish, run)?;
    store.replace(&path)?;
    Ok(state(is_whole))
}

/// Asks what the reference stands for. `None` for an empty repository.
fn look(server: &Server, wish: &Wish, is_over: &dyn Fn() -> bool) -> Result<Option<Head>, String> {
    if let Some(commit) = wish.locked.as_ref().or(wish.reference.as_ref().filter(|name| is_commit(name))) {
        let branch = wish.reference.clone().filter(|name| !is_commit(name));
        return Ok(Some(Head { commit: commit.clone(), full: commit.clone(), branch }));
    }
    let call = Call { input: "", fills: None, is_over };
    let ask =
        |patterns: &[String]| run(server.command().args(["ls-remote", "--symref", "--", REMOTE]).args(patterns), &call);
    let (branch, tag) = match &wish.reference {
        Some(name) => (format!("refs/heads/{name}"), Some(format!("refs/tags/{name}"))),
        None => ("HEAD".to_string(), None),
    };
    let patterns: Vec<String> =
        [branch.clone()].into_iter().chain(tag.iter().flat_map(|tag| [tag.clone(), format!("{tag}^{{}}")])).collect();
    let said = ask(&patterns)?;
    let rows: Vec<(&str, &str)> = said.lines().filter_map(|line| line.split_once('\t')).collect();
    let id = |name: &str| {
        let row = rows.iter().find(|(what, row)| *row == name && is_commit(what));
        row.map(|(id, _)| id.to_string())
    };
    if let Some(commit) = id(&branch) {
        let symbolic = rows.iter().find_map(|(what, _)| what.strip_prefix("ref: refs/heads/"));
        let name = wish.reference.clone().or(symbolic.map(str::to_string));
        let full = name.as_ref().map_or(branch, |name| format!("refs/heads/{name}"));
        return Ok(Some(Head { commit, full, branch: name }));
    }
    if let Some((tag, commit)) = tag.and_then(|tag| Some((tag.clone(), id(&format!("{tag}^{{}}")).or(id(&tag))?))) {
        return Ok(Some(Head { commit, full: tag, branch: wish.reference.clone() }));
    }
    let others = ask(&["refs/heads/*".to_string()])?;
    let names: Vec<&str> = others.lines().filter_map(|line| line.split_once("\trefs/heads/")).map(|(_, n)| n).collect();
    match (&wish.reference, names.as_slice()) {
        (_, []) => Ok(None),
        (Some(name), names) => Err(format!("it has no branch and no tag `{name}`; it has {}", some(names))),
        (None, names) => Err(format!("it has no default branch; name one of {}", some(names))),
    }
}

/// The first few names, quoted.
fn some(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > SHOWN { format!(" and {} more", names.len() - SHOWN) } else { String::new() };
    format!("{}{more}", shown.join(", "))
}

fn is_commit(name: &str) -> bool {
    name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Brings a head into the repository at `path`, with all commits or only the last. Whether all are there now.
fn fetch(server: &Server, path: &Path, head: &Head, is_whole: bool, wish: &Wish, to: &Run<'_>) -> Result<bool, String> {
    let call = Call { input: "", fills: Some(path), is_over: to.is_over };
    let get = |depth: Option<&str>| {
        let mut command = server.fetch(path);
        command.args(depth).args(["--", REMOTE]).arg(format!("+{}:{FETCHED}", head.full));
        run(&mut command, &call).map(drop)
    };
    let is_whole = match is_whole {
        true => match get(None) {
            // A history that is too long is done without.
            Err(reason) if reason.starts_with("it has more than") => get(Some("--depth=1")).map(|()| false),
            result => result.map(|()| true),
        }?,
        false => {
            get(Some("--depth=1"))?;
            let is_shallow = path.join("shallow").exists();
            is_described(path, &head.commit, wish)? && (!is_shallow || get(Some("--unshallow")).is_ok())
        }
    };
    files_of(server, path, &head.commit, to.is_over)?;
    Ok(is_whole)
}

/// Whether the commit holds what its source looks for.
fn is_described(path: &Path, commit: &str, wish: &Wish) -> Result<bool, String> {
    let Some(descriptors) = &wish.descriptors else { return Ok(true) };
    let repository = open(path)?;
    let (_, files) = git::at(&repository, commit)?;
    let Some(pattern) = Pattern::new(descriptors) else { return Ok(false) };
    Ok(files.iter().any(|file| pattern.is_match(&file.path)))
}

/// Brings the files of a commit, or of a reference, that a portal is likely to read.
fn files_of(server: &Server, path: &Path, commit: &str, is_over: &dyn Fn() -> bool) -> Result<(), String> {
    let bring = |ids: Vec<Oid>| supply(server, path, &ids, is_over);
    let repository = open(path)?;
    bring(git::links(&repository, commit)?)?;
    let (_, files) = git::at(&open(path)?, commit)?;
    let of = |wanted: &dyn Fn(&File) -> bool| -> Vec<Oid> {
        files.iter().filter(|file| wanted(file)).filter_map(git::object).take(blobs::MOST).collect()
    };
    bring(of(&|file| blobs::first(&file.path)))?;
    let repository = open(path)?;
    let text = |file: &File| {
        let blob = repository.find_blob(git::object(file)?).ok()?;
        Some(String::from_utf8_lossy(blob.content()).into_owned())
    };
    let folders = blobs::folders(&files, text);
    bring(of(&|file| blobs::is_below(&folders, &file.path)))
}

/// Brings those of the objects that are missing.
fn supply(server: &Server, path: &Path, ids: &[Oid], is_over: &dyn Fn() -> bool) -> Result<(), String> {
    let repository = open(path)?;
    let objects = repository.odb().map_err(|error| error.message().to_string())?;
    let missing: Vec<String> = ids.iter().filter(|id| !objects.exists(**id)).map(|id| format!("{id}\n")).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut command = server.command();
    command.arg("-C").arg(path).args(["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags"]);
    command.args(["--no-recurse-submodules", "--no-auto-gc", "--no-write-fetch-head", "--filter=blob:none", "--stdin"]);
    command.args(["--", REMOTE]);
    run(&mut command, &Call { input: &missing.concat(), fills: Some(path), is_over }).map(drop)
}

/// Brings files that somebody reads and that were not fetched with the others.
#[derive(Debug)]
pub(super) struct Supply {
    pub(super) server: Server,
    pub(super) path: PathBuf,
    /// The server was asked in vain, or must not be asked.
    is_closed: AtomicBool,
}

impl Supply {
    fn new(server: &Server, path: &Path, offline: bool) -> Supply {
        Supply { server: server.clone(), path: path.to_path_buf(), is_closed: AtomicBool::new(offline) }
    }

    /// What the cache holds cannot be read.
    pub(super) fn is_damaged(&self) {
        forget(&self.path);
    }

    /// Brings a file with those beside it. The error says why not.
    pub(super) fn bring(&self, files: &[File], path: &str) -> Result<(), String> {
        if self.is_closed.load(Ordering::Relaxed) {
            return Err("it was not fetched, and its server is not asked now".to_string());
        }
        let ids: Vec<Oid> = blobs::beside(files, path).into_iter().filter_map(git::object).collect();
        supply(&self.server, &self.path, &ids, &|| false).inspect_err(|_| self.is_closed.store(true, Ordering::Relaxed))
    }
}

impl Clone for Supply {
    fn clone(&self) -> Self {
        let is_closed = AtomicBool::new(self.is_closed.load(Ordering::Relaxed));
        Supply { server: self.server.clone(), path: self.path.clone(), is_closed }
    }
}

/// What the cache holds here cannot be read: the next look fetches it anew.
pub(super) fn forget(path: &Path) {
    Store::forget(path);
}

/// A repository has another address: what the cache holds of it stays.
pub(super) fn rename(old: &str, new: &str, reference: Option<&str>, cache: &Path) {
    let (old, new) = (folder(old, reference, cache), folder(new, reference, cache));
    if !new.exists() {
        // Otherwise it is fetched anew.
        let _ = std::fs::rename(old, new);
    }
}

/// A repository is gone: the cache needs nothing of it any more.
pub(super) fn discard(url: &str, reference: Option<&str>, cache: &Path) {
    let Ok(store) = Store::open(folder(url, reference, cache)) else { return };
    // What stays costs only its room.
    let _ = std::fs::remove_dir_all(&store.path);
    let _ = std::fs::remove_file(store.path.with_extension("lock"));
}

fn has(path: &Path, commit: &str) -> bool {
    let found =
        |repository: Repository| repository.find_commit(Oid::from_str(commit).ok()?).ok()?.tree().ok().map(drop);
    open(path).ok().and_then(found).is_some()
}

fn open(path: &Path) -> Result<Repository, String> {
    Repository::open_bare(path).map_err(|error| error.message().to_string())
}

/// When the server was asked, by the clock of its list where there is one.
fn looked(wish: &Wish) -> i64 {
    wish.told.map_or_else(now, |told| told.given)
}

/// Only ages of what is kept follow from the clock, and whether a server has to be asked.
pub(super) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

fn folder(url: &str, reference: Option<&str>, cache: &Path) -> PathBuf {
    let key = blake3::hash(format!("{url}\n{}", reference.unwrap_or_default()).as_bytes()).to_hex();
    let name: String = url
        .rsplit(['/', ':'])
        .next()
        .unwrap_or_default()
        .trim_end_matches(".git")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .take(40)
        .collect();
    cache.join("git").join(format!("{name}-{}.git", &key.as_str()[..16]))
}
