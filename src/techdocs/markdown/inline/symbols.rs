//! Signs that stand for others: `:smile:`, `(c)`, `-->`, `1/2`, and the short forms a page explains.

use super::super::super::dialect::{Dialect, Smarty};
use super::super::tree::{Kind, NodeId, Span, Tree};
use super::{Inline, is_word};
use std::collections::HashMap;
use std::ops::Range;

/// Longer names are text.
const LONGEST_NAME: usize = 64;

impl Inline<'_> {
    /// `:name:`, for the names that GitHub knows.
    pub(super) fn emoji(&mut self, range: Range<usize>) {
        let mut at = range.start;
        while let Some(colon) = self.find(at..range.end, b':') {
            at = colon + 1;
            let window = &self.mask[at..range.end.min(at + LONGEST_NAME)];
            let length = window.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(byte)).count();
            let end = at + length;
            if length == 0 || window.get(length) != Some(&b':') {
                continue;
            }
            const ICONS: [&[u8]; 4] = [b"material-", b"fontawesome-", b"octicons-", b"simple-"];
            // Icons of Material: we have none of them, and their names would read oddly.
            if ICONS.iter().any(|set| window.starts_with(set)) {
                let node = self.make(Kind::Nothing, colon..end + 1);
                self.take(colon..end + 1, node);
                at = end + 1;
                continue;
            }
            if let Some(emoji) = emojis::get_by_shortcode(&self.text[at..end]) {
                let name = self.keep(colon..end + 1);
                let node = self.make(Kind::Emoji { name, glyph: emoji.as_str() }, colon..end + 1);
                self.take(colon..end + 1, node);
                at = end + 1;
            }
        }
    }
}

/// Marks short forms and replaces signs in all text of a page that is not code.
pub(in super::super) fn polish(tree: &mut Tree, abbreviations: &HashMap<String, String>, dialect: &Dialect) {
    let short = Short::new(abbreviations);
    let symbols = tree.text.contains(['/', '(', '-']) || tree.text.bytes().any(|byte| byte.is_ascii_digit());
    if short.longest == 0 && !symbols && dialect.smarty.is_none() {
        return;
    }
    let texts: Vec<NodeId> = tree.walk(Tree::ROOT).filter(|id| matches!(tree.kind(*id), Kind::Text(_))).collect();
    for id in texts {
        let Kind::Text(span) = *tree.kind(id) else { continue };
        let before = tree.previous(id).map(|_| 'x');
        let found = found(tree.str(span), before, &short, dialect);
        if !found.is_empty() {
            replace(tree, id, span, found);
        }
    }
}

/// What a stretch of text becomes.
enum New {
    Text(&'static str),
    /// An ordinal's ending: the number stays.
    Raised,
    Short(String),
}

fn found(text: &str, first: Option<char>, short: &Short, dialect: &Dialect) -> Vec<(Range<usize>, New)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    // The character before the position, for the rules that want no word or number there.
    let mut before = first;
    while at < bytes.len() {
        let starts_word = before.is_none_or(|c| !is_word(c));
        let rest = &text[at..];
        let symbol = match bytes[at] {
            b'(' | b'+' | b'=' | b'c' | b'-' | b'<' => symbol(rest, before, dialect),
            b'0'..=b'9' => number(rest, before, dialect),
            _ => None,
        };
        let symbol = symbol.or_else(|| dialect.smarty.and_then(|smarty| set_well(rest, before, smarty)));
        let new = symbol.or_else(|| {
            let length = short.at(rest).filter(|_| starts_word)?;
            Some((0..length, New::Short(short.long[&rest[..length]].clone())))
        });
        if let Some((range, new)) = new {
            found.push((at + range.start..at + range.end, new));
            before = text[..at + range.end].chars().next_back();
            at += range.end;
            continue;
        }
        let c = rest.chars().next().unwrap_or(' ');
        before = Some(c);
        at += c.len_utf8();
    }
    found
}

fn symbol(rest: &str, before: Option<char>, dialect: &Dialect) -> Option<(Range<usize>, New)> {
    const SIGNS: &[(&str, &str)] = &[
        ("(tm)", "™"),
        ("(c)", "©"),
        ("(r)", "®"),
        ("+/-", "±"),
        ("=/=", "≠"),
        ("<-->", "↔"),
        ("-->", "→"),
        ("<--", "←"),
        ("c/o", "℅"),
    ];
    let (sign, new) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign))?;
    let after = rest[sign.len()..].chars().next();
    let on = dialect.symbols;
    let is_on = match *sign {
        "(tm)" => on.trademark,
        "(c)" => on.copyright,
        "(r)" => on.registered,
        "+/-" => on.plus_minus,
        "=/=" => on.not_equal,
        "c/o" => on.care_of,
        _ => on.arrows,
    };
    let fits = is_on
        && match *sign {
            "-->" => before != Some('-'),
            "<--" => after != Some('-'),
            "c/o" => before.is_none_or(|c| !is_word(c)) && after.is_none_or(|c| !is_word(c)),
            _ => true,
        };
    fits.then_some((0..sign.len(), New::Text(new)))
}

/// Quotation marks, dashes and dots as a printer sets them.
fn set_well(rest: &str, before: Option<char>, smarty: Smarty) -> Option<(Range<usize>, New)> {
    let opens = before.is_none_or(|c| c.is_whitespace() || "([{-–—".contains(c));
    let sign = |length: usize, new: &'static str| Some((0..length, New::Text(new)));
    match rest.as_bytes() {
        [b'-', b'-', b'-', ..] if smarty.dashes => sign(3, "—"),
        [b'-', b'-', ..] if smarty.dashes => sign(2, "–"),
        [b'.', b'.', b'.', ..] if smarty.ellipses => sign(3, "…"),
        [b'<', b'<', ..] if smarty.angled_quotes => sign(2, "«"),
        [b'>', b'>', ..] if smarty.angled_quotes => sign(2, "»"),
        [b'"', ..] if smarty.quotes => sign(1, if opens { "“" } else { "”" }),
        [b'\'', ..] if smarty.quotes => sign(1, if opens { "‘" } else { "’" }),
        _ => None,
    }
}

/// A fraction, or the ending of an ordinal number.
fn number(rest: &str, before: Option<char>, dialect: &Dialect) -> Option<(Range<usize>, New)> {
    const FRACTIONS: &[(&str, &str)] = &[
        ("1/4", "¼"),
        ("1/2", "½"),
        ("3/4", "¾"),
        ("1/3", "⅓"),
        ("2/3", "⅔"),
        ("1/5", "⅕"),
        ("2/5", "⅖"),
        ("3/5", "⅗"),
        ("4/5", "⅘"),
        ("1/6", "⅙"),
        ("5/6", "⅚"),
        ("1/8", "⅛"),
        ("3/8", "⅜"),
        ("5/8", "⅝"),
        ("7/8", "⅞"),
    ];
    if dialect.symbols.fractions
        && before.is_none_or(|c| !c.is_ascii_digit())
        && let Some((sign, new)) = FRACTIONS.iter().find(|(sign, _)| rest.starts_with(sign))
        && !rest[sign.len()..].starts_with(|c: char| c.is_ascii_digit())
    {
        return Some((0..sign.len(), New::Text(new)));
    }
    if before.is_some_and(is_word) || !dialect.symbols.ordinal_numbers {
        return None;
    }
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let ending = rest.get(digits..digits + 2)?;
    if rest[digits + 2..].starts_with(is_word) {
        return None;
    }
    let number = &rest[..digits];
    let teens = ["11", "12", "13"].iter().any(|teen| number.ends_with(teen));
    let wanted = match number.as_bytes()[digits - 1] {
        _ if teens => "th",
        b'1' => "st",
        b'2' => "nd",
        b'3' => "rd",
        _ => "th",
    };
    let plain = digits == 1 || !number.starts_with('0');
    (ending == wanted && plain).then_some((digits..digits + 2, New::Raised))
}

fn replace(tree: &mut Tree, id: NodeId, span: Span, found: Vec<(Range<usize>, New)>) {
    let at = tree.at(id);
    let mut done = 0;
    let length = tree.str(span).len();
    for (range, new) in found {
        if done < range.start {
            insert_text(tree, id, span.part(done..range.start), at.clone());
        }
        done = range.end;
        match new {
            New::Text(text) => {
                let span = tree.keep(text);
                let node = tree.make(Kind::Literal(span), at.clone());
                tree.insert_before(id, node);
            }
            New::Raised => insert_element(tree, id, "sup", span.part(range), at.clone(), None),
            New::Short(long) => insert_element(tree, id, "abbr", span.part(range), at.clone(), Some(long)),
        }
    }
    if done < length {
        insert_text(tree, id, span.part(done..length), at);
    }
    tree.detach(id);
}

fn insert_text(tree: &mut Tree, place: NodeId, span: Span, at: Range<usize>) {
    let node = tree.make(Kind::Text(span), at);
    tree.insert_before(place, node);
}

fn insert_element(
    tree: &mut Tree,
    place: NodeId,
    tag: &'static str,
    span: Span,
    at: Range<usize>,
    title: Option<String>,
) {
    let element = tree.make(Kind::Element(tag), at.clone());
    if let Some(title) = title {
        tree.attributes_mut(element).set("title", &title);
    }
    tree.insert_before(place, element);
    tree.add(element, Kind::Literal(span), at);
}

/// The short forms of a page, found by their first byte and their lengths.
struct Short<'a> {
    long: &'a HashMap<String, String>,
    /// Lengths in bytes, the longest first.
    lengths: Vec<usize>,
    first: [bool; 256],
    longest: usize,
}

impl<'a> Short<'a> {
    fn new(abbreviations: &'a HashMap<String, String>) -> Self {
        let mut first = [false; 256];
        let mut lengths: Vec<usize> = Vec::new();
        for short in abbreviations.keys() {
            first[usize::from(short.as_bytes()[0])] = true;
            lengths.push(short.len());
        }
        lengths.sort_unstable_by(|a, b| b.cmp(a));
        lengths.dedup();
        Short { long: abbreviations, longest: lengths.first().copied().unwrap_or(0), lengths, first }
    }

    /// The length of the short form that a text begins with as a whole word.
    fn at(&self, rest: &str) -> Option<usize> {
        if self.longest == 0 || !self.first[usize::from(*rest.as_bytes().first()?)] {
            return None;
        }
        self.lengths.iter().copied().find(|length| {
            rest.get(..*length).is_some_and(|word| {
                let ends = rest[*length..].chars().next().is_none_or(|c| !is_word(c));
                ends && self.long.contains_key(word)
            })
        })
    }
}
