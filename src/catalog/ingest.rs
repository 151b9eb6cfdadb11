//! One descriptor file into entities, and what its Locations point at.

use super::accept::{Accepted, Context, Rejected, accept};
use super::codeowners::CodeOwner;
use super::kinds::Kinds;
use super::stored::{self, Included, IngestCache};
use super::{Entity, RawDocument, ingestion};
use crate::config::{CodeOwners, Config};
use crate::diagnostics::{Finding, Place, rules};
use crate::source::{Reading, Target};
use crate::yaml::{self, Span};
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
            .map(|(path, line, owners)| Arc::new(CodeOwner { owners, path: path.to_string(), line })),
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
    let origin = reading.origin;
    let from = (origin.kind, origin.target.as_str());
    let annotations = ingestion::ingestion_annotations(reading.repo, reading.path, origin);
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
                let finding = rules::catalog::yaml_syntax(at(fault.span), &fault.message, fault.hint);
                ingest.findings.push(finding.of_limit(fault.is_limit));
                if fault.ends_stream && options.compat {
                    break;
                }
                continue;
            }
        };
        let (first_line, last_line) = (node.span.line.max(1), document.last_line);
        match accept(RawDocument { node, first_line, last_line }, &context) {
            Ok(Accepted { entity, findings, targets: named }) => match refused(&entity, reading, options) {
                Some(finding) => {
                    ingest.broken(entity.written.place.clone());
                    ingest.findings.push(finding);
                }
                // Stock Backstage stores no Location of a type that it does not follow.
                None if options.compat && !is_followed(&entity, reading) => {
                    let of_type = entity.r#type.as_deref().unwrap_or_default();
                    ingest.findings.push(rules::source::location_type(entity.written.place.clone(), of_type));
                }
                None => {
                    targets.extend(named);
                    ingest.findings.extend(findings);
                    ingest.entities.push(entity);
                }
            },
            Err(Rejected { findings, claim: None }) => {
                let place = findings.first().and_then(|finding| finding.place.clone());
                ingest.broken(place.unwrap_or_else(|| file.clone()));
                ingest.findings.extend(findings);
            }
            Err(Rejected { findings, claim: Some(claim) }) => {
                if !origin.is_trusted
                    && !options.config.allows(origin.location, from, &claim.kind, claim.of_type.as_deref())
                {
                    // Backstage asks this of everything that has an envelope, before it looks at the rest.
                    let is_kind = options.kinds.named(&claim.kind).is_some();
                    let first = findings.first().and_then(|finding| finding.place.clone()).filter(|_| !is_kind);
                    ingest.broken(first.unwrap_or_else(|| claim.place.clone()));
                    if is_kind || options.compat {
                        let finding = rules::catalog::kind_not_allowed(claim.place, &claim.kind, &claim.reference);
                        ingest.findings.push(finding);
                    }
                }
                ingest.findings.extend(findings);
                // There the last document with a ref counts, even where it is refused in the end.
                if options.compat {
                    ingest.entities.retain(|entity| entity.reference != claim.reference);
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
    if !origin.is_trusted
        && !options.config.allows(origin.location, (origin.kind, &origin.target), kind, entity.r#type.as_deref())
    {
        return Some(rules::catalog::kind_not_allowed(place(), kind, &entity.reference));
    }
    let person = matches!(entity.kind.id, "user" | "group");
    (person && !reading.configured && !options.compat)
        .then(|| rules::catalog::people_from_elsewhere(place(), kind, &entity.reference))
}

/// Whether stock Backstage follows a Location's type: `url`, and `file` where the configuration names a file.
fn is_followed(entity: &Entity, reading: &Reading<'_>) -> bool {
    let of_type = entity.r#type.as_deref().filter(|_| entity.kind.id == "location");
    match of_type {
        None | Some("url") => true,
        Some("file") => reading.origin.location.is_some() && reading.origin.kind == "file",
        Some(_) => false,
    }
}

impl Ingest {
    fn broken(&mut self, place: Place) {
        self.broken_at.get_or_insert(place);
    }
}
