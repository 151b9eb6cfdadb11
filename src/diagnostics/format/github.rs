//! Workflow commands of GitHub Actions: the runner turns each line into an annotation of the commit and its pull request.
//! GitHub shows the first ten of each severity per step; the log holds all.

use super::{Context, Span, paragraphs};
use crate::diagnostics::{Finding, Severity, printable};

pub(super) fn render(findings: &[Finding], context: &Context<'_>) -> String {
    findings.iter().map(|finding| command(finding, context)).collect()
}

fn command(finding: &Finding, context: &Context<'_>) -> String {
    let name = match finding.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    if let Some(path) = context.file(finding) {
        properties.push(format!("file={}", property(&path)));
        let numbers = Span::of(finding).map_or([None; 3], |span| [Some(span.line), span.column, span.end_column]);
        for (key, number) in ["line", "col", "endColumn"].into_iter().zip(numbers) {
            properties.extend(number.map(|number| format!("{key}={number}")));
        }
    }
    properties.push(format!("title={}", property(finding.rule.name)));
    format!("::{name} {}::{}\n", properties.join(","), data(&paragraphs(finding)))
}

/// The message of a command. A line end would end the command, and the next line could be one of its own.
fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A value before the message, which a colon or a comma would end.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
