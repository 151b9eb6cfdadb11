//! `build-report.json`: what the build read, what it found, and how it ended. The copy inside the site holds nothing that
//! differs between equal builds: how long things took, what hosts were asked, and what moved since the last run stand in
//! the copy that `--report` writes.

use crate::diagnostics::{Finding, Place, Severity, Stop, rules};
use crate::site::pages::Counts;
use crate::source::date::rfc3339;
use crate::source::{Absent, Repo, Snapshot, SourceState, Status};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

const TOOL: &str = concat!("callboard ", env!("CARGO_PKG_VERSION"));

/// Findings of one repository that are listed; the rest is counted.
const MOST_PER_REPO: usize = 100;

/// The whole report. Its schema is versioned: a reader that knows this number knows every field.
#[derive(Debug, Serialize)]
pub struct Report {
    pub schema: u32,
    pub tool: &'static str,
    /// ok, ok-with-problems, failed
    pub result: &'static str,
    pub exit: u8,
    pub published: bool,
    pub counts: Counts,
    pub sources: Vec<SourceStatus>,
    pub repos: Vec<RepoStatus>,
    /// By rule.
    pub limits_hit: Vec<LimitHit>,
    pub diagnostics: Vec<Diagnostic>,
    /// Findings beyond the first hundred of a repository, by repository.
    pub more_diagnostics: BTreeMap<String, usize>,
    /// Milliseconds by stage; only in the copy that `--report` writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timings: Option<BTreeMap<&'static str, u64>>,
    /// Why the build failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// A source that lists repositories.
#[derive(Debug, Serialize)]
pub struct SourceStatus {
    pub id: String,
    pub repos: usize,
    /// The list is whole: what is missing from it is gone.
    pub complete: bool,
    pub reason: Option<String>,
    /// When a list was whole the last time, where this one is not.
    pub stale_since: Option<String>,
    /// Questions to its API, and seconds waited because the host asked for it; only in the copy that `--report` writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_limited_s: Option<u64>,
}

#[derive(Debug, Serialize)]
pub struct RepoStatus {
    pub id: String,
    /// fresh, stale, empty, gone, failed; in the copy that `--report` writes also unchanged
    pub status: &'static str,
    pub commit: Option<String>,
    /// When its state was confirmed the last time, where that is not now.
    pub stale_since: Option<String>,
    pub reason: Option<String>,
    pub archived: bool,
}

/// A limit that was reached, once or more often.
#[derive(Debug, Serialize)]
pub struct LimitHit {
    /// The rule's name.
    pub code: &'static str,
    pub count: usize,
    /// What the first finding says.
    pub message: String,
}

/// A finding as machines read it.
#[derive(Debug, Serialize)]
pub struct Diagnostic {
    pub severity: Severity,
    /// The rule's name.
    pub code: &'static str,
    pub message: String,
    pub repo: Option<String>,
    pub file: Option<String>,
    /// From 1; absent for findings about a whole file.
    pub line: Option<u32>,
    pub column: Option<u32>,
    pub entity: Option<String>,
    pub help: Vec<String>,
    /// It tells of a limit that was reached.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub limit: bool,
}

impl Report {
    /// The report of a build that was published.
    pub fn new(snapshot: &Snapshot, findings: &[Finding], counts: Counts) -> Report {
        let mut per_repo: HashMap<&str, usize> = HashMap::new();
        let mut more: BTreeMap<String, usize> = BTreeMap::new();
        let mut diagnostics = Vec::new();
        for finding in findings {
            let repo = finding.place.as_ref().map_or("", |place| &*place.repo);
            let number = per_repo.entry(repo).or_default();
            *number += 1;
            if *number > MOST_PER_REPO {
                *more.entry(repo.to_string()).or_default() += 1;
            } else {
                diagnostics.push(Diagnostic::of(finding));
            }
        }
        let repos = snapshot.repos.iter().map(RepoStatus::of);
        Report {
            schema: 1,
            tool: TOOL,
            result: if counts.errors + counts.warnings > 0 { "ok-with-problems" } else { "ok" },
            exit: 0,
            published: true,
            counts,
            sources: snapshot.sources.iter().map(SourceStatus::of).collect(),
            repos: repos.chain(snapshot.absent.iter().map(RepoStatus::of_absent)).collect(),
            limits_hit: limits_hit(findings),
            diagnostics,
            more_diagnostics: more,
            timings: None,
            failure: None,
        }
    }

    /// Adds what only this run knows, for the copy outside of the site.
    pub fn tell_of_run(&mut self, snapshot: &Snapshot) {
        for (told, source) in self.sources.iter_mut().zip(&snapshot.sources) {
            (told.requests, told.rate_limited_s) = (Some(source.requests), Some(source.waited));
        }
        // A cache that remembers no run cannot tell what moved since.
        let remembers = snapshot.asked_at.is_some();
        for (told, repo) in self.repos.iter_mut().zip(&snapshot.repos) {
            if remembers && repo.status == Status::Fresh && repo.is_remote() && !repo.has_moved {
                told.status = "unchanged";
            }
        }
    }

    /// The report of a build that published nothing: what it found before it stopped, if it came so far.
    pub fn failed(stop: &Stop, made: Option<Report>) -> Report {
        let made = made.unwrap_or_else(|| Report::new(&Snapshot::default(), &[], Counts::default()));
        Report { result: "failed", exit: stop.exit_code(), published: false, failure: Some(stop.to_string()), ..made }
    }

    /// Pretty JSON with a final newline.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }
}

impl RepoStatus {
    fn of(repo: &Repo) -> Self {
        RepoStatus {
            id: repo.id.to_string(),
            status: repo.status.word(),
            commit: repo.commit.as_ref().map(|commit| commit.id.clone()),
            stale_since: repo.status.stale().and_then(|stale| rfc3339(stale.since?)),
            reason: repo.status.stale().map(|stale| stale.reason.clone()),
            archived: repo.is_archived,
        }
    }

    fn of_absent(absent: &Absent) -> Self {
        RepoStatus {
            id: absent.id.to_string(),
            status: if absent.is_gone { "gone" } else { "failed" },
            commit: None,
            stale_since: None,
            reason: Some(absent.reason.clone()),
            archived: false,
        }
    }
}

impl SourceStatus {
    fn of(source: &SourceState) -> Self {
        SourceStatus {
            id: source.id.clone(),
            repos: source.repos,
            complete: source.fault.is_none(),
            reason: source.fault.clone(),
            stale_since: source.stale_since.and_then(rfc3339),
            requests: None,
            rate_limited_s: None,
        }
    }
}

fn limits_hit(findings: &[Finding]) -> Vec<LimitHit> {
    let mut hit: Vec<LimitHit> = Vec::new();
    for finding in findings.iter().filter(|finding| finding.is_limit) {
        match hit.iter_mut().find(|hit| hit.code == finding.rule.name) {
            Some(known) => known.count += 1,
            None => hit.push(LimitHit { code: finding.rule.name, count: 1, message: finding.message.clone() }),
        }
    }
    hit.sort_by_key(|hit| hit.code);
    hit
}

/// The findings of a report that was written before. Rules of another version are left out.
pub fn findings_of(report: &serde_json::Value) -> Vec<Finding> {
    let diagnostics = report["diagnostics"].as_array().map_or(&[][..], Vec::as_slice);
    diagnostics.iter().filter_map(finding).collect()
}

fn finding(json: &serde_json::Value) -> Option<Finding> {
    let text = |key: &str| json[key].as_str().unwrap_or_default();
    let number = |key: &str| json[key].as_u64().unwrap_or_default() as u32;
    let rule = rules::all().find(|rule| rule.name == text("code"))?;
    let has_place = !text("repo").is_empty() || !text("file").is_empty();
    let place = has_place.then(|| Place::file(text("repo"), text("file")).at(number("line"), number("column"), 1));
    let mut finding = Finding::new(rule, place, text("message"));
    finding.is_limit = json["limit"] == true;
    finding.entity = json["entity"].as_str().map(str::to_string);
    finding.hints =
        json["help"].as_array().into_iter().flatten().filter_map(|hint| hint.as_str().map(str::to_string)).collect();
    Some(finding)
}

impl Diagnostic {
    pub fn of(finding: &Finding) -> Self {
        let place = finding.place.as_ref();
        let number = |number: u32| (number > 0).then_some(number);
        Diagnostic {
            severity: finding.severity(),
            code: finding.rule.name,
            message: finding.message.clone(),
            repo: place.map(|place| place.repo.to_string()).filter(|repo| !repo.is_empty()),
            file: place.map(|place| place.path.to_string()).filter(|path| !path.is_empty()),
            line: place.and_then(|place| number(place.line)),
            column: place.and_then(|place| number(place.column)),
            entity: finding.entity.clone(),
            help: finding.hints.clone(),
            limit: finding.is_limit,
        }
    }
}
