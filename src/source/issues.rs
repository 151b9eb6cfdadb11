//! Open issues that readers reported: read from the trackers of repositories, kept for builds to come.
//!
//! In: repositories, the labels that are wanted. Out: of each repository its issues, newest first. A tracker that gives
//! no answer keeps its last one, whose time is told. Text of issues comes from anybody: it is cut and cleaned here, and
//! their addresses are made, never taken over.

use super::Outside;
use super::crawl::CrawlOptions;
use super::forge::{Answer, Api, Fault, Page, Patience, instant};
use super::kept;
use super::web::Web;
use crate::config::{Config, Forge, Integration};
use crate::diagnostics::{Finding, rules};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Issues of one repository.
const MOST_ISSUES: usize = 100;
/// Pages that are asked for of one label.
const MOST_PAGES: usize = 4;
/// Labels that are asked for.
const MOST_LABELS: usize = 10;
/// Questions under way at a time.
const AT_ONCE: usize = 8;
/// After so long, the trackers that were not asked yet keep what is known of them.
const LONGEST: Duration = Duration::from_secs(300);
/// Text that is taken of an issue, in characters, and places that it may name.
const LONGEST_TITLE: usize = 200;
const LONGEST_PLACE: usize = 500;
const MOST_PLACES: usize = 5;
/// Labels of an issue that are shown, and how long they may be.
const MOST_SHOWN_LABELS: usize = 10;
const LONGEST_LABEL: usize = 50;

/// An open issue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    pub number: u64,
    pub title: String,
    /// Seconds since 1970.
    pub opened: Option<i64>,
    pub labels: Vec<String>,
    /// Addresses of pages and paths of files that its text names, as the form for a new issue writes them.
    pub pages: Vec<String>,
    pub files: Vec<String>,
}

/// The issues of one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracker {
    pub web: Web,
    /// Newest first.
    pub issues: Vec<Issue>,
    /// There are more than were read.
    pub is_cut: bool,
    /// These are an earlier answer's.
    pub stale: Option<StaleAnswer>,
}

/// The repository could not be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleAnswer {
    /// When the answer was given or confirmed, in seconds since 1970.
    pub since: Option<i64>,
}

/// Trackers by the address of their repository.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issues(BTreeMap<String, Tracker>);

impl Issues {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// By the addresses of their repositories.
    pub fn trackers(&self) -> impl Iterator<Item = &Tracker> {
        self.0.values()
    }

    /// The tracker of a repository, where it was read.
    pub fn of(&self, web: &Web) -> Option<&Tracker> {
        self.0.get(&web.base)
    }
}

impl Tracker {
    /// Where people read an issue.
    pub fn address(&self, issue: &Issue) -> String {
        self.web.issue(issue.number)
    }
}

/// Reads the trackers of `wanted`. Each question that fails is a finding.
pub fn read_issues(
    wanted: impl IntoIterator<Item = Web>,
    config: &Config,
    options: &CrawlOptions<'_>,
) -> (Issues, Vec<Finding>) {
    let wanted: BTreeMap<String, Web> = wanted.into_iter().map(|web| (web.base.clone(), web)).collect();
    // Their last answers do: nobody waits for issues.
    let api = |integration| Some((integration, Api::of(integration, Patience::none())?));
    let apis: Vec<(&Integration, Api)> = config.integrations.iter().filter_map(api).collect();
    let question = |web: Web| {
        let at = |(host, (integration, _)): (usize, &(&Integration, Api))| Some((host, web.project_at(integration)?));
        let (host, project) = apis.iter().enumerate().find_map(at)?;
        let is_whole = if web.forge == Forge::GitLab { project.len() > 1 } else { project.len() == 2 };
        let is_plain = project.iter().all(|part| !matches!(part.as_str(), "" | "." | ".."));
        (is_whole && is_plain).then_some(Question { host, web, project })
    };
    let questions: Vec<Question> = wanted.into_values().filter_map(question).collect();
    let asking = Asking { config, options, apis: &apis };
    let (mut issues, mut findings) = (Issues::default(), Vec::new());
    // Why a host is not asked any more.
    let mut refusals: BTreeMap<usize, String> = BTreeMap::new();
    let begin = Instant::now();
    for round in questions.chunks(AT_ONCE) {
        if begin.elapsed() > LONGEST {
            for host in 0..apis.len() {
                refusals.entry(host).or_insert_with(|| "reading those of others took too long".to_string());
            }
        }
        let heard = asking.hear_all(round, &refusals);
        for (question, heard) in round.iter().zip(heard) {
            if let Some(fault) = heard.fault {
                if fault.is_of_host {
                    refusals.entry(question.host).or_insert(fault.reason.clone());
                }
                findings.push(rules::source::issues_unread(&question.web.base, &fault.reason, heard.tracker.is_some()));
            }
            if let Some(tracker) = heard.tracker {
                if tracker.is_cut {
                    findings.push(rules::source::issues_cut(&question.web.base, MOST_ISSUES));
                }
                issues.0.insert(question.web.base.clone(), tracker);
            }
        }
    }
    (issues, findings)
}

/// A repository whose issues are wanted.
struct Question {
    /// The number of its API.
    host: usize,
    web: Web,
    /// `acme`, `shop`
    project: Vec<String>,
}

/// What became of a question.
struct Heard {
    tracker: Option<Tracker>,
    fault: Option<Fault>,
}

struct Asking<'a> {
    config: &'a Config,
    options: &'a CrawlOptions<'a>,
    apis: &'a [(&'a Integration, Api)],
}

/// Answers as they are kept between builds.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    /// By label and page.
    pages: Vec<KeptPage>,
    /// When the last of them was given or confirmed.
    time: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct KeptPage {
    label: String,
    number: u32,
    mark: Option<String>,
    has_next: bool,
    issues: Vec<Issue>,
}

impl Asking<'_> {
    /// Asks all at once: what takes time is the way to the forge.
    fn hear_all(&self, round: &[Question], refusals: &BTreeMap<usize, String>) -> Vec<Heard> {
        std::thread::scope(|scope| {
            let hear = |question| scope.spawn(move || self.hear(question, refusals.get(&question.host)));
            let threads: Vec<_> = round.iter().map(hear).collect();
            let lost = || Heard { tracker: None, fault: Some(Fault::of_question("asking for them failed")) };
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| lost())).collect()
        })
    }

    fn hear(&self, question: &Question, refusal: Option<&String>) -> Heard {
        let api = &self.apis[question.host].1;
        let file = kept_file(self.options.cache_dir, api, &question.web);
        let kept: Option<Kept> = kept::read(&file);
        let fault = match (self.options.outside, refusal) {
            (Outside::Servers, None) => match self.ask(api, question, kept.as_ref()) {
                Ok(new) => {
                    // A cache that cannot be written costs only the next failure its last good answer.
                    let _ = kept::write(&file, &new);
                    return Heard { tracker: Some(self.tracker(question, &new, None)), fault: None };
                }
                Err(fault) => Some(fault),
            },
            (Outside::Servers, Some(reason)) => Some(Fault::of_question(reason)),
            _ if kept.is_none() => Some(Fault::of_question("no answer is kept, and this build asks nobody")),
            _ => None,
        };
        let stale = |kept: &Kept| fault.is_some().then_some(StaleAnswer { since: kept.time });
        Heard { tracker: kept.map(|kept| self.tracker(question, &kept, stale(&kept))), fault }
    }

    fn labels(&self) -> impl Iterator<Item = &str> {
        self.config.feedback_labels.iter().take(MOST_LABELS).map(String::as_str)
    }

    /// Asks for one label after the other, since GitHub and GitLab give only what has all labels of a question.
    fn ask(&self, api: &Api, question: &Question, kept: Option<&Kept>) -> Result<Kept, Fault> {
        let (path, fixed) = listing(api.forge, &question.project);
        let mut new = Kept::default();
        for label in self.labels() {
            for number in 1..=MOST_PAGES as u32 {
                let is_same = |page: &&KeptPage| page.label == label && page.number == number;
                let known = kept.and_then(|kept| kept.pages.iter().find(is_same));
                let text = number.to_string();
                let query = [&[("labels", label), ("page", text.as_str())], fixed].concat();
                let (page, time) = match api.get(&path, &query, known.and_then(|page| page.mark.as_deref()))? {
                    Answer::Same { time } => (known.cloned(), time),
                    Answer::New(page) => (Some(kept_page(api.forge, label, number, &page)?), page.time),
                    // GitHub says so of repositories without a tracker.
                    Answer::Gone => return Ok(Kept::default()),
                };
                let page = page.ok_or_else(|| Fault::of_question("it names an answer that it never gave"))?;
                let has_next = page.has_next;
                new.pages.push(page);
                new.time = new.time.max(time);
                if !has_next {
                    break;
                }
            }
        }
        Ok(new)
    }

    fn tracker(&self, question: &Question, kept: &Kept, stale: Option<StaleAnswer>) -> Tracker {
        let mut by_number = BTreeMap::new();
        let mut is_cut = false;
        for page in kept.pages.iter().filter(|page| self.labels().any(|label| label == page.label)) {
            // Gitea gives everything where it knows no label of the question.
            let has_label = |issue: &&Issue| issue.labels.iter().any(|label| label.eq_ignore_ascii_case(&page.label));
            is_cut |= page.has_next
                && page.number as usize == MOST_PAGES
                && page.issues.iter().any(|issue| has_label(&issue));
            by_number.extend(page.issues.iter().filter(has_label).map(|issue| (issue.number, issue)));
        }
        is_cut |= by_number.len() > MOST_ISSUES;
        let issues = by_number.into_values().rev().take(MOST_ISSUES).map(|issue| Issue {
            labels: issue.labels.iter().take(MOST_SHOWN_LABELS).cloned().collect(),
            ..issue.clone()
        });
        Tracker { web: question.web.clone(), issues: issues.collect(), is_cut, stale }
    }
}

/// Where a forge lists issues, and what it is asked beside label and page.
fn listing(forge: Forge, project: &[String]) -> (String, &'static [(&'static str, &'static str)]) {
    let encoded: Vec<String> = project.iter().map(|part| encoded(part)).collect();
    match forge {
        Forge::GitLab => (
            format!("projects/{}/issues", encoded.join("%2F")),
            &[("state", "opened"), ("confidential", "false"), ("per_page", "100")],
        ),
        Forge::Gitea => {
            (format!("repos/{}/issues", encoded.join("/")), &[("state", "open"), ("type", "issues"), ("limit", "50")])
        }
        Forge::GitHub | Forge::Bitbucket => {
            (format!("repos/{}/issues", encoded.join("/")), &[("state", "open"), ("per_page", "100")])
        }
    }
}

/// A part of a path, with everything escaped that means something there.
pub(super) fn encoded(part: &str) -> String {
    url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>().replace('+', "%20")
}

/// An issue as one of the APIs gives it.
#[derive(Deserialize)]
struct Given {
    /// GitHub and Gitea.
    number: Option<u64>,
    /// GitLab.
    iid: Option<u64>,
    title: Option<String>,
    body: Option<String>,
    /// GitLab.
    description: Option<String>,
    created_at: Option<String>,
    labels: Option<Vec<GivenLabel>>,
    /// On GitHub, pull requests are issues that have this.
    pull_request: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    confidential: bool,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum GivenLabel {
    Text(String),
    Named { name: Option<String> },
}

fn kept_page(forge: Forge, label: &str, number: u32, page: &Page) -> Result<KeptPage, Fault> {
    let given: Vec<Given> =
        serde_json::from_slice(&page.body).map_err(|_| Fault::of_question("its answer is no list of issues"))?;
    let is_shown = |given: &Given| given.pull_request.is_none() && !given.confidential;
    let issue = |given: Given| {
        let number = if forge == Forge::GitLab { given.iid } else { given.number }?;
        let text = given.body.or(given.description).unwrap_or_default();
        let named = |label: GivenLabel| match label {
            GivenLabel::Text(name) => Some(cleaned(&name, LONGEST_LABEL)),
            GivenLabel::Named { name } => Some(cleaned(&name?, LONGEST_LABEL)),
        };
        Some(Issue {
            number,
            title: cleaned(&given.title.unwrap_or_default(), LONGEST_TITLE),
            opened: given.created_at.as_deref().and_then(instant),
            labels: given.labels.into_iter().flatten().filter_map(named).collect(),
            pages: named_places(&text, "Page")
                .filter_map(|place| Some(place.rsplit_once(", ")?.1.to_string()))
                .collect(),
            files: named_places(&text, "File").collect(),
        })
    };
    Ok(KeptPage {
        label: label.to_string(),
        number,
        mark: page.mark.clone(),
        has_next: page.has_next,
        issues: given.into_iter().filter(is_shown).filter_map(issue).collect(),
    })
}

/// What follows `- Page:` or `- File:` in lines of the text.
fn named_places<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = String> + 'a {
    let place = move |line: &'a str| {
        let rest = line.trim().strip_prefix(['-', '*'])?.trim_start();
        let place = rest.strip_prefix(word)?.trim_start().strip_prefix(':')?;
        Some(cleaned(place, LONGEST_PLACE)).filter(|place| !place.is_empty())
    };
    text.lines().filter_map(place).take(MOST_PLACES)
}

/// Text in one line, without characters that are not seen or turn the order of others.
pub(super) fn cleaned(text: &str, longest: usize) -> String {
    let is_unseen = |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}');
    let plain: String = text.chars().filter(|c| !is_unseen(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

fn kept_file(cache_dir: &Path, api: &Api, web: &Web) -> PathBuf {
    let key = blake3::hash(format!("{}\n{}", api.base(), web.base).as_bytes()).to_hex();
    cache_dir.join("issues").join(&key.as_str()[..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_issue_names_pages_and_files() {
        let text = "It is wrong.\n\n- Page: How, and why, https://x.example/docs/a/\n- File: docs/a b.md\r\n* File: c.md\n\
                    Page: none, x\n- Pages: none, y\n- File:\n- Page: no address";
        let pages: Vec<String> = named_places(text, "Page").collect();
        assert_eq!(pages, ["How, and why, https://x.example/docs/a/", "no address"]);
        assert_eq!(named_places(text, "File").collect::<Vec<_>>(), ["docs/a b.md", "c.md"]);
    }

    #[test]
    fn answers_may_lack_what_they_like() {
        let read = |forge, body: &str| {
            let page = Page { body: body.into(), mark: None, has_next: false, time: None };
            kept_page(forge, "docs", 1, &page).map(|page| page.issues)
        };
        let bare =
            r#"[{ "number": 1 }, { "title": "no number" }, { "number": 2, "labels": [{ "name": null }, "docs"] }]"#;
        let issues = read(Forge::GitHub, bare).expect("a list");
        assert_eq!(issues.iter().map(|issue| (issue.number, issue.labels.len())).collect::<Vec<_>>(), [(1, 0), (2, 1)]);
        assert_eq!(read(Forge::GitLab, r#"[{ "number": 1, "iid": 7, "labels": null }]"#).expect("a list")[0].number, 7);
        for body in ["", "{}", "[1]", r#"{ "message": "no" }"#, &"[".repeat(10_000)] {
            assert!(read(Forge::Gitea, body).is_err(), "{body}");
        }
    }

    #[test]
    fn text_of_strangers_is_one_plain_line() {
        assert_eq!(cleaned(" a\u{202e}b\n\tc\u{0}d\u{200b} ", 20), "ab c d");
        assert_eq!(cleaned("äöü äöü", 4), "äöü…");
    }
}
