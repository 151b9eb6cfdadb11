//! How far the portal came, by team and by repository; descriptors to add and descriptors to repair.

use super::super::adoption::{Coverage, Described, Share};
use super::super::frame::About;
use super::super::view::{
    AdoptionOverview, AdoptionPage, CoverageRow, Draft, DraftLink, Link, SafeHtml, ShareCell, Trend, TrendMonth, View,
};
use super::super::{Linker, Rendered, Site, date};
use super::page_count;
use crate::draft::{self, DESCRIPTOR, Given};
use crate::source::{Remote, RepoId, file_name};

/// The lists of the page, each with pages of its own where it is long.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Missing,
    Teams,
    Repositories,
    Failed,
}

impl List {
    const ALL: [List; 4] = [List::Missing, List::Teams, List::Repositories, List::Failed];

    fn name(self) -> &'static str {
        match self {
            List::Missing => "missing",
            List::Teams => "teams",
            List::Repositories => "repositories",
            List::Failed => "failed",
        }
    }

    /// The key of its text.
    fn title(self) -> &'static str {
        match self {
            List::Missing => "adoption.missing",
            List::Teams => "adoption.teams",
            List::Repositories => "adoption.repositories",
            List::Failed => "adoption.failed_descriptors",
        }
    }

    fn length(self, site: &Site<'_>) -> usize {
        match self {
            List::Missing => site.adoption.missing.len(),
            List::Teams => site.adoption.teams.len(),
            List::Repositories => site.adoption.repos.len(),
            List::Failed => site.adoption.failed.len(),
        }
    }

    /// Rows on the first page, and on each of its own.
    fn most(self) -> (usize, usize) {
        match self {
            List::Missing => (8, 20),
            List::Teams | List::Repositories => (25, 100),
            List::Failed => (20, 100),
        }
    }

    /// Pages of its own: none where the first page shows everything.
    fn pages(self, site: &Site<'_>) -> usize {
        let (first, own) = self.most();
        if self.length(site) > first { page_count(self.length(site), own) } else { 0 }
    }

    fn route(self, number: usize) -> String {
        match number {
            0 => format!("adoption/{}/", self.name()),
            _ => format!("adoption/{}/-/{}/", self.name(), number + 1),
        }
    }
}

pub(super) fn count(site: &Site<'_>) -> usize {
    1 + List::ALL.iter().map(|list| list.pages(site)).sum::<usize>()
}

pub(super) fn render(site: &Site<'_>, number: usize) -> Rendered {
    let Some(mut number) = number.checked_sub(1) else {
        return Rendered { pages: vec![overview(site)], ..Rendered::default() };
    };
    for list in List::ALL {
        if number < list.pages(site) {
            return Rendered { pages: vec![list_page(site, list, number)], ..Rendered::default() };
        }
        number -= list.pages(site);
    }
    Rendered::default()
}

fn overview(site: &Site<'_>) -> (String, View) {
    let route = "adoption/".to_string();
    let links = site.linker(&route);
    let mut view = page(site, &links, "word.adoption", &[]);
    view.overview = Some(whole(site));
    for list in List::ALL {
        let (most, _) = list.most();
        fill(&mut view, site, list, 0..list.length(site).min(most), &links);
        if list.pages(site) > 0 {
            let rest = Link {
                text: site.tell("word.all_of", &[("count", &list.length(site))]),
                url: links.to(&list.route(0)),
            };
            *match list {
                List::Missing => &mut view.all_missing,
                List::Teams => &mut view.all_teams,
                List::Repositories => &mut view.all_repos,
                List::Failed => &mut view.all_failed,
            } = Some(rest);
        }
    }
    (route, View::Adoption(Box::new(view)))
}

fn list_page(site: &Site<'_>, list: List, number: usize) -> (String, View) {
    let route = list.route(number);
    let links = site.linker(&route);
    let (pages, (_, most)) = (list.pages(site), list.most());
    let mut view = page(site, &links, list.title(), &[(site.say("word.adoption"), "adoption/".to_string())]);
    let start = number * most;
    fill(&mut view, site, list, start..(start + most).min(list.length(site)), &links);
    view.previous = number.checked_sub(1).map(|before| links.to(&list.route(before)));
    view.next = (number + 1 < pages).then(|| links.to(&list.route(number + 1)));
    (view.number, view.pages) = (number + 1, pages);
    (route, View::Adoption(Box::new(view)))
}

/// A page without its lists.
fn page(site: &Site<'_>, links: &Linker, title: &str, above: &[(String, String)]) -> AdoptionPage {
    let (title, description) = (&site.say(title), &site.say("adoption.description"));
    AdoptionPage {
        page: site.frame(links, About { title, description, section: "adoption", above }),
        overview: None,
        missing: Vec::new(),
        teams: Vec::new(),
        repos: Vec::new(),
        failed: Vec::new(),
        all_missing: None,
        all_teams: None,
        all_repos: None,
        all_failed: None,
        number: 1,
        pages: 1,
        previous: None,
        next: None,
    }
}

/// Adds rows of a list to a page.
fn fill(view: &mut AdoptionPage, site: &Site<'_>, list: List, rows: std::ops::Range<usize>, links: &Linker) {
    let adoption = &site.adoption;
    match list {
        List::Missing => view.missing = adoption.missing[rows].iter().map(|repo| draft(site, *repo)).collect(),
        List::Teams => {
            let row = |(owner, coverage): &(Option<_>, Coverage)| CoverageRow {
                team: owner.as_deref().map(|owner: &str| site.ref_link(owner, links)),
                ..row(coverage)
            };
            view.teams = adoption.teams[rows].iter().map(row).collect();
        }
        List::Repositories => {
            let row = |(repo, described, coverage): &(RepoId, Described, Coverage)| CoverageRow {
                repo: Some(repo_link(site, *repo)),
                described: match described {
                    Described::Yes => "yes",
                    Described::Failed => "failed",
                    Described::No => "none",
                },
                ..row(coverage)
            };
            view.repos = adoption.repos[rows].iter().map(row).collect();
        }
        List::Failed => {
            let rows = adoption.failed[rows].iter();
            view.failed = rows.map(|at| site.finding_row(&site.findings[*at], links)).collect();
        }
    }
}

fn row(coverage: &Coverage) -> CoverageRow {
    let shares = [coverage.owner, coverage.docs, coverage.apis, coverage.lifecycle];
    CoverageRow {
        team: None,
        repo: None,
        described: "",
        entities: coverage.entities,
        shares: shares.into_iter().map(cell).collect(),
    }
}

fn cell(share: Share) -> ShareCell {
    ShareCell { has: share.has, of: share.of, percent: share.percent().unwrap_or_default() }
}

fn repo_link(site: &Site<'_>, repo: RepoId) -> Link {
    let repo = site.repo(repo);
    let url = repo.web.as_ref().map(|web| web.folder("")).unwrap_or_default();
    Link { text: repo.id.to_string(), url }
}

fn whole(site: &Site<'_>) -> AdoptionOverview {
    let adoption = &site.adoption;
    let described = adoption.repos.iter().filter(|(_, described, _)| *described == Described::Yes).count();
    let shares = [
        ("adoption.described", Share { has: described, of: adoption.repos.len() }),
        ("adoption.owned", adoption.whole.owner),
        ("adoption.documented", adoption.whole.docs),
        ("adoption.defined", adoption.whole.apis),
        ("adoption.lifecycles", adoption.whole.lifecycle),
    ];
    AdoptionOverview {
        shares: shares.into_iter().map(|(text, share)| (site.say(text), cell(share))).collect(),
        trend: trend(site, &adoption.trend, adoption.undated),
    }
}

/// The drawing's size.
const WIDTH: usize = 240;
const HEIGHT: usize = 48;

fn trend(site: &Site<'_>, months: &[(i64, usize)], undated: usize) -> Option<Trend> {
    let ((since, first), (until, last)) = (*months.first()?, *months.last()?);
    let most = last.max(1);
    let points: Vec<String> = months
        .iter()
        .enumerate()
        .map(|(at, (_, count))| {
            let x = at * WIDTH / (months.len() - 1).max(1);
            format!("{x},{}", HEIGHT - count * HEIGHT / most)
        })
        .collect();
    let months = months.windows(2).map(|pair| {
        let (month, text) = date::month(site.strings, pair[1].0);
        TrendMonth { month, text, entities: pair[1].1, added: pair[1].1 - pair[0].1 }
    });
    Some(Trend {
        points: points.join(" "),
        width: WIDTH,
        height: HEIGHT,
        since: date::month(site.strings, since).1,
        until: date::month(site.strings, until).1,
        entities: last,
        added: last - first,
        months: months.rev().collect(),
        undated,
    })
}

/// The descriptor that a repository lacks, as `callboard init` would draft it.
fn draft(site: &Site<'_>, id: RepoId) -> Draft {
    let repo = site.repo(id);
    let remote = repo.web.as_ref().and_then(|web| Remote::parse(&web.base));
    // Tags may change without a commit, by which pages are told apart.
    let given = Given { repo, folder: "", folder_name: file_name(&repo.id), remote: remote.as_ref(), tags: None };
    let text = draft::write(&draft::survey(&given));
    let new_file = repo.web.as_ref().and_then(|web| Some((web.new_file(DESCRIPTOR, &text)?, web.forge_name())));
    Draft {
        repo: repo_link(site, id),
        file: DESCRIPTOR,
        add: new_file.map(|(file, forge)| DraftLink { url: file.url, forge, is_filled: file.is_filled }),
        source: SafeHtml(format!(
            "<div class=\"highlight\"><pre><code class=\"language-yaml\">{}</code></pre></div>",
            site.highlighter.highlight("yaml", text.trim_end()).html
        )),
    }
}
