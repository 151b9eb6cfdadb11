//! What a page holds beside its text: its title, the anchors that links may name, and its own links. Reads the page as
//! it is read for its readers, and writes nothing.
//!
//! All pages are surveyed before any is made, so a survey is kept small; what it took to make it is remembered between
//! runs, together with the files that the page included.

use super::address::{self, Address};
use super::dialect::Dialect;
use super::markdown::snippets::Snippets;
use super::markdown::tree::{HtmlPart, Kind, NodeId, Tree};
use super::markdown::{Document, heading_level};
use super::page::{parse, within_limit};
use super::raw_html::{self, Token};
use super::{front_matter, writer};
use crate::catalog::IngestCache;
use crate::diagnostics::Place;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Links and images of one page that are looked at.
const MOST_LINKS: usize = 20_000;

/// What a page is surveyed from.
pub struct SurveyInput<'a> {
    pub text: &'a str,
    pub dialect: &'a Dialect,
    /// Reads the files that it includes.
    pub snippets: &'a dyn Snippets,
    /// Whether a web address may turn out to be a place of the portal. Others are not kept.
    pub may_be_inside: &'a dyn Fn(&str) -> bool,
    /// Remembers surveys.
    pub cache: Option<IngestCache<'a>>,
}

/// What a page holds beside its text.
#[derive(Debug, Default)]
pub struct Survey {
    /// The front matter's title, else the first heading of the highest level.
    pub title: Option<String>,
    /// Everything is known of the page: nothing was cut, and nothing that it was to include is missing.
    pub is_whole: bool,
    /// Anchors as their author calls them.
    pub anchors: Names,
    /// Anchors that only raw HTML gives; they are written with a word in front.
    pub raw_anchors: Names,
    /// Links and images beyond the limit, which nobody looks at.
    pub passed_over: usize,
    /// Files that links stand in, other than the page's own.
    files: Box<[Box<str>]>,
    targets: Box<str>,
    links: Box<[Row]>,
}

/// A link or image of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SurveyedLink<'a> {
    /// As it is written, its escapes undone.
    pub target: &'a str,
    pub is_image: bool,
    /// The file it stands in, where that is not the page's own.
    pub file: Option<&'a str>,
    pub line: u32,
    pub column: u32,
    pub length: u32,
}

/// A link in little room.
#[derive(Debug)]
struct Row {
    /// Where its target ends in the text of all targets.
    end: u32,
    is_image: bool,
    /// 0 for the page itself.
    file: u32,
    line: u32,
    column: u32,
    length: u32,
}

impl Survey {
    /// Every link and image, as they stand on the page.
    pub fn links(&self) -> impl Iterator<Item = SurveyedLink<'_>> {
        let starts = [0].into_iter().chain(self.links.iter().map(|row| row.end));
        self.links.iter().zip(starts).map(|(row, start)| {
            let Row { end, is_image, file, line, column, length } = *row;
            let file = (file as usize).checked_sub(1).and_then(|at| self.files.get(at)).map(|file| &**file);
            SurveyedLink { target: &self.targets[start as usize..end as usize], is_image, file, line, column, length }
        })
    }

    fn of(stored: Stored, may_be_inside: &dyn Fn(&str) -> bool) -> Self {
        let Stored { title, is_whole, anchors, raw_anchors, files, links, passed_over, .. } = stored;
        let kept: Vec<StoredLink> = links
            .into_iter()
            .filter(|link| match address::classify(&link.target) {
                Address::External(url) => !link.is_image && may_be_inside(&url),
                _ => true,
            })
            .collect();
        let mut targets = String::with_capacity(kept.iter().map(|link| link.target.len()).sum());
        let mut rows = Vec::with_capacity(kept.len());
        for StoredLink { target, is_image, file, line, column, length } in &kept {
            targets.push_str(target);
            let (end, is_image) = (targets.len() as u32, *is_image);
            rows.push(Row { end, is_image, file: *file, line: *line, column: *column, length: *length });
        }
        Survey {
            title,
            is_whole,
            anchors: Names::of(&anchors),
            raw_anchors: Names::of(&raw_anchors),
            passed_over: passed_over as usize,
            files: files.into_iter().map(String::into_boxed_str).collect(),
            targets: targets.into_boxed_str(),
            links: rows.into_boxed_slice(),
        }
    }
}

/// Words in order, each once.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Names {
    text: Box<str>,
    ends: Box<[u32]>,
}

impl Names {
    fn of(names: &BTreeSet<String>) -> Self {
        let mut text = String::with_capacity(names.iter().map(String::len).sum());
        let ends = names.iter().map(|name| {
            text.push_str(name);
            text.len() as u32
        });
        let ends = ends.collect();
        Names { text: text.into_boxed_str(), ends }
    }

    pub fn has(&self, wanted: &str) -> bool {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.at(middle).cmp(wanted) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return true,
            }
        }
        false
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|index| self.at(index))
    }

    fn at(&self, index: usize) -> &str {
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start as usize..self.ends[index] as usize]
    }
}

/// Surveys a page.
pub fn survey(input: &SurveyInput<'_>) -> Survey {
    let Some(IngestCache { cache, program }) = input.cache else {
        return Survey::of(look(input, input.snippets), input.may_be_inside);
    };
    let key = key(&program, input);
    let remembered = cache.get(&key).and_then(|bytes| postcard::from_bytes::<Stored>(&bytes).ok());
    let same = |read: &(String, [u8; 32])| hash(input.snippets.read(&read.0).as_ref()) == read.1;
    if let Some(stored) = remembered.filter(|stored| stored.reads.iter().all(same)) {
        return Survey::of(stored, input.may_be_inside);
    }
    let reader = Reader { snippets: input.snippets, reads: RefCell::default() };
    let mut stored = look(input, &reader);
    stored.reads = reader.reads.into_inner();
    if let Ok(bytes) = postcard::to_stdvec(&stored) {
        cache.put(&key, &bytes);
    }
    Survey::of(stored, input.may_be_inside)
}

/// A survey as the cache keeps it.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Stored {
    title: Option<String>,
    is_whole: bool,
    anchors: BTreeSet<String>,
    raw_anchors: BTreeSet<String>,
    files: Vec<String>,
    links: Vec<StoredLink>,
    passed_over: u32,
    /// The names of files that the page includes, each with the hash of what was read.
    reads: Vec<(String, [u8; 32])>,
}

#[derive(Debug, Serialize, Deserialize)]
struct StoredLink {
    target: String,
    is_image: bool,
    file: u32,
    line: u32,
    column: u32,
    length: u32,
}

fn key(program: &[u8; 32], input: &SurveyInput<'_>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"survey").update(program);
    hasher.update(blake3::hash(format!("{:?}", input.dialect).as_bytes()).as_bytes());
    *hasher.update(input.text.as_bytes()).finalize().as_bytes()
}

fn hash(read: Option<&(String, String)>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    if let Some((path, text)) = read {
        hasher.update(blake3::hash(path.as_bytes()).as_bytes()).update(text.as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Notes what is read.
struct Reader<'a> {
    snippets: &'a dyn Snippets,
    reads: RefCell<Vec<(String, [u8; 32])>>,
}

impl Snippets for Reader<'_> {
    fn read(&self, name: &str) -> Option<(String, String)> {
        let read = self.snippets.read(name);
        self.reads.borrow_mut().push((name.to_owned(), hash(read.as_ref())));
        read
    }
}

fn look(input: &SurveyInput<'_>, snippets: &dyn Snippets) -> Stored {
    let kept = within_limit(input.text);
    let opened = front_matter::open(kept, &Place::file("", ""), input.dialect);
    let document = parse(&opened, "", input.dialect, snippets);
    let mut looking = Looking { document: &document, found: Stored::default(), tabs: 0, marks: Vec::new() };
    looking.marks.resize(document.footnotes.len(), 0);
    let level = if input.dialect.github { 1 } else { input.dialect.toc.base_level };
    for id in document.tree.walk(Tree::ROOT) {
        looking.node(id, level);
    }
    let Looking { mut found, .. } = looking;
    found.title = opened.front.title.filter(|title| !title.trim().is_empty()).or(found.title);
    found.is_whole = kept.len() == input.text.len() && document.failures.is_empty() && document.too_deep.is_none();
    found.raw_anchors = writer::raw_anchors(&document);
    found.raw_anchors.retain(|anchor| !found.anchors.contains(anchor));
    found.files = document.buffer.files.iter().skip(1).cloned().collect();
    found
}

struct Looking<'a> {
    document: &'a Document,
    found: Stored,
    tabs: usize,
    /// How often each footnote has been marked.
    marks: Vec<usize>,
}

impl Looking<'_> {
    fn node(&mut self, id: NodeId, title_level: u8) {
        let tree = &self.document.tree;
        if let Some(anchor) = tree.attributes(id).and_then(|attributes| attributes.id.as_deref()) {
            self.anchor(anchor);
        }
        match tree.kind(id) {
            Kind::Element(tag) if self.found.title.is_none() && heading_level(tag) == Some(title_level) => {
                self.found.title = Some(title(tree, id)).filter(|title| !title.is_empty());
            }
            Kind::Link(target) => self.link(&target.url, false, tree.at(id)),
            Kind::Image { target, .. } => self.link(&target.url, true, tree.at(id)),
            Kind::Code(code) => {
                if let Some(anchor) = &code.id {
                    self.anchor(anchor);
                }
            }
            Kind::InlineHtml(span) => self.html(tree.str(*span), tree.at(id).start),
            Kind::Html(html) => {
                for part in &html.parts {
                    if let HtmlPart::Source(range) = part {
                        self.html(&self.document.buffer.all()[range.clone()], range.start);
                    }
                }
            }
            Kind::FootnoteMark(number) => self.mark(*number),
            Kind::Tabs { .. } => {
                self.tabs += 1;
                let labels = tree.children(id).filter(|child| tree.tag(*child) == "label").count();
                let anchors = (1..=labels).map(|number| format!("__tabbed_{}_{number}", self.tabs));
                self.found.anchors.extend(anchors);
            }
            _ => {}
        }
    }

    fn anchor(&mut self, anchor: &str) {
        self.found.anchors.insert(anchor.split_whitespace().collect());
    }

    /// The mark of a footnote, and the text that it leads to.
    fn mark(&mut self, number: usize) {
        let Some((label, _)) = self.document.footnotes.get(number) else { return };
        self.marks[number] += 1;
        let again = if self.marks[number] > 1 { self.marks[number].to_string() } else { String::new() };
        self.found.anchors.extend([format!("fn:{label}"), format!("fnref{again}:{label}")]);
    }

    fn html(&mut self, html: &str, at: usize) {
        if !(html.contains("href") || html.contains("src") || html.contains("HREF") || html.contains("SRC")) {
            return;
        }
        let all = self.document.buffer.all();
        for (offset, token) in raw_html::tokens(html) {
            let Token::Open { name, attributes, .. } = token else { continue };
            for attribute in attributes {
                let is_image = match (attribute.name, name) {
                    ("href", "a") => false,
                    ("src", "img") => true,
                    _ => continue,
                };
                let start = (at + offset).min(all.len());
                let end = all[start..].find('>').map_or(start, |end| start + end + 1);
                self.link(&raw_html::unescaped(attribute.value), is_image, start..end);
            }
        }
    }

    fn link(&mut self, target: &str, is_image: bool, at: std::ops::Range<usize>) {
        if self.found.links.len() >= MOST_LINKS {
            self.found.passed_over += 1;
            return;
        }
        let spot = self.document.buffer.spot(at.start, at.end);
        let (file, line, column, length) = (spot.file, spot.line, spot.column, spot.length);
        self.found.links.push(StoredLink { target: target.to_owned(), is_image, file, line, column, length });
    }
}

/// The words of a heading, those of its pictures included.
fn title(tree: &Tree, heading: NodeId) -> String {
    let mut words = String::new();
    for id in tree.walk(heading) {
        match tree.kind(id) {
            Kind::Image { alt, .. } => words.push_str(tree.str(*alt)),
            _ if tree.first(id).is_none() => words.push_str(&tree.words(id)),
            _ => {}
        }
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl SurveyedLink<'_> {
    /// Where it stands, for a page of `page`.
    pub fn place(&self, page: &Place) -> Place {
        let path = self.file.map_or_else(|| page.path.clone(), Arc::from);
        Place { path, line: self.line, column: self.column, length: self.length, ..page.clone() }
    }
}
