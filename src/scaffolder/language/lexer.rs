//! From text to tokens, with white space already taken off where the tags say so.

use super::value::{Text, is_space, lossy, text_of, trim_end, trim_start};
use super::{Outcome, Settings, fail_at};

#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// What stands outside of tags.
    Data(Text),
    /// `{{` or `{%`, whatever they are spelled.
    OpenValue,
    OpenTag,
    /// `}}`, `%}`, a bracket or an operator.
    Sign(&'static str),
    Name(String),
    Quoted(Text),
    Number(f64),
    Bool(bool),
    None,
    Pattern {
        source: Text,
        flags: String,
    },
}

/// Longer signs first.
const SIGNS: [&str; 29] = [
    "===", "!==", "==", "!=", "<=", ">=", "//", "**", "(", ")", "[", "]", "{", "}", "%", "*", "-", "+", "~", "/", "#",
    ",", ":", "|", ".", "<", ">", "=", "!",
];

pub(super) fn tokens(text: &[u16], settings: &Settings) -> Outcome<Vec<Token>> {
    let mut lexer = Lexer { text, settings, at: 0, drop: false, found: Vec::new() };
    while lexer.at < text.len() {
        lexer.part()?;
    }
    Ok(lexer.found)
}

struct Lexer<'a> {
    text: &'a [u16],
    settings: &'a Settings,
    at: usize,
    /// White space before the next data goes.
    drop: bool,
    found: Vec<Token>,
}

impl Lexer<'_> {
    /// Reads data up to the next tag, and the tag.
    fn part(&mut self) -> Outcome<()> {
        let open = if self.settings.cookiecutter { "{{" } else { "${{" };
        let mut start = self.at;
        while start < self.text.len() && !["{%", open, "{#", "#}"].iter().any(|tag| self.has(start, tag)) {
            start += 1;
        }
        let width = if self.has(start, open) { open.len() } else { 2 };
        let trims = self.has(start + width, "-");
        let mut data = &self.text[self.at..start];
        if self.settings.lstrip_blocks && self.has(start, "{%") {
            let newline = self.text[..start].iter().rposition(|unit| *unit == u16::from(b'\n'));
            let line = newline.map_or(0, |at| at + 1);
            if line >= self.at && self.text[line..start].iter().all(|unit| is_space(*unit)) {
                data = &self.text[self.at..line];
            }
        }
        if !data.is_empty() {
            // Data that is taken off leaves a node all the same: a case with it is not empty.
            let data = if self.drop { trim_start(data) } else { data };
            let data = if trims { trim_end(data) } else { data };
            self.drop = false;
            self.found.push(Token { kind: Kind::Data(data.into()), at: self.at });
        }
        self.at = start;
        if start == self.text.len() {
            return Ok(());
        }
        if self.has(start, "#}") {
            return fail_at(start, "a comment ends here that has no beginning");
        }
        if self.has(start, "{#") {
            let Some(end) = (start + 2..self.text.len()).find(|at| self.has(*at, "#}")) else {
                return fail_at(start, "the comment is not closed");
            };
            self.drop = self.has(end - 1, "-");
            self.at = end + 2;
            return Ok(());
        }
        self.drop = false;
        self.at += width + usize::from(trims);
        let is_tag = self.has(start, "{%");
        if is_tag && let Some(word) = self.raw_word() {
            self.drop = self.has(self.at - 3, "-");
            self.skip_line();
            let at = self.at;
            let inner = self.raw(word, start)?;
            self.found.push(Token { kind: Kind::Data(inner), at });
            return Ok(());
        }
        self.code(start, is_tag)
    }

    fn code(&mut self, start: usize, is_tag: bool) -> Outcome<()> {
        self.found.push(Token { kind: if is_tag { Kind::OpenTag } else { Kind::OpenValue }, at: start });
        let first = self.found.len();
        loop {
            self.skip_space();
            let at = self.at;
            if at >= self.text.len() {
                return fail_at(start, if is_tag { "the tag is not closed" } else { "the expression is not closed" });
            }
            let dash = usize::from(self.has(at, "-"));
            if let Some(end) = ["%}", "}}"].into_iter().find(|end| self.has(at + dash, end)) {
                self.at += dash + 2;
                self.found.push(Token { kind: Kind::Sign(end), at });
                if end == "%}" {
                    self.skip_line();
                }
                // A text between `set` and `endset` keeps its white space.
                let inside = &self.found[first..];
                let sets = matches!(&inside[0].kind, Kind::Name(name) if name == "set");
                let keeps = is_tag && sets && !inside.iter().any(|token| token.kind == Kind::Sign("="));
                self.drop = dash > 0 && !keeps;
                return Ok(());
            }
            let kind = self.token()?;
            self.found.push(Token { kind, at });
        }
    }

    fn token(&mut self) -> Outcome<Kind> {
        if self.has(self.at, "\"") || self.has(self.at, "'") {
            return self.quoted();
        }
        if self.has(self.at, "r/") {
            return self.pattern();
        }
        if let Some(sign) = SIGNS.into_iter().find(|sign| self.has(self.at, sign)) {
            self.at += sign.len();
            return Ok(Kind::Sign(sign));
        }
        let start = self.at;
        while self.at < self.text.len() && !self.is_break() {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        if word.iter().all(|unit| is_digit(*unit)) {
            if self.has(self.at, ".") {
                self.at += 1;
                while self.text.get(self.at).is_some_and(|unit| is_digit(*unit)) {
                    self.at += 1;
                }
            }
            let digits = lossy(&self.text[start..self.at]);
            return Ok(Kind::Number(digits.parse().unwrap_or(f64::NAN)));
        }
        Ok(match lossy(word).as_str() {
            "true" => Kind::Bool(true),
            "false" => Kind::Bool(false),
            "none" | "null" => Kind::None,
            name if !word.iter().all(|unit| is_name(*unit)) => {
                return fail_at(start, format!("`{name}` is not understood"));
            }
            name => Kind::Name(name.to_string()),
        })
    }

    fn quoted(&mut self) -> Outcome<Kind> {
        let start = self.at;
        let end = self.text[start];
        let mut value = Vec::new();
        loop {
            self.at += 1;
            match self.text.get(self.at) {
                None => return fail_at(start, "the quotes are not closed"),
                Some(unit) if *unit == end => break,
                Some(unit) if *unit == u16::from(b'\\') => {
                    self.at += 1;
                    match self.text.get(self.at) {
                        None => return fail_at(start, "the quotes are not closed"),
                        Some(unit) => value.push(match u8::try_from(*unit) {
                            Ok(b'n') => u16::from(b'\n'),
                            Ok(b't') => u16::from(b'\t'),
                            Ok(b'r') => u16::from(b'\r'),
                            _ => *unit,
                        }),
                    }
                }
                Some(unit) => value.push(*unit),
            }
        }
        self.at += 1;
        Ok(Kind::Quoted(value.into()))
    }

    fn pattern(&mut self) -> Outcome<Kind> {
        let start = self.at;
        let from = start + 2;
        let end = (from..self.text.len()).find(|at| self.has(*at, "/") && !self.has(at - 1, "\\"));
        let Some(end) = end else {
            return fail_at(start, "the pattern is not closed");
        };
        self.at = end + 1;
        let mut flags = String::new();
        while let Some(flag) =
            ['g', 'i', 'm', 'y'].into_iter().find(|flag| self.text.get(self.at) == Some(&(*flag as u16)))
        {
            flags.push(flag);
            self.at += 1;
        }
        if flags.contains('y') {
            return fail_at(start, "the flag `y` is not available");
        }
        Ok(Kind::Pattern { source: self.text[from..end].into(), flags })
    }

    /// Steps over `raw %}`, if the tag is that.
    fn raw_word(&mut self) -> Option<&'static str> {
        let before = self.at;
        self.skip_space();
        let word = ["raw", "verbatim"].into_iter().find(|word| self.has(self.at, word));
        if let Some(word) = word {
            self.at += word.len();
            self.skip_space();
            self.at += usize::from(self.has(self.at, "-"));
            if self.has(self.at, "%}") {
                self.at += 2;
                return Some(word);
            }
        }
        self.at = before;
        None
    }

    /// Everything up to the end of a raw text, which may hold others.
    fn raw(&mut self, word: &str, start: usize) -> Outcome<Text> {
        let begin = self.at;
        let mut level = 1;
        let mut at = begin;
        while at < self.text.len() {
            let Some((closes, end)) = self.raw_tag(at, word) else {
                at += 1;
                continue;
            };
            level = if closes { level - 1 } else { level + 1 };
            if level == 0 {
                self.at = end;
                return Ok(text_of(&self.text[begin..at]));
            }
            at = end;
        }
        fail_at(start, format!("`{word}` has no `end{word}`"))
    }

    fn raw_tag(&self, at: usize, word: &str) -> Option<(bool, usize)> {
        let skip = |mut at: usize| {
            while self.text.get(at).is_some_and(|unit| is_space(*unit)) {
                at += 1;
            }
            at
        };
        if !self.has(at, "{%") {
            return None;
        }
        let mut at = skip(at + 2);
        let closes = self.has(at, "end");
        at += if closes { 3 } else { 0 };
        if !self.has(at, word) {
            return None;
        }
        let at = skip(at + word.len());
        self.has(at, "%}").then_some((closes, at + 2))
    }

    fn skip_space(&mut self) {
        while self.text.get(self.at).is_some_and(|unit| is_blank(*unit)) {
            self.at += 1;
        }
    }

    fn skip_line(&mut self) {
        if self.settings.trim_blocks {
            self.at += if self.has(self.at, "\r\n") { 2 } else { usize::from(self.has(self.at, "\n")) };
        }
    }

    fn has(&self, at: usize, sign: &str) -> bool {
        let end = at + sign.len();
        end <= self.text.len() && self.text[at..end].iter().copied().eq(sign.bytes().map(u16::from))
    }

    fn is_break(&self) -> bool {
        let unit = self.text[self.at];
        is_blank(unit) || u8::try_from(unit).is_ok_and(|byte| b"()[]{}%*-+~/#,:|.<>=!".contains(&byte))
    }
}

/// White space within tags.
fn is_blank(unit: u16) -> bool {
    matches!(unit, 9 | 10 | 13 | 32 | 0xa0)
}

fn is_digit(unit: u16) -> bool {
    (u16::from(b'0')..=u16::from(b'9')).contains(&unit)
}

fn is_name(unit: u16) -> bool {
    unit >= 0x80 || u8::try_from(unit).is_ok_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$')
}
