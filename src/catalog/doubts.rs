//! What is odd about an entity that is accepted all the same: misspelt names, dates that are none, definitions that do
//! not parse.

use super::check::Check;
use super::kinds::Kind;
use super::metadata::METADATA;
use super::well_known::{self, ANNOTATIONS, DEPRECATED_ANNOTATIONS, SUNSET_ON};
use crate::diagnostics::rules;
use crate::diagnostics::suggestion::nearest;
use crate::yaml::{self, Node};

/// A longer definition is not parsed for this.
const LARGEST_DEFINITION: usize = 2 << 20;

impl Check<'_> {
    /// Fields and annotations that nothing reads, spelt almost like ones that are read.
    pub(super) fn spelling(&mut self, node: &Node, kind: &Kind) {
        if let Some(metadata) = node.get("metadata") {
            self.near(metadata, "metadata", METADATA.into_iter().map(|(name, _)| name));
            for entry in metadata.get("annotations").map_or(&[][..], Node::entries) {
                let key = entry.key.as_str();
                let place = self.at(entry.key_span);
                if let Some((_, instead)) = DEPRECATED_ANNOTATIONS.iter().find(|(name, _)| *name == key) {
                    self.push(rules::catalog::deprecated_annotation(place, key, instead));
                } else if let Some(meant) = misspelt_annotation(key) {
                    self.push(rules::catalog::misspelt_annotation(place, key, meant));
                }
            }
        }
        if kind.schema.is_none()
            && let Some(spec) = node.get("spec")
        {
            let (fields, relations) = kind.of_type(spec.get("type").and_then(Node::text));
            let known = fields.iter().map(|field| field.name).chain(relations.iter().map(|row| row.field));
            self.near(spec, "spec", known);
        }
    }

    fn near(&mut self, map: &Node, path: &str, known: impl Iterator<Item = &'static str> + Clone) {
        for entry in map.entries() {
            let key = entry.key.as_str();
            if known.clone().any(|name| name == key) {
                continue;
            }
            let free = known.clone().filter(|name| map.get(name).is_none());
            if let Some(meant) = nearest(key, free) {
                let place = self.at(entry.key_span);
                self.push(rules::catalog::misspelt_field(place, path, key, meant));
            }
        }
    }

    /// The day of an entity's end is one.
    pub(super) fn sunset(&mut self, node: &Node) {
        let annotations = node.get("metadata").and_then(|metadata| metadata.get("annotations"));
        if let Some(value) = annotations.and_then(|annotations| annotations.get(SUNSET_ON))
            && let Some(text) = value.text().filter(|text| !well_known::is_date(text))
        {
            let place = self.at(value.span);
            self.push(rules::catalog::invalid_sunset(place, SUNSET_ON, text));
        }
    }

    /// An API's definition is what its type says.
    pub(super) fn definition(&mut self, node: &Node, kind: &Kind) {
        if kind.id != "api" {
            return;
        }
        let Some(spec) = node.get("spec") else { return };
        let (Some(definition), Some(of_type)) = (spec.get("definition"), spec.get("type").and_then(Node::text)) else {
            return;
        };
        let Some(text) = definition.text() else { return };
        if let Err(why) = parses(of_type, text) {
            let place = self.at(definition.span);
            self.push(rules::catalog::invalid_definition(place, of_type, &why));
        }
    }
}

/// The annotation that a key almost spells. Case and separators count for nothing.
fn misspelt_annotation(key: &str) -> Option<&'static str> {
    let known = || ANNOTATIONS.iter().map(|annotation| annotation.name);
    if known().any(|name| name == key) {
        return None;
    }
    let bare = |text: &str| text.to_lowercase().replace(['-', '_'], "");
    let same = known().find(|name| bare(name) == bare(key));
    let (prefix, _) = key.split_once('/')?;
    // A key of the same owner that differs by a letter or two; short names differ by less.
    let siblings = known().filter(|name| name.split_once('/').is_some_and(|(other, _)| other == prefix));
    same.or_else(|| {
        let own = |name: &'static str| name.split_once('/').map_or(name, |(_, own)| own);
        let word = key.split_once('/').map_or(key, |(_, own)| own);
        let meant = nearest(word, siblings.clone().map(own))?;
        siblings.clone().find(|name| own(name) == meant)
    })
    .or_else(|| nearest(key, known()).filter(|name| own_part(name) == own_part(key)))
}

fn own_part(key: &str) -> &str {
    key.split_once('/').map_or(key, |(_, own)| own)
}

/// Whether a definition can be of its type at all. What it says in detail is not looked at here.
fn parses(of_type: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("it is empty".to_string());
    }
    let marks: &[&str] = match of_type {
        "openapi" => &["openapi", "swagger"],
        "asyncapi" => &["asyncapi"],
        _ => return Ok(()),
    };
    if text.len() > LARGEST_DEFINITION {
        return Ok(());
    }
    let is_json = text.trim_start().starts_with('{');
    let keys: Vec<String> = if is_json {
        let json: serde_json::Value = serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?;
        json.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
    } else {
        let node = yaml::parse_one(text).map_err(|fault| {
            format!("it is not YAML: {} (line {} of the definition)", fault.message, fault.span.line)
        })?;
        node.entries().iter().map(|entry| entry.key.clone()).collect()
    };
    if marks.iter().any(|mark| keys.iter().any(|key| key == mark)) {
        return Ok(());
    }
    Err(format!("it has no `{}` at its root", marks.join("` or `")))
}
