//! Tags and branches of a remote repository, for documentation with versions.

use super::files_of;
use super::program::{Call, REMOTE, Server, run};
use super::store::Store;
use crate::source::versions::{Listed, branch_behind};
use std::collections::BTreeSet;
use std::path::Path;

/// Where the cache's repositories keep versions, in one folder, since names that were pushed at different times may be
/// folders to each other.
const VERSIONS: &str = "refs/callboard/versions/";

/// A reference to the default branch of a repository with versions, by its name there.
const MAIN: &str = "refs/callboard/main";

/// Tags and branches of a server, and its default branch.
pub(in crate::source) fn list(server: &Server) -> Result<(Vec<Listed>, Option<String>), String> {
    let mut command = server.command();
    command.args(["ls-remote", "--symref", "--", REMOTE, "HEAD", "refs/heads/*", "refs/tags/*"]);
    let text = run(&mut command, &Call { input: "", fills: None, is_over: &|| false })?;
    let mut main = None;
    let mut listed = Vec::new();
    for (what, name) in text.lines().filter_map(|line| line.split_once('\t')) {
        match what.strip_prefix("ref: ") {
            Some(target) if name == "HEAD" => main = Listed::of(target).map(|listed| listed.name),
            Some(_) => {}
            None if git2::Reference::is_valid_name(name) => listed.extend(Listed::of(name)),
            None => {}
        }
    }
    Ok((listed, main))
}

/// Brings refs into the cache's repository at `path`, with the files that a portal is likely to read, and gives up those
/// that nobody wants any more. `main` is its default branch, whose name is kept.
pub(in crate::source) fn fetch_refs(
    server: &Server,
    wanted: &[&Listed],
    main: Option<&str>,
    path: &Path,
) -> Result<(), String> {
    let _store = Store::open(path.to_path_buf())?;
    let is_over = || false;
    if !wanted.is_empty() {
        let refs = wanted.iter().map(|listed| format!("+{}:{}", listed.full(), kept_as(listed)));
        let mut command = server.fetch(path);
        command.args(["--", REMOTE]).args(refs);
        run(&mut command, &Call { input: "", fills: Some(path), is_over: &is_over })?;
    }
    for listed in wanted {
        files_of(server, path, &kept_as(listed), &is_over)?;
    }
    let words = |error: git2::Error| error.message().to_string();
    let kept: BTreeSet<String> = wanted.iter().map(|listed| kept_as(listed)).collect();
    let repository = git2::Repository::open_bare(path).map_err(words)?;
    for reference in repository.references_glob(&format!("{VERSIONS}*")).map_err(words)? {
        let mut reference = reference.map_err(words)?;
        if reference.name().is_ok_and(|name| !kept.contains(name)) {
            reference.delete().map_err(words)?;
        }
    }
    if let Some(main) = main {
        repository.reference_symbolic(MAIN, &format!("refs/heads/{main}"), true, "").map_err(words)?;
    }
    Ok(())
}

/// What an earlier run fetched, and the default branch.
pub(in crate::source) fn fetched_refs(repository: &git2::Repository) -> Result<(Vec<Listed>, Option<String>), String> {
    let words = |error: git2::Error| error.message().to_string();
    let mut references = repository.references_glob(&format!("{VERSIONS}*")).map_err(words)?;
    let full = |name: &str| Some(name.strip_prefix(VERSIONS)?.replace("%2F", "/").replace("%25", "%"));
    let listed = references.names().filter_map(|name| Listed::of(&full(name.ok()?)?)).collect();
    Ok((listed, branch_behind(repository, MAIN)))
}

/// The reference that holds a fetched version.
pub(in crate::source) fn kept_as(listed: &Listed) -> String {
    format!("{VERSIONS}{}", listed.full().replace('%', "%25").replace('/', "%2F"))
}
