//! A drawing as a tree of elements, as its renderer wrote it: nothing is judged here, only counted.

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;

/// A drawing with more elements than this is unreadable, and as a page too heavy.
const MOST_ELEMENTS: usize = 12_000;
const DEEPEST: usize = 96;

/// All elements, the root first, each before what it holds.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) elements: Vec<Element>,
}

#[derive(Debug)]
pub(super) struct Element {
    /// Without a namespace's prefix.
    pub(super) name: String,
    pub(super) attributes: BTreeMap<String, String>,
    pub(super) parent: Option<usize>,
    pub(super) children: Vec<Child>,
}

#[derive(Debug)]
pub(super) enum Child {
    Element(usize),
    Text(String),
}

impl Tree {
    /// Reads a drawing. What stands around its root (declarations, comments) is left out.
    pub(super) fn read(svg: &str) -> Result<Tree, String> {
        let svg = svg.find("<svg").map_or(svg, |at| &svg[at..]);
        let mut reader = Reader::from_str(svg);
        reader.config_mut().check_end_names = true;
        let mut tree = Tree::default();
        let mut open: Vec<usize> = Vec::new();
        loop {
            match reader.read_event().map_err(|error| format!("the drawing is not well-formed: {error}"))? {
                Event::Eof => break,
                Event::Start(start) => {
                    let at = tree.add(&start, open.last().copied())?;
                    open.push(at);
                    if open.len() > DEEPEST {
                        return Err("the drawing is nested too deep".to_owned());
                    }
                }
                Event::Empty(start) => {
                    tree.add(&start, open.last().copied())?;
                }
                Event::End(_) => {
                    open.pop();
                    if open.is_empty() {
                        break;
                    }
                }
                Event::Text(text) => tree.text(&open, &text),
                Event::CData(data) => tree.text(&open, &data),
                Event::GeneralRef(name) => match name.resolve_char_ref() {
                    Ok(Some(letter)) => tree.text(&open, letter.encode_utf8(&mut [0; 4])),
                    _ => tree.text(&open, resolve_predefined_entity(&name).unwrap_or_default()),
                },
                _ => {}
            }
        }
        match tree.elements.first() {
            Some(root) if root.name == "svg" && open.is_empty() => Ok(tree),
            _ => Err("it is no complete drawing".to_owned()),
        }
    }

    fn add(&mut self, start: &BytesStart<'_>, parent: Option<usize>) -> Result<usize, String> {
        let at = self.elements.len();
        if at >= MOST_ELEMENTS {
            return Err(format!("the drawing has more than {MOST_ELEMENTS} elements"));
        }
        let name = start.name();
        let name: &str = name.as_ref();
        let mut attributes = BTreeMap::new();
        for attribute in start.attributes().flatten() {
            let key: &str = attribute.key.as_ref();
            let value = quick_xml::escape::unescape(&attribute.value).unwrap_or_default().into_owned();
            attributes.insert(key.strip_prefix("xlink:").unwrap_or(key).to_owned(), value);
        }
        let name = name.rsplit(':').next().unwrap_or(name).to_owned();
        self.elements.push(Element { name, attributes, parent, children: Vec::new() });
        if let Some(parent) = parent {
            self.elements[parent].children.push(Child::Element(at));
        }
        Ok(at)
    }

    fn text(&mut self, open: &[usize], text: &str) {
        let Some(at) = open.last() else { return };
        let children = &mut self.elements[*at].children;
        match children.last_mut() {
            Some(Child::Text(before)) => before.push_str(text),
            _ => children.push(Child::Text(text.to_owned())),
        }
    }

    /// The element and those that hold it, from the inside out.
    pub(super) fn outwards(&self, from: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(from), |at| self.elements[*at].parent)
    }

    /// The elements that one holds itself.
    pub(super) fn held(&self, by: usize) -> impl Iterator<Item = usize> + '_ {
        self.elements[by].children.iter().filter_map(|child| match child {
            Child::Element(at) => Some(*at),
            Child::Text(_) => None,
        })
    }

    /// All text inside an element; line breaks and blocks of HTML begin new lines.
    pub(super) fn lines(&self, of: usize) -> Vec<String> {
        let mut text = String::new();
        self.push_text(of, &mut text);
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.filter(|line| !line.is_empty()).collect()
    }

    fn push_text(&self, of: usize, out: &mut String) {
        for child in &self.elements[of].children {
            match child {
                Child::Text(text) => out.push_str(&text.replace('\n', " ")),
                Child::Element(at) => {
                    let is_block = matches!(&*self.elements[*at].name, "br" | "p" | "div" | "li");
                    if is_block {
                        out.push('\n');
                    }
                    self.push_text(*at, out);
                }
            }
        }
    }
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    pub(super) fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|all| all.split_ascii_whitespace().any(|one| one == class))
    }
}
