//! Task lists: `- [x] done`.

use super::buffer::Buffer;
use super::tree::{Kind, NodeId, Tree};

/// Gives every item that begins with a box one.
pub(super) fn find(tree: &mut Tree, buffer: &Buffer) {
    let items: Vec<NodeId> = tree.walk(Tree::ROOT).filter(|id| tree.tag(*id) == "li").collect();
    for item in items {
        let Some(mut text) = tree.first(item) else { continue };
        if tree.tag(text) == "p" {
            match tree.first(text) {
                Some(inner) => text = inner,
                None => continue,
            }
        }
        let Kind::Unread(lines) = tree.kind_mut(text) else { continue };
        let Some(first) = lines.first_mut() else { continue };
        let Some((done, length)) = task(buffer.of(*first)) else { continue };
        *first = first.skip(length);
        let at = tree.at(text);
        let task = tree.make(Kind::Task { done }, at.start..at.start);
        tree.insert_before(text, task);
        tree.attributes_mut(item).classes.push("task-list-item".to_owned());
        if let Some(list) = tree.parent(item) {
            let classes = &mut tree.attributes_mut(list).classes;
            if classes.is_empty() {
                classes.push("task-list".to_owned());
            }
        }
    }
}

/// Whether the box is ticked, and where the text behind it begins.
fn task(line: &str) -> Option<(bool, usize)> {
    let rest = line.trim_start_matches(' ').strip_prefix('[')?;
    let done = match rest.as_bytes().first()? {
        b'x' | b'X' => true,
        b' ' => false,
        _ => return None,
    };
    let text = rest[1..].strip_prefix(']')?;
    let words = text.trim_start_matches(' ');
    (words.len() < text.len()).then(|| (done, line.len() - words.len()))
}
