//! What the operator decides about content: severities of rules, declared kinds, lifecycles, CODEOWNERS.

use super::keys::{LANGUAGES, TAGS};
use super::read::Read;
use super::setting::{Setting, Value};
use crate::diagnostics::{Place, Severity, rules};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

/// One of `callboard.kinds`: a kind beyond the built-in ones.
#[derive(Debug, Clone)]
pub struct DeclaredKind {
    /// As entities write it.
    pub name: String,
    /// What a list of them is called; the name with an `s` by default.
    pub plural: String,
    pub description: String,
    pub api_versions: Vec<String>,
    /// JSON Schema of `spec`.
    pub schema: Json,
    pub relations: Vec<DeclaredRelationField>,
    pub place: Place,
}

/// A field of a declared kind that holds refs: one, or a list.
#[derive(Debug, Clone)]
pub struct DeclaredRelationField {
    pub field: String,
    /// Kinds the refs are meant for, the default of refs that name none first; empty for any.
    pub kinds: Vec<String>,
    /// A built-in relation such as `dependsOn`, or a name of its own.
    pub relation: String,
    /// The name seen from the other side, for a relation of its own.
    pub opposite: Option<String>,
}

/// Which documentation has versions where no annotation says so.
#[derive(Debug, Clone)]
pub struct DocsVersions {
    /// Pattern of a repository's id or an entity's ref, and the tags and branches that are its versions. The first row
    /// counts.
    pub rows: Vec<(String, Vec<String>)>,
    /// How many versions one documentation has at most.
    pub most: usize,
}

impl DocsVersions {
    const USUAL: usize = 10;
}

impl Default for DocsVersions {
    fn default() -> Self {
        DocsVersions { rows: Vec::new(), most: DocsVersions::USUAL }
    }
}

/// What is made of CODEOWNERS files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CodeOwners {
    /// Nothing.
    #[default]
    Off,
    /// An owner that differs from `spec.owner` is a finding.
    Check,
    /// The same, and an owner is taken from there where `spec.owner` is absent.
    Infer,
}

/// Whether search takes the text for one word.
fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_alphanumeric)
}

impl Read {
    /// `callboard.rules`: severity by rule.
    pub(super) fn severities(&mut self, own: Option<&Setting>) -> BTreeMap<&'static str, Option<Severity>> {
        let mut severities = BTreeMap::new();
        let Some(setting) = own.and_then(|own| own.get("rules")) else { return severities };
        if !matches!(setting.value, Value::Map(_) | Value::Null) {
            self.wrong(setting, "callboard.rules", "a mapping of rules to severities");
        }
        for key in setting.keys() {
            let Some(rule) = rules::all().find(|rule| rule.name == key.name) else {
                let known = rules::all().map(|rule| rule.name);
                self.findings.push(rules::config::unknown_rule(key.place.clone(), &key.name, known));
                continue;
            };
            let severity = match &key.setting.value {
                Value::Text(text) => match text.as_str() {
                    "off" => Some(None),
                    word => Severity::named(word).map(Some),
                },
                Value::Bool(false) => Some(None),
                _ => None,
            };
            match severity {
                Some(severity) => {
                    severities.insert(rule.name, severity);
                }
                None => {
                    let place = key.setting.place.clone();
                    let found = shown(&key.setting);
                    self.findings.push(rules::config::unknown_severity(place, rule.name, &found));
                }
            }
        }
        severities
    }

    /// `callboard.codeowners`
    pub(super) fn codeowners(&mut self, own: Option<&Setting>) -> CodeOwners {
        let Some(setting) = own.and_then(|own| own.get("codeowners")) else { return CodeOwners::Off };
        match &setting.value {
            Value::Null | Value::Bool(false) => return CodeOwners::Off,
            Value::Text(text) => match text.as_str() {
                "off" => return CodeOwners::Off,
                "check" => return CodeOwners::Check,
                "infer" => return CodeOwners::Infer,
                _ => {}
            },
            _ => {}
        }
        let (place, expected) = (setting.place.clone(), "`off`, `check` or `infer`");
        self.findings.push(rules::config::wrong_shape(place, "callboard.codeowners", expected, &shown(setting)));
        CodeOwners::Off
    }

    /// `callboard.search.language`, else what search calls the language of the portal's own words.
    pub(super) fn search_language(&mut self, own: Option<&Setting>, language: &str) -> Option<&'static str> {
        let search = own.and_then(|own| own.get("search"));
        let Some(text) = self.text(search, "callboard.search", "language") else {
            let usual = LANGUAGES.into_iter().zip(TAGS).find(|(_, tag)| *tag == language && language != "en");
            return usual.map(|(name, _)| name);
        };
        let known = LANGUAGES.into_iter().find(|language| *language == text);
        if let (None, Some(setting)) = (known, search.and_then(|search| search.get("language"))) {
            let expected = format!("one of {}", LANGUAGES.join(", "));
            self.wrong(setting, "callboard.search.language", &expected);
        }
        known
    }

    /// `callboard.search.synonyms`: by word, what it means beside itself.
    pub(super) fn synonyms(&mut self, own: Option<&Setting>) -> BTreeMap<String, Vec<String>> {
        const PATH: &str = "callboard.search.synonyms";
        let mut synonyms = BTreeMap::new();
        let Some(setting) = own.and_then(|own| own.get("search")).and_then(|search| search.get("synonyms")) else {
            return synonyms;
        };
        if !matches!(setting.value, Value::Map(_) | Value::Null) {
            self.wrong(setting, PATH, "a mapping of words to words");
        }
        for key in setting.keys() {
            let values = match &key.setting.value {
                Value::List(items) => items.iter().collect(),
                _ => vec![&key.setting],
            };
            let mut meant = Vec::new();
            for value in values {
                match &value.value {
                    Value::Text(text) if is_word(text) && is_word(&key.name) => meant.push(text.clone()),
                    _ => self.wrong(value, &format!("{PATH}.{}", key.name), "one word for one word"),
                }
            }
            synonyms.insert(key.name.clone(), meant);
        }
        synonyms
    }

    /// `callboard.search.noResults`
    pub(super) fn no_results(&mut self, own: Option<&Setting>) -> Option<url::Url> {
        let search = own.and_then(|own| own.get("search"));
        self.web_address(search, "callboard.search", "noResults")
    }

    /// `callboard.feedback.labels`
    pub(super) fn feedback_labels(&mut self, own: Option<&Setting>) -> Vec<String> {
        const PATH: &str = "callboard.feedback";
        let mut labels = Vec::new();
        for item in self.list(own.and_then(|own| own.get("feedback")), PATH, "labels") {
            match &item.value {
                // Forges take several labels in one text, with commas between them.
                Value::Text(text) if !text.trim().is_empty() && !text.contains(',') => {
                    labels.push(text.trim().to_string());
                }
                _ => {
                    let (place, path) = (item.place.clone(), format!("{PATH}.labels[]"));
                    let expected = "the name of one label";
                    let found = shown(item);
                    let found = if found == "``" { "an empty string" } else { &found };
                    self.findings.push(rules::config::wrong_shape(place, &path, expected, found));
                }
            }
        }
        labels
    }

    /// `callboard.techdocs.versions` and `callboard.techdocs.mostVersions`
    pub(super) fn docs_versions(&mut self, techdocs: Option<&Setting>) -> DocsVersions {
        const PATH: &str = "callboard.techdocs.versions[]";
        let mut rows = Vec::new();
        for row in self.list(techdocs, "callboard.techdocs", "versions") {
            if !matches!(row.value, Value::Map(_)) {
                continue;
            }
            let of = self.needed(row, PATH, "of");
            let refs = self.texts(Some(row), PATH, "refs");
            if row.get("refs").is_none() {
                self.findings.push(rules::config::lacks(row.place.clone(), PATH, "refs"));
            }
            for (key, pattern) in of.iter().map(|of| ("of", of)).chain(refs.iter().map(|pattern| ("refs", pattern))) {
                if globset::Glob::new(pattern).is_err() {
                    let place = row.get(key).map_or(&row.place, |setting| &setting.place).clone();
                    let path = format!("{PATH}.{key}");
                    let found = format!("`{pattern}`");
                    self.findings.push(rules::config::wrong_shape(place, &path, "a pattern such as `v*`", &found));
                }
            }
            rows.extend(of.map(|of| (of, refs)));
        }
        let setting = techdocs.and_then(|techdocs| techdocs.get("mostVersions"));
        let most = setting.and_then(|setting| match &setting.value {
            Value::Null => None,
            Value::Number(number) if number.fract() == 0.0 && (1.0..=100.0).contains(number) => Some(*number as usize),
            Value::Text(text) if text.parse().is_ok_and(|number: usize| (1..=100).contains(&number)) => {
                text.parse().ok()
            }
            _ => {
                let (place, expected) = (setting.place.clone(), "a number from 1 to 100");
                let path = "callboard.techdocs.mostVersions";
                self.findings.push(rules::config::wrong_shape(place, path, expected, &shown(setting)));
                None
            }
        });
        DocsVersions { rows, most: most.unwrap_or(DocsVersions::USUAL) }
    }

    /// `callboard.docs.staleAfter`
    pub(super) fn docs_stale_after(&mut self, own: Option<&Setting>) -> Option<u32> {
        const USUAL: u32 = 180;
        let Some(docs) = own.and_then(|own| own.get("docs")) else { return Some(USUAL) };
        let Some(setting) = docs.get("staleAfter") else { return Some(USUAL) };
        let days = match &setting.value {
            Value::Null => return Some(USUAL),
            Value::Bool(false) => return None,
            Value::Text(text) if text == "off" => return None,
            Value::Text(text) => text.parse().ok(),
            Value::Number(number) if number.fract() == 0.0 && (1.0..1e6).contains(number) => Some(*number as u32),
            _ => None,
        };
        match days.filter(|days| *days > 0) {
            Some(days) => Some(days),
            None => {
                let expected = "a number of days, or `off`";
                let found = shown(setting);
                let place = setting.place.clone();
                self.findings.push(rules::config::wrong_shape(place, "callboard.docs.staleAfter", expected, &found));
                Some(USUAL)
            }
        }
    }

    /// `callboard.kinds`
    pub(super) fn kinds(&mut self, own: Option<&Setting>) -> Vec<DeclaredKind> {
        let list = self.list(own, "callboard", "kinds");
        list.iter().filter_map(|setting| self.kind(setting)).collect()
    }

    fn kind(&mut self, setting: &Setting) -> Option<DeclaredKind> {
        const PATH: &str = "callboard.kinds[]";
        if !matches!(setting.value, Value::Map(_)) {
            return None;
        }
        let name = self.needed(setting, PATH, "kind");
        let api_versions = self.texts(Some(setting), PATH, "apiVersions");
        let is_empty = |list: &Setting| match &list.value {
            Value::List(items) => items.is_empty(),
            value => matches!(value, Value::Null),
        };
        if setting.get("apiVersions").is_none_or(is_empty) {
            self.findings.push(rules::config::lacks(setting.place.clone(), PATH, "apiVersions"));
        }
        let name = name.filter(|_| !api_versions.is_empty())?;
        let schema = match setting.get("schema") {
            None | Some(Setting { value: Value::Null, .. }) => json!({ "type": "object" }),
            Some(schema) if matches!(schema.value, Value::Map(_)) => schema.to_json(),
            Some(schema) => {
                self.wrong(schema, "callboard.kinds[].schema", "a JSON Schema of `spec`");
                return None;
            }
        };
        let relations = self.list(Some(setting), PATH, "relations");
        Some(DeclaredKind {
            plural: self.text(Some(setting), PATH, "plural").unwrap_or_else(|| format!("{name}s")),
            description: self.text(Some(setting), PATH, "description").unwrap_or_default(),
            api_versions,
            schema,
            relations: relations.iter().filter_map(|relation| self.relation(relation)).collect(),
            place: setting.get("kind").map_or(&setting.place, |kind| &kind.place).clone(),
            name,
        })
    }

    fn relation(&mut self, setting: &Setting) -> Option<DeclaredRelationField> {
        const PATH: &str = "callboard.kinds[].relations[]";
        if !matches!(setting.value, Value::Map(_)) {
            return None;
        }
        Some(DeclaredRelationField {
            field: self.needed(setting, PATH, "field")?,
            kinds: self.texts(Some(setting), PATH, "kinds"),
            relation: self.needed(setting, PATH, "relation")?,
            opposite: self.text(Some(setting), PATH, "opposite"),
        })
    }

    fn needed(&mut self, setting: &Setting, path: &str, key: &str) -> Option<String> {
        let text = self.text(Some(setting), path, key);
        if text.is_none() && setting.get(key).is_none_or(|value| matches!(value.value, Value::Null)) {
            self.findings.push(rules::config::lacks(setting.place.clone(), path, key));
        }
        text
    }
}

/// A text as it is written, anything else by what it is.
pub(super) fn shown(setting: &Setting) -> String {
    match &setting.value {
        Value::Text(text) => format!("`{text}`"),
        _ => setting.describe().to_string(),
    }
}
