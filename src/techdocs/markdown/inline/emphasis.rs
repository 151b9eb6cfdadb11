//! Emphasis, and the signs that work like it: `*`, `_`, `~`, `^`, `=`.
//!
//! The rules are those of pymdownx's BetterEm, Caret, Tilde and Mark with their smart variants on: a sign opens only where
//! no word stands before it, and closes only where none follows. For runs of three, two and one signs several readings
//! are tried in turn.

use super::super::super::dialect::SmartEmphasis;
use super::super::tree::{Kind, NodeId};
use super::{Inline, Stage, is_word};
use std::ops::Range;

/// In the order in which they are looked for.
pub(super) const SIGNS: [(Stage, u8); 5] = [
    (Stage::Carets, b'^'),
    (Stage::Marks, b'='),
    (Stage::Tildes, b'~'),
    (Stage::Stars, b'*'),
    (Stage::Underscores, b'_'),
];

/// The readings of a run of signs, in the order in which they are tried. Within an element only later ones count.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Reading {
    /// `***both***`
    Both,
    /// `***both** outer*`
    OuterSingle,
    /// `***both* outer**`
    OuterDouble,
    /// `**outer *both***`
    InnerSingle,
    /// `**double**`
    Double,
    /// `*outer **both***`
    InnerDouble,
    /// `*single **double** single*`
    SingleAround,
    /// `*single*`
    Single,
}

const READINGS: [Reading; 8] = [
    Reading::Both,
    Reading::OuterSingle,
    Reading::OuterDouble,
    Reading::InnerSingle,
    Reading::Double,
    Reading::InnerDouble,
    Reading::SingleAround,
    Reading::Single,
];

/// A reading that fits: the whole, the part that both elements hold, and the part that only the outer one holds.
struct Found {
    end: usize,
    outer: &'static str,
    inner: Option<&'static str>,
    first: Range<usize>,
    second: Range<usize>,
    /// The first part belongs to the outer element alone, the second to both.
    outer_first: bool,
}

struct Scan {
    range: Range<usize>,
    sign: u8,
    single: &'static str,
    double: &'static str,
    /// By the length of a run: nothing closes it from here on.
    hopeless: [bool; 4],
}

impl Inline<'_> {
    /// Reads the runs of a sign; readings before `first` are not tried.
    pub(super) fn emphasis(&mut self, range: Range<usize>, stage: Stage, sign: u8, first: u8) {
        let (single, double) = match sign {
            b'^' => ("sup", "ins"),
            b'~' => ("sub", "del"),
            b'=' => ("", "mark"),
            _ => ("em", "strong"),
        };
        let mut scan = Scan { range: range.clone(), sign, single, double, hopeless: [false; 4] };
        let mut at = range.start;
        while let Some(open) = self.find(at..range.end, sign) {
            let length = self.signs(&scan, open);
            at = open + length;
            let tight = matches!(sign, b'*' | b'_' | b'=') || length > 1;
            if tight && !self.opens(&scan, open) || self.is_blank_after(&scan, open + length) {
                continue;
            }
            let found = READINGS
                .into_iter()
                .filter(|reading| *reading as u8 >= first)
                .find_map(|reading| self.try_reading(&mut scan, reading, open, length).map(|found| (reading, found)));
            if let Some((reading, found)) = found {
                at = found.end;
                let next = if reading == Reading::SingleAround { 0 } else { reading as u8 + 1 };
                self.take_emphasis(open, &found, stage, sign, next);
            }
        }
    }

    fn take_emphasis(&mut self, open: usize, found: &Found, stage: Stage, sign: u8, next: u8) {
        let later = SIGNS.iter().find(|(other, _)| *other > stage).map(|(other, _)| *other);
        for part in [&found.first, &found.second] {
            if self.depth <= super::DEEPEST && !part.is_empty() {
                self.depth += 1;
                self.emphasis(part.clone(), stage, sign, next);
                if let Some(later) = later {
                    self.stages(part.clone(), later);
                }
                self.depth -= 1;
            }
        }
        let whole = open..found.end;
        let outer = self.make(Kind::Element(found.outer), whole.clone());
        match found.inner {
            None => self.expand(found.first.clone(), outer),
            Some(tag) if found.outer_first => {
                self.expand(found.first.clone(), outer);
                self.add_inner(tag, found.second.clone(), outer);
            }
            Some(tag) => {
                self.add_inner(tag, found.first.clone(), outer);
                self.expand(found.second.clone(), outer);
            }
        }
        self.take(whole, outer);
    }

    fn add_inner(&mut self, tag: &'static str, part: Range<usize>, outer: NodeId) {
        let inner = self.make(Kind::Element(tag), part.clone());
        self.expand(part, inner);
        self.tree.append(outer, inner);
    }

    /// Signs within words are text.
    fn is_smart(&self, sign: u8) -> bool {
        match (sign, self.known.dialect.smart_emphasis) {
            (b'*', SmartEmphasis::All | SmartEmphasis::Asterisk) => true,
            (b'_', SmartEmphasis::All | SmartEmphasis::Underscore) => true,
            (b'*' | b'_', _) => false,
            _ => true,
        }
    }

    /// The documentation has the element that so many signs make.
    fn is_on(&self, sign: u8, length: usize) -> bool {
        let dialect = self.known.dialect;
        match (sign, length) {
            (b'^', 1) => dialect.superscript,
            (b'^', 2) => dialect.insert,
            (b'^', _) => dialect.superscript && dialect.insert,
            (b'~', 1) => dialect.subscript,
            (b'~', 2) => dialect.delete,
            (b'~', _) => dialect.subscript && dialect.delete,
            _ => true,
        }
    }

    fn signs(&self, scan: &Scan, at: usize) -> usize {
        self.mask[at..scan.range.end].iter().take_while(|byte| **byte == scan.sign).count()
    }

    /// No word stands before a run that opens.
    fn opens(&self, scan: &Scan, at: usize) -> bool {
        if !self.is_smart(scan.sign) {
            return true;
        }
        self.before(&scan.range, at).is_none_or(|c| !is_word(c) || c == '_' && scan.sign != b'_')
    }

    /// No word and no further sign stands behind a run that closes.
    fn closes(&self, scan: &Scan, end: usize) -> bool {
        if !self.is_smart(scan.sign) {
            return self.after(&scan.range, end) != Some(char::from(scan.sign));
        }
        self.after(&scan.range, end)
            .is_none_or(|c| c == '_' && scan.sign != b'_' || !is_word(c) && c != char::from(scan.sign))
    }

    fn is_blank_after(&self, scan: &Scan, at: usize) -> bool {
        self.after(&scan.range, at).is_none_or(char::is_whitespace)
    }

    fn is_blank_before(&self, scan: &Scan, at: usize) -> bool {
        self.before(&scan.range, at).is_none_or(char::is_whitespace)
    }

    fn try_reading(&self, scan: &mut Scan, reading: Reading, open: usize, length: usize) -> Option<Found> {
        let wanted = match reading {
            Reading::Both | Reading::OuterSingle | Reading::OuterDouble => 3,
            Reading::InnerSingle | Reading::Double => 2,
            Reading::InnerDouble | Reading::SingleAround | Reading::Single => 1,
        };
        let words_only = matches!(scan.sign, b'~' | b'^');
        if !self.is_on(scan.sign, length) {
            return None;
        }
        if length != wanted || (scan.sign == b'=' && length != 2) {
            return None;
        }
        let start = open + length;
        let (single, double) = (scan.single, scan.double);
        let both = |end: usize, outer, inner, first, second, outer_first| Found {
            end,
            outer,
            inner: Some(inner),
            first,
            second,
            outer_first,
        };
        let only =
            |end: usize, tag, first| Found { end, outer: tag, inner: None, first, second: 0..0, outer_first: false };
        match reading {
            Reading::Both => {
                let close = if words_only { self.word_close(scan, start, 3) } else { self.close(scan, start, 3) }?;
                Some(both(close + 3, double, single, start..close, 0..0, false))
            }
            _ if words_only && !matches!(reading, Reading::Double | Reading::Single) => None,
            Reading::OuterSingle => {
                let (middle, close) = self.two_closes(scan, start, 2, 1)?;
                Some(both(close + 1, single, double, start..middle, middle + 2..close, false))
            }
            Reading::OuterDouble => {
                let (middle, close) = self.two_closes(scan, start, 1, 2)?;
                Some(both(close + 2, double, single, start..middle, middle + 1..close, false))
            }
            Reading::InnerSingle => {
                let (middle, close) = self.open_and_close(scan, start, 1)?;
                Some(both(close + 3, double, single, start..middle, middle + 1..close, true))
            }
            Reading::Double => {
                let close = self.close(scan, start, 2)?;
                Some(only(close + 2, double, start..close))
            }
            Reading::InnerDouble => {
                let (middle, close) = self.open_and_close(scan, start, 2)?;
                Some(both(close + 3, single, double, start..middle, middle + 2..close, true))
            }
            Reading::SingleAround => {
                let close = self.single_close(scan, start)?;
                Some(only(close + 1, single, start..close))
            }
            Reading::Single => {
                let close = if words_only { self.word_close(scan, start, 1) } else { self.close(scan, start, 1) }?;
                Some(only(close + 1, single, start..close))
            }
        }
    }

    /// The first run from `start` on whose last `size` signs close.
    fn close(&self, scan: &mut Scan, start: usize, size: usize) -> Option<usize> {
        if scan.hopeless[size] {
            return None;
        }
        let mut at = start + 1;
        while let Some(run) = self.find(at..scan.range.end, scan.sign) {
            let length = self.signs(scan, run);
            let end = run + length;
            if length >= size && self.closes(scan, end) {
                let close = end - size;
                if close > start && (length > size || !self.is_blank_before(scan, close)) {
                    return Some(close);
                }
            }
            at = end;
        }
        scan.hopeless[size] = true;
        None
    }

    /// The next run of exactly `size` signs or more, where no blank stands before it.
    fn word_close(&self, scan: &Scan, start: usize, size: usize) -> Option<usize> {
        let mut at = start;
        while at < scan.range.end {
            let c = self.after(&scan.range, at)?;
            if c.is_whitespace() {
                return None;
            }
            if c == char::from(scan.sign) {
                let length = self.signs(scan, at);
                if length == size && at > start {
                    return Some(at);
                }
                at += length;
            } else {
                at += c.len_utf8();
            }
        }
        None
    }

    /// A single sign that closes, with runs of two or more before it but no other single one.
    fn single_close(&self, scan: &Scan, start: usize) -> Option<usize> {
        let mut at = start;
        loop {
            let run = self.find(at..scan.range.end, scan.sign)?;
            let length = self.signs(scan, run);
            if length == 1 {
                let closes = run > start && !self.is_blank_before(scan, run) && self.closes(scan, run + 1);
                return closes.then_some(run);
            }
            at = run + length;
        }
    }

    /// The next run that is more than signs within a word or between blanks.
    fn next_run(&self, scan: &Scan, start: usize) -> Option<(usize, usize)> {
        let mut at = start;
        loop {
            let run = self.find(at..scan.range.end, scan.sign)?;
            let length = self.signs(scan, run);
            let (before, after) = (self.before(&scan.range, run), self.after(&scan.range, run + length));
            let within = |c: Option<char>| c.is_some_and(|c| is_word(c) && (scan.sign != b'_' || c != '_'));
            let blank = |c: Option<char>| c.is_some_and(char::is_whitespace);
            if within(before) && within(after) || blank(before) && blank(after) {
                at = run + length;
                continue;
            }
            return Some((run, length));
        }
    }

    /// Two runs of exactly these lengths that close one after the other.
    fn two_closes(&self, scan: &Scan, start: usize, first: usize, second: usize) -> Option<(usize, usize)> {
        let mut at = start;
        let mut found = [0; 2];
        for (index, size) in [first, second].into_iter().enumerate() {
            let (run, length) = self.next_run(scan, at)?;
            if length != size || run == at || self.is_blank_before(scan, run) || !self.closes(scan, run + length) {
                return None;
            }
            found[index] = run;
            at = run + length;
        }
        Some((found[0], found[1]))
    }

    /// A run of `size` signs that opens, then one of three that closes.
    fn open_and_close(&self, scan: &Scan, start: usize, size: usize) -> Option<(usize, usize)> {
        let (open, length) = self.next_run(scan, start)?;
        if length != size || open == start || !self.opens(scan, open) || self.is_blank_after(scan, open + length) {
            return None;
        }
        let (close, length) = self.next_run(scan, open + size)?;
        let closes = length == 3 && !self.is_blank_before(scan, close) && self.closes(scan, close + 3);
        closes.then_some((open, close))
    }
}
