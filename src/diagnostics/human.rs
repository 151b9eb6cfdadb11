//! Findings as a compiler shows them: severity, rule, message, the lines concerned, what to do.

use super::{Finding, Place, Severity, one_line, printable};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// How findings are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// One finding as several lines of text, without a trailing newline. `path` is the file of a place as the reader knows
/// it; `source` is its text, where it can be had.
pub fn render(
    finding: &Finding,
    style: Style,
    path: &dyn Fn(&Place) -> String,
    source: &dyn Fn(&Place) -> Option<String>,
) -> String {
    let level = match finding.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let message = printable(&finding.message);
    let label = finding.label.as_deref().map(printable);
    let hints: Vec<String> = finding.hints.iter().map(|hint| printable(hint)).collect();
    let place = finding.place.as_ref();
    let path = place.map(|place| printable(&one_line(&path(place))));
    let excerpt = place.and_then(|place| Excerpt::cut(place, source));

    let mut group = Group::with_title(level.primary_title(&message).id(finding.rule.name));
    match (&excerpt, path, place) {
        (Some(excerpt), Some(path), _) => {
            let mut annotation = AnnotationKind::Primary.span(excerpt.start..excerpt.end);
            if let Some(label) = &label {
                annotation = annotation.label(label);
            }
            let snippet =
                Snippet::source(&excerpt.text).path(path).line_start(excerpt.first_line).annotation(annotation);
            group = group.element(snippet);
        }
        (None, Some(path), Some(place)) => {
            let shown = if place.line > 0 { format!("{path}:{}:{}", place.line, place.column.max(1)) } else { path };
            group = group.element(Origin::path(shown));
        }
        _ => {}
    }
    for hint in &hints {
        group = group.element(Level::HELP.message(hint));
    }
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    renderer.term_width(style.width.max(40)).render(&[group])
}

/// The line of a place with a line of context on each side, and the span inside it in bytes.
struct Excerpt {
    text: String,
    first_line: usize,
    start: usize,
    end: usize,
}

impl Excerpt {
    const LONGEST_LINE: usize = 4_000;

    fn cut(place: &Place, source: &dyn Fn(&Place) -> Option<String>) -> Option<Excerpt> {
        if place.line == 0 {
            return None;
        }
        let text = source(place)?;
        let line = place.line as usize - 1;
        let first = line.saturating_sub(1);
        let mut out = String::new();
        let mut span = None;
        for (number, content) in text.lines().enumerate().skip(first).take(3) {
            let content: String =
                content.chars().take(Self::LONGEST_LINE).map(|c| if c.is_control() { ' ' } else { c }).collect();
            if number == line {
                let bytes =
                    |column: usize| content.char_indices().nth(column).map_or(content.len(), |(at, _)| at) + out.len();
                let column = place.column.max(1) as usize - 1;
                let start = bytes(column);
                let end = bytes(column + place.length.max(1) as usize);
                span = Some((start, end));
            } else if number > line && content.trim().is_empty() {
                break;
            }
            out.push_str(&content);
            out.push('\n');
        }
        let (start, end) = span?;
        Some(Excerpt { text: out, first_line: first + 1, start, end })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Rule;

    const RULE: Rule = Rule { name: "a-rule", severity: Severity::Warning, summary: "for this test", why: "" };
    static ROW: &Rule = &RULE;

    #[test]
    fn shows_the_line_its_span_and_the_hint() {
        let finding = Finding::new(ROW, Place::file("shop", "a.yaml").at(2, 4, 3), "`two` is odd")
            .label("here")
            .hint("Use `one`.");
        let style = Style { color: false, width: 100 };
        let source = |_: &Place| Some("a: one\nb: two\nc: x\n".to_string());
        let text = render(&finding, style, &|place| format!("repos/{}/{}", place.repo, place.path), &source);
        assert!(text.contains("warning[a-rule]: `two` is odd"), "{text}");
        assert!(text.contains("--> repos/shop/a.yaml:2:4"), "{text}");
        assert!(text.contains("^^^ here"), "{text}");
        assert!(text.contains("help: Use `one`."), "{text}");
    }
}
