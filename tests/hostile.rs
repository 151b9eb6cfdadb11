//! Hostile texts: descriptors and pages with seeded mutations, through everything that reads text of repositories.
//!
//! A few seconds of it run with the other tests, from the same seed; `FUZZ_SECONDS=600 cargo test --test hostile` goes on. A target is one function that takes a text and says what it found, so that two runs can be compared.

#![expect(clippy::disallowed_methods, reason = "it runs for a time that the environment may say")]

use callboard::cache::Forgetful;
use callboard::catalog::{self, IngestOptions, Kinds};
use callboard::config::{self, Inputs};
use callboard::diagnostics::Place;
use callboard::source::{Origin, Reading, Repo, RepoId};
use callboard::techdocs::diagram::NoPrograms;
use callboard::techdocs::{Diagrams, Dialect, ENGLISH, Highlighter, Links, PageInput, Snippets, render};
use callboard::yaml::{self, Document, Fault, Node, Span, Value};
use std::time::{Duration, Instant};

/// A text may take this long, on a slow machine and without optimisation.
const SLOW: Duration = Duration::from_secs(5);

#[test]
fn yaml_of_any_kind_is_read_or_refused() {
    run(read_yaml, DESCRIPTORS);
}

#[test]
fn descriptors_of_any_kind_are_accepted_or_refused() {
    run(ingest_descriptor, DESCRIPTORS);
}

#[test]
fn pages_of_any_kind_are_rendered_safely() {
    run(render_page, PAGES);
}

/// Links lead where they say, but not all of them; one file can be included.
struct Repository;

impl Links for Repository {
    fn page(&self, path: &str, _: Option<&str>) -> Option<String> {
        path.len().is_multiple_of(2).then(|| "page/".to_owned())
    }

    fn image(&self, path: &str) -> Option<String> {
        (!path.is_empty()).then(|| "image.png".to_owned())
    }

    fn entity(&self, _: &str) -> Option<String> {
        None
    }

    fn web(&self, _: &str) -> Option<String> {
        None
    }
}

impl Snippets for Repository {
    fn read(&self, name: &str) -> Option<(String, String)> {
        (name == "a.md").then(|| ("a.md".to_owned(), "!!! note\n    included *text*\n--8<-- \"a.md\"\n".to_owned()))
    }
}

/// The HTML and the findings of a page in both dialects. Nothing in it runs, and places lie within the page.
fn render_page(text: &str) -> String {
    let mut out = String::new();
    let lines = u32::try_from(text.split(['\n', '\r']).count()).unwrap_or(u32::MAX);
    for dialect in [Dialect { math: true, ..Dialect::default() }, Dialect::readme()] {
        let page = render(&PageInput {
            text,
            place: Place::file("shop", "docs/index.md"),
            dialect: &dialect,
            snippets: &Repository,
            links: &Repository,
            highlighter: &Highlighter::plain(),
            labels: &ENGLISH,
            diagrams: &Diagrams::new(&Forgetful, &NoPrograms),
        });
        check_tags(&page.html);
        let lines = lines + 4;
        let inside = |line: u32| line <= lines;
        assert!(page.findings.iter().filter_map(|finding| finding.place.as_ref()).all(|place| inside(place.line)));
        out.push_str(&format!("{}\n{:?}\n{:?}\n{:?}\n", page.html, page.headings, page.sections, page.findings));
    }
    out
}

/// Text shows what it likes; elements and attributes are those that may do no harm.
fn check_tags(html: &str) {
    const ELEMENTS: [&str; 8] = ["script", "iframe", "style", "form", "object", "embed", "svg", "link"];
    for tag in html.split('<').skip(1) {
        let (name, mut rest) = tag.split_at(tag.find([' ', '>']).expect("a tag ends"));
        assert!(!ELEMENTS.contains(&name.to_ascii_lowercase().as_str()), "<{name}> in {html}");
        while let Some((attribute, value)) = rest.strip_prefix(' ').and_then(|rest| rest.split_once("=\"")) {
            let attribute = attribute.rsplit(' ').next().expect("a part").to_ascii_lowercase();
            let (value, tail) = value.split_once('"').expect("a value ends");
            rest = tail;
            assert!(attribute != "style" && !attribute.starts_with("on"), "{attribute} in {html}");
            let runs = value.trim_start().to_ascii_lowercase();
            let address = matches!(attribute.as_str(), "href" | "src");
            assert!(!(address && (runs.starts_with("javascript:") || runs.starts_with("data:"))), "{value} in {html}");
            if rest.starts_with('>') {
                break;
            }
        }
    }
}

/// Entities and findings of a descriptor in a repository; what is accepted has a ref, what is refused has a finding.
fn ingest_descriptor(text: &str) -> String {
    let loaded = config::load(&Inputs { dir: ".".into(), ..Inputs::default() }).expect("no configuration is needed");
    let kinds = Kinds::built_in();
    let options = IngestOptions { config: &loaded.config, kinds: &kinds, compat: false, cache: None };
    let repo = Repo::in_memory("shop", [("catalog-info.yaml", text), ("inc.txt", "included"), ("inc.yaml", text)]);
    let origin = Origin { location: None, kind: "file", target: ".".to_string(), is_trusted: false };
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
fn run(target: fn(&str) -> String, corpus: Corpus) {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|value| value.parse().ok());
    let end = Instant::now() + Duration::from_secs(seconds.unwrap_or(5));
    let mut random = Random(0x5eed);
    let mut texts = 0;
    while Instant::now() < end && (seconds.is_some() || texts < 20_000) {
        let text = mutated(&mut random, corpus);
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

/// Texts to begin with, and what is put into them.
#[derive(Clone, Copy)]
struct Corpus {
    seeds: &'static [&'static str],
    pieces: &'static [&'static str],
}

const DESCRIPTORS: Corpus = Corpus { seeds: &SEEDS, pieces: &PIECES };
const PAGES: Corpus = Corpus { seeds: &PAGE_SEEDS, pieces: &PAGE_PIECES };

/// A text of the corpus with up to twelve changes.
fn mutated(random: &mut Random, corpus: Corpus) -> String {
    let mut text: Vec<char> = random.of(corpus.seeds).chars().collect();
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
                let piece = random.of(corpus.pieces).repeat(times);
                text.splice(at..at, piece.chars());
            }
            3 => {
                let other: Vec<char> = random.of(corpus.seeds).chars().collect();
                let from = random.below(other.len());
                text.splice(at..end, other[from..(from + 30).min(other.len())].iter().copied());
            }
            _ => drop(text.splice(at..at, random.of(corpus.pieces).chars())),
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

const PAGE_SEEDS: [&str; 5] = [
    "---\ntitle: A\n---\n# Head *one* {#x .y}\n\nText with `code`, **bold**, [a link](b.md#c \"t\") and ![i](j.png){width=10}.[^1]\n\n\
     [^1]: A note\n    with more\n\n*[ABC]: Short\nABC [r][r] [r]: x\n\n[r]: http://a.b 'T'\n",
    "- a\n  - b\n    - [x] c\n\n1. d\n\n   e\n\n      code\n\n> q\n> > r\n\nterm\n:   def\n\n    more\n\n***\n",
    "!!! note \"T *x*\"\n    body\n\n    ??? tip\n        - a\n\n            deep\n\n=== \"A\"\n    ```py title=\"x\" hl_lines=\"1-2\"\n\
    \x20   x\n    ```\n\n=== \"B\"\n    b\n\n> [!NOTE]\n> alert\n",
    "| a | b |\n|---|:-:|\n| `x|y` | <b>c</b> |\n\n<div markdown=\"1\" class=\"note\">\n*a*\n\n<p>b</p>\n</div>\n\n<details>\n\
     <summary>s</summary>\n<script>alert(1)</script>\n</details>\n\n<!-- c -->\n--8<-- \"a.md\"\n",
    "~~d~~ ^^i^^ ==m== x^2^ H~2~O ++ctrl+a++ :smile: {++a++} {~~b~>c~~} $x^2$ \\(y\\) <https://a.b> www.c.d e@f.gh (c) 1/2 -->\n\
     `#!py len(x)` ***a** b* __c__ &amp; \\* <kbd>K</kbd>  \n[TOC]\n",
];

const PAGE_PIECES: [&str; 74] = [
    "\n",
    "\n\n",
    "    ",
    "  ",
    "\t",
    "\r\n",
    "\0",
    "\u{2}",
    "é",
    "日本",
    "- ",
    "* ",
    "1. ",
    "> ",
    "# ",
    "---\n",
    "===\n",
    "```\n",
    "~~~\n",
    "!!! note\n",
    "??? tip\n",
    "=== \"A\"\n",
    "/// note\n",
    ": ",
    "[^1]: ",
    "[^1]",
    "*[ABC]: ",
    "[r]: x\n",
    "[r]",
    "[",
    "]",
    "(",
    ")",
    "![",
    "](",
    "<",
    ">",
    "</",
    "<div>",
    "</div>",
    "<div markdown>",
    "<p markdown>",
    "<script>",
    "<style>",
    "<img src=x onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\">",
    "<svg onload=alert(1)>",
    "<!--",
    "-->",
    "&#106;",
    "`",
    "``",
    "*",
    "**",
    "***",
    "_",
    "__",
    "~",
    "~~",
    "^",
    "^^",
    "==",
    "++",
    "{",
    "}",
    "{: .a #b style=\"x\" onclick=\"y\" }",
    "{++",
    "++}",
    "{>>",
    "<<}",
    "--8<-- \"a.md\"\n",
    "|",
    "|---|",
    "$",
];
