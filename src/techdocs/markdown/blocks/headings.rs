//! Headings and rules.

use super::super::buffer::Line;
use super::super::buffer::indent;
use super::super::tree::{Kind, NodeId};
use super::{Block, Parser, Queue, State};

const LEVELS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// `## Heading ##`, on any line, with or without a blank behind its signs.
pub(super) fn hashes(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let sane = parser.dialect.sane_headings;
    let heading = |line: &str| {
        let begins = line.starts_with('#') && (!sane || line.trim_start_matches('#').starts_with(' '));
        (begins && !ends_in_backslash(line)).then(|| inner(line))
    };
    let Some((index, (level, text))) = parser.search(queue, heading) else { return false };
    let (line, mut rest) = parser.split_at(parent, queue, index);
    add_heading(parser, parent, level, line, line.part(text));
    if parser.in_state(State::LooseList) {
        let tab = parser.tab().max(4);
        rest = rest.iter().map(|line| if parser.is_indented(*line, tab) { line.skip(tab) } else { *line }).collect();
    }
    parser.put_back(queue, rest);
    true
}

/// A line with `===` or `---` below it.
pub(super) fn underlined(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let Some([line, underline, ..]) = queue.front().map(|block| &block.lines[..]) else { return false };
    if line.object().is_some() || underline.object().is_some() {
        return false;
    }
    let signs = parser.of(*underline).trim_end_matches(' ');
    let level = match signs.as_bytes().first() {
        Some(b'=') => 1,
        Some(b'-') => 2,
        _ => return false,
    };
    if !signs.bytes().all(|byte| byte == signs.as_bytes()[0]) {
        return false;
    }
    let line = *line;
    add_heading(parser, parent, level, line, line);
    if let Some(Block { mut lines, .. }) = queue.pop_front() {
        parser.put_back(queue, lines.split_off(2));
    }
    true
}

/// `---`, `***` or `___`, on any line.
pub(super) fn rule(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let Some((index, ())) = parser.search(queue, |line| is_rule(line).then_some(())) else { return false };
    let (line, rest) = parser.split_at(parent, queue, index);
    parser.add_element(parent, "hr", &[line]);
    parser.put_back(queue, rest);
    true
}

/// Three or more equal signs, with at most two blanks between two of them.
pub(super) fn is_rule(line: &str) -> bool {
    let blanks = indent(line);
    let signs = line[blanks..].trim_end_matches(' ').as_bytes();
    let Some(mark) = signs.first().copied().filter(|mark| blanks <= 3 && matches!(mark, b'-' | b'_' | b'*')) else {
        return false;
    };
    let mut gap = 0;
    let even = signs.iter().all(|byte| {
        gap = if *byte == b' ' { gap + 1 } else { 0 };
        gap <= 2 && (*byte == mark || *byte == b' ')
    });
    even && signs.iter().filter(|byte| **byte == mark).count() >= 3
}

fn add_heading(parser: &mut Parser, parent: NodeId, level: usize, line: Line, text: Line) {
    let heading = parser.add_element(parent, LEVELS[level - 1], &[line]);
    let written = parser.of(text);
    let start = written.len() - written.trim_start().len();
    let text = text.part(start..written.trim_end().len().max(start));
    let at = text.start as usize..text.end as usize;
    parser.tree.add(heading, Kind::Unread(vec![text]), at);
}

/// The level of a heading and the range of its text: without the signs that close it, unless they are escaped.
fn inner(line: &str) -> (usize, std::ops::Range<usize>) {
    let level = line.bytes().take(6).take_while(|byte| *byte == b'#').count();
    let mut end = line[level..].trim_end_matches('#').len() + level;
    let backslashes = line[level..end].bytes().rev().take_while(|byte| *byte == b'\\').count();
    if backslashes % 2 == 1 && end < line.len() {
        end += 1;
    }
    (level, level..end)
}

fn ends_in_backslash(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::{inner, is_rule};

    #[test]
    fn rules_have_three_signs() {
        for line in ["---", "***", "_ _ _", "  - -  -  ", "----------"] {
            assert!(is_rule(line), "{line}");
        }
        for line in ["--", "-   - -", "    ---", "- a -", "-*-"] {
            assert!(!is_rule(line), "{line}");
        }
    }

    #[test]
    fn closing_signs_are_no_text() {
        let text = |line: &'static str| {
            let (level, range) = inner(line);
            (level, &line[range])
        };
        assert_eq!(text("## a ##"), (2, " a "));
        assert_eq!(text("#C\\#"), (1, "C\\#"));
        assert_eq!(text("####### seven"), (6, "# seven"));
    }
}
