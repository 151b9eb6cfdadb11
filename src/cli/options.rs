//! What `build` and `serve` share: where to read, how to read it, what the site looks like.

use super::Talk;
use crate::catalog::Kinds;
use crate::config::{self, Config, Inputs, Loaded, ThemeFiles};
use crate::diagnostics::{Place, Stop};
use crate::site::SiteOptions;
use crate::source::{CrawlOptions, MAX_STALE, Outside, Silence, Snapshot};
use clap::Args;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

const MAX_EXCERPT_FILE: u64 = 4 << 20;

#[derive(Args)]
pub(crate) struct Options {
    /// The folder of repositories, or of the portal's `app-config.yaml`
    #[arg(default_value = ".", value_name = "DIR")]
    pub(crate) dir: PathBuf,
    #[command(flatten)]
    pub(crate) read: ReadOptions,
    /// Templates and assets that replace those of the built-in theme, file by file
    #[arg(long, value_name = "DIR")]
    theme: Option<PathBuf>,
}

/// How sources are read, for every command that reads them.
#[derive(Args, Clone)]
pub(crate) struct ReadOptions {
    /// A configuration file; may be repeated, later ones win [default: DIR/app-config.yaml, then app-config.local.yaml]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Vec<PathBuf>,
    /// Where fetched repositories and highlighted code are kept [default: the user's cache folder]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
    /// Fetch nothing; use what was fetched before
    #[arg(long)]
    offline: bool,
    /// Seconds to wait in all for a host that asks to be left alone
    #[arg(long, default_value_t = 900, value_name = "SECONDS")]
    max_wait: u64,
    /// Threads [default: one per processor]
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
}

impl Options {
    pub(crate) fn load(&self, talk: &Talk) -> Result<Loaded, Stop> {
        self.read.load(&self.dir, talk)
    }

    /// The theme's files: `--theme`, else the configuration's, over the built-in ones.
    pub(crate) fn theme(&self, loaded: &Loaded) -> Result<ThemeFiles, Stop> {
        config::theme(self.theme.as_deref().or(loaded.config.theme.as_deref()), &loaded.config)
    }

    /// The folder of the theme, where it is not the built-in one.
    pub(crate) fn theme_dir(&self, loaded: &Loaded) -> Option<PathBuf> {
        self.theme.clone().or_else(|| loaded.config.theme.clone())
    }
}

impl ReadOptions {
    /// Reads the configuration of a folder, or the files that are named instead.
    pub(crate) fn load(&self, dir: &Path, talk: &Talk) -> Result<Loaded, Stop> {
        load(dir, &self.config, talk)
    }

    pub(crate) fn is_offline(&self) -> bool {
        self.offline
    }

    /// Sets how many threads work.
    pub(crate) fn use_jobs(&self) -> Result<(), Stop> {
        let Some(jobs) = self.jobs else { return Ok(()) };
        if jobs == 0 {
            return Err(Stop::usage("`-j` takes a number from 1"));
        }
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs)
            .build_global()
            .map_err(|error| Stop::environment("threads cannot be started").cause(error))
    }

    /// `--cache-dir`, else `CALLBOARD_CACHE_DIR`, else the user's cache folder.
    pub(crate) fn cache_dir(&self) -> PathBuf {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        self.cache_dir
            .clone()
            .or_else(|| variable("CALLBOARD_CACHE_DIR"))
            .or_else(|| variable("XDG_CACHE_HOME").map(|dir| dir.join("callboard")))
            .or_else(|| variable("HOME").map(|home| home.join(".cache/callboard")))
            .unwrap_or_else(|| PathBuf::from(".callboard-cache"))
    }

    pub(crate) fn crawl<'a>(
        &self,
        working_tree: bool,
        cache_dir: &'a std::path::Path,
        cache: &'a dyn crate::cache::Cache,
    ) -> CrawlOptions<'a> {
        let outside = if self.offline { Outside::Cache } else { Outside::Servers };
        CrawlOptions {
            working_tree,
            offline: self.offline,
            publishes: false,
            versions: true,
            outside,
            max_wait: Duration::from_secs(self.max_wait),
            locked: None,
            listener: &Silence,
            goes_on: Arc::new(|| true),
            noted_as: None,
            max_stale: MAX_STALE,
            cache_dir,
            cache,
        }
    }
}

/// The theme, for commands that make no page: nothing but templates of plugins asks for it.
pub(crate) fn words_of_plugins(config: &Config) -> Result<ThemeFiles, Stop> {
    match config.plugins.is_empty() {
        true => Ok(ThemeFiles::new()),
        false => config::theme(config.theme.as_deref(), config),
    }
}

/// Reads the configuration of a folder, or that of some files, and says what is wrong with it. One with errors stops the
/// run.
pub(crate) fn load(dir: &Path, configs: &[PathBuf], talk: &Talk) -> Result<Loaded, Stop> {
    load_with(dir, configs, None, talk)
}

/// The same with a variable beside those of the environment.
pub(crate) fn load_with(
    dir: &Path,
    configs: &[PathBuf],
    variable: Option<(String, String)>,
    talk: &Talk,
) -> Result<Loaded, Stop> {
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .chain(variable)
        .collect();
    let inputs = Inputs { dir: dir.to_path_buf(), configs: configs.to_vec(), environment };
    let mut loaded = config::load(&inputs)?;
    let (_, wrong_kinds) = Kinds::with_declared(&loaded.config.kinds);
    if loaded.unusable() || !wrong_kinds.is_empty() {
        loaded.findings.extend(wrong_kinds);
        talk.findings(&loaded.findings, &|place| loaded.texts.get(&place.path).cloned());
        return Err(Stop::usage("the configuration cannot be used").hint("Correct the errors above; nothing was done."));
    }
    Ok(loaded)
}

/// A hash of the running program, so that a new version never takes an old one's site for its own.
pub(crate) fn program() -> [u8; 32] {
    let bytes = std::env::current_exe().and_then(std::fs::read).unwrap_or_default();
    *blake3::hash(&bytes).as_bytes()
}

/// The build instant: SOURCE_DATE_EPOCH, else the newest commit.
pub(crate) fn instant(snapshot: &Snapshot) -> Option<i64> {
    let named = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.trim().parse().ok());
    named.or_else(|| snapshot.newest_commit())
}

/// The site's options with the instant still open.
pub(crate) fn site_options(file_links: bool, live: bool) -> SiteOptions {
    SiteOptions { file_links, live, instant: None }
}

/// The text of the file at a place: of a repository, or of the configuration.
pub(crate) fn source_text(loaded: &Loaded, snapshot: &Snapshot, place: &Place) -> Option<String> {
    if place.repo.is_empty() {
        return loaded.texts.get(&place.path).cloned();
    }
    let repo = snapshot.repos.iter().find(|repo| repo.id == place.repo)?;
    repo.text(&place.path, MAX_EXCERPT_FILE).ok()
}

/// Source texts read once per file, for showing many findings of one file.
pub(crate) fn cached_source<'a>(loaded: &'a Loaded, snapshot: &'a Snapshot) -> impl Fn(&Place) -> Option<String> + 'a {
    let seen = std::cell::RefCell::new(BTreeMap::<Place, Option<String>>::new());
    move |place| {
        let file = place.at(0, 0, 0);
        seen.borrow_mut().entry(file).or_insert_with(|| source_text(loaded, snapshot, place)).clone()
    }
}
