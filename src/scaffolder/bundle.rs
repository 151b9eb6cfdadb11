//! Everything that making something from a template needs: its form, its steps and the files that the steps fetch.
//!
//! The command line makes it from a repository or reads that of a built portal; the browser reads the same JSON.

use crate::catalog::Entity;
use crate::source::{Repo, Snapshot, join, parent};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

const MAX_FILES: usize = 5_000;
const MAX_BYTES: u64 = 50 << 20;
/// Schemas within schemas that are looked into for paths.
const DEEPEST: usize = 24;

/// Forges that everybody knows, as Backstage's integrations do.
const KNOWN_HOSTS: [(&str, &str); 4] = [
    ("bitbucket.org", "bitbucketCloud"),
    ("dev.azure.com", "azure"),
    ("github.com", "github"),
    ("gitlab.com", "gitlab"),
];

/// A template and what it fetches.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bundle {
    /// `template:default/go-service`
    pub reference: String,
    pub title: String,
    /// Where the template is written: the repository's id and its address on the web, the path of the file and the commit.
    /// Address and commit may be empty.
    pub repo: String,
    pub web: String,
    pub path: String,
    pub commit: String,
    /// `spec.parameters`, as written.
    pub parameters: Json,
    /// `spec.steps` and `spec.output`
    pub steps: Vec<Json>,
    pub output: Json,
    /// Hosts of forges and their types.
    pub hosts: BTreeMap<String, String>,
    /// Addresses that steps may fetch, with the folder below which their files are here; the longest first.
    pub addresses: Vec<(String, String)>,
    /// By path in the template's repository. Files of other repositories are below `@1/`, `@2/` and so on.
    pub files: BTreeMap<String, BundledFile>,
    /// Files that are too many, too large or unreadable.
    pub left_out: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundledFile {
    pub executable: bool,
    pub content: Content,
}

/// Text is UTF-8 without NUL; only text is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Text(String),
    Binary(Vec<u8>),
}

impl Content {
    pub(super) fn of(bytes: Vec<u8>) -> Content {
        match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Content::Text(text),
            Ok(text) => Content::Binary(text.into_bytes()),
            Err(error) => Content::Binary(error.into_bytes()),
        }
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Content::Text(text) => text.as_bytes(),
            Content::Binary(bytes) => bytes,
        }
    }
}

impl Bundle {
    /// Of a Template entity. `hosts` are those of the configured integrations with their types.
    pub fn new(entity: &Entity, snapshot: &Snapshot, hosts: &BTreeMap<String, String>) -> Bundle {
        let data: Json = serde_json::from_str(&entity.data).unwrap_or_default();
        let spec = &data["spec"];
        let repo = snapshot.repo(entity.written.repo);
        let mut bundle = Bundle {
            reference: entity.reference.to_string(),
            title: entity.display_name().to_string(),
            repo: repo.id.to_string(),
            web: repo.web.as_ref().map(|web| web.base.clone()).unwrap_or_default(),
            path: entity.written.place.path.to_string(),
            commit: repo.commit.as_ref().map(|commit| commit.id.clone()).unwrap_or_default(),
            parameters: spec["parameters"].clone(),
            steps: spec["steps"].as_array().cloned().unwrap_or_default(),
            output: spec["output"].clone(),
            hosts: self::hosts(hosts),
            ..Bundle::default()
        };
        let mut wanted: BTreeSet<(usize, String)> = BTreeSet::new();
        let mut repos: Vec<&Repo> = vec![repo];
        for url in bundle.targets() {
            let start = start(&url);
            if !start.contains("://") {
                wanted.extend(join(parent(&bundle.path), start).map(|path| (0, path)));
                continue;
            }
            let Some((other, path)) = find(repo, snapshot, start) else { continue };
            let number = repos.iter().position(|known| known.id == other.id).unwrap_or_else(|| {
                repos.push(other);
                repos.len() - 1
            });
            bundle.addresses.push((start.trim_end_matches('/').to_string(), place(number, &path)));
            wanted.insert((number, path));
        }
        bundle.addresses.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        bundle.addresses.dedup();
        let mut room = MAX_BYTES;
        for (number, path) in wanted {
            bundle.add(repos[number], number, &path, &mut room);
        }
        bundle
    }

    /// What steps may fetch. Where answers decide, that is also what the form offers as answers.
    fn targets(&self) -> Vec<String> {
        let mut targets = self.fetched();
        if targets.iter().any(|url| url.contains("${{")) {
            offered(&self.parameters, &mut targets, 0);
        }
        targets
    }

    /// What steps fetch, as written.
    fn fetched(&self) -> Vec<String> {
        let fetches =
            self.steps.iter().filter(|step| step["action"].as_str().is_some_and(|name| name.starts_with("fetch:")));
        fetches.filter_map(|step| step["input"]["url"].as_str().map(str::to_owned)).collect()
    }

    /// Adds a file, or the files below a folder.
    fn add(&mut self, repo: &Repo, number: usize, path: &str, room: &mut u64) {
        let single = repo.file(path);
        let below = repo.below(path).filter(|_| single.is_none());
        for file in single.into_iter().chain(below) {
            let here = place(number, &file.path);
            if self.files.contains_key(&here) {
                continue;
            }
            let bytes = if self.files.len() < MAX_FILES { repo.read(&file.path, *room).ok() } else { None };
            let Some(bytes) = bytes else {
                self.left_out += 1;
                continue;
            };
            *room -= bytes.len() as u64;
            self.files.insert(here, BundledFile { executable: file.executable, content: Content::of(bytes) });
        }
    }

    /// The file or folder that a rendered `url` of a step means, if it is here.
    pub fn locate(&self, url: &str) -> Option<String> {
        let path = if url.contains("://") {
            let url = url.trim_end_matches('/');
            self.addresses.iter().find_map(|(address, path)| {
                let rest = url.strip_prefix(address.as_str())?;
                let inside = rest.strip_prefix('/').or(rest.is_empty().then_some(""))?;
                join(path, inside).or_else(|| (path.is_empty() && inside.is_empty()).then(String::new))
            })?
        } else {
            join(parent(&self.path), url)?
        };
        let is_here = self.files.contains_key(&path) || self.below(&path).next().is_some();
        is_here.then_some(path)
    }

    /// Files below a folder, by path.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a str, &'a BundledFile)> + use<'a> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let files = self.files.range(prefix.clone()..);
        files.map(|(path, file)| (path.as_str(), file)).take_while(move |(path, _)| path.starts_with(&prefix))
    }

    /// As the browser reads it.
    pub fn to_json(&self) -> Json {
        let files = self.files.iter().map(|(path, file)| match &file.content {
            Content::Text(text) => json!([path, u8::from(file.executable), text]),
            Content::Binary(bytes) => json!([path, u8::from(file.executable), null, STANDARD.encode(bytes)]),
        });
        json!({
            "reference": self.reference,
            "title": self.title,
            "repo": self.repo,
            "web": self.web,
            "path": self.path,
            "commit": self.commit,
            "parameters": self.parameters,
            "steps": self.steps,
            "output": self.output,
            "hosts": self.hosts,
            "addresses": self.addresses,
            "files": files.collect::<Vec<_>>(),
            "leftOut": self.left_out,
        })
    }

    /// Reads what [`Bundle::to_json`] wrote; `None` where it is something else.
    pub fn parse(json: &Json) -> Option<Bundle> {
        let text = |key: &str| json[key].as_str().map(str::to_owned);
        let pair = |pair: &Json| Some((pair[0].as_str()?.to_owned(), pair[1].as_str()?.to_owned()));
        let file = |file: &Json| {
            let content = match &file[2] {
                Json::String(text) => Content::Text(text.clone()),
                _ => Content::Binary(STANDARD.decode(file[3].as_str()?).ok()?),
            };
            Some((file[0].as_str()?.to_owned(), BundledFile { executable: file[1] == 1, content }))
        };
        let empty = Map::new();
        let hosts = json["hosts"].as_object().unwrap_or(&empty).iter();
        Some(Bundle {
            reference: text("reference")?,
            title: text("title")?,
            repo: text("repo")?,
            web: text("web")?,
            path: text("path")?,
            commit: text("commit")?,
            parameters: json["parameters"].clone(),
            steps: json["steps"].as_array()?.clone(),
            output: json["output"].clone(),
            hosts: hosts.filter_map(|(host, forge)| Some((host.clone(), forge.as_str()?.to_owned()))).collect(),
            addresses: json["addresses"].as_array()?.iter().map(pair).collect::<Option<_>>()?,
            files: json["files"].as_array()?.iter().map(file).collect::<Option<_>>()?,
            left_out: json["leftOut"].as_u64()? as usize,
        })
    }
}

/// The hosts that templates may name: those of the configured integrations, and those that everybody knows.
pub fn hosts(configured: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let known = KNOWN_HOSTS.map(|(host, forge)| (host.to_string(), forge.to_string()));
    known.into_iter().chain(configured.clone()).collect()
}

/// Defaults and choices of a form that may be the path of a folder.
fn offered(schema: &Json, found: &mut Vec<String>, depth: usize) {
    let is_path = |text: &str| text.contains('/') && !text.contains("://") && !text.contains(char::is_whitespace);
    match schema {
        Json::Array(items) if depth < DEEPEST => items.iter().for_each(|item| offered(item, found, depth + 1)),
        Json::Object(map) if depth < DEEPEST => {
            for (key, value) in map {
                match (key.as_str(), value) {
                    ("default" | "const", Json::String(text)) if is_path(text) => found.push(text.clone()),
                    ("enum", Json::Array(choices)) => {
                        let choices = choices.iter().filter_map(Json::as_str).filter(|text| is_path(text));
                        found.extend(choices.map(str::to_owned));
                    }
                    _ => offered(value, found, depth + 1),
                }
            }
        }
        _ => {}
    }
}

/// What of a `url` is the same for all answers: everything before the first expression, up to a slash.
fn start(url: &str) -> &str {
    match url.find("${{") {
        Some(end) => url[..end].rfind('/').map_or(".", |slash| &url[..=slash]),
        None => url,
    }
}

/// The repository and the path in it that an address means; the template's own repository first.
fn find<'a>(own: &'a Repo, snapshot: &'a Snapshot, address: &str) -> Option<(&'a Repo, String)> {
    std::iter::once(own).chain(&snapshot.repos).find_map(|repo| {
        let web = repo.web.as_ref()?;
        let is_root = address.trim_end_matches('/') == web.base;
        let path = if is_root { Some(String::new()) } else { web.path_of(address) };
        Some((repo, path?))
    })
}

/// Where a file of the template's repository (0) or another one is in the bundle.
fn place(number: usize, path: &str) -> String {
    match (number, path) {
        (0, _) => path.to_string(),
        (_, "") => format!("@{number}"),
        _ => format!("@{number}/{path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_answers_decide_begins_with_what_they_do_not() {
        assert_eq!(start("./skeleton"), "./skeleton");
        assert_eq!(start("./skeletons/${{ parameters.kind }}/base"), "./skeletons/");
        assert_eq!(start("./skeletons/java-${{ parameters.kind }}"), "./skeletons/");
        assert_eq!(start("${{ parameters.url }}"), ".");
    }

    #[test]
    fn a_bundle_is_read_as_it_was_written() {
        let file = |content| BundledFile { executable: true, content };
        let bundle = Bundle {
            reference: "template:default/a".into(),
            path: "t/template.yaml".into(),
            addresses: vec![("https://git.example/x/y/tree/main/z".into(), "@1/z".into())],
            files: [
                ("@1/z/f".to_string(), file(Content::Binary(vec![0, 255]))),
                ("t/s/a".to_string(), file(Content::Text("a".into()))),
            ]
            .into(),
            ..Bundle::default()
        };
        assert_eq!(Bundle::parse(&bundle.to_json()), Some(bundle.clone()));
        let found = |url: &str| bundle.locate(url);
        assert_eq!(found("./s").as_deref(), Some("t/s"));
        assert_eq!(found("./s/a").as_deref(), Some("t/s/a"));
        assert_eq!(found("../../etc"), None);
        assert_eq!(found("./other"), None);
        assert_eq!(found("https://git.example/x/y/tree/main/z/").as_deref(), Some("@1/z"));
        assert_eq!(found("https://git.example/x/y/tree/main/zz"), None);
    }
}
