//! Descriptors: the envelope, and the fields of each kind by its table.

use super::{DRAFT, Portal, described, formatted, list, message, or, reference, text};
use crate::catalog::format::{self, Format};
use crate::catalog::kinds::{Field, RelationField, Shape};
use crate::catalog::well_known::{ANNOTATIONS, DEPRECATED_ANNOTATIONS};
use crate::catalog::{Kind, LINK, METADATA, REF, REF_WITH_KIND};
use serde_json::{Map, Value as Json, json};

/// A descriptor of any kind.
pub(super) fn any(portal: Portal<'_>) -> Json {
    let mut versions: Vec<&str> = Vec::new();
    for version in portal.kinds.iter().flat_map(|kind| kind.api_versions) {
        if !versions.contains(version) {
            versions.push(version);
        }
    }
    let names: Vec<&str> = portal.kinds.iter().map(|kind| kind.name).collect();
    let abouts: Vec<&str> = portal.kinds.iter().map(|kind| kind.about).collect();
    let mut schema = envelope(
        "A descriptor of Backstage's catalog",
        "One entity: a component, an API, a group or another. A file may hold many, with `---` between them.",
        json!({ "enum": names, "enumDescriptions": abouts }),
        &versions,
    );
    schema["properties"]["spec"] = json!({ "description": "What the entity is, by its kind.", "type": "object" });
    let of_kind = |kind: &Kind| {
        json!({
            "if": { "properties": { "kind": { "const": kind.name } }, "required": ["kind"] },
            "then": reference(kind.name),
        })
    };
    schema["allOf"] = portal.kinds.iter().map(of_kind).collect();
    for kind in portal.kinds.iter() {
        let pointer = format!("#/definitions/{}/properties/spec", kind.name);
        schema["definitions"][kind.name] = json!({
            "description": kind.about,
            "properties": { "apiVersion": { "enum": kind.api_versions }, "spec": spec(kind, portal, &pointer) },
        });
    }
    schema
}

/// A descriptor of one kind.
pub(super) fn of(kind: &Kind, portal: Portal<'_>) -> Json {
    let mut schema = envelope(kind.name, kind.about, json!({ "const": kind.name }), kind.api_versions);
    schema["properties"]["spec"] = spec(kind, portal, "#/properties/spec");
    schema
}

/// All but the `spec`.
fn envelope(title: &str, about: &str, kind: Json, versions: &[&str]) -> Json {
    json!({
        "$schema": DRAFT,
        "title": title,
        "description": about,
        "type": "object",
        "properties": {
            "apiVersion": { "description": "The version of the kind's format.", "enum": versions },
            "kind": described("What sort of entity it is; case counts.", kind),
            "metadata": reference("metadata"),
            "spec": {},
        },
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "additionalProperties": false,
        "definitions": {
            "metadata": metadata(),
            "placeholder": placeholder(),
        },
    })
}

/// A value that stands in another file.
fn placeholder() -> Json {
    let from = |what: &str| json!({ "description": format!("{what}, by its path from this file."), "type": "string" });
    json!({
        "description": "A value that stands in another file of the same repository.",
        "type": "object",
        "properties": {
            "$text": from("The text of a file"),
            "$json": from("The content of a JSON file"),
            "$yaml": from("The content of a YAML file"),
        },
        "additionalProperties": false,
        "minProperties": 1,
        "maxProperties": 1,
    })
}

/// The schema, or a placeholder in its stead.
fn or_placeholder(schema: Json) -> Json {
    or(schema, reference("placeholder"))
}

fn metadata() -> Json {
    let field = |(name, about): (&str, &str)| {
        let schema = match name {
            // Read before placeholders are filled in.
            "name" => formatted(format::NAME),
            "namespace" => formatted(format::NAMESPACE),
            "description" => or_placeholder(json!({ "type": "string" })),
            "labels" => or_placeholder(pairs(Map::new(), formatted(format::LABEL_VALUE), json!("object"))),
            "annotations" => {
                or_placeholder(pairs(annotations(), json!({ "type": "string" }), json!(["object", "null"])))
            }
            "tags" => or_placeholder(list(or_placeholder(formatted(format::TAG)))),
            "links" => or_placeholder(list(or_placeholder(link()))),
            _ => or_placeholder(text()),
        };
        (name.to_string(), described(about, schema))
    };
    json!({
        "description": "What every entity has: a name, and what people and tools want to know of it.",
        "type": "object",
        "properties": METADATA.into_iter().map(field).collect::<Map<_, _>>(),
        "required": ["name"],
    })
}

/// A mapping of keys to strings. `known` says what some of them are.
fn pairs(known: Map<String, Json>, value: Json, r#type: Json) -> Json {
    let mut schema = json!({
        "type": r#type,
        "patternProperties": { "": or_placeholder(value) },
        "propertyNames": { "pattern": format::KEY.pattern, "patternErrorMessage": message(format::KEY) },
    });
    if !known.is_empty() {
        schema["properties"] = Json::Object(known);
    }
    schema
}

fn annotations() -> Map<String, Json> {
    let known = ANNOTATIONS.iter().map(|known| (known.name.to_string(), json!({ "description": known.about })));
    let deprecated = DEPRECATED_ANNOTATIONS.iter().map(|(name, instead)| {
        let said = format!("Nothing reads this any more; use {}.", instead.replace('`', "\""));
        (name.to_string(), json!({ "deprecationMessage": said, "doNotSuggest": true }))
    });
    known.chain(deprecated).collect()
}

fn link() -> Json {
    let field = |(name, about): (&str, &str)| {
        let schema = match name {
            "url" => formatted(format::URL),
            "type" => text(),
            _ => formatted(format::NOT_BLANK),
        };
        (name.to_string(), described(about, or_placeholder(schema)))
    };
    json!({
        "type": "object",
        "properties": LINK.into_iter().map(field).collect::<Map<_, _>>(),
        "required": ["url"],
    })
}

/// The `spec` of a kind, which stands at a pointer of its schema.
fn spec(kind: &Kind, portal: Portal<'_>, pointer: &str) -> Json {
    let schema = match kind.schema {
        Some(schema) => declared(&schema.json, kind.relations, &format!("{pointer}/anyOf/0/allOf/0")),
        None => of_types(kind, portal),
    };
    described(kind.about, or_placeholder(schema))
}

/// Fields by `spec.type`, where a kind has types with fields of their own.
fn of_types(kind: &Kind, portal: Portal<'_>) -> Json {
    let own = fields(kind.fields, kind.relations, portal);
    kind.variants.iter().rev().fold(own, |otherwise, variant| {
        json!({
            "type": "object",
            "if": { "properties": { "type": { "const": variant.of_type } }, "required": ["type"] },
            "then": fields(variant.fields, variant.relations, portal),
            "else": otherwise,
        })
    })
}

fn fields(fields: &[Field], relations: &[RelationField], portal: Portal<'_>) -> Json {
    let mut schema = mapping(fields, &|field| property(field, relations, portal));
    let unlisted = relations.iter().filter(|row| fields.iter().all(|field| field.name != row.field));
    for row in unlisted {
        // Backstage looks at the refs in such a field, but at nothing else.
        let item = formatted(ref_format(row));
        let values = json!([
            { "type": ["string", "null"], "pattern": or_empty(ref_format(row)) },
            list(or_placeholder(item)),
            reference("placeholder"),
        ]);
        let about = format!("Gives the relation `{}`. {}", row.relation.name(), meant_for(row));
        schema["properties"][row.field] = described(&about, json!({ "anyOf": values }));
    }
    schema
}

fn property(field: &Field, relations: &[RelationField], portal: Portal<'_>) -> Json {
    let row = relations.iter().find(|row| row.field == field.name);
    let about = match row {
        Some(row) => format!("{} {}", field.about, meant_for(row)),
        None => field.about.to_string(),
    };
    let mut value = shape(&field.shape, row);
    let own = portal.lifecycles.iter().map(String::as_str).filter(|_| field.name == "lifecycle");
    let examples: Vec<&str> = field.examples.iter().copied().chain(own).collect();
    if !examples.is_empty() {
        value["examples"] = json!(examples);
    }
    described(&about, or_placeholder(value))
}

/// A mapping; further fields are allowed.
fn mapping(fields: &[Field], property: &dyn Fn(&Field) -> Json) -> Json {
    let mut schema = json!({ "type": "object" });
    if !fields.is_empty() {
        schema["properties"] = fields.iter().map(|field| (field.name.to_string(), property(field))).collect();
    }
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// What a field holds. The strings of a relation's field are refs.
fn shape(of: &Shape, row: Option<&RelationField>) -> Json {
    let nested = |fields: &[Field]| {
        mapping(fields, &|field| {
            let mut value = shape(&field.shape, None);
            if !field.examples.is_empty() {
                value["examples"] = json!(field.examples);
            }
            described(field.about, or_placeholder(value))
        })
    };
    match of {
        Shape::Text => row.map_or_else(text, |row| formatted(ref_format(row))),
        Shape::ShortText(most) => json!({ "type": "string", "minLength": 1, "maxLength": most }),
        Shape::AnyText => json!({ "type": "string" }),
        Shape::TextOrBool => json!({ "type": ["string", "boolean"] }),
        Shape::OneOf(words) => json!({ "enum": words }),
        Shape::Map(fields) => nested(fields),
        Shape::MapOfTexts(fields) => {
            let mut schema = nested(fields);
            schema["additionalProperties"] = or_placeholder(json!({ "type": "string" }));
            schema
        }
        Shape::List(item) => list(or_placeholder(shape(item, row))),
        Shape::FilledList(item) => {
            let mut schema = list(or_placeholder(shape(item, row)));
            schema["minItems"] = 1.into();
            schema
        }
        Shape::OneOrMore(item) => {
            json!({ "anyOf": [shape(item, row), list(or_placeholder(shape(item, row)))] })
        }
    }
}

fn ref_format(row: &RelationField) -> Format {
    if row.default_kind.is_some() { REF } else { REF_WITH_KIND }
}

/// The pattern of a ref, or nothing at all.
fn or_empty(format: Format) -> String {
    format!("^$|{}", format.pattern)
}

/// Which kinds a field of refs is meant for, in a sentence.
fn meant_for(row: &RelationField) -> String {
    let kinds = row.kinds.join(" or ");
    match (row.default_kind, row.kinds) {
        (None, []) => "A ref to an entity of any kind, such as `component:orders`.".to_string(),
        (None, _) => format!("A ref to {kinds}, with its kind."),
        (Some(_), [_]) => format!("A ref to {kinds}; its kind may be left out."),
        (Some(default), _) => format!("A ref to {kinds}; one that names no kind means {default}."),
    }
}

/// The schema that a kind was declared with, put at a pointer, with its fields of refs beside it.
fn declared(schema: &Json, relations: &[RelationField], pointer: &str) -> Json {
    let refs = relations.iter().map(|row| {
        let pattern = or_empty(ref_format(row));
        let refs = json!({ "pattern": pattern, "patternErrorMessage": message(ref_format(row)) });
        let about = format!("Gives the relation `{}`. {}", row.relation.name(), meant_for(row));
        let mut schema = described(&about, refs.clone());
        schema["items"] = refs;
        (row.field.to_string(), schema)
    });
    let mut own = schema.clone();
    if let Some(own) = own.as_object_mut() {
        own.remove("$schema");
    }
    // With an address of its own, its refs start from there; without one, from the root of what it stands in.
    if own.get("$id").is_none() {
        reroot(&mut own, pointer);
    }
    json!({ "type": "object", "allOf": [own, { "properties": refs.collect::<Map<_, _>>() }] })
}

/// Lets refs to parts of a schema find them where the schema stands now.
fn reroot(schema: &mut Json, pointer: &str) {
    match schema {
        Json::Object(map) => {
            for (key, value) in map {
                match value {
                    Json::String(target) if key == "$ref" => {
                        if let Some(rest) =
                            target.strip_prefix('#').filter(|rest| rest.is_empty() || rest.starts_with('/'))
                        {
                            *target = format!("{pointer}{rest}");
                        }
                    }
                    value => reroot(value, pointer),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| reroot(item, pointer)),
        _ => {}
    }
}
