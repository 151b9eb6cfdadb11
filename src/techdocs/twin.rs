//! The Markdown of a page as others can use it: without front matter, with a title, its links right from where it lies.
//!
//! The text is read line by line and kept as it is, but for addresses of links and images. Code is left alone.

use super::address::{Address, classify};
use super::dialect::Dialect;
use super::front_matter;
use super::markdown::{self, snippets::Snippets};
use crate::diagnostics::Place;
use std::collections::HashMap;

/// Longer texts are cut here, in bytes, between two lines.
const LONGEST: usize = 2 * 1024 * 1024;

/// Longer addresses are left as they are, in bytes.
const LONGEST_ADDRESS: usize = 4 * 1024;

/// Says where links lead from the place of the twin; `None` leaves an address as it is.
pub trait TwinLinks {
    fn link(&self, path: &str) -> Option<String>;
    fn image(&self, path: &str) -> Option<String>;
}

/// The twin of a page, with the files that it includes. `title` stands above a text that brings no heading of its own.
pub fn twin(
    text: &str,
    (dialect, snippets): (&Dialect, &dyn Snippets),
    title: Option<&str>,
    links: &dyn TwinLinks,
) -> String {
    let body = front_matter::open(text, &Place::file("", ""), dialect).body.trim_start_matches(['\n', '\r']);
    let body = markdown::expanded(body, dialect, snippets);
    let body = &*body;
    let mut out = String::with_capacity(body.len() + 64);
    if let Some(title) = title {
        let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
        out.extend(["# ", &title, "\n\n"]);
    }
    let mut state = State::default();
    for line in body.split_inclusive('\n') {
        if out.len() + line.len() > LONGEST {
            out.push_str("\n*The text is longer than what is kept here.*\n");
            break;
        }
        if state.is_code(line) { out.push_str(line) } else { push_line(&mut out, line, links) }
    }
    out.retain(|c| !is_invisible(c));
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Characters that nobody sees and programs obey: tags, and those that turn the direction of text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{e0000}'..='\u{e007f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What the lines before say about the next one.
#[derive(Default)]
struct State {
    /// The character of the open fence and how many open it.
    fence: Option<(char, usize)>,
    /// An indented line continues a list, a box or a tab, and is no code.
    in_container: bool,
}

impl State {
    fn is_code(&mut self, line: &str) -> bool {
        let text = line.trim_start();
        if let Some((mark, length)) = self.fence {
            let closing = text.trim_end();
            if closing.len() >= length && closing.chars().all(|c| c == mark) {
                self.fence = None;
            }
            return true;
        }
        let indent = line.len() - text.len();
        let is_indented = indent >= 4 || line.starts_with('\t');
        if is_indented && !self.in_container && !text.is_empty() {
            return true;
        }
        for mark in ['`', '~'] {
            let length = text.chars().take_while(|c| *c == mark).count();
            if length >= 3 && !(mark == '`' && text[length..].contains('`')) {
                self.fence = Some((mark, length));
                return true;
            }
        }
        if !is_indented && !text.is_empty() {
            self.in_container = opens_container(text);
        }
        false
    }
}

fn opens_container(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = digits.len() < text.len() && digits.starts_with(['.', ')']);
    is_numbered || ["- ", "* ", "+ ", "!!!", "???", "===", "[^", ":"].iter().any(|start| text.starts_with(start))
}

/// One line that is no code, its addresses rewritten.
fn push_line(out: &mut String, line: &str, links: &dyn TwinLinks) {
    if let Some((label, rest)) = definition(line) {
        let address: usize = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let resolve = |path: &str| links.link(path).or_else(|| links.image(path));
        out.push_str(label);
        push_address(out, &rest[..address], &resolve);
        out.push_str(&rest[address..]);
        return;
    }
    let code = CodeSpans::of(line);
    let bytes = line.as_bytes();
    // Whether each open bracket is that of an image.
    let mut open: Vec<bool> = Vec::new();
    let (mut at, mut done) = (0, 0);
    let mut tags_end = line.rfind('>').unwrap_or(0);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'`' => at = code.end_of_span(at) - 1,
            b'[' => open.push(at > 0 && bytes[at - 1] == b'!'),
            b']' => {
                let is_image = open.pop();
                if let (Some(is_image), Some(b'(')) = (is_image, bytes.get(at + 1))
                    && let Some((start, end)) = destination(line, at + 2)
                {
                    out.push_str(&line[done..start]);
                    let resolve = |path: &str| if is_image { links.image(path) } else { links.link(path) };
                    push_address(out, &line[start..end], &resolve);
                    (done, at) = (end, end - 1);
                }
            }
            b'<' if at < tags_end && bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic) => {
                match line[at..].find('>') {
                    Some(length) => {
                        out.push_str(&line[done..at]);
                        push_tag(out, &line[at..at + length], links);
                        done = at + length;
                        at = done - 1;
                    }
                    None => tags_end = 0,
                }
            }
            _ => {}
        }
        at += 1;
    }
    out.push_str(&line[done.min(line.len())..]);
}

/// A link definition, `[label]: address`: what stands before the address, and the rest.
fn definition(line: &str) -> Option<(&str, &str)> {
    let text = line.trim_start();
    if !text.starts_with('[') || text.starts_with("[^") || line.len() - text.len() > 3 {
        return None;
    }
    let colon = line.find("]:")? + 2;
    let rest = line[colon..].trim_start_matches([' ', '\t']);
    let is_plain = !line[..colon - 2].contains("](") && !rest.trim().is_empty();
    is_plain.then(|| line.split_at(line.len() - rest.len()))
}

/// Where the address of an inline link stands that begins at `from`, behind the parenthesis.
fn destination(line: &str, from: usize) -> Option<(usize, usize)> {
    let line = &line[..line.floor_char_boundary(line.len().min(from + LONGEST_ADDRESS))];
    let rest = &line[from..];
    let start = from + rest.len() - rest.trim_start_matches(' ').len();
    if let Some(inside) = line[start..].strip_prefix('<') {
        let length = inside.find(['>', '\n'])?;
        return inside[length..].starts_with('>').then_some((start + 1, start + 1 + length));
    }
    let mut depth = 0;
    for (at, c) in line[start..].char_indices() {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return (at > 0).then_some((start, start + at)),
            ')' => depth -= 1,
            c if c.is_whitespace() => return (at > 0).then_some((start, start + at)),
            _ => {}
        }
    }
    None
}

/// A tag without its closing `>`, with the addresses of links and images rewritten.
fn push_tag(out: &mut String, tag: &str, links: &dyn TwinLinks) {
    let mut rest = tag;
    for (name, is_image) in [(" src=\"", true), (" href=\"", false)] {
        let Some((before, after)) = rest.split_once(name) else { continue };
        let Some((address, after)) = after.split_once('"') else { continue };
        out.extend([before, name]);
        let resolve = |path: &str| if is_image { links.image(path) } else { links.link(path) };
        push_address(out, address, &resolve);
        out.push('"');
        rest = after;
    }
    out.push_str(rest);
}

fn push_address(out: &mut String, written: &str, resolve: &dyn Fn(&str) -> Option<String>) {
    let found = match classify(written) {
        Address::Local { path, anchor } => resolve(&path).map(|url| (url, anchor)),
        _ => None,
    };
    match found {
        Some((url, anchor)) => {
            out.push_str(&url);
            out.extend(anchor.iter().flat_map(|anchor| ["#", anchor]));
        }
        None => out.push_str(written),
    }
}

/// The code spans of a line.
struct CodeSpans {
    /// Start and length of each run of backticks.
    runs: Vec<(usize, usize)>,
    /// Where the last run of each length starts: beyond it no span of that length closes.
    last: HashMap<usize, usize>,
}

impl CodeSpans {
    fn of(line: &str) -> Self {
        let mut runs: Vec<(usize, usize)> = Vec::new();
        for (at, _) in line.match_indices('`') {
            match runs.last_mut() {
                Some((start, length)) if *start + *length == at => *length += 1,
                _ => runs.push((at, 1)),
            }
        }
        let last = runs.iter().map(|(start, length)| (*length, *start)).collect();
        CodeSpans { runs, last }
    }

    /// Behind the span that the run at `at` opens, or behind the run where none does.
    fn end_of_span(&self, at: usize) -> usize {
        let first = self.runs.partition_point(|(start, length)| start + length <= at);
        let Some((start, whole)) = self.runs.get(first).copied() else { return at + 1 };
        let length = start + whole - at;
        if self.last.get(&length).is_none_or(|last| *last <= at) {
            return at + length;
        }
        let closing = self.runs[first + 1..].iter().find(|(_, other)| *other == length);
        closing.map_or(at + length, |(start, length)| start + length)
    }
}

#[cfg(test)]
mod tests {
    use super::super::markdown::snippets::NoSnippets;
    use super::*;

    struct Known;

    impl TwinLinks for Known {
        fn link(&self, path: &str) -> Option<String> {
            path.strip_suffix(".md").map(|page| format!("../{page}/index.md"))
        }

        fn image(&self, path: &str) -> Option<String> {
            path.ends_with(".png").then(|| format!("../{path}"))
        }
    }

    #[test]
    fn links_lead_to_twins_and_code_stays() {
        let text = "---\ntitle: A\n---\nSee [setup](setup.md#a \"T\"), ![x](x.png) and [![x](x.png)](b.md).\n\n\
                    `[c](c.md)` ``a ` [c](c.md)`` [web](https://h/c.md) [d](<d.md>) [e](e_(1).md)\n\n\
                    ```md\n[c](c.md)\n```\n\n    [code](c.md)\n\n- item\n\n    [f](f.md)\n\n[g]: g.md \"G\"\n\
                    <a href=\"h.md\"><img alt=\"\" src=\"x.png\"></a>\n";
        assert_eq!(
            twin(text, (&Dialect::default(), &NoSnippets), Some("A"), &Known),
            "# A\n\nSee [setup](../setup/index.md#a \"T\"), ![x](../x.png) and [![x](../x.png)](../b/index.md).\n\n\
             `[c](c.md)` ``a ` [c](c.md)`` [web](https://h/c.md) [d](<../d/index.md>) [e](../e_(1)/index.md)\n\n\
             ```md\n[c](c.md)\n```\n\n    [code](c.md)\n\n- item\n\n    [f](../f/index.md)\n\n[g]: ../g/index.md \"G\"\n\
             <a href=\"../h/index.md\"><img alt=\"\" src=\"../x.png\"></a>\n"
        );
    }

    #[test]
    fn whatever_a_line_holds_it_ends_soon_and_loses_nothing() {
        let runs: String = (1..1500).map(|length| "`".repeat(length) + "a").collect();
        let odd = [
            "[".repeat(100_000),
            "<a ".repeat(100_000),
            "[](".repeat(100_000),
            "[](<".repeat(100_000),
            runs,
            "\\".to_string(),
        ];
        for line in odd {
            assert_eq!(twin(&line, (&Dialect::default(), &NoSnippets), None, &Known), format!("{line}\n"));
        }
    }

    #[test]
    fn what_nobody_sees_is_left_out() {
        assert_eq!(twin("a\u{e0041}\u{202e}b", (&Dialect::default(), &NoSnippets), None, &Known), "ab\n");
    }
}
