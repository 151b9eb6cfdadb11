//! GitHub: `/orgs/{org}/repos`, `/users/{user}/repos`, and for apps `/installation/repositories`. A hundred on a page.

use super::{Dialect, List, Listed, Mark, Owner, encoded, of_json, rows, topics};
use crate::config::Repositories;
use crate::source::forge::{Fault, Rows, instant};
use serde::Deserialize;
use serde_json::Value as Json;

/// `pushed_at` has seconds; the list may lag behind a little.
pub(super) const DIALECT: Dialect = Dialect { settles_after: 60, lists, read };

const SIZE: usize = 100;

fn lists(what: &Repositories, owner: &Owner<'_>) -> Vec<List> {
    let list = |path: String, query: &[(&'static str, &str)]| {
        let query = query.iter().chain(&[("per_page", "100")]).map(|(key, value)| (*key, value.to_string()));
        List { path, query: query.collect(), size: SIZE, is_former: false }
    };
    let installed = || list("installation/repositories".to_string(), &[]);
    // By creation, so that what is new changes the last page only.
    let order = [("sort", "created"), ("direction", "asc")];
    match owner.name {
        _ if what.app.is_some() => vec![installed()],
        None => Vec::new(),
        Some(name) => {
            let organization =
                list(format!("orgs/{}/repos", encoded(name)), &[&[("type", "all")], &order[..]].concat());
            // The list of a user has what is public only.
            let user = || list(format!("users/{}/repos", encoded(name)), &[&[("type", "owner")], &order[..]].concat());
            match owner.is_app {
                true => vec![organization, installed()],
                // Where the app cannot log in today, what is public is not all there is.
                false => vec![organization, List { is_former: true, ..installed() }, user()],
            }
        }
    }
}

/// Bare, or below a key where an app asks.
#[derive(Deserialize)]
#[serde(untagged)]
enum Given {
    Bare(Vec<Json>),
    Below { repositories: Vec<Json> },
}

#[derive(Deserialize)]
struct Repository {
    id: u64,
    full_name: String,
    default_branch: Option<String>,
    pushed_at: Option<String>,
    #[serde(default)]
    private: bool,
    visibility: Option<String>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    fork: bool,
    topics: Option<Vec<String>>,
}

fn read(body: &[u8], settles_after: i64) -> Result<Rows<Listed>, Fault> {
    let (Given::Bare(items) | Given::Below { repositories: items }) = of_json(body)?;
    Ok(rows(items, |given: Repository| {
        Some(Listed {
            id: given.id.to_string(),
            path: given.full_name,
            branch: given.default_branch.filter(|branch| !branch.is_empty()),
            mark: given.pushed_at.as_deref().and_then(instant).map(|at| Mark { at, settles_after }),
            is_archived: given.archived,
            is_fork: given.fork,
            topics: topics(given.topics),
            visibility: given
                .visibility
                .unwrap_or_else(|| if given.private { "private" } else { "public" }.to_string()),
        })
    }))
}
