//! The language of Scaffolder templates: Nunjucks 3.2 as far as Backstage lets templates use it.
//!
//! In: a text and a context. Out: text, a value, or what is wrong and where. Everything is hostile: the text becomes a
//! tree, the tree is walked under limits, and values have no members but those named here. Its twin in the browser is
//! `themes/default/assets/template-language.js`; both are held equal by `tests/template-language.json`. Texts are UTF-16
//! units, since templates count in them.

mod backstage;
mod eval;
mod filters;
mod lexer;
mod methods;
mod parser;
mod pattern;
mod value;

use eval::State;
use parser::Statement;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;

const STEPS: u64 = 1_000_000;
const LENGTH: usize = 10 * 1024 * 1024;
const DEPTH: usize = 100;
const FRAMES: usize = 250;
const RANGE: f64 = 100_000.0;

/// How a text is to be read.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub cookiecutter: bool,
    pub trim_blocks: bool,
    pub lstrip_blocks: bool,
    /// Hosts of forges that are configured, with their type: github, gitlab, gitea, bitbucket (cloud),
    /// bitbucketServer, azure, gerrit.
    pub hosts: BTreeMap<String, String>,
}

/// What is wrong with a template, and where, counted from 1 in UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub message: String,
    pub line: u32,
    pub column: u32,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in line {}, column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for Fault {}

/// A fault on its way out; what does not know its place has the place that the walk has come to.
#[derive(Debug)]
struct Failure {
    message: String,
    at: Option<usize>,
}

type Outcome<T> = Result<T, Box<Failure>>;

fn fail<T>(message: impl Into<String>) -> Outcome<T> {
    Err(Box::new(Failure { message: message.into(), at: None }))
}

fn fail_at<T>(at: usize, message: impl Into<String>) -> Outcome<T> {
    Err(Box::new(Failure { message: message.into(), at: Some(at) }))
}

/// Fills a text in.
pub fn render(text: &str, context: &Json, settings: &Settings) -> Result<String, Fault> {
    guarded(text, context, settings, |state, nodes| {
        let out = state.captured(nodes, State::TOP)?;
        Ok(String::from_utf16_lossy(&out))
    })
}

/// Whether a text can be read. What only answers show, such as a filter that does not exist, shows when it is filled in.
pub fn check(text: &str, settings: &Settings) -> Result<(), Fault> {
    guarded(text, &Json::Null, settings, |_, _| Ok(()))
}

/// A text that is exactly one `${{ expression }}` gives the expression's value with its type; `None` is undefined.
/// Anything else is rendered as text.
pub fn value(text: &str, context: &Json, settings: &Settings) -> Result<Option<Json>, Fault> {
    guarded(text, context, settings, |state, nodes| {
        let [Statement::Print { value, at }] = nodes else {
            let out = state.captured(nodes, State::TOP)?;
            return Ok(Some(Json::from(String::from_utf16_lossy(&out))));
        };
        state.at = *at;
        let found = state.value(value, State::TOP)?;
        state.weigh(&found)?;
        Ok(found.to_json())
    })
}

/// JavaScript's idea of truth, but an empty list is false, as the `if` of steps has it.
pub fn is_true(value: Option<&Json>) -> bool {
    match value {
        None | Some(Json::Null) => false,
        Some(Json::Bool(value)) => *value,
        Some(Json::Number(number)) => number.as_f64().is_some_and(|number| number != 0.0),
        Some(Json::String(text)) => !text.is_empty(),
        Some(Json::Array(list)) => !list.is_empty(),
        Some(Json::Object(_)) => true,
    }
}

/// Runs under fresh limits and says where a fault is.
fn guarded<T>(
    text: &str,
    context: &Json,
    settings: &Settings,
    run: impl FnOnce(&mut State<'_>, &[Statement]) -> Outcome<T>,
) -> Result<T, Fault> {
    let source: Vec<u16> = text.encode_utf16().collect();
    let mut state = State::new(context, settings);
    let nodes = lexer::tokens(&source, settings).and_then(|tokens| parser::tree(&tokens, source.len()));
    nodes.and_then(|nodes| run(&mut state, &nodes)).map_err(|failure| {
        let before = &source[..failure.at.unwrap_or(state.at).min(source.len())];
        let line = before.iter().filter(|unit| **unit == u16::from(b'\n')).count() + 1;
        let column = before.iter().rev().take_while(|unit| **unit != u16::from(b'\n')).count() + 1;
        let [line, column] = [line, column].map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        Fault { message: failure.message, line, column }
    })
}
