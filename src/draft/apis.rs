//! API definitions among a folder's files. A definition is one that says so at its root and can be read.

use super::Api;
use super::readme;
use super::survey::Files;
use super::words::one_line;
use crate::catalog::format;
use crate::source::{file_name, parent};
use crate::yaml;
use serde_json::Value as Json;
use std::collections::HashSet;

/// Files that are looked into.
const MOST_READ: usize = 2000;
const MAX_FILE: u64 = 4 << 20;
/// APIs that are drafted; more of them would better be grouped by people.
const MOST: usize = 12;

/// Words of paths that tell nothing about an API.
const GENERIC: [&str; 28] = [
    "api",
    "apis",
    "openapi",
    "swagger",
    "asyncapi",
    "graphql",
    "grpc",
    "proto",
    "protos",
    "protobuf",
    "schema",
    "schemas",
    "spec",
    "specs",
    "specification",
    "docs",
    "doc",
    "src",
    "main",
    "resources",
    "static",
    "public",
    "index",
    "definition",
    "definitions",
    "contracts",
    "v1",
    "v2",
];

/// What the definitions are, and those that are left out, with the reason.
pub(super) fn of(files: &Files<'_>, component: &str) -> (Vec<Api>, Vec<(String, String)>) {
    let mut definitions: Vec<Definition> = Vec::new();
    let mut passed_over = Vec::new();
    let mut seen = HashSet::new();
    // What lies in a component of its own is that one's.
    let candidates = files.own.iter().copied().filter(|path| looks_like_one(path) && files.part_of(path).is_none());
    // YAML before JSON, so that of twins the one that people read is taken.
    let mut candidates: Vec<&str> = candidates.take(MOST_READ).collect();
    candidates.sort_by_key(|path| (path.matches('/').count(), path.ends_with(".json"), *path));
    for path in candidates {
        let Some(text) = files.text(path, MAX_FILE) else { continue };
        match read(path, &text) {
            Some(Ok(definition)) => {
                let twin = definition.title.as_ref().map(|title| (title.clone(), definition.version.clone()));
                if twin.is_none_or(|twin| seen.insert(twin)) {
                    definitions.push(definition);
                } else {
                    passed_over.push((path.to_string(), "another file defines the same API".to_string()));
                }
            }
            Some(Err(why)) => passed_over.push((path.to_string(), why)),
            None => {}
        }
    }
    let rest = definitions.len().saturating_sub(MOST);
    let more = definitions.split_off(definitions.len() - rest).into_iter();
    passed_over.extend(more.map(|left| (left.path, format!("there are more than {MOST} APIs"))));
    (named(definitions, component), passed_over)
}

struct Definition {
    path: String,
    r#type: &'static str,
    title: Option<String>,
    version: String,
    description: Option<String>,
}

fn looks_like_one(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(ending, "yaml" | "yml" | "json" | "graphql" | "graphqls" | "gql" | "proto")
}

/// The definition in a file; what speaks against one that looks like it.
fn read(path: &str, text: &str) -> Option<Result<Definition, String>> {
    let plain =
        |r#type| Definition { path: path.to_string(), r#type, title: None, version: String::new(), description: None };
    if path.ends_with(".proto") {
        let serves = text.lines().any(|line| line.trim_start().starts_with("service ") && !line.contains(';'));
        return serves.then(|| Ok(plain("grpc")));
    }
    if !(path.ends_with(".yaml") || path.ends_with(".yml") || path.ends_with(".json")) {
        let mut lines = text.lines().map(str::trim_start);
        let serves = lines.any(|line| {
            ["type Query", "type Mutation", "schema {", "schema{"].iter().any(|start| line.starts_with(start))
        });
        return serves.then(|| Ok(plain("graphql")));
    }
    let root = if path.ends_with(".json") {
        if !["\"openapi\"", "\"swagger\"", "\"asyncapi\""].iter().any(|key| text.contains(key)) {
            return None;
        }
        serde_json::from_str(text).ok()?
    } else {
        const FIRST_LINES: usize = 400;
        if !text.lines().take(FIRST_LINES).any(|line| marks().any(|(key, _)| key_of(line) == Some(key))) {
            return None;
        }
        match yaml::parse_one(text) {
            Ok(node) => node.to_json(),
            Err(fault) => return Some(Err(format!("line {}: {}", fault.span.line, fault.message))),
        }
    };
    let (_, r#type) = marks().find(|(key, _)| is_version(&root[*key]))?;
    let info = &root["info"];
    let word = |key: &str| info[key].as_str().map(one_line).filter(|text| !text.is_empty() && !text.contains("${"));
    Some(Ok(Definition {
        title: word("title"),
        version: format!("{type} {}", info["version"]),
        description: info["description"].as_str().and_then(readme::paragraph),
        ..plain(r#type)
    }))
}

/// Keys that stand at the root of a definition, and its type.
fn marks() -> impl Iterator<Item = (&'static str, &'static str)> {
    [("openapi", "openapi"), ("swagger", "openapi"), ("asyncapi", "asyncapi")].into_iter()
}

/// The key of a line that is not indented.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(':')?;
    Some(key.trim_matches(['"', '\'']))
}

/// `3.1.0`, as a string or a number; settings of the same name hold mappings.
fn is_version(value: &Json) -> bool {
    match value {
        Json::String(text) => text.starts_with(|c: char| c.is_ascii_digit()),
        Json::Number(_) => true,
        _ => false,
    }
}

/// Names for the definitions: the component's own, with a word that tells them apart.
fn named(definitions: Vec<Definition>, component: &str) -> Vec<Api> {
    let mut taken = HashSet::new();
    let mut apis = Vec::new();
    for definition in definitions {
        let wanted = name(&definition, component);
        let mut name = wanted.clone();
        for number in 2.. {
            if taken.insert(name.to_lowercase()) {
                break;
            }
            let short: String = wanted.chars().take(59).collect();
            name = format!("{}-{number}", short.trim_end_matches(['-', '_', '.']));
        }
        let Definition { path, r#type, title, description, .. } = definition;
        let title = title.filter(|title| *title != name);
        apis.push(Api { name, title, description, r#type, path });
    }
    apis
}

fn name(definition: &Definition, component: &str) -> String {
    let file = file_name(&definition.path);
    let stem = file.split('.').next().unwrap_or_default();
    let is_generic = |word: &str| {
        let word = word.to_lowercase();
        word.split(['-', '_']).all(|part| part.is_empty() || GENERIC.contains(&part))
    };
    let folders = parent(&definition.path).rsplit('/');
    let telling = [stem].into_iter().chain(folders).find(|word| !word.is_empty() && !is_generic(word));
    let fallback = match definition.r#type {
        "openapi" => "api",
        "asyncapi" => "events",
        other => other,
    };
    let word = match telling {
        // The file says nothing that the component's name does not say.
        Some(word) if !word.eq_ignore_ascii_case(component) => word,
        _ => fallback,
    };
    let word = format::as_name(&word.to_lowercase().replace('_', "-")).unwrap_or_else(|| fallback.to_string());
    let whole = match word.contains(&component.to_lowercase()) {
        true => word,
        false => format!("{component}-{word}"),
    };
    format::as_name(&whole).unwrap_or_else(|| fallback.to_string())
}
