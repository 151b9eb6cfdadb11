//! The REST APIs of forges: GitHub, GitLab, Gitea and Forgejo. Reads, and nothing else.
//!
//! A host's token goes to the origin of its API alone, and no answer may lead elsewhere. What is read is bytes of a
//! stranger, limited in size and time.

mod apps;
mod waiting;
mod walk;

#[cfg(test)]
pub(super) mod tests;

use crate::config::{Forge, Integration, Secret, days_since_1970, month_named};
use serde_json::{Value as Json, json};
use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use ureq::http::{HeaderMap, Response, header};
use ureq::tls::TlsConfig;
use url::Url;
use waiting::Waiting;

pub(super) use apps::Credentials;
pub(super) use waiting::Patience;
pub(super) use walk::{Row, Rows, Walk, Walked, kept_rows, walk};

/// Largest answer, unpacked.
const MAX_ANSWER: u64 = 16 << 20;
const CONNECT: Duration = Duration::from_secs(10);
const SLOWEST: Duration = Duration::from_secs(30);
const MOST_REDIRECTS: usize = 3;

/// The API of one host.
#[derive(Clone)]
pub(super) struct Api {
    pub(super) forge: Forge,
    host: String,
    base: Url,
    token: Option<Secret>,
    agent: ureq::Agent,
    patience: Patience,
    waiting: Arc<Waiting>,
}

/// What came of a question.
pub(super) enum Answer {
    /// Nothing changed since the answer that had this mark.
    Same {
        time: Option<i64>,
    },
    New(Page),
    /// The host says that there is no such thing any more.
    Gone,
}

/// One page of a list.
pub(super) struct Page {
    pub(super) body: Vec<u8>,
    /// The mark of this answer: its `ETag`.
    pub(super) mark: Option<String>,
    pub(super) has_next: bool,
    /// When the host gave it, in seconds since 1970.
    pub(super) time: Option<i64>,
}

/// Why there is no answer.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) reason: String,
    /// Other questions to this host would fare no better now.
    pub(super) is_of_host: bool,
    /// The host says that there is no such thing, or that it is not for us.
    pub(super) is_missing: bool,
}

impl Fault {
    pub(super) fn of_question(reason: impl Into<String>) -> Fault {
        Fault { reason: reason.into(), is_of_host: false, is_missing: false }
    }

    fn of_host(reason: impl Into<String>) -> Fault {
        Fault { reason: reason.into(), is_of_host: true, is_missing: false }
    }
}

/// An answer as it came.
struct Heard {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
    time: Option<i64>,
    is_asked_by_post: bool,
}

/// What is asked beside the address.
#[derive(Default)]
struct Question<'a> {
    /// The mark of an answer that is still at hand.
    known: Option<&'a str>,
    /// What is sent; questions without it are read.
    sent: Option<Vec<u8>>,
}

impl Api {
    /// `None` for forges whose API is not known here.
    pub(super) fn of(integration: &Integration, patience: Patience) -> Option<Api> {
        let own = integration.api.as_ref().map(|url| url.as_str().trim_end_matches('/').to_string());
        let host = &integration.host;
        let base = match integration.forge {
            Forge::GitHub if host.eq_ignore_ascii_case("github.com") => {
                own.unwrap_or_else(|| "https://api.github.com".to_string())
            }
            Forge::GitHub => own.unwrap_or_else(|| format!("https://{host}/api/v3")),
            Forge::GitLab => own.unwrap_or_else(|| format!("{}/api/v4", integration.base())),
            Forge::Gitea => format!("{}/api/v1", integration.base()),
            Forge::Bitbucket => return None,
        };
        Some(Api {
            forge: integration.forge,
            host: host.clone(),
            base: Url::parse(&format!("{base}/")).ok()?,
            token: integration.token.clone(),
            agent: agent(SLOWEST, TlsConfig::builder().build()),
            patience,
            waiting: Arc::default(),
        })
    }

    /// The same API for somebody else: what is asked and waited counts together.
    pub(super) fn with_token(&self, token: Secret) -> Api {
        Api { token: Some(token), ..self.clone() }
    }

    /// Where the API is.
    pub(super) fn base(&self) -> &str {
        self.base.as_str()
    }

    /// How many questions were asked.
    pub(super) fn requests(&self) -> usize {
        self.waiting.requests()
    }

    /// How long the host was left alone because it said so.
    pub(super) fn waited(&self) -> Duration {
        self.waiting.waited()
    }

    /// What lies at `path` below the API, percent-encoded where it must be. `known` is the mark of an answer that is
    /// still at hand.
    pub(super) fn get(&self, path: &str, query: &[(&str, &str)], known: Option<&str>) -> Result<Answer, Fault> {
        let mut url = self.below(path)?;
        url.query_pairs_mut().extend_pairs(query);
        let question = Question { known, sent: None };
        for _ in 0..=MOST_REDIRECTS {
            let heard = self.hear(&url, &question)?;
            let status = heard.status;
            if !matches!(status, 301 | 302 | 307 | 308) {
                return self.answer(heard);
            }
            let to = text(&heard.headers, header::LOCATION.as_str()).and_then(|to| url.join(to).ok());
            url = match to {
                Some(to) if to.origin() == self.base.origin() => to,
                Some(_) => return Err(Fault::of_question("it redirects to another host, which is not followed")),
                None => return Err(Fault::of_question(format!("it redirects nowhere (status {status})"))),
            };
        }
        Err(Fault::of_question("it redirects too often"))
    }

    /// What `path` answers to a JSON value. Nothing leads elsewhere.
    pub(super) fn post(&self, path: &str, sent: &Json) -> Result<Json, Fault> {
        self.send(&self.below(path)?, sent)
    }

    /// The `data` of an answer to a GraphQL query.
    pub(super) fn graphql(&self, query: &str, variables: &Json) -> Result<Json, Fault> {
        // GitHub Enterprise has it beside its REST API, GitHub and GitLab have it at the root.
        let root = ["v3/", "api/v4/"].iter().find_map(|end| self.base.as_str().strip_suffix(end));
        let below = if self.forge == Forge::GitLab { "api/graphql" } else { "graphql" };
        let url = Url::parse(&format!("{}{below}", root.unwrap_or(self.base.as_str())));
        let url = url.map_err(|error| Fault::of_question(error.to_string()))?;
        let mut answer = self.send(&url, &json!({ "query": query, "variables": variables }))?;
        if let Some(first) = answer["errors"].get(0) {
            let message = first["message"].as_str().unwrap_or("it gives no reason");
            let plain: String = message.chars().filter(|c| !c.is_control()).take(200).collect();
            return Err(Fault::of_question(format!("it refuses the question: {plain}")));
        }
        Ok(answer.get_mut("data").map(Json::take).unwrap_or_default())
    }

    fn send(&self, url: &Url, sent: &Json) -> Result<Json, Fault> {
        let heard = self.hear(url, &Question { known: None, sent: Some(sent.to_string().into_bytes()) })?;
        if heard.status == 201 || heard.status == 200 {
            return serde_json::from_slice(&heard.body).map_err(|_| Fault::of_question("its answer is no JSON"));
        }
        match self.answer(heard)? {
            Answer::Gone => Err(Fault::of_question("it is not there any more (status 410)")),
            Answer::Same { .. } | Answer::New(_) => Err(Fault::of_question("its answer says nothing")),
        }
    }

    fn below(&self, path: &str) -> Result<Url, Fault> {
        let url = self.base.join(path).map_err(|error| Fault::of_question(error.to_string()))?;
        if !url.as_str().starts_with(self.base.as_str()) {
            return Err(Fault::of_question("its name leads out of the API"));
        }
        Ok(url)
    }

    /// Asks until there is an answer that will not be another one soon.
    fn hear(&self, url: &Url, question: &Question<'_>) -> Result<Heard, Fault> {
        let mut tried = 0;
        let mut pause = self.patience.pause;
        loop {
            self.waiting.turn(&self.patience)?;
            let fault = match self.ask(url, question) {
                Ok(heard) => {
                    if let Some(time) = waiting::asked_for(&heard) {
                        self.waiting.told(time, heard.status, &self.patience)?;
                        continue;
                    }
                    if heard.status < 500 {
                        return Ok(heard);
                    }
                    Fault::of_question(format!("the host has a fault of its own (status {})", heard.status))
                }
                Err(fault) => fault,
            };
            tried += 1;
            if tried >= self.patience.tries {
                return Err(fault);
            }
            waiting::pause(pause, &self.patience)?;
            pause *= 3;
        }
    }

    fn ask(&self, url: &Url, question: &Question<'_>) -> Result<Heard, Fault> {
        let accept = match self.forge {
            Forge::GitHub => "application/vnd.github+json",
            _ => "application/json",
        };
        let token = self.token.as_ref().map(|token| {
            let word = if self.forge == Forge::Gitea { "token" } else { "Bearer" };
            format!("{word} {}", token.reveal())
        });
        let answered = match &question.sent {
            None => {
                let mut request = self.agent.get(url.as_str()).header(header::ACCEPT, accept);
                if let Some(token) = token {
                    request = request.header(header::AUTHORIZATION, token);
                }
                if let Some(known) = question.known {
                    request = request.header(header::IF_NONE_MATCH, known);
                }
                request.call()
            }
            Some(sent) => {
                let mut request = self.agent.post(url.as_str()).header(header::ACCEPT, accept);
                if let Some(token) = token {
                    request = request.header(header::AUTHORIZATION, token);
                }
                request.content_type("application/json").send(sent)
            }
        };
        let response = answered.map_err(|error| Fault::of_host(error.to_string()))?;
        heard(response, question.sent.is_some())
    }

    fn answer(&self, heard: Heard) -> Result<Answer, Fault> {
        let Heard { status, headers, body, time, .. } = heard;
        let access = if self.token.is_some() { "the token may not read it" } else { "no token is configured" };
        match status {
            200 => {}
            304 => return Ok(Answer::Same { time }),
            401 => return Err(Fault::of_host(self.unknown())),
            403 => return Err(Fault::of_question(format!("it is refused; {access} (status 403)"))),
            404 => {
                let fault = Fault::of_question(format!("it is not there, or {access} (status 404)"));
                return Err(Fault { is_missing: true, ..fault });
            }
            410 => return Ok(Answer::Gone),
            _ => return Err(Fault::of_question(format!("it cannot be read (status {status})"))),
        }
        let mark = text(&headers, header::ETAG.as_str()).map(str::to_string);
        let has_next = text(&headers, header::LINK.as_str()).is_some_and(has_next);
        Ok(Answer::New(Page { body, mark, has_next, time }))
    }

    /// Why the host does not know who asks, and where to say it.
    fn unknown(&self) -> String {
        let Api { host, forge, token, .. } = self;
        let key = format!("`token` of `{host}` under `integrations.{}`", forge.name());
        match token {
            Some(_) => {
                format!("the token is not accepted (status 401): it may have expired or been withdrawn; see the {key}")
            }
            None => format!("it wants to know who asks (status 401): set the {key}"),
        }
    }
}

/// What asks servers: it follows nobody elsewhere, and has every status told.
pub(super) fn agent(slowest: Duration, tls: TlsConfig) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .tls_config(tls)
        .timeout_connect(Some(CONNECT))
        .timeout_global(Some(slowest))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .user_agent(concat!("callboard/", env!("CARGO_PKG_VERSION")))
        .build();
    ureq::Agent::new_with_config(config)
}

fn heard(mut response: Response<ureq::Body>, is_asked_by_post: bool) -> Result<Heard, Fault> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    // Its clock, so that what it says of times can be compared.
    let time = text(&headers, header::DATE.as_str()).and_then(http_date).or_else(own_time);
    let mut body = Vec::new();
    let read = response.body_mut().as_reader().take(MAX_ANSWER + 1).read_to_end(&mut body);
    // What an answer without content says stands in its head.
    if let (Err(error), 200 | 201) = (read, status) {
        return Err(Fault::of_question(format!("its answer broke off: {error}")));
    }
    if body.len() as u64 > MAX_ANSWER {
        return Err(Fault::of_question(format!("its answer has more than {} MiB", MAX_ANSWER >> 20)));
    }
    Ok(Heard { status, headers, body, time, is_asked_by_post })
}

pub(super) fn own_time() -> Option<i64> {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs() as i64)
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Whether a `Link` header names a page behind this one.
fn has_next(link: &str) -> bool {
    let is_next = |parameter: &str| matches!(parameter.trim(), "rel=\"next\"" | "rel=next");
    link.split(',').any(|link| link.split(';').skip(1).any(is_next))
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
pub(super) fn http_date(text: &str) -> Option<i64> {
    let mut parts = text.split_once(", ")?.1.split(' ');
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(days_since_1970(year.parse().ok()?, month_named(month)?, day.parse().ok()?)? * 86_400 + clock(time)?)
}

/// A time that an API gives: `2026-11-22T10:00:00Z`, also with a fraction or an offset.
pub fn instant(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let day = days_since_1970(date.next()??, date.next()??, date.next()??)?;
    let end = time.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(time.len());
    let (time, rest) = time.split_at(end);
    let offset = match rest.find(['+', '-']) {
        Some(at) => {
            let away = clock(&format!("{}:00", &rest[at + 1..]))?;
            if rest[at..].starts_with('-') { -away } else { away }
        }
        None => 0,
    };
    Some(day * 86_400 + clock(time)? - offset)
}

/// `08:49:37` in seconds.
fn clock(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(|part| part.parse::<i64>().ok().filter(|part| (0..=60).contains(part)));
    Some(parts.next()?? * 3600 + parts.next()?? * 60 + parts.next()??)
}
