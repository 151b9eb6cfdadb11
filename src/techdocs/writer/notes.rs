//! Footnotes.

use super::super::markdown::tree::NodeId;
use super::Writer;
use crate::html::push_attribute;

impl Writer<'_> {
    pub(super) fn footnote_mark(&mut self, number: usize) {
        let Some((label, _)) = self.document.footnotes.get(number) else { return };
        self.marks[number] += 1;
        self.out.push_str("<sup id=\"");
        push_mark_id(&mut self.out, label, self.marks[number]);
        self.out.push_str("\"><a class=\"footnote-ref\" href=\"#fn:");
        push_attribute(&mut self.out, label);
        self.out.push_str(&format!("\">{}</a></sup>", number + 1));
    }

    /// The list of all footnotes, each with the ways back to its marks.
    pub(super) fn footnotes(&mut self, id: NodeId) {
        self.close_raw(0);
        let tree = self.tree();
        self.out.push_str("<div class=\"footnote\" role=\"doc-endnotes\" aria-label=\"");
        push_attribute(&mut self.out, self.input.labels.footnotes);
        self.out.push_str("\">\n<hr>\n<ol>\n");
        for (number, note) in tree.children(id).enumerate() {
            let Some((label, _)) = self.document.footnotes.get(number) else { break };
            self.out.push_str("<li id=\"fn:");
            push_attribute(&mut self.out, label);
            self.out.push_str("\">\n");
            self.children(note);
            self.close_raw(self.depth);
            let ends_in_paragraph = self.out.ends_with("</p>\n");
            if ends_in_paragraph {
                self.out.truncate(self.out.len() - "</p>\n".len());
            } else {
                self.out.push_str("<p>");
            }
            for index in 1..=self.marks[number].max(1) {
                self.out.push_str(" <a class=\"footnote-backref\" href=\"#");
                push_mark_id(&mut self.out, label, index);
                self.out.push_str("\" aria-label=\"");
                push_attribute(&mut self.out, self.input.labels.back_to_text);
                self.out.push_str("\">↩</a>");
            }
            self.out.push_str("</p>\n</li>\n");
        }
        self.out.push_str("</ol>\n</div>\n");
    }
}

fn push_mark_id(out: &mut String, label: &str, index: usize) {
    out.push_str("fnref");
    if index > 1 {
        out.push_str(&index.to_string());
    }
    out.push(':');
    push_attribute(out, label);
}
