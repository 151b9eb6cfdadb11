//! The neighbourhood of an entity as inline SVG: what leads to it on the left, what it leads to on the right.

use crate::html::escape;

/// A box of the drawing.
#[derive(Debug, Clone)]
pub struct Box {
    /// What stands in it; cut where it is too long.
    pub text: String,
    /// The kind's glyph; becomes a class.
    pub glyph: String,
    /// Lifecycle; becomes a class when it is a plain word.
    pub lifecycle: String,
    pub url: Option<String>,
    /// The relation in words; empty for the centre.
    pub relation: String,
}

const WIDTH: i32 = 200;
const HEIGHT: i32 = 36;
const GAP: i32 = 10;
const SPAN: i32 = 130;
const MARGIN: i32 = 8;
/// Boxes drawn on one side; the rest is counted.
const MOST: usize = 12;
/// Letters that fit a box.
const LONGEST: usize = 20;

/// Draws a centre with its neighbours. Empty when there is no neighbour. `name` is the drawing's accessible name, `more`
/// the words for as many as are not drawn.
pub fn draw(name: &str, centre: &Box, left: &[Box], right: &[Box], more: &dyn Fn(usize) -> String) -> String {
    if left.is_empty() && right.is_empty() {
        return String::new();
    }
    let rows = rows(left).max(rows(right)).max(1) as i32;
    let height = rows * (HEIGHT + GAP) - GAP + 2 * MARGIN;
    let has_left = !left.is_empty();
    let has_right = !right.is_empty();
    let column = WIDTH + SPAN;
    let centre_x = MARGIN + if has_left { column } else { 0 };
    let width = centre_x + WIDTH + if has_right { column } else { 0 } + MARGIN;
    let middle = height / 2;
    let (mut edges, mut labels) = (String::new(), String::new());
    let mut boxes = String::new();
    side(left, MARGIN, height, more, &mut boxes, |y, relation| {
        edge(&mut edges, &mut labels, (MARGIN + WIDTH, y), (centre_x, middle), relation);
    });
    side(right, centre_x + column, height, more, &mut boxes, |y, relation| {
        edge(&mut edges, &mut labels, (centre_x + column, y), (centre_x + WIDTH, middle), relation);
    });
    draw_box(&mut boxes, centre, centre_x, middle - HEIGHT / 2, true);
    format!(
        "<svg class=\"neighbourhood\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"group\" aria-label=\"{}\">{edges}{labels}{boxes}</svg>",
        escape(name)
    )
}

/// Rows that a side takes, the count of the rest included.
fn rows(side: &[Box]) -> usize {
    if side.len() > MOST { MOST + 1 } else { side.len() }
}

fn side(
    side: &[Box],
    x: i32,
    height: i32,
    more: &dyn Fn(usize) -> String,
    boxes: &mut String,
    mut connect: impl FnMut(i32, &str),
) {
    let rows = rows(side) as i32;
    let top = (height - (rows * (HEIGHT + GAP) - GAP)) / 2;
    for (row, shown) in side.iter().take(MOST).enumerate() {
        let y = top + row as i32 * (HEIGHT + GAP);
        connect(y + HEIGHT / 2, &shown.relation);
        draw_box(boxes, shown, x, y, false);
    }
    if side.len() > MOST {
        let y = top + MOST as i32 * (HEIGHT + GAP) + HEIGHT / 2 + 4;
        let more = escape(&more(side.len() - MOST));
        boxes.push_str(&format!(
            "<text class=\"more\" x=\"{}\" y=\"{y}\" text-anchor=\"middle\">{more}</text>",
            x + WIDTH / 2
        ));
    }
}

/// A curve from a neighbour's box to the centre, with the relation beside the neighbour; no curve runs over a relation.
fn edge(out: &mut String, labels: &mut String, (x1, y1): (i32, i32), (x2, y2): (i32, i32), relation: &str) {
    let bend = (x2 - x1) / 2;
    out.push_str(&format!("<path class=\"edge\" d=\"M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}\"/>", x1 + bend, x2 - bend));
    let (x, anchor) = if x2 > x1 { (x1 + 6, "start") } else { (x1 - 6, "end") };
    labels.push_str(&format!(
        "<text class=\"edge-label\" x=\"{x}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
        if y1 > y2 { y1 + 14 } else { y1 - 5 },
        escape(relation)
    ));
}

fn draw_box(out: &mut String, shown: &Box, x: i32, y: i32, centre: bool) {
    let word = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let mut class = format!("node kind-{}", escape(&shown.glyph));
    if word(&shown.lifecycle) {
        class.push_str(&format!(" lifecycle-{}", shown.lifecycle));
    }
    if centre {
        class.push_str(" centre");
    }
    let text = cut(&shown.text, if centre { LONGEST - 3 } else { LONGEST });
    let content = format!(
        "<title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"{}\"/><svg class=\"icon\" x=\"{}\" y=\"{}\" width=\"16\" height=\"16\" aria-hidden=\"true\"><use href=\"#i-{}\"/></svg><text x=\"{}\" y=\"{}\">{}</text>",
        escape(&shown.text),
        roundness(&shown.glyph),
        x + 11,
        y + HEIGHT / 2 - 8,
        escape(&shown.glyph),
        x + 34,
        y + HEIGHT / 2 + 5,
        escape(&text)
    );
    match &shown.url {
        Some(url) if !centre => out.push_str(&format!("<a class=\"{class}\" href=\"{}\">{content}</a>", escape(url))),
        Some(_) => out.push_str(&format!("<g class=\"{class}\">{content}</g>")),
        None => out.push_str(&format!("<g class=\"{class} unresolved\">{content}</g>")),
    }
}

/// Kinds have shapes as well as colours: nearly square what is stored or holds others, round what is called or lives.
fn roundness(glyph: &str) -> i32 {
    match glyph {
        "resource" => 2,
        "system" | "domain" => 4,
        "group" => 14,
        "api" | "user" => HEIGHT / 2,
        _ => 8,
    }
}

/// Text of at most `room` letters, wide scripts counted double, with an ellipsis where it is cut.
pub(super) fn cut(text: &str, room: usize) -> String {
    let mut used = 0;
    let mut out = String::new();
    for c in text.chars() {
        used += if c >= '\u{1100}' { 2 } else { 1 };
        if used > room {
            out.push('…');
            break;
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Box {
        Box {
            text: text.into(),
            glyph: "component".into(),
            lifecycle: String::new(),
            url: Some("../x/".into()),
            relation: "Depends on".to_string(),
        }
    }

    #[test]
    fn names_stay_text_and_nothing_is_dropped_silently() {
        let more = |count: usize| format!("{count} more below");
        let many: Vec<Box> = (0..20).map(|n| shown(&format!("<b>{n}"))).collect();
        let svg = draw("around", &shown("centre"), &many, &[], &more);
        assert!(svg.contains("8 more below"));
        assert!(svg.contains("&lt;b&gt;0") && !svg.contains("<b>"));
        assert_eq!(draw("around", &shown("centre"), &[], &[], &more), "");
    }
}
