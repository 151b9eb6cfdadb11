//! YAML as Backstage reads it (the npm package `yaml`, 1.2 core schema), with the place of every value.
//!
//! Text goes in; one result per document comes out, so that one broken document never costs its neighbours. Merge keys
//! are ordinary keys and unknown tags leave plain strings, as in Backstage. The room knows nothing about entities.

mod anchors;
mod explain;
mod load;
mod number;
mod refused;
mod scalar;
mod stream;
mod strict;

use scalar::Schema;
use serde_json::{Map as JsonMap, Value as Json};
use stream::Sections;

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

/// A fault that costs one document, or a warning that costs nothing.
#[derive(Debug, Clone)]
pub struct Fault {
    pub span: Span,
    pub message: String,
    /// What to do about it, a sentence.
    pub hint: Option<String>,
    /// The other place, where there are two (a duplicate key).
    pub other: Option<Span>,
    /// Whether Backstage loses every document behind this one in the file, too.
    pub ends_stream: bool,
    /// A limit of ours was reached.
    pub is_limit: bool,
}

/// One document of a stream: its value or its fault, and the lines it covers (from 1, both ends included).
#[derive(Debug)]
pub struct Document {
    pub result: Result<Node, Fault>,
    /// What is read otherwise than its author may think.
    pub warnings: Vec<Fault>,
    pub first_line: u32,
    pub last_line: u32,
}

/// Limits that keep hostile input cheap.
const MAX_DEPTH: usize = 64;
const MAX_BYTES: usize = 2 << 20;
const MAX_DOCUMENTS: usize = 1_000;

impl Fault {
    fn new(span: Span, message: impl Into<String>) -> Self {
        Fault { span, message: message.into(), hint: None, other: None, ends_stream: false, is_limit: false }
    }

    fn hint(self, hint: impl Into<String>) -> Self {
        Fault { hint: Some(hint.into()), ..self }
    }

    fn of_limit(self, is_limit: bool) -> Self {
        Fault { is_limit, ..self }
    }
}

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
            Value::Number(value) => number::to_json(*value),
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

/// Reads every document of `text`. Empty documents (nothing, comments, `null`) are left out, as Backstage skips them.
pub fn parse(text: &str) -> Vec<Document> {
    if text.len() > MAX_BYTES {
        return vec![Document::broken(explain::too_long(Span { line: 1, column: 1, length: 0 }))];
    }
    let (text, stand_ins) = refused::replace(text);
    let mut documents = Vec::new();
    for section in Sections::new(&text) {
        if documents.len() == MAX_DOCUMENTS {
            let span = Span { line: section.line, column: section.column, length: 3 };
            documents.push(Document::broken(explain::too_many(span)));
            break;
        }
        documents.extend(load::load(section, stand_ins));
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

impl Document {
    fn broken(fault: Fault) -> Self {
        let line = fault.span.line;
        Document { result: Err(fault), warnings: Vec::new(), first_line: line, last_line: line }
    }
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
        let cases = [
            ("017", "15"),
            ("08", "8"),
            ("0b101", "5"),
            ("-0xFF", "-255"),
            ("0o17", "\"0o17\""),
            ("1_000", "1000"),
            ("12:30:45", "45045"),
            ("-1:30.5", "-90.5"),
            ("1:60", "\"1:60\""),
            ("1_0.5e3", "10500"),
            (".", "null"),
            ("OFF", "false"),
            ("2024-1-31", "\"2024-01-31T00:00:00.000Z\""),
            ("2001-12-14t21:59:43.10-05:00", "\"2001-12-15T02:59:43.100Z\""),
        ];
        for (text, expected) in cases {
            assert_eq!(json(&format!("%YAML 1.1\n---\na: {text}\n")), format!("{{\"a\":{expected}}}"), "{text}");
        }
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
    fn places_hold_what_was_written() {
        let text = "# é\r\n---\r\né😀: &a plain x # c\r\n\"q\": 'q é'\r\nlist: [*a, \"😀\", ~,\r\n  !t 1]\r\n? k\r\n: - i\r\n  - |\r\n    block\r\n";
        let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        let written = |span: Span| -> String {
            let line = &lines[span.line as usize - 1];
            line[span.column as usize - 1..(span.column - 1 + span.length) as usize].iter().collect()
        };
        fn walk(node: &Node, out: &mut Vec<Span>) {
            node.items().iter().for_each(|item| walk(item, out));
            for entry in node.entries() {
                out.push(entry.key_span);
                walk(&entry.value, out);
            }
            if !node.is_map() && !matches!(node.value, Value::List(_)) {
                out.push(node.span);
            }
        }
        let mut spans = Vec::new();
        walk(&parse_one(text).expect("valid"), &mut spans);
        let found: Vec<String> = spans.iter().map(|span| written(*span)).collect();
        let expected = ["é😀", "plain x", "\"q\"", "'q é'", "list", "*a", "\"😀\"", "~", "1", "k", "i", ""];
        assert_eq!(found, expected);
        assert_eq!(spans.last().map(|span| (span.line, span.column)), Some((10, 5)), "a block begins with its text");
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
        assert!(parse(&"? ".repeat(100_000))[0].result.is_err());
        assert!(parse(&"%TAG !a! b\n".repeat(100_000)).is_empty());
        let keys: String = (0..100_000).map(|key| format!("k{key}: v\n")).collect();
        assert_eq!(parse_one(&keys).expect("valid").entries().len(), 100_000);
        let deeper: String = (1..=40).map(|level| format!("a{level}: &a{level} [[*a{}]]\n", level - 1)).collect();
        assert!(parse(&format!("a0: &a0 x\n{deeper}"))[0].result.is_err());
        assert!(parse(&" ".repeat(MAX_BYTES + 1))[0].result.is_err());
        assert_eq!(parse(&"---\na\n".repeat(MAX_DOCUMENTS + 5)).len(), MAX_DOCUMENTS + 1);
    }

    #[test]
    fn only_aliases_cost_the_documents_behind() {
        let ends = |text: &str| parse(text)[0].result.as_ref().map_err(|fault| fault.ends_stream).err();
        assert_eq!(ends("a: *b\n"), Some(true));
        assert_eq!(ends("a: &a [*a]\n"), Some(true));
        assert_eq!(ends(&format!("a: &a x\nb: [{}]\n", "*a, ".repeat(100))), Some(true));
        assert_eq!(ends(&format!("a: &a x\nb: [{}]\n", "*a, ".repeat(99))), None);
        assert_eq!(ends("a: [*b\n"), Some(false), "what the parser refuses comes first");
        assert_eq!(ends("a: 1\na: 2\n"), Some(false));
    }

    #[test]
    fn characters_that_backstage_keeps_are_kept() {
        assert_eq!(json("a: x\u{0}\u{7f}\n"), "{\"a\":\"x\\u0000\u{7f}\"}");
        assert_eq!(json("a: \"x\ry\"\r\nb: |\r\n  c\r\n  d\r\n"), "{\"a\":\"x\\ry\",\"b\":\"c\\nd\\n\"}");
    }

    #[test]
    fn byte_order_marks_tabs_after_colons_and_empty_documents_are_fine() {
        assert_eq!(json("\u{feff}a:\tvalue\n"), "{\"a\":\"value\"}");
        assert!(parse("---\n# nothing\n---\nnull\n").is_empty());
    }
}
