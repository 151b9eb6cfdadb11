//! One document into one entity, by Backstage's rules: envelope, placeholders, formats, the kind's schema, refs.

use super::check::Check;
use super::codeowners::CodeOwner;
use super::kinds::{Kind, Kinds, location_targets};
use super::{Entity, RawDocument, WATCHED, Written, codeowners, format, placeholder, reference};
use crate::diagnostics::{Finding, Place, rules};
use crate::source::{RepoId, Target};
use crate::yaml::{Entry, Node, Span, Value};
use std::sync::Arc;

/// What a document stands in.
pub(super) struct Context<'a> {
    pub kinds: &'a Kinds,
    pub repo: RepoId,
    /// The descriptor file.
    pub file: &'a Place,
    pub text: &'a str,
    /// Text of another file, by a target relative to the descriptor. The error says why there is none.
    pub read: &'a dyn Fn(&str) -> Result<String, String>,
    /// Annotations that ingestion sets: always, and only where the descriptor has none.
    pub set: &'a [(&'static str, String)],
    pub default: &'a [(&'static str, String)],
    /// Who owns the descriptor by CODEOWNERS, where that is wanted.
    pub codeowner: Option<&'a Arc<CodeOwner>>,
    /// An owner is taken from CODEOWNERS where the descriptor names none.
    pub infer_owner: bool,
}

/// A document that is no entity, and why.
#[derive(Debug)]
pub(super) struct Rejected {
    pub findings: Vec<Finding>,
    /// What it would have been; `None` where not even the envelope could be read.
    pub claim: Option<Claim>,
}

/// What a document says it is.
#[derive(Debug, Clone)]
pub(super) struct Claim {
    pub reference: Arc<str>,
    pub kind: String,
    /// `spec.type`, before placeholders are filled.
    pub of_type: Option<String>,
    pub place: Place,
}

const ROOT_KEYS: [&str; 4] = ["apiVersion", "kind", "metadata", "spec"];

/// A document that is an entity.
#[derive(Debug)]
pub(super) struct Accepted {
    pub entity: Entity,
    /// What is worth saying about it all the same.
    pub findings: Vec<Finding>,
    /// Of a Location: where more descriptors are.
    pub targets: Vec<Target>,
}

/// Accepts a document, with what is worth saying about it; or says everything that is wrong with it.
pub(super) fn accept(document: RawDocument, context: &Context<'_>) -> Result<Accepted, Rejected> {
    let RawDocument { mut node, first_line, last_line } = document;
    let (file, text) = (context.file, context.text);
    let mut check = Check { file, text, findings: Vec::new(), entity: None, included: Vec::new() };
    let Some(envelope) = check.envelope(&node) else {
        return Err(Rejected { findings: check.findings, claim: None });
    };
    let claim = Claim {
        reference: reference::canonical(&envelope.kind_name, &envelope.namespace, &envelope.name),
        kind: envelope.kind_name.clone(),
        of_type: node.get("spec").and_then(|spec| spec.get("type")).and_then(Node::text).map(str::to_string),
        place: check.at(envelope.name_span),
    };
    check.entity = Some(claim.reference.to_string());
    let rejected = |findings| Rejected { findings, claim: Some(claim.clone()) };
    match placeholder::resolve(&mut node, context) {
        Ok(included) => check.included = included,
        Err(finding) => {
            check.push(finding);
            return Err(rejected(check.findings));
        }
    }
    annotate(&mut node, context);
    check.root(&node);
    check.metadata(&node, &envelope);
    let Some(kind) = check.kind(&node, &envelope, context.kinds) else { return Err(rejected(check.findings)) };
    check.keys_that_differ_in_case(&node);
    let inferred = if context.infer_owner { codeowners::infer(&mut node, kind, context) } else { None };
    let spec = check.spec(&node, kind);
    let of_type = spec.and_then(|spec| spec.get("type")).and_then(Node::text);
    let refs = check.refs(spec, kind.of_type(of_type), &envelope);
    if !check.findings.is_empty() {
        return Err(rejected(check.findings));
    }
    if let Some(place) = inferred.as_ref() {
        check.push(place.clone());
    }
    check.spelling(&node, kind);
    check.sunset(&node);
    check.definition(&node, kind);
    let metadata = node.get("metadata");
    let text = |node: Option<&Node>, key: &str| node.and_then(|node| node.get(key)).and_then(Node::text).map(Box::from);
    let annotations = metadata.and_then(|metadata| metadata.get("annotations"));
    let name_span = envelope.name_span;
    let entity = Entity {
        kind,
        reference: reference::canonical(kind.name, &envelope.namespace, &envelope.name),
        namespace: envelope.namespace.as_str().into(),
        name: envelope.name.as_str().into(),
        title: text(metadata, "title"),
        profile_name: text(spec.and_then(|spec| spec.get("profile")), "displayName"),
        description: text(metadata, "description"),
        r#type: text(spec, "type"),
        lifecycle: text(spec, "lifecycle"),
        lifecycle_span: spec.and_then(|spec| spec.get("lifecycle")).map(|node| node.span),
        tags: metadata
            .and_then(|metadata| metadata.get("tags"))
            .map_or(&[][..], Node::items)
            .iter()
            .filter_map(|tag| tag.text().map(Box::from))
            .collect(),
        annotations: strings(annotations),
        spans: WATCHED.into_iter().filter_map(|name| annotations?.get(name).map(|value| (name, value.span))).collect(),
        refs,
        codeowner: context.codeowner.filter(|_| kind.has_owner()).cloned(),
        parent: None,
        data: stored(&node, &envelope.namespace).to_string().into(),
        written: Written {
            repo: context.repo,
            place: context.file.at(name_span.line, name_span.column, name_span.length),
            first_line,
            last_line,
        },
    };
    let location = spec.filter(|_| kind.name == "Location");
    let targets = location.map(|spec| location_targets(spec, context.file, &entity.reference)).unwrap_or_default();
    Ok(Accepted { entity, findings: check.findings, targets })
}

/// The parts that every later check needs.
pub(super) struct Envelope {
    pub(super) kind_name: String,
    pub(super) name: String,
    pub(super) name_span: Span,
    pub(super) namespace: String,
}

impl Check<'_> {
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
        if let Some(annotations) = metadata.get("annotations").filter(|node| !node.is_map() && !is_nothing(node)) {
            self.wrong(annotations, "metadata.annotations", "a mapping");
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

    fn kind(&mut self, node: &Node, envelope: &Envelope, kinds: &Kinds) -> Option<&'static Kind> {
        let place = node.get("kind").map_or_else(|| self.file.clone(), |kind| self.at(kind.span));
        let Some(kind) = kinds.named(&envelope.kind_name) else {
            let known = kinds.iter().map(|kind| kind.name);
            let is_kind = format::is_kind(&envelope.kind_name);
            self.push(rules::catalog::unknown_kind(place, &envelope.kind_name, is_kind, known));
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
    if is_nothing(&fields[at].value) {
        fields[at].value = empty().value;
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

/// What JavaScript takes for nothing: Backstage reads such `annotations` as absent.
pub(super) fn is_nothing(node: &Node) -> bool {
    match &node.value {
        Value::Null | Value::Bool(false) => true,
        Value::Number(number) => *number == 0.0 || number.is_nan(),
        Value::Text(text) => text.is_empty(),
        _ => false,
    }
}

fn annotation(name: &str, value: &str, span: Span) -> Entry {
    Entry { key: name.to_string(), key_span: span, value: Node::new(Value::Text(value.to_string()), span) }
}

fn strings(node: Option<&Node>) -> Vec<(Box<str>, Box<str>)> {
    let mut strings: Vec<_> = node
        .map_or(&[][..], Node::entries)
        .iter()
        .filter_map(|entry| entry.value.text().map(|text| (Box::from(entry.key.as_str()), Box::from(text))))
        .collect();
    strings.sort_unstable();
    strings
}

/// Lists that Backstage puts in order, in entities of every kind.
const ORDERED: [&str; 7] =
    ["providesApis", "consumesApis", "dependsOn", "dependencyOf", "memberOf", "children", "members"];

/// The entity as JSON: the default namespace written in, lists of refs in order where Backstage orders them.
fn stored(node: &Node, namespace: &str) -> serde_json::Value {
    let mut json = node.to_json();
    if let Some(metadata) = json.get_mut("metadata").and_then(serde_json::Value::as_object_mut) {
        metadata.entry("namespace").or_insert_with(|| namespace.into());
    }
    for field in ORDERED {
        let list = json.get_mut("spec").and_then(|spec| spec.get_mut(field)).and_then(|list| list.as_array_mut());
        if let Some(list) = list.filter(|list| list.iter().all(serde_json::Value::is_string)) {
            list.sort_by_cached_key(|item| item.as_str().unwrap_or_default().encode_utf16().collect::<Vec<_>>());
        }
    }
    json
}
