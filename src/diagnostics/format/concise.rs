//! One line per finding, as compilers have written them since long: `path:line:column: severity[rule] message (hints)`.
//! A file as a whole is told at its first line, since editors jump nowhere without one.

use super::{Context, Span, line};
use crate::diagnostics::Finding;

pub(super) fn render(findings: &[Finding], context: &Context<'_>) -> String {
    findings.iter().map(|finding| one(finding, context)).collect()
}

fn one(finding: &Finding, context: &Context<'_>) -> String {
    let span = Span::of(finding);
    let (row, column) = span.map_or((1, 1), |span| (span.line, span.column.unwrap_or(1)));
    let place = match context.file(finding) {
        Some(path) => format!("{}:{row}:{column}", line(&path)),
        None => "callboard".to_string(),
    };
    let hints = finding.hints.join(" ");
    let hints = if hints.is_empty() { hints } else { format!(" ({})", line(&hints)) };
    let (severity, rule) = (finding.severity().word(), finding.rule.name);
    format!("{place}: {severity}[{rule}] {}{hints}\n", line(&finding.message))
}
