//! What search knows of a page.

use crate::search::{SearchDocument, SearchSection};
use crate::site::Site;
use crate::techdocs::RenderedPage;
use crate::techdocs::sets::DocSet;

/// The page's document, one section for each stretch of text, so that a hit leads to its heading.
pub(super) fn document(
    site: &Site<'_>,
    set: &DocSet,
    page: usize,
    rendered: &RenderedPage,
    route: &str,
) -> SearchDocument {
    let entity = site.catalog.entity(set.entity);
    let section = |section: &crate::techdocs::Section| {
        let heading = section.heading.map(|at| &rendered.headings[at]).filter(|heading| heading.level > 1);
        SearchSection {
            anchor: heading.map_or_else(String::new, |heading| heading.id.clone()),
            heading: heading.map_or_else(String::new, |heading| heading.text.clone()),
            text: section.text.clone(),
        }
    };
    SearchDocument {
        kind: "docs".to_string(),
        is_entity: false,
        url: route.to_string(),
        title: rendered.title.as_deref().unwrap_or(&set.pages[page].title).to_string(),
        reference: entity.reference.to_string(),
        words: set.pages[page].path.trim_end_matches(".md").replace(['/', '-', '_'], " "),
        sections: rendered.sections.iter().map(section).collect(),
        facets: site.facets(set.entity),
        uses: 0,
    }
}
