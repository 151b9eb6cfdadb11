//! One Markdown page to HTML, with its headings, its plain text and what is wrong with it.

use super::blocks::{self, Piece};
use super::diagram::Diagrams;
use super::highlight::Highlighter;
use super::labels::Labels;
use super::source::Source;
use super::writer::{self, Writer};
use super::{footnotes, front_matter};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use pulldown_cmark::{BrokenLink, Parser};
use std::collections::HashMap;

/// Longer pages are cut here, in bytes, with a notice.
const LONGEST_PAGE: usize = 2 * 1024 * 1024;

/// What a page is rendered from.
pub struct PageInput<'a> {
    pub text: &'a str,
    /// The file as a whole.
    pub place: Place,
    pub links: &'a dyn Links,
    pub highlighter: &'a Highlighter<'a>,
    pub labels: &'a Labels<'a>,
    /// Draws the diagrams that stand in fenced blocks.
    pub diagrams: &'a Diagrams<'a>,
}

/// Says where relative links lead. Web and mail addresses and anchors of the same page never come here.
pub trait Links {
    /// A link: its path as written, escapes like `%20` undone, without anchor and query. It may be a page, a folder or a
    /// file. The anchor is added to the URL afterwards.
    fn page(&self, target: &str) -> Resolved;
    /// The same for an image.
    fn image(&self, target: &str) -> Resolved;
}

/// Where a relative link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// To this URL, which is trusted as it is.
    Url(String),
    /// To a file of the repository that no reader can reach: it is no page, and where the repository is on the web is
    /// not known.
    Unpublished,
    /// To a file that may not be published. The caller says why.
    Withheld,
    /// Nowhere. The guess was checked and is written as the author would.
    Broken { guess: Option<String> },
}

/// A page as its reader sees it.
#[derive(Debug)]
pub struct RenderedPage {
    /// The front matter's title, else the first heading of level 1.
    pub title: Option<String>,
    /// Safe to stand in a page as it is.
    pub html: String,
    pub headings: Vec<Heading>,
    /// The page's plain text, cut at its headings; empty stretches are left out.
    pub sections: Vec<Section>,
    /// The text brings a heading of level 1, so that the theme need not add one.
    pub has_heading: bool,
    pub findings: Vec<Finding>,
}

/// A heading of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    pub id: String,
    /// Plain text.
    pub text: String,
}

/// Plain text between two headings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Index of the heading it stands under; none before the first.
    pub heading: Option<usize>,
    pub text: String,
}

/// Renders a page. Whatever it holds, this ends, and says in the findings what it could not show.
pub fn render(input: &PageInput) -> RenderedPage {
    let kept = within_limit(input.text);
    let opened = front_matter::open(kept, &input.place);
    let mut pieces = blocks::cut(Source::new(opened.body, opened.first_line));
    footnotes::introduce(pieces.iter_mut().filter_map(text_mut));

    let references = References::of(&pieces);
    let mut writer = Writer::new(input);
    for piece in &pieces {
        match piece {
            Piece::Text(source) => references.write(&mut writer, source),
            Piece::Html(source) => writer.loose_html(source),
            Piece::Enter(head) => {
                writer.enter(head);
                head.title.iter().for_each(|title| references.write(&mut writer, title));
                writer.end_title(head);
            }
            Piece::Leave(fold) => writer.leave(*fold),
        }
    }
    let mut page = writer.finish();
    page.title = opened.front.title.filter(|title| !title.trim().is_empty()).or(page.title);
    page.findings.extend(opened.finding);
    if kept.len() < input.text.len() {
        push_notice(&mut page.html, input.labels);
        page.findings.push(rules::page_cut(input.place.clone(), input.text.len(), LONGEST_PAGE));
    }
    page
}

/// The page up to its limit, cut between two lines.
fn within_limit(text: &str) -> &str {
    if text.len() <= LONGEST_PAGE {
        return text;
    }
    let start = &text[..text.floor_char_boundary(LONGEST_PAGE)];
    start.rfind('\n').map_or(start, |line| &start[..=line])
}

fn push_notice(html: &mut String, labels: &Labels) {
    html.push_str("<div class=\"admonition warning\">\n<p class=\"admonition-title\">");
    crate::html::push_text(html, labels.page_cut_title);
    html.push_str("</p>\n<p>");
    crate::html::push_text(html, labels.page_cut);
    html.push_str("</p>\n</div>\n");
}

fn text_mut<'p, 'a>(piece: &'p mut Piece<'a>) -> Option<&'p mut Source<'a>> {
    match piece {
        Piece::Text(source) => Some(source),
        _ => None,
    }
}

/// The link definitions (`[name]: target`) of a page, which hold in all its pieces.
#[derive(Debug)]
struct References(HashMap<String, (String, String)>);

impl References {
    /// A page of one piece needs none: its parser finds them itself. Of the others, pieces that define something are
    /// parsed once more; keeping all their parsers would cost kilobytes for each of a hundred thousand small boxes.
    fn of(pieces: &[Piece]) -> Self {
        let mut known = HashMap::new();
        let sources = pieces.iter().filter_map(|piece| match piece {
            Piece::Text(source) if pieces.len() > 1 && source.text().contains("]:") => Some(source),
            _ => None,
        });
        for source in sources {
            for (name, definition) in Parser::new_ext(source.text(), writer::options()).reference_definitions().iter() {
                let title = definition.title.as_deref().unwrap_or_default().to_owned();
                known.entry(label(name)).or_insert_with(|| (definition.dest.to_string(), title));
            }
        }
        References(known)
    }

    fn write(&self, writer: &mut Writer, source: &Source) {
        let find = |link: BrokenLink| {
            let (target, title) = self.0.get(&label(&link.reference))?;
            Some((target.clone().into(), title.clone().into()))
        };
        let parser = Parser::new_with_broken_link_callback(source.text(), writer::options(), Some(find));
        for (event, range) in parser.into_offset_iter().filter(|(_, range)| source.owns(range.start)) {
            writer.event(source, event, range);
        }
    }
}

fn label(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
