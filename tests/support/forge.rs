//! A forge on the loopback interface that lists issues as GitHub, GitLab and Gitea do, or fails as it is told to.

use serde_json::{Value as Json, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    GitHub,
    GitLab,
    Gitea,
}

/// What the forge does with a question.
#[derive(Clone)]
pub(crate) enum Mood {
    Well,
    /// A status and a header.
    Fails(u16, &'static str),
    /// The body ends before its announced length.
    BreaksOff,
    /// Everything has moved to this address.
    Moved(String),
    /// The repository has another name now, and GitHub leads to it by its number.
    Renamed,
}

/// A question that was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) status: u16,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn parameter(&self, name: &str) -> &str {
        self.query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }
}

/// An open issue of the repository.
#[derive(Clone)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) labels: Vec<&'static str>,
    /// A pull request, which GitHub lists among the issues.
    pub(crate) is_pull: bool,
    /// One that GitLab shows to some only.
    pub(crate) is_confidential: bool,
}

impl Issue {
    pub(crate) fn new(number: u64, title: &str, text: &str, labels: &[&'static str]) -> Issue {
        let (title, text) = (title.to_string(), text.to_string());
        Issue { number, title, text, labels: labels.to_vec(), is_pull: false, is_confidential: false }
    }
}

struct State {
    api: Api,
    /// The path of the listing.
    path: &'static str,
    issues: Mutex<Vec<Issue>>,
    mood: Mutex<Mood>,
    asked: Mutex<Vec<Asked>>,
    ending: AtomicBool,
}

pub(crate) struct Forge {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    listening: Option<JoinHandle<()>>,
}

impl Forge {
    /// With one repository, whose issues are listed at `path`.
    pub(crate) fn start(api: Api, path: &'static str, issues: Vec<Issue>) -> Forge {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let state = Arc::new(State {
            api,
            path,
            issues: Mutex::new(issues),
            mood: Mutex::new(Mood::Well),
            asked: Mutex::default(),
            ending: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&state);
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if of_thread.ending.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(stream) = stream {
                    let _ = of_thread.answer(&stream);
                }
            }
        });
        Forge { address, state, listening: Some(listening) }
    }

    pub(crate) fn is_in(&self, mood: Mood) {
        *self.state.mood.lock().expect("no panic under the lock") = mood;
    }

    pub(crate) fn has(&self, issues: Vec<Issue>) {
        *self.state.issues.lock().expect("no panic under the lock") = issues;
    }

    /// What was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.asked.lock().expect("no panic under the lock"))
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        self.state.ending.store(true, Ordering::SeqCst);
        if TcpStream::connect(self.address).is_ok()
            && let Some(thread) = self.listening.take()
        {
            thread.join().ok();
        }
    }
}

impl State {
    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let target = line.split(' ').nth(1).unwrap_or_default().to_string();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let mut asked = Asked { path: path.to_string(), query, ..Asked::default() };
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? <= 2 {
                break;
            }
            asked
                .headers
                .extend(line.trim().split_once(": ").map(|(name, value)| (name.to_string(), value.to_string())));
        }
        let mood = self.mood.lock().expect("no panic under the lock").clone();
        let (status, headers, body) = match &mood {
            Mood::Fails(status, header) => (*status, format!("{header}\r\n"), "{\"message\":\"no\"}".to_string()),
            Mood::Moved(to) => (301, format!("Location: {to}{target}\r\n"), String::new()),
            Mood::Renamed if asked.path == self.path => {
                let to =
                    format!("Location: /api/v3/repositories/7/issues?{}\r\n", target.rsplit('?').next().unwrap_or(""));
                (301, to, String::new())
            }
            Mood::Renamed if asked.path == "/api/v3/repositories/7/issues" => self.list(&asked),
            Mood::Well | Mood::BreaksOff if asked.path == self.path => self.list(&asked),
            _ => (404, String::new(), "{\"message\":\"Not Found\"}".to_string()),
        };
        asked.status = status;
        self.asked.lock().expect("no panic under the lock").push(asked);
        let length = if matches!(mood, Mood::BreaksOff) { body.len() + 100 } else { body.len() };
        let head = format!(
            "HTTP/1.1 {status} Status\r\nDate: Sun, 22 Nov 2026 10:00:00 GMT\r\nContent-Type: application/json\r\n\
             {headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())
    }

    /// Status, further headers and body of a page of the list.
    fn list(&self, asked: &Asked) -> (u16, String, String) {
        let all = self.issues.lock().expect("no panic under the lock").clone();
        let wanted: Vec<&str> = asked.parameter("labels").split(',').filter(|label| !label.is_empty()).collect();
        let is_known = |label: &&str| all.iter().any(|issue| issue.labels.contains(label));
        let fits = |issue: &&Issue| match self.api {
            Api::GitHub | Api::GitLab => wanted.iter().all(|label| issue.labels.contains(label)),
            // Labels that the repository does not have are passed over.
            Api::Gitea => !wanted.iter().any(is_known) || wanted.iter().any(|label| issue.labels.contains(label)),
        };
        let is_listed = |issue: &&Issue| match self.api {
            Api::GitHub => asked.parameter("state") == "open",
            Api::GitLab => {
                asked.parameter("state") == "opened"
                    && !issue.is_pull
                    && !(issue.is_confidential && asked.parameter("confidential") == "false")
            }
            Api::Gitea => asked.parameter("state") == "open" && !(issue.is_pull && asked.parameter("type") == "issues"),
        };
        let listed: Vec<&Issue> = all.iter().filter(fits).filter(is_listed).collect();
        let size = if self.api == Api::Gitea { "limit" } else { "per_page" };
        let size: usize = asked.parameter(size).parse().unwrap_or(20);
        let page: usize = asked.parameter("page").parse().unwrap_or(1);
        let shown: Vec<Json> = listed.iter().skip((page - 1) * size).take(size).map(|issue| self.json(issue)).collect();
        let body = Json::from(shown).to_string();
        let mark = format!("W/\"{}\"", blake3::hash(body.as_bytes()).to_hex());
        let mut headers = format!("ETag: {mark}\r\nX-RateLimit-Remaining: 59\r\n");
        if page * size < listed.len() {
            let next = page + 1;
            headers.push_str(&format!("Link: <https://forge.example{}?page={next}>; rel=\"next\"\r\n", asked.path));
        }
        if asked.header("if-none-match") == Some(mark.as_str()) {
            return (304, headers, String::new());
        }
        (200, headers, body)
    }

    fn json(&self, issue: &Issue) -> Json {
        let Issue { number, title, text, labels, is_pull, is_confidential } = issue;
        let named: Vec<Json> =
            labels.iter().map(|label| json!({ "id": 7, "name": label, "color": "ededed" })).collect();
        match self.api {
            Api::GitHub => {
                let mut json = json!({
                    "id": 1_000_000 + number, "number": number, "state": "open", "title": title, "body": text,
                    "user": { "login": "octocat", "id": 1 }, "labels": named, "locked": false, "assignee": null,
                    "comments": 0, "created_at": "2026-11-20T08:00:00Z", "updated_at": "2026-11-21T08:00:00Z",
                    "closed_at": null, "html_url": "https://evil.example/phish",
                });
                if *is_pull {
                    json["pull_request"] = json!({ "url": "https://api.github.com/repos/acme/shop/pulls/9" });
                }
                json
            }
            Api::GitLab => json!({
                "id": 1_000_000 + number, "iid": number, "project_id": 4, "title": title, "description": text,
                "state": "opened", "created_at": "2026-11-20T08:00:00.046Z", "labels": labels, "milestone": null,
                "author": { "id": 18, "username": "eileen.lowe" }, "issue_type": "issue",
                "confidential": is_confidential, "web_url": "https://evil.example/phish",
            }),
            Api::Gitea => json!({
                "id": 1_000_000 + number, "number": number, "title": title, "body": text, "labels": named,
                "state": "open", "created_at": "2026-11-20T10:00:00+02:00", "closed_at": null, "milestone": null,
                "pull_request": if *is_pull { json!({ "merged": false }) } else { Json::Null },
                "user": { "login": "gitea" }, "html_url": "https://evil.example/phish",
            }),
        }
    }
}
