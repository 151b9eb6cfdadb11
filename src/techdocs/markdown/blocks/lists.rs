//! Bulleted and numbered lists.

use super::super::buffer::{Block, Line, Lines, indent};
use super::super::tree::NodeId;
use super::{Doubt, DoubtKind, Parser, Queue, State};

/// `- item`, `* item`, `+ item`.
pub(super) fn unordered(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    list(parser, parent, queue, "ul")
}

/// `1. item`.
pub(super) fn ordered(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    list(parser, parent, queue, "ol")
}

/// A block that is indented belongs to the list before it.
pub(super) fn continuation(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    continue_list(parser, parent, queue, &["li"], &["ul", "ol"])
}

/// The same for lists of the kinds given.
pub(super) fn continue_list(
    parser: &mut Parser,
    parent: NodeId,
    queue: &mut Queue,
    items: &[&str],
    lists: &[&'static str],
) -> bool {
    let Some(first) = queue.front().and_then(|block| block.lines.first()).copied() else { return false };
    let tab = parser.tab();
    if !parser.is_indented(first, tab) || parser.in_state(State::Detabbed) {
        return false;
    }
    let is_list = |parser: &Parser, node: NodeId| lists.contains(&parser.tree.tag(node));
    let is_item = |parser: &Parser, node: NodeId| items.contains(&parser.tree.tag(node));
    let last_is_list = parser.last_element(parent).is_some_and(|last| is_list(parser, last));
    if !is_item(parser, parent) && !last_is_list {
        return false;
    }
    let wanted = indent(parser.of(first)) / tab;
    let mut level = usize::from(parser.in_state(State::List));
    let mut sibling = parent;
    while wanted > level {
        let Some(child) = parser.last_element(sibling) else { break };
        if is_list(parser, child) {
            level += 1;
        } else if !is_item(parser, child) {
            break;
        }
        sibling = child;
    }
    let Some(Block { blanks, lines }) = queue.pop_front() else { return false };
    let columns = tab * level;
    let lines: Lines = lines
        .into_iter()
        .map(|line| if parser.is_indented(line, columns) { line.skip(columns) } else { line })
        .collect();
    parser.within(State::Detabbed, |parser| {
        if is_item(parser, parent) {
            let inner = parser.last_element(parent).filter(|last| is_list(parser, *last)).unwrap_or(parent);
            parser.read_one(inner, Block { blanks, lines });
        } else if is_item(parser, sibling) {
            parser.read_one(sibling, Block { blanks, lines });
        } else if let Some(item) = parser.last_element(sibling).filter(|last| is_item(parser, *last)) {
            parser.loosen(item);
            parser.read_after(item, &lines, blanks);
        } else {
            let item = parser.add_element(sibling, if lists.contains(&"dl") { "dd" } else { "li" }, &lines);
            parser.read_block(item, lines);
        }
    });
    true
}

fn list(parser: &mut Parser, parent: NodeId, queue: &mut Queue, tag: &'static str) -> bool {
    let tab = parser.tab();
    let begins = queue
        .front()
        .and_then(|block| block.lines.first())
        .is_some_and(|line| line.object().is_none() && item(parser.of(*line), tab, |kind| kind == tag).is_some());
    if !begins {
        return false;
    }
    let Some(Block { lines, .. }) = queue.pop_front() else { return false };
    let mut items = items(parser, &lines, tag).into_iter();
    let sane = parser.dialect.truly_sane;
    let joined = parser.last_element(parent).filter(|last| {
        let last = parser.tree.tag(*last);
        if sane { last == "ol" && tag == "ol" } else { matches!(last, "ol" | "ul") }
    });
    let list = if let Some(list) = joined {
        if let Some(previous) = parser.last_element(list) {
            parser.loosen(previous);
            let last = parser.tree.last(previous);
            if let Some(text) = last.filter(|last| matches!(parser.tree.kind(*last), super::Kind::Unread(_))) {
                parser.wrap(text);
            }
        }
        if let Some(first) = items.next() {
            let item = parser.add_element(list, "li", &first);
            parser.within(State::LooseList, |parser| parser.read_block(item, first));
        }
        list
    } else if matches!(parser.tree.tag(parent), "ol" | "ul") {
        parent
    } else {
        parser.add_element(parent, tag, &lines)
    };
    parser.within(State::List, |parser| {
        for lines in items {
            let nested = lines.first().is_some_and(|line| parser.is_indented(*line, tab));
            match parser.last_element(list).filter(|_| nested) {
                Some(last) => parser.read_block(last, lines),
                None => {
                    let item = parser.add_element(list, "li", &lines);
                    parser.read_block(item, lines);
                }
            }
        }
    });
    true
}

/// Items of a list that are text: they stand below a line of text, or too far to the right.
pub(super) fn items_in_text(parser: &Parser, lines: &[Line]) -> Option<Doubt> {
    let is_item = |line: &Line, most: usize| {
        line.object().is_none() && item(parser.of(*line), most, |_| true).is_some() && !is_dash(parser.of(*line))
    };
    let (first, rest) = lines.split_first()?;
    let doubt = |kind, line: &Line| Some(Doubt { kind, at: (line.start as usize, line.end as usize) });
    if is_item(first, 64) && indent(parser.of(*first)) > 0 {
        return doubt(DoubtKind::TooDeep, first);
    }
    rest.iter().find(|line| is_item(line, 4)).and_then(|line| doubt(DoubtKind::InParagraph, line))
}

/// `- ` that continues a sentence looks like an item too; one of a number that starts no list does as well.
fn is_dash(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with(|c: char| c.is_ascii_digit()) && !text.starts_with("1.")
}

/// Cuts a block into items. Lines of a nested list stay together; other lines belong to the item before them.
fn items(parser: &mut Parser, lines: &[Line], tag: &'static str) -> Vec<Lines> {
    let tab = parser.tab();
    let sane = parser.dialect.truly_sane;
    let mut items: Vec<Lines> = Vec::new();
    for line in lines.iter().copied() {
        let text = if line.object().is_some() { "" } else { parser.of(line) };
        if let Some(content) = item(text, tab, |kind| !sane || kind == tag) {
            if tab > 2 && (2..tab).contains(&indent(text)) && !items.is_empty() && indent(parser.of(lines[0])) == 0 {
                let at = (line.start as usize + indent(text), line.end as usize);
                parser.doubts.push(Doubt { kind: DoubtKind::TooFlat, at });
            }
            items.push(vec![line.skip(content)]);
            continue;
        }
        let blanks = indent(text);
        let holds_item = item(text, 64, |_| true).is_some();
        if holds_item
            && blanks >= tab * 2
            && items.last().is_some_and(|last| !last.iter().any(|line| indent(parser.of(*line)) >= tab))
        {
            parser
                .doubts
                .push(Doubt { kind: DoubtKind::TooDeep, at: (line.start as usize + blanks, line.end as usize) });
        }
        let nested = (tab..tab * 2).contains(&blanks) && item(&text[blanks..], 1, |_| true).is_some();
        match items.last_mut() {
            Some(last) if !nested || last.first().is_some_and(|first| parser.is_indented(*first, tab)) => {
                last.push(line)
            }
            _ => items.push(vec![line]),
        }
    }
    items
}

/// Where the content of an item begins, where the line begins one of a kind that is wanted, with less than `tab` blanks in
/// front.
fn item(line: &str, tab: usize, wanted: impl Fn(&str) -> bool) -> Option<usize> {
    let blanks = indent(line);
    if blanks >= tab {
        return None;
    }
    let rest = &line.as_bytes()[blanks..];
    let (marker, tag) = match rest.first()? {
        b'*' | b'+' | b'-' => (1, "ul"),
        b'0'..=b'9' => {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            (rest.get(digits) == Some(&b'.')).then_some((digits + 1, "ol"))?
        }
        _ => return None,
    };
    let gap = rest[marker..].iter().take_while(|byte| **byte == b' ').count();
    (gap > 0 && wanted(tag)).then_some(blanks + marker + gap)
}

#[cfg(test)]
mod tests {
    use super::item;

    #[test]
    fn items_need_a_blank_behind_their_marker() {
        let any = |_: &str| true;
        assert_eq!(item("- a", 2, any), Some(2));
        assert_eq!(item(" 12.   a", 2, any), Some(7));
        assert_eq!(item("  - a", 2, any), None);
        assert_eq!(item("  - a", 4, any), Some(4));
        for line in ["-a", "1) a", "1.a", "a", "", "-"] {
            assert_eq!(item(line, 2, any), None, "{line}");
        }
    }
}
