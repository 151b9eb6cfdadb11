//! `plugin.yaml`, and what the configuration says of plugins, into [`Plugin`]s.

use super::super::keys::{KnownKey, Shape, key, needed};
use super::super::provider::minutes;
use super::super::read::Read;
use super::super::setting::{Key, Setting, Value};
use super::super::{Inputs, Secret, load};
use super::words::{self, Misplaced, Words};
use super::{
    Badge, Base, DataFrom, DataSource, Files, JsonWords, Live, Plugin, PluginCheck, Reader, Request, Sent, Show,
};
use crate::diagnostics::{Place, Severity, rules};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The file that makes a folder a plugin.
pub const MANIFEST: &str = "plugin.yaml";

/// Keys of facets that are taken: those of queries, and what lists keep in their address and write into their files.
pub const TAKEN_FACETS: [&str; 21] = [
    "kind",
    "type",
    "lifecycle",
    "owner",
    "system",
    "tag",
    "tags",
    "namespace",
    "name",
    "title",
    "ref",
    "description",
    "uses",
    "provides",
    "q",
    "sort",
    "cols",
    "columns",
    "reference",
    "url",
    "findings",
];
/// Browsers do not ask more often, in seconds.
const SHORTEST_LIVE: u32 = 5;

const TEXTS: Shape = Shape::Anything("texts by name");

/// The keys of a manifest.
pub const PLUGIN: &[KnownKey] = &[
    needed("title", Shape::Text, "The name of its tab, card or page."),
    key("description", Shape::Text, "One line about it."),
    key("icon", Shape::Text, "The name of an icon of the theme."),
    key("annotation", Shape::Text, "The annotation that switches it on for an entity; `{annotation}` is its value."),
    key("annotations", TEXTS, "Several of them by a name of yours; any switches it on, `{name}` is its value."),
    key("kinds", Shape::List(&Shape::Text), "The kinds of entities that it is for; all where it is missing."),
    key(
        "settings",
        Shape::Anything("settings by name"),
        "What `callboard.plugins.NAME` takes; `{settings.NAME}` is its value.",
    ),
    key("data", Shape::Anything("sources by name"), "Where its data come from."),
    key("show", Shape::Ours(SHOW), "Where it shows them."),
    key("style", Shape::Text, "A stylesheet that its pages load."),
    key("script", Shape::Text, "A script that its pages load."),
    key("live", Shape::Ours(LIVE), "What browsers read to show newer data."),
    key("sample", Shape::Text, "A file with sample data, for `callboard plugin check` and `preview`."),
];

const SETTING: &[KnownKey] = &[
    key("about", Shape::Text, "What it decides."),
    key("default", Shape::Text, "Its value where the configuration gives none."),
    key("required", Shape::Switch, "The plugin cannot be used without it."),
    key("secret", Shape::Switch, "Nobody may see it, no template either."),
];

/// The keys of a source of data.
pub(in crate::config) const SOURCE: &[KnownKey] = &[
    key("get", Shape::Text, "An http or https address that is read."),
    key("post", Shape::Text, "An http or https address that is asked."),
    key("file", Shape::Text, "A JSON, YAML or CSV file, relative to the file that says so."),
    key("command", Shape::List(&Shape::Text), "A program and its arguments, run once; it writes JSON."),
    key("repository", Shape::Text, "A JSON, YAML or CSV file of the entity's repository, beside its descriptor."),
    key("reader", Shape::OneOf(&["kubernetes"]), "A reader that is part of callboard."),
    key("query", TEXTS, "What is added to the address."),
    key("headers", TEXTS, "What is sent along."),
    key("token", Shape::Text, "What is sent along as `Authorization: Bearer`."),
    key("json", Shape::Anything("JSON"), "What is posted."),
    key("graphql", Shape::Text, "The GraphQL query that is posted, or the plugin's file that holds it."),
    key("variables", Shape::Anything("JSON"), "The variables of the query."),
    key("max-age", Shape::Text, "How old a kept answer may be that is used without asking: `10m`."),
    key("as-of", Shape::Text, "Where the data say of when they are, as a dotted path."),
    key("schema", Shape::Text, "The JSON Schema that the data fit, a file of the plugin."),
    key("list", Shape::Text, "Where in the data the rows are, as a dotted path."),
    key("where", TEXTS, "A field and its value: an entity gets the rows that have it."),
];

const SHOW: &[KnownKey] = &[
    key("tab", Shape::Text, "The template of a tab."),
    key("card", Shape::Text, "The template of a card on the overview."),
    key("badge", Shape::Ours(BADGE), "A word beside the entity's name."),
    key("facets", TEXTS, "What lists, search and queries know, by key."),
    key("checks", Shape::Anything("checks by key"), "What the scorecard may ask, by key."),
    key("problems", Shape::Text, "A line for each thing that fails now."),
    key("search", Shape::Text, "Words by which the tab is found."),
    key("page", Shape::Text, "The template of a page of its own."),
];

const BADGE: &[KnownKey] = &[
    needed("text", Shape::Text, "The word; no badge where it is empty."),
    key("tone", Shape::Text, "One of good, warn, bad, busy, off."),
];

const CHECK: &[KnownKey] = &[
    needed("title", Shape::Text, "What is asked, in words."),
    needed("passes", Shape::Text, "`true`, `false`, or nothing where it is not asked."),
];

const LIVE: &[KnownKey] = &[
    needed("source", Shape::Text, "The source whose data it is."),
    needed("url", Shape::Text, "The address that browsers read, at an origin of `callboard.connect`."),
    key("every", Shape::Count(86_400), "Seconds between two questions; 60 where it is missing."),
];

/// A plugin that is on, before its manifest is read.
struct Found<'a> {
    name: String,
    files: Files,
    folder: Option<PathBuf>,
    /// `callboard.plugins.NAME`
    own: Option<&'a Key>,
}

/// What the places of a text may name.
struct Names<'a> {
    annotations: Vec<&'a str>,
    settings: Vec<&'a str>,
    values: &'a BTreeMap<String, words::Setting>,
}

impl Read {
    /// The plugins that are on, by name. Those of the configuration's folder stand in for built-in ones of their name.
    pub(in crate::config) fn plugins(
        &mut self,
        root: &Setting,
        inputs: &Inputs,
        files: &[PathBuf],
        texts: &mut BTreeMap<Arc<str>, String>,
    ) -> Vec<Plugin> {
        let section = root.get("callboard").and_then(|own| own.get("plugins"));
        if let Some(section) = section.filter(|section| !matches!(section.value, Value::Map(_) | Value::Null)) {
            self.wrong(section, "callboard.plugins", "a mapping");
        }
        let rows = section.map_or(&[][..], Setting::keys);
        let row = |name: &str| rows.iter().find(|row| row.name == name);
        let is_off = |name: &str| row(name).is_some_and(|row| matches!(row.setting.value, Value::Bool(false)));
        let has_clusters = root.get("kubernetes").is_some_and(|section| section.get("clusterLocatorMethods").is_some())
            || root.get("callboard").and_then(|own| own.get("kubernetes")?.get("snapshots")).is_some();
        let mut found: BTreeMap<String, Found<'_>> = BTreeMap::new();
        let built_in = super::built_in();
        for (name, files) in &built_in {
            let is_on = row(name).is_some() || (name == "kubernetes" && has_clusters);
            if is_on && !is_off(name) {
                let (name, files, own) = (name.clone(), files.clone(), row(name));
                found.insert(name.clone(), Found { name, files, folder: None, own });
            }
        }
        let folders = super::folders(files);
        for folder in &folders {
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if is_off(&name) {
                continue;
            }
            let place = Place::file("", load::shown(inputs, &folder.join(MANIFEST)));
            if !super::is_plugin_name(&name) {
                self.findings.push(rules::plugins::bad_name(place, &name));
                continue;
            }
            match super::files_of(folder) {
                Ok(files) => {
                    let (folder, own) = (Some(folder.clone()), row(&name));
                    found.insert(name.clone(), Found { name, files, folder, own });
                }
                Err(cause) => self.findings.push(rules::plugins::unreadable(place, &name, &cause)),
            }
        }
        let own =
            folders.iter().filter_map(|folder| folder.file_name()).map(|name| name.to_string_lossy().into_owned());
        let known: Vec<String> = built_in.into_keys().chain(own).collect();
        for row in rows.iter().filter(|row| !known.contains(&row.name)) {
            self.findings.push(rules::plugins::unknown(row.place.clone(), &row.name, &known));
        }
        found.into_values().filter_map(|found| self.plugin(found, inputs, files, texts)).collect()
    }

    fn plugin(
        &mut self,
        found: Found<'_>,
        inputs: &Inputs,
        configs: &[PathBuf],
        texts: &mut BTreeMap<Arc<str>, String>,
    ) -> Option<Plugin> {
        let Found { name, files, folder, own } = found;
        let shown = match &folder {
            Some(folder) => load::shown(inputs, &folder.join(MANIFEST)),
            None => format!("plugins/{name}/{MANIFEST}"),
        };
        let place = Place::file("", shown);
        let Some(text) = files.text(MANIFEST) else {
            self.findings.push(rules::plugins::unreadable(place, &name, "it is not UTF-8"));
            return None;
        };
        let environment = if folder.is_some() { &inputs.environment } else { &BTreeMap::new() };
        let manifest = load::tree(text, &place, folder.as_deref(), environment, &mut self.findings, texts)?;
        let before = self.findings.len();
        self.ours(&manifest, MANIFEST, &Shape::Ours(PLUGIN));
        let manifest = Some(&manifest);
        if matches!(manifest, Some(Setting { value: Value::Map(_), .. })) && manifest?.get("title").is_none() {
            self.findings.push(rules::config::lacks(place.clone(), MANIFEST, "title"));
        }
        let title = self.text(manifest, MANIFEST, "title").unwrap_or_else(|| name.clone());
        let annotations = self.annotations(manifest?);
        let values = self.settings(manifest?, own, &name);
        let names = Names {
            annotations: annotations.iter().map(|(name, _)| name.as_str()).collect(),
            settings: manifest?
                .get("settings")
                .map_or(&[][..], Setting::keys)
                .iter()
                .map(|key| key.name.as_str())
                .collect(),
            values: &values,
        };
        let base = folder.as_ref().map_or(Base::Embedded, |folder| Base::Folder(folder.clone()));
        let replaced = own.and_then(|own| own.setting.get("data"));
        let mut data = Vec::new();
        for row in manifest?.get("data").map_or(&[][..], Setting::keys) {
            let other = replaced.and_then(|replaced| replaced.get(&row.name));
            let source = match other {
                Some(other) => {
                    let base = configs.iter().find(|file| load::shown(inputs, file) == *other.place.path);
                    let base = Base::Folder(base.map_or_else(|| inputs.dir.clone(), |file| super::folder(file)));
                    let path = format!("callboard.plugins.{name}.data.{}", row.name);
                    let source = self.source(&row.name, other, &path, &names, &files, &base);
                    // What the data look like is the plugin's to say, wherever they come from.
                    let usual = self.schema(&row.setting, &format!("data.{}", row.name), &files);
                    source.map(|source| DataSource { schema: source.schema.clone().or(usual), ..source })
                }
                None => self.source(&row.name, &row.setting, &format!("data.{}", row.name), &names, &files, &base),
            };
            data.push(source.unwrap_or_else(|| DataSource {
                name: row.name.clone(),
                from: DataFrom::Nowhere,
                max_age: None,
                as_of: None,
                schema: self.schema(&row.setting, &format!("data.{}", row.name), &files),
                list: None,
                rows: None,
                place: row.place.clone(),
            }));
        }
        if let Some(replaced) = replaced {
            let known: Vec<&str> =
                manifest?.get("data").map_or(&[][..], Setting::keys).iter().map(|key| key.name.as_str()).collect();
            for key in replaced.keys().iter().filter(|key| !known.contains(&key.name.as_str())) {
                let path = format!("callboard.plugins.{name}.data");
                self.findings.push(rules::config::unknown_key(key.place.clone(), &path, &key.name, &known));
            }
        }
        let show = self.show(manifest?.get("show"), &files);
        let live = manifest?.get("live").and_then(|live| self.live(live, &names, &data));
        let file = |read: &mut Read, key: &str| read.file_of(manifest, "", key, &files);
        let (style, script, sample) = (file(self, "style"), file(self, "script"), file(self, "sample"));
        let (mut public, mut secrets) = (BTreeMap::new(), Vec::new());
        for (name, value) in &values {
            match value {
                words::Setting::Plain(value) => drop(public.insert(name.clone(), value.clone())),
                words::Setting::Secret(value) => secrets.push(value.clone()),
            }
        }
        for source in &data {
            if let DataFrom::Web(request) = &source.from {
                let hidden = request.headers.iter().flat_map(|(_, value)| value.hidden());
                secrets.extend(hidden.map(Secret::new));
            }
        }
        let is_sound = !self.findings[before..].iter().any(|finding| finding.severity() == Severity::Error);
        is_sound.then(|| Plugin {
            title,
            description: self.text(manifest, MANIFEST, "description").unwrap_or_default(),
            icon: self.text(manifest, MANIFEST, "icon").unwrap_or_default(),
            kinds: self.texts(manifest, MANIFEST, "kinds"),
            annotations,
            settings: public,
            data,
            show,
            style,
            script,
            live,
            sample,
            files,
            place,
            folder,
            secrets,
            name,
        })
    }

    fn annotations(&mut self, manifest: &Setting) -> Vec<(String, String)> {
        let mut annotations: Vec<(String, String)> = self
            .text(Some(manifest), MANIFEST, "annotation")
            .map(|key| ("annotation".to_string(), key))
            .into_iter()
            .collect();
        for row in self.rows(Some(manifest), MANIFEST, "annotations") {
            match &row.setting.value {
                Value::Text(key) => annotations.push((row.name.clone(), key.clone())),
                _ => self.wrong(&row.setting, &format!("annotations.{}", row.name), "the key of an annotation"),
            }
        }
        annotations
    }

    /// Values of settings, by name: of the configuration, else the default.
    fn settings(&mut self, manifest: &Setting, own: Option<&Key>, plugin: &str) -> BTreeMap<String, words::Setting> {
        let rows = self.rows(Some(manifest), MANIFEST, "settings");
        let path = format!("callboard.plugins.{plugin}");
        let given = own.map(|own| &own.setting);
        if let Some(given) = given.filter(|given| !matches!(given.value, Value::Map(_) | Value::Null | Value::Bool(_)))
        {
            self.wrong(given, &path, "a mapping, `true` or `false`");
        }
        let known: Vec<&str> = rows.iter().map(|row| row.name.as_str()).chain(["data"]).collect();
        for key in given.map_or(&[][..], Setting::keys).iter().filter(|key| !known.contains(&key.name.as_str())) {
            self.findings.push(rules::config::unknown_key(key.place.clone(), &path, &key.name, &known));
        }
        let mut values = BTreeMap::new();
        for row in rows {
            let about = &row.setting;
            self.ours(about, &format!("settings.{}", row.name), &Shape::Ours(SETTING));
            let is_secret = self.switch(Some(about), &row.name, "secret", false);
            let scalar = |setting: &Setting| match &setting.value {
                Value::Text(text) => Some(text.clone()),
                Value::Number(_) | Value::Bool(_) => Some(setting.to_json().to_string()),
                _ => None,
            };
            let set = given.and_then(|given| given.get(&row.name)).filter(|set| !matches!(set.value, Value::Null));
            if let Some(set) = set.filter(|set| scalar(set).is_none()) {
                self.wrong(set, &format!("{path}.{}", row.name), "a string");
            }
            let value = set.and_then(scalar).or_else(|| about.get("default").and_then(scalar));
            match value {
                Some(value) if is_secret => {
                    drop(values.insert(row.name.clone(), words::Setting::Secret(Secret::new(value))))
                }
                Some(value) => drop(values.insert(row.name.clone(), words::Setting::Plain(value))),
                None if self.switch(Some(about), &row.name, "required", false) => {
                    let place = own.map_or_else(|| row.place.clone(), |own| own.place.clone());
                    self.findings.push(rules::config::lacks(place, &path, &row.name));
                }
                None => {}
            }
        }
        values
    }

    fn rows<'a>(&mut self, section: Option<&'a Setting>, path: &str, key: &str) -> &'a [Key] {
        match section.and_then(|section| section.get(key)) {
            Some(Setting { value: Value::Map(rows), .. }) => rows,
            None | Some(Setting { value: Value::Null, .. }) => &[],
            Some(setting) => {
                self.wrong(setting, &format!("{path}.{key}"), "a mapping");
                &[]
            }
        }
    }

    /// `None` where a setting without a value is named, or the text is wrong, which is told.
    fn words(&mut self, setting: &Setting, text: &str, path: &str, names: &Names<'_>) -> Option<Words> {
        let value = |name: &str| names.values.get(name).cloned();
        match Words::parse(text, &names.annotations, &names.settings, &value) {
            Ok(words) => words,
            Err(misplaced) => {
                let (what, known) = match misplaced {
                    Misplaced::Unknown { place, known } => (place, known),
                    Misplaced::Open => ("{".to_string(), Vec::new()),
                };
                self.findings.push(rules::plugins::unknown_place(setting.place.clone(), path, &what, &known));
                None
            }
        }
    }

    fn words_at(&mut self, section: &Setting, path: &str, key: &str, names: &Names<'_>) -> Option<Words> {
        let text = self.text(Some(section), path, key)?;
        self.words(section.get(key)?, &text, &format!("{path}.{key}"), names)
    }

    fn words_by_name(&mut self, section: &Setting, path: &str, key: &str, names: &Names<'_>) -> Vec<(String, Words)> {
        let mut all = Vec::new();
        for row in self.rows(Some(section), path, key) {
            let path = format!("{path}.{key}.{}", row.name);
            let text = match &row.setting.value {
                Value::Text(text) => text.clone(),
                Value::Number(_) | Value::Bool(_) => row.setting.to_json().to_string(),
                _ => {
                    self.wrong(&row.setting, &path, "a string");
                    continue;
                }
            };
            all.extend(self.words(&row.setting, &text, &path, names).map(|words| (row.name.clone(), words)));
        }
        all
    }

    /// `None` where it cannot be asked: a setting that it needs has no value, or it is wrong, which is told.
    fn source(
        &mut self,
        name: &str,
        setting: &Setting,
        path: &str,
        names: &Names<'_>,
        files: &Files,
        base: &Base,
    ) -> Option<DataSource> {
        self.ours(setting, path, &Shape::Ours(SOURCE));
        const WAYS: [&str; 6] = ["get", "post", "file", "command", "repository", "reader"];
        let ways: Vec<&str> = WAYS.into_iter().filter(|way| setting.get(way).is_some()).collect();
        let [way] = ways.as_slice() else {
            self.findings.push(rules::plugins::ways(setting.place.clone(), path, &ways, &WAYS));
            return None;
        };
        let from = match *way {
            "get" | "post" => DataFrom::Web(self.request(setting, path, way, names, files)?),
            "file" => DataFrom::File { path: self.words_at(setting, path, "file", names)?, base: base.clone() },
            "repository" => DataFrom::Repository(self.words_at(setting, path, "repository", names)?),
            "command" => {
                let words = self.texts(Some(setting), path, "command");
                let (Base::Folder(folder), false) = (base, words.is_empty()) else {
                    self.wrong(setting.get("command")?, &format!("{path}.command"), "a program and its arguments");
                    return None;
                };
                DataFrom::Command { words, folder: folder.clone() }
            }
            _ => {
                let named = self.text(Some(setting), path, "reader")?;
                match Reader::ALL.iter().find(|(name, _)| *name == named) {
                    Some((_, reader)) => DataFrom::Reader(*reader),
                    None => {
                        let known = Reader::ALL.map(|(name, _)| name).join(", ");
                        self.wrong(setting.get("reader")?, &format!("{path}.reader"), &format!("one of {known}"));
                        return None;
                    }
                }
            }
        };
        let max_age = setting.get("max-age").and_then(|age| {
            let seconds = minutes(age).map(|minutes| Duration::from_secs_f64((minutes * 60.0).clamp(0.0, 1e9)));
            if seconds.is_none() {
                self.wrong(age, &format!("{path}.max-age"), "a duration such as `10m`");
            }
            seconds
        });
        let mut rows = self.words_by_name(setting, path, "where", names);
        if rows.len() > 1 {
            let place = setting.get("where")?.place.clone();
            self.findings.push(rules::plugins::several_fields(place, &format!("{path}.where")));
        }
        Some(DataSource {
            name: name.to_string(),
            from,
            max_age,
            as_of: self.text(Some(setting), path, "as-of"),
            schema: self.schema(setting, path, files),
            list: self.text(Some(setting), path, "list"),
            rows: rows.pop(),
            place: setting.place.clone(),
        })
    }

    fn request(
        &mut self,
        setting: &Setting,
        path: &str,
        way: &str,
        names: &Names<'_>,
        files: &Files,
    ) -> Option<Request> {
        let url = self.words_at(setting, path, way, names)?;
        // What entities say may stand behind the host only.
        let start = url.start();
        let host = start.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"));
        let is_whole = host.is_some_and(|(_, rest)| url.is_fixed() || rest.contains('/'));
        let parsed = url::Url::parse(&start)
            .ok()
            .filter(|url| url.has_host() && url.username().is_empty() && url.password().is_none());
        if !is_whole || parsed.is_none() {
            self.findings.push(rules::plugins::bad_address(setting.get(way)?.place.clone(), &format!("{path}.{way}")));
            return None;
        }
        let mut headers = self.words_by_name(setting, path, "headers", names);
        if let Some(token) = self.words_at(setting, path, "token", names) {
            headers.push(("Authorization".to_string(), Words::plain("Bearer ").and(token)));
        }
        let is_private = |name: &str| {
            let name = name.to_ascii_lowercase();
            ["auth", "token", "key", "secret", "cookie"].iter().any(|word| name.contains(word))
        };
        let hide = |(name, value): (String, Words)| {
            if is_private(&name) { (name, value.into_secret()) } else { (name, value) }
        };
        let headers = headers.into_iter().map(hide).collect();
        let sent = if way == "get" {
            None
        } else if let Some(query) = self.text(Some(setting), path, "graphql") {
            let query = match query.ends_with(".graphql").then(|| files.text(&query)) {
                Some(Some(text)) => text.to_string(),
                Some(None) => {
                    self.no_file(setting, path, "graphql", &query, files);
                    return None;
                }
                None => query,
            };
            let variables = setting.get("variables");
            let variables = variables
                .map_or(Some(JsonWords::Map(Vec::new())), |v| self.json(v, &format!("{path}.variables"), names));
            Some(Sent::GraphQl { query, variables: variables? })
        } else {
            let json = setting
                .get("json")
                .map_or(Some(JsonWords::Map(Vec::new())), |json| self.json(json, &format!("{path}.json"), names));
            Some(Sent::Json(json?))
        };
        Some(Request { url, query: self.words_by_name(setting, path, "query", names), headers, sent })
    }

    fn json(&mut self, setting: &Setting, path: &str, names: &Names<'_>) -> Option<JsonWords> {
        Some(match &setting.value {
            Value::Text(text) => JsonWords::Text(self.words(setting, text, path, names)?),
            Value::List(items) => {
                JsonWords::List(items.iter().map(|item| self.json(item, path, names)).collect::<Option<_>>()?)
            }
            Value::Map(rows) => {
                let mut map = Vec::new();
                for row in rows {
                    map.push((row.name.clone(), self.json(&row.setting, &format!("{path}.{}", row.name), names)?));
                }
                JsonWords::Map(map)
            }
            _ => JsonWords::Plain(setting.to_json()),
        })
    }

    fn schema(&mut self, setting: &Setting, path: &str, files: &Files) -> Option<serde_json::Value> {
        let name = self.file_of(Some(setting), path, "schema", files)?;
        let schema = files.text(&name).and_then(|text| serde_json::from_str(text).ok());
        let is_usable = |schema: &serde_json::Value| jsonschema::validator_for(schema).is_ok();
        let schema = schema.filter(is_usable);
        if schema.is_none() {
            self.wrong(setting.get("schema")?, &format!("{path}.schema"), "the name of a file with a JSON Schema");
        }
        schema
    }

    /// The name of a file of the plugin.
    fn file_of(&mut self, section: Option<&Setting>, path: &str, key: &str, files: &Files) -> Option<String> {
        let name = self.text(section, path, key)?;
        if files.get(&name).is_none() {
            self.no_file(section?, path, key, &name, files);
            return None;
        }
        Some(name.trim_start_matches("./").to_string())
    }

    fn no_file(&mut self, section: &Setting, path: &str, key: &str, name: &str, files: &Files) {
        let place = section.get(key).map_or(&section.place, |setting| &setting.place).clone();
        let path = format!("{path}.{key}");
        self.findings.push(rules::plugins::no_file(place, path.trim_start_matches('.'), name, files.paths()));
    }

    fn show(&mut self, section: Option<&Setting>, files: &Files) -> Show {
        const PATH: &str = "show";
        let mut file = |key: &str| self.file_of(section, PATH, key, files);
        let (tab, card, page) = (file("tab"), file("card"), file("page"));
        let badge = section.and_then(|section| section.get("badge"));
        let badge = badge.and_then(|badge| {
            let Some(text) = self.text(Some(badge), "show.badge", "text") else {
                self.findings.push(rules::config::lacks(badge.place.clone(), "show.badge", "text"));
                return None;
            };
            Some(Badge { text, tone: self.text(Some(badge), "show.badge", "tone") })
        });
        let mut facets = Vec::new();
        for row in self.rows(section, PATH, "facets") {
            let path = format!("show.facets.{}", row.name);
            let is_key = row.name.starts_with(|c: char| c.is_ascii_lowercase())
                && row.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
            match &row.setting.value {
                Value::Text(_) if TAKEN_FACETS.contains(&row.name.as_str()) => {
                    self.findings.push(rules::plugins::taken_facet(row.place.clone(), &row.name));
                }
                Value::Text(text) if is_key => facets.push((row.name.clone(), text.clone())),
                Value::Text(_) => {
                    let place = row.place.clone();
                    self.findings.push(rules::plugins::bad_facet(place, &row.name));
                }
                _ => self.wrong(&row.setting, &path, "a string"),
            }
        }
        let mut checks = Vec::new();
        for row in self.rows(section, PATH, "checks") {
            let path = format!("show.checks.{}", row.name);
            self.ours(&row.setting, &path, &Shape::Ours(CHECK));
            let mut needed = |key: &str| {
                let text = self.text(Some(&row.setting), &path, key);
                if text.is_none() {
                    self.findings.push(rules::config::lacks(row.place.clone(), &path, key));
                }
                text
            };
            if let (Some(title), Some(passes)) = (needed("title"), needed("passes")) {
                checks.push(PluginCheck { key: row.name.clone(), title, passes });
            }
        }
        let problems = self.text(section, PATH, "problems");
        let search = self.text(section, PATH, "search");
        Show { tab, card, badge, facets, checks, problems, search, page }
    }

    fn live(&mut self, setting: &Setting, names: &Names<'_>, data: &[DataSource]) -> Option<Live> {
        const PATH: &str = "live";
        let source = self.text(Some(setting), PATH, "source")?;
        let url = self.words_at(setting, PATH, "url", names)?;
        let origin =
            url::Url::parse(&url.start()).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
        if origin.is_none() || url.is_secret() {
            self.findings.push(rules::plugins::bad_address(setting.get("url")?.place.clone(), "live.url"));
            return None;
        }
        if !data.iter().any(|known| known.name == source) {
            let known: Vec<String> = data.iter().map(|known| known.name.clone()).collect();
            self.findings.push(rules::plugins::no_source(setting.get("source")?.place.clone(), &source, &known));
            return None;
        }
        let every = match setting.get("every").map(|every| &every.value) {
            Some(Value::Number(every)) => (*every as u32).max(SHORTEST_LIVE),
            _ => 60,
        };
        Some(Live { source, url, every })
    }
}
