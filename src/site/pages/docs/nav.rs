//! The pages of a documentation as a tree, the branch of the current one open.
//!
//! Of a large documentation a page does not repeat all: sections that it is not in are one entry, which leads to their first
//! page, and of a very long level the entries near to the current one are shown.

use crate::site::Site;
use crate::site::view::NavNode as NavView;
use crate::techdocs::NavNode;
use crate::techdocs::sets::DocSet;

/// Entries up to which every page shows the whole tree.
const MOST_WHOLE: usize = 250;
/// Entries of one level on either side of the open one.
const MOST_BESIDE: usize = 100;

/// Where the entries of a navigation lead.
pub(super) struct Leads<'a> {
    /// A page by its number.
    pub(super) page: &'a dyn Fn(usize) -> String,
    /// An address.
    pub(super) outside: &'a dyn Fn(&str) -> Option<String>,
}

/// The whole tree.
pub(super) fn tree(set: &DocSet, current: usize, leads: &Leads) -> Vec<NavView> {
    set.nav.iter().map(|node| branch(node, set, current, leads)).collect()
}

/// What the page of number `current` shows of it.
pub(super) fn around(site: &Site<'_>, set: &DocSet, current: usize, leads: &Leads) -> Vec<NavView> {
    if size(&set.nav) <= MOST_WHOLE { tree(set, current, leads) } else { level(site, &set.nav, set, current, leads) }
}

fn level(site: &Site<'_>, nodes: &[NavNode], set: &DocSet, current: usize, leads: &Leads) -> Vec<NavView> {
    let open = nodes.iter().position(|node| pages(node).any(|page| page == current));
    let near = open.unwrap_or_default();
    let start = if nodes.len() > 2 * MOST_BESIDE { near.saturating_sub(MOST_BESIDE) } else { 0 };
    let end = if nodes.len() > 2 * MOST_BESIDE { (near + MOST_BESIDE + 1).min(nodes.len()) } else { nodes.len() };
    let rest = |key: &str, count: usize, node: &NavNode| NavView {
        text: site.tell(key, &[("count", &count)]),
        url: pages(node).next().map(leads.page),
        ..NavView::default()
    };
    let shown = nodes[start..end].iter().enumerate().map(|(at, node)| match node {
        NavNode::Section { title, children } if Some(start + at) == open => NavView {
            text: title.clone(),
            open: true,
            children: level(site, children, set, current, leads),
            ..NavView::default()
        },
        NavNode::Section { title, .. } => {
            let url = pages(node).next().map(leads.page);
            NavView { text: title.clone(), is_folded: true, url, ..NavView::default() }
        }
        node => branch(node, set, current, leads),
    });
    let before = start.checked_sub(1).map(|last| rest("docs.before", start, &nodes[last]));
    let after = nodes.get(end).map(|next| rest("docs.after", nodes.len() - end, next));
    before.into_iter().chain(shown).chain(after).collect()
}

/// Entries of a tree.
fn size(nodes: &[NavNode]) -> usize {
    let below = |node: &NavNode| if let NavNode::Section { children, .. } = node { size(children) } else { 0 };
    nodes.iter().map(|node| 1 + below(node)).sum()
}

/// The pages of an entry and those below it, in order.
fn pages(node: &NavNode) -> Box<dyn Iterator<Item = usize> + '_> {
    match node {
        NavNode::Page { page, .. } => Box::new(std::iter::once(*page)),
        NavNode::Section { children, .. } => Box::new(children.iter().flat_map(pages)),
        NavNode::Url { .. } => Box::new(std::iter::empty()),
    }
}

fn branch(node: &NavNode, set: &DocSet, current: usize, leads: &Leads) -> NavView {
    match node {
        NavNode::Page { title, page } => NavView {
            text: title.clone().unwrap_or_else(|| set.pages[*page].title.clone()),
            url: Some((leads.page)(*page)),
            current: *page == current,
            open: *page == current,
            ..NavView::default()
        },
        NavNode::Section { title, children } => {
            let children: Vec<NavView> = children.iter().map(|node| branch(node, set, current, leads)).collect();
            let open = children.iter().any(|child| child.open);
            NavView { text: title.clone(), open, children, ..NavView::default() }
        }
        NavNode::Url { title, url } => NavView {
            text: title.clone().unwrap_or_else(|| url.clone()),
            url: (leads.outside)(url),
            ..NavView::default()
        },
    }
}
