//! Lines that define something for the whole page: footnotes, abbreviations, references.

use super::super::super::raw_html::unescaped;
use super::super::buffer::{Block, Line, Lines, indent};
use super::super::tree::{Kind, NodeId, Target, Tree};
use super::{Parser, Queue};

/// `[^label]: text`, with more of it indented below.
pub(super) fn footnote(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let Some((index, (label, start))) = parser.search(queue, footnote_head) else { return false };
    let (line, mut rest) = parser.split_at(parent, queue, index);
    let next = rest.iter().position(|line| footnote_head(parser.of(*line)).is_some());
    let others = next.map(|next| rest.split_off(next));
    let mut text: Lines = vec![line.skip(start)];
    text.extend(rest.iter().map(|line| undented(parser, *line)));
    while text.first().is_some_and(|line| line.is_empty()) {
        text.remove(0);
    }
    match others {
        Some(others) => parser.put_back(queue, others),
        None => take_indented(parser, queue, &mut text),
    }
    match parser.footnote_numbers.get(&label) {
        Some(number) => parser.footnotes[*number].1 = text,
        None => {
            parser.footnote_numbers.insert(label.clone(), parser.footnotes.len());
            parser.footnotes.push((label, text));
        }
    }
    true
}

impl Parser<'_> {
    /// Reads the text of every footnote, those that footnotes define included; gives their labels with their elements.
    pub(in super::super) fn read_footnotes(&mut self) -> Vec<(String, NodeId)> {
        let mut read = Vec::new();
        if self.footnotes.is_empty() {
            return read;
        }
        let list = self.tree.add(Tree::ROOT, Kind::Element("footnotes"), 0..0);
        while let Some((label, lines)) = self.footnotes.get_mut(read.len()) {
            let (label, lines) = (label.clone(), std::mem::take(lines));
            let note = self.add_element(list, "footnote", &lines);
            self.read(note, &lines);
            read.push((label, note));
        }
        read
    }
}

/// Adds the indented blocks that follow, up to the next footnote.
fn take_indented(parser: &Parser, queue: &mut Queue, text: &mut Lines) {
    while queue.front().is_some_and(|block| parser.is_indented(block.lines[0], 4)) {
        let Some(Block { mut lines, .. }) = queue.pop_front() else { return };
        let next = lines.iter().position(|line| footnote_head(parser.of(*line)).is_some());
        let others = next.map(|next| lines.split_off(next));
        text.push(Line::new(0..0));
        text.extend(lines.iter().map(|line| undented(parser, *line)));
        if let Some(others) = others {
            parser.put_back(queue, others);
            return;
        }
    }
}

fn undented(parser: &Parser, line: Line) -> Line {
    if parser.is_indented(line, 4) { line.skip(4) } else { line }
}

/// The label of a footnote and where its text begins.
fn footnote_head(line: &str) -> Option<(String, usize)> {
    let blanks = indent(line);
    let rest = line[blanks..].strip_prefix("[^").filter(|_| blanks <= 3)?;
    let (label, text) = rest.split_once("]:")?;
    (!label.contains(']')).then(|| (label.to_owned(), line.len() - text.trim_start_matches(' ').len()))
}

/// `*[HTML]: HyperText Markup Language`.
pub(super) fn abbreviation(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let Some((index, (short, long))) = parser.search(queue, abbreviation_head) else { return false };
    let (_, rest) = parser.split_at(parent, queue, index);
    parser.put_back(queue, rest);
    if matches!(long.as_str(), "''" | "\"\"") {
        parser.abbreviations.remove(&short);
    } else {
        parser.abbreviations.insert(short, long);
    }
    true
}

fn abbreviation_head(line: &str) -> Option<(String, String)> {
    let (short, rest) = line.strip_prefix("*[")?.split_once(']')?;
    let long = rest.strip_prefix(' ').unwrap_or(rest).strip_prefix(':')?.trim();
    let short = short.trim();
    (!short.is_empty() && !long.is_empty() && !short.contains('\\')).then(|| (short.to_owned(), long.to_owned()))
}

/// `[name]: address "Title"`.
pub(super) fn reference(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let Some((index, name)) = parser.search(queue, reference_head) else { return false };
    let lines = queue.front().map(|block| &block.lines[index..]).unwrap_or_default();
    let text = |at: usize| lines.get(at).filter(|line| line.object().is_none()).map(|line| parser.of(*line));
    let first = text(0).unwrap_or_default();
    let mut used = 1;
    let mut rest = first.split_once("]:").map_or("", |(_, rest)| rest).trim_matches(' ');
    if rest.is_empty() {
        rest = text(1).unwrap_or_default().trim_matches(' ');
        used = 2;
    }
    let (address, after) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut title = quoted(after.trim());
    if address.is_empty() || (title.is_none() && !after.trim().is_empty()) {
        return false;
    }
    if title.is_none()
        && let Some(next) = text(used).and_then(|next| quoted(next.trim()))
    {
        title = Some(next);
        used += 1;
    }
    let address = address.trim_start_matches('<').trim_end_matches('>');
    let target = Target { url: unescaped(address).into_owned(), title: title.map(str::to_owned) };
    let (_, mut rest) = parser.split_at(parent, queue, index);
    let rest = rest.split_off((used - 1).min(rest.len()));
    parser.references.insert(name, target);
    parser.put_back(queue, rest);
    true
}

fn reference_head(line: &str) -> Option<String> {
    let blanks = indent(line);
    let rest = line[blanks..].strip_prefix('[').filter(|_| blanks <= 3)?;
    let (name, _) = rest.split_once("]:")?;
    (!name.contains(['[', ']'])).then(|| name.trim().to_lowercase())
}

/// A title in quotes or parentheses.
fn quoted(text: &str) -> Option<&str> {
    [('"', '"'), ('\'', '\''), ('(', ')')]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open).filter(|rest| !rest.is_empty())?.strip_suffix(*close))
}
