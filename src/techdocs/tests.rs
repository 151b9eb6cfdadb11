//! Pages as authors write them, and pages as enemies would.

use super::*;
use crate::cache::Forgetful;
use crate::diagnostics::Place;
use std::time::{Duration, Instant};

/// Knows `setup.md`, the folder `ops/` and `img/a.png`.
struct Known;

impl Links for Known {
    fn page(&self, path: &str, anchor: Option<&str>) -> Option<String> {
        let anchor = anchor.map_or_else(String::new, |anchor| format!("#{anchor}"));
        match path {
            "setup.md" | "./setup.md" => Some(format!("../setup/{anchor}")),
            "ops/" => Some(format!("../ops/{anchor}")),
            _ => None,
        }
    }

    fn image(&self, path: &str) -> Option<String> {
        (path == "img/a.png").then(|| "../img/a.1234.png".into())
    }

    fn entity(&self, _: &str) -> Option<String> {
        None
    }

    fn web(&self, _: &str) -> Option<String> {
        None
    }
}

fn page(text: &str) -> RenderedPage {
    let highlighter = Highlighter::new(&Forgetful);
    render(&PageInput {
        dialect: &Dialect::default(),
        snippets: &NoSnippets,
        text,
        place: Place::file("repo", "docs/a.md"),
        links: &Known,
        highlighter: &highlighter,
        labels: &ENGLISH,
        diagrams: &Diagrams::new(&Forgetful, &diagram::NoPrograms),
    })
}

fn html(text: &str) -> String {
    page(text).html
}

/// `line:column+length rule` of every finding.
fn said(text: &str) -> Vec<String> {
    let findings = page(text).findings;
    let line = |finding: &crate::diagnostics::Finding| {
        let place = finding.place.as_ref().expect("findings of a page have a place");
        format!("{}:{}+{} {}", place.line, place.column, place.length, finding.rule.name)
    };
    findings.iter().map(line).collect()
}

fn surveyed(text: &str) -> survey::Survey {
    let (dialect, snippets) = (&Dialect::default(), &NoSnippets);
    survey::survey(&survey::SurveyInput { text, dialect, snippets, may_be_inside: &|_| false, cache: None })
}

/// `line:column+length target` of every link and image.
fn links(text: &str) -> Vec<String> {
    let survey = surveyed(text);
    survey.links().map(|link| format!("{}:{}+{} {}", link.line, link.column, link.length, link.target)).collect()
}

#[expect(clippy::disallowed_methods, reason = "the test is about time")]
fn quickly<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    let limit = if cfg!(debug_assertions) { 120 } else { 20 };
    assert!(started.elapsed() < Duration::from_secs(limit), "{what:?} took {:?}", started.elapsed());
    result
}

#[test]
fn text_and_headings() {
    let page = page("# Pay *now*\n\nHello **you**.\n\n## Set up\n\nFirst.\n\n## Set up\n");
    assert_eq!(
        page.html,
        "<h1 id=\"pay-now\">Pay <em>now</em><a class=\"headerlink\" href=\"#pay-now\" title=\"Permanent link\" \
         aria-label=\"Permanent link: Pay now\">¶</a></h1>\n<p>Hello <strong>you</strong>.</p>\n<h2 id=\"set-up\">Set up\
         <a class=\"headerlink\" href=\"#set-up\" title=\"Permanent link\" aria-label=\"Permanent link: Set up\">¶</a></h2>\n\
         <p>First.</p>\n<h2 id=\"set-up_1\">Set up<a class=\"headerlink\" href=\"#set-up_1\" title=\"Permanent link\" \
         aria-label=\"Permanent link: Set up\">¶</a></h2>\n"
    );
    assert_eq!(page.title.as_deref(), Some("Pay now"));
    assert!(page.has_heading);
    let texts: Vec<(Option<usize>, &str)> = page.sections.iter().map(|s| (s.heading, s.text.as_str())).collect();
    assert_eq!(texts, [(Some(0), "Hello you."), (Some(1), "First.")]);
}

#[test]
fn front_matter_names_the_page() {
    let page = page("---\ntitle: Runbook\n---\n\nText [x](none.md)\n");
    assert_eq!((page.title.as_deref(), page.has_heading), (Some("Runbook"), false));
    assert_eq!(links("---\ntitle: Runbook\n---\n\nText [x](none.md)\n"), ["5:6+12 none.md"]);
}

#[test]
fn broken_links_are_named_where_they_stand() {
    let page = page("é [a](stup.md)\n\n> - ![pic](no.png)\n");
    assert_eq!(
        page.html,
        "<p>é <span class=\"broken-link\">a</span></p>\n<blockquote>\n<ul>\n<li><span class=\"broken-image\">pic</span></li>\n\
         </ul>\n</blockquote>\n"
    );
    assert_eq!(links("é [a](stup.md)\n\n> - ![pic](no.png)\n"), ["1:3+12 stup.md", "3:5+14 no.png"]);
}

#[test]
fn places_are_exact_inside_boxes() {
    assert_eq!(
        links("!!! note \"See [x](no.md)\"\n    a\n\n    !!! tip\n        [y](no.md)\n"),
        ["1:15+10 no.md", "5:9+10 no.md"]
    );
    assert_eq!(links("a\n\n<div>\n  <a href=\"no.md\">x</a>\n</div>\n"), ["4:3+16 no.md"]);
}

#[test]
fn hostile_html_is_harmless() {
    for text in [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<img src=\"img/a.png\" onerror=\"alert(1)\" style=\"x\">",
        "<a href=\"javascript:alert(1)\">x</a>",
        "<a href=\"java&#115;cript&colon;alert(1)\">x</a>",
        "<a href=\" &#1; javascript:alert(1)\">x</a>",
        "<a href=\"data:text/html,x\">x</a>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt&#58;alert(1))",
        "[x](<java\tscript:alert(1)>)",
        "[x](vbscript:x) <javascript:alert(1)>",
        "![x](javascript:alert(1))",
        "[x][y]\n\n[y]: javascript:alert(1)",
        "<svg onload=alert(1)>",
        "<svg><a xlink:href=\"javascript:alert(1)\"></svg>",
        "<iframe src=\"https://a.example\"></iframe>",
        "<b onmouseover=alert(1)>x</b>",
        "<math><mi//xlink:href=\"data:x,<script>alert(4)</script>\">",
        "<div style=\"background:url(javascript:alert(1))\">",
        "<form action=x><input name=y></form>",
        "<a title=\"`\"><img src=x onerror=alert(1)>\">x</a>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<scr<script>ipt>alert(1)</scr</script>ipt>",
        "<b \n onclick\n=\nalert(1) >",
        "# x <img src=x onerror=alert(1)> {onclick=alert(1) #a\" .b\"}",
        "```\"><script>\nx\n```",
        "!!! note\"><script>\n    x",
        "!!! note \"<script>alert(1)</script>\"\n    x",
    ] {
        let html = html(text);
        let tags = html.split('<').skip(1).filter_map(|tag| tag.split('>').next());
        for tag in tags.map(str::to_lowercase) {
            for banned in ["script", "svg", "iframe", "form", "math", "noscript", "input"] {
                assert!(!tag.starts_with(banned), "{text:?} gave {html}");
            }
            for banned in ["=\"javascript:", "=\"data:", "=\"vbscript:"] {
                assert!(!tag.contains(banned), "{text:?} gave {html}");
            }
            let names: String = tag.split('"').step_by(2).collect();
            for banned in [" on", " style=", "src=x"] {
                assert!(!names.contains(banned), "{text:?} gave {html}");
            }
        }
    }
}

#[test]
fn an_unclosed_script_loses_nothing_behind_it() {
    for opener in ["<script>", "<style>", "<!-- ", "<?php", "<pre>", "<textarea>", "<![CDATA["] {
        let html = html(&format!("a\n\n{opener}\n\n# Kept\n\n*text*\n"));
        assert!(html.contains("<h1 id=\"kept\"") && html.contains("<em>text</em>"), "{opener} gave {html}");
    }
    assert!(html("a <script> b").contains('b'));
}

#[test]
fn removed_elements_and_plain_code_are_told() {
    assert_eq!(said("x\n\n<iframe src=a></iframe>\n<iframe></iframe>\n"), ["3:1+14 docs-html-removed"]);
    assert_eq!(said(&format!("```rust\n{}\n```\n", "x".repeat(3_000))), ["1:1+7 docs-code-plain"]);
}

#[test]
fn deep_nests_stay_fast() {
    let many = if cfg!(debug_assertions) { 10_000 } else { 50_000 };
    for text in [
        "<div>".repeat(many),
        "<div>\n\n".repeat(many),
        "<b>".repeat(many),
        format!("x {}", "<b>".repeat(many)),
        ">".repeat(many),
        "> ".repeat(many),
        "- ".repeat(many),
        "1. ".repeat(many),
        "[".repeat(many),
        "![".repeat(many),
        "*".repeat(many),
        "*a ".repeat(many),
        "`".repeat(many),
        "<".repeat(many),
        "<a ".repeat(many),
        "<!--".repeat(many),
        "x <!-- ".repeat(many),
        "x <script> ".repeat(many),
        "<script>\n\n".repeat(many),
        "&".repeat(many),
        "# a\n".repeat(many),
        "!!! a\n".repeat(many),
        "[^a]".repeat(many),
        "[^a]: b\n\n".repeat(many),
        (0..many / 10).map(|n| format!("[^{n}]: b\n\n!!! x\n\n[^{n}]\n\n")).collect(),
        "[x](y.md) ".repeat(many),
        "[x](y.md)\n".repeat(many),
        "```\n".repeat(many),
        "a: b\n: c\n".repeat(many),
        format!("{}\n{}\n{}", "|a".repeat(1_000), "|-".repeat(1_000), "|\n".repeat(1_000)),
        (0..64).map(|depth| format!("{}!!! a\n", "    ".repeat(depth))).collect(),
        (0..1_000).map(|depth| format!("{}!!! a\n", "    ".repeat(depth))).collect(),
        (0..1_000).map(|depth| format!("{}- a\n", "  ".repeat(depth))).collect(),
    ] {
        let start: String = text.chars().take(20).collect();
        let page = quickly(&start, || page(&text));
        let deepest = page.html.split('<').fold((0usize, 0usize), |(now, most), tag| {
            let void = ["br", "hr", "img", "input"].iter().any(|name| tag.starts_with(name));
            match tag {
                _ if tag.starts_with('/') => (now.saturating_sub(1), most),
                _ if void || !tag.starts_with(|c: char| c.is_ascii_alphabetic()) => (now, most),
                _ => (now + 1, most.max(now + 1)),
            }
        });
        assert!(deepest.1 <= 300, "{start:?} is {} deep", deepest.1);
    }
}

#[test]
fn long_pages_are_cut_with_a_notice() {
    let page = quickly("words", || page(&"word word word\n".repeat(200_000)));
    assert!(page.html.contains("This page is too long"));
    assert_eq!(page.findings.last().map(|finding| finding.rule.name), Some("docs-page-cut"));
}

#[test]
fn a_survey_knows_title_and_anchors() {
    let survey = surveyed(
        "Text[^n]\n\n# The `code` ![logo](img/a.png) *book* {#x}\n\n## Two\n\n<a name=\"raw\"></a>\n\n=== \"Tab\"\n    a\n\n[^n]: b\n",
    );
    assert_eq!(survey.title.as_deref(), Some("The code logo book"));
    assert_eq!(survey.anchors.iter().collect::<Vec<_>>(), ["__tabbed_1_1", "fn:n", "fnref:n", "two", "x"]);
    assert_eq!(survey.raw_anchors.iter().collect::<Vec<_>>(), ["raw"]);
    assert!(survey.anchors.has("two") && !survey.anchors.has("tw") && !survey.anchors.has("zz"));
    assert_eq!(surveyed("---\ntitle: A\n---\n# B\n").title.as_deref(), Some("A"));
    assert_eq!(surveyed("Set up\n======\n").title.as_deref(), Some("Set up"));
    assert_eq!(surveyed("```sh\n# no heading\n```\n## Two\n").title, None);
}
