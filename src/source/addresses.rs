//! Which repository of a snapshot a web address means.

use super::{RepoId, Snapshot};
use std::collections::HashMap;

/// Longer addresses mean nothing, in bytes.
const LONGEST: usize = 2_000;

/// Repositories by where they are read on the web.
#[derive(Debug)]
pub struct Addresses<'a> {
    snapshot: &'a Snapshot,
    /// By their address in lower case; several where several branches were read.
    repos: HashMap<String, Vec<RepoId>>,
}

impl<'a> Addresses<'a> {
    pub fn of(snapshot: &'a Snapshot) -> Self {
        let mut repos: HashMap<String, Vec<RepoId>> = HashMap::new();
        for (at, repo) in snapshot.repos.iter().enumerate() {
            if let Some(web) = &repo.web {
                repos.entry(web.base.to_lowercase()).or_default().push(RepoId(at as u32));
            }
        }
        Addresses { snapshot, repos }
    }

    /// The repository and the path in it that an address means: of the repository itself, of a folder or of a file, on
    /// any branch. A repository that was read on the very branch comes before others.
    pub fn find(&self, address: &str) -> Option<(RepoId, String)> {
        let address = address.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        if address.len() > LONGEST {
            return None;
        }
        let address = address.strip_suffix(".git").unwrap_or(address);
        let ends = address.match_indices('/').map(|(at, _)| at).chain([address.len()]);
        let named = ends.rev().find_map(|end| Some((end, self.repos.get(&address[..end].to_lowercase())?)));
        let (end, ids) = named?;
        let rest = &address[end..];
        let webs = || ids.iter().filter_map(|id| Some((*id, self.snapshot.repo(*id).web.as_ref()?)));
        if rest.is_empty() || rest == "/-" {
            return webs().next().map(|(id, _)| (id, String::new()));
        }
        let exact = webs().find_map(|(id, web)| Some((id, web.path_of(&format!("{}{rest}", web.base))?)));
        exact.or_else(|| {
            webs().find_map(|(id, web)| Some((id, web.path_on_any_branch(&format!("{}{rest}", web.base))?)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Forge;
    use crate::source::{Repo, Web};

    #[test]
    fn an_address_names_repository_and_path_in_any_spelling() {
        let repo = |id: &str, base: &str, reference: &str| Repo {
            web: Some(Web { forge: Forge::GitHub, base: base.into(), reference: reference.into() }),
            ..Repo::in_memory(id, [])
        };
        let snapshot = Snapshot {
            repos: vec![repo("a", "https://h.example/o/shop", "main"), repo("b", "https://h.example/o/shop", "next")],
            ..Snapshot::default()
        };
        let addresses = Addresses::of(&snapshot);
        let find = |address: &str| addresses.find(address).map(|(id, path)| (id.0, path));
        let at = |id, path: &str| Some((id, path.to_owned()));
        assert_eq!(find("https://h.example/o/shop"), at(0, ""));
        assert_eq!(find("https://h.example/O/Shop.git"), at(0, ""));
        assert_eq!(find("https://h.example/o/shop/tree/main/"), at(0, ""));
        assert_eq!(find("https://h.example/o/shop/blob/next/docs/a.md?x=1"), at(1, "docs/a.md"));
        assert_eq!(find("https://h.example/o/shop/tree/other/docs/"), at(0, "docs"));
        assert_eq!(find("https://h.example/o/shopping/tree/main/"), None);
        assert_eq!(find("https://h.example/o/shop/issues/1"), None);
        assert_eq!(find("../x"), None);
    }
}
