//! SVG rewritten so that nothing in it can run, load or link: only listed elements and attributes are kept.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::name::QName;
use quick_xml::{Reader, Writer};

const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "defs",
    "symbol",
    "use",
    "title",
    "desc",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "textPath",
    "marker",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "filter",
    "feBlend",
    "feColorMatrix",
    "feComponentTransfer",
    "feComposite",
    "feDropShadow",
    "feFlood",
    "feFuncA",
    "feFuncB",
    "feFuncG",
    "feFuncR",
    "feGaussianBlur",
    "feMerge",
    "feMergeNode",
    "feMorphology",
    "feOffset",
    "image",
    "switch",
];
/// Attributes that are never kept beside `on…`: they name what to run or load.
const REFUSED: &[&str] = &["href", "xlink:href", "src", "style", "base", "xml:base", "from", "to", "values", "begin"];
const DEEPEST: usize = 256;

/// The same drawing with everything left out that is not listed. Errors for what is not well-formed XML.
pub(super) fn rewrite(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_string())?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut writer = Writer::new(Vec::with_capacity(bytes.len()));
    let mut depth = 0usize;
    let mut dropped: Option<usize> = None;
    let mut has_root = false;
    loop {
        let event = reader.read_event().map_err(|error| format!("it is not well-formed: {error}"))?;
        let kept = match event {
            Event::Eof => break,
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err("its elements are nested too deep".to_string());
                }
                if dropped.is_none() && !is_kept(&start) {
                    dropped = Some(depth);
                }
                has_root |= dropped.is_none();
                dropped.is_none().then(|| Event::Start(cleaned(&start)))
            }
            Event::End(end) => {
                let keep = dropped.is_none();
                if dropped == Some(depth) {
                    dropped = None;
                }
                depth = depth.saturating_sub(1);
                keep.then_some(Event::End(end))
            }
            Event::Empty(start) => (dropped.is_none() && is_kept(&start)).then(|| Event::Empty(cleaned(&start))),
            Event::Text(text) => (dropped.is_none() && depth > 0).then_some(Event::Text(text)),
            Event::CData(data) => dropped.is_none().then(|| Event::Text(BytesText::new(&data).into_owned())),
            Event::GeneralRef(name) => {
                let known = name.is_char_ref() || resolve_predefined_entity(&name).is_some();
                (dropped.is_none() && known).then_some(Event::GeneralRef(name))
            }
            _ => None,
        };
        if let Some(event) = kept {
            writer.write_event(event).map_err(|error| error.to_string())?;
        }
    }
    if !has_root || depth > 0 {
        return Err("it holds no complete drawing".to_string());
    }
    Ok(writer.into_inner())
}

fn is_kept(start: &BytesStart<'_>) -> bool {
    let name = start.name();
    let name: &str = name.as_ref();
    ELEMENTS.contains(&name.strip_prefix("svg:").unwrap_or(name))
}

fn cleaned(start: &BytesStart<'_>) -> BytesStart<'static> {
    let mut out = BytesStart::new(start.name().as_ref().to_string());
    for attribute in start.attributes().flatten() {
        let (key, value): (&str, &str) = (attribute.key.as_ref(), &attribute.value);
        let lower = key.to_ascii_lowercase();
        let folded: String =
            value.to_ascii_lowercase().chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect();
        let local = matches!(lower.as_str(), "href" | "xlink:href") && is_local(&folded);
        let outside = folded.contains("url(") && !folded.contains("url(#");
        let refused = lower.starts_with("on") || REFUSED.contains(&lower.as_str()) || outside;
        if !refused || local {
            out.push_attribute(Attribute { key: QName(key), value: value.into() });
        }
    }
    out
}

/// A reference inside the drawing, or a picture that is part of it.
fn is_local(folded: &str) -> bool {
    let pictures = ["data:image/png;", "data:image/jpeg;", "data:image/gif;", "data:image/webp;"];
    !folded.contains('&') && (folded.starts_with('#') || pictures.iter().any(|start| folded.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(svg: &str) -> String {
        rewrite(svg.as_bytes())
            .map_or_else(|why| format!("refused: {why}"), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    #[test]
    fn a_drawing_stays_as_it_is() {
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>A &amp; B</title><rect width="5" fill="#fff"/><use href="#a"/></svg>"##;
        assert_eq!(text(svg), svg);
    }

    #[test]
    fn whatever_could_run_or_load_is_left_out() {
        let svg = r#"<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x "y">]><svg onload="alert(1)"><script>alert(1)</script><foreignObject><body/></foreignObject><a href="javascript:alert(1)"><text>t</text></a><image href="https://x/y.png"/><rect fill="url(https://x)" style="x"/><style>@import url(x)</style><animate attributeName="href" to="javascript:x"/></svg>"#;
        assert_eq!(text(svg), "<svg><image/><rect/></svg>");
    }

    #[test]
    fn broken_drawings_are_refused() {
        for svg in ["<svg><g></svg>", "", "<html/>", "<svg>"] {
            assert!(text(svg).starts_with("refused"), "{svg}: {}", text(svg));
        }
    }
}
