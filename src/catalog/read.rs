//! The text of a descriptor file into documents with their places, and what its Locations point at.

use super::kinds;
use crate::diagnostics::{Finding, Place, rules};
use crate::source::Target;
use crate::yaml::{self, Node};

/// What a descriptor file says, before anything is checked.
#[derive(Debug)]
pub struct Descriptor {
    pub documents: Vec<RawDocument>,
    /// Documents that are not valid YAML.
    pub findings: Vec<Finding>,
}

/// One document: a mapping that should be an entity.
#[derive(Debug)]
pub struct RawDocument {
    pub node: Node,
    /// Lines of the document, from 1, both included.
    pub first_line: u32,
    pub last_line: u32,
}

/// Reads a descriptor file. A broken document gives a finding and leaves its neighbours alone.
pub fn read(file: &Place, text: &str) -> (Descriptor, Vec<Target>) {
    let mut descriptor = Descriptor { documents: Vec::new(), findings: Vec::new() };
    let mut targets = Vec::new();
    for document in yaml::parse(text) {
        match document.result {
            Ok(node) if node.is_map() => {
                if node.get("kind").and_then(Node::text) == Some("Location")
                    && let Some(spec) = node.get("spec")
                {
                    targets.extend(kinds::location_targets(spec, file));
                }
                let (first_line, last_line) = (node.span.line.max(1), document.last_line);
                descriptor.documents.push(RawDocument { node, first_line, last_line });
            }
            Ok(node) => {
                let place = file.at(node.span.line, node.span.column, node.span.length);
                descriptor.findings.push(rules::catalog::not_a_mapping(place, node.describe()));
            }
            Err(fault) => {
                let place = file.at(fault.span.line, fault.span.column, fault.span.length);
                let line = text.lines().nth(fault.span.line.saturating_sub(1) as usize).unwrap_or_default();
                let first = fault.other.map(|span| span.line);
                descriptor.findings.push(rules::catalog::yaml_syntax(place, &fault.message, first, line));
            }
        }
    }
    (descriptor, targets)
}
