//! A repository into a bundle. The same repository gives the same bytes.

use super::{
    BLOBS, ENDING, LISTING, LONGEST_TEXT, Listed, Listing, MAX_ARCHIVE, MAX_FILE, MAX_HELD, MAX_RATIO, MOST_HELD,
};
use super::{SCHEMA, is_plain};
use crate::diagnostics::{Finding, Place, rules};
use crate::source::{Repo, folder};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// What becomes a bundle.
#[derive(Debug, Clone, Copy)]
pub struct BundleOf<'a> {
    pub repo: &'a Repo,
    /// `https://host/org/name`
    pub repository: &'a str,
    pub branch: Option<&'a str>,
    /// The files whose bytes it holds.
    pub held: &'a BTreeSet<Box<str>>,
}

/// A bundle.
#[derive(Debug)]
pub struct Written {
    pub bytes: Vec<u8>,
    /// How many files it lists.
    pub listed: usize,
    /// How many of them it holds.
    pub held: usize,
    /// What was left out of it.
    pub findings: Vec<Finding>,
}

/// A file that goes into the bundle.
struct Held {
    size: u64,
    hash: blake3::Hash,
}

/// Writes a bundle. The error is for people.
pub fn write_bundle(of: &BundleOf<'_>) -> Result<Written, String> {
    let commit = of.repo.commit.as_ref().ok_or("it has no commit")?;
    let mut findings = Vec::new();
    let mut held: BTreeMap<&str, Held> = BTreeMap::new();
    for path in of.held.iter().filter(|path| is_plain(path)) {
        // What was read a moment ago and cannot be read now is listed like everything that nobody reads.
        let Ok(bytes) = of.repo.read(path, MAX_FILE) else { continue };
        held.insert(path, Held { size: bytes.len() as u64, hash: blake3::hash(&bytes) });
    }
    let mut leave = |held: &mut BTreeMap<&str, Held>, room: u64| {
        for (path, size) in too_much(held, MOST_HELD, room) {
            held.retain(|known, _| *known != path);
            let place = Place::file(of.repo.id.clone(), path.as_str());
            findings.push(rules::source::bundle_cut(place, size, MOST_HELD, room));
        }
    };
    leave(&mut held, MAX_HELD);
    let mut commit = commit.clone();
    for text in [&mut commit.author, &mut commit.summary] {
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
    }
    loop {
        let listing = Listing {
            schema: SCHEMA,
            tool: concat!("callboard ", env!("CARGO_PKG_VERSION")).to_owned(),
            repository: of.repository.to_owned(),
            branch: of.branch.map(str::to_owned),
            commit: commit.clone(),
            files: listed(of.repo, &held),
            history: of.repo.history.clone(),
        };
        if let Some(fault) = listing.fault() {
            return Err(fault);
        }
        let json = serde_json::to_vec(&listing).map_err(|error| error.to_string())?;
        let unpacked = held.values().map(|held| held.size).sum::<u64>();
        let mut bytes = pack(of.repo, &json, &held, CompressionMethod::Deflated)?;
        // What gets so small is refused as a bomb where it is unpacked.
        if (unpacked + json.len() as u64) / (bytes.len() as u64) >= MAX_RATIO / 2 {
            bytes = pack(of.repo, &json, &held, CompressionMethod::Stored)?;
        }
        let size = bytes.len() as u64;
        if size <= MAX_ARCHIVE {
            return Ok(Written { bytes, listed: listing.files.len(), held: held.len(), findings });
        }
        if held.is_empty() {
            return Err(format!("the list of its files alone has {size} bytes, the limit is {MAX_ARCHIVE}"));
        }
        leave(&mut held, (unpacked / 10 * 9).min(unpacked * MAX_ARCHIVE / size));
    }
}

/// What has to go so that the rest fits, the largest first.
fn too_much(held: &BTreeMap<&str, Held>, most: usize, room: u64) -> Vec<(String, u64)> {
    let mut by_size: Vec<(u64, &str)> = held.iter().map(|(path, held)| (held.size, *path)).collect();
    by_size.sort_unstable();
    let mut total: u64 = by_size.iter().map(|(size, _)| size).sum();
    let mut left_out = Vec::new();
    while by_size.len() > most || total > room {
        let Some((size, path)) = by_size.pop() else { break };
        total -= size;
        left_out.push((path.to_owned(), size));
    }
    left_out
}

fn listed(repo: &Repo, held: &BTreeMap<&str, Held>) -> Vec<Listed> {
    // A bundle of a work tree must not change because the last one lies in it.
    let is_listed = |path: &str| is_plain(path) && Path::new(path).extension().is_none_or(|ending| ending != ENDING);
    let files = repo.files().iter().filter(|file| is_listed(&file.path)).take(folder::MAX_FILES);
    let listed = files.map(|file| {
        let held = held.get(&*file.path);
        Listed {
            path: file.path.clone(),
            size: held.map(|held| held.size).or_else(|| repo.size(file)),
            executable: file.executable,
            blake3: held.map(|held| held.hash),
        }
    });
    listed.collect()
}

/// The listing, then each content once, in the order of paths.
fn pack(
    repo: &Repo,
    listing: &[u8],
    held: &BTreeMap<&str, Held>,
    method: CompressionMethod,
) -> Result<Vec<u8>, String> {
    let options = SimpleFileOptions::default()
        .compression_method(method)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let mut put = |name: &str, bytes: &[u8]| -> Result<(), String> {
        writer.start_file(name, options).map_err(|error| error.to_string())?;
        writer.write_all(bytes).map_err(|error| error.to_string())
    };
    put(LISTING, listing)?;
    let mut seen = BTreeSet::new();
    for (path, file) in held {
        if !seen.insert(*file.hash.as_bytes()) {
            continue;
        }
        let bytes = repo.read(path, MAX_FILE).map_err(|fault| format!("`{path}` cannot be read: {fault}"))?;
        if blake3::hash(&bytes) != file.hash {
            return Err(format!("`{path}` changed while it was read"));
        }
        put(&format!("{BLOBS}{}", file.hash.to_hex()), &bytes)?;
    }
    let written = writer.finish().map_err(|error| error.to_string())?;
    Ok(written.into_inner())
}

#[cfg(test)]
mod tests {
    use super::super::read::Bundle;
    use super::*;
    use crate::source::Commit;

    #[test]
    fn the_largest_files_go_first() {
        let held = |size| Held { size, hash: blake3::hash(b"") };
        let files = BTreeMap::from([("a", held(5)), ("b", held(9)), ("c", held(7)), ("d", held(1))]);
        let left_out = |most, room| too_much(&files, most, room).into_iter().map(|(path, _)| path).collect::<String>();
        assert_eq!(left_out(9, 22), "");
        assert_eq!(left_out(9, 21), "b");
        assert_eq!(left_out(9, 6), "bc");
        assert_eq!(left_out(2, 22), "bc");
        assert_eq!(left_out(0, 22), "bcad");
    }

    #[test]
    fn what_packs_too_well_is_no_bomb() {
        let zeros = "0".repeat(4 << 20);
        let commit = Commit { id: "0".repeat(40), time: 0, author: "Jo".into(), summary: "ä".repeat(3000) };
        let repo = Repo { commit: Some(commit), ..Repo::in_memory("r", [("zeros.yaml", zeros.as_str())]) };
        let held = BTreeSet::from(["zeros.yaml".into()]);
        let of = BundleOf { repo: &repo, repository: "https://github.com/acme/r", branch: None, held: &held };
        let written = write_bundle(&of).expect("a bundle");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("r.callboard");
        std::fs::write(&path, written.bytes).expect("written");
        let bundle = Bundle::open(&path).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(bundle.verify(), Ok(()));
    }
}
