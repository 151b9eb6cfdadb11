//! One document into one entity, by Backstage's rules: envelope, placeholders, formats, the kind's schema, refs.

use super::kinds::{Field, KINDS, Kind, Shape};
use super::reference::{self, EntityRef};
use super::relation::RelationType::{DependencyOf, OwnedBy};
use super::{Entity, RawDocument, Ref, Written, format, placeholder};
use crate::diagnostics::{Finding, Place, rules};
use crate::source::RepoId;
use crate::yaml::{Entry, Node, Span, Value};
use std::collections::{BTreeMap, HashMap};

/// What a document stands in.
pub struct Context<'a> {
    pub repo: RepoId,
    /// The descriptor file.
    pub file: &'a Place,
    /// Text of another file, by a target relative to the descriptor. The error says why there is none.
    pub read: &'a (dyn Fn(&str) -> Result<String, String> + Sync),
    /// Annotations that ingestion sets: always, and only where the descriptor has none.
    pub set: &'a [(&'static str, String)],
    pub default: &'a [(&'static str, String)],
}

const ROOT_KEYS: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];

/// Accepts a document, or says everything that is wrong with it.
pub fn accept(document: RawDocument, context: &Context<'_>) -> Result<Entity, Vec<Finding>> {
    let RawDocument { mut node, first_line, last_line } = document;
    let mut check = Check { file: context.file, findings: Vec::new(), entity: None };
    let Some(envelope) = check.envelope(&node) else { return Err(check.findings) };
    check.entity = Some(reference::canonical(&envelope.kind_name, &envelope.namespace, &envelope.name).to_string());
    if let Err(finding) = placeholder::resolve(&mut node, context) {
        check.push(finding);
        return Err(check.findings);
    }
    annotate(&mut node, context);
    check.root(&node);
    check.metadata(&node, &envelope);
    let Some(kind) = check.kind(&node, &envelope) else { return Err(check.findings) };
    check.keys_that_differ_in_case(&node);
    let spec = check.spec(&node, kind);
    let refs = check.refs(spec, kind, &envelope);
    if !check.findings.is_empty() {
        return Err(check.findings);
    }
    let metadata = node.get("metadata");
    let text = |node: Option<&Node>, key: &str| node.and_then(|node| node.get(key)).and_then(Node::text).map(Box::from);
    let name_span = envelope.name_span;
    Ok(Entity {
        kind,
        reference: reference::canonical(kind.name, &envelope.namespace, &envelope.name),
        namespace: envelope.namespace.as_str().into(),
        name: envelope.name.as_str().into(),
        title: text(metadata, "title"),
        profile_name: text(spec.and_then(|spec| spec.get("profile")), "displayName"),
        description: text(metadata, "description"),
        r#type: text(spec, "type"),
        lifecycle: text(spec, "lifecycle"),
        tags: metadata
            .and_then(|metadata| metadata.get("tags"))
            .map_or(&[][..], Node::items)
            .iter()
            .filter_map(|tag| tag.text().map(Box::from))
            .collect(),
        annotations: strings(metadata.and_then(|metadata| metadata.get("annotations"))),
        techdocs_span: metadata
            .and_then(|metadata| metadata.get("annotations"))
            .and_then(|annotations| annotations.get("backstage.io/techdocs-ref"))
            .map(|annotation| annotation.span),
        refs,
        data: stored(&node, &envelope.namespace, kind).to_string().into(),
        written: Written {
            repo: context.repo,
            place: context.file.at(name_span.line, name_span.column, name_span.length),
            first_line,
            last_line,
        },
    })
}

/// The parts that every later check needs.
struct Envelope {
    kind_name: String,
    name: String,
    name_span: Span,
    namespace: String,
}

/// Collects everything that is wrong with one document.
struct Check<'a> {
    file: &'a Place,
    findings: Vec<Finding>,
    entity: Option<String>,
}

impl Check<'_> {
    fn at(&self, span: Span) -> Place {
        self.file.at(span.line, span.column, span.length)
    }

    fn push(&mut self, finding: Finding) {
        let finding = match &self.entity {
            Some(entity) => finding.about(entity.clone()),
            None => finding,
        };
        self.findings.push(finding);
    }

    fn wrong(&mut self, node: &Node, field: &str, expected: &str) {
        let place = self.at(node.span);
        self.push(rules::catalog::wrong_type(place, field, expected, node.describe()));
    }

    /// A non-empty string at a required path.
    fn required<'n>(&mut self, parent: &'n Node, key: &str, field: &str) -> Option<(&'n str, Span)> {
        match parent.get(key) {
            None => {
                let place = self.at(parent.span);
                let near = parent.entries().iter().map(|entry| entry.key.as_str());
                self.push(rules::catalog::missing(place, field, key, near));
                None
            }
            Some(node) => match node.text() {
                Some(text) if !text.is_empty() => Some((text, node.span)),
                Some(_) => {
                    let place = self.at(node.span);
                    self.push(rules::catalog::empty(place, field));
                    None
                }
                None => {
                    self.wrong(node, field, "a string");
                    None
                }
            },
        }
    }

    fn envelope(&mut self, node: &Node) -> Option<Envelope> {
        let version = self.required(node, "apiVersion", "apiVersion");
        let kind = self.required(node, "kind", "kind");
        let Some(metadata) = node.get("metadata") else {
            let place = self.at(node.span);
            let near = node.entries().iter().map(|entry| entry.key.as_str());
            self.push(rules::catalog::missing(place, "metadata", "metadata", near));
            return None;
        };
        if !metadata.is_map() {
            self.wrong(metadata, "metadata", "a mapping");
            return None;
        }
        let name = self.required(metadata, "name", "metadata.name");
        let namespace = match metadata.get("namespace") {
            None => Some("default".to_string()),
            Some(_) => self.required(metadata, "namespace", "metadata.namespace").map(|(text, _)| text.to_string()),
        };
        let ((_, _), (kind, _), (name, name_span), namespace) = (version?, kind?, name?, namespace?);
        Some(Envelope { kind_name: kind.to_string(), name: name.to_string(), name_span, namespace })
    }

    fn root(&mut self, node: &Node) {
        for entry in node.entries().iter().filter(|entry| !ROOT_KEYS.contains(&entry.key.as_str())) {
            let place = self.at(entry.key_span);
            self.push(rules::catalog::unknown_root_key(place, &entry.key, &ROOT_KEYS));
        }
        if let Some((text, span)) = node.get("apiVersion").and_then(|node| node.text().map(|text| (text, node.span)))
            && !format::is_api_version(text)
        {
            let place = self.at(span);
            self.push(rules::catalog::format(
                place,
                "apiVersion",
                text,
                "`group/version`, such as `backstage.io/v1alpha1`",
                None,
            ));
        }
        if let Some(spec) = node.get("spec").filter(|spec| !spec.is_map()) {
            self.wrong(spec, "spec", "a mapping");
        }
    }

    fn metadata(&mut self, node: &Node, envelope: &Envelope) {
        let Some(metadata) = node.get("metadata") else { return };
        if !format::is_name(&envelope.name) {
            let place = self.at(envelope.name_span);
            let rule = "1 to 63 letters, digits, `-`, `_` or `.`, with a letter or digit at both ends";
            self.push(rules::catalog::format(
                place,
                "metadata.name",
                &envelope.name,
                rule,
                format::as_name(&envelope.name),
            ));
        }
        for entry in metadata.entries() {
            let Entry { key, value, .. } = entry;
            match key.as_str() {
                "namespace" => self.formatted(
                    value,
                    "metadata.namespace",
                    format::is_namespace,
                    "1 to 63 lower-case letters, digits and inner hyphens",
                    |text| {
                        Some(text.to_lowercase().replace(['_', '.', ' '], "-"))
                            .filter(|text| format::is_namespace(text))
                    },
                ),
                "title" | "uid" | "etag" => self.non_empty(value, &format!("metadata.{key}")),
                "description" if value.text().is_none() => self.wrong(value, "metadata.description", "a string"),
                "labels" => self.pairs(value, "metadata.labels", format::is_label_value),
                "annotations" if !value.is_null() => self.pairs(value, "metadata.annotations", |_| true),
                "tags" => self.tags(value),
                "links" => self.links(value),
                _ => {}
            }
        }
    }

    fn formatted(
        &mut self,
        node: &Node,
        field: &str,
        valid: fn(&str) -> bool,
        rule: &str,
        guess: impl Fn(&str) -> Option<String>,
    ) {
        match node.text() {
            None => self.wrong(node, field, "a string"),
            Some(text) if !valid(text) => {
                let place = self.at(node.span);
                self.push(rules::catalog::format(place, field, text, rule, guess(text)));
            }
            Some(_) => {}
        }
    }

    fn non_empty(&mut self, node: &Node, field: &str) {
        match node.text() {
            Some("") => {
                let place = self.at(node.span);
                self.push(rules::catalog::empty(place, field));
            }
            Some(_) => {}
            None => self.wrong(node, field, "a string"),
        }
    }

    fn pairs(&mut self, node: &Node, field: &str, valid: fn(&str) -> bool) {
        if !node.is_map() {
            self.wrong(node, field, "a mapping");
            return;
        }
        for Entry { key, key_span, value } in node.entries() {
            if !format::is_key(key) {
                let place = self.at(*key_span);
                let rule = "`[prefix/]name`, where the prefix is a lower-case domain name";
                self.push(rules::catalog::format(place, &format!("{field} key"), key, rule, None));
            }
            match value.text() {
                None => self.wrong(value, &format!("{field}.{key}"), "a string (quote it)"),
                Some(text) if !valid(text) => {
                    let place = self.at(value.span);
                    let rule = "at most 63 letters, digits, `-`, `_` or `.`";
                    self.push(rules::catalog::format(
                        place,
                        &format!("{field}.{key}"),
                        text,
                        rule,
                        format::as_name(text),
                    ));
                }
                Some(_) => {}
            }
        }
    }

    fn tags(&mut self, node: &Node) {
        if !matches!(node.value, Value::List(_)) {
            self.wrong(node, "metadata.tags", "a list");
            return;
        }
        for tag in node.items() {
            let rule = "1 to 63 of `a-z`, `0-9`, `:`, `+`, `#`, in parts joined by single hyphens";
            self.formatted(tag, "metadata.tags[]", format::is_tag, rule, format::as_tag);
        }
    }

    fn links(&mut self, node: &Node) {
        if !matches!(node.value, Value::List(_)) {
            self.wrong(node, "metadata.links", "a list");
            return;
        }
        for link in node.items() {
            if !link.is_map() {
                self.wrong(link, "metadata.links[]", "a mapping with `url`");
                continue;
            }
            if let Some((url, span)) = self.required(link, "url", "metadata.links[].url")
                && !format::is_url(url)
            {
                let place = self.at(span);
                let guess = Some(format!("https://{url}"))
                    .filter(|guess| url.contains('.') && !url.contains("://") && format::is_url(guess));
                self.push(rules::catalog::format(place, "metadata.links[].url", url, "an absolute address", guess));
            }
            for (key, may_be_blank) in [("title", false), ("icon", false), ("type", true)] {
                let Some(value) = link.get(key) else { continue };
                let field = format!("metadata.links[].{key}");
                if !may_be_blank && value.text().is_some_and(|text| text.trim().is_empty()) {
                    let place = self.at(value.span);
                    self.push(rules::catalog::empty(place, &field));
                } else {
                    self.non_empty(value, &field);
                }
            }
        }
    }

    /// Backstage indexes an entity by its flattened keys without case and refuses it when two of them meet.
    fn keys_that_differ_in_case(&mut self, node: &Node) {
        let mut keys = Vec::new();
        flatten(node, &mut String::new(), &mut keys);
        let mut seen: HashMap<String, &str> = HashMap::with_capacity(keys.len());
        let mut clashes = Vec::new();
        for (key, span) in &keys {
            match seen.get(&key.to_lowercase()) {
                Some(first) if first != key => clashes.push((key, *span)),
                Some(_) => {}
                None => {
                    seen.insert(key.to_lowercase(), key);
                }
            }
        }
        for (key, span) in clashes {
            let place = self.at(span);
            self.push(rules::catalog::differs_in_case(place, key));
        }
    }

    fn kind(&mut self, node: &Node, envelope: &Envelope) -> Option<&'static Kind> {
        let place = node.get("kind").map_or_else(|| self.file.clone(), |kind| self.at(kind.span));
        let Some(kind) = Kind::named(&envelope.kind_name) else {
            let known = KINDS.map(|kind| kind.name);
            let is_kind = format::is_kind(&envelope.kind_name);
            self.push(rules::catalog::unknown_kind(place, &envelope.kind_name, is_kind, &known));
            return None;
        };
        let version = node.get("apiVersion");
        let text = version.and_then(Node::text).unwrap_or_default();
        if !kind.api_versions.contains(&text) {
            let place = version.map_or(place, |version| self.at(version.span));
            self.push(rules::catalog::api_version(place, kind.name, text, kind.api_versions));
            return None;
        }
        Some(kind)
    }

    fn spec<'n>(&mut self, node: &'n Node, kind: &Kind) -> Option<&'n Node> {
        let Some(spec) = node.get("spec") else {
            let place = self.at(node.span);
            let near = node.entries().iter().map(|entry| entry.key.as_str());
            self.push(rules::catalog::missing(place, "spec", "spec", near));
            return None;
        };
        if !spec.is_map() {
            return None;
        }
        for field in kind.fields {
            let path = format!("spec.{}", field.name);
            match spec.entry(field.name) {
                Some(entry) if field.required && entry.value.is_null() => {
                    let place = self.at(entry.key_span);
                    self.push(rules::catalog::required_but_null(place, &path));
                }
                Some(entry) => self.shape(&entry.value, field, &path),
                None if field.required => {
                    let place = node.entry("spec").map_or_else(|| self.at(spec.span), |entry| self.at(entry.key_span));
                    let near = spec.entries().iter().map(|entry| entry.key.as_str());
                    let near = near.filter(|key| !kind.fields.iter().any(|field| field.name == *key));
                    self.push(rules::catalog::missing(place, &path, field.name, near));
                }
                None => {}
            }
        }
        for fault in (kind.check)(spec) {
            let place = self.at(fault.span);
            self.push(rules::catalog::spec(place, &fault.message));
        }
        Some(spec)
    }

    fn shape(&mut self, node: &Node, field: &Field, path: &str) {
        match (field.shape, &node.value) {
            (Shape::Text, Value::Text(text)) if text.is_empty() => {
                let place = self.at(node.span);
                self.push(rules::catalog::empty(place, path));
            }
            (Shape::Text, Value::Text(_))
            | (Shape::Map | Shape::Maps, Value::Map(_))
            | (Shape::List, Value::List(_)) => {}
            (Shape::Texts, Value::List(items)) => {
                for item in items {
                    self.non_empty(item, &format!("{path}[]"));
                }
            }
            (Shape::Maps, Value::List(items)) => {
                for item in items.iter().filter(|item| !item.is_map()) {
                    self.wrong(item, &format!("{path}[]"), "a mapping");
                }
            }
            (shape, _) => {
                let expected = match shape {
                    Shape::Text => "a string",
                    Shape::Texts | Shape::List => "a list",
                    Shape::Map => "a mapping",
                    Shape::Maps => "a mapping or a list of mappings",
                };
                self.wrong(node, path, expected);
            }
        }
    }

    fn refs(&mut self, spec: Option<&Node>, kind: &Kind, envelope: &Envelope) -> Vec<Ref> {
        let Some(spec) = spec else { return Vec::new() };
        let mut refs = Vec::new();
        for row in kind.relations {
            let Some(node) = spec.get(row.field) else { continue };
            let single = std::slice::from_ref(node);
            let nodes = if row.relation == OwnedBy || node.text().is_some() { single } else { node.items() };
            for node in nodes {
                let Some(text) = node.text().filter(|text| !text.is_empty()) else {
                    if row.relation == DependencyOf {
                        self.wrong(node, &format!("spec.{}[]", row.field), "an entity ref");
                    }
                    continue;
                };
                match EntityRef::parse(text, row.default_kind, &envelope.namespace) {
                    Ok(target) => {
                        let (relation, field, span) = (row.relation, row.field, node.span);
                        refs.push(Ref { relation, field, target: target.canonical(), span });
                    }
                    Err(why) => {
                        let place = self.at(node.span);
                        self.push(rules::catalog::bad_ref(place, row.field, text, why));
                    }
                }
            }
        }
        refs
    }
}

/// The dotted paths that Backstage's search index knows an entity by, lists transparent, with the place of each key.
fn flatten(node: &Node, path: &mut String, keys: &mut Vec<(String, Span)>) {
    const LEFT_OUT: [&str; 7] =
        ["attachments", "relations", "status", "metadata.name", "metadata.namespace", "metadata.uid", "metadata.etag"];
    match &node.value {
        Value::Map(entries) => {
            for Entry { key, key_span, value } in entries {
                let length = path.len();
                if length > 0 {
                    path.push('.');
                }
                path.push_str(key);
                if !LEFT_OUT.contains(&path.as_str()) {
                    if !matches!(value.value, Value::Map(_) | Value::List(_)) {
                        keys.push((path.clone(), *key_span));
                    }
                    flatten(value, path, keys);
                }
                path.truncate(length);
            }
        }
        Value::List(items) => {
            for item in items {
                if let Value::Text(text) = &item.value {
                    keys.push((format!("{path}.{text}"), item.span));
                }
                flatten(item, path, keys);
            }
        }
        _ => {}
    }
}

/// Sets the annotations of ingestion.
fn annotate(node: &mut Node, context: &Context<'_>) {
    let Value::Map(root) = &mut node.value else { return };
    let Some(metadata) = root.iter_mut().find(|entry| entry.key == "metadata") else { return };
    let metadata_span = metadata.value.span;
    let Value::Map(fields) = &mut metadata.value.value else { return };
    let empty = || Entry {
        key: "annotations".to_string(),
        key_span: metadata_span,
        value: Node::new(Value::Map(Vec::new()), metadata_span),
    };
    let at = fields.iter().position(|entry| entry.key == "annotations").unwrap_or_else(|| {
        fields.push(empty());
        fields.len() - 1
    });
    if fields[at].value.is_null() {
        fields[at] = empty();
    }
    let Value::Map(annotations) = &mut fields[at].value.value else { return };
    for (name, value) in context.set {
        annotations.retain(|entry| entry.key != *name);
        annotations.push(annotation(name, value, metadata_span));
    }
    for (name, value) in context.default {
        if !annotations.iter().any(|entry| entry.key == *name) {
            annotations.push(annotation(name, value, metadata_span));
        }
    }
}

fn annotation(name: &str, value: &str, span: Span) -> Entry {
    Entry { key: name.to_string(), key_span: span, value: Node::new(Value::Text(value.to_string()), span) }
}

fn strings(node: Option<&Node>) -> BTreeMap<Box<str>, Box<str>> {
    node.map_or(&[][..], Node::entries)
        .iter()
        .filter_map(|entry| entry.value.text().map(|text| (entry.key.as_str().into(), text.into())))
        .collect()
}

/// The entity as JSON: the default namespace written in, lists of refs in order where Backstage orders them.
fn stored(node: &Node, namespace: &str, kind: &Kind) -> serde_json::Value {
    let mut json = node.to_json();
    if let Some(metadata) = json.get_mut("metadata").and_then(serde_json::Value::as_object_mut) {
        metadata.entry("namespace").or_insert_with(|| namespace.into());
    }
    if kind.orders_lists {
        for row in kind.relations {
            if let Some(list) = json.pointer_mut(&format!("/spec/{}", row.field)).and_then(|list| list.as_array_mut()) {
                list.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
            }
        }
    }
    json
}
