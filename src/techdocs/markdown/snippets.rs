//! Text from other files: `--8<-- "file.md"`, and blocks of names between two lines of `--8<--`.
//!
//! The caller reads the files, and says no to those outside the folders that the page's documentation may include from.

use super::super::dialect::Snippets as Options;
use super::buffer::{Buffer, Origin};

/// Files within files.
const DEEPEST: usize = 10;
/// What a page includes in all, in bytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

/// Reads files for a page.
pub trait Snippets {
    /// The path and text of a file, by its name as a page writes it; none where there is none that may be included.
    fn read(&self, name: &str) -> Option<(String, String)>;
}

/// Includes nothing.
pub struct NoSnippets;

impl Snippets for NoSnippets {
    fn read(&self, _: &str) -> Option<(String, String)> {
        None
    }
}

/// Why a file is not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::techdocs) enum Fault {
    Missing,
    NoSection,
    TooDeep,
    TooMuch,
}

/// An inclusion that failed: where it is written, in the file with this number, and what it names.
#[derive(Debug)]
pub(in crate::techdocs) struct Failure {
    pub(in crate::techdocs) file: u32,
    pub(in crate::techdocs) line: u32,
    pub(in crate::techdocs) column: u32,
    pub(in crate::techdocs) name: String,
    pub(in crate::techdocs) fault: Fault,
}

/// Whether a page includes anything.
pub(super) fn includes(text: &str, options: &Options) -> bool {
    is_marked(text) || !options.auto_append.is_empty()
}

fn is_marked(text: &str) -> bool {
    text.contains("8<-")
}

/// The lines of a page with what they include. `path` names the page; What `options` name is included at its end.
pub(super) fn expand(
    text: &str,
    path: &str,
    first_line: u32,
    snippets: &dyn Snippets,
    options: &Options,
) -> (Buffer, Vec<Failure>) {
    let mut buffer = Buffer::with_capacity(text.len());
    buffer.files.push(path.to_owned());
    let mut reader = Reader { buffer, snippets, options, failures: Vec::new(), bytes: 0, open: Vec::new() };
    let lines = lines(text).enumerate().map(|(index, line)| (first_line + index as u32, line));
    if is_marked(text) {
        reader.lines(lines.collect(), 0, "", false);
    } else {
        for (line, text) in lines {
            reader.buffer.push(text, Origin { file: 0, line, added: 0 });
        }
    }
    for name in &options.auto_append {
        reader.buffer.push("", Origin { file: 0, line: first_line, added: 0 });
        reader.include(name, "", Origin { file: 0, line: first_line, added: 0 }, 0);
    }
    (reader.buffer, reader.failures)
}

/// Lines without their ends, whichever system wrote them.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    text.split('\n').flat_map(|line| line.strip_suffix('\r').unwrap_or(line).split('\r'))
}

struct Reader<'s> {
    buffer: Buffer,
    snippets: &'s dyn Snippets,
    options: &'s Options,
    failures: Vec<Failure>,
    bytes: usize,
    /// Paths of the files that are being read.
    open: Vec<String>,
}

/// A line that includes something.
enum Mark<'t> {
    /// `;--8<--`: shown as it is, without the sign in front.
    Escaped,
    /// `--8<-- "name"`
    Inline(&'t str),
    /// `--8<--`
    Fence,
}

impl Reader<'_> {
    fn lines(&mut self, lines: Vec<(u32, &str)>, file: u32, indent: &str, is_section: bool) {
        let mut in_block = false;
        for (line, text) in lines {
            let origin = Origin { file, line, added: indent.chars().count() as u32 };
            match mark(text) {
                Some(Mark::Escaped) => self.push(indent, &text.replacen(';', "", 1), origin),
                Some(Mark::Fence) => in_block = !in_block,
                Some(Mark::Inline(_)) if in_block => {}
                Some(Mark::Inline(name)) => {
                    let column = text.chars().count() - text.trim_start().chars().count();
                    let blanks = blanks_of(text);
                    self.include(name.trim(), &format!("{indent}{blanks}"), origin, column);
                }
                None if in_block => {
                    let name = text.trim();
                    if name.is_empty() {
                        self.push(indent, "", origin);
                    } else {
                        let column = text.chars().count() - text.trim_start().chars().count();
                        self.include(name, &format!("{indent}{}", blanks_of(text)), origin, column);
                    }
                }
                None if !is_section && section_mark(text).is_some() => {}
                None => self.push(indent, text, origin),
            }
        }
    }

    fn push(&mut self, indent: &str, text: &str, origin: Origin) {
        if indent.is_empty() {
            self.buffer.push(text, origin);
        } else {
            self.buffer.push(&format!("{indent}{text}"), origin);
        }
    }

    fn include(&mut self, written: &str, indent: &str, origin: Origin, column: usize) {
        if written.is_empty() || written.starts_with(';') {
            return;
        }
        let (name, selection) = selection(written);
        let failed = |fault| Failure {
            file: origin.file,
            line: origin.line,
            column: column as u32 + 1,
            name: written.to_owned(),
            fault,
        };
        if self.open.len() >= DEEPEST {
            self.failures.push(failed(Fault::TooDeep));
            return;
        }
        let Some((path, text)) = self.snippets.read(name) else {
            self.failures.push(failed(Fault::Missing));
            return;
        };
        // A file that includes itself is left out, as the generator does.
        if self.open.contains(&path) {
            return;
        }
        self.bytes += text.len() + indent.len();
        if self.bytes > MOST_BYTES {
            self.failures.push(failed(Fault::TooMuch));
            return;
        }
        let mut all: Vec<(u32, &str)> =
            lines(&text).enumerate().map(|(index, line)| (index as u32 + 1, line)).collect();
        let whole = matches!(selection, Selection::All);
        let (chosen, is_section) = match selection {
            Selection::All => (all, false),
            Selection::Lines(ranges) => {
                // What stands behind the last line end counts as a line.
                if text.ends_with('\n') {
                    all.push((all.len() as u32 + 1, ""));
                }
                (ranges.iter().flat_map(|range| sliced(&all, *range)).collect(), false)
            }
            Selection::Section(section) => {
                let Some(lines) = section_of(&all, section) else {
                    self.failures.push(failed(Fault::NoSection));
                    return;
                };
                (lines, true)
            }
        };
        let chosen = if self.options.dedent_subsections && !whole { dedented(chosen) } else { chosen };
        let file = self.buffer.files.len() as u32;
        self.buffer.files.push(path.clone());
        self.open.push(path);
        self.lines(chosen, file, indent, is_section);
        self.open.pop();
    }
}

fn blanks_of(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

fn mark(line: &str) -> Option<Mark<'_>> {
    let text = line.trim_start_matches([' ', '\t']);
    let bare = text.trim_start_matches(';');
    let rest = scissors(bare)?;
    let inner = rest.trim_start_matches([' ', '\t']);
    let quoted = inner
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\'') && inner.len() < rest.len())
        .and_then(|quote| inner[1..].strip_suffix(quote))
        .filter(|name| !name.is_empty());
    if !rest.is_empty() && quoted.is_none() {
        return None;
    }
    Some(match quoted {
        _ if bare.len() < text.len() => Mark::Escaped,
        Some(name) => Mark::Inline(name),
        None => Mark::Fence,
    })
}

/// What stands behind `--8<--`.
fn scissors(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches('-');
    let tail = rest.strip_prefix("8<").filter(|_| rest.len() < text.len())?;
    let rest = tail.trim_start_matches('-');
    (rest.len() < tail.len()).then_some(rest)
}

/// `--8<-- [start:name]` anywhere on a line: whether it starts, and the name.
fn section_mark(line: &str) -> Option<(bool, &str)> {
    let at = line.find("8<-")?;
    let front = line[..at].trim_end_matches('-');
    if front.len() == at || front.ends_with(';') {
        return None;
    }
    let rest = line[at + 2..].trim_start_matches('-');
    let inner = rest.trim_start().strip_prefix('[').filter(|_| rest.starts_with([' ', '\t']))?;
    let (inner, _) = inner.split_once(']')?;
    let (kind, name) = inner.split_once(':')?;
    let name = name.trim();
    match kind.trim().to_ascii_lowercase().as_str() {
        "start" => Some((true, name)),
        "end" => Some((false, name)),
        _ => None,
    }
}

fn section_of<'t>(lines: &[(u32, &'t str)], wanted: &str) -> Option<Vec<(u32, &'t str)>> {
    let is = |line: &str, start: bool| {
        section_mark(line).is_some_and(|(starts, name)| starts == start && name.eq_ignore_ascii_case(wanted))
    };
    let start = lines.iter().position(|(_, line)| is(line, true))? + 1;
    let end = lines[start..].iter().position(|(_, line)| is(line, false)).map_or(lines.len(), |end| start + end);
    Some(lines[start..end].iter().filter(|(_, line)| section_mark(line).is_none()).copied().collect())
}

/// Which part of a file is wanted.
enum Selection<'t> {
    All,
    /// First and last line, from 1; negative ones count from the end.
    Lines(Vec<(Option<i64>, Option<i64>)>),
    Section(&'t str),
}

/// `file.md:2:4`, `file.md:1:2,5:6`, `file.md:section`.
fn selection(written: &str) -> (&str, Selection<'_>) {
    let is_numbers = |text: &str| {
        text.starts_with(':')
            && text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b',' | b'-'))
            && text.bytes().any(|byte| byte.is_ascii_digit())
    };
    if let Some(at) = written.find(':').filter(|at| is_numbers(&written[*at..])) {
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
        let ranges = written[at + 1..]
            .split(',')
            .map(|range| {
                let mut parts = range.split(':');
                (number(parts.next()), number(parts.next()))
            })
            .collect();
        return (&written[..at], Selection::Lines(ranges));
    }
    match written.rsplit_once(':') {
        Some((name, section))
            if section.starts_with(|c: char| c.is_ascii_alphabetic())
                && section.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) =>
        {
            (name, Selection::Section(section))
        }
        _ => (written, Selection::All),
    }
}

/// Lines without the blanks that all of them begin with.
fn dedented(lines: Vec<(u32, &str)>) -> Vec<(u32, &str)> {
    let texts = lines.iter().filter(|(_, line)| !line.trim().is_empty());
    let shared = texts.map(|(_, line)| line.len() - line.trim_start().len()).min().unwrap_or(0);
    lines.into_iter().map(|(number, line)| (number, line.get(shared..).unwrap_or_default())).collect()
}

fn sliced<'t>(lines: &[(u32, &'t str)], (first, last): (Option<i64>, Option<i64>)) -> Vec<(u32, &'t str)> {
    let total = lines.len() as i64;
    let start = match first {
        Some(first) if first < 0 => total + first,
        Some(first) => first - 1,
        None => 0,
    };
    let end = match last {
        Some(last) if last < 0 => total + 1 + last,
        Some(last) => last,
        None => total,
    };
    let (start, end) = (start.clamp(0, total) as usize, end.clamp(0, total) as usize);
    lines.get(start..end.max(start)).unwrap_or_default().to_vec()
}
