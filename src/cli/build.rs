//! `callboard build`

use super::deny::{Deny, UNPUBLISHED, refuse_denied};
use super::guard::refuse_mass_loss;
use super::options::{cached_source, instant, program, site_options};
use super::talk::{Progress, timings_map, timings_table};
use super::{Options, Talk, lock};
use crate::catalog::IngestCache;
use crate::diagnostics::{Finding, Stop, count};
use crate::emit::{self, Report};
use crate::output::{Fingerprint, Guarded, Interrupt, Pack, Published, Stage, StageOptions};
use crate::pipeline::{self, CatalogOptions, Gathered, Input, Watcher};
use crate::site::pages::Counts;
use crate::source::{CrawlOptions, MAX_STALE};
use clap::Args;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Write the portal of a folder of repositories.
///
/// With an `app-config.yaml` its `catalog.locations` are read; without one, every `catalog-info.yaml` below the folder
/// is. Git repositories are read at their last commit, without touching their work tree.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard build                             The portal of this folder, into `public`
  callboard build ~/repos --out site          All repositories below `~/repos`, into `site`
  callboard build --config a.yaml --config b.yaml
  callboard build --deny warnings --report report.json   For CI: fail before publishing, keep the findings")]
pub(crate) struct Build {
    #[command(flatten)]
    options: Options,
    /// The folder to write; replaced as a whole, in one step
    #[arg(short, long, default_value = "public", value_name = "DIR")]
    out: PathBuf,
    /// Also write `build-report.json` here, on failure too, with timings
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// What stops the build before it publishes; may be repeated: `warnings` (errors, too), `errors`, `stale` (a repository
    /// that could not be refreshed), `gone` (one that is no longer listed), `incomplete` (a source that could not list
    /// everything), or a rule by its name
    #[arg(long, value_parser = Deny::parse, value_name = "WHAT")]
    deny: Vec<Deny>,
    /// Days after which a repository that could not be refreshed is an error
    #[arg(long, default_value_t = MAX_STALE, value_name = "DAYS")]
    max_stale: u32,
    /// The published portal, whose entities must not be lost: its folder, or its address [default: what is in `--out`]
    #[arg(long, value_name = "DIR|URL")]
    portal: Option<String>,
    /// Publish even where more than a fifth of the published entities would be lost
    #[arg(long)]
    allow_shrink: bool,
    /// Write `index.html` into links, for reading from disk without JavaScript
    #[arg(long)]
    file_links: bool,
    /// Read git work trees as they lie on disk, uncommitted changes included
    #[arg(long)]
    working_tree: bool,
    /// Read what `callboard.lock` says of every source, and nothing newer
    #[arg(long)]
    locked: bool,
    /// Say how long each stage took
    #[arg(long)]
    timings: bool,
    /// Seconds to wait for another build of the same output
    #[arg(long, default_value_t = 0, value_name = "SECONDS")]
    lock_wait: u64,
}

pub(crate) fn run(command: &Build, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    let progress = Progress::new(talk, interrupt);
    let mut made = None;
    let result = build(command, talk, interrupt, &progress, &mut made);
    let timings = progress.finish();
    if command.timings {
        talk.answer(&timings_table(&timings));
    }
    if let (Err(stop), Some(path)) = (&result, &command.report) {
        let report = Report { timings: Some(timings_map(&timings)), ..Report::failed(stop, made) };
        if let Err(unwritten) = write_report(path, &report) {
            talk.say(&unwritten.to_string());
        }
    }
    result
}

/// `made` gets the report as soon as there is one, for a build that fails afterwards.
fn build(
    command: &Build,
    talk: &Talk,
    interrupt: &Interrupt,
    progress: &Progress<'_>,
    made: &mut Option<Report>,
) -> Result<(), Stop> {
    command.options.read.use_jobs()?;
    let loaded = command.options.load(talk)?;
    let theme = command.options.theme(&loaded)?;
    refuse_report_nowhere(command)?;
    refuse_output_in_the_way(&command.out, &command.options.dir)?;
    let stage = Stage::open(
        &command.out,
        StageOptions { lock_wait: Duration::from_secs(command.lock_wait), interrupt: interrupt.clone() },
    )?;
    let cache_dir = command.options.read.cache_dir();
    let cache = Pack::open(&cache_dir, "blocks");
    let descriptors = Pack::open(&cache_dir, "catalog");
    let known = IngestCache { cache: &descriptors, program: program() };
    let locked = command.locked.then(|| lock::read(&loaded)).transpose()?;
    let stopped = interrupt.clone();
    let mut input = Input {
        loaded: &loaded,
        theme: &theme,
        crawl: CrawlOptions {
            max_stale: command.max_stale,
            publishes: true,
            listener: progress,
            goes_on: Arc::new(move || !stopped.is_raised()),
            locked: locked.as_ref(),
            ..command.options.read.crawl(command.working_tree, &cache_dir, &cache)
        },
        catalog: CatalogOptions { cache: Some(known), ..CatalogOptions::default() },
        site: site_options(command.file_links, false),
        cache: &cache,
        watcher: progress,
    };
    let gathered = pipeline::gather(&input)?;
    descriptors.flush();
    match &locked {
        Some(locked) => lock::refuse_others(locked, &gathered.snapshot)
            .inspect_err(|_| talk.findings(&gathered.findings, &cached_source(&loaded, &gathered.snapshot)))?,
        None if command.options.read.is_offline() => {}
        None => lock::write(&loaded, &gathered.snapshot, talk),
    }
    input.site.instant = instant(&gathered.snapshot);
    let fingerprint = pipeline::fingerprint(&input, &gathered, &program());
    let same = unchanged(&stage, &command.out, &fingerprint);
    // The output cannot lose what it already lacks.
    if !command.allow_shrink && (same.is_none() || command.portal.is_some()) {
        refuse_mass_loss(command.portal.as_deref(), (&stage, &command.out), &gathered, talk).inspect_err(|_| {
            talk.findings(&gathered.findings, &cached_source(&loaded, &gathered.snapshot));
            report_of_gathered(made, &gathered);
        })?;
    }
    if let Some((counts, findings)) = same {
        talk.findings(&findings, &cached_source(&loaded, &gathered.snapshot));
        let report = made.insert(Report::new(&gathered.snapshot, &findings, counts));
        report.tell_of_run(&gathered.snapshot);
        refuse_denied(&command.deny, &counts, &findings, UNPUBLISHED)?;
        write_asked_report(command, report, progress)?;
        talk.clear();
        talk.say(&format!("Nothing changed in `{}`: {}", command.out.display(), summary(&counts)));
        return Ok(());
    }
    let given = gathered.snapshot.secrets.iter().map(|secret| secret.reveal());
    let guarded = Guarded::new(&stage, loaded.config.secrets().chain(given).map(str::to_string));
    let built = pipeline::build(&input, &gathered, &guarded)?;
    cache.flush();
    talk.findings(&built.findings, &cached_source(&loaded, &gathered.snapshot));
    let counts = built.report.counts;
    let report = made.insert(built.report);
    report.tell_of_run(&gathered.snapshot);
    refuse_denied(&command.deny, &counts, &built.findings, UNPUBLISHED)?;
    progress.stage("publish", None)?;
    let published = stage.finish(fingerprint)?;
    write_asked_report(command, report, progress)?;
    say_published(command, talk, &published, &counts);
    if gathered.catalog.is_empty() && counts.errors == 0 {
        talk.say("The catalog is empty: add a `catalog-info.yaml` to a repository, or name one in `catalog.locations`");
    }
    if let Some(note) = cache.note() {
        talk.say(&note);
    }
    Ok(())
}

/// The report of a build that ends before a page is made.
fn report_of_gathered(made: &mut Option<Report>, gathered: &Gathered) {
    let Gathered { snapshot, catalog, graph, findings, .. } = gathered;
    let mut counts = Counts::of(snapshot, catalog, graph);
    counts.count_findings(findings);
    made.insert(Report::new(snapshot, findings, counts)).tell_of_run(snapshot);
}

fn say_published(command: &Build, talk: &Talk, published: &Published, counts: &Counts) {
    for note in &published.notes {
        talk.say(note);
    }
    let megabytes = published.bytes as f64 / 1_048_576.0;
    talk.say(&format!(
        "Built `{}`: {} ({}, {megabytes:.1} MB, {} new or changed)",
        command.out.display(),
        summary(counts),
        count(published.files, "file"),
        published.written,
    ));
}

/// `76 entities from 12 repositories, 46 docs pages; 2 warnings`
fn summary(counts: &Counts) -> String {
    let mut text = format!(
        "{} from {}, {}",
        count(counts.entities, "entity"),
        count(counts.repos, "repository"),
        count(counts.docs_pages, "docs page")
    );
    let troubles: Vec<String> = [(counts.errors, "error"), (counts.warnings, "warning")]
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| count(number, word))
        .collect();
    if !troubles.is_empty() {
        text.push_str(&format!("; {}", troubles.join(", ")));
    }
    text
}

/// Counts and findings of the published site, if it was made from the same inputs and is still there.
fn unchanged(stage: &Stage, out: &Path, fingerprint: &Fingerprint) -> Option<(Counts, Vec<Finding>)> {
    let manifest = stage.previous().filter(|manifest| manifest.input == *fingerprint)?;
    let complete = manifest.files.iter().all(|(path, record)| {
        std::fs::symlink_metadata(out.join(path)).is_ok_and(|metadata| metadata.len() == record.size)
    });
    let report = std::fs::read(out.join("build-report.json")).ok().filter(|_| complete)?;
    let report: serde_json::Value = serde_json::from_slice(&report).ok()?;
    let counts = serde_json::from_value(report["counts"].clone()).ok()?;
    Some((counts, emit::findings_of(&report)))
}

/// Writes the report where `--report` asks for it, with timings.
fn write_asked_report(command: &Build, report: &mut Report, progress: &Progress<'_>) -> Result<(), Stop> {
    let Some(path) = &command.report else { return Ok(()) };
    report.timings = Some(timings_map(&progress.timings()));
    write_report(path, report)
}

/// A report that cannot be written is known before anything is published.
fn refuse_report_nowhere(command: &Build) -> Result<(), Stop> {
    let Some(path) = &command.report else { return Ok(()) };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() && !path.is_dir() {
        return Ok(());
    }
    Err(Stop::usage(format!("the report `{}` cannot be written: its folder does not exist", path.display())))
}

fn write_report(path: &Path, report: &Report) -> Result<(), Stop> {
    std::fs::write(path, report.to_json())
        .map_err(|error| Stop::environment(format!("the report `{}` cannot be written", path.display())).cause(error))
}

/// The output may not hold the sources or be them.
fn refuse_output_in_the_way(out: &Path, dir: &Path) -> Result<(), Stop> {
    let (Ok(out), Ok(dir)) = (out.canonicalize(), dir.canonicalize()) else { return Ok(()) };
    if dir.starts_with(&out) {
        return Err(Stop::usage(format!("the output `{}` holds the sources", out.display()))
            .hint("Write to another folder with `--out`."));
    }
    Ok(())
}
