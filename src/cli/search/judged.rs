//! `callboard search --test`: queries whose answers people have judged.

use super::{Published, ask_of, json};
use crate::cli::print;
use crate::diagnostics::{Stop, StopKind, count, printable};
use crate::search::{Ask, Hit};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::path::Path;

/// Ranks beyond this one count as not found.
const RANKS: usize = 10;

/// A line of the file.
#[derive(Deserialize)]
struct Judged {
    query: String,
    /// Addresses below the portal's root, or entity refs.
    relevant: Vec<String>,
    /// The rank that is good enough.
    #[serde(default = "ranks")]
    within: usize,
}

fn ranks() -> usize {
    RANKS
}

/// What became of a query.
#[derive(Serialize)]
struct Verdict {
    query: String,
    relevant: Vec<String>,
    within: usize,
    /// That of the first relevant page, from 1.
    rank: Option<usize>,
    passed: bool,
}

#[derive(Serialize)]
struct Report {
    queries: usize,
    failed: usize,
    /// The mean of 1 / rank, 0 beyond the tenth.
    mrr: f64,
    verdicts: Vec<Verdict>,
}

pub(super) fn run(file: &Path, least: Option<f64>, as_json: bool, shards: &Published) -> Result<(), Stop> {
    let report = judge(read(file)?, shards)?;
    print(&if as_json { json(&report) } else { human(&report) })?;
    let mut faults = Vec::new();
    if report.failed > 0 {
        faults.push(format!("{} of {} failed", report.failed, count(report.queries, "judged query")));
    }
    if let Some(least) = least.filter(|least| report.mrr < *least) {
        faults.push(format!("the mean reciprocal rank is {:.3}, less than {least}", report.mrr));
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Stop::new(StopKind::Denied, faults.join("; "))
        .hint("`callboard search QUERY --explain` says why a page stands where it does."))
}

fn read(file: &Path) -> Result<Vec<Judged>, Stop> {
    let name = file.display();
    let text =
        std::fs::read_to_string(file).map_err(|error| Stop::usage(format!("`{name}` cannot be read")).cause(error))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let judged = lines.map(|(at, line)| {
        let judged: Judged = serde_json::from_str(line).map_err(|error| {
            Stop::usage(format!("{name}:{}:{}: this is no judged query", at + 1, error.column()))
                .cause(error)
                .hint("Write {\"query\": \"…\", \"relevant\": [\"docs/…/\", \"component:default/…\"]} on one line.")
        })?;
        if judged.relevant.is_empty() || judged.within == 0 || judged.query.trim().is_empty() {
            let message = format!("{name}:{}: `query` and `relevant` must not be empty, nor `within` 0", at + 1);
            return Err(Stop::usage(message));
        }
        Ok(judged)
    });
    let judged = judged.collect::<Result<Vec<_>, Stop>>()?;
    if judged.is_empty() {
        return Err(Stop::usage(format!("`{name}` holds no judged query")));
    }
    Ok(judged)
}

fn judge(judged: Vec<Judged>, shards: &Published) -> Result<Report, Stop> {
    let mut verdicts = Vec::new();
    for Judged { query, relevant, within } in judged {
        let ask = Ask { query: &query, limit: within.max(RANKS), facets: false, explain: false };
        let hits = ask_of(shards, &ask)?.hits;
        let is_relevant = |hit: &Hit| relevant.iter().any(|page| is_page(hit, page));
        let rank = hits.iter().position(is_relevant).map(|at| at + 1);
        let passed = rank.is_some_and(|rank| rank <= within);
        verdicts.push(Verdict { query, relevant, within, rank, passed });
    }
    let reciprocal =
        |verdict: &Verdict| verdict.rank.filter(|rank| *rank <= RANKS).map_or(0.0, |rank| 1.0 / rank as f64);
    Ok(Report {
        queries: verdicts.len(),
        failed: verdicts.iter().filter(|verdict| !verdict.passed).count(),
        mrr: verdicts.iter().map(reciprocal).sum::<f64>() / verdicts.len() as f64,
        verdicts,
    })
}

/// Whether the hit is the page with this address, or the page of the entity with this ref.
fn is_page(hit: &Hit, wanted: &str) -> bool {
    let page = hit.url.split('#').next().unwrap_or_default();
    let wanted = wanted.trim_start_matches('/').split('#').next().unwrap_or_default();
    page.trim_end_matches('/') == wanted.trim_end_matches('/')
        || (hit.kind != "docs" && hit.reference.eq_ignore_ascii_case(wanted))
}

fn human(report: &Report) -> String {
    let mut text = String::new();
    for verdict in report.verdicts.iter().filter(|verdict| !verdict.passed) {
        let rank =
            verdict.rank.map_or("not found".to_owned(), |rank| format!("at {rank}, not within {}", verdict.within));
        let _ = writeln!(text, "{}: {rank}", printable(&verdict.query));
        for page in &verdict.relevant {
            let _ = writeln!(text, "  {}", printable(page));
        }
    }
    let passed = report.queries - report.failed;
    let _ = writeln!(text, "{passed} of {} passed, MRR@10 {:.3}", count(report.queries, "query"), report.mrr);
    text
}
