//! Text of repositories made into one short plain line.

use super::yaml::comment;

/// The longest description.
const LONGEST: usize = 200;
/// A first sentence shorter than this says too little on its own.
const ENOUGH: usize = 40;

/// Words that tools write where a description should be.
const BOILERPLATE: [&str; 17] = [
    "add your description",
    "add a short description",
    "todo",
    "a new flutter project",
    "demo project for spring boot",
    "this project was bootstrapped with",
    "this is a next.js project bootstrapped",
    "this template should help get you started",
    "this project was generated with",
    "default template for",
    "optional multiline or single-line description",
    "no description provided",
    "this is your newly scaffolded",
    "note ",
    "note: ",
    "warning",
    "important",
];

/// White space made single, without control characters and marks that turn text around.
pub(super) fn one_line(text: &str) -> String {
    let clean: String = comment(text);
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A description of at most 200 characters: whole sentences where they fit. `None` for what describes nothing.
pub(super) fn description(text: &str) -> Option<String> {
    let line = one_line(text);
    let lower = line.to_lowercase();
    let begins_well = !["http://", "https://"].iter().any(|start| lower.starts_with(start));
    let says_something = line.split(' ').count() >= 2 && line.chars().any(char::is_alphabetic) && begins_well;
    if !says_something || line.contains("${") || BOILERPLATE.iter().any(|start| lower.starts_with(start)) {
        return None;
    }
    if line.ends_with(':') {
        // What it leads up to is not part of it.
        return sentences(&line, usize::MAX).map(str::to_string);
    }
    if line.chars().count() <= LONGEST {
        return Some(line);
    }
    if let Some(sentences) = sentences(&line, LONGEST).filter(|sentences| sentences.chars().count() >= ENOUGH) {
        return Some(sentences.to_string());
    }
    let short: String = line.chars().take(LONGEST - 1).collect();
    let whole = short.rsplit_once(' ').map_or(short.as_str(), |(whole, _)| whole);
    Some(format!("{}…", whole.trim_end_matches([',', ';', ':', '-', '–', '(', '.'])))
}

/// As many whole sentences from the beginning as fit.
fn sentences(line: &str, longest: usize) -> Option<&str> {
    let ends = line.match_indices(". ").map(|(at, _)| at + 1).filter(|end| {
        // `e.g. `, `v1. ` and initials end no sentence.
        let last = line[..end - 1].rsplit([' ', '.', '(']).next().unwrap_or_default();
        last.chars().count() > 1 && line[*end..].trim_start().starts_with(|c: char| !c.is_lowercase())
    });
    ends.filter(|end| line[..*end].chars().count() <= longest).last().map(|end| &line[..end])
}
