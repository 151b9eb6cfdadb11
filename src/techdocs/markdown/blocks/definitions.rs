//! Definition lists: a term, and below it `: ` and what it means.

use super::super::buffer::{Block, Line, Lines, indent};
use super::super::tree::{Kind, NodeId};
use super::lists::continue_list;
use super::{Parser, Queue, State};

/// An indented block belongs to the definition before it.
pub(super) fn continuation(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    continue_list(parser, parent, queue, &["dd", "li"], &["dl", "ol", "ul"])
}

/// Terms and a definition.
pub(super) fn definition(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let Some((index, content)) = parser.search(queue, content) else { return false };
    let lines = queue.front().map(|block| block.lines.clone()).unwrap_or_default();
    let mut terms: Vec<Lines> = lines[..index]
        .iter()
        .filter(|line| !parser.of(**line).trim().is_empty() || line.object().is_some())
        .map(|line| vec![*line])
        .collect();
    let mut sibling = parser.last_element(parent);
    if terms.is_empty() && sibling.is_none() {
        return false;
    }
    queue.pop_front();
    let columns = parser.tab();
    let (mut inner, rest) = match lines.get(index + 1) {
        Some(line) if is_unindented(parser, *line, columns) => (lines[index + 1..].to_vec(), Lines::new()),
        _ => parser.detab(&lines[index + 1..], columns),
    };
    inner.insert(0, lines[index].skip(content));

    let mut state = State::List;
    if let Some(paragraph) = sibling.filter(|sibling| terms.is_empty() && parser.tree.tag(*sibling) == "p") {
        state = State::LooseList;
        if let Some(Kind::Unread(lines)) = parser.tree.first(paragraph).map(|text| parser.tree.kind(text)) {
            terms = lines.iter().map(|line| vec![*line]).collect();
        }
        parser.tree.detach(paragraph);
        sibling = parser.last_element(parent);
    }
    let comment = sibling.filter(|sibling| terms.is_empty() && matches!(parser.tree.kind(*sibling), Kind::Html(_)));
    if let Some(comment) = comment {
        state = State::LooseList;
        parser.tree.detach(comment);
        sibling = parser.last_element(parent);
    }
    let list = match sibling.filter(|sibling| parser.tree.tag(*sibling) == "dl") {
        Some(list) => {
            let holds_blocks = parser
                .last_element(list)
                .is_some_and(|last| parser.tree.tag(last) == "dd" && parser.last_element(last).is_some());
            if terms.is_empty() && holds_blocks {
                state = State::LooseList;
            }
            list
        }
        None => parser.add_element(parent, "dl", &lines),
    };
    if let Some(comment) = comment {
        let node = parser.add_element(list, "dt", &lines[..1]);
        parser.tree.append(node, comment);
    }
    for term in terms {
        let node = parser.add_element(list, "dt", &term);
        parser.add_unread(node, term);
    }
    let node = parser.add_element(list, "dd", &inner);
    parser.within(state, |parser| parser.read_blocks(node, &mut Queue::from([Block { blanks: 0, lines: inner }])));
    parser.put_back(queue, rest);
    true
}

/// Where a definition's text begins behind its `: `.
fn content(line: &str) -> Option<usize> {
    let blanks = indent(line);
    let rest = line[blanks..].strip_prefix(':').filter(|_| blanks <= 3)?;
    let gap = indent(rest).min(3);
    (gap > 0).then_some(blanks + 1 + gap)
}

fn is_unindented(parser: &Parser, line: Line, columns: usize) -> bool {
    let text = parser.of(line);
    let blanks = indent(text);
    blanks < columns && (line.object().is_some() || text[blanks..].starts_with(|c| c != ':'))
}
