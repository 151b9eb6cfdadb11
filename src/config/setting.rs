//! A configuration value that knows which file and line it came from.

use crate::diagnostics::Place;

/// A value after substitution and merging.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) value: Value,
    pub(super) place: Place,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    /// A boolean or a number: no key that we read takes one.
    Other(&'static str),
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
            Value::Other(what) => what,
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
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
