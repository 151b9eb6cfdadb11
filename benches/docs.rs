//! How many pages of documentation one thread renders in a second: `cargo bench --bench docs [-- FOLDER [OUT]]`.
//!
//! Without a folder it writes 2,000 pages of about 6 KB that use what documentation uses: headings, lists, boxes, tabs,
//! tables, code, links, footnotes. Each is rendered without colours, once for the dialect of MkDocs and once for that of
//! READMEs, links included; then a part of them with colours, whose cost is a figure of its own. With a folder, its
//! Markdown files are the pages, and with `OUT` the HTML is written there. Machines are noisy: compare figures of one run.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads and writes files")]
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use callboard::cache::Forgetful;
use callboard::diagnostics::Place;
use callboard::techdocs::diagram::NoPrograms;
use callboard::techdocs::{
    Diagrams, Dialect, ENGLISH, Highlighter, Links, NoSnippets, PageInput, RenderedPage, render,
};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// Pages that are made where no folder is named.
const PAGES: usize = 2_000;
/// Pages that are coloured: colouring is slow.
const COLOURED: usize = 50;

/// Every link leads somewhere.
struct Everywhere;

impl Links for Everywhere {
    fn page(&self, path: &str, _: Option<&str>) -> Option<String> {
        Some(path.to_owned())
    }

    fn image(&self, path: &str) -> Option<String> {
        Some(path.to_owned())
    }

    fn entity(&self, _: &str) -> Option<String> {
        None
    }

    fn web(&self, _: &str) -> Option<String> {
        None
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let pages: Vec<(String, String)> = match arguments.first() {
        Some(folder) => files(Path::new(folder)),
        None => (0..PAGES).map(|number| (format!("{number}.md"), page(number))).collect(),
    };
    let bytes: usize = pages.iter().map(|(_, text)| text.len()).sum();
    println!("{} pages, {} KB each", pages.len(), bytes / pages.len().max(1) / 1_000);
    let plain = Highlighter::plain();
    let mkdocs = measure("as MkDocs reads them, without colours", &pages, &Dialect::default(), &plain);
    measure("as forges read READMEs, without colours", &pages, &Dialect::readme(), &plain);
    let coloured = Highlighter::new(&Forgetful);
    measure("with colours, cold", &pages[..pages.len().min(COLOURED)], &Dialect::default(), &coloured);
    if let Some(out) = arguments.get(1) {
        for ((path, _), rendered) in pages.iter().zip(mkdocs) {
            let target = Path::new(out).join(path).with_extension("html");
            fs::create_dir_all(target.parent().expect("a file has a folder")).expect("the folder is ours");
            fs::write(target, rendered.html).expect("the folder is ours");
        }
    }
}

fn measure(what: &str, pages: &[(String, String)], dialect: &Dialect, highlighter: &Highlighter) -> Vec<RenderedPage> {
    let diagrams = Diagrams::new(&Forgetful, &NoPrograms);
    let mut slowest = (Duration::ZERO, "");
    let start = Instant::now();
    let rendered = pages
        .iter()
        .map(|(path, text)| {
            let input = PageInput {
                text,
                place: Place::file("repo", path.as_str()),
                dialect,
                snippets: &NoSnippets,
                links: &Everywhere,
                highlighter,
                labels: &ENGLISH,
                diagrams: &diagrams,
            };
            let begun = Instant::now();
            let page = render(&input);
            slowest = slowest.max((begun.elapsed(), path.as_str()));
            page
        })
        .collect();
    let seconds = start.elapsed().as_secs_f64();
    let bytes: usize = pages.iter().map(|(_, text)| text.len()).sum();
    println!(
        "{what}: {:.0} pages a second, {:.1} MB a second; slowest {:.1} ms, {}",
        pages.len() as f64 / seconds,
        bytes as f64 / 1e6 / seconds,
        slowest.0.as_secs_f64() * 1e3,
        slowest.1
    );
    rendered
}

/// Markdown files below a folder, with their paths from there.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "md"))
        .map(|entry| {
            let text = String::from_utf8_lossy(&fs::read(entry.path()).expect("the file can be read")).into_owned();
            (entry.path().strip_prefix(folder).expect("it lies below").to_string_lossy().into_owned(), text)
        })
        .collect();
    files.sort();
    files
}

/// A page of about 6 KB.
fn page(number: usize) -> String {
    let mut text = format!("---\ntitle: Page {number}\n---\n# Page {number}\n\n");
    for part in 0..6 {
        let _ = write!(
            text,
            "## Part {part} of `page-{number}`\n\nThe *service* answers at <https://a.example/{number}> and keeps its \
             **state** in [the store](../store-{part}.md#state \"Store\"). See [runbook][r{part}] for what to do, or \
             write to team@example.com. It was moved from H~2~O to snake_case_names (c) 2024.[^n{part}]\n\n\
             - first `item` of the list\n  - with an inner one, {part}\n  - and another --> there\n- [x] done\n\n\
             1. Open the hatch\n2. Close it again\n\n!!! note \"Mind the *gap* {part}\"\n    Words in a box, with \
             `code` and a [link](page-{part}.md).\n\n    - one\n    - two\n\n\
             | Name | Type | What |\n| --- | :-: | --- |\n| `id` | text | the name of it |\n| `at` | date | when {part} |\n\n\
             ```yaml title=\"config-{part}.yaml\" hl_lines=\"2\"\nkey: value\nother: [{number}, {part}]\n```\n\n\
             === \"One\"\n    Content of a tab.\n\n=== \"Two\"\n    ==Marked== content :tada: of another.\n\n\
             [r{part}]: runbook.md\n[^n{part}]: A note about part {part}.\n\n"
        );
    }
    text
}
