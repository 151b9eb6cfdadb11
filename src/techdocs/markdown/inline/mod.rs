//! What stands within lines: code, links, emphasis and the like.
//!
//! Python-Markdown applies one rule after the other to the whole text, and what a rule has taken the later ones do not
//! see. So here: each stage goes over a copy of the text, the mask, in which what was taken is blotted out. Positions stay
//! those of the text, so that everything still knows where it stands.

mod auto;
mod code;
mod critic;
mod emphasis;
mod keys;
mod links;
mod math;
mod symbols;

use super::super::dialect::Dialect;
use super::buffer::{Buffer, Lines};
use super::tree::{Kind, NodeId, Span, Target, Tree};
use std::collections::HashMap;
use std::ops::Range;

pub(super) use symbols::polish;

/// Rules within rules; what is deeper is text.
const DEEPEST: usize = 32;
/// What a taken byte looks like: neither a blank nor part of a word, and no sign that means anything.
const TAKEN: u8 = 0x02;

/// What a page's text may refer to.
pub(super) struct Known<'k> {
    pub(super) references: &'k HashMap<String, Target>,
    /// Labels of footnotes, in the order of their definitions.
    pub(super) footnotes: &'k HashMap<String, usize>,
    pub(super) dialect: &'k Dialect,
}

/// In the order in which they see the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Code,
    Math,
    Escapes,
    Critic,
    Footnotes,
    References,
    Links,
    Images,
    ImageReferences,
    ShortReferences,
    ShortImageReferences,
    Angles,
    Breaks,
    Web,
    Characters,
    Emoji,
    Keys,
    Carets,
    Marks,
    Tildes,
    Stars,
    Underscores,
}

/// One text that is being read.
pub(super) struct Inline<'i> {
    tree: &'i mut Tree,
    known: &'i Known<'i>,
    text: String,
    mask: Vec<u8>,
    /// By the position at which something was taken: its node and its end.
    taken: Vec<(NodeId, u32)>,
    /// Where each line begins in the text, and in the buffer.
    lines: Vec<(u32, u32)>,
    depth: usize,
    in_link: bool,
}

/// Signs without which a text holds nothing but itself.
const SIGNS: &[u8] = b"`\\[]<&:*_^~={+$@";

impl<'i> Inline<'i> {
    pub(super) fn new(tree: &'i mut Tree, known: &'i Known<'i>) -> Self {
        Inline {
            tree,
            known,
            text: String::new(),
            mask: Vec::new(),
            taken: Vec::new(),
            lines: Vec::new(),
            depth: 0,
            in_link: false,
        }
    }

    /// Reads every text of a page and puts what it holds in its place.
    pub(super) fn read_all(&mut self, buffer: &Buffer, unread: &[NodeId]) {
        for id in unread {
            let Kind::Unread(lines) = std::mem::replace(self.tree.kind_mut(*id), Kind::Nothing) else { continue };
            let holder = self.tree.make(Kind::Nothing, 0..0);
            self.read(buffer, &lines, holder);
            self.put_in_place_of(*id, holder);
        }
    }

    /// Finds bare addresses and `:name:` in texts that another parser has read, outside of links.
    pub(super) fn read_addresses(&mut self, texts: &[NodeId]) {
        for id in texts {
            let Kind::Text(span) = *self.tree.kind(*id) else { continue };
            let in_link = std::iter::successors(self.tree.parent(*id), |parent| self.tree.parent(*parent))
                .any(|parent| matches!(self.tree.kind(parent), Kind::Link(_)));
            let written = self.tree.str(span);
            if in_link || !(written.contains([':', '@']) || written.contains("www.")) {
                continue;
            }
            self.text = written.to_owned();
            let at = self.tree.at(*id);
            self.lines = vec![(0, at.start as u32)];
            self.prepare();
            let whole = 0..self.text.len();
            self.web(whole.clone());
            self.emoji(whole.clone());
            let holder = self.tree.make(Kind::Nothing, 0..0);
            self.expand(whole, holder);
            self.put_in_place_of(*id, holder);
        }
    }

    fn put_in_place_of(&mut self, id: NodeId, holder: NodeId) {
        while let Some(child) = self.tree.first(holder) {
            self.tree.detach(child);
            self.tree.insert_before(id, child);
        }
        self.tree.detach(id);
    }

    fn prepare(&mut self) {
        self.mask.clear();
        self.mask.extend_from_slice(self.text.as_bytes());
        self.taken.clear();
        self.taken.resize(self.text.len(), (Tree::ROOT, 0));
    }

    /// Reads lines and puts what they hold behind the children of `parent`. No line is an object.
    fn read(&mut self, buffer: &Buffer, lines: &Lines, parent: NodeId) {
        self.text.clear();
        self.lines.clear();
        for (index, line) in lines.iter().enumerate() {
            let mut written = buffer.of(*line);
            let mut start = line.start;
            if index == 0 {
                let trimmed = written.trim_start_matches(' ');
                start += (written.len() - trimmed.len()) as u32;
                written = trimmed;
            } else {
                self.text.push('\n');
            }
            self.lines.push((self.text.len() as u32, start));
            self.text.push_str(written);
        }
        self.text.truncate(self.text.trim_end().len());
        let mut seen = [false; 256];
        for byte in self.text.bytes() {
            seen[usize::from(byte)] = true;
        }
        let holds_some = SIGNS.iter().any(|sign| seen[usize::from(*sign)])
            || ["www.", "WWW.", "  \n"].iter().any(|sign| self.text.contains(sign))
            || (self.known.dialect.line_breaks && seen[usize::from(b'\n')]);
        if !holds_some {
            self.add_text(parent, 0..self.text.len());
            return;
        }
        self.prepare();
        self.stages(0..self.text.len(), Stage::Code);
        self.expand(0..self.text.len(), parent);
    }

    /// Applies the stages from `first` on to a range.
    fn stages(&mut self, range: Range<usize>, first: Stage) {
        if range.is_empty() || self.depth > DEEPEST {
            return;
        }
        self.depth += 1;
        let here = |this: &Self, sign: u8| memchr::memchr(sign, &this.mask[range.clone()]).is_some();
        let from = |stage: Stage| first <= stage;
        if from(Stage::Code) && here(self, b'`') {
            self.code(range.clone());
        }
        if self.known.dialect.math && from(Stage::Math) && (here(self, b'$') || here(self, b'\\')) {
            self.math(range.clone());
        }
        if from(Stage::Escapes) && here(self, b'\\') {
            self.escapes(range.clone());
        }
        if from(Stage::Critic) && here(self, b'{') {
            self.critic(range.clone());
        }
        if first <= Stage::ShortImageReferences && here(self, b'[') {
            if from(Stage::Footnotes) && !self.known.footnotes.is_empty() {
                self.footnotes(range.clone());
            }
            if from(Stage::References) {
                self.wiki_links(range.clone());
            }
            let has_references = !self.known.references.is_empty();
            for (stage, wanted) in links::WANTED {
                if from(stage) && (!wanted.by_name() || has_references) {
                    self.links(range.clone(), stage, wanted);
                }
            }
        }
        if from(Stage::Angles) && here(self, b'<') {
            self.angles(range.clone());
        }
        if from(Stage::Breaks) && here(self, b'\n') {
            self.breaks(range.clone());
        }
        if from(Stage::Web) && !self.in_link {
            self.web(range.clone());
        }
        if from(Stage::Characters) && here(self, b'&') {
            self.characters(range.clone());
        }
        if from(Stage::Emoji) && here(self, b':') {
            self.emoji(range.clone());
        }
        if from(Stage::Keys) && here(self, b'+') {
            self.keys(range.clone());
        }
        for (stage, sign) in emphasis::SIGNS {
            if from(stage) && here(self, sign) {
                self.emphasis(range.clone(), stage, sign, 0);
            }
        }
        self.depth -= 1;
    }

    /// Takes a range: the later stages do not see it, and the node stands in its place.
    fn take(&mut self, range: Range<usize>, node: NodeId) {
        self.taken[range.start] = (node, range.end as u32);
        self.mask[range].fill(TAKEN);
    }

    /// Takes a range for an element that holds what a part of the range says, read by the stages from `next` on.
    fn take_around(&mut self, range: Range<usize>, content: Range<usize>, kind: Kind, next: Stage) -> NodeId {
        let is_link = matches!(kind, Kind::Link(_));
        let outer = self.in_link;
        self.in_link |= is_link;
        self.stages(content.clone(), next);
        self.in_link = outer;
        let node = self.make(kind, range.clone());
        self.expand(content, node);
        self.take(range, node);
        node
    }

    /// Puts what a range holds behind the children of `parent`: text, and what was taken.
    fn expand(&mut self, range: Range<usize>, parent: NodeId) {
        let mut at = range.start;
        while at < range.end {
            let end = memchr::memchr(TAKEN, &self.mask[at..range.end]).map_or(range.end, |found| at + found);
            if at < end {
                self.add_text(parent, at..end);
            }
            at = end;
            if at < range.end {
                let (node, end) = self.taken[at];
                self.tree.append(parent, node);
                at = (end as usize).max(at + 1);
            }
        }
    }

    fn add_text(&mut self, parent: NodeId, range: Range<usize>) {
        if !range.is_empty() {
            let span = self.keep(range.clone());
            let node = self.make(Kind::Text(span), range);
            self.tree.append(parent, node);
        }
    }

    fn keep(&mut self, range: Range<usize>) -> Span {
        self.tree.keep(&self.text[range])
    }

    /// A node for a range of the text.
    fn make(&mut self, kind: Kind, range: Range<usize>) -> NodeId {
        let at = self.source(range.start)..self.source(range.end);
        self.tree.make(kind, at)
    }

    /// The byte of the buffer that a byte of the text comes from.
    fn source(&self, at: usize) -> usize {
        let index = self.lines.partition_point(|(start, _)| *start as usize <= at).saturating_sub(1);
        self.lines.get(index).map_or(0, |(start, source)| *source as usize + (at - *start as usize))
    }

    /// A range as it reads: escapes undone, code without its ticks.
    fn plain(&self, range: Range<usize>) -> String {
        let mut out = String::with_capacity(range.len());
        let mut at = range.start;
        while at < range.end {
            let end = memchr::memchr(TAKEN, &self.mask[at..range.end]).map_or(range.end, |found| at + found);
            out.push_str(&self.text[at..end]);
            at = end;
            if at < range.end {
                let (node, end) = self.taken[at];
                let end = (end as usize).max(at + 1);
                match self.tree.kind(node) {
                    Kind::Literal(span) | Kind::InlineCode { text: span, .. } => out.push_str(self.tree.str(*span)),
                    Kind::InlineHtml(_) | Kind::Reference(_) => out.push_str(&self.text[at..end]),
                    _ => out.push_str(&self.tree.words(node)),
                }
                at = end;
            }
        }
        out
    }

    /// The positions of a sign that nothing has taken.
    fn find(&self, range: Range<usize>, sign: u8) -> Option<usize> {
        memchr::memchr(sign, self.mask.get(range.clone())?).map(|found| range.start + found)
    }

    /// The character in front of a position, where the range holds one.
    fn before(&self, range: &Range<usize>, at: usize) -> Option<char> {
        if at <= range.start {
            return None;
        }
        if self.mask[at - 1] == TAKEN {
            return Some(char::from(TAKEN));
        }
        self.text[range.start..at].chars().next_back()
    }

    /// The character at a position, where the range holds one.
    fn after(&self, range: &Range<usize>, at: usize) -> Option<char> {
        if at >= range.end {
            return None;
        }
        if self.mask[at] == TAKEN {
            return Some(char::from(TAKEN));
        }
        self.text[at..range.end].chars().next()
    }
}

/// Part of a word, as Python's `\w` has it.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
