//! Markdown as forges read it: CommonMark with GitHub's additions, for READMEs. The parser's events become the same tree
//! that pages written for MkDocs become.

use super::markdown::tree::{Attributes, Code, Html, HtmlPart, Kind, NodeId, Target, Tree};
use super::markdown::{DEEPEST, Document, finish, plain_buffer};
use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd,
};
use std::collections::HashMap;
use std::ops::Range;

/// The Markdown of a forge.
pub(super) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
}

/// Reads a page. `path` names its file, `first_line` is the line of it that `text` begins with.
pub(super) fn parse(text: &str, path: &str, first_line: u32) -> Document {
    let buffer = plain_buffer(text, path, first_line);
    let mut builder = Builder {
        tree: Tree::for_text(buffer.all().len()),
        open: vec![Tree::ROOT],
        skipped: 0,
        too_deep: None,
        html: None,
        code: None,
        alt: None,
        in_head: false,
        column: 0,
        alignments: Vec::new(),
        footnotes: Vec::new(),
        numbers: HashMap::new(),
    };
    for (event, range) in Parser::new_ext(buffer.all(), options()).into_offset_iter() {
        builder.event(event, range);
    }
    let Builder { mut tree, footnotes, too_deep, .. } = builder;
    if let Some(list) = footnotes.first().and_then(|(_, note)| tree.parent(*note)) {
        tree.append(Tree::ROOT, list);
    }
    finish(tree, buffer, footnotes, too_deep)
}

struct Builder {
    tree: Tree,
    open: Vec<NodeId>,
    /// Tags open beyond the limit.
    skipped: usize,
    too_deep: Option<usize>,
    html: Option<(Range<usize>, Vec<HtmlPart>)>,
    code: Option<(Range<usize>, Code)>,
    /// Within an image: its target, where it stands, its words so far, and the tags open within.
    alt: Option<(Target, Range<usize>, String, usize)>,
    in_head: bool,
    column: usize,
    alignments: Vec<Alignment>,
    footnotes: Vec<(String, NodeId)>,
    /// Numbers of the footnotes by their labels.
    numbers: HashMap<String, usize>,
}

impl Builder {
    fn top(&self) -> NodeId {
        self.open.last().copied().unwrap_or(Tree::ROOT)
    }

    fn event(&mut self, event: Event, range: Range<usize>) {
        match event {
            Event::Start(_) if self.skipped > 0 || self.open.len() > DEEPEST => {
                self.skipped += 1;
                self.too_deep.get_or_insert(range.start);
            }
            Event::End(_) if self.skipped > 0 => self.skipped -= 1,
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag, range),
            Event::Text(text) => self.text(&text, range),
            Event::Code(text) => {
                if let Some((_, _, alt, _)) = &mut self.alt {
                    alt.push_str(&text);
                } else {
                    let (language, text) = (self.tree.keep(""), self.tree.keep(&text));
                    self.leaf(Kind::InlineCode { language, text }, range);
                }
            }
            Event::InlineMath(tex) => self.formula(&tex, false, range),
            Event::DisplayMath(tex) => self.formula(&tex, true, range),
            Event::Html(_) => {
                if let Some((_, parts)) = &mut self.html {
                    parts.push(HtmlPart::Source(range));
                }
            }
            Event::InlineHtml(html) => {
                let span = self.tree.keep(&html);
                self.leaf(Kind::InlineHtml(span), range);
            }
            Event::FootnoteReference(label) => {
                let number = self.footnote(&label);
                self.leaf(Kind::FootnoteMark(number), range);
            }
            Event::SoftBreak => self.text("\n", range),
            Event::HardBreak => self.leaf(Kind::Break, range),
            Event::Rule => self.leaf(Kind::Element("hr"), range),
            Event::TaskListMarker(done) => {
                self.leaf(Kind::Task { done }, range);
                let item = self.open.iter().rev().copied().find(|id| self.tree.tag(*id) == "li");
                if let Some(item) = item {
                    self.tree.attributes_mut(item).classes = vec!["task-list-item".to_owned()];
                    if let Some(list) = self.tree.parent(item) {
                        self.tree.attributes_mut(list).classes = vec!["task-list".to_owned()];
                    }
                }
            }
        }
    }

    fn leaf(&mut self, kind: Kind, range: Range<usize>) {
        if self.alt.is_none() {
            let top = self.top();
            self.tree.add(top, kind, range);
        }
    }

    fn formula(&mut self, tex: &str, display: bool, range: Range<usize>) {
        let tex = self.tree.keep(tex);
        self.leaf(Kind::Math { tex, display }, range);
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        if let Some((_, code)) = &mut self.code {
            code.text.push_str(text);
        } else if let Some((_, _, alt, _)) = &mut self.alt {
            alt.push_str(text);
        } else {
            let top = self.top();
            self.tree.add_text(top, text, range);
        }
    }

    fn push(&mut self, kind: Kind, range: Range<usize>) -> NodeId {
        let top = self.top();
        let node = self.tree.add(top, kind, range);
        self.open.push(node);
        node
    }

    fn start(&mut self, tag: Tag, range: Range<usize>) {
        if let Some((.., depth)) = &mut self.alt {
            *depth += 1;
            return;
        }
        match tag {
            Tag::Heading { level, id, classes, .. } => {
                let node = self.push(Kind::Element(heading(level)), range);
                if id.is_some() || !classes.is_empty() {
                    *self.tree.attributes_mut(node) = Attributes {
                        id: id.map(CowStr::into_string),
                        classes: classes.into_iter().map(CowStr::into_string).collect(),
                        others: Vec::new(),
                    };
                }
            }
            Tag::BlockQuote(Some(kind)) => {
                let (class, title) = alert(kind);
                let node = self.push(Kind::Element("div"), range.clone());
                self.tree.attributes_mut(node).classes = vec!["admonition".to_owned(), class.to_owned()];
                let heading = self.tree.add(node, Kind::Element("p"), range.clone());
                self.tree.attributes_mut(heading).classes = vec!["admonition-title".to_owned()];
                self.tree.add_text(heading, title, range);
            }
            Tag::CodeBlock(kind) => {
                let mut code = Code { fenced: true, ..Code::default() };
                if let CodeBlockKind::Fenced(info) = kind {
                    let word = info.split([' ', ',', '{', ':']).find(|word| !word.is_empty()).unwrap_or_default();
                    code.language = word.trim_start_matches('.').trim_end_matches('}').to_owned();
                }
                self.code = Some((range, code));
            }
            Tag::HtmlBlock => self.html = Some((range, Vec::new())),
            Tag::List(first) => {
                let node = self.push(Kind::Element(if first.is_some() { "ol" } else { "ul" }), range);
                if let Some(first) = first.filter(|first| *first != 1) {
                    self.tree.attributes_mut(node).set("start", &first.to_string());
                }
            }
            Tag::FootnoteDefinition(label) => {
                let number = self.footnote(&label);
                self.open.push(self.footnotes[number].1);
            }
            Tag::Table(alignments) => {
                self.alignments = alignments;
                self.push(Kind::Element("table"), range);
            }
            Tag::TableHead => {
                (self.in_head, self.column) = (true, 0);
                self.push(Kind::Element("thead"), range.clone());
                self.push(Kind::Element("tr"), range);
            }
            Tag::TableRow => {
                self.column = 0;
                self.push(Kind::Element("tr"), range);
            }
            Tag::TableCell => {
                let node = self.push(Kind::Element(if self.in_head { "th" } else { "td" }), range);
                let alignment = match self.alignments.get(self.column) {
                    Some(Alignment::Left) => "left",
                    Some(Alignment::Center) => "center",
                    Some(Alignment::Right) => "right",
                    _ => "",
                };
                if !alignment.is_empty() {
                    self.tree.attributes_mut(node).set("align", alignment);
                }
                self.column += 1;
            }
            Tag::Link { link_type, dest_url, title, .. } => {
                let url = match link_type {
                    LinkType::Email => format!("mailto:{dest_url}"),
                    _ => dest_url.into_string(),
                };
                self.push(Kind::Link(Box::new(target(url, &title))), range);
            }
            Tag::Image { dest_url, title, .. } => {
                self.alt = Some((target(dest_url.into_string(), &title), range, String::new(), 0));
            }
            tag => {
                let name = match tag {
                    Tag::Paragraph => "p",
                    Tag::BlockQuote(None) => "blockquote",
                    Tag::Item => "li",
                    Tag::Emphasis => "em",
                    Tag::Strong => "strong",
                    Tag::Strikethrough => "del",
                    Tag::Superscript => "sup",
                    Tag::Subscript => "sub",
                    _ => "div",
                };
                self.push(Kind::Element(name), range);
            }
        }
    }

    fn end(&mut self, tag: TagEnd, _: Range<usize>) {
        if let Some((target, range, alt, depth)) = self.alt.take() {
            if depth > 0 {
                self.alt = Some((target, range, alt, depth - 1));
                return;
            }
            let alt = self.tree.keep(&alt);
            let top = self.top();
            self.tree.add(top, Kind::Image { target: Box::new(target), alt }, range);
            return;
        }
        match tag {
            TagEnd::CodeBlock => {
                if let Some((range, mut code)) = self.code.take() {
                    code.text.truncate(code.text.trim_end_matches('\n').len());
                    self.leaf(Kind::Code(Box::new(code)), range);
                }
            }
            TagEnd::HtmlBlock => {
                if let Some((range, parts)) = self.html.take() {
                    self.leaf(Kind::Html(Box::new(Html { parts })), range);
                }
            }
            TagEnd::TableHead => {
                self.in_head = false;
                self.open.truncate(self.open.len().saturating_sub(2).max(1));
                self.push(Kind::Element("tbody"), 0..0);
            }
            TagEnd::Table => self.open.truncate(self.open.len().saturating_sub(2).max(1)),
            _ => self.open.truncate(self.open.len().saturating_sub(1).max(1)),
        }
    }

    /// The number of a footnote, whose text may follow.
    fn footnote(&mut self, label: &str) -> usize {
        if let Some(number) = self.numbers.get(label) {
            return *number;
        }
        let list = match self.footnotes.first() {
            Some((_, first)) => self.tree.parent(*first).unwrap_or(Tree::ROOT),
            None => self.tree.make(Kind::Element("footnotes"), 0..0),
        };
        let note = self.tree.add(list, Kind::Element("footnote"), 0..0);
        self.numbers.insert(label.to_owned(), self.footnotes.len());
        self.footnotes.push((label.to_owned(), note));
        self.footnotes.len() - 1
    }
}

fn target(url: String, title: &str) -> Target {
    Target { url, title: (!title.is_empty()).then(|| title.to_owned()) }
}

fn heading(level: HeadingLevel) -> &'static str {
    match level {
        HeadingLevel::H1 => "h1",
        HeadingLevel::H2 => "h2",
        HeadingLevel::H3 => "h3",
        HeadingLevel::H4 => "h4",
        HeadingLevel::H5 => "h5",
        HeadingLevel::H6 => "h6",
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
