//! GitLab: `/groups/{group}/projects` with all groups below, or `/projects`. A hundred on a page.

use super::{Dialect, List, Listed, Mark, Owner, encoded, of_json, rows, topics};
use crate::config::Repositories;
use crate::source::forge::{Fault, Rows, instant};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

/// `last_activity_at` changes once an hour at most.
pub(super) const DIALECT: Dialect = Dialect { settles_after: 3_700, lists, read };

const SIZE: usize = 100;

fn lists(what: &Repositories, owner: &Owner<'_>) -> Vec<List> {
    let mut query = vec![("order_by", "id".to_string()), ("sort", "asc".to_string()), ("per_page", SIZE.to_string())];
    if !what.topics.is_empty() {
        query.push(("topic", what.topics.join(",")));
    }
    let path = match owner.name {
        Some(group) => {
            query.push(("include_subgroups", "true".to_string()));
            if what.membership {
                query.push(("min_access_level", "10".to_string()));
            }
            format!("groups/{}/projects", encoded(group))
        }
        None => {
            if what.membership {
                query.push(("membership", "true".to_string()));
            }
            "projects".to_string()
        }
    };
    vec![List { path, query, size: SIZE, is_former: false }]
}

#[derive(Deserialize)]
struct Project {
    id: u64,
    path_with_namespace: String,
    default_branch: Option<String>,
    last_activity_at: Option<String>,
    #[serde(default)]
    empty_repo: bool,
    visibility: Option<String>,
    #[serde(default)]
    archived: bool,
    forked_from_project: Option<IgnoredAny>,
    topics: Option<Vec<String>>,
    /// What topics were called before GitLab 14.
    tag_list: Option<Vec<String>>,
}

fn read(body: &[u8], settles_after: i64) -> Result<Rows<Listed>, Fault> {
    let items: Vec<Json> = of_json(body)?;
    Ok(rows(items, |given: Project| {
        Some(Listed {
            id: given.id.to_string(),
            path: given.path_with_namespace,
            // One that has files and names no default branch is read where the configuration says.
            branch: (!given.empty_repo).then(|| given.default_branch.unwrap_or_default()),
            mark: given.last_activity_at.as_deref().and_then(instant).map(|at| Mark { at, settles_after }),
            is_archived: given.archived,
            is_fork: given.forked_from_project.is_some(),
            topics: topics(given.topics.or(given.tag_list)),
            visibility: given.visibility.unwrap_or_else(|| "private".to_string()),
        })
    }))
}
