//! What a search costs the operator: files to host and time to build, on one portal of all collections.

use super::browser::Engine;
use super::collections::Collection;
use super::portal::{Content, Portal, build};
use super::report::Axis;
use super::server::{compressed, content_type};
use super::{Options, folders, peers, processes};
use callboard::search::{self, Settings};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

const MEGABYTE: f64 = 1_000_000.0;
/// Builds of each kind; the least counts.
const ROUNDS: usize = 3;
/// The folders of what is shown of each page, its text above all: no index.
const PAGES: [&str; 2] = ["pages", "fragment"];

/// A file that a search may load.
struct File {
    path: PathBuf,
    bytes: usize,
    /// As it is sent.
    sent: usize,
}

pub(crate) fn measure(portal: &Portal) -> Vec<Axis> {
    let peers = peers::index(portal);
    let sizes = Engine::ALL.map(|engine| {
        let all = match engine {
            Engine::Callboard => files(&portal.folder.join("search")),
            Engine::Pagefind => files(&peers.join("pagefind")),
            Engine::MiniSearch => files(&peers.join("minisearch.json")),
        };
        let is_data = |file: &&File| match engine {
            Engine::Callboard => file.path.extension().is_some_and(|ending| ending == "js"),
            // Neither its code nor its dialogs.
            Engine::Pagefind => {
                let name = file.path.file_name().unwrap_or_default().to_string_lossy();
                [".pf_index", ".pf_meta", ".pf_fragment", ".pf_filter"].iter().any(|ending| name.ends_with(ending))
                    || name == "pagefind-entry.json"
            }
            Engine::MiniSearch => true,
        };
        let data: Vec<&File> = all.iter().filter(is_data).collect();
        let is_text = |file: &&&File| {
            let folder = file.path.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
            PAGES.contains(&folder.as_ref())
        };
        let sum =
            |files: &mut dyn Iterator<Item = &&File>| files.map(|file| file.sent).sum::<usize>() as f64 / MEGABYTE;
        let largest = data.iter().max_by_key(|file| file.sent).expect("some file");
        [
            sum(&mut data.iter().filter(|file| !is_text(file))),
            sum(&mut data.iter()),
            largest.sent as f64 / 1_000.0,
            largest.bytes as f64 / 1_000.0,
            data.len() as f64,
        ]
    });
    let column = |at: usize| sizes.map(|sizes| Some(sizes[at]));
    vec![
        Axis::new("index without text, MB as sent (MiniSearch's holds its text)", column(0), 2).at_most(1.4),
        Axis::new("index and text, MB as sent", column(1), 2),
        Axis::new("largest file, KB as sent", column(2), 0),
        Axis::new("largest file, KB on disk", column(3), 0),
        Axis::new("files", column(4), 0),
    ]
}

/// Builds the portal, and the index alone of the same documents. Its part is one of the processor's time: waiting for
/// the disk says nothing.
pub(crate) fn measure_build(portal: &Portal, collections: &[&Collection], options: &Options) -> Vec<Axis> {
    let content = Content::write("together", collections);
    let (out, cache) = (folders::work().join("timed"), content.folder.join("timed-cache"));
    let mut index = f64::MAX;
    // With an empty cache and with a full one: seconds, and the processor's seconds.
    let mut builds = [(f64::MAX, f64::MAX); 2];
    for _ in 0..ROUNDS {
        fs::remove_dir_all(&cache).ok();
        for least in &mut builds {
            fs::remove_dir_all(&out).ok();
            let (start, before) = (Instant::now(), processes::children_seconds());
            build(options, &content.folder, &out, &cache);
            let (all, processor) = (start.elapsed().as_secs_f64(), processes::children_seconds() - before);
            *least = (least.0.min(all), least.1.min(processor));
        }
        let documents = portal.documents();
        let before = processes::own_seconds();
        search::build(documents.into_iter(), &Settings::default(), &mut |_, _| ()).expect("the index is in memory");
        index = index.min(processes::own_seconds() - before);
    }
    fs::remove_dir_all(&out).ok();
    let [empty, full] = builds;
    vec![
        Axis::own("build, empty cache, s", empty.0, 1),
        Axis::own("build, empty cache, processor's s", empty.1, 1),
        Axis::own("of them search, %", 100.0 * index / empty.1, 0).at_most(25.0),
        Axis::own("build, full cache, s", full.0, 1),
        Axis::own("build, full cache, processor's s", full.1, 1),
        Axis::own("of them search, %", 100.0 * index / full.1, 0),
    ]
}

fn files(folder: &Path) -> Vec<File> {
    let entries = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok);
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.into_path();
            let bytes = fs::read(&path).expect("the file can be read");
            let sent = if content_type(&path).1 { compressed(&bytes).len() } else { bytes.len() };
            File { path, bytes: bytes.len(), sent }
        })
        .collect()
}
