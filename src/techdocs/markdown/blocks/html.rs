//! Elements of HTML that hold Markdown.

use super::super::objects::Object;
use super::super::tree::{Kind, NodeId};
use super::{Parser, Queue};

/// `<div markdown>` and its content.
pub(super) fn element(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let Some([line]) = queue.front().map(|block| &block.lines[..]) else { return false };
    let Some(number) = line.object() else { return false };
    let Object::Element(element) = &mut parser.objects[number] else { return false };
    let (lines, attributes) = (std::mem::take(&mut element.lines), std::mem::take(&mut element.attributes));
    let (tag, holds_blocks, at) = (element.tag, element.holds_blocks, element.at.clone());
    queue.pop_front();
    let node = parser.tree.add(parent, Kind::Element(tag), at);
    *parser.tree.attributes_mut(node) = attributes;
    parser.tree.attributes_mut(node).set("markdown", "");
    // Its content stands for itself, whatever surrounds the element.
    let states = std::mem::take(&mut parser.states);
    if holds_blocks {
        parser.read(node, &lines);
    } else {
        let mut text = super::Lines::new();
        for line in lines {
            match line.object().map(|object| &parser.objects[object]) {
                Some(Object::Element(_)) => {
                    if !text.is_empty() {
                        parser.add_unread(node, std::mem::take(&mut text));
                    }
                    parser.read_block(node, vec![line]);
                }
                _ if line.is_empty() && text.is_empty() => {}
                _ => text.push(line),
            }
        }
        while text.last().is_some_and(|line| line.is_empty()) {
            text.pop();
        }
        if !text.is_empty() {
            parser.add_unread(node, text);
        }
    }
    parser.states = states;
    true
}
