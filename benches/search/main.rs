//! How callboard's search compares with Pagefind and MiniSearch: `cargo bench --bench search [-- OPTIONS]`.
//!
//! Builds portals of real documentation, gives the same pages to the peers, and drives all three in one Chromium. Needs
//! `git`, `node`, `npm` and the network; `CALLBOARD_BENCH_MIRRORS` names a folder of bare repositories
//! (`<owner>+<name>/repo`) to read instead of fetching. Machines are noisy: compare figures of one run.
//!
//! ```text
//! --only AXIS             one of quality, bytes, time, memory, size, build
//! --collections a,b       these alone
//! --program FILE          build the portals with this `callboard`, not the one at hand
//! --portals DIR           build none, take `DIR/<collection>` and `DIR/together`; a run leaves its own in
//!                         `target/bench-search/portals`
//! --details FILE          a line of JSON for each query: ranks and pages of every engine
//! --large PAGES           instead, an index of so many made pages: its files, time and memory
//! --write-queries         make the queries of the mechanical classes anew, measure nothing
//! ```
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark reads and writes files, runs programs and serves"
)]
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod browser;
mod collections;
mod cost;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/browser/devtools.rs"]
mod devtools;
#[path = "../../tests/browser/folder.rs"]
mod folder;
mod folders;
mod html;
mod large;
mod peers;
mod portal;
mod processes;
mod quality;
mod queries;
mod report;
mod server;
mod size;

use browser::Stage;
use collections::Collection;
use portal::Portal;
use report::Axis;
use std::path::PathBuf;

#[derive(Default)]
pub(crate) struct Options {
    only: Option<String>,
    collections: Option<Vec<String>>,
    portals: Option<PathBuf>,
    program: Option<PathBuf>,
    details: Option<PathBuf>,
    large: Option<usize>,
    write_queries: bool,
}

const AXES: [&str; 6] = ["quality", "bytes", "time", "memory", "size", "build"];

fn main() {
    let options = options();
    if let Some(pages) = options.large {
        large::measure(pages);
        return;
    }
    let is_wanted =
        |collection: &Collection| options.collections.as_ref().is_none_or(|names| names.contains(&collection.name));
    let collections: Vec<Collection> = collections::all().into_iter().filter(is_wanted).collect();
    assert!(!collections.is_empty(), "no such collections");
    if options.write_queries {
        for collection in collections.iter().filter(|collection| collection.judged) {
            queries::write(collection, &Portal::of(&collection.name, &[collection], &options));
        }
        return;
    }
    peers::install();
    if options.wants("quality") {
        println!("\n{}", quality::measure(&collections, &options));
    }
    let together: Vec<&Collection> = collections.iter().filter(|collection| collection.together).collect();
    if !together.is_empty() && AXES[1..].iter().any(|axis| options.wants(axis)) {
        println!("\n{}", measure_together(&together, &options));
    }
}

/// Everything but quality, on one portal.
fn measure_together(collections: &[&Collection], options: &Options) -> String {
    let portal = Portal::of("together", collections, options);
    let mut axes = cost::measure(&Stage::set(&portal), options);
    if options.wants("size") {
        axes.extend(size::measure(&portal));
    }
    if options.wants("build") {
        axes.extend(size::measure_build(&portal, collections, options));
    }
    format!(
        "Cost: one portal of {} pages, {} collections\n\n{}",
        portal.pages.len(),
        collections.len(),
        Axis::table(&axes)
    )
}

impl Options {
    fn wants(&self, axis: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == axis)
    }
}

fn options() -> Options {
    let mut options = Options::default();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} what?"));
        match argument.as_str() {
            "--bench" => {}
            "--only" => options.only = Some(axis(value())),
            "--collections" => options.collections = Some(value().split(',').map(str::to_owned).collect()),
            "--portals" => options.portals = Some(value().into()),
            "--program" => options.program = Some(value().into()),
            "--details" => options.details = Some(value().into()),
            "--large" => options.large = Some(value().parse().expect("a number of pages")),
            "--write-queries" => options.write_queries = true,
            _ => panic!("there is no option `{argument}`; see the top of benches/search/main.rs"),
        }
    }
    options
}

fn axis(name: String) -> String {
    assert!(AXES.contains(&name.as_str()), "`{name}` is none of {}", AXES.join(", "));
    name
}
