//! Attribute lists: `{ .class #id name="value" }` behind a heading, a paragraph, a link.

use super::tree::{Attributes, Kind, NodeId, Tree};

/// More attributes of one list are left out.
const MOST: usize = 32;

/// The entries of a list, without its braces: `.` and a class, `#` and an id, or a name and its value.
pub(super) fn items(list: &str) -> Vec<(&str, &str)> {
    scan(list).0
}

/// The entries, and what stands behind a brace that closes too early.
fn scan(list: &str) -> (Vec<(&str, &str)>, &str) {
    let mut items = Vec::new();
    let mut rest = list;
    loop {
        rest = rest.trim_start_matches(' ');
        let end = rest.find([' ', '=', '}']).unwrap_or(rest.len());
        if end == 0 {
            // A stray `=` ends the reading; a brace ends the list.
            return (items, rest.find('}').map_or("", |brace| &rest[brace..]));
        }
        let (word, tail) = rest.split_at(end);
        if let Some(value) = tail.strip_prefix('=') {
            let quoted = value.chars().next().filter(|quote| matches!(quote, '"' | '\''));
            if let Some((value, tail)) = quoted.and_then(|quote| value[1..].split_once(quote)) {
                items.push((word, value));
                rest = tail;
                continue;
            }
            let end = value.find([' ', '=', '}']).unwrap_or(value.len());
            if end > 0 {
                items.push((word, &value[..end]));
                rest = &value[end..];
                continue;
            }
        }
        if let Some(class) = word.strip_prefix('.') {
            items.push((".", class));
        } else if let Some(id) = word.strip_prefix('#') {
            items.push(("#", id));
        } else {
            items.push((word, word));
        }
        rest = tail;
    }
}

/// Reads every list of a page and gives its entries to the element it belongs to.
pub(super) fn apply(tree: &mut Tree) {
    if !tree.text.contains('{') {
        return;
    }
    let nodes: Vec<NodeId> = tree.walk(Tree::ROOT).collect();
    for id in nodes {
        match tree.kind(id) {
            Kind::Element(tag) if is_block(tag) => of_block(tree, id, tag),
            Kind::Element(_) | Kind::Link(_) | Kind::Image { .. } | Kind::InlineCode { .. } | Kind::Emoji { .. } => {
                of_inline(tree, id)
            }
            _ => {}
        }
    }
}

fn is_block(tag: &str) -> bool {
    matches!(
        tag,
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "li" | "td" | "th" | "dt" | "dd" | "blockquote" | "div"
    )
}

/// A list behind an inline element: `[a](b){ .c }`.
fn of_inline(tree: &mut Tree, id: NodeId) {
    let Some((text, span)) = tree.next(id).and_then(|next| match tree.kind(next) {
        Kind::Text(span) => Some((next, *span)),
        _ => None,
    }) else {
        return;
    };
    let written = tree.str(span).to_owned();
    let Some((list, length)) = opening_list(&written) else { return };
    let (entries, rest) = scan(list);
    give(tree.attributes_mut(id), &entries);
    let remains = format!("{}{}", &written[length..], rest);
    let span = tree.keep(&remains);
    *tree.kind_mut(text) = Kind::Text(span);
}

/// `{…}` at the start of a text: what it holds, up to the last brace of the line, and its whole length.
fn opening_list(text: &str) -> Option<(&str, usize)> {
    if !text.starts_with('{') {
        return None;
    }
    let line = text.lines().next()?;
    let end = line.rfind('}')?;
    let inner = line[1..end].strip_prefix(':').unwrap_or(&line[1..end]);
    let list = inner.trim_matches(' ');
    (!list.is_empty() && !list.starts_with('}')).then_some((list, end + 1))
}

fn of_block(tree: &mut Tree, id: NodeId, tag: &str) {
    // A list item's own list stands before the lists it holds.
    let behind = match tag {
        "li" => tree.children(id).find(|child| matches!(tree.tag(*child), "ul" | "ol")),
        _ => None,
    };
    let last = match behind {
        Some(list) => tree.previous(list),
        None => tree.last(id),
    };
    let Some(last) = last else { return };
    let Kind::Text(span) = *tree.kind(last) else { return };
    let on_same_line = matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "dt" | "td" | "th");
    let Some((start, list)) = closing_list(tree.str(span), on_same_line) else { return };
    let list = list.to_owned();
    let (entries, rest) = scan(&list);
    if !rest.is_empty() {
        return;
    }
    give(tree.attributes_mut(id), &entries);
    let mut kept = tree.str(span)[..start].to_owned();
    if tag.starts_with('h') {
        kept.truncate(kept.trim_end_matches('#').trim_end().len());
    }
    let span = tree.keep(&kept);
    *tree.kind_mut(last) = Kind::Text(span);
}

/// `{…}` at the end of a text, behind a blank or alone on the last line: where it starts and what it holds.
fn closing_list(text: &str, on_same_line: bool) -> Option<(usize, &str)> {
    let trimmed = text.trim_end_matches(' ');
    let inner = trimmed.strip_suffix('}')?;
    let line_start = inner.rfind('\n').map_or(0, |at| at + 1);
    let line = &inner[line_start..];
    let open = if on_same_line {
        line.match_indices('{')
            .map(|(at, _)| at)
            .find(|at| line[..*at].ends_with(' ') && holds_something(&line[at + 1..]))?
    } else {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        (line_start > 0 && line[blanks..].starts_with('{')).then_some(blanks)?
    };
    let list = &line[open + 1..];
    let list = list.strip_prefix(':').unwrap_or(list).trim_matches(' ');
    let start = if on_same_line { line_start + line[..open].trim_end_matches(' ').len() } else { line_start - 1 };
    holds_something(list).then_some((start, list))
}

fn holds_something(list: &str) -> bool {
    let list = list.strip_prefix(':').unwrap_or(list).trim_start_matches(' ');
    !list.is_empty() && !list.starts_with('}')
}

fn give(attributes: &mut Attributes, entries: &[(&str, &str)]) {
    for (name, value) in entries.iter().take(MOST) {
        match *name {
            "." => attributes.classes.push((*value).to_owned()),
            "#" | "id" => attributes.id = Some((*value).to_owned()),
            "class" => attributes.classes = value.split_whitespace().map(str::to_owned).collect(),
            name => attributes.set(&name.to_ascii_lowercase(), value),
        }
    }
}
