//! The REST APIs of forges: GitHub, GitLab, Gitea and Forgejo. Reads, and nothing else.
//!
//! A host's token goes to the origin of its API alone, and no answer may lead elsewhere. What is read is bytes of a
//! stranger, limited in size and time.

use crate::config::{Forge, Integration, Secret, days_since_1970, month_named};
use std::io::Read;
use std::time::Duration;
use ureq::http::{HeaderMap, Response, header};
use url::Url;

/// Largest answer, unpacked.
const MAX_ANSWER: u64 = 16 << 20;
const CONNECT: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(30);
const MOST_REDIRECTS: usize = 3;

/// The API of one host.
pub(super) struct Api {
    pub(super) forge: Forge,
    base: Url,
    token: Option<Secret>,
    agent: ureq::Agent,
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
}

impl Fault {
    pub(super) fn of_question(reason: impl Into<String>) -> Fault {
        Fault { reason: reason.into(), is_of_host: false }
    }

    fn of_host(reason: impl Into<String>) -> Fault {
        Fault { reason: reason.into(), is_of_host: true }
    }
}

impl Api {
    /// `None` for forges whose API is not known here.
    pub(super) fn of(integration: &Integration) -> Option<Api> {
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
        let config = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .user_agent(concat!("callboard/", env!("CARGO_PKG_VERSION")))
            .build();
        Some(Api {
            forge: integration.forge,
            base: Url::parse(&format!("{base}/")).ok()?,
            token: integration.token.clone(),
            agent: ureq::Agent::new_with_config(config),
        })
    }

    /// Where the API is.
    pub(super) fn base(&self) -> &str {
        self.base.as_str()
    }

    /// What lies at `path` below the API, percent-encoded where it must be. `known` is the mark of an answer that is
    /// still at hand.
    pub(super) fn get(&self, path: &str, query: &[(&str, &str)], known: Option<&str>) -> Result<Answer, Fault> {
        let mut url = self.base.join(path).map_err(|error| Fault::of_question(error.to_string()))?;
        if !url.as_str().starts_with(self.base.as_str()) {
            return Err(Fault::of_question("its name leads out of the API"));
        }
        url.query_pairs_mut().extend_pairs(query);
        for _ in 0..=MOST_REDIRECTS {
            let response = self.ask(&url, known)?;
            let status = response.status().as_u16();
            if !matches!(status, 301 | 302 | 307 | 308) {
                return self.answer(response);
            }
            let to = text(response.headers(), header::LOCATION.as_str()).and_then(|to| url.join(to).ok());
            url = match to {
                Some(to) if to.origin() == self.base.origin() => to,
                Some(_) => return Err(Fault::of_question("it redirects to another host, which is not followed")),
                None => return Err(Fault::of_question(format!("it redirects nowhere (status {status})"))),
            };
        }
        Err(Fault::of_question("it redirects too often"))
    }

    fn ask(&self, url: &Url, known: Option<&str>) -> Result<Response<ureq::Body>, Fault> {
        let accept = match self.forge {
            Forge::GitHub => "application/vnd.github+json",
            _ => "application/json",
        };
        let mut request = self.agent.get(url.as_str()).header(header::ACCEPT, accept);
        if let Some(token) = &self.token {
            let word = if self.forge == Forge::Gitea { "token" } else { "Bearer" };
            request = request.header(header::AUTHORIZATION, format!("{word} {}", token.reveal()));
        }
        if let Some(known) = known {
            request = request.header(header::IF_NONE_MATCH, known);
        }
        request.call().map_err(|error| Fault::of_host(error.to_string()))
    }

    fn answer(&self, mut response: Response<ureq::Body>) -> Result<Answer, Fault> {
        let status = response.status().as_u16();
        let headers = response.headers();
        let time = text(headers, header::DATE.as_str()).and_then(http_date);
        let is_spent = text(headers, "x-ratelimit-remaining") == Some("0") || headers.contains_key(header::RETRY_AFTER);
        let access = if self.token.is_some() { "the token may not read it" } else { "no token is configured" };
        match status {
            200 => {}
            304 => return Ok(Answer::Same { time }),
            401 => return Err(Fault::of_host("the token is not accepted (status 401)")),
            429 => return Err(Fault::of_host("it takes no more questions for now (status 429)")),
            403 if is_spent => return Err(Fault::of_host("it takes no more questions for now (status 403)")),
            403 => return Err(Fault::of_question(format!("it is refused; {access} (status 403)"))),
            404 => return Err(Fault::of_question(format!("it is not there, or {access} (status 404)"))),
            410 => return Ok(Answer::Gone),
            500.. => return Err(Fault::of_question(format!("the host has a fault of its own (status {status})"))),
            _ => return Err(Fault::of_question(format!("it cannot be read (status {status})"))),
        }
        let mark = text(headers, header::ETAG.as_str()).map(str::to_string);
        let has_next = text(headers, header::LINK.as_str()).is_some_and(has_next);
        let mut body = Vec::new();
        let read = response.body_mut().as_reader().take(MAX_ANSWER + 1).read_to_end(&mut body);
        read.map_err(|error| Fault::of_question(format!("its answer broke off: {error}")))?;
        if body.len() as u64 > MAX_ANSWER {
            return Err(Fault::of_question(format!("its answer has more than {} MiB", MAX_ANSWER >> 20)));
        }
        Ok(Answer::New(Page { body, mark, has_next, time }))
    }
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
pub(super) fn instant(text: &str) -> Option<i64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_headers_and_of_answers_are_read() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(http_date("yesterday"), None);
        let ten = Some(1_795_341_600);
        let times = [
            "2026-11-22T10:00:00Z",
            "2026-11-22T10:00:00.176Z",
            "2026-11-22T12:00:00+02:00",
            "2026-11-22T09:00:00-01:00",
        ];
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
            Api::of(&Integration { forge, host: host.into(), token: None, api, base }).map(|api| api.base.to_string())
        };
        assert_eq!(base(Forge::GitHub, "github.com", None).as_deref(), Some("https://api.github.com/"));
        assert_eq!(base(Forge::GitHub, "ghe.example", None).as_deref(), Some("https://ghe.example/api/v3/"));
        assert_eq!(base(Forge::GitLab, "gitlab.com", None).as_deref(), Some("https://gitlab.com/api/v4/"));
        let at = Some("https://git.example/forge/");
        assert_eq!(base(Forge::Gitea, "git.example", at).as_deref(), Some("https://git.example/forge/api/v1/"));
        assert_eq!(base(Forge::GitHub, "git.example", at).as_deref(), Some("https://git.example/forge/"));
        assert_eq!(base(Forge::Bitbucket, "bitbucket.org", None), None);
    }
}
