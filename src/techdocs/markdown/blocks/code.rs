//! Indented code, and the fenced blocks that were taken out before.

use super::super::buffer::{Line, Lines};
use super::super::objects::{Object, Part};
use super::super::tree::{Code, Html, HtmlPart, Kind, NodeId, Tree};
use super::{Block, Parser, Queue};

/// A block that is indented by four, which a blank line does not end.
pub(super) fn indented(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    if !parser.dialect.indented_code {
        return false;
    }
    let begins = queue.front().and_then(|block| block.lines.first()).is_some_and(|line| parser.is_indented(*line, 4));
    if !begins {
        return false;
    }
    let Some(Block { blanks, lines }) = queue.pop_front() else { return false };
    let lines = parser.with_fences_as_text(lines);
    let (inner, rest) = parser.detab(&lines, 4);
    let text = inner.iter().map(|line| parser.of(*line)).collect::<Vec<_>>().join("\n");
    let text = text.trim_end();
    let before = parser.tree.last(parent);
    let joined = match before.map(|before| parser.tree.kind_mut(before)) {
        Some(Kind::Code(code)) if !code.fenced => {
            code.text.extend(std::iter::repeat_n('\n', blanks + 1));
            code.text.push_str(text);
            true
        }
        _ => false,
    };
    if !joined {
        let code = Code { text: text.to_owned(), ..Code::default() };
        let at = parser.range(&inner);
        parser.tree.add(parent, Kind::Code(Box::new(code)), at);
    }
    parser.put_back(queue, rest);
    true
}

impl Parser<'_> {
    /// Lines in which fenced blocks are text again, because they turned out to stand in indented code.
    fn with_fences_as_text(&self, lines: Lines) -> Lines {
        if lines.iter().all(|line| line.object().is_none()) {
            return lines;
        }
        let mut text = Lines::with_capacity(lines.len());
        for line in lines {
            match line.object().map(|object| &self.objects[object]) {
                Some(Object::Code { original, prefix, .. }) => {
                    let cut = prefix - (line.end - line.start) as usize;
                    text.extend(original.iter().map(|line| line.skip(cut)));
                }
                _ => text.push(line),
            }
        }
        text
    }

    /// Gives every object that stands among text a place of its own: none may stand within a paragraph.
    pub(in super::super) fn place_objects(&mut self) {
        let holds_object = |parser: &Self, id: NodeId| match parser.tree.kind(id) {
            Kind::Unread(lines) => lines.iter().any(|line| line.object().is_some()),
            _ => false,
        };
        let nodes: Vec<NodeId> = self.tree.walk(Tree::ROOT).filter(|id| holds_object(self, *id)).collect();
        for id in nodes {
            let Kind::Unread(lines) = std::mem::replace(self.tree.kind_mut(id), Kind::Nothing) else { continue };
            let paragraph = self.tree.parent(id).filter(|parent| self.tree.tag(*parent) == "p");
            let place = paragraph.unwrap_or(id);
            for part in lines.chunk_by(|a, b| a.object().is_none() && b.object().is_none()) {
                let node = match part {
                    [line] if line.object().is_some() => self.object_node(*line),
                    text if text.iter().all(|line| self.of(*line).trim().is_empty()) => None,
                    text => {
                        let at = self.range(text);
                        let unread = self.tree.make(Kind::Unread(text.to_vec()), at.clone());
                        Some(if paragraph.is_some() {
                            let around = self.tree.make(Kind::Element("p"), at);
                            self.tree.append(around, unread);
                            around
                        } else {
                            unread
                        })
                    }
                };
                if let Some(node) = node {
                    self.tree.insert_before(place, node);
                }
            }
            self.tree.detach(place);
        }
    }

    /// Puts an object where its line stood.
    pub(in super::super) fn add_object(&mut self, parent: NodeId, line: Line) {
        if let Some(node) = self.object_node(line) {
            self.tree.append(parent, node);
        }
    }

    /// The node of an object, which stands nowhere yet.
    pub(in super::super) fn object_node(&mut self, line: Line) -> Option<NodeId> {
        let number = line.object()?;
        match &mut self.objects[number] {
            Object::Code { code, at, .. } => {
                let (code, at) = (std::mem::take(code), at.clone());
                Some(self.tree.make(Kind::Code(Box::new(code)), at))
            }
            Object::Html(parts) => {
                let parts = std::mem::take(parts);
                let at = match (parts.first(), parts.last()) {
                    (Some(Part::Source(first)), Some(Part::Source(last))) => first.start..last.end,
                    _ => 0..0,
                };
                let parts = parts
                    .into_iter()
                    .filter_map(|part| match part {
                        Part::Source(range) => Some(HtmlPart::Source(range)),
                        Part::Object(object) => self.object_node(Line::of_object(0..0, object)).map(HtmlPart::Node),
                    })
                    .collect();
                Some(self.tree.make(Kind::Html(Box::new(Html { parts })), at))
            }
            Object::Element(_) => None,
        }
    }
}
