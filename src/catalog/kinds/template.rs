//! Template: a form and the steps that turn its answers into a project.

use super::Shape::{List, Map, Maps, Text};
use super::{Kind, SpecFault, optional, relation, required};
use crate::catalog::relation::RelationType::OwnedBy;
use crate::yaml::{Node, Value};

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
    orders_lists: false,
    check: step_faults,
};

fn step_faults(spec: &Node) -> Vec<SpecFault> {
    let steps = spec.get("steps").map_or(&[][..], Node::items);
    steps.iter().enumerate().flat_map(|(at, step)| faults_of(at + 1, step)).collect()
}

type IsValid = fn(&Value) -> bool;

fn faults_of(number: usize, step: &Node) -> Vec<SpecFault> {
    if !step.is_map() {
        let message = format!("step {number} should be a mapping, but is {}", step.describe());
        return vec![SpecFault { span: step.span, message }];
    }
    let mut faults = Vec::new();
    if step.get("action").is_none() {
        faults.push(SpecFault { span: step.span, message: format!("step {number} needs an `action`") });
    }
    let fields: [(&str, &str, IsValid); 5] = [
        ("action", "a string", |value| matches!(value, Value::Text(_))),
        ("id", "a string", |value| matches!(value, Value::Text(_))),
        ("name", "a string", |value| matches!(value, Value::Text(_))),
        ("input", "a mapping", |value| matches!(value, Value::Map(_))),
        ("if", "a string or a boolean", |value| matches!(value, Value::Text(_) | Value::Bool(_))),
    ];
    for (name, expected, is_valid) in fields {
        if let Some(value) = step.get(name).filter(|value| !is_valid(&value.value)) {
            let message = format!("`{name}` of step {number} should be {expected}, but is {}", value.describe());
            faults.push(SpecFault { span: value.span, message });
        }
    }
    faults
}
