//! Marks of an editor: `{++added++}`, `{--removed--}`, `{~~old~>new~~}`, `{==marked==}`, `{>>said<<}`.

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
            if which == 4 {
                self.replacement(whole, content..end);
                continue;
            }
            let node = self.take_around(whole, content..end, Kind::Element(tag), Stage::Footnotes);
            self.mark_as(node, if which == 3 { &["critic", "comment"] } else { &["critic"] });
        }
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
