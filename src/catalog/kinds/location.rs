//! Location: where more descriptors are.

use super::Shape::{OneOf, Text};
use super::{CORE, Kind, TEXTS, optional};
use crate::diagnostics::Place;
use crate::source::Target;
use crate::yaml::{Node, Span};
use std::sync::Arc;

pub(super) const KIND: Kind = Kind {
    name: "Location",
    plural: "Locations",
    id: "location",
    glyph: "location",
    about: "Where more descriptors are.",
    api_versions: CORE,
    fields: &[
        optional("type", Text, "`url` or `file`; that of the file it stands in by default.").such_as(&["url", "file"]),
        optional("target", Text, "A descriptor, relative to this file or as an address; `*` and `**` are allowed."),
        optional("targets", TEXTS, "More of them."),
        optional("presence", OneOf(&["required", "optional"]), "Whether a missing target is a fault."),
    ],
    relations: &[],
    variants: &[],
    schema: None,
};

/// What a Location's spec points at: `target` first, then `targets`. Both types, `url` and `file`, start from the file
/// they stand in; another type is one target that is refused, whatever the Location names. `reference` is the
/// Location's own.
pub fn targets(spec: &Node, file: &Place, reference: &Arc<str>) -> Vec<Target> {
    let optional = spec.get("presence").and_then(Node::text) == Some("optional");
    let target = |(span, text): (Span, &str), of_type: Option<&str>| Target {
        target: text.to_string(),
        of_type: of_type.map(str::to_string),
        optional,
        place: file.at(span.line, span.column, span.length),
        of: reference.clone(),
    };
    let of_type = spec.get("type").and_then(|node| Some((node.span, node.text()?)));
    if let Some((span, text)) = of_type.filter(|(_, text)| !matches!(*text, "url" | "file")) {
        return vec![target((span, ""), Some(text))];
    }
    let more = spec.get("targets").map_or(&[][..], Node::items);
    let named = spec.get("target").into_iter().chain(more).filter_map(|node| Some((node.span, node.text()?)));
    named.filter(|(_, text)| !text.is_empty()).map(|named| target(named, None)).collect()
}
