//! The whole catalog as inline SVG: a card for each domain with its systems, and lines for what leads from one to
//! another.

use super::drawing::cut;
use super::layered::{columns, even_columns, place};
use crate::html::escape;

/// A cluster of the drawing.
#[derive(Debug, Clone)]
pub struct Card {
    pub text: String,
    /// What it holds, in words.
    pub holds: String,
    pub total: usize,
    pub glyph: &'static str,
    pub url: Option<String>,
    pub rows: Vec<CardRow>,
}

/// A system in its domain's card.
#[derive(Debug, Clone)]
pub struct CardRow {
    pub text: String,
    pub total: usize,
    pub url: Option<String>,
}

/// A line from a card, or one of its rows, to another.
#[derive(Debug, Clone)]
pub struct Line {
    pub from: (usize, Option<usize>),
    pub to: (usize, Option<usize>),
    pub count: usize,
    pub text: String,
}

/// How much is drawn of each domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Its name, what it holds, and a row for each system.
    Systems,
    /// Its name and a number, for many domains.
    Names,
}

/// Sizes of cards.
struct Measures {
    detail: Detail,
    width: f64,
    span: f64,
    head: f64,
    /// Letters that fit a head.
    longest: usize,
}

const SYSTEMS: Measures = Measures { detail: Detail::Systems, width: 216.0, span: 72.0, head: 52.0, longest: 22 };
const NAMES: Measures = Measures { detail: Detail::Names, width: 184.0, span: 42.0, head: 32.0, longest: 19 };
const ROW: f64 = 28.0;
/// Between two cards that show names.
const GAP: f64 = 8.0;
const MARGIN: f64 = 12.0;
/// Columns that there may always be, and that names have.
const FEWEST: f64 = 4.0;
const COLUMNS_OF_NAMES: usize = 5;
/// Room on the right for lines within the last column.
const LOOP: f64 = 36.0;
/// Letters that fit a row.
const LONGEST_ROW: usize = 23;

/// Where cards and lines are.
struct Plan {
    columns: Vec<usize>,
    /// The top of each card.
    tops: Vec<f64>,
    /// Heights at which a line passes the columns between its ends; none where it passes behind cards.
    lanes: Vec<Vec<f64>>,
}

/// Draws cards and lines. `name` is the drawing's accessible name.
pub fn map(name: &str, cards: &[Card], lines: &[Line], detail: Detail) -> String {
    if cards.is_empty() {
        return String::new();
    }
    let measures = if detail == Detail::Systems { &SYSTEMS } else { &NAMES };
    let Measures { width, span, head, .. } = *measures;
    let heights: Vec<f64> = cards.iter().map(|card| height(card, measures)).collect();
    let Plan { columns, tops, lanes } =
        if detail == Detail::Systems { layers(&heights, lines) } else { grid(&heights, lines) };
    let passed = lanes.iter().flatten();
    let first = tops.iter().chain(passed.clone()).copied().fold(f64::MAX, f64::min);
    let bottoms = tops.iter().zip(&heights).map(|(top, height)| top + height);
    let last = bottoms.chain(passed.copied()).fold(f64::MIN, f64::max);
    let down = MARGIN - first;
    let x = |column: usize| MARGIN + column as f64 * (width + span);
    let whole = x(columns.iter().copied().max().unwrap_or_default()) + width + LOOP + MARGIN;
    let port = |(card, row): (usize, Option<usize>)| {
        let inside = row.map_or(head / 2.0, |row| head + row as f64 * ROW + ROW / 2.0);
        tops[card] + down + inside
    };
    let mut drawn = String::new();
    for (line, lanes) in lines.iter().zip(&lanes) {
        let (from, to) = (columns[line.from.0], columns[line.to.0]);
        let mut points = vec![(x(from) + if from <= to { width } else { 0.0 }, port(line.from))];
        for (step, lane) in lanes.iter().enumerate() {
            let column = if from < to { from + 1 + step } else { from - 1 - step };
            let (enter, leave) = if from < to { (0.0, width) } else { (width, 0.0) };
            points.extend([(x(column) + enter, lane + down), (x(column) + leave, lane + down)]);
        }
        points.push((x(to) + if from < to { 0.0 } else { width }, port(line.to)));
        curve(&mut drawn, line, &points, from == to);
    }
    for (at, card) in cards.iter().enumerate() {
        draw_card(&mut drawn, card, measures, x(columns[at]), tops[at] + down);
    }
    format!(
        "<svg class=\"map\" viewBox=\"0 0 {whole:.0} {height:.0}\" width=\"{whole:.0}\" height=\"{height:.0}\" role=\"group\" aria-label=\"{}\">{drawn}</svg>",
        escape(name),
        height = last + down + MARGIN,
    )
}

/// Columns from left to right, each card near to what it is related to.
fn layers(heights: &[f64], lines: &[Line]) -> Plan {
    let total: f64 = heights.iter().sum();
    // About three wide to two high, and a few cards in a row.
    let most = (1.5 * total / (SYSTEMS.width + SYSTEMS.span)).sqrt().round().max(FEWEST) as usize;
    let columns = columns(heights, &strengths(lines), most.min(heights.len()));
    let plain: Vec<(usize, usize)> = lines.iter().map(|line| (line.from.0, line.to.0)).collect();
    let placed = place(&columns, heights, &plain);
    let tops = placed.boxes.iter().zip(heights).map(|(middle, height)| middle - height / 2.0).collect();
    Plan { columns, tops, lanes: placed.lanes }
}

/// As many cards in each column, from the top, in their order.
fn grid(heights: &[f64], lines: &[Line]) -> Plan {
    let columns = even_columns(heights, &strengths(lines), COLUMNS_OF_NAMES.min(heights.len()));
    let mut next = [0.0; COLUMNS_OF_NAMES];
    let tops = columns.iter().zip(heights).map(|(column, height)| {
        let top = next[*column];
        next[*column] += height + GAP;
        top
    });
    let tops = tops.collect();
    Plan { columns, tops, lanes: vec![Vec::new(); lines.len()] }
}

fn strengths(lines: &[Line]) -> Vec<(usize, usize, usize)> {
    let between = lines.iter().filter(|line| line.from.0 != line.to.0);
    between.map(|line| (line.from.0, line.to.0, line.count)).collect()
}

fn height(card: &Card, measures: &Measures) -> f64 {
    measures.head + card.rows.len() as f64 * ROW + if card.rows.is_empty() { 0.0 } else { 6.0 }
}

/// A line through its points, level at each of them, with a head where it ends. The more relations, the wider.
fn curve(out: &mut String, line: &Line, points: &[(f64, f64)], is_loop: bool) {
    const HEAD_LENGTH: f64 = 7.0;
    let (x, y) = points[0];
    let mut path = format!("M{x:.0} {y:.0}");
    let (end_x, end_y) = points[points.len() - 1];
    // Where a line within a column returns to it, its head looks left.
    let is_left = is_loop || end_x < x;
    let back = if is_left { -HEAD_LENGTH } else { HEAD_LENGTH };
    let last = points.len() - 2;
    for (at, pair) in points.windows(2).enumerate() {
        let ((x1, y1), (mut x2, y2)) = (pair[0], pair[1]);
        if at == last {
            x2 -= back;
        }
        if at % 2 == 1 {
            path.push_str(&format!("H{x2:.0}"));
            continue;
        }
        let reach = 12.0 + ((y2 - y1).abs() / 8.0).min(LOOP - 14.0);
        let (bend1, bend2) = if is_loop { (x1 + reach, x2 + reach) } else { ((x1 + x2) / 2.0, (x1 + x2) / 2.0) };
        path.push_str(&format!("C{bend1:.0} {y1:.0} {bend2:.0} {y2:.0} {x2:.0} {y2:.0}"));
    }
    let strength = (1.0 + (line.count as f64).log2() * 0.4).min(3.5);
    out.push_str(&format!(
        "<g class=\"line\" stroke-width=\"{strength:.1}\"><title>{}</title><path class=\"edge\" d=\"{path}\"/><path class=\"edge-arrow\" d=\"M{end_x:.0} {end_y:.0}l{:.0} -4v8z\"/></g>",
        escape(&line.text),
        -back
    ));
}

fn draw_card(out: &mut String, card: &Card, measures: &Measures, x: f64, y: f64) {
    let Measures { width, head, longest, .. } = *measures;
    out.push_str(&format!(
        "<g class=\"card-box kind-{}\"><rect class=\"card-back\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width}\" height=\"{:.0}\" rx=\"8\"/>",
        card.glyph,
        height(card, measures)
    ));
    let mut content = format!(
        "<title>{}: {}</title><rect class=\"card-head\" x=\"{x:.0}\" y=\"{y:.0}\" width=\"{width}\" height=\"{head}\" rx=\"8\"/>",
        escape(&card.text),
        escape(&card.holds),
    );
    let shown = cut(&card.text, longest);
    match measures.detail {
        Detail::Systems => {
            content.push_str(&format!(
                "<svg class=\"icon\" x=\"{:.0}\" y=\"{:.0}\" width=\"16\" height=\"16\" aria-hidden=\"true\"><use href=\"#i-{}\"/></svg>",
                x + 12.0,
                y + 10.0,
                card.glyph
            ));
            text(&mut content, "card-name", x + 36.0, y + 23.0, &shown);
            text(&mut content, "card-holds", x + 36.0, y + 41.0, &card.holds);
        }
        Detail::Names => {
            text(&mut content, "card-text", x + 11.0, y + 20.0, &shown);
            text(&mut content, "card-count", x + width - 11.0, y + 20.0, &card.total.to_string());
        }
    }
    link(out, "card-link", card.url.as_deref(), &content);
    for (at, row) in card.rows.iter().enumerate() {
        let top = y + head + at as f64 * ROW;
        let mut content = format!(
            "<title>{}</title><rect class=\"card-row\" x=\"{:.0}\" y=\"{:.0}\" width=\"{}\" height=\"{}\" rx=\"5\"/>",
            escape(&row.text),
            x + 5.0,
            top + 2.0,
            width - 10.0,
            ROW - 3.0,
        );
        text(&mut content, "card-text", x + 14.0, top + 19.0, &cut(&row.text, LONGEST_ROW));
        text(&mut content, "card-count", x + width - 14.0, top + 19.0, &row.total.to_string());
        link(out, "row-link kind-system", row.url.as_deref(), &content);
    }
    out.push_str("</g>");
}

fn text(out: &mut String, class: &str, x: f64, y: f64, shown: &str) {
    out.push_str(&format!("<text class=\"{class}\" x=\"{x:.0}\" y=\"{y:.0}\">{}</text>", escape(shown)));
}

fn link(out: &mut String, class: &str, url: Option<&str>, content: &str) {
    match url {
        Some(url) => out.push_str(&format!("<a class=\"{class}\" href=\"{}\">{content}</a>", escape(url))),
        None => out.push_str(&format!("<g class=\"{class}\">{content}</g>")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_text_and_every_line_is_drawn() {
        let card = |text: &str, rows: usize| Card {
            text: text.to_string(),
            holds: "2 systems".to_string(),
            total: 2,
            glyph: "domain",
            url: Some("?root=x&y".to_string()),
            rows: (0..rows).map(|n| CardRow { text: format!("<i>{n}"), total: n, url: None }).collect(),
        };
        let line = |from, to| Line { from, to, count: 3, text: "a \"b\"".to_string() };
        let lines = [line((0, Some(1)), (1, None)), line((1, None), (0, Some(0))), line((0, Some(0)), (0, Some(1)))];
        for detail in [Detail::Systems, Detail::Names] {
            let rows = if detail == Detail::Systems { 2 } else { 0 };
            let svg = map("all <of> it", &[card("One & all", rows), card("<b>Two", 0)], &lines, detail);
            assert_eq!(svg.matches("class=\"edge\"").count(), 3);
            assert!(svg.contains("aria-label=\"all &lt;of&gt; it\"") && svg.contains("?root=x&amp;y"));
            assert!(!svg.contains("<b>") && !svg.contains("<i>") && !svg.contains("NaN"), "{svg}");
        }
        assert_eq!(map("", &[], &[], Detail::Names), "");
    }
}
