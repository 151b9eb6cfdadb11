//! What search knows of a page.

use crate::search::SearchDocument;
use crate::techdocs::RenderedPage;
use crate::techdocs::sets::DocSet;

/// One document per stretch of text, so that a hit leads to its heading.
pub(super) fn documents(
    set: &DocSet,
    page: usize,
    rendered: &RenderedPage,
    route: &str,
    reference: &str,
) -> Vec<SearchDocument> {
    let title = rendered.title.as_deref().unwrap_or(&set.pages[page].title);
    let words = set.pages[page].path.trim_end_matches(".md").replace(['/', '-', '_'], " ");
    let mut documents: Vec<SearchDocument> = rendered
        .sections
        .iter()
        .map(|section| {
            let heading = section.heading.map(|at| &rendered.headings[at]).filter(|heading| heading.level > 1);
            SearchDocument {
                kind: "docs".to_string(),
                url: heading.map_or_else(|| route.to_string(), |heading| format!("{route}#{}", heading.id)),
                title: title.to_string(),
                section: heading.map_or_else(String::new, |heading| heading.text.clone()),
                reference: reference.to_string(),
                words: words.clone(),
                body: section.text.clone(),
            }
        })
        .collect();
    if documents.is_empty() {
        documents.push(SearchDocument {
            kind: "docs".to_string(),
            url: route.to_string(),
            title: title.to_string(),
            reference: reference.to_string(),
            words,
            ..SearchDocument::default()
        });
    }
    documents
}
