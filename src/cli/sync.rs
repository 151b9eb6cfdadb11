//! `callboard sync`

use super::deny::{Deny, refuse_denied};
use super::options::{ReadOptions, cached_source, program, site_options};
use super::talk::Progress;
use super::{Talk, lock};
use crate::catalog::IngestCache;
use crate::config::{Loaded, Source, ThemeFiles};
use crate::diagnostics::{Finding, Stop, count, rules};
use crate::output::{Interrupt, Pack};
use crate::pipeline::{self, CatalogOptions, Input};
use crate::site::pages::Counts;
use crate::source::{CrawlOptions, MAX_STALE, Snapshot, Status};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Bring the sources that lie on servers up to date, and nothing else.
///
/// Asks the organisations of the configuration what they have, fetches the repositories that changed, and writes
/// `callboard.lock`. `build` does the same before it builds, unless it is `--offline`.
#[derive(Args)]
#[command(mut_arg("offline", |arg| arg.hide(true)))]
#[command(after_help = "\
Examples:
  callboard sync                       Fetch what the app-config.yaml of this folder names
  callboard sync && callboard build --offline
  callboard sync --deny stale --deny incomplete   For CI: fail where anything could not be fetched")]
pub(crate) struct Sync {
    /// The folder of the portal's `app-config.yaml`
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    read: ReadOptions,
    /// What makes this fail, once everything else is fetched; may be repeated: `stale`, `gone`, `incomplete`, `errors`,
    /// `warnings`, or a rule by its name
    #[arg(long, value_parser = Deny::parse, value_name = "WHAT")]
    deny: Vec<Deny>,
    /// Days after which a repository that could not be refreshed is an error
    #[arg(long, default_value_t = MAX_STALE, value_name = "DAYS")]
    max_stale: u32,
}

pub(crate) fn run(command: &Sync, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    command.read.use_jobs()?;
    if command.read.is_offline() {
        return Err(Stop::usage("`sync` asks servers, and `--offline` asks nobody")
            .hint("`callboard sources` tells what was fetched before."));
    }
    let loaded = command.read.load(&command.dir, talk)?;
    if !asks_servers(&loaded) {
        talk.say("Nothing to fetch: the configuration names no source on a server");
        return Ok(());
    }
    let began = Instant::now();
    let progress = Progress::new(talk, interrupt);
    let cache_dir = command.read.cache_dir();
    let cache = Pack::open(&cache_dir, "blocks");
    let descriptors = Pack::open(&cache_dir, "catalog");
    let theme = ThemeFiles::new();
    let stopped = interrupt.clone();
    let gathered = pipeline::gather(&Input {
        loaded: &loaded,
        theme: &theme,
        crawl: CrawlOptions {
            max_stale: command.max_stale,
            listener: &progress,
            goes_on: Arc::new(move || !stopped.is_raised()),
            ..command.read.crawl(false, &cache_dir, &cache)
        },
        catalog: CatalogOptions {
            cache: Some(IngestCache { cache: &descriptors, program: program() }),
            ..CatalogOptions::default()
        },
        site: site_options(false, false),
        cache: &cache,
        watcher: &progress,
    })?;
    descriptors.flush();
    cache.flush();
    progress.finish();
    lock::write(&loaded, &gathered.snapshot, talk);
    // What is wrong with entities is told by `build` and `check`.
    let is_of_sources = |finding: &&Finding| rules::is_of_sources(finding.rule);
    let findings: Vec<Finding> = gathered.findings.iter().filter(is_of_sources).cloned().collect();
    talk.findings(&findings, &cached_source(&loaded, &gathered.snapshot));
    talk.say(&summary(&gathered.snapshot, began));
    let mut counts = Counts::of(&gathered.snapshot, &gathered.catalog, &gathered.graph);
    counts.count_findings(&findings);
    refuse_denied(&command.deny, &counts, &findings, "the sources are not as they should be")
}

/// Whether the configuration names anything that is fetched.
fn asks_servers(loaded: &Loaded) -> bool {
    let config = &loaded.config;
    let is_fetched = |source: &Source| !matches!(source, Source::Filesystem { .. });
    !config.providers.is_empty() || !config.locations.is_empty() || config.sources.iter().any(is_fetched)
}

/// `Synced 500 repositories: 12 fetched, 485 unchanged, 2 stale, 1 gone; 7 questions to APIs, 1.2 s`
fn summary(snapshot: &Snapshot, began: Instant) -> String {
    let remote: Vec<_> = snapshot.repos.iter().filter(|repo| repo.is_remote()).collect();
    let number =
        |is: &dyn Fn(&Status, bool) -> bool| remote.iter().filter(|repo| is(&repo.status, repo.has_moved)).count();
    let is_well = |status: &Status| status.stale().is_none();
    let parts = [
        (number(&|status, moved| is_well(status) && moved), "fetched"),
        (number(&|status, moved| is_well(status) && !moved), "unchanged"),
        (number(&|status, _| status.stale().is_some_and(|stale| !stale.is_gone)), "stale"),
        (number(&|status, _| status.is_gone()), "gone"),
        (snapshot.absent.iter().filter(|absent| !absent.is_gone).count(), "failed"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .enumerate()
        .filter(|(at, (number, _))| *at < 2 || *number > 0)
        .map(|(_, (number, word))| format!("{number} {word}"))
        .collect();
    let requests: usize = snapshot.sources.iter().map(|source| source.requests).sum();
    let waited: u64 = snapshot.sources.iter().map(|source| source.waited).sum();
    let waited = if waited > 0 { format!(", {waited} s of them waiting for hosts") } else { String::new() };
    format!(
        "Synced {}: {}; {} to APIs, {:.1} s{waited}",
        count(remote.len(), "repository"),
        parts.join(", "),
        count(requests, "question"),
        began.elapsed().as_secs_f32(),
    )
}
