//! The portal's health: lifecycles by owner, what is deprecated and still in use, what is to end, teams by the scorecard,
//! what plugins say fails now, docs that the code left behind, findings by rule, and how all of it moved.

mod calendar;
mod failing;
mod scores;
mod trend;

use super::super::frame::About;
use super::super::freshness::{self, Behind};
use super::super::view::{
    AgeRow, EndRow, HealthPage, HealthReads, Link, OwnerRow, RetiredRow, RiskyRow, RuleRow, UserRow, View,
};
use super::super::{Linker, Rendered, Site, date};
use super::Closing;
use crate::catalog::well_known::LIFECYCLES;
use crate::catalog::{Entity, EntityId, RelationType};
use crate::config::{USAGE_PERIOD, Week, monday_of};
use crate::csv;
use crate::diagnostics::{Finding, Severity};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Rows of each table.
const MOST_ROWS: usize = 100;
/// Users named of one entity.
const MOST_USERS: usize = 20;
/// Columns for lifecycles that only this catalog has.
const MOST_OWN_LIFECYCLES: usize = 5;
/// Entities that are read most, and least.
const MOST_READS: usize = 5;
/// Rows of the file to download.
const MOST_LINES: usize = 10_000;

const CSV: &str = "health/lifecycle.csv";
const CALENDAR: &str = "health/sunset.ics";
const HISTORY: &str = "health/history.json";

pub(super) fn render(site: &Site<'_>, closing: &Closing<'_>) -> Rendered {
    let route = "health/".to_string();
    let links = &site.linker(&route);
    let retired = retired(site);
    let risky = risky(site);
    let ends = ends(site);
    let lifecycles = lifecycles(site);
    let owners = owners(site, &lifecycles, &retired);
    let today = site.options.instant.and_then(date::iso_day).unwrap_or_default();
    let in_use = retired.iter().filter(|(_, users)| !users.is_empty()).count();
    let without_owner = owners.iter().filter(|row| row.0.is_none()).map(|row| row.1.total).sum();
    let teams = scores::teams(site);
    let behind = behind(site);
    let failing = failing::owners(site);
    let knows_failing = site.config.plugins.iter().any(|plugin| plugin.show.problems.is_some());
    let problems = failing.iter().map(|owner| owner.problems).sum();
    let history = site.options.instant.map(|instant| {
        let (scored, at_top) = scores::totals(&teams);
        site.config.history.clone().unwrap_or_default().with(Week {
            monday: monday_of(instant),
            entities: closing.counts.entities,
            errors: closing.counts.errors,
            warnings: closing.counts.warnings,
            deprecated_in_use: in_use,
            scored,
            at_top,
        })
    });
    let shown = history.as_ref().filter(|_| site.config.history.is_some());
    let view = HealthPage {
        page: site.frame(
            links,
            About {
                title: &site.say("word.health"),
                description: &site.say("health.description"),
                section: "health",
                above: &[],
            },
        ),
        figures: [
            knows_failing.then(|| (site.say("health.failing"), problems, "#failing")),
            Some((site.say("health.in_use"), in_use, "#retired")),
            Some((site.say("health.experimental"), risky.len(), "#risky")),
            Some((site.say("health.with_end"), ends.len(), "#ends")),
            Some((site.say("health.without_owner"), without_owner, "#owners")),
            Some((site.say("health.behind"), behind.len(), "#behind")),
            Some((site.say("report.errors"), closing.counts.errors, "#rules")),
            Some((site.say("report.warnings"), closing.counts.warnings, "#rules")),
        ]
        .into_iter()
        .flatten()
        .collect(),
        knows_failing,
        problems,
        more_failing: failing::entities(&failing).saturating_sub(MOST_ROWS),
        failing: failing::rows(site, &failing, links),
        more_owners: owners.len().saturating_sub(MOST_ROWS),
        owners: owners.iter().take(MOST_ROWS).map(|row| owner_row(site, row, &lifecycles, links)).collect(),
        lifecycles: lifecycles.iter().map(ToString::to_string).collect(),
        more_retired: in_use.saturating_sub(MOST_ROWS),
        retired: retired
            .iter()
            .filter(|(_, users)| !users.is_empty())
            .take(MOST_ROWS)
            .map(|(id, users)| retired_row(site, *id, users, links))
            .collect(),
        more_risky: risky.len().saturating_sub(MOST_ROWS),
        risky: risky
            .iter()
            .take(MOST_ROWS)
            .map(|(user, target)| RiskyRow {
                user: site.entity_link(*user, links),
                owner: site.owner(*user, links),
                target: site.entity_link(*target, links),
                target_owner: site.owner(*target, links),
            })
            .collect(),
        more_ends: ends.len().saturating_sub(MOST_ROWS),
        ends: ends
            .iter()
            .take(MOST_ROWS)
            .map(|(day, id)| EndRow {
                day: (*day).to_string(),
                is_past: !today.is_empty() && **day < *today,
                entity: site.entity_link(*id, links),
                owner: site.owner(*id, links),
                successor: site.catalog.entity(*id).successor().and_then(|text| site.written_ref(text, links)),
                users: crate::insights::users(site.graph, *id).len(),
            })
            .collect(),
        trend: shown.and_then(|history| trend::trend(site, history)),
        levels: (0..site.config.scorecard.len()).map(|level| site.level_name(level)).collect(),
        more_scores: teams.len().saturating_sub(MOST_ROWS),
        scores: teams.iter().take(MOST_ROWS).map(|team| scores::row(site, team, links)).collect(),
        more_behind: behind.len().saturating_sub(MOST_ROWS),
        behind: behind.iter().take(MOST_ROWS).filter_map(|row| age_row(site, row, links)).collect(),
        knows_ages: (0..site.docs.len()).any(|set| site.code_age(set).is_some()),
        rules: rules(closing.findings),
        reads: reads(site, links),
        csv_url: format!("{}{CSV}", links.root()),
        calendar_url: (!ends.is_empty()).then(|| format!("{}{CALENDAR}", links.root())),
    };
    let mut files = vec![(CSV.to_string(), lines(site, &retired, &risky, &ends).into_bytes())];
    files.extend(history.map(|history| (HISTORY.to_string(), history.to_json().into_bytes())));
    if !ends.is_empty() {
        files.push((CALENDAR.to_string(), calendar::calendar(site, &ends).into_bytes()));
    }
    Rendered { pages: vec![(route, View::Health(Box::new(view)))], files, ..Rendered::default() }
}

/// What is read most and least, where the configuration names a file of views.
fn reads(site: &Site<'_>, links: &Linker) -> Option<HealthReads> {
    let until = site.views_until()?;
    let (most, least) = site.views.ranked(site, MOST_READS);
    let rows = |ids: Vec<EntityId>| ids.into_iter().map(|id| site.read_row(id, links)).collect();
    Some(HealthReads { most: rows(most), least: rows(least), days: USAGE_PERIOD, until, url: links.to("usage/") })
}

/// Documentation that the code left behind, by the set's number: what is behind the longest comes first.
fn behind<'a>(site: &Site<'a>) -> Vec<(usize, Behind<'a>)> {
    let sets = 0..site.docs.len();
    let mut behind: Vec<_> = sets.filter_map(|set| Some((set, freshness::behind(site, set)?))).collect();
    behind.sort_by_key(|(set, behind)| (std::cmp::Reverse(behind.moved.last - behind.since), *set));
    behind
}

fn age_row(site: &Site<'_>, (number, behind): &(usize, Behind<'_>), links: &Linker) -> Option<AgeRow> {
    let set = &site.docs[*number];
    Some(AgeRow {
        oldest: Link {
            text: set.pages[behind.page].title.clone(),
            url: links.to(&site.docs_route(*number, behind.page)),
        },
        entity: site.entity_link(set.entity, links),
        owner: site.owner(set.entity, links),
        pages: behind.pages,
        of: set.pages.len(),
        since: date::iso_day(behind.since)?,
        files: behind.moved.files,
        last: date::iso_day(behind.moved.last)?,
        days: (behind.moved.last - behind.since) / date::DAY,
    })
}

/// Deprecated entities and what still uses them: those that end first come first, then those with most users.
fn retired(site: &Site<'_>) -> Vec<(EntityId, Vec<EntityId>)> {
    let deprecated = site.catalog.ids().filter(|id| site.catalog.entity(*id).is_deprecated());
    let mut retired: Vec<_> = deprecated.map(|id| (id, crate::insights::users(site.graph, id))).collect();
    retired.sort_by_key(|(id, users)| {
        let day = site.catalog.entity(*id).sunset_on();
        (day.is_none(), day.map(str::to_owned), std::cmp::Reverse(users.len()), *id)
    });
    retired
}

/// Production entities and what they use that is experimental.
fn risky(site: &Site<'_>) -> Vec<(EntityId, EntityId)> {
    let lifecycle = |id: EntityId| site.catalog.entity(id).lifecycle.as_deref();
    let uses = [RelationType::DependsOn, RelationType::ConsumesApi];
    let in_production = site.catalog.ids().filter(|id| lifecycle(*id) == Some("production"));
    let pairs = in_production.flat_map(|id| {
        let targets: BTreeSet<EntityId> =
            uses.into_iter().flat_map(move |relation| site.graph.targets(id, relation)).collect();
        targets.into_iter().map(move |target| (id, target))
    });
    pairs.filter(|(_, target)| lifecycle(*target) == Some("experimental")).collect()
}

/// Days on which entities end, the next one first.
fn ends<'a>(site: &Site<'a>) -> Vec<(&'a str, EntityId)> {
    let mut ends: Vec<_> =
        site.catalog.ids().filter_map(|id| Some((site.catalog.entity(id).sunset_on()?, id))).collect();
    ends.sort_unstable();
    ends
}

/// The lifecycles that the catalog has: those that everybody knows, then the most frequent of its own.
fn lifecycles(site: &Site<'_>) -> Vec<Arc<str>> {
    let mut found = BTreeMap::<&str, usize>::new();
    for entity in &site.catalog.entities {
        *found.entry(entity.lifecycle.as_deref().unwrap_or_default()).or_default() += 1;
    }
    found.remove("");
    let known = LIFECYCLES.into_iter().filter(|word| found.contains_key(word));
    let mut own: Vec<(&str, usize)> =
        found.iter().map(|(word, count)| (*word, *count)).filter(|(word, _)| !LIFECYCLES.contains(word)).collect();
    own.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    known.chain(own.iter().take(MOST_OWN_LIFECYCLES).map(|(word, _)| *word)).map(Arc::from).collect()
}

/// The numbers of an owner.
#[derive(Default)]
struct Owned {
    by_lifecycle: Vec<usize>,
    total: usize,
    findings: usize,
    /// What fails now, as plugins tell.
    failing: usize,
    /// Deprecated entities that are still used.
    in_use: usize,
}

type OwnerNumbers = (Option<Arc<str>>, Owned);

/// Each owner's numbers, those with most findings first. Without an owner: what should have one.
fn owners(site: &Site<'_>, lifecycles: &[Arc<str>], retired: &[(EntityId, Vec<EntityId>)]) -> Vec<OwnerNumbers> {
    let used: BTreeSet<EntityId> = retired.iter().filter(|(_, users)| !users.is_empty()).map(|(id, _)| *id).collect();
    let mut owners = BTreeMap::<Option<Arc<str>>, Owned>::new();
    for id in site.catalog.ids() {
        let entity = site.catalog.entity(id);
        if !entity.kind.has_owner() {
            continue;
        }
        let owned = owners.entry(entity.target(RelationType::OwnedBy).cloned()).or_default();
        owned.by_lifecycle.resize(lifecycles.len(), 0);
        owned.total += 1;
        owned.findings += site.findings_of(&entity.reference).count();
        owned.failing += site.problems_of(id).len();
        owned.in_use += usize::from(used.contains(&id));
        if let Some(column) = lifecycles.iter().position(|word| Some(&**word) == entity.lifecycle.as_deref()) {
            owned.by_lifecycle[column] += 1;
        }
    }
    let mut owners: Vec<_> = owners.into_iter().collect();
    owners.sort_by_key(|(owner, owned)| {
        let much = (owned.findings, owned.in_use, owned.failing, owned.total);
        (owner.is_some(), std::cmp::Reverse(much), owner.clone())
    });
    owners
}

fn owner_row(site: &Site<'_>, (owner, owned): &OwnerNumbers, lifecycles: &[Arc<str>], links: &Linker) -> OwnerRow {
    let owner_value = owner.as_deref().unwrap_or_default();
    let address = |lifecycle: &str| {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("owner", owner_value);
        if !lifecycle.is_empty() {
            query.append_pair("lifecycle", lifecycle);
        }
        format!("{}?{}", links.to("catalog/"), query.finish())
    };
    let cell = |count: usize, lifecycle: &str| Link {
        text: count.to_string(),
        url: if count == 0 { String::new() } else { address(lifecycle) },
    };
    OwnerRow {
        owner: owner.as_ref().map(|owner| site.ref_link(owner, links)),
        cells: lifecycles.iter().zip(&owned.by_lifecycle).map(|(word, count)| cell(*count, word)).collect(),
        total: cell(owned.total, ""),
        in_use: owned.in_use,
        findings: owned.findings,
        failing: owned.failing,
    }
}

fn retired_row(site: &Site<'_>, id: EntityId, users: &[EntityId], links: &Linker) -> RetiredRow {
    let entity = site.catalog.entity(id);
    RetiredRow {
        entity: site.entity_link(id, links),
        owner: site.owner(id, links),
        day: entity.sunset_on().unwrap_or_default().to_string(),
        successor: entity.successor().and_then(|text| site.written_ref(text, links)),
        more: users.len().saturating_sub(MOST_USERS),
        users: users
            .iter()
            .take(MOST_USERS)
            .map(|user| UserRow { entity: site.entity_link(*user, links), owner: site.owner(*user, links) })
            .collect(),
    }
}

/// How often each rule was met, errors first.
fn rules(findings: &[Finding]) -> Vec<RuleRow> {
    let mut met = BTreeMap::<(std::cmp::Reverse<Severity>, &'static str), (usize, &'static str)>::new();
    for finding in findings.iter().filter(|finding| finding.severity() > Severity::Info) {
        let row = met.entry((std::cmp::Reverse(finding.severity()), finding.rule.name)).or_default();
        *row = (row.0 + 1, finding.rule.summary);
    }
    let mut rules: Vec<_> = met.into_iter().collect();
    rules.sort_by_key(|((severity, name), (count, _))| (*severity, std::cmp::Reverse(*count), *name));
    rules
        .into_iter()
        .map(|((severity, rule), (count, summary))| RuleRow {
            severity: severity.0.word(),
            rule,
            summary: super::super::view::pieces(summary),
            count,
        })
        .collect()
}

/// What somebody should do something about, a line for each user of what ends.
fn lines(
    site: &Site<'_>,
    retired: &[(EntityId, Vec<EntityId>)],
    risky: &[(EntityId, EntityId)],
    ends: &[(&str, EntityId)],
) -> String {
    let entity = |id: EntityId| site.catalog.entity(id);
    let owner = |entity: &Entity| entity.target(RelationType::OwnedBy).map(ToString::to_string).unwrap_or_default();
    let line = |what: &str, of: EntityId, user: Option<EntityId>| {
        let (of, user) = (entity(of), user.map(entity));
        let user_owner = user.map(owner).unwrap_or_default();
        csv::line(&[
            what,
            &of.reference,
            &owner(of),
            of.lifecycle.as_deref().unwrap_or_default(),
            of.sunset_on().unwrap_or_default(),
            of.successor().unwrap_or_default(),
            user.map_or("", |user| &user.reference),
            &user_owner,
        ])
    };
    let in_use =
        retired.iter().flat_map(|(id, users)| users.iter().map(|user| ("deprecated-in-use", *id, Some(*user))));
    let risky = risky.iter().map(|(user, target)| ("experimental-in-production", *target, Some(*user)));
    let unused: BTreeSet<EntityId> = retired.iter().filter(|(_, users)| users.is_empty()).map(|(id, _)| *id).collect();
    let unused = unused.into_iter().map(|id| ("deprecated", id, None));
    let ends = ends.iter().filter(|(_, id)| !entity(*id).is_deprecated()).map(|(_, id)| ("ends", *id, None));
    let head = ["what", "entity", "owner", "lifecycle", "sunset_on", "replaced_by", "used_by", "used_by_owner"];
    let all = in_use.chain(risky).chain(unused).chain(ends).take(MOST_LINES);
    all.fold(csv::line(&head), |text, (what, of, user)| text + &line(what, of, user))
}
