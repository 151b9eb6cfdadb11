//! One descriptor file into entities, and what its Locations point at.

use super::accept::{Context, Rejected, accept};
use super::codeowners::CodeOwner;
use super::kinds::{self, Kinds};
use super::stored::{self, Included, IngestCache};
use super::{Entity, RawDocument, ingestion};
use crate::config::{CodeOwners, Config};
use crate::diagnostics::{Finding, Place, rules};
use crate::source::{Reading, Target};
use crate::yaml::{self, Node, Span};
use std::cell::RefCell;
use std::sync::Arc;

/// What decides how descriptors are read.
#[derive(Debug, Clone, Copy)]
pub struct IngestOptions<'a> {
    pub config: &'a Config,
    pub kinds: &'a Kinds,
    /// Give stock Backstage's verdicts.
    pub compat: bool,
    pub cache: Option<IngestCache<'a>>,
}

/// What became of one descriptor file.
#[derive(Debug, Default)]
pub struct Ingest {
    pub entities: Vec<Entity>,
    pub findings: Vec<Finding>,
    /// The first fault for which Backstage drops everything that the same location brings.
    pub broken_at: Option<Place>,
}

/// Reads a descriptor file, or remembers what became of it. A broken document gives a finding and leaves its neighbours
/// alone.
pub fn ingest(reading: &Reading<'_>, text: &str, options: &IngestOptions<'_>) -> (Ingest, Vec<Target>) {
    let Reading { repo, path, .. } = reading;
    let file = Place::file(repo.id.clone(), *path);
    let codeowner = match options.config.codeowners {
        CodeOwners::Off => None,
        CodeOwners::Check | CodeOwners::Infer => repo
            .code_owners(path)
            .map(|(path, line, owners)| Arc::new(CodeOwner { owners: owners.to_vec(), path: path.to_string(), line })),
    };
    let read = |target: &str| ingestion::read_beside(repo, path, target);
    let Some(IngestCache { cache, program }) = options.cache else {
        return afresh(reading, text, &file, codeowner.as_ref(), &read, options);
    };
    let key = stored::key(&program, reading, text, codeowner.as_deref(), options);
    if let Some(known) = stored::get(cache, &key, reading, &file, options.kinds, &read) {
        return known;
    }
    let included = RefCell::new(Vec::new());
    let noting = |target: &str| {
        let found = read(target);
        included.borrow_mut().push(Included::new(target, &found));
        found
    };
    let (ingest, targets) = afresh(reading, text, &file, codeowner.as_ref(), &noting, options);
    stored::put(cache, &key, (&ingest, &targets), included.into_inner());
    (ingest, targets)
}

fn afresh(
    reading: &Reading<'_>,
    text: &str,
    file: &Place,
    codeowner: Option<&Arc<CodeOwner>>,
    read: &dyn Fn(&str) -> Result<String, String>,
    options: &IngestOptions<'_>,
) -> (Ingest, Vec<Target>) {
    let annotations = ingestion::ingestion_annotations(reading.repo, reading.path, reading.origin);
    let context = Context {
        kinds: options.kinds,
        repo: reading.id,
        file,
        text,
        read,
        set: &annotations.set,
        default: &annotations.default,
        codeowner,
        infer_owner: options.config.codeowners == CodeOwners::Infer && !options.compat,
    };
    let mut ingest = Ingest::default();
    let mut targets = Vec::new();
    let documents = yaml::parse(text);
    if documents.is_empty() {
        ingest.findings.push(rules::catalog::empty_descriptor(file.clone()));
    }
    let at = |span: Span| file.at(span.line, span.column, span.length);
    for document in documents {
        let warnings = document.warnings.into_iter();
        ingest.findings.extend(
            warnings.map(|warning| rules::catalog::yaml_warning(at(warning.span), &warning.message, warning.hint)),
        );
        let node = match document.result {
            Ok(node) if node.is_map() => node,
            Ok(node) => {
                ingest.broken(at(node.span));
                ingest.findings.push(rules::catalog::not_a_mapping(at(node.span), node.describe()));
                continue;
            }
            Err(fault) => {
                ingest.broken(at(fault.span));
                ingest.findings.push(rules::catalog::yaml_syntax(at(fault.span), &fault.message, fault.hint));
                if fault.ends_stream && options.compat {
                    break;
                }
                continue;
            }
        };
        let (first_line, last_line) = (node.span.line.max(1), document.last_line);
        let is_location = node.get("kind").and_then(Node::text) == Some("Location");
        let location = node.get("spec").filter(|_| is_location).cloned();
        match accept(RawDocument { node, first_line, last_line }, &context) {
            Ok((entity, found)) => match refused(&entity, reading, options) {
                Some(finding) => {
                    ingest.broken(entity.written.place.clone());
                    ingest.findings.push(finding);
                }
                // Stock Backstage follows `url` only, and stores no Location of another type.
                None if options.compat
                    && entity.kind.id == "location"
                    && entity.r#type.as_deref().is_some_and(|of_type| of_type != "url") =>
                {
                    let of_type = entity.r#type.as_deref().unwrap_or_default();
                    ingest.findings.push(rules::source::location_type(entity.written.place.clone(), of_type));
                }
                None => {
                    targets.extend(
                        location.iter().flat_map(|spec| kinds::location_targets(spec, file, &entity.reference)),
                    );
                    ingest.findings.extend(found);
                    ingest.entities.push(entity);
                }
            },
            Err(Rejected { findings, reference, at_envelope }) => {
                if at_envelope {
                    let place = findings.first().and_then(|finding| finding.place.clone());
                    ingest.broken(place.unwrap_or_else(|| file.clone()));
                }
                ingest.findings.extend(findings);
                // There the last document with a ref counts, even where it is refused in the end.
                if let Some(reference) = reference.filter(|_| options.compat) {
                    ingest.entities.retain(|entity| entity.reference != reference);
                }
            }
        }
    }
    (ingest, targets)
}

/// Why an entity may not come in from where it stands.
fn refused(entity: &Entity, reading: &Reading<'_>, options: &IngestOptions<'_>) -> Option<Finding> {
    let kind = entity.kind.name;
    let place = || entity.written.place.clone();
    let origin = reading.origin;
    if !options.config.allows(origin.location, (origin.kind, &origin.target), kind, entity.r#type.as_deref()) {
        return Some(rules::catalog::kind_not_allowed(place(), kind, &entity.reference));
    }
    let person = matches!(entity.kind.id, "user" | "group");
    (person && !reading.configured && !options.compat)
        .then(|| rules::catalog::people_from_elsewhere(place(), kind, &entity.reference))
}

impl Ingest {
    fn broken(&mut self, place: Place) {
        self.broken_at.get_or_insert(place);
    }
}
