//! What can be wrong, and how it is said.
//!
//! A fault in somebody's content is a [`Finding`]: it is collected, shown and never stops a build. A fault of the
//! environment is a [`Stop`]: it ends the run and decides the exit code. Messages are built in [`rules`], one function
//! per rule; callers hand in facts.

pub mod baseline;
pub mod fingerprint;
pub mod format;
pub mod human;
pub mod rules;
mod stop;
pub mod suggestion;

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::sync::Arc;

pub use stop::{Stop, StopKind};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is lost.
    Info,
    /// Something is shown differently from what its author probably meant.
    Warning,
    /// Something was left out of the portal.
    Error,
}

impl Severity {
    /// The word used in terminals, reports and pages.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }

    /// The severity with this word.
    pub fn named(word: &str) -> Option<Severity> {
        [Severity::Info, Severity::Warning, Severity::Error].into_iter().find(|severity| severity.word() == word)
    }
}

/// A span of source text. Lines and columns count from 1, columns in characters; line 0 means the file as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The repository's id, or the empty string for the portal's own configuration.
    pub repo: Arc<str>,
    /// Path inside the repository, with `/`.
    pub path: Arc<str>,
    pub line: u32,
    pub column: u32,
    /// Length in characters on that line; 0 where unknown.
    pub length: u32,
}

impl Place {
    /// The file as a whole.
    pub fn file(repo: impl Into<Arc<str>>, path: impl Into<Arc<str>>) -> Self {
        Place { repo: repo.into(), path: path.into(), line: 0, column: 0, length: 0 }
    }

    /// The same file at another span.
    pub fn at(&self, line: u32, column: u32, length: u32) -> Self {
        Place { line, column, length, ..self.clone() }
    }

    /// `repo/path:line:column`, as terminals and editors understand it.
    pub fn display(&self) -> String {
        let mut text = String::new();
        if !self.repo.is_empty() {
            text.push_str(&self.repo);
            text.push('/');
        }
        text.push_str(&self.path);
        if self.line > 0 {
            text.push_str(&format!(":{}:{}", self.line, self.column.max(1)));
        }
        text
    }
}

/// One row of the table of rules: a stable kebab-case name and what it is about.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    pub name: &'static str,
    pub severity: Severity,
    /// One sentence for people who meet the rule for the first time.
    pub summary: &'static str,
    /// Why it matters to whoever has to act, in one or two sentences.
    pub why: &'static str,
}

/// One thing that is wrong, or worth knowing, with its place and what to do about it.
#[derive(Debug, Clone)]
pub struct Finding {
    pub rule: &'static Rule,
    /// The rule's, unless the configuration sets another.
    pub severity: Severity,
    pub place: Option<Place>,
    /// What is wrong, in one line, with names in backticks.
    pub message: String,
    /// What stands at the place, said beside the excerpt.
    pub label: Option<String>,
    /// What to do, each a sentence.
    pub hints: Vec<String>,
    /// The ref of the entity it concerns, where one is known.
    pub entity: Option<String>,
    /// The one change that would settle it, where there is one.
    pub fix: Option<Box<Fix>>,
    /// It tells of a limit that was reached.
    pub is_limit: bool,
}

/// A change that settles a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as a sentence: Quote the value.
    pub title: String,
    /// What stands there afterwards. A span of length 0 is a point where this goes in.
    pub replacement: String,
    /// The span that is replaced; the finding's own place unless another is named.
    pub at: Option<Place>,
}

impl Finding {
    /// A finding of `rule` at `place`.
    pub fn new(rule: &'static Rule, place: impl Into<Option<Place>>, message: impl Into<String>) -> Self {
        Finding {
            rule,
            severity: rule.severity,
            place: place.into(),
            message: one_line(&message.into()),
            label: None,
            hints: Vec::new(),
            entity: None,
            fix: None,
            is_limit: false,
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(one_line(&hint.into()));
        self
    }

    /// Adds a hint where there is one.
    #[must_use]
    pub fn hint_if(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    /// Says what stands at the place.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Tells of a limit that was reached, where it does: the report lists these by themselves.
    #[must_use]
    pub fn of_limit(mut self, is_limit: bool) -> Self {
        self.is_limit = is_limit;
        self
    }

    /// Names the entity concerned by its ref.
    #[must_use]
    pub fn about(mut self, entity: impl Into<String>) -> Self {
        self.entity = Some(entity.into());
        self
    }

    /// Offers to replace what stands at the finding's place.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, replacement: impl Into<String>) -> Self {
        self.fix = Some(Box::new(Fix { title: one_line(&title.into()), replacement: replacement.into(), at: None }));
        self
    }

    /// Offers to replace what stands at another place.
    #[must_use]
    pub fn fix_at(self, at: Place, title: impl Into<String>, replacement: impl Into<String>) -> Self {
        let mut finding = self.fix(title, replacement);
        finding.fix = finding.fix.map(|fix| Box::new(Fix { at: Some(at), ..*fix }));
        finding
    }

    pub fn severity(&self) -> Severity {
        self.severity
    }

    fn order(&self, other: &Self) -> Ordering {
        (&self.place, self.rule.name, &self.message, &self.entity).cmp(&(
            &other.place,
            other.rule.name,
            &other.message,
            &other.entity,
        ))
    }
}

/// Sorts findings by place, rule and text and drops exact repeats, so that their order never depends on threads.
pub fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(Finding::order);
    findings.dedup_by(|a, b| a.order(b) == Ordering::Equal);
}

/// Text of repositories inside a message must not break its line.
fn one_line(text: &str) -> String {
    text.replace('\n', "\\n").replace('\t', "\\t").replace('\r', "\\r")
}

/// `1 argument`, `2 arguments`.
pub fn count(number: usize, noun: &str) -> String {
    let plural = match noun.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{stem}ies"),
        _ => format!("{noun}s"),
    };
    format!("{number} {}", if number == 1 { noun } else { &plural })
}

/// Control characters and invisible direction marks made visible, so that a name cannot steer a terminal.
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let steers = (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}');
        if steers {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_a_person_would_say_them() {
        assert_eq!(count(1, "entity"), "1 entity");
        assert_eq!(count(0, "repository"), "0 repositories");
        assert_eq!(count(2, "page"), "2 pages");
        assert_eq!(count(2, "key"), "2 keys");
    }

    #[test]
    fn terminal_control_characters_become_visible() {
        assert_eq!(printable("a\u{1b}[31mb\u{202e}"), "a\\u{1b}[31mb\\u{202e}");
    }
}
