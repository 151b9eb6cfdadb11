//! Files and environment into one merged tree, with Backstage's substitution rules.

use super::setting::{Key, Setting, Value};
use super::{Inputs, folder, redact};
use crate::diagnostics::{Finding, Place, Stop, rules};
use crate::yaml::{self, Node};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The merged tree and what was met on the way.
pub(super) struct Merged {
    pub(super) root: Setting,
    pub(super) files: Vec<PathBuf>,
    pub(super) findings: Vec<Finding>,
    pub(super) texts: BTreeMap<Arc<str>, String>,
}

/// How deep `$include` may lead.
const MAX_INCLUDES: usize = 10;

/// Reads every config file in order and lays each over the ones before, then the `APP_CONFIG_…` variables.
pub(super) fn merged(inputs: &Inputs) -> Result<Merged, Stop> {
    let files = files(inputs)?;
    let mut merged = Merged {
        root: Setting::new(Value::Map(Vec::new()), Place::file("", "app-config.yaml")),
        files: files.clone(),
        findings: Vec::new(),
        texts: BTreeMap::new(),
    };
    for path in &files {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Stop::usage(format!("the configuration `{}` cannot be read", path.display())).cause(error)
        })?;
        let place = Place::file("", shown(inputs, path));
        let mut reader = Reader {
            environment: &inputs.environment,
            folder: folder(path),
            place: place.clone(),
            findings: &mut merged.findings,
            depth: 0,
        };
        let parsed = yaml::parse_one(&text);
        merged.texts.insert(place.path.clone(), redact::redacted(&text, parsed.as_ref().ok()));
        let setting = match parsed {
            Ok(node) => reader.resolve(&node),
            Err(fault) => {
                let place = place.at(fault.span.line, fault.span.column, fault.span.length);
                merged.findings.push(rules::config::syntax(place, &fault.message));
                None
            }
        };
        match setting {
            Some(setting @ Setting { value: Value::Map(_), .. }) => merged.root.merge(setting),
            Some(Setting { value: Value::Null, .. }) | None => {}
            Some(setting) => merged.findings.push(rules::config::wrong_shape(
                setting.place.clone(),
                "the configuration",
                "a mapping",
                setting.describe(),
            )),
        }
    }
    overlay_environment(inputs, &mut merged);
    Ok(merged)
}

/// `--config` in order, else the default names that exist below the folder.
fn files(inputs: &Inputs) -> Result<Vec<PathBuf>, Stop> {
    if !inputs.configs.is_empty() {
        for path in &inputs.configs {
            if !path.is_file() {
                return Err(Stop::usage(format!("there is no configuration file `{}`", path.display())));
            }
        }
        return Ok(inputs.configs.clone());
    }
    let mut names = vec!["app-config.yaml".to_string(), "app-config.local.yaml".to_string()];
    if let Some(name) = inputs.environment.get("BACKSTAGE_ENV").filter(|name| !name.is_empty()) {
        names.push(format!("app-config.{name}.yaml"));
        names.push(format!("app-config.{name}.local.yaml"));
    }
    Ok(names.into_iter().map(|name| inputs.dir.join(name)).filter(|path| path.is_file()).collect())
}

/// A path as findings name it: relative to the portal's folder where it lies below it, else its file name. Paths of
/// this machine stay out of the output.
pub(super) fn shown(inputs: &Inputs, path: &Path) -> String {
    match path.strip_prefix(&inputs.dir) {
        Ok(relative) => relative.to_string_lossy().replace('\\', "/"),
        Err(_) => path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
    }
}

/// A file of its own, with the same substitutions; files that it names are relative to `base`. Keeps its text for excerpts.
/// `None` where it is no mapping, which is told.
pub(super) fn tree(
    text: &str,
    place: &Place,
    base: Option<&Path>,
    environment: &BTreeMap<String, String>,
    findings: &mut Vec<Finding>,
    texts: &mut BTreeMap<Arc<str>, String>,
) -> Option<Setting> {
    let parsed = yaml::parse_one(text);
    texts.insert(place.path.clone(), redact::redacted(text, parsed.as_ref().ok()));
    let node = match parsed {
        Ok(node) => node,
        Err(fault) => {
            let place = place.at(fault.span.line, fault.span.column, fault.span.length);
            findings.push(rules::config::syntax(place, &fault.message));
            return None;
        }
    };
    let folder = base.unwrap_or(Path::new("")).to_path_buf();
    let setting = Reader { environment, folder, place: place.clone(), findings, depth: 0 }.resolve(&node)?;
    if !matches!(setting.value, Value::Map(_)) {
        findings.push(rules::config::wrong_shape(setting.place.clone(), "the file", "a mapping", setting.describe()));
        return None;
    }
    Some(setting)
}

/// `APP_CONFIG_app_title=…` sets `app.title`; the value is JSON, or else text.
fn overlay_environment(inputs: &Inputs, merged: &mut Merged) {
    for (name, value) in &inputs.environment {
        let Some(path) = name.strip_prefix("APP_CONFIG_").filter(|path| !path.is_empty()) else {
            continue;
        };
        let place = Place::file("", format!("${name}"));
        let json = serde_json::from_str(value).unwrap_or_else(|_| serde_json::Value::String(value.clone()));
        let mut setting = from_node(&Node::from_json(&json, yaml::Span::default()), &place);
        for part in path.rsplit('_') {
            let key = Key { name: part.to_string(), place: place.clone(), setting };
            setting = Setting::new(Value::Map(vec![key]), place.clone());
        }
        merged.root.merge(setting);
    }
}

/// A node as a setting, word for word.
fn from_node(node: &Node, place: &Place) -> Setting {
    let at = place.at(node.span.line, node.span.column, node.span.length);
    let value = match &node.value {
        yaml::Value::Null => Value::Null,
        yaml::Value::Bool(value) => Value::Bool(*value),
        yaml::Value::Number(value) => Value::Number(*value),
        yaml::Value::Text(text) => Value::Text(text.clone()),
        yaml::Value::List(items) => Value::List(items.iter().map(|item| from_node(item, place)).collect()),
        yaml::Value::Map(entries) => Value::Map(
            entries
                .iter()
                .map(|entry| Key {
                    name: entry.key.clone(),
                    place: place.at(entry.key_span.line, entry.key_span.column, entry.key_span.length),
                    setting: from_node(&entry.value, place),
                })
                .collect(),
        ),
    };
    Setting::new(value, at)
}

/// Resolves `${…}`, `$env`, `$file` and `$include` in one file.
struct Reader<'a> {
    environment: &'a BTreeMap<String, String>,
    /// Folder that relative paths start from.
    folder: PathBuf,
    place: Place,
    findings: &'a mut Vec<Finding>,
    depth: usize,
}

impl Reader<'_> {
    /// `None` means undefined: the key or list item vanishes.
    fn resolve(&mut self, node: &Node) -> Option<Setting> {
        let at = self.place.at(node.span.line, node.span.column, node.span.length);
        let value = match &node.value {
            yaml::Value::Text(text) => Value::Text(substitute(text, self.environment)?),
            yaml::Value::List(items) => Value::List(items.iter().filter_map(|item| self.resolve(item)).collect()),
            yaml::Value::Map(entries) => {
                if let Some(entry) = entries.iter().find(|entry| is_transform(&entry.key)) {
                    if entries.len() > 1 {
                        self.findings.push(rules::config::transform_with_siblings(at, &entry.key));
                        return None;
                    }
                    return self.transform(entry, at);
                }
                let mut keys = Vec::with_capacity(entries.len());
                for entry in entries {
                    if let Some(setting) = self.resolve(&entry.value) {
                        let span = entry.key_span;
                        let place = self.place.at(span.line, span.column, span.length);
                        keys.push(Key { name: entry.key.clone(), place, setting });
                    }
                }
                Value::Map(keys)
            }
            _ => return Some(from_node(node, &self.place)),
        };
        Some(Setting::new(value, at))
    }

    fn transform(&mut self, entry: &yaml::Entry, at: Place) -> Option<Setting> {
        let Some(argument) = entry.value.text().and_then(|text| substitute(text, self.environment)) else {
            self.findings.push(rules::config::transform_argument(at, &entry.key));
            return None;
        };
        match entry.key.as_str() {
            "$env" => {
                let value = self.environment.get(argument.trim())?;
                Some(Setting::new(Value::Text(value.trim().to_string()), at))
            }
            "$file" => match std::fs::read_to_string(self.folder.join(&argument)) {
                Ok(text) => Some(Setting::new(Value::Text(text.trim_end().to_string()), at)),
                Err(error) => {
                    self.findings.push(rules::config::file_unreadable(at, &argument, &error.to_string()));
                    None
                }
            },
            _ => self.include(&argument, at),
        }
    }

    /// `$include: file.yaml#dot.path`
    fn include(&mut self, argument: &str, at: Place) -> Option<Setting> {
        let (file, path) = argument.split_once('#').unwrap_or((argument, ""));
        if self.depth >= MAX_INCLUDES {
            self.findings.push(rules::config::file_unreadable(at, file, "files include each other more than 10 deep"));
            return None;
        }
        let full = self.folder.join(file);
        let text = match std::fs::read_to_string(&full) {
            Ok(text) => text,
            Err(error) => {
                self.findings.push(rules::config::file_unreadable(at, file, &error.to_string()));
                return None;
            }
        };
        let node = match yaml::parse_one(&text) {
            Ok(node) => node,
            Err(fault) => {
                let message = format!("{file}:{}:{}: {}", fault.span.line, fault.span.column, fault.message);
                self.findings.push(rules::config::file_unreadable(at, file, &message));
                return None;
            }
        };
        let mut reader = Reader {
            environment: self.environment,
            folder: folder(&full),
            place: Place::file("", file),
            findings: self.findings,
            depth: self.depth + 1,
        };
        let mut setting = reader.resolve(&node)?;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            let found = setting.get(part).cloned();
            let Some(next) = found else {
                self.findings.push(rules::config::include_path_missing(at, file, path));
                return None;
            };
            setting = next;
        }
        Some(Setting { place: at, ..setting })
    }
}

fn is_transform(key: &str) -> bool {
    matches!(key, "$env" | "$file" | "$include")
}

/// Fills `${NAME}` and `${NAME:-fallback}`; `$${NAME}` stays as `${NAME}`. An unset name without a fallback makes the
/// whole value undefined.
fn substitute(text: &str, environment: &BTreeMap<String, String>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some(end) = rest[at..].find('}').map(|end| at + end) else {
            break;
        };
        let inner = &rest[at + 2..end];
        if inner.contains('{') {
            out.push_str(&rest[..at + 2]);
            rest = &rest[at + 2..];
            continue;
        }
        if rest[..at].ends_with('$') {
            out.push_str(&rest[..at - 1]);
            out.push_str(&rest[at..=end]);
        } else {
            out.push_str(&rest[..at]);
            let (name, fallback) = match inner.split_once(":-") {
                Some((name, fallback)) => (name.trim(), Some(fallback)),
                None => (inner.trim(), None),
            };
            let value = environment.get(name).map(|value| value.trim());
            let value = match fallback {
                Some(fallback) => {
                    value.filter(|value| !value.is_empty()).or(Some(fallback.trim())).filter(|v| !v.is_empty())
                }
                None => value,
            };
            out.push_str(value?);
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn substitution_follows_backstage() {
        let environment = BTreeMap::from([("A".to_string(), " one ".to_string()), ("E".to_string(), String::new())]);
        let cases = [
            ("x ${A} y", Some("x one y")),
            ("${ A }", Some("one")),
            ("${B}", None),
            ("${B:-two}", Some("two")),
            ("${E:-two}", Some("two")),
            ("${B:-}", None),
            ("$${A}", Some("${A}")),
            ("plain", Some("plain")),
            ("${unclosed", Some("${unclosed")),
        ];
        for (text, expected) in cases {
            assert_eq!(substitute(text, &environment).as_deref(), expected, "{text}");
        }
    }
}
