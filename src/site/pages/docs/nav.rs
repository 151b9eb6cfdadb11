//! The pages of a documentation as a tree, the branch of the current one open.

use crate::site::view::NavNode as NavView;
use crate::techdocs::NavNode;
use crate::techdocs::sets::DocSet;

/// Where the entries of a navigation lead.
pub(super) struct Leads<'a> {
    /// A page by its number.
    pub(super) page: &'a dyn Fn(usize) -> String,
    /// An address.
    pub(super) outside: &'a dyn Fn(&str) -> Option<String>,
}

pub(super) fn tree(set: &DocSet, current: usize, leads: &Leads) -> Vec<NavView> {
    set.nav.iter().map(|node| branch(node, set, current, leads)).collect()
}

fn branch(node: &NavNode, set: &DocSet, current: usize, leads: &Leads) -> NavView {
    match node {
        NavNode::Page { title, page } => NavView {
            text: title.clone().unwrap_or_else(|| set.pages[*page].title.clone()),
            url: Some((leads.page)(*page)),
            current: *page == current,
            open: *page == current,
            children: Vec::new(),
        },
        NavNode::Section { title, children } => {
            let children: Vec<NavView> = children.iter().map(|node| branch(node, set, current, leads)).collect();
            let open = children.iter().any(|child| child.open);
            NavView { text: title.clone(), url: None, current: false, open, children }
        }
        NavNode::Url { title, url } => NavView {
            text: title.clone().unwrap_or_else(|| url.clone()),
            url: (leads.outside)(url),
            current: false,
            open: false,
            children: Vec::new(),
        },
    }
}
