//! Writes the events of a Markdown parser as HTML, and keeps what a page's readers and search need beside it.

use super::address::{self, Address, with_anchor};
use super::blocks::{Admonition, Fold};
use super::diagram::PageDiagrams;
use super::fence::{self, Fence};
use super::footnotes::Footnotes;
use super::highlight::Limit;
use super::page::{Heading, PageInput, RenderedPage, Resolved, Section};
use super::raw_html::{self, Attribute, Token};
use super::slug::Slugs;
use super::source::Source;
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use crate::html::{push_attribute, push_named, push_text};
use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Tag, TagEnd,
};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

/// Tags open at once; what is nested deeper is shown flat.
const DEEPEST: usize = 64;
/// Elements of raw HTML open at once.
const DEEPEST_HTML: usize = 64;
/// Cells of all tables of a page.
const MOST_CELLS: usize = 100_000;
/// Headings listed for a page; later ones are still shown.
const MOST_HEADINGS: usize = 2_000;
/// Faulty links and images listed one by one for a page.
const MOST_LINK_FINDINGS: usize = 100;
/// Code that is coloured on one page, in bytes.
const MOST_COLOURED: usize = 512 * 1024;

/// The Markdown we read.
pub(super) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_DEFINITION_LIST
}

/// The state of a page that is being written.
pub(super) struct Writer<'p> {
    input: &'p PageInput<'p>,
    diagrams: PageDiagrams<'p>,
    out: String,
    depth: usize,
    /// What closes the links open at the moment.
    link_closers: Vec<&'static str>,
    /// Where the attributes of the list items open at the moment would stand in `out`.
    items: Vec<usize>,
    tables: Vec<Table>,
    cells: usize,
    heading: Option<OpenHeading>,
    /// The title of a box is being written: its heading has no tag of its own.
    in_title: bool,
    image: Option<OpenImage>,
    code: Option<OpenCode>,
    html_block: Option<HtmlBlock>,
    raw: Vec<RawElement>,
    /// Opening tags dropped because too many were open.
    raw_overflow: usize,
    footnote: Vec<OpenFootnote>,
    footnotes: Footnotes,
    slugs: Slugs,
    coloured: usize,
    headings: Vec<Heading>,
    first_title: Option<String>,
    sections: Vec<Section>,
    findings: Vec<Finding>,
    removed: BTreeSet<String>,
    link_faults: usize,
    told: BTreeSet<Told>,
}

/// Limits that are told once a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Depth,
    Cells,
    Coloured,
}

struct Table {
    alignments: Vec<Alignment>,
    column: usize,
    in_head: bool,
    /// Where the table's name goes.
    name_at: usize,
    head: String,
    skipped: bool,
}

struct OpenHeading {
    start: usize,
    text: String,
    id: Option<String>,
    classes: Vec<String>,
}

struct OpenImage {
    depth: usize,
    target: String,
    title: String,
    alt: String,
    place: Place,
}

struct OpenCode {
    fence: Fence,
    text: String,
    place: Place,
}

struct HtmlBlock {
    text: String,
    /// Where each piece begins in `text` and in the source.
    pieces: Vec<(usize, usize)>,
}

struct RawElement {
    name: &'static str,
    depth: usize,
}

struct OpenFootnote {
    label: String,
    outer: String,
}

/// Which address of a page is being resolved.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Link,
    Image,
}

impl<'p> Writer<'p> {
    pub(super) fn new(input: &'p PageInput<'p>) -> Self {
        Writer {
            input,
            diagrams: input.diagrams.page(),
            out: String::with_capacity(input.text.len() + input.text.len() / 2),
            depth: 0,
            link_closers: Vec::new(),
            items: Vec::new(),
            tables: Vec::new(),
            cells: 0,
            heading: None,
            in_title: false,
            image: None,
            code: None,
            html_block: None,
            raw: Vec::new(),
            raw_overflow: 0,
            footnote: Vec::new(),
            footnotes: Footnotes::default(),
            slugs: Slugs::default(),
            coloured: 0,
            headings: Vec::new(),
            first_title: None,
            sections: Vec::new(),
            findings: Vec::new(),
            removed: BTreeSet::new(),
            link_faults: 0,
            told: BTreeSet::new(),
        }
    }

    /// Begins a box; the events of its title follow.
    pub(super) fn enter(&mut self, head: &Admonition) {
        self.depth += 1;
        self.in_title = true;
        self.out.push_str(match head.fold {
            Fold::Never => "<div class=\"admonition ",
            Fold::Closed | Fold::Open => "<details class=\"admonition ",
        });
        push_attribute(&mut self.out, &head.classes.join(" "));
        self.out.push_str(if head.fold == Fold::Open { "\" open>\n" } else { "\">\n" });
        self.out.push_str(title_tags(head).0);
    }

    /// Ends the title of a box.
    pub(super) fn end_title(&mut self, head: &Admonition) {
        self.in_title = false;
        self.out.push_str(title_tags(head).1);
        self.plain("\n");
    }

    /// Ends a box.
    pub(super) fn leave(&mut self, fold: Fold) {
        self.close_raw(self.depth);
        self.depth -= 1;
        self.out.push_str(match fold {
            Fold::Never => "</div>\n",
            Fold::Closed | Fold::Open => "</details>\n",
        });
    }

    /// Writes one line of HTML that no parser has seen.
    pub(super) fn loose_html(&mut self, source: &Source) {
        let block = HtmlBlock { text: source.text().to_owned(), pieces: vec![(0, 0)] };
        self.write_html_block(source, &block);
    }

    /// Writes one event.
    pub(super) fn event(&mut self, source: &Source, event: Event, range: Range<usize>) {
        match event {
            Event::Start(tag) => {
                self.depth += 1;
                if self.depth <= DEEPEST {
                    self.start(source, tag, &range);
                } else if self.told.insert(Told::Depth) {
                    let place = self.place(source, &range);
                    self.findings.push(rules::too_deep(place, DEEPEST));
                }
            }
            Event::End(tag) => {
                if self.depth <= DEEPEST {
                    self.end(source, tag);
                }
                self.depth = self.depth.saturating_sub(1);
            }
            Event::Text(text) => self.text(&text),
            Event::Code(code) => self.inline_code(&code),
            Event::InlineMath(math) | Event::DisplayMath(math) => self.text(&math),
            Event::Html(html) => match &mut self.html_block {
                Some(block) => {
                    block.pieces.push((block.text.len(), range.start));
                    block.text.push_str(&html);
                }
                None => self.text(&html),
            },
            Event::InlineHtml(html) => {
                let block = HtmlBlock { text: html.into_string(), pieces: vec![(0, range.start)] };
                self.write_tokens(source, &block, self.depth);
            }
            Event::FootnoteReference(label) => {
                if self.shows() {
                    self.footnotes.push_reference(&mut self.out, &label);
                }
            }
            Event::SoftBreak => self.line_break("\n"),
            Event::HardBreak => self.line_break("<br>\n"),
            Event::Rule => self.push("<hr>\n"),
            Event::TaskListMarker(done) => self.task(done),
        }
    }

    /// Closes what is open and hands the page over.
    pub(super) fn finish(mut self) -> RenderedPage {
        self.close_raw(0);
        self.footnotes.push_section(&mut self.out, self.input.labels);
        if self.link_faults > MOST_LINK_FINDINGS {
            let rest = self.link_faults - MOST_LINK_FINDINGS;
            self.findings.push(rules::more_broken_links(self.input.place.clone(), rest));
        }
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

    fn start(&mut self, source: &Source, tag: Tag, range: &Range<usize>) {
        if !self.shows() {
            return;
        }
        match tag {
            Tag::Paragraph => self.push("<p>"),
            Tag::Heading { .. } if self.in_title => {}
            Tag::Heading { id, classes, .. } => {
                self.heading = Some(OpenHeading {
                    start: self.out.len(),
                    text: String::new(),
                    id: id.map(CowStr::into_string),
                    classes: classes.into_iter().map(CowStr::into_string).collect(),
                });
            }
            Tag::BlockQuote(None) => self.push("<blockquote>\n"),
            Tag::BlockQuote(Some(kind)) => {
                let (class, title) = alert(kind);
                self.push(&format!("<div class=\"admonition {class}\">\n<p class=\"admonition-title\">{title}</p>\n"));
            }
            Tag::CodeBlock(kind) => {
                let fence = match kind {
                    CodeBlockKind::Fenced(info) => fence::read(&info),
                    CodeBlockKind::Indented => Fence::default(),
                };
                self.code = Some(OpenCode { fence, text: String::new(), place: self.place(source, range) });
            }
            Tag::HtmlBlock => self.html_block = Some(HtmlBlock { text: String::new(), pieces: Vec::new() }),
            Tag::List(None) => self.push("<ul>\n"),
            Tag::List(Some(1)) => self.push("<ol>\n"),
            Tag::List(Some(first)) => self.push(&format!("<ol start=\"{first}\">\n")),
            Tag::Item => {
                self.out.push_str("<li");
                self.items.push(self.out.len());
                self.out.push('>');
            }
            Tag::FootnoteDefinition(label) => {
                let outer = std::mem::take(&mut self.out);
                self.footnote.push(OpenFootnote { label: label.into_string(), outer });
            }
            Tag::DefinitionList => self.push("<dl>\n"),
            Tag::DefinitionListTitle => self.push("<dt>"),
            Tag::DefinitionListDefinition => self.push("<dd>"),
            Tag::Table(alignments) => self.start_table(alignments),
            Tag::TableHead => {
                if let Some(table) = self.tables.last_mut() {
                    table.in_head = true;
                }
                self.push("<thead>\n<tr>");
            }
            Tag::TableRow => self.start_row(source, range),
            Tag::TableCell => self.start_cell(),
            Tag::Emphasis => self.push("<em>"),
            Tag::Strong => self.push("<strong>"),
            Tag::Strikethrough => self.push("<del>"),
            Tag::Superscript => self.push("<sup>"),
            Tag::Subscript => self.push("<sub>"),
            Tag::Link { link_type, dest_url, title, .. } => {
                let target: Cow<str> = match link_type {
                    LinkType::Email => format!("mailto:{dest_url}").into(),
                    _ => (&*dest_url).into(),
                };
                self.start_link(source, &target, &title, range);
            }
            Tag::Image { dest_url, title, .. } => {
                self.image = Some(OpenImage {
                    depth: self.depth,
                    target: dest_url.into_string(),
                    title: title.into_string(),
                    alt: String::new(),
                    place: self.place(source, range),
                });
            }
            Tag::MetadataBlock(_) => {}
        }
    }

    fn end(&mut self, source: &Source, tag: TagEnd) {
        if let Some(image) = self.image.take_if(|image| image.depth == self.depth) {
            self.write_image(&image);
            return;
        }
        if !self.shows() {
            return;
        }
        if !matches!(tag, TagEnd::HtmlBlock) {
            self.close_raw(self.depth);
        }
        match tag {
            TagEnd::Paragraph => self.end_block("</p>\n"),
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::BlockQuote(None) => self.end_block("</blockquote>\n"),
            TagEnd::BlockQuote(Some(_)) => self.end_block("</div>\n"),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::HtmlBlock => {
                if let Some(block) = self.html_block.take() {
                    self.write_html_block(source, &block);
                }
            }
            TagEnd::List(false) => self.end_block("</ul>\n"),
            TagEnd::List(true) => self.end_block("</ol>\n"),
            TagEnd::Item => {
                self.items.pop();
                self.end_block("</li>\n");
            }
            TagEnd::FootnoteDefinition => {
                if let Some(note) = self.footnote.pop() {
                    let html = std::mem::replace(&mut self.out, note.outer);
                    self.footnotes.define(note.label, html);
                }
            }
            TagEnd::DefinitionList => self.end_block("</dl>\n"),
            TagEnd::DefinitionListTitle => self.end_block("</dt>\n"),
            TagEnd::DefinitionListDefinition => self.end_block("</dd>\n"),
            TagEnd::Table => {
                self.tables.pop();
                self.end_block("</tbody>\n</table>\n</div>\n");
            }
            TagEnd::TableHead => self.end_table_head(),
            TagEnd::TableRow => self.end_row(),
            TagEnd::TableCell => self.end_cell(),
            TagEnd::Emphasis => self.push("</em>"),
            TagEnd::Strong => self.push("</strong>"),
            TagEnd::Strikethrough => self.push("</del>"),
            TagEnd::Superscript => self.push("</sup>"),
            TagEnd::Subscript => self.push("</sub>"),
            TagEnd::Link => {
                let closer = self.link_closers.pop().unwrap_or_default();
                self.push(closer);
            }
            TagEnd::Image | TagEnd::MetadataBlock(_) => {}
        }
    }

    /// Whether tags are written now: not inside the text of an image or the cells beyond the limit.
    fn shows(&self) -> bool {
        self.image.is_none()
    }

    fn in_skipped_row(&self) -> bool {
        self.tables.last().is_some_and(|table| table.skipped)
    }

    fn push(&mut self, html: &str) {
        if self.shows() && !self.in_skipped_row() {
            self.out.push_str(html);
        }
    }

    fn end_block(&mut self, html: &str) {
        self.push(html);
        self.plain("\n");
    }

    fn line_break(&mut self, html: &str) {
        match &mut self.image {
            Some(image) => image.alt.push(' '),
            None => {
                self.push(html);
                self.plain(" ");
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(code) = &mut self.code {
            code.text.push_str(text);
        } else if let Some(image) = &mut self.image {
            image.alt.push_str(text);
        } else if !self.in_skipped_row() {
            push_text(&mut self.out, text);
            self.plain(text);
        }
    }

    fn inline_code(&mut self, code: &str) {
        if let Some(image) = &mut self.image {
            image.alt.push_str(code);
        } else if !self.in_skipped_row() {
            self.out.push_str("<code>");
            push_text(&mut self.out, code);
            self.out.push_str("</code>");
            self.plain(code);
        }
    }

    /// Keeps plain text: for the heading, the name of a table, and search.
    fn plain(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.text.push_str(text);
            return;
        }
        if let Some(table) = self.tables.last_mut()
            && table.in_head
        {
            table.head.push_str(text);
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

    fn end_heading(&mut self, level: HeadingLevel) {
        let Some(heading) = self.heading.take() else {
            return;
        };
        let text = heading.text.trim().to_owned();
        let id = match heading.id {
            Some(id) => self.slugs.unique(id.split_whitespace().collect()),
            None => self.slugs.heading(&text),
        };
        let mut opener = format!("<{level}");
        push_named(&mut opener, "id", &id);
        if !heading.classes.is_empty() {
            push_named(&mut opener, "class", &heading.classes.join(" "));
        }
        opener.push('>');
        self.out.insert_str(heading.start, &opener);
        self.out.push_str("<a class=\"headerlink\"");
        push_named(&mut self.out, "href", &format!("#{id}"));
        push_named(&mut self.out, "title", self.input.labels.permanent_link);
        push_named(&mut self.out, "aria-label", &format!("{}: {text}", self.input.labels.permanent_link));
        self.out.push_str(&format!(">¶</a></{level}>\n"));
        if level == HeadingLevel::H1 && self.first_title.is_none() {
            self.first_title = Some(text.clone());
        }
        if self.headings.len() < MOST_HEADINGS {
            self.headings.push(Heading { level: level as u8, id, text });
        }
    }

    fn end_code(&mut self) {
        let Some(code) = self.code.take() else {
            return;
        };
        self.plain(&code.text);
        self.plain("\n");
        let language = if code.fence.language.is_empty() { "text" } else { &code.fence.language };
        let block = self.diagrams.block(language, &code.text, &code.place, self.input.labels);
        self.findings.extend(block.finding);
        if let Some(html) = block.html {
            self.out.push_str(&html);
            return;
        }
        self.out.push_str("<div class=\"highlight\">");
        if let Some(title) = &code.fence.title {
            self.out.push_str("<div class=\"filename\">");
            push_text(&mut self.out, title);
            self.out.push_str("</div>");
        }
        self.out.push_str("<pre><code");
        push_named(&mut self.out, "class", &format!("language-{language}"));
        self.out.push('>');
        self.coloured += code.text.len();
        if self.coloured > MOST_COLOURED {
            push_text(&mut self.out, &code.text);
            if self.told.insert(Told::Coloured) {
                self.findings.push(rules::code_plain(code.place, "follows 512 KiB of code on this page"));
            }
        } else {
            let highlighted = self.input.highlighter.highlight(language, &code.text);
            self.out.push_str(&highlighted.html);
            self.findings.extend(highlighted.limited.map(|limit| rules::code_plain(code.place, because(limit))));
        }
        self.out.push_str("</code></pre></div>\n");
    }

    fn task(&mut self, done: bool) {
        let Some(at) = self.items.last().copied() else {
            return;
        };
        self.out.insert_str(at, " class=\"task\"");
        let labels = self.input.labels;
        self.out.push_str("<input type=\"checkbox\" disabled");
        push_named(&mut self.out, "aria-label", if done { labels.done } else { labels.to_do });
        self.out.push_str(if done { " checked> " } else { "> " });
    }

    fn start_table(&mut self, alignments: Vec<Alignment>) {
        self.out.push_str("<div class=\"table-scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
        self.tables.push(Table {
            alignments,
            column: 0,
            in_head: false,
            name_at: self.out.len(),
            head: String::new(),
            skipped: false,
        });
        self.out.push_str("\">\n<table>\n");
    }

    fn end_table_head(&mut self) {
        self.push("</tr>\n</thead>\n<tbody>\n");
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        table.in_head = false;
        let columns: Vec<&str> =
            table.head.split('\n').map(str::trim).filter(|name| !name.is_empty()).take(12).collect();
        let mut name = String::new();
        push_attribute(&mut name, self.input.labels.table);
        if !columns.is_empty() {
            name.push_str(": ");
            push_attribute(&mut name, &columns.join(", "));
        }
        self.out.insert_str(table.name_at, &name);
    }

    fn start_row(&mut self, source: &Source, range: &Range<usize>) {
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        table.column = 0;
        self.cells += table.alignments.len();
        if self.cells > MOST_CELLS {
            table.skipped = true;
            if self.told.insert(Told::Cells) {
                let place = self.place(source, range);
                self.findings.push(rules::table_cut(place, MOST_CELLS));
            }
        }
        self.push("<tr>");
    }

    fn end_row(&mut self) {
        self.push("</tr>\n");
        if let Some(table) = self.tables.last_mut() {
            table.skipped = false;
        }
        self.plain("\n");
    }

    fn start_cell(&mut self) {
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        let alignment = table.alignments.get(table.column).copied().unwrap_or(Alignment::None);
        table.column += 1;
        let opener = if table.in_head { "<th" } else { "<td" };
        self.push(opener);
        self.push(match alignment {
            Alignment::None => ">",
            Alignment::Left => " align=\"left\">",
            Alignment::Center => " align=\"center\">",
            Alignment::Right => " align=\"right\">",
        });
    }

    fn end_cell(&mut self) {
        let in_head = self.tables.last().is_some_and(|table| table.in_head);
        self.push(if in_head { "</th>" } else { "</td>" });
        self.plain(if in_head { "\n" } else { " " });
    }

    fn start_link(&mut self, source: &Source, target: &str, title: &str, range: &Range<usize>) {
        if self.in_skipped_row() {
            self.link_closers.push("");
            return;
        }
        match self.resolve(Use::Link, target, |writer| writer.place(source, range)) {
            Some(url) => {
                self.out.push_str("<a");
                push_named(&mut self.out, "href", &url);
                if !title.is_empty() {
                    push_named(&mut self.out, "title", title);
                }
                self.out.push('>');
                self.link_closers.push("</a>");
            }
            None => {
                self.out.push_str("<span class=\"broken-link\">");
                self.link_closers.push("</span>");
            }
        }
    }

    fn write_image(&mut self, image: &OpenImage) {
        self.plain(&image.alt);
        if self.in_skipped_row() {
            return;
        }
        match self.resolve(Use::Image, &image.target, |_| image.place.clone()) {
            Some(url) => {
                self.out.push_str("<img");
                push_named(&mut self.out, "src", &url);
                push_named(&mut self.out, "alt", image.alt.trim());
                if !image.title.is_empty() {
                    push_named(&mut self.out, "title", &image.title);
                }
                self.out.push_str(" loading=\"lazy\">");
            }
            None => {
                self.out.push_str("<span class=\"broken-image\">");
                push_text(&mut self.out, if image.alt.is_empty() { &image.target } else { &image.alt });
                self.out.push_str("</span>");
            }
        }
    }

    /// The URL that an address leads to; where there is none, a finding says so.
    fn resolve(&mut self, wanted: Use, target: &str, place: impl FnOnce(&Self) -> Place) -> Option<String> {
        let (path, anchor) = match address::classify(target) {
            Address::External(url) => return Some(url),
            Address::Anchor(anchor) => return Some(format!("#{anchor}")),
            Address::Refused(address) => {
                self.link_fault(|writer| rules::unsafe_link(place(writer), &address));
                return None;
            }
            Address::Local { path, anchor } => (path, anchor),
        };
        let resolved = match wanted {
            Use::Link => self.input.links.page(&path),
            Use::Image => self.input.links.image(&path),
        };
        match resolved {
            Resolved::Url(url) => Some(with_anchor(url, anchor.as_deref())),
            Resolved::Withheld => None,
            Resolved::Unpublished => {
                self.link_fault(|writer| rules::unpublished_link(place(writer), target));
                None
            }
            Resolved::Broken { guess } => {
                self.link_fault(|writer| match wanted {
                    Use::Link => rules::broken_link(place(writer), target, guess),
                    Use::Image => rules::broken_image(place(writer), target, guess),
                });
                None
            }
        }
    }

    fn link_fault(&mut self, finding: impl FnOnce(&Self) -> Finding) {
        self.link_faults += 1;
        if self.link_faults <= MOST_LINK_FINDINGS {
            let finding = finding(self);
            self.findings.push(finding);
        }
    }

    fn place(&self, source: &Source, range: &Range<usize>) -> Place {
        let (line, column, length) = source.locate(range.start, range.end);
        self.input.place.at(line, column, length)
    }
}

/// Raw HTML.
impl Writer<'_> {
    /// Writes a block of raw HTML. A paragraph ends with its block: what follows is blocks, which none can hold.
    fn write_html_block(&mut self, source: &Source, block: &HtmlBlock) {
        let depth = self.depth.saturating_sub(1);
        let start = self.out.len();
        let alone = self.raw.is_empty() && self.raw_overflow == 0;
        self.write_tokens(source, block, depth);
        if self.raw.last().is_some_and(|element| element.name == "p") {
            self.close_last();
        }
        if alone && self.raw.is_empty() && self.raw_overflow == 0 && self.out[start..].contains('<') {
            let settled = raw_html::settle(&self.out[start..]);
            self.out.truncate(start);
            self.out.push_str(&settled);
        }
        self.plain("\n");
    }

    fn write_tokens(&mut self, source: &Source, block: &HtmlBlock, depth: usize) {
        if !self.shows() || self.in_skipped_row() {
            return;
        }
        for (at, token) in raw_html::tokens(&block.text) {
            match token {
                Token::Text(text) => {
                    raw_html::push_html_text(&mut self.out, text);
                    self.plain(&raw_html::unescaped(text));
                }
                Token::Open { name, attributes, closed } => {
                    self.open_raw(source, block, at, name, &attributes, depth);
                    if closed && !raw_html::is_void(name) {
                        self.close_named(name, depth);
                    }
                }
                Token::Close(name) => self.close_named(name, depth),
                Token::Removed(name) => {
                    if self.removed.len() < MOST_LINK_FINDINGS && self.removed.insert(name.clone()) {
                        let place = self.html_place(source, block, at);
                        self.findings.push(rules::html_removed(place, &name));
                    }
                }
            }
        }
    }

    fn open_raw(
        &mut self,
        source: &Source,
        block: &HtmlBlock,
        at: usize,
        name: &'static str,
        attributes: &[Attribute],
        depth: usize,
    ) {
        let void = raw_html::is_void(name);
        if !void && self.raw.len() >= DEEPEST_HTML {
            self.raw_overflow += 1;
            if self.told.insert(Told::Depth) {
                let place = self.html_place(source, block, at);
                self.findings.push(rules::too_deep(place, DEEPEST_HTML));
            }
            return;
        }
        let mut tag = format!("<{name}");
        for attribute in attributes {
            let value = raw_html::unescaped(attribute.value);
            let kept = match (attribute.name, name) {
                ("href", "a") => {
                    self.resolve(Use::Link, &value, |writer| writer.html_place(source, block, at)).map(Cow::Owned)
                }
                ("src", "img") => {
                    self.resolve(Use::Image, &value, |writer| writer.html_place(source, block, at)).map(Cow::Owned)
                }
                ("href" | "src", _) => None,
                ("id", _) => Some(Cow::Owned(format!("user-{}", value.split_whitespace().collect::<String>()))),
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
    fn close_raw(&mut self, depth: usize) {
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

    fn html_place(&self, source: &Source, block: &HtmlBlock, at: usize) -> Place {
        let index = block.pieces.partition_point(|(start, _)| *start <= at).saturating_sub(1);
        let offset = block.pieces.get(index).map_or(0, |(start, offset)| offset + (at - start));
        let tag = block.text[at..].find('>').map_or(1, |end| end + 1);
        self.place(source, &(offset..(offset + tag).min(source.text().len()).max(offset)))
    }
}

/// What goes around the title of a box.
fn title_tags(head: &Admonition) -> (&'static str, &'static str) {
    match (head.fold, &head.title) {
        (Fold::Never, None) => ("", ""),
        (Fold::Never, Some(_)) => ("<p class=\"admonition-title\">", "</p>\n"),
        (Fold::Closed | Fold::Open, _) => ("<summary>", "</summary>\n"),
    }
}

fn alert(kind: BlockQuoteKind) -> (&'static str, &'static str) {
    match kind {
        BlockQuoteKind::Note => ("note", "Note"),
        BlockQuoteKind::Tip => ("tip", "Tip"),
        BlockQuoteKind::Important => ("important", "Important"),
        BlockQuoteKind::Warning => ("warning", "Warning"),
        BlockQuoteKind::Caution => ("caution", "Caution"),
    }
}

fn because(limit: Limit) -> &'static str {
    match limit {
        Limit::Line => "has a line of more than 2,000 characters",
        Limit::Size => "is longer than 64 KiB or 2,000 lines",
        Limit::Time => "took longer than 250 ms to colour",
    }
}
