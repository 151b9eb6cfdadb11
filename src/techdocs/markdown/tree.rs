//! A page as a tree: what the two Markdown parsers make, and the writer reads.

use super::buffer::Lines;
use std::ops::Range;

/// A node by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::techdocs) struct NodeId(u32);

/// No node.
const NONE: u32 = u32::MAX;

/// All nodes of a page and the text they show.
#[derive(Debug)]
pub(in crate::techdocs) struct Tree {
    nodes: Vec<Node>,
    /// The text of nodes, which hold ranges of it.
    pub(super) text: String,
}

#[derive(Debug)]
struct Node {
    kind: Kind,
    /// Where it stands in the buffer, in bytes.
    at: (u32, u32),
    attributes: Option<Box<Attributes>>,
    parent: u32,
    previous: u32,
    next: u32,
    first: u32,
    last: u32,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::techdocs) enum Kind {
    /// An element that holds others.
    Element(&'static str),
    /// A stretch of the tree's text.
    Text(Span),
    /// A character that was escaped, or text that no further rule may touch.
    Literal(Span),
    /// Lines whose inline markup has not been read yet.
    Unread(Lines),
    /// A break that ends a line.
    Break,
    /// Code between backticks: language and text.
    InlineCode {
        language: Span,
        text: Span,
    },
    Code(Box<Code>),
    /// A link; what it holds is its text.
    Link(Box<Target>),
    /// An image, with its other text.
    Image {
        target: Box<Target>,
        alt: Span,
    },
    /// Tags of HTML within text.
    InlineHtml(Span),
    /// A block of HTML that is no Markdown.
    Html(Box<Html>),
    /// A character reference such as `&nbsp;`.
    Reference(Span),
    /// `:name:`.
    Emoji {
        name: Span,
        glyph: &'static str,
    },
    /// A mark of the footnote with this number, from 0.
    FootnoteMark(usize),
    /// Keys of a keyboard, each with its class and its name.
    Keys(Vec<(String, String)>),
    /// A formula.
    Math {
        tex: Span,
        display: bool,
    },
    /// A box to tick.
    Task {
        done: bool,
    },
    /// The place of the page's contents.
    Contents,
    /// Boxes with tabs: their labels are the children named `label`, their contents those named `div`.
    Tabs {
        selected: usize,
        count: usize,
    },
    /// What a page was to include and could not.
    Nothing,
}

/// A range of the tree's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::techdocs) struct Span {
    start: u32,
    end: u32,
}

/// Where a link or image leads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::techdocs) struct Target {
    pub(in crate::techdocs) url: String,
    pub(in crate::techdocs) title: Option<String>,
}

/// A block of code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::techdocs) struct Code {
    pub(in crate::techdocs) language: String,
    pub(in crate::techdocs) title: Option<String>,
    pub(in crate::techdocs) id: Option<String>,
    /// The number of the first line, where they are to be shown.
    pub(in crate::techdocs) first_number: Option<u32>,
    /// Highlighted lines, from 1.
    pub(in crate::techdocs) marked: Vec<Range<u32>>,
    pub(in crate::techdocs) text: String,
    pub(in crate::techdocs) fenced: bool,
}

/// A block of HTML: stretches of the buffer's text, with objects in between.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::techdocs) struct Html {
    pub(in crate::techdocs) parts: Vec<HtmlPart>,
}

/// A part of a block of HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::techdocs) enum HtmlPart {
    /// Bytes of the buffer.
    Source(Range<usize>),
    /// A block of code that stands within.
    Node(NodeId),
}

/// What an element carries beside its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::techdocs) struct Attributes {
    pub(in crate::techdocs) id: Option<String>,
    pub(in crate::techdocs) classes: Vec<String>,
    /// Others, each name once.
    pub(in crate::techdocs) others: Vec<(String, String)>,
}

impl Attributes {
    /// Sets one; the last of a name counts.
    pub(in crate::techdocs) fn set(&mut self, name: &str, value: &str) {
        match self.others.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => value.clone_into(old),
            None => self.others.push((name.to_owned(), value.to_owned())),
        }
    }
}

impl Tree {
    /// A tree that holds its root only.
    pub(in crate::techdocs) fn for_text(capacity: usize) -> Self {
        let mut tree = Tree { nodes: Vec::with_capacity(capacity / 16 + 8), text: String::with_capacity(capacity) };
        tree.make(Kind::Element("article"), 0..0);
        tree
    }

    pub(in crate::techdocs) const ROOT: NodeId = NodeId(0);

    /// A node that stands nowhere yet.
    pub(in crate::techdocs) fn make(&mut self, kind: Kind, at: Range<usize>) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        let at = (at.start as u32, at.end as u32);
        let links = (NONE, NONE, NONE, NONE, NONE);
        let (parent, previous, next, first, last) = links;
        self.nodes.push(Node { kind, at, attributes: None, parent, previous, next, first, last });
        id
    }

    /// Puts a node behind the last child.
    pub(in crate::techdocs) fn append(&mut self, parent: NodeId, child: NodeId) {
        let last = self.nodes[parent.0 as usize].last;
        let node = &mut self.nodes[child.0 as usize];
        (node.parent, node.previous, node.next) = (parent.0, last, NONE);
        match last {
            NONE => self.nodes[parent.0 as usize].first = child.0,
            last => self.nodes[last as usize].next = child.0,
        }
        self.nodes[parent.0 as usize].last = child.0;
    }

    /// Makes a node and puts it behind the last child.
    pub(in crate::techdocs) fn add(&mut self, parent: NodeId, kind: Kind, at: Range<usize>) -> NodeId {
        let child = self.make(kind, at);
        self.append(parent, child);
        child
    }

    /// Puts a node in front of another.
    pub(super) fn insert_before(&mut self, place: NodeId, new: NodeId) {
        let (parent, previous) = (self.nodes[place.0 as usize].parent, self.nodes[place.0 as usize].previous);
        let node = &mut self.nodes[new.0 as usize];
        (node.parent, node.previous, node.next) = (parent, previous, place.0);
        self.nodes[place.0 as usize].previous = new.0;
        match previous {
            NONE => self.nodes[parent as usize].first = new.0,
            previous => self.nodes[previous as usize].next = new.0,
        }
    }

    /// Takes a node out of its place.
    pub(super) fn detach(&mut self, id: NodeId) {
        let (parent, previous, next) = {
            let node = &mut self.nodes[id.0 as usize];
            let links = (node.parent, node.previous, node.next);
            (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
            links
        };
        if parent == NONE {
            return;
        }
        match previous {
            NONE => self.nodes[parent as usize].first = next,
            previous => self.nodes[previous as usize].next = next,
        }
        match next {
            NONE => self.nodes[parent as usize].last = previous,
            next => self.nodes[next as usize].previous = previous,
        }
    }

    pub(in crate::techdocs) fn kind(&self, id: NodeId) -> &Kind {
        &self.nodes[id.0 as usize].kind
    }

    pub(super) fn kind_mut(&mut self, id: NodeId) -> &mut Kind {
        &mut self.nodes[id.0 as usize].kind
    }

    /// Where a node stands in the buffer, in bytes.
    pub(in crate::techdocs) fn at(&self, id: NodeId) -> Range<usize> {
        let (start, end) = self.nodes[id.0 as usize].at;
        start as usize..end as usize
    }

    pub(in crate::techdocs) fn attributes(&self, id: NodeId) -> Option<&Attributes> {
        self.nodes[id.0 as usize].attributes.as_deref()
    }

    pub(in crate::techdocs) fn attributes_mut(&mut self, id: NodeId) -> &mut Attributes {
        self.nodes[id.0 as usize].attributes.get_or_insert_default()
    }

    /// The element's name; empty for what is no element.
    pub(in crate::techdocs) fn tag(&self, id: NodeId) -> &'static str {
        match self.kind(id) {
            Kind::Element(tag) => tag,
            _ => "",
        }
    }

    pub(in crate::techdocs) fn parent(&self, id: NodeId) -> Option<NodeId> {
        some(self.nodes[id.0 as usize].parent)
    }

    pub(in crate::techdocs) fn first(&self, id: NodeId) -> Option<NodeId> {
        some(self.nodes[id.0 as usize].first)
    }

    pub(in crate::techdocs) fn last(&self, id: NodeId) -> Option<NodeId> {
        some(self.nodes[id.0 as usize].last)
    }

    pub(in crate::techdocs) fn next(&self, id: NodeId) -> Option<NodeId> {
        some(self.nodes[id.0 as usize].next)
    }

    pub(in crate::techdocs) fn previous(&self, id: NodeId) -> Option<NodeId> {
        some(self.nodes[id.0 as usize].previous)
    }

    pub(in crate::techdocs) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first(id), |child| self.next(*child))
    }

    /// Adds text, to the last child where that is text too.
    pub(in crate::techdocs) fn add_text(&mut self, parent: NodeId, text: &str, at: Range<usize>) {
        let end = self.text.len() as u32;
        let span = self.keep(text);
        let last = self.last(parent).filter(|last| matches!(self.kind(*last), Kind::Text(old) if old.end == end));
        match last {
            Some(last) => {
                if let Kind::Text(old) = self.kind_mut(last) {
                    old.end = span.end;
                }
            }
            None => {
                self.add(parent, Kind::Text(span), at);
            }
        }
    }

    /// Keeps text.
    pub(in crate::techdocs) fn keep(&mut self, text: &str) -> Span {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Span { start, end: self.text.len() as u32 }
    }

    pub(in crate::techdocs) fn str(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    /// Every node below `top` in reading order, `top` included.
    pub(in crate::techdocs) fn walk(&self, top: NodeId) -> Walk<'_> {
        Walk { tree: self, top, next: Some(top) }
    }

    /// The words that a node and what it holds show.
    pub(in crate::techdocs) fn words(&self, top: NodeId) -> String {
        let mut out = String::new();
        for id in self.walk(top) {
            match self.kind(id) {
                Kind::Text(span) | Kind::Literal(span) => out.push_str(self.str(*span)),
                Kind::InlineCode { text, .. } => out.push_str(self.str(*text)),
                Kind::Emoji { glyph, .. } => out.push_str(glyph),
                Kind::Reference(span) => out.push_str(&super::super::raw_html::unescaped(self.str(*span))),
                Kind::Math { tex, .. } => out.push_str(self.str(*tex)),
                Kind::Keys(keys) => {
                    out.push_str(&keys.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("+"));
                }
                Kind::Break => out.push('\n'),
                _ => {}
            }
        }
        out
    }
}

impl Span {
    pub(super) fn part(self, range: Range<usize>) -> Span {
        Span { start: self.start + range.start as u32, end: self.start + range.end as u32 }
    }
}

fn some(link: u32) -> Option<NodeId> {
    (link != NONE).then_some(NodeId(link))
}

/// See [`Tree::walk`].
pub(in crate::techdocs) struct Walk<'t> {
    tree: &'t Tree,
    top: NodeId,
    next: Option<NodeId>,
}

impl Iterator for Walk<'_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        let current = self.next?;
        self.next = self.tree.first(current).or_else(|| {
            let mut at = current;
            loop {
                if at == self.top {
                    return None;
                }
                if let Some(next) = self.tree.next(at) {
                    return Some(next);
                }
                at = self.tree.parent(at)?;
            }
        });
        Some(current)
    }
}
