//! Quotes.

use super::super::buffer::{Line, indent};
use super::super::tree::NodeId;
use super::{Parser, Queue, State};

/// `> text`, on any line; what follows in the block belongs to it. Quotes that only blank lines divide are one.
pub(super) fn quote(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let begins = |line: &Line| {
        let text = parser.of(*line);
        let blanks = indent(text);
        blanks <= 3 && text[blanks..].starts_with('>')
    };
    let Some(index) = queue.front().and_then(|block| block.lines.iter().position(begins)) else { return false };
    let mut before = queue.pop_front().map(|block| block.lines).unwrap_or_default();
    let lines = before.split_off(index);
    parser.read_block(parent, before);
    let inner: Vec<Line> = lines.iter().map(|line| without_mark(parser, *line)).collect();
    let quote = match parser.last_element(parent).filter(|last| parser.tree.tag(*last) == "blockquote") {
        Some(quote) => quote,
        None => parser.add_element(parent, "blockquote", &lines),
    };
    parser.within(State::Quote, |parser| parser.read(quote, &inner));
    true
}

fn without_mark(parser: &Parser, line: Line) -> Line {
    let text = parser.of(line);
    let blanks = indent(text);
    match text[blanks..].strip_prefix('>') {
        Some(rest) if blanks <= 3 => line.skip(if rest.starts_with(' ') { blanks + 2 } else { blanks + 1 }),
        _ => line,
    }
}
