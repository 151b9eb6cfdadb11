//! The part of the crawl that asks servers: what organisations list, and repositories that are fetched.

use super::{From, Known, Opened, Origin, Target, Worklist, remote_id, without_path, without_userinfo};
use crate::config::{Integration, Lists, Location, LocationKind, People, Provider, Repositories, Source};
use crate::diagnostics::{Place, rules};
use crate::source::discovery::{self, Listed, Listing};
use crate::source::forge::{Api, Patience};
use crate::source::lockfile::{Entry, state_of};
use crate::source::remote::{Brought, Fault, Run, Told, Wish, discard, forget, now, rename};
use crate::source::roster::{self, Notes, Roster};
use crate::source::sync::bring_all;
use crate::source::web::{self, Web};
use crate::source::{Absent, Repo, RepoId, SourceState, Stale, Status, git, history, kept, people};
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use url::Url;

/// A repository that a provider lists, and how it is fetched.
pub(super) struct FromProvider {
    wish: Wish,
    listed: Listed,
    is_gone: bool,
    /// The descriptor's address, as Backstage's providers give it.
    target: String,
    /// The path of descriptors in it.
    descriptors: String,
    place: Place,
}

/// What a provider gave.
pub(super) enum Given {
    Repositories(Vec<FromProvider>),
    People(Box<Repo>, Arc<Origin>),
}

/// Why, and since when.
type SourceFault = (String, Option<i64>);

impl Worklist<'_> {
    /// What each provider of the configuration lists.
    pub(super) fn discover(&mut self) -> Vec<(String, Given)> {
        let mut apis: HashMap<String, Option<Api>> = HashMap::new();
        let mut given = Vec::new();
        for provider in &self.config.providers {
            let Some(integration) = self.config.integration(&provider.host) else { continue };
            let patience = Patience {
                longest: self.options.max_wait,
                goes_on: self.options.goes_on.clone(),
                ..Patience::default()
            };
            let api = apis.entry(provider.host.clone()).or_insert_with(|| Api::of(integration, patience));
            let Some(api) = api else { continue };
            let of_provider = match &provider.lists {
                Lists::Repositories(what) => Given::Repositories(self.repositories(provider, what, api, integration)),
                Lists::People(what) => self.people(provider, what, api, integration),
            };
            given.push((provider.id.clone(), of_provider));
        }
        given
    }

    fn asks_nobody(&self) -> bool {
        self.options.offline || self.options.locked.is_some()
    }

    fn repositories(
        &mut self,
        provider: &Provider,
        what: &Repositories,
        api: &Api,
        integration: &Integration,
    ) -> Vec<FromProvider> {
        let cache_dir = self.options.cache_dir;
        let (listing, roster) = match self.options.locked {
            Some(locked) => {
                let repos = locked.repositories(&provider.id, &integration.base());
                let shown = repos.iter().map(|listed| (listed.clone(), false)).collect();
                (Listing { repos, ..Listing::default() }, Roster { repos: shown, ..Roster::default() })
            }
            None => {
                let options = discovery::Options {
                    integration,
                    credentials: &self.credentials,
                    cache_dir,
                    offline: self.options.offline,
                };
                let listing = discovery::list(provider, what, api, &options);
                let notes = match (self.options.offline, self.options.publishes) {
                    (true, _) => Notes::Nothing,
                    (false, false) => Notes::Missing,
                    (false, true) => Notes::Shown,
                };
                let roster = roster::roster(provider, what, &listing, cache_dir, notes);
                (listing, roster)
            }
        };
        for (listed, old) in &roster.renamed {
            let (from, to) = (clone_url(integration, old), clone_url(integration, &listed.path));
            rename(&from, &to, listed.branch.as_deref(), cache_dir);
            let id: Arc<str> = remote_id(&to).into();
            self.findings.push(rules::source::renamed(Place::file(id, ""), old, &listed.path));
        }
        for listed in &roster.left {
            let url = clone_url(integration, &listed.path);
            discard(&url, listed.branch.as_deref(), cache_dir);
            let id = remote_id(&url);
            let reason = gone(&provider.id);
            self.absent.push(Absent { id: id.into(), is_gone: true, reason });
        }
        let fault = listing.fault.clone().map(|fault| (fault, listing.whole_at));
        let (fault, stale_since) = self.noted(provider, fault).unzip();
        self.sources.push(SourceState {
            id: provider.id.clone(),
            place: provider.place.clone(),
            repos: listing.repos.len(),
            stale_since: stale_since.flatten(),
            fault,
            requests: listing.requests,
            waited: listing.waited,
            cron: provider.cron.clone(),
        });
        let of_listed = |(listed, is_gone): (Listed, bool)| {
            let url = clone_url(integration, &listed.path);
            let branch = listed.branch.clone().unwrap_or_else(|| "HEAD".to_string());
            let web = Web::of_remote(&url, &branch, self.config)?;
            let told = listed.mark.zip(listing.whole_at).map(|(mark, given)| Told { mark, given });
            let owner = listed.path.split('/').next().unwrap_or_default();
            let wish = Wish {
                locked: self.locked_commit(&url, listed.branch.as_deref()),
                url,
                reference: listed.branch.clone(),
                told: told.filter(|_| listing.fault.is_none()),
                credential: (!self.asks_nobody())
                    .then(|| self.credentials.credential(integration, owner))
                    .flatten()
                    .filter(|_| !integration.apps.is_empty()),
                descriptors: Some(what.descriptors.clone()),
            };
            Some(FromProvider {
                wish,
                is_gone,
                target: web.file(&what.descriptors, 0).replace("%2A", "*"),
                descriptors: what.descriptors.clone(),
                place: provider.place.clone(),
                listed,
            })
        };
        roster.repos.into_iter().filter_map(of_listed).collect()
    }

    fn people(&mut self, provider: &Provider, what: &People, api: &Api, integration: &Integration) -> Given {
        let options = people::Options {
            integration,
            credentials: &self.credentials,
            cache_dir: self.options.cache_dir,
            offline: self.asks_nobody(),
        };
        let read = people::read(provider, what, api, &options);
        self.findings.extend(read.findings);
        let (fault, stale_since) = self.noted(provider, read.fault.map(|fault| (fault, read.stale_since))).unzip();
        self.sources.push(SourceState {
            id: provider.id.clone(),
            place: provider.place.clone(),
            repos: 0,
            stale_since: stale_since.flatten(),
            fault,
            requests: read.requests,
            waited: read.waited,
            cron: provider.cron.clone(),
        });
        let id = format!("{} ({})", provider.host, provider.id);
        let files = || read.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        let hash = files().fold(blake3::Hasher::new(), |mut hasher, (path, text)| {
            hasher.update(path.as_bytes()).update(text.as_bytes());
            hasher
        });
        let state = hash.finalize().to_hex().to_string();
        self.resolved.push(Entry { state, ..Entry::of(&provider.id, &integration.base()) });
        let target = match what.organizations.as_slice() {
            [only] => format!("{}/{only}", integration.base()),
            _ => integration.base(),
        };
        let origin = Arc::new(Origin { location: None, kind: "url", target, is_trusted: true });
        Given::People(Box::new(Repo::in_memory(&id, files())), origin)
    }

    /// What a provider could not give, and when it last could. A run that asks notes it for those that do not.
    fn noted(&self, provider: &Provider, fault: Option<SourceFault>) -> Option<SourceFault> {
        let key = format!("fault 1\n{}\n{}\n{:?}", provider.id, provider.host, provider.lists);
        let name = blake3::hash(key.as_bytes()).to_hex();
        let file = self.options.cache_dir.join("faults").join(&name.as_str()[..32]);
        if self.options.locked.is_some() {
            return fault;
        }
        if self.options.offline {
            return kept::read::<Option<SourceFault>>(&file).flatten().or(fault);
        }
        // A cache that cannot be written was told of already.
        let _ = kept::write(&file, &fault);
        fault
    }

    /// Brings everything that the configuration names, at once.
    pub(super) fn bring_configured<'a>(&mut self, given: impl Iterator<Item = &'a Given>) {
        let mut wishes = Vec::new();
        for Location { kind, target, .. } in &self.config.locations {
            if *kind == LocationKind::Url {
                wishes.extend(self.wish_of(target));
            }
        }
        for source in &self.config.sources {
            if let Source::Git { url, branch, .. } = source {
                wishes.push(self.wish(url, branch.as_deref()));
            }
        }
        for given in given {
            if let Given::Repositories(rows) = given {
                let is_fetched = |row: &&FromProvider| !row.is_gone && row.listed.branch.is_some();
                wishes.extend(rows.iter().filter(is_fetched).map(|row| row.wish.clone()));
            }
        }
        self.bring(wishes);
    }

    /// Brings the repositories that targets of descriptors lead to, at once.
    pub(super) fn bring_targets<'a>(&mut self, targets: impl Iterator<Item = &'a Target>) {
        let wishes: Vec<Wish> = targets
            .filter(|target| target.of_type.is_none() && target.target.contains("://"))
            .filter_map(|target| self.wish_of(&target.target))
            .collect();
        self.bring(wishes);
    }

    /// The repository that an address of a file leads to, unless it is there already.
    fn wish_of(&self, target: &str) -> Option<Wish> {
        let file = web::parse_file(&Url::parse(target).ok()?, self.config)?;
        if self.local_twin(&file, None).is_some() {
            return None;
        }
        let branch = (file.web.reference != "HEAD").then_some(file.web.reference.as_str());
        Some(self.wish(&format!("{}.git", file.web.base), branch))
    }

    fn wish(&self, url: &str, reference: Option<&str>) -> Wish {
        let host = web::split_remote(url).map(|(host, _)| host).unwrap_or_default();
        let integration = self.config.integration(&host).filter(|row| !row.apps.is_empty() && !self.asks_nobody());
        let owner = web::split_remote(url).map(|(_, path)| path).unwrap_or_default();
        let owner = owner.trim_start_matches('/').split('/').next().unwrap_or_default().to_string();
        Wish {
            url: url.to_string(),
            reference: reference.map(str::to_string),
            locked: self.locked_commit(url, reference),
            told: None,
            credential: integration.and_then(|integration| self.credentials.credential(integration, &owner)),
            descriptors: None,
        }
    }

    fn locked_commit(&self, url: &str, reference: Option<&str>) -> Option<String> {
        self.options.locked.and_then(|locked| locked.commit(&without_userinfo(url), reference))
    }

    /// Fetches and opens what is wished for and not known yet; it waits until somebody takes it.
    fn bring(&mut self, wishes: Vec<Wish>) {
        let mut seen = BTreeSet::new();
        let is_new = |wish: &Wish| {
            let key = key_of(wish);
            !self.known.contains_key(&key) && !self.brought.contains_key(&key)
        };
        let wishes: Vec<Wish> = wishes
            .into_iter()
            .filter(|wish| is_new(wish) && seen.insert((wish.url.clone(), wish.reference.clone())))
            .collect();
        if wishes.is_empty() {
            return;
        }
        let goes_on = self.options.goes_on.clone();
        let is_over = move || !goes_on();
        let run = Run {
            config: self.config,
            cache: self.options.cache_dir,
            offline: self.options.offline,
            is_over: &is_over,
        };
        let brought = bring_all(&wishes, &run, self.options.max_wait, self.options.listener);
        if !self.options.offline {
            self.asks = true;
        }
        let opened: Vec<(Known, Result<Opened, Fault>)> = wishes
            .into_par_iter()
            .zip(brought)
            .map(|(wish, brought)| (key_of(&wish), brought.and_then(|brought| self.open_brought(&wish, brought, &run))))
            .collect();
        self.brought.extend(opened);
    }

    /// What the cache holds of a remote repository. A cache that cannot be read is fetched once more.
    fn open_brought(&self, wish: &Wish, brought: Brought, run: &Run<'_>) -> Result<Opened, Fault> {
        let opened = self.open_kept(wish, brought.clone());
        // What this machine lacks says nothing about the cache.
        let is_of_machine = |cause: &String| cause.contains("oo many open files") || cause.contains("memory");
        if run.offline || opened.as_ref().map_or_else(is_of_machine, |_| true) {
            return opened.map_err(Fault::from);
        }
        forget(&brought.path);
        let again = crate::source::remote::bring(&Wish { told: None, ..wish.clone() }, run)?;
        self.open_kept(wish, again).map_err(Fault::from)
    }

    fn open_kept(&self, wish: &Wish, brought: Brought) -> Result<Opened, String> {
        let id = remote_id(&wish.url);
        let place = Place::file(id.as_str(), "");
        let url = brought.moved_to.as_deref().unwrap_or(&wish.url);
        let mut findings = Vec::new();
        let mut repo = match &brought.commit {
            Some(commit) => git::open_kept(&id, &brought.path, commit, brought.supply)
                .map_err(|cause| format!("the cache is damaged: {}", without_path(&cause)))?,
            None => Repo { status: Status::Empty, ..Repo::in_memory(&id, []) },
        };
        repo.branch = brought.branch;
        repo.confirmed = Some(brought.confirmed);
        repo.has_moved = brought.has_moved;
        let shown = repo.branch.clone().or(repo.commit.as_ref().map(|commit| commit.id.clone())).unwrap_or_default();
        repo.web = Web::of_remote(url, &shown, self.config);
        if brought.is_whole
            && let Err(cause) = history::fill(&mut repo, &brought.path, self.options.cache)
        {
            findings.push(rules::source::no_history(place.clone(), &id, &cause));
        }
        if brought.moved_to.is_some() {
            findings.push(rules::source::moved(place, &without_userinfo(&wish.url), &without_userinfo(url)));
        }
        if let Some(stale) = brought.stale {
            repo.status = Status::Stale(stale);
        }
        Ok(Opened { repo, findings })
    }

    /// The repository at an address; `None`, with a finding, where there is nothing to show of it.
    pub(super) fn remote(&mut self, url: &str, branch: Option<&str>, place: &Place) -> Option<RepoId> {
        self.take_remote(self.wish(url, branch), "", place, |_| {})
    }

    fn take_remote(
        &mut self,
        wish: Wish,
        source: &str,
        place: &Place,
        finish: impl FnOnce(&mut Repo),
    ) -> Option<RepoId> {
        let key = key_of(&wish);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        self.bring(vec![wish.clone()]);
        let shown = without_userinfo(&wish.url);
        let opened = self.brought.remove(&key)?;
        let opened = opened.map(|mut opened| {
            finish(&mut opened.repo);
            if let Status::Stale(stale) = &opened.repo.status
                && !stale.is_gone
            {
                opened.findings.push(rules::source::stale(place.clone(), &shown, &stale.reason));
            }
            // Whoever lists an organisation did not name what is empty in it.
            if opened.repo.status == Status::Empty && source.is_empty() {
                let id = &opened.repo.id;
                opened.findings.push(rules::source::empty(Place::file(id.clone(), ""), id));
            }
            self.resolved.push(Entry {
                reference: wish.reference.clone(),
                state: state_of(&opened.repo),
                is_archived: opened.repo.is_archived,
                ..Entry::of(source, &shown)
            });
            opened
        });
        if let Err(fault) = &opened {
            let reason = fault.reason.clone();
            self.absent.push(Absent { id: remote_id(&wish.url).into(), is_gone: false, reason });
        }
        self.keep(key, opened.map_err(|fault| rules::source::unreachable(place.clone(), &shown, &fault.reason)))
    }

    /// Queues the descriptors of what a provider gave.
    pub(super) fn take_given(&mut self, given: Given, source: &str) {
        let rows = match given {
            Given::Repositories(rows) => rows,
            Given::People(repo, origin) => {
                let key = Known::Bundle(source.to_string());
                if let Some(id) = self.keep(key, Ok(Opened { repo: *repo, findings: Vec::new() })) {
                    self.take_files(id, &origin, |_| true);
                }
                return;
            }
        };
        for row in rows {
            let FromProvider { wish, listed, is_gone, target, descriptors, place } = row;
            if listed.branch.is_none() {
                let id = remote_id(&wish.url);
                let web = Web::of_remote(&wish.url, "HEAD", self.config);
                let repo = Repo {
                    status: Status::Empty,
                    web,
                    is_archived: listed.is_archived,
                    confirmed: wish.told.map(|told| told.given),
                    ..Repo::in_memory(&id, [])
                };
                let url = without_userinfo(&wish.url);
                self.resolved.push(Entry { state: state_of(&repo), ..Entry::of(source, &url) });
                self.keep(key_of(&wish), Ok(Opened { repo, findings: Vec::new() }));
                continue;
            }
            let repo = if is_gone {
                self.take_gone(&wish, source)
            } else {
                let finish = |repo: &mut Repo| repo.is_archived = listed.is_archived;
                self.take_remote(wish, source, &place, finish)
            };
            let Some(repo) = repo else { continue };
            let origin = Arc::new(Origin { location: None, kind: "url", target: target.clone(), is_trusted: false });
            let target = Target { target, of_type: None, optional: true, place, of: "".into() };
            let from = From { emitter: self.emitter(origin.clone()), origin, configured: true };
            self.take(repo, &descriptors, &target, &from);
        }
    }

    /// What the cache still has of a repository that left its list.
    fn take_gone(&mut self, wish: &Wish, source: &str) -> Option<RepoId> {
        let key = key_of(wish);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let run = Run { config: self.config, cache: self.options.cache_dir, offline: true, is_over: &|| false };
        let reason = gone(source);
        let opened =
            crate::source::remote::bring(wish, &run).and_then(|brought| self.open_brought(wish, brought, &run));
        match opened {
            Ok(mut opened) => {
                let since = opened.repo.confirmed;
                opened.repo.status = Status::Stale(Stale { reason, since, is_gone: true });
                self.keep(key, Ok(opened))
            }
            Err(_) => {
                self.absent.push(Absent { id: remote_id(&wish.url).into(), is_gone: true, reason });
                None
            }
        }
    }

    /// When hosts were asked the last time; noted where this run asked them.
    pub(super) fn asked_at(&self) -> Option<i64> {
        let file = self.options.cache_dir.join("asked");
        if self.asks {
            // A cache that cannot be written was told of already.
            let _ = kept::write(&file, &now());
        }
        kept::read(&file)
    }
}

/// Why a repository is shown no more.
fn gone(source: &str) -> String {
    format!(
        "`{source}` does not list it any more, or a filter leaves it out now, as one for archived repositories does"
    )
}

fn key_of(wish: &Wish) -> Known {
    Known::Remote(wish.url.clone(), wish.reference.clone())
}

fn clone_url(integration: &Integration, path: &str) -> String {
    format!("{}/{path}.git", integration.base())
}
