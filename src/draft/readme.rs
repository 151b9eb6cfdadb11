//! What a README says first: its heading and its first paragraph, as plain text.

use super::words::{description, one_line};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Readme {
    pub(super) heading: Option<String>,
    pub(super) paragraph: Option<String>,
    /// The heading says that nobody should use it any more.
    pub(super) is_over: bool,
}

/// How headings begin under which a README tells no longer what something is.
const HOW_TO: [&str; 24] = [
    "install",
    "getting",
    "quick",
    "usage",
    "use",
    "using",
    "prereq",
    "require",
    "instruction",
    "how",
    "setup",
    "set up",
    "build",
    "table of",
    "contents",
    "develop",
    "contribut",
    "licen",
    "feature",
    "status",
    "technical",
    "deploy",
    "run",
    "test",
];
/// Headings that name nothing.
const NO_NAME: [&str; 16] = [
    "readme",
    "overview",
    "introduction",
    "about",
    "documentation",
    "getting started",
    "table of contents",
    "contents",
    "description",
    "welcome",
    "project title",
    "project name",
    "license",
    "warning",
    "note",
    "repository moved",
];
/// Words of a heading that say that it is over.
const OVER: [&str; 2] = ["deprecated", "archived"];
/// Headings that are looked at.
const MOST_HEADINGS: usize = 3;
const LONGEST_HEADING: usize = 60;

pub(super) fn read(text: &str) -> Readme {
    let mut readme = Readme::default();
    let (mut headings, mut depth, mut images) = (0, 0usize, 0usize);
    let mut open: Option<String> = None;
    let mut html = String::new();
    let options = Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::Heading { .. }) => {
                headings += 1;
                open = Some(String::new());
            }
            Event::End(TagEnd::Heading(level)) => {
                let line = one_line(&open.take().unwrap_or_default());
                let lower = line.to_lowercase();
                if readme.heading.is_none() && level == HeadingLevel::H1 {
                    readme.is_over |= lower.split(|c: char| !c.is_alphabetic()).any(|word| OVER.contains(&word));
                    readme.heading = title(&line);
                } else if headings > MOST_HEADINGS || HOW_TO.iter().any(|start| lower.starts_with(start)) {
                    break;
                }
            }
            Event::Start(Tag::Paragraph) if depth == 0 => open = Some(String::new()),
            Event::End(TagEnd::Paragraph) if depth == 0 => {
                let text = open.take().unwrap_or_default();
                if readme.paragraph.is_none() && text.split_whitespace().count() > 3 {
                    readme.paragraph = description(&text);
                }
            }
            Event::Start(Tag::Image { .. }) => images += 1,
            Event::End(TagEnd::Image) => images -= 1,
            Event::Start(Tag::List(_) | Tag::BlockQuote(_) | Tag::Table(_) | Tag::MetadataBlock(_)) => depth += 1,
            Event::End(TagEnd::List(_) | TagEnd::BlockQuote(_) | TagEnd::Table | TagEnd::MetadataBlock(_)) => {
                depth -= 1
            }
            Event::Text(text) | Event::Code(text) if images == 0 => {
                if let Some(open) = &mut open {
                    open.push_str(&text);
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(open) = &mut open {
                    open.push(' ');
                }
            }
            Event::Html(piece) if headings == 0 => {
                html.push_str(&piece);
                if let Some(line) = html_heading(&html) {
                    headings += 1;
                    readme.heading = title(&line);
                }
            }
            _ => {}
        }
        if readme.paragraph.is_some() && headings > 0 {
            break;
        }
    }
    readme
}

/// The first paragraph of a longer description.
pub(super) fn paragraph(text: &str) -> Option<String> {
    read(text).paragraph.or_else(|| description(text).filter(|_| !text.trim_start().starts_with('#')))
}

/// A heading that names something, without the ornaments around it.
fn title(line: &str) -> Option<String> {
    if line.contains("{{") || line.contains("${") {
        return None;
    }
    let words: Vec<&str> =
        line.split(' ').filter(|word| !(word.len() > 2 && word.starts_with(':') && word.ends_with(':'))).collect();
    let line = words.join(" ");
    let title = line
        .trim_start_matches(|c: char| !c.is_alphanumeric())
        .trim_end_matches(|c: char| !c.is_alphanumeric() && !matches!(c, ')' | '!' | '?' | '+' | '#'));
    let names = !title.is_empty()
        && title.chars().count() <= LONGEST_HEADING
        && !NO_NAME.contains(&title.to_lowercase().as_str());
    names.then(|| title.to_string())
}

/// The text of an `<h1>` in HTML.
fn html_heading(html: &str) -> Option<String> {
    let lower = html.to_ascii_lowercase();
    let start = lower.find("<h1")?;
    let inner = start + lower[start..].find('>')? + 1;
    let end = inner + lower[inner..].find("</h1")?;
    let mut text = String::new();
    let mut inside = false;
    for c in html[inner..end].chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => text.push(c),
            _ => {}
        }
    }
    Some(one_line(&text.replace("&amp;", "&").replace("&nbsp;", " "))).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, heading: Option<&str>, paragraph: Option<&str>) {
        let expected =
            Readme { heading: heading.map(str::to_string), paragraph: paragraph.map(str::to_string), is_over: false };
        assert_eq!(read(text), expected, "{text}");
    }

    #[test]
    fn the_heading_and_the_first_paragraph_are_taken_as_plain_text() {
        reads(
            "# The `shop`\n\n[![build](b.svg)](x) ![y](z)\n\nSells [gramophones](x),\n*old* and new.\n\nMore.\n",
            Some("The shop"),
            Some("Sells gramophones, old and new."),
        );
        reads(
            "# :rocket: 🚀 Shop 🚀\n\n> A quote.\n\n- a list of things\n\n## Install\n\nRun the following.",
            Some("Shop"),
            None,
        );
        reads(
            "<h1 align=\"center\">\n  <img src=x> My &amp; Shop\n</h1>\n\nIt sells a lot of things.\n",
            Some("My & Shop"),
            Some("It sells a lot of things."),
        );
        reads(
            "# README\n\n## Overview\n\nAll that is sold stands here.\n",
            None,
            Some("All that is sold stands here."),
        );
        reads(
            "Just some text without heading.\n\n## Usage\n\nx y z a b\n",
            None,
            Some("Just some text without heading."),
        );
        reads("# Shop\n\nThis repository holds the following parts:\n\n- x\n", Some("Shop"), None);
        reads("# License\n\n![x](y)\n\n# Shop\nSells a lot of things.\n", Some("Shop"), Some("Sells a lot of things."));
        reads("# Shop\n\n## A shop for all\n\nIt sells many things.\n", Some("Shop"), Some("It sells many things."));
        reads("# {{ values.name }}\n", None, None);
        reads("", None, None);
        assert!(read("# DEPRECATED: use the other shop\n").is_over);
    }

    #[test]
    fn long_paragraphs_end_with_a_sentence_or_a_word() {
        let first = "The shop sells gramophones, records and needles to people all over the world.";
        let long = format!("{first} {}", "And it goes on, e.g. about this and that and much more ".repeat(4));
        assert_eq!(read(&long).paragraph.as_deref(), Some(first));
        let endless = "word ".repeat(100);
        let cut = read(&endless).paragraph.unwrap_or_default();
        assert!(cut.ends_with("word…") && cut.chars().count() <= 200, "{cut}");
    }
}
