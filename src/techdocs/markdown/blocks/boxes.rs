//! Boxes: admonitions, foldable ones, tabs, and the alerts of GitHub.

use super::super::buffer::{Block, Line, Lines, indent};
use super::super::tree::{Kind, NodeId};
use super::{Parser, Queue};
use std::ops::Range;

/// `!!! note "Title"`.
pub(super) fn admonition(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let on = parser.dialect.admonitions;
    let head = |line: &str| line.strip_prefix("!!!").filter(|_| on).and_then(|_| admonition_head(line));
    let Some((index, head)) = parser.search(queue, head) else {
        return continued(parser, parent, queue, |parser, node| is_box(parser, node, "div"));
    };
    let (line, rest) = parser.split_at(parent, queue, index);
    let node = parser.add_element(parent, "div", &[line]);
    open_box(parser, node, head.classes, line, head.title, "p");
    parser.read_body(node, rest, queue);
    true
}

/// `??? note "Title"`, `???+ note`.
pub(super) fn details(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let on = parser.dialect.details;
    let head = |line: &str| line.strip_prefix("???").filter(|_| on).and_then(|_| details_head(line));
    let Some((index, (open, head))) = parser.search(queue, head) else {
        return continued(parser, parent, queue, |parser, node| is_box(parser, node, "details"));
    };
    let (line, rest) = parser.split_at(parent, queue, index);
    let node = parser.add_element(parent, "details", &[line]);
    if open {
        parser.tree.attributes_mut(node).set("open", "");
    }
    open_box(parser, node, head.classes, line, head.title, "summary");
    parser.read_body(node, rest, queue);
    true
}

/// `=== "Title"`.
pub(super) fn tabs(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let is_set = |parser: &Parser, node: NodeId| matches!(parser.tree.kind(node), Kind::Tabs { .. });
    let on = parser.dialect.tabs;
    let head = |line: &str| line.strip_prefix("===").filter(|_| on).and_then(|_| tab_head(line));
    let Some((index, tab)) = parser.search(queue, head) else {
        return continued(parser, parent, queue, is_set);
    };
    let (line, rest) = parser.split_at(parent, queue, index);
    let before = parser.last_element(parent).filter(|last| !tab.new_set && is_set(parser, *last));
    let set = before.unwrap_or_else(|| {
        let at = parser.range(&[line]);
        parser.tree.add(parent, Kind::Tabs { selected: 0, count: 0 }, at)
    });
    if let Kind::Tabs { selected, count } = parser.tree.kind_mut(set) {
        if tab.selected {
            *selected = *count;
        }
        *count += 1;
    }
    let label = parser.add_element(set, "label", &[line]);
    parser.add_unread(label, vec![line.part(tab.title)]);
    let block = parser.add_element(set, "div", &[line]);
    parser.read_body(block, rest, queue);
    true
}

/// `> [!NOTE]`, with lines that begin with `>` below it.
pub(super) fn alert(parser: &mut Parser, parent: NodeId, queue: &mut Queue) -> bool {
    let Some((index, (class, word, title))) =
        parser.search(queue, |line| line.strip_prefix('>').and_then(|_| alert_head(line)))
    else {
        return false;
    };
    let lines = queue.front().map(|block| &block.lines[index + 1..]).unwrap_or_default();
    let body = lines.iter().take_while(|line| parser.of(**line).starts_with('>')).count();
    if body == 0 {
        return false;
    }
    let (line, mut lines) = parser.split_at(parent, queue, index);
    let rest = lines.split_off(body);
    let inner: Lines =
        lines.iter().map(|line| line.skip(if parser.of(*line).starts_with("> ") { 2 } else { 1 })).collect();
    let node = parser.add_element(parent, "div", &[line]);
    let title = if title.is_empty() { Title::Given(word.to_owned()) } else { Title::Written(title) };
    open_box(parser, node, vec![class.to_owned()], line, title, "p");
    parser.read(node, &inner);
    parser.put_back(queue, rest);
    true
}

impl Parser<'_> {
    /// Reads the indented lines behind the head of a box, and puts the others back.
    fn read_body(&mut self, node: NodeId, lines: Lines, queue: &mut Queue) {
        let (inner, rest) = self.detab(&lines, 4);
        self.read(node, &inner);
        self.put_back(queue, rest);
    }
}

/// A block that is indented belongs to the box before it, and perhaps to the last item of a list in it.
fn continued(parser: &mut Parser, parent: NodeId, queue: &mut Queue, is_box: fn(&Parser, NodeId) -> bool) -> bool {
    let Some(first) = queue.front().and_then(|block| block.lines.first()).copied() else { return false };
    if !parser.is_indented(first, 4) {
        return false;
    }
    let Some(before) = parser.last_element(parent).filter(|last| is_box(parser, *last)) else { return false };
    let mut target = match parser.tree.kind(before) {
        Kind::Tabs { .. } => parser.last_element(before).unwrap_or(before),
        _ => before,
    };
    let blanks = indent(parser.of(first));
    let mut columns = 4;
    while let Some(list) = parser.last_element(target)
        && matches!(parser.tree.tag(list), "ul" | "ol" | "dl")
        && blanks >= columns + 4
        && let Some(item) = parser.last_element(list)
    {
        target = item;
        columns += 4;
    }
    let Some(Block { blanks, lines }) = queue.pop_front() else { return false };
    let (inner, rest) = parser.detab(&lines, columns);
    if matches!(parser.tree.tag(target), "li" | "dd") {
        parser.loosen(target);
    }
    parser.read_after(target, &inner, blanks);
    parser.put_back(queue, rest);
    true
}

fn is_box(parser: &Parser, node: NodeId, tag: &str) -> bool {
    parser.tree.tag(node) == tag
        && parser
            .tree
            .attributes(node)
            .is_some_and(|attributes| attributes.classes.first().is_some_and(|class| class == "admonition"))
}

struct Head {
    classes: Vec<String>,
    title: Title,
}

pub(super) enum Title {
    None,
    /// It is made from the type.
    Given(String),
    /// It stands on the line.
    Written(Range<usize>),
}

pub(super) fn open_box(
    parser: &mut Parser,
    node: NodeId,
    classes: Vec<String>,
    line: Line,
    title: Title,
    tag: &'static str,
) {
    let attributes = parser.tree.attributes_mut(node);
    attributes.classes = std::iter::once("admonition".to_owned()).chain(classes).collect();
    let unread = match title {
        Title::None => return,
        Title::Given(word) => {
            let span = parser.tree.keep(&word);
            Kind::Text(span)
        }
        Title::Written(range) => Kind::Unread(vec![line.part(range)]),
    };
    let at = parser.range(&[line]);
    let heading = parser.tree.add(node, Kind::Element(tag), at.clone());
    if tag == "p" {
        parser.tree.attributes_mut(heading).classes = vec!["admonition-title".to_owned()];
    }
    parser.tree.add(heading, unread, at);
}

fn admonition_head(line: &str) -> Option<Head> {
    let (names, title) = names_and_title(line, 3)?;
    let classes = names?;
    let title = match title {
        Some(range) if range.is_empty() => Title::None,
        Some(range) => Title::Written(range),
        None => Title::Given(capitalised(&classes[0])),
    };
    Some(Head { classes, title })
}

fn details_head(line: &str) -> Option<(bool, Head)> {
    let open = line.starts_with("???+");
    let (names, title) = names_and_title(line, 3 + usize::from(open))?;
    let title = match (&names, title) {
        (_, Some(range)) => Title::Written(range),
        (Some(names), None) => Title::Given(capitalised(&names[0])),
        (None, None) => return None,
    };
    Some((open, Head { classes: names.unwrap_or_default(), title }))
}

type NamesAndTitle = (Option<Vec<String>>, Option<Range<usize>>);

/// What stands behind the signs that open a box: words, and a title in quotes with a blank in front.
fn names_and_title(line: &str, from: usize) -> Option<NamesAndTitle> {
    let line = line.trim_end_matches(' ');
    let rest = &line[from..];
    let (names, title) = match rest.find('"') {
        Some(quote) => {
            if !rest[..quote].ends_with(' ') || !line.ends_with('"') || line.len() < from + quote + 2 {
                return None;
            }
            (&rest[..quote], Some(from + quote + 1..line.len() - 1))
        }
        None => (rest, None),
    };
    let names = names.strip_prefix(' ').unwrap_or(names);
    if !names.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ')) {
        return None;
    }
    let words: Vec<String> = names.split(' ').filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let starts_with_blank = names.starts_with(' ') && !words.is_empty();
    (!starts_with_blank).then_some(((!words.is_empty()).then_some(words), title))
}

struct TabHead {
    selected: bool,
    new_set: bool,
    title: Range<usize>,
}

fn tab_head(line: &str) -> Option<TabHead> {
    let line = line.trim_end_matches(' ');
    let marks = line[3..].chars().take_while(|c| matches!(c, '+' | '!')).count();
    let signs = &line[3..3 + marks];
    if !matches!(signs, "" | "+" | "!" | "+!" | "!+") {
        return None;
    }
    let rest = &line[3 + marks..];
    let quote = rest.find('"').filter(|quote| *quote > 0 && rest[..*quote].bytes().all(|byte| byte == b' '))?;
    let start = 3 + marks + quote + 1;
    (line.ends_with('"') && line.len() > start).then(|| TabHead {
        selected: signs.contains('+'),
        new_set: signs.contains('!'),
        title: start..line.len() - 1,
    })
}

/// Class, title and the range of a title of its own.
fn alert_head(line: &str) -> Option<(&'static str, &'static str, Range<usize>)> {
    let rest = line.strip_prefix('>')?;
    let blanks = indent(rest);
    let inner = rest[blanks..].strip_prefix("[!").filter(|_| blanks <= 3)?;
    let (word, after) = inner.split_once(']')?;
    let (class, word) = match word.to_ascii_lowercase().as_str() {
        "note" => ("note", "Note"),
        "tip" => ("tip", "Tip"),
        "important" => ("warning", "Important"),
        "warning" => ("warning", "Warning"),
        "caution" => ("danger", "Caution"),
        _ => return None,
    };
    let start = line.len() - after.trim_start().len();
    Some((class, word, start..line.trim_end().len().max(start)))
}

/// `note` reads `Note` as a title.
pub(super) fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
