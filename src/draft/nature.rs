//! Whether a folder holds a service, a website or a library, by what lies in it.

use super::manifest::package;
use super::survey::Files;
use super::{Found, found};
use serde_json::Value as Json;

/// What is said where nothing tells.
const UNSURE: &str = "a guess: nothing here tells";

/// Files that only websites have.
const SITES: [&str; 12] = [
    "docusaurus.config.js",
    "docusaurus.config.ts",
    "gatsby-config.js",
    "next.config.js",
    "next.config.mjs",
    "next.config.ts",
    "nuxt.config.ts",
    "astro.config.mjs",
    "angular.json",
    "hugo.toml",
    "svelte.config.js",
    "vite.config.ts",
];

/// Packages that draw pages in a browser.
const BROWSER: [&str; 12] = [
    "react-dom",
    "vue",
    "svelte",
    "@angular/core",
    "next",
    "nuxt",
    "gatsby",
    "astro",
    "preact",
    "solid-js",
    "@docusaurus/core",
    "@sveltejs/kit",
];

/// Files that only services have.
const SERVICES: [&str; 9] = [
    "Procfile",
    "serverless.yml",
    "serverless.yaml",
    "config.ru",
    "manage.py",
    "wsgi.py",
    "asgi.py",
    "fly.toml",
    "skaffold.yaml",
];

const SERVERS_OF_PYTHON: [&str; 7] = ["fastapi", "flask", "django", "aiohttp", "starlette", "uvicorn", "gunicorn"];
/// What turns a build of Java into that of a server, by a word of its file's name.
const SERVERS_OF_JAVA: [(&str, &str); 7] = [
    ("pom", "spring-boot-maven-plugin"),
    ("pom", "quarkus-maven-plugin"),
    ("pom", "micronaut-maven-plugin"),
    ("pom", "<packaging>war"),
    ("gradle", "org.springframework.boot"),
    ("gradle", "io.quarkus"),
    ("gradle", "io.micronaut.application"),
];

const MAX_FILE: u64 = 1 << 20;

/// The type, and what speaks for it.
pub(super) fn of(files: &Files<'_>) -> Found {
    let sure = |value: &str, file: &str| found(value, format!("there is `{file}`"));
    if let Some(found) = website(files) {
        return found;
    }
    if let Some(reason) = library(files) {
        return found("library", reason);
    }
    if let Some(file) = files.first_of(&["Dockerfile", "Containerfile"]) {
        return sure("service", file);
    }
    if let Some(file) = files.first_of(&SERVICES) {
        return sure("service", file);
    }
    if let Some(reason) = service(files) {
        return found("service", reason);
    }
    if let Some(reason) = package_of_others(files) {
        return found("library", reason);
    }
    if let Some(file) = files.find(|path| path.ends_with("/Dockerfile")) {
        return sure("service", file);
    }
    if files.has("index.html") {
        return sure("website", "index.html");
    }
    match files.parts.len() {
        0 => found("service", UNSURE),
        _ => found("service", "a guess: components of their own lie below"),
    }
}

fn website(files: &Files<'_>) -> Option<Found> {
    let package = package(files.repo, &files.path("package.json"));
    let needs = |part: &str, name: &str| package.as_ref().is_some_and(|package| package[part].get(name).is_some());
    let for_others = BROWSER.iter().any(|name| needs("peerDependencies", name));
    let drawn = BROWSER.iter().find(|name| needs("dependencies", name) || needs("devDependencies", name));
    if for_others {
        return None;
    }
    let page = files.first_of(&["index.html", "public/index.html", "src/index.html", "src/app.html"]);
    match (files.first_of(&SITES).filter(|_| drawn.is_some() || package.is_none()), drawn, page) {
        (Some(file), ..) => Some(found("website", format!("there is `{file}`"))),
        (None, Some(name), Some(page)) => Some(found("website", format!("`{page}`, drawn with `{name}`"))),
        (None, Some(name), None) if needs("scripts", "start") || needs("scripts", "dev") => {
            Some(found("website", format!("`package.json` needs `{name}`")))
        }
        (None, None, Some(page)) if !files.has_code() => Some(found("website", format!("there is `{page}`"))),
        _ => None,
    }
}

/// What only libraries look like, whatever else lies there.
fn library(files: &Files<'_>) -> Option<String> {
    if files.has("Cargo.toml")
        && let Some(library) = files.find(|path| path == "src/lib.rs" || path.ends_with("/src/lib.rs"))
    {
        let program = files.find(|path| path.ends_with("src/main.rs") || path.contains("src/bin/"));
        let table = files.text("Cargo.toml", MAX_FILE).is_some_and(|text| text.contains("[[bin]]"));
        if program.is_none() && !table {
            return Some(format!("`{library}` and no program"));
        }
    }
    if let Some(file) = files.first_of(&["action.yml", "action.yaml"]) {
        return Some(format!("`{file}`: other repositories use it"));
    }
    let gem = files.own.iter().find(|path| path.ends_with(".gemspec") && !path.contains('/'));
    gem.map(|file| format!("there is `{file}`"))
}

fn service(files: &Files<'_>) -> Option<String> {
    if package(files.repo, &files.path("package.json")).is_some_and(|package| package["scripts"]["start"].is_string()) {
        return Some("`package.json` has a script `start`".to_string());
    }
    if files.has("go.mod")
        && let Some(main) = files.find(|path| path == "main.go" || path.ends_with("/main.go"))
    {
        return Some(format!("there is `{main}`"));
    }
    if files.has("Cargo.toml")
        && let Some(main) = files.find(|path| path == "src/main.rs" || path.ends_with("/src/main.rs"))
    {
        return Some(format!("there is `{main}`"));
    }
    for build in ["pom.xml", "build.gradle", "build.gradle.kts"] {
        let text = files.text(build, MAX_FILE).unwrap_or_default();
        let speaks = |(file, word): &&(&str, &str)| build.contains(file) && text.contains(word);
        if let Some((_, word)) = SERVERS_OF_JAVA.iter().find(speaks) {
            return Some(format!("`{build}` has `{}`", word.trim_start_matches("<packaging>")));
        }
    }
    for needs in ["requirements.txt", "pyproject.toml"] {
        let text = files.text(needs, MAX_FILE).unwrap_or_default().to_lowercase();
        let named = |name: &&&str| {
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').any(|word| word == **name)
        };
        if let Some(name) = SERVERS_OF_PYTHON.iter().find(named) {
            return Some(format!("`{needs}` has `{name}`"));
        }
    }
    let web = files.own.iter().filter(|path| path.ends_with(".csproj") && path.matches('/').count() <= 2);
    web.take(20)
        .find(|path| {
            let text = files.text(path, MAX_FILE).unwrap_or_default();
            text.contains("Microsoft.NET.Sdk.Web") || text.contains("Microsoft.NET.Sdk.Worker")
        })
        .map(|path| format!("`{path}` makes a server"))
}

/// Packages that others take in, where nothing says that they run by themselves.
fn package_of_others(files: &Files<'_>) -> Option<String> {
    if let Some(package) = package(files.repo, &files.path("package.json")) {
        let given = |key: &&str| !matches!(package[*key], Json::Null);
        let is_private = package["private"] == Json::Bool(true);
        if let Some(key) = ["exports", "module", "main", "types"].iter().find(|key| given(key))
            && !is_private
            && package["bin"].is_null()
        {
            return Some(format!("`package.json` has `{key}`"));
        }
    }
    if files.has("go.mod") && files.own.iter().any(|path| path.ends_with(".go")) {
        return Some("`go.mod` and no `main.go`".to_string());
    }
    if let Some(file) = files.first_of(&["setup.py", "pyproject.toml"])
        && files.own.iter().any(|path| path.ends_with("__init__.py"))
    {
        return Some(format!("`{file}` makes a package"));
    }
    let terraform = files.own.iter().any(|path| path.ends_with(".tf") && !path.contains('/'));
    terraform.then(|| "it is a Terraform module".to_string())
}
