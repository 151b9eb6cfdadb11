//! Findings as people and machines read them, one file per format.
//!
//! Findings come in, with what a format must know beside them; the whole output goes out as text. Findings are printed in
//! the order they come in. Text of repositories is part of every message and path, so each format escapes all it prints.

mod concise;
mod github;
mod gitlab;
mod json;
mod junit;
mod sarif;
#[cfg(test)]
mod tests;

use super::human::{self, Style};
use super::{Finding, Fix, Place, Rule, one_line, printable};

/// What a format needs to know beside the findings.
pub struct Context<'a> {
    /// Path of the file at a place as the reader of the output knows it: relative to the current folder or to the root of
    /// the repository, with `/`.
    pub path: &'a dyn Fn(&Place) -> String,
    /// Text of the file at a place, where it can be had.
    pub source: &'a dyn Fn(&Place) -> Option<String>,
    /// Full web address of a rule's page in the handbook, or the empty string where there is none.
    pub rule_url: &'a dyn Fn(&Rule) -> String,
    /// How human text is drawn.
    pub style: Style,
}

/// How findings are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Human,
    Concise,
    Json,
    Sarif,
    Junit,
    Github,
    Gitlab,
}

impl Format {
    /// Every format, people's first.
    pub const ALL: [Format; 7] =
        [Format::Human, Format::Concise, Format::Json, Format::Sarif, Format::Junit, Format::Github, Format::Gitlab];

    /// The word used on the command line.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Who reads it, for help texts.
    pub fn about(self) -> &'static str {
        self.row().about
    }

    fn row(self) -> Row {
        let row = |name, about, render| Row { name, about, render };
        match self {
            Format::Human => row("human", "For people: the lines concerned, and what to do", human),
            Format::Concise => row("concise", "For grep and editors: one line per finding", concise::render),
            Format::Json => row("json", "For scripts: everything that is known", json::render),
            Format::Sarif => row("sarif", "For code scanning: SARIF 2.1.0", sarif::render),
            Format::Junit => row("junit", "For test reports of CI servers: JUnit XML", junit::render),
            Format::Github => row("github", "For GitHub Actions: annotations of a pull request", github::render),
            Format::Gitlab => row("gitlab", "For GitLab: a code quality report", gitlab::render),
        }
    }
}

/// One row of the table of formats.
struct Row {
    name: &'static str,
    about: &'static str,
    render: Render,
}

type Render = fn(&[Finding], &Context<'_>) -> String;

/// The whole output. It ends with a newline unless it is empty.
pub fn render(format: Format, findings: &[Finding], context: &Context<'_>) -> String {
    (format.row().render)(findings, context)
}

fn human(findings: &[Finding], context: &Context<'_>) -> String {
    let each =
        findings.iter().map(|finding| human::render(finding, context.style, context.path, context.source) + "\n");
    each.collect::<Vec<_>>().join("\n")
}

impl Context<'_> {
    /// The path of the file a finding concerns; `None` where it concerns none.
    fn file(&self, finding: &Finding) -> Option<String> {
        finding.place.as_ref().map(|place| (self.path)(place)).filter(|path| !path.is_empty())
    }

    fn url(&self, rule: &Rule) -> Option<String> {
        Some((self.rule_url)(rule)).filter(|url| !url.is_empty())
    }
}

/// A part of a line, counted from 1; a column is `None` where it is unknown.
#[derive(Clone, Copy)]
struct Span {
    line: u32,
    /// In characters.
    column: Option<u32>,
    /// Where it ends: the first column after it.
    end_column: Option<u32>,
}

impl Span {
    /// Where a finding stands in its file; `None` for a file as a whole.
    fn of(finding: &Finding) -> Option<Span> {
        let place = finding.place.as_ref()?;
        let column = (place.column > 0).then_some(place.column);
        let end_column = column.filter(|_| place.length > 0).map(|column| column.saturating_add(place.length));
        (place.line > 0).then_some(Span { line: place.line, column, end_column })
    }
}

/// A fix with the span it replaces, where that is known to the character. The end may be where it starts.
fn replaced(finding: &Finding) -> Option<(&Fix, &Place)> {
    let fix = finding.fix.as_ref()?;
    let place = fix.at.as_ref().or(finding.place.as_ref())?;
    (place.line > 0 && place.column > 0).then_some((fix, place))
}

/// The message and what to do, each on a line of its own.
fn paragraphs(finding: &Finding) -> String {
    let each: Vec<String> = std::iter::once(&finding.message).chain(&finding.hints).map(|text| line(text)).collect();
    each.join("\n")
}

/// The message and what to do as sentences of one line.
fn sentences(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    for hint in &finding.hints {
        text.push_str(if text.ends_with(['.', '!', '?', ':']) { " " } else { ". " });
        text.push_str(hint);
    }
    line(&text)
}

/// Text that stays on its line and cannot steer a terminal.
pub(super) fn line(text: &str) -> String {
    printable(&one_line(text))
}

/// Pretty JSON with a final newline.
fn pretty(json: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(json).unwrap_or_default() + "\n"
}
