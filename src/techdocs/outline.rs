//! A page's title without rendering the page.

use super::dialect::Dialect;
use super::{front_matter, inline};
use crate::diagnostics::Place;

/// What the navigation wants to know of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The front matter's title, else the first heading of level 1.
    pub title: Option<String>,
}

/// Reads a page's title in one cheap pass over its lines.
pub fn outline(text: &str, dialect: &Dialect) -> Outline {
    let opened = front_matter::open(text, &Place::file("", ""), dialect);
    let title = opened.front.title.or_else(|| first_heading(opened.body));
    Outline { title: title.filter(|title| !title.trim().is_empty()) }
}

fn first_heading(body: &str) -> Option<String> {
    let mut fence = None;
    let mut previous = "";
    for line in body.lines() {
        if let Some(open) = fence {
            if fence_of(line) == Some(open) && line.trim() == open {
                fence = None;
            }
            continue;
        }
        fence = fence_of(line);
        if let Some(text) = line.strip_prefix('#')
            && text.starts_with([' ', '\t'])
        {
            return Some(plain_heading(line));
        }
        let underline = line.trim_end();
        if !underline.is_empty() && underline.bytes().all(|byte| byte == b'=') && is_paragraph(previous) {
            return Some(plain_heading(&format!("# {previous}")));
        }
        previous = line;
    }
    None
}

/// The signs that open or close a block of code.
fn fence_of(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(' ');
    let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let fence = &text[..text.len() - text.trim_start_matches(mark).len()];
    (fence.len() >= 3 && !text[fence.len()..].contains('`')).then_some(fence)
}

fn is_paragraph(line: &str) -> bool {
    let text = line.trim();
    !text.is_empty() && !line.starts_with("    ") && !text.starts_with(['#', '>', '|', '<', '-', '*', '='])
}

fn plain_heading(line: &str) -> String {
    inline::plain(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_front_matter_then_the_first_heading() {
        let title = |text| outline(text, &Dialect::default()).title;
        assert_eq!(title("---\ntitle: A\n---\n# B\n").as_deref(), Some("A"));
        assert_eq!(title("intro\n\n# The `code` *book* {#x}\n").as_deref(), Some("The code book"));
        assert_eq!(title("Set up\n======\n").as_deref(), Some("Set up"));
        assert_eq!(title("```sh\n# no heading\n```\n## Two\n"), None);
    }
}
