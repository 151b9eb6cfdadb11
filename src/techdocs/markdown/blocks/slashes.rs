//! Blocks between `/// name` and `///`: `pymdownx.blocks`, where a documentation switches them on.

use super::super::buffer::{Block, Line, Lines};
use super::super::tree::{Kind, NodeId};
use super::boxes::{Title, capitalised, open_box};
use super::{Parser, Queue};
use std::ops::Range;

/// Types that name a box by themselves.
const TYPES: &[&str] = &[
    "new",
    "settings",
    "note",
    "abstract",
    "info",
    "tip",
    "success",
    "question",
    "warning",
    "failure",
    "danger",
    "bug",
    "example",
    "quote",
    "attention",
    "caution",
    "error",
    "hint",
];

/// The line that opens a block.
struct Head {
    slashes: usize,
    name: String,
    title: Option<Range<usize>>,
}

/// `/// note | Title`, options, lines, `///`.
pub(super) fn block(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let Some((index, head)) = parser.search(queue, |line| line.strip_prefix("///").and_then(|_| head(line))) else {
        return false;
    };
    let Some(wanted) = wanted(parser, &head) else { return false };
    let (line, rest) = parser.split_at(parent, queue, index);
    let (options, body) = body(parser, queue, rest, head.slashes);
    let option = |name: &str| options.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let title = head.title.filter(|range| !range.is_empty());
    let node = match wanted {
        Wanted::Tab => {
            let label = title.map_or_else(Lines::new, |range| vec![line.part(range)]);
            tab(parser, parent, line, label, option("new") == Some("true"), option("select") == Some("true"))
        }
        Wanted::Html => {
            let node = parser.add_element(parent, "div", &[line]);
            parser.tree.attributes_mut(node).set("markdown", "");
            node
        }
        Wanted::Box(tag, class) => {
            let node = parser.add_element(parent, tag, &[line]);
            let class = option("type").map_or(class, str::to_owned);
            if option("open") == Some("true") {
                parser.tree.attributes_mut(node).set("open", "");
            }
            let title = match title {
                Some(range) => Title::Written(range),
                None => Title::Given(capitalised(if class.is_empty() { "details" } else { &class })),
            };
            let heading = if tag == "div" { "p" } else { "summary" };
            open_box(parser, node, vec![class], line, title, heading);
            node
        }
    };
    parser.read(node, &body);
    true
}

enum Wanted {
    /// An element, and its class where none is given.
    Box(&'static str, String),
    Tab,
    Html,
}

fn wanted(parser: &Parser, head: &Head) -> Option<Wanted> {
    let on = parser.dialect.blocks;
    let name = head.name.as_str();
    let is_type = |name: &str| TYPES.contains(&name);
    match name {
        "tab" if on.tab => Some(Wanted::Tab),
        "html" if on.html => Some(Wanted::Html),
        "admonition" if on.admonition => Some(Wanted::Box("div", "note".to_owned())),
        "details" if on.details => Some(Wanted::Box("details", String::new())),
        name if on.admonition && is_type(name) => Some(Wanted::Box("div", name.to_owned())),
        name => {
            let class = name.strip_prefix("details-").filter(|class| on.details && is_type(class))?;
            Some(Wanted::Box("details", class.to_owned()))
        }
    }
}

fn head(line: &str) -> Option<Head> {
    let slashes = line.bytes().take_while(|byte| *byte == b'/').count();
    let rest = &line[slashes..];
    let start = slashes + rest.len() - rest.trim_start_matches(' ').len();
    let (name, title) = match line[start..].split_once('|') {
        Some((name, title)) => (name.trim(), Some(line.len() - title.trim_start().len()..line.trim_end().len())),
        None => (line[start..].trim(), None),
    };
    let valid = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let title = title.map(|range| range.start..range.end.max(range.start));
    valid.then(|| Head { slashes, name: name.to_owned(), title })
}

/// The options of a block and its lines, up to the line of slashes that closes it, or to the end.
fn body(parser: &Parser, queue: &mut Queue, mut lines: Lines, slashes: usize) -> (Vec<(String, String)>, Lines) {
    let options = lines.iter().take_while(|line| parser.is_indented(**line, 4)).count();
    let options: Vec<(String, String)> = lines
        .drain(..options)
        .filter_map(|line| parser.of(line).split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect();
    let closes = |line: &Line| {
        let text = parser.of(*line).trim_end();
        line.object().is_none() && text.len() == slashes && text.bytes().all(|byte| byte == b'/')
    };
    let mut body = Lines::new();
    loop {
        if let Some(end) = lines.iter().position(closes) {
            let rest = lines.split_off(end + 1);
            lines.pop();
            body.extend(lines);
            parser.put_back(queue, rest);
            return (options, body);
        }
        body.extend(lines);
        let Some(Block { blanks, lines: next }) = queue.pop_front() else { return (options, body) };
        body.extend(std::iter::repeat_n(Line::new(0..0), blanks.max(1)));
        lines = next;
    }
}

/// The content of a tab, in the set before it or in a new one.
fn tab(parser: &mut Parser, parent: NodeId, line: Line, label: Lines, new_set: bool, select: bool) -> NodeId {
    let before = parser.last_element(parent).filter(|last| matches!(parser.tree.kind(*last), Kind::Tabs { .. }));
    let set = before.filter(|_| !new_set).unwrap_or_else(|| {
        let at = parser.range(&[line]);
        parser.tree.add(parent, Kind::Tabs { selected: 0, count: 0 }, at)
    });
    if let Kind::Tabs { selected, count } = parser.tree.kind_mut(set) {
        if select {
            *selected = *count;
        }
        *count += 1;
    }
    let node = parser.add_element(set, "label", &[line]);
    parser.add_unread(node, label);
    parser.add_element(set, "div", &[line])
}
