//! Every rule of the portal: its row in the table and the one function that words its message.
//!
//! A rule lives in the file of the room that raises it. Callers pass facts; wording, hints and severity stand here.

pub mod catalog;
pub mod config;
pub mod insights;
pub mod internal;
pub mod people;
pub mod plugins;
pub mod scaffolder;
pub mod source;
pub mod techdocs;

use super::Rule;

/// Every rule there is, in pipeline order.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    [
        config::RULES,
        source::RULES,
        people::RULES,
        catalog::RULES,
        insights::RULES,
        scaffolder::RULES,
        plugins::RULES,
        techdocs::RULES,
        internal::RULES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Whether a rule is about where things come from, and not about what they say.
pub fn is_of_sources(rule: &Rule) -> bool {
    [config::RULES, source::RULES, people::RULES].into_iter().flatten().any(|known| *known == rule)
}
