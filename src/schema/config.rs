//! The configuration, by the table of its keys.

use super::{DRAFT, described, list, or, reference};
use crate::catalog::{Kinds, RelationType};
use crate::config::{CHECKS, KEYS, KeyShape as Shape, KnownKey};
use crate::diagnostics::{Rule, rules};
use serde_json::{Map, Value as Json, json};

/// A string that holds a value from the environment.
const SUBSTITUTION: &str = "\\$\\{";

pub(super) fn schema() -> Json {
    let kinds = &Kinds::built_in();
    let mut schema = json!({
        "$schema": DRAFT,
        "title": "Configuration of a portal",
        "description": "Backstage's app-config.yaml. Keys that only a Backstage server can use may stay.",
    });
    super::extend(&mut schema, mapping(KEYS, kinds, true));
    schema["definitions"] = json!({ "outside": outside(), "severity": severity() });
    schema
}

/// A value that the configuration takes from elsewhere.
fn outside() -> Json {
    let from = |about: &str| json!({ "description": about, "type": "string" });
    json!({
        "description": "A value from elsewhere.",
        "type": "object",
        "properties": {
            "$env": from("The name of an environment variable."),
            "$file": from("A file whose text is taken, without the white space at its end; relative to this file."),
            "$include": from("A YAML or JSON file whose content is taken; with `#a.b`, only the part under that key."),
        },
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    })
}

fn mapping(keys: &[KnownKey], kinds: &Kinds, open: bool) -> Json {
    let property = |key: &KnownKey| {
        let mut value = shape(&key.shape, kinds);
        // A key without a value is as if it were not there.
        if !key.required && !matches!(key.shape, Shape::JsonSchema) {
            allow_null(&mut value);
        }
        (key.name.to_string(), described(key.about, or_outside(value)))
    };
    let mut schema = json!({ "type": "object", "properties": keys.iter().map(property).collect::<Map<_, _>>() });
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if !open {
        schema["additionalProperties"] = false.into();
    }
    schema
}

fn allow_null(schema: &mut Json) {
    if let Some(r#type) = schema.get("type").cloned() {
        schema["type"] = json!([r#type, "null"]);
    } else if let Some(ways) = schema.get_mut("anyOf").and_then(Json::as_array_mut) {
        ways.push(json!({ "type": "null" }));
    }
}

fn or_outside(schema: Json) -> Json {
    or(schema, reference("outside"))
}

fn shape(of: &Shape, kinds: &Kinds) -> Json {
    match of {
        Shape::Text => json!({ "type": "string" }),
        Shape::Name => json!({ "anyOf": [{ "type": "string" }, { "type": "number" }] }),
        Shape::Switch => json!({ "anyOf": [{ "type": "boolean" }, { "type": "string", "pattern": SUBSTITUTION }] }),
        Shape::WebAddress => json!({
            "type": "string",
            "pattern": format!("^\\s*[hH][tT][tT][pP][sS]?:|{SUBSTITUTION}"),
            "patternErrorMessage": "This should be an http or https address.",
        }),
        Shape::OneOf(words) => {
            json!({ "anyOf": [{ "enum": words }, { "type": "string", "pattern": SUBSTITUTION }] })
        }
        Shape::KindName => {
            json!({ "type": "string", "examples": kinds.iter().map(|kind| kind.name).collect::<Vec<_>>() })
        }
        Shape::Check => json!({
            "anyOf": [{ "enum": CHECKS }, { "type": "string", "pattern": format!("^[a-z0-9-]+/|{SUBSTITUTION}") }],
        }),
        Shape::Relation => json!({ "type": "string", "examples": RelationType::names().collect::<Vec<_>>() }),
        Shape::Severities => severities(),
        Shape::Synonyms => json!({
            "type": "object",
            "additionalProperties": {
                "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }],
            },
        }),
        Shape::Days => json!({
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                { "const": "off" },
                { "type": "string", "pattern": SUBSTITUTION },
            ],
        }),
        Shape::Count(most) => json!({
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": most },
                { "type": "string", "pattern": SUBSTITUTION },
            ],
        }),
        Shape::Anything(_) => json!({}),
        Shape::JsonSchema => json!({ "type": "object" }),
        Shape::Backstage(keys) => mapping(keys, kinds, true),
        Shape::Ours(keys) => mapping(keys, kinds, false),
        Shape::List(item) => list(or_outside(shape(item, kinds))),
        Shape::Filled(item) => {
            let mut schema = list(or_outside(shape(item, kinds)));
            schema["minItems"] = 1.into();
            schema
        }
        Shape::Named(keys) => named(mapping(keys, kinds, true)),
        Shape::OneOrNamed(keys) => {
            json!({ "anyOf": [mapping(keys, kinds, true), named(mapping(keys, kinds, true))] })
        }
        Shape::OneOrList(keys) => {
            json!({ "anyOf": [mapping(keys, kinds, true), list(or_outside(mapping(keys, kinds, true)))] })
        }
        Shape::Frequency => json!({ "anyOf": [{ "type": "string" }, { "type": "object" }] }),
        Shape::TextOr(other) => {
            let mut text = json!({ "type": "string" });
            // The kinds that a rule lets in are mostly written as words.
            if let Shape::Backstage([KnownKey { shape: Shape::KindName, .. }, ..]) = other {
                text = shape(&Shape::KindName, kinds);
            }
            json!({ "anyOf": [text, shape(other, kinds)] })
        }
    }
}

fn named(one: Json) -> Json {
    json!({ "type": "object", "additionalProperties": or_outside(one) })
}

fn severities() -> Json {
    let row = |rule: &'static Rule| {
        let about = format!("{} {}", rule.summary, rule.why);
        (rule.name.to_string(), described(&about, json!({ "allOf": [reference("severity")] })))
    };
    json!({
        "type": "object",
        "properties": rules::all().map(row).collect::<Map<_, _>>(),
        "additionalProperties": false,
    })
}

fn severity() -> Json {
    json!({
        "anyOf": [
            { "enum": ["error", "warning", "info", "off", false] },
            { "type": "string", "pattern": SUBSTITUTION },
            reference("outside"),
        ],
    })
}
