//! The forge that other tests talk to: its answers are those that GitHub and Gitea describe, and git reads from it.
//!
//! GitLab's description of its API is in no package of npm or PyPI, so its answers are held to the fields that its
//! documentation shows in examples.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "these tests run git and look at the disk")]

#[path = "support/forge/mod.rs"]
#[expect(dead_code, reason = "other tests ask more of it")]
mod forge;
#[path = "support/scratch.rs"]
#[expect(dead_code, reason = "other tests write files")]
mod scratch;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use forge::git::{Daemon, commit};
use forge::organization::{APP_KEY, App, Organization, Repo, Team, User};
use forge::{Api, Forge, Issue, Mood};
use scratch::Scratch;
use serde_json::{Value as Json, json};
use std::path::Path;
use std::process::Command;

const GITHUB: &str = include_str!("vendor/github-openapi/answers.json");
const GITEA: &str = include_str!("vendor/gitea-js/answers.json");

/// An organisation with something of everything.
fn acme() -> Organization {
    let user = |id, login: &str| User { name: Some(login.to_uppercase()), ..User::new(id, login) };
    Organization {
        repos: vec![
            Repo { topics: vec!["shop".into()], visibility: "public", ..Repo::new(11, "acme/shop") },
            Repo { is_archived: true, is_fork: true, ..Repo::new(12, "acme/old") },
            Repo { is_empty: true, default_branch: None, visibility: "internal", ..Repo::new(13, "acme/new") },
            Repo::new(14, "acme/platform/core"),
            Repo::new(15, "ada/notes"),
        ],
        teams: vec![
            Team::new(21, "platform", &["ada"]),
            Team { parent: Some("platform".into()), ..Team::new(22, "core", &["ada", "bob"]) },
        ],
        users: vec![
            User { email: Some("ada@acme.example".into()), bio: Some("Counts.".into()), ..user(31, "ada") },
            User { is_active: false, ..user(32, "bob") },
        ],
        ..Organization::new("acme")
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build())
}

/// Status and body of an answer.
fn get(forge: &Forge, path: &str, token: Option<&str>) -> (u16, Json) {
    let mut request = agent().get(format!("{}{path}", forge.base()));
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let mut answer = request.call().expect("an answer");
    let body = answer.body_mut().read_to_string().expect("a body");
    (answer.status().as_u16(), serde_json::from_str(&body).unwrap_or_default())
}

fn post(forge: &Forge, path: &str, token: Option<&str>, body: &Json) -> (u16, Json) {
    let mut request = agent().post(format!("{}{path}", forge.base()));
    if let Some(token) = token {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    let mut answer = request.send(body.to_string().as_bytes()).expect("an answer");
    let body = answer.body_mut().read_to_string().expect("a body");
    (answer.status().as_u16(), serde_json::from_str(&body).unwrap_or_default())
}

/// Holds an answer to the description of a question.
#[track_caller]
fn holds(described: &Json, question: &str, answer: &Json) {
    let mut schema = described["answers"][question].clone();
    assert!(schema.is_object(), "{question} is described");
    schema["$defs"] = described["$defs"].clone();
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let faults: Vec<String> =
        validator.iter_errors(answer).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert!(faults.is_empty(), "{question}: {}", faults.join("\n"));
}

fn app_token(app: &App) -> String {
    use ring::signature::RSA_PKCS1_SHA256;
    let der: String = APP_KEY.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = base64::prelude::BASE64_STANDARD.decode(der).expect("base64");
    let key = ring::rsa::KeyPair::from_der(&der).expect("a key");
    let part = |json: Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    let claims = json!({ "iat": 1_000, "exp": 1_600, "iss": app.id.to_string() });
    let signed = format!("{}.{}", part(json!({ "alg": "RS256", "typ": "JWT" })), part(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    let random = ring::rand::SystemRandom::new();
    key.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).expect("signed");
    format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn github_answers_as_its_description_says() {
    let described: Json = serde_json::from_str(GITHUB).expect("JSON");
    let issues = vec![
        Issue::new(1, "Slow", "It is.", &["docs"]),
        Issue { is_pull: true, ..Issue::new(2, "Faster", "", &["docs"]) },
    ];
    let forge = Forge::start(Api::GitHub, "/repos/acme/shop/issues", issues);
    let app = App::new(7, &["acme"]);
    let token = app_token(&app);
    forge.change(|organization| *organization = Organization { app: Some(app), token: Some("pat".into()), ..acme() });

    for (path, question, all) in [
        ("/orgs/acme/repos?per_page=100", "GET /orgs/{org}/repos", 4),
        ("/users/ada/repos", "GET /users/{username}/repos", 1),
        ("/repos/acme/shop/issues?state=open", "GET /repos/{owner}/{repo}/issues", 2),
    ] {
        let (status, body) = get(&forge, path, Some("pat"));
        assert_eq!((status, body.as_array().map(Vec::len)), (200, Some(all)), "{path}");
        holds(&described, question, &body);
        assert_eq!(
            get(&forge, &format!("/api/v3{path}"), Some("pat")).0,
            if path.contains("issues") { 404 } else { 200 }
        );
    }
    let (_, body) = get(&forge, "/app/installations", Some(&token));
    holds(&described, "GET /app/installations", &body);
    assert_eq!(body[0]["account"]["login"], "acme");
    let question = "POST /app/installations/{installation_id}/access_tokens";
    let (status, body) = post(&forge, "/app/installations/1/access_tokens", Some(&token), &json!({}));
    assert_eq!(status, 201);
    holds(&described, question, &body);
    let minted = body["token"].as_str().expect("a token");
    let (_, body) = get(&forge, "/installation/repositories", Some(minted));
    holds(&described, "GET /installation/repositories", &body);
    assert_eq!(body["total_count"], 4);

    // Nobody else is let in.
    let forged = format!("{}AAAA", &token[..token.len() - 4]);
    for (path, token) in [
        ("/app/installations", Some(forged.as_str())),
        ("/app/installations", Some(minted)),
        ("/orgs/acme/repos", Some("guess")),
        ("/orgs/acme/repos", None),
        ("/orgs/acme/repos", Some("ghs_1x9")),
    ] {
        assert_eq!(get(&forge, path, token).0, 401, "{path} {token:?}");
    }
    assert_eq!(get(&forge, "/orgs/other/repos", Some("pat")).0, 404);

    // The description can be failed.
    let (_, mut body) = get(&forge, "/orgs/acme/repos", Some("pat"));
    body[0]["full_name"] = Json::Null;
    let schema = json!({ "$defs": described["$defs"], "$ref": "#/$defs/minimal-repository" });
    assert!(!jsonschema::validator_for(&schema).expect("a schema").is_valid(&body[0]));
}

#[test]
fn github_tells_of_people_by_query() {
    let forge = Forge::of(Api::GitHub, acme());
    let query = "query($org: String!, $email: Boolean!, $cursor: String) { organization(login: $org) {
        membersWithRole(first: 1, after: $cursor) { pageInfo { hasNextPage endCursor } nodes { login, email @include(if: $email) } }
        teams(first: 100) { nodes { slug parentTeam { slug } members(first: 100, membership: IMMEDIATE) { nodes { login } } } } } }";
    let ask = |cursor: Json, email: bool, query: &str| {
        let variables = json!({ "org": "acme", "email": email, "cursor": cursor });
        post(&forge, "/graphql", None, &json!({ "query": query, "variables": variables })).1
    };
    let first = ask(Json::Null, true, query);
    let members = &first["data"]["organization"]["membersWithRole"];
    assert_eq!(members["nodes"], json!([{ "login": "ada", "email": "ada@acme.example" }]));
    assert_eq!(members["pageInfo"]["hasNextPage"], true);
    let second = ask(members["pageInfo"]["endCursor"].clone(), false, query);
    assert_eq!(second["data"]["organization"]["membersWithRole"]["nodes"], json!([{ "login": "bob" }]));
    let teams = &first["data"]["organization"]["teams"]["nodes"];
    assert_eq!(teams[0]["members"]["nodes"], json!([{ "login": "ada" }]));
    assert_eq!(teams[1]["parentTeam"]["slug"], "platform");
    let all = ask(Json::Null, true, &query.replace(", membership: IMMEDIATE", ""));
    let of_platform = &all["data"]["organization"]["teams"]["nodes"][0]["members"]["nodes"];
    assert_eq!(of_platform.as_array().map(Vec::len), Some(3), "those of teams below are members, too");
    for query in
        ["", "query {", "{ organization(login: \"acme\") { secrets } }", "{ organization(login: \"no\") { login } }"]
    {
        assert!(ask(Json::Null, true, query)["errors"].is_array(), "{query}");
    }
}

#[test]
fn gitea_answers_as_its_description_says() {
    let described: Json = serde_json::from_str(GITEA).expect("JSON");
    let forge = Forge::start(Api::Gitea, "/api/v1/repos/acme/shop/issues", vec![Issue::new(1, "Slow", "", &["docs"])]);
    forge.change(|organization| *organization = acme());
    for (path, question, all) in [
        ("orgs/acme/repos", "GET /orgs/{org}/repos", 4),
        ("users/ada/repos", "GET /users/{username}/repos", 1),
        ("repos/search?q=shop", "GET /repos/search", 1),
        ("orgs/acme/teams", "GET /orgs/{org}/teams", 2),
        ("orgs/acme/members", "GET /orgs/{org}/members", 2),
        ("teams/22/members", "GET /teams/{id}/members", 2),
        ("repos/acme/shop/issues?state=open", "GET /repos/{owner}/{repo}/issues", 1),
    ] {
        let (status, body) = get(&forge, &format!("/api/v1/{path}"), None);
        let list = if body.is_array() { &body } else { &body["data"] };
        assert_eq!((status, list.as_array().map(Vec::len)), (200, Some(all)), "{path}");
        holds(&described, question, &body);
    }
}

#[test]
fn gitlab_answers_with_what_its_documentation_shows() {
    let forge = Forge::of(Api::GitLab, Organization { token: Some("glpat".into()), ..acme() });
    forge.change(|organization| {
        organization.teams[0].path = "acme/platform".into();
        organization.teams[1].path = "acme/platform/core".into();
    });
    // Fields of the examples at docs.gitlab.com/api: projects, groups, members and users.
    let project = "id description name name_with_namespace path path_with_namespace created_at default_branch topics \
                   ssh_url_to_repo http_url_to_repo web_url readme_url forks_count avatar_url star_count \
                   last_activity_at namespace archived visibility";
    let group = "id name path description visibility avatar_url web_url full_name full_path parent_id created_at";
    let member = "id username name state avatar_url web_url";
    for (path, fields, all) in [
        ("groups/acme/projects?include_subgroups=true", project, 4),
        ("groups/acme/projects", project, 3),
        ("groups/acme/projects?archived=false", project, 2),
        ("groups/acme%2Fplatform/projects", project, 1),
        ("projects?topic=shop", project, 1),
        ("groups/acme/descendant_groups", group, 2),
        ("groups", group, 3),
        ("groups/acme%2Fplatform%2Fcore/members", member, 2),
        ("groups/22/members/all", member, 2),
        ("users?active=true", member, 1),
    ] {
        let (status, body) = get(&forge, &format!("/api/v4/{path}"), Some("glpat"));
        assert_eq!((status, body.as_array().map(Vec::len)), (200, Some(all)), "{path}");
        for field in fields.split_whitespace() {
            assert!(body[0].get(field).is_some(), "{path}: {field}");
        }
    }
    assert_eq!(get(&forge, "/api/v4/groups/acme%2Fplatform", Some("glpat")).1["parent_id"], 1);
    assert_eq!(get(&forge, "/api/v4/groups/elsewhere", Some("glpat")).0, 404);
    assert_eq!(get(&forge, "/api/v4/projects", None).0, 401);
}

#[test]
fn lists_come_in_pages_and_not_twice() {
    for (api, path, size) in [
        (Api::GitHub, "/orgs/acme/repos", "per_page"),
        (Api::GitLab, "/api/v4/groups/acme/projects", "per_page"),
        (Api::Gitea, "/api/v1/orgs/acme/repos", "limit"),
    ] {
        let repos = (1..=120).map(|id| Repo::new(id, &format!("acme/r{id}"))).collect();
        let forge = Forge::of(api, Organization { repos, ..Organization::new("acme") });
        let mut seen = std::collections::BTreeSet::new();
        for page in 1..=4 {
            let url = format!("{}{path}?{size}=40&page={page}", forge.base());
            let mut answer = agent().get(&url).call().expect("an answer");
            let head = answer.headers().clone();
            let link = head.get("link").map_or("", |link| link.to_str().expect("text"));
            assert_eq!(link.contains("rel=\"next\""), page < 3, "{api:?} {page}: {link}");
            let body: Json = serde_json::from_str(&answer.body_mut().read_to_string().expect("a body")).expect("JSON");
            seen.extend(body.as_array().expect("a list").iter().map(|repo| repo["id"].as_u64()));
            let again = agent().get(&url).header("If-None-Match", head["etag"].to_str().expect("text")).call();
            assert_eq!(again.expect("an answer").status(), 304);
        }
        assert_eq!(seen.len(), 120);
    }
}

#[test]
fn moods_are_for_some_questions() {
    let forge = Forge::of(Api::GitHub, acme());
    let status = |path: &str| get(&forge, path, None).0;
    forge.is_for("/orgs/acme/repos", 1, 2, Mood::Fails(503, "Retry-After: 1"));
    forge.is_at("page=7", Mood::Moved("http://other.example".into()));
    assert_eq!([(); 4].map(|()| status("/orgs/acme/repos")), [200, 503, 503, 200]);
    assert_eq!([status("/orgs/acme/repos?page=7"), status("/users/ada/repos")], [301, 200]);
    forge.is_well();
    assert_eq!(status("/orgs/acme/repos?page=7"), 200);
    let asked = forge.asked();
    assert_eq!(asked.iter().map(|asked| asked.status).collect::<Vec<_>>(), [200, 503, 503, 200, 301, 200, 200]);
}

fn cloned(url: &str, to: &Path) -> std::process::Output {
    let mut command = Command::new("git");
    command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.args(["clone", "--quiet", "--bare", "--filter=blob:none", "--", url]).arg(to);
    command.output().expect("git runs")
}

#[test]
fn git_reads_the_repositories() {
    let work = Scratch::new("forge-git");
    let served = work.path().join("served");
    let first = commit(&served, "acme/platform/core", "trunk", &[("a.txt", b"one"), ("docs/b.md", b"# B\n")]);
    let second = commit(&served, "acme/platform/core", "trunk", &[("a.txt", b"two")]);
    assert_ne!(first, second);
    let login = Some(("x-access-token".to_string(), "hunter2".to_string()));
    let forge = Forge::of(Api::Gitea, Organization { served: Some(served.clone()), login, ..acme() });
    let daemon = Daemon::start(&served);
    let with_login = forge.base().replace("http://", "http://x-access-token:hunter2@");
    for (at, base) in [with_login.as_str(), &daemon.base].into_iter().enumerate() {
        let to = work.path().join(format!("clone-{at}"));
        let output = cloned(&format!("{base}/acme/platform/core.git"), &to);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let repository = git2::Repository::open_bare(&to).expect("a repository");
        let head = repository.head().expect("a head");
        assert_eq!((head.name().expect("a name"), head.target()), ("refs/heads/trunk", second.parse().ok()));
        let blob = head.peel_to_tree().expect("a tree").get_name("a.txt").expect("an entry").id();
        assert!(repository.find_blob(blob).is_err(), "blobs are left out when asked");
    }
    let asked = forge.asked();
    assert!(asked.iter().any(|asked| asked.header("git-protocol") == Some("version=2")), "{asked:?}");
    let to = work.path().join("refused");
    assert!(!cloned(&format!("{}/acme/platform/core.git", forge.base()), &to).status.success());
    assert!(!cloned(&format!("{with_login}/acme/nothing.git"), &to).status.success());
}
