//! The client against a host that does as it is told.

use super::*;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// What is said to the nth question: status, headers and body.
type Script = dyn Fn(usize, &str) -> (u16, String, String) + Send + Sync;

/// A host on the loopback interface.
pub(in crate::source) struct Host {
    address: SocketAddr,
    /// First line and headers of each question.
    asked: Arc<Mutex<Vec<String>>>,
    ending: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Host {
    pub(in crate::source) fn start(
        script: impl Fn(usize, &str) -> (u16, String, String) + Send + Sync + 'static,
    ) -> Host {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let (asked, ending) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (of_thread, is_ending) = (Arc::clone(&asked), Arc::clone(&ending));
        let listening = std::thread::spawn(move || {
            for (number, stream) in listener.incoming().map_while(Result::ok).enumerate() {
                if is_ending.load(Ordering::SeqCst) {
                    return;
                }
                let _ = answer(&stream, number, &of_thread, &script);
            }
        });
        Host { address, asked, ending, listening: Some(listening) }
    }

    fn api(&self, forge: Forge, patience: Patience) -> Api {
        Api::of(&self.integration(forge), patience).expect("a known forge")
    }

    pub(in crate::source) fn integration(&self, forge: Forge) -> Integration {
        let url = Url::parse(&format!("http://{}/api/v3", self.address)).expect("an address");
        let (api, base) = (Some(url.clone()), Some(url));
        let (host, token) = ("git.example".to_string(), Some(Secret::new("hunter2secret")));
        Integration { forge, host, token, api, base, apps: Vec::new() }
    }

    /// What was asked since the last time.
    pub(in crate::source) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("no panic under the lock"))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.listening.take()
        {
            thread.join().ok();
        }
    }
}

fn answer(mut stream: &TcpStream, number: usize, asked: &Mutex<Vec<String>>, script: &Script) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let from = head.len();
        if reader.read_line(&mut head)? <= 2 {
            break;
        }
        let line = head[from..].to_ascii_lowercase();
        length = line.strip_prefix("content-length:").and_then(|text| text.trim().parse().ok()).unwrap_or(length);
    }
    let mut sent = vec![0; length];
    reader.read_exact(&mut sent)?;
    let (status, headers, body) = script(number, &head);
    asked.lock().expect("no panic under the lock").push(head);
    let length =
        if headers.contains("Content-Length") { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let head = format!("HTTP/1.1 {status} Status\r\n{headers}{length}Connection: close\r\n\r\n{body}");
    stream.write_all(head.as_bytes())
}

fn said(status: u16, headers: &str, body: &str) -> (u16, String, String) {
    (status, headers.to_string(), body.to_string())
}

/// Of somebody in a hurry.
fn patience(seconds: u64) -> Patience {
    Patience { longest: Duration::from_secs(seconds), pause: Duration::from_millis(5), ..Patience::default() }
}

fn reason(answer: Result<Answer, Fault>) -> String {
    answer
        .err()
        .map(|fault| format!("{}{}", fault.reason, if fault.is_of_host { " (host)" } else { "" }))
        .unwrap_or_default()
}

#[test]
fn faults_that_may_pass_are_asked_again() {
    let host = Host::start(|number, _| match number {
        0 => said(502, "", ""),
        1 => said(200, "Content-Length: 90\r\n", "{"),
        _ => said(200, "", "[]"),
    });
    let api = host.api(Forge::GitHub, patience(0));
    assert!(matches!(api.get("x", &[], None), Ok(Answer::New(page)) if page.body == b"[]"));
    assert_eq!((host.asked().len(), api.requests()), (3, 3));

    let host = Host::start(|_, _| said(500, "", ""));
    assert_eq!(
        reason(host.api(Forge::GitHub, patience(0)).get("x", &[], None)),
        "the host has a fault of its own (status 500)"
    );
    assert_eq!(host.asked().len(), 3);
    assert_eq!(
        reason(host.api(Forge::GitHub, Patience::none()).get("x", &[], None)),
        "the host has a fault of its own (status 500)"
    );
    assert_eq!(host.asked().len(), 1);
}

#[test]
fn a_host_that_asks_to_wait_is_left_alone() {
    let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    let limits = [
        (Forge::GitHub, 429, "Retry-After: 1\r\n".to_string(), ""),
        (Forge::GitHub, 503, format!("{date}Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n"), ""),
        (Forge::GitHub, 403, format!("{date}X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 784111777\r\n"), ""),
        (Forge::GitLab, 429, format!("{date}RateLimit-Remaining: 0\r\nRateLimit-Reset: 784111777\r\n"), ""),
    ];
    for (forge, status, headers, body) in limits {
        let host =
            Host::start(move |number, _| if number == 0 { said(status, &headers, body) } else { said(200, "", "[]") });
        let api = host.api(forge, patience(5));
        assert!(matches!(api.get("x", &[], None), Ok(Answer::New(_))), "{forge:?} {status}");
        assert_eq!((host.asked().len(), api.waited().as_secs_f64().round() as u64), (2, 1), "{forge:?} {status}");
    }
    // Too long, in words of GitHub's second kind of limit, and in a number that nobody can wait for.
    let secondary = "{\"message\":\"You have exceeded a secondary rate limit. Please wait.\"}";
    for (headers, body, asks) in [("", secondary, 60), ("Retry-After: 18446744073709551615\r\n", "", 31_622_400)] {
        let host = Host::start(move |_, _| said(403, headers, body));
        let expected = format!(
            "it takes no more questions for now (status 403); it asks to wait {asks} s, and a run waits 5 s at most \
             (`--max-wait`) (host)"
        );
        assert_eq!(reason(host.api(Forge::GitHub, patience(5)).get("x", &[], None)), expected);
        assert_eq!(host.asked().len(), 1);
    }
    let host = Host::start(|_, _| said(403, "", "{\"message\":\"Resource not accessible\"}"));
    assert_eq!(
        reason(host.api(Forge::GitHub, patience(5)).get("x", &[], None)),
        "it is refused; the token may not read it (status 403)"
    );
}

#[test]
fn waits_end_with_the_run() {
    let host = Host::start(|_, _| said(429, "Retry-After: 600\r\n", ""));
    let begin = std::time::Instant::now();
    let goes_on = move || begin.elapsed() < Duration::from_millis(200);
    let api = host.api(Forge::GitHub, Patience { goes_on: Arc::new(goes_on), ..Patience::default() });
    assert_eq!(reason(api.get("x", &[], None)), "the run was interrupted (host)");
    assert!(begin.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_token_that_is_not_accepted_is_told_with_its_key() {
    let host = Host::start(|_, _| said(401, "", "{}"));
    let told = reason(host.api(Forge::GitLab, patience(5)).get("x", &[], None));
    let expected = "the token is not accepted (status 401): it may have expired or been withdrawn; see the `token` of \
                    `git.example` under `integrations.gitlab` (host)";
    assert_eq!((told.as_str(), host.asked().len()), (expected, 1));
}

#[test]
fn what_is_sent_goes_nowhere_else() {
    let other = Host::start(|_, _| said(200, "", "{}"));
    let to = format!("Location: http://{}/\r\n", other.address);
    let host = Host::start(move |number, _| if number == 0 { said(307, &to, "") } else { said(201, "", "{\"a\":1}") });
    let api = host.api(Forge::GitHub, patience(5));
    let refused = api.post("app", &json!({})).err().map(|fault| fault.reason);
    assert_eq!(refused.as_deref(), Some("it cannot be read (status 307)"));
    assert_eq!(api.with_token(Secret::new("another")).post("app", &json!({})).ok(), Some(json!({ "a": 1 })));
    assert!(other.asked().is_empty());
    let asked = host.asked();
    assert!(
        asked[0].starts_with("POST /api/v3/app HTTP/1.1") && asked[0].to_lowercase().contains("bearer hunter2secret")
    );
    assert!(asked[1].contains("Bearer another") && !asked[1].contains("hunter2secret"), "{asked:?}");
    assert_eq!(api.requests(), 2, "both count together");
}

#[test]
fn graphql_is_beside_the_api() {
    let limited = "{\"errors\":[{\"type\":\"RATE_LIMITED\",\"message\":\"API rate limit exceeded\"}]}";
    let host = Host::start(move |number, _| match number {
        0 => said(200, "Retry-After: 1\r\n", limited),
        1 => said(200, "", "{\"data\":{\"a\":1}}"),
        _ => said(200, "", "{\"data\":null,\"errors\":[{\"message\":\"No\\u0007 such organization\"}]}"),
    });
    let api = host.api(Forge::GitHub, patience(5));
    assert_eq!(api.graphql("{ a }", &json!({})).ok(), Some(json!({ "a": 1 })));
    assert!(host.asked().iter().all(|asked| asked.starts_with("POST /api/graphql HTTP/1.1")));
    let refused = api.graphql("{ a }", &json!({})).err().map(|fault| fault.reason);
    assert_eq!(refused.as_deref(), Some("it refuses the question: No such organization"));
}

/// A row is its own id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Name(String);

impl Row for Name {
    fn id(&self) -> &str {
        &self.0
    }
}

fn names(body: &[u8]) -> Result<Rows<Name>, Fault> {
    let rows: Vec<Name> = serde_json::from_slice(body).map_err(|_| Fault::of_question("its answer is no list"))?;
    Ok(Rows { of: rows.len(), rows })
}

fn page_of(head: &str) -> usize {
    let (_, rest) = head.split_once("&page=").expect("a page");
    rest.split(' ').next().and_then(|number| number.parse().ok()).expect("a number")
}

/// A list of that many rows by two, whose marks tell of its pages' rows only.
fn listed(head: &str, of: usize, form: &str) -> (u16, String, String) {
    let page = page_of(head);
    let names: Vec<String> = (page * 2 - 1..=(page * 2).min(of)).map(|number| format!("\"{form}{number}\"")).collect();
    let next = if page * 2 < of { "Link: <https://evil.example/>; rel=\"next\"\r\n" } else { "" };
    let mark = format!("{page}{form}{}", names.len());
    let headers = format!("ETag: \"{mark}\"\r\n{next}");
    if head.to_lowercase().contains(&format!("if-none-match: \"{mark}\"")) {
        return (304, headers, String::new());
    }
    (200, headers, format!("[{}]", names.join(",")))
}

const DATE: &str = "Date: Sun, 06 Nov 1994 08:00:00 GMT\r\n";
const HALF_PAST: &str = "Date: Sun, 06 Nov 1994 08:30:00 GMT\r\n";
const TEN: &str = "Date: Sun, 06 Nov 1994 10:00:00 GMT\r\n";
const EIGHT: i64 = 784_108_800;

/// What the host does at a time.
#[derive(Clone, Copy)]
struct Now {
    date: &'static str,
    of: usize,
    form: &'static str,
    /// The page that it cannot give.
    fails_at: usize,
}

#[test]
fn a_list_is_walked_again_by_its_marks_and_goes_on_where_it_broke_off() {
    let now = Arc::new(Mutex::new(Now { date: DATE, of: 5, form: "a", fails_at: 0 }));
    let of_host = Arc::clone(&now);
    let host = Host::start(move |_, head| {
        let Now { date, of, form, fails_at } = *of_host.lock().expect("no panic under the lock");
        let (status, headers, body) =
            if page_of(head) == fails_at { said(404, "", "") } else { listed(head, of, form) };
        (status, format!("{date}{headers}"), body)
    });
    let folder = tempfile::tempdir().expect("a folder");
    let api = host.api(Forge::GitHub, patience(0));
    let go = |next: Now| {
        *now.lock().expect("no panic under the lock") = next;
        let list = Walk { path: "names", query: &[("per_page", "2")], size: 2, folder: folder.path(), form: "names 1" };
        let walked = walk(&api, &list, &names);
        let rows: Vec<String> = walked.rows.into_iter().map(|name| name.0).collect();
        let mut pages: Vec<String> = host
            .asked()
            .iter()
            .map(|head| {
                let is_marked = head.to_lowercase().contains("if-none-match");
                format!("{}{}", page_of(head), if is_marked { "=" } else { "" })
            })
            .collect();
        // Several may be under way at a time.
        pages.sort();
        (rows.join(" "), walked.fault.is_some(), walked.whole_at, pages.join(" "))
    };
    let expect = |rows: &str, is_broken, at, pages: &str| (rows.to_string(), is_broken, Some(at), pages.to_string());

    let first = Now { date: DATE, of: 4, form: "a", fails_at: 0 };
    assert_eq!(go(first), expect("a1 a2 a3 a4", false, EIGHT, "1 2"));
    // A list that ends with a full page may have grown behind it.
    assert_eq!(go(first), expect("a1 a2 a3 a4", false, EIGHT, "1= 2= 3"));
    let first = Now { of: 5, ..first };
    assert_eq!(go(first), expect("a1 a2 a3 a4 a5", false, EIGHT, "1= 2= 3="));
    assert_eq!(go(Now { of: 4, ..first }), expect("a1 a2 a3 a4", false, EIGHT, "1= 2= 3="));
    assert_eq!(go(first), expect("a1 a2 a3 a4 a5", false, EIGHT, "1= 2= 3="));

    // What the last whole list had stands in for what is missing.
    let other = Now { form: "b", fails_at: 3, ..first };
    assert_eq!(go(other), expect("b1 b2 b3 b4 a1 a2 a3 a4 a5", true, EIGHT, "1= 2= 3="));
    let half_past = Now { date: HALF_PAST, form: "b", ..first };
    assert_eq!(go(half_past), expect("b1 b2 b3 b4 b5", false, EIGHT, "3="));
    // After an hour it begins anew, with all marks.
    assert!(go(Now { form: "c", ..other }).1);
    assert_eq!(go(Now { date: TEN, ..half_past }), expect("b1 b2 b3 b4 b5", false, EIGHT + 7200, "1= 2= 3= 3="));
    // Without a mark for what is kept, nothing is taken over.
    std::fs::remove_dir_all(folder.path()).expect("removed");
    assert_eq!(go(Now { fails_at: 1, ..first }), (String::new(), true, None, "1".to_string()));
}

#[test]
fn times_of_headers_and_of_answers_are_read() {
    assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
    assert_eq!(http_date("yesterday"), None);
    let ten = Some(1_795_341_600);
    let times =
        ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.176Z", "2026-11-22T12:00:00+02:00", "2026-11-22T09:00:00-01:00"];
    assert_eq!(times.map(instant), [ten; 4]);
    assert_eq!(["", "2026-11-22", "2026-13-22T10:00:00Z", "T", "2026-11-22T+"].map(instant), [None; 5]);
}

#[test]
fn a_page_behind_this_one_is_known_by_its_link() {
    assert!(has_next("<https://h/x?page=1>; rel=\"prev\", <https://h/x?page=3>; rel=\"next\""));
    assert!(!has_next("<https://h/x?page=1>; rel=\"first\", <https://h/next>; rel=\"last\""));
}

#[test]
fn each_forge_has_its_api_in_a_place_of_its_own() {
    let base = |forge, host: &str, api: Option<&str>| {
        let api = api.map(|url| Url::parse(url).expect("an address"));
        let base = api.clone().filter(|_| forge == Forge::Gitea);
        Api::of(&Integration { forge, host: host.into(), token: None, api, base, apps: Vec::new() }, Patience::none())
            .map(|api| api.base.to_string())
    };
    assert_eq!(base(Forge::GitHub, "github.com", None).as_deref(), Some("https://api.github.com/"));
    assert_eq!(base(Forge::GitHub, "ghe.example", None).as_deref(), Some("https://ghe.example/api/v3/"));
    assert_eq!(base(Forge::GitLab, "gitlab.com", None).as_deref(), Some("https://gitlab.com/api/v4/"));
    let at = Some("https://git.example/forge/");
    assert_eq!(base(Forge::Gitea, "git.example", at).as_deref(), Some("https://git.example/forge/api/v1/"));
    assert_eq!(base(Forge::GitHub, "git.example", at).as_deref(), Some("https://git.example/forge/"));
    assert_eq!(base(Forge::Bitbucket, "bitbucket.org", None), None);
}
