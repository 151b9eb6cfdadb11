//! Templates: what they ask, what they do, their starter as a zip, and what they make of somebody's answers.
//!
//! In: a Template entity and its repository. Out: plain values for its page, the bytes of the zip, findings about skeletons
//! that no step fetches, and the bundle from which browser and command line make files. A build evaluates no template; the
//! command line does, for whoever asks it to.

mod actions;
pub mod answers;
pub mod bundle;
mod faulty;
pub mod form;
pub mod language;
mod missing;
pub mod next_steps;
mod run;
mod starter;
mod unused;
mod workspace;
mod yaml_text;

use crate::catalog::Catalog;
use crate::diagnostics::Finding;
use crate::source::Snapshot;
use serde_json::Value as Json;

pub use answers::Answers;
pub use bundle::{Bundle, hosts};
pub use run::{Given, Outcome, Ran, State, run};
pub use starter::{Starter, starter};
pub use workspace::Made;
pub use yaml_text::write as yaml;

/// What templates fetch and is not there or cannot be read, and what is there and no template fetches.
pub fn findings(catalog: &Catalog, snapshot: &Snapshot) -> Vec<Finding> {
    let mut findings = missing::findings(catalog, snapshot);
    findings.extend(faulty::findings(catalog, snapshot));
    findings.extend(unused::findings(catalog, snapshot));
    findings
}

/// What a template's page shows.
#[derive(Debug, Default)]
pub struct Template {
    pub pages: Vec<ParameterPage>,
    pub steps: Vec<Step>,
    /// Folders and files that its steps fetch, as written: `./skeleton`.
    pub fetched: Vec<String>,
    /// A step fetches what only its answers tell.
    pub fetches_by_answer: bool,
}

/// One page of the form.
#[derive(Debug)]
pub struct ParameterPage {
    pub title: String,
    pub fields: Vec<Parameter>,
}

/// One field of the form.
#[derive(Debug)]
pub struct Parameter {
    pub name: String,
    pub title: String,
    pub description: String,
    /// JSON Schema type, or the field extension that asks for it.
    pub r#type: String,
    pub required: bool,
    pub default: String,
    pub choices: Vec<String>,
}

/// One step.
#[derive(Debug)]
pub struct Step {
    pub name: String,
    pub action: String,
}

/// Reads the spec of a Template entity, given as the entity's stored JSON.
pub fn template(data: &str) -> Template {
    let entity: Json = serde_json::from_str(data).unwrap_or_default();
    let spec = &entity["spec"];
    let pages = match &spec["parameters"] {
        Json::Array(pages) => pages.iter().map(parameter_page).collect(),
        Json::Object(_) => vec![parameter_page(&spec["parameters"])],
        _ => Vec::new(),
    };
    let mut template = Template { pages, ..Template::default() };
    for (at, step) in spec["steps"].as_array().map_or(&[][..], Vec::as_slice).iter().enumerate() {
        let action = text(&step["action"]);
        let name = [&step["name"], &step["id"]].into_iter().find_map(|value| value.as_str().map(str::to_string));
        if action.starts_with("fetch:")
            && let Some(url) = step["input"]["url"].as_str()
        {
            match url.contains("${{") {
                true => template.fetches_by_answer = true,
                false => template.fetched.push(url.to_string()),
            }
        }
        template.steps.push(Step { name: name.unwrap_or_else(|| format!("Step {}", at + 1)), action });
    }
    template
}

fn parameter_page(page: &Json) -> ParameterPage {
    let required: Vec<&str> = page["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let fields = page["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, schema)| Parameter {
            name: name.clone(),
            title: schema["title"].as_str().unwrap_or(name).to_string(),
            description: text(&schema["description"]),
            r#type: schema["ui:field"].as_str().or_else(|| schema["type"].as_str()).unwrap_or("any").to_string(),
            required: required.contains(&name.as_str()),
            default: shown(&schema["default"]),
            choices: schema["enum"].as_array().into_iter().flatten().map(shown).collect(),
        })
        .collect();
    ParameterPage { title: text(&page["title"]), fields }
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_string()
}

fn shown(value: &Json) -> String {
    match value {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
