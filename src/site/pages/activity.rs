//! What changed in the last weeks: pages by day, and a feed.

use super::super::activity::{DAYS, Recent};
use super::super::frame::About;
use super::super::view::{ActivityDay, ActivityPage, CommitRow, View};
use super::super::{Linker, Rendered, Site, date, route};
use super::page_count;
use crate::api;
use crate::html::escape;
use std::collections::BTreeSet;
use url::Url;

const PER_PAGE: usize = 100;
const MOST_ENTITIES: usize = 4;
const MOST_OF_FEED: usize = 50;
/// Entities that an entry of the feed names.
const MOST_NAMES: usize = 12;
/// Repositories that are named as having more commits than are told.
const MOST_CUT: usize = 20;

const FEED: &str = "activity/feed.atom";

pub(super) fn count(site: &Site<'_>) -> usize {
    page_count(site.activity.recent().len(), PER_PAGE)
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let route = route(number);
    let links = site.linker(&route);
    let recent = site.activity.recent();
    let pages = count(site);
    let shown = recent.iter().skip(number * PER_PAGE).take(PER_PAGE);
    let repos: BTreeSet<_> = recent.iter().map(|recent| recent.repo).collect();
    let cut = repos.iter().map(|repo| site.repo(*repo)).filter(|repo| repo.history.is_cut());
    let feed = if number == 0 { feed(site) } else { None };
    let above = [(site.say("word.activity"), "activity/".to_string())];
    let view = ActivityPage {
        page: site.frame(
            &links,
            About {
                title: &site.say(if number == 0 { "word.activity" } else { "activity.older" }),
                description: &site.say("activity.description"),
                section: "activity",
                above: if number == 0 { &[] } else { &above },
            },
        ),
        days: days(site, shown, &links),
        commits: recent.len(),
        this_week: this_week(site),
        repos: repos.len(),
        weeks: DAYS / 7,
        until: site.options.instant.map(|instant| date::day(site.strings, instant)),
        cut: cut.map(|repo| repo.id.to_string()).take(MOST_CUT).collect(),
        feed_url: feed_url(site, &links),
        previous: number.checked_sub(1).map(|before| links.to(&self::route(before))),
        next: (number + 1 < pages).then(|| links.to(&self::route(number + 1))),
        number: number + 1,
        pages,
    };
    Rendered {
        pages: vec![(route, View::Activity(Box::new(view)))],
        files: feed.map(|feed| (FEED.to_string(), feed.into_bytes())).into_iter().collect(),
        ..Rendered::default()
    }
}

/// Commits of the seven days up to the build instant.
fn this_week(site: &Site<'_>) -> usize {
    const WEEK: i64 = 7 * date::DAY;
    let since = site.options.instant.unwrap_or_default() - WEEK;
    site.activity.recent().partition_point(|recent| recent.commit(site.snapshot).time > since)
}

/// The address of the feed, where there is one.
pub(super) fn feed_url(site: &Site<'_>, links: &Linker) -> Option<String> {
    (!site.activity.recent().is_empty()).then(|| format!("{}{FEED}", links.root()))
}

fn route(number: usize) -> String {
    match number {
        0 => "activity/".to_string(),
        _ => format!("activity/-/{}/", number + 1),
    }
}

fn row(site: &Site<'_>, recent: &Recent, links: &Linker) -> Option<CommitRow> {
    let row = site.commit_row(site.repo(recent.repo), recent.commit(site.snapshot))?;
    Some(CommitRow {
        entities: recent.entities.iter().take(MOST_ENTITIES).map(|id| site.entity_link(*id, links)).collect(),
        more_entities: recent.entities.len().saturating_sub(MOST_ENTITIES),
        ..row
    })
}

fn days<'s>(site: &Site<'_>, shown: impl Iterator<Item = &'s Recent>, links: &Linker) -> Vec<ActivityDay> {
    let mut days: Vec<ActivityDay> = Vec::new();
    for recent in shown {
        let Some(row) = row(site, recent, links) else { continue };
        match days.last_mut() {
            Some(day) if row.date.starts_with(&day.date) => day.commits.push(row),
            _ => {
                let text = date::day(site.strings, recent.commit(site.snapshot).time);
                days.push(ActivityDay { date: row.date[..10].to_string(), text, commits: vec![row] });
            }
        }
    }
    days
}

/// The newest commits as an Atom feed; `None` where there are none. Without `app.baseUrl` nobody knows an absolute
/// address of the portal, so only the forge's are linked.
fn feed(site: &Site<'_>) -> Option<String> {
    let recent = site.activity.recent();
    let newest = date::rfc3339(recent.first()?.commit(site.snapshot).time)?;
    let base = site.config.base_url.as_ref();
    let absolute = |route: &str| base.and_then(|base| base.join(route).ok());
    let id = absolute(FEED).map_or_else(|| urn(&site.config.title), String::from);
    let mut feed = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    feed.push_str("<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
    element(&mut feed, "title", &site.tell("activity.feed_title", &[("portal", &site.config.title)]));
    element(&mut feed, "id", &id);
    element(&mut feed, "updated", &newest);
    link(&mut feed, "self", absolute(FEED));
    link(&mut feed, "alternate", absolute("activity/"));
    for recent in recent.iter().take(MOST_OF_FEED) {
        entry(&mut feed, site, recent, &absolute);
    }
    feed.push_str("</feed>\n");
    Some(feed)
}

fn entry(feed: &mut String, site: &Site<'_>, recent: &Recent, absolute: &dyn Fn(&str) -> Option<Url>) {
    let (repo, commit) = (site.repo(recent.repo), recent.commit(site.snapshot));
    let Some(date) = date::rfc3339(commit.time) else { return };
    let names: Vec<&str> =
        recent.entities.iter().take(MOST_NAMES).map(|id| site.catalog.entity(*id).display_name()).collect();
    let entity = recent.entities.first().map(|id| route::entity(site.catalog.entity(*id)));
    let on_forge = repo.web.as_ref().and_then(|web| Url::parse(&web.commit(&commit.id)).ok());
    feed.push_str("<entry>\n");
    element(feed, "title", if commit.summary.is_empty() { &commit.id } else { &commit.summary });
    element(feed, "id", &urn(&format!("{} {}", repo.id, commit.id)));
    element(feed, "updated", &date);
    feed.push_str("<author>");
    element(feed, "name", if commit.author.is_empty() { "unknown" } else { &commit.author });
    feed.push_str("</author>\n");
    link(feed, "alternate", on_forge.or_else(|| absolute(&entity.unwrap_or_else(|| "activity/".to_string()))));
    for name in &names {
        feed.push_str(&format!("<category term=\"{}\"/>\n", text(name)));
    }
    let changed = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    element(feed, "content", &format!("{}{changed}", repo.id));
    feed.push_str("</entry>\n");
}

/// An id that is the same in every build and depends on no address.
fn urn(name: &str) -> String {
    format!("urn:uuid:{}", api::uid(name))
}

fn element(feed: &mut String, name: &str, content: &str) {
    feed.push_str(&format!("<{name}>{}</{name}>\n", text(content)));
}

fn link(feed: &mut String, relation: &str, url: Option<Url>) {
    if let Some(url) = url {
        feed.push_str(&format!("<link rel=\"{relation}\" href=\"{}\"/>\n", text(url.as_str())));
    }
}

/// Text for XML, which has no place for control characters, escaped or not.
fn text(text: &str) -> String {
    let is_allowed = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    escape(&text.chars().filter(is_allowed).collect::<String>())
}
