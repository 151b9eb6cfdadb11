//! `callboard.scorecard`: what is asked of entities, level by level.

use super::keys::CHECKS;
use super::plugin::Plugin;
use super::read::Read;
use super::setting::{Setting, Value};
use crate::diagnostics::rules;

/// What is asked of an entity.
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
    /// What a plugin says: its number in [`super::Config::plugins`], and that of the check among its own.
    Plugin(usize, usize),
}

impl Check {
    /// In the order of [`CHECKS`], which has their words.
    const BUILT_IN: [Check; CHECKS.len()] = [
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

    /// By the word of the configuration: a built-in one, or `NAME/KEY` of a plugin that is on.
    fn named(word: &str, plugins: &[Plugin]) -> Option<Check> {
        let Some((name, key)) = word.split_once('/') else {
            return CHECKS.iter().position(|known| *known == word).map(|at| Check::BUILT_IN[at]);
        };
        let plugin = plugins.iter().position(|plugin| plugin.name == name)?;
        let check = plugins[plugin].show.checks.iter().position(|check| check.key == key)?;
        Some(Check::Plugin(plugin, check))
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
    pub(super) fn scorecard(&mut self, own: Option<&Setting>, plugins: &[Plugin]) -> Vec<Level> {
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
                let Value::Text(word) = &item.value else {
                    self.wrong(item, &format!("{PATH}.checks[]"), "the name of a check");
                    continue;
                };
                let known = Check::named(word, plugins);
                if known.is_none() {
                    let of_plugin = |plugin: &Plugin| -> Vec<String> {
                        plugin.show.checks.iter().map(|check| format!("{}/{}", plugin.name, check.key)).collect()
                    };
                    let of_plugins: Vec<String> = plugins.iter().flat_map(of_plugin).collect();
                    self.findings.push(rules::config::unknown_check(item.place.clone(), word, &CHECKS, &of_plugins));
                }
                checks.extend(known);
            }
            levels.push(Level { name, checks });
        }
        levels
    }
}
