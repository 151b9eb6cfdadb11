//! Facts as a descriptor, and in words.

use super::yaml::{comment, scalar};
use super::{Api, Facts, Found};
use crate::diagnostics::count;

/// What stands where nobody is named.
const NO_OWNER: &str = "unknown";

/// The descriptor. The comments say what to check.
pub fn write(facts: &Facts) -> String {
    let mut out = String::from("# A first draft. Correct it where it is wrong, then delete the comments.\n");
    out.push_str("apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n");
    line(&mut out, 1, "name", &facts.name.value, "");
    for (key, value) in [("title", &facts.title), ("description", &facts.description)] {
        if let Some(found) = value {
            line(&mut out, 1, key, &found.value, "");
        }
    }
    if !facts.annotations.is_empty() {
        out.push_str("  annotations:\n");
        for (name, found) in &facts.annotations {
            line(&mut out, 2, name, &found.value, "");
        }
    }
    if !facts.tags.is_empty() {
        out.push_str("  tags:\n");
        items(&mut out, facts.tags.iter().map(String::as_str));
    }
    out.push_str("spec:\n");
    let others = |all: &[&str], found: &Found| {
        let rest: Vec<&str> = all.iter().copied().filter(|word| *word != found.value).collect();
        format!("or {}; {}", rest.join(", "), found.from)
    };
    line(&mut out, 1, "type", &facts.r#type.value, &others(&["service", "website", "library"], &facts.r#type));
    let lifecycles = ["experimental", "production", "deprecated"];
    line(&mut out, 1, "lifecycle", &facts.lifecycle.value, &others(&lifecycles, &facts.lifecycle));
    let owner = owner(facts);
    line(&mut out, 1, "owner", &owner.value, &owner.from);
    if !facts.apis.is_empty() {
        out.push_str("  # APIs that it only calls belong under `consumesApis`.\n  providesApis:\n");
        items(&mut out, facts.apis.iter().map(|api| api.name.as_str()));
    }
    for definition in &facts.apis {
        out.push_str("---\n");
        api(&mut out, definition, facts);
    }
    out
}

fn api(out: &mut String, api: &Api, facts: &Facts) {
    out.push_str("apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata:\n");
    line(out, 1, "name", &api.name, "");
    for (key, value) in [("title", &api.title), ("description", &api.description)] {
        if let Some(value) = value {
            line(out, 1, key, value, "");
        }
    }
    out.push_str("spec:\n");
    line(out, 1, "type", api.r#type, "");
    line(out, 1, "lifecycle", &facts.lifecycle.value, "");
    line(out, 1, "owner", &owner(facts).value, "");
    out.push_str("  definition:\n");
    line(out, 2, "$text", &format!("./{}", api.path), "");
}

fn owner(facts: &Facts) -> Found {
    facts.owner.clone().unwrap_or_else(|| {
        super::found(NO_OWNER, "name the group or user that is responsible, such as `team-a` or `user:jo`")
    })
}

fn line(out: &mut String, depth: usize, key: &str, value: &str, note: &str) {
    out.push_str(&format!("{}{key}: {}", "  ".repeat(depth), scalar(value)));
    if !note.is_empty() {
        out.push_str(&format!(" # {}", comment(note)));
    }
    out.push('\n');
}

fn items<'a>(out: &mut String, values: impl Iterator<Item = &'a str>) {
    for value in values {
        out.push_str(&format!("    - {}\n", scalar(value)));
    }
}

/// Folders that are named at most.
const MOST_PARTS: usize = 8;
/// Definitions that are named at most.
const MOST_PASSED_OVER: usize = 5;

/// Where everything was taken from, one line each.
pub fn notes(facts: &Facts) -> Vec<String> {
    let mut notes = Vec::new();
    let mut say = |key: &str, found: &Found| notes.push(format!("{key}: `{}`, from {}", found.value, found.from));
    say("name", &facts.name);
    if let Some(found) = &facts.title {
        say("title", found);
    }
    if let Some(found) = &facts.description {
        say("description", found);
    }
    for (name, found) in &facts.annotations {
        say(name, found);
    }
    if !facts.tags.is_empty() {
        notes.push(format!("tags: {}, by the number of files", listed(&facts.tags, usize::MAX)));
    }
    for (key, found) in [("type", &facts.r#type), ("lifecycle", &facts.lifecycle)] {
        notes.push(format!("{key}: `{}`, {}", found.value, found.from));
    }
    match &facts.owner {
        Some(found) => notes.push(format!("owner: `{}`, from {}", found.value, found.from)),
        None => notes.push(format!("owner: `{NO_OWNER}`, since no CODEOWNERS names one")),
    }
    for api in &facts.apis {
        notes.push(format!("API `{}`: from `{}`", api.name, api.path));
    }
    for (path, why) in facts.passed_over.iter().take(MOST_PASSED_OVER) {
        notes.push(format!("left out: `{path}`, {why}"));
    }
    if let Some(more) = facts.passed_over.len().checked_sub(MOST_PASSED_OVER).filter(|more| *more > 0) {
        notes.push(format!("left out: {}", count(more, "more definition")));
    }
    if !facts.parts.is_empty() {
        notes.push(format!(
            "these folders look like components of their own; `callboard init FOLDER` drafts one: {}",
            listed(&facts.parts, MOST_PARTS)
        ));
    }
    notes
}

fn listed(names: &[String], most: usize) -> String {
    let mut words: Vec<String> = names.iter().take(most).map(|name| format!("`{name}`")).collect();
    if let Some(more) = names.len().checked_sub(most).filter(|more| *more > 0) {
        words.push(format!("{more} more"));
    }
    words.join(", ")
}
