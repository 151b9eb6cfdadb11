//! From text to words, for documents and for queries.
//!
//! A word is a run of letters and digits, lower-cased, with letters folded to ASCII where tantivy knows how. Runs of
//! Chinese, Japanese and Korean characters have no spaces, so they become overlapping pairs. In documents,
//! `PaymentService` also yields its parts.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use tantivy::tokenizer::{
    AsciiFoldingFilter, Language, LowerCaser, RawTokenizer, RemoveLongFilter, Stemmer, StopWordFilter, TextAnalyzer,
    Token, TokenStream, Tokenizer,
};

use super::ranking::QUESTION_WORDS;

/// Words of this many bytes and more are hashes and encoded data; nobody types them.
const LONGEST_WORD: usize = 40;
/// The analysis of documents: words and the parts of compound words, unstemmed.
pub(super) fn document_analyzer() -> TextAnalyzer {
    TextAnalyzer::builder(Words { parts: true, token: Token::default() })
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(RemoveLongFilter::limit(LONGEST_WORD))
        .build()
}

/// The analysis of queries and of text to be marked: whole words only, none left out.
fn word_analyzer() -> TextAnalyzer {
    analyzer(false)
}

fn analyzer(parts: bool) -> TextAnalyzer {
    TextAnalyzer::builder(Words { parts, token: Token::default() })
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .build()
}

/// The key under which a document is found by its whole name.
pub(super) fn name_key(name: &str) -> String {
    words(name).join(" ")
}

/// The whole words of a text, in order.
pub(super) fn words(text: &str) -> Vec<String> {
    let text = without_marks(text);
    let mut analyzer = word_analyzer();
    let mut stream = analyzer.token_stream(&text);
    let mut words = Vec::new();
    stream.process(&mut |token| words.push(token.text.clone()));
    words
}

/// The text without combining accents, so that decomposed letters do not break words.
pub(super) fn without_marks(text: &str) -> Cow<'_, str> {
    let is_mark = |c: char| ('\u{300}'..='\u{36f}').contains(&c);
    if text.contains(is_mark) { Cow::Owned(text.replace(is_mark, "")) } else { Cow::Borrowed(text) }
}

/// The text, followed by `paymentservice` for each `payment-service` in it.
pub(super) fn with_joined_names(text: &str) -> String {
    let mut joined = text.to_owned();
    for name in text.split_whitespace().filter(|name| name.contains(['-', '_'])) {
        joined.push(' ');
        joined.extend(name.chars().filter(|c| !matches!(c, '-' | '_')));
    }
    joined
}

/// A word of a text, with its place.
pub(super) struct Run {
    pub(super) place: Range<usize>,
    pub(super) word: String,
    /// The parts of a compound word.
    pub(super) parts: Vec<(Range<usize>, String)>,
}

/// Cuts texts as documents are cut.
pub(super) struct Cutter(TextAnalyzer);

impl Cutter {
    pub(super) fn new() -> Self {
        Cutter(analyzer(true))
    }

    /// Every word of the text, each with its parts.
    pub(super) fn runs(&mut self, text: &str) -> Vec<Run> {
        let mut runs = Vec::<Run>::new();
        self.0.token_stream(text).process(&mut |token| {
            let place = token.offset_from..token.offset_to;
            match runs.last_mut() {
                Some(run) if place.end <= run.place.end => run.parts.push((place, token.text.clone())),
                _ => runs.push(Run { place, word: token.text.clone(), parts: Vec::new() }),
            }
        });
        runs
    }
}

/// Reduces words to the stem they share: `payments` to `payment`.
pub(super) struct Stems(TextAnalyzer);

impl Stems {
    pub(super) fn new(language: Language) -> Self {
        Stems(TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(language)).build())
    }

    pub(super) fn stem(&mut self, word: &str) -> String {
        let mut stem = String::new();
        self.0.token_stream(word).process(&mut |token| stem.push_str(&token.text));
        stem
    }
}

/// Tells words that are in most sentences, such as `the`.
pub(super) struct Stops {
    listed: Option<TextAnalyzer>,
    is_english: bool,
}

impl Stops {
    pub(super) fn new(language: Language) -> Self {
        let listed = StopWordFilter::new(language)
            .map(|filter| TextAnalyzer::builder(RawTokenizer::default()).filter(filter).build());
        Stops { listed, is_english: language == Language::English }
    }

    pub(super) fn contain(&mut self, word: &str) -> bool {
        let is_listed = self.listed.as_mut().is_some_and(|listed| !listed.token_stream(word).advance());
        is_listed || (self.is_english && QUESTION_WORDS.contains(&word))
    }
}

/// The language of that name, such as `german`, if its stems are known.
pub fn language(name: &str) -> Option<Language> {
    LANGUAGES.iter().find(|(known, _)| *known == name).map(|(_, language)| *language)
}

const LANGUAGES: [(&str, Language); 18] = [
    ("arabic", Language::Arabic),
    ("danish", Language::Danish),
    ("dutch", Language::Dutch),
    ("english", Language::English),
    ("finnish", Language::Finnish),
    ("french", Language::French),
    ("german", Language::German),
    ("greek", Language::Greek),
    ("hungarian", Language::Hungarian),
    ("italian", Language::Italian),
    ("norwegian", Language::Norwegian),
    ("portuguese", Language::Portuguese),
    ("romanian", Language::Romanian),
    ("russian", Language::Russian),
    ("spanish", Language::Spanish),
    ("swedish", Language::Swedish),
    ("tamil", Language::Tamil),
    ("turkish", Language::Turkish),
];

/// What folding does to single lower-case letters: ASCII text to the letters that become it.
///
/// The browser folds with this table, so there is only one truth about folding.
pub(super) fn folding_table() -> BTreeMap<String, String> {
    let letters: String = ('\u{80}'..='\u{ffff}')
        .filter(|c| c.is_alphanumeric() && c.to_lowercase().eq([*c]) && !is_unspaced(*c))
        .flat_map(|c| [c, ' '])
        .collect();
    let mut table = BTreeMap::<String, String>::new();
    let mut analyzer = word_analyzer();
    analyzer.token_stream(&letters).process(&mut |token| {
        let letter = &letters[token.offset_from..token.offset_to];
        if token.text != letter {
            table.entry(token.text.clone()).or_default().push_str(letter);
        }
    });
    table
}

/// Cuts text into words; `parts` adds the parts of compound ones.
#[derive(Clone)]
struct Words {
    parts: bool,
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream { text, at: 0, pieces: VecDeque::new(), parts: self.parts, token: &mut self.token }
    }
}

struct WordStream<'a> {
    text: &'a str,
    at: usize,
    pieces: VecDeque<Range<usize>>,
    parts: bool,
    token: &'a mut Token,
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        while self.pieces.is_empty() {
            let Some(run) = next_run(self.text, self.at) else {
                return false;
            };
            self.at = run.end;
            push_pieces(self.text, run, self.parts, &mut self.pieces);
        }
        let Some(piece) = self.pieces.pop_front() else {
            return false;
        };
        self.token.text.clear();
        self.token.text.push_str(&self.text[piece.clone()]);
        self.token.offset_from = piece.start;
        self.token.offset_to = piece.end;
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

fn next_run(text: &str, at: usize) -> Option<Range<usize>> {
    let start = at + text[at..].find(char::is_alphanumeric)?;
    let length = text[start..].find(|c: char| !c.is_alphanumeric());
    Some(start..length.map_or(text.len(), |length| start + length))
}

fn push_pieces(text: &str, run: Range<usize>, parts: bool, pieces: &mut VecDeque<Range<usize>>) {
    let word = &text[run.clone()];
    if word.contains(is_unspaced) {
        let scripts = split(word, |before, after, _| is_unspaced(before) != is_unspaced(after));
        for script in scripts {
            let script = run.start + script.start..run.start + script.end;
            push_script(text, script, pieces);
        }
        return;
    }
    pieces.push_back(run.clone());
    if parts && word.bytes().skip(1).any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii()) {
        let parts = split(word, begins_part);
        if parts.len() > 1 {
            pieces.extend(parts.into_iter().map(|part| run.start + part.start..run.start + part.end));
        }
    }
}

fn push_script(text: &str, script: Range<usize>, pieces: &mut VecDeque<Range<usize>>) {
    let starts: Vec<usize> = text[script.clone()].char_indices().map(|(offset, _)| script.start + offset).collect();
    if !text[script.clone()].starts_with(is_unspaced) || starts.len() == 1 {
        pieces.push_back(script);
        return;
    }
    let ends = starts[2..].iter().copied().chain([script.end]);
    pieces.extend(starts.iter().zip(ends).map(|(start, end)| *start..end));
}

/// Cuts a word wherever `is_cut` says so of the character before, the one after, and the one that follows.
fn split(word: &str, is_cut: impl Fn(char, char, Option<char>) -> bool) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut characters = word.char_indices().peekable();
    let mut before = None;
    while let Some((offset, character)) = characters.next() {
        let following = characters.peek().map(|(_, following)| *following);
        if before.is_some_and(|before| is_cut(before, character, following)) {
            ranges.push(start..offset);
            start = offset;
        }
        before = Some(character);
    }
    ranges.push(start..word.len());
    ranges
}

/// `payment|Service`, `HTTP|Server`.
fn begins_part(before: char, after: char, following: Option<char>) -> bool {
    after.is_uppercase() && (!before.is_uppercase() || following.is_some_and(char::is_lowercase))
}

/// Whether the character belongs to a script written without spaces, or as if without them.
pub(super) fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
