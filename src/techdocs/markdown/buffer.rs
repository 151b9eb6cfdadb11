//! The text of a page, made even, in which each line still knows where it comes from.

use std::ops::Range;

/// No object stands on the line.
const NOTHING: u32 = u32::MAX;

/// The lines of a page: line ends are `\n`, tabs are blanks, blank lines are empty.
#[derive(Debug, Default)]
pub(in crate::techdocs) struct Buffer {
    text: String,
    /// Where each line begins in `text`.
    starts: Vec<u32>,
    /// Where each line comes from.
    origins: Vec<Origin>,
    /// The files that lines come from, by their number; 0 is the page itself.
    pub(in crate::techdocs) files: Vec<String>,
}

/// The file and line that a line comes from.
#[derive(Debug, Clone, Copy)]
pub(in crate::techdocs) struct Origin {
    pub(in crate::techdocs) file: u32,
    /// From 1.
    pub(in crate::techdocs) line: u32,
    /// Characters that were put in front of the line.
    pub(in crate::techdocs) added: u32,
}

/// A stretch of one line, perhaps with an object behind it: a block of code or HTML that was taken out before the lines
/// are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::techdocs) struct Line {
    pub(super) start: u32,
    pub(super) end: u32,
    object: u32,
}

/// Lines that belong together.
pub(super) type Lines = Vec<Line>;

/// Where something stands: in the numbered file, line and column from 1, and how many characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::techdocs) struct Spot {
    pub(in crate::techdocs) file: u32,
    pub(in crate::techdocs) line: u32,
    pub(in crate::techdocs) column: u32,
    pub(in crate::techdocs) length: u32,
}

impl Line {
    pub(super) fn new(range: Range<usize>) -> Self {
        Line { start: range.start as u32, end: range.end as u32, object: NOTHING }
    }

    /// A line that is an object behind the blanks or quote marks at `prefix`.
    pub(super) fn of_object(prefix: Range<usize>, object: usize) -> Self {
        Line { start: prefix.start as u32, end: prefix.end as u32, object: object as u32 }
    }

    pub(super) fn object(self) -> Option<usize> {
        (self.object != NOTHING).then_some(self.object as usize)
    }

    /// The line without its first `bytes` bytes.
    pub(super) fn skip(self, bytes: usize) -> Self {
        Line { start: (self.start + bytes as u32).min(self.end), ..self }
    }

    /// The stretch `range` of the line.
    pub(super) fn part(self, range: Range<usize>) -> Self {
        Line { start: self.start + range.start as u32, end: self.start + range.end as u32, object: NOTHING }
    }

    /// Nothing stands on the line.
    pub(super) fn is_empty(self) -> bool {
        self.start == self.end && self.object == NOTHING
    }
}

impl Buffer {
    /// Adds a line as it is written, without its line end.
    pub(in crate::techdocs) fn push(&mut self, written: &str, origin: Origin) {
        self.starts.push(self.text.len() as u32);
        self.origins.push(origin);
        let start = self.text.len();
        if written.bytes().all(|byte| byte >= b' ') {
            self.text.push_str(written);
        } else {
            push_even(&mut self.text, written);
        }
        if self.text[start..].bytes().all(|byte| byte == b' ') {
            self.text.truncate(start);
        }
        self.text.push('\n');
    }

    pub(in crate::techdocs) fn with_capacity(bytes: usize) -> Self {
        Buffer { text: String::with_capacity(bytes + 2), ..Buffer::default() }
    }

    /// The whole text.
    pub(in crate::techdocs) fn all(&self) -> &str {
        &self.text
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn of(&self, line: Line) -> &str {
        &self.text[line.start as usize..line.end as usize]
    }

    /// All lines.
    pub(super) fn lines(&self) -> Lines {
        let ends = self.starts.iter().skip(1).copied().chain([self.text.len() as u32]);
        self.starts.iter().zip(ends).map(|(start, end)| Line { start: *start, end: end - 1, object: NOTHING }).collect()
    }

    /// The line that holds the byte at `offset`, from 0.
    fn line_at(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= offset).saturating_sub(1)
    }

    /// Where the bytes `start..end` stand; the length counts what is on the first line.
    pub(in crate::techdocs) fn spot(&self, start: usize, end: usize) -> Spot {
        let index = self.line_at(start);
        let Some((line_start, origin)) = self.starts.get(index).zip(self.origins.get(index)) else {
            return Spot { file: 0, line: 1, column: 1, length: 0 };
        };
        let before = characters(&self.text[*line_start as usize..start]).saturating_sub(origin.added);
        let on_line = self.text[start..end.max(start)].lines().next().unwrap_or_default();
        Spot { file: origin.file, line: origin.line, column: before + 1, length: characters(on_line) }
    }
}

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// Tabs reach to the next column that four divides; other control characters are dropped, as they mean something to us.
fn push_even(out: &mut String, line: &str) {
    let mut column = 0;
    for c in line.chars() {
        match c {
            '\t' => {
                let blanks = 4 - column % 4;
                out.extend(std::iter::repeat_n(' ', blanks));
                column += blanks;
            }
            c if c < ' ' => {}
            c => {
                out.push(c);
                column += 1;
            }
        }
    }
}

/// How many blanks a text begins with.
pub(super) fn indent(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b' ').count()
}

/// Blocks of lines, as blank lines divide them.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// Blank lines in front of it.
    pub(super) blanks: usize,
    pub(super) lines: Lines,
}

/// Divides lines at blank ones.
pub(super) fn blocks(lines: &[Line]) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut blanks = 0;
    let mut index = 0;
    while index < lines.len() {
        if lines[index].is_empty() {
            blanks += 1;
            index += 1;
            continue;
        }
        let end = lines[index..].iter().position(|line| line.is_empty()).map_or(lines.len(), |found| index + found);
        blocks.push(Block { blanks: std::mem::take(&mut blanks), lines: lines[index..end].to_vec() });
        index = end;
    }
    blocks
}
