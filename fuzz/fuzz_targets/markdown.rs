//! `cargo +nightly fuzz run markdown`: no page makes the renderer panic, and none of its HTML holds what could run.

#![no_main]

use callboard::cache::Forgetful;
use callboard::diagnostics::Place;
use callboard::techdocs::diagram::NoPrograms;
use callboard::techdocs::{Diagrams, Dialect, ENGLISH, Highlighter, Links, NoSnippets, PageInput, render};
use libfuzzer_sys::fuzz_target;

/// Every link leads somewhere.
struct Everywhere;

impl Links for Everywhere {
    fn page(&self, path: &str, _: Option<&str>) -> Option<String> {
        (!path.is_empty()).then(|| "page/".to_owned())
    }

    fn image(&self, path: &str) -> Option<String> {
        (!path.is_empty()).then(|| "image.png".to_owned())
    }

    fn entity(&self, _: &str) -> Option<String> {
        None
    }

    fn web(&self, _: &str) -> Option<String> {
        None
    }
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for dialect in [Dialect { math: true, ..Dialect::default() }, Dialect::readme()] {
        let page = render(&PageInput {
            text: &text,
            place: Place::file("repo", "a.md"),
            dialect: &dialect,
            snippets: &NoSnippets,
            links: &Everywhere,
            highlighter: &Highlighter::plain(),
            labels: &ENGLISH,
            diagrams: &Diagrams::new(&Forgetful, &NoPrograms),
        });
        // Text shows what it likes; elements that run something are none of ours.
        let html = page.html.to_ascii_lowercase();
        for element in ["script", "iframe", "style", "form", "object", "embed", "svg"] {
            assert!(!html.contains(&format!("<{element}")), "<{element}> in {html}");
        }
    }
});
