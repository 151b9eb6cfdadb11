//! `spec`: its fields by the table of its kind, its refs.

use super::check::{A_STRING, Check};
use super::kinds::{Field, Kind, RelationField, Shape};
use super::reference::EntityRef;
use super::relation::RelationType::DependencyOf;
use super::{
    Ref,
    accept::{Envelope, is_nothing},
};
use crate::diagnostics::rules;
use crate::yaml::{Node, Span, Value};
use std::borrow::Cow;

impl Check<'_> {
    /// The spec, where it is there and a mapping, checked field by field.
    pub(super) fn spec<'n>(&mut self, node: &'n Node, kind: &Kind) -> Option<&'n Node> {
        let Some(entry) = node.entry("spec") else {
            let place = self.at(node.span);
            let near = node.entries().iter().map(|entry| entry.key.as_str());
            self.push(rules::catalog::missing(place, "spec", "spec", near));
            return None;
        };
        let spec = &entry.value;
        if !spec.is_map() {
            return None;
        }
        if let Some(schema) = kind.schema {
            for fault in schema.faults(&spec.to_json()) {
                let place = self.at(at_pointer(spec, &fault.pointer).span);
                self.push(rules::catalog::spec(place, &fault.pointer, &fault.message));
            }
            return Some(spec);
        }
        let (fields, _) = kind.of_type(spec.get("type").and_then(Node::text));
        self.missing_fields(spec, entry.key_span, fields, "spec");
        self.fields(spec, fields, "spec");
        Some(spec)
    }

    /// Required fields that a mapping lacks, told at `span`.
    fn missing_fields(&mut self, map: &Node, span: Span, fields: &[Field], path: &str) {
        for field in fields.iter().filter(|field| field.required && map.get(field.name).is_none()) {
            let place = self.at(span);
            let near = map.entries().iter().map(|entry| entry.key.as_str());
            let near = near.filter(|key| !fields.iter().any(|field| field.name == *key));
            let path = format!("{path}.{}", field.name);
            self.push(rules::catalog::missing_field(place, &path, field.name, field.about, near));
        }
    }

    /// The fields of a mapping that are there.
    fn fields(&mut self, map: &Node, fields: &[Field], path: &str) {
        for field in fields {
            let Some(entry) = map.entry(field.name) else { continue };
            let path = format!("{path}.{}", field.name);
            if field.required && entry.value.is_null() {
                let place = self.at(entry.key_span);
                self.push(rules::catalog::required_but_null(place, &path));
            } else {
                self.shape(&entry.value, &field.shape, &path);
            }
        }
    }

    /// One value by its shape.
    pub(super) fn shape(&mut self, node: &Node, shape: &Shape, path: &str) {
        match (shape, &node.value) {
            (Shape::Text | Shape::ShortText(_), Value::Text(text)) if text.is_empty() => {
                let place = self.at(node.span);
                self.push(rules::catalog::empty(place, path));
            }
            (Shape::ShortText(most), Value::Text(text)) if text.encode_utf16().count() > *most => {
                let place = self.at(node.span);
                self.push(rules::catalog::spec(place, path, &format!("it is longer than {most} characters")));
            }
            (Shape::OneOf(words), Value::Text(text)) if !words.contains(&text.as_str()) => {
                let place = self.at(node.span);
                self.push(rules::catalog::one_of(place, path, text, words));
            }
            (
                Shape::Text | Shape::ShortText(_) | Shape::AnyText | Shape::OneOf(_) | Shape::TextOrBool,
                Value::Text(_),
            )
            | (Shape::TextOrBool, Value::Bool(_)) => {}
            (Shape::Map(fields) | Shape::MapOfTexts(fields), Value::Map(entries)) => {
                self.missing_fields(node, node.span, fields, path);
                self.fields(node, fields, path);
                if matches!(shape, Shape::MapOfTexts(_)) {
                    let known = |key: &str| fields.iter().any(|field| field.name == key);
                    for entry in entries.iter().filter(|entry| !known(&entry.key)) {
                        self.shape(&entry.value, &Shape::AnyText, &format!("{path}.{}", entry.key));
                    }
                }
            }
            (Shape::FilledList(_), Value::List(items)) if items.is_empty() => {
                let place = self.at(node.span);
                self.push(rules::catalog::empty(place, path));
            }
            (Shape::List(item) | Shape::FilledList(item) | Shape::OneOrMore(item), Value::List(items)) => {
                for (at, node) in items.iter().enumerate() {
                    self.shape(node, item, &format!("{path}[{at}]"));
                }
            }
            (Shape::OneOrMore(item), Value::Map(_)) => self.shape(node, item, path),
            (shape, _) => self.wrong(node, path, &expected(shape)),
        }
    }

    /// The refs of the relation fields, with the entity's namespace where a ref names none.
    pub(super) fn refs(
        &mut self,
        spec: Option<&Node>,
        (fields, rows): (&'static [Field], &'static [RelationField]),
        envelope: &Envelope,
    ) -> Vec<Ref> {
        let Some(spec) = spec else { return Vec::new() };
        let mut refs = Vec::new();
        for row in rows {
            let Some(node) = spec.get(row.field) else { continue };
            let is_list = matches!(node.value, Value::List(_));
            let wants_list = |field: &Field| field.name == row.field && matches!(field.shape, Shape::List(_));
            if !is_list && fields.iter().any(wants_list) {
                continue; // Its type is the fault, whatever it says.
            }
            let nodes = if is_list { node.items() } else { std::slice::from_ref(node) };
            for node in nodes {
                let Some(text) = written(node) else {
                    // The only field of refs that no schema looks at.
                    if row.relation == DependencyOf && (is_list || !is_nothing(node)) {
                        self.wrong(node, &format!("spec.{}[]", row.field), "an entity ref");
                    }
                    continue;
                };
                match EntityRef::parse(&text, row.default_kind, &envelope.namespace) {
                    Ok(target) => {
                        let (relation, field, span) = (row.relation, row.field, node.span);
                        refs.push(Ref { relation, field, target: target.canonical(), entity: None, span });
                    }
                    Err(why) => {
                        let place = self.at(node.span);
                        self.push(rules::catalog::bad_ref(place, row.field, &text, why));
                    }
                }
            }
        }
        refs
    }
}

/// The text of a ref: a string, or a mapping of its parts.
fn written(node: &Node) -> Option<Cow<'_, str>> {
    if let Some(text) = node.text() {
        return (!text.is_empty()).then_some(Cow::Borrowed(text));
    }
    let part = |key: &str| node.get(key).and_then(Node::text).filter(|text| !text.is_empty());
    let namespace = part("namespace").map_or_else(String::new, |namespace| format!("{namespace}/"));
    Some(Cow::Owned(format!("{}:{namespace}{}", part("kind")?, part("name")?)))
}

fn expected(shape: &Shape) -> String {
    match shape {
        Shape::Text | Shape::ShortText(_) | Shape::AnyText => A_STRING.to_string(),
        Shape::TextOrBool => "a string or a boolean".to_string(),
        Shape::OneOf(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "),
        Shape::Map(_) | Shape::MapOfTexts(_) => "a mapping".to_string(),
        Shape::List(item) | Shape::FilledList(item) => format!("a list of {}", plural(item)),
        Shape::OneOrMore(item) => format!("{} or a list of them", expected(item)),
    }
}

fn plural(shape: &Shape) -> &'static str {
    match shape {
        Shape::Map(_) | Shape::MapOfTexts(_) | Shape::OneOrMore(_) => "mappings",
        Shape::List(_) | Shape::FilledList(_) => "lists",
        _ => "strings",
    }
}

/// The value that a JSON pointer below `node` leads to, or the last value on the way there.
fn at_pointer<'n>(node: &'n Node, pointer: &str) -> &'n Node {
    let mut node = node;
    for part in pointer.split('/').skip(1) {
        let key = part.replace("~1", "/").replace("~0", "~");
        let next = match &node.value {
            Value::List(items) => key.parse::<usize>().ok().and_then(|at| items.get(at)),
            _ => node.get(&key),
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}
