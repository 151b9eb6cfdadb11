//! One Markdown page to HTML, with its headings, its plain text and what is wrong with it.

use super::diagram::Diagrams;
use super::dialect::Dialect;
use super::front_matter::{self, Opened};
use super::highlight::Highlighter;
use super::labels::Labels;
use super::markdown::snippets::{Failure, Fault, Snippets};
use super::markdown::{self, Document, DoubtKind, Spot};
use super::{commonmark, writer};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use std::collections::BTreeMap;

/// Longer pages are cut here, in bytes, with a notice.
const LONGEST_PAGE: usize = 2 * 1024 * 1024;

/// What a page is rendered from.
pub struct PageInput<'a> {
    pub text: &'a str,
    /// The file as a whole.
    pub place: Place,
    /// How it is written.
    pub dialect: &'a Dialect,
    /// Reads the files that it includes.
    pub snippets: &'a dyn Snippets,
    pub links: &'a dyn Links,
    pub highlighter: &'a Highlighter<'a>,
    pub labels: &'a Labels<'a>,
    /// Draws the diagrams that stand in fenced blocks.
    pub diagrams: &'a Diagrams<'a>,
}

/// Says where links lead. What is wrong with them was told before: [`survey`](super::survey) finds them without a
/// page being made.
pub trait Links {
    /// The URL of a relative link: its path as written, escapes like `%20` undone, its query dropped. It may be a page, a
    /// folder or a file. None where it leads nowhere.
    fn page(&self, path: &str, anchor: Option<&str>) -> Option<String>;
    /// The same for an image.
    fn image(&self, path: &str) -> Option<String>;
    /// The URL of an entity, written like `component:default/name#anchor`.
    fn entity(&self, reference: &str) -> Option<String>;
    /// The URL within the portal that a web address means, if it means one.
    fn web(&self, address: &str) -> Option<String>;
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
    let opened = front_matter::open(kept, &input.place, input.dialect);
    let document = parse(&opened, &input.place.path, input.dialect, input.snippets);
    let mut page = writer::write(input, &document);
    page.title = opened.front.title.filter(|title| !title.trim().is_empty()).or(page.title);
    page.findings.extend(opened.finding);
    page.findings.extend(document.failures.iter().map(|failure| input.failure(&document, failure)));
    page.findings.extend(input.doubts(&document));
    if kept.len() < input.text.len() {
        push_notice(&mut page.html, input.labels);
        page.findings.push(rules::page_cut(input.place.clone(), input.text.len(), LONGEST_PAGE));
    }
    page
}

/// Reads a page whose front matter has been opened. `path` names its file.
pub(super) fn parse(opened: &Opened, path: &str, dialect: &Dialect, snippets: &dyn Snippets) -> Document {
    let (text, line) = (opened.body, opened.first_line);
    if dialect.github {
        commonmark::parse(text, path, line)
    } else {
        markdown::parse(text, path, line, dialect, snippets)
    }
}

impl PageInput<'_> {
    /// A place in the page or in a file that it includes.
    pub(super) fn place_in(&self, file: Option<&String>, spot: Spot) -> Place {
        let Spot { line, column, length, .. } = spot;
        match file.filter(|file| file.as_str() != &*self.place.path) {
            Some(file) => Place::file(self.place.repo.clone(), file.as_str()).at(line, column, length),
            None => self.place.at(line, column, length),
        }
    }

    /// One finding for each kind of doubt, at its first place.
    fn doubts(&self, document: &Document) -> Vec<Finding> {
        let mut kinds: BTreeMap<DoubtKind, (Place, usize)> = BTreeMap::new();
        for doubt in &document.doubts {
            let spot = document.buffer.spot(doubt.at.0, doubt.at.1);
            let place = self.place_in(document.buffer.files.get(spot.file as usize), spot);
            kinds.entry(doubt.kind).or_insert((place, 0)).1 += 1;
        }
        let indent = self.dialect.list_indent;
        let of = |(kind, (place, number)): (DoubtKind, (Place, usize))| match kind {
            DoubtKind::InParagraph => rules::list_in_paragraph(place, number),
            DoubtKind::TooDeep => rules::list_too_deep(place, number, indent),
            DoubtKind::TooFlat => rules::list_too_flat(place, number, indent),
        };
        kinds.into_iter().map(of).collect()
    }

    fn failure(&self, document: &Document, failure: &Failure) -> Finding {
        let length = u32::try_from(failure.name.chars().count()).unwrap_or(1);
        let spot = Spot { file: failure.file, line: failure.line, column: failure.column, length };
        let place = self.place_in(document.buffer.files.get(failure.file as usize), spot);
        let why = match failure.fault {
            Fault::Missing => "there is no such file where this documentation may include from",
            Fault::NoSection => "the file has no such section",
            Fault::TooDeep => "files are included more than ten deep",
            Fault::TooMuch => "the page would include more than 4 MiB",
        };
        rules::snippet_missing(place, &failure.name, why)
    }
}

/// The page up to its limit, cut between two lines.
pub(super) fn within_limit(text: &str) -> &str {
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
