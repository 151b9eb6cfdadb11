//! What a GitHub App signs with and is given stays where it belongs.
#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "these tests run the program")]

#[path = "support/scratch.rs"]
mod scratch;

use scratch::Scratch;
use std::process::{Command, Output};

/// Made for tests; it opens nothing.
const KEY: &str = include_str!("support/forge/app.pem");

const SHOP: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: shop, annotations: { backstage.io/techdocs-ref: \"dir:.\" } }
spec: { type: service, lifecycle: production, owner: nobody }
";

/// A portal with an app, and a page of a repository that shows `text`.
fn portal(name: &str, text: &str) -> Scratch {
    let work = Scratch::new(name);
    let app = "{ appId: 7, clientId: Iv1.x, privateKey: { $file: ../secrets/app.pem } }";
    work.write(
        "repos/app-config.yaml",
        format!("integrations: {{ github: [{{ host: github.com, apps: [{app}] }}] }}\n"),
    );
    work.write("secrets/app.pem", KEY);
    work.write("repos/shop/catalog-info.yaml", SHOP);
    work.write("repos/shop/mkdocs.yml", "site_name: Shop\nplugins: [techdocs-core]\n");
    work.write("repos/shop/docs/index.md", format!("# Shop\n\n```\n{text}\n```\n"));
    work
}

fn build(work: &Scratch) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_callboard"));
    command.args(["build", "repos", "--out", "out", "--offline", "--report", "report.json"]);
    command.current_dir(work.path()).env("CALLBOARD_CACHE_DIR", work.path().join("cache"));
    command.env("HOME", work.path().join("home")).output().expect("callboard runs")
}

/// Every file of the portal, the cache and the report that holds a line of the key.
fn leaks(work: &Scratch) -> Vec<String> {
    let lines: Vec<&str> = KEY.lines().filter(|line| line.len() > 40).collect();
    let files = walkdir::WalkDir::new(work.path()).into_iter().filter_map(Result::ok);
    let places = files.filter(|entry| entry.file_type().is_file()).map(|entry| entry.path().to_path_buf());
    let own = ["secrets", "repos"].map(|folder| work.path().join(folder));
    let holds = |path: &std::path::PathBuf| {
        let bytes = std::fs::read(path).unwrap_or_default();
        lines.iter().any(|line| memchr::memmem::find(&bytes, line.as_bytes()).is_some())
    };
    let foreign = places.filter(|path| !own.iter().any(|folder| path.starts_with(folder)));
    foreign.filter(holds).map(|path| path.display().to_string()).collect()
}

#[test]
fn a_private_key_is_nowhere_and_a_page_that_shows_it_is_not_published() {
    let work = portal("apps-quiet", "nothing");
    let quiet = build(&work);
    let said = String::from_utf8_lossy(&quiet.stderr).into_owned();
    assert!(quiet.status.success(), "{said}");
    assert_eq!(leaks(&work), [""; 0]);

    let line = KEY.lines().nth(1).expect("a line of the key");
    let work = portal("apps-leak", line);
    let refused = build(&work);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("would publish a secret") && !said.contains(line), "{said}");
    assert!(!work.path().join("out").exists());
}
