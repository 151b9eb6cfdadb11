//! Diagrams that pages hold as text, drawn when the portal is built.
//!
//! Mermaid is drawn in this process. PlantUML, Graphviz and D2 are drawn by programs that the operator names; running one
//! touches the world, so the caller does it, through [`Programs`]. What comes back is rewritten into inline SVG that
//! nothing can run in or load from and that takes its colours from the theme, so it follows light and dark.

mod inline;
mod mermaid;
mod paint;
mod styles;
mod tree;

use super::labels::Labels;
use super::math;
use crate::cache::Cache;
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use crate::html::{push_named, push_text};
use mermaid::Mermaid;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Part of every key; raise it when the same source would look different.
const VERSION: &str = "1";
/// Diagrams drawn on one page.
const MOST_DIAGRAMS: usize = 100;
/// Time that drawing may take on one page; what comes later is shown as its source. Drawings from the cache cost none.
const LONGEST_TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 100 } else { 10 });

/// Runs the programs that draw what we cannot draw ourselves.
pub trait Programs: Sync {
    /// The program that draws a language with what it is called with; `None` where the operator names none.
    fn command(&self, language: Language) -> Option<&[String]>;
    /// Hands `source` to the program and returns the SVG that it writes, or what it complains about. Bounded in time.
    fn run(&self, language: Language, source: &str) -> Result<String, Failure>;
}

/// Nobody draws anything but Mermaid.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPrograms;

impl Programs for NoPrograms {
    fn command(&self, _: Language) -> Option<&[String]> {
        None
    }

    fn run(&self, _: Language, _: &str) -> Result<String, Failure> {
        Err(Failure::at(None, "no program is configured"))
    }
}

/// A language that diagrams are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    Mermaid,
    PlantUml,
    Graphviz,
    D2,
}

impl Language {
    /// By the word behind the backticks of a block.
    pub fn of_fence(word: &str) -> Option<Language> {
        match word {
            "mermaid" => Some(Language::Mermaid),
            "plantuml" | "puml" | "uml" | "plantuml-svg" => Some(Language::PlantUml),
            "dot" | "graphviz" | "graphviz-dot" | "viz" => Some(Language::Graphviz),
            "d2" => Some(Language::D2),
            _ => None,
        }
    }

    /// As people call it.
    pub fn name(self) -> &'static str {
        match self {
            Language::Mermaid => "Mermaid",
            Language::PlantUml => "PlantUML",
            Language::Graphviz => "Graphviz",
            Language::D2 => "D2",
        }
    }

    /// The key below `callboard.diagrams` that names its program.
    pub fn key(self) -> &'static str {
        match self {
            Language::Mermaid => "mermaid",
            Language::PlantUml => "plantuml",
            Language::Graphviz => "graphviz",
            Language::D2 => "d2",
        }
    }
}

/// What became of a block of code that may be a diagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drawing {
    /// A safe `<svg>` element; its ids occur nowhere else on the page.
    Svg(String),
    /// The operator names no program for the language.
    NotConfigured(Language),
    Failed(Failure),
    /// The language is none that diagrams are written in, or nothing is drawn in this build.
    NotADiagram,
}

/// Why a diagram could not be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One line in the renderer's words.
    pub message: String,
    /// The line of the source, from 0, where it is known.
    pub line: Option<usize>,
    /// It may go well another time, so it is not remembered.
    pub is_passing: bool,
}

impl Failure {
    /// A fault at a line of the source.
    pub fn at(line: Option<usize>, message: impl Into<String>) -> Self {
        let message: String = message.into();
        let words = message.split_whitespace().collect::<Vec<_>>().join(" ");
        Failure { message: words.chars().take(300).collect(), line, is_passing: false }
    }

    /// The same, but of the machine and not of the source.
    pub fn passing(self) -> Self {
        Failure { is_passing: true, ..self }
    }
}

/// Draws diagrams. One serves all threads of a build.
pub struct Diagrams<'a> {
    cache: &'a dyn Cache,
    programs: &'a dyn Programs,
    mermaid: OnceLock<Mermaid>,
}

impl<'a> Diagrams<'a> {
    pub fn new(cache: &'a dyn Cache, programs: &'a dyn Programs) -> Self {
        Diagrams { cache, programs, mermaid: OnceLock::new() }
    }

    /// What one page draws with: it keeps the page's limits, and ids apart.
    pub fn page(&self) -> PageDiagrams<'_> {
        PageDiagrams { diagrams: self, drawn: 0, spent: Duration::ZERO, told: BTreeSet::new() }
    }

    /// A drawing with the prefix of no page yet.
    fn draw(&self, language: Language, source: &str, spent: &mut Duration) -> Result<String, Failure> {
        let command = self.programs.command(language).unwrap_or_default();
        let key = key(language, command, source);
        if let Some(svg) = self.cache.get(&key).and_then(|bytes| String::from_utf8(bytes).ok()) {
            return Ok(svg);
        }
        if *spent >= LONGEST_TIME {
            return Err(Failure::at(None, "drawing what stands before it on this page took too long").passing());
        }
        let started = now();
        let drawn = match language {
            Language::Mermaid => self.mermaid.get_or_init(Mermaid::new).draw(source),
            _ => self.programs.run(language, source).and_then(|svg| {
                let name = format!("{} diagram", language.name());
                let named = inline::Named { name: &name, source };
                inline::rewrite(&svg, &named).map_err(|why| Failure::at(None, why))
            }),
        };
        // The operator's programs take their time, and end by themselves; one that had to be ended is a sign of more.
        if language == Language::Mermaid || drawn.as_ref().is_err_and(|failure| failure.is_passing) {
            *spent += started.elapsed();
        }
        if let Ok(svg) = &drawn {
            self.cache.put(&key, svg.as_bytes());
        }
        drawn
    }
}

/// What one page draws with.
pub struct PageDiagrams<'a> {
    diagrams: &'a Diagrams<'a>,
    drawn: usize,
    spent: Duration,
    /// Languages without a program that the page has been told of.
    told: BTreeSet<Language>,
}

/// A fenced block that is a diagram or a formula.
#[derive(Debug, Default)]
pub struct Block {
    /// What stands in its place; `None`: the block is shown as the code it is.
    pub html: Option<String>,
    pub finding: Option<Finding>,
}

impl PageDiagrams<'_> {
    /// Makes of a fenced block what its language asks for. `place` is that of the fence that opens it.
    pub fn block(&mut self, language: &str, source: &str, place: &Place, labels: &Labels<'_>) -> Block {
        if language == "math" {
            return match math::to_mathml(source, true) {
                Ok(math) => Block { html: Some(format!("<div class=\"math\">{}</div>\n", math.html())), finding: None },
                Err(why) => Block { html: None, finding: Some(rules::formula_faulty(place.clone(), &why)) },
            };
        }
        match self.draw(language, source) {
            Drawing::NotADiagram => Block::default(),
            Drawing::Svg(svg) => Block { html: Some(figure(&svg, language, source, labels)), finding: None },
            Drawing::NotConfigured(language) => {
                let is_new = self.told.insert(language);
                let finding = is_new.then(|| rules::diagram_not_drawn(place.clone(), language.name(), language.key()));
                Block { html: None, finding }
            }
            Drawing::Failed(failure) => {
                let line = failure.line.filter(|_| place.line > 0).and_then(|line| u32::try_from(line).ok());
                let place = line.map_or_else(|| place.clone(), |line| place.at(place.line + 1 + line, 1, 0));
                let name = Language::of_fence(language).map_or("", Language::name);
                Block { html: None, finding: Some(rules::diagram_faulty(place, name, &failure.message)) }
            }
        }
    }

    /// Draws a block of code, where its language is one of diagrams.
    pub fn draw(&mut self, language: &str, source: &str) -> Drawing {
        let Some(language) = Language::of_fence(language) else { return Drawing::NotADiagram };
        if language != Language::Mermaid && self.diagrams.programs.command(language).is_none() {
            return Drawing::NotConfigured(language);
        }
        self.drawn += 1;
        if self.drawn > MOST_DIAGRAMS {
            return Drawing::Failed(Failure::at(None, format!("the page has more than {MOST_DIAGRAMS} diagrams")));
        }
        match self.diagrams.draw(language, source, &mut self.spent) {
            Ok(svg) => Drawing::Svg(inline::placed(&svg, &format!("dg{}-", self.drawn))),
            Err(failure) => Drawing::Failed(failure),
        }
    }
}

/// A drawing as it stands in a page, with its source below for those who cannot see it or want to copy it.
pub fn figure(svg: &str, language: &str, source: &str, labels: &Labels<'_>) -> String {
    let mut out = String::with_capacity(svg.len() + source.len() + 256);
    out.push_str("<figure class=\"diagram\"><div class=\"diagram-scroll\"");
    // A wide one scrolls, for which a keyboard must be able to reach it.
    if svg.starts_with("<svg class=") {
        out.push_str(" tabindex=\"0\" role=\"group\"");
        push_named(&mut out, "aria-label", labels.diagram);
    }
    out.push('>');
    out.push_str(svg);
    out.push_str("</div><details class=\"diagram-source\"><summary>");
    push_text(&mut out, labels.diagram_source);
    out.push_str("</summary><div class=\"highlight\"><pre><code");
    push_named(&mut out, "class", &format!("language-{language}"));
    out.push('>');
    push_text(&mut out, source);
    out.push_str("</code></pre></div></details></figure>\n");
    out
}

fn key(language: Language, command: &[String], source: &str) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let parts = ["diagram", VERSION, env!("CARGO_PKG_VERSION"), language.key(), source];
    for part in parts.into_iter().chain(command.iter().map(String::as_str)) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

#[expect(
    clippy::disallowed_methods,
    reason = "the time of a page is the last resort against diagrams that are hard to draw"
)]
fn now() -> Instant {
    Instant::now()
}
