//! Code, in blocks and in lines.

use super::super::highlight::Limit;
use super::super::markdown::tree::{Code, NodeId};
use super::{Told, Writer};
use crate::diagnostics::rules::techdocs as rules;
use crate::html::{push_named, push_text};
use std::ops::Range;

/// Code that is coloured on one page, in bytes.
const MOST_COLOURED: usize = 512 * 1024;
/// Blocks of more lines have no numbers.
const MOST_NUMBERS: usize = 2_000;

impl Writer<'_> {
    pub(super) fn inline_code(&mut self, id: NodeId, language: &str, text: &str) {
        self.plain(text);
        self.out.push_str("<code");
        self.attributes(id);
        if language.is_empty() {
            self.out.push('>');
            push_text(&mut self.out, text);
        } else {
            let language = language_name(language);
            push_named(&mut self.out, "class", &format!("highlight language-{language}"));
            self.out.push('>');
            self.coloured += text.len();
            let highlighted = self.input.highlighter.highlight(&language, text);
            self.out.push_str(highlighted.html.trim_end_matches('\n'));
        }
        self.out.push_str("</code>");
    }

    pub(super) fn code(&mut self, id: NodeId, code: &Code) {
        let text = without_blank_ends(&code.text);
        self.plain(text);
        self.plain("\n");
        let language = language_name(&code.language);
        if code.fenced {
            let place = self.place_of(id);
            let block = self.diagrams.block(&language, text, &place, self.input.labels);
            self.findings.extend(block.finding);
            if let Some(html) = block.html {
                self.out.push_str(&html);
                return;
            }
        }
        self.out.push_str("<div class=\"highlight\"");
        if let Some(id) = &code.id {
            push_named(&mut self.out, "id", &id.split_whitespace().collect::<String>());
        }
        self.out.push('>');
        let auto_title = self.input.dialect.highlight.auto_title && !code.language.is_empty();
        if let Some(title) = code.title.as_ref().or(auto_title.then_some(&code.language)) {
            self.out.push_str("<div class=\"filename\">");
            push_text(&mut self.out, title);
            self.out.push_str("</div>");
        }
        self.out.push_str("<pre>");
        if let Some(first) = code.first_number {
            self.line_numbers(text, first);
        }
        self.out.push_str("<code");
        push_named(&mut self.out, "class", &format!("language-{language}"));
        self.out.push('>');
        let mut with_end = text.to_owned();
        with_end.push('\n');
        self.coloured += with_end.len();
        let html = if self.coloured > MOST_COLOURED {
            if self.told.insert(Told::Coloured) {
                let place = self.place_of(id);
                self.findings.push(rules::code_plain(place, "follows 512 KiB of code on this page"));
            }
            let mut html = String::new();
            push_text(&mut html, &with_end);
            html
        } else {
            let highlighted = self.input.highlighter.highlight(&language, &with_end);
            if let Some(limit) = highlighted.limited {
                let place = self.place_of(id);
                self.findings.push(rules::code_plain(place, because(limit)));
            }
            highlighted.html
        };
        if code.marked.is_empty() {
            self.out.push_str(&html);
        } else {
            push_marked(&mut self.out, &html, &code.marked);
        }
        self.out.push_str("</code></pre></div>\n");
    }

    /// Numbers are drawn by the theme from one attribute, so that nobody copies them.
    fn line_numbers(&mut self, text: &str, first: u32) {
        let lines = text.lines().count();
        if (lines < 2 && first == 1) || lines > MOST_NUMBERS {
            return;
        }
        self.out.push_str("<span class=\"linenos\" aria-hidden=\"true\" data-lines=\"");
        for index in 0..lines {
            if index > 0 {
                self.out.push_str("&#10;");
            }
            self.out.push_str(&first.saturating_add(index as u32).to_string());
        }
        self.out.push_str("\"></span>");
    }
}

/// Code without the blank lines at its ends.
fn without_blank_ends(text: &str) -> &str {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() {
            break;
        }
        start += line.len();
    }
    text[start..].trim_end()
}

/// A language as it may stand in a class.
fn language_name(written: &str) -> String {
    let name: String = written
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '.' | '_' | '-'))
        .take(40)
        .collect::<String>()
        .to_ascii_lowercase();
    if name.is_empty() { "text".to_owned() } else { name }
}

/// Puts an element around each marked line; colours that go over its end are closed and opened again.
fn push_marked(out: &mut String, html: &str, marked: &[Range<u32>]) {
    let mut colour = "";
    for (index, line) in html.split_inclusive('\n').enumerate() {
        let is_marked = marked.iter().any(|range| range.contains(&(index as u32 + 1)));
        let carried = colour;
        for (at, _) in line.match_indices('<') {
            let tag = &line[at..];
            colour = if tag.starts_with("</") { "" } else { tag.split_inclusive('>').next().unwrap_or_default() };
        }
        if !is_marked {
            out.push_str(line);
            continue;
        }
        if !carried.is_empty() {
            out.push_str("</span>");
        }
        out.push_str("<span class=\"hll\">");
        out.push_str(carried);
        out.push_str(line);
        if !colour.is_empty() {
            out.push_str("</span>");
        }
        out.push_str("</span>");
        out.push_str(colour);
    }
}

fn because(limit: Limit) -> &'static str {
    match limit {
        Limit::Line => "has a line of more than 2,000 characters",
        Limit::Size => "is longer than 64 KiB or 2,000 lines",
        Limit::Time => "took longer than 2 s to colour",
    }
}

#[cfg(test)]
mod tests {
    use super::{push_marked, without_blank_ends};

    #[test]
    fn marked_lines_keep_their_colours() {
        let mut out = String::new();
        push_marked(&mut out, "a\n<span class=\"c\">b\nc\nd</span>\n", &[std::ops::Range { start: 3, end: 4 }]);
        assert_eq!(
            out,
            "a\n<span class=\"c\">b\n</span><span class=\"hll\"><span class=\"c\">c\n</span></span><span class=\"c\">d</span>\n"
        );
    }

    #[test]
    fn blank_lines_at_the_ends_are_no_code() {
        assert_eq!(without_blank_ends("\n  \n  a\n\n b\n\n"), "  a\n\n b");
        assert_eq!(without_blank_ends("\n\n"), "");
    }
}
