//! From hundreds of scopes to a dozen classes.

use syntect::parsing::{Scope, ScopeStack};

/// The short name of a colour.
pub(super) type Class = &'static str;

/// Scope prefixes and their class; of several the longest wins. The empty class ends the search: text inside has no
/// colour even where a scope around it does. A scope that no row covers leaves the word to the one around it.
const TABLE: &[(&str, Class)] = &[
    ("comment", "c"),
    ("constant", "n"),
    ("constant.character.escape", "n"),
    ("constant.other.placeholder", "n"),
    ("entity.name", "t"),
    ("entity.name.function", "f"),
    ("entity.name.label", "v"),
    ("entity.name.section", "m"),
    ("entity.name.tag", "t"),
    ("entity.name.tag.yaml", "v"),
    ("entity.other.attribute-name", "v"),
    ("entity.other.inherited-class", "t"),
    ("keyword", "k"),
    ("keyword.operator", ""),
    ("keyword.operator.word", "k"),
    ("keyword.operator.logical.python", "k"),
    ("markup.bold", "m"),
    ("markup.deleted", "d"),
    ("markup.heading", "m"),
    ("markup.inserted", "i"),
    ("markup.raw", "s"),
    ("meta.interpolation", ""),
    ("meta.substitution", ""),
    ("meta.template.expression", ""),
    ("storage", "k"),
    ("storage.type.numeric", "n"),
    ("string", "s"),
    ("string.unquoted", ""),
    ("support.class", "t"),
    ("support.constant", "n"),
    ("support.function", "f"),
    ("support.type", "t"),
    ("support.type.property-name", "v"),
    ("variable.function", "f"),
    ("variable.language", "k"),
    ("variable.other.constant", "n"),
    ("variable.parameter", ""),
    ("variable.other", ""),
];

/// The table with its scopes ready to compare.
pub(super) struct Classes {
    rows: Vec<(Scope, Class)>,
}

impl Classes {
    pub(super) fn new() -> Self {
        let mut rows: Vec<(Scope, Class)> =
            TABLE.iter().filter_map(|(prefix, class)| Some((Scope::new(prefix).ok()?, *class))).collect();
        rows.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.len()));
        Classes { rows }
    }

    /// The class of text under these scopes: the innermost one that has a row decides.
    pub(super) fn of(&self, stack: &ScopeStack) -> Option<Class> {
        stack
            .as_slice()
            .iter()
            .rev()
            .find_map(|scope| self.rows.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)))
            .map(|(_, class)| *class)
            .filter(|class| !class.is_empty())
    }
}
