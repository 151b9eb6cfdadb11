//! Rules about templates and their skeletons.

use crate::diagnostics::suggestion::did_you_mean;
use crate::diagnostics::{Finding, Place, Rule, Severity};

/// The rules of this file.
pub const RULES: &[&Rule] = &[MISSING_SKELETON, FAULTY_SKELETON, UNUSED_SKELETON];

const MISSING_SKELETON: &Rule = &Rule {
    name: "missing-skeleton",
    severity: Severity::Warning,
    summary: "A step of a template fetches what is not in its repository.",
    why: "The template fails for everybody who uses it, after they have answered all its questions.",
};

/// `known` are folders that the step may have meant, as it would write them.
pub fn missing_skeleton<'a>(place: Place, template: &str, url: &str, known: impl Iterator<Item = &'a str>) -> Finding {
    Finding::new(MISSING_SKELETON, place, format!("a step fetches `{url}`, which is not in the repository"))
        .about(template)
        .hint_if(did_you_mean(url, known))
}

const FAULTY_SKELETON: &Rule = &Rule {
    name: "faulty-skeleton",
    severity: Severity::Warning,
    summary: "A file of a skeleton cannot be read as a template.",
    why: "The template fails for everybody who uses it, after they have answered all its questions.",
};

/// `why` is what the template language says.
pub fn faulty_skeleton(place: Place, template: &str, why: &str) -> Finding {
    Finding::new(FAULTY_SKELETON, place, format!("this file of a skeleton cannot be rendered: {why}"))
        .about(template)
        .hint("Files that are no templates are named in `copyWithoutTemplating` of the step that fetches them.")
}

const UNUSED_SKELETON: &Rule = &Rule {
    name: "unused-skeleton",
    severity: Severity::Warning,
    summary: "A folder of skeleton files that no step of a template fetches.",
    why: "Whoever edits these files believes that new projects get them.",
};

pub fn unused_skeleton(place: Place, template: &str, folder: &str, fetched: Option<&str>) -> Finding {
    let finding =
        Finding::new(UNUSED_SKELETON, place, format!("no step fetches the skeleton in `{folder}`")).about(template);
    match fetched {
        Some(fetched) => finding.hint(format!("Its steps fetch `{fetched}`; fetch this folder too, or remove it.")),
        None => finding.hint("Add a step with `action: fetch:template`, or remove the folder."),
    }
}
