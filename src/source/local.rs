//! The repository around one folder of this machine, as it lies on disk, with what its git directory tells.

use super::folder::Nature;
use super::web::split_remote;
use super::{Repo, folder, git};
use std::path::{Path, PathBuf};

/// A folder and the repository that it is in: a git work tree, or else the folder itself.
#[derive(Debug)]
pub struct Local {
    pub repo: Repo,
    /// Path of the folder inside the repository; `""` where it is the whole of it.
    pub folder: String,
    /// The folder's own name.
    pub name: String,
    pub remote: Option<Remote>,
    /// Names of git tags.
    pub tags: Vec<String>,
}

/// Where a repository is cloned from: host and path, without credentials and without `.git`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    pub host: String,
    pub path: String,
}

impl Remote {
    /// Reads a clone address in any of git's forms; paths of this machine are none.
    pub fn parse(address: &str) -> Option<Remote> {
        let (host, path) = split_remote(address).filter(|_| !address.starts_with("file:"))?;
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path).to_string();
        (!path.is_empty()).then(|| Remote { host: host.to_lowercase(), path })
    }
}

/// The git repository that `dir` is or lies in, and where it is cloned from.
pub fn git_around(dir: &Path) -> Option<(PathBuf, Option<Remote>)> {
    let dir = dir.canonicalize().ok()?;
    let is_git = |folder: &&Path| matches!(folder::nature(folder), Some(Nature::WorkTree | Nature::Bare));
    let root = dir.ancestors().find(is_git)?;
    let (remote, _) = git::remote_and_tags(root);
    Some((root.to_path_buf(), remote.as_deref().and_then(Remote::parse)))
}

/// Reads the repository around `dir`. Uncommitted files count, ignored ones do not. The error is the machine's own words.
pub fn local(dir: &Path) -> Result<Local, String> {
    let dir = dir.canonicalize().map_err(|error| error.to_string())?;
    let root = dir.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(&dir);
    let inside = dir.strip_prefix(root).unwrap_or(Path::new(""));
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (remote, tags) = git::remote_and_tags(root);
    Ok(Local {
        repo: folder::open(&name, root),
        folder: inside.to_string_lossy().replace('\\', "/"),
        name,
        remote: remote.as_deref().and_then(Remote::parse),
        tags,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remotes_are_read_without_credentials() {
        let parsed = |address| Remote::parse(address).map(|remote| format!("{} {}", remote.host, remote.path));
        for address in [
            "https://user:secret@GitHub.com/acme/shop.git",
            "git@github.com:acme/shop.git",
            "https://github.com/acme/shop/",
        ] {
            assert_eq!(parsed(address).as_deref(), Some("github.com acme/shop"), "{address}");
        }
        assert_eq!(parsed("ssh://git@git.example.com:2222/a/b/c.git").as_deref(), Some("git.example.com a/b/c"));
        for address in ["../elsewhere", "/srv/git/shop.git", "file:///srv/git/shop.git", "https://github.com/"] {
            assert_eq!(parsed(address), None, "{address}");
        }
    }
}
