//! One document from events to its tree, with an explicit stack: depth costs memory, never the call stack.

use super::anchors::{Anchors, Parent, Refusal, Spot};
use super::refused::StandIns;
use super::scalar::{self, Tagged, YAML};
use super::stream::Section;
use super::{Document, Entry, Fault, MAX_DEPTH, Node, Schema, Span, Value, explain, strict};
use granit_parser::{Event, Marker, Options, Parser, ScalarStyle, StructureStyle, Tag, options};
use std::borrow::Cow;
use std::collections::HashMap;

/// From how many entries on a mapping's keys are looked up in a table.
const MANY_KEYS: usize = 24;

/// Warnings kept of one document: who has as many, knows.
const MAX_WARNINGS: usize = 100;

/// The document of a section; `None` where it is empty.
pub(super) fn load(section: Section<'_>, stand_ins: StandIns) -> Option<Document> {
    let text = with_tags(&section);
    let mut loader = Loader::new(&text, &section, stand_ins);
    let result = match section.fault {
        Some(fault) => Err(fault),
        None => loader.run(),
    };
    let (result, last_line) = match result {
        Ok((node, _)) if node.is_null() => return None,
        Ok((node, last_line)) => (Ok(node), last_line),
        Err(fault) => {
            let last_line = fault.span.line.max(section.line);
            (Err(fault), last_line)
        }
    };
    let mut warnings = section.warnings;
    if result.is_ok() {
        warnings.append(&mut loader.warnings);
    }
    Some(Document { result, warnings, first_line: loader.first_line, last_line })
}

/// The section's text with its `%TAG` directives, for the parser to resolve.
fn with_tags<'a>(section: &Section<'a>) -> Cow<'a, str> {
    if section.tags.is_empty() {
        return Cow::Borrowed(section.text);
    }
    let tags: String = section.tags.iter().map(|(handle, prefix)| format!("%TAG {handle} {prefix}\n")).collect();
    Cow::Owned(tags + section.text)
}

fn parser_options() -> Options {
    options! {
        bom_inside_document_as_content: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
    }
}

struct Loader<'a> {
    text: &'a str,
    /// Where the text's first line stands in the file, and its first character.
    line: i64,
    column: u32,
    schema: Schema,
    stand_ins: StandIns,
    stack: Vec<Open>,
    root: Option<Node>,
    /// Where each collection stands.
    spots: Vec<Spot>,
    /// Keys whose values an alias may repeat.
    keys: Vec<Node>,
    anchors: Anchors,
    warnings: Vec<Fault>,
    /// What Backstage stumbles over only when the document itself is sound.
    thrown: Option<Fault>,
    first_line: u32,
}

/// A collection that is still being read.
struct Open {
    node: Node,
    id: u32,
    /// The column of a block collection, from 0; `None` for one in brackets.
    column: Option<usize>,
    start: Marker,
    spot: Spot,
    anchor: usize,
    kind: Kind,
    tag: Span,
    key: Option<Key>,
    /// What stood at each entry's key.
    seen: Vec<Identities>,
    index: HashMap<String, usize>,
    /// The collection as text, where it is a key or a part of one.
    written: Option<String>,
}

/// What a collection's tag makes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Set,
    OrderedMap,
    Pairs,
}

/// A key whose value is still to come.
struct Key {
    text: String,
    span: Span,
    /// The entry it belongs to: a new one or one with the same text.
    entry: usize,
    merge: bool,
    end: usize,
}

/// Types of keys that share one text: only those of one type are the same key.
#[derive(Clone, Copy, Default)]
struct Identities(u8);

/// A finished value.
struct Child {
    node: Node,
    anchor: usize,
    /// How it is written within a key.
    written: String,
    is_alias: bool,
    merge: bool,
    /// Bytes of the section it covers.
    end: usize,
}

impl<'a> Loader<'a> {
    fn new(text: &'a str, section: &Section<'_>, stand_ins: StandIns) -> Self {
        Loader {
            text,
            line: i64::from(section.line) - section.tags.len() as i64,
            column: section.column - 1,
            schema: section.schema,
            stand_ins,
            stack: Vec::new(),
            root: None,
            spots: Vec::new(),
            keys: Vec::new(),
            anchors: Anchors::default(),
            warnings: Vec::new(),
            thrown: None,
            first_line: section.line,
        }
    }

    fn run(&mut self) -> Result<(Node, u32), Fault> {
        let mut parser = Parser::new_from_str_with_options(self.text, parser_options());
        let mut documents = 0;
        let mut last_line = self.first_line;
        while let Some(next) = parser.next_event() {
            match next {
                Ok((Event::StreamEnd, _)) => break,
                Ok((Event::DocumentStart(..), span)) => {
                    documents += 1;
                    if documents == 1 {
                        self.first_line = self.at(&span.start).0;
                    }
                }
                Ok((Event::DocumentEnd, span)) => last_line = self.at(&span.end).0,
                Ok((event, span)) => self.accept(event, &span)?,
                Err(error) => return Err(self.syntax(&error)),
            }
        }
        if let Some(thrown) = self.thrown.take() {
            return Err(thrown);
        }
        let node = self.root.take().unwrap_or_else(|| Node::new(Value::Null, Span::default()));
        Ok((node, last_line))
    }

    fn accept(&mut self, event: Event<'_>, span: &granit_parser::Span) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => self.scalar(text, style, anchor, tag.as_deref(), span),
            Event::SequenceStart(style, anchor, tag) => {
                self.open(Value::List(Vec::new()), style, anchor, tag.as_deref(), span)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.open(Value::Map(Vec::new()), style, anchor, tag.as_deref(), span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(id) => self.alias(id, span),
            Event::UnresolvedAlias(name) => {
                let fault = explain::unresolved(self.span(span), &name);
                self.throw(fault);
                self.place(Child::alias(Node::new(Value::Null, self.span(span)), self.written(span), span))
            }
            _ => Ok(()),
        }
    }

    fn scalar(
        &mut self,
        text: Cow<'_, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: &granit_parser::Span,
    ) -> Result<(), Fault> {
        let at = self.span(span);
        if anchor != 0 {
            self.anchors.begin(anchor, self.spot());
        }
        self.anchors.scalars += 1;
        let plain = style == ScalarStyle::Plain;
        match style {
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => self.check_indent(span)?,
            ScalarStyle::Literal | ScalarStyle::Folded => self.check_tabs(span)?,
            ScalarStyle::Plain => {}
        }
        let (value, merge) = match tag {
            None if plain && self.schema == Schema::Old && text == "<<" => (Value::Text("<<".to_string()), true),
            None if plain => match scalar::plain(&text, self.schema) {
                Some(value) => (value, false),
                None => (Value::Text(self.stand_ins.restore(text)), false),
            },
            None => (Value::Text(self.stand_ins.restore(text)), false),
            Some(tag) => self.tagged(&text, tag, span)?,
        };
        let mut child = Child {
            node: Node::new(value, at),
            anchor,
            written: String::new(),
            is_alias: false,
            merge,
            end: span.end.byte_offset().unwrap_or_default(),
        };
        if self.stack.last().is_some_and(|open| open.written.is_some()) {
            child.written = self.written(span);
        }
        self.place(child)
    }

    fn tagged(&mut self, text: &str, tag: &Tag, span: &granit_parser::Span) -> Result<(Value, bool), Fault> {
        let name = full_name(tag);
        let at = span.tag_span().map_or_else(|| self.span(span), |span| self.span(&span));
        let string = || Value::Text(self.stand_ins.restore(Cow::Borrowed(text)));
        match scalar::tagged(text, &name, self.schema) {
            Tagged::Value(Value::Text(_)) if name == "!" || name.ends_with(":str") => Ok((string(), false)),
            Tagged::Value(value) => Ok((value, false)),
            Tagged::Merge => Ok((string(), true)),
            Tagged::Unfit(message) => Err(Fault::new(at, message)),
            Tagged::Unknown => {
                let value = string();
                self.warn(explain::unknown_tag(at, tag, "text"));
                Ok((value, false))
            }
        }
    }

    fn open(
        &mut self,
        value: Value,
        style: StructureStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: &granit_parser::Span,
    ) -> Result<(), Fault> {
        let at = self.span(span);
        if self.stack.len() >= MAX_DEPTH {
            return Err(explain::too_deep(at));
        }
        let start = span.start.byte_offset().unwrap_or_default();
        if style == StructureStyle::Block
            && let Some(column) = strict::tab_before(self.text, start)
        {
            return Err(explain::tab(Span { column: column + 1, length: 1, ..at }));
        }
        if anchor != 0 && style == StructureStyle::Flow && !self.text[..start].ends_with([' ', '\t', '\n']) {
            return Err(explain::anchor_without_space(at));
        }
        if style == StructureStyle::Block && self.is_behind_bare_colon(at.line) {
            return Err(explain::nested_in_line(at));
        }
        let is_map = matches!(value, Value::Map(_));
        let tag_at = span.tag_span().map_or(at, |span| self.span(&span));
        let kind = tag.map_or(Kind::Plain, |tag| {
            let name = full_name(tag);
            match (name.strip_prefix(YAML), is_map) {
                (Some("map"), true) | (Some("seq"), false) => Kind::Plain,
                (Some("set"), true) => Kind::Set,
                (Some("omap"), false) => Kind::OrderedMap,
                (Some("pairs"), false) => Kind::Pairs,
                _ if name == "!" => Kind::Plain,
                _ => {
                    let found = if is_map { "a mapping" } else { "a list" };
                    self.warn(explain::unknown_tag(tag_at, tag, found));
                    Kind::Plain
                }
            }
        });
        let id = self.spots.len() as u32;
        let spot = self.spot();
        self.spots.push(spot);
        if anchor != 0 {
            self.anchors.begin(anchor, spot);
        }
        let written = self.in_key().then(String::new);
        self.stack.push(Open {
            node: Node::new(value, at),
            id,
            column: (style == StructureStyle::Block).then_some(span.start.col()),
            start: span.start,
            spot,
            anchor,
            kind,
            tag: tag_at,
            key: None,
            seen: Vec::new(),
            index: HashMap::new(),
            written,
        });
        Ok(())
    }

    fn close(&mut self, span: &granit_parser::Span) -> Result<(), Fault> {
        let Some(mut open) = self.stack.pop() else { return Ok(()) };
        open.finish()?;
        if open.column.is_none() {
            self.check_indent(&granit_parser::Span::new(open.start, span.end))?;
        }
        let written = match (open.written.as_deref(), &open.node.value) {
            (None, _) => String::new(),
            (Some(""), Value::Map(_)) => "{}".to_string(),
            (Some(""), _) => "[]".to_string(),
            (Some(text), Value::Map(_)) => format!("{{ {text} }}"),
            (Some(text), _) => format!("[ {text} ]"),
        };
        let end = span.end.byte_offset().unwrap_or_default();
        let (anchor, spot) = (open.anchor, open.spot);
        let is_key = self.awaits_key();
        if is_key && open.written.is_some() {
            self.spots[open.id as usize] = Spot { parent: Parent::Key, child: self.keys.len() as u32 };
        }
        if anchor != 0 && !is_key {
            self.anchors.end(anchor, spot);
        }
        self.place(Child { node: open.node, anchor, written, is_alias: false, merge: false, end })
    }

    fn alias(&mut self, id: usize, span: &granit_parser::Span) -> Result<(), Fault> {
        let at = self.span(span);
        let depth = self.stack.len();
        let found = self.anchors.uses(id).and_then(|spot| {
            let mut anchors = std::mem::take(&mut self.anchors);
            let copy = self.locate(spot).map(|node| anchors.copy(node, depth));
            self.anchors = anchors;
            copy.unwrap_or(Ok(Node::new(Value::Null, at)))
        });
        let value = match found {
            Ok(node) => node.value,
            Err(refusal @ (Refusal::Recursive | Refusal::Excessive)) => {
                self.throw(explain::refused(at, refusal));
                Value::Null
            }
            Err(refusal) => return Err(explain::refused(at, refusal)),
        };
        self.place(Child::alias(Node::new(value, at), self.written(span), span))
    }

    /// The value at a spot.
    fn locate(&self, mut spot: Spot) -> Option<&Node> {
        let mut way = Vec::new();
        let mut node = loop {
            match spot.parent {
                Parent::Root => return None,
                Parent::Key => break self.keys.get(spot.child as usize)?,
                Parent::Collection(id) => {
                    if let Some(open) = self.stack.iter().rfind(|open| open.id == id) {
                        break child(&open.node, spot.child)?;
                    }
                    way.push(spot.child);
                    spot = *self.spots.get(id as usize)?;
                }
            }
        };
        while let Some(step) = way.pop() {
            node = child(node, step)?;
        }
        Some(node)
    }

    /// Where the next value will stand.
    fn spot(&self) -> Spot {
        match self.stack.last() {
            None => Spot { parent: Parent::Root, child: 0 },
            Some(open) => {
                let next = match (&open.key, &open.node.value) {
                    (Some(key), _) => key.entry,
                    (None, Value::List(items)) => items.len(),
                    (None, _) => 0,
                };
                Spot { parent: Parent::Collection(open.id), child: next as u32 }
            }
        }
    }

    /// Whether a `:` without a key stands before a block collection on its line.
    fn is_behind_bare_colon(&self, line: u32) -> bool {
        let key = self.stack.last().and_then(|open| open.key.as_ref());
        key.is_some_and(|key| key.span.line == line && key.text.is_empty() && key.span.length == 0)
    }

    fn awaits_key(&self) -> bool {
        self.stack.last().is_some_and(|open| open.key.is_none() && matches!(open.node.value, Value::Map(_)))
    }

    /// Whether the next value is a key or a part of one, whose text is wanted.
    fn in_key(&self) -> bool {
        self.stack.last().is_some_and(|open| open.written.is_some()) || self.awaits_key()
    }

    /// Puts a finished value where it belongs: the root, a list, a key or a key's value.
    fn place(&mut self, child: Child) -> Result<(), Fault> {
        if self.awaits_key() {
            return self.place_key(child);
        }
        if child.anchor != 0 {
            self.anchors.end(child.anchor, self.spot());
        }
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(child.node);
            return Ok(());
        };
        match &mut open.node.value {
            Value::List(items) => {
                if let Some(written) = &mut open.written {
                    separate(written).push_str(&child.written);
                }
                items.push(child.node);
                Ok(())
            }
            Value::Map(entries) => {
                let Some(key) = open.key.take() else { return Ok(()) };
                if let Some(written) = &mut open.written {
                    let bare = child.written.is_empty();
                    if !bare || self.text[key.end..].trim_start().starts_with(':') {
                        written.push(':');
                    }
                    if !bare {
                        written.push(' ');
                        written.push_str(&child.written);
                    }
                }
                if key.merge {
                    return self.merge(child.node);
                }
                match entries.get_mut(key.entry) {
                    Some(entry) => *entry = Entry { key: key.text, key_span: key.span, value: child.node },
                    None => entries.push(Entry { key: key.text, key_span: key.span, value: child.node }),
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn place_key(&mut self, mut child: Child) -> Result<(), Fault> {
        let span = child.node.span;
        let is_collection = matches!(child.node.value, Value::List(_) | Value::Map(_));
        if is_collection {
            self.warn(explain::collection_key(span, &child.written));
        }
        let identity = if child.is_alias { Identities::NONE } else { Identities::of(&child.node.value) };
        let text = match &mut child.node.value {
            Value::Text(text) if child.anchor == 0 => std::mem::take(text),
            Value::Text(text) => text.clone(),
            Value::Null => String::new(),
            Value::Bool(value) => value.to_string(),
            Value::Number(value) => super::number::written(*value),
            Value::List(_) | Value::Map(_) => child.written.clone(),
        };
        if child.anchor != 0 {
            self.anchors.end(child.anchor, Spot { parent: Parent::Key, child: self.keys.len() as u32 });
        }
        let Some(open) = self.stack.last_mut() else { return Ok(()) };
        let found = if child.merge { None } else { open.find(&text) };
        if let Some(first) = found
            && !open.seen[first].add(identity)
        {
            return Err(explain::duplicate(span, &text, open.node.entries()[first].key_span));
        }
        if let Some(written) = &mut open.written {
            let separated = separate(written);
            if is_collection {
                separated.push_str("? ");
            }
            separated.push_str(&child.written);
        }
        let entry = found.unwrap_or(open.node.entries().len());
        if found.is_none() && !child.merge {
            open.note(&text, identity);
        }
        if child.anchor != 0 || is_collection {
            self.keys.push(child.node);
        }
        open.key = Some(Key { text, span, entry, merge: child.merge, end: child.end });
        Ok(())
    }

    /// Adds the entries of a merge key's value that the mapping does not have yet.
    fn merge(&mut self, value: Node) -> Result<(), Fault> {
        let span = value.span;
        let sources = match value.value {
            Value::List(items) => items,
            other => vec![Node::new(other, span)],
        };
        for source in sources {
            let (Value::Map(found), Some(open)) = (source.value, self.stack.last_mut()) else {
                self.throw(explain::merge(source.span));
                return Ok(());
            };
            for entry in found {
                if open.find(&entry.key).is_none() {
                    open.note(&entry.key, Identities::NONE);
                    if let Value::Map(entries) = &mut open.node.value {
                        entries.push(entry);
                    }
                }
            }
        }
        Ok(())
    }

    /// Lines of a value in brackets or quotes that stand too far to the left.
    fn check_indent(&self, span: &granit_parser::Span) -> Result<(), Fault> {
        if span.start.line() == span.end.line() {
            return Ok(());
        }
        let Some(Open { column: Some(indent), .. }) = self.stack.last() else { return Ok(()) };
        let source = span.slice(self.text).unwrap_or_default();
        match strict::under_indented(source, *indent) {
            Some(below) => Err(explain::under_indented(self.below(&span.start, below), source)),
            None => Ok(()),
        }
    }

    fn check_tabs(&self, span: &granit_parser::Span) -> Result<(), Fault> {
        let rest = &self.text[span.end.byte_offset().unwrap_or_default()..];
        match strict::tab_behind(rest) {
            Some(below) => Err(explain::tab(self.below(&span.end, below))),
            None => Ok(()),
        }
    }

    fn below(&self, from: &Marker, (lines, column): strict::Below) -> Span {
        Span { line: self.at(from).0 + lines, column: column + 1, length: 1 }
    }

    fn warn(&mut self, warning: Fault) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(warning);
        }
    }

    fn throw(&mut self, fault: Fault) {
        self.thrown.get_or_insert(Fault { ends_stream: true, ..fault });
    }

    /// A value as it stands in the text, for use in a key.
    fn written(&self, span: &granit_parser::Span) -> String {
        span.slice(self.text).unwrap_or_default().to_string()
    }

    fn syntax(&self, error: &granit_parser::ScanError) -> Fault {
        let marker = error.marker();
        let (line, column) = self.at(marker);
        let at = marker.byte_offset().unwrap_or_default().min(self.text.len());
        let start = self.text.get(..at).and_then(|text| text.rfind('\n')).map_or(0, |end| end + 1);
        let length = self.text[start..].find('\n').unwrap_or(self.text.len() - start);
        let bracket = self.stack.last().filter(|open| open.column.is_none()).map(|open| {
            let bracket = if matches!(open.node.value, Value::List(_)) { '[' } else { '{' };
            (bracket, open.node.span.line)
        });
        explain::syntax(&explain::Refused {
            kind: error.kind(),
            span: Span { line, column, length: 1 },
            above: &self.text[..start],
            line: &self.text[start..start + length],
            column: marker.col(),
            below: self.text.get(start + length + 1..).unwrap_or_default(),
            bracket,
        })
    }

    /// Line and column in the file.
    fn at(&self, marker: &Marker) -> (u32, u32) {
        let line = (self.line + marker.line() as i64 - 1).max(1) as u32;
        let column = marker.col() as u32 + 1;
        (line, if marker.line() == 1 { column + self.column } else { column })
    }

    fn span(&self, span: &granit_parser::Span) -> Span {
        let (line, column) = self.at(&span.start);
        let one_line = span.start.line() == span.end.line();
        let length = if one_line { span.end.col().saturating_sub(span.start.col()) } else { 0 };
        Span { line, column, length: length as u32 }
    }
}

impl Child {
    fn alias(node: Node, written: String, span: &granit_parser::Span) -> Self {
        let end = span.end.byte_offset().unwrap_or_default();
        Child { node, anchor: 0, written, is_alias: true, merge: false, end }
    }
}

impl Open {
    /// The entry with this key.
    fn find(&self, key: &str) -> Option<usize> {
        if self.index.is_empty() {
            self.node.entries().iter().position(|entry| entry.key == key)
        } else {
            self.index.get(key).copied()
        }
    }

    /// Notes the key of an entry that is about to be added.
    fn note(&mut self, key: &str, identity: Identities) {
        self.seen.push(identity);
        let entries = self.node.entries();
        if entries.len() < MANY_KEYS {
            return;
        }
        if self.index.is_empty() {
            self.index = entries.iter().enumerate().map(|(at, entry)| (entry.key.clone(), at)).collect();
        }
        self.index.insert(key.to_string(), entries.len());
    }

    /// Makes of the collection what its tag says.
    fn finish(&mut self) -> Result<(), Fault> {
        let unfit = |message| Err(Fault::new(self.tag, message));
        match (self.kind, &mut self.node.value) {
            (Kind::Set, Value::Map(entries)) => {
                if entries.iter().any(|entry| !entry.value.is_null()) {
                    return unfit("the keys of a `!!set` should have no values");
                }
                entries.clear();
            }
            (Kind::OrderedMap | Kind::Pairs, Value::List(items)) => {
                if items.iter().any(|item| item.entries().len() > 1) {
                    return unfit("each item of an `!!omap` or of `!!pairs` should be one pair");
                }
                if self.kind == Kind::Pairs {
                    items.iter_mut().for_each(pair);
                    return Ok(());
                }
                let mut keys: Vec<&str> =
                    items.iter().filter_map(|item| item.entries().first()).map(|entry| entry.key.as_str()).collect();
                keys.sort_unstable();
                if keys.windows(2).any(|two| two[0] == two[1]) {
                    return unfit("a key stands twice in this `!!omap`");
                }
                self.node.value = Value::Map(Vec::new());
            }
            _ => {}
        }
        Ok(())
    }
}

impl Identities {
    const NONE: Identities = Identities(0);

    fn of(key: &Value) -> Self {
        Identities(match key {
            Value::Null => 1,
            Value::Bool(_) => 2,
            Value::Number(value) if !value.is_nan() => 4,
            Value::Text(_) => 8,
            _ => 0,
        })
    }

    /// Notes another key with the same text; `false` if it is the same key.
    fn add(&mut self, other: Identities) -> bool {
        let new = self.0 & other.0 == 0;
        self.0 |= other.0;
        new
    }
}

fn child(node: &Node, at: u32) -> Option<&Node> {
    match &node.value {
        Value::List(items) => items.get(at as usize),
        Value::Map(entries) => entries.get(at as usize).map(|entry| &entry.value),
        _ => None,
    }
}

/// An item of `!!pairs` as a mapping with one key.
fn pair(item: &mut Node) {
    if item.entries().is_empty() {
        let key = match &item.value {
            Value::Text(text) => text.clone(),
            Value::Null | Value::Map(_) => String::new(),
            _ => item.to_json().to_string(),
        };
        let value = Node::new(Value::Null, item.span);
        item.value = Value::Map(vec![Entry { key, key_span: item.span, value }]);
    }
}

fn separate(written: &mut String) -> &mut String {
    if !written.is_empty() {
        written.push_str(", ");
    }
    written
}

/// `tag:yaml.org,2002:int`, `!own`, or `!` for none.
fn full_name(tag: &Tag) -> String {
    let (handle, suffix) = tag.parts();
    format!("{handle}{suffix}")
}
