//! The bundles that the configuration names, each as the repository that its place there means.

use super::fetch::{self, Answer, Download};
use super::read::Bundle;
use super::{ENDING, shortened};
use crate::config::{BundlesFrom, Config, Source};
use crate::diagnostics::{Finding, Place, rules};
use crate::source::crawl::{CrawlOptions, below};
use crate::source::web::{Web, split_remote};
use crate::source::{Absent, Repo, SourceState, Stale, Status, kept};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use url::{Origin, Url};

/// Servers that are asked at a time.
const AT_ONCE: usize = 8;
/// After so long, those that were not asked yet are shown as they were.
const PATIENCE: Duration = Duration::from_secs(900);
/// Bundles below one folder, and how deep they may lie: a host, groups, a name.
const MOST_BUNDLES: usize = 50_000;
const DEEPEST: usize = 24;

/// Changes with what is checked of a bundle.
const VERIFIED: &str = "callboard bundle verified 1";

/// What one entry of `callboard.sources.bundles` gave.
pub(in crate::source) struct FromBundles {
    pub(in crate::source) taken: Vec<Taken>,
    pub(in crate::source) findings: Vec<Finding>,
    pub(in crate::source) absent: Vec<Absent>,
    pub(in crate::source) state: SourceState,
}

/// A repository from a bundle.
pub(in crate::source) struct Taken {
    pub(in crate::source) repo: Repo,
    /// Where it is read on the web.
    pub(in crate::source) base: String,
    /// What the configuration calls the bundle, and where.
    pub(in crate::source) shown: String,
    pub(in crate::source) place: Place,
}

/// A bundle that the configuration names.
struct Asked<'a> {
    /// The number of the entry.
    entry: usize,
    /// `host/org/name`
    id: String,
    /// The address of the repository that it may speak for.
    repository: String,
    at: At<'a>,
    shown: String,
    place: Place,
}

enum At<'a> {
    File(PathBuf),
    Url(&'a Url),
}

/// What became of one bundle.
#[derive(Default)]
struct Given {
    repo: Option<Repo>,
    finding: Option<Finding>,
    /// Why there is none, or only an older one.
    fault: Option<String>,
    requests: usize,
    /// Its server need not be asked for others.
    is_host_away: bool,
}

/// Why a bundle is not used.
enum Fault {
    /// It could not be asked for.
    Unreachable(String),
    Damaged(String),
    /// It says that it is this repository.
    Foreign(String),
    UnknownHost,
}

/// What is kept of a bundle that came from a server, beside the bundle itself.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// The hash of the bundle, which is also its name.
    hash: [u8; 32],
    mark: Option<String>,
    /// When it was given or confirmed.
    time: Option<i64>,
}

/// Opens all bundles of the configuration, entry by entry.
pub(in crate::source) fn open(config: &Config, options: &CrawlOptions<'_>) -> Vec<FromBundles> {
    let mut entries = Vec::new();
    let mut asked = Vec::new();
    for source in &config.sources {
        let Source::Bundles { from, place } = source else { continue };
        let (of_entry, findings) = wanted(entries.len(), from, place, config);
        let shown = match from {
            BundlesFrom::Folder(path) | BundlesFrom::File { path, .. } => below(&config.dir, path),
            BundlesFrom::Url { url, .. } => without_query(url),
        };
        entries.push(FromBundles {
            taken: Vec::new(),
            absent: Vec::new(),
            state: SourceState {
                id: format!("bundles:{shown}"),
                place: place.clone(),
                repos: 0,
                // What is wrong with single bundles is told of their repositories.
                fault: None,
                stale_since: None,
                requests: 0,
                waited: 0,
                cron: None,
            },
            findings,
        });
        asked.extend(of_entry);
    }
    let opening = Opening { config, options, agent: fetch::agent() };
    let given = opening.all(&asked);
    for (asked, given) in asked.into_iter().zip(given) {
        let Asked { entry, id, shown, place, .. } = asked;
        let FromBundles { taken, findings, absent, state } = &mut entries[entry];
        findings.extend(given.finding);
        state.requests += given.requests;
        match given.repo {
            Some(repo) => {
                let base = repo.web.as_ref().map_or_else(String::new, |web| web.base.clone());
                taken.push(Taken { repo, base, shown, place });
            }
            None => {
                let reason = given.fault.unwrap_or_default();
                absent.push(Absent { id: id.into(), is_gone: false, reason });
            }
        }
        state.repos = taken.len();
    }
    entries
}

/// The bundles of an entry, by name.
fn wanted<'a>(entry: usize, from: &'a BundlesFrom, place: &Place, config: &Config) -> (Vec<Asked<'a>>, Vec<Finding>) {
    let asked = |repository: String, at: At<'a>, shown: String| {
        let (host, path) = split_remote(&repository).unwrap_or_default();
        let id = format!("{host}/{}", path.trim_matches('/').trim_end_matches(".git"));
        Asked { entry, id, repository, at, shown, place: place.clone() }
    };
    match from {
        BundlesFrom::File { path, repository } => {
            let shown = below(&config.dir, path);
            (vec![asked(repository.to_string(), At::File(path.clone()), shown)], Vec::new())
        }
        BundlesFrom::Url { url, repository } => {
            (vec![asked(repository.to_string(), At::Url(url), without_query(url))], Vec::new())
        }
        BundlesFrom::Folder(folder) => {
            let shown = below(&config.dir, folder);
            if !folder.is_dir() {
                return (Vec::new(), vec![rules::source::no_such_folder(Some(place.clone()), &shown)]);
            }
            let (mut bundles, mut findings) = (Vec::new(), Vec::new());
            for path in in_folder(folder) {
                if bundles.len() >= MOST_BUNDLES {
                    findings.push(rules::source::too_many_bundles(place.clone(), &shown, MOST_BUNDLES));
                    break;
                }
                let shown = format!("{shown}/{path}");
                match repository_of(&path) {
                    Some(repository) => bundles.push(asked(repository, At::File(folder.join(&path)), shown)),
                    None => findings.push(rules::source::bundle_misplaced(place.clone(), &shortened(&shown))),
                }
            }
            if bundles.is_empty() && findings.is_empty() {
                findings.push(rules::source::no_bundles(place.clone(), &shown));
            }
            (bundles, findings)
        }
    }
}

/// The bundles below a folder, by path. Links are not followed: who may put a bundle into one place of the folder may not
/// put it into another.
fn in_folder(folder: &Path) -> Vec<String> {
    let walk = walkdir::WalkDir::new(folder).max_depth(DEEPEST).sort_by_file_name();
    let found = walk
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file() && entry.path().extension().is_some_and(|ending| ending == ENDING));
    let inside = |path: &Path| Some(path.strip_prefix(folder).ok()?.to_str()?.replace(std::path::MAIN_SEPARATOR, "/"));
    let mut paths: Vec<String> = found.filter_map(|entry| inside(entry.path())).collect();
    paths.sort();
    paths
}

/// What a bundle at `<host>/<org>/<name>.callboard` may speak for.
fn repository_of(path: &str) -> Option<String> {
    let path = path.strip_suffix(ENDING)?.strip_suffix('.')?;
    let is_name = |part: &str| {
        let is_known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '+' | '~');
        !matches!(part, "" | "." | "..") && part.chars().all(is_known)
    };
    let (host, project) = path.split_once('/')?;
    let is_project = project.contains('/') && project.split('/').all(is_name);
    let is_host = is_name(host.rsplit_once(':').map_or(host, |(host, _)| host));
    (is_host && is_project).then(|| format!("https://{host}/{project}"))
}

/// An address as it may be shown: what follows `?` is often a key.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.to_string()
}

struct Opening<'a> {
    config: &'a Config,
    options: &'a CrawlOptions<'a>,
    agent: ureq::Agent,
}

impl Opening<'_> {
    /// Files on all processors; of servers some at once, since what takes time is the way there.
    fn all<'a>(&self, asked: &'a [Asked<'a>]) -> Vec<Given> {
        let mut given: Vec<Given> = asked
            .par_iter()
            .map(|asked| match &asked.at {
                At::File(path) => self.file(asked, path),
                At::Url(_) => Given::default(),
            })
            .collect();
        let remote: Vec<(usize, &Asked<'a>, &Url)> = asked
            .iter()
            .enumerate()
            .filter_map(|(at, asked)| match asked.at {
                At::Url(url) => Some((at, asked, url)),
                At::File(_) => None,
            })
            .collect();
        let begin = Instant::now();
        // Why a server is not asked any more.
        let mut away: HashMap<Origin, String> = HashMap::new();
        for round in remote.chunks(AT_ONCE) {
            let is_late = begin.elapsed() > PATIENCE;
            let refusal = |url: &Url| match is_late {
                true => Some("reading others took too long".to_owned()),
                false => away.get(&url.origin()).cloned(),
            };
            let heard: Vec<(usize, Origin, Given)> = std::thread::scope(|scope| {
                let ask = |(at, asked, url): &(usize, &'a Asked<'a>, &'a Url)| {
                    let (asked, url, refusal) = (*asked, *url, refusal(url));
                    (*at, url.origin(), scope.spawn(move || self.url(asked, url, refusal)))
                };
                let threads: Vec<_> = round.iter().map(ask).collect();
                let lost = |at: usize| {
                    let fault = Fault::Unreachable("asking for it failed".to_owned());
                    self.nothing(&asked[at], &fault, 1)
                };
                let heard = threads
                    .into_iter()
                    .map(|(at, origin, thread)| (at, origin, thread.join().unwrap_or_else(|_| lost(at))));
                heard.collect()
            });
            for (at, origin, heard) in heard {
                if let (true, Some(reason)) = (heard.is_host_away, &heard.fault) {
                    away.entry(origin).or_insert_with(|| reason.clone());
                }
                given[at] = heard;
            }
        }
        given
    }

    fn file(&self, asked: &Asked<'_>, path: &Path) -> Given {
        match self.checked(asked, path) {
            Ok((bundle, web)) => Given { repo: Some(bundle.into_repo(&asked.id, web)), ..Given::default() },
            Err(fault) => self.nothing(asked, &fault, 0),
        }
    }

    /// A bundle of which every byte was looked at, and where its repository is read on the web.
    fn checked(&self, asked: &Asked<'_>, path: &Path) -> Result<(Bundle, Web), Fault> {
        let bundle = Bundle::open(path).map_err(Fault::Damaged)?;
        let web = self.speaks_for(&bundle, asked)?;
        let key = *blake3::Hasher::new().update(VERIFIED.as_bytes()).update(bundle.mark()).finalize().as_bytes();
        if self.options.cache.get(&key).is_none() {
            bundle.verify().map_err(Fault::Damaged)?;
            self.options.cache.put(&key, b"good");
        }
        Ok((bundle, web))
    }

    fn speaks_for(&self, bundle: &Bundle, asked: &Asked<'_>) -> Result<Web, Fault> {
        let reference = bundle.reference();
        let web = Web::of_remote(&asked.repository, reference, self.config).ok_or(Fault::UnknownHost)?;
        let said = Web::of_remote(bundle.repository(), reference, self.config);
        if said.is_some_and(|said| said.base.eq_ignore_ascii_case(&web.base)) {
            return Ok(web);
        }
        Err(Fault::Foreign(shortened(bundle.repository())))
    }

    fn nothing(&self, asked: &Asked<'_>, fault: &Fault, requests: usize) -> Given {
        let (finding, fault) = (Some(finding(asked, fault, false)), Some(reason(fault)));
        Given { finding, fault, requests, ..Given::default() }
    }

    fn url(&self, asked: &Asked<'_>, url: &Url, refusal: Option<String>) -> Given {
        let key = blake3::hash(format!("{url}\n{}", asked.repository).as_bytes()).to_hex();
        let folder = self.options.cache_dir.join("bundles").join(&key.as_str()[..32]);
        let locked = fs::create_dir_all(&folder).and_then(|()| {
            let lock = File::create(folder.join("lock"))?;
            lock.lock().map(|()| lock)
        });
        let _lock = match locked {
            Ok(lock) => lock,
            Err(error) => {
                let fault = Fault::Unreachable(format!("the cache cannot be written: {error}"));
                return self.nothing(asked, &fault, 0);
            }
        };
        let kept: Option<Kept> = kept::read(&folder.join("kept"));
        let last = kept.as_ref().and_then(|kept| {
            let bundle = Bundle::open(&kept_file(&folder, &kept.hash)).ok()?;
            let web = self.speaks_for(&bundle, asked).ok().filter(|_| bundle.mark() == &kept.hash)?;
            Some(bundle.into_repo(&asked.id, web))
        });
        if self.options.offline {
            let never = || Fault::Unreachable("it was never fetched and this build is offline".to_owned());
            return match last {
                Some(repo) => Given { repo: Some(repo), ..Given::default() },
                None => self.nothing(asked, &never(), 0),
            };
        }
        let mut requests = 0;
        let mark = kept.as_ref().filter(|_| last.is_some()).and_then(|kept| kept.mark.as_deref());
        let answer = match refusal {
            Some(reason) => Err(reason.into()),
            None => fetch::fetch(&self.agent, url, mark, &folder, &mut requests),
        };
        let is_host_away = answer.as_ref().is_err_and(|failure| failure.is_of_host);
        let fault = match (answer, last) {
            (Ok(Answer::Same { time }), last @ Some(_)) => {
                if let Some(kept) = kept {
                    // An older time is all that it costs where it cannot be written.
                    let _ = kept::write(&folder.join("kept"), &Kept { time, ..kept });
                }
                return Given { repo: last, requests, ..Given::default() };
            }
            (Ok(Answer::Same { .. }), None) => {
                (Fault::Unreachable("it names an answer that it never gave".into()), None)
            }
            (Ok(Answer::New(download)), last) => match self.take(asked, download, &folder, kept.as_ref()) {
                Ok(mut repo) => {
                    let is_new = |last: Repo| last.commit != repo.commit;
                    repo.has_moved = last.is_none_or(is_new);
                    return Given { repo: Some(repo), requests, ..Given::default() };
                }
                Err(fault) => (fault, last),
            },
            (Err(failure), last) => (Fault::Unreachable(failure.reason), last),
        };
        match fault {
            (fault, None) => Given { is_host_away, ..self.nothing(asked, &fault, requests) },
            (fault, Some(mut repo)) => {
                let reason = reason(&fault);
                let since = kept.and_then(|kept| kept.time);
                repo.status = Status::Stale(Stale { reason: reason.clone(), since, is_gone: false });
                let finding = Some(finding(asked, &fault, true));
                Given { repo: Some(repo), finding, fault: None, requests, is_host_away }
            }
        }
    }

    /// Checks what came and puts it in the place of what was kept, which stays one time longer for those who read it now.
    fn take(&self, asked: &Asked<'_>, new: Download, folder: &Path, last: Option<&Kept>) -> Result<Repo, Fault> {
        let (bundle, web) = self.checked(asked, new.file.path())?;
        let hash = *bundle.mark();
        let unwritten = |error: std::io::Error| Fault::Unreachable(format!("the cache cannot be written: {error}"));
        let path = kept_file(folder, &hash);
        new.file.as_file().sync_all().map_err(unwritten)?;
        new.file.persist(&path).map_err(|error| unwritten(error.error))?;
        let kept = Kept { hash, mark: new.mark, time: new.time };
        kept::write(&folder.join("kept"), &kept).map_err(unwritten)?;
        sweep(folder, &[&hash, last.map_or(&hash, |last| &last.hash)]);
        // The file has another name now.
        let bundle = Bundle::open(&path).map_err(Fault::Damaged)?;
        Ok(bundle.into_repo(&asked.id, web))
    }
}

fn kept_file(folder: &Path, hash: &[u8; 32]) -> PathBuf {
    folder.join(format!("{}.{ENDING}", blake3::Hash::from_bytes(*hash).to_hex()))
}

/// Removes older bundles, and what a run that was ended left.
fn sweep(folder: &Path, kept: &[&[u8; 32]]) {
    let stays = |path: &Path| kept.iter().any(|hash| kept_file(folder, hash) == path);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    for path in entries.filter(|path| !path.ends_with("kept") && !path.ends_with("lock") && !stays(path)) {
        // What cannot be removed now is tried again with the next bundle.
        let _ = fs::remove_file(path);
    }
}

fn reason(fault: &Fault) -> String {
    match fault {
        Fault::Unreachable(reason) | Fault::Damaged(reason) => reason.clone(),
        Fault::Foreign(said) => format!("its bundle speaks for `{said}`"),
        Fault::UnknownHost => "its host is not configured".to_owned(),
    }
}

fn finding(asked: &Asked<'_>, fault: &Fault, has_earlier: bool) -> Finding {
    let Asked { shown, repository, place, .. } = asked;
    let place = place.clone();
    match fault {
        Fault::Unreachable(reason) if has_earlier => rules::source::stale(place, shown, reason),
        Fault::Unreachable(reason) => rules::source::unreachable(place, shown, reason),
        Fault::Damaged(reason) => rules::source::bundle_damaged(place, shown, reason, has_earlier),
        Fault::Foreign(said) => rules::source::bundle_foreign(place, shown, said, repository, has_earlier),
        Fault::UnknownHost => {
            let host = split_remote(repository).map_or_else(String::new, |(host, _)| host);
            rules::source::bundle_of_unknown_host(place, shown, &host)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_in_the_folder_names_the_repository() {
        let named = |path| repository_of(path);
        let at = |address: &str| Some(address.to_owned());
        assert_eq!(named("github.com/acme/shop.callboard"), at("https://github.com/acme/shop"));
        assert_eq!(named("git.example:8443/a/b/c.d.callboard"), at("https://git.example:8443/a/b/c.d"));
        for path in [
            "shop.callboard",
            "github.com/shop.callboard",
            "github.com/acme/.callboard",
            "github.com/acme/a b.callboard",
            "github.com/acme/a%2fb.callboard",
            "git hub/acme/shop.callboard",
            "github.com/acme/shop.zip",
        ] {
            assert_eq!(named(path), None, "{path}");
        }
    }

    #[test]
    fn keys_in_addresses_are_not_shown() {
        let url = Url::parse("https://s3.example/shop.callboard?X-Signature=secret#x").expect("an address");
        assert_eq!(without_query(&url), "https://s3.example/shop.callboard");
    }
}
