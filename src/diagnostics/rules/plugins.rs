//! Rules about plugins: their folders, and the data that they show.

use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place, Rule, Severity};

/// The rules of this file.
pub const RULES: &[&Rule] = &[INVALID, DATA_UNREAD, DATA_UNFIT, TEMPLATE];

const INVALID: &Rule = &Rule {
    name: "plugin-invalid",
    severity: Severity::Error,
    summary: "A plugin's folder is not as it must be.",
    why: "Half of a plugin would show less than was meant, or something else, so nothing is built.",
};
const DATA_UNREAD: &Rule = &Rule {
    name: "plugin-data-unread",
    severity: Severity::Warning,
    summary: "The data of a plugin cannot be read.",
    why: "Its tabs show what was read last, with its age, or say that there is nothing.",
};
const DATA_UNFIT: &Rule = &Rule {
    name: "plugin-data-unfit",
    severity: Severity::Warning,
    summary: "The data of a plugin do not fit its JSON Schema.",
    why: "Its templates expect another shape, so what was read last is shown instead.",
};
const TEMPLATE: &Rule = &Rule {
    name: "plugin-template-failed",
    severity: Severity::Warning,
    summary: "A plugin's template cannot be used with the data of an entity.",
    why: "What it would show is missing on the pages of that entity.",
};

/// Names that answers and templates are told by, in characters.
const LONGEST_CAUSE: usize = 500;

fn short(cause: &str) -> String {
    let plain = cause.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(LONGEST_CAUSE).collect()
}

pub fn bad_name(place: Place, name: &str) -> Finding {
    Finding::new(INVALID, place, format!("a plugin cannot be called `{name}`"))
        .hint("Take lower-case letters and digits, with `-` between words, and no name that every entity has a tab of.")
}

pub fn unreadable(place: Place, name: &str, cause: &str) -> Finding {
    Finding::new(INVALID, place, format!("the plugin `{name}` cannot be read: {}", short(cause)))
}

pub fn unknown(place: Place, name: &str, known: &[String]) -> Finding {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    Finding::new(INVALID, place, format!("there is no plugin `{name}`"))
        .hint_if(did_you_mean(name, known.iter().copied()))
        .hint(format!("Known plugins: {}. Your own lie in `plugins/` beside the configuration.", known.join(", ")))
}

pub fn unknown_place(place: Place, path: &str, what: &str, known: &[String]) -> Finding {
    if what == "{" {
        return Finding::new(INVALID, place, format!("`{path}` holds a `{{` without its `}}`"))
            .hint("Values are named like `{annotation}`.");
    }
    Finding::new(INVALID, place, format!("`{path}` names `{{{what}}}`, which has no value"))
        .hint_if(did_you_mean(what, known.iter().map(String::as_str)))
        .hint(format!("Known names: {}.", known.join(", ")))
}

/// A source that says too much or too little of where its data come from.
pub fn ways(place: Place, path: &str, found: &[&str], known: &[&str]) -> Finding {
    let quoted = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let what = match found {
        [] => "does not say where its data come from".to_string(),
        found => format!("names several ways: {}", quoted(found)),
    };
    Finding::new(INVALID, place, format!("`{path}` {what}")).hint(format!("Name one of {}.", quoted(known)))
}

pub fn bad_address(place: Place, path: &str) -> Finding {
    Finding::new(INVALID, place, format!("`{path}` is no address that can be asked")).hint(
        "Write http:// or https:// and a host that no entity decides, without a password; values stand behind its first `/`.",
    )
}

pub fn several_fields(place: Place, path: &str) -> Finding {
    Finding::new(INVALID, place, format!("`{path}` names several fields"))
        .hint("Rows are chosen by one field and its value.")
}

pub fn no_file<'a>(place: Place, path: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Finding {
    let known: Vec<&str> = known.collect();
    Finding::new(INVALID, place, format!("`{path}` names `{name}`, which the plugin does not have"))
        .hint_if(did_you_mean(name, known.iter().copied()))
        .hint(format!("Its files: {}.", known.join(", ")))
}

pub fn no_source(place: Place, name: &str, known: &[String]) -> Finding {
    Finding::new(INVALID, place, format!("there is no source `{name}` under `data`"))
        .hint_if(did_you_mean(name, known.iter().map(String::as_str)))
}

/// A facet's key that lists and queries have already.
pub fn taken_facet(place: Place, key: &str) -> Finding {
    Finding::new(INVALID, place, format!("a facet cannot be called `{key}`"))
        .hint("Lists and queries have a key of that name: choose another one.")
}

pub fn bad_facet(place: Place, key: &str) -> Finding {
    Finding::new(INVALID, place, format!("a facet cannot be called `{key}`"))
        .hint("Its key is lower-case letters, with `-` between words.")
}

pub fn broken_template(place: Place, plugin: &str, what: &str, cause: &str) -> Finding {
    Finding::new(INVALID, place, format!("`{what}` of the plugin `{plugin}` cannot be used: {}", short(cause)))
}

pub fn unsafe_template(place: Place, plugin: &str, what: &str, line: usize, found: &str, why: &str) -> Finding {
    Finding::new(INVALID, place, format!("`{what}` of the plugin `{plugin}` has {found} in line {line}")).hint(why)
}

/// Whether a plugin is not as it must be.
pub fn is_broken(finding: &Finding) -> bool {
    *finding.rule == *INVALID
}

/// Why a source of a plugin gave nothing new, and to how many entities, `first` among them.
pub fn unread(
    place: Place,
    (plugin, source): (&str, &str),
    cause: &str,
    first: Option<&str>,
    entities: usize,
    has_earlier: bool,
) -> Finding {
    let of = match (first, entities) {
        (None, _) => "its page".to_string(),
        (Some(first), 1) => format!("`{first}`"),
        (Some(first), entities) => format!("{entities} entities, such as `{first}`"),
    };
    let shown = if has_earlier { "; what was read last is shown" } else { "" };
    let cause = short(cause);
    Finding::new(
        DATA_UNREAD,
        place,
        format!("`{source}` of the plugin `{plugin}` cannot be read for {of}{shown}: {cause}"),
    )
}

/// Rows of which none has the field that they are chosen by.
pub fn no_field(place: Place, (plugin, source): (&str, &str), field: &str) -> Finding {
    Finding::new(DATA_UNFIT, place, format!("no row of `{source}` of the plugin `{plugin}` has the field `{field}`"))
        .hint("Nobody gets any row: look at the names of the fields in the data.")
}

pub fn no_list(place: Place, (plugin, source): (&str, &str), path: &str) -> Finding {
    Finding::new(DATA_UNFIT, place, format!("there is nothing at `{path}` in `{source}` of the plugin `{plugin}`"))
        .hint("Look at the data: `list` names where the rows are in it.")
}

pub fn unfit(place: Place, plugin: &str, source: &str, entity: &str, cause: &str) -> Finding {
    let cause = short(cause);
    Finding::new(DATA_UNFIT, place, format!("`{source}` of the plugin `{plugin}` does not fit its schema: {cause}"))
        .about(entity)
}

pub fn failed(place: Place, plugin: &str, what: &str, entity: &str, cause: &str) -> Finding {
    let cause = short(cause);
    let of = if entity.is_empty() { String::new() } else { format!(" for `{entity}`") };
    Finding::new(TEMPLATE, place, format!("`{what}` of the plugin `{plugin}` fails{of}: {cause}")).about(entity)
}
