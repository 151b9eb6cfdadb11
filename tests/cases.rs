//! The pages of `tests/cases`, run through the library.
//!
//! A heading is a case. Its fenced blocks are files (```` ```yaml shop/catalog-info.yaml ````: a language and a path,
//! whose first part is the repository) and then what is expected of them. Blocks before the first case are files that
//! every case of the page has. A case without a `findings` block has neither warnings nor errors.
//!
//! | block | holds |
//! | --- | --- |
//! | `env` | variables, `NAME=value` |
//! | `configs` | configuration files as `--config` would name them |
//! | `origins` | repositories that are clones, `repo https://forge/owner/name` |
//! | `refs` | more refs of repositories with tags, `repo branch NAME TAG`, `repo tag NAME TAG`, `repo blob NAME` |
//! | `compat` | nothing: the verdicts are those of stock Backstage |
//! | `findings` | every finding, with its hints |
//! | `entities` | accepted refs, without those of the page's common files |
//! | `relations` | their relations, seen from each end |
//! | `json REF [POINTER]` | an entity as it is stored, or a part of it |
//! | `config` | what the configuration says beyond the defaults |
//! | `repos` | repositories and their files |
//! | `api PATH [POINTER]` | a file of the catalog's data, below `api/`, or a part of it |
//! | `html REPO/PATH` | a documentation page's content |
//! | `twin REPO/PATH` | a documentation page as Markdown |
//! | `print REF` | an entity's documentation on one page, without its contents |
//! | `nav REF` | the navigation of an entity's documentation |
//! | `files` | files that the documentation brings beside its pages |
//! | `docs` | where the Docs tab of each entity leads |
//! | `edits REF` | where the pages of a documentation are edited |
//! | `dialect REF` | how the pages of a documentation are read, beyond the defaults |
//! | `page ROUTE` | a page of the site as it is written |
//! | `versions REF` | files of an entity's documentation at other tags and branches |
//!
//! A file `shop@v1.0/docs/index.md` is one of the repository `shop` at the tag `v1.0`.
//!
//! The language of a file may carry `,crlf` or `,bom`; `hex` files hold bytes. `UPDATE=1 cargo test --test cases` writes
//! what came into the pages; `CASE=words` runs only cases whose page or name holds the words.

#![expect(clippy::disallowed_methods, reason = "cases are read from disk and written to it")]

#[path = "support/page.rs"]
mod page;
#[path = "support/scratch.rs"]
mod scratch;

use callboard::cache::Forgetful;
use callboard::catalog::{Entity, EntityId};
use callboard::config::{self, AllowedKind, CodeOwners, Inputs, Loaded, LocationKind};
use callboard::diagnostics::{self, Finding, Severity, Stop};
use callboard::graph::End;
use callboard::output::Memory;
use callboard::pipeline::{self, CatalogOptions, Gathered, Input, Watcher};
use callboard::site::{SiteOptions, route};
use callboard::source::{CrawlOptions, Outside};
use callboard::techdocs::{NavNode, sets};
use page::{Block, Case, Edit, Page};
use rayon::prelude::*;
use scratch::Scratch;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

#[test]
fn catalog() {
    run("catalog", &|portal, wanted, of| match wanted {
        "findings" => Some(portal.descriptor_findings()),
        "entities" => portal.entities(),
        "relations" => portal.relations(),
        "json" => portal.json(of),
        _ => None,
    });
}

#[test]
fn configuration() {
    run("config", &|portal, wanted, of| match wanted {
        "findings" => Some(portal.config_findings()),
        "config" => Some(portal.config()),
        "entities" => portal.entities().filter(|_| of.is_empty()),
        _ => None,
    });
}

#[test]
fn sources() {
    run("sources", &|portal, wanted, _| match wanted {
        "findings" => Some(portal.gathered_findings()),
        "entities" => portal.entities(),
        "repos" => portal.repos(),
        _ => None,
    });
}

#[test]
fn insights() {
    run("insights", &|portal, wanted, of| match wanted {
        "findings" => Some(portal.gathered_findings()),
        "relations" => portal.relations(),
        "json" => portal.json(of),
        _ => None,
    });
}

#[test]
fn techdocs() {
    run("techdocs", &|portal, wanted, of| match wanted {
        "findings" => portal.built().map(|built| say(built.findings.clone())),
        "html" => portal.html(of),
        "twin" => portal.twin(of),
        "backlinks" => portal.backlinks(of),
        "print" => portal.print(of),
        "nav" => portal.nav(of),
        "files" => portal.files(),
        "docs" => portal.docs_tabs(),
        "edits" => portal.edits(of),
        "dialect" => portal.dialect(of),
        "page" => portal.page(of),
        "versions" => portal.versions(of),
        _ => None,
    });
}

#[test]
fn api() {
    run("api", &|portal, wanted, of| match wanted {
        "findings" => Some(portal.descriptor_findings()),
        "api" => portal.api(of),
        _ => None,
    });
}

#[test]
fn every_area_has_its_test() {
    let folders: BTreeSet<String> = std::fs::read_dir(cases())
        .expect("there are cases")
        .map(|entry| entry.expect("a folder of cases").file_name().to_string_lossy().into_owned())
        .collect();
    assert_eq!(folders, ["api", "catalog", "config", "insights", "sources", "techdocs"].map(String::from).into());
}

/// What a portal says to one expectation: its word and what stands behind the word. `None`: nothing answers to that.
type Check = dyn Fn(&Portal, &str, &str) -> Option<String> + Sync;

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Runs every case of an area.
fn run(area: &str, check: &Check) {
    let update = std::env::var_os("UPDATE").is_some_and(|value| value == "1");
    let only = std::env::var("CASE").unwrap_or_default();
    let mut faults = Vec::new();
    let mut number = 0;
    for path in page::below(&cases().join(area)) {
        let page = match Page::read(&path) {
            Ok(page) => page,
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let name = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap_or(&path).display().to_string();
        let wanted: Vec<&Case> =
            page.cases.iter().filter(|case| format!("{name} {}", case.name).contains(&only)).collect();
        number += wanted.len();
        let outcomes: Vec<_> = wanted
            .par_iter()
            .map(|case| {
                catch_unwind(AssertUnwindSafe(|| try_case(&page, case, check)))
                    .unwrap_or_else(|_| vec![Outcome::Fault("it panicked".to_string())])
            })
            .collect();
        let mut edits = Vec::new();
        for (case, outcomes) in wanted.iter().zip(outcomes) {
            for outcome in outcomes {
                match outcome {
                    Outcome::Fault(fault) => faults.push(format!("{name}, {}: {fault}", case.name)),
                    Outcome::Differs { edit, .. } if update => edits.push(edit),
                    Outcome::Differs { what, diff, .. } => {
                        faults.push(format!("{name}, {}: {what}\n{diff}", case.name));
                    }
                }
            }
        }
        if !edits.is_empty() {
            page.rewrite(edits);
        }
    }
    assert!(number > 0 || !only.is_empty(), "no cases in {area}");
    let count = diagnostics::count(faults.len(), "fault");
    assert!(faults.is_empty(), "{count} in {number} cases of {area}\n\n{}\n", faults.join("\n\n"));
}

enum Outcome {
    /// The case itself cannot be used.
    Fault(String),
    Differs {
        what: String,
        diff: String,
        edit: Edit,
    },
}

/// Builds a case's files and compares every expectation.
fn try_case(page: &Page, case: &Case, check: &Check) -> Vec<Outcome> {
    let mut expected = Vec::new();
    let mut files = Files::default();
    let own = case.blocks.iter().map(|block| (block, false));
    for (block, shared) in page.shared.iter().map(|block| (block, true)).chain(own) {
        match files.take(block, shared) {
            Ok(true) => {}
            Ok(false) if shared => return vec![Outcome::Fault(format!("line {}: no file of all cases", block.line()))],
            Ok(false) => expected.push(block),
            Err(fault) => return vec![Outcome::Fault(format!("line {}: {fault}", block.line()))],
        }
    }
    let portal = match Portal::new(files) {
        Ok(portal) => portal,
        Err(stop) => return vec![Outcome::Fault(format!("the run stopped: {stop}"))],
    };
    let mut outcomes = Vec::new();
    for block in &expected {
        let (word, of) = block.info.split_once(' ').unwrap_or((&block.info, ""));
        match check(&portal, word, of) {
            None => {
                outcomes.push(Outcome::Fault(format!("line {}: nothing answers to `{}`", block.line(), block.info)))
            }
            Some(got) if got.trim_end() == block.text.trim_end() => {}
            Some(got) => outcomes.push(Outcome::Differs {
                what: format!("line {}: `{}` differs", block.line(), block.info),
                diff: page::diff(block.text.trim_end(), got.trim_end()),
                edit: Edit::Replace { block: (*block).clone(), text: got },
            }),
        }
    }
    if expected.iter().all(|block| block.info != "findings")
        && let Some(all) = check(&portal, "findings", "")
        && all.lines().any(|line| line.starts_with("warning[") || line.starts_with("error["))
    {
        outcomes.push(Outcome::Differs {
            what: "there are findings that nobody expects".to_string(),
            diff: page::diff("", all.trim_end()),
            edit: case.append("findings", all),
        });
    }
    outcomes
}

/// A path and what the file holds.
type NamedBytes = (String, Vec<u8>);

/// What a case is built from.
#[derive(Default)]
struct Files {
    files: Vec<(String, Vec<u8>)>,
    inputs: Inputs,
    compat: bool,
    /// Repositories that are clones, with the address they were cloned from.
    origins: Vec<(String, String)>,
    /// Files of tags, by repository and tag.
    tagged: BTreeMap<(String, String), Vec<NamedBytes>>,
    /// More refs: repository, what it is, its name and the tag it is made from.
    refs: Vec<[String; 4]>,
    /// Repositories that stand in the page's common files only.
    shared_repos: BTreeSet<String>,
}

impl Files {
    /// Takes a block that is a file or a setting; `false` for an expectation.
    fn take(&mut self, block: &Block, shared: bool) -> Result<bool, String> {
        let (word, rest) = block.info.split_once(' ').unwrap_or((&block.info, ""));
        let mut flags = word.split(',');
        let language = flags.next().unwrap_or_default();
        match (language, rest) {
            ("env", "") => {
                for line in block.text.lines() {
                    let (name, value) = line.split_once('=').ok_or("a variable is written `NAME=value`")?;
                    self.inputs.environment.insert(name.to_string(), value.to_string());
                }
                return Ok(true);
            }
            ("configs", "") => {
                self.inputs.configs = block.text.lines().map(PathBuf::from).collect();
                return Ok(true);
            }
            ("origins", "") => {
                for line in block.text.lines() {
                    let (repo, url) = line.split_once(' ').ok_or("an origin is written `repo address`")?;
                    self.origins.push((repo.to_string(), url.to_string()));
                }
                return Ok(true);
            }
            ("refs", "") => {
                for line in block.text.lines() {
                    let mut words = line.split(' ').map(str::to_string);
                    self.refs.push(std::array::from_fn(|_| words.next().unwrap_or_default()));
                }
                return Ok(true);
            }
            ("compat", "") => {
                self.compat = true;
                return Ok(true);
            }
            (
                "html" | "twin" | "backlinks" | "print" | "nav" | "api" | "edits" | "dialect" | "page" | "versions",
                _,
            )
            | (_, "") => {
                return Ok(false);
            }
            ("json", reference) if reference.contains(':') => return Ok(false),
            _ => {}
        }
        let mut bytes = if language == "hex" { hex(&block.text)? } else { block.text.clone().into_bytes() };
        for flag in flags {
            bytes = match flag {
                "crlf" => block.text.replace('\n', "\r\n").into_bytes(),
                "bom" => [b"\xef\xbb\xbf", &bytes[..]].concat(),
                _ => return Err(format!("`{flag}` is no way to write a file")),
            };
        }
        if let Some((repo, (tag, path))) = rest.split_once('@').and_then(|(repo, at)| Some((repo, at.split_once('/')?)))
            && !repo.contains('/')
        {
            let files = self.tagged.entry((repo.to_string(), tag.to_string())).or_default();
            files.push((path.to_string(), bytes));
            return Ok(true);
        }
        if self.files.iter().any(|(path, _)| path == rest) {
            return Err(format!("`{rest}` stands here twice"));
        }
        if let Some((repo, _)) = rest.split_once('/') {
            if shared {
                self.shared_repos.insert(repo.to_string());
            } else {
                self.shared_repos.remove(repo);
            }
        }
        self.files.push((rest.to_string(), bytes));
        Ok(true)
    }
}

fn hex(text: &str) -> Result<Vec<u8>, String> {
    let digits: Vec<u32> = text.chars().filter(|c| !c.is_whitespace()).map_while(|c| c.to_digit(16)).collect();
    let bytes = digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte * 16 + *digit as u8));
    if digits.len().is_multiple_of(2) { Ok(bytes.collect()) } else { Err("an odd number of digits".to_string()) }
}

/// A portal made from a case's files.
struct Portal {
    scratch: Scratch,
    loaded: Loaded,
    shared_repos: BTreeSet<String>,
    compat: bool,
    gathered: OnceCell<Option<Gathered>>,
    built: OnceCell<Option<Built>>,
}

struct Built {
    findings: Vec<Finding>,
    site: Memory,
}

struct Silent;

impl Watcher for Silent {
    fn stage(&self, _: &'static str, _: Option<usize>) -> Result<(), Stop> {
        Ok(())
    }

    fn advance(&self, _: usize) {}
}

impl Portal {
    fn new(files: Files) -> Result<Portal, Stop> {
        let scratch = Scratch::new("case");
        for (path, bytes) in &files.files {
            scratch.write(&format!("portal/{path}"), bytes);
        }
        let dir = scratch.path().join("portal");
        for (repo, url) in &files.origins {
            clone_of(&dir.join(repo), Some(url));
        }
        for ((repo, tag), files) in &files.tagged {
            tag_of(&dir.join(repo), tag, files).expect("a tag can be made");
        }
        for [repo, kind, name, of] in &files.refs {
            ref_of(&dir.join(repo), kind, name, of).expect("a ref can be made");
        }
        let configs = files.inputs.configs.iter().map(|path| dir.join(path)).collect();
        let loaded = config::load(&Inputs { dir, configs, ..files.inputs })?;
        let (gathered, built) = (OnceCell::new(), OnceCell::new());
        let Files { shared_repos, compat, .. } = files;
        Ok(Portal { scratch, loaded, shared_repos, compat, gathered, built })
    }

    /// The whole site in memory; a documentation page is its content and nothing else.
    fn make(&self) -> Option<(Gathered, Built)> {
        if self.loaded.unusable() {
            return None;
        }
        let mut theme = config::theme(None, &self.loaded.config).expect("the built-in theme can be read");
        let content = b"{% if notice %}(needs {{ notice }})\n{% endif %}{% if versions %}{% for v in versions.links %}\
            ({% if v.is_shown %}here: {% endif %}{{ v.text }}{% if v.is_latest %}, latest{% endif %}: {{ v.url }})\n\
            {% endfor %}{% endif %}{% if old_version %}(old: {{ old_version.latest.url }}\
            {% if not old_version.has_page %}, no such page{% endif %})\n{% endif %}\
            {% if canonical %}(canonical: {{ canonical }})\n{% endif %}{{ content | safe }}<!-- what links here -->\
            {% for g in backlinks.groups %}{{ g.site_name }}:{% for p in g.pages %} [{{ p.text }}]({{ p.url }}){% endfor %}\n\
            {% endfor %}{% if backlinks.more > 0 %}and {{ backlinks.more }} more\n{% endif %}";
        theme.insert("templates/docs.html".to_string(), Cow::Borrowed(content));
        let entity =
            b"{% for g in mentions.groups %}{{ g.site_name }}:{% for p in g.pages %} [{{ p.text }}]({{ p.url }})\
            {% endfor %}\n{% endfor %}{% for f in findings %}{{ f.rule }} {{ f.place }}\n{% endfor %}";
        theme.insert("templates/entity.html".to_string(), Cow::Borrowed(entity));
        let report =
            b"{% for d in docs %}{{ d.docs.text }}: {{ d.links }} links, {{ d.anchors }} anchors, {{ d.images }} \
            images\n{% for f in d.findings %}  {{ f.rule }} {{ f.place }}\n{% endfor %}{% endfor %}";
        theme.insert("templates/report.html".to_string(), Cow::Borrowed(report));
        let moved = b"moved to {{ to }}: {{ url }}";
        theme.insert("templates/moved.html".to_string(), Cow::Borrowed(moved));
        let printed =
            b"{% for sheet in sheets %}== {{ sheet.anchor }} {{ sheet.title }}\n{{ sheet.content | safe }}{% endfor %}";
        theme.insert("templates/docs-print.html".to_string(), Cow::Borrowed(printed));
        let input = self.input(&theme);
        let gathered = pipeline::gather(&input).expect("nothing in a repository stops a build");
        let site = Memory::default();
        let built = pipeline::build(&input, &gathered, &site).expect("nothing in a repository stops a build");
        Some((gathered, Built { findings: built.findings, site }))
    }

    fn input<'a>(&'a self, theme: &'a config::ThemeFiles) -> Input<'a> {
        Input {
            loaded: &self.loaded,
            theme,
            crawl: CrawlOptions {
                max_stale: callboard::source::MAX_STALE,
                working_tree: false,
                offline: true,
                publishes: false,
                versions: true,
                outside: Outside::Nowhere,
                max_wait: std::time::Duration::ZERO,
                locked: None,
                listener: &callboard::source::Silence,
                goes_on: std::sync::Arc::new(|| true),
                noted_as: None,
                cache_dir: self.scratch.path(),
                cache: &Forgetful,
            },
            catalog: CatalogOptions { compat: self.compat, ..CatalogOptions::default() },
            site: SiteOptions::default(),
            cache: &Forgetful,
            watcher: &Silent,
        }
    }

    fn gathered(&self) -> Option<&Gathered> {
        let gather = || {
            let theme = config::ThemeFiles::new();
            let gathered = pipeline::gather(&self.input(&theme)).expect("nothing in a repository stops a build");
            Some(gathered).filter(|_| !self.loaded.unusable())
        };
        self.gathered.get_or_init(gather).as_ref()
    }

    fn built(&self) -> Option<&Built> {
        let make = || {
            let (gathered, built) = self.make()?;
            let _ = self.gathered.set(Some(gathered));
            Some(built)
        };
        self.built.get_or_init(make).as_ref()
    }

    /// Without what says of small catalogs that they are small.
    fn descriptor_findings(&self) -> String {
        let Some(gathered) = self.gathered() else { return say(self.loaded.findings.clone()) };
        let wanted = gathered.findings.iter().filter(|finding| finding.rule.name != "orphan-entity");
        say(wanted.cloned().collect())
    }

    /// What is said of the configuration, by whatever stage.
    fn config_findings(&self) -> String {
        let Some(gathered) = self.gathered() else { return say(self.loaded.findings.clone()) };
        let wanted = gathered.findings.iter().filter(|finding| finding.rule.name.starts_with("config-"));
        say(wanted.cloned().collect())
    }

    fn gathered_findings(&self) -> String {
        say(self.gathered().map_or(&self.loaded.findings, |gathered| &gathered.findings).clone())
    }

    /// Entities that do not stand in the page's common files.
    fn own<'a>(&self, gathered: &'a Gathered) -> Vec<(EntityId, &'a Entity)> {
        let is_own = |entity: &Entity| !self.shared_repos.contains(&*entity.written.place.repo);
        let all = gathered.catalog.ids().map(|id| (id, gathered.catalog.entity(id)));
        all.filter(|(_, entity)| is_own(entity)).collect()
    }

    fn entities(&self) -> Option<String> {
        let refs = self.own(self.gathered()?);
        Some(lines(refs.into_iter().map(|(_, entity)| entity.reference.to_string())))
    }

    fn relations(&self) -> Option<String> {
        let gathered = self.gathered()?;
        let graph = &gathered.graph;
        let mut relations = Vec::new();
        for (id, entity) in self.own(gathered) {
            for edge in graph.edges(id) {
                let target = match edge.target {
                    End::Entity(target) => gathered.catalog.entity(target).reference.to_string(),
                    End::Dangling(number) => format!("{} (not in the catalog)", graph.dangling(number)),
                };
                relations.push(format!("{} {} {target}", entity.reference, edge.relation.name()));
            }
        }
        relations.sort();
        Some(lines(relations))
    }

    /// `REF [POINTER]`
    fn json(&self, of: &str) -> Option<String> {
        let (reference, pointer) = of.split_once(' ').unwrap_or((of, ""));
        let catalog = &self.gathered()?.catalog;
        let data = &catalog.entity(catalog.find(reference)?).data;
        let json: serde_json::Value = serde_json::from_str(data).expect("an entity is stored as JSON");
        serde_json::to_string_pretty(json.pointer(pointer)?).ok()
    }

    /// `PATH [POINTER]`
    fn api(&self, of: &str) -> Option<String> {
        let (path, pointer) = of.split_once(' ').unwrap_or((of, ""));
        let bytes = self.built()?.site.get(&format!("api/{path}"))?;
        let json: serde_json::Value = serde_json::from_slice(&bytes).expect("the data is JSON");
        serde_json::to_string_pretty(json.pointer(pointer)?).ok()
    }

    fn config(&self) -> String {
        let config = &self.loaded.config;
        let mut out = Vec::new();
        if config.title != "Developer Portal" {
            out.push(format!("title: {}", config.title));
        }
        out.extend(config.base_url.as_ref().map(|url| format!("base url: {url}")));
        if !config.organization.is_empty() {
            out.push(format!("organization: {}", config.organization));
        }
        for location in &config.locations {
            let kind = match location.kind {
                LocationKind::File => "file",
                LocationKind::Url => "url",
            };
            out.push(format!("location: {kind} {}", location.target));
        }
        for rule in &config.rules {
            let Some(allow) = &rule.allow else { continue };
            let shown = |allowed: &AllowedKind| match &allowed.of_type {
                Some(of_type) => format!("{} of type {of_type}", allowed.kind),
                None => allowed.kind.clone(),
            };
            let kinds: Vec<String> = allow.iter().map(shown).collect();
            out.push(format!("rule: {}", kinds.join(", ")));
        }
        for integration in &config.integrations {
            let token = if integration.token.is_some() { ", with a token" } else { "" };
            out.push(format!("integration: {:?} {}{token}", integration.forge, integration.host));
        }
        for (rule, severity) in &config.severities {
            out.push(format!("severity: {rule} {}", severity.map_or("off", Severity::word)));
        }
        for kind in &config.kinds {
            let relations: String =
                kind.relations.iter().map(|row| format!(", {} {}", row.field, row.relation)).collect();
            out.push(format!("kind: {} in {}{relations}", kind.plural, kind.api_versions.join(" and ")));
        }
        if !config.readmes {
            out.push("readmes: no".to_string());
        }
        if !config.service_worker {
            out.push("service worker: no".to_string());
        }
        out.extend(config.search_language.iter().map(|language| format!("search: {language}")));
        out.extend(config.synonyms.iter().map(|(word, meant)| format!("synonyms: {word} is {}", meant.join(" and "))));
        out.extend(config.no_results.iter().map(|url| format!("no results: {url}")));
        if !config.feedback_labels.is_empty() {
            out.push(format!("issues: {}", config.feedback_labels.join(" and ")));
        }
        out.extend(
            config
                .beacon
                .iter()
                .map(|beacon| format!("beacon: {} {} {}", beacon.counter.word(), beacon.url, beacon.site)),
        );
        for (of, refs) in &config.docs_versions.rows {
            out.push(format!("versions: {} of {of}, at most {}", refs.join(" and "), config.docs_versions.most));
        }
        if config.codeowners != CodeOwners::Off {
            out.push(format!("codeowners: {:?}", config.codeowners).to_lowercase());
        }
        if config.docs_stale_after != Some(180) {
            let days = config.docs_stale_after.map_or("never".to_string(), |days| format!("after {days} days"));
            out.push(format!("docs stale: {days}"));
        }
        let lists = [
            ("lifecycles", &config.lifecycles),
            ("connect", &config.connect),
            ("images", &config.image_hosts),
            ("git protocols", &config.git_protocols),
        ];
        out.extend(
            lists
                .iter()
                .filter(|(_, list)| !list.is_empty())
                .map(|(name, list)| format!("{name}: {}", list.join(", "))),
        );
        lines(out)
    }

    fn repos(&self) -> Option<String> {
        let repos = self.gathered()?.snapshot.repos.iter().map(|repo| {
            let files: String = repo.files().iter().map(|file| format!("\n  {}", file.path)).collect();
            format!("{}{files}", repo.id)
        });
        Some(lines(repos))
    }

    fn docs(&self) -> Option<sets::Docs> {
        let gathered = self.gathered()?;
        let readmes = self.loaded.config.readmes;
        let options = sets::PlanOptions {
            readmes,
            is_elsewhere: &|_| false,
            is_part: false,
            base_url: None,
            cache: None,
            versions: &[],
        };
        Some(sets::plan(&gathered.catalog, &gathered.snapshot, &options).0)
    }

    fn set<T>(&self, of: &str, read: impl FnOnce(&sets::DocSet, &Gathered) -> T) -> Option<T> {
        let gathered = self.gathered()?;
        let docs = self.docs()?;
        let set = docs.sets.iter().find(|set| *gathered.catalog.entity(set.entity).reference == *of)?;
        Some(read(set, gathered))
    }

    fn docs_tabs(&self) -> Option<String> {
        let gathered = self.gathered()?;
        let docs = self.docs()?;
        let tab = |(id, shown): (&EntityId, &sets::Shown)| {
            let set = &docs.sets[shown.set];
            let (own, of) = (gathered.catalog.entity(*id), gathered.catalog.entity(set.entity));
            let of = if set.entity == *id { String::new() } else { format!(" of {}", of.reference) };
            let page = &set.pages[shown.page];
            let anchor = shown.anchor.as_ref().map_or_else(String::new, |anchor| format!("#{anchor}"));
            let repo = &gathered.snapshot.repo(set.repo).id;
            format!("{}: {}{anchor}{of} ({repo}/{})", own.reference, page.path, page.file)
        };
        Some(lines(docs.shown.iter().map(tab)))
    }

    fn edits(&self, of: &str) -> Option<String> {
        self.set(of, |set, gathered| {
            let edit = |page: &sets::DocPage| set.edit_url(page, gathered.snapshot.repo(set.repo));
            let line = |page| edit(page).unwrap_or_else(|| "nowhere".to_string());
            lines(set.pages.iter().map(|page| format!("{}: {}", page.path, line(page))))
        })
    }

    /// What differs from the defaults, as Rust shows it.
    fn dialect(&self, of: &str) -> Option<String> {
        self.set(of, |set, _| {
            let usual = format!("{:#?}", callboard::techdocs::Dialect::default());
            let own = format!("{:#?}", set.dialect(&set.pages[set.first()]));
            let diff = page::diff(&usual, &own);
            let changed = diff.lines().map(str::trim_start).filter(|line| line.starts_with(['+', '-']));
            lines(changed.map(str::to_string))
        })
    }

    fn page(&self, of: &str) -> Option<String> {
        Some(String::from_utf8_lossy(&self.built()?.site.get(&format!("{of}index.html"))?).into_owned())
    }

    /// `REPO/PATH`
    fn html(&self, of: &str) -> Option<String> {
        self.page_of(of).map(|(content, _)| content)
    }

    /// The pages that link to a page.
    fn backlinks(&self, of: &str) -> Option<String> {
        self.page_of(of).map(|(_, backlinks)| backlinks)
    }

    fn page_of(&self, of: &str) -> Option<(String, String)> {
        let page = self.beside(of, "index.html")?;
        page.split_once("<!-- what links here -->").map(|(content, links)| (content.to_string(), links.to_string()))
    }

    /// `REPO/PATH`
    fn twin(&self, of: &str) -> Option<String> {
        self.beside(of, "index.md")
    }

    /// A file beside the page of `REPO/PATH`.
    fn beside(&self, of: &str, name: &str) -> Option<String> {
        let site = &self.built()?.site;
        let gathered = self.gathered()?;
        for set in self.docs()?.sets {
            let repo = &gathered.snapshot.repo(set.repo).id;
            let routes = route::pages(set.pages.iter().map(|page| page.path.as_str()));
            for (page, route) in set.pages.iter().zip(routes) {
                if format!("{repo}/{}", set.file(page)) == of {
                    let path = format!("{}{route}{name}", route::docs(gathered.catalog.entity(set.entity)));
                    return Some(String::from_utf8_lossy(&site.get(&path)?).into_owned());
                }
            }
        }
        None
    }

    /// Below the route of the versions.
    fn versions(&self, of: &str) -> Option<String> {
        let catalog = &self.gathered()?.catalog;
        let base = format!("{}-/v/", route::docs(catalog.entity(catalog.find(of)?)));
        let paths = self.built()?.site.changed_since(&Memory::default());
        Some(lines(paths.iter().filter_map(|path| path.strip_prefix(&base)).map(str::to_string)))
    }

    fn print(&self, of: &str) -> Option<String> {
        let catalog = &self.gathered()?.catalog;
        let path = format!("{}-/print/index.html", route::docs(catalog.entity(catalog.find(of)?)));
        Some(String::from_utf8_lossy(&self.built()?.site.get(&path)?).into_owned())
    }

    fn nav(&self, of: &str) -> Option<String> {
        self.set(of, |set, _| {
            let mut out = Vec::new();
            outline(&set.nav, set, 0, &mut out);
            lines(out)
        })
    }

    fn files(&self) -> Option<String> {
        let site = &self.built()?.site;
        let gathered = self.gathered()?;
        let mut found = Vec::new();
        for set in self.docs()?.sets {
            let base = route::docs(gathered.catalog.entity(set.entity));
            let files = gathered.snapshot.repo(set.repo).files().iter();
            let paths = files.map(|file| match set.path_of(&file.path) {
                Some(path) => format!("{base}{}", route::file(&path)),
                None => format!("{base}-/{}", route::outside_file(&file.path)),
            });
            // Pages bring their twins.
            found.extend(paths.filter(|path| !path.ends_with(".md") && site.contains(path)));
        }
        found.sort();
        Some(lines(found))
    }
}

/// Makes a folder of files a clone with one commit.
fn clone_of(folder: &Path, url: Option<&str>) {
    let mut options = git2::RepositoryInitOptions::new();
    options.initial_head("main");
    let made = || -> Result<(), git2::Error> {
        let repository = git2::Repository::init_opts(folder, &options)?;
        if let Some(url) = url {
            repository.remote("origin", url)?;
        }
        let mut index = repository.index()?;
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None)?;
        index.write()?;
        let tree = repository.find_tree(index.write_tree()?)?;
        let author = ada()?;
        repository.commit(Some("HEAD"), &author, &author, "first", &tree, &[]).map(|_| ())
    };
    made().expect("a repository can be made");
}

fn ada() -> Result<git2::Signature<'static>, git2::Error> {
    git2::Signature::new("Ada", "ada@example.com", &git2::Time::new(1_700_000_000, 0))
}

/// Tags a commit of its own that holds nothing but `files`.
fn tag_of(folder: &Path, tag: &str, files: &[(String, Vec<u8>)]) -> Result<(), git2::Error> {
    if !folder.join(".git").exists() {
        clone_of(folder, None);
    }
    let repository = git2::Repository::open(folder)?;
    let mut tree = git2::build::TreeUpdateBuilder::new();
    for (path, bytes) in files {
        tree.upsert(path, repository.blob(bytes)?, git2::FileMode::Blob);
    }
    let empty = repository.find_tree(repository.treebuilder(None)?.write()?)?;
    let tree = repository.find_tree(tree.create_updated(&repository, &empty)?)?;
    let commit = repository.commit(None, &ada()?, &ada()?, tag, &tree, &[])?;
    repository.tag(tag, &repository.find_object(commit, None)?, &ada()?, "a release", false).map(|_| ())
}

/// A branch or tag of the commit of another tag, or a tag of a blob.
fn ref_of(folder: &Path, kind: &str, name: &str, of: &str) -> Result<(), git2::Error> {
    let repository = git2::Repository::open(folder)?;
    let target = match kind {
        "blob" => repository.blob(b"no commit")?,
        _ => repository.find_reference(&format!("refs/tags/{of}"))?.peel_to_commit()?.id(),
    };
    let folder = if kind == "branch" { "heads" } else { "tags" };
    repository.reference(&format!("refs/{folder}/{name}"), target, false, "").map(|_| ())
}

fn outline(nodes: &[NavNode], set: &sets::DocSet, depth: usize, out: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    for node in nodes {
        match node {
            NavNode::Page { title, page } => {
                let page = &set.pages[*page];
                out.push(format!("{indent}{}: {}", title.as_ref().unwrap_or(&page.title), page.path));
            }
            NavNode::Section { title, children } => {
                out.push(format!("{indent}{title}:"));
                outline(children, set, depth + 1, out);
            }
            NavNode::Url { title, url } => out.push(format!("{indent}{}: {url}", title.as_ref().unwrap_or(url))),
        }
    }
}

fn say(mut findings: Vec<Finding>) -> String {
    diagnostics::sort(&mut findings);
    lines(findings.iter().map(|finding| {
        let place = finding.place.as_ref().map_or_else(String::new, |place| format!(" {}", place.display()));
        let hints: String = finding.hints.iter().map(|hint| format!("\n  help: {hint}")).collect();
        let severity: Severity = finding.severity();
        format!("{}[{}]{place} {}{hints}", severity.word(), finding.rule.name, finding.message)
    }))
}

fn lines(lines: impl IntoIterator<Item = String>) -> String {
    lines.into_iter().map(|line| line + "\n").collect()
}
