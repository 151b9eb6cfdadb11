//! Regular expressions as JavaScript has them, as far as they end soon. The cost of a pattern is known before it runs.

use super::value::{Text, is_space, units};
use super::{Outcome, fail};

const SOURCE: usize = 256;
const TEXT: usize = 10_000;
const COST: f64 = 20_000_000.0;

#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) source: Text,
    pub(super) flags: String,
    root: Choice,
    groups: usize,
    anchored: bool,
}

/// One of several sequences, with what is known of them all.
#[derive(Debug)]
struct Choice {
    ways: Vec<Vec<Part>>,
    facts: Facts,
}

#[derive(Debug, Clone, Copy)]
struct Facts {
    least: usize,
    /// Whether there are several ways to match it.
    varies: bool,
}

#[derive(Debug)]
enum Part {
    Set(Set),
    Start,
    End,
    Edge { wanted: bool },
    Group { number: Option<usize>, inner: Choice },
    Look { wanted: bool, inner: Choice },
    Repeat { inner: Box<Part>, facts: Facts, least: usize, most: Option<usize>, lazy: bool },
}

/// Units from ranges, or all others.
#[derive(Debug, Default)]
struct Set {
    ranges: Vec<(u16, u16)>,
    negated: bool,
}

/// Where each group matched.
pub(super) type Groups = Vec<Option<(usize, usize)>>;

impl Pattern {
    pub(super) fn new(source: &Text, flags: &str) -> Outcome<Pattern> {
        if source.len() > SOURCE {
            return fail("a pattern has up to 256 characters");
        }
        let mut reader = Reader { source, at: 0, groups: 0, bad_range: false };
        let root = reader.choice(0)?;
        if reader.at < source.len() {
            return bad("a bracket that is not open");
        }
        let twice = flags.chars().enumerate().any(|(at, flag)| flags[at + 1..].contains(flag));
        if reader.bad_range || twice {
            return fail("the pattern has a range out of order or a flag twice");
        }
        let starts = source.first() == Some(&u16::from(b'^')) && !source.contains(&u16::from(b'|'));
        let anchored = starts && !flags.contains('m');
        let mut sorted: Vec<char> = flags.chars().collect();
        sorted.sort_unstable();
        let groups = reader.groups + 1;
        Ok(Pattern { source: source.clone(), flags: sorted.into_iter().collect(), root, groups, anchored })
    }

    pub(super) fn is_global(&self) -> bool {
        self.flags.contains('g')
    }

    pub(super) fn to_text(&self) -> Vec<u16> {
        let mut out = vec![u16::from(b'/')];
        if self.source.is_empty() {
            out.extend("(?:)".encode_utf16())
        } else {
            out.extend_from_slice(&self.source)
        }
        out.push(u16::from(b'/'));
        out.extend(self.flags.encode_utf16());
        out
    }

    /// Steps that a text may cost, or why it is not tried.
    pub(super) fn steps(&self, length: usize) -> Outcome<u64> {
        if length > TEXT {
            return fail("a pattern works on texts of up to 10,000 characters");
        }
        let starts = if self.anchored { 1.0 } else { length as f64 + 1.0 };
        let cost = self.root.cost(length as f64) * starts;
        if cost > COST {
            return fail(format!("the pattern is too costly for a text of {length} characters"));
        }
        Ok(1 + (cost / 200.0).floor() as u64)
    }

    /// The first match from `start` on.
    pub(super) fn find(&self, text: &[u16], start: usize) -> Option<Groups> {
        (start..=text.len()).find_map(|at| self.match_at(text, at))
    }

    pub(super) fn match_at(&self, text: &[u16], at: usize) -> Option<Groups> {
        let run = Run { text, any_case: self.flags.contains('i'), lines: self.flags.contains('m') };
        let mut groups: Groups = vec![None; self.groups];
        let mut end = None;
        let found = run.choice(&self.root, at, &mut groups, &mut |at, _| {
            end = Some(at);
            true
        });
        if !found {
            return None;
        }
        groups[0] = end.map(|end| (at, end));
        Some(groups)
    }
}

fn bad<T>(what: &str) -> Outcome<T> {
    fail(format!("the pattern has {what}"))
}

impl Choice {
    /// How many ways there are to try it at one place, by the length of the text.
    fn cost(&self, n: f64) -> f64 {
        self.ways.iter().map(|way| way.iter().map(|part| part.cost(n)).product::<f64>()).sum()
    }
}

impl Part {
    fn cost(&self, n: f64) -> f64 {
        match self {
            Part::Group { inner, .. } | Part::Look { inner, .. } => inner.cost(n),
            Part::Repeat { inner, least, most: Some(1), .. } => (1 - least) as f64 + inner.cost(n),
            Part::Repeat { least, most, .. } => {
                let most = most.map_or(f64::INFINITY, |most| most as f64);
                (most.min(n) - *least as f64 + 1.0).max(1.0)
            }
            _ => 1.0,
        }
    }
}

struct Reader<'a> {
    source: &'a [u16],
    at: usize,
    groups: usize,
    bad_range: bool,
}

impl Reader<'_> {
    fn choice(&mut self, depth: usize) -> Outcome<Choice> {
        if depth > 20 {
            return bad("too many brackets");
        }
        let (way, mut facts) = self.sequence(depth)?;
        let mut ways = vec![way];
        while self.skip('|') {
            let (way, other) = self.sequence(depth)?;
            ways.push(way);
            facts = Facts { least: facts.least.min(other.least), varies: true };
        }
        Ok(Choice { ways, facts })
    }

    fn sequence(&mut self, depth: usize) -> Outcome<(Vec<Part>, Facts)> {
        let mut parts = Vec::new();
        let mut facts = Facts { least: 0, varies: false };
        while self.at < self.source.len() && !self.is('|') && !self.is(')') {
            let (part, one) = self.atom(depth)?;
            let (part, one) = self.repeated(part, one)?;
            parts.push(part);
            facts = Facts { least: facts.least + one.least, varies: facts.varies || one.varies };
        }
        Ok((parts, facts))
    }

    fn repeated(&mut self, part: Part, facts: Facts) -> Outcome<(Part, Facts)> {
        let Some((least, most, lazy)) = self.repetition() else {
            return Ok((part, facts));
        };
        let cannot = most.is_some_and(|most| most < least) || facts.least * least > TEXT;
        if cannot || self.repetition().is_some() {
            return bad("a repetition that cannot be");
        }
        if facts.least == 0 {
            return bad("a repetition of what may be empty");
        }
        if facts.varies && most != Some(1) && most != Some(0) {
            return bad("a repetition of what repeats or has a choice, such as `(a+)+`");
        }
        let whole = Facts { least: facts.least * least, varies: facts.varies || most != Some(least) };
        Ok((Part::Repeat { inner: Box::new(part), facts, least, most, lazy }, whole))
    }

    fn repetition(&mut self) -> Option<(usize, Option<usize>, bool)> {
        let before = self.at;
        let (least, most) = if self.skip('*') {
            (0, None)
        } else if self.skip('+') {
            (1, None)
        } else if self.skip('?') {
            (0, Some(1))
        } else if self.skip('{') {
            let count = self.digits();
            let comma = count.is_some() && self.skip(',');
            let end = if comma { self.digits() } else { None };
            match count {
                Some(count) if self.skip('}') => (count, if comma { end } else { Some(count) }),
                _ => {
                    self.at = before;
                    return None;
                }
            }
        } else {
            return None;
        };
        let lazy = self.skip('?');
        Some((least, most, lazy))
    }

    /// Up to four digits.
    fn digits(&mut self) -> Option<usize> {
        let start = self.at;
        let mut number = 0;
        while self.at - start < 4
            && let Some(digit) =
                self.source.get(self.at).and_then(|unit| char::from(u8::try_from(*unit).ok()?).to_digit(10))
        {
            number = number * 10 + digit as usize;
            self.at += 1;
        }
        (self.at > start).then_some(number)
    }

    fn atom(&mut self, depth: usize) -> Outcome<(Part, Facts)> {
        const ZERO: Facts = Facts { least: 0, varies: false };
        const ONE: Facts = Facts { least: 1, varies: false };
        let Some(unit) = self.source.get(self.at).copied() else {
            return bad("an open bracket");
        };
        let next = self.source.get(self.at + 1).copied();
        let ascii = |unit: u16| u8::try_from(unit).map_or('\u{fffd}', char::from);
        match (ascii(unit), next.map(ascii)) {
            ('^', _) => {
                self.at += 1;
                Ok((Part::Start, ZERO))
            }
            ('$', _) => {
                self.at += 1;
                Ok((Part::End, ZERO))
            }
            ('\\', Some(edge @ ('b' | 'B'))) => {
                self.at += 2;
                Ok((Part::Edge { wanted: edge == 'b' }, ZERO))
            }
            ('[', _) => match self.class() {
                Some(set) => Ok((Part::Set(set), ONE)),
                None => bad("an escape, a bracket or a repetition that is not known here"),
            },
            ('(', _) => self.group(depth),
            ('\\', _) => match self.escape() {
                Some(ranges) => Ok((Part::Set(ranges), ONE)),
                None => bad("an escape, a bracket or a repetition that is not known here"),
            },
            ('*' | '+' | '?' | '{', _) => bad("an escape, a bracket or a repetition that is not known here"),
            ('.', _) => {
                self.at += 1;
                let lines = ['\n', '\r', '\u{2028}', '\u{2029}'].map(|c| (c as u16, c as u16));
                Ok((Part::Set(Set { ranges: lines.to_vec(), negated: true }), ONE))
            }
            _ => {
                self.at += 1;
                Ok((Part::Set(Set { ranges: vec![(unit, unit)], negated: false }), ONE))
            }
        }
    }

    fn group(&mut self, depth: usize) -> Outcome<(Part, Facts)> {
        self.at += 1;
        let look = if self.skip('?') {
            if self.skip(':') {
                None
            } else if self.skip('=') {
                Some(true)
            } else if self.skip('!') {
                Some(false)
            } else {
                return bad("a group of a kind that is not known");
            }
        } else {
            self.groups += 1;
            let number = self.groups;
            let inner = self.closed(depth)?;
            let facts = inner.facts;
            return Ok((Part::Group { number: Some(number), inner }, facts));
        };
        let inner = self.closed(depth)?;
        let facts = inner.facts;
        Ok(match look {
            None => (Part::Group { number: None, inner }, facts),
            Some(wanted) => (Part::Look { wanted, inner }, Facts { least: 0, ..facts }),
        })
    }

    fn closed(&mut self, depth: usize) -> Outcome<Choice> {
        let inner = self.choice(depth + 1)?;
        if self.skip(')') { Ok(inner) } else { bad("an open bracket") }
    }

    fn class(&mut self) -> Option<Set> {
        self.at += 1;
        let mut set = Set { negated: self.skip('^'), ranges: Vec::new() };
        while !self.is(']') {
            let first = self.member()?;
            let is_range =
                self.is('-') && self.at + 1 < self.source.len() && self.source[self.at + 1] != u16::from(b']');
            if !is_range {
                set.add(&first);
                continue;
            }
            self.at += 1;
            let last = self.member()?;
            match (first.single(), last.single()) {
                (Some(first), Some(last)) => {
                    self.bad_range |= first > last;
                    set.ranges.push((first, last));
                }
                _ => {
                    set.add(&first);
                    set.ranges.push((u16::from(b'-'), u16::from(b'-')));
                    set.add(&last);
                }
            }
        }
        self.at += 1;
        Some(set)
    }

    fn member(&mut self) -> Option<Set> {
        if self.is('\\') {
            return self.escape();
        }
        let unit = *self.source.get(self.at)?;
        self.at += 1;
        Some(Set { ranges: vec![(unit, unit)], negated: false })
    }

    fn escape(&mut self) -> Option<Set> {
        let unit = *self.source.get(self.at + 1)?;
        let rest = &self.source[self.at + 2..];
        let hex = |count: usize| {
            let digits = String::from_utf16(rest.get(..count)?).ok()?;
            let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            plain.then(|| u16::from_str_radix(&digits, 16).ok())?
        };
        let one = |unit: u16| Set { ranges: vec![(unit, unit)], negated: false };
        let mut width = 2;
        let set = match u8::try_from(unit).map_or('\u{fffd}', char::from) {
            'd' | 'D' => Set { ranges: vec![(0x30, 0x39)], negated: unit == u16::from(b'D') },
            'w' | 'W' => Set {
                ranges: vec![(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)],
                negated: unit == u16::from(b'W'),
            },
            's' | 'S' => {
                let spaces = (0..=u16::MAX).filter(|unit| is_space(*unit)).map(|unit| (unit, unit));
                Set { ranges: spaces.collect(), negated: unit == u16::from(b'S') }
            }
            'n' => one(10),
            't' => one(9),
            'r' => one(13),
            'f' => one(12),
            'v' => one(11),
            '0' if !rest.first().is_some_and(|unit| (0x30..=0x39).contains(unit)) => one(0),
            'x' => {
                width = 4;
                one(hex(2)?)
            }
            'u' => {
                width = 6;
                one(hex(4)?)
            }
            c if c.is_ascii_alphanumeric() || c == '_' => return None,
            _ => one(unit),
        };
        self.at += width;
        Some(set)
    }

    fn is(&self, sign: char) -> bool {
        self.source.get(self.at) == Some(&(sign as u16))
    }

    fn skip(&mut self, sign: char) -> bool {
        let found = self.is(sign);
        self.at += usize::from(found);
        found
    }
}

impl Set {
    fn add(&mut self, other: &Set) {
        if !other.negated {
            self.ranges.extend_from_slice(&other.ranges);
            return;
        }
        let mut sorted = other.ranges.clone();
        sorted.sort_unstable();
        let mut from = 0u32;
        for (first, last) in sorted {
            if u32::from(first) > from {
                self.ranges.push((from as u16, first - 1));
            }
            from = from.max(u32::from(last) + 1);
        }
        if from <= u32::from(u16::MAX) {
            self.ranges.push((from as u16, u16::MAX));
        }
    }

    fn single(&self) -> Option<u16> {
        match self.ranges[..] {
            [(first, last)] if first == last && !self.negated => Some(first),
            _ => None,
        }
    }

    fn has(&self, unit: u16) -> bool {
        self.ranges.iter().any(|(first, last)| (*first..=*last).contains(&unit))
    }
}

/// A unit as comparisons without case see it.
fn folded(unit: u16) -> u16 {
    let Some(c) = char::from_u32(u32::from(unit)) else { return unit };
    let upper = units(&c.to_uppercase().collect::<String>());
    match upper[..] {
        [one] if unit < 128 || one >= 128 => one,
        _ => unit,
    }
}

struct Run<'a> {
    text: &'a [u16],
    any_case: bool,
    lines: bool,
}

/// What follows a match.
type Next<'a> = dyn FnMut(usize, &mut Groups) -> bool + 'a;

impl Run<'_> {
    fn choice(&self, choice: &Choice, at: usize, groups: &mut Groups, next: &mut Next<'_>) -> bool {
        choice.ways.iter().any(|way| self.sequence(way, at, groups, next))
    }

    fn sequence(&self, parts: &[Part], at: usize, groups: &mut Groups, next: &mut Next<'_>) -> bool {
        let Some((part, rest)) = parts.split_first() else {
            return next(at, groups);
        };
        self.part(part, at, groups, &mut |end, groups| self.sequence(rest, end, groups, next))
    }

    fn part(&self, part: &Part, at: usize, groups: &mut Groups, next: &mut Next<'_>) -> bool {
        match part {
            Part::Set(set) => self.text.get(at).is_some_and(|unit| self.fits(set, *unit)) && next(at + 1, groups),
            Part::Start => (at == 0 || self.lines && is_line_end(self.text[at - 1])) && next(at, groups),
            Part::End => {
                let ends = self.text.get(at).is_none_or(|unit| self.lines && is_line_end(*unit));
                ends && next(at, groups)
            }
            Part::Edge { wanted } => {
                let before = at > 0 && is_word(self.text[at - 1]);
                let after = self.text.get(at).is_some_and(|unit| is_word(*unit));
                (before != after) == *wanted && next(at, groups)
            }
            Part::Group { number, inner } => self.choice(inner, at, groups, &mut |end, groups| {
                let Some(number) = number else { return next(end, groups) };
                let before = groups[*number].replace((at, end));
                let found = next(end, groups);
                if !found {
                    groups[*number] = before;
                }
                found
            }),
            Part::Look { wanted, inner } => {
                let before = groups.clone();
                let found = self.choice(inner, at, groups, &mut |_, _| true);
                if found == *wanted && next(at, groups) {
                    return true;
                }
                *groups = before;
                false
            }
            Part::Repeat { inner, facts, least, most, lazy } => {
                self.repeat(inner, *facts, (*least, *most), *lazy, at, groups, next)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one part")]
    fn repeat(
        &self,
        inner: &Part,
        facts: Facts,
        (least, most): (usize, Option<usize>),
        lazy: bool,
        at: usize,
        groups: &mut Groups,
        next: &mut Next<'_>,
    ) -> bool {
        if most == Some(1) {
            let once = |groups: &mut Groups, next: &mut Next<'_>| self.part(inner, at, groups, next);
            if least == 1 {
                return once(groups, next);
            }
            return match lazy {
                true => next(at, groups) || once(groups, next),
                false => once(groups, next) || next(at, groups),
            };
        }
        // The inner part has one length and one way, so a number of times is a place.
        let fits = |from: usize, groups: &mut Groups| self.part(inner, from, groups, &mut |_, _| true);
        let mut history = vec![groups.clone()];
        let mut count = 0;
        let enough = |count: usize| most.is_some_and(|most| count >= most);
        if !lazy {
            while !enough(count) && fits(at + count * facts.least, groups) {
                count += 1;
                keep(&mut history, groups);
            }
            loop {
                if count < least {
                    *groups = history.swap_remove(0);
                    return false;
                }
                *groups = of(&history, count).clone();
                if next(at + count * facts.least, groups) {
                    return true;
                }
                if count == 0 {
                    return false;
                }
                count -= 1;
            }
        }
        loop {
            if count >= least && next(at + count * facts.least, groups) {
                return true;
            }
            if enough(count) || !fits(at + count * facts.least, groups) {
                *groups = history.swap_remove(0);
                return false;
            }
            count += 1;
        }
    }

    fn fits(&self, set: &Set, unit: u16) -> bool {
        let found = if self.any_case {
            let fold = folded(unit);
            set.has(unit) || set.has(fold) || {
                let c = char::from_u32(u32::from(fold)).unwrap_or('\u{fffd}');
                let lower = units(&c.to_lowercase().collect::<String>());
                matches!(lower[..], [one] if folded(one) == fold && set.has(one))
            }
        } else {
            set.has(unit)
        };
        found != set.negated
    }
}

/// Groups change with each repetition only where there are groups inside.
fn keep(history: &mut Vec<Groups>, groups: &Groups) {
    if groups.len() > 1 {
        history.push(groups.clone());
    }
}

fn of(history: &[Groups], count: usize) -> &Groups {
    history.get(count).unwrap_or(&history[0])
}

fn is_line_end(unit: u16) -> bool {
    matches!(unit, 10 | 13 | 0x2028 | 0x2029)
}

fn is_word(unit: u16) -> bool {
    u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
