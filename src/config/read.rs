//! The merged tree into typed values: what we use is checked, what we do not use is named.

use super::keys::{KEYS, KnownKey, Shape};
use super::load::Merged;
use super::setting::{Key, Setting, Value};
use super::{
    AllowedKind, BundlesFrom, Config, Forge, Inputs, Integration, KindRule, Loaded, Location, LocationKind, Secret,
    Source, folder,
};
use crate::diagnostics::{Finding, rules};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Kinds that Backstage lets in when nothing is configured.
const DEFAULT_KINDS: [&str; 3] = ["Component", "API", "Location"];

pub(super) fn config(inputs: &Inputs, merged: Merged) -> Loaded {
    let Merged { root, files, findings, mut texts } = merged;
    let mut read = Read { findings };
    let app = root.get("app");
    let catalog = root.get("catalog");
    let own = root.get("callboard");
    read.unused(&root);

    let base = files.first().map_or_else(|| inputs.dir.clone(), |file| folder(file));
    let bases = Bases { inputs, files: &files };
    let locations: Vec<Location> = read
        .list(catalog, "catalog", "locations")
        .iter()
        .filter_map(|setting| read.location(setting, bases.of(setting)))
        .collect();
    let configured = catalog.and_then(|catalog| catalog.get("rules")).is_some();
    let rules = if files.is_empty() {
        vec![KindRule { allow: None, locations: Vec::new() }]
    } else if configured {
        read.list(catalog, "catalog", "rules").iter().filter_map(|setting| read.rule(setting)).collect()
    } else {
        read.findings.push(rules::config::default_kinds(root.place.clone(), &DEFAULT_KINDS));
        let place = root.place.clone();
        let allowed = |kind: &&str| AllowedKind { kind: kind.to_string(), of_type: None, place: place.clone() };
        let allow = DEFAULT_KINDS.iter().map(allowed).collect();
        vec![KindRule { allow: Some(allow), locations: Vec::new() }]
    };
    let sources = own.and_then(|own| own.get("sources"));
    let organization = read.text(root.get("organization"), "organization", "name").unwrap_or_default();
    let base_url = read.base_url(app);
    let base_path = base_url.as_ref().map_or("/", url::Url::path).to_string();
    let language = read.text(own, "callboard", "language").unwrap_or_else(|| "en".to_string());
    let beacon = read.beacon(own, base_url.as_ref());
    let integrations = read.integrations(root.get("integrations"));
    let providers = read.providers(catalog, &integrations);
    let kubernetes = read.kubernetes(root.get("kubernetes"), own, &bases);
    let plugins = read.plugins(&root, inputs, &files, &mut texts);
    let config = Config {
        dir: inputs.dir.clone(),
        title: read
            .text(app, "app", "title")
            .unwrap_or_else(|| format!("{organization} Developer Portal").trim().to_string()),
        base_url,
        organization,
        locations,
        rules,
        integrations,
        providers,
        sources: read.sources(sources, &bases),
        theme: read.text(own, "callboard", "theme").map(|path| base.join(path)),
        search_language: read.search_language(own, &language),
        language,
        logo: read.text(own, "callboard", "logo").map(|path| base.join(path)),
        favicon: read.text(own, "callboard", "favicon").map(|path| base.join(path)),
        connect: read.texts(own, "callboard", "connect"),
        image_hosts: read.texts(own, "callboard", "imageHosts"),
        git_protocols: read.texts(own, "callboard", "gitProtocols"),
        severities: read.severities(own),
        kinds: read.kinds(own),
        lifecycles: read.texts(own, "callboard", "lifecycles"),
        codeowners: read.codeowners(own),
        readmes: read.switch(own.and_then(|own| own.get("techdocs")), "callboard.techdocs", "readme", true),
        docs_versions: read.docs_versions(own.and_then(|own| own.get("techdocs"))),
        docs_stale_after: read.docs_stale_after(own),
        diagrams: read.diagrams(own),
        service_worker: read.switch(own.and_then(|own| own.get("offline")), "callboard.offline", "serviceWorker", true),
        synonyms: read.synonyms(own),
        no_results: read.no_results(own),
        usage: read.usage(own, &base, &base_path),
        scorecard: read.scorecard(own, &plugins),
        history: read.history(own, &base),
        feedback_labels: read.feedback_labels(own),
        beacon,
        kubernetes,
        plugins,
        files,
    };
    Loaded { config, findings: read.findings, texts }
}

/// Whether what goes there stays on this machine.
pub(super) fn is_this_machine(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Finds the folder of the file that a setting came from.
pub(super) struct Bases<'a> {
    inputs: &'a Inputs,
    files: &'a [PathBuf],
}

impl Bases<'_> {
    pub(super) fn of(&self, setting: &Setting) -> PathBuf {
        let shown = PathBuf::from(&*setting.place.path);
        self.files
            .iter()
            .find(|file| file.ends_with(&shown))
            .map_or_else(|| self.inputs.dir.clone(), |file| folder(file))
    }
}

/// Reads values and collects what is wrong with them.
pub(super) struct Read {
    pub(super) findings: Vec<Finding>,
}

impl Read {
    pub(super) fn wrong(&mut self, setting: &Setting, name: &str, expected: &str) {
        self.findings.push(rules::config::wrong_shape(setting.place.clone(), name, expected, setting.describe()));
    }

    pub(super) fn text(&mut self, section: Option<&Setting>, path: &str, key: &str) -> Option<String> {
        let setting = section?.get(key)?;
        match &setting.value {
            Value::Text(text) => Some(text.clone()),
            Value::Null => None,
            _ => {
                self.wrong(setting, &format!("{path}.{key}"), "a string");
                None
            }
        }
    }

    /// An address that pages or requests may go to.
    pub(super) fn web_address(&mut self, section: Option<&Setting>, path: &str, key: &str) -> Option<url::Url> {
        let text = self.text(section, path, key)?;
        let is_usable = |url: &url::Url| {
            matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none()
        };
        let url = url::Url::parse(&text).ok().filter(is_usable);
        if let (None, Some(setting)) = (&url, section.and_then(|section| section.get(key))) {
            self.wrong(setting, &format!("{path}.{key}"), "an http or https address without a password");
        }
        url
    }

    pub(super) fn list<'a>(&mut self, section: Option<&'a Setting>, path: &str, key: &str) -> &'a [Setting] {
        match section.and_then(|section| section.get(key)) {
            Some(Setting { value: Value::List(items), .. }) => items,
            None | Some(Setting { value: Value::Null, .. }) => &[],
            Some(setting) => {
                self.wrong(setting, &format!("{path}.{key}"), "a list");
                &[]
            }
        }
    }

    pub(super) fn switch(&mut self, section: Option<&Setting>, path: &str, key: &str, usual: bool) -> bool {
        let Some(setting) = section.and_then(|section| section.get(key)) else { return usual };
        let wanted = match &setting.value {
            Value::Null => Some(usual),
            Value::Bool(wanted) => Some(*wanted),
            Value::Text(text) => text.parse().ok(),
            _ => None,
        };
        if wanted.is_none() {
            self.wrong(setting, &format!("{path}.{key}"), "`true` or `false`");
        }
        wanted.unwrap_or(usual)
    }

    pub(super) fn texts(&mut self, section: Option<&Setting>, path: &str, key: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for item in self.list(section, path, key) {
            match &item.value {
                Value::Text(text) => texts.push(text.clone()),
                _ => self.wrong(item, &format!("{path}.{key}[]"), "a string"),
            }
        }
        texts
    }

    /// Programs by what they draw. An empty list is none.
    fn diagrams(&mut self, own: Option<&Setting>) -> BTreeMap<String, Vec<String>> {
        let section = own.and_then(|own| own.get("diagrams"));
        let commands =
            ["plantuml", "graphviz", "d2"].map(|name| (name, self.texts(section, "callboard.diagrams", name)));
        let named = commands.into_iter().filter(|(_, command)| !command.is_empty());
        named.map(|(name, command)| (name.to_owned(), command)).collect()
    }

    fn base_url(&mut self, app: Option<&Setting>) -> Option<url::Url> {
        let text = self.text(app, "app", "baseUrl")?;
        let place = app.and_then(|app| app.get("baseUrl")).map(|setting| setting.place.clone());
        match url::Url::parse(&text) {
            Ok(mut url) if matches!(url.scheme(), "http" | "https") => {
                if !url.path().ends_with('/') {
                    url.set_path(&format!("{}/", url.path()));
                }
                Some(url)
            }
            _ => {
                self.findings.push(rules::config::bad_base_url(place, &text));
                None
            }
        }
    }

    fn location(&mut self, setting: &Setting, base: PathBuf) -> Option<Location> {
        let kind = match self.text(Some(setting), "catalog.locations[]", "type").as_deref() {
            Some("file") => LocationKind::File,
            Some("url") => LocationKind::Url,
            other => {
                self.findings.push(rules::config::location_type(setting.place.clone(), other));
                return None;
            }
        };
        let Some(target) = self.text(Some(setting), "catalog.locations[]", "target") else {
            self.findings.push(rules::config::location_target(setting.place.clone()));
            return None;
        };
        let place = setting.get("target").map_or(&setting.place, |target| &target.place).clone();
        let rules = self
            .list(Some(setting), "catalog.locations[]", "rules")
            .iter()
            .filter_map(|setting| self.rule(setting))
            .collect();
        Some(Location { kind, target, base, rules, place })
    }

    fn rule(&mut self, setting: &Setting) -> Option<KindRule> {
        let mut allow = Vec::new();
        for item in self.list(Some(setting), "catalog.rules[]", "allow") {
            match &item.value {
                Value::Text(kind) => {
                    allow.push(AllowedKind { kind: kind.clone(), of_type: None, place: item.place.clone() });
                }
                Value::Map(_) => {
                    let kind = self.text(Some(item), "catalog.rules[].allow[]", "kind")?;
                    let of_type = self.text(Some(item), "catalog.rules[].allow[]", "spec.type");
                    allow.push(AllowedKind { kind, of_type, place: item.place.clone() });
                }
                _ => self.wrong(item, "catalog.rules[].allow[]", "a kind"),
            }
        }
        let mut locations = Vec::new();
        for item in self.list(Some(setting), "catalog.rules[]", "locations") {
            let kind = self.text(Some(item), "catalog.rules[].locations[]", "type");
            let exact = self.text(Some(item), "catalog.rules[].locations[]", "exact");
            let pattern = self.text(Some(item), "catalog.rules[].locations[]", "pattern");
            locations.push((kind, pattern.or_else(|| exact.map(|exact| globset::escape(&exact)))));
        }
        Some(KindRule { allow: Some(allow), locations })
    }

    fn integrations(&mut self, section: Option<&Setting>) -> Vec<Integration> {
        const FORGES: [(&str, Forge, Option<&str>); 4] = [
            ("github", Forge::GitHub, Some("github.com")),
            ("gitlab", Forge::GitLab, Some("gitlab.com")),
            ("gitea", Forge::Gitea, None),
            ("bitbucketCloud", Forge::Bitbucket, Some("bitbucket.org")),
        ];
        let mut integrations = Vec::new();
        for (key, forge, host) in FORGES {
            let path = format!("integrations.{key}[]");
            for item in self.list(section, "integrations", key) {
                let named = self.text(Some(item), &path, "host").or_else(|| host.map(str::to_string));
                let Some(named) = named else {
                    self.findings.push(rules::config::lacks(item.place.clone(), &path, "host"));
                    continue;
                };
                let token = self.text(Some(item), &path, "token").map(Secret::new);
                let api =
                    self.web_address(Some(item), &path, if forge == Forge::Gitea { "baseUrl" } else { "apiBaseUrl" });
                let base = (forge != Forge::GitHub).then(|| self.web_address(Some(item), &path, "baseUrl")).flatten();
                let apps = if forge == Forge::GitHub { self.apps(item, &path) } else { Vec::new() };
                integrations.push(Integration { forge, host: named, token, api, base, apps });
            }
            if let Some(host) = host
                && !integrations.iter().any(|known| known.host.eq_ignore_ascii_case(host))
            {
                let (host, apps) = (host.to_string(), Vec::new());
                integrations.push(Integration { forge, host, token: None, api: None, base: None, apps });
            }
        }
        integrations
    }

    fn sources(&mut self, section: Option<&Setting>, bases: &Bases<'_>) -> Vec<Source> {
        let mut sources = Vec::new();
        for item in self.list(section, "callboard.sources", "filesystem") {
            match &item.value {
                Value::Text(path) => {
                    sources.push(Source::Filesystem { path: bases.of(item).join(path), place: item.place.clone() })
                }
                _ => self.wrong(item, "callboard.sources.filesystem[]", "a path"),
            }
        }
        for item in self.list(section, "callboard.sources", "git") {
            let place = item.place.clone();
            match &item.value {
                Value::Text(url) => sources.push(Source::Git { url: url.clone(), branch: None, place }),
                Value::Map(_) => {
                    let branch = self.text(Some(item), "callboard.sources.git[]", "branch");
                    match self.text(Some(item), "callboard.sources.git[]", "url") {
                        Some(url) => sources.push(Source::Git { url, branch, place }),
                        None => self.findings.push(rules::config::lacks(place, "callboard.sources.git[]", "url")),
                    }
                }
                _ => self.wrong(item, "callboard.sources.git[]", "a URL"),
            }
        }
        for item in self.list(section, "callboard.sources", "bundles") {
            let place = item.place.clone();
            sources.extend(self.bundles(item, bases).map(|from| Source::Bundles { from, place }));
        }
        sources
    }

    fn bundles(&mut self, item: &Setting, bases: &Bases<'_>) -> Option<BundlesFrom> {
        const PATH: &str = "callboard.sources.bundles[]";
        if !matches!(item.value, Value::Map(_)) {
            return None;
        }
        let named: Vec<&str> = ["folder", "file", "url"].into_iter().filter(|key| item.get(key).is_some()).collect();
        let [key] = named.as_slice() else {
            self.wrong(item, PATH, "a mapping with one of `folder`, `file` and `url`");
            return None;
        };
        if *key == "folder" {
            return Some(BundlesFrom::Folder(bases.of(item).join(self.text(Some(item), PATH, "folder")?)));
        }
        if item.get("repository").is_none() {
            self.findings.push(rules::config::lacks(item.place.clone(), PATH, "repository"));
        }
        let repository = self.web_address(Some(item), PATH, "repository");
        if *key == "file" {
            let path = bases.of(item).join(self.text(Some(item), PATH, "file")?);
            return Some(BundlesFrom::File { path, repository: repository? });
        }
        let url = self.web_address(Some(item), PATH, "url")?;
        if url.scheme() != "https" && !is_this_machine(&url) {
            let (place, expected) = (item.get("url").map_or(&item.place, |url| &url.place).clone(), "an https address");
            self.findings.push(rules::config::wrong_shape(place, &format!("{PATH}.url"), expected, "an http one"));
            return None;
        }
        Some(BundlesFrom::Url { url, repository: repository? })
    }

    /// Names every key that nobody will read: an error below `callboard`, an info line elsewhere.
    fn unused(&mut self, root: &Setting) {
        for key in root.keys() {
            let Some(known) = KEYS.iter().find(|known| known.name == key.name) else {
                let sections = KEYS.iter().map(|known| known.name);
                self.findings.push(rules::config::unused_key(key.place.clone(), &key.name, &key.name, sections));
                continue;
            };
            let Shape::Backstage(used) = known.shape else {
                self.ours(&key.setting, known.name, &known.shape);
                continue;
            };
            if !matches!(key.setting.value, Value::Map(_) | Value::Null) {
                self.wrong(&key.setting, known.name, "a mapping");
            }
            let names = || used.iter().map(|known| known.name);
            for inner in key.setting.keys().iter().filter(|inner| names().all(|name| name != inner.name)) {
                let path = format!("{}.{}", known.name, inner.name);
                self.findings.push(rules::config::unused_key(inner.place.clone(), &path, &inner.name, names()));
            }
        }
    }

    /// Names every key of a mapping of our own that does not exist, and of the mappings below it.
    pub(super) fn ours(&mut self, setting: &Setting, path: &str, shape: &Shape) {
        match (shape, &setting.value) {
            (Shape::Ours(known), Value::Map(keys)) => {
                for key in keys {
                    match known.iter().find(|known| known.name == key.name) {
                        Some(known) => self.ours(&key.setting, &format!("{path}.{}", known.name), &known.shape),
                        None => self.unknown(key, path, known),
                    }
                }
            }
            (Shape::Ours(_), Value::Null) => {}
            (Shape::Ours(_), _) => self.wrong(setting, path, "a mapping"),
            (Shape::List(item) | Shape::Filled(item), Value::List(items)) => {
                for setting in items {
                    self.ours(setting, &format!("{path}[]"), item);
                }
            }
            (Shape::TextOr(other), Value::Map(_)) => self.ours(setting, path, other),
            _ => {}
        }
    }

    fn unknown(&mut self, key: &Key, path: &str, known: &[KnownKey]) {
        let known: Vec<&str> = known.iter().map(|known| known.name).collect();
        self.findings.push(rules::config::unknown_key(key.place.clone(), path, &key.name, &known));
    }
}
