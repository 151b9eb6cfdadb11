//! The form of a shard: a script with one call and one JSON value, and postings as printable text.
//!
//! A script, because pages opened from disk may load nothing else. The JSON holds no `<`, `>` or `&`, so it stays
//! harmless wherever it ends up.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::io;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ranking::MOST_OCCURRENCES;

/// Raised whenever the shards' form or the ranking changes.
pub(super) const VERSION: u32 = 1;
pub(super) const DOCUMENTS_PER_SHARD: usize = 128;
pub(super) const TEXTS_PER_SHARD: usize = 32;
/// How many lengths a posting can tell apart.
pub(super) const LENGTHS: usize = 90;
/// A shard may end from this size on, and must before the other. Both in bytes before compression.
const SMALLEST_SHARD: usize = 20_000;
const LARGEST_SHARD: usize = 40_000;

/// Printable ASCII without the characters that JSON or HTML would escape.
const ALPHABET: &[u8; LENGTHS] =
    b" !#$%'()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";
const SYMBOLS: [u8; 128] = symbols();

/// `[surface, stem or "" if equal, frequency]`
pub(super) type LexiconEntry = (String, String, u64);
/// `[stem, field, idf, 1 if capped, postings]`
pub(super) type StemRecord = (String, usize, u64, u8, String);
/// `[name, postings]`
pub(super) type NameRecord = (String, String);
/// `[title, section, url, kind, reference]`
pub(super) type DocumentRecord = (String, String, String, String, String);

/// What a reader needs to know before everything else.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Root {
    pub(super) version: u32,
    pub(super) documents: usize,
    pub(super) documents_per_shard: usize,
    pub(super) texts_per_shard: usize,
    /// Mean length of each field in words * 2^8, at least 1.
    pub(super) averages: Vec<u64>,
    pub(super) weights: Vec<u64>,
    /// The field lengths, in words, which a posting's length step stands for.
    pub(super) lengths: Vec<u64>,
    pub(super) fold: BTreeMap<String, String>,
    /// The first key of each shard.
    pub(super) lexicon: Vec<String>,
    pub(super) postings: Vec<String>,
    pub(super) names: Vec<String>,
}

/// One document in a list of postings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Posting {
    pub(super) document: u32,
    /// At most 44 are told apart.
    pub(super) occurrences: u32,
    pub(super) is_entity: bool,
    /// Index into [`Root::lengths`], below 90.
    pub(super) length: u8,
}

pub(super) fn stem_of((surface, stem, _): &LexiconEntry) -> &str {
    if stem.is_empty() { surface } else { stem }
}

/// The order of keys: that of JavaScript's strings.
pub(super) fn key_order(a: &str, b: &str) -> Ordering {
    a.encode_utf16().cmp(b.encode_utf16())
}

pub(super) fn path(name: &str) -> String {
    format!("search/{name}.js")
}

/// The script that hands `value` to the browser under `name`.
pub(super) fn script(name: &str, value: &impl Serialize) -> Vec<u8> {
    let json = serde_json::to_string(value).expect("strings, numbers and lists of them are always JSON");
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
    emit: &'a mut dyn FnMut(&str, Vec<u8>),
    items: Vec<T>,
    size: usize,
    firsts: Vec<String>,
}

impl<'a, T: Serialize> Shelf<'a, T> {
    pub(super) fn new(family: &'static str, emit: &'a mut dyn FnMut(&str, Vec<u8>)) -> Self {
        Shelf { family, emit, items: Vec::new(), size: 0, firsts: Vec::new() }
    }

    /// Adds the next item; `size` is about its size in bytes.
    ///
    /// Where a shard ends depends mostly on the keys themselves, so a new key moves few of the others.
    pub(super) fn push(&mut self, key: &str, size: usize, item: T) {
        let may_end = self.size >= SMALLEST_SHARD && fingerprint(key).is_multiple_of(32);
        if may_end || (!self.items.is_empty() && self.size + size > LARGEST_SHARD) {
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
        (self.emit)(&path(&name), script(&name, &self.items));
        self.items.clear();
        self.size = 0;
    }
}

/// FNV-1a, with its upper half folded in: the lowest bits alone mix badly.
fn fingerprint(key: &str) -> u64 {
    let hash = key
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

/// Postings as text: the distance from the document before in base 45, lowest digit first and 45 added to all digits
/// but the last; then one character for occurrences and kind, and one for the length.
pub(super) fn encode(postings: &[Posting]) -> String {
    let mut text = String::with_capacity(postings.len() * 4);
    let mut push = |symbol: u32| text.push(char::from(ALPHABET[symbol as usize]));
    let mut before = 0;
    for posting in postings {
        let mut distance = posting.document - before;
        while distance >= 45 {
            push(distance % 45 + 45);
            distance /= 45;
        }
        push(distance);
        push(posting.occurrences.min(MOST_OCCURRENCES) * 2 + u32::from(posting.is_entity));
        push(u32::from(posting.length));
        before = posting.document;
    }
    text
}

/// The postings which [`encode`] wrote; nothing after the first broken one.
pub(super) fn decode(text: &str) -> impl Iterator<Item = Posting> {
    let mut symbols = text.bytes().map(|byte| u32::from(SYMBOLS[usize::from(byte & 127)]));
    let mut document = 0_u32;
    std::iter::from_fn(move || {
        let mut scale = 1_u32;
        loop {
            let symbol = symbols.next()?;
            document = document.wrapping_add((symbol % 45).wrapping_mul(scale));
            scale = scale.wrapping_mul(45);
            if symbol < 45 {
                break;
            }
        }
        let occurrences = symbols.next()?;
        let length = symbols.next()? as u8;
        Some(Posting { document, occurrences: occurrences / 2, is_entity: occurrences % 2 == 1, length })
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
