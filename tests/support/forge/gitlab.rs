//! GitLab's REST API.

use super::organization::{Issue, Organization, Repo, Team, User};
use super::{Asked, Found};
use serde_json::{Value as Json, json};

const AWAY: &str = "https://evil.example";

pub(super) fn found<'a>(organization: &'a Organization, asked: &Asked) -> Option<Found<'a>> {
    if let Some(wanted) = &organization.token {
        let bearer = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        if asked.header("private-token").or(bearer) != Some(wanted) {
            return Some(Found::One(401, json!({ "message": "401 Unauthorized" })));
        }
    }
    let path = asked.path.strip_prefix("/api/v4/")?;
    let parts: Vec<String> = path.trim_matches('/').split('/').map(decoded).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    Some(match &parts[..] {
        ["projects"] => projects(organization.repos.iter(), asked),
        ["groups", id, "projects"] => {
            let path = group_path(organization, id)?;
            let is_listed = |repo: &&Repo| asked.is("include_subgroups", "true") || repo.owner() == path;
            projects(organization.repos_of(&path).filter(is_listed), asked)
        }
        ["groups"] => Found::list(groups(organization).into_iter(), |of| group(organization, &of)),
        ["groups", id] => {
            let path = group_path(organization, id)?;
            Found::One(200, group(organization, groups(organization).iter().find(|of| of.path == path)?))
        }
        ["groups", id, "descendant_groups"] => {
            let below = format!("{}/", group_path(organization, id)?);
            let all = groups(organization).into_iter();
            Found::list(all.filter(|of| of.path.starts_with(&below)), |of| group(organization, &of))
        }
        ["groups", id, "members"] => members(organization, &[group_path(organization, id)?], asked),
        ["groups", id, "members", "all"] => {
            let path = group_path(organization, id)?;
            let above = path.match_indices('/').map(|(end, _)| path[..end].to_string());
            members(organization, &above.chain([path.clone()]).collect::<Vec<_>>(), asked)
        }
        ["users"] => {
            let is_asked = |user: &&User| !asked.is("active", "true") || user.is_active;
            Found::list(organization.users.iter().filter(is_asked), member)
        }
        _ => return None,
    })
}

/// The path of a project or group is one part of the address, its slashes escaped.
fn decoded(part: &str) -> String {
    part.replace("%2F", "/").replace("%2f", "/").replace("%2E", ".").replace("%20", " ")
}

/// The top group and those below it.
fn groups(organization: &Organization) -> Vec<Team> {
    let is_told = organization.teams.iter().any(|team| team.path == organization.name);
    let top = (!is_told).then(|| Team::new(1, &organization.name, &[]));
    top.into_iter().chain(organization.teams.iter().cloned()).collect()
}

/// The path of a group that is named by it or by its number.
fn group_path(organization: &Organization, id: &str) -> Option<String> {
    let all = groups(organization);
    let named = all.iter().find(|of| of.path.eq_ignore_ascii_case(id) || of.id.to_string() == id);
    // Groups that hold repositories are there without being described.
    let implied = || organization.repos.iter().any(|repo| repo.owner().starts_with(id)).then(|| id.to_string());
    named.map(|of| of.path.clone()).or_else(implied)
}

fn members<'a>(organization: &'a Organization, paths: &[String], asked: &Asked) -> Found<'a> {
    let teams = paths.iter().filter_map(|path| organization.team(path));
    let mut logins: Vec<&String> = teams.flat_map(|team| &team.members).collect();
    logins.sort();
    logins.dedup();
    let users = logins.into_iter().filter_map(|login| organization.user(login));
    let has_seats = asked.is("show_seat_info", "true");
    Found::list(users, move |user| {
        let mut json = member(user);
        json["access_level"] = Json::from(30);
        if has_seats {
            json["is_using_seat"] = Json::from(user.is_active);
        }
        json
    })
}

fn projects<'a>(all: impl Iterator<Item = &'a Repo>, asked: &Asked) -> Found<'a> {
    let flag = |name: &str, has: bool| match asked.parameter(name) {
        "" => true,
        wanted => (wanted == "true") == has,
    };
    let topics: Vec<&str> = asked.parameter("topic").split(',').filter(|topic| !topic.is_empty()).collect();
    let is_listed = |repo: &&Repo| {
        flag("archived", repo.is_archived)
            && matches!(asked.parameter("visibility"), "" | "private" | "internal" | "public")
            && (asked.parameter("visibility").is_empty() || asked.is("visibility", repo.visibility))
            && topics.iter().all(|topic| repo.topics.iter().any(|known| known == topic))
    };
    let mut listed: Vec<&Repo> = all.filter(is_listed).collect();
    listed.sort_by_key(|repo| repo.id);
    match asked.parameter("order_by") {
        "last_activity_at" => listed.sort_by(|a, b| a.pushed.cmp(&b.pushed)),
        "path" => listed.sort_by(|a, b| a.name().cmp(b.name())),
        _ => {}
    }
    if !asked.is("sort", "asc") {
        listed.reverse();
    }
    let is_simple = asked.is("simple", "true");
    Found::list(listed.into_iter(), move |repo| project(repo, is_simple))
}

fn project(repo: &Repo, is_simple: bool) -> Json {
    let branch = repo.default_branch.as_ref().filter(|_| !repo.is_empty);
    let mut json = json!({
        "id": repo.id, "description": null, "name": repo.name(), "name_with_namespace": repo.path.replace('/', " / "),
        "path": repo.name(), "path_with_namespace": repo.path, "created_at": "2020-01-02T03:04:05.000Z",
        "default_branch": branch, "tag_list": repo.topics, "topics": repo.topics,
        "ssh_url_to_repo": format!("git@evil.example:{}.git", repo.path),
        "http_url_to_repo": format!("{AWAY}/{}.git", repo.path), "web_url": format!("{AWAY}/{}", repo.path),
        "readme_url": null, "avatar_url": null, "forks_count": 0, "star_count": 0, "last_activity_at": repo.pushed,
        "namespace": {
            "id": 2, "name": repo.owner(), "path": repo.owner().rsplit('/').next(), "kind": "group",
            "full_path": repo.owner(), "parent_id": null, "avatar_url": null,
            "web_url": format!("{AWAY}/groups/{}", repo.owner()),
        },
    });
    if !is_simple {
        json["archived"] = Json::from(repo.is_archived);
        json["visibility"] = Json::from(repo.visibility);
        json["empty_repo"] = Json::from(repo.is_empty);
        json["issues_enabled"] = Json::from(true);
        if repo.is_fork {
            json["forked_from_project"] = json!({ "id": 9_999, "path_with_namespace": "elsewhere/upstream" });
        }
    }
    json
}

fn group(organization: &Organization, of: &Team) -> Json {
    let above = of.path.rsplit_once('/').map(|(above, _)| above);
    let all = groups(organization);
    let parent = above.and_then(|above| all.iter().find(|other| other.path == above)).map(|other| other.id);
    json!({
        "id": of.id, "web_url": format!("{AWAY}/groups/{}", of.path), "name": of.name,
        "path": of.path.rsplit('/').next(), "description": of.description, "visibility": "private",
        "avatar_url": null, "full_name": of.path.replace('/', " / "), "full_path": of.path, "parent_id": parent,
        "created_at": "2020-01-02T03:04:05.000Z",
    })
}

fn member(user: &User) -> Json {
    let mut json = json!({
        "id": user.id, "username": user.login, "name": user.name.as_deref().unwrap_or(&user.login),
        "state": if user.is_active { "active" } else { "blocked" }, "locked": false,
        "avatar_url": format!("https://avatars.example/u/{}", user.id), "web_url": format!("{AWAY}/{}", user.login),
    });
    // Only administrators are told.
    if let Some(email) = &user.email {
        json["email"] = Json::from(email.as_str());
    }
    json
}

pub(super) fn issue(issue: &Issue) -> Json {
    let Issue { number, title, text, labels, is_confidential, .. } = issue;
    json!({
        "id": 1_000_000 + number, "iid": number, "project_id": 4, "title": title, "description": text,
        "state": "opened", "created_at": "2026-11-20T08:00:00.046Z", "updated_at": "2026-11-21T08:00:00.046Z",
        "labels": labels, "milestone": null,
        "author": { "id": 18, "username": "eileen.lowe", "name": "Eileen Lowe", "state": "active" },
        "issue_type": "issue", "confidential": is_confidential, "web_url": "https://evil.example/phish",
    })
}
