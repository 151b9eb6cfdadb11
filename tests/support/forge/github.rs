//! GitHub's REST API, and what its GraphQL API tells of an organisation.

use super::graphql::{self, CONNECTION};
use super::organization::{App, Issue, Organization, Repo, Team, User};
use super::{Asked, Found, State};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Map, Value as Json, json};
use std::sync::atomic::Ordering;

/// Where addresses in answers lead.
const AWAY: &str = "https://evil.example";

pub(super) fn found<'a>(state: &State, organization: &'a Organization, asked: &Asked) -> Option<Found<'a>> {
    let path = asked.path.strip_prefix("/api/v3").unwrap_or(&asked.path);
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    if parts[0] == "app" {
        return of_app(state, organization.app.as_ref()?, asked, &parts);
    }
    let Some(owner) = let_in(state, organization, asked) else { return Some(refused()) };
    let may_see = |name: &str| owner.is_none_or(|owner| owner.eq_ignore_ascii_case(name));
    Some(match (asked.method.as_str(), &parts[..]) {
        ("GET", ["orgs", name, "repos"]) if name.eq_ignore_ascii_case(&organization.name) && may_see(name) => {
            repositories(organization, name, asked)
        }
        ("GET", ["users", name, "repos"]) if organization.user(name).is_some() => {
            repositories(organization, name, asked)
        }
        ("GET", ["installation", "repositories"]) => {
            let around = |page, all| json!({ "total_count": all, "repositories": page });
            Found::list_in(organization.repos_of(owner?), |repo| repository(organization, repo), around)
        }
        ("POST", ["graphql"] | ["api", "graphql"]) => {
            let shown = if may_see(&organization.name) { vec![people(organization)] } else { Vec::new() };
            let data = json!({ "organization": { CONNECTION: { "by": "login", "items": shown } } });
            Found::One(200, graphql::answer(&asked.body, &data))
        }
        _ => return None,
    })
}

fn refused() -> Found<'static> {
    Found::One(401, json!({ "message": "Bad credentials", "status": "401" }))
}

fn bearer(asked: &Asked) -> Option<&str> {
    let (word, token) = asked.header("authorization")?.split_once(' ')?;
    (word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("token")).then_some(token)
}

/// Whether the question may be asked at all, and the only owner that its token is for.
fn let_in<'a>(state: &State, organization: &'a Organization, asked: &Asked) -> Option<Option<&'a str>> {
    let token = bearer(asked);
    if let Some(token) = token.and_then(|token| token.strip_prefix("ghs_")) {
        let (installation, number) = token.split_once('x')?;
        let installation: u64 = installation.parse().ok()?;
        let number: usize = number.parse().ok()?;
        let known = &organization.app.as_ref()?.installations;
        let (_, owner) = known.iter().find(|(id, _)| *id == installation)?;
        return (number <= state.minted.load(Ordering::SeqCst)).then_some(Some(owner));
    }
    match &organization.token {
        Some(wanted) => (token == Some(wanted)).then_some(None),
        None if organization.app.is_some() => None,
        None => Some(None),
    }
}

/// What only an app may ask, by a token that its private key signed.
fn of_app<'a>(state: &State, app: &'a App, asked: &Asked, parts: &[&str]) -> Option<Found<'a>> {
    if !bearer(asked).is_some_and(|token| is_signed(app, token)) {
        return Some(refused());
    }
    match (asked.method.as_str(), parts) {
        ("GET", ["app", "installations"]) => {
            Some(Found::list(app.installations.iter(), |(id, owner)| installation(app, *id, owner)))
        }
        ("POST", ["app", "installations", id, "access_tokens"]) => {
            let id: u64 = id.parse().ok()?;
            app.installations.iter().find(|(known, _)| *known == id)?;
            let number = state.minted.fetch_add(1, Ordering::SeqCst) + 1;
            let token = json!({
                "token": format!("ghs_{id}x{number}"), "expires_at": app.tokens_end,
                "permissions": { "contents": "read", "metadata": "read", "members": "read" },
                "repository_selection": "all",
            });
            Some(Found::One(201, token))
        }
        _ => None,
    }
}

/// Whether a token is what GitHub asks for: signed by the app, about it, and good for ten minutes at most.
fn is_signed(app: &App, token: &str) -> bool {
    let Some((signed, signature)) = token.rsplit_once('.') else { return false };
    let read = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    let mut parts = signed.split('.').map(|part| serde_json::from_slice::<Json>(&read(part)).unwrap_or_default());
    let (head, claims) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (from, until) = (claims["iat"].as_i64().unwrap_or(0), claims["exp"].as_i64().unwrap_or(i64::MAX));
    let issuer =
        claims["iss"].as_u64().map_or_else(|| claims["iss"].as_str().unwrap_or("").into(), |id| id.to_string());
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &app.key);
    head == json!({ "alg": "RS256", "typ": "JWT" })
        && issuer == app.id.to_string()
        && (1..=600).contains(&(until - from))
        && key.verify(signed.as_bytes(), &read(signature)).is_ok()
}

fn repositories<'a>(organization: &'a Organization, owner: &str, asked: &Asked) -> Found<'a> {
    let mut listed: Vec<&Repo> = organization.repos_of(owner).collect();
    match asked.parameter("sort") {
        "pushed" => listed.sort_by(|a, b| b.pushed.cmp(&a.pushed)),
        "full_name" => listed.sort_by(|a, b| a.path.cmp(&b.path)),
        _ => listed.sort_by_key(|repo| std::cmp::Reverse(repo.id)),
    }
    if asked.is("direction", "asc") && !asked.is("sort", "full_name") {
        listed.reverse();
    }
    Found::list(listed.into_iter(), |repo| repository(organization, repo))
}

/// An object with addresses, such as `forks_url`.
fn with_addresses(base: &str, names: &[&str]) -> Map<String, Json> {
    let address = |name: &&str| (format!("{name}_url"), Json::from(format!("{base}/{name}")));
    names.iter().map(address).collect()
}

fn merged(mut addresses: Map<String, Json>, fields: Json) -> Json {
    if let Json::Object(fields) = fields {
        addresses.extend(fields);
    }
    Json::Object(addresses)
}

fn account(login: &str, id: u64, of_type: &str) -> Json {
    let names = [
        "avatar",
        "events",
        "followers",
        "following",
        "gists",
        "html",
        "organizations",
        "received_events",
        "repos",
        "starred",
        "subscriptions",
    ];
    let fields = json!({
        "id": id, "node_id": format!("U_{id}"), "login": login, "gravatar_id": "", "site_admin": false,
        "type": of_type, "url": format!("{AWAY}/users/{login}"),
    });
    merged(with_addresses(&format!("{AWAY}/{login}"), &names), fields)
}

fn repository(organization: &Organization, repo: &Repo) -> Json {
    let names = [
        "archive",
        "assignees",
        "blobs",
        "branches",
        "collaborators",
        "comments",
        "commits",
        "compare",
        "contents",
        "contributors",
        "deployments",
        "downloads",
        "events",
        "forks",
        "git_commits",
        "git_refs",
        "git_tags",
        "hooks",
        "html",
        "issue_comment",
        "issue_events",
        "issues",
        "keys",
        "labels",
        "languages",
        "merges",
        "milestones",
        "notifications",
        "pulls",
        "releases",
        "stargazers",
        "statuses",
        "subscribers",
        "subscription",
        "tags",
        "teams",
        "trees",
        "clone",
        "git",
        "ssh",
        "svn",
    ];
    let of_type = if repo.owner().eq_ignore_ascii_case(&organization.name) { "Organization" } else { "User" };
    let fields = json!({
        "id": repo.id, "node_id": format!("R_{}", repo.id), "name": repo.name(), "full_name": repo.path,
        "owner": account(repo.owner(), 1, of_type), "private": repo.visibility != "public",
        "visibility": repo.visibility, "description": null, "fork": repo.is_fork, "url": format!("{AWAY}/{}", repo.path),
        "archived": repo.is_archived, "disabled": false, "topics": repo.topics, "pushed_at": repo.pushed,
        "created_at": "2020-01-02T03:04:05Z", "updated_at": repo.pushed, "homepage": null, "language": null,
        "mirror_url": null, "size": if repo.is_empty { 0 } else { 108 }, "forks_count": 0, "stargazers_count": 0,
        "watchers_count": 0, "open_issues_count": 0, "forks": 0, "open_issues": 0, "watchers": 0, "has_issues": true,
        "has_projects": false, "has_wiki": false, "has_pages": false, "has_downloads": false, "license": null,
        // GitHub names one for empty repositories, too.
        "default_branch": repo.default_branch.as_deref().unwrap_or("main"),
    });
    merged(with_addresses(&format!("{AWAY}/{}", repo.path), &names), fields)
}

fn installation(app: &App, id: u64, owner: &str) -> Json {
    let by = app.is_suspended.then(|| account("octocat", 5, "User"));
    json!({
        "id": id, "account": account(owner, 1, "Organization"), "repository_selection": "all", "app_id": app.id,
        "app_slug": "callboard", "target_id": 1, "target_type": "Organization", "single_file_name": null,
        "access_tokens_url": format!("{AWAY}/app/installations/{id}/access_tokens"), "events": [],
        "html_url": format!("{AWAY}/installations/{id}"), "repositories_url": format!("{AWAY}/installation/repositories"),
        "permissions": { "contents": "read", "metadata": "read", "members": "read" },
        "created_at": "2024-01-02T03:04:05Z", "updated_at": "2024-01-02T03:04:05Z", "suspended_by": by,
        "suspended_at": app.is_suspended.then_some("2025-01-02T03:04:05Z"),
    })
}

/// An organisation in GraphQL.
fn people(organization: &Organization) -> Json {
    let members: Vec<Json> = organization.users.iter().map(user).collect();
    let teams: Vec<Json> = organization.teams.iter().map(|of| team(organization, of)).collect();
    json!({
        "login": organization.name, "name": organization.name,
        "membersWithRole": { CONNECTION: { "list": members } },
        "teams": { CONNECTION: { "list": teams } },
        "team": { CONNECTION: { "by": "slug", "items": teams } },
    })
}

fn user(user: &User) -> Json {
    json!({
        "id": format!("U_{}", user.id), "databaseId": user.id, "login": user.login, "name": user.name, "bio": user.bio,
        "email": user.email.as_deref().unwrap_or_default(), "avatarUrl": format!("https://avatars.example/u/{}", user.id),
        "suspendedAt": null,
    })
}

fn team(organization: &Organization, of: &Team) -> Json {
    let member = |login: &String| organization.user(login).map(user);
    let own: Vec<Json> = of.members.iter().filter_map(member).collect();
    let below = organization.teams.iter().filter(|other| other.parent.as_ref() == Some(&of.path));
    let all: Vec<Json> = below.flat_map(|other| &other.members).chain(&of.members).filter_map(member).collect();
    json!({
        "id": format!("T_{}", of.id), "slug": of.path, "name": of.name, "description": of.description,
        "combinedSlug": format!("{}/{}", organization.name, of.path),
        "avatarUrl": format!("https://avatars.example/t/{}", of.id),
        "editTeamUrl": format!("https://evil.example/orgs/{}/teams/{}/edit", organization.name, of.path),
        "parentTeam": of.parent.as_ref().map(|slug| json!({ "slug": slug })),
        "members": { CONNECTION: { "list": own, "with_children": all } },
    })
}

pub(super) fn issue(issue: &Issue) -> Json {
    let Issue { number, title, text, labels, is_pull, .. } = issue;
    let names = ["repository", "labels", "comments", "events"];
    let mut json = merged(
        with_addresses(&format!("{AWAY}/repos/acme/shop/issues/{number}"), &names),
        json!({
            "id": 1_000_000 + number, "node_id": format!("I_{number}"), "number": number, "state": "open",
            "title": title, "body": text, "url": format!("{AWAY}/issues/{number}"),
            "user": account("octocat", 1, "User"), "locked": false, "assignee": null, "milestone": null, "comments": 0,
            "labels": labels.iter().map(|name| json!({ "id": 7, "name": name, "color": "ededed" })).collect::<Vec<_>>(),
            "created_at": "2026-11-20T08:00:00Z", "updated_at": "2026-11-21T08:00:00Z", "closed_at": null,
            "author_association": "MEMBER", "html_url": format!("{AWAY}/phish"),
        }),
    );
    if *is_pull {
        let url = "https://api.github.com/repos/acme/shop/pulls/9";
        json["pull_request"] = json!({ "url": url, "html_url": url, "diff_url": url, "patch_url": url });
    }
    json
}
