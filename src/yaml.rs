//! YAML as Backstage reads it (the npm package `yaml`, 1.2 core schema), with the place of every value.
//!
//! Text goes in; one result per document comes out, so that one broken document never costs its neighbours. Merge keys
//! are ordinary keys and unknown tags leave plain strings, as in Backstage. The room knows nothing about entities.

use granit_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map as JsonMap, Number, Value as Json};

/// Where a value stands: line and column from 1, in characters; length on its first line, 0 where unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    pub line: u32,
    pub column: u32,
    pub length: u32,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node {
    pub value: Value,
    pub span: Span,
}

/// What a value is after the core schema resolved it.
#[derive(Debug, Clone)]
pub enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: String,
    pub key_span: Span,
    pub value: Node,
}

/// A fault that costs one document.
#[derive(Debug, Clone)]
pub struct Fault {
    pub span: Span,
    pub message: String,
    /// The other place, where there are two (a duplicate key).
    pub other: Option<Span>,
}

/// One document of a stream: its value or its fault, and the lines it covers (from 1, both ends included).
#[derive(Debug)]
pub struct Document {
    pub result: Result<Node, Fault>,
    pub first_line: u32,
    pub last_line: u32,
}

/// Limits that keep hostile input cheap.
const MAX_DEPTH: usize = 64;
const MAX_ALIASED_NODES: usize = 100_000;
const MAX_ALIASED_BYTES: usize = 16 << 20;
const MAX_DOCUMENTS: usize = 1_000;

impl Node {
    pub fn new(value: Value, span: Span) -> Self {
        Node { value, span }
    }

    /// The value under `key`, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Key and value under `key`, if this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a mapping; none for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub fn is_null(&self) -> bool {
        matches!(self.value, Value::Null)
    }

    pub fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// What it is, for messages: `a string`, `a list`.
    pub fn describe(&self) -> &'static str {
        match &self.value {
            Value::Null => "empty (null)",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The same value as JSON. Infinities and NaN become null, as `JSON.stringify` has it.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(value) => number_to_json(*value),
            Value::Text(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Node::to_json).collect()),
            Value::Map(entries) => Json::Object(
                entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect::<JsonMap<_, _>>(),
            ),
        }
    }

    /// A node for each JSON value, all at `span`: for values that came from elsewhere (`$json`).
    pub fn from_json(json: &Json, span: Span) -> Node {
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(items) => Value::List(items.iter().map(|item| Node::from_json(item, span)).collect()),
            Json::Object(map) => Value::Map(
                map.iter()
                    .map(|(key, value)| Entry { key: key.clone(), key_span: span, value: Node::from_json(value, span) })
                    .collect(),
            ),
        };
        Node { value, span }
    }
}

/// A number as JSON writes it: whole ones without a fraction, infinities and NaN as null.
pub fn number_to_json(value: f64) -> Json {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() < EXACT {
        return Json::Number(Number::from(value as i64));
    }
    Number::from_f64(value).map_or(Json::Null, Json::Number)
}

/// Reads every document of `text`. Empty documents (nothing, comments, `null`) are left out, as Backstage skips them.
pub fn parse(text: &str) -> Vec<Document> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut parser = Parser::new_from_str(text);
    let mut documents = Vec::new();
    let mut loader = Loader::default();
    let mut explicit_eleven = false;
    while let Some(next) = parser.next_event() {
        let fault = match next {
            Ok((Event::StreamEnd, _)) => break,
            Ok((Event::DocumentStart(_, version), span)) => {
                explicit_eleven = version.is_some_and(|version| version.major == 1 && version.minor == 1);
                loader = Loader { first_line: line(&span.start), yaml_1_1: explicit_eleven, ..Loader::default() };
                None
            }
            Ok((Event::DocumentEnd, span)) => {
                let last_line = line(&span.end);
                if let Some(node) = loader.root.take()
                    && !node.is_null()
                {
                    documents.push(Document { result: Ok(node), first_line: loader.first_line, last_line });
                }
                None
            }
            Ok((event, span)) => loader.accept(event, span).err(),
            Err(error) => {
                let marker = error.marker();
                let span = Span { line: line(marker), column: marker.col() as u32 + 1, length: 1 };
                Some(Fault { span, message: sentence(error.kind().to_string()), other: None })
            }
        };
        if let Some(fault) = fault {
            let first_line = loader.first_line.max(1);
            let last_line = fault.span.line;
            documents.push(Document { result: Err(fault), first_line, last_line });
            loader = Loader { yaml_1_1: explicit_eleven, ..Loader::default() };
            if !matches!(parser.proceed_next_document(), Ok(true)) {
                break;
            }
        }
        if documents.len() >= MAX_DOCUMENTS {
            break;
        }
    }
    documents
}

/// The only document of `text`: for files that hold one value. An empty text is null.
pub fn parse_one(text: &str) -> Result<Node, Fault> {
    let mut documents = parse(text).into_iter();
    match documents.next() {
        None => Ok(Node::new(Value::Null, Span { line: 1, column: 1, length: 0 })),
        Some(document) => document.result,
    }
}

fn sentence(message: String) -> String {
    message.trim_end_matches('.').to_string()
}

fn line(marker: &granit_parser::Marker) -> u32 {
    marker.line() as u32
}

fn span_of(span: &granit_parser::Span) -> Span {
    let length = if span.start.line() == span.end.line() { span.end.col().saturating_sub(span.start.col()) } else { 0 };
    Span { line: line(&span.start), column: span.start.col() as u32 + 1, length: length as u32 }
}

/// Builds one document's tree from events, with an explicit stack: depth costs memory, never the call stack.
#[derive(Default)]
struct Loader {
    stack: Vec<Open>,
    root: Option<Node>,
    anchors: Vec<(usize, Node)>,
    aliased: usize,
    aliased_bytes: usize,
    first_line: u32,
    yaml_1_1: bool,
}

/// A collection that is still being read.
struct Open {
    node: Node,
    anchor: usize,
    key: Option<(String, Span)>,
}

impl Loader {
    fn accept(&mut self, event: Event<'_>, span: granit_parser::Span) -> Result<(), Fault> {
        let at = span_of(&span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = resolve(&text, style, tag.as_deref(), self.yaml_1_1);
                let node = Node::new(value, at);
                self.remember(anchor, &node);
                self.place(node)
            }
            Event::SequenceStart(_, anchor, _) => self.open(Node::new(Value::List(Vec::new()), at), anchor),
            Event::MappingStart(_, anchor, _) => self.open(Node::new(Value::Map(Vec::new()), at), anchor),
            Event::SequenceEnd | Event::MappingEnd => match self.stack.pop() {
                Some(open) => {
                    self.remember(open.anchor, &open.node);
                    self.place(open.node)
                }
                None => Ok(()),
            },
            Event::Alias(id) => {
                let Some((_, node)) = self.anchors.iter().rev().find(|(anchor, _)| *anchor == id) else {
                    return Err(fault(at, "this alias refers to a value that contains it"));
                };
                let (nodes, bytes) = weight(node);
                self.aliased += nodes;
                self.aliased_bytes += bytes;
                if self.aliased > MAX_ALIASED_NODES || self.aliased_bytes > MAX_ALIASED_BYTES {
                    return Err(fault(at, "aliases expand to more than 100,000 values or 16 MiB"));
                }
                let copy = Node::new(node.value.clone(), at);
                self.place(copy)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, node: Node, anchor: usize) -> Result<(), Fault> {
        if self.stack.len() >= MAX_DEPTH {
            return Err(fault(node.span, "values are nested more than 64 deep"));
        }
        self.stack.push(Open { node, anchor, key: None });
        Ok(())
    }

    fn remember(&mut self, anchor: usize, node: &Node) {
        if anchor != 0 {
            self.anchors.push((anchor, node.clone()));
        }
    }

    /// Puts a finished value where it belongs: the root, a list, a key or a key's value.
    fn place(&mut self, node: Node) -> Result<(), Fault> {
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match open.key.take() {
                None => {
                    let key = key_text(&node);
                    if let Some(first) = entries.iter().find(|entry| entry.key == key) {
                        return Err(Fault {
                            span: node.span,
                            message: format!("the key `{key}` stands twice in this mapping"),
                            other: Some(first.key_span),
                        });
                    }
                    open.key = Some((key, node.span));
                }
                Some((key, key_span)) => entries.push(Entry { key, key_span, value: node }),
            },
            _ => {}
        }
        Ok(())
    }
}

fn fault(span: Span, message: &str) -> Fault {
    Fault { span, message: message.to_string(), other: None }
}

/// Number of values and bytes of text below a node.
fn weight(node: &Node) -> (usize, usize) {
    match &node.value {
        Value::Text(text) => (1, text.len()),
        Value::List(items) => items.iter().map(weight).fold((1, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1)),
        Value::Map(entries) => entries
            .iter()
            .map(|entry| (weight(&entry.value), entry.key.len()))
            .fold((1, 0), |sum, (one, key)| (sum.0 + one.0, sum.1 + one.1 + key)),
        _ => (1, 8),
    }
}

/// A key as JavaScript would write it: numbers in short form, null as the empty string, collections as JSON.
fn key_text(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => text.clone(),
        Value::Null => String::new(),
        other => Node::new(other.clone(), node.span).to_json().to_string(),
    }
}

fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>, yaml_1_1: bool) -> Value {
    match tag.and_then(Tag::core_suffix) {
        Some("str") => return Value::Text(text.to_string()),
        Some("int" | "float" | "bool" | "null") => return plain(text, yaml_1_1),
        _ => {}
    }
    if tag.is_some() || style != ScalarStyle::Plain {
        return Value::Text(text.to_string());
    }
    plain(text, yaml_1_1)
}

/// The 1.2 core schema: null, booleans, integers in three bases, floats; everything else is a string.
fn plain(text: &str, yaml_1_1: bool) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return Value::Number(f64::NAN),
        _ => {}
    }
    if yaml_1_1 {
        match text.to_ascii_lowercase().as_str() {
            "yes" | "y" | "on" => return Value::Bool(true),
            "no" | "n" | "off" => return Value::Bool(false),
            _ => {}
        }
    }
    number(text).map_or_else(|| Value::Text(text.to_string()), Value::Number)
}

fn number(text: &str) -> Option<f64> {
    let first = text.bytes().next()?;
    if !(first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.')) {
        return None;
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let negative = text.starts_with('-');
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") {
        return Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY });
    }
    let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
        Some(at) => (&unsigned[..at], Some(&unsigned[at + 1..])),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.find('.') {
        Some(at) => (&mantissa[..at], &mantissa[at + 1..]),
        None => (mantissa, ""),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let exponent_ok = exponent.is_none_or(|part| {
        let part = part.strip_prefix(['+', '-']).unwrap_or(part);
        !part.is_empty() && digits(part)
    });
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) || !exponent_ok {
        return None;
    }
    let value: f64 = unsigned.trim_end_matches('.').replace(".e", "e").replace(".E", "E").parse().ok()?;
    Some(if negative { -value } else { value })
}

fn radix(digits: &str, base: u32) -> Option<f64> {
    if digits.is_empty() {
        return None;
    }
    digits.chars().try_fold(0.0, |value, c| Some(value * f64::from(base) + f64::from(c.to_digit(base)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> String {
        match parse_one(text) {
            Ok(node) => node.to_json().to_string(),
            Err(fault) => format!("{}:{} {}", fault.span.line, fault.span.column, fault.message),
        }
    }

    #[test]
    fn scalars_follow_the_core_schema() {
        let cases = [
            ("yes", "\"yes\""),
            ("on", "\"on\""),
            ("True", "true"),
            ("~", "null"),
            ("010", "10"),
            ("08", "8"),
            ("0o17", "15"),
            ("0xFF", "255"),
            ("0b11", "\"0b11\""),
            ("1_000", "\"1_000\""),
            ("1.10", "1.1"),
            ("1e3", "1000"),
            (".5", "0.5"),
            ("+1", "1"),
            (".", "\".\""),
            ("12e4567", "null"),
            (".inf", "null"),
            ("2024-01-31", "\"2024-01-31\""),
            ("12:30:45", "\"12:30:45\""),
            ("'1'", "\"1\""),
            ("!!str 1", "\"1\""),
            ("!custom 3", "\"3\""),
        ];
        for (text, expected) in cases {
            let text = format!("a: {text}");
            assert_eq!(json(&text), format!("{{\"a\":{expected}}}"), "{text}");
        }
    }

    #[test]
    fn yaml_1_1_is_read_as_such_when_declared() {
        assert_eq!(json("%YAML 1.1\n---\na: yes\n"), "{\"a\":true}");
    }

    #[test]
    fn merge_keys_are_ordinary_and_aliases_copy() {
        assert_eq!(json("a: &x {b: 1}\nc: *x\n<<: 2\n"), "{\"a\":{\"b\":1},\"c\":{\"b\":1},\"<<\":2}");
    }

    #[test]
    fn a_duplicate_key_names_both_places() {
        let documents = parse("a: 1\nb: 2\na: 3\n");
        let fault = documents[0].result.as_ref().expect_err("a duplicate key is a fault");
        assert_eq!((fault.span.line, fault.other.map(|span| span.line)), (3, Some(1)));
    }

    #[test]
    fn one_broken_document_leaves_its_neighbours() {
        let documents = parse("a: 1\n---\nb: [1\n---\nc: 3\n");
        let shapes: Vec<bool> = documents.iter().map(|document| document.result.is_ok()).collect();
        assert_eq!(shapes, [true, false, true]);
        assert_eq!(documents[2].first_line, 4);
    }

    #[test]
    fn places_count_characters_from_one() {
        let node = parse_one("é: x\nspec:\n  owner: team-a\n").expect("valid");
        let owner = node.get("spec").and_then(|spec| spec.get("owner")).expect("there");
        assert_eq!(owner.span, Span { line: 3, column: 10, length: 6 });
    }

    #[test]
    fn hostile_input_is_cheap() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_string()
            + &(b'b'..=b'i')
                .map(|c| {
                    let (c, p) = (c as char, (c - 1) as char);
                    format!("{c}: &{c} [*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p},*{p}]\n")
                })
                .collect::<String>();
        assert!(parse(&bomb)[0].result.is_err());
        assert!(parse(&"[".repeat(100_000))[0].result.is_err());
        assert!(parse("a: &x [*x]\n")[0].result.is_err());
    }

    #[test]
    fn byte_order_marks_tabs_after_colons_and_empty_documents_are_fine() {
        assert_eq!(json("\u{feff}a:\tvalue\n"), "{\"a\":\"value\"}");
        assert!(parse("---\n# nothing\n---\nnull\n").is_empty());
    }
}
