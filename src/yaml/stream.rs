//! A text into its documents, with the directives that stand before each.
//!
//! `---` and `...` at the start of a line end a document whatever is still open, so each is parsed on its own and
//! broken ones cannot touch their neighbours.

use super::{Fault, Schema, Span};

/// Prefixes of tags that one document may declare.
const MAX_TAGS: usize = 64;

/// One document of a text, not yet parsed.
pub(super) struct Section<'a> {
    /// From its `---`, or from its first line.
    pub(super) text: &'a str,
    /// Where `text` begins, both from 1.
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) schema: Schema,
    /// Handles and prefixes of `%TAG`.
    pub(super) tags: Vec<(&'a str, &'a str)>,
    pub(super) warnings: Vec<Fault>,
    /// What is wrong with its directives.
    pub(super) fault: Option<Fault>,
}

/// Walks the documents of a text. Directives stand only at its start and behind `...`.
pub(super) struct Sections<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    column: u32,
    /// Whether a `---` has just ended a document: then the next one begins here, without directives.
    at_marker: bool,
    directives: Directives<'a>,
}

#[derive(Default)]
struct Directives<'a> {
    schema: Schema,
    tags: Vec<(&'a str, &'a str)>,
    /// YAML 1.1 keeps directives until the next ones.
    keep: bool,
    seen: Option<Span>,
    warnings: Vec<Fault>,
    fault: Option<Fault>,
}

impl<'a> Sections<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Sections { text, at: 0, line: 1, column: 1, at_marker: false, directives: Directives::default() }
    }

    /// Steps over lines that belong to no document, reading their directives. `false` at the end of the text.
    fn prelude(&mut self) -> bool {
        while self.at < self.text.len() {
            if self.text[self.at..].starts_with('\u{feff}') {
                self.at += '\u{feff}'.len_utf8();
            }
            let line = line_at(self.text, self.at);
            let trimmed = line.trim_matches([' ', '\t', '\r', '\n']);
            if line.starts_with('%') {
                let span = Span { line: self.line, column: self.column, length: trimmed.chars().count() as u32 };
                self.directives.add(trimmed, span);
            } else if !trimmed.is_empty() && !trimmed.starts_with('#') {
                return true;
            }
            self.step(line.len());
        }
        false
    }

    /// Goes on to the start of the next line.
    fn step(&mut self, bytes: usize) {
        self.at += bytes;
        self.line += 1;
        self.column = 1;
    }
}

impl<'a> Iterator for Sections<'a> {
    type Item = Section<'a>;

    fn next(&mut self) -> Option<Section<'a>> {
        if !self.at_marker && !self.prelude() {
            return None;
        }
        let (start, line, column) = (self.at, self.line, self.column);
        let explicit = self.text[start..].starts_with("---") && is_marker(&self.text[start..]);
        let mut first = explicit;
        self.at_marker = false;
        while self.at < self.text.len() {
            let rest = &self.text[self.at..];
            if !first && (self.column == 1) && is_marker(rest) {
                self.at_marker = rest.starts_with('-');
                break;
            }
            first = false;
            let length = line_at(self.text, self.at).len();
            self.step(length);
        }
        let text = &self.text[start..self.at];
        if self.at < self.text.len() && !self.at_marker {
            self.at += 3;
            self.column += 3;
        }
        Some(self.directives.document(text, line, column, explicit))
    }
}

impl<'a> Directives<'a> {
    fn add(&mut self, line: &'a str, span: Span) {
        if self.keep {
            self.tags.clear();
            self.schema = Schema::Core;
            self.keep = false;
        }
        self.seen = Some(span);
        let code = [" #", "\t#"].iter().filter_map(|mark| line.find(mark)).min().map_or(line, |end| &line[..end]);
        let mut parts = code.split([' ', '\t']).filter(|part| !part.is_empty());
        match (parts.next().unwrap_or_default(), parts.next(), parts.next(), parts.next()) {
            ("%YAML", Some("1.1"), None, None) => self.schema = Schema::Old,
            ("%YAML", Some("1.2"), None, None) => self.schema = Schema::Core,
            ("%YAML", Some(version), None, None) if is_version(version) => self
                .warnings
                .push(Fault::new(span, format!("YAML {version} is not known here; the document is read as YAML 1.2"))),
            ("%TAG", ..) if self.tags.len() >= MAX_TAGS => {
                self.refuse(span, "more than 64 `%TAG` stand before a document")
            }
            ("%TAG", Some(handle), Some(prefix), None) => {
                self.tags.retain(|(known, _)| *known != handle);
                if handle.starts_with('!') && handle.ends_with('!') {
                    self.tags.push((handle, prefix));
                }
            }
            ("%YAML", ..) => self.refuse(span, "`%YAML` should be followed by one version, as in `%YAML 1.2`"),
            ("%TAG", ..) => self.refuse(span, "`%TAG` should be followed by a handle and a prefix"),
            (name, ..) => {
                let warning = Fault::new(span, format!("the directive `{name}` is not known and has no effect")).hint(
                    "A line that begins with `%` is a directive of YAML; put `#` before it to make it a comment.",
                );
                if self.warnings.len() < MAX_TAGS {
                    self.warnings.push(warning);
                }
            }
        }
    }

    fn refuse(&mut self, span: Span, message: &str) {
        self.fault.get_or_insert_with(|| Fault::new(span, message));
    }

    /// The document that the directives so far belong to.
    fn document(&mut self, text: &'a str, line: u32, column: u32, explicit: bool) -> Section<'a> {
        if let Some(span) = self.seen.take()
            && !explicit
        {
            self.fault.get_or_insert_with(|| {
                Fault::new(span, "a directive should be followed by a line with `---`").hint(
                    "A line that begins with `%` is a directive of YAML. If it is meant as text, put it in quotes.",
                )
            });
        }
        let section = Section {
            text,
            line,
            column,
            schema: self.schema,
            tags: self.tags.clone(),
            warnings: std::mem::take(&mut self.warnings),
            fault: self.fault.take(),
        };
        self.keep = self.schema == Schema::Old;
        if !self.keep {
            self.tags.clear();
        }
        section
    }
}

/// The line that begins at `start`, with its end.
fn line_at(text: &str, start: usize) -> &str {
    let rest = &text[start..];
    memchr::memchr(b'\n', rest.as_bytes()).map_or(rest, |end| &rest[..=end])
}

/// Whether a line is `---` or `...`, alone or followed by space.
fn is_marker(line: &str) -> bool {
    (line.starts_with("---") || line.starts_with("..."))
        && line[3..].bytes().next().is_none_or(|next| matches!(next, b' ' | b'\t' | b'\r' | b'\n'))
}

fn is_version(text: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(major, minor)| number(major) && number(minor))
}
