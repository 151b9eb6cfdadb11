//! The form of a shard: a script with one call and one JSON value, and postings as printable text.
//!
//! A script, because pages opened from disk may load nothing else. The JSON holds no `<`, `>` or `&`, so it stays
//! harmless wherever it ends up.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io;

use super::ranking::{class_of, least_of};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Raised whenever the shards' form or the ranking changes.
pub(super) const VERSION: u32 = 4;

/// Printable ASCII without the characters that JSON or HTML would escape.
const ALPHABET: &[u8; 90] =
    b" !#$%'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
const SYMBOLS: [u8; 128] = symbols();

/// `[key, value, number of pages, runs]`
pub(super) type FacetRecord = (String, String, u64, String);
/// `[title, url, kind, reference, lifecycle, boost, text]`
pub(super) type PageRecord = (String, String, String, String, String, u64, TextRecord);
/// `[anchor, heading, text]` of each section.
pub(super) type TextRecord = Vec<(String, String, String)>;

/// What a reader needs to know before everything else.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Root {
    pub(super) version: u32,
    /// Pages have numbers below this one.
    pub(super) slots: usize,
    /// Mean length of a section in words * 2^8, at least 1.
    pub(super) section: u64,
    pub(super) fold: BTreeMap<String, String>,
    /// The inverse frequency of what is in so many pages, in 1/4096, by class.
    pub(super) rarities: Vec<u64>,
    /// Words that count less, sorted.
    pub(super) stops: Vec<String>,
    pub(super) synonyms: BTreeMap<String, Vec<String>>,
    /// The first key of each shard.
    pub(super) terms: Vec<String>,
    pub(super) beginnings: Vec<String>,
    pub(super) endings: Vec<String>,
    pub(super) facets: Vec<String>,
    /// Keys of facets beside those that every portal has, and what they are called.
    #[serde(default)]
    pub(super) keys: Vec<(String, String)>,
    /// The number of each shard's first page, as distances.
    pub(super) pages: String,
}

/// A line of a shard of words: a word as it stands in texts, a stem, or both. Or what a whole query may equal, see
/// [`name_line`]; or where a word of a name can be entered, see [`part_line`].
///
/// ```text
/// SHARED REST[,FREQUENCY[,CUT ADDED]][ PEAK POSTINGS]
/// ```
///
/// SHARED is a digit to base 36: so many letters are those of the line before. FREQUENCY is another, or `-` where no text
/// holds the word itself. Of a word whose stem is another, CUT letters are not the stem's, which has ADDED instead. PEAK
/// is twice the peak's class in two symbols, and one more if postings were left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) word: String,
    pub(super) surface: Option<Surface>,
    pub(super) list: Option<List>,
}

/// What a word of texts is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Surface {
    pub(super) word: String,
    pub(super) stem: String,
    /// Twice the binary logarithm of how many fields of pages hold it.
    pub(super) frequency: u8,
}

/// Postings of a stem, or a part of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List {
    pub(super) peak: u64,
    /// Whether postings were left out.
    pub(super) is_capped: bool,
    pub(super) postings: String,
}

impl Line {
    pub(super) fn of(surface: Surface) -> Line {
        Line { word: surface.word.clone(), surface: Some(surface), list: None }
    }

    fn write(&self, before: &str) -> String {
        let shared = self.word.chars().zip(before.chars()).take_while(|(a, b)| a == b).count().min(35);
        let mut text = String::from(digit(shared));
        text.extend(self.word.chars().skip(shared));
        match &self.surface {
            None => text.push_str(",-"),
            Some(surface) if surface.stem != surface.word => {
                let same = surface.word.chars().zip(surface.stem.chars()).take_while(|(a, b)| a == b).count();
                let cut = surface.word.chars().count() - same;
                text.push_str(&format!(",{},{cut}", digit(usize::from(surface.frequency))));
                text.extend(surface.stem.chars().skip(same));
            }
            Some(surface) if surface.frequency > 0 => {
                text.push(',');
                text.push(digit(usize::from(surface.frequency)));
            }
            Some(_) => {}
        }
        if let Some(list) = &self.list {
            let peak = class_of(list.peak) * 2 + u32::from(list.is_capped);
            text.push(' ');
            text.push(symbol(peak / 90));
            text.push(symbol(peak % 90));
            text.push_str(&list.postings);
        }
        text
    }

    fn read(text: &str, before: &str) -> Line {
        let shared = text.chars().next().and_then(|digit| digit.to_digit(36)).unwrap_or(0) as usize;
        let rest = text.get(1..).unwrap_or_default();
        let (head, list) = rest.split_once(' ').map_or((rest, None), |(head, list)| (head, read_list(list)));
        let mut parts = head.splitn(3, ',');
        let word: String = before.chars().take(shared).chain(parts.next().unwrap_or_default().chars()).collect();
        let frequency = parts.next().and_then(|text| text.chars().next());
        let stem = parts.next().map_or_else(|| word.clone(), |change| changed(&word, change));
        let surface = (frequency != Some('-')).then(|| Surface {
            word: word.clone(),
            stem,
            frequency: frequency.and_then(|digit| digit.to_digit(36)).unwrap_or(0) as u8,
        });
        Line { word, surface, list }
    }
}

fn read_list(text: &str) -> Option<List> {
    let bytes = text.as_bytes();
    let (first, second) = (value(*bytes.first()?), value(*bytes.get(1)?));
    let code = first * 90 + second;
    Some(List { peak: least_of(code / 2), is_capped: code % 2 == 1, postings: text.get(2..)?.to_owned() })
}

fn digit(number: usize) -> char {
    char::from_digit(number.min(35) as u32, 36).unwrap_or('z')
}

fn changed(word: &str, change: &str) -> String {
    let digits = change.bytes().take_while(u8::is_ascii_digit).count();
    let cut: usize = change[..digits].parse().unwrap_or(0);
    let kept = word.chars().count().saturating_sub(cut);
    word.chars().take(kept).chain(change[digits..].chars()).collect()
}

/// Lines as the value of a shard.
pub(super) fn write_lines(lines: &[Line]) -> String {
    let mut before = "";
    let mut text = String::new();
    for line in lines {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line.write(before));
        before = &line.word;
    }
    text
}

/// The lines which [`write_lines`] wrote.
pub(super) fn read_lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::<Line>::new();
    for line in text.split('\n').filter(|line| !line.is_empty()) {
        let line = Line::read(line, lines.last().map_or("", |before| &before.word));
        lines.push(line);
    }
    lines
}

/// One page in a list of postings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Posting {
    pub(super) page: u32,
    /// Index into the levels of impact.
    pub(super) level: u32,
    pub(super) is_titled: bool,
}

/// The order of keys: that of JavaScript's strings.
pub(super) fn key_order(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

/// The line of a name whose words are divided by spaces: it stands beside its first word's.
pub(super) fn name_line(name: &str) -> String {
    format!("{}-", name.replace(' ', "-"))
}

/// The line of a word's rest, from which it leads to the whole.
pub(super) fn part_line(rest: &str, before: &str) -> String {
    format!("{rest}+{before}")
}

/// Rest and beginning of a word of a name, of a line which [`part_line`] made.
pub(super) fn part_of(line: &str) -> Option<(&str, &str)> {
    line.split_once('+')
}

/// The numbers which the distances lead to.
pub(super) fn page_starts(distances: &str) -> Vec<usize> {
    let mut bytes = distances.bytes();
    let mut start = 0_usize;
    std::iter::from_fn(move || {
        start += read_number(&mut bytes)? as usize;
        Some(start)
    })
    .collect()
}

/// The shard that begins with a page of this number.
pub(super) fn page_shard(number: usize) -> String {
    format!("pages/{number}")
}

pub(super) fn path(name: &str) -> String {
    format!("search/{name}.js")
}

/// The script that hands `value` to the browser under `name`.
pub(super) fn script(name: &str, value: &impl Serialize) -> Vec<u8> {
    script_of_json(name, &serde_json::to_string(value).expect("strings, numbers and lists of them are always JSON"))
}

/// The script that hands a value, which is JSON already, to the browser under `name`.
pub(super) fn script_of_json(name: &str, json: &str) -> Vec<u8> {
    let mut script = format!("callboardShard(\"{name}\",");
    for character in json.chars() {
        match character {
            '<' => script.push_str("\\u003c"),
            '>' => script.push_str("\\u003e"),
            '&' => script.push_str("\\u0026"),
            '\u{2028}' => script.push_str("\\u2028"),
            '\u{2029}' => script.push_str("\\u2029"),
            other => script.push(other),
        }
    }
    script.push_str(");\n");
    script.into_bytes()
}

/// The value of a script which [`script`] made.
///
/// # Errors
/// `InvalidData` when it is anything else.
pub(super) fn parse<T: DeserializeOwned>(name: &str, script: &[u8]) -> io::Result<T> {
    let prefix = format!("callboardShard(\"{name}\",");
    let json = script.strip_prefix(prefix.as_bytes()).and_then(|rest| rest.strip_suffix(b");\n"));
    let json =
        json.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("`{name}` is no search shard")))?;
    serde_json::from_slice(json).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
}

/// Writes sorted items into numbered shards of about equal size.
pub(super) struct Shelf<'a, T> {
    family: &'static str,
    /// Makes the value of a shard.
    bind: fn(&[T]) -> Value,
    emit: &'a mut dyn FnMut(&str, Vec<u8>),
    /// A shard may end from this size on, and must before twice as much. In bytes before compression.
    smallest: usize,
    items: Vec<T>,
    size: usize,
    firsts: Vec<String>,
}

impl<'a, T: Serialize> Shelf<'a, T> {
    pub(super) fn new(family: &'static str, smallest: usize, emit: &'a mut dyn FnMut(&str, Vec<u8>)) -> Self {
        let bind = |items: &[T]| serde_json::to_value(items).unwrap_or_default();
        Shelf { family, bind, emit, smallest, items: Vec::new(), size: 0, firsts: Vec::new() }
    }
}

impl<'a> Shelf<'a, Line> {
    /// A shelf of words, each written by its difference from the one before.
    pub(super) fn of_lines(family: &'static str, smallest: usize, emit: &'a mut dyn FnMut(&str, Vec<u8>)) -> Self {
        let bind = |lines: &[Line]| Value::String(write_lines(lines));
        Shelf { family, bind, emit, smallest, items: Vec::new(), size: 0, firsts: Vec::new() }
    }
}

impl<T> Shelf<'_, T> {
    /// Adds the next item; `size` is about its size in bytes.
    ///
    /// Where a shard ends depends mostly on the keys themselves, so a new key moves few of the others.
    pub(super) fn push(&mut self, key: &str, size: usize, item: T) {
        let may_end = self.size >= self.smallest && fingerprint(key).is_multiple_of(32);
        if may_end || (!self.items.is_empty() && self.size + size > 2 * self.smallest) {
            self.flush();
        }
        if self.items.is_empty() {
            self.firsts.push(key.to_owned());
        }
        self.size += size;
        self.items.push(item);
    }

    /// Writes what is left. Returns the first key of each shard.
    pub(super) fn finish(mut self) -> Vec<String> {
        if !self.items.is_empty() {
            self.flush();
        }
        self.firsts
    }

    fn flush(&mut self) {
        let name = format!("{}/{}", self.family, self.firsts.len() - 1);
        (self.emit)(&path(&name), script(&name, &(self.bind)(&self.items)));
        self.items.clear();
        self.size = 0;
    }
}

/// FNV-1a, with its upper half folded in: the lowest bits alone mix badly.
pub(super) fn fingerprint(key: &str) -> u64 {
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

/// A number in base 45, lowest digit first and 45 added to all digits but the last.
pub(super) fn push_number(text: &mut String, mut number: u32) {
    while number >= 45 {
        text.push(symbol(number % 45 + 45));
        number /= 45;
    }
    text.push(symbol(number));
}

/// The number which [`push_number`] wrote; `None` at the end and where it is cut off.
pub(super) fn read_number(bytes: &mut impl Iterator<Item = u8>) -> Option<u32> {
    let (mut number, mut scale) = (0_u32, 1_u32);
    loop {
        let symbol = value(bytes.next()?);
        number = number.wrapping_add((symbol % 45).wrapping_mul(scale));
        scale = scale.wrapping_mul(45);
        if symbol < 45 {
            return Some(number);
        }
    }
}

fn symbol(value: u32) -> char {
    char::from(ALPHABET[value as usize])
}

fn value(symbol: u8) -> u32 {
    u32::from(SYMBOLS[usize::from(symbol & 127)])
}

/// Sorted postings as text: the distance from the page before, then one character for level and title.
pub(super) fn encode(postings: &[Posting]) -> String {
    let mut text = String::with_capacity(postings.len() * 3);
    let mut before = 0;
    for posting in postings {
        push_number(&mut text, posting.page - before);
        text.push(symbol(posting.level * 2 + u32::from(posting.is_titled)));
        before = posting.page;
    }
    text
}

/// The postings which [`encode`] wrote; nothing after the first broken one.
pub(super) fn decode(text: &str) -> impl Iterator<Item = Posting> {
    let mut bytes = text.bytes();
    let mut page = 0_u32;
    std::iter::from_fn(move || {
        page = page.wrapping_add(read_number(&mut bytes)?);
        let level = value(bytes.next()?);
        Some(Posting { page, level: level / 2, is_titled: level % 2 == 1 })
    })
}

const fn symbols() -> [u8; 128] {
    let mut symbols = [0; 128];
    let mut symbol = 0;
    while symbol < ALPHABET.len() {
        symbols[ALPHABET[symbol] as usize] = symbol as u8;
        symbol += 1;
    }
    symbols
}
