//! Collects everything that is wrong with one document.

use crate::diagnostics::{Finding, Place, rules};
use crate::yaml::{Node, Span, Value};

/// The expectation that quotes can meet.
pub(super) const A_STRING: &str = "a string";

/// One of the rules about formats: place, field, text, what it should be, a valid text near it.
type Saying = fn(Place, &str, &str, &str, Option<String>) -> Finding;

/// What was found in a document so far.
pub(super) struct Check<'a> {
    pub(super) file: &'a Place,
    /// The file's text.
    pub(super) text: &'a str,
    pub(super) findings: Vec<Finding>,
    /// The ref of the entity, once it is known.
    pub(super) entity: Option<String>,
    /// Where values of other files were brought in: nothing there is mended.
    pub(super) included: Vec<Span>,
}

impl Check<'_> {
    pub(super) fn at(&self, span: Span) -> Place {
        self.file.at(span.line, span.column, span.length)
    }

    pub(super) fn push(&mut self, finding: Finding) {
        let mut finding = match &self.entity {
            Some(entity) => finding.about(entity.clone()),
            None => finding,
        };
        let is_at = |place: &Place, span: &Span| (place.line, place.column) == (span.line, span.column);
        if finding.place.as_ref().is_some_and(|place| self.included.iter().any(|span| is_at(place, span))) {
            finding.fix = None;
        }
        self.findings.push(finding);
    }

    /// The text of a span, where it is a plain word.
    fn raw(&self, span: Span) -> Option<&'_ str> {
        let line = self.text.lines().nth(span.line.checked_sub(1)? as usize)?;
        let byte = |column: u32| line.char_indices().nth(column as usize).map_or(line.len(), |(at, _)| at);
        let start = span.column.checked_sub(1)?;
        let raw = line.get(byte(start)..byte(start + span.length))?;
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
        (!raw.is_empty() && raw.chars().all(is_word)).then_some(raw)
    }

    pub(super) fn wrong(&mut self, node: &Node, field: &str, expected: &str) {
        let place = self.at(node.span);
        let wants_text = expected == A_STRING && matches!(node.value, Value::Bool(_) | Value::Number(_));
        let finding = match self.raw(node.span).filter(|_| wants_text) {
            Some(raw) => rules::catalog::unquoted(place, field, node.describe(), raw),
            None => rules::catalog::wrong_type(place, field, expected, node.describe()),
        };
        self.push(finding);
    }

    /// A non-empty string at a required path.
    pub(super) fn required<'n>(&mut self, parent: &'n Node, key: &str, field: &str) -> Option<(&'n str, Span)> {
        match parent.get(key) {
            None => {
                let place = self.at(parent.span);
                let near = parent.entries().iter().map(|entry| entry.key.as_str());
                self.push(rules::catalog::missing(place, field, key, near));
                None
            }
            Some(node) => match node.text() {
                Some(text) if !text.is_empty() => Some((text, node.span)),
                Some(_) => {
                    let place = self.at(node.span);
                    self.push(rules::catalog::empty(place, field));
                    None
                }
                None => {
                    self.wrong(node, field, A_STRING);
                    None
                }
            },
        }
    }

    pub(super) fn formatted(
        &mut self,
        node: &Node,
        field: &str,
        valid: fn(&str) -> bool,
        rule: &str,
        guess: impl Fn(&str) -> Option<String>,
        say: Saying,
    ) {
        match node.text() {
            None => self.wrong(node, field, A_STRING),
            Some(text) if !valid(text) => {
                let place = self.at(node.span);
                self.push(say(place, field, text, rule, guess(text)));
            }
            Some(_) => {}
        }
    }

    pub(super) fn non_empty(&mut self, node: &Node, field: &str) {
        match node.text() {
            Some("") => {
                let place = self.at(node.span);
                self.push(rules::catalog::empty(place, field));
            }
            Some(_) => {}
            None => self.wrong(node, field, A_STRING),
        }
    }
}
