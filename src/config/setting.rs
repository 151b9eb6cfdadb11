//! A configuration value that knows which file and line it came from.

use crate::diagnostics::Place;
use crate::yaml;
use serde_json::Value as Json;

/// A value after substitution and merging.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) value: Value,
    pub(super) place: Place,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Setting>),
    Map(Vec<Key>),
}

/// One key of a mapping; `place` is the key's own.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) setting: Setting,
}

impl Setting {
    pub(super) fn new(value: Value, place: Place) -> Self {
        Setting { value, place }
    }

    pub(super) fn keys(&self) -> &[Key] {
        match &self.value {
            Value::Map(keys) => keys,
            _ => &[],
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Setting> {
        self.keys().iter().find(|key| key.name == name).map(|key| &key.setting)
    }

    /// What it is, for messages.
    pub(super) fn describe(&self) -> &'static str {
        match self.value {
            Value::Null => "empty",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// The same value as JSON, for what is handed on as it is.
    pub(super) fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(value) => yaml::Node::new(yaml::Value::Number(*value), yaml::Span::default()).to_json(),
            Value::Text(text) => Json::String(text.clone()),
            Value::List(items) => Json::Array(items.iter().map(Setting::to_json).collect()),
            Value::Map(keys) => {
                Json::Object(keys.iter().map(|key| (key.name.clone(), key.setting.to_json())).collect())
            }
        }
    }

    /// Lays `later` over `self`: mappings merge by key, everything else is replaced whole, null removes the key.
    pub(super) fn merge(&mut self, later: Setting) {
        if let (Value::Map(keys), Value::Map(later_keys)) = (&mut self.value, &later.value) {
            for later_key in later_keys {
                let at = keys.iter().position(|key| key.name == later_key.name);
                match (at, &later_key.setting.value) {
                    (Some(at), Value::Null) => {
                        keys.remove(at);
                    }
                    (Some(at), _) => keys[at].setting.merge(later_key.setting.clone()),
                    (None, _) => keys.push(later_key.clone()),
                }
            }
            return;
        }
        *self = later;
    }
}
