//! The engines that callboard is compared with, and what a good integration gives them to index.

use super::folders;
use super::html;
use super::portal::{Page, Portal, write};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Files that the peers' folder is set up from, and those that its pages load.
const SET_UP: [&str; 2] = ["package.json", "package-lock.json"];
const SCRIPTS: [&str; 2] = ["minisearch-options.js", "minisearch-index.mjs"];

/// Where the peers are installed.
fn installed() -> PathBuf {
    folders::work().join("peers")
}

/// Installs the pinned versions, unless they are there.
pub(crate) fn install() {
    let folder = installed();
    let lock = |folder: &Path| fs::read(folder.join("package-lock.json")).ok();
    let is_current = folder.join("node_modules/.package-lock.json").exists() && lock(&folder) == lock(&folders::data());
    for name in SET_UP {
        write(&folder.join(name), fs::read(folders::data().join(name)).expect("what is committed"));
    }
    for name in SCRIPTS {
        write(&folder.join(name), fs::read(folders::data().join("engines").join(name)).expect("what is committed"));
    }
    if !is_current {
        run(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&folder));
    }
}

/// Writes the portal's pages as the peers want them, and their indexes. What is there and made from the same stays.
pub(crate) fn index(portal: &Portal) -> PathBuf {
    let folder = folders::work().join("peers-of").join(&portal.name);
    let mut files: Vec<(PathBuf, String)> =
        portal.pages.iter().map(|page| (folder.join(&page.route).join("index.html"), html(page, portal))).collect();
    files.push((folder.join("index.html"), START.replace("LANGUAGE", &portal.language)));
    let documents: Vec<_> = portal.pages.iter().map(document).collect();
    let documents = json!({ "language": portal.language, "pages": documents }).to_string();
    let mut hash = blake3::Hasher::new();
    hash.update(documents.as_bytes());
    for (_, text) in &files {
        hash.update(text.as_bytes());
    }
    for name in SET_UP.iter().chain(&SCRIPTS) {
        hash.update(&fs::read(installed().join(name)).expect("the peers are installed"));
    }
    let stamp = hash.finalize().to_hex().to_string();
    if fs::read_to_string(folder.join("stamp")).is_ok_and(|there| there == stamp) {
        return folder;
    }
    fs::remove_dir_all(&folder).ok();
    for (path, text) in files {
        write(&path, text);
    }
    let peers = installed();
    run(Command::new(peers.join("node_modules/.bin/pagefind")).arg("--quiet").arg("--site").arg(&folder));
    // Documents are no part of what is served.
    let given = peers.join(format!("{}.json", portal.name));
    write(&given, documents);
    run(Command::new("node")
        .arg(peers.join("minisearch-index.mjs"))
        .arg(&given)
        .arg(folder.join("minisearch.json"))
        .current_dir(&peers));
    for (from, to) in
        [("node_modules/minisearch/dist/umd/index.js", "minisearch.js"), (SCRIPTS[0], "minisearch-options.js")]
    {
        fs::copy(peers.join(from), folder.join(to)).expect("what was installed");
    }
    write(&folder.join("stamp"), stamp);
    folder
}

/// The page on which the peers are asked.
const START: &str = "<!doctype html>\n<html lang=\"LANGUAGE\">\n<link rel=\"icon\" href=\"data:,\">\n";

fn run(command: &mut Command) {
    let output = command.output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A page for Pagefind: all of it is text to be found, below its title.
fn html(page: &Page, portal: &Portal) -> String {
    let has_title = page.text.headings.first().is_some_and(|first| first.level == 1 && first.text == page.title);
    let title = html::escaped(&page.title);
    let heading = if has_title { String::new() } else { format!("<h1>{title}</h1>\n") };
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n\
         <main data-pagefind-body>\n{heading}{}\n</main>\n</body>\n</html>\n",
        portal.language,
        html::without_permalinks(&page.html)
    )
}

/// A page for MiniSearch.
fn document(page: &Page) -> serde_json::Value {
    let headings: Vec<&str> = page.text.headings.iter().map(|heading| heading.text.as_str()).collect();
    json!({ "id": page.route, "title": page.title, "headings": headings.join("\n"), "text": page.text.body() })
}
