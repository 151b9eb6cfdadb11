//! Ids of headings, and the place of the page's contents.

use super::super::dialect::Toc;
use super::super::slug::Slugs;
use super::tree::{Kind, NodeId, Tree};

const LEVELS: [&str; 6] = ["h1", "h2", "h3", "h4", "h5", "h6"];

/// The level of a heading, from 1.
pub(in crate::techdocs) fn level(tag: &str) -> Option<u8> {
    LEVELS.iter().position(|level| *level == tag).map(|index| index as u8 + 1)
}

/// Gives each heading an id, those that have one first, and finds the place of the contents.
pub(super) fn name(tree: &mut Tree, toc: &Toc, mut slugs: Slugs) {
    let nodes: Vec<NodeId> = tree.walk(Tree::ROOT).collect();
    for id in &nodes {
        if let Some(id) = tree.attributes(*id).and_then(|attributes| attributes.id.as_deref()) {
            slugs.reserve(id);
        }
    }
    for id in nodes {
        let tag = tree.tag(id);
        if let Some(level) = level(tag) {
            if toc.base_level > 1 {
                *tree.kind_mut(id) = Kind::Element(LEVELS[usize::from(level - 1 + toc.base_level - 1).min(5)]);
            }
            if tree.attributes(id).is_none_or(|attributes| attributes.id.is_none()) {
                let slug = slugs.heading(&if slugs.is_of_forge() { named_words(tree, id) } else { tree.words(id) });
                tree.attributes_mut(id).id = Some(slug);
            }
        } else if tag == "p" && is_marker(tree, id, &toc.marker) {
            *tree.kind_mut(id) = Kind::Contents;
        }
    }
}

/// The words of a heading as forges count them: `:rocket:` is its name.
fn named_words(tree: &Tree, heading: NodeId) -> String {
    let mut words = String::new();
    for id in tree.walk(heading) {
        match tree.kind(id) {
            Kind::Emoji { name, .. } => words.push_str(tree.str(*name)),
            _ if tree.first(id).is_none() => words.push_str(&tree.words(id)),
            _ => {}
        }
    }
    words
}

fn is_marker(tree: &Tree, id: NodeId, marker: &str) -> bool {
    let Some(only) = tree.first(id).filter(|first| tree.next(*first).is_none()) else { return false };
    matches!(tree.kind(only), Kind::Text(span) if !marker.is_empty() && tree.str(*span).trim() == marker)
}
