//! What links here: pages of documentation that link to a page or an entity.

use crate::site::view::{BacklinkGroup, Backlinks, Link};
use crate::site::{Linker, Site};
use crate::techdocs::leads::PageAt;

/// Pages that are shown; the others are counted.
const MOST_PAGES: usize = 30;

/// `sources` by their documentation, that of `own` first, the others in the order of their entities.
pub(crate) fn backlinks(
    site: &Site<'_>,
    own: Option<usize>,
    sources: impl ExactSizeIterator<Item = PageAt> + Clone,
    links: &Linker,
) -> Backlinks {
    let total = sources.len();
    let inside = sources.clone().filter(|at| Some(at.set) == own);
    let outside = sources.filter(|at| Some(at.set) != own);
    let shown: Vec<PageAt> = inside.chain(outside).take(MOST_PAGES).collect();
    let groups = shown.chunk_by(|a, b| a.set == b.set).map(|pages| {
        let set = &site.docs[pages[0].set];
        let link = |at: &PageAt| Link {
            text: set.pages[at.page].title.clone(),
            url: links.to(&site.docs_route(at.set, at.page)),
        };
        BacklinkGroup { site_name: set.site_name.clone(), pages: pages.iter().map(link).collect() }
    });
    Backlinks { total, groups: groups.collect(), more: total - shown.len() }
}
