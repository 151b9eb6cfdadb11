//! Links and images, and marks of footnotes: everything in square brackets.

use super::super::super::raw_html::unescaped;
use super::super::tree::{Kind, Target};
use super::{Inline, Stage};
use std::ops::Range;

/// Longer addresses with their titles are text.
const LONGEST_TARGET: usize = 4_096;

/// What brackets are read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// `[text](address)`
    Link,
    Image,
    /// `[text][name]`
    Reference,
    ImageReference,
    /// `[name]`
    ShortReference,
    ShortImageReference,
}

/// In the order in which they are looked for.
pub(super) const WANTED: [(Stage, Wanted); 6] = [
    (Stage::References, Wanted::Reference),
    (Stage::Links, Wanted::Link),
    (Stage::Images, Wanted::Image),
    (Stage::ImageReferences, Wanted::ImageReference),
    (Stage::ShortReferences, Wanted::ShortReference),
    (Stage::ShortImageReferences, Wanted::ShortImageReference),
];

impl Wanted {
    /// The address stands elsewhere, under a name.
    pub(super) fn by_name(self) -> bool {
        !matches!(self, Wanted::Link | Wanted::Image)
    }

    fn is_image(self) -> bool {
        matches!(self, Wanted::Image | Wanted::ImageReference | Wanted::ShortImageReference)
    }
}

impl Inline<'_> {
    /// `[^label]`, where a footnote of that label is defined.
    pub(super) fn footnotes(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(open) = self.find(at..range.end, b'[') {
            at = open + 1;
            if self.mask.get(open + 1) != Some(&b'^') {
                continue;
            }
            let Some(close) = self.find(open..range.end, b']') else { return };
            if let Some(number) = self.known.footnotes.get(&self.text[open + 2..close]) {
                let node = self.make(Kind::FootnoteMark(*number), open..close + 1);
                self.take(open..close + 1, node);
                at = close + 1;
            }
        }
    }

    /// `[[Some Page]]`.
    pub(super) fn wiki_links(&mut self, range: Range<usize>) {
        let Some(wiki) = &self.known.dialect.wiki_links else { return };
        let mut at = range.start;
        while let Some(open) = memchr::memmem::find(&self.mask[at..range.end], b"[[").map(|found| at + found) {
            at = open + 2;
            let Some(close) = memchr::memmem::find(&self.mask[at..range.end], b"]]").map(|found| at + found) else {
                return;
            };
            let label = self.text[at..close].trim();
            let fits = !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || "_- /".contains(c));
            if !fits {
                continue;
            }
            let url = format!("{}{}{}", wiki.base_url, label.replace(' ', "_"), wiki.end_url);
            let target = Box::new(Target { url, title: None });
            let node = self.take_around(open..close + 2, at..close, Kind::Link(target), Stage::Images);
            self.tree.attributes_mut(node).classes = vec![wiki.class.clone()];
            at = close + 2;
        }
    }

    pub(super) fn links(&mut self, range: Range<usize>, stage: Stage, wanted: Wanted) {
        let brackets = self.brackets(&range);
        let mut at = range.start;
        for (open, close) in brackets {
            let is_image = self.before(&range, open) == Some('!');
            if open < at || is_image != wanted.is_image() {
                continue;
            }
            let start = open - usize::from(is_image);
            let content = open + 1..close;
            let found = match wanted {
                Wanted::Link | Wanted::Image => self.target(close + 1, range.end),
                Wanted::Reference | Wanted::ImageReference => {
                    let Some((name, end)) = self.name_behind(close + 1, range.end) else { continue };
                    let name = if name.is_empty() { self.text[content.clone()].to_owned() } else { name };
                    at = end;
                    self.named(&name).map(|target| (target, end))
                }
                Wanted::ShortReference | Wanted::ShortImageReference => {
                    at = close + 1;
                    self.named(&self.text[content.clone()]).map(|target| (target, close + 1))
                }
            };
            let Some((target, end)) = found else { continue };
            at = end;
            let target = Box::new(target);
            if is_image {
                let words = self.plain(content);
                let alt = self.tree.keep(&words);
                let node = self.make(Kind::Image { target, alt }, start..end);
                self.take(start..end, node);
            } else {
                let next = match stage {
                    Stage::References => Stage::Links,
                    Stage::Links => Stage::Images,
                    _ => Stage::ShortImageReferences,
                };
                // A link holds no other link.
                let next = next.max(Stage::Images);
                self.take_around(start..end, content, Kind::Link(target), next);
            }
        }
    }

    /// Opening brackets with the ones that close them, in the order of the opening ones.
    fn brackets(&self, range: &Range<usize>) -> Vec<(usize, usize)> {
        let mut open = Vec::new();
        let mut pairs = Vec::new();
        let mut at = range.start;
        while let Some(found) = memchr::memchr2(b'[', b']', &self.mask[at..range.end]).map(|found| at + found) {
            if self.mask[found] == b'[' {
                open.push(found);
            } else if let Some(opened) = open.pop() {
                pairs.push((opened, found));
            }
            at = found + 1;
        }
        pairs.sort_unstable();
        pairs
    }

    fn named(&self, name: &str) -> Option<Target> {
        let mut key = String::with_capacity(name.len());
        for c in name.chars() {
            match c {
                c if c.is_whitespace() && key.ends_with(' ') => {}
                c if c.is_whitespace() => key.push(' '),
                c => key.extend(c.to_lowercase()),
            }
        }
        self.known.references.get(&key).cloned()
    }

    /// `[name]` behind the text, perhaps with a blank between them; and its end.
    fn name_behind(&self, at: usize, end: usize) -> Option<(String, usize)> {
        let gap = usize::from(self.mask.get(at).is_some_and(|byte| matches!(byte, b' ' | b'\n')));
        let open = at + gap;
        if open >= end || self.mask[open] != b'[' {
            return None;
        }
        let close = self.find(open..end, b']')?;
        Some((self.text[open + 1..close].to_owned(), close + 1))
    }

    /// `(address "title")` at a position, and its end.
    fn target(&self, at: usize, end: usize) -> Option<(Target, usize)> {
        let end = end.min(at + LONGEST_TARGET);
        if at >= end || self.mask[at] != b'(' {
            return None;
        }
        let blank = |byte: &u8| byte.is_ascii_whitespace();
        let start = at + 1 + self.mask[at + 1..end].iter().take_while(|byte| blank(byte)).count();
        self.in_angles(start, end).or_else(|| self.in_parentheses(start, end))
    }

    /// `<address> "title")`.
    fn in_angles(&self, start: usize, end: usize) -> Option<(Target, usize)> {
        if self.mask.get(start) != Some(&b'<') {
            return None;
        }
        let close = self.find(start..end, b'>')?;
        if self.find(start + 1..close, b'<').is_some() {
            return None;
        }
        let skip = |at: usize| at + self.mask[at..end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let mut after = skip(close + 1);
        let mut title = None;
        if let Some(quote) = self.mask.get(after).copied().filter(|byte| after < end && matches!(byte, b'"' | b'\'')) {
            let last = self.find(after + 1..end, quote)?;
            title = Some(self.title(after + 1..last));
            after = skip(last + 1);
        }
        let closed = after < end && self.mask[after] == b')';
        closed.then(|| (Target { url: self.address(start + 1..close), title }, after + 1))
    }

    /// `address "title")`, in which parentheses may be balanced. A quote may open a title or be part of the address,
    /// which only the end tells.
    fn in_parentheses(&self, start: usize, end: usize) -> Option<(Target, usize)> {
        let mut depth = 1;
        // Once a title may have begun: the quotes seen, first and last, and how deep the parentheses were without it.
        let mut quotes: [Option<(u8, usize, Option<usize>)>; 2] = [None, None];
        let mut without_title = 0;
        let mut fallback = None;
        let mut last = 0_u8;
        for at in start..end {
            let byte = self.mask[at];
            match byte {
                b'(' if quotes[0].is_none() => depth += 1,
                b'(' if without_title > 0 => without_title += 1,
                b')' => {
                    let closes_title = quotes.iter().flatten().any(|(quote, _, exit)| exit.is_some() && *quote == last);
                    if quotes[0].is_none() {
                        depth -= 1;
                    } else if closes_title {
                        depth = 0;
                    } else if without_title > 0 {
                        without_title -= 1;
                        if without_title == 0 {
                            fallback = Some(at);
                        }
                    }
                    if depth == 0 {
                        let titled = quotes.iter().flatten().find(|(quote, _, exit)| exit.is_some() && *quote == last);
                        let (url, title) = match titled {
                            Some((_, open, Some(exit))) => (start..*open, Some(self.title(open + 1..*exit))),
                            _ => (start..at, None),
                        };
                        return Some((Target { url: self.address(url), title }, at + 1));
                    }
                }
                b'"' | b'\'' => match &mut quotes {
                    [first @ None, _] => {
                        *first = Some((byte, at, None));
                        without_title = depth;
                        depth = 1;
                    }
                    [Some((quote, _, exit)), _] if *quote == byte => *exit = Some(at),
                    [_, second @ None] => *second = Some((byte, at, None)),
                    [_, Some((_, _, exit))] => *exit = Some(at),
                },
                _ => {}
            }
            if byte != b' ' {
                last = byte;
            }
        }
        let close = fallback?;
        Some((Target { url: self.address(start..close), title: None }, close + 1))
    }

    fn address(&self, range: Range<usize>) -> String {
        unescaped(self.plain(range).trim()).into_owned()
    }

    fn title(&self, range: Range<usize>) -> String {
        let title = self.plain(range).trim().replace(['\n', '\t'], " ");
        let inner = ['"', '\''].iter().find_map(|quote| title.strip_prefix(*quote)?.strip_suffix(*quote));
        inner.map(str::to_owned).unwrap_or(title)
    }
}
