//! Hostile texts: descriptors with seeded mutations, through everything that reads text of repositories.
//!
//! A few seconds of it run with the other tests, from the same seed; `FUZZ_SECONDS=600 cargo test --test hostile` goes on. A target is one function that takes a text and says what it found, so that two runs can be compared.

#![expect(clippy::disallowed_methods, reason = "it runs for a time that the environment may say")]

use callboard::catalog::{self, IngestOptions, Kinds};
use callboard::config::{self, Inputs};
use callboard::source::{Origin, Reading, Repo, RepoId};
use callboard::yaml::{self, Document, Fault, Node, Span, Value};
use std::time::{Duration, Instant};

/// A text may take this long, on a slow machine and without optimisation.
const SLOW: Duration = Duration::from_secs(5);

#[test]
fn yaml_of_any_kind_is_read_or_refused() {
    run(read_yaml);
}

#[test]
fn descriptors_of_any_kind_are_accepted_or_refused() {
    run(ingest_descriptor);
}

/// Entities and findings of a descriptor in a repository; what is accepted has a ref, what is refused has a finding.
fn ingest_descriptor(text: &str) -> String {
    let loaded = config::load(&Inputs { dir: ".".into(), ..Inputs::default() }).expect("no configuration is needed");
    let kinds = Kinds::built_in();
    let options = IngestOptions { config: &loaded.config, kinds: &kinds, compat: false, cache: None };
    let repo = Repo::in_memory("shop", [("catalog-info.yaml", text), ("inc.txt", "included"), ("inc.yaml", text)]);
    let origin = Origin { location: None, kind: "file", target: ".".to_string() };
    let reading = Reading { repo: &repo, id: RepoId(0), path: "catalog-info.yaml", origin: &origin, configured: true };
    let (ingest, targets) = catalog::ingest(&reading, text, &options);
    for entity in &ingest.entities {
        assert!(entity.reference.contains(':') && entity.reference.contains('/'), "{}", entity.reference);
        serde_json::from_str::<serde_json::Value>(&entity.data).expect("an entity is stored as JSON");
    }
    assert!(!ingest.entities.is_empty() || !ingest.findings.is_empty(), "nothing is lost without a word");
    format!("{:?}\n{:?}\n{targets:?}", ingest.entities, ingest.findings)
}

/// Documents with their places, which all lie within the text.
fn read_yaml(text: &str) -> String {
    let documents = yaml::parse(text);
    let lines = Lines::of(text);
    for document in &documents {
        assert!(document.first_line >= 1 && document.last_line <= lines.count(), "the lines of a document");
        document.warnings.iter().for_each(|warning| lines.check_fault(warning));
        match &document.result {
            Ok(node) => lines.check(node),
            Err(fault) => lines.check_fault(fault),
        }
    }
    documents.iter().map(shown).collect()
}

fn shown(document: &Document) -> String {
    format!("{document:?}\n")
}

/// The length of every line, in characters.
struct Lines(Vec<u32>);

impl Lines {
    fn of(text: &str) -> Self {
        Lines(text.split('\n').map(|line| line.chars().count() as u32).collect())
    }

    fn count(&self) -> u32 {
        self.0.len() as u32
    }

    fn check_fault(&self, fault: &Fault) {
        assert!(!fault.message.is_empty(), "a fault says something");
        self.check_span(fault.span);
        fault.other.into_iter().for_each(|span| self.check_span(span));
    }

    fn check(&self, node: &Node) {
        // What a tag made has no place of its own.
        if node.span != Span::default() {
            self.check_span(node.span);
        }
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.check(item)),
            Value::Map(entries) => entries.iter().for_each(|entry| self.check(&entry.value)),
            _ => {}
        }
    }

    fn check_span(&self, span: Span) {
        let length = self.0.get(span.line.wrapping_sub(1) as usize);
        let length = *length.unwrap_or_else(|| panic!("{span:?} is behind the last line"));
        assert!(span.column >= 1 && span.column <= length + 1, "{span:?} is not on its line");
        assert!(span.column + span.length <= length + 2, "{span:?} ends behind its line");
    }
}

/// Gives a target mutated texts until the time is over: the same ones in the same order in every run.
fn run(target: fn(&str) -> String) {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|value| value.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(5));
    let mut random = Random(0x5eed);
    let mut texts = 0;
    while Instant::now() < end && (seconds.is_some() || texts < 20_000) {
        let text = mutated(&mut random);
        let start = Instant::now();
        let found =
            std::panic::catch_unwind(|| target(&text)).unwrap_or_else(|_| panic!("this text panics:\n{text:?}"));
        assert!(start.elapsed() < SLOW, "this text takes {:?}:\n{text:?}", start.elapsed());
        assert_eq!(found, target(&text), "this text is read in two ways:\n{text:?}");
        texts += 1;
    }
    assert!(texts > 0);
}

/// A small generator of numbers (splitmix64): tests need no better one.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// A descriptor with up to twelve changes.
fn mutated(random: &mut Random) -> String {
    let mut text: Vec<char> = random.of(&SEEDS).chars().collect();
    for _ in 0..=random.below(12) {
        let at = random.below(text.len() + 1);
        let end = (at + 1 + random.below(20)).min(text.len());
        match random.below(6) {
            0 => drop(text.drain(at..end)),
            1 => {
                let piece: Vec<char> = text[at..end].to_vec();
                let to = random.below(text.len() + 1);
                text.splice(to..to, piece);
            }
            2 => {
                let times = 1 + random.below(80);
                let piece = random.of(&PIECES).repeat(times);
                text.splice(at..at, piece.chars());
            }
            3 => {
                let other: Vec<char> = random.of(&SEEDS).chars().collect();
                let from = random.below(other.len());
                text.splice(at..end, other[from..(from + 30).min(other.len())].iter().copied());
            }
            _ => drop(text.splice(at..at, random.of(&PIECES).chars())),
        }
    }
    text.into_iter().collect()
}

const PIECES: [&str; 64] = [
    "\t",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "- ",
    "-",
    ": ",
    ":",
    "? ",
    "#",
    " #",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    "|",
    ">",
    "|-\n",
    ">+2\n",
    "&a ",
    "*a",
    "&",
    "*",
    "!x ",
    "!!str ",
    "!!set ",
    "!!omap ",
    "!!pairs ",
    "!!binary ",
    "!!timestamp ",
    "!<tag:x> ",
    "!",
    "\n---\n",
    "\n...\n",
    "%YAML 1.1\n---\n",
    "%TAG ! x\n",
    "%",
    "@",
    "`",
    "<<: *a\n",
    "<<",
    "null",
    "~",
    "0x1f",
    "1e400",
    "2024-01-31",
    "12:30",
    "é",
    "😀",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\0",
    "\u{7f}",
    "\\",
    "\\u12",
    "\u{f0041}",
    "\u{fffd}",
];

const SEEDS: [&str; 6] = [
    "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  title: The shop\n  description: >-\n    \
     sells\n    things\n  tags: [java, data]\n  annotations:\n    backstage.io/techdocs-ref: dir:.\n  links:\n    - url: \
     https://example.com\n      title: Home\nspec:\n  type: service\n  owner: team-a\n  lifecycle: production\n",
    "---\nkind: System\nmetadata: { name: a, title: \"A \\\"b\\\" \\u00e9\" }\n---\nkind: System\nmetadata: { name: b }\n...\n",
    "a: &a [1, 2.50, 0x1F, ~, true, 'it''s']\nb: &b { c: *a, d: *a }\ne: [*b, *b]\n? [x, y]\n: z\n",
    "text: |2+\n    a\n   b\n\n\nmore: >\n  folded\n  lines\n\n    kept\nend: \"two\n  lines\"\n",
    "%YAML 1.1\n---\nx: &x { a: 1 }\ny: { <<: *x, b: yes }\nz: [017, 1_000, 12:30:45, 2024-01-31 10:20:30 -5]\n",
    "spec:\n  parameters:\n    - title: Fill\n      properties:\n        name: { type: string, ui:field: Owner }\n  steps:\n  \
     - id: fetch\n    input: { values: { name: \"${{ parameters.name }}\" } }\n",
];
