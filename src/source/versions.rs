//! Other tags and branches of repositories, read beside the state that a portal shows.
//!
//! Only what is asked for is listed, fetched and opened; a repository that nobody asks about costs nothing. Names of
//! refs come from whoever may push: they are compared and shown, and never a path of this machine.

mod number;

use super::crawl::CrawlOptions;
use super::git::Objects;
use super::remote::Supply;
use super::{History, Repo, RepoId, Snapshot, Status, Store, Web, git, remote};
use git2::Repository;
use globset::{Glob, GlobSet, GlobSetBuilder};
use number::{Standing, standing};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

/// Longer names are passed over, in bytes.
const LONGEST_NAME: usize = 200;

/// Versions that somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct VersionsWanted<'a> {
    pub repo: RepoId,
    /// Names of tags and branches, in which `*` stands for anything.
    pub patterns: &'a [String],
    /// How many at most, the newest first.
    pub most: usize,
}

/// What there is of them.
#[derive(Debug, Default)]
pub struct VersionsFound {
    /// Releases first, the newest on top, then what has no number, then pre-releases.
    pub versions: Vec<Version>,
    /// How many more there are than were asked for.
    pub left_out: usize,
    /// Names of tags that hold no files.
    pub unreadable: Vec<String>,
    /// Why the repository has no versions, or only those of an earlier time.
    pub fault: Option<String>,
}

/// A repository at a tag or another branch.
#[derive(Debug, Clone)]
pub struct Version {
    pub name: String,
    /// It is a tag, and its name is that of a release.
    pub is_release: bool,
    pub repo: RepoId,
}

/// True for a pattern that can be read.
pub fn is_version_pattern(pattern: &str) -> bool {
    Glob::new(pattern).is_ok()
}

/// Reads versions into the snapshot and answers each wish.
pub fn read_versions(
    snapshot: &mut Snapshot,
    wanted: &[VersionsWanted<'_>],
    options: &CrawlOptions<'_>,
) -> Vec<VersionsFound> {
    let mut by_repo: BTreeMap<RepoId, Vec<usize>> = BTreeMap::new();
    for (at, wish) in wanted.iter().enumerate() {
        by_repo.entry(wish.repo).or_default().push(at);
    }
    let by_repo: Vec<(RepoId, Vec<usize>)> = by_repo.into_iter().collect();
    let read: Vec<Of> = by_repo
        .par_iter()
        .map(|(id, wishes)| {
            let wishes: Vec<&VersionsWanted<'_>> = wishes.iter().map(|at| &wanted[*at]).collect();
            let repo = snapshot.repo(*id);
            versions_of(repo, &wishes, options).unwrap_or_else(|fault| Of::failed(repo, wishes.len(), fault))
        })
        .collect();
    let mut found: Vec<VersionsFound> = wanted.iter().map(|_| VersionsFound::default()).collect();
    for ((id, wishes), of) in by_repo.into_iter().zip(read) {
        snapshot.repos[id.0 as usize].branch = of.branch;
        let mut ids: BTreeMap<usize, RepoId> = BTreeMap::new();
        for (at, repo) in of.repos {
            ids.insert(at, RepoId((snapshot.repos.len() + snapshot.versions.len()) as u32));
            snapshot.versions.push(repo);
        }
        for (wish, (picked, left_out)) in wishes.into_iter().zip(of.picks) {
            let answer = &mut found[wish];
            (answer.left_out, answer.fault) = (left_out, of.fault.clone());
            for at in picked {
                let listed = &of.refs[at];
                match ids.get(&at) {
                    Some(repo) => answer.versions.push(Version {
                        name: listed.name.clone(),
                        is_release: listed.kind == Kind::Tag && matches!(standing(&listed.name), Standing::Release(_)),
                        repo: *repo,
                    }),
                    None => answer.unreadable.push(listed.name.clone()),
                }
            }
        }
    }
    found
}

/// What was read of one repository.
struct Of {
    refs: Vec<Listed>,
    /// By wish.
    picks: Vec<Pick>,
    /// By ref. Those that hold no files are missing.
    repos: Vec<(usize, Repo)>,
    /// The branch that the portal shows.
    branch: Option<String>,
    fault: Option<String>,
}

impl Of {
    fn failed(repo: &Repo, wishes: usize, fault: String) -> Of {
        let picks = vec![(Vec::new(), 0); wishes];
        Of { refs: Vec::new(), picks, repos: Vec::new(), branch: repo.branch.clone(), fault: Some(fault) }
    }
}

/// A tag or branch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// Of several refs with one name, the first kind counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Tag,
    Branch,
    /// A branch of the repository that a local one was cloned from.
    OfOrigin,
}

const PREFIXES: [(Kind, &str); 3] =
    [(Kind::Tag, "refs/tags/"), (Kind::Branch, "refs/heads/"), (Kind::OfOrigin, "refs/remotes/origin/")];

impl Listed {
    pub(super) fn of(full: &str) -> Option<Listed> {
        let (kind, name) = PREFIXES.iter().find_map(|(kind, prefix)| Some((*kind, full.strip_prefix(prefix)?)))?;
        let is_usable = (1..=LONGEST_NAME).contains(&name.len()) && name != "HEAD";
        is_usable.then(|| Listed { name: name.to_owned(), kind })
    }

    pub(super) fn full(&self) -> String {
        let prefix = PREFIXES.iter().find(|(kind, _)| *kind == self.kind).map_or("", |(_, prefix)| prefix);
        format!("{prefix}{}", self.name)
    }
}

fn versions_of(repo: &Repo, wishes: &[&VersionsWanted<'_>], options: &CrawlOptions<'_>) -> Result<Of, String> {
    let repository = git_of(repo)?;
    let mut fault = None;
    let mut branch = repo.branch.clone();
    let (refs, picks) = match repository.supply() {
        None => {
            let listed = locked(&repository, |repository| {
                branch = branch.take().or_else(|| branch_behind(repository, "refs/remotes/origin/HEAD"));
                listed(repository)
            })?;
            pick(listed, branch.as_deref(), wishes)
        }
        Some(supply) => {
            // A server that could not be reached a moment ago is not asked again.
            let is_asked = !options.offline && options.locked.is_none() && repo.status == Status::Fresh;
            let fetched = is_asked.then(|| fetched(supply, repo.branch.as_deref(), wishes));
            match fetched {
                Some(Ok((main, granted))) => {
                    branch = branch.or(main);
                    granted
                }
                failed => {
                    fault = failed.and_then(Result::err);
                    let (kept, main) = locked(&repository, remote::fetched_refs)?;
                    branch = branch.or(main);
                    pick(kept, branch.as_deref(), wishes)
                }
            }
        }
    };
    let union: BTreeSet<usize> = picks.iter().flat_map(|(picked, _)| picked).copied().collect();
    let repos = union
        .into_iter()
        .filter_map(|at| {
            let full = if repository.supply().is_some() { remote::kept_as(&refs[at]) } else { refs[at].full() };
            let at_version = locked(&repository, |repository| git::at(repository, &full)).ok();
            let (commit, files) = at_version.filter(|(_, files)| !files.is_empty())?;
            let web = repo.web.as_ref().map(|web| Web { reference: commit.id.clone(), ..web.clone() });
            let version = Repo {
                id: repo.id.clone(),
                status: Status::Fresh,
                commit: Some(commit),
                web,
                history: History::default(),
                is_archived: false,
                has_moved: false,
                branch: Some(refs[at].name.clone()),
                confirmed: None,
                files,
                store: Store::Git(Arc::clone(&repository)),
                code_owners: OnceLock::new(),
            };
            Some((at, version))
        })
        .collect();
    Ok(Of { refs, picks, repos, branch, fault })
}

/// Brings what is wished for from the server: its default branch, its refs, and which of them are granted.
fn fetched(
    supply: &Supply,
    shown: Option<&str>,
    wishes: &[&VersionsWanted<'_>],
) -> Result<(Option<String>, Granted), String> {
    let (listed, main) = remote::list(&supply.server)?;
    let granted = pick(listed, shown.or(main.as_deref()), wishes);
    let (refs, picks) = &granted;
    let union: BTreeSet<usize> = picks.iter().flat_map(|(picked, _)| picked).copied().collect();
    let union: Vec<&Listed> = union.into_iter().map(|at| &refs[at]).collect();
    remote::fetch_refs(&supply.server, &union, main.as_deref(), &supply.path)?;
    Ok((main, granted))
}

/// The refs that a wish is granted, and how many more there are.
type Pick = (Vec<usize>, usize);

/// Refs, and what of them each wish is granted.
type Granted = (Vec<Listed>, Vec<Pick>);

/// A repository as it was at a commit; `None` where git does not have that commit, or its files, any more.
pub fn at_commit(repo: &Repo, commit: &str) -> Option<Repo> {
    let repository = git_of(repo).ok()?;
    let (commit, files) = locked(&repository, |repository| git::at(repository, commit)).ok()?;
    let web = repo.web.as_ref().map(|web| Web { reference: commit.id.clone(), ..web.clone() });
    Some(Repo {
        id: repo.id.clone(),
        status: Status::Fresh,
        commit: Some(commit),
        web,
        history: History::default(),
        is_archived: false,
        has_moved: false,
        branch: None,
        confirmed: None,
        files,
        store: Store::Git(repository),
        code_owners: OnceLock::new(),
    })
}

/// The object store of a repository. Its versions share one, since each holds files open.
fn git_of(repo: &Repo) -> Result<Arc<Objects>, String> {
    match repo.store() {
        Store::Git(repository) => Ok(Arc::clone(repository)),
        Store::Folder(root) if root.join(".git").exists() => {
            git::repository(root).map(|repository| Objects::new(repository, None))
        }
        Store::Bundle(_) => Err("its bundle holds no other versions".to_owned()),
        Store::Folder(_) | Store::Memory | Store::Noting(..) => Err("it is no git repository".to_owned()),
    }
}

fn locked<T>(objects: &Objects, read: impl FnOnce(&Repository) -> Result<T, String>) -> Result<T, String> {
    objects.with(read)
}

/// The branch that a reference stands for, such as the one that a clone was made from.
pub(super) fn branch_behind(repository: &Repository, reference: &str) -> Option<String> {
    let reference = repository.find_reference(reference).ok()?;
    let target = reference.symbolic_target().ok().flatten()?;
    Listed::of(target).map(|listed| listed.name)
}

fn listed(repository: &Repository) -> Result<Vec<Listed>, String> {
    let mut references = repository.references().map_err(|error| error.message().to_string())?;
    Ok(references.names().filter_map(|name| Listed::of(name.ok()?)).collect())
}

/// Each name once, in order, without the branch that is shown anyway; and what of them each wish is granted.
fn pick(mut refs: Vec<Listed>, shown: Option<&str>, wishes: &[&VersionsWanted<'_>]) -> Granted {
    refs.retain(|listed| listed.kind == Kind::Tag || Some(listed.name.as_str()) != shown);
    refs.sort_unstable();
    refs.dedup_by(|later, kept| later.name == kept.name);
    let picks = wishes
        .iter()
        .map(|wish| {
            let globs = globs(wish.patterns);
            let mut matching: Vec<usize> = (0..refs.len()).filter(|at| globs.is_match(&refs[*at].name)).collect();
            matching.sort_by_cached_key(|at| (standing(&refs[*at].name), refs[*at].kind, *at));
            let left_out = matching.len().saturating_sub(wish.most);
            matching.truncate(wish.most);
            (matching, left_out)
        })
        .collect();
    (refs, picks)
}

/// Patterns that cannot be read match nothing.
fn globs(patterns: &[String]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for glob in patterns.iter().filter_map(|pattern| Glob::new(pattern).ok()) {
        builder.add(glob);
    }
    builder.build().unwrap_or_else(|_| GlobSet::empty())
}
