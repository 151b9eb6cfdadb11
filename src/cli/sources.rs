//! `callboard sources`

use super::columns::columns;
use super::options::{ReadOptions, program, site_options};
use super::talk::Progress;
use super::{Talk, print};
use crate::catalog::IngestCache;
use crate::config::ThemeFiles;
use crate::diagnostics::Stop;
use crate::output::{Interrupt, Pack};
use crate::pipeline::{self, CatalogOptions, Input};
use crate::source::date::{DAY, rfc3339};
use crate::source::{CrawlOptions, Outside, Snapshot};
use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// List the sources of the portal with their state, age and what is wrong with them.
///
/// Reads what was fetched before and asks nobody.
#[derive(Args)]
#[command(mut_arg("offline", |arg| arg.hide(true)), mut_arg("max_wait", |arg| arg.hide(true)))]
#[command(after_help = "\
Examples:
  callboard sources
  callboard sources --format json | jq '.repos[] | select(.status == \"stale\")'")]
pub(crate) struct Sources {
    /// The folder of the portal's `app-config.yaml`
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    #[command(flatten)]
    read: ReadOptions,
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns, for people
    Table,
    Json,
}

pub(crate) fn run(command: &Sources, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    command.read.use_jobs()?;
    let loaded = command.read.load(&command.dir, talk)?;
    let progress = Progress::new(talk, interrupt);
    let cache_dir = command.read.cache_dir();
    let cache = Pack::open(&cache_dir, "blocks");
    let descriptors = Pack::open(&cache_dir, "catalog");
    let theme = ThemeFiles::new();
    let gathered = pipeline::gather(&Input {
        loaded: &loaded,
        theme: &theme,
        crawl: CrawlOptions {
            offline: true,
            versions: false,
            outside: Outside::Nowhere,
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
    progress.finish();
    let snapshot = &gathered.snapshot;
    match command.format {
        Format::Json => print(&format!("{:#}\n", as_json(snapshot))),
        Format::Table => print(&table(snapshot, talk)),
    }
}

fn as_json(snapshot: &Snapshot) -> Json {
    let date = |time: Option<i64>| time.and_then(rfc3339);
    let sources = snapshot.sources.iter().map(|source| {
        json!({
            "id": source.id, "repos": source.repos, "complete": source.fault.is_none(), "reason": source.fault,
            "stale_since": date(source.stale_since), "cron": source.cron,
        })
    });
    let repos = snapshot.repos.iter().map(|repo| {
        let stale = repo.status.stale();
        json!({
            "id": &*repo.id, "status": repo.status.word(), "branch": repo.branch,
            "commit": repo.commit.as_ref().map(|commit| &commit.id), "confirmed": date(repo.confirmed),
            "archived": repo.is_archived, "reason": stale.map(|stale| &stale.reason),
        })
    });
    let absent = snapshot.absent.iter().map(|absent| {
        let status = if absent.is_gone { "gone" } else { "failed" };
        json!({ "id": &*absent.id, "status": status, "reason": absent.reason })
    });
    json!({ "sources": sources.collect::<Json>(), "repos": repos.chain(absent).collect::<Json>() })
}

fn table(snapshot: &Snapshot, talk: &Talk) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64);
    let sources: Vec<[String; 4]> = snapshot
        .sources
        .iter()
        .map(|source| {
            let state = match (&source.fault, source.stale_since) {
                (Some(fault), Some(since)) => format!("incomplete since {}: {fault}", age(now - since)),
                (Some(fault), None) => format!("incomplete: {fault}"),
                (None, _) => "complete".to_string(),
            };
            let cron = source.cron.as_ref().map_or_else(|| "-".to_string(), |cron| format!("'{cron}'"));
            [source.id.clone(), source.repos.to_string(), cron, state]
        })
        .collect();
    let repos = snapshot.repos.iter().map(|repo| {
        let commit = repo.commit.as_ref().map_or("-", |commit| &commit.id[..commit.id.len().min(7)]);
        let note = repo.status.stale().map(|stale| stale.reason.clone());
        let archived = repo.is_archived.then(|| "archived".to_string());
        [
            repo.id.to_string(),
            repo.status.word().to_string(),
            commit.to_string(),
            repo.confirmed.map_or_else(|| "-".to_string(), |time| age(now - time)),
            note.or(archived).unwrap_or_default(),
        ]
    });
    let absent = snapshot.absent.iter().map(|absent| {
        let status = if absent.is_gone { "gone" } else { "failed" };
        [absent.id.to_string(), status.to_string(), "-".to_string(), "-".to_string(), absent.reason.clone()]
    });
    let repos: Vec<[String; 5]> = repos.chain(absent).collect();
    let parts = [
        columns(["source", "repositories", "cron", "state"], &sources, talk),
        columns(["repository", "status", "commit", "confirmed", "note"], &repos, talk),
    ];
    parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("\n")
}

/// `3 h ago`
fn age(seconds: i64) -> String {
    match seconds {
        ..60 => "just now".to_string(),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..DAY => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / DAY),
    }
}
