//! Which repositories an organisation or group has.
//!
//! In: a provider of the configuration. Out: a row for each repository that its filters let through, from the lists of
//! the forge's API; nothing is asked about a single repository. A list that is not whole is filled up with the rows of
//! the last one that was, so that no fault looks like a deletion. Addresses are never taken over, and names are checked.
//!
//! A forge is one file here and one row in [`FORGES`].

mod gitea;
mod github;
mod gitlab;
#[cfg(test)]
mod tests;

use super::forge::{Api, Credentials, Fault, Row, Rows, Walk, Walked, kept_rows, walk};
use super::issues::encoded;
use super::kept;
use crate::config::{Forge, Integration, Provider, Repositories};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const FORGES: [(Forge, Dialect); 3] =
    [(Forge::GitHub, github::DIALECT), (Forge::GitLab, gitlab::DIALECT), (Forge::Gitea, gitea::DIALECT)];

/// Changes with [`Listed`].
const FORM: &str = "repositories 1";
const LONGEST_NAME: usize = 255;
/// GitLab has at most twenty groups in one another.
const MOST_PARTS: usize = 22;
/// Topics of one repository.
const MOST_TOPICS: usize = 100;

/// What listing needs beside the provider.
pub(super) struct Options<'a> {
    /// The row of the provider's host.
    pub(super) integration: &'a Integration,
    pub(super) credentials: &'a Credentials,
    pub(super) cache_dir: &'a Path,
    /// Nobody is asked: the last lists are read again.
    pub(super) offline: bool,
}

/// What a provider lists.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// What the filters let through, in the order of the lists.
    pub(super) repos: Vec<Listed>,
    /// Why it is not whole. What is missing from it may be there all the same.
    pub(super) fault: Option<String>,
    /// When it was whole the last time, by the host's clock, in seconds since 1970.
    pub(super) whole_at: Option<i64>,
    /// How many repositories the filters took, by filter.
    pub(super) left: BTreeMap<&'static str, usize>,
    /// Questions to the API, and seconds spent waiting because the host asked for it.
    pub(super) requests: usize,
    pub(super) waited: u64,
}

/// A repository as its forge lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// The forge's own, which stays when the repository gets another name.
    pub(super) id: String,
    /// `acme/shop`
    pub(super) path: String,
    /// The branch to read; none where the repository is empty.
    pub(super) branch: Option<String>,
    /// When somebody pushed or did something else the last time.
    pub(super) mark: Option<Mark>,
    pub(super) is_archived: bool,
    pub(super) is_fork: bool,
    pub(super) topics: Vec<String>,
    /// `private`, `internal` or `public`.
    pub(super) visibility: String,
}

/// A time that is another one after every push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// In seconds since 1970, by the host's clock.
    pub(super) at: i64,
    /// For how many seconds a push may leave it as it is.
    pub(super) settles_after: i64,
}

impl Mark {
    /// Whether a repository that was looked at then, and has this mark now as it had then, is as it was.
    pub(super) fn proves(self, looked_at: i64) -> bool {
        looked_at.saturating_sub(self.at) > self.settles_after
    }
}

impl Row for Listed {
    fn id(&self) -> &str {
        &self.id
    }
}

/// How a forge lists repositories.
struct Dialect {
    /// For how many seconds a push may leave a repository's time as it is.
    settles_after: i64,
    /// Lists to ask for what `owner` has: the next one where the one before is not there.
    lists: fn(&Repositories, &Owner<'_>) -> Vec<List>,
    /// The rows of a page, and how many it had.
    read: fn(&[u8], i64) -> Result<Rows<Listed>, Fault>,
}

/// Whose repositories are listed.
struct Owner<'a> {
    /// None for the whole host.
    name: Option<&'a str>,
    /// An app asks, which is told what it is installed for.
    is_app: bool,
}

/// A list that can be asked for.
struct List {
    path: String,
    query: Vec<(&'static str, String)>,
    /// How many rows a full page has at least.
    size: usize,
    /// It is asked for only if it was there once.
    is_former: bool,
}

/// Lists the repositories of a provider.
pub(super) fn list(provider: &Provider, what: &Repositories, api: &Api, options: &Options<'_>) -> Listing {
    let Some((_, dialect)) = FORGES.iter().find(|(forge, _)| *forge == provider.forge) else {
        return Listing { fault: Some("the lists of this forge are not known".to_string()), ..Listing::default() };
    };
    let (requests, waited) = (api.requests(), api.waited());
    let mut listing = Listing::default();
    let (owners, fault) = owners(what, options);
    listing.fault = fault;
    let mut times = Vec::new();
    let mut rows = Vec::new();
    for owner in &owners {
        let walked = ask(dialect, what, owner.as_deref(), api, options);
        times.push(walked.whole_at);
        rows.extend(walked.rows);
        if let Some(fault) = walked.fault {
            let about = owner.as_ref().filter(|_| owners.len() > 1).map(|owner| format!("`{owner}`: "));
            listing.fault.get_or_insert(format!("{}{}", about.unwrap_or_default(), fault.reason));
        }
    }
    // It was whole when the last of its parts was; not at all where one never was.
    listing.whole_at = times.into_iter().collect::<Option<Vec<_>>>().and_then(|times| times.into_iter().min());
    let mut seen = BTreeSet::new();
    rows.retain(|row: &Listed| seen.insert(row.id.clone()));
    for row in rows {
        match refusal(what, provider.forge, &row, &mut listing.fault) {
            Some(filter) => *listing.left.entry(filter).or_default() += 1,
            None => listing.repos.push(on_branch(what, row)),
        }
    }
    listing.requests = api.requests() - requests;
    listing.waited = (api.waited() - waited).as_secs();
    listing
}

/// Whose repositories are wanted: what is configured, or who installed the app. Those of the last time where the app
/// cannot tell.
fn owners(what: &Repositories, options: &Options<'_>) -> (Vec<Option<String>>, Option<String>) {
    let Some(app) = &what.app else { return (vec![what.owner.clone()], None) };
    let file = kept_file(options.cache_dir, &format!("owners 1\n{}\n{app}", options.integration.host));
    let known = || kept::read::<Vec<String>>(&file).unwrap_or_default();
    let some = |owners: Vec<String>| owners.into_iter().map(Some).collect::<Vec<_>>();
    if options.offline {
        return (some(known()), None);
    }
    match options.credentials.organizations(options.integration, Some(app)) {
        Ok(owners) if options.integration.apps.iter().any(|row| row.id == *app) => {
            // A cache that cannot be written costs only the next failure its last good answer.
            let _ = kept::write(&file, &owners);
            (some(owners), None)
        }
        Ok(_) => {
            let host = &options.integration.host;
            (
                some(known()),
                Some(format!("the app {app} is not among the `apps` of `{host}` under `integrations.github`")),
            )
        }
        Err(fault) => (some(known()), Some(fault.reason)),
    }
}

fn kept_file(cache_dir: &Path, key: &str) -> PathBuf {
    cache_dir.join("lists").join(&blake3::hash(key.as_bytes()).to_hex().as_str()[..32])
}

/// Asks for what one owner has.
fn ask(
    dialect: &Dialect,
    what: &Repositories,
    owner: Option<&str>,
    api: &Api,
    options: &Options<'_>,
) -> Walked<Listed> {
    let credential = match options.offline {
        true => None,
        false => options.credentials.of(options.integration, owner.unwrap_or_default()),
    };
    let is_app = credential.as_ref().is_some_and(|credential| credential.is_app);
    let api = credential.map_or_else(|| api.clone(), |credential| api.with_token(credential.secret));
    let folder = options.cache_dir.join("lists");
    let form = format!("{FORM}\n{}", owner.unwrap_or_default());
    let lists = (dialect.lists)(what, &Owner { name: owner, is_app });
    let queries: Vec<Vec<(&str, &str)>> =
        lists.iter().map(|list| list.query.iter().map(|(key, value)| (*key, value.as_str())).collect()).collect();
    let walks = lists.iter().zip(&queries).map(|(list, query)| {
        let pages = Walk { path: &list.path, query, size: list.size, folder: &folder, form: &form };
        (list, pages)
    });
    let walks: Vec<(&List, Walk<'_>)> = walks.collect();
    let was_whole = |pages: &Walk<'_>| kept_rows::<Listed>(&api, pages).whole_at.is_some();
    // An organisation that is not there today has not become a user: only the list that was there once is asked for.
    if let Some((_, pages)) = walks.iter().find(|(_, pages)| was_whole(pages)) {
        return match options.offline {
            true => kept_rows(&api, pages),
            false => walk(&api, pages, &|body| (dialect.read)(body, dialect.settles_after)),
        };
    }
    let never = |reason: &str| Walked { rows: Vec::new(), fault: Some(Fault::of_question(reason)), whole_at: None };
    if options.offline {
        return never("it was never listed, and this run asks nobody");
    }
    let mut first = None;
    for (_, pages) in walks.iter().filter(|(list, _)| !list.is_former) {
        let walked = walk(&api, pages, &|body| (dialect.read)(body, dialect.settles_after));
        if walked.fault.as_ref().is_none_or(|fault| !fault.is_missing) {
            return walked;
        }
        first.get_or_insert(walked);
    }
    first.unwrap_or_else(|| never("its forge has no list of that"))
}

/// The filter that takes a repository.
fn refusal(what: &Repositories, forge: Forge, row: &Listed, fault: &mut Option<String>) -> Option<&'static str> {
    if !is_path(forge, &row.path) {
        return Some("name");
    }
    if !what.forks && row.is_fork {
        return Some("fork");
    }
    if !what.archived && row.is_archived {
        return Some("archived");
    }
    if what.excluded.iter().any(|path| path.trim_matches('/').eq_ignore_ascii_case(&row.path)) {
        return Some("excluded");
    }
    if !what.visibility.is_empty() && !what.visibility.contains(&row.visibility) {
        return Some("visibility");
    }
    let has = |topic: &String| row.topics.iter().any(|own| own.eq_ignore_ascii_case(topic));
    let is_wanted = match forge {
        Forge::GitLab => what.topics.iter().all(has),
        _ => what.topics.is_empty() || what.topics.iter().any(has),
    };
    if !is_wanted || what.excluded_topics.iter().any(has) {
        return Some("topic");
    }
    let name = match forge {
        Forge::GitLab => row.path.as_str(),
        _ => row.path.rsplit('/').next().unwrap_or_default(),
    };
    match what.pattern.as_ref().map(|pattern| pattern.fits(name)) {
        Some(Some(false)) => Some("pattern"),
        // Nothing is left out because of a limit.
        Some(None) => {
            let most = crate::config::Pattern::MOST_STEPS;
            let told = format!(
                "the pattern for names takes more than {most} steps for `{}`; write it without repeats in repeats",
                row.path
            );
            fault.get_or_insert(told);
            None
        }
        _ => None,
    }
}

/// The branch that the configuration wants; none of an empty repository.
fn on_branch(what: &Repositories, row: Listed) -> Listed {
    let branch = match row.branch {
        Some(own) if own.is_empty() => what.branch.clone().or_else(|| what.fallback_branch.clone()),
        Some(own) => Some(what.branch.clone().unwrap_or(own)),
        None => None,
    };
    Listed { branch: branch.filter(|name| is_branch(name)), ..row }
}

fn is_branch(name: &str) -> bool {
    name.len() <= LONGEST_NAME
        && !name.starts_with('-')
        && git2::Reference::is_valid_name(&format!("refs/heads/{name}"))
}

/// Whether a path is a repository's, with nothing in it that leads elsewhere.
fn is_path(forge: Forge, path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let is_deep_enough =
        if forge == Forge::GitLab { (2..=MOST_PARTS).contains(&parts.len()) } else { parts.len() == 2 };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let is_name = |part: &&str| {
        !part.is_empty() && part.len() <= LONGEST_NAME && !matches!(*part, "." | "..") && part.chars().all(is_plain)
    };
    is_deep_enough && parts.iter().all(is_name)
}

/// The rows of a page: each as `T`, or passed over where it is none.
fn rows<T: DeserializeOwned>(items: Vec<serde_json::Value>, row: impl Fn(T) -> Option<Listed>) -> Rows<Listed> {
    let of = items.len();
    let rows = items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).filter_map(row).collect();
    Rows { rows, of }
}

fn of_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(body).map_err(|_| Fault::of_question("its answer is no list of repositories"))
}

fn topics(given: Option<Vec<String>>) -> Vec<String> {
    given.unwrap_or_default().into_iter().take(MOST_TOPICS).filter(|topic| topic.len() <= LONGEST_NAME).collect()
}
