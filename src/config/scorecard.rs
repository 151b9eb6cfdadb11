//! `callboard.scorecard`: what is asked of entities, level by level.

use super::keys::CHECKS;
use super::read::Read;
use super::setting::{Setting, Value};
use crate::diagnostics::rules;

/// What is asked of an entity; the words of the configuration are in [`CHECKS`], in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Somebody of the catalog owns it.
    Owner,
    Description,
    /// Its lifecycle is a word that the portal knows.
    Lifecycle,
    /// A component has documentation.
    Docs,
    /// A service provides an API whose definition can be read; an API's can be.
    Definition,
    NoErrors,
    /// It uses nothing that is deprecated.
    NoDeprecated,
    /// In production, it uses no experiment.
    NoExperiments,
    /// The code did not leave its documentation behind.
    FreshDocs,
    /// Nothing at all is wrong with it.
    NoFindings,
}

impl Check {
    const ALL: [Check; 10] = [
        Check::Owner,
        Check::Description,
        Check::Lifecycle,
        Check::Docs,
        Check::Definition,
        Check::NoErrors,
        Check::NoDeprecated,
        Check::NoExperiments,
        Check::FreshDocs,
        Check::NoFindings,
    ];

    /// As the configuration writes it.
    pub fn word(self) -> &'static str {
        CHECKS[self as usize]
    }

    fn named(word: &str) -> Option<Check> {
        Check::ALL.into_iter().find(|check| check.word() == word)
    }
}

/// One level of the scorecard. An entity that passes its checks and those of the levels before has reached it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    pub name: String,
    pub checks: Vec<Check>,
}

/// What is asked where the configuration says nothing.
pub(super) fn usual() -> Vec<Level> {
    use Check::{
        Definition, Description, Docs, FreshDocs, Lifecycle, NoDeprecated, NoErrors, NoExperiments, NoFindings, Owner,
    };
    let level = |name: &str, checks: &[Check]| Level { name: name.to_string(), checks: checks.to_vec() };
    vec![
        level("bronze", &[Owner, Description, Lifecycle, NoErrors]),
        level("silver", &[Docs, Definition, NoDeprecated]),
        level("gold", &[FreshDocs, NoExperiments, NoFindings]),
    ]
}

impl Read {
    /// An empty list means no scorecard.
    pub(super) fn scorecard(&mut self, own: Option<&Setting>) -> Vec<Level> {
        const PATH: &str = "callboard.scorecard[]";
        if own.and_then(|own| own.get("scorecard")).is_none_or(|setting| matches!(setting.value, Value::Null)) {
            return usual();
        }
        let mut levels = Vec::new();
        for row in self.list(own, "callboard", "scorecard") {
            let Some(name) = self.text(Some(row), PATH, "level") else {
                self.findings.push(rules::config::lacks(row.place.clone(), PATH, "level"));
                continue;
            };
            let mut checks = Vec::new();
            for item in self.list(Some(row), PATH, "checks") {
                let known = match &item.value {
                    Value::Text(text) => Check::named(text),
                    _ => None,
                };
                if known.is_none() {
                    self.wrong(item, &format!("{PATH}.checks[]"), &format!("one of {}", CHECKS.join(", ")));
                }
                checks.extend(known);
            }
            levels.push(Level { name, checks });
        }
        levels
    }
}
