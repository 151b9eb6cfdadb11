//! Data over HTTP. The operator named the host; what an entity says stands in its place, encoded. A token goes to that
//! origin alone, and no answer leads elsewhere.

use super::{LARGEST, Outcome, Values};
use crate::config::{Request, Sent, Words};
use crate::source::forge::{agent, http_date, own_time, text};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use ureq::http::header;
use ureq::tls::TlsConfig;
use url::Url;

const SLOWEST: Duration = Duration::from_secs(30);
const MOST_REDIRECTS: usize = 3;
/// Questions under way at a time, to one origin and in all.
const AT_ONCE: usize = 8;
const ORIGINS_AT_ONCE: usize = 4;
/// How often a host that is busy is asked, and how long it is waited for between, in seconds.
const TRIES: usize = 3;
const LONGEST_WAIT: u64 = 30;

/// A question with every value filled in.
pub(super) struct Question {
    url: Url,
    headers: Vec<(String, String)>,
    sent: Option<String>,
    is_graphql: bool,
    /// Of everything but headers, which may hold secrets.
    key: String,
}

/// A question and what is known of its answer.
pub(super) struct Asked<'a> {
    pub(super) question: &'a Question,
    pub(super) mark: Option<&'a str>,
    /// Its kept answer is young enough.
    pub(super) is_young: bool,
}

impl Question {
    /// `None` where a value is missing or would mean something in a path.
    pub(super) fn of(request: &Request, values: &dyn Values) -> Option<Question> {
        let mut url = address(&request.url, values)?;
        let as_is = |value: &str| Some(value.to_string());
        for (name, value) in &request.query {
            if let Some(value) = value.fill(values, &as_is) {
                url.query_pairs_mut().append_pair(name, &value);
            }
        }
        let mut headers = Vec::new();
        for (name, value) in &request.headers {
            let value =
                value.fill(values, &|value| value.chars().all(|c| matches!(c, ' '..='~')).then(|| value.to_string()));
            headers.extend(value.map(|value| (name.clone(), value)));
        }
        let sent = match &request.sent {
            None => None,
            Some(Sent::Json(json)) => Some(json.fill(values)?.to_string()),
            Some(Sent::GraphQl { query, variables }) => {
                Some(json!({ "query": query, "variables": variables.fill(values)? }).to_string())
            }
        };
        let is_graphql = matches!(request.sent, Some(Sent::GraphQl { .. }));
        let key = format!("{}\n{}", blake3::hash(url.as_str().as_bytes()), sent.as_deref().unwrap_or_default());
        Some(Question { url, headers, sent, is_graphql, key })
    }

    pub(super) fn key(&self) -> String {
        self.key.clone()
    }
}

/// An address with an entity's values in it, encoded, at the origin that the text names.
pub(super) fn address(words: &Words, values: &dyn Values) -> Option<Url> {
    let url = Url::parse(&words.fill(values, &segment)?).ok()?;
    let fixed = Url::parse(&words.start()).ok()?;
    (url.origin() == fixed.origin()).then_some(url)
}

/// A value as one segment of a path or one value of a query.
fn segment(value: &str) -> Option<String> {
    if matches!(value, "." | ".." | "") {
        return None;
    }
    Some(url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>().replace('+', "%20"))
}

/// Asks everything, some at once, until `end`. Answers come in the order of the questions.
pub(super) fn ask_all(asked: &[Asked<'_>], end: Instant, goes_on: &(dyn Fn() -> bool + Send + Sync)) -> Vec<Outcome> {
    let mut by_origin: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, asked) in asked.iter().enumerate() {
        by_origin.entry(asked.question.url.origin().ascii_serialization()).or_default().push(at);
    }
    let agent = agent(SLOWEST, TlsConfig::builder().build());
    let outcomes: Vec<Mutex<Option<Outcome>>> = asked.iter().map(|_| Mutex::new(None)).collect();
    let origins: Vec<Vec<usize>> = by_origin.into_values().collect();
    let origins: Vec<Origin<'_>> =
        origins.iter().map(|all| Origin { all, next: AtomicUsize::new(0), refusal: Mutex::default() }).collect();
    for some in origins.chunks(ORIGINS_AT_ONCE) {
        std::thread::scope(|scope| {
            for origin in some {
                for _ in 0..AT_ONCE.min(origin.all.len()) {
                    scope.spawn(|| {
                        while let Some(at) = origin.all.get(origin.next.fetch_add(1, Ordering::Relaxed)) {
                            let outcome = origin.hear(&asked[*at], &agent, end, goes_on);
                            *outcomes[*at].lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
                        }
                    });
                }
            }
        });
    }
    let lost = || failed("asking for it failed", false);
    let outcome =
        |cell: Mutex<Option<Outcome>>| cell.into_inner().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(lost);
    outcomes.into_iter().map(outcome).collect()
}

/// The questions to one origin.
struct Origin<'a> {
    all: &'a [usize],
    next: AtomicUsize,
    /// Why it is not asked any more.
    refusal: Mutex<Option<String>>,
}

impl Origin<'_> {
    fn hear(
        &self,
        asked: &Asked<'_>,
        agent: &ureq::Agent,
        end: Instant,
        goes_on: &(dyn Fn() -> bool + Send + Sync),
    ) -> Outcome {
        if asked.is_young {
            return Outcome::Same { time: None };
        }
        let mut refusal = self.refusal.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if Instant::now() > end {
            refusal.get_or_insert_with(|| "reading others took too long".to_string());
        }
        if let Some(reason) = refusal {
            return Outcome::Failed { reason, is_of_host: true };
        }
        for _ in 1..TRIES {
            match answer(asked, agent) {
                Err(Busy { seconds }) if goes_on() && Instant::now() < end => {
                    let until = Instant::now() + Duration::from_secs(seconds.min(LONGEST_WAIT));
                    while Instant::now() < until && goes_on() {
                        std::thread::sleep(Duration::from_millis(100));
                    }
                }
                Err(Busy { .. }) => break,
                Ok(outcome) => return self.noted(outcome),
            }
        }
        let busy = |_| failed("the host is busy, and stays so", true);
        self.noted(answer(asked, agent).unwrap_or_else(busy))
    }

    fn noted(&self, outcome: Outcome) -> Outcome {
        if let Outcome::Failed { reason, is_of_host: true } = &outcome {
            self.refusal.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| reason.clone());
        }
        outcome
    }
}

/// The host asks to be left alone for so long.
struct Busy {
    seconds: u64,
}

fn failed(reason: impl Into<String>, is_of_host: bool) -> Outcome {
    Outcome::Failed { reason: reason.into(), is_of_host }
}

fn answer(asked: &Asked<'_>, agent: &ureq::Agent) -> Result<Outcome, Busy> {
    let Question { url, headers, sent, is_graphql, .. } = asked.question;
    let mut at = url.clone();
    for _ in 0..=MOST_REDIRECTS {
        let called = match sent {
            Some(sent) => {
                let request =
                    headers.iter().fold(agent.post(at.as_str()), |request, (name, value)| request.header(name, value));
                request.header(header::ACCEPT, "application/json").content_type("application/json").send(sent.as_str())
            }
            None => {
                let request =
                    headers.iter().fold(agent.get(at.as_str()), |request, (name, value)| request.header(name, value));
                let request = match asked.mark {
                    Some(mark) => request.header(header::IF_NONE_MATCH, mark),
                    None => request,
                };
                let accepts = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept"));
                if accepts { request.call() } else { request.header(header::ACCEPT, "application/json").call() }
            }
        };
        let mut response = match called {
            Ok(response) => response,
            // The library's words may hold the address.
            Err(ureq::Error::BadUri(_)) => return Ok(failed("its address cannot be asked", false)),
            Err(ureq::Error::Timeout(_)) => return Ok(failed("it gives no answer in time", true)),
            Err(ureq::Error::Io(error)) => return Ok(failed(format!("it cannot be reached: {}", error.kind()), true)),
            Err(error) => return Ok(failed(error.to_string(), true)),
        };
        let time = text(response.headers(), header::DATE.as_str()).and_then(http_date).or_else(own_time);
        let mark = text(response.headers(), header::ETAG.as_str()).map(str::to_string);
        match response.status().as_u16() {
            200 | 201 => {
                let mut body = Vec::new();
                if let Err(error) = response.body_mut().as_reader().take(LARGEST + 1).read_to_end(&mut body) {
                    return Ok(failed(format!("its answer broke off: {error}"), false));
                }
                if body.len() as u64 > LARGEST {
                    return Ok(failed(format!("its answer has more than {} MiB", LARGEST >> 20), false));
                }
                return Ok(match serde_json::from_slice(&body) {
                    Ok(json) if *is_graphql => of_graphql(json, time),
                    Ok(json) => Outcome::New { json, time, mark },
                    Err(_) => failed("its answer is no JSON", false),
                });
            }
            304 if asked.mark.is_some() => return Ok(Outcome::Same { time }),
            301 | 302 | 303 | 307 | 308 => {
                let to = text(response.headers(), header::LOCATION.as_str()).and_then(|to| at.join(to).ok());
                at = match to {
                    Some(to) if to.origin() == url.origin() => to,
                    Some(_) => return Ok(failed("it redirects to another host, which is not followed", false)),
                    None => return Ok(failed("it redirects nowhere", false)),
                };
            }
            401 if headers.iter().any(|(name, _)| is_login(name)) => {
                return Ok(failed(
                    "the token is not accepted (status 401): it may have expired or been withdrawn",
                    true,
                ));
            }
            401 => {
                let reason = "it wants to know who asks (status 401), and no token is set: its variable may be missing";
                return Ok(failed(reason, true));
            }
            403 => return Ok(failed("it is refused (status 403)", false)),
            404 | 410 => return Ok(failed("it is not there, or not for this token (status 404)", false)),
            429 | 503 => {
                let wait =
                    text(response.headers(), header::RETRY_AFTER.as_str()).and_then(|wait| wait.trim().parse().ok());
                return Err(Busy { seconds: wait.unwrap_or(1) });
            }
            status => return Ok(failed(format!("it cannot be read (status {status})"), false)),
        }
    }
    Ok(failed("it redirects too often", false))
}

/// Whether a header of this name says who asks.
fn is_login(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["auth", "token", "key"].iter().any(|word| name.contains(word))
}

/// The data of a GraphQL answer, or its first fault.
fn of_graphql(mut json: Json, time: Option<i64>) -> Outcome {
    if let Some(first) = json["errors"].get(0) {
        let message = first["message"].as_str().unwrap_or("it gives no reason");
        let plain: String = message.chars().filter(|c| !c.is_control()).take(200).collect();
        return failed(format!("it refuses the question: {plain}"), false);
    }
    match json.get_mut("data").map(Json::take) {
        Some(json) => Outcome::New { json, time, mark: None },
        None => failed("its answer holds no data", false),
    }
}
