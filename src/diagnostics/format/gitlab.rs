//! GitLab's code quality report, which merge requests show: a list in a subset of Code Climate's format.
//!
//! GitLab compares the fingerprints of two branches, so they hold no line; it takes no entry without path and line, so
//! findings without a file stand at `.`.

use super::{Context, Span, pretty, sentences};
use crate::diagnostics::fingerprint::fingerprints;
use crate::diagnostics::{Finding, Severity};
use serde_json::json;

pub(super) fn render(findings: &[Finding], context: &Context<'_>) -> String {
    let entries = findings.iter().zip(fingerprints(findings, context.path)).map(|(finding, fingerprint)| {
        json!({
            "description": sentences(finding),
            "check_name": finding.rule.name,
            "fingerprint": fingerprint,
            "severity": match finding.severity() {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Info => "info",
            },
            "location": {
                "path": context.file(finding).unwrap_or_else(|| ".".to_string()),
                "lines": { "begin": Span::of(finding).map_or(1, |span| span.line) },
            },
        })
    });
    pretty(&entries.collect::<Vec<_>>())
}
