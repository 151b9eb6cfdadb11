//! Teams and users of organisations, as Groups and Users.
//!
//! In: a provider. Out: descriptors, as if somebody had written them. The last list that was whole is kept, and stands
//! in where the forge gives none: nobody leaves the catalog because of a fault.

mod github;
mod gitlab;
#[cfg(test)]
mod tests;

use super::forge::{Api, Credentials, Fault};
use super::kept;
use crate::config::{Forge, Integration, People as Wanted, Provider};
use crate::diagnostics::{Finding, rules};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

const MOST_TEAMS: usize = 10_000;
const MOST_USERS: usize = 50_000;
/// Documents and bytes of one file: below what a descriptor may have.
const MOST_DOCUMENTS: usize = 500;
const MOST_BYTES: usize = 1 << 20;
/// Members that a Group names. Those of a larger one name it.
const MOST_MEMBERS: usize = 5_000;
/// Text that is taken over, in characters.
const LONGEST_TITLE: usize = 200;
const LONGEST_TEXT: usize = 2_000;

/// What reading people needs beside the provider.
pub(super) struct Options<'a> {
    /// The row of the provider's host.
    pub(super) integration: &'a Integration,
    pub(super) credentials: &'a Credentials,
    pub(super) cache_dir: &'a Path,
    pub(super) offline: bool,
}

/// What a provider of people gave.
#[derive(Debug, Default)]
pub(super) struct People {
    /// Descriptors by path: `groups/1.yaml`.
    pub(super) files: Vec<(String, String)>,
    pub(super) teams: usize,
    pub(super) users: usize,
    pub(super) findings: Vec<Finding>,
    /// Why the list is not the newest one, or not whole.
    pub(super) fault: Option<String>,
    /// When the list that is shown was whole, in seconds since 1970, where it is an earlier one.
    pub(super) stale_since: Option<i64>,
    /// Questions to the API, and seconds spent waiting because the host asked for it.
    pub(super) requests: usize,
    pub(super) waited: u64,
}

/// A team, as a Group has it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Team {
    /// None for the default one.
    namespace: Option<String>,
    name: String,
    title: Option<String>,
    description: Option<String>,
    picture: Option<String>,
    annotations: Vec<(String, String)>,
    parent: Option<String>,
    children: Vec<String>,
    members: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct User {
    name: String,
    title: Option<String>,
    description: Option<String>,
    email: Option<String>,
    picture: Option<String>,
    annotations: Vec<(String, String)>,
    member_of: Vec<String>,
}

/// What a forge told.
#[derive(Debug, Default)]
struct Told {
    teams: Vec<Team>,
    users: Vec<User>,
    /// Names that are none.
    unnamed_teams: Vec<String>,
    unnamed_users: Vec<String>,
    has_more_teams: bool,
    has_more_users: bool,
    fault: Option<Fault>,
}

/// The last list that was whole.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    teams: Vec<Team>,
    users: Vec<User>,
    /// In seconds since 1970.
    time: i64,
}

/// Reads the teams and users of a provider.
pub(super) fn read(provider: &Provider, what: &Wanted, api: &Api, options: &Options<'_>) -> People {
    let file = kept_file(provider, what, api, options.cache_dir);
    let kept: Option<Kept> = kept::read(&file);
    let mut people = People::default();
    let (requests, waited) = (api.requests(), api.waited());
    if options.offline {
        match kept {
            Some(kept) => people.describe(kept.teams, kept.users),
            None => people.fault = Some("it was never read and this build is offline".to_string()),
        }
        return people;
    }
    let mut told = match provider.forge {
        Forge::GitHub => github::ask(what, api, options),
        Forge::GitLab => gitlab::ask(what, api, options),
        Forge::Gitea | Forge::Bitbucket => {
            Told { fault: Some(Fault::of_question("its teams and users are not read")), ..Told::default() }
        }
    };
    people.requests = api.requests() - requests;
    people.waited = (api.waited() - waited).as_secs();
    people.fault = told.fault.take().map(|fault| fault.reason);
    people.judge(provider, &told);
    match (&people.fault, kept) {
        (Some(_), Some(kept)) => {
            people.stale_since = Some(kept.time);
            people.describe(kept.teams, kept.users);
        }
        (fault, _) => {
            told.settle();
            if fault.is_none() {
                let kept = Kept { teams: told.teams, users: told.users, time: now() };
                // A cache that cannot be written costs only the next failure its last good list.
                let _ = kept::write(&file, &kept);
                people.describe(kept.teams, kept.users);
            } else {
                people.describe(told.teams, told.users);
            }
        }
    }
    people
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}

/// Another question has another answer.
fn kept_file(provider: &Provider, what: &Wanted, api: &Api, cache_dir: &Path) -> PathBuf {
    let key = blake3::hash(format!("{}\n{}\n{what:?}", provider.id, api.base()).as_bytes()).to_hex();
    cache_dir.join("people").join(&key.as_str()[..32])
}

impl People {
    /// Tells what is left out.
    fn judge(&mut self, provider: &Provider, told: &Told) {
        let place = || provider.place.clone();
        let names = [("team", &told.unnamed_teams), ("user", &told.unnamed_users)];
        for (what, names) in names.into_iter().filter(|(_, names)| !names.is_empty()) {
            self.findings.push(rules::people::unnamed(place(), &provider.id, what, names));
        }
        let option =
            if provider.forge == Forge::GitHub { "`orgs`" } else { "`group`, `groupPattern` or `userPattern`" };
        if told.has_more_teams || told.teams.len() > MOST_TEAMS {
            self.findings.push(rules::people::cut(place(), &provider.id, "team", MOST_TEAMS, option));
        }
        if told.has_more_users || told.users.len() > MOST_USERS {
            self.findings.push(rules::people::cut(place(), &provider.id, "user", MOST_USERS, option));
        }
    }

    fn describe(&mut self, teams: Vec<Team>, users: Vec<User>) {
        (self.teams, self.users) = (teams.len(), users.len());
        self.write("groups", teams.iter().map(Team::document));
        self.write("users", users.iter().map(User::document));
    }

    /// Puts documents into as few files as may be.
    fn write(&mut self, folder: &str, documents: impl Iterator<Item = Json>) {
        let (mut text, mut number, mut held) = (String::new(), 1, 0);
        for document in documents {
            let yaml = yaml(&document);
            if held == MOST_DOCUMENTS || (held > 0 && text.len() + yaml.len() > MOST_BYTES) {
                self.files.push((format!("{folder}/{number}.yaml"), std::mem::take(&mut text)));
                (number, held) = (number + 1, 0);
            }
            text.push_str(if held > 0 { "---\n" } else { "" });
            text.push_str(&yaml);
            held += 1;
        }
        if held > 0 {
            self.files.push((format!("{folder}/{number}.yaml"), text));
        }
    }
}

impl Told {
    /// In order of their names, and not more than are read.
    fn settle(&mut self) {
        self.teams.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
        self.users.sort_by(|a, b| a.name.cmp(&b.name));
        self.teams.truncate(MOST_TEAMS);
        self.users.truncate(MOST_USERS);
    }

    /// Tells teams which are below them, and users in which they are.
    fn join(&mut self) {
        let mut below: BTreeMap<(Option<String>, String), Vec<String>> = BTreeMap::new();
        for team in &self.teams {
            if let Some(parent) = &team.parent {
                below.entry((team.namespace.clone(), parent.clone())).or_default().push(team.name.clone());
            }
        }
        let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for team in &mut self.teams {
            team.children = below.remove(&(team.namespace.clone(), team.name.clone())).unwrap_or_default();
            team.children.sort();
            team.members.sort();
            let group = team.namespace.as_ref().map_or_else(|| team.name.clone(), |of| format!("{of}/{}", team.name));
            for member in &team.members {
                groups.entry(member.to_lowercase()).or_default().insert(group.clone());
            }
        }
        for user in &mut self.users {
            let of_user = groups.remove(&user.name.to_lowercase()).unwrap_or_default();
            user.member_of = of_user.into_iter().collect();
        }
    }
}

impl Team {
    fn document(&self) -> Json {
        let members: Vec<String> = self.members.iter().map(|login| format!("default/{login}")).collect();
        let mut spec = json!({ "type": "team", "profile": profile(&self.title, &None, &self.picture) });
        if let Some(parent) = &self.parent {
            spec["parent"] = Json::from(parent.as_str());
        }
        spec["children"] = Json::from(self.children.clone());
        if (1..=MOST_MEMBERS).contains(&members.len()) {
            spec["members"] = Json::from(members);
        }
        entity("Group", &self.name, self.namespace.as_deref(), &self.description, &self.annotations, spec)
    }
}

impl User {
    fn document(&self) -> Json {
        let profile = profile(&self.title, &self.email, &self.picture);
        let spec = json!({ "profile": profile, "memberOf": self.member_of });
        entity("User", &self.name, None, &self.description, &self.annotations, spec)
    }
}

fn profile(title: &Option<String>, email: &Option<String>, picture: &Option<String>) -> Json {
    let rows = [("displayName", title), ("email", email), ("picture", picture)];
    let known = rows.into_iter().filter_map(|(key, text)| Some((key.to_string(), Json::from(text.as_deref()?))));
    Json::Object(known.collect())
}

fn entity(
    kind: &str,
    name: &str,
    namespace: Option<&str>,
    description: &Option<String>,
    annotations: &[(String, String)],
    spec: Json,
) -> Json {
    let mut metadata = Map::new();
    metadata.insert("name".into(), name.into());
    if let Some(namespace) = namespace {
        metadata.insert("namespace".into(), namespace.into());
    }
    if let Some(description) = description {
        metadata.insert("description".into(), description.as_str().into());
    }
    let annotations = annotations.iter().map(|(key, value)| (key.clone(), Json::from(value.as_str())));
    metadata.insert("annotations".into(), Json::Object(annotations.collect()));
    json!({ "apiVersion": "backstage.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec })
}

/// As people write it, every text of strangers in quotes.
fn yaml(document: &Json) -> String {
    let mut out = String::new();
    block(&mut out, document, 0);
    out
}

fn block(out: &mut String, value: &Json, depth: usize) {
    let pad = "  ".repeat(depth);
    for (key, value) in value.as_object().into_iter().flatten() {
        let _ = match value {
            Json::Object(inner) if !inner.is_empty() => {
                let _ = writeln!(out, "{pad}{key}:");
                block(out, value, depth + 1);
                Ok(())
            }
            Json::Array(items) if !items.is_empty() => {
                let _ = writeln!(out, "{pad}{key}:");
                items.iter().try_for_each(|item| writeln!(out, "{pad}  - {item}"))
            }
            Json::String(word) if depth == 0 => writeln!(out, "{key}: {word}"),
            _ => writeln!(out, "{pad}{key}: {value}"),
        };
    }
}

/// Whether an entity can have this name.
fn is_name(text: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let bytes = text.as_bytes();
    bytes.len() <= 63 && is_end(bytes.first()) && is_end(bytes.last()) && text.bytes().all(is_fine)
}

/// Whether it can be a namespace.
fn is_namespace(text: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(is_fine) && !text.starts_with('-') && !text.ends_with('-')
}

/// A text of an answer in one clean line; nothing where it is empty.
fn line(value: &Json, longest: usize) -> Option<String> {
    Some(super::issues::cleaned(value.as_str()?, longest)).filter(|text| !text.is_empty())
}

fn email(value: &Json) -> Option<String> {
    line(value, LONGEST_TITLE).filter(|text| text.contains('@') && !text.contains(char::is_whitespace))
}

/// Where a picture is, without what may be a key to it.
fn picture(value: &Json) -> Option<String> {
    let mut url = url::Url::parse(value.as_str()?).ok().filter(|url| url.scheme() == "https")?;
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    Some(url.to_string()).filter(|text| text.len() <= LONGEST_TEXT)
}
