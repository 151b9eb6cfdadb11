//! `_headers`, which Netlify, Cloudflare Pages and others read: the policy a page cannot set itself, caching, and what
//! clients of the catalog's data look for.

use crate::site::mirror::{self, ROOT};

/// The file for a content security policy and a catalog of so many entities, in pages of so many. `base` is the path
/// that the portal has on its host: `/` or `/portal/`.
pub fn headers(content_security_policy: &str, base: &str, entities: usize, page_size: usize) -> String {
    let mut text = format!(
        "/*\n  Content-Security-Policy: {content_security_policy}; frame-ancestors 'self'\n  \
         X-Content-Type-Options: nosniff\n  Referrer-Policy: same-origin\n  \
         Cache-Control: public, max-age=0, must-revalidate\n\
         {base}docs/*.md\n  Content-Type: text/markdown; charset=utf-8\n\
         {base}{ROOT}*\n  Content-Type: application/json\n"
    );
    let pages = mirror::entity_pages(entities, page_size);
    for (page, next) in pages.iter().zip(pages.iter().skip(1)) {
        let asked = page.strip_suffix(".json").filter(|address| mirror::ADDRESSES.contains(address));
        for path in asked.into_iter().chain([page.as_str()]) {
            text.push_str(&format!("{base}{path}\n  Link: <{base}{next}>; rel=\"next\"\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_but_the_last_names_the_next() {
        let text = headers("default-src 'none'", "/portal/", 5, 2);
        let (_, links) = text.split_once("application/json\n").unwrap();
        assert_eq!(
            links,
            "/portal/api/catalog/entities\n  Link: </portal/api/catalog/entities/-/2.json>; rel=\"next\"\n\
             /portal/api/catalog/entities.json\n  Link: </portal/api/catalog/entities/-/2.json>; rel=\"next\"\n\
             /portal/api/catalog/entities/-/2.json\n  Link: </portal/api/catalog/entities/-/3.json>; rel=\"next\"\n"
        );
        assert!(headers("x", "/", 2, 2).ends_with("/api/catalog/*\n  Content-Type: application/json\n"));
    }
}
