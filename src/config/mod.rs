//! Backstage's `app-config.yaml`, read, merged and checked once.
//!
//! In: config files, the environment, flags. Out: one [`Config`] that no later stage looks behind, and the findings.
//! Keys of our own live under `callboard:`; an unknown one is an error. Keys of Backstage that we do not use get one
//! info line each, so that nothing is lost unseen.
#![expect(clippy::disallowed_methods, reason = "this room reads configuration files")]

mod app;
mod beacon;
mod brand;
mod history;
mod keys;
mod kubernetes;
mod load;
mod plugin;
mod policy;
mod provider;
mod read;
mod redact;
mod scorecard;
mod setting;
mod theme;
mod usage;

use crate::diagnostics::{self, Finding, Place, Severity, Stop};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use app::App;
pub use beacon::{Beacon, Counter};
pub use history::{History, Week, monday_of};
pub use keys::{CHECKS, KEYS, KnownKey, LANGUAGES, Shape as KeyShape};
pub use kubernetes::{
    Catalogued, Cluster, ClusterApi, ClusterFrom, Dashboard, Kubernetes, ObjectType, ServiceLocator, ca_of,
};
pub use plugin::{
    Badge, Base, BuiltInPlugin, DataFrom, DataSource, ENTITY_FIELDS, Files, JsonWords, Live, MANIFEST, PLUGIN, Plugin,
    PluginCheck, Reader, Request, Sent, Show, TAKEN_FACETS, Values, Words, built_in_plugins, is_plugin_name,
};
pub use policy::{CodeOwners, DeclaredKind, DeclaredRelationField, DocsVersions};
pub use provider::{Lists, Membership, Pattern, People, Provider, Repositories};
pub use scorecard::{Check, Level};
pub use theme::{Picture, ThemeFiles, theme};
pub use usage::{PERIOD as USAGE_PERIOD, Usage, Views, days_since_1970, month_named, route_of};

/// Everything the portal's operator decided.
#[derive(Debug, Clone)]
pub struct Config {
    /// The folder the build was asked for.
    pub dir: PathBuf,
    /// The files read, in order; empty when there is no configuration.
    pub files: Vec<PathBuf>,
    /// `app.title`.
    pub title: String,
    /// `app.baseUrl`, checked; with a trailing slash.
    pub base_url: Option<url::Url>,
    /// `organization.name`; may be empty.
    pub organization: String,
    /// `catalog.locations`, in order.
    pub locations: Vec<Location>,
    /// `catalog.rules`: which kinds are let in.
    pub rules: Vec<KindRule>,
    /// Forges whose URLs may be fetched, github.com and gitlab.com always among them.
    pub integrations: Vec<Integration>,
    /// `catalog.providers`, in order.
    pub providers: Vec<Provider>,
    /// `callboard.sources`.
    pub sources: Vec<Source>,
    /// `callboard.theme`.
    pub theme: Option<PathBuf>,
    /// `callboard.language`: of the portal's own words.
    pub language: String,
    /// `callboard.logo` and `callboard.favicon`: files.
    pub logo: Option<PathBuf>,
    pub favicon: Option<PathBuf>,
    /// `callboard.connect`: origins that pages may talk to.
    pub connect: Vec<String>,
    /// `callboard.imageHosts`: origins that images may come from.
    pub image_hosts: Vec<String>,
    /// `callboard.gitProtocols` beyond https and ssh.
    pub git_protocols: Vec<String>,
    /// `callboard.rules`: severities of rules, by name; `None` switches a rule off.
    pub severities: BTreeMap<&'static str, Option<Severity>>,
    /// `callboard.kinds`
    pub kinds: Vec<DeclaredKind>,
    /// `callboard.lifecycles` beyond Backstage's three.
    pub lifecycles: Vec<String>,
    /// `callboard.codeowners`
    pub codeowners: CodeOwners,
    /// `callboard.techdocs.readme`: READMEs stand for documentation that is missing.
    pub readmes: bool,
    /// `callboard.techdocs.versions` and `callboard.techdocs.mostVersions`
    pub docs_versions: DocsVersions,
    /// `callboard.docs.staleAfter`: days that code may be newer than docs; `None` for any number.
    pub docs_stale_after: Option<u32>,
    /// `callboard.diagrams`: by language, a program and its arguments.
    pub diagrams: BTreeMap<String, Vec<String>>,
    /// `callboard.offline.serviceWorker`: browsers keep what was read.
    pub service_worker: bool,
    /// `callboard.search.language`: one of [`LANGUAGES`].
    pub search_language: Option<&'static str>,
    /// `callboard.search.synonyms`: by word, what it means beside itself.
    pub synonyms: BTreeMap<String, Vec<String>>,
    /// `callboard.search.noResults`: where browsers send searches that found nothing.
    pub no_results: Option<url::Url>,
    /// `callboard.usage`: how often pages are read.
    pub usage: Option<Usage>,
    /// `callboard.scorecard`: what is asked of entities, the lowest level first.
    pub scorecard: Vec<Level>,
    /// `callboard.history`: what earlier builds found.
    pub history: Option<History>,
    /// `callboard.feedback.labels`: labels whose open issues are shown; empty for none.
    pub feedback_labels: Vec<String>,
    /// `callboard.beacon`: what is told of page views.
    pub beacon: Option<Beacon>,
    /// `kubernetes` and `callboard.kubernetes`: clusters that are read, where any is named.
    pub kubernetes: Option<Kubernetes>,
    /// The plugins that are on, by name.
    pub plugins: Vec<Plugin>,
}

/// One of `catalog.locations`.
#[derive(Debug, Clone)]
pub struct Location {
    pub kind: LocationKind,
    pub target: String,
    /// Folder of the config file that holds it.
    pub base: PathBuf,
    /// `rules` of this location: they add to the general ones for what comes from it.
    pub rules: Vec<KindRule>,
    pub place: Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocationKind {
    File,
    Url,
}

/// One row of `catalog.rules`: kinds that are let in, optionally from certain locations only.
#[derive(Debug, Clone)]
pub struct KindRule {
    /// `None` lets every kind in.
    pub allow: Option<Vec<AllowedKind>>,
    /// Location type and pattern on the origin; empty means any location.
    pub locations: Vec<(Option<String>, Option<String>)>,
}

/// A kind that a rule lets in.
#[derive(Debug, Clone)]
pub struct AllowedKind {
    /// Compared without case.
    pub kind: String,
    /// The only `spec.type` that is let in.
    pub of_type: Option<String>,
    pub place: Place,
}

impl KindRule {
    fn lets_in(&self, kind: &str, r#type: Option<&str>) -> bool {
        let Some(allow) = &self.allow else { return true };
        allow.iter().any(|allowed| {
            let of_type = allowed.of_type.as_deref();
            allowed.kind.eq_ignore_ascii_case(kind)
                && of_type.is_none_or(|wanted| r#type.is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
        })
    }

    fn covers(&self, (kind, target): (&str, &str)) -> bool {
        self.locations.is_empty()
            || self.locations.iter().any(|(wanted, pattern)| {
                wanted.as_deref().is_none_or(|wanted| wanted == kind)
                    && pattern.as_deref().is_none_or(|pattern| matches(pattern, target))
            })
    }
}

fn matches(pattern: &str, target: &str) -> bool {
    globset::GlobBuilder::new(pattern.trim_start_matches("./"))
        .case_insensitive(true)
        .literal_separator(true)
        .build()
        .is_ok_and(|glob| glob.compile_matcher().is_match(target))
}

/// A forge.
#[derive(Debug, Clone)]
pub struct Integration {
    pub forge: Forge,
    pub host: String,
    pub token: Option<Secret>,
    /// `apiBaseUrl`, of Gitea `baseUrl`: where the REST API is, or the forge, if not where it is by default.
    pub api: Option<url::Url>,
    /// `baseUrl`: where the forge itself is, if not at `https://` and its host.
    pub base: Option<url::Url>,
    /// `apps`, of GitHub.
    pub apps: Vec<App>,
}

impl Integration {
    /// Where its repositories are, without a slash at the end.
    pub fn base(&self) -> String {
        let usual = || format!("https://{}", self.host);
        self.base.as_ref().map_or_else(usual, |base| base.as_str().trim_end_matches('/').to_string())
    }
}

/// How a forge writes the addresses of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Forge {
    GitHub,
    GitLab,
    Gitea,
    Bitbucket,
}

impl Forge {
    /// The key of its section below `integrations`.
    pub fn name(self) -> &'static str {
        match self {
            Forge::GitHub => "github",
            Forge::GitLab => "gitlab",
            Forge::Gitea => "gitea",
            Forge::Bitbucket => "bitbucketCloud",
        }
    }
}

/// One entry of `callboard.sources`.
#[derive(Debug, Clone)]
pub enum Source {
    /// A folder, scanned as if it were the build's own.
    Filesystem { path: PathBuf, place: Place },
    /// A git repository anywhere.
    Git { url: String, branch: Option<String>, place: Place },
    /// Bundles that repositories made of themselves.
    Bundles { from: BundlesFrom, place: Place },
}

/// Where bundles are, and for which repository each may speak.
#[derive(Debug, Clone)]
pub enum BundlesFrom {
    /// `<host>/<org>/<name>.callboard` below a folder: its path names the repository.
    Folder(PathBuf),
    File {
        path: PathBuf,
        repository: url::Url,
    },
    Url {
        url: url::Url,
        repository: url::Url,
    },
}

/// A value that must never be shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Secret(value.into())
    }

    /// The value itself, for the one request that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What a run was told beside its files.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    pub dir: PathBuf,
    /// `--config`, in order; empty means the default names below `dir`.
    pub configs: Vec<PathBuf>,
    pub environment: BTreeMap<String, String>,
}

/// A read configuration with everything there is to say about it.
#[derive(Debug)]
pub struct Loaded {
    pub config: Config,
    pub findings: Vec<Finding>,
    /// Text of each config file by the path its places name, for excerpts.
    pub texts: BTreeMap<Arc<str>, String>,
}

impl Loaded {
    /// True when the configuration cannot be used.
    pub fn unusable(&self) -> bool {
        self.findings.iter().any(|finding| finding.severity() == Severity::Error)
    }
}

/// Reads and merges the configuration of `inputs.dir`. Content faults are findings; only files that were asked for and
/// cannot be read stop the run.
pub fn load(inputs: &Inputs) -> Result<Loaded, Stop> {
    if !inputs.dir.is_dir() {
        let what = if inputs.dir.exists() { "is not a folder" } else { "does not exist" };
        return Err(Stop::usage(format!("`{}` {what}", inputs.dir.display()))
            .hint("Give the folder that holds the repositories; a configuration elsewhere is named with `--config`."));
    }
    let merged = load::merged(inputs)?;
    Ok(read::config(inputs, merged))
}

impl Config {
    /// Whether any location, provider or source is named; if not, the folder itself is scanned.
    pub fn names_sources(&self) -> bool {
        !self.locations.is_empty() || !self.providers.is_empty() || !self.sources.is_empty()
    }

    /// The integration for `host`, if it is configured.
    pub fn integration(&self, host: &str) -> Option<&Integration> {
        self.integrations.iter().find(|integration| integration.host.eq_ignore_ascii_case(host))
    }

    /// Whether `catalog.rules` let in an entity of `kind` and `spec.type` that came from a location: its index in
    /// `catalog.locations`, its type and its target.
    pub fn allows(&self, location: Option<usize>, from: (&str, &str), kind: &str, r#type: Option<&str>) -> bool {
        let own = location.and_then(|index| self.locations.get(index)).map_or(&[][..], |location| &location.rules);
        self.rules.iter().any(|rule| rule.covers(from) && rule.lets_in(kind, r#type))
            || own.iter().any(|rule| rule.lets_in(kind, r#type))
    }

    /// Hosts of forges and what they are, as `parseRepoUrl` of templates names it.
    pub fn hosts(&self) -> BTreeMap<String, String> {
        self.integrations.iter().map(|row| (row.host.clone(), row.forge.name().to_string())).collect()
    }

    /// Path of the site on its host, with slashes at both ends: `/` or `/portal/`.
    pub fn base_path(&self) -> String {
        self.base_url.as_ref().map_or_else(|| "/".to_string(), |url| url.path().to_string())
    }

    /// The operator's logo, where pages find it.
    pub fn logo_picture(&self) -> Option<Picture> {
        Picture::of("logo", self.logo.as_deref()?)
    }

    /// The operator's favicon, where pages find it.
    pub fn favicon_picture(&self) -> Option<Picture> {
        Picture::of("favicon", self.favicon.as_deref()?)
    }

    /// Everything here that reaches the site, as text. Where this machine keeps the files does not.
    pub fn fingerprint(&self) -> String {
        let Config { title, base_url, organization, integrations, connect, image_hosts, kinds, .. } = self;
        let Config { rules, severities, lifecycles, codeowners, readmes, docs_stale_after, diagrams, .. } = self;
        let docs = (readmes, docs_stale_after, &self.docs_versions);
        let locations: Vec<_> = self.locations.iter().map(|location| (&location.target, &location.rules)).collect();
        let brand = (self.logo_picture(), self.favicon_picture(), &self.language);
        let reader = (brand, self.service_worker, &self.no_results, self.search_language, &self.synonyms, &self.usage);
        let reader = (reader, &self.feedback_labels, &self.beacon, &self.scorecard, &self.history);
        let reader = (reader, &self.plugins);
        let policy = (rules, severities, kinds, lifecycles, codeowners, docs, diagrams, reader);
        format!("{:?}", (title, base_url, organization, integrations, connect, image_hosts, locations, policy))
    }

    /// Gives findings the severities that `callboard.rules` set, drops those switched off, and sorts the rest.
    pub fn settle(&self, findings: &mut Vec<Finding>) {
        findings.retain_mut(|finding| match self.severities.get(finding.rule.name) {
            Some(Some(severity)) => {
                finding.severity = *severity;
                true
            }
            Some(None) => false,
            None => true,
        });
        diagnostics::sort(findings);
    }

    /// Keys that plugins give to lists, search and queries, in order.
    pub fn facet_keys(&self) -> Vec<String> {
        let keys = self.plugins.iter().flat_map(|plugin| plugin.show.facets.iter().map(|(key, _)| key.clone()));
        keys.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Every secret value, for the scanner that looks for them in the output.
    pub fn secrets(&self) -> impl Iterator<Item = &str> {
        let of_forges = self.integrations.iter().flat_map(|integration| {
            let apps = integration.apps.iter().flat_map(App::secrets);
            integration.token.as_ref().map(Secret::reveal).into_iter().chain(apps)
        });
        let of_plugins = self.plugins.iter().flat_map(Plugin::secrets);
        of_forges.chain(of_plugins).chain(self.kubernetes.iter().flat_map(Kubernetes::secrets))
    }
}

/// The host of an address, with the port where it is not that of its scheme: as integrations name hosts.
fn web_host(url: &url::Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}")))
}

/// The folder of a config file.
fn folder(path: &Path) -> PathBuf {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}
