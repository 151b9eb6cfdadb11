//! What the build read and what it found: a page, and the same as `build-report.json`.

use super::super::frame::About;
use super::super::view::{DocsHealth, RepoRow, ReportPage, View};
use super::super::{Linker, Rendered, Site, date};
use super::{Closing, docs_index};
use crate::catalog::EntityId;
use crate::diagnostics::rules::techdocs::is_about_links;
use crate::diagnostics::{Finding, Severity};
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
    pub stale: usize,
}

impl Counts {
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
        counts: vec![
            (site.say("report.repositories"), counts.repos),
            (site.say("word.entities"), counts.entities),
            (site.say("word.relations"), counts.relations),
            (site.say("report.docs_pages"), counts.docs_pages),
            (site.say("word.pages"), counts.pages),
            (site.say("report.errors"), counts.errors),
            (site.say("report.warnings"), counts.warnings),
            (site.say("report.notes"), counts.infos),
        ],
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

/// A row per repository; those with findings first.
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
    let mut rows: Vec<(bool, RepoRow)> = site
        .snapshot
        .repos
        .iter()
        .enumerate()
        .map(|(at, repo)| {
            let row = RepoRow {
                id: repo.id.to_string(),
                status: repo.status.word().to_string(),
                commit: repo.commit.as_ref().map(|commit| commit.id.chars().take(9).collect()).unwrap_or_default(),
                entities: entities.get(&(at as u32)).copied().unwrap_or_default(),
                docs_pages: docs_pages.get(&(at as u32)).copied().unwrap_or_default(),
                url: repo.web.as_ref().map(|web| web.folder("")),
            };
            (!troubled.contains(&*repo.id), row)
        })
        .collect();
    rows.sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.id.cmp(&y.id)));
    rows.into_iter().map(|(_, row)| row).collect()
}
