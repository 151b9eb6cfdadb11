//! Everything that is known of findings, for scripts.
//!
//! The schema is versioned: whoever knows its number knows every field. Each field is always there; one that does not
//! apply is `null`. Fields may be added under the same number, none is renamed or taken away.

use super::{Context, Span, pretty, replaced};
use crate::diagnostics::{Finding, Severity};
use serde::Serialize;

/// The whole output.
#[derive(Serialize)]
struct Report<'a> {
    /// 1
    schema: u32,
    tool: Tool,
    summary: Summary,
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

/// How many findings there are of each severity.
#[derive(Serialize)]
struct Summary {
    error: usize,
    warning: usize,
    info: usize,
}

/// One finding.
#[derive(Serialize)]
struct Entry<'a> {
    /// The rule's name, such as `dangling-ref`.
    rule: &'static str,
    /// error, warning, info
    severity: Severity,
    /// What is wrong, in one line, names in backticks.
    message: &'a str,
    /// What stands at the place.
    label: Option<&'a str>,
    /// What to do, each a sentence.
    help: &'a [String],
    /// Why the rule matters.
    why: &'static str,
    /// Page of the rule in the handbook.
    url: Option<String>,
    /// The file, as the reader knows it.
    path: Option<String>,
    /// The repository's id; `null` for the portal's own configuration.
    repo: Option<&'a str>,
    /// From 1; `null` for a file as a whole.
    line: Option<u32>,
    /// From 1, in characters.
    column: Option<u32>,
    /// The first column after the span, in characters.
    end_column: Option<u32>,
    /// Ref of the entity concerned.
    entity: Option<&'a str>,
    fix: Option<Edit<'a>>,
}

/// A change that settles the finding: the characters from `column` up to `end_column` become `replacement`.
#[derive(Serialize)]
struct Edit<'a> {
    /// What it does, as a sentence.
    title: &'a str,
    replacement: &'a str,
    path: String,
    line: u32,
    column: u32,
    /// The first column after the span; the same as `column` where something is put in and nothing taken away.
    end_column: u32,
}

pub(super) fn render(findings: &[Finding], context: &Context<'_>) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
    pretty(&Report {
        schema: 1,
        tool: Tool { name: "callboard", version: env!("CARGO_PKG_VERSION") },
        summary: Summary {
            error: count(Severity::Error),
            warning: count(Severity::Warning),
            info: count(Severity::Info),
        },
        findings: findings.iter().map(|finding| entry(finding, context)).collect(),
    })
}

fn entry<'a>(finding: &'a Finding, context: &Context<'_>) -> Entry<'a> {
    let span = Span::of(finding);
    Entry {
        rule: finding.rule.name,
        severity: finding.severity(),
        message: &finding.message,
        label: finding.label.as_deref(),
        help: &finding.hints,
        why: finding.rule.why,
        url: context.url(finding.rule),
        path: context.file(finding),
        repo: finding.place.as_ref().map(|place| &*place.repo).filter(|repo| !repo.is_empty()),
        line: span.map(|span| span.line),
        column: span.and_then(|span| span.column),
        end_column: span.and_then(|span| span.end_column),
        entity: finding.entity.as_deref(),
        fix: replaced(finding).map(|(fix, place)| Edit {
            title: &fix.title,
            replacement: &fix.replacement,
            path: (context.path)(place),
            line: place.line,
            column: place.column,
            end_column: place.column.saturating_add(place.length),
        }),
    }
}
