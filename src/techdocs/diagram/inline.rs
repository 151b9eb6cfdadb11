//! A drawing as it may stand in a page: known elements, known attributes with values we have read and written again.
//!
//! Whoever drew it is not trusted. Nothing passes as it came: names come from lists, numbers and colours are parsed, ids
//! are ours, text is escaped. Styles are worked out into attributes, so the result needs no style sheet of its own.

use super::paint::{Colour, Paint};
use super::styles::{self, Style};
use super::tree::{Child, Tree};
use crate::html::{push_attribute, push_named, push_text};
use crate::techdocs::address::{self, Address};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Stands before every id until the drawing is put in a page, where the page's own prefix takes its place. No text of a
/// drawing holds it.
pub(super) const PREFIX: char = '\u{1}';
/// A drawing that is heavier than this makes its page too heavy, in bytes.
const LARGEST: usize = 2 * 1024 * 1024;
/// Widths from which drawings are not shrunk to the width of the page, so that their text stays readable, in pixels,
/// with the class of the theme that says how wide they stay.
const WIDE: [(f64, &str); 4] = [(2200.0, "is-huge"), (1450.0, "is-widest"), (960.0, "is-wider"), (640.0, "is-wide")];
/// Shapes up to this size are marks, in pixels.
const SMALL: f64 = 10.0;
/// Levels around a text in which the shape behind it is looked for.
const NEAR: usize = 5;
/// Shapes of a group that are looked at for that: the first ones, which stand behind the rest.
const BEHIND: usize = 3;

const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "a",
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
    "marker",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
];
const SHAPES: &[&str] = &["path", "rect", "circle", "ellipse", "polygon"];
/// Attributes that hold numbers, lengths and lists of them: paths, points, transformations.
const GEOMETRY: &[&str] = &[
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "ry",
    "dx",
    "dy",
    "fx",
    "fy",
    "d",
    "points",
    "width",
    "height",
    "viewBox",
    "transform",
    "refX",
    "refY",
    "markerWidth",
    "markerHeight",
    "offset",
    "gradientTransform",
    "textLength",
    "patternTransform",
];
/// Attributes that hold one word of a few.
const WORDS: &[&str] = &[
    "orient",
    "markerUnits",
    "gradientUnits",
    "clipPathUnits",
    "maskUnits",
    "maskContentUnits",
    "patternUnits",
    "preserveAspectRatio",
    "lengthAdjust",
    "spreadMethod",
];
/// Properties of style that a drawing may have; each stands as an attribute.
const PROPERTIES: &[&str] = &[
    "stroke-width",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-opacity",
    "fill-opacity",
    "fill-rule",
    "clip-rule",
    "opacity",
    "font-size",
    "font-weight",
    "font-style",
    "text-anchor",
    "text-decoration",
    "dominant-baseline",
    "alignment-baseline",
    "baseline-shift",
    "letter-spacing",
    "display",
    "visibility",
    "stop-opacity",
    "paint-order",
];
const PAINTS: &[&str] = &["fill", "stroke", "stop-color"];
const REFERENCES: &[&str] = &["marker-start", "marker-mid", "marker-end", "clip-path", "mask"];

/// What a drawing is called where it says nothing itself.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    /// The author's text, whose colours are kept.
    pub(super) source: &'a str,
}

/// Rewrites a drawing. The error says what is wrong with it.
pub(super) fn rewrite(svg: &str, named: &Named<'_>) -> Result<String, String> {
    let tree = Tree::read(svg)?;
    let styles = styles::of(&tree);
    let mut drawing =
        Drawing { tree: &tree, styles: &styles, source: named.source, ids: BTreeMap::new(), out: String::new() };
    drawing.find_ids();
    drawing.root(named.name)?;
    if drawing.out.len() > LARGEST {
        return Err(format!("the drawing has more than {LARGEST} bytes"));
    }
    Ok(drawing.out)
}

struct Drawing<'a> {
    tree: &'a Tree,
    styles: &'a [Style],
    source: &'a str,
    /// Ids that something refers to, with their new names.
    ids: BTreeMap<String, String>,
    out: String,
}

impl Drawing<'_> {
    /// Only what is referred to keeps an id; what is only there to be referred to and is not, goes.
    fn find_ids(&mut self) {
        let present: BTreeSet<&str> = self.tree.elements.iter().filter_map(|element| element.attribute("id")).collect();
        for (at, element) in self.tree.elements.iter().enumerate() {
            let styled = self.styles[at].values().chain(element.attributes.values());
            for value in styled {
                let inside = value.split("url(").skip(1).filter_map(|rest| rest.split(')').next());
                let linked = element.attribute("href").filter(|_| element.name != "a");
                for id in inside.chain(linked).filter_map(|id| id.trim_matches(['"', '\'', ' ']).strip_prefix('#')) {
                    if present.contains(id) && !self.ids.contains_key(id) {
                        let new = format!("{PREFIX}{}", self.ids.len());
                        self.ids.insert(id.to_owned(), new);
                    }
                }
            }
        }
    }

    fn root(&mut self, name: &str) -> Result<(), String> {
        let root = &self.tree.elements[0];
        let (width, height) = self.size().ok_or("the drawing has no size")?;
        let own = self
            .tree
            .held(0)
            .find(|at| self.tree.elements[*at].name == "title")
            .map(|at| self.tree.lines(at).join(" "));
        let name = own.filter(|title| !title.is_empty()).unwrap_or_else(|| name.to_owned());
        let mut links = self.tree.elements.iter().filter(|element| element.name == "a");
        let has_links = links.any(|link| link.attribute("href").and_then(linked).is_some());
        self.out.push_str("<svg");
        if let Some((_, class)) = WIDE.iter().find(|(from, _)| width > *from) {
            push_named(&mut self.out, "class", class);
        }
        // A picture hides what it holds from screen readers; links must stay within reach.
        push_named(&mut self.out, "role", if has_links { "group" } else { "img" });
        push_named(&mut self.out, "aria-label", &printable(&name));
        push_named(&mut self.out, "width", &number(width));
        push_named(&mut self.out, "height", &number(height));
        let view = root
            .attribute("viewBox")
            .and_then(numbers)
            .unwrap_or_else(|| format!("0 0 {} {}", number(width), number(height)));
        push_named(&mut self.out, "viewBox", &view);
        push_named(&mut self.out, "fill", "var(--dg-ink)");
        self.style(0, &["fill"]);
        self.out.push('>');
        self.children(0);
        self.out.push_str("</svg>");
        Ok(())
    }

    /// In pixels.
    fn size(&self) -> Option<(f64, f64)> {
        let root = &self.tree.elements[0];
        let view: Vec<f64> = root
            .attribute("viewBox")
            .unwrap_or_default()
            .split([' ', ','])
            .filter_map(|part| part.parse().ok())
            .collect();
        let of = |name: &str| {
            let value = root.attribute(name)?;
            let end = value.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(value.len());
            let unit = match &value[end..] {
                "pt" => 4.0 / 3.0,
                "" | "px" => 1.0,
                _ => return None,
            };
            Some(value[..end].parse::<f64>().ok()? * unit)
        };
        let (wide, high) = match view.as_slice() {
            [_, _, wide, high] => (Some(*wide), Some(*high)),
            _ => (None, None),
        };
        let (width, height) = match (of("width"), of("height")) {
            (Some(width), Some(height)) => (width, height),
            _ => (wide?, high?),
        };
        let is_size = |value: f64| value.is_finite() && (1.0..100_000.0).contains(&value);
        (is_size(width) && is_size(height)).then_some((width, height))
    }

    fn children(&mut self, of: usize) {
        let element = &self.tree.elements[of];
        let is_words = matches!(&*element.name, "text" | "tspan" | "title" | "desc");
        let in_switch = element.name == "switch";
        for child in &element.children {
            match child {
                Child::Text(text) if is_words => push_text(&mut self.out, &printable(text)),
                Child::Text(_) => {}
                Child::Element(at) if self.tree.elements[*at].name == "foreignObject" => {
                    if !in_switch {
                        self.words_of_html(*at);
                    }
                }
                Child::Element(at) => self.element(*at),
            }
        }
    }

    fn element(&mut self, at: usize) {
        let element = &self.tree.elements[at];
        // The alternatives of a switch: what needs HTML was left out above, the rest is shown.
        let name = if element.name == "switch" { "g" } else { element.name.as_str() };
        let Some(name) = ELEMENTS.iter().find(|known| **known == name) else { return };
        let id = element.attribute("id").and_then(|id| self.ids.get(id));
        let only_to_refer = matches!(
            *name,
            "marker" | "linearGradient" | "radialGradient" | "clipPath" | "mask" | "pattern" | "symbol"
        );
        let is_empty = element.children.is_empty() && matches!(*name, "g" | "defs" | "title" | "desc" | "text");
        let is_empty = is_empty
            || (*name == "rect" && !["width", "style"].iter().any(|size| element.attributes.contains_key(*size)));
        if (only_to_refer && id.is_none()) || is_empty {
            return;
        }
        let link = if *name == "a" { element.attribute("href").and_then(linked) } else { None };
        let name = if *name == "a" && link.is_none() { "g" } else { name };
        let before = self.out.len();
        self.out.push('<');
        self.out.push_str(name);
        if let Some(id) = id {
            push_named(&mut self.out, "id", id);
        }
        if let Some(link) = link {
            push_named(&mut self.out, "href", &link);
            push_named(&mut self.out, "rel", "noopener nofollow");
        }
        if name == "use" {
            let target = element.attribute("href").and_then(|href| self.ids.get(href.strip_prefix('#')?));
            let Some(target) = target else {
                self.out.push_str("/>");
                return;
            };
            push_named(&mut self.out, "href", &format!("#{target}"));
        }
        for (key, value) in &element.attributes {
            let kept = if GEOMETRY.contains(&key.as_str()) {
                numbers(value)
            } else if WORDS.contains(&key.as_str()) {
                word(value)
            } else {
                None
            };
            if let Some(value) = kept {
                push_named(&mut self.out, key, &value);
            }
        }
        let contrast = (name == "text").then(|| self.contrast(at)).flatten();
        match contrast {
            Some(fill) => {
                push_named(&mut self.out, "fill", &fill);
                self.style(at, &["fill"]);
            }
            None => self.style(at, &[]),
        }
        if element.children.is_empty() {
            self.out.push_str("/>");
            return;
        }
        self.out.push('>');
        let inside = self.out.len();
        self.children(at);
        if self.out.len() == inside && matches!(name, "g" | "defs") {
            self.out.truncate(before);
            return;
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    /// Writes what styles and attributes say of an element, but for `done`.
    fn style(&mut self, at: usize, done: &[&str]) {
        let id = |name: &str| self.ids.get(name).cloned();
        let mut written = String::new();
        for name in PAINTS.iter().filter(|name| !done.contains(name)) {
            let paint = self.property(at, name).and_then(|value| Paint::read(value, self.source));
            if let Some(paint) = paint {
                push_named(&mut written, name, &paint.write(&id));
            }
        }
        for name in REFERENCES {
            let paint = self.property(at, name).and_then(|value| Paint::read(value, self.source));
            if let Some(paint @ Paint::Local(_)) = paint {
                push_named(&mut written, name, &paint.write(&id));
            }
        }
        for name in PROPERTIES {
            if let Some(value) = self.property(at, name).and_then(|value| numbers(value).or_else(|| word(value))) {
                push_named(&mut written, name, &value);
            }
        }
        if let Some(family) = self.property(at, "font-family").and_then(family) {
            push_named(&mut written, "font-family", family);
        }
        self.out.push_str(&written);
    }

    /// Styles are stronger than attributes.
    fn property(&self, at: usize, name: &str) -> Option<&str> {
        self.styles[at].get(name).map(String::as_str).or_else(|| self.tree.elements[at].attribute(name))
    }

    /// The colour of a text that stands on a shape with a colour of its own: what the author gave for the text, else one
    /// that can be read.
    fn contrast(&self, at: usize) -> Option<String> {
        let around = || self.tree.outwards(at).take(NEAR);
        let authors = |value: &str| self.source.contains(value).then(|| Paint::read(value, self.source)).flatten();
        let coloured = around().find_map(|at| self.styles[at].get("color").and_then(|value| authors(value)));
        if let Some(paint @ Paint::Plain(..)) = coloured {
            return Some(paint.write(&|_| None));
        }
        if around().find_map(|at| self.property(at, "fill")).is_some_and(|value| authors(value).is_some()) {
            return None;
        }
        for group in around().skip(1) {
            let held = self.tree.held(group).filter(|held| *held < at).take(BEHIND);
            let shapes = held.flat_map(|held| std::iter::once(held).chain(self.tree.held(held).take(BEHIND)));
            let paint = shapes
                .filter(|shape| self.is_background(*shape))
                .filter_map(|shape| self.property(shape, "fill").and_then(|value| Paint::read(value, self.source)))
                .find(|paint| *paint != Paint::None);
            match paint {
                Some(Paint::Plain(colour, alpha)) if alpha > 0.5 => return Some(on(colour).to_owned()),
                Some(_) => return None,
                None => {}
            }
        }
        None
    }

    /// Whether a text may stand on an element: it is a shape, and large enough.
    fn is_background(&self, at: usize) -> bool {
        let element = &self.tree.elements[at];
        let size = |name: &str| element.attribute(name).and_then(|value| value.parse::<f64>().ok()).unwrap_or_default();
        match element.name.as_str() {
            "rect" => size("width") > SMALL && size("height") > SMALL,
            "circle" => size("r") > SMALL,
            name => SHAPES.contains(&name),
        }
    }

    /// A label that its renderer wrote as HTML, as lines of text in the middle of its box.
    fn words_of_html(&mut self, at: usize) {
        let element = &self.tree.elements[at];
        let of = |name: &str| element.attribute(name).and_then(|value| value.parse::<f64>().ok()).unwrap_or_default();
        let lines = self.tree.lines(at);
        if lines.is_empty() {
            return;
        }
        let (middle, centre) = (of("x") + of("width") / 2.0, of("y") + of("height") / 2.0);
        self.out.push_str("<text text-anchor=\"middle\" dominant-baseline=\"central\"");
        if let Some(fill) = self.contrast(at) {
            push_named(&mut self.out, "fill", &fill);
        }
        self.out.push('>');
        let pitch = (of("height") / lines.len() as f64).clamp(8.0, 24.0);
        for (row, line) in lines.iter().enumerate() {
            let y = centre + (row as f64 - (lines.len() - 1) as f64 / 2.0) * pitch;
            // Writing to a string cannot fail.
            let _ = write!(self.out, "<tspan x=\"{}\" y=\"{}\">", number(middle), number(y));
            push_text(&mut self.out, &printable(line));
            self.out.push_str("</tspan>");
        }
        self.out.push_str("</text>");
    }
}

/// Ink that can be read on a colour.
fn on(colour: Colour) -> &'static str {
    if colour.lightness() > 0.55 { "#16130f" } else { "#ffffff" }
}

/// Where a link in a drawing may lead: the web, or a place on the page.
fn linked(href: &str) -> Option<String> {
    match address::classify(href) {
        Address::External(url) => Some(url),
        Address::Anchor(anchor) => Some(format!("#{anchor}")),
        Address::Local { .. } | Address::OtherScheme(_) | Address::Refused(_) => None,
    }
}

fn family(value: &str) -> Option<&'static str> {
    let value = value.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| value.contains(word));
    if has(&["mono", "courier", "consolas"]) {
        Some("monospace")
    } else if has(&["times", "georgia"]) || value == "serif" {
        Some("serif")
    } else {
        None
    }
}

/// Numbers with letters, signs and brackets between them, as paths and transformations have them; decimals that no
/// screen shows are dropped. None where anything else stands in it.
fn numbers(value: &str) -> Option<String> {
    let mut out = String::with_capacity(value.len());
    let mut rest = value.trim();
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() || first == '.' {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            // Two numbers may share their dot: `1.5.5`.
            let end = rest[..end].match_indices('.').nth(1).map_or(end, |(second, _)| second);
            let exponent = exponent(&rest[end..]);
            let parsed: f64 = rest[..end + exponent].parse().ok()?;
            if out.ends_with(|c: char| c.is_ascii_digit()) {
                out.push(' ');
            }
            out.push_str(&number(parsed));
            rest = &rest[end + exponent..];
        } else if first.is_ascii_alphabetic() || matches!(first, ' ' | ',' | '-' | '+' | '(' | ')' | '%' | '\n' | '\t')
        {
            out.push(if first.is_whitespace() { ' ' } else { first });
            rest = &rest[1..];
        } else {
            return None;
        }
    }
    let has_digit = out.contains(|c: char| c.is_ascii_digit());
    (has_digit && !out.contains("url")).then_some(out)
}

/// How many bytes of `e-5` and the like follow a number.
fn exponent(text: &str) -> usize {
    let Some(rest) = text.strip_prefix(['e', 'E']) else { return 0 };
    let sign = usize::from(rest.starts_with(['-', '+']));
    let digits = rest[sign..].bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 { 0 } else { 1 + sign + digits }
}

fn number(value: f64) -> String {
    let mut text = format!("{value:.2}");
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    text
}

fn word(value: &str) -> Option<String> {
    let value = value.trim();
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ' ' | '-'));
    (plain && !value.is_empty() && value.len() <= 40).then(|| value.to_owned())
}

/// Text without the characters that XML forbids, our prefix among them.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || c.is_whitespace()).collect()
}

/// Puts the page's prefix before the ids of a rewritten drawing.
pub(super) fn placed(svg: &str, prefix: &str) -> String {
    let mut safe = String::new();
    push_attribute(&mut safe, prefix);
    svg.replace(PREFIX, &safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inline(svg: &str) -> String {
        match rewrite(svg, &Named { name: "Drawing", source: "" }) {
            Ok(svg) => placed(&svg, "d1-"),
            Err(why) => format!("refused: {why}"),
        }
    }

    fn inside(content: &str) -> String {
        let drawn = inline(&format!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 10 10\">{content}</svg>"));
        let start = drawn.find('>').map_or(0, |at| at + 1);
        drawn[start..].strip_suffix("</svg>").unwrap_or(&drawn).to_owned()
    }

    #[test]
    fn a_drawing_gets_a_name_and_loses_its_styles() {
        assert_eq!(
            inline(
                r##"<?xml version="1.0"?><svg viewBox="0 0 10 20"><style>.n rect{fill:#f0f0e1}</style><g class="n"><rect width="5.12345" style="stroke:black"/></g></svg>"##
            ),
            "<svg role=\"img\" aria-label=\"Drawing\" width=\"10\" height=\"20\" viewBox=\"0 0 10 20\" fill=\"var(--dg-ink)\">\
             <g><rect width=\"5.12\" fill=\"var(--dg-node)\" stroke=\"var(--dg-ink)\"/></g></svg>"
        );
    }

    #[test]
    fn only_what_is_referred_to_has_an_id() {
        assert_eq!(
            inside(
                r##"<defs><marker id="a"><path d="M0 0"/></marker><marker id="b"/></defs><path id="c" d="M1e3,2-3.456.5" marker-end="url(#a)"/>"##
            ),
            "<defs><marker id=\"d1-0\"><path d=\"M0 0\"/></marker></defs><path d=\"M1000,2-3.46 0.5\" marker-end=\"url(#d1-0)\"/>"
        );
    }

    #[test]
    fn nothing_that_runs_loads_or_leads_away_is_kept() {
        for (content, wanted) in [
            ("<script>alert(1)</script>", ""),
            ("<rect onclick=\"alert(1)\" width=\"1\"/>", "<rect width=\"1\"/>"),
            ("<path fill=\"url(https://x)\"/>", "<path/>"),
            ("<path style=\"fill:url(https://x);background:url(x)\"/>", "<path/>"),
            ("<image href=\"https://x/y.png\"/>", ""),
            ("<image href=\"data:image/svg+xml,x\"/>", ""),
            ("<a href=\"javascript:alert(1)\"><text>x</text></a>", "<g><text>x</text></g>"),
            ("<use href=\"https://x#y\"/>", "<use/>"),
            ("<animate attributeName=\"href\" to=\"x\"/><set/>", ""),
            ("<iframe/><object/><embed/>", ""),
            ("<text>&lt;script&gt;\u{1}</text>", "<text>&lt;script&gt;</text>"),
            ("<text x='\" onload=\"x'>a</text>", "<text>a</text>"),
            (
                "<g transform=\"translate(1,2)\" class=\"x\" id=\"y\"><line x1=\"1\"/></g>",
                "<g transform=\"translate(1,2)\"><line x1=\"1\"/></g>",
            ),
        ] {
            assert_eq!(inside(content), wanted, "{content}");
        }
        assert!(
            inside("<a href=\"https://x.example/\"><text>x</text></a>")
                .starts_with("<a href=\"https://x.example/\" rel=")
        );
    }

    #[test]
    fn labels_in_html_become_text() {
        assert_eq!(
            inside(
                "<foreignObject width=\"40\" height=\"20\"><div xmlns=\"x\"><span>A &amp; b<br/>c</span></div></foreignObject>"
            ),
            "<text text-anchor=\"middle\" dominant-baseline=\"central\"><tspan x=\"20\" y=\"5\">A &amp; b</tspan><tspan x=\"20\" y=\"15\">c</tspan></text>"
        );
    }

    #[test]
    fn text_can_be_read_on_its_authors_colours() {
        let drawn = rewrite(
            "<svg viewBox=\"0 0 9 9\"><g><rect width=\"90\" height=\"40\" fill=\"#f96\"/><g><text fill=\"#111112\">a</text></g></g></svg>",
            &Named { name: "x", source: "style A fill:#f96" },
        );
        assert!(drawn.is_ok_and(|drawn| drawn.contains("<text fill=\"#16130f\">")));
    }

    #[test]
    fn what_is_no_drawing_is_refused() {
        for svg in ["", "<html/>", "<svg viewBox=\"0 0 1 1\"><g>", "<svg/>", "<svg viewBox=\"0 0 1e9 1\"/>"] {
            assert!(inline(svg).starts_with("refused"), "{svg}");
        }
        assert!(inline(&format!("<svg viewBox=\"0 0 9 9\">{}", "<g>".repeat(500))).starts_with("refused"));
    }
}
