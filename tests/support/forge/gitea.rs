//! The REST API of Gitea and Forgejo.

use super::organization::{Issue, Organization, Repo, Team, User};
use super::{Asked, Found};
use serde_json::{Value as Json, json};

const AWAY: &str = "https://evil.example";

pub(super) fn found<'a>(organization: &'a Organization, asked: &Asked) -> Option<Found<'a>> {
    if let Some(wanted) = &organization.token {
        let token = asked.header("authorization").and_then(|value| value.split_once(' ')).map(|(_, token)| token);
        if token != Some(wanted) {
            return Some(Found::One(401, json!({ "message": "token is required" })));
        }
    }
    let path = asked.path.strip_prefix("/api/v1/")?;
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let is_it = |name: &str| name.eq_ignore_ascii_case(&organization.name);
    let mut all: Vec<&Repo> = organization.repos.iter().collect();
    all.sort_by_key(|repo| repo.id);
    Some(match &parts[..] {
        ["orgs", name, "repos"] if is_it(name) => list(organization, name),
        ["users", name, "repos"] if organization.user(name).is_some() => list(organization, name),
        ["repos", "search"] => {
            let word = asked.parameter("q").to_lowercase();
            let is_found = |repo: &&Repo| repo.name().to_lowercase().contains(&word);
            let around = |page, _| json!({ "ok": true, "data": page });
            Found::list_in(all.into_iter().filter(is_found), |repo| repository(organization, repo), around)
        }
        ["orgs", name, "teams"] if is_it(name) => Found::list(organization.teams.iter(), team),
        ["orgs", name, "members"] if is_it(name) => Found::list(organization.users.iter(), user),
        ["teams", id, "members"] => {
            let team = organization.teams.iter().find(|team| team.id.to_string() == **id)?;
            Found::list(team.members.iter().filter_map(|login| organization.user(login)), user)
        }
        ["repos", owner, name] => {
            let path = format!("{owner}/{name}");
            let repo = all.into_iter().find(|repo| repo.path.eq_ignore_ascii_case(&path))?;
            Found::One(200, repository(organization, repo))
        }
        _ => return None,
    })
}

fn list<'a>(organization: &'a Organization, owner: &str) -> Found<'a> {
    Found::list(organization.repos_of(owner), |repo| repository(organization, repo))
}

fn account(login: &str, id: u64) -> Json {
    json!({
        "id": id, "login": login, "login_name": "", "full_name": "", "email": format!("{login}@noreply.example"),
        "avatar_url": format!("https://avatars.example/u/{id}"), "html_url": format!("{AWAY}/{login}"),
        "is_admin": false, "created": "2020-01-02T03:04:05Z", "active": true, "visibility": "public",
    })
}

fn user(of: &User) -> Json {
    let mut json = account(&of.login, of.id);
    json["full_name"] = Json::from(of.name.as_deref().unwrap_or_default());
    json
}

fn repository(organization: &Organization, repo: &Repo) -> Json {
    let id = organization.user(repo.owner()).map_or(1, |user| user.id);
    json!({
        "id": repo.id, "owner": account(repo.owner(), id), "name": repo.name(), "full_name": repo.path,
        "description": "", "empty": repo.is_empty, "private": repo.visibility == "private",
        "internal": repo.visibility == "internal", "fork": repo.is_fork, "template": false, "mirror": false, "size": 26,
        "url": format!("{AWAY}/api/v1/repos/{}", repo.path), "html_url": format!("{AWAY}/{}", repo.path),
        "ssh_url": format!("git@evil.example:{}.git", repo.path), "clone_url": format!("{AWAY}/{}.git", repo.path),
        "original_url": "", "website": "", "stars_count": 0, "forks_count": 0, "watchers_count": 1,
        "open_issues_count": 0, "archived": repo.is_archived, "created_at": "2020-01-02T03:04:05Z",
        "updated_at": repo.pushed, "default_branch": repo.default_branch.as_deref().unwrap_or("main"),
        "topics": repo.topics, "object_format_name": "sha1",
        "permissions": { "admin": false, "push": false, "pull": true },
    })
}

fn team(of: &Team) -> Json {
    json!({
        "id": of.id, "name": of.name, "description": of.description, "permission": "read",
        "includes_all_repositories": false, "can_create_org_repo": false, "units": ["repo.code"],
        "units_map": { "repo.code": "read" },
    })
}

pub(super) fn issue(issue: &Issue) -> Json {
    let Issue { number, title, text, labels, is_pull, .. } = issue;
    json!({
        "id": 1_000_000 + number, "number": number, "title": title, "body": text, "state": "open",
        "labels": labels.iter().map(|name| json!({ "id": 7, "name": name, "color": "ededed" })).collect::<Vec<_>>(),
        "created_at": "2026-11-20T10:00:00+02:00", "updated_at": "2026-11-21T10:00:00+02:00", "closed_at": null,
        "milestone": null, "pull_request": if *is_pull { json!({ "merged": false }) } else { Json::Null },
        "user": account("gitea", 3), "html_url": "https://evil.example/phish",
    })
}
