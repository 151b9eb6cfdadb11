//! JUnit XML as Jenkins and GitLab read it: one suite, one test case per finding, named after its file.
//!
//! Errors and warnings are failures, notes are passed tests that say something. Both servers know a test by class and
//! name, so equal findings are numbered, and neither holds a line number: a fault that moves is no new one. Without
//! findings there is one test that passed, since Jenkins takes an empty suite for a mistake.

use super::{Context, Span, line, sentences};
use crate::diagnostics::human::{self, Style};
use crate::diagnostics::{Finding, Severity, printable};
use quick_xml::escape::{escape, partial_escape};
use std::collections::HashMap;

pub(super) fn render(findings: &[Finding], context: &Context<'_>) -> String {
    let mut met: HashMap<(String, String), usize> = HashMap::new();
    let cases: String = findings
        .iter()
        .map(|finding| {
            let file = context.file(finding);
            let class = file.clone().unwrap_or_else(|| "callboard".to_string());
            let name = format!("{}: {}", finding.rule.name, finding.message);
            let times = met.entry((class.clone(), name.clone())).or_default();
            *times += 1;
            let name = if *times == 1 { name } else { format!("{name} ({times})") };
            let mut opening = format!("<testcase{}{}", attribute("classname", &class), attribute("name", &name));
            if let Some(file) = file {
                opening.push_str(&attribute("file", &file));
            }
            if let Some(span) = Span::of(finding) {
                opening.push_str(&format!(" line=\"{}\"", span.line));
            }
            format!("    {opening} time=\"0\">\n      {}\n    </testcase>\n", outcome(finding, context))
        })
        .collect();
    let failures = findings.iter().filter(|finding| finding.severity() > Severity::Info).count();
    let passed = "    <testcase classname=\"callboard\" name=\"no findings\" time=\"0\"/>\n";
    let (cases, tests) = if findings.is_empty() { (passed, 1) } else { (cases.as_str(), findings.len()) };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  \
         <testsuite name=\"callboard\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\" time=\"0\">\n\
         {cases}  </testsuite>\n</testsuites>\n"
    )
}

fn outcome(finding: &Finding, context: &Context<'_>) -> String {
    let style = Style { color: false, width: 120 };
    let shown = human::render(finding, style, context.path, context.source);
    let shown = partial_escape(visible(&shown)).into_owned();
    match finding.severity() {
        Severity::Info => format!("<system-out>{shown}</system-out>"),
        severity => {
            let message = attribute("message", &sentences(finding));
            format!("<failure type=\"{}\"{message}>{shown}</failure>", severity.word())
        }
    }
}

/// ` name="value"`, the value in one line: XML would turn line ends in it into spaces.
fn attribute(name: &str, value: &str) -> String {
    format!(" {name}=\"{}\"", escape(visible(&line(value))))
}

/// Text with everything made visible that may not stand in XML, not even escaped.
fn visible(text: &str) -> String {
    printable(text).replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}")
}
