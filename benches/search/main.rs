//! How callboard's search compares with Pagefind and MiniSearch: `cargo bench --bench search [-- OPTIONS]`.
//!
//! Builds portals of real documentation, gives the same pages to the peers, and drives all three in one Chromium. Needs
//! `git`, `node`, `npm` and the network; `CALLBOARD_BENCH_MIRRORS` names a folder of bare repositories
//! (`<owner>+<name>/repo`) to read instead of fetching. Machines are noisy: compare figures of one run.
//!
//! ```text
//! --only AXIS             quality
//! --collections a,b       these alone
//! --portals DIR           portals that were built before, one folder each, instead of building them
//! --details FILE          a line of JSON for each query: ranks and pages of every engine
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
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/browser/devtools.rs"]
mod devtools;
#[path = "../../tests/browser/folder.rs"]
mod folder;
mod folders;
mod html;
mod peers;
mod portal;
mod quality;
mod queries;
mod report;
mod server;

use collections::Collection;
use portal::Portal;
use std::path::PathBuf;

#[derive(Default)]
pub(crate) struct Options {
    only: Option<String>,
    collections: Option<Vec<String>>,
    portals: Option<PathBuf>,
    details: Option<PathBuf>,
    write_queries: bool,
}

fn main() {
    let options = options();
    let is_wanted = |collection: &Collection| {
        options.collections.as_ref().is_none_or(|names| names.iter().any(|name| *name == collection.name))
    };
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
            "--only" => options.only = Some(value()),
            "--collections" => options.collections = Some(value().split(',').map(str::to_owned).collect()),
            "--portals" => options.portals = Some(value().into()),
            "--details" => options.details = Some(value().into()),
            "--write-queries" => options.write_queries = true,
            _ => panic!("there is no option `{argument}`; see the top of benches/search/main.rs"),
        }
    }
    options
}
