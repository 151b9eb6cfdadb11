//! Gitea and Forgejo: `/orgs/{org}/repos` and `/users/{user}/repos`. As many on a page as the host lets, mostly fifty.

use super::{Dialect, List, Listed, Mark, Owner, encoded, of_json, rows, topics};
use crate::config::Repositories;
use crate::source::forge::{Fault, Rows, instant};
use serde::Deserialize;
use serde_json::Value as Json;

/// `updated_at` has seconds and is written after the push.
pub(super) const DIALECT: Dialect = Dialect { settles_after: 60, lists, read };

/// What a page has at most where nobody set it otherwise.
const SIZE: usize = 50;

fn lists(_: &Repositories, owner: &Owner<'_>) -> Vec<List> {
    let list = |kind: &str, name: &str| List {
        path: format!("{kind}/{}/repos", encoded(name)),
        query: vec![("limit", "100".to_string())],
        size: SIZE,
        is_former: false,
    };
    owner.name.map_or_else(Vec::new, |name| vec![list("orgs", name), list("users", name)])
}

#[derive(Deserialize)]
struct Repository {
    id: u64,
    full_name: String,
    default_branch: Option<String>,
    updated_at: Option<String>,
    #[serde(default)]
    empty: bool,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    internal: bool,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    fork: bool,
    topics: Option<Vec<String>>,
}

fn read(body: &[u8], settles_after: i64) -> Result<Rows<Listed>, Fault> {
    let items: Vec<Json> = of_json(body)?;
    Ok(rows(items, |given: Repository| {
        let visibility = match (given.internal, given.private) {
            (true, _) => "internal",
            (_, true) => "private",
            _ => "public",
        };
        Some(Listed {
            id: given.id.to_string(),
            path: given.full_name,
            branch: given.default_branch.filter(|branch| !branch.is_empty() && !given.empty),
            mark: given.updated_at.as_deref().and_then(instant).map(|at| Mark { at, settles_after }),
            is_archived: given.archived,
            is_fork: given.fork,
            topics: topics(given.topics),
            visibility: visibility.to_string(),
        })
    }))
}
