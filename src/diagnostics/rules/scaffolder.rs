//! Rules about templates and their skeletons.

use crate::diagnostics::{Finding, Place, Rule, Severity};

/// The rules of this file.
pub const RULES: &[&Rule] = &[UNUSED_SKELETON];

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
