//! Writes the tree of a page as HTML, and keeps what its readers and search need beside it.

mod code;
mod html;
mod links;
mod notes;

use super::diagram::PageDiagrams;
use super::markdown::tree::{Attributes, Kind, NodeId, Span, Tree};
use super::markdown::{self, Document, heading_level};
use super::math;
use super::page::{Heading, PageInput, RenderedPage, Section};
use super::raw_html;
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use crate::html::{push_attribute, push_named, push_text};
use html::RawElement;
pub(super) use html::anchors as raw_anchors;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

/// Elements open at once; what is nested deeper is shown flat.
const DEEPEST: usize = 200;
/// Cells of all tables of a page.
const MOST_CELLS: usize = 100_000;
/// Headings listed for a page; later ones are still shown.
const MOST_HEADINGS: usize = 2_000;
/// Tabs of one set.
const MOST_TABS: usize = 20;

/// Stands in front of ids of raw HTML, so that none of them is one of the portal's own.
pub(super) const ID_PREFIX: &str = "user-";

/// A page that is being written.
pub(super) struct Writer<'p> {
    input: &'p PageInput<'p>,
    document: &'p Document,
    diagrams: PageDiagrams<'p>,
    out: String,
    depth: usize,
    /// Anchors of the page, as its author calls them.
    anchors: HashSet<&'p str>,
    /// Anchors that stand in raw HTML, and are written with a word in front.
    raw_anchors: BTreeSet<String>,
    cells: usize,
    /// The text of the heading that is being written.
    heading: Option<String>,
    /// The heads of the table that is being written.
    heads: Option<String>,
    in_link: bool,
    raw: Vec<RawElement>,
    /// Opening tags dropped because too many were open.
    raw_overflow: usize,
    /// How often each footnote has been marked.
    marks: Vec<usize>,
    tab_sets: usize,
    has_contents: bool,
    coloured: usize,
    headings: Vec<Heading>,
    first_title: Option<String>,
    sections: Vec<Section>,
    findings: Vec<Finding>,
    removed: BTreeSet<String>,
    told: BTreeSet<Told>,
}

/// Limits that are told once a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Depth,
    Cells,
    Coloured,
}

/// Writes a page.
pub(super) fn write(input: &PageInput, document: &Document) -> RenderedPage {
    let tree = &document.tree;
    let anchors = tree
        .walk(Tree::ROOT)
        .filter_map(|id| tree.attributes(id).and_then(|attributes| attributes.id.as_deref()))
        .collect();
    let mut writer = Writer {
        input,
        document,
        diagrams: input.diagrams.page(),
        out: String::with_capacity(input.text.len() + input.text.len() / 2),
        depth: 0,
        anchors,
        raw_anchors: raw_anchors(document),
        cells: 0,
        heading: None,
        heads: None,
        in_link: false,
        raw: Vec::new(),
        raw_overflow: 0,
        marks: vec![0; document.footnotes.len()],
        tab_sets: 0,
        has_contents: false,
        coloured: 0,
        headings: Vec::new(),
        first_title: None,
        sections: Vec::new(),
        findings: Vec::new(),
        removed: BTreeSet::new(),
        told: BTreeSet::new(),
    };
    if let Some(at) = document.too_deep {
        writer.tell_depth(at, markdown::DEEPEST);
    }
    writer.children(Tree::ROOT);
    writer.close_raw(0);
    writer.finish()
}

impl<'p> Writer<'p> {
    fn finish(mut self) -> RenderedPage {
        for section in &mut self.sections {
            section.text.truncate(section.text.trim_end().len());
        }
        self.sections.retain(|section| !section.text.is_empty());
        RenderedPage {
            has_heading: self.first_title.is_some(),
            title: self.first_title.filter(|title| !title.is_empty()),
            html: self.out,
            headings: self.headings,
            sections: self.sections,
            findings: self.findings,
        }
    }

    fn tree(&self) -> &'p Tree {
        &self.document.tree
    }

    fn str(&self, span: Span) -> &'p str {
        let tree: &'p Tree = &self.document.tree;
        tree.str(span)
    }

    fn children(&mut self, id: NodeId) {
        let tree = self.tree();
        for child in tree.children(id) {
            self.node(child);
        }
    }

    fn node(&mut self, id: NodeId) {
        if self.depth >= DEEPEST {
            self.tell_depth(self.tree().at(id).start, DEEPEST);
            let words = self.tree().words(id);
            self.text(&words);
            return;
        }
        self.depth += 1;
        match self.tree().kind(id) {
            Kind::Element(tag) => self.element(id, tag),
            Kind::Text(span) | Kind::Literal(span) => self.text(self.str(*span)),
            Kind::Break => {
                self.out.push_str("<br>\n");
                self.plain(" ");
            }
            Kind::InlineCode { language, text } => self.inline_code(id, self.str(*language), self.str(*text)),
            Kind::Code(code) => self.code(id, code),
            Kind::Link(target) => self.link(id, target),
            Kind::Image { target, alt } => self.image(id, target, self.str(*alt)),
            Kind::InlineHtml(span) => self.inline_html(id, self.str(*span)),
            Kind::Html(html) => self.html(id, html),
            Kind::Reference(span) => {
                let written = self.str(*span);
                raw_html::push_html_text(&mut self.out, written);
                self.plain(&raw_html::unescaped(written));
            }
            Kind::Emoji { name, glyph } => {
                self.out.push_str("<span class=\"emoji\"");
                let name = self.str(*name);
                push_named(&mut self.out, "title", name);
                self.out.push('>');
                self.out.push_str(glyph);
                self.out.push_str("</span>");
                self.plain(glyph);
            }
            Kind::FootnoteMark(number) => self.footnote_mark(*number),
            Kind::Keys(keys) => self.keys(keys),
            Kind::Math { tex, display } => self.math(id, self.str(*tex), *display),
            Kind::Task { done } => self.task(*done),
            Kind::Contents => self.contents(),
            Kind::Tabs { selected, .. } => self.tabs(id, *selected),
            Kind::Unread(_) | Kind::Nothing => self.children(id),
        }
        self.depth -= 1;
    }

    fn element(&mut self, id: NodeId, tag: &'static str) {
        if let Some(level) = heading_level(tag) {
            self.heading(id, tag, level);
            return;
        }
        match tag {
            "footnotes" => self.footnotes(id),
            "table" => self.table(id),
            "hr" => {
                self.out.push_str("<hr");
                self.attributes(id);
                self.out.push_str(">\n");
            }
            "p" if self.is_formula(id) => {
                self.children(id);
                self.out.push('\n');
            }
            "p" | "li" | "dt" | "dd" | "td" | "th" | "summary" | "label" => {
                self.open(id, tag);
                self.children(id);
                self.close(tag);
                self.out.push('\n');
                self.plain("\n");
            }
            "em" | "strong" | "del" | "ins" | "mark" | "sup" | "sub" | "abbr" | "span" => {
                self.open(id, tag);
                self.children(id);
                self.close(tag);
            }
            tag => {
                let Some(known) = raw_html::element(tag) else {
                    self.tell_removed(tag, self.tree().at(id).start);
                    self.children(id);
                    return;
                };
                self.open(id, known);
                self.out.push('\n');
                self.children(id);
                self.close(known);
                self.out.push('\n');
            }
        }
    }

    fn open(&mut self, id: NodeId, tag: &str) {
        self.out.push('<');
        self.out.push_str(tag);
        self.attributes(id);
        self.out.push('>');
    }

    fn close(&mut self, tag: &str) {
        self.close_raw(self.depth);
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
    }

    /// Writes what an element carries, as far as a page may say it.
    fn attributes(&mut self, id: NodeId) {
        if let Some(attributes) = self.tree().attributes(id) {
            self.push_attributes(attributes, &[]);
        }
    }

    fn push_attributes(&mut self, attributes: &Attributes, but: &[&str]) {
        if let Some(id) = &attributes.id
            && !but.contains(&"id")
        {
            push_named(&mut self.out, "id", &id.split_whitespace().collect::<String>());
        }
        if !attributes.classes.is_empty()
            && let Some(classes) = raw_html::checked("class", Cow::Owned(attributes.classes.join(" ")))
        {
            push_named(&mut self.out, "class", &classes);
        }
        for (name, value) in &attributes.others {
            let known = raw_html::attribute(name).filter(|name| !matches!(*name, "href" | "src" | "id" | "class"));
            if let Some(name) = known.filter(|name| !but.contains(name))
                && let Some(value) = raw_html::checked(name, Cow::Borrowed(value))
            {
                push_named(&mut self.out, name, &value);
            }
        }
    }

    fn heading(&mut self, id: NodeId, tag: &str, level: u8) {
        let outer = self.heading.replace(String::new());
        self.open(id, tag);
        self.children(id);
        self.close_raw(self.depth);
        let text = self.heading.take().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        self.heading = outer;
        let anchor = self.tree().attributes(id).and_then(|attributes| attributes.id.clone()).unwrap_or_default();
        self.out.push_str("<a class=\"headerlink\"");
        push_named(&mut self.out, "href", &format!("#{anchor}"));
        push_named(&mut self.out, "title", self.input.labels.permanent_link);
        push_named(&mut self.out, "aria-label", &format!("{}: {text}", self.input.labels.permanent_link));
        self.out.push_str(">¶</a></");
        self.out.push_str(tag);
        self.out.push_str(">\n");
        if level == 1 && self.first_title.is_none() {
            self.first_title = Some(text.clone());
        }
        if self.headings.len() < MOST_HEADINGS {
            self.headings.push(Heading { level, id: anchor, text });
        }
    }

    fn text(&mut self, text: &str) {
        push_text(&mut self.out, text);
        self.plain(text);
    }

    /// Keeps plain text: for the heading, the name of a table, and search.
    fn plain(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.push_str(text);
            return;
        }
        if let Some(heads) = &mut self.heads {
            heads.push_str(text);
        }
        let heading = self.headings.len().checked_sub(1);
        match self.sections.last_mut() {
            Some(section) if section.heading == heading => {
                let gap = text.trim().is_empty() && (section.text.is_empty() || section.text.ends_with([' ', '\n']));
                if !gap {
                    section.text.push_str(text);
                }
            }
            _ if text.trim().is_empty() => {}
            _ => self.sections.push(Section { heading, text: text.to_owned() }),
        }
    }

    fn table(&mut self, id: NodeId) {
        let tree = self.tree();
        let is_markdown = tree.first(id).is_some_and(|first| tree.tag(first) == "thead");
        if !is_markdown {
            self.out.push_str("<table>\n");
            self.children(id);
            self.out.push_str("</table>\n");
            return;
        }
        self.out.push_str("<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
        let name_at = self.out.len();
        self.out.push_str("\">\n");
        self.open(id, "table");
        self.out.push('\n');
        for part in tree.children(id) {
            let tag = tree.tag(part);
            self.out.push_str(if tag == "thead" { "<thead>\n" } else { "<tbody>\n" });
            self.heads = (tag == "thead").then(String::new);
            for row in tree.children(part) {
                self.row(row);
            }
            if let Some(heads) = self.heads.take() {
                let columns: Vec<&str> =
                    heads.split('\n').map(str::trim).filter(|name| !name.is_empty()).take(12).collect();
                let mut name = String::new();
                push_attribute(&mut name, self.input.labels.table);
                if !columns.is_empty() {
                    name.push_str(": ");
                    push_attribute(&mut name, &columns.join(", "));
                }
                self.out.insert_str(name_at, &name);
            }
            self.out.push_str(if tag == "thead" { "</thead>\n" } else { "</tbody>\n" });
        }
        self.out.push_str("</table>\n</div>\n");
        self.plain("\n");
    }

    fn row(&mut self, id: NodeId) {
        let tree = self.tree();
        self.cells += tree.children(id).count();
        if self.cells > MOST_CELLS {
            if self.told.insert(Told::Cells) {
                let place = self.place_of(id);
                self.findings.push(rules::table_cut(place, MOST_CELLS));
            }
            return;
        }
        self.out.push_str("<tr>");
        for cell in tree.children(id) {
            let tag = tree.tag(cell);
            self.open(cell, tag);
            self.children(cell);
            self.close(tag);
            self.plain(if tag == "th" { "\n" } else { " " });
        }
        self.out.push_str("</tr>\n");
        self.plain("\n");
    }

    fn keys(&mut self, keys: &[(String, String)]) {
        self.out.push_str("<span class=\"keys\">");
        for (index, (class, label)) in keys.iter().enumerate() {
            if index > 0 {
                self.out.push_str("<span>+</span>");
                self.plain("+");
            }
            self.out.push_str("<kbd");
            push_named(&mut self.out, "class", class);
            self.out.push('>');
            self.text(label);
            self.out.push_str("</kbd>");
        }
        self.out.push_str("</span>");
    }

    /// A formula that stands alone is a block, which no paragraph may hold.
    fn is_formula(&self, id: NodeId) -> bool {
        let tree = self.tree();
        let mut children = tree.children(id);
        children.next().is_some_and(|child| matches!(tree.kind(child), Kind::Math { display: true, .. }))
            && children.next().is_none()
    }

    fn math(&mut self, id: NodeId, tex: &str, display: bool) {
        match math::to_mathml(tex, display) {
            Ok(formula) if display => {
                self.out.push_str("<div class=\"math\">");
                self.out.push_str(formula.html());
                self.out.push_str("</div>");
            }
            Ok(formula) => self.out.push_str(formula.html()),
            Err(why) => {
                let place = self.place_of(id);
                self.findings.push(rules::formula_faulty(place, &why));
                self.out.push_str("<code>");
                push_text(&mut self.out, tex);
                self.out.push_str("</code>");
            }
        }
        self.plain(tex);
    }

    fn task(&mut self, done: bool) {
        let labels = self.input.labels;
        self.out.push_str("<label class=\"task-list-control\"><input type=\"checkbox\" disabled");
        push_named(&mut self.out, "aria-label", if done { labels.done } else { labels.to_do });
        self.out.push_str(if done { " checked>" } else { ">" });
        self.out.push_str("<span class=\"task-list-indicator\"></span></label> ");
    }

    /// Tabs work without a script: each is a button of a set, of which one is on.
    fn tabs(&mut self, id: NodeId, selected: usize) {
        self.tab_sets += 1;
        let set = self.tab_sets;
        let tree = self.tree();
        let labels: Vec<NodeId> =
            tree.children(id).filter(|child| tree.tag(*child) == "label").take(MOST_TABS).collect();
        self.out.push_str("<div class=\"tabbed-set tabbed-alternate\">");
        for number in 1..=labels.len() {
            self.out.push_str(&format!(
                "<input{} id=\"__tabbed_{set}_{number}\" name=\"__tabbed_{set}\" type=\"radio\">",
                if number == selected + 1 { " checked" } else { "" }
            ));
        }
        self.out.push_str("<div class=\"tabbed-labels\">");
        for (number, label) in labels.iter().enumerate() {
            self.out.push_str(&format!("<label for=\"__tabbed_{set}_{}\">", number + 1));
            self.children(*label);
            self.close("label");
            self.plain("\n");
        }
        self.out.push_str("</div>\n<div class=\"tabbed-content\">\n");
        for block in tree.children(id).filter(|child| tree.tag(*child) == "div") {
            self.out.push_str("<div class=\"tabbed-block\">\n");
            self.children(block);
            self.close("div");
            self.out.push('\n');
        }
        self.out.push_str("</div>\n</div>\n");
    }

    /// The page's headings as nested lists, where the page asks for them first.
    fn contents(&mut self) {
        if std::mem::replace(&mut self.has_contents, true) {
            return;
        }
        let tree = self.tree();
        let (first, last) = self.input.dialect.toc.depth;
        let headings: Vec<(u8, &str, String)> = tree
            .walk(Tree::ROOT)
            .filter_map(|id| {
                let level = heading_level(tree.tag(id)).filter(|level| (first..=last).contains(level))?;
                let anchor = tree.attributes(id)?.id.as_deref()?;
                Some((level, anchor, tree.words(id)))
            })
            .take(MOST_HEADINGS)
            .collect();
        self.out.push_str("<div class=\"toc\">\n");
        if let Some(title) = &self.input.dialect.toc.title {
            self.out.push_str("<span class=\"toctitle\">");
            push_text(&mut self.out, title);
            self.out.push_str("</span>\n");
        }
        let mut open: Vec<u8> = Vec::new();
        for (level, anchor, text) in &headings {
            let mut opened = false;
            while open.last().is_some_and(|last| last > level) && open.len() > 1 {
                self.out.push_str("</li>\n</ul>\n");
                open.pop();
            }
            if open.last().is_none_or(|last| last < level) {
                self.out.push_str("<ul>\n");
                open.push(*level);
                opened = true;
            }
            if !opened {
                self.out.push_str("</li>\n");
            }
            self.out.push_str("<li><a");
            push_named(&mut self.out, "href", &format!("#{anchor}"));
            self.out.push('>');
            push_text(&mut self.out, text.trim());
            self.out.push_str("</a>");
        }
        for _ in open {
            self.out.push_str("</li>\n</ul>\n");
        }
        self.out.push_str("</div>\n");
    }

    fn tell_depth(&mut self, at: usize, limit: usize) {
        if self.told.insert(Told::Depth) {
            let place = self.place(at, at);
            self.findings.push(rules::too_deep(place, limit));
        }
    }

    fn place_of(&self, id: NodeId) -> Place {
        let at = self.tree().at(id);
        self.place(at.start, at.end)
    }

    /// Where bytes of the buffer stand, in the page or in a file that it includes.
    fn place(&self, start: usize, end: usize) -> Place {
        let spot = self.document.buffer.spot(start, end);
        self.input.place_in(self.document.buffer.files.get(spot.file as usize), spot)
    }
}
