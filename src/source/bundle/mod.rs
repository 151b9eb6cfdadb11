//! Bundles: a repository in one small file, written by its own CI and read by the hub like any other source.
//!
//! A bundle is a zip. Its first entry, `bundle.json`, lists every file of one commit and tells what git knows of them;
//! the others are the bytes of those files that a portal reads, named by their hash. Whoever can write to a repository
//! wrote its bundle, so that nothing in one is believed that was not checked, least of all which repository it is: that
//! is what its place in the configuration says.

mod fetch;
mod open;
mod read;
mod write;

use super::history::{History, is_commit_id};
use super::{Commit, folder};
use serde::{Deserialize, Serialize};

pub(super) use open::{FromBundles, Taken, open};
pub(super) use read::Archive;
pub use write::{BundleOf, Written, write_bundle};

/// Changes with the meaning of `bundle.json`.
const SCHEMA: u32 = 1;
const LISTING: &str = "bundle.json";
/// Before the hash in the names of the other entries.
const BLOBS: &str = "blobs/";

/// The ending of a bundle's name.
const ENDING: &str = "callboard";

/// A bundle, as it lies on disk or comes from a server.
const MAX_ARCHIVE: u64 = 100 << 20;
/// Everything in it, unpacked.
const MAX_UNPACKED: u64 = 1 << 30;
/// How much larger it may get by unpacking.
const MAX_RATIO: u64 = 200;
/// Files whose bytes it holds, and all of their bytes.
const MOST_HELD: usize = 20_000;
const MAX_HELD: u64 = 200 << 20;
/// One of them: as much as a portal reads of any file.
const MAX_FILE: u64 = 32 << 20;
const MAX_LISTING: u64 = 128 << 20;
const LONGEST_PATH: usize = 4096;
/// Name of the branch, author and first line of the commit, address of the repository.
const LONGEST_TEXT: usize = 2000;

/// `bundle.json`
#[derive(Debug, Serialize, Deserialize)]
struct Listing {
    schema: u32,
    /// The program that wrote it.
    tool: String,
    /// `https://host/org/name`
    repository: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    branch: Option<String>,
    commit: Commit,
    /// By path.
    files: Vec<Listed>,
    history: History,
}

#[derive(Debug, Serialize, Deserialize)]
struct Listed {
    path: Box<str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    executable: bool,
    /// Of the bytes, where the bundle holds them.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "hex")]
    blake3: Option<blake3::Hash>,
}

mod hex {
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(hash: &Option<blake3::Hash>, to: S) -> Result<S::Ok, S::Error> {
        match hash {
            Some(hash) => to.serialize_str(&hash.to_hex()),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<blake3::Hash>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| blake3::Hash::from_hex(&text).map_err(D::Error::custom)).transpose()
    }
}

impl Listing {
    /// Why it cannot be what a repository holds, if it cannot.
    fn fault(&self) -> Option<String> {
        let is_branch = |branch: &String| git2::Reference::is_valid_name(&format!("refs/heads/{branch}"));
        let texts = [&self.repository, &self.commit.author, &self.commit.summary];
        if texts.into_iter().chain(&self.branch).any(|text| text.len() > LONGEST_TEXT) {
            return Some(format!("it holds a name of more than {LONGEST_TEXT} bytes"));
        }
        if !is_commit_id(&self.commit.id) || !self.history.is_plausible() || !self.branch.iter().all(is_branch) {
            return Some("what it tells of commits is nothing that git tells".to_owned());
        }
        if self.files.len() > folder::MAX_FILES {
            return Some(format!("it lists {} files, the limit is {}", self.files.len(), folder::MAX_FILES));
        }
        if let Some(file) = self.files.iter().find(|file| !is_plain(&file.path)) {
            return Some(format!("it lists `{}`, which is no path of a repository", shortened(&file.path)));
        }
        if let Some([first, _]) = self.files.array_windows().find(|[a, b]| a.path >= b.path) {
            return Some(format!("`{}` is listed twice, or out of order", shortened(&first.path)));
        }
        let is_file = |path: &str| self.files.binary_search_by(|file| (*file.path).cmp(path)).is_ok();
        let folders = |path: &str| path.match_indices('/').any(|(at, _)| is_file(&path[..at]));
        let both = self.files.iter().find(|file| folders(&file.path))?;
        Some(format!("`{}` lies in what is a file itself", shortened(&both.path)))
    }
}

/// A path as git has it, which every system can write: relative, without `.`, `..` and empty parts, without a drive.
fn is_plain(path: &str) -> bool {
    let is_part = |part: &str| !matches!(part, "" | "." | "..") && !part.eq_ignore_ascii_case(".git");
    let has_drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    path.len() <= LONGEST_PATH
        && !has_drive
        && path.split('/').all(is_part)
        && !path.chars().any(|c| c == '\\' || c.is_control())
}

/// A path of a stranger, short enough for a message.
fn shortened(path: &str) -> String {
    const LONGEST: usize = 120;
    match path.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &path[..end]),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_a_repository_are_listed() {
        for path in ["a", "docs/ä b.md", ".github/CODEOWNERS", "docs/10:30.md", "a../..b", "...", "A", "a:"] {
            assert_eq!(is_plain(path), !path.starts_with("a:"), "{path}");
        }
        let hostile =
            ["", "/etc/passwd", "../a", "a/../b", "a/./b", "a//b", "a/", "a\\b", "C:/a", "c:a", "a\0", "a\nb"];
        for path in hostile.into_iter().chain([".git/config", "a/.GIT/hooks", &"a".repeat(5000)]) {
            assert!(!is_plain(path), "{path}");
        }
    }
}
