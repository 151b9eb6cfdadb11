//! Plugins as people meet them: written, checked, looked at, and built into a portal.

#![expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "the program is run on folders of a test")]

#[path = "support/scratch.rs"]
mod scratch;

use scratch::Scratch;
use std::fs;
use std::process::Command;

struct Run {
    code: i32,
    out: String,
    err: String,
}

struct Work(Scratch);

impl Work {
    /// A portal of two components, of which one has the annotation `tool/id: shop`.
    fn new(name: &str) -> Work {
        let work = Work(Scratch::new(name));
        work.write("app-config.yaml", "catalog: {rules: [{allow: [Component]}], locations: [{type: file, target: ./repos/*/catalog-info.yaml}]}\n");
        work.write("repos/shop/catalog-info.yaml", &component("shop", "    tool/id: shop\n"));
        work.write("repos/bare/catalog-info.yaml", &component("bare", ""));
        work
    }

    fn write(&self, path: &str, text: &str) {
        self.0.write(path, text);
    }

    /// A plugin `tool` with a tab.
    fn plugin(&self, manifest: &str, tab: &str) {
        self.write("plugins/tool/plugin.yaml", manifest);
        self.write("plugins/tool/tab.html", tab);
    }

    #[track_caller]
    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.0.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn has(&self, path: &str) -> bool {
        self.0.path().join(path).exists()
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callboard"));
        command.args(arguments).current_dir(self.0.path());
        command.env("CALLBOARD_CACHE_DIR", self.0.path().join("cache")).env("HOME", self.0.path().join("home"));
        command.env("TOOL_TOKEN", "t0ps3cret-value").env_remove("SOURCE_DATE_EPOCH").env_remove("BACKSTAGE_ENV");
        let output = command.output().expect("callboard runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("callboard talks in UTF-8");
        Run { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    fn build(&self) -> Run {
        let run = self.run(&["build"]);
        assert_eq!(run.code, 0, "{}", run.err);
        run
    }

    /// Every file of the portal.
    fn portal(&self) -> Vec<(String, Vec<u8>)> {
        let root = self.0.path().join("public");
        let walk = walkdir::WalkDir::new(&root).sort_by_file_name().into_iter().flatten();
        let files = walk.filter(|entry| entry.file_type().is_file());
        files
            .map(|file| {
                let inside = file.path().strip_prefix(&root).expect("below the portal").to_string_lossy().into_owned();
                (inside, fs::read(file.path()).expect("a file"))
            })
            .collect()
    }
}

fn component(name: &str, annotations: &str) -> String {
    let annotations = if annotations.is_empty() { String::new() } else { format!("  annotations:\n{annotations}") };
    format!(
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n{annotations}\
         spec: {{type: service, lifecycle: production, owner: team-a}}\n"
    )
}

const SHOP: &str = "public/catalog/default/component/shop/";
const TAB: &str = "public/catalog/default/component/shop/tool/index.html";
const MANIFEST: &str =
    "title: Tool\nannotation: tool/id\ndata:\n  it: {file: \"data/{annotation}.json\"}\nshow: {tab: tab.html}\n";

#[test]
fn a_new_plugin_works_as_it_is() {
    let work = Work::new("plugin-new");
    let new = work.run(&["plugin", "new", "code-quality", "--annotation", "tool/id"]);
    assert_eq!((new.code, new.out.as_str()), (0, ""), "{}", new.err);
    let check = work.run(&["plugin", "check"]);
    assert_eq!((check.code, check.err.as_str()), (0, ""));
    assert!(check.out.starts_with("code-quality: tab ("), "{}", check.out);
    let preview = work.run(&["plugin", "preview", "code-quality"]);
    let page = preview.out.lines().next().unwrap_or_default().to_string();
    assert_eq!(preview.code, 0, "{}", preview.err);
    assert!(work.read(&page).contains("Baskets are never emptied"));
    work.build();
    assert!(work.read(&format!("{SHOP}code-quality/index.html")).contains("Baskets are never emptied"));
    assert!(work.read(&format!("{SHOP}index.html")).contains("Code quality</bdi></span> <bdi>B</bdi>"));
    assert!(!work.has("public/catalog/default/component/bare/code-quality"));
    let again = work.run(&["plugin", "new", "code-quality"]);
    assert_eq!(again.code, 2);
    for name in ["Docs", "docs", "a--b", "../x", ""] {
        assert_eq!(work.run(&["plugin", "new", name]).code, 2, "{name}");
    }
    let list = work.run(&["plugin", "list"]).out;
    assert!(list.lines().any(|line| line.split_whitespace().eq(["code-quality", "own", "tool/id"])), "{list}");
    let unknown = work.run(&["plugin", "check", "code-qualty"]);
    assert!(unknown.code == 2 && unknown.err.contains("Did you mean `code-quality`?"), "{}", unknown.err);
}

#[test]
fn what_data_say_stays_text() {
    let work = Work::new("plugin-hostile");
    work.plugin(MANIFEST, "<p title=\"{{ data.it.a }}\">{{ data.it.a }}</p><a href=\"{{ data.it.b }}\">x</a>{{ <out url={data.it.b} text={data.it.a} /> }}");
    work.write("plugins/tool/data/shop.json", r#"{"a": "\"><script>alert(1)</script>", "b": "javascript:alert(1)"}"#);
    work.build();
    let page = work.read(TAB);
    assert!(!page.contains("<script>alert") && !page.contains("javascript:alert"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("<a href=\"#\">x</a>"));
}

#[test]
fn templates_that_the_policy_forbids_are_refused() {
    let work = Work::new("plugin-unsafe");
    work.plugin(MANIFEST, "<p>fine</p>\n<p onclick=\"x()\">{{ data.it.a | safe }}</p>");
    let check = work.run(&["plugin", "check"]);
    assert_eq!(check.code, 3);
    assert!(
        check.err.contains("has the attribute `onclick` in line 2")
            && check.err.contains("has the filter `safe` in line 2"),
        "{}",
        check.err
    );
    let built = work.run(&["build"]);
    assert!(built.code == 2 && built.err.contains("a plugin cannot be used"), "{}", built.err);
    work.plugin(MANIFEST, "{% if x %}");
    assert_eq!(work.run(&["build"]).code, 2, "half a template is none");
}

#[test]
fn a_fault_costs_its_page_only() {
    let work = Work::new("plugin-fault");
    let manifest = format!(
        "{}  badge: {{text: \"{{{{ data.it.word }}}}\", tone: bad}}\n",
        MANIFEST.replace("show: {tab: tab.html}", "show:\n  tab: tab.html")
    );
    work.plugin(&manifest, "{{ data.it.a.b.c }}");
    work.write("plugins/tool/data/shop.json", r#"{"word": "red"}"#);
    let built = work.build();
    assert!(built.err.contains("plugin-template-failed"), "{}", built.err);
    let page = work.read(TAB);
    assert!(
        page.contains("This cannot be shown now.")
            && !page.contains("tab.html:1")
            && page.contains("Shop") | page.contains("shop")
    );
    assert!(work.read(&format!("{SHOP}index.html")).contains("<bdi>red</bdi>"));
}

#[test]
fn secrets_of_plugins_stay_out_of_everything() {
    let work = Work::new("plugin-secret");
    let manifest = "title: Tool\nannotation: tool/id\nsettings: {token: {secret: true}}\ndata:\n  it: {get: \"http://127.0.0.1:9/{annotation}\", token: \"{settings.token}\"}\n  own: {get: \"http://127.0.0.1:9/x\", token: \"${TOOL_TOKEN}\"}\nshow: {tab: tab.html}\n";
    work.plugin(manifest, "{% for key, value in settings %}{{ key }}={{ value }} {% endfor %}x");
    work.write("app-config.local.yaml", "callboard: {plugins: {tool: {token: \"${TOOL_TOKEN}\"}}}\n");
    let run = work.run(&["build", "-v", "--report", "report.json"]);
    let told = format!("{}{}{}", run.out, run.err, work.read("report.json"));
    assert!(told.contains("plugin-data-unread") && !told.contains("t0ps3cret"), "{told}");
    for (path, bytes) in work.portal() {
        assert!(!String::from_utf8_lossy(&bytes).contains("t0ps3cret"), "{path}");
    }
    // A template that prints it all the same would publish it: the build refuses.
    work.plugin("title: Tool\nannotation: tool/id\nshow: {tab: tab.html}\n", "t0ps3cret-value");
    work.write("app-config.local.yaml", "integrations: {github: [{host: github.com, token: \"${TOOL_TOKEN}\"}]}\n");
    assert_ne!(work.run(&["build"]).code, 0);
}

#[test]
fn repositories_bring_no_plugins_and_data_only_where_a_plugin_asks() {
    let work = Work::new("plugin-repository");
    work.write("repos/shop/plugins/evil/plugin.yaml", "title: Evil\nannotation: tool/id\nshow: {tab: tab.html}\n");
    work.write("repos/shop/plugins/evil/tab.html", "evil");
    work.plugin(
        &MANIFEST.replace("file: \"data/{annotation}.json\"", "repository: reports/it.json"),
        "{{ data.it.n }} lines",
    );
    work.write("repos/shop/reports/it.json", r#"{"n": 41}"#);
    work.build();
    assert!(work.read(TAB).contains("41 lines"));
    assert!(!work.has(&format!("{SHOP}evil")));
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let work = Work::new("plugin-bytes");
    let manifest = "title: Tool\nannotation: tool/id\ndata:\n  it: {file: \"data/{annotation}.json\"}\nshow: {tab: tab.html, card: tab.html, page: tab.html, facets: {word: \"{{ data.it.word }}\"}}\nstyle: tool.css\n";
    work.plugin(manifest, "{% if data.it %}{{ data.it.word }}{% endif %}");
    work.write("plugins/tool/tool.css", ".x{}");
    for name in 0..20 {
        work.write(
            &format!("repos/r{name}/catalog-info.yaml"),
            &component(&format!("c{name}"), &format!("    tool/id: c{name}\n")),
        );
        work.write(&format!("plugins/tool/data/c{name}.json"), &format!(r#"{{"word": "w{name}"}}"#));
    }
    work.build();
    let first = work.portal();
    assert!(first.iter().any(|(path, _)| path == "assets/plugins/tool/tool.css"));
    assert!(first.iter().any(|(path, _)| path == "plugins/tool/index.html"));
    let unchanged = work.build();
    assert!(unchanged.err.contains("Nothing changed"), "{}", unchanged.err);
    fs::remove_dir_all(work.0.path().join("public")).expect("removed");
    assert_eq!(work.run(&["build", "-j", "1"]).code, 0);
    assert!(first == work.portal(), "another number of threads makes other bytes");
    work.write("plugins/tool/data/c3.json", r#"{"word": "another"}"#);
    work.build();
    assert!(work.read("public/catalog/default/component/c3/tool/index.html").contains("another"));
}

#[test]
fn newer_data_are_read_only_from_origins_that_are_listed() {
    let work = Work::new("plugin-live");
    let manifest =
        format!("{MANIFEST}live: {{source: it, url: \"https://live.example/api/{{annotation}}\", every: 30}}\n");
    work.plugin(&manifest, "x");
    work.build();
    assert!(!work.read(TAB).contains("data-live-url"));
    work.write("app-config.local.yaml", "callboard: {connect: [https://live.example]}\n");
    work.build();
    let page = work.read(TAB);
    assert!(page.contains("data-live-url=\"https://live.example/api/shop\" data-live-every=\"30\""), "{page}");
    assert!(page.contains("connect-src https://live.example") && page.contains("plugin-live.js"));
}

#[test]
fn what_another_job_left_comes_with_the_bundle() {
    let work = Work::new("plugin-bundle");
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .args(["-c", "user.name=a", "-c", "user.email=a@b"])
            .args(arguments)
            .current_dir(work.0.path().join("repos/shop"));
        assert!(command.output().expect("git runs").status.success(), "{arguments:?}");
    };
    work.write("repos/shop/.gitignore", "reports/\n");
    git(&["init", "-q", "-b", "main"]);
    git(&["remote", "add", "origin", "https://github.com/acme/shop.git"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "one"]);
    work.write("repos/shop/reports/it.json", r#"{"n": 41}"#);
    let bundles = "bundles/github.com/acme/shop.callboard";
    fs::create_dir_all(work.0.path().join("bundles/github.com/acme")).expect("made");
    let run = work.run(&["bundle", "repos/shop", "--also", "reports/*.json", "--out", bundles]);
    assert_eq!(run.code, 0, "{}", run.err);
    work.write("app-config.yaml", "callboard: {sources: {bundles: [{folder: ./bundles}]}}\n");
    work.plugin(
        &MANIFEST.replace("file: \"data/{annotation}.json\"", "repository: reports/it.json"),
        "{{ data.it.n }} lines",
    );
    work.build();
    assert!(work.read(TAB).contains("41 lines"));
}

/// Of sources, a list has what files say and what the last build heard of programs, which it does not run. A portal says the
/// same.
#[test]
fn what_plugins_tell_can_be_asked_for() {
    let work = Work::new("plugin-list");
    work.plugin(
        "title: Tool\nannotation: tool/id\ndata:\n  it: {file: \"data/{annotation}.json\"}\n  \
         heard: {command: [sh, -c, 'echo run >> runs; echo \"{\\\"word\\\": \\\"heard\\\"}\"']}\n\
         show:\n  tab: tab.html\n  facets: {ci: \"{{ data.it.word }}\", told: \"{{ data.heard.word }}\"}\n",
        "x",
    );
    work.write("plugins/tool/data/shop.json", r#"{"word": "failing"}"#);
    let refs = |arguments: &[&str]| {
        let run = work.run(&[&["list", "--format", "refs"], arguments].concat());
        assert_eq!(run.code, 0, "{}", run.err);
        run.out
    };
    assert_eq!(refs(&["ci:failing"]), "component:default/shop\n");
    assert_eq!(refs(&["told:heard"]), "");
    assert!(!work.has("plugins/tool/runs"), "a list runs nothing");
    work.build();
    let runs = work.read("plugins/tool/runs");
    for from in [&[][..], &["--portal", "public"]] {
        let both = [from, &["ci:fail*", "told:heard"]].concat();
        assert_eq!(refs(&both), "component:default/shop\n", "{from:?}");
        assert_eq!(refs(&[from, &["--", "-ci:*"]].concat()), "component:default/bare\n", "{from:?}");
        let json = work.run(&[&["list", "ci:*", "--format", "json"], from].concat());
        let entities: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
        assert_eq!(entities[0]["facets"], serde_json::json!({ "ci": ["failing"], "told": ["heard"] }), "{from:?}");
        let slip = work.run(&[&["list", "told2:x"], from].concat());
        assert!(slip.code == 2 && slip.err.contains("Did you mean `told`?"), "{}", slip.err);
    }
    assert_eq!(work.read("plugins/tool/runs"), runs);
    assert_eq!(work.run(&["check"]).code, 0, "templates have their words when nothing is built");
}
