//! YAML of any shape, with its places, for files whose authors owe us no schema.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_yaml::Spanned;
use std::fmt;

/// A value.
#[derive(Debug)]
pub(in crate::techdocs) enum Node {
    Null,
    /// A scalar of any type, as text.
    Text(String),
    List(Vec<Spanned<Node>>),
    /// In the order of the file.
    Map(Vec<Entry>),
}

/// A key with its place, and its value.
#[derive(Debug)]
pub(in crate::techdocs) struct Entry {
    pub(in crate::techdocs) key: String,
    pub(in crate::techdocs) line: u32,
    pub(in crate::techdocs) column: u32,
    pub(in crate::techdocs) value: Spanned<Node>,
}

impl Node {
    pub(in crate::techdocs) fn into_text(self) -> Option<String> {
        match self {
            Node::Text(text) if !text.trim().is_empty() => Some(text),
            _ => None,
        }
    }

    /// The text of a scalar, which may be empty.
    pub(in crate::techdocs) fn as_text(&self) -> Option<&str> {
        match self {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    /// `true` or `false`, however it is written.
    pub(in crate::techdocs) fn as_bool(&self) -> Option<bool> {
        match self.as_text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }

    /// The value of a key; none where this is no mapping or has no such key.
    pub(in crate::techdocs) fn get(&self, key: &str) -> Option<&Spanned<Node>> {
        match self {
            Node::Map(entries) => entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value),
            _ => None,
        }
    }

    /// The text at a key.
    pub(in crate::techdocs) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.value.as_text()
    }

    /// The switch at a key.
    pub(in crate::techdocs) fn is(&self, key: &str) -> Option<bool> {
        self.get(key)?.value.as_bool()
    }

    /// The texts at a key: one, or a list of them.
    pub(in crate::techdocs) fn texts(&self, key: &str) -> Vec<&str> {
        match self.get(key).map(|node| &node.value) {
            Some(Node::Text(text)) => vec![text],
            Some(Node::List(items)) => items.iter().filter_map(|item| item.value.as_text()).collect(),
            _ => Vec::new(),
        }
    }

    /// Names with their options, as MkDocs takes plugins and extensions: `- a`, `- a: {…}`, or a mapping. In the order of
    /// the file.
    pub(in crate::techdocs) fn named(&self) -> Vec<Named<'_>> {
        fn of_entry(entry: &Entry) -> Named<'_> {
            Named { name: entry.key.clone(), line: entry.line, column: entry.column, options: &entry.value.value }
        }
        match self {
            Node::Map(entries) => entries.iter().map(of_entry).collect(),
            Node::List(items) => items
                .iter()
                .flat_map(|item| match &item.value {
                    Node::Text(name) => {
                        let (line, column) = place(item);
                        vec![Named { name: name.clone(), line, column, options: &Node::Null }]
                    }
                    Node::Map(entries) => entries.iter().map(of_entry).collect(),
                    Node::List(_) | Node::Null => Vec::new(),
                })
                .collect(),
            Node::Text(_) | Node::Null => Vec::new(),
        }
    }
}

/// A plugin or an extension of Markdown, where it is named, and its options.
#[derive(Debug)]
pub(in crate::techdocs) struct Named<'a> {
    pub(in crate::techdocs) name: String,
    pub(in crate::techdocs) line: u32,
    pub(in crate::techdocs) column: u32,
    pub(in crate::techdocs) options: &'a Node,
}

/// Line and column of a value.
pub(in crate::techdocs) fn place(node: &Spanned<Node>) -> (u32, u32) {
    let number = |value: u64| u32::try_from(value).unwrap_or(0);
    (number(node.referenced.line()), number(node.referenced.column()))
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any YAML")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<Spanned<Node>>()? {
            let number = |value: u64| u32::try_from(value).unwrap_or(0);
            let (line, column) = (number(key.referenced.line()), number(key.referenced.column()));
            match key.value.into_text() {
                Some(key) => map.push(Entry { key, line, column, value: entries.next_value()? }),
                None => {
                    entries.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Node::Map(map))
    }
}
