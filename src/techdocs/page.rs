//! One Markdown page to HTML, with its headings, its plain text and what is wrong with it.

use super::blocks::{self, Piece};
use super::highlight::Highlighter;
use super::labels::Labels;
use super::source::Source;
use super::writer::{self, Writer};
use super::{footnotes, front_matter};
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use pulldown_cmark::{BrokenLink, BrokenLinkCallback, CowStr, OffsetIter, Parser};
use std::cell::RefCell;
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

    let references = References::default();
    let mut parsers: Vec<_> = pieces.iter().filter_map(markdown).map(|text| references.parser(text)).collect();
    if parsers.len() > 1 {
        parsers.iter().for_each(|parser| references.learn(parser));
    }
    let mut events = parsers.drain(..).map(Parser::into_offset_iter);

    let mut writer = Writer::new(input);
    for piece in &pieces {
        match piece {
            Piece::Text(source) => write_all(&mut writer, source, events.next()),
            Piece::Html(source) => writer.loose_html(source),
            Piece::Enter(head) => {
                writer.enter(head);
                if let Some(title) = &head.title {
                    write_all(&mut writer, title, events.next());
                }
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
    super::escape::push_text(html, labels.page_cut_title);
    html.push_str("</p>\n<p>");
    super::escape::push_text(html, labels.page_cut);
    html.push_str("</p>\n</div>\n");
}

fn write_all<'s, F: BrokenLinkCallback<'s>>(
    writer: &mut Writer,
    source: &Source,
    events: Option<OffsetIter<'s, F>>,
) {
    for (event, range) in events.into_iter().flatten() {
        if source.owns(range.start) {
            writer.event(source, event, range);
        }
    }
}

fn markdown<'p>(piece: &'p Piece) -> Option<&'p str> {
    match piece {
        Piece::Text(source) => Some(source.text()),
        Piece::Enter(head) => head.title.as_ref().map(Source::text),
        Piece::Html(_) | Piece::Leave(_) => None,
    }
}

fn text_mut<'p, 'a>(piece: &'p mut Piece<'a>) -> Option<&'p mut Source<'a>> {
    match piece {
        Piece::Text(source) => Some(source),
        _ => None,
    }
}

/// The link definitions (`[name]: target`) of a page, which hold in all its pieces.
#[derive(Debug, Default)]
struct References(RefCell<HashMap<String, (String, String)>>);

impl References {
    fn parser<'s>(&'s self, text: &'s str) -> Parser<'s, impl BrokenLinkCallback<'s> + use<'s>> {
        let find = move |link: BrokenLink<'s>| -> Option<(CowStr<'s>, CowStr<'s>)> {
            let known = self.0.borrow();
            let (target, title) = known.get(&label(&link.reference))?;
            Some((target.clone().into(), title.clone().into()))
        };
        Parser::new_with_broken_link_callback(text, writer::options(), Some(find))
    }

    fn learn<'s, F: BrokenLinkCallback<'s>>(&self, parser: &Parser<'s, F>) {
        let mut known = self.0.borrow_mut();
        for (name, definition) in parser.reference_definitions().iter() {
            let title = definition.title.as_deref().unwrap_or_default().to_owned();
            known.entry(label(name)).or_insert_with(|| (definition.dest.to_string(), title));
        }
    }
}

fn label(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
