//! Fenced blocks of code, taken out before anything else is read, as SuperFences does: wherever they stand, in lists,
//! boxes and quotes, behind the same blanks and quote marks on every line.

use super::buffer::{Buffer, Line, Lines};
use super::objects::Object;
use super::tree::Code;
use std::ops::Range;

/// Replaces each fenced block by a line that holds it as an object. `numbered` says whether blocks show line numbers where
/// they do not say.
pub(super) fn take(buffer: &Buffer, lines: Lines, objects: &mut Vec<Object>, numbered: bool) -> Lines {
    if !buffer.text().contains("```") && !buffer.text().contains("~~~") {
        return lines;
    }
    let mut kept = Lines::with_capacity(lines.len());
    let mut open: Option<Open> = None;
    for line in lines.iter().copied() {
        let text = buffer.of(line);
        let Some(fence) = &mut open else {
            open = opening(text, kept.len(), numbered);
            kept.push(line);
            continue;
        };
        kept.push(line);
        match fence.judge(text) {
            Verdict::Goes => open = None,
            Verdict::Stays => {}
            Verdict::Ends => {
                let Open { first, columns, mut code, .. } = open.take().expect("it was just looked at");
                let original: Lines = kept.drain(first..).collect();
                let body = &original[1..original.len() - 1];
                code.text = body.iter().map(|line| dedented(buffer.of(*line), columns)).collect::<Vec<_>>().join("\n");
                let prefix = original[0].start as usize..original[0].start as usize + columns;
                kept.push(Line::of_object(prefix, objects.len()));
                let at = original[0].start as usize..original[original.len() - 1].end as usize;
                objects.push(Object::Code { code, original, prefix: columns, at });
            }
        }
    }
    kept
}

/// A fence that has been opened.
struct Open<'t> {
    /// Its line among those kept.
    first: usize,
    /// Width of what stands in front of it.
    columns: usize,
    quotes: usize,
    blank_lines: usize,
    fence: &'t str,
    code: Code,
}

enum Verdict {
    Stays,
    Ends,
    /// The line does not belong to it, so it was no fence.
    Goes,
}

impl Open<'_> {
    fn judge(&mut self, line: &str) -> Verdict {
        let prefix = prefix(line).min(self.columns);
        let (before, content) = line.split_at(prefix);
        let quotes = before.matches('>').count();
        if self.quotes > 0 {
            if quotes > self.quotes {
                return Verdict::Goes;
            }
            if content.is_empty() {
                self.blank_lines += 1;
                return Verdict::Stays;
            }
            if prefix < self.columns || (self.blank_lines > 0 && quotes < self.quotes) {
                return Verdict::Goes;
            }
        } else {
            if quotes > 0 {
                return Verdict::Goes;
            }
            if line.trim().is_empty() {
                return Verdict::Stays;
            }
            if prefix != self.columns && !content.is_empty() {
                return Verdict::Goes;
            }
        }
        self.blank_lines = 0;
        match content.strip_prefix(self.fence) {
            Some(rest) if rest.trim().is_empty() => Verdict::Ends,
            _ => Verdict::Stays,
        }
    }
}

/// Blanks and quote marks that a line begins with.
fn prefix(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'>')).count()
}

fn dedented(line: &str, columns: usize) -> &str {
    line.get(columns..).unwrap_or_default()
}

fn opening(line: &str, first: usize, numbered: bool) -> Option<Open<'_>> {
    let columns = prefix(line);
    let rest = &line[columns..];
    let mark = *rest.as_bytes().first().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let length = rest.bytes().take_while(|byte| *byte == mark).count();
    if length < 3 {
        return None;
    }
    let (fence, info) = rest.split_at(length);
    let code = header(info, numbered)?;
    let quotes = line[..columns].matches('>').count();
    Some(Open { first, columns, quotes, blank_lines: 0, fence, code })
}

/// Reads what stands behind the fence; none where it is nothing that MkDocs understands, and the line no fence.
pub(in crate::techdocs) fn header(info: &str, numbered: bool) -> Option<Code> {
    let mut code = Code { fenced: true, first_number: numbered.then_some(1), ..Code::default() };
    let mut rest = info.trim_start();
    let word = rest.split([' ', '\t']).next().unwrap_or_default();
    let name = word.strip_prefix('.').unwrap_or(word);
    if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_#.+-".contains(c)) {
        code.language = name.to_owned();
        rest = rest[word.len()..].trim_start();
    }
    rest = rest.trim_end();
    if let Some(list) = rest.strip_prefix('{') {
        let list = list.strip_suffix('}')?;
        for (name, value) in super::attributes::items(list) {
            match name {
                "." if code.language.is_empty() => code.language = value.to_owned(),
                "#" | "id" => code.id = Some(value.to_owned()),
                "." => {}
                name => {
                    option(&mut code, name, value);
                }
            }
        }
        return Some(code);
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        let value = tail.strip_prefix('=')?;
        let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let (value, tail) = value[1..].split_once(quote)?;
        if !(tail.is_empty() || tail.starts_with([' ', '\t'])) || !option(&mut code, name, value) {
            return None;
        }
        rest = tail.trim_start();
    }
    Some(code)
}

/// Takes an option; false where it is unknown or its value makes no sense.
fn option(code: &mut Code, name: &str, value: &str) -> bool {
    match name {
        "title" => code.title = (!value.is_empty()).then(|| value.to_owned()),
        "linenums" => {
            let Some(first) = value.split_whitespace().next().and_then(|word| word.parse::<u32>().ok()) else {
                return false;
            };
            code.first_number = (first > 0).then_some(first);
        }
        "hl_lines" => {
            let ranges: Option<Vec<Range<u32>>> = value.split_whitespace().map(marked).collect();
            let Some(ranges) = ranges.filter(|ranges| !ranges.is_empty()) else { return false };
            code.marked = ranges;
        }
        _ => return false,
    }
    true
}

fn marked(entry: &str) -> Option<Range<u32>> {
    let (first, last) = entry.split_once('-').unwrap_or((entry, entry));
    let (first, last) = (first.parse::<u32>().ok()?, last.parse::<u32>().ok()?);
    Some(first..last.saturating_add(1))
}
