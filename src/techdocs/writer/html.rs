//! Raw HTML.

use super::super::markdown::Document;
use super::super::markdown::tree::{Html, HtmlPart, Kind, NodeId, Tree};
use super::super::raw_html::{self, Attribute, Token};
use super::links::Use;
use super::{ID_PREFIX, Told, Writer};
use crate::diagnostics::rules::techdocs as rules;
use crate::html::push_named;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Elements of raw HTML open at once.
const DEEPEST: usize = 64;
/// Names of elements that are told to be left out, of one page.
const MOST_REMOVED: usize = 100;
/// Anchors of raw HTML that are known by their names; links to more of them are written as they are.
const MOST_ANCHORS: usize = 10_000;

/// An element that an author opened and that is not closed yet.
pub(super) struct RawElement {
    pub(super) name: &'static str,
    depth: usize,
}

/// The anchors that raw HTML gives a page: ids, and names of links.
pub(in crate::techdocs) fn anchors(document: &Document) -> BTreeSet<String> {
    let tree = &document.tree;
    let mut anchors = BTreeSet::new();
    for id in tree.walk(Tree::ROOT) {
        match tree.kind(id) {
            Kind::InlineHtml(span) => add_anchors(&mut anchors, tree.str(*span)),
            Kind::Html(html) => {
                for part in &html.parts {
                    if let HtmlPart::Source(range) = part {
                        add_anchors(&mut anchors, &document.buffer.all()[range.clone()]);
                    }
                }
            }
            _ => {}
        }
    }
    anchors
}

fn add_anchors(anchors: &mut BTreeSet<String>, html: &str) {
    if !(html.contains("id=") || html.contains("name=") || html.contains("ID=")) {
        return;
    }
    for (_, token) in raw_html::tokens(html) {
        let Token::Open { name: element, attributes, .. } = token else { continue };
        for attribute in attributes {
            let counts = attribute.name == "id" || attribute.name == "name" && element == "a";
            if counts && anchors.len() < MOST_ANCHORS {
                anchors.insert(raw_html::unescaped(attribute.value).split_whitespace().collect());
            }
        }
    }
}

impl Writer<'_> {
    pub(super) fn inline_html(&mut self, id: NodeId, html: &str) {
        let at = self.tree().at(id).start;
        self.tokens(html, at, self.depth.saturating_sub(1));
    }

    /// A block of raw HTML. A paragraph ends with its block: what follows is blocks, which none can hold.
    pub(super) fn html(&mut self, _: NodeId, html: &Html) {
        let depth = self.depth.saturating_sub(1);
        let start = self.out.len();
        let alone = self.raw.is_empty() && self.raw_overflow == 0;
        let mut settles = true;
        for part in &html.parts {
            match part {
                HtmlPart::Source(range) => {
                    let text = &self.document.buffer.all()[range.clone()];
                    self.tokens(text, range.start, depth);
                }
                HtmlPart::Node(node) => {
                    settles = false;
                    self.node(*node);
                }
            }
        }
        if self.raw.last().is_some_and(|element| element.name == "p") {
            self.close_last();
        }
        if settles && alone && self.raw.is_empty() && self.raw_overflow == 0 && self.out[start..].contains('<') {
            let settled = raw_html::settle(&self.out[start..]);
            self.out.truncate(start);
            self.out.push_str(&settled);
        }
        self.out.push('\n');
        self.plain("\n");
    }

    /// Writes HTML that begins at a byte of the buffer.
    fn tokens(&mut self, html: &str, at: usize, depth: usize) {
        for (offset, token) in raw_html::tokens(html) {
            match token {
                Token::Text(text) => {
                    raw_html::push_html_text(&mut self.out, text);
                    self.plain(&raw_html::unescaped(text));
                }
                Token::Open { name, attributes, closed } => {
                    self.open_raw(at + offset, name, &attributes, depth);
                    if closed && !raw_html::is_void(name) {
                        self.close_named(name, depth);
                    }
                }
                Token::Close(name) => self.close_named(name, depth),
                Token::Removed(name) => self.tell_removed(&name, at + offset),
            }
        }
    }

    pub(super) fn tell_removed(&mut self, name: &str, at: usize) {
        if self.removed.len() < MOST_REMOVED && self.removed.insert(name.to_owned()) {
            let place = self.place_of_tag(at);
            self.findings.push(rules::html_removed(place, name));
        }
    }

    fn open_raw(&mut self, at: usize, name: &'static str, attributes: &[Attribute], depth: usize) {
        let void = raw_html::is_void(name);
        if !void && self.raw.len() >= DEEPEST {
            self.raw_overflow += 1;
            if self.told.insert(Told::Depth) {
                let place = self.place_of_tag(at);
                self.findings.push(rules::too_deep(place, DEEPEST));
            }
            return;
        }
        let mut tag = format!("<{name}");
        let mut has_id = false;
        for attribute in attributes {
            let value = raw_html::unescaped(attribute.value);
            let kept = match (attribute.name, name) {
                ("href", "a") => self.resolve(Use::Link, &value).map(Cow::Owned),
                ("src", "img") => self.resolve(Use::Image, &value).map(Cow::Owned),
                ("href" | "src", _) => None,
                ("id" | "name", _) => {
                    let is_anchor = !has_id && (attribute.name == "id" || name == "a");
                    if is_anchor {
                        has_id = true;
                        let anchor: String = value.split_whitespace().collect();
                        push_named(&mut tag, "id", &format!("{ID_PREFIX}{anchor}"));
                    }
                    None
                }
                (attribute, _) => raw_html::checked(attribute, value),
            };
            if let Some(value) = kept {
                push_named(&mut tag, attribute.name, &value);
            }
        }
        if name == "img" && !tag.contains(" src=") {
            return;
        }
        if name == "img" && !tag.contains(" loading=") {
            push_named(&mut tag, "loading", "lazy");
        }
        tag.push('>');
        self.out.push_str(&tag);
        if !void {
            self.raw.push(RawElement { name, depth });
        }
    }

    /// Closes the innermost element of that name within the present block, and what it holds.
    fn close_named(&mut self, name: &str, depth: usize) {
        if self.raw_overflow > 0 {
            self.raw_overflow -= 1;
            return;
        }
        let here = self.raw.iter().rposition(|element| element.name == name && element.depth >= depth);
        if let Some(index) = here {
            while self.raw.len() > index {
                self.close_last();
            }
        }
    }

    /// Closes the elements that were opened at `depth` or deeper.
    pub(super) fn close_raw(&mut self, depth: usize) {
        while self.raw.last().is_some_and(|element| element.depth >= depth) {
            self.close_last();
        }
        if self.raw.is_empty() {
            self.raw_overflow = 0;
        }
    }

    fn close_last(&mut self) {
        if let Some(element) = self.raw.pop() {
            self.out.push_str("</");
            self.out.push_str(element.name);
            self.out.push('>');
        }
    }

    fn place_of_tag(&self, at: usize) -> crate::diagnostics::Place {
        let text = &self.document.buffer.all()[at.min(self.document.buffer.all().len())..];
        self.place(at, at + text.find('>').map_or(1, |end| end + 1).min(text.len()))
    }
}
