//! The YAML block that may open a page.

use super::dialect::Dialect;
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use serde::Deserialize;

/// What a page says about itself before its text.
#[derive(Debug, Default, Deserialize)]
pub(super) struct FrontMatter {
    pub(super) title: Option<String>,
}

/// A page cut into its front matter and its text.
#[derive(Debug)]
pub(super) struct Opened<'a> {
    pub(super) front: FrontMatter,
    pub(super) body: &'a str,
    /// The line of the file that the body begins with, from 1.
    pub(super) first_line: u32,
    pub(super) finding: Option<Finding>,
}

/// Reads the front matter. A block between `---` lines that is no mapping is text, as in MkDocs; lines
/// `key: value` without those are none in a README.
pub(super) fn open<'a>(text: &'a str, place: &Place, dialect: &Dialect) -> Opened<'a> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let whole = Opened { front: FrontMatter::default(), body: text, first_line: 1, finding: None };
    let Some((yaml, body)) = cut(text).filter(|(yaml, _)| yaml.lines().any(is_key)) else {
        return old_style(text, place).filter(|_| !dialect.github).unwrap_or(whole);
    };
    let first_line = 3 + u32::try_from(yaml.matches('\n').count()).unwrap_or(u32::MAX - 3);
    match serde_yaml::from_str::<FrontMatter>(yaml) {
        Ok(front) => Opened { front, body, first_line, finding: None },
        Err(fault) => {
            let finding = rules::front_matter_broken(yaml_place(&fault, place, 1), &yaml_message(&fault));
            Opened { front: FrontMatter::default(), body, first_line, finding: Some(finding) }
        }
    }
}

/// Lines `key: value` that open a page, up to the first blank one: MkDocs takes them for settings, even where an author
/// meant them as text, which a finding tells.
fn old_style<'a>(text: &'a str, place: &Place) -> Option<Opened<'a>> {
    let mut front = FrontMatter::default();
    let mut finding = None;
    let mut lines = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_end();
        if trimmed.is_empty() {
            break;
        }
        match setting(trimmed) {
            Some((name, value)) => {
                if name.eq_ignore_ascii_case("title") {
                    front.title = Some(value.to_owned());
                } else if !KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name)) && finding.is_none() {
                    let length = u32::try_from(trimmed.chars().count()).unwrap_or(1);
                    finding = Some(rules::first_lines_hidden(place.at(lines + 1, 1, length), name));
                }
            }
            None if lines > 0 && line.starts_with("    ") => {}
            None => break,
        }
        lines += 1;
        at += line.len();
    }
    (lines > 0).then(|| Opened { front, body: &text[at..], first_line: lines + 1, finding })
}

/// Settings that authors write on purpose.
const KNOWN: &[&str] =
    &["title", "author", "authors", "date", "description", "template", "tags", "hide", "status", "summary", "keywords"];

fn setting(line: &str) -> Option<(&str, &str)> {
    let text = line.trim_start_matches(' ');
    let (name, value) = text.split_once(':').filter(|_| line.len() - text.len() <= 3)?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    is_name.then(|| (name, value.trim()))
}

/// Where a YAML fault stands, in a block that begins `skipped` lines into the file.
pub(super) fn yaml_place(fault: &serde_yaml::Error, place: &Place, skipped: u32) -> Place {
    match fault.location() {
        Some(location) if location.line() > 0 => {
            let line = u32::try_from(location.line()).unwrap_or(u32::MAX - 1);
            place.at(line.saturating_add(skipped), u32::try_from(location.column()).unwrap_or(1), 1)
        }
        _ => place.at(0, 0, 0),
    }
}

/// A YAML fault in one line, without the excerpt that findings draw themselves.
pub(super) fn yaml_message(fault: &serde_yaml::Error) -> String {
    let text = fault.without_snippet().to_string();
    let line = text.lines().next().unwrap_or_default();
    line.split(" at line ").next().unwrap_or(line).trim().trim_end_matches(['.', ':', ',']).to_owned()
}

fn cut(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("---")?;
    let (dashes, rest) = rest.split_once('\n')?;
    if !dashes.trim().is_empty() {
        return None;
    }
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if matches!(line.trim_end(), "---" | "...") {
            return Some((&rest[..at], &rest[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

fn is_key(line: &str) -> bool {
    let word = line.trim_end().split(':').next().unwrap_or_default();
    line.contains(':') && !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "_-. \"'".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Place {
        Place::file("repo", "docs/a.md")
    }

    #[test]
    fn reads_the_title_and_leaves_the_text() {
        let opened = open("---\ntitle: Runbook\ntags: [a]\n---\n# Hello\n", &page(), &Dialect::default());
        assert_eq!(opened.front.title.as_deref(), Some("Runbook"));
        assert_eq!((opened.body, opened.first_line), ("# Hello\n", 5));
    }

    #[test]
    fn a_rule_that_opens_a_page_is_no_front_matter() {
        let opened = open("---\nhello\n---\n", &page(), &Dialect::default());
        assert_eq!((opened.body, opened.first_line), ("---\nhello\n---\n", 1));
    }

    #[test]
    fn a_broken_block_is_named_with_its_line() {
        let opened = open("---\ntitle: a\nother: [\n---\ntext\n", &page(), &Dialect::default());
        let finding = opened.finding.expect("a finding");
        assert!(finding.place.is_some_and(|place| place.line >= 3));
        assert_eq!(opened.body, "text\n");
    }
}
