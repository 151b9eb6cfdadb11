//! Blocks of raw HTML, taken out before the lines are read, as Python-Markdown does: an element that begins a line goes to
//! its closing tag, blank lines or not. Elements with a `markdown` attribute keep their lines to be read.
//!
//! What nothing ever closes ends with its paragraph here, so that a forgotten `</div>` costs no more than that.

use super::buffer::{Buffer, Line, Lines, indent};
use super::objects::{Element, Object, Part};
use super::tree::Attributes;
use std::ops::Range;

/// Elements within elements that hold Markdown; what is deeper is text.
const DEEPEST: usize = 32;

/// Of this many elements the end is looked for in vain; those after them end with their paragraph at once.
const MOST_UNCLOSED: usize = 32;

/// Elements that a browser lays out as blocks.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "canvas",
    "center",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "group",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "html",
    "iframe",
    "legend",
    "li",
    "main",
    "map",
    "math",
    "menu",
    "nav",
    "noscript",
    "object",
    "ol",
    "option",
    "output",
    "p",
    "pre",
    "progress",
    "script",
    "search",
    "section",
    "style",
    "summary",
    "table",
    "tbody",
    "td",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
    "video",
];

/// Elements whose text alone is read as Markdown where nothing else is said.
const OF_TEXT: &[&str] =
    &["address", "dd", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "legend", "li", "p", "summary", "td", "th"];

/// Elements that may hold text or blocks, as their attribute says.
const NEVER: &[&str] = &["canvas", "math", "option", "pre", "progress", "script", "style", "textarea"];

/// Replaces each block of HTML by a line that holds it as an object.
pub(super) fn take(buffer: &Buffer, lines: Lines, objects: &mut Vec<Object>) -> Lines {
    let begins = |line: &Line| line.object().is_none() && begins_block(buffer.of(*line));
    if !lines.iter().any(begins) {
        return lines;
    }
    let fences = fences(objects);
    let mut cutter = Cutter { buffer, objects, fences, unclosed: 0, endless: [false; 4] };
    let mut kept = Lines::with_capacity(lines.len());
    let mut index = 0;
    while index < lines.len() {
        let line = lines[index];
        if !begins(&line) {
            kept.push(line);
            index += 1;
            continue;
        }
        let start = line.start as usize + indent(buffer.of(line));
        match cutter.block(start, 0) {
            Some((object, end)) => {
                // Blanks in front make a line of their own, which keeps the block in the list item above.
                kept.push(Line::new(line.start as usize..start));
                index = cutter.place(&lines, index, object, end, &mut kept);
            }
            None => {
                kept.push(line);
                index += 1;
            }
        }
    }
    kept
}

/// A line may begin a block: its first sign is a `<`, at most three blanks in.
fn begins_block(line: &str) -> bool {
    let blanks = indent(line);
    blanks <= 3 && line[blanks..].starts_with('<')
}

/// Ranges of the buffer that fenced blocks take up, with their numbers.
fn fences(objects: &[Object]) -> Vec<(Range<usize>, usize)> {
    let of = |(number, object): (usize, &Object)| match object {
        Object::Code { at, .. } => Some((at.clone(), number)),
        _ => None,
    };
    objects.iter().enumerate().filter_map(of).collect()
}

struct Cutter<'c> {
    buffer: &'c Buffer,
    objects: &'c mut Vec<Object>,
    fences: Vec<(Range<usize>, usize)>,
    /// How often an element turned out to have no end, each time at the cost of reading the page to its end.
    unclosed: usize,
    /// Of comments and their like, by the number of their kind: nothing closes them any more.
    endless: [bool; 4],
}

/// A tag of HTML.
struct Tag<'t> {
    name: &'t str,
    closing: bool,
    closed: bool,
    attributes: &'t str,
    end: usize,
}

impl<'c> Cutter<'c> {
    /// Puts a block in the place of the lines it takes up, and what stands behind it on its last line after it. Gives the
    /// line to go on with.
    fn place(&mut self, lines: &[Line], index: usize, object: usize, end: usize, kept: &mut Lines) -> usize {
        let blank = Line::new(0..0);
        let (mut object, mut end) = (object, end);
        loop {
            kept.extend([Line::of_object(0..0, object), blank]);
            let after = index + lines[index..].partition_point(|line| (line.start as usize) < end);
            let last = lines[after - 1];
            if last.object().is_some() || end >= last.end as usize {
                return after;
            }
            let rest = Line::new(end..last.end as usize);
            let tail = self.buffer.of(rest);
            if tail.trim().is_empty() {
                return after;
            }
            let start = end + indent(tail);
            if tail.trim_start().starts_with('<')
                && let Some((next, next_end)) = self.block(start, 0)
            {
                (object, end) = (next, next_end);
                continue;
            }
            kept.push(rest);
            return after;
        }
    }

    /// The block of HTML that begins at `start`, and where it ends.
    fn block(&mut self, start: usize, depth: usize) -> Option<(usize, usize)> {
        let text: &'c str = self.buffer.text();
        let rest = &text[start..];
        let kinds = [("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">")];
        for (kind, (opener, closer)) in kinds.into_iter().enumerate() {
            if let Some(inner) = rest.strip_prefix(opener) {
                if self.endless[kind] {
                    return None;
                }
                let Some(length) = inner.find(closer) else {
                    self.endless[kind] = true;
                    return None;
                };
                let end = start + opener.len() + length + closer.len();
                return Some((self.keep(start..end), end));
            }
        }
        let tag = tag(text, start)?;
        if tag.closing || !is_block(tag.name) {
            return None;
        }
        if tag.closed || tag.name.eq_ignore_ascii_case("hr") {
            return Some((self.keep(start..tag.end), tag.end));
        }
        let wanted = wanted(&tag);
        if wanted == Wanted::Nothing || depth >= DEEPEST {
            let end = self.raw_end(&tag).or_else(|| self.paragraph_end(start))?;
            return Some((self.keep(start..end), end));
        }
        self.element(start, &tag, wanted == Wanted::Blocks, depth)
    }

    /// Keeps a range as HTML, with the fenced blocks that stand in it.
    fn keep(&mut self, range: Range<usize>) -> usize {
        let mut parts = Vec::new();
        let mut from = range.start;
        let first = self.fences.partition_point(|(fence, _)| fence.start < range.start);
        for (fence, number) in self.fences[first..].iter().take_while(|(fence, _)| fence.start < range.end) {
            parts.push(Part::Source(from..fence.start));
            parts.push(Part::Object(*number));
            from = fence.end;
        }
        parts.push(Part::Source(from.min(range.end)..range.end));
        self.objects.push(Object::Html(parts));
        self.objects.len() - 1
    }

    /// The next `<` from `at` on that does not stand in a fenced block.
    fn next_sign(&self, mut at: usize) -> Option<usize> {
        let text = self.buffer.text();
        loop {
            let found = at + memchr::memchr(b'<', text.as_bytes().get(at..)?)?;
            let index = self.fences.partition_point(|(fence, _)| fence.end <= found);
            match self.fences.get(index) {
                Some((fence, _)) if fence.start <= found => at = fence.end,
                _ => return Some(found),
            }
        }
    }

    /// Just behind the tag that closes an element whose opening tag is given.
    fn raw_end(&mut self, opened: &Tag<'c>) -> Option<usize> {
        let text: &'c str = self.buffer.text();
        let name = opened.name.to_ascii_lowercase();
        if self.unclosed >= MOST_UNCLOSED {
            return None;
        }
        if matches!(name.as_str(), "script" | "style") {
            let end = closing_of(text, opened.end, &name);
            self.unclosed += usize::from(end.is_none());
            return end;
        }
        let mut open = vec![name.clone()];
        let mut at = opened.end;
        while let Some(sign) = self.next_sign(at) {
            let rest = &text[sign..];
            if rest.starts_with("<!--") {
                at = rest.find("-->").map_or(sign + 4, |end| sign + end + 3);
                continue;
            }
            let Some(tag) = tag(text, sign) else {
                at = sign + 1;
                continue;
            };
            at = tag.end;
            if tag.closing {
                if let Some(from) = open.iter().rposition(|name| name.eq_ignore_ascii_case(tag.name)) {
                    open.truncate(from);
                }
                if open.is_empty() {
                    return Some(at);
                }
            } else if !tag.closed && open.len() < 1_000 {
                open.push(tag.name.to_ascii_lowercase());
            }
        }
        self.unclosed += 1;
        None
    }

    /// The end of the paragraph that `start` stands in.
    fn paragraph_end(&self, start: usize) -> Option<usize> {
        let rest = &self.buffer.text()[start..];
        Some(start + rest.find("\n\n").unwrap_or(rest.trim_end_matches('\n').len()))
    }

    /// An element that holds Markdown.
    fn element(&mut self, start: usize, opened: &Tag<'c>, holds_blocks: bool, depth: usize) -> Option<(usize, usize)> {
        let text: &'c str = self.buffer.text();
        let name = known(opened.name)?;
        let mut lines = Lines::new();
        let (mut kept, mut at) = (opened.end, opened.end);
        // A tag right behind the opening one counts as one that begins a line.
        let mut at_start = true;
        let end = loop {
            let Some(sign) = self.next_sign(at) else {
                let end = self.paragraph_end(start)?.max(kept);
                self.push_lines(&mut lines, kept..end);
                break end;
            };
            let tag = tag(text, sign);
            if let Some(tag) = &tag
                && tag.closing
                && tag.name.eq_ignore_ascii_case(opened.name)
            {
                self.push_lines(&mut lines, kept..sign);
                break tag.end;
            }
            let line_start = text[..sign].rfind('\n').map_or(0, |at| at + 1).max(kept);
            let before = &text[line_start..sign];
            let begins_line = before.len() <= 3 && before.bytes().all(|byte| byte == b' ') || at_start;
            let may_open = text[sign..].starts_with("<!--") || tag.as_ref().is_some_and(|tag| is_block(tag.name));
            at_start = false;
            at = tag.map_or(sign + 1, |tag| tag.end);
            if begins_line
                && may_open
                && let Some((object, end)) = self.block(sign, depth + 1)
            {
                self.push_lines(&mut lines, kept..line_start);
                let blank = Line::new(0..0);
                lines.extend([blank, Line::of_object(0..0, object), blank]);
                (kept, at) = (end, end);
            }
        };
        let attributes = attributes(opened.attributes);
        let element = Element { tag: name, attributes, holds_blocks, lines, at: start..end };
        self.objects.push(Object::Element(Box::new(element)));
        Some((self.objects.len() - 1, end))
    }

    /// Adds the lines of a range, each fenced block in it as its object.
    fn push_lines(&self, lines: &mut Lines, range: Range<usize>) {
        let text = self.buffer.text();
        let mut at = range.start;
        while at < range.end {
            let end = text[at..range.end].find('\n').map_or(range.end, |found| at + found);
            let fence = self.fences.partition_point(|(fence, _)| fence.start < at);
            match self.fences.get(fence) {
                Some((fence, number)) if fence.start <= end && fence.end <= range.end => {
                    let prefix = match &self.objects[*number] {
                        Object::Code { prefix, .. } => *prefix,
                        _ => 0,
                    };
                    lines.push(Line::of_object(fence.start..fence.start + prefix, *number));
                    at = fence.end + 1;
                }
                _ => {
                    lines.push(Line::new(at..end));
                    at = end + 1;
                }
            }
        }
    }
}

/// What an element says of the Markdown it holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Nothing,
    Text,
    Blocks,
}

fn wanted(tag: &Tag) -> Wanted {
    let listed = |list: &[&str]| list.iter().any(|name| name.eq_ignore_ascii_case(tag.name));
    if listed(NEVER) {
        return Wanted::Nothing;
    }
    let Some((_, value)) = pairs(tag.attributes).into_iter().find(|(name, _)| name.eq_ignore_ascii_case("markdown"))
    else {
        return Wanted::Nothing;
    };
    match value {
        "" | "1" | "markdown" if listed(OF_TEXT) => Wanted::Text,
        "" | "1" | "markdown" | "block" => Wanted::Blocks,
        "span" => Wanted::Text,
        _ => Wanted::Nothing,
    }
}

/// Whether an element is a block.
pub(super) fn is_block(name: &str) -> bool {
    known(name).is_some()
}

fn known(name: &str) -> Option<&'static str> {
    BLOCKS.iter().copied().find(|known| known.eq_ignore_ascii_case(name))
}

/// The attributes that an element of ours keeps.
fn attributes(written: &str) -> Attributes {
    let mut attributes = Attributes::default();
    for (name, value) in pairs(written) {
        match name.to_ascii_lowercase().as_str() {
            "markdown" => {}
            "id" => attributes.id = Some(value.to_owned()),
            "class" => attributes.classes = value.split_whitespace().map(str::to_owned).collect(),
            name => attributes.set(name, value),
        }
    }
    attributes
}

/// Names and values as they are written in a tag.
fn pairs(written: &str) -> Vec<(&str, &str)> {
    let mut pairs = Vec::new();
    let mut rest = written.trim_matches([' ', '\n', '/']);
    while !rest.is_empty() && pairs.len() < 32 {
        let end = rest.find([' ', '\n', '=', '/']).unwrap_or(rest.len()).max(1);
        let name = rest.get(..end).unwrap_or(rest);
        rest = rest[name.len()..].trim_start_matches([' ', '\n', '/']);
        let mut value = "";
        if let Some(tail) = rest.strip_prefix('=') {
            let tail = tail.trim_start();
            let quoted = tail.chars().next().filter(|quote| matches!(quote, '"' | '\''));
            (value, rest) = match quoted {
                Some(quote) => tail[1..].split_once(quote).unwrap_or((&tail[1..], "")),
                None => tail.split_at(tail.find([' ', '\n']).unwrap_or(tail.len())),
            };
            rest = rest.trim_start_matches([' ', '\n', '/']);
        }
        pairs.push((name, value));
    }
    pairs
}

/// Reads the tag at `start`, whose attributes may go over several lines.
fn tag(text: &str, start: usize) -> Option<Tag<'_>> {
    let bytes = text.as_bytes();
    let closing = bytes.get(start + 1) == Some(&b'/');
    let from = start + 1 + usize::from(closing);
    bytes.get(from).filter(|byte| byte.is_ascii_alphabetic())?;
    let length = bytes[from..].iter().position(|byte| matches!(byte, b' ' | b'\n' | b'/' | b'>' | b'`'))?;
    let name = &text[from..from + length];
    let mut at = from + length;
    let mut quote = None;
    // A tag longer than this is no tag.
    let limit = bytes.len().min(start + 10_000);
    while at < limit {
        match (bytes[at], quote) {
            (byte, Some(open)) if byte == open => quote = None,
            (_, Some(_)) => {}
            (b'"' | b'\'', None) if text[..at].trim_end_matches([' ', '\n']).ends_with('=') => quote = Some(bytes[at]),
            (b'`', None) => return None,
            (b'>', None) => {
                let attributes = &text[from + length..at];
                return Some(Tag { name, closing, closed: attributes.ends_with('/'), attributes, end: at + 1 });
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Just behind `</name>`, from `at` on.
fn closing_of(text: &str, at: usize, name: &str) -> Option<usize> {
    let found = text[at..].match_indices("</").map(|(found, _)| at + found).find(|found| {
        text.as_bytes()
            .get(found + 2..found + 2 + name.len())
            .is_some_and(|bytes| bytes.eq_ignore_ascii_case(name.as_bytes()))
    })?;
    text[found..].find('>').map(|end| found + end + 1)
}
