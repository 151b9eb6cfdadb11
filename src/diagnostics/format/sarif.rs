//! SARIF 2.1.0, which code scanning services and editors read.
//!
//! A finding without a file is told as a notification of the run instead of a result: GitHub refuses a whole upload for
//! one result without a location.

use super::{Context, Span, paragraphs, pretty, replaced};
use crate::diagnostics::fingerprint::fingerprints;
use crate::diagnostics::{Finding, Place, Rule, Severity};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn render(findings: &[Finding], context: &Context<'_>) -> String {
    let rules: BTreeMap<&str, &Rule> = findings.iter().map(|finding| (finding.rule.name, finding.rule)).collect();
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(index, name)| (*name, index)).collect();
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for (finding, fingerprint) in findings.iter().zip(fingerprints(findings, context.path)) {
        let index = index[finding.rule.name];
        match context.file(finding) {
            Some(path) => results.push(result(finding, &path, index, &fingerprint, context)),
            None => notifications.push(notification(finding, index)),
        }
    }
    let mut run = json!({
        "tool": { "driver": {
            "name": "callboard",
            "version": env!("CARGO_PKG_VERSION"),
            "rules": rules.values().map(|rule| descriptor(rule, context)).collect::<Vec<_>>(),
        } },
        "columnKind": "unicodeCodePoints",
        "results": results,
    });
    if !notifications.is_empty() {
        let told = json!({ "executionSuccessful": true, "toolExecutionNotifications": notifications });
        run["invocations"] = json!([told]);
    }
    pretty(&json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }))
}

fn descriptor(rule: &Rule, context: &Context<'_>) -> Value {
    let mut descriptor = json!({
        "id": rule.name,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": format!("{} {}", rule.summary, rule.why) },
        "defaultConfiguration": { "level": level(rule.severity) },
    });
    if let Some(url) = context.url(rule) {
        descriptor["helpUri"] = json!(url);
    }
    descriptor
}

fn result(finding: &Finding, path: &str, index: usize, fingerprint: &str, context: &Context<'_>) -> Value {
    // A file as a whole is told at its first line: GitHub asks for one.
    let span = Span::of(finding).unwrap_or(Span { line: 1, column: None, end_column: None });
    let mut result = json!({
        "ruleId": finding.rule.name,
        "ruleIndex": index,
        "level": level(finding.severity()),
        "message": { "text": text(finding) },
        "locations": [{ "physicalLocation": {
            "artifactLocation": artifact(path),
            "region": region(span.line, span.column, span.end_column),
        } }],
        "partialFingerprints": { "callboard/v1": fingerprint },
    });
    if let Some((fix, place)) = replaced(finding) {
        result["fixes"] = json!([{
            "description": { "text": plain(&fix.title) },
            "artifactChanges": [{
                "artifactLocation": artifact(&(context.path)(place)),
                "replacements": [{ "deletedRegion": deleted(place), "insertedContent": { "text": fix.replacement } }],
            }],
        }]);
    }
    if let Some(entity) = &finding.entity {
        result["properties"] = json!({ "entity": entity });
    }
    result
}

fn notification(finding: &Finding, index: usize) -> Value {
    json!({
        "associatedRule": { "id": finding.rule.name, "index": index },
        "level": level(finding.severity()),
        "message": { "text": text(finding) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn region(line: u32, column: Option<u32>, end_column: Option<u32>) -> Value {
    let mut region = json!({ "startLine": line });
    if let Some(column) = column {
        region["startColumn"] = json!(column);
    }
    if let Some(end_column) = end_column {
        region["endColumn"] = json!(end_column);
    }
    region
}

/// The span of a fix. Its end is always said: without one SARIF means the rest of the line.
fn deleted(place: &Place) -> Value {
    region(place.line, Some(place.column), Some(place.column.saturating_add(place.length)))
}

fn artifact(path: &str) -> Value {
    match path.starts_with('/') {
        true => json!({ "uri": format!("file://{}", encoded(path)) }),
        false => json!({ "uri": encoded(path), "uriBaseId": "%SRCROOT%" }),
    }
}

/// A path as an address. A colon is no part of one in its first folder, so it is encoded like everything that is odd.
fn encoded(path: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    path.bytes().map(byte).collect()
}

fn text(finding: &Finding) -> String {
    plain(&paragraphs(finding))
}

/// SARIF makes a link of `[text](address)` even in plain text. What repositories write links nowhere. Braces are not
/// doubled as SARIF has it: readers undo that only where a message has arguments, and show doubled ones otherwise.
fn plain(text: &str) -> String {
    text.replace("](", "] (")
}
