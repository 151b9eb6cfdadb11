//! Runs the steps of a template that need no server, and turns the others into what to do next.
//!
//! The browser does the same (`scaffold.js`); both are held equal by the templates in `tests/scaffolds.json`.

use super::actions::{ACTIONS, Task};
use super::answers::{self, Answers};
use super::bundle::Bundle;
use super::form;
use super::language::{self, Settings};
use super::next_steps::{self, NextStep};
use super::workspace::{Made, Workspace};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Times that one step may run by its `each`.
const MOST_ROUNDS: usize = 1_000;

/// What somebody answered.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// The parameters.
    pub values: Map<String, Json>,
    /// Kept out of every text that is written down beside what the template itself does with them.
    pub secrets: Map<String, Json>,
    /// Entities that `catalog:fetch` may want, by ref.
    pub entities: BTreeMap<String, Json>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    pub files: BTreeMap<String, Made>,
    pub steps: Vec<Ran>,
    pub links: Vec<OutputLink>,
    pub texts: Vec<OutputText>,
    pub next: Vec<NextStep>,
    /// What `debug:log` said.
    pub log: Vec<String>,
    /// Entities that steps asked for and that were not given.
    pub wanted: BTreeSet<String>,
    /// Why a step failed; later ones did not run.
    pub fault: Option<String>,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    pub id: String,
    pub name: String,
    pub action: String,
    pub state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Done,
    /// Its `if` said no.
    Skipped,
    /// It needs a server: it stands among what to do next.
    Next,
    Failed,
}

/// One of `spec.output.links`; it leads to an address, or to an entity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputLink {
    pub title: String,
    pub url: String,
    pub reference: String,
}

/// One of `spec.output.text`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutputText {
    pub title: String,
    pub content: String,
}

/// What expressions of steps see, and what steps have made so far.
struct Run<'a> {
    bundle: &'a Bundle,
    given: &'a Given,
    settings: Settings,
    /// With secrets, and with a word in place of each of them.
    context: Json,
    veiled: Json,
    workspace: Workspace,
    outcome: Outcome,
}

/// Runs every step in order, up to the first that fails.
pub fn run(bundle: &Bundle, given: &Given) -> Outcome {
    let mut passwords = BTreeSet::new();
    form::passwords(&bundle.parameters, &mut passwords, 0);
    let context = |secrets: &Map<String, Json>| {
        let typed = secrets.iter().filter(|(name, _)| passwords.contains(*name));
        let typed = typed.map(|(name, value)| (name.clone(), value.clone()));
        let parameters: Map<String, Json> = given.values.clone().into_iter().chain(typed).collect();
        json!({
            "parameters": parameters,
            "steps": {},
            "secrets": secrets,
            "user": {},
            "environment": { "parameters": {}, "secrets": {} },
            "context": { "task": { "id": "callboard" } },
        })
    };
    let veiled: Map<String, Json> =
        given.secrets.keys().map(|name| (name.clone(), format!("<secret {name}>").into())).collect();
    let mut run = Run {
        bundle,
        given,
        settings: Settings { hosts: bundle.hosts.clone(), ..Settings::default() },
        context: context(&given.secrets),
        veiled: context(&veiled),
        workspace: Workspace::default(),
        outcome: Outcome::default(),
    };
    for (at, step) in bundle.steps.iter().enumerate() {
        let id = step["id"].as_str().map_or_else(|| format!("step-{}", at + 1), str::to_owned);
        let action = step["action"].as_str().unwrap_or_default().to_string();
        let name = step["name"].as_str().map_or_else(|| id.clone(), |name| run.text(name));
        let state = run.step(step, &id, &name, &action).unwrap_or_else(|fault| {
            run.outcome.fault = Some(format!("{name}: {fault}"));
            State::Failed
        });
        run.outcome.steps.push(Ran { id, name, action, state });
        if state == State::Failed {
            break;
        }
    }
    run.output();
    Outcome { files: run.workspace.into_files(), ..run.outcome }
}

impl Run<'_> {
    fn step(&mut self, step: &Json, id: &str, name: &str, action: &str) -> Result<State, String> {
        let Some(each) = step.get("each") else {
            if !self.is_wanted(step) {
                return Ok(State::Skipped);
            }
            let (state, output) = self.act(step, name, action)?;
            self.keep(id, output);
            return Ok(state);
        };
        let mut outputs: Map<String, Json> = Map::new();
        let mut state = State::Skipped;
        for (key, value) in rounds(&rendered(each, &self.context, &self.settings))? {
            for context in [&mut self.context, &mut self.veiled] {
                context["each"] = json!({ "key": key, "value": value });
            }
            if !self.is_wanted(step) {
                continue;
            }
            let (ended, output) = self.act(step, name, action)?;
            state = ended;
            for (key, value) in output {
                if let Json::Array(all) = outputs.entry(key).or_insert_with(|| json!([])) {
                    all.push(value);
                }
            }
        }
        for context in [&mut self.context, &mut self.veiled] {
            context.as_object_mut().map(|context| context.shift_remove("each"));
        }
        self.keep(id, outputs);
        Ok(state)
    }

    /// What a step says when it is over, for the expressions of later ones.
    fn keep(&mut self, id: &str, output: Map<String, Json>) {
        for context in [&mut self.context, &mut self.veiled] {
            context["steps"][id] = json!({ "output": output });
        }
    }

    /// A step's `if`. Nothing has failed when it is asked, so that `always()` is true and `failure()` false.
    fn is_wanted(&self, step: &Json) -> bool {
        match &step["if"] {
            Json::Bool(wanted) => *wanted,
            Json::String(text) => {
                let text = text.replace("always()", "true").replace("failure()", "false");
                match language::value(&text, &self.context, &self.settings) {
                    Ok(value) => language::is_true(value.as_ref()),
                    Err(_) => true,
                }
            }
            _ => true,
        }
    }

    fn act(&mut self, step: &Json, name: &str, action: &str) -> Result<(State, Map<String, Json>), String> {
        let known = ACTIONS.iter().find(|(known, _)| *known == action).filter(|_| !self.is_elsewhere(step, action));
        let context = if known.is_some() { &self.context } else { &self.veiled };
        let input = match rendered(&step["input"], context, &self.settings) {
            Json::Object(input) => input,
            _ => Map::new(),
        };
        let Some((_, act)) = known else {
            let next = next_steps::of(action, name, &input, self.bundle);
            self.outcome.next.push(next.step);
            return Ok((State::Next, next.output));
        };
        let mut task = Task {
            bundle: self.bundle,
            entities: &self.given.entities,
            workspace: &mut self.workspace,
            settings: &self.settings,
            log: &mut self.outcome.log,
            wanted: &mut self.outcome.wanted,
        };
        act(&mut task, &input).map(|output| (State::Done, output))
    }

    /// Whether a step fetches what only a network has.
    fn is_elsewhere(&self, step: &Json, action: &str) -> bool {
        let url = || self.text(step["input"]["url"].as_str().unwrap_or_default());
        action.starts_with("fetch:")
            && Some(url()).is_some_and(|url| url.contains("://") && self.bundle.locate(&url).is_none())
    }

    fn text(&self, text: &str) -> String {
        match rendered(&text.into(), &self.veiled, &self.settings) {
            Json::String(text) => text,
            other => other.to_string(),
        }
    }

    /// `spec.output`, without items whose `if` is false.
    fn output(&mut self) {
        let items = |key: &str| {
            let items = self.bundle.output[key].as_array().into_iter().flatten();
            let items: Vec<Json> = items
                .filter(|item| self.is_wanted(item))
                .map(|item| rendered(item, &self.veiled, &self.settings))
                .collect();
            items
        };
        let text = |item: &Json, key: &str| item[key].as_str().unwrap_or_default().to_string();
        let links = items("links").into_iter().map(|item| OutputLink {
            title: text(&item, "title"),
            url: text(&item, "url"),
            reference: text(&item, "entityRef"),
        });
        let links = links.filter(|link| !link.url.is_empty() || !link.reference.is_empty()).collect();
        let texts = items("text");
        let texts = texts.iter().map(|item| OutputText { title: text(item, "title"), content: text(item, "content") });
        let texts = texts.filter(|text| !text.content.is_empty()).collect();
        (self.outcome.links, self.outcome.texts) = (links, texts);
    }
}

/// Key and value of each round.
fn rounds(each: &Json) -> Result<Vec<(Json, Json)>, String> {
    let rounds: Vec<(Json, Json)> = match each {
        Json::Array(items) => items.iter().enumerate().map(|(at, item)| (at.into(), item.clone())).collect(),
        Json::Object(map) => map.iter().map(|(key, value)| (key.as_str().into(), value.clone())).collect(),
        _ => return Err("`each` is neither a list nor a mapping".to_string()),
    };
    match rounds.len() > MOST_ROUNDS {
        true => Err(format!("`each` has more than {MOST_ROUNDS} items")),
        false => Ok(rounds),
    }
}

/// A value with each of its strings rendered. What cannot be rendered stays as it is; what is undefined is left out of
/// mappings and null in lists.
pub(super) fn rendered(value: &Json, context: &Json, settings: &Settings) -> Json {
    let defined = |value: &Json| match value {
        Json::String(text) => language::value(text, context, settings).unwrap_or_else(|_| Some(value.clone())),
        other => Some(rendered(other, context, settings)),
    };
    match value {
        Json::Object(map) => map.iter().filter_map(|(key, value)| Some((key.clone(), defined(value)?))).collect(),
        Json::Array(items) => items.iter().map(|item| defined(item).unwrap_or_default()).collect(),
        Json::String(_) => defined(value).unwrap_or_default(),
        other => other.clone(),
    }
}

impl Outcome {
    /// The files, with the answers and what to do next beside them. Files of the template's own of these names stay.
    pub fn result(&self, bundle: &Bundle, given: &Given) -> BTreeMap<String, Made> {
        let text = |text: String| Made { bytes: text.into_bytes(), executable: false };
        let mut files = self.files.clone();
        files.entry(answers::FILE.to_string()).or_insert_with(|| text(Answers::new(bundle, &given.values).write()));
        if !self.next.is_empty() {
            let written = || text(next_steps::markdown(bundle, &self.next));
            files.entry(next_steps::FILE.to_string()).or_insert_with(written);
        }
        files
    }
}
