//! `build-report.json`: what the build read, what it found, and how it ended. The copy inside the site holds no times.

use crate::diagnostics::{Finding, Place, Severity, Stop, rules};
use crate::site::pages::Counts;
use crate::source::{Repo, Snapshot};
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
    pub repos: Vec<RepoStatus>,
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

#[derive(Debug, Serialize)]
pub struct RepoStatus {
    pub id: String,
    /// fresh, stale, empty
    pub status: &'static str,
    pub commit: Option<String>,
    pub reason: Option<String>,
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
        Report {
            schema: 1,
            tool: TOOL,
            result: if counts.errors + counts.warnings > 0 { "ok-with-problems" } else { "ok" },
            exit: 0,
            published: true,
            counts,
            repos: snapshot.repos.iter().map(RepoStatus::of).collect(),
            diagnostics,
            more_diagnostics: more,
            timings: None,
            failure: None,
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
            reason: repo.status.stale().map(|stale| stale.reason.clone()),
        }
    }
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
        }
    }
}
