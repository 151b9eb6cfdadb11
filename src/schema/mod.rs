//! JSON Schemas (draft-07, which editors know) of descriptors and of the configuration.
//!
//! In: the tables of kinds and of keys. Out: JSON. There is no second list of fields here. What the schema of
//! descriptors refuses, callboard refuses too; it cannot say all that callboard looks at, such as where a ref leads.
//! Words beyond the standard (`patternErrorMessage`, `deprecationMessage`, `enumDescriptions`) are read by editors and
//! passed over by validators.

mod config;
mod descriptor;
#[cfg(test)]
mod tests;

use crate::catalog::Kinds;
use crate::catalog::format::Format;
use serde_json::{Value as Json, json};

/// What schemas are made from beside the tables.
#[derive(Debug, Clone, Copy)]
pub struct Portal<'a> {
    pub kinds: &'a Kinds,
    /// Lifecycles of the portal's own.
    pub lifecycles: &'a [String],
}

/// One schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Descriptors of any kind.
    Descriptor,
    /// Descriptors of one kind, by its place among the portal's.
    Kind(usize),
    /// app-config.yaml
    Config,
}

/// Every schema of a portal.
pub fn subjects(kinds: &Kinds) -> impl Iterator<Item = Subject> {
    let each = (0..kinds.iter().count()).map(Subject::Kind);
    [Subject::Descriptor].into_iter().chain(each).chain([Subject::Config])
}

impl Subject {
    /// `component.schema.json`
    pub fn file_name(self, kinds: &Kinds) -> String {
        let stem = match self {
            Subject::Descriptor => "catalog-info",
            Subject::Kind(at) => kinds.iter().nth(at).map_or("", |kind| kind.id),
            Subject::Config => "app-config",
        };
        format!("{stem}.schema.json")
    }

    /// The schema as text, with a line break at its end.
    pub fn text(self, portal: Portal<'_>) -> String {
        format!("{:#}\n", self.json(portal))
    }

    pub fn json(self, portal: Portal<'_>) -> Json {
        match self {
            Subject::Descriptor => descriptor::any(portal),
            Subject::Kind(at) => {
                portal.kinds.iter().nth(at).map_or(Json::Bool(true), |kind| descriptor::of(kind, portal))
            }
            Subject::Config => config::schema(),
        }
    }
}

const DRAFT: &str = "http://json-schema.org/draft-07/schema#";

/// A non-empty string.
fn text() -> Json {
    json!({ "type": "string", "minLength": 1 })
}

/// A string of a format.
fn formatted(format: Format) -> Json {
    let mut schema = json!({ "type": "string", "pattern": format.pattern });
    if let Some(most) = format.most {
        schema["maxLength"] = most.into();
    }
    schema["patternErrorMessage"] = message(format).into();
    schema
}

/// What an editor says where the pattern does not match.
fn message(format: Format) -> String {
    format!("This should be {}.", format.rule.replace('`', "\""))
}

fn list(items: Json) -> Json {
    json!({ "type": "array", "items": items })
}

fn reference(definition: &str) -> Json {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

/// The schema, or another one in its stead.
fn or(mut schema: Json, other: Json) -> Json {
    match schema.get_mut("anyOf").and_then(Json::as_array_mut) {
        Some(ways) => {
            ways.push(other);
            schema
        }
        None => json!({ "anyOf": [schema, other] }),
    }
}

/// The schema with a description, the first thing in it.
fn described(about: &str, schema: Json) -> Json {
    let mut described = json!({ "description": about });
    extend(&mut described, schema);
    described
}

/// Puts the words of one schema into another.
fn extend(schema: &mut Json, more: Json) {
    if let (Some(schema), Json::Object(more)) = (schema.as_object_mut(), more) {
        schema.extend(more);
    }
}
