//! Location: where more descriptors are.

use super::Shape::{Text, Texts};
use super::{CORE, Kind, SpecFault, optional};
use crate::diagnostics::Place;
use crate::source::Target;
use crate::yaml::Node;

pub(super) const KIND: Kind = Kind {
    name: "Location",
    plural: "Locations",
    id: "location",
    api_versions: CORE,
    fields: &[optional("type", Text), optional("target", Text), optional("targets", Texts), optional("presence", Text)],
    relations: &[],
    orders_lists: false,
    check: presence_faults,
};

fn presence_faults(spec: &Node) -> Vec<SpecFault> {
    match spec.get("presence").and_then(|presence| presence.text().map(|text| (presence, text))) {
        Some((node, text)) if !matches!(text, "required" | "optional") => vec![SpecFault {
            span: node.span,
            message: format!("`spec.presence` should be `required` or `optional`, but is `{text}`"),
        }],
        _ => Vec::new(),
    }
}

/// What a Location's spec points at: `target` first, then `targets`. Both types, `url` and `file`, start from the file
/// they stand in.
pub fn targets(spec: &Node, file: &Place) -> Vec<Target> {
    let optional = spec.get("presence").and_then(Node::text) == Some("optional");
    let more = spec.get("targets").map_or(&[][..], Node::items);
    spec.get("target")
        .into_iter()
        .chain(more)
        .filter_map(|node| node.text().map(|text| (node.span, text)))
        .filter(|(_, text)| !text.is_empty())
        .map(|(span, text)| Target {
            target: text.to_string(),
            optional,
            place: file.at(span.line, span.column, span.length),
        })
        .collect()
}
