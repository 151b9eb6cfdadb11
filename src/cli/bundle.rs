//! `callboard bundle`

use super::Talk;
use super::options::{ReadOptions, cached_source, load, site_options, words_of_plugins};
use super::talk::Progress;
use crate::cache::Forgetful;
use crate::config::{Forge, Integration, KindRule, Loaded, Source};
use crate::diagnostics::{Finding, Place, Severity, Stop, StopKind, count};
use crate::output::Interrupt;
use crate::pipeline::{self, CatalogOptions, Gathered, Input};
use crate::source::{self, BundleOf, CrawlOptions, Outside, Remote, Repo, Web, Written};
use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Write this repository into one file that a portal reads like the repository itself.
///
/// For CI: the hub that builds the portal takes the file from a folder or an address and needs no access to the
/// repository. The file holds what a portal reads, at the last commit, and of all other files the names. Nothing is
/// fetched.
#[derive(Args)]
#[command(after_help = "\
Examples:
  callboard bundle                                  `shop.callboard` of the repository `shop` around this folder
  callboard bundle --out bundle/shop.callboard --deny errors
  callboard bundle --branch \"$CI_COMMIT_BRANCH\"     Where CI checks out a commit without its branch")]
pub(crate) struct Bundle {
    /// A folder of the repository
    #[arg(default_value = ".", value_name = "DIR")]
    dir: PathBuf,
    /// The file to write [default: the repository's name, with `.callboard`]
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Which repository this is, such as `https://github.com/acme/shop` [default: what git calls `origin`]
    #[arg(long, value_name = "URL")]
    repository: Option<String>,
    /// The branch that readers are sent to [default: the one that is checked out]
    #[arg(long, value_name = "NAME")]
    branch: Option<String>,
    /// More files to hold, which only the hub's configuration or a plugin there leads to, committed or not; may be repeated
    #[arg(long, value_name = "PATTERN")]
    also: Vec<String>,
    /// Read the work tree as it lies on disk, uncommitted changes included
    #[arg(long)]
    working_tree: bool,
    /// Findings that stop the run before it writes
    #[arg(long, value_enum, value_name = "WHAT")]
    deny: Option<Deny>,
    #[command(flatten)]
    read: ReadOptions,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Any error or warning
    Warnings,
    /// Any error
    Errors,
}

/// Larger files are not held because of `--also`.
const MAX_ALSO: u64 = 16 << 20;
/// Larger YAML files are no descriptors.
const MAX_DESCRIPTOR: u64 = 2 << 20;

pub(crate) fn run(command: &Bundle, talk: &Talk, interrupt: &Interrupt) -> Result<(), Stop> {
    command.read.use_jobs()?;
    let (root, remote) = located(command)?;
    let also = patterns(&command.also)?;
    let folder = tempfile::tempdir()
        .map_err(|error| Stop::environment("the folder for temporary files cannot be written").cause(error))?;
    let address = format!("https://{}/{}", remote.host, remote.path);
    let reading = Reading {
        command,
        loaded: configured(command, &remote, folder.path(), talk)?,
        root: &root,
        address: &address,
        progress: Progress::new(talk, interrupt),
    };
    let (mut gathered, mut findings) = reading.read(&[])?;
    talk.clear();
    if let Some(repo) = gathered.snapshot.repos.first_mut().filter(|_| !also.is_empty()) {
        repo.add_from(&root, MAX_ALSO, &|path| also.is_match(path))
            .map_err(|error| Stop::environment(format!("`{}` cannot be read", root.display())).cause(error))?;
    }
    let Some(repo) = gathered.snapshot.repos.first() else {
        talk.findings(&findings, &|_| None);
        return Err(Stop::environment(format!("the repository `{}` cannot be read", root.display())));
    };
    // The hub may ask who owns a file; here nobody does.
    repo.code_owners("");
    let mut held = repo.read_files();
    talk.findings(&findings, &cached_source(&reading.loaded, &gathered.snapshot));
    if repo.commit.is_none() {
        return Err(Stop::usage(format!("the repository `{}` has no commit", root.display())));
    }
    if let Some(leads) = leads(repo, &held) {
        let path = folder.path().join("catalog-info.yaml");
        std::fs::write(&path, leads)
            .map_err(|error| Stop::environment(format!("`{}` cannot be written", path.display())).cause(error))?;
        let (gathered, _) = reading.read(&[folder.path()])?;
        held.extend(gathered.snapshot.repos.first().map(Repo::read_files).unwrap_or_default());
    }
    held.extend(repo.files().iter().filter(|file| also.is_match(&*file.path)).map(|file| file.path.clone()));
    let branch = command.branch.as_deref().or(repo.branch.as_deref());
    let mut written = source::write_bundle(&BundleOf { repo, repository: &address, branch, held: &held })
        .map_err(|cause| Stop::environment("the bundle cannot be written").cause(cause))?;
    talk.clear();
    reading.loaded.config.settle(&mut written.findings);
    talk.findings(&written.findings, &|_| None);
    findings.append(&mut written.findings);
    refuse_denied(command, &findings)?;
    let out = command.out.clone().unwrap_or_else(|| {
        let name = remote.path.rsplit('/').next().unwrap_or(&remote.path);
        PathBuf::from(format!("{name}.callboard"))
    });
    write(&out, &written.bytes)?;
    say_what_lacks(talk, repo, branch, &held);
    talk.say(&summary(&out, &address, repo, gathered.catalog.len(), &written));
    Ok(())
}

/// Where the repository lies, and which one it is.
fn located(command: &Bundle) -> Result<(PathBuf, Remote), Stop> {
    let dir = command.dir.display();
    if !command.dir.is_dir() {
        let what = if command.dir.exists() { "is not a folder" } else { "does not exist" };
        return Err(Stop::usage(format!("`{dir}` {what}")));
    }
    let (root, remote) = source::git_around(&command.dir)
        .ok_or_else(|| Stop::usage(format!("`{dir}` is in no git repository, and a bundle is of a commit")))?;
    let named = match &command.repository {
        Some(address) => {
            let remote = Remote::parse(address).filter(|remote| remote.path.contains('/'));
            remote.ok_or_else(|| Stop::usage(format!("`{address}` is no address of a repository")))
        }
        None => remote.ok_or_else(|| Stop::usage("git does not tell which repository this is: it has no remote")),
    };
    let named = named.map_err(|stop| stop.hint("Name it: `--repository https://github.com/acme/shop`."))?;
    Ok((root, named))
}

/// The configuration that is named, else none: that of a repository has no say about itself, since the hub does not
/// read it.
fn configured(command: &Bundle, remote: &Remote, nowhere: &Path, talk: &Talk) -> Result<Loaded, Stop> {
    let mut loaded = load(nowhere, &command.read.config, talk)?;
    let config = &mut loaded.config;
    config.rules = vec![KindRule { allow: None, locations: Vec::new() }];
    config.locations.clear();
    if config.integration(&remote.host).is_none() {
        let (forge, host) = (forge_of(&remote.host), remote.host.clone());
        config.integrations.push(Integration { forge, host, token: None, api: None, base: None, apps: Vec::new() });
    }
    Ok(loaded)
}

/// How a host that nobody configured writes addresses. A wrong guess costs files that only such addresses lead to.
fn forge_of(host: &str) -> Forge {
    let has = |words: &[&str]| words.iter().any(|word| host.contains(word));
    match () {
        () if has(&["gitlab"]) => Forge::GitLab,
        () if has(&["gitea", "forgejo", "codeberg"]) => Forge::Gitea,
        () if has(&["bitbucket"]) => Forge::Bitbucket,
        () => Forge::GitHub,
    }
}

fn patterns(patterns: &[String]) -> Result<globset::GlobSet, Stop> {
    let mut set = globset::GlobSetBuilder::new();
    let unusable = |error: globset::Error| Stop::usage("`--also` takes a pattern such as `catalog/**`").cause(error);
    for pattern in patterns {
        set.add(globset::GlobBuilder::new(pattern).literal_separator(true).build().map_err(unusable)?);
    }
    set.build().map_err(unusable)
}

struct Reading<'a> {
    command: &'a Bundle,
    loaded: Loaded,
    root: &'a Path,
    address: &'a str,
    progress: Progress<'a>,
}

impl Reading<'_> {
    /// Reads the repository as the first of all, and everything in it that pages show.
    fn read(&self, more: &[&Path]) -> Result<(Gathered, Vec<Finding>), Stop> {
        let mut loaded =
            Loaded { config: self.loaded.config.clone(), findings: Vec::new(), texts: self.loaded.texts.clone() };
        // What they show is read at the hub; it may need more files, which `--also` names.
        loaded.config.plugins.clear();
        let folders = std::iter::once(self.root).chain(more.iter().copied());
        loaded.config.sources = folders
            .map(|path| Source::Filesystem { path: path.to_path_buf(), place: Place::file("", path.to_string_lossy()) })
            .collect();
        let cache_dir = self.command.read.cache_dir();
        let theme = words_of_plugins(&loaded.config)?;
        let input = Input {
            loaded: &loaded,
            theme: &theme,
            crawl: CrawlOptions {
                offline: true,
                versions: false,
                outside: Outside::Nowhere,
                noted_as: Some(self.address),
                ..self.command.read.crawl(self.command.working_tree, &cache_dir, &Forgetful)
            },
            catalog: CatalogOptions { is_part: true, ..CatalogOptions::default() },
            site: site_options(false, false),
            cache: &Forgetful,
            watcher: &self.progress,
        };
        let gathered = pipeline::gather(&input)?;
        let mut findings = gathered.findings.clone();
        findings.extend(pipeline::read_all(&input, &gathered)?);
        loaded.config.settle(&mut findings);
        // Other repositories are not looked at, so nothing is wrong with them.
        findings.retain(|finding| finding.rule.name != "repository-unreachable");
        Ok((gathered, findings))
    }
}

/// A descriptor that leads to what nothing in the repository leads to, and the hub or another repository may: docs, and
/// descriptors with other names.
fn leads(repo: &Repo, held: &BTreeSet<Box<str>>) -> Option<String> {
    // A branch may have `/` in its name, which no address tells from a folder.
    let web = Web { reference: "HEAD".to_owned(), ..repo.web.clone()? };
    let mut targets: Vec<String> = Vec::new();
    let mut documents: Vec<Json> = Vec::new();
    for path in repo.files().iter().map(|file| &*file.path).filter(|path| !held.contains(*path)) {
        if matches!(source::file_name(path), "mkdocs.yml" | "mkdocs.yaml") {
            let folder = web.folder(source::parent(path));
            documents.push(json!({
                "apiVersion": "backstage.io/v1alpha1",
                "kind": "Component",
                "metadata": {
                    "name": format!("docs-{}", documents.len()),
                    "annotations": { "backstage.io/techdocs-ref": format!("url:{folder}") },
                },
                "spec": { "type": "documentation", "lifecycle": "production", "owner": "nobody" },
            }));
        } else if is_descriptor(repo, path) {
            targets.push(web.file(path, 0));
        }
    }
    if !targets.is_empty() {
        documents.push(json!({
            "apiVersion": "backstage.io/v1alpha1",
            "kind": "Location",
            "metadata": { "name": "descriptors" },
            "spec": { "targets": targets },
        }));
    }
    let texts: Vec<String> = documents.iter().map(Json::to_string).collect();
    (!texts.is_empty()).then(|| texts.join("\n---\n"))
}

fn is_descriptor(repo: &Repo, path: &str) -> bool {
    let is_backstage = |line: &str| {
        let version = line.strip_prefix("apiVersion:").map(|version| version.trim().trim_matches(['"', '\'']));
        let group = version.and_then(|version| version.split('/').next());
        group.is_some_and(|group| group == "backstage.io" || group.ends_with(".backstage.io"))
    };
    (path.ends_with(".yaml") || path.ends_with(".yml"))
        && repo.text(path, MAX_DESCRIPTOR).is_ok_and(|text| text.lines().any(is_backstage))
}

fn refuse_denied(command: &Bundle, findings: &[Finding]) -> Result<(), Stop> {
    let number = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    let (met, word) = match command.deny {
        Some(Deny::Warnings) => (number(Severity::Error) + number(Severity::Warning), "finding"),
        Some(Deny::Errors) => (number(Severity::Error), "error"),
        None => (0, ""),
    };
    if met == 0 {
        return Ok(());
    }
    Err(Stop::new(StopKind::Denied, format!("nothing was written: {}, which `--deny` refuses", count(met, word))))
}

/// In one step, so that nobody takes half of a bundle.
fn write(out: &Path, bytes: &[u8]) -> Result<(), Stop> {
    let unwritten =
        |error: std::io::Error| Stop::environment(format!("`{}` cannot be written", out.display())).cause(error);
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(unwritten)?;
    let mut file = tempfile::Builder::new().permissions(readable()).tempfile_in(folder).map_err(unwritten)?;
    file.write_all(bytes).map_err(unwritten)?;
    file.persist(out).map_err(|error| unwritten(error.error))?;
    Ok(())
}

/// Others read what is uploaded.
fn readable() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o644)
}

/// What CI often leaves out and pages then miss.
fn say_what_lacks(talk: &Talk, repo: &Repo, branch: Option<&str>, held: &BTreeSet<Box<str>>) {
    if branch.is_none() {
        talk.say("No branch is checked out, so pages cannot offer to edit files; name it with `--branch`");
    }
    let undated = held.iter().filter(|path| repo.last_change(path).is_none()).count();
    if undated > 0 {
        talk.say(&format!(
            "Git does not tell when {} changed; in CI, fetch the whole history (`fetch-depth: 0`, `GIT_DEPTH: 0`)",
            count(undated, "file")
        ));
    }
}

/// `Wrote `shop.callboard` for https://github.com/acme/shop at 1a2b3c4: 3 entities, 41 of 120 files, 38 KB`
fn summary(out: &Path, address: &str, repo: &Repo, entities: usize, written: &Written) -> String {
    let commit = repo.commit.as_ref().map_or("", |commit| commit.id.get(..7).unwrap_or(&commit.id));
    format!(
        "Wrote `{}` for {address} at {commit}: {}, {} of {}, {} KB",
        out.display(),
        count(entities, "entity"),
        written.held,
        count(written.listed, "file"),
        written.bytes.len().div_ceil(1024),
    )
}
