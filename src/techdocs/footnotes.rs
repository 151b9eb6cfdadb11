//! Footnotes of a page: numbers in the order of their first use, and the section at the end.

use super::labels::Labels;
use super::source::Source;
use crate::html::push_attribute;
use std::collections::{BTreeSet, HashMap};

/// The footnotes met so far.
#[derive(Debug, Default)]
pub(super) struct Footnotes {
    /// Label to its number, from 1.
    numbers: HashMap<String, usize>,
    /// Label and number of uses, by number.
    used: Vec<(String, usize)>,
    definitions: HashMap<String, String>,
}

impl Footnotes {
    /// Notes a use and writes its mark.
    pub(super) fn push_reference(&mut self, out: &mut String, label: &str) {
        let number = match self.numbers.get(label) {
            Some(number) => *number,
            None => {
                self.used.push((label.to_owned(), 0));
                self.numbers.insert(label.to_owned(), self.used.len());
                self.used.len()
            }
        };
        let uses = &mut self.used[number - 1].1;
        *uses += 1;
        out.push_str("<sup id=\"");
        push_reference_id(out, label, *uses);
        out.push_str("\"><a class=\"footnote-ref\" href=\"#fn:");
        push_attribute(out, label);
        out.push_str(&format!("\">{number}</a></sup>"));
    }

    /// Keeps the HTML of a definition; the first one of a label counts.
    pub(super) fn define(&mut self, label: String, html: String) {
        self.definitions.entry(label).or_insert(html);
    }

    /// Writes the section of all footnotes used.
    pub(super) fn push_section(&self, out: &mut String, labels: &Labels) {
        if self.used.is_empty() {
            return;
        }
        out.push_str("<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"");
        push_attribute(out, labels.footnotes);
        out.push_str("\">\n<hr>\n<ol>\n");
        for (label, uses) in &self.used {
            out.push_str("<li id=\"fn:");
            push_attribute(out, label);
            out.push_str("\">\n");
            let html = self.definitions.get(label).map(String::as_str).unwrap_or_default().trim_end();
            let (text, closer) = match html.strip_suffix("</p>") {
                Some(text) => (text, "</p>"),
                None => (html, ""),
            };
            out.push_str(text);
            for index in 1..=*uses {
                out.push_str(" <a class=\"footnote-backref\" href=\"#");
                push_reference_id(out, label, index);
                out.push_str("\" aria-label=\"");
                push_attribute(out, labels.back_to_text);
                out.push_str("\">↩</a>");
            }
            out.push_str(closer);
            out.push_str("\n</li>\n");
        }
        out.push_str("</ol>\n</section>\n");
    }
}

/// Tells every stretch of a page about the footnotes that other stretches define, so that the parser takes their marks
/// for marks. The bodies added are empty and lie beyond what the stretch owns.
pub(super) fn introduce<'s, 'a: 's>(sources: impl Iterator<Item = &'s mut Source<'a>>) {
    let mut sources: Vec<_> = sources.collect();
    let defined: BTreeSet<String> =
        sources.iter().flat_map(|source| source.text().lines().filter_map(defined_label).map(str::to_owned)).collect();
    if defined.is_empty() || sources.len() < 2 {
        return;
    }
    for source in &mut sources {
        let own: BTreeSet<&str> = source.text().lines().filter_map(defined_label).collect();
        let foreign: BTreeSet<&str> =
            marks(source.text()).filter(|label| defined.contains(*label) && !own.contains(label)).collect();
        let stubs: String = foreign.iter().map(|label| format!("\n[^{label}]: -\n")).collect();
        if !stubs.is_empty() {
            source.append(&format!("\n{stubs}"));
        }
    }
}

fn push_reference_id(out: &mut String, label: &str, index: usize) {
    out.push_str("fnref");
    if index > 1 {
        out.push_str(&index.to_string());
    }
    out.push(':');
    push_attribute(out, label);
}

fn defined_label(line: &str) -> Option<&str> {
    let (label, rest) = line.strip_prefix("[^")?.split_once(']')?;
    rest.starts_with(':').then_some(label)
}

fn marks(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("[^").filter_map(|(at, open)| {
        let rest = &text[at + open.len()..];
        let end = rest.bytes().take(200).position(|byte| byte == b']')?;
        Some(&rest[..end])
    })
}
