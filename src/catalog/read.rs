//! The text of a descriptor file into documents with their places, and what its Locations point at.

use super::kinds;
use crate::diagnostics::{Finding, Place, rules};
use crate::source::Target;
use crate::yaml::{self, Node, Span};

/// What a descriptor file says, before anything is checked.
#[derive(Debug)]
pub struct Descriptor {
    pub documents: Vec<RawDocument>,
    /// Documents that are not valid YAML, and what YAML reads otherwise than it looks.
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
    let at = |span: Span| file.at(span.line, span.column, span.length);
    for document in yaml::parse(text) {
        let warnings = document.warnings.into_iter();
        descriptor.findings.extend(
            warnings.map(|warning| rules::catalog::yaml_warning(at(warning.span), &warning.message, warning.hint)),
        );
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
                descriptor.findings.push(rules::catalog::not_a_mapping(at(node.span), node.describe()));
            }
            Err(fault) => {
                descriptor.findings.push(rules::catalog::yaml_syntax(at(fault.span), &fault.message, fault.hint));
            }
        }
    }
    (descriptor, targets)
}
