//! A portal whose repositories an organisation of the tests' forge lists, and the program that reads them.

use crate::forge::git::commit;
use crate::forge::organization::{Organization, Repo};
use crate::forge::{Api, Forge};
use crate::scratch::Scratch;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What API and git of the forge want to be shown.
pub(crate) const TOKEN: &str = "tok-0123456789-hunter2secret";

/// A component with documentation, of this description.
pub(crate) fn component(name: &str, about: &str) -> Vec<(String, String)> {
    let descriptor = format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  description: {about}\n  \
         annotations: {{ backstage.io/techdocs-ref: \"dir:.\" }}\nspec: {{ type: service, lifecycle: production, \
         owner: team-a }}\n"
    );
    let page = format!("# Handbook of {name}\n\n{about}, at length.\n");
    [("catalog-info.yaml", descriptor), ("mkdocs.yml", format!("site_name: {name}\n")), ("docs/index.md", page)]
        .map(|(path, text)| (path.to_string(), text))
        .into()
}

/// How a run of the program ended.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    #[track_caller]
    pub(crate) fn succeeds(self) -> Run {
        assert_eq!(self.code, 0, "{}\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Run {
        for word in words {
            assert!(self.err.contains(word) || self.out.contains(word), "no `{word}` in\n{}\n{}", self.out, self.err);
        }
        self
    }
}

pub(crate) struct Portal {
    pub(crate) scratch: Scratch,
    pub(crate) forge: Forge,
    pub(crate) api: Api,
}

impl Portal {
    /// An organisation `acme` without repositories, and a portal that reads all of them.
    pub(crate) fn new(name: &str, api: Api) -> Portal {
        let scratch = Scratch::new(name);
        let user = match api {
            Api::GitHub => "x-access-token",
            Api::GitLab => "oauth2",
            Api::Gitea => "x-token-auth",
        };
        let organization = Organization {
            token: Some(TOKEN.to_string()),
            served: Some(scratch.path().join("served")),
            login: Some((user.to_string(), TOKEN.to_string())),
            ..Organization::new("acme")
        };
        let forge = Forge::of(api, organization);
        let portal = Portal { scratch, forge, api };
        portal.goes_to("home", &portal.forge);
        portal.reads("", "");
        portal
    }

    /// Git of the users whose home is `home` finds GitHub's repositories on the forge: GitHub itself has https alone.
    pub(crate) fn goes_to(&self, home: &str, forge: &Forge) {
        let host = self.forge.host();
        let of_github =
            format!("[url \"http://x-access-token:{TOKEN}@{}/\"]\n  insteadOf = https://{host}/\n", forge.host());
        let text = if self.api == Api::GitHub { of_github } else { String::new() };
        self.scratch.write(&format!("{home}/.gitconfig"), text);
    }

    /// Writes the configuration, with more keys of the provider and of `callboard`.
    pub(crate) fn reads(&self, provider: &str, callboard: &str) {
        let (host, base) = (self.forge.host(), self.forge.base());
        let (key, provider, integration) = match self.api {
            Api::GitHub => (
                "github",
                format!("{{ host: '{host}', organization: acme, catalogPath: '/**/catalog-info.yaml', {provider} }}"),
                format!("apiBaseUrl: '{base}/api/v3'"),
            ),
            Api::GitLab => (
                "gitlab",
                format!(
                    "{{ all: {{ host: '{host}', group: acme, entityFilename: '**/catalog-info.yaml', {provider} }} }}"
                ),
                format!("baseUrl: '{base}'"),
            ),
            Api::Gitea => (
                "gitea",
                format!(
                    "{{ all: {{ host: '{host}', organization: acme, catalogPath: '**/catalog-info.yaml', {provider} }} }}"
                ),
                format!("baseUrl: '{base}'"),
            ),
        };
        let config = format!(
            "catalog:\n  rules: [{{ allow: [Component, Group] }}]\n  providers:\n    {key}: {provider}\nintegrations:\n  \
             {key}: [{{ host: '{host}', {integration}, token: '${{TOKEN}}' }}]\ncallboard:\n  gitProtocols: [http]\n\
             {callboard}"
        );
        self.scratch.write("portal/app-config.yaml", config);
    }

    pub(crate) fn served(&self) -> PathBuf {
        self.path("served")
    }

    /// Puts a commit with these files onto the main branch of a repository, which is listed if it is new.
    pub(crate) fn pushes(&self, name: &str, files: &[(String, String)]) -> String {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
        let path = format!("acme/{name}");
        let commit = commit(&self.served(), &path, "main", &files);
        self.is_listed(&path);
        commit
    }

    /// Lists a repository, or says that somebody pushed to it.
    pub(crate) fn is_listed(&self, path: &str) {
        self.forge.change(|organization| {
            let id = organization.repos.iter().map(|repo| repo.id).max().unwrap_or_default() + 1;
            let pushes: u64 = organization.repos.iter().map(|repo| second(&repo.pushed)).max().unwrap_or_default() + 1;
            let pushed = format!("2026-11-20T{:02}:{:02}:{:02}Z", pushes / 3600, pushes / 60 % 60, pushes % 60);
            match organization.repos.iter_mut().find(|repo| repo.path == path) {
                Some(repo) => repo.pushed = pushed,
                None => organization.repos.push(Repo { pushed, ..Repo::new(id, path) }),
            }
        });
    }

    /// Changes how a repository is listed.
    pub(crate) fn changes(&self, path: &str, change: impl FnOnce(&mut Repo)) {
        self.forge.change(|organization| {
            change(organization.repos.iter_mut().find(|repo| repo.path == path).expect("it is listed"));
        });
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.scratch.path().join(path)
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn json(&self, path: &str) -> Json {
        serde_json::from_str(&self.read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// The program in the folder of the portal, with a cache of its own.
    pub(crate) fn command(&self, line: &str, cache: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callboard"));
        command
            .args(line.split_whitespace())
            .current_dir(self.scratch.path())
            .env("CALLBOARD_CACHE_DIR", self.path(cache))
            .env("HOME", self.path("home"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env_remove("XDG_CONFIG_HOME")
            .env("TOKEN", TOKEN)
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, line: &str) -> Run {
        self.run_with(line, "cache")
    }

    pub(crate) fn run_with(&self, line: &str, cache: &str) -> Run {
        ended(&mut self.command(line, cache))
    }

    /// What `callboard sources` says.
    pub(crate) fn sources(&self) -> Json {
        let run = self.run("sources portal --format json").succeeds();
        serde_json::from_str(&run.out).expect("JSON")
    }

    /// Status and commit of a repository.
    pub(crate) fn state(&self, name: &str) -> (String, String) {
        let sources = self.sources();
        let is_it = |repo: &&Json| repo["id"].as_str().is_some_and(|id| id.ends_with(&format!("acme/{name}")));
        let repo = sources["repos"].as_array().expect("a list").iter().find(is_it).cloned().unwrap_or_default();
        let text = |key: &str| repo[key].as_str().unwrap_or_default().to_string();
        (text("status"), text("commit"))
    }

    /// Whether a site has this component.
    pub(crate) fn shows(&self, out: &str, name: &str) -> bool {
        self.path(&format!("{out}/catalog/default/component/{name}/index.html")).is_file()
    }

    pub(crate) fn page(&self, out: &str, name: &str) -> String {
        self.read(&format!("{out}/docs/default/component/{name}/index.html"))
    }

    /// Every file below a folder.
    pub(crate) fn tree(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let root = self.path(folder);
        files_below(&root)
            .into_iter()
            .map(|path| (path.strip_prefix(&root).expect("below").to_path_buf(), fs::read(&path).expect("a file")))
            .collect()
    }

    /// How often the API was asked since the last time, and which repositories git read.
    pub(crate) fn asked(&self) -> (usize, Vec<String>) {
        let (of_git, of_api): (Vec<_>, Vec<_>) =
            self.forge.asked().into_iter().partition(|asked| asked.path.contains(".git/"));
        let name = |path: &str| path.split(".git/").next().unwrap_or_default().trim_start_matches("/acme/").to_string();
        let mut repos: Vec<String> = of_git.iter().map(|asked| name(&asked.path)).collect();
        repos.sort();
        repos.dedup();
        (of_api.len(), repos)
    }
}

pub(crate) fn ended(command: &mut Command) -> Run {
    let output = command.output().expect("the program runs");
    Run {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

pub(crate) fn files_below(root: &Path) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten();
    files.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

/// Two sites are one, file by file.
#[track_caller]
pub(crate) fn same(one: &BTreeMap<PathBuf, Vec<u8>>, other: &BTreeMap<PathBuf, Vec<u8>>) {
    let differs = |path: &&PathBuf| one.get(*path) != other.get(*path);
    let differing: Vec<&PathBuf> = one.keys().chain(other.keys()).filter(differs).collect();
    assert!(differing.is_empty(), "{} files differ: {:?}", differing.len(), &differing[..differing.len().min(8)]);
}

/// The second of its day.
fn second(time: &str) -> u64 {
    let part = |at: usize| time.get(at..at + 2).and_then(|part| part.parse().ok()).unwrap_or(0);
    if time.starts_with("2026-11-20T") { part(11) * 3600 + part(14) * 60 + part(17) } else { 0 }
}
