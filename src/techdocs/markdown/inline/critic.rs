//! Marks of an editor: `{++added++}`, `{--removed--}`, `{~~old~>new~~}`, `{==marked==}`, `{>>said<<}`.

use super::super::super::dialect::Critic;
use super::super::tree::{Kind, NodeId};
use super::{Inline, Stage};
use std::ops::Range;

impl Inline<'_> {
    pub(super) fn critic(&mut self, range: Range<usize>) {
        let mut at = range.start;
        // Signs that nothing closes any more.
        let mut open = [true; 5];
        while let Some(brace) = self.find(at..range.end, b'{') {
            at = brace + 1;
            let signs = self.mask.get(brace + 1..brace + 3).filter(|_| brace + 3 <= range.end);
            let (which, closer, tag): (usize, &[u8], &'static str) = match signs {
                Some(b"++") => (0, b"++}", "ins"),
                Some(b"--") => (1, b"--}", "del"),
                Some(b"==") => (2, b"==}", "mark"),
                Some(b">>") => (3, b"<<}", "span"),
                Some(b"~~") => (4, b"~~}", ""),
                _ => continue,
            };
            if !open[which] {
                continue;
            }
            let content = brace + 3;
            let Some(end) = memchr::memmem::find(&self.mask[content..range.end], closer).map(|found| content + found)
            else {
                open[which] = false;
                continue;
            };
            let whole = brace..end + 3;
            at = whole.end;
            if self.known.dialect.critic != Critic::View {
                self.decided(which, whole, content..end);
                continue;
            }
            if which == 4 {
                self.replacement(whole, content..end);
                continue;
            }
            let node = self.take_around(whole, content..end, Kind::Element(tag), Stage::Footnotes);
            self.mark_as(node, if which == 3 { &["critic", "comment"] } else { &["critic"] });
        }
    }

    /// Shows what is left once an editor's marks are all accepted or all rejected.
    fn decided(&mut self, which: usize, whole: Range<usize>, content: Range<usize>) {
        let accepts = self.known.dialect.critic == Critic::Accept;
        let middle = memchr::memmem::find(&self.mask[content.clone()], b"~>").map(|found| content.start + found);
        let kept = match (which, middle) {
            (0, _) => content.start..if accepts { content.end } else { content.start },
            (1, _) => content.start..if accepts { content.start } else { content.end },
            (4, Some(middle)) if accepts => middle + 2..content.end,
            (4, Some(middle)) => content.start..middle,
            (3, _) => content.start..content.start,
            _ => content,
        };
        self.take_around(whole, kept, Kind::Nothing, Stage::Footnotes);
    }

    fn replacement(&mut self, whole: Range<usize>, content: Range<usize>) {
        let Some(middle) = memchr::memmem::find(&self.mask[content.clone()], b"~>").map(|found| content.start + found)
        else {
            return;
        };
        let old = self.take_around(whole.start..middle, content.start..middle, Kind::Element("del"), Stage::Footnotes);
        self.mark_as(old, &["critic"]);
        let new = self.take_around(middle..whole.end, middle + 2..content.end, Kind::Element("ins"), Stage::Footnotes);
        self.mark_as(new, &["critic"]);
    }

    fn mark_as(&mut self, node: NodeId, classes: &[&str]) {
        self.tree.attributes_mut(node).classes = classes.iter().map(|class| (*class).to_owned()).collect();
    }
}
