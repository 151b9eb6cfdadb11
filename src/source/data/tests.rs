//! Reading over HTTP from a server on loopback, out of files, programs and repositories.

use super::*;
use crate::cache::Forgetful;
use crate::config::{Inputs, Loaded, load};
use crate::source::{Outside, Repo, Silence};
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

/// A question as the server heard it.
#[derive(Debug, Clone)]
struct Heard {
    /// `GET /a?b`
    line: String,
    headers: BTreeMap<String, String>,
    body: String,
}

type Speak = dyn Fn(&Heard) -> String + Send + Sync;

/// A server that says what it is told to say, and remembers what it was asked.
struct Server {
    address: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Server {
    fn new(speak: impl Fn(&Heard) -> String + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let heard: Arc<Mutex<Vec<Heard>>> = Arc::default();
        let (all, speak): (_, Arc<Speak>) = (heard.clone(), Arc::new(speak));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (all, speak) = (all.clone(), speak.clone());
                std::thread::spawn(move || answer(stream, &all, &*speak));
            }
        });
        Server { address, heard }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.heard.lock().expect("whole").iter().map(|heard| heard.line.clone()).collect();
        lines.sort();
        lines
    }
}

fn answer(mut stream: TcpStream, all: &Mutex<Vec<Heard>>, speak: &Speak) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let line = line.trim_end().to_string();
        if line.is_empty() {
            break;
        }
        lines.push(line);
    }
    let headers: BTreeMap<String, String> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_string()))
        .collect();
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let line = lines[0].trim_end_matches(" HTTP/1.1").to_string();
    let heard = Heard { line, headers, body: String::from_utf8(body).expect("text") };
    all.lock().expect("whole").push(heard.clone());
    let _ = stream.write_all(speak(&heard).as_bytes());
}

fn ok(json: &Json) -> String {
    said(200, "", &json.to_string())
}

fn said(status: u16, headers: &str, body: &str) -> String {
    let date = "Date: Sun, 22 Nov 2026 12:00:00 GMT\r\n";
    format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n{date}{headers}\r\n{body}", body.len())
}

/// A portal's folder with one plugin, and a cache.
struct Portal {
    folder: tempfile::TempDir,
    snapshot: Snapshot,
}

impl Portal {
    fn new(plugin: &str, settings: &str) -> Portal {
        let folder = tempfile::tempdir().expect("a folder");
        let portal = Portal { folder, snapshot: Snapshot::default() };
        portal.write("plugins/tool/plugin.yaml", plugin);
        portal.write("plugins/tool/tab.html", "x");
        portal.write("app-config.yaml", &format!("callboard:\n  plugins:\n    tool: {settings}\n"));
        portal
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join("portal").join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    fn loaded(&self) -> Loaded {
        let dir = self.folder.path().join("portal");
        let loaded = load(&Inputs { dir, ..Inputs::default() }).expect("readable");
        let errors: Vec<&str> = loaded
            .findings
            .iter()
            .filter(|finding| finding.severity() == crate::diagnostics::Severity::Error)
            .map(|finding| finding.message.as_str())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        loaded
    }

    /// What the first source gives to entities with these values of the annotation, and what is told.
    fn read(&self, values: &[&str], outside: Outside) -> (Vec<Given>, Vec<String>) {
        let config = self.loaded().config;
        let asked: Vec<DataAsked> = values.iter().map(|value| asked(value)).collect();
        let cache = self.folder.path().join("cache");
        let options = options(&cache, outside);
        let (answers, findings) = read_data(&config, &asked, &[], &self.snapshot, &options);
        let given = (0..asked.len()).map(|at| answers.of(at, 0).cloned().unwrap_or_default()).collect();
        (given, findings.into_iter().map(|finding| finding.message).collect())
    }
}

fn asked(value: &str) -> DataAsked {
    DataAsked {
        plugin: 0,
        reference: format!("component:default/{}", value.len()).into(),
        kind: "component".into(),
        namespace: "default".into(),
        name: "x".into(),
        annotations: BTreeMap::from([("tool/id".to_string(), value.to_string())]),
        depends_on: Vec::new(),
        place: Place::file("", "svc/catalog-info.yaml"),
        repo: RepoId(0),
        path: "svc/catalog-info.yaml".into(),
    }
}

fn options(cache: &Path, outside: Outside) -> CrawlOptions<'_> {
    CrawlOptions {
        working_tree: false,
        offline: false,
        publishes: true,
        versions: false,
        outside,
        max_wait: Duration::from_secs(10),
        locked: None,
        listener: &Silence,
        goes_on: Arc::new(|| true),
        max_stale: 30,
        noted_as: None,
        cache_dir: cache,
        cache: &Forgetful,
    }
}

fn plugin(source: &str) -> String {
    let settings = "settings: {url: {required: true}, token: {secret: true}}";
    format!("title: Tool\nannotation: tool/id\n{settings}\ndata:\n  it: {source}\nshow: {{tab: tab.html}}\n")
}

fn web(server: &Server, source: &str) -> Portal {
    Portal::new(&plugin(source), &format!("{{url: \"{}\", token: t0ps3cret}}", server.address))
}

#[test]
fn values_are_encoded_and_each_question_is_asked_once() {
    let server = Server::new(|heard| ok(&json!({ "asked": heard.line })));
    let portal = web(&server, "{get: \"{settings.url}/a/{annotation}/{annotation.0}\", query: {q: \"{annotation}\"}}");
    let (given, told) = portal.read(&["a/b c", "a/b c", "x&y=z#?", "..", "../x"], Outside::Servers);
    assert_eq!(
        server.lines(),
        [
            "GET /a/..%2Fx/..?q=..%2Fx",
            "GET /a/a%2Fb%20c/a?q=a%2Fb+c",
            "GET /a/x%26y%3Dz%23%3F/x%26y%3Dz%23%3F?q=x%26y%3Dz%23%3F"
        ][1..]
    );
    assert_eq!(given[0], given[1]);
    assert_eq!((given[3].data.clone(), given[4].data.clone(), told), (None, None, Vec::new()));
    assert_eq!(given[0].as_of, Some(1_795_348_800));
}

#[test]
fn answers_are_kept_and_shown_when_there_is_no_newer_one() {
    let is_down = Arc::new(Mutex::new(false));
    let down = is_down.clone();
    let server = Server::new(move |heard| match heard.headers.get("if-none-match") {
        _ if *down.lock().expect("whole") => said(500, "", ""),
        Some(mark) if mark == "\"one\"" => said(304, "", ""),
        _ => said(200, "ETag: \"one\"\r\n", "{\"n\": 1}"),
    });
    let portal = web(&server, "{get: \"{settings.url}/{annotation}\", as-of: when}");
    let (first, _) = portal.read(&["shop"], Outside::Servers);
    let (second, told) = portal.read(&["shop"], Outside::Servers);
    assert_eq!((&first, told), (&second, Vec::new()));
    assert_eq!(first[0].data.as_deref(), Some(&json!({ "n": 1 })));
    let (offline, told) = portal.read(&["shop", "other"], Outside::Cache);
    assert_eq!((&offline[0], offline[1].data.is_none()), (&first[0], true));
    assert!(told[0].contains("cannot be read for `component:default/5`: no answer is kept"), "{told:?}");
    *is_down.lock().expect("whole") = true;
    let (stale, told) = portal.read(&["shop"], Outside::Servers);
    assert_eq!(stale[0].data, first[0].data);
    assert_eq!(stale[0].fault.as_deref(), Some("it cannot be read (status 500)"));
    assert!(told[0].contains("what was read last is shown"), "{told:?}");
}

#[test]
fn a_token_goes_to_its_host_alone() {
    let other = Server::new(|_| ok(&json!({})));
    let to = other.address.clone();
    let server = Server::new(move |heard| match heard.line.as_str() {
        "GET /away" => said(302, &format!("Location: {to}/x\r\n"), ""),
        "GET /here" => said(302, "Location: /there\r\n", ""),
        _ => ok(&json!(heard.headers.get("authorization").is_some_and(|sent| sent == "Bearer t0ps3cret"))),
    });
    let portal = web(&server, "{get: \"{settings.url}/{annotation}\", token: \"{settings.token}\"}");
    let (given, told) = portal.read(&["away", "here"], Outside::Servers);
    assert_eq!(given[1].data.as_deref(), Some(&json!(true)));
    assert_eq!(given[0].fault.as_deref(), Some("it redirects to another host, which is not followed"));
    assert!(other.lines().is_empty());
    assert!(!format!("{told:?} {:?}", portal.loaded().config).contains("t0ps3cret"));
    let kept = walkdir::WalkDir::new(portal.folder.path().join("cache")).into_iter().flatten();
    for file in kept.filter(|file| file.file_type().is_file()) {
        let bytes = std::fs::read(file.path()).expect("a file");
        assert!(!String::from_utf8_lossy(&bytes).contains("t0ps3cret"));
    }
    assert!(portal.loaded().config.secrets().any(|secret| secret == "t0ps3cret"));
}

#[test]
fn graphql_gets_values_as_variables() {
    let server = Server::new(|heard| {
        let body: Json = serde_json::from_str(&heard.body).expect("JSON");
        match body["variables"]["id"].as_str() {
            Some("\" } evil") => ok(&json!({ "data": { "heard": body } })),
            _ => ok(&json!({ "errors": [{ "message": "no such id\u{1b}" }] })),
        }
    });
    let portal = web(
        &server,
        "{post: \"{settings.url}/g\", graphql: \"query($id: ID!) { x }\", variables: {id: \"{annotation}\"}}",
    );
    let (given, _) = portal.read(&["\" } evil", "none"], Outside::Servers);
    let heard = &given[0].data.as_deref().expect("data")["heard"];
    assert_eq!(heard, &json!({ "query": "query($id: ID!) { x }", "variables": { "id": "\" } evil" } }));
    assert_eq!(given[1].fault.as_deref(), Some("it refuses the question: no such id"));
}

#[test]
fn hosts_that_are_busy_are_waited_for_and_those_that_refuse_are_left_alone() {
    let server = Server::new({
        let times = Mutex::new(0);
        move |heard| {
            let mut times = times.lock().expect("whole");
            *times += 1;
            match heard.line.as_str() {
                "GET /busy" if *times == 1 => said(429, "Retry-After: 0\r\n", ""),
                "GET /busy" => ok(&json!(*times)),
                _ => said(401, "", ""),
            }
        }
    });
    let portal = web(&server, "{get: \"{settings.url}/{annotation}\"}");
    assert_eq!(portal.read(&["busy"], Outside::Servers).0[0].data.as_deref(), Some(&json!(2)));
    let many: Vec<String> = (0..40).map(|at| format!("a{at}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let (_, told) = portal.read(&many, Outside::Servers);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("for 40 entities, such as `component:default/2`: it wants to know who asks"), "{told:?}");
    assert!(server.lines().len() < 20, "a host that refuses is asked on and on");
}

#[test]
fn answers_that_are_broken_or_do_not_fit_are_none() {
    let server = Server::new(|heard| match heard.line.as_str() {
        "GET /cut" => "HTTP/1.1 200 X\r\nContent-Length: 90\r\nConnection: close\r\n\r\n{\"a\"".to_string(),
        "GET /text" => said(200, "", "hello"),
        "GET /deep" => said(200, "", &"[".repeat(100_000)),
        "GET /large" => said(200, "", &format!("\"{}\"", "x".repeat(17 << 20))),
        "GET /missing" => said(404, "", ""),
        _ => ok(&json!({ "total": "many" })),
    });
    let portal = web(&server, "{get: \"{settings.url}/{annotation}\", schema: it.json}");
    portal.write("plugins/tool/it.json", r#"{"type": "object", "properties": {"total": {"type": "number"}}}"#);
    let (given, told) = portal.read(&["cut", "text", "deep", "large", "missing", "unfit"], Outside::Servers);
    let faults: Vec<&str> = given.iter().map(|given| given.fault.as_deref().expect("a fault")).collect();
    assert!(faults[0].starts_with("its answer broke off"), "{}", faults[0]);
    assert_eq!(faults[1..4], ["its answer is no JSON", "its answer is no JSON", "its answer has more than 16 MiB"]);
    assert!(faults[4].contains("404") && faults[5].contains("at `/total` "), "{faults:?}");
    assert!(told.iter().any(|message| message.contains("does not fit its schema: at `/total` ")), "{told:?}");
    assert!(given.iter().all(|given| given.data.is_none()));
}

#[test]
fn rows_of_a_file_go_to_whom_they_name() {
    let portal = Portal::new(
        &plugin("{file: ../../rows.json, list: found.rows, where: {service.id: \"{annotation}\"}}"),
        "{url: \"https://unused.example\"}",
    );
    portal.write(
        "rows.json",
        r#"{"found": {"rows": [{"service": {"id": "a"}, "n": 1}, {"service": {"id": ["b", "a"]}, "n": 2}, {"n": 3}]}}"#,
    );
    let (given, told) = portal.read(&["a", "b", "c"], Outside::Cache);
    let numbers = |given: &Given| -> Vec<i64> {
        let rows = given.data.as_deref().and_then(Json::as_array).expect("rows");
        rows.iter().filter_map(|row| row["n"].as_i64()).collect()
    };
    assert_eq!(given.iter().map(numbers).collect::<Vec<_>>(), [vec![1, 2], vec![2], vec![]]);
    assert_eq!(told, Vec::<String>::new());
}

#[test]
fn files_by_value_stay_in_their_folder() {
    let portal = Portal::new(&plugin("{file: \"../../data/{annotation}.yaml\"}"), "{url: \"https://unused.example\"}");
    portal.write("data/acme/shop.yaml", "n: 1\n");
    portal.write("secret.yaml", "n: 2\n");
    let (given, told) = portal.read(&["acme/shop", "../secret", "acme/none"], Outside::Cache);
    assert_eq!(given[0].data.as_deref(), Some(&json!({ "n": 1 })));
    assert_eq!((&given[1].data, &given[2].data, told), (&None, &None, Vec::new()));
}

#[test]
fn files_of_the_repository_lie_beside_the_descriptor() {
    let repo = Repo::in_memory("shop", [("svc/reports/it.json", "{\"n\": 1}"), ("it.json", "{\"n\": 2}")]);
    let mut portal = Portal::new(&plugin("{repository: reports/it.json}"), "{url: \"https://unused.example\"}");
    portal.snapshot = Snapshot { repos: vec![repo], ..Snapshot::default() };
    let (given, _) = portal.read(&["x"], Outside::Cache);
    assert_eq!(given[0].data.as_deref(), Some(&json!({ "n": 1 })));
}

#[test]
fn commands_run_once_and_fail_alone() {
    let run = |words: &str| {
        let portal = Portal::new(&plugin(&format!("{{command: {words}}}")), "{url: \"https://unused.example\"}");
        let (given, _) = portal.read(&["a", "b"], Outside::Servers);
        assert_eq!(given[0], given[1]);
        given[0].clone()
    };
    assert_eq!(run("[echo, '[1, 2]']").data.as_deref(), Some(&json!([1, 2])));
    assert_eq!(run("[echo, '$(touch x)']").fault.map(|fault| fault.starts_with("`echo` writes no JSON")), Some(true));
    assert_eq!(run("[sh, -c, 'echo no luck >&2; exit 3']").fault.as_deref(), Some("`sh` fails: no luck"));
    assert!(run("[no-such-program]").fault.is_some_and(|fault| fault.starts_with("`no-such-program` cannot be run")));
}

#[test]
fn files_keep_what_was_read() {
    let portal = Portal::new(&plugin("{file: ../../rows.json}"), "{url: \"https://unused.example\"}");
    portal.write("rows.json", "{\"n\": 1}");
    let (first, _) = portal.read(&["a"], Outside::Servers);
    portal.write("rows.json", "{\"n\":");
    let (broken, told) = portal.read(&["a"], Outside::Servers);
    assert_eq!((&broken[0].data, broken[0].fault.is_some()), (&first[0].data, true));
    assert!(told[0].contains("what was read last is shown: `../../rows.json`: "), "{told:?}");
}

#[test]
fn what_is_unknown_is_asked_once() {
    let server = Server::new(|heard| ok(&json!(heard.line)));
    let portal = web(&server, "{get: \"{settings.url}/{annotation}\"}");
    let (first, told) = portal.read(&["a"], Outside::Unknown);
    assert_eq!((first[0].data.is_some(), told.len()), (true, 0));
    let (again, _) = portal.read(&["a", "b"], Outside::Unknown);
    assert_eq!((&again[0].data, again[1].data.is_some()), (&first[0].data, true));
    assert_eq!(server.lines(), ["GET /a", "GET /b"]);
}

#[test]
fn fields_and_lists_that_are_nowhere_are_told() {
    for (source, expected) in [
        ("{file: ../../rows.json, list: rows, where: {kk: \"{annotation}\"}}", "has the field `kk`"),
        ("{file: ../../rows.json, list: row}", "there is nothing at `row`"),
    ] {
        let portal = Portal::new(&plugin(source), "{url: \"https://unused.example\"}");
        portal.write("rows.json", "{\"rows\": [{\"k\": \"a\"}]}");
        let (_, told) = portal.read(&["a"], Outside::Cache);
        assert!(told.len() == 1 && told[0].contains(expected), "{told:?}");
    }
}
