//! Template: a form and the steps that turn its answers into a project.

use super::Shape::{List, Map, Maps, Text};
use super::{Kind, SpecFault, optional, relation, required};
use crate::catalog::relation::RelationType::OwnedBy;
use crate::yaml::Node;

pub(super) const KIND: Kind = Kind {
    name: "Template",
    plural: "Templates",
    id: "template",
    api_versions: &["scaffolder.backstage.io/v1beta3"],
    fields: &[
        required("type", Text),
        required("steps", List),
        optional("owner", Text),
        optional("lifecycle", Text),
        optional("parameters", Maps),
        optional("output", Map),
    ],
    relations: &[relation("owner", "Group", OwnedBy)],
    check: step_faults,
};

fn step_faults(spec: &Node) -> Vec<SpecFault> {
    let steps = spec.get("steps").map_or(&[][..], Node::items);
    steps
        .iter()
        .enumerate()
        .filter_map(|(at, step)| {
            let number = at + 1;
            if !step.is_map() {
                let message = format!("step {number} should be a mapping, but is {}", step.describe());
                return Some(SpecFault { span: step.span, message });
            }
            match step.get("action") {
                None => Some(SpecFault { span: step.span, message: format!("step {number} needs an `action`") }),
                Some(action) if action.text().is_none() => Some(SpecFault {
                    span: action.span,
                    message: format!("`action` of step {number} should be a string, but is {}", action.describe()),
                }),
                Some(_) => None,
            }
        })
        .collect()
}
