//! Links and images.

use super::super::address::{self, Address};
use super::super::markdown::tree::{NodeId, Target};
use super::Writer;
use crate::html::{push_named, push_text};

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
        match self.resolve(Use::Link, &target.url) {
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
        match self.resolve(Use::Image, &target.url) {
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

    /// The URL that an address leads to, if it leads anywhere.
    pub(super) fn resolve(&self, wanted: Use, target: &str) -> Option<String> {
        let links = self.input.links;
        match (address::classify(target), wanted) {
            (Address::External(url), Use::Link) => Some(links.web(&url).unwrap_or(url)),
            (Address::External(url), Use::Image) => Some(url),
            (Address::Anchor(anchor), _) => Some(self.own_anchor(&anchor)),
            (Address::Local { path, anchor }, Use::Link) => links.page(&path, anchor.as_deref()),
            (Address::Local { path, .. }, Use::Image) => links.image(&path),
            (Address::OtherScheme(reference), Use::Link) => links.entity(&reference),
            (Address::OtherScheme(_), Use::Image) | (Address::Refused(_), _) => None,
        }
    }

    /// A place on this page: anchors of raw HTML have a word in front.
    fn own_anchor(&self, anchor: &str) -> String {
        if !self.anchors.contains(anchor) && self.raw_anchors.contains(anchor) {
            format!("#{}{anchor}", super::ID_PREFIX)
        } else {
            format!("#{anchor}")
        }
    }
}
