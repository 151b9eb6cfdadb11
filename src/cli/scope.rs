//! What `check`, `export` and `list` read: repositories, folders of them, single descriptors, or a whole portal.

use super::options::{ReadOptions, program, site_options, words_of_plugins};
use super::{Portal, Talk};
use crate::cache::Forgetful;
use crate::catalog::IngestCache;
use crate::config::{Loaded, Source};
use crate::diagnostics::{Place, Stop};
use crate::insights::Elsewhere;
use crate::output::Pack;
use crate::pipeline::{self, CatalogOptions, Gathered, Input, Watcher};
use crate::source::{CrawlOptions, Outside, Snapshot, is_repository};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub(crate) struct Sources {
    #[command(flatten)]
    pub(crate) read: ReadOptions,
    /// Give the verdicts of another program
    #[arg(long, value_enum, value_name = "PROGRAM")]
    compat: Option<Compat>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Compat {
    /// Stock Backstage: what it would drop is dropped
    Backstage,
}

/// The paths of a run, sorted out.
pub(crate) struct Scope {
    pub(crate) loaded: Loaded,
    /// Only repositories of a portal were named, not the portal.
    pub(crate) is_part: bool,
}

impl Sources {
    /// Whether the verdicts are those of another program.
    pub(crate) fn is_compat(&self) -> bool {
        self.compat.is_some()
    }

    /// Which configuration and which sources the paths mean. A single folder with an `app-config.yaml` is a portal.
    pub(crate) fn scope(&self, paths: &[PathBuf], talk: &Talk) -> Result<Scope, Stop> {
        self.read.use_jobs()?;
        let here = [PathBuf::from(".")];
        let is_here = paths.is_empty();
        let paths = if is_here { &here } else { paths };
        if let Some(path) = paths.iter().find(|path| !path.exists()) {
            return Err(Stop::usage(format!("`{}` does not exist", path.display())));
        }
        // With a configuration of its own a portal is named by that; paths beside it are what is checked by its rules.
        if let [only] = paths
            && only.is_dir()
            && (self.read.config.is_empty() || is_here)
        {
            let loaded = self.read.load(only, talk)?;
            if !loaded.config.files.is_empty() || loaded.config.names_sources() {
                let is_part = !loaded.config.names_sources() && is_repository(only);
                return Ok(Scope { loaded, is_part });
            }
        }
        let mut loaded = self.read.load(Path::new("."), talk)?;
        if self.read.config.is_empty() {
            // The configuration of wherever we are has no say about other folders, but for its policy.
            loaded.config.rules = vec![crate::config::KindRule { allow: None, locations: Vec::new() }];
        }
        loaded.config.locations.clear();
        loaded.config.sources = paths
            .iter()
            .map(|path| Source::Filesystem { path: path.clone(), place: Place::file("", path.to_string_lossy()) })
            .collect();
        let is_part = paths.iter().all(|path| path.is_file() || is_repository(path));
        Ok(Scope { loaded, is_part })
    }

    /// Reads what the scope names.
    pub(crate) fn gather(
        &self,
        scope: &Scope,
        portal: Option<&Portal>,
        watcher: &dyn Watcher,
    ) -> Result<Gathered, Stop> {
        self.with_input(scope, portal, Outside::Nowhere, watcher, pipeline::gather)
    }

    /// Runs a part of the pipeline on what the scope names. `outside` is where the data of plugins come from.
    pub(crate) fn with_input<T>(
        &self,
        scope: &Scope,
        portal: Option<&Portal>,
        outside: Outside,
        watcher: &dyn Watcher,
        run: impl FnOnce(&Input<'_>) -> Result<T, Stop>,
    ) -> Result<T, Stop> {
        let cache_dir = self.read.cache_dir();
        let elsewhere: Option<Elsewhere> = portal.map(Portal::refs).transpose()?;
        let theme = words_of_plugins(&scope.loaded.config)?;
        let descriptors = Pack::open(&cache_dir, "catalog");
        let done = run(&Input {
            loaded: &scope.loaded,
            theme: &theme,
            crawl: CrawlOptions { versions: false, outside, ..self.read.crawl(true, &cache_dir, &Forgetful) },
            catalog: CatalogOptions {
                compat: self.compat == Some(Compat::Backstage),
                elsewhere: elsewhere.as_ref(),
                cache: Some(IngestCache { cache: &descriptors, program: program() }),
                is_part: scope.is_part,
            },
            site: site_options(false, false),
            cache: &Forgetful,
            watcher,
        });
        descriptors.flush();
        done
    }
}

/// The path of a place as the reader of a finding knows it: from the current folder, where the file lies on disk.
pub(crate) fn shown_path(loaded: &Loaded, snapshot: &Snapshot, place: &Place) -> String {
    let file = place.at(0, 0, 0).display();
    if place.repo.is_empty() {
        let config = loaded.config.files.iter().find(|path| path.ends_with(&file));
        return config.map_or(file, |path| path.to_string_lossy().trim_start_matches("./").to_string());
    }
    let Some(root) = snapshot.repos.iter().find(|repo| repo.id == place.repo).and_then(|repo| repo.root()) else {
        return file;
    };
    let path = root.join(&*place.path);
    // An absolute path of a place below is short, and what CI servers know files by.
    let here = std::env::current_dir().ok();
    let inside = here.as_deref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(&path);
    let shown = inside.to_string_lossy().replace('\\', "/");
    shown.strip_prefix("./").unwrap_or(&shown).to_string()
}

/// The path of a place wherever the checkout lies: in a single repository without the name of its folder.
pub(crate) fn stable_path(snapshot: &Snapshot, place: &Place) -> String {
    match snapshot.repos.as_slice() {
        [_] => place.path.to_string(),
        _ => place.at(0, 0, 0).display(),
    }
}
