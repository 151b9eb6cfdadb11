//! What the build read and what it found: a page, and the same as `build-report.json`.

use super::super::frame::About;
use super::super::view::{DocsHealth, RepoRow, ReportPage, SourceRow, View};
use super::super::{Linker, Rendered, Site, date};
use super::{Closing, docs_index};
use crate::catalog::{Catalog, EntityId};
use crate::diagnostics::rules::techdocs::is_about_links;
use crate::diagnostics::{Finding, Severity};
use crate::graph::Graph;
use crate::source::{Absent, Repo, RepoId, Snapshot};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

const MOST_FINDINGS: usize = 500;
const MOST_REPOS: usize = 500;
/// Doc sets with broken links, and what is listed of each.
const MOST_DOCS: usize = 100;
const MOST_OF_DOCS: usize = 20;

/// The numbers of a build.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct Counts {
    pub repos: usize,
    /// Accepted documents.
    pub entities: usize,
    /// Edges of the graph, each relation at each end that exists.
    pub relations: usize,
    pub docs_pages: usize,
    /// HTML pages.
    pub pages: usize,
    pub search_documents: usize,
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
    /// Repositories that are shown as they were.
    pub stale: usize,
    /// Those that are no longer listed, shown or not.
    pub gone: usize,
    /// Repositories that could never be fetched.
    pub failed: usize,
    /// Sources whose list is not whole.
    pub incomplete: usize,
}

impl Counts {
    /// Counts what is known before a page is made.
    pub fn of(snapshot: &Snapshot, catalog: &Catalog, graph: &Graph) -> Counts {
        let of = |counted: fn(&&Repo) -> bool| snapshot.repos.iter().filter(counted).count();
        let absent = |is_gone: bool| snapshot.absent.iter().filter(|absent| absent.is_gone == is_gone).count();
        Counts {
            repos: snapshot.repos.len(),
            entities: catalog.len(),
            relations: graph.len(),
            stale: of(|repo| repo.status.stale().is_some_and(|stale| !stale.is_gone)),
            gone: of(|repo| repo.status.is_gone()) + absent(true),
            failed: absent(false),
            incomplete: snapshot.sources.iter().filter(|source| source.fault.is_some()).count(),
            ..Counts::default()
        }
    }

    /// Counts what only the findings tell.
    pub fn count_findings(&mut self, findings: &[Finding]) {
        let of = |severity| findings.iter().filter(|finding| finding.severity() == severity).count();
        self.errors = of(Severity::Error);
        self.warnings = of(Severity::Warning);
        self.infos = of(Severity::Info);
    }
}

pub(super) fn render(site: &Site<'_>, closing: &Closing<'_>) -> Rendered {
    let route = "build-report/".to_string();
    let links = site.linker(&route);
    let mut findings: Vec<&Finding> = closing.findings.iter().collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    let counts = &closing.counts;
    let repos = repos(site);
    let (docs, more_docs) = docs(site, closing.findings, &links);
    let view = ReportPage {
        page: site.frame(
            &links,
            About {
                title: &site.say("word.build_report"),
                description: &site.say("report.description"),
                section: "report",
                above: &[],
            },
        ),
        counts: figures(site, counts),
        sources: sources(site),
        more_repos: repos.len().saturating_sub(MOST_REPOS),
        repos: repos.into_iter().take(MOST_REPOS).collect(),
        more_findings: findings.len().saturating_sub(MOST_FINDINGS),
        findings: findings.iter().take(MOST_FINDINGS).map(|finding| site.finding_row(finding, &links)).collect(),
        docs,
        more_docs,
        version: env!("CARGO_PKG_VERSION"),
        instant: site.options.instant.and_then(date::rfc3339).unwrap_or_default(),
        json_url: format!("{}build-report.json", links.root()),
    };
    Rendered { pages: vec![(route, View::Report(Box::new(view)))], ..Rendered::default() }
}

/// Numbers in reading order; of faults only those that there are.
fn figures(site: &Site<'_>, counts: &Counts) -> Vec<(String, usize)> {
    let always = [
        ("report.repositories", counts.repos),
        ("word.entities", counts.entities),
        ("word.relations", counts.relations),
        ("report.docs_pages", counts.docs_pages),
        ("word.pages", counts.pages),
        ("report.errors", counts.errors),
        ("report.warnings", counts.warnings),
        ("report.notes", counts.infos),
    ];
    let faults = [
        ("report.stale_repositories", counts.stale),
        ("report.gone_repositories", counts.gone),
        ("report.failed_repositories", counts.failed),
        ("report.incomplete_sources", counts.incomplete),
    ];
    let met = faults.into_iter().filter(|(_, number)| *number > 0);
    always.into_iter().chain(met).map(|(key, number)| (site.say(key), number)).collect()
}

/// Sources that list repositories, in the order of the configuration.
fn sources(site: &Site<'_>) -> Vec<SourceRow> {
    let rows = site.snapshot.sources.iter().map(|source| SourceRow {
        id: source.id.clone(),
        repos: source.repos,
        fault: source.fault.clone(),
        since: source.stale_since.and_then(date::rfc3339).unwrap_or_default(),
        cron: source.cron.clone(),
    });
    rows.collect()
}

/// Doc sets with links that lead nowhere, those with most of them first, and how many are left out.
fn docs(site: &Site<'_>, findings: &[Finding], links: &Linker) -> (Vec<DocsHealth>, usize) {
    let mut by_entity: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| is_about_links(finding)) {
        by_entity.entry(finding.entity.as_deref().unwrap_or_default()).or_default().push(finding);
    }
    let mut found: Vec<_> = by_entity
        .into_iter()
        .filter_map(|(reference, findings)| {
            let id = site.catalog.find(reference)?;
            let set = site.docs.binary_search_by(|set| set.entity.cmp(&id)).ok()?;
            Some((set, id, findings))
        })
        .collect();
    found.sort_by_key(|(_, _, findings)| std::cmp::Reverse(findings.len()));
    let more = found.len().saturating_sub(MOST_DOCS);
    let health = |(set, id, findings): (usize, EntityId, Vec<&Finding>)| {
        let of = |rule: &str| findings.iter().filter(|finding| finding.rule.name == rule).count();
        DocsHealth {
            docs: docs_index::row(site, set, links).docs,
            entity: site.entity_link(id, links),
            links: of("docs-broken-link"),
            anchors: of("docs-broken-anchor"),
            images: of("docs-broken-image"),
            more: findings.len().saturating_sub(MOST_OF_DOCS),
            findings: findings.iter().take(MOST_OF_DOCS).map(|finding| site.finding_row(finding, links)).collect(),
        }
    };
    (found.into_iter().take(MOST_DOCS).map(health).collect(), more)
}

/// A row per repository: those that could not be read first, then those with findings.
fn repos(site: &Site<'_>) -> Vec<RepoRow> {
    let mut entities: HashMap<u32, usize> = HashMap::new();
    for entity in &site.catalog.entities {
        *entities.entry(entity.written.repo.0).or_default() += 1;
    }
    let mut docs_pages: HashMap<u32, usize> = HashMap::new();
    for set in site.docs {
        *docs_pages.entry(set.repo.0).or_default() += set.pages.len();
    }
    let troubled: HashSet<&str> = site
        .findings
        .iter()
        .filter(|finding| finding.severity() > Severity::Info)
        .filter_map(|finding| finding.place.as_ref().map(|place| &*place.repo))
        .collect();
    let shown = site.snapshot.repos.iter().enumerate().map(|(at, repo)| {
        let earlier = site.earlier(RepoId(at as u32));
        RepoRow {
            id: repo.id.to_string(),
            status: repo.status.word(),
            since: earlier.as_ref().map(|earlier| earlier.since.clone()).unwrap_or_default(),
            reason: earlier.map(|earlier| earlier.reason).unwrap_or_default(),
            is_archived: repo.is_archived,
            commit: repo.commit.as_ref().map(|commit| commit.id.chars().take(9).collect()).unwrap_or_default(),
            entities: entities.get(&(at as u32)).copied().unwrap_or_default(),
            docs_pages: docs_pages.get(&(at as u32)).copied().unwrap_or_default(),
            url: repo.web.as_ref().map(|web| web.folder("")),
        }
    });
    let mut rows: Vec<RepoRow> = shown.chain(site.snapshot.absent.iter().map(absent)).collect();
    let standing = |row: &RepoRow| match row.status {
        "failed" => 0,
        "gone" | "stale" => 1,
        _ if troubled.contains(row.id.as_str()) => 2,
        _ => 3,
    };
    rows.sort_by(|a, b| standing(a).cmp(&standing(b)).then_with(|| a.id.cmp(&b.id)));
    rows
}

/// A repository without a state to show.
fn absent(absent: &Absent) -> RepoRow {
    RepoRow {
        id: absent.id.to_string(),
        status: if absent.is_gone { "gone" } else { "failed" },
        since: String::new(),
        reason: absent.reason.clone(),
        is_archived: false,
        commit: String::new(),
        entities: 0,
        docs_pages: 0,
        url: None,
    }
}
