//! The paths by which Backstage's search index knows an entity.

use super::check::Check;
use crate::diagnostics::rules;
use crate::yaml::{Entry, Node, Span, Value};
use std::collections::{HashMap, HashSet};

impl Check<'_> {
    /// Backstage indexes an entity by its flattened keys without case and refuses it when two of them meet.
    pub(super) fn keys_that_differ_in_case(&mut self, node: &Node) {
        let mut keys = Vec::new();
        // Every entity has these in the end, whether the descriptor names them or not.
        keys.extend(["metadata.uid", "metadata.namespace"].map(|key| (key.to_string(), node.span)));
        flatten(node, &mut String::new(), &mut keys);
        let mut seen: HashMap<String, (&str, Span)> = HashMap::with_capacity(keys.len());
        let mut clashes = Vec::new();
        for (key, span) in &keys {
            match seen.get(&key.to_lowercase()) {
                // Told at the later of the two: what ingestion adds stands where `metadata` begins.
                Some((first, at)) if first != key => {
                    let is_later = (span.line, span.column) >= (at.line, at.column);
                    clashes.push(if is_later { (key.as_str(), *span) } else { (*first, *at) });
                }
                Some(_) => {}
                None => {
                    seen.insert(key.to_lowercase(), (key, *span));
                }
            }
        }
        for (key, span) in clashes {
            let place = self.at(span);
            self.push(rules::catalog::differs_in_case(place, key));
        }
    }
}

/// The dotted paths that Backstage's search index knows an entity by, lists transparent, with the place of each key.
fn flatten(node: &Node, path: &mut String, keys: &mut Vec<(String, Span)>) {
    const LEFT_OUT: [&str; 4] = ["attachments", "relations", "status", "metadata.etag"];
    match &node.value {
        Value::Map(entries) => {
            for Entry { key, key_span, value } in entries {
                let length = path.len();
                if length > 0 {
                    path.push('.');
                }
                path.push_str(key);
                if !LEFT_OUT.contains(&path.as_str()) {
                    if !matches!(value.value, Value::Map(_) | Value::List(_)) {
                        keys.push((path.clone(), *key_span));
                    }
                    flatten(value, path, keys);
                }
                path.truncate(length);
            }
        }
        Value::List(items) => {
            let mut texts = HashSet::new();
            for item in items {
                if let Value::Text(text) = &item.value
                    && texts.insert(text.to_lowercase())
                {
                    keys.push((format!("{path}.{text}"), item.span));
                }
                flatten(item, path, keys);
            }
        }
        _ => {}
    }
}
