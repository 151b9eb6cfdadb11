use super::*;
use crate::catalog::{IngestOptions, Kinds, ingest};
use crate::config::{self, Inputs};
use crate::source::{Origin, Reading, RepoId};

fn drafted(files: &[(&str, &str)], folder: &str, remote: Option<&str>, tags: &[&str]) -> (String, Vec<String>) {
    let repo = Repo::in_memory("repo", files.iter().copied());
    let remote = remote.and_then(Remote::parse);
    let tags: Vec<String> = tags.iter().map(|tag| tag.to_string()).collect();
    let folder_name = folder.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("my-folder");
    let facts = survey(&Given { repo: &repo, folder, folder_name, remote: remote.as_ref(), tags: Some(&tags) });
    let text = write(&facts);
    assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{text}");
    accepted(&text, files, folder);
    (text, notes(&facts))
}

/// The catalog takes every document of the draft, with its definitions filled in, and has nothing to say about it.
#[track_caller]
fn accepted(text: &str, files: &[(&str, &str)], folder: &str) {
    let path = if folder.is_empty() { "catalog-info.yaml".to_string() } else { format!("{folder}/catalog-info.yaml") };
    let repo = Repo::in_memory("repo", files.iter().copied().chain([(path.as_str(), text)]));
    let here = Inputs { dir: ".".into(), ..Inputs::default() };
    let mut config = config::load(&here).expect("this folder is there").config;
    config.rules = vec![config::KindRule { allow: None, locations: Vec::new() }];
    let origin = Origin { location: None, kind: "file", target: path.clone(), is_trusted: false };
    let reading = Reading { repo: &repo, id: RepoId(0), path: &path, origin: &origin, configured: true };
    let options = IngestOptions { config: &config, kinds: &Kinds::built_in(), compat: false, cache: None };
    let (ingest, _) = ingest(&reading, text, &options);
    let said: Vec<&str> = ingest.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(said.is_empty(), "{said:?}\n{text}");
    assert_eq!(ingest.entities.len(), text.split("\n---\n").count(), "{text}");
}

const OPENAPI: &str =
    "openapi: 3.0.0\ninfo: { title: Orders, version: '1', description: 'Takes **orders**: all of them.' }\n";

#[test]
fn a_service_tells_nearly_everything() {
    let files = [
        ("README.md", "# Order Service\n\nTakes orders: from people, and from robots #1 to #9.\n"),
        ("Dockerfile", "FROM scratch\n"),
        ("go.mod", "module example.com/orders\n"),
        ("main.go", "package main\n"),
        ("internal/store.go", "package internal\n"),
        ("mkdocs.yml", "site_name: Orders\n"),
        ("docs/index.md", "# Orders\n"),
        (".github/CODEOWNERS", "* @acme/team-orders @jo\n"),
        ("api/openapi.yaml", OPENAPI),
        ("events/asyncapi.json", r#"{"asyncapi": "2.6.0", "info": {"title": "Events"}}"#),
        ("proto/orders.proto", "syntax = \"proto3\";\nservice Orders {\n}\n"),
        ("schema.graphql", "type Query { a: Int }\n"),
    ];
    let (text, notes) =
        drafted(&files, "", Some("git@github.com:acme/order-service.git"), &["v0.9.0", "v1.10.0", "v1.9.0"]);
    assert_eq!(
        text,
        "\
# A first draft. Correct it where it is wrong, then delete the comments.
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: order-service
  title: Order Service
  description: \"Takes orders: from people, and from robots #1 to #9.\"
  annotations:
    github.com/project-slug: acme/order-service
    backstage.io/techdocs-ref: dir:.
  tags:
    - go
spec:
  type: service # or website, library; there is `Dockerfile`
  lifecycle: production # or experimental, deprecated; there is the tag `v1.10.0`
  owner: team-orders # `@acme/team-orders`, line 1 of `.github/CODEOWNERS`
  # APIs that it only calls belong under `consumesApis`.
  providesApis:
    - order-service-graphql
    - order-service-api
    - order-service-orders
    - order-service-events
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata:
  name: order-service-graphql
spec:
  type: graphql
  lifecycle: production
  owner: team-orders
  definition:
    $text: ./schema.graphql
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata:
  name: order-service-api
  title: Orders
  description: \"Takes orders: all of them.\"
spec:
  type: openapi
  lifecycle: production
  owner: team-orders
  definition:
    $text: ./api/openapi.yaml
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata:
  name: order-service-orders
spec:
  type: grpc
  lifecycle: production
  owner: team-orders
  definition:
    $text: ./proto/orders.proto
---
apiVersion: backstage.io/v1alpha1
kind: API
metadata:
  name: order-service-events
  title: Events
spec:
  type: asyncapi
  lifecycle: production
  owner: team-orders
  definition:
    $text: ./events/asyncapi.json
"
    );
    assert_eq!(notes[0], "name: `order-service`, from the git remote `github.com/acme/order-service`");
    assert!(notes.contains(&"title: `Order Service`, from the heading of `README.md`".to_string()), "{notes:?}");
}

#[test]
fn an_empty_repository_gives_what_must_be_there() {
    let (text, notes) = drafted(&[], "", None, &[]);
    assert_eq!(
        text,
        "\
# A first draft. Correct it where it is wrong, then delete the comments.
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: my-folder
spec:
  type: service # or website, library; a guess: nothing here tells
  lifecycle: experimental # or production, deprecated; there is no git tag
  owner: unknown # name the group or user that is responsible, such as `team-a` or `user:jo`
"
    );
    assert_eq!(notes.len(), 4, "{notes:?}");
}

#[test]
fn the_type_is_told_by_what_lies_there() {
    for (expected, files) in [
        (
            "library; `src/lib.rs` and no program",
            &[("Cargo.toml", "[package]\nname = \"x\"\n"), ("src/lib.rs", "")][..],
        ),
        ("service; there is `src/main.rs`", &[("Cargo.toml", "[package]"), ("src/main.rs", ""), ("src/lib.rs", "")]),
        (
            "website; `index.html`, drawn with `vue`",
            &[("package.json", r#"{"dependencies": {"vue": "3"}}"#), ("index.html", "")],
        ),
        ("website; there is `docusaurus.config.js`", &[("docusaurus.config.js", ""), ("Dockerfile", "")]),
        ("website; there is `index.html`", &[("index.html", "")]),
        (
            "service; `package.json` has a script `start`",
            &[("package.json", r#"{"main": "x", "scripts": {"start": "node x"}}"#)],
        ),
        ("library; `package.json` has `main`", &[("package.json", r#"{"main": "index.js"}"#)]),
        (
            "library; `package.json` has `exports`",
            &[(
                "package.json",
                r#"{"exports": {}, "peerDependencies": {"vue": "3"}, "devDependencies": {"vue": "3"}}"#,
            )],
        ),
        ("library; `go.mod` and no `main.go`", &[("go.mod", "module x"), ("x.go", ""), ("examples/main.go", "")]),
        ("service; `pom.xml` has `spring-boot-maven-plugin`", &[("pom.xml", "<a>spring-boot-maven-plugin</a>")]),
        ("service; `requirements.txt` has `flask`", &[("requirements.txt", "Flask==3.0\n")]),
        ("library; `setup.py` makes a package", &[("setup.py", ""), ("x/__init__.py", "")]),
        ("library; `action.yml`: other repositories use it", &[("action.yml", "name: x"), ("Dockerfile", "")]),
        ("service; there is `docker/Dockerfile`", &[("docker/Dockerfile", "")]),
    ] {
        let (text, _) = drafted(files, "", None, &[]);
        let line = text.lines().find(|line| line.starts_with("  type: ")).unwrap_or_default();
        let (value, rest) = line.trim_start_matches("  type: ").split_once(" # or ").unwrap_or_default();
        let reason = rest.split_once("; ").map_or("", |(_, reason)| reason);
        assert_eq!(format!("{value}; {reason}"), expected, "{files:?}");
    }
}

#[test]
fn a_folder_of_a_repository_is_described_on_its_own() {
    let files = [
        ("package.json", r#"{"name": "all", "private": true}"#),
        ("services/orders/package.json", r#"{"name": "@acme/orders", "scripts": {"start": "x"}}"#),
        ("services/orders/openapi.yaml", OPENAPI),
        ("services/orders/node_modules/x/openapi.yaml", OPENAPI),
        ("services/users/Dockerfile", ""),
        ("services/users/docker/Dockerfile", ""),
        ("tests/fixture/package.json", "{}"),
        ("CODEOWNERS", "* @acme/all\n/services/orders/ jo@example.com\n"),
    ];
    let remote = Some("https://gitlab.example.com/acme/shops/all-of-it.git");
    let (text, notes) = drafted(&files, "", remote, &[]);
    assert!(text.contains("  name: all-of-it\n") && !text.contains("openapi"), "{text}");
    assert!(
        text.contains("gitlab.com/project-slug: acme/shops/all-of-it\n") && text.contains("owner: all #"),
        "{text}"
    );
    let last = notes.last().expect("notes");
    assert!(last.ends_with(": `services/orders`, `services/users`"), "{last}");

    let (text, _) = drafted(&files, "services/orders", remote, &["@acme/users@2.0.0"]);
    assert!(text.contains("  lifecycle: experimental #"), "{text}");
    let (text, _) = drafted(&files, "services/orders", remote, &["@acme/users@2.0.0", "orders-v1.0.0"]);
    assert!(text.contains("  lifecycle: production #"), "{text}");
    assert!(text.contains("  name: orders\n") && text.contains("$text: ./openapi.yaml"), "{text}");
    assert!(
        text.contains("gitlab.com/project-slug: acme/shops/all-of-it\n") && text.contains("owner: user:jo #"),
        "{text}"
    );
}

#[test]
fn hostile_text_stays_in_its_place() {
    let files = [
        ("README.md", "# A\u{202e}b: #c\n\nfirst\u{7} line: - [x] \u{2028} `a` \"b\" 'c' \\ {d}\n"),
        ("package.json", "{\"name\": \"../..//x\\nowner: evil\", \"description\": \"@a: b\\n---\\nkind: User\"}"),
        ("CODEOWNERS", "* @x\u{1b}[31m/y\u{85}z\n"),
        ("a b #1: c/openapi.yaml", OPENAPI),
        ("broken.yaml", "openapi: 3.0.0\n\tx: [\n"),
        ("application.yml", "openapi:\n  enabled: true\n"),
    ];
    let (text, notes) = drafted(&files, "", Some("https://github.com/a/b%0Aevil"), &["v1.0.0\u{7}"]);
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    assert!(!text.lines().any(|line| line.trim_start().starts_with("kind: User")), "{text}");
    assert!(notes.iter().any(|note| note.starts_with("left out: `broken.yaml`, line ")), "{notes:?}");
    assert_eq!(text.matches("kind: API").count(), 1, "{text}");
}

#[test]
fn apis_have_names_of_their_own() {
    let twelve: Vec<(String, String)> = (0..15)
        .map(|n| (format!("specs/{n:02}/openapi.yaml"), format!("openapi: 3.1.0\ninfo: {{ title: T{n} }}\n")))
        .collect();
    let mut files: Vec<(&str, &str)> = twelve.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.extend([
        ("openapi.yaml", OPENAPI),
        ("openapi.json", r#"{"swagger": "2.0", "info": {"title": "Orders", "version": "1"}}"#),
        ("api/Users_API.yaml", "swagger: '2.0'\ninfo: { title: Users }\n"),
        ("tests/openapi.yaml", "openapi: 3.0.0\ninfo: { title: Test }\n"),
    ]);
    let (text, notes) = drafted(&files, "", None, &[]);
    let names: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("    - ")).collect();
    assert_eq!(names[..4], ["my-folder-api", "my-folder-users-api", "my-folder-00", "my-folder-01"]);
    assert_eq!(names.len(), 12);
    let left: Vec<&String> = notes.iter().filter(|note| note.starts_with("left out: ")).collect();
    assert_eq!(left[0], "left out: `openapi.json`, another file defines the same API");
    assert_eq!(left.last().expect("more"), &"left out: 1 more definition");
}
