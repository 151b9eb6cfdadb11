//! Colours for blocks of code.
//!
//! Source text in, escaped HTML with a dozen short classes out. Colouring is by far the slowest step of a page, so
//! finished blocks go through the caller's cache, and limits on size keep hostile code from costing more than a moment.

mod classes;
mod languages;

use crate::cache::Cache;
use crate::html::push_text;
use classes::{Class, Classes};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

/// Part of every key; raise it when the same code would look different.
const VERSION: &str = "1";

const LONGEST_LINE: usize = 2_000;
const LONGEST_BLOCK: usize = 64 * 1024;
const MOST_LINES: usize = 2_000;
/// Unoptimised builds are slower by an order of magnitude, and tests on busy machines slower still.
const LONGEST_TIME: Duration = Duration::from_millis(if cfg!(debug_assertions) { 20_000 } else { 2_000 });

/// The languages, loaded when the first block is coloured. One serves all threads of a build.
pub struct Highlighter<'a> {
    /// None: every block stays plain.
    cache: Option<&'a dyn Cache>,
    languages: OnceLock<Languages>,
}

/// A block of code as HTML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Highlighted {
    /// Escaped text with `<span class="…">` around what has a colour; spans are never nested.
    pub html: String,
    /// Why the block stayed plain, where a limit was hit.
    pub limited: Option<Limit>,
}

/// A limit of the highlighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A line is too long.
    Line,
    /// The block is too long.
    Size,
    /// Colouring took too long: the last resort, never cached.
    Time,
}

struct Languages {
    syntaxes: SyntaxSet,
    classes: Classes,
}

impl<'a> Highlighter<'a> {
    pub fn new(cache: &'a dyn Cache) -> Self {
        Highlighter { cache: Some(cache), languages: OnceLock::new() }
    }

    /// One that colours nothing, for whoever wants the findings of a page and not its looks.
    pub fn plain() -> Self {
        Highlighter { cache: None, languages: OnceLock::new() }
    }

    /// Colours a block. An unknown language is shown plain.
    pub fn highlight(&self, language: &str, code: &str) -> Highlighted {
        let Some(cache) = self.cache.filter(|_| !languages::is_plain(language)) else { return plain(code, None) };
        if let Some(limit) = too_long(code) {
            return plain(code, Some(limit));
        }
        let languages = self
            .languages
            .get_or_init(|| Languages { syntaxes: two_face::syntax::extra_newlines(), classes: Classes::new() });
        let Some(syntax) = languages::find(&languages.syntaxes, language) else {
            return plain(code, None);
        };
        let key = key(language, code);
        if let Some(html) = cache.get(&key).and_then(|bytes| String::from_utf8(bytes).ok()) {
            return Highlighted { html, limited: None };
        }
        match coloured(languages, syntax, code) {
            Ok(html) => {
                cache.put(&key, html.as_bytes());
                Highlighted { html, limited: None }
            }
            Err(Fault::TooSlow) => plain(code, Some(Limit::Time)),
            Err(Fault::Syntax) => plain(code, None),
        }
    }
}

enum Fault {
    TooSlow,
    /// The language's own grammar is faulty.
    Syntax,
}

fn plain(code: &str, limited: Option<Limit>) -> Highlighted {
    let mut html = String::with_capacity(code.len() + code.len() / 8);
    push_text(&mut html, code);
    Highlighted { html, limited }
}

fn too_long(code: &str) -> Option<Limit> {
    if code.len() > LONGEST_BLOCK || code.lines().nth(MOST_LINES).is_some() {
        Some(Limit::Size)
    } else if code.lines().any(|line| line.len() > LONGEST_LINE && line.chars().count() > LONGEST_LINE) {
        Some(Limit::Line)
    } else {
        None
    }
}

fn key(language: &str, code: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for part in [VERSION, language, code] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

#[expect(clippy::disallowed_methods, reason = "the time-out is the last resort against hostile code")]
fn coloured(languages: &Languages, syntax: &SyntaxReference, code: &str) -> Result<String, Fault> {
    let started = Instant::now();
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    let mut spans = Spans { html: String::with_capacity(code.len() * 2), open: None, gap: String::new() };
    for line in code.split_inclusive('\n') {
        let with_break;
        // The grammars expect every line to end in a line break.
        let parsed: &str = if line.ends_with('\n') {
            line
        } else {
            with_break = format!("{line}\n");
            &with_break
        };
        let ops = state.parse_line(parsed, &languages.syntaxes).map_err(|_| Fault::Syntax)?;
        let mut done = 0;
        for (at, op) in ops {
            let at = at.min(line.len());
            if at > done {
                spans.push(&line[done..at], languages.classes.of(&stack));
                done = at;
            }
            stack.apply(&op).map_err(|_| Fault::Syntax)?;
        }
        spans.push(&line[done..], languages.classes.of(&stack));
        if started.elapsed() > LONGEST_TIME {
            return Err(Fault::TooSlow);
        }
    }
    Ok(spans.finish())
}

/// Writes spans, joining neighbours of one class even across blanks.
struct Spans {
    html: String,
    open: Option<Class>,
    /// Blanks that belong to the open span only if it goes on behind them.
    gap: String,
}

impl Spans {
    fn push(&mut self, text: &str, class: Option<Class>) {
        if text.trim().is_empty() {
            self.gap.push_str(text);
            return;
        }
        let blank = text.len() - text.trim_start().len();
        self.gap.push_str(&text[..blank]);
        if class != self.open {
            self.close();
            self.flush_gap();
            if let Some(class) = class {
                self.html.push_str("<span class=\"");
                self.html.push_str(class);
                self.html.push_str("\">");
            }
            self.open = class;
        }
        self.flush_gap();
        let end = text.trim_end().len();
        push_text(&mut self.html, &text[blank..end]);
        self.gap.push_str(&text[end..]);
    }

    fn flush_gap(&mut self) {
        self.html.push_str(&self.gap);
        self.gap.clear();
    }

    fn close(&mut self) {
        if self.open.take().is_some() {
            self.html.push_str("</span>");
        }
    }

    fn finish(mut self) -> String {
        self.close();
        self.flush_gap();
        self.html
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::Forgetful;
    use std::collections::HashMap;
    use std::sync::Mutex;

    fn html(language: &str, code: &str) -> String {
        Highlighter::new(&Forgetful).highlight(language, code).html
    }

    #[test]
    fn few_short_classes() {
        assert_eq!(
            html("rust", "// hi\nlet x = \"a<b\";\n"),
            "<span class=\"c\">// hi</span>\n<span class=\"k\">let</span> x = <span class=\"s\">\"a&lt;b\"</span>;\n"
        );
        assert_eq!(html("diff", "-a\n+b\n"), "<span class=\"d\">-a</span>\n<span class=\"i\">+b</span>\n");
    }

    #[test]
    fn plain_where_nothing_is_known() {
        for language in ["text", "mermaid", "klingon", ""] {
            assert_eq!(html(language, "let <x>"), "let &lt;x&gt;", "{language}");
        }
    }

    #[test]
    fn the_languages_people_name_are_known() {
        let syntaxes = two_face::syntax::extra_newlines();
        for language in [
            "sh",
            "shell",
            "console",
            "bash",
            "zsh",
            "yml",
            "yaml",
            "ts",
            "tsx",
            "js",
            "jsx",
            "javascript",
            "typescript",
            "golang",
            "go",
            "rs",
            "rust",
            "py",
            "python",
            "proto",
            "protobuf",
            "graphql",
            "docker",
            "dockerfile",
            "tf",
            "hcl",
            "terraform",
            "json",
            "json5",
            "jsonc",
            "http",
            "ini",
            "toml",
            "diff",
            "java",
            "kotlin",
            "c#",
            "csharp",
            "cpp",
            "c++",
            "sql",
            "xml",
            "html",
            "css",
            "ruby",
            "php",
            "swift",
            "scala",
            "powershell",
            "makefile",
            "nginx",
            "properties",
            "groovy",
            "lua",
            "perl",
            "markdown",
            "md",
        ] {
            assert!(languages::find(&syntaxes, language).is_some(), "{language}");
        }
    }

    #[test]
    fn long_lines_and_blocks_stay_plain() {
        let highlighter = Highlighter::new(&Forgetful);
        assert_eq!(highlighter.highlight("rust", &"x".repeat(2_001)).limited, Some(Limit::Line));
        assert_eq!(highlighter.highlight("rust", &"x\n".repeat(2_001)).limited, Some(Limit::Size));
        assert_eq!(highlighter.highlight("rust", &"x\n".repeat(2_000)).limited, None);
    }

    #[test]
    fn a_block_is_coloured_once() {
        #[derive(Default)]
        struct Memory(Mutex<HashMap<[u8; 32], Vec<u8>>>);
        impl Cache for Memory {
            fn get(&self, key: &[u8; 32]) -> Option<Vec<u8>> {
                self.0.lock().ok()?.get(key).cloned()
            }
            fn put(&self, key: &[u8; 32], value: &[u8]) {
                if let Ok(mut entries) = self.0.lock() {
                    entries.insert(*key, value.to_vec());
                }
            }
        }
        let memory = Memory::default();
        let highlighter = Highlighter::new(&memory);
        let first = highlighter.highlight("rust", "fn a() {}");
        assert_eq!(memory.0.lock().map(|entries| entries.len()).ok(), Some(1));
        assert_eq!(highlighter.highlight("rust", "fn a() {}"), first);
    }

    #[test]
    fn output_stays_small() {
        let code = include_str!("highlight.rs");
        let html = html("rust", code);
        assert!(html.len() < code.len() * 5 / 2, "{} of {}", html.len(), code.len());
    }
}
