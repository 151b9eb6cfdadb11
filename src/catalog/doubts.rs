//! What is odd about an entity that is accepted all the same: misspelt names, dates that are none, definitions that do
//! not parse.

use super::check::Check;
use super::kinds::{Kind, Shape};
use super::well_known::{self, ANNOTATIONS, DEPRECATED_ANNOTATIONS, SUNSET_ON};
use crate::diagnostics::rules;
use crate::diagnostics::suggestion::{edits, slip_of};
use crate::yaml::{self, Entry, Node};

/// A longer definition is not parsed for this.
const LARGEST_DEFINITION: usize = 2 << 20;

/// Fields of `metadata` that people write, with what they hold.
const FIELDS_OF_METADATA: [(&str, Option<Shape>); 8] = [
    ("name", Some(Shape::Text)),
    ("namespace", Some(Shape::Text)),
    ("title", Some(Shape::Text)),
    ("description", Some(Shape::AnyText)),
    ("labels", Some(Shape::Map(&[]))),
    ("annotations", Some(Shape::Map(&[]))),
    ("tags", Some(Shape::List(&Shape::Text))),
    ("links", Some(Shape::List(&Shape::Map(&[])))),
];

impl Check<'_> {
    /// Fields and annotations that nothing reads, spelt almost like ones that are read.
    pub(super) fn spelling(&mut self, node: &Node, kind: &Kind) {
        if let Some(metadata) = node.get("metadata") {
            // Servers write `uid` and `etag`, people do not: no key of theirs is meant to be one.
            let own = metadata.entries().iter().filter(|entry| !matches!(entry.key.as_str(), "uid" | "etag"));
            self.near(metadata, own, "metadata", &FIELDS_OF_METADATA);
            self.annotations(metadata.get("annotations"));
        }
        if kind.schema.is_none()
            && let Some(spec) = node.get("spec")
        {
            let (fields, relations) = kind.of_type(spec.get("type").and_then(Node::text));
            let listed = |name: &str| fields.iter().any(|field| field.name == name);
            let unlisted = relations.iter().filter(|row| !listed(row.field)).map(|row| (row.field, None));
            let known: Vec<_> = fields.iter().map(|field| (field.name, Some(field.shape))).chain(unlisted).collect();
            self.near(spec, spec.entries().iter(), "spec", &known);
        }
    }

    /// Keys of a mapping that are slips of known ones it lacks.
    fn near<'n>(
        &mut self,
        map: &Node,
        entries: impl Iterator<Item = &'n Entry>,
        path: &str,
        known: &[(&'static str, Option<Shape>)],
    ) {
        let mut offered = Vec::new();
        for Entry { key, key_span, value } in entries {
            if known.iter().any(|(name, _)| name == key) {
                continue;
            }
            // Ingestion adds `annotations` where a descriptor has none, at the place of the whole mapping.
            let is_free = |name: &str| map.entry(name).is_none_or(|entry| entry.key_span == map.span);
            let free = known.iter().filter(|(name, _)| is_free(name));
            let Some(meant) = slip_of(key, free.map(|(name, _)| *name)) else { continue };
            let shape = known.iter().find(|(name, _)| *name == meant).and_then(|(_, shape)| *shape);
            let fits = shape.is_none_or(|shape| self.fits(value, &shape)) && !offered.contains(&meant);
            offered.push(meant);
            let place = self.at(*key_span);
            self.push(match fits {
                true => rules::catalog::misspelt_field_to_fix(place, path, key, meant),
                false => rules::catalog::misspelt_field(place, path, key, meant),
            });
        }
    }

    fn fits(&self, node: &Node, shape: &Shape) -> bool {
        let mut check =
            Check { file: self.file, text: self.text, findings: Vec::new(), entity: None, included: Vec::new() };
        check.shape(node, shape, "");
        check.findings.is_empty()
    }

    fn annotations(&mut self, annotations: Option<&Node>) {
        let Some(annotations) = annotations else { return };
        let has = |name: &str| annotations.get(name).is_some();
        let mut offered = Vec::new();
        for Entry { key, key_span, .. } in annotations.entries() {
            let place = self.at(*key_span);
            if let Some((_, instead)) = DEPRECATED_ANNOTATIONS.iter().find(|(name, _)| name == key) {
                // Beside the new one it serves older programs.
                if !has(instead) {
                    self.push(rules::catalog::deprecated_annotation(place, key, instead));
                }
            } else if let Some(meant) = misspelt_annotation(key).filter(|meant| !has(meant)) {
                self.push(match offered.contains(&meant) {
                    false => rules::catalog::misspelt_annotation_to_fix(place, key, meant),
                    true => rules::catalog::misspelt_annotation(place, key, meant),
                });
                offered.push(meant);
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
    let (prefix, own) = key.split_once('/')?;
    let parts = || known().filter_map(|name| Some((name, name.split_once('/')?)));
    // A key under the same prefix, or the same key under a prefix that is a slip of the right one.
    let sibling = || {
        let siblings = || parts().filter(|(_, (other, _))| *other == prefix);
        let meant = slip_of(own, siblings().map(|(_, (_, own))| own))?;
        siblings().find(|(_, (_, own))| *own == meant).map(|(name, _)| name)
    };
    let elsewhere = || {
        let is_known = parts().any(|(_, (other, _))| other == prefix);
        let twin = |(_, (other, name)): &(&str, (&str, &str))| *name == own && is_near_prefix(prefix, other);
        parts().find(twin).map(|(name, _)| name).filter(|_| !is_known)
    };
    same.or_else(sibling).or_else(elsewhere)
}

/// `backstge.io` for `backstage.io`, or `backstage.com`. Other hosts of the same maker are nobody's slip:
/// `github.acme.com` is no `github.com`.
fn is_near_prefix(prefix: &str, known: &str) -> bool {
    let same_name = match (prefix.rsplit_once('.'), known.rsplit_once('.')) {
        (Some((name, _)), Some((other, _))) => name == other,
        _ => false,
    };
    same_name || edits(prefix, known) <= 1
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
