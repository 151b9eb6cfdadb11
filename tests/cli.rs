//! The program itself: exit codes, what is written and what is left alone, git, signals, the server.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "these tests run programs and look at the disk"
)]

#[path = "support/forge/mod.rs"]
#[expect(dead_code, reason = "other tests ask more of it")]
mod forge;
#[path = "support/scratch.rs"]
mod scratch;

use forge::{Api, Forge, Issue, Mood};
use scratch::Scratch;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longer than anything here takes, even on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

const TEAM: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: { name: team-a }
spec: { type: team, children: [] }
";

const SHOP: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: shop
  title: The shop
  description: Sells gramophones
  annotations: { backstage.io/techdocs-ref: \"dir:.\" }
spec: { type: service, lifecycle: production, owner: team-a }
";

/// Its owner is not in the catalog: one warning.
const ORPHAN: &str = "\
apiVersion: backstage.io/v1alpha1
kind: Component
metadata: { name: orphan }
spec: { type: service, lifecycle: production, owner: nobody-at-all }
";

#[test]
fn it_does_not_matter_where_one_stands() {
    let work = Work::new("standing");
    work.write(
        "portal/app-config.yaml",
        "catalog:\n  rules: [{ allow: [Component, Group] }]\n  locations:\n    - { type: file, target: ./teams/all.yaml }\n    \
         - { type: file, target: ./shop/catalog-info.yaml }\n",
    );
    work.write("portal/teams/all.yaml", TEAM);
    work.write("portal/shop/catalog-info.yaml", SHOP);
    let export = |folder: &str, arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_callboard"))
            .arg("export")
            .args(arguments)
            .current_dir(work.path(folder))
            .output()
            .expect("the program runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let outside = export("", &["portal"]);
    assert_eq!(outside.lines().count(), 2, "{outside}");
    assert_eq!(export("portal", &[]), outside);
    assert_eq!(export("portal", &["."]), outside);
    assert_eq!(export("portal/shop", &["catalog-info.yaml"]).lines().count(), 1);
    assert_eq!(export("portal/shop", &["./catalog-info.yaml"]).lines().count(), 1);
}

// Building

#[test]
fn the_example_builds_with_the_findings_its_readme_lists() {
    let work = Work::new("example");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("content-example");
    let run = work.run(["build".as_ref(), example.as_os_str(), "--out".as_ref(), "out".as_ref()]);
    run.succeeds();
    let report = work.json("out/build-report.json");
    let mut found: Vec<String> = report["diagnostics"]
        .as_array()
        .expect("a list of diagnostics")
        .iter()
        .filter(|finding| finding["severity"] != "info")
        .map(|finding| {
            let part = |key: &str| finding[key].as_str().unwrap_or_default().to_string();
            format!("{}/{}:{}", part("repo"), part("file"), finding["line"])
        })
        .collect();
    let readme = fs::read_to_string(example.join("README.md")).expect("the example has a README");
    let (_, shown) = readme.split_once("## Findings shown on purpose").expect("the README lists its findings");
    let mut listed: Vec<String> = shown
        .split('`')
        .filter(|code| code.starts_with("repos/") && code.contains(".yaml:"))
        .map(str::to_string)
        .collect();
    found.sort();
    listed.sort();
    assert!(listed.len() > 1, "the README names places");
    assert_eq!(found, listed, "{}", run.err);
    let run = work.run(["check".as_ref(), example.as_os_str(), "--format".as_ref(), "concise".as_ref()]);
    run.succeeds();
    let checked = run.out.lines().count();
    assert_eq!(checked, listed.len(), "a check finds the same: {}", run.out);
}

#[test]
fn pages_of_the_example_show_what_its_own_kinds_say() {
    let work = Work::new("example-kinds");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("content-example");
    work.run(["build".as_ref(), example.as_os_str(), "--out".as_ref(), "out".as_ref()]).succeeds();
    let page = |path: &str| fs::read_to_string(work.path("out/catalog").join(path)).expect("a page");
    let venue = page("default/venue/old-opera/index.html");
    assert!(venue.contains("Hamburg") && venue.contains("Sold through"), "a fact and a relation of a declared kind");
    assert!(page("default/component/storefront/index.html").contains("Sells"), "the relation from its other side");
    assert!(page("-/venue/index.html").contains("Cellar Theatre"), "a list of its own");
    let server = page("default/api/catalogue-assistant/index.html");
    assert!(server.contains("https://mcp.curtaincall.example/catalogue"), "the address of an MCP server");
    assert!(!work.path("out/catalog/default/api/catalogue-assistant/definition").exists(), "no empty definition");
}

#[test]
fn a_second_build_shows_the_findings_again_and_refuses_them_again() {
    let work = Work::with_shop("again-denied");
    work.write("repos/shop/broken.yaml", "");
    work.write(
        "repos/odd/catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata:\n  name: odd\nspec:\n  owner: nobody\n",
    );
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let run = work.run(["build", "repos", "--out", "out"]);
    run.succeeds();
    assert!(run.err.contains("Nothing changed") && run.err.contains("warning[unknown-owner]"), "{}", run.err);
    let run = work.run(["build", "repos", "--out", "out", "--deny", "warnings", "--report", "report.json"]);
    assert_eq!(run.code, 3, "{}", run.err);
    let report = work.json("report.json");
    assert_eq!(report["result"], "failed");
    assert!(report["diagnostics"].as_array().is_some_and(|found| !found.is_empty()));
}

#[test]
fn a_report_that_cannot_be_written_is_known_before_anything_is_published() {
    let work = Work::with_shop("report-nowhere");
    let run = work.run(["build", "repos", "--out", "out", "--report", "nowhere/report.json"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(!work.path("out").exists());
}

#[test]
fn nobody_listening_ends_no_build() {
    let work = Work::with_shop("closed");
    let status = std::process::Command::new("sh")
        .args([
            "-c",
            "exec \"$0\" build repos --out out --cache-dir cache 2>/dev/full",
            env!("CARGO_BIN_EXE_callboard"),
        ])
        .current_dir(work.path(""))
        .status()
        .expect("a shell runs");
    assert!(status.success());
    assert!(work.path("out/index.html").is_file());
}

#[test]
fn a_site_is_written_and_nothing_is_printed_on_stdout() {
    let work = Work::with_shop("build");
    let run = work.run(["build", "repos", "--out", "out"]);
    run.succeeds();
    assert_eq!(run.out, "");
    assert!(run.err.contains("Built `out`: 2 entities from 1 repository, 1 docs page"), "{}", run.err);
    let page = work.read("out/docs/default/component/shop/index.html");
    assert!(page.contains("<h1 id=\"shop\">Shop"), "{page}");
    for path in ["index.html", "404.html", "catalog/default/component/shop/index.html", "search/root.js", "_headers"] {
        assert!(work.path("out").join(path).is_file(), "{path}");
    }
    assert_eq!(work.companions("out"), [".out.callboard-lock"], "nothing is left behind");
}

#[test]
fn the_folder_public_is_written_where_no_other_is_named() {
    let work = Work::with_shop("public");
    work.run(["build", "repos"]).succeeds();
    assert!(work.path("public/index.html").is_file());
}

#[test]
fn a_second_build_of_the_same_says_so_and_keeps_every_byte() {
    let work = Work::with_shop("again");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let (before, since) = (work.tree("out"), work.modified("out/index.html"));
    let run = work.run(["build", "repos", "--out", "out", "--report", "report.json"]);
    run.succeeds();
    assert!(run.err.contains("Nothing changed in `out`: 2 entities from 1 repository, 1 docs page"), "{}", run.err);
    same(&before, &work.tree("out"));
    assert_eq!(work.modified("out/index.html"), since);
    assert_eq!(work.json("report.json")["result"], "ok");

    work.write("repos/shop/docs/index.md", "# Another shop\n");
    let run = work.run(["build", "repos", "--out", "out"]);
    run.succeeds();
    assert!(run.err.contains("Built `out`: 2 entities"), "{}", run.err);
    assert!(work.read("out/docs/default/component/shop/index.html").contains("Another shop"));
}

#[test]
fn a_site_that_was_tampered_with_is_built_again() {
    let work = Work::with_shop("tampered");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let before = work.tree("out");
    fs::remove_file(work.path("out/404.html")).expect("a page of the site");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    same(&before, &work.tree("out"));
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let work = Work::new("threads");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("content-example");
    for (jobs, out) in [("-j1", "one"), ("-j2", "two")] {
        let (cache, args) = (format!("cache-{out}"), ["build".as_ref(), example.as_os_str(), jobs.as_ref()]);
        let more = ["--out", out, "--cache-dir", &cache].map(OsStr::new);
        work.run(args.iter().chain(&more)).succeeds();
    }
    same(&work.tree("one"), &work.tree("two"));
}

#[test]
fn the_place_of_the_sources_changes_no_byte() {
    let (one, two) = (Work::with_shop("here"), Work::with_shop("there"));
    for work in [&one, &two] {
        let (repos, out) = (work.path("repos"), work.path("out"));
        work.run(["build".as_ref(), repos.as_os_str(), "--out".as_ref(), out.as_os_str()]).succeeds();
    }
    same(&one.tree("out"), &two.tree("out"));
}

#[test]
fn the_build_instant_is_an_input() {
    let work = Work::with_shop("instant");
    let build = |epoch: &str, out: &str| {
        work.run_with(["build", "repos", "--out", out], &[("SOURCE_DATE_EPOCH", epoch)]).succeeds();
    };
    build("1000000000", "a");
    build("1000000000", "b");
    build("1100000000", "c");
    same(&work.tree("a"), &work.tree("b"));
    assert!(work.read("a/build-report/index.html").contains("2001-09-09T01:46:40Z"));
    assert!(work.read("c/build-report/index.html").contains("2004-11-09T11:33:20Z"));
}

#[test]
fn a_descriptor_may_begin_with_a_byte_order_mark() {
    let work = Work::new("bom");
    work.write("repos/shop/catalog-info.yaml", format!("\u{feff}{TEAM}"));
    let run = work.run(["build", "repos", "--deny", "warnings"]);
    run.succeeds();
    assert!(work.path("public/catalog/default/group/team-a/index.html").is_file());
}

#[test]
fn one_broken_repository_costs_itself_alone() {
    let work = Work::with_shop("broken");
    work.write("repos/bad/catalog-info.yaml", format!("kind: [\n---\n{}", TEAM.replace("team-a", "team-b")));
    work.write("repos/worse/.git/HEAD", "nonsense");
    let run = work.run(["build", "repos", "--out", "out", "--report", "report.json"]);
    run.succeeds();
    assert!(run.err.contains("error[yaml-syntax]") && run.err.contains("bad/catalog-info.yaml:1:7"), "{}", run.err);
    assert!(run.err.contains("error[file-unreadable]"), "{}", run.err);
    for group in ["team-a", "team-b"] {
        assert!(work.path(&format!("out/catalog/default/group/{group}/index.html")).is_file(), "{group}");
    }
    let report = work.json("report.json");
    assert_eq!(
        (&report["result"], &report["exit"], &report["counts"]["errors"]),
        (&"ok-with-problems".into(), &0.into(), &2.into())
    );
}

// What is refused

#[test]
fn the_command_line_and_the_configuration_end_with_2() {
    let work = Work::with_shop("usage");
    work.write("bad/app-config.yaml", "callboard: { sorces: {} }\n");
    for args in [
        &["build", "--no-such-flag"][..],
        &["build", "no-such-folder"],
        &["build", "bad"],
        &["build", "repos", "--config", "none.yaml"],
        &["build", "repos", "--theme", "none"],
        &["build", "repos", "-j0"],
        &["search", "x", "--portal", "repos"],
        &["nonsense"],
        &[],
    ] {
        let run = work.run(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
        assert_eq!(run.out, "", "{args:?}");
        assert!(!run.err.is_empty(), "{args:?}");
    }
    assert!(work.run(["build", "bad"]).err.contains("Did you mean `sources`?"));
    assert!(!work.path("public").exists());
}

#[test]
fn a_disk_that_cannot_be_written_ends_with_1() {
    let work = Work::with_shop("disk");
    work.write("file", "in the way");
    let run = work.run(["build", "repos", "--out", "file/out"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert_eq!(work.read("file"), "in the way");
}

#[test]
fn a_folder_that_is_not_ours_is_left_untouched() {
    let work = Work::with_shop("foreign");
    work.write("out/precious.txt", "mine");
    work.write("file", "mine");
    let before = work.tree("");
    for out in ["out", "file"] {
        let run = work.run(["build", "repos", "--out", out]);
        assert_eq!(run.code, 2, "{}", run.err);
        assert!(run.err.contains(out), "{}", run.err);
    }
    same(&before, &work.tree(""));
}

#[test]
fn the_output_may_not_be_or_hold_the_sources() {
    let work = Work::with_shop("in-the-way");
    let before = work.tree("repos");
    for (dir, out) in
        [("repos", "repos"), ("repos/shop", "repos"), ("repos", "repos/../repos"), ("repos", "repos/shop")]
    {
        let run = work.run(["build", dir, "--out", out]);
        assert_eq!(run.code, 2, "{dir} into {out}: {}", run.err);
        same(&before, &work.tree("repos"));
    }
}

#[test]
fn the_output_may_lie_among_the_sources() {
    let work = Work::with_shop("inside");
    for _ in 0..2 {
        work.run(["build", "repos", "--out", "repos/public", "--deny", "warnings"]).succeeds();
    }
    let run = work.run(["build", "repos", "--out", "repos/public"]);
    assert!(run.err.contains("Nothing changed"), "an output is no input of the next build: {}", run.err);
}

#[test]
fn denied_findings_end_with_3_and_leave_the_old_site() {
    let work = Work::with_shop("deny");
    work.run(["build", "repos", "--out", "out", "--deny", "warnings"]).succeeds();
    let before = work.tree("out");
    work.write("repos/orphan/catalog-info.yaml", ORPHAN);
    let run = work.run(["build", "repos", "--out", "out", "--deny", "warnings", "--report", "report.json"]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.err.contains("warning[unknown-owner]"), "what is denied is shown: {}", run.err);
    assert!(run.err.contains("nothing was published"), "{}", run.err);
    same(&before, &work.tree("out"));
    assert_eq!(work.companions("out"), [".out.callboard-lock"]);
    let report = work.json("report.json");
    assert_eq!(
        (&report["exit"], &report["published"], &report["result"]),
        (&3.into(), &false.into(), &"failed".into())
    );

    work.run(["build", "repos", "--out", "out", "--deny", "errors"]).succeeds();
    let run = work.run(["build", "repos", "--out", "out", "--deny", "warnings"]);
    assert_eq!(run.code, 3, "also where nothing changed: {}", run.err);
}

#[test]
fn the_report_of_a_refused_build_names_what_was_refused() {
    let work = Work::with_shop("deny-report");
    work.write("repos/orphan/catalog-info.yaml", ORPHAN);
    let run = work.run(["build", "repos", "--deny", "warnings", "--report", "report.json"]);
    assert_eq!(run.code, 3, "{}", run.err);
    let report = work.json("report.json");
    let codes: Vec<&str> =
        report["diagnostics"].as_array().into_iter().flatten().filter_map(|finding| finding["code"].as_str()).collect();
    assert_eq!(codes, ["orphan-entity", "unknown-owner"], "{report}");
}

#[test]
fn reports_are_written_on_success_and_on_failure() {
    let work = Work::with_shop("report");
    work.run(["build", "repos", "--out", "out", "--report", "report.json"]).succeeds();
    let report = work.json("report.json");
    assert_eq!(
        (&report["schema"], &report["result"], &report["exit"], &report["published"]),
        (&1.into(), &"ok".into(), &0.into(), &true.into())
    );
    assert_eq!(report["repos"][0]["id"], "shop");
    assert!(report["timings"]["pages"].is_u64(), "{report}");
    assert!(work.json("out/build-report.json")["timings"].is_null(), "the copy inside the site holds no times");

    work.write("repos/app-config.yaml", "callboard: { sorces: {} }\n");
    assert_eq!(work.run(["build", "repos", "--out", "out", "--report", "report.json"]).code, 2);
    let report = work.json("report.json");
    assert_eq!(
        (&report["result"], &report["exit"], &report["published"]),
        (&"failed".into(), &2.into(), &false.into())
    );
}

// Locks and signals

#[test]
fn a_second_build_of_one_output_waits_or_ends_with_6() {
    let work = Work::with_shop("lock");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let before = work.tree("out");
    let lock = work.hold("out");
    let run = work.run(["build", "repos", "--out", "out", "--lock-wait", "1"]);
    assert_eq!(run.code, 6, "{}", run.err);
    assert!(run.err.contains("--lock-wait"), "{}", run.err);
    same(&before, &work.tree("out"));

    let waiting = work.start(["build", "repos", "--out", "out", "--lock-wait", "100"]);
    std::thread::sleep(Duration::from_millis(300));
    drop(lock);
    assert_eq!(finish(waiting).code, 0);
}

#[test]
fn a_signal_ends_the_wait_for_a_lock() {
    let work = Work::with_shop("signal-lock");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let before = work.tree("out");
    let _lock = work.hold("out");
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let child = work.start(["build", "repos", "--out", "out", "--lock-wait", "100"]);
        until_it_minds_signals(&child);
        send(signal, &child);
        let run = finish(child);
        assert_eq!(run.code, code, "{}", run.err);
        assert!(run.err.contains("nothing was published"), "{}", run.err);
        same(&before, &work.tree("out"));
    }
}

#[test]
fn a_signal_in_the_middle_of_a_build_leaves_the_old_site() {
    let work = Work::with_shop("signal-build");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let before = work.tree("out");
    let many: String = (0..3_000).map(|n| format!("{}---\n", ORPHAN.replace("orphan", &format!("part-{n}")))).collect();
    work.write("repos/many/catalog-info.yaml", many);
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let child = work.start(["build", "repos", "--out", "out", "-q"]);
        let start = Instant::now();
        let half_done = || {
            let temporary = work.companions("out").into_iter().find(|name| name.contains("callboard-tmp"));
            temporary.is_some_and(|name| work.path(&name).join("catalog").is_dir())
        };
        while !half_done() {
            assert!(start.elapsed() < PATIENCE, "the build never writes a page");
            std::thread::sleep(Duration::from_millis(5));
        }
        let sent = Instant::now();
        send(signal, &child);
        let run = finish(child);
        assert_eq!(run.code, code, "{}", run.err);
        assert!(sent.elapsed() < Duration::from_secs(10), "it ended {:?} later", sent.elapsed());
        same(&before, &work.tree("out"));
        assert_eq!(work.companions("out"), [".out.callboard-lock"], "nothing is left behind");
    }
}

#[test]
fn a_killed_build_leaves_the_old_site_and_the_next_one_cleans_up() {
    let work = Work::with_shop("killed");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let before = work.tree("out");
    let many: String = (0..2_000).map(|n| format!("{}---\n", ORPHAN.replace("orphan", &format!("part-{n}")))).collect();
    work.write("repos/many/catalog-info.yaml", many);
    let mut child = work.start(["build", "repos", "--out", "out", "-q"]);
    let start = Instant::now();
    while !work.companions("out").iter().any(|name| name.contains("callboard-tmp")) {
        assert!(start.elapsed() < PATIENCE, "the build never begins");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("it can be killed");
    let _ = child.wait();
    same(&before, &work.tree("out"));
    fs::remove_dir_all(work.path("repos/many")).expect("a repository");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    assert_eq!(work.companions("out"), [".out.callboard-lock"]);
    same(&before, &work.tree("out"));
}

// Git

#[test]
fn a_work_tree_is_read_at_its_last_commit() {
    let work = Work::with_shop("head");
    work.commit("repos/shop", "2024-05-06T07:08:09Z");
    work.write("repos/shop/docs/index.md", "# Not committed\n");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let page = "out/docs/default/component/shop/index.html";
    assert!(work.read(page).contains("<h1 id=\"shop\">"));
    work.run(["build", "repos", "--out", "out", "--working-tree"]).succeeds();
    assert!(work.read(page).contains("Not committed"));
    let status = git(&work.path("repos/shop"), &["status", "--short"]);
    assert_eq!(status.trim(), "M docs/index.md", "the work tree is left alone");
}

#[test]
fn a_file_that_is_not_committed_is_named() {
    let work = Work::with_shop("uncommitted");
    work.commit("repos/shop", "2024-05-06T07:08:09Z");
    work.write("repos/shop/new.yaml", ORPHAN);
    work.write(
        "app-config.yaml",
        "catalog: { rules: [{ allow: [Component] }], locations: [{ type: file, target: ./repos/shop/new.yaml }] }\n",
    );
    let run = work.run(["build", ".", "--out", "out"]);
    run.succeeds();
    assert!(run.err.contains("error[not-committed]") && run.err.contains("--working-tree"), "{}", run.err);
}

#[test]
fn pages_say_when_they_last_changed_and_who_did_it() {
    let work = Work::with_shop("history");
    work.commit("repos/shop", "2024-05-06T07:08:09Z");
    work.write("repos/shop/docs/more.md", "# More\n");
    work.commit("repos/shop", "2025-01-02T03:04:05Z");
    let head = git(&work.path("repos/shop"), &["rev-parse", "HEAD"]);
    work.run(["build", "repos", "--out", "out", "--report", "report.json"]).succeeds();
    let old = work.read("out/docs/default/component/shop/index.html");
    assert!(old.contains("2024-05-06T07:08:09Z") && old.contains("Ann Author"), "{old}");
    let new = work.read("out/docs/default/component/shop/more/index.html");
    assert!(new.contains("2025-01-02T03:04:05Z") && new.contains("Ann Author"), "{new}");
    let entity = work.read("out/catalog/default/component/shop/index.html");
    assert!(entity.contains("2024-05-06T07:08:09Z"), "the descriptor's own change: {entity}");
    assert_eq!(work.json("report.json")["repos"][0]["commit"], head.trim());
    assert!(
        work.read("out/build-report/index.html").contains("2025-01-02T03:04:05Z"),
        "the instant is the newest commit"
    );
}

#[test]
fn a_bare_repository_reads_like_a_work_tree() {
    let work = Work::with_shop("bare");
    work.commit("repos/shop", "2024-05-06T07:08:09Z");
    git(work.path("").as_path(), &["clone", "--quiet", "--bare", "repos/shop", "bare/shop.git"]);
    work.run(["build", "repos", "--out", "one"]).succeeds();
    work.run(["build", "bare", "--out", "two"]).succeeds();
    let pages = |out| {
        let mut tree = work.tree(out);
        tree.retain(|path, _| !path.starts_with(".callboard/"));
        tree
    };
    same(&pages("one"), &pages("two"));
}

#[test]
fn a_repository_without_a_commit_is_empty_and_no_error() {
    let work = Work::with_shop("unborn");
    fs::create_dir_all(work.path("repos/new")).expect("a folder");
    git(&work.path("repos/new"), &["init", "--quiet"]);
    let run = work.run(["build", "repos", "--out", "out", "--report", "report.json", "--deny", "errors"]);
    run.succeeds();
    assert!(run.err.contains("warning[repository-empty]"), "{}", run.err);
    assert_eq!(work.json("report.json")["repos"][0]["status"], "empty");
}

#[test]
fn a_known_origin_gives_links_to_the_forge() {
    let work = Work::with_shop("origin");
    work.commit("repos/shop", "2024-05-06T07:08:09Z");
    git(&work.path("repos/shop"), &["remote", "add", "origin", "https://ann:hunter2secret@github.com/acme/shop.git"]);
    work.run(["build", "repos", "--out", "out", "--report", "report.json"]).succeeds();
    let page = work.read("out/docs/default/component/shop/index.html");
    assert!(page.contains("https://github.com/acme/shop/edit/main/docs/index.md"), "{page}");
    assert!(page.contains("https://github.com/acme/shop/issues/new?title=Docs"), "{page}");
    let entity = work.read("out/catalog/default/component/shop/index.html");
    assert!(entity.contains("url:https://github.com/acme/shop/tree/main/"), "{entity}");
    work.holds_nowhere("hunter2secret");
}

#[test]
fn docs_that_the_code_left_behind_say_so() {
    let work = Work::with_shop("stale");
    let home = "out/docs/default/component/shop/index.html";
    let build = || {
        work.run(["build", "repos", "--out", "out", "--report", "report.json"]).succeeds();
        let report = work.json("report.json");
        let all = report["diagnostics"].as_array().expect("a list of diagnostics").iter();
        let stale = all.filter(|finding| finding["code"] == "docs-stale").map(|finding| finding["message"].to_string());
        (stale.collect::<Vec<_>>(), work.read(home).contains("is-stale"))
    };
    work.write("repos/shop/docs/more.md", "# More\n");
    work.write("repos/shop/main.rs", "fn main() {}\n");
    work.commit("repos/shop", "2024-01-01T00:00:00Z");
    assert_eq!(build(), (vec![], false));

    work.write("repos/shop/main.rs", "fn main() { run() }\n");
    work.commit("repos/shop", "2024-05-01T00:00:00Z");
    assert_eq!(build(), (vec![], false), "four months are not long");

    work.write("repos/shop/README.md", "Not code.\n");
    work.write("repos/shop/Cargo.lock", "Nor is this.\n");
    work.write(
        "repos/shop/other/catalog-info.yaml",
        SHOP.replace("name: shop", "name: other").replace("dir:.", "dir:../none"),
    );
    work.write("repos/shop/other/main.rs", "// Code of another one.\n");
    work.commit("repos/shop", "2025-01-01T00:00:00Z");
    assert_eq!(build(), (vec![], false), "nothing of this is the shop's code");

    work.write("repos/shop/lib.rs", "pub fn run() {}\n");
    work.commit("repos/shop", "2025-02-01T00:00:00Z");
    let (stale, marked) = build();
    assert!(marked);
    assert_eq!(
        stale,
        [
            "\"This page was last changed on 2024-01-01; 2 files of its code changed since, the last on 2025-02-01. The same \
          goes for 1 more page of this documentation\""
        ]
    );
    let health = part(&work, "out/health/index.html", "behind");
    assert!(health.contains("2 of 2 pages are behind") && health.contains("397 days behind"), "{health}");
    assert!(health.contains("2 files since") && health.contains("data-owners=\"group:default/team-a\""), "{health}");
    let card = part(&work, "out/catalog/default/component/shop/index.html", "scorecard");
    assert!(card.contains("to do: </span>has docs as new as its code"), "{card}");
    work.write("repos/app-config.yaml", "callboard: { docs: { staleAfter: 400 } }\n");
    assert_eq!(build(), (vec![], false), "the operator decides how long");
    work.write("repos/app-config.yaml", "callboard: { docs: { staleAfter: 30 } }\n");
    assert!(build().1);

    // At the end of a shallow clone nobody knows who wrote what, and when.
    let far = format!("file://{}", work.path("repos/shop").display());
    git(&work.path(""), &["clone", "--quiet", "--depth", "1", &far, "shallow"]);
    work.run(["build", "shallow", "--out", "out"]).succeeds();
    assert!(!work.read(home).contains("Last changed"));
    work.write("shallow/docs/index.md", "# Again\n");
    work.commit("shallow", "2025-03-01T00:00:00Z");
    work.run(["build", "shallow", "--out", "out"]).succeeds();
    assert!(work.read(home).contains("Last changed"));
    assert!(!work.read("out/docs/default/component/shop/more/index.html").contains("Last changed"));
}

#[test]
fn activity_tells_what_changed_in_the_last_weeks() {
    let work = Work::with_shop("activity");
    let part = SHOP.replace("name: shop", "name: part").replace("dir:.", "dir:../none");
    work.write("repos/shop/part/catalog-info.yaml", part);
    work.commit_as("repos/shop", "Begin", "2024-05-06T07:08:09Z");
    work.write("repos/shop/part/main.rs", "fn main() {}\n");
    work.commit_as("repos/shop", "Change <b>the part</b> & \u{1b}[31mmore\n\nWith a body.", "2025-01-02T03:04:05Z");
    work.write("repos/shop/src/lib.rs", "pub fn run() {}\n");
    work.commit_as("repos/shop", "Change the shop", "2025-01-02T08:00:00Z");
    let branch = ["checkout", "--quiet", "-b", "side", "HEAD~1"];
    git(&work.path("repos/shop"), &branch);
    work.write("repos/shop/src/side.rs", "pub fn walk() {}\n");
    work.commit_as("repos/shop", "On the side", "2025-01-03T08:00:00Z");
    git(&work.path("repos/shop"), &["checkout", "--quiet", "main"]);
    git_at(&work.path("repos/shop"), &["merge", "--quiet", "--message=Join", "side"], "2025-01-04T08:00:00Z");
    work.write("repos/app-config.yaml", "app: { baseUrl: 'https://portal.example/p/' }\n");
    git(&work.path("repos/shop"), &["remote", "add", "origin", "https://github.com/acme/shop.git"]);
    work.run(["build", "repos", "--out", "out"]).succeeds();

    let page = work.read("out/activity/index.html");
    let order =
        ["Friday, 3 January 2025", "On the side", "Thursday, 2 January 2025", "Change the shop", "Change &lt;b&gt;"];
    let at: Vec<_> = order.iter().map(|words| page.find(words)).collect();
    assert!(at.iter().all(Option::is_some) && at.is_sorted(), "{at:?}: {page}");
    assert!(!page.contains("<b>the part") && !page.contains('\u{1b}'), "{page}");
    assert!(!page.contains("Begin") && !page.contains("Join"), "one is old, one changed no file itself: {page}");
    assert!(!page.contains("With a body"));

    let changes = |entity: &str| {
        let page = work.read(&format!("out/catalog/default/component/{entity}/index.html"));
        page.split_once("id=\"changes\"").map(|(_, card)| card.split("</section>").next().unwrap_or("").to_string())
    };
    let (shop, part) = (changes("shop").expect("changes"), changes("part").expect("changes"));
    assert!(shop.contains("On the side") && shop.contains("Begin") && !shop.contains("the part"), "{shop}");
    assert!(part.contains("the part") && part.contains("Begin") && !part.contains("On the side"), "{part}");

    let feed = work.read("out/activity/feed.atom");
    assert!(
        feed.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">")
    );
    assert!(feed.contains("<id>https://portal.example/p/activity/feed.atom</id>"), "{feed}");
    assert!(feed.contains("<updated>2025-01-03T08:00:00Z</updated>") && !feed.contains('\u{1b}'), "{feed}");
    assert_eq!(feed.matches("<entry>").count(), 3);
    assert!(feed.contains("<title>Change &lt;b&gt;the part&lt;/b&gt; &amp; [31mmore</title>"), "{feed}");
    assert!(feed.contains("<link rel=\"alternate\" href=\"https://github.com/acme/shop/commit/"), "{feed}");
    let home = work.read("out/index.html");
    assert!(home.contains("type=\"application/atom+xml\" title=\"Activity\" href=\"activity/feed.atom\""), "{home}");

    // An entity that is described in one repository and lives in another has the changes of its code.
    let far = SHOP.replace("name: shop", "name: far").replace(
        "dir:.\"",
        "dir:.\", backstage.io/source-location: \"url:https://github.com/acme/shop/tree/main/src/\"",
    );
    work.write("repos/central/catalog-info.yaml", far);
    work.commit_as("repos/central", "Describe", "2025-01-04T00:00:00Z");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let far = changes("far").expect("changes");
    assert!(far.contains("On the side") && !far.contains("Describe") && !far.contains("the part"), "{far}");

    // At the end of a shallow clone a commit seems to bring all that is older.
    let far = format!("file://{}", work.path("repos/shop").display());
    git(&work.path(""), &["clone", "--quiet", "--depth", "1", &far, "shallow"]);
    work.run(["build", "shallow", "--out", "out"]).succeeds();
    assert!(!work.read("out/catalog/default/component/shop/index.html").contains("id=\"changes\""));
    assert!(!work.path("out/activity/feed.atom").exists());
}

#[test]
fn adoption_shows_what_to_add_next() {
    let work = Work::with_shop("adoption");
    work.commit("repos/shop", "2024-11-06T07:08:09Z");
    work.write("repos/shop/orphan/catalog-info.yaml", ORPHAN);
    work.commit("repos/shop", "2025-01-02T07:08:09Z");
    work.write("repos/bad/catalog-info.yaml", "apiVersion: backstage.io/v1alpha1\nkind: Component\n");
    work.write("repos/printer/README.md", "# Printer\n\nPrints <b>tickets</b> & more.\n");
    work.write("repos/printer/go.mod", "module printer\n");
    work.commit("repos/printer", "2025-01-01T07:08:09Z");
    git(&work.path("repos/printer"), &["remote", "add", "origin", "https://github.com/acme/printer.git"]);
    let run = work.run(["build", "repos", "--out", "out"]);
    run.succeeds();

    let page = work.read("out/adoption/index.html");
    let section = |id: &str| {
        let (_, card) = page.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id}: {page}"));
        card.split("</section>").next().unwrap_or_default().to_string()
    };
    let missing = section("missing");
    let link = "https://github.com/acme/printer/new/main?filename=catalog-info.yaml&amp;value=";
    assert!(missing.contains(link) && missing.contains("%0Akind%3A+Component%0A"), "{missing}");
    assert!(missing.contains("acme/printer") && !missing.contains("<b>tickets"), "{missing}");
    assert!(!missing.contains("orphan") && !missing.contains(">bad<"), "{missing}");
    assert!(section("failed").contains("bad/catalog-info.yaml"));

    // The shop's team has all but an API; nobody is there to own the orphan.
    let teams = section("teams");
    assert!(teams.find("nobody-at-all") < teams.find("team-a"), "what lacks most comes first: {teams}");
    assert!(teams.contains("0 % <span class=\"count\">0 of 1") && teams.contains("100 % <span class=\"count\">1 of 1"));
    let repositories = section("repositories");
    assert!(repositories.contains("none") && repositories.contains("failed") && repositories.contains("yes"));

    // Two came in November, one in January.
    let trend = section("trend");
    let months: Vec<&str> = trend.split("<time").skip(1).collect();
    assert!(months[0].contains("January 2025") && months[0].contains("\"num\">3</td><td class=\"num\">1"), "{trend}");
    assert!(months[1].contains("December 2024") && months[1].contains("\"num\">2</td><td class=\"num\">0"), "{trend}");
    assert!(months[2].contains("November 2024") && months[2].contains("\"num\">2</td><td class=\"num\">2"), "{trend}");
}

#[test]
fn entity_pages_lead_to_where_one_says_what_is_wrong() {
    let work = Work::with_shop("feedback");
    let group = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: { name: team-a }\nspec:\n  type: team\n  children: []\n  \
                 profile: { email: team-a@acme.example }\n";
    let named =
        SHOP.replace("name: shop", "name: named").replace("dir:.\"", "dir:.\", github.com/project-slug: acme/named");
    work.write("repos/shop/catalog-info.yaml", format!("{SHOP}---\n{group}---\n{named}"));
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let page = |name: &str| work.read(&format!("out/catalog/default/component/{name}/index.html"));
    let mail = "mailto:team-a@acme.example?subject=Component%3A%20The%20shop&amp;body=%0A%0A-%20Page%3A%20The%20shop";
    assert!(page("shop").contains(mail), "{}", page("shop"));
    assert!(page("named").contains("https://github.com/acme/named/issues/new?title=Component%3A+The+shop&amp;body="));

    work.commit("repos/shop", "2024-05-06T07:08:09Z");
    git(&work.path("repos/shop"), &["remote", "add", "origin", "https://gitlab.com/acme/shop.git"]);
    work.run(["build", "repos", "--out", "out"]).succeeds();
    assert!(
        page("shop").contains("https://gitlab.com/acme/shop/-/issues/new?issue%5Btitle%5D=Component"),
        "{}",
        page("shop")
    );
    assert!(
        page("named").contains("https://github.com/acme/named/issues/new?"),
        "the annotation says more than the origin"
    );
}

/// A shop on a forge of its own, whose issues with the labels `docs` and `feedback` are wanted.
fn with_tracker(name: &str, key: &str, api: &str) -> Work {
    let work = Work::with_shop(name);
    work.write("repos/shop/docs/other.md", "# Other\n\nMore.\n");
    let second = SHOP.replace("name: shop", "name: till").replace("The shop", "The till");
    work.write("repos/shop/second/catalog-info.yaml", second.replace(", backstage.io/techdocs-ref: \"dir:.\"", ""));
    work.commit("repos/shop", "2024-05-06T07:08:09Z");
    git(&work.path("repos/shop"), &["remote", "add", "origin", "https://git.example/acme/shop.git"]);
    let base = if key == "gitea" { "baseUrl" } else { "apiBaseUrl" };
    work.write(
        "repos/app-config.yaml",
        format!(
            "app: {{ baseUrl: 'https://x.example/p/' }}\ncatalog: {{ rules: [{{ allow: [Component, Group] }}] }}\n\
             integrations:\n  {key}: [{{ host: git.example, {base}: '{api}', token: hunter2secret }}]\n\
             callboard: {{ feedback: {{ labels: [docs, feedback] }} }}\n"
        ),
    );
    work
}

/// The card of what was reported on a page, in one line.
fn reported(work: &Work, page: &str) -> String {
    let page = work.read(&format!("out/{page}/index.html"));
    let card = page.split_once("id=\"reported\"").map_or("", |(_, rest)| rest);
    let end = card.find("</section>").or_else(|| card.find("</details>")).unwrap_or(0);
    card[..end].replace('\n', " ")
}

#[test]
fn issues_come_back_onto_the_pages_that_they_name() {
    let page = "- Page: Other, https://x.example/p/docs/default/component/shop/other/\n- File: docs/other.md\n";
    let file = "- Page: Shop, https://old.example/shop/\n- File: second/catalog-info.yaml\n";
    let entity = "- Page: The shop, https://x.example/p/catalog/default/component/shop/";
    let elsewhere = "- Page: X, https://x.example/p/catalog/default/group/team-a/\n- File: ../../secrets\n";
    let mut issues = vec![
        Issue::new(1, "About <b>a page</b>\u{202e}", page, &["docs", "Urgent & <i>odd</i>"]),
        Issue::new(2, "About a file", file, &["feedback"]),
        Issue::new(3, "About an entity", entity, &["docs", "feedback"]),
        Issue::new(4, "About nothing", "It is slow.", &["feedback"]),
        Issue::new(5, "Unlabelled", page, &["bug"]),
        Issue::new(6, "A group's", elsewhere, &["docs"]),
    ];
    issues.push(Issue { is_pull: true, ..Issue::new(7, "A pull request", page, &["docs"]) });
    for (api, key, path, prefix, address) in [
        (Api::GitHub, "github", "/api/v3/repos/acme/shop/issues", "/api/v3", "https://git.example/acme/shop/issues/1"),
        (
            Api::GitLab,
            "gitlab",
            "/api/v4/projects/acme%2Fshop/issues",
            "/api/v4",
            "https://git.example/acme/shop/-/issues/1",
        ),
        // Of Gitea the address says where its pages are, too.
        (Api::Gitea, "gitea", "/api/v1/repos/acme/shop/issues", "", ""),
    ] {
        let mut issues = issues.clone();
        if api == Api::GitLab {
            issues.push(Issue { is_confidential: true, ..Issue::new(8, "A secret", page, &["docs"]) });
        }
        let forge = Forge::start(api, path, issues);
        let work = with_tracker(&format!("issues-{key}"), key, &format!("http://{}{prefix}", forge.address));
        let run = work.run(["build", "repos", "--out", "out"]);
        run.succeeds();
        assert!(!run.err.contains("issues-"), "{}", run.err);
        let asked = forge.asked();
        let own = format!("http://{}/acme/shop/issues/1", forge.address);
        let address = if api == Api::Gitea { &own } else { address };
        let word = if api == Api::Gitea { "token hunter2secret" } else { "Bearer hunter2secret" };
        assert!(asked.len() == 2 && asked.iter().all(|asked| asked.header("authorization") == Some(word)), "{asked:?}");

        let shop = reported(&work, "catalog/default/component/shop");
        for title in ["About &lt;b&gt;a page&lt;/b&gt;<", "About an entity", "About nothing"] {
            assert_eq!(shop.matches(title).count(), 1, "{title}: {shop}");
        }
        assert!(shop.contains(&format!("href=\"{address}\"")) && !shop.contains("evil.example"), "{shop}");
        assert!(shop.contains("Urgent &amp; &lt;i&gt;odd") && shop.contains("2026-11-20T08:00:00Z"), "{shop}");
        assert!(shop.contains("about <a href=\"../../../../docs/default/component/shop/other/\">"), "{shop}");
        for other in ["About a file", "Unlabelled", "pull request", "secret", "octocat", "A group"] {
            assert!(!shop.contains(other), "{other}: {shop}");
        }
        let till = reported(&work, "catalog/default/component/till");
        assert!(
            till.contains("About a file") && till.contains("About nothing") && !till.contains("an entity"),
            "{till}"
        );
        let other = reported(&work, "docs/default/component/shop/other");
        assert!(other.contains("a page") && !other.contains("nothing") && !other.contains("about <a"), "{other}");
        assert_eq!(reported(&work, "docs/default/component/shop"), "");
        let group = reported(&work, "catalog/default/group/team-a");
        assert!(group.contains("A group") && !group.contains("nothing"), "{group}");
        work.holds_nowhere("evil.example");

        // The same answers, the same site; what did not change is not sent again.
        let built = work.tree("out");
        let run = work.run(["build", "repos", "--out", "out"]);
        assert!(run.err.contains("Nothing changed"), "{}", run.err);
        assert!(forge.asked().iter().all(|asked| asked.status == 304));
        work.run(["build", "repos", "--out", "out", "--offline"]).succeeds();
        assert!(forge.asked().is_empty());
        same(&built, &work.tree("out"));

        // One was closed.
        forge.has(vec![Issue::new(4, "About nothing", "It is slow.", &["feedback"])]);
        work.run(["build", "repos", "--out", "out"]).succeeds();
        assert!(!reported(&work, "catalog/default/component/shop").contains("an entity"));
        assert_eq!(reported(&work, "docs/default/component/shop/other"), "");
    }
}

#[test]
fn a_tracker_that_gives_no_answer_keeps_its_last_one() {
    let path = "/api/v3/repos/acme/shop/issues";
    let forge = Forge::start(Api::GitHub, path, vec![Issue::new(4, "It is slow", "", &["docs"])]);
    let elsewhere = Forge::start(Api::GitHub, path, vec![Issue::new(5, "From elsewhere", "", &["docs"])]);
    let work = with_tracker("issues-kept", "github", &format!("http://{}/api/v3", forge.address));
    let page = "catalog/default/component/shop";
    let build = |work: &Work| {
        let run = work.run(["build", "repos", "--out", "out"]);
        run.succeeds();
        run.err
    };
    let run = work.run(["build", "repos", "--out", "out", "--offline"]);
    assert!(run.err.contains("warning[issues-unread]") && run.err.contains("this build asks nobody"), "{}", run.err);

    // Before there is any answer, there is nothing to show.
    forge.is_in(Mood::Fails(404, "X-A: b"));
    let told = build(&work);
    assert!(
        told.contains("`https://git.example/acme/shop` cannot be read: it is not there, or the token may"),
        "{told}"
    );
    assert_eq!(reported(&work, page), "");

    forge.is_in(Mood::Well);
    assert!(!build(&work).contains("issues-unread"));
    let card = reported(&work, page);
    assert!(card.contains("It is slow") && !card.contains("could not be read"), "{card}");

    forge.asked();
    for (mood, why) in [
        (Mood::Fails(403, "X-RateLimit-Remaining: 0"), "it takes no more questions for now (status 403)"),
        (Mood::Fails(403, "X-A: b"), "it is refused; the token may not read it (status 403)"),
        (Mood::Fails(429, "Retry-After: 60"), "it takes no more questions for now (status 429)"),
        (Mood::Fails(401, "X-A: b"), "the token is not accepted (status 401)"),
        (Mood::Fails(503, "X-A: b"), "the host has a fault of its own (status 503)"),
        (Mood::Fails(200, "X-A: b"), "its answer is no list of issues"),
        (Mood::Fails(304, "X-A: b"), ""),
        (Mood::BreaksOff, "its answer broke off"),
        (Mood::Moved(format!("http://{}", elsewhere.address)), "it redirects to another host"),
    ] {
        if let Mood::BreaksOff = mood {
            forge.has(vec![Issue::new(9, "Another", "", &["docs"])]);
        }
        forge.is_in(mood);
        let told = build(&work);
        let asked = forge.asked();
        assert!(asked.len() <= 2 && (why.is_empty() || asked.len() == 1), "it is not asked on and on: {asked:?}");
        let card = reported(&work, page);
        assert!(card.contains("It is slow"), "{why}: {card}");
        if why.is_empty() {
            assert!(!card.contains("could not be read") && !told.contains("issues-unread"), "{told}");
            continue;
        }
        assert!(told.contains(why) && told.contains("those of an earlier build are shown"), "{why}: {told}");
        assert!(
            card.contains("GitHub could not be read for this build") && card.contains("2026-11-22T10:00:00Z"),
            "{card}"
        );
    }
    assert!(elsewhere.asked().is_empty(), "nobody goes there, and no token");

    // Within the host a repository may move, but not for ever.
    forge.is_in(Mood::Renamed);
    assert!(!build(&work).contains("issues-unread"));
    assert!(reported(&work, page).contains("Another"));
    assert!(forge.asked().iter().all(|asked| asked.header("authorization").is_some()));
    forge.is_in(Mood::Moved(format!("http://{}", forge.address)));
    assert!(build(&work).contains("it redirects too often"));
    assert_eq!(forge.asked().len(), 4);
    // Repositories without a tracker are as if it were empty.
    forge.is_in(Mood::Fails(410, "X-A: b"));
    assert!(!build(&work).contains("issues-unread"));
    assert_eq!(reported(&work, page), "");

    let config = work.read("repos/app-config.yaml");
    work.write("repos/app-config.yaml", config.replace("labels: [docs, feedback]", "labels: []"));
    forge.asked();
    build(&work);
    assert!(forge.asked().is_empty(), "nobody wants them");
    work.run(["check", "repos"]).succeeds();
}

#[test]
fn of_many_issues_the_newest_are_shown() {
    let issue = |number| Issue::new(number, &format!("Number {number}."), "", &["docs"]);
    let path = "/api/v3/repos/acme/shop/issues";
    let forge = Forge::start(Api::GitHub, path, (1..=150).rev().map(issue).collect());
    let work = with_tracker("issues-many", "github", &format!("http://{}/api/v3", forge.address));
    let run = work.run(["build", "repos", "--out", "out"]);
    run.succeeds();
    assert_eq!(forge.asked().len(), 3, "two pages of one label, one of the other");
    let report = work.json("out/build-report.json").to_string();
    assert!(report.contains("issues-cut") && report.contains("has more than 100 open issues"), "{report}");
    let card = reported(&work, "catalog/default/component/shop");
    assert!(card.contains("Number 150.") && card.contains("Number 145.") && !card.contains("Number 144."), "{card}");
    let all = "https://git.example/acme/shop/issues?q=is%3Aissue+is%3Aopen+label%3A%22docs%22%2C%22feedback%22";
    assert!(card.contains(&format!("94 more are open on <a href=\"{all}\">GitHub</a>")), "{card}");
}

/// A section of a page, by its id.
fn part(work: &Work, page: &str, id: &str) -> String {
    let page = work.read(page);
    let (_, part) = page.split_once(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("no {id} in {page}"));
    part.split("</section>").next().unwrap_or_default().to_string()
}

#[test]
fn scorecards_say_what_moves_a_team_to_the_next_level() {
    let work = Work::with_shop("scorecard");
    let others = "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: till, description: Takes money. }\n\
                  spec: { type: library, lifecycle: production, owner: team-a }\n---\n\
                  apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: old, description: Was. }\n\
                  spec: { type: library, lifecycle: deprecated, owner: team-a }\n---\n\
                  apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: bare }\n\
                  spec: { type: library, lifecycle: production, owner: team-b }\n";
    work.write(
        "repos/shop/catalog-info.yaml",
        format!("{SHOP}---\n{TEAM}---\n{}{others}", TEAM.replace("team-a", "team-b")),
    );
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let scores = part(&work, "out/health/index.html", "scores");
    let (first, second) = scores.split_once("group:default/team-a").expect("a row for each team");
    assert!(first.contains("To Bronze") && first.contains("has a description <span class=\"count\">1"), "{first}");
    assert!(second.contains("To Silver") && second.contains("has documentation"), "{second}");
    assert!(
        second.contains("component/till/") && !second.contains("component/old/"),
        "what goes is not scored: {second}"
    );
    let card = part(&work, "out/catalog/default/component/bare/index.html", "scorecard");
    assert!(card.contains("no level yet") && card.contains("to do: </span>has a description"), "{card}");
    assert!(card.contains("passed: </span>has an owner in the catalog"), "{card}");

    work.write(
        "repos/app-config.yaml",
        "catalog: { rules: [{ allow: [Component, Group] }] }\n\
         callboard: { scorecard: [{ level: Seen, checks: [owner] }, { level: Told, checks: [docs, nothing] }] }\n",
    );
    let run = work.run(["build", "repos", "--out", "out"]);
    assert!(run.err.contains("there is no check `nothing`"), "{run:?}");
    let own = work.read("repos/app-config.yaml").replace(", nothing", "");
    work.write("repos/app-config.yaml", own);
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let scores = part(&work, "out/health/index.html", "scores");
    assert!(scores.contains("To Told") && !scores.contains("Bronze"), "{scores}");
    work.write(
        "repos/app-config.yaml",
        "callboard: { scorecard: [] }\ncatalog: { rules: [{ allow: [Component, Group] }] }\n",
    );
    work.run(["build", "repos", "--out", "out"]).succeeds();
    assert!(!work.read("out/health/index.html").contains("id=\"scores\""), "no levels, no scorecard");
    assert!(!work.read("out/catalog/default/component/bare/index.html").contains("id=\"scorecard\""));
}

#[test]
fn a_portal_keeps_the_history_of_its_health() {
    let work = Work::with_shop("history");
    work.commit("repos/shop", "2026-11-04T00:00:00Z");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    assert!(!work.read("out/health/index.html").contains("id=\"trend\""), "nobody asked for it");
    let config = "callboard: { history: ./history.json }\ncatalog: { rules: [{ allow: [Component, Group] }] }\n";
    work.write("repos/app-config.yaml", config);
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let trend = part(&work, "out/health/index.html", "trend");
    assert!(trend.contains("The trend begins with this week"), "{trend}");

    work.write("repos/history.json", work.read("out/health/history.json"));
    work.write("repos/shop/catalog-info.yaml", format!("{SHOP}---\n{TEAM}").replace("owner: team-a", "owner: nobody"));
    work.commit("repos/shop", "2026-11-25T00:00:00Z");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let trend = part(&work, "out/health/index.html", "trend");
    assert!(trend.contains("since the week of 2026-11-02") && trend.contains("2026-11-23"), "{trend}");
    assert!(trend.contains("Warnings <strong>1</strong> <span class=\"count\">0 then"), "{trend}");
    let history = work.json("out/health/history.json");
    assert_eq!(history["weeks"].as_array().map(Vec::len), Some(2), "{history}");

    work.write("repos/history.json", work.read("out/health/history.json"));
    work.run(["build", "repos", "--out", "again"]).succeeds();
    assert_eq!(work.read("again/health/history.json"), work.read("out/health/history.json"), "a week has one row");

    work.write("repos/history.json", "{}");
    let run = work.run(["build", "repos", "--out", "out"]);
    assert!(run.err.contains("history.json") && run.err.contains("missing field `schema`"), "{run:?}");
}

#[test]
fn usage_shows_what_is_read_and_who_depends_on_it() {
    let work = Work::with_shop("usage");
    let till = "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: till }\n\
                spec: { type: service, lifecycle: production, owner: team-b, dependsOn: [component:shop] }\n";
    work.write(
        "repos/shop/catalog-info.yaml",
        format!("{SHOP}---\n{TEAM}---\n{}{till}", TEAM.replace("team-a", "team-b")),
    );
    work.run(["build", "repos", "--out", "out"]).succeeds();
    assert!(!work.path("out/usage/index.html").exists(), "nobody counts");
    assert!(!work.read("out/index.html").contains("Most read"));
    assert!(!work.read("out/health/index.html").contains("Most read"));

    work.write(
        "repos/app-config.yaml",
        "app: { baseUrl: 'https://x.example/p/' }\ncatalog: { rules: [{ allow: [Component, Group] }] }\n\
         callboard: { usage: ./views.csv }\n",
    );
    work.write(
        "repos/views.csv",
        "path,views,date\n/p/catalog/default/component/shop/,7,2026-11-22\n/p/docs/default/component/shop/,5,2026-11-20\n\
         /p/docs/default/component/shop/,3,2026-10-20\n/p/catalog/default/component/shopping/,90,2026-11-22\n/p/,40,2026-11-22\n",
    );
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let shop = work.read("out/catalog/default/component/shop/index.html");
    let (_, readers) = shop.split_once("id=\"readers\"").expect("it says who reads it");
    let readers = readers.split("</section>").next().unwrap_or_default();
    assert!(readers.contains("<strong>12</strong> views in the 28 days up to Sunday, 22 November 2026"), "{readers}");
    assert!(readers.contains("; 3 in the 28 days before") && readers.contains("1 entity uses it"), "{readers}");
    assert!(readers.contains("group:default/team-b") && !readers.contains("group:default/team-a"), "{readers}");
    let usage = work.read("out/usage/index.html");
    assert!(usage.contains("142 views of all pages"), "{usage}");
    let (most, least) = usage.split_once("id=\"least\"").expect("two lists");
    assert!(most.contains("The shop") && !most.contains("till") && least.contains("till"), "{usage}");
    let home = work.read("out/index.html");
    assert!(home.contains("Most read") && home.contains("12 views"), "{home}");
    let health = work.read("out/health/index.html");
    let (_, reads) = health.split_once("id=\"reads\"").expect("health tells it too");
    assert!(
        reads.contains("Most read") && reads.contains("The shop") && reads.contains("href=\"../usage/\""),
        "{reads}"
    );
    assert!(reads.contains("data-owners=\"group:default/team-a\""), "its filter knows the owners");

    work.write("repos/views.csv", "path,views,date\n");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    assert!(!work.path("out/usage/index.html").exists(), "nobody was counted yet");
    work.write("repos/views.csv", "no table\n");
    let run = work.run(["build", "repos", "--out", "out"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("`./views.csv` cannot be read: no line of it is `path,views,date`"), "{}", run.err);
}

#[test]
fn people_come_only_from_sources_that_the_configuration_names() {
    let work = Work::with_shop("people");
    let location = |target: &str| {
        format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{ name: more }}\nspec: {{ target: '{target}' }}\n"
        )
    };
    let far = location("https://github.com/acme/staff/blob/main/staff.yaml");
    work.write("repos/shop/catalog-info.yaml", format!("{TEAM}{far}"));
    work.write("repos/staff/catalog-info.yaml", "# read for its own sake\n");
    work.write(
        "repos/staff/staff.yaml",
        TEAM.replace("team-a", "intruder") + "---\n" + &ORPHAN.replace("nobody-at-all", "team-a"),
    );
    for name in ["shop", "staff"] {
        let folder = format!("repos/{name}");
        work.commit(&folder, "2024-05-06T07:08:09Z");
        git(&work.path(&folder), &["remote", "add", "origin", &format!("git@github.com:acme/{name}.git")]);
    }
    let run = work.run(["build", "repos", "--out", "out"]);
    run.succeeds();
    assert!(run.err.contains("error[kind-not-allowed]") && run.err.contains("staff/staff.yaml:3:19"), "{}", run.err);
    assert!(!work.path("out/catalog/default/group/intruder").exists());
    assert!(work.path("out/catalog/default/component/orphan/index.html").is_file(), "other kinds are let in");
}

#[test]
fn a_remote_is_fetched_kept_when_it_is_gone_and_not_needed_offline() {
    let work = Work::with_shop("remote");
    work.commit("repos/shop", "2024-05-06T07:08:09Z");
    git(&work.path(""), &["clone", "--quiet", "--bare", "repos/shop", "far/shop.git"]);
    let url = format!("file://{}", work.path("far/shop.git").display());
    let config = |more: &str| {
        format!(
            "catalog: {{ rules: [{{ allow: [Component, Group] }}] }}\ncallboard:\n  sources: {{ git: ['{url}'] }}\n{more}"
        )
    };
    let page = "out/docs/default/component/shop/index.html";

    work.write("portal/app-config.yaml", config(""));
    let run = work.run(["build", "portal", "--out", "out"]);
    run.succeeds();
    assert!(
        run.err.contains("error[repository-unreachable]") && run.err.contains("callboard.gitProtocols"),
        "{}",
        run.err
    );
    assert!(!work.path(page).exists());

    work.write("portal/app-config.yaml", config("  gitProtocols: [file]\n"));
    let run = work.run(["build", "portal", "--out", "out", "--offline"]);
    run.succeeds();
    assert!(run.err.contains("it was never fetched"), "{}", run.err);

    let run = work.run([
        "build",
        "portal",
        "--out",
        "out",
        "--report",
        "report.json",
        "--deny",
        "warnings",
        "--deny",
        "stale",
    ]);
    run.succeeds();
    assert!(work.read(page).contains("<h1 id=\"shop\">"));
    assert_eq!(work.json("report.json")["repos"][0]["status"], "fresh");
    let fetched = work.tree("out");

    fs::rename(work.path("far"), work.path("gone")).expect("the remote can be moved away");
    work.run(["build", "portal", "--out", "out", "--offline", "--deny", "stale"]).succeeds();
    same(&fetched, &work.tree("out"));

    let run = work.run(["build", "portal", "--out", "out", "--report", "report.json"]);
    run.succeeds();
    assert!(run.err.contains("warning[repository-stale]"), "{}", run.err);
    assert!(work.read(page).contains("<h1 id=\"shop\">"), "the last good state is shown");
    let report = work.json("report.json");
    assert_eq!((&report["repos"][0]["status"], &report["counts"]["stale"]), (&"stale".into(), &1.into()));
    assert!(report["repos"][0]["reason"].is_string(), "{report}");
    let stale = work.tree("out");

    for _ in 0..2 {
        let run = work.run(["build", "portal", "--out", "out", "--deny", "stale"]);
        assert_eq!(run.code, 3, "{}", run.err);
        same(&stale, &work.tree("out"));
    }

    fs::rename(work.path("gone"), work.path("far")).expect("the remote comes back");
    work.write("repos/shop/docs/index.md", "# Fetched again\n");
    work.commit("repos/shop", "2025-05-06T07:08:09Z");
    let bare = work.path("far/shop.git").display().to_string();
    git(&work.path("repos/shop"), &["push", "--quiet", &bare, "main"]);
    work.run(["build", "portal", "--out", "out", "--deny", "stale"]).succeeds();
    assert!(work.read(page).contains("Fetched again"));
}

#[test]
fn versions_are_fetched_where_they_are_asked_for() {
    let work = Work::with_shop("versions");
    work.commit("repos/shop", "2024-05-06T07:08:09Z");
    let shop = work.path("repos/shop");
    git(&shop, &["tag", "v0.9"]);
    git(&shop, &["tag", "v1.0"]);
    git(&shop, &["tag", "other"]);
    work.write("repos/shop/docs/index.md", "# Newer\n");
    work.commit("repos/shop", "2025-05-06T07:08:09Z");
    git(&work.path(""), &["clone", "--quiet", "--bare", "repos/shop", "far/shop.git"]);
    let url = format!("file://{}", work.path("far/shop.git").display());
    let config = |techdocs: &str| {
        format!(
            "catalog: {{ rules: [{{ allow: [Component, Group] }}] }}\ncallboard:\n  sources: {{ git: ['{url}'] }}\n  \
             gitProtocols: [file]\n{techdocs}"
        )
    };
    let args = ["build", "portal", "--out", "out", "--report", "report.json", "--deny", "warnings"];
    let kept = || -> String {
        let cache = fs::read_dir(work.path("cache/git")).expect("the cache holds a repository");
        let mut inside = cache.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
        let repository = inside.next().expect("the cache holds a repository");
        let refs = git2::Repository::open(repository).expect("it is a repository");
        let mut refs = refs.references().expect("it has refs");
        refs.names().map(|name| name.unwrap().to_string() + " ").collect()
    };

    work.write("portal/app-config.yaml", config(""));
    work.run(args).succeeds();
    assert_eq!(kept(), "refs/callboard/fetched ", "nothing is fetched that nobody asked for");
    let counts = work.json("report.json")["counts"].clone();

    work.write("portal/app-config.yaml", config("  techdocs: { versions: [{ of: '*', refs: ['v*'] }] }\n"));
    work.run(args).succeeds();
    assert!(kept().contains("refs%2Ftags%2Fv1.0 ") && !kept().contains("other"), "{}", kept());
    let base = "out/docs/default/component/shop/-/v/";
    let page = work.read(&format!("{base}v1.0/index.html"));
    let older = work.read(&format!("{base}v0.9/index.html"));
    let robots = "<meta name=\"robots\" content=\"noindex\">";
    assert!(page.contains("<h1 id=\"shop\">") && !page.contains(robots), "the latest release is to be found: {page}");
    assert!(older.contains("<h1 id=\"shop\">") && older.contains(robots), "older ones are not: {older}");
    assert!(!work.path(&format!("{base}v1.0/index.md")).exists(), "versions have no twins");
    let now = work.json("report.json")["counts"].clone();
    for same in ["docs_pages", "search_documents", "repos"] {
        assert_eq!(counts[same], now[same], "{same}");
    }
    let current = work.read("out/docs/default/component/shop/index.html");
    assert!(current.contains("Version <bdi>main</bdi>") && current.contains("Newer"), "{current}");
    let online = work.tree("out");

    fs::rename(work.path("far"), work.path("gone")).expect("the remote can be moved away");
    fs::remove_dir_all(work.path("out")).expect("the site can be removed");
    work.run(["build", "portal", "--out", "out", "--offline"]).succeeds();
    same(&online, &work.tree("out"));
    fs::rename(work.path("gone"), work.path("far")).expect("the remote comes back");

    let far = work.path("far/shop.git");
    git(&far, &["tag", "--force", "v1.0", "main"]);
    git(&far, &["tag", "v1.1", "main"]);
    git(&far, &["update-ref", "refs/tags/v9-blob", git(&far, &["rev-parse", "main:docs/index.md"]).trim()]);
    work.run(args).succeeds();
    assert!(work.read("report.json").contains("`v9-blob` has no docs"), "a tag of a blob is skipped");
    assert!(work.read(&format!("{base}v1.0/index.html")).contains("Newer"), "a tag that was moved is seen");
    assert!(work.read(&format!("{base}latest/index.html")).contains("-/v/v1.1/"));
}

// Secrets

#[test]
fn a_token_never_leaves_the_configuration() {
    let work = Work::with_shop("token");
    let token = "ghp_0123456789abcdefghij";
    work.write("repos/app-config.yaml", "catalog: { rules: [{ allow: [Component, Group] }] }\nintegrations: { github: [{ host: github.com, token: '${TOKEN}' }] }\ncallboard: { sources: { filesystem: [.] } }\n");
    let build = || {
        let args = ["build", "repos", "--out", "out", "--report", "report.json", "-v", "--timings"];
        work.run_with(args, &[("TOKEN", token)])
    };
    let run = build();
    run.succeeds();
    assert!(!run.err.contains(token));
    work.holds_nowhere(token);
    let before = work.tree("out");

    work.write("repos/shop/docs/index.md", format!("# Shop\n\nCall it with `{token}`.\n"));
    let run = build();
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(!run.err.contains(token), "the value is not repeated: {}", run.err);
    assert!(!work.read("report.json").contains(token));
    same(&before, &work.tree("out"));
}

#[test]
fn a_token_beside_a_finding_is_not_shown_with_it() {
    let work = Work::with_shop("token-line");
    let token = "ghp_0123456789abcdefghij";
    let integrations = format!("integrations: {{ github: [{{ token: {token} }}], azure: [] }}");
    work.write("repos/app-config.yaml", format!("catalog: {{ rules: [] }}\n{integrations}\n"));
    let run = work.run(["build", "repos", "-v"]);
    run.succeeds();
    assert!(run.err.contains("info[config-unused-key]"), "{}", run.err);
    assert!(!run.err.contains(token), "{}", run.err);
}

#[test]
fn a_password_in_an_address_is_never_shown() {
    let work = Work::new("password");
    work.write(
        "app-config.yaml",
        "catalog: { rules: [] }\ncallboard: { sources: { git: ['https://ann:hunter2secret@127.0.0.1:9/shop.git'] } }\n",
    );
    let run = work.run(["build", ".", "--out", "out", "--report", "report.json", "-v"]);
    run.succeeds();
    assert!(run.err.contains("error[repository-unreachable]"), "{}", run.err);
    assert!(!run.err.contains("hunter2secret"), "not in what is said, which holds excerpts: {}", run.err);
    for path in ["report.json", "out/build-report.json", "out/build-report/index.html"] {
        assert!(!work.read(path).contains("hunter2secret"), "{path}");
    }
}

#[test]
fn paths_of_this_machine_stay_here() {
    let work = Work::with_shop("machine");
    work.write("repos/worse/.git/HEAD", "nonsense");
    let out = work.path("out");
    let repos = work.path("repos");
    work.run(["build".as_ref(), repos.as_os_str(), "--out".as_ref(), out.as_os_str()]).succeeds();
    let here = work.path("").display().to_string();
    for (path, bytes) in work.tree("out") {
        assert!(
            !String::from_utf8_lossy(&bytes).contains(here.trim_end_matches('/')),
            "out/{path} names a path of this machine"
        );
    }
}

// What people see

#[test]
fn search_answers_from_a_built_portal() {
    let work = Work::with_shop("search");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let run = work.run(["search", "gramophones", "--portal", "out"]);
    run.succeeds();
    assert!(run.out.contains("The shop  ") && run.out.contains("catalog/default/component/shop/"), "{}", run.out);
    assert!(!run.out.contains('\u{1b}'), "no colours into a pipe");

    let run = work.run(["search", "gramophones", "--portal", "out", "--json"]);
    run.succeeds();
    let results: Json = serde_json::from_str(&run.out).expect("JSON on stdout");
    assert_eq!(results["hits"][0]["title"], "The shop", "{results}");
    assert_eq!(run.err, "");

    let run = work.run(["search", "zzzzqqqq", "--portal", "out"]);
    run.succeeds();
    assert_eq!(run.out, "");
    assert!(run.err.contains("Nothing found"), "{}", run.err);

    let run = work.run(["search", "kind:component -kind:docs", "--portal", "out"]);
    run.succeeds();
    assert!(run.out.starts_with("The shop  component\n"), "{}", run.out);
    let run = work.run(["search", "shop", "kind:teapot", "--portal", "out"]);
    assert!(run.err.contains("No page has kind `teapot`"), "{}", run.err);
}

#[test]
fn search_explains_a_hit() {
    let work = Work::with_shop("search-explain");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let run = work.run(["search", "gramofones", "--portal", "out", "--explain"]);
    run.succeeds();
    assert!(run.out.contains("gramofones: mistyped, stem `gramophon`, 6/16"), "{}", run.out);
    assert!(run.err.contains("Did you mean `gramophones`?"), "{}", run.err);
    let run = work.run(["search", "gramofones shop", "--portal", "out", "--explain"]);
    assert!(run.out.contains("of its words * (32/32)^2 held * 48/32 with those in the title, boost"), "{}", run.out);
    let run = work.run(["search", "shop", "--portal", "out", "--explain", "--json"]);
    let results: Json = serde_json::from_str(&run.out).expect("JSON on stdout");
    assert_eq!(results["hits"][0]["explanation"]["is_named"], true, "{results}");
}

#[test]
fn judged_queries_fail_when_relevance_drops() {
    let work = Work::with_shop("search-test");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let good = r#"{"query": "gramophones", "relevant": ["component:default/shop"], "within": 1}"#;
    let bad = r#"{"query": "gramophones", "relevant": ["docs/default/component/other/"]}"#;
    work.write("good.jsonl", format!("{good}\n\n{good}\n"));
    let run = work.run(["search", "--test", "good.jsonl", "--portal", "out", "--least", "0.99"]);
    run.succeeds();
    assert_eq!(run.out, "2 of 2 queries passed, MRR@10 1.000\n");
    work.write("bad.jsonl", format!("{good}\n{bad}\n"));
    let run = work.run(["search", "--test", "bad.jsonl", "--portal", "out"]);
    assert_eq!(run.code, 3, "{}", run.err);
    assert!(run.out.contains("gramophones: not found\n  docs/default/component/other/\n"), "{}", run.out);
    assert!(run.err.contains("1 of 2 judged queries failed"), "{}", run.err);
    work.write("broken.jsonl", format!("{good}\n{{\"query\": 1}}\n"));
    let run = work.run(["search", "--test", "broken.jsonl", "--portal", "out"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("broken.jsonl:2:"), "{}", run.err);
    for args in [["--limit", "0"], ["--least", "2"], ["--least", "0.5"], ["--portal", "ftp://host"]] {
        let run = work.run(["search", "shop"].into_iter().chain(args));
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
    }
}

#[test]
fn impact_tells_what_a_change_reaches() {
    let work = Work::new("impact");
    let component = |name: &str, spec: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{name: {name}}}\n\
             spec: {{type: service, lifecycle: production, owner: team-{name}, {spec}}}\n---\n"
        )
    };
    let api = "apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata: {name: pay-api}\n\
               spec: {type: openapi, lifecycle: production, owner: team-pay, definition: x}\n---\n";
    let group = "apiVersion: backstage.io/v1alpha1\nkind: Group\nmetadata: {name: team-web}\n\
                 spec: {type: team, children: []}\n";
    let all = component("pay", "providesApis: [pay-api], dependsOn: [component:ledger]")
        + &component("ledger", "")
        + &component("web", "consumesApis: [pay-api]")
        + api
        + group;
    work.write("repo/catalog-info.yaml", all);
    let run = work.run(["impact", "pay", "--source", "repo"]);
    run.succeeds();
    let lines: Vec<&str> = run.out.lines().map(str::trim_end).collect();
    assert_eq!(lines[0], "What depends on component:default/pay: 2");
    assert_eq!(lines[1], "   1  api:default/pay-api    provided by                       group:default/team-pay");
    assert_eq!(lines[2], "   2  component:default/web  consumes API api:default/pay-api  group:default/team-web");
    assert!(
        lines.contains(&"   1  component:default/ledger  dependency of   group:default/team-ledger"),
        "{}",
        run.out
    );
    assert!(run.out.ends_with("Owners to tell\n   1  group:default/team-web\n   1  nobody: no owner in the catalog\n"));

    let run = work.run(["impact", "ledger", "--to", "web", "--source", "repo"]);
    run.succeeds();
    assert_eq!(
        run.out,
        "component:default/ledger\n  dependency of component:default/pay\n  provides API api:default/pay-api\n  \
         consumed by component:default/web\n"
    );
    let run = work.run(["impact", "web", "--to", "group:team-web", "--source", "repo"]);
    assert_eq!(run.code, 3, "{}", run.err);
    let run = work.run(["impact", "pay", "--depth", "1", "--format", "refs", "--source", "repo"]);
    assert_eq!(run.out, "api:default/pay-api\n");
    let run = work.run(["impact", "pay", "--format", "json", "--source", "repo"]);
    let json: Json = serde_json::from_str(&run.out).expect("JSON on stdout");
    assert_eq!(
        json["owners"][0],
        serde_json::json!({"ref": "group:default/team-web", "entities": ["component:default/web"]})
    );
    let run = work.run(["impact", "ledgr", "--source", "repo"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("Did you mean `ledger`?"), "{}", run.err);
}

#[test]
fn help_has_examples_and_completions_are_there() {
    let work = Work::new("help");
    for args in [
        &["--help"][..],
        &["build", "--help"],
        &["serve", "--help"],
        &["search", "--help"],
        &["init", "--help"],
        &["schema", "--help"],
        &["completions", "--help"],
    ] {
        let run = work.run(args);
        run.succeeds();
        assert!(run.out.contains("Examples:\n  callboard "), "{args:?}: {}", run.out);
        assert_eq!(run.err, "", "{args:?}");
    }
    for shell in ["bash", "zsh", "fish"] {
        let run = work.run(["completions", shell]);
        run.succeeds();
        assert!(run.out.contains("callboard") && run.out.contains("lock-wait"), "{shell}");
    }
    let run = work.run(["--version"]);
    assert_eq!(run.out.trim(), concat!("callboard ", env!("CARGO_PKG_VERSION")));
}

// Schemas

#[test]
fn schemas_take_the_example_and_refuse_what_is_wrong() {
    let work = Work::new("schema");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("content-example");
    let config = example.join("app-config.yaml");
    let run =
        work.run(["schema".as_ref(), "--out".as_ref(), "schemas".as_ref(), "--config".as_ref(), config.as_os_str()]);
    run.succeeds();
    assert!(run.out.is_empty() && run.err.contains("Wrote 13 schemas into `schemas`"), "{}", run.err);
    let schema = |name: &str| {
        let json = work.json(&format!("schemas/{name}.schema.json"));
        assert_eq!(json["$schema"], "http://json-schema.org/draft-07/schema#", "{name}");
        jsonschema::validator_for(&json).expect("a JSON Schema")
    };
    let descriptor = schema("catalog-info");
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(example.join("repos")).into_iter().flatten() {
        let path = entry.path();
        let is_descriptor = path.extension().is_some_and(|ending| ending == "yaml")
            && !path.components().any(|part| matches!(part.as_os_str().to_str(), Some("skeleton" | "api")));
        if !is_descriptor || path.is_dir() {
            continue;
        }
        let text = fs::read_to_string(path).expect("the example can be read");
        for document in callboard::yaml::parse(&text) {
            let json = document.result.expect("the example is YAML").to_json();
            let of_kind = schema(&json["kind"].as_str().unwrap_or_default().to_lowercase());
            for schema in [&descriptor, &of_kind] {
                let found = schema.validate(&json).map_err(|error| error.to_string());
                assert_eq!(found, Ok(()), "{}: {}", path.display(), json["metadata"]["name"]);
            }
            let mut faulty = json.clone();
            faulty["metadata"]["name"] = "a b".into();
            assert!(!descriptor.is_valid(&faulty) && !of_kind.is_valid(&faulty), "{faulty}");
            seen += 1;
        }
    }
    assert!(seen > 50, "the example's descriptors are found");
    let config = fs::read_to_string(config).expect("the example has a configuration");
    let mut config = callboard::yaml::parse_one(&config).expect("YAML").to_json();
    assert!(schema("app-config").is_valid(&config));
    config["callboard"] = serde_json::json!({ "them": "x" });
    assert!(!schema("app-config").is_valid(&config));
}

#[test]
fn a_portal_carries_the_schemas_of_its_own_kinds() {
    let work = Work::with_shop("schema-site");
    work.write(
        "app-config.yaml",
        "catalog: { rules: [{ allow: [Component, Group] }] }\ncallboard:\n  sources: { filesystem: [repos] }\n  \
         kinds: [{ kind: Board, apiVersions: [example.com/v1] }]\n",
    );
    work.run(["build", "--out", "out"]).succeeds();
    let run = work.run(["schema"]);
    run.succeeds();
    assert!(run.out.contains("\"Board\"") && run.err.is_empty(), "{}", run.err);
    assert_eq!(work.read("out/schema/catalog-info.schema.json"), run.out);
    assert_eq!(work.run(["schema", "Board"]).out, work.read("out/schema/board.schema.json"));
    assert_eq!(work.run(["schema", "config"]).out, work.read("out/schema/app-config.schema.json"));
    work.run(["schema", "user", "-o", "one"]).succeeds();
    assert_eq!(work.tree("one").into_keys().collect::<Vec<_>>(), ["user.schema.json"]);
}

#[test]
fn a_schema_that_does_not_exist_is_guessed_at() {
    let work = Work::new("schema-none");
    let run = work.run(["schema", "componet"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("there is no kind `componet`") && run.err.contains("Did you mean `component`?"),
        "{run:?}"
    );
    work.write("app-config.yaml", "callboard: { sorces: {} }");
    assert_eq!(work.run(["schema"]).code, 2, "a configuration with errors declares nothing that can be relied on");
    work.run(["schema", "config"]).succeeds();
}

// First descriptors

#[test]
fn a_first_descriptor_is_drafted_from_what_a_repository_shows() {
    let work = Work::new("init");
    work.write("shop/README.md", "# The Shop\n\nSells gramophones: old ones, \"new\" ones.\n");
    work.write("shop/CODEOWNERS", "* @acme/team-shop\n");
    work.write("shop/Dockerfile", "FROM scratch\n");
    work.write("shop/main.go", "package main\n");
    work.write("shop/docs/index.md", "# Shop\n");
    work.write("shop/api/openapi.yaml", "openapi: 3.0.0\ninfo: { title: Shop, version: '1' }\npaths: {}\n");
    work.commit("shop", "2026-01-01T00:00:00Z");
    git(&work.path("shop"), &["remote", "add", "origin", "https://ann:geheim@github.com/acme/gramophones.git"]);
    git(&work.path("shop"), &["tag", "v1.2.0"]);

    let shown = work.run(["init", "shop", "--stdout"]);
    shown.succeeds();
    assert!(!work.path("shop/catalog-info.yaml").exists());
    let run = work.run(["init", "shop"]);
    run.succeeds();
    let text = work.read("shop/catalog-info.yaml");
    assert_eq!((run.out.as_str(), &text), ("", &shown.out));
    for line in [
        "  name: gramophones\n",
        "  title: The Shop\n",
        "    github.com/project-slug: acme/gramophones\n",
        "  lifecycle: production # ",
        "  owner: team-shop # ",
        "    $text: ./api/openapi.yaml\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(run.err.contains("name: `gramophones`, from the git remote `github.com/acme/gramophones`"), "{}", run.err);
    assert!(run.err.ends_with("read the comments in it, then run `callboard check`\n"), "{}", run.err);
    assert!(!format!("{}{text}", run.err).contains("geheim"), "{}", run.err);

    work.write("org/catalog-info.yaml", TEAM.replace("team-a", "team-shop"));
    work.run(["build", ".", "--working-tree", "--out", "out", "--deny", "warnings"]).succeeds();
    assert!(work.path("out/catalog/default/api/gramophones-api/index.html").is_file());
}

#[test]
fn a_descriptor_that_is_there_is_not_written_over() {
    let work = Work::new("init-again");
    work.write("shop/catalog-info.yml", "mine");
    let run = work.run(["init", "shop"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("there is `shop/catalog-info.yml` already") && run.err.contains("--stdout"),
        "{}",
        run.err
    );
    assert_eq!(work.read("shop/catalog-info.yml"), "mine");
    work.run(["init", "shop", "--force"]).succeeds();
    assert!(work.read("shop/catalog-info.yml").contains("  name: shop\n"));
    assert!(!work.path("shop/catalog-info.yaml").exists());
    assert_eq!(work.run(["init", "nowhere"]).code, 2);
    assert_eq!(work.run(["init", "shop", "--stdout", "--force"]).code, 2);
}

#[test]
fn a_folder_below_a_repository_gets_a_descriptor_of_its_own() {
    let work = Work::new("init-part");
    work.write("shops/services/orders/package.json", "{ \"name\": \"@acme/orders\" }");
    work.write("shops/.github/CODEOWNERS", "/services/orders/ @acme/team-orders\n");
    work.commit("shops", "2026-01-01T00:00:00Z");
    let run = work.run(["init", "shops", "--stdout"]);
    assert!(run.err.contains("`callboard init FOLDER` drafts one: `services/orders`"), "{}", run.err);
    work.run(["init", "shops/services/orders"]).succeeds();
    let text = work.read("shops/services/orders/catalog-info.yaml");
    assert!(text.contains("  name: orders\n") && text.contains("  owner: team-orders # "), "{text}");
}

#[test]
fn quiet_says_nothing_and_color_does_as_it_is_told() {
    let work = Work::with_shop("talk");
    work.write("repos/orphan/catalog-info.yaml", ORPHAN);
    for _ in 0..2 {
        let run = work.run(["build", "repos", "--out", "out", "--quiet"]);
        run.succeeds();
        assert_eq!((run.out.as_str(), run.err.as_str()), ("", ""));
    }
    let colored = |args: &[&str]| {
        let run = work.run(["build", "repos", "--out", args[0]].iter().chain(&args[1..]));
        run.succeeds();
        assert!(run.err.contains("unknown-owner"), "{}", run.err);
        run.err.contains('\u{1b}')
    };
    assert!(!colored(&["a"]), "no colours into a pipe");
    assert!(colored(&["b", "--color", "always"]));
    assert!(!colored(&["c", "--color", "never"]));
}

#[test]
fn a_name_cannot_steer_a_terminal() {
    let work = Work::new("terminal");
    let owner = ORPHAN.replace("nobody-at-all", "\"no\\e[31mbody\\nerror: forged\"");
    work.write("repos/a/catalog-info.yaml", owner);
    let run = work.run(["build", "repos", "--out", "out"]);
    run.succeeds();
    assert!(run.err.contains("unknown-owner"), "{}", run.err);
    assert!(!run.err.contains('\u{1b}'), "{}", run.err);
    assert!(run.err.lines().all(|line| !line.trim_start().starts_with("error: forged")), "{}", run.err);
}

#[test]
fn a_brand_is_a_few_tokens_and_two_pictures() {
    let work = Work::with_shop("brand");
    work.write("theme/theme.toml", "accent = { light = \"#a5341f\", dark = \"#f08a72\" }\nradius = \"2px\"\n");
    work.write("theme/assets/brand.css", "p { color: red }\n");
    work.write("logo.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    work.write("tab.PNG", "no real picture");
    work.write("repos/app-config.yaml", "callboard:\n  logo: ../logo.svg\n  favicon: ../tab.PNG\n  theme: ../theme\n");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let brand = ":root {\n  --accent: light-dark(#a5341f, #f08a72);\n  --radius: 2px;\n  --accent-wash: color-mix(in srgb, var(--accent) \
                 18%, var(--paper));\n}\np { color: red }\n";
    assert_eq!(work.read("out/assets/brand.css"), brand);
    let page = work.read("out/catalog/index.html");
    assert!(page.contains("<img class=\"logo\" src=\"../assets/brand/logo.svg\" alt=\"\">"), "{page}");
    assert!(page.contains("<link rel=\"icon\" type=\"image/png\" href=\"../assets/brand/favicon.png\">"), "{page}");
    assert_eq!(work.read("out/assets/brand/favicon.png"), "no real picture");

    work.write("theme/theme.toml", "radius = \"2px\"\nacent = \"red\"\n");
    let run = work.run(["build", "repos", "--out", "out"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("there is no token `acent`") && run.err.contains("Did you mean `accent`?"), "{}", run.err);
    work.write("repos/app-config.yaml", "callboard: {logo: ../logo.txt}\n");
    let run = work.run(["build", "repos", "--out", "out"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("is no picture"), "{}", run.err);
}

#[test]
fn a_theme_replaces_single_files() {
    let work = Work::with_shop("theme");
    work.write("theme/templates/404.html", "<p>Lost in {{ page.portal }}, <b>{{ page.title }}</b></p>");
    work.write("theme/assets/own.css", "p { color: red }");
    work.run(["build", "repos", "--out", "out", "--theme", "theme"]).succeeds();
    assert!(work.read("out/404.html").starts_with("<p>Lost in Developer Portal, "));
    assert_eq!(work.read("out/assets/own.css"), "p { color: red }");
    assert!(work.read("out/index.html").contains("<!doctype html>"), "other templates are the built-in ones");

    let before = work.tree("out");
    work.write("theme/templates/404.html", "{{ page.portal ");
    let run = work.run(["build", "repos", "--out", "out", "--theme", "theme"]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("404.html"), "the template is named: {}", run.err);
    same(&before, &work.tree("out"));
}

#[test]
fn a_large_documentation_is_not_repeated_on_each_of_its_pages() {
    let work = Work::with_shop("large-docs");
    work.write(
        "repos/shop/catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  annotations:\n    \
         backstage.io/techdocs-ref: dir:.\nspec: {type: service, lifecycle: production, owner: me}\n",
    );
    work.write("repos/shop/mkdocs.yml", "site_name: Shop\n");
    work.write("repos/shop/docs/index.md", "# Start\n");
    for folder in ["first", "second"] {
        for number in 0..240 {
            work.write(&format!("repos/shop/docs/{folder}/p{number:03}.md"), format!("# {folder} {number}\n"));
        }
    }
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let entries = |page: &str| {
        let html = work.read(&format!("out/docs/default/component/shop/{page}index.html"));
        let nav = html.split_once("id=\"docnav\"").expect("a navigation").1.split_once("</nav>").expect("its end").0;
        let links =
            nav.split("<a href=\"").skip(1).map(|link| link.split(['"', '<', '>']).collect::<Vec<_>>().join(" "));
        links.collect::<Vec<_>>()
    };
    let start = entries("");
    assert!(start.len() < 12, "{start:#?}");
    assert!(
        start.iter().any(|link| link.contains("/first/p000/ ")),
        "a folded section leads to its first page: {start:#?}"
    );
    let inside = entries("second/p120/");
    assert!((200..220).contains(&inside.len()), "{}", inside.len());
    let holds = |text: &str| inside.iter().any(|link| link.contains(text));
    assert!(holds("20 before") && holds("19 after") && holds("second 120") && !holds("first 1"), "{inside:#?}");
}

#[test]
fn the_portal_speaks_the_language_of_the_configuration() {
    let work = Work::with_shop("language");
    work.write("repos/app-config.yaml", "callboard: { language: de, theme: ../theme }\n");
    work.write("theme/strings/de.toml", "[word]\ncatalog = \"Verzeichnis <b>\"\n");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let page = work.read("out/catalog/index.html");
    assert!(page.contains("<html lang=\"de\""), "{page}");
    assert!(page.contains("<h1>Verzeichnis &lt;b&gt;</h1>") && page.contains(">Lebenszyklus</th>"), "{page}");
    assert!(work.read("out/assets/copy.js").contains("t(\"Kopiert\")"));

    work.write("theme/strings/de.toml", "[word]\ncatalog = 1\n");
    let run = work.run(["build", "repos", "--out", "out"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("strings/de.toml: `word.catalog` is no text"), "{}", run.err);
    work.write("repos/app-config.yaml", "callboard: { language: fr }\n");
    let run = work.run(["build", "repos", "--out", "out"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("There are texts in `de`, `en`."), "{}", run.err);
}

#[test]
fn links_may_name_files_for_readers_without_script() {
    let work = Work::with_shop("links");
    work.run(["build", "repos", "--out", "out", "--file-links"]).succeeds();
    let mut seen = 0;
    for (path, bytes) in work.tree("out").iter().filter(|(path, _)| path.ends_with(".html") && *path != "404.html") {
        let html = String::from_utf8_lossy(bytes);
        for href in html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let target = href.split(['#', '?']).next().unwrap_or_default();
            if target.is_empty() || target.contains(':') {
                continue;
            }
            assert!(!target.ends_with('/'), "out/{path} links to the folder `{href}`");
            let file = work.path("out").join(path).parent().expect("a folder").join(target);
            assert!(file.is_file(), "out/{path} links to `{href}`, which does not exist");
            seen += 1;
        }
    }
    assert!(seen > 20, "there are links");
}

#[test]
fn every_link_of_the_example_leads_somewhere() {
    let work = Work::new("example-links");
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("content-example");
    work.run(["build".as_ref(), example.as_os_str(), "--out".as_ref(), "out".as_ref()]).succeeds();
    for (path, bytes) in work.tree("out").iter().filter(|(path, _)| path.ends_with(".html") && *path != "404.html") {
        let html = String::from_utf8_lossy(bytes);
        let links =
            html.split(" href=\"").chain(html.split(" src=\"")).skip(1).filter_map(|rest| rest.split('"').next());
        for link in links.filter(|link| !link.contains([':', '<', '\n'])) {
            let target = link.split(['#', '?']).next().unwrap_or_default();
            let file = work.path("out").join(path).parent().expect("a folder").join(target);
            let there = if target.is_empty() || target.ends_with('/') {
                file.join("index.html").is_file()
            } else {
                file.is_file()
            };
            assert!(there || target.is_empty(), "out/{path} links to `{link}`, which does not exist");
        }
    }
}

// The catalog as data

#[test]
fn an_etag_changes_with_its_entity_and_a_uid_never() {
    let work = Work::with_shop("etags");
    let build = || {
        work.run(["build", "repos", "--out", "out"]).succeeds();
        let page = work.json("out/api/catalog/entities.json");
        let entities = page.as_array().expect("a list of entities").clone();
        let part = |entity: &Json, key: &str| entity["metadata"][key].as_str().expect("a text").to_string();
        let read = |entity: &Json| (part(entity, "name"), (part(entity, "uid"), part(entity, "etag")));
        entities.iter().map(read).collect::<BTreeMap<_, _>>()
    };
    let before = build();
    assert_eq!(before["shop"].0, "7d740837-7eef-594b-af45-6ac056895b20");
    work.write("repos/shop/docs/index.md", "# Another page\n");
    assert_eq!(build(), before, "documentation is no part of an entity");
    work.write("repos/shop/catalog-info.yaml", format!("{}---\n{TEAM}", SHOP.replace("gramophones", "records")));
    let after = build();
    assert_ne!(after["shop"].1, before["shop"].1);
    assert_eq!(after["shop"].0, before["shop"].0);
    assert_eq!(after["team-a"], before["team-a"]);
}

#[test]
fn a_large_catalog_comes_in_pages_that_name_the_next() {
    let work = Work::new("pages");
    let resource = |number: usize| {
        format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: Resource\nmetadata: {{ name: r{number:04} }}\n\
             spec: {{ type: bucket, owner: team-a }}\n"
        )
    };
    let resources: String = (0..1000).map(resource).collect();
    work.write("repos/stock/catalog-info.yaml", resources);
    work.write("repos/team/catalog-info.yaml", TEAM);
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let index = work.json("out/api/catalog/index.json");
    assert_eq!((&index["total"], &index["pageSize"]), (&1001.into(), &1000.into()));
    let pages = index["pages"].as_array().expect("a list of pages");
    assert_eq!(*pages, ["entities.json", "entities/-/2.json"]);
    let names: Vec<String> = pages
        .iter()
        .map(|page| work.json(&format!("out/api/catalog/{}", page.as_str().expect("a path"))))
        .flat_map(|page| page.as_array().expect("a list of entities").clone())
        .map(|entity| entity["metadata"]["name"].as_str().expect("a name").to_string())
        .collect();
    assert_eq!(names.len(), 1001);
    assert_eq!((&*names[0], &*names[1], &*names[1000]), ("team-a", "r0000", "r0999"), "in the order of refs");
    let headers = work.read("out/_headers");
    for path in ["/api/catalog/entities", "/api/catalog/entities.json"] {
        let next = format!("\n{path}\n  Link: </api/catalog/entities/-/2.json>; rel=\"next\"\n");
        assert!(headers.contains(&next), "{headers}");
    }
    assert_eq!(headers.matches("Link:").count(), 2, "the last page has no next");
}

#[test]
fn the_map_of_a_large_catalog_says_what_it_leaves_out() {
    let work = Work::new("map");
    let cluster = |number: usize| {
        let next = (number + 1) % 130;
        format!(
            "---\napiVersion: backstage.io/v1alpha1\nkind: Domain\nmetadata: {{ name: d{number:03} }}\n\
             spec: {{ owner: team-a }}\n\
             ---\napiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: {{ name: s{number:03} }}\n\
             spec: {{ owner: team-a, domain: d{number:03} }}\n\
             ---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{ name: c{number:03} }}\n\
             spec: {{ type: service, lifecycle: production, owner: team-a, system: s{number:03}, \
             dependsOn: [\"component:c{next:03}\"] }}\n"
        )
    };
    work.write("repos/many/catalog-info.yaml", (0..130).map(cluster).collect::<String>());
    work.write("repos/team/catalog-info.yaml", TEAM);
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let map = work.read("out/graph/index.html");
    for said in
        ["The 120 largest of 130 domains are drawn.", "The 50 strongest of 119 connections", "All 130 connections"]
    {
        assert!(map.contains(said), "`{said}` is not said");
    }
    assert_eq!(map.matches("class=\"line\"").count(), 50);
    let pages = ["", "-/2/", "-/3/", "-/4/"].map(|page| work.read(&format!("out/graph/{page}index.html")));
    for number in 0..130 {
        let listed = format!("title=\"domain:default/d{number:03}\"");
        assert_eq!(pages.iter().filter(|page| page.contains(&listed)).count(), 1, "d{number:03} is listed once");
    }
    assert_eq!(work.read("out/graph/-/connections/index.html").matches("class=\"num\">1<").count(), 130);

    let data = |file: &str| {
        let text = work.read(&format!("out/data/graph/{file}.js"));
        let (_, value) = text.split_once(',').and_then(|(_, rest)| rest.split_once(',')).expect("a value");
        serde_json::from_str::<Json>(value.trim_end().trim_end_matches(");")).expect("JSON")
    };
    assert_eq!(data("root")["total"], 391);
    let numbers = data("find-0");
    let number = numbers["component:default/c042"].as_u64().expect("a number") as usize;
    let row = data(&(number / 128).to_string())[number % 128].clone();
    assert_eq!(row[0], "component:default/c042");
    let system = numbers["system:default/s042"].as_u64().expect("a number") as usize;
    assert!(number.abs_diff(system) <= 2, "what belongs together lies side by side");
}

#[test]
fn ancestors_that_are_long_are_given_short() {
    let work = Work::with_shop("long-location");
    let targets: String = (0..600).map(|number| format!("    - ./services/service-{number}/info.yaml\n")).collect();
    work.write(
        "repos/all/catalog-info.yaml",
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Location\nmetadata: {{ name: all }}\nspec:\n  \
             presence: optional\n  targets:\n    - ./cart.yaml\n{targets}"
        ),
    );
    work.write("repos/all/cart.yaml", SHOP.replace("name: shop", "name: cart"));
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let folder = "out/api/catalog/entities/by-name";
    let full = work.json(&format!("{folder}/location/default/all.json"));
    let ancestry = work.json(&format!("{folder}/component/default/cart/ancestry.json"));
    let items = ancestry["items"].as_array().expect("a list of entities");
    assert_eq!(items[0]["parentEntityRefs"], serde_json::json!(["location:default/all"]));
    let short = &items[1]["entity"];
    for key in ["uid", "name", "namespace", "annotations"] {
        assert_eq!(short["metadata"][key], full["metadata"][key], "{key}");
    }
    assert!(short["spec"].is_null() && full["spec"]["targets"].as_array().is_some_and(|all| all.len() == 601));
    assert_eq!(items.len(), 3, "the entity, the Location, what the scan stands for");
}

#[test]
fn hosts_are_told_how_to_answer_clients_of_the_catalog() {
    let work = Work::with_shop("hosts");
    work.write("app.yaml", "app: { baseUrl: https://example.org/portal/ }\n");
    work.run(["build", "repos", "--config", "app.yaml", "--out", "out"]).succeeds();
    let redirects = work.read("out/_redirects");
    assert!(redirects.contains("/portal/api/catalog/entities /portal/api/catalog/entities.json 200\n"), "{redirects}");
    let headers = work.read("out/_headers");
    assert!(headers.contains("\n/portal/api/catalog/*\n  Content-Type: application/json\n"), "{headers}");
}

// The server

#[test]
fn the_server_shows_a_change_and_ends_well_on_ctrl_c() {
    let work = Work::with_shop("serve");
    let mut child = work.start(["serve", "repos", "--port", "0"]);
    let (sender, lines) = std::sync::mpsc::channel();
    let said = child.stderr.take().expect("its talk is piped");
    std::thread::spawn(move || {
        for line in BufReader::new(said).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let start = Instant::now();
    let port: u16 = loop {
        let line = lines.recv_timeout(PATIENCE).expect("it says where it serves");
        if let Some((_, rest)) = line.split_once("http://127.0.0.1:") {
            break rest.split('/').next().and_then(|port| port.parse().ok()).expect("a port");
        }
        assert!(start.elapsed() < PATIENCE, "it never serves");
    };
    let (status, home) = get(port, "/");
    assert!(status.contains(" 200 "), "{status}");
    assert!(home.contains("Developer Portal"), "{home}");
    assert!(get(port, "/nothing/").0.contains(" 404 "));
    for (address, file) in [
        ("entities?limit=5", "entities.json"),
        ("entities/by-name/Component/default/SHOP", "entities/by-name/component/default/shop.json"),
        ("entities/by-name/component/default/shop/ancestry", "entities/by-name/component/default/shop/ancestry.json"),
        ("entity-facets?facet=kind", "entity-facets.json"),
    ] {
        let (status, body) = get(port, &format!("/api/catalog/{address}"));
        assert!(status.contains(" 200 "), "{address}: {status}");
        assert_eq!(body, get(port, &format!("/api/catalog/{file}")).1, "{address}");
    }
    assert!(get(port, "/api/catalog/entities/by-name/component/default/other").0.contains(" 404 "));

    let docs = "/docs/default/component/shop/";
    assert!(get(port, docs).1.contains("<h1 id=\"shop\">"));
    work.write("repos/shop/docs/index.md", "# Changed by hand\n");
    while !get(port, docs).1.contains("Changed by hand") {
        assert!(start.elapsed() < PATIENCE, "the change never shows");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(!work.path("public").exists() && !work.path("repos/public").exists(), "nothing is written");

    send("INT", &child);
    let run = finish(child);
    assert_eq!(run.code, 0, "Ctrl-C is its ordinary end");
    assert_eq!(run.out, "");
}

// Checking

/// Two repositories that need one another, people in a third; one error and one warning in `shop`.
fn with_faults(name: &str) -> Work {
    let work = Work::new(name);
    work.write(
        "repos/org/catalog-info.yaml",
        format!("{TEAM}---\n{}", entity("User", "ann", "{ memberOf: [team-a] }")),
    );
    let broken = entity("System", "broken", "{}");
    work.write("repos/shop/catalog-info.yaml", format!("{ORPHAN}---\n{broken}"));
    let needs = "{ type: service, lifecycle: production, owner: team-a, dependsOn: ['component:orphan'] }";
    work.write("repos/pay/catalog-info.yaml", entity("Component", "pay", needs));
    work
}

fn entity(kind: &str, name: &str, spec: &str) -> String {
    format!("apiVersion: backstage.io/v1alpha1\nkind: {kind}\nmetadata: {{ name: {name} }}\nspec: {spec}\n")
}

/// What `--format concise` says, without messages: `path:line:column rule`.
fn concise(run: &Run) -> Vec<String> {
    let place_and_rule = |line: &str| {
        let (place, rest) = line.split_once(": ")?;
        Some(format!("{place} {}", rest.split_once('[')?.1.split_once(']')?.0))
    };
    run.out.lines().filter_map(place_and_rule).collect()
}

#[test]
fn what_is_denied_decides_how_a_check_ends() {
    let work = with_faults("check-deny");
    for (deny, path, code) in [
        ("errors", "repos", 3),
        ("warnings", "repos", 3),
        ("nothing", "repos", 0),
        ("errors", "repos/pay", 0),
        ("warnings", "repos/pay", 0),
    ] {
        let run = work.run(["check", path, "--deny", deny]);
        assert_eq!(run.code, code, "{path} --deny {deny}: {}", run.err);
    }
    assert_eq!(work.run(["check", "repos"]).code, 3, "errors are denied where nothing is said");
    work.write("repos/shop/catalog-info.yaml", ORPHAN);
    assert_eq!(work.run(["check", "repos"]).code, 0, "warnings are not");
    assert_eq!(work.run(["check", "repos", "--deny", "warnings"]).code, 3);
    assert_eq!(work.run(["check", "nowhere"]).code, 2);
    assert!(!work.path("public").exists(), "nothing is built");
}

#[test]
fn a_check_writes_what_other_programs_read() {
    let work = with_faults("check-formats");
    let written = |format: &str| {
        let run = work.run(["check", "repos", "--format", format]);
        assert_eq!(run.code, 3, "{}", run.err);
        assert!(run.err.contains("Checked 4 entities of 3 repositories: 1 error, 1 warning"), "{}", run.err);
        run.out
    };
    let json = |format: &str| -> Json { serde_json::from_str(&written(format)).expect("JSON on stdout") };
    let path = "repos/shop/catalog-info.yaml";

    let human = written("human");
    assert!(human.contains("error[missing-field]: `spec.owner` is missing"), "{human}");
    assert!(human.contains(&format!("--> {path}:9:1")) && human.contains("9 | spec: {}"), "{human}");

    let report = json("json");
    assert_eq!(
        (&report["schema"], &report["summary"]["error"], &report["summary"]["warning"]),
        (&1.into(), &1.into(), &1.into())
    );
    let finding = &report["findings"][1];
    assert_eq!(
        (&finding["rule"], &finding["path"], &finding["line"]),
        (&"missing-field".into(), &path.into(), &9.into())
    );

    let sarif = json("sarif");
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 2);
    for result in results {
        let at = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(at["uri"], path, "relative to where the check ran");
        let rule = result["ruleIndex"].as_u64().and_then(|at| run["tool"]["driver"]["rules"].get(at as usize));
        assert_eq!(rule.map(|rule| &rule["id"]), Some(&result["ruleId"]));
    }

    let gitlab = json("gitlab");
    let issues = gitlab.as_array().expect("a list");
    assert_eq!(issues.len(), 2);
    assert_eq!((&issues[1]["location"]["path"], &issues[1]["location"]["lines"]["begin"]), (&path.into(), &9.into()));
    assert_ne!(issues[0]["fingerprint"], issues[1]["fingerprint"]);

    let github = written("github");
    assert!(
        github.lines().all(|line| line.starts_with("::error file=") || line.starts_with("::warning file=")),
        "{github}"
    );
    assert!(github.contains(&format!("::error file={path},line=9,col=1,")), "{github}");

    let junit = written("junit");
    let tags = |name: &str| junit.matches(&format!("<{name} ")).count();
    assert!(junit.starts_with("<?xml") && junit.trim_end().ends_with("</testsuites>"), "{junit}");
    assert_eq!((tags("testcase"), tags("failure")), (2, 2), "{junit}");
    assert!(junit.contains("failures=\"2\""), "{junit}");

    assert_eq!(written("concise").lines().count(), 2);
}

#[test]
fn a_check_that_finds_nothing_still_writes_its_format() {
    let work = Work::with_shop("check-nothing");
    for format in ["json", "sarif", "gitlab"] {
        let run = work.run(["check", "repos", "--format", format]);
        run.succeeds();
        let json: Json = serde_json::from_str(&run.out).expect("JSON on stdout");
        assert!(json.is_array() == (format == "gitlab"), "{json}");
    }
    let run = work.run(["check", "repos", "--format", "junit"]);
    run.succeeds();
    assert!(run.out.contains("failures=\"0\""), "{}", run.out);
    for format in ["human", "concise", "github"] {
        let run = work.run(["check", "repos", "--format", format]);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{format}");
        assert!(run.err.contains("nothing to say"), "{}", run.err);
    }
}

#[test]
fn a_check_names_files_as_its_reader_knows_them() {
    let work = with_faults("check-paths");
    let error = |path: &str| vec![format!("{path}:9:1 missing-field")];
    let both = |path: &str| vec![format!("{path}:4:54 unknown-owner"), format!("{path}:9:1 missing-field")];
    let check = |folder: &str, paths: &[&str]| {
        let mut command = work.command(["check", "--format", "concise"].iter().chain(paths));
        let output = command.current_dir(work.path(folder)).output().expect("callboard runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("callboard talks in UTF-8");
        concise(&Run { code: 0, out: text(output.stdout), err: text(output.stderr) })
    };
    let absolute = work.path("repos/shop").display().to_string();
    assert_eq!(check("repos/shop", &[]), error("catalog-info.yaml"), "in the repository itself");
    assert_eq!(check("repos/shop", &["catalog-info.yaml"]), error("catalog-info.yaml"), "one file of it");
    assert_eq!(check("", &["repos/shop"]), error("repos/shop/catalog-info.yaml"), "from above");
    assert_eq!(check("", &["./repos/shop/"]), error("repos/shop/catalog-info.yaml"), "with a dot");
    assert_eq!(check("", &[&absolute]), error("repos/shop/catalog-info.yaml"), "with an absolute path");
    assert_eq!(check("repos/pay", &["../shop"]), error("../shop/catalog-info.yaml"), "from beside");
    assert_eq!(check("repos/pay", &[&absolute]), error(&format!("{absolute}/catalog-info.yaml")), "from elsewhere");
    assert_eq!(check("", &["repos"]), both("repos/shop/catalog-info.yaml"), "all of them");
    assert_eq!(check("", &["repos/shop", "repos/pay"]), error("repos/shop/catalog-info.yaml"), "two of them");
    assert_eq!(
        check("", &["repos/shop", "repos/shop/catalog-info.yaml"]),
        error("repos/shop/catalog-info.yaml"),
        "once"
    );
    assert_eq!(check("repos", &[]), both("shop/catalog-info.yaml"), "where they lie");
}

#[test]
fn a_file_belongs_to_the_repository_above_it() {
    let work = with_faults("check-file");
    work.write("repos/shop/deep/down/parts.yaml", entity("Location", "parts", "{ target: /catalog-info.yaml }"));
    work.commit("repos/shop", "2024-05-06T07:08:09Z");
    for (folder, file) in [
        ("", "repos/shop/deep/down/parts.yaml"),
        ("repos/shop", "deep/down/parts.yaml"),
        ("repos/shop/deep", "down/parts.yaml"),
        ("repos/shop/deep/down", "parts.yaml"),
    ] {
        let mut command = work.command(["check", "--format", "concise", file]);
        let output = command.current_dir(work.path(folder)).output().expect("callboard runs");
        let out = String::from_utf8(output.stdout).expect("callboard talks in UTF-8");
        assert!(out.contains("catalog-info.yaml:9:1: error[missing-field]"), "{folder}: {out}");
        assert_eq!(out.lines().count(), 1, "{folder}: {out}");
    }
}

#[test]
fn a_check_of_one_repository_counts_refs_that_lead_out_of_it() {
    let work = with_faults("check-part");
    let run = work.run(["check", "repos/pay", "--format", "json", "--verbose"]);
    run.succeeds();
    let report: Json = serde_json::from_str(&run.out).expect("JSON on stdout");
    let rules: Vec<&str> =
        report["findings"].as_array().into_iter().flatten().filter_map(|one| one["rule"].as_str()).collect();
    assert_eq!(rules, ["ref-not-checked"], "{}", run.out);
    assert!(run.out.contains("2 refs to 2 entities"), "{}", run.out);
    assert!(run.out.contains("--portal"), "{}", run.out);
}

#[test]
fn a_published_portal_knows_what_lies_elsewhere() {
    let work = with_faults("check-portal");
    let old = "{ type: service, lifecycle: deprecated, owner: nobody-at-all }";
    work.write("repos/shop/catalog-info.yaml", entity("Component", "orphan", old));
    let new = "{ type: service, lifecycle: production, owner: team-a, system: no-such-system }";
    work.write("repos/new/catalog-info.yaml", entity("Component", "new", new));
    work.run(["build", "repos", "--out", "out"]).succeeds();

    let check = |path: &str| concise(&work.run(["check", path, "--portal", "out", "--format", "concise"]));
    assert_eq!(check("repos/pay"), ["repos/pay/catalog-info.yaml:4:74 deprecated-in-use"]);
    assert_eq!(check("repos/new"), ["repos/new/catalog-info.yaml:4:70 dangling-ref"]);
    assert_eq!(check("repos/shop"), ["repos/shop/catalog-info.yaml:4:54 unknown-owner"]);

    for (portal, code) in [("repos", 1), ("nowhere", 1), ("http://127.0.0.1:9", 1), ("ftp://portal.example", 2)] {
        let run = work.run(["check", "repos/pay", "--portal", portal]);
        assert_eq!((run.code, run.out.as_str()), (code, ""), "{portal}: {}", run.err);
        assert!(run.err.contains(portal), "{}", run.err);
    }
    work.write("odd/api/callboard/refs.json", "{ \"schema\": 99, \"entities\": [] }");
    let run = work.run(["check", "repos/pay", "--portal", "odd"]);
    assert!(run.code == 1 && run.err.contains("schema 99"), "{}", run.err);
}

#[test]
fn a_ref_that_another_repository_has_is_taken() {
    let work = Work::with_shop("check-taken");
    let origin = |name: &str| format!("https://github.com/acme/{name}.git");
    for name in ["shop", "copy"] {
        if name == "copy" {
            work.write("copy/catalog-info.yaml", SHOP);
        }
        let folder = if name == "copy" { "copy" } else { "repos/shop" };
        work.commit(folder, "2024-05-06T07:08:09Z");
        git(&work.path(folder), &["remote", "add", "origin", &origin(name)]);
    }
    work.run(["build", "repos", "--out", "out"]).succeeds();
    let check = |path: &str| concise(&work.run(["check", path, "--portal", "out", "--format", "concise"]));
    assert!(check("copy").contains(&"copy/catalog-info.yaml:4:9 duplicate-entity".to_string()), "{:?}", check("copy"));
    let own = check("repos/shop");
    assert!(own.iter().all(|line| !line.ends_with("duplicate-entity")), "its own repository may have it: {own:?}");
}

const TO_MEND: &str = "\u{feff}# kept   \r
apiVersion: backstage.io/v1alpha1\r
kind: component   # a comment\r
metadata:\r
  name: shop\r
  descripton: \"Sells café\"\r
  tags: [Java, 2024, ok]\r
  annotations:\r
    backstage.io/source-locaton: url:https://github.com/acme/shop/\r
    github.com/project-slug:   acme/shop\r
    acme.example/port: 8080\r
spec:\r
    type: service\r
    lifecycle: production\r
    owner: team-a\r
    sytem: ticketing\r
    systm: ticketing\r
---\r
kind: System\r
apiVersion: backstage.io/v1alpha1\r
metadata: { name: ticketing, annotation: { a: b }, labels: { tier: 1 } }\r
spec: { $yaml: spec.yaml }";

#[test]
fn what_is_safe_to_mend_is_mended_and_nothing_else() {
    let work = Work::new("check-fix");
    work.write("repos/org/catalog-info.yaml", TEAM);
    work.write("repos/shop/catalog-info.yaml", TO_MEND);
    work.write("repos/shop/spec.yaml", "owner: team-a\ndomian: shows\n");
    let before = work.tree("repos");
    work.run(["check", "repos", "--deny", "nothing"]).succeeds();
    same(&before, &work.tree("repos"));

    let run = work.run(["check", "repos", "--fix", "--format", "concise"]);
    run.succeeds();
    assert!(run.err.contains("Mended 9 findings"), "{}", run.err);
    let mended = [
        ("kind: component ", "kind: Component "),
        ("descripton", "description"),
        ("[Java, 2024, ok]", "[java, \"2024\", ok]"),
        ("source-locaton", "source-location"),
        ("port: 8080", "port: \"8080\""),
        ("sytem", "system"),
        ("annotation: {", "annotations: {"),
        ("tier: 1 ", "tier: \"1\" "),
    ];
    let expected = mended.iter().fold(TO_MEND.to_string(), |text, (wrong, right)| {
        assert_eq!(text.matches(wrong).count(), 1, "{wrong}");
        text.replace(wrong, right)
    });
    assert_eq!(work.read("repos/shop/catalog-info.yaml"), expected);
    assert_eq!(work.read("repos/shop/spec.yaml"), "owner: team-a\ndomian: shows\n", "an included file is left alone");
    assert_eq!(concise(&run), ["repos/shop/catalog-info.yaml:22:7 misspelt-field"], "{}", run.out);

    let after = work.tree("repos");
    let run = work.run(["check", "repos", "--fix"]);
    run.succeeds();
    assert!(run.err.contains("Mended 0 findings"), "{}", run.err);
    same(&after, &work.tree("repos"));
}

#[test]
fn known_findings_are_told_once() {
    let work = with_faults("check-baseline");
    let run = work.run(["check", "repos", "--baseline", "known.txt"]);
    assert!(run.code == 2 && run.err.contains("--update-baseline"), "{}", run.err);
    assert_eq!(work.run(["check", "repos", "--update-baseline"]).code, 2, "it needs to know where");
    work.run(["check", "repos", "--baseline", "known.txt", "--update-baseline"]).succeeds();
    assert_eq!(work.read("known.txt").lines().filter(|line| !line.starts_with('#')).count(), 2);

    let check = || work.run(["check", "repos", "--baseline", "known.txt", "--deny", "warnings", "--format", "concise"]);
    let run = check();
    run.succeeds();
    assert_eq!(run.out, "");
    assert!(run.err.contains("2 known findings"), "{}", run.err);

    let lines = format!("# one more line\n{}", work.read("repos/shop/catalog-info.yaml"));
    work.write("repos/shop/catalog-info.yaml", lines);
    check().succeeds();

    work.write("repos/new/catalog-info.yaml", entity("System", "new", "{ owner: somebody-new }"));
    let run = check();
    assert_eq!(run.code, 3);
    assert_eq!(concise(&run), ["repos/new/catalog-info.yaml:4:16 unknown-owner"], "the new one alone");

    work.write("repos/shop/catalog-info.yaml", ORPHAN);
    let run = check();
    assert!(run.err.contains("1 finding of the baseline is gone"), "{}", run.err);
    work.write("known.txt", "no baseline\n");
    assert_eq!(check().code, 2);
}

#[test]
fn a_kind_that_cannot_be_used_stops_everything() {
    let work = Work::with_shop("bad-kind");
    work.write(
        "repos/app-config.yaml",
        "catalog: { rules: [] }\ncallboard: { kinds: [{ kind: data-set, apiVersions: [a/v1] }] }\n",
    );
    for args in [&["check", "repos"][..], &["build", "repos"], &["export", "repos"], &["list", "--source", "repos"]] {
        let run = work.run(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
        assert_eq!(run.err.matches("error[config-kind]").count(), 1, "{args:?}: {}", run.err);
    }
    assert!(!work.path("public").exists());
}

// Listing, exporting, explaining

#[test]
fn a_list_answers_queries() {
    let work = with_faults("list");
    let refs = |query: &[&str]| {
        let run = work.run(["list", "--source", "repos", "--format", "refs"].iter().chain(query));
        run.succeeds();
        run.out.lines().map(str::to_string).collect::<Vec<_>>()
    };
    let (pay, orphan, team, ann) =
        ("component:default/pay", "component:default/orphan", "group:default/team-a", "user:default/ann");
    assert_eq!(refs(&[]), [orphan, pay, team, ann]);
    assert_eq!(refs(&["kind:component"]), [orphan, pay]);
    assert_eq!(refs(&["kind:component", "owner:team-a"]), [pay]);
    assert_eq!(refs(&["kind:component owner:team-a"]), [pay], "in one word or in two");
    assert_eq!(refs(&["kind:component", "--", "-owner:team-a"]), [orphan]);
    assert_eq!(refs(&["name:or*"]), [orphan]);
    assert_eq!(refs(&["spec.type:team"]), [team]);
    assert_eq!(refs(&["kind:api"]), [""; 0]);
}

#[test]
fn a_list_has_four_formats() {
    let work = with_faults("list-formats");
    let list = |format: &str| {
        let run = work.run(["list", "owner:team-a", "--source", "repos", "--format", format]);
        run.succeeds();
        run
    };
    let table = list("table");
    assert!(table.out.starts_with("ref ") && table.out.contains("component:default/pay  service"), "{}", table.out);
    assert!(table.err.contains("1 entity"), "{}", table.err);
    assert_eq!(list("refs").out, "component:default/pay\n");
    let csv = list("csv").out;
    let rows: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(
        rows,
        [
            "ref,title,type,lifecycle,owner,system,description",
            "component:default/pay,,service,production,group:default/team-a,,",
            ""
        ]
    );
    let json: Json = serde_json::from_str(&list("json").out).expect("JSON on stdout");
    assert_eq!(json[0]["metadata"]["name"], "pay");
    assert_eq!(json[0]["relations"][0]["type"], "dependsOn", "with its relations");
}

#[test]
fn a_list_cannot_be_used_to_run_a_formula() {
    let work = Work::new("list-formula");
    let text = "apiVersion: backstage.io/v1alpha1\nkind: System\nmetadata: { name: a, title: '=cmd(1)', description: \"say \\\"x\\\", y\" }\nspec: { owner: b }\n";
    work.write("repos/a/catalog-info.yaml", text);
    let run = work.run(["list", "--source", "repos", "--format", "csv"]);
    run.succeeds();
    assert!(run.out.contains("system:default/a,'=cmd(1),") && run.out.contains("\"say \"\"x\"\", y\""), "{}", run.out);
}

#[test]
fn a_query_that_cannot_be_used_says_why() {
    let work = with_faults("list-faults");
    for (query, said) in [("ownr:team-a", "Did you mean `owner`?"), ("banana:x", "callboard list --help")] {
        let run = work.run(["list", query, "--source", "repos"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{query}");
        assert!(run.err.contains(said), "{query}: {}", run.err);
    }
    assert_eq!(work.run(["list", "--source", "nowhere"]).code, 2);
    assert_eq!(work.run(["list", "--source", "repos", "--portal", "repos"]).code, 2, "one or the other");
}

#[test]
fn a_portal_lists_what_it_was_built_from() {
    let work = with_faults("list-portal");
    work.run(["build", "repos", "--out", "out"]).succeeds();
    for format in ["refs", "csv", "json"] {
        let published = work.run(["list", "kind:component", "--portal", "out", "--format", format]);
        let read = work.run(["list", "kind:component", "--source", "repos", "--format", format]);
        published.succeeds();
        if format != "json" {
            assert_eq!(published.out, read.out);
        }
        assert!(published.out.contains("pay") && !published.out.contains("user:default/ann\n"), "{}", published.out);
    }
    let run = work.run(["list", "--portal", "repos"]);
    assert!(run.code == 1 && run.err.contains("callboard build"), "{}", run.err);
}

#[test]
fn an_export_is_one_entity_a_line() {
    let work = with_faults("export");
    let names = |args: &[&str]| {
        let run = work.run(["export", "repos"].iter().chain(args));
        run.succeeds();
        let entities: Vec<Json> =
            run.out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
        let names = entities.iter().filter_map(|entity| entity["metadata"]["name"].as_str().map(str::to_string));
        (names.collect::<Vec<_>>(), entities, run.err)
    };
    let (all, entities, said) = names(&[]);
    assert_eq!(all, ["orphan", "pay", "team-a", "ann"]);
    assert_eq!(entities[1]["spec"]["owner"], "team-a");
    assert!(entities[1]["relations"].as_array().is_some_and(|relations| relations.len() == 2));
    assert!(entities.iter().all(|entity| entity["metadata"]["uid"].is_string()));
    assert!(said.contains("1 error left something out"), "{said}");

    work.write("repos/shop/more.yaml", "kind: [");
    let more = "{ targets: [./more.yaml, ./good.yaml] }";
    work.write("repos/shop/good.yaml", entity("System", "good", "{ owner: team-a }"));
    work.write("repos/shop/catalog-info.yaml", entity("Location", "more", more));
    assert_eq!(names(&[]).0, ["pay", "team-a", "more", "good", "ann"]);
    assert_eq!(names(&["--compat", "backstage"]).0, ["pay", "team-a", "ann"], "what stock Backstage would store");
}

#[test]
fn rules_are_explained() {
    let work = Work::new("explain");
    let run = work.run(["explain", "dangling-ref"]);
    run.succeeds();
    assert!(run.out.starts_with("# dangling-ref\n") && run.out.contains("## What to do"), "{}", run.out);
    assert_eq!(work.run(["explain", "[dangling-ref]"]).out, run.out, "as it stands beside a finding");
    assert!(work.run(["explain", "backstage"]).out.starts_with("# Differences from Backstage"));

    let all = work.run(["explain"]);
    all.succeeds();
    let named: Vec<&str> = all.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(named.len() > 60 && named.contains(&"dangling-ref") && named.contains(&"config-kind"), "{}", all.out);

    let run = work.run(["explain", "dangling-reff"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("Did you mean `dangling-ref`?"), "{}", run.err);
    let run = work.run(["explain", "banana"]);
    assert!(run.code == 2 && run.err.contains("callboard explain"), "{}", run.err);
}

// Tools

/// A folder to work in, with a cache and a home of its own.
struct Work(Scratch);

/// How a run ended and what it said.
#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    #[track_caller]
    fn succeeds(&self) {
        assert_eq!(self.code, 0, "{}", self.err);
    }
}

impl Work {
    fn new(name: &str) -> Work {
        Work(Scratch::new(name))
    }

    /// With one repository: a component with one page of documentation, and its owner.
    fn with_shop(name: &str) -> Work {
        let work = Work::new(name);
        work.write("repos/shop/catalog-info.yaml", format!("{SHOP}---\n{TEAM}"));
        work.write("repos/shop/docs/index.md", "# Shop\n\nHow it works.\n");
        work
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        self.0.write(path, text);
    }

    #[track_caller]
    fn read(&self, path: &str) -> String {
        let bytes = fs::read(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[track_caller]
    fn json(&self, path: &str) -> Json {
        serde_json::from_str(&self.read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn modified(&self, path: &str) -> std::time::SystemTime {
        fs::metadata(self.path(path)).and_then(|metadata| metadata.modified()).expect("a file with a time")
    }

    fn command(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callboard"));
        command
            .args(args)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.env("CALLBOARD_CACHE_DIR", self.path("cache")).env("HOME", self.path("home"));
        for name in ["SOURCE_DATE_EPOCH", "BACKSTAGE_ENV", "NO_COLOR", "COLUMNS"] {
            command.env_remove(name);
        }
        command
    }

    fn run(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        self.run_with(args, &[])
    }

    /// With variables of the environment.
    fn run_with(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>, variables: &[(&str, &str)]) -> Run {
        let output = self.command(args).envs(variables.iter().copied()).output().expect("callboard runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("callboard talks in UTF-8");
        Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    fn start(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Child {
        self.command(args).spawn().expect("callboard runs")
    }

    /// Every file below a folder by its path, links not followed.
    fn tree(&self, path: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.path(path);
        let walk = walkdir::WalkDir::new(&root).into_iter().map(|entry| entry.expect("a folder that can be read"));
        walk.filter(|entry| entry.file_type().is_file())
            .map(|entry| {
                let inside = entry.path().strip_prefix(&root).expect("below the folder").to_string_lossy().into_owned();
                (inside, fs::read(entry.path()).expect("a file that can be read"))
            })
            .collect()
    }

    /// What a build leaves beside its output.
    fn companions(&self, out: &str) -> Vec<String> {
        let prefix = format!(".{out}.callboard-");
        let entries = fs::read_dir(self.0.path()).expect("the folder above the output");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name.starts_with(&prefix)).collect();
        names.sort();
        names
    }

    /// Holds the lock of an output, as a build in another process would.
    fn hold(&self, out: &str) -> File {
        let lock = File::create(self.path(&format!(".{out}.callboard-lock"))).expect("a lock file");
        lock.lock().expect("nobody else holds it");
        lock
    }

    /// Commits everything in a folder, which becomes a repository if it is none.
    fn commit(&self, folder: &str, date: &str) {
        self.commit_as(folder, "A change", date);
    }

    fn commit_as(&self, folder: &str, message: &str, date: &str) {
        let folder = self.path(folder);
        if !folder.join(".git").exists() {
            git(&folder, &["init", "--quiet", "--initial-branch=main"]);
        }
        git(&folder, &["add", "--all"]);
        git_at(&folder, &["commit", "--quiet", "--message", message], date);
    }

    /// Neither the output nor the report nor the cache hold `secret`.
    #[track_caller]
    fn holds_nowhere(&self, secret: &str) {
        let seen = self.tree("").into_iter().filter(|(path, _)| !path.starts_with("repos/"));
        for (path, bytes) in seen {
            assert!(!String::from_utf8_lossy(&bytes).contains(secret), "{path} holds the secret");
        }
    }
}

fn git(folder: &Path, args: &[&str]) -> String {
    git_at(folder, args, "2024-01-01T00:00:00Z")
}

fn git_at(folder: &Path, args: &[&str], date: &str) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(args);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Ann Author").env(format!("GIT_{role}_EMAIL"), "ann@example.com");
        command.env(format!("GIT_{role}_DATE"), date);
    }
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("git talks in UTF-8")
}

/// Two folders hold the same files with the same bytes.
#[track_caller]
fn same(one: &BTreeMap<String, Vec<u8>>, two: &BTreeMap<String, Vec<u8>>) {
    let names = |tree: &BTreeMap<String, Vec<u8>>| tree.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(one), names(two));
    let differs: Vec<&String> =
        one.iter().filter(|(path, bytes)| two[*path] != **bytes).map(|(path, _)| path).collect();
    assert!(differs.is_empty(), "{differs:?} differ");
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status();
    assert!(sent.expect("kill runs").success());
}

/// Waits until a process handles SIGINT itself; where the system does not tell, a while.
fn until_it_minds_signals(child: &Child) {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        let Ok(status) = fs::read_to_string(format!("/proc/{}/status", child.id())) else {
            return std::thread::sleep(Duration::from_secs(2));
        };
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
        // SIGINT and SIGTERM, signals 2 and 15.
        if caught & 0b10 != 0 && caught & (1 << 14) != 0 {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("it never handles signals");
}

/// Waits for the end of a run, but not for ever.
fn finish(mut child: Child) -> Run {
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child of ours") {
            break status;
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            panic!("it never ends");
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    let mut run = Run { code: status.code().unwrap_or(-1), out: String::new(), err: String::new() };
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_string(&mut run.out).expect("callboard talks in UTF-8");
    }
    if let Some(mut pipe) = child.stderr.take() {
        pipe.read_to_string(&mut run.err).expect("callboard talks in UTF-8");
    }
    run
}

/// Status line and body.
fn get(port: u16, path: &str) -> (String, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server answers");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    write!(stream, "GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").expect("a request");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    (head.lines().next().unwrap_or_default().to_string(), body.to_string())
}
