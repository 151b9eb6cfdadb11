//! Links and images: where they lead, and what is wrong with them.

use super::super::address::{self, Address, with_anchor};
use super::super::markdown::tree::{NodeId, Target};
use super::super::page::Resolved;
use super::Writer;
use crate::diagnostics::rules::techdocs as rules;
use crate::diagnostics::{Finding, Place};
use crate::html::{push_named, push_text};

/// Faulty links and images listed one by one for a page.
pub(super) const MOST_LINK_FINDINGS: usize = 100;

/// Which address of a page is being resolved.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Link,
    Image,
}

impl Writer<'_> {
    pub(super) fn link(&mut self, id: NodeId, target: &Target) {
        if self.in_link || self.raw.iter().any(|element| element.name == "a") {
            self.children(id);
            return;
        }
        self.in_link = true;
        match self.resolve(Use::Link, &target.url, |writer| writer.place_of(id)) {
            Some(url) => {
                self.out.push_str("<a");
                push_named(&mut self.out, "href", &url);
                self.titled(id, target);
                self.out.push('>');
                self.children(id);
                self.close("a");
            }
            None => {
                self.out.push_str("<span class=\"broken-link\">");
                self.children(id);
                self.close("span");
            }
        }
        self.in_link = false;
    }

    pub(super) fn image(&mut self, id: NodeId, target: &Target, alt: &str) {
        self.plain(alt);
        match self.resolve(Use::Image, &target.url, |writer| writer.place_of(id)) {
            Some(url) => {
                self.out.push_str("<img");
                push_named(&mut self.out, "src", &url);
                push_named(&mut self.out, "alt", alt.trim());
                self.titled(id, target);
                let lazy = self
                    .tree()
                    .attributes(id)
                    .is_none_or(|attributes| attributes.others.iter().all(|(name, _)| name != "loading"));
                self.out.push_str(if lazy { " loading=\"lazy\">" } else { ">" });
            }
            None => {
                self.out.push_str("<span class=\"broken-image\">");
                push_text(&mut self.out, if alt.is_empty() { &target.url } else { alt });
                self.out.push_str("</span>");
            }
        }
    }

    fn titled(&mut self, id: NodeId, target: &Target) {
        if let Some(title) = target.title.as_deref().filter(|title| !title.is_empty()) {
            push_named(&mut self.out, "title", title);
        }
        if let Some(attributes) = self.tree().attributes(id) {
            self.push_attributes(attributes, &["alt", if target.title.is_some() { "title" } else { "" }]);
        }
    }

    /// The URL that an address leads to; where there is none, a finding says so.
    pub(super) fn resolve(&mut self, wanted: Use, target: &str, place: impl FnOnce(&Self) -> Place) -> Option<String> {
        let (path, anchor) = match address::classify(target) {
            Address::External(url) => return Some(url),
            Address::Anchor(anchor) => return Some(self.own_anchor(&anchor)),
            Address::Refused(address) => {
                self.link_fault(|writer| rules::unsafe_link(place(writer), &address));
                return None;
            }
            Address::Local { path, anchor } => (path, anchor),
        };
        let resolved = match wanted {
            Use::Link => self.input.links.page(&path),
            Use::Image => self.input.links.image(&path),
        };
        match resolved {
            Resolved::Url(url) => Some(with_anchor(url, anchor.as_deref())),
            Resolved::Withheld => None,
            Resolved::Unpublished => {
                self.link_fault(|writer| rules::unpublished_link(place(writer), target));
                None
            }
            Resolved::Broken { guess } => {
                self.link_fault(|writer| match wanted {
                    Use::Link => rules::broken_link(place(writer), target, guess),
                    Use::Image => rules::broken_image(place(writer), target, guess),
                });
                None
            }
        }
    }

    /// A place on this page: anchors of raw HTML have a word in front.
    fn own_anchor(&self, anchor: &str) -> String {
        if !self.anchors.contains(anchor) && self.raw_anchors.contains(anchor) {
            format!("#{}{anchor}", super::html::ID_PREFIX)
        } else {
            format!("#{anchor}")
        }
    }

    fn link_fault(&mut self, finding: impl FnOnce(&Self) -> Finding) {
        self.link_faults += 1;
        if self.link_faults <= MOST_LINK_FINDINGS {
            let finding = finding(self);
            self.findings.push(finding);
        }
    }

    pub(super) fn tell_of_more_links(&mut self) {
        if self.link_faults > MOST_LINK_FINDINGS {
            let rest = self.link_faults - MOST_LINK_FINDINGS;
            self.findings.push(rules::more_broken_links(self.input.place.clone(), rest));
        }
    }
}
