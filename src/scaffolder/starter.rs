//! The starter of a template: its own file and everything its steps fetch from the same repository, as a zip.

use crate::source::{Repo, join, parent};
use std::collections::BTreeSet;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

const MAX_FILES: usize = 5_000;
const MAX_BYTES: u64 = 50 << 20;

/// A zip to download.
#[derive(Debug)]
pub struct Starter {
    pub bytes: Vec<u8>,
    /// Paths inside, in order.
    pub files: Vec<String>,
    /// Files left out because the starter reached its limits or they could not be read.
    pub left_out: usize,
}

/// Packs a template's file and what it fetches. `folder` is the name of the one folder inside the zip. The same files
/// give the same bytes.
pub fn starter(repo: &Repo, template: &str, fetched: &[String], folder: &str) -> Option<Starter> {
    let paths = paths(repo, template, fetched);
    let root = common_folder(&paths);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut starter = Starter { bytes: Vec::new(), files: Vec::new(), left_out: 0 };
    let mut room = MAX_BYTES;
    for path in &paths {
        let inner = path.strip_prefix(&root).unwrap_or(path).trim_start_matches('/');
        let name = format!("{folder}/{inner}");
        let bytes = if starter.files.len() < MAX_FILES { repo.read(path, room).ok() } else { None };
        let Some(bytes) = bytes.filter(|_| is_safe(inner)) else {
            starter.left_out += 1;
            continue;
        };
        room -= bytes.len() as u64;
        let executable = repo.file(path).is_some_and(|file| file.executable);
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(if executable { 0o755 } else { 0o644 });
        writer.start_file(name.as_str(), options).ok()?;
        writer.write_all(&bytes).ok()?;
        starter.files.push(name);
    }
    starter.bytes = writer.finish().ok()?.into_inner();
    (!starter.files.is_empty()).then_some(starter)
}

/// The template's own file and the files below each fetched folder, by path.
fn paths(repo: &Repo, template: &str, fetched: &[String]) -> BTreeSet<String> {
    let mut paths = BTreeSet::from([template.to_string()]);
    for target in fetched {
        let inside = repo.web.as_ref().and_then(|web| web.path_of(target));
        let target = inside.map_or_else(|| target.clone(), |path| format!("/{path}"));
        if target.contains("://") {
            continue;
        }
        let Some(path) = join(parent(template), &target) else { continue };
        if repo.has(&path) {
            paths.insert(path);
        } else {
            paths.extend(repo.below(&path).map(|file| file.path.to_string()));
        }
    }
    paths
}

fn common_folder(paths: &BTreeSet<String>) -> String {
    let mut folders = paths.iter().map(|path| parent(path));
    let Some(first) = folders.next() else { return String::new() };
    let mut common: Vec<&str> = first.split('/').filter(|part| !part.is_empty()).collect();
    for folder in folders {
        let same = folder.split('/').zip(&common).take_while(|(a, b)| a == *b).count();
        common.truncate(same);
    }
    common.join("/")
}

/// Names that every system can unpack.
fn is_safe(path: &str) -> bool {
    !path.is_empty()
        && path.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
        && !path.chars().any(|c| c.is_control() || matches!(c, '\\' | ':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_the_template_and_its_skeleton_under_one_folder() {
        let repo = Repo::in_memory(
            "r",
            [
                ("t/template.yaml", "x"),
                ("t/skeleton/a.txt", "a"),
                ("t/skeleton/.hidden", "h"),
                ("t/other.txt", "o"),
                ("README.md", "r"),
            ],
        );
        let made = starter(&repo, "t/template.yaml", &["./skeleton".into(), "../../etc".into()], "go").expect("files");
        assert_eq!(made.files, ["go/skeleton/.hidden", "go/skeleton/a.txt", "go/template.yaml"]);
        let again = starter(&repo, "t/template.yaml", &["./skeleton".into()], "go").expect("files");
        assert_eq!(made.bytes, again.bytes);
    }
}
