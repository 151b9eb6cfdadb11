//! A forge on the loopback interface: it speaks the APIs of GitHub, GitLab and Gitea for one organisation, serves the
//! repositories over git, keeps what it was asked, and fails as it is told to. Addresses in its answers lead elsewhere,
//! since nobody may follow them.

pub(crate) mod git;
mod gitea;
mod github;
mod gitlab;
mod graphql;
pub(crate) mod organization;

use serde_json::Value as Json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

pub(crate) use organization::Issue;
use organization::Organization;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Api {
    GitHub,
    GitLab,
    Gitea,
}

/// What the forge does with a question.
#[derive(Debug, Clone)]
pub(crate) enum Mood {
    Well,
    /// A status and a header.
    Fails(u16, &'static str),
    /// It answers, and this header is among what it says.
    Adds(&'static str),
    /// The body ends before its announced length.
    BreaksOff,
    /// The answer comes after so long.
    Slow(Duration),
    /// Everything has moved to this address.
    Moved(String),
    /// The repository has another name now, and GitHub leads to it by its number.
    Renamed,
    /// Another body than the one that was asked for.
    Says(&'static str),
}

/// A question that was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) status: u16,
    target: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn parameter(&self, name: &str) -> &str {
        self.query.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    fn is(&self, parameter: &str, value: &str) -> bool {
        self.parameter(parameter) == value
    }

    fn raw_query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }
}

/// A mood for some questions.
struct Rule {
    /// Part of the path and query.
    of: String,
    /// How many of them it lets pass before, and how many it is for.
    passes: usize,
    left: usize,
    mood: Mood,
}

/// What an API finds, before it is cut into pages.
enum Found<'a> {
    /// The rows of a list, each made when it is shown, and what surrounds a page of it: given the page and how long the
    /// list is.
    List(Vec<Box<dyn FnOnce() -> Json + 'a>>, fn(Vec<Json>, usize) -> Json),
    One(u16, Json),
}

impl<'a> Found<'a> {
    fn list<T: 'a>(rows: impl Iterator<Item = T>, json: impl Fn(T) -> Json + Copy + 'a) -> Found<'a> {
        Found::list_in(rows, json, |page, _| Json::from(page))
    }

    fn list_in<T: 'a>(
        rows: impl Iterator<Item = T>,
        json: impl Fn(T) -> Json + Copy + 'a,
        around: fn(Vec<Json>, usize) -> Json,
    ) -> Found<'a> {
        Found::List(rows.map(|row| Box::new(move || json(row)) as Box<_>).collect(), around)
    }
}

struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

struct State {
    api: Api,
    organization: Mutex<Organization>,
    /// The path of the listing of issues.
    path: &'static str,
    issues: Mutex<Vec<Issue>>,
    mood: Mutex<Mood>,
    rules: Mutex<Vec<Rule>>,
    asked: Mutex<Vec<Asked>>,
    /// How many tokens an app was given.
    minted: AtomicUsize,
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
        Forge::listening(api, Organization::default(), path, issues)
    }

    pub(crate) fn of(api: Api, organization: Organization) -> Forge {
        Forge::listening(api, organization, "", Vec::new())
    }

    fn listening(api: Api, organization: Organization, path: &'static str, issues: Vec<Issue>) -> Forge {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("the port's number");
        let state = Arc::new(State {
            api,
            organization: Mutex::new(organization),
            path,
            issues: Mutex::new(issues),
            mood: Mutex::new(Mood::Well),
            rules: Mutex::default(),
            asked: Mutex::default(),
            minted: AtomicUsize::new(0),
            ending: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&state);
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if of_thread.ending.load(Ordering::SeqCst) {
                    return;
                }
                if let Ok(stream) = stream {
                    let of_question = Arc::clone(&of_thread);
                    std::thread::spawn(move || of_question.answer(&stream));
                }
            }
        });
        Forge { address, state, listening: Some(listening) }
    }

    /// As integrations name it.
    pub(crate) fn host(&self) -> String {
        self.address.to_string()
    }

    /// Where it is, without a slash at the end.
    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn is_in(&self, mood: Mood) {
        *held(&self.state.mood) = mood;
    }

    /// A mood for questions whose path and query hold `part`, from now on.
    pub(crate) fn is_at(&self, part: &str, mood: Mood) {
        self.is_for(part, 0, usize::MAX, mood);
    }

    /// The same for `times` of them, after `passes` that it answers well.
    pub(crate) fn is_for(&self, part: &str, passes: usize, times: usize, mood: Mood) {
        held(&self.state.rules).push(Rule { of: part.to_string(), passes, left: times, mood });
    }

    /// In no mood any more.
    pub(crate) fn is_well(&self) {
        self.is_in(Mood::Well);
        held(&self.state.rules).clear();
    }

    pub(crate) fn has(&self, issues: Vec<Issue>) {
        *held(&self.state.issues) = issues;
    }

    /// Changes what it holds.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Organization)) {
        change(&mut held(&self.state.organization));
    }

    /// What was asked since the last time.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut held(&self.state.asked))
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

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic under the lock")
}

impl State {
    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut asked = read_question(stream)?;
        let mood = self.mood_for(&asked);
        if let Mood::Slow(time) = mood {
            std::thread::sleep(time);
        }
        let is_git = asked.path.contains(".git/");
        let mut answer = match &mood {
            Mood::Fails(status, header) => {
                Answer { status: *status, headers: format!("{header}\r\n"), body: br#"{"message":"no"}"#.to_vec() }
            }
            Mood::Moved(to) => moved(format!("{to}{}", asked.target)),
            Mood::Renamed if asked.path == self.path => {
                moved(format!("/api/v3/repositories/7/issues?{}", asked.raw_query()))
            }
            Mood::Says(body) => Answer { status: 200, headers: String::new(), body: body.as_bytes().to_vec() },
            _ if is_git => {
                let (served, login) = {
                    let organization = held(&self.organization);
                    (organization.served.clone(), organization.login.clone())
                };
                git::answer(served.as_deref(), login, &asked)?
            }
            _ => self.found(&asked),
        };
        if let Mood::Adds(header) = mood {
            answer.headers.push_str(&format!("{header}\r\n"));
        }
        asked.status = answer.status;
        held(&self.asked).push(asked);
        let Answer { status, headers, body } = answer;
        let length = if matches!(mood, Mood::BreaksOff) { body.len() + 100 } else { body.len() };
        let kind = if is_git { "" } else { "Content-Type: application/json\r\n" };
        let head = format!(
            "HTTP/1.1 {status} Status\r\nDate: Sun, 22 Nov 2026 10:00:00 GMT\r\n{kind}{headers}Content-Length: \
             {length}\r\nConnection: close\r\n\r\n"
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(&body)
    }

    fn mood_for(&self, asked: &Asked) -> Mood {
        for rule in held(&self.rules).iter_mut().filter(|rule| rule.left > 0 && asked.target.contains(&rule.of)) {
            if rule.passes > 0 {
                rule.passes -= 1;
                continue;
            }
            rule.left -= 1;
            return rule.mood.clone();
        }
        held(&self.mood).clone()
    }

    fn found(&self, asked: &Asked) -> Answer {
        let nothing = || Found::One(404, serde_json::json!({ "message": "Not Found" }));
        let renamed = "/api/v3/repositories/7/issues";
        let organization = held(&self.organization);
        let found = if asked.path == self.path || (asked.path == renamed && self.is_renamed()) {
            Some(self.list(asked))
        } else {
            match self.api {
                Api::GitHub => github::found(self, &organization, asked),
                Api::GitLab => gitlab::found(&organization, asked),
                Api::Gitea => gitea::found(&organization, asked),
            }
        };
        let (status, body, mut headers) = match found.unwrap_or_else(nothing) {
            Found::One(status, body) => (status, body, String::new()),
            Found::List(items, around) => self.page(items, around, asked),
        };
        let body = body.to_string().into_bytes();
        let rest = match self.api {
            Api::GitHub => {
                "X-RateLimit-Limit: 5000\r\nX-RateLimit-Remaining: 4999\r\nX-RateLimit-Reset: 1795345200\r\n"
            }
            Api::GitLab => "RateLimit-Limit: 2000\r\nRateLimit-Remaining: 1999\r\nRateLimit-Reset: 1795345200\r\n",
            Api::Gitea => "",
        };
        headers.push_str(rest);
        if status != 200 || asked.method != "GET" {
            return Answer { status, headers, body };
        }
        let mark = format!("W/\"{}\"", blake3::hash(&body).to_hex());
        headers.push_str(&format!("ETag: {mark}\r\n"));
        if asked.header("if-none-match") == Some(mark.as_str()) {
            return Answer { status: 304, headers, body: Vec::new() };
        }
        Answer { status, headers, body }
    }

    fn is_renamed(&self) -> bool {
        matches!(*held(&self.mood), Mood::Renamed)
    }

    /// A page of a list, and the headers that lead to others.
    fn page(
        &self,
        items: Vec<Box<dyn FnOnce() -> Json + '_>>,
        around: fn(Vec<Json>, usize) -> Json,
        asked: &Asked,
    ) -> (u16, Json, String) {
        let (parameter, usual, most) = match self.api {
            Api::GitHub => ("per_page", 30, 100),
            Api::GitLab => ("per_page", 20, 100),
            Api::Gitea => ("limit", 30, 50),
        };
        let size = asked.parameter(parameter).parse().unwrap_or(usual).clamp(1, most);
        let page: usize = asked.parameter("page").parse().unwrap_or(1).max(1);
        let all = items.len();
        let last = all.div_ceil(size).max(1);
        let shown: Vec<Json> = items.into_iter().skip((page - 1) * size).take(size).map(|row| row()).collect();
        let link = |page: usize, rel: &str| {
            format!("<https://forge.example{}?{parameter}={size}&page={page}>; rel=\"{rel}\"", asked.path)
        };
        let mut links = Vec::new();
        if page > 1 {
            links.push(link(page - 1, "prev"));
        }
        if page < last {
            links.extend([link(page + 1, "next"), link(last, "last")]);
        }
        let mut headers = String::new();
        if !links.is_empty() {
            headers.push_str(&format!("Link: {}\r\n", links.join(", ")));
        }
        match self.api {
            Api::GitHub => {}
            Api::GitLab => {
                let next = if page < last { (page + 1).to_string() } else { String::new() };
                headers.push_str(&format!("X-Total: {all}\r\nX-Next-Page: {next}\r\nX-Page: {page}\r\n"));
            }
            Api::Gitea => headers.push_str(&format!("X-Total-Count: {all}\r\n")),
        }
        (200, around(shown, all), headers)
    }

    /// The open issues that are asked for.
    fn list(&self, asked: &Asked) -> Found<'static> {
        let all = held(&self.issues).clone();
        let wanted: Vec<&str> = asked.parameter("labels").split(',').filter(|label| !label.is_empty()).collect();
        let is_known = |label: &&str| all.iter().any(|issue| issue.labels.contains(label));
        let fits = |issue: &&Issue| match self.api {
            Api::GitHub | Api::GitLab => wanted.iter().all(|label| issue.labels.contains(label)),
            // Labels that the repository does not have are passed over.
            Api::Gitea => !wanted.iter().any(is_known) || wanted.iter().any(|label| issue.labels.contains(label)),
        };
        let is_listed = |issue: &&Issue| match self.api {
            Api::GitHub => asked.is("state", "open"),
            Api::GitLab => {
                asked.is("state", "opened")
                    && !issue.is_pull
                    && !(issue.is_confidential && asked.is("confidential", "false"))
            }
            Api::Gitea => asked.is("state", "open") && !(issue.is_pull && asked.is("type", "issues")),
        };
        let json = match self.api {
            Api::GitHub => github::issue,
            Api::GitLab => gitlab::issue,
            Api::Gitea => gitea::issue,
        };
        let listed: Vec<Issue> = all.iter().filter(fits).filter(is_listed).cloned().collect();
        Found::list(listed.into_iter(), move |issue| json(&issue))
    }
}

fn moved(to: String) -> Answer {
    Answer { status: 301, headers: format!("Location: {to}\r\n"), body: Vec::new() }
}

fn read_question(mut stream: &TcpStream) -> std::io::Result<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut asked = Asked {
        method: method.to_string(),
        path: path.to_string(),
        query,
        target: target.to_string(),
        ..Asked::default()
    };
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? <= 2 {
            break;
        }
        let header = line.trim().split_once(": ").map(|(name, value)| (name.to_string(), value.to_string()));
        asked.headers.extend(header);
    }
    if asked.header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    if asked.header("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        asked.body = read_chunks(&mut reader)?;
    } else if let Some(length) = asked.header("content-length").and_then(|length| length.parse().ok()) {
        (&mut reader).take(length).read_to_end(&mut asked.body)?;
    }
    Ok(asked)
}

/// Git sends long questions in pieces.
fn read_chunks(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let length = u64::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
        reader.take(length).read_to_end(&mut body)?;
        reader.read_line(&mut String::new())?;
        if length == 0 {
            return Ok(body);
        }
    }
}
