//! Lines to blocks, as Python-Markdown reads them: the page falls apart at blank lines, and each block goes to the first
//! rule that knows it. A rule may take the block, put what it does not want back, and look at what stands before it.
//!
//! Python-Markdown 3.10 with the extensions of mkdocs-techdocs-core 1.7 is the reference for every rule.

mod boxes;
mod code;
mod definitions;
mod headings;
mod html;
mod lists;
mod notes;
mod quotes;
mod slashes;
mod tables;

use super::super::dialect::Dialect;
use super::buffer::{Block, Buffer, Line, Lines, blocks};
use super::objects::Object;
use super::tree::{Kind, NodeId, Target, Tree};
use std::collections::{HashMap, VecDeque};

/// Blocks within blocks; what is deeper is text.
pub(in crate::techdocs) const DEEPEST: usize = 64;
/// A block without blank lines is read in pieces once it holds more marks than this, each of which begins a new block.
const MOST_MARKS: usize = 64;

/// What is left to read at one level.
pub(super) type Queue = VecDeque<Block>;

/// A rule: true where it took the block at the front of the queue.
type Rule = fn(&mut Parser, NodeId, &mut Queue) -> bool;

/// In the order in which they are asked, each with its signs: it knows no block of which no line begins with one of them.
/// `OBJECT` stands for a line that is an object, a blank for a first line that is indented.
const RULES: &[(&[u8], Rule)] = &[
    (b"! ", boxes::admonition),
    (b">", boxes::alert),
    (b"? ", boxes::details),
    (b"= ", boxes::tabs),
    (b"/", slashes::block),
    (&[OBJECT], html::element),
    (b" ", lists::continuation),
    (b" ", definitions::continuation),
    (b" ", code::indented),
    (ANY, tables::table),
    (b"#", headings::hashes),
    (b"=-", headings::underlined),
    (b"-_*", headings::rule),
    (b"0123456789", lists::ordered),
    (b"*+-", lists::unordered),
    (b":", definitions::definition),
    (b">", quotes::quote),
    (b"[", notes::footnote),
    (b"*", notes::abbreviation),
    (b"[", notes::reference),
];

/// Every block.
const ANY: &[u8] = &[1];
const OBJECT: u8 = 0;

/// What surrounds the lines that are being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    List,
    LooseList,
    Detabbed,
    Quote,
}

/// Something that its author most likely did not mean as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::techdocs) struct Doubt {
    pub(in crate::techdocs) kind: DoubtKind,
    /// The bytes of the line in the buffer.
    pub(in crate::techdocs) at: (usize, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::techdocs) enum DoubtKind {
    /// The items of a list are text, because no blank line stands above them.
    InParagraph,
    /// Items of an inner list are text or code, because they are indented further than the generator expects.
    TooDeep,
    /// Items of an inner list are items of the outer one, because they are indented less than the generator expects.
    TooFlat,
}

/// A page that is being read.
pub(super) struct Parser<'p> {
    pub(super) buffer: &'p Buffer,
    pub(super) tree: Tree,
    objects: Vec<Object>,
    dialect: &'p Dialect,
    states: Vec<State>,
    depth: usize,
    /// Where blocks were nested deeper than the limit.
    pub(super) too_deep: Option<usize>,
    pub(super) doubts: Vec<Doubt>,
    pub(super) references: HashMap<String, Target>,
    /// Label and lines of each footnote, in the order of their definitions.
    footnotes: Vec<(String, Lines)>,
    /// The numbers of the footnotes, by their labels.
    pub(super) footnote_numbers: HashMap<String, usize>,
    /// Short forms and their long ones.
    pub(super) abbreviations: HashMap<String, String>,
}

impl<'p> Parser<'p> {
    pub(super) fn new(buffer: &'p Buffer, objects: Vec<Object>, dialect: &'p Dialect) -> Self {
        Parser {
            buffer,
            tree: Tree::for_text(buffer.text().len()),
            objects,
            dialect,
            states: Vec::new(),
            depth: 0,
            too_deep: None,
            doubts: Vec::new(),
            references: HashMap::new(),
            footnotes: Vec::new(),
            footnote_numbers: HashMap::new(),
            abbreviations: HashMap::new(),
        }
    }

    /// Reads lines, blank ones among them, as the content of `parent`.
    pub(super) fn read(&mut self, parent: NodeId, lines: &[Line]) {
        let mut queue = Queue::from(blocks(lines));
        self.read_blocks(parent, &mut queue);
    }

    /// Reads lines that no blank line divides.
    fn read_block(&mut self, parent: NodeId, lines: Lines) {
        self.read_one(parent, Block { blanks: 0, lines });
    }

    fn read_one(&mut self, parent: NodeId, block: Block) {
        if !block.lines.is_empty() {
            self.read_blocks(parent, &mut Queue::from([block]));
        }
    }

    /// Reads lines behind blank ones, which count where they continue a block of code.
    fn read_after(&mut self, parent: NodeId, lines: &[Line], blanks: usize) {
        let mut queue = Queue::from(blocks(lines));
        if let Some(first) = queue.front_mut() {
            first.blanks += blanks;
        }
        self.read_blocks(parent, &mut queue);
    }

    fn read_blocks(&mut self, parent: NodeId, queue: &mut Queue) {
        self.depth += 1;
        while let Some(block) = queue.front() {
            if self.depth > DEEPEST {
                self.too_deep.get_or_insert(block.lines.first().map_or(0, |line| line.start as usize));
                self.paragraph(parent, queue);
                continue;
            }
            if block.lines.len() > MOST_MARKS {
                self.divide(queue);
            }
            let signs = self.signs(queue);
            let knows = |of: &[u8]| of.iter().any(|sign| signs >> sign & 1 == 1);
            if !RULES.iter().any(|(of, rule)| knows(of) && rule(self, parent, queue)) {
                self.paragraph(parent, queue);
            }
        }
        self.depth -= 1;
    }

    /// The signs that lines of the next block begin with, one bit each.
    fn signs(&self, queue: &Queue) -> u128 {
        let lines = queue.front().map(|block| &block.lines[..]).unwrap_or_default();
        let mut signs = 1 << ANY[0];
        for (index, line) in lines.iter().enumerate() {
            let text = self.of(*line).as_bytes();
            if index == 0 && text.first() == Some(&b' ') {
                signs |= 1 << b' ';
            }
            if line.object().is_some() {
                signs |= 1 << OBJECT;
            }
            if let Some(sign) = text.iter().find(|byte| **byte != b' ').filter(|byte| byte.is_ascii()) {
                signs |= 1 << sign;
            }
        }
        signs
    }

    /// Divides a block whose lines are mostly beginnings of others: reading the rest anew after each would take for ever.
    fn divide(&self, queue: &mut Queue) {
        let Some(block) = queue.front_mut() else { return };
        let begins = |line: &Line| {
            let text = self.buffer.of(*line);
            let trimmed = text.trim_start_matches(' ');
            trimmed.starts_with(['#', '[', ':', '='])
                || ["!!!", "???", "===", "*["].iter().any(|mark| text.starts_with(mark))
                || headings::is_rule(text)
        };
        let mut marks = block.lines.iter().enumerate().filter(|(_, line)| begins(line)).map(|(index, _)| index);
        let Some(at) = marks.nth(MOST_MARKS) else { return };
        let rest = block.lines.split_off(at);
        queue.insert(1, Block { blanks: 0, lines: rest });
    }

    fn paragraph(&mut self, parent: NodeId, queue: &mut Queue) {
        let Some(block) = queue.pop_front() else { return };
        if block.lines.iter().all(|line| line.object().is_none() && self.buffer.of(*line).trim().is_empty()) {
            return;
        }
        if self.in_state(State::List) {
            // A tight item: its text is its own, and what follows another block follows it as text.
            match self.tree.last(parent) {
                Some(last) if matches!(self.tree.kind(last), Kind::Unread(_)) => {
                    if let Kind::Unread(lines) = self.tree.kind_mut(last) {
                        lines.extend(block.lines);
                    }
                }
                _ => self.add_unread(parent, block.lines),
            }
        } else if let [line] = block.lines[..]
            && line.object().is_some()
        {
            self.add_object(parent, line);
        } else {
            self.doubt_paragraph(&block.lines);
            let at = self.range(&block.lines);
            let paragraph = self.tree.add(parent, Kind::Element("p"), at);
            self.add_unread(paragraph, block.lines);
        }
    }

    fn doubt_paragraph(&mut self, lines: &[Line]) {
        let found = lists::items_in_text(self, lines);
        self.doubts.extend(found);
    }

    fn add_unread(&mut self, parent: NodeId, lines: Lines) {
        let at = self.range(&lines);
        self.tree.add(parent, Kind::Unread(lines), at);
    }

    fn add_element(&mut self, parent: NodeId, tag: &'static str, lines: &[Line]) -> NodeId {
        let at = self.range(lines);
        self.tree.add(parent, Kind::Element(tag), at)
    }

    /// The bytes of the buffer from the first line to the last.
    fn range(&self, lines: &[Line]) -> std::ops::Range<usize> {
        match (lines.first(), lines.last()) {
            (Some(first), Some(last)) => first.start as usize..last.end.max(first.start) as usize,
            _ => 0..0,
        }
    }

    fn in_state(&self, state: State) -> bool {
        self.states.last() == Some(&state)
    }

    /// Does something in a state of its own.
    fn within(&mut self, state: State, read: impl FnOnce(&mut Self)) {
        self.states.push(state);
        read(self);
        self.states.pop();
    }

    /// Blanks of one level of a list.
    fn tab(&self) -> usize {
        self.dialect.list_indent.max(1)
    }

    fn of(&self, line: Line) -> &'p str {
        let buffer: &'p Buffer = self.buffer;
        buffer.of(line)
    }

    /// The last child that is an element, not text.
    fn last_element(&self, parent: NodeId) -> Option<NodeId> {
        let mut at = self.tree.last(parent);
        while let Some(node) = at {
            if !matches!(self.tree.kind(node), Kind::Unread(_)) {
                return Some(node);
            }
            at = self.tree.previous(node);
        }
        None
    }

    /// An item's own text becomes a paragraph, as other blocks follow it.
    fn loosen(&mut self, item: NodeId) {
        if let Some(first) = self.tree.first(item)
            && matches!(self.tree.kind(first), Kind::Unread(_))
        {
            self.wrap(first);
        }
    }

    /// Puts a paragraph around text.
    fn wrap(&mut self, text: NodeId) {
        let at = self.tree.at(text);
        let paragraph = self.tree.make(Kind::Element("p"), at);
        self.tree.insert_before(text, paragraph);
        self.tree.detach(text);
        self.tree.append(paragraph, text);
    }

    /// Cuts the front of `lines` that are indented by `columns`, or blank; gives them without it, and the rest.
    fn detab(&self, lines: &[Line], columns: usize) -> (Lines, Lines) {
        let end = lines.iter().position(|line| !line.is_empty() && !self.is_indented(*line, columns));
        let (inner, rest) = lines.split_at(end.unwrap_or(lines.len()));
        (inner.iter().map(|line| line.skip(if line.is_empty() { 0 } else { columns })).collect(), rest.to_vec())
    }

    fn is_indented(&self, line: Line, columns: usize) -> bool {
        let text = self.of(line);
        text.len() >= columns && text.as_bytes()[..columns].iter().all(|byte| *byte == b' ')
    }

    /// Where the first line of the block stands for which `wanted` gives something.
    fn search<T>(&self, queue: &Queue, mut wanted: impl FnMut(&str) -> Option<T>) -> Option<(usize, T)> {
        let lines = &queue.front()?.lines;
        lines.iter().enumerate().find_map(|(index, line)| {
            let text = self.of(*line);
            if line.object().is_some() { None } else { wanted(text).map(|found| (index, found)) }
        })
    }

    /// Takes the block apart at a line: what stands before it is read at once, the line and what follows are given.
    fn split_at(&mut self, parent: NodeId, queue: &mut Queue, index: usize) -> (Line, Lines) {
        let mut lines = queue.pop_front().map(|block| block.lines).unwrap_or_default();
        let rest = lines.split_off(index + 1);
        let line = lines.pop().unwrap_or(Line::new(0..0));
        self.read_block(parent, lines);
        (line, rest)
    }

    /// Puts lines back, to be read next.
    fn put_back(&self, queue: &mut Queue, lines: Lines) {
        if !lines.is_empty() {
            queue.push_front(Block { blanks: 0, lines });
        }
    }
}
