//! What a template asks, and whether the answers will do: JSON Schema (draft 7) as Backstage's form reads it.

use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Schemas within schemas that are followed.
const DEEPEST: usize = 24;

/// One thing to ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    pub name: String,
    /// What the property says of itself.
    pub schema: Json,
    pub required: bool,
}

/// What is wrong with the answers: where, as a path such as `/port`, and in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub at: String,
    pub message: String,
}

impl Question {
    /// Its title, else its name.
    pub fn title(&self) -> &str {
        self.schema["title"].as_str().unwrap_or(&self.name)
    }

    /// Its answer must not be written down.
    pub fn is_secret(&self) -> bool {
        self.schema["ui:field"] == "Secret" || self.schema["ui:widget"] == "password"
    }

    /// Values to choose from.
    pub fn choices(&self) -> &[Json] {
        self.schema["enum"].as_array().map_or(&[], Vec::as_slice)
    }
}

/// The pages of `spec.parameters`: one mapping is one page.
pub fn pages(parameters: &Json) -> Vec<&Json> {
    match parameters {
        Json::Array(pages) => pages.iter().filter(|page| page.is_object()).collect(),
        Json::Object(_) => vec![parameters],
        _ => Vec::new(),
    }
}

/// What is asked once these values are given, in order.
pub fn questions(parameters: &Json, values: &Map<String, Json>) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for page in pages(parameters) {
        collect(page, values, &mut questions, 0);
    }
    questions
}

fn collect(schema: &Json, values: &Map<String, Json>, questions: &mut Vec<Question>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        match questions.iter_mut().find(|known| known.name == *name) {
            // A branch adds to what is known: the property may stand there for its condition alone.
            Some(known) => {
                if let (Json::Object(known), Json::Object(property)) = (&mut known.schema, property) {
                    for (key, value) in property {
                        known.entry(key.clone()).or_insert_with(|| value.clone());
                    }
                }
            }
            None => questions.push(Question { name: name.clone(), schema: property.clone(), required: false }),
        }
    }
    for branch in branches(schema, values) {
        collect(branch, values, questions, depth + 1);
    }
    let present = |name: &str| values.contains_key(name);
    let dependent = schema["dependencies"].as_object().into_iter().flatten();
    let dependent = dependent.filter(|(name, _)| present(name)).filter_map(|(_, names)| names.as_array()).flatten();
    let required: Vec<&str> = required.into_iter().chain(dependent.filter_map(Json::as_str)).collect();
    for question in questions.iter_mut().filter(|question| required.contains(&question.name.as_str())) {
        question.required = true;
    }
}

/// The schemas beside a schema's own properties that these values bring in.
fn branches<'a>(schema: &'a Json, values: &Map<String, Json>) -> Vec<&'a Json> {
    let value = Json::Object(values.clone());
    let mut branches: Vec<&Json> = schema["allOf"].as_array().into_iter().flatten().collect();
    for key in ["oneOf", "anyOf"] {
        let options = schema[key].as_array().map_or(&[][..], Vec::as_slice);
        branches.extend(options.iter().find(|option| fits(option, &value)).or(options.first()));
    }
    if schema.get("if").is_some() {
        let taken = if is_valid(&schema["if"], &value) { "then" } else { "else" };
        branches.extend(schema.get(taken));
    }
    for (name, dependency) in schema["dependencies"].as_object().into_iter().flatten() {
        let Some(answer) = values.get(name).filter(|_| dependency.is_object()) else { continue };
        if dependency.get("oneOf").is_none() {
            branches.push(dependency);
        }
        // Of its options, the one that allows the answer: the form looks at nothing else here.
        let allows = |option: &&Json| option["properties"].get(name).is_none_or(|schema| is_valid(schema, answer));
        branches.extend(dependency["oneOf"].as_array().into_iter().flatten().find(allows));
    }
    branches
}

/// Whether an option goes with what is answered so far.
fn fits(option: &Json, value: &Json) -> bool {
    let mut option = option.clone();
    if let Some(option) = option.as_object_mut() {
        option.shift_remove("required");
    }
    is_valid(&option, value)
}

fn is_valid(schema: &Json, value: &Json) -> bool {
    jsonschema::draft7::is_valid(schema, value)
}

/// Names of everything that a form may ask, whatever is answered.
pub fn names(parameters: &Json) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    pages(parameters).into_iter().for_each(|page| named(page, &mut names, 0));
    names
}

fn named(schema: &Json, names: &mut BTreeSet<String>, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    names.extend(schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name.clone()));
    let lists = ["allOf", "anyOf", "oneOf"].into_iter().filter_map(|key| schema[key].as_array()).flatten();
    let branches = ["then", "else"].into_iter().filter_map(|key| schema.get(key));
    let dependent = schema["dependencies"].as_object().into_iter().flatten().map(|(_, dependency)| dependency);
    lists.chain(branches).chain(dependent).for_each(|branch| named(branch, names, depth + 1));
}

/// Names of fields that hide what is typed and are parameters all the same: a `password` widget, which is no `Secret`.
pub(super) fn passwords(schema: &Json, found: &mut BTreeSet<String>, depth: usize) {
    match schema {
        Json::Array(items) if depth < DEEPEST => items.iter().for_each(|item| passwords(item, found, depth + 1)),
        Json::Object(map) if depth < DEEPEST => {
            for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                if property["ui:widget"] == "password" && property["ui:field"] != "Secret" {
                    found.insert(name.clone());
                }
            }
            map.values().for_each(|value| passwords(value, found, depth + 1));
        }
        _ => {}
    }
}

/// Moves answers that must not be written down from the values to the secrets.
pub fn keep_secrets(parameters: &Json, values: &mut Map<String, Json>, secrets: &mut Map<String, Json>) {
    for question in questions(parameters, values).iter().filter(|question| question.is_secret()) {
        if let Some(value) = values.shift_remove(&question.name) {
            secrets.entry(question.name.clone()).or_insert(value);
        }
    }
}

/// Values with the defaults of what is asked and not given. What is not asked any more gives no value.
pub fn with_defaults(parameters: &Json, given: &Map<String, Json>) -> Map<String, Json> {
    let mut values = given.clone();
    // A default may bring in a branch that has defaults of its own.
    for _ in 0..DEEPEST {
        let before = values.len();
        for question in questions(parameters, &values) {
            let Some(value) = default(&question.schema, values.get(&question.name), 0) else { continue };
            values.insert(question.name, value);
        }
        if values.len() == before {
            break;
        }
    }
    let asked = questions(parameters, &values);
    asked.into_iter().filter_map(|question| values.shift_remove_entry(&question.name)).collect()
}

/// The default of a schema, laid under a value.
fn default(schema: &Json, value: Option<&Json>, depth: usize) -> Option<Json> {
    let usual = value.or_else(|| schema.get("default")).or_else(|| schema.get("const").filter(|_| depth == 0));
    if let (Some(Json::Array(items)), true, true) = (usual, schema["items"].is_object(), depth < DEEPEST) {
        let item = |item: &Json| default(&schema["items"], Some(item), depth + 1).unwrap_or_default();
        return Some(items.iter().map(item).collect());
    }
    let properties = schema["properties"].as_object().filter(|_| depth < DEEPEST);
    let Some(properties) = properties else { return usual.cloned() };
    let mut object = match usual {
        Some(Json::Object(object)) => object.clone(),
        Some(other) => return Some(other.clone()),
        None => Map::new(),
    };
    for (name, property) in properties {
        if let Some(value) = default(property, object.get(name), depth + 1) {
            object.insert(name.clone(), value);
        }
    }
    (value.is_some() || !object.is_empty()).then_some(Json::Object(object))
}

/// What is wrong with the values, page by page. Secrets are kept apart and count as given.
pub fn faults(parameters: &Json, values: &Map<String, Json>, secrets: &Map<String, Json>) -> Vec<Fault> {
    let mut all = values.clone();
    all.extend(secrets.clone());
    let value = Json::Object(all);
    let mut faults: BTreeMap<(usize, String), String> = BTreeMap::new();
    for (number, page) in pages(parameters).into_iter().enumerate() {
        let mut page = page.clone();
        // What other pages ask stands in the same values.
        if let Some(page) = page.as_object_mut() {
            page.insert("type".to_string(), json!("object"));
            page.shift_remove("additionalProperties");
        }
        let Ok(validator) = jsonschema::draft7::new(&page) else { continue };
        for error in validator.iter_errors(&value) {
            let at = error.instance_path().to_string();
            faults.entry((number, at)).or_insert_with(|| in_words(&error));
        }
    }
    let mut faults: Vec<Fault> = faults.into_iter().map(|((_, at), message)| Fault { at, message }).collect();
    let asked = questions(parameters, values);
    faults.extend(asked.iter().filter_map(|question| {
        let text = values.get(&question.name)?.as_str()?;
        let message = of_extension(&question.schema, text)?;
        Some(Fault { at: format!("/{}", question.name), message })
    }));
    faults
}

/// What a field extension has to say of an answer, beyond the schema.
fn of_extension(schema: &Json, text: &str) -> Option<String> {
    match schema["ui:field"].as_str()? {
        "EntityNamePicker" => {
            let is_outer = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            let is_inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
            let is_name = text.len() <= 63
                && text.chars().all(is_inner)
                && is_outer(text.chars().next())
                && is_outer(text.chars().next_back());
            (!is_name).then(|| "a name has letters and digits, and `-`, `_` or `.` between them".to_string())
        }
        "RepoUrlPicker" if !text.is_empty() => {
            let (host, query) = text.split_once('?').unwrap_or((text, ""));
            let has_repo =
                url::form_urlencoded::parse(query.as_bytes()).any(|(key, value)| key == "repo" && !value.is_empty());
            if !has_repo {
                return Some("a repository is written such as `github.com?owner=acme&repo=shop`".to_string());
            }
            let allowed = schema["ui:options"]["allowedHosts"].as_array()?;
            let known: Vec<&str> = allowed.iter().filter_map(Json::as_str).collect();
            (!known.is_empty() && !known.contains(&host))
                .then(|| format!("the host is not one of {}", known.join(", ")))
        }
        _ => None,
    }
}

/// A fault in words. Those of options would show everything that was answered.
fn in_words(error: &jsonschema::ValidationError<'_>) -> String {
    use jsonschema::error::ValidationErrorKind::{AnyOf, OneOfMultipleValid, OneOfNotValid, Required};
    match error.kind() {
        AnyOf { .. } | OneOfNotValid { .. } => "none of the combinations that the form allows".to_string(),
        OneOfMultipleValid { .. } => "more than one of the combinations of which the form allows one".to_string(),
        Required { property } => format!("`{}` is needed", property.as_str().unwrap_or_default()),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(value: Json) -> Map<String, Json> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn answers_bring_in_questions_and_their_defaults() {
        let parameters = json!([
            { "required": ["name"], "properties": { "name": { "type": "string" }, "db": { "type": "boolean", "default": true } },
              "dependencies": { "db": { "oneOf": [
                  { "properties": { "db": { "enum": [true] }, "size": { "type": "integer", "default": 5 } }, "required": ["size"] },
                  { "properties": { "db": { "enum": [false] } } } ] } } },
            { "if": { "properties": { "name": { "const": "x" } } }, "then": { "properties": { "extra": { "default": "y" } } } }
        ]);
        let values = with_defaults(&parameters, &map(json!({ "name": "x" })));
        assert_eq!(Json::from(values.clone()), json!({ "name": "x", "db": true, "size": 5, "extra": "y" }));
        let without = with_defaults(&parameters, &map(json!({ "name": "z", "db": false })));
        assert_eq!(Json::from(without), json!({ "name": "z", "db": false }));
        let asked: Vec<(String, bool)> =
            questions(&parameters, &values).into_iter().map(|question| (question.name, question.required)).collect();
        assert_eq!(asked.len(), 4);
        assert!(asked.contains(&("size".to_string(), true)) && asked.contains(&("extra".to_string(), false)));
    }

    #[test]
    fn wrong_answers_are_named() {
        let parameters = json!({ "required": ["name", "port"], "properties": {
            "name": { "type": "string", "pattern": "^[a-z]+$" }, "port": { "type": "integer" } } });
        let faults = faults(&parameters, &map(json!({ "name": "A" })), &Map::new());
        let at: Vec<&str> = faults.iter().map(|fault| fault.at.as_str()).collect();
        assert_eq!(at, ["", "/name"], "{faults:?}");
    }
}
