//! Kinds that the configuration declares: a JSON Schema for `spec`, and the fields that hold refs.

use super::{Kind, Kinds, RelationField};
use crate::catalog::relation::{DeclaredRelation, RelationType};
use crate::config::{DeclaredKind, DeclaredRelationField};
use crate::diagnostics::{Finding, rules};
use jsonschema::error::ValidationErrorKind;
use serde_json::Value as Json;

/// The compiled JSON Schema of a declared kind's `spec`.
pub struct SpecSchema {
    validator: jsonschema::Validator,
    pub json: Json,
}

impl std::fmt::Debug for SpecSchema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SpecSchema").field(&self.json).finish()
    }
}

/// A fault of a `spec`: a JSON pointer to the value, and what is wrong with it.
#[derive(Debug)]
pub struct SchemaFault {
    pub pointer: String,
    pub message: String,
}

impl SpecSchema {
    /// Every fault of `spec`, in the order of the schema.
    pub fn faults(&self, spec: &Json) -> Vec<SchemaFault> {
        self.validator
            .iter_errors(spec)
            .map(|error| SchemaFault { pointer: error.instance_path().to_string(), message: error.to_string() })
            .collect()
    }
}

/// A declaration as a kind. Kinds live as long as the program, since every entity points at its own; so a declared one
/// is leaked, once for each time the configuration is read.
pub(super) fn kind(declared: &DeclaredKind, known: &Kinds) -> Result<&'static Kind, Finding> {
    let wrong = |why: String| rules::config::bad_kind(declared.place.clone(), &declared.name, &why);
    if !crate::catalog::format::is_kind(&declared.name) {
        return Err(wrong("a kind's name is 1 to 63 letters and digits, a letter first".to_string()));
    }
    if known.by_id(&declared.name).is_some() {
        return Err(wrong("there is a kind of that name already".to_string()));
    }
    let schema = jsonschema::validator_for(&declared.schema).map_err(|error| match error.kind() {
        ValidationErrorKind::Referencing(_) => {
            wrong("`schema` refers to what is not in it, and nothing is fetched".to_string())
        }
        _ => wrong(format!("`schema` is not a JSON Schema: {error}")),
    })?;
    let relations =
        declared.relations.iter().map(relation).collect::<Result<Vec<_>, _>>().map_err(|why| wrong(why.to_string()))?;
    let keep = |text: &str| -> &'static str { Box::leak(text.to_string().into_boxed_str()) };
    let api_versions: Vec<&'static str> = declared.api_versions.iter().map(|version| keep(version)).collect();
    let kind = Kind {
        name: keep(&declared.name),
        plural: keep(&declared.plural),
        id: keep(&declared.name.to_lowercase()),
        glyph: "other",
        about: keep(&declared.description),
        api_versions: Box::leak(api_versions.into_boxed_slice()),
        fields: &[],
        relations: Box::leak(relations.into_boxed_slice()),
        variants: &[],
        schema: Some(Box::leak(Box::new(SpecSchema { validator: schema, json: declared.schema.clone() }))),
    };
    Ok(Box::leak(Box::new(kind)))
}

fn relation(declared: &DeclaredRelationField) -> Result<RelationField, String> {
    let keep = |text: &str| -> &'static str { Box::leak(text.to_string().into_boxed_str()) };
    let kinds: Vec<&'static str> = declared.kinds.iter().map(|kind| keep(kind)).collect();
    let kinds: &'static [&'static str] = Box::leak(kinds.into_boxed_slice());
    let relation = match (RelationType::named(&declared.relation), &declared.opposite) {
        (Some(built_in), None) => built_in,
        (Some(built_in), Some(opposite)) if built_in.opposite().name() == opposite => built_in,
        (Some(built_in), Some(_)) => {
            return Err(format!(
                "the opposite of `{}` is `{}`; leave `opposite` out",
                declared.relation,
                built_in.opposite().name()
            ));
        }
        (None, None) => {
            return Err(format!(
                "`{}` is no built-in relation, so it needs an `opposite`; built in are {}",
                declared.relation,
                RelationType::names().collect::<Vec<_>>().join(", ")
            ));
        }
        (None, Some(opposite)) => {
            let pair = DeclaredRelation {
                name: declared.relation.clone(),
                words: words(&declared.relation),
                opposite_name: opposite.clone(),
                opposite_words: words(opposite),
            };
            RelationType::Declared(Box::leak(Box::new(pair)))
        }
    };
    Ok(RelationField { field: keep(&declared.field), default_kind: kinds.first().copied(), kinds, relation })
}

/// `shownBy` as `Shown by`.
pub fn words(name: &str) -> String {
    let mut words = String::new();
    for (at, c) in name.chars().enumerate() {
        if at == 0 {
            words.extend(c.to_uppercase());
        } else if c.is_uppercase() {
            words.push(' ');
            words.extend(c.to_lowercase());
        } else {
            words.push(c);
        }
    }
    words
}
