//! The whole build, in order. Each stage borrows what came before and returns a new value.

use crate::cache::Cache;
use crate::catalog::{self, Batch, Catalog, EntityId, IngestCache, IngestOptions, Kinds};
use crate::config::{DocsVersions, Loaded, ThemeFiles};
use crate::diagnostics::{Finding, Stop, rules};
use crate::emit::{self, Report, Theme};
use crate::graph::{self, Graph};
use crate::insights::{self, Elsewhere, World};
use crate::output::{Fingerprint, Record, Sink};
use crate::plugins::{self, PluginParts, Plugins};
use crate::scaffolder;
use crate::search::{self, SearchDocument};
use crate::site::mirror::PAGE_SIZE;
use crate::site::pages::{Closing, Counts};
use crate::site::{CLOSING, PAGE_TYPES, Press, Rendered, Sheet, Site, SiteOptions, SiteParts, print, trackers};
use crate::source::{self, Answers, Crawl, CrawlOptions, DataAsked, Issues, Outside, Programs, Snapshot};
use crate::strings::Strings;
use crate::techdocs::crosslinks::crosslinks;
use crate::techdocs::diagram::{self, Failure, Language};
use crate::techdocs::leads::{Leads, LeadsOf};
use crate::techdocs::sets::{self, AskedVersions, Docs, PlanOptions, VersionRules, Versioned};
use crate::techdocs::survey::Survey;
use crate::techdocs::{Diagrams, Highlighter};
use rayon::prelude::*;
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// What a build is made from beside the sources.
pub struct Input<'a> {
    pub loaded: &'a Loaded,
    pub theme: &'a ThemeFiles,
    pub crawl: CrawlOptions<'a>,
    pub catalog: CatalogOptions<'a>,
    pub site: SiteOptions,
    /// Remembers highlighted blocks.
    pub cache: &'a dyn Cache,
    pub watcher: &'a dyn Watcher,
}

/// How the catalog is to be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct CatalogOptions<'a> {
    /// Give stock Backstage's verdicts.
    pub compat: bool,
    /// A published portal that refs may lead to.
    pub elsewhere: Option<&'a Elsewhere>,
    /// Remembers what became of descriptors.
    pub cache: Option<IngestCache<'a>>,
    /// Only a part of the portal is read: what a ref names may be elsewhere.
    pub is_part: bool,
}

/// Is told how far a build is, and may end it.
pub trait Watcher: Sync {
    /// A stage begins; `total` is how many steps it has, where that is known.
    fn stage(&self, name: &'static str, total: Option<usize>) -> Result<(), Stop>;
    /// Steps of the current stage are done.
    fn advance(&self, steps: usize);
}

/// Everything that was read, before a page is made.
pub struct Gathered {
    pub snapshot: Snapshot,
    pub catalog: Catalog,
    pub graph: Graph,
    /// Documentation with versions.
    pub versions: Vec<Versioned>,
    /// What readers reported.
    pub issues: Issues,
    /// Who asks for the data of plugins, and what they got.
    pub asked: Vec<DataAsked>,
    pub answers: Answers,
    /// Sorted.
    pub findings: Vec<Finding>,
}

/// Reads every source and joins the catalog.
pub fn gather(input: &Input<'_>) -> Result<Gathered, Stop> {
    let config = &input.loaded.config;
    input.watcher.stage("sources", None)?;
    let CatalogOptions { compat, elsewhere, cache, is_part } = input.catalog;
    let (kinds, mut findings) = Kinds::with_declared(&config.kinds);
    findings.extend(input.loaded.findings.iter().cloned());
    findings.extend(kinds.unknown_in(config));
    let kinds = if compat { Kinds::stock() } else { kinds };
    let options = IngestOptions { config, kinds: &kinds, compat, cache };
    let read = |reading: &source::Reading<'_>, text: &str| catalog::ingest(reading, text, &options);
    let Crawl { mut snapshot, files, emitters, findings: found } = source::crawl(config, &input.crawl, &read);
    findings.extend(found);

    input.watcher.stage("catalog", None)?;
    let batches = files.into_iter().map(|file| Batch { ingest: file.parsed, emitter: file.emitter }).collect();
    let (catalog, found) = catalog::join(batches, findings, &emitters, &kinds, compat);
    let mut findings = found;
    let graph = graph::build(&catalog);
    let left_out = insights::left_out(&findings, &catalog);
    let world = World { left_out: &left_out, config, catalog: &catalog, graph: &graph, elsewhere, is_whole: !is_part };
    findings.extend(insights::findings(&world));
    findings.extend(scaffolder::findings(&catalog, &snapshot));
    let issues = read_issues(input, &catalog, &snapshot, &mut findings)?;
    let (asked, answers) = read_data(input, &catalog, &snapshot, &mut findings)?;
    config.settle(&mut findings);
    let versions = if input.crawl.versions { read_versions(input, &catalog, &mut snapshot)? } else { Vec::new() };
    Ok(Gathered { snapshot, catalog, graph, versions, issues, asked, answers, findings })
}

/// Reads what readers reported, where the configuration asks for it. Only the catalog knows which trackers there are.
fn read_issues(
    input: &Input<'_>,
    catalog: &Catalog,
    snapshot: &Snapshot,
    findings: &mut Vec<Finding>,
) -> Result<Issues, Stop> {
    let config = &input.loaded.config;
    if config.feedback_labels.is_empty() || input.crawl.outside == Outside::Nowhere {
        return Ok(Issues::default());
    }
    input.watcher.stage("issues", None)?;
    let (issues, found) = source::read_issues(trackers(catalog, snapshot, config), config, &input.crawl);
    findings.extend(found);
    Ok(issues)
}

/// Reads the data of plugins. Only the catalog knows which entities have them.
fn read_data(
    input: &Input<'_>,
    catalog: &Catalog,
    snapshot: &Snapshot,
    findings: &mut Vec<Finding>,
) -> Result<(Vec<DataAsked>, Answers), Stop> {
    let config = &input.loaded.config;
    if config.plugins.is_empty() || input.crawl.outside == Outside::Nowhere {
        return Ok((Vec::new(), Answers::default()));
    }
    input.watcher.stage("plugins", None)?;
    let asked = plugins::asked(config, catalog);
    let (answers, found) =
        source::read_data(config, &asked, &plugins::clusters(config, catalog), snapshot, &input.crawl);
    findings.extend(found);
    Ok((asked, answers))
}

/// Adds the tags and branches to the snapshot that documentation asks for. Only the catalog knows who asks.
fn read_versions(input: &Input<'_>, catalog: &Catalog, snapshot: &mut Snapshot) -> Result<Vec<Versioned>, Stop> {
    let config = &input.loaded.config;
    let DocsVersions { rows, most } = &config.docs_versions;
    let rules = VersionRules { rows, most: *most, readmes: config.readmes };
    let asked = sets::asked(catalog, snapshot, &rules);
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    input.watcher.stage("versions", None)?;
    let wanted: Vec<_> = asked.iter().map(AskedVersions::wanted).collect();
    let found = source::read_versions(snapshot, &wanted, &input.crawl);
    Ok(asked.into_iter().zip(found).map(|(asked, found)| Versioned { asked, found }).collect())
}

/// What plugins tell under the keys of queries: lists of texts by key, of those entities that have any.
pub fn facets(input: &Input<'_>, gathered: &Gathered) -> Result<BTreeMap<EntityId, Json>, Stop> {
    let config = &input.loaded.config;
    if gathered.asked.is_empty() {
        return Ok(BTreeMap::new());
    }
    let strings = Strings::read(input.theme, &config.language)?;
    let (plugins, _) = Plugins::new(plugin_parts(input, gathered, &strings));
    let told = plugins.all_facts().filter(|(_, facts)| !facts.facets.is_empty());
    Ok(told.map(|(id, facts)| (id, facts.facets_json())).collect())
}

/// What a build came to.
pub struct Built {
    pub findings: Vec<Finding>,
    pub report: Report,
}

/// Makes every page and hands it to `sink`.
pub fn build(input: &Input<'_>, gathered: &Gathered, sink: &dyn Sink) -> Result<Built, Stop> {
    let Gathered { snapshot, catalog, graph, issues, .. } = gathered;
    let config = &input.loaded.config;
    let strings = Strings::read(input.theme, &config.language)?;
    let theme = Theme::new(input.theme, &strings)?;

    input.watcher.stage("docs", None)?;
    let is_elsewhere = elsewhere(input);
    let (docs, surveys, found) = plan_docs(input, gathered, &is_elsewhere);
    let leads = leads(input, gathered, &docs, &is_elsewhere);
    let crosslinks = crosslinks(&leads, surveys);
    let (plugins, failed) = Plugins::new(plugin_parts(input, gathered, &strings));
    refuse_broken(&failed)?;
    let mut findings = gathered.findings.clone();
    findings.extend(found);
    findings.extend(failed);
    findings.extend(crosslinks.findings().cloned());
    config.settle(&mut findings);

    let highlighter = Highlighter::new(input.cache);
    let programs = Programs::new(config);
    let diagrams = Diagrams::new(input.cache, &programs);
    let site = Site::new(SiteParts {
        config,
        strings: &strings,
        snapshot,
        catalog,
        graph,
        docs: &docs,
        leads: &leads,
        crosslinks: &crosslinks,
        highlighter: &highlighter,
        diagrams: &diagrams,
        options: &input.site,
        findings: &findings,
        issues,
        plugins: &plugins,
    })
    .with_overviews();

    let steps: usize = PAGE_TYPES.iter().map(|page| (page.count)(&site)).sum();
    input.watcher.stage("pages", Some(steps))?;
    let writer = Writer { theme: &theme, sink, written: Mutex::default() };
    let made = make_pages(&site, &writer, input.watcher)?;
    let mut all = findings.clone();
    all.extend(made.findings);
    config.settle(&mut all);
    rules::techdocs::once_per_documentation(&mut all);

    input.watcher.stage("closing", None)?;
    let mut counts = Counts {
        docs_pages: site.docs_pages(),
        pages: made.pages + CLOSING.len(),
        search_documents: made.documents,
        ..Counts::of(snapshot, catalog, graph)
    };
    counts.count_findings(&all);
    let closing = Closing { findings: &all, counts };
    for page in &CLOSING {
        writer.write((page.render)(&site, &closing))?;
    }
    for (path, bytes) in theme.assets() {
        let is_wanted = match path.as_str() {
            emit::NO_RESULTS => config.no_results.is_some(),
            emit::BEACON => config.beacon.is_some(),
            _ => true,
        };
        if is_wanted {
            sink.put(path, bytes)?;
        }
    }
    let report = Report::new(snapshot, &all, counts);
    sink.put("build-report.json", &report.to_json())?;
    let (base, policy) = (config.base_path(), site.host_policy());
    sink.put("_headers", emit::headers(&policy, &base, catalog.len(), PAGE_SIZE).as_bytes())?;
    let kinds = site.lists().iter().filter_map(|list| list.kind).map(|kind| kind.name);
    sink.put("_redirects", emit::redirects(&base, kinds).as_bytes())?;
    sink.put(".nojekyll", b"")?;
    if site.has_worker() {
        let files: Vec<emit::File> =
            sink.files().into_iter().map(|(path, Record { hash, size })| emit::File { path, size, hash }).collect();
        for (path, bytes) in emit::offline(theme.worker(), &files) {
            sink.put(&path, &bytes)?;
        }
    }
    Ok(Built { findings: all, report })
}

/// A plugin whose templates cannot be used stops the run, as a theme does.
fn refuse_broken(findings: &[Finding]) -> Result<(), Stop> {
    let broken: Vec<&Finding> = findings.iter().filter(|finding| rules::plugins::is_broken(finding)).collect();
    if broken.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = broken
        .iter()
        .map(|finding| [std::slice::from_ref(&finding.message), finding.hints.as_slice()].concat().join(". "))
        .collect();
    Err(Stop::usage("a plugin cannot be used").cause(told.join("\n")))
}

/// Whether a ref that is not in the catalog may be somewhere else.
fn elsewhere<'a>(input: &Input<'a>) -> impl Fn(&str) -> bool + Sync + use<'a> {
    let CatalogOptions { elsewhere, is_part, .. } = input.catalog;
    move |reference| elsewhere.map_or(is_part, |elsewhere| elsewhere.has(reference))
}

fn plan_docs(
    input: &Input<'_>,
    gathered: &Gathered,
    is_elsewhere: &(dyn Fn(&str) -> bool + Sync),
) -> (Docs, Vec<Vec<Survey>>, Vec<Finding>) {
    let CatalogOptions { is_part, cache, .. } = input.catalog;
    let config = &input.loaded.config;
    let (readmes, base_url) = (config.readmes, config.base_url.as_ref());
    let options = PlanOptions { readmes, is_elsewhere, is_part, base_url, cache, versions: &gathered.versions };
    sets::plan(&gathered.catalog, &gathered.snapshot, &options)
}

fn plugin_parts<'a>(input: &'a Input<'_>, gathered: &'a Gathered, strings: &'a Strings) -> PluginParts<'a> {
    let Gathered { snapshot, catalog, graph, asked, answers, .. } = gathered;
    let components = emit::components(input.theme);
    PluginParts { config: &input.loaded.config, strings, components, catalog, snapshot, graph, asked, answers }
}

fn leads<'a>(
    input: &'a Input<'_>,
    gathered: &'a Gathered,
    docs: &'a Docs,
    is_elsewhere: &'a (dyn Fn(&str) -> bool + Sync),
) -> Leads<'a> {
    let Gathered { snapshot, catalog, .. } = gathered;
    let base_url = input.loaded.config.base_url.as_ref();
    Leads::new(LeadsOf { catalog, snapshot, docs, base_url, is_elsewhere })
}

/// What the documentation has to say: folders that are missing, broken links. Makes every page of it and keeps none.
pub fn check_docs(input: &Input<'_>, gathered: &Gathered) -> Result<Vec<Finding>, Stop> {
    rehearse(input, gathered, Scene::Docs)
}

/// Makes every page and keeps none, so that everything is read that a portal reads. Tells the same as [`check_docs`].
pub fn read_all(input: &Input<'_>, gathered: &Gathered) -> Result<Vec<Finding>, Stop> {
    rehearse(input, gathered, Scene::Everything)
}

/// What is made and thrown away.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scene {
    Docs,
    Everything,
}

fn rehearse(input: &Input<'_>, gathered: &Gathered, scene: Scene) -> Result<Vec<Finding>, Stop> {
    const DOCS: &str = "docs";
    let Gathered { snapshot, catalog, graph, findings, issues, .. } = gathered;
    let is_elsewhere = elsewhere(input);
    let (docs, surveys, mut found) = plan_docs(input, gathered, &is_elsewhere);
    let leads = leads(input, gathered, &docs, &is_elsewhere);
    let crosslinks = crosslinks(&leads, surveys);
    found.extend(crosslinks.findings().cloned());
    let highlighter = Highlighter::plain();
    let programs = Programs::new(&input.loaded.config);
    let diagrams = Diagrams::new(input.cache, &programs);
    // What pages say of themselves is not looked at; templates of plugins may stumble over it.
    let config = &input.loaded.config;
    let has_plugins = !config.plugins.is_empty();
    let strings = if has_plugins { Strings::read(input.theme, &config.language)? } else { Strings::default() };
    let (plugins, failed) = Plugins::new(plugin_parts(input, gathered, &strings));
    found.extend(failed);
    let site = Site::new(SiteParts {
        config: &input.loaded.config,
        strings: &strings,
        snapshot,
        catalog,
        graph,
        docs: &docs,
        leads: &leads,
        crosslinks: &crosslinks,
        highlighter: &highlighter,
        diagrams: &diagrams,
        options: &input.site,
        findings,
        issues,
        plugins: &plugins,
    });
    let site = if scene == Scene::Everything { site.with_overviews() } else { site };
    for pages in PAGE_TYPES.iter().filter(|pages| scene == Scene::Everything || pages.name == DOCS) {
        let total = (pages.count)(&site);
        input.watcher.stage(pages.name, Some(total))?;
        let rendered: Vec<Vec<Finding>> = (0..total)
            .into_par_iter()
            .map(|number| {
                let rendered = catch_unwind(AssertUnwindSafe(|| (pages.render)(&site, number)));
                input.watcher.advance(1);
                rendered.map_or_else(|_| vec![rules::internal::page_failed(pages.name, number)], |page| page.findings)
            })
            .collect();
        if pages.name == DOCS {
            found.extend(rendered.into_iter().flatten());
        }
    }
    input.loaded.config.settle(&mut found);
    rules::techdocs::once_per_documentation(&mut found);
    Ok(found)
}

/// Of everything the site is made from: an equal fingerprint means an equal site. `program` names the running program,
/// since another one may make other pages from the same sources. Reads every file of plain folders.
pub fn fingerprint(input: &Input<'_>, gathered: &Gathered, program: &[u8; 32]) -> Fingerprint {
    let Gathered { snapshot, findings, versions, issues, answers, .. } = gathered;
    let repos: Vec<[u8; 32]> = snapshot
        .repos
        .par_iter()
        .chain(&snapshot.versions)
        .map(|repo| {
            let mut hasher = blake3::Hasher::new();
            repo.fingerprint(&mut hasher);
            *hasher.finalize().as_bytes()
        })
        .collect();
    let lists: Vec<_> =
        snapshot.sources.iter().map(|list| (&list.id, list.repos, &list.fault, list.stale_since, &list.cron)).collect();
    let told = format!("{findings:?}\n{versions:?}\n{issues:?}\n{lists:?}\n{:?}", snapshot.absent);
    let settings = format!("{}\n{:?}\n{told}", input.loaded.config.fingerprint(), input.site);
    let mut parts: Vec<&[u8]> = vec![program, settings.as_bytes()];
    for (path, bytes) in input.theme {
        parts.extend([path.as_bytes(), bytes]);
    }
    let secrets: Vec<[u8; 32]> =
        input.loaded.config.secrets().map(|secret| *blake3::hash(secret.as_bytes()).as_bytes()).collect();
    let answers = answers.fingerprint();
    parts.push(&answers);
    parts.extend(repos.iter().chain(&secrets).map(|hash| &hash[..]));
    Fingerprint::of(&parts)
}

/// The operator's programs draw what the documentation cannot draw itself.
impl diagram::Programs for Programs {
    fn command(&self, language: Language) -> Option<&[String]> {
        Programs::command(self, language.key())
    }

    fn run(&self, language: Language, source: &str) -> Result<String, Failure> {
        Programs::run(self, language.key(), source).map_err(|fault| {
            let failure = Failure::at(fault.line, fault.message);
            if fault.is_passing { failure.passing() } else { failure }
        })
    }
}

/// How search reads words and what it filters by, by the configuration.
fn search_settings(site: &Site<'_>) -> search::Settings {
    let config = site.config;
    let usual = search::Settings::default();
    search::Settings {
        language: config.search_language.and_then(search::language).unwrap_or(usual.language),
        synonyms: config.synonyms.clone(),
        keys: site.facet_keys(),
    }
}

/// What the pages brought together.
struct Made {
    pages: usize,
    documents: usize,
    findings: Vec<Finding>,
}

/// Pages made at a time: enough to keep every thread busy, few enough that what they hold stays small.
const CHUNK: usize = 256;

/// Makes every page in parallel, chunk by chunk, while another thread indexes their search documents in order.
fn make_pages(site: &Site<'_>, writer: &Writer<'_>, watcher: &dyn Watcher) -> Result<Made, Stop> {
    let (sender, receiver) = sync_channel::<Vec<SearchDocument>>(4);
    let settings = search_settings(site);
    std::thread::scope(|scope| {
        let index = scope.spawn(move || {
            let mut failure = None;
            let result = search::build(receiver.into_iter().flatten(), &settings, &mut |path, bytes| {
                if failure.is_none() {
                    failure = writer.sink.put(path, &bytes).err();
                }
            });
            match (failure, result) {
                (Some(stop), _) => Err(stop),
                (None, Err(error)) => Err(Stop::environment("the search index cannot be built").cause(error)),
                (None, Ok(())) => Ok(()),
            }
        });
        let made = make_in_order(site, writer, watcher, sender);
        let indexed = index.join().unwrap_or_else(|_| Err(Stop::environment("the search index cannot be built")));
        made.and_then(|made| indexed.map(|()| made))
    })
}

fn make_in_order(
    site: &Site<'_>,
    writer: &Writer<'_>,
    watcher: &dyn Watcher,
    sender: SyncSender<Vec<SearchDocument>>,
) -> Result<Made, Stop> {
    let mut made = Made { pages: 0, documents: 0, findings: Vec::new() };
    let mut press = Press::default();
    for page in &PAGE_TYPES {
        let total = (page.count)(site);
        for start in (0..total).step_by(CHUNK) {
            let end = (start + CHUNK).min(total);
            let chunk: Vec<Result<Written, Stop>> = (start..end)
                .into_par_iter()
                .map(|number| {
                    let rendered = catch_unwind(AssertUnwindSafe(|| (page.render)(site, number)));
                    match rendered {
                        Ok(rendered) => writer.write(rendered),
                        Err(_) => Ok(Written::failed(rules::internal::page_failed(page.name, number))),
                    }
                })
                .collect();
            let mut documents = Vec::new();
            for written in chunk {
                let written = written?;
                made.pages += written.pages;
                made.findings.extend(written.findings);
                documents.extend(written.documents);
                press.add(written.sheets);
            }
            for written in printed(site, writer, press.complete(end == total)) {
                let written = written?;
                made.pages += written.pages;
                made.findings.extend(written.findings);
            }
            made.documents += documents.len();
            watcher.advance(end - start);
            if sender.send(documents).is_err() {
                return Ok(made);
            }
        }
    }
    Ok(made)
}

/// Writes the pages that show a whole documentation, of those whose pages are all made.
fn printed(site: &Site<'_>, writer: &Writer<'_>, complete: Vec<Vec<Sheet>>) -> Vec<Result<Written, Stop>> {
    let make = |(number, sheets)| match catch_unwind(AssertUnwindSafe(|| print(site, sheets))) {
        Ok(rendered) => writer.write(rendered),
        Err(_) => Ok(Written::failed(rules::internal::page_failed("docs-print", number))),
    };
    complete.into_par_iter().enumerate().map(make).collect()
}

/// Draws pages and hands them on; a file that several pages bring is handed on once.
struct Writer<'a> {
    theme: &'a Theme,
    sink: &'a dyn Sink,
    written: Mutex<HashSet<String>>,
}

/// What is left of a page once it is written.
struct Written {
    pages: usize,
    documents: Vec<SearchDocument>,
    findings: Vec<Finding>,
    sheets: Vec<Sheet>,
}

impl Written {
    fn failed(finding: Finding) -> Self {
        Written { pages: 0, documents: Vec::new(), findings: vec![finding], sheets: Vec::new() }
    }
}

impl Writer<'_> {
    fn write(&self, rendered: Rendered) -> Result<Written, Stop> {
        let Rendered { pages, files, documents, findings, sheets } = rendered;
        for (route, view) in &pages {
            let html = self.theme.render(view)?;
            let path =
                if route.ends_with('/') || route.is_empty() { format!("{route}index.html") } else { route.clone() };
            self.sink.put(&path, html.as_bytes())?;
        }
        for (path, bytes) in files {
            let is_new = self.written.lock().unwrap_or_else(PoisonError::into_inner).insert(path.clone());
            if is_new {
                self.sink.put(&path, &bytes)?;
            }
        }
        Ok(Written { pages: pages.len(), documents, findings, sheets })
    }
}
