//! `callboard serve`

use super::options::{cached_source, instant, program, site_options};
use super::talk::Progress;
use super::{Options, Talk};
use crate::catalog::IngestCache;
use crate::config::{BundlesFrom, Loaded, Source};
use crate::diagnostics::{Finding, Stop, count};
use crate::output::{Interrupt, Memory, Pack};
use crate::pipeline::{self, CatalogOptions, Input};
use crate::serve::{self, Event, ServeOptions};
use crate::site::mirror;
use crate::source::Outside;
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Build the portal, serve it on this machine and rebuild it on every change.
///
/// Work trees are read as they lie on disk, so that a change shows when its file is saved. Nothing is written but the
/// cache.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard serve                  The portal of this folder on http://127.0.0.1:8080/
  callboard serve ~/repos --port 9000")]
pub(crate) struct Serve {
    #[command(flatten)]
    options: Options,
    /// The port; if it is taken, the next free one
    #[arg(short, long, default_value_t = 8080, value_name = "PORT")]
    port: u16,
    /// The address to listen on
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: String,
    /// Read git repositories at their last commit, as `build` does
    #[arg(long)]
    committed: bool,
}

pub(crate) fn run(command: &Serve, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    command.options.read.use_jobs()?;
    let loaded = command.options.load(talk)?;
    let cache_dir = command.options.read.cache_dir();
    let first = site(command, talk, interrupt, &cache_dir, Memory::new(interrupt.clone()), None)?;
    let mut watch = vec![command.options.dir.clone()];
    watch.extend(command.options.theme_dir(&loaded));
    watch.extend(loaded.config.files.iter().cloned());
    watch.extend(loaded.config.plugins.iter().filter_map(|plugin| plugin.folder.clone()));
    for source in &loaded.config.sources {
        match source {
            Source::Filesystem { path, .. }
            | Source::Bundles { from: BundlesFrom::Folder(path) | BundlesFrom::File { path, .. }, .. } => {
                watch.push(path.clone());
            }
            Source::Git { .. } | Source::Bundles { from: BundlesFrom::Url { .. }, .. } => {}
        }
    }
    let options = ServeOptions {
        host: command.host.clone(),
        port: command.port,
        base: String::new(),
        alias: mirror::file_for,
        ignore: vec![cache_dir.clone(), command.options.dir.join("public")],
        interrupt: interrupt.clone(),
    };
    let rebuild = |_: &[PathBuf], last: &Arc<Memory>| {
        let memory = Memory::after(last.clone(), interrupt.clone());
        // Servers are not asked again whenever a file is saved, but what is new is asked.
        let again = if command.options.read.is_offline() { Outside::Cache } else { Outside::Unknown };
        match site(command, talk, interrupt, &cache_dir, memory, Some(again)) {
            Ok(memory) => Some(memory),
            Err(stop) => {
                super::report(&stop, talk);
                None
            }
        }
    };
    serve::run(options, first, watch, rebuild, |event| say(talk, &event))
}

/// The whole site in memory.
fn site(
    command: &Serve,
    talk: &Talk,
    interrupt: &Interrupt,
    cache_dir: &Path,
    memory: Memory,
    outside: Option<Outside>,
) -> Result<Memory, Stop> {
    let progress = Progress::new(talk, interrupt);
    let mut loaded = command.options.load(talk)?;
    serve_from_root(&mut loaded);
    let theme = command.options.theme(&loaded)?;
    let cache = Pack::open(cache_dir, "blocks");
    let descriptors = Pack::open(cache_dir, "catalog");
    let known = IngestCache { cache: &descriptors, program: program() };
    let mut input = Input {
        loaded: &loaded,
        theme: &theme,
        crawl: command.options.read.crawl(!command.committed, cache_dir, &cache),
        catalog: CatalogOptions { cache: Some(known), ..CatalogOptions::default() },
        site: site_options(false, true),
        cache: &cache,
        watcher: &progress,
    };
    input.crawl.outside = outside.unwrap_or(input.crawl.outside);
    let gathered = pipeline::gather(&input)?;
    descriptors.flush();
    input.site.instant = instant(&gathered.snapshot);
    let built = pipeline::build(&input, &gathered, &memory)?;
    cache.flush();
    progress.finish();
    show(&built.findings, talk, &loaded, &gathered.snapshot);
    let counts = built.report.counts;
    talk.say(&format!(
        "Built {} from {}, {}",
        count(counts.entities, "entity"),
        count(counts.repos, "repository"),
        count(counts.docs_pages, "docs page")
    ));
    Ok(memory)
}

/// On this machine the site lies at the root, whatever its address will be.
fn serve_from_root(loaded: &mut Loaded) {
    if let Some(url) = &mut loaded.config.base_url {
        url.set_path("/");
    }
}

fn show(findings: &[Finding], talk: &Talk, loaded: &Loaded, snapshot: &crate::source::Snapshot) {
    talk.findings(findings, &cached_source(loaded, snapshot));
}

fn say(talk: &Talk, event: &Event) {
    match event {
        Event::Listening { url, taken } => {
            if let Some(port) = taken {
                talk.say(&format!("Port {port} is taken"));
            }
            talk.say(&format!("Serving on {} (Ctrl-C ends it)", talk.paint(url, "1")));
        }
        Event::Building { paths } => match paths.as_slice() {
            [path] => talk.say(&format!("Changed: {}", path.display())),
            paths => talk.say(&format!("Changed: {}", count(paths.len(), "file"))),
        },
        Event::Rebuilt { changed, ms } => {
            talk.say(&format!("Rebuilt in {ms} ms, {} changed", count(changed.len(), "file")));
        }
        Event::Failed { .. } => talk.say("The old site is still served"),
        Event::Unwatched { path, reason } => {
            talk.say(&format!("Changes in `{}` may go unnoticed: {reason}", path.display()));
        }
        Event::Ended => talk.say("Ended"),
    }
}
