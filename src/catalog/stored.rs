//! What became of a descriptor, as bytes for the cache.
//!
//! The key is a hash of everything the outcome follows from but the other files that placeholders named; those are
//! stored with their hashes and compared on reading. Whatever cannot be read back is a miss.

use super::ingest::{Ingest, IngestOptions};
use super::kinds::Kinds;
use super::{CodeOwner, Entity, Ref, WATCHED, Written};
use crate::cache::Cache;
use crate::diagnostics::{Finding, Fix, Place, Severity, rules};
use crate::source::{Reading, Target};
use crate::yaml::Span;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Where outcomes are kept between runs.
#[derive(Clone, Copy)]
pub struct IngestCache<'a> {
    pub cache: &'a dyn Cache,
    /// Names the running program: another one may judge otherwise.
    pub program: [u8; 32],
}

impl std::fmt::Debug for IngestCache<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("IngestCache")
    }
}

/// A file that a placeholder named: its target as written, and the hash of what was read, or of why it could not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Included {
    pub(super) target: String,
    pub(super) hash: [u8; 32],
}

impl Included {
    pub(super) fn new(target: &str, read: &Result<String, String>) -> Self {
        let (mark, text) = match read {
            Ok(text) => ("text", text),
            Err(why) => ("fault", why),
        };
        let hash = *blake3::Hasher::new().update(mark.as_bytes()).update(text.as_bytes()).finalize().as_bytes();
        Included { target: target.to_string(), hash }
    }
}

/// Of everything that the outcome of a descriptor follows from.
pub(super) fn key(
    program: &[u8; 32],
    reading: &Reading<'_>,
    text: &str,
    codeowner: Option<&CodeOwner>,
    options: &IngestOptions<'_>,
) -> [u8; 32] {
    let config = options.config;
    let mut hasher = blake3::Hasher::new();
    hasher.update(program);
    hasher.update(blake3::hash(text.as_bytes()).as_bytes());
    // The configuration's own part is the same for every file of a run, and small.
    let settled = format!(
        "{:?}",
        (
            (&reading.repo.id, &reading.repo.web, reading.path, reading.origin, reading.configured, codeowner),
            (&config.rules, &config.kinds, config.codeowners, options.compat),
            reading.origin.location.and_then(|at| config.locations.get(at)).map(|location| &location.rules),
        )
    );
    hasher.update(settled.as_bytes());
    *hasher.finalize().as_bytes()
}

/// The outcome under a key, if it is there and the files it took from others are as they were.
pub(super) fn get(
    cache: &dyn Cache,
    key: &[u8; 32],
    reading: &Reading<'_>,
    file: &Place,
    kinds: &Kinds,
    read: &dyn Fn(&str) -> Result<String, String>,
) -> Option<(Ingest, Vec<Target>)> {
    let bytes = cache.get(key)?;
    let stored: Stored = postcard::from_bytes(&bytes).ok()?;
    if !stored.included.iter().all(|included| Included::new(&included.target, &read(&included.target)) == *included) {
        return None;
    }
    let entities = stored.entities.into_iter().map(|entity| entity.restore(reading, file, kinds));
    let findings = stored.findings.into_iter().map(StoredFinding::restore);
    let ingest = Ingest {
        entities: entities.collect::<Option<_>>()?,
        findings: findings.collect::<Option<_>>()?,
        broken_at: stored.broken_at,
    };
    Some((ingest, stored.targets))
}

pub(super) fn put(cache: &dyn Cache, key: &[u8; 32], (ingest, targets): (&Ingest, &[Target]), included: Vec<Included>) {
    let stored = Stored {
        entities: ingest.entities.iter().map(StoredEntity::of).collect(),
        findings: ingest.findings.iter().map(StoredFinding::of).collect(),
        broken_at: ingest.broken_at.clone(),
        targets: targets.to_vec(),
        included,
    };
    if let Ok(bytes) = postcard::to_stdvec(&stored) {
        cache.put(key, &bytes);
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    entities: Vec<StoredEntity>,
    findings: Vec<StoredFinding>,
    broken_at: Option<Place>,
    targets: Vec<Target>,
    included: Vec<Included>,
}

type StoredSpan = (u32, u32, u32);

/// An [`Entity`] without what its file and its kind say anyway.
#[derive(Serialize, Deserialize)]
struct StoredEntity {
    kind: Box<str>,
    namespace: Box<str>,
    name: Box<str>,
    reference: Arc<str>,
    title: Option<Box<str>>,
    profile_name: Option<Box<str>>,
    description: Option<Box<str>>,
    r#type: Option<Box<str>>,
    lifecycle: Option<Box<str>>,
    lifecycle_span: Option<StoredSpan>,
    tags: Vec<Box<str>>,
    annotations: Vec<(Box<str>, Box<str>)>,
    /// Index of a watched annotation, and where it stands.
    spans: Vec<(u8, StoredSpan)>,
    /// Index of the relation field in the table of its kind and type, target, place.
    refs: Vec<(u8, Arc<str>, StoredSpan)>,
    codeowner: Option<CodeOwner>,
    data: Box<str>,
    name_span: StoredSpan,
    lines: (u32, u32),
}

impl StoredEntity {
    fn of(entity: &Entity) -> Self {
        let rows = entity.kind.of_type(entity.r#type.as_deref()).1;
        let row = |reference: &Ref| rows.iter().position(|row| row.field == reference.field).unwrap_or(usize::MAX);
        let place = &entity.written.place;
        StoredEntity {
            kind: entity.kind.name.into(),
            namespace: entity.namespace.clone(),
            name: entity.name.clone(),
            reference: entity.reference.clone(),
            title: entity.title.clone(),
            profile_name: entity.profile_name.clone(),
            description: entity.description.clone(),
            r#type: entity.r#type.clone(),
            lifecycle: entity.lifecycle.clone(),
            lifecycle_span: entity.lifecycle_span.map(flat),
            tags: entity.tags.clone(),
            annotations: entity.annotations.clone(),
            spans: entity
                .spans
                .iter()
                .filter_map(|(name, span)| Some((WATCHED.iter().position(|known| known == name)? as u8, flat(*span))))
                .collect(),
            refs: entity
                .refs
                .iter()
                .map(|reference| (row(reference) as u8, reference.target.clone(), flat(reference.span)))
                .collect(),
            codeowner: entity.codeowner.as_deref().cloned(),
            data: entity.data.clone(),
            name_span: (place.line, place.column, place.length),
            lines: (entity.written.first_line, entity.written.last_line),
        }
    }

    fn restore(self, reading: &Reading<'_>, file: &Place, kinds: &Kinds) -> Option<Entity> {
        let kind = kinds.named(&self.kind)?;
        let rows = kind.of_type(self.r#type.as_deref()).1;
        let refs = self.refs.into_iter().map(|(row, target, span)| {
            let row = rows.get(row as usize)?;
            Some(Ref { relation: row.relation, field: row.field, target, entity: None, span: full(span) })
        });
        let spans = self.spans.into_iter().map(|(at, span)| Some((*WATCHED.get(at as usize)?, full(span))));
        let (line, column, length) = self.name_span;
        Some(Entity {
            kind,
            namespace: self.namespace,
            name: self.name,
            reference: self.reference,
            title: self.title,
            profile_name: self.profile_name,
            description: self.description,
            r#type: self.r#type,
            lifecycle: self.lifecycle,
            lifecycle_span: self.lifecycle_span.map(full),
            tags: self.tags,
            annotations: self.annotations,
            spans: spans.collect::<Option<_>>()?,
            refs: refs.collect::<Option<_>>()?,
            codeowner: self.codeowner.map(Arc::new),
            parent: None,
            data: self.data,
            written: Written {
                repo: reading.id,
                place: file.at(line, column, length),
                first_line: self.lines.0,
                last_line: self.lines.1,
            },
        })
    }
}

fn flat(span: Span) -> StoredSpan {
    (span.line, span.column, span.length)
}

fn full((line, column, length): StoredSpan) -> Span {
    Span { line, column, length }
}

#[derive(Serialize, Deserialize)]
struct StoredFinding {
    rule: String,
    severity: Severity,
    place: Option<Place>,
    message: String,
    label: Option<String>,
    hints: Vec<String>,
    entity: Option<String>,
    fix: Option<(String, String, Option<Place>)>,
    is_limit: bool,
}

impl StoredFinding {
    fn of(finding: &Finding) -> Self {
        let Finding { rule, severity, place, message, label, hints, entity, fix, is_limit } = finding.clone();
        let fix = fix.map(|fix| (fix.title, fix.replacement, fix.at));
        StoredFinding { rule: rule.name.to_string(), severity, place, message, label, hints, entity, fix, is_limit }
    }

    fn restore(self) -> Option<Finding> {
        let StoredFinding { rule, severity, place, message, label, hints, entity, fix, is_limit } = self;
        let rule = rules::all().find(|known| known.name == rule)?;
        let fix = fix.map(|(title, replacement, at)| Box::new(Fix { title, replacement, at }));
        Some(Finding { rule, severity, place, message, label, hints, entity, fix, is_limit })
    }
}
