//! Package manifests: what a folder's package is called and what it says about itself.

use super::words::one_line;
use crate::source::Repo;
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event;
use serde_json::Value as Json;

/// What is read of a manifest.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Manifest {
    /// Its file's name.
    pub(super) file: &'static str,
    /// Without scope, group or host.
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
}

const MAX_FILE: u64 = 1 << 20;

/// Reads the text of a manifest.
type Read = fn(&str) -> Manifest;

/// Manifests in the order in which they are asked.
const READERS: [(&str, Read); 8] = [
    ("package.json", json),
    ("Cargo.toml", |text| toml(text, &["package"])),
    ("pyproject.toml", |text| toml(text, &["project", "tool.poetry"])),
    ("go.mod", go),
    ("pom.xml", pom),
    ("settings.gradle", gradle),
    ("settings.gradle.kts", gradle),
    ("composer.json", json),
];

/// Files that make a folder a package or a program of its own.
pub(super) const MARKS: [&str; 14] = [
    "package.json",
    "Cargo.toml",
    "pyproject.toml",
    "setup.py",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "Gemfile",
    "mix.exs",
    "pubspec.yaml",
    "Dockerfile",
    "Containerfile",
];

/// The manifests of a folder, read.
pub(super) fn manifests(repo: &Repo, prefix: &str) -> Vec<Manifest> {
    let read = |(file, reader): &(&'static str, Read)| {
        let text = repo.text(&format!("{prefix}{file}"), MAX_FILE).ok()?;
        Some(Manifest { file, ..reader(&text) })
    };
    READERS.iter().filter_map(read).collect()
}

/// A JSON manifest of a folder.
pub(super) fn package(repo: &Repo, path: &str) -> Option<Json> {
    serde_json::from_str(&repo.text(path, MAX_FILE).ok()?).ok()
}

fn json(text: &str) -> Manifest {
    let Ok(json) = serde_json::from_str::<Json>(text) else { return Manifest::default() };
    let text = |key: &str| json[key].as_str().map(one_line);
    made(text("name"), text("description"))
}

fn go(text: &str) -> Manifest {
    let module = text.lines().find_map(|line| line.trim().strip_prefix("module "));
    let module = module.and_then(|module| module.split_whitespace().next()).unwrap_or_default().trim_matches('"');
    let mut parts: Vec<&str> = module.split('/').collect();
    // The last part of a later major version is that version.
    if parts.len() > 1 && parts.last().is_some_and(|part| is_version(part)) {
        parts.pop();
    }
    made(parts.last().map(|part| part.to_string()), None)
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The strings `name` and `description` of the first of some tables.
fn toml(text: &str, tables: &[&str]) -> Manifest {
    tables
        .iter()
        .map(|table| made(toml_string(text, table, "name"), toml_string(text, table, "description")))
        .find(|manifest| manifest.name.is_some())
        .unwrap_or_default()
}

/// A string of one line. The few keys that are read here are not written in any other way.
fn toml_string(text: &str, table: &str, key: &str) -> Option<String> {
    let header = format!("[{table}]");
    let lines = text.lines().map(str::trim).skip_while(|line| *line != header).skip(1);
    for line in lines.take_while(|line| !line.starts_with('[')) {
        let Some((found, value)) = line.split_once('=') else { continue };
        if found.trim() != key {
            continue;
        }
        let value = value.trim();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let mut out = String::new();
        let mut inside = value.chars().skip(1);
        while let Some(c) = inside.next() {
            match c {
                '\\' if quote == '"' => out.extend(inside.next().filter(|c| matches!(c, '"' | '\\'))),
                c if c == quote => return Some(out),
                c => out.push(c),
            }
        }
        return None;
    }
    None
}

fn pom(text: &str) -> Manifest {
    let mut reader = Reader::from_str(text);
    let mut path: Vec<String> = Vec::new();
    let (mut name, mut description) = (String::new(), String::new());
    loop {
        let piece = match reader.read_event() {
            Ok(Event::Start(start)) => {
                path.push(start.local_name().as_ref().to_string());
                continue;
            }
            Ok(Event::End(_)) => {
                path.pop();
                continue;
            }
            Ok(Event::Text(text)) => text.to_string(),
            Ok(Event::GeneralRef(name)) => resolve_predefined_entity(&name).unwrap_or(" ").to_string(),
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => continue,
        };
        match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["project", "artifactId"] => name.push_str(&piece),
            ["project", "description"] => description.push_str(&piece),
            _ => {}
        }
    }
    made(Some(one_line(&name)), Some(one_line(&description)))
}

fn gradle(text: &str) -> Manifest {
    let line = text.lines().find_map(|line| line.trim().strip_prefix("rootProject.name"));
    let name = line.and_then(|line| line.split(['"', '\'']).nth(1)).map(str::to_string);
    made(name, None)
}

fn made(name: Option<String>, description: Option<String>) -> Manifest {
    let own = |name: String| name.rsplit('/').next().unwrap_or_default().to_string();
    let useful = |text: &String| !text.is_empty() && !text.contains("${");
    Manifest { file: "", name: name.map(own).filter(useful), description: description.filter(useful) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_manifest_says_name_and_description() {
        let cases: [(Read, &str, Option<&str>, Option<&str>); 8] = [
            (json, r#"{"name": "@acme/shop", "description": "Sells\nthings"}"#, Some("shop"), Some("Sells things")),
            (json, "{ broken", None, None),
            (
                |text| toml(text, &["package"]),
                "[workspace]\nname = \"w\"\n[package]\nname = \"shop\" # x\ndescription = 'It \"sells\"'\n[x]\nname = \"y\"",
                Some("shop"),
                Some("It \"sells\""),
            ),
            (
                |text| toml(text, &["project", "tool.poetry"]),
                "[tool.poetry]\nname = \"shop\"\ndescription = \"a \\\"b\\\"\"",
                Some("shop"),
                Some("a \"b\""),
            ),
            (go, "// x\nmodule github.com/acme/shop/v2 // y\n\ngo 1.22\n", Some("shop"), None),
            (go, "module shop", Some("shop"), None),
            (
                pom,
                "<project><parent><artifactId>p</artifactId></parent><artifactId>shop</artifactId><description>Sells\n things &amp; more</description><name>${x}</name></project>",
                Some("shop"),
                Some("Sells things & more"),
            ),
            (gradle, "rootProject.name = 'shop'\n", Some("shop"), None),
        ];
        for (reader, text, name, description) in cases {
            let read = reader(text);
            assert_eq!((read.name.as_deref(), read.description.as_deref()), (name, description), "{text}");
        }
    }
}
