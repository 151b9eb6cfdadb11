//! The portal of `content-example` in a real browser: over HTTP below a sub-path, under the headers that the build
//! wrote, and from disk.
//!
//! One test runs the rows of [`SCENARIOS`], because one browser, one server and one built portal serve them all and
//! must be gone at the end. A failure names its scenario and origin; `CALLBOARD_SCENARIO=search` runs those whose
//! name contains the word. In every scenario a script error, a refusal by the content security policy, a failed
//! request, a request that leaves the portal, and a dialog are failures. With `CALLBOARD_SCREENSHOTS=<folder>` pictures
//! of all page types are left in that folder.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "these tests start programs, serve and read what was built, and wait"
)]

#[path = "browser/devtools.rs"]
mod devtools;
#[path = "browser/folder.rs"]
mod folder;
#[path = "support/forge/mod.rs"]
#[expect(dead_code, reason = "tests of the program ask more of it")]
mod forge;
#[path = "browser/live.rs"]
mod live;
#[path = "browser/receiver.rs"]
mod receiver;
#[path = "browser/scaffolding.rs"]
mod scaffolding;
#[path = "support/scaffolds.rs"]
mod scaffolds;
#[path = "browser/site.rs"]
mod site;

use callboard::query::Query;
use callboard::search::{self, Ask, Shards};
use devtools::{Chromium, Key, Page, Scheme, Screen, file_address};
use folder::Folder;
use forge::{Api, Forge, Issue};
use receiver::Receiver;
use serde_json::{Value, json};
use site::{Server, Site, decoded};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

struct Scenario {
    name: &'static str,
    origins: &'static [Origin],
    run: fn(&mut Scene),
}

/// The longest come first, so that nobody waits for them at the end.
const SCENARIOS: [Scenario; 58] = [
    Scenario { name: "nothing for axe to say in light", origins: &[Origin::Http], run: axe_in_light },
    Scenario { name: "nothing for axe to say in dark", origins: &[Origin::Http], run: axe_in_dark },
    Scenario { name: "nothing for axe to say of what opens", origins: &[Origin::Http], run: axe_of_what_opens },
    Scenario { name: "screenshots", origins: &[Origin::Http], run: screenshots },
    Scenario { name: "every page is whole", origins: &Origin::BOTH, run: every_page_is_whole },
    Scenario { name: "newer data of a plugin", origins: &[Origin::Http], run: live::newer_data },
    Scenario { name: "phone", origins: &[Origin::Http], run: phone },
    Scenario { name: "no script", origins: &Origin::BOTH, run: no_script },
    Scenario { name: "find an entity in the catalog", origins: &Origin::BOTH, run: find_an_entity },
    Scenario { name: "columns of a list", origins: &Origin::BOTH, run: columns_of_a_list },
    Scenario { name: "query with a fault", origins: &Origin::BOTH, run: query_with_a_fault },
    Scenario { name: "queries have the answers of their cases", origins: &[Origin::Http], run: queries_as_in_cases },
    Scenario { name: "lists answer as the command line does", origins: &Origin::BOTH, run: lists_answer },
    Scenario {
        name: "what plugins tell in lists and on the health page",
        origins: &[Origin::Http],
        run: told_by_plugins,
    },
    Scenario { name: "entity page leads on", origins: &Origin::BOTH, run: entity_page_leads_on },
    Scenario { name: "my team", origins: &Origin::BOTH, run: my_team },
    Scenario { name: "health of an owner", origins: &Origin::BOTH, run: health_of_an_owner },
    Scenario { name: "map of the catalog", origins: &Origin::BOTH, run: map_of_the_catalog },
    Scenario { name: "explore the graph", origins: &Origin::BOTH, run: explore_the_graph },
    Scenario { name: "path between entities", origins: &Origin::BOTH, run: path_between_entities },
    Scenario { name: "take the graph away", origins: &Origin::BOTH, run: take_the_graph_away },
    Scenario { name: "docs", origins: &Origin::BOTH, run: docs },
    Scenario { name: "pages of a doc set", origins: &Origin::BOTH, run: doc_pages },
    Scenario { name: "tabs and code of docs", origins: &Origin::BOTH, run: doc_tabs },
    Scenario { name: "size of text and images of docs", origins: &Origin::BOTH, run: doc_comfort },
    Scenario { name: "report an issue about docs", origins: &Origin::BOTH, run: doc_report },
    Scenario { name: "print docs", origins: &Origin::BOTH, run: doc_print },
    Scenario { name: "search dialog", origins: &Origin::BOTH, run: search_dialog },
    Scenario { name: "search page", origins: &Origin::BOTH, run: search_page },
    Scenario { name: "search agrees with the command line", origins: &[Origin::Http], run: search_agrees },
    Scenario { name: "search filters and tens", origins: &Origin::BOTH, run: search_filters },
    Scenario { name: "search by keys on the phone", origins: &Origin::BOTH, run: search_on_the_phone },
    Scenario { name: "recent searches", origins: &Origin::BOTH, run: recent_searches },
    Scenario { name: "searches without a result are told", origins: &[Origin::Http], run: no_results },
    Scenario { name: "page views are told", origins: &[Origin::Http], run: page_views },
    Scenario { name: "what was read is there without a network", origins: &[Origin::Http], run: without_network },
    Scenario { name: "the whole portal without a network", origins: &Origin::BOTH, run: whole_portal_kept },
    Scenario { name: "search shows hostile text as text", origins: &Origin::BOTH, run: search_shows_text },
    Scenario { name: "templates as in cases", origins: &[Origin::Http], run: scaffolding::scaffolds_as_in_cases },
    Scenario { name: "a template in a zip", origins: &Origin::BOTH, run: scaffolding::template_in_a_zip },
    Scenario { name: "starter of a template", origins: &Origin::BOTH, run: starter },
    Scenario { name: "fill in a form by keys", origins: &Origin::BOTH, run: fill_in_a_form },
    Scenario { name: "every field of a form", origins: &Origin::BOTH, run: every_field_of_a_form },
    Scenario { name: "draft and link of a form", origins: &Origin::BOTH, run: draft_of_a_form },
    Scenario { name: "hostile form is text", origins: &Origin::BOTH, run: hostile_form },
    Scenario { name: "forms judge as in cases", origins: &[Origin::Http], run: forms_as_in_cases },
    Scenario { name: "templates give what their cases say", origins: &Origin::BOTH, run: templates_as_in_cases },
    Scenario { name: "colour scheme", origins: &Origin::BOTH, run: colour_scheme },
    Scenario { name: "hostile entity is text", origins: &Origin::BOTH, run: hostile_entity },
    Scenario { name: "long list has pages", origins: &[Origin::Http], run: long_list_has_pages },
    Scenario { name: "activity and adoption", origins: &[Origin::Http], run: activity_and_adoption },
    Scenario { name: "the portal in German", origins: &[Origin::Http], run: in_german },
    Scenario { name: "reported issues", origins: &[Origin::Http], run: reported_issues },
    Scenario { name: "what could not be refreshed", origins: &[Origin::Http], run: not_refreshed },
    Scenario { name: "wrong address", origins: &[Origin::Http], run: wrong_address },
    Scenario { name: "scripts before the first search are light", origins: &[Origin::Http], run: light_scripts },
    Scenario { name: "faults are seen", origins: &Origin::BOTH, run: faults_are_seen },
    Scenario { name: "pages and styles are light", origins: &[Origin::Http], run: light_pages },
];

/// Every page type, by name and path; some twice, for what only one of them shows.
const PAGE_TYPES: [(&str, &str); 42] = [
    ("home", ""),
    ("catalog", "catalog/"),
    ("catalog-of-systems", "catalog/-/system/"),
    ("apis", "api-docs/"),
    ("docs-index", "docs/"),
    ("create", "create/"),
    ("graph", "graph/"),
    ("graph-connections", "graph/-/connections/"),
    ("explorer", "graph/?root=component:default/payment-service"),
    ("teams", "teams/"),
    ("activity", "activity/"),
    ("adoption", "adoption/"),
    ("report", "build-report/"),
    ("health", "health/"),
    ("search", "search/"),
    ("search-results", "search/?q=payment"),
    ("component", "catalog/default/component/payment-service/"),
    ("component-deprecated", "catalog/default/component/legacy-invoicing/"),
    ("component-dangling", "catalog/default/component/lost-and-found/"),
    ("component-long", "catalog/default/component/the-very-long-name-of-a-service-that-nobody-ever-dared-to-short/"),
    ("component-bare", "catalog/default/component/bare/"),
    ("api", "catalog/default/api/payment-api/"),
    ("definition", "catalog/default/api/payment-api/definition/"),
    ("dependencies", "catalog/default/component/payment-service/dependencies/"),
    ("actions", "catalog/default/component/payment-service/github-actions/"),
    ("argo-cd", "catalog/default/component/seat-map-service/argo-cd/"),
    ("pagerduty", "catalog/default/component/order-service/pagerduty/"),
    ("datadog", "catalog/default/component/order-service/datadog/"),
    ("vault", "catalog/default/component/payment-service/vault/"),
    ("tech-radar", "plugins/tech-radar/"),
    ("system", "catalog/default/system/checkout-platform/"),
    ("group", "catalog/default/group/team-payments/"),
    ("group-with-groups", "catalog/default/group/commerce-engineering/"),
    ("me", "me/"),
    ("user", "catalog/default/user/mara.lindqvist/"),
    ("template", "create/default/go-http-service/"),
    ("docs", "docs/default/component/payment-service/architecture/"),
    ("docs-with-image", "docs/default/component/payment-service/"),
    ("docs-dialect", DIALECT),
    ("docs-print", "docs/default/component/catalogue-service/-/print/"),
    ("docs-diagrams", "docs/default/component/handbook/diagrams/"),
    ("docs-odd", "docs/default/component/the-very-long-name-of-a-service-that-nobody-ever-dared-to-short/"),
];

const PAYMENT_SERVICE: &str = "catalog/default/component/payment-service/";
const PAYMENT_DOCS: &str = "docs/default/component/payment-service/";
/// A page with all that the Markdown dialect makes, put into the portal by [`Stage::set`].
const DIALECT: &str = "docs/default/component/payment-service/dialect/";
const ANGLE_BRACKETS: &str = "catalog/default/component/angle-brackets/";
const HOSTILE_TITLE: &str = r#"Angle <b>Brackets</b> & "Quotes""#;
const HOSTILE_WORDS: &str = "<script>alert(1)</script> <img src=x onerror=alert(2)>";

#[test]
fn portal_in_a_browser() {
    let wanted = std::env::var("CALLBOARD_SCENARIO").unwrap_or_default();
    let stage = Stage::set();
    let mut waiting: Vec<(&Scenario, Origin)> = SCENARIOS
        .iter()
        .filter(|scenario| scenario.name.contains(&wanted))
        .flat_map(|scenario| scenario.origins.iter().map(move |origin| (scenario, *origin)))
        .collect();
    assert!(!waiting.is_empty(), "no scenario is named like `{wanted}`");
    waiting.reverse();
    let waiting = Mutex::new(waiting);
    let failures = Mutex::new(BTreeMap::new());
    let next = || waiting.lock().expect("no scenario runs under the lock").pop();
    let work = || {
        while let Some((scenario, origin)) = next() {
            let name = format!("{} ({})", scenario.name, origin.name());
            if let Err(message) = played(scenario, origin, &stage, &name) {
                failures.lock().expect("no scenario runs under the lock").insert(name, message);
            }
        }
    };
    let workers = std::thread::available_parallelism().map_or(2, |number| number.get().clamp(2, 8));
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(work);
        }
    });
    let failures = failures.into_inner().expect("no scenario runs under the lock");
    let told: String = failures.iter().map(|(name, message)| format!("\n\n== {name}\n{message}")).collect();
    assert!(failures.is_empty(), "{} failed:{told}", failures.len());
}

/// Plays one scenario in a thread of its own, whose name is in what a failed assertion says.
fn played(scenario: &Scenario, origin: Origin, stage: &Stage, name: &str) -> Result<(), String> {
    std::thread::scope(|scope| {
        let play = || {
            let mut scene = Scene::on(stage, origin);
            (scenario.run)(&mut scene);
            let faults = scene.page.faults();
            assert!(faults.is_empty(), "faults in the browser: {faults:#?}");
        };
        let thread = std::thread::Builder::new().name(name.to_string()).spawn_scoped(scope, play);
        thread.expect("a thread").join().map_err(|panic| match panic.downcast::<String>() {
            Ok(message) => *message,
            Err(other) => other.downcast_ref::<&str>().map_or_else(|| "panicked".to_string(), ToString::to_string),
        })
    })
}

/// Where the reader has the portal from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    Http,
    Disk,
}

impl Origin {
    const BOTH: [Origin; 2] = [Origin::Http, Origin::Disk];

    fn name(self) -> &'static str {
        match self {
            Origin::Http => "http",
            Origin::Disk => "file",
        }
    }
}

/// What all scenarios share.
struct Stage {
    chromium: Chromium,
    server: Server,
    example: Site,
    /// A portal of 230 components, three pages of a list. It has no service worker, and tells of searches without a
    /// result.
    crowd: Site,
    /// A portal of three git repositories; one has no descriptor.
    past: Site,
    /// The example in German.
    german: Site,
    /// The entities of `queries.json`.
    asked: Site,
    /// The templates of `browser/form.yaml`.
    forms: Site,
    _contents: [Folder; 5],
}

impl Stage {
    fn set() -> Self {
        let example = Site::build(&content(""), "/portal/");
        show_dialect(&example.path());
        let crowd_content = Folder::fresh("crowd");
        let entity = |number: u32| {
            format!(
                "---\napiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: extra-{number:03}\n\
                 spec:\n  type: service\n  lifecycle: production\n  owner: nobody\n"
            )
        };
        let repo = crowd_content.path().join("extras");
        fs::create_dir(&repo).expect("a folder for the crowd");
        let told = "callboard:\n  search: { noResults: 'https://counter.example/searches' }\n  offline: { serviceWorker: false }\n";
        fs::write(crowd_content.path().join("app-config.yaml"), told).expect("its configuration");
        fs::write(repo.join("catalog-info.yaml"), (0..230).map(entity).collect::<String>()).expect("the crowd");
        let crowd = Site::build(crowd_content.path(), "/crowd/");
        let past_content = Folder::fresh("past");
        write_past(past_content.path());
        let past = Site::build(past_content.path(), "/past/");
        let german_content = Folder::fresh("german");
        let kinds = ["Component", "API", "Resource", "System", "Domain", "Group", "User", "Location", "Template"];
        let example_config = fs::read_to_string(content("app-config.yaml")).expect("the example's configuration");
        let example_config: serde_json::Value = serde_yaml::from_str(&example_config).expect("YAML");
        std::os::unix::fs::symlink(content("plugin-data"), german_content.path().join("plugin-data")).expect("a link");
        let config = json!({
            "catalog": { "rules": [{ "allow": kinds }] },
            "callboard": {
                "language": "de",
                "sources": { "filesystem": [content("repos")] },
                "plugins": example_config["callboard"]["plugins"],
            },
        });
        fs::write(german_content.path().join("app-config.yaml"), config.to_string()).expect("its configuration");
        let german = Site::build(german_content.path(), "/german/");
        let asked_content = Folder::fresh("asked");
        write_asked(asked_content.path());
        let asked = Site::build(asked_content.path(), "/asked/");
        let forms_content = Folder::fresh("forms");
        write_forms(forms_content.path());
        let forms = Site::build(forms_content.path(), "/forms/");
        let server = Server::start(&[&example, &crowd, &past, &german, &asked, &forms]);
        let contents = [crowd_content, past_content, german_content, asked_content, forms_content];
        Stage { chromium: Chromium::start(), server, example, crowd, past, german, asked, forms, _contents: contents }
    }
}

/// Repositories with commits of several days, two of them more than a page of the activity holds.
fn write_past(folder: &Path) {
    let git = |repo: &Path, day: u32, arguments: &[&str]| {
        let mut command = Command::new("git");
        command
            .arg("-C")
            .arg(repo)
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Ann Author").env(format!("GIT_{role}_EMAIL"), "ann@example.com");
            command.env(format!("GIT_{role}_DATE"), format!("2026-11-{:02}T10:00:00Z", day));
        }
        let output = command.output().expect("git runs");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    let views = "path,views,date\n/past/catalog/default/component/shop/,70,2026-11-19\n";
    fs::write(folder.join("views.csv"), views).expect("views");
    fs::write(folder.join("app-config.yaml"), "callboard: { usage: ./views.csv }\n").expect("a configuration");
    for (name, commits) in [("shop", 60), ("till", 50), ("printer", 1)] {
        let repo = folder.join(name);
        fs::create_dir(&repo).expect("a folder for a repository");
        git(&repo, 1, &["init", "--quiet", "--initial-branch=main"]);
        git(&repo, 1, &["remote", "add", "origin", &format!("https://github.com/acme/{name}.git")]);
        if name != "printer" {
            let descriptor = format!(
                "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {{ name: {name} }}\n\
                 spec: {{ type: service, lifecycle: production, owner: nobody }}\n"
            );
            fs::write(repo.join("catalog-info.yaml"), descriptor).expect("a descriptor");
        }
        for number in 0..commits {
            fs::write(repo.join("README.md"), format!("# {name}\n\nState {number}.\n")).expect("a file to change");
            git(&repo, 5 + number / 4, &["add", "--all"]);
            let message = format!("Change {number} of <i>{name}</i>");
            git(&repo, 5 + number / 4, &["commit", "--quiet", "--message", &message]);
        }
    }
}

fn write_forms(folder: &Path) {
    let repo = folder.join("forms");
    fs::create_dir(&repo).expect("a folder for templates");
    fs::write(repo.join("catalog-info.yaml"), include_str!("browser/form.yaml")).expect("the templates");
    let config = "catalog: { rules: [{ allow: [Component, Group, Template] }] }\ncallboard: { sources: { filesystem: ['.'] } }\n";
    fs::write(folder.join("app-config.yaml"), config).expect("a configuration");
}

/// Queries, what they find, and the entities in which they do.
fn query_cases() -> Value {
    serde_json::from_str(include_str!("queries.json")).expect("cases are JSON")
}

/// The entities of the queries as descriptors, without the relations that follow from them, and two plugins that tell the
/// facets of their components.
fn write_asked(folder: &Path) {
    let cases = query_cases();
    let mut text = String::new();
    for entity in cases["entities"].as_array().expect("entities") {
        let mut entity = entity.clone();
        for told in ["relations", "facets"] {
            entity.as_object_mut().expect("an entity").remove(told);
        }
        text += &format!("---\n{entity}\n");
    }
    let repo = folder.join("asked");
    fs::create_dir(&repo).expect("a folder for what is asked for");
    fs::write(repo.join("catalog-info.yaml"), text).expect("the entities");
    let config = "catalog:\n  rules: [{ allow: [Component, API, System, Group, User] }]\n  \
                  locations: [{ type: file, target: ./asked/catalog-info.yaml }]\n";
    fs::write(folder.join("app-config.yaml"), config).expect("a configuration");
    let told = cases["entities"].as_array().expect("entities").iter().filter_map(|entity| {
        let slug = entity["metadata"]["annotations"]["github.com/project-slug"].as_str()?;
        Some((slug.to_string(), entity.get("facets")?.clone()))
    });
    let told: serde_json::Map<String, Value> = told.collect();
    fs::write(folder.join("told.json"), json!(told).to_string()).expect("what plugins tell");
    for (name, manifest) in
        [("builds", include_str!("browser/builds.yaml")), ("more", include_str!("browser/more.yaml"))]
    {
        let plugin = folder.join("plugins").join(name);
        fs::create_dir_all(&plugin).expect("a folder for a plugin");
        fs::write(plugin.join("plugin.yaml"), manifest).expect("the plugin");
        fs::write(plugin.join("tab.html"), "<p>{{ annotations.annotation }}</p>").expect("its tab");
    }
}

/// Writes a page of docs whose text is `browser/dialect.html`.
fn show_dialect(portal: &Path) {
    let around = fs::read_to_string(portal.join(PAYMENT_DOCS).join("architecture/index.html")).expect("a page of docs");
    let (before, rest) = around.split_once("<div class=\"prose\">").expect("the text begins");
    let (_, after) = rest.split_once("<footer class=\"docfoot\">").expect("the text ends");
    let text = include_str!("browser/dialect.html");
    let (head, toc) = before.split_once("<details class=\"toc\"").expect("contents");
    let (_, side) = toc.split_once("</details>").expect("contents end");
    let page = format!("{head}{side}<div class=\"prose\">{text}</div><footer class=\"docfoot\">{after}");
    fs::create_dir_all(portal.join(DIALECT)).expect("a folder for the dialect");
    fs::write(portal.join(DIALECT).join("index.html"), page).expect("the dialect");
    fs::write(portal.join(DIALECT).join("index.md"), "# The dialect\n").expect("its twin");
}

/// A path below `content-example`.
fn content(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("content-example").join(path)
}

/// One scenario's page, and the portal at one origin.
struct Scene<'a> {
    stage: &'a Stage,
    origin: Origin,
    page: Page,
}

impl<'a> Scene<'a> {
    fn on(stage: &'a Stage, origin: Origin) -> Self {
        let home = match origin {
            Origin::Http => format!("http://{}/", stage.server.address),
            Origin::Disk => file_address(&stage.example.path()) + "/",
        };
        Scene { stage, origin, page: stage.chromium.page(&home) }
    }

    /// The address of a path below the portal's root.
    fn address(&self, path: &str) -> String {
        match self.origin {
            Origin::Http => format!("http://{}{}{path}", self.stage.server.address, self.stage.example.mount),
            Origin::Disk => {
                let (plain, rest) = path.split_at(path.find(['?', '#']).unwrap_or(path.len()));
                let index = if plain.is_empty() || plain.ends_with('/') { "index.html" } else { "" };
                format!("{}/{plain}{index}{rest}", file_address(&self.stage.example.path()))
            }
        }
    }

    #[track_caller]
    fn open(&mut self, path: &str) {
        let address = self.address(path);
        self.page.open(&address);
        if path.starts_with("search/?q=") {
            self.page.wait("document.querySelector('#search-results .hit, #search-results .empty')");
        }
        if path.starts_with("graph/?root=") {
            self.page.wait("document.querySelector('.graph-drawing .node, #graph > .empty:not([hidden])')");
        }
        if path.starts_with("create/default/") {
            self.page.wait("document.querySelector('.form-page')");
        }
        if ["catalog/", "api-docs/"].contains(&path) || path.starts_with("catalog/-/") {
            self.page.wait("document.querySelector('main.is-live')");
        }
    }

    /// Waits until the page at `path` is there.
    #[track_caller]
    fn arrive(&mut self, path: &str) {
        let address = self.address(path);
        self.page.wait_for_address(&address);
    }

    #[track_caller]
    fn heading(&mut self) -> String {
        self.page.text("document.querySelector('h1').firstChild.textContent.trim()")
    }

    /// Opens the search dialog by its key and asks.
    #[track_caller]
    fn ask(&mut self, words: &str) {
        self.page.press(Key::Slash);
        self.page.wait("document.querySelector('dialog.search[open]')?.contains(document.activeElement)");
        self.page.type_text(words);
        self.page.wait("document.querySelector('dialog.search a[role=option]')");
    }
}

/// The number that starts a text such as `5 of 76 entities`.
#[track_caller]
fn leading_number(text: &str) -> u64 {
    let digits: String = text.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(|c| *c != ',').collect();
    digits.parse().unwrap_or_else(|_| panic!("no number at the start of `{text}`"))
}

// ---- The reader's ways.

fn find_an_entity(scene: &mut Scene) {
    scene.open("");
    scene.page.click_text(".rail a", "Catalog");
    scene.arrive("catalog/");
    scene.page.wait("document.querySelector('main.is-live #catalog-filter')");
    let count = "document.getElementById('catalog-count').textContent";
    let rows = "document.querySelectorAll('#catalog tbody tr').length";
    let all = leading_number(&scene.page.text(count));
    let first = scene.page.number(rows);
    assert!(24 <= first && first < all, "{first} of {all} are drawn");

    scene.page.click("#facets [data-key='lifecycle:production']");
    let chosen = "document.querySelector('.chips .chip') && document.getElementById('catalog-count').textContent";
    let by_facet = leading_number(scene.page.wait(chosen).as_str().unwrap_or_default());
    assert!(0 < by_facet && by_facet < all, "{by_facet} of {all}");
    scene.page.wait(&format!("{rows} === {by_facet}"));

    scene.page.click("#catalog-filter");
    scene.page.type_text("refunds");
    scene.page.wait(&format!("{rows} < {by_facet}"));
    let by_text = leading_number(&scene.page.text(count));
    assert!(0 < by_text && by_text < by_facet, "{by_text} of {by_facet}");
    assert_eq!(scene.page.number(rows), by_text);
    scene.page.wait("new URL(location.href).searchParams.get('q') === 'refunds'");
    scene.page.assert("new URL(location.href).searchParams.get('lifecycle') === 'production'");

    scene.page.click_text("#catalog tbody a.entity", "Payment Service");
    scene.arrive(PAYMENT_SERVICE);
    assert_eq!(scene.heading(), "Payment Service");
}

fn columns_of_a_list(scene: &mut Scene) {
    let heads = "[...document.querySelectorAll('#catalog thead th')].filter((e) => e.offsetWidth).map((e) => e.textContent).join()";
    let columns = "new URL(location.href).searchParams.get('cols')";
    let tick = |name: &str| format!("#catalog-columns input[value={name}]");
    scene.open("catalog/");
    scene.page.assert(&format!("{heads} === 'Name,Type,Lifecycle,Owner,System,Findings'"));
    scene.page.click_text(".columnsbox button", "Columns");
    scene.page.wait("document.querySelector('#catalog-columns')?.offsetWidth > 0");
    for name in ["kind", "description", "lifecycle", "system"] {
        scene.page.click(&tick(name));
    }
    let chosen = "Name,Kind,Type,Owner,Tags,Description,Findings";
    scene.page.wait(&format!("{heads} === '{chosen}'"));
    scene.page.wait(&format!("{columns} === 'kind,type,owner,tags,description,findings'"));
    scene.page.assert("document.querySelectorAll('#catalog tbody tr:first-child > *').length === 7");
    scene.page.assert("!document.querySelector('#catalog tbody th p')");
    scene.page.press(Key::Escape);
    scene.page.wait("document.querySelector('#catalog-columns').hidden");
    scene.page.assert("document.activeElement.textContent === 'Columns'");
    scene.page.assert("document.activeElement.getAttribute('aria-expanded') === 'false'");
    scene.page.press(Key::Enter);
    scene.page.wait("!document.querySelector('#catalog-columns').hidden");
    scene.page.click("h1");
    scene.page.wait("document.querySelector('#catalog-columns').hidden");

    scene.page.click_text("#catalog thead button", "Kind");
    scene.page.wait("document.querySelector('#catalog tbody td').textContent === 'AiResource'");
    scene.page.wait("new URL(location.href).searchParams.get('sort') === 'kind'");
    scene.open("api-docs/");
    scene.page.assert(&format!("{heads} === '{chosen}'"));
    scene.page.wait(&format!("{columns}?.startsWith('kind,')"));
    scene.open("catalog/?cols=namespace");
    scene.page.assert(&format!("{heads} === 'Name,Namespace'"));
    scene.page.click_text(".columnsbox button", "Columns");
    scene.page.click_text("#catalog-columns button", "The usual columns");
    scene.page.wait(&format!("{heads} === 'Name,Type,Lifecycle,Owner,System,Findings' && {columns} === null"));
    scene.open("api-docs/");
    scene.page.assert(&format!("{heads} === 'Name,Type,Lifecycle,Owner,System,Findings'"));
}

fn query_with_a_fault(scene: &mut Scene) {
    let count = "document.getElementById('catalog-count').textContent";
    let note = "document.getElementById('catalog-note').textContent";
    scene.open("catalog/");
    let all = leading_number(&scene.page.text(count));
    scene.page.click("#catalog-filter");
    scene.page.type_text("ownr:team-payments");
    scene.page.wait(&format!("{note}.startsWith('There is no key ownr. Did you mean owner?')"));
    assert_eq!(leading_number(&scene.page.text(count)), all, "the list stays");
    scene.page.assert("document.getElementById('catalog-filter').getAttribute('aria-invalid') === 'true'");
    scene.page.click_text("#catalog-note button", "owner");
    scene.page.wait(&format!("{note} === '' && parseInt({count}) < {all}"));
    scene.page.assert("!document.getElementById('catalog-filter').hasAttribute('aria-invalid')");
    scene.page.wait("new URL(location.href).searchParams.get('q') === 'owner:team-payments'");
    scene.page.click_text(".chips button", "Clear all");
    scene.page.wait(&format!("parseInt({count}) === {all} && location.search === ''"));

    scene.open("catalog/?q=kind:");
    scene.page.wait(&format!("{note}.startsWith('kind: lacks a value; kind:* finds entities that have one.')"));
    assert_eq!(leading_number(&scene.page.text(count)), all);
    scene.open("catalog/?q=metadata.uid:x");
    scene.page.wait(&format!("{note}.includes('known to callboard list only')"));
    scene.open("catalog/?q=spec.citi:*");
    scene.page.wait(&format!("{note}.startsWith('No entity has the field spec.citi. Did you mean spec.city?')"));
    scene.page.click_text("#catalog-note button", "spec.city");
    scene.page.wait("document.querySelectorAll('#catalog tbody tr').length === 3");
}

/// What the list in the browser answers: the refs it finds, sorted, or the fault and the guess that it tells.
fn list_answers(scene: &mut Scene, queries: &[&str]) -> Vec<Value> {
    let answers = scene.page.eval(&format!(
        "(async () => {{
            const filter = document.getElementById('catalog-filter');
            const note = document.getElementById('catalog-note');
            filter.focus();
            while (!callboardCatalog.tools || !globalThis.callboardAnswer) await new Promise((resolve) => setTimeout(resolve, 10));
            const answers = [];
            for (const query of {}) {{
                filter.value = query;
                await callboardCatalog.tools.ask();
                if (filter.hasAttribute('aria-invalid')) {{
                    await new Promise((resolve) => setTimeout(resolve, 500));
                    answers.push({{ fault: note.textContent, guess: note.querySelector('button')?.textContent ?? null }});
                }} else answers.push(Array.from(callboardCatalog.shown, (n) => callboardCatalog.data.reference[n]).sort());
            }}
            return answers;
        }})()",
        json!(queries)
    ));
    answers.as_array().expect("an answer each").clone()
}

fn queries_as_in_cases(scene: &mut Scene) {
    let cases = query_cases();
    let cases = cases["cases"].as_array().expect("cases");
    let list = format!("http://{}{}catalog/", scene.stage.server.address, scene.stage.asked.mount);
    scene.page.open(&list);
    scene.page.wait("document.querySelector('main.is-live')");
    let queries: Vec<&str> = cases.iter().map(|case| case["query"].as_str().expect("a query")).collect();
    let answers = list_answers(scene, &queries);
    for (case, answer) in cases.iter().zip(&answers) {
        let Some(fault) = case["fault"].as_str() else {
            assert_eq!(case["finds"], *answer, "{}", case["query"]);
            continue;
        };
        let told = answer["fault"].as_str().unwrap_or_default().to_lowercase();
        assert!(told.starts_with(&fault.replace('`', "").to_lowercase()), "{}: {answer}", case["query"]);
        assert_eq!(case["guess"], answer["guess"], "{}", case["query"]);
    }
}

/// A facet, words beside names, what fails by owner, and the counts of a team, from the plugins of [`write_asked`].
fn told_by_plugins(scene: &mut Scene) {
    let home = format!("http://{}{}", scene.stage.server.address, scene.stage.asked.mount);
    let served = fs::read_to_string(scene.stage.asked.path().join("catalog/index.html")).expect("the list");
    assert!(served.contains("<bdi>failing &lt;b&gt;now&lt;/b&gt;</bdi>"), "the list has words without a script");
    scene.page.bypass_policy();
    scene.page.open(&format!("{home}catalog/"));
    scene.page.wait("document.querySelector('main.is-live')");
    let facet = "[...document.querySelectorAll('#facets .facet')].find((facet) => facet.querySelector('summary').textContent === 'CI')";
    scene.page.wait(facet);
    let values = format!("Array.from({facet}.querySelectorAll('label'), (label) => label.textContent).join()");
    assert_eq!(scene.page.text(&values), "failing2,passing1,none4");
    scene.page.assert("document.querySelectorAll('#catalog tbody .tone').length === 4");
    scene
        .page
        .assert("document.querySelector('#catalog tbody .tone.is-bad > bdi').textContent === 'failing <b>now</b>'");
    scene.page.eval(&format!("{facet}.querySelectorAll('input')[1].click()"));
    scene.page.wait("document.querySelectorAll('#catalog tbody tr').length === 1");
    scene.page.wait("new URL(location.href).searchParams.get('ci') === 'passing'");
    scene.page.assert("document.querySelector('.chips button').textContent.startsWith('CI: passing')");
    scene.page.open(&format!("{home}catalog/?ci=failing&q=coverage:low"));
    scene.page.wait("document.querySelectorAll('#catalog tbody tr').length === 1");

    scene.page.open(&format!("{home}search/?q=ci:failing"));
    scene.page.wait("document.querySelectorAll('#search-results .hit').length === 2");
    scene
        .page
        .assert("[...document.querySelectorAll('#search-facets summary')].some((title) => title.textContent === 'CI')");

    scene.page.open(&format!("{home}health/"));
    scene.page.assert("document.querySelector('.figures dd').textContent === '2'");
    scene.page.assert("document.querySelectorAll('#failing tbody tr').length === 2");
    scene
        .page
        .assert("document.querySelector('#failing li').textContent === 'Builds The last build failed: <i>exit 1</i>'");
    scene.page.click("#health-owner");
    scene.page.type_text("team-a");
    scene.page.wait("[...document.querySelectorAll('#failing tbody tr')].filter((row) => !row.hidden).length === 1");
    let violations = axe(&mut scene.page, "what fails");
    assert!(violations.is_empty(), "{violations:?}");
    scene.page.click("#failing tr:not([hidden]) li a");
    scene.page.wait("document.querySelector('.plugin-builds')");

    scene.page.open(&format!("{home}catalog/default/group/team-a/"));
    scene.page.assert("document.querySelector('.health-counts a').textContent === '1 failing now'");
    scene.page.assert("document.querySelector('#owns .tone').textContent.endsWith('failing <b>now</b>')");
    scene.page.click("[data-team]");
    scene.page.open(&home);
    scene.page.wait("document.querySelector('#my-team .severity.is-error')?.textContent === '1 failing now'");
    scene.page.assert("document.querySelector('#my-team li .row-end').textContent.startsWith('1 failing now')");
}

/// The engine of the portal, under its policy, and Nunjucks itself, which needs to compile code.
fn templates_as_in_cases(scene: &mut Scene) {
    const NUNJUCKS: &str = include_str!("vendor/nunjucks/nunjucks.min.js");
    let cases: Value = serde_json::from_str(include_str!("template-language.json")).expect("cases are JSON");
    let ours = "async (cases) => {
        await callboardLoad('assets/template-language.js');
        const { render, value, Fault } = callboard.language;
        return cases.map((given) => {
            const settings = given.settings ?? {};
            try {
                if (given.name !== 'values') return { output: render(given.template, given.context ?? {}, settings) };
                const found = value(given.template, given.context ?? {}, settings);
                return found === undefined ? { undefined: true } : { value: found };
            } catch (error) {
                if (!(error instanceof Fault)) throw error;
                return { fault: error.message, at: `${error.line}:${error.column}` };
            }
        });
    }";
    scene.open("create/");
    let answers = scene.page.eval(&format!("({ours})({cases})"));
    for (case, answer) in cases.as_array().expect("cases").iter().zip(answers.as_array().expect("an answer each")) {
        for (key, found) in answer.as_object().expect("an answer") {
            assert_eq!(case[key], *found, "{}: {}", case["name"], case["template"]);
        }
    }
    let theirs = "(cases) => cases.filter((given) => given.nunjucks).flatMap((given) => {
        const { cookiecutter, trimBlocks, lstripBlocks } = given.settings ?? {};
        const tags = { variableStart: cookiecutter ? '{{' : '${{', variableEnd: '}}' };
        const environment = new nunjucks.Environment([], { autoescape: false, trimBlocks, lstripBlocks, tags });
        if (cookiecutter) environment.addFilter('jsonify', environment.getFilter('dump'));
        let output;
        try {
            output = environment.renderString(given.template, given.context ?? {}).toWellFormed();
        } catch { /* a fault of theirs is one of ours */ }
        return output === given.output ? [] : [`${given.template}: ${output}`];
    })";
    scene.page.bypass_policy();
    scene.open("create/");
    scene.page.eval(&format!("{NUNJUCKS}; null"));
    assert_eq!(scene.page.eval(&format!("({theirs})({cases})")), json!([]), "where Nunjucks says otherwise");
}

/// Queries made from every value that the portal's entities hold, at every path.
fn lists_answer(scene: &mut Scene) {
    let root = scene.stage.example.path().join("api/catalog");
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(root.join(name)).expect("a file of the API")).expect("it is JSON")
    };
    let pages = read("index.json")["pages"].clone();
    let pages = pages.as_array().expect("pages").iter().filter_map(Value::as_str);
    let mut entities: Vec<Value> = pages.flat_map(|page| read(page).as_array().expect("entities").clone()).collect();
    let facets = read("index.json")["facets"].clone();
    let keys: Vec<String> = serde_json::from_value(facets["keys"].clone()).expect("keys of plugins");
    let told = facets["pages"].as_array().expect("pages").iter().filter_map(Value::as_str).map(read);
    let told: Vec<(String, Value)> = told.flat_map(|page| page.as_object().expect("refs").clone()).collect();
    let mut values = BTreeSet::new();
    for entity in &mut entities {
        let of_plugins = told.iter().find(|(known, _)| *known == reference(entity));
        for (key, told) in of_plugins.into_iter().flat_map(|(_, told)| told.as_object().expect("keys")) {
            values.extend(
                told.as_array()
                    .expect("values")
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|value| (key.clone(), value.to_string())),
            );
        }
        entity["facets"] = of_plugins.map_or(Value::Null, |(_, told)| told.clone());
        for root in ["metadata", "spec"] {
            values_below(&entity[root], root, &mut values);
        }
        for relation in entity["relations"].as_array().into_iter().flatten() {
            let [name, target] = ["type", "targetRef"].map(|key| relation[key].as_str().unwrap_or_default());
            values.insert((format!("relations.{name}"), target.to_string()));
        }
    }
    let mut queries = BTreeSet::new();
    for (at, (path, value)) in values.iter().enumerate() {
        let value: String = value.chars().take_while(|c| !c.is_control() && *c != '"').take(60).collect();
        let short = value.rsplit(['/', ':']).next().unwrap_or_default();
        let begun: String = value.chars().take(value.chars().count() / 2).collect();
        let key = path.rsplit('.').next().unwrap_or_default();
        let key = if ["type", "lifecycle", "owner", "system", "name", "title", "description"].contains(&key) {
            key
        } else {
            path
        };
        queries.insert(match at % 5 {
            0 => format!("{path}:\"{value}\""),
            1 => format!("{key}:\"{begun}\"*"),
            2 => format!("{key}:\"{short}\""),
            3 => format!("\"{begun}\""),
            _ => format!("-{path}:\"{value}\" {path}:*"),
        });
    }
    let answered: Vec<(&str, Query)> =
        queries.iter().filter_map(|text| Some((text.as_str(), Query::parse(text, &keys).ok()?))).collect();
    assert!(answered.len() > 400, "{}", answered.len());
    scene.open("catalog/");
    let texts: Vec<&str> = answered.iter().map(|(text, _)| *text).collect();
    let answers = list_answers(scene, &texts);
    for ((text, query), answer) in answered.iter().zip(&answers) {
        let found = entities.iter().filter(|entity| query.matches(entity));
        let mut found: Vec<String> = found.map(reference).collect();
        found.sort();
        assert_eq!(json!(found), *answer, "{text}");
    }
}

/// Texts, numbers and flags below a value, with their paths; what no list of the browser knows is left out.
fn values_below(value: &Value, path: &str, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| values_below(item, path, found)),
        Value::Object(map) => {
            for (key, inner) in map.iter().filter(|(key, _)| !["uid", "etag"].contains(&key.as_str())) {
                values_below(inner, &format!("{path}.{key}"), found);
            }
        }
        Value::String(text) => drop(found.insert((path.to_string(), text.clone()))),
        Value::Number(_) | Value::Bool(_) => drop(found.insert((path.to_string(), value.to_string()))),
        Value::Null => {}
    }
}

fn reference(entity: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_lowercase();
    let metadata = &entity["metadata"];
    format!("{}:{}/{}", text(&entity["kind"]), text(&metadata["namespace"]), text(&metadata["name"]))
}

fn entity_page_leads_on(scene: &mut Scene) {
    scene.open(PAYMENT_SERVICE);
    scene.page.assert("document.querySelector('.drawing svg').getBoundingClientRect().width > 100");
    let drawn =
        scene.page.texts("[...document.querySelectorAll('.drawing svg a')].map((a) => a.href.baseVal ?? a.href)");
    assert!(drawn.len() >= 8, "the drawing links to {drawn:?}");
    let said = scene
        .page
        .texts("[...document.querySelectorAll('main a')].filter((a) => !a.closest('svg')).map((a) => a.href)");
    for address in drawn {
        let plain = scene.page.text(&format!("new URL({}, location.href).href", json!(address)));
        assert!(said.contains(&plain), "{plain} is drawn, and no list says so");
    }

    scene.page.click_text("#source summary", "In the same file 2");
    scene.page.click_text("#source a.entity", "Payments database");
    scene.arrive("catalog/default/resource/postgres-payments/");
    scene.page.click_text("#source summary", "Identity and origin");
    scene.page.assert("/UID[0-9a-f-]{36}/.test(document.querySelector('#source .pairs').textContent)");
    scene.open(PAYMENT_SERVICE);

    scene.page.click_text(".relations a.entity", "Order Events");
    scene.arrive("catalog/default/api/order-events/");
    scene.open(PAYMENT_SERVICE);
    scene.page.click(".drawing svg a[href*='team-payments']");
    scene.arrive("catalog/default/group/team-payments/");

    scene.open(PAYMENT_SERVICE);
    scene.page.click_text(".tabs a", "Dependencies");
    scene.arrive("catalog/default/component/payment-service/dependencies/");
    let owners =
        scene.page.texts("[...document.querySelectorAll('#owners [data-line]')].map((line) => line.dataset.line)");
    let storefront = "group:default/team-storefront <storefront@curtaincall.example>".to_string();
    assert!(owners.contains(&storefront), "{owners:?}");
    scene.page.assert("document.querySelector('#owners .copy').getAttribute('aria-label') === 'Copy the owners'");
    scene.page.click_text("#dependents td a", "Payment API");
    scene.arrive("catalog/default/api/payment-api/");

    scene.open(PAYMENT_SERVICE);
    scene.page.click_text(".tabs a", "Docs");
    scene.arrive(PAYMENT_DOCS);
    assert_eq!(scene.heading(), "Payment Service");
    scene.page.click(".docnav-entity a");
    scene.arrive(PAYMENT_SERVICE);
}

fn my_team(scene: &mut Scene) {
    scene.open("");
    scene.page.assert("document.getElementById('my-team').hidden");
    scene.open("catalog/default/group/team-payments/");
    scene.page.click_text("[data-team]", "Make it my team");
    scene.page.assert("document.querySelector('[data-team]').getAttribute('aria-pressed') === 'true'");
    scene.open("");
    scene.page.wait("document.querySelector('#my-team .rows')");
    let text = scene.page.text("document.getElementById('my-team').textContent");
    assert!(text.contains("Team Payments") && text.contains("owns 5") && text.contains("1 deprecated"), "{text}");
    scene.page.click_text("#my-team .rows a", "Payment Service");
    scene.arrive(PAYMENT_SERVICE);

    scene.open("me/");
    let kept = scene.page.texts("[...document.querySelectorAll('[data-kept] li')].map((row) => row.textContent)");
    assert!(kept.contains(&"Team Payments".to_string()) && kept.contains(&"Payment Service".to_string()), "{kept:?}");
    scene.page.click("[aria-label='Clear My team']");
    scene.page.click("[aria-label='Remove Payment Service from Recently visited']");
    scene.open("me/");
    let kept = scene.page.texts("[...document.querySelectorAll('[data-kept] li')].map((row) => row.textContent)");
    assert_eq!(kept, ["Team Payments"], "the page of the group was visited");
    scene.open("");
    scene.page.assert("document.getElementById('my-team').hidden");
}

fn health_of_an_owner(scene: &mut Scene) {
    let shown = "[...document.querySelectorAll('[data-owners]')].filter((row) => row.checkVisibility()).length";
    scene.open("health/");
    let all = scene.page.number(shown);
    scene.page.click("#health-owner");
    scene.page.type_text("team-payments");
    let some = scene.page.number(shown);
    assert!(some >= 3 && some < all, "{some} of {all}");
    scene.page.assert(&format!(
        "document.querySelector('#health-filter [role=status]').textContent === '{some} of {all} rows'"
    ));
    scene.page.assert("document.querySelector('#retired').textContent.includes('Legacy Invoice API')");
    scene.open("health/?owner=team-payments");
    assert_eq!(scene.page.number(shown), some);
    scene.page.click("#owners tr:not([hidden]) td a");
    scene.page.wait("document.querySelector('h1').textContent === 'Catalog'");
    scene.page.assert("new URL(location.href).searchParams.get('owner') === 'group:default/team-payments'");
}

fn map_of_the_catalog(scene: &mut Scene) {
    scene.open("");
    scene.page.click_text(".rail a", "Graph");
    scene.arrive("graph/");
    // What is drawn is said as a list, too.
    let drawn = "[...document.querySelectorAll('svg.map a')].map((a) => a.href.baseVal)";
    let said = "[...document.querySelectorAll('.domains a')].map((a) => a.getAttribute('href'))";
    scene.page.assert(&format!("({drawn}).length >= 8 && ({drawn}).every((address) => ({said}).includes(address))"));
    let lines = scene.page.number("document.querySelectorAll('svg.map .line').length");
    scene.page.click_text(".mapnote a", &format!("All {lines} connections"));
    scene.arrive("graph/-/connections/");
    assert_eq!(scene.page.number("document.querySelectorAll('table.list tbody tr').length"), lines);

    scene.open("graph/");
    scene.page.click("svg.map a[href*='checkout-platform']");
    scene.page.wait("document.querySelector('.graph-drawing .centre')?.textContent.includes('Checkout Platform')");
    scene.page.assert("document.getElementById('graph-overview').offsetHeight === 0");
    scene.page.eval("history.back()");
    scene.page.wait("document.querySelector('svg.map').getBoundingClientRect().height > 50");
    scene.page.assert("document.querySelector('.graph-stage').offsetHeight === 0");

    // A catalog without domains and systems has one card for all it holds.
    if scene.origin == Origin::Http {
        let crowd = format!("http://{}{}graph/", scene.stage.server.address, scene.stage.crowd.mount);
        scene.page.open(&crowd);
        assert_eq!(scene.page.text("document.querySelector('svg.map .card-count').textContent"), "230");
    }
}

fn explore_the_graph(scene: &mut Scene) {
    let query = |name: &str| format!("new URL(location.href).searchParams.get('{name}')");
    let nodes = "document.querySelectorAll('.graph-drawing .node').length";
    let centre = "document.querySelector('.graph-drawing .centre text').textContent";
    scene.open(PAYMENT_SERVICE);
    scene.page.click_text("#relations header a", "Explore");
    scene.page.wait("document.querySelector('.graph-drawing .node')");
    assert_eq!(scene.page.text(centre), "Payment Service");
    let of_two_steps = scene.page.number(nodes);
    // Each drawn entity and each line stands in the list.
    scene.page.assert(&format!("document.querySelectorAll('.graph-list tbody tr').length === {nodes}"));
    scene.page.assert("document.getElementById('graph-status').textContent.includes('around Payment Service')");
    let labels = "[...document.querySelectorAll('.edge-label')].map((label) => label.getBBox())";
    scene.page.assert(&format!(
        "({labels}).every((a, i, all) => all.every((b, j) => i === j || a.x + a.width <= b.x + 2 || b.x + b.width <= a.x + 2 \
         || a.y + a.height <= b.y + 4 || b.y + b.height <= a.y + 4))"
    ));

    // Depth, direction, filters: all of them in the address.
    scene.page.eval(
        "(() => { const depth = document.getElementById('graph-depth'); depth.value = '1'; depth.onchange(); })()",
    );
    scene.page.wait(&format!("{nodes} < {of_two_steps} && {} === '1'", query("depth")));
    scene.page.eval(
        "(() => { const way = document.getElementById('graph-direction'); way.value = 'out'; way.onchange(); })()",
    );
    scene.page.wait(&format!("{} === 'out'", query("direction")));
    let leads_on = scene.page.number(nodes);
    scene.page.click("#graph-filters [data-key='kind:api']");
    scene.page.wait(&format!("{nodes} < {leads_on} && {} === 'api'", query("kind")));
    scene
        .page
        .assert("[...document.querySelectorAll('.node:not(.centre)')].every((node) => node.matches('.kind-api'))");
    scene.page.click_text(".graph-main .chip", "Kind: API");
    scene.page.wait(&format!("{nodes} === {leads_on} && {} === null", query("kind")));
    scene.page.click("#graph-merge");
    scene.page.wait(&format!("{} === 'false'", query("merge")));
    scene.page.assert("document.querySelectorAll('.graph-drawing .line').length >= 2");
    let address = scene.page.text("location.href");
    scene.page.open(&address);
    scene.page.wait(&format!("{nodes} === {leads_on}"));

    // By keys: to a neighbour, and on from there.
    scene.open("graph/?root=component:default/payment-service");
    scene.page.eval("document.querySelector('.node.centre').focus({ focusVisible: true })");
    scene.page.press(Key::Right);
    scene.page.wait("document.activeElement.matches('.node:not(.centre)')");
    scene.page.press(Key::Down);
    let next = scene.page.text("document.activeElement.querySelector('text').textContent");
    scene.page.press(Key::Enter);
    scene.page.wait(&format!("{centre} === {}", json!(next)));
    scene.page.wait("document.activeElement.matches('.node.centre')");
    scene.page.eval("history.back()");
    scene.page.wait(&format!("{centre} === 'Payment Service'"));

    // By name.
    scene.page.click("#graph-find");
    scene.page.type_text("seat map");
    scene.page.wait("document.querySelector('#graph-find-found [role=option]')?.textContent.startsWith('Seat Map')");
    scene.page.press(Key::Enter);
    scene.page.wait(&format!("{centre}.startsWith('Seat Map')"));
    scene.page.press(Key::Enter);
    scene.page.wait("location.pathname.includes('seat-map') && document.readyState === 'complete'");

    scene.open("graph/?root=component:default/lost-and-found");
    scene
        .page
        .assert("document.querySelector('.node.unresolved').getAttribute('aria-label').includes('not in catalog')");
    scene.open("graph/?root=component:default/nobody-knows");
    scene.page.assert("document.querySelector('#graph > .empty').textContent.includes('nobody-knows')");
}

/// The ways between two entities: by a field, from the page of dependencies, and from an address.
fn path_between_entities(scene: &mut Scene) {
    let status = "document.getElementById('graph-status').textContent";
    let names = "[...document.querySelectorAll('.graph-drawing .node title, .graph-drawing .node text:not(.node-kind)')].length";
    scene.open("graph/?root=component:default/payment-service");
    scene.page.wait("document.querySelector('.graph-drawing .node')");
    scene.page.click("#graph-to");
    scene.page.type_text("order events");
    scene.page.wait("document.querySelector('#graph-to-found [role=option] bdi')?.textContent === 'Order Events'");
    scene.page.press(Key::Enter);
    scene.page.wait(&format!("{status} === '1 step from Payment Service to Order Events'"));
    scene.page.assert("document.querySelectorAll('.graph-drawing .node').length === 2");
    scene.page.assert("new URL(location.href).searchParams.get('to') === 'api:default/order-events'");
    scene.page.click(".chips .chip");
    scene.page.wait(&format!("{status}.includes('around Payment Service')"));
    assert!(scene.page.number(names) > 2);

    scene.open("catalog/default/resource/postgres-payments/dependencies/");
    let far = "[...document.querySelectorAll('#dependents tbody tr')].find((row) => row.querySelector('td.num a'))";
    let (name, steps) = (
        scene.page.text(&format!("{far}.querySelector('th bdi').textContent")),
        scene.page.text(&format!("{far}.querySelector('td.num a').firstChild.data")),
    );
    scene.page.eval(&format!("{far}.querySelector('td.num a').click()"));
    scene.page.wait(&format!(
        "document.querySelector('.graph-drawing .node') && {status}.endsWith({})",
        json!(format!(" to {name}"))
    ));
    assert!(scene.page.text(status).starts_with(&format!("{steps} steps from ")));
    scene.open("graph/?root=component:default/payment-service&to=component:default/bare");
    scene.page.wait(&format!("{status}.startsWith('No relation leads from')"));
}

fn take_the_graph_away(scene: &mut Scene) {
    let nothing_made = "!document.querySelector('main b, main img, main script, main [onerror]')";
    scene.open("graph/?root=component:default/angle-brackets&owners=true");
    scene.page.assert(nothing_made);
    scene
        .page
        .assert(&format!("document.querySelector('.centre .hit').textContent.startsWith({})", json!(HOSTILE_TITLE)));
    let mut take = |format: &str, ending: &str| {
        scene.page.click_text(".graph-exports button", format);
        let bytes = scene.page.downloaded(&format!("component-default-angle-brackets-graph.{ending}"));
        String::from_utf8(bytes).expect("a text")
    };
    let mermaid = take("Mermaid", "mmd");
    assert!(
        mermaid.starts_with("flowchart LR\n  n0[\"Angle #60;b#62;Brackets#60;/b#62; #38; #34;Quotes#34;\"]"),
        "{mermaid}"
    );
    let dot = take("DOT", "dot");
    assert!(dot.contains(r#"[label="Angle <b>Brackets</b> & \"Quotes\"", shape=box"#), "{dot}");
    let json: serde_json::Value = serde_json::from_str(&take("JSON", "json")).expect("JSON");
    assert_eq!(json["entities"][0]["title"], HOSTILE_TITLE);
    assert!(json["relations"].as_array().is_some_and(|relations| !relations.is_empty()), "{json}");
    let picture = take("SVG", "svg");
    assert!(picture.starts_with("<svg") && picture.contains("&lt;b&gt;") && !picture.contains("<b>"), "{picture}");
    assert!(!picture.contains("class=") && picture.contains("fill=\"rgb"), "{picture}");
}

fn docs(scene: &mut Scene) {
    scene.open(PAYMENT_DOCS);
    scene.page.eval("document.querySelector('.prose img').scrollIntoView({ behavior: 'instant' })");
    scene.page.wait("document.querySelector('.prose img').naturalWidth > 0");
    scene.page.assert("document.querySelector('.prose .admonition .admonition-title').offsetHeight > 0");
    scene.page.assert("document.querySelectorAll('.prose pre code span[class]').length > 5");

    scene.page.click("a[rel=next]");
    scene.arrive(&format!("{PAYMENT_DOCS}architecture/"));
    scene.page.assert(
        "new Set([...document.querySelectorAll('pre code span[class]')].map((s) => getComputedStyle(s).color)).size > 2",
    );
    scene.page.click_text(".toc a", "Idempotency keys");
    scene.page.wait("location.hash === '#idempotency-keys'");
    scene.page.wait(
        "(() => { const top = document.getElementById('idempotency-keys').getBoundingClientRect().top; \
         return top >= 0 && top < innerHeight / 2; })()",
    );
    scene.page.click("a[rel=prev]");
    scene.arrive(PAYMENT_DOCS);
    scene.page.click_text(".docnav summary", "Providers");
    scene.page.click_text(".docnav a", "Stripe");
    scene.arrive(&format!("{PAYMENT_DOCS}providers/stripe/"));

    scene.open(&format!("{PAYMENT_DOCS}architecture/#the-webhook-inbox"));
    scene.page.wait("document.getElementById('the-webhook-inbox').getBoundingClientRect().top < innerHeight");
}

fn doc_pages(scene: &mut Scene) {
    let open = "[...document.querySelectorAll('.docnav details')].map((fold) => fold.open)";
    scene.open(&format!("{PAYMENT_DOCS}providers/stripe/"));
    assert_eq!(scene.page.eval(open), json!([true, false]), "the branch of the page is open");
    scene.page.assert("document.querySelector('.docnav [aria-current]').textContent === 'Stripe'");
    scene.page.click_text(".docnav summary", "Decisions");
    scene.page.click("a[rel=prev]");
    scene.arrive(&format!("{PAYMENT_DOCS}architecture/"));
    scene.page.wait(&format!("JSON.stringify({open}) === '[false,true]'"));
    scene.page.click_text(".docnav-all", "Expand all");
    scene.page.wait(&format!("{open}.every(Boolean)"));
    scene.page.click_text(".docnav-all", "Collapse all");
    scene.page.wait(&format!("!{open}.some(Boolean)"));

    // The mark in the contents follows the reader.
    scene.page.assert("document.querySelectorAll('.docside .toc [aria-current]').length === 1");
    scene.page.eval("document.getElementById('the-webhook-inbox').scrollIntoView({ behavior: 'instant' })");
    scene.page.wait("document.querySelector('.docside .toc [aria-current]').hash === '#the-webhook-inbox'");

    // The page as Markdown, and who wrote it last.
    scene
        .page
        .assert("document.querySelector('link[rel=alternate][type=\"text/markdown\"]').href.endsWith('/index.md')");

    scene.page.show_on(Screen::Phone);
    scene.open(PAYMENT_DOCS);
    scene.page.assert("!document.querySelector('.docside .toc').open");
    scene.page.assert("document.getElementById('docnav').offsetHeight === 0");
    scene.page.click(".docnav-toggle");
    scene.page.wait("document.querySelector('#docnav:popover-open')?.contains(document.activeElement)");
    scene.page.assert("document.querySelector('.docnav-toggle').getAttribute('aria-expanded') === 'true'");
    scene.page.press(Key::Escape);
    scene.page.wait("!document.querySelector('#docnav:popover-open')");
    scene.page.wait("document.activeElement === document.querySelector('.docnav-toggle')");
    scene.page.press(Key::Enter);
    scene.page.wait("document.querySelector('#docnav:popover-open')");
    scene.page.click_text("#docnav a", "Architecture");
    scene.arrive(&format!("{PAYMENT_DOCS}architecture/"));
}

fn doc_tabs(scene: &mut Scene) {
    let shown =
        "[...document.querySelectorAll('.tabbed-block')].filter((b) => b.offsetHeight).map((b) => b.innerText.trim())";
    scene.open(DIALECT);
    assert_eq!(scene.page.texts(shown), ["npm install \"callboard\"", "On Linux"]);
    scene.page.click_text(".tabbed-labels label", "Yarn");
    scene.page.wait(&format!("{shown}[0].startsWith('yarn')"));
    // Tabs of one name go together, here and on other pages.
    scene.page.eval("document.querySelectorAll('.tabbed-labels')[1].lastElementChild.click()");
    scene.page.wait(&format!("{shown}.join() === 'npm install \"callboard\",Npm'"));
    scene.open(DIALECT);
    scene.page.wait(&format!("{shown}.join() === 'npm install \"callboard\",Npm'"));
    // By key, and seen.
    scene.page.eval("document.querySelector('.tabbed-set input:checked').focus({ focusVisible: true })");
    scene.page.press(Key::Right);
    scene.page.wait(&format!("{shown}[0].startsWith('yarn')"));
    scene
        .page
        .assert("getComputedStyle(document.querySelectorAll('.tabbed-labels label')[1]).outlineStyle === 'solid'");

    // Line numbers are seen and never copied.
    let code = "document.querySelector('pre:has(.linenos)')";
    scene.page.assert(&format!("{code}.querySelector('.linenos').offsetWidth > 15"));
    scene.page.eval(&format!("getSelection().selectAllChildren({code})"));
    let selected = scene.page.text("getSelection().toString()");
    assert!(selected.starts_with("fn main() {") && !selected.contains("10"), "{selected}");
    scene.page.assert(&format!("{code}.parentElement.querySelector('button.copy')"));
    let lines = format!("[...{code}.querySelectorAll('.hll')].map((line) => line.getBoundingClientRect())");
    scene.page.assert(&format!("{lines}.every((line) => line.height < 25 && line.width > 400)"));

    // On paper every tab is shown, each below its label.
    scene.page.on_paper();
    scene.page.assert(&format!("{shown}.length === document.querySelectorAll('.tabbed-block').length"));
    let rows = "[...document.querySelectorAll('.tabbed-set:first-of-type :is(label, .tabbed-block)')]\
                .map((e) => [e.getBoundingClientRect().top, e.textContent.trim().split(' ')[0]])\
                .sort((a, b) => a[0] - b[0]).map((row) => row[1]).slice(0, 4)";
    assert_eq!(scene.page.texts(rows), ["npm", "npm", "Yarn", "yarn"]);
    for gone in [".docnav", ".docside", ".rail", ".headerlink", ".copy"] {
        scene.page.assert(&format!("getComputedStyle(document.querySelector('{gone}')).display === 'none'"));
    }
}

fn doc_comfort(scene: &mut Scene) {
    let size = "parseFloat(getComputedStyle(document.querySelector('.prose p')).fontSize)";
    scene.open(PAYMENT_DOCS);
    assert_eq!(scene.page.eval(size), json!(15));
    scene.page.click_text(".textsize button", "A+Larger text");
    scene.page.wait(&format!("{size} === 16.5"));
    scene.open(&format!("{PAYMENT_DOCS}architecture/"));
    assert_eq!(scene.page.eval(size), json!(16.5), "the size is remembered");
    scene.page.assert("document.querySelector('.textsize output').textContent === '110 %'");
    for _ in 0..4 {
        scene.page.click_text(".textsize button", "A−Smaller text");
    }
    scene.page.wait(&format!("{size} === 13.5"));

    scene.open(PAYMENT_DOCS);
    scene.page.eval("document.querySelector('.prose img').scrollIntoView({ behavior: 'instant' })");
    scene.page.wait("document.querySelector('.zoom img')");
    scene.page.click(".zoom");
    scene.page.wait("document.querySelector('.lightbox[open] img').naturalWidth > 0");
    scene.page.press(Key::Escape);
    scene.page.wait("!document.querySelector('.lightbox').open");
    scene.page.assert("document.activeElement.matches('.zoom')");
}

fn doc_report(scene: &mut Scene) {
    scene.open(&format!("{PAYMENT_DOCS}architecture/"));
    let link = "new URL(document.querySelector('a.report').href)";
    scene.page.assert(&format!("{link}.pathname === '/curtain-call/payment-service/issues/new'"));
    scene.page.assert(&format!("{link}.searchParams.get('title') === 'Docs: Architecture'"));
    scene.page.assert(&format!("{link}.searchParams.get('body').includes('- File: docs/architecture.md')"));
    scene.page.select_line("#the-webhook-inbox ~ p");
    scene.page.wait("document.querySelector('a.bubble')?.getBoundingClientRect().width > 50");
    let body = scene.page.text("new URL(document.querySelector('a.bubble').href).searchParams.get('body')");
    let selected = scene.page.text("getSelection().toString().trim()");
    assert!(body.starts_with(&format!("> {}", &selected[..20])), "{body}");
    assert!(body.contains("- Section: The webhook inbox (#the-webhook-inbox)"), "{body}");
    scene.page.assert("document.querySelector('a.report').href === document.querySelector('a.bubble').href");
    // The bubble is the next thing that the Tab key reaches.
    scene.page.press(Key::Tab);
    scene.page.wait("document.activeElement.matches('a.bubble')");
    scene.page.press(Key::Escape);
    scene.page.wait("!document.querySelector('a.bubble')");
}

fn doc_print(scene: &mut Scene) {
    scene.open(&format!("{PAYMENT_DOCS}runbook/"));
    scene.page.click_text(".docnav-print a", "Print all pages");
    scene.arrive(&format!("{PAYMENT_DOCS}-/print/"));
    scene.page.assert("document.querySelector('meta[name=robots]').content === 'noindex'");
    scene.page.assert(
        "document.querySelectorAll('article.prose').length === document.querySelectorAll('.printed-contents a').length",
    );
    scene.page.assert("document.querySelectorAll('article.prose').length > 10");
    let ids = "[...document.querySelectorAll('[id]')].map((e) => e.id)";
    scene.page.assert(&format!("new Set({ids}).size === {ids}.length"));
    scene.page.assert("!document.querySelector('img[loading]')");
    scene.page.click_text(".printed-contents a", "Stripe");
    scene.page.wait("document.querySelector(location.hash).querySelector('h2').textContent.startsWith('Stripe')");
    scene.page.assert("document.querySelector('article a[href^=\"#p\"]:not(.headerlink)')");
    scene.page.on_paper();
    for gone in [".rail", ".top", ".printed-tools", ".foot"] {
        scene.page.assert(&format!("getComputedStyle(document.querySelector('{gone}')).display === 'none'"));
    }
}

fn search_dialog(scene: &mut Scene) {
    let first = "document.querySelector('dialog.search [role=option]')";
    let status = "document.querySelector('dialog.search [role=status]').textContent";

    scene.open("");
    scene.ask("idempotency");
    scene.page.wait(&format!("{status}.includes('result')"));
    scene.page.assert("document.querySelectorAll('dialog.search [role=group] .hits-head').length > 0");
    let marked = scene.page.texts("[...document.querySelectorAll('dialog.search mark')].map((m) => m.textContent)");
    assert!(marked.iter().any(|word| word.to_lowercase().starts_with("idempoten")), "marked are {marked:?}");
    scene.page.press(Key::Down);
    scene.page.wait("document.querySelectorAll('[role=option]')[1].getAttribute('aria-selected') === 'true'");
    let target = scene.page.text("document.querySelectorAll('[role=option]')[1].href");
    scene.page.press(Key::Enter);
    let plain = target.split('#').next().unwrap_or_default();
    let plain = if scene.origin == Origin::Disk && plain.ends_with('/') {
        format!("{plain}index.html")
    } else {
        plain.to_string()
    };
    scene.page.wait_for_address(&plain);
    scene.page.assert("document.body.textContent.toLowerCase().includes('idempoten')");

    scene.ask("payment-service");
    scene.page.wait(&format!("{first}.textContent.includes('component:default/payment-service')"));
    scene.page.press(Key::Escape);
    scene.page.wait("!document.querySelector('dialog.search').open");

    for (typo, meant) in [("reconcilation", "Reconciliation"), ("paymnt", "Payment Service")] {
        scene.open("");
        scene.ask(typo);
        let found =
            scene.page.texts("[...document.querySelectorAll('dialog.search [role=option]')].map((o) => o.textContent)");
        assert!(found.iter().any(|hit| hit.contains(meant)), "`{typo}` finds {found:#?}");
    }

    scene.open("");
    scene.ask("payment");
    scene.page.wait("document.querySelectorAll('dialog.search [role=group]').length > 1");
    scene.page.press(Key::Enter);
    scene.page.wait("location.pathname.includes('payment') && document.readyState === 'complete'");
}

fn search_page(scene: &mut Scene) {
    scene.open("search/?q=webhook%20inbox");
    assert_eq!(scene.page.text("document.getElementById('search-input').value"), "webhook inbox");
    scene.page.wait("document.querySelectorAll('#search-results section h2').length > 0");
    assert!(leading_number(&scene.page.text("document.getElementById('search-status').textContent")) > 0);

    scene.page.eval("document.getElementById('search-input').select()");
    scene.page.type_text("seat map");
    scene.page.wait("document.querySelector('#search-results a.hit')?.textContent.includes('Seat Map')");
    scene.page.assert("new URL(location.href).searchParams.get('q') === 'seat map'");
    scene.page.click("#search-results a.hit");
    scene.page.wait("location.pathname.includes('seat-map') && document.readyState === 'complete'");

    // A count is kept by the filter that it offers.
    scene.open("search/?q=payment");
    scene.page.wait("document.querySelector('#search-facets [data-key=\"kind:api\"]')");
    let count = "document.querySelector('#search-facets [data-key=\"kind:api\"]').closest('label').querySelector('.count').textContent";
    let offered = leading_number(&scene.page.text(count));
    scene.page.click("#search-facets [data-key='kind:api']");
    let status = "document.getElementById('search-status').textContent";
    scene.page.wait(&format!("document.querySelector('#search-chips .chip') && parseInt({status}) === {offered}"));
    scene.page.assert("[...document.querySelectorAll('#search-results h2')].every((h) => h.textContent === 'APIs')");
    scene.open("search/?q=kind:nonsense");
    scene.page.wait("document.querySelector('#search-chips .is-unknown')");

    scene.open("search/?q=zzzzqqqq");
    scene.page.assert("document.querySelector('#search-results .empty a[href*=\"catalog/\"]')");
}

/// An engine of the tests' own, for what the example has too little of.
fn play_engine(scene: &mut Scene) {
    scene.page.eval(include_str!("browser/engine.js"));
}

fn search_filters(scene: &mut Scene) {
    let query = "new URL(location.href).searchParams.get('q')";
    let box_text = "document.getElementById('search-input').value";
    let hits = "document.querySelectorAll('#search-results a.hit').length";
    let type_over = |scene: &mut Scene, words: &str| {
        scene.page.eval("document.getElementById('search-input').select()");
        scene.page.type_text(words);
        scene.page.wait(&format!("{query} === {}", json!(words)));
    };
    scene.open("search/?q=payment");
    play_engine(scene);
    type_over(scene, "tickets");
    scene.page.wait(&format!("{hits} === 10"));
    assert_eq!(
        scene.page.text("document.getElementById('search-status').textContent"),
        "24 results, the best 10 shown"
    );
    scene.page.assert("document.querySelectorAll('[role=status]').length === 1");
    scene.page.assert(
        "document.querySelector('#search-results .badge.is-deprecated').closest('li').textContent.includes('Thing 4')",
    );
    scene.page.assert("document.querySelector('.hit-more a').hash === '#more'");

    // Ten more, below those that are there.
    scene.page.click_text("#search-results button", "More results");
    scene.page.wait(&format!("{hits} === 20"));
    scene.page.assert("document.activeElement === document.querySelectorAll('#search-results a.hit')[10]");
    scene.page.click_text("#search-results button", "More results");
    scene.page.wait(&format!("{hits} === 24"));
    scene.page.assert("!document.querySelector('#search-results button')");

    // A facet is a filter in the box, and in the address.
    let facet = "document.querySelectorAll('#search-facets [data-key^=\"type:\"]').length";
    assert_eq!(scene.page.number(facet), 8);
    scene.page.click_text("#search-facets button", "Show all 11");
    scene.page.wait(&format!("{facet} === 11"));
    scene.page.click("#search-facets [data-key='type:sort-9']");
    scene.page.wait(&format!("{query} === 'type:sort-9 tickets' && {box_text} === {query}"));
    scene.page.wait("document.querySelector('#search-facets [data-key=\"type:sort-9\"]').checked");
    scene.page.wait("document.activeElement?.dataset.key === 'type:sort-9'");
    scene.page.wait("document.querySelector('#search-chips .chip')?.textContent === 'type: sort-9'");
    scene.page.eval("history.back()");
    scene.page.wait(&format!("{query} === 'tickets' && !document.querySelector('#search-chips .chip')"));

    // Filters are taken out one by one; one that nothing has says so.
    type_over(scene, "kind:docs -owner:nobody \"box office\" tickets");
    scene.page.wait("document.querySelectorAll('#search-chips .chip').length === 2");
    let chips = scene.page.texts("[...document.querySelectorAll('#search-chips .chip')].map((c) => c.textContent)");
    assert_eq!(chips, ["kind: docs", "not owner: nobody nothing has this"]);
    scene.page.click("#search-chips .is-unknown");
    scene.page.wait(&format!("{query} === 'kind:docs \"box office\" tickets'"));
    scene.page.click("#search-chips .chip");
    scene.page.wait(&format!("{query} === '\"box office\" tickets'"));
    scene.page.wait("document.activeElement.id === 'search-input'");

    // A value with spaces and quotes goes in and out again, as text.
    let nothing_made = "!document.querySelector('main img, dialog img')";
    scene.page.click("#search-facets [data-key^='owner:<img']");
    scene.page.wait("document.querySelector('#search-chips .is-unknown bdi')?.textContent.startsWith('<img src=x')");
    scene.page.click("#search-chips .chip");
    scene.page.wait(&format!("{query} === '\"box office\" tickets'"));
    scene.page.assert(nothing_made);

    scene.page.click(".search-help summary");
    scene.page.click_text(".search-help a", "kind:api");
    scene.page.wait(&format!("{query} === 'kind:api'"));

    // The dialog has the chips, too.
    scene.open("");
    play_engine(scene);
    scene.ask("kind:docs tickets");
    scene.page.wait("document.querySelectorAll('dialog.search [role=option]').length === 10");
    scene.page.assert("!document.querySelector('dialog.search .hit-more')");
    scene.page.click("dialog.search .chip");
    scene.page.wait("document.querySelector('dialog.search input').value === 'tickets' && !document.querySelector('dialog.search .chip')");
    scene.page.wait("document.activeElement.matches('dialog.search input')");
    scene.page.assert(nothing_made);
}

fn search_on_the_phone(scene: &mut Scene) {
    scene.page.show_on(Screen::Phone);
    scene.page.prefer(Scheme::Dark);
    scene.open("search/?q=payment");
    play_engine(scene);
    // All of it by keys.
    scene.page.type_text(" tickets");
    scene.page.wait("document.querySelectorAll('#search-facets .facet').length === 3");
    scene.page.assert("document.getElementById('search-facets').offsetHeight === 0");
    scene.page.press(Key::Tab);
    scene.page.press(Key::Tab);
    scene.page.wait("document.activeElement.id === 'search-filters'");
    scene.page.press(Key::Enter);
    scene.page.wait("document.getElementById('search-facets').offsetHeight > 0");
    scene.page.press(Key::Tab);
    scene.page.wait("document.activeElement.matches('.facet summary')");
    scene.page.press(Key::Tab);
    scene.page.press(Key::Space);
    scene.page.wait("document.querySelector('#search-chips .chip')");
    scene.page.assert("document.documentElement.scrollWidth <= 390");
    scene.page.eval("document.getElementById('search-input').focus()");
    scene.page.press(Key::Down);
    scene.page.wait("document.activeElement === document.querySelector('#search-results a.hit')");
    scene.page.press(Key::Enter);
    scene.arrive(PAYMENT_DOCS);
}

fn recent_searches(scene: &mut Scene) {
    let offered = "[...document.querySelectorAll('dialog.search [role=option]')].map((o) => o.textContent)";
    let open_dialog = |scene: &mut Scene| {
        scene.page.press(Key::Slash);
        scene.page.wait("document.querySelector('dialog.search[open]')?.contains(document.activeElement)");
    };
    // A search that led nowhere is not kept.
    scene.open("");
    scene.ask("refund");
    scene.page.press(Key::Escape);
    for words in ["payment-service", HOSTILE_WORDS, "seat map"] {
        scene.open("");
        scene.ask(words);
        let before = scene.page.text("location.href");
        scene.page.press(Key::Enter);
        scene.page.wait(&format!("location.href !== {} && document.readyState === 'complete'", json!(before)));
    }
    scene.open("");
    open_dialog(scene);
    scene.page.wait(&format!("({offered}).length === 3"));
    assert_eq!(scene.page.texts(offered), ["seat map", HOSTILE_WORDS, "payment-service"]);
    scene.page.assert("!document.querySelector('dialog.search img, dialog.search script')");
    scene.page.assert("!document.querySelector('dialog.search input').hasAttribute('aria-activedescendant')");
    scene.page.press(Key::Down);
    scene
        .page
        .wait("document.querySelector('dialog.search input').getAttribute('aria-activedescendant') === 'search-hit-0'");
    scene.page.press(Key::Enter);
    scene.page.wait("document.querySelector('dialog.search [role=option]')?.href?.includes('seat-map')");
    assert_eq!(scene.page.text("document.querySelector('dialog.search input').value"), "seat map");

    scene.open("search/");
    let listed = "[...document.querySelectorAll('.recent li')].map((li) => li.textContent)";
    scene.page.wait(&format!("({listed}).length === 3"));
    scene.page.click_text(".recent a", "payment-service");
    scene.page.wait("document.querySelector('#search-results a.hit')");
    scene.page.assert("new URL(location.href).searchParams.get('q') === 'payment-service'");
    // Enter in the box keeps a search; only eight are kept.
    for number in 1..=8 {
        scene.page.eval("document.getElementById('search-input').select()");
        scene.page.type_text(&format!("stage {number}"));
        scene.page.press(Key::Enter);
    }
    scene.open("search/");
    scene.page.wait(&format!("({listed}).length === 8"));
    assert_eq!(scene.page.texts(listed)[0], "stage 8");
    scene.page.click_text(".recent button", "Clear");
    scene.page.wait("!document.querySelector('.recent') && document.activeElement.id === 'search-input'");
    scene.open("");
    open_dialog(scene);
    scene.page.wait("document.querySelector('dialog.search [role=status]').textContent === 'Type to search.'");

    // Where storage is denied, search is as before.
    scene.open("");
    scene
        .page
        .eval("Storage.prototype.getItem = Storage.prototype.setItem = () => { throw new Error('denied'); }; null");
    scene.ask("payment-service");
    scene.page.press(Key::Enter);
    scene.arrive(PAYMENT_SERVICE);
}

fn no_results(scene: &mut Scene) {
    let search = format!("http://{}{}search/", scene.stage.server.address, scene.stage.crowd.mount);
    let policy = "document.querySelector('meta[http-equiv]').content";
    let note = "document.getElementById('search-results').textContent.includes('sent to counter.example')";
    let type_over = |scene: &mut Scene, words: &str| {
        scene.page.eval("document.getElementById('search-input').select()");
        scene.page.type_text(words);
        scene.page.wait(&format!("document.getElementById('search-status').textContent.includes({})", json!(words)));
    };
    let watch = |scene: &mut Scene| {
        scene.page.eval("sent = []; navigator.sendBeacon = (to, text) => sent.push([to, JSON.parse(text)]); null");
    };
    scene.page.open(&search);
    scene.page.assert(&format!("{policy}.includes('connect-src https://counter.example;')"));
    scene.page.assert("document.querySelector('.search-note').offsetHeight > 0");
    watch(scene);
    type_over(scene, "zzzqqq");
    scene.page.wait(note);
    scene.page.assert("sent.length === 0");
    scene.page.wait("sent.length === 1");
    let told = json!([["https://counter.example/searches", { "query": "zzzqqq", "page": "search/" }]]);
    assert_eq!(scene.page.eval("sent"), told);
    // Not again; not while the reader types on; at most 200 characters; and at once when the reader leaves.
    type_over(scene, "zzzqqqxxx");
    type_over(scene, "ZZZQQQ");
    let long = "zq".repeat(150);
    type_over(scene, &long);
    scene.page.eval("dispatchEvent(new Event('pagehide')); null");
    scene.page.wait("sent.length === 2");
    scene.page.assert(&format!("sent[1][1].query === {}", json!(&long[..200])));
    // What is found is nobody's business.
    scene.page.eval("document.getElementById('search-input').select()");
    scene.page.type_text("extra-001");
    scene.page.wait("document.querySelector('#search-results a.hit')");
    scene.page.eval("dispatchEvent(new Event('pagehide')); null");
    scene.page.assert("sent.length === 2");

    // Whoever asks not to be tracked is not.
    for refusal in ["globalPrivacyControl: true", "doNotTrack: '1'"] {
        scene.page.open(&format!("{search}?x"));
        watch(scene);
        let (name, value) = refusal.split_once(": ").expect("a name and a value");
        scene.page.eval(&format!("Object.defineProperty(navigator, '{name}', {{ value: {value} }}); null"));
        type_over(scene, &format!("qqqzzz{name}"));
        scene.page.eval("dispatchEvent(new Event('pagehide')); null");
        scene.page.assert(&format!("sent.length === 0 && !{note}"));
    }

    // For real: the content policy lets it pass.
    scene.page.open(&format!("{search}?q=zzzyyy"));
    scene.page.wait_for_fault("left the portal: https://counter.example/searches");
    scene.page.eval("new Promise((done) => setTimeout(done, 300))");
    scene.page.forgive("counter.example");
    scene.page.forgive("(Ping)");

    // This portal gave up its worker, and takes an old one away.
    scene.page.assert("navigator.serviceWorker.getRegistrations().then((all) => all.length === 0)");
    // A portal that names no address has nothing to send with.
    scene.open("search/?q=zzzzqqqq");
    scene
        .page
        .assert(&format!("{policy}.includes(\"connect-src 'none';\") && !document.querySelector('.search-note')"));
    let mut scripts = fs::read_dir(scene.stage.example.path().join("assets")).expect("the scripts").flatten();
    let sends = |file: fs::DirEntry| fs::read_to_string(file.path()).is_ok_and(|text| text.contains("sendBeacon"));
    assert!(!scripts.any(sends), "a script sends");
}

/// Issues on the pages that they name, and what is read beside them.
fn reported_issues(scene: &mut Scene) {
    let about = "- Page: Guide, https://portal.example/reported/docs/default/component/shop/guide/";
    let long = "A title that goes on and on, ".repeat(6) + "with-a-word-that-is-never-broken-and-never-ends-for-nobody";
    let mut issues = vec![
        Issue::new(31, HOSTILE_TITLE, about, &["docs", "a very long label of somebody"]),
        Issue::new(30, &long, about, &["docs"]),
    ];
    issues.extend((1..9).map(|number| Issue::new(number, HOSTILE_WORDS, "", &["docs"])));
    let forge = Forge::start(Api::GitHub, "/repos/acme/shop/issues", issues);
    let content = Folder::fresh("reported");
    let config = format!(
        "integrations: {{ github: [{{ apiBaseUrl: 'http://{}' }}] }}\n\
         callboard: {{ usage: ./views.csv, feedback: {{ labels: [docs] }} }}\ncatalog: {{ rules: [{{ allow: [Component] }}] }}\n",
        forge.address
    );
    let views = "path,views,date\n/reported/catalog/default/component/shop/,70,2026-11-19\n";
    let shop = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  annotations:\n    \
                github.com/project-slug: acme/shop\n    backstage.io/techdocs-ref: dir:.\n\
                spec: { type: service, lifecycle: production, owner: nobody }\n";
    let docs = content.path().join("shop/docs");
    fs::create_dir_all(&docs).expect("a folder");
    for (path, text) in [
        ("app-config.yaml", config.as_str()),
        ("views.csv", views),
        ("shop/catalog-info.yaml", shop),
        ("shop/docs/index.md", "# Shop\n"),
        ("shop/docs/guide.md", "# Guide\n\nHow.\n"),
    ] {
        fs::write(content.path().join(path), text).expect("a file");
    }
    let site = Site::build_with(content.path(), "/reported/", &[]);
    let server = Server::start(&[&site]);
    let at = |path: &str| format!("http://{}/reported/{path}", server.address);
    let rows = "document.querySelectorAll('#reported .rows > li').length";
    scene.page.bypass_policy();
    let mut violations = Vec::new();
    for scheme in Scheme::ALL {
        scene.page.prefer(scheme);
        for (path, number) in [("catalog/default/component/shop/", 6), ("docs/default/component/shop/guide/", 2)] {
            scene.page.show_on(Screen::Desktop);
            scene.page.open(&at(path));
            assert_eq!(scene.page.number(rows), number);
            let first = "document.querySelector('#reported .rows a')";
            assert_eq!(scene.page.text(&format!("{first}.textContent")), HOSTILE_TITLE);
            assert_eq!(scene.page.text(&format!("{first}.href")), "https://github.com/acme/shop/issues/31");
            violations.extend(axe(&mut scene.page, path));
            scene.page.show_on(Screen::Phone);
            scene.page.assert("document.documentElement.scrollWidth <= 390");
        }
        scene.page.show_on(Screen::Desktop);
        scene.page.open(&at("health/?owner=nobody"));
        scene.page.assert("document.querySelectorAll('#reads li[hidden]').length === 0");
        scene.page.assert("document.querySelector('#reads .row-end').textContent === '70 views'");
        violations.extend(axe(&mut scene.page, "health with what is read"));
        scene.page.show_on(Screen::Phone);
        scene.page.assert("document.documentElement.scrollWidth <= 390");
    }
    assert_eq!(violations, [""; 0]);
    scene.page.forgive("left the portal: http://127.0.0.1");
}

/// One of two repositories is shown as it was: its pages, the lists and every page of the portal say so.
fn not_refreshed(scene: &mut Scene) {
    let content = Folder::fresh("stale");
    let far = content.path().join("far");
    let component = |name: &str| {
        format!(
            "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: {name}\n  annotations: \
             {{ backstage.io/techdocs-ref: 'dir:.' }}\nspec: {{ type: service, lifecycle: production, owner: nobody }}\n"
        )
    };
    for (folder, name) in [(far.clone(), "shop"), (content.path().join("portal/box-office"), "box-office")] {
        fs::create_dir_all(folder.join("docs")).expect("a folder");
        fs::write(folder.join("docs/index.md"), "# Docs\n").expect("a page");
        fs::write(folder.join("catalog-info.yaml"), component(name)).expect("a descriptor");
    }
    for arguments in [
        &["init", "--quiet"][..],
        &["add", "--all"],
        &["-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "--quiet", "--message=Open the shop"],
    ] {
        let status = Command::new("git").arg("-C").arg(&far).args(arguments).status();
        assert!(status.expect("git runs").success(), "git {arguments:?}");
    }
    let portal = content.path().join("portal");
    let config = format!(
        "catalog: {{ rules: [{{ allow: [Component] }}] }}\ncallboard:\n  gitProtocols: [file]\n  \
         sources: {{ filesystem: [box-office], git: ['file://{}'] }}\n",
        far.display()
    );
    fs::write(portal.join("app-config.yaml"), config).expect("its configuration");
    let fresh = Site::build_with(&portal, "/stale/", &[]);
    let other =
        |site: &Site| fs::read(site.path().join("catalog/default/component/box-office/index.html")).expect("a page");
    let before = other(&fresh);
    fs::rename(&far, content.path().join("away")).expect("the server can be moved away");
    let site = fresh.built_again(&portal, &[]);
    assert!(before == other(&site), "a page of another repository does not change");
    let server = Server::start(&[&site]);
    let at = |path: &str| format!("http://{}/stale/{path}", server.address);
    let (entity, docs) = ("catalog/default/component/shop/", "docs/default/component/shop/");
    scene.page.bypass_policy();
    let mut violations = Vec::new();
    for scheme in Scheme::ALL {
        scene.page.prefer(scheme);
        for path in [entity, docs, "catalog/", "build-report/", "docs/"] {
            scene.page.show_on(Screen::Desktop);
            scene.page.open(&at(path));
            scene.page.wait("document.querySelector('.is-portal')?.textContent.includes('1 of 2 repositories')");
            violations.extend(axe(&mut scene.page, path));
            scene.page.show_on(Screen::Phone);
            scene.page.assert("document.documentElement.scrollWidth <= 390");
        }
        scene.page.show_on(Screen::Desktop);
    }
    assert_eq!(violations, [""; 0]);
    for path in [entity, docs] {
        scene.page.open(&at(path));
        scene.page.assert("document.querySelector('main .notice.is-earlier strong').offsetHeight > 0");
    }
    scene.page.open(&at("catalog/default/component/box-office/"));
    scene.page.assert("!document.querySelector('main .notice')");
    // The list that the script draws has the marks of the list in the page.
    scene.page.open(&at("catalog/"));
    scene.page.wait("document.querySelector('main.is-live')");
    let marked = "[...document.querySelectorAll('tbody .state.is-stale')].map((mark) => mark.closest('tr').querySelector('a').textContent)";
    assert_eq!(scene.page.texts(marked), ["shop"]);
    scene.page.wait("document.querySelector('.is-portal a')");
    scene.page.click(".is-portal a");
    let row = "document.querySelector('#repositories .severity.is-warning')";
    scene.page.wait(&format!("location.hash === '#repositories' && {row}?.textContent.startsWith('stale')"));
    scene.page.open(&(file_address(&site.path().join("teams/index.html"))));
    scene.page.wait("document.querySelector('.is-portal a')?.href.endsWith('/build-report/#repositories')");
    scene.page.forgive("left the portal: ");
}

/// Each program gets what its own script would send, and nobody is told of what a reader keeps to themselves.
fn page_views(scene: &mut Scene) {
    let receiver = Receiver::start();
    let origin = format!("http://{}", receiver.address);
    let entity = "catalog/default/component/shop/";
    for (counter, more) in [
        ("goatcounter", ""),
        ("matomo", ", site: 3"),
        ("plausible", ", site: portal.example"),
        ("umami", ", site: 94db1cb1"),
    ] {
        let content = Folder::fresh("counted");
        let config = format!("callboard: {{ beacon: {{ counter: {counter}, url: '{origin}'{more} }} }}\n");
        fs::write(content.path().join("app-config.yaml"), config).expect("its configuration");
        let repo = content.path().join("shop");
        fs::create_dir(&repo).expect("a folder");
        let shop = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: { name: shop }\n\
                    spec: { type: service, lifecycle: production, owner: nobody }\n";
        fs::write(repo.join("catalog-info.yaml"), shop).expect("a descriptor");
        let site = Site::build(content.path(), "/counted/");
        let server = Server::start(&[&site]);
        let home = format!("http://{}/counted/", server.address);

        scene.page.open(&format!("{home}{entity}index.html?token=secret#private"));
        let policy = "document.querySelector('meta[http-equiv]').content";
        scene.page.assert(&format!("{policy}.includes('connect-src {origin};')"));
        let told = receiver.told(1).remove(0);
        let (path, address) = (format!("/counted/{entity}"), format!("{home}{entity}"));
        let title = scene.page.text("document.title");
        let asked = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
        };
        match counter {
            "goatcounter" => {
                assert_eq!((told.method.as_str(), told.path.as_str()), ("GET", "/count"));
                assert_eq!(told.query, asked(&[("p", &path), ("t", &title)]));
            }
            "matomo" => {
                assert_eq!((told.method.as_str(), told.path.as_str()), ("GET", "/matomo.php"));
                let fixed = [("idsite", "3"), ("rec", "1"), ("url", &address), ("action_name", &title)];
                assert_eq!(told.query, asked(&[&fixed[..], &[("apiv", "1"), ("send_image", "0")]].concat()));
            }
            "plausible" => {
                assert_eq!((told.method.as_str(), told.path.as_str()), ("POST", "/api/event"));
                assert_eq!(told.body, json!({ "name": "pageview", "url": address, "domain": "portal.example" }));
            }
            _ => {
                assert_eq!((told.method.as_str(), told.path.as_str()), ("POST", "/api/send"));
                let page = json!({ "website": "94db1cb1", "hostname": "127.0.0.1", "url": path, "title": title });
                assert_eq!(told.body, json!({ "type": "event", "payload": page }));
                assert_eq!(told.header("content-type"), "application/json");
            }
        }
        // Again with each page, without a cookie, and where from only as far as the host.
        scene.page.open(&format!("{home}catalog/"));
        let told = receiver.told(1).remove(0);
        assert_eq!(
            (told.header("cookie"), told.header("referer")),
            ("", format!("{}/", &home[..home.len() - 9]).as_str())
        );
        scene.page.assert("document.cookie === '' && Object.keys(localStorage).every((key) => !key.includes('seen'))");

        for refusal in ["globalPrivacyControl', { value: true }", "doNotTrack', { value: '1' }"] {
            let source = format!("Object.defineProperty(navigator, '{refusal})");
            let script = scene.page.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source }));
            scene.page.open(&format!("{home}health/"));
            scene.page.call("Page.removeScriptToEvaluateOnNewDocument", script);
            receiver.told(0);
        }
        scene.page.open(&file_address(&site.path().join("index.html")));
        receiver.told(0);
        scene.page.forgive("left the portal");
    }

    // A portal that names no counter has nothing to tell with.
    scene.open("");
    scene.page.assert("!document.querySelector('script[src*=beacon]')");
    assert!(!scene.stage.example.path().join("assets/beacon.js").exists());
}

/// A page at a server of its own, which can be switched off.
fn at_own_server(scene: &mut Scene) -> (Server, String) {
    let server = Server::start(&[&scene.stage.example]);
    let home = format!("http://{}{}", server.address, scene.stage.example.mount);
    scene.page = scene.stage.chromium.page(&home);
    scene.page.open(&home);
    let frame_is_kept = "caches.match(new URL('assets/search-dialog.js', callboard.root).href).then((kept) => Boolean(kept && navigator.serviceWorker.controller))";
    scene.page.wait(frame_is_kept);
    (server, home)
}

fn without_network(scene: &mut Scene) {
    let (server, home) = at_own_server(scene);
    scene.page.wait(&format!("caches.match({}).then(Boolean)", json!(home)));
    scene.page.open(&format!("{home}{PAYMENT_SERVICE}"));
    scene.page.press(Key::Slash);
    scene.page.wait("document.querySelector('dialog.search[open]')");
    scene.page.type_text("payment-service");
    scene.page.wait("document.querySelector('dialog.search [role=option]')");
    scene.page.eval("new Promise((done) => setTimeout(done, 300))");
    // Nothing is kept of what a query asks, of what is not there, or of other files.
    let missing = format!("{home}nowhere/");
    scene.page.open(&missing);
    scene.page.forgive("nowhere");
    let kept = scene.page.texts(
        "caches.keys().then((names) => Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())         .map((request) => request.url)))).then((all) => all.flat())",
    );
    assert!(kept.iter().all(|address| address.starts_with(&home) && !address.contains(['?', '#'])), "{kept:#?}");
    assert!(!kept.contains(&missing));
    assert_eq!(scene.page.faults(), [""; 0]);
    drop(server);

    scene.page.open(&format!("{home}{PAYMENT_SERVICE}?from=here"));
    scene.page.assert("getComputedStyle(document.querySelector('.rail')).display !== 'inline'");
    scene.page.press(Key::Slash);
    scene.page.wait("document.querySelector('dialog.search[open]')");
    scene.page.type_text("payment-service");
    scene.page.wait("document.querySelector('dialog.search [role=option]')?.textContent.includes('component:default/payment-service')");
    scene.page.open(&home);
    scene.page.assert("document.querySelectorAll('.kinds a').length >= 8");
    scene.page.open(&format!("{home}teams/"));
    assert_eq!(scene.page.text("document.querySelector('h1').textContent"), "No network");
    scene.page.click_text("a", "Go to the first page");
    scene.page.wait("document.querySelectorAll('.kinds a').length >= 8");
    scene.page.forgive("");
}

fn whole_portal_kept(scene: &mut Scene) {
    let fold = "document.getElementById('search-offline')";
    if scene.origin == Origin::Disk {
        scene.open("search/");
        scene.page.wait("document.querySelector('#search-results .empty')");
        scene.page.assert(&format!("{fold}.hidden"));
        return;
    }
    let (server, home) = at_own_server(scene);
    let said = format!("{fold}.querySelector('[role=status]')?.textContent");
    let copies = "caches.keys().then((names) => names.filter((name) => name.includes(' copy ')).length)";
    scene.page.open(&format!("{home}search/"));
    scene.page.click("#search-offline summary");
    scene
        .page
        .wait(&format!("/^Make available offline \\(\\d.* MB\\)$/.test({fold}.querySelector('button')?.textContent)"));
    scene.page.click("#search-offline button");
    scene.page.wait(&format!("{fold}.querySelector('progress').offsetWidth > 0"));
    scene.page.click_text("#search-offline button", "Cancel");
    scene.page.wait(&format!("{said}.startsWith('Cancelled')"));
    assert_eq!(scene.page.number(copies), 0);
    scene.page.click("#search-offline button");
    scene.page.wait(&format!("{said}.startsWith('Done')"));
    assert_eq!(scene.page.faults(), [""; 0]);
    drop(server);

    // Pages that were never opened, their images, and a search with all of its filters.
    scene.page.open(&format!("{home}{PAYMENT_DOCS}"));
    scene.page.eval("document.querySelector('.prose img').scrollIntoView({ behavior: 'instant' })");
    scene.page.wait("document.querySelector('.prose img').naturalWidth > 0");
    scene.page.open(&format!("{home}search/?q=reconciliation"));
    scene.page.wait("document.querySelector('#search-results a.hit')");
    scene.page.open(&format!("{home}search/"));
    scene.page.click("#search-offline summary");
    scene.page.wait(&format!("{fold}.textContent.includes('The whole portal is kept: ')"));
    scene.page.click_text("#search-offline button", "Remove");
    scene.page.wait(&format!("{said} === 'Removed.'"));
    assert_eq!(scene.page.number(copies), 0);
    scene.page.forgive("");
}

/// Hundreds of queries, made from what the portal holds: the browser and Rust give the same hits with the same scores.
fn search_agrees(scene: &mut Scene) {
    let portal = Built(scene.stage.example.path());
    let queries = queries_of(&portal);
    assert!(queries.len() > 300, "{}", queries.len());
    scene.open("");
    scene.page.eval("callboardLoad('assets/search-engine.js')");
    let mut found = 0;
    for some in queries.chunks(40) {
        let theirs = scene.page.eval(&format!(
            "(async () => {{
                const all = [];
                for (const query of {}) all.push(await callboardSearch.search(query, 20, {{ facets: true }}));
                return all;
            }})()",
            json!(some)
        ));
        for (query, theirs) in some.iter().zip(theirs.as_array().expect("an answer each")) {
            let ask = Ask { query, limit: 20, facets: true, explain: false };
            let results = search::query(&portal, &ask).expect("the portal can be searched");
            found += results.hits.len();
            let mut ours = serde_json::to_value(results).expect("results are JSON");
            for hit in ours["hits"].as_array_mut().expect("hits") {
                for piece in hit["excerpt"].as_array_mut().expect("an excerpt") {
                    *piece = json!({ "text": piece[0], "mark": piece[1] });
                }
            }
            assert_eq!(&ours, theirs, "{query}");
        }
    }
    assert!(found > 2_000, "{found}");
}

/// A built portal's folder.
struct Built(PathBuf);

impl Shards for Built {
    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        fs::read(self.0.join(path))
    }
}

/// Words and pairs of words from titles and texts, whole, begun and mistyped, and what the query language knows.
fn queries_of(portal: &Built) -> Vec<String> {
    let everything = Ask { query: "-kind:nothing", limit: 400, facets: true, explain: false };
    let everything = search::query(portal, &everything).expect("the portal can be searched");
    let mut queries: Vec<String> = [
        "",
        "a",
        "the",
        "-",
        "\"",
        "\"payment service\"",
        "-payment kind:api",
        "payment -\"payment service\"",
        "kind:*",
        "owner:team* refund",
        "how do I refund a payment that was charged twice",
        "component:default/payment-service",
        "PaymentService",
        "payment_service",
        "paymnet",
        "servise paymant",
        "ment",
        "x:y",
        "lifecycle:deprecated -kind:docs",
        "支払い",
        "払",
        "überblick",
        "Ωμέγα",
        "🎭",
        "web hook inbox \"",
        "kind:api kind:component payment",
        "kind:API,,component",
        "-kind:docs,user",
        "owner:group:default/team-payments",
        "system:system:default/shop-front -lifecycle:deprecated",
        "front",
    ]
    .map(str::to_owned)
    .into();
    for facet in &everything.facets {
        queries.extend(facet.values.iter().take(4).map(|value| format!("{}:\"{}\" service", facet.key, value.value)));
    }
    for (at, hit) in everything.hits.iter().enumerate() {
        queries.push(hit.title.clone());
        let text: String = hit.excerpt.iter().map(|(piece, _)| piece.as_str()).collect();
        let words: Vec<&str> = text.split_whitespace().collect();
        let Some(word) = words.get(at % words.len().max(1)) else { continue };
        let letters: Vec<char> = word.chars().collect();
        let without =
            |left_out: usize| letters.iter().enumerate().filter(move |(at, _)| *at != left_out).map(|(_, c)| c);
        queries.push(match at % 4 {
            0 => words.iter().skip(at % 7).take(3).copied().collect::<Vec<_>>().join(" "),
            1 => letters.iter().take(letters.len().div_ceil(2)).collect(),
            2 => without(letters.len() / 2).collect(),
            _ => format!("{} {word}", hit.title),
        });
    }
    queries
}

fn search_shows_text(scene: &mut Scene) {
    scene.open("");
    scene.ask("angle-brackets");
    scene.page.wait(&format!(
        "document.querySelector('dialog.search [role=option] bdi').textContent === {}",
        json!(HOSTILE_TITLE)
    ));
    scene.page.assert("!document.querySelector('.search-list b, .search-list img, .search-list script')");
    for words in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "onerror alert"] {
        let query: String = words.bytes().map(|byte| format!("%{byte:02X}")).collect();
        scene.open(&format!("search/?q={query}"));
        assert_eq!(scene.page.text("document.getElementById('search-input').value"), words);
        scene.page.assert("!document.querySelector('main b, main img, main script')");
    }
    let shown = scene.page.text("document.getElementById('search-results').textContent");
    assert!(shown.contains("<img src=x onerror=alert(2)>"), "{shown}");
}

fn starter(scene: &mut Scene) {
    scene.open("create/");
    scene.page.click_text(".gallery a", "Go HTTP Service");
    scene.arrive("create/default/go-http-service/");
    let listed = scene.page.texts("[...document.querySelectorAll('.files li')].map((li) => li.textContent)");
    scene.page.click("a[download]");
    let bytes = scene.page.downloaded("go-http-service.zip");
    let mut zip = ZipArchive::new(Cursor::new(bytes)).expect("a zip");
    let held: BTreeSet<String> = zip.file_names().map(|name| name.expect("a plain name").into_owned()).collect();
    assert_eq!(held, listed.into_iter().collect(), "the page lists what the zip holds");
    let mut main = String::new();
    zip.by_name("go-http-service/skeleton/main.go").expect("main.go").read_to_string(&mut main).expect("a text");
    let source = content("repos/service-template/templates/go-http-service/skeleton/main.go");
    assert_eq!(main, fs::read_to_string(source).expect("the source"));
}

/// Presses Tab until what has the focus fits.
#[track_caller]
fn tab_to(scene: &mut Scene, selector: &str) {
    let there = format!("document.activeElement.matches({})", json!(selector));
    for _ in 0..60 {
        if scene.page.eval(&there) == json!(true) {
            return;
        }
        scene.page.press(Key::Tab);
    }
    panic!("Tab does not lead to {selector}");
}

/// Types into the field with the focus, in place of what it holds.
#[track_caller]
fn retype(scene: &mut Scene, text: &str) {
    scene.page.eval("document.activeElement.select()");
    scene.page.type_text(text);
}

const SUMMARY: &str = "document.querySelector('.form-summary')";

fn fill_in_a_form(scene: &mut Scene) {
    scene.open("create/default/go-http-service/");
    scene.page.assert("!document.getElementById('asks').open");
    scene.page.eval("document.addEventListener('callboard:review', () => { globalThis.reviewed = true })");
    scene.page.eval("document.addEventListener('callboard:values', ({ detail }) => { globalThis.told = detail })");
    tab_to(scene, "#form input");
    scene.page.type_text("Cloakroom");
    scene.page.press(Key::Enter);
    scene.page.assert(&format!("document.activeElement === {SUMMARY}"));
    let told = scene.page.texts(&format!("[...{SUMMARY}.querySelectorAll('li')].map((li) => li.textContent)"));
    assert_eq!(
        told,
        ["Name must look like this: ^[a-z][a-z0-9-]*[a-z0-9]$", "Description is needed", "Owner is needed"]
    );
    scene.page.press(Key::Tab);
    scene.page.press(Key::Enter);
    scene.page.assert("document.activeElement.getAttribute('aria-invalid') === 'true' && document.activeElement.value === 'Cloakroom'");
    let beside = "document.activeElement.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id).textContent).join('|')";
    let beside = scene.page.text(beside);
    assert!(beside.contains("It becomes the name of the binary") && beside.contains("must look like this"), "{beside}");
    retype(scene, "cloakroom-service");
    scene.page.assert("!document.activeElement.hasAttribute('aria-invalid')");
    tab_to(scene, "textarea");
    scene.page.type_text("Knows every coat.");
    tab_to(scene, "[role=combobox]");
    scene.page.wait("document.activeElement.getAttribute('aria-expanded') === 'true'");
    scene.page.type_text("payments");
    let found = "document.activeElement.parentNode.querySelectorAll('[role=option]').length";
    scene.page.wait(&format!("{found} === 1"));
    scene.page.press(Key::Down);
    scene.page.assert("document.getElementById(document.activeElement.getAttribute('aria-activedescendant')).getAttribute('aria-selected') === 'true'");
    scene.page.press(Key::Enter);
    scene.page.assert("document.activeElement.value === 'Team Payments' && callboard.form.values().owner === 'group:default/team-payments'");
    scene.page.press(Key::Tab);
    scene.page.type_text("no such system");
    scene.page.press(Key::Tab);
    scene.page.wait("[...document.querySelectorAll('.form-error')].some((e) => e.textContent === 'System must be one of the choices')");
    scene.page.assert("document.activeElement.matches('input[type=radio]')");
    at_field(scene, "System");
    retype(scene, "ticketing");
    scene.page.wait("document.activeElement.parentNode.querySelectorAll('[role=option]').length === 1");
    tab_to(scene, "input[type=radio]");
    scene.page.press(Key::Down);
    tab_to(scene, "button.is-primary");
    scene.page.press(Key::Enter);
    scene.page.wait("document.activeElement.textContent === 'How is it made?'");
    scene
        .page
        .assert("document.querySelector('.form-steps [aria-current=step]').textContent.includes('How is it made?')");
    tab_to(scene, "input:not([readonly])");
    scene.page.type_text("cloakroom");
    tab_to(scene, "input[inputmode]");
    retype(scene, "80");
    tab_to(scene, "input[type=checkbox]");
    scene.page.press(Key::Space);
    scene.page.press(Key::Enter);
    assert_eq!(scene.page.text(&format!("{SUMMARY}.querySelector('li').textContent")), "Port must be at least 1024");
    scene.page.press(Key::Tab);
    scene.page.press(Key::Enter);
    retype(scene, "8081");
    scene.page.press(Key::Enter);
    scene.page.wait("document.activeElement.textContent === 'Review' && globalThis.reviewed");
    scene.page.assert("document.getElementById('result').getClientRects().length === 1 && callboard.form.isComplete()");
    let values = json!({
        "name": "cloakroom-service", "description": "Knows every coat.", "owner": "group:default/team-payments",
        "system": "system:default/ticketing", "lifecycle": "production", "repoUrl": "github.com?owner=curtain-call&repo=cloakroom", "goVersion": "1.25",
        "port": 8081, "database": true,
    });
    assert_eq!(scene.page.eval("callboard.form.values()"), values);
    scene.page.wait("globalThis.told?.complete");
    assert_eq!(scene.page.eval("globalThis.told.values"), values);
    let review = scene.page.text("document.querySelector('.form-page').textContent");
    for shown in ["Meant to stay", "Needs a PostgreSQL databaseYes", "8081"] {
        assert!(review.contains(shown), "the review shows `{shown}`: {review}");
    }
}

/// A page of its own for the portal of `browser/form.yaml`.
fn at_forms(scene: &mut Scene) {
    if scene.origin == Origin::Disk {
        scene.page = scene.stage.chromium.page(&(file_address(&scene.stage.forms.path()) + "/"));
    }
}

/// Opens a template of `browser/form.yaml`.
#[track_caller]
fn open_form(scene: &mut Scene, name: &str, query: &str) {
    let (address, index) = match scene.origin {
        Origin::Http => (format!("http://{}{}", scene.stage.server.address, scene.stage.forms.mount), ""),
        Origin::Disk => (file_address(&scene.stage.forms.path()) + "/", "index.html"),
    };
    scene.page.open(&format!("{address}create/default/{name}/{index}{query}"));
    scene.page.wait("document.querySelector('.form-page')");
}

/// Goes to the next page of a form, which must be `heading`.
#[track_caller]
fn next_page(scene: &mut Scene, heading: &str) {
    scene.page.click(".form-buttons .is-primary");
    let told = format!("{SUMMARY}.hidden ? document.querySelector('.form-page h3').textContent : {SUMMARY}.innerText");
    assert_eq!(scene.page.text(&told), heading);
}

/// Puts the focus on the control that a label names.
#[track_caller]
fn at_field(scene: &mut Scene, label: &str) {
    scene.page.eval(&format!(
        "[...document.querySelectorAll('.form label')].find((l) => l.textContent.trim().startsWith({})).control.focus()",
        json!(label)
    ));
}

fn labels(scene: &mut Scene) -> Vec<String> {
    scene.page.texts("[...document.querySelectorAll('.form-page .form-label bdi')].map((b) => b.textContent)")
}

const ANSWERS: &str =
    "{ text: 'from-a-test', choice: 'b', names: ['ann', 'bob'], target: { region: 'north' }, number: 5 }";

fn every_field_of_a_form(scene: &mut Scene) {
    at_forms(scene);
    open_form(scene, "everything", "");
    let first = labels(scene);
    assert_eq!((first[0].as_str(), first[first.len() - 1].as_str()), ("Text", "Comment"), "the order of ui:order");
    assert!(!first.contains(&"Flagged".to_string()), "nobody has switched the feature on");
    let at_first = json!({
        "agreed": false, "always": "the same", "colour": "#aa5500", "hidden": "kept", "level": 3, "port": 8080,
        "replicas": 2, "size": "s", "still": "as it is", "boxes": ["y"], "names": [], "people": [], "several": [],
        "labels": {}, "place": { "city": "Bern" }, "kind": "web", "database": false, "path": "/", "target": {},
        "tree": { "branches": [] }, "tags": [], "used": [], "masked": "under cover", "quiet": "unseen",
    });
    assert_eq!(scene.page.eval("callboard.form.values()"), at_first);
    scene.page.assert("document.querySelector('.form-about a').href === 'https://example.com/'");
    scene.page.assert("document.querySelector('.form').textContent.includes('FancyCompanyPicker')");

    scene.page.eval(&format!("callboard.form.show({ANSWERS})"));
    at_field(scene, "Share");
    scene.page.type_text("much");
    scene.page.press(Key::Tab);
    scene.page.wait("document.querySelector('.form-error:not([hidden])')?.textContent === 'Share must be a number'");
    at_field(scene, "Share");
    retype(scene, "1.5");
    scene.page.wait("!document.querySelector('.form-error:not([hidden])')");
    at_field(scene, "Word");
    scene.page.type_text("sesame");

    next_page(scene, "Lists and objects");
    let rows = "[...document.querySelectorAll('.form-rows > li > .form-field input')].map((i) => i.value)";
    scene.page.click_text(".form-group button", "Add Names");
    scene.page.type_text("c");
    assert_eq!(scene.page.texts(rows), ["ann", "bob", "c"]);
    scene.page.assert("![...document.querySelectorAll('.form-group > button')].find((b) => b.textContent === 'Add Names').offsetWidth");
    scene.page.click(".form-buttons .is-primary");
    assert_eq!(
        scene.page.texts(&format!("[...{SUMMARY}.querySelectorAll('li')].map((li) => li.textContent)")),
        ["Name 3 must have at least 2 characters"]
    );
    scene.page.click(".form-rows li:last-child .form-rowbuttons button:first-child");
    assert_eq!(scene.page.texts(rows), ["ann", "c", "bob"]);
    scene.page.click(".form-rows li:nth-child(2) .form-rowbuttons button:last-child");
    assert_eq!(scene.page.texts(rows), ["ann", "bob"]);
    scene.page.click_text(".form-group button", "Add People");
    scene.page.type_text("Ann");
    scene.page.click_text(".form-group button", "Add an entry");
    scene.page.type_text("tier");
    scene.page.press(Key::Tab);
    scene.page.type_text("gold");
    assert_eq!(
        scene.page.eval("(({ names, people, labels }) => ({ names, people, labels }))(callboard.form.values())"),
        json!({ "names": ["ann", "bob"], "people": [{ "name": "Ann" }], "labels": { "tier": "gold" } })
    );

    next_page(scene, "What depends on what");
    let shown = labels(scene);
    assert!(shown.contains(&"Path".to_string()) && !shown.contains(&"Schedule".to_string()), "{shown:?}");
    scene.page.eval("(() => { const kind = document.querySelector('.form select'); kind.value = 1; kind.dispatchEvent(new Event('change', { bubbles: true })) })()");
    at_field(scene, "Database");
    scene.page.press(Key::Space);
    let shown = labels(scene);
    assert!(shown.contains(&"Schedule".to_string()) && shown.contains(&"Engine".to_string()), "{shown:?}");
    scene.page.assert("!('path' in callboard.form.values())");
    at_field(scene, "Schedule");
    scene.page.type_text("daily");
    at_field(scene, "Which kind of");
    scene.page.press(Key::Down);
    scene.page.wait("[...document.querySelectorAll('.form-label bdi')].some((b) => b.textContent === 'Rack')");
    at_field(scene, "Rack");
    scene.page.type_text("7");
    scene.page.click(".form-buttons .is-primary");
    assert_eq!(scene.page.text(&format!("{SUMMARY}.querySelector('li').textContent")), "Engine is needed");
    at_field(scene, "Engine");
    scene.page.press(Key::Down);
    next_page(scene, "One of two pages");
    assert_eq!(labels(scene)[1..], ["Number"], "the answers tell which page it is");
    at_field(scene, "Which kind of");
    scene.page.eval("(() => { const kind = document.activeElement; kind.value = 0; kind.dispatchEvent(new Event('change', { bubbles: true })) })()");
    assert_eq!(labels(scene)[1..], ["Nickname"]);
    at_field(scene, "Nickname");
    scene.page.type_text("anny");
    scene.page.assert("!('number' in callboard.form.values())");
    next_page(scene, "From the catalog");

    let options =
        "[...document.activeElement.parentNode.querySelectorAll('[role=option] .ref')].map((o) => o.textContent)";
    for (label, found) in [
        ("Component", &["component:default/shop", "component:default/till"][..]),
        ("Annotated", &["component:default/shop"]),
        ("Owner", &["group:default/team-a"]),
        ("Mine", &["component:default/leaflet", "component:default/shop", "component:default/till"]),
        ("Tags", &["2", "2"]),
    ] {
        at_field(scene, label);
        scene.page.wait("document.activeElement.getAttribute('aria-expanded') === 'true'");
        let mut options = scene.page.texts(options);
        options.sort();
        assert_eq!(options, found, "{label}");
    }
    for (label, typed, chosen) in
        [("Owner", "team-b", "group:default/team-b"), ("Annotated", "component:x/y", "component:x/y")]
    {
        at_field(scene, label);
        scene.page.type_text(typed);
        scene.page.press(Key::Tab);
        scene.page.assert(&format!("Object.values(callboard.form.values()).includes({})", json!(chosen)));
    }
    at_field(scene, "Component");
    scene.page.type_text("till");
    scene.page.wait("document.activeElement.parentNode.querySelectorAll('[role=option]').length === 1");
    scene.page.press(Key::Enter);
    at_field(scene, "Tags");
    for tag in ["java", "Not A Tag"] {
        scene.page.type_text(tag);
        scene.page.press(Key::Enter);
    }
    at_field(scene, "Token");
    scene.page.type_text("hush-hush");
    scene.page.click(".form-buttons .is-primary");
    let told = scene.page.texts(&format!("[...{SUMMARY}.querySelectorAll('li')].map((li) => li.textContent)"));
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("Not A Tag is no tag") && told[1] == "Where to is needed", "{told:?}");
    scene.page.click("[aria-label='Remove Not A Tag']");
    at_field(scene, "Repository");
    scene.page.type_text("shop");
    scene.page.click(".form-buttons .is-primary");
    assert_eq!(scene.page.text(&format!("{SUMMARY}.querySelector('li').textContent")), "Where to: the owner is needed");
    scene.page.eval("(() => { const host = document.querySelector('.form-parts select'); host.value = 'bitbucket.org'; host.dispatchEvent(new Event('change', { bubbles: true })) })()");
    for (label, typed) in [("Workspace", "w"), ("Project", "p")] {
        at_field(scene, label);
        scene.page.type_text(typed);
    }
    next_page(scene, "Review");
    let values = scene.page.eval("callboard.form.values()");
    assert_eq!(values["repo"], "bitbucket.org?repo=shop&workspace=w&project=p");
    assert_eq!((&values["secret"], &values["word"]), (&json!("*********"), &json!("******")));
    assert_eq!((&values["component"], &values["tags"]), (&json!("component:default/till"), &json!(["java"])));
    assert_eq!((&values["target"], &values["schedule"]), (&json!({ "rack": 7 }), &json!("daily")));
    assert_eq!(scene.page.eval("callboard.form.secrets()"), json!({ "word": "sesame", "secret": "hush-hush" }));
    let kept = scene.page.text("JSON.stringify(localStorage)");
    assert!(!kept.contains("hush") && !kept.contains("sesame"), "secrets are not stored: {kept}");
    let review = scene.page.text("document.querySelector('.form-page').textContent");
    for hidden in ["under cover", "unseen", "hush", "sesame"] {
        assert!(!review.contains(hidden), "the review does not show `{hidden}`");
    }
    assert!(review.contains("not for all"), "{review}");
}

fn draft_of_a_form(scene: &mut Scene) {
    let note = "document.querySelector('.form-note').textContent";
    let text = "callboard.form.values().text ?? ''";
    at_forms(scene);
    open_form(scene, "everything", "");
    assert_eq!(scene.page.text(note), "");
    at_field(scene, "Text");
    scene.page.type_text("kept-for-later");
    open_form(scene, "everything", "");
    assert_eq!(scene.page.text(text), "kept-for-later");
    assert!(scene.page.text(note).starts_with("Your draft from last time"));
    scene.page.click_text(".form-note button", "Start again");
    assert_eq!(scene.page.text(text), "");
    scene.page.click_text(".form-note button", "Bring them back");
    assert_eq!(scene.page.text(text), "kept-for-later");

    let link =
        |json: &str| format!("?formData={}", url::form_urlencoded::byte_serialize(json.as_bytes()).collect::<String>());
    open_form(
        scene,
        "everything",
        &link(r#"{"text":"from-a-link","secret":"told","nobody":"asked","__proto__":{"polluted":1}}"#),
    );
    assert_eq!(scene.page.text(text), "from-a-link");
    scene.page.assert("!('nobody' in callboard.form.values()) && !('secret' in callboard.form.values()) && ({}).polluted === undefined");
    for broken in ["{oops", "[1]", "7"] {
        open_form(scene, "everything", &link(broken));
        assert!(scene.page.text(note).contains("could not be read"), "{broken}");
    }
    open_form(scene, "everything", "");
    assert_eq!(scene.page.text(text), "kept-for-later", "links leave the draft alone");
}

fn hostile_form(scene: &mut Scene) {
    at_forms(scene);
    open_form(scene, "hostile", "");
    let text = scene.page.text("document.querySelector('.form').textContent");
    for shown in [
        "</script><img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "</code><b>",
        "<b>To String</b>",
        "<u>One</u>",
    ] {
        assert!(text.contains(shown), "`{shown}` is not shown: {text}");
    }
    scene.page.assert("!document.querySelector('main b, main u, main img, [onerror], .form a')");
    at_field(scene, "<b>To String</b>");
    scene.page.type_text(&("a".repeat(9000) + "!"));
    scene.page.click(".form-buttons .is-primary");
    assert_eq!(
        scene.page.text(&format!("{SUMMARY}.querySelector('li').textContent")),
        "<b>To String</b> must look like this: ^(a+)+$"
    );
    at_field(scene, "<b>To String</b>");
    retype(scene, "aaa");
    next_page(scene, "Review");
    let own = "JSON.stringify(Object.entries(callboard.form.values()))";
    assert_eq!(
        scene.page.text(own),
        r#"[["__proto__","polluted"],["constructor",{"prototype":{"polluted":"yes"}}],["toString","aaa"]]"#
    );
    scene.page.assert("({}).polluted === undefined && Object.polluted === undefined && ''.toString() === ''");
}

fn forms_as_in_cases(scene: &mut Scene) {
    open_form(scene, "everything", "");
    let answers = scene.page.eval(&format!(
        "JSON.parse({}).map(({{ schema, value }}) => callboardSchema.validate(callboardSchema.plain(schema), callboardSchema.plain(value))\
         .map(({{ path, rule }}) => `/${{path.join('/')}} ${{rule}}`))",
        json!(include_str!("forms.json"))
    ));
    let cases: Value = serde_json::from_str(include_str!("forms.json")).expect("cases are JSON");
    for (case, errors) in cases.as_array().expect("cases").iter().zip(answers.as_array().expect("an answer each")) {
        assert_eq!(Value::from(errors == &json!([])), case["valid"], "{case}: {errors}");
        assert!(case.get("errors").is_none_or(|expected| expected == errors), "{case}: {errors}");
    }
}

/// Each page says without script what it is for.
fn no_script(scene: &mut Scene) {
    const ENOUGH: [(&str, &str); 13] = [
        ("", "document.querySelectorAll('.kinds a').length >= 8"),
        ("catalog/", "document.querySelectorAll('table.list tbody tr').length >= 70"),
        ("catalog/-/component/", "document.querySelectorAll('table.list tbody tr').length >= 20"),
        ("api-docs/", "document.querySelectorAll('table.list tbody tr').length >= 8"),
        ("docs/", "document.querySelectorAll('table.list tbody tr a').length >= 8"),
        ("create/", "document.querySelectorAll('.gallery a').length >= 2"),
        ("graph/", "document.querySelectorAll('svg.map a').length >= 8"),
        ("teams/", "document.querySelectorAll('.teamtree a').length >= 8"),
        ("build-report/", "document.querySelectorAll('.finding').length === 4"),
        ("search/", "document.querySelector('noscript p').offsetHeight > 0"),
        (PAYMENT_SERVICE, "document.querySelectorAll('.drawing svg a').length >= 8"),
        (PAYMENT_DOCS, "document.querySelectorAll('.prose h2').length >= 4"),
        ("create/default/go-http-service/", "document.querySelectorAll('.files li').length === 13"),
    ];
    scene.page.disable_scripts();
    for (path, enough) in ENOUGH {
        let address = scene.address(path);
        scene.page.open(&address);
        scene.page.assert("!('js' in document.documentElement.dataset)");
        scene.page.assert(enough);
    }
    let definition = scene.address("catalog/default/api/payment-api/definition/");
    scene.page.open(&definition);
    scene.page.assert("document.querySelector('.is-code pre').textContent.includes('openapi: ')");
    for (_, path) in PAGE_TYPES {
        let address = scene.address(path);
        scene.page.open(&address);
        scene.page.assert("document.querySelector('h1').getBoundingClientRect().height > 0");
        scene.page.assert("document.querySelector('.rail a').getBoundingClientRect().width > 0");
        let dead = "[...document.querySelectorAll('main button')].filter((b) => b.offsetWidth && !b.form).map((b) => b.textContent)";
        let dead = scene.page.texts(dead);
        assert!(dead.is_empty(), "without script these buttons do nothing: {dead:?} at {address}");
    }
}

/// What the portal itself says is German on every page, also what scripts say; names and texts of entities are not its own.
fn in_german(scene: &mut Scene) {
    const ENGLISH: &str = r#"(() => {
        const foreign = "bdi, code, pre, kbd, .prose, .findings, .ref, .badge, .type, .brand, .rule, .pairs, #rules td, noscript, script, style, svg, th[scope=row], .hit";
        const english = /\b(the|of|and|is|are|with|not|this|that|more|all|show|no|by|from|to|on|what|remove|nothing)\b/i;
        const said = [];
        const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) if (!walk.currentNode.parentElement.closest(foreign)) said.push(walk.currentNode.data.trim());
        for (const node of document.querySelectorAll("[aria-label], [placeholder]")) {
            if (!node.closest("bdi, .prose, .ref, svg, tr, #mine li, .form-field")) said.push(node.getAttribute("aria-label") ?? "", node.placeholder ?? "");
        }
        return said.filter((text) => english.test(text));
    })()"#;
    let at = |path: &str| format!("http://{}{}{path}", scene.stage.server.address, scene.stage.german.mount);
    let mut left = Vec::new();
    for (name, path) in PAGE_TYPES.iter().filter(|(_, path)| *path != DIALECT) {
        scene.page.open(&at(path));
        scene.page.assert("document.documentElement.lang === 'de'");
        left.extend(scene.page.texts(ENGLISH).into_iter().map(|text| format!("{name}: {text}")));
    }
    assert!(left.is_empty(), "this is English: {left:#?}");
    let form = at("create/default/go-http-service/");
    scene.page.open(&form);
    scene.page.wait("document.querySelector('.form-page')");
    scene.page.click_text(".form-buttons button", "Weiter");
    assert_eq!(scene.page.text(&format!("{SUMMARY}.querySelector('li').textContent")), "Name fehlt");
    assert_eq!(scene.page.texts(ENGLISH), Vec::<String>::new(), "the form says it");
    let (list, explorer) = (at("catalog/?kind=system"), at("graph/?root=component:default/payment-service"));
    scene.page.open(&list);
    scene.page.wait("document.querySelector('main.is-live')");
    assert_eq!(scene.page.texts(ENGLISH), Vec::<String>::new(), "the list says it");
    scene.page.open(&explorer);
    scene.page.wait("document.querySelectorAll('.graph-drawing .node').length > 5");
    assert_eq!(scene.page.texts(ENGLISH), Vec::<String>::new(), "the explorer says it");
    scene.page.wait("document.getElementById('graph-status').textContent.includes('Beziehungen um Payment Service')");
    scene.page.press(Key::Slash);
    scene
        .page
        .wait("document.querySelector('dialog.search[open] [role=status]')?.textContent === 'Zum Suchen tippen.'");
    scene.page.type_text("refund");
    scene.page.wait("/Ergebnis/.test(document.querySelector('dialog.search [role=status]').textContent)");
    assert_eq!(scene.page.texts(ENGLISH), Vec::<String>::new(), "the search says it");
}

fn activity_and_adoption(scene: &mut Scene) {
    let at = |path: &str| format!("http://{}{}{path}", scene.stage.server.address, scene.stage.past.mount);
    let (home, adoption) = (at(""), at("adoption/"));
    let commits = "document.querySelectorAll('.commits > li').length";
    scene.page.bypass_policy();
    let mut violations = Vec::new();
    for scheme in Scheme::ALL {
        scene.page.prefer(scheme);
        scene.page.show_on(Screen::Desktop);
        scene.page.open(&home);
        scene.page.click_text("main a", "All activity");
        scene.page.wait(&format!("{commits} === 100"));
        scene.page.assert("!document.querySelector('.commits i')");
        let days = scene.page.texts("[...document.querySelectorAll('.day time')].map((day) => day.dateTime)");
        assert!(
            days.len() > 5 && days.windows(2).all(|pair| pair[0] > pair[1]),
            "the newest day comes first: {days:?}"
        );
        violations.extend(axe(&mut scene.page, "activity"));
        scene.page.show_on(Screen::Phone);
        scene.page.assert("document.documentElement.scrollWidth <= 390");
        scene.page.click("nav.pager a[rel=next]");
        scene.page.wait(&format!("{commits} === 11"));

        scene.page.show_on(Screen::Desktop);
        scene.page.open(&home);
        scene.page.assert("document.querySelector('link[type=\"application/atom+xml\"]').href.endsWith('/feed.atom')");
        violations.extend(axe(&mut scene.page, "home with changes and views"));
        scene.page.click_text("main a", "Usage");
        scene.page.wait("document.querySelector('#most tbody tr a')?.textContent === 'shop'");
        violations.extend(axe(&mut scene.page, "usage"));
        scene.page.click("#most tbody a.entity");
        scene.page.wait("document.querySelector('#readers strong')?.textContent === '70'");
        scene.page.assert("document.querySelectorAll('#changes li').length === 5");
        violations.extend(axe(&mut scene.page, "entity with readers and changes"));

        scene.page.show_on(Screen::Phone);
        scene.page.open(&adoption);
        scene.page.assert("document.documentElement.scrollWidth <= 390");
        scene.page.show_on(Screen::Desktop);
        scene.page.eval("for (const fold of document.querySelectorAll('details')) fold.open = true");
        scene.page.assert("document.querySelector('.spark polyline').getBoundingClientRect().width > 100");
        scene.page.assert("document.querySelector('.drafts pre').textContent.includes('name: printer')");
        let link = scene.page.text("document.querySelector('.draft-head a.button').href");
        let draft = decoded(link.split_once("&value=").expect("a text for the new file").1).replace('+', " ");
        assert!(link.starts_with("https://github.com/acme/printer/new/main?filename=catalog-info.yaml&"), "{link}");
        let shown = scene.page.text("document.querySelector('.drafts pre code').textContent");
        assert_eq!(draft.trim_end(), shown, "the forge is given what is shown");
        violations.extend(axe(&mut scene.page, "adoption with all folds open"));
    }
    assert!(violations.is_empty(), "{} violations: {violations:#?}", violations.len());
}

fn long_list_has_pages(scene: &mut Scene) {
    let list = format!("http://{}{}catalog/", scene.stage.server.address, scene.stage.crowd.mount);
    let names = "[...document.querySelectorAll('table.list tbody a.entity')].map((a) => a.textContent)";

    scene.page.open(&list);
    scene.page.wait("document.querySelector('main.is-live')");
    scene.page.assert("document.getElementById('catalog-count').textContent === '230 entities'");
    scene.page.wait(&format!("document.querySelector('footer').scrollIntoView(), ({names}).length === 230"));

    scene.page.disable_scripts();
    scene.page.open(&list);
    let mut met: BTreeSet<String> = scene.page.texts(names).into_iter().collect();
    for number in 2..=3 {
        scene.page.click("nav.pager a[rel=next]");
        scene.page.wait(&format!("document.querySelector('nav.pager')?.textContent.includes('Page {number} of 3')"));
        met.extend(scene.page.texts(names));
    }
    assert_eq!(met.len(), 230, "each entity is on one of the pages");
    scene.page.assert("!document.querySelector('nav.pager a[rel=next]')");
    scene.page.click("nav.pager a[rel=prev]");
    scene.page.wait("document.querySelector('nav.pager')?.textContent.includes('Page 2 of 3')");
}

fn colour_scheme(scene: &mut Scene) {
    let ground = "getComputedStyle(document.documentElement).backgroundColor";
    let chosen = |scheme: &str| format!("document.documentElement.dataset.scheme === '{scheme}'");

    scene.open("");
    let light = scene.page.text(ground);
    scene.page.prefer(Scheme::Dark);
    let dark = scene.page.text(ground);
    assert_ne!(light, dark, "the portal follows the system");
    scene.page.prefer(Scheme::Light);
    assert_eq!(scene.page.text(ground), light);

    scene.page.click("[data-scheme-toggle]");
    scene.page.wait(&chosen("light"));
    scene.page.click("[data-scheme-toggle]");
    scene.page.wait(&chosen("dark"));
    assert_eq!(scene.page.text(ground), dark);
    scene.open(PAYMENT_SERVICE);
    scene.page.assert(&chosen("dark"));
    assert_eq!(scene.page.text(ground), dark, "the choice holds on the next page");
    scene.page.assert("document.querySelector('[data-scheme-toggle]').getAttribute('aria-label').includes('dark')");
    scene.page.click("[data-scheme-toggle]");
    scene.page.wait("!('scheme' in document.documentElement.dataset)");
    assert_eq!(scene.page.text(ground), light);
}

fn phone(scene: &mut Scene) {
    scene.page.show_on(Screen::Phone);
    let mut wide = Vec::new();
    for (name, path) in PAGE_TYPES {
        scene.open(path);
        let width = scene.page.number("document.documentElement.scrollWidth");
        if width > Screen::Phone.width().into() {
            let culprits = scene.page.texts(
                "[...document.querySelectorAll('main *, header *, footer *')]\
                 .filter((e) => e.getBoundingClientRect().right > 391).slice(0, 5)\
                 .map((e) => `${e.localName}.${e.getAttribute('class')} ${Math.round(e.getBoundingClientRect().right)}`)",
            );
            wide.push(format!("{name} is {width} pixels wide: {culprits:?}"));
        }
    }
    assert!(wide.is_empty(), "pages that scroll sideways: {wide:#?}");

    scene.open(PAYMENT_SERVICE);
    let rail = "document.getElementById('rail').getBoundingClientRect()";
    let covered = "document.getElementById('rail').contains(document.elementFromPoint(40, innerHeight / 2))";
    assert_eq!(scene.page.eval(covered), json!(false), "the drawer is shut at first");
    scene.page.click("[data-rail-toggle]");
    scene.page.wait(&format!("{rail}.left >= 0 && {covered}"));
    scene.page.assert("document.querySelector('[data-rail-toggle]').getAttribute('aria-expanded') === 'true'");
    scene.page.press(Key::Escape);
    scene.page.wait(&format!("!({covered})"));
    scene.page.click("[data-rail-toggle]");
    scene.page.wait(covered);
    scene.page.click_text(".rail a", "Docs");
    scene.arrive("docs/");
    scene.page.click(".top [data-search]");
    scene.page.wait("document.querySelector('dialog.search[open]')");
    scene.page.assert("document.querySelector('dialog.search').getBoundingClientRect().right <= 390");
}

// ---- What holds on every page.

fn axe_in_light(scene: &mut Scene) {
    axe_on_every_page(scene, Scheme::Light);
}

fn axe_in_dark(scene: &mut Scene) {
    axe_on_every_page(scene, Scheme::Dark);
}

fn axe_on_every_page(scene: &mut Scene, scheme: Scheme) {
    scene.page.bypass_policy();
    scene.page.prefer(scheme);
    let mut violations = Vec::new();
    for (name, path) in PAGE_TYPES.into_iter().chain([("not-found", "404.html")]) {
        scene.open(path);
        violations.extend(axe(&mut scene.page, name));
    }
    assert!(violations.is_empty(), "{} violations: {violations:#?}", violations.len());
}

fn axe_of_what_opens(scene: &mut Scene) {
    scene.page.bypass_policy();
    let mut violations = Vec::new();
    for scheme in Scheme::ALL {
        scene.page.show_on(Screen::Desktop);
        scene.page.prefer(scheme);
        scaffolding::review(scene);
        violations.extend(axe(&mut scene.page, "review of a template"));
        scene.open("");
        scene.ask("payment");
        violations.extend(axe(&mut scene.page, "search dialog"));
        scene.page.press(Key::Enter);
        scene.page.wait("!document.querySelector('dialog[open]') && document.readyState === 'complete'");
        scene.page.press(Key::Slash);
        scene.page.wait("document.querySelector('dialog.search div[role=option]')");
        scene.page.press(Key::Down);
        violations.extend(axe(&mut scene.page, "recent searches"));
        play_engine(scene);
        scene.page.type_text("kind:docs owner:nobody tickets");
        scene.page.wait("document.querySelectorAll('dialog.search .chip').length === 2");
        violations.extend(axe(&mut scene.page, "search dialog with filters"));
        scene.open("search/");
        scene.page.wait("document.querySelector('.recent')");
        play_engine(scene);
        scene.page.eval("for (const fold of document.querySelectorAll('.search-about details')) fold.open = true");
        scene.page.wait("document.querySelector('#search-offline button')?.offsetWidth > 0");
        violations.extend(axe(&mut scene.page, "search page with all folds open"));
        scene.page.eval("document.getElementById('search-input').focus()");
        scene.page.type_text("kind:docs -owner:nobody tickets");
        scene.page.wait("document.querySelectorAll('#search-chips .chip').length === 2");
        scene.page.click_text("#search-results button", "More results");
        scene.page.wait("document.querySelectorAll('#search-results a.hit').length === 20");
        violations.extend(axe(&mut scene.page, "search page with filters"));
        scene.page.show_on(Screen::Phone);
        scene.page.click("#search-filters");
        violations.extend(axe(&mut scene.page, "search page with filters on the phone"));
        scene.page.show_on(Screen::Desktop);
        scene.open("graph/");
        scene.page.click("#graph-find");
        scene.page.type_text("payment");
        scene.page.wait("document.querySelector('#graph-find-found [role=option]')");
        violations.extend(axe(&mut scene.page, "entities found for the graph"));
        scene.open("graph/?root=component:default/payment-service&kind=api&kind=component&merge=false&depth=3");
        scene.page.wait("document.querySelector('.graph-main .chip')");
        scene.page.show_on(Screen::Phone);
        scene.page.click("[aria-controls='graph-filters']");
        violations.extend(axe(&mut scene.page, "filtered graph on the phone"));
        scene.page.show_on(Screen::Desktop);
        scene.open("catalog/?lifecycle=production&q=payment");
        scene.page.wait("document.querySelector('.chips .chip')");
        violations.extend(axe(&mut scene.page, "filtered catalog"));
        scene.open("catalog/?q=zzzzqqqq");
        scene.page.wait("document.querySelector('.chips .chip')");
        violations.extend(axe(&mut scene.page, "catalog without a match"));
        scene.open("catalog/?q=ownr:team-a&cols=kind,description");
        scene.page.wait("document.querySelector('#catalog-note button')");
        scene.page.click_text(".columnsbox button", "Columns");
        scene.page.wait("document.querySelector('#catalog-columns')?.offsetWidth > 0");
        violations.extend(axe(&mut scene.page, "query with a fault, menu of columns"));
        scene.open(PAYMENT_SERVICE);
        scene.page.eval("for (const fold of document.querySelectorAll('details')) fold.open = true");
        scene.page.click("[data-star]");
        violations.extend(axe(&mut scene.page, "entity with all folds open"));
        scene.open("create/default/go-http-service/");
        scene.page.click(".form-buttons .is-primary");
        violations.extend(axe(&mut scene.page, "form with faults"));
        open_form(scene, "everything", "");
        scene.page.eval(&format!("callboard.form.show({ANSWERS})"));
        violations.extend(axe(&mut scene.page, "form of simple fields"));
        next_page(scene, "Lists and objects");
        for add in ["Add People", "Add an entry"] {
            scene.page.click_text(".form-group button", add);
        }
        violations.extend(axe(&mut scene.page, "form of lists"));
        scene.page.eval(&format!("callboard.form.show({ANSWERS})"));
        next_page(scene, "Lists and objects");
        next_page(scene, "What depends on what");
        violations.extend(axe(&mut scene.page, "form of choices"));
        next_page(scene, "One of two pages");
        next_page(scene, "From the catalog");
        at_field(scene, "Component");
        scene.page.wait("document.activeElement.getAttribute('aria-expanded') === 'true'");
        scene.page.press(Key::Down);
        violations.extend(axe(&mut scene.page, "form with a list of entities"));
        scene.page.press(Key::Enter);
        scene.page.click(".form-buttons .is-primary");
        violations.extend(axe(&mut scene.page, "form of entities with faults"));
        for (label, typed) in [("Owner", "acme"), ("Repository", "shop")] {
            scene.page.eval(&format!(
                "[...document.querySelectorAll('.form-parts label')].find((l) => l.textContent === {}).control.focus()",
                json!(label)
            ));
            scene.page.type_text(typed);
        }
        next_page(scene, "Review");
        violations.extend(axe(&mut scene.page, "review of a form"));
        scene.open("");
        violations.extend(axe(&mut scene.page, "home with stars and recent pages"));
        scene.page.click("[data-star], [data-rail-toggle]");
        violations.extend(axe(&mut scene.page, "narrow rail"));
        scene.page.click("[data-rail-toggle]");
        scene.page.show_on(Screen::Phone);
        for (name, path) in
            [("phone catalog", "catalog/"), ("phone docs", PAYMENT_DOCS), ("phone entity", PAYMENT_SERVICE)]
        {
            scene.open(path);
            violations.extend(axe(&mut scene.page, name));
        }
        scene.page.click("[data-rail-toggle]");
        scene.page.wait("document.documentElement.dataset.drawer === 'open'");
        violations.extend(axe(&mut scene.page, "open drawer"));
        scene.open(PAYMENT_DOCS);
        scene.page.click(".docnav-toggle");
        scene.page.wait("document.querySelector('#docnav:popover-open')");
        violations.extend(axe(&mut scene.page, "pages of a doc set on the phone"));
        scene.page.show_on(Screen::Desktop);
        scene.open(PAYMENT_DOCS);
        scene.page.eval("getSelection().selectAllChildren(document.querySelector('.prose p'))");
        scene.page.wait("document.querySelector('a.bubble')");
        violations.extend(axe(&mut scene.page, "selected words"));
        scene.page.eval("document.querySelector('.prose img').scrollIntoView({ behavior: 'instant' })");
        scene.page.wait("document.querySelector('.zoom img')");
        scene.page.click(".zoom");
        scene.page.wait("document.querySelector('.lightbox[open] img').naturalWidth > 0");
        violations.extend(axe(&mut scene.page, "an image by itself"));
    }
    assert!(violations.is_empty(), "{} violations: {violations:#?}", violations.len());
}

/// Every rule of axe-core on the page as it stands; one line a violation.
#[track_caller]
fn axe(page: &mut Page, name: &str) -> Vec<String> {
    const AXE: &str = include_str!("vendor/axe-core/axe.min.js");
    page.eval(&format!("{AXE}; null"));
    let found = page.eval(
        "axe.run(document, { resultTypes: ['violations'] }).then((result) => ({ passed: result.passes.length, lines: result.violations.map((v) => \
         [v.id, v.impact, v.nodes.length, v.nodes[0].target.join(' '), v.nodes[0].failureSummary].join(' | ')) }))",
    );
    assert!(found["passed"].as_u64() > Some(15), "axe looked at little of {name}: {found}");
    let lines: Vec<String> = serde_json::from_value(found["lines"].clone()).expect("axe's lines");
    lines.into_iter().map(|line| format!("{name}: {}", line.replace('\n', " "))).collect()
}

/// The other scenarios may trust that a quiet page has nothing to hide.
fn faults_are_seen(scene: &mut Scene) {
    let missing = scene.address("nothing.svg");
    let provoked = [
        ("console:", "console.error('provoked')".to_string()),
        ("exception:", "setTimeout(() => { throw new Error('provoked') })".to_string()),
        ("exception:", "void Promise.reject(new Error('provoked'))".to_string()),
        ("exception:", "setTimeout(() => { document.body.innerHTML = '<p>provoked' })".to_string()),
        ("dialog:", "alert('provoked')".to_string()),
        ("policy:", "document.body.setAttribute('style', 'color: red')".to_string()),
        (
            "policy:",
            "void (document.body.append(document.createElement('iframe')), \
                     document.querySelector('iframe').src = 'https://elsewhere.example/')"
                .to_string(),
        ),
        ("nothing.svg", format!("void (new Image().src = {})", json!(missing))),
        ("left the portal:", "void (location.href = 'data:,' , location.href = 'http://127.0.0.1:9/')".to_string()),
    ];
    for (fault, script) in provoked {
        scene.open("");
        assert_eq!(scene.page.faults(), [""; 0], "nothing is wrong at first");
        scene.page.eval(&script);
        scene.page.wait_for_fault(fault);
        scene.page.forgive("");
    }
}

/// Every page type loads all it names, and names nothing that is not there.
fn every_page_is_whole(scene: &mut Scene) {
    let root = scene.stage.example.path();
    let home = scene.address("").trim_end_matches("index.html").to_string();
    let mut dead = BTreeSet::new();
    for (name, path) in PAGE_TYPES {
        scene.open(path);
        scene.page.assert("document.title.includes('Curtain Call')");
        scene.page.assert("document.querySelectorAll('h1').length === 1");
        scene.page.assert("getComputedStyle(document.querySelector('.rail')).display !== 'inline'");
        let images = "[...document.querySelectorAll('main img')]";
        scene.page.eval(&format!("for (const image of {images}) image.scrollIntoView({{ behavior: 'instant' }})"));
        scene.page.wait(&format!("{images}.every((image) => image.complete && image.naturalWidth > 0)"));
        let links = scene.page.texts(
            "[...document.querySelectorAll('[href], [src]')].map((e) => e.href?.baseVal ?? e.href ?? e.src)\
             .filter((href) => href !== '').map((href) => new URL(href, location.href).href)",
        );
        for link in links {
            let Some(inside) = link.strip_prefix(&home) else {
                if scene.origin == Origin::Http && link.starts_with(&format!("http://{}", scene.stage.server.address)) {
                    dead.insert(format!("{name} leads out of the portal: {link}"));
                }
                continue;
            };
            let (path, anchor) = inside.split_once('#').unwrap_or((inside, ""));
            let path = decoded(path.split('?').next().unwrap_or_default());
            let mut file = root.join(&path);
            if file.is_dir() {
                file.push("index.html");
            }
            match fs::read(&file) {
                Err(_) => drop(dead.insert(format!("{name} links to {link}"))),
                Ok(bytes) if !anchor.is_empty() && file.extension().is_some_and(|ending| ending == "html") => {
                    let id = format!("id=\"{}\"", decoded(anchor));
                    let text = String::from_utf8_lossy(&bytes).replace("&amp;", "&");
                    let drawn_by_script =
                        link.split('#').next() == Some(scene.page.text("location.href.split('#')[0]").as_str());
                    if !text.contains(&id) && !drawn_by_script {
                        dead.insert(format!("{name} links to an anchor that is not there: {link}"));
                    }
                }
                Ok(_) => {}
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// The name of a picture, and the way to what it shows.
type State = (&'static str, fn(&mut Scene));

/// What a picture shows beside the pages as they come.
const STATES: [State; 7] = [
    ("form-faults", |scene| {
        scene.open("create/default/go-http-service/");
        scene.page.click(".form-buttons .is-primary");
    }),
    ("form-lists", |scene| {
        open_form(scene, "everything", "");
        scene.page.eval(&format!("callboard.form.show({ANSWERS})"));
        next_page(scene, "Lists and objects");
        scene.page.click_text(".form-group button", "Add People");
    }),
    ("form-entities", |scene| {
        open_form(scene, "everything", "");
        scene.page.eval(&format!("callboard.form.show({ANSWERS})"));
        for heading in ["Lists and objects", "What depends on what", "One of two pages", "From the catalog"] {
            next_page(scene, heading);
        }
        at_field(scene, "Component");
        scene.page.wait("document.activeElement.getAttribute('aria-expanded') === 'true'");
    }),
    ("search-filters", |scene| {
        scene.open("search/?q=payment");
        play_engine(scene);
        scene.page.eval("document.getElementById('search-input').select()");
        scene.page.type_text("kind:docs -owner:nobody tickets");
        scene.page.wait("document.querySelectorAll('#search-chips .chip').length === 2");
    }),
    ("search-empty", |scene| {
        scene.open("search/");
        for words in ["payment webhook", "kind:api orders"] {
            scene.page.eval("document.getElementById('search-input').select()");
            scene.page.type_text(words);
            scene.page.press(Key::Enter);
        }
        scene.open("search/");
        scene.page.wait("document.querySelector('.recent')");
        scene.page.eval("for (const fold of document.querySelectorAll('.search-about details')) fold.open = true");
        scene.page.wait("document.querySelector('#search-offline button')?.offsetWidth > 0");
    }),
    ("search-dialog-recent", |scene| {
        scene.open("");
        scene.page.press(Key::Slash);
        scene.page.wait("document.querySelector('dialog.search div[role=option]')");
        scene.page.press(Key::Down);
    }),
    ("search-dialog", |scene| {
        scene.open("");
        play_engine(scene);
        scene.ask("kind:docs owner:nobody tickets");
    }),
];

fn screenshots(scene: &mut Scene) {
    let Some(folder) = std::env::var_os("CALLBOARD_SCREENSHOTS").map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).expect("the folder of CALLBOARD_SCREENSHOTS");
    for screen in Screen::ALL {
        scene.page.show_on(screen);
        for scheme in Scheme::ALL {
            scene.page.prefer(scheme);
            for (name, path) in PAGE_TYPES.into_iter().chain([("not-found", "404.html")]) {
                scene.open(path);
                let picture = scene.page.screenshot(screen);
                assert!(picture.starts_with(b"\x89PNG"), "{name} gave no picture");
                let file = folder.join(format!("{name}-{}-{}.png", screen.name(), scheme.name()));
                fs::write(file, picture).expect("room for the picture");
            }
            for (name, state) in STATES {
                state(scene);
                let picture = scene.page.screenshot(screen);
                let file = folder.join(format!("{name}-{}-{}.png", screen.name(), scheme.name()));
                fs::write(file, picture).expect("room for the picture");
            }
        }
    }
}

// ---- The odd corner.

fn hostile_entity(scene: &mut Scene) {
    let nothing_made = "!document.querySelector('main b, main img[src=x], main script, main [onerror]')";
    scene.open(ANGLE_BRACKETS);
    assert_eq!(scene.heading(), HOSTILE_TITLE);
    scene.page.assert(&format!("document.querySelector('main').textContent.includes({})", json!(HOSTILE_WORDS)));
    scene.page.assert(&format!("document.title.startsWith({})", json!(HOSTILE_TITLE)));
    scene.page.assert(nothing_made);

    scene.open("");
    scene.page.wait("document.querySelector('[data-mine=recent] a.entity')");
    scene.page.assert(&format!(
        "document.querySelector('[data-mine=recent] a.entity').textContent === {}",
        json!(HOSTILE_TITLE)
    ));

    scene.open("catalog/");
    scene.page.click("#catalog-filter");
    scene.page.type_text("angle-brackets");
    scene.page.wait("document.querySelectorAll('#catalog tbody tr').length === 1");
    let row = scene.page.text("document.querySelector('#catalog tbody tr').textContent");
    assert!(row.contains(HOSTILE_TITLE) && row.contains(HOSTILE_WORDS), "{row}");
    scene.page.assert("!document.querySelector('#catalog tbody b, #catalog tbody img, #catalog tbody script')");

    scene.open("docs/default/component/the-very-long-name-of-a-service-that-nobody-ever-dared-to-short/");
    let text = scene.page.text("document.querySelector('.prose').textContent");
    for shown in ["<script>alert(1)</script>", "{{ name }}", "{% raw %}", "${{ values.name }}"] {
        assert!(text.contains(shown), "`{shown}` is not shown");
    }
    scene.page.assert("!document.querySelector('.prose script')");
    scene.page.click_text(".prose a", "عربي");
    scene.page.wait(
        "document.readyState === 'complete' && /[\\u0600-\\u06ff]/.test(document.querySelector('h1').textContent)",
    );
}

fn wrong_address(scene: &mut Scene) {
    for path in ["nowhere/", "catalog/default/component/gone/", "docs/a/b/c/d/e.html"] {
        let address = scene.address(path);
        scene.page.open(&address);
        assert!(scene.page.forgive(&address) > 0, "{address} answers as if it were there");
        assert_eq!(scene.heading(), "This page is not on the board");
        scene.page.assert("getComputedStyle(document.querySelector('.rail')).display !== 'inline'");
    }
    let home = scene.address("");
    let links = scene.page.texts("[...document.querySelectorAll('a[href]')].map((a) => a.href)");
    let out: Vec<&String> = links.iter().filter(|link| !link.starts_with(&home)).collect();
    assert!(out.is_empty(), "the page leads out of the portal: {out:?}");
    let lost = scene.address("docs/a/b/c/d/e.html");
    for link in links.iter().filter(|link| !link.contains('#')).collect::<BTreeSet<_>>() {
        scene.page.open(link);
        scene.page.assert("document.querySelector('h1').textContent !== 'This page is not on the board'");
    }
    scene.page.open(&lost);
    scene.page.forgive(&lost);
    scene.ask("payment-service");
    scene.page.press(Key::Enter);
    scene.arrive(PAYMENT_SERVICE);
}

// ---- Weight.

/// What makes files of answers, loaded when somebody comes near the form.
const ENGINE: [&str; 4] = ["/preview.js", "/template-language.js", "/scaffold.js", "/next-steps.js"];

/// The scripts of a form; the last three come where a template asks for patterns, extensions, entities.
const FORM: [&str; 6] =
    ["form-schema.js", "form-fields.js", "form.js", "form-pattern.js", "form-pickers.js", "form-catalog.js"];

fn light_scripts(scene: &mut Scene) {
    let root = scene.stage.example.path();
    let home = scene.address("");
    let mut heavy = Vec::new();
    for (name, path) in PAGE_TYPES.into_iter().filter(|(name, _)| !["search-results", "explorer"].contains(name)) {
        scene.open(path);
        let scripts: Vec<String> =
            scene.page.requests().into_iter().filter(|address| address.ends_with(".js")).collect();
        // The script of the service worker comes when the page is done, and so does a form.
        let engine = |address: &str| ENGINE.iter().any(|name| address.ends_with(name));
        let later = |address: &str| {
            address.ends_with("/worker.js") || engine(address) || FORM.iter().any(|name| address.ends_with(name))
        };
        let code = |address: &&String| address.contains("/assets/") && !later(address);
        let weight: u64 = scripts.iter().filter(code).map(|address| gzipped(&root.join(&address[home.len()..]))).sum();
        if weight > 10 << 10 {
            heavy.push(format!("{name}: {weight} bytes in {scripts:?}"));
        }
    }
    assert!(heavy.is_empty(), "more than 10 KB of script before the first search: {heavy:#?}");
    let weights = FORM.map(|name| gzipped(&root.join("assets").join(name)));
    let [asked @ .., pattern, pickers, catalog] = weights;
    assert!(asked.iter().sum::<u64>() <= 20 << 10, "the form weighs {asked:?}");
    assert!(pattern + pickers + catalog <= 9 << 10, "what only some forms ask for weighs {weights:?}");
    let weights = ENGINE.map(|name| gzipped(&root.join("assets").join(&name[1..])));
    assert!(weights.iter().sum::<u64>() <= 38 << 10, "what makes files weighs {weights:?}");
}

fn light_pages(scene: &mut Scene) {
    let root = scene.stage.example.path();
    let mut heavy = Vec::new();
    let mut weigh = |file: PathBuf, limit: u64| {
        let weight = gzipped(&file);
        if weight > limit {
            heavy.push(format!("{}: {weight} bytes of {limit}", file.display()));
        }
    };
    let styles = ["callboard.css", "docs.css"].map(|name| gzipped(&root.join("assets").join(name)));
    let styles: u64 = styles.iter().sum();
    let mut folders = vec![root];
    let mut pages = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the portal").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") {
                pages += 1;
                // What holds all pages of a doc set is read on paper.
                let is_printed = path.components().any(|part| part.as_os_str() == "print");
                weigh(path, if is_printed { 200 << 10 } else { 20 << 10 });
            }
        }
    }
    assert!(pages > 100, "only {pages} pages");
    assert!(heavy.is_empty(), "too heavy: {heavy:#?}");
    assert!(styles <= 15 << 10, "the styles of docs weigh {styles} bytes");
}

/// The size of a file after gzip: its deflated size, which a zip writer tells, and gzip's frame of 18 bytes.
#[track_caller]
fn gzipped(file: &Path) -> u64 {
    let bytes = fs::read(file).unwrap_or_else(|error| panic!("`{}`: {error}", file.display()));
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("file", SimpleFileOptions::default()).expect("an entry");
    writer.write_all(&bytes).expect("room in memory");
    let mut zip = writer.finish_into_readable().expect("a zip");
    zip.by_index(0).expect("the entry").compressed_size() + 18
}
