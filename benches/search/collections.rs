//! The documentation that is searched: Markdown files of public repositories, at pinned commits.

use super::folders;
use git2::{ObjectType, Oid, Repository, TreeWalkMode, TreeWalkResult};
use serde::Deserialize;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// Names a folder with a bare repository at `<owner>+<name>/repo` for each, so that nothing is fetched.
const MIRRORS: &str = "CALLBOARD_BENCH_MIRRORS";

/// One row of `collections.json`.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Collection {
    pub(crate) name: String,
    repository: String,
    commit: String,
    folder: String,
    #[serde(default = "english")]
    pub(crate) language: String,
    /// Whether there are judged queries; the others are there for their size.
    #[serde(default = "yes")]
    pub(crate) judged: bool,
    /// Whether it is part of the one portal on which everything but quality is measured.
    #[serde(default = "yes")]
    pub(crate) together: bool,
    /// Whether nobody may tune on any of its queries.
    #[serde(default)]
    pub(crate) held_out: bool,
}

fn english() -> String {
    "en".to_owned()
}

fn yes() -> bool {
    true
}

/// A Markdown file, by its path below the collection's folder.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: Vec<u8>,
}

pub(crate) fn all() -> Vec<Collection> {
    let text = fs::read_to_string(folders::data().join("collections.json")).expect("the list of collections");
    serde_json::from_str(&text).expect("the list of collections is whole")
}

impl Collection {
    /// Its Markdown files, sorted by path.
    pub(crate) fn files(&self) -> Vec<File> {
        let repository = self.repository();
        let commit = repository.find_commit(self.oid()).expect("the pinned commit");
        let tree = commit.tree().expect("the tree of the pinned commit");
        let mut found = Vec::new();
        let prefix = if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) };
        tree.walk(TreeWalkMode::PreOrder, |folder, entry| {
            let path = format!("{folder}{}", entry.name().unwrap_or_default());
            if let Some(rest) = path.strip_prefix(&prefix)
                && rest.ends_with(".md")
                && entry.kind() == Some(ObjectType::Blob)
                && entry.filemode() != 0o120_000
            {
                found.push((rest.to_owned(), entry.id()));
            }
            TreeWalkResult::Ok
        })
        .expect("the tree can be walked");
        let read = |(path, id): (String, Oid)| {
            let text = repository.find_blob(id).expect("a Markdown file").content().to_vec();
            File { path, text: with_yaml(text) }
        };
        let mut files: Vec<File> = found.into_iter().map(read).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files
    }

    fn oid(&self) -> Oid {
        Oid::from_str(&self.commit).expect("a commit's full id")
    }

    /// The repository, with the pinned commit in it.
    fn repository(&self) -> Repository {
        let name = self.repository.replace('/', "+");
        if let Some(mirrors) = std::env::var_os(MIRRORS) {
            return Repository::open_bare(PathBuf::from(mirrors).join(name).join("repo")).expect("a mirror");
        }
        let folder = folders::work().join("repositories").join(name);
        if let Ok(there) = Repository::open_bare(&folder)
            && there.find_commit(self.oid()).is_ok()
        {
            return there;
        }
        println!("fetching {}", self.repository);
        let git = |arguments: &[&str]| {
            let status = Command::new("git").arg("--git-dir").arg(&folder).args(arguments).status();
            assert!(status.expect("git runs").success(), "git {}", arguments.join(" "));
        };
        fs::create_dir_all(&folder).expect("the folder is ours");
        git(&["init", "--quiet", "--bare"]);
        git(&["fetch", "--quiet", "--depth", "1", &format!("https://github.com/{}", self.repository), &self.commit]);
        Repository::open_bare(&folder).expect("what was fetched")
    }
}

/// The file with TOML front matter, which MkDocs does not know, as YAML: of `title = "…"` and the like one key a line.
/// The title is what readers search for, and no engine should have to guess it.
fn with_yaml(text: Vec<u8>) -> Vec<u8> {
    let Some(rest) = text.strip_prefix(b"+++\n") else { return text };
    let Some(end) = rest.windows(5).position(|window| window == b"\n+++\n") else { return text };
    let mut yaml = String::from("---\n");
    for line in String::from_utf8_lossy(&rest[..end]).lines() {
        if let Some((key @ ("title" | "description"), value)) = line.split_once('=').map(|(a, b)| (a.trim(), b.trim()))
        {
            yaml.push_str(&format!("{key}: {value}\n"));
        }
    }
    yaml.push_str("---\n");
    [yaml.as_bytes(), &rest[end + 5..]].concat()
}
