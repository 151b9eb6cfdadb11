//! Open issues on the pages that they are about: those that their text names, as the form for a new issue writes it. One
//! that names no page is about everything in its repository.
//!
//! An issue is shown only where the page's own tracker is the one that has it, so that nobody writes on another's page.

use super::view::{self, IssueRow, Link, StaleIssues};
use super::{Linker, Site, date, route};
use crate::catalog::EntityId;
use crate::config::route_of;
use crate::source::{Issue, Tracker, Web};
use crate::techdocs::leads::PageAt;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// Issues on one page.
const MOST_SHOWN: usize = 6;
/// Kinds that an issue about a repository is not about.
const NOT_MEANT: [&str; 3] = ["group", "user", "location"];

/// Issues by what they name.
#[derive(Default)]
pub(super) struct Reported<'a> {
    entities: HashMap<EntityId, Vec<Named<'a>>>,
    pages: BTreeMap<PageAt, Vec<Named<'a>>>,
    /// Those that name nothing of the portal, by the address of their repository.
    others: HashMap<&'a str, Vec<&'a Issue>>,
}

/// An issue about something.
#[derive(Clone, Copy)]
struct Named<'a> {
    tracker: &'a Tracker,
    issue: &'a Issue,
    /// The page of documentation that it names.
    page: Option<PageAt>,
}

#[derive(Clone, Copy)]
enum Target {
    Entity(EntityId),
    /// With the entity whose documentation it is in.
    Page(PageAt, EntityId),
}

/// What may be named in a tracker, by the tracker's address and a route or a path.
#[derive(Default)]
struct Names<'a> {
    routes: HashMap<(&'a str, String), Target>,
    files: HashMap<(&'a str, String), Vec<Target>>,
}

impl<'a> Names<'a> {
    fn add(&mut self, tracker: &'a Tracker, route: String, file: &str, target: Target) {
        let base = tracker.web.base.as_str();
        self.routes.insert((base, route), target);
        self.files.entry((base, file.to_string())).or_default().push(target);
    }

    fn of(site: &Site<'a>) -> Names<'a> {
        let mut names = Names::default();
        let read = |web: Option<Web>| site.issues.of(&web?);
        for id in site.catalog.ids() {
            let entity = site.catalog.entity(id);
            if let Some(tracker) = read(site.tracker(entity)) {
                names.add(tracker, route::entity(entity), &entity.written.place.path, Target::Entity(id));
            }
        }
        for (number, set) in site.docs.iter().enumerate() {
            let of_entity = read(site.tracker(site.catalog.entity(set.entity)));
            let of_docs = read(site.docs_tracker(set));
            for tracker in of_docs.into_iter().chain(of_entity.filter(|of_entity| of_docs != Some(*of_entity))) {
                for (page, at) in set.pages.iter().zip(0..) {
                    let target = Target::Page(PageAt { set: number, page: at }, set.entity);
                    names.add(tracker, site.docs_route(number, at), set.file(page), target);
                }
            }
        }
        names
    }

    /// What an issue names: a page by its address, else all that is written in a file.
    fn named(&self, tracker: &'a Tracker, issue: &Issue, base_path: &str) -> Vec<Target> {
        let base = tracker.web.base.as_str();
        let routes = issue.pages.iter().filter_map(|address| route_of(address, base_path));
        let pages: Vec<Target> = routes.filter_map(|route| self.routes.get(&(base, route)).copied()).collect();
        if !pages.is_empty() {
            return pages;
        }
        issue.files.iter().filter_map(|file| self.files.get(&(base, file.clone()))).flatten().copied().collect()
    }
}

impl<'a> Reported<'a> {
    pub(super) fn new(site: &Site<'a>) -> Reported<'a> {
        let mut reported = Reported::default();
        if site.issues.is_empty() {
            return reported;
        }
        let names = Names::of(site);
        let base_path = site.config.base_path();
        for tracker in site.issues.trackers() {
            for issue in &tracker.issues {
                let targets = names.named(tracker, issue, &base_path);
                if targets.is_empty() {
                    reported.others.entry(&tracker.web.base).or_default().push(issue);
                }
                for target in targets {
                    let (entity, page) = match target {
                        Target::Entity(id) => (id, None),
                        Target::Page(at, id) => (id, Some(at)),
                    };
                    let named = Named { tracker, issue, page };
                    reported.entities.entry(entity).or_default().push(named);
                    if let Some(at) = page {
                        reported.pages.entry(at).or_default().push(named);
                    }
                }
            }
        }
        reported
    }
}

impl Site<'_> {
    /// Open issues about an entity and its documentation.
    pub(super) fn reported_of_entity(&self, id: EntityId, links: &Linker) -> Option<view::Reported> {
        let entity = self.catalog.entity(id);
        let own = self.tracker(entity).and_then(|web| self.issues.of(&web));
        let is_meant = !NOT_MEANT.contains(&entity.kind.id);
        let others = own.filter(|_| is_meant).and_then(|own| self.reported.others.get(own.web.base.as_str()));
        let others = others.into_iter().flatten().filter_map(|issue| Some(Named { tracker: own?, issue, page: None }));
        let named = self.reported.entities.get(&id).into_iter().flatten().copied();
        self.reported_issues(named, others, true, links)
    }

    /// Open issues that name a page of documentation.
    pub(super) fn reported_of_page(&self, at: PageAt, links: &Linker) -> Option<view::Reported> {
        self.reported_issues(self.reported.pages.get(&at)?.iter().copied(), [], false, links)
    }

    fn reported_issues<'s>(
        &self,
        named: impl IntoIterator<Item = Named<'s>>,
        others: impl IntoIterator<Item = Named<'s>>,
        tells_page: bool,
        links: &Linker,
    ) -> Option<view::Reported> {
        // Each once, what names the page first, the newest of each tracker first.
        let named = named.into_iter().map(|named| (false, named)).chain(others.into_iter().map(|other| (true, other)));
        let mut once: BTreeMap<(bool, &str, Reverse<u64>), Named<'s>> = BTreeMap::new();
        for (is_other, named) in named {
            once.entry((is_other, &named.tracker.web.base, Reverse(named.issue.number))).or_insert(named);
        }
        let web = &once.values().next()?.tracker.web;
        let stale = once.values().find_map(|named| named.tracker.stale.as_ref());
        let about = |at: PageAt| Link {
            text: self.docs[at.set].pages[at.page].title.clone(),
            url: links.to(&self.docs_route(at.set, at.page)),
        };
        let row = |named: &Named<'_>| IssueRow {
            number: named.issue.number,
            title: named.issue.title.clone(),
            url: named.tracker.address(named.issue),
            date: named.issue.opened.and_then(date::rfc3339).unwrap_or_default(),
            labels: named.issue.labels.clone(),
            about: named.page.filter(|_| tells_page).map(about),
        };
        Some(view::Reported {
            issues: once.values().take(MOST_SHOWN).map(row).collect(),
            more: once.len().saturating_sub(MOST_SHOWN),
            all: Link { text: web.forge_name().to_string(), url: web.open_issues(&self.config.feedback_labels) },
            stale: stale.map(|stale| StaleIssues { since: stale.since.and_then(date::rfc3339).unwrap_or_default() }),
        })
    }
}
