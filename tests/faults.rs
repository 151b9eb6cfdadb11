//! Sources that fail: what is kept, what is said, and what keeps a build from publishing.
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "these tests run programs and look at the disk"
)]

#[path = "support/scratch.rs"]
mod scratch;

use callboard::cache::Forgetful;
use callboard::config::{self, Inputs};
use callboard::diagnostics::{Place, Stop};
use callboard::emit::Report;
use callboard::output::Memory;
use callboard::pipeline::{self, CatalogOptions, Gathered, Input, Watcher};
use callboard::site::SiteOptions;
use callboard::site::pages::Counts;
use callboard::source::{Absent, CrawlOptions, MAX_STALE, Outside, Snapshot, SourceState, Stale, Status};
use scratch::Scratch;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

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
  annotations: { backstage.io/techdocs-ref: \"dir:.\" }
spec: { type: service, lifecycle: production, owner: team-a }
";

struct Work(Scratch);

struct Run {
    code: i32,
    err: String,
}

impl Work {
    fn new(name: &str) -> Work {
        Work(Scratch::new(name))
    }

    /// A portal of a folder and of the git server `far`, which holds the shop.
    fn with_server(name: &str) -> Work {
        let work = Work::new(name);
        work.0.write("repos/shop/catalog-info.yaml", SHOP);
        work.0.write("repos/shop/mkdocs.yml", "site_name: Shop\n");
        work.0.write("repos/shop/docs/index.md", "# Shop\n");
        let shop = work.path("repos/shop");
        git(&shop, &["init", "--quiet", "--initial-branch=main"]);
        git(&shop, &["add", "--all"]);
        git(&shop, &["commit", "--quiet", "--message=Open the shop"]);
        git(&work.path(""), &["clone", "--quiet", "--bare", "repos/shop", "far/shop.git"]);
        work.0.write("portal/teams/catalog-info.yaml", TEAM);
        let url = format!("file://{}", work.path("far/shop.git").display());
        work.0.write(
            "portal/app-config.yaml",
            format!(
                "catalog: {{ rules: [{{ allow: [Component, Group] }}] }}\ncallboard:\n  gitProtocols: [file]\n  \
                 sources: {{ git: ['{url}'], filesystem: [teams] }}\n"
            ),
        );
        work
    }

    /// So many components, each in a file of its own.
    fn has_components(&self, number: usize) {
        let _ = fs::remove_dir_all(self.path("repos"));
        for at in 0..number {
            let text = SHOP.replace("name: shop", &format!("name: part-{at}"));
            self.0.write(&format!("repos/part-{at}/catalog-info.yaml"), text);
        }
        self.0.write("repos/teams/catalog-info.yaml", TEAM);
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn json(&self, path: &str) -> Json {
        serde_json::from_str(&self.read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_callboard"))
            .args(arguments)
            .current_dir(self.path(""))
            .env("CALLBOARD_CACHE_DIR", self.path("cache"))
            .output()
            .expect("the program runs");
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        Run { code: output.status.code().unwrap_or(-1), err }
    }

    fn tree(&self, folder: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = walkdir::WalkDir::new(self.path(folder)).into_iter().flatten();
        files
            .filter(|entry| entry.file_type().is_file())
            .map(|entry| (entry.path().to_path_buf(), fs::read(entry.path()).expect("a file that is there")))
            .collect()
    }
}

fn git(folder: &Path, arguments: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.org"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_DATE", "2024-05-06T07:08:09Z")
        .env("GIT_COMMITTER_DATE", "2024-05-06T07:08:09Z")
        .status()
        .expect("git is installed");
    assert!(status.success(), "git {arguments:?}");
}

struct Silent;

impl Watcher for Silent {
    fn stage(&self, _: &'static str, _: Option<usize>) -> Result<(), Stop> {
        Ok(())
    }

    fn advance(&self, _: usize) {}
}

/// The site of a folder whose sources had the faults that `happened`, and what the outer copy of its report tells.
fn site_where(work: &Work, dir: &str, happened: impl FnOnce(&mut Snapshot)) -> (Memory, Json) {
    let inputs = Inputs { dir: work.path(dir), configs: Vec::new(), environment: BTreeMap::new() };
    let loaded = config::load(&inputs).expect("the folder is there");
    let theme = config::theme(None, &loaded.config).expect("the built-in theme can be read");
    let cache_dir = work.path("cache");
    let input = Input {
        loaded: &loaded,
        theme: &theme,
        crawl: CrawlOptions {
            working_tree: false,
            offline: false,
            publishes: false,
            versions: false,
            outside: Outside::Nowhere,
            noted_as: None,
            max_wait: std::time::Duration::ZERO,
            locked: None,
            listener: &callboard::source::Silence,
            goes_on: std::sync::Arc::new(|| true),
            max_stale: MAX_STALE,
            cache_dir: &cache_dir,
            cache: &Forgetful,
        },
        catalog: CatalogOptions::default(),
        site: SiteOptions::default(),
        cache: &Forgetful,
        watcher: &Silent,
    };
    let mut gathered = pipeline::gather(&input).expect("nothing in a repository stops a build");
    happened(&mut gathered.snapshot);
    let site = Memory::default();
    pipeline::build(&input, &gathered, &site).expect("nothing in a repository stops a build");
    let Gathered { snapshot, catalog, graph, findings, .. } = &gathered;
    let mut report = Report::new(snapshot, findings, Counts::of(snapshot, catalog, graph));
    report.tell_of_run(snapshot);
    (site, serde_json::from_slice(&report.to_json()).expect("the report is JSON"))
}

fn text(site: &Memory, path: &str) -> String {
    let bytes = site.get(path).unwrap_or_else(|| panic!("there is no `{path}`"));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// 20 November 2026, noon.
const NOVEMBER: i64 = 1_795_176_000;

fn stale(since: Option<i64>, is_gone: bool) -> Status {
    Status::Stale(Stale { reason: "the host <b>sleeps</b>".to_string(), since, is_gone })
}

fn repo<'a>(report: &'a Json, id: &str) -> &'a Json {
    let mut repos = report["repos"].as_array().expect("a list of repositories").iter();
    repos.find(|repo| repo["id"].as_str().is_some_and(|known| known.ends_with(id))).expect("the repository")
}

#[test]
fn what_cannot_be_refreshed_is_marked_wherever_it_is_shown() {
    let work = Work::with_server("stale-marks");
    let build = ["build", "portal", "--out", "out", "--report", "report.json"];
    let entity = "out/catalog/default/component/shop/index.html";
    let run = work.run(&build);
    assert_eq!(run.code, 0, "{}", run.err);
    for page in [entity, "out/docs/default/component/shop/index.html", "out/catalog/index.html"] {
        assert!(!work.read(page).contains("is-earlier"), "{page}");
    }
    assert_eq!(work.read("out/data/notice.js"), "");

    fs::rename(work.path("far"), work.path("gone")).expect("the server can be moved away");
    let run = work.run(&build);
    assert_eq!(run.code, 0, "{}", run.err);
    for page in [entity, "out/docs/default/component/shop/index.html"] {
        let html = work.read(page);
        assert!(html.contains("is-earlier") && html.contains("An earlier state is shown"), "{page}");
    }
    for list in ["out/catalog/index.html", "out/catalog/-/component/index.html", "out/docs/index.html"] {
        assert_eq!(work.read(list).matches("class=\"state is-stale\"").count(), 1, "{list}");
    }
    assert!(!work.read("out/catalog/-/group/index.html").contains("is-stale"), "the team is fresh");
    assert!(work.read("out/data/catalog/0.js").contains("\"states\":{\"0\":\"stale\"}"));
    let notice = work.read("out/data/notice.js");
    assert!(notice.contains("1 of 2 repositories"), "{notice}");
    let about = work.read("out/build-report/index.html");
    assert!(about.contains("<dt>Stale repositories</dt><dd>1</dd>"), "About this build tells of it");

    let status = &work.json("out/api/catalog/entities/by-name/component/default/shop.json")["status"];
    let item = &status["items"][0];
    assert_eq!((&item["type"], &item["level"]), (&"callboard.dev/repository-stale".into(), &"warning".into()));
    assert_eq!(item["stale_reason"], repo(&work.json("report.json"), "shop")["reason"]);
    assert!(item["stale_since"].is_null() || item["stale_since"].is_string());
    assert!(work.json("out/api/catalog/entities/by-name/group/default/team-a.json")["status"].is_null());
}

#[test]
fn the_report_tells_of_each_repository_and_the_sites_copy_of_nothing_that_varies() {
    let work = Work::with_server("report-fields");
    let build = ["build", "portal", "--out", "out", "--report", "report.json"];
    assert_eq!(work.run(&build).code, 0);
    let first = work.tree("out");
    fs::remove_dir_all(work.path("out")).expect("the output is ours");
    assert_eq!(work.run(&build).code, 0);
    assert_eq!(first, work.tree("out"), "what moved is no part of the site");
    let (told, published) = (work.json("report.json"), work.json("out/build-report.json"));
    assert_eq!(repo(&published, "shop")["status"], "fresh");
    for key in ["stale_since", "reason"] {
        assert!(repo(&told, "shop")[key].is_null(), "{key}");
    }
    assert_eq!(repo(&told, "shop")["archived"], false);
    assert_eq!((&told["sources"], &told["limits_hit"]), (&Json::Array(Vec::new()), &Json::Array(Vec::new())));
}

#[test]
fn limits_stand_in_the_report_also_where_nothing_changed() {
    let work = Work::new("limits");
    work.has_components(1);
    work.0.write("repos/part-0/mkdocs.yml", "site_name: Part\n");
    let deep = ">".repeat(200);
    work.0.write("repos/part-0/docs/index.md", format!("# Deep\n\n{deep} end\n"));
    let nested = "[".repeat(70) + &"]".repeat(70);
    work.0.write("repos/deep/catalog-info.yaml", format!("kind: Component\nspec: {nested}\n"));
    for _ in 0..2 {
        let run = work.run(&["build", "repos", "--out", "out", "--report", "report.json"]);
        assert_eq!(run.code, 0, "{}", run.err);
        let report = work.json("report.json");
        let hit = &report["limits_hit"][0];
        assert_eq!((&hit["code"], &hit["count"]), (&"docs-too-deep".into(), &1.into()), "{report}");
        assert!(hit["message"].as_str().is_some_and(|said| said.contains("64")), "{hit}");
        assert_eq!(report["limits_hit"][1]["code"], "yaml-syntax", "{report}");
        assert!(report["limits_hit"][2].is_null(), "{report}");
    }
}

#[test]
fn a_build_may_be_refused_for_each_fault_or_rule() {
    let work = Work::with_server("deny-each");
    let build = |deny: &str| work.run(&["build", "portal", "--out", "out", "--deny", deny]);
    for deny in ["stale", "gone", "incomplete", "repository-stale"] {
        let run = build(deny);
        assert_eq!(run.code, 0, "{deny}: {}", run.err);
    }
    fs::rename(work.path("far"), work.path("away")).expect("the server can be moved away");
    let before = work.tree("out");
    for (deny, said) in [
        ("stale", "1 stale repository, which `--deny stale` refuses"),
        ("repository-stale", "1 finding, which `--deny repository-stale` refuses"),
    ] {
        let run = build(deny);
        assert_eq!(run.code, 3, "{}", run.err);
        assert!(run.err.contains(said), "{}", run.err);
        assert_eq!(before, work.tree("out"));
    }
    for deny in ["gone", "incomplete", "repository-gone"] {
        assert_eq!(build(deny).code, 0, "{deny}");
    }
    let run = build("repository-stal");
    assert_eq!(run.code, 2);
    assert!(run.err.contains("Did you mean `repository-stale`?"), "{}", run.err);
}

#[test]
fn a_portal_is_not_replaced_by_much_less_of_it() {
    let work = Work::new("mass-loss");
    let build =
        |more: &[&str]| work.run(&[&["build", "repos", "--out", "out", "--report", "report.json"], more].concat());
    work.has_components(49);
    assert_eq!(build(&[]).code, 0);
    work.has_components(39);
    let run = build(&[]);
    assert_eq!(run.code, 0, "a fifth may go: {}", run.err);
    let published = work.tree("out");

    work.has_components(29);
    for _ in 0..2 {
        let run = build(&[]);
        assert_eq!(run.code, 4, "{}", run.err);
        assert!(run.err.contains("10 of 40 published entities would be lost"), "{}", run.err);
        assert!(run.err.contains("--allow-shrink"), "{}", run.err);
        assert_eq!(published, work.tree("out"));
        let report = work.json("report.json");
        assert_eq!((&report["exit"], &report["published"]), (&4.into(), &false.into()));
        assert_eq!((&report["result"], &report["counts"]["entities"]), (&"failed".into(), &30.into()));
    }
    assert_eq!(build(&["--allow-shrink"]).code, 0);
    assert_eq!(build(&[]).code, 0, "the output lacks it already");

    // An expired token: everything is lost at once.
    fs::remove_dir_all(work.path("repos")).expect("the folder is ours");
    work.0.write("repos/other/catalog-info.yaml", TEAM.replace("team-a", "team-b"));
    let run = build(&[]);
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(run.err.contains("all 30 published entities"), "{}", run.err);
}

#[test]
fn few_entities_may_go_and_all_of_few_may_not() {
    let work = Work::new("few-lost");
    let build = || work.run(&["build", "repos", "--out", "out"]);
    work.has_components(5);
    assert_eq!(build().code, 0);
    work.has_components(0);
    assert_eq!(build().code, 0, "five of six are few");
    work.0.write("repos/teams/catalog-info.yaml", TEAM.replace("team-a", "team-b"));
    let run = build();
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(run.err.contains("the only published entity would be lost"), "{}", run.err);
}

#[test]
fn a_published_portal_elsewhere_guards_a_build_that_has_no_output_yet() {
    let work = Work::new("guard-elsewhere");
    work.has_components(30);
    assert_eq!(work.run(&["build", "repos", "--out", "published"]).code, 0);
    work.has_components(10);
    let run = work.run(&["build", "repos", "--out", "out", "--portal", "published"]);
    assert_eq!(run.code, 4, "{}", run.err);
    assert!(!work.path("out").exists());

    // Nothing is known of a portal that cannot be read.
    for unreadable in ["{\"schema\":99}", "no JSON"] {
        work.0.write("published/api/callboard/refs.json", unreadable);
        let run = work.run(&["build", "repos", "--out", "out", "--portal", "published"]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(run.err.contains("whether entities are lost is not checked"), "{}", run.err);
    }
    work.0.write("out/api/callboard/refs.json", "no JSON");
    work.has_components(0);
    let run = work.run(&["build", "repos", "--out", "out"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.err.contains("whether entities are lost is not checked"), "{}", run.err);
}

#[test]
fn pages_say_since_when_and_why_a_state_is_old() {
    let work = Work::new("since");
    work.has_components(40);
    for bare in ["bare", "bare-gone", "bare-archived"] {
        work.0.write(&format!("repos/{bare}/mkdocs.yml"), "site_name: Bare\n");
    }
    let component = |at: usize| format!("catalog/default/component/part-{at}/index.html");
    let (site, _) = site_where(&work, "repos", |snapshot| {
        for (id, status, is_archived) in [
            ("part-0", stale(Some(NOVEMBER), false), false),
            ("part-1", stale(Some(NOVEMBER), true), false),
            ("part-2", Status::Fresh, true),
            ("bare-gone", stale(None, true), false),
            ("bare-archived", Status::Fresh, true),
        ] {
            let repo = snapshot.repos.iter_mut().find(|repo| &*repo.id == id).expect("the repository");
            (repo.status, repo.is_archived) = (status, is_archived);
        }
    });
    let page = text(&site, &component(0));
    assert!(
        page.contains("Stale since <time datetime=\"2026-11-20T12:00:00Z\" data-keep>2026-11-20</time>: "),
        "{page}"
    );
    assert!(page.contains("the host &lt;b&gt;sleeps") && !page.contains("<b>sleeps"), "a reason is text");
    assert!(text(&site, &component(1)).contains("No longer listed by its organisation"));
    assert!(text(&site, &component(2)).contains("notice is-archived"));
    assert!(!text(&site, &component(3)).contains("class=\"notice"));
    let list = text(&site, "catalog/index.html");
    for mark in ["is-stale\">stale<", "is-gone\">gone<", "is-archived\">archived<"] {
        assert_eq!(list.matches(mark).count(), 1, "{mark}");
    }
    let adoption = text(&site, "adoption/index.html");
    let (_, missing) = adoption.split_once("id=\"missing\"").expect("a list of what has no descriptor");
    let (missing, _) = missing.split_once("</section>").expect("its end");
    assert!(missing.contains("<bdi>bare</bdi>"), "{missing}");
    assert!(!missing.contains("bare-gone") && !missing.contains("bare-archived"), "nobody will describe these");
    // Two of forty-one repositories that are not fresh are no matter of the whole portal.
    assert_eq!(text(&site, "data/notice.js"), "");
    let about = text(&site, "build-report/index.html");
    assert!(about.contains("stale since <time datetime=\"2026-11-20T12:00:00Z\" data-keep>2026-11-20</time>"));
    assert!(!about.contains("id=\"sources\""), "nothing lists repositories here");
    let status: Json =
        serde_json::from_str(&text(&site, "api/catalog/entities/by-name/component/default/part-0.json")).expect("JSON");
    assert_eq!(status["status"]["items"][0]["stale_since"], "2026-11-20T12:00:00Z");
}

#[test]
fn the_portal_speaks_of_more_than_a_twentieth_and_of_lists_that_are_not_whole() {
    let work = Work::new("banner");
    work.has_components(39);
    let notice = |stale_repos: usize, fault: Option<&str>| {
        let (site, _) = site_where(&work, "repos", |snapshot| {
            for repo in snapshot.repos.iter_mut().take(stale_repos) {
                repo.status = stale(None, false);
            }
            snapshot.sources.push(source("github:default", fault));
        });
        text(&site, "data/notice.js")
    };
    assert_eq!(notice(2, None), "", "2 of 40 are a twentieth");
    let many = notice(3, None);
    assert!(many.contains("3 of 40 repositories") && many.contains("build-report/#repositories"), "{many}");
    let incomplete = notice(0, Some("status 502"));
    assert!(
        incomplete.contains("1 list of repositories is incomplete") && incomplete.contains("build-report/#sources"),
        "{incomplete}"
    );
}

fn source(id: &str, fault: Option<&str>) -> SourceState {
    SourceState {
        id: id.to_string(),
        place: Place::file("", "app-config.yaml"),
        repos: 40,
        fault: fault.map(str::to_string),
        stale_since: fault.map(|_| NOVEMBER),
        requests: 7,
        waited: 3,
        cron: Some("*/30 * * * *".to_string()),
    }
}

#[test]
fn repositories_without_a_state_are_told_of_and_not_asked_for_descriptors() {
    let work = Work::new("absent");
    work.has_components(1);
    let (site, report) = site_where(&work, "repos", |snapshot| {
        let absent = |id: &str, is_gone| Absent { id: id.into(), is_gone, reason: "status 404".to_string() };
        snapshot.absent = vec![absent("git.example/left", true), absent("git.example/never", false)];
        snapshot.sources = vec![source("github:whole", None), source("gitlab:half", Some("page 3 failed"))];
        snapshot.asked_at = Some(NOVEMBER);
    });
    let told = |id: &str| (repo(&report, id)["status"].clone(), repo(&report, id)["reason"].clone());
    assert_eq!(told("left"), ("gone".into(), "status 404".into()));
    assert_eq!(told("never"), ("failed".into(), "status 404".into()));
    assert_eq!((&report["counts"]["gone"], &report["counts"]["failed"]), (&1.into(), &1.into()));
    assert_eq!(repo(&report, "part-0")["status"], "fresh", "nobody fetches a folder");
    let half = &report["sources"][1];
    assert_eq!((&half["id"], &half["complete"]), (&"gitlab:half".into(), &false.into()));
    assert_eq!((&half["reason"], &half["stale_since"]), (&"page 3 failed".into(), &"2026-11-20T12:00:00Z".into()));
    assert_eq!((&half["requests"], &half["rate_limited_s"]), (&7.into(), &3.into()));
    let published: Json = serde_json::from_str(&text(&site, "build-report.json")).expect("JSON");
    assert!(published["sources"][1]["requests"].is_null(), "what was asked differs from run to run");
    let about = text(&site, "build-report/index.html");
    assert!(about.contains("id=\"sources\"") && about.contains("page 3 failed") && about.contains("never fetched"));
    assert!(!text(&site, "adoption/index.html").contains("git.example"), "nobody can describe what is not there");
}

#[test]
fn what_did_not_move_is_unchanged_for_the_run_alone() {
    let work = Work::with_server("unchanged");
    let status = |moved: bool| {
        let (_, report) = site_where(&work, "portal", |snapshot| {
            snapshot.asked_at = Some(NOVEMBER);
            snapshot.repos.iter_mut().for_each(|repo| repo.has_moved = moved);
        });
        (repo(&report, "shop")["status"].clone(), repo(&report, "teams")["status"].clone())
    };
    assert_eq!(status(true), ("fresh".into(), "fresh".into()));
    assert_eq!(status(false), ("unchanged".into(), "fresh".into()), "nobody fetches a folder");
}

#[test]
fn what_a_sync_was_refused_is_told_by_runs_that_ask_nobody() {
    let work = Work::with_server("refused");
    let config = work.read("portal/app-config.yaml").replace(
        "catalog: { rules",
        "integrations: { gitea: [{ host: '127.0.0.1:1', baseUrl: 'http://127.0.0.1:1' }] }\n\
         catalog: { providers: { gitea: { host: '127.0.0.1:1', organization: acme } }, rules",
    );
    let url = format!("file://{}", work.path("far/none.git").display());
    work.0.write("portal/app-config.yaml", config.replace("git: [", &format!("git: ['{url}', ")));

    let synced = work.run(&["sync", "portal", "--deny", "incomplete"]);
    assert_eq!(synced.code, 3, "{}", synced.err);
    assert!(!synced.err.contains("published") && synced.err.contains("1 failed"), "{}", synced.err);
    assert!(work.read("portal/callboard.lock").contains("shop.git"));

    let output = Command::new(env!("CARGO_BIN_EXE_callboard"))
        .args(["sources", "portal"])
        .current_dir(work.path(""))
        .env("CALLBOARD_CACHE_DIR", work.path("cache"))
        .output()
        .expect("the program runs");
    let table = String::from_utf8_lossy(&output.stdout).into_owned();
    let row = |name: &str| table.lines().find(|line| line.contains(name)).unwrap_or_else(|| panic!("{table}"));
    assert!(row("gitea:").contains("incomplete") && !row("gitea:").contains("asks nobody"), "{table}");
    assert!(row("none").contains("failed") && row("none").contains("not appear to be a git repository"), "{table}");
    assert!(row("shop").contains("fresh"), "{table}");

    let built = work.run(&["build", "portal", "--offline", "--deny", "incomplete", "--out", "out"]);
    assert!(built.code == 3 && built.err.contains("error: nothing was published"), "{}", built.err);
}

#[test]
fn a_sync_tells_of_sources_and_not_of_entities() {
    let work = Work::with_server("quiet");
    work.0.write("portal/teams/catalog-info.yaml", "");
    let synced = work.run(&["sync", "portal"]);
    assert!(synced.code == 0 && synced.err.contains("Synced 1 repository"), "{}", synced.err);
    assert!(!synced.err.contains("unknown-owner"), "{}", synced.err);
    let built = work.run(&["build", "portal", "--offline", "--out", "out"]);
    assert!(built.err.contains("unknown-owner"), "{}", built.err);
}
