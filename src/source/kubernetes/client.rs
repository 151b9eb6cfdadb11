//! The API of one cluster: lists, and nothing else.
//!
//! The token goes to the origin of the API server alone, no answer may lead elsewhere, and the server is who the
//! configured certificates say. Secrets are not even asked for.

use super::redact::redacted;
use crate::config::{ClusterApi, ObjectType, Secret};
use crate::source::forge;
use serde_json::Value as Json;
use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};
use ureq::http::header;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use url::Url;

/// Largest answer, unpacked.
const MAX_ANSWER: u64 = 32 << 20;
/// What is unpacked of one list in all.
const MAX_LIST: u64 = 128 << 20;
/// Objects of one answer; the rest comes with the next.
const AT_ONCE: &str = "500";
/// How often a question is asked that meets a fault which may pass, and what is waited before it is asked again.
const TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);
const BLINK: Duration = Duration::from_millis(50);

/// One cluster that is asked.
pub(super) struct Client<'a> {
    base: Url,
    token: Option<Secret>,
    agent: ureq::Agent,
    goes_on: &'a (dyn Fn() -> bool + Send + Sync),
    /// Nothing is asked after it.
    until: Instant,
    /// How long it waits in all because the cluster says so.
    patience: Duration,
}

/// How long a cluster may take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// For one answer.
    pub(super) slowest: Duration,
    /// For all of them.
    pub(super) longest: Duration,
    /// How long it may ask to be left alone.
    pub(super) patience: Duration,
}

/// What of a cluster is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question<'a> {
    pub(super) of: &'a ObjectType,
    /// `None` for all.
    pub(super) namespace: Option<&'a str>,
    /// `labelSelector` or `fieldSelector`, and its value.
    pub(super) selector: (&'static str, &'a str),
    /// No more objects are read than that.
    pub(super) most: usize,
}

/// Objects of a list, without what they must not say.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub(super) objects: Vec<Json>,
    /// There are more.
    pub(super) is_cut: bool,
    /// When the cluster gave it, in seconds since 1970.
    pub(super) time: Option<i64>,
}

/// Why there is no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The cluster answers, but not this question.
    Refused(String),
    /// It has no such type of objects.
    Unknown,
    /// Other questions would fare no better.
    Cluster(String),
}

/// One answer.
struct Page {
    body: Json,
    bytes: u64,
    time: Option<i64>,
}

/// What an answer other than the wanted one means.
enum Missed {
    /// The place in the list is too old.
    Expired,
    Fault(Fault),
}

impl<'a> Client<'a> {
    /// The error says what is wrong with the certificates.
    pub(super) fn of(
        api: &ClusterApi,
        Limits { slowest, longest, patience }: Limits,
        goes_on: &'a (dyn Fn() -> bool + Send + Sync),
    ) -> Result<Client<'a>, String> {
        let mut tls = TlsConfig::builder().disable_verification(api.skips_verify);
        if let Some(ca) = &api.ca {
            tls = tls.root_certs(RootCerts::Specific(Arc::new(certificates(ca)?)));
        }
        let mut base = api.url.clone();
        base.set_path(&format!("{}/", base.path().trim_end_matches('/')));
        base.set_query(None);
        base.set_fragment(None);
        let (token, until) = (api.token.clone(), Instant::now() + longest);
        Ok(Client { base, token, agent: forge::agent(slowest, tls.build()), goes_on, until, patience })
    }

    /// Everything that fits the question. A list that grew too old on the way is begun again once.
    pub(super) fn list(&self, question: &Question<'_>) -> Result<Listed, Fault> {
        match self.pages(question) {
            Err(Missed::Expired) => {}
            Err(Missed::Fault(fault)) => return Err(fault),
            Ok(listed) => return Ok(listed),
        }
        self.pages(question).map_err(|missed| match missed {
            Missed::Expired => Fault::Cluster("a list grew too old twice while it was read (status 410)".to_string()),
            Missed::Fault(fault) => fault,
        })
    }

    fn pages(&self, question: &Question<'_>) -> Result<Listed, Missed> {
        let first = self.address(question)?;
        let mut listed = Listed::default();
        let mut next: Option<String> = None;
        let mut read = 0;
        loop {
            let mut url = first.clone();
            if let Some(next) = &next {
                url.query_pairs_mut().append_pair("continue", next);
            }
            let Page { mut body, bytes, time } = self.ask(&url)?;
            listed.time = time;
            read += bytes;
            let of_list = |key: &str| body[key].as_str().unwrap_or_default().to_string();
            let kind = of_list("kind").trim_end_matches("List").to_string();
            let version = of_list("apiVersion");
            let going_on = body["metadata"]["continue"].as_str().filter(|text| !text.is_empty()).map(str::to_string);
            let items = match body.get_mut("items").map(Json::take) {
                Some(Json::Array(items)) => items,
                None | Some(Json::Null) if !kind.is_empty() => Vec::new(),
                _ => return Err(Missed::Fault(Fault::Cluster("its answer is no list of objects".to_string()))),
            };
            for mut item in items {
                if listed.objects.len() == question.most || read > MAX_LIST {
                    listed.is_cut = true;
                    return Ok(listed);
                }
                // Items of a list leave out what the list says for all.
                if let Some(fields) = item.as_object_mut() {
                    fields.entry("kind").or_insert_with(|| kind.clone().into());
                    fields.entry("apiVersion").or_insert_with(|| version.clone().into());
                    listed.objects.extend(redacted(item));
                }
            }
            match going_on {
                None => return Ok(listed),
                // Such a list would never end.
                Some(_) if going_on == next => {
                    return Err(Missed::Fault(Fault::Cluster("its list does not go on".to_string())));
                }
                some => next = some,
            }
        }
    }

    fn address(&self, question: &Question<'_>) -> Result<Url, Missed> {
        let ObjectType { group, version, plural, .. } = question.of;
        let root = if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") };
        let within = question.namespace.map(|name| format!("/namespaces/{name}")).unwrap_or_default();
        let path = format!("{root}{within}/{plural}");
        let joined = self.base.join(&path).ok().filter(|url| url.as_str().starts_with(self.base.as_str()));
        let mut url = joined
            .filter(|_| plural != "secrets")
            .ok_or_else(|| Missed::Fault(Fault::Refused("its name leads out of the API".to_string())))?;
        let (name, value) = question.selector;
        url.query_pairs_mut().append_pair(name, value).append_pair("limit", AT_ONCE);
        Ok(url)
    }

    /// Asks until there is an answer that will not be another one soon.
    fn ask(&self, url: &Url) -> Result<Page, Missed> {
        let of_cluster = |reason: String| Missed::Fault(Fault::Cluster(reason));
        for tried in 1.. {
            if !(self.goes_on)() {
                return Err(of_cluster("the run was interrupted".to_string()));
            }
            if Instant::now() >= self.until {
                return Err(of_cluster("reading it took too long".to_string()));
            }
            let mut request = self.agent.get(url.as_str()).header(header::ACCEPT, "application/json");
            if let Some(token) = &self.token {
                request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.reveal()));
            }
            let mut response = request.call().map_err(|error| of_cluster(told(&error)))?;
            let status = response.status().as_u16();
            let wait = forge::text(response.headers(), "retry-after").and_then(|text| text.trim().parse().ok());
            let time = forge::text(response.headers(), header::DATE.as_str())
                .and_then(forge::http_date)
                .or_else(forge::own_time);
            match status {
                200 => {
                    let mut body = Vec::new();
                    let read = response.body_mut().as_reader().take(MAX_ANSWER + 1).read_to_end(&mut body);
                    read.map_err(|error| of_cluster(format!("its answer broke off: {error}")))?;
                    if body.len() as u64 > MAX_ANSWER {
                        return Err(of_cluster(format!("its answer has more than {} MiB", MAX_ANSWER >> 20)));
                    }
                    let bytes = body.len() as u64;
                    let body = serde_json::from_slice(&body);
                    let body = body.map_err(|_| of_cluster("its answer is no JSON".to_string()))?;
                    return Ok(Page { body, bytes, time });
                }
                401 if self.token.is_none() => {
                    return Err(of_cluster(
                        "it wants to know who asks, and no token is configured (status 401)".to_string(),
                    ));
                }
                401 => {
                    let reason = "the token is not accepted (status 401): it may have expired or been withdrawn";
                    return Err(of_cluster(reason.to_string()));
                }
                403 => {
                    let reason = "the service account may not list them (status 403)";
                    return Err(Missed::Fault(Fault::Refused(reason.to_string())));
                }
                404 => return Err(Missed::Fault(Fault::Unknown)),
                410 => return Err(Missed::Expired),
                300..=399 => {
                    return Err(of_cluster(format!("it leads elsewhere, which is not followed (status {status})")));
                }
                429 | 500.. if tried < TRIES => {
                    let time = wait.map_or(PAUSE * tried, Duration::from_secs);
                    if time > self.patience.min(self.until.saturating_duration_since(Instant::now())) {
                        return Err(of_cluster(format!("it takes no more questions for now (status {status})")));
                    }
                    self.pause(time);
                }
                _ => return Err(of_cluster(format!("it cannot be read (status {status})"))),
            }
        }
        Err(of_cluster("it gives no answer".to_string()))
    }

    /// Sleeps, unless the run ends.
    fn pause(&self, time: Duration) {
        let end = Instant::now() + time;
        while (self.goes_on)() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            std::thread::sleep(left.min(BLINK));
        }
    }
}

/// What went wrong, in the words of whoever can do something about it.
fn told(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it gives no answer in time".to_string(),
        other => {
            let text = other.to_string();
            let is_certificate = text.contains("certificate") || text.contains("UnknownIssuer");
            if is_certificate { format!("its certificate is not accepted: {text}") } else { text }
        }
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate<'static>>, String> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(format!("its certificates cannot be read: {error}")),
        }
    }
    if found.is_empty() { Err("there is no certificate in its PEM".to_string()) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// What comes of a question to a server that takes it and says nothing.
    fn asked(limits: Limits, goes_on: &(dyn Fn() -> bool + Send + Sync)) -> (Fault, Duration) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let url = Url::parse(&url).expect("an address");
        let api = ClusterApi { url, token: None, ca: None, skips_verify: false };
        let client = Client::of(&api, limits, goes_on).expect("a client");
        let of = ObjectType { group: String::new(), version: "v1".into(), plural: "pods".into(), is_custom: false };
        let begin = Instant::now();
        let question = Question { of: &of, namespace: None, selector: ("labelSelector", "a"), most: 10 };
        (client.list(&question).expect_err("no answer"), begin.elapsed())
    }

    #[test]
    fn nobody_waits_longer_than_allowed() {
        let short = Duration::from_millis(200);
        let long = Duration::from_secs(60);
        let (fault, time) = asked(Limits { slowest: short, longest: long, patience: long }, &|| true);
        assert_eq!(fault, Fault::Cluster("it gives no answer in time".to_string()));
        assert!(time < Duration::from_secs(10), "{time:?}");
        let (fault, _) = asked(Limits { slowest: short, longest: Duration::ZERO, patience: long }, &|| true);
        assert_eq!(fault, Fault::Cluster("reading it took too long".to_string()));
        let (fault, _) = asked(Limits { slowest: long, longest: long, patience: long }, &|| false);
        assert_eq!(fault, Fault::Cluster("the run was interrupted".to_string()));
    }
}
