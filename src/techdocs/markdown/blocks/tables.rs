//! Tables.

use super::super::buffer::Line;
use super::super::tree::{Kind, NodeId};
use super::{Parser, Queue};
use std::ops::Range;

/// Columns of one table; wider ones are text.
const MOST_COLUMNS: usize = 1_000;

/// A row of heads, a row of dashes, rows of cells.
pub(super) fn table(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let Some([head, dashes, ..]) = queue.front().map(|block| &block.lines[..]) else { return false };
    if head.object().is_some() || dashes.object().is_some() || !parser.of(*head).contains('|') {
        return false;
    }
    let Some(alignments) = alignments(parser, queue) else { return false };
    let Some(block) = queue.pop_front() else { return false };
    let bordered = has_border(parser.of(block.lines[0]).trim_matches(' '));
    let table = parser.add_element(parent, "table", &block.lines);
    let head = parser.add_element(table, "thead", &block.lines[..1]);
    row(parser, head, "th", block.lines[0], &alignments, bordered);
    let body = parser.add_element(table, "tbody", &block.lines);
    for line in &block.lines[2..] {
        row(parser, body, "td", *line, &alignments, bordered);
    }
    if block.lines.len() == 2 {
        row(parser, body, "td", Line::new(0..0), &alignments, bordered);
    }
    true
}

/// How each column is aligned, where the first two lines are those of a table.
fn alignments(parser: &Parser, queue: &Queue) -> Option<Vec<Option<&'static str>>> {
    let lines = &queue.front()?.lines;
    let rows = |index: usize| parser.of(lines[index]).trim_matches(' ');
    let head = rows(0);
    let bordered = has_border(head);
    let columns = cells(head, bordered).len();
    if columns > MOST_COLUMNS || columns < 2 && !(bordered && (1..lines.len()).all(|index| has_border(rows(index)))) {
        return None;
    }
    let dashes = rows(1);
    let separators = cells(dashes, bordered);
    if separators.len() != columns || !dashes.bytes().all(|byte| matches!(byte, b'|' | b':' | b'-' | b' ')) {
        return None;
    }
    let alignment = |range: &Range<usize>| {
        let cell = dashes[range.clone()].trim_matches(' ');
        match (cell.starts_with(':'), cell.ends_with(':')) {
            (true, true) => Some("center"),
            (true, false) => Some("left"),
            (false, true) => Some("right"),
            (false, false) => None,
        }
    };
    Some(separators.iter().map(alignment).collect())
}

fn row(
    parser: &mut Parser,
    parent: NodeId,
    tag: &'static str,
    line: Line,
    alignments: &[Option<&'static str>],
    bordered: bool,
) {
    let text = parser.of(line);
    let start = text.len() - text.trim_start_matches(' ').len();
    let trimmed = text.trim_matches(' ');
    let cells = cells(trimmed, bordered);
    let row = parser.add_element(parent, "tr", &[line]);
    for (column, alignment) in alignments.iter().enumerate() {
        let cell = parser.add_element(row, tag, &[line]);
        if let Some(alignment) = alignment {
            parser.tree.attributes_mut(cell).set("align", alignment);
        }
        let Some(range) = cells.get(column) else { continue };
        let written = &trimmed[range.clone()];
        let from = range.start + (written.len() - written.trim_start_matches(' ').len());
        let to = range.start + written.trim_end_matches(' ').len();
        if from < to {
            let part = line.part(start + from..start + to);
            let at = part.start as usize..part.end as usize;
            parser.tree.add(cell, Kind::Unread(vec![part]), at);
        }
    }
}

/// The row begins or ends with a pipe.
fn has_border(row: &str) -> bool {
    row.starts_with('|') || ends_in_pipe(row)
}

fn ends_in_pipe(row: &str) -> bool {
    row.strip_suffix('|').is_some_and(|rest| rest.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 0)
}

/// The ranges of a row's cells: pipes divide them, but not those that are escaped or in code.
fn cells(row: &str, bordered: bool) -> Vec<Range<usize>> {
    let (mut start, mut end) = (0, row.len());
    if bordered {
        start = usize::from(row.starts_with('|'));
        if ends_in_pipe(&row[start..]) {
            end -= 1;
        }
    }
    let inner = &row[start..end];
    let pipes = pipes(inner);
    let mut cells = Vec::with_capacity(pipes.len() + 1);
    let mut from = 0;
    for pipe in pipes {
        cells.push(start + from..start + pipe);
        from = pipe + 1;
    }
    cells.push(start + from..end);
    cells
}

fn pipes(row: &str) -> Vec<usize> {
    let bytes = row.as_bytes();
    let mut pipes = Vec::new();
    // Runs of backticks: where they start and end, how long they are, and whether a backslash stands before them.
    let mut ticks: Vec<(usize, usize, usize, bool)> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if bytes.get(at + 1) == Some(&b'\\') || bytes.get(at + 1) == Some(&b'|') => at += 2,
            b'\\' if bytes.get(at + 1) == Some(&b'`') => {
                let length = bytes[at + 1..].iter().take_while(|byte| **byte == b'`').count();
                ticks.push((at, at + length, length, true));
                at += 1 + length;
            }
            b'`' => {
                let length = bytes[at..].iter().take_while(|byte| **byte == b'`').count();
                ticks.push((at, at + length - 1, length, false));
                at += length;
            }
            b'|' => {
                pipes.push(at);
                at += 1;
            }
            _ => at += 1,
        }
    }
    if ticks.is_empty() || pipes.is_empty() {
        return pipes;
    }
    let mut regions = Vec::new();
    let mut index = 0;
    while index < ticks.len() {
        let (start, _, length, escaped) = ticks[index];
        let size = length - usize::from(escaped);
        let close =
            if size == 0 { None } else { ticks[index + 1..].iter().take(1_000).position(|tick| tick.2 == size) };
        match close {
            Some(found) => {
                regions.push(start..=ticks[index + 1 + found].1);
                index += found + 2;
            }
            None => index += 1,
        }
    }
    pipes.retain(|pipe| {
        let region = regions.partition_point(|region| region.end() < pipe);
        !regions.get(region).is_some_and(|region| region.contains(pipe))
    });
    pipes
}

#[cfg(test)]
mod tests {
    use super::{cells, has_border};

    fn split(row: &str) -> Vec<&str> {
        cells(row, has_border(row)).into_iter().map(|range| row[range].trim()).collect()
    }

    #[test]
    fn pipes_divide_unless_they_are_code_or_escaped() {
        assert_eq!(split("| a | b |"), ["a", "b"]);
        assert_eq!(split("a | b"), ["a", "b"]);
        assert_eq!(split("| `a|b` | c \\| d |"), ["`a|b`", "c \\| d"]);
        assert_eq!(split("| a |"), ["a"]);
        assert_eq!(split("| ` | b |"), ["`", "b"]);
        assert_eq!(split("| a | b \\|"), ["a", "b \\|"]);
    }
}
